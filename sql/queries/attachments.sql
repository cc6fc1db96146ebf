-- name: attachment.insert
INSERT INTO attachments (id, unit_id, sha256, mime, size, name, created_by, created_at)
VALUES (:id, :unit_id, :sha256, :mime, :size, :name, :created_by, :created_at)

-- name: attachment.visible
-- One file within the units the person reaches.
SELECT a.id, a.unit_id, a.sha256, a.mime, a.size, a.name, a.created_by, a.created_at FROM attachments a
WHERE a.id = :id AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: attachment.get_all
-- Some files, whoever asks. For the program itself.
SELECT id, unit_id, sha256, mime, size, name, created_by, created_at FROM attachments WHERE id IN (:ids) ORDER BY id
