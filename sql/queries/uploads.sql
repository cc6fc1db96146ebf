-- name: upload.get
-- What a platform gave for a picture when it was uploaded to the account.
SELECT external_id, url, created_at FROM uploads WHERE account_id = :account_id AND purpose = :purpose AND sha256 = :sha256

-- name: upload.insert
INSERT INTO uploads (account_id, purpose, sha256, external_id, url, created_at)
VALUES (:account_id, :purpose, :sha256, :external_id, :url, :created_at)

-- name: upload.replace
-- A later upload of the same picture: the newer id lives longer.
UPDATE uploads SET external_id = :external_id, url = :url, created_at = :created_at
WHERE account_id = :account_id AND purpose = :purpose AND sha256 = :sha256

-- name: upload.delete
-- The platform no longer knows this upload.
DELETE FROM uploads WHERE account_id = :account_id AND purpose = :purpose AND sha256 = :sha256 AND external_id = :external_id
