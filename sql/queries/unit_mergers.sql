-- What the register moves when one unit takes another in.

-- name: account.move_unit
UPDATE accounts SET unit_id = :to_id, path = :path, updated_at = :now, version = version + 1 WHERE unit_id = :from_id

-- name: column.move_unit
UPDATE columns SET unit_id = :to_id, path = :path, updated_at = :now, version = version + 1 WHERE unit_id = :from_id

-- name: post.move_unit
-- By account, for that has an index.
UPDATE posts SET unit_id = :to_id WHERE account_id IN (:accounts)

-- name: attachment.move_unit
UPDATE attachments SET unit_id = :to_id WHERE unit_id = :from_id

-- name: contractor.move_unit
UPDATE contractors SET unit_id = :to_id, updated_at = :now, version = version + 1 WHERE unit_id = :from_id

-- name: handover.move_unit
-- Those still open; what is done stays with the unit at which it was done.
UPDATE handovers SET unit_id = :to_id, version = version + 1 WHERE unit_id = :from_id AND state = 'open'

-- name: staff_filing.move_unit
UPDATE staff_filings SET unit_id = :to_id, version = version + 1 WHERE unit_id = :from_id AND state IN ('open', 'filed')

-- name: registration.move_unit
UPDATE registrations SET unit_id = :to_id WHERE unit_id = :from_id

-- name: application.move_unit
-- Those under way, on the chain on which they began, and those whose website is still off the net; application_step.move_unit follows.
UPDATE applications SET unit_id = :to_id, version = version + 1
WHERE unit_id = :from_id AND (state IN ('draft', 'running', 'returned') OR off_at IS NOT NULL AND back_at IS NULL)

-- name: application_step.move_unit
-- The steps that somebody at the unit has still to do, of its own applications and of those that came to it as an office.
UPDATE application_steps SET at_unit = :to_id WHERE at_unit = :from_id AND state IN ('waiting', 'open', 'handed')

-- name: notice.move_unit
-- Those whose life goes on; what has ended stays with the unit that announced it.
UPDATE notices SET unit_id = :to_id, version = version + 1 WHERE unit_id = :from_id AND state IN ('draft', 'signed', 'standing')

-- name: import.move_unit
-- Without another version: a node may be at work on it.
UPDATE imports SET unit_id = :to_id WHERE unit_id = :from_id AND state IN ('mapping', 'previewing', 'previewed', 'running', 'undoing')

-- name: import.end_comparing
-- A list of one unit is not held against the register of another: the comparison ends, and the node at work on it loses it.
UPDATE imports SET unit_id = :to_id, state = 'done', code = :code, error = :error, finished_at = :now, updated_at = :now, holder = NULL, lease_until = NULL,
    version = version + 1
WHERE unit_id = :from_id AND state = 'running' AND kind <> 'register'

-- name: import_template.of_both
-- The templates of one unit for whose titles another has its own.
SELECT a.id FROM import_templates a JOIN import_templates b ON b.unit_id = :to_id AND b.kind = a.kind AND b.fingerprint = a.fingerprint WHERE a.unit_id = :from_id

-- name: import_template.delete_all
DELETE FROM import_templates WHERE id IN (:ids)

-- name: import_template.move_unit
UPDATE import_templates SET unit_id = :to_id WHERE unit_id = :from_id

-- name: reconcile_item.of_both
-- The differences of one unit that another was told of, too.
SELECT a.id FROM reconcile_items a JOIN reconcile_items b ON b.unit_id = :to_id AND b.source = a.source AND b.kind = a.kind AND b.subject = a.subject
WHERE a.unit_id = :from_id

-- name: reconcile_item.delete_all
DELETE FROM reconcile_items WHERE id IN (:ids)

-- name: reconcile_item.move_unit
-- Settled ones too, so that the next sheet does not bring up again what was decided.
UPDATE reconcile_items SET unit_id = :to_id WHERE unit_id = :from_id

-- name: reconcile_entry.move_unit
UPDATE reconcile_entries SET unit_id = :to_id WHERE unit_id = :from_id

-- name: account.ids_of_unit
SELECT id FROM accounts WHERE unit_id = :unit_id ORDER BY id
