package weibo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// AuthorizeURL is where a person is sent to authorise an app. forcelogin is always asked for: staff often are signed in with an
// account of their own, and would bind that. state comes back with the answer.
func (c *Channel) AuthorizeURL(appKey, redirectURI, state string) string {
	query := url.Values{"client_id": {appKey}, "redirect_uri": {redirectURI}, "response_type": {"code"}, "state": {state}, "forcelogin": {"true"}}
	return c.cfg.AuthBase + "/oauth2/authorize?" + query.Encode()
}

// Grant is what Weibo gives for a code.
type Grant struct {
	Token     string
	UID       string
	ExpiresAt sql.Time
}

// Exchange trades the code of an authorisation for a token. Errors are *channels.PlatformError; one without a token or a uid is
// unreadable. The call is not counted: nobody's token makes it.
func (c *Channel) Exchange(ctx context.Context, account accounts.Account, credentials accounts.Credentials, code, redirectURI string) (Grant, error) {
	as := who{account: account, credentials: credentials}
	var given struct {
		Token     string      `json:"access_token"`
		ExpiresIn wholeNumber `json:"expires_in"`
		UID       digits      `json:"uid"`
	}
	began := c.cfg.Now()
	status, body, failure := c.exchange(ctx, as, request{method: http.MethodPost, base: c.cfg.AuthBase, path: "/oauth2/access_token", bare: true, form: url.Values{
		"client_id": {as.appKey()}, "client_secret": {credentials["app_secret"]}, "grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {redirectURI}}})
	if failure == nil {
		failure = c.read(as, request{}, status, body, &given)
	}
	if failure == nil && (given.Token == "" || given.UID == "" || given.ExpiresIn <= 0) {
		failure = unreadable(status, false)
	}
	if failure != nil {
		return Grant{}, failure
	}
	life := time.Duration(min(int64(given.ExpiresIn), int64(20*365*24*time.Hour/time.Second))) * time.Second
	return Grant{Token: given.Token, UID: string(given.UID), ExpiresAt: sql.FromStd(began.Add(life))}, nil
}

// TokenInfo is what Weibo says of a token.
type TokenInfo struct {
	UID       string
	AppKey    string
	Scope     string
	CreatedAt sql.Time // 0 when Weibo names none
	Left      time.Duration
}

// Info asks whose token an account has and how long it lives: one of the day's calls, most of which it may be.
func (c *Channel) info(ctx context.Context, as who, most int64) (TokenInfo, *channels.PlatformError) {
	var said struct {
		UID      digits      `json:"uid"`
		AppKey   digitsOrAny `json:"appkey"`
		Scope    digitsOrAny `json:"scope"`
		CreateAt wholeNumber `json:"create_at"`
		ExpireIn wholeNumber `json:"expire_in"`
	}
	failure := c.ask(ctx, as, request{method: http.MethodPost, base: c.cfg.AuthBase, path: "/oauth2/get_token_info", checking: true, most: most}, &said)
	if failure == nil && said.UID == "" {
		failure = unreadable(http.StatusOK, false)
	}
	if failure != nil {
		return TokenInfo{}, failure
	}
	info := TokenInfo{UID: string(said.UID), AppKey: string(said.AppKey), Scope: string(said.Scope), Left: time.Duration(said.ExpireIn) * time.Second}
	if said.CreateAt > 0 {
		info.CreatedAt = sql.FromStd(time.Unix(int64(said.CreateAt), 0))
	}
	return info, nil
}

// Revoke takes the authorisation back at Weibo. A token that is invalid already is a success. Errors are *channels.PlatformError.
func (c *Channel) Revoke(ctx context.Context, account accounts.Account, credentials accounts.Credentials) error {
	var said struct {
		Result digitsOrAny `json:"result"`
	}
	as := who{account: account, credentials: credentials}
	failure := c.ask(ctx, as, request{method: http.MethodPost, base: c.cfg.AuthBase, path: "/oauth2/revokeoauth2", checking: true, most: dailyCalls}, &said)
	if failure == nil || actionOf(failure) == Reauthorise {
		return nil
	}
	return failure
}

// wholeNumber is a number that may come as text. One that is neither is 0.
type wholeNumber int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *wholeNumber) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if unquoted := ""; json.Unmarshal(raw, &unquoted) == nil {
		text = unquoted
	}
	f, err := strconv.ParseFloat(text, 64)
	if err == nil && f > -1e15 && f < 1e15 {
		*n = wholeNumber(f)
	}
	return nil
}

// digitsOrAny is a short text that may come as a number or a word.
type digitsOrAny string

// UnmarshalJSON implements json.Unmarshaler.
func (d *digitsOrAny) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if unquoted := ""; json.Unmarshal(raw, &unquoted) == nil {
		text = unquoted
	}
	*d = digitsOrAny(text)
	return nil
}
