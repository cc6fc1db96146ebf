package accounts_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// submitted is an application for a weibo account of Town that was handed in.
func (w *world) submitted(name string) *casefile {
	w.t.Helper()
	w.reach("2026-03-04 09:00")
	c := w.opens(name)
	must(w.t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
	must(w.t, "submit", c.submit(c.on("")))
	return c
}

func TestAnApplicationIsGivenBackMendedAndHandedInAgain(t *testing.T) {
	each(t, func(w *world) {
		c := w.submitted("清源发布")
		ctx := t.Context()
		_, err := accounts.ReturnApplication(ctx, w.db, w.book, w.People["officer"], c.app.ID, c.app.Version, "名称不对")
		refused(t, "return by the unit", err, accounts.ErrApplicationOffice)
		_, err = accounts.ReturnApplication(ctx, w.db, w.book, w.People["admin"], c.app.ID, c.app.Version, " ")
		refused(t, "return without a reason", err, accounts.ErrApplicationReason)
		must(t, "forward", c.do("admin", "上报", accounts.StageAct{}))
		must(t, "return", c.took(accounts.ReturnApplication(ctx, w.db, w.book, w.People["admin"], c.app.ID, c.app.Version, "名称要写明单位")))
		says(t, "a step of what was given back", c.do("admin", "市政府办公厅批准", c.on("")), accounts.ErrStepOrder)
		must(t, "mend", c.save(accounts.ApplicationDraft{Wanted: accounts.Wanted{"name": "清源镇发布"}}))
		says(t, "hand in what the head did not see", c.submit(c.on("")), accounts.ErrStepOrder, "主要负责人同意")
		must(t, "consent again", c.do("head", "主要负责人同意", accounts.StageAct{}))
		must(t, "hand in again", c.submit(c.on("")))
		if got := c.account(); got.Name != "清源镇发布" || c.app.Attempt != 2 || c.app.State != accounts.RunningApplication {
			t.Errorf("handed in again: %s, attempt %d, %s", got.Name, c.app.Attempt, c.app.State)
		}
		if step := c.step("上报"); step.State != accounts.StepOpen || step.DoneOn != nil {
			t.Errorf("the forwarding of the first attempt stands: %+v", step)
		}
	})
}

func TestAnApplicationIsWithdrawnAndTakenUpAgain(t *testing.T) {
	each(t, func(w *world) {
		c := w.submitted("清源发布")
		_, err := accounts.WithdrawApplication(t.Context(), w.db, w.book, w.People["stranger"], c.app.ID, c.app.Version, "")
		refused(t, "withdraw by another unit", err, accounts.ErrApplicationNotFound)
		must(t, "withdraw", c.took(accounts.WithdrawApplication(t.Context(), w.db, w.book, w.People["officer"], c.app.ID, c.app.Version, "另报")))
		says(t, "a step of what was withdrawn", c.do("admin", "上报", accounts.StageAct{}), accounts.ErrApplicationState)
		refused(t, "hand in what was withdrawn", c.submit(c.on("")), accounts.ErrApplicationState)
		if n, err := accounts.AwaitingMe(t.Context(), w.db, w.People["admin"]); err != nil || n != 0 {
			t.Errorf("AwaitingMe of the office = %d, %v, want 0", n, err)
		}
		must(t, "resume", c.took(accounts.ResumeApplication(t.Context(), w.db, w.book, w.People["officer"], c.app.ID, c.app.Version)))
		must(t, "hand in", c.submit(c.on("")))
		if got := c.account(); got.State != accounts.Applying {
			t.Errorf("the account is %s, want applying", got.State)
		}
	})
}

func TestARefusedOpeningLeavesNoAccountBehind(t *testing.T) {
	each(t, func(w *world) {
		c := w.submitted("清源发布")
		must(t, "forward", c.do("admin", "上报", accounts.StageAct{}))
		act := c.on("")
		refuse := func() error {
			return c.took(accounts.RefuseApplication(t.Context(), w.db, w.book, w.People["admin"], c.app.ID, c.app.Version, c.step("批准").ID, act))
		}
		refused(t, "refuse without a reason", refuse(), accounts.ErrApplicationReason)
		act.Opinion = "已有同类账号"
		must(t, "refuse", refuse())
		if got := c.account(); c.app.State != accounts.RefusedApplication || got.State != accounts.Closed || got.InUseAt != nil {
			t.Errorf("refused: application %s, account %s in use at %v", c.app.State, got.State, got.InUseAt)
		}
		shown, _, err := accounts.Directory(t.Context(), w.db, accounts.DirectoryFilter{})
		if err != nil || len(shown) != 0 {
			t.Errorf("Directory = %+v, %v, want nothing of an account that never was", shown, err)
		}
		_, err = accounts.EntryOf(t.Context(), w.db, *c.app.AccountID)
		refused(t, "EntryOf a refused opening", err, accounts.ErrEntryNotFound)
		must(t, "another application", w.submittedAgain())
	})
}

func (w *world) submittedAgain() error {
	c := w.opens("清源发布")
	if err := c.do("head", "主要负责人同意", accounts.StageAct{}); err != nil {
		return err
	}
	return c.submit(c.on(""))
}

// The chain that holds when an application is handed in holds to its end; before that, the one that holds now.
func TestTheChainIsFrozenWhenItIsHandedIn(t *testing.T) {
	each(t, func(w *world) {
		handed := w.submitted("清源发布")
		draft := w.opens("清源服务")
		must(t, "consent", draft.do("head", "主要负责人同意", accounts.StageAct{}))
		err := w.db.InTx(t.Context(), func(tx *sql.DB) error {
			return units.Use(t.Context(), tx, units.RulebookUse{ID: sql.NewID(), UnitID: w.Town.ID, Rulebook: "zhaotong-2018", Layer: units.LocalLayer, FromAt: tx.Now(), CreatedAt: tx.Now()})
		})
		must(t, "units.Use", err)
		w.at("2026-03-05 09:00")
		says(t, "hand in under the new rulebook", draft.submit(draft.on("")), accounts.ErrNoChain, "昭通 2018", "无规则")
		must(t, "forward under the old one", handed.do("admin", "上报", accounts.StageAct{}))
		if view := handed.view("officer"); view.Citation != "潼南 2022 第8条第1款" {
			t.Errorf("the application cites %s", view.Citation)
		}
	})
}

func TestASectionsAccountCountsForItsUnit(t *testing.T) {
	each(t, func(w *world) {
		w.account(accounts.KindWeChatService, "清源服务", "2026-01-05 09:00")
		w.at("2026-03-04 09:00")
		app, err := accounts.Apply(t.Context(), w.db, w.book, w.People["section"], accounts.NewApplication{UnitID: w.Section.ID, Process: rules.ProcessOpen, Object: rules.NewMedia,
			Draft: accounts.ApplicationDraft{Reason: ref("便民"), Wanted: accounts.Wanted{"name": "清源党政办", "kind": "订阅号"}}})
		must(t, "Apply", err)
		c := &casefile{world: w, app: app}
		must(t, "the head of the unit consents for its section", c.do("head", "主要负责人同意", accounts.StageAct{}))
		_, err = accounts.Submit(t.Context(), w.db, w.book, w.People["section"], app.ID, c.app.Version, accounts.StageAct{Attachments: []string{w.scan(w.Section.ID)}})
		says(t, "a 订阅号 beside the 服务号 of the unit", err, accounts.ErrAccountLimit, "清源服务", w.Town.Name)
	})
}

// A program that opens a website need not tell what the object says already.
func TestANewWebsiteIsOfItsOwnKind(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("dongcheng-2014", units.LevelCountyDepartment)
		site := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Website,
			Draft: accounts.ApplicationDraft{Reason: ref("便民服务"), Wanted: accounts.Wanted{"name": "云岭某局网"}}})
		if lacks := site.lacks(); strings.Contains(lacks, "类型") {
			t.Errorf("a new website lacks %s", lacks)
		}
		labels := map[string]string{}
		for _, field := range site.view("officer").Fields {
			labels[field.Name] = field.Label + "：" + field.Wanted
		}
		want := map[string]string{"name": "网站名称：云岭某局网", "platform": "平台：" + accounts.Website.Label(), "kind": "网站类型：" + accounts.KindWebsite.Label()}
		if !maps.Equal(labels, want) {
			t.Errorf("a new website shows %v, want %v", labels, want)
		}
		form, err := accounts.ApplicationForm(t.Context(), w.db, w.book, w.People["admin"], site.app.ID)
		must(t, "ApplicationForm", err)
		readsInOrder(t, form, "对象：网站", "名称：云岭某局网")
		if text := read(form); strings.Contains(text, "平台：") || strings.Contains(text, "类型：网站") {
			t.Errorf("the form of a website says once more that it is one:\n%s", text)
		}
		unit = w.staffed("tongnan-2022", units.LevelCountyDepartment)
		c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.NewMedia,
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"name": "云岭某局"}}})
		if lacks := c.lacks(); !strings.Contains(lacks, "请选择账号类型") {
			t.Errorf("a new account of no kind lacks only %s", lacks)
		}
	})
}

func TestWithoutAHeadAndADeputyNothingIsOpened(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-04 09:00")
		app, err := accounts.Apply(t.Context(), w.db, w.book, w.People["stranger"], accounts.NewApplication{UnitID: w.Bureau.ID, Process: rules.ProcessOpen, Object: rules.NewMedia,
			Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"name": "云林发布", "kind": "微博", "head": "云局长 0744-0000001"}}})
		must(t, "Apply", err)
		lacks, err := accounts.Missing(t.Context(), w.db, w.book, w.People["stranger"], app.ID)
		must(t, "Missing", err)
		var said []string
		for _, lack := range lacks {
			if lack.Refuses {
				said = append(said, lack.Citation+" "+lack.Text)
			}
		}
		all := strings.Join(said, "|")
		for _, want := range []string{"本单位主要负责人同意", "潼南 2022 第5条 示范区云林局没有登记分管负责人", "请上传书面申请", "潼南 2022 第8条第1款 申请须说明"} {
			if !strings.Contains(all, want) {
				t.Errorf("missing: %s; want %q in it", all, want)
			}
		}
		if strings.Contains(all, "没有登记主要负责人") {
			t.Errorf("the head told in the application is missing: %s", all)
		}
	})
}

func TestApplicationsAreListedWithinReachAndByWhomTheyWaitFor(t *testing.T) {
	each(t, func(w *world) {
		c := w.submitted("清源发布")
		w.renames("清源政务号")
		list := func(who string, filter accounts.ApplicationFilter) []accounts.ApplicationLine {
			t.Helper()
			page, err := accounts.Applications(t.Context(), w.db, w.People[who], filter)
			must(t, "Applications", err)
			return page.Items
		}
		if got := list("stranger", accounts.ApplicationFilter{}); len(got) != 0 {
			t.Errorf("another unit sees %+v", got)
		}
		if got := list("officer", accounts.ApplicationFilter{State: "open"}); len(got) != 2 || got[0].Title != "清源政务" || got[1].ID != c.app.ID {
			t.Errorf("the unit sees %+v, want both, the youngest first", got)
		}
		if got := list("admin", accounts.ApplicationFilter{Mine: true}); len(got) != 1 || got[0].ID != c.app.ID || !got[0].Mine || strings.Join(got[0].WaitsFor, "") != "区政府办公室向市政府办公厅上报" {
			t.Errorf("what waits for the office: %+v", got)
		}
		for who, want := range map[string]int{"admin": 1, "officer": 1, "stranger": 0, "layout": 0} {
			if n, err := accounts.AwaitingMe(t.Context(), w.db, w.People[who]); err != nil || n != want {
				t.Errorf("AwaitingMe of %s = %d, %v, want %d", who, n, err, want)
			}
		}
		page, err := accounts.Applications(t.Context(), w.db, w.People["officer"], accounts.ApplicationFilter{PerPage: 1})
		if err != nil || len(page.Items) != 1 || page.Next == "" {
			t.Fatalf("the first page = %+v, %v", page, err)
		}
		rest := list("officer", accounts.ApplicationFilter{PerPage: 1, AfterID: page.Next})
		if len(rest) != 1 || rest[0].ID != c.app.ID {
			t.Errorf("the second page = %+v", rest)
		}
		if got := list("officer", accounts.ApplicationFilter{Process: rules.ProcessChange, Query: "政务"}); len(got) != 1 {
			t.Errorf("by process and name: %+v", got)
		}
	})
}

// What no chain is about is closed with its proof and a word for the public.
func TestClosingWhereNoChainExists(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("xiangxi-2018", units.LevelCountyDepartment)
		in := w.valid(accounts.KindWeibo, "云岭发布")
		in.UnitID = unit.ID
		account := w.create(in)
		shut := func(closing accounts.Closing) error {
			_, err := accounts.Close(context.Background(), w.db, w.book, w.People["admin"], account.ID, account.Version, closing)
			return err
		}
		says(t, "without a reason", shut(accounts.Closing{}), accounts.ErrReasonRequired)
		says(t, "without a proof", shut(accounts.Closing{Reason: "整合", GoneTo: "州政府网站"}), accounts.ErrClosingIncomplete, "注销证明")
		says(t, "without a word for the public", shut(accounts.Closing{Reason: "整合", Proof: []string{w.scan(unit.ID)}}), accounts.ErrClosingIncomplete)
		says(t, "with too many words", shut(accounts.Closing{Reason: "整合", GoneTo: strings.Repeat("州", 501)}), accounts.ErrApplicationText)
		must(t, "Close", shut(accounts.Closing{Reason: "整合", Proof: []string{w.scan(unit.ID)}, GoneTo: "州政府网站"}))
		got, err := accounts.Load(t.Context(), w.db, account.ID)
		if err != nil || got.State != accounts.Closed || got.ClosedAt == nil || got.GoneTo != "州政府网站" {
			t.Errorf("closed: %+v, %v", got, err)
		}
		in.Name, in.State = "云岭快讯", accounts.Applying
		never := w.create(in)
		_, err = accounts.Close(t.Context(), w.db, w.book, w.People["admin"], never.ID, never.Version, accounts.Closing{Reason: "不开了", GoneTo: strings.Repeat("州", 501)})
		says(t, "one that never was in use, with too many words", err, accounts.ErrApplicationText)
	})
}

// An account is closed only when its end is whole: archived, proven, reported and told.
func TestAnAccountEndsWithItsProof(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源政务", "2026-01-05 09:00")
		_, err := accounts.SaveRecord(t.Context(), w.db, w.book, w.People["admin"], account.ID, account.Version, map[string]string{"reported": "是"})
		must(t, "SaveRecord", err)
		c := w.apply(accounts.NewApplication{Process: rules.ProcessShut, Object: rules.NewMedia, AccountID: account.ID})
		w.at("2026-03-02 09:00")
		must(t, "consent", c.do("head", "集体研究", accounts.StageAct{}))
		must(t, "submit", c.submit(accounts.StageAct{}))
		must(t, "receipt", c.do("admin", "备案", accounts.StageAct{Number: "备〔2026〕1号"}))
		wantNotice := func(when, note string) {
			t.Helper()
			for _, step := range c.view("officer").EndingSteps {
				if step.Name == "notice" && (step.Text != "公告期满" || !strings.Contains(step.Note, note) || step.Done) {
					t.Errorf("%s the notice's step is %q with the note %q", when, step.Text, step.Note)
				}
			}
		}
		wantNotice("before it is drafted", "还没有发布公告")
		c.announced("")
		wantNotice("while it stands", "公告须留到")
		must(t, "announce", c.do("officer", "公告", accounts.StageAct{}))
		w.at("2026-03-10 09:00")
		w.stands("while the notice stands", w.card(account.ID).Standing, "超期", "2026-01-12 09:00", account21) // the duty goes on
		w.at("2026-04-01 09:00")
		says(t, "execute without anything", c.do("officer", "执行", accounts.StageAct{}), accounts.ErrEndingProof, "归档", "注销证明", "全国报送系统", "公众去哪里")
		ending := accounts.Ending{ArchivedOn: w.db.Now().Ptr(), ArchivedTo: "区档案馆", Proof: sql.Strings{w.scan(w.Town.ID)}, NationalOn: w.db.Now().Ptr(), GoneTo: "清源镇发布"}
		nowhere := ending
		nowhere.ArchivedTo = ""
		must(t, "the end without the archive's place", c.save(accounts.ApplicationDraft{Ending: &nowhere}))
		says(t, "execute without the archive's place", c.do("officer", "执行", accounts.StageAct{}), accounts.ErrEndingProof, "存放的位置")
		must(t, "the end", c.save(accounts.ApplicationDraft{Ending: &ending}))
		for _, step := range c.view("officer").EndingSteps {
			if !step.Done && step.Name != "updates" {
				t.Errorf("on the way to the end %s is not done: %s", step.Name, step.Text)
			}
		}
		must(t, "execute", c.do("officer", "执行", accounts.StageAct{}))
		if got := c.account(); got.State != accounts.Closed || got.GoneTo != "清源镇发布" || got.ClosedAt == nil {
			t.Errorf("closed: %s, gone to %s at %v", got.State, got.GoneTo, got.ClosedAt)
		}
		w.stands("closed", w.card(account.ID).Standing, "不在用", "", "")
	})
}

// A merger takes what is under way along: the steps of the unit wait for the other one, those of the office where they did.
func TestAMergedUnitsApplicationGoesOnAtTheOther(t *testing.T) {
	each(t, func(w *world) {
		c := w.submitted("清源发布")
		draft := w.opens("清源服务")
		town, err := units.Get(t.Context(), w.db, units.System, w.Town.ID)
		must(t, "units.Get", err)
		_, err = accounts.MergeUnit(t.Context(), w.db, w.People["admin"], town.ID, town.Version, w.Bureau.ID)
		must(t, "MergeUnit", err)
		for _, open := range []*casefile{c, draft} {
			if got := open.view("stranger"); got.UnitID != w.Bureau.ID || got.OfficeID != w.Office.ID {
				t.Errorf("%s is of unit %s with the office %s, want %s and %s", got.Title, got.UnitID, got.OfficeID, w.Bureau.ID, w.Office.ID)
			}
		}
		if n, err := accounts.AwaitingMe(t.Context(), w.db, w.People["admin"]); err != nil || n != 1 {
			t.Errorf("AwaitingMe of the office = %d, %v, want 1", n, err)
		}
		c.app = c.view("stranger").Application
		must(t, "the office goes on", c.do("admin", "上报", accounts.StageAct{}))
	})
}

// A unit that moves below another office takes its open applications there.
func TestAMovedUnitsApplicationsWaitForItsNewOffice(t *testing.T) {
	each(t, func(w *world) {
		c := w.submitted("清源发布")
		other, err := units.Create(t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: "开发区管委会办公室", Level: units.LevelOffice, IsOffice: true})
		must(t, "units.Create", err)
		w.People["other"] = unitstest.Person(t, w.db, "other", "柳管理", units.OfficeAdmin, other)
		town, err := units.Get(t.Context(), w.db, units.System, w.Town.ID)
		must(t, "units.Get", err)
		_, err = accounts.MoveUnit(t.Context(), w.db, w.People["admin"], town.ID, town.Version, other.ID)
		must(t, "MoveUnit", err)
		for who, want := range map[string]int{"admin": 0, "other": 1} {
			if n, err := accounts.AwaitingMe(t.Context(), w.db, w.People[who]); err != nil || n != want {
				t.Errorf("AwaitingMe of %s = %d, %v, want %d", who, n, err, want)
			}
		}
		says(t, "the old office", c.do("admin", "上报", accounts.StageAct{}), accounts.ErrStepRole, "开发区管委会办公室")
		must(t, "the new office", c.do("other", "上报", accounts.StageAct{}))
	})
}
