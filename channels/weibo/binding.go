package weibo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

// BindingState is how an authorisation stood when it was last looked at.
type BindingState string

// The states of an authorisation.
const (
	BindingOK      BindingState = "ok"
	BindingExpired BindingState = "expired"
	BindingRefused BindingState = "refused"    // taken back, password changed, account frozen
	BindingWrong   BindingState = "wrong_user" // the token is another account's
	BindingUnread  BindingState = "unread"     // Weibo could not be asked; nothing is known to be wrong
)

// Binding is what is known of the authorisation of an account.
type Binding struct {
	AccountID      string       `json:"account_id"`
	UID            string       `json:"uid"`
	AppKey         string       `json:"app_key"`
	TokenMark      string       `json:"-"`
	State          BindingState `json:"state"`
	Code           string       `json:"code"` // of the refusal; empty for none
	ScreenName     string       `json:"screen_name"`
	VerifiedType   int64        `json:"verified_type"` // -1 none or not known, 0 person, 1 government, 2 enterprise, 3 media, 4 campus, 5 site, 6 app, 7 organisation
	VerifiedReason string       `json:"verified_reason"`
	ExpiresAt      sql.Time     `json:"expires_at"`    // 0: not known
	AuthorisedAt   sql.Time     `json:"authorised_at"` // 0: the token was typed in
	AuthorisedBy   string       `json:"-"`
	CheckedAt      sql.Time     `json:"checked_at"` // 0: never
	NextCheckAt    sql.Time     `json:"-"`
}

// checkEvery is how often Weibo is asked about a token (channels.md §1.3).
const checkEvery = 24 * time.Hour

// The days before the end of an authorisation on which people are warned (channels.md §1.3).
var alarmDays = []int64{1, 3, 7}

// Alarm is a warning about an authorisation.
type Alarm struct {
	Level    string `json:"level"` // "7", "3", "1": days left at most; "expired", "refused", "wrong_user"
	Sentence string `json:"sentence"`
}

// Alarm returns what people must know of an authorisation now; an empty Level when nothing.
func (b Binding) Alarm(now sql.Time) Alarm {
	again := "请由账号管理人点“去微博授权”，用登记的微博账号重新授权。"
	switch {
	case b.State == BindingRefused:
		return Alarm{"refused", "微博授权已失效（被取消、改了密码或账号被冻结，" + b.Code + "），发布已暂停。" + again}
	case b.State == BindingWrong:
		return Alarm{"wrong_user", "授权的微博账号与登记的账号不一致，发布已停止。" + again}
	case b.State == BindingExpired || b.ExpiresAt > 0 && b.ExpiresAt <= now:
		return Alarm{"expired", "微博授权已过期，发布已暂停。" + again}
	case b.ExpiresAt == 0:
		return Alarm{}
	}
	left := b.ExpiresAt.Sub(now)
	for _, days := range alarmDays {
		if left <= time.Duration(days)*24*time.Hour {
			return Alarm{strconv.FormatInt(days, 10), fmt.Sprintf("微博授权将于%s到期，到期后不能发布。请在到期前重新授权：%s",
				b.ExpiresAt.Std().Format("1月2日15:04"), again)}
		}
	}
	return Alarm{}
}

// BindingOf returns what is known of an account's authorisation; false when it was never looked at.
func BindingOf(ctx context.Context, db *sql.DB, accountID string) (Binding, bool, error) {
	b, err := sql.Get[Binding](ctx, db, "weibo_binding.get", sql.Args{"account_id": accountID})
	if errors.Is(err, sql.ErrNone) {
		return Binding{}, false, nil
	}
	if err != nil {
		return Binding{}, false, fmt.Errorf("read the Weibo authorisation of account %s: %w", accountID, err)
	}
	return b, true, nil
}

func (c *Channel) binding(ctx context.Context, accountID string) (Binding, bool, error) {
	if c.cfg.DB == nil {
		return Binding{}, false, nil
	}
	return BindingOf(ctx, c.cfg.DB, accountID)
}

// LapsesAt returns when the authorisation of an account ends, 0 when that is not known. Nothing is scheduled beyond it.
func (c *Channel) LapsesAt(ctx context.Context, db *sql.DB, accountID string) (sql.Time, error) {
	b, found, err := BindingOf(ctx, db, accountID)
	if err != nil || !found {
		return 0, err
	}
	return b.ExpiresAt, nil
}

// saveBinding keeps what is known of an authorisation.
func (c *Channel) saveBinding(ctx context.Context, db *sql.DB, b Binding) error {
	c.mu.Lock()
	c.lapses[b.AccountID] = b.ExpiresAt
	c.mu.Unlock()
	if db == nil {
		return nil
	}
	changed, err := db.ExecOne(ctx, "weibo_binding.update", b)
	if err != nil || changed {
		return err
	}
	if _, err = db.Exec(ctx, "weibo_binding.insert", b); sql.IsDuplicate(err) {
		_, err = db.Exec(ctx, "weibo_binding.update", b) // the same, or another node was first
	}
	return err
}

// known is the binding of an account as far as it goes, with what the call in hand says of token and app.
func (c *Channel) known(ctx context.Context, as who) (Binding, error) {
	b, found, err := c.binding(ctx, as.account.ID)
	if !found {
		b = Binding{VerifiedType: -1, ExpiresAt: expiresAt(as.credentials)}
	} else if b.TokenMark != mark(as.token()) {
		b.ExpiresAt, b.AuthorisedAt, b.AuthorisedBy = expiresAt(as.credentials), 0, ""
	}
	b.AccountID, b.AppKey, b.TokenMark = as.account.ID, as.appKey(), mark(as.token())
	return b, err
}

// bindingChecked keeps what get_token_info said.
func (c *Channel) bindingChecked(ctx context.Context, as who, info TokenInfo) error {
	b, err := c.known(ctx, as)
	if err != nil {
		return err
	}
	now := sql.FromStd(c.cfg.Now())
	b.UID, b.State, b.Code, b.CheckedAt, b.NextCheckAt = info.UID, BindingOK, "", now, now.Add(checkEvery)
	b.ExpiresAt = now.Add(max(info.Left, 0))
	if info.Left <= 0 {
		b.State = BindingExpired
	}
	return c.saveBinding(ctx, c.cfg.DB, b)
}

// bindingRefused keeps that Weibo refused the token.
func (c *Channel) bindingRefused(ctx context.Context, as who, failure *channels.PlatformError) {
	if c.cfg.DB == nil {
		return
	}
	b, err := c.known(ctx, as)
	if err == nil {
		now := sql.FromStd(c.cfg.Now())
		b.State, b.Code, b.CheckedAt, b.NextCheckAt = BindingRefused, failure.Code, now, now.Add(checkEvery)
		switch failure.Code {
		case "20102", "21335":
			b.State = BindingWrong
		case "21315", "21327":
			b.State = BindingExpired
		}
		err = c.saveBinding(ctx, c.cfg.DB, b)
	}
	c.complain(ctx, "a refused token was not kept", as, err)
}

// Check asks Weibo about the token of an account and keeps the answer; a person asks, or the daily round. Of the refusals only a token
// that is not the account's, or has ended, is an error here; whatever else went wrong is in the binding's state unread.
func (c *Channel) Check(ctx context.Context, account accounts.Account, credentials accounts.Credentials) (Binding, error) {
	as := who{account: account, credentials: credentials}
	info, failure := c.info(ctx, as, optionalCalls)
	if failure == nil {
		failure = c.judge(ctx, as, info)
	}
	if failure != nil && actionOf(failure) == "" && failure.Code != "token_expired" || failure != nil && failure.Class == channels.Retry {
		if err := c.bindingUnread(ctx, as, failure); err != nil {
			return Binding{}, err
		}
	}
	b, err := c.known(ctx, as)
	return b, err
}

// bindingUnread keeps that Weibo could not be asked. What was known before stays known, and it is asked again in an hour.
func (c *Channel) bindingUnread(ctx context.Context, as who, failure *channels.PlatformError) error {
	b, err := c.known(ctx, as)
	if err != nil {
		return err
	}
	if b.State == "" || b.State == BindingOK {
		b.State, b.Code = BindingUnread, failure.Code
	}
	b.NextCheckAt = sql.FromStd(c.cfg.Now()).Add(time.Hour)
	return c.saveBinding(ctx, c.cfg.DB, b)
}

// checkBatch is how many tokens one round looks at.
const checkBatch = 50

// CheckDue asks Weibo about the tokens that were not looked at for a day, each by one node, and returns how many. It is a chore: it may
// be cut off and run beside itself.
func (c *Channel) CheckDue(ctx context.Context, db *sql.DB, keys *accounts.Keyring) (int, error) {
	ids, err := sql.List[string](ctx, db, "weibo_binding.due", sql.Args{"now": db.Now(), "limit": checkBatch})
	if err != nil {
		return 0, fmt.Errorf("list the Weibo authorisations to check: %w", err)
	}
	done := 0
	for _, id := range ids {
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		if err := c.checkOne(ctx, db, keys, id); err != nil {
			return done, fmt.Errorf("check the Weibo authorisation of account %s: %w", id, err)
		}
		done++
	}
	return done, nil
}

func (c *Channel) checkOne(ctx context.Context, db *sql.DB, keys *accounts.Keyring, id string) error {
	_, found, err := BindingOf(ctx, db, id)
	if err != nil {
		return err
	}
	if found {
		mine, err := db.ExecOne(ctx, "weibo_binding.claim", sql.Args{"account_id": id, "now": db.Now(), "next_check_at": db.Now().Add(time.Hour)})
		if err != nil || !mine {
			return err
		}
	}
	account, err := accounts.Load(ctx, db, id)
	if err != nil {
		return err
	}
	credentials, err := accounts.OpenCredentials(ctx, db, keys, account)
	if errors.Is(err, accounts.ErrKeyUnknown) || errors.Is(err, accounts.ErrSealBroken) {
		return c.bindingUnread(ctx, who{account: account}, &channels.PlatformError{Code: "credentials"})
	}
	if err != nil {
		return err
	}
	if credentials["access_token"] == "" {
		return c.bindingUnread(ctx, who{account: account, credentials: credentials}, &channels.PlatformError{Code: "not_authorised"})
	}
	_, err = c.Check(ctx, account, credentials)
	return err
}

// Alarmed is an authorisation with a warning, and whose account it is.
type Alarmed struct {
	Binding
	AccountName string `json:"account_name"`
	UnitID      string `json:"unit_id"`
	UnitName    string `json:"unit_name"`
	Alarm       Alarm  `json:"alarm"`
}

// maxAlarms is how many warnings are listed.
const maxAlarms = 200

// Alarms returns the authorisations within the actor's units that end within seven days, have ended or were refused; the first to end
// first.
func Alarms(ctx context.Context, db *sql.DB, actor units.Actor, permission units.Permission) ([]Alarmed, error) {
	now := db.Now()
	rows, err := sql.List[struct {
		Binding
		AccountName, UnitID, UnitName string
	}](ctx, db, "weibo_binding.alarms", sql.Args{"before": now.Add(time.Duration(alarmDays[len(alarmDays)-1]) * 24 * time.Hour),
		"person_id": actor.PersonID, "roles": units.RolesWith(permission), "limit": maxAlarms})
	if err != nil {
		return nil, fmt.Errorf("list the Weibo authorisations that end: %w", err)
	}
	alarms := []Alarmed{}
	for _, row := range rows {
		if alarm := row.Binding.Alarm(now); alarm.Level != "" {
			alarms = append(alarms, Alarmed{Binding: row.Binding, AccountName: row.AccountName, UnitID: row.UnitID, UnitName: row.UnitName, Alarm: alarm})
		}
	}
	return alarms, nil
}

// Errand is an authorisation that a person has come back from.
type Errand = channels.Errand

// toWeibo is the way to Weibo's page and back.
var toWeibo = channels.ErrandKind{Context: "weibo.oauth", Prune: "weibo_state.prune", Insert: "weibo_state.insert", Use: "weibo_state.use"}

// Begin returns the address of Weibo's authorise page for an account, with a sealed state that is good once and for ten minutes. The
// caller has made sure that the person may bind the account. Errors: ErrUID, ErrNoApp.
func (c *Channel) Begin(ctx context.Context, db *sql.DB, keys *accounts.Keyring, actor units.Actor, account accounts.Account,
	credentials accounts.Credentials, redirectURI string) (string, error) {
	if uidOf(account) == "" || strings.Trim(uidOf(account), "0123456789") != "" {
		return "", ErrUID.On("external_id")
	}
	if credentials["app_key"] == "" || credentials["app_secret"] == "" {
		return "", ErrNoApp.On("credentials")
	}
	state, err := toWeibo.Begin(ctx, db, keys, actor, account.ID)
	if err != nil {
		return "", fmt.Errorf("begin the authorisation of account %s: %w", account.ID, err)
	}
	return c.AuthorizeURL(credentials["app_key"], redirectURI, state), nil
}

// Return uses up the state that a person comes back from Weibo with. Error: ErrState.
func Return(ctx context.Context, db *sql.DB, keys *accounts.Keyring, state string) (Errand, error) {
	errand, err := toWeibo.Return(ctx, db, keys, state)
	if errors.Is(err, channels.ErrErrand) {
		err = ErrState.Because(err)
	}
	return errand, err
}

// Finish trades the code for a token, compares whose it is with the account, and binds it. A token of another account is not kept.
// keep seals the new credentials for the actor, within its own transaction. Errors: ErrRefused, ErrWrong, or those of keep.
func (c *Channel) Finish(ctx context.Context, db *sql.DB, actor units.Actor, account accounts.Account, credentials accounts.Credentials, code, redirectURI string,
	keep func(accounts.Credentials) error) (Binding, error) {
	grant, err := c.Exchange(ctx, account, credentials, code, redirectURI)
	if err != nil {
		if platform := channels.AsPlatformError(err); platform != nil {
			return Binding{}, ErrRefused.Because(platform).Say("微博没有给出授权（%s %s），账号没有任何变化。请稍后重试；仍不行请核对 App Key、App Secret 和回调地址。", platform.Code, platform.Text)
		}
		return Binding{}, err
	}
	if grant.UID != uidOf(account) {
		return Binding{}, ErrWrong.Say("您授权的微博账号（UID %s）与登记的账号（UID %s）不一致，没有绑定。请退出微博后用登记的账号重新授权。", grant.UID, uidOf(account))
	}
	fresh := maps.Clone(credentials)
	fresh["access_token"], fresh["expires_at"] = grant.Token, strconv.FormatInt(int64(grant.ExpiresAt), 10)
	if err := keep(fresh); err != nil {
		return Binding{}, err
	}
	as := who{account: account, credentials: fresh}
	now := sql.FromStd(c.cfg.Now())
	b, err := c.known(ctx, as)
	if err != nil {
		return Binding{}, err
	}
	b.UID, b.State, b.Code, b.ExpiresAt, b.AuthorisedAt, b.AuthorisedBy = grant.UID, BindingOK, "", grant.ExpiresAt, now, actor.PersonID
	b.CheckedAt, b.NextCheckAt = now, now.Add(checkEvery)
	if profile, failure := c.profile(ctx, as, optionalCalls); failure == nil {
		b.ScreenName, b.VerifiedType, b.VerifiedReason = profile.name(), profile.kind(), profile.reason()
	}
	if err := c.saveBinding(ctx, db, b); err != nil {
		return Binding{}, fmt.Errorf("keep the authorisation of account %s: %w", account.ID, err)
	}
	return b, c.Release(ctx, account.ID)
}

// Forget removes what is known of an account's authorisation: it was unbound.
func (c *Channel) Forget(ctx context.Context, db *sql.DB, accountID string) error {
	c.mu.Lock()
	delete(c.lapses, accountID)
	c.mu.Unlock()
	if _, err := db.Exec(ctx, "weibo_binding.delete", sql.Args{"account_id": accountID}); err != nil {
		return fmt.Errorf("forget the Weibo authorisation of account %s: %w", accountID, err)
	}
	return c.Release(ctx, accountID)
}

// Warning says what is odd about whom an account is certified as; empty for a government account, and while that is not known.
func (b Binding) Warning() string {
	switch {
	case b.ScreenName == "" || b.VerifiedType == 1:
		return ""
	case b.VerifiedType == -1:
		return "这个微博账号没有认证。请核对是否为本单位的政务微博，并尽快申请政府认证。"
	}
	return fmt.Sprintf("这个微博账号的认证类型不是“政府”（类型%d，认证说明：%s）。请核对是否为本单位的政务微博。", b.VerifiedType, b.VerifiedReason)
}

// previewAuthorisation adds what this node knows of the authorisation to a preview.
func (c *Channel) previewAuthorisation(preview *channels.Preview, account accounts.Account) {
	c.mu.Lock()
	until := c.lapses[account.ID]
	c.mu.Unlock()
	now := sql.FromStd(c.cfg.Now())
	switch {
	case until == 0:
	case until <= now:
		preview.Limits = append(preview.Limits, channels.Limit{Field: "authorisation", Label: "微博授权", Used: 1, Max: 0,
			Sentence: "微博授权已过期，请先在账号页重新授权。"})
	case until.Sub(now) <= time.Duration(alarmDays[len(alarmDays)-1])*24*time.Hour:
		preview.Warnings = append(preview.Warnings, "微博授权将于"+until.Std().Format("1月2日15:04")+"到期，不能安排在那之后发布，请尽快重新授权。")
	}
}

// profile is a user as Weibo shows it to the app that it authorised.
type profile struct {
	UID      digits       `json:"idstr"`
	Screen   string       `json:"screen_name"`
	Verified bool         `json:"verified"`
	Type     *wholeNumber `json:"verified_type"`
	Reason   string       `json:"verified_reason"`
	Count    *wholeNumber `json:"statuses_count"` // withheld of users who did not authorise the app
	Latest   *post        `json:"status"`
}

func (p profile) name() string   { return cutRunes(p.Screen, 100) }
func (p profile) reason() string { return cutRunes(p.Reason, 200) }

// kind is the type of certification, -1 for none.
func (p profile) kind() int64 {
	if !p.Verified || p.Type == nil {
		return -1
	}
	return int64(*p.Type)
}

func cutRunes(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

// profile asks for the account's own user: counts, certification and the newest post.
func (c *Channel) profile(ctx context.Context, as who, most int64) (profile, *channels.PlatformError) {
	var p profile
	failure := c.ask(ctx, as, request{method: http.MethodGet, base: c.cfg.APIBase, path: "/2/users/show.json", most: most,
		form: url.Values{"uid": {uidOf(as.account)}}}, &p)
	if failure == nil && p.Screen == "" && p.Count == nil {
		failure = unreadable(http.StatusOK, false)
	}
	return p, failure
}

// Denied is the fault of a person who did not agree, with Weibo's own words where it gave others.
func Denied(code, description string) *fault.Fault {
	if code == "access_denied" || code == "21330" || code == "" {
		return ErrDenied
	}
	return ErrRefused.Say("微博没有给出授权（%s %s），账号没有任何变化。请稍后重试；仍不行请核对 App Key 和回调地址。", cutRunes(code, 60), cutRunes(description, 200))
}
