-- name: tally.mark
-- Says that the shares of some units are behind. A unit is marked once, however many say so.
INSERT OR IGNORE INTO tally_marks (unit_id, path) SELECT id, path FROM units WHERE id IN (:ids)

-- name: tally.mark mysql
INSERT IGNORE INTO tally_marks (unit_id, path) SELECT id, path FROM units WHERE id IN (:ids)

-- name: tally.mark_subtree
INSERT OR IGNORE INTO tally_marks (unit_id, path) SELECT id, path FROM units WHERE path >= :path AND path < CONCAT(:path, '~')

-- name: tally.mark_subtree mysql
INSERT IGNORE INTO tally_marks (unit_id, path) SELECT id, path FROM units WHERE path >= :path AND path < CONCAT(:path, '~')

-- name: tally.mark_all
INSERT OR IGNORE INTO tally_marks (unit_id, path) SELECT id, path FROM units

-- name: tally.mark_all mysql
INSERT IGNORE INTO tally_marks (unit_id, path) SELECT id, path FROM units

-- name: tally.unmark
DELETE FROM tally_marks WHERE unit_id IN (:ids)

-- name: tally.marked
-- The next units behind a path whose shares are behind.
SELECT unit_id, path FROM tally_marks WHERE path > :after ORDER BY path LIMIT :limit

-- name: tally.marked_below
-- The units strictly below one whose shares are behind, those too that were counted there and stand elsewhere now; at most :limit.
SELECT m.unit_id FROM tally_marks m LEFT JOIN tally_shares s ON s.unit_id = m.unit_id
WHERE m.path > :path AND m.path < CONCAT(:path, '~') OR s.path > :path AND s.path < CONCAT(:path, '~') LIMIT :limit

-- name: tally.hold
-- Waits until whoever is changing these units is done, and keeps others from finishing before us.
UPDATE tally_marks SET path = path WHERE unit_id IN (:ids)

-- name: tally.shares
SELECT unit_id, path, counts FROM tally_shares WHERE unit_id IN (:ids)

-- name: tally.share_insert
INSERT INTO tally_shares (unit_id, path, counts) VALUES (:unit_id, :path, :counts)

-- name: tally.share_update
UPDATE tally_shares SET path = :path, counts = :counts WHERE unit_id = :unit_id

-- name: tally.add
UPDATE tallies SET total = total + :total
WHERE unit_id = :unit_id AND kind = :kind AND platform = :platform AND rulebook = :rulebook AND rule = :rule AND slot = :slot

-- name: tally.insert
INSERT INTO tallies (unit_id, kind, platform, rulebook, rule, slot, total) VALUES (:unit_id, :kind, :platform, :rulebook, :rule, :slot, :total)

-- name: tally.known
-- Which counts some units have, whatever they come to.
SELECT unit_id, kind, platform, rulebook, rule, slot FROM tallies WHERE unit_id IN (:ids)

-- name: tally.sweep
-- Takes away the counts that fell to nothing.
DELETE FROM tallies WHERE unit_id IN (:ids) AND total = 0

-- name: tally.live
-- What some units by themselves hold now: accounts and columns by their first due time, and running update clocks. A slot is
-- a quarter of a day of Beijing, named by its beginning; below 0 there is no due time.
SELECT unit_id, 'account' AS kind, platform, '' AS rulebook, '' AS rule,
    CASE watch WHEN 'timed' THEN due_at - (due_at + 28800000) % 21600000 WHEN 'no_rule' THEN -1 WHEN 'calendar_pending' THEN -2 ELSE -3 END AS slot, COUNT(*) AS total
FROM accounts WHERE unit_id IN (:ids) AND watch <> ''
GROUP BY unit_id, platform, slot
UNION ALL
SELECT unit_id, 'column' AS kind, 'website' AS platform, '' AS rulebook, '' AS rule,
    CASE watch WHEN 'timed' THEN due_at - (due_at + 28800000) % 21600000 WHEN 'no_rule' THEN -1 WHEN 'calendar_pending' THEN -2 ELSE -3 END AS slot, COUNT(*) AS total
FROM columns WHERE unit_id IN (:ids) AND watch <> ''
GROUP BY unit_id, slot
UNION ALL
SELECT unit_id, 'clock' AS kind, platform, rulebook, rule, COALESCE(due_at - (due_at + 28800000) % 21600000, -2) AS slot, COUNT(*) AS total
FROM clocks
WHERE unit_id IN (:ids) AND done_at IS NULL AND subject_kind IN ('account', 'column') AND section IN ('update_limits', 'column_rules')
  AND reason IN ('', 'blank', 'calendar_pending')
GROUP BY unit_id, platform, rulebook, rule, slot

-- name: tally.shift_marks
-- Gives the marks of a subtree the new beginning of their paths. :kept is where the part that stays begins, from 1.
UPDATE tally_marks SET path = CONCAT(:new_path, SUBSTR(path, :kept)) WHERE path >= :old_path AND path < CONCAT(:old_path, '~')
