package accounts_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// Whatever is done, what the tallies say is what counting row by row says: with every tally counted, with none counted,
// and with units in between, for the whole office and for each unit, under every rulebook and platform.
func TestTalliesAgreeWithACountRowByRow(t *testing.T) {
	for seed := range uint64(2) {
		sqltest.Each(t, func(t *testing.T, db *sql.DB) { talliesAgree(newWorld(t, db), rand.New(rand.NewPCG(seed, 7))) })
	}
}

func talliesAgree(w *world, random *rand.Rand) {
	w.at("2026-03-02 10:17")
	offices := []units.Unit{w.Office, w.Town, w.Section}
	offices = append(offices, w.under("zhaotong-2018"))
	for i := range 4 {
		made, err := units.Create(w.t.Context(), w.db, units.System, units.NewUnit{ParentID: offices[random.IntN(len(offices))].ID, Name: fmt.Sprint("下级", i), Level: units.LevelTownship})
		if err != nil {
			w.t.Fatalf("units.Create: %v", err)
		}
		offices = append(offices, made)
	}
	var all []accounts.Account
	kinds := []accounts.Kind{accounts.KindWeibo, accounts.KindWeChatService, accounts.KindApp, accounts.KindDouyin, accounts.KindWebsite}
	for i := range 90 {
		*w.now = w.now.Add(time.Duration(random.IntN(500)) * time.Minute)
		switch what := random.IntN(10); {
		case what < 3 || len(all) < 5:
			in := w.valid(kinds[random.IntN(len(kinds))], fmt.Sprint("账号", i))
			in.UnitID = offices[random.IntN(len(offices))].ID
			account := w.create(in)
			all = append(all, account)
			if account.Platform == accounts.Website {
				w.column(account, rules.NewsColumn, 1, fmt.Sprint("栏目", i), w.now.Format("2006-01-02 15:04"))
			}
		case what < 7:
			account := all[random.IntN(len(all))]
			in := accounts.NewPost{AccountID: account.ID, ExternalID: ref(fmt.Sprint("p", i)), Source: accounts.Observed, PublishedAt: w.db.Now()}
			if _, _, err := accounts.RecordPost(w.t.Context(), w.db, w.book, units.System, in); err != nil {
				w.t.Fatalf("RecordPost: %v", err)
			}
		case what == 7:
			w.turn(all[random.IntN(len(all))])
		case what == 8 && i%3 == 0:
			w.moveSome(offices, random)
		default:
			if _, err := accounts.CountTallies(w.t.Context(), w.db); err != nil {
				w.t.Fatalf("CountTallies: %v", err)
			}
		}
		if i%15 == 14 {
			w.talliesAgree(fmt.Sprint("after step ", i), offices)
		}
	}
	for _, what := range []string{"counted", "counted again", "rebuilt"} {
		if what == "rebuilt" {
			if err := accounts.RebuildTallies(w.t.Context(), w.db); err != nil {
				w.t.Fatalf("RebuildTallies: %v", err)
			}
		}
		if _, err := accounts.CountTallies(w.t.Context(), w.db); err != nil {
			w.t.Fatalf("CountTallies: %v", err)
		}
		w.talliesAgree(what, offices)
		*w.now = w.now.Add(31 * time.Hour) // a tally says nothing about now
	}
}

// turn lets an account be unread, or read again, or out of use, or in use again, as its turn comes.
func (w *world) turn(account accounts.Account) {
	w.t.Helper()
	card, err := accounts.CardOf(w.t.Context(), w.db, w.book, w.People["admin"], account.ID)
	if err != nil {
		w.t.Fatalf("CardOf: %v", err)
	}
	switch {
	case card.Account.State == accounts.Suspended:
		_, err = accounts.PutInUse(w.t.Context(), w.db, w.book, w.People["admin"], account.ID, card.Account.Version)
	case card.Account.UnreadSince != nil:
		if _, err = accounts.MarkRead(w.t.Context(), w.db, w.book, units.System, account.ID); err == nil {
			_, err = accounts.Suspend(w.t.Context(), w.db, w.book, w.People["admin"], account.ID, card.Account.Version+1, "改版")
		}
	default:
		_, err = accounts.MarkUnread(w.t.Context(), w.db, w.book, units.System, account.ID, w.db.Now(), "平台接口连续失败")
	}
	if account.Platform == accounts.Website && errors.Is(err, accounts.ErrNeedsApplication) {
		return // under some rulebooks a website goes off the net by an application only
	}
	if err != nil {
		w.t.Fatalf("turn %s: %v", account.Name, err)
	}
}

// moveSome moves a unit below another one, where that is possible.
func (w *world) moveSome(offices []units.Unit, random *rand.Rand) {
	w.t.Helper()
	moving, err := units.Get(w.t.Context(), w.db, units.System, offices[3+random.IntN(len(offices)-3)].ID)
	if err != nil {
		w.t.Fatalf("units.Get: %v", err)
	}
	_, err = accounts.MoveUnit(w.t.Context(), w.db, units.System, moving.ID, moving.Version, offices[random.IntN(len(offices))].ID)
	if err != nil && fault.As(err) == nil {
		w.t.Fatalf("MoveUnit: %v", err)
	}
	if random.IntN(2) == 0 { // else the clocks still run under the rules of the old place
		if _, err := accounts.RejudgeDue(w.t.Context(), w.db, w.book, "node"); err != nil {
			w.t.Fatalf("RejudgeDue: %v", err)
		}
	}
}

func (w *world) talliesAgree(when string, offices []units.Unit) {
	w.t.Helper()
	filters := []accounts.DashboardFilter{{}, {Platform: accounts.Weibo}, {Rulebook: "tongnan-2022"}, {Rulebook: "tongnan-2022", Platform: accounts.Website}}
	for _, unit := range offices {
		for _, filter := range filters {
			filter.UnitID = unit.ID
			var boards []accounts.Dashboard
			for _, tallied := range []bool{false, true} {
				accounts.FromTallies(w.t, tallied)
				board, err := accounts.Totals(w.t.Context(), w.db, w.book, units.System, filter, w.db.Now())
				if err != nil {
					w.t.Fatalf("Totals: %v", err)
				}
				boards = append(boards, board)
			}
			if diff := cmp.Diff(boards[0], boards[1]); diff != "" {
				w.t.Fatalf("%s, %s, %+v (-row by row +tallied):\n%s", when, unit.Name, filter, diff)
			}
		}
	}
}
