-- name: account.get
-- One account, whoever asks. For the program itself.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.created_at, a.updated_at, a.version
FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.id = :id

-- name: account.visible
-- One account, if the person reaches its unit in one of the roles.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.created_at, a.updated_at, a.version
FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE a.id = :id AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: account.roles_at
-- The roles in which a person reaches a unit.
SELECT DISTINCT role FROM reach WHERE person_id = :person_id AND unit_id = :unit_id

-- name: account.lock
-- Holds the row until the transaction ends; changes nothing.
UPDATE accounts SET version = version WHERE id = :id

-- name: account.insert
INSERT INTO accounts (id, unit_id, platform, kind, name, external_id, home_url, mode, state, in_use_at, settings, credentials, credentials_key,
    credentials_set_at, last_post_at, last_post_title, created_at, updated_at, version)
VALUES (:id, :unit_id, :platform, :kind, :name, :external_id, :home_url, :mode, :state, :in_use_at, :settings, NULL, NULL,
    NULL, NULL, '', :created_at, :created_at, 1)

-- name: account.update
-- :version is the one the person saw.
UPDATE accounts SET kind = :kind, name = :name, external_id = :external_id, home_url = :home_url, mode = :mode, settings = :settings,
    updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version

-- name: account.move
-- To another state; which one may follow which, the program has checked with the row held.
UPDATE accounts SET state = :state, in_use_at = :in_use_at, updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version

-- name: account.bind
UPDATE accounts SET credentials = :credentials, credentials_key = :credentials_key, credentials_set_at = :set_at,
    updated_at = :now, version = version + 1
WHERE id = :id AND version = :version

-- name: account.credentials
SELECT id, credentials, credentials_key FROM accounts WHERE id = :id

-- name: account.sealed_otherwise
-- What another key than the present one sealed.
SELECT id, credentials, credentials_key FROM accounts WHERE credentials IS NOT NULL AND credentials_key <> :key ORDER BY id

-- name: account.reseal
-- The same secrets under another key, unless somebody set others meanwhile.
UPDATE accounts SET credentials = :credentials, credentials_key = :credentials_key WHERE id = :id AND credentials = :old

-- name: account.last_post
UPDATE accounts SET last_post_at = :at, last_post_title = :title WHERE id = :id AND (last_post_at IS NULL OR last_post_at < :at)

-- name: account.in_subtree
-- The accounts of a unit and the units below it.
SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE u.path >= :path AND u.path < CONCAT(:path, '~') AND a.state <> 'closed' ORDER BY a.id

-- name: account.pending
-- The accounts that wait for a calendar, themselves or with a column.
SELECT c.subject_id AS id FROM clocks c
WHERE c.done_at IS NULL AND c.due_at IS NULL AND c.section = 'update_limits' AND c.subject_kind = 'account'
UNION
SELECT col.account_id AS id FROM clocks c JOIN columns col ON col.id = c.subject_id
WHERE c.done_at IS NULL AND c.due_at IS NULL AND c.section = 'update_limits' AND c.subject_kind = 'column'
ORDER BY id

-- name: account.list_by_name
-- By name. A page by key. The page is cut before the names are joined.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.created_at, a.updated_at, a.version,
    c.id AS clock_id, c.rulebook AS clock_rulebook, c.section AS clock_section, c.rule AS clock_rule, c.articles AS clock_articles,
    c.reason AS clock_reason, c.started_at AS clock_started_at, c.due_at AS clock_due_at
FROM (
    SELECT x.id FROM accounts x
    JOIN units w ON w.id = x.unit_id
    LEFT JOIN clocks k ON k.subject_kind = 'account' AND k.subject_id = x.id AND k.section = 'update_limits' AND k.done_at IS NULL
    WHERE (:platform = '' OR x.platform = :platform)
      AND (:kind = '' OR x.kind = :kind)
      AND (:state = '' OR x.state = :state)
      AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND (:path = '' OR w.path >= :path AND w.path < CONCAT(:path, '~'))
      AND (:status = '' OR x.state = 'in_use' AND (
        :status = 'stale' AND k.due_at <= :now OR :status = 'ok' AND k.due_at > :now
        OR :status = 'no_rule' AND k.id IS NULL OR :status = 'calendar_pending' AND k.id IS NOT NULL AND k.due_at IS NULL))
      AND (:after_id = '' OR x.name >= :after_name AND (x.name > :after_name OR x.id > :after_id))
      AND x.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
    ORDER BY x.name, x.id LIMIT :limit
) page
JOIN accounts a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
LEFT JOIN clocks c ON c.subject_kind = 'account' AND c.subject_id = a.id AND c.section = 'update_limits' AND c.done_at IS NULL
ORDER BY a.name, a.id

-- name: account.list_by_due
-- What is due first stands first, what has no due time last. A page by key. The page is cut before the names are joined.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.created_at, a.updated_at, a.version,
    c.id AS clock_id, c.rulebook AS clock_rulebook, c.section AS clock_section, c.rule AS clock_rule, c.articles AS clock_articles,
    c.reason AS clock_reason, c.started_at AS clock_started_at, c.due_at AS clock_due_at
FROM (
    SELECT x.id FROM accounts x
    JOIN units w ON w.id = x.unit_id
    LEFT JOIN clocks k ON k.subject_kind = 'account' AND k.subject_id = x.id AND k.section = 'update_limits' AND k.done_at IS NULL
    WHERE (:platform = '' OR x.platform = :platform)
      AND (:kind = '' OR x.kind = :kind)
      AND (:state = '' OR x.state = :state)
      AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND (:path = '' OR w.path >= :path AND w.path < CONCAT(:path, '~'))
      AND (:status = '' OR x.state = 'in_use' AND (
        :status = 'stale' AND k.due_at <= :now OR :status = 'ok' AND k.due_at > :now
        OR :status = 'no_rule' AND k.id IS NULL OR :status = 'calendar_pending' AND k.id IS NOT NULL AND k.due_at IS NULL))
      AND (:after_id = '' OR COALESCE(k.due_at, :never) >= :after_due AND (COALESCE(k.due_at, :never) > :after_due OR x.id > :after_id))
      AND x.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
    ORDER BY COALESCE(k.due_at, :never), x.id LIMIT :limit
) page
JOIN accounts a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
LEFT JOIN clocks c ON c.subject_kind = 'account' AND c.subject_id = a.id AND c.section = 'update_limits' AND c.done_at IS NULL
ORDER BY COALESCE(c.due_at, :never), a.id

-- name: account.list_by_last_post
-- The longest silent first. A page by key. The page is cut before the names are joined.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.created_at, a.updated_at, a.version,
    c.id AS clock_id, c.rulebook AS clock_rulebook, c.section AS clock_section, c.rule AS clock_rule, c.articles AS clock_articles,
    c.reason AS clock_reason, c.started_at AS clock_started_at, c.due_at AS clock_due_at
FROM (
    SELECT x.id FROM accounts x
    JOIN units w ON w.id = x.unit_id
    LEFT JOIN clocks k ON k.subject_kind = 'account' AND k.subject_id = x.id AND k.section = 'update_limits' AND k.done_at IS NULL
    WHERE (:platform = '' OR x.platform = :platform)
      AND (:kind = '' OR x.kind = :kind)
      AND (:state = '' OR x.state = :state)
      AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND (:path = '' OR w.path >= :path AND w.path < CONCAT(:path, '~'))
      AND (:status = '' OR x.state = 'in_use' AND (
        :status = 'stale' AND k.due_at <= :now OR :status = 'ok' AND k.due_at > :now
        OR :status = 'no_rule' AND k.id IS NULL OR :status = 'calendar_pending' AND k.id IS NOT NULL AND k.due_at IS NULL))
      AND (:after_id = '' OR COALESCE(x.last_post_at, 0) >= :after_at AND (COALESCE(x.last_post_at, 0) > :after_at OR x.id > :after_id))
      AND x.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
    ORDER BY COALESCE(x.last_post_at, 0), x.id LIMIT :limit
) page
JOIN accounts a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
LEFT JOIN clocks c ON c.subject_kind = 'account' AND c.subject_id = a.id AND c.section = 'update_limits' AND c.done_at IS NULL
ORDER BY COALESCE(a.last_post_at, 0), a.id
