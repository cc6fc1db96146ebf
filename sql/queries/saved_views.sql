-- name: saved_view.list
-- What one person keeps for a page.
SELECT id, person_id, page, name, query, created_at FROM saved_views WHERE person_id = :person_id AND page = :page ORDER BY name

-- name: saved_view.insert
INSERT INTO saved_views (id, person_id, page, name, query, created_at) VALUES (:id, :person_id, :page, :name, :query, :created_at)

-- name: saved_view.rename
UPDATE saved_views SET name = :name WHERE id = :id AND person_id = :person_id

-- name: saved_view.get
SELECT id, person_id, page, name, query, created_at FROM saved_views WHERE id = :id AND person_id = :person_id

-- name: saved_view.remove
DELETE FROM saved_views WHERE id = :id AND person_id = :person_id
