-- +goose Up
-- WeChat: what its callbacks brought, what people decided about sending to all followers, and what accounts may not do.
CREATE TABLE wechat_callbacks (
    id          VARCHAR(16) NOT NULL PRIMARY KEY,
    account_id  VARCHAR(16) NOT NULL,
    event_key   VARCHAR(64) NOT NULL, -- SHA-256 of what tells one event from another; a repetition has the same
    nonce       VARCHAR(64) NOT NULL, -- of the first time it came, with its timestamp
    event       VARCHAR(64) NOT NULL, -- PUBLISHJOBFINISH, MASSSENDJOBFINISH, …
    job_id      VARCHAR(64) NOT NULL, -- publish_id or MsgID; empty when the event has none
    body        MEDIUMTEXT  NOT NULL, -- the decrypted XML
    state       VARCHAR(16) NOT NULL, -- waiting, done, foreign
    delivery_id VARCHAR(16) NOT NULL, -- whose it was; empty until known
    repeats     BIGINT      NOT NULL, -- how often it came again
    attempts    BIGINT      NOT NULL,
    next_at     BIGINT      NULL,     -- when to work on it next; NULL when it is done with
    received_at BIGINT      NOT NULL,
    done_at     BIGINT      NULL
);
CREATE UNIQUE INDEX wechat_callbacks_once ON wechat_callbacks (account_id, event_key);
CREATE INDEX wechat_callbacks_nonce ON wechat_callbacks (account_id, nonce);
CREATE INDEX wechat_callbacks_job ON wechat_callbacks (account_id, job_id);
CREATE INDEX wechat_callbacks_next ON wechat_callbacks (next_at, id);
CREATE INDEX wechat_callbacks_received ON wechat_callbacks (received_at);
-- What a person decided about a delivery to an account that sends to all its followers: nothing is sent before.
CREATE TABLE wechat_mass_decisions (
    delivery_id VARCHAR(16) NOT NULL PRIMARY KEY,
    account_id  VARCHAR(16) NOT NULL,
    choice      VARCHAR(16) NOT NULL, -- mass: to all followers; publish: without notification
    decided_by  VARCHAR(16) NOT NULL,
    decided_at  BIGINT      NOT NULL
);
-- The mass sendings that WeChat allows an account in a day or a month, taken before WeChat is asked.
CREATE TABLE wechat_mass_slots (
    account_id  VARCHAR(16) NOT NULL,
    period      VARCHAR(10) NOT NULL, -- a Beijing day or month
    slot        BIGINT      NOT NULL, -- from 1
    delivery_id VARCHAR(16) NOT NULL,
    taken_at    BIGINT      NOT NULL,
    PRIMARY KEY (account_id, period, slot)
);
CREATE INDEX wechat_mass_slots_delivery ON wechat_mass_slots (delivery_id);
-- What WeChat refused to an account as not granted. A row is there while it is so.
CREATE TABLE wechat_refusals (
    account_id VARCHAR(16)   NOT NULL,
    capability VARCHAR(32)   NOT NULL, -- draft, publish, mass, comment, datacube
    code       VARCHAR(16)   NOT NULL,
    text       VARCHAR(1000) NOT NULL,
    since      BIGINT        NOT NULL,
    PRIMARY KEY (account_id, capability)
);
