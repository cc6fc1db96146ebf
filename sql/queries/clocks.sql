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
-- Starts duties anew in the same rows, done or not. :version is the one that a clock gets.
UPDATE clocks SET unit_id = n.unit_id, path = n.path, platform = n.platform, articles = n.articles, reason = n.reason, limit_n = n.limit_n,
    limit_unit = n.limit_unit, started_at = n.started_at, due_at = n.due_at, end_of_day = n.end_of_day, done_at = NULL, updated_at = n.updated_at, version = n.version
FROM (SELECT :id AS id, :version AS version, :unit_id AS unit_id, :path AS path, :platform AS platform, :articles AS articles, :reason AS reason,
    :limit_n AS limit_n, :limit_unit AS limit_unit, :started_at AS started_at, :due_at AS due_at, :end_of_day AS end_of_day, :updated_at AS updated_at) n
WHERE clocks.id = n.id AND clocks.version = n.version - 1

-- name: clock.restart mysql
UPDATE (SELECT :id AS id, :version AS version, :unit_id AS unit_id, :path AS path, :platform AS platform, :articles AS articles, :reason AS reason,
    :limit_n AS limit_n, :limit_unit AS limit_unit, :started_at AS started_at, :due_at AS due_at, :end_of_day AS end_of_day, :updated_at AS updated_at) n STRAIGHT_JOIN clocks c ON n.id = c.id AND c.version = n.version - 1
SET c.unit_id = n.unit_id, c.path = n.path, c.platform = n.platform, c.articles = n.articles, c.reason = n.reason, c.limit_n = n.limit_n,
    c.limit_unit = n.limit_unit, c.started_at = n.started_at, c.due_at = n.due_at, c.end_of_day = n.end_of_day, c.done_at = NULL, c.updated_at = n.updated_at, c.version = n.version

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
