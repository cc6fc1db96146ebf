-- name: import_row.insert
INSERT INTO import_rows (import_id, number, outcome, result, account_id, name, unit_name, fields, changes, notes, code, why)
VALUES (:import_id, :number, :outcome, :result, :account_id, :name, :unit_name, :fields, :changes, :notes, :code, :why)

-- name: import_row.clear
-- What an earlier preview found, some rows at a time. The list within stands in a FROM, for MySQL takes no LIMIT elsewhere.
DELETE FROM import_rows WHERE import_id = :import_id
  AND number <= (SELECT MAX(number) FROM (SELECT number FROM import_rows WHERE import_id = :import_id ORDER BY number LIMIT :limit) first_rows)

-- name: import_row.list
-- A page by the number of the row.
SELECT import_id, number, outcome, result, account_id, name, unit_name, fields, changes, notes, code, why
FROM import_rows
WHERE import_id = :import_id AND number > :after AND (:outcome = '' OR outcome = :outcome) AND (:result = '' OR result = :result)
ORDER BY number LIMIT :limit

-- name: import_row.next
-- The next rows to carry out.
SELECT import_id, number, outcome, result, account_id, name, unit_name, fields, changes, notes, code, why
FROM import_rows WHERE import_id = :import_id AND result = '' AND outcome IN (:outcomes) ORDER BY number LIMIT :limit

-- name: import_row.next_undo
-- The next rows to undo, the last first.
SELECT import_id, number, outcome, result, account_id, name, unit_name, fields, changes, notes, code, why
FROM import_rows WHERE import_id = :import_id AND result IN ('created', 'changed') ORDER BY number DESC LIMIT :limit

-- name: import_row.take_out
-- Some rows, to be written anew in the same transaction with what came of them.
DELETE FROM import_rows WHERE import_id = :import_id AND number IN (:numbers)
