package app_test

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/app"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// backend answers tests as say has it, and takes every article.
type backend struct {
	say             func(rw http.ResponseWriter, challenge string)
	pings, articles atomic.Int64
}

var challenge = regexp.MustCompile(`"challenge":"([A-Z0-9]+)"`)

func (b *backend) serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body := make([]byte, 4096)
		n, _ := r.Body.Read(body)
		if found := challenge.FindSubmatch(body[:n]); found != nil {
			b.pings.Add(1)
			b.say(rw, string(found[1]))
			return
		}
		b.articles.Add(1)
		rw.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func repeats(rw http.ResponseWriter, challenge string) {
	_, _ = rw.Write([]byte(`{"challenge":"` + challenge + `"}`))
}

func TestNothingButATestGoesToAnEndpointThatFailsIt(t *testing.T) {
	for name, c := range map[string]struct {
		say   func(http.ResponseWriter, string)
		class channels.Class
		code  string
		words string // of what the person who tests it reads
		after time.Duration
	}{
		"200 without the challenge": {func(rw http.ResponseWriter, _ string) { _, _ = rw.Write([]byte("ok")) }, channels.Permission, "endpoint_unverified", "没有原样带回", 0},
		"201 with another":          {func(rw http.ResponseWriter, _ string) { repeats(rw, "ABC") }, channels.Permission, "endpoint_unverified", "没有原样带回", 0},
		"404 with the challenge": {func(rw http.ResponseWriter, said string) { rw.WriteHeader(404); repeats(rw, said) }, channels.Permission, "endpoint_unverified",
			"HTTP 404", 0},
		"401": {func(rw http.ResponseWriter, _ string) { rw.WriteHeader(401) }, channels.Permission, "endpoint_unverified", "HTTP 401", 0},
		"410": {func(rw http.ResponseWriter, _ string) { rw.WriteHeader(410) }, channels.Permission, "endpoint_unverified", "HTTP 410", 0},
		"302": {func(rw http.ResponseWriter, _ string) { rw.Header().Set("Location", "/other"); rw.WriteHeader(302) }, channels.Permission, "endpoint_unverified",
			"HTTP 302", 0},
		"503 for a minute": {func(rw http.ResponseWriter, _ string) { rw.Header().Set("Retry-After", "60"); rw.WriteHeader(503) }, channels.Retry, "http_503", "HTTP 503",
			time.Minute},
		"cut off": {func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) }, channels.Retry, "no_answer", "没有答复", 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := &backend{say: c.say}
			endpoint := b.serve(t)
			channel := app.New(app.Config{Egress: guardFor(t, 0, endpoint)})
			for _, step := range []struct {
				name string
				call func(job *channels.Job) error
			}{
				{"Prepare", func(job *channels.Job) error { return channel.Prepare(t.Context(), job) }},
				{"Submit", func(job *channels.Job) error { _, err := channel.Submit(t.Context(), job); return err }},
				{"Update", func(job *channels.Job) error {
					_, err := channel.Update(t.Context(), after(job, channels.Update))
					return err
				}},
				{"Retract", func(job *channels.Job) error {
					_, err := channel.Retract(t.Context(), after(job, channels.Retract))
					return err
				}},
			} {
				failure := platformError(t, step.name, step.call(newJob(endpoint)), c.class, c.code)
				if failure.After != c.after || c.class == channels.Permission && !strings.Contains(failure.Advice, "请") || !strings.Contains(failure.Advice, "没有发") {
					t.Errorf("%s = After %s, %q, want %s and what to do", step.name, failure.After, failure.Advice, c.after)
				}
			}
			job := newJob(endpoint)
			err := channel.Ping(t.Context(), job.Account, job.Credentials)
			if said := fault.As(err); said == nil || !errors.Is(err, app.ErrPing) || !strings.Contains(said.Sentence, c.words) || !strings.Contains(said.Sentence, "请") {
				t.Errorf("Ping = %v, want a sentence with %s", err, c.words)
			}
			if at, err := channel.Verified(t.Context(), job.Account, job.Credentials); at != nil || err != nil {
				t.Errorf("Verified = %v, %v", at, err)
			}
			if b.articles.Load() != 0 {
				t.Errorf("%d articles left", b.articles.Load())
			}
			if c.class != channels.Permission {
				return
			}
			b.say = repeats // mended, and tried again
			prepare(t, channel, job)
			if progress, err := channel.Submit(t.Context(), job); err != nil || progress.Stage != channels.Published || b.articles.Load() != 1 {
				t.Errorf("Submit = %+v, %v, %d articles", progress, err, b.articles.Load())
			}
		})
	}
}

// office is a database with an account that is bound to an endpoint, and what performs its deliveries.
type office struct {
	unitstest.Place
	t       *testing.T
	db      *sql.DB
	out     *channels.Outside
	account accounts.Account
}

func newOffice(t *testing.T, db *sql.DB, endpoint string) *office {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatalf("rules.Builtin: %v", err)
	}
	keys, err := accounts.ParseKeyring("k1:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatalf("ParseKeyring: %v", err)
	}
	o := &office{Place: unitstest.District(t, db), t: t, db: db, out: &channels.Outside{Keys: keys, Book: rules.NewBook(library), PublicBase: "https://gov.example.cn",
		Log: slog.New(slog.DiscardHandler), Pace: channels.DefaultPace()}}
	o.restart(endpoint)
	since := db.Now().Add(-24 * time.Hour)
	o.account, err = accounts.Create(t.Context(), db, o.out.Book, units.System, accounts.NewAccount{UnitID: o.Town.ID, Platform: accounts.App,
		Kind: accounts.KindApp, Name: "清源镇客户端", Mode: accounts.Auto, State: accounts.InUse, InUseAt: &since, Settings: sql.Object{"endpoint": endpoint}})
	if err != nil {
		t.Fatalf("accounts.Create: %v", err)
	}
	o.bind(accounts.Credentials{"secret": secret})
	return o
}

// restart makes a channel that remembers nothing, as another node has it.
func (o *office) restart(endpoint string) *app.Channel {
	channel := app.New(app.Config{DB: o.db, Egress: guardFor(o.t, 0, endpoint)})
	o.out.Channels = map[accounts.Platform]channels.Channel{accounts.App: channel}
	return channel
}

func (o *office) bind(credentials accounts.Credentials) {
	o.t.Helper()
	var err error
	if o.account, err = accounts.SetCredentials(o.t.Context(), o.db, o.out.Keys, units.System, o.account.ID, o.account.Version, credentials); err != nil {
		o.t.Fatalf("SetCredentials: %v", err)
	}
}

// schedule enqueues an article for now and returns its delivery's id.
func (o *office) schedule() string {
	o.t.Helper()
	m := newJob("").Message
	m.ID, m.OriginID, m.RevisionID, m.UnitID, m.Body, m.CoverID, m.Pictures = "", sql.NewID(), sql.NewID(), o.Town.ID, "<p>甲</p>", "", channels.Pictures{}
	var err error
	if m.SHA256, err = m.Hash(); err != nil {
		o.t.Fatalf("Hash: %v", err)
	}
	var made []channels.Delivery
	err = o.db.InTx(o.t.Context(), func(tx *sql.DB) error {
		made, err = channels.Enqueue(o.t.Context(), tx, o.out, o.People["officer"], m, []accounts.Account{o.account}, o.db.Now())
		return err
	})
	if err != nil {
		o.t.Fatalf("Enqueue: %v", err)
	}
	return made[0].ID
}

// work performs a delivery that is due.
func (o *office) work(id string) channels.View {
	o.t.Helper()
	delivery, mine, err := channels.Claim(o.t.Context(), o.db, id, o.out.Pace.Lease)
	if err != nil || !mine {
		o.t.Fatalf("Claim(%s) = %v, %v", id, mine, err)
	}
	if err := channels.Perform(o.t.Context(), o.db, o.out, delivery); err != nil {
		o.t.Fatalf("Perform(%s): %v", id, err)
	}
	view, err := channels.Get(o.t.Context(), o.db, o.People["officer"], id)
	if err != nil {
		o.t.Fatalf("Get(%s): %v", id, err)
	}
	return view
}

func TestADeliveryToAnEndpointThatFailedItsTestGoesOnWhenItIsMended(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		b := &backend{say: func(rw http.ResponseWriter, _ string) { rw.WriteHeader(http.StatusOK) }}
		o := newOffice(t, db, b.serve(t))
		view := o.work(o.schedule())
		if view.State != channels.Failed || view.ErrorCode != "endpoint_unverified" || view.IntentAt != nil || b.articles.Load() != 0 {
			t.Fatalf("the delivery = %+v with %d articles sent, want it refused and nothing sent", view.Delivery, b.articles.Load())
		}
		b.say = repeats
		if _, err := channels.TryAgain(t.Context(), db, o.People["officer"], view.ID, view.Version); err != nil {
			t.Fatalf("Retry: %v", err)
		}
		if view = o.work(view.ID); view.State != channels.StatePublished || b.articles.Load() != 1 {
			t.Errorf("again = %+v with %d articles sent, want it published", view.Delivery, b.articles.Load())
		}
	})
}

func TestAnEndpointIsTestedOnceAndAgainWhenItOrASecretChanges(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		b := &backend{say: repeats}
		endpoint := b.serve(t)
		o := newOffice(t, db, endpoint)
		credentials := accounts.Credentials{"secret": secret}
		is := func(when string, want bool, account accounts.Account, credentials accounts.Credentials) {
			t.Helper()
			if at, err := o.restart(endpoint).Verified(t.Context(), account, credentials); err != nil || (at != nil) != want {
				t.Errorf("%s: Verified = %v, %v, want %v", when, at, err, want)
			}
		}
		is("saved", false, o.account, credentials)
		for range 3 {
			o.restart(endpoint)
			if view := o.work(o.schedule()); view.State != channels.StatePublished {
				t.Fatalf("the delivery = %+v", view.Delivery)
			}
		}
		if b.pings.Load() != 1 {
			t.Errorf("%d tests, want one for all nodes", b.pings.Load())
		}
		is("answered", true, o.account, credentials)
		rotated := app.Rotate(credentials)
		o.bind(rotated)
		is("a new secret", false, o.account, rotated)
		if err := o.restart(endpoint).Ping(t.Context(), o.account, rotated); err != nil {
			t.Fatalf("Ping: %v", err)
		}
		is("both secrets", true, o.account, rotated)
		is("the new one alone", false, o.account, app.Settle(rotated))
		moved := o.account
		moved.Settings = sql.Object{"endpoint": endpoint + "/other"}
		is("another address", false, moved, rotated)
	})
}

// An account that was bound before tests were asked for, and whose app takes articles, goes on although its app knows no tests.
func TestAnAppThatTookArticlesSinceItsAccountWasChangedIsActive(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		b := &backend{say: repeats}
		endpoint := b.serve(t)
		o := newOffice(t, db, endpoint)
		o.work(o.schedule())
		b.say = func(rw http.ResponseWriter, _ string) { rw.WriteHeader(http.StatusNotFound) } // from here on as before tests were asked for
		if _, err := db.Exec(t.Context(), "app_endpoint.keep", sql.Args{"account_id": o.account.ID, "mark": "", "at": (*sql.Time)(nil)}); err != nil {
			t.Fatal(err)
		}
		o.restart(endpoint)
		if view := o.work(o.schedule()); view.State != channels.StatePublished || b.articles.Load() != 2 {
			t.Errorf("an app that takes articles: %+v, want it published", view.Delivery)
		}
		o.restart(endpoint)
		o.bind(accounts.Credentials{"secret": app.NewSecret()})
		if view := o.work(o.schedule()); view.ErrorCode != "endpoint_unverified" || b.articles.Load() != 2 {
			t.Errorf("with another secret: %+v, want it refused", view.Delivery)
		}
	})
}

// An app took an article for later, a person said that it is not shown, and then the app reports it published.
func TestAnAppThatPublishesAfterAConfirmedRetractionCallsAPerson(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		server := httptest.NewServer(answering(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusAccepted) }))
		t.Cleanup(server.Close)
		o := newOffice(t, db, server.URL)
		view := o.work(o.schedule())
		order, err := channels.RetractAll(t.Context(), db, o.out, o.People["officer"], channels.Recall{OriginID: view.OriginID, Cause: channels.OtherCause, Reason: "内容有误"})
		if err != nil {
			t.Fatalf("RetractAll: %v", err)
		}
		get := func() channels.View {
			t.Helper()
			task, err := channels.Get(t.Context(), db, o.People["officer"], order.Channels[0].ID)
			if err != nil {
				t.Fatalf("Get: %v", err)
			}
			return task
		}
		if _, err := channels.ConfirmRetracted(t.Context(), db, o.People["officer"], get().ID, get().Version, channels.Report{Evidence: "客户端里没有"}); err != nil {
			t.Fatalf("ConfirmRetracted: %v", err)
		}
		channel := o.restart(server.URL)
		said := app.Callback{ItemID: view.OriginID, Progress: channels.Progress{Stage: channels.Published, ExternalID: "9", URL: "https://app.example.com/9"}}
		for range 2 {
			if err := channel.Hear(t.Context(), db, o.out, o.account, said); err != nil {
				t.Fatalf("Hear: %v", err)
			}
			if task := get(); task.State != channels.Submitted || task.ErrorCode != "reappeared" || task.PublicURL != "https://app.example.com/9" {
				t.Errorf("the retraction = %+v, want a task with the address", task.Delivery)
			}
		}
	})
}
