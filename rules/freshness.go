package rules

import (
	"slices"
	"time"
)

// Status is how an account or column stands under a rulebook.
type Status string

// The statuses, the good one first. Unknown is never computed here: it is the caller's word for a channel that could
// not be read.
const (
	StatusOK              Status = "ok"
	StatusStale           Status = "stale"
	StatusNoRule          Status = "no_rule"
	StatusCalendarPending Status = "calendar_pending"
	StatusUnknown         Status = "unknown"
	StatusSuspended       Status = "suspended" // out of use for a while, so that no clock counts
)

var statusNames = map[Status]string{
	StatusOK: "正常", StatusStale: "超期", StatusNoRule: "无规则", StatusCalendarPending: "待日历确认", StatusUnknown: "未知",
	StatusSuspended: "暂停计时",
}

// Label is the status on the screen.
func (s Status) Label() string { return label(statusNames, s) }

// Verdict is how a subject stands, with the clause that says so.
type Verdict struct {
	Status   Status     `json:"status"`
	Reason   Reason     `json:"reason,omitempty"`
	Rulebook string     `json:"rulebook"`           // id
	RuleID   string     `json:"rule_id,omitempty"`  // id of the update limit or column rule; empty when none applies
	Articles []string   `json:"articles,omitempty"` // as the rulebook writes them
	Interp   []string   `json:"interp,omitempty"`
	Strength Strength   `json:"strength,omitempty"` // never empty where a rule applies
	Citation string     `json:"citation"`           // 潼南 2022 第21条（六）
	Limit    *Duration  `json:"limit,omitempty"`    // nil for a blank column and where no limit applies
	From     *time.Time `json:"from,omitempty"`     // what the time is counted from
	Due      *Due       `json:"due,omitempty"`      // nil where no rule applies or the calendar is pending
}

// String is the verdict in a sentence: 正常，截止 2026-03-09 09:00（潼南 2022 第21条（六））.
func (v Verdict) String() string {
	s := v.Status.Label()
	switch {
	case v.Reason == ReasonBlankColumn, v.Status == StatusNoRule:
		s += "：" + v.Reason.Label()
	case v.Due != nil:
		s += "，截止 " + v.Due.String()
	}
	return s + "（" + v.Citation + "）"
}

// Left is the time until the due instant, negative by as much as it is late; 0 without a due time.
func (v Verdict) Left(now time.Time) time.Duration {
	if v.Due == nil {
		return 0
	}
	return v.Due.At.Sub(now)
}

// Freshness says how a subject stands at now. lastUpdate is its last successful publication (K12), nil when there never
// was one; startedUse is when the account was put into use or the column created (K13). For a column nil also stands
// for a column that is blank now, whatever it once held. The calendar is needed only by limits in working days.
func (rb *Rulebook) Freshness(s Subject, lastUpdate *time.Time, startedUse, now time.Time, cal *Calendar) Verdict {
	if verdict, blank := rb.blankVerdict(s, lastUpdate, startedUse); blank {
		return verdict
	}
	limit, reason := rb.UpdateLimit(s)
	if limit == nil {
		return rb.noRule(reason)
	}
	verdict := rb.verdict(limit.ID, limit.Source, limit.Strength)
	gap, from := limit.MaxGap, startedUse
	verdict.Limit, verdict.From = &gap, &from
	if lastUpdate == nil {
		verdict.Reason = ReasonNeverPosted
	} else {
		from = *lastUpdate
	}
	due, err := limit.duty(from, lastUpdate == nil, cal)
	switch {
	case err != nil: // a loaded rulebook has no unknown units, so this is K16
		verdict.Status = StatusCalendarPending
		return verdict
	case due.Overdue(now):
		verdict.Status = StatusStale
	default:
		verdict.Status = StatusOK
	}
	verdict.Due = &due
	return verdict
}

// duty is when the next update is due after the one at from, or after the start of use when there never was one (I-TN-03).
func (l *UpdateLimit) duty(from time.Time, never bool, cal *Calendar) (Due, error) {
	if never && l.reads(EffectStaleAtOnce) {
		return Due{At: from}, nil
	}
	return l.due(from, l.MaxGap, cal)
}

// Breach is one time a subject was silent for too long.
type Breach struct {
	From     time.Time     `json:"from"`  // the update, or the start of use, before the silence
	Due      Due           `json:"due"`   // when the next update was due
	Ended    *time.Time    `json:"ended"` // the late update; nil while the silence lasts
	Gap      time.Duration `json:"gap"`   // from From to Ended, or to now
	Over     time.Duration `json:"over"`  // from Due to Ended, or to now
	RuleID   string        `json:"rule_id"`
	Articles []string      `json:"articles"`
	Reason   Reason        `json:"reason,omitempty"` // ReasonBlankColumn, ReasonNeverPosted, or none
}

// Breaches lists, oldest first, every silence up to now that was longer than the subject's limit (K04). updates are the
// instants of its successful publications; those after now do not count (K12). A subject without a limit has no
// breaches. On ErrCalendarPending the breaches before the one in doubt come with the error.
func (rb *Rulebook) Breaches(s Subject, updates []time.Time, startedUse, now time.Time, cal *Calendar) ([]Breach, error) {
	var breaches []Breach
	from, reason := startedUse, ReasonNeverPosted
	for _, update := range past(updates, now) {
		breach, err := rb.silence(s, from, &update, reason, now, cal)
		if err != nil {
			return breaches, err
		}
		if breach != nil {
			breaches = append(breaches, *breach)
		}
		from, reason = update, ReasonNone
	}
	last, err := rb.silence(s, from, nil, reason, now, cal)
	if err != nil {
		return breaches, err
	}
	if last != nil {
		breaches = append(breaches, *last)
	}
	return breaches, nil
}

// silence is the breach between from and ended (nil = still silent), or nil when it was no breach. An update before the
// start of use ends no silence.
func (rb *Rulebook) silence(s Subject, from time.Time, ended *time.Time, reason Reason, now time.Time, cal *Calendar) (*Breach, error) {
	until := now
	if ended != nil {
		until = *ended
	}
	breach := &Breach{From: from, Ended: ended, Gap: until.Sub(from), Reason: reason}
	if blank := rb.blankRule(); reason == ReasonNeverPosted && s.Object == Column && rb.Governs(Column) && blank != nil {
		breach.Due, breach.RuleID, breach.Articles, breach.Reason = Due{At: from}, blank.ID, blank.Articles, ReasonBlankColumn
	} else {
		limit, _ := rb.UpdateLimit(s)
		if limit == nil {
			return nil, nil
		}
		due, err := limit.duty(from, reason == ReasonNeverPosted, cal)
		if err != nil {
			return nil, err
		}
		breach.Due, breach.RuleID, breach.Articles = due, limit.ID, limit.Articles
	}
	breach.Over = until.Sub(breach.Due.At)
	if ended != nil && breach.Due.Met(*ended) || ended == nil && !breach.Due.Overdue(now) {
		return nil, nil
	}
	return breach, nil
}

// blankVerdict is the verdict on a column without content where a rule makes it stale at once (K13), at every level.
func (rb *Rulebook) blankVerdict(s Subject, lastUpdate *time.Time, created time.Time) (Verdict, bool) {
	blank := rb.blankRule()
	if lastUpdate != nil || s.Object != Column || !rb.Governs(Column) || blank == nil {
		return Verdict{}, false
	}
	verdict := rb.verdict(blank.ID, blank.Source, Must)
	verdict.Status, verdict.Reason = StatusStale, ReasonBlankColumn
	verdict.From, verdict.Due = &created, &Due{At: created}
	return verdict, true
}

// verdict begins a verdict under a rule.
func (rb *Rulebook) verdict(ruleID string, source Source, strength Strength) Verdict {
	return Verdict{
		Rulebook: rb.ID, RuleID: ruleID, Articles: source.Articles, Interp: source.Interp,
		Strength: strength.orMust(), Citation: rb.Cite(source.Articles),
	}
}

// noRule is the verdict where no limit applies. It cites what the scope says only where the scope decides.
func (rb *Rulebook) noRule(reason Reason) Verdict {
	verdict := Verdict{Status: StatusNoRule, Reason: reason, Rulebook: rb.ID, Citation: rb.ShortName}
	if reason == ReasonNotGoverned {
		verdict.Articles, verdict.Interp = rb.Scope.Articles, rb.Scope.Interp
		verdict.Citation = rb.Cite(rb.Scope.Articles)
	}
	return verdict
}

// past is the updates up to now in order, as a copy.
func past(updates []time.Time, now time.Time) []time.Time {
	done := slices.DeleteFunc(slices.Clone(updates), func(t time.Time) bool { return t.After(now) })
	slices.SortFunc(done, time.Time.Compare)
	return done
}
