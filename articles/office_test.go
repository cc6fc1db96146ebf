package articles_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// weChat is a platform with one limit; what it is sent stays pending.
type weChat struct{}

const weChatTitle = 64

func (weChat) Preview(message channels.Message, account accounts.Account) channels.Preview {
	used := len([]rune(message.Title))
	return channels.Preview{Platform: account.Platform, Title: message.Title, HTML: message.Body, Limits: []channels.Limit{
		{Field: "title", Label: "标题", Used: used, Max: weChatTitle, OK: used <= weChatTitle, Sentence: "标题超过 64 个字，请缩短。"}}}
}

func (weChat) Prepare(context.Context, *channels.Job) error { return nil }

func (weChat) Submit(context.Context, *channels.Job) (channels.Progress, error) {
	return channels.Progress{Stage: channels.Pending, Next: time.Minute}, nil
}

func (weChat) Find(context.Context, *channels.Job) (channels.Progress, error) {
	return channels.Progress{Stage: channels.Absent}, nil
}

func (weChat) Poll(context.Context, *channels.Job) (channels.Progress, error) {
	return channels.Progress{Stage: channels.Pending, Next: time.Minute}, nil
}

// office is the district with an account of Town, and a clock that the test moves.
type office struct {
	t     *testing.T
	db    *sql.DB
	mu    sync.Mutex
	now   time.Time
	book  rules.Book
	out   *channels.Outside
	store files.Store
	unitstest.Place
	account accounts.Account // Town's
	second  accounts.Account // Town's too
	foreign accounts.Account // Bureau's
}

func eachOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { test(newOffice(t, db)) })
}

func newOffice(t *testing.T, db *sql.DB) *office {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatalf("rules.Builtin: %v", err)
	}
	keys, err := accounts.ParseKeyring("k1:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatalf("ParseKeyring: %v", err)
	}
	store, err := files.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatalf("OpenFolder: %v", err)
	}
	t.Cleanup(func() { _ = store.Close() })
	o := &office{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, sql.Beijing), book: rules.NewBook(library), store: store}
	o.db = db.WithClock(o.clock)
	o.out = &channels.Outside{Channels: map[accounts.Platform]channels.Channel{accounts.WeChat: weChat{}}, Keys: keys, Book: o.book,
		PublicBase: "https://gov.example.cn", Pace: channels.DefaultPace(), Log: slog.New(slog.DiscardHandler)}
	o.Place = unitstest.District(t, o.db)
	o.account = o.register("清源镇发布", o.Town)
	o.second = o.register("清源镇便民服务", o.Town)
	o.foreign = o.register("示范区云林", o.Bureau)
	return o
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(time.Second) // each thing done has a time of its own
	return o.now
}

func (o *office) register(name string, unit units.Unit) accounts.Account {
	o.t.Helper()
	account, err := accounts.Create(o.t.Context(), o.db, o.out.Book, units.System, accounts.NewAccount{UnitID: unit.ID, Platform: accounts.WeChat,
		Kind: accounts.KindWeChatSubscription, Name: name, Mode: accounts.Auto, State: accounts.InUse})
	if err == nil {
		account, err = accounts.SetCredentials(o.t.Context(), o.db, o.out.Keys, units.System, account.ID, account.Version, accounts.Credentials{"app_secret": "x"})
	}
	if err != nil {
		o.t.Fatalf("register %s: %v", name, err)
	}
	return account
}

// under adds a unit of its own rulebook with an account and people, each by role.
func (o *office) under(rulebook string, roles ...units.Role) (units.Unit, accounts.Account) {
	o.t.Helper()
	unit, err := units.Create(o.t.Context(), o.db, units.System, units.NewUnit{ParentID: o.Office.ID, Name: "单位" + rulebook,
		Level: units.LevelCountyDepartment, Rulebook: rulebook})
	if err != nil {
		o.t.Fatalf("units.Create: %v", err)
	}
	for _, role := range roles {
		name := rulebook + "/" + string(role)
		o.People[name] = unitstest.Person(o.t, o.db, strings.NewReplacer("/", "-", "_", "-").Replace(name), rules.RoleName(role), role, unit)
	}
	return unit, o.register("账号"+rulebook, unit)
}

// alsoIs gives somebody a second role at a unit.
func (o *office) alsoIs(who string, role units.Role, unit units.Unit) {
	o.t.Helper()
	actor := o.People[who]
	if err := units.GrantRole(o.t.Context(), o.db, units.System, actor.PersonID, units.RoleAt{UnitID: unit.ID, Role: role}); err != nil {
		o.t.Fatalf("units.GrantRole: %v", err)
	}
	actor.Roles = append(slices.Clone(actor.Roles), units.HeldRole{UnitID: unit.ID, UnitName: unit.Name, Role: role})
	o.People[who] = actor
}

// text is a form of Town that nothing stands against.
func (o *office) text() articles.Text {
	return articles.Text{UnitID: o.Town.ID, Title: "清源镇开展防汛演练", Digest: "镇村两级同步演练。", Byline: "云小禾", Source: "清源镇党政办",
		Body: "<p>6月3日，清源镇开展防汛演练。</p>", AccountIDs: []string{o.account.ID}}
}

func (o *office) create(who string, text articles.Text) articles.Article {
	o.t.Helper()
	saved, err := articles.Create(o.t.Context(), o.db, o.People[who], text)
	if err != nil {
		o.t.Fatalf("Create by %s: %v", who, err)
	}
	return saved.Article
}

func (o *office) submit(who, id string) articles.View {
	o.t.Helper()
	if _, err := o.trySubmit(who, id); err != nil {
		o.t.Fatalf("Submit by %s: %v", who, err)
	}
	return o.view(id)
}

func (o *office) trySubmit(who, id string) (articles.Article, error) {
	o.t.Helper()
	return articles.Submit(o.t.Context(), o.db, o.book, o.out, o.People[who], id, o.view(id).Version)
}

// submitted returns a new article of the officer that is being signed.
func (o *office) submitted() articles.View {
	o.t.Helper()
	return o.submit("officer", o.create("officer", o.text()).ID)
}

// view is the article as the office above sees it: everything, and nothing to do.
func (o *office) view(id string) articles.View {
	o.t.Helper()
	return o.viewAs("admin", id)
}

func (o *office) viewAs(who, id string) articles.View {
	o.t.Helper()
	view, err := articles.Get(o.t.Context(), o.db, o.book, o.People[who], id)
	if err != nil {
		o.t.Fatalf("Get as %s: %v", who, err)
	}
	return view
}

func (o *office) trySign(who, id, label string) (articles.Article, error) {
	o.t.Helper()
	view := o.view(id)
	return articles.Sign(o.t.Context(), o.db, o.book, o.People[who], id, view.Version, view.SHA256, label, "同意")
}

// sign lets people sign one after another.
func (o *office) sign(id string, people ...string) {
	o.t.Helper()
	for _, who := range people {
		if _, err := o.trySign(who, id, ""); err != nil {
			o.t.Fatalf("Sign by %s: %v: %s", who, err, sentence(err))
		}
	}
}

// chain is who signs the six stages of 潼南 2022, in order.
var chain = []string{"officer", "deputy", "head", "officer", "section", "deputy"}

func (o *office) signed() articles.View {
	o.t.Helper()
	id := o.submitted().ID
	o.sign(id, chain...)
	return o.view(id)
}

func (o *office) trySchedule(who, id string, at *sql.Time) (articles.Article, error) {
	o.t.Helper()
	return articles.Schedule(o.t.Context(), o.db, o.book, o.out, o.People[who], id, o.view(id).Version, at)
}

func (o *office) schedule(id string, at *sql.Time) articles.View {
	o.t.Helper()
	if _, err := o.trySchedule("deputy", id, at); err != nil {
		o.t.Fatalf("Schedule: %v: %s", err, sentence(err))
	}
	return o.view(id)
}

// is checks where an article stands.
func (o *office) is(what, id string, want articles.State, standing int) {
	o.t.Helper()
	view := o.view(id)
	count := 0
	for _, s := range view.Signatures {
		if s.VoidedAt == nil && s.Decision == articles.DecisionSigned {
			count++
		}
	}
	if view.State != want || count != standing {
		o.t.Errorf("%s: %s with %d standing signatures, want %s with %d", what, view.State, count, want, standing)
	}
}

// picture puts a picture into a unit's library.
func (o *office) picture(who string, unit units.Unit) articles.Media {
	o.t.Helper()
	media, err := articles.AddPicture(o.t.Context(), o.db, o.store, o.People[who], unit.ID, "照片.png", pngOf(o.t, color.RGBA{R: 200, A: 255}))
	if err != nil {
		o.t.Fatalf("AddPicture: %v", err)
	}
	return media
}

func pngOf(t testing.TB, c color.Color) io.Reader {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		picture.Set(i%40, i/40, c)
	}
	var content bytes.Buffer
	if err := png.Encode(&content, picture); err != nil {
		t.Fatalf("png.Encode: %v", err)
	}
	return &content
}

func sentence(err error) string {
	if f := fault.As(err); f != nil {
		return f.Sentence
	}
	return ""
}

// refused checks that an error is the fault wanted and that its sentence has some words.
func refused(t testing.TB, what string, err, want error, words ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s = %v, want %v", what, err, want)
		return
	}
	for _, word := range words {
		if !strings.Contains(sentence(err), word) {
			t.Errorf("%s says %q, want %q in it", what, sentence(err), word)
		}
	}
}

// atOnce runs a thing many times at the same moment and returns the errors.
func atOnce(many int, do func(i int) error) []error {
	errs := make([]error, many)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() { <-start; errs[i] = do(i) })
	}
	close(start)
	all.Wait()
	return errs
}

// oneOf checks that exactly one of several got through and the others were refused for one of the reasons.
func oneOf(t testing.TB, what string, errs []error, reasons ...error) {
	t.Helper()
	through := 0
	for _, err := range errs {
		if err == nil {
			through++
		} else if !slices.ContainsFunc(reasons, func(r error) bool { return errors.Is(err, r) }) {
			t.Errorf("%s: one ended with %v, want one of %v", what, err, reasons)
		}
	}
	if through != 1 {
		t.Errorf("%s: %d got through, want exactly one: %v", what, through, errs)
	}
}

func labels(signatures []articles.Signature) string {
	var list []string
	for _, s := range signatures {
		list = append(list, fmt.Sprintf("%s/%s/%s/%v", s.Label, s.PersonName, s.Role, s.VoidedAt == nil))
	}
	return strings.Join(list, " ")
}
