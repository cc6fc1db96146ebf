package rules

import (
	"slices"
	"strings"
)

// Effect is what a reading of an open point means to the code that computes.
type Effect string

// The effects, in groups of which a rule reads one. The first of each group is how the rulebooks read it themselves.
const (
	EffectExact       Effect = "exact"        // a period runs from instant to instant (K02, K03)
	EffectNaturalWeek Effect = "natural_week" // n weeks end with the n-th Sunday after the week of the start
	EffectWholeDays   Effect = "whole_days"   // the day of the start is day 0, the period ends at 24:00 of its last day

	EffectDayZero Effect = "day_zero" // the day of the event does not count (K05, K06)
	EffectDayOne  Effect = "day_one"  // the day of the event is day 1, where it is a day that is counted

	EffectCorrespondingDay Effect = "corresponding_day" // months end with the corresponding day (K18)
	EffectMonthEnd         Effect = "month_end"         // months end with the last day of the month they lead to

	EffectLimitInTime Effect = "limit_in_time" // done exactly at the limit is in time (K04)
	EffectLimitLate   Effect = "limit_late"    // done exactly at the limit is late

	EffectFromStart   Effect = "from_start"    // an account that never posted is timed from the start of its use (K13)
	EffectStaleAtOnce Effect = "stale_at_once" // it is late at once

	EffectCountForTop Effect = "count_for_top" // what appears in lower columns counts for their top column
	EffectTimedItself Effect = "timed_itself"  // every column is timed by itself

	EffectFromNotified Effect = "from_notified" // the clock begins with the notice to the unit
	EffectFromFound    Effect = "from_found"    // it begins when the thing is found

	EffectRotationDemand Effect = "rotation_demand" // a password that is due must be changed
	EffectRotationAdvice Effect = "rotation_advice" // it is a piece of advice

	EffectThreeAndThree Effect = "three_and_three" // three reviewers, three proof-readers; one may be both
	EffectAllDistinct   Effect = "all_distinct"    // every signature is another person's
	EffectMayRepeat     Effect = "may_repeat"      // one person may sign every stage that is open to the role

	EffectCalendarYear Effect = "calendar_year" // a year is the calendar's (K10)
	EffectRollingYear  Effect = "rolling_year"  // a year is any twelve months

	EffectEachKind Effect = "each_kind" // each kind reaches the number by itself
	EffectTogether Effect = "together"  // all kinds together reach it

	EffectSideBySide  Effect = "side_by_side" // terms of one list run side by side
	EffectConsecutive Effect = "consecutive"  // the longer term begins where the shorter ones end

	EffectQuarterStart Effect = "quarter_start" // sites are counted on the first day of the quarter (K11)
	EffectQuarterEnd   Effect = "quarter_end"   // sites are counted when the quarter ends

	EffectLowerFigureIsMin Effect = "lower_figure_is_min" // of "one or two" one is enough
	EffectUpperFigureIsMin Effect = "upper_figure_is_min" // of "one or two" there must be two

	EffectEveryDay        Effect = "every_day"         // rest days, too
	EffectWorkingDaysOnly Effect = "working_days_only" // nothing is owed on a rest day

	EffectFromEnabled  Effect = "from_enabled"  // the clock begins when the new domain is put into use
	EffectFromApproved Effect = "from_approved" // it begins when the new domain is approved

	EffectWarns    Effect = "warns"     // what is not done gives a warning
	EffectDemanded Effect = "demanded"  // what is not done is late
	EffectNotTimed Effect = "not_timed" // it is looked at when checks are made, and not timed
)

// effectSections says in which sections an effect is computed with. A file may use it nowhere else: a choice that
// changes nothing would be a lie.
var effectSections = map[Effect][]string{
	EffectExact:       {SectionUpdateLimits, SectionTemporaryOffline},
	EffectNaturalWeek: {SectionUpdateLimits},
	EffectWholeDays:   {SectionUpdateLimits, SectionTemporaryOffline},
	EffectDayZero: {SectionPublicNotices, SectionTemporaryOffline, SectionDisclosure, SectionInteraction, SectionSurveys, SectionSelfInspections,
		SectionRetention, SectionNaming},
	EffectDayOne: {SectionPublicNotices, SectionTemporaryOffline, SectionDisclosure, SectionInteraction, SectionSurveys, SectionSelfInspections,
		SectionRetention, SectionNaming},
	EffectCorrespondingDay: {SectionRetention, SectionNaming},
	EffectMonthEnd:         {SectionRetention, SectionNaming},
	EffectLimitInTime:      {SectionUpdateLimits},
	EffectLimitLate:        {SectionUpdateLimits},
	EffectFromStart:        {SectionUpdateLimits},
	EffectStaleAtOnce:      {SectionUpdateLimits},
	EffectCountForTop:      {SectionUpdateLimits},
	EffectTimedItself:      {SectionUpdateLimits},
	EffectFromNotified:     {SectionTakedown},
	EffectFromFound:        {SectionTakedown},
	EffectRotationDemand:   {SectionCredentials},
	EffectRotationAdvice:   {SectionCredentials},
	EffectThreeAndThree:    {SectionReview},
	EffectAllDistinct:      {SectionReview},
	EffectMayRepeat:        {SectionReview},
	EffectCalendarYear:     {SectionTemporaryOffline},
	EffectRollingYear:      {SectionTemporaryOffline},
	EffectEachKind:         {SectionSurveys},
	EffectTogether:         {SectionSurveys},
	EffectSideBySide:       {SectionInteraction},
	EffectConsecutive:      {SectionInteraction},
	EffectQuarterStart:     {SectionInspections},
	EffectQuarterEnd:       {SectionInspections},
	EffectLowerFigureIsMin: {SectionStaffing},
	EffectUpperFigureIsMin: {SectionStaffing},
	EffectEveryDay:         {SectionInteraction, SectionDuty},
	EffectWorkingDaysOnly:  {SectionInteraction, SectionDuty},
	EffectFromEnabled:      {SectionNaming},
	EffectFromApproved:     {SectionNaming},
	EffectWarns:            {SectionDuty},
	EffectDemanded:         {SectionDuty},
	EffectNotTimed:         {SectionDuty},
}

// DefaultOption is the id of the option that the rulebook's own resolution stands for.
const DefaultOption = "default"

// Option is one reading of an open point that the code can compute with.
type Option struct {
	ID     string `yaml:"id" json:"id"`
	Text   string `yaml:"text" json:"text"`
	Effect Effect `yaml:"effect" json:"effect"`
}

// Choice is the reading an office chose: one of the options, or words of its own. Words are recorded and shown; they
// change no computation.
type Choice struct {
	Option string `json:"option,omitempty"`
	Text   string `json:"text,omitempty"`
}

// Computed reports whether another reading changes what is computed. Where it does not, an office may still write down
// how it reads the point.
func (i Interpretation) Computed() bool { return len(i.Options) > 0 }

// Option finds an option by its id; false when there is none.
func (i Interpretation) Option(id string) (Option, bool) {
	k := slices.IndexFunc(i.Options, func(o Option) bool { return o.ID == id })
	if k < 0 {
		return Option{}, false
	}
	return i.Options[k], true
}

// Effect is what the reading in force means to the code; "" for an interpretation that is words only. Words chosen for a
// point that is computed leave the computation as the rulebook has it.
func (i Interpretation) Effect() Effect {
	id := DefaultOption
	if i.Chosen != nil && i.Chosen.Option != "" {
		id = i.Chosen.Option
	}
	option, _ := i.Option(id)
	return option.Effect
}

// Reading is the reading in force in words: what an office chose, or the rulebook's own resolution.
func (i Interpretation) Reading() string {
	if i.Chosen == nil || i.Chosen.Option == DefaultOption {
		return i.Resolution
	}
	if option, ok := i.Option(i.Chosen.Option); ok {
		return option.Text
	}
	return i.Chosen.Text
}

// Reads reports whether a rule is read with an effect: whether one of the interpretations it names is. Only a rule that
// names an interpretation is touched by it.
func (rb *Rulebook) Reads(interp []string, effect Effect) bool {
	return slices.ContainsFunc(rb.Interpretations, func(i Interpretation) bool {
		return slices.Contains(interp, i.ID) && i.Effect() == effect
	})
}

// reads reports whether the rule is read with an effect.
func (s Source) reads(effect Effect) bool { return slices.Contains(s.effects, effect) }

// mayRead reports whether some reading that the rule names has the effect, chosen or not.
func (rb *Rulebook) mayRead(interp []string, effect Effect) bool {
	return slices.ContainsFunc(rb.Interpretations, func(i Interpretation) bool {
		return slices.Contains(interp, i.ID) && slices.ContainsFunc(i.Options, func(o Option) bool { return o.Effect == effect })
	})
}

// settleReadings carries the readings in force to the rules that name them. What can be said in the data of the rule is
// changed there, so that whoever reads the rule obeys the reading; the rest is asked for with Source.reads.
func (rb *Rulebook) settleReadings() {
	inForce := map[string]Effect{}
	for _, i := range rb.Interpretations {
		inForce[i.ID] = i.Effect()
	}
	for _, entry := range rb.entries("") {
		source := ownSource(entry.value)
		if source == nil {
			continue
		}
		source.effects = nil
		for _, id := range source.Interp {
			if effect := inForce[id]; effect != "" {
				source.effects = append(source.effects, effect)
			}
		}
		settle(entry.value.Addr().Interface())
	}
}

// settle changes the data of a rule as its readings say.
func settle(rule any) {
	switch rule := rule.(type) {
	case *UpdateLimit:
		if rule.reads(EffectTimedItself) {
			rule.ColumnLevel = 0
		}
	case *Takedown:
		if rule.reads(EffectFromFound) && rule.ClockFrom != "" {
			rule.ClockFrom = string(EventFound)
		}
	case *Credentials:
		if rule.reads(EffectRotationAdvice) {
			rule.RotationStrength = Encouraged
		}
	case *Surveys:
		if rule.reads(EffectTogether) {
			rule.EachKind = false
		}
	case *Staffing:
		if rule.reads(EffectUpperFigureIsMin) && rule.Max > rule.Min {
			rule.Min = rule.Max
		}
	}
}

// checkReadings refuses options that cannot be chosen between or that nothing computes with.
func (doc *document) checkReadings(rb *Rulebook) {
	entries := rb.entries("")
	for i, interpretation := range rb.Interpretations {
		if len(interpretation.Options) == 0 {
			continue
		}
		place := at{"interpretations", i, "options"}
		if interpretation.Options[0].ID != DefaultOption {
			doc.complain(place, "第一项须是本规则库自己的读法，编号写 %s", DefaultOption)
		}
		if len(interpretation.Options) == 1 {
			doc.complain(place, "只有一种读法，无从选择，请补上别的读法或删去 options")
		}
		for k, option := range interpretation.Options {
			sections, known := effectSections[option.Effect]
			here := at{"interpretations", i, "options", k, "effect"}
			switch {
			case !known:
				doc.complain(here, "不认识的效果「%s」，请从 README 的效果表里选", option.Effect)
			case !slices.ContainsFunc(entries, func(e entry) bool {
				return e.source != nil && slices.Contains(e.source.Interp, interpretation.ID) && slices.Contains(sections, e.section)
			}):
				doc.complain(here, "效果「%s」只对 %s 有用，而那里没有规则引用 %s", option.Effect, strings.Join(sections, "、"), interpretation.ID)
			}
			for _, earlier := range interpretation.Options[:k] {
				if earlier.Effect == option.Effect {
					doc.complain(here, "与「%s」效果相同，分不出两种读法", earlier.ID)
				}
			}
		}
	}
}
