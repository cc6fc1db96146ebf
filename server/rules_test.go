package main

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
)

// day is a Beijing day so many days from today.
func day(ahead int) string { return rules.DateOf(time.Now()).AddDays(ahead).String() }

// choiceForm is a stricter limit between the updates of accounts under 潼南 2022, from today, with one thing changed.
func choiceForm(unit string, days int, change func(form map[string]any)) map[string]any {
	form := map[string]any{"unit_id": unit, "rulebook": "tongnan-2022", "what": "figure", "section": "update_limits", "rule": "account-default", "field": "max_gap",
		"period": map[string]any{"n": days, "unit": "day"}, "from": day(0), "reason": "领导小组会议定的"}
	if change != nil {
		change(form)
	}
	return form
}

func useForm(unit, rulebook, layer string, ahead int) map[string]any {
	return map[string]any{"unit_id": unit, "rulebook": rulebook, "layer": layer, "from": day(ahead), "reason": "办公室通知要求"}
}

// judged waits until everything that was asked for is judged anew, and returns it, the latest first.
func judged(b *browser) []accounts.Rejudgement {
	b.t.Helper()
	var list Items[accounts.Rejudgement]
	waitFor(b.t, time.Minute, "the accounts to be judged anew", func() bool {
		list = Items[accounts.Rejudgement]{}
		b.do(http.MethodGet, "/api/rules/rejudgements", nil, http.StatusOK, &list)
		for _, r := range list.Items {
			if r.FinishedAt == nil && r.DueAt <= sql.FromStd(time.Now()) {
				return false
			}
		}
		return true
	})
	return list.Items
}

func dashboard(b *browser) accounts.Counts {
	b.t.Helper()
	var board accounts.Dashboard
	b.do(http.MethodGet, "/api/dashboard", nil, http.StatusOK, &board)
	return board.Overall
}

func rulebookOf(b *browser, id, unit string) rulebookView {
	b.t.Helper()
	var view rulebookView
	b.do(http.MethodGet, "/api/rulebooks/"+id+"?unit_id="+unit, nil, http.StatusOK, &view)
	return view
}

// limitOf finds the limit between the updates of accounts on a rulebook's page.
func limitOf(t *testing.T, view rulebookView) figureView {
	t.Helper()
	for _, figure := range view.Figures {
		if figure.Section == "update_limits" && figure.Rule == "account-default" && figure.Field == "max_gap" {
			return figure
		}
	}
	t.Fatalf("%s shows no limit for accounts", view.ID)
	return figureView{}
}

func TestAStricterFigureIsPreviewedChosenSeenAndEnded(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin, officer := town.signIn("guanli"), town.signIn("xinxi")
		office, unit := unitOf(admin), unitOf(officer)
		limit := limitOf(t, rulebookOf(officer, "tongnan-2022", unit))
		if limit.Value.String() != "1周" || limit.Since != nil || limit.Regulation != nil || !limit.Changeable || limit.Citation != "潼南 2022 第21条（六）" {
			t.Errorf("at first the limit is %+v", limit)
		}
		judged(admin)
		before := dashboard(admin)
		var preview accounts.Preview
		admin.do(http.MethodPost, "/api/rules/changes/preview", choiceForm(office, 3, nil), http.StatusOK, &preview)
		if preview.Stale < 2 || int64(len(preview.Samples)) != preview.Stale || preview.Looked == 0 || dashboard(admin) != before {
			t.Errorf("the preview is %+v, and the dashboard %+v before and %+v after it", preview, before, dashboard(admin))
		}
		var made amendedRule
		admin.do(http.MethodPost, "/api/rules/changes", choiceForm(office, 3, nil), http.StatusOK, &made)
		if made.Rejudgement == nil || made.Rejudgement.WhyID != made.Change.ID {
			t.Fatalf("chosen %+v", made)
		}
		list := judged(admin)
		if len(list) == 0 || list[0].ID != made.Rejudgement.ID || list[0].Looked == 0 || list[0].Looked != list[0].Total || list[0].Changed == 0 {
			t.Errorf("the latest rejudgement is %+v", list)
		}
		columns := int64(0)
		for _, sample := range preview.Samples {
			if sample.SubjectKind == rules.ColumnSubject {
				columns++
			}
		}
		if after := dashboard(admin); after.Stale != before.Stale+preview.Stale-columns || after.Total != before.Total {
			t.Errorf("after the choice %+v, before %+v, want %d more stale", after, before, preview.Stale-columns)
		}

		// Whoever reads the regulation at the town sees the office's figure, beside the regulation's own, and since when.
		view := rulebookOf(officer, "tongnan-2022", unit)
		limit = limitOf(t, view)
		if limit.Value.String() != "3日" || limit.Regulation == nil || limit.Regulation.String() != "1周" || limit.Since == nil || *limit.Since != made.Change.FromAt ||
			limit.UnitID != office || limit.UnitName == "" || view.MayChange || len(view.Versions) != 1 || view.Versions[0].Said != "不超过3日" || view.Versions[0].MayEnd {
			t.Errorf("the limit is %+v, the versions %+v", limit, view.Versions)
		}
		if view.UpdateLimits[0].MaxGap.String() != "3日" || len(view.Duties) == 0 || len(view.Readings) != len(view.Interpretations) {
			t.Errorf("the rulebook itself says %s, with %d duties and %d readings", view.UpdateLimits[0].MaxGap, len(view.Duties), len(view.Readings))
		}
		if !rulebookOf(admin, "tongnan-2022", office).MayChange {
			t.Error("the office may not change its own figures")
		}

		end := map[string]any{"version": 1, "from": day(1), "reason": "恢复原规定"}
		admin.refuse(http.MethodPost, "/api/rules/changes/"+made.Change.ID+"/end", map[string]any{"version": 7, "from": day(1), "reason": "旧页面"}, 409, "rule.stale")
		var back accounts.Preview
		chosen := dashboard(admin)
		admin.do(http.MethodPost, "/api/rules/changes/"+made.Change.ID+"/end/preview", end, http.StatusOK, &back)
		if back.Cured != preview.Stale || back.Stale != 0 || back.Looked != preview.Looked || dashboard(admin) != chosen {
			t.Errorf("the preview of its end is %+v, that of the choice was %+v", back, preview)
		}
		for from, code := range map[string]string{day(-1): "rule.from_day", "2026-02-30": "rule.from_day", "": "rule.from_day"} {
			bad := map[string]any{"version": 1, "from": from, "reason": "恢复原规定"}
			admin.refuse(http.MethodPost, "/api/rules/changes/"+made.Change.ID+"/end/preview", bad, 422, code)
		}
		admin.refuse(http.MethodPost, "/api/rules/changes/0000000000000000/end/preview", end, 404, "rule.change_not_found")
		var ended amendedRule
		admin.do(http.MethodPost, "/api/rules/changes/"+made.Change.ID+"/end", end, http.StatusOK, &ended)
		if ended.Change.UntilAt == nil || ended.Rejudgement == nil || ended.Rejudgement.DueAt != *ended.Change.UntilAt {
			t.Errorf("ended %+v", ended)
		}
		end["version"] = 2
		admin.refuse(http.MethodPost, "/api/rules/changes/"+made.Change.ID+"/end", end, 409, "rule.ended")
		admin.refuse(http.MethodPost, "/api/rules/changes/"+made.Change.ID+"/end/preview", end, 409, "rule.ended")
		var lines Page[rules.ChangeLine]
		admin.do(http.MethodGet, "/api/rules/changes?unit_id="+office, nil, http.StatusOK, &lines)
		if len(lines.Items) != 1 || lines.Items[0].State != rules.TermInForce || lines.Items[0].CreatedByName != "管小理" || lines.Items[0].Reason != "领导小组会议定的" {
			t.Errorf("the choices are %+v", lines.Items)
		}
	})
}

func TestAnotherReadingIsShownWithWhoChoseIt(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin, officer := town.signIn("guanli"), town.signIn("xinxi")
		office, unit := unitOf(admin), unitOf(officer)
		reading := func(option string) map[string]any {
			return map[string]any{"unit_id": office, "rulebook": "tongnan-2022", "what": "reading", "rule": "I-TN-01", "option": option, "from": day(0), "reason": "按自然周考核"}
		}
		admin.refuse(http.MethodPost, "/api/rules/changes", reading("default"), 409, "rule.reading_same")
		admin.refuse(http.MethodPost, "/api/rules/changes", reading("lunar"), 422, "rule.reading_unknown")
		admin.do(http.MethodPost, "/api/rules/changes", reading("natural-week"), http.StatusOK, nil)
		admin.refuse(http.MethodPost, "/api/rules/changes", reading("default"), 409, "rule.end_instead")
		words := reading("")
		words["rule"], words["text"] = "I-TN-05", "先公告，再备案"
		admin.do(http.MethodPost, "/api/rules/changes", words, http.StatusOK, nil)
		found := 0
		for _, point := range rulebookOf(officer, "tongnan-2022", unit).Readings {
			switch point.ID {
			case "I-TN-01":
				if !strings.HasPrefix(point.Reading, "按自然周") || !point.Computed || point.Since == nil || point.UnitID != office || point.Change == "" || len(point.Options) != 3 {
					t.Errorf("the point is %+v", point)
				}
				found++
			case "I-TN-05":
				if point.Reading != "先公告，再备案" || point.Computed {
					t.Errorf("the point of words is %+v", point)
				}
				found++
			case "I-TN-02":
				if point.Since != nil || point.Change != "" || point.Reading != point.Resolution || point.Citation != "潼南 2022 第21条" {
					t.Errorf("the untouched point is %+v", point)
				}
				found++
			}
		}
		if found != 3 {
			t.Errorf("%d of the three points are shown", found)
		}
	})
}

func TestARulebookIsAdoptedBesideAnotherAndLeft(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		city, officer := town.signIn("shiban"), town.signIn("xinxi")
		office := unitOf(city)
		lineOf := func(b *browser, id string) rulebookLine {
			t.Helper()
			var list rulebookList
			b.do(http.MethodGet, "/api/rulebooks", nil, http.StatusOK, &list)
			for _, line := range list.Items {
				if line.ID == id {
					return line
				}
			}
			t.Fatalf("no rulebook %s among %+v", id, list.Items)
			return rulebookLine{}
		}
		// The demo's district stands under two rulebooks, the city under one.
		if local, layered := lineOf(officer, "tongnan-2022").InForce, lineOf(officer, "national-2019").InForce; local == nil || local.Layer != "local" || local.Since != 0 ||
			layered == nil || layered.Layer != "layered" || layered.UnitName != "示范区人民政府办公室" || lineOf(officer, "zhaotong-2018").InForce != nil {
			t.Errorf("the town works under %+v and %+v", local, layered)
		}
		if line := lineOf(city, "national-2019"); line.InForce != nil || line.Next != nil {
			t.Errorf("the city works under %+v", line)
		}
		judged(city)
		noRule := dashboard(city).NoRule
		if noRule == 0 {
			t.Fatal("the demo's city has no account without a rule")
		}
		var preview accounts.Preview
		city.do(http.MethodPost, "/api/rules/uses/preview", useForm(office, "national-2019", "layered", 0), http.StatusOK, &preview)
		if preview.Timed == 0 || preview.Stale == 0 {
			t.Errorf("the preview is %+v", preview)
		}
		var made amendedUse
		city.do(http.MethodPost, "/api/rules/uses", useForm(office, "national-2019", "layered", 0), http.StatusOK, &made)
		judged(city)
		if after := dashboard(city); after.NoRule >= noRule || after.Stale == 0 {
			t.Errorf("under the national card %+v, with %d without a rule before", after, noRule)
		}
		if line := lineOf(city, "national-2019"); line.InForce == nil || line.InForce.Reason != "办公室通知要求" {
			t.Errorf("the city's national card stands %+v", line.InForce)
		}
		city.refuse(http.MethodPost, "/api/rules/uses", useForm(office, "national-2019", "layered", 3), 409, "rule.use_same")
		city.refuse(http.MethodPost, "/api/rules/uses", useForm(office, "zhaotong-2018", "layered", 3), 409, "rule.use_twice")
		var next amendedUse
		city.do(http.MethodPost, "/api/rules/uses", useForm(office, "xiangxi-2018", "local", 30), http.StatusOK, &next)
		if line := lineOf(city, "xiangxi-2018"); line.InForce != nil || line.Next == nil || line.Next.Since != next.Use.FromAt {
			t.Errorf("the rulebook to come stands %+v", line)
		}
		if line := lineOf(city, "zhaotong-2018"); line.InForce == nil || line.InForce.Until == nil || *line.InForce.Until != next.Use.FromAt {
			t.Errorf("the rulebook that ends stands %+v", line.InForce)
		}
		var left amendedUse
		city.do(http.MethodPost, "/api/rules/uses/"+next.Use.ID+"/end", map[string]any{"version": 1, "from": day(0), "reason": "暂缓"}, http.StatusOK, &left)
		if left.Rejudgement != nil {
			t.Errorf("withdrawing what never began asks for %+v", left.Rejudgement)
		}
		var leaving accounts.Preview
		under, end := dashboard(city), map[string]any{"version": 1, "from": day(0), "reason": "检查结束"}
		city.do(http.MethodPost, "/api/rules/uses/"+made.Use.ID+"/end/preview", end, http.StatusOK, &leaving)
		if leaving.Untimed != preview.Timed || leaving.Cured != preview.Stale || leaving.Looked != preview.Looked || dashboard(city) != under {
			t.Errorf("the preview of its end is %+v, that of its beginning was %+v", leaving, preview)
		}
		city.do(http.MethodPost, "/api/rules/uses/"+made.Use.ID+"/end", end, http.StatusOK, &left)
		judged(city)
		if after := dashboard(city); after.NoRule != noRule {
			t.Errorf("after it ended %+v, want %d without a rule", after, noRule)
		}
		var lines Page[rules.UseLine]
		city.do(http.MethodGet, "/api/rules/uses?unit_id="+office, nil, http.StatusOK, &lines)
		states := map[string]rules.TermState{}
		for _, line := range lines.Items {
			states[line.RulebookName] = line.State
		}
		if states["昭通 2018"] != rules.TermInForce || states["湘西 2018"] != rules.TermWithdrawn || states["国办 2019 检查指标"] != rules.TermWithdrawn {
			t.Errorf("the uses stand %v", states)
		}
	})
}

// Each route of the rules: by who may, by who may not, and at a unit that is none of theirs.
func TestWhoChangesRules(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin, officer, head, otherOffice := town.signIn("guanli"), town.signIn("xinxi"), town.signIn("zhuyao"), town.signIn("shiban")
		unit := unitOf(officer)
		var made amendedRule
		admin.do(http.MethodPost, "/api/rules/changes", choiceForm(unit, 5, func(f map[string]any) { f["from"] = day(2) }), http.StatusOK, &made)
		var use amendedUse
		admin.do(http.MethodPost, "/api/rules/uses", useForm(unit, "xiangxi-2018", "local", 3), http.StatusOK, &use)
		end := map[string]any{"version": 1, "from": day(0), "reason": "不该由你"}
		posts := map[string]any{
			"/api/rules/changes": choiceForm(unit, 4, nil), "/api/rules/changes/preview": choiceForm(unit, 4, nil), "/api/rules/changes/" + made.Change.ID + "/end": end,
			"/api/rules/changes/" + made.Change.ID + "/end/preview": end, "/api/rules/uses/" + use.Use.ID + "/end/preview": end,
			"/api/rules/uses": useForm(unit, "xiangxi-2018", "local", 5), "/api/rules/uses/preview": useForm(unit, "chaoan", "local", 5), "/api/rules/uses/" + use.Use.ID + "/end": end,
		}
		for path, form := range posts {
			for _, who := range []*browser{officer, head} {
				who.refuse(http.MethodPost, path, form, http.StatusForbidden, "auth.forbidden")
			}
			town.browser().refuse(http.MethodPost, path, form, http.StatusUnauthorized, "auth.required")
			code := "unit.not_found"
			switch {
			case strings.Contains(path, "changes/") && strings.Contains(path, "/end"):
				code = "rule.change_not_found"
			case strings.Contains(path, "/end"):
				code = "rule.use_not_found"
			}
			otherOffice.refuse(http.MethodPost, path, form, http.StatusNotFound, code)
		}
		for _, path := range []string{"/api/rulebooks?unit_id=" + unit, "/api/rulebooks/tongnan-2022?unit_id=" + unit, "/api/rules/changes?unit_id=" + unit, "/api/rules/uses?unit_id=" + unit} {
			officer.do(http.MethodGet, path, nil, http.StatusOK, nil)
			otherOffice.refuse(http.MethodGet, path, nil, http.StatusNotFound, "unit.not_found")
			town.browser().refuse(http.MethodGet, path, nil, http.StatusUnauthorized, "auth.required")
		}
		var list Items[accounts.Rejudgement]
		otherOffice.do(http.MethodGet, "/api/rules/rejudgements", nil, http.StatusOK, &list)
		for _, r := range list.Items {
			if r.UnitID == unit {
				t.Errorf("another office sees the rejudgement %+v", r)
			}
		}
		// Nothing of all that was done.
		admin.do(http.MethodPost, "/api/rules/changes/"+made.Change.ID+"/end", end, http.StatusOK, nil)
		admin.do(http.MethodPost, "/api/rules/uses/"+use.Use.ID+"/end", end, http.StatusOK, nil)
		officer.do(http.MethodGet, "/api/rules/rejudgements", nil, http.StatusOK, &list)
	})
}

func TestBadChangesOfRulesAreRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin := town.signIn("guanli")
		office := unitOf(admin)
		for name, c := range map[string]struct {
			change func(form map[string]any)
			status int
			code   string
		}{
			"looser":                 {func(f map[string]any) { f["period"] = map[string]any{"n": 8, "unit": "day"} }, 422, "rule.figure_not_stricter"},
			"the regulation's own":   {func(f map[string]any) { f["period"] = map[string]any{"n": 1, "unit": "week"} }, 409, "rule.choice_same"},
			"zero":                   {func(f map[string]any) { f["period"] = map[string]any{"n": 0, "unit": "day"} }, 422, "rule.figure_invalid"},
			"negative":               {func(f map[string]any) { f["period"] = map[string]any{"n": -3, "unit": "day"} }, 422, "rule.figure_invalid"},
			"an unknown unit":        {func(f map[string]any) { f["period"] = map[string]any{"n": 3, "unit": "moon"} }, 422, ""},
			"a number":               {func(f map[string]any) { delete(f, "period"); f["number"] = 3 }, 422, "rule.figure_invalid"},
			"period and number":      {func(f map[string]any) { f["number"] = 3 }, 422, "rule.figure_invalid"},
			"no figure":              {func(f map[string]any) { delete(f, "period") }, 422, "rule.figure_invalid"},
			"an unknown field":       {func(f map[string]any) { f["feild"] = "x" }, 422, "input.invalid"},
			"an unknown figure":      {func(f map[string]any) { f["rule"] = "account-hourly" }, 422, "rule.figure_unknown"},
			"an unknown kind":        {func(f map[string]any) { f["what"] = "wish" }, 422, "input.invalid"},
			"an unknown rulebook":    {func(f map[string]any) { f["rulebook"] = "atlantis-2030" }, 422, "rule.rulebook_unknown"},
			"one not in force":       {func(f map[string]any) { f["rulebook"] = "zhaotong-2018" }, 409, "rule.not_in_force"},
			"no reason":              {func(f map[string]any) { f["reason"] = "   " }, 422, "rule.reason_required"},
			"a reason of 501":        {func(f map[string]any) { f["reason"] = strings.Repeat("理", 501) }, 422, "rule.reason_required"},
			"a reason of 2001":       {func(f map[string]any) { f["reason"] = strings.Repeat("理", 2001) }, 422, "input.invalid"},
			"yesterday":              {func(f map[string]any) { f["from"] = day(-1) }, 422, "rule.from_day"},
			"no day":                 {func(f map[string]any) { f["from"] = "2026-02-30" }, 422, "rule.from_day"},
			"words for a day":        {func(f map[string]any) { f["from"] = "明天" }, 422, "rule.from_day"},
			"a day in ten years":     {func(f map[string]any) { f["from"] = day(3650) }, 422, "rule.from_day"},
			"no unit's id":           {func(f map[string]any) { f["unit_id"] = noSuchID }, 404, "unit.not_found"},
			"what breaks statements": {func(f map[string]any) { f["rule"] = "' OR 1=1 --" }, 422, "rule.figure_unknown"},
		} {
			for _, path := range []string{"/api/rules/changes", "/api/rules/changes/preview"} {
				form := choiceForm(office, 3, c.change)
				status, problem := admin.ask(http.MethodPost, path, form)
				if status != c.status || c.code != "" && problem.Code != c.code || !hasHan(problem.Detail) {
					t.Errorf("%s to %s = %d %+v, want %d %s", name, path, status, problem, c.status, c.code)
				}
				admin.checkFields(name, problem)
			}
		}
		for name, c := range map[string]struct {
			form   map[string]any
			status int
			code   string
		}{
			"an unknown rulebook": {useForm(office, "atlantis-2030", "local", 1), 422, "rule.rulebook_unknown"},
			"no layer":            {useForm(office, "chaoan", "", 1), 422, "input.invalid"},
			"the same local":      {useForm(office, "tongnan-2022", "local", 1), 409, "rule.use_same"},
			"local and layered":   {useForm(office, "tongnan-2022", "layered", 1), 409, "rule.use_twice"},
			"yesterday":           {useForm(office, "chaoan", "local", -1), 422, "rule.from_day"},
		} {
			for _, path := range []string{"/api/rules/uses", "/api/rules/uses/preview"} {
				admin.checkFields(name, admin.refuse(http.MethodPost, path, c.form, c.status, c.code))
			}
		}
		for _, path := range []string{"/api/rules/changes/" + noSuchID + "/end", "/api/rules/uses/" + noSuchID + "/end"} {
			good := map[string]any{"version": 1, "from": day(1), "reason": "x"}
			if status, problem := admin.ask(http.MethodPost, path, good); status != http.StatusNotFound || !strings.HasSuffix(problem.Code, "_not_found") {
				t.Errorf("%s = %d %+v", path, status, problem)
			}
		}
		admin.refuse(http.MethodGet, "/api/rulebooks/keine", nil, 404, "rule.not_found")
		admin.refuse(http.MethodGet, "/api/rules/changes", nil, 422, "input.invalid")
		admin.refuse(http.MethodGet, "/api/rules/changes?cursor=krumm&unit_id="+office, nil, 422, "input.cursor")
		admin.refuse(http.MethodGet, "/api/rules/rejudgements?per_page=0", nil, 422, "input.invalid")
		var lines Page[rules.ChangeLine]
		admin.do(http.MethodGet, "/api/rules/changes?below=true&unit_id="+office, nil, http.StatusOK, &lines)
		if len(lines.Items) != 0 {
			t.Errorf("%d refused choices were made", len(lines.Items))
		}
	})
}

func TestChoicesArePaged(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin := town.signIn("guanli")
		office := unitOf(admin)
		for i := range 3 {
			admin.do(http.MethodPost, "/api/rules/changes", choiceForm(office, 6-i, func(f map[string]any) { f["from"] = day(i + 1) }), http.StatusOK, nil)
		}
		cursor, said := "", []string{}
		for range 4 {
			var lines Page[rules.ChangeLine]
			admin.do(http.MethodGet, "/api/rules/changes?per_page=2&unit_id="+office+"&cursor="+escape(cursor), nil, http.StatusOK, &lines)
			for _, line := range lines.Items {
				said = append(said, line.Said)
			}
			if cursor = lines.Next; cursor == "" {
				break
			}
		}
		if fmt.Sprint(said) != "[不超过4日 不超过5日 不超过6日]" {
			t.Errorf("the pages say %v", said)
		}
	})
}

// The program is killed right after the choice, whatever it is doing; the next start judges the accounts.
func TestAKilledProgramJudgesTheAccountsWhenItIsBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin := town.signIn("guanli")
		judged(admin)
		before := dashboard(admin)
		var made amendedRule
		admin.do(http.MethodPost, "/api/rules/changes", choiceForm(unitOf(admin), 3, nil), http.StatusOK, &made)
		town.stop(syscall.SIGKILL)
		town.start()
		admin = town.signIn("guanli")
		// A chore or a rejudgement under way at the kill waits for its lease, a minute at the most.
		waitFor(t, 2*time.Minute, "the accounts to be judged", func() bool { return dashboard(admin).Stale > before.Stale })
		list := judged(admin)
		if list[0].ID != made.Rejudgement.ID || list[0].Looked != list[0].Total {
			t.Errorf("the latest rejudgement is %+v", list[0])
		}
		town.stop(syscall.SIGTERM)
		if log := town.log(); strings.Contains(log, "a chore failed") {
			t.Errorf("a chore failed:\n%s", log)
		}
	})
}
