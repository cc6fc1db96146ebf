package accounts_test

import (
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/units"
)

// hints are the texts of what stands against nothing and is told all the same.
func (c *casefile) hints() string {
	c.t.Helper()
	lacks, err := accounts.Missing(c.t.Context(), c.db, c.book, c.of("officer"), c.app.ID)
	must(c.t, "Missing", err)
	var texts []string
	for _, lack := range lacks {
		if !lack.Refuses {
			texts = append(texts, lack.Citation+" "+lack.Text)
		}
	}
	return strings.Join(texts, "|")
}

// approvedSite is an application for the website of a department that the provincial office approved.
func (w *world) approvedSite(unit units.Unit) *casefile {
	w.t.Helper()
	c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Website, WebsiteClass: "department",
		Draft: accounts.ApplicationDraft{Reason: ref("业务专用"), Wanted: accounts.Wanted{"name": "市云林局网站", "kind": "网站"}}})
	must(w.t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
	must(w.t, "submit", c.submit(accounts.StageAct{}))
	must(w.t, "review", c.do("admin", "逐级审核", c.on("")))
	must(w.t, "approve", c.do("admin", "省政府办公厅批准", c.on("")))
	return c
}

// 昭通 8 asks for other filings as the authorities of the trade require: where none does, that is written down. The rest must be.
func TestAFilingThatNobodyRequiresDoesNotApply(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		w.at("2026-03-02 09:00")
		c := w.approvedSite(unit)
		skip := accounts.StageAct{Skip: true, Opinion: "已询问市交通运输主管部门，无此项备案"}
		says(t, "before its turn", c.do("officer", "行业主管部门备案", skip), accounts.ErrStepOrder)
		for _, title := range []string{"党政机关网站标识", "中文域名"} {
			must(t, title, c.do("officer", title, c.on("")))
		}
		says(t, "the filing with the police", c.do("officer", "公安", skip), accounts.ErrStepApplies, "必须办理")
		says(t, "without a reason", c.do("officer", "行业主管部门备案", accounts.StageAct{Skip: true}), accounts.ErrApplicationReason, "不适用")
		for _, step := range c.view("officer").Steps {
			if want := step.ToRole == rules.RoleIndustryAuthority; step.Skippable != want {
				t.Errorf("%s is skippable: %t, want %t", step.Title, step.Skippable, want)
			}
		}
		must(t, "it does not apply", c.do("officer", "行业主管部门备案", skip))
		if step := c.step("行业主管部门"); step.State != accounts.StepSkipped || step.Opinion == "" || step.PersonName != "officer" || step.DoneOn == nil {
			t.Errorf("what does not apply is %+v", step)
		}
		says(t, "a second time", c.do("officer", "行业主管部门备案", skip), accounts.ErrStepDone)
		for _, title := range []string{"ICP", "公安", "标识码", "安全检测"} {
			act := c.on("")
			act.Number = "5306000001"
			must(t, title, c.do("officer", title, act))
		}
		must(t, "go live", c.do("officer", "上线", accounts.StageAct{}))
		if got := c.account(); got.State != accounts.InUse {
			t.Errorf("the website is %s, want in use", got.State)
		}
		form, err := accounts.ApplicationForm(t.Context(), w.db, w.book, c.of("officer"), c.app.ID)
		must(t, "ApplicationForm", err)
		readsInOrder(t, form, "行业主管部门备案：不适用：已询问市交通运输主管部门")
		acts, err := accounts.ActsOf(t.Context(), w.db, c.app.ID)
		if err != nil || !slices.ContainsFunc(acts, func(a accounts.Act) bool { return a.Act == "skip" && a.Text == skip.Opinion }) {
			t.Errorf("the history: %+v, %v", acts, err)
		}
	})
}

// 潼南 6: a contractor is asked for when the opening is handed in, and what goes on beside its work is told and stops nothing.
func TestAContractorIsAskedForWhenAnOpeningIsHandedIn(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-04 09:00")
		ctx, admin := t.Context(), w.People["admin"]
		vendor, err := accounts.CreateContractor(ctx, w.db, w.book, admin, accounts.ContractorForm{UnitID: w.Town.ID, Name: "云上科技（虚构）", Service: "排版"})
		must(t, "CreateContractor", err)
		c := w.opens("清源发布")
		must(t, "save", c.save(accounts.ApplicationDraft{Wanted: accounts.Wanted{"contractor_id": vendor.ID}}))
		if got := c.lacks(); !strings.Contains(got, "约定权责、保密协议") {
			t.Errorf("missing: %s", got)
		}
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		err = c.submit(c.on(""))
		cites(t, "submit", err, accounts.ErrContractorUnfit, "tongnan-2022", "6")
		for _, item := range []string{"responsibilities_agreed", "confidentiality_agreement"} {
			vendor, err = accounts.RecordContractor(ctx, w.db, w.book, admin, vendor.ID, vendor.Version, item, accounts.Proof{DoneOn: w.db.Now(), Note: "原件存档"})
			must(t, "RecordContractor", err)
		}
		if got := c.hints(); !strings.Contains(got, "潼南 2022 第6条 服务商还没有登记“资质审查”") || !strings.Contains(got, "“日常监督”") || strings.Contains(got, "保密培训") {
			t.Errorf("hints: %s", got)
		}
		must(t, "submit", c.submit(c.on("")))
	})
}

// What the unit does is done by its people. The office writes down what was done on paper, with the scan, and takes nothing back.
func TestTheOfficeDoesNothingInTheNameOfAUnit(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-04 09:00")
		c := w.opens("清源发布")
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		withdraw := func(who string) error {
			return c.took(accounts.WithdrawApplication(t.Context(), w.db, w.book, w.People[who], c.app.ID, c.app.Version, "另报"))
		}
		must(t, "the office clears a draft away", withdraw("admin"))
		must(t, "resume", c.took(accounts.ResumeApplication(t.Context(), w.db, w.book, w.People["officer"], c.app.ID, c.app.Version)))
		if submission := c.view("admin").Steps[1]; !submission.Paper || !submission.Needs.Scan {
			t.Errorf("to the office handing in is %+v, want it on paper", submission)
		}
		if submission := c.view("officer").Steps[1]; submission.Paper || submission.Needs.Scan {
			t.Errorf("to the unit handing in is %+v, want it done in person", submission)
		}
		must(t, "a file of the application itself", c.save(accounts.ApplicationDraft{Attachments: []string{w.scan(w.Town.ID)}}))
		says(t, "hand in by the office", c.took(accounts.Submit(t.Context(), w.db, w.book, w.People["admin"], c.app.ID, c.app.Version, accounts.StageAct{})),
			accounts.ErrStepAttachment, "扫描件")
		must(t, "hand in on paper", c.took(accounts.Submit(t.Context(), w.db, w.book, w.People["admin"], c.app.ID, c.app.Version, c.on(""))))
		if step := c.step("申请"); !step.OnPaper || step.PersonName != "松管理" {
			t.Errorf("written down as %+v", step)
		}
		says(t, "withdrawn by the office", withdraw("admin"), accounts.ErrApplicationUnit, "退回")
		if actions := c.view("admin").Actions; actions.Withdraw || !actions.Return {
			t.Errorf("the office may %+v", actions)
		}
		if !c.view("officer").Actions.Withdraw {
			t.Error("the unit may not withdraw")
		}
		must(t, "withdrawn by the unit", withdraw("officer"))
	})
}

// A section's officer and the officer of its unit are both the unit's own people; the office's own account is the office's.
func TestTheOfficeHandsInForItsOwnAccounts(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-04 09:00")
		in := w.valid(accounts.KindWeibo, "区政府发布")
		in.UnitID, in.InUseAt = w.Office.ID, w.time("2026-01-05 09:00").Ptr()
		account := w.create(in)
		app, err := accounts.Apply(t.Context(), w.db, w.book, w.People["admin"], accounts.NewApplication{Process: rules.ProcessShut, Object: rules.NewMedia, AccountID: account.ID})
		must(t, "Apply", err)
		c := &casefile{world: w, app: app}
		view, err := accounts.ViewApplication(t.Context(), w.db, w.book, w.People["admin"], app.ID)
		must(t, "ViewApplication", err)
		if len(view.KeyFields) != 0 || view.Steps[1].Paper {
			t.Errorf("the filing of the office's own: %+v", view.Steps[1])
		}
		must(t, "minutes", c.do("admin", "集体研究", accounts.StageAct{Role: rules.RoleUnitCollective, Attachments: []string{w.scan(w.Office.ID)}}))
		must(t, "submit", c.took(accounts.Submit(t.Context(), w.db, w.book, w.People["admin"], app.ID, c.app.Version, accounts.StageAct{})))
		if c.step("备案").OnPaper {
			t.Error("the office's own filing is written down as on paper")
		}
	})
}

func TestNoticesAreToldBeforeHandingIn(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site := w.site(unit, "网站甲", "2025-06-01 09:00")
		w.reach("2026-03-02 09:00")
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessChangeDomain, Object: rules.Website, AccountID: site.ID,
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"domain": "www.yunling.gov.cn", "hosting": "市政务云"}}})
		if got := c.hints(); !strings.Contains(got, "昭通 2018 第12条（五） 执行之前要发布公告") || !strings.Contains(got, "发布在原网站") {
			t.Errorf("hints before it is handed in: %s", got)
		}
		view := c.view("officer")
		if got := strings.Join(view.KeyFields, " "); got != "unit head contact domain home_url" {
			t.Errorf("a change under 昭通 12（五） is for %s", got)
		}
		for _, field := range view.Fields {
			if field.Key != (field.Name == "domain") {
				t.Errorf("%s needs the process: %t", field.Name, field.Key)
			}
		}
		must(t, "submit", c.submit(c.on("")))
		if got := c.lacks(); !strings.Contains(got, "公告") {
			t.Errorf("missing after it was handed in: %s", got)
		}

		renamed := w.renames("清源发布")
		if got := renamed.hints(); !strings.Contains(got, "潼南 2022 第9条 执行之前要发布公告") || !strings.Contains(got, "公告满15个工作日才能执行") {
			t.Errorf("hints of a change of name: %s", got)
		}
		view = renamed.view("officer")
		if len(view.Asked) != 1 || strings.Join(view.Asked[0].Places, "") != "本系统的公告页" {
			t.Errorf("the notice that 潼南 9 asks for: %+v", view.Asked)
		}
		if got := strings.Join(view.KeyFields, " "); got != "name unit certified_subject platform kind domain" || len(view.Locked) != 0 {
			t.Errorf("a change under I-TN-11 is for %s, locked %v", got, view.Locked)
		}
	})
}

func TestWhatTheApprovalDecidedIsLocked(t *testing.T) {
	each(t, func(w *world) {
		c := w.opens("清源发布")
		if view := c.view("officer"); len(view.Locked) != 0 {
			t.Errorf("of a draft %v is locked", view.Locked)
		}
		c = w.submitted("清源之声")
		view := c.view("officer")
		if len(view.Locked) == 0 {
			t.Fatal("nothing is locked after it was handed in")
		}
		for _, field := range view.Locked {
			says(t, field, c.save(accounts.ApplicationDraft{Wanted: accounts.Wanted{field: "别的"}}), accounts.ErrApplicationField)
		}
	})
}

// An opening that was withdrawn takes nobody's place; when its account was closed meanwhile, it is not taken up again.
func TestAWithdrawnOpeningCountsForNothing(t *testing.T) {
	each(t, func(w *world) {
		c := w.submitted("清源发布")
		must(t, "withdraw", c.took(accounts.WithdrawApplication(t.Context(), w.db, w.book, w.People["officer"], c.app.ID, c.app.Version, "另报")))
		if got := w.opens("清源之声").lacks(); strings.Contains(got, "已有账号") {
			t.Errorf("beside a withdrawn opening: %s", got)
		}
		account := c.account()
		_, err := accounts.Close(t.Context(), w.db, w.book, w.People["admin"], account.ID, account.Version, accounts.Closing{Reason: "不再开设"})
		must(t, "Close", err)
		must(t, "resume", c.took(accounts.ResumeApplication(t.Context(), w.db, w.book, w.People["officer"], c.app.ID, c.app.Version)))
		says(t, "hand in", c.submit(c.on("")), accounts.ErrStateRefuses, "已经关停", "另建申请")
	})
}

// Two applications for a time off the net do not stand side by side; an emergency stands beside anything.
func TestOneTimeOffTheNetIsAppliedForAtOnce(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site := w.site(unit, "网站甲", "2025-06-01 09:00")
		w.reach("2026-03-02 09:00")
		first := w.offline(site, rules.ProcessTemporaryOffline, "2026-04-01 09:00", "2026-04-10 09:00")
		must(t, "the first", first.submit(accounts.StageAct{}))
		second := w.offline(site, rules.ProcessTemporaryOffline, "2026-05-01 09:00", "2026-05-10 09:00")
		says(t, "the second", second.submit(accounts.StageAct{}), accounts.ErrApplicationRunning, "临时下线")
		emergency := w.offline(site, rules.ProcessEmergencyOffline, "2026-03-02 08:00", "")
		must(t, "an emergency", emergency.submit(emergency.on("")))
		change := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessChange, Object: rules.Website, AccountID: site.ID,
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"contact": "云小禾 0744-0000000"}}})
		must(t, "a change", change.submit(change.on("")))
	})
}

// Applications are made at a unit while it is merged into another: none is left behind at the one that ended.
func TestNoApplicationIsLeftAtAUnitThatEnded(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-04 09:00")
		for range 3 {
			unit := w.staffed("tongnan-2022", units.LevelTownship)
			made := make(chan error, 4)
			for range cap(made) {
				go func() {
					_, err := accounts.Apply(t.Context(), w.db, w.book, w.People["officer-"+unit.ID], accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen,
						Object: rules.NewMedia})
					made <- err
				}()
			}
			_, merged := accounts.MergeUnit(t.Context(), w.db, w.People["admin"], unit.ID, unit.Version, w.Bureau.ID)
			for range cap(made) {
				<-made // applied before it ended, or refused
			}
			must(t, "MergeUnit", merged)
			left, err := accounts.UnfinishedAt(t.Context(), w.db, unit.ID)
			if err != nil || slices.ContainsFunc(left, func(u accounts.Unfinished) bool { return u.Kind == "application" }) {
				t.Fatalf("at the unit that ended is left %+v, %v", left, err)
			}
			_, err = units.Get(t.Context(), w.db, units.System, w.Bureau.ID)
			must(t, "units.Get", err)
		}
	})
}

// What is wanted of a domain is told once, on the screen and on paper, and so is what is wanted of a column.
func TestWhatIsWantedOfADomainOrAColumnIsToldOnce(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("dongcheng-2014", units.LevelCountyDepartment)
		site := w.site(unit, "云岭网", "2025-06-01 09:00")
		above := w.column(site, rules.NewsColumn, 1, "要闻", "2025-06-02 09:00")
		w.reach("2026-03-02 09:00")
		domain := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Domain,
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"domain": "www.yunling.gov.cn"}}})
		if fields := domain.view("officer").Fields; len(fields) != 1 || fields[0].Wanted != "www.yunling.gov.cn" {
			t.Errorf("wanted of a domain: %+v", fields)
		}
		form, err := accounts.ApplicationForm(t.Context(), w.db, w.book, domain.of("officer"), domain.app.ID)
		must(t, "ApplicationForm", err)
		if text := read(form); strings.Count(text, "www.yunling.gov.cn") != 1 || !strings.Contains(text, "域名：www.yunling.gov.cn") {
			t.Errorf("the form of a domain says:\n%s", text)
		}
		wanted := accounts.Wanted{"column_act": accounts.ColumnAdd, "column_name": "名师", "column_kind": "other", "column_parent": above.ID}
		column := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessChangeColumn, Object: rules.Column, AccountID: site.ID,
			Draft: accounts.ApplicationDraft{Wanted: wanted}})
		form, err = accounts.ApplicationForm(t.Context(), w.db, w.book, column.of("officer"), column.app.ID)
		must(t, "ApplicationForm", err)
		readsInOrder(t, form, "栏目名称：名师", "所属网站：云岭网", "办理事项：新增栏目", "栏目类型：其他栏目", "上级栏目：要闻")
		must(t, "a column of another site above it", column.save(accounts.ApplicationDraft{Wanted: accounts.Wanted{"column_parent": "0000000000000000"}}))
		if got := column.lacks(); !strings.Contains(got, "上级栏目不在这个网站") {
			t.Errorf("missing: %s", got)
		}
		says(t, "a column above one that is there", column.save(accounts.ApplicationDraft{Wanted: accounts.Wanted{"column_act": accounts.ColumnChange, "column_parent": above.ID}}),
			accounts.ErrApplicationField)
	})
}
