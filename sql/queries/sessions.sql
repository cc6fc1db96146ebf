-- name: session.insert
INSERT INTO sessions (id, person_id, secret_hash, previous_hash, address, agent, created_at, used_at, expires_at, revoked_at)
VALUES (:id, :person_id, :secret_hash, NULL, :address, :agent, :created_at, :created_at, :expires_at, NULL)

-- name: session.get
SELECT id, person_id, secret_hash, previous_hash, address, agent, created_at, used_at, expires_at, revoked_at FROM sessions WHERE id = :id

-- name: session.actor
-- The person behind a session in force, whenever it ends.
SELECT s.person_id AS person_id, s.used_at AS used_at, s.expires_at AS expires_at, p.name AS name, p.username AS username, p.must_change AS must_change
FROM sessions s JOIN people p ON p.id = s.person_id
WHERE s.id = :id AND s.revoked_at IS NULL AND p.disabled_at IS NULL

-- name: session.rotate
-- Puts the next refresh secret in force, where the one presented still is.
UPDATE sessions SET previous_hash = :presented, secret_hash = :next, used_at = :now
WHERE id = :id AND secret_hash = :presented AND revoked_at IS NULL

-- name: session.revoke
UPDATE sessions SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL

-- name: session.revoke_others
-- Every session of a person but one; an empty :kept ends all.
UPDATE sessions SET revoked_at = :now WHERE person_id = :person_id AND revoked_at IS NULL AND id <> :kept

-- name: session.prune
-- Sessions long past; the audit lines keep what is worth keeping.
DELETE FROM sessions WHERE expires_at < :before
