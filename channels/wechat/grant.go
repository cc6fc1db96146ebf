package wechat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// The credentials of an account that a third-party platform acts for. Neither is a secret: they say which way it is bound.
const (
	credentialComponent  = "component"        // app id of the platform
	credentialAuthorizer = "authorizer_appid" // app id of the account, as WeChat says
)

// GrantState is how a grant stood when it was last looked at.
type GrantState string

// The states of a grant.
const (
	GrantOK      GrantState = "ok"
	GrantRevoked GrantState = "revoked" // the account's administrator took it back
	GrantLost    GrantState = "lost"    // WeChat does not take the refresh token any more
	GrantUnread  GrantState = "unread"  // WeChat could not be asked; nothing is known to be wrong
)

// Grant is what an account granted the third-party platform.
type Grant struct {
	AccountID    string     `json:"account_id"`
	Component    string     `json:"component"`
	AppID        string     `json:"app_id"`
	OriginalID   string     `json:"original_id"`
	Nickname     string     `json:"nickname"`
	Principal    string     `json:"principal"`    // the subject that WeChat certified
	ServiceType  int64      `json:"service_type"` // 0 and 1 subscription account, 2 service account
	VerifyType   int64      `json:"verify_type"`  // -1 not certified
	Permissions  string     `json:"-"`            // numbers by commas
	Refresh      string     `json:"-"`            // sealed
	RefreshKey   string     `json:"-"`
	State        GrantState `json:"state"`
	Code         string     `json:"code"` // of the refusal; empty for none
	AuthorisedAt sql.Time   `json:"authorised_at"`
	AuthorisedBy string     `json:"-"`
	EventAt      sql.Time   `json:"-"`
	CheckedAt    sql.Time   `json:"checked_at"`
	NextCheckAt  sql.Time   `json:"-"`
}

// PermissionSet is one of WeChat's sets of permissions, and what it is needed for here.
type PermissionSet struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Granted bool   `json:"granted"`
	Needed  bool   `json:"needed"` // without it nothing can be published
	For     string `json:"for"`    // Chinese: what the program does with it
}

// The sets that the program calls on. Names and numbers are those of WeChat's page of permission sets; which one each
// interface belongs to is told per interface there, and an answer 61007 is what settles it.
var permissionSets = []PermissionSet{
	{ID: 7, Name: "群发与通知权限", Needed: true, For: "发布、群发、删除文章"},
	{ID: 11, Name: "素材管理权限", Needed: true, For: "上传图片和封面、管理草稿"},
	{ID: 1, Name: "消息管理权限", For: "接收发布结果通知、留言"},
	{ID: 2, Name: "用户管理权限", For: "粉丝数统计"},
	{ID: 3, Name: "帐号服务权限", For: "读取认证到期日等账号信息"},
}

// Sets returns the permission sets that matter here, each with whether it is granted.
func (g Grant) Sets() []PermissionSet {
	granted := strings.Split(g.Permissions, ",")
	sets := slices.Clone(permissionSets)
	for i := range sets {
		sets[i].Granted = slices.Contains(granted, strconv.FormatInt(sets[i].ID, 10))
	}
	return sets
}

// lacking returns the names of needed sets that are not granted.
func (g Grant) lacking() []string {
	names := []string{}
	for _, set := range g.Sets() {
		if set.Needed && !set.Granted {
			names = append(names, "“"+set.Name+"”")
		}
	}
	return names
}

// GrantAlarm is what people must do about a grant.
type GrantAlarm struct {
	Level    string `json:"level"`    // revoked, lost, lacking; empty for none
	Sentence string `json:"sentence"` // Chinese: what happened, what stands still, and the steps that mend it
}

// grantSteps are the steps that mend a grant, whatever it was.
const grantSteps = "请账号管理人在账号页点“扫码授权”，由公众号管理员用微信扫码、勾选全部权限并确认；完成后到投递页重试停下的稿件。"

// Alarm returns what people must know of a grant; an empty Level when nothing.
func (g Grant) Alarm() GrantAlarm {
	switch g.State {
	case GrantRevoked:
		return GrantAlarm{"revoked", "公众号管理员已在微信里取消对第三方平台的授权，发布、撤稿和读取都已停止。" + grantSteps}
	case GrantLost:
		return GrantAlarm{"lost", "微信不再接受这个账号的刷新凭证（" + g.Code + "），发布、撤稿和读取都已停止。" + grantSteps}
	}
	if names := g.lacking(); len(names) > 0 {
		return GrantAlarm{"lacking", "公众号没有授予" + strings.Join(names, "、") + "，不能发布。" + grantSteps}
	}
	return GrantAlarm{}
}

// GrantOf returns what an account granted; false when it granted nothing.
func GrantOf(ctx context.Context, db *sql.DB, accountID string) (Grant, bool, error) {
	g, err := sql.Get[Grant](ctx, db, "wechat_grant.get", sql.Args{"account_id": accountID})
	if errors.Is(err, sql.ErrNone) {
		return Grant{}, false, nil
	}
	if err != nil {
		return Grant{}, false, fmt.Errorf("read the grant of account %s: %w", accountID, err)
	}
	return g, true, nil
}

// refreshContext ties a sealed refresh token to its account.
func refreshContext(accountID string) string { return "wechat.grant:" + accountID }

// sealRefresh puts a refresh token into the grant.
func (g *Grant) sealRefresh(keys *accounts.Keyring, token string) error {
	var err error
	g.Refresh, g.RefreshKey, err = keys.Seal([]byte(token), refreshContext(g.AccountID))
	return err
}

// ResealGrants seals all refresh tokens anew that another key than the present first one sealed, and returns how many, like
// accounts.Reseal. It may run twice and beside everything else.
func ResealGrants(ctx context.Context, db *sql.DB, keys *accounts.Keyring) (int, error) {
	type sealed struct{ AccountID, Refresh, RefreshKey string }
	rows, err := sql.List[sealed](ctx, db, "wechat_grant.sealed_otherwise", sql.Args{"key": keys.Current()})
	if err != nil {
		return 0, fmt.Errorf("list the sealed refresh tokens: %w", err)
	}
	done := 0
	for _, row := range rows {
		plain, err := keys.Open(row.Refresh, row.RefreshKey, refreshContext(row.AccountID))
		if err != nil {
			return done, fmt.Errorf("reseal the refresh token of account %s: %w", row.AccountID, err)
		}
		fresh := Grant{AccountID: row.AccountID}
		if err := fresh.sealRefresh(keys, string(plain)); err != nil {
			return done, fmt.Errorf("reseal the refresh token of account %s: %w", row.AccountID, err)
		}
		mine, err := db.ExecOne(ctx, "wechat_grant.refreshed", sql.Args{"account_id": row.AccountID, "old": row.Refresh,
			"refresh": fresh.Refresh, "refresh_key": fresh.RefreshKey})
		if err != nil {
			return done, fmt.Errorf("reseal the refresh token of account %s: %w", row.AccountID, err)
		}
		if mine { // otherwise WeChat gave another meanwhile
			done++
		}
	}
	return done, nil
}

// grantFetch bounds the calls of one token: shorter than the lease under which it is fetched.
const grantFetch = 35 * time.Second

// authorizerFetcher asks WeChat for the token of an account by the refresh token that it granted.
func (c *Channel) authorizerFetcher(who party) channels.FetchToken {
	return func(ctx context.Context, _ bool) (string, time.Duration, error) {
		ctx, cancel := context.WithTimeout(ctx, grantFetch)
		defer cancel()
		grant, err := c.grantFor(ctx, who)
		if err != nil {
			return "", 0, err
		}
		token, life, err := c.tokenByGrant(ctx, grant)
		if state := stateAfter(err); state != "" {
			err = errors.Join(err, c.stand(ctx, grant, state, codeOf(err)))
		} else if err == nil && grant.State != GrantOK {
			err = c.stand(ctx, grant, GrantOK, "")
		}
		return token, life, err
	}
}

// grantFor returns the grant under which an account's token may be asked for; a PlatformError of class Permission where
// there is none.
func (c *Channel) grantFor(ctx context.Context, who party) (Grant, error) {
	if c.component == nil || c.component.AppID != who.component {
		return Grant{}, &channels.PlatformError{Code: "component", Class: channels.Permission, Text: "the account granted another third-party platform",
			Advice: "这个账号是扫码授权给另一个第三方平台的，本系统现在没有设置那个平台。请系统管理员核对 GOVMEDIA_WECHAT_COMPONENT_APPID，或在账号页重新扫码授权后再试。"}
	}
	grant, found, err := GrantOf(ctx, c.db, who.accountID)
	if err != nil {
		return Grant{}, err
	}
	if !found || grant.Component != c.component.AppID || grant.AppID != who.appID {
		return Grant{}, &channels.PlatformError{Code: "not_granted", Class: channels.Permission, Text: "no grant of this account is kept",
			Advice: "没有找到这个账号的扫码授权记录，发布已停止。" + grantSteps}
	}
	if grant.State == GrantRevoked {
		p := known("61003", "the grant was withdrawn", c.db.Now())
		return Grant{}, p
	}
	return grant, nil
}

// stateAfter is how a grant stands after a call that failed so; empty when that says nothing about it.
func stateAfter(err error) GrantState {
	switch {
	case hasCode(err, "61003"):
		return GrantRevoked
	case hasCode(err, "61023"):
		return GrantLost
	}
	return ""
}

func codeOf(err error) string {
	if p := channels.AsPlatformError(err); p != nil {
		return p.Code
	}
	return ""
}

// stand keeps how a grant stands.
func (c *Channel) stand(ctx context.Context, grant Grant, state GrantState, code string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	next := grant.NextCheckAt
	if state == GrantUnread {
		next = c.db.Now().Add(time.Hour)
	}
	_, err := c.db.Exec(ctx, "wechat_grant.stand", sql.Args{"account_id": grant.AccountID, "authorised_at": grant.AuthorisedAt,
		"state": state, "code": code, "next_check_at": next})
	return err
}

// tokenByGrant trades the refresh token for an access token. A refresh token that cannot be opened, or that WeChat refuses,
// is asked for once more: WeChat tells the present one with the account's information.
func (c *Channel) tokenByGrant(ctx context.Context, grant Grant) (string, time.Duration, error) {
	refresh, err := c.component.Keys.Open(grant.Refresh, grant.RefreshKey, refreshContext(grant.AccountID))
	if err == nil {
		var token string
		var life time.Duration
		if token, life, err = c.refreshed(ctx, grant, string(refresh)); !hasCode(err, "61023") {
			return token, life, err
		}
	}
	said, tellErr := c.authorizer(ctx, grant.AppID)
	if tellErr != nil {
		return "", 0, tellErr
	}
	if said.Refresh == "" || said.Refresh == string(refresh) {
		if channels.AsPlatformError(err) == nil { // ours did not open
			err = known("61023", "the refresh token kept here cannot be opened, and WeChat does not tell it", c.db.Now())
		}
		return "", 0, err
	}
	return c.refreshed(ctx, grant, said.Refresh)
}

// refreshed asks for an access token and keeps the refresh token that comes with it.
func (c *Channel) refreshed(ctx context.Context, grant Grant, refresh string) (string, time.Duration, error) {
	var answer struct {
		Token   string    `json:"authorizer_access_token"`
		Seconds looseText `json:"expires_in"`
		Refresh string    `json:"authorizer_refresh_token"`
	}
	err := c.askComponent(ctx, pathAuthorizerToken, map[string]string{"authorizer_appid": grant.AppID, "authorizer_refresh_token": refresh}, &answer, refresh)
	if err != nil {
		return "", 0, err
	}
	token, life, err := lived(request{path: pathAuthorizerToken}, answer.Token, answer.Seconds)
	if err != nil {
		return "", 0, err
	}
	return token, life, c.keepRefresh(ctx, grant, refresh, answer.Refresh)
}

// keepRefresh keeps the refresh token to use next: the one that came, or the one that worked.
func (c *Channel) keepRefresh(ctx context.Context, grant Grant, used, came string) error {
	present, err := c.component.Keys.Open(grant.Refresh, grant.RefreshKey, refreshContext(grant.AccountID))
	next := orDefault(came, used)
	if err == nil && string(present) == next {
		return nil
	}
	fresh := Grant{AccountID: grant.AccountID}
	if err := fresh.sealRefresh(c.component.Keys, next); err != nil {
		return fmt.Errorf("seal a refresh token: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err = c.db.Exec(ctx, "wechat_grant.refreshed", sql.Args{"account_id": grant.AccountID, "old": grant.Refresh,
		"refresh": fresh.Refresh, "refresh_key": fresh.RefreshKey})
	if err != nil {
		return fmt.Errorf("keep the refresh token of account %s: %w", grant.AccountID, err)
	}
	return nil
}

// authorizerInfo is what WeChat says of an account that granted the platform.
type authorizerInfo struct {
	AppID       string
	OriginalID  string
	Nickname    string
	Principal   string
	ServiceType int64
	VerifyType  int64
	Permissions []string
	Refresh     string
}

// numbered is an object {"id": n}, which WeChat's answers are full of.
type numbered struct {
	ID looseNumber `json:"id"`
}

// looseNumber is a number that may come as text; anything else leaves it as it is.
type looseNumber int64

// UnmarshalJSON reads both forms.
func (n *looseNumber) UnmarshalJSON(raw []byte) error {
	if number, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64); err == nil {
		*n = looseNumber(number)
	}
	return nil
}

// granted is the part of an answer that says what was granted.
type granted struct {
	AppID   string `json:"authorizer_appid"`
	Refresh string `json:"authorizer_refresh_token"`
	Sets    []struct {
		Category numbered `json:"funcscope_category"`
	} `json:"func_info"`
}

func (g granted) permissions() []string {
	list := []string{}
	for _, set := range g.Sets {
		if id := int64(set.Category.ID); id > 0 && id < 10_000 && len(list) < 100 {
			list = append(list, strconv.FormatInt(id, 10))
		}
	}
	return list
}

// authorizer asks WeChat about an account that granted the platform.
func (c *Channel) authorizer(ctx context.Context, appID string) (authorizerInfo, error) {
	var answer struct {
		Info struct {
			Nickname  string   `json:"nick_name"`
			User      string   `json:"user_name"`
			Principal string   `json:"principal_name"`
			Service   numbered `json:"service_type_info"`
			Verify    numbered `json:"verify_type_info"`
		} `json:"authorizer_info"`
		Granted granted `json:"authorization_info"`
	}
	if err := c.askComponent(ctx, pathAuthorizerInfo, map[string]string{"authorizer_appid": appID}, &answer); err != nil {
		return authorizerInfo{}, err
	}
	if answer.Info.User == "" {
		return authorizerInfo{}, garbled(request{path: pathAuthorizerInfo}, "bad_answer", []byte("no user_name"))
	}
	return authorizerInfo{AppID: appID, OriginalID: fit(answer.Info.User, 64), Nickname: fit(answer.Info.Nickname, 120),
		Principal: fit(answer.Info.Principal, 255), ServiceType: int64(answer.Info.Service.ID), VerifyType: int64(answer.Info.Verify.ID),
		Permissions: answer.Granted.permissions(), Refresh: answer.Granted.Refresh}, nil
}

// fit makes a text of WeChat's fit its column.
func fit(text string, runes int) string {
	return firstRunes(oneLine(strings.ToValidUTF8(text, "")), runes)
}

// tell puts what WeChat says into the grant.
func (g *Grant) tell(said authorizerInfo) {
	g.OriginalID, g.Nickname, g.Principal = said.OriginalID, said.Nickname, said.Principal
	g.ServiceType, g.VerifyType, g.Permissions = said.ServiceType, said.VerifyType, strings.Join(said.Permissions, ",")
}

// grantEvery is how often WeChat is asked about a grant of which there is no news.
const grantEvery = 24 * time.Hour

// CheckGrant asks WeChat how an account's grant stands and keeps the answer. What WeChat refuses is in the grant's state,
// no error. Error: wechat.component_unset, or the database's.
func (c *Channel) CheckGrant(ctx context.Context, grant Grant) (Grant, error) {
	if c.component == nil || c.component.AppID != grant.Component {
		return grant, ErrComponentUnset
	}
	said, err := c.authorizer(ctx, grant.AppID)
	now := c.db.Now()
	switch state := stateAfter(err); {
	case err != nil && channels.AsPlatformError(err) == nil:
		return grant, fmt.Errorf("check the grant of account %s: %w", grant.AccountID, err)
	case state != "":
		grant.State, grant.Code, grant.CheckedAt, grant.NextCheckAt = state, codeOf(err), now, now.Add(grantEvery)
		_, err = c.db.Exec(ctx, "wechat_grant.checked", grant)
		return grant, err
	case err != nil:
		if grant.State == GrantOK || grant.State == GrantUnread {
			grant.State, grant.Code = GrantUnread, codeOf(err)
		}
		grant.NextCheckAt = now.Add(time.Hour)
		_, err = c.db.Exec(ctx, "wechat_grant.checked", grant)
		return grant, err
	}
	return c.checked(ctx, grant, said)
}

// checked keeps what WeChat says of a grant that holds.
func (c *Channel) checked(ctx context.Context, grant Grant, said authorizerInfo) (Grant, error) {
	before, now := grant.State, c.db.Now()
	grant.tell(said)
	grant.CheckedAt, grant.NextCheckAt = now, now.Add(grantEvery)
	if said.Refresh != "" {
		if err := c.keepRefresh(ctx, grant, said.Refresh, ""); err != nil {
			return grant, err
		}
	}
	if before != GrantLost || said.Refresh != "" {
		grant.State, grant.Code = GrantOK, ""
	}
	if _, err := c.db.Exec(ctx, "wechat_grant.checked", grant); err != nil {
		return grant, fmt.Errorf("keep the check of account %s: %w", grant.AccountID, err)
	}
	if before == grant.State || before == GrantUnread {
		return grant, nil
	}
	return grant, channels.ForgetToken(ctx, c.db, grant.AccountID) // it may be blocked for what is over now
}

// grantBatch is how many grants one round looks at.
const grantBatch = 50

// CheckGrantsDue asks WeChat about the grants of which there is news, and about each once a day, and returns how many. It is
// a chore: it may be cut off and run beside itself.
func (c *Channel) CheckGrantsDue(ctx context.Context) (int, error) {
	if c.component == nil {
		return 0, nil
	}
	ids, err := sql.List[string](ctx, c.db, "wechat_grant.due", sql.Args{"now": c.db.Now(), "limit": grantBatch})
	if err != nil {
		return 0, fmt.Errorf("list the grants to check: %w", err)
	}
	done := 0
	for _, id := range ids {
		now := c.db.Now()
		mine, err := c.db.ExecOne(ctx, "wechat_grant.claim", sql.Args{"account_id": id, "now": now, "next_check_at": now.Add(time.Hour)})
		if err != nil {
			return done, fmt.Errorf("claim the grant of account %s: %w", id, err)
		}
		grant, found, err := GrantOf(ctx, c.db, id)
		if err != nil {
			return done, err
		}
		if !mine || !found {
			continue
		}
		if _, err := c.CheckGrant(ctx, grant); err != nil && !errors.Is(err, ErrComponentUnset) {
			return done, err
		}
		done++
	}
	return done, nil
}

// grantAlarms returns the grants that ended, that WeChat does not take any more, or that do not let anything be published.
func grantAlarms(ctx context.Context, db *sql.DB, args sql.Args) ([]channels.AccountAlarm, error) {
	rows, err := sql.List[struct {
		Grant
		AccountName, UnitID, UnitName string
	}](ctx, db, "wechat_grant.alarms", args)
	if err != nil {
		return nil, fmt.Errorf("list the grants that ended: %w", err)
	}
	list := []channels.AccountAlarm{}
	for _, row := range rows {
		if alarm := row.Alarm(); alarm.Level != "" {
			list = append(list, channels.AccountAlarm{AccountID: row.AccountID, AccountName: row.AccountName, UnitID: row.UnitID, UnitName: row.UnitName,
				Platform: accounts.WeChat, Kind: channels.AlarmAuthorisation, Level: channels.Bad, Code: row.Code, Sentence: alarm.Sentence})
		}
	}
	return list, nil
}
