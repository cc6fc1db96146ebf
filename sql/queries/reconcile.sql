-- name: reconcile_entry.insert
INSERT INTO reconcile_entries (import_id, number, unit_id, source, account_id, name, unit_name, fields)
VALUES (:import_id, :number, :unit_id, :source, :account_id, :name, :unit_name, :fields)

-- name: reconcile_entry.first_of
-- The first row of a sheet that tells of each of some accounts; those that none tells of yet are left out.
SELECT account_id, MIN(number) AS number FROM reconcile_entries WHERE account_id IN (:account_ids) AND source = :source AND import_id = :import_id GROUP BY account_id

-- name: reconcile_entry.drop_older
-- Only the latest sheet of a source is kept.
DELETE FROM reconcile_entries WHERE unit_id = :unit_id AND source = :source AND import_id <> :import_id

-- name: reconcile.untold
-- Accounts of a subtree that no row of a sheet tells of, those applied for and closed left out.
SELECT a.id, a.name, u.name AS unit_name, a.platform, a.kind
FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE a.id > :after_id AND a.path >= :path AND a.path < CONCAT(:path, '~') AND a.state IN ('in_use', 'suspended')
  AND NOT EXISTS (SELECT 1 FROM reconcile_entries e WHERE e.account_id = a.id AND e.source = :source AND e.import_id = :import_id)
ORDER BY a.id LIMIT :limit

-- name: reconcile_item.find
SELECT id, unit_id, source, kind, subject, account_id, number, name, unit_name, ours, theirs, digest, state, action, reason, settled_by, settled_name, settled_at,
    application_id, import_id, created_at, updated_at, version
FROM reconcile_items WHERE unit_id = :unit_id AND source = :source AND kind = :kind AND subject = :subject

-- name: reconcile_item.insert
INSERT INTO reconcile_items (id, unit_id, source, kind, subject, account_id, number, name, unit_name, ours, theirs, digest, state, action, reason, settled_by, settled_name,
    settled_at, import_id, created_at, updated_at, version)
VALUES (:id, :unit_id, :source, :kind, :subject, :account_id, :number, :name, :unit_name, :ours, :theirs, :digest, 'open', '', '', '', '',
    NULL, :import_id, :created_at, :created_at, 1)

-- name: reconcile_item.seen
-- What the latest sheet says of a difference; a settlement of another one is void, and the caller says so by the state. One that
-- nobody settled since it was read.
UPDATE reconcile_items SET account_id = :account_id, number = :number, name = :name, unit_name = :unit_name, ours = :ours, theirs = :theirs, digest = :digest,
    state = :state, action = :action, import_id = :import_id, updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version

-- name: reconcile_item.leave
-- What the latest sheet of a source does not say any more and nobody settled.
UPDATE reconcile_items SET state = 'gone', updated_at = :now, version = version + 1
WHERE unit_id = :unit_id AND source = :source AND import_id <> :import_id AND state = 'open'

-- name: reconcile_item.settle
UPDATE reconcile_items SET state = 'settled', action = :action, reason = :reason, settled_by = :person_id, settled_name = :person_name, settled_at = :now,
    account_id = :account_id, application_id = :application_id, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state = 'open'

-- name: reconcile_item.visible
SELECT id, unit_id, source, kind, subject, account_id, number, name, unit_name, ours, theirs, digest, state, action, reason, settled_by, settled_name, settled_at,
    application_id, import_id, created_at, updated_at, version
FROM reconcile_items WHERE id = :id AND unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: reconcile_item.list
-- A page by key, the latest first.
SELECT id, unit_id, source, kind, subject, account_id, number, name, unit_name, ours, theirs, digest, state, action, reason, settled_by, settled_name, settled_at,
    application_id, import_id, created_at, updated_at, version
FROM reconcile_items
WHERE (:after_id = '' OR id < :after_id) AND (:unit_id = '' OR unit_id = :unit_id) AND (:source = '' OR source = :source) AND (:kind = '' OR kind = :kind)
  AND (:state = '' OR state = :state) AND (:account_id = '' OR account_id = :account_id)
  AND unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
ORDER BY id DESC LIMIT :limit

-- name: reconcile_item.count
SELECT source, kind, state, COUNT(*) AS n
FROM reconcile_items
WHERE (:unit_id = '' OR unit_id = :unit_id) AND unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
GROUP BY source, kind, state ORDER BY source, kind, state
