package wechat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"govmedia/channels"
)

// token returns an access token of the account. Only stable_token is ever asked: plain tokens end each other's life.
func (c *Channel) token(ctx context.Context, who party) (channels.Token, error) {
	token, err := c.tokens.Get(ctx, who.accountID, c.fetcher(who))
	err = c.unblocked(err)
	if who.component != "" && hasCode(err, platformCodes...) {
		err = atComponent(err)
	}
	return token, err
}

// fetcher asks WeChat for the account's token, by its own secret or by what it granted.
func (c *Channel) fetcher(who party) channels.FetchToken {
	if who.component != "" {
		return c.authorizerFetcher(who)
	}
	return func(ctx context.Context, force bool) (string, time.Duration, error) {
		body, err := encodeJSON(map[string]any{"grant_type": "client_credential", "appid": who.appID, "secret": who.secret, "force_refresh": force})
		if err != nil {
			return "", 0, fmt.Errorf("encode the token request: %w", err)
		}
		var answer struct {
			Token   string `json:"access_token"`
			Seconds int64  `json:"expires_in"`
		}
		r := request{path: pathToken, body: body, contentType: jsonType, secrets: []string{who.secret}}
		if err := c.once(ctx, r, "", &answer); err != nil {
			return "", 0, err
		}
		if answer.Token == "" || answer.Seconds <= 0 {
			return "", 0, garbled(r, "bad_answer", []byte("no access_token or expires_in"))
		}
		return answer.Token, time.Duration(answer.Seconds) * time.Second, nil
	}
}

// unblocked gives the errors of channels.Tokens the form of platform errors.
func (c *Channel) unblocked(err error) error {
	var blocked *channels.TokenBlocked
	switch {
	case err == nil:
		return nil
	case errors.As(err, &blocked):
		p := known(blocked.Code, blocked.Text, c.db.Now())
		p.Class, p.After = channels.Permission, max(blocked.Until.Sub(c.db.Now()), time.Second)
		return p.Because(err)
	case errors.Is(err, channels.ErrTokenBusy):
		return (&channels.PlatformError{Code: "token_busy", Class: channels.Retry, After: 5 * time.Second, Text: err.Error(),
			Advice: "另一台服务器正在获取该账号的接口凭证，稍后自动重试。"}).Because(err)
	case channels.AsPlatformError(err) == nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)):
		return (&channels.PlatformError{Code: "timeout", Class: channels.Retry, Text: err.Error(),
			Advice: "获取接口凭证超时，稍后自动重试。"}).Because(err)
	}
	return err
}
