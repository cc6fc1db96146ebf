-- name: audit_head.advance
-- Takes the next place of a chain and, with it, the lock on the chain until the transaction ends.
UPDATE audit_heads SET seq = seq + 1 WHERE chain = :chain

-- name: audit_head.insert
-- The first place of a new chain.
INSERT INTO audit_heads (chain, seq, hash) VALUES (:chain, 1, '')

-- name: audit_head.get
SELECT seq, hash FROM audit_heads WHERE chain = :chain

-- name: audit_head.seal
-- Writes the hash of the line just added, where the place is still ours.
UPDATE audit_heads SET hash = :hash WHERE chain = :chain AND seq = :seq

-- name: audit_head.hold_all
-- The heads of many chains, held until the transaction ends. On SQLite nobody else writes meanwhile.
SELECT chain, seq, hash, seq AS was FROM audit_heads WHERE chain IN (:chains) ORDER BY chain

-- name: audit_head.hold_all mysql
SELECT chain, seq, hash, seq AS was FROM audit_heads WHERE chain IN (:chains) ORDER BY chain FOR UPDATE

-- name: audit_head.seal_all
-- Writes the places and the hashes of the last of several lines, where each chain was held at :was.
UPDATE audit_heads SET seq = n.seq, hash = n.hash
FROM (SELECT :chain AS chain, :seq AS seq, :hash AS hash, :was AS was) n WHERE audit_heads.chain = n.chain AND audit_heads.seq = n.was

-- name: audit_head.seal_all mysql
UPDATE (SELECT :chain AS chain, :seq AS seq, :hash AS hash, :was AS was) n STRAIGHT_JOIN audit_heads h ON h.chain = n.chain AND h.seq = n.was
SET h.seq = n.seq, h.hash = n.hash

-- name: audit_head.chains
-- Every chain there is or should be: a unit has at least the line of its creation.
SELECT chain FROM audit_heads UNION SELECT chain FROM audit_lines UNION SELECT id FROM units ORDER BY 1

-- name: audit_line.insert
INSERT INTO audit_lines (id, chain, seq, at, person_id, person_name, action, object_kind, object_id, detail, request_id, prev_hash, hash)
VALUES (:id, :chain, :seq, :at, :person_id, :person_name, :action, :object_kind, :object_id, :detail, :request_id, :prev_hash, :hash)

-- name: audit_line.chain
-- A whole chain from its first line, for checking the hashes.
SELECT id, chain, seq, at, person_id, person_name, action, object_kind, object_id, detail, request_id, prev_hash, hash
FROM audit_lines WHERE chain = :chain ORDER BY seq

-- name: audit_line.list
-- What was done, the latest first, of the units a person reaches. The chain of the platform itself only when asked for.
SELECT id, chain, seq, at, person_id, person_name, action, object_kind, object_id, detail, request_id, prev_hash, hash
FROM audit_lines
WHERE (chain IN (SELECT unit_id FROM reach WHERE reach.person_id = :reader_id AND reach.role IN (:roles))
    OR (:with_platform = 1 AND chain = :platform))
  AND (:chain = '' OR chain = :chain)
  AND (:object_kind = '' OR object_kind = :object_kind)
  AND (:object_id = '' OR object_id = :object_id)
  AND (:person_id = '' OR person_id = :person_id)
  AND (:action = '' OR action = :action)
  AND at >= :since AND at < :until
  AND (:before = '' OR id < :before)
ORDER BY id DESC LIMIT :limit
