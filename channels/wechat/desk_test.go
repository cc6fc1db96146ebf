package wechat_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	gov "govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

const (
	callbackToken = "token-of-the-callback"
	callbackKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// desk is a district with one WeChat account, the engine, the adapter, and the stand-in that calls back.
type desk struct {
	t       *testing.T
	db      *sql.DB
	box     *sandbox.Sandbox
	channel *wechat.Channel
	out     *channels.Outside
	store   *bench // for messages and pictures
	unitstest.Place
	account accounts.Account
}

// setup is what a test may change before the desk is made.
type setup struct {
	platform sandbox.WeChatAccount
	config   wechat.Config
	settings sql.Object
	kind     accounts.Kind
}

func eachDesk(t *testing.T, change func(*setup), test func(d *desk)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { test(newDesk(t, db, change)) })
}

func newDesk(t *testing.T, db *sql.DB, change func(*setup)) *desk {
	t.Helper()
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, sql.Beijing)
	box, err := sandbox.New(sandbox.Config{Settings: sandbox.Settings{PublishDelayMS: 15000, CallbackRetryMS: 1}, Seed: 7, ClockStart: noon})
	if err != nil {
		t.Fatalf("sandbox.New: %v", err)
	}
	d := &desk{t: t, box: box, db: db.WithClock(box.Now), store: &bench{t: t, store: map[string][]byte{}}}
	platform, hooks := httptest.NewServer(box.Handler()), httptest.NewServer(http.HandlerFunc(d.hook))
	t.Cleanup(func() { box.WaitCallbacks(); platform.Close(); hooks.Close() })
	s := setup{settings: sql.Object{"app_id": appID}, kind: accounts.KindWeChatSubscription,
		platform: sandbox.WeChatAccount{AppID: appID, Secret: secret, RefuseEscapes: true, CommentFeature: true,
			CallbackURL: hooks.URL, CallbackToken: callbackToken, EncodingAESKey: callbackKey},
		config: wechat.Config{BaseURL: platform.URL + "/wechat", DB: d.db, Seal: plainSeal(), Timeout: 2 * time.Second}}
	if change != nil {
		change(&s)
	}
	box.AddWeChat(s.platform)
	if d.channel, err = wechat.New(s.config); err != nil {
		t.Fatalf("wechat.New: %v", err)
	}
	t.Cleanup(d.channel.Close)
	d.open(s)
	return d
}

func (d *desk) open(s setup) {
	d.t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		d.t.Fatalf("rules.Builtin: %v", err)
	}
	keys, err := accounts.ParseKeyring("k1:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		d.t.Fatalf("ParseKeyring: %v", err)
	}
	d.out = &channels.Outside{
		Channels: map[accounts.Platform]channels.Channel{accounts.WeChat: d.channel}, Keys: keys, Book: rules.NewBook(library),
		Open: func(_ context.Context, sum string) ([]byte, error) {
			if content, ok := d.store.store[sum]; ok {
				return content, nil
			}
			return nil, errors.New("no such picture")
		},
		PublicBase: "https://gov.example.cn", Log: slog.New(slog.DiscardHandler), Pace: channels.DefaultPace(),
	}
	d.Place = unitstest.District(d.t, d.db)
	since := d.db.Now().Add(-24 * time.Hour)
	d.account, err = accounts.Create(d.t.Context(), d.db, d.out.Book, units.System, accounts.NewAccount{UnitID: d.Town.ID, Platform: accounts.WeChat,
		Kind: s.kind, Name: "清源镇发布", Mode: accounts.Auto, State: accounts.InUse, InUseAt: &since, Settings: s.settings})
	if err != nil {
		d.t.Fatalf("accounts.Create: %v", err)
	}
	d.account, err = accounts.SetCredentials(d.t.Context(), d.db, d.out.Keys, units.System, d.account.ID, d.account.Version, d.credentials())
	if err != nil {
		d.t.Fatalf("accounts.SetCredentials: %v", err)
	}
}

func (d *desk) credentials() accounts.Credentials {
	return accounts.Credentials{"app_secret": secret, "callback_token": callbackToken, "encoding_aes_key": callbackKey}
}

// hook is the callback address as the server serves it.
func (d *desk) hook(w http.ResponseWriter, r *http.Request) {
	var err error
	answer := "success"
	if r.Method == http.MethodGet {
		answer, err = d.channel.Greet(d.credentials(), r.URL.Query())
	} else {
		var body []byte
		if body, err = io.ReadAll(io.LimitReader(r.Body, wechat.MaxCallback+1)); err == nil {
			err = d.channel.Receive(r.Context(), d.account, d.credentials(), r.URL.Query(), body)
		}
	}
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		if f := gov.As(err); f != nil {
			answer = f.Code
		} else {
			answer = err.Error()
		}
	}
	_, _ = io.WriteString(w, answer)
}

// schedule enqueues a message with a title for now and returns its delivery's id.
func (d *desk) schedule(title string) string {
	d.t.Helper()
	m := d.store.message()
	m.OriginID, m.RevisionID, m.UnitID, m.Title = sql.NewID(), sql.NewID(), d.Town.ID, title
	var err error
	if m.SHA256, err = m.Hash(); err != nil {
		d.t.Fatalf("Hash: %v", err)
	}
	var made []channels.Delivery
	err = d.db.InTx(d.t.Context(), func(tx *sql.DB) error {
		made, err = channels.Enqueue(d.t.Context(), tx, d.out, d.People["officer"], m, []accounts.Account{d.account}, d.db.Now())
		return err
	})
	if err != nil {
		d.t.Fatalf("Enqueue: %v", err)
	}
	return made[0].ID
}

// work performs a delivery that is due.
func (d *desk) work(id string) channels.View {
	d.t.Helper()
	delivery, mine, err := channels.Claim(d.t.Context(), d.db, id, d.out.Pace.Lease)
	if err != nil || !mine {
		d.t.Fatalf("Claim(%s) = %v, %v in state %s, want it", id, mine, err, d.view(id).State)
	}
	if err := channels.Perform(d.t.Context(), d.db, d.out, delivery); err != nil {
		d.t.Fatalf("Perform(%s): %v", id, err)
	}
	return d.view(id)
}

func (d *desk) view(id string) channels.View {
	d.t.Helper()
	view, err := channels.Get(d.t.Context(), d.db, d.People["officer"], id)
	if err != nil {
		d.t.Fatalf("Get(%s): %v", id, err)
	}
	return view
}

// until performs a delivery, time passing as it asks, until it ends or waits for a person.
func (d *desk) until(id string) channels.View {
	d.t.Helper()
	for range 40 {
		view := d.view(id)
		if view.NextAt == nil {
			return view
		}
		if wait := view.NextAt.Sub(d.db.Now()); wait > 0 {
			d.box.Advance(wait)
		}
		d.work(id)
	}
	d.t.Fatalf("delivery %s does not end: %+v", id, d.view(id).Delivery)
	return channels.View{}
}

// called waits for callbacks under way and has the adapter work on them, as the chore does, time passing between.
func (d *desk) called(rounds int) int {
	d.t.Helper()
	done := 0
	for range rounds {
		d.box.WaitCallbacks()
		n, err := d.channel.CallbacksDue(d.t.Context(), d.out)
		if err != nil {
			d.t.Fatalf("CallbacksDue: %v", err)
		}
		if done += n; rounds > 1 {
			d.box.Advance(10 * time.Second)
		}
	}
	return done
}

func (d *desk) calls(path string) int {
	return len(d.box.Journal(sandbox.Filter{Platform: sandbox.WeChat, Path: path}))
}

func (d *desk) posts() []accounts.Post {
	d.t.Helper()
	page, err := accounts.Posts(d.t.Context(), d.db, d.People["officer"], accounts.PostFilter{AccountID: d.account.ID, PerPage: 100})
	if err != nil {
		d.t.Fatalf("accounts.Posts: %v", err)
	}
	return page.Items
}

func (d *desk) report() sandbox.WeChatReport {
	d.t.Helper()
	r := d.box.Report().WeChat[appID]
	if len(r.Duplicates) > 0 || len(r.Overruns) > 0 {
		d.t.Errorf("published more than once: %v; quotas exceeded: %v", r.Duplicates, r.Overruns)
	}
	return r
}

// stands checks where a delivery is.
func (d *desk) stands(what string, view channels.View, want channels.State) {
	d.t.Helper()
	if view.State != want || view.Holder != nil {
		d.t.Errorf("%s: state %s, error %s %q; want %s", what, view.State, view.ErrorCode, view.ErrorAdvice, want)
	}
}
