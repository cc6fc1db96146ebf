-- name: column.get
-- One column, whoever asks. For the program itself.
SELECT id, account_id, unit_id, name, kind, level, url, state, parent_id, last_post_at, last_below_at, unread_since, unread_reason, path, watch, due_at, created_at, updated_at, version
FROM columns WHERE id = :id

-- name: column.visible
-- One column, if the person reaches its unit in one of the roles.
SELECT id, account_id, unit_id, name, kind, level, url, state, parent_id, last_post_at, last_below_at, unread_since, unread_reason, path, watch, due_at, created_at, updated_at, version
FROM columns
WHERE id = :id AND columns.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: column.insert
INSERT INTO columns (id, account_id, unit_id, path, name, kind, level, url, state, parent_id, last_post_at, created_at, updated_at, version)
VALUES (:id, :account_id, :unit_id, :path, :name, :kind, :level, :url, :state, :parent_id, NULL, :created_at, :updated_at, 1)

-- name: column.rehome
-- The columns of a site that went to another unit: :id is the site's.
UPDATE columns SET unit_id = :unit_id, path = :path WHERE account_id = :id

-- name: column.change
-- By an application. Everything else of a column is settled by its site and its posts.
UPDATE columns SET name = :name, kind = :kind, url = :url, updated_at = :updated_at, version = version + 1 WHERE id = :id AND version = :version AND state <> 'closed'

-- name: column.close
UPDATE columns SET state = 'closed', updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND state <> 'closed'

-- name: column.unread
-- Says since when nobody can read a column from outside while its site can be read; NULL takes it back.
UPDATE columns SET unread_since = :unread_since, unread_reason = :unread_reason, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state <> 'closed'

-- name: column.show
-- Shows a column on its site, or hides it.
UPDATE columns SET state = :state, updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND state <> 'closed'

-- name: column.shown_in_subtree
-- The columns shown on the sites in use of a subtree that have no post yet, or few. A page by key.
SELECT c.id, c.account_id, a.name AS account_name, c.unit_id, u.name AS unit_name, c.name, c.path, c.last_post_at, c.last_below_at
FROM columns c JOIN accounts a ON a.id = c.account_id JOIN units u ON u.id = c.unit_id
WHERE c.state = 'in_use' AND a.state = 'in_use' AND c.id > :after_id AND (:path = '' OR c.path >= :path AND c.path < CONCAT(:path, '~'))
  AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
    WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
  AND (SELECT p.id FROM posts p WHERE p.column_id = c.id ORDER BY p.published_at, p.id LIMIT 1 OFFSET :most) IS NULL
ORDER BY c.id LIMIT :limit

-- name: column.titles
-- What is published in some columns, by title.
SELECT column_id, title FROM posts WHERE column_id IN (:ids) AND removed_at IS NULL ORDER BY column_id, published_at DESC

-- name: column.watch
-- What their posts and clocks say of columns.
UPDATE columns SET last_post_at = n.last_post_at, last_below_at = n.last_below_at, watch = n.watch, due_at = n.due_at
FROM (SELECT :id AS id, :last_post_at AS last_post_at, :last_below_at AS last_below_at, :watch AS watch, :due_at AS due_at) n WHERE columns.id = n.id

-- name: column.watch mysql
UPDATE (SELECT :id AS id, :last_post_at AS last_post_at, :last_below_at AS last_below_at, :watch AS watch, :due_at AS due_at) n STRAIGHT_JOIN columns c ON n.id = c.id
SET c.last_post_at = n.last_post_at, c.last_below_at = n.last_below_at, c.watch = n.watch, c.due_at = n.due_at

-- name: column.shift_paths
UPDATE columns SET path = CONCAT(:new_path, SUBSTR(path, :kept)) WHERE path >= :old_path AND path < CONCAT(:old_path, '~')

-- name: column.of_accounts
-- All columns of some sites, closed ones too.
SELECT id, account_id, unit_id, name, kind, level, url, state, parent_id, last_post_at, last_below_at, unread_since, unread_reason, path, watch, due_at, created_at, updated_at, version
FROM columns WHERE account_id IN (:account_ids) ORDER BY id

-- name: column.list
-- The columns of a site by name. A page by key.
SELECT id, account_id, unit_id, name, kind, level, url, state, parent_id, last_post_at, last_below_at, unread_since, unread_reason, path, watch, due_at, created_at, updated_at, version
FROM columns
WHERE account_id = :account_id AND (:after_id = '' OR name >= :after_name AND (name > :after_name OR id > :after_id))
ORDER BY name, id LIMIT :limit
