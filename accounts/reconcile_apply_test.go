package accounts_test

import (
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/units"
)

// application returns one that the admin sees.
func (w *world) begun(id string) accounts.Application {
	w.t.Helper()
	app, err := accounts.GetApplication(w.t.Context(), w.db, w.People["admin"], id)
	if err != nil {
		w.t.Fatalf("GetApplication(%s): %v", id, err)
	}
	return app
}

// A difference that an application puts right opens one, filled with what they say; the register stays as it is.
func TestADifferenceBecomesAnApplication(t *testing.T) {
	each(t, func(w *world) {
		store := sheetStore(w.t)
		weibo := w.filed(accounts.KindWeibo, "清源微博", "1001")
		w.filed(accounts.KindWeChatSubscription, "清源发布", "gh_1003")
		before := w.register()
		w.against(store, accounts.ImportPlatform, "账号名称,平台,账号ID,认证主体,账号状态,主办单位\n清源镇微博,微博,1001,清源镇人民政府办公室,正常,\n清源发布,微信订阅号,gh_1003,,关停,\n"+
			"清源抖音,抖音,1007,,正常,清源镇人民政府\n")
		renamed := w.settle(w.difference(accounts.ItemRenamed), accounts.ByApplying)
		app := w.begun(renamed.ApplicationID)
		if app.Process != rules.ProcessChange || app.State != accounts.DraftApplication || app.AccountID == nil || *app.AccountID != weibo.ID || app.Wanted["name"] != "清源镇微博" ||
			app.Reason != "核对过" {
			t.Errorf("the application for another name is %+v", app)
		}
		page, err := accounts.ReconcileItems(t.Context(), w.db, w.People["admin"], accounts.ReconcileFilter{State: accounts.ItemSettled})
		if err != nil || len(page.Items) != 1 || page.Items[0].ApplicationID != app.ID {
			t.Errorf("read later, the settled difference names %+v, %v; want application %s", page.Items, err, app.ID)
		}
		subject := w.settle(w.difference(accounts.ItemSubject), accounts.ByApplying)
		if app = w.begun(renamed.ApplicationID); subject.ApplicationID != app.ID || app.Wanted["certified_subject"] != "清源镇人民政府办公室" || app.Wanted["name"] != "清源镇微博" {
			t.Errorf("the second difference of the account went into %s, which wants %v", subject.ApplicationID, app.Wanted)
		}
		closing := w.begun(w.settle(w.difference(accounts.ItemOpen), accounts.ByApplying).ApplicationID)
		if !closing.EndsAccount() || closing.Title != "清源发布" {
			t.Errorf("the application for a closed one is %+v", closing)
		}
		opening := w.begun(w.settle(w.difference(accounts.ItemUnknown), accounts.ByApplying).ApplicationID)
		if opening.Process != rules.ProcessOpen || opening.UnitID != w.Town.ID || opening.Wanted["name"] != "清源抖音" || opening.Wanted["platform"] != accounts.Douyin.Label() ||
			opening.Wanted["external_id"] != "1007" {
			t.Errorf("the application for an unknown one is %+v", opening)
		}
		for id, was := range before {
			if now := w.register()[id]; now != was {
				t.Errorf("an application that is only begun changed the register: %s, was %s", now, was)
			}
		}
	})
}

func TestADifferenceThatNoApplicationIsForSaysSo(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	in := w.valid(accounts.KindWeibo, "清源微博")
	in.UnitID, in.ExternalID = w.staffed("zhaotong-2018", units.LevelTownship).ID, "1001" // which says nothing of new media
	w.create(in)
	w.against(store, accounts.ImportPlatform, "账号名称,平台,账号ID,主页地址\n清源镇微博,微博,1001,http://weibo.example.cn/1\n")
	differs := w.difference(accounts.ItemDiffers)
	if slices.Contains(differs.Actions, accounts.ByApplying) {
		t.Errorf("another home page may be settled by %v", differs.Actions)
	}
	item := w.difference(accounts.ItemRenamed)
	_, err := accounts.SettleReconcile(t.Context(), w.db, w.book, w.People["admin"], item.ID, item.Version, accounts.ByApplying, "核对过")
	refused(t, "ByApplying without a chain", err, accounts.ErrNoChain)
	if still := w.difference(accounts.ItemRenamed); still.State != accounts.ItemWaits {
		t.Errorf("the difference is %s, want it to wait", still.State)
	}
}

// What only an application changes of an account in use no row changes, unless the import says why the register had it wrong.
func TestARowDoesNotRenameAnAccountInUse(t *testing.T) {
	each(t, func(w *world) {
		store := sheetStore(w.t)
		weibo := w.filed(accounts.KindWeibo, "清源微博", "1001")
		sheet := []byte("账号名称,平台,账号ID,备注\n清源镇微博,微博,1001,改\n")
		in, look := w.bring(store, accounts.ImportRegister, "改名.csv", sheet)
		in = w.preview(store, in, look, nil)
		rows := w.rows(in.ID, accounts.RowFilter{})
		if in.Refused != 1 || rows[0].Code != accounts.ErrNeedsApplication.Code || !strings.Contains(rows[0].Why, "清源镇微博") || !strings.Contains(rows[0].Why, "变更申请") {
			t.Fatalf("the preview refuses %d; %+v", in.Refused, rows)
		}
		look.Mapping.Correction = "登记时漏了“镇”字"
		_, err := accounts.StartImport(t.Context(), w.db, store, w.People["admin"], in.ID, in.Version, accounts.ImportChoice{Sheet: look.Sheet, HeadFrom: look.HeadFrom,
			HeadTo: look.HeadTo, Mapping: look.Mapping, Keep: true, Name: "街镇报表"})
		if err != nil {
			t.Fatalf("StartImport with a correction: %v", err)
		}
		in = w.run(store, w.work(store, in.ID))
		record, err := accounts.RecordOf(t.Context(), w.db, w.People["admin"], weibo.ID)
		if err != nil || in.Changed != 1 || record.Name != "清源镇微博" {
			t.Fatalf("after the correction %d changed, the name is %s, %v", in.Changed, record.Name, err)
		}
		history, err := accounts.HistoryOf(t.Context(), w.db, w.People["admin"], accounts.HistoryFilter{AccountID: weibo.ID, Field: "name"})
		if err != nil || len(history.Items) != 1 || history.Items[0].Reason != "登记时漏了“镇”字（改名.csv）" {
			t.Errorf("the history says %+v, %v", history.Items, err)
		}
		templates, err := accounts.Templates(t.Context(), w.db, w.People["admin"], "")
		if err != nil || len(templates) != 1 || templates[0].Mapping.Correction != "" {
			t.Errorf("the template keeps the correction: %+v, %v", templates, err)
		}
	})
}

// The accounts of a section count for the unit above it, however many sections lie between.
func TestACrowdClimbsAllSections(t *testing.T) {
	each(t, func(w *world) {
		parent := w.Town.ID
		for _, name := range []string{"宣传科", "新媒体组"} {
			unit, err := units.Create(t.Context(), w.db, units.System, units.NewUnit{ParentID: parent, Name: name, Level: units.LevelSection})
			if err != nil {
				t.Fatal(err)
			}
			parent = unit.ID
		}
		first := w.filed(accounts.KindWeibo, "清源微博", "1001")
		in := w.valid(accounts.KindWeibo, "清源微博二号")
		in.UnitID = parent
		second := w.create(in)
		page, err := accounts.ToConsolidate(t.Context(), w.db, w.book, w.People["admin"], "", "", 20)
		if err != nil || len(page.Items) != 1 || page.Items[0].UnitID != w.Town.ID || len(page.Items[0].Accounts) != 2 {
			t.Fatalf("ToConsolidate = %+v, %v; want %s and %s of Town", page, err, first.ID, second.ID)
		}
	})
}

func TestOnlyWeChatHasAnOriginalID(t *testing.T) {
	f, _ := accounts.FieldNamed("original_id")
	for kind, want := range map[accounts.Kind]bool{accounts.KindWeChatSubscription: true, accounts.KindWeChatService: true, accounts.KindWeibo: false, accounts.KindDouyin: false,
		accounts.KindWebsite: false, "": true} {
		if got := f.Has(kind); got != want {
			t.Errorf("Has(%q) = %v, want %v", kind, got, want)
		}
	}
}

// What an application decided is not undone by a click.
func TestTheChangeOfAnApplicationIsNotUndone(t *testing.T) {
	w := sqliteWorld(t)
	c := w.renames("清源发布")
	w.at("2026-09-21 09:00")
	must(t, "minutes", c.do("officer", "集体研究", accounts.StageAct{Role: rules.RoleUnitCollective, Attachments: []string{w.scan(w.Town.ID)}}))
	must(t, "submit", c.submit(accounts.StageAct{}))
	must(t, "receipt", c.do("admin", "备案", accounts.StageAct{Number: "备〔2026〕8号"}))
	n := c.notice("")
	w.at("2026-09-28 09:00")
	must(t, "announce", n.publish(""))
	must(t, "the step", c.do("officer", "公告", accounts.StageAct{}))
	w.at("2026-10-24 00:00")
	must(t, "execute", c.do("officer", "执行", accounts.StageAct{}))
	undo := func() error {
		history, err := accounts.HistoryOf(t.Context(), w.db, w.People["admin"], accounts.HistoryFilter{AccountID: c.account().ID, Field: "name"})
		if err != nil || len(history.Items) == 0 {
			t.Fatalf("HistoryOf = %+v, %v", history, err)
		}
		_, err = accounts.UndoChange(t.Context(), w.db, w.book, w.People["admin"], history.Items[0].ID)
		return err
	}
	refused(t, "UndoChange of what an application decided", undo(), accounts.ErrNeedsApplication)
	account := c.account()
	if _, err := accounts.CorrectRecord(t.Context(), w.db, w.book, w.People["admin"], account.ID, account.Version, map[string]string{"name": "清原发布"}, "误改"); err != nil {
		t.Fatal(err)
	}
	if err := undo(); err != nil || c.account().Name != "清源发布" {
		t.Errorf("UndoChange of a correction: %v, the name is %s", err, c.account().Name)
	}
}

// A column of people with their phones is known by its title, and a unit without its district is asked after.
func TestASheetAsOfficesWriteIt(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte("账号名称,开设单位,平台,主要负责人及电话\n清源抖音,清源镇人民,抖音,山某 13900000000\n清源快手,没有的镇,快手,\n"))
	guessed := map[string]bool{}
	for _, c := range look.Mapping.Columns {
		guessed[c.Field] = true
	}
	if !guessed["head"] || !guessed["unit"] {
		t.Errorf("the titles suggest %+v, want the unit and the head with the phone", look.Mapping.Columns)
	}
	in = w.preview(store, in, look, nil)
	rows := w.rows(in.ID, accounts.RowFilter{})
	if rows[0].Code != accounts.ErrUnitUnknown.Code || !strings.Contains(rows[0].Why, "是不是“清源镇人民政府”") {
		t.Errorf("the unit without the rest of its name: %s", rows[0].Why)
	}
	if strings.Contains(rows[1].Why, "是不是") {
		t.Errorf("a unit that is none: %s", rows[1].Why)
	}
}
