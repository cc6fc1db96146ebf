-- name: column.get
-- One column, whoever asks. For the program itself.
SELECT id, account_id, unit_id, name, kind, level, url, state, parent_id, last_post_at, last_below_at, path, watch, due_at, created_at, updated_at, version
FROM columns WHERE id = :id

-- name: column.visible
-- One column, if the person reaches its unit in one of the roles.
SELECT id, account_id, unit_id, name, kind, level, url, state, parent_id, last_post_at, last_below_at, path, watch, due_at, created_at, updated_at, version
FROM columns
WHERE id = :id AND columns.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: column.insert
INSERT INTO columns (id, account_id, unit_id, path, name, kind, level, url, state, parent_id, last_post_at, created_at, updated_at, version)
VALUES (:id, :account_id, :unit_id, :path, :name, :kind, :level, :url, :state, :parent_id, NULL, :created_at, :updated_at, 1)

-- name: column.close
UPDATE columns SET state = 'closed', updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND state = 'in_use'

-- name: column.watch
-- What its posts and clocks say of a column.
UPDATE columns SET last_post_at = :last_post_at, last_below_at = :last_below_at, watch = :watch, due_at = :due_at WHERE id = :id

-- name: column.shift_paths
UPDATE columns SET path = CONCAT(:new_path, SUBSTR(path, :kept)) WHERE path >= :old_path AND path < CONCAT(:old_path, '~')

-- name: column.of_accounts
-- All columns of some sites, closed ones too.
SELECT id, account_id, unit_id, name, kind, level, url, state, parent_id, last_post_at, last_below_at, path, watch, due_at, created_at, updated_at, version
FROM columns WHERE account_id IN (:account_ids) ORDER BY id

-- name: column.list
-- The columns of a site by name. A page by key.
SELECT id, account_id, unit_id, name, kind, level, url, state, parent_id, last_post_at, last_below_at, path, watch, due_at, created_at, updated_at, version
FROM columns
WHERE account_id = :account_id AND (:after_id = '' OR name >= :after_name AND (name > :after_name OR id > :after_id))
ORDER BY name, id LIMIT :limit
