-- name: message.insert
-- Freezes a signed text. The unique key on revision_id makes it once.
INSERT INTO messages (id, origin_id, revision_id, unit_id, title, digest, byline, source, body, cover_id, pictures, sha256, created_at)
VALUES (:id, :origin_id, :revision_id, :unit_id, :title, :digest, :byline, :source, :body, :cover_id, :pictures, :sha256, :created_at)

-- name: message.get
SELECT id, origin_id, revision_id, unit_id, title, digest, byline, source, body, cover_id, pictures, sha256, created_at
FROM messages WHERE id = :id

-- name: message.get_all
SELECT id, origin_id, revision_id, unit_id, title, digest, byline, source, body, cover_id, pictures, sha256, created_at
FROM messages WHERE id IN (:ids)

-- name: message.of_revision
-- The message of a revision, if it was ever scheduled.
SELECT id, origin_id, revision_id, unit_id, title, digest, byline, source, body, cover_id, pictures, sha256, created_at
FROM messages WHERE revision_id = :revision_id
