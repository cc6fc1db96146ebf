package accounts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// notices acts on one notice, which it knows as the last answer left it.
type notices struct {
	*world
	who  units.Actor
	view accounts.NoticeView
}

// draft begins a notice as the officer of Town; the text is complete.
func (w *world) draft(in accounts.NewNotice) *notices {
	w.t.Helper()
	if in.Title == "" {
		in.Title, in.Body = "关于一件事的公告", "第一段。\n\n第二段。"
	}
	view, err := accounts.DraftNotice(w.t.Context(), w.db, w.book, w.People["officer"], in)
	if err != nil {
		w.t.Fatalf("DraftNotice: %v", err)
	}
	return &notices{world: w, who: w.People["officer"], view: view}
}

// as lets somebody else act.
func (n *notices) as(who string) *notices { return &notices{n.world, n.People[who], n.view} }

// took keeps what an act left, and gives its error on.
func (n *notices) took(view accounts.NoticeView, err error) error {
	if err == nil {
		n.view = view
	}
	return err
}

func (n *notices) save(title, body string) error {
	return n.took(accounts.SaveNotice(n.t.Context(), n.db, n.book, n.who, n.view.ID, n.view.Version, title, body))
}

func (n *notices) sign() error {
	return n.took(accounts.SignNotice(n.t.Context(), n.db, n.book, n.who, n.view.ID, n.view.Version, n.view.SHA256))
}

func (n *notices) publish(lastOn string) error {
	return n.took(accounts.PublishNotice(n.t.Context(), n.db, n.book, n.who, n.view.ID, n.view.Version, lastOn))
}

func (n *notices) lastDay(day string) error {
	return n.took(accounts.SetNoticeLastDay(n.t.Context(), n.db, n.book, n.who, n.view.ID, n.view.Version, day))
}

func (n *notices) end(reason string) error {
	return n.took(accounts.EndNotice(n.t.Context(), n.db, n.book, n.who, n.view.ID, n.view.Version, reason))
}

func (n *notices) void(reason string) error {
	return n.took(accounts.VoidNotice(n.t.Context(), n.db, n.book, n.who, n.view.ID, n.view.Version, reason))
}

func (n *notices) place(place, published string) error {
	in := accounts.NewPlace{Place: place, URL: "https://www.example.gov.cn/" + place}
	if place == accounts.PlaceOther {
		in.Name = "镇政务公开栏"
	}
	if published != "" {
		in.PublishedAt = n.time(published).Ptr()
	}
	return n.took(accounts.AddNoticePlace(n.t.Context(), n.db, n.book, n.who, n.view.ID, n.view.Version, in))
}

// signed drafts a notice and has the head sign it.
func (w *world) signed(in accounts.NewNotice) *notices {
	w.t.Helper()
	n := w.draft(in)
	head := n.as("head")
	if in.UnitID != "" && in.UnitID != w.Town.ID {
		head.who = unitstest.Person(w.t, w.db, "head-"+in.UnitID, "外单位负责人", units.UnitHead, units.Unit{ID: in.UnitID})
	}
	must(w.t, "SignNotice", head.sign())
	n.view = head.view
	return n
}

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// says checks that an error is the fault wanted and that its sentence has the words.
func says(t testing.TB, what string, err, want error, words ...string) {
	t.Helper()
	f := fault.As(err)
	if !errors.Is(err, want) || f == nil {
		t.Errorf("%s = %v, want %v", what, err, want)
		return
	}
	for _, word := range words {
		if !strings.Contains(f.Sentence, word) {
			t.Errorf("%s says %q, want %q in it", what, f.Sentence, word)
		}
	}
}

// renaming is a notice about the renaming of an account of Town, and the application it is for.
func (w *world) renaming() (in accounts.NewNotice, application string) {
	account := w.account(accounts.KindWeibo, "清源发布", "2026-01-05 09:00")
	application = w.application(w.Town, "tongnan-2022", rules.ProcessChange, rules.NewMedia, &account.ID)
	return accounts.NewNotice{ApplicationID: &application}, application
}

// application keeps an application that runs, without steps: what its notices need of it.
func (w *world) application(unit units.Unit, rulebook string, process rules.Process, object rules.Object, account *string) string {
	w.t.Helper()
	app := accounts.Application{ID: sql.NewID(), UnitID: unit.ID, OfficeID: w.Office.ID, Process: process, Object: object, AccountID: account, Title: "测试", Rulebook: rulebook,
		State: accounts.RunningApplication, Reason: "机构改革", Wanted: accounts.Wanted{"name": "清源新发布"}, Attachments: sql.Strings{}, Articles: sql.Strings{}, Version: 1}
	if _, err := w.db.Exec(w.t.Context(), "application.insert", app); err != nil {
		w.t.Fatalf("application.insert: %v", err)
	}
	return app.ID
}

func (w *world) ready(application, rulebook string, process rules.Process, object rules.Object, rule string, execute bool) error {
	w.t.Helper()
	rb, found := w.book.Library.ByID(rulebook)
	if !found {
		w.t.Fatalf("no rulebook %s", rulebook)
	}
	return accounts.NoticesReady(w.t.Context(), w.db, rb, application, process, object, rule, execute)
}

// O19: a notice over the National Day ends with its fifteenth working day, and not before.
func TestO19NoticeOverTheNationalDayEndsWithItsFifteenthWorkingDay(t *testing.T) {
	each(t, func(w *world) {
		in, application := w.renaming()
		execute := func() error {
			return w.ready(application, "tongnan-2022", rules.ProcessChange, rules.NewMedia, "", true)
		}
		w.at("2026-09-28 10:00")
		says(t, "executing without a notice", execute(), accounts.ErrNoticeMissing, "向社会公告")
		n := w.signed(in)
		if n.view.Citation != "潼南 2022 第9条" || n.view.Length != "15个工作日" || n.view.EarliestOn != "2026-10-23" {
			t.Errorf("the notice = %q, %q, earliest %q", n.view.Citation, n.view.Length, n.view.EarliestOn)
		}
		says(t, "executing with a signed notice only", execute(), accounts.ErrNoticeMissing)
		err := n.publish("2026-10-22")
		says(t, "ending on 10-22", err, accounts.ErrNoticeLastOn, "2026-10-23", "2026-10-22")
		if f := fault.As(err); f.Field != "last_on" || f.Rulebook != "tongnan-2022" || !slices.Equal(f.Articles, []string{"9"}) {
			t.Errorf("the refusal = %+v, want the field and article 9", f)
		}
		must(t, "PublishNotice until the earliest day", n.publish("2026-10-23"))
		if n.view.UntilAt == nil || *n.view.UntilAt != w.time("2026-10-24 00:00") || n.view.Left != "还有 15 个工作日" {
			t.Errorf("until %v, %q", n.view.UntilAt, n.view.Left)
		}
		if err := w.ready(application, "tongnan-2022", rules.ProcessChange, rules.NewMedia, "", false); err != nil {
			t.Errorf("the announcement itself is not done by publishing: %v", err)
		}
		says(t, "another last day too early", n.lastDay("2026-10-22"), accounts.ErrNoticeLastOn, "2026-10-23")
		w.at("2026-10-23 18:00")
		says(t, "executing on 10-23 18:00", execute(), accounts.ErrNoticeEarly, "2026-10-23 24:00", "2026-10-24 00:00")
		says(t, "taking down on 10-23 18:00", n.as("admin").end("确有必要"), accounts.ErrNoticeEarly, "2026-10-24 00:00")
		w.at("2026-10-24 00:00")
		must(t, "executing on 10-24 00:00", execute())
		changed, err := accounts.TurnNotices(t.Context(), w.db, w.book)
		if err != nil || changed != 1 {
			t.Errorf("TurnNotices = %d, %v, want the one whose last day is over", changed, err)
		}
		if got, err := accounts.NoticeOf(t.Context(), w.db, w.book, n.who, n.view.ID); err != nil || got.State != accounts.NoticeEnded {
			t.Errorf("after its last day the notice is %s, %v", got.State, err)
		}
		must(t, "executing after the notice ended", execute())
	})
}

// O24: going offline needs the notice on the site itself and on the portal of the same level.
func TestO24TemporaryOfflineNeedsBothPlaces(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		unit := w.under("zhaotong-2018")
		officer := unitstest.Person(t, w.db, "ztofficer", "昭信息", units.InfoOfficer, unit)
		application := w.application(unit, "zhaotong-2018", rules.ProcessTemporaryOffline, rules.Website, nil)
		execute := func() error {
			return w.ready(application, "zhaotong-2018", rules.ProcessTemporaryOffline, rules.Website, "", true)
		}
		w.People["officer"] = officer
		n := w.signed(accounts.NewNotice{UnitID: unit.ID, ApplicationID: &application, Process: rules.ProcessTemporaryOffline, Object: rules.Website})
		must(t, "PublishNotice", n.publish(""))
		says(t, "offline with our page only", execute(), accounts.ErrNoticePlaces, "本网站、本级政府门户")
		must(t, "AddNoticePlace", n.place("own_site", ""))
		err := execute()
		says(t, "offline with one place", err, accounts.ErrNoticePlaces, "本级政府门户")
		if f := fault.As(err); strings.Contains(f.Sentence, "本网站") || f.Rulebook != "zhaotong-2018" || !slices.Equal(f.Articles, []string{"12(二)"}) {
			t.Errorf("the refusal = %+v, want the portal alone and 12(二)", f)
		}
		must(t, "AddNoticePlace", n.place("same_level_portal", ""))
		must(t, "offline with both places", execute())
		// A place that was recorded by mistake is taken back, and the refusal is there again.
		i := slices.IndexFunc(n.view.Places, func(p accounts.NoticePlace) bool { return p.Place == "own_site" })
		must(t, "RemoveNoticePlace", n.took(accounts.RemoveNoticePlace(t.Context(), w.db, w.book, n.who, n.view.ID, n.view.Version, n.view.Places[i].ID)))
		says(t, "offline after one place was taken back", execute(), accounts.ErrNoticePlaces, "本网站")
	})
}

// O25: the notice on the home page goes before the deregistration; the closing notice stays thirty days, in principle.
func TestO25PermanentOfflineKeepsItsNoticesThirtyDays(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-02-20 09:00")
		unit := w.under("zhaotong-2018")
		w.People["officer"] = unitstest.Person(t, w.db, "ztofficer", "昭信息", units.InfoOfficer, unit)
		application := w.application(unit, "zhaotong-2018", rules.ProcessShut, rules.Website, nil)
		start := func() error {
			return w.ready(application, "zhaotong-2018", rules.ProcessShut, rules.Website, "migration-start", false)
		}
		in := accounts.NewNotice{UnitID: unit.ID, ApplicationID: &application, Process: rules.ProcessShut, Object: rules.Website, Rule: "migration-start"}
		says(t, "deregistering without the notice on the home page", start(), accounts.ErrNoticeMissing, "首页挂迁移公告")
		first := w.signed(in)
		must(t, "PublishNotice", first.publish(""))
		says(t, "deregistering without the home page recorded", start(), accounts.ErrNoticePlaces, "本网站首页")
		must(t, "AddNoticePlace", first.place("own_home_page", ""))
		must(t, "deregistering after the notice on the home page", start())

		in.Rule = "migration-done"
		w.at("2026-03-02 09:00")
		second := w.draft(in)
		head := second.as("head")
		head.who = unitstest.Person(t, w.db, "zthead", "昭负责", units.UnitHead, unit)
		must(t, "SignNotice", head.sign())
		second.view = head.view
		must(t, "PublishNotice", second.publish(""))
		done := func() error {
			return w.ready(application, "zhaotong-2018", rules.ProcessShut, rules.Website, "migration-done", false)
		}
		says(t, "done without either place", done(), accounts.ErrNoticePlaces, "上级政府网站或本级政府门户")
		must(t, "AddNoticePlace", second.place("same_level_portal", "2026-03-02 08:30"))
		must(t, "done with one of the two places", done())
		if second.view.UntilAt == nil || *second.view.UntilAt != w.time("2026-04-02 00:00") {
			t.Errorf("the closing notice stands until %v, want 2026-04-02 00:00", second.view.UntilAt)
		}
		w.at("2026-04-01 12:00")
		says(t, "taking down on the thirtieth day", second.end(""), accounts.ErrNoticeEarly, "2026-04-01 24:00", "2026-04-02 00:00", "原则上")
		says(t, "with a reason, by who is not the office", second.end("门户改版"), accounts.ErrNoticeEarly, "主管单位管理员")
		says(t, "by the office without a reason", second.as("admin").end(""), accounts.ErrNoticeEarly)
		early := w.copyOf(second)
		must(t, "by the office with a reason", early.as("admin").end("门户改版，公告已转入专栏"))
		w.at("2026-04-02 00:00")
		must(t, "taking the first one down when its thirty days are over", first.end(""))
	})
}

// copyOf is the notice as it stands, to be acted on by somebody else.
func (w *world) copyOf(n *notices) *notices { return &notices{w, n.who, n.view} }

// A notice whose fifteenth working day lies in a year without a calendar has no end until the calendar is there (K16).
func TestNoticeThatNeedsAnUnknownYearWaitsForTheCalendar(t *testing.T) {
	each(t, func(w *world) {
		in, application := w.renaming()
		w.at("2026-12-21 09:00")
		n := w.signed(in)
		if !n.view.EarliestWait || n.view.EarliestOn != "" {
			t.Errorf("earliest %q, wait %t, want 待日历确认", n.view.EarliestOn, n.view.EarliestWait)
		}
		err := n.publish("2027-01-20")
		says(t, "a last day nobody can judge", err, accounts.ErrNoticePending, "待日历确认", "不填结束日")
		must(t, "PublishNotice without a last day", n.publish(""))
		if !n.view.Pending || n.view.UntilAt != nil {
			t.Errorf("pending %t until %v, want an open end", n.view.Pending, n.view.UntilAt)
		}
		w.at("2027-03-01 09:00")
		says(t, "taking down while nobody knows", n.end(""), accounts.ErrNoticePending, "待日历确认")
		says(t, "executing while nobody knows", w.ready(application, "tongnan-2022", rules.ProcessChange, rules.NewMedia, "", true), accounts.ErrNoticePending)
		if changed, err := accounts.TurnNotices(t.Context(), w.db, w.book); err != nil || changed != 0 {
			t.Errorf("TurnNotices without the year = %d, %v", changed, err)
		}
		w.enterYear2027()
		if changed, err := accounts.TurnNotices(t.Context(), w.db, w.book); err != nil || changed != 1 {
			t.Errorf("TurnNotices with the year = %d, %v", changed, err)
		}
		view, err := accounts.NoticeOf(t.Context(), w.db, w.book, n.who, n.view.ID)
		if err != nil || view.Pending || view.UntilAt == nil {
			t.Fatalf("with the year the notice is %+v, %v", view.Notice, err)
		}
		n.view = view
		must(t, "taking down after its time", n.end(""))
	})
}

// enterYear2027 enters made-up working days of 2027: no holiday but the first of January.
func (w *world) enterYear2027() {
	w.t.Helper()
	_, err := rules.SaveYear(w.t.Context(), w.db, w.book, w.People["admin"], rules.YearDraft{Year: 2027, Announced: "2026-11-10", DocumentNumber: "国办发明电〔2026〕99号",
		WorkdaysTotal: 260, Rest: rules.RestSpans{{Name: "元旦", From: "2027-01-01", To: "2027-01-01"}}}, 0)
	if err != nil {
		w.t.Fatalf("SaveYear(2027): %v", fault.As(err))
	}
}

func TestNoticeIsSignedByTheHeadOrTheDeputyOnExactlyThatText(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		n := w.draft(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia})
		if !slices.Equal(n.view.Signers, []string{"山镇长", "水分管"}) || !slices.Equal(n.view.Actions, []string{accounts.MayEditNotice, accounts.MayVoidNotice}) {
			t.Errorf("signers %q, actions of the officer %q", n.view.Signers, n.view.Actions)
		}
		says(t, "signing as the officer", n.sign(), accounts.ErrNoticeSigner, "主要负责人或分管负责人")
		says(t, "signing as the office", n.as("admin").sign(), accounts.ErrNoticeSigner)
		says(t, "publishing unsigned", n.publish(""), accounts.ErrNoticeState)
		stale := n.as("deputy")
		must(t, "SaveNotice", n.save("另一个标题", "另一段。"))
		says(t, "signing another text than the present", stale.sign(), accounts.ErrNoticeStale)
		deputy := n.as("deputy")
		must(t, "SignNotice", deputy.sign())
		if deputy.view.SignedRole != "unit_deputy" || deputy.view.SignedName != "水分管" {
			t.Errorf("signed as %s by %s", deputy.view.SignedRole, deputy.view.SignedName)
		}
		n.view = deputy.view
		must(t, "SaveNotice after the signature", n.save("另一个标题", "改过的一段。"))
		if n.view.State != accounts.NoticeDraft || n.view.SignedAt != nil {
			t.Errorf("after a change the notice is %s, signed %v, want a draft", n.view.State, n.view.SignedAt)
		}
		says(t, "publishing after the change", n.publish(""), accounts.ErrNoticeState)
		must(t, "SaveNotice with a blank", n.save("标题", "因＿＿＿＿，经研究。"))
		says(t, "signing with a blank", n.as("head").sign(), accounts.ErrNoticeBlank, "＿＿＿＿")
	})
}

func TestNoticeIsForThoseWhoReachItsUnit(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		n := w.draft(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia})
		refused(t, "saving as a stranger", n.as("stranger").save("标题", "正文"), accounts.ErrNoticeNotFound)
		refused(t, "saving as layout staff", n.as("layout").save("标题", "正文"), accounts.ErrForbidden)
		must(t, "saving as the office", n.as("admin").save("标题", "正文"))
		if _, err := accounts.NoticeOf(t.Context(), w.db, w.book, w.People["stranger"], n.view.ID); !errors.Is(err, accounts.ErrNoticeNotFound) {
			t.Errorf("NoticeOf as a stranger = %v", err)
		}
		_, err := accounts.DraftNotice(t.Context(), w.db, w.book, w.People["stranger"], accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessOpen, Object: rules.NewMedia,
			Title: "标题", Body: "正文"})
		refused(t, "drafting for another unit", err, units.ErrNotFound)
		for who, want := range map[string]int{"officer": 1, "admin": 1, "stranger": 0} {
			list, _, err := accounts.ListNotices(t.Context(), w.db, w.book, w.People[who], accounts.NoticeFilter{})
			if err != nil || len(list) != want {
				t.Errorf("ListNotices as %s = %d, %v, want %d", who, len(list), err, want)
			}
		}
	})
}

func TestBadNoticesAreRefusedWithASentence(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		good := accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia, Title: "标题", Body: "正文"}
		for name, c := range map[string]struct {
			change func(in *accounts.NewNotice)
			want   error
		}{
			"a process that is none": {func(in *accounts.NewNotice) { in.Process = "explode" }, accounts.ErrNoticeAbout},
			"an object that is none": {func(in *accounts.NewNotice) { in.Object = "" }, accounts.ErrNoticeAbout},
			"a rule that is none":    {func(in *accounts.NewNotice) { in.Rule = "migration-start" }, accounts.ErrNoticeRule},
			"two lines of title":     {func(in *accounts.NewNotice) { in.Title = "一\n二" }, accounts.ErrNoticeTitle},
			"a long title":           {func(in *accounts.NewNotice) { in.Title = strings.Repeat("长", 101) }, accounts.ErrNoticeTitle},
			"no body":                {func(in *accounts.NewNotice) { in.Body = " \n " }, accounts.ErrNoticeBody},
			"a long body":            {func(in *accounts.NewNotice) { in.Body = strings.Repeat("长", 20_001) }, accounts.ErrNoticeBody},
			"a zero byte":            {func(in *accounts.NewNotice) { in.Body = "正\x00文" }, accounts.ErrNoticeBody},
			"turned writing":         {func(in *accounts.NewNotice) { in.Title = "关停\u202e公告" }, accounts.ErrNoticeTitle},
			"no unit":                {func(in *accounts.NewNotice) { in.UnitID = "nowhere" }, units.ErrNotFound},
			"an unknown application": {func(in *accounts.NewNotice) { in.ApplicationID = ref("nothing") }, accounts.ErrApplicationNotFound},
			"an unknown account":     {func(in *accounts.NewNotice) { in.AccountID = ref("nothing") }, accounts.ErrNotFound},
		} {
			in := good
			c.change(&in)
			_, err := accounts.DraftNotice(t.Context(), w.db, w.book, w.People["officer"], in)
			refused(t, name, err, c.want)
		}
		n := w.signed(good)
		for name, c := range map[string]struct {
			in   accounts.NewPlace
			want error
		}{
			"a place that is none":    {accounts.NewPlace{Place: "moon", URL: "https://www.example.gov.cn/"}, accounts.ErrNoticePlace},
			"another without a name":  {accounts.NewPlace{Place: accounts.PlaceOther, URL: "https://www.example.gov.cn/"}, accounts.ErrNoticePlace},
			"no address":              {accounts.NewPlace{Place: "own_site"}, accounts.ErrNoticePlaceURL},
			"a script for an address": {accounts.NewPlace{Place: "own_site", URL: "javascript:alert(1)"}, accounts.ErrNoticePlaceURL},
			"before the signature":    {accounts.NewPlace{Place: "own_site", URL: "https://www.example.gov.cn/", PublishedAt: w.time("2026-03-01 23:59").Ptr()}, accounts.ErrNoticePlaceAt},
			"in the future":           {accounts.NewPlace{Place: "own_site", URL: "https://www.example.gov.cn/", PublishedAt: w.time("2026-03-03 09:00").Ptr()}, accounts.ErrNoticePlaceAt},
		} {
			_, err := accounts.AddNoticePlace(t.Context(), w.db, w.book, n.who, n.view.ID, n.view.Version, c.in)
			refused(t, name, err, c.want)
		}
		for day, want := range map[string]error{"2026-3-9": accounts.ErrNoticeLastOn, "明天": accounts.ErrNoticeLastOn, "2026-02-30": accounts.ErrNoticeLastOn, "2026-03-01": accounts.ErrNoticeLastOn} {
			refused(t, "a last day "+day, n.publish(day), want)
		}
		if n.view.State != accounts.NoticeSigned {
			t.Errorf("after all that the notice is %s", n.view.State)
		}
	})
}

// HTML in a text is text: it is kept as it was typed, and shown as it was typed.
func TestHTMLInANoticeStaysText(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		n := w.signed(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia, Title: "<b>标题</b>", Body: "<script>alert(1)</script>"})
		must(t, "PublishNotice", n.publish(""))
		shown, err := accounts.ShownNoticeOf(t.Context(), w.db, n.view.ID)
		if err != nil || shown.Body != "<script>alert(1)</script>" || shown.Title != "<b>标题</b>" {
			t.Errorf("ShownNoticeOf = %+v, %v", shown, err)
		}
	})
}

// A notice that was published with a mistake is voided by the office: it counts for nothing, and its address keeps no text.
func TestVoidedNoticeCountsForNothingAndShowsNoText(t *testing.T) {
	each(t, func(w *world) {
		in, application := w.renaming()
		w.at("2026-03-02 09:00")
		n := w.signed(in)
		must(t, "PublishNotice", n.publish(""))
		refused(t, "voiding as the unit", n.as("head").void("写错了名称"), accounts.ErrForbidden)
		refused(t, "voiding without a reason", n.as("admin").void(" "), accounts.ErrNoticeReason)
		must(t, "voiding as the office", n.as("admin").void("写错了名称"))
		says(t, "executing afterwards", w.ready(application, "tongnan-2022", rules.ProcessChange, rules.NewMedia, "", false), accounts.ErrNoticeMissing)
		shown, err := accounts.ShownNoticeOf(t.Context(), w.db, n.view.ID)
		if err != nil || shown.State != accounts.NoticeWithdrawn || shown.Title != "" || shown.Body != "" {
			t.Errorf("ShownNoticeOf = %+v, %v, want no text", shown, err)
		}
		if list, _, err := accounts.ShownNotices(t.Context(), w.db, accounts.ShownFilter{Texts: true}); err != nil || len(list) != 0 {
			t.Errorf("ShownNotices = %d, %v, want none", len(list), err)
		}
	})
}

// The clock of a notice says until when it stands, and stops with it.
func TestNoticeHasAClockWhileItMustStand(t *testing.T) {
	each(t, func(w *world) {
		in, _ := w.renaming()
		w.at("2026-09-28 10:00")
		n := w.signed(in)
		must(t, "PublishNotice", n.publish(""))
		clocks, err := rules.ClocksOf(t.Context(), w.db, accounts.NoticeSubject, n.view.ID)
		if err != nil || len(clocks) != 1 || clocks[0].DueAt == nil || *clocks[0].DueAt != w.time("2026-10-24 00:00") || !clocks[0].Running() ||
			clocks[0].Section != rules.SectionPublicNotices || clocks[0].UnitID != w.Town.ID {
			t.Fatalf("ClocksOf = %+v, %v", clocks, err)
		}
		w.at("2026-10-30 10:00")
		must(t, "EndNotice", n.end(""))
		clocks, err = rules.ClocksOf(t.Context(), w.db, accounts.NoticeSubject, n.view.ID)
		if err != nil || len(clocks) != 1 || clocks[0].Running() {
			t.Errorf("after its end ClocksOf = %+v, %v, want it done", clocks, err)
		}
		missed, err := rules.MissedBy(t.Context(), w.db, accounts.NoticeSubject, n.view.ID, 0, "", 10)
		if err != nil || len(missed) != 0 {
			t.Errorf("a wait was missed: %+v, %v", missed, err)
		}
	})
}

// Places are looked at while the notice stands: once a day while they answer, sooner while they do not.
func TestPlacesOfStandingNoticesAreLookedAt(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		n := w.signed(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia})
		must(t, "PublishNotice", n.publish(""))
		must(t, "AddNoticePlace", n.place(accounts.PlaceOther, ""))
		failure, asked := "对方没有回应。", []string{}
		look := func(_ context.Context, address string) string { asked = append(asked, address); return failure }
		check := func(want int) accounts.NoticePlace {
			t.Helper()
			asked = nil
			looked, err := accounts.CheckNoticePlaces(t.Context(), w.db, look)
			if err != nil || looked != want || len(asked) != want {
				t.Errorf("at %s CheckNoticePlaces = %d, %v, want %d", w.now.Format("01-02 15:04"), looked, err, want)
			}
			view, err := accounts.NoticeOf(t.Context(), w.db, w.book, n.who, n.view.ID)
			must(t, "NoticeOf", err)
			return view.Places[0]
		}
		place := check(1)
		if place.FailingSince == nil || place.Failure != failure || place.ReachedAt != nil {
			t.Errorf("after a failure the place is %+v", place)
		}
		check(0)
		w.at("2026-03-02 10:00")
		failure = ""
		if place = check(1); place.FailingSince != nil || place.Failure != "" || place.ReachedAt == nil {
			t.Errorf("after an answer the place is %+v", place)
		}
		w.at("2026-03-03 09:59")
		check(0)
		w.at("2026-03-03 10:00")
		check(1)
		list, _, err := accounts.ListNotices(t.Context(), w.db, w.book, n.who, accounts.NoticeFilter{})
		if err != nil || len(list) != 1 || list[0].Failing != 0 {
			t.Errorf("ListNotices = %+v, %v", list, err)
		}
		w.at("2026-03-30 10:00")
		must(t, "EndNotice", n.end(""))
		check(0)
	})
}

// A look that is cut off writes nothing down, and the place is looked at again.
func TestALookThatIsCutOffIsMadeAgain(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		n := w.signed(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia})
		must(t, "PublishNotice", n.publish(""))
		must(t, "AddNoticePlace", n.place("own_site", ""))
		ctx, cancel := context.WithCancel(t.Context())
		if looked, err := accounts.CheckNoticePlaces(ctx, w.db, func(context.Context, string) string { cancel(); return "cut off" }); err != nil || looked != 0 {
			t.Errorf("CheckNoticePlaces cut off = %d, %v", looked, err)
		}
		w.at("2026-03-02 10:00")
		if looked, err := accounts.CheckNoticePlaces(t.Context(), w.db, func(context.Context, string) string { return "" }); err != nil || looked != 1 {
			t.Errorf("CheckNoticePlaces later = %d, %v, want the look made", looked, err)
		}
	})
}

func TestNoticesArePagedByKey(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		var want []string
		for range 5 {
			n := w.signed(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia})
			must(t, "PublishNotice", n.publish(""))
			want = append([]string{n.view.ID}, want...)
		}
		var listed, shown []string
		for after := ""; ; {
			page, next, err := accounts.ListNotices(t.Context(), w.db, w.book, w.People["officer"], accounts.NoticeFilter{After: after, PerPage: 2})
			must(t, "ListNotices", err)
			for _, line := range page {
				listed = append(listed, line.ID)
			}
			if after = next; next == "" {
				break
			}
		}
		for after := ""; ; {
			page, next, err := accounts.ShownNotices(t.Context(), w.db, accounts.ShownFilter{After: after, PerPage: 2, Texts: true})
			must(t, "ShownNotices", err)
			for _, notice := range page {
				shown = append(shown, notice.ID)
				if notice.Body != "第一段。\n\n第二段。" {
					t.Errorf("a shown text = %q", notice.Body)
				}
			}
			if after = next; next == "" {
				break
			}
		}
		if !slices.Equal(listed, want) || !slices.Equal(shown, want) {
			t.Errorf("listed %v, shown %v, want %v", listed, shown, want)
		}
		_, _, err := accounts.ShownNotices(t.Context(), w.db, accounts.ShownFilter{After: "???"})
		refused(t, "a broken cursor", err, accounts.ErrCursorInvalid)
	})
}

// A text is drafted from the register, with blanks where somebody must say what the program cannot know.
func TestNoticeIsDraftedFromTheRegister(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源发布", "2026-01-05 09:00")
		for _, c := range []struct {
			process rules.Process
			facts   accounts.NoticeFacts
			want    []string
		}{
			{rules.ProcessChange, accounts.NoticeFacts{Reason: "机构改革", NewName: "清源镇发布"}, []string{"因机构改革，经研究，", "名称变更为“清源镇发布”", "15个工作日"}},
			{rules.ProcessShut, accounts.NoticeFacts{GoneTo: "“清源发布”微信公众号"}, []string{"因＿＿＿＿，经研究", "将予关停，关停前仍正常更新", "此后请关注：“清源发布”微信公众号"}},
			{rules.ProcessCancel, accounts.NoticeFacts{}, []string{"将予注销", "此后请关注：＿＿＿＿"}},
			{rules.ProcessOpen, accounts.NoticeFacts{}, []string{"已经开通", "访问地址：＿＿＿＿"}},
		} {
			view, err := accounts.DraftNotice(t.Context(), w.db, w.book, w.People["officer"], accounts.NewNotice{AccountID: &account.ID, Process: c.process, Facts: c.facts})
			must(t, "DraftNotice "+string(c.process), err)
			if !strings.Contains(view.Title, "清源镇人民政府关于"+c.process.Label()+"微博“清源发布”的公告") {
				t.Errorf("%s: title %q", c.process, view.Title)
			}
			for _, part := range append(c.want, "特此公告。", "微博“清源发布”") {
				if !strings.Contains(view.Body, part) {
					t.Errorf("%s: %q lacks %q", c.process, view.Body, part)
				}
			}
		}
	})
}

// What an application tells stands in the drafted text; one that was withdrawn gets no notice.
func TestNoticeOfAnApplicationIsDraftedFromIt(t *testing.T) {
	each(t, func(w *world) {
		in, application := w.renaming()
		view, err := accounts.DraftNotice(t.Context(), w.db, w.book, w.People["officer"], in)
		must(t, "DraftNotice", err)
		if view.UnitID != w.Town.ID || view.AccountID == nil || view.Process != rules.ProcessChange || view.Citation != "潼南 2022 第9条" ||
			!strings.Contains(view.Body, "因机构改革，经研究，清源镇人民政府的微博“清源发布”名称变更为“清源新发布”。") {
			t.Errorf("the notice = %+v", view.Notice)
		}
		_, err = accounts.DraftNotice(t.Context(), w.db, w.book, w.People["stranger"], in)
		refused(t, "drafting for another unit's application", err, accounts.ErrApplicationNotFound)
		n := w.signed(in)
		app, err := accounts.GetApplication(t.Context(), w.db, w.People["officer"], application)
		must(t, "GetApplication", err)
		for state, words := range map[accounts.ApplicationState]string{accounts.WithdrawnApplication: "撤回", accounts.DraftApplication: "没有交出去"} {
			app.State = state
			if saved, err := w.db.ExecOne(t.Context(), "application.save", app); err != nil || !saved {
				t.Fatalf("application.save = %t, %v", saved, err)
			}
			app.Version++
			says(t, "publishing for one that is "+string(state), n.publish(""), accounts.ErrNoticeOrder, words)
		}
	})
}

// Two people act on the same notice at once: one of them is told that it changed.
func TestTwoWhoPublishAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		n := w.signed(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia})
		results := make(chan error, 2)
		for _, who := range []string{"officer", "head"} {
			go func() { results <- n.as(who).publish("") }()
		}
		first, second := <-results, <-results
		if (first == nil) == (second == nil) {
			t.Fatalf("publishing twice at once = %v, %v, want one of them refused", first, second)
		}
		refused(t, "the later one", errors.Join(first, second), accounts.ErrNoticeStale)
	})
}

// A place with its address is recorded once, also when two do it at once; the address of another place may be the same.
func TestAPlaceIsRecordedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		n := w.signed(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia})
		results := make(chan error, 2)
		for _, who := range []string{"officer", "head"} {
			go func() { results <- n.as(who).place("own_site", "") }()
		}
		first, second := <-results, <-results
		if (first == nil) == (second == nil) {
			t.Fatalf("recording a place twice at once = %v, %v, want one of them refused", first, second)
		}
		view, err := accounts.NoticeOf(t.Context(), w.db, w.book, w.People["officer"], n.view.ID)
		must(t, "NoticeOf", err)
		n.view = view
		says(t, "once more, a moment later", n.place("own_site", "2026-03-02 08:30"), accounts.ErrNoticeTwice, "已经登记过")
		if must(t, "another place", n.place("district_portal", "")); len(n.view.Places) != 2 {
			t.Errorf("the notice stands at %+v, want two places", n.view.Places)
		}
		says(t, "another text than the one that stands there", n.save("改过的标题", "改过的正文。"), accounts.ErrNoticeState, "请先删去登记的位置")
		_, err = accounts.RemoveNoticePlace(t.Context(), w.db, w.book, w.People["officer"], n.view.ID, n.view.Version, "gone")
		says(t, "remove what is not there", err, accounts.ErrNoticePlace, "可能已经删去")
	})
}

// A notice whose rulebook is not in the library any more keeps no other from being turned.
func TestANoticeThatCannotBeJudgedStopsNoOther(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		lost := w.signed(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessShut, Object: rules.NewMedia, Rule: "change-shut-cancel"})
		must(t, "PublishNotice", lost.publish(""))
		n := w.signed(accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessRedesign, Object: rules.Column})
		must(t, "PublishNotice", n.publish("2026-03-03"))
		w.at("2026-03-05 09:00")
		turned, err := accounts.TurnNotices(t.Context(), w.db, rules.NewBook(&rules.Library{}))
		refused(t, "TurnNotices", err, accounts.ErrRulebookMissing)
		if view, err := accounts.NoticeOf(t.Context(), w.db, w.book, w.People["officer"], n.view.ID); err != nil || view.State != accounts.NoticeEnded || turned != 1 {
			t.Errorf("the other notice is %s after %d turned, %v; want ended", view.State, turned, err)
		}
	})
}

// The audit chain tells each act, and an early end with its reason.
func TestEarlyEndIsAudited(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-02 09:00")
		unit := w.under("zhaotong-2018")
		w.People["officer"] = unitstest.Person(t, w.db, "ztofficer", "昭信息", units.InfoOfficer, unit)
		n := w.signed(accounts.NewNotice{UnitID: unit.ID, Process: rules.ProcessShut, Object: rules.Website, Rule: "migration-start"})
		must(t, "PublishNotice", n.publish(""))
		must(t, "AddNoticePlace", n.place("own_home_page", ""))
		must(t, "EndNotice", n.as("admin").end("网站被依法停用"))
		lines, err := units.ListAudit(t.Context(), w.db, w.People["admin"], units.AuditFilter{UnitID: unit.ID})
		must(t, "ListAudit", err)
		found := map[string]sql.Object{}
		for _, line := range lines {
			if line.ObjectKind == "notice" {
				found[line.Action] = line.Detail
			}
		}
		for _, action := range []string{accounts.ActionNoticeDraft, accounts.ActionNoticeSign, accounts.ActionNoticePublish, accounts.ActionNoticePlace, accounts.ActionNoticeEnd} {
			if found[action] == nil {
				t.Errorf("no audit line %s", action)
			}
		}
		if end := found[accounts.ActionNoticeEnd]; end["early"] != true || end["reason"] != "网站被依法停用" {
			t.Errorf("the line of the early end = %v", end)
		}
	})
}
