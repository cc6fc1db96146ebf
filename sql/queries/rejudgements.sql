-- name: rejudgement.insert
INSERT INTO rejudgements (id, unit_id, path, why, why_id, due_at, total, looked, changed, after_id, holder, lease_until, error, created_by, created_at, started_at, finished_at)
VALUES (:id, :unit_id, :path, :why, :why_id, :due_at, 0, 0, 0, '', NULL, NULL, '', :created_by, :created_at, NULL, NULL)

-- name: rejudgement.due
-- What waits to be done, or was left by a node that is gone; the first asked for first. The unit may have moved since.
SELECT r.id, r.unit_id, COALESCE(u.path, r.path) AS path, r.why, r.why_id, r.due_at, r.total, r.looked, r.changed, r.after_id, r.error, r.created_by, r.created_at,
    r.started_at, r.finished_at
FROM rejudgements r LEFT JOIN units u ON u.id = r.unit_id
WHERE r.finished_at IS NULL AND r.due_at <= :now AND (r.lease_until IS NULL OR r.lease_until <= :now)
ORDER BY r.due_at, r.id LIMIT 1

-- name: rejudgement.claim
UPDATE rejudgements SET holder = :holder, lease_until = :lease_until, started_at = COALESCE(started_at, :now), total = :total
WHERE id = :id AND finished_at IS NULL AND (lease_until IS NULL OR lease_until <= :now)

-- name: rejudgement.after
-- How far it is, for who has just taken it.
SELECT after_id FROM rejudgements WHERE id = :id

-- name: rejudgement.step
-- Saves how far it is, in the transaction of the step. Only for who holds it.
UPDATE rejudgements SET after_id = :after_id, looked = looked + :looked, changed = changed + :changed, lease_until = :lease_until, error = ''
WHERE id = :id AND holder = :holder AND finished_at IS NULL

-- name: rejudgement.finish
UPDATE rejudgements SET finished_at = :now, holder = NULL, lease_until = NULL, total = looked WHERE id = :id AND holder = :holder AND finished_at IS NULL

-- name: rejudgement.fail
-- Lets it go after an error; the next look takes it up where it was.
UPDATE rejudgements SET error = :error, lease_until = :lease_until WHERE id = :id AND holder = :holder AND finished_at IS NULL

-- name: rejudgement.list
-- The latest first; of the units a person reaches, and those of the whole installation.
SELECT id, unit_id, path, why, why_id, due_at, total, looked, changed, after_id, error, created_by, created_at, started_at, finished_at
FROM rejudgements
WHERE created_at > 0 AND (unit_id = '' OR unit_id IN (SELECT v.unit_id FROM reach v WHERE v.person_id = :person_id AND v.role IN (:roles)))
ORDER BY created_at DESC, id DESC LIMIT :limit

-- name: rejudgement.drop
-- Takes away what waits for the beginning of something that was withdrawn.
DELETE FROM rejudgements WHERE why = :why AND why_id = :why_id AND started_at IS NULL
