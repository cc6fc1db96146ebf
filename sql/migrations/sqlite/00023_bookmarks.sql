-- +goose Up
-- What is known of a source's items, apart from its row: that is written at every reading, and most of them find nothing new.
CREATE TABLE bookmarks (
    source_id VARCHAR(16) NOT NULL PRIMARY KEY,
    bookmark  MEDIUMTEXT  NOT NULL -- JSON, see channels.bookmark
);
INSERT INTO bookmarks (source_id, bookmark) SELECT id, bookmark FROM sources WHERE bookmark <> '{}';
ALTER TABLE sources DROP COLUMN bookmark;
-- Whoever claimed rows reads and saves them by id. Both indexes cost at every claim, and led the database through all rows that
-- nobody holds.
DROP INDEX sources_holder;
DROP INDEX deliveries_holder;
