package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"govmedia/oversight"
	"govmedia/sql"
	"govmedia/units"
)

// matterForm is what somebody sends to record a matter of the own unit, with changes.
func matterForm(b *browser, changes map[string]any) map[string]any {
	form := map[string]any{"unit_id": unitOf(b), "rulebook": "tongnan-2022", "section": "takedown", "rule": "office-found", "title": "一条敏感信息",
		"event_at": time.Now().Add(-10 * time.Minute).UnixMilli()}
	for key, value := range changes {
		form[key] = value
	}
	return form
}

func TestAMatterGoesThroughTheAPI(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin, stranger, layout := town.signIn("xinxi"), town.signIn("guanli"), town.signIn("wenlv"), town.signIn("paiban")
		unit := unitOf(officer)

		var startable Items[oversight.Startable]
		officer.do(http.MethodGet, "/api/duties?unit_id="+unit, nil, http.StatusOK, &startable)
		found := false
		for _, line := range startable.Items {
			found = found || line.Section == "takedown" && line.Rule == "office-found" && line.EventLabel != "" && line.Citation == "潼南 2022 第26条" && line.Timing == oversight.Deadline
		}
		if !found {
			t.Errorf("the rules to start lack the takedown: %+v", startable.Items)
		}
		event := time.Date(2026, 4, 10, 9, 0, 0, 0, sql.Beijing).UnixMilli()
		var preview oversight.MatterPreview
		officer.do(http.MethodGet, fmt.Sprintf("/api/duties/due?unit_id=%s&rulebook=tongnan-2022&section=disclosure&rule=general&event_at=%d", unit, event), nil, http.StatusOK, &preview)
		if preview.DueText != "2026-05-12 24:00" || preview.Citation != "潼南 2022 第12条" {
			t.Errorf("the preview says %q, %q, want 2026-05-12 24:00", preview.DueText, preview.Citation)
		}

		var matter oversight.MatterView
		officer.do(http.MethodPost, "/api/matters", matterForm(officer, map[string]any{"parts": []string{"微信", "微博"}}), http.StatusOK, &matter)
		path := "/api/matters/" + matter.ID
		if matter.Standing != oversight.StandsOpen || len(matter.Parts) != 2 || matter.LeftMs == nil {
			t.Errorf("the new matter: %+v, want it open with two channels", matter)
		}
		var list Page[oversight.MatterView]
		for _, reader := range []*browser{officer, admin, layout} {
			reader.do(http.MethodGet, "/api/matters?section=takedown&state=open&order=event", nil, http.StatusOK, &list)
			if len(list.Items) != 1 || list.Items[0].ID != matter.ID {
				t.Errorf("the list has %d lines, want the matter", len(list.Items))
			}
		}
		stranger.do(http.MethodGet, "/api/matters", nil, http.StatusOK, &list)
		if len(list.Items) != 0 {
			t.Error("a stranger lists another unit's matter")
		}

		// Allowed, refused, and on another unit's object.
		finish := map[string]any{"version": matter.Version, "part": "微博"}
		layout.refuse(http.MethodPost, path+"/finish", finish, http.StatusForbidden, "auth.forbidden")
		for method, form := range map[string]any{"finish": finish, "void": map[string]any{"version": 1, "reason": "误登"}, "correct": map[string]any{"version": 1, "event_at": event, "reason": "误登"}} {
			stranger.refuse(http.MethodPost, path+"/"+method, form, http.StatusNotFound, "matter.not_found")
		}
		problem := stranger.refuse(http.MethodGet, path, nil, http.StatusNotFound, "matter.not_found")
		if strings.Contains(problem.Detail, "敏感") {
			t.Error("a refusal tells the title")
		}
		stranger.refuse(http.MethodPost, "/api/matters", matterForm(officer, nil), http.StatusNotFound, "unit.not_found")
		for _, address := range []string{"/api/duties?unit_id=", "/api/periods?unit_id=", "/api/acts?unit_id=", "/api/roster?unit_id="} {
			stranger.refuse(http.MethodGet, address+unit, nil, http.StatusNotFound, "unit.not_found")
		}

		officer.do(http.MethodPost, path+"/finish", finish, http.StatusOK, &matter)
		officer.refuse(http.MethodPost, path+"/finish", finish, http.StatusConflict, "matter.stale")
		officer.do(http.MethodPost, path+"/correct", map[string]any{"version": matter.Version, "event_at": matter.EventAt - 60_000, "reason": "以通话记录为准"}, http.StatusOK, &matter)
		officer.do(http.MethodPost, path+"/finish", map[string]any{"version": matter.Version}, http.StatusOK, &matter)
		if matter.Label != "按时" || matter.State != oversight.MatterDone {
			t.Errorf("the matter is %s, %s; want done in time", matter.State, matter.Label)
		}
		officer.do(http.MethodPost, path+"/void", map[string]any{"version": matter.Version, "reason": "重复登记"}, http.StatusOK, &matter)
		officer.do(http.MethodGet, path, nil, http.StatusOK, &matter)
		if matter.Label != "已作废" {
			t.Errorf("the matter is %s, want void", matter.Label)
		}

		// Bad input gets its sentence.
		for name, c := range map[string]struct {
			changes map[string]any
			code    string
		}{
			"to come":      {map[string]any{"event_at": time.Now().Add(time.Hour).UnixMilli()}, "duty.time"},
			"long ago":     {map[string]any{"event_at": 0}, "duty.time"},
			"no rule":      {map[string]any{"rule": "keine"}, "duty.rule_unknown"},
			"not in force": {map[string]any{"rulebook": "xiangxi-2018", "section": "interaction", "rule": "suggestion-or-consult"}, "duty.not_in_force"},
			"no title":     {map[string]any{"title": "  "}, "duty.title"},
			"a script":     {map[string]any{"url": "javascript:alert(1)"}, "duty.url"},
			"a date":       {map[string]any{"event_at": "gestern"}, "input.invalid"},
			"no unit":      {map[string]any{"unit_id": "x"}, "input.invalid"},
		} {
			if problem := officer.refuse(http.MethodPost, "/api/matters", matterForm(officer, c.changes), 422, c.code); len(problem.Errors) == 0 {
				t.Errorf("a matter with %s: the refusal names no field", name)
			}
		}
		officer.refuse(http.MethodGet, "/api/matters?cursor=abc", nil, 422, "input.cursor")
		officer.refuse(http.MethodGet, "/api/matters?state=lost", nil, 422, "input.invalid")
	})
}

func TestWhatComesBackAndTheRosterGoThroughTheAPI(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin, layout := town.signIn("xinxi"), town.signIn("guanli"), town.signIn("paiban")
		unit := unitOf(officer)
		daily := func(b *browser, unit string) *oversight.PeriodLine {
			var list Items[oversight.PeriodLine]
			b.do(http.MethodGet, "/api/periods?unit_id="+unit, nil, http.StatusOK, &list)
			for _, line := range list.Items {
				if line.Section == "duty" && line.Rule == "daily-browse" {
					return &line
				}
			}
			return nil
		}
		if line := daily(officer, unit); line == nil || line.Done != 0 || line.Owed != 1 {
			t.Fatalf("the town's daily reading is %+v, want 0 of 1", line)
		}
		form := map[string]any{"unit_id": unit, "rulebook": "tongnan-2022", "section": "duty", "rule": "daily-browse", "note": "首页、两个账号"}
		layout.refuse(http.MethodPost, "/api/acts", form, http.StatusForbidden, "auth.forbidden")
		var act oversight.Act
		officer.do(http.MethodPost, "/api/acts", form, http.StatusOK, &act)
		if line := daily(layout, unit); line.Done != 1 || line.Standing != oversight.StandsOnTime {
			t.Errorf("after reading: %d of %d, %s; want 1, in time", line.Done, line.Owed, line.Standing)
		}
		var acts Page[oversight.Act]
		officer.do(http.MethodGet, "/api/acts?per_page=1&unit_id="+unit, nil, http.StatusOK, &acts)
		if len(acts.Items) != 1 || acts.Next != "" || acts.Items[0].CreatedByName == "" {
			t.Errorf("the acts are %+v, want one, and no further page", acts)
		}
		officer.do(http.MethodPost, "/api/acts/"+act.ID+"/void", map[string]any{"version": act.Version, "reason": "记错单位"}, http.StatusOK, nil)
		town.signIn("wenlv").refuse(http.MethodPost, "/api/acts/"+act.ID+"/void", map[string]any{"version": act.Version, "reason": "x"}, http.StatusNotFound, "act.not_found")
		if line := daily(officer, unit); line.Done != 0 {
			t.Errorf("after the act was void: %d of %d, want 0", line.Done, line.Owed)
		}
		form["section"], form["rule"] = "inspections", "quarterly"
		officer.refuse(http.MethodPost, "/api/acts", form, 422, "duty.not_owed")
		form["unit_id"] = unitOf(admin)
		admin.do(http.MethodPost, "/api/acts", form, http.StatusOK, nil)

		from := time.Now().Add(24 * time.Hour).Truncate(time.Hour).UnixMilli()
		day := (24 * time.Hour).Milliseconds()
		var roster oversight.RosterView
		span := fmt.Sprintf("/api/roster?unit_id=%s&from_at=%d&until_at=%d", unit, from, from+2*day)
		officer.do(http.MethodGet, span, nil, http.StatusOK, &roster)
		if len(roster.Gaps) != 1 || !strings.HasPrefix(roster.Gaps[0].Text, "空档 48 小时") {
			t.Errorf("without a roster the gaps are %+v, want the whole time", roster.Gaps)
		}
		set := map[string]any{"unit_id": unit, "from_at": from, "until_at": from + 2*day, "mark": roster.Mark,
			"shifts": []any{map[string]any{"person_name": "云小禾", "from_at": from, "until_at": from + day}}}
		layout.refuse(http.MethodPut, "/api/roster", set, http.StatusForbidden, "auth.forbidden")
		officer.do(http.MethodPut, "/api/roster", set, http.StatusOK, &roster)
		if len(roster.Shifts) != 1 || len(roster.Gaps) != 1 || !strings.HasPrefix(roster.Gaps[0].Text, "空档 24 小时") {
			t.Errorf("with one shift: %+v, want a gap of a day", roster)
		}
		officer.refuse(http.MethodPut, "/api/roster", set, http.StatusConflict, "roster.stale")
		officer.do(http.MethodGet, "/api/roster?unit_id="+unit, nil, http.StatusOK, nil)
		officer.refuse(http.MethodGet, fmt.Sprintf("/api/roster?unit_id=%s&from_at=%d&until_at=%d", unit, from, from+1000*day), nil, 422, "roster.span")
	})
}

// A password older than the rulebook lets it be is changed at the next sign-in, before anything else.
func TestO47APasswordThatIsTooOldIsChangedAtTheNextSignIn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		unitID := unitOf(town.signIn("xinxi"))
		db, err := sql.Open(t.Context(), town.config.DSN)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for name, age := range map[string]time.Duration{"laoren": 70 * 24 * time.Hour, "xinde": 50 * 24 * time.Hour} {
			then := db.WithClock(func() time.Time { return time.Now().Add(-age) })
			_, err := units.CreatePerson(t.Context(), then, units.System, units.NewPerson{Username: name, Name: "测试人员", Password: demoPassword,
				Roles: []units.RoleAt{{UnitID: unitID, Role: units.InfoOfficer}}}, units.PasswordRule{})
			if err != nil {
				t.Fatalf("add %s: %v", name, err)
			}
		}
		var session SessionView
		fresh := town.signIn("xinde")
		fresh.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
		if session.MustChange || session.PasswordOverdue || session.PasswordDueAt == nil || *session.PasswordDueAt < sql.FromStd(time.Now()) || session.PasswordRule != "潼南 2022 第36条" {
			t.Errorf("a password of 50 days: %+v, want it due soon and nothing asked", session)
		}
		fresh.do(http.MethodGet, "/api/articles", nil, http.StatusOK, nil)
		old := town.signIn("laoren")
		old.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
		if !session.MustChange || !session.PasswordOverdue {
			t.Errorf("a password of 70 days: %+v, want it to be changed", session)
		}
		old.refuse(http.MethodGet, "/api/articles", nil, http.StatusForbidden, "auth.must_change")
		old.do(http.MethodPut, "/api/session/password", map[string]any{"old": demoPassword, "new": "Xin-Deng-2026-清源"}, http.StatusNoContent, nil)
		old.do(http.MethodGet, "/api/articles", nil, http.StatusOK, nil)
		old.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
		if session.MustChange || session.PasswordOverdue {
			t.Errorf("after the change: %+v, want nothing asked", session)
		}
	})
}
