-- +goose Up
-- Public announcements: each with a first and a last day, the places where it must stand, and a lasting address of ours.
CREATE TABLE notices (
    id             VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id        VARCHAR(16)  NOT NULL,
    account_id     VARCHAR(16)  NULL,     -- what it is about; NULL where it is about nothing of the register
    application_id VARCHAR(16)  NULL,
    process        VARCHAR(24)  NOT NULL,
    object         VARCHAR(24)  NOT NULL,
    website_class  VARCHAR(24)  NOT NULL,
    rulebook       VARCHAR(64)  NOT NULL, -- with rule: who asks for it; both empty when no regulation does
    rule           VARCHAR(64)  NOT NULL,
    articles       VARCHAR(500) NOT NULL, -- JSON list
    title          VARCHAR(120) NOT NULL,
    body           MEDIUMTEXT   NOT NULL, -- plain text; an empty line parts two paragraphs
    state          VARCHAR(16)  NOT NULL, -- draft, signed, standing, ended, withdrawn
    signed_by      VARCHAR(16)  NOT NULL,
    signed_name    VARCHAR(60)  NOT NULL,
    signed_role    VARCHAR(24)  NOT NULL,
    signed_at      BIGINT       NULL,
    signed_sha256  VARCHAR(64)  NOT NULL, -- of the text that was signed
    published_at   BIGINT       NULL,     -- on our own pages
    from_at        BIGINT       NULL,     -- since when it stands where the rule asks for it
    until_at       BIGINT       NULL,     -- from when on it may be taken down; NULL: no length, not begun, or pending
    pending        BOOLEAN      NOT NULL, -- the end waits for the working days of a year
    last_on        BIGINT       NULL,     -- midnight of the last day the unit chose; NULL: until it is taken down
    ended_at       BIGINT       NULL,
    end_reason     VARCHAR(500) NOT NULL,
    created_by     VARCHAR(16)  NOT NULL,
    created_at     BIGINT       NOT NULL,
    updated_at     BIGINT       NOT NULL,
    version        BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX notices_unit ON notices (unit_id, id);
CREATE INDEX notices_application ON notices (application_id, id);
CREATE INDEX notices_account ON notices (account_id, id);
CREATE INDEX notices_state ON notices (state, id);
CREATE INDEX notices_published ON notices (published_at, id);

-- Where else a notice stands, and whether its address answers.
CREATE TABLE notice_places (
    id            VARCHAR(16)   NOT NULL PRIMARY KEY,
    notice_id     VARCHAR(16)   NOT NULL,
    place         VARCHAR(24)   NOT NULL, -- own_site, same_level_portal, … as the rulebooks name it; other
    name          VARCHAR(120)  NOT NULL,
    url           VARCHAR(1000) NOT NULL,
    published_at  BIGINT        NOT NULL, -- there
    recorded_by   VARCHAR(16)   NOT NULL,
    recorded_at   BIGINT        NOT NULL,
    next_check_at BIGINT        NOT NULL,
    checked_at    BIGINT        NULL,
    reached_at    BIGINT        NULL,     -- the last time it answered
    failing_since BIGINT        NULL,     -- NULL while it answers, and before the first look
    failure       VARCHAR(300)  NOT NULL  -- a sentence for the screen
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX notice_places_notice ON notice_places (notice_id, id);
CREATE INDEX notice_places_next ON notice_places (next_check_at, id);

-- The public directory lists the accounts by unit and platform.
CREATE INDEX accounts_directory ON accounts (path, platform, id);
