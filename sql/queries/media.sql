-- name: media.insert
INSERT INTO media (id, unit_id, sha256, mime, width, height, size, name, created_by, created_at)
VALUES (:id, :unit_id, :sha256, :mime, :width, :height, :size, :name, :created_by, :created_at)

-- name: media.visible
-- One picture within the units the person reaches.
SELECT m.id, m.unit_id, m.sha256, m.mime, m.width, m.height, m.size, m.name, m.created_by, m.created_at FROM media m
WHERE m.id = :id
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = m.unit_id)

-- name: media.of_unit
-- The named pictures of one unit.
SELECT id, unit_id, sha256, mime, width, height, size, name, created_by, created_at FROM media WHERE unit_id = :unit_id AND id IN (:ids) ORDER BY id

-- name: media.list
-- A unit's pictures, the newest first, a page by key.
SELECT m.id, m.unit_id, m.sha256, m.mime, m.width, m.height, m.size, m.name, m.created_by, m.created_at FROM media m
WHERE (:unit_id = '' OR m.unit_id = :unit_id)
  AND (:before_at = 0 OR m.created_at <= :before_at AND (m.created_at < :before_at OR m.id < :before_id))
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = m.unit_id)
ORDER BY m.created_at DESC, m.id DESC LIMIT :limit

-- name: media.move_unit
-- All pictures of a unit to the one that took it in: texts use those of their own unit.
UPDATE media SET unit_id = :to_id WHERE unit_id = :from_id
