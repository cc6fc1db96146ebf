-- name: source.may
-- The account that a source is for, if the person reaches it in one of the roles.
SELECT a.id, a.unit_id, a.platform, a.state FROM accounts a
WHERE a.id = :id AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: source.insert
INSERT INTO sources (id, account_id, column_id, kind, url, host, fingerprint, expect, state, etag, last_modified, body_hash, due_at, holder,
    lease_until, result, sentence, warnings, failures, failing_since, marked, read_at, ok_at, full_at, changed_at, moved_to, created_by, created_at,
    updated_at, version)
VALUES (:id, :account_id, :column_id, :kind, :url, :host, :fingerprint, :expect, 'reading', '', '', '', :due_at, NULL,
    NULL, '', '', '[]', 0, NULL, FALSE, NULL, NULL, NULL, NULL, '', :created_by, :created_at, :created_at, 1)

-- name: source.visible
-- One source, if the person reaches its account in one of the roles.
SELECT s.id, s.account_id, a.name AS account_name, s.column_id, COALESCE(c.name, '') AS column_name, a.unit_id, u.name AS unit_name, a.platform, s.kind, s.url,
    s.host, s.expect, s.state, s.due_at, s.lease_until, s.result, s.sentence, s.warnings, s.failures, s.failing_since, s.marked, s.read_at, s.ok_at,
    s.changed_at, s.moved_to, s.created_at, s.updated_at, s.version
FROM sources s JOIN accounts a ON a.id = s.account_id JOIN units u ON u.id = a.unit_id LEFT JOIN columns c ON c.id = s.column_id
WHERE s.id = :id AND (:program = 1 OR a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles)))

-- name: source.list
-- The sources of accounts that a person reaches in one of the roles, the latest first. A page by key.
SELECT s.id, s.account_id, a.name AS account_name, s.column_id, COALESCE(c.name, '') AS column_name, a.unit_id, u.name AS unit_name, a.platform, s.kind, s.url,
    s.host, s.expect, s.state, s.due_at, s.lease_until, s.result, s.sentence, s.warnings, s.failures, s.failing_since, s.marked, s.read_at, s.ok_at,
    s.changed_at, s.moved_to, s.created_at, s.updated_at, s.version
FROM sources s JOIN accounts a ON a.id = s.account_id JOIN units u ON u.id = a.unit_id LEFT JOIN columns c ON c.id = s.column_id
WHERE (:account_id = '' OR s.account_id = :account_id) AND (:path = '' OR a.path >= :path AND a.path < CONCAT(:path, '~'))
  AND (:result = '' OR s.result = :result) AND (:failing = 0 OR s.failures > 0 OR s.state = 'gone' OR s.moved_to <> '')
  AND (:after_id = '' OR s.id < :after_id)
  AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
ORDER BY s.id DESC LIMIT :limit

-- name: source.counts
-- How many sources a person's accounts have, by how they stand.
SELECT s.state, s.result, COUNT(*) AS n FROM sources s JOIN accounts a ON a.id = s.account_id
WHERE a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
GROUP BY s.state, s.result ORDER BY s.state, s.result

-- name: source.columns
-- The columns of a site that are shown on it and have an address.
SELECT id, url FROM columns WHERE account_id = :account_id AND state = 'in_use' AND url <> '' ORDER BY id

-- name: source.save
-- Another address or other expectations: what was known of the old address is forgotten, and it is read at once.
UPDATE sources SET url = :url, host = :host, fingerprint = :fingerprint, expect = :expect, state = 'reading', etag = '', last_modified = '', body_hash = '',
    due_at = :now, holder = NULL, lease_until = NULL, result = '', sentence = '', warnings = '[]', failures = 0, failing_since = NULL,
    ok_at = NULL, full_at = NULL, moved_to = '', updated_at = :now, version = version + 1
WHERE id = :id AND version = :version

-- name: source.pause
UPDATE sources SET state = 'paused', due_at = NULL, holder = NULL, lease_until = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state <> 'paused'

-- name: source.resume
UPDATE sources SET state = 'reading', due_at = :now, full_at = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state <> 'reading'

-- name: source.hurry
-- Reads it now, whole.
UPDATE sources SET due_at = :now, full_at = NULL, updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND state = 'reading'

-- name: source.delete
DELETE FROM sources WHERE id = :id AND version = :version

-- name: source.forget_events
DELETE FROM source_events WHERE source_id = :source_id

-- name: source.events
-- What a source told, the latest first.
SELECT id, at, result, sentence, posts, questions FROM source_events WHERE source_id = :source_id ORDER BY id DESC LIMIT :limit

-- name: source.event
INSERT INTO source_events (id, source_id, at, result, sentence, posts, questions) VALUES (:id, :source_id, :at, :result, :sentence, :posts, :questions)

-- name: source.missing
-- Accounts in use whose platform can be asked for their posts and that nobody asks yet. A page by key.
SELECT a.id, a.platform, a.settings FROM accounts a
WHERE a.state = 'in_use' AND a.platform IN (:platforms) AND a.id > :after_id
  AND (a.credentials_set_at IS NOT NULL OR a.platform = 'app') AND NOT EXISTS (SELECT 1 FROM sources s WHERE s.account_id = a.id)
ORDER BY a.id LIMIT :limit

-- name: source.due
-- What to read now, those that waited longest first.
SELECT id, host FROM sources WHERE due_at <= :now AND (lease_until IS NULL OR lease_until <= :now) ORDER BY due_at, id LIMIT :limit

-- name: source.claim
-- Takes those of some sources that are still due and nobody else's.
UPDATE sources SET holder = :holder, lease_until = :until WHERE id IN (:ids) AND due_at <= :now AND (lease_until IS NULL OR lease_until <= :now)

-- name: source.claimed
-- What a claim took, with what decides whether it is read at all. By id: where most rows have no holder, a database may take
-- the index of holders for useless.
SELECT s.id, s.account_id, s.column_id, s.kind, s.url, s.host, s.expect, s.state, s.etag, s.last_modified, s.body_hash, s.due_at, s.result,
    s.sentence, s.warnings, s.failures, s.failing_since, s.marked, s.read_at, s.ok_at, s.full_at, s.changed_at, s.moved_to,
    a.state AS account_state, a.platform, a.in_use_at, COALESCE(c.due_at, a.due_at) AS target_due_at, COALESCE(c.state, '') AS column_state,
    COALESCE(c.last_post_at, CASE WHEN s.column_id IS NULL THEN a.last_post_at END) AS target_last_at
FROM sources s JOIN accounts a ON a.id = s.account_id LEFT JOIN columns c ON c.id = s.column_id
WHERE s.id IN (:ids) AND s.holder = :holder ORDER BY s.host, s.id

-- name: source.same
-- Many sources that had nothing new.
UPDATE sources SET due_at = :due_at, holder = NULL, lease_until = NULL, read_at = :now, ok_at = :now,
    sentence = CASE WHEN result = 'blank' THEN sentence ELSE '' END, result = CASE WHEN result = 'blank' THEN 'blank' ELSE 'unchanged' END
WHERE id IN (:ids) AND holder = :holder

-- name: source.postpone
-- Those that are not read for the time being: their account or column is out of use.
UPDATE sources SET due_at = :due_at, holder = NULL, lease_until = NULL WHERE id IN (:ids) AND holder = :holder

-- name: source.read
-- What one reading found. No version: nobody edits these.
UPDATE sources SET state = :state, etag = :etag, last_modified = :last_modified, body_hash = :body_hash, due_at = :due_at,
    holder = NULL, lease_until = NULL, result = :result, sentence = :sentence, warnings = :warnings, failures = :failures, failing_since = :failing_since,
    read_at = :read_at, ok_at = :ok_at, full_at = :full_at, changed_at = :changed_at, moved_to = :moved_to
WHERE id = :id AND holder = :holder

-- name: bookmark.get
SELECT bookmark FROM bookmarks WHERE source_id = :source_id

-- name: bookmark.save
UPDATE bookmarks SET bookmark = :bookmark WHERE source_id = :source_id

-- name: bookmark.insert
INSERT INTO bookmarks (source_id, bookmark) VALUES (:source_id, :bookmark)

-- name: bookmark.forget
DELETE FROM bookmarks WHERE source_id = :source_id

-- name: source.of_target
-- The sources of one account, or of one of its columns.
SELECT id, state, result, failures, failing_since, marked FROM sources WHERE account_id = :account_id AND COALESCE(column_id, '') = :column_id ORDER BY id

-- name: source.mark
-- Notes that an account, or one of its columns, stands as unread because of its sources, or no longer does.
UPDATE sources SET marked = :marked WHERE account_id = :account_id AND COALESCE(column_id, '') = :column_id

-- name: source.delivery_of_origin
-- The latest delivery of an article to an account that may be public.
SELECT id FROM deliveries WHERE account_id = :account_id AND origin_id = :origin_id AND action = 'publish' AND state IN ('prepared', 'submitted', 'published', 'unknown', 'retracted')
ORDER BY id DESC LIMIT 1
