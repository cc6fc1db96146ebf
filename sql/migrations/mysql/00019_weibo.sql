-- +goose Up
-- What a channel learned of its platform and every node has to heed: an account that pauses, a way to post that an app was
-- refused, an endpoint that answered its test. A later one takes the place of the earlier.
CREATE TABLE channel_notes (
    kind     VARCHAR(24)   NOT NULL, -- weibo_pause, weibo_route, …: see channels/weibo/note.go and channels/app/note.go
    subject  VARCHAR(160)  NOT NULL, -- of an account, an app key with a route, an address
    code     VARCHAR(64)   NOT NULL,
    text     VARCHAR(1000) NOT NULL,
    until_at BIGINT        NOT NULL, -- it counts up to here
    noted_at BIGINT        NOT NULL,
    PRIMARY KEY (kind, subject)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What is known of the authorisation a Weibo account gave us. The token itself is sealed with the account's credentials.
CREATE TABLE weibo_bindings (
    account_id      VARCHAR(16)  NOT NULL PRIMARY KEY,
    uid             VARCHAR(32)  NOT NULL, -- whose token it is, as Weibo says
    app_key         VARCHAR(64)  NOT NULL,
    token_mark      VARCHAR(16)  NOT NULL, -- tells one token from another without naming it
    state           VARCHAR(16)  NOT NULL, -- ok, expired, refused, wrong_user, unread
    code            VARCHAR(64)  NOT NULL, -- of the refusal; empty while there is none
    screen_name     VARCHAR(120) NOT NULL,
    verified_type   BIGINT       NOT NULL, -- -1 none, 0 person, 1 government, …
    verified_reason VARCHAR(255) NOT NULL,
    expires_at      BIGINT       NOT NULL, -- 0: not known
    authorised_at   BIGINT       NOT NULL, -- 0: the token was typed in
    authorised_by   VARCHAR(16)  NOT NULL,
    checked_at      BIGINT       NOT NULL,
    next_check_at   BIGINT       NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX weibo_bindings_expires ON weibo_bindings (expires_at, account_id);
CREATE INDEX weibo_bindings_check ON weibo_bindings (next_check_at, account_id);

-- A person on the way to Weibo's authorise page and back: good once, for a short time.
CREATE TABLE weibo_states (
    id         VARCHAR(16) NOT NULL PRIMARY KEY,
    account_id VARCHAR(16) NOT NULL,
    person_id  VARCHAR(16) NOT NULL,
    expires_at BIGINT      NOT NULL,
    used_at    BIGINT      NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX weibo_states_expires ON weibo_states (expires_at, id);
