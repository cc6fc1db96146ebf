package rules_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"govmedia/fault"
	"govmedia/rules"
)

// figure is a change of one figure of 潼南's rulebook by an office.
func figure(section, rule, field, value string) rules.Change {
	return rules.Change{ID: "c1", UnitID: "office", Rulebook: "tongnan-2022", What: rules.FigureChange, Section: section, Rule: rule, Field: field, Value: value}
}

// reading is a change of one reading by an office.
func reading(rulebook, interpretation, value string) rules.Change {
	return rules.Change{ID: "r-" + interpretation, UnitID: "office", Rulebook: rulebook, What: rules.ReadingChange, Rule: interpretation, Value: value}
}

// changed is a rulebook of the program with changes laid over it.
func changed(t testing.TB, id string, changes ...rules.Change) *rules.Rulebook {
	t.Helper()
	rb, err := book(t, id).With(changes)
	if err != nil {
		t.Fatalf("With: %v (%s)", err, fault.As(err).Sentence)
	}
	return rb
}

// read is a rulebook of the program with one option chosen.
func read(t testing.TB, id, interpretation, option string) *rules.Rulebook {
	t.Helper()
	return changed(t, id, reading(id, interpretation, `{"option":"`+option+`"}`))
}

func TestAStricterFigureHoldsInACopyAndLeavesTheRegulationAlone(t *testing.T) {
	before, _ := json.Marshal(book(t, "tongnan-2022"))
	rb := changed(t, "tongnan-2022", figure("update_limits", "account-default", "max_gap", `{"n":5,"unit":"day"}`))
	v := rb.Freshness(account(rules.Weibo), ref(clock(t, "2026-03-02 09:00")), time.Time{}, clock(t, "2026-03-07 09:00"), nil)
	if v.Status != rules.StatusStale || v.Due.String() != "2026-03-07 09:00" || v.Limit.String() != "5日" {
		t.Errorf("patched: %s, due %v, limit %v; want stale at five days", v.Status, v.Due, v.Limit)
	}
	if got := rb.Freshness(account(rules.WechatService), ref(clock(t, "2026-03-02 09:00")), time.Time{}, clock(t, "2026-03-07 09:00"), nil); got.Due.String() != "2026-03-17 09:00" {
		t.Errorf("another rule: due %s, want it untouched", got.Due)
	}
	f, ok := rb.Figure("update_limits", "account-default", "max_gap")
	if !ok || f.Value.String() != "5日" || f.Regulation == nil || f.Regulation.String() != "1周" || f.Change != "c1" {
		t.Errorf("Figure = %+v, %t; want 5日 over 1周 by c1", f, ok)
	}
	if after, _ := json.Marshal(book(t, "tongnan-2022")); string(after) != string(before) {
		t.Error("the program's rulebook changed")
	}
}

func TestWithNothingIsTheRulebookItself(t *testing.T) {
	rb := book(t, "tongnan-2022")
	if got, err := rb.With(nil); err != nil || got != rb {
		t.Errorf("With(nil) = %p, %v; want the rulebook itself", got, err)
	}
	if rb.Changes() != nil {
		t.Errorf("Changes = %v, want none", rb.Changes())
	}
}

// A copy shares nothing that could be written into: going back to the rulebook's own readings gives the same again.
func TestAReadingTakenBackGivesTheSameRulebook(t *testing.T) {
	for _, rb := range builtin(t).All() {
		var there []rules.Change
		for _, i := range rb.Interpretations {
			for _, option := range i.Options {
				there = append(there, reading(rb.ID, i.ID, `{"option":"`+option.ID+`"}`))
			}
		}
		other, err := rb.With(there)
		if err != nil {
			t.Fatalf("%s: %v", rb.ID, err)
		}
		var back []rules.Change
		for _, i := range rb.Interpretations {
			if i.Computed() {
				back = append(back, reading(rb.ID, i.ID, `{"option":"default"}`))
			}
		}
		again, err := other.With(back)
		if err != nil {
			t.Fatalf("%s: %v", rb.ID, err)
		}
		plain := func(rb *rules.Rulebook) any {
			text, _ := json.Marshal(rb)
			var v map[string]any
			_ = json.Unmarshal(text, &v)
			for _, i := range v["interpretations"].([]any) {
				delete(i.(map[string]any), "chosen")
			}
			return v
		}
		if diff := cmp.Diff(plain(rb), plain(again)); diff != "" {
			t.Errorf("%s: there and back again (-before +after):\n%s", rb.ID, diff)
		}
		if len(back) > 0 && reflect.DeepEqual(rb.Interpretations, again.Interpretations) {
			t.Errorf("%s: nothing says which reading was chosen", rb.ID)
		}
	}
}

func TestChangesThatAreRefused(t *testing.T) {
	other := figure("update_limits", "account-default", "max_gap", `{"n":5,"unit":"day"}`)
	other.Rulebook = "chaoan"
	neither := figure("update_limits", "account-default", "max_gap", `{"n":5,"unit":"day"}`)
	neither.What = "wish"
	for _, c := range []struct {
		name, book string
		change     rules.Change
		want       *fault.Fault
		says       string
	}{
		{"longer", "", figure("update_limits", "account-default", "max_gap", `{"n":8,"unit":"day"}`), rules.ErrFigureNotStricter, "现行是不超过1周，填的8日比它宽"},
		{"longer in weeks", "", figure("update_limits", "account-default", "max_gap", `{"n":2,"unit":"week"}`), rules.ErrFigureNotStricter, "更短"},
		{"a month against weeks is longer", "", figure("update_limits", "account-default", "max_gap", `{"n":1,"unit":"month"}`), rules.ErrFigureNotStricter, "比它宽"},
		{"30 days against a month depend on the month", "", figure("update_limits", "column-monthly", "max_gap", `{"n":30,"unit":"day"}`), rules.ErrFigureNotStricter, "单位不同"},
		{"working days against days", "", figure("update_limits", "column-news", "max_gap", `{"n":3,"unit":"working_day"}`), rules.ErrFigureNotStricter, "单位不同"},
		{"days against working days", "", figure("disclosure", "general", "within", `{"n":10,"unit":"day"}`), rules.ErrFigureNotStricter, "单位不同"},
		{"a shorter notice", "", figure("public_notices", "change-shut-cancel", "min_duration", `{"n":14,"unit":"working_day"}`), rules.ErrFigureNotStricter, "更长"},
		{"a shorter password", "", figure("credentials", "credentials", "min_length", `7`), rules.ErrFigureNotStricter, "更多"},
		{"no such rule", "", figure("update_limits", "account-weibo", "max_gap", `{"n":5,"unit":"day"}`), rules.ErrFigureUnknown, ""},
		{"no such field", "", figure("update_limits", "account-default", "within", `{"n":5,"unit":"day"}`), rules.ErrFigureUnknown, ""},
		{"no such section", "", figure("interpretations", "I-TN-01", "max_gap", `{"n":5,"unit":"day"}`), rules.ErrFigureUnknown, ""},
		{"at once has no figure", "", figure("takedown", "unit-found", "within", `{"n":5,"unit":"hour"}`), rules.ErrFigureUnknown, ""},
		{"zero", "", figure("update_limits", "account-default", "max_gap", `{"n":0,"unit":"day"}`), rules.ErrFigureInvalid, "请填"},
		{"negative", "", figure("update_limits", "account-default", "max_gap", `{"n":-1,"unit":"day"}`), rules.ErrFigureInvalid, ""},
		{"absurd", "", figure("public_notices", "change-shut-cancel", "min_duration", `{"n":99999,"unit":"working_day"}`), rules.ErrFigureInvalid, ""},
		{"beyond every int", "", figure("update_limits", "account-default", "max_gap", `{"n":99999999999999999999,"unit":"day"}`), rules.ErrFigureInvalid, ""},
		{"half a day", "", figure("update_limits", "account-default", "max_gap", `{"n":0.5,"unit":"day"}`), rules.ErrFigureInvalid, ""},
		{"a unit that is none", "", figure("update_limits", "account-default", "max_gap", `{"n":5,"unit":"fortnight"}`), rules.ErrFigureInvalid, ""},
		{"a number for a period", "", figure("update_limits", "account-default", "max_gap", `5`), rules.ErrFigureInvalid, ""},
		{"a period for a number", "", figure("credentials", "credentials", "min_length", `{"n":9,"unit":"day"}`), rules.ErrFigureInvalid, ""},
		{"no JSON", "", figure("update_limits", "account-default", "max_gap", `five days`), rules.ErrFigureInvalid, ""},
		{"nothing", "", figure("update_limits", "account-default", "max_gap", ``), rules.ErrFigureInvalid, ""},
		{"null", "", figure("credentials", "credentials", "min_length", `null`), rules.ErrFigureInvalid, ""},
		{"two values", "", figure("credentials", "credentials", "min_length", `9 10`), rules.ErrFigureInvalid, ""},
		{"a field that is none", "", figure("update_limits", "account-default", "max_gap", `{"n":5,"unit":"day","x":1}`), rules.ErrFigureInvalid, ""},
		{"a password nobody can type", "", figure("credentials", "credentials", "min_length", `65`), rules.ErrFigureInvalid, ""},
		{"a notice in hours", "", figure("public_notices", "change-shut-cancel", "min_duration", `{"n":9999,"unit":"hour"}`), rules.ErrFigureInvalid, "不能用小时计"},
		{"reading every twelve hours", "", figure("duty", "daily-browse", "every", `{"n":12,"unit":"hour"}`), rules.ErrFigureInvalid, "用日填写"},
		{"the number of units that makes a joint text", "", figure("joint_publication", "joint_publication", "min_units", `1`), rules.ErrFigureFixed, ""},
		{"another rulebook's change", "", other, rules.ErrChangeInvalid, ""},
		{"neither figure nor reading", "", neither, rules.ErrChangeInvalid, ""},
		{"no such interpretation", "", reading("tongnan-2022", "I-TN-99", `{"option":"default"}`), rules.ErrReadingUnknown, ""},
		{"no such option", "", reading("tongnan-2022", "I-TN-01", `{"option":"leap-week"}`), rules.ErrReadingUnknown, ""},
		{"an option where there are none", "", reading("tongnan-2022", "I-TN-13", `{"option":"two-offices"}`), rules.ErrReadingUnknown, ""},
		{"option and words", "", reading("tongnan-2022", "I-TN-01", `{"option":"natural-week","text":"自然周"}`), rules.ErrReadingInvalid, ""},
		{"neither option nor words", "", reading("tongnan-2022", "I-TN-01", `{}`), rules.ErrReadingInvalid, ""},
		{"words of blanks", "", reading("tongnan-2022", "I-TN-01", `{"text":"  "}`), rules.ErrReadingInvalid, ""},
		{"words without end", "", reading("tongnan-2022", "I-TN-13", `{"text":"`+strings.Repeat("长", 301)+`"}`), rules.ErrReadingInvalid, ""},
		{"no JSON for a reading", "", reading("tongnan-2022", "I-TN-01", `natural-week`), rules.ErrReadingInvalid, ""},
		{"the reading that holds", "", reading("tongnan-2022", "I-TN-01", `{"option":"default"}`), rules.ErrReadingSame, ""},
		{"its own words", "", reading("tongnan-2022", "I-TN-13", `{"text":"视为同一机构"}`), rules.ErrReadingSame, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rb := book(t, "tongnan-2022")
			err := rb.CheckChange(c.change)
			if !errors.Is(err, c.want) || !strings.Contains(fault.As(err).Sentence, c.says) {
				t.Fatalf("CheckChange = %v; want %s saying %q", err, c.want.Code, c.says)
			}
			if _, err := rb.With([]rules.Change{c.change}); c.want != rules.ErrReadingSame && !errors.Is(err, c.want) {
				t.Errorf("With = %v; want %s", err, c.want.Code)
			}
		})
	}
}

func TestChangesThatAreAllowed(t *testing.T) {
	for _, c := range []struct{ name, section, rule, field, value, want string }{
		{"the same figure", "update_limits", "account-default", "max_gap", `{"n":1,"unit":"week"}`, "1周"},
		{"seven days are a week", "update_limits", "account-default", "max_gap", `{"n":7,"unit":"day"}`, "7日"},
		{"hours", "update_limits", "account-wechat-service", "max_gap", `{"n":72,"unit":"hour"}`, "72小时"},
		{"28 days are never more than a month", "update_limits", "column-monthly", "max_gap", `{"n":28,"unit":"day"}`, "28日"},
		{"365 days are never more than a year", "update_limits", "column-annual", "max_gap", `{"n":365,"unit":"day"}`, "365日"},
		{"eleven months", "update_limits", "column-annual", "max_gap", `{"n":11,"unit":"month"}`, "11个月"},
		{"twelve months are a year", "update_limits", "column-annual", "max_gap", `{"n":12,"unit":"month"}`, "12个月"},
		{"fewer working days", "disclosure", "general", "within", `{"n":10,"unit":"working_day"}`, "10个工作日"},
		{"a longer notice", "public_notices", "change-shut-cancel", "min_duration", `{"n":20,"unit":"working_day"}`, "20个工作日"},
		{"more checks", "inspections", "quarterly", "min_times", `2`, "2"},
		{"longer passwords", "credentials", "credentials", "min_length", `12`, "12"},
		{"changed more often", "credentials", "credentials", "rotation", `{"n":1,"unit":"month"}`, "1个月"},
	} {
		t.Run(c.name, func(t *testing.T) {
			change := figure(c.section, c.rule, c.field, c.value)
			if err := book(t, "tongnan-2022").CheckChange(change); err != nil {
				t.Fatalf("CheckChange: %v", err)
			}
			if f, ok := changed(t, "tongnan-2022", change).Figure(c.section, c.rule, c.field); !ok || f.Value.String() != c.want {
				t.Errorf("Figure = %s, %t; want %s", f.Value, ok, c.want)
			}
		})
	}
}

// An office below may be stricter than the one above it and not looser; one office may change its mind either way.
func TestTheOfficeAboveHoldsThoseBelow(t *testing.T) {
	at := func(unit, id string, days string) rules.Change {
		change := figure("update_limits", "account-wechat-service", "max_gap", `{"n":`+days+`,"unit":"day"}`)
		change.UnitID, change.ID = unit, id
		return change
	}
	rb := changed(t, "tongnan-2022", at("city", "c1", "10"), at("district", "c2", "7"))
	if f, _ := rb.Figure("update_limits", "account-wechat-service", "max_gap"); f.Value.String() != "7日" || f.Change != "c2" || f.Regulation.String() != "15日" {
		t.Errorf("city 10, district 7: %s by %s over %s; want 7日 by c2 over 15日", f.Value, f.Change, f.Regulation)
	}
	if _, err := changed(t, "tongnan-2022", at("city", "c1", "10")).With([]rules.Change{at("district", "c2", "12")}); !errors.Is(err, rules.ErrFigureNotStricter) {
		t.Errorf("city 10, district 12: %v, want refused", err)
	}
	if f, _ := changed(t, "tongnan-2022", at("city", "c1", "10"), at("city", "c2", "12")).Figure("update_limits", "account-wechat-service", "max_gap"); f.Value.String() != "12日" || f.Change != "c2" {
		t.Errorf("city 10, then 12: %s by %s; want 12日 by c2", f.Value, f.Change)
	}
	over := changed(t, "tongnan-2022", at("city", "c1", "10"), at("district", "c2", "8"))
	if over, err := over.With([]rules.Change{at("city", "c3", "7")}); err != nil || len(over.Changes()) != 1 {
		t.Errorf("city 7 over district 8: %v, %v; want the district's left out", over, err)
	} else if f, _ := over.Figure("update_limits", "account-wechat-service", "max_gap"); f.Value.String() != "7日" || f.Change != "c3" {
		t.Errorf("city 7 over district 8: %s by %s", f.Value, f.Change)
	}
	if f, _ := changed(t, "tongnan-2022", at("city", "c1", "10"), at("district", "c2", "8"), at("city", "c3", "12")).Figure("update_limits", "account-wechat-service", "max_gap"); f.Value.String() != "8日" || f.Change != "c2" {
		t.Errorf("city 12 over district 8: %s by %s; want the district's 8 to hold", f.Value, f.Change)
	}
	lower := changed(t, "tongnan-2022", reading("tongnan-2022", "I-TN-01", `{"option":"natural-week"}`))
	if err := lower.CheckChange(reading("tongnan-2022", "I-TN-01", `{"option":"default"}`)); err != nil {
		t.Errorf("back to the default below: %v, want allowed", err)
	}
}

// Of two offices' readings the one below holds, whichever was chosen first.
func TestTheReadingOfTheOfficeBelowHolds(t *testing.T) {
	choose := func(unit, option string) rules.Change {
		change := reading("tongnan-2022", "I-TN-01", `{"option":"`+option+`"}`)
		change.UnitID = unit
		return change
	}
	rb := changed(t, "tongnan-2022", choose("city", "natural-week"), choose("district", "whole-days"))
	for name, rb := range map[string]*rules.Rulebook{"below": rb, "above changes later": changedAgain(t, rb, choose("city", "default"))} {
		if i, _ := rb.Interpretation("I-TN-01"); i.Effect() != rules.EffectWholeDays || updateDue(t, rb, account(rules.Weibo)) != "2026-03-11 24:00" {
			t.Errorf("%s: %s, want what the district chose", name, i.Effect())
		}
	}
}

func changedAgain(t testing.TB, rb *rules.Rulebook, changes ...rules.Change) *rules.Rulebook {
	t.Helper()
	rb, err := rb.With(changes)
	if err != nil {
		t.Fatalf("With: %v", err)
	}
	return rb
}

// Words of an office's own are shown and change nothing.
func TestAReadingInWordsIsShownAndComputesNothing(t *testing.T) {
	rb := changed(t, "tongnan-2022", reading("tongnan-2022", "I-TN-01", `{"text":"由区政府办公室另行答复"}`))
	i, _ := rb.Interpretation("I-TN-01")
	if i.Reading() != "由区政府办公室另行答复" || i.Effect() != rules.EffectExact || !i.Computed() {
		t.Errorf("I-TN-01: %q, %s", i.Reading(), i.Effect())
	}
	last := clock(t, "2026-03-02 09:00")
	if v := rb.Freshness(account(rules.Weibo), &last, last, last, nil); v.Due.String() != "2026-03-09 09:00" {
		t.Errorf("due %s, want it as before", v.Due)
	}
	words, _ := changed(t, "tongnan-2022", reading("tongnan-2022", "I-TN-13", `{"text":"两个机构"}`)).Interpretation("I-TN-13")
	if words.Computed() || words.Reading() != "两个机构" || words.Effect() != "" {
		t.Errorf("I-TN-13: computed %t, %q", words.Computed(), words.Reading())
	}
	if i, _ := book(t, "tongnan-2022").Interpretation("I-TN-01"); i.Reading() != i.Resolution {
		t.Errorf("untouched: %q, want the resolution", i.Reading())
	}
	if i, _ := read(t, "tongnan-2022", "I-TN-06", "day-one").Interpretation("I-TN-06"); i.Reading() != "公告当天是工作日的，当天为第 1 日" {
		t.Errorf("chosen: %q, want the option's words", i.Reading())
	}
}

// A reading can move a figure, too; a figure as strict as the regulation's is a change that moves nothing.
func TestAFigureSaysWhatMovedIt(t *testing.T) {
	f, _ := read(t, "zhaotong-2018", "I-ZT-07", "two").Figure("staffing", "liaison-officers", "min")
	if f.Value.Number != 2 || f.Regulation == nil || f.Regulation.Number != 1 || f.Change != "r-I-ZT-07" {
		t.Errorf("by a reading: %+v; want 2 over 1 by it", f)
	}
	f, _ = changed(t, "tongnan-2022", figure("update_limits", "account-default", "max_gap", `{"n":1,"unit":"week"}`)).Figure("update_limits", "account-default", "max_gap")
	if f.Regulation != nil || f.Change != "c1" {
		t.Errorf("as strict: %+v; want the change named and no other figure", f)
	}
}

func TestFixedDatesAndSuggestionsAreNotChanged(t *testing.T) {
	for _, c := range [][4]string{
		{"annual_reports", "website-work-report", "submit_by", `{"month":1,"day":15}`},
		{"annual_reports", "foi-report", "publish_by", `{"month":1,"day":15}`},
		{"staffing", "liaison-officers", "max", `1`},
	} {
		change := figure(c[0], c[1], c[2], c[3])
		change.Rulebook = "zhaotong-2018"
		if err := book(t, "zhaotong-2018").CheckChange(change); !errors.Is(err, rules.ErrFigureFixed) {
			t.Errorf("%s %s: %v, want %s", c[1], c[2], err, rules.ErrFigureFixed.Code)
		}
	}
}
