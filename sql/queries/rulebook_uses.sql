-- name: rulebook_use.insert
INSERT INTO rulebook_uses (id, unit_id, rulebook, layer, from_at, until_at, reason, created_by, created_at, version)
VALUES (:id, :unit_id, :rulebook, :layer, :from_at, :until_at, :reason, :created_by, :created_at, 1)

-- name: law.mark
-- Changes whenever a rule, a calendar or a unit's place does.
SELECT mark FROM law_marks WHERE id = 1

-- name: law.touch
UPDATE law_marks SET mark = :mark WHERE id = 1

-- name: rulebook_use.get
SELECT id, unit_id, rulebook, layer, from_at, until_at, reason, created_by, created_at, version FROM rulebook_uses WHERE id = :id

-- name: rulebook_use.until
-- Sets when a unit stops working under a rulebook; NULL: there is no end.
UPDATE rulebook_uses SET until_at = :until_at, version = version + 1 WHERE id = :id AND version = :version

-- name: rulebook_use.list
-- Under which rulebooks some units work and worked, and on demand those in a subtree; the latest first. The next page begins
-- behind the last line.
SELECT x.id, x.unit_id, x.rulebook, x.layer, x.from_at, x.until_at, x.reason, x.created_by, x.created_at, x.version,
    u.name AS unit_name, u.path, COALESCE(p.name, '') AS created_by_name
FROM rulebook_uses x JOIN units u ON u.id = x.unit_id LEFT JOIN people p ON p.id = x.created_by
WHERE (x.unit_id IN (:ids) OR :below = TRUE AND u.path >= :path AND u.path < CONCAT(:path, '~')) AND (:rulebook = '' OR x.rulebook = :rulebook)
  AND (:before_id = '' OR x.from_at <= :before_at AND (x.from_at < :before_at OR x.id < :before_id))
ORDER BY x.from_at DESC, x.id DESC LIMIT :limit
