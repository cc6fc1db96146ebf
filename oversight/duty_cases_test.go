package oversight_test

import (
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func TestO19ANoticeOverTheNationalDayStandsFifteenWorkingDays(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-09-28 12:00")
		officer, admin := w.People["officer"], w.People["admin"]
		notice := w.open(officer, w.matter("public_notices", "change-shut-cancel", "2026-09-28 10:00"))
		w.due(notice, "2026-10-23 24:00", "期限未满")
		if notice.Citation != "潼南 2022 第9条" || notice.Timing != oversight.Wait {
			t.Errorf("the notice cites %q and is a %s, want 潼南 2022 第9条 and a wait", notice.Citation, notice.Timing)
		}
		w.at("2026-10-23 18:00")
		_, err := w.finish(officer, notice, oversight.Finish{At: w.time("2026-10-22 10:00")})
		dutyRefused(t, "finishing on the 22nd", err, oversight.ErrMatterEarly, "2026-10-24 00:00")
		_, err = w.finish(admin, notice, oversight.Finish{Reason: "急着执行"}) // 必须: nobody can override
		dutyRefused(t, "finishing on the 23rd with a reason", err, oversight.ErrMatterEarly, "2026-10-24 00:00")
		w.at("2026-10-24 00:00")
		w.due(w.get(notice.ID), "2026-10-23 24:00", "期满，可以办结")
		done, err := w.finish(officer, notice, oversight.Finish{})
		if err != nil || done.Standing != oversight.StandsDone {
			t.Errorf("FinishMatter at the end = %s, %v, want done", done.Standing, err)
		}
		w.missed(oversight.MatterSubject, notice.ID)
	})
}

// offline is a plan to take a website off the net under 昭通 2018.
func offline(unit units.Unit, account accounts.Account, w *duties, from, until string) oversight.NewMatter {
	in := oversight.NewMatter{UnitID: unit.ID, AccountID: account.ID, Rulebook: "zhaotong-2018", Section: "temporary_offline", Rule: "temporary_offline",
		Title: "网站临时下线", EventAt: w.time(from)}
	if until != "" {
		in.PlannedUntil = w.time(until).Ptr()
	}
	return in
}

func TestO22TheSecondTimeOffTheNetInAYearIsRefusedAndEmergenciesDoNotCount(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("zhaotong-2018")
		w.at("2026-07-20 09:00")
		jia, bing := w.account(unit, accounts.KindWebsite, "网站甲", "2020-01-01"), w.account(unit, accounts.KindWebsite, "网站丙", "2020-01-01")
		first := w.open(officer, offline(unit, jia, w, "2026-03-05 09:00", "2026-03-20 09:00"))
		w.mustFinish(officer, first, "2026-03-20 09:00")
		emergency := offline(unit, bing, w, "2026-04-10 09:00", "")
		emergency.Cause = "ordered_emergency_shutdown"
		recorded := w.open(officer, emergency)
		if recorded.Timing != oversight.Record || recorded.DueAt != nil || recorded.Label != "只记时间" {
			t.Errorf("the emergency is a %s, due %v, %s; want a record", recorded.Timing, recorded.DueAt, recorded.Label)
		}
		again := offline(unit, jia, w, "2026-09-01 09:00", "2026-09-10 09:00")
		for _, actor := range []units.Actor{officer, w.People["admin"]} {
			_, err := oversight.OpenMatter(t.Context(), w.db, w.book, actor, again)
			dutyRefused(t, "the second time of 甲", err, oversight.ErrOfflineUsedUp, "2026 年已用 1 次", "不能放行")
		}
		_, err := oversight.PreviewMatter(t.Context(), w.db, w.book, officer, again)
		dutyRefused(t, "a look at the second time of 甲", err, oversight.ErrOfflineUsedUp)
		plan := w.open(officer, offline(unit, bing, w, "2026-08-01 09:00", "2026-08-15 09:00"))
		if use := plan.OfflineUse; use == nil || use.Year != 2026 || use.Used != 0 || use.Max != 1 {
			t.Errorf("丙 used %+v of its year, want 0 of 1", use)
		}
		// A year later it may again; a plan that was withdrawn uses up nothing.
		next := w.open(officer, offline(unit, jia, w, "2027-01-04 09:00", "2027-01-10 09:00"))
		_, err = oversight.OpenMatter(t.Context(), w.db, w.book, officer, offline(unit, jia, w, "2027-06-01 09:00", "2027-06-02 09:00"))
		dutyRefused(t, "the second plan of 2027", err, oversight.ErrOfflineUsedUp, "2027 年已用 1 次")
		if _, err := oversight.VoidMatter(t.Context(), w.db, w.book, officer, next.ID, next.Version, "申请撤回"); err != nil {
			t.Fatalf("VoidMatter: %v", err)
		}
		w.open(officer, offline(unit, jia, w, "2027-06-01 09:00", "2027-06-02 09:00"))
	})
}

func TestO23ThirtyDaysOffTheNetPassAndThirtyOneDoNot(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("zhaotong-2018")
		w.at("2026-02-20 09:00")
		site := w.account(unit, accounts.KindWebsite, "网站乙", "2020-01-01")
		_, err := oversight.OpenMatter(t.Context(), w.db, w.book, officer, offline(unit, site, w, "2026-03-01 10:00", "2026-04-01 10:00"))
		dutyRefused(t, "31 days", err, oversight.ErrOfflineTooLong, "30日", "2026-03-31 10:00")
		matter := w.open(officer, offline(unit, site, w, "2026-03-01 10:00", "2026-03-31 10:00"))
		w.due(matter, "2026-03-31 10:00", "进行中")
		w.at("2026-03-31 10:00")
		w.due(w.get(matter.ID), "2026-03-31 10:00", "逾期")
		// Back at that very instant is in time.
		if done := w.mustFinish(officer, matter, "2026-03-31 10:00"); done.Standing != oversight.StandsOnTime {
			t.Errorf("back after exactly 30 days: %s, want on time", done.Standing)
		}
	})
}

func TestO25ANoticeThatShouldStandThirtyDaysMayComeDownWithAReason(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("zhaotong-2018")
		w.at("2026-03-02 10:00")
		in := oversight.NewMatter{UnitID: unit.ID, Rulebook: "zhaotong-2018", Section: "public_notices", Rule: "migration-done", Title: "迁移完成公告", EventAt: w.time("2026-03-02 09:00")}
		early, late := w.open(officer, in), w.open(officer, in)
		w.due(early, "2026-04-01 24:00", "期限未满")
		if !early.MayRelease {
			t.Error("the notice does not say that it may come down with a reason")
		}
		w.at("2026-04-01 12:00")
		for what, try := range map[string]struct {
			actor  units.Actor
			reason string
		}{"without a reason": {w.People["admin"], ""}, "by an officer": {officer, "换发新公告"}} {
			_, err := w.finish(try.actor, early, oversight.Finish{Reason: try.reason})
			dutyRefused(t, "taking it down "+what, err, oversight.ErrMatterEarly, "2026-04-02 00:00", "原则上")
		}
		down, err := w.finish(w.People["admin"], early, oversight.Finish{Reason: "换发新公告"})
		if err != nil || down.Standing != oversight.StandsEndedSoon || down.EarlyReason != "换发新公告" {
			t.Errorf("FinishMatter with a reason = %s %q, %v, want ended early", down.Standing, down.EarlyReason, err)
		}
		lines, err := units.ListAudit(t.Context(), w.db, w.People["admin"], units.AuditFilter{ObjectID: early.ID, Action: oversight.ActionMatterFinish})
		if err != nil || len(lines) != 1 || lines[0].Detail["early_reason"] != "换发新公告" {
			t.Errorf("the audit chain says %+v, %v, want one line with the reason", lines, err)
		}
		w.at("2026-04-02 00:00")
		if done := w.mustFinish(officer, late, "2026-04-02 00:00"); done.EarlyReason != "" || done.Standing != oversight.StandsDone {
			t.Errorf("taken down on the 2nd: %s %q, want done without a reason", done.Standing, done.EarlyReason)
		}
	})
}

func TestO38ASensitivePostIsGoneWithinTheHour(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-05-01 22:41")
		officer := w.People["officer"]
		in := w.matter("takedown", "office-found", "2026-05-01 22:40")
		in.FoundAt = w.time("2026-05-01 22:35").Ptr()
		jia, yi := w.open(w.People["admin"], in), w.open(officer, in)
		w.due(jia, "2026-05-01 23:40", "进行中")
		if jia.NoticeMs == nil || *jia.NoticeMs != 5*60_000 {
			t.Errorf("from finding to telling: %v ms, want five minutes", jia.NoticeMs)
		}
		w.at("2026-05-01 23:39:59")
		w.due(w.get(yi.ID), "2026-05-01 23:40", "进行中")
		w.at("2026-05-01 23:40:00")
		jia = w.mustFinish(officer, jia, "2026-05-01 23:35")
		w.due(jia, "2026-05-01 23:40", "按时")
		if jia.TookText != "55 分钟" {
			t.Errorf("甲 took %q, want 55 分钟", jia.TookText)
		}
		w.due(w.get(yi.ID), "2026-05-01 23:40", "逾期")
		w.at("2026-05-01 23:50")
		yi = w.mustFinish(officer, yi, "2026-05-01 23:45")
		if yi.Standing != oversight.StandsLate || yi.OverMs == nil || *yi.OverMs != 5*60_000 {
			t.Errorf("乙 is %s by %v ms, want late by five minutes", yi.Standing, yi.OverMs)
		}
		w.missed(oversight.MatterSubject, jia.ID)
		w.missed(oversight.MatterSubject, yi.ID, "office-found 05-01 22:40 → 05-01 23:40 → 05-01 23:45")
		// What the unit finds itself is to go 立即: the times are kept, and it never is late.
		own := w.open(officer, w.matter("takedown", "unit-found", "2026-05-01 20:00"))
		if own.Timing != oversight.Record || own.Label != "只记时间" || w.clock(oversight.MatterSubject, own.ID, "takedown", "unit-found") != nil {
			t.Errorf("what the unit found is a %s, %s; want a record without a clock", own.Timing, own.Label)
		}
		if own = w.mustFinish(officer, own, "2026-05-01 23:50"); own.Standing != oversight.StandsDone || own.TookText != "3 小时 50 分钟" {
			t.Errorf("done: %s after %q, want done after 3 小时 50 分钟", own.Standing, own.TookText)
		}
	})
}

func TestO40InformationIsDisclosedWithinTwentyWorkingDays(t *testing.T) {
	eachDuties(t, func(w *duties) {
		w.at("2026-04-10 17:00")
		matter := w.open(w.People["officer"], w.matter("disclosure", "general", "2026-04-10 09:00"))
		w.due(matter, "2026-05-12 24:00", "进行中")
		w.at("2026-05-13 00:00")
		w.due(w.get(matter.ID), "2026-05-12 24:00", "逾期")
		// 24:00 is over when it comes.
		if done := w.mustFinish(w.People["officer"], matter, "2026-05-13 00:00"); done.Standing != oversight.StandsLate {
			t.Errorf("done at 24:00: %s, want late", done.Standing)
		}
		w.missed(oversight.MatterSubject, matter.ID, "general 04-10 09:00 → 05-13 00:00 → 05-13 00:00")
	})
}

// xiangxi is a matter under 湘西 2018.
func xiangxi(w *duties, unit units.Unit, section, rule, event string) oversight.NewMatter {
	return oversight.NewMatter{UnitID: unit.ID, Rulebook: "xiangxi-2018", Section: section, Rule: rule, Title: "一件事", EventAt: w.time(event)}
}

func TestO41AnAppointmentAndAMeetingHaveTheirOwnDays(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("xiangxi-2018")
		w.at("2025-10-14 10:00")
		appointment := w.open(officer, xiangxi(w, unit, "disclosure", "regulations-personnel-notices", "2025-09-29 10:00"))
		meeting := w.open(officer, xiangxi(w, unit, "disclosure", "major-meetings-plans", "2025-09-29 10:00"))
		w.due(w.mustFinish(officer, appointment, "2025-10-14 09:00"), "2025-10-13 24:00", "逾期")
		w.due(w.mustFinish(officer, meeting, "2025-10-10 17:00"), "2025-10-10 24:00", "按时")
	})
}

func TestO42LettersAreAnsweredInSevenOrFifteenWorkingDays(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("xiangxi-2018")
		w.at("2026-02-13 17:00")
		w.due(w.open(officer, xiangxi(w, unit, "interaction", "suggestion-or-consult", "2026-02-13 16:00")), "2026-03-02 24:00", "进行中")
		w.due(w.open(officer, xiangxi(w, unit, "interaction", "needs-verification", "2026-02-13 16:00")), "2026-03-12 24:00", "进行中")
	})
}

func TestO43ASurveyHasItsResultsWithinFifteenWorkingDays(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("xiangxi-2018")
		w.at("2026-04-30 17:00")
		w.due(w.open(officer, xiangxi(w, unit, "surveys", "surveys.result_within", "2026-04-30 16:00")), "2026-05-25 24:00", "进行中")
	})
}

func TestO44AnInspectionIsClosedWithSixOfSeventeenAndAPublishedResult(t *testing.T) {
	eachDuties(t, func(w *duties) {
		office, admin := w.office("zhaotong-2018")
		w.at("2026-03-20 09:00")
		for _, name := range strings.Split("一二三四五六七八九", "") {
			w.account(office, accounts.KindWebsite, "网站"+name, "2020-01-01")
		}
		w.account(office, accounts.KindWebsite, "一月一日开通", "2026-01-01 08:00") // on the register on the first day
		w.account(office, accounts.KindWebsite, "后来的", "2026-02-01")
		w.turn()
		in := w.act(office, "zhaotong-2018", "inspections", "quarterly-sample", "2026-03-19 17:00")
		in.Total, in.Sampled = 17, 5
		_, err := oversight.RecordAct(t.Context(), w.db, w.book, admin, in)
		dutyRefused(t, "closing with five", err, rules.ErrSampleSmall, "最少抽 6 个")
		in.Sampled = 6
		_, err = oversight.RecordAct(t.Context(), w.db, w.book, admin, in)
		dutyRefused(t, "closing without a published result", err, rules.ErrNotPublished)
		in.PublishedURL = "https://www.example.gov.cn/jiancha/1"
		in.Total = 9
		_, err = oversight.RecordAct(t.Context(), w.db, w.book, admin, in)
		dutyRefused(t, "fewer sites than the register has", err, oversight.ErrActTotal, "10 个")
		in.Total = 17
		w.record(admin, in)
		if line := w.line(office, "inspections", "quarterly-sample"); line.Done != 1 || line.Owed != 1 || line.Standing != oversight.StandsOnTime || line.Sites == nil ||
			line.Sites.Total != 10 || line.Sites.Needed != 3 {
			t.Errorf("the quarter's inspection: %d of %d, %s, sites %+v; want 1 of 1, on time, ten sites and a sample of three", line.Done, line.Owed, line.Standing, line.Sites)
		}
		if clock := w.clock(oversight.UnitSubject, office.ID, "inspections", "quarterly-sample"); clock == nil || clock.Running() || *clock.DoneAt != in.At {
			t.Errorf("the quarter's clock is %+v, want it done on the 19th", clock)
		}
	})
}

func TestO45TheYearlyReportHasTwoDates(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("zhaotong-2018")
		w.at("2026-01-05 09:00")
		w.account(unit, accounts.KindWebsite, "网站甲", "2020-01-01")
		w.turn()
		submit, publish := w.line(unit, "annual_reports", "website-work-report.submit_by"), w.line(unit, "annual_reports", "website-work-report.publish_by")
		if submit.DueText != "2026-01-30 24:00" || publish.DueText != "2026-01-31 24:00" {
			t.Errorf("due %s and %s, want 2026-01-30 24:00 and 2026-01-31 24:00", submit.DueText, publish.DueText)
		}
		w.at("2026-01-31 11:00")
		w.record(officer, w.act(unit, "zhaotong-2018", "annual_reports", "website-work-report.submit_by", "2026-01-30 17:00"))
		w.record(officer, w.act(unit, "zhaotong-2018", "annual_reports", "website-work-report.publish_by", "2026-01-31 10:00"))
		w.at("2026-02-10 09:00")
		w.turn()
		for _, rule := range []string{"website-work-report.submit_by", "website-work-report.publish_by"} {
			if line := w.line(unit, "annual_reports", rule); line.Verdict != "按时" || line.Standing != oversight.StandsOnTime {
				t.Errorf("%s: %s, %s; want 按时", rule, line.Verdict, line.Standing)
			}
			if clock := w.clock(oversight.UnitSubject, unit.ID, "annual_reports", rule); clock == nil || clock.Running() {
				t.Errorf("the clock of %s is %+v, want it done", rule, clock)
			}
		}
		// The report on disclosure was not made public by the end of March, and is owed all the same.
		w.at("2026-04-09 09:00")
		if line := w.line(unit, "annual_reports", "foi-report.publish_by"); line.Standing != oversight.StandsOverdue || line.Verdict != "逾期" {
			t.Errorf("the report on disclosure: %s %s, want overdue", line.Standing, line.Verdict)
		}
		w.record(officer, w.act(unit, "zhaotong-2018", "annual_reports", "foi-report.publish_by", "2026-04-08 09:00"))
		if line := w.line(unit, "annual_reports", "foi-report.publish_by"); line.Standing != oversight.StandsLate {
			t.Errorf("handed in on the 8th of April: %s, want late", line.Standing)
		}
		missed, err := rules.MissedBy(t.Context(), w.db, oversight.UnitSubject, unit.ID, 0, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		var reports []string
		for _, m := range missed {
			if strings.Contains(m.Rule, "report") {
				reports = append(reports, m.Rule+" "+m.DueAt.String()+" "+m.EndedAt.String())
			}
		}
		if len(reports) != 1 || reports[0] != "foi-report.publish_by 2026-04-01 00:00:00 2026-04-08 09:00:00" {
			t.Errorf("reports missed: %q, want the one on disclosure", reports)
		}
	})
}

func TestO46OneSelfCheckOfTwoIsTooFew(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("chaoan")
		w.at("2026-06-12 18:00")
		w.account(unit, accounts.KindWebsite, "网站甲", "2020-01-01")
		w.turn()
		w.record(officer, w.act(unit, "chaoan", "self_inspections", "routine", "2026-06-12 17:00"))
		report := w.open(officer, oversight.NewMatter{UnitID: unit.ID, Rulebook: "chaoan", Section: "self_inspections", Rule: "routine.report_within",
			Title: "自查报告", EventAt: w.time("2026-06-12 17:00")})
		w.due(report, "2026-07-06 24:00", "进行中")
		if line := w.line(unit, "self_inspections", "routine"); line.Done != 1 || line.Owed != 2 || line.Verdict != "" || line.Standing != oversight.StandsOpen {
			t.Errorf("within the year: %d of %d, %q, %s; want 1 of 2 and no verdict yet", line.Done, line.Owed, line.Verdict, line.Standing)
		}
		w.at("2027-01-01 00:00")
		if line := w.line(unit, "self_inspections", "routine"); line.Before == nil || line.Before.Verdict != "不足：应 2 次，实 1 次" || line.Done != 0 {
			t.Errorf("after the year: %+v, want 不足：应 2 次，实 1 次", line.Before)
		}
		w.turn()
		kept := func() (years []string) {
			missed, err := rules.MissedBy(t.Context(), w.db, oversight.UnitSubject, unit.ID, 0, "", 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range missed {
				if m.Rule == "routine" {
					years = append(years, m.StartedAt.String()+" "+m.DueAt.String())
				}
			}
			return years
		}
		if got := kept(); len(got) != 1 || got[0] != "2026-01-01 00:00:00 2027-01-01 00:00:00" {
			t.Errorf("kept %q, want the year 2026", got)
		}
		// A second check of 2026 that nobody had written down takes the verdict back; void again, it stands.
		second := w.record(officer, w.act(unit, "chaoan", "self_inspections", "routine", "2026-11-20 17:00"))
		if got := kept(); len(got) != 0 {
			t.Errorf("with two checks kept %q, want none", got)
		}
		if _, err := oversight.VoidAct(t.Context(), w.db, w.book, officer, second.ID, second.Version, "记错了"); err != nil {
			t.Fatalf("VoidAct: %v", err)
		}
		if got := kept(); len(got) != 1 {
			t.Errorf("with the second void kept %q, want the year 2026", got)
		}
	})
}

func TestO47APasswordLastsTwoMonths(t *testing.T) {
	eachDuties(t, func(w *duties) {
		library := w.book.Library
		book, _ := library.ByID(unitstest.Rulebook)
		if book.Credentials.LongEnough("Abc1234") || !book.Credentials.LongEnough("Abc12345") {
			t.Error("seven characters must be refused and eight be taken")
		}
		w.at("2026-01-31 10:00")
		person := unitstest.Person(t, w.db, "neu", "新小人", units.InfoOfficer, w.Town)
		turn := func() int {
			n, err := oversight.TurnPasswords(t.Context(), w.db, w.book)
			if err != nil {
				t.Fatalf("TurnPasswords: %v", err)
			}
			return n
		}
		due := func() oversight.PasswordAge {
			age, err := oversight.PasswordDue(t.Context(), w.db, w.book, person.PersonID)
			if err != nil || age == nil {
				t.Fatalf("PasswordDue = %v, %v", age, err)
			}
			return *age
		}
		turn()
		if n := turn(); n != 0 {
			t.Errorf("TurnPasswords again changed %d clocks, want none", n)
		}
		w.at("2026-03-31 09:59:59")
		if age := due(); age.DueAt != w.time("2026-03-31 10:00") || age.Overdue || !age.Demanded || age.Citation != "潼南 2022 第36条" {
			t.Errorf("a second before: %+v, want 2026-03-31 10:00, demanded, not yet over", age)
		}
		w.at("2026-03-31 10:00")
		if !due().Overdue {
			t.Error("at its time the password is not over")
		}
		clock := func() rules.Clock {
			clocks, err := rules.ClocksOf(t.Context(), w.db, oversight.PersonSubject, person.PersonID)
			if err != nil || len(clocks) != 1 {
				t.Fatalf("ClocksOf = %v, %v, want one", clocks, err)
			}
			return clocks[0]
		}
		if c := clock(); c.DueAt == nil || *c.DueAt != w.time("2026-03-31 10:00") || c.Section != "credentials" || c.UnitID != w.Town.ID {
			t.Errorf("the clock is %+v, want it due 2026-03-31 10:00", c)
		}
		w.at("2026-04-02 10:00")
		if err := units.ChangePassword(t.Context(), w.db, person, unitstest.Password, "另一个-Lantern-37", units.PasswordRule{}); err != nil {
			t.Fatalf("ChangePassword: %v", err)
		}
		turn()
		if c := clock(); !c.Running() || *c.DueAt != w.time("2026-06-02 10:00") {
			t.Errorf("after the change the clock is %+v, want it due 2026-06-02 10:00", c)
		}
		missed, err := rules.MissedBy(t.Context(), w.db, oversight.PersonSubject, person.PersonID, 0, "", 10)
		if err != nil || len(missed) != 1 || missed[0].EndedAt != w.time("2026-04-02 10:00") {
			t.Errorf("missed %+v, %v, want one that ended with the change", missed, err)
		}
		// Where the regulation gives no figure nothing counts.
		_, elsewhere := w.under("dongcheng-2014")
		if age, err := oversight.PasswordDue(t.Context(), w.db, w.book, elsewhere.PersonID); age != nil || err != nil {
			t.Errorf("PasswordDue under 东城 2014 = %+v, %v, want none", age, err)
		}
	})
}

func TestO48TheRosterHasAGapAndADayWithoutReading(t *testing.T) {
	eachDuties(t, func(w *duties) {
		officer := w.People["officer"]
		w.at("2026-09-30 09:00")
		w.account(w.Town, accounts.KindWeibo, "清源发布", "2026-01-01")
		w.turn()
		from, until := w.time("2026-10-01 00:00"), w.time("2026-10-08 00:00")
		set := func(mark string, shifts ...oversight.NewShift) error {
			return oversight.SetRoster(t.Context(), w.db, officer, oversight.NewRoster{UnitID: w.Town.ID, FromAt: from, UntilAt: until, Shifts: shifts, Mark: mark})
		}
		shift := func(name, from, until string) oversight.NewShift {
			return oversight.NewShift{PersonName: name, FromAt: w.time(from), UntilAt: w.time(until)}
		}
		if err := set("", shift("云小禾", "2026-10-01 00:00", "2026-10-03 20:00"), shift("云小麦", "2026-10-04 08:00", "2026-10-08 08:00")); err != nil {
			t.Fatalf("SetRoster: %v", err)
		}
		roster := func() oversight.RosterView {
			view, err := oversight.Roster(t.Context(), w.db, w.book, w.People["head"], w.Town.ID, from, until)
			if err != nil {
				t.Fatalf("Roster: %v", err)
			}
			return view
		}
		for _, day := range []string{"2026-10-01 21:00", "2026-10-02 08:00", "2026-10-03 08:00", "2026-10-04 23:59"} {
			if w.time(day) > w.db.Now() {
				w.at(day)
			}
			w.record(officer, w.act(w.Town, unitstest.Rulebook, "duty", "daily-browse", day))
			if day == "2026-10-02 08:00" {
				w.at("2026-10-02 09:00")
				view := roster()
				if len(view.Gaps) != 1 || view.Gaps[0].Text != "空档 12 小时（10-03 20:00 至 10-04 08:00）" || len(view.Unread) != 0 {
					t.Errorf("on the 2nd: gaps %+v, unread %+v; want one gap of twelve hours and no unread day", view.Gaps, view.Unread)
				}
			}
		}
		w.at("2026-10-05 23:59")
		if view := roster(); len(view.Unread) != 0 {
			t.Errorf("before the 5th is over: unread %+v, want none", view.Unread)
		}
		w.at("2026-10-06 00:00")
		view := roster()
		if len(view.Gaps) != 1 || len(view.Unread) != 1 || view.Unread[0].Text != "10-05 未读网" || view.Unread[0].Citation != "潼南 2022 第30条" {
			t.Errorf("on the 6th: gaps %+v, unread %+v; want the gap and 10-05 未读网", view.Gaps, view.Unread)
		}
		// Who saw an older roster does not overwrite a newer one.
		dutyRefused(t, "a roster over one not seen", set(""), oversight.ErrRosterStale)
		if err := set(view.Mark, shift("云小禾", "2026-10-01 00:00", "2026-10-08 00:00")); err != nil {
			t.Fatalf("SetRoster again: %v", err)
		}
		if view = roster(); len(view.Gaps) != 0 || len(view.Shifts) != 1 {
			t.Errorf("after it was filled: gaps %+v, shifts %+v", view.Gaps, view.Shifts)
		}
		// A site that is open around the clock is no roster (东城 2014 第27条).
		unit, other := w.under("dongcheng-2014")
		w.account(unit, accounts.KindWebsite, "网站", "2020-01-01")
		if view, err := oversight.Roster(t.Context(), w.db, w.book, other, unit.ID, from, until); err != nil || len(view.Gaps) != 0 {
			t.Errorf("Roster under 东城 2014 = %+v, %v, want no gaps", view.Gaps, err)
		}
	})
}
