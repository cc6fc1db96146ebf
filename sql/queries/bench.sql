-- name: bench.account
-- An account as bench-data makes it: with what its posts say already. Its clocks and its watch come from judging it.
INSERT INTO accounts (id, unit_id, path, platform, kind, name, search_text, external_id, home_url, mode, state, in_use_at, settings, credentials, credentials_key,
    credentials_set_at, last_post_at, last_post_title, unread_since, unread_reason, created_at, updated_at, version)
VALUES (:id, :unit_id, :path, :platform, :kind, :name, :search_text, :external_id, :home_url, :mode, :state, :in_use_at, :settings, NULL, NULL,
    NULL, :last_post_at, :last_post_title, :unread_since, :unread_reason, :created_at, :updated_at, 1)

-- name: bench.column
INSERT INTO columns (id, account_id, unit_id, path, name, kind, level, url, state, parent_id, last_post_at, created_at, updated_at, version)
VALUES (:id, :account_id, :unit_id, :path, :name, :kind, :level, :url, :state, :parent_id, :last_post_at, :created_at, :updated_at, 1)

-- name: bench.judged
-- How far a re-judging is.
SELECT looked, total FROM rejudgements WHERE id = :id
