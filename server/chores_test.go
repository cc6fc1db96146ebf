package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// quick is a pace for tests: looks at once, and a lease that a test can wait for.
var quick = chorePace{hurry: 1, look: lookAtChores, lease: 600 * time.Millisecond}

// keptChore returns the row of a chore.
func keptChore(t *testing.T, db *sql.DB, name string) choreRow {
	t.Helper()
	row, err := sql.Get[choreRow](context.Background(), db, "chore.get", sql.Args{"name": name})
	if err != nil {
		t.Fatalf("chore.get %s: %v", name, err)
	}
	return row
}

// startChores runs a node's chores until the test ends.
func startChores(t *testing.T, db *sql.DB, holder string, list ...chore) *chores {
	t.Helper()
	return startChoresAt(t, quick, db, holder, list...)
}

// startChoresAt is startChores at another pace.
func startChoresAt(t *testing.T, pace chorePace, db *sql.DB, holder string, list ...chore) *chores {
	t.Helper()
	c := newChores(db, slog.New(slog.DiscardHandler), holder, list, pace)
	c.start()
	t.Cleanup(func() {
		if err := c.stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return c
}

func TestAChoreComesBackWhenItsTimeHasCome(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		var ahead atomic.Int64
		db = db.WithClock(func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
		var runs atomic.Int64
		startChores(t, db, "node-a", chore{"count", time.Hour, func(context.Context) error { runs.Add(1); return nil }})
		waitFor(t, 20*time.Second, "the first run", func() bool { return runs.Load() == 1 })
		waitFor(t, 20*time.Second, "the next time to be noted", func() bool { return keptChore(t, db, "count").Holder == nil })
		if left := keptChore(t, db, "count").NextAt.Sub(db.Now()); left < 59*time.Minute || left > time.Hour {
			t.Errorf("it comes back in %s, want an hour", left)
		}
		time.Sleep(5 * lookAtChores) // long enough for several looks
		if runs.Load() != 1 {
			t.Errorf("it ran %d times within its hour", runs.Load())
		}
		ahead.Store(int64(time.Hour))
		waitFor(t, 20*time.Second, "the second run", func() bool { return runs.Load() == 2 })
	})
}

func TestOneNodeAtATimeDoesAChore(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		renewed := quick
		renewed.lease = 2 * time.Second // a busy machine must not be late with renewing it
		var at, most, runs atomic.Int64
		work := func(context.Context) error {
			if n := at.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(renewed.lease * 3 / 2) // longer than a lease, which is renewed meanwhile
			at.Add(-1)
			runs.Add(1)
			return nil
		}
		for _, holder := range []string{"node-a", "node-b", "node-c"} {
			startChoresAt(t, renewed, db, holder, chore{"slow", 0, work})
		}
		waitFor(t, time.Minute, "four runs", func() bool { return runs.Load() >= 4 })
		if most.Load() != 1 {
			t.Errorf("%d nodes did it at once, want one", most.Load())
		}
	})
}

func TestTheChoreOfAKilledNodeIsTakenOverAfterItsLease(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		ctx := t.Context()
		dead := newChores(db, slog.New(slog.DiscardHandler), "node-dead", nil, quick)
		if _, err := dead.row(ctx, "orphan"); err != nil {
			t.Fatal(err)
		}
		now := db.Now()
		lease := now.Add(quick.lease)
		if mine, err := db.ExecOne(ctx, "chore.claim", sql.Args{"name": "orphan", "holder": "node-dead", "now": now, "lease_until": lease}); err != nil || !mine {
			t.Fatalf("chore.claim = %v, %v", mine, err)
		}
		var began atomic.Int64
		startChores(t, db, "node-b", chore{"orphan", time.Hour, func(context.Context) error { began.Store(int64(db.Now())); return nil }})
		waitFor(t, 20*time.Second, "the other node to take over", func() bool { return began.Load() != 0 })
		if sql.Time(began.Load()) < lease {
			t.Errorf("it was taken over %s before the lease ran out", lease.Sub(sql.Time(began.Load())))
		}
	})
}

func TestAChoreThatLostItsLeaseIsCutOff(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		began, ended := make(chan struct{}), make(chan error, 1)
		var once sync.Once
		startChores(t, db, "node-a", chore{"lost", time.Hour, func(ctx context.Context) error {
			once.Do(func() { close(began) })
			<-ctx.Done()
			ended <- ctx.Err()
			return ctx.Err()
		}})
		<-began
		later := db.Now().Add(time.Hour) // a node whose clock is ahead thinks that we are gone
		if mine, err := db.ExecOne(t.Context(), "chore.claim", sql.Args{"name": "lost", "holder": "node-b", "now": later, "lease_until": later.Add(time.Minute)}); err != nil || !mine {
			t.Fatalf("chore.claim = %v, %v", mine, err)
		}
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("the work goes on though another node has it")
		}
		if row := keptChore(t, db, "lost"); row.Holder == nil || *row.Holder != "node-b" {
			t.Errorf("the chore is held by %v, want by node-b", row.Holder)
		}
	})
}

func TestErrorsOfAChoreAreKeptAndLoggedAndForgottenWhenItGoesWell(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		var log bytes.Buffer
		var mu sync.Mutex
		var broken, panics atomic.Bool
		broken.Store(true)
		c := newChores(db, slog.New(slog.NewTextHandler(lockedBuffer{&mu, &log}, nil)), "node-a", []chore{{"shaky", 0, func(context.Context) error {
			switch {
			case panics.Load():
				panic("kaputt")
			case broken.Load():
				return errors.New("mail server \x00 away " + strings.Repeat("重", 600))
			}
			return nil
		}}}, quick)
		c.start()
		kept := func() string {
			row, err := sql.Get[choreRow](t.Context(), db, "chore.get", sql.Args{"name": "shaky"})
			if errors.Is(err, sql.ErrNone) {
				return "not yet"
			}
			if err != nil {
				t.Fatal(err)
			}
			return row.Error
		}
		waitFor(t, 20*time.Second, "the error to be kept", func() bool { return strings.HasPrefix(kept(), "mail server  away") })
		if n := len([]rune(kept())); n != 500 {
			t.Errorf("the error that is kept has %d characters, want 500", n)
		}
		broken.Store(false)
		waitFor(t, 20*time.Second, "the error to be forgotten", func() bool { return kept() == "" })
		panics.Store(true)
		waitFor(t, 20*time.Second, "the panic to be kept", func() bool { return strings.HasPrefix(kept(), "panic: kaputt") })
		panics.Store(false)
		waitFor(t, 20*time.Second, "it to run again after the panic", func() bool { return kept() == "" })
		if err := c.stop(t.Context()); err != nil {
			t.Errorf("stop: %v", err)
		}
		mu.Lock()
		defer mu.Unlock()
		if text := log.String(); !strings.Contains(text, "chore=shaky") || !strings.Contains(text, "mail server") || !strings.Contains(text, "kaputt") {
			t.Errorf("the log says %s", text)
		}
	})
}

type lockedBuffer struct {
	mu  *sync.Mutex
	out *bytes.Buffer
}

func (b lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

func TestAStopCutsAChoreOffAndAnyNodeGoesOnAtOnce(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		began := make(chan struct{})
		var once sync.Once
		c := newChores(db, slog.New(slog.DiscardHandler), "node-a", []chore{{"long", time.Hour, func(ctx context.Context) error {
			once.Do(func() { close(began) })
			<-ctx.Done()
			return ctx.Err()
		}}}, quick)
		c.start()
		<-began
		if err := c.stop(t.Context()); err != nil {
			t.Fatalf("stop: %v", err)
		}
		if row := keptChore(t, db, "long"); row.Holder != nil || row.LeaseUntil != nil || row.NextAt > db.Now() || row.Error != "" {
			t.Errorf("after the stop the chore is %+v, want free and due", row)
		}
		// Work that does not listen is waited for only as long as the stop may take.
		stuck := newChores(db, slog.New(slog.DiscardHandler), "node-b", []chore{{"stuck", time.Hour, func(context.Context) error { time.Sleep(3 * time.Second); return nil }}}, quick)
		stuck.start()
		waitFor(t, 20*time.Second, "it to begin", func() bool {
			row, err := sql.Get[choreRow](t.Context(), db, "chore.get", sql.Args{"name": "stuck"})
			return err == nil && row.Holder != nil
		})
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := stuck.stop(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stop of what does not listen = %v, want the deadline", err)
		}
		stuck.ended.Wait()
	})
}

func TestThePaceOfChoresHurriesWithinBounds(t *testing.T) {
	for hurry, want := range map[int]chorePace{
		1:   {hurry: 1, look: time.Second, lease: time.Minute},
		5:   {hurry: 5, look: 200 * time.Millisecond, lease: 12 * time.Second},
		400: {hurry: 400, look: lookAtChores, lease: shortestLease},
	} {
		if got := newChorePace(hurry); got != want {
			t.Errorf("newChorePace(%d) = %+v, want %+v", hurry, got, want)
		}
	}
}
