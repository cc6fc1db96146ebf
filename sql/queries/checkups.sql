-- name: checkup.units
-- Some units, whoever asks: those on the paths of the accounts that are looked at.
SELECT id, parent_id, path, name, short_name, level, is_office, closed_at, created_at, updated_at, version FROM units WHERE id IN (:ids)

-- name: checkup.sections
-- The sections inside some units, for whose accounts the units answer.
SELECT id, parent_id FROM units WHERE parent_id IN (:ids) AND level = 'section'

-- name: checkup.siblings
-- The accounts that some units have and did not close.
SELECT id, unit_id, platform, kind, name, state FROM accounts WHERE unit_id IN (:unit_ids) AND state <> 'closed' ORDER BY name, id

-- name: checkup.holders
-- Which of some units have somebody in charge who may sign in.
SELECT DISTINCT r.unit_id, r.role FROM person_roles r JOIN people p ON p.id = r.person_id
WHERE r.unit_id IN (:ids) AND r.role IN (:roles) AND p.disabled_at IS NULL
