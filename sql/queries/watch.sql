-- name: watch.wide
-- What must be updated first, of a subtree so large that the index on the due times is walked. CONCAT keeps the index on the path out of it.
SELECT subject_kind, subject_id, due_at, key_id FROM (
    SELECT * FROM (
        SELECT 'account' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM accounts x
        WHERE x.watch = 'timed' AND x.due_at >= :since_at AND x.due_at <= :until_at AND (:path = '' OR CONCAT(x.path, '') >= :path AND CONCAT(x.path, '') < CONCAT(:path, '~'))
          AND (:platform = '' OR x.platform = :platform) AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND (:after_id = '' OR x.due_at >= :after_due AND (x.due_at > :after_due OR x.id > :after_id))
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY x.due_at, x.id LIMIT :limit
    ) account_page
    UNION ALL
    SELECT * FROM (
        SELECT 'column' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM columns x
        WHERE x.watch = 'timed' AND x.due_at >= :since_at AND x.due_at <= :until_at AND (:path = '' OR CONCAT(x.path, '') >= :path AND CONCAT(x.path, '') < CONCAT(:path, '~'))
          AND (:platform = '' OR :platform = 'website') AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND (:after_id = '' OR x.due_at >= :after_due AND (x.due_at > :after_due OR x.id > :after_id))
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY x.due_at, x.id LIMIT :limit
    ) column_page
) page ORDER BY due_at, key_id LIMIT :limit

-- name: watch.narrow
-- The same of a small subtree: its range of the index is read and sorted.
SELECT subject_kind, subject_id, due_at, key_id FROM (
    SELECT * FROM (
        SELECT 'account' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM accounts x
        WHERE x.watch = 'timed' AND x.due_at >= :since_at AND x.due_at <= :until_at AND x.path >= :path AND x.path < CONCAT(:path, '~')
          AND (:platform = '' OR x.platform = :platform) AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND (:after_id = '' OR x.due_at >= :after_due AND (x.due_at > :after_due OR x.id > :after_id))
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY x.due_at + 0, x.id LIMIT :limit
    ) account_page
    UNION ALL
    SELECT * FROM (
        SELECT 'column' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM columns x
        WHERE x.watch = 'timed' AND x.due_at >= :since_at AND x.due_at <= :until_at AND x.path >= :path AND x.path < CONCAT(:path, '~')
          AND (:platform = '' OR :platform = 'website') AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND (:after_id = '' OR x.due_at >= :after_due AND (x.due_at > :after_due OR x.id > :after_id))
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY x.due_at + 0, x.id LIMIT :limit
    ) column_page
) page ORDER BY due_at, key_id LIMIT :limit

-- name: watch.wide_under
-- What must be updated first under one rulebook, or one rule of it: one range of the index on the due times.
SELECT c.subject_kind, c.subject_id, c.due_at, c.id AS key_id FROM clocks c
WHERE c.rulebook = :rulebook AND c.done_at IS NULL AND c.due_at >= :since_at AND c.due_at <= :until_at AND (:path = '' OR CONCAT(c.path, '') >= :path AND CONCAT(c.path, '') < CONCAT(:path, '~'))
  AND c.rule IN (:rules) AND (:rule = '' OR c.rule = :rule) AND (:platform = '' OR c.platform = :platform) AND (:subject_kind = '' OR c.subject_kind = :subject_kind)
  AND c.subject_kind IN ('account', 'column')
  AND (:name = '' OR c.subject_id IN (SELECT x.id FROM accounts x WHERE LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
    OR c.subject_id IN (SELECT y.id FROM columns y WHERE LOWER(y.name) LIKE LOWER(:name) ESCAPE '!'))
  AND (:after_id = '' OR c.due_at >= :after_due AND (c.due_at > :after_due OR c.id > :after_id))
  AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
ORDER BY c.due_at, c.id LIMIT :limit

-- name: watch.narrow_under
-- The same of a small subtree: one range of the index on rulebook and path.
SELECT c.subject_kind, c.subject_id, c.due_at, c.id AS key_id FROM clocks c
WHERE c.rulebook = :rulebook AND c.done_at IS NULL AND c.due_at >= :since_at AND c.due_at <= :until_at AND c.path >= :path AND c.path < CONCAT(:path, '~')
  AND c.rule IN (:rules) AND (:rule = '' OR c.rule = :rule) AND (:platform = '' OR c.platform = :platform) AND (:subject_kind = '' OR c.subject_kind = :subject_kind)
  AND c.subject_kind IN ('account', 'column')
  AND (:name = '' OR c.subject_id IN (SELECT x.id FROM accounts x WHERE LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
    OR c.subject_id IN (SELECT y.id FROM columns y WHERE LOWER(y.name) LIKE LOWER(:name) ESCAPE '!'))
  AND (:after_id = '' OR c.due_at >= :after_due AND (c.due_at > :after_due OR c.id > :after_id))
  AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
ORDER BY c.due_at + 0, c.id LIMIT :limit

-- name: watch.wide_pending
-- What waits for a calendar under one rulebook, or one rule of it, in the order in which the clocks were made: the range of the index on
-- the due times that has none.
SELECT c.subject_kind, c.subject_id, c.due_at, c.id AS key_id FROM clocks c
WHERE c.rulebook = :rulebook AND c.done_at IS NULL AND c.due_at IS NULL AND (:path = '' OR CONCAT(c.path, '') >= :path AND CONCAT(c.path, '') < CONCAT(:path, '~')) AND c.id > :after_id
  AND c.reason IN ('', 'blank', 'calendar_pending')
  AND c.rule IN (:rules) AND (:rule = '' OR c.rule = :rule) AND (:platform = '' OR c.platform = :platform) AND (:subject_kind = '' OR c.subject_kind = :subject_kind)
  AND c.subject_kind IN ('account', 'column')
  AND (:name = '' OR c.subject_id IN (SELECT x.id FROM accounts x WHERE LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
    OR c.subject_id IN (SELECT y.id FROM columns y WHERE LOWER(y.name) LIKE LOWER(:name) ESCAPE '!'))
  AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
ORDER BY c.id LIMIT :limit

-- name: watch.narrow_pending
-- The same of a small subtree: one range of the index on rulebook and path.
SELECT c.subject_kind, c.subject_id, c.due_at, c.id AS key_id FROM clocks c
WHERE c.rulebook = :rulebook AND c.done_at IS NULL AND c.due_at IS NULL AND c.path >= :path AND c.path < CONCAT(:path, '~') AND CONCAT(c.id, '') > :after_id
  AND c.reason IN ('', 'blank', 'calendar_pending')
  AND c.rule IN (:rules) AND (:rule = '' OR c.rule = :rule) AND (:platform = '' OR c.platform = :platform) AND (:subject_kind = '' OR c.subject_kind = :subject_kind)
  AND c.subject_kind IN ('account', 'column')
  AND (:name = '' OR c.subject_id IN (SELECT x.id FROM accounts x WHERE LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
    OR c.subject_id IN (SELECT y.id FROM columns y WHERE LOWER(y.name) LIKE LOWER(:name) ESCAPE '!'))
  AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
ORDER BY CONCAT(c.id, '') LIMIT :limit

-- name: watch.wide_plain
-- What no clock counts, in the order of registering: without a rule, waiting for a calendar, unread. It has no due time, so the index on
-- the due times has it in this order.
SELECT subject_kind, subject_id, due_at, key_id FROM (
    SELECT * FROM (
        SELECT 'account' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM accounts x
        WHERE x.watch = :watch AND x.due_at IS NULL AND x.id > :after_id AND (:path = '' OR CONCAT(x.path, '') >= :path AND CONCAT(x.path, '') < CONCAT(:path, '~'))
          AND (:platform = '' OR x.platform = :platform) AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY x.id LIMIT :limit
    ) account_page
    UNION ALL
    SELECT * FROM (
        SELECT 'column' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM columns x
        WHERE x.watch = :watch AND x.due_at IS NULL AND x.id > :after_id AND (:path = '' OR CONCAT(x.path, '') >= :path AND CONCAT(x.path, '') < CONCAT(:path, '~'))
          AND (:platform = '' OR :platform = 'website') AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY x.id LIMIT :limit
    ) column_page
) page ORDER BY key_id LIMIT :limit

-- name: watch.wide_without
-- What has no clock of one rulebook though it can be read, in the order of registering. The accounts are walked until a page is full, so
-- it is for when there are some: CONCAT keeps the other indexes out of it. COUNT, here and below, makes each clock be looked for by its
-- thing; MariaDB would turn NOT EXISTS into a reading of all clocks of the rulebook.
SELECT subject_kind, subject_id, due_at, key_id FROM (
    SELECT * FROM (
        SELECT 'account' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM accounts x
        WHERE CONCAT(x.watch, '') IN (:watches) AND x.id > :after_id AND (:path = '' OR CONCAT(x.path, '') >= :path AND CONCAT(x.path, '') < CONCAT(:path, '~'))
          AND (:platform = '' OR x.platform = :platform) AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND (SELECT COUNT(*) FROM clocks c WHERE c.subject_kind = 'account' AND c.subject_id = x.id AND c.rulebook = :rulebook
            AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL) = 0
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY x.id LIMIT :limit
    ) account_page
    UNION ALL
    SELECT * FROM (
        SELECT 'column' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM columns x
        WHERE CONCAT(x.watch, '') IN (:watches) AND x.id > :after_id AND (:path = '' OR CONCAT(x.path, '') >= :path AND CONCAT(x.path, '') < CONCAT(:path, '~'))
          AND (:platform = '' OR :platform = 'website') AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND (SELECT COUNT(*) FROM clocks c WHERE c.subject_kind = 'column' AND c.subject_id = x.id AND c.rulebook = :rulebook
            AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL) = 0
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY x.id LIMIT :limit
    ) column_page
) page ORDER BY key_id LIMIT :limit

-- name: watch.narrow_plain
-- Both of a small subtree: its range of the index is read and sorted. CONCAT keeps the index on the due times out of it.
SELECT subject_kind, subject_id, due_at, key_id FROM (
    SELECT * FROM (
        SELECT 'account' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM accounts x
        WHERE CONCAT(x.watch, '') IN (:watches) AND CONCAT(x.id, '') > :after_id AND x.path >= :path AND x.path < CONCAT(:path, '~')
          AND (:platform = '' OR x.platform = :platform) AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND (:rulebook = '' OR (SELECT COUNT(*) FROM clocks c WHERE c.subject_kind = 'account' AND c.subject_id = x.id AND c.rulebook = :rulebook
            AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL) = 0)
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY CONCAT(x.id, '') LIMIT :limit
    ) account_page
    UNION ALL
    SELECT * FROM (
        SELECT 'column' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.id AS key_id FROM columns x
        WHERE CONCAT(x.watch, '') IN (:watches) AND CONCAT(x.id, '') > :after_id AND x.path >= :path AND x.path < CONCAT(:path, '~')
          AND (:platform = '' OR :platform = 'website') AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
          AND (:rulebook = '' OR (SELECT COUNT(*) FROM clocks c WHERE c.subject_kind = 'column' AND c.subject_id = x.id AND c.rulebook = :rulebook
            AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL) = 0)
          AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
        ORDER BY CONCAT(x.id, '') LIMIT :limit
    ) column_page
) page ORDER BY key_id LIMIT :limit

-- name: watch.by_name
-- By name. The subtree is sorted as a whole, read by the index on the path, as in the next ones. Of one rulebook, it is what has no clock of it.
SELECT subject_kind, subject_id, due_at, subject_id AS key_id FROM (
    SELECT 'account' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.name AS name, COALESCE(x.last_post_at, 0) AS last_at FROM accounts x
    WHERE CONCAT(x.watch, '') IN (:watches) AND (:watch <> 'timed' OR x.due_at >= :since_at AND x.due_at <= :until_at)
      AND x.path >= :path AND x.path < CONCAT(:path, '~')
      AND (:platform = '' OR x.platform = :platform) AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND (:rulebook = '' OR (SELECT COUNT(*) FROM clocks c WHERE c.subject_kind = 'account' AND c.subject_id = x.id AND c.rulebook = :rulebook
            AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL) = 0)
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
    UNION ALL
    SELECT 'column' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.name AS name, COALESCE(x.last_post_at, 0) AS last_at FROM columns x
    WHERE CONCAT(x.watch, '') IN (:watches) AND (:watch <> 'timed' OR x.due_at >= :since_at AND x.due_at <= :until_at)
      AND x.path >= :path AND x.path < CONCAT(:path, '~')
      AND (:platform = '' OR :platform = 'website') AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND (:rulebook = '' OR (SELECT COUNT(*) FROM clocks c WHERE c.subject_kind = 'column' AND c.subject_id = x.id AND c.rulebook = :rulebook
            AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL) = 0)
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
) page
WHERE :after_id = '' OR name >= :after_key AND (name > :after_key OR subject_id > :after_id)
ORDER BY name, subject_id LIMIT :limit

-- name: watch.by_name_under
-- By name, what has a clock of one rulebook, or of one rule of it. The subtree is sorted as a whole.
SELECT subject_kind, subject_id, due_at, subject_id AS key_id FROM (
    SELECT 'account' AS subject_kind, x.id AS subject_id, c.due_at AS due_at, x.name AS name, COALESCE(x.last_post_at, 0) AS last_at
    FROM clocks c JOIN accounts x ON x.id = c.subject_id
    WHERE c.rulebook = :rulebook AND c.done_at IS NULL AND c.path >= :path AND c.path < CONCAT(:path, '~')
      AND (c.due_at >= :since_at AND c.due_at <= :until_at OR :pending = TRUE AND c.due_at IS NULL AND c.reason IN ('', 'blank', 'calendar_pending'))
      AND c.rule IN (:rules) AND (:rule = '' OR c.rule = :rule) AND (:platform = '' OR c.platform = :platform)
      AND c.subject_kind = 'account' AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
    UNION ALL
    SELECT 'column' AS subject_kind, x.id AS subject_id, c.due_at AS due_at, x.name AS name, COALESCE(x.last_post_at, 0) AS last_at
    FROM clocks c JOIN columns x ON x.id = c.subject_id
    WHERE c.rulebook = :rulebook AND c.done_at IS NULL AND c.path >= :path AND c.path < CONCAT(:path, '~')
      AND (c.due_at >= :since_at AND c.due_at <= :until_at OR :pending = TRUE AND c.due_at IS NULL AND c.reason IN ('', 'blank', 'calendar_pending'))
      AND c.rule IN (:rules) AND (:rule = '' OR c.rule = :rule) AND (:platform = '' OR c.platform = :platform)
      AND c.subject_kind = 'column' AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
) page
WHERE :after_id = '' OR name >= :after_key AND (name > :after_key OR subject_id > :after_id)
ORDER BY name, subject_id LIMIT :limit

-- name: watch.by_last_post
-- The longest silent first. The subtree is sorted as a whole. Of one rulebook, it is what has no clock of it.
SELECT subject_kind, subject_id, due_at, subject_id AS key_id FROM (
    SELECT 'account' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.name AS name, COALESCE(x.last_post_at, 0) AS last_at FROM accounts x
    WHERE CONCAT(x.watch, '') IN (:watches) AND (:watch <> 'timed' OR x.due_at >= :since_at AND x.due_at <= :until_at)
      AND x.path >= :path AND x.path < CONCAT(:path, '~')
      AND (:platform = '' OR x.platform = :platform) AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND (:rulebook = '' OR (SELECT COUNT(*) FROM clocks c WHERE c.subject_kind = 'account' AND c.subject_id = x.id AND c.rulebook = :rulebook
            AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL) = 0)
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
    UNION ALL
    SELECT 'column' AS subject_kind, x.id AS subject_id, x.due_at AS due_at, x.name AS name, COALESCE(x.last_post_at, 0) AS last_at FROM columns x
    WHERE CONCAT(x.watch, '') IN (:watches) AND (:watch <> 'timed' OR x.due_at >= :since_at AND x.due_at <= :until_at)
      AND x.path >= :path AND x.path < CONCAT(:path, '~')
      AND (:platform = '' OR :platform = 'website') AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND (:rulebook = '' OR (SELECT COUNT(*) FROM clocks c WHERE c.subject_kind = 'column' AND c.subject_id = x.id AND c.rulebook = :rulebook
            AND c.section IN ('update_limits', 'column_rules') AND c.done_at IS NULL) = 0)
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
) page
WHERE :after_id = '' OR last_at >= :after_key AND (last_at > :after_key OR subject_id > :after_id)
ORDER BY last_at, subject_id LIMIT :limit

-- name: watch.by_last_post_under
-- The longest silent first, of what has a clock of one rulebook, or of one rule of it. The subtree is sorted as a whole.
SELECT subject_kind, subject_id, due_at, subject_id AS key_id FROM (
    SELECT 'account' AS subject_kind, x.id AS subject_id, c.due_at AS due_at, x.name AS name, COALESCE(x.last_post_at, 0) AS last_at
    FROM clocks c JOIN accounts x ON x.id = c.subject_id
    WHERE c.rulebook = :rulebook AND c.done_at IS NULL AND c.path >= :path AND c.path < CONCAT(:path, '~')
      AND (c.due_at >= :since_at AND c.due_at <= :until_at OR :pending = TRUE AND c.due_at IS NULL AND c.reason IN ('', 'blank', 'calendar_pending'))
      AND c.rule IN (:rules) AND (:rule = '' OR c.rule = :rule) AND (:platform = '' OR c.platform = :platform)
      AND c.subject_kind = 'account' AND (:subject_kind = '' OR :subject_kind = 'account') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
    UNION ALL
    SELECT 'column' AS subject_kind, x.id AS subject_id, c.due_at AS due_at, x.name AS name, COALESCE(x.last_post_at, 0) AS last_at
    FROM clocks c JOIN columns x ON x.id = c.subject_id
    WHERE c.rulebook = :rulebook AND c.done_at IS NULL AND c.path >= :path AND c.path < CONCAT(:path, '~')
      AND (c.due_at >= :since_at AND c.due_at <= :until_at OR :pending = TRUE AND c.due_at IS NULL AND c.reason IN ('', 'blank', 'calendar_pending'))
      AND c.rule IN (:rules) AND (:rule = '' OR c.rule = :rule) AND (:platform = '' OR c.platform = :platform)
      AND c.subject_kind = 'column' AND (:subject_kind = '' OR :subject_kind = 'column') AND (:name = '' OR LOWER(x.name) LIKE LOWER(:name) ESCAPE '!')
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND c.path >= home.path AND c.path < CONCAT(home.path, '~'))
) page
WHERE :after_id = '' OR last_at >= :after_key AND (last_at > :after_key OR subject_id > :after_id)
ORDER BY last_at, subject_id LIMIT :limit

-- name: watch.accounts
-- What the list shows of accounts.
SELECT 'account' AS subject_kind, a.id AS subject_id, a.name, a.id AS account_id, a.name AS account_name, a.platform, a.kind, a.unit_id, u.name AS unit_name,
    a.last_post_at, a.due_at, a.watch, a.unread_since
FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.id IN (:ids)

-- name: watch.columns
-- What the list shows of columns.
SELECT 'column' AS subject_kind, c.id AS subject_id, c.name, a.id AS account_id, a.name AS account_name, a.platform, c.kind, c.unit_id, u.name AS unit_name,
    c.last_post_at, c.due_at, c.watch, a.unread_since
FROM columns c JOIN accounts a ON a.id = c.account_id JOIN units u ON u.id = c.unit_id WHERE c.id IN (:ids)
