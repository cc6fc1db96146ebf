package main

import (
	"context"
	"fmt"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/channels/weibo"
	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

// errNoWeibo is what an account that is not on Weibo, or a server without that channel, is answered.
var errNoWeibo = fault.Define("weibo.not_weibo", fault.NotFound, "这个账号不是微博账号，没有微博授权可看。请回到账号页核对平台。")

// weiboReturn is where Weibo sends people back to.
const weiboReturn = "/callbacks/weibo"

// weibo returns the channel to Weibo; every server has it.
func (s *server) weibo() (*weibo.Channel, error) {
	channel, ok := s.out.Channels[accounts.Weibo].(*weibo.Channel)
	if !ok {
		return nil, errNoWeibo
	}
	return channel, nil
}

// weiboRedirect is the address registered with an app on the open platform: it is compared to the letter.
func (s *server) weiboRedirect() string { return s.config.PublicBase + weiboReturn }

// WeiboView is how an account stands at Weibo, with the address to register with its app.
type WeiboView struct {
	weibo.Overview
	RedirectURI string `json:"redirect_uri" doc:"To be registered with the app on the open platform, exactly"`
}

func (s *server) getWeibo(ctx context.Context, in *ByID) (*Body[WeiboView], error) {
	account, err := accounts.Get(ctx, s.db, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return s.weiboView(ctx, account)
}

// weiboView reads how an account stands.
func (s *server) weiboView(ctx context.Context, account accounts.Account) (*Body[WeiboView], error) {
	channel, err := s.weibo()
	if err != nil || account.Platform != accounts.Weibo {
		return nil, errNoWeibo
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	if err != nil {
		return nil, err
	}
	overview, err := channel.OverviewOf(ctx, s.db, account, credentials)
	return answer(WeiboView{Overview: overview, RedirectURI: s.weiboRedirect()}, err)
}

// weiboErrand is an account that somebody may bind, with its secrets and its channel.
func (s *server) weiboErrand(ctx context.Context, id string) (*weibo.Channel, accounts.Account, accounts.Credentials, error) {
	channel, err := s.weibo()
	if err != nil {
		return nil, accounts.Account{}, nil, err
	}
	account, err := weibo.Bindable(ctx, s.db, actorOf(ctx), id)
	if err != nil {
		return nil, accounts.Account{}, nil, err
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	return channel, account, credentials, err
}

// WeiboPage is where a person goes to authorise an account.
type WeiboPage struct {
	URL string `json:"url" doc:"Weibo's authorise page, good for ten minutes and once"`
}

func (s *server) beginWeibo(ctx context.Context, in *ByID) (*Body[WeiboPage], error) {
	channel, account, credentials, err := s.weiboErrand(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	address, err := channel.Begin(ctx, s.db, s.keys, actorOf(ctx), account, credentials, s.weiboRedirect())
	return answer(WeiboPage{URL: address}, err)
}

// checkWeibo asks Weibo about the token and the permissions, and lifts what a person has mended.
func (s *server) checkWeibo(ctx context.Context, in *ByID) (*Body[WeiboView], error) {
	channel, account, credentials, err := s.weiboErrand(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	binding, err := channel.Check(ctx, account, credentials)
	if err != nil {
		return nil, err
	}
	if binding.State == weibo.BindingOK {
		if err := channel.Release(ctx, account.ID); err != nil {
			return nil, err
		}
		if _, err := channel.Probe(ctx, account, credentials); err != nil {
			s.log.InfoContext(ctx, "the permissions of a Weibo app could not be asked", "account", account.ID, "error", err.Error())
		}
	}
	return s.weiboView(ctx, account)
}

// revokeWeibo takes the authorisation back at Weibo and here. The app's key and secret stay.
func (s *server) revokeWeibo(ctx context.Context, in *ByVersion) (*Body[WeiboView], error) {
	channel, account, credentials, err := s.weiboErrand(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if account.Version != in.Body.Version {
		return nil, accounts.ErrStale
	}
	if credentials["access_token"] != "" {
		if err := channel.Revoke(ctx, account, credentials); err != nil { // ours is dropped all the same
			s.log.WarnContext(ctx, "Weibo did not take an authorisation back", "account", account.ID, "error", err.Error())
		}
	}
	delete(credentials, "access_token")
	delete(credentials, "expires_at")
	account, err = accounts.SetCredentials(ctx, s.db, s.keys, actorOf(ctx), account.ID, in.Body.Version, credentials)
	if err != nil {
		return nil, err
	}
	if err := channel.Forget(ctx, s.db, account.ID); err != nil {
		return nil, err
	}
	return s.weiboView(ctx, account)
}

// WeiboAlarms are the authorisations that people must see to.
type WeiboAlarms struct {
	Items []weibo.Alarmed `json:"items" nullable:"false"`
}

func (s *server) listWeiboAlarms(ctx context.Context, _ *struct{}) (*Body[WeiboAlarms], error) {
	list, err := weibo.Alarms(ctx, s.db, actorOf(ctx), units.ReadAccounts)
	return answer(WeiboAlarms{Items: list}, err)
}

// weiboCallback is where a person comes back to from Weibo. It answers with a page: whoever stands there is a person.
func (s *server) weiboCallback(c echo.Context) error {
	ctx := c.Request().Context()
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds the code
	errand, err := weibo.Return(ctx, s.db, s.keys, c.QueryParam("state"))
	if err != nil {
		return s.weiboPage(c, err, "")
	}
	if code := c.QueryParam("code"); code == "" {
		return s.weiboPage(c, weibo.Denied(firstOf(c.QueryParam("error"), c.QueryParam("error_code")), c.QueryParam("error_description")), errand.AccountID)
	}
	binding, account, err := s.finishWeibo(ctx, errand, c.QueryParam("code"))
	if err != nil {
		return s.weiboPage(c, err, errand.AccountID)
	}
	text := fmt.Sprintf("<p>账号“%s”已由微博用户“%s”授权，有效期到 %s。</p>", template.HTMLEscapeString(account.Name),
		template.HTMLEscapeString(firstOf(binding.ScreenName, binding.UID)), binding.ExpiresAt.Std().Format("2006年1月2日15:04"))
	if warning := binding.Warning(); warning != "" {
		text += "<p>请注意：" + template.HTMLEscapeString(warning) + "</p>"
	}
	return s.weiboShow(c, http.StatusOK, publicView{Title: "微博授权成功", Body: template.HTML(text + accountLink(account.ID))}) //nolint:gosec // escaped above
}

// finishWeibo binds the account that a person came back for, if that person may still bind it.
func (s *server) finishWeibo(ctx context.Context, errand weibo.Errand, code string) (weibo.Binding, accounts.Account, error) {
	channel, err := s.weibo()
	if err != nil {
		return weibo.Binding{}, accounts.Account{}, err
	}
	errand.Actor.RequestID = requestID(ctx)
	account, err := weibo.Bindable(ctx, s.db, errand.Actor, errand.AccountID)
	if err != nil {
		return weibo.Binding{}, accounts.Account{}, err
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	if err != nil {
		return weibo.Binding{}, accounts.Account{}, err
	}
	keep := func(fresh accounts.Credentials) error {
		account, err = accounts.SetCredentials(ctx, s.db, s.keys, errand.Actor, account.ID, account.Version, fresh)
		return err
	}
	binding, err := channel.Finish(ctx, s.db, errand.Actor, account, credentials, code, s.weiboRedirect(), keep)
	return binding, account, err
}

// weiboPage tells a person why an authorisation did not come about.
func (s *server) weiboPage(c echo.Context, err error, accountID string) error {
	problem := s.problemOf(c.Request().Context(), err)
	text := "<p>" + template.HTMLEscapeString(problem.Detail) + "</p>"
	if sql.IsID(accountID) {
		text += accountLink(accountID)
	}
	return s.weiboShow(c, problem.Status, publicView{Title: "微博授权没有完成", Body: template.HTML(text)}) //nolint:gosec // escaped above
}

func (s *server) weiboShow(c echo.Context, status int, view publicView) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return publicTemplate.Execute(c.Response(), view)
}

// accountLink leads back to the page of an account; its id is one of ours.
func accountLink(id string) string {
	return `<p><a href="/accounts/` + id + `">回到账号页</a></p>`
}

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// checkWeiboTokens is the daily round.
func (n *node) checkWeiboTokens(ctx context.Context) error {
	channel, err := n.server.weibo()
	if err != nil {
		return err
	}
	_, err = channel.CheckDue(ctx, n.db, n.server.keys)
	return err
}
