-- name: reminder.clocks_due
-- Open clocks in the order in which they fall due, behind the last one seen up to an instant: one range of clocks_due, which
-- the left joins keep in front. Of a closed unit the path is empty.
SELECT c.id, c.subject_kind, c.subject_id, c.unit_id, COALESCE(u.path, '') AS path, c.rulebook, c.section, c.rule, c.started_at, c.due_at, c.end_of_day,
    COALESCE(a.state, '') AS account_state, COALESCE(k.watch, a.watch, '') AS watch
FROM clocks c
LEFT JOIN units u ON u.id = c.unit_id AND u.closed_at IS NULL
LEFT JOIN columns k ON c.subject_kind = 'column' AND k.id = c.subject_id
LEFT JOIN accounts a ON a.id = CASE c.subject_kind WHEN 'account' THEN c.subject_id ELSE k.account_id END
WHERE c.done_at IS NULL AND c.due_at >= :at AND c.due_at <= :until AND (c.due_at > :at OR c.id > :after_id)
ORDER BY c.due_at, c.id LIMIT :limit

-- name: reminder.clocks_told
-- The clocks that messages are about to tell of, with what they need to be called by; those that were restarted, done or
-- taken away since come back without an id.
SELECT i.message_id, i.clock_id, i.lead_time, COALESCE(c.id, '') AS id, COALESCE(c.subject_kind, '') AS subject_kind, COALESCE(c.subject_id, '') AS subject_id,
    COALESCE(c.unit_id, '') AS unit_id, COALESCE(u.path, '') AS path, COALESCE(c.rulebook, '') AS rulebook, COALESCE(c.section, '') AS section,
    COALESCE(c.rule, '') AS rule, COALESCE(c.articles, '[]') AS articles, COALESCE(c.reason, '') AS reason, COALESCE(c.limit_n, 0) AS limit_n,
    COALESCE(c.limit_unit, '') AS limit_unit, i.started_at, c.due_at, COALESCE(c.end_of_day, FALSE) AS end_of_day,
    COALESCE(a.state, '') AS account_state, COALESCE(k.watch, a.watch, '') AS watch, COALESCE(a.name, '') AS account_name,
    COALESCE(a.kind, '') AS account_kind, COALESCE(k.name, '') AS column_name, COALESCE(m.title, '') AS title
FROM reminder_items i
LEFT JOIN clocks c ON c.id = i.clock_id AND c.started_at = i.started_at AND c.done_at IS NULL
LEFT JOIN units u ON u.id = c.unit_id AND u.closed_at IS NULL
LEFT JOIN columns k ON c.subject_kind = 'column' AND k.id = c.subject_id
LEFT JOIN accounts a ON a.id = CASE c.subject_kind WHEN 'account' THEN c.subject_id ELSE k.account_id END
LEFT JOIN matters m ON c.subject_kind = 'matter' AND m.id = c.subject_id
WHERE i.message_id IN (:messages)

-- name: reminder.clocks_of_unit
-- Every open clock of exactly one unit, in the order in which they fall due; what has no due time stands last.
SELECT '' AS message_id, c.id AS clock_id, '' AS lead_time, c.id, c.subject_kind, c.subject_id, c.unit_id, u.path AS path, c.rulebook, c.section, c.rule,
    c.articles, c.reason, c.limit_n, c.limit_unit, c.started_at, c.due_at, c.end_of_day, COALESCE(a.state, '') AS account_state,
    COALESCE(k.watch, a.watch, '') AS watch, COALESCE(a.name, '') AS account_name, COALESCE(a.kind, '') AS account_kind,
    COALESCE(k.name, '') AS column_name, COALESCE(m.title, '') AS title
FROM clocks c
JOIN units u ON u.id = c.unit_id
LEFT JOIN columns k ON c.subject_kind = 'column' AND k.id = c.subject_id
LEFT JOIN accounts a ON a.id = CASE c.subject_kind WHEN 'account' THEN c.subject_id ELSE k.account_id END
LEFT JOIN matters m ON c.subject_kind = 'matter' AND m.id = c.subject_id
WHERE c.unit_id = :unit_id AND c.done_at IS NULL
ORDER BY CASE WHEN c.due_at IS NULL THEN 1 ELSE 0 END, c.due_at, c.id LIMIT :limit

-- name: reminder.people
-- Who hears of some units: everybody who holds a role at exactly one of them and may sign in.
SELECT r.unit_id, r.role, r.person_id, CASE p.email WHEN '' THEN FALSE ELSE TRUE END AS has_mail
FROM person_roles r JOIN people p ON p.id = r.person_id
WHERE r.unit_id IN (:units) AND p.disabled_at IS NULL
ORDER BY r.unit_id, r.person_id

-- name: reminder.people_by_id
SELECT '' AS unit_id, '' AS role, p.id AS person_id, CASE p.email WHEN '' THEN FALSE ELSE TRUE END AS has_mail
FROM people p WHERE p.id IN (:people) AND p.disabled_at IS NULL

-- name: reminder.address
-- Where to write to somebody who may still sign in.
SELECT email FROM people WHERE id = :id AND disabled_at IS NULL

-- name: reminder.units
-- Open units below a path, behind the last one seen, that have a clock running.
SELECT u.id, u.path FROM units u
WHERE u.path > :after AND u.path < :until AND u.closed_at IS NULL
    AND EXISTS (SELECT 1 FROM clocks c WHERE c.unit_id = u.id AND c.done_at IS NULL)
ORDER BY u.path LIMIT :limit

-- name: reminder_mark.get
SELECT at, after_id, version FROM reminder_marks WHERE name = :name

-- name: reminder_mark.insert
INSERT INTO reminder_marks (name, at, after_id, version) VALUES (:name, :at, :after_id, 1)

-- name: reminder_mark.move
UPDATE reminder_marks SET at = :at, after_id = :after_id, version = version + 1 WHERE name = :name AND version = :version

-- name: reminder_item.told
-- What was told, or waits to be told, of some clocks' later counts.
SELECT clock_id, started_at, lead_time, channel, recipient FROM reminder_items WHERE clock_id IN (:clocks) AND started_at >= :oldest

-- name: reminder_item.insert
-- The present count of some clocks, for one message.
INSERT INTO reminder_items (clock_id, started_at, lead_time, channel, recipient, message_id)
SELECT c.id, c.started_at, :lead_time, :channel, :recipient, :message_id FROM clocks c WHERE c.id IN (:clocks)

-- name: reminder_item.delete
-- Takes back what a message need not tell any more, so that it may be told when it is due again.
DELETE FROM reminder_items WHERE message_id = :message_id AND clock_id IN (:clocks)

-- name: reminder_item.delete_all
DELETE FROM reminder_items WHERE message_id = :message_id

-- name: reminder_message.slots
SELECT id, unit_id, channel, recipient, slot, state FROM reminder_messages WHERE unit_id IN (:units) AND slot IN (:slots)

-- name: reminder_message.insert
INSERT INTO reminder_messages (id, unit_id, kind, channel, recipient, slot, state, next_at, attempts, intent_at, lease_until, sent_at, read_at, code,
    problem, subject, body, items, created_at, version)
VALUES (:id, :unit_id, :kind, :channel, :recipient, :slot, 'waiting', :next_at, 0, NULL, NULL, NULL, NULL, '', '', '', '', 0, :now, 1)

-- name: reminder_message.join
-- Holds a message that still waits, so that more can be told in it.
UPDATE reminder_messages SET version = version + 1 WHERE id = :id AND state = 'waiting'

-- name: reminder_message.due
SELECT id, unit_id, kind, channel, recipient, slot, attempts, version FROM reminder_messages
WHERE state = 'waiting' AND channel = :channel AND next_at <= :now ORDER BY next_at, id LIMIT :limit

-- name: reminder_message.heard
-- Of some messages to people, those whose recipient may still sign in and holds a role at the unit.
SELECT DISTINCT m.id FROM reminder_messages m
JOIN people p ON p.id = m.recipient AND p.disabled_at IS NULL
JOIN person_roles r ON r.person_id = p.id AND r.unit_id = m.unit_id
WHERE m.id IN (:messages)

-- name: reminder_message.one
SELECT id, unit_id, kind, channel, recipient, slot, attempts, version FROM reminder_messages WHERE id = :id AND state = 'waiting' AND next_at <= :now

-- name: reminder_message.intend
-- The intention, saved with the very text before it goes out; whoever changes the row is the one who sends it.
UPDATE reminder_messages SET state = 'sending', intent_at = :now, lease_until = :lease_until, subject = :subject, body = :body, items = :items,
    attempts = attempts + 1, version = version + 1
WHERE id = :id AND version = :version AND state = 'waiting'

-- name: reminder_message.shown
-- A message inside the program needs no call: it is sent when it is shown.
UPDATE reminder_messages SET state = 'sent', sent_at = :now, subject = :subject, body = :body, items = :items, version = version + 1
WHERE id = :id AND version = :version AND state = 'waiting'

-- name: reminder_message.end
UPDATE reminder_messages SET state = :state, sent_at = :sent_at, lease_until = NULL, code = :code, problem = :problem, version = version + 1
WHERE id = :id AND state = 'sending'

-- name: reminder_message.again
-- What certainly did not go out waits for another attempt.
UPDATE reminder_messages SET state = 'waiting', next_at = :next_at, intent_at = NULL, lease_until = NULL, code = :code, problem = :problem,
    version = version + 1
WHERE id = :id AND state = 'sending'

-- name: reminder_message.delay
-- What was not even begun waits: no way out was open.
UPDATE reminder_messages SET state = :state, next_at = :next_at, attempts = attempts + 1, code = :code, problem = :problem, version = version + 1
WHERE id = :id AND version = :version AND state = 'waiting'

-- name: reminder_message.hold
-- What else waits for one bot waits longer.
UPDATE reminder_messages SET next_at = :next_at, version = version + 1
WHERE recipient = :recipient AND channel = 'hook' AND state = 'waiting' AND next_at < :next_at

-- name: reminder_message.lost
-- Calls whose caller is gone: nobody knows whether the message went out, so it is not sent again.
UPDATE reminder_messages SET state = 'uncertain', lease_until = NULL, code = :code, problem = :problem, version = version + 1
WHERE state = 'sending' AND lease_until < :now

-- name: reminder_message.delete
-- A message that has nothing left to tell.
DELETE FROM reminder_messages WHERE id = :id AND version = :version AND state = 'waiting'

-- name: reminder_message.pace
-- How many calls to one bot began since an instant.
SELECT COUNT(*) FROM reminder_messages WHERE recipient = :recipient AND intent_at > :since

-- name: reminder_message.mine
-- What somebody was reminded of inside the program, the latest first, a page by key; read lines are left out on demand. still_open says how many
-- of the clocks still run as they did.
SELECT m.id, m.unit_id, u.short_name AS unit_name, m.kind, m.subject, m.body, m.sent_at, m.read_at, m.items,
    (SELECT COUNT(*) FROM reminder_items i JOIN clocks c ON c.id = i.clock_id AND c.started_at = i.started_at AND c.done_at IS NULL
     WHERE i.message_id = m.id) AS still_open
FROM reminder_messages m JOIN units u ON u.id = m.unit_id
WHERE m.recipient = :person_id AND m.channel = 'app' AND m.state = 'sent' AND (:all_lines = 1 OR m.read_at IS NULL)
    AND m.sent_at <= :before_at AND (m.sent_at < :before_at OR m.id < :before_id)
ORDER BY m.sent_at DESC, m.id DESC LIMIT :limit

-- name: reminder_message.read
UPDATE reminder_messages SET read_at = :now, version = version + 1
WHERE id = :id AND recipient = :person_id AND channel = 'app' AND state = 'sent' AND read_at IS NULL

-- name: reminder_message.is_mine
SELECT COUNT(*) FROM reminder_messages WHERE id = :id AND recipient = :person_id AND channel = 'app' AND state = 'sent'

-- name: reminder_message.history
-- What was sent about exactly one unit, the latest first.
SELECT m.id, m.unit_id, u.short_name AS unit_name, m.kind, m.channel, m.recipient, COALESCE(p.name, h.name, '') AS recipient_name, m.state, m.next_at,
    m.attempts, m.sent_at, m.read_at, m.code, m.problem, m.subject, m.body, m.items, m.created_at
FROM reminder_messages m JOIN units u ON u.id = m.unit_id
LEFT JOIN people p ON m.channel <> 'hook' AND p.id = m.recipient
LEFT JOIN reminder_hooks h ON m.channel = 'hook' AND h.id = m.recipient
WHERE m.unit_id = :unit_id AND m.id < :before_id
    AND (:state = '' OR m.state = :state) AND (:channel = '' OR m.channel = :channel) AND (:kind = '' OR m.kind = :kind)
ORDER BY m.id DESC LIMIT :limit

-- name: reminder_message.history_below
-- The same of a unit and the few below it: from the units to their messages.
SELECT m.id, m.unit_id, u.short_name AS unit_name, m.kind, m.channel, m.recipient, COALESCE(p.name, h.name, '') AS recipient_name, m.state, m.next_at,
    m.attempts, m.sent_at, m.read_at, m.code, m.problem, m.subject, m.body, m.items, m.created_at
FROM units u JOIN reminder_messages m ON m.unit_id = u.id
LEFT JOIN people p ON m.channel <> 'hook' AND p.id = m.recipient
LEFT JOIN reminder_hooks h ON m.channel = 'hook' AND h.id = m.recipient
WHERE u.path >= :path AND u.path < CONCAT(:path, '~') AND m.id < :before_id
    AND (:state = '' OR m.state = :state) AND (:channel = '' OR m.channel = :channel) AND (:kind = '' OR m.kind = :kind)
ORDER BY m.id DESC LIMIT :limit

-- name: reminder_message.history_wide
-- The same of a large subtree: back through the messages until there are enough, for most of them are wanted. The cross join
-- keeps that order.
SELECT m.id, m.unit_id, u.short_name AS unit_name, m.kind, m.channel, m.recipient, COALESCE(p.name, h.name, '') AS recipient_name, m.state, m.next_at,
    m.attempts, m.sent_at, m.read_at, m.code, m.problem, m.subject, m.body, m.items, m.created_at
FROM reminder_messages m CROSS JOIN units u ON u.id = m.unit_id
LEFT JOIN people p ON m.channel <> 'hook' AND p.id = m.recipient
LEFT JOIN reminder_hooks h ON m.channel = 'hook' AND h.id = m.recipient
WHERE u.path >= :path AND u.path < CONCAT(:path, '~') AND m.id < :before_id
    AND (:state = '' OR m.state = :state) AND (:channel = '' OR m.channel = :channel) AND (:kind = '' OR m.kind = :kind)
ORDER BY m.id DESC LIMIT :limit

-- name: reminder_message.history_wide mysql
SELECT m.id, m.unit_id, u.short_name AS unit_name, m.kind, m.channel, m.recipient, COALESCE(p.name, h.name, '') AS recipient_name, m.state, m.next_at,
    m.attempts, m.sent_at, m.read_at, m.code, m.problem, m.subject, m.body, m.items, m.created_at
FROM reminder_messages m STRAIGHT_JOIN units u ON u.id = m.unit_id
LEFT JOIN people p ON m.channel <> 'hook' AND p.id = m.recipient
LEFT JOIN reminder_hooks h ON m.channel = 'hook' AND h.id = m.recipient
WHERE u.path >= :path AND u.path < CONCAT(:path, '~') AND m.id < :before_id
    AND (:state = '' OR m.state = :state) AND (:channel = '' OR m.channel = :channel) AND (:kind = '' OR m.kind = :kind)
ORDER BY m.id DESC LIMIT :limit

-- name: reminder.units_below
SELECT COUNT(*) FROM units WHERE path >= :path AND path < CONCAT(:path, '~')

-- name: reminder_message.burden
-- How many reminders about one unit went out in a time, by channel and to whom. One that may have gone out counts.
SELECT m.channel, m.recipient, COALESCE(p.name, h.name, '') AS recipient_name, m.kind, COUNT(*) AS messages, SUM(m.items) AS items
FROM reminder_messages m
LEFT JOIN people p ON m.channel <> 'hook' AND p.id = m.recipient
LEFT JOIN reminder_hooks h ON m.channel = 'hook' AND h.id = m.recipient
WHERE m.unit_id = :unit_id AND m.sent_at >= :from_at AND m.sent_at < :until_at
GROUP BY m.channel, m.recipient, p.name, h.name, m.kind
ORDER BY m.channel, m.recipient, m.kind
