-- name: revision.insert
INSERT INTO revisions (id, article_id, no, title, digest, byline, source, body, cover_id, pictures, sha256, created_by, created_at)
VALUES (:id, :article_id, :no, :title, :digest, :byline, :source, :body, :cover_id, :pictures, :sha256, :created_by, :created_at)

-- name: revision.get
SELECT id, article_id, no, title, digest, byline, source, body, cover_id, pictures, sha256, created_by, created_at FROM revisions WHERE id = :id

-- name: revision.last_no
-- The number of an article's newest revision, 0 when it has none.
SELECT COALESCE(MAX(no), 0) FROM revisions WHERE article_id = :article_id
