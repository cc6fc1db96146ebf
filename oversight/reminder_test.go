package oversight_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func TestAClockIsToldOfOnceForEachLeadTimeAndOnceWhenLate(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		w.account("清源发布", accounts.KindWeChatSubscription, "2026-11-19 08:30") // due on Thursday the 26th
		for _, step := range []struct {
			at                string
			officer, deputy   int
			subject, sentence string
		}{
			{"2026-11-19 09:05", 0, 0, "", ""},
			{"2026-11-22 00:05", 0, 0, "", ""},
			{"2026-11-23 00:05", 0, 0, "", ""}, // planned now, for half past eight
			{"2026-11-23 08:29", 0, 0, "", ""},
			{"2026-11-23 08:30", 1, 0, "清源镇：1项快到期", "“清源发布”（微信订阅号）：距7日上限还有3天，2026-11-26 08:30 到期（潼南 2022 第21条（六））。"},
			{"2026-11-23 08:31", 1, 0, "", ""},
			{"2026-11-24 08:30", 1, 0, "", ""},
			{"2026-11-25 00:05", 1, 0, "", ""},
			{"2026-11-25 08:30", 2, 0, "清源镇：1项快到期", "距7日上限还有1天"},
			{"2026-11-26 08:29", 2, 0, "", ""},
			{"2026-11-26 08:31", 2, 0, "", ""}, // late, and gathered until nine
			{"2026-11-26 09:00", 3, 1, "清源镇：1项已超期", "已超7日上限30分钟，应在 2026-11-26 08:30 之前完成"},
			{"2026-11-26 09:01", 3, 1, "", ""},
			{"2026-11-27 09:01", 3, 1, "", ""},
		} {
			w.remind(step.at)
			officer, deputy := w.mine("officer"), w.mine("deputy")
			if len(officer) != step.officer || len(deputy) != step.deputy {
				t.Fatalf("at %s the officer has %d reminders and the deputy %d, want %d and %d: %+v", step.at, len(officer), len(deputy), step.officer, step.deputy, officer)
			}
			if step.subject == "" {
				continue
			}
			found := slices.IndexFunc(officer, func(n oversight.Notice) bool {
				return n.Subject == step.subject && strings.Contains(n.Body, step.sentence)
			})
			if found < 0 {
				t.Errorf("at %s no reminder says %q: %q; there is %+v", step.at, step.subject, step.sentence, officer)
			}
		}
		if got := w.mine("stranger"); len(got) != 0 {
			t.Errorf("somebody of another unit was reminded: %+v", got)
		}
	})
}

// Sunday's and Saturday's reminders go out on Friday, as one, because nobody works in between.
func TestDaysOffBringRemindersForward(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		w.clock(w.Town, "update_limits", "a", "2026-11-16 10:00", "2026-11-23 10:00") // a Monday: one day before is Sunday, three are Friday
		w.remind("2026-11-19 09:10")
		w.remind("2026-11-20 00:10")
		w.remind("2026-11-20 08:30")
		if got := w.mine("officer"); len(got) != 1 || !strings.Contains(got[0].Body, "还有3天") || got[0].Items != 1 {
			t.Errorf("on Friday the officer has %+v, want one reminder of one clock", got)
		}
		for _, at := range []string{"2026-11-21 08:30", "2026-11-22 08:30", "2026-11-23 08:30"} {
			w.remind(at)
		}
		if got := w.mine("officer"); len(got) != 1 {
			t.Errorf("before it is due the officer has %d reminders, want 1: %+v", len(got), got)
		}
		// The office that wants to hear on days off hears on Sunday, too.
		w.set(w.Bureau, func(s *oversight.Settings) { s.WorkdaysOnly = false })
		w.clock(w.Bureau, "update_limits", "a", "2026-11-24 10:00", "2026-11-30 10:00")
		for _, at := range []string{"2026-11-27 00:05", "2026-11-27 08:30", "2026-11-28 08:30", "2026-11-29 00:05", "2026-11-29 08:30"} {
			w.remind(at)
		}
		got := w.mine("stranger")
		if len(got) != 2 || got[0].SentAt != w.time("2026-11-29 08:30") || got[1].SentAt != w.time("2026-11-27 08:30") {
			t.Errorf("who hears on days off has %+v, want one on Friday and one on Sunday", got)
		}
	})
}

// National Day: three days and one day before the due day are days off, and so is the day of the weekly list. All is told
// on the last working day, the clock once.
func TestAHolidayIsLookedThrough(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		w := remindersSince(t, db, "2026-09-29 10:00")
		w.set(w.Office, func(s *oversight.Settings) { s.WeeklyDay = 4 })
		w.clock(w.Town, "update_limits", "a", "2026-09-28 10:00", "2026-10-05 10:00")
		w.remind("2026-09-30 00:05")
		w.remind("2026-09-30 08:59") // 1 October is a Thursday
		if got := w.mine("officer"); len(got) != 1 || got[0].Kind != oversight.KindDue || got[0].Items != 1 || !strings.Contains(got[0].Body, "还有5天") {
			t.Errorf("on the last working day the officer has %+v, want one reminder", got)
		}
		w.remind("2026-09-30 09:00")
		if got := w.mine("officer"); len(got) != 2 || got[0].Kind != oversight.KindWeekly {
			t.Errorf("on the last working day the officer has %+v, want the weekly list, too", got)
		}
		for _, at := range []string{"2026-10-01 09:00", "2026-10-02 08:30", "2026-10-04 08:30", "2026-10-05 10:01", "2026-10-07 23:00"} {
			w.remind(at)
		}
		if got := w.mine("officer"); len(got) != 2 {
			t.Errorf("in the holiday the officer got %d reminders more", len(got)-2)
		}
		w.remind("2026-10-08 08:00")
		if got := w.mine("officer"); len(got) != 3 || got[0].Subject != "清源镇：1项已超期" {
			t.Errorf("after the holiday the officer has %+v, want that it is late", got)
		}
	})
}

// Nobody has announced the year after next: what is due is not guessed, but we speak up as if Monday to Friday were worked.
func TestAYearWithoutACalendarIsRemindedOfAllTheSame(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		w := remindersSince(t, db, "2028-02-01 10:00")
		w.clock(w.Town, "update_limits", "a", "2028-02-01 10:00", "2028-02-09 10:00")
		w.remind("2028-02-08 00:05")
		w.remind("2028-02-08 08:30")
		if got := w.mine("officer"); len(got) != 1 {
			t.Errorf("the officer has %+v, want one reminder", got)
		}
	})
}

func TestWorkingDaysAreCountedBackByTheCalendar(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		w.clock(w.Town, "filings", "a", "2026-11-09 10:00", "2026-11-25 10:00") // Wednesday: three working days before is Friday
		w.remind("2026-11-20 00:05")
		w.remind("2026-11-20 08:30")
		if got := w.mine("officer"); len(got) != 1 || !strings.Contains(got[0].Body, "备案") {
			t.Errorf("three working days before the officer has %+v, want one reminder", got)
		}
		w.remind("2026-11-23 08:30")
		w.remind("2026-11-24 00:05")
		w.remind("2026-11-24 08:30")
		if got := w.mine("officer"); len(got) != 2 {
			t.Errorf("one working day before the officer has %d reminders, want 2", len(got))
		}
	})
}

func TestATakedownIsRemindedOfInTheNight(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		w.People["guard"] = unitstest.Person(t, w.db, "guard", "石安全", units.SecurityOfficer, w.Town)
		w.clock(w.Town, "takedown", "sensitive", "2026-11-21 23:10", "2026-11-22 00:10") // Saturday night
		w.clock(w.Town, "filings", "quiet", "2026-11-20 10:00", "2026-11-21 23:40")      // late on a day off: Monday morning
		w.remind("2026-11-21 23:11")
		w.remind("2026-11-21 23:49")
		if got := w.mine("guard"); len(got) != 0 {
			t.Errorf("reminded too early: %+v", got)
		}
		w.remind("2026-11-21 23:50")
		for _, who := range []string{"guard", "officer", "deputy"} {
			got := w.mine(who)
			if len(got) != 1 || !strings.Contains(got[0].Body, "敏感信息处置：距时限还有20分钟，2026-11-22 00:10 到期") {
				t.Errorf("twenty minutes before the hour is over %s has %+v", who, got)
			}
		}
		w.remind("2026-11-22 00:10")
		if got := w.mine("guard"); len(got) != 2 || !strings.Contains(got[0].Body, "已超时限") {
			t.Errorf("when the hour is over the guard has %+v, want a second reminder", got)
		}
		w.remind("2026-11-22 12:00")
		if got := w.mine("officer"); len(got) != 2 {
			t.Errorf("on Sunday the officer has %d reminders, want the two of the takedown", len(got))
		}
		w.remind("2026-11-23 08:00")
		if got := w.mine("officer"); len(got) != 3 || !strings.Contains(got[0].Body, "备案：已超时限") {
			t.Errorf("on Monday morning the officer has %+v, want what turned late on Saturday", got)
		}
	})
}

func TestManyAccountsMakeOneMessage(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		for i := range 7 {
			w.clock(w.Town, "update_limits", fmt.Sprintf("r%d", i), "2026-11-19 08:30", fmt.Sprintf("2026-11-26 %02d:00", 8+i))
		}
		w.remind("2026-11-23 00:05")
		w.remind("2026-11-23 08:30")
		got := w.mine("officer")
		if len(got) != 1 || got[0].Items != 7 || got[0].Subject != "清源镇：7项快到期" || strings.Count(got[0].Body, "更新时限") != 7 {
			t.Errorf("seven clocks of a unit make %+v, want one message of seven lines", got)
		}
	})
}

func TestAPostBeforeTheReminderCancelsIt(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		account := w.account("清源发布", accounts.KindWeChatSubscription, "2026-11-19 08:30")
		if did := w.remind("2026-11-23 00:05"); did.Planned == 0 {
			t.Fatalf("nothing was planned: %+v", did)
		}
		*w.now = beijing(t, "2026-11-23 08:00")
		w.post(account, "2026-11-23 07:55")
		if did := w.remind("2026-11-23 08:30"); did.Shown != 0 || did.Dropped == 0 {
			t.Errorf("after a post the run did %+v, want nothing shown and the message dropped", did)
		}
		// The new count is told of in its own time: due on the 30th, a Monday; three days before is Friday.
		w.remind("2026-11-27 00:05")
		w.remind("2026-11-27 08:30")
		if got := w.mine("officer"); len(got) != 1 || got[0].StillOpen != 1 {
			t.Errorf("the new count was told as %+v, want one reminder that is still open", got)
		}
		*w.now = beijing(t, "2026-11-27 10:00")
		w.post(account, "2026-11-27 09:00")
		if got := w.mine("officer"); got[0].StillOpen != 0 {
			t.Errorf("after another post the reminder is still open: %+v", got)
		}
		todo, err := oversight.NoticesToDo(t.Context(), w.db, w.People["officer"], 50)
		if err != nil || len(todo) != 0 {
			t.Errorf("NoticesToDo = %+v, %v, want none: what it told of is done", todo, err)
		}
	})
}

func TestWhatIsUnknownSuspendedOrMutedIsLeftOut(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		unread := w.account("读不到", accounts.KindWeibo, "2026-11-19 08:30")
		paused := w.account("已暂停", accounts.KindDouyin, "2026-11-19 08:30")
		w.account("要提醒", accounts.KindWeChatSubscription, "2026-11-19 08:30")
		if _, err := accounts.MarkUnread(t.Context(), w.db, w.book, w.People["admin"], unread.ID, w.time("2026-11-19 08:50"), "平台改版"); err != nil {
			t.Fatalf("MarkUnread: %v", err)
		}
		w.remind("2026-11-23 00:05")
		if _, err := accounts.Suspend(t.Context(), w.db, w.book, w.People["admin"], paused.ID, paused.Version, "升级"); err != nil {
			t.Fatalf("Suspend: %v", err)
		}
		w.remind("2026-11-23 08:30")
		got := w.mine("officer")
		if len(got) != 1 || got[0].Items != 1 || !strings.Contains(got[0].Body, "要提醒") {
			t.Errorf("the officer has %+v, want one line about the one account", got)
		}
		mute, err := oversight.MuteRule(t.Context(), w.db, w.book, w.People["deputy"], oversight.NewMute{UnitID: w.Town.ID, Section: "update_limits",
			UntilAt: w.time("2026-11-25 12:00"), Reason: "停电检修"})
		if err != nil {
			t.Fatalf("MuteRule: %v", err)
		}
		w.remind("2026-11-25 00:05")
		w.remind("2026-11-25 08:30")
		if got := w.mine("officer"); len(got) != 1 {
			t.Errorf("muted, the officer has %d reminders, want 1", len(got))
		}
		w.remind("2026-11-25 12:01") // the mute is over, and what it held back is found
		w.remind("2026-11-25 12:30")
		if got := w.mine("officer"); len(got) != 2 || !strings.Contains(got[0].Body, "还有20小时") {
			t.Errorf("after the mute the officer has %+v, want the reminder of the day", got)
		}
		if mute.CreatedByName != "水分管" || mute.Reason != "停电检修" {
			t.Errorf("the mute is kept as %+v", mute)
		}
	})
}

func TestAnOverdueWaitSaysThatItIsOver(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		w.clock(w.Town, rules.SectionPublicNotices, "notice", "2026-11-02 10:00", "2026-11-23 10:00")
		for _, at := range []string{"2026-11-20 00:05", "2026-11-20 08:30", "2026-11-23 08:30"} {
			w.remind(at)
		}
		if got := w.mine("officer"); len(got) != 0 {
			t.Errorf("before a wait is over the officer has %+v, want nothing", got)
		}
		w.remind("2026-11-23 10:01")
		w.remind("2026-11-23 10:30")
		got := w.mine("officer")
		if len(got) != 1 || got[0].Subject != "清源镇：1项期满" || !strings.Contains(got[0].Body, "公告公示：规定的期限已满，2026-11-23 10:00 起可以办理下一步") {
			t.Errorf("when a wait is over the officer has %+v", got)
		}
	})
}

func TestAClockOnAPersonTellsNobodyElse(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		bot := newBot(t, fine)
		w.open(bot.url)
		w.hook(oversight.NewHook{UnitID: w.Office.ID, Name: "区群", Kind: oversight.WeCom, Below: true, Address: bot.url + "/cgi-bin/webhook/send?key=abc"})
		err := w.db.InTx(t.Context(), func(tx *sql.DB) error {
			_, err := rules.StartClock(t.Context(), tx, rules.ClockDuty{SubjectKind: oversight.PersonSubject, SubjectID: w.People["layout"].PersonID, UnitID: w.Town.ID,
				Path: w.Town.Path, Rulebook: unitstest.Rulebook, Section: "credentials", Rule: "age", StartedAt: w.time("2026-09-01 10:00"),
				DueAt: w.time("2026-11-27 10:00").Ptr()})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.remind("2026-11-20 00:05")
		w.remind("2026-11-20 08:30")
		if got := w.mine("layout"); len(got) != 1 || !strings.Contains(got[0].Body, "您的登录密码：距时限还有7天") {
			t.Errorf("who must change the password has %+v", got)
		}
		if got, calls := w.mine("officer"), bot.got(); len(got) != 0 || len(calls) != 0 {
			t.Errorf("others heard of it: %+v, %d calls", got, len(calls))
		}
	})
}

func TestTwoNodesAtOnceTellOnce(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{}
		w.mailServer(server, oversight.TLSStart)
		bot := newBot(t, fine)
		w.open(bot.url)
		made := w.hook(oversight.NewHook{UnitID: w.Office.ID, Name: "区群", Kind: oversight.Generic, Below: true, Address: bot.url})
		if made.Secret == "" {
			t.Error("a generic bot without a secret was given none")
		}
		w.email("officer", "officer@example.gov.cn")
		for i := range 40 {
			w.clock(w.Town, "update_limits", fmt.Sprintf("r%d", i), "2026-11-19 08:30", "2026-11-26 08:30")
			w.clock(w.Bureau, "update_limits", fmt.Sprintf("r%d", i), "2026-11-19 08:30", "2026-11-26 08:30")
		}
		for _, at := range []string{"2026-11-23 00:05", "2026-11-23 08:30", "2026-11-23 08:31"} {
			*w.now = beijing(t, at)
			var all sync.WaitGroup
			errs := make([]error, 4)
			for i := range errs {
				all.Go(func() { _, errs[i] = oversight.Remind(context.Background(), w.db, w.book, w.out) })
			}
			all.Wait()
			for i, err := range errs {
				if err != nil {
					t.Errorf("node %d at %s: %v", i, at, err)
				}
			}
		}
		if got := len(server.taken()); got != 1 {
			t.Errorf("the mail server took %d mails, want 1", got)
		}
		if got := len(bot.got()); got != 2 {
			t.Errorf("the bot was called %d times, want once for each unit", got)
		}
		if got := w.mine("officer"); len(got) != 1 || got[0].Items != 40 {
			t.Errorf("the officer has %d reminders, want one of 40 clocks", len(got))
		}
	})
}

// Who left the unit, a way that was switched off, a unit that was closed: what was planned in the night is told to nobody, and
// would be told when it is wanted again.
func TestWhoLeftTheUnitHearsNoMore(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		w.account("清源发布", accounts.KindWeChatSubscription, "2026-11-19 08:30")
		w.clock(w.Section, "filings", "r", "2026-11-01 10:00", "2026-11-24 10:00")
		w.People["clerk"] = unitstest.Person(t, w.db, "clerk", "云办事", units.InfoOfficer, w.Section)
		if did := w.remind("2026-11-23 00:05"); did.Planned != 3 {
			t.Fatalf("planned %+v, want three tellings", did)
		}
		here := units.RoleAt{UnitID: w.Town.ID, Role: units.InfoOfficer}
		if err := units.GrantRole(t.Context(), w.db, units.System, w.People["officer2"].PersonID, units.RoleAt{UnitID: w.Bureau.ID, Role: units.InfoOfficer}); err != nil {
			t.Fatal(err)
		}
		if err := units.RevokeRole(t.Context(), w.db, units.System, w.People["officer2"].PersonID, here); err != nil {
			t.Fatal(err)
		}
		w.set(w.Section, func(s *oversight.Settings) { s.Channels = []oversight.Via{oversight.ViaMail} })
		did := w.remind("2026-11-23 08:30")
		if len(w.mine("officer")) != 1 || len(w.mine("officer2")) != 0 || len(w.mine("clerk")) != 0 || did.Dropped != 2 {
			t.Errorf("the run did %+v; reminders: %d, %d, %d, want the officer's alone", did, len(w.mine("officer")), len(w.mine("officer2")), len(w.mine("clerk")))
		}
		w.set(w.Section, func(s *oversight.Settings) { s.Channels = []oversight.Via{oversight.ViaApp} })
		w.remind("2026-11-23 08:35")
		w.remind("2026-11-23 09:00")
		if got := w.mine("clerk"); len(got) != 1 {
			t.Errorf("switched on again, the clerk has %+v, want one reminder", got)
		}
	})
}

// Twenty thousand clocks: a run reads what has come within a lead time and a bounded number besides, never all.
func TestARunReadsNoMoreClocksThanHaveComeNear(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		w := newReminders(t, db)
		const places, each = 50, 400
		var list []units.Unit
		for i := range places {
			unit, err := units.Create(t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: fmt.Sprintf("单位%d", i), Level: units.LevelTownship})
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, unit)
		}
		w.set(w.Office, func(s *oversight.Settings) {
			for i := range s.Sections {
				s.Sections[i].Late = false // what turns late meanwhile is not what is counted here
			}
		})
		w.People["everywhere"] = unitstest.Person(t, w.db, "everywhere", "云四处", units.InfoOfficer, list...)
		first := w.time("2026-11-19 12:00")
		err := w.db.InTx(t.Context(), func(tx *sql.DB) error {
			for i := range places * each {
				unit := list[i%places]
				due := first.Add(time.Duration(i) * 12 * time.Minute) // over 167 days
				_, err := tx.Exec(t.Context(), "clock.insert", rules.Clock{ID: sql.NewID(), SubjectKind: "matter", SubjectID: sql.NewID(), UnitID: unit.ID,
					Path: unit.Path, Rulebook: unitstest.Rulebook, Section: "filings", Rule: "r", StartedAt: w.time("2026-11-01 00:00"), DueAt: &due,
					CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		did := w.remind("2026-11-19 09:10")
		t.Logf("the first run took %s: %+v", time.Since(began), did)
		if did.Looked > 20000 { // five lead times of up to thirty days, and the sweep
			t.Errorf("the first run read %d clocks: %+v", did.Looked, did)
		}
		for _, at := range []string{"2026-11-19 09:11", "2026-11-19 09:12", "2026-11-19 09:13", "2026-11-19 09:14", "2026-11-19 09:30", "2026-11-20 00:05"} {
			began := time.Now()
			did := w.remind(at)
			t.Logf("the run at %s took %s: %+v", at, time.Since(began), did)
			most := 2010 // the sweep's 2000, and what has come near
			if at == "2026-11-20 00:05" {
				most = 5000 // a new day, for each lead time those of the days until Monday
			}
			if did.Looked > most {
				t.Errorf("the run at %s read %d clocks, want at most %d: %+v", at, did.Looked, most, did)
			}
		}
		w.remind("2026-11-20 08:30")
		// 120 clocks a day, the first at noon on Thursday. On Thursday the three working days before, or the one, had come for
		// all that is due until Tuesday's end; on Friday the one for Saturday to Monday and the three for Wednesday.
		told := map[string]int{}
		for _, m := range w.history(oversight.MessageFilter{}) {
			if m.Kind == oversight.KindDue && m.State == oversight.Sent {
				told[rules.DateOf(m.SentAt.Std()).String()] += m.Items
			}
		}
		if want := map[string]int{"2026-11-19": 660, "2026-11-20": 480}; told["2026-11-19"] != want["2026-11-19"] || told["2026-11-20"] != want["2026-11-20"] {
			t.Errorf("clocks told by day = %v, want %v", told, want)
		}
		again := w.remind("2026-11-20 08:31")
		if again.Planned != 0 || again.Shown != 0 {
			t.Errorf("a second run told again: %+v", again)
		}
	})
}
