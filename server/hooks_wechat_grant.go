package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/channels/wechat"
	"govmedia/sql"
	"govmedia/units"
)

// Where WeChat calls a third-party platform, and where it sends people back to.
const (
	componentEvents   = "/callbacks/wechat-component"
	componentMessages = "/callbacks/wechat-component/$APPID$"
	grantReturn       = "/callbacks/wechat-grant"
)

// grantRoutes are the routes for accounts that are bound by scanning a code.
func (s *server) grantRoutes() {
	s.addPlain(anyone, "POST "+componentEvents, s.hearComponent)
	s.addPlain(anyone, "POST "+componentEvents+"/:appid", s.hearComponentMessage)
	s.addPlain(anyone, "GET "+grantReturn, s.grantCallback)
	add(s, units.ReadAccounts, "GET /api/accounts/{id}/wechat/grant", "get-wechat-grant", "公众号的绑定方式和授权", s.getGrant)
	add(s, units.BindAccounts, "POST /api/accounts/{id}/wechat/grant/begin", "begin-wechat-grant", "扫码授权公众号", s.beginGrant)
	add(s, units.BindAccounts, "POST /api/accounts/{id}/wechat/grant/check", "check-wechat-grant", "检测公众号授权", s.checkGrant)
	add(s, units.BindAccounts, "POST /api/accounts/{id}/wechat/grant/end", "end-wechat-grant", "解除公众号授权", s.endGrant)
}

// weChatChannel returns the channel to WeChat; every server has it.
func (s *server) weChatChannel() (*wechat.Channel, error) {
	channel, ok := s.out.Channels[accounts.WeChat].(*wechat.Channel)
	if !ok {
		return nil, wechat.ErrComponentUnset
	}
	return channel, nil
}

// componentBody reads what WeChat sends to the third-party platform, and hands it to take; the answer is WeChat's "success".
func (s *server) componentBody(c echo.Context, take func(ctx context.Context, channel *wechat.Channel, body []byte) error) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), callbackAnswer)
	defer cancel()
	channel, err := s.weChatChannel()
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
	if err := take(ctx, channel, body); err != nil {
		return err
	}
	return c.String(http.StatusOK, "success")
}

// hearComponent takes the ticket of every ten minutes, and news of grants.
func (s *server) hearComponent(c echo.Context) error {
	return s.componentBody(c, func(ctx context.Context, channel *wechat.Channel, body []byte) error {
		return channel.HearComponent(ctx, c.QueryParams(), body)
	})
}

// hearComponentMessage takes what happens at an account that granted the platform.
func (s *server) hearComponentMessage(c echo.Context) error {
	return s.componentBody(c, func(ctx context.Context, channel *wechat.Channel, body []byte) error {
		return channel.ReceiveFor(ctx, c.Param("appid"), c.QueryParams(), body)
	})
}

// GrantView is how an account is bound, with the addresses to enter on WeChat's open platform.
type GrantView struct {
	wechat.Binding
	EventURL   string `json:"event_url" doc:"授权事件接收 URL; empty where no third-party platform is set up"`
	MessageURL string `json:"message_url" doc:"消息与事件接收 URL; empty where no third-party platform is set up"`
	Domain     string `json:"domain" doc:"登录授权的发起页域名; empty where no third-party platform is set up"`
}

func (s *server) getGrant(ctx context.Context, in *ByID) (*Body[GrantView], error) {
	account, err := accounts.Get(ctx, s.db, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return s.grantView(ctx, account)
}

// grantView reads how an account is bound.
func (s *server) grantView(ctx context.Context, account accounts.Account) (*Body[GrantView], error) {
	channel, err := s.weChatChannel()
	if err != nil || account.Platform != accounts.WeChat {
		return nil, errNoWeChat
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	if err != nil {
		return nil, err
	}
	binding, err := channel.BindingOf(ctx, account, credentials)
	if err != nil {
		return nil, err
	}
	view := GrantView{Binding: binding}
	if base, err := url.Parse(s.config.PublicBase); err == nil && channel.Acts() {
		view.EventURL, view.MessageURL, view.Domain = s.config.PublicBase+componentEvents, s.config.PublicBase+componentMessages, base.Host
	}
	return answer(view, nil)
}

// grantErrand is an account that somebody may bind, with its channel.
func (s *server) grantErrand(ctx context.Context, actor units.Actor, id string) (*wechat.Channel, accounts.Account, error) {
	channel, err := s.weChatChannel()
	if err != nil {
		return nil, accounts.Account{}, err
	}
	account, err := wechat.Bindable(ctx, s.db, actor, id)
	return channel, account, err
}

func (s *server) beginGrant(ctx context.Context, in *ByID) (*Body[wechat.Pages], error) {
	channel, account, err := s.grantErrand(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return answer(channel.Begin(ctx, actorOf(ctx), account, s.config.PublicBase+grantReturn))
}

// checkGrant asks WeChat how a grant stands now.
func (s *server) checkGrant(ctx context.Context, in *ByID) (*Body[GrantView], error) {
	channel, account, err := s.grantErrand(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	grant, found, err := wechat.GrantOf(ctx, s.db, account.ID)
	if err == nil && found {
		_, err = channel.CheckGrant(ctx, grant)
	}
	if err != nil {
		return nil, err
	}
	return s.grantView(ctx, account)
}

// endGrant forgets what an account granted. At WeChat its administrator has to take it back.
func (s *server) endGrant(ctx context.Context, in *ByVersion) (*Body[GrantView], error) {
	channel, account, err := s.grantErrand(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	if err := channel.Unbind(ctx, s.keys, actorOf(ctx), account.ID, in.Body.Version); err != nil {
		return nil, err
	}
	if account, err = accounts.Load(ctx, s.db, account.ID); err != nil {
		return nil, err
	}
	return s.grantView(ctx, account)
}

// checkGrants is the chore that asks WeChat about grants of which there is news, and about each once a day.
func (s *server) checkGrants(ctx context.Context) error {
	channel, err := s.weChatChannel()
	if err != nil {
		return nil //nolint:nilerr // no channel, no grants
	}
	_, err = channel.CheckGrantsDue(ctx)
	return err
}

// grantCallback is where a person comes back to from WeChat. It answers with a page: whoever stands there is a person.
func (s *server) grantCallback(c echo.Context) error {
	ctx := c.Request().Context()
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds the code
	channel, err := s.weChatChannel()
	if err != nil {
		return s.grantPage(c, err, "")
	}
	errand, err := channel.Return(ctx, c.QueryParam("state"))
	if err != nil {
		return s.grantPage(c, err, "")
	}
	code := c.QueryParam("auth_code")
	if code == "" {
		return s.grantPage(c, wechat.ErrGrantDenied, errand.AccountID)
	}
	errand.Actor.RequestID = requestID(ctx)
	_, account, err := s.grantErrand(ctx, errand.Actor, errand.AccountID)
	if err != nil {
		return s.grantPage(c, err, errand.AccountID)
	}
	binding, err := channel.Finish(ctx, errand.Actor, account, code)
	if err != nil {
		return s.grantPage(c, err, errand.AccountID)
	}
	text := fmt.Sprintf("<p>账号“%s”已由公众号“%s”（主体：%s）授权，以后不需要 AppSecret。</p>", template.HTMLEscapeString(account.Name),
		template.HTMLEscapeString(binding.Grant.Nickname), template.HTMLEscapeString(binding.Grant.Principal))
	if binding.Warning != "" {
		text += "<p>请注意：" + template.HTMLEscapeString(binding.Warning) + "</p>"
	}
	return s.weiboShow(c, http.StatusOK, publicView{Title: "公众号授权成功", Body: template.HTML(text + accountLink(account.ID))}) //nolint:gosec // escaped above
}

// grantPage tells a person why an authorisation did not come about.
func (s *server) grantPage(c echo.Context, err error, accountID string) error {
	problem := s.problemOf(c.Request().Context(), err)
	text := "<p>" + template.HTMLEscapeString(problem.Detail) + "</p>"
	if sql.IsID(accountID) {
		text += accountLink(accountID)
	}
	return s.weiboShow(c, problem.Status, publicView{Title: "公众号授权没有完成", Body: template.HTML(text)}) //nolint:gosec // escaped above
}
