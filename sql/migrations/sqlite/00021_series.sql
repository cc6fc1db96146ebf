-- +goose Up
-- Several articles that go out as one message of a platform. Each keeps its delivery; the one at place 1 leads.
CREATE TABLE series (
    id         VARCHAR(16) NOT NULL PRIMARY KEY,
    account_id VARCHAR(16) NOT NULL,
    unit_id    VARCHAR(16) NOT NULL, -- the articles'
    created_by VARCHAR(16) NOT NULL,
    created_at BIGINT      NOT NULL,
    changed_at BIGINT      NOT NULL, -- when its articles or their order changed last
    version    BIGINT      NOT NULL
);
ALTER TABLE deliveries ADD COLUMN series_id VARCHAR(16) NULL;    -- the message that the delivery goes out in; NULL when it goes alone
ALTER TABLE deliveries ADD COLUMN series_place BIGINT NULL;      -- its place there, from 1
CREATE INDEX deliveries_series ON deliveries (series_id, series_place);
