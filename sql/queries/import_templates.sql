-- name: import_template.insert
INSERT INTO import_templates (id, unit_id, kind, name, fingerprint, titles, mapping, updated_by, updated_at)
VALUES (:id, :unit_id, :kind, :name, :fingerprint, :titles, :mapping, :updated_by, :updated_at)

-- name: import_template.update
UPDATE import_templates SET name = :name, mapping = :mapping, updated_by = :updated_by, updated_at = :updated_at
WHERE unit_id = :unit_id AND kind = :kind AND fingerprint = :fingerprint

-- name: import_template.find
-- The template of an office with these titles.
SELECT id, unit_id, kind, name, fingerprint, titles, mapping, updated_by, updated_at
FROM import_templates WHERE unit_id = :unit_id AND kind = :kind AND fingerprint = :fingerprint

-- name: import_template.visible
SELECT id, unit_id, kind, name, fingerprint, titles, mapping, updated_by, updated_at
FROM import_templates WHERE id = :id AND unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: import_template.list
SELECT id, unit_id, kind, name, fingerprint, titles, mapping, updated_by, updated_at
FROM import_templates
WHERE (:unit_id = '' OR unit_id = :unit_id) AND unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
ORDER BY name, id LIMIT 200

-- name: import_template.delete
DELETE FROM import_templates WHERE id = :id
