-- name: unit.get
-- One unit, whoever asks. For the program itself.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units WHERE id = :id

-- name: unit.visible
-- One unit, if the person reaches it in one of the roles.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units
WHERE id = :id AND EXISTS (SELECT 1 FROM reach WHERE reach.unit_id = units.id AND reach.person_id = :person_id AND reach.role IN (:roles))

-- name: unit.tree
-- All open units a person reaches, each behind its parent.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units
WHERE closed_at IS NULL AND id IN (SELECT unit_id FROM reach WHERE reach.person_id = :person_id AND reach.role IN (:roles))
ORDER BY path

-- name: unit.whole_tree
-- All open units, each behind its parent. For the program itself.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units WHERE closed_at IS NULL ORDER BY path

-- name: unit.lock
-- Holds the row until the transaction ends; changes nothing.
UPDATE units SET version = version WHERE id = :id

-- name: unit.path
SELECT path FROM units WHERE id = :id

-- name: unit.paths
SELECT id, path FROM units WHERE id IN (:ids)

-- name: unit.namesakes
-- How many other open units below the same parent have the name; parent_id NULL asks at the top.
SELECT COUNT(*) FROM units
WHERE (parent_id = :parent_id OR (parent_id IS NULL AND :parent_id IS NULL)) AND name = :name AND id <> :id AND closed_at IS NULL

-- name: unit.insert
INSERT INTO units (id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version)
VALUES (:id, :parent_id, :path, :name, :short_name, :level, :is_office, NULL, :created_at, :created_at, 1)

-- name: unit.rename
UPDATE units SET name = :name, short_name = :short_name, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND closed_at IS NULL

-- name: unit.place
-- Puts a unit under another parent; unit.shift_paths follows in the same transaction.
UPDATE units SET parent_id = :parent_id, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND closed_at IS NULL

-- name: unit.shift_paths
-- Gives a unit and all below it the new beginning of their paths. :kept is where the part that stays begins, from 1.
UPDATE units SET path = CONCAT(:new_path, SUBSTR(path, :kept)) WHERE path >= :old_path AND path < CONCAT(:old_path, '~')

-- name: unit.deepest
-- The length of the longest path of a unit and all below it.
SELECT MAX(LENGTH(path)) FROM units WHERE path >= :path AND path < CONCAT(:path, '~')

-- name: unit.close
UPDATE units SET closed_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND closed_at IS NULL

-- name: unit.open_children
SELECT COUNT(*) FROM units WHERE parent_id = :id AND closed_at IS NULL

-- name: unit.staff
-- How many people who may sign in hold a role at exactly this unit.
SELECT COUNT(DISTINCT r.person_id) FROM person_roles r JOIN people p ON p.id = r.person_id
WHERE r.unit_id = :id AND p.disabled_at IS NULL

-- name: unit.rulebook
-- The local rulebook in force at the nearest of the units on one path. All are beginnings of that path, so the longest sorts last.
SELECT x.rulebook FROM rulebook_uses x JOIN units u ON u.id = x.unit_id
WHERE x.unit_id IN (:ids) AND x.layer = 'local' AND x.from_at <= :at AND (x.until_at IS NULL OR x.until_at > :at)
ORDER BY u.path DESC, x.from_at DESC LIMIT 1

-- name: unit.office
-- The nearest supervising office of the units on one path.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units WHERE id IN (:ids) AND is_office = TRUE ORDER BY path DESC LIMIT 1
