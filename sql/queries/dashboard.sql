-- name: dashboard.accounts
-- How the accounts in use stand, by unit and platform. Each has at most one running clock, or none: then no rule applies.
SELECT u.id AS unit_id, u.name AS unit_name, a.platform AS platform,
    COUNT(*) AS total,
    COALESCE(SUM(CASE WHEN c.due_at > :now THEN 1 ELSE 0 END), 0) AS ok,
    COALESCE(SUM(CASE WHEN c.due_at > :now AND c.due_at <= :soon THEN 1 ELSE 0 END), 0) AS due_soon,
    COALESCE(SUM(CASE WHEN c.due_at <= :now THEN 1 ELSE 0 END), 0) AS stale,
    COALESCE(SUM(CASE WHEN c.id IS NULL THEN 1 ELSE 0 END), 0) AS no_rule,
    COALESCE(SUM(CASE WHEN c.id IS NOT NULL AND c.due_at IS NULL THEN 1 ELSE 0 END), 0) AS pending
FROM accounts a
JOIN units u ON u.id = a.unit_id
LEFT JOIN clocks c ON c.subject_kind = 'account' AND c.subject_id = a.id AND c.section = 'update_limits' AND c.done_at IS NULL
WHERE a.state = 'in_use'
  AND (:platform = '' OR a.platform = :platform)
  AND (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND u.id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
GROUP BY u.id, u.name, a.platform
ORDER BY u.id, a.platform

-- name: dashboard.columns
-- How the columns in use of the websites in use stand.
SELECT COUNT(*) AS total,
    COALESCE(SUM(CASE WHEN c.due_at > :now THEN 1 ELSE 0 END), 0) AS ok,
    COALESCE(SUM(CASE WHEN c.due_at > :now AND c.due_at <= :soon THEN 1 ELSE 0 END), 0) AS due_soon,
    COALESCE(SUM(CASE WHEN c.due_at <= :now THEN 1 ELSE 0 END), 0) AS stale,
    COALESCE(SUM(CASE WHEN c.id IS NULL THEN 1 ELSE 0 END), 0) AS no_rule,
    COALESCE(SUM(CASE WHEN c.id IS NOT NULL AND c.due_at IS NULL THEN 1 ELSE 0 END), 0) AS pending
FROM columns col
JOIN accounts a ON a.id = col.account_id
JOIN units u ON u.id = col.unit_id
LEFT JOIN clocks c ON c.subject_kind = 'column' AND c.subject_id = col.id AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL
WHERE a.state = 'in_use' AND col.state = 'in_use'
  AND (:platform = '' OR a.platform = :platform)
  AND (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND u.id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: dashboard.watchlist
-- What must be updated, in the order of the due times: so the longest over stands first. It walks the index on (done_at, due_at, id).
SELECT c.subject_kind, c.subject_id, COALESCE(col.name, a.name) AS name, a.id AS account_id, a.name AS account_name, a.platform AS platform,
    COALESCE(col.kind, a.kind) AS kind, u.id AS unit_id, u.name AS unit_name,
    CASE WHEN c.subject_kind = 'column' THEN col.last_post_at ELSE a.last_post_at END AS last_post_at,
    c.id AS clock_id, c.rulebook AS clock_rulebook, c.section AS clock_section, c.rule AS clock_rule, c.articles AS clock_articles,
    c.reason AS clock_reason, c.started_at AS clock_started_at, c.due_at AS clock_due_at
FROM clocks c
LEFT JOIN columns col ON c.subject_kind = 'column' AND col.id = c.subject_id
JOIN accounts a ON a.id = COALESCE(col.account_id, c.subject_id)
JOIN units u ON u.id = c.unit_id
WHERE c.done_at IS NULL AND c.due_at <= :until AND c.section IN ('update_limits', 'column_rules')
  AND (:after_id = '' OR c.due_at >= :after_due AND (c.due_at > :after_due OR c.id > :after_id))
  AND a.state = 'in_use'
  AND (:platform = '' OR a.platform = :platform)
  AND (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND u.id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
ORDER BY c.due_at, c.id LIMIT :limit
