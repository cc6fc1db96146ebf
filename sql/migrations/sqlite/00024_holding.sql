-- +goose Up
-- A domain or a mailbox is held by one at a time, also when two give it in the same moment. Of what an old database gave twice
-- the first holds it, and both stay.
ALTER TABLE registrations ADD COLUMN held_name VARCHAR(200) NULL; -- the name in small letters while it is held, NULL afterwards
UPDATE registrations SET held_name = LOWER(name)
WHERE id IN (SELECT id FROM (SELECT MIN(id) AS id FROM registrations WHERE until_at IS NULL GROUP BY object, LOWER(name)) first_ones);
CREATE UNIQUE INDEX registrations_held ON registrations (object, held_name);
-- What an account was before an application took it off the net: it is that again when it is back. Empty: nothing was kept, and
-- it was in use.
ALTER TABLE applications ADD COLUMN off_was VARCHAR(16) NOT NULL DEFAULT '';
