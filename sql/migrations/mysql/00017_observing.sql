-- +goose Up
-- Where the posts of an account or of a column are read from outside: the platform's own list, a feed, a list page, a sitemap.
-- Due rows with leases, so that any node may read them.
CREATE TABLE sources (
    id            VARCHAR(16)   NOT NULL PRIMARY KEY,
    account_id    VARCHAR(16)   NOT NULL,
    column_id     VARCHAR(16)   NULL,     -- of a website: the column that it lists
    kind          VARCHAR(16)   NOT NULL, -- platform, feed, column, sitemap
    url           VARCHAR(1000) NOT NULL, -- empty for platform
    host          VARCHAR(255)  NOT NULL, -- of the address
    fingerprint   VARCHAR(64)   NOT NULL, -- of account, column, kind and address: nothing is read twice
    expect        MEDIUMTEXT    NOT NULL, -- JSON: what its pages must say of themselves, see channels.Expect
    state         VARCHAR(16)   NOT NULL, -- reading, paused, gone
    etag          VARCHAR(500)  NOT NULL, -- byte for byte, as the host sent them
    last_modified VARCHAR(100)  NOT NULL,
    body_hash     VARCHAR(64)   NOT NULL, -- of the last whole answer
    bookmark      MEDIUMTEXT    NOT NULL, -- JSON: what is known of its items, see channels.bookmark
    due_at        BIGINT        NULL,     -- when to read again; NULL while it is not read
    holder        VARCHAR(80)   NULL,
    lease_until   BIGINT        NULL,
    result        VARCHAR(16)   NOT NULL, -- of the last reading: updated, unchanged, blank, undated, unreadable, unreachable, gone; empty before the first
    sentence      VARCHAR(500)  NOT NULL, -- Chinese: what happened and what to do
    warnings      VARCHAR(2000) NOT NULL, -- JSON list of sentences: a foreign site code, another column name
    failures      BIGINT        NOT NULL, -- in a row
    failing_since BIGINT        NULL,
    marked        BOOLEAN       NOT NULL, -- what it is read for stands as unread because of it
    read_at       BIGINT        NULL,     -- last tried
    ok_at         BIGINT        NULL,     -- last answered
    full_at       BIGINT        NULL,     -- last read whole, whatever the validators said
    changed_at    BIGINT        NULL,     -- last had something new
    moved_to      VARCHAR(1000) NOT NULL, -- where the host says it has gone for good: a person decides
    created_by    VARCHAR(16)   NOT NULL,
    created_at    BIGINT        NOT NULL,
    updated_at    BIGINT        NOT NULL,
    version       BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX sources_fingerprint ON sources (fingerprint);
CREATE INDEX sources_due ON sources (due_at, id);
CREATE INDEX sources_account ON sources (account_id, id);
CREATE INDEX sources_holder ON sources (holder);

-- What a source told that was worth telling: new posts, a failure, its end. What said the same again is not kept.
CREATE TABLE source_events (
    id        VARCHAR(16)  NOT NULL PRIMARY KEY,
    source_id VARCHAR(16)  NOT NULL,
    at        BIGINT       NOT NULL,
    result    VARCHAR(16)  NOT NULL,
    sentence  VARCHAR(500) NOT NULL,
    posts     BIGINT       NOT NULL, -- kept anew
    questions BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX source_events_source ON source_events (source_id, id);

-- Posts whose shown date cannot be, or came to light long after it: a person says what to count.
CREATE TABLE post_questions (
    id            VARCHAR(16)   NOT NULL PRIMARY KEY,
    account_id    VARCHAR(16)   NOT NULL,
    column_id     VARCHAR(16)   NULL,
    source_id     VARCHAR(16)   NOT NULL,
    item          VARCHAR(64)   NOT NULL, -- hash of what the source knows it by
    post_id       VARCHAR(16)   NULL,     -- counted since it was first seen, until somebody answers; NULL: not counted
    external_id   VARCHAR(200)  NULL,
    delivery_id   VARCHAR(16)   NULL,
    kind          VARCHAR(16)   NOT NULL, -- missing, unreadable, future, ancient, backdated
    doubt         VARCHAR(500)  NOT NULL, -- Chinese: why the date is not believed
    title         VARCHAR(200)  NOT NULL,
    url           VARCHAR(1000) NOT NULL,
    shown         VARCHAR(200)  NOT NULL, -- the date as it stands there
    shown_at      BIGINT        NULL,     -- as far as it can be read
    date_by       VARCHAR(16)   NOT NULL, -- where it stands: meta, text, url, list, feed, sitemap, header, platform
    seen_after    BIGINT        NULL,     -- when the source was last read without it; NULL: it was there at the first reading
    first_seen_at BIGINT        NOT NULL,
    state         VARCHAR(16)   NOT NULL, -- open, answered
    answer        VARCHAR(16)   NOT NULL, -- shown, first_seen, at, drop
    counted_at    BIGINT        NULL,     -- when it counts as published since
    reason        VARCHAR(500)  NOT NULL,
    answered_by   VARCHAR(16)   NOT NULL,
    answered_name VARCHAR(60)   NOT NULL,
    answered_at   BIGINT        NULL,
    version       BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX post_questions_item ON post_questions (source_id, item);
CREATE INDEX post_questions_state ON post_questions (state, id);
CREATE INDEX post_questions_account ON post_questions (account_id, state, id);
CREATE INDEX post_questions_post ON post_questions (post_id);

ALTER TABLE posts ADD COLUMN date_by VARCHAR(16) NOT NULL DEFAULT ''; -- where its time was read: meta, text, url, list, feed, sitemap, header, platform, first_seen, person
ALTER TABLE posts ADD COLUMN note VARCHAR(500) NOT NULL DEFAULT ''; -- evidence in words, of one that a person told of
ALTER TABLE posts ADD COLUMN attachments VARCHAR(500) NOT NULL DEFAULT '[]'; -- JSON list of ids: screenshots, the sheet it came with
ALTER TABLE columns ADD COLUMN unread_since BIGINT NULL; -- since when nobody could read it from outside, while its site can be
ALTER TABLE columns ADD COLUMN unread_reason VARCHAR(500) NOT NULL DEFAULT '';
