package rules_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// duty is a duty of an account, due a number of hours after its start; 0 waits for the calendar.
func duty(t testing.TB, subject, start string, hours int) rules.ClockDuty {
	t.Helper()
	d := rules.ClockDuty{SubjectKind: rules.AccountSubject, SubjectID: subject, UnitID: "u", Rulebook: "tongnan-2022", Section: rules.SectionUpdateLimits,
		Rule: "account-default", Articles: sql.Strings{"21(六)"}, StartedAt: sql.FromStd(clock(t, start))}
	if hours == 0 {
		d.Reason = rules.ClockPending
		return d
	}
	d.DueAt = d.StartedAt.Add(time.Duration(hours) * time.Hour).Ptr()
	return d
}

func started(t testing.TB, db *sql.DB, d rules.ClockDuty) rules.Clock {
	t.Helper()
	var c rules.Clock
	err := db.InTx(t.Context(), func(tx *sql.DB) (err error) {
		c, err = rules.StartClock(t.Context(), tx, d)
		return err
	})
	if err != nil {
		t.Fatalf("StartClock: %v", err)
	}
	return c
}

func clocksOf(t testing.TB, db *sql.DB, subject string) []rules.Clock {
	t.Helper()
	clocks, err := rules.ClocksOf(t.Context(), db, rules.AccountSubject, subject)
	if err != nil {
		t.Fatalf("ClocksOf: %v", err)
	}
	return clocks
}

func TestAClockIsStartedAnewInItsOwnRow(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		if got := clocksOf(t, db, "a"); len(got) != 0 {
			t.Fatalf("ClocksOf nothing = %+v, want none", got)
		}
		first := started(t, db, duty(t, "a", "2026-03-02 09:00", 168))
		if same := started(t, db, duty(t, "a", "2026-03-02 09:00", 168)); same.ID != first.ID || same.Version != first.Version {
			t.Errorf("the same duty again = %+v, want the clock untouched", same)
		}
		second := started(t, db, duty(t, "a", "2026-03-05 09:00", 168))
		if second.ID != first.ID || second.Version != first.Version+1 {
			t.Errorf("another start = %s version %d, want %s one version on", second.ID, second.Version, first.ID)
		}
		got := clocksOf(t, db, "a")
		if len(got) != 1 || got[0].StartedAt != second.StartedAt || *got[0].DueAt != *second.DueAt || got[0].Articles[0] != "21(六)" {
			t.Errorf("ClocksOf = %+v, want the one clock as started last", got)
		}
		err := db.InTx(t.Context(), func(tx *sql.DB) error {
			_, err := rules.RestartClock(t.Context(), tx, first, duty(t, "a", "2026-03-06 09:00", 168))
			return err
		})
		if !errors.Is(err, sql.ErrConflict) {
			t.Errorf("RestartClock of an old version = %v, want ErrConflict", err)
		}
	})
}

func TestAClockFinishedLateLeavesARecord(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		for _, c := range []struct {
			subject, at string
			hours, over int // over in hours, -1 for none
		}{
			{"in-time", "2026-03-09 09:00", 168, -1}, // at the due instant itself
			{"late", "2026-03-10 12:00", 168, 27},
			{"pending", "2026-03-10 12:00", 0, -1},
		} {
			running := started(t, db, duty(t, c.subject, "2026-03-02 09:00", c.hours))
			at := sql.FromStd(clock(t, c.at))
			for range 2 { // the second time finds it done
				err := db.InTx(t.Context(), func(tx *sql.DB) (err error) {
					running, err = rules.FinishClock(t.Context(), tx, running, at)
					return err
				})
				if err != nil || running.Running() || *running.DoneAt != at {
					t.Fatalf("FinishClock(%s) = %+v, %v", c.subject, running, err)
				}
			}
			missed, err := rules.MissedBy(t.Context(), db, rules.AccountSubject, c.subject, 0, "", 10)
			switch {
			case err != nil || c.over < 0 && len(missed) != 0 || c.over >= 0 && len(missed) != 1:
				t.Errorf("%s missed %+v, %v", c.subject, missed, err)
			case c.over >= 0 && (missed[0].Over() != time.Duration(c.over)*time.Hour || missed[0].Gap() != time.Duration(c.over+c.hours)*time.Hour):
				t.Errorf("%s: gap %v, over %v, want %d hours over", c.subject, missed[0].Gap(), missed[0].Over(), c.over)
			}
		}
		again := started(t, db, duty(t, "late", "2026-03-10 12:00", 168))
		if !again.Running() || len(clocksOf(t, db, "late")) != 1 {
			t.Errorf("a finished clock started anew = %+v, want it running in its own row", again)
		}
	})
}

func TestMissedIsKeptOncePerCountAndPagedTheLatestFirst(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		running := started(t, db, duty(t, "a", "2026-01-01 09:00", 168))
		at := func(day int) sql.Time { return sql.FromStd(clock(t, "2026-01-01 09:00").AddDate(0, 0, day)) }
		err := db.InTx(t.Context(), func(tx *sql.DB) error {
			for _, day := range []int{0, 10, 20, 20} {
				if err := rules.KeepMissed(t.Context(), tx, running, at(day), at(day+7), at(day+9)); err != nil {
					return err
				}
			}
			return rules.ForgetMissed(t.Context(), tx, []rules.Clock{running}, at(0), at(10))
		})
		if err != nil {
			t.Fatalf("InTx: %v", err)
		}
		first, err := rules.MissedBy(t.Context(), db, rules.AccountSubject, "a", 0, "", 1)
		if err != nil || len(first) != 1 || first[0].StartedAt != at(20) {
			t.Fatalf("MissedBy = %+v, %v, want the one from day 20", first, err)
		}
		next, err := rules.MissedBy(t.Context(), db, rules.AccountSubject, "a", first[0].StartedAt, first[0].ID, 5)
		if err != nil || len(next) != 1 || next[0].StartedAt != at(10) {
			t.Errorf("MissedBy, second page = %+v, %v, want the one from day 10: day 0 was taken back", next, err)
		}
	})
}

func TestClocksAreListedByDueTimeTheDoneOnesLast(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		for rule, hours := range map[string]int{"late": 300, "soon": 10, "pending": 0, "done": 1} {
			d := duty(t, "a", "2026-03-02 09:00", hours)
			d.Rule = rule
			c := started(t, db, d)
			if rule == "done" {
				if err := db.InTx(t.Context(), func(tx *sql.DB) error { _, err := rules.FinishClock(t.Context(), tx, c, c.StartedAt); return err }); err != nil {
					t.Fatal(err)
				}
			}
		}
		var order []string
		for _, c := range clocksOf(t, db, "a") {
			order = append(order, c.Rule)
		}
		if len(order) != 4 || order[0] != "soon" || order[1] != "late" || order[2] != "pending" || order[3] != "done" {
			t.Errorf("ClocksOf = %q, want soon, late, pending, done", order)
		}
	})
}

func TestEightStartsOfOneDutyMakeOneClock(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := db.InTx(t.Context(), func(tx *sql.DB) error {
					_, err := rules.StartClock(context.Background(), tx, duty(t, "a", "2026-03-02 09:00", 168))
					return err
				})
				if err != nil {
					t.Errorf("StartClock: %v", err)
				}
			})
		}
		wg.Wait()
		if got := clocksOf(t, db, "a"); len(got) != 1 {
			t.Errorf("%d clocks, want 1", len(got))
		}
	})
}

func TestStatusOfAClockTurnsAtTheDueInstant(t *testing.T) {
	due := sql.FromStd(clock(t, "2026-03-09 09:00"))
	running := rules.Clock{DueAt: &due}
	if got := running.Status(due - 1); got != rules.StatusOK {
		t.Errorf("Status a millisecond before = %s, want ok", got)
	}
	if got := running.Status(due); got != rules.StatusStale {
		t.Errorf("Status at the due instant = %s, want stale (K04)", got)
	}
	if got := (rules.Clock{}).Status(due); got != rules.StatusCalendarPending {
		t.Errorf("Status without a due time = %s, want calendar_pending", got)
	}
}

func TestUpdateDutyOfEveryVerdict(t *testing.T) {
	now := clock(t, "2026-03-10 09:00")
	created := clock(t, "2026-03-01 09:00")
	tongnan, zhaotong := book(t, "tongnan-2022"), book(t, "zhaotong-2018")
	weibo := rules.Subject{Object: rules.NewMedia, Kind: rules.Weibo}
	if d, ok := rules.UpdateDuty(zhaotong.Freshness(weibo, nil, created, now, nil), rules.AccountSubject, "a", "u"); ok {
		t.Errorf("without a rule the duty is %+v, want none", d)
	}
	d, ok := rules.UpdateDuty(tongnan.Freshness(weibo, nil, created, now, nil), rules.AccountSubject, "a", "u")
	if !ok || d.Rule != "account-default" || d.Section != rules.SectionUpdateLimits || d.Reason != "" || *d.DueAt != sql.FromStd(created.AddDate(0, 0, 7)) {
		t.Errorf("a Weibo account's duty = %+v, %v", d, ok)
	}
	blank := tongnan.Freshness(rules.Subject{Object: rules.Column, Kind: rules.NewsColumn}, nil, created, now, nil)
	d, ok = rules.UpdateDuty(blank, rules.ColumnSubject, "c", "u")
	if !ok || d.Section != rules.SectionColumnRules || d.Reason != rules.ClockBlank || *d.DueAt != sql.FromStd(created) || d.Articles[0] != "21(五)" {
		t.Errorf("a blank column's duty = %+v, %v", d, ok)
	}
	if got := rules.NewBook(builtin(t)).Cite("gone-1999", []string{"8.p1"}); got != "gone-1999 第8条第1款" {
		t.Errorf("Cite of an unknown rulebook = %q", got)
	}
}
