-- name: post.get
SELECT id, account_id, column_id, unit_id, delivery_id, external_id, title, url, source, published_at, first_seen_at, removed_at, date_by, note, attachments FROM posts WHERE id = :id

-- name: post.same
-- The post that a report is about, if it is known: by its delivery, by the platform's id, or by its address where one side has no id.
SELECT id, account_id, column_id, unit_id, delivery_id, external_id, title, url, source, published_at, first_seen_at, removed_at, date_by, note, attachments
FROM (
    SELECT 0 AS place, id, account_id, column_id, unit_id, delivery_id, external_id, title, url, source, published_at, first_seen_at, removed_at, date_by, note, attachments
    FROM posts WHERE :delivery_id <> '' AND delivery_id = :delivery_id
    UNION ALL
    SELECT 1 AS place, id, account_id, column_id, unit_id, delivery_id, external_id, title, url, source, published_at, first_seen_at, removed_at, date_by, note, attachments
    FROM posts WHERE :external_id <> '' AND account_id = :account_id AND external_id = :external_id
    UNION ALL
    SELECT 2 AS place, id, account_id, column_id, unit_id, delivery_id, external_id, title, url, source, published_at, first_seen_at, removed_at, date_by, note, attachments
    FROM posts
    WHERE :url <> '' AND account_id = :account_id AND published_at >= :from_at AND published_at <= :until_at AND url = :url
      AND (external_id IS NULL OR :external_id = '') AND (delivery_id IS NULL OR :delivery_id = '')
) known ORDER BY place, id LIMIT 1

-- name: post.known
-- What tells the posts apart that may be those of some reports: they have the platform's id or the address of one of them, on one of
-- the accounts, or the delivery. More than post.same would find, and never less.
SELECT account_id, delivery_id, external_id, url FROM posts WHERE account_id IN (:account_ids) AND external_id IN (:external_ids)
UNION SELECT account_id, delivery_id, external_id, url FROM posts
WHERE account_id IN (:account_ids) AND published_at >= :from_at AND published_at <= :until_at AND url IN (:urls)
UNION SELECT account_id, delivery_id, external_id, url FROM posts WHERE delivery_id IN (:delivery_ids)

-- name: post.insert
INSERT INTO posts (id, account_id, column_id, unit_id, delivery_id, external_id, title, url, source, published_at, first_seen_at, removed_at, date_by, note, attachments)
VALUES (:id, :account_id, :column_id, :unit_id, :delivery_id, :external_id, :title, :url, :source, :published_at, :first_seen_at, NULL, :date_by, :note, :attachments)

-- name: post.adopt
-- Adds what a second report knows; what is known already stays.
UPDATE posts SET delivery_id = COALESCE(delivery_id, :delivery_id), external_id = COALESCE(external_id, :external_id),
    url = CASE WHEN url = '' THEN :url ELSE url END
WHERE id = :id

-- name: post.around_in_account
-- The updates next to a post: the one before it or at the same instant, and the one after it.
SELECT place, published_at FROM (
    SELECT 0 AS place, earlier.published_at FROM (
        SELECT published_at FROM posts WHERE account_id = :account_id AND published_at >= :since AND published_at <= :at AND id <> :post_id ORDER BY published_at DESC LIMIT 1) earlier
    UNION ALL
    SELECT 1 AS place, later.published_at FROM (
        SELECT published_at FROM posts WHERE account_id = :account_id AND published_at >= :since AND published_at > :at ORDER BY published_at LIMIT 1) later
) around ORDER BY place

-- name: post.around_in_column
-- The updates next to a post: the one before it or at the same instant, and the one after it.
SELECT place, published_at FROM (
    SELECT 0 AS place, earlier.published_at FROM (
        SELECT published_at FROM posts WHERE column_id IN (:column_ids) AND published_at <= :at AND id <> :post_id ORDER BY published_at DESC LIMIT 1) earlier
    UNION ALL
    SELECT 1 AS place, later.published_at FROM (
        SELECT published_at FROM posts WHERE column_id IN (:column_ids) AND published_at > :at ORDER BY published_at LIMIT 1) later
) around ORDER BY place

-- name: post.times_of_account
-- When an account was updated since it was put into use, in order.
SELECT published_at FROM posts WHERE account_id = :account_id AND published_at >= :since ORDER BY published_at

-- name: post.times_of_columns
SELECT published_at FROM posts WHERE column_id IN (:column_ids) ORDER BY published_at

-- name: post.list
-- The posts of an account, or of one column of it, the latest first, a page by key.
SELECT id, account_id, column_id, unit_id, delivery_id, external_id, title, url, source, published_at, first_seen_at, removed_at, date_by, note, attachments
FROM posts
WHERE account_id = :account_id AND (:column_id = '' OR column_id = :column_id)
  AND (:before_at = 0 OR published_at <= :before_at AND (published_at < :before_at OR id < :before_id))
ORDER BY published_at DESC, id DESC LIMIT :limit

-- name: post.lock_account
-- Of which account a post is, for the one who will change it.
SELECT account_id FROM posts WHERE id = :id

-- name: post.redate
UPDATE posts SET published_at = :published_at, date_by = :date_by, note = :note WHERE id = :id

-- name: post.drop
-- What turned out to be no post of the account.
DELETE FROM posts WHERE id = :id

-- name: post.last_of_account
-- The last post of an account, whenever it was.
SELECT published_at, title FROM posts WHERE account_id = :account_id ORDER BY published_at DESC, id DESC LIMIT 1

-- name: post.last_of_columns
-- The last post in some columns taken together.
SELECT published_at FROM posts WHERE column_id IN (:column_ids) ORDER BY published_at DESC LIMIT 1

-- name: post.gone
-- Posts that readers no longer see.
UPDATE posts SET removed_at = :at WHERE id IN (:ids) AND removed_at IS NULL

-- name: post.gone_at
-- The same, by the platform's ids.
UPDATE posts SET removed_at = :at WHERE account_id = :account_id AND external_id IN (:external_ids) AND removed_at IS NULL
