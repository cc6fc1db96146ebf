-- +goose Up
-- What is owed besides updates: matters that an event set going, acts that a year or a day asks for, and who is on duty. Their
-- time limits are rows of clocks.
CREATE TABLE matters (
    id            VARCHAR(16)   NOT NULL PRIMARY KEY,
    unit_id       VARCHAR(16)   NOT NULL,
    account_id    VARCHAR(16)   NULL,     -- the account or website it is about
    rulebook      VARCHAR(64)   NOT NULL,
    section       VARCHAR(32)   NOT NULL,
    rule          VARCHAR(64)   NOT NULL,
    articles      VARCHAR(500)  NOT NULL, -- JSON list
    timing        VARCHAR(16)   NOT NULL, -- deadline, wait, record: nothing is late
    title         VARCHAR(200)  NOT NULL,
    event_at      BIGINT        NOT NULL, -- what sets the time going
    found_at      BIGINT        NULL,     -- when it came to light, before the event; counts nothing
    planned_until BIGINT        NULL,     -- of going off the net
    cause         VARCHAR(64)   NOT NULL, -- of going off the net: one the rulebook does not count; else empty
    longer_reason VARCHAR(500)  NOT NULL, -- why the longer period of the rule holds; empty: it does not
    note          VARCHAR(1000) NOT NULL,
    url           VARCHAR(500)  NOT NULL,
    parts         MEDIUMTEXT    NOT NULL, -- JSON list of {name, done_at}: channels that are done one by one
    state         VARCHAR(16)   NOT NULL, -- open, done, void
    due_at        BIGINT        NULL,     -- its clock's; NULL of a record, and while the calendar is pending
    end_of_day    BOOLEAN       NOT NULL,
    done_at       BIGINT        NULL,
    done_note     VARCHAR(1000) NOT NULL,
    done_url      VARCHAR(500)  NOT NULL,
    early_reason  VARCHAR(500)  NOT NULL, -- why a wait was let end before its time; empty: it was not
    void_reason   VARCHAR(500)  NOT NULL,
    created_by    VARCHAR(16)   NOT NULL,
    created_at    BIGINT        NOT NULL,
    updated_at    BIGINT        NOT NULL,
    version       BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX matters_unit ON matters (unit_id, state, due_at, id);
CREATE INDEX matters_due ON matters (state, due_at, id);
CREATE INDEX matters_event ON matters (event_at, id);
CREATE INDEX matters_account ON matters (account_id, section, event_at);

-- One thing that was done for a duty that comes back every day, quarter or year.
CREATE TABLE acts (
    id            VARCHAR(16)   NOT NULL PRIMARY KEY,
    unit_id       VARCHAR(16)   NOT NULL,
    rulebook      VARCHAR(64)   NOT NULL,
    section       VARCHAR(32)   NOT NULL,
    rule          VARCHAR(64)   NOT NULL,
    at            BIGINT        NOT NULL, -- when it was done
    kinds         VARCHAR(200)  NOT NULL, -- JSON list: as what it counts, where the rule names kinds
    note          VARCHAR(1000) NOT NULL,
    url           VARCHAR(500)  NOT NULL,
    sampled       BIGINT        NOT NULL, -- sites in the sample; 0 where there is none
    total         BIGINT        NOT NULL, -- sites on the register on the first day of the quarter; 0 where there is no sample
    published_url VARCHAR(500)  NOT NULL, -- where the result was published
    void_reason   VARCHAR(500)  NOT NULL, -- why it no longer counts; empty: it counts
    created_by    VARCHAR(16)   NOT NULL,
    created_at    BIGINT        NOT NULL,
    version       BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX acts_duty ON acts (unit_id, rulebook, section, rule, at, id);

-- Who is on duty when.
CREATE TABLE shifts (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id     VARCHAR(16)  NOT NULL,
    person_name VARCHAR(60)  NOT NULL,
    from_at     BIGINT       NOT NULL,
    until_at    BIGINT       NOT NULL,
    created_by  VARCHAR(16)  NOT NULL,
    created_at  BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX shifts_unit ON shifts (unit_id, from_at, id);
