-- +goose Up
-- Which application a settled difference was begun with, so that it can be found from there later.
ALTER TABLE reconcile_items ADD COLUMN application_id VARCHAR(16) NOT NULL DEFAULT ''; -- empty: none was
