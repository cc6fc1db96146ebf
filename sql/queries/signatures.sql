-- name: signature.insert
INSERT INTO signatures (id, article_id, revision_id, sha256, stage, seq, stage_group, label, role, person_id, person_name, decision, opinion, signed_at,
    voided_at, void_reason)
VALUES (:id, :article_id, :revision_id, :sha256, :stage, :seq, :stage_group, :label, :role, :person_id, :person_name, :decision, :opinion, :signed_at,
    NULL, '')

-- name: signature.of_revision
-- The signatures that stand on a frozen text.
SELECT id, article_id, revision_id, sha256, stage, seq, stage_group, label, role, person_id, person_name, decision, opinion, signed_at, voided_at, void_reason
FROM signatures WHERE revision_id = :revision_id AND voided_at IS NULL AND decision = 'signed' ORDER BY stage

-- name: signature.of_article
-- Every signature an article ever got, the voided ones and the sendings-back too, in the order they were given.
SELECT s.id, s.article_id, s.revision_id, s.sha256, s.stage, s.seq, s.stage_group, s.label, s.role, s.person_id, s.person_name, s.decision, s.opinion,
    s.signed_at, s.voided_at, s.void_reason, r.no AS revision_no
FROM signatures s JOIN revisions r ON r.id = s.revision_id WHERE s.article_id = :article_id ORDER BY s.id

-- name: signature.of_revisions
-- The standing signatures of several frozen texts at once.
SELECT id, article_id, revision_id, sha256, stage, seq, stage_group, label, role, person_id, person_name, decision, opinion, signed_at, voided_at, void_reason
FROM signatures WHERE revision_id IN (:revision_ids) AND voided_at IS NULL AND decision = 'signed' ORDER BY stage

-- name: signature.void
-- Voids what stands on a frozen text.
UPDATE signatures SET voided_at = :now, void_reason = :reason WHERE revision_id = :revision_id AND voided_at IS NULL AND decision = 'signed'
