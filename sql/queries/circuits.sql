-- name: delivery.traffic
-- What else is under way when a delivery is about to be worked on: others of its account, all of its platform, and how the platform
-- answered last.
SELECT (SELECT COUNT(*) FROM deliveries b WHERE b.account_id = :account_id AND b.next_at IS NOT NULL AND b.lease_until > :now AND b.id <> :id
        AND b.urgent = FALSE AND b.state IN ('scheduled', 'prepared')) AS lane,
    (SELECT COUNT(*) FROM deliveries f WHERE f.platform = :platform AND f.lease_until > :now) AS flying,
    COALESCE(c.failures, 0) AS failures, COALESCE(c.trips, 0) AS trips, c.opened_at, c.until_at
FROM (SELECT 1 AS one) x LEFT JOIN circuits c ON c.name = :circuit

-- name: delivery.yield
-- Gives the lease back for a while, because something else goes first.
UPDATE deliveries SET holder = NULL, lease_until = NULL, next_at = :next_at WHERE id = :id AND holder = :holder

-- name: circuit.get
SELECT failures, trips, opened_at, until_at FROM circuits WHERE name = :name

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
