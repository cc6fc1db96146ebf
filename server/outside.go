package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/channels"
	"govmedia/channels/app"
	"govmedia/channels/egress"
	"govmedia/channels/manual"
	"govmedia/channels/wechat"
	"govmedia/channels/weibo"
	"govmedia/rules"
)

// tokenContext ties a sealed platform token to what it is, so that it opens nowhere else.
const tokenContext = "account_token"

// However much the tests hurry, a call gets this long, and its lease stays well above it.
const (
	shortestCall  = 2 * time.Second
	shortestLease = 3 * time.Second

	shortestGiveUp = 2 * time.Minute
)

// guard makes the way out to addresses that people type.
func (n *node) guard() (*egress.Guard, error) {
	networks, err := egress.ParseCIDRs(n.config.AllowCIDRs)
	if err != nil {
		return nil, err
	}
	return egress.New(egress.Config{AllowCIDRs: networks, AllowPorts: n.config.AllowPorts, UserAgent: "govmedia", Log: n.log}), nil
}

// outside makes the channels and the guarded client for addresses that people type.
func (n *node) outside(book rules.Book, keys *accounts.Keyring, store files.Store) (*channels.Outside, pictureFetcher, error) {
	guard, err := n.guard()
	if err != nil {
		return nil, nil, err
	}
	component := n.config.component(keys)
	if component != nil {
		if err := component.Check(); err != nil {
			return nil, nil, fmt.Errorf("read GOVMEDIA_WECHAT_COMPONENT_…: %w", err)
		}
	}
	hurry := func(d time.Duration) time.Duration { return d / time.Duration(n.config.Hurry) }
	weChat, err := wechat.New(wechat.Config{
		BaseURL: n.config.WeChatBase, DB: n.db, Ladder: hurryAll(wechat.DefaultLadder(), hurry), SettleAfter: hurry(10 * time.Minute),
		TokenLease: max(hurry(45*time.Second), shortestLease), Component: component,
		Seal: channels.Seal{
			Seal: func(plain []byte) (string, string, error) { return keys.Seal(plain, tokenContext) },
			Open: func(text, keyID string) ([]byte, error) { return keys.Open(text, keyID, tokenContext) },
		},
	})
	if err != nil {
		return nil, nil, err
	}
	n.hangUp = func() { weChat.Close() }
	weiBo := weibo.New(weibo.Config{
		APIBase: n.config.WeiboAPIBase, AuthBase: n.config.WeiboAuthBase, ReadersBase: n.config.WeiboPageBase, OriginBase: n.config.PublicBase,
		UploadBase:    n.config.WeiboUploadBase,
		OfficeAddress: n.config.OfficeAddress, DB: n.db, Log: n.log, Now: func() time.Time { return n.db.Now().Std() }, Hold: hurry(5 * time.Minute),
		Ladder: []time.Duration{hurry(2 * time.Minute), hurry(10 * time.Minute)},
		Verify: []time.Duration{hurry(2 * time.Minute), hurry(5 * time.Minute), hurry(15 * time.Minute)},
		Again:  hurryAll(weibo.DefaultAgain(), hurry),
		Budget: func(ctx context.Context, accountID, path string, most int64) (bool, error) {
			return channels.Spend(ctx, n.db, accountID, path, most)
		},
	})
	pace := channels.DefaultPace()
	pace.Backoff, pace.Poll, pace.GiveUp = hurryAll(pace.Backoff, hurry), hurryAll(pace.Poll, hurry), max(hurry(pace.GiveUp), shortestGiveUp)
	pace.Retract, pace.Rest = hurryAll(pace.Retract, hurry), hurryAll(pace.Rest, hurry)
	pace.Lease, pace.Call = max(hurry(pace.Lease), shortestLease), max(hurry(pace.Call), shortestCall)
	out := &channels.Outside{
		Channels: map[accounts.Platform]channels.Channel{accounts.WeChat: weChat, accounts.Weibo: weiBo, accounts.App: app.New(app.Config{Egress: guard, DB: n.db, Now: func() time.Time { return n.db.Now().Std() }})},
		Manual:   manual.New(), Keys: keys, Book: book, PublicBase: n.config.PublicBase, Pace: pace, Log: n.log,
		Open: func(ctx context.Context, sha256 string) ([]byte, error) {
			content, _, err := store.Open(ctx, sha256)
			if err != nil {
				return nil, err
			}
			defer func() { _ = content.Close() }()
			return io.ReadAll(content)
		},
	}
	return out, guardedFetcher{guard}, nil
}

func hurryAll(ladder []time.Duration, hurry func(time.Duration) time.Duration) []time.Duration {
	faster := make([]time.Duration, len(ladder))
	for i, wait := range ladder {
		faster[i] = hurry(wait)
	}
	return faster
}

// guardedFetcher reads pictures from addresses that people type.
type guardedFetcher struct{ guard *egress.Guard }

// FetchPicture returns the bytes of a picture; any answer but 200 with a picture type is media.fetch_failed.
func (f guardedFetcher) FetchPicture(ctx context.Context, address string) ([]byte, error) {
	fetched, err := f.guard.Fetch(ctx, address, egress.FetchOptions{Types: []string{"image/"}, Limit: egress.MaxPicture})
	if err != nil {
		return nil, err
	}
	if fetched.Status != http.StatusOK {
		return nil, errNoFetch.On("url")
	}
	return fetched.Body, nil
}
