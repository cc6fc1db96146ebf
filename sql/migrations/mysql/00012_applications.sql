-- +goose Up
-- Applications: what is done to a thing of the register under a chain of stages, the stages as they were when it was handed
-- in, every act of it, what was let pass, and what went against the rules.
CREATE TABLE applications (
    id              VARCHAR(16)   NOT NULL PRIMARY KEY,
    unit_id         VARCHAR(16)   NOT NULL,
    office_id       VARCHAR(16)   NOT NULL, -- the office that supervises the unit
    process         VARCHAR(24)   NOT NULL,
    object          VARCHAR(24)   NOT NULL,
    website_class   VARCHAR(24)   NOT NULL, -- portal, department, town; empty for anything but a website
    account_id      VARCHAR(16)   NULL,     -- of the register; NULL before an account that is to be opened stands there
    column_id       VARCHAR(16)   NULL,
    registration_id VARCHAR(16)   NULL,     -- the domain or mailbox
    title           VARCHAR(200)  NOT NULL, -- the name of what it is about
    wanted          MEDIUMTEXT    NOT NULL, -- JSON: field of the register → what it shall be
    was             MEDIUMTEXT    NOT NULL, -- JSON: the same fields as they were when it was handed in
    reason          VARCHAR(2000) NOT NULL,
    off_from        BIGINT        NULL,     -- a time off the net, as it is planned
    off_until       BIGINT        NULL,
    cause           VARCHAR(64)   NOT NULL, -- why it uses up nothing; empty: it does
    off_at          BIGINT        NULL,     -- really gone off
    back_at         BIGINT        NULL,
    ending          MEDIUMTEXT    NOT NULL, -- JSON: what the end of an account needs, see accounts/closing.go
    attachments     VARCHAR(2000) NOT NULL, -- JSON list
    rulebook        VARCHAR(64)   NOT NULL,
    chain           VARCHAR(64)   NOT NULL,
    articles        VARCHAR(500)  NOT NULL, -- JSON list
    state           VARCHAR(16)   NOT NULL, -- draft, running, returned, withdrawn, refused, done
    attempt         BIGINT        NOT NULL, -- how often it was handed in
    submitted_at    BIGINT        NULL,     -- the last time
    carried_out_at  BIGINT        NULL,
    ended_at        BIGINT        NULL,
    created_by      VARCHAR(16)   NOT NULL,
    created_name    VARCHAR(60)   NOT NULL,
    created_at      BIGINT        NOT NULL,
    updated_at      BIGINT        NOT NULL,
    version         BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX applications_unit ON applications (unit_id, id);
CREATE INDEX applications_account ON applications (account_id, id);
CREATE INDEX applications_state ON applications (state, id);

CREATE TABLE application_steps (
    id             VARCHAR(16)   NOT NULL PRIMARY KEY,
    application_id VARCHAR(16)   NOT NULL,
    place          BIGINT        NOT NULL, -- in the chain, from 0
    seq            BIGINT        NOT NULL, -- those of one number run side by side
    action         VARCHAR(24)   NOT NULL,
    doers          VARCHAR(200)  NOT NULL, -- JSON list of roles; one of them does it
    name           VARCHAR(120)  NOT NULL,
    to_role        VARCHAR(24)   NOT NULL,
    to_name        VARCHAR(120)  NOT NULL,
    form           VARCHAR(200)  NOT NULL,
    notice         VARCHAR(64)   NOT NULL,
    state          VARCHAR(16)   NOT NULL, -- waiting, open, handed, done, refused
    at_unit        VARCHAR(16)   NOT NULL, -- where the role that has to act is held
    who            VARCHAR(24)   NOT NULL, -- that role; handlers: everybody there who handles applications
    done_on        BIGINT        NULL,     -- when it was done, as it is told; recorded_at is when that was written down
    as_role        VARCHAR(24)   NOT NULL,
    on_paper       BOOLEAN       NOT NULL,
    signer         VARCHAR(60)   NOT NULL, -- on paper: who signed
    number         VARCHAR(120)  NOT NULL, -- 文号
    opinion        VARCHAR(1000) NOT NULL,
    attachments    VARCHAR(2000) NOT NULL, -- JSON list
    person_id      VARCHAR(16)   NOT NULL,
    person_name    VARCHAR(60)   NOT NULL,
    recorded_at    BIGINT        NULL,
    receipt_number VARCHAR(120)  NOT NULL, -- of the office that received a filing
    receipt_on     BIGINT        NULL,
    receipt_by     VARCHAR(16)   NOT NULL,
    receipt_name   VARCHAR(60)   NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX application_steps_place ON application_steps (application_id, place);
CREATE INDEX application_steps_open ON application_steps (at_unit, state, application_id);

-- Every act, as the history of the application shows it.
CREATE TABLE application_acts (
    id             VARCHAR(16)   NOT NULL PRIMARY KEY,
    application_id VARCHAR(16)   NOT NULL,
    act            VARCHAR(24)   NOT NULL, -- create, save, submit, do, receive, return, withdraw, resume, refuse, waive, back
    step           VARCHAR(200)  NOT NULL, -- title of the step it is about; empty for none
    text           VARCHAR(2000) NOT NULL, -- opinion or reason
    number         VARCHAR(120)  NOT NULL,
    done_on        BIGINT        NULL,
    attachments    VARCHAR(2000) NOT NULL,
    person_id      VARCHAR(16)   NOT NULL,
    person_name    VARCHAR(60)   NOT NULL,
    at             BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX application_acts_application ON application_acts (application_id, id);

CREATE TABLE application_waivers (
    id             VARCHAR(16)   NOT NULL PRIMARY KEY,
    application_id VARCHAR(16)   NOT NULL,
    rule           VARCHAR(64)   NOT NULL,
    articles       VARCHAR(500)  NOT NULL, -- JSON list
    text           VARCHAR(500)  NOT NULL, -- what stood against it
    reason         VARCHAR(1000) NOT NULL,
    person_id      VARCHAR(16)   NOT NULL,
    person_name    VARCHAR(60)   NOT NULL,
    at             BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX application_waivers_rule ON application_waivers (application_id, rule);

-- What was done against the rules and is told of by itself: 先开后报.
CREATE TABLE violations (
    id             VARCHAR(16)   NOT NULL PRIMARY KEY,
    unit_id        VARCHAR(16)   NOT NULL,
    account_id     VARCHAR(16)   NULL,
    application_id VARCHAR(16)   NOT NULL,
    name           VARCHAR(200)  NOT NULL, -- of the account
    rulebook       VARCHAR(64)   NOT NULL,
    rule           VARCHAR(64)   NOT NULL,
    articles       VARCHAR(500)  NOT NULL, -- JSON list: the consequences
    broken         VARCHAR(500)  NOT NULL, -- JSON list: the articles that were broken
    text           VARCHAR(1000) NOT NULL,
    found_by       VARCHAR(16)   NOT NULL,
    found_at       BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX violations_application ON violations (application_id, rule);
CREATE INDEX violations_unit ON violations (unit_id, id);

-- Domains and mailboxes that were given to units: no accounts, though applied for in the same way.
CREATE TABLE registrations (
    id             VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id        VARCHAR(16)  NOT NULL,
    object         VARCHAR(24)  NOT NULL, -- domain, mailbox
    name           VARCHAR(200) NOT NULL,
    account_id     VARCHAR(16)  NULL,     -- the website of a domain
    application_id VARCHAR(16)  NOT NULL, -- that gave it
    since_at       BIGINT       NOT NULL,
    until_at       BIGINT       NULL      -- cancelled, or replaced by another one
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX registrations_unit ON registrations (unit_id, object, id);
