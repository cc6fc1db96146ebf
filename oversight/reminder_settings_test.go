package oversight_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

func TestTheNearestSettingsHold(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		get := func(who string, unit units.Unit) oversight.SettingsView {
			t.Helper()
			view, err := oversight.ReminderSettings(t.Context(), w.db, w.People[who], unit.ID)
			if err != nil {
				t.Fatalf("ReminderSettings(%s) = %v", unit.ShortName, err)
			}
			return view
		}
		if got := get("officer", w.Town); got.From != w.Office.ID || got.FromName != "区政府办" || got.Version != 0 || got.Settings.WeeklyDay != 0 {
			t.Errorf("Town has %+v, want the Office's", got)
		}
		own := get("admin", w.Town).Settings
		own.DayMinute = 10 * 60
		set, err := oversight.SetReminders(t.Context(), w.db, w.People["deputy"], w.Town.ID, 0, own)
		if err != nil || set.From != w.Town.ID || set.Version != 1 || set.Settings.DayMinute != 600 {
			t.Fatalf("SetReminders = %+v, %v", set, err)
		}
		if got := get("section", w.Section); got.From != w.Town.ID || got.Version != 0 {
			t.Errorf("Section has %+v, want Town's", got)
		}
		_, err = oversight.SetReminders(t.Context(), w.db, w.People["deputy"], w.Town.ID, 0, own)
		refusedWith(t, "SetReminders by somebody who saw none", err, oversight.ErrReminderStale)
		_, err = oversight.SetReminders(t.Context(), w.db, w.People["deputy"], w.Town.ID, 7, own)
		refusedWith(t, "SetReminders at another version", err, oversight.ErrReminderStale)
		for who, want := range map[string]error{"officer": oversight.ErrReminderForbidden, "stranger": units.ErrNotFound} {
			_, err = oversight.SetReminders(t.Context(), w.db, w.People[who], w.Town.ID, 1, own)
			refusedWith(t, "SetReminders of "+who, err, want)
			_, err = oversight.UnsetReminders(t.Context(), w.db, w.People[who], w.Town.ID, 1)
			refusedWith(t, "UnsetReminders of "+who, err, want)
		}
		_, err = oversight.ReminderSettings(t.Context(), w.db, w.People["stranger"], w.Town.ID)
		refusedWith(t, "ReminderSettings of a stranger", err, units.ErrNotFound)
		if back, err := oversight.UnsetReminders(t.Context(), w.db, w.People["admin"], w.Town.ID, 1); err != nil || back.From != w.Office.ID {
			t.Errorf("UnsetReminders = %+v, %v, want the Office's again", back, err)
		}
		_, err = oversight.UnsetReminders(t.Context(), w.db, w.People["admin"], w.Town.ID, 1)
		refusedWith(t, "UnsetReminders of none", err, oversight.ErrReminderStale)
		lines, err := units.ListAudit(t.Context(), w.db, w.People["admin"], units.AuditFilter{UnitID: w.Town.ID, Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		actions := fmt.Sprintf("%+v", lines)
		for _, want := range []units.Action{oversight.ActionRemindersSet, oversight.ActionRemindersUnset} {
			if !strings.Contains(actions, want) {
				t.Errorf("the audit lacks %s", want)
			}
		}
	})
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		for _, c := range []struct {
			name   string
			change func(*oversight.Settings)
			want   error
		}{
			{"unknown section", func(s *oversight.Settings) { s.Sections[0].Section = "weather" }, oversight.ErrReminderSettings},
			{"section twice", func(s *oversight.Settings) { s.Sections = append(s.Sections, s.Sections[0]) }, oversight.ErrReminderSettings},
			{"unknown role", func(s *oversight.Settings) { s.LateTo = []units.Role{"mayor"} }, oversight.ErrReminderSettings},
			{"unknown way", func(s *oversight.Settings) { s.Channels = []oversight.Via{"pigeon"} }, oversight.ErrReminderSettings},
			{"way twice", func(s *oversight.Settings) { s.Channels = []oversight.Via{"app", "app"} }, oversight.ErrReminderSettings},
			{"lead of nothing", func(s *oversight.Settings) { s.Sections[0].Leads = []oversight.Lead{{N: 0, Unit: oversight.LeadDay}} }, oversight.ErrReminderLead},
			{"lead too long", func(s *oversight.Settings) { s.Sections[0].Leads = []oversight.Lead{{N: 91, Unit: oversight.LeadDay}} }, oversight.ErrReminderLead},
			{"lead of weeks", func(s *oversight.Settings) { s.Sections[0].Leads = []oversight.Lead{{N: 1, Unit: "week"}} }, oversight.ErrReminderLead},
			{"lead twice", func(s *oversight.Settings) {
				s.Sections[0].Leads = []oversight.Lead{{N: 1, Unit: oversight.LeadDay}, {N: 1, Unit: oversight.LeadDay}}
			}, oversight.ErrReminderLead},
			{"day has 25 hours", func(s *oversight.Settings) { s.DayMinute = 25 * 60 }, oversight.ErrReminderSettings},
			{"hour in the quiet time", func(s *oversight.Settings) { s.DayMinute = 7 * 60 }, oversight.ErrReminderHours},
			{"weekly hour in the quiet time", func(s *oversight.Settings) { s.WeeklyMinute = 23 * 60 }, oversight.ErrReminderHours},
			{"eighth day", func(s *oversight.Settings) { s.WeeklyDay = 8 }, oversight.ErrReminderSettings},
		} {
			settings := oversight.DefaultSettings()
			settings.Sections = slices.Clone(settings.Sections)
			c.change(&settings)
			_, err := oversight.SetReminders(t.Context(), w.db, w.People["admin"], w.Town.ID, 0, settings)
			refusedWith(t, "SetReminders with "+c.name, err, c.want)
		}
		if _, err := oversight.SetReminders(t.Context(), w.db, w.People["admin"], w.Town.ID, 0, oversight.DefaultSettings()); err != nil {
			t.Errorf("the program's own settings are refused: %v", err)
		}
	})
}

// What an office sets is what happens: other lead times, other hours, other ways, other people.
func TestSettingsDecideWhenAndToWhom(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{}
		w.mailServer(server, oversight.TLSStart)
		w.email("head", "head@example.gov.cn")
		w.set(w.Town, func(s *oversight.Settings) {
			s.Channels, s.DayMinute, s.QuietFrom, s.QuietUntil = []oversight.Via{oversight.ViaMail}, 15*60, 0, 0
			s.Sections = []oversight.SectionReminder{{Section: "update_limits", Leads: []oversight.Lead{{N: 2, Unit: oversight.LeadDay}, {N: 90, Unit: oversight.LeadMinute}},
				To: []units.Role{units.UnitHead}}}
		})
		w.account("清源发布", accounts.KindWeChatSubscription, "2026-11-19 08:30")  // due on Thursday the 26th
		w.clock(w.Town, "filings", "r", "2026-11-01 10:00", "2026-11-24 10:00") // nobody hears of other sections
		for _, step := range []struct {
			at    string
			mails int
		}{
			{"2026-11-23 00:05", 0}, {"2026-11-23 16:00", 0}, {"2026-11-24 00:05", 0}, {"2026-11-24 14:59", 0}, {"2026-11-24 15:00", 1}, {"2026-11-25 15:00", 1},
			{"2026-11-26 06:59", 1}, {"2026-11-26 07:00", 2}, {"2026-11-26 12:00", 2}, {"2026-11-27 15:00", 2},
		} {
			w.remind(step.at)
			if got := len(server.taken()); got != step.mails {
				t.Errorf("at %s the head has %d mails, want %d", step.at, got, step.mails)
			}
		}
		if got := len(w.mine("officer")) + len(w.mine("head")); got != 0 {
			t.Errorf("%d reminders came inside the program, where they were switched off", got)
		}
	})
}

// A new lead time, a new bot, a person who came later: the sweep finds what the marks have passed.
func TestWhoComesLaterHearsOfWhatIsNear(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		bot := newBot(t, fine)
		w.open(bot.url)
		w.account("清源发布", accounts.KindWeChatSubscription, "2026-11-19 08:30")
		w.remind("2026-11-25 00:05")
		w.remind("2026-11-25 08:30")
		w.hook(oversight.NewHook{UnitID: w.Town.ID, Name: "镇群", Kind: oversight.WeCom, Address: bot.url + "?key=a"})
		w.remind("2026-11-25 10:01")
		if got := len(bot.got()); got != 0 {
			t.Errorf("the bot was called before the half hour was over")
		}
		w.remind("2026-11-25 10:30")
		if got := len(bot.got()); got != 1 {
			t.Errorf("the bot was called %d times, want once", got)
		}
		if got := w.mine("officer"); len(got) != 1 {
			t.Errorf("the officer, who knows already, has %d reminders", len(got))
		}
	})
}

func TestMutesHaveAReasonAnEndAndSomebodyBehindThem(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		good := oversight.NewMute{UnitID: w.Town.ID, Rulebook: "tongnan-2022", Section: "update_limits", Rule: "account-default", Reason: "搬家", UntilAt: w.time("2026-12-01 00:00")}
		for _, c := range []struct {
			name   string
			who    string
			change func(*oversight.NewMute)
			want   error
		}{
			{"no reason", "deputy", func(m *oversight.NewMute) { m.Reason = " " }, oversight.ErrMuteReason},
			{"long reason", "deputy", func(m *oversight.NewMute) { m.Reason = strings.Repeat("长", 501) }, oversight.ErrMuteReason},
			{"past", "deputy", func(m *oversight.NewMute) { m.UntilAt = w.time("2026-11-19 08:59") }, oversight.ErrMuteUntil},
			{"for ever", "deputy", func(m *oversight.NewMute) { m.UntilAt = w.time("2027-12-01 00:00") }, oversight.ErrMuteUntil},
			{"no such rulebook", "deputy", func(m *oversight.NewMute) { m.Rulebook = "atlantis-1" }, oversight.ErrMuteRule},
			{"no such section", "deputy", func(m *oversight.NewMute) { m.Section = "weather" }, oversight.ErrMuteRule},
			{"no such rule", "deputy", func(m *oversight.NewMute) { m.Rule = "account-weather" }, oversight.ErrMuteRule},
			{"a rule of another rulebook", "deputy", func(m *oversight.NewMute) { m.Rulebook = "zhaotong-2018" }, oversight.ErrMuteRule},
			{"a rule of another section", "deputy", func(m *oversight.NewMute) { m.Section = "filings" }, oversight.ErrMuteRule},
			{"no such rule of any rulebook", "deputy", func(m *oversight.NewMute) { m.Rulebook, m.Rule = "", "account-weather" }, oversight.ErrMuteRule},
			{"rule without a section", "deputy", func(m *oversight.NewMute) { m.Section = "" }, oversight.ErrMuteRule},
			{"officer", "officer", func(*oversight.NewMute) {}, oversight.ErrReminderForbidden},
			{"stranger", "stranger", func(*oversight.NewMute) {}, units.ErrNotFound},
		} {
			in := good
			c.change(&in)
			_, err := oversight.MuteRule(t.Context(), w.db, w.book, w.People[c.who], in)
			refusedWith(t, "MuteRule with "+c.name, err, c.want)
		}
		mute, err := oversight.MuteRule(t.Context(), w.db, w.book, w.People["deputy"], good)
		if err != nil {
			t.Fatalf("MuteRule: %v", err)
		}
		w.account("静音的", accounts.KindWeChatSubscription, "2026-11-19 08:30")
		w.clock(w.Town, "filings", "r", "2026-11-01 10:00", "2026-11-24 10:00")
		w.remind("2026-11-23 00:05")
		w.remind("2026-11-23 08:30")
		if got := w.mine("officer"); len(got) != 1 || got[0].Items != 1 || !strings.Contains(got[0].Body, "备案") {
			t.Errorf("with one rule muted the officer has %+v", got)
		}
		list, err := oversight.Mutes(t.Context(), w.db, w.People["section"], w.Section.ID)
		if err != nil || len(list) != 1 || list[0].ID != mute.ID || list[0].CreatedByName != "水分管" {
			t.Errorf("Mutes below = %+v, %v", list, err)
		}
		for who, want := range map[string]error{"officer": oversight.ErrReminderForbidden, "stranger": oversight.ErrMuteNotFound} {
			_, err := oversight.Unmute(t.Context(), w.db, w.People[who], mute.ID, mute.Version)
			refusedWith(t, "Unmute of "+who, err, want)
		}
		_, err = oversight.Unmute(t.Context(), w.db, w.People["admin"], mute.ID, 9)
		refusedWith(t, "Unmute at another version", err, oversight.ErrReminderStale)
		ended, err := oversight.Unmute(t.Context(), w.db, w.People["admin"], mute.ID, mute.Version)
		if err != nil || ended.UntilAt != w.db.Now() || ended.EndedBy != w.People["admin"].PersonID {
			t.Errorf("Unmute = %+v, %v", ended, err)
		}
		_, err = oversight.Unmute(t.Context(), w.db, w.People["admin"], mute.ID, ended.Version)
		refusedWith(t, "Unmute twice", err, oversight.ErrMuteNotFound)
		w.remind("2026-11-23 08:35")
		w.remind("2026-11-23 09:00")
		if got := w.mine("officer"); len(got) != 2 {
			t.Errorf("after the mute the officer has %d reminders, want 2", len(got))
		}
	})
}

func TestTheWeeklyListCountsDaysToEachLine(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		national := "national-2019"
		if _, known := w.book.Library.ByID(national); !known {
			t.Fatalf("the library lacks %s", national)
		}
		err := w.db.InTx(t.Context(), func(tx *sql.DB) error {
			return units.Use(t.Context(), tx, units.RulebookUse{ID: sql.NewID(), UnitID: w.Office.ID, Rulebook: national, Layer: units.LayeredLayer, CreatedAt: tx.Now()})
		})
		if err != nil {
			t.Fatalf("Use: %v", err)
		}
		server := &post{}
		w.mailServer(server, oversight.TLSStart)
		w.email("deputy", "deputy@example.gov.cn")
		*w.now = beijing(t, "2026-11-22 10:00")
		w.account("清源发布", accounts.KindWeChatSubscription, "2026-11-22 09:00")
		w.account("清源微博", accounts.KindWeibo, "2026-11-21 09:00")
		unread := w.account("清源抖音", accounts.KindDouyin, "2026-11-20 09:00")
		if _, err := accounts.MarkUnread(t.Context(), w.db, w.book, w.People["admin"], unread.ID, w.time("2026-11-21 08:50"), "平台改版"); err != nil {
			t.Fatalf("MarkUnread: %v", err)
		}
		w.set(w.Office, func(s *oversight.Settings) { s.WeeklyDay, s.WeeklyMinute = 4, 9*60 })
		*w.now = beijing(t, "2026-11-26 09:00")
		list, err := oversight.Thursday(t.Context(), w.db, w.book, w.People["officer"], w.Town.ID)
		if err != nil || len(list.Things) != 3 || list.More {
			t.Fatalf("Thursday = %+v, %v, want three accounts", list, err)
		}
		if got, want := list.Things[0].Sentence, "“清源微博”（微博）：距7日上限还有2天，距14日否决线还有9天。"; got != want {
			t.Errorf("the first line is %q, want %q", got, want)
		}
		if got, want := list.Things[1].Sentence, "“清源发布”（微信订阅号）：距7日上限还有3天，距14日否决线还有10天。"; got != want {
			t.Errorf("the second line is %q, want %q", got, want)
		}
		first := list.Things[0].Clocks[0]
		if !list.Things[2].Unknown || !strings.Contains(list.Things[2].Sentence, "未知") || first.Citation != "潼南 2022 第21条（六）" || first.Line != "7日上限" ||
			first.RemainingMs != int64(w.time("2026-11-28 09:00")-w.db.Now()) {
			t.Errorf("the list is %+v", list)
		}
		_, err = oversight.Thursday(t.Context(), w.db, w.book, w.People["stranger"], w.Town.ID)
		refusedWith(t, "Thursday of a stranger", err, units.ErrNotFound)
		for _, at := range []string{"2026-11-26 08:59", "2026-11-26 09:00", "2026-11-26 09:01", "2026-11-27 09:00"} {
			w.remind(at)
		}
		weekly := w.history(oversight.MessageFilter{Kind: oversight.KindWeekly})
		to := map[string]int{}
		for _, m := range weekly {
			to[string(m.Channel)+" "+m.RecipientName]++
		}
		want := map[string]int{"app 云小禾": 1, "app 云小麦": 1, "app 水分管": 1, "mail 水分管": 1}
		if fmt.Sprint(to) != fmt.Sprint(want) {
			t.Errorf("the weekly list went to %v, want %v", to, want)
		}
		if weekly[0].Subject != "清源镇：本周时限清单（2026-11-26）" || weekly[0].Items != 4 || strings.Contains(weekly[0].Body, "抖音") ||
			!strings.Contains(weekly[0].Body, "1. “清源微博”（微博）：距7日上限还有2天，距14日否决线还有9天。") {
			t.Errorf("the weekly list says %+v", weekly[0])
		}
		found := slices.ContainsFunc(server.taken(), func(l letterSeen) bool { return strings.Contains(l.parts(t), "距14日否决线还有10天") })
		if !found {
			t.Errorf("no mail carries the list: %d mails", len(server.taken()))
		}
	})
}

func TestTheBurdenIsCountedByMonthWayAndPerson(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{}
		w.mailServer(server, oversight.TLSStart)
		w.due("清源发布")
		for _, at := range []string{"2026-11-23 08:30", "2026-11-25 00:05", "2026-11-25 08:30", "2026-11-26 08:31", "2026-11-26 09:00", "2026-12-02 09:00"} {
			w.remind(at)
		}
		burden, err := oversight.BurdenOf(t.Context(), w.db, w.People["deputy"], w.Town.ID, "2026-11")
		if err != nil || burden.App != 7 || burden.Mail != 3 || burden.Hook != 0 || burden.Total != 10 {
			t.Fatalf("BurdenOf = %+v, %v, want 3 for each officer, 1 for the deputy, 3 mails", burden, err)
		}
		lines := map[string]int{}
		for _, line := range burden.Lines {
			lines[string(line.Channel)+" "+line.RecipientName] += line.Messages
		}
		if want := map[string]int{"app 云小禾": 3, "app 云小麦": 3, "app 水分管": 1, "mail 云小禾": 3}; fmt.Sprint(lines) != fmt.Sprint(want) {
			t.Errorf("burden by person = %v, want %v", lines, want)
		}
		for month, total := range map[string]int{"": 0, "2026-12": 0, "2026-10": 0} { // it is December now
			if got, err := oversight.BurdenOf(t.Context(), w.db, w.People["admin"], w.Town.ID, month); err != nil || got.Total != total {
				t.Errorf("BurdenOf(%q) = %+v, %v, want %d", month, got, err, total)
			}
		}
		for _, month := range []string{"2026-13", "2026-1", "November", "2026-11-01", "-026-11"} {
			_, err := oversight.BurdenOf(t.Context(), w.db, w.People["admin"], w.Town.ID, month)
			refusedWith(t, "BurdenOf("+month+")", err, oversight.ErrReminderMonth)
		}
		_, err = oversight.BurdenOf(t.Context(), w.db, w.People["stranger"], w.Town.ID, "2026-11")
		refusedWith(t, "BurdenOf of a stranger", err, units.ErrNotFound)
	})
}

func TestTheHistoryIsPagedAndNarrowed(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		w.due("清源发布")
		w.clock(w.Section, "filings", "r", "2026-11-01 10:00", "2026-11-24 10:00")
		w.clock(w.Bureau, "filings", "r", "2026-11-01 10:00", "2026-11-24 10:00")
		w.remind("2026-11-23 00:06")
		w.remind("2026-11-23 08:30")
		ids := func(who string, filter oversight.MessageFilter) []string {
			t.Helper()
			var all []string
			for filter.Limit = 1; ; {
				list, err := oversight.History(t.Context(), w.db, w.People[who], filter)
				if err != nil {
					t.Fatalf("History(%+v): %v", filter, err)
				}
				if len(list) == 0 {
					return all
				}
				all = append(all, list[0].ID)
				filter.Before = list[0].ID
			}
		}
		if got := ids("admin", oversight.MessageFilter{UnitID: w.Office.ID, Below: true}); len(got) != 3 || !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("the whole history has %v, want three, the latest first", got)
		}
		for _, c := range []struct {
			filter oversight.MessageFilter
			want   int
		}{
			{oversight.MessageFilter{UnitID: w.Office.ID}, 0}, {oversight.MessageFilter{UnitID: w.Town.ID}, 2}, {oversight.MessageFilter{UnitID: w.Town.ID, State: oversight.Failed}, 0},
			{oversight.MessageFilter{UnitID: w.Town.ID, Channel: oversight.ViaApp, Kind: oversight.KindDue, State: oversight.Sent}, 2},
			{oversight.MessageFilter{UnitID: w.Bureau.ID, Below: true}, 1},
		} {
			if got := ids("admin", c.filter); len(got) != c.want {
				t.Errorf("History(%+v) has %d lines, want %d", c.filter, len(got), c.want)
			}
		}
		err := w.db.InTx(t.Context(), func(tx *sql.DB) error { // three hundred units more: the other way to the same lines
			for i := range 300 {
				unit, err := units.Create(t.Context(), tx, units.System, units.NewUnit{ParentID: w.Office.ID, Name: fmt.Sprintf("单位%d", i), Level: units.LevelTownship})
				if err != nil || unit.ID == "" {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := ids("admin", oversight.MessageFilter{UnitID: w.Office.ID, Below: true}); len(got) != 3 {
			t.Errorf("in a wide subtree the history has %v, want three", got)
		}
		_, err = oversight.History(t.Context(), w.db, w.People["stranger"], oversight.MessageFilter{UnitID: w.Town.ID, Limit: 1})
		refusedWith(t, "History of a stranger", err, units.ErrNotFound)
		_, err = oversight.History(t.Context(), w.db, w.People["admin"], oversight.MessageFilter{UnitID: w.Town.ID, State: "lost", Limit: 1})
		refusedWith(t, "History with a wrong state", err, oversight.ErrReminderFilter)
	})
}

func TestANoticeIsMarkedByItsOwnerAlone(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		w.due("清源发布")
		w.remind("2026-11-23 08:30")
		mine := w.mine("officer")
		if len(mine) != 1 || mine[0].ReadAt != nil {
			t.Fatalf("the officer has %+v", mine)
		}
		refusedWith(t, "ReadNotice of somebody else's", oversight.ReadNotice(t.Context(), w.db, w.People["officer2"], mine[0].ID), oversight.ErrReminderNotFound)
		refusedWith(t, "ReadNotice of none", oversight.ReadNotice(t.Context(), w.db, w.People["officer"], sql.NewID()), oversight.ErrReminderNotFound)
		for range 2 {
			if err := oversight.ReadNotice(t.Context(), w.db, w.People["officer"], mine[0].ID); err != nil {
				t.Errorf("ReadNotice = %v, want nil, twice too", err)
			}
		}
		if todo, err := oversight.NoticesToDo(t.Context(), w.db, w.People["officer"], 50); err != nil || len(todo) != 0 {
			t.Errorf("NoticesToDo = %+v, %v", todo, err)
		}
		if got := w.mine("officer"); got[0].ReadAt == nil || *got[0].ReadAt != w.db.Now() {
			t.Errorf("the notice is marked %v", got[0].ReadAt)
		}
	})
}

// A section of the rulebooks that clocks come from has a name here, so that it can be set and muted.
func TestEverySectionOfTheTableHasAName(t *testing.T) {
	named := map[string]bool{}
	for _, section := range oversight.SectionNames() {
		named[section.Section] = true
		if !hasHan(section.Name) {
			t.Errorf("section %q is called %q", section.Section, section.Name)
		}
	}
	for _, line := range oversight.DefaultSettings().Sections {
		if !named[line.Section] {
			t.Errorf("section %q has no name", line.Section)
		}
	}
	for _, section := range []string{rules.SectionUpdateLimits, rules.SectionColumnRules, rules.SectionPublicNotices, rules.SectionRetention} {
		if !named[section] {
			t.Errorf("section %q has no name", section)
		}
	}
}
