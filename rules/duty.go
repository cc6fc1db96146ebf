package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// DutyKind is how a duty runs in time.
type DutyKind string

// The kinds of duty.
const (
	DutyDeadline DutyKind = "deadline" // an event sets it going, and it must be done by a time: DutyDue
	DutyWait     DutyKind = "wait"     // an event sets it going, and something must stand until a time: DutyDue (K06, K18)
	DutyRecord   DutyKind = "record"   // 立即, 及时, 定期: without a figure; times are recorded and never late
	DutyPeriodic DutyKind = "periodic" // so many times in each day, quarter or year: PeriodDue (K09)
	DutyDated    DutyKind = "dated"    // by a fixed date of every year: PeriodDue (K08)
	DutyCoverage DutyKind = "coverage" // somebody must be there around the clock: RosterGaps
)

var dutyKindNames = map[DutyKind]string{
	DutyDeadline: "限时办理", DutyWait: "须保留到期", DutyRecord: "登记时间，不判逾期", DutyPeriodic: "定期履行", DutyDated: "每年固定日期", DutyCoverage: "全天候值守",
}

// Label is the kind on the screen.
func (k DutyKind) Label() string { return label(dutyKindNames, k) }

// Event is what sets the time of a duty going.
type Event string

// The events.
const (
	EventNotified             Event = "notified"
	EventFound                Event = "found"
	EventReceived             Event = "received"
	EventChanged              Event = "changed"
	EventFormedOrChanged      Event = "formed_or_changed"
	EventFormedChangedOrSaved Event = "formed_changed_or_saved"
	EventClosed               Event = "closed"
	EventPublished            Event = "published"
	EventFinished             Event = "finished"
	EventWentOffline          Event = "went_offline"
	EventSet                  Event = "set"
	EventEnabled              Event = "enabled"
	EventApproved             Event = "approved"
	EventInterrupted          Event = "interrupted"
)

var eventNames = map[Event]string{
	EventNotified: "通知主办单位", EventFound: "发现", EventReceived: "收到留言", EventChanged: "发生或变更", EventFormedOrChanged: "形成或变更",
	EventFormedChangedOrSaved: "形成、变更或保存", EventClosed: "活动结束", EventPublished: "发布", EventFinished: "结束", EventWentOffline: "下线",
	EventSet: "设定密码", EventEnabled: "新域名启用", EventApproved: "新域名获批", EventInterrupted: "服务中断",
}

// Label is the event on the screen.
func (e Event) Label() string { return label(eventNames, e) }

// DutyRule is one duty a rulebook puts on somebody: what sets it going, and by when or how often it is to be done. Where
// one rule has two duties, the rule of the second is written id.field: routine, routine.report_within.
type DutyRule struct {
	Rulebook   string   `json:"rulebook"` // id
	Section    string   `json:"section"`
	Rule       string   `json:"rule"` // as DutyDue and PeriodDue take it, and as clocks keep it
	Kind       DutyKind `json:"kind"`
	KindLabel  string   `json:"kind_label"`
	Text       string   `json:"text"`
	By         string   `json:"by,omitempty"` // unit, undertaker, supervising_office …; empty where the rule does not say
	Articles   []string `json:"articles"`
	Citation   string   `json:"citation"`
	Interp     []string `json:"interp,omitempty"`
	Strength   Strength `json:"strength"`  // never empty; what is only usual warns and is not late (K14)
	Confirmed  bool     `json:"confirmed"` // false: shown, never enforced
	Remark     string   `json:"remark,omitempty"`
	Event      Event    `json:"event,omitempty"`
	EventLabel string   `json:"event_label,omitempty"`

	Limit    *Duration `json:"limit,omitempty"`     // of a deadline or a wait
	After    *Duration `json:"after,omitempty"`     // the term at whose end this one begins, where the rule is read so (I-XX-03)
	Longer   *Duration `json:"longer,omitempty"`    // holds instead where LongerIf is met and recorded
	LongerIf string    `json:"longer_if,omitempty"` //
	Unless   string    `json:"unless,omitempty"`    // where the rule does not apply

	Every            *Duration `json:"every,omitempty"`  // of a periodic duty: days …
	Period           Period    `json:"period,omitempty"` // … or a period of the calendar; periodic: 定期, without a figure
	MinTimes         int       `json:"min_times,omitempty"`
	Kinds            []string  `json:"kinds,omitempty"` // what counts, where the rule names it: online_survey …
	EachKind         bool      `json:"each_kind,omitempty"`
	MinSamplePercent int       `json:"min_sample_percent,omitempty"`
	PublishAt        []string  `json:"publish_at,omitempty"`

	Date *MonthDay `json:"date,omitempty"` // of a dated duty

	source Source
}

// Duties lists what the rulebook demands that runs in time, besides updates, in the order of its sections.
func (rb *Rulebook) Duties() []DutyRule { return slices.Clone(rb.duties) }

// listDuties puts together what Duties gives. It must follow every change of the rulebook.
func (rb *Rulebook) listDuties() []DutyRule {
	var duties []DutyRule
	for _, e := range rb.entries("") {
		for _, duty := range dutiesOf(e.value.Interface()) {
			duty.Rulebook, duty.Section, duty.Rule = rb.ID, e.section, e.rule+duty.Rule
			if duty.Text == "" {
				duty.Text = e.text()
			}
			if e.source != nil {
				duty.source = *e.source
			}
			duty.Articles, duty.Interp, duty.Citation = duty.source.Articles, duty.source.Interp, rb.Cite(duty.source.Articles)
			duty.KindLabel, duty.EventLabel, duty.Confirmed, duty.Remark = duty.Kind.Label(), duty.Event.Label(), e.confirmed(), e.remark()
			if by := e.value.FieldByName("By"); by.IsValid() {
				duty.By = by.String()
			}
			if duty.Strength == "" {
				duty.Strength = e.strength("")
			}
			duty.After = rb.termBefore(duty)
			duties = append(duties, duty)
		}
	}
	return duties
}

// DutyRule finds a duty; false when the rulebook has none such.
func (rb *Rulebook) DutyRule(section, rule string) (DutyRule, bool) {
	i := slices.IndexFunc(rb.duties, func(d DutyRule) bool { return d.Section == section && d.Rule == rule })
	if i < 0 {
		return DutyRule{}, false
	}
	return rb.duties[i], true
}

// Has reports whether the rulebook has a rule under a section, as clocks name them: one that limits updates, or one that demands
// something else.
func (rb *Rulebook) Has(section, rule string) bool {
	if _, found := rb.DutyRule(section, rule); found {
		return true
	}
	return section != "" && slices.ContainsFunc(rb.entries(section), func(e entry) bool { return e.rule == rule })
}

// dutiesOf is what one rule demands. Rule is empty for the rule's own duty, and .field for another one.
func dutiesOf(rule any) []DutyRule {
	switch rule := rule.(type) {
	case PublicNotice:
		return dutiesOfNotice(rule)
	case TemporaryOffline:
		return []DutyRule{{Kind: DutyDeadline, Event: EventWentOffline, Limit: &rule.MaxDuration}}
	case Naming:
		if rule.Grace != nil {
			event := EventEnabled
			if rule.reads(EffectFromApproved) {
				event = EventApproved
			}
			return []DutyRule{{Kind: DutyDeadline, Event: event, Limit: rule.Grace}}
		}
	case DisclosureDeadline:
		return []DutyRule{{Kind: DutyDeadline, Event: Event(rule.From), Limit: &rule.Within, Longer: rule.AtMost, LongerIf: rule.AtMostCondition, Unless: rule.Unless}}
	case Rumours:
		return []DutyRule{{Kind: DutyRecord, Event: EventFound}}
	case ReplyDeadline:
		return []DutyRule{{Kind: DutyDeadline, Event: Event(rule.From), Limit: &rule.Within, Kinds: rule.Kinds}}
	case PromptReply:
		return []DutyRule{{Kind: DutyRecord, Event: EventReceived, Text: "答复来信"}}
	case MailboxCheck:
		return []DutyRule{{Kind: DutyPeriodic, Every: &rule.Every, MinTimes: 1}}
	case Surveys:
		return dutiesOfSurveys(rule)
	case Takedown:
		if rule.Within == nil {
			return []DutyRule{{Kind: DutyRecord, Event: EventFound}}
		}
		return []DutyRule{{Kind: DutyDeadline, Event: Event(rule.ClockFrom), Limit: rule.Within}}
	case Demand:
		if rule.Immediately {
			return []DutyRule{{Kind: DutyRecord, Event: EventFound}}
		}
	case Duty:
		return dutiesOfDuty(rule)
	case Filing:
		if rule.When != "" {
			return []DutyRule{{Kind: DutyRecord, Event: EventChanged, Text: "报备" + strings.Join(rule.Items, "、")}}
		}
	case Retention:
		return []DutyRule{{Kind: DutyWait, Event: EventPublished, Limit: &rule.Min, Text: "保存" + rule.Subject}}
	case Credentials:
		if rule.Rotation != nil {
			return []DutyRule{{Kind: DutyDeadline, Event: EventSet, Limit: rule.Rotation, Text: "更换密码", Strength: rule.RotationStrength.orMust()}}
		}
		if rule.RotationPeriodic {
			return []DutyRule{{Kind: DutyRecord, Period: Periodic, Text: "定期更换密码"}}
		}
	}
	return periodicDuties(rule)
}

// periodicDuties is what a rule demands every quarter or year, or by a date of the year.
func periodicDuties(rule any) []DutyRule {
	switch rule := rule.(type) {
	case Inspection:
		duty := inPeriod(rule.Every, rule.MinTimes)
		duty.MinSamplePercent, duty.PublishAt = rule.MinSamplePercent, rule.PublishAt
		return []DutyRule{duty}
	case SelfInspection:
		duties := []DutyRule{inPeriod(rule.Every, rule.MinTimes)}
		if rule.ReportWithin != nil {
			duties = append(duties, DutyRule{Rule: ".report_within", Kind: DutyDeadline, Event: Event(rule.ReportFrom), Limit: rule.ReportWithin, Text: "自查报告报送" + rule.ReportTo})
		}
		return duties
	case Drill:
		return []DutyRule{inPeriod(rule.Every, rule.MinTimes)}
	case Evaluation:
		if rule.Every != "" {
			return []DutyRule{inPeriod(rule.Every, rule.MinTimes)}
		}
	case Training:
		if rule.MinPerYear > 0 {
			return []DutyRule{inPeriod(Yearly, rule.MinPerYear)}
		}
	case AnnualReport:
		var duties []DutyRule
		if rule.SubmitBy != nil {
			duties = append(duties, DutyRule{Rule: ".submit_by", Kind: DutyDated, Period: Yearly, MinTimes: 1, Date: rule.SubmitBy, Text: "报送" + textOf(rule)})
		}
		return append(duties, DutyRule{Rule: ".publish_by", Kind: DutyDated, Period: Yearly, MinTimes: 1, Date: &rule.PublishBy, Text: "公开" + textOf(rule)})
	}
	return nil
}

// inPeriod is a duty of so many times a period; a record where either has no figure.
func inPeriod(period Period, times int) DutyRule {
	if period == Periodic || times == 0 {
		return DutyRule{Kind: DutyRecord, Period: period}
	}
	return DutyRule{Kind: DutyPeriodic, Period: period, MinTimes: times}
}

func dutiesOfNotice(notice PublicNotice) []DutyRule {
	switch {
	case notice.MinDuration != nil:
		return []DutyRule{{Kind: DutyWait, Event: EventPublished, Limit: notice.MinDuration}}
	case notice.Timing == TimingPromptly:
		return []DutyRule{{Kind: DutyRecord, Event: EventInterrupted}}
	}
	return nil
}

func dutiesOfSurveys(surveys Surveys) []DutyRule {
	duty := inPeriod(Yearly, surveys.MinPerYear)
	duty.Kinds, duty.EachKind = surveys.Kinds, surveys.EachKind
	duties := []DutyRule{duty}
	if surveys.ResultWithin != nil {
		duties = append(duties, DutyRule{Rule: ".result_within", Kind: DutyDeadline, Event: Event(surveys.ResultFrom), Limit: surveys.ResultWithin, Text: "反馈调查征集结果"})
	}
	return duties
}

// dutiesOfDuty is watch and reading.
func dutiesOfDuty(duty Duty) []DutyRule {
	var duties []DutyRule
	if duty.Every != nil && !duty.reads(EffectNotTimed) {
		reading := DutyRule{Kind: DutyPeriodic, Every: duty.Every, MinTimes: 1}
		if duty.reads(EffectWarns) {
			reading.Strength = Usual
		}
		duties = append(duties, reading)
	}
	if duty.Coverage != "" {
		duties = append(duties, DutyRule{Kind: DutyCoverage})
	}
	return duties
}

// termBefore is the term after which a reply's own term begins, where the rulebook is read so (I-XX-03): the longest of the
// list that is shorter; nil otherwise.
func (rb *Rulebook) termBefore(d DutyRule) *Duration {
	if rb.Interaction == nil || d.Limit == nil || !d.source.reads(EffectConsecutive) {
		return nil
	}
	var before *Duration
	for i := range rb.Interaction.ReplyDeadlines {
		term := &rb.Interaction.ReplyDeadlines[i].Within
		if order, same := sameFamily(*term, *d.Limit); !same || order >= 0 {
			continue
		}
		if before == nil {
			before = term
		} else if order, _ := sameFamily(*term, *before); order > 0 {
			before = term
		}
	}
	return before
}

// DutyDue is when a duty that an event set going is due, or until when what it is about must stand, counted as its section
// and its readings have it (K02–K06, K18). Errors: ErrDutyUnknown; ErrDutyUncounted for a duty without a figure or one that
// no event sets going; ErrCalendarPending (K16).
func (rb *Rulebook) DutyDue(section, rule string, event time.Time, cal *Calendar) (Due, error) {
	duty, found := rb.DutyRule(section, rule)
	if !found {
		return Due{}, ErrDutyUnknown
	}
	return duty.Due(event, cal)
}

// LongerDue is when a duty is due where its condition for a longer period is met. The condition must be recorded. It is
// never before DutyDue. Errors as DutyDue; ErrNotLonger where the regulation has no longer period.
func (rb *Rulebook) LongerDue(section, rule string, event time.Time, cal *Calendar) (Due, error) {
	duty, found := rb.DutyRule(section, rule)
	if !found {
		return Due{}, ErrDutyUnknown
	}
	return duty.LongerDue(event, cal)
}

// Due is DutyDue of the duty.
func (d DutyRule) Due(event time.Time, cal *Calendar) (Due, error) {
	if d.Limit == nil {
		return Due{}, ErrDutyUncounted.Under(d.Rulebook, d.Articles)
	}
	if d.After == nil {
		return d.count(event, *d.Limit, cal)
	}
	before, err := d.count(event, *d.After, cal)
	if err != nil {
		return Due{}, err
	}
	if before.EndOfDay {
		return d.count(before.LastDay().Start(), *d.Limit, cal)
	}
	return d.count(before.At, *d.Limit, cal)
}

// LongerDue is Rulebook.LongerDue of the duty.
func (d DutyRule) LongerDue(event time.Time, cal *Calendar) (Due, error) {
	if d.Longer == nil {
		return Due{}, ErrNotLonger.Under(d.Rulebook, d.Articles)
	}
	due, err := d.Due(event, cal)
	if err != nil {
		return Due{}, err
	}
	longer, err := d.count(event, *d.Longer, cal)
	if err == nil && longer.At.Before(due.At) {
		longer = due
	}
	return longer, err
}

// count counts a period from an instant: to the end of a day where something must stand or may still be used (K06, K18),
// else as Add.
func (d DutyRule) count(start time.Time, period Duration, cal *Calendar) (Due, error) {
	if d.Kind == DutyWait || d.Section == SectionNaming {
		return d.source.dayEnd(start, period, cal)
	}
	return d.source.due(start, period, cal)
}

// PeriodDue is the period in which an instant lies, for a duty that comes back: its beginning, when it ends or the duty is
// due, and how often it must have been done by then (K08, K09). Errors: ErrDutyUnknown, ErrDutyNotPeriodic.
func (rb *Rulebook) PeriodDue(section, rule string, at time.Time) (start, due time.Time, minTimes int, err error) {
	duty, found := rb.DutyRule(section, rule)
	if !found {
		return time.Time{}, time.Time{}, 0, ErrDutyUnknown
	}
	switch {
	case duty.Kind == DutyDated:
		year := DateOf(at).Year
		return Date{year, time.January, 1}.Start(), duty.Date.In(year).At, duty.MinTimes, nil
	case duty.Kind == DutyPeriodic && duty.Every == nil:
		start, due, _ = duty.Period.Bounds(at)
		return start, due, duty.MinTimes, nil
	case duty.Kind == DutyPeriodic && duty.Every.Unit == Day:
		first := Date{1970, time.January, 1}
		day := DateOf(at)
		passed := int(day.Start().Sub(first.Start()) / (24 * time.Hour))
		day = day.AddDays(-((passed%duty.Every.N + duty.Every.N) % duty.Every.N))
		return day.Start(), day.AddDays(duty.Every.N).Start(), duty.MinTimes, nil
	}
	return time.Time{}, time.Time{}, 0, ErrDutyNotPeriodic.Under(rb.ID, duty.Articles)
}

// OwedOn reports whether a daily duty is owed on a day: on a rest day, too, unless it is read otherwise (I-DC-04). Error:
// ErrCalendarPending.
func (d DutyRule) OwedOn(day Date, cal *Calendar) (bool, error) {
	if !d.source.reads(EffectWorkingDaysOnly) {
		return true, nil
	}
	return cal.IsWorkday(day)
}

// Unread lists the days from the first to the last, both included, on which the duty was owed and nothing was recorded.
// Error: ErrCalendarPending.
func (d DutyRule) Unread(read []time.Time, first, last Date, cal *Calendar) ([]Date, error) {
	var unread []Date
	for _, day := range UnreadDays(read, first, last) {
		owed, err := d.OwedOn(day, cal)
		if err != nil {
			return nil, err
		}
		if owed {
			unread = append(unread, day)
		}
	}
	return unread, nil
}

// UnreadDays lists the days from the first to the last, both included, on which nothing was read.
func UnreadDays(read []time.Time, first, last Date) []Date {
	done := map[Date]bool{}
	for _, at := range read {
		done[DateOf(at)] = true
	}
	var unread []Date
	for day := first; !last.Before(day); day = day.AddDays(1) {
		if !done[day] {
			unread = append(unread, day)
		}
	}
	return unread
}

// Shift is a time in which somebody is on duty.
type Shift struct {
	From  time.Time
	Until time.Time
}

// Gap is a time in which nobody is on duty.
type Gap struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Length is how long the gap is.
func (g Gap) Length() time.Duration { return g.Until.Sub(g.From) }

// String is the gap for screens: 空档 12 小时（10-03 20:00 至 10-04 08:00）.
func (g Gap) String() string {
	const clock = "01-02 15:04"
	hours, minutes := int(g.Length()/time.Hour), int(g.Length()%time.Hour/time.Minute)
	var length []string
	if hours > 0 {
		length = append(length, fmt.Sprintf("%d 小时", hours))
	}
	if minutes > 0 || hours == 0 {
		length = append(length, fmt.Sprintf("%d 分钟", minutes))
	}
	return fmt.Sprintf("空档 %s（%s 至 %s）", strings.Join(length, " "), g.From.In(Shanghai).Format(clock), g.Until.In(Shanghai).Format(clock))
}

// RosterGaps lists, in order, the times from one instant up to another in which no shift has anybody on duty. Shifts may
// overlap, stand in any order and reach beyond; one that ends before it begins covers nothing.
func RosterGaps(shifts []Shift, from, until time.Time) []Gap {
	shifts = slices.DeleteFunc(slices.Clone(shifts), func(s Shift) bool { return !s.Until.After(s.From) })
	slices.SortFunc(shifts, func(a, b Shift) int { return a.From.Compare(b.From) })
	var gaps []Gap
	covered := from
	for _, shift := range shifts {
		if !shift.From.Before(until) {
			break
		}
		if shift.From.After(covered) {
			gaps = append(gaps, Gap{From: covered, Until: shift.From})
		}
		if shift.Until.After(covered) {
			covered = shift.Until
		}
	}
	if covered.Before(until) {
		gaps = append(gaps, Gap{From: covered, Until: until})
	}
	return gaps
}

// PeriodVerdict is how often a duty was done in a period, against how often it had to be.
type PeriodVerdict struct {
	Enough bool        `json:"enough"`
	Counts []KindCount `json:"counts"` // one for each kind that must reach the number by itself, else one in all
}

// KindCount is how often one kind of thing was to be done and was done.
type KindCount struct {
	Kind string `json:"kind,omitempty"` // 网上调查; empty where kinds do not matter
	Owed int    `json:"owed"`
	Done int    `json:"done"`
}

// Judge says whether a periodic duty was done often enough. Each act is the kinds it was of, none where the duty knows
// none; an act of two kinds counts for either (I-XX-02). A period is judged when it is over; before, this is a warning (K09).
func (d DutyRule) Judge(acts ...[]string) PeriodVerdict {
	verdict := PeriodVerdict{Enough: true}
	if !d.EachKind {
		verdict.Counts = []KindCount{{Owed: d.MinTimes, Done: len(acts)}}
	} else {
		for _, kind := range d.Kinds {
			count := KindCount{Kind: label(surveyKinds, kind), Owed: d.MinTimes}
			for _, kinds := range acts {
				if slices.Contains(kinds, kind) {
					count.Done++
				}
			}
			verdict.Counts = append(verdict.Counts, count)
		}
	}
	for _, count := range verdict.Counts {
		verdict.Enough = verdict.Enough && count.Done >= count.Owed
	}
	return verdict
}

// String is the verdict in a sentence: 不足：应 2 次，实 1 次.
func (v PeriodVerdict) String() string {
	parts := make([]string, len(v.Counts))
	for i, count := range v.Counts {
		parts[i] = fmt.Sprintf("%s应 %d 次，实 %d 次", count.Kind, count.Owed, count.Done)
	}
	word := "不足："
	if v.Enough {
		word = "达标："
	}
	return word + strings.Join(parts, "；")
}

// InspectionEnough says whether a check by the supervising office may be closed: whether the sample was large enough (K11)
// and the result was published where the regulation demands either. total is the number of sites at CountAt. Errors:
// ErrDutyUnknown; ErrSampleSmall, ErrNotPublished, with the articles and what is missing.
func (rb *Rulebook) InspectionEnough(rule string, sampled, total int, published bool) error {
	i := slices.IndexFunc(rb.Inspections, func(i Inspection) bool { return i.ID == rule })
	if i < 0 {
		return ErrDutyUnknown
	}
	inspection := rb.Inspections[i]
	if least := SampleSize(total, inspection.MinSamplePercent); sampled < least {
		return ErrSampleSmall.Say("在册 %d 个，抽查比例不少于 %d%%，最少抽 %d 个，现在只抽了 %d 个，还差 %d 个。请补抽后再结案。",
			total, inspection.MinSamplePercent, least, sampled, least-sampled).Under(rb.ID, inspection.Articles)
	}
	if len(inspection.PublishAt) > 0 && !published {
		return ErrNotPublished.Under(rb.ID, inspection.Articles)
	}
	return nil
}

// CountAt is the instant at which the sites are counted of which a check in the period of at takes its sample (K11): the
// period's beginning, or its end where that is chosen (I-ZT-06). at itself for a check without a period.
func (i Inspection) CountAt(at time.Time) time.Time {
	start, end, ok := i.Every.Bounds(at)
	switch {
	case !ok:
		return at
	case i.reads(EffectQuarterEnd):
		return end
	}
	return start
}
