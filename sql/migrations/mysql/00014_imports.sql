-- +goose Up
-- Sheets that people send: what they bring into the register, and what they say of it.
CREATE TABLE imports (
    id          VARCHAR(16)   NOT NULL PRIMARY KEY,
    unit_id     VARCHAR(16)   NOT NULL, -- for which it is done
    kind        VARCHAR(24)   NOT NULL, -- register, national, platform
    state       VARCHAR(24)   NOT NULL, -- mapping, previewing, previewed, running, done, undoing, undone, dropped
    name        VARCHAR(200)  NOT NULL, -- of the file, as it was uploaded
    sha256      VARCHAR(64)   NOT NULL, -- of its bytes; also their key in the store
    size        BIGINT        NOT NULL, -- bytes
    sheet       VARCHAR(200)  NOT NULL,
    head_from   BIGINT        NOT NULL, -- the first row of the titles
    head_to     BIGINT        NOT NULL,
    mapping     MEDIUMTEXT    NOT NULL, -- JSON: which column is which field, see accounts.Mapping
    looked_rows BIGINT        NOT NULL, -- rows looked at so far
    creates     BIGINT        NOT NULL, -- what the preview found
    changes     BIGINT        NOT NULL,
    sames       BIGINT        NOT NULL,
    refused     BIGINT        NOT NULL,
    done_rows   BIGINT        NOT NULL, -- rows carried out, or undone, so far
    created     BIGINT        NOT NULL, -- what came of it
    changed     BIGINT        NOT NULL,
    failed      BIGINT        NOT NULL,
    kept        BIGINT        NOT NULL, -- what could not be undone
    unknown     MEDIUMTEXT    NOT NULL, -- JSON: words of the sheet that no option of ours means, and how often
    code        VARCHAR(80)   NOT NULL, -- of the refusal that ended the preview; empty when none did
    error       VARCHAR(500)  NOT NULL, -- its sentence, or that of the last step that failed
    after_id    VARCHAR(16)   NOT NULL, -- of a comparison: how far it went through the register
    holder      VARCHAR(80)   NULL,
    lease_until BIGINT        NULL,
    reason      VARCHAR(500)  NOT NULL, -- why it was undone
    person_id   VARCHAR(16)   NOT NULL, -- in whose name the present work is done
    person_name VARCHAR(60)   NOT NULL,
    created_by  VARCHAR(16)   NOT NULL,
    created_at  BIGINT        NOT NULL,
    updated_at  BIGINT        NOT NULL,
    finished_at BIGINT        NULL,
    version     BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX imports_unit ON imports (unit_id, id);
CREATE INDEX imports_state ON imports (state, id);

-- What each row of a sheet says, what it will do and what it did.
CREATE TABLE import_rows (
    import_id  VARCHAR(16)  NOT NULL,
    number     BIGINT       NOT NULL, -- of the row in the sheet
    outcome    VARCHAR(16)  NOT NULL, -- create, change, same, refuse
    result     VARCHAR(16)  NOT NULL, -- created, changed, same, failed, undone, kept; empty: not carried out
    account_id VARCHAR(16)  NULL,
    name       VARCHAR(240) NOT NULL,
    unit_name  VARCHAR(240) NOT NULL,
    fields     MEDIUMTEXT   NOT NULL, -- JSON: what the row says, by field
    changes    MEDIUMTEXT   NOT NULL, -- JSON: what would change, with what was
    notes      MEDIUMTEXT   NOT NULL, -- JSON: what was left out of the row, and why
    code       VARCHAR(80)  NOT NULL, -- of the refusal
    why        VARCHAR(500) NOT NULL, -- its sentence
    PRIMARY KEY (import_id, number)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX import_rows_outcome ON import_rows (import_id, outcome, number);
CREATE INDEX import_rows_result ON import_rows (import_id, result, number);

-- The templates of an office: its titles in their order, and which field of ours each is.
CREATE TABLE import_templates (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id     VARCHAR(16)  NOT NULL, -- the office
    kind        VARCHAR(24)  NOT NULL,
    name        VARCHAR(60)  NOT NULL,
    fingerprint VARCHAR(64)  NOT NULL, -- of the titles
    titles      MEDIUMTEXT   NOT NULL, -- JSON
    mapping     MEDIUMTEXT   NOT NULL, -- JSON
    updated_by  VARCHAR(16)  NOT NULL,
    updated_at  BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX import_templates_titles ON import_templates (unit_id, kind, fingerprint);

-- What others say of the accounts of a unit and those below it: the latest sheet of each source.
CREATE TABLE reconcile_entries (
    import_id  VARCHAR(16)  NOT NULL,
    number     BIGINT       NOT NULL,
    unit_id    VARCHAR(16)  NOT NULL, -- of the import
    source     VARCHAR(24)  NOT NULL, -- national, platform
    account_id VARCHAR(16)  NULL,     -- the account of ours that it is; NULL when there is none
    name       VARCHAR(240) NOT NULL,
    unit_name  VARCHAR(240) NOT NULL,
    fields     MEDIUMTEXT   NOT NULL, -- JSON, by field
    PRIMARY KEY (import_id, number)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX reconcile_entries_account ON reconcile_entries (account_id, source, import_id);
CREATE INDEX reconcile_entries_unit ON reconcile_entries (unit_id, source, import_id);

-- Where they and the register differ, and how each difference was settled.
CREATE TABLE reconcile_items (
    id           VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id      VARCHAR(16)  NOT NULL, -- of the import
    source       VARCHAR(24)  NOT NULL,
    kind         VARCHAR(24)  NOT NULL, -- missing, unknown, renamed, closed, open, subject, duplicate, differs
    subject      VARCHAR(64)  NOT NULL, -- the account's id, or a hash of what the entry is known by
    account_id   VARCHAR(16)  NULL,
    number       BIGINT       NOT NULL, -- the row of the last sheet that says so; 0: none does
    name         VARCHAR(240) NOT NULL,
    unit_name    VARCHAR(240) NOT NULL,
    ours         MEDIUMTEXT   NOT NULL, -- JSON, by field
    theirs       MEDIUMTEXT   NOT NULL,
    digest       VARCHAR(64)  NOT NULL, -- of both: a settlement holds while it is the same
    state        VARCHAR(16)  NOT NULL, -- open, settled, gone
    action       VARCHAR(24)  NOT NULL, -- take, keep, file, apply, ignore; empty while open
    reason       VARCHAR(500) NOT NULL,
    settled_by   VARCHAR(16)  NOT NULL,
    settled_name VARCHAR(60)  NOT NULL,
    settled_at   BIGINT       NULL,
    import_id    VARCHAR(16)  NOT NULL, -- that saw it last
    created_at   BIGINT       NOT NULL,
    updated_at   BIGINT       NOT NULL,
    version      BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX reconcile_items_subject ON reconcile_items (unit_id, source, kind, subject);
CREATE INDEX reconcile_items_state ON reconcile_items (unit_id, state, id);
CREATE INDEX reconcile_items_account ON reconcile_items (account_id, id);
CREATE INDEX reconcile_items_import ON reconcile_items (import_id, id);
