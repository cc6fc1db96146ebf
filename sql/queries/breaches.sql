-- name: breach.insert
INSERT INTO breaches (id, clock_id, subject_kind, subject_id, unit_id, path, platform, rulebook, rule, articles, started_at, due_at, ended_at)
VALUES (:id, :clock_id, :subject_kind, :subject_id, :unit_id, :path, :platform, :rulebook, :rule, :articles, :started_at, :due_at, :ended_at)

-- name: breach.forget
-- Takes back what was judged of the silences that began from one instant up to, and without, another.
DELETE FROM breaches WHERE clock_id IN (:clock_ids) AND started_at >= :from_at AND started_at < :until_at

-- name: breach.of_subject
-- What a thing missed, the latest first, a page by key. A silence that two rules judged has two lines.
SELECT id, clock_id, subject_kind, subject_id, unit_id, path, platform, rulebook, rule, articles, started_at, due_at, ended_at
FROM breaches
WHERE subject_kind = :subject_kind AND subject_id = :subject_id
  AND (:before_at = 0 OR started_at <= :before_at AND (started_at < :before_at OR id < :before_id))
ORDER BY started_at DESC, id DESC LIMIT :limit

-- name: breach.shift_paths
UPDATE breaches SET path = CONCAT(:new_path, SUBSTR(path, :kept)) WHERE path >= :old_path AND path < CONCAT(:old_path, '~')

-- name: breach.move_unit
UPDATE breaches SET unit_id = :to_id, path = :path WHERE unit_id = :from_id AND subject_kind IN (:kinds)
