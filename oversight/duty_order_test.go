package oversight_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func TestARuleOrAnEventThatDoesNotFitIsRefused(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-05-04 09:00")
		unit, officer := w.under("xiangxi-2018")
		site := w.account(w.Town, accounts.KindWebsite, "清源网", "2020-01-01")
		good := w.matter("takedown", "office-found", "2026-05-04 08:00")
		for name, try := range map[string]struct {
			change func(in *oversight.NewMatter)
			want   error
		}{
			"no such rulebook":                {func(in *oversight.NewMatter) { in.Rulebook = "mars-2030" }, oversight.ErrRuleUnknown},
			"no such rule":                    {func(in *oversight.NewMatter) { in.Rule = "nothing" }, oversight.ErrRuleUnknown},
			"a rule that no event sets going": {func(in *oversight.NewMatter) { in.Section, in.Rule = "inspections", "quarterly" }, oversight.ErrRuleUnknown},
			"the age of a password":           {func(in *oversight.NewMatter) { in.Section, in.Rule = "credentials", "credentials" }, oversight.ErrRuleUnknown},
			"a rulebook of others": {func(in *oversight.NewMatter) {
				in.Rulebook, in.Section, in.Rule = "xiangxi-2018", "interaction", "suggestion-or-consult"
			}, oversight.ErrRuleNotInForce},
			"an event before the regulation":     {func(in *oversight.NewMatter) { in.EventAt = w.time("2022-08-03 23:59") }, oversight.ErrRuleNotInForce},
			"an event to come":                   {func(in *oversight.NewMatter) { in.EventAt = w.time("2026-05-04 09:00") + 1 }, oversight.ErrDutyTime},
			"an event before 1995":               {func(in *oversight.NewMatter) { in.EventAt = w.time("1994-12-31 23:59") }, oversight.ErrDutyTime},
			"no event":                           {func(in *oversight.NewMatter) { in.EventAt = 0 }, oversight.ErrDutyTime},
			"found after it was told":            {func(in *oversight.NewMatter) { in.FoundAt = w.time("2026-05-04 08:01").Ptr() }, oversight.ErrDutyFoundTime},
			"no title":                           {func(in *oversight.NewMatter) { in.Title = " \t" }, oversight.ErrDutyTitle},
			"a title of two lines":               {func(in *oversight.NewMatter) { in.Title = "一\n二" }, oversight.ErrDutyTitle},
			"a title too long":                   {func(in *oversight.NewMatter) { in.Title = strings.Repeat("长", 201) }, oversight.ErrDutyTitle},
			"a note too long":                    {func(in *oversight.NewMatter) { in.Note = strings.Repeat("长", 1001) }, oversight.ErrDutyNote},
			"a note with bytes that are no text": {func(in *oversight.NewMatter) { in.Note = "\xff\xfe" }, oversight.ErrDutyNote},
			"an address that runs code":          {func(in *oversight.NewMatter) { in.URL = "javascript:alert(1)" }, oversight.ErrDutyURL},
			"a longer period there is not":       {func(in *oversight.NewMatter) { in.LongerReason = "情况特殊" }, oversight.ErrLongerNotGiven},
			"a plan to be back of no website":    {func(in *oversight.NewMatter) { in.PlannedUntil = w.time("2026-05-05").Ptr() }, oversight.ErrDutyElsewhere},
			"a channel twice":                    {func(in *oversight.NewMatter) { in.Parts = []string{"微信", "微信"} }, oversight.ErrDutyParts},
			"a channel without a name":           {func(in *oversight.NewMatter) { in.Parts = []string{""} }, oversight.ErrDutyParts},
			"an account of nobody":               {func(in *oversight.NewMatter) { in.AccountID = sql.NewID() }, oversight.ErrDutyAccount},
			"an account of another unit":         {func(in *oversight.NewMatter) { in.AccountID, in.UnitID = site.ID, w.Section.ID }, oversight.ErrDutyAccount},
			"a unit of nobody":                   {func(in *oversight.NewMatter) { in.UnitID = sql.NewID() }, units.ErrNotFound},
		} {
			in := good
			try.change(&in)
			_, err := oversight.OpenMatter(t.Context(), w.db, w.book, w.People["admin"], in)
			dutyRefused(t, name, err, try.want)
		}
		if matters, err := oversight.Matters(t.Context(), w.db, w.book, w.People["admin"], oversight.MatterFilter{Limit: 10}); err != nil || len(matters) != 0 {
			t.Errorf("Matters = %d, %v; what was refused must leave nothing", len(matters), err)
		}
		// The longer period needs its reason, and only the third kind has one (湘西 2018 I-XX-01).
		general := xiangxi(w, unit, "disclosure", "general", "2026-04-10 09:00")
		w.due(w.open(officer, general), "2026-04-17 24:00", "逾期")
		general.LongerReason = "需要核实数据"
		w.due(w.open(officer, general), "2026-04-24 24:00", "逾期")
		if text := w.open(officer, general).LongerReason; text != "需要核实数据" {
			t.Errorf("the reason for the longer period is kept as %q", text)
		}
	})
}

func TestMattersBelongToTheirUnit(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-05-04 09:00")
		officer, admin, layout, stranger := w.People["officer"], w.People["admin"], w.People["layout"], w.People["stranger"]
		in := w.matter("takedown", "office-found", "2026-05-04 08:30")
		own := w.open(officer, in)
		_, err := oversight.OpenMatter(t.Context(), w.db, w.book, layout, in)
		dutyRefused(t, "OpenMatter by who only looks on", err, oversight.ErrForbidden)
		_, err = oversight.OpenMatter(t.Context(), w.db, w.book, stranger, in)
		dutyRefused(t, "OpenMatter by a stranger", err, units.ErrNotFound)
		_, err = oversight.GetMatter(t.Context(), w.db, w.book, stranger, own.ID)
		dutyRefused(t, "GetMatter by a stranger", err, oversight.ErrMatterNotFound)
		if seen, err := oversight.GetMatter(t.Context(), w.db, w.book, layout, own.ID); err != nil || seen.ID != own.ID {
			t.Errorf("GetMatter by who looks on = %v", err)
		}
		for name, actor := range map[string]units.Actor{"a stranger": stranger, "who only looks on": layout} {
			want := oversight.ErrMatterNotFound
			if name != "a stranger" {
				want = oversight.ErrForbidden
			}
			_, err = w.finish(actor, own, oversight.Finish{})
			dutyRefused(t, "FinishMatter by "+name, err, want)
			_, err = oversight.VoidMatter(t.Context(), w.db, w.book, actor, own.ID, own.Version, "误登")
			dutyRefused(t, "VoidMatter by "+name, err, want)
			_, err = oversight.CorrectMatter(t.Context(), w.db, w.book, actor, own.ID, own.Version, oversight.Correction{EventAt: in.EventAt, Reason: "误登"})
			dutyRefused(t, "CorrectMatter by "+name, err, want)
		}
		bureau := in
		bureau.UnitID, bureau.Title = w.Bureau.ID, "林业_100%"
		other := w.open(admin, bureau)
		ids := func(actor units.Actor, filter oversight.MatterFilter) string {
			filter.Limit = 10
			matters, err := oversight.Matters(t.Context(), w.db, w.book, actor, filter)
			if err != nil {
				t.Fatalf("Matters(%+v): %v", filter, err)
			}
			var names []string
			for _, m := range matters {
				names = append(names, map[string]string{own.ID: "own", other.ID: "other"}[m.ID])
			}
			return strings.Join(names, " ")
		}
		for _, c := range []struct {
			name   string
			actor  units.Actor
			filter oversight.MatterFilter
			want   string
		}{
			{"the officer", officer, oversight.MatterFilter{}, "own"},
			{"the stranger", stranger, oversight.MatterFilter{}, "other"},
			{"the office", admin, oversight.MatterFilter{}, "own other"},
			{"the office, of one unit", admin, oversight.MatterFilter{UnitID: w.Town.ID}, "own"},
			{"the office, of itself and below", admin, oversight.MatterFilter{UnitID: w.Office.ID, Order: oversight.MattersByEvent}, "other own"},
			{"by a part of the title", admin, oversight.MatterFilter{Query: "_100%"}, "other"},
			{"by a wildcard", admin, oversight.MatterFilter{Query: "%件%"}, ""},
			{"open", admin, oversight.MatterFilter{State: "open"}, "own other"},
			{"done", admin, oversight.MatterFilter{State: "done"}, ""},
			{"overdue", admin, oversight.MatterFilter{State: "overdue"}, ""},
			{"of another section", admin, oversight.MatterFilter{Section: "disclosure"}, ""},
			{"of another rulebook", admin, oversight.MatterFilter{Rulebook: "chaoan"}, ""},
		} {
			if got := ids(c.actor, c.filter); got != c.want {
				t.Errorf("Matters, %s: %q, want %q", c.name, got, c.want)
			}
		}
		w.at("2026-05-04 10:00")
		if got := ids(admin, oversight.MatterFilter{State: "overdue"}); got != "own other" {
			t.Errorf("Matters overdue an hour later: %q, want both", got)
		}
		_, err = oversight.Matters(t.Context(), w.db, w.book, stranger, oversight.MatterFilter{UnitID: w.Town.ID, Limit: 10})
		dutyRefused(t, "Matters of a unit out of sight", err, units.ErrNotFound)
		_, err = oversight.Matters(t.Context(), w.db, w.book, admin, oversight.MatterFilter{State: "lost", Limit: 10})
		dutyRefused(t, "Matters of no state", err, oversight.ErrMatterFilter)
	})
}

func TestMattersArePagedWithoutGapsAndWithoutRepeats(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-05-04 09:00")
		for i := range 7 {
			in := w.matter("takedown", "office-found", fmt.Sprintf("2026-05-04 08:%02d", 10+i/2)) // some share their due time
			if i == 6 {
				in = w.matter("takedown", "unit-found", "2026-05-04 08:00") // without one
			}
			in.Title = fmt.Sprint(i)
			w.open(w.People["officer"], in)
		}
		for _, order := range []oversight.MatterOrder{oversight.MattersByDue, oversight.MattersByEvent} {
			var seen []string
			filter := oversight.MatterFilter{Order: order, Limit: 2}
			for range 8 {
				page, err := oversight.Matters(t.Context(), w.db, w.book, w.People["officer"], filter)
				if err != nil {
					t.Fatalf("Matters: %v", err)
				}
				for _, m := range page {
					seen = append(seen, m.Title)
					filter.AfterAt, filter.AfterID = oversight.MatterKey(order, m), m.ID
				}
			}
			if all := slices.Compact(slices.Sorted(slices.Values(seen))); len(seen) != 7 || len(all) != 7 || seen[6] != "6" {
				t.Errorf("in the order %s: %q, want each of the seven once and the sixth last", order, seen)
			}
		}
	})
}

func TestAMatterOfSeveralChannelsIsDoneWithTheLast(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-05-01 23:00")
		officer := w.People["officer"]
		in := w.matter("takedown", "office-found", "2026-05-01 22:40")
		in.Parts = []string{"微信", "微博", "客户端"}
		m := w.open(officer, in)
		part := func(name, at string) (err error) {
			next, err := w.finish(officer, m, oversight.Finish{Part: name, At: w.time(at)})
			if err == nil {
				m = next
			}
			return err
		}
		w.at("2026-05-01 23:50")
		if err := part("微博", "2026-05-01 23:45"); err != nil || m.State != oversight.MatterOpen {
			t.Fatalf("one channel: %s, %v; want the matter open", m.State, err)
		}
		dutyRefused(t, "the same channel again", part("微博", "2026-05-01 23:46"), oversight.ErrMatterPart)
		dutyRefused(t, "a channel of nobody", part("报纸", "2026-05-01 23:46"), oversight.ErrMatterPart)
		if err := part("微信", "2026-05-01 23:05"); err != nil || m.State != oversight.MatterOpen {
			t.Fatalf("two channels: %s, %v; want the matter open", m.State, err)
		}
		if err := part("", "2026-05-01 23:10"); err != nil || m.State != oversight.MatterDone || *m.DoneAt != w.time("2026-05-01 23:45") || m.Standing != oversight.StandsLate {
			t.Fatalf("all channels: %s at %v, %s, %v; want it done with the last, late", m.State, m.DoneAt, m.Standing, err)
		}
		dutyRefused(t, "finishing what is done", part("", "2026-05-01 23:50"), oversight.ErrMatterState)
	})
}

func TestCorrectingAnEventCountsAnewAndVoidingForgets(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-05-01 23:59")
		officer := w.People["officer"]
		m := w.open(officer, w.matter("takedown", "office-found", "2026-05-01 22:40"))
		m = w.mustFinish(officer, m, "2026-05-01 23:45")
		w.missed(oversight.MatterSubject, m.ID, "office-found 05-01 22:40 → 05-01 23:40 → 05-01 23:45")
		correct := func(at, reason string) (err error) {
			next, err := oversight.CorrectMatter(t.Context(), w.db, w.book, officer, m.ID, m.Version, oversight.Correction{EventAt: w.time(at), Reason: reason})
			if err == nil {
				m = next
			}
			return err
		}
		dutyRefused(t, "without a reason", correct("2026-05-01 22:50", " "), oversight.ErrDutyReason)
		dutyRefused(t, "after it was done", correct("2026-05-01 23:50", "电话记录"), oversight.ErrMatterFinish)
		dutyRefused(t, "before the regulation", correct("2020-05-01 22:50", "电话记录"), oversight.ErrRuleNotInForce)
		if err := correct("2026-05-01 22:50", "电话记录"); err != nil {
			t.Fatalf("CorrectMatter: %v", err)
		}
		w.due(m, "2026-05-01 23:50", "按时")
		w.missed(oversight.MatterSubject, m.ID)
		if err := correct("2026-05-01 22:40", "第一次是对的"); err != nil {
			t.Fatalf("CorrectMatter back: %v", err)
		}
		w.missed(oversight.MatterSubject, m.ID, "office-found 05-01 22:40 → 05-01 23:40 → 05-01 23:45")
		stale := m.Version - 1
		_, err := oversight.VoidMatter(t.Context(), w.db, w.book, officer, m.ID, stale, "误登")
		dutyRefused(t, "voiding an older version", err, oversight.ErrMatterStale)
		if m, err = oversight.VoidMatter(t.Context(), w.db, w.book, officer, m.ID, m.Version, "误登"); err != nil || m.Label != "已作废" {
			t.Fatalf("VoidMatter = %s, %v", m.Label, err)
		}
		w.missed(oversight.MatterSubject, m.ID)
		// One that is open and late leaves nothing behind either.
		open := w.open(officer, w.matter("takedown", "office-found", "2026-05-01 20:00"))
		if open, err = oversight.VoidMatter(t.Context(), w.db, w.book, officer, open.ID, open.Version, "误登"); err != nil {
			t.Fatalf("VoidMatter: %v", err)
		}
		w.missed(oversight.MatterSubject, open.ID)
		if clock := w.clock(oversight.MatterSubject, open.ID, "takedown", "office-found"); clock.Running() {
			t.Error("the clock of a void matter runs on")
		}
		want := []string{"matter.open", "matter.finish", "matter.correct", "matter.correct", "matter.void"}
		if got := w.actions(w.Town.ID, m.ID); !slices.Equal(got, want) {
			t.Errorf("the audit chain says %q, want %q", got, want)
		}
	})
}

// save2027 enters the working days of 2027: New Year's Day is off, all else is as the week has it.
func (w *duties) save2027() {
	w.t.Helper()
	draft := rules.YearDraft{Year: 2027, Announced: "2026-11-10", DocumentNumber: "国办发明电〔2026〕1号", WorkdaysTotal: 260,
		Rest: rules.RestSpans{{Name: "元旦", From: "2027-01-01", To: "2027-01-01"}}}
	if _, err := rules.SaveYear(w.t.Context(), w.db, w.book, w.People["admin"], draft, 0); err != nil {
		w.t.Fatalf("SaveYear: %v", err)
	}
}

func (w *duties) recount() int {
	w.t.Helper()
	n, err := oversight.RecountMatters(w.t.Context(), w.db, w.book)
	if err != nil {
		w.t.Fatalf("RecountMatters: %v", err)
	}
	return n
}

func TestWithoutTheCalendarNothingIsGuessed(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-12-28 10:00")
		officer := w.People["officer"]
		notice := w.open(officer, w.matter("public_notices", "change-shut-cancel", "2026-12-28 09:00"))
		info := w.open(officer, w.matter("disclosure", "general", "2026-12-28 09:00"))
		early := w.open(officer, w.matter("disclosure", "general", "2026-12-28 09:30"))
		known := w.open(officer, w.matter("takedown", "office-found", "2026-12-28 09:50"))
		w.due(notice, "", "待日历确认")
		w.due(info, "", "待日历确认")
		preview, err := oversight.PreviewMatter(t.Context(), w.db, w.book, officer, w.matter("disclosure", "general", "2026-12-28 09:00"))
		if err != nil || !preview.Pending || preview.DueAt != nil {
			t.Errorf("PreviewMatter = %+v, %v, want it pending", preview, err)
		}
		w.at("2027-03-01 09:00")
		_, err = w.finish(officer, notice, oversight.Finish{})
		dutyRefused(t, "ending a notice that nobody can date", err, oversight.ErrMatterPending)
		early = w.mustFinish(officer, early, "2027-02-20 09:00") // in truth too late, but nobody can say so yet
		w.due(early, "", "待日历确认")
		if n := w.recount(); n != 0 {
			t.Errorf("RecountMatters without a calendar changed %d, want none", n)
		}
		w.save2027()
		if n := w.recount(); n != 3 {
			t.Errorf("RecountMatters = %d, want the three in working days", n)
		}
		if n := w.recount(); n != 0 {
			t.Errorf("RecountMatters again = %d, want none", n)
		}
		w.due(w.get(notice.ID), "2027-01-19 24:00", "期满，可以办结") // four days of December: 29, 30, 31 and none on the 1st
		w.due(w.get(info.ID), "2027-01-26 24:00", "逾期")
		w.due(w.get(early.ID), "2027-01-26 24:00", "逾期")
		w.due(w.get(known.ID), "2026-12-28 10:50", "逾期")
		w.missed(oversight.MatterSubject, early.ID, "general 12-28 09:30 → 01-27 00:00 → 02-20 09:00")
		if got := w.actions(w.Town.ID, info.ID); !slices.Equal(got, []string{"matter.open", "matter.recount"}) {
			t.Errorf("the audit chain says %q, want one recount", got)
		}
	})
}

func TestPeriodsTurnOnceHoweverOftenTheyAreTurned(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-03-30 09:00")
		w.account(w.Town, accounts.KindWeibo, "清源发布", "2026-01-01")
		if n := w.turn(); n == 0 {
			t.Fatal("TurnPeriods began nothing")
		}
		if n := w.turn(); n != 0 {
			t.Errorf("TurnPeriods again changed %d clocks, want none", n)
		}
		// The office owes the inspection of the quarter, the town the daily reading; Bureau has nothing in use.
		if clock := w.clock(oversight.UnitSubject, w.Office.ID, "inspections", "quarterly"); clock == nil || *clock.DueAt != w.time("2026-04-01") || !clock.EndOfDay {
			t.Errorf("the office's quarter is %+v, want it due at the end of March", clock)
		}
		if clock := w.clock(oversight.UnitSubject, w.Town.ID, "inspections", "quarterly"); clock != nil {
			t.Errorf("the town has the office's duty: %+v", clock)
		}
		if clocks, err := rules.ClocksOf(t.Context(), w.db, oversight.UnitSubject, w.Bureau.ID); err != nil || len(clocks) != 0 {
			t.Errorf("a unit with nothing in use has %d clocks, %v", len(clocks), err)
		}
		officer := w.People["officer"]
		w.record(officer, w.act(w.Town, unitstest.Rulebook, "duty", "daily-browse", "2026-03-30 08:00"))
		// The program was away for two days: the 31st and the 1st were read by nobody, and the quarter had no inspection.
		w.at("2026-04-02 00:00:30")
		w.turn()
		w.missed(oversight.UnitSubject, w.Town.ID, "daily-browse 04-01 00:00 → 04-02 00:00 → 04-02 00:00", "daily-browse 03-31 00:00 → 04-01 00:00 → 04-01 00:00")
		w.missed(oversight.UnitSubject, w.Office.ID, "quarterly 01-01 00:00 → 04-01 00:00 → 04-01 00:00")
		if n := w.turn(); n != 0 {
			t.Errorf("TurnPeriods again changed %d clocks, want none", n)
		}
		// Somebody did read on the 31st and writes it down now.
		w.record(officer, w.act(w.Town, unitstest.Rulebook, "duty", "daily-browse", "2026-03-31 20:00"))
		w.missed(oversight.UnitSubject, w.Town.ID, "daily-browse 04-01 00:00 → 04-02 00:00 → 04-02 00:00")
		if line := w.line(w.Town, "duty", "daily-browse"); line.Before == nil || !strings.HasPrefix(line.Before.Verdict, "不足") || line.Done != 0 || line.Owed != 1 {
			t.Errorf("today: %d of %d, before %+v; want 0 of 1 and yesterday too few", line.Done, line.Owed, line.Before)
		}
		// A unit that has nothing in use any more owes nothing more, and what it missed stays.
		accountsOf, err := accounts.List(t.Context(), w.db, w.book, w.People["admin"], accounts.Filter{UnitID: w.Town.ID})
		if err != nil || len(accountsOf.Items) != 1 {
			t.Fatalf("accounts.List = %v", err)
		}
		if _, err := accounts.Suspend(t.Context(), w.db, w.book, w.People["admin"], accountsOf.Items[0].ID, accountsOf.Items[0].Version, "不再使用"); err != nil {
			t.Fatalf("accounts.Suspend: %v", err)
		}
		w.turn()
		if clock := w.clock(oversight.UnitSubject, w.Town.ID, "duty", "daily-browse"); clock.Running() {
			t.Error("the daily reading runs on without anything to read")
		}
		w.missed(oversight.UnitSubject, w.Town.ID, "daily-browse 04-01 00:00 → 04-02 00:00 → 04-02 00:00")
		_, err = oversight.RecordAct(t.Context(), w.db, w.book, officer, w.act(w.Town, unitstest.Rulebook, "duty", "daily-browse", "2026-04-01 20:00"))
		dutyRefused(t, "an act for a duty not owed", err, oversight.ErrDutyNotOwed)
	})
}

func TestWhatWasOverBeforeTheProgramWasThereIsUnknownAndNeverRed(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("zhaotong-2018")
		w.at("2026-11-22 09:00")
		w.account(unit, accounts.KindWebsite, "网站", "2020-01-01")
		w.turn()
		const report = "website-work-report.submit_by"
		if line := w.line(unit, "annual_reports", report); line.Standing != oversight.StandsUnknown || line.Label != "未知" || line.Verdict != "" || line.Before != nil {
			t.Errorf("the report of January: %s %s %q, before %+v; want it unknown", line.Standing, line.Label, line.Verdict, line.Before)
		}
		if line := w.line(unit, "self_inspections", "security-half-year"); line.Before != nil || line.Standing != oversight.StandsOpen {
			t.Errorf("the check of the half-year: %s, before %+v; want it open and nothing said of the one before", line.Standing, line.Before)
		}
		if clock := w.clock(oversight.UnitSubject, unit.ID, "annual_reports", report); clock != nil {
			t.Errorf("the report of January has a clock: %+v", clock)
		}
		view, err := oversight.Roster(t.Context(), w.db, w.book, officer, unit.ID, w.time("2026-11-15"), w.time("2026-11-25"))
		if err != nil || len(view.Unread) != 0 {
			t.Errorf("Roster = %+v, %v, want no unread day from before", view.Unread, err)
		}
		if n := w.turn(); n != 0 {
			t.Errorf("TurnPeriods again changed %d clocks, want none", n)
		}
		// The next January counts.
		w.at("2027-01-31 00:00")
		w.turn()
		w.at("2027-01-31 00:10")
		if line := w.line(unit, "annual_reports", report); line.Standing != oversight.StandsUnknown {
			t.Errorf("first looked at when it was over: %s, want it unknown", line.Standing)
		}
		if line := w.line(unit, "annual_reports", "website-work-report.publish_by"); line.Standing != oversight.StandsOpen || line.DueText != "2027-01-31 24:00" {
			t.Errorf("due today: %s %s, want it open until 2027-01-31 24:00", line.Standing, line.DueText)
		}
		w.at("2027-02-01 00:00")
		if line := w.line(unit, "annual_reports", "website-work-report.publish_by"); line.Standing != oversight.StandsOverdue {
			t.Errorf("a day later: %s, want it overdue", line.Standing)
		}
		w.at("2028-01-01 00:05")
		w.turn()
		w.at("2028-02-15 00:05")
		w.turn()
		if line := w.line(unit, "annual_reports", report); line.Standing != oversight.StandsOverdue {
			t.Errorf("the report of 2028: %s, want it overdue", line.Standing)
		}
	})
}

func TestASurveyOfBothKindsCountsForEach(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("xiangxi-2018")
		w.at("2026-05-04 09:00")
		w.account(unit, accounts.KindWebsite, "网站", "2020-01-01")
		w.turn()
		in := w.act(unit, "xiangxi-2018", "surveys", "surveys", "2026-05-03 09:00")
		_, err := oversight.RecordAct(t.Context(), w.db, w.book, officer, in)
		dutyRefused(t, "a survey of no kind", err, oversight.ErrActKinds)
		in.Kinds = []string{"online_survey"}
		w.record(officer, in)
		if clock := w.clock(oversight.UnitSubject, unit.ID, "surveys", "surveys"); clock == nil || !clock.Running() {
			t.Errorf("after one kind the clock is %+v, want it running", clock)
		}
		in.Kinds, in.At = []string{"opinion_collection", "online_survey"}, w.time("2026-05-04 08:00")
		w.record(officer, in)
		if clock := w.clock(oversight.UnitSubject, unit.ID, "surveys", "surveys"); clock.Running() || *clock.DoneAt != in.At {
			t.Errorf("after both kinds the clock is %+v, want it done", clock)
		}
		w.at("2027-01-01 00:00")
		if line := w.line(unit, "surveys", "surveys"); line.Before == nil || !strings.HasPrefix(line.Before.Verdict, "达标") {
			t.Errorf("the year: %+v, want 达标", line.Before)
		}
	})
}

func TestActsBelongToTheirUnitAndTheirTime(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-05-04 09:00")
		w.account(w.Town, accounts.KindWeibo, "清源发布", "2026-01-01")
		officer := w.People["officer"]
		good := w.act(w.Town, unitstest.Rulebook, "duty", "daily-browse", "2026-05-04 08:00")
		for name, try := range map[string]struct {
			actor  units.Actor
			change func(in *oversight.NewAct)
			want   error
		}{
			"who only looks on":         {w.People["layout"], func(*oversight.NewAct) {}, oversight.ErrForbidden},
			"a stranger":                {w.People["stranger"], func(*oversight.NewAct) {}, units.ErrNotFound},
			"to come":                   {officer, func(in *oversight.NewAct) { in.At = w.time("2026-05-04 09:01") }, oversight.ErrDutyTime},
			"before the regulation":     {officer, func(in *oversight.NewAct) { in.At = w.time("2020-05-04 09:01") }, oversight.ErrRuleNotInForce},
			"a duty of the office":      {officer, func(in *oversight.NewAct) { in.Section, in.Rule = "inspections", "quarterly" }, oversight.ErrDutyNotOwed},
			"a duty an event sets off":  {officer, func(in *oversight.NewAct) { in.Section, in.Rule = "takedown", "office-found" }, oversight.ErrRuleUnknown},
			"of a kind there is not":    {officer, func(in *oversight.NewAct) { in.Kinds = []string{"online_survey"} }, oversight.ErrActKinds},
			"an address of no website":  {officer, func(in *oversight.NewAct) { in.URL = "ftp://example.cn/" }, oversight.ErrDutyURL},
			"fewer than none":           {officer, func(in *oversight.NewAct) { in.Sampled = -1 }, oversight.ErrActSampleNumber},
			"a rulebook that is nobody": {officer, func(in *oversight.NewAct) { in.Rulebook = "" }, oversight.ErrRuleUnknown},
		} {
			in := good
			try.change(&in)
			_, err := oversight.RecordAct(t.Context(), w.db, w.book, try.actor, in)
			dutyRefused(t, name, err, try.want)
		}
		act := w.record(officer, good)
		_, err := oversight.VoidAct(t.Context(), w.db, w.book, w.People["stranger"], act.ID, act.Version, "误登")
		dutyRefused(t, "VoidAct by a stranger", err, oversight.ErrActNotFound)
		_, err = oversight.VoidAct(t.Context(), w.db, w.book, w.People["layout"], act.ID, act.Version, "误登")
		dutyRefused(t, "VoidAct by who only looks on", err, oversight.ErrForbidden)
		_, err = oversight.VoidAct(t.Context(), w.db, w.book, officer, act.ID, act.Version, "")
		dutyRefused(t, "VoidAct without a reason", err, oversight.ErrDutyReason)
		if _, err := oversight.VoidAct(t.Context(), w.db, w.book, officer, act.ID, act.Version, "误登"); err != nil {
			t.Fatalf("VoidAct: %v", err)
		}
		_, err = oversight.VoidAct(t.Context(), w.db, w.book, officer, act.ID, act.Version+1, "误登")
		dutyRefused(t, "VoidAct again", err, oversight.ErrActVoid)
		_, err = oversight.Acts(t.Context(), w.db, w.People["stranger"], oversight.ActFilter{UnitID: w.Town.ID, Limit: 10})
		dutyRefused(t, "Acts by a stranger", err, units.ErrNotFound)
		if acts, err := oversight.Acts(t.Context(), w.db, w.People["layout"], oversight.ActFilter{UnitID: w.Town.ID, Limit: 10}); err != nil || len(acts) != 1 || acts[0].VoidReason != "误登" {
			t.Errorf("Acts = %+v, %v, want the void one", acts, err)
		}
		_, err = oversight.Roster(t.Context(), w.db, w.book, w.People["stranger"], w.Town.ID, w.time("2026-05-01"), w.time("2026-05-08"))
		dutyRefused(t, "Roster by a stranger", err, units.ErrNotFound)
		_, err = oversight.Roster(t.Context(), w.db, w.book, officer, w.Town.ID, w.time("2026-05-08"), w.time("2026-05-08"))
		dutyRefused(t, "a roster of no time", err, oversight.ErrRosterSpan)
		roster := oversight.NewRoster{UnitID: w.Town.ID, FromAt: w.time("2026-05-01"), UntilAt: w.time("2026-05-08"),
			Shifts: []oversight.NewShift{{PersonName: "云小禾", FromAt: w.time("2026-05-01"), UntilAt: w.time("2026-05-02")}}}
		dutyRefused(t, "SetRoster by who only looks on", oversight.SetRoster(t.Context(), w.db, w.People["layout"], roster), oversight.ErrForbidden)
		dutyRefused(t, "SetRoster by a stranger", oversight.SetRoster(t.Context(), w.db, w.People["stranger"], roster), units.ErrNotFound)
		for name, shift := range map[string]oversight.NewShift{
			"without a name":         {FromAt: w.time("2026-05-01"), UntilAt: w.time("2026-05-02")},
			"backwards":              {PersonName: "云小禾", FromAt: w.time("2026-05-02"), UntilAt: w.time("2026-05-01")},
			"of more than a week":    {PersonName: "云小禾", FromAt: w.time("2026-05-01"), UntilAt: w.time("2026-05-09")},
			"with a break in a name": {PersonName: "云\n禾", FromAt: w.time("2026-05-01"), UntilAt: w.time("2026-05-02")},
		} {
			roster.Shifts = []oversight.NewShift{shift}
			dutyRefused(t, "a shift "+name, oversight.SetRoster(t.Context(), w.db, officer, roster), oversight.ErrRosterShift)
		}
	})
}

// together runs the same work twice at once and returns how often it passed; other errors than the ones expected fail the test.
func together(t *testing.T, work func(i int) error, expected ...error) (passed int) {
	t.Helper()
	errs := make([]error, 2)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() { errs[i] = work(i) })
	}
	wait.Wait()
	for _, err := range errs {
		switch {
		case err == nil:
			passed++
		case !slices.ContainsFunc(expected, func(want error) bool { return errors.Is(err, want) }):
			t.Errorf("at once: %v, want one of %v", err, expected)
		}
	}
	return passed
}

func TestTwoAtOnceDoNotGetInEachOthersWay(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("zhaotong-2018")
		w.at("2026-05-04 09:00")
		site := w.account(unit, accounts.KindWebsite, "网站", "2020-01-01")
		passed := together(t, func(i int) error {
			from := fmt.Sprintf("2026-0%d-01 09:00", 6+i)
			_, err := oversight.OpenMatter(t.Context(), w.db, w.book, officer, offline(unit, site, w, from, from[:8]+"05 09:00"))
			return err
		}, oversight.ErrOfflineUsedUp)
		if passed != 1 {
			t.Errorf("of two plans at once %d passed, want one", passed)
		}
		m := w.open(w.People["officer"], w.matter("takedown", "office-found", "2026-05-04 08:30"))
		passed = together(t, func(int) error { _, err := w.finish(w.People["officer"], m, oversight.Finish{}); return err }, oversight.ErrMatterStale, oversight.ErrMatterState)
		if passed != 1 {
			t.Errorf("of two who finish at once %d passed, want one", passed)
		}
		// Two checks recorded at once are two, and the clock of two a year is done.
		chaoan, checker := w.under("chaoan")
		w.account(chaoan, accounts.KindWebsite, "潮安网站", "2020-01-01")
		if passed = together(t, func(int) error { _, err := oversight.TurnPeriods(t.Context(), w.db, w.book); return err }); passed != 2 {
			t.Errorf("of two who turn the periods at once %d passed, want both", passed)
		}
		passed = together(t, func(i int) error {
			_, err := oversight.RecordAct(t.Context(), w.db, w.book, checker, w.act(chaoan, "chaoan", "self_inspections", "routine", fmt.Sprintf("2026-05-0%d 09:00", 2+i)))
			return err
		})
		if clock := w.clock(oversight.UnitSubject, chaoan.ID, "self_inspections", "routine"); passed != 2 || clock == nil || clock.Running() || *clock.DoneAt != w.time("2026-05-03 09:00") {
			t.Errorf("two checks at once: %d passed, the clock is %+v; want it done on the 3rd", passed, clock)
		}
		// Turned by two at once into the next year, what was missed is kept once.
		w.at("2027-01-01 00:01")
		together(t, func(int) error { _, err := oversight.TurnPeriods(t.Context(), w.db, w.book); return err })
		missed, err := rules.MissedBy(t.Context(), w.db, oversight.UnitSubject, chaoan.ID, 0, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, miss := range missed {
			key := miss.Rule + miss.StartedAt.String()
			if seen[key] || miss.Rule == "routine" {
				t.Errorf("kept %s of %s, twice or without cause", miss.Rule, miss.StartedAt)
			}
			seen[key] = true
		}
		roster := func(mark string) oversight.NewRoster {
			return oversight.NewRoster{UnitID: w.Town.ID, FromAt: w.time("2027-01-01"), UntilAt: w.time("2027-01-08"), Mark: mark,
				Shifts: []oversight.NewShift{{PersonName: "云小禾", FromAt: w.time("2027-01-01"), UntilAt: w.time("2027-01-02")}}}
		}
		if passed = together(t, func(int) error { return oversight.SetRoster(t.Context(), w.db, w.People["officer"], roster("")) }, oversight.ErrRosterStale); passed != 1 {
			t.Errorf("of two rosters at once %d passed, want one", passed)
		}
	})
}
