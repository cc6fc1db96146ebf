-- name: handover.insert
INSERT INTO handovers (id, unit_id, person_id, person_name, successor, reason, left_on, state, end_reason, created_by, created_at, ended_at, used_at, version)
VALUES (:id, :unit_id, :person_id, :person_name, :successor, :reason, :left_on, :state, '', :created_by, :created_at, NULL, NULL, 1)

-- name: handover.visible
SELECT h.id, h.unit_id, u.name AS unit_name, h.person_id, h.person_name, h.successor, h.reason, h.left_on, h.state, h.end_reason, h.created_by, h.created_at,
    h.ended_at, h.used_at, h.version
FROM handovers h JOIN units u ON u.id = h.unit_id
WHERE h.id = :id AND EXISTS (SELECT 1 FROM reach v WHERE v.unit_id = h.unit_id AND v.person_id = :reader_id AND v.role IN (:roles))

-- name: handover.list
-- Hand-overs of the units a person reaches, the latest first. A page by key.
SELECT h.id, h.unit_id, u.name AS unit_name, h.person_id, h.person_name, h.successor, h.reason, h.left_on, h.state, h.end_reason, h.created_by, h.created_at,
    h.ended_at, h.used_at, h.version
FROM handovers h JOIN units u ON u.id = h.unit_id
WHERE (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~')) AND (:state = '' OR h.state = :state) AND (:person = '' OR h.person_id = :person)
  AND (:before = '' OR h.id < :before)
  AND EXISTS (SELECT 1 FROM reach v WHERE v.unit_id = h.unit_id AND v.person_id = :reader_id AND v.role IN (:roles))
ORDER BY h.id DESC LIMIT :limit

-- name: handover.of_person
-- The latest hand-over of a person at a unit by which nobody has left yet and that is not void.
SELECT h.id, h.unit_id, u.name AS unit_name, h.person_id, h.person_name, h.successor, h.reason, h.left_on, h.state, h.end_reason, h.created_by, h.created_at,
    h.ended_at, h.used_at, h.version
FROM handovers h JOIN units u ON u.id = h.unit_id
WHERE h.person_id = :person_id AND h.unit_id = :unit_id AND h.used_at IS NULL AND h.state <> 'void' ORDER BY h.id DESC LIMIT 1

-- name: handover.touch
-- Takes the hold of an open one, where the version is the one the person saw.
UPDATE handovers SET version = version + 1 WHERE id = :id AND version = :version AND state = 'open'

-- name: handover.end
UPDATE handovers SET state = :state, end_reason = :reason, ended_at = :now, version = version + 1 WHERE id = :id AND version = :version AND state = 'open'

-- name: handover.use
UPDATE handovers SET used_at = :now, version = version + 1 WHERE id = :id AND used_at IS NULL AND state = 'done'

-- name: handover_item.insert
INSERT INTO handover_items (handover_id, place, name, rulebook, articles, done_on, note, attachments, recorded_by, recorded_at)
VALUES (:handover_id, :place, :name, :rulebook, :articles, NULL, '', '[]', '', NULL)

-- name: handover_item.of
SELECT handover_id, place, name, rulebook, articles, done_on, note, attachments, recorded_by, recorded_at
FROM handover_items WHERE handover_id IN (:ids) ORDER BY handover_id, place

-- name: handover_item.record
UPDATE handover_items SET done_on = :done_on, note = :note, attachments = :attachments, recorded_by = :by, recorded_at = :now
WHERE handover_id = :id AND place = :place

-- name: account.naming
-- Accounts of a unit and those below it that name somebody as responsible, closed ones left out.
SELECT a.id AS account_id, a.name AS account_name, a.platform AS platform, c.duty AS duty
FROM account_contacts c JOIN accounts a ON a.id = c.account_id
WHERE c.name = :name AND a.state <> 'closed' AND a.path >= :path AND a.path < CONCAT(:path, '~') ORDER BY a.name, a.id, c.position LIMIT 100
