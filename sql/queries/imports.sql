-- name: import.insert
INSERT INTO imports (id, unit_id, kind, state, name, sha256, size, sheet, head_from, head_to, mapping, looked_rows, creates, changes, sames, refused, done_rows, created, changed,
    failed, kept, unknown, code, error, after_id, holder, lease_until, reason, person_id, person_name, created_by, created_at, updated_at, finished_at, version)
VALUES (:id, :unit_id, :kind, 'mapping', :name, :sha256, :size, '', 0, 0, :mapping, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, '[]', '', '', '', NULL, NULL, '', :created_by, :person_name, :created_by, :created_at, :created_at, NULL, 1)

-- name: import.visible
-- One import, if the person reaches its unit in one of the roles.
SELECT id, unit_id, kind, state, name, sha256, size, sheet, head_from, head_to, mapping, looked_rows, creates, changes, sames, refused, done_rows, created, changed,
    failed, kept, unknown, code, error, after_id, reason, person_id, person_name, created_by, created_at, updated_at, finished_at, version
FROM imports WHERE id = :id AND unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: import.get
-- One import, whoever asks. For the program itself.
SELECT id, unit_id, kind, state, name, sha256, size, sheet, head_from, head_to, mapping, looked_rows, creates, changes, sames, refused, done_rows, created, changed,
    failed, kept, unknown, code, error, after_id, reason, person_id, person_name, created_by, created_at, updated_at, finished_at, version
FROM imports WHERE id = :id

-- name: import.list
-- The latest first. A page by key.
SELECT id, unit_id, kind, state, name, sha256, size, sheet, head_from, head_to, mapping, looked_rows, creates, changes, sames, refused, done_rows, created, changed,
    failed, kept, unknown, code, error, after_id, reason, person_id, person_name, created_by, created_at, updated_at, finished_at, version
FROM imports
WHERE (:after_id = '' OR id < :after_id) AND (:unit_id = '' OR unit_id = :unit_id) AND (:kind = '' OR kind = :kind) AND state <> 'dropped'
  AND unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))
ORDER BY id DESC LIMIT :limit

-- name: import.map
-- What its columns are; what an earlier preview found is void.
UPDATE imports SET state = 'previewing', sheet = :sheet, head_from = :head_from, head_to = :head_to, mapping = :mapping, looked_rows = 0, creates = 0, changes = 0,
    sames = 0, refused = 0, unknown = '[]', code = '', error = '', holder = NULL, lease_until = NULL, person_id = :person_id, person_name = :person_name, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state IN ('mapping', 'previewed')

-- name: import.begin
-- From one state to the next, in which the work waits for a node.
UPDATE imports SET state = :next, done_rows = 0, error = '', after_id = '', holder = NULL, lease_until = NULL, reason = :reason, person_id = :person_id, person_name = :person_name,
    updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state = :state

-- name: import.drop
UPDATE imports SET state = 'dropped', updated_at = :now, finished_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state IN ('mapping', 'previewing', 'previewed')

-- name: import.due
-- What waits to be done, or was left by a node that is gone; the first asked for first.
SELECT id, unit_id, kind, state, name, sha256, size, sheet, head_from, head_to, mapping, looked_rows, creates, changes, sames, refused, done_rows, created, changed,
    failed, kept, unknown, code, error, after_id, reason, person_id, person_name, created_by, created_at, updated_at, finished_at, version
FROM imports
WHERE state IN ('previewing', 'running', 'undoing') AND (lease_until IS NULL OR lease_until <= :now)
ORDER BY updated_at, id LIMIT 1

-- name: import.claim
UPDATE imports SET holder = :holder, lease_until = :lease_until
WHERE id = :id AND state = :state AND version = :version AND (lease_until IS NULL OR lease_until <= :now)

-- name: import.restart_preview
-- A preview begins at the top each time: which rows repeat each other is known only to who has read them all.
UPDATE imports SET looked_rows = 0, creates = 0, changes = 0, sames = 0, refused = 0, lease_until = :lease_until
WHERE id = :id AND holder = :holder AND state = 'previewing'

-- name: import.looked
-- Saves how far a preview is, in the transaction of the step. Only for who holds it.
UPDATE imports SET looked_rows = looked_rows + :looked_rows, creates = creates + :creates, changes = changes + :changes, sames = sames + :sames,
    refused = refused + :refused, lease_until = :lease_until, error = ''
WHERE id = :id AND holder = :holder AND state = 'previewing'

-- name: import.stepped
-- Saves how far the work is, in the transaction of the step. Only for who holds it.
UPDATE imports SET done_rows = done_rows + :done_rows, created = created + :created, changed = changed + :changed, failed = failed + :failed, kept = kept + :kept,
    after_id = :after_id, lease_until = :lease_until, error = ''
WHERE id = :id AND holder = :holder AND state = :state

-- name: import.finish
-- Only for who holds it.
UPDATE imports SET state = :next, unknown = :unknown, code = :code, error = :error, finished_at = :finished_at, updated_at = :now, holder = NULL, lease_until = NULL,
    version = version + 1
WHERE id = :id AND holder = :holder AND state = :state

-- name: import.fail
-- Lets it go after an error; the next look takes it up where it was.
UPDATE imports SET error = :error, lease_until = :lease_until WHERE id = :id AND holder = :holder

-- name: import.units
-- The open units that a person reaches in one of the roles, for finding them by their names.
SELECT u.id, u.name, u.short_name FROM units u
WHERE u.closed_at IS NULL AND u.id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles)) ORDER BY u.id

-- name: import.merged_units
-- The units that were merged since a time, with who took them in; the first merged first.
SELECT id, name, short_name, merged_into FROM units WHERE merged_into IS NOT NULL AND closed_at >= :since ORDER BY closed_at, id

-- name: import.unit_of
SELECT unit_id FROM imports WHERE id = :id

-- name: import.match_national
SELECT p.account_id AS id, p.national_id AS word FROM particulars p WHERE p.national_id IN (:words)

-- name: import.match_external
SELECT a.id, a.platform, a.external_id AS word FROM accounts a WHERE a.platform IN (:platforms) AND a.external_id IN (:words)

-- name: import.match_name
-- By name within units. Of two of one name the one not closed comes last.
SELECT a.id, a.platform, a.unit_id, a.name AS word, COALESCE(a.external_id, '') AS external, p.national_id AS national
FROM accounts a JOIN particulars p ON p.account_id = a.id
WHERE a.name IN (:words) AND a.unit_id IN (:unit_ids)
ORDER BY CASE WHEN a.state = 'closed' THEN 0 ELSE 1 END, a.id

-- name: import.dependents
-- On which of the accounts that an import registered something stands by now.
SELECT a.id FROM accounts a
WHERE a.id IN (:ids)
  AND (a.version > 1 OR a.credentials IS NOT NULL
    OR EXISTS (SELECT 1 FROM posts x WHERE x.account_id = a.id) OR EXISTS (SELECT 1 FROM columns x WHERE x.account_id = a.id)
    OR EXISTS (SELECT 1 FROM deliveries x WHERE x.account_id = a.id) OR EXISTS (SELECT 1 FROM article_accounts x WHERE x.account_id = a.id)
    OR EXISTS (SELECT 1 FROM matters x WHERE x.account_id = a.id) OR EXISTS (SELECT 1 FROM applications x WHERE x.account_id = a.id)
    OR EXISTS (SELECT 1 FROM notices x WHERE x.account_id = a.id)
    OR EXISTS (SELECT 1 FROM breaches x WHERE x.subject_kind = 'account' AND x.subject_id = a.id)
    OR EXISTS (SELECT 1 FROM account_changes x WHERE x.account_id = a.id AND x.why_id <> :import_id))

-- name: import.remove_accounts
DELETE FROM accounts WHERE id IN (:ids)

-- name: import.remove_particulars
DELETE FROM particulars WHERE account_id IN (:ids)

-- name: import.remove_contacts
DELETE FROM account_contacts WHERE account_id IN (:ids)

-- name: import.changes_of
-- What an import changed of some accounts, the latest first.
SELECT id, account_id, field, was, became, at, person_id, person_name, why, why_id, reason
FROM account_changes WHERE why_id = :import_id AND account_id IN (:account_ids) AND why = 'import' ORDER BY id DESC

-- name: import.forget_changes
-- The history of accounts that are removed again.
DELETE FROM account_changes WHERE account_id IN (:ids) AND why_id = :import_id
