-- name: clock.find
-- The clock of one duty, running or done.
SELECT id, subject_kind, subject_id, unit_id, path, platform, rulebook, section, rule, articles, reason, limit_n, limit_unit, started_at, due_at, end_of_day, done_at, created_at, updated_at, version
FROM clocks
WHERE subject_kind = :subject_kind AND subject_id = :subject_id AND rulebook = :rulebook AND section = :section AND rule = :rule

-- name: clock.of_subject
-- All clocks of one thing, the running ones first, in the order in which they fall due.
SELECT id, subject_kind, subject_id, unit_id, path, platform, rulebook, section, rule, articles, reason, limit_n, limit_unit, started_at, due_at, end_of_day, done_at, created_at, updated_at, version
FROM clocks WHERE subject_kind = :subject_kind AND subject_id = :subject_id
ORDER BY CASE WHEN done_at IS NULL THEN 0 ELSE 1 END, CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, id

-- name: clock.insert
INSERT INTO clocks (id, subject_kind, subject_id, unit_id, path, platform, rulebook, section, rule, articles, reason, limit_n, limit_unit,
    started_at, due_at, end_of_day, done_at, created_at, updated_at, version)
VALUES (:id, :subject_kind, :subject_id, :unit_id, :path, :platform, :rulebook, :section, :rule, :articles, :reason, :limit_n, :limit_unit,
    :started_at, :due_at, :end_of_day, NULL, :created_at, :created_at, 1)

-- name: clock.restart
-- Starts the duty anew in the same row, done or not. :version is the one it gets.
UPDATE clocks SET unit_id = :unit_id, path = :path, platform = :platform, articles = :articles, reason = :reason, limit_n = :limit_n, limit_unit = :limit_unit,
    started_at = :started_at, due_at = :due_at, end_of_day = :end_of_day, done_at = NULL, updated_at = :updated_at, version = :version
WHERE id = :id AND version = :version - 1

-- name: clock.finish
UPDATE clocks SET done_at = :done_at, updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND done_at IS NULL

-- name: clock.of_subjects
-- All clocks of many things of one kind.
SELECT id, subject_kind, subject_id, unit_id, path, platform, rulebook, section, rule, articles, reason, limit_n, limit_unit, started_at, due_at, end_of_day, done_at, created_at, updated_at, version
FROM clocks WHERE subject_kind = :subject_kind AND subject_id IN (:subject_ids)
ORDER BY subject_id, CASE WHEN done_at IS NULL THEN 0 ELSE 1 END, CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, id

-- name: clock.shift_paths
-- Gives the clocks of a subtree the new beginning of their paths. :kept is where the part that stays begins, from 1.
UPDATE clocks SET path = CONCAT(:new_path, SUBSTR(path, :kept)) WHERE path >= :old_path AND path < CONCAT(:old_path, '~')

-- name: clock.move_unit
-- Gives the clocks of a unit's accounts and columns to the unit that took it in.
UPDATE clocks SET unit_id = :to_id, path = :path WHERE unit_id = :from_id AND subject_kind IN (:kinds)

-- name: clock.move_running
-- Gives the running clocks of some kinds of things of a unit to the unit that took it in.
UPDATE clocks SET unit_id = :to_id, path = :path WHERE unit_id = :from_id AND subject_kind IN (:kinds) AND done_at IS NULL
