-- name: account_change.insert
INSERT INTO account_changes (id, account_id, field, was, became, at, person_id, person_name, why, why_id, reason)
VALUES (:id, :account_id, :field, :was, :became, :at, :person_id, :person_name, :why, :why_id, :reason)

-- name: account_change.of_account
-- What changed of an account, the latest first; of one field where it is named. A page by key.
SELECT id, account_id, field, was, became, at, person_id, person_name, why, why_id, reason FROM account_changes
WHERE account_id = :account_id AND (:field = '' OR field = :field) AND (:before_at = 0 OR at <= :before_at AND (at < :before_at OR id < :before_id))
ORDER BY at DESC, id DESC LIMIT :limit
