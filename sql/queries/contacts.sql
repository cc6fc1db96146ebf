-- name: contact.of_accounts
-- Who answers for some accounts, in the order in which they were written.
SELECT id, account_id, duty, name, phone, email, position FROM account_contacts WHERE account_id IN (:ids) ORDER BY account_id, position, id

-- name: contact.clear
DELETE FROM account_contacts WHERE account_id = :account_id

-- name: contact.insert
INSERT INTO account_contacts (id, account_id, duty, name, phone, email, position)
VALUES (:id, :account_id, :duty, :name, :phone, :email, :position)
