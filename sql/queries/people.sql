-- name: person.insert
INSERT INTO people (id, username, name, password_hash, password_set_at, must_change, failed_count, locked_until, disabled_at, created_at, updated_at, version)
VALUES (:id, :username, :name, :password_hash, :now, :must_change, 0, NULL, NULL, :now, :now, 1)

-- name: person.get
-- One person, whoever asks. For the program itself and for people asking about themselves.
SELECT id, username, name, password_set_at, must_change, locked_until, disabled_at, created_at, updated_at, version
FROM people WHERE id = :id

-- name: person.visible
-- One person, if the reader reaches a unit at which that person holds a role.
SELECT id, username, name, password_set_at, must_change, locked_until, disabled_at, created_at, updated_at, version
FROM people
WHERE id = :id AND EXISTS (
    SELECT 1 FROM person_roles r JOIN reach ON reach.unit_id = r.unit_id
    WHERE r.person_id = people.id AND reach.person_id = :reader_id AND reach.role IN (:roles))

-- name: person.at_unit
-- Everybody who holds a role at exactly this unit.
SELECT id, username, name, password_set_at, must_change, locked_until, disabled_at, created_at, updated_at, version
FROM people
WHERE id IN (SELECT r.person_id FROM person_roles r WHERE r.unit_id = :unit_id)
ORDER BY name, id

-- name: person.holders
-- Everybody who holds one role at exactly this unit and may sign in.
SELECT id, username, name, password_set_at, must_change, locked_until, disabled_at, created_at, updated_at, version
FROM people
WHERE disabled_at IS NULL AND id IN (SELECT r.person_id FROM person_roles r WHERE r.unit_id = :unit_id AND r.role = :role)
ORDER BY name, id

-- name: person.lock
-- Holds the row until the transaction ends, so that the roles of one person change one after another.
UPDATE people SET updated_at = :now WHERE id = :id

-- name: person.disable
UPDATE people SET disabled_at = :now, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND disabled_at IS NULL

-- name: person.enable
UPDATE people SET disabled_at = NULL, failed_count = 0, locked_until = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND disabled_at IS NOT NULL

-- name: person.credentials_named
-- What signing in needs of the person with a user name.
SELECT id, username, name, password_hash, must_change, locked_until, disabled_at FROM people WHERE username = :username

-- name: person.credentials
-- The same by id, for changing one's own password.
SELECT id, username, name, password_hash, must_change, locked_until, disabled_at FROM people WHERE id = :id

-- name: person.count_attempt
-- Counts a password before it is looked at, unless the person is locked; the last one allowed locks at once, and a right
-- password takes that back. locked_until stands first: MySQL gives each assignment the values the one before it set.
UPDATE people
SET locked_until = CASE WHEN failed_count + 1 >= :most THEN :until ELSE NULL END,
    failed_count = CASE WHEN failed_count + 1 >= :most THEN 0 ELSE failed_count + 1 END
WHERE id = :id AND (locked_until IS NULL OR locked_until <= :now)

-- name: person.locked_until
SELECT locked_until FROM people WHERE id = :id

-- name: person.signed_in
-- A right password clears the count; the hash is the same or the same password under raised parameters.
UPDATE people SET failed_count = 0, locked_until = NULL, password_hash = :raised
WHERE id = :id AND password_hash = :password_hash AND disabled_at IS NULL

-- name: person.change_password
-- One's own new password, where the old one is still in force.
UPDATE people SET password_hash = :new_hash, password_set_at = :now, must_change = FALSE, failed_count = 0, locked_until = NULL,
    updated_at = :now, version = version + 1
WHERE id = :id AND password_hash = :password_hash AND disabled_at IS NULL

-- name: person.reset_password
-- A password somebody else set: it must be changed at the next sign-in.
UPDATE people SET password_hash = :new_hash, password_set_at = :now, must_change = TRUE, failed_count = 0, locked_until = NULL,
    updated_at = :now, version = version + 1
WHERE id = :id AND version = :version

-- name: person.demand_password
-- A password that has become too old must be changed before anything else.
UPDATE people SET must_change = TRUE, updated_at = :now, version = version + 1
WHERE id = :id AND password_set_at = :set_at AND must_change = FALSE

-- name: person_role.insert
INSERT INTO person_roles (person_id, unit_id, role, granted_at) VALUES (:person_id, :unit_id, :role, :now)

-- name: person_role.delete
DELETE FROM person_roles WHERE person_id = :person_id AND unit_id = :unit_id AND role = :role

-- name: person_role.count
SELECT COUNT(*) FROM person_roles WHERE person_id = :person_id

-- name: person_role.home
-- The unit at which a person has held a role longest.
SELECT unit_id FROM person_roles WHERE person_id = :person_id ORDER BY granted_at, unit_id LIMIT 1

-- name: person_role.held
-- Every role of one person, the oldest first.
SELECT r.unit_id AS unit_id, u.name AS unit_name, r.role AS role
FROM person_roles r JOIN units u ON u.id = r.unit_id
WHERE r.person_id = :person_id ORDER BY r.granted_at, r.unit_id, r.role

-- name: person_role.of_people
-- The roles of some people, the oldest first.
SELECT r.person_id AS person_id, r.unit_id AS unit_id, u.name AS unit_name, r.role AS role
FROM person_roles r JOIN units u ON u.id = r.unit_id
WHERE r.person_id IN (:people) ORDER BY r.granted_at, r.unit_id, r.role

-- name: person_role.visible_of_people
-- The same, at the units the reader reaches or of the reader.
SELECT r.person_id AS person_id, r.unit_id AS unit_id, u.name AS unit_name, r.role AS role
FROM person_roles r JOIN units u ON u.id = r.unit_id
WHERE r.person_id IN (:people) AND (r.person_id = :reader_id OR EXISTS (
    SELECT 1 FROM reach WHERE reach.unit_id = r.unit_id AND reach.person_id = :reader_id AND reach.role IN (:roles)))
ORDER BY r.granted_at, r.unit_id, r.role

-- name: person_role.beyond
-- How many roles of a person lie beyond an administrator: at a unit not reached, or the system administrator's when the
-- other is none.
SELECT COUNT(*) FROM person_roles r
WHERE r.person_id = :person_id AND NOT EXISTS (
    SELECT 1 FROM reach
    WHERE reach.unit_id = r.unit_id AND reach.person_id = :reader_id AND reach.role IN (:roles)
      AND (r.role <> :highest OR reach.role = :highest))

-- name: person.email
SELECT email FROM people WHERE id = :id

-- name: person.set_email
-- One's own address for reminders.
UPDATE people SET email = :email, updated_at = :now, version = version + 1 WHERE id = :id AND disabled_at IS NULL

-- name: person.list
-- People with a role at a unit the reader reaches, by name. A page by key.
SELECT p.id, p.username, p.name, p.password_set_at, p.must_change, p.locked_until, p.disabled_at, p.created_at, p.updated_at, p.version
FROM people p
WHERE EXISTS (
    SELECT 1 FROM person_roles r JOIN units u ON u.id = r.unit_id JOIN reach v ON v.unit_id = r.unit_id
    WHERE r.person_id = p.id AND v.person_id = :reader_id AND v.role IN (:roles)
      AND (:path = '' OR u.path >= :path AND u.path < CONCAT(:path, '~')) AND (:role = '' OR r.role = :role))
  AND (:state = '' OR :state = 'active' AND p.disabled_at IS NULL OR :state = 'disabled' AND p.disabled_at IS NOT NULL)
  AND (:pattern = '' OR LOWER(p.name) LIKE LOWER(:pattern) ESCAPE '!' OR p.username LIKE LOWER(:pattern) ESCAPE '!')
  AND (:after = '' OR EXISTS (SELECT 1 FROM people last WHERE last.id = :after AND (p.name > last.name OR p.name = last.name AND p.id > last.id)))
ORDER BY p.name, p.id LIMIT :limit

-- name: person.contacts
SELECT id AS person_id, phone, contractor_id FROM people WHERE id IN (:people)

-- name: person.set_phone
UPDATE people SET phone = :phone, updated_at = :now, version = version + 1 WHERE id = :id AND version = :version

-- name: person.set_contact
-- What a new person came with.
UPDATE people SET phone = :phone, contractor_id = :contractor_id WHERE id = :id

-- name: person_role.at_unit
SELECT person_id, role FROM person_roles WHERE unit_id = :unit_id ORDER BY person_id, role

-- name: person_role.held_at
SELECT COUNT(*) FROM person_roles WHERE person_id = :person_id AND unit_id = :unit_id AND role = :role

-- name: person_role.units
-- At which units a person holds roles.
SELECT DISTINCT unit_id FROM person_roles WHERE person_id = :person_id ORDER BY unit_id

-- name: person_role.left_at
-- How many roles a person holds at one unit.
SELECT COUNT(*) FROM person_roles WHERE person_id = :person_id AND unit_id = :unit_id

-- name: person_role.move
UPDATE person_roles SET unit_id = :to_id WHERE person_id = :person_id AND unit_id = :unit_id AND role = :role
