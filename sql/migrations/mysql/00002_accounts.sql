-- +goose Up
-- The register: accounts of every platform kind, the columns of websites, and the posts seen on either.
CREATE TABLE accounts (
    id                 VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id            VARCHAR(16)  NOT NULL,
    platform           VARCHAR(24)  NOT NULL,
    kind               VARCHAR(32)  NOT NULL,
    name               VARCHAR(120) NOT NULL,
    external_id        VARCHAR(120) NULL,     -- the platform's immutable id: app id, uid
    home_url           VARCHAR(500) NOT NULL,
    mode               VARCHAR(16)  NOT NULL, -- auto, assisted, manual
    state              VARCHAR(16)  NOT NULL,
    in_use_at          BIGINT       NULL,
    settings           MEDIUMTEXT   NOT NULL, -- JSON, nothing secret
    credentials        MEDIUMTEXT   NULL,     -- sealed
    credentials_key    VARCHAR(32)  NULL,     -- id of the key they are sealed with
    credentials_set_at BIGINT       NULL,
    last_post_at       BIGINT       NULL,
    last_post_title    VARCHAR(200) NOT NULL,
    created_at         BIGINT       NOT NULL,
    updated_at         BIGINT       NOT NULL,
    version            BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX accounts_external ON accounts (platform, external_id);
CREATE INDEX accounts_unit ON accounts (unit_id, platform, id);
CREATE INDEX accounts_name ON accounts (name, id);

CREATE TABLE columns (
    id           VARCHAR(16)  NOT NULL PRIMARY KEY,
    account_id   VARCHAR(16)  NOT NULL, -- the website or sub-site it belongs to
    unit_id      VARCHAR(16)  NOT NULL,
    name         VARCHAR(120) NOT NULL,
    kind         VARCHAR(32)  NOT NULL,
    level        BIGINT       NOT NULL, -- 1 is the top level
    url          VARCHAR(500) NOT NULL,
    state        VARCHAR(16)  NOT NULL,
    last_post_at BIGINT       NULL,
    created_at   BIGINT       NOT NULL,
    updated_at   BIGINT       NOT NULL,
    version      BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX columns_account ON columns (account_id, name, id);
CREATE INDEX columns_unit ON columns (unit_id, id);

CREATE TABLE posts (
    id            VARCHAR(16)   NOT NULL PRIMARY KEY,
    account_id    VARCHAR(16)   NOT NULL,
    column_id     VARCHAR(16)   NULL,
    unit_id       VARCHAR(16)   NOT NULL,
    delivery_id   VARCHAR(16)   NULL,
    external_id   VARCHAR(200)  NULL, -- the platform's id of the post
    title         VARCHAR(200)  NOT NULL,
    url           VARCHAR(1000) NOT NULL,
    source        VARCHAR(16)   NOT NULL, -- delivery, observed, hand
    published_at  BIGINT        NOT NULL, -- as the platform shows it
    first_seen_at BIGINT        NOT NULL,
    removed_at    BIGINT        NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX posts_external ON posts (account_id, external_id);
CREATE UNIQUE INDEX posts_delivery ON posts (delivery_id);
CREATE INDEX posts_account ON posts (account_id, published_at, id);
CREATE INDEX posts_column ON posts (column_id, published_at, id);
