-- name: column.get
-- One column, whoever asks. For the program itself.
SELECT id, account_id, unit_id, name, kind, level, url, state, last_post_at, created_at, updated_at, version
FROM columns WHERE id = :id

-- name: column.visible
-- One column, if the person reaches its unit in one of the roles.
SELECT id, account_id, unit_id, name, kind, level, url, state, last_post_at, created_at, updated_at, version
FROM columns
WHERE id = :id AND columns.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: column.insert
INSERT INTO columns (id, account_id, unit_id, name, kind, level, url, state, last_post_at, created_at, updated_at, version)
VALUES (:id, :account_id, :unit_id, :name, :kind, :level, :url, :state, NULL, :created_at, :updated_at, 1)

-- name: column.close
UPDATE columns SET state = 'closed', updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND state = 'in_use'

-- name: column.last_post
UPDATE columns SET last_post_at = :at WHERE id = :id AND (last_post_at IS NULL OR last_post_at < :at)

-- name: column.of_account
-- All columns of a site, closed ones too.
SELECT id, account_id, unit_id, name, kind, level, url, state, last_post_at, created_at, updated_at, version
FROM columns WHERE account_id = :account_id ORDER BY id

-- name: column.list
-- The columns of a site by name, with the clock that runs for each. A page by key.
SELECT col.id, col.account_id, col.unit_id, col.name, col.kind, col.level, col.url, col.state, col.last_post_at, col.created_at, col.updated_at, col.version,
    c.id AS clock_id, c.rulebook AS clock_rulebook, c.section AS clock_section, c.rule AS clock_rule, c.articles AS clock_articles,
    c.reason AS clock_reason, c.started_at AS clock_started_at, c.due_at AS clock_due_at
FROM (
    SELECT id FROM columns
    WHERE account_id = :account_id AND (:after_id = '' OR name >= :after_name AND (name > :after_name OR id > :after_id))
    ORDER BY name, id LIMIT :limit
) page
JOIN columns col ON col.id = page.id
LEFT JOIN clocks c ON c.subject_kind = 'column' AND c.subject_id = col.id AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL
ORDER BY col.name, col.id
