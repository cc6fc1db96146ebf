-- name: article.insert
INSERT INTO articles (id, unit_id, author_id, title, digest, byline, source, body, cover_id, state, rulebook, revision_id, revision_no, client_key,
    created_at, updated_at, version)
VALUES (:id, :unit_id, :author_id, :title, :digest, :byline, :source, :body, :cover_id, :state, '', NULL, 0, :client_key,
    :created_at, :created_at, 1)

-- name: article.by_client_key
-- The article that the same form already made.
SELECT id FROM articles WHERE author_id = :author_id AND client_key = :client_key

-- name: article.visible
-- One article within the units the person reaches in one of the roles.
SELECT a.id, a.unit_id, a.author_id, a.title, a.digest, a.byline, a.source, a.body, a.cover_id, a.state, a.rulebook, a.revision_id, a.revision_no,
    a.scheduled_at, a.created_at, a.updated_at, a.version, u.name AS unit_name, p.name AS author_name
FROM articles a JOIN units u ON u.id = a.unit_id JOIN people p ON p.id = a.author_id
WHERE a.id = :id
  AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = a.unit_id)

-- name: article.list
-- Last touched first, a page by key, without the texts. The page is cut before the names are joined.
SELECT a.id, a.unit_id, a.author_id, a.title, a.digest, a.state, a.rulebook, a.revision_id, a.revision_no, a.scheduled_at, a.created_at, a.updated_at,
    a.version, u.name AS unit_name, p.name AS author_name
FROM (
    SELECT x.id FROM articles x
    WHERE (:state = '' AND x.state <> 'discarded' OR x.state = :state)
      AND (:unit_id = '' OR x.unit_id = :unit_id)
      AND (:mine = '' OR x.author_id = :mine)
      AND (:title = '' OR x.title LIKE :title ESCAPE '!')
      AND (:before_at = 0 OR x.updated_at <= :before_at AND (x.updated_at < :before_at OR x.id < :before_id))
      AND EXISTS (SELECT 1 FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles) AND v.unit_id = x.unit_id)
    ORDER BY x.updated_at DESC, x.id DESC LIMIT :limit
) page
JOIN articles a ON a.id = page.id
JOIN units u ON u.id = a.unit_id
JOIN people p ON p.id = a.author_id
ORDER BY a.updated_at DESC, a.id DESC

-- name: article.save
-- Keeps an edit. Its text is no longer the one that was frozen, so the article goes back to draft.
UPDATE articles SET title = :title, digest = :digest, byline = :byline, source = :source, body = :body, cover_id = :cover_id, state = 'draft',
    rulebook = '', revision_id = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state IN ('draft', 'returned', 'signing', 'signed')

-- name: article.touch
-- Counts a change that leaves the text as it is.
UPDATE articles SET updated_at = :now, version = version + 1 WHERE id = :id AND version = :version

-- name: article.hold
-- Holds the row until the transaction ends, where the version is still the one that was read. It changes nothing.
UPDATE articles SET version = version WHERE id = :id AND version = :version

-- name: article.freeze
UPDATE articles SET state = 'signing', rulebook = :rulebook, revision_id = :revision_id, revision_no = :revision_no, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state IN ('draft', 'returned')

-- name: article.move
-- From one state to another, where id and version match.
UPDATE articles SET state = :to, updated_at = :now, version = version + 1 WHERE id = :id AND version = :version AND state = :from

-- name: article.back
-- Back to the editor; the frozen text is no longer the article's.
UPDATE articles SET state = :to, revision_id = NULL, rulebook = '', updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state IN ('signing', 'signed')

-- name: article.schedule
UPDATE articles SET state = 'scheduled', scheduled_at = :scheduled_at, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state = 'signed'

-- name: article.unschedule
UPDATE articles SET state = 'signed', scheduled_at = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND state = 'scheduled'

-- name: article.signing_for
-- Articles being signed at the units where a person holds a role, oldest change first. Whose turn it is, the chain says.
SELECT a.id, a.unit_id, a.author_id, a.title, a.digest, a.state, a.rulebook, a.revision_id, a.revision_no, a.scheduled_at, a.created_at, a.updated_at,
    a.version, u.name AS unit_name, p.name AS author_name
FROM articles a JOIN units u ON u.id = a.unit_id JOIN people p ON p.id = a.author_id
WHERE a.state = 'signing'
  AND EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :person_id AND r.unit_id = a.unit_id AND r.role IN (:roles))
ORDER BY a.updated_at, a.id LIMIT :limit

-- name: article.waiting
-- Articles sent back, or signed and not scheduled, at units where a person may take the next step: that person's own, and
-- those whose author may not take it.
SELECT a.id, a.unit_id, a.author_id, a.title, a.digest, a.state, a.rulebook, a.revision_id, a.revision_no, a.scheduled_at, a.created_at, a.updated_at,
    a.version, u.name AS unit_name, p.name AS author_name
FROM articles a JOIN units u ON u.id = a.unit_id JOIN people p ON p.id = a.author_id
WHERE a.state IN ('returned', 'signed') AND (a.state = 'returned'
        AND EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :person_id AND r.unit_id = a.unit_id AND r.role IN (:writing))
        AND (a.author_id = :person_id
            OR NOT EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = a.author_id AND r.unit_id = a.unit_id AND r.role IN (:writing)))
    OR a.state = 'signed'
        AND EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :person_id AND r.unit_id = a.unit_id AND r.role IN (:publishing))
        AND (a.author_id = :person_id
            OR NOT EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = a.author_id AND r.unit_id = a.unit_id AND r.role IN (:publishing))))
ORDER BY a.updated_at, a.id LIMIT :limit

-- name: article_account.list
SELECT account_id FROM article_accounts WHERE article_id = :article_id ORDER BY account_id

-- name: article_account.clear
DELETE FROM article_accounts WHERE article_id = :article_id

-- name: article_account.insert
INSERT INTO article_accounts (article_id, account_id) VALUES (:article_id, :account_id)

-- name: article.move_unit
-- Texts that nobody has begun to sign go to the unit that took theirs in. Without another version: somebody may be writing.
UPDATE articles SET unit_id = :to_id WHERE unit_id = :from_id AND state IN ('draft', 'returned')
