package accounts_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func TestTotalsCountByUnitAndPlatform(t *testing.T) {
	each(t, func(w *world) {
		populate(w)
		w.at("2026-03-06 09:00")
		stale := accounts.Counts{Total: 1, Stale: 1}
		board, err := accounts.Totals(t.Context(), w.db, w.book, w.People["officer"], accounts.DashboardFilter{}, w.db.Now())
		if err != nil {
			t.Fatalf("Totals: %v", err)
		}
		if want := (accounts.Counts{Total: 4, OK: 3, DueSoon: 2, Stale: 1}); board.Overall != want {
			t.Errorf("overall %+v, want %+v", board.Overall, want)
		}
		want := []accounts.UnitCounts{
			{UnitID: w.Town.ID, UnitName: w.Town.Name, Counts: accounts.Counts{Total: 3, OK: 2, DueSoon: 1, Stale: 1}},
			{UnitID: w.Section.ID, UnitName: w.Section.Name, Counts: accounts.Counts{Total: 1, OK: 1, DueSoon: 1}},
		}
		if diff := cmp.Diff(want, board.ByUnit); diff != "" {
			t.Errorf("by unit (-want +got):\n%s", diff)
		}
		if len(board.ByPlatform) != 3 || board.ByPlatform[0] != (accounts.PlatformCounts{Platform: accounts.Weibo, Counts: stale}) {
			t.Errorf("by platform %+v, want Weibo with its stale one first", board.ByPlatform)
		}
		whole, err := accounts.Totals(t.Context(), w.db, w.book, w.People["admin"], accounts.DashboardFilter{}, w.db.Now())
		if want := (accounts.Counts{Total: 5, OK: 3, DueSoon: 2, Stale: 1, NoRule: 1}); err != nil || whole.Overall != want {
			t.Errorf("the office counts %+v, %v, want %+v", whole.Overall, err, want)
		}
		narrow, err := accounts.Totals(t.Context(), w.db, w.book, w.People["admin"], accounts.DashboardFilter{UnitID: w.Town.ID, Platform: accounts.Weibo}, w.db.Now())
		if err != nil || narrow.Overall != stale {
			t.Errorf("Weibo of Town counts %+v, %v, want %+v", narrow.Overall, err, stale)
		}
		foreign, err := accounts.Totals(t.Context(), w.db, w.book, w.People["stranger"], accounts.DashboardFilter{}, w.db.Now())
		if err != nil || foreign.Overall != (accounts.Counts{}) {
			t.Errorf("a stranger counts %+v, %v, want nothing", foreign.Overall, err)
		}
		_, err = accounts.Totals(t.Context(), w.db, w.book, w.People["stranger"], accounts.DashboardFilter{UnitID: w.Town.ID}, w.db.Now())
		refused(t, "Totals of a unit out of reach", err, units.ErrNotFound)
	})
}

func TestWatchlistPagesAndNarrows(t *testing.T) {
	each(t, func(w *world) {
		byDue := populate(w)[:4] // the others have no rule, or are not in use
		w.at("2026-03-06 09:00")
		names := func(who string, filter accounts.WatchFilter) []string {
			t.Helper()
			got := []string{}
			for range 10 {
				page, err := accounts.Watchlist(t.Context(), w.db, w.book, w.People[who], filter, w.db.Now())
				if err != nil {
					t.Fatalf("Watchlist(%+v): %v", filter, err)
				}
				for _, line := range page.Items {
					got = append(got, line.Name)
				}
				if filter.After = page.Next; filter.After == "" {
					return got
				}
			}
			t.Fatal("Watchlist does not end")
			return nil
		}
		for _, c := range []struct {
			name   string
			who    string
			filter accounts.WatchFilter
			want   []string
		}{
			{"one a page", "admin", accounts.WatchFilter{PerPage: 1}, byDue},
			{"stale only", "admin", accounts.WatchFilter{Status: rules.StatusStale}, byDue[:1]},
			{"platform", "admin", accounts.WatchFilter{Platform: accounts.WeChat}, []string{"丙 Alpha", "乙服务号"}},
			{"unit", "admin", accounts.WatchFilter{UnitID: w.Section.ID}, []string{"丁抖音"}},
			{"stranger", "stranger", accounts.WatchFilter{}, []string{}},
		} {
			if got := names(c.who, c.filter); !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		_, err := accounts.Watchlist(t.Context(), w.db, w.book, w.People["admin"], accounts.WatchFilter{After: "x"}, w.db.Now())
		refused(t, "Watchlist after nonsense", err, accounts.ErrCursorInvalid)
		_, err = accounts.Watchlist(t.Context(), w.db, w.book, w.People["admin"], accounts.WatchFilter{UnitID: sql.NewID()}, w.db.Now())
		refused(t, "Watchlist of no unit", err, units.ErrNotFound)
	})
}

// The table by rule says what holds where one looks: an office's stricter figure from its day on, with the regulation's own beside
// it; above that office and elsewhere the regulation's alone.
func TestTheTableByRuleShowsTheFigureInForce(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-01 09:00")
		w.layered(w.Office, national, "2026-01-01 00:00")
		w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		in := w.valid(accounts.KindWeibo, "云林发布")
		in.UnitID = w.Bureau.ID
		w.create(in)
		w.choose(w.stricter(w.Town, 3, "2026-03-10"))
		w.People["two"] = unitstest.Person(t, w.db, "two", "竹两处", units.OfficeAdmin, w.Town, w.Bureau)
		figures := func(who, unit string) map[string][2]string {
			t.Helper()
			board, err := accounts.Totals(t.Context(), w.db, w.book, w.People[who], accounts.DashboardFilter{UnitID: unit}, w.db.Now())
			if err != nil {
				t.Fatalf("Totals: %v", err)
			}
			by := map[string][2]string{}
			for _, line := range board.ByRule {
				by[line.Rulebook+" "+line.Rule] = [2]string{line.Limit, line.Regulated}
			}
			return by
		}
		const local, beside = "tongnan-2022 account-default", national + " account-any"
		for _, c := range []struct {
			at, who, unit string
			want          [2]string
		}{
			{"2026-03-09 23:59", "admin", w.Town.ID, [2]string{"1周", ""}},
			{"2026-03-10 00:00", "admin", w.Town.ID, [2]string{"3日", "1周"}},
			{"2026-03-10 00:00", "officer", "", [2]string{"3日", "1周"}},
			{"2026-03-10 00:00", "admin", w.Bureau.ID, [2]string{"1周", ""}},
			{"2026-03-10 00:00", "admin", "", [2]string{"1周", ""}},
			{"2026-03-10 00:00", "two", "", [2]string{"3日、1周", "1周"}},
		} {
			w.at(c.at)
			got := figures(c.who, c.unit)
			if got[local] != c.want || got[beside] != [2]string{"2周", ""} {
				t.Errorf("at %s %s sees of %q: %q, want the figure %q and the national card's 2周", c.at, c.who, c.unit, got, c.want)
			}
		}
	})
}
