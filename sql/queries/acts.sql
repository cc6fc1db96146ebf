-- name: act.insert
INSERT INTO acts (id, unit_id, rulebook, section, rule, at, kinds, note, url, sampled, total, published_url, void_reason, created_by, created_at, version)
VALUES (:id, :unit_id, :rulebook, :section, :rule, :at, :kinds, :note, :url, :sampled, :total, :published_url, '', :created_by, :created_at, 1)

-- name: act.get
SELECT a.id, a.unit_id, a.rulebook, a.section, a.rule, a.at, a.kinds, a.note, a.url, a.sampled, a.total, a.published_url, a.void_reason, a.created_by,
    COALESCE(p.name, '') AS created_by_name, a.created_at, a.version
FROM acts a LEFT JOIN people p ON p.id = a.created_by WHERE a.id = :id

-- name: act.list
-- What was done for one duty of a unit, or for all of them, the latest first, a page by key. The void ones stand there too.
SELECT a.id, a.unit_id, a.rulebook, a.section, a.rule, a.at, a.kinds, a.note, a.url, a.sampled, a.total, a.published_url, a.void_reason, a.created_by,
    COALESCE(p.name, '') AS created_by_name, a.created_at, a.version
FROM acts a LEFT JOIN people p ON p.id = a.created_by
WHERE a.unit_id = :unit_id AND (:rulebook = '' OR a.rulebook = :rulebook) AND (:section = '' OR a.section = :section) AND (:rule = '' OR a.rule = :rule)
  AND (:before_at = 0 OR a.at <= :before_at AND (a.at < :before_at OR a.id < :before_id))
ORDER BY a.at DESC, a.id DESC LIMIT :limit

-- name: act.times
-- When something that counts was done for one duty of a unit, and as what, from one instant up to, and without, another.
SELECT at, kinds FROM acts
WHERE unit_id = :unit_id AND rulebook = :rulebook AND section = :section AND rule = :rule AND at >= :from_at AND at < :until_at AND void_reason = ''
ORDER BY at, id

-- name: act.void
UPDATE acts SET void_reason = :reason, version = version + 1 WHERE id = :id AND version = :version AND void_reason = ''

-- name: act.sites
-- How many accounts of some kinds a unit and all below it surely had on the register on a day, those shut since among them. When
-- one was shut is the time of its last change: a shut account does not change. One that came back from a pause later than that
-- day is not seen, so there may have been more.
SELECT COUNT(*) FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE u.path >= :path AND u.path < CONCAT(:path, '~') AND a.kind IN (:kinds) AND a.in_use_at IS NOT NULL AND a.in_use_at < :until_at
  AND (a.state <> 'closed' OR a.updated_at >= :from_at)

-- name: period.units
-- Open units in the order of ids, a page by key.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units WHERE closed_at IS NULL AND id > :after_id ORDER BY id LIMIT :limit

-- name: period.in_use
-- What some units have in use, by kind, with since when the first of each kind.
SELECT unit_id, kind, MIN(in_use_at) AS since FROM accounts
WHERE unit_id IN (:unit_ids) AND state = 'in_use' AND in_use_at IS NOT NULL
GROUP BY unit_id, kind ORDER BY unit_id, kind

-- name: period.clocks
-- The clocks of the duties of some units that come back.
SELECT id, subject_kind, subject_id, unit_id, path, platform, rulebook, section, rule, articles, reason, limit_n, limit_unit, started_at, due_at, end_of_day, done_at, created_at, updated_at, version
FROM clocks WHERE subject_kind = :subject_kind AND subject_id IN (:unit_ids) ORDER BY subject_id, id

-- name: period.own
-- Which of some units are offices that themselves say, or said, under which local rulebook they work.
SELECT DISTINCT x.unit_id, x.rulebook FROM rulebook_uses x JOIN units u ON u.id = x.unit_id
WHERE x.unit_id IN (:unit_ids) AND x.layer = 'local' AND u.is_office = TRUE ORDER BY x.unit_id, x.rulebook

-- name: password.to_turn
-- People in the order of ids, a page by key, with the unit at which each has held a role longest and the clock of the password.
SELECT p.id AS person_id, p.password_set_at, p.disabled_at, u.id AS unit_id, u.path, COALESCE(c.id, '') AS clock_id,
    COALESCE(c.rulebook, '') AS rulebook, COALESCE(c.path, '') AS clock_path, COALESCE(c.started_at, 0) AS started_at, COALESCE(c.due_at, 0) AS due_at
FROM people p
LEFT JOIN units u ON u.id = (SELECT r.unit_id FROM person_roles r WHERE r.person_id = p.id ORDER BY r.granted_at, r.unit_id LIMIT 1)
LEFT JOIN clocks c ON c.subject_kind = :subject_kind AND c.subject_id = p.id AND c.done_at IS NULL
WHERE p.id > :after_id ORDER BY p.id LIMIT :limit

-- name: password.of_person
-- The same of one person.
SELECT p.id AS person_id, p.password_set_at, p.disabled_at, u.id AS unit_id, u.path, '' AS clock_id, '' AS rulebook, '' AS clock_path, 0 AS started_at, 0 AS due_at
FROM people p
LEFT JOIN units u ON u.id = (SELECT r.unit_id FROM person_roles r WHERE r.person_id = p.id ORDER BY r.granted_at, r.unit_id LIMIT 1)
WHERE p.id = :person_id
