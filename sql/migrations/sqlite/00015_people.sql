-- +goose Up
-- People behind the register: how to reach them, what a leaver hands over, which staff changes were filed, and the outside
-- contractors that work for a unit. A unit that was merged says into which.
ALTER TABLE units ADD COLUMN merged_into VARCHAR(16) NULL;
ALTER TABLE people ADD COLUMN phone VARCHAR(40) NOT NULL DEFAULT '';  -- for the office: never public
ALTER TABLE people ADD COLUMN contractor_id VARCHAR(16) NULL;         -- whose employee it is; NULL: the unit's own
CREATE INDEX people_contractor ON people (contractor_id, id);
CREATE INDEX people_name ON people (name, id);

-- Somebody leaves a unit. The items are those the rulebooks in force asked for on that day, each with its clause.
CREATE TABLE handovers (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id     VARCHAR(16)  NOT NULL,
    person_id   VARCHAR(16)  NOT NULL,
    person_name VARCHAR(60)  NOT NULL,
    successor   VARCHAR(60)  NOT NULL, -- who takes over; empty: not known yet
    reason      VARCHAR(500) NOT NULL,
    left_on     BIGINT       NOT NULL, -- the day, its midnight
    state       VARCHAR(12)  NOT NULL, -- open, done, void
    end_reason  VARCHAR(500) NOT NULL, -- of a void one
    created_by  VARCHAR(16)  NOT NULL,
    created_at  BIGINT       NOT NULL,
    ended_at    BIGINT       NULL,
    used_at     BIGINT       NULL,     -- of a done one: when the person left by it
    version     BIGINT       NOT NULL
);
CREATE INDEX handovers_unit ON handovers (unit_id, state, id);
CREATE INDEX handovers_person ON handovers (person_id, unit_id, state);

CREATE TABLE handover_items (
    handover_id   VARCHAR(16)  NOT NULL,
    place         BIGINT       NOT NULL, -- its place in the list, from 1
    name          VARCHAR(120) NOT NULL,
    rulebook      VARCHAR(64)  NOT NULL,
    articles      VARCHAR(500) NOT NULL, -- JSON list
    done_on       BIGINT       NULL,     -- the day, its midnight
    note          VARCHAR(500) NOT NULL,
    attachments   VARCHAR(500) NOT NULL, -- JSON list of ids
    recorded_by   VARCHAR(16)  NOT NULL,
    recorded_at   BIGINT       NULL,
    PRIMARY KEY (handover_id, place)
);

-- A change of staff that a rulebook wants filed: made with the change, handed in by the unit, receipted by the office.
CREATE TABLE staff_filings (
    id             VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id        VARCHAR(16)  NOT NULL,
    person_id      VARCHAR(16)  NOT NULL,
    kind           VARCHAR(12)  NOT NULL, -- join, leave
    happened_at    BIGINT       NOT NULL,
    rulebook       VARCHAR(64)  NOT NULL,
    rule           VARCHAR(64)  NOT NULL,
    articles       VARCHAR(500) NOT NULL, -- JSON list
    items          MEDIUMTEXT   NOT NULL, -- JSON list of name and value, in the order of the rule
    office_id      VARCHAR(16)  NOT NULL, -- to whom
    state          VARCHAR(12)  NOT NULL, -- open, filed, received, void
    filed_at       BIGINT       NULL,
    filed_by       VARCHAR(16)  NOT NULL,
    receipt_number VARCHAR(120) NOT NULL,
    received_at    BIGINT       NULL,
    received_by    VARCHAR(16)  NOT NULL,
    created_at     BIGINT       NOT NULL,
    version        BIGINT       NOT NULL
);
CREATE INDEX staff_filings_unit ON staff_filings (unit_id, state, id);

CREATE TABLE contractors (
    id               VARCHAR(16)   NOT NULL PRIMARY KEY,
    unit_id          VARCHAR(16)   NOT NULL, -- works for this unit and those below it
    name             VARCHAR(120)  NOT NULL,
    service          VARCHAR(500)  NOT NULL, -- what it does
    contact          VARCHAR(60)   NOT NULL,
    phone            VARCHAR(40)   NOT NULL,
    agreement_number VARCHAR(120)  NOT NULL,
    agreed_from      BIGINT        NULL,     -- the first and the last day of the agreement, their midnights
    agreed_until     BIGINT        NULL,
    attachments      VARCHAR(500)  NOT NULL, -- JSON list of ids: the agreement
    remark           VARCHAR(1000) NOT NULL,
    authorized_at    BIGINT        NULL,     -- since when its people may be let into the system
    ended_at         BIGINT        NULL,
    end_reason       VARCHAR(500)  NOT NULL,
    created_at       BIGINT        NOT NULL,
    updated_at       BIGINT        NOT NULL,
    version          BIGINT        NOT NULL
);
CREATE INDEX contractors_unit ON contractors (unit_id, ended_at, id);
CREATE INDEX contractors_until ON contractors (agreed_until, id);

-- What a rulebook asks of a contractor and was done; which items are asked for stands in the rulebook.
CREATE TABLE contractor_items (
    contractor_id VARCHAR(16)  NOT NULL,
    item          VARCHAR(40)  NOT NULL, -- confidentiality_agreement, …: see accounts/contractor.go
    done_on       BIGINT       NOT NULL, -- the day, its midnight
    note          VARCHAR(500) NOT NULL,
    attachments   VARCHAR(500) NOT NULL, -- JSON list of ids
    recorded_by   VARCHAR(16)  NOT NULL,
    recorded_at   BIGINT       NOT NULL,
    PRIMARY KEY (contractor_id, item)
);
