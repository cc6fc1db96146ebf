-- name: post_question.of_item
-- The question about an item of a source, if it was asked before.
SELECT id FROM post_questions WHERE source_id = :source_id AND item = :item

-- name: post_question.insert
INSERT INTO post_questions (id, account_id, column_id, source_id, item, post_id, external_id, delivery_id, kind, doubt, title, url, shown, shown_at,
    date_by, seen_after, first_seen_at, state, answer, counted_at, reason, answered_by, answered_name, answered_at, version)
VALUES (:id, :account_id, :column_id, :source_id, :item, :post_id, :external_id, :delivery_id, :kind, :doubt, :title, :url, :shown, :shown_at,
    :date_by, :seen_after, :first_seen_at, :state, '', NULL, '', '', '', NULL, 1)

-- name: post_question.get
-- One question, whoever asks.
SELECT q.id, q.account_id, a.name AS account_name, q.column_id, COALESCE(c.name, '') AS column_name, a.unit_id, u.name AS unit_name, q.source_id, q.item,
    q.post_id, q.external_id, q.delivery_id, q.kind, q.doubt, q.title, q.url, q.shown, q.shown_at, q.date_by, q.seen_after, q.first_seen_at, q.state,
    q.answer, q.counted_at, q.reason, q.answered_by, q.answered_name, q.answered_at, q.version
FROM post_questions q JOIN accounts a ON a.id = q.account_id JOIN units u ON u.id = a.unit_id LEFT JOIN columns c ON c.id = q.column_id
WHERE q.id = :id

-- name: post_question.list
-- The questions about accounts that a person reaches in one of the roles, the latest first. A page by key.
SELECT q.id, q.account_id, a.name AS account_name, q.column_id, COALESCE(c.name, '') AS column_name, a.unit_id, u.name AS unit_name, q.source_id, q.item,
    q.post_id, q.external_id, q.delivery_id, q.kind, q.doubt, q.title, q.url, q.shown, q.shown_at, q.date_by, q.seen_after, q.first_seen_at, q.state,
    q.answer, q.counted_at, q.reason, q.answered_by, q.answered_name, q.answered_at, q.version
FROM post_questions q JOIN accounts a ON a.id = q.account_id JOIN units u ON u.id = a.unit_id LEFT JOIN columns c ON c.id = q.column_id
WHERE q.state = :state AND (:account_id = '' OR q.account_id = :account_id) AND (:path = '' OR a.path >= :path AND a.path < CONCAT(:path, '~'))
  AND (:after_id = '' OR q.id < :after_id)
  AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
ORDER BY q.id DESC LIMIT :limit

-- name: post_question.count
SELECT COUNT(*) FROM post_questions q JOIN accounts a ON a.id = q.account_id
WHERE q.state = 'open' AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: post_question.answer
-- Settles an open question. :version is the one that was read.
UPDATE post_questions SET state = :state, answer = :answer, post_id = :post_id, counted_at = :counted_at, reason = :reason, answered_by = :answered_by,
    answered_name = :answered_name, answered_at = :answered_at, version = version + 1
WHERE id = :id AND version = :version AND state = 'open'

-- name: post_import.accounts
-- The accounts of a name for which a person may act in one of the roles.
SELECT a.id, a.platform, u.name AS unit_name FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE a.name = :name AND a.state <> 'closed' AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
ORDER BY a.id

-- name: post_import.column
-- The column of a site by its name.
SELECT id FROM columns WHERE account_id = :account_id AND name = :name AND state <> 'closed' ORDER BY id LIMIT 1
