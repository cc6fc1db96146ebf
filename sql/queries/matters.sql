-- name: matter.insert
INSERT INTO matters (id, unit_id, account_id, rulebook, section, rule, articles, timing, title, event_at, found_at, planned_until, cause, longer_reason,
    note, url, parts, state, due_at, end_of_day, done_at, done_note, done_url, early_reason, void_reason, created_by, created_at, updated_at, version)
VALUES (:id, :unit_id, :account_id, :rulebook, :section, :rule, :articles, :timing, :title, :event_at, :found_at, :planned_until, :cause, :longer_reason,
    :note, :url, :parts, :state, :due_at, :end_of_day, :done_at, :done_note, :done_url, :early_reason, :void_reason, :created_by, :created_at, :updated_at, 1)

-- name: matter.get
-- One matter, whoever asks. For the program itself.
SELECT m.id, m.unit_id, u.name AS unit_name, m.account_id, COALESCE(a.name, '') AS account_name, m.rulebook, m.section, m.rule, m.articles, m.timing, m.title,
    m.event_at, m.found_at, m.planned_until, m.cause, m.longer_reason, m.note, m.url, m.parts, m.state, m.due_at, m.end_of_day, m.done_at, m.done_note,
    m.done_url, m.early_reason, m.void_reason, m.created_by, COALESCE(p.name, '') AS created_by_name, m.created_at, m.updated_at, m.version
FROM matters m JOIN units u ON u.id = m.unit_id LEFT JOIN accounts a ON a.id = m.account_id LEFT JOIN people p ON p.id = m.created_by
WHERE m.id = :id

-- name: matter.visible
-- One matter, if the person reaches its unit in one of the roles.
SELECT m.id, m.unit_id, u.name AS unit_name, m.account_id, COALESCE(a.name, '') AS account_name, m.rulebook, m.section, m.rule, m.articles, m.timing, m.title,
    m.event_at, m.found_at, m.planned_until, m.cause, m.longer_reason, m.note, m.url, m.parts, m.state, m.due_at, m.end_of_day, m.done_at, m.done_note,
    m.done_url, m.early_reason, m.void_reason, m.created_by, COALESCE(p.name, '') AS created_by_name, m.created_at, m.updated_at, m.version
FROM matters m JOIN units u ON u.id = m.unit_id LEFT JOIN accounts a ON a.id = m.account_id LEFT JOIN people p ON p.id = m.created_by
WHERE m.id = :id AND m.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: matter.list_by_due
-- What is due first stands first, what has no due time last. A page by key, cut before the names are joined. A wait is never late.
SELECT m.id, m.unit_id, u.name AS unit_name, u.path AS unit_path, m.account_id, COALESCE(a.name, '') AS account_name, m.rulebook, m.section, m.rule, m.articles, m.timing, m.title,
    m.event_at, m.found_at, m.planned_until, m.cause, m.longer_reason, m.note, m.url, m.parts, m.state, m.due_at, m.end_of_day, m.done_at, m.done_note,
    m.done_url, m.early_reason, m.void_reason, m.created_by, COALESCE(p.name, '') AS created_by_name, m.created_at, m.updated_at, m.version
FROM (
    SELECT x.id FROM matters x JOIN units w ON w.id = x.unit_id
    WHERE (:path = '' OR w.path >= :path AND w.path < CONCAT(:path, '~'))
      AND (:rulebook = '' OR x.rulebook = :rulebook)
      AND (:section = '' OR x.section = :section)
      AND (:account_id = '' OR x.account_id = :account_id)
      AND (:state = '' OR x.state = :state)
      AND (:overdue = FALSE OR x.due_at <= :now AND x.timing = 'deadline')
      AND (:title = '' OR LOWER(x.title) LIKE LOWER(:title) ESCAPE '!')
      AND (:after_id = '' OR COALESCE(x.due_at, :never) >= :after_at AND (COALESCE(x.due_at, :never) > :after_at OR x.id > :after_id))
      AND x.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
    ORDER BY COALESCE(x.due_at, :never), x.id LIMIT :limit
) page
JOIN matters m ON m.id = page.id JOIN units u ON u.id = m.unit_id LEFT JOIN accounts a ON a.id = m.account_id LEFT JOIN people p ON p.id = m.created_by
ORDER BY COALESCE(m.due_at, :never), m.id

-- name: matter.list_by_event
-- What happened last stands first. A page by key, cut before the names are joined.
SELECT m.id, m.unit_id, u.name AS unit_name, u.path AS unit_path, m.account_id, COALESCE(a.name, '') AS account_name, m.rulebook, m.section, m.rule, m.articles, m.timing, m.title,
    m.event_at, m.found_at, m.planned_until, m.cause, m.longer_reason, m.note, m.url, m.parts, m.state, m.due_at, m.end_of_day, m.done_at, m.done_note,
    m.done_url, m.early_reason, m.void_reason, m.created_by, COALESCE(p.name, '') AS created_by_name, m.created_at, m.updated_at, m.version
FROM (
    SELECT x.id FROM matters x JOIN units w ON w.id = x.unit_id
    WHERE (:path = '' OR w.path >= :path AND w.path < CONCAT(:path, '~'))
      AND (:rulebook = '' OR x.rulebook = :rulebook)
      AND (:section = '' OR x.section = :section)
      AND (:account_id = '' OR x.account_id = :account_id)
      AND (:state = '' OR x.state = :state)
      AND (:overdue = FALSE OR x.due_at <= :now AND x.timing = 'deadline')
      AND (:title = '' OR LOWER(x.title) LIKE LOWER(:title) ESCAPE '!')
      AND (:after_id = '' OR x.event_at <= :after_at AND (x.event_at < :after_at OR x.id < :after_id))
      AND x.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
    ORDER BY x.event_at DESC, x.id DESC LIMIT :limit
) page
JOIN matters m ON m.id = page.id JOIN units u ON u.id = m.unit_id LEFT JOIN accounts a ON a.id = m.account_id LEFT JOIN people p ON p.id = m.created_by
ORDER BY m.event_at DESC, m.id DESC

-- name: matter.of_website
-- How often a website was, or is to be, off the net, void ones left out.
SELECT id, event_at, cause FROM matters
WHERE account_id = :account_id AND section = :section AND state <> 'void' ORDER BY event_at, id

-- name: matter.to_recount
-- Matters whose due time may be another one now: the open ones, and done ones whose due time nobody knew. In the order of ids.
SELECT m.id, m.unit_id, u.name AS unit_name, u.path AS unit_path, m.account_id, '' AS account_name, m.rulebook, m.section, m.rule, m.articles, m.timing, m.title,
    m.event_at, m.found_at, m.planned_until, m.cause, m.longer_reason, m.note, m.url, m.parts, m.state, m.due_at, m.end_of_day, m.done_at, m.done_note,
    m.done_url, m.early_reason, m.void_reason, m.created_by, '' AS created_by_name, m.created_at, m.updated_at, m.version
FROM matters m JOIN units u ON u.id = m.unit_id
WHERE m.timing <> 'record' AND (m.state = 'open' OR m.state = 'done' AND m.due_at IS NULL) AND m.id > :after_id
ORDER BY m.id LIMIT :limit

-- name: matter.update
-- Everything that may change of a matter. :version is the one it gets.
UPDATE matters SET articles = :articles, event_at = :event_at, parts = :parts, state = :state, due_at = :due_at, end_of_day = :end_of_day, done_at = :done_at,
    done_note = :done_note, done_url = :done_url, early_reason = :early_reason, void_reason = :void_reason, updated_at = :updated_at, version = :version
WHERE id = :id AND version = :version - 1

-- name: matter.move_unit
-- What is still to be done goes to the unit that took the other in.
UPDATE matters SET unit_id = :to_id WHERE unit_id = :from_id AND state = 'open'
