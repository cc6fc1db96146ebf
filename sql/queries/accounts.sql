-- name: account.get
-- One account, whoever asks. For the program itself.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.id = :id

-- name: account.visible
-- One account, if the person reaches its unit in one of the roles.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE a.id = :id AND a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles))

-- name: account.roles_at
-- The roles in which a person reaches a unit.
SELECT DISTINCT role FROM reach WHERE person_id = :person_id AND unit_id = :unit_id

-- name: account.lock
-- Holds the row until the transaction ends; changes nothing.
UPDATE accounts SET version = version WHERE id = :id

-- name: account.insert
INSERT INTO accounts (id, unit_id, path, platform, kind, name, search_text, external_id, home_url, mode, state, in_use_at, settings, credentials, credentials_key,
    credentials_set_at, last_post_at, last_post_title, closed_at, gone_to, watch, due_at, created_at, updated_at, version)
VALUES (:id, :unit_id, :path, :platform, :kind, :name, :search_text, :external_id, :home_url, :mode, :state, :in_use_at, :settings, NULL, NULL,
    NULL, NULL, '', :closed_at, :gone_to, :watch, :due_at, :created_at, :created_at, 1)

-- name: account.update
-- :version is the one the person saw.
UPDATE accounts SET kind = :kind, name = :name, search_text = :search_text, external_id = :external_id, home_url = :home_url, mode = :mode, settings = :settings,
    updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version

-- name: account.rehome
-- To another unit. Its columns follow by column.rehome, its clocks when they are settled.
UPDATE accounts SET unit_id = :unit_id, path = :path WHERE id = :id

-- name: account.units_named
-- The open units of a name among those a person reaches, or among all. Two are enough to know that it says nothing.
SELECT u.id FROM units u
WHERE u.closed_at IS NULL AND (u.name = :name OR u.short_name = :name)
  AND (:any OR u.id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id))
ORDER BY u.id LIMIT 2

-- name: account.by_external
-- Whose platform account that is.
SELECT a.id, a.name, a.unit_id, u.name AS unit_name, a.state FROM accounts a JOIN units u ON u.id = a.unit_id
WHERE a.platform = :platform AND a.external_id = :external_id

-- name: account.move
-- To another state; which one may follow which, the program has checked with the row held.
UPDATE accounts SET state = :state, in_use_at = :in_use_at, closed_at = :closed_at, gone_to = :gone_to, updated_at = :updated_at, version = version + 1
WHERE id = :id AND version = :version

-- name: account.bind
UPDATE accounts SET credentials = :credentials, credentials_key = :credentials_key, credentials_set_at = :set_at,
    updated_at = :now, version = version + 1
WHERE id = :id AND version = :version

-- name: account.credentials
SELECT id, credentials, credentials_key FROM accounts WHERE id = :id

-- name: account.bound
-- Many accounts with the names of their units and their sealed credentials. For the program itself.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version,
    a.credentials, a.credentials_key
FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.id IN (:ids)

-- name: account.sealed_otherwise
-- What another key than the present one sealed.
SELECT id, credentials, credentials_key FROM accounts WHERE credentials IS NOT NULL AND credentials_key <> :key ORDER BY id

-- name: account.reseal
-- The same secrets under another key, unless somebody set others meanwhile.
UPDATE accounts SET credentials = :credentials, credentials_key = :credentials_key WHERE id = :id AND credentials = :old

-- name: account.get_all
-- Many accounts, whoever asks. For the program itself.
SELECT a.id, a.unit_id, '' AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM accounts a WHERE a.id IN (:ids) ORDER BY a.id

-- name: account.hold_all
-- Many accounts, held until the transaction ends. On SQLite nobody else writes meanwhile.
SELECT a.id, a.unit_id, '' AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM accounts a WHERE a.id IN (:ids) ORDER BY a.id

-- name: account.hold_all mysql
SELECT a.id, a.unit_id, '' AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM accounts a WHERE a.id IN (:ids) ORDER BY a.id FOR UPDATE

-- name: account.with_units
-- Many accounts with the names of their units, whoever asks. For the program itself.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.id IN (:ids) ORDER BY a.id

-- name: account.lock_all
-- Holds the rows until the transaction ends; changes nothing.
UPDATE accounts SET version = version WHERE id IN (:ids)

-- name: account.watch
-- What their posts and clocks say of accounts. No version: nobody edits these.
UPDATE accounts SET last_post_at = n.last_post_at, last_post_title = n.last_post_title, watch = n.watch, due_at = n.due_at
FROM (SELECT :id AS id, :last_post_at AS last_post_at, :last_post_title AS last_post_title, :watch AS watch, :due_at AS due_at) n WHERE accounts.id = n.id

-- name: account.watch mysql
UPDATE (SELECT :id AS id, :last_post_at AS last_post_at, :last_post_title AS last_post_title, :watch AS watch, :due_at AS due_at) n STRAIGHT_JOIN accounts a ON n.id = a.id
SET a.last_post_at = n.last_post_at, a.last_post_title = n.last_post_title, a.watch = n.watch, a.due_at = n.due_at

-- name: account.unread
UPDATE accounts SET unread_since = :unread_since, unread_reason = :unread_reason, updated_at = :now, version = version + 1 WHERE id = :id AND version = :version

-- name: account.after
-- The next accounts of a subtree in the order of their ids, closed ones left out.
SELECT id FROM accounts
WHERE id > :after_id AND (:path = '' OR path >= :path AND path < CONCAT(:path, '~')) AND state <> 'closed' ORDER BY id LIMIT :limit

-- name: account.count_in_subtree
SELECT COUNT(*) FROM accounts WHERE (:path = '' OR path >= :path AND path < CONCAT(:path, '~')) AND state <> 'closed'

-- name: account.shift_paths
-- Gives the accounts of a subtree the new beginning of their paths. :kept is where the part that stays begins, from 1.
UPDATE accounts SET path = CONCAT(:new_path, SUBSTR(path, :kept)) WHERE path >= :old_path AND path < CONCAT(:old_path, '~')

-- name: account.pending
-- The accounts that wait for a calendar, themselves or with a column.
SELECT c.subject_id AS id FROM clocks c
WHERE c.done_at IS NULL AND c.due_at IS NULL AND c.section = 'update_limits' AND c.subject_kind = 'account'
UNION
SELECT col.account_id AS id FROM clocks c JOIN columns col ON col.id = c.subject_id
WHERE c.done_at IS NULL AND c.due_at IS NULL AND c.section = 'update_limits' AND c.subject_kind = 'column'
ORDER BY id

-- name: account.list_by_name
-- By name. A page by key. The page is cut before the names are joined.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM (
    SELECT x.id FROM accounts x
    WHERE (:platform = '' OR x.platform = :platform)
      AND (:kind = '' OR x.kind = :kind)
      AND (:state = '' OR x.state = :state)
      AND (:query = '' OR x.search_text LIKE :query ESCAPE '!' OR x.search_text = '' AND LOWER(x.name) LIKE :query ESCAPE '!'
        OR x.unit_id IN (SELECT n.id FROM units n WHERE LOWER(n.name) LIKE :query ESCAPE '!' OR LOWER(n.short_name) LIKE :query ESCAPE '!'))
      AND (:unapproved = FALSE OR x.state IN ('in_use', 'suspended'))
      AND (:asks = FALSE OR EXISTS (SELECT 1 FROM particulars p WHERE p.account_id = x.id
        AND (:certified = '' OR :certified = 'yes' AND p.certified = TRUE OR :certified = 'no' AND p.certified = FALSE OR :certified = 'unknown' AND p.certified IS NULL
          OR :certified = 'not_yes' AND (p.certified IS NULL OR p.certified = FALSE))
        AND (:until = 0 OR p.certified_until <= :until)
        AND (:unapproved = FALSE OR p.approved_on IS NULL AND p.approval_number = '')))
      AND (:path = '' OR x.path >= :path AND x.path < CONCAT(:path, '~'))
      AND (:status = '' OR :status = 'stale' AND x.watch = 'timed' AND x.due_at <= :now OR :status = 'ok' AND x.watch = 'timed' AND x.due_at > :now
        OR :status <> 'stale' AND :status <> 'ok' AND x.watch = :status)
      AND (:after_id = '' OR x.name >= :after_name AND (x.name > :after_name OR x.id > :after_id))
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
    ORDER BY x.name, x.id LIMIT :limit
) page
JOIN accounts a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
ORDER BY a.name, a.id

-- name: account.list_by_due
-- What is due first stands first, what has no due time last. A page by key. The page is cut before the names are joined.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM (
    SELECT x.id FROM accounts x
    WHERE (:platform = '' OR x.platform = :platform)
      AND (:kind = '' OR x.kind = :kind)
      AND (:state = '' OR x.state = :state)
      AND (:query = '' OR x.search_text LIKE :query ESCAPE '!' OR x.search_text = '' AND LOWER(x.name) LIKE :query ESCAPE '!'
        OR x.unit_id IN (SELECT n.id FROM units n WHERE LOWER(n.name) LIKE :query ESCAPE '!' OR LOWER(n.short_name) LIKE :query ESCAPE '!'))
      AND (:unapproved = FALSE OR x.state IN ('in_use', 'suspended'))
      AND (:asks = FALSE OR EXISTS (SELECT 1 FROM particulars p WHERE p.account_id = x.id
        AND (:certified = '' OR :certified = 'yes' AND p.certified = TRUE OR :certified = 'no' AND p.certified = FALSE OR :certified = 'unknown' AND p.certified IS NULL
          OR :certified = 'not_yes' AND (p.certified IS NULL OR p.certified = FALSE))
        AND (:until = 0 OR p.certified_until <= :until)
        AND (:unapproved = FALSE OR p.approved_on IS NULL AND p.approval_number = '')))
      AND (:path = '' OR x.path >= :path AND x.path < CONCAT(:path, '~'))
      AND (:status = '' OR :status = 'stale' AND x.watch = 'timed' AND x.due_at <= :now OR :status = 'ok' AND x.watch = 'timed' AND x.due_at > :now
        OR :status <> 'stale' AND :status <> 'ok' AND x.watch = :status)
      AND (:after_id = '' OR COALESCE(x.due_at, :never) >= :after_due AND (COALESCE(x.due_at, :never) > :after_due OR x.id > :after_id))
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
    ORDER BY COALESCE(x.due_at, :never), x.id LIMIT :limit
) page
JOIN accounts a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
ORDER BY COALESCE(a.due_at, :never), a.id

-- name: account.list_by_last_post
-- The longest silent first. A page by key. The page is cut before the names are joined.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM (
    SELECT x.id FROM accounts x
    WHERE (:platform = '' OR x.platform = :platform)
      AND (:kind = '' OR x.kind = :kind)
      AND (:state = '' OR x.state = :state)
      AND (:query = '' OR x.search_text LIKE :query ESCAPE '!' OR x.search_text = '' AND LOWER(x.name) LIKE :query ESCAPE '!'
        OR x.unit_id IN (SELECT n.id FROM units n WHERE LOWER(n.name) LIKE :query ESCAPE '!' OR LOWER(n.short_name) LIKE :query ESCAPE '!'))
      AND (:unapproved = FALSE OR x.state IN ('in_use', 'suspended'))
      AND (:asks = FALSE OR EXISTS (SELECT 1 FROM particulars p WHERE p.account_id = x.id
        AND (:certified = '' OR :certified = 'yes' AND p.certified = TRUE OR :certified = 'no' AND p.certified = FALSE OR :certified = 'unknown' AND p.certified IS NULL
          OR :certified = 'not_yes' AND (p.certified IS NULL OR p.certified = FALSE))
        AND (:until = 0 OR p.certified_until <= :until)
        AND (:unapproved = FALSE OR p.approved_on IS NULL AND p.approval_number = '')))
      AND (:path = '' OR x.path >= :path AND x.path < CONCAT(:path, '~'))
      AND (:status = '' OR :status = 'stale' AND x.watch = 'timed' AND x.due_at <= :now OR :status = 'ok' AND x.watch = 'timed' AND x.due_at > :now
        OR :status <> 'stale' AND :status <> 'ok' AND x.watch = :status)
      AND (:after_id = '' OR COALESCE(x.last_post_at, 0) >= :after_at AND (COALESCE(x.last_post_at, 0) > :after_at OR x.id > :after_id))
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
    ORDER BY COALESCE(x.last_post_at, 0), x.id LIMIT :limit
) page
JOIN accounts a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
ORDER BY COALESCE(a.last_post_at, 0), a.id

-- name: account.list_by_expiry
-- Whose certification ends first; those whose end is not known are left out. A page by key. The page is cut before the names are joined.
SELECT a.id, a.unit_id, u.name AS unit_name, a.platform, a.kind, a.name, a.external_id, a.home_url, a.mode, a.state, a.in_use_at, a.settings,
    a.credentials_set_at, a.last_post_at, a.last_post_title, a.unread_since, a.unread_reason, a.closed_at, a.gone_to, a.path, a.watch, a.due_at, a.created_at, a.updated_at, a.version
FROM (
    SELECT x.id, c.certified_until FROM particulars c JOIN accounts x ON x.id = c.account_id
    WHERE c.certified_until IS NOT NULL
      AND (:platform = '' OR x.platform = :platform)
      AND (:kind = '' OR x.kind = :kind)
      AND (:state = '' OR x.state = :state)
      AND (:query = '' OR x.search_text LIKE :query ESCAPE '!' OR x.search_text = '' AND LOWER(x.name) LIKE :query ESCAPE '!'
        OR x.unit_id IN (SELECT n.id FROM units n WHERE LOWER(n.name) LIKE :query ESCAPE '!' OR LOWER(n.short_name) LIKE :query ESCAPE '!'))
      AND (:unapproved = FALSE OR x.state IN ('in_use', 'suspended'))
      AND (:asks = FALSE OR EXISTS (SELECT 1 FROM particulars p WHERE p.account_id = x.id
        AND (:certified = '' OR :certified = 'yes' AND p.certified = TRUE OR :certified = 'no' AND p.certified = FALSE OR :certified = 'unknown' AND p.certified IS NULL
          OR :certified = 'not_yes' AND (p.certified IS NULL OR p.certified = FALSE))
        AND (:until = 0 OR p.certified_until <= :until)
        AND (:unapproved = FALSE OR p.approved_on IS NULL AND p.approval_number = '')))
      AND (:path = '' OR x.path >= :path AND x.path < CONCAT(:path, '~'))
      AND (:status = '' OR :status = 'stale' AND x.watch = 'timed' AND x.due_at <= :now OR :status = 'ok' AND x.watch = 'timed' AND x.due_at > :now
        OR :status <> 'stale' AND :status <> 'ok' AND x.watch = :status)
      AND (:after_id = '' OR c.certified_until >= :after_at AND (c.certified_until > :after_at OR c.account_id > :after_id))
      AND EXISTS (SELECT 1 FROM person_roles r JOIN units home ON home.id = r.unit_id
        WHERE r.person_id = :person_id AND r.role IN (:roles) AND x.path >= home.path AND x.path < CONCAT(home.path, '~'))
    ORDER BY c.certified_until, c.account_id LIMIT :limit
) page
JOIN accounts a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
ORDER BY page.certified_until, a.id

-- name: account.without_search
-- The next accounts that cannot be found by pinyin yet, in the order of their ids.
SELECT id FROM accounts WHERE id > :after_id AND search_text = '' ORDER BY id LIMIT :limit

-- name: account.set_search
-- No version: nobody edits this.
UPDATE accounts SET search_text = :search_text WHERE id = :id

-- name: account.matching
-- The accounts that an address means; empty parts mean none. Each part has its own index.
SELECT id FROM accounts WHERE :external_id <> '' AND platform = :platform AND external_id = :external_id
UNION
SELECT p.account_id AS id FROM particulars p WHERE :original_id <> '' AND p.original_id = :original_id
UNION
SELECT id FROM accounts WHERE :name <> '' AND name = :name AND platform = :platform
UNION
SELECT id FROM accounts WHERE home_url IN (:homes) AND home_url <> '' AND platform = :platform
UNION
SELECT p.account_id AS id FROM particulars p WHERE :domain <> '' AND p.domain IN (:domain, :www)
ORDER BY id LIMIT 10

-- name: account.visible_ids
-- Which of some accounts a person reaches in one of the roles.
SELECT a.id FROM accounts a
WHERE a.id IN (:ids) AND (:any OR a.unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles)))
ORDER BY a.id
