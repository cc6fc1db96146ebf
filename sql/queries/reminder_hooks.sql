-- name: reminder_hook.live
-- Every bot that hears reminders, without its secrets.
SELECT id, unit_id, name, kind, below, host, used_at, created_by, created_at, updated_at, version FROM reminder_hooks WHERE removed_at IS NULL ORDER BY id

-- name: reminder_hook.near
-- The bots that hear of one unit: its own, and those of units above that hear of all below them.
SELECT id, unit_id, name, kind, below, host, used_at, created_by, created_at, updated_at, version FROM reminder_hooks
WHERE removed_at IS NULL AND (unit_id = :unit_id OR unit_id IN (:ids) AND below = TRUE) ORDER BY id

-- name: reminder_hook.get
SELECT id, unit_id, name, kind, below, host, used_at, created_by, created_at, updated_at, version FROM reminder_hooks WHERE id = :id AND removed_at IS NULL

-- name: reminder_hook.sealed
SELECT id, kind, sealed, sealed_key FROM reminder_hooks WHERE id = :id AND removed_at IS NULL

-- name: reminder_hook.sealed_otherwise
SELECT id, kind, sealed, sealed_key FROM reminder_hooks WHERE sealed_key <> :key AND removed_at IS NULL

-- name: reminder_hook.reseal
UPDATE reminder_hooks SET sealed = :sealed, sealed_key = :sealed_key WHERE id = :id AND sealed = :old

-- name: reminder_hook.insert
INSERT INTO reminder_hooks (id, unit_id, name, kind, below, host, sealed, sealed_key, used_at, removed_at, created_by, created_at, updated_at, version)
VALUES (:id, :unit_id, :name, :kind, :below, :host, :sealed, :sealed_key, NULL, NULL, :created_by, :now, :now, 1)

-- name: reminder_hook.rename
UPDATE reminder_hooks SET name = :name, below = :below, updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND removed_at IS NULL

-- name: reminder_hook.update
UPDATE reminder_hooks SET name = :name, below = :below, host = :host, sealed = :sealed, sealed_key = :sealed_key, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND removed_at IS NULL

-- name: reminder_hook.remove
-- Its name stays for the history; its secrets go.
UPDATE reminder_hooks SET removed_at = :now, sealed = '', sealed_key = '', updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND removed_at IS NULL

-- name: reminder_hook.remove_of_unit
-- Those of a unit that ends.
UPDATE reminder_hooks SET removed_at = :now, sealed = '', sealed_key = '', updated_at = :now, version = version + 1 WHERE unit_id = :unit_id AND removed_at IS NULL

-- name: reminder_hook.use
-- Holds the bot's row until the transaction ends, so that its calls are counted one after another.
UPDATE reminder_hooks SET used_at = :now WHERE id = :id AND removed_at IS NULL
