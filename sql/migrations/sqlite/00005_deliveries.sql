-- +goose Up
-- The way out: frozen messages, one delivery for each account, its steps, and what the platforms gave us.
CREATE TABLE messages (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    origin_id   VARCHAR(16)  NOT NULL, -- the article it came from; channels never looks behind it
    revision_id VARCHAR(16)  NOT NULL,
    unit_id     VARCHAR(16)  NOT NULL,
    title       VARCHAR(200) NOT NULL,
    digest      VARCHAR(300) NOT NULL,
    byline      VARCHAR(60)  NOT NULL,
    source      VARCHAR(120) NOT NULL,
    body        MEDIUMTEXT   NOT NULL,
    cover_id    VARCHAR(16)  NOT NULL, -- empty when there is none
    pictures    MEDIUMTEXT   NOT NULL,
    sha256      VARCHAR(64)  NOT NULL, -- of what was signed
    created_at  BIGINT       NOT NULL
);
CREATE UNIQUE INDEX messages_revision ON messages (revision_id);
CREATE INDEX messages_origin ON messages (origin_id, id);

CREATE TABLE deliveries (
    id           VARCHAR(16)   NOT NULL PRIMARY KEY,
    message_id   VARCHAR(16)   NOT NULL,
    origin_id    VARCHAR(16)   NOT NULL,
    account_id   VARCHAR(16)   NOT NULL,
    unit_id      VARCHAR(16)   NOT NULL, -- the account's
    platform     VARCHAR(24)   NOT NULL,
    action       VARCHAR(16)   NOT NULL, -- publish, update, retract
    state        VARCHAR(16)   NOT NULL,
    due_at       BIGINT        NOT NULL, -- when it was asked to go out
    next_at      BIGINT        NULL,     -- when the program works on it next; NULL: ended, or waiting for a person
    holder       VARCHAR(64)   NULL,
    lease_until  BIGINT        NULL,
    attempts     BIGINT        NOT NULL, -- failures in a row of the present step
    intent_at    BIGINT        NULL,     -- the platform may have been asked to publish since then
    prepared_at  BIGINT        NULL,
    submitted_at BIGINT        NULL,
    published_at BIGINT        NULL,
    ended_at     BIGINT        NULL,
    remote       MEDIUMTEXT    NOT NULL, -- JSON: the platform's ids so far
    external_id  VARCHAR(200)  NULL,     -- the platform's id of the post
    public_url   VARCHAR(1000) NOT NULL,
    error_code   VARCHAR(64)   NOT NULL, -- the platform's code, or ours
    error_class  VARCHAR(24)   NOT NULL,
    error_text   VARCHAR(1000) NOT NULL, -- the platform's own words
    error_advice VARCHAR(500)  NOT NULL, -- Chinese: what happened and what to do
    created_by   VARCHAR(16)   NOT NULL,
    created_at   BIGINT        NOT NULL,
    updated_at   BIGINT        NOT NULL,
    version      BIGINT        NOT NULL
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (message_id, account_id, action);
CREATE INDEX deliveries_next ON deliveries (next_at, id);
CREATE INDEX deliveries_holder ON deliveries (holder, id);
CREATE INDEX deliveries_unit ON deliveries (unit_id, due_at, id);
CREATE INDEX deliveries_state ON deliveries (state, due_at, id);
CREATE INDEX deliveries_account ON deliveries (account_id, due_at, id);
CREATE INDEX deliveries_origin ON deliveries (origin_id, id);

CREATE TABLE delivery_steps (
    id          VARCHAR(16)   NOT NULL PRIMARY KEY,
    delivery_id VARCHAR(16)   NOT NULL,
    at          BIGINT        NOT NULL,
    name        VARCHAR(32)   NOT NULL,
    outcome     VARCHAR(16)   NOT NULL, -- begun, done, failed, unclear
    took        BIGINT        NOT NULL, -- milliseconds
    code        VARCHAR(64)   NOT NULL,
    sentence    VARCHAR(500)  NOT NULL,
    detail      MEDIUMTEXT    NOT NULL  -- JSON, secrets removed
);
CREATE INDEX delivery_steps_delivery ON delivery_steps (delivery_id, id);

-- The access token of an account at its platform, shared by all nodes. One node at a time fetches a new one.
CREATE TABLE account_tokens (
    account_id    VARCHAR(16)   NOT NULL PRIMARY KEY,
    token         VARCHAR(2000) NOT NULL, -- sealed; empty when there is none
    token_key     VARCHAR(32)   NOT NULL,
    fetched_at    BIGINT        NOT NULL,
    expires_at    BIGINT        NOT NULL,
    generation    BIGINT        NOT NULL, -- grows with every fetch, so a late failure drops only the token it used
    holder        VARCHAR(64)   NOT NULL,
    lease_until   BIGINT        NOT NULL,
    forced_day    VARCHAR(10)   NOT NULL,
    forced_count  BIGINT        NOT NULL,
    forced_at     BIGINT        NOT NULL,
    blocked_until BIGINT        NOT NULL,
    last_code     VARCHAR(64)   NOT NULL,
    last_text     VARCHAR(1000) NOT NULL
);

-- Pictures already uploaded to an account, so that none is uploaded twice.
CREATE TABLE uploads (
    account_id  VARCHAR(16)   NOT NULL,
    purpose     VARCHAR(16)   NOT NULL, -- content, cover
    sha256      VARCHAR(64)   NOT NULL,
    external_id VARCHAR(200)  NOT NULL,
    url         VARCHAR(1000) NOT NULL,
    created_at  BIGINT        NOT NULL,
    PRIMARY KEY (account_id, purpose, sha256)
);

-- Calls made to a platform for an account in one Beijing day, so that budgets hold across nodes.
CREATE TABLE call_counts (
    account_id VARCHAR(16) NOT NULL,
    day        VARCHAR(10) NOT NULL,
    path       VARCHAR(64) NOT NULL,
    used       BIGINT      NOT NULL,
    PRIMARY KEY (account_id, day, path)
);
