-- +goose Up
-- Which units a person reaches in which role: the unit the role is held at and all below it. Every list asks this view
-- in its own statement, so rows a person may not see are not selected.
CREATE VIEW reach AS
SELECT r.person_id AS person_id, r.role AS role, u.id AS unit_id
FROM person_roles r
JOIN units home ON home.id = r.unit_id
JOIN units u ON u.path >= home.path AND u.path < CONCAT(home.path, '~');
