-- name: app_feed.items
-- What an account published and has not taken back, newest first, a page by key; with when it was last corrected.
SELECT d.id, d.published_at,
    COALESCE((SELECT MAX(c.ended_at) FROM deliveries c WHERE c.of_id = d.id AND c.action = 'update' AND c.state = 'published'), 0) AS corrected_at
FROM deliveries d
WHERE d.account_id = :account_id AND d.action = 'publish' AND d.state = 'published' AND d.barred_at IS NULL
  AND (:before_at = 0 OR d.published_at <= :before_at AND (d.published_at < :before_at OR d.id < :before_id))
ORDER BY d.published_at DESC, d.id DESC LIMIT :limit

-- name: app_feed.retracted
-- The articles that an account took back lately, but those that it published anew.
SELECT d.origin_id AS id, MAX(d.ended_at) AS at
FROM deliveries d
WHERE d.account_id = :account_id AND d.action = 'publish' AND d.state = 'retracted' AND d.ended_at >= :since
  AND NOT EXISTS (SELECT 1 FROM deliveries n WHERE n.account_id = d.account_id AND n.origin_id = d.origin_id AND n.action = 'publish' AND n.state = 'published')
GROUP BY d.origin_id ORDER BY at DESC, id LIMIT 500

-- name: app_callback.delivery
-- The publication that an app reports about: of the article in that revision, or in any for 0; the newest first.
SELECT d.id FROM deliveries d JOIN messages m ON m.id = d.message_id
WHERE d.account_id = :account_id AND d.origin_id = :origin_id AND d.action = 'publish' AND (:revision = 0 OR m.created_at = :revision)
ORDER BY d.created_at DESC, d.id DESC LIMIT 1

-- name: app_endpoint.get
-- With what an account's endpoint last answered its test, and when; empty and NULL when it never did.
SELECT endpoint_mark AS mark, endpoint_at AS at FROM accounts WHERE id = :account_id

-- name: app_endpoint.keep
-- No version and no time of change: nobody edits these.
UPDATE accounts SET endpoint_mark = :mark, endpoint_at = :at WHERE id = :account_id

-- name: app_endpoint.taken
-- What an account published last since a moment: the program's own among it show that the app takes what is sent to it.
SELECT d.published_at, d.remote FROM deliveries d
WHERE d.account_id = :account_id AND d.action = 'publish' AND d.state IN ('published', 'retracted') AND d.published_at >= :since
ORDER BY d.due_at DESC, d.id DESC LIMIT 20
