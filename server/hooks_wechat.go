package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/wechat"
	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

// errNoWeChat is what an account that is not on WeChat is answered.
var errNoWeChat = fault.Define("wechat.not_wechat", fault.NotFound, "这个账号不是微信公众号，没有公众号接口可看。请回到账号页核对平台。")

// callbackAnswer is how long a callback may take: WeChat gives five seconds and then sends it again.
const callbackAnswer = 4 * time.Second

// weChatRoutes are the routes that WeChat calls, and those that only its accounts need.
func (s *server) weChatRoutes() {
	s.addPlain(anyone, "GET /callbacks/wechat/:account", s.greetWeChat)
	s.addPlain(anyone, "POST /callbacks/wechat/:account", s.hearWeChat)
	add(s, units.ReadDeliveries, "GET /api/deliveries/{id}/mass", "get-mass", "群发的用量和决定", s.getMass)
	add(s, units.ActDeliveries, "POST /api/deliveries/{id}/mass", "decide-mass", "确认群发", s.decideMass)
	add(s, units.ReadAccounts, "GET /api/accounts/{id}/wechat", "get-wechat", "公众号接口设置", s.getWeChat)
	add(s, units.ReadAccounts, "GET /api/accounts/{id}/health", "get-account-health", "账号在平台的状况", s.getHealth)
}

// weChat returns the adapter and the account that a callback is for. Whoever calls is not known yet, so an account that is
// not there and one of another platform look the same.
func (s *server) weChat(ctx context.Context, id string) (*wechat.Channel, accounts.Account, accounts.Credentials, error) {
	channel, ok := s.out.Channels[accounts.WeChat].(*wechat.Channel)
	if !ok {
		return nil, accounts.Account{}, nil, wechat.ErrCallbackUnset
	}
	account, err := accounts.Load(ctx, s.db, id)
	if err != nil || account.Platform != accounts.WeChat {
		if err == nil || errors.Is(err, accounts.ErrNotFound) {
			err = wechat.ErrCallbackUnset
		}
		return nil, accounts.Account{}, nil, err
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	return channel, account, credentials, err
}

// greetWeChat answers the test that WeChat makes when the callback address is entered in its console.
func (s *server) greetWeChat(c echo.Context) error {
	channel, _, credentials, err := s.weChat(c.Request().Context(), c.Param("account"))
	if err != nil {
		return err
	}
	text, err := channel.Greet(credentials, c.QueryParams())
	if err != nil {
		return err
	}
	return c.String(http.StatusOK, text)
}

// hearWeChat takes a callback: checked, kept, answered. What it means is worked out afterwards by the chore "callbacks".
func (s *server) hearWeChat(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), callbackAnswer)
	defer cancel()
	channel, account, credentials, err := s.weChat(ctx, c.Param("account"))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, c.Request().Body, wechat.MaxCallback))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return wechat.ErrCallbackTooLarge
	}
	if err != nil {
		return wechat.ErrCallbackInvalid.Because(err)
	}
	if err := channel.Receive(ctx, account, credentials, c.QueryParams(), body); err != nil {
		return err
	}
	return c.String(http.StatusOK, "success")
}

// workOnCallbacks is the chore that does what callbacks said.
func (s *server) workOnCallbacks(ctx context.Context) error {
	channel, ok := s.out.Channels[accounts.WeChat].(*wechat.Channel)
	if !ok {
		return nil
	}
	done, err := channel.CallbacksDue(ctx, s.out)
	if done > 0 {
		s.worker.wake()
	}
	return err
}

func (s *server) getMass(ctx context.Context, in *ByID) (*Body[wechat.Sending], error) {
	return answer(wechat.SendingOf(ctx, s.db, actorOf(ctx), in.ID))
}

// WeChatView is how an account is set up for WeChat's interfaces. It holds no secret.
type WeChatView struct {
	CallbackURL  string    `json:"callback_url" doc:"To be entered in WeChat's console"`
	SecretSet    bool      `json:"secret_set"`
	CallbackSet  bool      `json:"callback_set" doc:"Whether both the token and the key for callbacks are there"`
	LastCallback *sql.Time `json:"last_callback" doc:"When WeChat last called back; null for never"`
}

func (s *server) getWeChat(ctx context.Context, in *ByID) (*Body[WeChatView], error) {
	account, err := accounts.Get(ctx, s.db, actorOf(ctx), in.ID)
	if err == nil && account.Platform != accounts.WeChat {
		err = errNoWeChat
	}
	if err != nil {
		return nil, err
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	if err != nil {
		return nil, err
	}
	view := WeChatView{CallbackURL: s.config.PublicBase + "/callbacks/wechat/" + account.ID, SecretSet: credentials["app_secret"] != "",
		CallbackSet: credentials["callback_token"] != "" && credentials["encoding_aes_key"] != ""}
	if wechat.Way(credentials) == wechat.WayComponent { // nothing to enter for this account: the platform hears for it
		view.CallbackURL, view.CallbackSet = s.config.PublicBase+componentMessages, true
	}
	last, err := sql.Get[sql.Time](ctx, s.db, "wechat_callback.last", sql.Args{"account_id": account.ID})
	if err == nil && last > 0 {
		view.LastCallback = last.Ptr()
	}
	return answer(view, err)
}

type decideMassInput struct {
	ByID
	Body struct {
		Choice wechat.Choice `json:"choice" enum:"mass,publish" doc:"mass：群发给全部粉丝；publish：发布，不通知"`
	}
}

func (s *server) decideMass(ctx context.Context, in *decideMassInput) (*Body[channels.View], error) {
	view, err := wechat.Decide(ctx, s.db, actorOf(ctx), in.ID, in.Body.Choice)
	if err == nil {
		s.worker.wake()
	}
	return answer(view, err)
}

// getHealth probes an account at its platform. A platform that cannot be probed is an error of code delivery.channel_missing.
func (s *server) getHealth(ctx context.Context, in *ByID) (*Body[channels.Health], error) {
	account, err := accounts.Get(ctx, s.db, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	prober, ok := s.out.Channels[account.Platform].(channels.Prober)
	if !ok || account.Mode == accounts.Manual {
		return nil, channels.ErrChannelMissing
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	if err != nil {
		return nil, err
	}
	health, err := prober.Health(ctx, account, credentials)
	if p := channels.AsPlatformError(err); p != nil {
		return answer(channels.Health{At: s.db.Now(), Quotas: []channels.QuotaUse{},
			Lines: []channels.HealthLine{{Name: "credentials", Label: "绑定", Level: channels.Bad, Code: p.Code, Sentence: p.Advice}}}, nil)
	}
	return answer(health, err)
}
