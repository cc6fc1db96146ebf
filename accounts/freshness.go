package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// subject is a thing whose updates are timed: an account, or a column of a website.
type subject struct {
	kind   rules.SubjectKind
	id     string
	unitID string
	rules.Subject
	timed bool      // in use; a thing that is not has no running clock
	start sql.Time  // put into use, or created
	last  *sql.Time // its last update, nil when there was none
}

// ofAccount is an account as the clocks see it. A post from before its use is no update of it.
func ofAccount(a Account) subject {
	kind := rules.Kind(a.Kind)
	s := subject{kind: rules.AccountSubject, id: a.ID, unitID: a.UnitID, Subject: rules.Subject{Object: rules.AccountObject(kind), Kind: kind}}
	if a.InUseAt != nil {
		s.timed, s.start = a.State == InUse, *a.InUseAt
		if a.LastPostAt != nil && *a.LastPostAt >= s.start {
			s.last = a.LastPostAt
		}
	}
	return s
}

// ofColumn is a column as the clocks see it; site is the account it belongs to. Whatever it holds is its content, however
// old, for a column is often registered long after it was filled.
func ofColumn(c Column, site Account) subject {
	return subject{
		kind: rules.ColumnSubject, id: c.ID, unitID: c.UnitID,
		Subject: rules.Subject{Object: rules.Column, Kind: c.Kind, ColumnLevel: c.Level},
		timed:   c.State == ColumnInUse && site.State == InUse, start: c.CreatedAt, last: c.LastPostAt,
	}
}

// counts reports whether a post at this instant is an update of the thing.
func (s subject) counts(at sql.Time) bool {
	return s.timed && (s.kind == rules.ColumnSubject || at >= s.start)
}

// rulebookOf returns the rulebook a unit works under, nil when it works under none. ErrRulebookMissing when the library
// has no such rulebook: then nothing may be judged, in order or not.
func rulebookOf(ctx context.Context, db *sql.DB, book rules.Book, unitID string) (*rules.Rulebook, error) {
	id, err := units.RulebookOf(ctx, db, unitID)
	if err != nil || id == "" {
		return nil, err
	}
	rulebook, found := book.Library.ByID(id)
	if !found {
		return nil, ErrRulebookMissing.Because(fmt.Errorf("unit %s works under %q", unitID, id))
	}
	return rulebook, nil
}

// settle brings the update clocks of a thing in line with its rulebook: the one duty it has runs from its last update, and
// whatever else ran is finished at that instant, late or not. Where no rule applies no clock runs.
func settle(ctx context.Context, tx *sql.DB, book rules.Book, s subject, at sql.Time) error {
	var duty rules.ClockDuty
	due := false
	if s.timed {
		rulebook, err := rulebookOf(ctx, tx, book, s.unitID)
		if err != nil {
			return err
		}
		if rulebook != nil {
			verdict := rulebook.Freshness(s.Subject, std(s.last), s.start.Std(), at.Std(), book.Calendar)
			duty, due = rules.UpdateDuty(verdict, s.kind, s.id, s.unitID)
		}
	}
	clocks, err := rules.ClocksOf(ctx, tx, s.kind, s.id)
	if err != nil {
		return err
	}
	for _, clock := range clocks {
		same := due && clock.Rulebook == duty.Rulebook && clock.Section == duty.Section && clock.Rule == duty.Rule
		if !clock.IsUpdate() || !clock.Running() || same {
			continue
		}
		if _, err := rules.FinishClock(ctx, tx, clock, at); err != nil {
			return err
		}
	}
	if !due {
		return nil
	}
	_, err = rules.StartClock(ctx, tx, duty)
	return err
}

// settleAll settles an account and its columns.
func settleAll(ctx context.Context, tx *sql.DB, book rules.Book, account Account, at sql.Time) error {
	if err := settle(ctx, tx, book, ofAccount(account), at); err != nil {
		return err
	}
	columns, err := sql.List[Column](ctx, tx, "column.of_account", sql.Args{"account_id": account.ID})
	if err != nil {
		return err
	}
	for _, column := range columns {
		if err := settle(ctx, tx, book, ofColumn(column, account), at); err != nil {
			return err
		}
	}
	return nil
}

// judge records the silences between updates that are known whole: updates holds instants in order, from is what the first
// of them is measured against. Records of silences that began within them are replaced, so an update that came to light
// late changes what was judged around it.
func judge(ctx context.Context, tx *sql.DB, book rules.Book, s subject, from sql.Time, updates []sql.Time) error {
	rulebook, err := rulebookOf(ctx, tx, book, s.unitID)
	if err != nil || rulebook == nil || len(updates) == 0 {
		return err
	}
	clocks, err := updateClocks(ctx, tx, s)
	if err != nil {
		return err
	}
	last := updates[len(updates)-1]
	if err := rules.ForgetMissed(ctx, tx, judging(clocks), min(from, updates[0]), last); err != nil {
		return err
	}
	if last < from { // content from before the column was registered: it never was blank
		if err := rules.ForgetMissed(ctx, tx, blank(clocks), from, from+1); err != nil {
			return err
		}
	}
	// The silence after the last update is still open, or judged already; at that very update it is no breach.
	breaches, err := rulebook.Breaches(s.Subject, stds(updates), from.Std(), last.Std(), book.Calendar)
	if err != nil && !errors.Is(err, rules.ErrCalendarPending) { // what waits for the calendar is judged by SettlePending
		return err
	}
	for _, breach := range breaches {
		if breach.Ended == nil || sql.FromStd(*breach.Ended) <= s.start {
			continue
		}
		clock, err := clockOf(ctx, tx, clocks, rulebook, s, breach)
		if err != nil {
			return err
		}
		if err := rules.KeepMissed(ctx, tx, clock, sql.FromStd(breach.From), sql.FromStd(breach.Due.At), sql.FromStd(*breach.Ended)); err != nil {
			return err
		}
	}
	return nil
}

func updateClocks(ctx context.Context, db *sql.DB, s subject) ([]rules.Clock, error) {
	clocks, err := rules.ClocksOf(ctx, db, s.kind, s.id)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(clocks, func(c rules.Clock) bool { return !c.IsUpdate() }), nil
}

// judging leaves out the clocks of rules that no longer apply: what was missed under them stays as it was judged.
func judging(clocks []rules.Clock) []rules.Clock {
	return slices.DeleteFunc(slices.Clone(clocks), func(c rules.Clock) bool { return !c.Running() && c.Reason != rules.ClockBlank })
}

// blank returns the clocks that counted how long a column was blank.
func blank(clocks []rules.Clock) []rules.Clock {
	return slices.DeleteFunc(slices.Clone(clocks), func(c rules.Clock) bool { return c.Reason != rules.ClockBlank })
}

// clockOf finds the clock of the rule that a silence broke. One that never ran, because the silence only came to light
// afterwards, is made and is done at once.
func clockOf(ctx context.Context, tx *sql.DB, clocks []rules.Clock, rulebook *rules.Rulebook, s subject, breach rules.Breach) (rules.Clock, error) {
	for _, clock := range clocks {
		if clock.Rulebook == rulebook.ID && clock.Rule == breach.RuleID {
			return clock, nil
		}
	}
	duty := rules.ClockDuty{
		SubjectKind: s.kind, SubjectID: s.id, UnitID: s.unitID, Rulebook: rulebook.ID, Section: rules.SectionUpdateLimits, Rule: breach.RuleID,
		Articles: breach.Articles, StartedAt: sql.FromStd(breach.From), DueAt: sql.FromStd(breach.Due.At).Ptr(),
	}
	if breach.Reason == rules.ReasonBlankColumn {
		duty.Section, duty.Reason = rules.SectionColumnRules, rules.ClockBlank
	}
	clock, err := rules.StartClock(ctx, tx, duty)
	if err != nil {
		return rules.Clock{}, err
	}
	return rules.FinishClock(ctx, tx, clock, sql.FromStd(*breach.Ended))
}

// SettlePending settles what waited for the working days of a year (K16), after a new calendar was taken in, and returns
// how many accounts it looked at. Those for which the year is still missing go on waiting. It may run twice.
func SettlePending(ctx context.Context, db *sql.DB, book rules.Book) (int, error) {
	ids, err := sql.List[string](ctx, db, "account.pending", nil)
	if err != nil {
		return 0, wrap(err, "list the pending clocks")
	}
	for i, id := range ids {
		if err := db.InTx(ctx, func(tx *sql.DB) error { return settlePast(ctx, tx, book, id) }); err != nil {
			return i, wrap(err, "settle account %s", id)
		}
	}
	return len(ids), nil
}

// settlePast settles an account and its columns and judges all their silences since their start.
func settlePast(ctx context.Context, tx *sql.DB, book rules.Book, id string) error {
	account, columns, err := locked(ctx, tx, id)
	if err != nil {
		return err
	}
	subjects := []subject{ofAccount(account)}
	for _, column := range columns {
		subjects = append(subjects, ofColumn(column, account))
	}
	for _, s := range subjects {
		if err := settle(ctx, tx, book, s, tx.Now()); err != nil {
			return err
		}
		if !s.timed {
			continue
		}
		updates, err := s.updates(ctx, tx)
		if err != nil {
			return err
		}
		if err := judge(ctx, tx, book, s, s.start, updates); err != nil {
			return err
		}
	}
	return nil
}

func locked(ctx context.Context, tx *sql.DB, id string) (Account, []Column, error) {
	if err := lock(ctx, tx, id); err != nil {
		return Account{}, nil, err
	}
	account, err := Load(ctx, tx, id)
	if err != nil {
		return Account{}, nil, err
	}
	columns, err := sql.List[Column](ctx, tx, "column.of_account", sql.Args{"account_id": id})
	return account, columns, err
}

// Resettle brings the clocks of all accounts and columns of a unit and the units below it in line with the rulebooks they
// work under now, after a unit was moved or came under another rulebook. What was missed under the old one stays as it
// was judged. It returns how many accounts it settled; each in a transaction of its own, so it may run beside everything
// else and twice.
func Resettle(ctx context.Context, db *sql.DB, book rules.Book, unitID string) (int, error) {
	unit, err := units.Get(ctx, db, units.System, unitID)
	if err != nil {
		return 0, wrap(err, "resettle unit %s", unitID)
	}
	ids, err := sql.List[string](ctx, db, "account.in_subtree", sql.Args{"path": unit.Path})
	if err != nil {
		return 0, wrap(err, "resettle unit %s", unitID)
	}
	for i, id := range ids {
		err := db.InTx(ctx, func(tx *sql.DB) error {
			account, _, err := locked(ctx, tx, id)
			if err != nil {
				return err
			}
			return settleAll(ctx, tx, book, account, tx.Now())
		})
		if err != nil {
			return i, wrap(err, "settle account %s", id)
		}
	}
	return len(ids), nil
}

// noRule says why no rule times a thing; empty when one does.
func noRule(ctx context.Context, db *sql.DB, book rules.Book, s subject) (rulebookID, citation, reason string, err error) {
	rulebook, err := rulebookOf(ctx, db, book, s.unitID)
	if refusal := fault.As(err); refusal != nil {
		return "", "", refusal.Sentence, nil //nolint:nilerr // the refusal is the reason that was asked for
	}
	if err != nil {
		return "", "", "", err
	}
	if rulebook == nil {
		return "", "", "本单位没有设定适用的规则库", nil
	}
	verdict := rulebook.Freshness(s.Subject, std(s.last), s.start.Std(), db.Now().Std(), book.Calendar)
	if verdict.Status != rules.StatusNoRule {
		return "", "", "", nil
	}
	return verdict.Rulebook, verdict.Citation, verdict.Reason.Label(), nil
}

// updates returns the instants of all updates of a thing, in order.
func (s subject) updates(ctx context.Context, db *sql.DB) ([]sql.Time, error) {
	if s.kind == rules.ColumnSubject {
		return sql.List[sql.Time](ctx, db, "post.times_of_column", sql.Args{"column_id": s.id})
	}
	return sql.List[sql.Time](ctx, db, "post.times_of_account", sql.Args{"account_id": s.id, "since": s.start})
}

// neighbour is an update next to another: before it, or at the same instant (Place 0), or after it (Place 1).
type neighbour struct {
	Place       int
	PublishedAt sql.Time
}

// neighbours returns the updates of a thing next to a post, at most one on each side, the earlier one first.
func (s subject) neighbours(ctx context.Context, db *sql.DB, post Post) ([]neighbour, error) {
	args := sql.Args{"account_id": s.id, "column_id": s.id, "since": s.start, "at": post.PublishedAt, "post_id": post.ID}
	if s.kind == rules.ColumnSubject {
		return sql.List[neighbour](ctx, db, "post.around_in_column", args)
	}
	return sql.List[neighbour](ctx, db, "post.around_in_account", args)
}

func std(t *sql.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.Std()
	return &at
}

func stds(times []sql.Time) []time.Time {
	all := make([]time.Time, len(times))
	for i, t := range times {
		all[i] = t.Std()
	}
	return all
}
