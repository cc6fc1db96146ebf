package accounts_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// world is a district under 潼南 2022 with a clock that the test sets.
type world struct {
	t    *testing.T
	db   *sql.DB
	now  *time.Time
	book rules.Book
	unitstest.Place
}

// each runs a test in a fresh world on each database.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { test(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *sql.DB) *world {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatalf("rules.Builtin: %v", err)
	}
	now := clock(t, "2024-06-03 09:00")
	w := &world{t: t, now: &now, book: rules.NewBook(library)}
	w.db = db.WithClock(func() time.Time { return *w.now })
	w.Place = unitstest.District(t, w.db)
	return w
}

// clock reads a Beijing time to the minute or the second.
func clock(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, s, sql.Beijing); err == nil {
			return at
		}
	}
	t.Fatalf("clock(%q): no such time", s)
	return time.Time{}
}

func (w *world) time(s string) sql.Time { return sql.FromStd(clock(w.t, s)) }

// at sets the clock.
func (w *world) at(s string) { *w.now = clock(w.t, s) }

// reach lets the clock go on to an instant where it is behind.
func (w *world) reach(s string) {
	if at := clock(w.t, s); w.now.Before(at) {
		*w.now = at
	}
}

// under adds a unit that works under another rulebook.
func (w *world) under(rulebook string) units.Unit {
	w.t.Helper()
	unit, err := units.Create(w.t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: "单位" + rulebook,
		Level: units.LevelCountyDepartment, Rulebook: rulebook})
	if err != nil {
		w.t.Fatalf("units.Create: %v", err)
	}
	return unit
}

var platforms = map[accounts.Kind]accounts.Platform{
	accounts.KindWeChatSubscription: accounts.WeChat, accounts.KindWeChatService: accounts.WeChat, accounts.KindWeibo: accounts.Weibo,
	accounts.KindApp: accounts.App, accounts.KindDouyin: accounts.Douyin, accounts.KindWebsite: accounts.Website, accounts.KindSubsite: accounts.Website,
}

// valid is a new account of Town that nothing stands against, in use.
func (w *world) valid(kind accounts.Kind, name string) accounts.NewAccount {
	return accounts.NewAccount{UnitID: w.Town.ID, Platform: platforms[kind], Kind: kind, Name: name, Mode: accounts.Manual, State: accounts.InUse}
}

// account registers an account of Town that is in use since an instant; the clock goes on to it where it is behind.
func (w *world) account(kind accounts.Kind, name, since string) accounts.Account {
	w.t.Helper()
	w.reach(since)
	in := w.valid(kind, name)
	in.InUseAt = w.time(since).Ptr()
	return w.create(in)
}

func (w *world) create(in accounts.NewAccount) accounts.Account {
	w.t.Helper()
	account, err := accounts.Create(w.t.Context(), w.db, w.book, w.People["admin"], in)
	if err != nil {
		w.t.Fatalf("Create(%s): %v", in.Name, err)
	}
	return account
}

// column opens a column of a site at an instant.
func (w *world) column(site accounts.Account, kind rules.Kind, level int, name, created string) accounts.Column {
	w.t.Helper()
	w.reach(created)
	column, err := accounts.CreateColumn(w.t.Context(), w.db, w.book, w.People["admin"], accounts.NewColumn{AccountID: site.ID, Name: name, Kind: kind,
		Level: level, CreatedAt: w.time(created).Ptr()})
	if err != nil {
		w.t.Fatalf("CreateColumn(%s): %v", name, err)
	}
	return column
}

// post records, now, a post that was published at an instant; the clock goes on to that instant where it is behind.
func (w *world) post(account accounts.Account, columnID, published string) accounts.Post {
	w.t.Helper()
	w.reach(published)
	id := fmt.Sprintf("post-%s-%s", columnID, published)
	in := accounts.NewPost{AccountID: account.ID, ExternalID: &id, Title: "一则动态 " + published, Source: accounts.Observed, PublishedAt: w.time(published)}
	if columnID != "" {
		in.ColumnID = &columnID
	}
	post, created, err := accounts.RecordPost(w.t.Context(), w.db, w.book, units.System, in)
	if err != nil || !created {
		w.t.Fatalf("RecordPost(%s, %s) = %v, %v, want a new post", account.Name, published, created, err)
	}
	return post
}

func (w *world) card(id string) accounts.Card {
	w.t.Helper()
	card, err := accounts.CardOf(w.t.Context(), w.db, w.book, w.People["officer"], id)
	if err != nil {
		w.t.Fatalf("CardOf: %v", err)
	}
	return card
}

func (w *world) columnCard(id string) accounts.ColumnCard {
	w.t.Helper()
	card, err := accounts.ColumnCardOf(w.t.Context(), w.db, w.book, w.People["officer"], id)
	if err != nil {
		w.t.Fatalf("ColumnCardOf: %v", err)
	}
	return card
}

// stands checks how something stands now: its label, its due time ("" for none) and the clause.
func (w *world) stands(what string, got accounts.Standing, label, due, citation string) {
	w.t.Helper()
	at := ""
	if got.DueAt != nil {
		at = got.DueAt.Std().Format("2006-01-02 15:04")
	}
	if got.Label != label || at != due || got.Citation != citation {
		w.t.Errorf("%s at %s: %s, due %q, %q; want %s, due %q, %q", what, w.now.Format(time.DateTime), got.Label, at, got.Citation, label, due, citation)
	}
}

// missed checks the recorded breaches, the latest first, each as "start → end: gap h, over h".
func (w *world) missed(what string, got []accounts.Breach, want ...string) {
	w.t.Helper()
	var lines []string
	for _, b := range got {
		lines = append(lines, fmt.Sprintf("%s → %s: %d, %d", b.StartedAt.Std().Format("01-02 15:04"), b.EndedAt.Std().Format("01-02 15:04"),
			b.GapMs/3_600_000, b.OverMs/3_600_000))
	}
	if fmt.Sprint(lines) != fmt.Sprint(want) {
		w.t.Errorf("%s: breaches %q, want %q", what, lines, want)
	}
}

// refused checks that an error is the fault wanted.
func refused(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s = %v, want %v", what, err, want)
	}
}

func keyring(t testing.TB, ids ...string) *accounts.Keyring {
	t.Helper()
	text := ""
	for _, id := range ids {
		key := make([]byte, 32)
		copy(key, id)
		text += id + ":" + base64.StdEncoding.EncodeToString(key) + "\n"
	}
	ring, err := accounts.ParseKeyring(text)
	if err != nil {
		t.Fatalf("ParseKeyring: %v", err)
	}
	return ring
}

func ref[T any](v T) *T { return &v }
