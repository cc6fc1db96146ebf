package accounts_test

import (
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/units"
)

// certified is what is filled in when an account is registered at its platform.
func certified(registered string) map[string]string {
	return map[string]string{"registered_on": registered, "certified": "是", "certification": "清源镇人民政府官方微博", "external_id": "1999000001"}
}

// approvedOpening is an application for a weibo account of Town that was approved on 2026-03-20.
func (w *world) approvedOpening(name string) *casefile {
	w.t.Helper()
	w.reach("2026-03-20 10:00")
	c := w.opens(name)
	must(w.t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{On: w.time("2026-03-03 09:00").Ptr()}))
	must(w.t, "submit", c.submit(c.on("2026-03-04")))
	must(w.t, "forward", c.do("admin", "上报", accounts.StageAct{On: w.time("2026-03-06 09:00").Ptr()}))
	must(w.t, "approve", c.do("admin", "市政府办公厅批准", c.on("2026-03-20")))
	return c
}

func TestO14AnAccountIsOpenedInOrder(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-03 10:00")
		c := w.opens("清源发布")
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		w.at("2026-03-04 10:00")
		says(t, "submit without the written application", c.submit(accounts.StageAct{}), accounts.ErrStepAttachment, "书面申请")
		must(t, "submit", c.submit(c.on("")))
		if got := c.account(); got.State != accounts.Applying || got.Name != "清源发布" {
			t.Errorf("after submitting the register has %s %s, want 清源发布, applying", got.Name, got.State)
		}
		w.at("2026-03-06 10:00")
		must(t, "forward", c.do("admin", "上报", accounts.StageAct{}))
		w.at("2026-03-10 10:00")
		account := c.account()
		_, err := accounts.PutInUse(t.Context(), w.db, w.book, w.People["admin"], account.ID, account.Version)
		says(t, "PutInUse on 03-10", err, accounts.ErrStepOrder, "缺「市政府办公厅批准」")
		says(t, "the last step on 03-10", c.do("officer", "开设", accounts.StageAct{}), accounts.ErrStepOrder, "缺「市政府办公厅批准」")
		w.at("2026-03-20 10:00")
		must(t, "approve", c.do("admin", "市政府办公厅批准", c.on("")))
		w.at("2026-03-23 10:00")
		must(t, "open", c.do("officer", "开设", accounts.StageAct{Wanted: certified("2026-03-23")}))
		got := c.account()
		if got.State != accounts.InUse || got.InUseAt == nil || *got.InUseAt != w.db.Now() || c.app.State != accounts.DoneApplication {
			t.Errorf("opened: %s since %v, application %s; want in use since now, done", got.State, got.InUseAt, c.app.State)
		}
		if got.Text("approval_number") != "示范办函〔2026〕12号" || got.Text("approved_on") != "2026-03-20" || got.Text("opened_on") != "2026-03-23" {
			t.Errorf("the register has approval %s on %s, opened on %s", got.Text("approval_number"), got.Text("approved_on"), got.Text("opened_on"))
		}
		var lines []string
		for _, step := range c.view("officer").Steps {
			if step.Action != rules.ActionExecute {
				lines = append(lines, step.Title+" "+step.PersonName+" "+step.DoneOn.Std().Format("01-02"))
			}
		}
		if got, want := strings.Join(lines, "; "), "本单位主要负责人同意 山镇长 03-03; 向区政府办公室申请 云小禾 03-04; 区政府办公室向市政府办公厅上报 松管理 03-06; 市政府办公厅批准 松管理 03-20"; got != want {
			t.Errorf("the four steps: %s; want %s", got, want)
		}
	})
}

func TestO15OpenedBeforeItWasApproved(t *testing.T) {
	each(t, func(w *world) {
		c := w.approvedOpening("清源发布")
		w.at("2026-03-23 10:00")
		for range 2 { // told once
			says(t, "open", c.do("officer", "开设", accounts.StageAct{Wanted: certified("2026-03-01")}), accounts.ErrOpenedBefore, "2026-03-01", "先开后报")
		}
		if got := c.account(); got.State != accounts.Applying {
			t.Errorf("the account is %s, want applying", got.State)
		}
		must(t, "save the day", c.save(accounts.ApplicationDraft{Wanted: certified("2026-03-01")}))
		says(t, "waive", c.waive("admin", "no-open-before-approval", "已经开了"), accounts.ErrWaiverRefused)
		violations, err := accounts.Violations(t.Context(), w.db, w.book, w.People["admin"], accounts.ViolationFilter{Limit: 10})
		if err != nil || len(violations) != 1 {
			t.Fatalf("Violations = %+v, %v, want one", violations, err)
		}
		if v := violations[0]; v.Citation != "潼南 2022 第34条（三）" || v.Name != "清源发布" || v.ApplicationID != c.app.ID || strings.Join(v.Broken, "") != "8.p1" {
			t.Errorf("the violation is %+v", v)
		}
		if !w.audited(w.Town.ID, accounts.ActionViolation) {
			t.Error("the violation is not in the audit chain")
		}
	})
}

func TestO16ASecondAccountOnAPlatformNeedsAReason(t *testing.T) {
	each(t, func(w *world) {
		first := w.account(accounts.KindWeibo, "清源政务", "2026-01-05 09:00")
		w.at("2026-03-03 10:00")
		c := w.opens("清源发布")
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		says(t, "submit", c.submit(c.on("")), accounts.ErrAccountLimit, "清源政务", "原则上只设一个号")
		says(t, "waive by the officer", c.waive("officer", "account_limit", "确有需要"), accounts.ErrApplicationOffice)
		says(t, "waive without a reason", c.waive("admin", "account_limit", " "), accounts.ErrApplicationReason)
		must(t, "waive", c.waive("admin", "account_limit", "原账号转为应急专用"))
		must(t, "submit", c.submit(c.on("")))
		if got := c.view("officer").Waivers; len(got) != 1 || got[0].Reason != "原账号转为应急专用" || got[0].PersonName != "松管理" || strings.Join(got[0].Articles, "") != "8.p3" {
			t.Errorf("the waiver is %+v", got)
		}
		if !w.audited(w.Town.ID, accounts.ActionApplicationWaive) {
			t.Error("the waiver is not in the audit chain")
		}
		must(t, "forward", c.do("admin", "上报", accounts.StageAct{}))
		must(t, "approve", c.do("admin", "市政府办公厅批准", c.on("")))
		must(t, "open", c.do("officer", "开设", accounts.StageAct{Wanted: certified("2026-03-03")}))
		page, err := accounts.ToConsolidate(t.Context(), w.db, w.book, w.People["admin"], "", "", 20)
		if err != nil || len(page.Items) != 1 || len(page.Items[0].Accounts) != 2 || page.Items[0].Accounts[0].ID != first.ID || page.Items[0].Accounts[1].ID != *c.app.AccountID {
			t.Fatalf("ToConsolidate = %+v, %v, want both accounts of Town", page, err)
		}
		if page.Items[0].Citation != "潼南 2022 第8条第3款" || page.Items[0].UnitName != w.Town.Name {
			t.Errorf("to be merged: %+v", page.Items[0])
		}
	})
}

func TestO17TheCertificationNamesTheSponsor(t *testing.T) {
	each(t, func(w *world) {
		c := w.approvedOpening("清源发布")
		w.at("2026-03-23 10:00")
		unnamed := certified("2026-03-23")
		unnamed["certification"] = "便民服务平台"
		says(t, "open", c.do("officer", "开设", accounts.StageAct{Wanted: unnamed}), accounts.ErrSponsorUnnamed, "缺「主办单位」", w.Town.Name)
		must(t, "open", c.do("officer", "开设", accounts.StageAct{Wanted: certified("2026-03-23")}))
		if got := c.account(); got.State != accounts.InUse {
			t.Errorf("the account is %s, want in use", got.State)
		}
	})
}

// renames is an application for another name of a weibo account of Town.
func (w *world) renames(name string) *casefile {
	w.t.Helper()
	account := w.account(accounts.KindWeibo, "清源政务", "2026-01-05 09:00")
	return w.apply(accounts.NewApplication{Process: rules.ProcessChange, Object: rules.NewMedia, AccountID: account.ID,
		Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"name": name}}})
}

func TestO18ARenameIsFiledAndNotApproved(t *testing.T) {
	each(t, func(w *world) {
		c := w.renames("清源发布")
		w.at("2026-09-21 09:00")
		must(t, "minutes", c.do("officer", "集体研究", accounts.StageAct{Role: rules.RoleUnitCollective, Attachments: []string{w.scan(w.Town.ID)}}))
		must(t, "submit", c.submit(accounts.StageAct{}))
		for _, step := range c.view("officer").Steps {
			if step.Action == rules.ActionApprove || strings.Contains(step.Title, "市政府办公厅") {
				t.Errorf("there is a step %s", step.Title)
			}
		}
		n := c.notice("")
		says(t, "announce before the filing", n.publish(""), accounts.ErrNoticeOrder, "区政府办公室备案")
		says(t, "the step before the filing", c.do("officer", "公告", accounts.StageAct{}), accounts.ErrStepOrder, "区政府办公室备案")
		says(t, "the receipt by the unit itself", c.do("officer", "备案", c.on("")), accounts.ErrStepRole)
		w.at("2026-09-25 09:00")
		must(t, "receipt", c.do("admin", "备案", accounts.StageAct{Number: "备〔2026〕8号"}))
		says(t, "the step before the notice", c.do("officer", "公告", accounts.StageAct{}), accounts.ErrNoticeMissing)
		w.at("2026-09-28 09:00")
		must(t, "announce", n.publish(""))
		must(t, "the step", c.do("officer", "公告", accounts.StageAct{}))
		w.at("2026-10-23 18:00")
		says(t, "execute before its end", c.do("officer", "执行", accounts.StageAct{}), accounts.ErrNoticeEarly, "2026-10-23")
		if got := c.account().Name; got != "清源政务" {
			t.Errorf("the account is called %s before the end of the notice", got)
		}
		w.at("2026-10-24 00:00")
		must(t, "execute", c.do("officer", "执行", accounts.StageAct{}))
		if got := c.account().Name; got != "清源发布" || c.app.State != accounts.DoneApplication || c.app.Was["name"] != "清源政务" {
			t.Errorf("renamed to %s, application %s, was %q", got, c.app.State, c.app.Was["name"])
		}
	})
}

func TestO20OneOfTwoConsents(t *testing.T) {
	each(t, func(w *world) {
		shut := func(name string) *casefile {
			account := w.account(accounts.KindWeibo, name, "2026-01-05 09:00")
			return w.apply(accounts.NewApplication{Process: rules.ProcessShut, Object: rules.NewMedia, AccountID: account.ID})
		}
		minutes, signed, deputy := shut("甲"), shut("乙"), shut("丙")
		w.at("2026-03-02 09:00")
		must(t, "minutes", minutes.do("officer", "集体研究", accounts.StageAct{Role: rules.RoleUnitCollective, Attachments: []string{w.scan(w.Town.ID)}}))
		must(t, "submit with minutes", minutes.submit(accounts.StageAct{}))
		must(t, "signed sheet", signed.do("officer", "集体研究", accounts.StageAct{Role: rules.RoleUnitHead, Attachments: []string{w.scan(w.Town.ID)}}))
		must(t, "submit with the sheet", signed.submit(accounts.StageAct{}))
		sheet := accounts.StageAct{Role: rules.RoleUnitDeputy, Attachments: []string{w.scan(w.Town.ID)}}
		says(t, "the deputy's sheet", deputy.do("officer", "集体研究", sheet), accounts.ErrStepRole, "分管负责人不能代替")
		says(t, "the deputy", deputy.do("deputy", "集体研究", accounts.StageAct{}), accounts.ErrStepRole, "主要负责人")
		says(t, "submit with the deputy alone", deputy.submit(accounts.StageAct{}), accounts.ErrStepOrder, "单位集体研究或主要领导同意")
		if deputy.app.State != accounts.DraftApplication {
			t.Errorf("丙 is %s, want draft", deputy.app.State)
		}
	})
}

func TestO21AWebsiteWithoutSecurityTest(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("tongnan-2022", units.LevelInstitution)
		w.at("2026-03-02 09:00")
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Website,
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"name": "云岭馆网站", "kind": "网站"}}})
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		must(t, "submit", c.submit(accounts.StageAct{}))
		must(t, "review", c.do("admin", "逐级审核", c.on("")))
		must(t, "approve", c.do("admin", "市政府办公厅批准", c.on("")))
		must(t, "police", c.do("officer", "公安", c.on("")))
		must(t, "industry", c.do("officer", "行业", c.on("")))
		says(t, "go live", c.do("officer", "上线", accounts.StageAct{}), accounts.ErrStepOrder, "缺「安全检测」")
		must(t, "test", c.do("officer", "安全检测", c.on("")))
		must(t, "go live", c.do("officer", "上线", accounts.StageAct{}))
		view := c.view("officer")
		if got := c.account(); got.State != accounts.InUse || got.Text("security_test_on") != "2026-03-02" || got.Text("police_filing") == "" {
			t.Errorf("the website is %s, tested on %s, police %s", got.State, got.Text("security_test_on"), got.Text("police_filing"))
		}
		last := view.Steps[len(view.Steps)-1]
		if c.app.State != accounts.RunningApplication || last.Action != rules.ActionAnnounce || last.State != accounts.StepOpen || !last.Allowed {
			t.Errorf("after going live: application %s, last step %s %s", c.app.State, last.Title, last.State)
		}
		if len(view.Asked) != 1 || strings.Join(view.Asked[0].Places, "") != "区政府门户" || view.Asked[0].Citation != "潼南 2022 第7条" {
			t.Errorf("the notice that is asked for: %+v", view.Asked)
		}
		if n, err := accounts.AwaitingMe(t.Context(), w.db, c.of("officer")); err != nil || n != 1 {
			t.Errorf("AwaitingMe = %d, %v, want 1", n, err)
		}
	})
}

// offline is an application to take a website off the net for a time.
func (w *world) offline(site accounts.Account, process rules.Process, from, until string) *casefile {
	w.t.Helper()
	draft := accounts.ApplicationDraft{OffFrom: w.time(from).Ptr(), Reason: ref("机房搬迁")}
	if until != "" {
		draft.OffUntil = w.time(until).Ptr()
	} else {
		draft.Cause = ref("ordered_emergency_shutdown")
	}
	return w.apply(accounts.NewApplication{UnitID: site.UnitID, Process: process, Object: rules.Website, AccountID: site.ID, Draft: draft})
}

// site registers a website that is in use.
func (w *world) site(unit units.Unit, name, since string) accounts.Account {
	w.t.Helper()
	w.reach(since)
	in := w.valid(accounts.KindWebsite, name)
	in.UnitID, in.InUseAt = unit.ID, w.time(since).Ptr()
	return w.create(in)
}

// wentOffline carries a temporary time off the net out and brings the website back.
func (w *world) wentOffline(site accounts.Account, from, until string) *casefile {
	w.t.Helper()
	c := w.offline(site, rules.ProcessTemporaryOffline, from, until)
	must(w.t, "submit", c.submit(accounts.StageAct{}))
	must(w.t, "review", c.do("admin", "逐级审核", c.on("")))
	must(w.t, "approve", c.do("admin", "省政府办公厅批准", c.on("")))
	w.reach(from)
	c.announced("temporary-offline", "own_site", "same_level_portal")
	must(w.t, "go offline", c.do("officer", "临时下线", accounts.StageAct{}))
	must(w.t, "announce", c.do("officer", "公告", accounts.StageAct{}))
	w.reach(until)
	must(w.t, "BackOnline", c.took(accounts.BackOnline(w.t.Context(), w.db, w.book, c.of("officer"), c.app.ID, c.app.Version, nil)))
	return c
}

func TestO22OneTimeOffTheNetInAYearAndEmergenciesAreNotCounted(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		first, third := w.site(unit, "网站甲", "2025-06-01 09:00"), w.site(unit, "网站丙", "2025-06-01 09:00")
		w.reach("2026-03-02 09:00")
		done := w.wentOffline(first, "2026-03-05 09:00", "2026-03-20 09:00")
		if done.app.State != accounts.DoneApplication || done.account().State != accounts.InUse {
			t.Fatalf("the first time off: application %s, website %s", done.app.State, done.account().State)
		}
		w.reach("2026-04-10 09:00")
		emergency := w.offline(third, rules.ProcessEmergencyOffline, "2026-04-10 08:00", "")
		says(t, "report without writing", emergency.submit(accounts.StageAct{}), accounts.ErrStepAttachment, "书面申请")
		must(t, "report", emergency.submit(emergency.on("")))
		if got := emergency.account(); got.State != accounts.Suspended {
			t.Errorf("网站丙 is %s after the report, want suspended", got.State)
		}
		view := emergency.view("officer")
		for _, step := range view.Steps {
			if step.Action != rules.ActionFile {
				t.Errorf("the report has a step %s", step.Title)
			}
		}
		if view.Note != "报备，不是审批" {
			t.Errorf("the note of the chain is %q", view.Note)
		}
		must(t, "receipt", emergency.do("admin", "市政府办公室备案", accounts.StageAct{Number: "备〔2026〕1号"}))
		must(t, "up", emergency.do("admin", "省政府办公厅备案", accounts.StageAct{}))
		must(t, "up again", emergency.do("admin", "国务院办公厅备案", emergency.on("")))
		must(t, "BackOnline", emergency.took(accounts.BackOnline(t.Context(), w.db, w.book, emergency.of("officer"), emergency.app.ID, emergency.app.Version, nil)))
		if emergency.app.State != accounts.DoneApplication {
			t.Errorf("the report is %s, want done", emergency.app.State)
		}

		second := w.offline(first, rules.ProcessTemporaryOffline, "2026-09-01 09:00", "2026-09-10 09:00")
		says(t, "甲 again", second.submit(accounts.StageAct{}), accounts.ErrOfflineUsed, "2026 年已用 1 次", "写明理由也不能放行")
		says(t, "waive it", second.waive("admin", "offline_times", "确需"), accounts.ErrWaiverRefused)
		other := w.offline(third, rules.ProcessTemporaryOffline, "2026-08-01 09:00", "2026-08-15 09:00")
		if use := other.view("officer").Offline; use == nil || use.Used != 0 || use.Max != 1 || use.Year != 2026 {
			t.Errorf("丙 used %+v, want 0 of 1", use)
		}
		must(t, "丙", other.submit(accounts.StageAct{}))
	})
}

func TestO23ThirtyDaysOffTheNet(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site := w.site(unit, "网站乙", "2025-06-01 09:00")
		w.reach("2026-02-02 09:00")
		long := w.offline(site, rules.ProcessTemporaryOffline, "2026-03-01 10:00", "2026-04-01 10:00")
		says(t, "31 days", long.submit(accounts.StageAct{}), accounts.ErrOfflineLong, "30日", "2026-03-31 10:00")
		must(t, "30 days", w.offline(site, rules.ProcessTemporaryOffline, "2026-03-01 10:00", "2026-03-31 10:00").submit(accounts.StageAct{}))
	})
}

func TestO24BothNoticesBeforeGoingOffline(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site := w.site(unit, "网站乙", "2025-06-01 09:00")
		w.reach("2026-03-01 09:00")
		c := w.offline(site, rules.ProcessTemporaryOffline, "2026-03-10 09:00", "2026-03-20 09:00")
		must(t, "submit", c.submit(accounts.StageAct{}))
		must(t, "review", c.do("admin", "逐级审核", c.on("")))
		must(t, "approve", c.do("admin", "省政府办公厅批准", c.on("")))
		w.reach("2026-03-10 09:00")
		n := c.announced("temporary-offline", "own_site")
		says(t, "go offline", c.do("officer", "临时下线", accounts.StageAct{}), accounts.ErrNoticePlaces, "本级政府门户")
		must(t, "the portal", n.place("same_level_portal", ""))
		must(t, "go offline", c.do("officer", "临时下线", accounts.StageAct{}))
		account := c.account()
		_, err := accounts.PutInUse(t.Context(), w.db, w.book, w.People["admin"], account.ID, account.Version)
		says(t, "PutInUse beside the application", err, accounts.ErrNeedsApplication, "登记恢复")
		w.reach("2026-03-25 09:00") // five days late by its plan
		must(t, "BackOnline", c.took(accounts.BackOnline(t.Context(), w.db, w.book, c.of("officer"), c.app.ID, c.app.Version, nil)))
		breaches, err := rules.MissedBy(t.Context(), w.db, accounts.ApplicationSubject, c.app.ID, w.db.Now()+1, "~", 10)
		if err != nil || len(breaches) != 1 {
			t.Errorf("the late return: %+v, %v, want one breach", breaches, err)
		}
	})
}

func TestO25NoDeregistrationBeforeTheNoticeOnTheHomePage(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site := w.site(unit, "网站丁", "2025-06-01 09:00")
		w.reach("2026-01-05 09:00")
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessMigrate, Object: rules.Website, AccountID: site.ID})
		must(t, "submit", c.submit(accounts.StageAct{}))
		must(t, "review", c.do("admin", "逐级审核", c.on("")))
		must(t, "approve", c.do("admin", "省政府办公厅批准", c.on("")))
		says(t, "deregister", c.do("officer", "注销ICP", c.on("")), accounts.ErrStepOrder, "公告")
		c.announced("migration-start", "own_home_page")
		must(t, "announce", c.do("officer", "公告", accounts.StageAct{}))
		must(t, "deregister", c.do("officer", "注销ICP", c.on("")))
	})
}

func TestO26TheChainOfADepartmentsWebsite(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		w.at("2026-03-02 09:00")
		draft := accounts.ApplicationDraft{Reason: ref("业务专用"), Wanted: accounts.Wanted{"name": "市云林局网站", "kind": "网站"}}
		_, err := w.begin(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Website, Draft: draft})
		says(t, "apply without a class", err, accounts.ErrWebsiteClass)
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Website, WebsiteClass: "department", Draft: draft})
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		must(t, "submit", c.submit(accounts.StageAct{}))
		must(t, "review", c.do("admin", "逐级审核", c.on("")))
		says(t, "the mark before the approval", c.do("officer", "党政机关网站标识", c.on("")), accounts.ErrStepOrder, "缺「省政府办公厅批准」")
		says(t, "go live before the approval", c.do("officer", "上线", accounts.StageAct{}), accounts.ErrStepOrder, "缺「省政府办公厅批准」")
		must(t, "approve", c.do("admin", "省政府办公厅批准", c.on("")))
		todo := []string{"党政机关网站标识", "中文域名", "ICP", "公安", "行业", "标识码", "安全检测"}
		for i, title := range todo {
			err := c.do("officer", "上线", accounts.StageAct{})
			says(t, "go live before "+title, err, accounts.ErrStepOrder, todo[i:]...)
			act := c.on("")
			act.Number = "5306000001"
			must(t, title, c.do("officer", title, act))
		}
		must(t, "go live", c.do("officer", "上线", accounts.StageAct{}))
		if got := c.account(); got.State != accounts.InUse || got.Text("site_code") != "5306000001" || got.Text("icp") != "5306000001" {
			t.Errorf("the website is %s, code %s, ICP %s", got.State, got.Text("site_code"), got.Text("icp"))
		}
	})
}

func TestO27ATownshipBuildsNoWebsite(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelTownship)
		w.at("2026-03-02 09:00")
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Website, WebsiteClass: "department",
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"name": "云岭镇网站", "kind": "网站"}}})
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		says(t, "submit", c.submit(accounts.StageAct{}), accounts.ErrUnitLevel, "用上级门户")
		must(t, "waive", c.waive("admin", "restrict-townships", "边境口岸，须独立发布"))
		must(t, "submit", c.submit(accounts.StageAct{}))
		if !w.audited(unit.ID, accounts.ActionApplicationWaive) {
			t.Error("the waiver is not in the audit chain")
		}
	})
}

func TestO28AColumnNeedsTwoApprovals(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("dongcheng-2014", units.LevelCountyDepartment)
		site := w.site(unit, "云岭网", "2025-06-01 09:00")
		column := w.column(site, rules.NewsColumn, 1, "要闻", "2025-06-02 09:00")
		w.reach("2026-03-02 09:00")
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessChangeColumn, Object: rules.Column, ColumnID: column.ID,
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"column_act": accounts.ColumnChange, "column_name": "今日要闻"}}})
		says(t, "submit without the leader", c.submit(c.on("")), accounts.ErrStepOrder, "本单位主管领导批准")
		must(t, "the leader", c.do("deputy", "主管领导批准", accounts.StageAct{}))
		says(t, "submit without the sheet", c.submit(accounts.StageAct{}), accounts.ErrStepAttachment, "附件1")
		must(t, "submit", c.submit(c.on("")))
		says(t, "carry out before the approval", c.do("admin", "统一实施", accounts.StageAct{}), accounts.ErrStepOrder, "缺「区信息办批准」")
		must(t, "approve", c.do("admin", "区信息办批准", accounts.StageAct{}))
		says(t, "carry out by the unit", c.do("officer", "统一实施", accounts.StageAct{}), accounts.ErrStepRole, "区信息办")
		must(t, "carry out", c.do("admin", "统一实施", accounts.StageAct{}))
		if got, err := accounts.GetColumn(t.Context(), w.db, w.People["admin"], column.ID); err != nil || got.Name != "今日要闻" {
			t.Errorf("the column is called %s, %v", got.Name, err)
		}
	})
}

func TestO29AColumnIsAddedAfterItsFiling(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("xiangxi-2018", units.LevelCountyDepartment)
		site := w.site(unit, "云岭网", "2025-06-01 09:00")
		w.reach("2026-05-11 09:00")
		_, err := accounts.CreateColumn(t.Context(), w.db, w.book, w.People["admin"], accounts.NewColumn{AccountID: site.ID, Name: "通知公告", Kind: rules.NoticeColumn, Level: 1})
		says(t, "CreateColumn without an application", err, accounts.ErrNeedsApplication, "湘西 2018 第9条")
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessChangeColumn, Object: rules.Column, AccountID: site.ID,
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"column_act": accounts.ColumnAdd, "column_name": "通知公告", "column_kind": "notice"}}})
		must(t, "submit", c.submit(accounts.StageAct{}))
		w.at("2026-05-13 09:00")
		says(t, "add on 05-13", c.do("officer", "增减栏目", accounts.StageAct{}), accounts.ErrStepOrder, "缺「州电子政务办审核」", "「州电子政务办备案」")
		w.at("2026-05-15 09:00")
		must(t, "review", c.do("admin", "州电子政务办审核", accounts.StageAct{}))
		says(t, "add before the filing", c.do("officer", "增减栏目", accounts.StageAct{}), accounts.ErrStepOrder, "缺「州电子政务办备案」")
		must(t, "file", c.do("admin", "州电子政务办备案", accounts.StageAct{Number: "备〔2026〕3号"}))
		must(t, "add", c.do("officer", "增减栏目", accounts.StageAct{}))
		page, err := accounts.Columns(t.Context(), w.db, w.book, w.People["admin"], accounts.ColumnFilter{AccountID: site.ID})
		if err != nil || len(page.Items) != 1 || page.Items[0].Name != "通知公告" || c.app.State != accounts.DoneApplication {
			t.Fatalf("Columns = %+v, %v; application %s", page, err, c.app.State)
		}
		_, err = accounts.CloseColumn(t.Context(), w.db, w.book, w.People["admin"], page.Items[0].ID, page.Items[0].Version)
		says(t, "CloseColumn without an application", err, accounts.ErrNeedsApplication)
	})
}

func TestO30FiveItemsAreReported(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("chaoan", units.LevelCountyDepartment)
		w.at("2026-03-02 09:00")
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Website, WebsiteClass: "department",
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"name": "云岭局网站", "kind": "网站", "domain": "www.cayl.gov.cn", "hosting": "区政务云"}}})
		act := c.on("")
		act.Number = "粤ICP备00000001号"
		must(t, "ICP", c.do("officer", "ICP备案", act))
		says(t, "report four", c.submit(accounts.StageAct{}), accounts.ErrFilingIncomplete, "缺「运行维护单位」")
		if got := c.lacks(); strings.Contains(got, "域名") || !strings.Contains(got, "运行维护单位") {
			t.Errorf("missing: %s", got)
		}
		must(t, "the fifth", c.save(accounts.ApplicationDraft{Wanted: accounts.Wanted{"operator": "区数据服务中心"}}))
		must(t, "report", c.submit(accounts.StageAct{}))
		if c.app.State != accounts.DoneApplication {
			t.Errorf("the report is %s, want done", c.app.State)
		}
		for _, step := range c.view("officer").Steps {
			if step.Action == rules.ActionApprove || step.Action == rules.ActionReview {
				t.Errorf("there is a step %s", step.Title)
			}
		}
		if got := c.account(); got.Text("icp") != "粤ICP备00000001号" || got.Text("operator") != "区数据服务中心" {
			t.Errorf("the register has ICP %s, operator %s", got.Text("icp"), got.Text("operator"))
		}
	})
}
