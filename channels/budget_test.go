package channels_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

func TestABudgetHoldsAcrossManyCallers(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		var granted atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					ok, err := channels.Spend(t.Context(), db, "acc", "/submit", 12)
					if err != nil {
						t.Errorf("Spend: %v", err)
					}
					if ok {
						granted.Add(1)
					}
				}
			})
		}
		wg.Wait()
		used, err := channels.Spent(t.Context(), db, "acc", "/submit")
		if granted.Load() != 12 || used != 12 || err != nil {
			t.Errorf("40 tries at a budget of 12 granted %d and counted %d, %v", granted.Load(), used, err)
		}
		if ok, err := channels.Spend(t.Context(), db, "other", "/submit", 12); !ok || err != nil {
			t.Errorf("Spend for another account = %v, %v, want true", ok, err)
		}
	})
}

// Several performers ask about articles of one account at once, and none of them has asked before on that day.
func TestTheFirstCallsOfADayAreGrantedTogether(t *testing.T) {
	for name, most := range map[string]int64{"with a bound": 12, "without": 0} {
		t.Run(name, func(t *testing.T) {
			sqltest.Each(t, func(t *testing.T, db *sql.DB) {
				for n := range 50 {
					path := fmt.Sprintf("/get/%d", n)
					var wg sync.WaitGroup
					for range 6 {
						wg.Go(func() {
							if ok, err := channels.Spend(t.Context(), db, "acc", path, most); !ok || err != nil {
								t.Errorf("Spend of one of the first six calls of %s at a budget of %d = %v, %v, want true", path, most, ok, err)
							}
						})
					}
					wg.Wait()
					if used, err := channels.Spent(t.Context(), db, "acc", path); used != 6 || err != nil {
						t.Errorf("six calls of %s were counted as %d, %v", path, used, err)
					}
				}
			})
		})
	}
}

func TestABudgetBeginsAnewAtBeijingMidnight(t *testing.T) {
	clock := newTestClock()
	clock.now = time.Date(2026, 3, 2, 23, 59, 0, 0, sql.Beijing)
	db := sqltest.SQLite(t).WithClock(clock.Now)
	for i, want := range []bool{true, false} {
		if ok, err := channels.Spend(t.Context(), db, "acc", "/submit", 1); ok != want || err != nil {
			t.Errorf("call %d of a budget of 1 = %v, %v, want %v", i+1, ok, err, want)
		}
	}
	if wait := channels.UntilTomorrow(db.Now()); wait != 6*time.Minute {
		t.Errorf("UntilTomorrow at 23:59 = %v, want 6m", wait)
	}
	clock.Advance(2 * time.Minute)
	if ok, err := channels.Spend(t.Context(), db, "acc", "/submit", 1); !ok || err != nil {
		t.Errorf("the first call after midnight = %v, %v, want true", ok, err)
	}
}

func TestWithoutBoundCallsAreStillCounted(t *testing.T) {
	db := sqltest.SQLite(t)
	for range 3 {
		if ok, err := channels.Spend(t.Context(), db, "acc", "/media", 0); !ok || err != nil {
			t.Fatalf("Spend without bound = %v, %v, want true", ok, err)
		}
	}
	if used, err := channels.Spent(t.Context(), db, "acc", "/media"); used != 3 || err != nil {
		t.Errorf("Spent = %d, %v, want 3", used, err)
	}
	if used, err := channels.Spent(t.Context(), db, "acc", "/never"); used != 0 || err != nil {
		t.Errorf("Spent on what was never called = %d, %v, want 0", used, err)
	}
}

func TestOldCountsAreDropped(t *testing.T) {
	clock := newTestClock()
	db := sqltest.SQLite(t).WithClock(clock.Now)
	old := sql.Args{"account_id": "acc", "day": "2026-03-02", "path": "/submit"}
	for range 3 {
		if _, err := channels.Spend(t.Context(), db, "acc", "/submit", 9); err != nil {
			t.Fatal(err)
		}
		clock.Advance(40 * 24 * time.Hour)
	}
	if _, err := sql.Get[int64](t.Context(), db, "call_count.get", old); err == nil {
		t.Error("a count of 80 days ago is still there, want it dropped")
	}
}
