-- +goose Up
-- The engine: taking down and correcting what was published, what an outage left undone, and how the platforms answer.
ALTER TABLE deliveries ADD COLUMN of_id VARCHAR(16) NULL;          -- of a retraction or correction: the delivery that published the post
ALTER TABLE deliveries ADD COLUMN retraction_id VARCHAR(16) NULL;  -- of a retraction: the order it belongs to
ALTER TABLE deliveries ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE; -- goes before all other work: retractions
ALTER TABLE deliveries ADD COLUMN barred_at BIGINT NULL;           -- since when the article is being taken down: it is never sent, nor sent again
ALTER TABLE deliveries ADD COLUMN by_hand BOOLEAN NOT NULL DEFAULT FALSE; -- a person took it over from the automatic channel
ALTER TABLE deliveries ADD COLUMN reason VARCHAR(500) NOT NULL DEFAULT ''; -- why it is taken down or corrected
ALTER TABLE deliveries ADD COLUMN outage_id VARCHAR(16) NULL;      -- the outage in which it fell due
CREATE INDEX deliveries_urgent ON deliveries (urgent, next_at, id);
CREATE INDEX deliveries_lane ON deliveries (account_id, next_at, id);
CREATE INDEX deliveries_flying ON deliveries (platform, lease_until);
CREATE INDEX deliveries_of ON deliveries (of_id, id);
CREATE INDEX deliveries_retraction ON deliveries (retraction_id, id);

-- One order to take an article down everywhere. When it was found is kept beside when the unit was told (潼南 2022 第26条).
CREATE TABLE retractions (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    origin_id   VARCHAR(16)  NOT NULL,
    cause       VARCHAR(24)  NOT NULL, -- office_found, duty_found_severe, unit_found, other: the trigger of the rulebooks' takedown
    reason      VARCHAR(500) NOT NULL,
    found_at    BIGINT       NULL,
    notified_at BIGINT       NULL,
    created_by  VARCHAR(16)  NOT NULL,
    created_at  BIGINT       NOT NULL
);
CREATE INDEX retractions_origin ON retractions (origin_id, id);

-- How a platform answers, seen by all nodes. After too many failures in a row it is left alone, then tried by one call.
CREATE TABLE circuits (
    name       VARCHAR(64)   NOT NULL PRIMARY KEY, -- the platform; where each account has a server of its own, platform/account
    failures   BIGINT        NOT NULL, -- in a row, of whichever account
    trips      BIGINT        NOT NULL, -- how often it was opened in a row
    opened_at  BIGINT        NULL,     -- NULL: closed
    until_at   BIGINT        NULL,     -- when the next call may try
    last_code  VARCHAR(64)   NOT NULL,
    updated_at BIGINT        NOT NULL
);

-- The last sign of life of each node: from it an outage is known.
CREATE TABLE heartbeats (
    node VARCHAR(16) NOT NULL PRIMARY KEY,
    at   BIGINT      NOT NULL
);
CREATE INDEX heartbeats_at ON heartbeats (at);

-- The times in which no node worked, as far as they kept a delivery from going out.
CREATE TABLE outages (
    id       VARCHAR(16) NOT NULL PRIMARY KEY,
    began_at BIGINT      NOT NULL,
    ended_at BIGINT      NOT NULL
);
CREATE UNIQUE INDEX outages_began ON outages (began_at);

-- What becomes of deliveries that fell due in an outage; holds for the unit and all below it that set none of their own.
CREATE TABLE delivery_policies (
    unit_id        VARCHAR(16) NOT NULL PRIMARY KEY,
    after_outage   VARCHAR(8)  NOT NULL, -- ask, send, drop
    outage_minutes BIGINT      NOT NULL, -- a shorter standstill is no outage
    late_minutes   BIGINT      NOT NULL, -- of send: what is late by more waits for a person
    updated_by     VARCHAR(16) NOT NULL,
    updated_at     BIGINT      NOT NULL,
    version        BIGINT      NOT NULL
);
