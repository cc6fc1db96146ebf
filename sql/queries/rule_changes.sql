-- name: rule_change.insert
INSERT INTO rule_changes (id, unit_id, rulebook, what, section, rule, field, value, reason, from_at, until_at, created_by, created_at, version)
VALUES (:id, :unit_id, :rulebook, :what, :section, :rule, :field, :value, :reason, :from_at, :until_at, :created_by, :created_at, 1)

-- name: rule_change.get
SELECT id, unit_id, rulebook, what, section, rule, field, value, reason, from_at, until_at, created_by, created_at, version
FROM rule_changes WHERE id = :id

-- name: rule_change.until
-- Sets when a choice ends; NULL: it has no end.
UPDATE rule_changes SET until_at = :until_at, version = version + 1 WHERE id = :id AND version = :version

-- name: rule_change.list
-- What some units chose, and on demand those in a subtree; the latest first. The next page begins behind the last line.
SELECT c.id, c.unit_id, c.rulebook, c.what, c.section, c.rule, c.field, c.value, c.reason, c.from_at, c.until_at, c.created_by, c.created_at, c.version,
    u.name AS unit_name, u.path, COALESCE(p.name, '') AS created_by_name
FROM rule_changes c JOIN units u ON u.id = c.unit_id LEFT JOIN people p ON p.id = c.created_by
WHERE (c.unit_id IN (:ids) OR :below = TRUE AND u.path >= :path AND u.path < CONCAT(:path, '~')) AND (:rulebook = '' OR c.rulebook = :rulebook)
  AND (:before_id = '' OR c.from_at <= :before_at AND (c.from_at < :before_at OR c.id < :before_id))
ORDER BY c.from_at DESC, c.id DESC LIMIT :limit
