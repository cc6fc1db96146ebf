package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/oversight"
	"govmedia/sql"
)

// chore is work that comes back again and again: every so often after its last end, by one node at a time. It must bear
// being cut off anywhere and done again, for a node may be killed, and a slow one may find that another took over.
type chore struct {
	name  string
	every time.Duration
	run   func(ctx context.Context) error
}

// choreList is THE LIST of what comes back, one line each.
func (n *node) choreList(holder string) []chore {
	book := n.server.book
	return []chore{
		{"tallies", time.Second, resting(9, func(ctx context.Context) error { _, err := accounts.CountTallies(ctx, n.db); return err })},
		{"rejudge", 5 * time.Second, func(ctx context.Context) error { _, err := accounts.RejudgeDue(ctx, n.db, book, holder); return err }},
		{"imports", time.Second, func(ctx context.Context) error {
			_, err := accounts.ImportsDue(ctx, n.db, book, n.server.store, holder)
			return err
		}},
		{"search", time.Hour, func(ctx context.Context) error { _, err := accounts.FillSearch(ctx, n.db); return err }},
		{"remind", time.Minute, func(ctx context.Context) error {
			_, err := oversight.Remind(ctx, n.db, book, n.server.reminders)
			return err
		}},
		{"matters", time.Minute, func(ctx context.Context) error { _, err := oversight.RecountMatters(ctx, n.db, book); return err }},
		{"periods", 10 * time.Minute, func(ctx context.Context) error { _, err := oversight.TurnPeriods(ctx, n.db, book); return err }},
		{"notices", time.Minute, func(ctx context.Context) error { _, err := accounts.TurnNotices(ctx, n.db, book); return err }},
		{"places", time.Minute, func(ctx context.Context) error {
			_, err := accounts.CheckNoticePlaces(ctx, n.db, n.server.lookAtPlace)
			return err
		}},
		{"sources", 10 * time.Minute, func(ctx context.Context) error {
			_, err := channels.AddMissingSources(ctx, n.db, n.server.out)
			return err
		}},
		{"observe", 5 * time.Second, func(ctx context.Context) error {
			_, err := channels.ObserveDue(ctx, n.db, n.server.observing)
			return err
		}},
		{"callbacks", time.Second, n.server.workOnCallbacks},
		{"weibo", 10 * time.Minute, n.checkWeiboTokens},
		{"grants", time.Minute, n.server.checkGrants},
		{"passwords", 10 * time.Minute, func(ctx context.Context) error { _, err := oversight.TurnPasswords(ctx, n.db, book); return err }},
	}
}

// resting is work that rests so many times as long as it took before it ends. While an import marks half the tree again and
// again, counting it all each second would take the database from the import itself.
func resting(times time.Duration, run func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		began := time.Now()
		err := run(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(times * time.Since(began)):
		}
		return err
	}
}

// chores does what comes back. Each node looks; a guarded update of the chore's row says who does it, for as long as a
// lease that is renewed while the work goes on.
type chores struct {
	db     *sql.DB
	log    *slog.Logger
	holder string // names this start of this node
	list   []chore
	pace   chorePace

	stopping context.CancelFunc
	ended    sync.WaitGroup
}

// chorePace is how often a node looks and how long a chore is its own without a sign of life.
type chorePace struct {
	hurry int // divides every wait; 1 in production
	look  time.Duration
	lease time.Duration
}

// However much the tests hurry, nothing is looked at more often than this.
const lookAtChores = 100 * time.Millisecond

// choreLease is how long a killed node's chore waits until another takes it.
const choreLease = time.Minute

func newChorePace(hurry int) chorePace {
	return chorePace{hurry: hurry, look: max(time.Second/time.Duration(hurry), lookAtChores), lease: max(choreLease/time.Duration(hurry), shortestLease)}
}

func newChores(db *sql.DB, log *slog.Logger, holder string, list []chore, pace chorePace) *chores {
	return &chores{db: db, log: log, holder: holder, list: list, pace: pace, stopping: func() {}}
}

// start begins the work; stop ends it.
func (c *chores) start() {
	ctx, cancel := context.WithCancel(context.Background())
	c.stopping = cancel
	for _, ch := range c.list {
		c.ended.Go(func() { c.tend(ctx, ch) })
	}
}

// stop asks for an end and waits for it, at most as long as ctx allows. Work under way is cut off between two of its
// transactions, and any node goes on with it.
func (c *chores) stop(ctx context.Context) error {
	c.stopping()
	ended := make(chan struct{})
	go func() { c.ended.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tend looks after one chore until ctx ends.
func (c *chores) tend(ctx context.Context, ch chore) {
	for ctx.Err() == nil {
		pause, err := c.turn(ctx, ch)
		if err != nil && ctx.Err() == nil {
			c.log.Error("a chore failed", "chore", ch.name, "error", err.Error())
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// choreRow is a chore as it is kept.
type choreRow struct {
	Name       string
	NextAt     sql.Time
	Holder     *string
	LeaseUntil *sql.Time
	Error      string // of the last time; empty when it went well
}

// turn does a chore where it is due and nobody does it, and returns how long to wait before the next look.
func (c *chores) turn(ctx context.Context, ch chore) (time.Duration, error) {
	row, err := c.row(ctx, ch.name)
	if err != nil {
		return c.pace.look, err
	}
	now := c.db.Now()
	due := row.NextAt
	if row.LeaseUntil != nil {
		due = max(due, *row.LeaseUntil)
	}
	if due > now {
		return min(max(due.Sub(now), lookAtChores), c.pace.look), nil
	}
	mine, err := c.db.ExecOne(ctx, "chore.claim", sql.Args{"name": ch.name, "holder": c.holder, "now": now, "lease_until": now.Add(c.pace.lease)})
	if err != nil || !mine {
		return c.pace.look, err
	}
	failed := c.perform(ctx, ch)
	return lookAtChores, errors.Join(failed, c.release(ctx, ch, failed))
}

// row returns a chore's row, which the first node that looks makes.
func (c *chores) row(ctx context.Context, name string) (choreRow, error) {
	row, err := sql.Get[choreRow](ctx, c.db, "chore.get", sql.Args{"name": name})
	if !errors.Is(err, sql.ErrNone) {
		return row, err
	}
	if _, err := c.db.Exec(ctx, "chore.insert", sql.Args{"name": name, "next_at": c.db.Now()}); err != nil {
		return choreRow{}, err
	}
	return sql.Get[choreRow](ctx, c.db, "chore.get", sql.Args{"name": name})
}

// perform runs a chore and renews its lease meanwhile. A panic is an error like others: one bad row must not take the
// whole program down, again and again on each node.
func (c *chores) perform(ctx context.Context, ch chore) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { c.keep(ctx, ch, cancel) })
	defer keeping.Wait()
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return ch.run(ctx)
}

// keep renews the lease until ctx ends, and cuts the work off when another node has it.
func (c *chores) keep(ctx context.Context, ch chore, cutOff context.CancelFunc) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.pace.lease / 3):
		}
		mine, err := c.db.ExecOne(ctx, "chore.keep", sql.Args{"name": ch.name, "holder": c.holder, "lease_until": c.db.Now().Add(c.pace.lease)})
		if err == nil && !mine {
			c.log.Warn("another node took a chore over", "chore", ch.name)
			cutOff()
		}
	}
}

// release lets a chore go until its next time; one that a stop cut off, at once.
func (c *chores) release(ctx context.Context, ch chore, failed error) error {
	args := sql.Args{"name": ch.name, "holder": c.holder, "next_at": c.db.Now().Add(ch.every / time.Duration(c.pace.hurry)), "error": ""}
	switch {
	case ctx.Err() != nil:
		args["next_at"] = c.db.Now()
	case failed != nil:
		args["error"] = shortened(failed.Error(), 500)
	}
	_, err := c.db.Exec(context.WithoutCancel(ctx), "chore.release", args)
	return err
}

// shortened is the beginning of a text, at most so many characters, without what a database would refuse.
func shortened(text string, most int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
