-- name: delivery_step.insert
INSERT INTO delivery_steps (id, delivery_id, at, name, outcome, took, code, sentence, detail)
VALUES (:id, :delivery_id, :at, :name, :outcome, :took, :code, :sentence, :detail)

-- name: delivery_step.list
-- The steps of a delivery in the order they happened.
SELECT id, at, name, outcome, took, code, sentence, detail FROM delivery_steps WHERE delivery_id = :delivery_id ORDER BY id

-- name: delivery_step.told
-- Whether anything was kept of a step since an instant.
SELECT EXISTS (SELECT 1 FROM delivery_steps WHERE delivery_id = :delivery_id AND name = :name AND at >= :since)
