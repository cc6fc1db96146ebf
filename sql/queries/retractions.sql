-- name: retraction.insert
INSERT INTO retractions (id, origin_id, cause, reason, found_at, notified_at, created_by, created_at)
VALUES (:id, :origin_id, :cause, :reason, :found_at, :notified_at, :created_by, :created_at)

-- name: retraction.of_origin
-- The orders to take an article down, the latest first.
SELECT r.id, r.origin_id, r.cause, r.reason, r.found_at, r.notified_at, r.created_by, r.created_at, COALESCE(p.name, '') AS created_by_name
FROM retractions r LEFT JOIN people p ON p.id = r.created_by
WHERE r.origin_id = :origin_id ORDER BY r.created_at DESC, r.id DESC

-- name: retraction.deliveries
-- The channels of an order, with how far each is.
SELECT d.id FROM deliveries d WHERE d.retraction_id IN (:ids) ORDER BY d.id

-- name: delivery.published_of
-- What sent an article out, or was to: the deliveries that an order to take it down is about.
SELECT id FROM deliveries WHERE origin_id = :origin_id AND action = 'publish' AND barred_at IS NULL ORDER BY id

-- name: delivery.bar
-- From here on nothing of it is sent, nor sent again. One row changed means that this order takes it down.
UPDATE deliveries SET barred_at = :now, updated_at = :now, version = version + 1 WHERE id = :id AND barred_at IS NULL

-- name: delivery.stop
-- Calls off what certainly no reader can see, or what a person has in hand and must not post any more.
UPDATE deliveries SET state = 'cancelled', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND (state IN ('scheduled', 'prepared') AND intent_at IS NULL OR state IN ('failed', 'held') OR state = 'submitted' AND next_at IS NULL AND holder IS NULL)

-- name: delivery.stop_barred
-- The same by its holder, who found that an order to take it down came before it was sent.
UPDATE deliveries SET state = 'cancelled', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND holder = :holder AND barred_at IS NOT NULL AND intent_at IS NULL AND state IN ('scheduled', 'prepared')

-- name: delivery.stop_corrections
-- The corrections of a post that is taken down, as far as they wait for their turn or for a person.
UPDATE deliveries SET state = 'cancelled', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :now, updated_at = :now, version = version + 1
WHERE of_id = :of_id AND action = 'update' AND (state IN ('scheduled', 'prepared', 'failed') OR state = 'submitted' AND next_at IS NULL AND holder IS NULL)

-- name: delivery.inherit
-- Lets a delivery that was made or revived in the same transaction know what the platform has of the text that it replaces.
UPDATE deliveries SET remote = :remote, updated_at = :now WHERE id = :id AND state = 'scheduled' AND holder IS NULL AND intent_at IS NULL

-- name: delivery.handed_on
-- What the platform has of a called-off text is its successor's from now on.
UPDATE deliveries SET remote = :remote, updated_at = :now WHERE id = :id AND state = 'cancelled'

-- name: delivery.rouse
-- The post that retractions and corrections wait for has come to an end: they go on now. (With OR instead of CASE, SQLite goes through
-- all that is scheduled when there are three ids or more.)
UPDATE deliveries SET state = 'scheduled', next_at = :now, updated_at = :now, version = version + 1
WHERE of_id IN (:of_ids) AND holder IS NULL
    AND CASE state WHEN 'scheduled' THEN TRUE WHEN 'submitted' THEN next_at IS NULL AND error_code = 'unknown' ELSE FALSE END

-- name: delivery.to_hand
-- The program has no way: a person takes the post down, or corrects it.
UPDATE deliveries SET state = 'submitted', holder = NULL, lease_until = NULL, next_at = NULL, submitted_at = :now, remote = :remote,
    error_code = :error_code, error_class = :error_class, error_text = :error_text, error_advice = :error_advice, updated_at = :now, version = version + 1
WHERE id = :id AND holder = :holder AND state IN ('scheduled', 'prepared', 'submitted')

-- name: delivery.from_hand
-- A person lets the program try once more what waits for a hand.
UPDATE deliveries SET state = 'scheduled', next_at = :now, attempts = 0, intent_at = NULL, submitted_at = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND action <> 'publish' AND state = 'submitted' AND next_at IS NULL AND holder IS NULL
  AND error_code <> 'was_in_hand'

-- name: delivery.retracted
-- The end of a retraction: no reader sees the post.
UPDATE deliveries SET state = 'retracted', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :at, error_code = '', error_class = '', error_text = '',
    error_advice = '', updated_at = :now, version = version + 1
WHERE id = :id AND action = 'retract' AND state IN ('scheduled', 'prepared', 'submitted')

-- name: delivery.taken_down
-- The post that was taken down: whoever was at work on it is no more.
UPDATE deliveries SET state = 'retracted', holder = NULL, lease_until = NULL, next_at = NULL, ended_at = :at, updated_at = :now, version = version + 1
WHERE id = :id AND action = 'publish' AND state IN ('prepared', 'submitted', 'published', 'unknown')

-- name: delivery.takedown_of
-- The retraction that took a publication down, the latest first.
SELECT id FROM deliveries WHERE of_id = :of_id AND action = 'retract' AND state = 'retracted' ORDER BY ended_at DESC, id DESC LIMIT 1

-- name: delivery.reappeared
-- A post that was taken down is out after all: the retraction finds it by what the platform says of it.
UPDATE deliveries SET state = 'published', external_id = COALESCE(:external_id, external_id), public_url = :public_url, remote = :remote, published_at = :now,
    updated_at = :now, version = version + 1
WHERE id = :id AND action = 'publish' AND state = 'retracted' AND published_at IS NULL

-- name: delivery.takedown_again
-- A retraction that had ended is a task for a person again.
UPDATE deliveries SET state = 'submitted', holder = NULL, lease_until = NULL, next_at = NULL, submitted_at = :now, ended_at = NULL, remote = '{}',
    public_url = :public_url, error_code = 'reappeared', error_class = 'by_hand', error_text = '', error_advice = :advice, updated_at = :now, version = version + 1
WHERE id = :id AND action = 'retract' AND state = 'retracted'

-- name: delivery.reposted
-- A person published the corrected text of a publication anew.
UPDATE deliveries SET remote = :remote, public_url = :public_url, external_id = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND action = 'publish' AND state = 'published'

-- name: delivery.reposts
-- The corrections of a publication that were done.
SELECT id FROM deliveries WHERE of_id = :of_id AND action = 'update' AND state = 'published'

-- name: delivery.corrected
-- The end of a correction: readers see the new text.
UPDATE deliveries SET state = 'published', holder = NULL, lease_until = NULL, next_at = NULL, remote = :remote, public_url = :public_url, published_at = :at,
    ended_at = :now, error_code = '', error_class = '', error_text = '', error_advice = '', updated_at = :now, version = version + 1
WHERE id = :id AND action = 'update' AND state IN ('scheduled', 'prepared', 'submitted', 'failed', 'unknown')

-- name: delivery.correction_of
-- The message with which a post was corrected last.
SELECT message_id FROM deliveries WHERE of_id = :of_id AND action = 'update' AND state = 'published' ORDER BY published_at DESC, id DESC LIMIT 1

-- name: delivery.seen
-- The publications of an article that readers see, with the message that each was corrected with last; empty where it never was.
SELECT a.name AS account_name, d.message_id, COALESCE((SELECT u.message_id FROM deliveries u
    WHERE u.of_id = d.id AND u.action = 'update' AND u.state = 'published' ORDER BY u.published_at DESC, u.id DESC LIMIT 1), '') AS corrected_id
FROM deliveries d JOIN accounts a ON a.id = d.account_id
WHERE d.origin_id = :origin_id AND d.action = 'publish' AND d.state = 'published' AND d.barred_at IS NULL
ORDER BY d.published_at DESC, d.id

-- name: delivery.standing
-- The publications of an article that a correction is about: those that are out, under way, or still to come.
SELECT id FROM deliveries WHERE origin_id = :origin_id AND action = 'publish' AND barred_at IS NULL AND state <> 'retracted' AND message_id <> :message_id ORDER BY id

-- name: delivery.take_over
-- From the automatic channel to a person's hand, while it certainly did not go out. Whoever prepares it finds its lease gone.
UPDATE deliveries SET state = 'scheduled', by_hand = TRUE, next_at = :now, due_at = CASE WHEN due_at > :now THEN :now ELSE due_at END, attempts = 0,
    holder = NULL, lease_until = NULL, intent_at = NULL, ended_at = NULL, error_code = '', error_class = '', error_text = '', error_advice = '',
    updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND action = 'publish' AND barred_at IS NULL AND by_hand = FALSE
  AND (state IN ('scheduled', 'prepared') AND intent_at IS NULL OR state IN ('failed', 'held'))

-- name: delivery.standing_at
-- An earlier text of an article that stands, or may, at an account: a new one is a correction, not a second post.
SELECT id FROM deliveries
WHERE origin_id = :origin_id AND account_id = :account_id AND action = 'publish' AND barred_at IS NULL AND message_id <> :message_id
  AND state NOT IN ('cancelled', 'failed', 'retracted') LIMIT 1

-- name: article.standing
-- An article, whoever asks. For the program itself.
SELECT id, unit_id, state, revision_id, version FROM articles WHERE id = :id

-- name: article.reopen
-- A released article back to its editor, after it was taken down or to correct it. What was signed is history.
UPDATE articles SET state = 'draft', revision_id = NULL, rulebook = '', scheduled_at = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state = 'scheduled'
