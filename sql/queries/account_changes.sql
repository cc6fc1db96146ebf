-- name: account_change.insert
INSERT INTO account_changes (id, account_id, field, was, became, at, person_id, person_name, why, why_id, reason)
VALUES (:id, :account_id, :field, :was, :became, :at, :person_id, :person_name, :why, :why_id, :reason)

-- name: account_change.of_account
-- What changed of an account, the latest first; of one field where it is named. A page by key.
SELECT id, account_id, field, was, became, at, person_id, person_name, why, why_id, reason FROM account_changes
WHERE account_id = :account_id AND (:field = '' OR field = :field) AND (:before_at = 0 OR at <= :before_at AND (at < :before_at OR id < :before_id))
ORDER BY at DESC, id DESC LIMIT :limit

-- name: account_change.get
-- One change, whoever asks. For the program itself.
SELECT id, account_id, field, was, became, at, person_id, person_name, why, why_id, reason FROM account_changes WHERE id = :id

-- name: account_change.of_batch
-- The changes of one batch, account by account. A page by key.
SELECT id, account_id, field, was, became, at, person_id, person_name, why, why_id, reason FROM account_changes
WHERE why_id = :why_id AND why = :why AND (account_id > :after_account OR account_id = :after_account AND id > :after_id)
ORDER BY account_id, id LIMIT :limit
