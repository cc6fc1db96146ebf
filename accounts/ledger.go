package accounts

import (
	"context"
	"fmt"
	"slices"

	"govmedia/rules"
	"govmedia/sql"
)

// thing is an account or a column as the clocks see it.
type thing struct {
	kind     rules.SubjectKind
	id       string
	unitID   string
	path     string
	platform Platform
	rules.Subject
	site   *thing   // of a column: the website
	above  *thing   // of a column: the column above it
	below  []*thing // of a column: those under it
	timed  bool     // in use; a thing that is not has no counting clock
	paused bool     // out of use for a while: its clocks wait
	unread bool     // nobody can read it from outside

	start     sql.Time  // put into use, or created
	shown     *sql.Time // its last post, be it from before its use
	last      *sql.Time // its last update, nil when there was none
	lastBelow *sql.Time // the last update of the columns below it
	title     string    // of the last post of an account

	watch  Watch
	dueAt  *sql.Time
	clocks []rules.Clock
	dirty  bool // its row differs from what is kept
}

// Watch is how a thing is watched, kept on its row so that counts and lists need no clocks.
type Watch string

// The watches. A thing that is not in use has none.
const (
	NotWatched Watch = ""
	Timed      Watch = "timed"            // at least one clock counts
	NoRule     Watch = "no_rule"          // no rule applies (K15)
	Pending    Watch = "calendar_pending" // every clock waits for a calendar (K16)
	Unread     Watch = "unknown"          // it cannot be read from outside
)

// ofAccount is an account as the clocks see it. A post from before its use is no update of it.
func ofAccount(a Account) *thing {
	kind := rules.Kind(a.Kind)
	t := &thing{kind: rules.AccountSubject, id: a.ID, unitID: a.UnitID, path: a.Path, platform: a.Platform, watch: a.Watch, dueAt: a.DueAt,
		Subject: rules.Subject{Object: rules.AccountObject(kind), Kind: kind}, unread: a.UnreadSince != nil, title: a.LastPostTitle,
		shown: a.LastPostAt}
	if a.InUseAt != nil {
		t.timed, t.paused, t.start = a.State == InUse, a.State == Suspended, *a.InUseAt
		if a.LastPostAt != nil && *a.LastPostAt >= t.start {
			t.last = a.LastPostAt
		}
	}
	return t
}

// ofColumn is a column as the clocks see it. Whatever it holds is its content, however old, for a column is often
// registered long after it was filled.
func ofColumn(c Column, site *thing) *thing {
	return &thing{
		kind: rules.ColumnSubject, id: c.ID, unitID: c.UnitID, path: c.Path, platform: site.platform, site: site, watch: c.Watch, dueAt: c.DueAt,
		Subject: rules.Subject{Object: rules.Column, Kind: c.Kind, ColumnLevel: c.Level}, unread: site.unread || c.UnreadSince != nil,
		timed: c.State == ColumnInUse && site.timed, paused: c.State == ColumnInUse && site.paused,
		start: c.CreatedAt, shown: c.LastPostAt, last: c.LastPostAt, lastBelow: c.LastBelowAt,
	}
}

// counts reports whether a post at this instant is an update of the thing.
func (t *thing) counts(at sql.Time) bool {
	return t.timed && (t.kind == rules.ColumnSubject || at >= t.start)
}

func (t *thing) updates() rules.Updates {
	return rules.Updates{Last: std(t.last), Below: std(t.lastBelow), Started: t.start.Std()}
}

// ledger holds the accounts that a transaction works on, with their columns and clocks: read in a few statements however
// many they are, written back where something changed. The accounts' rows are held until the transaction ends, so that
// posts and changes of one account follow one another.
type ledger struct {
	tx       *sql.DB
	law      *rules.Law
	now      sql.Time
	accounts map[string]Account
	things   map[string]*thing // by the id of the account or column
	order    []*thing          // each column behind its site
	fresh    []rules.Clock     // made and not written yet
	anew     []rules.Clock     // started anew and not written yet
	posts    []Post            // new and not written yet, each the only one of its account
	written  int               // clocks started, started anew or finished
	units    map[string]bool   // whose tallies are behind

	recounted []*thing // whose due time another calendar changed
}

// openLedger locks and reads accounts. Those that do not exist are left out.
func openLedger(ctx context.Context, tx *sql.DB, book rules.Book, ids []string) (*ledger, error) {
	slices.Sort(ids)
	return fillLedger(ctx, tx, book, "account.hold_all", slices.Compact(ids))
}

// readLedger is openLedger without the locks, for looking only.
func readLedger(ctx context.Context, tx *sql.DB, book rules.Book, ids []string) (*ledger, error) {
	return fillLedger(ctx, tx, book, "account.get_all", ids)
}

func fillLedger(ctx context.Context, tx *sql.DB, book rules.Book, statement string, ids []string) (*ledger, error) {
	accounts, err := sql.List[Account](ctx, tx, statement, sql.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	law, err := book.Law(ctx, tx) // once the accounts are held: who brings other law settles them first
	if err != nil {
		return nil, err
	}
	l := &ledger{tx: tx, law: law, now: tx.Now(), accounts: map[string]Account{}, things: map[string]*thing{}, units: map[string]bool{}}
	var sites []string
	for _, account := range accounts {
		l.accounts[account.ID] = account
		l.add(ofAccount(account))
		if account.Platform == Website {
			sites = append(sites, account.ID)
		}
	}
	if err := l.readColumns(ctx, sites); err != nil {
		return nil, err
	}
	return l, l.readClocks(ctx)
}

func (l *ledger) add(t *thing) {
	l.things[t.id] = t
	l.order = append(l.order, t)
}

func (l *ledger) readColumns(ctx context.Context, sites []string) error {
	if len(sites) == 0 {
		return nil
	}
	columns, err := sql.List[Column](ctx, l.tx, "column.of_accounts", sql.Args{"account_ids": sites})
	if err != nil {
		return err
	}
	for _, column := range columns {
		l.add(ofColumn(column, l.things[column.AccountID]))
	}
	for _, column := range columns {
		if column.ParentID == nil {
			continue
		}
		if above := l.things[*column.ParentID]; above != nil {
			t := l.things[column.ID]
			t.above, above.below = above, append(above.below, t)
		}
	}
	return nil
}

func (l *ledger) readClocks(ctx context.Context) error {
	ids := map[rules.SubjectKind][]string{}
	for _, t := range l.order {
		ids[t.kind] = append(ids[t.kind], t.id)
	}
	for kind, ids := range ids {
		clocks, err := rules.ClocksOfAll(ctx, l.tx, kind, ids)
		if err != nil {
			return err
		}
		for id, clocks := range clocks {
			l.things[id].clocks = slices.DeleteFunc(clocks, func(c rules.Clock) bool { return !c.IsUpdate() })
		}
	}
	return nil
}

// regime returns the rules that hold for a thing. ErrRulebookMissing when its unit works under a rulebook that the library
// does not have: then nothing may be judged, in order or not.
func (l *ledger) regime(t *thing) (*rules.Regime, error) {
	regime := l.law.Regime(t.path)
	if len(regime.Missing) > 0 {
		return nil, ErrRulebookMissing.Because(fmt.Errorf("unit %s works under %q", t.unitID, regime.Missing))
	}
	return regime, nil
}

// duties are what the rules in force now demand of a thing, at most one under each rulebook. A thing that is unread or
// out of use for a while still has them, but no due time.
func (l *ledger) duties(t *thing) ([]rules.ClockDuty, error) {
	if !t.timed && !t.paused {
		return nil, nil
	}
	regime, err := l.regime(t)
	if err != nil {
		return nil, err
	}
	var duties []rules.ClockDuty
	for _, verdict := range regime.Verdicts(t.Subject, t.updates(), l.now.Std()) {
		duty, due := rules.UpdateDuty(verdict, t.kind, t.id, t.unitID)
		if !due {
			continue
		}
		duty.Path, duty.Platform = t.path, string(t.platform)
		switch {
		case t.paused:
			duty.Reason, duty.DueAt = rules.ClockSuspended, nil
		case t.unread:
			duty.Reason, duty.DueAt = rules.ClockUnread, nil
		}
		duties = append(duties, duty)
	}
	return duties, nil
}

// settle brings the clocks of a thing in line with the rules in force: each duty runs from its last update, and whatever
// else ran is finished at an instant, late or not. Where no rule applies no clock runs.
func (l *ledger) settle(ctx context.Context, t *thing, at sql.Time) error {
	duties, err := l.duties(t)
	if err != nil {
		return err
	}
	for i, clock := range t.clocks {
		if !clock.Running() || slices.ContainsFunc(duties, func(d rules.ClockDuty) bool { return sameDuty(clock, d) }) {
			continue
		}
		if err := l.keepBefore(ctx, clock); err != nil {
			return err
		}
		if t.clocks[i], err = rules.FinishClock(ctx, l.tx, clock, at); err != nil {
			return err
		}
		l.changed(t)
	}
	for _, duty := range duties {
		if err := l.run(ctx, t, duty, at); err != nil {
			return err
		}
	}
	watch, dueAt := watched(t, duties)
	if watch != t.watch || !sameTime(dueAt, t.dueAt) {
		t.watch, t.dueAt, t.dirty = watch, dueAt, true
		l.units[t.unitID] = true
	}
	return nil
}

// run lets the clock of a duty count it. A clock that is to wait keeps a record of what it missed until now.
func (l *ledger) run(ctx context.Context, t *thing, duty rules.ClockDuty, at sql.Time) error {
	i := slices.IndexFunc(t.clocks, func(c rules.Clock) bool { return sameDuty(c, duty) })
	if i < 0 {
		clock := rules.NewClock(l.tx, duty) // all clocks of the thing are in the ledger, so it has none for this duty
		t.clocks = append(t.clocks, clock)
		l.fresh = append(l.fresh, clock)
		l.changed(t)
		return nil
	}
	clock := t.clocks[i]
	if clock.Counts(duty) {
		return nil
	}
	if duty.Reason == rules.ClockSuspended && clock.Running() && clock.Late(at) {
		if err := rules.KeepMissed(ctx, l.tx, clock, clock.StartedAt, *clock.DueAt, at); err != nil {
			return err
		}
	}
	if err := l.keepBefore(ctx, clock); err != nil {
		return err
	}
	t.clocks[i] = clock.Restarted(duty, l.now)
	l.anew = append(l.anew, t.clocks[i])
	l.changed(t)
	return nil
}

// keepBefore writes the clocks that wait to be written if one that is about to change again is among them.
func (l *ledger) keepBefore(ctx context.Context, changing rules.Clock) error {
	same := func(c rules.Clock) bool { return c.ID == changing.ID }
	if !slices.ContainsFunc(l.fresh, same) && !slices.ContainsFunc(l.anew, same) {
		return nil
	}
	return l.keepClocks(ctx)
}

func (l *ledger) keepClocks(ctx context.Context) error {
	fresh, anew := l.fresh, l.anew
	l.fresh, l.anew = nil, nil
	if err := rules.KeepClocks(ctx, l.tx, fresh); err != nil {
		return err
	}
	return rules.KeepRestarted(ctx, l.tx, anew)
}

func (l *ledger) changed(t *thing) {
	l.written++
	l.units[t.unitID] = true
}

func sameDuty(c rules.Clock, d rules.ClockDuty) bool {
	return c.Rulebook == d.Rulebook && c.Section == d.Section && c.Rule == d.Rule
}

// watched is what stands on the row of a thing with these duties.
func watched(t *thing, duties []rules.ClockDuty) (Watch, *sql.Time) {
	switch {
	case !t.timed:
		return NotWatched, nil
	case t.unread:
		return Unread, nil
	case len(duties) == 0:
		return NoRule, nil
	}
	var first *sql.Time
	for _, duty := range duties {
		if duty.DueAt != nil && (first == nil || *duty.DueAt < *first) {
			first = duty.DueAt
		}
	}
	if first == nil {
		return Pending, nil
	}
	return Timed, first
}

// settleAll settles everything in the ledger.
func (l *ledger) settleAll(ctx context.Context, at sql.Time) error {
	for _, t := range l.order {
		if err := l.settle(ctx, t, at); err != nil {
			return err
		}
	}
	return nil
}

// close writes what waits to be written and what changed of the accounts and columns, and marks the units whose tallies are
// behind.
func (l *ledger) close(ctx context.Context) error {
	if err := l.keepPosts(ctx); err != nil {
		return err
	}
	if err := l.keepClocks(ctx); err != nil {
		return err
	}
	rows := map[string][]sql.Args{}
	for _, t := range l.order {
		if !t.dirty {
			continue
		}
		name := "column.watch"
		if t.kind == rules.AccountSubject {
			name = "account.watch"
		}
		rows[name] = append(rows[name], sql.Args{"id": t.id, "last_post_at": t.shown, "last_post_title": t.title, "last_below_at": t.lastBelow,
			"watch": t.watch, "due_at": t.dueAt})
	}
	for name, rows := range rows {
		if _, err := sql.UpdateMany(ctx, l.tx, name, rows); err != nil {
			return err
		}
	}
	return markTallies(ctx, l.tx, l.units)
}

// settleAccounts brings the clocks of accounts and of all their columns in line with the rules in force.
func settleAccounts(ctx context.Context, tx *sql.DB, book rules.Book, ids ...string) error {
	l, err := openLedger(ctx, tx, book, ids)
	if err != nil {
		return err
	}
	if err := l.settleAll(ctx, l.now); err != nil {
		return err
	}
	return l.close(ctx)
}

func sameTime(a, b *sql.Time) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
