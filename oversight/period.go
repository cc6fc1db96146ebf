package oversight

import (
	"context"
	"errors"
	"slices"
	"sort"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// UnitSubject is what the clocks of duties that come back belong to.
const UnitSubject rules.SubjectKind = "unit"

// owner is a unit with what decides which duties it owes: the rules that hold for it and what it has in use.
type owner struct {
	unit     units.Unit
	regime   *rules.Regime
	calendar *rules.Calendar
	law      *rules.Law
	own      []string                  // of an office: the local rulebooks that it says itself it works under
	inUse    map[rules.Object]sql.Time // with since when the first of each
}

type inUseRow struct {
	UnitID string
	Kind   string
	Since  sql.Time
}

type ownRow struct {
	UnitID   string
	Rulebook string
}

func ownerOf(ctx context.Context, db *sql.DB, law *rules.Law, unit units.Unit) (owner, error) {
	owners, err := ownersOf(ctx, db, law, []units.Unit{unit})
	if err != nil {
		return owner{}, err
	}
	return owners[0], nil
}

// ownersOf looks some units up together.
func ownersOf(ctx context.Context, db *sql.DB, law *rules.Law, list []units.Unit) ([]owner, error) {
	owners, places, ids := make([]owner, len(list)), map[string]int{}, make([]string, len(list))
	for i, unit := range list {
		owners[i] = owner{unit: unit, law: law, regime: law.Regime(unit.Path), calendar: law.Calendar, inUse: map[rules.Object]sql.Time{}}
		places[unit.ID], ids[i] = i, unit.ID
	}
	own, err := sql.List[ownRow](ctx, db, "period.own", sql.Args{"unit_ids": ids})
	if err != nil {
		return nil, err
	}
	for _, row := range own {
		o := &owners[places[row.UnitID]]
		o.own = append(o.own, row.Rulebook)
	}
	inUse, err := sql.List[inUseRow](ctx, db, "period.in_use", sql.Args{"unit_ids": ids})
	for _, row := range inUse {
		o, object := owners[places[row.UnitID]], rules.AccountObject(rules.Kind(row.Kind))
		if since, found := o.inUse[object]; !found || row.Since < since {
			o.inUse[object] = row.Since
		}
	}
	return owners, err
}

// governed reports whether the unit has something in use that a rulebook governs: of one object, or of any when it is empty.
func (o owner) governed(book *rules.Rulebook, object rules.Object) bool {
	_, found := o.since(book, object)
	return found
}

// since is since when it has.
func (o owner) since(book *rules.Rulebook, object rules.Object) (sql.Time, bool) {
	first, found := sql.Time(0), false
	for has, since := range o.inUse {
		if (object == "" || has == object) && book.Governs(has) && (!found || since < first) {
			first, found = since, true
		}
	}
	return first, found
}

// owes reports whether the unit owes a duty of a rulebook that holds for it: the office itself what the supervising office
// owes under the office's own local rulebook, a unit what every unit owes that has something in use which the rulebook governs.
// Yearly reports are about websites.
func (o owner) owes(book *rules.Rulebook, duty rules.DutyRule, at time.Time) bool {
	switch {
	case !duty.Confirmed || duty.Strength == rules.Encouraged:
		return false
	case byOffice(duty.By):
		local := o.regime.Local(at)
		return local != nil && local.ID == book.ID && slices.Contains(o.own, book.ID)
	case duty.By != "" && !byUnit(duty.By):
		return false
	case duty.Section == rules.SectionAnnualReports:
		return o.governed(book, rules.Website)
	}
	return o.governed(book, "")
}

// byUnit reports whether a rule lays a duty on each unit.
func byUnit(by string) bool {
	return slices.Contains([]string{"unit", "unit_and_undertaker", "undertaker"}, by)
}

// byOffice reports whether a rule lays a duty on the office above the units; what a government owes its office does.
func byOffice(by string) bool {
	return slices.Contains([]string{string(rules.RoleSupervisingOffice), "government"}, by)
}

// span is one period of a duty: from its beginning until the next one begins, due at a time within it or at its end.
type span struct {
	From, Until sql.Time
	Due         sql.Time
	EndOfDay    bool
}

func (s span) holds(at sql.Time) bool { return at >= s.From && at < s.Until }

func (s span) late(at sql.Time) bool { return at > s.Due || s.EndOfDay && at == s.Due }

// dueText is the due time for people: 2026-01-30 24:00.
func (s span) dueText() string { return rules.Due{At: s.Due.Std(), EndOfDay: s.EndOfDay}.String() }

// periodRule is a duty that comes back, as it was in force at some time.
type periodRule struct {
	rules.DutyRule
	book *rules.Rulebook
}

// periodic reports whether a duty is one that comes back and has a figure.
func periodic(duty rules.DutyRule) bool {
	return duty.Kind == rules.DutyPeriodic || duty.Kind == rules.DutyDated
}

// recordable reports whether acts are recorded for a duty: it comes back, whether or not it has a figure.
func recordable(duty rules.DutyRule) bool {
	return periodic(duty) || duty.Kind == rules.DutyRecord && duty.Period != ""
}

// rules lists the duties that come back and that the unit owes at an instant, the local rulebook's first.
func (o owner) rules(at sql.Time) []periodRule {
	var owed []periodRule
	for _, book := range o.regime.At(at.Std()) {
		for _, duty := range book.Duties() {
			if recordable(duty) && o.owes(book, duty, at.Std()) {
				owed = append(owed, periodRule{DutyRule: duty, book: book})
			}
		}
	}
	return owed
}

// findPeriodRule finds a duty that comes back and that the unit owes, as it was in force at an instant.
func (o owner) findPeriodRule(rulebook, section, rule string, at sql.Time) (periodRule, error) {
	present, found := o.law.Library.ByID(rulebook)
	if !found {
		return periodRule{}, ErrRuleUnknown.On("rulebook")
	}
	if duty, found := present.DutyRule(section, rule); !found || !recordable(duty) {
		return periodRule{}, ErrRuleUnknown.On("rule")
	}
	book := o.regime.Named(rulebook, at.Std())
	if book == nil {
		return periodRule{}, ErrRuleNotInForce.On("rulebook")
	}
	duty, found := book.DutyRule(section, rule)
	if !found {
		return periodRule{}, ErrRuleNotInForce.On("rule")
	}
	if !o.owes(book, duty, at.Std()) {
		return periodRule{}, ErrDutyNotOwed.On("rule").Under(rulebook, duty.Articles)
	}
	return periodRule{DutyRule: duty, book: book}, nil
}

// owedThen is findPeriodRule for those who only ask whether there is something to judge.
func (o owner) owedThen(rulebook, section, rule string, at sql.Time) (periodRule, bool) {
	r, err := o.findPeriodRule(rulebook, section, rule, at)
	return r, err == nil
}

// tally is what was done in a period: how often it counts, and when the least number was reached.
type tally struct {
	rules.PeriodVerdict
	Acts      int       // all of them
	ReachedAt *sql.Time // nil: not reached
}

type timedAct struct {
	At    sql.Time
	Kinds sql.Strings
}

// actsOf returns what was done for a duty of a unit from one instant up to, and without, another.
func actsOf(ctx context.Context, db *sql.DB, unitID string, duty rules.DutyRule, from, until sql.Time) ([]timedAct, error) {
	return sql.List[timedAct](ctx, db, "act.times", sql.Args{"unit_id": unitID, "rulebook": duty.Rulebook, "section": duty.Section, "rule": duty.Rule,
		"from_at": from, "until_at": until})
}

// tallyOf counts what was done in a span: when it became enough is the first act with which the rule is satisfied.
func (o owner) tallyOf(ctx context.Context, db *sql.DB, r periodRule, s span) (tally, error) {
	acts, err := actsOf(ctx, db, o.unit.ID, r.DutyRule, s.From, s.Until)
	if err != nil {
		return tally{}, err
	}
	kinds := make([][]string, len(acts))
	for i, act := range acts {
		kinds[i] = act.Kinds
	}
	t := tally{PeriodVerdict: r.Judge(kinds...), Acts: len(acts)}
	if r.MinTimes > 0 {
		i := sort.Search(len(acts), func(i int) bool { return r.Judge(kinds[:i+1]...).Enough })
		if i < len(acts) {
			t.ReachedAt = acts[i].At.Ptr()
		}
	}
	return t, nil
}

// verdict says of a period what became of it: 达标 or 不足：应 2 次，实 1 次, of a dated duty 按时 or 逾期; empty while it is open.
func (r periodRule) verdict(t tally, s span, now sql.Time) string {
	switch {
	case r.MinTimes == 0:
		return ""
	case r.Kind == rules.DutyDated && t.ReachedAt != nil && !s.late(*t.ReachedAt):
		return "按时"
	case r.Kind == rules.DutyDated && (t.ReachedAt != nil || now >= s.Due):
		return "逾期"
	case r.Kind == rules.DutyDated || t.ReachedAt == nil && now < s.Until:
		return ""
	}
	return t.String()
}

// duty is what the clock of a period counts.
func (o owner) duty(r periodRule, s span) rules.ClockDuty {
	duty := rules.ClockDuty{SubjectKind: UnitSubject, SubjectID: o.unit.ID, UnitID: o.unit.ID, Path: o.unit.Path, Rulebook: r.book.ID, Section: r.Section, Rule: r.Rule,
		Articles: r.Articles, StartedAt: s.From, DueAt: s.Due.Ptr(), EndOfDay: s.EndOfDay}
	if r.Every != nil {
		duty.Limit = r.Every
	}
	return duty
}

// settleAround brings the clock of a duty in line with what was done in the period of an instant: the running period's clock,
// or what was judged of a period that is over.
func (o owner) settleAround(ctx context.Context, tx *sql.DB, r periodRule, at sql.Time) error {
	if !periodic(r.DutyRule) {
		return nil
	}
	s, found := r.span(at)
	if !found {
		return nil
	}
	clocks, err := rules.ClocksOf(ctx, tx, UnitSubject, o.unit.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(clocks, r.isOf)
	if s.holds(tx.Now()) {
		if i >= 0 && clocks[i].StartedAt < s.From { // this period was not begun yet
			if err := o.judgeUntil(ctx, tx, clocks[i], r, s.From); err != nil {
				return err
			}
		}
		return o.settle(ctx, tx, r, s)
	}
	if i < 0 {
		return nil // nothing was ever timed, so nothing was judged
	}
	return o.judge(ctx, tx, clocks[i], r, s)
}

// settle sets the clock of a running period going and, when enough was done, ends it at the act that made it enough. What was
// recorded of the period before is replaced.
func (o owner) settle(ctx context.Context, tx *sql.DB, r periodRule, s span) error {
	done, err := o.tallyOf(ctx, tx, r, s)
	if err != nil {
		return err
	}
	clock, err := rules.StartClock(ctx, tx, o.duty(r, s))
	if err != nil {
		return err
	}
	if err := rules.ForgetMissed(ctx, tx, []rules.Clock{clock}, s.From, s.From+1); err != nil || done.ReachedAt == nil {
		return err
	}
	if r.Strength.Refuses() || !s.late(*done.ReachedAt) {
		_, err = rules.FinishClock(ctx, tx, clock, *done.ReachedAt)
		return err
	}
	_, err = rules.FinishClock(ctx, tx, clock, s.Due) // what is only usual warns and is never late (K14)
	return err
}

// judge keeps, or takes back, that too little was done in a period that is over. It was missed until the act that made it
// enough, or until the period ended.
func (o owner) judge(ctx context.Context, tx *sql.DB, clock rules.Clock, r periodRule, s span) error {
	done, err := o.tallyOf(ctx, tx, r, s)
	if err != nil {
		return err
	}
	if done.ReachedAt != nil && !s.late(*done.ReachedAt) || !r.Strength.Refuses() {
		return rules.ForgetMissed(ctx, tx, []rules.Clock{clock}, s.From, s.From+1)
	}
	ended := s.Until
	if done.ReachedAt != nil {
		ended = *done.ReachedAt
	}
	clock.UnitID, clock.Path, clock.Articles = o.unit.ID, o.unit.Path, r.Articles
	err = rules.KeepMissed(ctx, tx, clock, s.From, s.Due, ended)
	if sql.IsDuplicate(err) {
		err = errors.Join(sql.ErrConflict, err) // another node turns the same period
	}
	return err
}

// judgeUntil judges every period from the clock's own up to, and without, the one that begins at an instant, each by the rule in
// force when it began. Where the rule was not in force then, or the unit did not owe it, nothing is judged.
func (o owner) judgeUntil(ctx context.Context, tx *sql.DB, clock rules.Clock, r periodRule, until sql.Time) error {
	for at := clock.StartedAt; at < until; {
		then, owed := o.owedThen(r.book.ID, r.Section, r.Rule, at)
		if !owed {
			then = r
		}
		s, found := then.span(at)
		if !found || s.Until <= at {
			return nil
		}
		if owed && then.owed(s, o.calendar) && (clock.Running() || at > clock.StartedAt) { // one that is done was judged when it was
			if err := o.judge(ctx, tx, clock, then, s); err != nil {
				return err
			}
		}
		at = s.Until
	}
	return nil
}

// turnBatch is how many units one transaction of TurnPeriods looks at.
const turnBatch = 50

// TurnPeriods brings the clocks of all duties that come back to the present period: what was not done in a period that is over is
// kept as missed (潼南 2022 第33条 and the like; judged after the period's end, K09), the clock of the present one begins, and
// what a unit no longer owes ends. It returns how many clocks it changed. It goes through the units in steps, each saved; it may
// run twice, on two nodes, and begin again after a crash, for a clock itself says how far it was judged.
//
// A unit that begins to owe a duty within a period owes it for the whole of that period; what was done before the clock began
// can be recorded with RecordAct and counts. A date of the year that had passed when the unit began to owe it is not held
// against it.
func TurnPeriods(ctx context.Context, db *sql.DB, book rules.Book) (int, error) {
	turned, after := 0, ""
	for {
		batch, err := sql.List[units.Unit](ctx, db, "period.units", sql.Args{"after_id": after, "limit": turnBatch})
		if err != nil {
			return turned, wrap(err, "turn the periods")
		}
		if len(batch) > 0 {
			n, err := turnUnits(ctx, db, book, batch)
			if err != nil {
				return turned, wrap(err, "turn the periods of the units from %s on", batch[0].ID)
			}
			turned += n
			after = batch[len(batch)-1].ID
		}
		if len(batch) < turnBatch {
			return turned, nil
		}
	}
}

// turnUnits turns the clocks of some units. Mostly there is nothing to do, and then nothing is locked.
func turnUnits(ctx context.Context, db *sql.DB, book rules.Book, batch []units.Unit) (int, error) {
	behind, err := behindOf(ctx, db, book, batch)
	if err != nil || len(behind) == 0 {
		return 0, err
	}
	turned := 0
	err = db.InTx(ctx, func(tx *sql.DB) error {
		turned = 0
		behind, err := behindOf(ctx, tx, book, batch)
		if err != nil {
			return err
		}
		for _, one := range behind {
			if err := one.turn(ctx, tx); err != nil {
				return err
			}
			turned += len(one.begin) + len(one.end)
		}
		return nil
	})
	return turned, err
}

// behind is a unit whose clocks are not those of the present.
type behind struct {
	owner
	begin []beginning
	end   []rules.Clock // of duties that the unit does not owe now
}

// beginning is a period whose clock is to begin; clock is the duty's clock as it stands, nil when there is none yet.
type beginning struct {
	rule  periodRule
	span  span
	clock *rules.Clock
}

// behindOf finds, among some units, those whose clocks are behind.
func behindOf(ctx context.Context, db *sql.DB, book rules.Book, batch []units.Unit) ([]behind, error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	owners, err := ownersOf(ctx, db, law, batch)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(batch))
	for i, unit := range batch {
		ids[i] = unit.ID
	}
	clocks, err := sql.List[rules.Clock](ctx, db, "period.clocks", sql.Args{"subject_kind": UnitSubject, "unit_ids": ids})
	if err != nil {
		return nil, err
	}
	byUnit := map[string][]rules.Clock{}
	for _, clock := range clocks {
		byUnit[clock.SubjectID] = append(byUnit[clock.SubjectID], clock)
	}
	var list []behind
	for _, owner := range owners {
		if one := owner.behind(byUnit[owner.unit.ID], db.Now()); len(one.begin)+len(one.end) > 0 {
			list = append(list, one)
		}
	}
	return list, nil
}

// behind compares the clocks of a unit with what it owes.
func (o owner) behind(clocks []rules.Clock, now sql.Time) behind {
	one, owed := behind{owner: o}, map[string]bool{}
	for _, r := range o.rules(now) {
		s, found := r.span(now)
		if !found || !r.owed(s, o.calendar) {
			continue
		}
		next := beginning{rule: r, span: s}
		if i := slices.IndexFunc(clocks, r.isOf); i >= 0 {
			next.clock = &clocks[i]
			owed[clocks[i].ID] = true
			if clocks[i].StartedAt >= s.From && (!clocks[i].Running() || clocks[i].Counts(o.duty(r, s))) {
				continue
			}
		} else if now >= s.Due {
			continue // nobody here knows whether it was done before the program was there: the next period is the first
		}
		one.begin = append(one.begin, next)
	}
	for _, clock := range clocks {
		if clock.Running() && !owed[clock.ID] {
			one.end = append(one.end, clock)
		}
	}
	return one
}

// isOf reports whether a clock of the unit is that of the duty.
func (r periodRule) isOf(clock rules.Clock) bool {
	return clock.Rulebook == r.book.ID && clock.Section == r.Section && clock.Rule == r.Rule
}

// turn judges what is over, lets the present periods begin and ends what is no longer owed.
func (b behind) turn(ctx context.Context, tx *sql.DB) error {
	for _, next := range b.begin {
		if next.clock != nil {
			if err := b.judgeUntil(ctx, tx, *next.clock, next.rule, next.span.From); err != nil {
				return err
			}
		}
		if err := b.settle(ctx, tx, next.rule, next.span); err != nil {
			return err
		}
	}
	for _, clock := range b.end {
		if err := b.stop(ctx, tx, clock); err != nil {
			return err
		}
	}
	return nil
}

// stop ends a clock whose duty the unit does not owe now. A period of it that is over is judged by the rule in force when it
// began; one that was not over is late only where its due time had passed.
func (o owner) stop(ctx context.Context, tx *sql.DB, clock rules.Clock) error {
	now, at := tx.Now(), max(tx.Now(), clock.StartedAt)
	r, owed := o.owedThen(clock.Rulebook, clock.Section, clock.Rule, clock.StartedAt)
	s, found := span{}, false
	if owed {
		s, found = r.span(clock.StartedAt)
	}
	if found {
		at = min(at, s.Until)
	}
	if _, err := rules.FinishClock(ctx, tx, clock, at); err != nil {
		return err
	}
	switch {
	case found && s.Until <= now:
		return o.judge(ctx, tx, clock, r, s)
	case !found || !r.Strength.Refuses():
		return rules.ForgetMissed(ctx, tx, []rules.Clock{clock}, clock.StartedAt, clock.StartedAt+1)
	}
	return nil
}
