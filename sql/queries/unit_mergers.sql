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

-- name: account.ids_of_unit
SELECT id FROM accounts WHERE unit_id = :unit_id ORDER BY id
