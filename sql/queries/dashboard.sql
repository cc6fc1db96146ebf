-- name: dashboard.size
-- How many accounts a subtree has, at most :limit.
SELECT COUNT(*) FROM (SELECT id FROM accounts WHERE path >= :path AND path < CONCAT(:path, '~') LIMIT :limit) some

-- name: dashboard.live
-- How everything watched in a subtree stands, by the unit next below (empty: the unit itself), counted row by row. For subtrees that are small.
SELECT 'account' AS kind, SUBSTR(path, :child, 16) AS child, platform, '' AS rulebook, '' AS rule, COUNT(*) AS total,
    SUM(CASE WHEN watch = 'timed' AND due_at > :now THEN 1 ELSE 0 END) AS ok, SUM(CASE WHEN watch = 'timed' AND due_at > :now AND due_at <= :soon THEN 1 ELSE 0 END) AS due_soon,
    SUM(CASE WHEN watch = 'timed' AND due_at <= :now THEN 1 ELSE 0 END) AS stale, SUM(CASE WHEN watch = 'no_rule' THEN 1 ELSE 0 END) AS no_rule,
    SUM(CASE WHEN watch = 'calendar_pending' THEN 1 ELSE 0 END) AS pending, SUM(CASE WHEN watch = 'unknown' THEN 1 ELSE 0 END) AS unread
FROM accounts WHERE path >= :path AND path < CONCAT(:path, '~') AND watch <> '' GROUP BY child, platform
UNION ALL
SELECT 'column' AS kind, SUBSTR(path, :child, 16) AS child, 'website' AS platform, '' AS rulebook, '' AS rule, COUNT(*) AS total,
    SUM(CASE WHEN watch = 'timed' AND due_at > :now THEN 1 ELSE 0 END) AS ok, SUM(CASE WHEN watch = 'timed' AND due_at > :now AND due_at <= :soon THEN 1 ELSE 0 END) AS due_soon,
    SUM(CASE WHEN watch = 'timed' AND due_at <= :now THEN 1 ELSE 0 END) AS stale, SUM(CASE WHEN watch = 'no_rule' THEN 1 ELSE 0 END) AS no_rule,
    SUM(CASE WHEN watch = 'calendar_pending' THEN 1 ELSE 0 END) AS pending, SUM(CASE WHEN watch = 'unknown' THEN 1 ELSE 0 END) AS unread
FROM columns WHERE path >= :path AND path < CONCAT(:path, '~') AND watch <> '' GROUP BY child
UNION ALL
SELECT 'clock' AS kind, SUBSTR(path, :child, 16) AS child, platform, rulebook, rule, COUNT(*) AS total,
    SUM(CASE WHEN due_at > :now THEN 1 ELSE 0 END) AS ok, SUM(CASE WHEN due_at > :now AND due_at <= :soon THEN 1 ELSE 0 END) AS due_soon,
    SUM(CASE WHEN due_at <= :now THEN 1 ELSE 0 END) AS stale, 0 AS no_rule, SUM(CASE WHEN due_at IS NULL THEN 1 ELSE 0 END) AS pending, 0 AS unread
FROM clocks
WHERE rulebook IN (:rulebooks) AND done_at IS NULL AND path >= :path AND path < CONCAT(:path, '~') AND rule IN (:rules) AND reason IN ('', 'blank', 'calendar_pending')
GROUP BY child, platform, rulebook, rule

-- name: dashboard.tallied
-- How everything in the subtrees of some units stood when their tallies were last counted, without the units themselves.
SELECT unit_id AS child, kind, platform, rulebook, rule, SUM(total) AS total,
    SUM(CASE WHEN slot >= :now_slot THEN total ELSE 0 END) AS ok, SUM(CASE WHEN slot >= :now_slot AND slot < :soon_slot THEN total ELSE 0 END) AS due_soon,
    SUM(CASE WHEN slot >= 0 AND slot < :now_slot THEN total ELSE 0 END) AS stale, SUM(CASE WHEN slot = -1 THEN total ELSE 0 END) AS no_rule,
    SUM(CASE WHEN slot = -2 THEN total ELSE 0 END) AS pending, SUM(CASE WHEN slot = -3 THEN total ELSE 0 END) AS unread
FROM tallies WHERE unit_id IN (:ids) AND kind IN (:kinds) GROUP BY unit_id, kind, platform, rulebook, rule

-- name: dashboard.own
-- How everything stands that some units hold themselves, cut as the tallies are. The unit is the last id of its path; by path, because
-- the indexes that begin with it hold all that is counted.
SELECT 'account' AS kind, SUBSTR(path, -17, 16) AS child, platform, '' AS rulebook, '' AS rule, COUNT(*) AS total,
    SUM(CASE WHEN watch = 'timed' AND due_at >= :now_slot THEN 1 ELSE 0 END) AS ok, SUM(CASE WHEN watch = 'timed' AND due_at >= :now_slot AND due_at < :soon_slot THEN 1 ELSE 0 END) AS due_soon,
    SUM(CASE WHEN watch = 'timed' AND due_at < :now_slot THEN 1 ELSE 0 END) AS stale, SUM(CASE WHEN watch = 'no_rule' THEN 1 ELSE 0 END) AS no_rule,
    SUM(CASE WHEN watch = 'calendar_pending' THEN 1 ELSE 0 END) AS pending, SUM(CASE WHEN watch = 'unknown' THEN 1 ELSE 0 END) AS unread
FROM accounts WHERE path IN (:paths) AND watch <> '' GROUP BY child, platform
UNION ALL
SELECT 'column' AS kind, SUBSTR(path, -17, 16) AS child, 'website' AS platform, '' AS rulebook, '' AS rule, COUNT(*) AS total,
    SUM(CASE WHEN watch = 'timed' AND due_at >= :now_slot THEN 1 ELSE 0 END) AS ok, SUM(CASE WHEN watch = 'timed' AND due_at >= :now_slot AND due_at < :soon_slot THEN 1 ELSE 0 END) AS due_soon,
    SUM(CASE WHEN watch = 'timed' AND due_at < :now_slot THEN 1 ELSE 0 END) AS stale, SUM(CASE WHEN watch = 'no_rule' THEN 1 ELSE 0 END) AS no_rule,
    SUM(CASE WHEN watch = 'calendar_pending' THEN 1 ELSE 0 END) AS pending, SUM(CASE WHEN watch = 'unknown' THEN 1 ELSE 0 END) AS unread
FROM columns WHERE path IN (:paths) AND watch <> '' GROUP BY child
UNION ALL
SELECT 'clock' AS kind, SUBSTR(path, -17, 16) AS child, platform, rulebook, rule, COUNT(*) AS total,
    SUM(CASE WHEN due_at >= :now_slot THEN 1 ELSE 0 END) AS ok, SUM(CASE WHEN due_at >= :now_slot AND due_at < :soon_slot THEN 1 ELSE 0 END) AS due_soon,
    SUM(CASE WHEN due_at < :now_slot THEN 1 ELSE 0 END) AS stale, 0 AS no_rule, SUM(CASE WHEN due_at IS NULL THEN 1 ELSE 0 END) AS pending, 0 AS unread
FROM clocks
WHERE rulebook IN (:rulebooks) AND done_at IS NULL AND path IN (:clock_paths) AND rule IN (:rules) AND reason IN ('', 'blank', 'calendar_pending')
GROUP BY child, platform, rulebook, rule

-- name: dashboard.edges
-- What falls due within a part of a quarter of a day, by the unit next below. The index on the due time is walked, whatever the subtree:
-- CONCAT keeps the other one out of it.
SELECT 'account' AS kind, SUBSTR(path, :child, 16) AS child, platform, '' AS rulebook, '' AS rule, COUNT(*) AS total
FROM accounts WHERE watch = 'timed' AND due_at >= :from_at AND due_at <= :until_at AND CONCAT(path, '') >= :path AND CONCAT(path, '') < CONCAT(:path, '~')
GROUP BY child, platform
UNION ALL
SELECT 'column' AS kind, SUBSTR(path, :child, 16) AS child, 'website' AS platform, '' AS rulebook, '' AS rule, COUNT(*) AS total
FROM columns WHERE watch = 'timed' AND due_at >= :from_at AND due_at <= :until_at AND CONCAT(path, '') >= :path AND CONCAT(path, '') < CONCAT(:path, '~')
GROUP BY child
UNION ALL
SELECT 'clock' AS kind, CASE WHEN :clocks_by_unit = TRUE THEN SUBSTR(path, :child, 16) ELSE '' END AS child, platform, rulebook, rule, COUNT(*) AS total
FROM clocks
WHERE rulebook IN (:rulebooks) AND done_at IS NULL AND due_at >= :from_at AND due_at <= :until_at AND rule IN (:rules)
  AND CONCAT(path, '') >= :path AND CONCAT(path, '') < CONCAT(:path, '~')
GROUP BY child, platform, rulebook, rule

-- name: dashboard.children
-- The open units right below one, each with whether others stand below it.
SELECT u.id AS unit_id, u.name AS unit_name, EXISTS (SELECT 1 FROM units b WHERE b.parent_id = u.id AND b.closed_at IS NULL) AS has_below
FROM units u WHERE u.parent_id = :id AND u.closed_at IS NULL ORDER BY u.name, u.id

-- name: dashboard.homes
-- The units at which a person holds one of the roles.
SELECT DISTINCT u.id, u.path, u.name FROM person_roles r JOIN units u ON u.id = r.unit_id
WHERE r.person_id = :person_id AND r.role IN (:roles) ORDER BY u.path

-- name: dashboard.trend
-- How many silences that were too long began in each span of time, ended or not: breaches that are recorded, and clocks that are late still.
SELECT since, SUM(total) AS total FROM (
    SELECT due_at - (due_at - :from_at) % :length AS since, COUNT(*) AS total FROM breaches
    WHERE due_at >= :from_at AND due_at < :until_at AND path >= :path AND path < CONCAT(:path, '~') GROUP BY since
    UNION ALL
    SELECT due_at - (due_at - :from_at) % :length AS since, COUNT(*) AS total FROM clocks
    WHERE rulebook IN (:rulebooks) AND done_at IS NULL AND due_at >= :from_at AND due_at < :until_at AND rule IN (:rules)
      AND path >= :path AND path < CONCAT(:path, '~') GROUP BY since
) spans GROUP BY since ORDER BY since
