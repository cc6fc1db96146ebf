-- name: staff_filing.insert
INSERT INTO staff_filings (id, unit_id, person_id, kind, happened_at, rulebook, rule, articles, items, office_id, state, filed_at, filed_by, receipt_number,
    received_at, received_by, created_at, version)
VALUES (:id, :unit_id, :person_id, :kind, :happened_at, :rulebook, :rule, :articles, :items, :office_id, :state, NULL, '', '', NULL, '', :created_at, 1)

-- name: staff_filing.visible
SELECT f.id, f.unit_id, u.name AS unit_name, f.person_id, f.kind, f.happened_at, f.rulebook, f.rule, f.articles, f.items, f.office_id, o.name AS office_name,
    f.state, f.filed_at, f.filed_by, f.receipt_number, f.received_at, f.received_by, f.created_at, f.version
FROM staff_filings f JOIN units u ON u.id = f.unit_id JOIN units o ON o.id = f.office_id
WHERE f.id = :id AND EXISTS (SELECT 1 FROM reach v WHERE v.unit_id = f.unit_id AND v.person_id = :reader_id AND v.role IN (:roles))

-- name: staff_filing.list
-- Filings of the units a person reaches, the latest first. A page by key.
SELECT f.id, f.unit_id, u.name AS unit_name, f.person_id, f.kind, f.happened_at, f.rulebook, f.rule, f.articles, f.items, f.office_id, o.name AS office_name,
    f.state, f.filed_at, f.filed_by, f.receipt_number, f.received_at, f.received_by, f.created_at, f.version
FROM staff_filings f JOIN units u ON u.id = f.unit_id JOIN units o ON o.id = f.office_id
WHERE (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~')) AND (:state = '' OR f.state = :state) AND (:before = '' OR f.id < :before)
  AND EXISTS (SELECT 1 FROM reach v WHERE v.unit_id = f.unit_id AND v.person_id = :reader_id AND v.role IN (:roles))
ORDER BY f.id DESC LIMIT :limit

-- name: staff_filing.file
UPDATE staff_filings SET state = 'filed', items = :items, filed_at = :now, filed_by = :by, version = version + 1
WHERE id = :id AND version = :version AND state = 'open'

-- name: staff_filing.receive
UPDATE staff_filings SET state = 'received', receipt_number = :number, received_at = :now, received_by = :by, version = version + 1
WHERE id = :id AND version = :version AND state = 'filed'

-- name: staff_filing.waiting_in_subtree
-- What is still to be filed or receipted of a unit and those below it, for the office that they have now.
SELECT f.id, f.unit_id FROM staff_filings f JOIN units u ON u.id = f.unit_id
WHERE u.path >= :path AND u.path < CONCAT(:path, '~') AND f.state IN ('open', 'filed') ORDER BY f.id

-- name: staff_filing.give_office
UPDATE staff_filings SET office_id = :office_id WHERE id = :id
