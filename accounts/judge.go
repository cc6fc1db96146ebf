package accounts

import (
	"context"
	"errors"
	"slices"
	"time"

	"govmedia/rules"
	"govmedia/sql"
)

// act lets a new post act: on the last post of the account and the column, their clocks, what was judged of the silences
// around it, and on the columns above.
func (l *ledger) act(ctx context.Context, account, column *thing, post Post) error {
	for _, t := range []*thing{account, column} {
		if t == nil {
			continue
		}
		if t.shown == nil || post.PublishedAt > *t.shown {
			t.shown, t.title, t.dirty = &post.PublishedAt, post.Title, true
		}
		if !t.counts(post.PublishedAt) {
			continue
		}
		if err := l.count(ctx, t, post); err != nil {
			return err
		}
	}
	if column == nil {
		return nil
	}
	for above := column.above; above != nil; above = above.above {
		if err := l.countBelow(ctx, above, post); err != nil {
			return err
		}
	}
	return nil
}

// count takes a post as an update of the thing it appeared on.
func (l *ledger) count(ctx context.Context, t *thing, post Post) error {
	own := run{thing: t, of: rules.EitherSequence, last: t.last}
	if len(t.below) > 0 {
		own.of = rules.OwnSequence
		if err := l.judge(ctx, t.whole(), post); err != nil {
			return err
		}
	}
	if err := l.judge(ctx, own, post); err != nil {
		return err
	}
	if t.last == nil || post.PublishedAt > *t.last {
		t.last, t.dirty = &post.PublishedAt, true
	}
	return l.settle(ctx, t, post.PublishedAt)
}

// countBelow takes a post as an update of a column above the one it appeared in (I-TN-04).
func (l *ledger) countBelow(ctx context.Context, t *thing, post Post) error {
	if !t.counts(post.PublishedAt) {
		return nil
	}
	if err := l.judge(ctx, t.whole(), post); err != nil {
		return err
	}
	if t.lastBelow == nil || post.PublishedAt > *t.lastBelow {
		t.lastBelow, t.dirty = &post.PublishedAt, true
	}
	return l.settle(ctx, t, post.PublishedAt)
}

// run is one sequence of updates of a thing, with the last that is known of it.
type run struct {
	*thing
	of   rules.Sequence
	last *sql.Time
}

// whole is the run of a column with all columns below it.
func (t *thing) whole() run {
	last := t.last
	if last == nil || t.lastBelow != nil && *t.lastBelow > *last {
		last = t.lastBelow
	}
	return run{thing: t, of: rules.WholeSequence, last: last}
}

// columnIDs are the columns whose posts are updates of the run.
func (r run) columnIDs() []string {
	ids := []string{r.id}
	if r.of != rules.WholeSequence {
		return ids
	}
	for _, below := range r.below {
		ids = append(ids, below.whole().columnIDs()...)
	}
	return ids
}

// judge records the silence that a post ended. Mostly that is the one since the last update; one that came to light late
// stands between others, and what was judged of them is judged anew.
func (l *ledger) judge(ctx context.Context, r run, post Post) error {
	at := post.PublishedAt
	switch {
	case r.last != nil && at <= *r.last:
		return l.judgeAnew(ctx, r, post)
	case r.last != nil:
		return l.judgeSilence(ctx, r, rules.Silence{From: r.last.Std(), Ended: at.Std(), Of: r.of})
	case at <= r.start: // content from before the column was registered: it never was blank
		return rules.ForgetMissed(ctx, l.tx, blank(r.clocks), r.start, r.start+1)
	}
	return l.judgeSilence(ctx, r, rules.Silence{From: r.start.Std(), Ended: at.Std(), First: true, Of: r.of})
}

// judgeAnew judges the silences on both sides of a post between known ones.
func (l *ledger) judgeAnew(ctx context.Context, r run, post Post) error {
	around, err := l.neighbours(ctx, r, post)
	if err != nil {
		return err
	}
	first, updates := true, []sql.Time{post.PublishedAt}
	for _, n := range around {
		if n.Place == 0 {
			first, updates = false, append([]sql.Time{n.PublishedAt}, updates...)
		} else {
			updates = append(updates, n.PublishedAt)
		}
	}
	return l.judgeRow(ctx, r, first, updates)
}

// judgeRow records the silences between updates that are known whole, in order; first says that none came before them.
// Records of silences that began within them are replaced.
func (l *ledger) judgeRow(ctx context.Context, r run, first bool, updates []sql.Time) error {
	if len(updates) == 0 {
		return nil
	}
	from, last := updates[0], updates[len(updates)-1]
	if first {
		from = r.start
	}
	if err := rules.ForgetMissed(ctx, l.tx, judging(r.clocks), min(from, updates[0]), last); err != nil {
		return err
	}
	if last < from {
		if err := rules.ForgetMissed(ctx, l.tx, blank(r.clocks), from, from+1); err != nil {
			return err
		}
	}
	for i, update := range updates {
		if i == 0 && !first {
			continue
		}
		if err := l.judgeSilence(ctx, r, rules.Silence{From: from.Std(), Ended: update.Std(), First: i == 0, Of: r.of}); err != nil {
			return err
		}
		from = update
	}
	return nil
}

// judgeSilence records which rules a silence broke. What was over before the thing was in use broke none; what waits for
// a calendar is judged when that comes.
func (l *ledger) judgeSilence(ctx context.Context, r run, silence rules.Silence) error {
	if sql.FromStd(silence.Ended) <= r.start {
		return nil
	}
	regime, err := l.regime(r.thing)
	if err != nil {
		return err
	}
	broken, err := regime.Broken(r.Subject, silence)
	if err != nil && !errors.Is(err, rules.ErrCalendarPending) {
		return err
	}
	for _, breach := range broken {
		clock, err := l.clockOf(ctx, r.thing, breach)
		if err != nil {
			return err
		}
		if err := rules.KeepMissed(ctx, l.tx, clock, sql.FromStd(breach.From), sql.FromStd(breach.Due.At), sql.FromStd(silence.Ended)); err != nil {
			return err
		}
	}
	return nil
}

// clockOf finds the clock of the rule that a silence broke. One that never ran, because the silence only came to light
// afterwards, is made and is done at once.
func (l *ledger) clockOf(ctx context.Context, t *thing, breach rules.RegimeBreach) (rules.Clock, error) {
	for _, clock := range t.clocks {
		if clock.Rulebook == breach.Rulebook.ID && clock.Rule == breach.RuleID {
			return clock, nil
		}
	}
	duty := rules.ClockDuty{
		SubjectKind: t.kind, SubjectID: t.id, UnitID: t.unitID, Path: t.path, Platform: string(t.platform), Rulebook: breach.Rulebook.ID,
		Section: rules.SectionUpdateLimits, Rule: breach.RuleID, Articles: breach.Articles, StartedAt: sql.FromStd(breach.From),
		DueAt: sql.FromStd(breach.Due.At).Ptr(), EndOfDay: breach.Due.EndOfDay,
	}
	if breach.Reason == rules.ReasonBlankColumn {
		duty.Section, duty.Reason = rules.SectionColumnRules, rules.ClockBlank
	}
	clock, err := rules.StartClock(ctx, l.tx, duty)
	if err != nil {
		return rules.Clock{}, err
	}
	if clock, err = rules.FinishClock(ctx, l.tx, clock, sql.FromStd(*breach.Ended)); err != nil {
		return rules.Clock{}, err
	}
	t.clocks = append(t.clocks, clock)
	return clock, nil
}

// judging leaves out the clocks of rules that no longer apply: what was missed under them stays as it was judged.
func judging(clocks []rules.Clock) []rules.Clock {
	return slices.DeleteFunc(slices.Clone(clocks), func(c rules.Clock) bool { return !c.Running() && c.Reason != rules.ClockBlank })
}

// blank returns the clocks that counted how long a column was blank.
func blank(clocks []rules.Clock) []rules.Clock {
	return slices.DeleteFunc(slices.Clone(clocks), func(c rules.Clock) bool { return c.Reason != rules.ClockBlank })
}

// neighbour is an update next to another: before it, or at the same instant (Place 0), or after it (Place 1).
type neighbour struct {
	Place       int
	PublishedAt sql.Time
}

// neighbours returns the updates of a run next to a post, at most one on each side, the earlier one first.
func (l *ledger) neighbours(ctx context.Context, r run, post Post) ([]neighbour, error) {
	args := sql.Args{"account_id": r.id, "column_ids": r.columnIDs(), "since": r.start, "at": post.PublishedAt, "post_id": post.ID}
	if r.kind == rules.ColumnSubject {
		return sql.List[neighbour](ctx, l.tx, "post.around_in_column", args)
	}
	return sql.List[neighbour](ctx, l.tx, "post.around_in_account", args)
}

// times returns the instants of all updates of a run, in order.
func (l *ledger) times(ctx context.Context, r run) ([]sql.Time, error) {
	if r.kind == rules.ColumnSubject {
		return sql.List[sql.Time](ctx, l.tx, "post.times_of_columns", sql.Args{"column_ids": r.columnIDs()})
	}
	return sql.List[sql.Time](ctx, l.tx, "post.times_of_account", sql.Args{"account_id": r.id, "since": r.start})
}

// judgePast judges all silences of a thing since its start, with what is known now.
func (l *ledger) judgePast(ctx context.Context, t *thing) error {
	if !t.timed {
		return nil
	}
	runs := []run{{thing: t, of: rules.EitherSequence}}
	if len(t.below) > 0 {
		runs = []run{{thing: t, of: rules.OwnSequence}, t.whole()}
	}
	for _, r := range runs {
		updates, err := l.times(ctx, r)
		if err != nil {
			return err
		}
		if err := l.judgeRow(ctx, r, true, updates); err != nil {
			return err
		}
	}
	return nil
}

func std(t *sql.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.Std()
	return &at
}
