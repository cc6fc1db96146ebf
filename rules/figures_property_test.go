package rules_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"govmedia/rules"
)

// How a period is counted, for the slow counter: these are its own words, and not the effects of the package.
const (
	toTheInstant = "to the instant"
	dayZero      = "whole days, the first not counted"
	dayOne       = "whole days, the first counted"
	toSunday     = "weeks that end on Sunday"
	toMonthEnd   = "months that end with their last day"
	ofItsDay     = "the end of the day itself"
)

// mannerOf is how a reading has its rules counted; a reading that is not here leaves the counting alone.
var mannerOf = map[string]string{
	"I-TN-01 natural-week": toSunday, "I-TN-01 whole-days": dayZero, "I-TN-06 day-one": dayOne, "I-TN-15 day-one": dayOne,
	"I-ZT-02 whole-days": dayZero, "I-ZT-02 day-one": dayOne, "I-ZT-03 day-one": dayOne, "I-XX-03 day-one": dayOne, "I-XX-04 natural-week": toSunday,
	"I-XX-04 whole-days": dayZero, "I-XX-05 day-one": dayOne, "I-DC-01 month-end": toMonthEnd, "I-DC-01 day-one": dayOne, "I-CA-03 day-one": dayOne,
}

// countedFigure is one figure of a rulebook under one reading, with the way the program counts it and the way we do.
type countedFigure struct {
	name   string
	figure rules.Figure
	manner string
	first  *rules.Duration // counted before the figure itself
	late   bool            // done at the instant itself is late
	due    func(start time.Time) (rules.Due, error)
}

// countedFigures lists every period of every rulebook, as the file reads it and under each other reading of its rule.
func countedFigures(t testing.TB) []countedFigure {
	t.Helper()
	var all []countedFigure
	for _, rb := range builtin(t).All() {
		for _, figure := range rb.Figures() {
			if figure.Value.Period == nil {
				continue
			}
			all = append(all, counting(t, rb, figure, ""))
			for _, i := range rb.Interpretations {
				if !slices.Contains(figure.Interp, i.ID) {
					continue
				}
				for _, option := range i.Options[min(1, len(i.Options)):] {
					if option.ID == "not-timed" {
						continue
					}
					all = append(all, counting(t, read(t, rb.ID, i.ID, option.ID), figure, i.ID+" "+option.ID))
				}
			}
		}
	}
	return all
}

// counting says how one figure is counted under one reading.
func counting(t testing.TB, rb *rules.Rulebook, figure rules.Figure, reading string) countedFigure {
	t.Helper()
	c := countedFigure{name: strings.Join([]string{rb.ID, figure.Section, figure.Rule, figure.Field, reading}, " "), figure: figure, manner: mannerOf[reading],
		late: reading == "I-TN-02 limit-late", due: dueOf(builtin(t).Calendar, rb, figure)}
	switch {
	case c.manner != "":
	case figure.Field == "every":
		c.manner = ofItsDay
	case slices.Contains([]string{"public_notices", "retention", "naming"}, figure.Section):
		c.manner = dayZero
	default:
		c.manner = toTheInstant
	}
	if reading == "I-XX-03 consecutive" && figure.Rule == "needs-verification" {
		c.first = &rb.Interaction.ReplyDeadlines[0].Within
	}
	return c
}

// dueOf is the program's own way from a start to the due time of a figure.
func dueOf(cal *rules.Calendar, rb *rules.Rulebook, figure rules.Figure) func(time.Time) (rules.Due, error) {
	if figure.Section == "update_limits" {
		limit := rb.UpdateLimits[slices.IndexFunc(rb.UpdateLimits, func(l rules.UpdateLimit) bool { return l.ID == figure.Rule })]
		subject := rules.Subject{Object: rules.Column, Kind: limit.Kinds[0], ColumnLevel: limit.ColumnLevel}
		if limit.Target == rules.AccountTarget {
			subject.Object = rules.NewMedia
		}
		return func(start time.Time) (rules.Due, error) {
			v := rb.Freshness(subject, &start, start, start, cal)
			if v.Due == nil || v.RuleID != limit.ID {
				return rules.Due{}, fmt.Errorf("verdict %s", v)
			}
			return *v.Due, nil
		}
	}
	if figure.Field == "every" {
		return func(start time.Time) (rules.Due, error) {
			_, due, _, err := rb.PeriodDue(figure.Section, figure.Rule, start)
			return rules.Due{At: due, EndOfDay: true}, err
		}
	}
	duty, found := rb.DutyRule(figure.Section, figure.Rule+"."+figure.Field)
	if !found {
		duty, found = rb.DutyRule(figure.Section, figure.Rule)
	}
	switch {
	case !found: // a figure of a card, which is counted from whatever the card says
		return func(start time.Time) (rules.Due, error) { return rules.Add(start, *figure.Value.Period, cal) }
	case figure.Field == "at_most":
		return func(start time.Time) (rules.Due, error) { return duty.LongerDue(start, cal) }
	}
	return func(start time.Time) (rules.Due, error) { return duty.Due(start, cal) }
}

// slowDay is a day of the slow counter, in days of UTC+8 since 1970. It asks the standard library for the date and nothing
// else.
type slowDay int64

func slowDayOf(t time.Time) slowDay {
	ms := t.UnixMilli() + 8*3600*1000
	day := ms / 86_400_000
	if ms%86_400_000 < 0 {
		day--
	}
	return slowDay(day)
}

func (d slowDay) date() time.Time { return time.Unix(int64(d)*86_400, 0).UTC() }

func (d slowDay) midnight() time.Time { return time.Unix(int64(d)*86_400-8*3600, 0) }

// lastDayByHand walks day by day from the start's day to the last day of a period.
func (c slowCalendar) lastDayByHand(start slowDay, d rules.Duration, manner string) (slowDay, bool) {
	day, counted := start, 0
	switch d.Unit {
	case rules.WorkingDay:
		if manner == dayOne && c.isWorkday(day.date()) {
			counted = 1
		}
		for counted < d.N {
			day++
			if year := day.date().Year(); year < 2024 || year > 2026 {
				return 0, false
			}
			if c.isWorkday(day.date()) {
				counted++
			}
		}
		return day, true
	case rules.Month, rules.Year:
		months := d.N * map[rules.Unit]int{rules.Month: 1, rules.Year: 12}[d.Unit]
		for {
			next := day + 1
			if next.date().Day() == 1 {
				counted++
			}
			if counted > months || counted == months && next.date().Day() == start.date().Day() {
				short := counted > months // the month has no such day
				if !short && manner != dayOne {
					day = next
				}
				break
			}
			day = next
		}
		for manner == toMonthEnd && (day+1).date().Day() != 1 {
			day++
		}
		return day, true
	}
	if manner == toSunday {
		for day.date().Weekday() != time.Sunday {
			day++
		}
	}
	if manner == dayOne {
		counted = 1
	}
	for ; counted < d.N*map[rules.Unit]int{rules.Day: 1, rules.Week: 7}[d.Unit]; counted++ {
		day++
	}
	return day, true
}

// byHand counts a figure from a start. known is false where a year outside 2024–2026 would be needed.
func (c slowCalendar) byHand(start time.Time, figure countedFigure) (at time.Time, exact, known bool) {
	d := *figure.figure.Value.Period
	from := slowDayOf(start)
	if figure.first != nil {
		first, known := c.lastDayByHand(from, *figure.first, dayZero)
		if !known {
			return time.Time{}, false, false
		}
		from = first
	}
	if figure.manner == ofItsDay {
		return (from + 1).midnight(), false, true
	}
	if figure.manner == toTheInstant && d.Unit != rules.WorkingDay {
		switch d.Unit {
		case rules.Month, rules.Year:
			last, _ := c.lastDayByHand(from, d, dayZero)
			return last.midnight().Add(start.Sub(from.midnight())), true, true
		}
		for range d.N * map[rules.Unit]int{rules.Hour: 1, rules.Day: 24, rules.Week: 168}[d.Unit] {
			start = start.Add(time.Hour)
		}
		return start, true, true
	}
	last, known := c.lastDayByHand(from, d, figure.manner)
	return (last + 1).midnight(), false, known
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// compareByHand counts one figure from one start both ways.
func compareByHand(t failer, byHand slowCalendar, c countedFigure, start time.Time) {
	t.Helper()
	got, err := c.due(start)
	want, exact, known := byHand.byHand(start, c)
	switch {
	case !known && errors.Is(err, rules.ErrCalendarPending):
		return
	case !known || err != nil || !got.At.Equal(want):
		t.Fatalf("%s: %s from %s: %s, %v; by hand %s, known %t", c.name, c.figure.Value, start.In(rules.Shanghai), got, err, want.In(rules.Shanghai), known)
	}
	at, before := got.At, got.At.Add(-time.Millisecond)
	if inTime := exact && !c.late; got.Met(at) != inTime || !got.Met(before) || got.Met(at.Add(time.Millisecond)) || !got.Overdue(at) || got.Overdue(before) {
		t.Fatalf("%s from %s: at the due instant %s done is in time %t, want %t; open before it is late %t", c.name, start, got, got.Met(at), inTime, got.Overdue(before))
	}
}

// Every period of every rulebook, under every reading, from every day of three years at another time of day.
func TestPropertyEveryFigureAgreesWithACountByHandOnEveryDay(t *testing.T) {
	figures, byHand := countedFigures(t), slow(t)
	if len(figures) < 60 {
		t.Fatalf("only %d figures; the walk has lost its way", len(figures))
	}
	for _, c := range figures {
		for i, day := 0, slowDayOf(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)); day.date().Year() < 2027; i, day = i+1, day+1 {
			second := time.Duration(i*7_919%86_400) * time.Second
			compareByHand(t, byHand, c, day.midnight().Add(second))
		}
		for _, edge := range []string{"2024-02-29 23:59:59", "2024-12-31 00:00", "2025-01-31 12:00", "2026-12-31 23:59:59"} {
			compareByHand(t, byHand, c, clock(t, edge))
		}
	}
}

// And from any instant, to the millisecond, in any zone.
func TestPropertyEveryFigureAgreesWithACountByHandFromAnyInstant(t *testing.T) {
	figures, byHand := countedFigures(t), slow(t)
	rapid.Check(t, func(t *rapid.T) {
		start := instants().Draw(t, "start")
		for _, c := range figures {
			compareByHand(t, byHand, c, start)
		}
	})
}

// around lists the changes of a figure whose length is about the figure's own, in every unit.
func around(figure rules.Figure) []rules.Duration {
	hours := map[rules.Unit]int{rules.Hour: 1, rules.Day: 24, rules.WorkingDay: 24, rules.Week: 168, rules.Month: 720, rules.Year: 8766}
	var list []rules.Duration
	for unit, length := range hours {
		middle := figure.Value.Period.N * hours[figure.Value.Period.Unit] / length
		spread := max(3, middle/10)
		for n := max(1, middle-spread); n <= middle+spread; n += max(1, spread/7) {
			list = append(list, rules.Duration{N: n, Unit: unit})
		}
	}
	return list
}

// Whatever change is let through is at least as strict as the regulation: from every day of three years, at its beginning, in
// its middle and at its end, under every reading of its rule.
func TestAChangeThatIsAllowedIsNeverLooser(t *testing.T) {
	allowed, library := map[bool]int{}, builtin(t)
	for _, c := range countedFigures(t) {
		words := strings.Split(c.name, " ")
		regulation, laid := book(t, words[0]), []rules.Change(nil)
		if len(words) == 6 {
			laid = append(laid, reading(words[0], words[4], `{"option":"`+words[5]+`"}`))
		}
		for _, period := range around(c.figure) {
			change := rules.Change{ID: "c", UnitID: "u", Rulebook: words[0], What: rules.FigureChange, Section: c.figure.Section, Rule: c.figure.Rule, Field: c.figure.Field,
				Value: fmt.Sprintf(`{"n":%d,"unit":%q}`, period.N, period.Unit)}
			if regulation.CheckChange(change) != nil {
				continue
			}
			allowed[period.Unit == c.figure.Value.Period.Unit]++
			rb := changed(t, words[0], append(laid, change)...)
			stricter, _ := rb.Figure(c.figure.Section, c.figure.Rule, c.figure.Field)
			due, step := dueOf(library.Calendar, rb, stricter), slowDay(1)
			if period.Unit == c.figure.Value.Period.Unit {
				step = 13 // nothing new on every day
			}
			for day := slowDayOf(clock(t, "2024-01-01")); day.date().Year() < 2027; day += step {
				for _, since := range []time.Duration{0, 12 * time.Hour, 24*time.Hour - time.Millisecond} {
					start := day.midnight().Add(since)
					old, oldErr := c.due(start)
					made, madeErr := due(start)
					if oldErr != nil || madeErr != nil {
						continue // a year nobody knows
					}
					if c.figure.Direction == rules.AtMost && made.At.After(old.At) || c.figure.Direction == rules.AtLeast && made.At.Before(old.At) {
						t.Fatalf("%s: %s for %s was let through; from %s that is %s for %s", c.name, period, c.figure.Value, start.In(rules.Shanghai), made, old)
					}
				}
			}
		}
	}
	if allowed[true] < 50 || allowed[false] < 50 {
		t.Errorf("%d changes in the same unit and %d in another were let through; the test shows nothing", allowed[true], allowed[false])
	}
}
