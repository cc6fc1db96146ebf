-- name: wechat_callback.insert
-- An event as it came; the unique key refuses a repetition.
INSERT INTO wechat_callbacks (id, account_id, event_key, nonce, event, job_id, body, state, delivery_id, repeats, attempts, next_at, received_at)
VALUES (:id, :account_id, :event_key, :nonce, :event, :job_id, :body, 'waiting', '', 0, 0, :next_at, :received_at)

-- name: wechat_callback.repeat
-- It came again.
UPDATE wechat_callbacks SET repeats = repeats + 1 WHERE account_id = :account_id AND event_key = :event_key

-- name: wechat_callback.of_nonce
-- The event that a nonce came with first; another event must not use it again.
SELECT event_key FROM wechat_callbacks WHERE account_id = :account_id AND nonce = :nonce ORDER BY id LIMIT 1

-- name: wechat_callback.due
-- Events to work on now, those that waited longest first.
SELECT id, account_id, event, job_id, body, attempts, received_at FROM wechat_callbacks
WHERE next_at <= :now ORDER BY next_at, id LIMIT :limit

-- name: wechat_callback.of_job
-- What callbacks said of a publish job or a mass sending, the newest first.
SELECT id, account_id, event, job_id, body, attempts, received_at FROM wechat_callbacks
WHERE account_id = :account_id AND job_id = :job_id ORDER BY received_at DESC, id DESC LIMIT 5

-- name: wechat_callback.later
UPDATE wechat_callbacks SET attempts = attempts + 1, next_at = :next_at WHERE id = :id AND state = 'waiting'

-- name: wechat_callback.settle
-- Done with: whose it was, or nobody's.
UPDATE wechat_callbacks SET state = :state, delivery_id = :delivery_id, next_at = NULL, done_at = :now WHERE id = :id AND state = 'waiting'

-- name: wechat_callback.prune
DELETE FROM wechat_callbacks WHERE received_at < :before

-- name: wechat_delivery.begun
-- Deliveries of an account that WeChat may be working on or may have published lately, the newest first.
SELECT id, state, action, remote, external_id, intent_at, submitted_at, series_id, series_place FROM deliveries
WHERE account_id = :account_id AND action = 'publish' AND due_at >= :since AND state IN ('prepared', 'submitted', 'unknown', 'published', 'retracted')
ORDER BY due_at DESC, id DESC LIMIT :limit

-- name: wechat_delivery.hurry
-- Has the worker look at once: WeChat said that it is done.
UPDATE deliveries SET next_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND state IN ('prepared', 'submitted') AND next_at > :now AND holder IS NULL

-- name: wechat_mass.decide
INSERT INTO wechat_mass_decisions (delivery_id, account_id, choice, decided_by, decided_at)
VALUES (:delivery_id, :account_id, :choice, :decided_by, :decided_at)

-- name: wechat_mass.decide_anew
UPDATE wechat_mass_decisions SET choice = :choice, decided_by = :decided_by, decided_at = :decided_at WHERE delivery_id = :delivery_id

-- name: wechat_mass.decision
-- One about a message whose articles have changed since is none.
SELECT choice FROM wechat_mass_decisions WHERE delivery_id = :delivery_id AND decided_at >= :since

-- name: wechat_mass.decided
-- What was decided about a delivery, with the name of who did.
SELECT d.choice, d.decided_at, COALESCE(p.name, '') AS decided_by
FROM wechat_mass_decisions d LEFT JOIN people p ON p.id = d.decided_by WHERE d.delivery_id = :delivery_id

-- name: wechat_mass.take
-- Takes one of the account's sendings of a period; the key refuses one that is taken.
INSERT INTO wechat_mass_slots (account_id, period, slot, delivery_id, taken_at) VALUES (:account_id, :period, :slot, :delivery_id, :taken_at)

-- name: wechat_mass.taken
-- Which sendings of a period are taken, and by which deliveries.
SELECT slot, delivery_id FROM wechat_mass_slots WHERE account_id = :account_id AND period = :period ORDER BY slot

-- name: wechat_mass.free
-- The delivery certainly sent nothing: its sendings are free again.
DELETE FROM wechat_mass_slots WHERE delivery_id = :delivery_id

-- name: wechat_refusal.insert
INSERT INTO wechat_refusals (account_id, capability, code, text, since) VALUES (:account_id, :capability, :code, :text, :since)

-- name: wechat_refusal.renew
-- Still refused: since when stays.
UPDATE wechat_refusals SET code = :code, text = :text WHERE account_id = :account_id AND capability = :capability

-- name: wechat_refusal.lift
DELETE FROM wechat_refusals WHERE account_id = :account_id AND capability = :capability

-- name: wechat_refusal.list
SELECT capability, code, text, since FROM wechat_refusals WHERE account_id = :account_id ORDER BY capability

-- name: wechat_certification.registered
-- The last day of an account's certification as the register has it.
SELECT certified_until AS last_day FROM particulars WHERE account_id = :account_id

-- name: wechat_callback.last
-- When WeChat last called back for an account, in milliseconds; 0 for never.
SELECT COALESCE(MAX(received_at), 0) AS at FROM wechat_callbacks WHERE account_id = :account_id
