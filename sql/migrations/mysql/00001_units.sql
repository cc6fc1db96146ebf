-- +goose Up
-- Who: the unit tree, the people, the roles they hold at units, their sessions, and the audit chain.
CREATE TABLE units (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    parent_id  VARCHAR(16)  NULL,
    path       VARCHAR(180) NOT NULL, -- ids from the root down to this unit, each followed by a slash
    name       VARCHAR(120) NOT NULL,
    short_name VARCHAR(60)  NOT NULL,
    level      VARCHAR(32)  NOT NULL,
    is_office  BOOLEAN      NOT NULL, -- a supervising office (主管单位)
    rulebook   VARCHAR(64)  NULL,     -- the local rulebook; NULL inherits the nearest ancestor's
    closed_at  BIGINT       NULL,
    created_at BIGINT       NOT NULL,
    updated_at BIGINT       NOT NULL,
    version    BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX units_path ON units (path);
CREATE INDEX units_parent ON units (parent_id, name, id);

CREATE TABLE people (
    id              VARCHAR(16)  NOT NULL PRIMARY KEY,
    username        VARCHAR(64)  NOT NULL,
    name            VARCHAR(60)  NOT NULL,
    password_hash   VARCHAR(255) NOT NULL,
    password_set_at BIGINT       NOT NULL,
    must_change     BOOLEAN      NOT NULL,
    failed_count    BIGINT       NOT NULL,
    locked_until    BIGINT       NULL,
    disabled_at     BIGINT       NULL,
    created_at      BIGINT       NOT NULL,
    updated_at      BIGINT       NOT NULL,
    version         BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX people_username ON people (username);

CREATE TABLE person_roles (
    person_id  VARCHAR(16) NOT NULL,
    unit_id    VARCHAR(16) NOT NULL,
    role       VARCHAR(32) NOT NULL,
    granted_at BIGINT      NOT NULL,
    PRIMARY KEY (person_id, unit_id, role)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX person_roles_unit ON person_roles (unit_id, role, person_id);

CREATE TABLE sessions (
    id            VARCHAR(16)  NOT NULL PRIMARY KEY,
    person_id     VARCHAR(16)  NOT NULL,
    secret_hash   VARCHAR(64)  NOT NULL, -- SHA-256 of the refresh secret in force
    previous_hash VARCHAR(64)  NULL,     -- of the one before it: seen again, the session was stolen
    address       VARCHAR(64)  NOT NULL,
    agent         VARCHAR(200) NOT NULL,
    created_at    BIGINT       NOT NULL,
    used_at       BIGINT       NOT NULL,
    expires_at    BIGINT       NOT NULL,
    revoked_at    BIGINT       NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX sessions_person ON sessions (person_id, revoked_at, id);
CREATE INDEX sessions_expiry ON sessions (expires_at, id);

-- One chain of lines per unit: each line's hash covers the one before it.
CREATE TABLE audit_lines (
    id          VARCHAR(16) NOT NULL PRIMARY KEY,
    chain       VARCHAR(16) NOT NULL,
    seq         BIGINT      NOT NULL,
    at          BIGINT      NOT NULL,
    person_id   VARCHAR(16) NOT NULL, -- empty when the program itself acted
    person_name VARCHAR(60) NOT NULL,
    action      VARCHAR(64) NOT NULL,
    object_kind VARCHAR(32) NOT NULL,
    object_id   VARCHAR(64) NOT NULL,
    detail      MEDIUMTEXT  NOT NULL,
    request_id  VARCHAR(64) NOT NULL,
    prev_hash   VARCHAR(64) NOT NULL,
    hash        VARCHAR(64) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX audit_lines_chain ON audit_lines (chain, seq);
CREATE INDEX audit_lines_object ON audit_lines (object_kind, object_id, id);
CREATE INDEX audit_lines_at ON audit_lines (at, id);

CREATE TABLE audit_heads (
    chain VARCHAR(16) NOT NULL PRIMARY KEY,
    seq   BIGINT      NOT NULL,
    hash  VARCHAR(64) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
