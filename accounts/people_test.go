package accounts_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// unit adds a county department below another unit, under a rulebook of its own or the one above.
func (w *world) unit(parent units.Unit, name, rulebook string) units.Unit {
	w.t.Helper()
	unit, err := units.Create(w.t.Context(), w.db, units.System, units.NewUnit{ParentID: parent.ID, Name: name, Level: units.LevelCountyDepartment, Rulebook: rulebook})
	if err != nil {
		w.t.Fatalf("units.Create(%s): %v", name, err)
	}
	return unit
}

// person reads somebody as the program sees them.
func (w *world) person(id string) units.Person {
	w.t.Helper()
	person, err := units.GetPerson(w.t.Context(), w.db, units.System, id)
	if err != nil {
		w.t.Fatalf("GetPerson: %v", err)
	}
	return person
}

// paper uploads a small scan for a unit.
func (w *world) paper(unit units.Unit) string {
	w.t.Helper()
	store, err := files.OpenFolder(w.t.TempDir())
	if err != nil {
		w.t.Fatal(err)
	}
	attachment, err := accounts.Attach(w.t.Context(), w.db, store, w.People["admin"], unit.ID, "移交清单.pdf", bytes.NewReader([]byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")))
	if err != nil {
		w.t.Fatalf("Attach: %v", err)
	}
	return attachment.ID
}

// cites checks that a refusal is the fault wanted and names the clause.
func cites(t testing.TB, what string, err, want error, rulebook string, articles ...string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || f.Rulebook != rulebook || !slices.Equal(f.Articles, articles) {
		t.Errorf("%s = %v, want %v under %s %v", what, err, want, rulebook, articles)
	}
}

// vacancies writes a page of units with vacancies as "unit: role held/needed clause; …" lines.
func vacancies(page accounts.UnderstaffedPage, role rules.Role) []string {
	lines := []string{}
	for _, unit := range page.Items {
		for _, v := range unit.Vacancies {
			if role == "" || v.Role == role {
				var cited []string
				for _, ground := range v.Grounds {
					cited = append(cited, ground.Citation)
				}
				lines = append(lines, fmt.Sprintf("%s: %s %d/%d %s", unit.UnitName, v.Label, v.Held, v.Needed, strings.Join(cited, "、")))
			}
		}
	}
	return lines
}

// O50: of three units with none, one and three information officers, only the first is alerted (昭通 14(一)).
func TestO50OnlyAUnitWithoutInfoOfficerIsAlerted(t *testing.T) {
	each(t, func(w *world) {
		city := w.unit(w.Office, "示范市人民政府办公室", "zhaotong-2018")
		a, b, c := w.unit(city, "甲单位", ""), w.unit(city, "乙单位", ""), w.unit(city, "丙单位", "")
		unitstest.Person(t, w.db, "city", "办公室员", units.InfoOfficer, city)
		unitstest.Person(t, w.db, "b1", "乙一", units.InfoOfficer, b)
		for i := range 3 {
			unitstest.Person(t, w.db, fmt.Sprintf("c%d", i), "丙员", units.InfoOfficer, c)
		}
		alerts := func() []string {
			page, err := accounts.StaffingAlerts(t.Context(), w.db, w.book, w.People["admin"], city.ID, "", 100)
			if err != nil {
				t.Fatalf("StaffingAlerts: %v", err)
			}
			return vacancies(page, rules.RoleInfoOfficer)
		}
		if diff := cmp.Diff([]string{"甲单位: 信息员 0/1 昭通 2018 第14条（一）、昭通 2018 第18条（四）"}, alerts()); diff != "" {
			t.Errorf("alerts about info officers (-want +got):\n%s", diff)
		}

		// Somebody in a section of the unit counts for it; somebody who may not sign in does not.
		section, err := units.Create(t.Context(), w.db, units.System, units.NewUnit{ParentID: a.ID, Name: "甲单位办公室", Level: units.LevelSection})
		if err != nil {
			t.Fatal(err)
		}
		clerk := unitstest.Person(t, w.db, "a1", "甲一", units.InfoOfficer, section)
		if got := alerts(); len(got) != 0 {
			t.Errorf("alerts with an officer in the section: %v, want none", got)
		}
		if err := units.DisablePerson(t.Context(), w.db, units.System, clerk.PersonID, 1); err != nil {
			t.Fatal(err)
		}
		if got := alerts(); len(got) != 1 {
			t.Errorf("alerts after the officer was disabled: %v, want 甲单位", got)
		}
	})
}

// 潼南 5: both leaders are named, or the unit is alerted with the clause; one page after the other holds them all.
func TestVacanciesOfLeadersNameTheirClause(t *testing.T) {
	each(t, func(w *world) {
		page, err := accounts.StaffingAlerts(t.Context(), w.db, w.book, w.People["stranger"], "", "", 100)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"示范区云林局: 主要负责人 0/1 潼南 2022 第5条", "示范区云林局: 分管负责人 0/1 潼南 2022 第5条", "示范区云林局: 安全责任人 0/1 潼南 2022 第35条第2款"}
		if diff := cmp.Diff(want, vacancies(page, "")); diff != "" {
			t.Errorf("vacancies the stranger sees (-want +got):\n%s", diff)
		}
		_, err = accounts.StaffingAlerts(t.Context(), w.db, w.book, w.People["stranger"], w.Town.ID, "", 100)
		refused(t, "StaffingAlerts of another unit", err, units.ErrNotFound)

		var paged []string
		for after, pages := "", 0; ; pages++ {
			page, err := accounts.StaffingAlerts(t.Context(), w.db, w.book, w.People["admin"], "", after, 1)
			if err != nil || pages > 5 || len(page.Items) > 1 {
				t.Fatalf("page %d: %d units, %v", pages, len(page.Items), err)
			}
			for _, unit := range page.Items {
				paged = append(paged, unit.UnitName)
			}
			if after = page.Next; after == "" {
				break
			}
		}
		if diff := cmp.Diff([]string{w.Office.Name, w.Town.Name, w.Bureau.Name}, paged); diff != "" {
			t.Errorf("units paged one by one (-want +got):\n%s", diff)
		}
	})
}

// 潼南 35.p2: an account is closed only after work, secrecy and passwords were handed over; 36: the change is filed.
func TestALeaverHandsOverBeforeTheSignInEnds(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin, officer := t.Context(), w.People["admin"], w.People["officer2"]
		leaver := w.person(officer.PersonID)
		err := accounts.DisablePerson(ctx, w.db, w.book, admin, leaver.ID, leaver.Version, "")
		cites(t, "DisablePerson before the hand-over", err, accounts.ErrHandoverNeeded, "tongnan-2022", "35.p2")
		if w.person(leaver.ID).DisabledAt != nil {
			t.Fatal("a refused departure disabled the person")
		}

		begin := accounts.NewHandover{UnitID: w.Town.ID, PersonID: leaver.ID, Successor: "云小禾", Reason: "调离", LeftOn: w.db.Now()}
		_, err = accounts.BeginHandover(ctx, w.db, w.book, w.People["stranger"], begin)
		refused(t, "BeginHandover by a stranger", err, units.ErrNotFound)
		_, err = accounts.BeginHandover(ctx, w.db, w.book, w.People["layout"], begin)
		refused(t, "BeginHandover without the permission", err, accounts.ErrForbidden)
		late := begin
		late.LeftOn = w.time("2024-06-04 00:00")
		_, err = accounts.BeginHandover(ctx, w.db, w.book, w.People["officer"], late)
		refused(t, "BeginHandover tomorrow", err, accounts.ErrDayInvalid)
		handover, err := accounts.BeginHandover(ctx, w.db, w.book, w.People["officer"], begin)
		if err != nil {
			t.Fatalf("BeginHandover: %v", err)
		}
		_, err = accounts.BeginHandover(ctx, w.db, w.book, w.People["officer"], begin)
		refused(t, "BeginHandover twice", err, accounts.ErrHandoverOpen)
		var names []string
		for _, item := range handover.Items {
			names = append(names, item.Name+" "+item.Citation)
		}
		if diff := cmp.Diff([]string{"工作移交 潼南 2022 第35条第2款", "保密承诺 潼南 2022 第35条第2款", "口令更换 潼南 2022 第35条第2款"}, names); diff != "" {
			t.Errorf("items (-want +got):\n%s", diff)
		}

		_, err = accounts.FinishHandover(ctx, w.db, w.book, admin, handover.ID, handover.Version)
		cites(t, "FinishHandover with nothing done", err, accounts.ErrHandoverMissing, "tongnan-2022", "35.p2")
		done := accounts.Proof{DoneOn: w.db.Now()}
		_, err = accounts.RecordHandover(ctx, w.db, w.book, admin, handover.ID, handover.Version, 1, done)
		refused(t, "RecordHandover without proof", err, accounts.ErrProofNeeded)
		done.Attachments = []string{w.paper(w.Bureau)}
		_, err = accounts.RecordHandover(ctx, w.db, w.book, admin, handover.ID, handover.Version, 1, done)
		refused(t, "RecordHandover with another unit's file", err, files.ErrNotFound)
		for place := range 3 {
			done := accounts.Proof{DoneOn: w.db.Now(), Note: "纸质件存镇党政办档案柜"}
			if place == 0 {
				done.Attachments = []string{w.paper(w.Town)}
			}
			stale := handover.Version
			if handover, err = accounts.RecordHandover(ctx, w.db, w.book, admin, handover.ID, stale, place+1, done); err != nil {
				t.Fatalf("RecordHandover(%d): %v", place+1, err)
			}
			_, err := accounts.RecordHandover(ctx, w.db, w.book, admin, handover.ID, stale, place+1, done)
			refused(t, "RecordHandover with an old version", err, accounts.ErrHandoverStale)
		}
		_, err = accounts.RecordHandover(ctx, w.db, w.book, admin, handover.ID, handover.Version, 4, accounts.Proof{DoneOn: w.db.Now(), Note: "x"})
		refused(t, "RecordHandover of a fourth thing", err, accounts.ErrHandoverItem)
		if handover, err = accounts.FinishHandover(ctx, w.db, w.book, admin, handover.ID, handover.Version); err != nil || len(handover.Files) != 1 {
			t.Fatalf("FinishHandover: %v, %d files", err, len(handover.Files))
		}
		if err := accounts.DisablePerson(ctx, w.db, w.book, admin, leaver.ID, leaver.Version, ""); err != nil {
			t.Fatalf("DisablePerson after the hand-over: %v", err)
		}

		// One departure by one hand-over: who comes back and leaves again hands over again.
		back := w.person(leaver.ID)
		if err := accounts.EnablePerson(ctx, w.db, w.book, admin, back.ID, back.Version); err != nil {
			t.Fatal(err)
		}
		back = w.person(leaver.ID)
		err = accounts.DisablePerson(ctx, w.db, w.book, admin, back.ID, back.Version, "")
		cites(t, "DisablePerson a second time", err, accounts.ErrHandoverNeeded, "tongnan-2022", "35.p2")
		if err := accounts.DisablePerson(ctx, w.db, w.book, admin, back.ID, back.Version, "口令疑似外泄，先停用登录"); err != nil {
			t.Fatalf("DisablePerson at once: %v", err)
		}
		open, err := accounts.Handovers(ctx, w.db, w.book, admin, accounts.HandoverFilter{UnitID: w.Town.ID, State: accounts.HandoverOpen})
		if err != nil || len(open) != 1 || open[0].Reason != "口令疑似外泄，先停用登录" {
			t.Errorf("open hand-overs after an urgent departure: %+v, %v", open, err)
		}
		list, err := accounts.Handovers(ctx, w.db, w.book, w.People["stranger"], accounts.HandoverFilter{})
		if err != nil || len(list) != 0 {
			t.Errorf("a stranger sees %d hand-overs, %v", len(list), err)
		}
		_, err = accounts.GetHandover(ctx, w.db, w.book, w.People["stranger"], handover.ID)
		refused(t, "GetHandover of another unit", err, accounts.ErrHandoverGone)
		if broken, err := units.VerifyAll(ctx, w.db); err != nil || len(broken) > 0 {
			t.Errorf("the audit chains: %v, %v", broken, err)
		}

		filings, err := accounts.StaffFilings(ctx, w.db, w.book, admin, accounts.FilingFilter{UnitID: w.Town.ID})
		var kinds []string
		for _, filing := range filings {
			kinds = append(kinds, string(filing.Kind)+" "+filing.Citation+" "+filing.Items[0].Value)
		}
		if diff := cmp.Diff([]string{"leave 潼南 2022 第36条 云小麦", "join 潼南 2022 第36条 云小麦", "leave 潼南 2022 第36条 云小麦"}, kinds); err != nil || diff != "" {
			t.Errorf("filings (-want +got): %v\n%s", err, diff)
		}
	})
}

// A contact of an account who leaves is listed with the hand-over.
func TestAccountsStillNamingALeaverAreListed(t *testing.T) {
	each(t, func(w *world) {
		w.db = w.db.WithClock(w.db.Now().Std)
		account := w.account(accounts.KindWeibo, "清源发布", "2024-06-01 09:00")
		if _, err := w.db.Exec(t.Context(), "contact.insert", sql.Args{"id": "contact-00000001", "account_id": account.ID, "duty": "manager",
			"name": "云小麦", "phone": "", "email": "", "position": 1}); err != nil {
			t.Fatal(err)
		}
		handover, err := accounts.BeginHandover(t.Context(), w.db, w.book, w.People["head"], accounts.NewHandover{UnitID: w.Town.ID,
			PersonID: w.People["officer2"].PersonID, Reason: "退休", LeftOn: w.db.Now()})
		want := []accounts.Naming{{AccountID: account.ID, AccountName: "清源发布", Platform: accounts.Weibo, Duty: "manager"}}
		if diff := cmp.Diff(want, handover.Namings); err != nil || diff != "" {
			t.Errorf("accounts that name the leaver: %v (-want +got)\n%s", err, diff)
		}
	})
}

// 潼南 36: who comes is filed with name and phone; the unit hands in, the office receipts.
func TestANewcomerIsFiledWithTheOffice(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		in := units.NewPerson{Username: "newcomer", Name: "荷新人", Password: unitstest.Password, Roles: []units.RoleAt{{UnitID: w.Town.ID, Role: units.InfoOfficer}}}
		_, err := accounts.CreatePerson(ctx, w.db, w.book, admin, in, units.PasswordRule{})
		cites(t, "CreatePerson without a phone", err, accounts.ErrPhoneNeeded, "tongnan-2022", "36")
		in.Phone = "电话未知"
		_, err = accounts.CreatePerson(ctx, w.db, w.book, admin, in, units.PasswordRule{})
		refused(t, "CreatePerson with words for a phone", err, units.ErrPhone)
		in.Phone = "000-0000 0001"
		person, err := accounts.CreatePerson(ctx, w.db, w.book, admin, in, units.PasswordRule{})
		if err != nil {
			t.Fatalf("CreatePerson: %v", err)
		}
		if err := accounts.GrantRole(ctx, w.db, w.book, admin, person.ID, units.RoleAt{UnitID: w.Town.ID, Role: units.LayoutStaff}); err != nil {
			t.Fatal(err) // a second role at the same unit is no arrival
		}
		list, err := accounts.StaffFilings(ctx, w.db, w.book, w.People["officer"], accounts.FilingFilter{State: accounts.FilingOpen})
		if err != nil || len(list) != 1 || !slices.Equal(list[0].Items, accounts.FilingItems{{Name: "姓名", Value: "荷新人"}, {Name: "手机号码", Value: "000-0000 0001"}}) {
			t.Fatalf("filings of the newcomer: %+v, %v, want one with name and phone", list, err)
		}
		filing := list[0]
		if seen, err := accounts.StaffFilings(ctx, w.db, w.book, w.People["layout"], accounts.FilingFilter{}); err != nil || len(seen) != 0 {
			t.Errorf("layout staff sees %d filings, %v; they carry phone numbers", len(seen), err)
		}
		_, err = accounts.ReceiveStaffChange(ctx, w.db, w.book, admin, filing.ID, filing.Version, "备〔2024〕1号")
		refused(t, "receipt before the filing", err, accounts.ErrFilingState)
		_, err = accounts.FileStaffChange(ctx, w.db, w.book, w.People["stranger"], filing.ID, filing.Version, nil)
		refused(t, "filing of another unit", err, accounts.ErrFilingGone)
		_, err = accounts.FileStaffChange(ctx, w.db, w.book, w.People["officer"], filing.ID, filing.Version, map[string]string{"手机号码": " "})
		cites(t, "filing with an item left out", err, accounts.ErrFilingItem, "tongnan-2022", "36")
		filing, err = accounts.FileStaffChange(ctx, w.db, w.book, w.People["officer"], filing.ID, filing.Version, nil)
		if err != nil || filing.State != accounts.FilingFiled || len(filing.Actions) != 0 {
			t.Fatalf("FileStaffChange = %+v, %v, want it filed and out of the unit's hands", filing, err)
		}
		_, err = accounts.ReceiveStaffChange(ctx, w.db, w.book, w.People["head"], filing.ID, filing.Version, "备〔2024〕1号")
		refused(t, "receipt by the unit itself", err, accounts.ErrForbidden)
		filing, err = accounts.ReceiveStaffChange(ctx, w.db, w.book, admin, filing.ID, filing.Version, "备〔2024〕1号")
		if err != nil || filing.State != accounts.FilingReceived || filing.ReceiptNumber != "备〔2024〕1号" {
			t.Errorf("ReceiveStaffChange = %+v, %v", filing, err)
		}
	})
}

// 潼南 37 and 6: nobody of a contractor is let in before all five items are there; the agreement runs out on its last day.
func TestAContractorIsLetInWhenEverythingIsThere(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin, officer := t.Context(), w.People["admin"], w.People["officer"]
		form := accounts.ContractorForm{UnitID: w.Town.ID, Name: "云上科技（虚构）", Service: "公众号排版与运维", AgreementNumber: "清协〔2024〕3号",
			AgreedFrom: w.time("2024-06-01 00:00").Ptr(), AgreedUntil: w.time("2024-07-31 15:00").Ptr()}
		_, err := accounts.CreateContractor(ctx, w.db, w.book, w.People["stranger"], form)
		refused(t, "CreateContractor for another unit", err, units.ErrNotFound)
		_, err = accounts.CreateContractor(ctx, w.db, w.book, w.People["layout"], form)
		refused(t, "CreateContractor without the permission", err, accounts.ErrForbidden)
		wrong := form
		wrong.AgreedUntil = w.time("2024-05-31 00:00").Ptr()
		_, err = accounts.CreateContractor(ctx, w.db, w.book, officer, wrong)
		refused(t, "CreateContractor that ends before it begins", err, accounts.ErrContractorDates)
		c, err := accounts.CreateContractor(ctx, w.db, w.book, officer, form)
		if err != nil {
			t.Fatalf("CreateContractor: %v", err)
		}
		if diff := cmp.Diff([]string{"约定权责", "保密协议", "保密培训", "资质审查", "日常监督"}, c.Lacking); diff != "" || c.Standing != accounts.ContractorLacking {
			t.Errorf("a new contractor is %s and lacks (-want +got):\n%s", c.Standing, diff)
		}
		_, err = accounts.AuthorizeContractor(ctx, w.db, w.book, admin, c.ID, c.Version)
		cites(t, "AuthorizeContractor with nothing done", err, accounts.ErrContractorLacks, "tongnan-2022", "37")
		_, err = accounts.AuthorizeContractor(ctx, w.db, w.book, officer, c.ID, c.Version)
		refused(t, "AuthorizeContractor by the unit", err, accounts.ErrForbidden)
		newcomer := units.NewPerson{Username: "vendor", Name: "服务员", Phone: "00000", Password: unitstest.Password, ContractorID: c.ID,
			Roles: []units.RoleAt{{UnitID: w.Town.ID, Role: units.LayoutStaff}}}
		_, err = accounts.CreatePerson(ctx, w.db, w.book, admin, newcomer, units.PasswordRule{})
		refused(t, "CreatePerson of a contractor not authorized", err, accounts.ErrContractorNoAccess)

		_, err = accounts.RecordContractor(ctx, w.db, w.book, officer, c.ID, c.Version, "good_looks", accounts.Proof{DoneOn: w.db.Now(), Note: "x"})
		refused(t, "RecordContractor of an unknown item", err, accounts.ErrContractorItem)
		for _, item := range []string{"responsibilities_agreed", "confidentiality_agreement", "secrecy_training", "qualification_check", "daily_supervision"} {
			if c, err = accounts.RecordContractor(ctx, w.db, w.book, officer, c.ID, c.Version, item, accounts.Proof{DoneOn: w.db.Now(), Note: "原件存党政办"}); err != nil {
				t.Fatalf("RecordContractor(%s): %v", item, err)
			}
		}
		if c, err = accounts.AuthorizeContractor(ctx, w.db, w.book, admin, c.ID, c.Version); err != nil || c.AuthorizedAt == nil {
			t.Fatalf("AuthorizeContractor: %v", err)
		}
		if _, err = accounts.CreatePerson(ctx, w.db, w.book, admin, newcomer, units.PasswordRule{}); err != nil {
			t.Errorf("CreatePerson of an authorized contractor: %v", err)
		}
		for at, want := range map[string]struct {
			standing accounts.ContractorStanding
			days     int
		}{
			"2024-06-03 09:00": {accounts.ContractorExpiring, 59}, "2024-07-31 23:59": {accounts.ContractorExpiring, 1}, "2024-08-01 00:00": {accounts.ContractorExpired, 0},
		} {
			w.at(at)
			got, err := accounts.GetContractor(ctx, w.db, w.book, officer, c.ID)
			if err != nil || got.Standing != want.standing || got.DaysLeft == nil || *got.DaysLeft != want.days || got.People != 1 {
				t.Errorf("at %s: %s, %v days, %d people, %v; want %s, %d", at, got.Standing, got.DaysLeft, got.People, err, want.standing, want.days)
			}
		}
		w.at("2024-08-01 09:00")
		if list, err := accounts.Contractors(ctx, w.db, w.book, officer, accounts.ContractorFilter{State: "expired", Query: "云上"}); err != nil || len(list) != 1 {
			t.Errorf("expired contractors: %d, %v, want 1", len(list), err)
		}
		if list, err := accounts.Contractors(ctx, w.db, w.book, w.People["stranger"], accounts.ContractorFilter{}); err != nil || len(list) != 0 {
			t.Errorf("a stranger lists %d contractors, %v", len(list), err)
		}
		_, err = accounts.GetContractor(ctx, w.db, w.book, w.People["stranger"], c.ID)
		refused(t, "GetContractor of another unit", err, accounts.ErrContractorGone)
		newcomer.Username = "vendor2"
		_, err = accounts.CreatePerson(ctx, w.db, w.book, admin, newcomer, units.PasswordRule{})
		refused(t, "CreatePerson after the agreement ran out", err, accounts.ErrContractorNoAccess)
		if c, err = accounts.EndContractor(ctx, w.db, w.book, admin, c.ID, c.Version, "合同期满"); err != nil || c.Standing != accounts.ContractorOver || len(c.Actions) != 0 {
			t.Errorf("EndContractor = %s, %v, %v", c.Standing, c.Actions, err)
		}
		_, err = accounts.SaveContractor(ctx, w.db, w.book, admin, c.ID, c.Version, form)
		refused(t, "SaveContractor after the end", err, accounts.ErrContractorEnded)
	})
}

// 潼南 6: an account is given into the hands of a contractor only with the agreements, of the unit or one above it.
func TestAnAccountIsNotOperatedWithoutAgreements(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		account := w.account(accounts.KindWeibo, "清源发布", "2024-06-01 09:00")
		w.reach("2024-06-03 09:00")
		give := func(contractorID string) error {
			saved, err := accounts.SaveRecord(ctx, w.db, w.book, admin, account.ID, account.Version, map[string]string{"contractor_id": contractorID})
			if err == nil {
				account = saved.Account
			}
			return err
		}
		vendor := func(unit units.Unit) accounts.ContractorView {
			c, err := accounts.CreateContractor(ctx, w.db, w.book, admin, accounts.ContractorForm{UnitID: unit.ID, Name: "云上科技（虚构）", Service: "排版"})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		refused(t, "a contractor of another unit", give(vendor(w.Bureau).ID), accounts.ErrContractorElse)
		refused(t, "no contractor at all", give("0000000000000000"), accounts.ErrContractorGone)
		c := vendor(w.Office)
		err := give(c.ID)
		cites(t, "a contractor that signed nothing", err, accounts.ErrContractorUnfit, "tongnan-2022", "6")
		var refusal *fault.Fault
		if errors.As(err, &refusal) && !strings.Contains(refusal.Sentence, "保密协议") {
			t.Errorf("the refusal says %s, want it to name 保密协议", refusal.Sentence)
		}
		for _, item := range []string{"responsibilities_agreed", "confidentiality_agreement"} {
			if c, err = accounts.RecordContractor(ctx, w.db, w.book, admin, c.ID, c.Version, item, accounts.Proof{DoneOn: w.db.Now(), Note: "原件存档"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := give(c.ID); err != nil {
			t.Fatalf("a contractor that signed: %v", err)
		}
		if c, err = accounts.EndContractor(ctx, w.db, w.book, admin, c.ID, c.Version, "期满"); err != nil || len(c.Operates) != 1 || c.Operates[0].AccountID != account.ID {
			t.Errorf("the ended contractor operates %+v, %v; want the account listed", c.Operates, err)
		}
		saved, err := accounts.SaveRecord(ctx, w.db, w.book, admin, account.ID, account.Version, map[string]string{"remark": "改一处别的"})
		if err != nil {
			t.Errorf("another field of an account whose contractor ended: %v", err)
		}
		account = saved.Account
		if err := give(""); err != nil {
			t.Errorf("taking the account back: %v", err)
		}
		refused(t, "a contractor that ended", give(c.ID), accounts.ErrContractorEnded)
	})
}
