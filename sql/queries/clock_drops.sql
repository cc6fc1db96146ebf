-- name: clock.drop
-- With the things themselves.
DELETE FROM clocks WHERE subject_kind = :subject_kind AND subject_id IN (:subject_ids)
