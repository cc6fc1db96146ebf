package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/units"
)

// treeOf returns the units somebody sees, by name.
func treeOf(b *browser) map[string]units.Branch {
	var list unitList
	b.do(http.MethodGet, "/api/units", nil, http.StatusOK, &list)
	tree := map[string]units.Branch{}
	for _, branch := range list.Items {
		tree[branch.Name] = branch
	}
	return tree
}

func TestUnitsAreManagedThroughTheAPI(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin, stranger := town.signIn("xinxi"), town.signIn("guanli"), town.signIn("wenlv")
		office, own := unitOf(admin), unitOf(officer)
		var unit, other units.Unit
		form := map[string]any{"parent_id": office, "name": "示范区林草中心", "level": "institution"}
		officer.refuse(http.MethodPost, "/api/units", form, http.StatusForbidden, "auth.forbidden")
		admin.do(http.MethodPost, "/api/units", form, http.StatusOK, &unit)
		admin.refuse(http.MethodPost, "/api/units", form, http.StatusConflict, "unit.name_taken")
		admin.refuse(http.MethodPost, "/api/units", map[string]any{"parent_id": office, "name": "甲", "level": "empire"}, 422, "unit.level_unknown")
		admin.do(http.MethodPost, "/api/units", map[string]any{"parent_id": office, "name": "示范区花卉站", "level": "institution"}, http.StatusOK, &other)
		path := "/api/units/" + unit.ID
		stranger.refuse(http.MethodGet, path, nil, http.StatusNotFound, "unit.not_found")
		stranger.refuse(http.MethodGet, path+"/events", nil, http.StatusNotFound, "unit.not_found")
		admin.do(http.MethodPut, path, map[string]any{"version": unit.Version, "name": "示范区林业草原中心", "short_name": "林草中心"}, http.StatusOK, &unit)
		admin.refuse(http.MethodPut, path, map[string]any{"version": unit.Version - 1, "name": "示范区林业中心"}, http.StatusConflict, "unit.stale")
		admin.do(http.MethodPost, path+"/move", map[string]any{"version": unit.Version, "parent_id": own}, http.StatusOK, &unit)
		admin.refuse(http.MethodPost, path+"/move", map[string]any{"version": unit.Version, "parent_id": unit.ID}, http.StatusConflict, "unit.cycle")

		// The officer reaches the unit now, reads it, and may not change it.
		var card accounts.UnitCard
		officer.do(http.MethodGet, path, nil, http.StatusOK, &card)
		if card.Unit.Name != "示范区林业草原中心" || len(card.Actions) != 0 || len(card.Vacancies) == 0 || card.Office == nil || card.Office.ID != office {
			t.Errorf("the officer's card of the unit: %+v", card)
		}
		officer.refuse(http.MethodPost, path+"/close", map[string]any{"version": unit.Version}, http.StatusForbidden, "auth.forbidden")
		admin.do(http.MethodGet, path, nil, http.StatusOK, &card)
		if strings.Join(card.Actions, " ") != "create rename move merge close" || len(card.Above) == 0 || card.Above[len(card.Above)-1].ID != own {
			t.Errorf("the admin's card: actions %v, above %+v", card.Actions, card.Above)
		}
		admin.refuse(http.MethodPost, path+"/merge", map[string]any{"version": unit.Version, "into_id": unit.ID}, 422, "unit.merge_self")
		admin.do(http.MethodPost, path+"/merge", map[string]any{"version": unit.Version, "into_id": other.ID}, http.StatusOK, &unit)
		admin.do(http.MethodGet, path, nil, http.StatusOK, &card)
		if card.MergedInto == nil || card.MergedInto.ID != other.ID || len(card.Actions) != 0 {
			t.Errorf("the card of the merged unit: %+v, actions %v", card.MergedInto, card.Actions)
		}
		var events Items[units.Event]
		admin.do(http.MethodGet, path+"/events", nil, http.StatusOK, &events)
		var actions []string
		for _, event := range events.Items {
			actions = append(actions, event.Action)
		}
		if got := strings.Join(actions, " "); got != "unit.merge unit.move unit.rename unit.create" {
			t.Errorf("the history of the unit: %s", got)
		}
		var closed Items[units.Unit]
		admin.do(http.MethodGet, "/api/closed-units", nil, http.StatusOK, &closed)
		if len(closed.Items) != 1 || closed.Items[0].ID != unit.ID {
			t.Errorf("the closed units: %+v", closed.Items)
		}

		// What is under way goes along with a merger; a text that is being signed keeps the unit from ending, with a count.
		var mine accounts.UnitCard
		admin.do(http.MethodGet, "/api/units/"+own, nil, http.StatusOK, &mine)
		officer.do(http.MethodPost, "/api/matters", matterForm(officer, nil), http.StatusOK, nil)
		article := draft(t, officer, "清源夜市开街", "<p>正文</p>", accounts.KindApp)
		officer.do(http.MethodPost, "/api/articles/"+article.ID+"/submit", map[string]any{"version": article.Version}, http.StatusOK, nil)
		problem := admin.refuse(http.MethodPost, "/api/units/"+own+"/merge", map[string]any{"version": mine.Unit.Version, "into_id": other.ID}, http.StatusConflict, "unit.busy")
		if !strings.Contains(problem.Detail, "1 篇正在审签或等待发布的稿件，不能合并") {
			t.Errorf("the refusal says %q", problem.Detail)
		}
		problem = admin.refuse(http.MethodPost, "/api/units/"+own+"/close", map[string]any{"version": mine.Unit.Version}, http.StatusConflict, "unit.not_empty")
		if _, still := treeOf(admin)[mine.Unit.Name]; !still {
			t.Errorf("after %q the unit is gone", problem.Detail)
		}
	})
}

func TestPeopleComeAndGoThroughTheAPI(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin, stranger, layout := town.signIn("xinxi"), town.signIn("guanli"), town.signIn("wenlv"), town.signIn("paiban")
		own := unitOf(officer)
		form := map[string]any{"username": "xiaohe", "name": "荷小新", "phone": "000-0000 0002", "password": demoPassword, "roles": []any{map[string]any{"unit_id": own, "role": "info_officer"}}}
		officer.refuse(http.MethodPost, "/api/people", form, http.StatusForbidden, "auth.forbidden")
		var person personView
		admin.do(http.MethodPost, "/api/people", form, http.StatusOK, &person)
		admin.refuse(http.MethodPost, "/api/people", form, http.StatusConflict, "person.username_taken")
		path := "/api/people/" + person.ID
		if person.Phone == nil || *person.Phone != "000-0000 0002" || !person.MustChange || strings.Join(person.Actions, " ") != "disable password phone roles" {
			t.Errorf("the new person: %+v", person)
		}
		var seen personView
		officer.do(http.MethodGet, path, nil, http.StatusOK, &seen)
		if seen.Phone != nil || len(seen.Actions) != 0 {
			t.Errorf("a colleague reads the phone number or may act: %+v", seen)
		}
		stranger.refuse(http.MethodGet, path, nil, http.StatusNotFound, "person.not_found")
		var list Page[units.Person]
		admin.do(http.MethodGet, "/api/people?q=%E8%8D%B7&unit_id="+own, nil, http.StatusOK, &list)
		if len(list.Items) != 1 || list.Items[0].ID != person.ID {
			t.Errorf("people called 荷: %+v", list.Items)
		}
		seenIDs := map[string]bool{}
		for cursor := ""; ; cursor = list.Next {
			list = Page[units.Person]{}
			admin.do(http.MethodGet, fmt.Sprintf("/api/people?per_page=3&cursor=%s", cursor), nil, http.StatusOK, &list)
			for _, one := range list.Items {
				if seenIDs[one.ID] {
					t.Fatalf("%s stands on two pages", one.Name)
				}
				seenIDs[one.ID] = true
			}
			if list.Next == "" {
				break
			}
		}
		if len(seenIDs) < 7 || !seenIDs[person.ID] {
			t.Errorf("%d people on all pages", len(seenIDs))
		}
		stranger.do(http.MethodGet, "/api/people?q=%E8%8D%B7", nil, http.StatusOK, &list)
		if len(list.Items) != 0 {
			t.Error("a stranger finds people of another unit")
		}
		admin.refuse(http.MethodGet, "/api/people?cursor=abc", nil, 422, "input.cursor")

		admin.do(http.MethodPut, path+"/phone", map[string]any{"version": person.Version, "phone": "000-0000 0003"}, http.StatusOK, &person)
		admin.refuse(http.MethodPut, path+"/phone", map[string]any{"version": person.Version - 1, "phone": ""}, http.StatusConflict, "person.stale")
		admin.do(http.MethodPost, path+"/roles", map[string]any{"unit_id": own, "role": "layout_staff"}, http.StatusOK, &person)
		admin.refuse(http.MethodPost, path+"/roles", map[string]any{"unit_id": own, "role": "system_admin"}, http.StatusForbidden, "role.too_high")
		admin.do(http.MethodPost, path+"/roles/revoke", map[string]any{"unit_id": own, "role": "layout_staff"}, http.StatusOK, &person)
		admin.refuse(http.MethodPost, path+"/password", map[string]any{"version": person.Version, "password": "kurz"}, 422, "password.too_short")
		admin.do(http.MethodPost, path+"/password", map[string]any{"version": person.Version, "password": demoPassword + "2"}, http.StatusOK, &person)

		// The arrival is filed: seen by whoever handles such things, handed in, receipted.
		var filings Page[accounts.StaffFiling]
		layout.refuse(http.MethodGet, "/api/staff-filings", nil, http.StatusForbidden, "auth.forbidden")
		stranger.do(http.MethodGet, "/api/staff-filings", nil, http.StatusOK, &filings)
		if slices.ContainsFunc(filings.Items, func(f accounts.StaffFiling) bool { return f.UnitID == own }) {
			t.Error("a stranger reads another unit's filing")
		}
		officer.do(http.MethodGet, "/api/staff-filings?state=open", nil, http.StatusOK, &filings)
		filings.Items = slices.DeleteFunc(filings.Items, func(f accounts.StaffFiling) bool { return f.PersonID != person.ID })
		if len(filings.Items) != 1 || filings.Items[0].Citation == "" {
			t.Fatalf("the filings: %+v", filings.Items)
		}
		filing := filings.Items[0]
		officer.do(http.MethodPost, "/api/staff-filings/"+filing.ID+"/file", map[string]any{"version": filing.Version}, http.StatusOK, &filing)
		officer.refuse(http.MethodPost, "/api/staff-filings/"+filing.ID+"/receive", map[string]any{"version": filing.Version, "number": "1"}, http.StatusForbidden, "auth.forbidden")
		admin.do(http.MethodPost, "/api/staff-filings/"+filing.ID+"/receive", map[string]any{"version": filing.Version, "number": "备 1 号"}, http.StatusOK, &filing)

		// A sign-in ends after the hand-over.
		problem := admin.refuse(http.MethodPost, path+"/disable", map[string]any{"version": person.Version}, http.StatusConflict, "handover.needed")
		if problem.Rulebook == "" || len(problem.Articles) == 0 {
			t.Errorf("the refusal cites nothing: %+v", problem)
		}
		now := time.Now().UnixMilli()
		begin := map[string]any{"unit_id": own, "person_id": person.ID, "reason": "调离", "left_on": now}
		stranger.refuse(http.MethodPost, "/api/handovers", begin, http.StatusNotFound, "unit.not_found")
		layout.refuse(http.MethodPost, "/api/handovers", begin, http.StatusForbidden, "auth.forbidden")
		var handover accounts.HandoverView
		officer.do(http.MethodPost, "/api/handovers", begin, http.StatusOK, &handover)
		at := "/api/handovers/" + handover.ID
		stranger.refuse(http.MethodGet, at, nil, http.StatusNotFound, "handover.not_found")
		stranger.refuse(http.MethodPost, at+"/finish", map[string]any{"version": handover.Version}, http.StatusNotFound, "handover.not_found")
		officer.refuse(http.MethodPost, at+"/finish", map[string]any{"version": handover.Version}, http.StatusConflict, "handover.incomplete")
		for place := range handover.Items {
			officer.do(http.MethodPost, at+"/items", map[string]any{"version": handover.Version, "place": place + 1, "done_on": now, "note": "存档"}, http.StatusOK, &handover)
		}
		officer.do(http.MethodPost, at+"/finish", map[string]any{"version": handover.Version}, http.StatusOK, &handover)
		admin.do(http.MethodPost, path+"/disable", map[string]any{"version": person.Version}, http.StatusOK, &person)
		if person.DisabledAt == nil || strings.Join(person.Actions, " ") != "enable phone roles" {
			t.Errorf("the disabled person: %+v", person)
		}
		admin.do(http.MethodPost, path+"/enable", map[string]any{"version": person.Version}, http.StatusOK, &person)
	})
}

func TestContractorsGoThroughTheAPI(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin, stranger, layout := town.signIn("xinxi"), town.signIn("guanli"), town.signIn("wenlv"), town.signIn("paiban")
		own, now := unitOf(officer), time.Now()
		form := map[string]any{"unit_id": own, "name": "云上科技（虚构）", "service": "排版", "agreement_number": "1", "agreed_from": now.AddDate(0, -1, 0).UnixMilli(),
			"agreed_until": now.AddDate(0, 1, 0).UnixMilli()}
		layout.refuse(http.MethodPost, "/api/contractors", form, http.StatusForbidden, "auth.forbidden")
		stranger.refuse(http.MethodPost, "/api/contractors", form, http.StatusNotFound, "unit.not_found")
		var c accounts.ContractorView
		officer.do(http.MethodPost, "/api/contractors", form, http.StatusOK, &c)
		path := "/api/contractors/" + c.ID
		stranger.refuse(http.MethodGet, path, nil, http.StatusNotFound, "contractor.not_found")
		form["version"], form["name"] = c.Version, "云上科技二（虚构）"
		delete(form, "unit_id")
		stranger.refuse(http.MethodPut, path, form, http.StatusNotFound, "contractor.not_found")
		officer.do(http.MethodPut, path, form, http.StatusOK, &c)
		officer.refuse(http.MethodPut, path, form, http.StatusConflict, "contractor.stale")
		officer.refuse(http.MethodPost, path+"/authorize", map[string]any{"version": c.Version}, http.StatusForbidden, "auth.forbidden")
		problem := admin.refuse(http.MethodPost, path+"/authorize", map[string]any{"version": c.Version}, http.StatusConflict, "contractor.incomplete")
		if !strings.Contains(problem.Detail, "保密协议") || problem.Rulebook == "" {
			t.Errorf("the refusal says %q under %q", problem.Detail, problem.Rulebook)
		}
		for _, item := range c.Items {
			if len(item.Grounds) > 0 {
				officer.do(http.MethodPost, path+"/items", map[string]any{"version": c.Version, "item": item.Item, "done_on": now.UnixMilli(), "note": "存档"}, http.StatusOK, &c)
			}
		}
		admin.do(http.MethodPost, path+"/authorize", map[string]any{"version": c.Version}, http.StatusOK, &c)
		var list Page[accounts.ContractorView]
		officer.do(http.MethodGet, "/api/contractors?state=expiring&unit_id="+own, nil, http.StatusOK, &list)
		if len(list.Items) != 1 || list.Items[0].Standing != accounts.ContractorExpiring || list.Items[0].AuthorizedAt == nil {
			t.Errorf("expiring contractors: %+v", list.Items)
		}
		var serving Items[accounts.Contractor]
		officer.do(http.MethodGet, "/api/serving-contractors?unit_id="+own, nil, http.StatusOK, &serving)
		if !slices.ContainsFunc(serving.Items, func(one accounts.Contractor) bool { return one.ID == c.ID }) {
			t.Errorf("the contractors that serve the unit: %+v", serving.Items)
		}
		officer.refuse(http.MethodPost, path+"/end", map[string]any{"version": c.Version, "reason": " "}, 422, "people.reason_needed")
		officer.do(http.MethodPost, path+"/end", map[string]any{"version": c.Version, "reason": "期满"}, http.StatusOK, &c)
		officer.refuse(http.MethodPost, path+"/items", map[string]any{"version": c.Version, "item": "secrecy_training", "done_on": now.UnixMilli(), "note": "x"}, http.StatusConflict, "contractor.ended")
	})
}
