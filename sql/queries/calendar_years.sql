-- name: calendar_year.list
-- The years that were entered, with who did it.
SELECT y.year, y.announced, y.document_number, y.workdays_total, y.rest, y.work, y.note, y.entered_by, COALESCE(p.name, '') AS entered_by_name, y.entered_at, y.version
FROM calendar_years y LEFT JOIN people p ON p.id = y.entered_by
ORDER BY y.year

-- name: calendar_year.insert
INSERT INTO calendar_years (year, announced, document_number, workdays_total, rest, work, note, entered_by, entered_at, version)
VALUES (:year, :announced, :document_number, :workdays_total, :rest, :work, :note, :entered_by, :entered_at, 1)

-- name: calendar_year.update
UPDATE calendar_years SET announced = :announced, document_number = :document_number, workdays_total = :workdays_total, rest = :rest, work = :work, note = :note,
    entered_by = :entered_by, entered_at = :entered_at, version = version + 1
WHERE year = :year AND version = :version

-- name: calendar_year.offices
-- At how many places a person holds one of the roles that speak for the whole installation: a unit at the top of a tree, or an
-- office with no office above it.
SELECT COUNT(*) FROM person_roles r JOIN units u ON u.id = r.unit_id
WHERE r.person_id = :person_id AND r.role IN (:roles) AND u.closed_at IS NULL
  AND (u.parent_id IS NULL OR u.is_office = TRUE AND NOT EXISTS (
      SELECT 1 FROM units a WHERE a.is_office = TRUE AND u.path > a.path AND u.path < CONCAT(a.path, '~')))

-- name: calendar_year.clocks
-- The open duties that count working days or wait for a year, for telling what another calendar would change.
SELECT reason, limit_n, limit_unit, started_at
FROM clocks WHERE done_at IS NULL AND (limit_unit = :working_day AND reason <> :suspended OR reason = :pending)

-- name: calendar_year.recount
-- Has every open duty counted anew, all units.
INSERT INTO rejudgements (id, unit_id, path, why, why_id, due_at, total, looked, changed, after_id, holder, lease_until, error, created_by, created_at, started_at, finished_at)
VALUES (:id, '', '', 'calendar', '', :now, 0, 0, 0, '', NULL, NULL, '', :created_by, :now, NULL, NULL)

-- name: calendar_year.recounts
-- How many recounts after a change of working days are still to be done.
SELECT COUNT(*) FROM rejudgements WHERE why = 'calendar' AND finished_at IS NULL
