-- name: delivery.flying
-- The deliveries to some platforms that somebody is at work on, whichever node, and where each is.
SELECT id, account_id, platform, state, urgent FROM deliveries WHERE platform IN (:platforms) AND lease_until > :now AND next_at IS NOT NULL

-- name: delivery.yield
-- Gives the lease back for a while, because something else goes first.
UPDATE deliveries SET holder = NULL, lease_until = NULL, next_at = :next_at WHERE id = :id AND holder = :holder

-- name: circuit.get
SELECT name, failures, trips, opened_at, until_at FROM circuits WHERE name IN (:names)

-- name: circuit.fail
UPDATE circuits SET failures = failures + 1, last_code = :code, updated_at = :now WHERE name = :name

-- name: circuit.insert
INSERT INTO circuits (name, failures, trips, opened_at, until_at, last_code, updated_at) VALUES (:name, 1, 0, NULL, NULL, :code, :now)

-- name: circuit.open
-- One of those who saw too many failures opens it; trips in the guard lets only one.
UPDATE circuits SET trips = trips + 1, opened_at = COALESCE(opened_at, :now), until_at = :until_at, updated_at = :now WHERE name = :name AND trips = :trips

-- name: circuit.probe
-- One call may try. Whoever changes the row makes it.
UPDATE circuits SET until_at = :until_at, updated_at = :now WHERE name = :name AND opened_at IS NOT NULL AND until_at = :until_was

-- name: circuit.close
UPDATE circuits SET failures = 0, trips = 0, opened_at = NULL, until_at = NULL, updated_at = :now WHERE name = :name AND failures > 0

-- name: circuit.pierce
-- A person asks for a try now.
UPDATE circuits SET until_at = :now, updated_at = :now WHERE name = :name AND until_at > :now

-- name: circuit.rouse
-- The platform answers again: what waited for it goes on now.
UPDATE deliveries SET next_at = :now, updated_at = :now
WHERE platform = :platform AND (:account_id = '' OR account_id = :account_id) AND error_code = 'platform_down' AND next_at > :now AND holder IS NULL
  AND state IN ('scheduled', 'prepared', 'submitted')
