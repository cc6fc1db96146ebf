-- name: call_count.get
-- How often a call was made for an account in one Beijing day.
SELECT used FROM call_counts WHERE account_id = :account_id AND day = :day AND path = :path

-- name: call_count.add
-- One more call.
UPDATE call_counts SET used = used + 1 WHERE account_id = :account_id AND day = :day AND path = :path

-- name: call_count.spend
-- One more call, unless the day's budget is spent.
UPDATE call_counts SET used = used + 1 WHERE account_id = :account_id AND day = :day AND path = :path AND used < :most

-- name: call_count.insert
-- The first call of the day.
INSERT INTO call_counts (account_id, day, path, used) VALUES (:account_id, :day, :path, 1)

-- name: call_count.prune
-- Days long past; run with the first call of a day.
DELETE FROM call_counts WHERE account_id = :account_id AND day < :day
