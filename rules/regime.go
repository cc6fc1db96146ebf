package rules

import (
	"slices"
	"time"

	"govmedia/sql"
	"govmedia/units"
)

// Regime is the rules that hold for a unit, with the times for which each holds. What was done is judged by the rules in
// force when it was done; what is open, by those in force now, and never late before they were in force.
type Regime struct {
	Calendar *Calendar
	Missing  []string // ids of rulebooks that the unit works under and the library does not have

	lines []line // the local one first, though it may be empty; then the layered ones by id
}

// line is one rulebook after the other, or the versions of one, without overlaps.
type line []span

// span is a time with one set of rules. A zero from is since ever, a zero until is no end.
type span struct {
	from, until time.Time
	book        *Rulebook
}

func (s span) holds(at time.Time) bool {
	return !at.Before(s.from) && (s.until.IsZero() || at.Before(s.until))
}

// regimeOf puts together what the units on a path say, from the top.
func (l *Law) regimeOf(speaking []string) *Regime {
	regime := &Regime{Calendar: l.Calendar}
	regime.lines = append(regime.lines, l.lineOf(regime, speaking, func(use units.RulebookUse) bool { return use.Layer == units.LocalLayer }))
	var layered []string
	for _, id := range speaking {
		for _, use := range l.uses[id] {
			if use.Layer == units.LayeredLayer {
				layered = append(layered, use.Rulebook)
			}
		}
	}
	slices.Sort(layered)
	for _, rulebook := range slices.Compact(layered) {
		regime.lines = append(regime.lines, l.lineOf(regime, speaking, func(use units.RulebookUse) bool {
			return use.Layer == units.LayeredLayer && use.Rulebook == rulebook
		}))
	}
	return regime
}

// lineOf cuts time wherever a use or a change begins or ends, and says for each piece which rules hold.
func (l *Law) lineOf(regime *Regime, speaking []string, belongs func(units.RulebookUse) bool) line {
	var made line
	cuts := l.cuts(speaking)
	for i, from := range cuts {
		use, found := l.useAt(speaking, from, belongs)
		if !found || use.Layer == units.LayeredLayer && l.isLocal(speaking, from, use.Rulebook) {
			continue
		}
		book, known := l.Library.ByID(use.Rulebook)
		if !known {
			if !slices.Contains(regime.Missing, use.Rulebook) {
				regime.Missing = append(regime.Missing, use.Rulebook)
			}
			continue
		}
		next := span{book: l.patched(speaking, book, from)}
		if from > 0 {
			next.from = from.Std()
		}
		if i+1 < len(cuts) {
			next.until = cuts[i+1].Std()
		}
		made = append(made, next.within(book)...)
	}
	return made
}

// within cuts off what lies before the regulation's own day of effect.
func (s span) within(book *Rulebook) []span {
	effective, err := ParseDate(book.Dates.Effective)
	if err != nil || !s.from.Before(effective.Start()) {
		return []span{s}
	}
	s.from = effective.Start()
	if !s.until.IsZero() && !s.from.Before(s.until) {
		return nil
	}
	return []span{s}
}

// cuts are the instants at which something begins or ends, in order, beginning with 0.
func (l *Law) cuts(speaking []string) []sql.Time {
	cuts := []sql.Time{0}
	add := func(from sql.Time, until *sql.Time) {
		cuts = append(cuts, from)
		if until != nil {
			cuts = append(cuts, *until)
		}
	}
	for _, id := range speaking {
		for _, use := range l.uses[id] {
			add(use.FromAt, use.UntilAt)
		}
		for _, change := range l.changes[id] {
			add(change.FromAt, change.UntilAt)
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// useAt finds the use in force at an instant: of the unit nearest to the end of the path, and there the latest begun.
func (l *Law) useAt(speaking []string, at sql.Time, belongs func(units.RulebookUse) bool) (units.RulebookUse, bool) {
	for _, id := range slices.Backward(speaking) {
		for _, use := range slices.Backward(l.uses[id]) {
			if belongs(use) && use.FromAt <= at && (use.UntilAt == nil || at < *use.UntilAt) {
				return use, true
			}
		}
	}
	return units.RulebookUse{}, false
}

// isLocal reports whether a rulebook is the local one at an instant. It holds once, though a unit that moved may stand below
// an office that adds the same one.
func (l *Law) isLocal(speaking []string, at sql.Time, rulebook string) bool {
	local, found := l.useAt(speaking, at, func(use units.RulebookUse) bool { return use.Layer == units.LocalLayer })
	return found && local.Rulebook == rulebook
}

// patched lays what the units chose over a rulebook, from the top: an office below may be stricter than one above it, not
// looser. A choice that does not fit the rulebook of this program any more is left out.
func (l *Law) patched(speaking []string, book *Rulebook, at sql.Time) *Rulebook {
	for _, id := range speaking {
		for _, change := range l.changes[id] {
			if change.Rulebook != book.ID || change.FromAt > at || change.UntilAt != nil && at >= *change.UntilAt {
				continue
			}
			if next, err := book.With([]Change{change}); err == nil {
				book = next
			}
		}
	}
	return book
}

// At returns the rulebooks in force at an instant, as they were in force then: the local one first, then the layered ones
// by id; empty when there are none.
func (r *Regime) At(at time.Time) []*Rulebook {
	var books []*Rulebook
	for _, line := range r.lines {
		if i := line.at(at); i >= 0 {
			books = append(books, line[i].book)
		}
	}
	return books
}

// Local returns the local rulebook in force at an instant, nil when there is none.
func (r *Regime) Local(at time.Time) *Rulebook {
	if i := r.lines[0].at(at); i >= 0 {
		return r.lines[0][i].book
	}
	return nil
}

// Named returns a rulebook as it was in force at an instant, nil when it was not.
func (r *Regime) Named(id string, at time.Time) *Rulebook {
	for _, book := range r.At(at) {
		if book.ID == id {
			return book
		}
	}
	return nil
}

// NextCut returns the first instant after another at which other rules begin to hold; false when nothing is known to change.
func (r *Regime) NextCut(after time.Time) (time.Time, bool) {
	var next time.Time
	for _, line := range r.lines {
		for _, s := range line {
			for _, cut := range []time.Time{s.from, s.until} {
				if cut.After(after) && (next.IsZero() || cut.Before(next)) {
					next = cut
				}
			}
		}
	}
	return next, !next.IsZero()
}

func (l line) at(at time.Time) int {
	return slices.IndexFunc(l, func(s span) bool { return s.holds(at) })
}

// Updates is what is known of the updates of an account or column.
type Updates struct {
	Last    *time.Time // nil when there never was one (K12)
	Below   *time.Time // the last update of the columns below it; nil for an account and for a column without any
	Started time.Time  // when it was put into use or created (K13)
}

// lastUnder is the last update as a rulebook counts it: where only top columns have a limit, what appears below them
// counts for them (I-TN-04). A column with content below it is not blank.
func (u Updates) lastUnder(book *Rulebook, s Subject) *time.Time {
	if u.Below == nil || u.Last != nil && !u.Below.After(*u.Last) {
		return u.Last
	}
	if limit, _ := book.UpdateLimit(s); u.Last == nil || limit != nil && limit.ColumnLevel > 0 {
		return u.Below
	}
	return u.Last
}

// Verdicts says how a subject stands at now under each rulebook in force, the local one first. It is empty when none is.
func (r *Regime) Verdicts(s Subject, updates Updates, now time.Time) []Verdict {
	var verdicts []Verdict
	for _, line := range r.lines {
		if i := line.at(now); i >= 0 {
			verdicts = append(verdicts, r.verdict(line, i, s, updates, now))
		}
	}
	return verdicts
}

// verdict judges under one span; what fell due before its rule was in force falls due when it came into force, unless the
// same rule, with the figure it had before, had made it late already.
func (r *Regime) verdict(line line, i int, s Subject, updates Updates, now time.Time) Verdict {
	under := func(k int) Verdict {
		return line[k].book.Freshness(s, updates.lastUnder(line[k].book, s), updates.Started, now, r.Calendar)
	}
	verdict := under(i)
	if verdict.Due == nil || line[i].from.IsZero() {
		return verdict
	}
	first := line.first(i, func(k int) bool {
		before := under(k)
		return before.RuleID == verdict.RuleID && before.Due != nil && *before.Due == *verdict.Due
	})
	since := line[first].from
	if !verdict.Due.At.Before(since) {
		return verdict
	}
	verdict.Due = &Due{At: since}
	if line.follows(first) {
		before := r.verdict(line, first-1, s, updates, now)
		if before.RuleID == verdict.RuleID && before.Due != nil && before.Due.Overdue(since) {
			verdict.Due = before.Due
		}
	}
	verdict.Status = StatusOK
	if verdict.Due.Overdue(now) {
		verdict.Status = StatusStale
	}
	return verdict
}

// first is the earliest of the spans that say the same as span i, without a gap between them.
func (l line) first(i int, same func(k int) bool) int {
	for i > 0 && l[i-1].until.Equal(l[i].from) && same(i-1) {
		i--
	}
	return i
}

// follows reports whether the span before span i is of the same rulebook and ends where it begins.
func (l line) follows(i int) bool {
	return i > 0 && l[i-1].until.Equal(l[i].from) && l[i-1].book.ID == l[i].book.ID
}

// Sequence is which updates of a column a rule counts.
type Sequence int

// The sequences. For an account, and for a column without columns below it, they are the same.
const (
	EitherSequence Sequence = iota
	OwnSequence             // what appears in the column itself
	WholeSequence           // and in the columns below it, where only top columns have a limit (I-TN-04)
)

// counts reports whether a rulebook counts the sequence for a subject.
func (q Sequence) counts(book *Rulebook, s Subject) bool {
	limit, _ := book.UpdateLimit(s)
	whole := limit != nil && limit.ColumnLevel > 0
	return q == EitherSequence || whole == (q == WholeSequence)
}

// RegimeBreach is a breach with the rulebook that was broken.
type RegimeBreach struct {
	Breach
	Rulebook *Rulebook
}

// Silence is the time between two updates: From the one before it, or the start of use, until the one that ended it.
type Silence struct {
	From  time.Time
	Ended time.Time
	First bool // it began with the start of use, for there was no update before
	Of    Sequence
}

// Broken lists the rules that a silence broke, each judged by the version in force when the silence ended. It is empty when
// it was short enough. Error: ErrCalendarPending, with what could be judged.
func (r *Regime) Broken(s Subject, silence Silence) ([]RegimeBreach, error) {
	var broken []RegimeBreach
	var pending error
	for _, line := range r.lines {
		i := line.at(silence.Ended)
		if i < 0 || !silence.Of.counts(line[i].book, s) {
			continue
		}
		breach, err := r.broken(line, i, s, silence)
		if err != nil {
			pending = err
			continue
		}
		if breach != nil {
			broken = append(broken, RegimeBreach{Breach: *breach, Rulebook: line[i].book})
		}
	}
	return broken, pending
}

func (r *Regime) broken(line line, i int, s Subject, silence Silence) (*Breach, error) {
	reason := ReasonNone
	if silence.First {
		reason = ReasonNeverPosted
	}
	under := func(k int) (*Breach, error) {
		return line[k].book.silence(s, silence.From, &silence.Ended, reason, silence.Ended, r.Calendar)
	}
	breach, err := under(i)
	if err != nil || breach == nil || line[i].from.IsZero() {
		return breach, err
	}
	first := line.first(i, func(k int) bool {
		before, err := under(k)
		return err == nil && before != nil && before.RuleID == breach.RuleID && before.Due == breach.Due
	})
	since := line[first].from
	if !breach.Due.At.Before(since) {
		return breach, nil
	}
	breach.Due = Due{At: since}
	if line.follows(first) {
		before, err := r.broken(line, first-1, s, silence)
		if err == nil && before != nil && before.RuleID == breach.RuleID && before.Due.Overdue(since) {
			breach.Due = before.Due
		}
	}
	if breach.Due.Met(silence.Ended) {
		return nil, nil
	}
	breach.Over = silence.Ended.Sub(breach.Due.At)
	return breach, nil
}
