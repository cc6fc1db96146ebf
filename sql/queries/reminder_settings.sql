-- name: reminder_settings.all
-- What every office set, with its place in the tree.
SELECT s.unit_id, u.path AS path, s.settings, s.updated_by, s.updated_at, s.version FROM reminder_settings s JOIN units u ON u.id = s.unit_id

-- name: reminder_settings.near
-- The settings of the nearest of the units on one path. All are beginnings of that path, so the longest sorts last.
SELECT s.unit_id, u.path AS path, s.settings, s.updated_by, s.updated_at, s.version FROM reminder_settings s JOIN units u ON u.id = s.unit_id
WHERE s.unit_id IN (:ids) ORDER BY u.path DESC LIMIT 1

-- name: reminder_settings.insert
INSERT INTO reminder_settings (unit_id, settings, updated_by, updated_at, version) VALUES (:unit_id, :settings, :updated_by, :now, 1)

-- name: reminder_settings.update
UPDATE reminder_settings SET settings = :settings, updated_by = :updated_by, updated_at = :now, version = version + 1
WHERE unit_id = :unit_id AND version = :version

-- name: reminder_settings.delete
DELETE FROM reminder_settings WHERE unit_id = :unit_id AND version = :version
