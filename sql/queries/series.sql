-- name: series.insert
INSERT INTO series (id, account_id, unit_id, created_by, created_at, changed_at, version)
VALUES (:id, :account_id, :unit_id, :created_by, :created_at, :created_at, 1)

-- name: series.get
-- One series, whoever asks. For the program itself.
SELECT id, account_id, unit_id, created_by, created_at, changed_at, version FROM series WHERE id = :id

-- name: series.visible
-- One series within the units the person reaches: the account's or the articles'.
SELECT s.id, s.account_id, s.unit_id, s.created_by, s.created_at, s.changed_at, s.version, a.name AS account_name, u.name AS unit_name
FROM series s JOIN accounts a ON a.id = s.account_id JOIN units u ON u.id = s.unit_id
WHERE s.id = :id
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND (v.unit_id = s.unit_id OR v.unit_id = a.unit_id))

-- name: series.change
-- Counts a change of the articles or their order, where the version is still the one that was read.
UPDATE series SET changed_at = :now, version = version + 1 WHERE id = :id AND version = :version

-- name: series.members
-- The deliveries of a series, the one that leads first.
SELECT d.id, d.message_id, d.origin_id, d.account_id, d.unit_id, d.platform, d.action, d.state, d.due_at, d.next_at, d.holder, d.lease_until, d.attempts,
    d.intent_at, d.prepared_at, d.submitted_at, d.published_at, d.ended_at, d.remote, d.external_id, d.public_url, d.error_code, d.error_class, d.error_text,
    d.error_advice, d.created_by, d.created_at, d.updated_at, d.version, d.barred_at, d.by_hand, d.outage_id, d.series_id, d.series_place,
    m.title AS title, m.digest AS digest, m.cover_id AS cover_id
FROM deliveries d JOIN messages m ON m.id = d.message_id
WHERE d.series_id = :series_id ORDER BY d.series_place, d.id

-- name: series.join
-- Takes a delivery that waits for its time into a series.
UPDATE deliveries SET series_id = :series_id, series_place = :place, next_at = :next_at, holder = :holder, lease_until = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND series_id IS NULL AND state = 'scheduled' AND holder IS NULL AND intent_at IS NULL AND barred_at IS NULL

-- name: series.leave
-- Lets a delivery out of its series, as it stands.
UPDATE deliveries SET series_id = NULL, series_place = NULL, remote = '{}', updated_at = :now, version = version + 1 WHERE id = :id AND series_id = :series_id

-- name: series.drop
-- Calls off a delivery of a series of which certainly no reader sees anything.
UPDATE deliveries SET state = 'cancelled', series_id = NULL, series_place = NULL, remote = '{}', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now,
    updated_at = :now, version = version + 1
WHERE id = :id AND series_id = :series_id AND (state IN ('scheduled', 'prepared') AND intent_at IS NULL OR state IN ('failed', 'held'))

-- name: series.place
-- Gives a delivery its place in a series that has changed: what was prepared is made anew, and whoever was at it is no more.
UPDATE deliveries SET series_id = :to_series, series_place = :place, state = CASE WHEN state = 'prepared' THEN 'scheduled' ELSE state END, prepared_at = NULL,
    next_at = :next_at, holder = :holder, lease_until = NULL, remote = :remote, updated_at = :now, version = version + 1
WHERE id = :id AND series_id = :series_id AND (state IN ('scheduled', 'prepared') AND intent_at IS NULL OR state IN ('failed', 'held'))

-- name: series.stop
-- Stops a delivery of a series that one of its articles has left: a person decides about the others.
UPDATE deliveries SET state = 'failed', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now, error_code = 'series_broken', error_class = 'by_hand',
    error_text = '', error_advice = :advice, updated_at = :now, version = version + 1
WHERE id = :id AND (state IN ('scheduled', 'prepared') AND intent_at IS NULL OR state IN ('failed', 'held'))

-- name: series.follow
-- What rides stands where its lead stands. Before the platform is asked, what is being taken down does not count any more.
UPDATE deliveries SET state = :state, due_at = :due_at, next_at = NULL, holder = :holder, lease_until = NULL, intent_at = :intent_at, prepared_at = :prepared_at,
    submitted_at = :submitted_at, ended_at = :ended_at, remote = :remote, outage_id = :outage_id, error_code = :error_code, error_class = :error_class,
    error_text = :error_text, error_advice = :error_advice, updated_at = :now, version = version + 1
WHERE series_id = :series_id AND series_place > 1 AND next_at IS NULL AND (:asking = 0 OR barred_at IS NULL)
  AND state IN ('held', 'scheduled', 'prepared', 'submitted', 'failed', 'unknown')

-- name: series.free
-- The lead has come to its end without a word about this one: from here on it is asked for by itself.
UPDATE deliveries SET holder = NULL, next_at = :now, updated_at = :now, version = version + 1
WHERE series_id = :series_id AND series_place > 1 AND next_at IS NULL AND holder = :holder AND intent_at IS NOT NULL AND state IN ('prepared', 'submitted')

-- name: series.part
-- Ends a delivery whose message went out without it.
UPDATE deliveries SET state = :state, holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now, error_code = :error_code, error_class = :error_class,
    error_text = :error_text, error_advice = :error_advice, updated_at = :now, version = version + 1
WHERE id = :id AND state IN ('prepared', 'submitted', 'unknown', 'failed')

-- name: series.alone
-- From a failure that published nothing back to the start, by itself: the others of its message are out.
UPDATE deliveries SET series_id = NULL, series_place = NULL, remote = '{}', state = 'scheduled', next_at = :now, attempts = 0, intent_at = NULL, prepared_at = NULL,
    submitted_at = NULL, ended_at = NULL, error_code = '', error_class = '', error_text = '', error_advice = '', updated_at = :now, version = version + 1
WHERE id = :id AND series_id = :series_id AND state = 'failed' AND barred_at IS NULL

-- name: series.move
-- Another time for what rides; its lead is moved in the same transaction.
UPDATE deliveries SET due_at = :due_at, error_code = '', error_class = '', error_text = '', error_advice = '', updated_at = :now, version = version + 1
WHERE id = :id AND series_id = :series_id AND series_place > 1 AND state IN ('scheduled', 'prepared') AND intent_at IS NULL

-- name: series.leads
-- Which of some deliveries lead a series.
SELECT id FROM deliveries WHERE id IN (:ids) AND series_id IS NOT NULL AND series_place = 1 ORDER BY id

-- name: series.dissolve
-- Nothing of a series is to go out any more.
UPDATE deliveries SET series_id = NULL, series_place = NULL, remote = '{}', updated_at = :now, version = version + 1 WHERE series_id = :series_id AND state = 'cancelled'
