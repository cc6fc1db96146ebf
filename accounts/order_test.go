package accounts_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// Posts recorded in any order must leave what the rulebook says of all of them at once.
func TestAnyOrderOfPostsAgreesWithTheRulebook(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.at("2026-01-01 09:00")
	tongnan, _ := w.book.Library.ByID("tongnan-2022")
	random := rand.New(rand.NewPCG(1, 2))
	start := w.db.Now()
	w.at("2026-06-01 09:00")
	site := w.account(accounts.KindWebsite, "清源网", "2026-01-01 09:00")
	for round := range 40 {
		var columnID string
		var got func() []accounts.Breach
		subject := rules.Subject{Object: rules.NewMedia, Kind: rules.Weibo}
		account := site
		if round%2 == 0 {
			account = w.account(accounts.KindWeibo, fmt.Sprint("微博", round), "2026-01-01 09:00")
			got = func() []accounts.Breach { return w.card(account.ID).Breaches }
		} else {
			column := w.column(site, rules.NewsColumn, 1, fmt.Sprint("栏目", round), "2026-01-01 09:00")
			columnID, subject = column.ID, rules.Subject{Object: rules.Column, Kind: rules.NewsColumn, ColumnLevel: 1}
			got = func() []accounts.Breach { return w.columnCard(columnID).Breaches }
		}
		var counted []time.Time
		for i := range 1 + random.IntN(10) {
			// From 20 days before the start of use to 120 after it, in steps of half a day, so that some fall together.
			at := start + sql.Time(random.IntN(280)-40)*sql.Time(12*time.Hour/time.Millisecond)
			if columnID != "" || at >= start {
				counted = append(counted, at.Std())
			}
			in := accounts.NewPost{AccountID: account.ID, ExternalID: ref(fmt.Sprint(round, "-", i)), Source: accounts.Observed, PublishedAt: at}
			if columnID != "" {
				in.ColumnID = &columnID
			}
			if _, _, err := accounts.RecordPost(t.Context(), w.db, w.book, w.People["officer"], in); err != nil {
				t.Fatalf("RecordPost: %v", err)
			}
		}
		all, err := tongnan.Breaches(subject, counted, start.Std(), w.now.Add(0), nil)
		if err != nil {
			t.Fatalf("Breaches: %v", err)
		}
		want := []string{}
		for _, b := range all {
			if b.Ended != nil && b.Ended.After(start.Std()) {
				want = append([]string{fmt.Sprint(sql.FromStd(b.From), sql.FromStd(b.Due.At), sql.FromStd(*b.Ended), b.RuleID)}, want...)
			}
		}
		kept := []string{}
		for _, b := range got() {
			kept = append(kept, fmt.Sprint(b.StartedAt, b.DueAt, b.EndedAt, b.Rule))
		}
		if diff := cmp.Diff(want, kept); diff != "" {
			t.Errorf("round %d, updates %v (-rulebook +kept):\n%s", round, counted, diff)
		}
	}
}
