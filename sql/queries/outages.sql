-- name: heartbeat.newest
-- The last sign of life of any node; no row before the first.
SELECT at FROM heartbeats ORDER BY at DESC LIMIT 1

-- name: heartbeat.beat
UPDATE heartbeats SET at = :now WHERE node = :node

-- name: heartbeat.insert
INSERT INTO heartbeats (node, at) VALUES (:node, :now)

-- name: heartbeat.prune
-- Nodes long gone.
DELETE FROM heartbeats WHERE at < :before AND node <> :node

-- name: outage.of
SELECT id FROM outages WHERE began_at = :began_at

-- name: outage.insert
INSERT INTO outages (id, began_at, ended_at) VALUES (:id, :began_at, :ended_at)

-- name: outage.late
-- What fell due while no node worked and was never begun, with the place in the tree of its account.
SELECT d.id, d.due_at, u.path AS path FROM deliveries d JOIN units u ON u.id = d.unit_id
WHERE d.state = 'scheduled' AND d.action = 'publish' AND d.due_at > :began_at AND d.due_at <= :now AND d.attempts = 0 AND d.prepared_at IS NULL
  AND d.intent_at IS NULL AND d.holder IS NULL AND (d.series_place IS NULL OR d.series_place = 1)
ORDER BY d.due_at, d.id

-- name: delivery.hold
-- Holds back, or drops, what an outage left undone.
UPDATE deliveries SET state = :state, next_at = NULL, ended_at = :ended_at, outage_id = :outage_id, error_code = :code, error_class = '', error_text = '',
    error_advice = :advice, updated_at = :now, version = version + 1
WHERE id IN (:ids) AND state = 'scheduled' AND holder IS NULL AND intent_at IS NULL

-- name: delivery.decide
-- A person decided that what was held back goes out, now or at another time.
UPDATE deliveries SET state = 'scheduled', due_at = :due_at, next_at = :due_at, ended_at = NULL, error_code = '', error_advice = '', updated_at = :now,
    version = version + 1
WHERE id IN (:ids) AND state = 'held' AND barred_at IS NULL

-- name: delivery.drop_held
UPDATE deliveries SET state = 'cancelled', ended_at = :now, updated_at = :now, version = version + 1 WHERE id IN (:ids) AND state = 'held'

-- name: delivery.held
-- What is held back and the person may decide about, first due first.
SELECT d.id, d.outage_id, d.unit_id, d.series_id, d.series_place FROM deliveries d JOIN messages m ON m.id = d.message_id
WHERE d.state = 'held'
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND (v.unit_id = d.unit_id OR v.unit_id = m.unit_id))
ORDER BY d.due_at, d.id

-- name: outage.list
SELECT id, began_at, ended_at FROM outages WHERE id IN (:ids) ORDER BY began_at

-- name: delivery_policy.all
SELECT p.unit_id, u.path AS path, p.after_outage, p.outage_minutes, p.late_minutes, p.version FROM delivery_policies p JOIN units u ON u.id = p.unit_id

-- name: delivery_policy.near
-- The policy of the nearest of the units on one path. All are beginnings of that path, so the longest sorts last.
SELECT p.unit_id, u.path AS path, p.after_outage, p.outage_minutes, p.late_minutes, p.version FROM delivery_policies p JOIN units u ON u.id = p.unit_id
WHERE p.unit_id IN (:ids) ORDER BY u.path DESC LIMIT 1

-- name: delivery_policy.insert
INSERT INTO delivery_policies (unit_id, after_outage, outage_minutes, late_minutes, updated_by, updated_at, version)
VALUES (:unit_id, :after_outage, :outage_minutes, :late_minutes, :updated_by, :now, 1)

-- name: delivery_policy.update
UPDATE delivery_policies SET after_outage = :after_outage, outage_minutes = :outage_minutes, late_minutes = :late_minutes, updated_by = :updated_by,
    updated_at = :now, version = version + 1
WHERE unit_id = :unit_id AND version = :version

-- name: delivery_policy.delete
DELETE FROM delivery_policies WHERE unit_id = :unit_id AND version = :version
