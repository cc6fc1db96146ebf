-- name: contractor.insert
INSERT INTO contractors (id, unit_id, name, service, contact, phone, agreement_number, agreed_from, agreed_until, attachments, remark, authorized_at, ended_at,
    end_reason, created_at, updated_at, version)
VALUES (:id, :unit_id, :name, :service, :contact, :phone, :agreement_number, :agreed_from, :agreed_until, :attachments, :remark, NULL, NULL, '', :created_at,
    :updated_at, 1)

-- name: contractor.visible
SELECT c.id, c.unit_id, u.name AS unit_name, u.path AS path, c.name, c.service, c.contact, c.phone, c.agreement_number, c.agreed_from, c.agreed_until,
    c.attachments, c.remark, c.authorized_at, c.ended_at, c.end_reason, c.created_at, c.updated_at, c.version
FROM contractors c JOIN units u ON u.id = c.unit_id
WHERE c.id = :id AND EXISTS (SELECT 1 FROM reach v WHERE v.unit_id = c.unit_id AND v.person_id = :reader_id AND v.role IN (:roles))

-- name: contractor.get
-- Whoever asks.
SELECT c.id, c.unit_id, u.name AS unit_name, u.path AS path, c.name, c.service, c.contact, c.phone, c.agreement_number, c.agreed_from, c.agreed_until,
    c.attachments, c.remark, c.authorized_at, c.ended_at, c.end_reason, c.created_at, c.updated_at, c.version
FROM contractors c JOIN units u ON u.id = c.unit_id WHERE c.id = :id

-- name: contractor.list
-- Contractors of the units a person reaches, the last made first. A page by key. :from and :until narrow to agreements whose last day lies between; 0: not.
SELECT c.id, c.unit_id, u.name AS unit_name, u.path AS path, c.name, c.service, c.contact, c.phone, c.agreement_number, c.agreed_from, c.agreed_until,
    c.attachments, c.remark, c.authorized_at, c.ended_at, c.end_reason, c.created_at, c.updated_at, c.version
FROM contractors c JOIN units u ON u.id = c.unit_id
WHERE (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~')) AND (:pattern = '' OR LOWER(c.name) LIKE LOWER(:pattern) ESCAPE '!')
  AND (:ended = '' OR :ended = 'no' AND c.ended_at IS NULL OR :ended = 'yes' AND c.ended_at IS NOT NULL)
  AND (:until = 0 OR c.agreed_until >= :from AND c.agreed_until < :until)
  AND (:before = '' OR c.id < :before)
  AND EXISTS (SELECT 1 FROM reach v WHERE v.unit_id = c.unit_id AND v.person_id = :reader_id AND v.role IN (:roles))
ORDER BY c.id DESC LIMIT :limit

-- name: contractor.serving
-- Contractors that may work for a unit: of the unit itself and of those above it, not ended. :units are the ids on its path.
SELECT c.id, c.unit_id, u.name AS unit_name, u.path AS path, c.name, c.service, c.contact, c.phone, c.agreement_number, c.agreed_from, c.agreed_until,
    c.attachments, c.remark, c.authorized_at, c.ended_at, c.end_reason, c.created_at, c.updated_at, c.version
FROM contractors c JOIN units u ON u.id = c.unit_id WHERE c.unit_id IN (:units) AND c.ended_at IS NULL ORDER BY c.name, c.id

-- name: contractor.save
UPDATE contractors SET name = :name, service = :service, contact = :contact, phone = :phone, agreement_number = :agreement_number, agreed_from = :agreed_from,
    agreed_until = :agreed_until, attachments = :attachments, remark = :remark, authorized_at = :authorized_at, updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version AND ended_at IS NULL

-- name: contractor.touch
UPDATE contractors SET updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND ended_at IS NULL

-- name: contractor.authorize
UPDATE contractors SET authorized_at = :now, updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND ended_at IS NULL

-- name: contractor.end
UPDATE contractors SET ended_at = :now, end_reason = :reason, authorized_at = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND ended_at IS NULL

-- name: contractor.lock
-- Holds the row until the transaction ends; changes nothing.
UPDATE contractors SET version = version WHERE id = :id

-- name: contractor_item.of
SELECT contractor_id, item, done_on, note, attachments, recorded_by, recorded_at FROM contractor_items WHERE contractor_id IN (:ids) ORDER BY contractor_id, item

-- name: contractor_item.delete
DELETE FROM contractor_items WHERE contractor_id = :contractor_id AND item = :item

-- name: contractor_item.insert
INSERT INTO contractor_items (contractor_id, item, done_on, note, attachments, recorded_by, recorded_at)
VALUES (:contractor_id, :item, :done_on, :note, :attachments, :recorded_by, :recorded_at)

-- name: contractor.accounts
-- The accounts a contractor operates, closed ones left out.
SELECT a.id AS account_id, a.name AS account_name, a.platform AS platform FROM particulars p JOIN accounts a ON a.id = p.account_id
WHERE p.contractor_id = :id AND a.state <> 'closed' ORDER BY a.name, a.id LIMIT 100

-- name: contractor.people
-- Its employees who may sign in.
SELECT COUNT(*) FROM people WHERE contractor_id = :id AND disabled_at IS NULL
