package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// smallCountry has so many units that marking all of them makes the dashboard count row by row, and so many accounts that
// the country's own dashboard is read from the tallies otherwise.
var smallCountry = benchPlan{units: 320, accounts: 5400, posts: 16_000, seed: 7, at: time.Date(2026, 11, 22, 9, 30, 0, 0, sql.Beijing)}

// What the dashboard says of every unit is what the posts say, counted by hand from the figures of the rulebooks.
func TestTheInventedCountryStandsAsItsPostsSay(t *testing.T) {
	for name, dsn := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "country.db"), "mariadb": sqltest.MariaDBDSN(t, true)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := openDatabase(t.Context(), Config{DSN: dsn})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			book := rules.NewBook(builtin(t))
			began := time.Now()
			if _, err := loadCountry(t.Context(), db, book, smallCountry, io.Discard); err != nil {
				t.Fatalf("loadCountry: %v", err)
			}
			t.Logf("loaded in %s", time.Since(began).Round(time.Millisecond))
			hand := countByHand(t, db, dsn, book.Library)
			tree, err := units.Tree(t.Context(), db, units.System)
			if err != nil || len(tree) != smallCountry.units {
				t.Fatalf("%d units, %v, want %d", len(tree), err, smallCountry.units)
			}
			whole := hand.under(tree[0].Path, "")
			if whole.Accounts.Stale < whole.Accounts.Total/50 || whole.Accounts.NoRule == 0 || whole.Accounts.Unread == 0 || whole.Columns.Stale == 0 || whole.Accounts.DueSoon == 0 {
				t.Errorf("the country is no mix: %+v", whole)
			}
			check := func(path, id, rulebook string) {
				t.Helper()
				board, err := accounts.Totals(t.Context(), db, book, units.System, accounts.DashboardFilter{UnitID: id, Rulebook: rulebook}, sql.FromStd(smallCountry.at))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(hand.under(path, rulebook), standingOf(board)); diff != "" {
					t.Errorf("unit %s under %q (-by hand +the dashboard):\n%s", path, rulebook, diff)
				}
			}
			for _, unit := range tree {
				check(unit.Path, unit.ID, "")
			}
			for _, rulebook := range []string{benchLocal, benchLayered} {
				check(tree[0].Path, tree[0].ID, rulebook)
				check(tree[1].Path, tree[1].ID, rulebook)
			}
			// With more units behind than a reader counts itself, everything is counted row by row.
			if err := accounts.RebuildTallies(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			for _, rulebook := range []string{"", benchLocal, benchLayered} {
				check(tree[0].Path, tree[0].ID, rulebook)
			}
			if n, err := accounts.CountTallies(t.Context(), db); err != nil || n != len(tree) {
				t.Errorf("CountTallies = %d, %v, want all %d units", n, err, len(tree))
			}
			check(tree[0].Path, tree[0].ID, "")
			if _, err := loadCountry(t.Context(), db, book, smallCountry, io.Discard); !errors.Is(err, errBenchNotEmpty) {
				t.Errorf("loadCountry once more = %v, want it refused", err)
			}
		})
	}
}

func builtin(t testing.TB) *rules.Library {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// standing is how accounts and columns stand.
type standing struct {
	Accounts, Columns accounts.Counts
	Lines             int64 // accounts on the lines of units
}

func standingOf(board accounts.Dashboard) standing {
	s := standing{Accounts: board.Overall, Columns: board.Columns}
	for _, unit := range board.ByUnit {
		s.Lines += unit.Total
	}
	return s
}

// byHand is how each thing stands, by what its posts and the figures of the rulebooks say.
type byHand []handThing

type handThing struct {
	path   string
	column bool
	unread bool
	due    map[string]time.Time // by rulebook
}

// under adds up what stands in a subtree, under one rulebook or as the first due time of all says.
func (h byHand) under(path, rulebook string) standing {
	var s standing
	now := smallCountry.at
	for _, thing := range h {
		if !strings.HasPrefix(thing.path, path) {
			continue
		}
		var first *time.Time
		for id, due := range thing.due {
			if (rulebook == "" || id == rulebook) && (first == nil || due.Before(*first)) {
				first = &due
			}
		}
		counts := &s.Accounts
		if thing.column {
			counts = &s.Columns
		} else {
			s.Lines++
		}
		counts.Total++
		switch {
		case thing.unread:
			counts.Unread++
		case first == nil:
			counts.NoRule++
		case !now.Before(*first):
			counts.Stale++
		default:
			counts.OK++
			if !first.After(now.Add(accounts.DueSoon)) {
				counts.DueSoon++
			}
		}
	}
	return s
}

// countByHand reads accounts, columns and posts, and nothing of what the program made of them.
func countByHand(t *testing.T, db *sql.DB, dsn string, library *rules.Library) byHand {
	t.Helper()
	tree, err := units.Tree(t.Context(), db, units.System)
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{}
	for _, unit := range tree {
		paths[unit.ID] = unit.Path
	}
	bare := sqltest.Bare(t, dsn)
	locals := map[string]*rules.Rulebook{} // by the path of the unit that chose
	sqltest.Rows(t, bare, "SELECT u.path, r.rulebook FROM rulebook_uses r JOIN units u ON u.id = r.unit_id WHERE r.layer = 'local'", func(scan func(...any)) {
		var path, id string
		scan(&path, &id)
		locals[path], _ = library.ByID(id)
	})
	national, _ := library.ByID(benchLayered)
	booksAt := func(path string) []*rules.Rulebook {
		for above, local := range locals {
			if strings.HasPrefix(path, above) {
				return []*rules.Rulebook{local, national}
			}
		}
		return []*rules.Rulebook{national}
	}
	last := map[string]int64{} // the last post, by account without column, and by column
	sqltest.Rows(t, bare, "SELECT account_id, column_id, published_at FROM posts", func(scan func(...any)) {
		var account string
		var column *string
		var at int64
		scan(&account, &column, &at)
		if column != nil {
			account = *column
		}
		last[account] = max(last[account], at)
	})
	var hand byHand
	type site struct{ inUse, unread bool }
	sites := map[string]site{}
	sqltest.Rows(t, bare, "SELECT id, unit_id, platform, kind, state, in_use_at, unread_since FROM accounts", func(scan func(...any)) {
		var id, unit, platform, kind, state string
		var start int64
		var unread *int64
		scan(&id, &unit, &platform, &kind, &state, &start, &unread)
		sites[id] = site{state == "in_use", unread != nil}
		if state != "in_use" {
			return
		}
		thing := handThing{path: paths[unit], unread: unread != nil, due: map[string]time.Time{}}
		if platform != "website" {
			for _, book := range booksAt(thing.path) {
				due(&thing, book, rules.AccountTarget, rules.NewMedia, rules.Kind(kind), 0, max(start, last[id]))
			}
		}
		hand = append(hand, thing)
	})
	sqltest.Rows(t, bare, "SELECT id, account_id, unit_id, kind, level, created_at FROM columns", func(scan func(...any)) {
		var id, account, unit, kind string
		var level int
		var created int64
		scan(&id, &account, &unit, &kind, &level, &created)
		if !sites[account].inUse {
			return
		}
		thing := handThing{path: paths[unit], column: true, unread: sites[account].unread, due: map[string]time.Time{}}
		for _, book := range booksAt(thing.path) {
			blankIsStale := slices.ContainsFunc(book.ColumnRules, func(r rules.ColumnRule) bool { return r.Rule == "blank_is_stale" })
			switch {
			case last[id] == 0 && blankIsStale:
				thing.due[book.ID] = time.UnixMilli(created)
			case last[id] == 0:
				due(&thing, book, rules.ColumnTarget, rules.Column, rules.Kind(kind), level, created)
			default:
				due(&thing, book, rules.ColumnTarget, rules.Column, rules.Kind(kind), level, last[id])
			}
		}
		hand = append(hand, thing)
	})
	return hand
}

// due notes when a thing must be updated next under a rulebook, where that limits it: by the limit that names its kind, else
// by the one for any kind, for columns else by the one for those that fit nowhere.
func due(thing *handThing, book *rules.Rulebook, target rules.Target, object rules.Object, kind rules.Kind, level int, since int64) {
	if !slices.Contains(book.Scope.Objects, object) {
		return
	}
	fallback := []rules.Kind{kind, rules.AnyKind}
	if target == rules.ColumnTarget {
		fallback = append(fallback, rules.UndeterminedColumn, rules.OtherColumn)
	}
	for _, wanted := range fallback {
		for _, limit := range book.UpdateLimits {
			if limit.Target != target || !slices.Contains(limit.Kinds, wanted) || slices.Contains(limit.Except, kind) || !limit.Enforced() ||
				limit.ColumnLevel != 0 && limit.ColumnLevel != level {
				continue
			}
			from := time.UnixMilli(since).In(sql.Beijing)
			switch limit.MaxGap.Unit {
			case rules.Day:
				thing.due[book.ID] = from.Add(time.Duration(limit.MaxGap.N) * 24 * time.Hour)
			case rules.Week:
				thing.due[book.ID] = from.Add(time.Duration(limit.MaxGap.N) * 7 * 24 * time.Hour)
			case rules.Month, rules.Year:
				months := limit.MaxGap.N
				if limit.MaxGap.Unit == rules.Year {
					months *= 12
				}
				month := time.Date(from.Year(), from.Month()+time.Month(months), 1, 0, 0, 0, 0, sql.Beijing)
				day := min(from.Day(), month.AddDate(0, 1, -1).Day())
				thing.due[book.ID] = month.AddDate(0, 0, day-1).Add(time.Duration(since-time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, sql.Beijing).UnixMilli()) * time.Millisecond)
			default:
				panic(fmt.Sprintf("no count by hand for %v", limit.MaxGap))
			}
			return
		}
	}
}

func TestBenchDataRefusesWhatItCannotMake(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"too few units":        {"-units", "3"},
		"no accounts":          {"-accounts", "0"},
		"negative posts":       {"-posts", "-1"},
		"a number in words":    {"-units", "viele"},
		"a day without a time": {"-at", "2026-11-22"},
		"a word too many":      {"-units", "20", "all"},
	} {
		environ := []string{"GOVMEDIA_DATA=" + t.TempDir()}
		if out, err := runCommand(t, environ, "", append([]string{"bench-data"}, args...)...); !errors.Is(err, errBenchUsage) {
			t.Errorf("bench-data with %s: %v, want the usage\n%s", name, err, out)
		}
	}
	environ := []string{"GOVMEDIA_DATA=" + t.TempDir()}
	small := []string{"bench-data", "-units", "12", "-accounts", "30", "-posts", "90", "-part", "01"}
	out, err := runCommand(t, environ, "", small...)
	if err != nil || !strings.Contains(out, "quanguo Bench-") {
		t.Errorf("bench-data = %v\n%s", err, out)
	}
	if out, err := runCommand(t, environ, "", small...); !errors.Is(err, errBenchNotEmpty) {
		t.Errorf("bench-data twice: %v, want it refused\n%s", err, out)
	}
}

// A re-judging whose program is killed goes on where it was: in the end everything has been judged, once.
func TestARejudgementGoesOnAfterAKill(t *testing.T) {
	eachNewCountry(t, []string{"-units", "40", "-accounts", "4000", "-posts", "8000"}, func(t *testing.T, town *benchTown) {
		work := askForStricter(t, town.config.DSN)
		kills := 0
		for kills < 3 && !work.done(t) {
			town.start()
			looked := work.looked(t)
			town.wait("the re-judging to go on", func() bool { return work.looked(t) > looked || work.done(t) })
			town.stop(syscall.SIGKILL)
			work.endLeases(t) // instead of waiting a minute until they end by themselves
			kills++
		}
		if kills < 2 {
			t.Errorf("the re-judging was over after %d kills; the country is too small for this test", kills)
		}
		town.start()
		town.wait("the re-judging to end", func() bool { return work.done(t) })
		if looked, want := work.looked(t), work.number(t, "SELECT COUNT(*) FROM accounts WHERE state <> 'closed'"); looked != want {
			t.Errorf("%d accounts were looked at, want each of %d once", looked, want)
		}
		if n := work.number(t, "SELECT COUNT(*) FROM clocks WHERE rule IN ('account-default', 'account-any') AND done_at IS NULL AND limit_unit <> 'day'"); n != 0 {
			t.Errorf("%d clocks still count the old figure", n)
		}
		if n := work.number(t, "SELECT COUNT(*) FROM clocks WHERE rule = 'account-default' AND done_at IS NULL AND limit_n = 5"); n < 1000 {
			t.Errorf("%d clocks count the new figure, want thousands", n)
		}
	})
}
