package accounts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/units"
)

// found are the checks of a checkup that find something, each with its clause.
func (w *world) found(id string) []string {
	w.t.Helper()
	record, err := accounts.RecordOf(w.t.Context(), w.db, w.People["admin"], id)
	if err != nil {
		w.t.Fatalf("RecordOf: %v", err)
	}
	findings, err := accounts.Checkup(w.t.Context(), w.db, w.book, record)
	if err != nil {
		w.t.Fatalf("Checkup: %v", err)
	}
	list := []string{}
	for _, f := range findings {
		if f.Text == "" || f.Label == "" {
			w.t.Errorf("the finding %+v says nothing", f)
		}
		list = append(list, string(f.Check)+" "+f.Citation)
	}
	return list
}

// set writes fields of an account's record.
func (w *world) set(id string, set map[string]string) accounts.Record {
	w.t.Helper()
	account, err := accounts.Load(w.t.Context(), w.db, id)
	if err != nil {
		w.t.Fatalf("Load: %v", err)
	}
	record, err := accounts.CorrectRecord(w.t.Context(), w.db, w.book, w.People["admin"], id, account.Version, set, "核对后更正")
	if err != nil {
		w.t.Fatalf("CorrectRecord(%v): %v", set, err)
	}
	return record
}

func TestACheckupFindsWhatTheRulebookAsks(t *testing.T) {
	each(t, func(w *world) {
		account := w.create(w.valid(accounts.KindWeibo, "好日子"))
		want := []string{"approval 潼南 2022 第8条第1款", "certified 潼南 2022 第8条第2款", "sponsor 潼南 2022 第8条第2款", "name 潼南 2022 第8条第2款",
			"profile 潼南 2022 第8条第2款", "profile 潼南 2022 第8条第2款", "filing 潼南 2022 第36条"}
		if got := w.found(account.ID); !slices.Equal(got, want) {
			t.Errorf("of a bare account: %q, want %q", got, want)
		}
		w.set(account.ID, map[string]string{"name": "清源发布", "certified": "是", "certification": "清源镇人民政府官方微博", "approved_on": "2024-05-01",
			"registered_on": "2024-05-02", "manager": "云小禾 13800000001", "labels": "tongnan-2022/profile-planned"})
		if got, want := w.found(account.ID), []string{"profile 潼南 2022 第8条第2款"}; !slices.Equal(got, want) {
			t.Errorf("of a complete account without a picture: %q, want %q", got, want)
		}
		w.set(account.ID, map[string]string{"certified_until": "2024-06-02", "registered_on": "2024-04-30"})
		got := w.found(account.ID)
		if want := []string{"early_opening 潼南 2022 第8条第1款", "expired 潼南 2022 第8条第2款"}; !slices.Equal(got[:2], want) {
			t.Errorf("of one opened early whose certification is over: %q, want first %q", got, want)
		}
		w.set(account.ID, map[string]string{"certified_until": "2024-06-03"})
		if got := w.found(account.ID); slices.Contains(got, "expired 潼南 2022 第8条第2款") {
			t.Errorf("a certification that ends today is over: %q", got)
		}
	})
}

// O16: the second account of a unit on a platform is listed, and so is the first.
func TestO16TwoAccountsOnOnePlatformAreListed(t *testing.T) {
	each(t, func(w *world) {
		first := w.create(w.valid(accounts.KindWeChatSubscription, "清源发布"))
		in := w.valid(accounts.KindWeChatService, "清源服务")
		in.UnitID = w.Section.ID // an inner office's account counts for the unit (I-TN-08)
		second := w.create(in)
		w.create(w.valid(accounts.KindWeibo, "清源发布"))
		page, err := accounts.List(t.Context(), w.db, w.book, w.People["admin"], accounts.Filter{Finding: accounts.CheckExcess})
		if err != nil || len(page.Items) != 2 || page.Next != "" {
			t.Fatalf("List of what exceeds = %+v, %v, want two accounts", page, err)
		}
		for i, id := range []string{first.ID, second.ID} {
			f := page.Items[i].Findings[slices.IndexFunc(page.Items[i].Findings, func(f accounts.Finding) bool { return f.Check == accounts.CheckExcess })]
			if page.Items[i].ID != id || !f.Overridable || f.Citation != "潼南 2022 第8条第3款" || !strings.Contains(f.Text, "清源") {
				t.Errorf("line %d: %s with %+v", i, page.Items[i].Name, f)
			}
		}
		must(t, "CloseForTest", accounts.CloseForTest(t.Context(), w.db, w.book, second.ID))
		if got := w.found(first.ID); slices.Contains(got, "excess 潼南 2022 第8条第3款") {
			t.Errorf("after the second was closed the first still exceeds: %q", got)
		}
	})
}

// O17 and O15 as the register shows them.
func TestO17TheSponsorStandsInTheCertification(t *testing.T) {
	each(t, func(w *world) {
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		w.set(account.ID, map[string]string{"certification": "某某文化传媒有限公司", "certified": "是"})
		if got := w.found(account.ID); !slices.Contains(got, "sponsor 潼南 2022 第8条第2款") {
			t.Errorf("without the sponsor: %q", got)
		}
		w.set(account.ID, map[string]string{"certification": "示范区清源镇人民政府官方账号"})
		if got := w.found(account.ID); slices.Contains(got, "sponsor 潼南 2022 第8条第2款") {
			t.Errorf("with the sponsor: %q", got)
		}
	})
}

// O30: the five items of 潮安 9.
func TestO30WhatIsReportedOfAWebsiteIsComplete(t *testing.T) {
	each(t, func(w *world) {
		unit := w.under("chaoan")
		in := w.valid(accounts.KindWebsite, "云水网")
		in.UnitID = unit.ID
		site := w.create(in)
		w.set(site.ID, map[string]string{"domain": "www.ys.chaoan.gov.cn", "hosting": "区电子政务机房", "website_class": "部门网站"})
		if got := w.found(site.ID); !slices.Contains(got, "filing 潮安 第9条") || slices.Contains(got, "domain 潮安 第12条（二）") {
			t.Errorf("without the operator: %q", got)
		}
		w.set(site.ID, map[string]string{"operator": "云水运维", "domain": "www.yunshui.cn", "old_domain": "ys.example", "domain_enabled_on": "2023-06-01"})
		got := w.found(site.ID)
		if slices.Contains(got, "filing 潮安 第9条") || !slices.Contains(got, "domain 潮安 第12条（二）") || !slices.Contains(got, "old_domain 潮安 第12条") {
			t.Errorf("complete, with a wrong domain and an old one beyond its year: %q", got)
		}
		w.set(site.ID, map[string]string{"domain_enabled_on": "2023-06-04"})
		if got := w.found(site.ID); slices.Contains(got, "old_domain 潮安 第12条") {
			t.Errorf("an old domain within its year: %q", got)
		}
	})
}

func TestAWebsiteAtATownIsNamed(t *testing.T) {
	each(t, func(w *world) {
		unit, err := units.Create(t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: "水口镇人民政府", Level: units.LevelTownship, Rulebook: "zhaotong-2018"})
		if err != nil {
			t.Fatalf("units.Create: %v", err)
		}
		in := w.valid(accounts.KindWebsite, "水口网")
		in.UnitID = unit.ID
		site := w.create(in)
		got := w.found(site.ID)
		for _, want := range []string{"level 昭通 2018 第7条", "site_code 昭通 2018 第8条", "security_test 昭通 2018 第8条", "external 昭通 2018 第8条", "approval 昭通 2018 第8条",
			"labels 昭通 2018 第9条"} {
			if !slices.Contains(got, want) {
				t.Errorf("checkup of a town's website: %q, want %q among them", got, want)
			}
		}
	})
}

func TestFindingsArePagedByKey(t *testing.T) {
	each(t, func(w *world) {
		for i := range 7 {
			in := w.valid(accounts.KindOther, fmt.Sprintf("清源%d", i))
			in.Platform = accounts.Other
			account := w.create(in)
			if i%2 == 0 {
				w.set(account.ID, map[string]string{"approval_number": "示政办〔2024〕1号"})
			}
		}
		var names []string
		filter := accounts.Filter{Finding: accounts.CheckApproval, PerPage: 2}
		for range 5 {
			page, err := accounts.List(t.Context(), w.db, w.book, w.People["officer"], filter)
			if err != nil {
				t.Fatalf("List: %v", err)
			}
			for _, line := range page.Items {
				names = append(names, line.Name)
			}
			if filter.After = page.Next; page.Next == "" {
				break
			}
		}
		if fmt.Sprint(names) != "[清源1 清源3 清源5]" {
			t.Errorf("accounts without an approval, two a page: %v", names)
		}
		none, err := accounts.List(t.Context(), w.db, w.book, w.People["stranger"], accounts.Filter{Finding: accounts.AnyFinding})
		if err != nil || len(none.Items) != 0 {
			t.Errorf("a stranger sees %d findings, %v", len(none.Items), err)
		}
		_, err = accounts.List(t.Context(), w.db, w.book, w.People["officer"], accounts.Filter{Finding: "nothing"})
		refused(t, "List of an unknown finding", err, accounts.ErrFilterInvalid)
	})
}
