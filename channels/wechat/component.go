package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// The paths of a third-party platform. They take component_access_token in place of access_token.
const (
	pathComponentToken  = "/cgi-bin/component/api_component_token"
	pathPreAuthCode     = "/cgi-bin/component/api_create_preauthcode"
	pathQueryAuth       = "/cgi-bin/component/api_query_auth"
	pathAuthorizerToken = "/cgi-bin/component/api_authorizer_token"
	pathAuthorizerInfo  = "/cgi-bin/component/api_get_authorizer_info"
)

// Where WeChat asks an account's administrator whether a platform may act for it.
const (
	DefaultPageBase   = "https://mp.weixin.qq.com"           // on a computer: a code to scan
	DefaultMobilePage = "https://open.weixin.qq.com/wxaopen" // on a telephone, within WeChat
)

// ticketLife is how long a component_verify_ticket can be traded for a token. WeChat pushes one every ten minutes.
const ticketLife = 12 * time.Hour

// Component is the third-party platform (开放平台的第三方平台) that acts for accounts which granted it. AppID to Keys are
// required; the bases have defaults.
type Component struct {
	AppID      string
	Secret     string
	Token      string // 消息校验 Token
	AESKey     string // 消息加解密 Key, the console's 43 characters
	PageBase   string // DefaultPageBase, or a stand-in's
	MobileBase string // DefaultMobilePage, or a stand-in's
	Keys       *accounts.Keyring
}

// Check says what is missing or malformed, by the names of the fields; nil when nothing is. It never quotes a secret.
func (c Component) Check() error {
	for name, value := range map[string]string{"AppID": c.AppID, "Secret": c.Secret, "Token": c.Token} {
		if strings.TrimSpace(value) == "" {
			return fmt.Errorf("wechat: the third-party platform has no %s", name)
		}
	}
	if _, err := keysOf(accounts.Credentials{"callback_token": c.Token, "encoding_aes_key": c.AESKey}); err != nil {
		return errors.New("wechat: the third-party platform's AESKey is not 43 characters of base64")
	}
	for _, base := range []string{orDefault(c.PageBase, DefaultPageBase), orDefault(c.MobileBase, DefaultMobilePage)} {
		if u, err := url.Parse(base); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("wechat: the base of WeChat's pages %q is not of the form https://host", base)
		}
	}
	return nil
}

// component is the platform as the adapter uses it.
type component struct {
	Component
	keys    keys
	tokenID string // names its token among those of the accounts
}

func newComponent(given *Component) (*component, error) {
	if given == nil {
		return nil, nil
	}
	if given.Keys == nil {
		return nil, errors.New("wechat: the third-party platform needs the keys that seal")
	}
	if err := given.Check(); err != nil {
		return nil, err
	}
	c := &component{Component: *given}
	c.PageBase = strings.TrimRight(orDefault(c.PageBase, DefaultPageBase), "/")
	c.MobileBase = strings.TrimRight(orDefault(c.MobileBase, DefaultMobilePage), "/")
	c.keys, _ = keysOf(accounts.Credentials{"callback_token": c.Token, "encoding_aes_key": c.AESKey}) // checked above
	sum := sha256.Sum256([]byte(c.AppID))
	c.tokenID = "wc" + hex.EncodeToString(sum[:7]) // as long as an account's id
	return c, nil
}

// Acts reports whether the server has a third-party platform, so that accounts can be bound by scanning a code.
func (c *Channel) Acts() bool { return c.component != nil }

// ticketRow is a row of wechat_tickets.
type ticketRow struct {
	Component  string
	Ticket     string
	TicketKey  string
	IssuedAt   sql.Time
	ReceivedAt sql.Time
}

func (t ticketRow) context() string { return "wechat.ticket:" + t.Component }

// ticket returns the newest ticket and when it came; empty and 0 when none did or none can be opened.
func (c *Channel) ticket(ctx context.Context) (string, sql.Time, error) {
	row, err := sql.Get[ticketRow](ctx, c.db, "wechat_ticket.get", sql.Args{"component": c.component.AppID})
	if errors.Is(err, sql.ErrNone) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, fmt.Errorf("read the ticket of the third-party platform: %w", err)
	}
	plain, err := c.component.Keys.Open(row.Ticket, row.TicketKey, row.context())
	if err != nil {
		return "", 0, nil //nolint:nilerr // a key that is gone: the next ticket is minutes away
	}
	return string(plain), row.ReceivedAt, nil
}

// keepTicket seals a ticket in place of one that was issued before it.
func (c *Channel) keepTicket(ctx context.Context, tx *sql.DB, ticket string, issued sql.Time) error {
	row := ticketRow{Component: c.component.AppID, IssuedAt: issued, ReceivedAt: tx.Now()}
	var err error
	if row.Ticket, row.TicketKey, err = c.component.Keys.Seal([]byte(ticket), row.context()); err != nil {
		return err
	}
	renewed, err := tx.ExecOne(ctx, "wechat_ticket.renew", row)
	if err != nil || renewed {
		return err
	}
	if _, err = tx.Exec(ctx, "wechat_ticket.insert", row); sql.IsDuplicate(err) {
		return nil // a newer one is there
	}
	return err
}

// componentToken returns the platform's own token, which all nodes share.
func (c *Channel) componentToken(ctx context.Context) (channels.Token, error) {
	token, err := c.tokens.Get(ctx, c.component.tokenID, c.fetchComponentToken)
	return token, atComponent(c.unblocked(err))
}

// fetchComponentToken trades the newest ticket for a token.
func (c *Channel) fetchComponentToken(ctx context.Context, _ bool) (string, time.Duration, error) {
	ticket, came, err := c.ticket(ctx)
	if err != nil {
		return "", 0, err
	}
	if ticket == "" || c.db.Now().Sub(came) > ticketLife {
		return "", 0, noTicket()
	}
	body, err := encodeJSON(map[string]string{"component_appid": c.component.AppID, "component_appsecret": c.component.Secret, "component_verify_ticket": ticket})
	if err != nil {
		return "", 0, fmt.Errorf("encode the token request of the third-party platform: %w", err)
	}
	var answer struct {
		Token   string    `json:"component_access_token"`
		Seconds looseText `json:"expires_in"`
	}
	r := request{path: pathComponentToken, body: body, contentType: jsonType, secrets: []string{c.component.Secret, ticket}}
	if err := c.once(ctx, r, "", &answer); err != nil {
		return "", 0, atComponent(err)
	}
	return lived(r, answer.Token, answer.Seconds)
}

// lived checks a token and its life in seconds.
func lived(r request, token string, seconds looseText) (string, time.Duration, error) {
	life := time.Duration(min(numberOf(string(seconds)), int64(24*time.Hour/time.Second))) * time.Second
	if token == "" || life <= 0 {
		return "", 0, garbled(r, "bad_answer", []byte("no token or expires_in"))
	}
	return token, life, nil
}

// noTicket waits for WeChat: there is nothing that anybody in the office could do about it before ten minutes have passed.
func noTicket() error {
	return &channels.PlatformError{Code: "no_ticket", Class: channels.Retry, After: 10 * time.Minute, Text: "no component_verify_ticket within its life",
		Advice: "还没有收到微信推送给第三方平台的验证票据（每 10 分钟推送一次），稍后自动重试。持续收不到请系统管理员核对开放平台填写的“授权事件接收 URL”，并确认本系统能从公网访问。"}
}

// askComponent makes a call in the platform's own name. A refused token is renewed and the call repeated once.
func (c *Channel) askComponent(ctx context.Context, path string, in map[string]string, out any, secrets ...string) error {
	in["component_appid"] = c.component.AppID
	body, err := encodeJSON(in)
	if err != nil {
		return fmt.Errorf("encode the body of %s: %w", path, err)
	}
	r := request{path: path, body: body, contentType: jsonType, tokenName: "component_access_token", secrets: secrets}
	token, err := c.componentToken(ctx)
	if err != nil {
		return err
	}
	if err = c.once(ctx, r, token.Value, out); !isTokenError(err) {
		return atComponent(err)
	}
	if err := c.tokens.Drop(ctx, c.component.tokenID, token); err != nil {
		return err
	}
	if token, err = c.componentToken(ctx); err != nil {
		return err
	}
	return atComponent(c.once(ctx, r, token.Value, out))
}

// platformCodes say, of the token of an account that granted the platform, that something is wrong with the platform itself.
var platformCodes = []string{"40013", "40125", "41004", "61011", "40164"}

// componentRules is what codes mean when they answer the platform itself, where that is not what they mean to an account.
var componentRules = map[string]rule{
	"40013": componentUnknown, "40125": componentUnknown, "61011": componentUnknown, "41004": componentUnknown,
	"40001": componentTokens, "40014": componentTokens, "42001": componentTokens, "41001": componentTokens,
	"40164": {class: channels.Permission, sentence: "服务器出口 IP（{ip}）没有加入第三方平台的白名单，请系统管理员在微信开放平台的第三方平台“开发资料”里添加，生效后重试。"},
	"45009": {class: channels.Quota, wait: wait{tomorrow: true}, sentence: "今日第三方平台的调用次数已用完，任务顺延至次日。"},
}

var (
	componentUnknown = rule{class: channels.Permission, sentence: "服务器上设置的第三方平台 AppID 或 AppSecret 不正确，扫码授权的账号都不能发布。" +
		"请系统管理员核对 GOVMEDIA_WECHAT_COMPONENT_… 各项并重新启动，约 10 分钟后重试。"}
	componentTokens = rule{class: channels.Retry, wait: wait{base: time.Minute}, sentence: "第三方平台的接口凭证失效，稍后自动重试。持续出现请系统管理员检查是否有其他系统也在使用这个第三方平台。"}
)

// atComponent gives an error of a call in the platform's own name the words for those who run the server.
func atComponent(err error) error {
	p := channels.AsPlatformError(err)
	if p == nil {
		return err
	}
	line, ok := componentRules[p.Code]
	if !ok {
		return err
	}
	told := *p
	told.Class = line.class
	if !line.wait.tomorrow {
		told.After = line.wait.base
	}
	told.Advice = withCode(strings.NewReplacer("{ip}", callerIP(p.Text)).Replace(line.sentence), p.Code, p.Text)
	return told.Because(errors.Unwrap(p))
}
