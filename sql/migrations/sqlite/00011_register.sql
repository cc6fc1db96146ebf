-- +goose Up
-- What the register knows of an account besides how it is reached: who stands behind it, what was approved and filed, and
-- every change of a field. Files that people attach to anything.
CREATE TABLE attachments (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    unit_id    VARCHAR(16)  NOT NULL,
    sha256     VARCHAR(64)  NOT NULL, -- of the stored bytes; also their key in the store
    mime       VARCHAR(100) NOT NULL,
    size       BIGINT       NOT NULL, -- bytes
    name       VARCHAR(200) NOT NULL, -- as it was uploaded
    created_by VARCHAR(16)  NOT NULL,
    created_at BIGINT       NOT NULL
);
CREATE INDEX attachments_unit ON attachments (unit_id, created_at, id);
CREATE INDEX attachments_hash ON attachments (sha256);

ALTER TABLE accounts ADD COLUMN search_text VARCHAR(1000) NOT NULL DEFAULT ''; -- what it is found by, pinyin too: see accounts/search.go; empty: not made yet
ALTER TABLE accounts ADD COLUMN closed_at BIGINT NULL;
ALTER TABLE accounts ADD COLUMN gone_to VARCHAR(500) NOT NULL DEFAULT ''; -- of a closed one: where its readers go now
CREATE INDEX accounts_home ON accounts (home_url, platform, id);
CREATE INDEX accounts_closed ON accounts (state, closed_at, id);

-- One row per account, made with it. Empty or NULL: not known.
CREATE TABLE particulars (
    account_id        VARCHAR(16)   NOT NULL PRIMARY KEY,
    operator          VARCHAR(120)  NOT NULL, -- 承办或运维单位; empty: the unit itself
    contractor_id     VARCHAR(16)   NULL,     -- the contractor that operates it
    certified         BOOLEAN       NULL,     -- 是否实名认证
    certified_subject VARCHAR(200)  NOT NULL, -- 认证主体
    certification     VARCHAR(500)  NOT NULL, -- 认证信息, as everybody sees it on the platform
    certified_until   BIGINT        NULL,
    registered_on     BIGINT        NULL,     -- the day of registration at the platform, its midnight
    opened_on         BIGINT        NULL,     -- 开设时间
    approval_number   VARCHAR(120)  NOT NULL, -- 批准文号
    approved_on       BIGINT        NULL,
    national_id       VARCHAR(60)   NOT NULL, -- 唯一标识 in the national reporting system
    reported          BOOLEAN       NULL,     -- 来自报送: is in the national register
    original_id       VARCHAR(60)   NOT NULL, -- 微信原始 ID
    site_code         VARCHAR(20)   NOT NULL, -- 政府网站标识码
    icp               VARCHAR(60)   NOT NULL, -- ICP 备案号
    police_filing     VARCHAR(60)   NOT NULL, -- 公安备案号
    security_test_on  BIGINT        NULL,     -- the last security test that was passed
    website_class     VARCHAR(24)   NOT NULL, -- portal, department, town
    domain            VARCHAR(200)  NOT NULL,
    old_domain        VARCHAR(200)  NOT NULL, -- still used beside the new one
    domain_enabled_on BIGINT        NULL,     -- since when the new domain is used
    hosting           VARCHAR(200)  NOT NULL, -- 服务器托管情况
    unified_platform  BOOLEAN       NULL,     -- 是否并入集约化平台
    languages         VARCHAR(120)  NOT NULL,
    barrier_free      BOOLEAN       NULL,     -- 无障碍
    functions         VARCHAR(500)  NOT NULL, -- JSON list: 功能, as the office names them
    represents        VARCHAR(120)  NOT NULL, -- 是否代表人民政府: as the office names it
    positioning       VARCHAR(1000) NOT NULL, -- 内容定位
    description       VARCHAR(1000) NOT NULL, -- 简介
    avatar_id         VARCHAR(16)   NULL,     -- attachments
    qr_id             VARCHAR(16)   NULL,
    followers         BIGINT        NULL,
    followers_on      BIGINT        NULL,
    labels            VARCHAR(500)  NOT NULL, -- JSON list of what was looked at on the page and is there: see accounts/checkup.go
    remark            VARCHAR(1000) NOT NULL,
    updated_at        BIGINT        NOT NULL
);
CREATE INDEX particulars_until ON particulars (certified_until, account_id);
CREATE INDEX particulars_original ON particulars (original_id, account_id);
CREATE INDEX particulars_domain ON particulars (domain, account_id);
CREATE INDEX particulars_national ON particulars (national_id, account_id);
INSERT INTO particulars (account_id, operator, certified_subject, certification, approval_number, national_id, original_id, site_code, icp, police_filing,
    website_class, domain, old_domain, hosting, languages, functions, represents, positioning, description, labels, remark, updated_at)
SELECT id, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '[]', '', '', '', '[]', '', updated_at FROM accounts;

-- Who answers for an account. Phones are for the office: nothing of this table is ever public.
CREATE TABLE account_contacts (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    account_id VARCHAR(16)  NOT NULL,
    duty       VARCHAR(24)  NOT NULL, -- head 主要负责人, deputy 分管负责人, manager 管理员, contact 联系人
    name       VARCHAR(60)  NOT NULL,
    phone      VARCHAR(40)  NOT NULL,
    email      VARCHAR(200) NOT NULL,
    position   BIGINT       NOT NULL  -- the order in which they were written
);
CREATE INDEX account_contacts_account ON account_contacts (account_id, position, id);

-- Every change of a field of the register, in the words of the screen.
CREATE TABLE account_changes (
    id          VARCHAR(16)  NOT NULL PRIMARY KEY,
    account_id  VARCHAR(16)  NOT NULL,
    field       VARCHAR(40)  NOT NULL,
    was         MEDIUMTEXT   NOT NULL,
    became      MEDIUMTEXT   NOT NULL,
    at          BIGINT       NOT NULL,
    person_id   VARCHAR(16)  NOT NULL,
    person_name VARCHAR(60)  NOT NULL,
    why         VARCHAR(24)  NOT NULL, -- edit, bulk, import, undo, application, reconcile
    why_id      VARCHAR(16)  NOT NULL, -- of the batch, application …; empty for an edit
    reason      VARCHAR(500) NOT NULL
);
CREATE INDEX account_changes_account ON account_changes (account_id, at, id);
CREATE INDEX account_changes_why ON account_changes (why_id, account_id, id);

CREATE TABLE saved_views (
    id         VARCHAR(16)  NOT NULL PRIMARY KEY,
    person_id  VARCHAR(16)  NOT NULL,
    page       VARCHAR(40)  NOT NULL, -- accounts, applications, …
    name       VARCHAR(60)  NOT NULL,
    query      MEDIUMTEXT   NOT NULL, -- the filters, as the address of the page has them
    created_at BIGINT       NOT NULL
);
CREATE UNIQUE INDEX saved_views_name ON saved_views (person_id, page, name);
