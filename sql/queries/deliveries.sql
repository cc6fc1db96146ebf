-- name: delivery.insert
INSERT INTO deliveries (id, message_id, origin_id, account_id, unit_id, platform, action, state, due_at, next_at, attempts, submitted_at, remote, public_url,
    error_code, error_class, error_text, error_advice, created_by, created_at, updated_at, version, of_id, retraction_id, urgent, by_hand, reason)
VALUES (:id, :message_id, :origin_id, :account_id, :unit_id, :platform, :action, :state, :due_at, :next_at, 0, :submitted_at, :remote, :public_url,
    :error_code, :error_class, '', :error_advice, :created_by, :created_at, :created_at, 1, :of_id, :retraction_id, :urgent, :by_hand, :reason)

-- name: delivery.revive
-- Schedules a cancelled delivery anew; nothing of it ever reached the platform's readers.
UPDATE deliveries SET state = 'scheduled', due_at = :due_at, next_at = :due_at, attempts = 0, intent_at = NULL, prepared_at = NULL,
    submitted_at = NULL, external_id = NULL, ended_at = NULL, by_hand = FALSE, outage_id = NULL,
    error_code = '', error_class = '', error_text = '', error_advice = '', updated_at = :now, version = version + 1
WHERE id = :id AND state = 'cancelled' AND barred_at IS NULL

-- name: delivery.of_message
-- The delivery of a message to one account.
SELECT id, state, barred_at FROM deliveries WHERE message_id = :message_id AND account_id = :account_id AND action = :action

-- name: delivery.get
-- One delivery, whoever asks. For the program itself.
SELECT id, message_id, origin_id, account_id, unit_id, platform, action, state, due_at, next_at, holder, lease_until, attempts, intent_at,
    prepared_at, submitted_at, published_at, ended_at, remote, external_id, public_url, error_code, error_class, error_text, error_advice,
    created_by, created_at, updated_at, version, of_id, retraction_id, urgent, barred_at, by_hand, reason, outage_id, series_id, series_place
FROM deliveries WHERE id = :id

-- name: delivery.claimed
-- Those of some deliveries that a holder has just claimed.
SELECT id, message_id, origin_id, account_id, unit_id, platform, action, state, due_at, next_at, holder, lease_until, attempts, intent_at,
    prepared_at, submitted_at, published_at, ended_at, remote, external_id, public_url, error_code, error_class, error_text, error_advice,
    created_by, created_at, updated_at, version, of_id, retraction_id, urgent, barred_at, by_hand, reason, outage_id, series_id, series_place
FROM deliveries WHERE id IN (:ids) AND holder = :holder

-- name: delivery.to_confirm
-- Deliveries that news has come of, with what their posts take from the messages.
SELECT d.id, d.message_id, d.origin_id, d.account_id, d.unit_id, d.platform, d.action, d.state, d.remote, d.external_id, d.created_at, d.series_id, d.series_place, m.title, m.sha256
FROM deliveries d JOIN messages m ON m.id = d.message_id WHERE d.id IN (:ids)

-- name: delivery.due
-- What to send now, oldest first: due, and held by nobody or by a holder whose lease ran out. An account sends one after the
-- other: what is not submitted yet waits while another one of its account is being sent, and behind an earlier one, for which
-- it waits a while even when that one is to be tried again later only. The first one due of each account is found first, so
-- that a long backlog is gone through once and not once for each delivery in it.
SELECT d.id, d.account_id FROM (
    SELECT id, account_id, due_at, next_at, lease_until, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY due_at, id) AS place
    FROM deliveries WHERE next_at <= :now AND urgent = FALSE AND state <> 'submitted'
) d
WHERE d.place = 1 AND (d.lease_until IS NULL OR d.lease_until <= :now) AND NOT EXISTS (
    SELECT 1 FROM deliveries e
    WHERE e.account_id = d.account_id AND e.next_at IS NOT NULL AND e.id <> d.id AND e.urgent = FALSE AND e.state IN ('scheduled', 'prepared')
      AND (e.lease_until > :now OR (e.due_at < d.due_at OR e.due_at = d.due_at AND e.id < d.id) AND d.due_at > :patient))
ORDER BY d.next_at, d.id LIMIT :limit

-- name: delivery.due_behind
-- What is due behind the first one of each of some accounts, the next one first.
SELECT id, account_id FROM (
    SELECT id, account_id, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY due_at, id) AS place
    FROM deliveries WHERE account_id IN (:account_ids) AND next_at <= :now AND urgent = FALSE AND state <> 'submitted'
) d
WHERE place > 1 AND place <= :deep ORDER BY account_id, place

-- name: delivery.due_asked
-- What was submitted and is to be asked about now, oldest first.
SELECT id FROM deliveries
WHERE state = 'submitted' AND urgent = FALSE AND next_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
ORDER BY next_at, id LIMIT :limit

-- name: delivery.due_urgent
-- Retractions to work on now, oldest first.
SELECT id FROM deliveries
WHERE urgent = TRUE AND next_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
ORDER BY next_at, id LIMIT :limit

-- name: delivery.next
-- When the next delivery falls due; no row when none is waiting.
SELECT next_at FROM deliveries WHERE next_at > :now ORDER BY next_at LIMIT 1

-- name: delivery.claim
-- Takes the leases that are still free.
UPDATE deliveries SET holder = :holder, lease_until = :until, version = version + 1
WHERE id IN (:ids) AND next_at <= :now AND (lease_until IS NULL OR lease_until <= :now)

-- name: delivery.renew
UPDATE deliveries SET lease_until = :until WHERE id = :id AND holder = :holder

-- name: delivery.keep_remote
UPDATE deliveries SET remote = n.remote, updated_at = n.now_at
FROM (SELECT :id AS id, :holder AS holder, :remote AS remote, :now AS now_at) n WHERE deliveries.id = n.id AND deliveries.holder = n.holder

-- name: delivery.keep_remote mysql
UPDATE (SELECT :id AS id, :holder AS holder, :remote AS remote, :now AS now_at) n STRAIGHT_JOIN deliveries d ON d.id = n.id AND d.holder = n.holder
SET d.remote = n.remote, d.updated_at = n.now_at

-- name: delivery.prepared
UPDATE deliveries SET state = 'prepared', remote = :remote, prepared_at = :now, attempts = 0, error_code = '', error_class = '', error_text = '',
    error_advice = '', updated_at = :now, version = version + 1
WHERE id = :id AND holder = :holder AND state IN ('scheduled', 'prepared') AND intent_at IS NULL

-- name: delivery.intend
-- The intention, saved before the platform is asked to publish: whoever claims the row next looks before it asks again.
UPDATE deliveries SET intent_at = :now, lease_until = :until, updated_at = :now, version = version + 1
WHERE id = :id AND holder = :holder AND state = 'prepared' AND intent_at IS NULL AND barred_at IS NULL

-- name: delivery.intend_prepared
-- The intention together with what was prepared just before it.
UPDATE deliveries SET state = 'prepared', remote = n.remote, prepared_at = n.now_at, attempts = 0, error_code = '', error_class = '',
    error_text = '', error_advice = '', intent_at = n.now_at, lease_until = n.until_at, updated_at = n.now_at, version = deliveries.version + 1
FROM (SELECT :id AS id, :holder AS holder, :remote AS remote, :until AS until_at, :now AS now_at) n
WHERE deliveries.id = n.id AND deliveries.holder = n.holder AND deliveries.state IN ('scheduled', 'prepared') AND deliveries.intent_at IS NULL AND deliveries.barred_at IS NULL

-- name: delivery.intend_prepared mysql
UPDATE (SELECT :id AS id, :holder AS holder, :remote AS remote, :until AS until_at, :now AS now_at) n
STRAIGHT_JOIN deliveries d ON d.id = n.id AND d.holder = n.holder AND d.state IN ('scheduled', 'prepared') AND d.intent_at IS NULL AND d.barred_at IS NULL
SET d.state = 'prepared', d.remote = n.remote, d.prepared_at = n.now_at, d.attempts = 0, d.error_code = '', d.error_class = '',
    d.error_text = '', d.error_advice = '', d.intent_at = n.now_at, d.lease_until = n.until_at, d.updated_at = n.now_at, d.version = d.version + 1

-- name: delivery.forget_intent
-- The platform certainly has nothing: it may be asked again.
UPDATE deliveries SET intent_at = NULL, remote = :remote, updated_at = :now, version = version + 1
WHERE id = :id AND holder = :holder AND state = 'prepared'

-- name: delivery.submitted
UPDATE deliveries SET state = 'submitted', remote = n.remote, external_id = n.external_id, submitted_at = n.now_at, attempts = 0, error_code = '',
    error_class = '', error_text = '', error_advice = '', updated_at = n.now_at, version = deliveries.version + 1
FROM (SELECT :id AS id, :holder AS holder, :remote AS remote, :external_id AS external_id, :now AS now_at) n
WHERE deliveries.id = n.id AND deliveries.holder = n.holder AND deliveries.state = 'prepared'

-- name: delivery.submitted mysql
UPDATE (SELECT :id AS id, :holder AS holder, :remote AS remote, :external_id AS external_id, :now AS now_at) n
STRAIGHT_JOIN deliveries d ON d.id = n.id AND d.holder = n.holder AND d.state = 'prepared'
SET d.state = 'submitted', d.remote = n.remote, d.external_id = n.external_id, d.submitted_at = n.now_at, d.attempts = 0, d.error_code = '',
    d.error_class = '', d.error_text = '', d.error_advice = '', d.updated_at = n.now_at, d.version = d.version + 1

-- name: delivery.release
-- Gives the lease back and says when to go on; next_at NULL leaves it to a person.
UPDATE deliveries SET holder = NULL, lease_until = NULL, next_at = n.next_at, remote = n.remote, attempts = n.attempts,
    error_code = n.error_code, error_class = n.error_class, error_text = n.error_text, error_advice = n.error_advice,
    updated_at = n.now_at, version = deliveries.version + 1
FROM (SELECT :id AS id, :holder AS holder, :next_at AS next_at, :remote AS remote, :attempts AS attempts, :error_code AS error_code,
    :error_class AS error_class, :error_text AS error_text, :error_advice AS error_advice, :now AS now_at) n
WHERE deliveries.id = n.id AND deliveries.holder = n.holder

-- name: delivery.release mysql
UPDATE (SELECT :id AS id, :holder AS holder, :next_at AS next_at, :remote AS remote, :attempts AS attempts, :error_code AS error_code,
    :error_class AS error_class, :error_text AS error_text, :error_advice AS error_advice, :now AS now_at) n
STRAIGHT_JOIN deliveries d ON d.id = n.id AND d.holder = n.holder
SET d.holder = NULL, d.lease_until = NULL, d.next_at = n.next_at, d.remote = n.remote, d.attempts = n.attempts,
    d.error_code = n.error_code, d.error_class = n.error_class, d.error_text = n.error_text, d.error_advice = n.error_advice,
    d.updated_at = n.now_at, d.version = d.version + 1

-- name: delivery.end
-- Ends a delivery that its holder works on: failed, or unknown.
UPDATE deliveries SET state = :state, holder = NULL, lease_until = NULL, next_at = NULL, remote = :remote, ended_at = :now,
    error_code = :error_code, error_class = :error_class, error_text = :error_text, error_advice = :error_advice,
    updated_at = :now, version = version + 1
WHERE id = :id AND holder = :holder AND state IN ('scheduled', 'prepared', 'submitted')

-- name: delivery.publish
-- Records the one good end. Whoever brings the news first wins; a second one changes nothing.
UPDATE deliveries SET state = 'published', holder = NULL, lease_until = NULL, next_at = NULL, remote = n.remote, external_id = n.external_id,
    public_url = n.public_url, published_at = n.published_at, ended_at = n.now_at, error_code = '', error_class = '', error_text = '', error_advice = '',
    updated_at = n.now_at, version = deliveries.version + 1
FROM (SELECT :id AS id, :remote AS remote, :external_id AS external_id, :public_url AS public_url, :published_at AS published_at, :now AS now_at) n
WHERE deliveries.id = n.id AND state IN ('scheduled', 'prepared', 'submitted', 'failed', 'unknown')

-- name: delivery.publish mysql
UPDATE (SELECT :id AS id, :remote AS remote, :external_id AS external_id, :public_url AS public_url, :published_at AS published_at, :now AS now_at) n
STRAIGHT_JOIN deliveries d ON d.id = n.id AND d.state IN ('scheduled', 'prepared', 'submitted', 'failed', 'unknown')
SET d.state = 'published', d.holder = NULL, d.lease_until = NULL, d.next_at = NULL, d.remote = n.remote, d.external_id = n.external_id,
    d.public_url = n.public_url, d.published_at = n.published_at, d.ended_at = n.now_at, d.error_code = '', d.error_class = '', d.error_text = '', d.error_advice = '',
    d.updated_at = n.now_at, d.version = d.version + 1

-- name: delivery.cancel
-- Only while the platform cannot have been asked to publish.
UPDATE deliveries SET state = 'cancelled', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND action <> 'retract' AND state IN ('scheduled', 'prepared') AND intent_at IS NULL

-- name: delivery.call_off
-- Called off with its article: what waits, and what certainly went nowhere.
UPDATE deliveries SET state = 'cancelled', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND action <> 'retract' AND (state IN ('scheduled', 'prepared') AND intent_at IS NULL OR state IN ('failed', 'held'))

-- name: delivery.cancel_waiting
-- Calls off what a person has in hand and has not posted.
UPDATE deliveries SET state = 'cancelled', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND action <> 'retract' AND state = 'submitted' AND next_at IS NULL AND holder IS NULL

-- name: delivery.cancel_failed
-- Puts away what failed and is not wanted any more.
UPDATE deliveries SET state = 'cancelled', updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND state IN ('failed', 'held')

-- name: delivery.retry
-- From a failure that certainly published nothing, back to the start; what is prepared already is found again.
UPDATE deliveries SET state = 'scheduled', next_at = :now, attempts = 0, intent_at = NULL, ended_at = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state = 'failed' AND barred_at IS NULL

-- name: delivery.hurry
-- Goes on now with what waits for a later attempt.
UPDATE deliveries SET next_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state IN ('scheduled', 'prepared', 'submitted') AND next_at > :now AND due_at <= :now AND holder IS NULL

-- name: delivery.settle_absent
-- A person looked and found nothing public.
UPDATE deliveries SET state = 'failed', error_code = 'settled_absent', error_class = 'by_hand', error_text = '', error_advice = :advice,
    ended_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state = 'unknown'

-- name: delivery.visible
-- One delivery with the names a person reads, within the units the person reaches: the account's or the article's.
SELECT d.id, d.message_id, d.origin_id, d.account_id, d.unit_id, d.platform, d.action, d.state, d.due_at, d.next_at, d.holder, d.lease_until,
    d.attempts, d.intent_at, d.prepared_at, d.submitted_at, d.published_at, d.ended_at, d.remote, d.external_id, d.public_url, d.error_code,
    d.error_class, d.error_text, d.error_advice, d.created_by, d.created_at, d.updated_at, d.version, d.of_id, d.retraction_id, d.urgent, d.barred_at,
    d.by_hand, d.reason, d.outage_id, d.series_id, d.series_place,
    m.title AS title, a.name AS account_name, a.kind AS account_kind, a.mode AS account_mode, u.name AS unit_name
FROM deliveries d
JOIN messages m ON m.id = d.message_id
JOIN accounts a ON a.id = d.account_id
JOIN units u ON u.id = d.unit_id
WHERE d.id = :id
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND (v.unit_id = d.unit_id OR v.unit_id = m.unit_id))

-- name: delivery.actable
-- Which of some deliveries the person may act on.
SELECT d.id FROM deliveries d JOIN messages m ON m.id = d.message_id
WHERE d.id IN (:ids)
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND (v.unit_id = d.unit_id OR v.unit_id = m.unit_id))

-- name: delivery.list
-- Newest due time first, a page by key. The page is cut before the names are joined.
SELECT d.id, d.message_id, d.origin_id, d.account_id, d.unit_id, d.platform, d.action, d.state, d.due_at, d.next_at, d.holder, d.lease_until,
    d.attempts, d.intent_at, d.prepared_at, d.submitted_at, d.published_at, d.ended_at, d.remote, d.external_id, d.public_url, d.error_code,
    d.error_class, d.error_text, d.error_advice, d.created_by, d.created_at, d.updated_at, d.version, d.of_id, d.retraction_id, d.urgent, d.barred_at,
    d.by_hand, d.reason, d.outage_id, d.series_id, d.series_place,
    m.title AS title, a.name AS account_name, a.kind AS account_kind, a.mode AS account_mode, u.name AS unit_name
FROM (
    SELECT p.id FROM deliveries p
    WHERE (:state = '' OR p.state = :state)
      AND (:action = '' OR p.action = :action)
      AND (:queue = '' OR p.state = :queue
        OR :queue = 'mass' AND p.state = 'prepared' AND p.error_code = 'mass_undecided'
        OR :queue = 'hand' AND p.state = 'submitted' AND p.next_at IS NULL AND p.holder IS NULL AND p.action <> 'retract'
        OR :queue = 'retract' AND p.action = 'retract' AND p.state IN ('scheduled', 'prepared', 'submitted'))
      AND (:account_id = '' OR p.account_id = :account_id)
      AND (:origin_id = '' OR p.origin_id = :origin_id)
      AND (:platform = '' OR p.platform = :platform)
      AND (:before_at = 0 OR p.due_at <= :before_at AND (p.due_at < :before_at OR p.id < :before_id))
      AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = p.unit_id)
    ORDER BY p.due_at DESC, p.id DESC LIMIT :limit
) page
JOIN deliveries d ON d.id = page.id
JOIN messages m ON m.id = d.message_id
JOIN accounts a ON a.id = d.account_id
JOIN units u ON u.id = d.unit_id
ORDER BY d.due_at DESC, d.id DESC

-- name: delivery.alarms
-- What a person must look at: failed, perhaps public, held back after an outage, waiting for a hand or for a decision about all
-- followers, or being taken down. What is to be taken down comes first, then the oldest.
SELECT d.id, d.origin_id, d.account_id, d.unit_id, d.platform, d.action, d.state, d.due_at, d.next_at, d.holder, d.lease_until, d.intent_at, d.barred_at,
    d.by_hand, d.attempts, d.remote, d.public_url, d.error_code, d.error_class, d.error_advice, d.reason, d.series_id, d.series_place,
    m.title AS title, a.name AS account_name, a.mode AS account_mode, u.name AS unit_name
FROM deliveries d
JOIN messages m ON m.id = d.message_id
JOIN accounts a ON a.id = d.account_id
JOIN units u ON u.id = d.unit_id
WHERE d.state IN (:states) AND (d.state <> 'submitted' OR d.next_at IS NULL AND d.holder IS NULL OR d.urgent = TRUE)
  AND (d.state <> 'scheduled' OR d.urgent = TRUE) AND (d.state <> 'prepared' OR d.error_code = 'mass_undecided')
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = d.unit_id)
ORDER BY d.urgent DESC, d.due_at, d.id LIMIT :limit

-- name: delivery.queues
-- How many deliveries wait for a person, by what they wait for.
SELECT CASE WHEN d.action = 'retract' THEN 'retract' WHEN d.state = 'submitted' THEN 'hand' WHEN d.state = 'prepared' THEN 'mass' ELSE d.state END AS queue, COUNT(*) AS total
FROM deliveries d
WHERE (d.state IN ('failed', 'unknown', 'held') OR d.state = 'submitted' AND d.next_at IS NULL AND d.holder IS NULL
    OR d.urgent = TRUE AND d.state IN ('scheduled', 'submitted') OR d.state = 'prepared' AND d.error_code = 'mass_undecided')
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = d.unit_id)
GROUP BY 1

-- name: delivery.of_origin
-- What became of an article: its deliveries by account.
SELECT d.id, d.account_id, d.platform, d.action, d.state, d.due_at, d.next_at, d.lease_until, d.published_at, d.ended_at, d.public_url, d.error_code,
    d.error_advice, d.version, d.of_id, d.retraction_id, d.barred_at, d.reason, d.series_id, d.series_place, a.name AS account_name
FROM deliveries d JOIN accounts a ON a.id = d.account_id
WHERE d.origin_id = :origin_id ORDER BY d.due_at DESC, d.id
