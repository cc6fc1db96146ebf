package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// verified is an endpoint that answered.
type verified struct {
	mark string
	at   sql.Time
}

// markOf is the same as long as a test would go to the same place with the same signatures. So a changed address, a new secret and the end of
// an old one each leave the endpoint unverified.
func markOf(account accounts.Account, credentials accounts.Credentials) string {
	sum := sha256.Sum256([]byte(setting(account, "endpoint") + "\n" + credentials["secret"] + "\n" + credentials["previous_secret"]))
	return hex.EncodeToString(sum[:])
}

// Ping sends a test event with a challenge to an account's endpoint. The endpoint is active from the moment that it answers with a success
// that repeats the challenge (channels.md §2.3), for as long as address and secrets stay. Errors: ErrPing with the cause behind it.
func (c *Channel) Ping(ctx context.Context, account accounts.Account, credentials accounts.Credentials) error {
	challenge := rand.Text()
	body, err := encode(event{Type: "endpoint.ping", Timestamp: instant(sql.FromStd(c.cfg.Now())), Data: map[string]string{"challenge": challenge}})
	if err != nil {
		return err
	}
	status, header, said, failure := c.post(ctx, setting(account, "endpoint"), "ping_"+sql.NewID(), body, credentials)
	switch {
	case failure != nil && failure.Class == channels.Permission:
		return ErrPing.Say("%s。改好后再点“发送测试”。", failure.Advice).Because(failure)
	case failure != nil:
		return ErrPing.Say("客户端后台没有答复测试消息，接收地址还不能使用。请客户端开发方确认服务开着、地址没有填错，再点“发送测试”。").Because(failure)
	case status < 200 || status > 299:
		failure = refusal(status, string(said))
		failure.After = retryAfter(header, c.cfg.Now())
		return ErrPing.Say("客户端后台没有接受测试消息（HTTP %d），接收地址还不能使用。请客户端开发方核对地址、密钥和服务器时间，再点“发送测试”。", status).Because(failure)
	case !bytes.Contains(said, []byte(challenge)):
		return ErrPing.Say("客户端后台答复了测试消息，但没有原样带回 challenge，接收地址还不能使用。请客户端开发方对照接口说明改正，再点“发送测试”。").
			Because(problem(channels.Permission, "no_challenge", "没有带回 challenge"))
	}
	return c.keep(ctx, account.ID, verified{markOf(account, credentials), sql.FromStd(c.cfg.Now())})
}

// keep remembers an endpoint that answered, for every node and, without a database, for this channel.
func (c *Channel) keep(ctx context.Context, accountID string, answered verified) error {
	if c.cfg.DB != nil {
		if _, err := c.cfg.DB.Exec(ctx, "app_endpoint.keep", sql.Args{"account_id": accountID, "mark": answered.mark, "at": answered.at}); err != nil {
			return fmt.Errorf("keep that the app of account %s answered: %w", accountID, err)
		}
	}
	c.verified.Store(accountID, answered)
	return nil
}

// Verified returns when an account's endpoint became active as it is set up now; nil when it is not.
//
// An account that was bound before tests were asked for has none. The articles that its app took since the account was last changed say the
// same, with the same signatures at the same address, so it goes on as it did; one that took none is tested when it is next sent to.
func (c *Channel) Verified(ctx context.Context, account accounts.Account, credentials accounts.Credentials) (*sql.Time, error) {
	mark := markOf(account, credentials)
	if known, ok := c.verified.Load(account.ID); ok && known.(verified).mark == mark {
		return known.(verified).at.Ptr(), nil
	}
	if c.cfg.DB == nil {
		return nil, nil
	}
	kept, err := sql.Get[struct {
		Mark string
		At   *sql.Time
	}](ctx, c.cfg.DB, "app_endpoint.get", sql.Args{"account_id": account.ID})
	switch {
	case err != nil:
		return nil, fmt.Errorf("read whether the app of account %s answered: %w", account.ID, err)
	case kept.At == nil:
		return c.takenBefore(ctx, account)
	case kept.Mark != mark:
		return nil, nil
	}
	c.verified.Store(account.ID, verified{mark, *kept.At})
	return kept.At, nil
}

// takenBefore returns when an app took an article last, in the life that its account leads since it was last changed; nil when it took none.
func (c *Channel) takenBefore(ctx context.Context, account accounts.Account) (*sql.Time, error) {
	rows, err := sql.List[struct {
		PublishedAt sql.Time
		Remote      sql.Object
	}](ctx, c.cfg.DB, "app_endpoint.taken", sql.Args{"account_id": account.ID, "since": account.UpdatedAt})
	if err != nil {
		return nil, fmt.Errorf("read what the app of account %s took: %w", account.ID, err)
	}
	for _, row := range rows {
		if row.Remote["webhook_id"] != nil { // the program sent it, not a person
			return row.PublishedAt.Ptr(), nil
		}
	}
	return nil, nil
}

// active lets nothing but a test out to an endpoint that has not answered one. One that was saved and not tested is tested here, so that a
// forgotten click keeps no article back: what a person would be sent to do, and the answer to it, are the same.
func (c *Channel) active(ctx context.Context, job *channels.Job) error {
	if pulls(job.Account) {
		return nil
	}
	at, err := c.Verified(ctx, job.Account, job.Credentials)
	if err != nil || at != nil {
		return err
	}
	err = c.Ping(ctx, job.Account, job.Credentials)
	if err == nil {
		job.Step("ping", "接收地址答复了测试消息，已经启用", nil)
		return nil
	}
	if !errors.Is(err, ErrPing) {
		return err
	}
	failure := channels.AsPlatformError(err)
	switch {
	case failure.Code == "unreachable", failure.Code == "address_refused", failure.Code == "bad_secret":
		return failure // says by itself what is wrong
	case failure.Class == channels.Unclear, passing.MatchString(failure.Code):
		later := problem(channels.Retry, failure.Code, "客户端后台这次没有答复测试消息，接收地址还没有启用，没有发出，稍后自动再试")
		later.After = failure.After
		return later.Because(failure)
	}
	unverified := problem(channels.Permission, "endpoint_unverified", "客户端接收地址没有通过测试，"+unsent[action(job)])
	unverified.Text = short(failure.Code + " " + failure.Text)
	return unverified.Because(failure)
}

// passing are the answers of a server that is busy or broken: the same test may well pass later.
var passing = regexp.MustCompile(`^http_(408|425|429|5..)$`)

// unsent is what did not go to an endpoint that failed its test, and what to do.
var unsent = map[channels.Action]string{
	channels.Publish: "稿件没有发往这个地址。请管理员在账号页点“发送测试”，与客户端开发方按提示改正，通过后在本页点“重试”",
	channels.Update:  "更正没有发往这个地址。请管理员在账号页点“发送测试”，与客户端开发方按提示改正；急需更正的请联系客户端运营方，完成后在本页登记",
	channels.Retract: "撤稿通知没有发往这个地址。请立即联系客户端运营方下架，完成后在本页登记",
}
