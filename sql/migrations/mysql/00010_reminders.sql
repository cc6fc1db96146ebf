-- +goose Up
-- Reminders: how each office wants to be reminded, the bots that hear them, what is muted, how far the clocks were looked
-- through, each message to one recipient, and which count of which clock it told of.
CREATE TABLE reminder_settings (
    unit_id    VARCHAR(16) NOT NULL PRIMARY KEY, -- this unit and all below it
    settings   MEDIUMTEXT  NOT NULL, -- JSON: see oversight.Settings
    updated_by VARCHAR(16) NOT NULL,
    updated_at BIGINT      NOT NULL,
    version    BIGINT      NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE reminder_hooks (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id    VARCHAR(16)  NOT NULL,
    name       VARCHAR(60)  NOT NULL,
    kind       VARCHAR(16)  NOT NULL, -- dingtalk, wecom, generic
    below      BOOLEAN      NOT NULL, -- it hears of the units below, too
    host       VARCHAR(255) NOT NULL, -- of its address; the address itself is a secret
    sealed     MEDIUMTEXT   NOT NULL, -- JSON {address, secret}, encrypted
    sealed_key VARCHAR(32)  NOT NULL,
    used_at    BIGINT       NULL,
    removed_at BIGINT       NULL,
    created_by VARCHAR(16)  NOT NULL,
    created_at BIGINT       NOT NULL,
    updated_at BIGINT       NOT NULL,
    version    BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX reminder_hooks_unit ON reminder_hooks (unit_id, removed_at, id);
CREATE INDEX reminder_hooks_live ON reminder_hooks (removed_at, id);

CREATE TABLE reminder_mutes (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id    VARCHAR(16)  NOT NULL, -- this unit and all below it
    rulebook   VARCHAR(64)  NOT NULL, -- empty: every one; so the next two
    section    VARCHAR(32)  NOT NULL,
    rule       VARCHAR(64)  NOT NULL,
    until_at   BIGINT       NOT NULL, -- an earlier end moves it
    reason     VARCHAR(500) NOT NULL,
    created_by VARCHAR(16)  NOT NULL,
    created_at BIGINT       NOT NULL,
    ended_by   VARCHAR(16)  NOT NULL, -- who ended it early; empty: nobody
    version    BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX reminder_mutes_unit ON reminder_mutes (unit_id, until_at, id);
CREATE INDEX reminder_mutes_until ON reminder_mutes (until_at, id);

-- How far something that goes through many rows in steps has come.
CREATE TABLE reminder_marks (
    name     VARCHAR(40)  NOT NULL PRIMARY KEY,
    at       BIGINT       NOT NULL,
    after_id VARCHAR(180) NOT NULL,
    version  BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One message to one recipient about one unit. A slot is filled once.
CREATE TABLE reminder_messages (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id     VARCHAR(16)  NOT NULL,
    kind        VARCHAR(16)  NOT NULL, -- due, weekly, test
    channel     VARCHAR(8)   NOT NULL, -- app, mail, hook
    recipient   VARCHAR(16)  NOT NULL, -- the person's id, or the hook's
    slot        VARCHAR(40)  NOT NULL, -- what tells it from another to the same recipient about the same unit
    state       VARCHAR(16)  NOT NULL, -- waiting, sending, sent, failed, uncertain
    next_at     BIGINT       NOT NULL, -- not before
    attempts    BIGINT       NOT NULL,
    intent_at   BIGINT       NULL,     -- saved before the call
    lease_until BIGINT       NULL,     -- by then the call has ended, or its caller has
    sent_at     BIGINT       NULL,
    read_at     BIGINT       NULL,     -- of channel app
    code        VARCHAR(64)  NOT NULL, -- of what went wrong last
    problem     VARCHAR(500) NOT NULL,
    subject     VARCHAR(200) NOT NULL, -- empty until it is sent; so the body
    body        MEDIUMTEXT   NOT NULL,
    items       BIGINT       NOT NULL, -- clocks it told of
    created_at  BIGINT       NOT NULL,
    version     BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX reminder_messages_slot ON reminder_messages (unit_id, slot, channel, recipient);
CREATE INDEX reminder_messages_due ON reminder_messages (state, channel, next_at, id);
CREATE INDEX reminder_messages_recipient ON reminder_messages (recipient, channel, sent_at, id);
CREATE INDEX reminder_messages_pace ON reminder_messages (recipient, intent_at);
CREATE INDEX reminder_messages_unit ON reminder_messages (unit_id, id);
CREATE INDEX reminder_messages_sent ON reminder_messages (unit_id, sent_at, id);

-- Each count of a clock, each lead time, each recipient: told once, for good.
CREATE TABLE reminder_items (
    clock_id   VARCHAR(16) NOT NULL,
    started_at BIGINT      NOT NULL,
    lead_time  VARCHAR(24) NOT NULL, -- day:3, working_day:1, minute:20, overdue
    channel    VARCHAR(8)  NOT NULL,
    recipient  VARCHAR(16) NOT NULL,
    message_id VARCHAR(16) NOT NULL,
    PRIMARY KEY (clock_id, started_at, lead_time, channel, recipient)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX reminder_items_message ON reminder_items (message_id, clock_id);
