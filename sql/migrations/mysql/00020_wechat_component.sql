-- +goose Up
-- WeChat accounts that a third-party platform (开放平台的第三方平台) of the office acts for: what WeChat tells the platform every
-- ten minutes, what accounts granted it, and the people on the way to WeChat's page and back.
CREATE TABLE wechat_tickets (
    component   VARCHAR(64)   NOT NULL PRIMARY KEY, -- app id of the platform
    ticket      VARCHAR(2000) NOT NULL,             -- sealed
    ticket_key  VARCHAR(32)   NOT NULL,
    issued_at   BIGINT        NOT NULL, -- WeChat's time on it: an older one never takes the place of a newer
    received_at BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Events of the platform that were acted on, for a day: a repetition does nothing.
CREATE TABLE wechat_component_events (
    event_key   VARCHAR(64) NOT NULL PRIMARY KEY, -- SHA-256 of what tells one event from another
    nonce       VARCHAR(64) NOT NULL,
    name        VARCHAR(64) NOT NULL, -- component_verify_ticket, authorized, updateauthorized, unauthorized
    received_at BIGINT      NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX wechat_component_events_nonce ON wechat_component_events (nonce);
CREATE INDEX wechat_component_events_received ON wechat_component_events (received_at);

-- What an account granted the platform.
CREATE TABLE wechat_grants (
    account_id    VARCHAR(16)   NOT NULL PRIMARY KEY,
    component     VARCHAR(64)   NOT NULL,
    app_id        VARCHAR(64)   NOT NULL, -- the account's, as WeChat says
    original_id   VARCHAR(64)   NOT NULL, -- gh_…
    nickname      VARCHAR(120)  NOT NULL,
    principal     VARCHAR(255)  NOT NULL, -- the subject that WeChat certified
    service_type  BIGINT        NOT NULL, -- 0 and 1 subscription account, 2 service account
    verify_type   BIGINT        NOT NULL, -- -1 not certified
    permissions   VARCHAR(500)  NOT NULL, -- numbers of the permission sets, by commas
    refresh       VARCHAR(2000) NOT NULL, -- refresh token, sealed
    refresh_key   VARCHAR(32)   NOT NULL,
    state         VARCHAR(16)   NOT NULL, -- ok, revoked, lost, unread
    code          VARCHAR(64)   NOT NULL, -- of the refusal; empty while there is none
    authorised_at BIGINT        NOT NULL,
    authorised_by VARCHAR(16)   NOT NULL,
    event_at      BIGINT        NOT NULL, -- WeChat's time on the newest event; 0: none yet
    checked_at    BIGINT        NOT NULL,
    next_check_at BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX wechat_grants_app ON wechat_grants (app_id);
CREATE INDEX wechat_grants_check ON wechat_grants (next_check_at, account_id);

-- A person on the way to WeChat's page and back: good once, for a short time.
CREATE TABLE wechat_states (
    id         VARCHAR(16) NOT NULL PRIMARY KEY,
    account_id VARCHAR(16) NOT NULL,
    person_id  VARCHAR(16) NOT NULL,
    expires_at BIGINT      NOT NULL,
    used_at    BIGINT      NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX wechat_states_expires ON wechat_states (expires_at, id);
