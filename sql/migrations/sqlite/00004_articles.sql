-- +goose Up
-- The text: articles, frozen revisions, signatures and pictures.
CREATE TABLE articles (
    id           VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id      VARCHAR(16)  NOT NULL,
    author_id    VARCHAR(16)  NOT NULL,
    title        VARCHAR(200) NOT NULL,
    digest       VARCHAR(300) NOT NULL,
    byline       VARCHAR(60)  NOT NULL, -- who is named as the author (作者)
    source       VARCHAR(120) NOT NULL, -- 信息来源
    body         MEDIUMTEXT   NOT NULL, -- cleaned HTML
    cover_id     VARCHAR(16)  NULL,
    state        VARCHAR(16)  NOT NULL,
    rulebook     VARCHAR(64)  NOT NULL, -- whose signing chain holds, set when it is submitted; empty before
    revision_id  VARCHAR(16)  NULL,     -- the frozen text that is being or has been signed
    revision_no  BIGINT       NOT NULL,
    scheduled_at BIGINT       NULL,
    client_key   VARCHAR(64)  NULL,     -- made by the form, so that sending it twice makes one article
    created_at   BIGINT       NOT NULL,
    updated_at   BIGINT       NOT NULL,
    version      BIGINT       NOT NULL
);
CREATE UNIQUE INDEX articles_client_key ON articles (author_id, client_key);
CREATE INDEX articles_unit ON articles (unit_id, updated_at, id);
CREATE INDEX articles_state ON articles (state, updated_at, id);

-- The accounts an article is meant for.
CREATE TABLE article_accounts (
    article_id VARCHAR(16) NOT NULL,
    account_id VARCHAR(16) NOT NULL,
    PRIMARY KEY (article_id, account_id)
);

CREATE TABLE revisions (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    article_id VARCHAR(16)  NOT NULL,
    no         BIGINT       NOT NULL,
    title      VARCHAR(200) NOT NULL,
    digest     VARCHAR(300) NOT NULL,
    byline     VARCHAR(60)  NOT NULL,
    source     VARCHAR(120) NOT NULL,
    body       MEDIUMTEXT   NOT NULL,
    cover_id   VARCHAR(16)  NULL,
    pictures   MEDIUMTEXT   NOT NULL, -- JSON list of the pictures with their own hashes, the cover's too
    sha256     VARCHAR(64)  NOT NULL,
    created_by VARCHAR(16)  NOT NULL,
    created_at BIGINT       NOT NULL
);
CREATE UNIQUE INDEX revisions_article ON revisions (article_id, no);

CREATE TABLE signatures (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    article_id  VARCHAR(16)  NOT NULL,
    revision_id VARCHAR(16)  NOT NULL,
    sha256      VARCHAR(64)  NOT NULL, -- of the revision it is bound to
    stage       BIGINT       NOT NULL, -- place in the rulebook's list of stages, from 0
    seq         BIGINT       NOT NULL, -- stages of one seq run side by side
    stage_group VARCHAR(16)  NOT NULL,
    label       VARCHAR(40)  NOT NULL,
    role        VARCHAR(32)  NOT NULL,
    person_id   VARCHAR(16)  NOT NULL,
    person_name VARCHAR(60)  NOT NULL,
    decision    VARCHAR(16)  NOT NULL, -- signed, returned
    opinion     VARCHAR(1000) NOT NULL,
    signed_at   BIGINT       NOT NULL,
    voided_at   BIGINT       NULL,
    void_reason VARCHAR(200) NOT NULL
);
CREATE UNIQUE INDEX signatures_stage ON signatures (revision_id, stage);
CREATE INDEX signatures_article ON signatures (article_id, id);
CREATE INDEX signatures_person ON signatures (person_id, signed_at, id);

CREATE TABLE media (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id    VARCHAR(16)  NOT NULL,
    sha256     VARCHAR(64)  NOT NULL, -- of the stored bytes; also their key in the store
    mime       VARCHAR(40)  NOT NULL,
    width      BIGINT       NOT NULL,
    height     BIGINT       NOT NULL,
    size       BIGINT       NOT NULL,
    name       VARCHAR(200) NOT NULL,
    created_by VARCHAR(16)  NOT NULL,
    created_at BIGINT       NOT NULL
);
CREATE INDEX media_unit ON media (unit_id, created_at, id);
CREATE INDEX media_hash ON media (sha256);
