-- name: account_token.get
SELECT account_id, token, token_key, fetched_at, expires_at, generation, holder, lease_until, forced_day, forced_count, forced_at,
    blocked_until, last_code, last_text
FROM account_tokens WHERE account_id = :account_id

-- name: account_token.insert
-- The empty row of an account that has never asked for a token.
INSERT INTO account_tokens (account_id, token, token_key, fetched_at, expires_at, generation, holder, lease_until, forced_day, forced_count,
    forced_at, blocked_until, last_code, last_text)
VALUES (:account_id, '', '', 0, 0, 0, '', 0, '', 0, 0, 0, '', '')

-- name: account_token.lease
-- The right to fetch the next token. The generation keeps a late reader from fetching what another has just fetched.
UPDATE account_tokens SET holder = :holder, lease_until = :until
WHERE account_id = :account_id AND generation = :generation AND lease_until <= :now

-- name: account_token.lease_forced
-- The right to end the present token and fetch another, a few times a day and some time apart. forced_count stands before
-- forced_day because MySQL assigns from left to right.
UPDATE account_tokens SET holder = :holder, lease_until = :until,
    forced_count = CASE WHEN forced_day = :day THEN forced_count + 1 ELSE 1 END, forced_day = :day, forced_at = :now
WHERE account_id = :account_id AND generation = :generation AND lease_until <= :now
  AND forced_at <= :before AND (forced_day <> :day OR forced_count < :most)

-- name: account_token.keep
-- The fetched token, if the lease is still ours.
UPDATE account_tokens SET token = :token, token_key = :token_key, fetched_at = :fetched_at, expires_at = :expires_at,
    generation = generation + 1, holder = '', lease_until = 0, blocked_until = 0, last_code = '', last_text = ''
WHERE account_id = :account_id AND holder = :holder

-- name: account_token.release
-- A fetch that failed: the lease goes back, and nobody asks again before blocked_until.
UPDATE account_tokens SET holder = '', lease_until = 0, blocked_until = :blocked_until, last_code = :last_code, last_text = :last_text
WHERE account_id = :account_id AND holder = :holder

-- name: account_token.drop
-- Forgets the token that the platform refused, not one fetched since.
UPDATE account_tokens SET token = '', token_key = '', expires_at = 0 WHERE account_id = :account_id AND generation = :generation

-- name: account_token.block
-- Nobody asks before blocked_until: every way to a working token has failed.
UPDATE account_tokens SET blocked_until = :blocked_until, last_code = :last_code, last_text = :last_text
WHERE account_id = :account_id AND generation = :generation

-- name: account_token.delete
-- After new credentials: what the old ones gave, and what they were blocked for, no longer counts.
DELETE FROM account_tokens WHERE account_id = :account_id
