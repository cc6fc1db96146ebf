package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"govmedia/rules"
)

// dutyDue is when a duty is due, or the error's code.
func dutyDue(t testing.TB, rb *rules.Rulebook, section, rule, event string) string {
	t.Helper()
	due, err := rb.DutyDue(section, rule, clock(t, event), builtin(t).Calendar)
	if err != nil {
		return err.Error()
	}
	return due.String()
}

// updateDue is when a subject must be updated after an update on a Wednesday.
func updateDue(t testing.TB, rb *rules.Rulebook, subject rules.Subject) string {
	t.Helper()
	last := clock(t, "2026-03-04 09:00")
	v := rb.Freshness(subject, &last, last, last, builtin(t).Calendar)
	if v.Due == nil {
		return string(v.Status)
	}
	return v.Due.String()
}

// whoMaySign says whether the first reviewer may give the second review, and the second reviewer the last proof.
func whoMaySign(rb *rules.Rulebook) string {
	signed := []rules.Signed{{Label: "一审", Person: "li"}, {Label: "二审", Person: "wang"}}
	_, second := rb.Review.MayNotRepeat("二审", "li", signed[:1])
	_, proof := rb.Review.MayNotRepeat("三校", "wang", signed)
	return fmt.Sprintf("review twice %t, review and proof %t", !second, !proof)
}

// dutyOf says how a duty stands in the list of duties.
func dutyOf(rb *rules.Rulebook, section, rule string) string {
	duty, found := rb.DutyRule(section, rule)
	if !found {
		return "none"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", duty.Kind, duty.Strength, duty.Event))
}

// What each reading makes of one case that tells it from the others.
var readingCases = []struct {
	rulebook, interpretation string
	outcome                  func(testing.TB, *rules.Rulebook) string
	options                  map[string]string
}{
	{"tongnan-2022", "I-TN-01", func(t testing.TB, rb *rules.Rulebook) string { return updateDue(t, rb, account(rules.Weibo)) },
		map[string]string{"default": "2026-03-11 09:00", "natural-week": "2026-03-15 24:00", "whole-days": "2026-03-11 24:00"}},
	{"tongnan-2022", "I-TN-02", func(t testing.TB, rb *rules.Rulebook) string {
		updates := []time.Time{clock(t, "2026-03-02 09:00"), clock(t, "2026-03-09 09:00")}
		breaches, err := rb.Breaches(account(rules.Weibo), updates, updates[0], updates[1], nil)
		return fmt.Sprint(len(breaches), " breaches ", err)
	}, map[string]string{"default": "0 breaches <nil>", "limit-late": "1 breaches <nil>"}},
	{"tongnan-2022", "I-TN-03", func(t testing.TB, rb *rules.Rulebook) string {
		start := clock(t, "2026-03-02 09:00")
		v := rb.Freshness(account(rules.Weibo), nil, start, start, nil)
		breaches, _ := rb.Breaches(account(rules.Weibo), nil, start, start.Add(time.Hour), nil)
		return fmt.Sprintf("%s %s %s, %d breaches", v.Status, v.Reason, v.Due, len(breaches))
	}, map[string]string{"default": "ok never_posted 2026-03-09 09:00, 0 breaches", "stale-at-once": "stale never_posted 2026-03-02 09:00, 1 breaches"}},
	{"tongnan-2022", "I-TN-04", func(t testing.TB, rb *rules.Rulebook) string { return updateDue(t, rb, column(rules.PolicyColumn, 2)) },
		map[string]string{"default": "no_rule", "timed-itself": "2026-09-04 09:00"}},
	{"tongnan-2022", "I-TN-06", func(t testing.TB, rb *rules.Rulebook) string {
		return dutyDue(t, rb, "public_notices", "change-shut-cancel", "2026-09-28 10:00")
	}, map[string]string{"default": "2026-10-23 24:00", "day-one": "2026-10-22 24:00"}},
	{"tongnan-2022", "I-TN-07", func(_ testing.TB, rb *rules.Rulebook) string { return dutyOf(rb, "takedown", "office-found") },
		map[string]string{"default": "deadline must notified", "from-found": "deadline must found"}},
	{"tongnan-2022", "I-TN-09", func(_ testing.TB, rb *rules.Rulebook) string { return dutyOf(rb, "credentials", "credentials") },
		map[string]string{"default": "deadline usual set", "advice": "deadline encouraged set"}},
	{"tongnan-2022", "I-TN-10", func(_ testing.TB, rb *rules.Rulebook) string { return whoMaySign(rb) }, map[string]string{
		"default": "review twice false, review and proof true", "all-distinct": "review twice false, review and proof false", "may-repeat": "review twice true, review and proof true"}},
	{"tongnan-2022", "I-TN-15", func(t testing.TB, rb *rules.Rulebook) string {
		return dutyDue(t, rb, "disclosure", "general", "2026-04-10 15:00")
	}, map[string]string{"default": "2026-05-12 24:00", "day-one": "2026-05-11 24:00"}},
	{"zhaotong-2018", "I-ZT-01", func(t testing.TB, rb *rules.Rulebook) string {
		times := []rules.OfflineTime{{From: clock(t, "2025-11-01 10:00"), Approved: true}}
		return fmt.Sprint(rb.TemporaryOffline.UsedAround(clock(t, "2026-03-01 10:00"), times))
	}, map[string]string{"default": "0", "rolling": "1"}},
	{"zhaotong-2018", "I-ZT-02", func(t testing.TB, rb *rules.Rulebook) string {
		back, err := rb.TemporaryOffline.Back(clock(t, "2026-03-01 10:00"), nil)
		if duty := dutyDue(t, rb, "temporary_offline", "temporary_offline", "2026-03-01 10:00"); err != nil || duty != back.String() {
			t.Errorf("Back = %s, %v; the duty says %s", back, err, duty)
		}
		return back.String()
	}, map[string]string{"default": "2026-03-31 10:00", "whole-days": "2026-03-31 24:00", "day-one": "2026-03-30 24:00"}},
	{"zhaotong-2018", "I-ZT-03", func(t testing.TB, rb *rules.Rulebook) string {
		last, end, ok, err := rb.PublicNotices[4].End(clock(t, "2026-03-02 10:00"), nil)
		return fmt.Sprint(last, end.Equal(last.End()), ok, err)
	}, map[string]string{"default": "2026-04-01 true true <nil>", "day-one": "2026-03-31 true true <nil>"}},
	{"zhaotong-2018", "I-ZT-06", func(t testing.TB, rb *rules.Rulebook) string {
		return rb.Inspections[0].CountAt(clock(t, "2026-02-15 10:00")).Format(time.DateTime)
	}, map[string]string{"default": "2026-01-01 00:00:00", "quarter-end": "2026-04-01 00:00:00"}},
	{"zhaotong-2018", "I-ZT-07", func(_ testing.TB, rb *rules.Rulebook) string { return fmt.Sprint(rb.Staffing[0].Min) },
		map[string]string{"default": "1", "two": "2"}},
	{"xiangxi-2018", "I-XX-02", func(_ testing.TB, rb *rules.Rulebook) string {
		duty, _ := rb.DutyRule("surveys", "surveys")
		return duty.Judge([]string{"online_survey"}).String()
	}, map[string]string{"default": "不足：网上调查应 1 次，实 1 次；民意征集应 1 次，实 0 次", "together": "达标：应 1 次，实 1 次"}},
	{"xiangxi-2018", "I-XX-03", func(t testing.TB, rb *rules.Rulebook) string {
		return dutyDue(t, rb, "interaction", "suggestion-or-consult", "2026-02-13 16:00") + " / " + dutyDue(t, rb, "interaction", "needs-verification", "2026-02-13 16:00")
	}, map[string]string{"default": "2026-03-02 24:00 / 2026-03-12 24:00", "consecutive": "2026-03-02 24:00 / 2026-03-23 24:00", "day-one": "2026-02-28 24:00 / 2026-03-11 24:00"}},
	{"xiangxi-2018", "I-XX-04", func(t testing.TB, rb *rules.Rulebook) string { return updateDue(t, rb, column(rules.NewsColumn, 1)) },
		map[string]string{"default": "2026-03-18 09:00", "natural-week": "2026-03-22 24:00", "whole-days": "2026-03-18 24:00"}},
	{"xiangxi-2018", "I-XX-05", func(t testing.TB, rb *rules.Rulebook) string {
		return dutyDue(t, rb, "surveys", "surveys.result_within", "2026-04-30 18:00")
	}, map[string]string{"default": "2026-05-25 24:00", "day-one": "2026-05-22 24:00"}},
	{"dongcheng-2014", "I-DC-01", func(t testing.TB, rb *rules.Rulebook) string {
		return dutyDue(t, rb, "retention", "web-information", "2026-01-15 10:00") + " / " + dutyDue(t, rb, "retention", "web-information", "2026-01-31 10:00")
	}, map[string]string{"default": "2026-02-15 24:00 / 2026-02-28 24:00", "month-end": "2026-02-28 24:00 / 2026-02-28 24:00", "day-one": "2026-02-14 24:00 / 2026-02-28 24:00"}},
	{"dongcheng-2014", "I-DC-04", func(t testing.TB, rb *rules.Rulebook) string {
		duty, _ := rb.DutyRule("interaction", "mailbox_check")
		unread, err := duty.Unread(nil, date(t, "2026-03-06"), date(t, "2026-03-09"), builtin(t).Calendar)
		return fmt.Sprint(unread, err)
	}, map[string]string{"default": "[2026-03-06 2026-03-07 2026-03-08 2026-03-09] <nil>", "working-days": "[2026-03-06 2026-03-09] <nil>"}},
	{"chaoan", "I-CA-02", func(_ testing.TB, rb *rules.Rulebook) string { return dutyOf(rb, "naming", "old-domain-grace") },
		map[string]string{"default": "deadline must enabled", "approved": "deadline must approved"}},
	{"chaoan", "I-CA-03", func(t testing.TB, rb *rules.Rulebook) string {
		return dutyDue(t, rb, "self_inspections", "routine.report_within", "2026-06-12 17:00")
	}, map[string]string{"default": "2026-07-06 24:00", "day-one": "2026-07-03 24:00"}},
	{"chaoan", "I-CA-04", func(_ testing.TB, rb *rules.Rulebook) string { return dutyOf(rb, "duty", "daily-read") },
		map[string]string{"default": "periodic usual", "demanded": "periodic must", "not-timed": "none"}},
}

func TestEveryReadingHasItsOutcome(t *testing.T) {
	for _, c := range readingCases {
		for option, want := range c.options {
			t.Run(c.interpretation+" "+option, func(t *testing.T) {
				if got := c.outcome(t, read(t, c.rulebook, c.interpretation, option)); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			})
		}
		if got, want := c.outcome(t, book(t, c.rulebook)), c.options["default"]; got != want {
			t.Errorf("%s untouched: %s, want what the default gives: %s", c.interpretation, got, want)
		}
	}
}

// No option is without a case above, so none can be chosen that changes nothing.
func TestEveryOptionOfTheFilesHasACase(t *testing.T) {
	cases := map[string]map[string]string{}
	for _, c := range readingCases {
		cases[c.interpretation] = c.options
		seen := map[string]bool{}
		for option, outcome := range c.options {
			if seen[outcome] {
				t.Errorf("%s %s: another option has the same outcome", c.interpretation, option)
			}
			seen[outcome] = true
		}
	}
	for _, rb := range builtin(t).All() {
		for _, i := range rb.Interpretations {
			if len(cases[i.ID]) != len(i.Options) {
				t.Errorf("%s: %d options in the file, %d in the cases", i.ID, len(i.Options), len(cases[i.ID]))
			}
			for _, option := range i.Options {
				if cases[i.ID][option.ID] == "" {
					t.Errorf("%s: no case for %s", i.ID, option.ID)
				}
			}
		}
	}
}

// A reading touches the rules that name its interpretation, and no others.
func TestAReadingTouchesOnlyTheRulesThatNameIt(t *testing.T) {
	natural := read(t, "tongnan-2022", "I-TN-01", "natural-week")
	if got := updateDue(t, natural, account(rules.WechatService)); got != "2026-03-19 09:00" {
		t.Errorf("服务号 under natural weeks: %s, want fifteen days as before", got)
	}
	late := read(t, "tongnan-2022", "I-TN-02", "limit-late")
	updates := []time.Time{clock(t, "2026-01-02 09:00"), clock(t, "2026-02-02 09:00")}
	if breaches, err := late.Breaches(column(rules.MonthlyColumn, 1), updates, updates[0], updates[1], nil); err != nil || len(breaches) != 0 {
		t.Errorf("a monthly column does not name I-TN-02: %v, %v; want none", breaches, err)
	}
	if !natural.Reads([]string{"I-TN-01"}, rules.EffectNaturalWeek) || natural.Reads([]string{"I-TN-02", "I-TN-03"}, rules.EffectNaturalWeek) ||
		book(t, "tongnan-2022").Reads([]string{"I-TN-01"}, rules.EffectNaturalWeek) {
		t.Error("Reads does not tell the rules apart")
	}
	if got := dutyDue(t, read(t, "tongnan-2022", "I-TN-06", "day-one"), "disclosure", "general", "2026-04-10 15:00"); got != "2026-05-12 24:00" {
		t.Errorf("disclosure under I-TN-06: %s, want I-TN-15 to decide", got)
	}
}

// Readings of one rule go together.
func TestReadingsOfOneRuleAddUp(t *testing.T) {
	rb := changed(t, "tongnan-2022", reading("tongnan-2022", "I-TN-02", `{"option":"limit-late"}`), reading("tongnan-2022", "I-TN-03", `{"option":"stale-at-once"}`))
	last := clock(t, "2026-03-02 09:00")
	v := rb.Freshness(account(rules.Weibo), &last, last, last, nil)
	if v.Due.String() != "2026-03-09 09:00" || v.Due.Met(v.Due.At) || !v.Due.Met(v.Due.At.Add(-time.Millisecond)) || v.Due.LastDay() != date(t, "2026-03-09") {
		t.Errorf("due %s, last day %s; want the instant itself late", v.Due, v.Due.LastDay())
	}
	if v := rb.Freshness(account(rules.Weibo), nil, last, last, nil); v.Status != rules.StatusStale {
		t.Errorf("never posted: %s, want stale", v.Status)
	}
	if got := rb.Changes(); len(got) != 2 || got[0].Rule != "I-TN-02" {
		t.Errorf("Changes = %v, want both in order", got)
	}
	week := changed(t, "tongnan-2022", reading("tongnan-2022", "I-TN-01", `{"option":"natural-week"}`), reading("tongnan-2022", "I-TN-02", `{"option":"limit-late"}`))
	sunday := clock(t, "2026-03-08 23:59:59")
	if v := week.Freshness(account(rules.Weibo), &sunday, sunday, sunday, nil); v.Due.String() != "2026-03-15 24:00" {
		t.Errorf("from a Sunday: due %s, want the next Sunday", v.Due)
	}
}

// The day one of an event on a rest day is the next working day, and a month from its first day ends with it.
func TestDayOneAtTheEdges(t *testing.T) {
	rb := read(t, "tongnan-2022", "I-TN-06", "day-one")
	for event, want := range map[string]string{"2026-10-03 10:00": "2026-10-27 24:00", "2026-10-08 10:00": "2026-10-27 24:00", "2026-10-10 23:59:59": "2026-10-29 24:00"} {
		if got := dutyDue(t, rb, "public_notices", "change-shut-cancel", event); got != want {
			t.Errorf("published %s: %s, want %s", event, got, want)
		}
	}
	retention := read(t, "dongcheng-2014", "I-DC-01", "day-one")
	for event, want := range map[string]string{"2026-03-01 10:00": "2026-03-31 24:00", "2026-01-29 10:00": "2026-02-28 24:00", "2026-01-30 10:00": "2026-02-28 24:00", "2024-01-30 10:00": "2024-02-29 24:00"} {
		if got := dutyDue(t, retention, "retention", "web-information", event); got != want {
			t.Errorf("kept from %s: %s, want %s", event, got, want)
		}
	}
	if _, err := rb.DutyDue("public_notices", "change-shut-cancel", clock(t, "2026-12-28 09:00"), builtin(t).Calendar); !errors.Is(err, rules.ErrCalendarPending) {
		t.Errorf("into 2027: %v, want ErrCalendarPending", err)
	}
}

func TestRollingYearsTakeAnyTwelveMonths(t *testing.T) {
	offline := read(t, "zhaotong-2018", "I-ZT-01", "rolling").TemporaryOffline
	at := func(days ...string) []rules.OfflineTime {
		var times []rules.OfflineTime
		for _, day := range days {
			times = append(times, rules.OfflineTime{From: clock(t, day), Approved: true})
		}
		return times
	}
	from := clock(t, "2026-03-01 10:00")
	for _, c := range []struct {
		name  string
		times []rules.OfflineTime
		want  int
	}{
		{"none", nil, 0},
		{"a year before, to the day", at("2025-03-01 09:00"), 0},
		{"a day less than a year before", at("2025-03-02 00:00"), 1},
		{"one planned in the next eleven months", at("2027-02-28 23:00"), 1},
		{"a year after", at("2027-03-01 00:00"), 0},
		{"one before and one after, too far apart to stand together", at("2025-06-01 00:00", "2026-09-01 00:00"), 1},
		{"one before and one after in twelve months", at("2025-12-01 00:00", "2026-09-01 00:00"), 2},
		{"not approved, ordered", []rules.OfflineTime{{From: from}, {From: from, Approved: true, Cause: "ordered_emergency_shutdown"}}, 0},
	} {
		if got := offline.UsedAround(from, c.times); got != c.want {
			t.Errorf("%s: UsedAround = %d, want %d", c.name, got, c.want)
		}
	}
	if got := book(t, "zhaotong-2018").TemporaryOffline.UsedAround(from, at("2025-12-01 00:00", "2026-09-01 00:00")); got != 1 {
		t.Errorf("by the calendar: UsedAround = %d, want the one of 2026", got)
	}
}

func TestLoadRefusesOptionsNobodyCouldChoose(t *testing.T) {
	const anchor = "options: [{id: default, text: 滚动 7×24 小时, effect: exact},"
	for _, c := range []struct{ name, old, new, reason string }{
		{"an unknown effect", "effect: natural_week", "effect: lunar_week", "interpretations[I-TN-01].options[natural-week].effect：不认识的效果「lunar_week」"},
		{"an effect in Chinese", "effect: natural_week", "effect: 自然周", "写法不对"},
		{"an effect no rule computes with", "effect: natural_week", "effect: from_found", "效果「from_found」只对 takedown 有用，而那里没有规则引用 I-TN-01"},
		{"an id twice", "id: natural-week", "id: default", "id「default」与第"},
		{"two options of one effect", "effect: whole_days", "effect: natural_week", "与「natural-week」效果相同"},
		{"no default", anchor, strings.Replace(anchor, "default", "rolling", 1), "第一项须是本规则库自己的读法"},
		{"one option only", "{id: default, text: 恰好等于上限的更新不算超, effect: limit_in_time},\n               {id: limit-late,", "{id: default,", "只有一种读法"},
		{"an unknown key", anchor, strings.Replace(anchor, "effect:", "affect:", 1), "不认识的字段"},
		{"no options at all", "options: [{id: default, text: 滚动 7×24 小时, effect: exact},", "options: [],\n     x: [", "至少要有 1 项"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := rules.Load(edited(t, c.old, c.new))
			if err == nil || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("Load: %v\nwant: %s", err, c.reason)
			}
		})
	}
}
