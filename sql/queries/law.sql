-- name: law.uses
-- Every time for which a unit works under a rulebook.
SELECT id, unit_id, rulebook, layer, from_at, until_at, reason, created_by, created_at, version FROM rulebook_uses ORDER BY from_at, id

-- name: law.changes
-- Every stricter figure and other reading that an office chose.
SELECT id, unit_id, rulebook, what, section, rule, field, value, reason, from_at, until_at, created_by, created_at, version
FROM rule_changes ORDER BY from_at, id
