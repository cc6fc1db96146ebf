-- +goose Up
-- Where a thing stands in the tree of units is on its own row, so that one range of an index finds a subtree; how it
-- stands with the clocks is on the account and the column.
ALTER TABLE accounts ADD COLUMN path VARCHAR(180) NOT NULL DEFAULT ''; -- the unit's
ALTER TABLE accounts ADD COLUMN watch VARCHAR(16) NOT NULL DEFAULT ''; -- empty: not in use; timed, no_rule, calendar_pending, unknown
ALTER TABLE accounts ADD COLUMN due_at BIGINT NULL; -- the first due time of its running update clocks
ALTER TABLE accounts ADD COLUMN unread_since BIGINT NULL; -- since when nobody could read its posts from outside
ALTER TABLE accounts ADD COLUMN unread_reason VARCHAR(500) NOT NULL DEFAULT '';
ALTER TABLE columns ADD COLUMN parent_id VARCHAR(16) NULL; -- the column above it
ALTER TABLE columns ADD COLUMN last_below_at BIGINT NULL; -- the last update of the columns below it
ALTER TABLE columns ADD COLUMN path VARCHAR(180) NOT NULL DEFAULT '';
ALTER TABLE columns ADD COLUMN watch VARCHAR(16) NOT NULL DEFAULT '';
ALTER TABLE columns ADD COLUMN due_at BIGINT NULL;
ALTER TABLE clocks ADD COLUMN path VARCHAR(180) NOT NULL DEFAULT '';
ALTER TABLE clocks ADD COLUMN platform VARCHAR(24) NOT NULL DEFAULT ''; -- of the account; empty for other things
ALTER TABLE clocks ADD COLUMN limit_n BIGINT NOT NULL DEFAULT 0; -- the figure it counts, 0 where there is none
ALTER TABLE clocks ADD COLUMN limit_unit VARCHAR(16) NOT NULL DEFAULT '';
ALTER TABLE clocks ADD COLUMN end_of_day BOOLEAN NOT NULL DEFAULT FALSE; -- due at 24:00: what is done at that instant is late
ALTER TABLE breaches ADD COLUMN path VARCHAR(180) NOT NULL DEFAULT '';
ALTER TABLE breaches ADD COLUMN platform VARCHAR(24) NOT NULL DEFAULT '';
UPDATE accounts SET path = (SELECT u.path FROM units u WHERE u.id = accounts.unit_id);
UPDATE columns SET path = (SELECT u.path FROM units u WHERE u.id = columns.unit_id);
UPDATE clocks SET path = (SELECT u.path FROM units u WHERE u.id = clocks.unit_id);
UPDATE breaches SET path = (SELECT u.path FROM units u WHERE u.id = breaches.unit_id);
CREATE INDEX accounts_path ON accounts (path, watch, due_at, platform, id);
CREATE INDEX accounts_due ON accounts (watch, due_at, id, path, platform);
CREATE INDEX columns_path ON columns (path, watch, due_at, id);
CREATE INDEX columns_due ON columns (watch, due_at, id, path);
CREATE INDEX columns_parent ON columns (parent_id, id);
CREATE INDEX clocks_rulebook ON clocks (rulebook, done_at, due_at, id, path, platform, rule);
CREATE INDEX clocks_path ON clocks (rulebook, done_at, path, due_at, id, platform, rule, reason);
CREATE INDEX breaches_due ON breaches (due_at, path);
CREATE INDEX breaches_path ON breaches (path, due_at);

-- How many accounts, columns and clocks of a unit that has others below it, and of all those, fall due in which quarter of
-- which day: the roll-up that the dashboard of a province reads.
CREATE TABLE tallies (
    unit_id  VARCHAR(16) NOT NULL,
    kind     VARCHAR(8)  NOT NULL, -- account, column: by the first due time; clock: each running update clock
    platform VARCHAR(24) NOT NULL,
    rulebook VARCHAR(64) NOT NULL, -- of clocks; else empty
    rule     VARCHAR(64) NOT NULL, -- of clocks; else empty
    slot     BIGINT      NOT NULL, -- when the quarter begins; below 0 there is no due time: see accounts/tally.go
    total    BIGINT      NOT NULL,
    PRIMARY KEY (unit_id, kind, platform, rulebook, rule, slot)
) WITHOUT ROWID;

-- What each unit by itself has added to the tallies of the units above it and its own.
CREATE TABLE tally_shares (
    unit_id VARCHAR(16)  NOT NULL PRIMARY KEY,
    path    VARCHAR(180) NOT NULL, -- whose tallies it was added to
    counts  MEDIUMTEXT   NOT NULL  -- JSON list
);

-- The units whose share is behind: written with every change, taken away when they are counted anew.
CREATE TABLE tally_marks (
    unit_id VARCHAR(16)  NOT NULL PRIMARY KEY,
    path    VARCHAR(180) NOT NULL
);
CREATE INDEX tally_marks_path ON tally_marks (path);

-- Work that goes through all accounts of a subtree in steps, each step saved: judging anew after a change of the rules.
CREATE TABLE rejudgements (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id     VARCHAR(16)  NOT NULL, -- empty: all units
    path        VARCHAR(180) NOT NULL,
    why         VARCHAR(24)  NOT NULL, -- change, use, calendar, move, upgrade
    why_id      VARCHAR(16)  NOT NULL, -- of the change or use; empty otherwise
    due_at      BIGINT       NOT NULL,
    total       BIGINT       NOT NULL, -- accounts to look at, 0 before it began
    looked      BIGINT       NOT NULL, -- accounts looked at
    changed     BIGINT       NOT NULL, -- clocks changed
    after_id    VARCHAR(16)  NOT NULL, -- the last account looked at
    holder      VARCHAR(64)  NULL,
    lease_until BIGINT       NULL,
    error       VARCHAR(500) NOT NULL,
    created_by  VARCHAR(16)  NOT NULL,
    created_at  BIGINT       NOT NULL,
    started_at  BIGINT       NULL,
    finished_at BIGINT       NULL
);
CREATE INDEX rejudgements_due ON rejudgements (finished_at, due_at, id);
CREATE INDEX rejudgements_made ON rejudgements (created_at, id);
INSERT INTO rejudgements (id, unit_id, path, why, why_id, due_at, total, looked, changed, after_id, holder, lease_until, error, created_by, created_at, started_at, finished_at)
VALUES ('0000000000000000', '', '', 'upgrade', '', 0, 0, 0, 0, '', NULL, NULL, '', '', 0, NULL, NULL);

-- Work that comes back again and again and that one node at a time does: counting tallies, reminders, new periods.
CREATE TABLE chores (
    name        VARCHAR(40) NOT NULL PRIMARY KEY,
    next_at     BIGINT      NOT NULL,
    holder      VARCHAR(64) NULL,
    lease_until BIGINT      NULL,
    state       MEDIUMTEXT  NOT NULL, -- JSON, the chore's own
    error       VARCHAR(500) NOT NULL,
    version     BIGINT      NOT NULL
);
