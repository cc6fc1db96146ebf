package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/text/width"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

// How an account is bound.
const (
	WayNone      = "none"
	WaySecret    = "secret"    // by its own app id and secret
	WayComponent = "component" // by what it granted the third-party platform
)

// Way tells by its credentials how an account is bound.
func Way(credentials accounts.Credentials) string {
	switch {
	case credentials[credentialComponent] != "":
		return WayComponent
	case credentials["app_secret"] != "":
		return WaySecret
	}
	return WayNone
}

// Rebound takes the marks of a grant out of credentials to which a secret of the account's own is given: one way at a time.
func Rebound(credentials, given accounts.Credentials) {
	if given["app_secret"] != "" {
		delete(credentials, credentialComponent)
		delete(credentials, credentialAuthorizer)
	}
}

// Binding is how an account is bound, and what can be done about it.
type Binding struct {
	Way      string          `json:"way" enum:"none,secret,component"`
	Offered  bool            `json:"offered"`  // whether it can be bound by scanning a code now
	Sentence string          `json:"sentence"` // Chinese: why it is not offered; empty where it is
	Grant    *Grant          `json:"grant"`    // null unless the way is component
	Sets     []PermissionSet `json:"sets" nullable:"false"`
	Alarm    GrantAlarm      `json:"alarm"`
	Warning  string          `json:"warning"` // Chinese: what does not stop anything but should be looked at; empty for nothing
}

// BindingOf returns how an account is bound.
func (c *Channel) BindingOf(ctx context.Context, account accounts.Account, credentials accounts.Credentials) (Binding, error) {
	b := Binding{Way: Way(credentials), Sets: []PermissionSet{}}
	if err := c.scannable(ctx); err != nil {
		f := fault.As(err)
		if f == nil {
			return b, err
		}
		b.Sentence = f.Sentence
	}
	b.Offered = b.Sentence == ""
	if b.Way != WayComponent {
		return b, nil
	}
	grant, found, err := GrantOf(ctx, c.db, account.ID)
	if err != nil {
		return b, err
	}
	if !found {
		b.Alarm = GrantAlarm{"lost", "没有找到这个账号的扫码授权记录，发布、撤稿和读取都已停止。" + grantSteps}
		return b, nil
	}
	b.Grant, b.Sets, b.Alarm, b.Warning = &grant, grant.Sets(), grant.Alarm(), grant.warning(account)
	return b, nil
}

// warning says what does not fit and stops nothing.
func (g Grant) warning(account accounts.Account) string {
	lacking := []string{}
	for _, set := range g.Sets() {
		if !set.Granted && !set.Needed {
			lacking = append(lacking, "“"+set.Name+"”（"+set.For+"）")
		}
	}
	switch {
	case (g.ServiceType == 2) != (account.Kind == accounts.KindWeChatService):
		return "微信上这是" + map[bool]string{true: "服务号", false: "订阅号"}[g.ServiceType == 2] + "，与台账登记的账号类型不一致，请核对台账。"
	case g.VerifyType < 0:
		return "这个公众号没有通过微信认证，微信不给未认证的账号发布接口，请先办理认证。"
	case len(lacking) > 0:
		return "公众号没有授予" + strings.Join(lacking, "、") + "，这些功能用不了；需要时请重新扫码并勾选。"
	}
	return ""
}

// scannable says whether a code can be scanned now. Errors: ErrComponentUnset, ErrComponentWaiting.
func (c *Channel) scannable(ctx context.Context) error {
	if c.component == nil {
		return ErrComponentUnset
	}
	ticket, came, err := c.ticket(ctx)
	if err != nil {
		return err
	}
	if ticket == "" || c.db.Now().Sub(came) > ticketLife {
		return ErrComponentWaiting
	}
	return nil
}

// Bindable returns an account on WeChat that the actor may bind. Error: accounts.ErrNotFound for any other.
func Bindable(ctx context.Context, db *sql.DB, actor units.Actor, id string) (accounts.Account, error) {
	_, err := sql.Get[string](ctx, db, "wechat_grant.bindable",
		sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.BindAccounts)})
	if errors.Is(err, sql.ErrNone) {
		return accounts.Account{}, accounts.ErrNotFound
	}
	if err != nil {
		return accounts.Account{}, fmt.Errorf("find account %s: %w", id, err)
	}
	return accounts.Load(ctx, db, id)
}

// Errand is an authorisation that a person has come back from.
type Errand = channels.Errand

// toWeChat is the way to WeChat's page and back.
var toWeChat = channels.ErrandKind{Context: "wechat.authorise", Prune: "wechat_state.prune", Insert: "wechat_state.insert", Use: "wechat_state.use"}

// Pages are where an account's administrator is asked; both are good once and for ten minutes.
type Pages struct {
	URL       string `json:"url" doc:"On a computer: shows a code for the administrator of the account to scan"`
	MobileURL string `json:"mobile_url" doc:"On a telephone, to be opened within WeChat"`
}

// Begin returns the addresses of WeChat's page for an account. back is where WeChat sends the person afterwards; a sealed
// state that is good once is put behind it. The caller has made sure that the person may bind the account. Errors:
// ErrComponentUnset, ErrComponentWaiting, ErrGrantAppID, ErrGrantRefused with WeChat's words.
func (c *Channel) Begin(ctx context.Context, actor units.Actor, account accounts.Account, back string) (Pages, error) {
	if err := c.scannable(ctx); err != nil {
		return Pages{}, err
	}
	registered, err := c.registered(ctx, account)
	if err != nil {
		return Pages{}, err
	}
	if registered.appID == "" && registered.originalID == "" {
		return Pages{}, ErrGrantAppID
	}
	var answer struct {
		Code string `json:"pre_auth_code"`
	}
	err = c.askComponent(ctx, pathPreAuthCode, map[string]string{}, &answer)
	if err == nil && answer.Code == "" {
		err = garbled(request{path: pathPreAuthCode}, "bad_answer", []byte("no pre_auth_code"))
	}
	if err != nil {
		return Pages{}, refusedGrant(err)
	}
	state, err := toWeChat.Begin(ctx, c.db, c.component.Keys, actor, account.ID)
	if err != nil {
		return Pages{}, fmt.Errorf("begin the authorisation of account %s: %w", account.ID, err)
	}
	return c.pages(answer.Code, back+"?state="+url.QueryEscape(state), registered.appID), nil
}

// pages writes the two addresses. WeChat wants either the account that is meant or the kind of accounts, never both.
func (c *Channel) pages(code, back, appID string) Pages {
	query := url.Values{"component_appid": {c.component.AppID}, "pre_auth_code": {code}, "redirect_uri": {back}}
	if appID != "" {
		query.Set("biz_appid", appID)
	} else {
		query.Set("auth_type", "1") // official accounts only
	}
	page := c.component.PageBase + "/cgi-bin/componentloginpage?" + query.Encode()
	query.Set("action", "bindcomponent")
	query.Set("no_scan", "1")
	return Pages{URL: page, MobileURL: c.component.MobileBase + "/safe/bindcomponent?" + query.Encode() + "#wechat_redirect"}
}

// Return uses up the state that a person comes back from WeChat with. Errors: ErrGrantState, ErrComponentUnset.
func (c *Channel) Return(ctx context.Context, state string) (Errand, error) {
	if c.component == nil {
		return Errand{}, ErrComponentUnset
	}
	errand, err := toWeChat.Return(ctx, c.db, c.component.Keys, state)
	if errors.Is(err, channels.ErrErrand) {
		err = ErrGrantState.Because(err)
	}
	return errand, err
}

// registered is what the register says that an account is at WeChat; empty texts are not known.
type registered struct {
	appID, originalID, subject string
}

func (c *Channel) registered(ctx context.Context, account accounts.Account) (registered, error) {
	more, err := accounts.ParticularsOf(ctx, c.db, account.ID)
	if err != nil {
		return registered{}, err
	}
	r := registered{originalID: strings.TrimSpace(more.OriginalID), subject: strings.TrimSpace(more.CertifiedSubject)}
	r.appID, _ = account.Settings["app_id"].(string)
	if r.appID = strings.TrimSpace(r.appID); r.appID == "" && account.ExternalID != nil {
		r.appID = strings.TrimSpace(*account.ExternalID)
	}
	if strings.HasPrefix(r.appID, "gh_") { // some registers have the one where the other belongs
		r.appID, r.originalID = "", orDefault(r.originalID, r.appID)
	}
	return r, nil
}

// fits compares what WeChat says with the register. The sentences name both.
func (r registered) fits(said authorizerInfo) error {
	named := "“" + said.Nickname + "”（AppID " + said.AppID + "，原始 ID " + said.OriginalID + "）"
	switch {
	case r.appID != "" && r.appID != said.AppID:
		return ErrGrantWrong.Say("您授权的公众号是%s，台账登记的 AppID 是 %s，两者不一致，没有绑定。请用登记的公众号的管理员微信重新扫码；登记有误的，请先修改台账。", named, r.appID)
	case r.originalID != "" && r.originalID != said.OriginalID:
		return ErrGrantWrong.Say("您授权的公众号是%s，台账登记的原始 ID 是 %s，两者不一致，没有绑定。请用登记的公众号的管理员微信重新扫码；登记有误的，请先修改台账。", named, r.originalID)
	case r.subject != "" && said.Principal != "" && sameName(r.subject) != sameName(said.Principal):
		return ErrGrantSubject.Say("公众号%s在微信上的认证主体是“%s”，台账登记的认证主体是“%s”，两者不一致，没有绑定。请核对：台账有误的先修改台账，主体不对的先在微信办理变更，再扫码授权。",
			named, said.Principal, r.subject)
	}
	return nil
}

// sameName makes names alike that differ in white space and the width of brackets only.
func sameName(name string) string { return strings.Join(strings.Fields(width.Fold.String(name)), "") }

// Finish trades the code that a person came back with for the account's grant, compares whose it is with the register, and
// binds the account for the actor. A grant of another account is not kept. Errors: ErrGrantRefused, ErrGrantWrong,
// ErrGrantSubject, ErrGrantLacking, ErrGrantTaken, or those of accounts.SetCredentials.
func (c *Channel) Finish(ctx context.Context, actor units.Actor, account accounts.Account, code string) (Binding, error) {
	if c.component == nil {
		return Binding{}, ErrComponentUnset
	}
	registered, err := c.registered(ctx, account)
	if err != nil {
		return Binding{}, err
	}
	given, said, err := c.grantedBy(ctx, code)
	if err != nil {
		return Binding{}, refusedGrant(err)
	}
	if err := registered.fits(said); err != nil {
		return Binding{}, err
	}
	now := c.db.Now()
	grant := Grant{AccountID: account.ID, Component: c.component.AppID, AppID: said.AppID, State: GrantOK, AuthorisedAt: now,
		AuthorisedBy: actor.PersonID, CheckedAt: now, NextCheckAt: now.Add(grantEvery)}
	grant.tell(said)
	if names := grant.lacking(); len(names) > 0 {
		return Binding{}, ErrGrantLacking.Say("公众号“%s”授权时没有勾选%s，不能发布，没有绑定。请重新点“扫码授权”，在微信的授权页勾选全部权限。", said.Nickname, strings.Join(names, "、"))
	}
	if err := grant.sealRefresh(c.component.Keys, given.Refresh); err != nil {
		return Binding{}, fmt.Errorf("seal a refresh token: %w", err)
	}
	if err := c.db.InTx(ctx, func(tx *sql.DB) error { return c.keepGrant(ctx, tx, actor, account, grant) }); err != nil {
		return Binding{}, fmt.Errorf("bind account %s: %w", account.ID, err)
	}
	return Binding{Way: WayComponent, Offered: true, Grant: &grant, Sets: grant.Sets(), Alarm: grant.Alarm(), Warning: grant.warning(account)}, nil
}

// grantedBy trades a code, and asks whose it is.
func (c *Channel) grantedBy(ctx context.Context, code string) (granted, authorizerInfo, error) {
	var answer struct {
		Granted granted `json:"authorization_info"`
	}
	if err := c.askComponent(ctx, pathQueryAuth, map[string]string{"authorization_code": code}, &answer, code); err != nil {
		return granted{}, authorizerInfo{}, err
	}
	given := answer.Granted
	if given.AppID == "" || len(given.AppID) > 64 || given.Refresh == "" || len(given.Refresh) > 1000 {
		return granted{}, authorizerInfo{}, garbled(request{path: pathQueryAuth}, "bad_answer", []byte("no authorizer_appid or authorizer_refresh_token"))
	}
	said, err := c.authorizer(ctx, given.AppID)
	if err != nil {
		return granted{}, authorizerInfo{}, err
	}
	if sets := given.permissions(); len(sets) > 0 {
		said.Permissions = sets
	}
	return given, said, nil
}

// keepGrant binds the account: credentials, grant and the end of whatever token there was, together.
func (c *Channel) keepGrant(ctx context.Context, tx *sql.DB, actor units.Actor, account accounts.Account, grant Grant) error {
	other, err := sql.Get[Grant](ctx, tx, "wechat_grant.of_app", sql.Args{"app_id": grant.AppID})
	switch {
	case err == nil && other.AccountID != account.ID:
		return ErrGrantTaken
	case err != nil && !errors.Is(err, sql.ErrNone):
		return err
	}
	credentials := accounts.Credentials{credentialComponent: grant.Component, credentialAuthorizer: grant.AppID}
	if _, err := accounts.SetCredentials(ctx, tx, c.component.Keys, actor, account.ID, account.Version, credentials); err != nil {
		return err
	}
	if err := Forget(ctx, tx, account.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "wechat_grant.insert", grant); err != nil {
		if sql.IsDuplicate(err) {
			return ErrGrantTaken
		}
		return err
	}
	return channels.ForgetToken(ctx, tx, account.ID)
}

// Unbind ends what an account granted, here: WeChat knows no call for it, so the account's administrator has to take it
// back there. The actor names the version it saw. Errors: those of accounts.SetCredentials.
func (c *Channel) Unbind(ctx context.Context, keys *accounts.Keyring, actor units.Actor, accountID string, version int64) error {
	return c.db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := accounts.SetCredentials(ctx, tx, keys, actor, accountID, version, nil); err != nil {
			return err
		}
		if err := Forget(ctx, tx, accountID); err != nil {
			return err
		}
		return channels.ForgetToken(ctx, tx, accountID)
	})
}

// Forget removes an account's grant: it was bound another way, or not at all.
func Forget(ctx context.Context, db *sql.DB, accountID string) error {
	if _, err := db.Exec(ctx, "wechat_grant.delete", sql.Args{"account_id": accountID}); err != nil {
		return fmt.Errorf("forget the grant of account %s: %w", accountID, err)
	}
	return nil
}

// refusedGrant gives what WeChat refused while a person stands there the person's words.
func refusedGrant(err error) error {
	p := channels.AsPlatformError(err)
	if p == nil {
		return err
	}
	return ErrGrantRefused.Because(p).Say("微信没有给出授权，账号没有任何变化，请处理后重新扫码。原因：%s", p.Advice)
}
