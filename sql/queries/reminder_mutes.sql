-- name: reminder_mute.live
-- Everything that is muted now.
SELECT id, unit_id, rulebook, section, rule, until_at, reason, created_by, '' AS created_by_name, created_at, ended_by, version
FROM reminder_mutes WHERE until_at > :now

-- name: reminder_mute.near
-- What is or was muted for one unit, by itself or from above, the latest end first.
SELECT m.id, m.unit_id, m.rulebook, m.section, m.rule, m.until_at, m.reason, m.created_by, COALESCE(p.name, '') AS created_by_name, m.created_at, m.ended_by,
    m.version
FROM reminder_mutes m LEFT JOIN people p ON p.id = m.created_by
WHERE m.unit_id IN (:ids) AND m.until_at > :since ORDER BY m.until_at DESC, m.id DESC LIMIT :limit

-- name: reminder_mute.get
SELECT m.id, m.unit_id, m.rulebook, m.section, m.rule, m.until_at, m.reason, m.created_by, COALESCE(p.name, '') AS created_by_name, m.created_at, m.ended_by,
    m.version
FROM reminder_mutes m LEFT JOIN people p ON p.id = m.created_by WHERE m.id = :id

-- name: reminder_mute.insert
INSERT INTO reminder_mutes (id, unit_id, rulebook, section, rule, until_at, reason, created_by, created_at, ended_by, version)
VALUES (:id, :unit_id, :rulebook, :section, :rule, :until_at, :reason, :created_by, :now, '', 1)

-- name: reminder_mute.end
UPDATE reminder_mutes SET until_at = :now, ended_by = :ended_by, version = version + 1 WHERE id = :id AND version = :version AND until_at > :now
