-- +goose Up
-- One row for each duty of one thing under one rule. Overdue is done_at IS NULL AND due_at <= now: a range, never a flag.
CREATE TABLE clocks (
    id           VARCHAR(16) NOT NULL PRIMARY KEY,
    subject_kind VARCHAR(24) NOT NULL,
    subject_id   VARCHAR(16) NOT NULL,
    unit_id      VARCHAR(16) NOT NULL,
    rulebook     VARCHAR(64) NOT NULL,
    section      VARCHAR(32) NOT NULL, -- the section of the rulebook: update_limits, takedown, …
    rule         VARCHAR(64) NOT NULL,
    articles     VARCHAR(500) NOT NULL, -- JSON list
    reason       VARCHAR(32) NOT NULL, -- why there is no ordinary due time: blank, calendar_pending; else empty
    started_at   BIGINT      NOT NULL,
    due_at       BIGINT      NULL,     -- NULL while the calendar of a year is missing
    done_at      BIGINT      NULL,
    created_at   BIGINT      NOT NULL,
    updated_at   BIGINT      NOT NULL,
    version      BIGINT      NOT NULL
);
CREATE UNIQUE INDEX clocks_subject ON clocks (subject_kind, subject_id, rulebook, section, rule);
CREATE INDEX clocks_due ON clocks (done_at, due_at, id);
CREATE INDEX clocks_unit ON clocks (unit_id, done_at, due_at, id);

-- What a clock missed: the duty was due, and what ended it came late or has not come.
CREATE TABLE breaches (
    id           VARCHAR(16) NOT NULL PRIMARY KEY,
    clock_id     VARCHAR(16) NOT NULL,
    subject_kind VARCHAR(24) NOT NULL,
    subject_id   VARCHAR(16) NOT NULL,
    unit_id      VARCHAR(16) NOT NULL,
    rulebook     VARCHAR(64) NOT NULL,
    rule         VARCHAR(64) NOT NULL,
    articles     VARCHAR(500) NOT NULL,
    started_at   BIGINT      NOT NULL,
    due_at       BIGINT      NOT NULL,
    ended_at     BIGINT      NOT NULL
);
CREATE UNIQUE INDEX breaches_clock ON breaches (clock_id, started_at);
CREATE INDEX breaches_subject ON breaches (subject_kind, subject_id, started_at);
CREATE INDEX breaches_unit ON breaches (unit_id, ended_at, id);
