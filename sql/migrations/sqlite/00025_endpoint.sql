-- +goose Up
-- With which address and secrets an app's endpoint last answered its test, and when: part of the account, where it was a note that
-- never ended. Empty and NULL: it never did. No change of the account that anybody made, so its version and time stay.
ALTER TABLE accounts ADD COLUMN endpoint_mark VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN endpoint_at BIGINT NULL;
UPDATE accounts SET endpoint_mark = (SELECT n.code FROM channel_notes n WHERE n.kind = 'app_endpoint' AND n.subject = accounts.id),
    endpoint_at = (SELECT n.noted_at FROM channel_notes n WHERE n.kind = 'app_endpoint' AND n.subject = accounts.id)
WHERE id IN (SELECT subject FROM channel_notes WHERE kind = 'app_endpoint');
DELETE FROM channel_notes WHERE kind = 'app_endpoint';
