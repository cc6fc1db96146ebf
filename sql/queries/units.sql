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

-- name: unit.merge
-- Ends a unit that another one took in, and puts it under that one; unit.shift_paths follows in the same transaction.
UPDATE units SET closed_at = :now, parent_id = :into_id, merged_into = :into_id, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND closed_at IS NULL

-- name: unit.merged_into
SELECT u.id, u.parent_id, u.path, u.name, u.short_name, u.level, u.is_office, u.closed_at, u.created_at, u.updated_at, u.version
FROM units old JOIN units u ON u.id = old.merged_into WHERE old.id = :id

-- name: unit.absorbed
-- The units that one took in, the last first.
SELECT id, name FROM units WHERE merged_into = :id AND parent_id = :id ORDER BY closed_at DESC, id LIMIT 100

-- name: unit.history
-- What happened to one unit itself, the latest first.
SELECT at, person_name, action, detail FROM audit_lines
WHERE chain = :id AND object_kind = 'unit' AND object_id = :id ORDER BY seq DESC LIMIT 200

-- name: unit.closed
-- The closed units a person reaches, the last closed first.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units
WHERE closed_at IS NOT NULL AND id IN (SELECT unit_id FROM reach WHERE reach.person_id = :person_id AND reach.role IN (:roles))
ORDER BY closed_at DESC, id LIMIT :limit

-- name: unit.children
-- The open units right below one.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units WHERE parent_id = :id AND closed_at IS NULL ORDER BY id

-- name: unit.unfinished
-- What is still under way at one unit: by kind, how many.
SELECT kind, total FROM (
    SELECT 'signing' AS kind, COUNT(*) AS total FROM articles WHERE unit_id = :id AND state IN ('signing', 'signed')
    UNION ALL
    SELECT 'delivery' AS kind, COUNT(*) AS total FROM deliveries WHERE unit_id = :id AND state IN ('scheduled', 'prepared', 'submitted', 'unknown', 'held')
    UNION ALL
    SELECT 'article' AS kind, COUNT(*) AS total FROM articles WHERE unit_id = :id AND state IN ('draft', 'returned')
    UNION ALL
    SELECT 'application' AS kind, COUNT(*) AS total FROM applications
    WHERE unit_id = :id AND (state IN ('draft', 'running', 'returned') OR off_at IS NOT NULL AND back_at IS NULL)
    UNION ALL
    SELECT 'notice' AS kind, COUNT(*) AS total FROM notices WHERE unit_id = :id AND state IN ('draft', 'signed', 'standing')
    UNION ALL
    SELECT 'matter' AS kind, COUNT(*) AS total FROM matters WHERE unit_id = :id AND state = 'open'
    UNION ALL
    SELECT 'import' AS kind, COUNT(*) AS total FROM imports WHERE unit_id = :id AND state IN ('previewing', 'running', 'undoing')
    UNION ALL
    SELECT 'handover' AS kind, COUNT(*) AS total FROM handovers WHERE unit_id = :id AND state = 'open'
    UNION ALL
    SELECT 'staff_filing' AS kind, COUNT(*) AS total FROM staff_filings WHERE unit_id = :id AND state IN ('open', 'filed')
    UNION ALL
    SELECT 'contractor' AS kind, COUNT(*) AS total FROM contractors WHERE unit_id = :id AND ended_at IS NULL
) unfinished WHERE total > 0

-- name: unit.belongings
-- What is set up for one unit and does not keep it from ending: by kind, how many.
SELECT kind, total FROM (
    SELECT 'template' AS kind, COUNT(*) AS total FROM import_templates WHERE unit_id = :id
    UNION ALL
    SELECT 'difference' AS kind, COUNT(*) AS total FROM reconcile_items WHERE unit_id = :id AND state = 'open'
    UNION ALL
    SELECT 'reminder_settings' AS kind, COUNT(*) AS total FROM reminder_settings WHERE unit_id = :id
    UNION ALL
    SELECT 'hook' AS kind, COUNT(*) AS total FROM reminder_hooks WHERE unit_id = :id AND removed_at IS NULL
    UNION ALL
    SELECT 'mute' AS kind, COUNT(*) AS total FROM reminder_mutes WHERE unit_id = :id AND until_at > :now
) belongings WHERE total > 0

-- name: unit.open_accounts
SELECT COUNT(*) FROM accounts WHERE unit_id = :id AND state <> 'closed'

-- name: unit.staffed_page
-- Open units that are no sections, of those a person reaches, in the order of the tree, a page by key.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version
FROM units
WHERE closed_at IS NULL AND level <> 'section' AND path > :after AND (:path = '' OR path >= :path AND path < CONCAT(:path, '~'))
  AND id IN (SELECT unit_id FROM reach WHERE reach.person_id = :person_id AND reach.role IN (:roles))
ORDER BY path LIMIT :limit

-- name: unit.staff_between
-- Who may sign in and holds which role at the units from one path to the end of another's subtree.
SELECT r.person_id AS person_id, r.role AS role, u.path AS path, u.level AS level, COALESCE(up.level, '') AS level_above
FROM units u JOIN person_roles r ON r.unit_id = u.id JOIN people p ON p.id = r.person_id LEFT JOIN units up ON up.id = u.parent_id
WHERE u.path >= :first AND u.path < CONCAT(:last, '~') AND u.closed_at IS NULL AND p.disabled_at IS NULL

-- name: unit.with_columns
-- Which of some units have a column that is not closed.
SELECT DISTINCT unit_id FROM columns WHERE unit_id IN (:ids) AND state <> 'closed'
