package accounts_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// watchCase is a filter of the list, and what it is called on a card.
type watchCase struct {
	who string
	accounts.WatchFilter
}

// cards are the numbers of a card, each with the list that it opens.
var cards = []struct {
	name    string
	status  rules.Status
	dueSoon bool
	number  func(accounts.Counts) int64
}{
	{"timed", "", false, func(c accounts.Counts) int64 { return c.OK + c.Stale }},
	{"ok", rules.StatusOK, false, func(c accounts.Counts) int64 { return c.OK }},
	{"due_soon", rules.StatusOK, true, func(c accounts.Counts) int64 { return c.DueSoon }},
	{"stale", rules.StatusStale, false, func(c accounts.Counts) int64 { return c.Stale }},
	{"no_rule", rules.StatusNoRule, false, func(c accounts.Counts) int64 { return c.NoRule }},
	{"pending", rules.StatusCalendarPending, false, func(c accounts.Counts) int64 { return c.Pending }},
	{"unknown", rules.StatusUnknown, false, func(c accounts.Counts) int64 { return c.Unread }},
}

// Whatever narrows the dashboard and the list, the list is as long as the number on the card: for accounts and columns, under
// every rulebook and rule, in every order, for units in small and in large subtrees, and for somebody with two units.
func TestTheWatchlistIsAsLongAsTheCardSays(t *testing.T) {
	each(t, func(w *world) {
		random := rand.New(rand.NewPCG(5, 11))
		w.book = waiting(t)
		offices := w.mixed(random)
		w.People["two"] = unitstest.Person(t, w.db, "two", "竹两处", units.OfficeAdmin, w.Town, w.Bureau)
		w.listsAgree(offices, random)
	})
}

// waiting is all rulebooks, with some figures counted in working days whose year is missing: 潼南's for accounts, and for columns for
// news; the national card's for policies.
func waiting(t *testing.T) rules.Book {
	t.Helper()
	files := fstest.MapFS{}
	paths, err := filepath.Glob("../rules/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := map[string][]string{"tongnan-2022.yaml": {"{n: 1, unit: week}", "{n: 10, unit: day}"}, "national-2019.yaml": {"{n: 6, unit: month}"}}
		for _, figure := range changed[filepath.Base(path)] {
			if !bytes.Contains(data, []byte("max_gap: "+figure)) {
				t.Fatalf("%s no longer says %q", path, figure)
			}
			data = bytes.Replace(data, []byte("max_gap: "+figure), []byte("max_gap: {n: 5, unit: working_day}"), 1)
		}
		files[strings.TrimPrefix(filepath.ToSlash(path), "../rules/")] = &fstest.MapFile{Data: data}
	}
	library, err := rules.Load(files)
	if err != nil {
		t.Fatalf("rules.Load: %v", err)
	}
	book := rules.NewBook(library)
	book.Calendar = nil
	return book
}

// mixed fills some units under different rulebooks with accounts and columns that stand in every way, and returns the units.
func (w *world) mixed(random *rand.Rand) []units.Unit {
	w.t.Helper()
	w.at("2026-02-20 09:00")
	offices := []units.Unit{w.Office, w.Town, w.Bureau, w.Section, w.under("zhaotong-2018"), w.under("xiangxi-2018")}
	for _, i := range []int{1, 4, 5} { // the national card holds beside some of them only
		w.layered(offices[i], national, "2026-01-01 00:00")
	}
	kinds := []accounts.Kind{accounts.KindWeibo, accounts.KindWeChatService, accounts.KindWeChatService, accounts.KindDouyin, accounts.KindWebsite}
	columns := []rules.Kind{rules.NewsColumn, rules.PolicyColumn, rules.Kind("annual")}
	var all []accounts.Account
	for i := range 60 {
		*w.now = w.now.Add(time.Duration(random.IntN(1250)) * time.Minute)
		in := w.valid(kinds[i%len(kinds)], fmt.Sprint("账号", random.IntN(8), "号", i))
		in.UnitID = offices[random.IntN(len(offices))].ID
		account := w.create(in)
		all = append(all, account)
		if account.Platform != accounts.Website {
			continue
		}
		for j := range 1 + random.IntN(3) {
			column := w.column(account, columns[j], 1, fmt.Sprint("栏目", i, "之", j), w.now.Format("2006-01-02 15:04"))
			if random.IntN(2) == 0 {
				w.post(account, column.ID, w.now.Format("2006-01-02 15:04"))
			}
		}
	}
	for _, account := range all {
		for range []int{0, 0, 0, 1, 2}[random.IntN(5)] { // unread, or out of use after that
			w.turn(account)
		}
	}
	return offices
}

func (w *world) listsAgree(offices []units.Unit, random *rand.Rand) {
	laws := [][2]string{{"", ""}, {"tongnan-2022", ""}, {national, ""}, {"xiangxi-2018", ""}, {"zhaotong-2018", ""}, {"tongnan-2022", "account-default"},
		{"tongnan-2022", "blank-is-stale"}, {national, "account-any"}, {national, "column-news"}}
	seen := map[string]int{}
	for i, platform := range []accounts.Platform{"", accounts.WeChat, accounts.Website, accounts.App} {
		if i == 1 {
			if _, err := accounts.CountTallies(w.t.Context(), w.db); err != nil {
				w.t.Fatalf("CountTallies: %v", err)
			}
		}
		for _, law := range laws {
			for _, kind := range []rules.SubjectKind{"", rules.AccountSubject, rules.ColumnSubject} {
				c := watchCase{who: "admin", WatchFilter: accounts.WatchFilter{Platform: platform, Rulebook: law[0], Rule: law[1], SubjectKind: kind, PerPage: 4 + random.IntN(12)}}
				if place := random.IntN(len(offices) + 2); place < len(offices) {
					c.UnitID = offices[place].ID
				} else if place == len(offices) {
					c.who = "two"
				}
				accounts.FromTallies(w.t, random.IntN(2) == 0)
				w.listAgrees(c, seen)
			}
		}
	}
	for _, card := range cards {
		for _, law := range laws[:3] {
			if seen[card.name+law[0]] == 0 {
				w.t.Errorf("no list of %s under %q had anything on it, so nothing was tested", card.name, law[0])
			}
		}
	}
}

// listAgrees compares the lists of all cards in all orders with the numbers, and adds up how long they were.
func (w *world) listAgrees(c watchCase, seen map[string]int) {
	w.t.Helper()
	counts := w.countsOf(c)
	for _, card := range cards {
		c.Status, c.DueSoon = card.status, card.dueSoon
		var ids []string
		for _, order := range []accounts.Order{accounts.ByDue, accounts.ByName, accounts.ByLastPost} {
			c.Order, c.After = order, ""
			got := w.listed(c, card.name)
			if int64(len(got)) != card.number(counts) {
				w.t.Errorf("the list of %s of %s has %d lines, the card says %d: %+v", card.name, c.who, len(got), card.number(counts), c.WatchFilter)
			}
			if slices.Sort(got); ids != nil && !slices.Equal(ids, got) || len(slices.Compact(slices.Clone(got))) != len(got) {
				w.t.Errorf("the list of %s by %s holds %q, by another order %q: %+v", card.name, order, got, ids, c.WatchFilter)
			}
			ids = got
		}
		if c.Rule == "" {
			seen[card.name+c.Rulebook] += len(ids)
		}
	}
}

// countsOf is what the card of a filter says: of accounts, of columns or of both; under one rule the line of the rule.
func (w *world) countsOf(c watchCase) accounts.Counts {
	w.t.Helper()
	of := func(platform accounts.Platform) accounts.Dashboard {
		board, err := accounts.Totals(w.t.Context(), w.db, w.book, w.People[c.who], accounts.DashboardFilter{UnitID: c.UnitID, Platform: platform, Rulebook: c.Rulebook}, w.db.Now())
		if err != nil {
			w.t.Fatalf("Totals: %v", err)
		}
		return board
	}
	board := of(c.Platform)
	parts := map[rules.SubjectKind]accounts.Counts{rules.AccountSubject: board.Overall, rules.ColumnSubject: board.Columns}
	if c.Rule != "" {
		whole, columns := lineOf(board, c.Rule), accounts.Counts{}
		if c.Platform == "" || c.Platform == accounts.Website {
			columns = lineOf(of(accounts.Website), c.Rule) // a website has no clock of its own
		}
		parts = map[rules.SubjectKind]accounts.Counts{rules.AccountSubject: plus(whole, columns, -1), rules.ColumnSubject: columns}
	}
	if c.SubjectKind != "" {
		return parts[c.SubjectKind]
	}
	return plus(parts[rules.AccountSubject], parts[rules.ColumnSubject], 1)
}

func lineOf(board accounts.Dashboard, rule string) accounts.Counts {
	for _, line := range board.ByRule {
		if line.Rule == rule {
			return line.Counts
		}
	}
	return accounts.Counts{}
}

func plus(a, b accounts.Counts, times int64) accounts.Counts {
	return accounts.Counts{Total: a.Total + times*b.Total, OK: a.OK + times*b.OK, DueSoon: a.DueSoon + times*b.DueSoon, Stale: a.Stale + times*b.Stale,
		NoRule: a.NoRule + times*b.NoRule, Pending: a.Pending + times*b.Pending, Unread: a.Unread + times*b.Unread}
}

// labels are how a line of a card's list stands; of the others it depends.
var labels = map[string]string{"no_rule": "无规则", "pending": "待日历确认", "unknown": "未知"}

// listed reads a whole list, and checks how each line stands.
func (w *world) listed(c watchCase, card string) []string {
	w.t.Helper()
	ids := []string{}
	for range 200 {
		page, err := accounts.Watchlist(w.t.Context(), w.db, w.book, w.People[c.who], c.WatchFilter, w.db.Now())
		if err != nil {
			w.t.Fatalf("Watchlist(%+v): %v", c.WatchFilter, err)
		}
		for _, item := range page.Items {
			ids = append(ids, item.SubjectID)
			if want := labels[card]; want != "" && item.Standing.Label != want {
				w.t.Errorf("%s on the list of %s stands %s: %+v", item.Name, card, item.Standing.Label, c.WatchFilter)
			}
		}
		if c.After = page.Next; c.After == "" {
			return ids
		}
	}
	w.t.Fatalf("Watchlist(%+v) does not end", c.WatchFilter)
	return nil
}
