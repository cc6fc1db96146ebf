-- name: law.uses
-- Every time for which a unit works under a rulebook.
SELECT id, unit_id, rulebook, layer, from_at, until_at, reason, created_by, created_at, version FROM rulebook_uses ORDER BY from_at, id

-- name: law.changes
-- Every stricter figure and other reading that an office chose.
SELECT id, unit_id, rulebook, what, section, rule, field, value, reason, from_at, until_at, created_by, created_at, version
FROM rule_changes ORDER BY from_at, id

-- name: law.years
-- The working days of the years that were entered.
SELECT year, announced, document_number, workdays_total, rest, work, note FROM calendar_years ORDER BY year

-- name: law.writable
-- Those of some units at which a person holds one of the roles, there or from above.
SELECT DISTINCT unit_id FROM reach WHERE person_id = :person_id AND role IN (:roles) AND unit_id IN (:ids)
