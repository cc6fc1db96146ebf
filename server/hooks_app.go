package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/app"
	"govmedia/fault"
	"govmedia/sql"
)

//go:embed developers_app.html
var developersApp []byte

var (
	errNoApp    = fault.Define("app.not_app", fault.NotFound, "这个账号不是自建客户端账号。请回到账号页核对平台。")
	errNoFeed   = fault.Define("app.feed_refused", fault.Unauthenticated, "读取订阅源需要令牌，或从登记的网段访问。请客户端开发方核对 Authorization 头。")
	errTooLong  = fault.Define("app.callback_too_large", fault.TooLarge, "回报的内容太大，请客户端开发方对照接口说明核对。")
	maxCallback = int64(64 << 10) // bytes; a report has a few fields
)

// app returns the channel to apps; every server has it.
func (s *server) app() (*app.Channel, error) {
	channel, ok := s.out.Channels[accounts.App].(*app.Channel)
	if !ok {
		return nil, errNoApp
	}
	return channel, nil
}

// hearApp takes what an app reports about an article it took for later. Whoever calls is not known before the signature is checked, so an
// account that is not there and one of another platform look the same as a wrong signature.
func (s *server) hearApp(c echo.Context) error {
	ctx := c.Request().Context()
	channel, account, credentials, err := s.appOf(ctx, c.Param("account"))
	if err != nil {
		return firstFault(err, app.ErrSignature)
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, c.Request().Body, maxCallback))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return errTooLong
	}
	if err != nil {
		return app.ErrCallback.Because(err)
	}
	news, err := app.ReadCallback(credentials, c.Request().Header, body, s.db.Now().Std())
	if err != nil {
		return err
	}
	if err := channel.Hear(ctx, s.db, s.out, account, news); err != nil && !errors.Is(err, channels.ErrDeliveryStale) {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// firstFault hides which account there is from whoever has not shown a signature.
func firstFault(err error, instead *fault.Fault) error {
	if errors.Is(err, accounts.ErrNotFound) || errors.Is(err, errNoApp) {
		return instead
	}
	return err
}

// appOf is an account that is an app, with its secrets.
func (s *server) appOf(ctx context.Context, id string) (*app.Channel, accounts.Account, accounts.Credentials, error) {
	channel, err := s.app()
	if err != nil {
		return nil, accounts.Account{}, nil, err
	}
	account, err := accounts.Load(ctx, s.db, id)
	if err == nil && account.Platform != accounts.App {
		err = errNoApp
	}
	if err != nil {
		return nil, accounts.Account{}, nil, err
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	return channel, account, credentials, err
}

// appFeed serves the pull feed of an account, /feeds/app/ID.json or .atom.
func (s *server) appFeed(c echo.Context) error {
	ctx := c.Request().Context()
	id, format, _ := strings.Cut(c.Param("file"), ".")
	if format != "json" && format != "atom" {
		return errNotFound
	}
	_, account, credentials, err := s.appOf(ctx, id)
	if err != nil {
		return firstFault(err, errNoFeed)
	}
	if !app.MayPull(account, credentials, c.Request().Header.Get("Authorization"), c.RealIP()) {
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="feed"`)
		return errNoFeed
	}
	pull, err := app.ReadPull(ctx, s.db, account, c.QueryParam("before"))
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("ETag", pull.Tag(format))
	header.Set("Vary", "Authorization")
	if pull.Changed > 0 {
		header.Set("Last-Modified", pull.Changed.Std().UTC().Format(http.TimeFormat))
	}
	if c.Request().Header.Get("If-None-Match") == pull.Tag(format) {
		return c.NoContent(http.StatusNotModified)
	}
	write, kind := pull.JSON, "application/feed+json; charset=utf-8"
	if format == "atom" {
		write, kind = pull.Atom, "application/atom+xml; charset=utf-8"
	}
	read := func(ctx context.Context, id string) (channels.Message, channels.Delivery, error) {
		return channels.PublicMessage(ctx, s.db, id)
	}
	body, err := write(ctx, read, s.config.PublicBase, s.config.PublicBase+"/feeds/app/"+account.ID+"."+format)
	if err != nil {
		return err
	}
	header.Set(echo.HeaderContentType, kind)
	_, err = bytes.NewReader(body).WriteTo(c.Response())
	return err
}

// AppSecrets are an app's secrets after a change: shown once, to be handed to whoever runs the app.
type AppSecrets struct {
	Version        int64  `json:"version" doc:"Of the account, for the next change"`
	Secret         string `json:"secret" doc:"Verifies what we send, from now on beside the previous one"`
	Rotating       bool   `json:"rotating" doc:"Whether everything is signed with the previous secret as well"`
	CallbackSecret string `json:"callback_secret" doc:"Signs what the app reports to callback_url"`
	CallbackURL    string `json:"callback_url"`
	FeedToken      string `json:"feed_token" doc:"Reads feed_url as a bearer token"`
	FeedURL        string `json:"feed_url"`
}

// AppView is how an account's app is set up. It holds no secret.
type AppView struct {
	SecretSet   bool   `json:"secret_set"`
	Rotating    bool   `json:"rotating" doc:"Whether everything is signed with the previous secret as well, until settle-app-secret"`
	CallbackSet bool   `json:"callback_set" doc:"Whether the app has been given secrets for its reports and for the feed"`
	CallbackURL string `json:"callback_url"`
	FeedURL     string `json:"feed_url"`

	VerifiedAt *sql.Time `json:"verified_at" doc:"When the endpoint answered a test as it is set up now; null: no article goes there yet"`
}

func (s *server) getApp(ctx context.Context, in *ByID) (*Body[AppView], error) {
	if _, err := accounts.Get(ctx, s.db, actorOf(ctx), in.ID); err != nil {
		return nil, err
	}
	channel, account, credentials, err := s.appOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	verified, err := channel.Verified(ctx, account, credentials)
	if err != nil {
		return nil, err
	}
	return answer(AppView{VerifiedAt: verified, SecretSet: credentials["secret"] != "", Rotating: credentials["previous_secret"] != "",
		CallbackSet: credentials["callback_secret"] != "" && credentials["feed_token"] != "", CallbackURL: s.config.PublicBase + "/callbacks/app/" + account.ID,
		FeedURL: s.config.PublicBase + "/feeds/app/" + account.ID + ".json"}, nil)
}

// rotateApp makes a new signing secret. The old one stays valid until settleApp.
func (s *server) rotateApp(ctx context.Context, in *ByVersion) (*Body[AppSecrets], error) {
	account, credentials, err := s.changeApp(ctx, in, app.Rotate)
	if err != nil {
		return nil, err
	}
	return answer(AppSecrets{Version: account.Version, Secret: credentials["secret"], Rotating: credentials["previous_secret"] != "",
		CallbackSecret: credentials["callback_secret"], CallbackURL: s.config.PublicBase + "/callbacks/app/" + account.ID,
		FeedToken: credentials["feed_token"], FeedURL: s.config.PublicBase + "/feeds/app/" + account.ID + ".json"}, nil)
}

// settleApp ends a change of secrets: the app has the new one.
func (s *server) settleApp(ctx context.Context, in *ByVersion) (*Body[accounts.Account], error) {
	account, _, err := s.changeApp(ctx, in, app.Settle)
	return answer(account, err)
}

func (s *server) changeApp(ctx context.Context, in *ByVersion, change func(accounts.Credentials) accounts.Credentials) (accounts.Account, accounts.Credentials, error) {
	if _, err := accounts.Get(ctx, s.db, actorOf(ctx), in.ID); err != nil {
		return accounts.Account{}, nil, err
	}
	_, account, credentials, err := s.appOf(ctx, in.ID)
	if err != nil {
		return accounts.Account{}, nil, err
	}
	fresh := change(credentials)
	account, err = accounts.SetCredentials(ctx, s.db, s.keys, actorOf(ctx), account.ID, in.Body.Version, fresh)
	return account, fresh, err
}

// AppPinged says when an endpoint answered its test.
type AppPinged struct {
	At sql.Time `json:"at"`
}

// pingApp sends the endpoint a test event with a challenge; one that does not repeat it is refused with app.ping_failed. No article goes to an
// endpoint that never answered.
func (s *server) pingApp(ctx context.Context, in *ByID) (*Body[AppPinged], error) {
	card, err := accounts.CardOf(ctx, s.db, s.book, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(card.Actions, "bind") { // the permission somewhere else is not enough
		return nil, accounts.ErrForbidden
	}
	channel, account, credentials, err := s.appOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return answer(AppPinged{At: s.db.Now()}, channel.Ping(ctx, account, credentials))
}

// developersPage is the guide for whoever writes the back end of an app.
func (s *server) developersPage(c echo.Context) error {
	return s.sendPublic(c, echo.MIMETextHTMLCharsetUTF8, keepPage, developersApp)
}
