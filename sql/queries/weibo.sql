-- name: channel_note.get
-- What was noted last of a kind about a subject; it may be over.
SELECT kind, subject, code, text, until_at, noted_at FROM channel_notes WHERE kind = :kind AND subject = :subject

-- name: channel_note.update
UPDATE channel_notes SET code = :code, text = :text, until_at = :until_at, noted_at = :noted_at WHERE kind = :kind AND subject = :subject

-- name: channel_note.insert
INSERT INTO channel_notes (kind, subject, code, text, until_at, noted_at) VALUES (:kind, :subject, :code, :text, :until_at, :noted_at)

-- name: channel_note.delete
DELETE FROM channel_notes WHERE kind = :kind AND subject = :subject

-- name: weibo_binding.get
SELECT account_id, uid, app_key, token_mark, state, code, screen_name, verified_type, verified_reason, expires_at, authorised_at, authorised_by,
    checked_at, next_check_at
FROM weibo_bindings WHERE account_id = :account_id

-- name: weibo_binding.insert
INSERT INTO weibo_bindings (account_id, uid, app_key, token_mark, state, code, screen_name, verified_type, verified_reason, expires_at,
    authorised_at, authorised_by, checked_at, next_check_at)
VALUES (:account_id, :uid, :app_key, :token_mark, :state, :code, :screen_name, :verified_type, :verified_reason, :expires_at,
    :authorised_at, :authorised_by, :checked_at, :next_check_at)

-- name: weibo_binding.update
UPDATE weibo_bindings SET uid = :uid, app_key = :app_key, token_mark = :token_mark, state = :state, code = :code, screen_name = :screen_name,
    verified_type = :verified_type, verified_reason = :verified_reason, expires_at = :expires_at, authorised_at = :authorised_at,
    authorised_by = :authorised_by, checked_at = :checked_at, next_check_at = :next_check_at
WHERE account_id = :account_id

-- name: weibo_binding.delete
DELETE FROM weibo_bindings WHERE account_id = :account_id

-- name: weibo_binding.due
-- Accounts on Weibo whose authorisation was not looked at for a day, those never looked at first.
SELECT a.id FROM accounts a LEFT JOIN weibo_bindings b ON b.account_id = a.id
WHERE a.platform = 'weibo' AND a.mode = 'auto' AND a.state = 'in_use' AND a.credentials_set_at IS NOT NULL
  AND (b.account_id IS NULL OR b.next_check_at <= :now)
ORDER BY COALESCE(b.next_check_at, 0), a.id LIMIT :limit

-- name: weibo_binding.bindable
-- An account on Weibo that the person may bind.
SELECT a.id FROM accounts a
WHERE a.id = :id AND a.platform = 'weibo'
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)

-- name: weibo_binding.claim
-- The right to look now: whoever moves the time on first.
UPDATE weibo_bindings SET next_check_at = :next_check_at WHERE account_id = :account_id AND next_check_at <= :now

-- name: weibo_binding.alarms
-- Authorisations that end soon, have ended or were refused, within the units the person reaches; the first to end first.
SELECT b.account_id, b.uid, b.app_key, b.token_mark, b.state, b.code, b.screen_name, b.verified_type, b.verified_reason, b.expires_at,
    b.authorised_at, b.authorised_by, b.checked_at, b.next_check_at, a.name AS account_name, a.unit_id, u.name AS unit_name
FROM weibo_bindings b JOIN accounts a ON a.id = b.account_id JOIN units u ON u.id = a.unit_id
WHERE a.platform = 'weibo' AND a.mode = 'auto' AND a.state = 'in_use'
  AND (b.expires_at > 0 AND b.expires_at <= :before OR b.state NOT IN ('ok', 'unread'))
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)
ORDER BY b.expires_at, b.account_id LIMIT :limit

-- name: weibo_state.insert
INSERT INTO weibo_states (id, account_id, person_id, expires_at) VALUES (:id, :account_id, :person_id, :expires_at)

-- name: weibo_state.use
-- Good once: one row changed means that this is the first time.
UPDATE weibo_states SET used_at = :now WHERE id = :id AND used_at IS NULL AND expires_at > :now

-- name: weibo_state.prune
DELETE FROM weibo_states WHERE expires_at <= :before

-- name: weibo.posted_before
-- The post of an account by the platform's id, where it was seen before a time; no row else.
SELECT id FROM posts WHERE account_id = :account_id AND external_id = :external_id AND first_seen_at <= :at
