package channels_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// script is a platform that does what a test says and remembers what it was asked.
type script struct {
	mu      sync.Mutex
	asked   []string // "prepare", "submit", "find", "poll", in the order they came
	limits  []channels.Limit
	prepare func(context.Context, *channels.Job) error
	submit  func(context.Context, *channels.Job) (channels.Progress, error)
	find    func(context.Context, *channels.Job) (channels.Progress, error)
	poll    func(context.Context, *channels.Job) (channels.Progress, error)
}

func (s *script) ask(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, call)
}

// calls returns what was asked so far and forgets it.
func (s *script) calls() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := fmt.Sprint(s.asked)
	s.asked = nil
	return asked
}

func (s *script) Preview(message channels.Message, account accounts.Account) channels.Preview {
	return channels.Preview{Platform: account.Platform, Title: message.Title, Limits: s.limits}
}

func (s *script) Prepare(ctx context.Context, job *channels.Job) error {
	s.ask("prepare")
	if s.prepare != nil {
		return s.prepare(ctx, job)
	}
	return nil
}

func (s *script) Submit(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	s.ask("submit")
	if s.submit != nil {
		return s.submit(ctx, job)
	}
	return published("post-" + job.Delivery.ID), nil
}

func (s *script) Find(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	s.ask("find")
	if s.find != nil {
		return s.find(ctx, job)
	}
	return channels.Progress{Stage: channels.Absent}, nil
}

func (s *script) Poll(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	s.ask("poll")
	if s.poll != nil {
		return s.poll(ctx, job)
	}
	return published("post-" + job.Delivery.ID), nil
}

func published(id string) channels.Progress {
	return channels.Progress{Stage: channels.Published, ExternalID: id, URL: "https://wx.example.cn/s/" + id}
}

// always answers every call the same.
func always(progress channels.Progress, err error) func(context.Context, *channels.Job) (channels.Progress, error) {
	return func(context.Context, *channels.Job) (channels.Progress, error) { return progress, err }
}

func stage(s channels.Stage) func(context.Context, *channels.Job) (channels.Progress, error) {
	return always(channels.Progress{Stage: s}, nil)
}

func trouble(class channels.Class) *channels.PlatformError {
	return &channels.PlatformError{Code: "40001", Class: class, Text: "the platform's words", Advice: "请按提示处理（40001）。"}
}

// desk is a district with one WeChat account that is sent to automatically and one that a person posts to by hand.
type desk struct {
	t     *testing.T
	db    *sql.DB
	clock *testClock
	out   *channels.Outside
	fake  *script // the WeChat of this test
	hand  *script // the manual channel
	files map[string][]byte
	unitstest.Place
	account accounts.Account
	manual  accounts.Account
}

func eachDesk(t *testing.T, test func(d *desk)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { test(newDesk(t, db)) })
}

func newDesk(t *testing.T, db *sql.DB) *desk {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatalf("rules.Builtin: %v", err)
	}
	keys, err := accounts.ParseKeyring("k1:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatalf("ParseKeyring: %v", err)
	}
	d := &desk{t: t, clock: newTestClock(), fake: &script{}, hand: &script{}, files: map[string][]byte{}}
	d.hand.submit, d.hand.poll = stage(channels.Awaiting), stage(channels.Awaiting)
	d.db = db.WithClock(d.clock.Now)
	d.out = &channels.Outside{
		Channels: map[accounts.Platform]channels.Channel{accounts.WeChat: d.fake}, Manual: d.hand, Keys: keys, Book: rules.NewBook(library),
		Open: func(_ context.Context, sha256 string) ([]byte, error) {
			if content, ok := d.files[sha256]; ok {
				return content, nil
			}
			return nil, errors.New("no such picture")
		},
		PublicBase: "https://gov.example.cn", Log: slog.New(slog.DiscardHandler),
		Pace: channels.Pace{Lease: 90 * time.Second, Call: 60 * time.Second, Backoff: []time.Duration{time.Minute, 5 * time.Minute},
			Poll: []time.Duration{10 * time.Second, time.Minute}, GiveUp: time.Hour},
	}
	d.Place = unitstest.District(t, d.db)
	d.account = d.register(accounts.WeChat, accounts.KindWeChatSubscription, "清源镇发布", accounts.Auto, d.Town.ID)
	d.manual = d.register(accounts.VideoAccount, accounts.KindVideoAccount, "清源镇视频号", accounts.Manual, d.Town.ID)
	return d
}

// register adds an account in use, with credentials where it is sent to automatically.
func (d *desk) register(platform accounts.Platform, kind accounts.Kind, name string, mode accounts.Mode, unitID string) accounts.Account {
	d.t.Helper()
	since := d.db.Now().Add(-24 * time.Hour)
	account, err := accounts.Create(d.t.Context(), d.db, d.out.Book, units.System, accounts.NewAccount{UnitID: unitID, Platform: platform, Kind: kind,
		Name: name, Mode: mode, State: accounts.InUse, InUseAt: &since})
	if err != nil {
		d.t.Fatalf("accounts.Create(%s): %v", name, err)
	}
	if mode == accounts.Auto {
		account = d.bind(account)
	}
	return account
}

// another adds one more WeChat account that is sent to automatically.
func (d *desk) another(n int) accounts.Account {
	d.t.Helper()
	return d.register(accounts.WeChat, accounts.KindWeChatSubscription, fmt.Sprintf("清源镇发布%d号", n), accounts.Auto, d.Town.ID)
}

func (d *desk) bind(account accounts.Account) accounts.Account {
	d.t.Helper()
	account, err := accounts.SetCredentials(d.t.Context(), d.db, d.out.Keys, units.System, account.ID, account.Version, accounts.Credentials{"app_secret": "secret"})
	if err != nil {
		d.t.Fatalf("accounts.SetCredentials: %v", err)
	}
	return account
}

// message returns a frozen text of Town that nothing stands against.
func (d *desk) message() channels.Message {
	d.t.Helper()
	m := channels.Message{OriginID: sql.NewID(), RevisionID: sql.NewID(), UnitID: d.Town.ID, Title: "清源镇防汛提示", Body: "<p>请注意防汛。</p>", Pictures: channels.Pictures{}}
	var err error
	if m.SHA256, err = m.Hash(); err != nil {
		d.t.Fatalf("Hash: %v", err)
	}
	return m
}

// enqueue schedules a message for now and returns the ids of its deliveries.
func (d *desk) enqueue(message channels.Message, to ...accounts.Account) []string {
	d.t.Helper()
	deliveries, err := d.tryEnqueue(message, d.db.Now(), to...)
	if err != nil {
		d.t.Fatalf("Enqueue: %v", err)
	}
	ids := make([]string, len(deliveries))
	for i, delivery := range deliveries {
		ids[i] = delivery.ID
	}
	return ids
}

func (d *desk) tryEnqueue(message channels.Message, due sql.Time, to ...accounts.Account) (deliveries []channels.Delivery, err error) {
	err = d.db.InTx(d.t.Context(), func(tx *sql.DB) error {
		deliveries, err = channels.Enqueue(d.t.Context(), tx, d.out, d.People["officer"], message, to, due)
		return err
	})
	return deliveries, err
}

// one schedules a new message to the automatic account and returns its delivery's id.
func (d *desk) one() string {
	d.t.Helper()
	return d.enqueue(d.message(), d.account)[0]
}

func (d *desk) claim(id string) channels.Claimed {
	d.t.Helper()
	delivery, mine, err := channels.Claim(d.t.Context(), d.db, id, d.out.Pace.Lease)
	if err != nil || !mine {
		d.t.Fatalf("Claim(%s) = %v, %v, want it", id, mine, err)
	}
	return delivery
}

// work claims a delivery and performs it as far as it goes now.
func (d *desk) work(id string) channels.View {
	d.t.Helper()
	if err := channels.Perform(d.t.Context(), d.db, d.out, d.claim(id)); err != nil {
		d.t.Fatalf("Perform(%s): %v", id, err)
	}
	return d.view(id)
}

// next lets the time pass until the delivery is due again, and performs it.
func (d *desk) next(id string) channels.View {
	d.t.Helper()
	view := d.view(id)
	if view.NextAt == nil {
		d.t.Fatalf("delivery in state %s waits for nothing", view.State)
	}
	if wait := view.NextAt.Sub(d.db.Now()); wait > 0 {
		d.clock.Advance(wait)
	}
	return d.work(id)
}

func (d *desk) view(id string) channels.View {
	d.t.Helper()
	return d.viewAs("officer", id)
}

func (d *desk) viewAs(who, id string) channels.View {
	d.t.Helper()
	view, err := channels.Get(d.t.Context(), d.db, d.People[who], id)
	if err != nil {
		d.t.Fatalf("Get(%s) as %s: %v", id, who, err)
	}
	return view
}

// stands checks where a delivery is and that nobody holds it.
func (d *desk) stands(what string, view channels.View, want channels.State) {
	d.t.Helper()
	if view.State != want || view.Holder != nil || view.LeaseUntil != nil {
		d.t.Errorf("%s: state %s, holder %v, lease %v, error %q %q; want %s, held by nobody", what, view.State, view.Holder, view.LeaseUntil,
			view.ErrorCode, view.ErrorAdvice, want)
	}
}

func (d *desk) asked(what, want string) {
	d.t.Helper()
	if got := d.fake.calls(); got != want {
		d.t.Errorf("%s: the platform was asked %s, want %s", what, got, want)
	}
}

// posts returns how many posts the automatic account has.
func (d *desk) posts() int {
	d.t.Helper()
	page, err := accounts.Posts(d.t.Context(), d.db, d.People["officer"], accounts.PostFilter{AccountID: d.account.ID, PerPage: 100})
	if err != nil {
		d.t.Fatalf("accounts.Posts: %v", err)
	}
	return len(page.Items)
}

// picture puts a file into the store and returns it as a message names it.
func (d *desk) picture(content string) channels.Picture {
	sum := sha256.Sum256([]byte(content))
	key := hex.EncodeToString(sum[:])
	d.files[key] = []byte(content)
	return channels.Picture{ID: sql.NewID(), SHA256: key, MIME: "image/jpeg", Size: int64(len(content))}
}

// steps lists the lines people see of a delivery as name:outcome.
func steps(view channels.View) []string {
	var lines []string
	for _, step := range view.Steps {
		lines = append(lines, step.Name+":"+string(step.Outcome))
	}
	return lines
}

func refused(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s = %v, want %v", what, err, want)
	}
}

func sqliteOf(t *testing.T) *sql.DB {
	t.Helper()
	return sqltest.SQLite(t)
}

func otherKeys(t testing.TB) *accounts.Keyring {
	t.Helper()
	keys, err := accounts.ParseKeyring("k2:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatalf("ParseKeyring: %v", err)
	}
	return keys
}
