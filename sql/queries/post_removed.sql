-- name: post.removed
-- The post of a delivery was taken down; it still counts as the update it was (K12).
UPDATE posts SET removed_at = :at WHERE delivery_id = :delivery_id AND removed_at IS NULL
