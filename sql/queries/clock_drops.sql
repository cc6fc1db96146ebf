-- name: clock.drop
-- With the thing itself.
DELETE FROM clocks WHERE subject_kind = :subject_kind AND subject_id = :subject_id
