-- name: chore.insert
-- Makes the row of a chore, where there is none.
INSERT OR IGNORE INTO chores (name, next_at, holder, lease_until, state, error, version) VALUES (:name, :next_at, NULL, NULL, '{}', '', 1)

-- name: chore.insert mysql
INSERT IGNORE INTO chores (name, next_at, holder, lease_until, state, error, version) VALUES (:name, :next_at, NULL, NULL, '{}', '', 1)

-- name: chore.get
SELECT name, next_at, holder, lease_until, error FROM chores WHERE name = :name

-- name: chore.claim
-- Takes a chore that is due and that nobody does, or that was left by a node that is gone.
UPDATE chores SET holder = :holder, lease_until = :lease_until, version = version + 1
WHERE name = :name AND next_at <= :now AND (lease_until IS NULL OR lease_until <= :now)

-- name: chore.keep
-- Says that the holder is still at it.
UPDATE chores SET lease_until = :lease_until WHERE name = :name AND holder = :holder

-- name: chore.release
UPDATE chores SET holder = NULL, lease_until = NULL, next_at = :next_at, error = :error, version = version + 1 WHERE name = :name AND holder = :holder
