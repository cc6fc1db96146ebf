-- name: plan.deliveries
-- What is to go out, or went, in a span of time: of the units below a path, or of all that the person reaches. First due first.
SELECT d.id, d.origin_id, d.account_id, a.name AS account_name, a.kind AS account_kind, d.platform, d.state, d.due_at, d.published_at,
    CASE WHEN d.intent_at IS NULL THEN 0 ELSE 1 END AS begun, d.public_url,
    CASE WHEN d.state = 'submitted' AND d.next_at IS NULL AND d.lease_until IS NULL AND d.holder IS NULL THEN 1 ELSE 0 END AS by_hand,
    COALESCE(x.title, m.title) AS title, COALESCE(x.version, 0) AS article_version, COALESCE(x.state, '') AS article_state,
    m.unit_id, u.name AS unit_name, d.series_id, d.series_place
FROM deliveries d
JOIN messages m ON m.id = d.message_id
JOIN accounts a ON a.id = d.account_id
JOIN units u ON u.id = m.unit_id
LEFT JOIN articles x ON x.id = d.origin_id
WHERE d.action = 'publish' AND d.state <> 'cancelled' AND d.due_at >= :from AND d.due_at < :until
  AND (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = m.unit_id)
ORDER BY d.due_at, d.id LIMIT :limit

-- name: plan.counted
-- What some accounts post in a span of time: their deliveries that stand, each by its time. A message of several articles is one.
SELECT account_id, origin_id, due_at FROM deliveries
WHERE account_id IN (:accounts) AND action = 'publish' AND state NOT IN ('cancelled', 'failed') AND (series_place IS NULL OR series_place = 1)
  AND due_at >= :from AND due_at < :until
ORDER BY account_id, due_at LIMIT :limit

-- name: plan.history
-- When the accounts of a unit and of those below it posted, newest first.
SELECT p.published_at FROM posts p
WHERE p.account_id IN (:accounts) AND p.published_at >= :from AND p.published_at <= :until
ORDER BY p.published_at DESC LIMIT :limit

-- name: plan.move
-- Another time for a delivery that waits for its own: nothing of it has been sent anywhere that a reader sees.
UPDATE deliveries SET due_at = :due_at, next_at = :due_at, attempts = 0, error_code = '', error_class = '', error_text = '', error_advice = '',
    updated_at = :now, version = version + 1
WHERE id = :id AND state IN ('scheduled', 'prepared') AND intent_at IS NULL AND holder IS NULL

-- name: plan.move_article
UPDATE articles SET scheduled_at = :scheduled_at, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state = 'scheduled'

-- name: plan.accounts
-- The accounts in use of a unit and of those below it, for which somebody plans.
SELECT a.id, a.unit_id, a.platform, a.kind, a.name, a.mode, a.settings, a.state FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE a.state = 'in_use' AND (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~'))
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)
ORDER BY a.name, a.id LIMIT :limit

-- name: plan.accounts_of
-- The accounts that some articles are for.
SELECT a.id, a.unit_id, a.platform, a.kind, a.name, a.mode, a.settings, a.state, a.watch FROM accounts a
WHERE a.id IN (SELECT t.account_id FROM article_accounts t WHERE t.article_id IN (:articles))
ORDER BY a.name, a.id LIMIT :limit
