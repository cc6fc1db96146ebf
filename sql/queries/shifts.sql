-- name: shift.list
-- Who is on duty at a unit at any time between two instants. No shift is longer than :longest, so an old one is not looked for.
SELECT id, unit_id, person_name, from_at, until_at, created_by, created_at
FROM shifts
WHERE unit_id = :unit_id AND from_at > :from_at - :longest AND from_at < :until_at AND until_at > :from_at
ORDER BY from_at, id

-- name: shift.insert
INSERT INTO shifts (id, unit_id, person_name, from_at, until_at, created_by, created_at)
VALUES (:id, :unit_id, :person_name, :from_at, :until_at, :created_by, :created_at)

-- name: shift.clear
-- Takes away the shifts that begin from one instant up to, and without, another.
DELETE FROM shifts WHERE unit_id = :unit_id AND from_at >= :from_at AND from_at < :until_at

-- name: shift.move_unit
-- The shifts that have not ended go to the unit that took the other in.
UPDATE shifts SET unit_id = :to_id WHERE unit_id = :from_id AND until_at > :now
