package main

import (
	"net/http"
	"testing"

	"govmedia/accounts"
)

// A renaming through the API: by the unit and the office, seen by no other unit, and refused with its clause.
func TestAnApplicationGoesItsWayThroughTheAPI(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		renameThroughTheAPI(t, town.signIn("xinxi"), town.signIn("zhuyao"), town.signIn("guanli"))
	})
}

func renameThroughTheAPI(t *testing.T, officer, head, admin *browser) {
	var list accounts.Page
	officer.do(http.MethodGet, "/api/accounts?per_page=100", nil, http.StatusOK, &list)
	account := list.Items[0]
	for _, item := range list.Items {
		if item.UnitID == unitOf(officer) && item.State == accounts.InUse && item.Kind == accounts.KindWeibo {
			account = item
		}
	}
	var openings Items[accounts.Opening]
	officer.do(http.MethodGet, "/api/openings?unit_id="+account.UnitID, nil, http.StatusOK, &openings)
	if len(openings.Items) == 0 || openings.Items[0].Citation != "潼南 2022 第8条第1款" || len(openings.Items[0].Stages) != 5 {
		t.Fatalf("what may be applied for: %+v", openings.Items)
	}
	var app accounts.ApplicationView
	officer.do(http.MethodPost, "/api/applications", map[string]any{"process": "change", "object": "new_media", "account_id": account.ID,
		"wanted": map[string]string{"name": "清源镇融媒（演示）"}}, http.StatusOK, &app)
	if len(app.Fields) != 1 || app.Fields[0].Was != account.Name || !app.Fields[0].Changed || !app.Actions.Submit || app.Actions.Waive {
		t.Errorf("the draft: fields %+v, actions %+v", app.Fields, app.Actions)
	}
	path := "/api/applications/" + app.ID
	refused := officer.refuse(http.MethodPost, path+"/submit", map[string]any{"version": app.Version}, http.StatusConflict, "application.step_order")
	if refused.Rulebook != "tongnan-2022" || len(refused.Articles) == 0 {
		t.Errorf("handing in without the consent: %+v", refused)
	}
	head.do(http.MethodPost, path+"/do", map[string]any{"version": app.Version, "step_id": app.Steps[0].ID, "opinion": "同意"}, http.StatusOK, &app)
	officer.do(http.MethodPost, path+"/submit", map[string]any{"version": app.Version}, http.StatusOK, &app)
	var tasks taskList
	admin.do(http.MethodGet, "/api/tasks", nil, http.StatusOK, &tasks)
	if tasks.Applications != 1 {
		t.Errorf("%d applications wait for the office, want 1", tasks.Applications)
	}
	var mine accounts.ApplicationPage
	admin.do(http.MethodGet, "/api/applications?mine=true", nil, http.StatusOK, &mine)
	if len(mine.Items) != 1 || mine.Items[0].ID != app.ID {
		t.Errorf("what waits for the office: %+v", mine.Items)
	}
	officer.refuse(http.MethodPost, path+"/do", map[string]any{"version": app.Version, "step_id": app.Steps[1].ID, "number": "备1号"}, http.StatusForbidden, "application.step_role")
	admin.do(http.MethodPost, path+"/do", map[string]any{"version": app.Version, "step_id": app.Steps[1].ID, "number": "备〔2026〕1号"}, http.StatusOK, &app)
	admin.do(http.MethodPost, path+"/return", map[string]any{"version": app.Version, "reason": "名称不规范"}, http.StatusOK, &app)
	if app.State != accounts.ReturnedApplication || len(app.Acts) != 5 {
		t.Errorf("given back: %s with %d acts", app.State, len(app.Acts))
	}
	officer.do(http.MethodPost, path+"/withdraw", map[string]any{"version": app.Version}, http.StatusOK, &app)
	officer.do(http.MethodPost, path+"/resume", map[string]any{"version": app.Version}, http.StatusOK, &app)
	officer.refuse(http.MethodPost, path+"/resume", map[string]any{"version": app.Version}, http.StatusConflict, "application.state_refuses")
	closing := map[string]any{"version": account.Version, "reason": "不再使用", "gone_to": "区政府门户网站"}
	admin.refuse(http.MethodPost, "/api/accounts/"+account.ID+"/close", closing, http.StatusConflict, "account.needs_application")
	for _, list := range []string{"/api/violations", "/api/consolidation", "/api/registrations"} {
		var page Page[map[string]any]
		admin.do(http.MethodGet, list, nil, http.StatusOK, &page)
	}
}
