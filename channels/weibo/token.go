package weibo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// checkToken asks Weibo once a day whose token it is: staff are often signed in with an account of their own when they
// authorise, and a post must never go there.
func (c *Channel) checkToken(ctx context.Context, job *channels.Job) *channels.PlatformError {
	as := whoOf(job)
	if c.checkedToday(ctx, as) {
		return nil
	}
	info, failure := c.info(ctx, as, optionalCalls)
	if failure != nil && failure.Code == "budget_spent" {
		return nil // the check can wait, posting has the rest of the day's calls
	}
	if failure != nil {
		return failure
	}
	return c.judge(ctx, as, info)
}

// judge compares what Weibo says of a token with the account and keeps it.
func (c *Channel) judge(ctx context.Context, as who, info TokenInfo) *channels.PlatformError {
	if info.UID != uidOf(as.account) {
		failure := refused(21335, "token of uid "+info.UID, 0, false)
		c.heed(ctx, as, request{}, failure)
		return failure
	}
	c.complain(ctx, "a token check was not kept", as, c.bindingChecked(ctx, as, info))
	if info.Left <= 0 {
		failure := problem(channels.Quota, "token_expired", "账号授权已过期，没有发出。请在账号页重新授权，授权后系统自动继续")
		failure.After = held
		return failure
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.checked) > 10000 { // tokens that are gone
		clear(c.checked)
	}
	c.checked[checkKey(as)] = c.cfg.Now()
	return nil
}

func checkKey(as who) string {
	sum := sha256.Sum256([]byte(uidOf(as.account) + " " + as.token()))
	return hex.EncodeToString(sum[:])
}

// checkedToday reports whether Weibo said within a day that token and account belong together, to this node or another.
func (c *Channel) checkedToday(ctx context.Context, as who) bool {
	c.mu.Lock()
	last, known := c.checked[checkKey(as)]
	c.mu.Unlock()
	if known && c.cfg.Now().Sub(last) < 24*time.Hour {
		return true
	}
	binding, found, err := c.binding(ctx, as.account.ID)
	return err == nil && found && binding.State == BindingOK && binding.UID == uidOf(as.account) && binding.TokenMark == mark(as.token()) &&
		sql.FromStd(c.cfg.Now()).Sub(binding.CheckedAt) < 24*time.Hour
}
