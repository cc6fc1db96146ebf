package oversight_test

import (
	"testing"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// choose lets the administrator of an office choose a figure or a reading from today on.
func (w *duties) choose(unit units.Unit, change rules.Change) {
	w.t.Helper()
	change.UnitID, change.Reason = unit.ID, "从严管理"
	change.FromAt = sql.FromStd(rules.DateOf(*w.now).Start())
	if _, err := rules.Choose(w.t.Context(), w.db, w.book, units.System, change); err != nil {
		w.t.Fatalf("Choose(%s %s): %v", change.Section, change.Rule, err)
	}
}

func TestAStricterFigureCountsForWhatHappensFromItsDayOn(t *testing.T) {
	eachDuties(t, func(w *duties) {
		officer := w.People["officer"]
		w.at("2026-04-10 10:00")
		before := w.open(officer, w.matter("disclosure", "general", "2026-04-09 09:00"))
		today := w.open(officer, w.matter("disclosure", "general", "2026-04-10 09:00"))
		w.due(before, "2026-05-11 24:00", "进行中")
		w.due(today, "2026-05-12 24:00", "进行中")
		w.choose(w.Office, rules.Change{Rulebook: "tongnan-2022", What: rules.FigureChange, Section: "disclosure", Rule: "general", Field: "within",
			Value: `{"n":10,"unit":"working_day"}`})
		w.due(w.open(officer, w.matter("disclosure", "general", "2026-04-10 09:30")), "2026-04-24 24:00", "进行中")
		if n := w.recount(); n != 1 {
			t.Errorf("RecountMatters = %d, want the one of today", n)
		}
		w.due(w.get(before.ID), "2026-05-11 24:00", "进行中")
		w.due(w.get(today.ID), "2026-04-24 24:00", "进行中")
		if clock := w.clock(oversight.MatterSubject, today.ID, "disclosure", "general"); *clock.DueAt != w.time("2026-04-25") || clock.LimitN != 10 {
			t.Errorf("the clock is %+v, want ten working days", clock)
		}
	})
}

func TestRetentionAndGraceEndWithTheCorrespondingDay(t *testing.T) {
	eachDuties(t, func(w *duties) {
		dongcheng, keeper := w.under("dongcheng-2014")
		chaoan, owner := w.under("chaoan")
		w.at("2026-02-01 09:00")
		kept := w.open(keeper, oversight.NewMatter{UnitID: dongcheng.ID, Rulebook: "dongcheng-2014", Section: "retention", Rule: "web-information", Title: "一份文档",
			EventAt: w.time("2026-01-31 10:00")})
		domain := w.open(owner, oversight.NewMatter{UnitID: chaoan.ID, Rulebook: "chaoan", Section: "naming", Rule: "old-domain-grace", Title: "旧域名",
			EventAt: w.time("2026-01-31 10:00")})
		w.due(kept, "2026-02-28 24:00", "期限未满")
		w.due(domain, "2027-01-31 24:00", "进行中")
		w.at("2026-02-28 23:59")
		_, err := w.finish(keeper, kept, oversight.Finish{})
		dutyRefused(t, "deleting a day early", err, oversight.ErrMatterEarly, "2026-03-01 00:00")
		w.at("2026-03-01 00:00")
		if done := w.mustFinish(keeper, kept, "2026-03-01 00:00"); done.Standing != oversight.StandsDone {
			t.Errorf("deleted after its time: %s, want done", done.Standing)
		}
		w.missed(oversight.MatterSubject, kept.ID)
		// The old domain may go early.
		if gone := w.mustFinish(owner, domain, "2026-02-10 09:00"); gone.Standing != oversight.StandsOnTime {
			t.Errorf("the old domain given up early: %s, want on time", gone.Standing)
		}
	})
}

func TestOnRestDaysNothingIsOwedWhereTheOfficeReadsItSo(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("dongcheng-2014")
		w.at("2026-03-05 09:00") // a Thursday
		w.account(unit, accounts.KindWebsite, "网站", "2020-01-01")
		w.choose(unit, rules.Change{Rulebook: "dongcheng-2014", What: rules.ReadingChange, Rule: "I-DC-04", Value: `{"option":"working-days"}`})
		for _, day := range []string{"2026-03-05 09:00", "2026-03-06 09:00", "2026-03-07 09:00", "2026-03-08 09:00", "2026-03-09 09:00"} {
			w.at(day)
			w.turn()
			clock := w.clock(oversight.UnitSubject, unit.ID, "interaction", "mailbox_check")
			rest := day[8:10] == "07" || day[8:10] == "08"
			if clock == nil || clock.Running() == rest {
				t.Errorf("on %s the clock is %+v, want it running on working days only", day, clock)
			}
			if day[8:10] == "05" {
				w.record(officer, w.act(unit, "dongcheng-2014", "interaction", "mailbox_check", day))
			}
		}
		w.missed(oversight.UnitSubject, unit.ID, "mailbox_check 03-06 00:00 → 03-07 00:00 → 03-07 00:00")
		// Turned once only, after the week-end, it comes to the same.
		w.at("2026-03-16 09:00")
		w.turn()
		w.missed(oversight.UnitSubject, unit.ID, "mailbox_check 03-13 00:00 → 03-14 00:00 → 03-14 00:00", "mailbox_check 03-12 00:00 → 03-13 00:00 → 03-13 00:00",
			"mailbox_check 03-11 00:00 → 03-12 00:00 → 03-12 00:00", "mailbox_check 03-10 00:00 → 03-11 00:00 → 03-11 00:00",
			"mailbox_check 03-09 00:00 → 03-10 00:00 → 03-10 00:00", "mailbox_check 03-06 00:00 → 03-07 00:00 → 03-07 00:00")
	})
}

func TestWhatIsOnlyWarnedOfIsNotKeptAsMissed(t *testing.T) {
	eachDuties(t, func(w *duties) {
		unit, officer := w.under("chaoan")
		w.at("2026-03-05 09:00")
		w.account(unit, accounts.KindWebsite, "网站", "2020-01-01")
		w.turn()
		w.at("2026-03-07 09:00")
		w.turn()
		w.missed(oversight.UnitSubject, unit.ID)
		view, err := oversight.Roster(t.Context(), w.db, w.book, officer, unit.ID, w.time("2026-03-05"), w.time("2026-03-08"))
		if err != nil || len(view.Unread) != 2 {
			t.Errorf("Roster = %+v, %v, want two days without reading to be warned of", view.Unread, err)
		}
		// Another reading demands it: then it is kept (I-CA-04).
		w.choose(unit, rules.Change{Rulebook: "chaoan", What: rules.ReadingChange, Rule: "I-CA-04", Value: `{"option":"demanded"}`})
		w.at("2026-03-09 09:00")
		w.turn()
		w.missed(oversight.UnitSubject, unit.ID, "daily-read 03-08 00:00 → 03-09 00:00 → 03-09 00:00", "daily-read 03-07 00:00 → 03-08 00:00 → 03-08 00:00")
	})
}
