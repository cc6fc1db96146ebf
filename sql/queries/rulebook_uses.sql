-- name: rulebook_use.insert
INSERT INTO rulebook_uses (id, unit_id, rulebook, layer, from_at, until_at, reason, created_by, created_at, version)
VALUES (:id, :unit_id, :rulebook, :layer, :from_at, :until_at, :reason, :created_by, :created_at, 1)

-- name: law.mark
-- Changes whenever a rule, a calendar or a unit's place does.
SELECT mark FROM law_marks WHERE id = 1

-- name: law.touch
UPDATE law_marks SET mark = :mark WHERE id = 1
