-- +goose Up
-- Which rules hold where and since when: the rulebooks a unit and all below it work under, the stricter figures and other
-- readings an office chose, and the working days of years that came after the program.
CREATE TABLE rulebook_uses (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id    VARCHAR(16)  NOT NULL, -- this unit and all below it
    rulebook   VARCHAR(64)  NOT NULL,
    layer      VARCHAR(16)  NOT NULL, -- local: stages and chains come from it, one at a time; layered: its clocks run beside
    from_at    BIGINT       NOT NULL,
    until_at   BIGINT       NULL,     -- from then on no more
    reason     VARCHAR(500) NOT NULL,
    created_by VARCHAR(16)  NOT NULL,
    created_at BIGINT       NOT NULL,
    version    BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX rulebook_uses_unit ON rulebook_uses (unit_id, layer, from_at, id);
INSERT INTO rulebook_uses (id, unit_id, rulebook, layer, from_at, until_at, reason, created_by, created_at, version)
SELECT id, id, rulebook, 'local', 0, NULL, '', '', created_at, 1 FROM units WHERE rulebook IS NOT NULL;
ALTER TABLE units DROP COLUMN rulebook;

CREATE TABLE rule_changes (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id    VARCHAR(16)  NOT NULL, -- this unit and all below it
    rulebook   VARCHAR(64)  NOT NULL,
    what       VARCHAR(16)  NOT NULL, -- figure, reading
    section    VARCHAR(32)  NOT NULL, -- of a figure; empty for a reading
    rule       VARCHAR(64)  NOT NULL, -- the rule's id; of a reading the interpretation's
    field      VARCHAR(40)  NOT NULL, -- of a figure: max_gap, within, ...; empty for a reading
    value      VARCHAR(1000) NOT NULL, -- JSON: a period, a number, or the reading that was chosen
    reason     VARCHAR(500) NOT NULL,
    from_at    BIGINT       NOT NULL,
    until_at   BIGINT       NULL,
    created_by VARCHAR(16)  NOT NULL,
    created_at BIGINT       NOT NULL,
    version    BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX rule_changes_unit ON rule_changes (unit_id, rulebook, from_at, id);

-- The working days of one year as the State Council's office announced them; they prevail over the program's own file.
CREATE TABLE calendar_years (
    year            BIGINT       NOT NULL PRIMARY KEY,
    announced       VARCHAR(10)  NOT NULL,
    document_number VARCHAR(120) NOT NULL,
    workdays_total  BIGINT       NOT NULL,
    rest            MEDIUMTEXT   NOT NULL, -- JSON list of {name, from, to}
    work            MEDIUMTEXT   NOT NULL, -- JSON list of days
    note            VARCHAR(1000) NOT NULL,
    entered_by      VARCHAR(16)  NOT NULL,
    entered_at      BIGINT       NOT NULL,
    version         BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row whose mark is new after every change of the three tables above, of a unit's place in the tree, so that each node
-- sees with one look whether what it remembers still holds.
CREATE TABLE law_marks (
    id   BIGINT      NOT NULL PRIMARY KEY,
    mark VARCHAR(16) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT INTO law_marks (id, mark) VALUES (1, '');

ALTER TABLE people ADD COLUMN email VARCHAR(200) NOT NULL DEFAULT '';
