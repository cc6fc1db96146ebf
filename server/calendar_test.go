package main

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The arrangement of a year that the program does not know, and the notice it is announced with. The days are made up.
const notice2027 = `国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕99号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
　　经国务院批准，现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
　　一、元旦：1月1日（周五）至3日（周日）放假，共3天。
　　二、春节：2月5日（农历除夕、周五）至13日（农历正月初八、周六）放假调休，共9天。2月14日（周日）、2月20日（周六）上班。
　　三、清明节：4月3日（周六）至5日（周一）放假，共3天。
　　四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
　　五、端午节：6月9日（周三）放假1天，不调休。
　　六、中秋节：9月15日（周三）放假1天，不调休。
　　七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
国务院办公厅
2026年11月10日`

// parse sends a notice as the console does: pasted, or as a file when it has a name.
func (b *browser) parse(name, content string, want int, out any) {
	b.t.Helper()
	if name != "" {
		b.upload("/api/calendar/parse", name, []byte(content), nil, want, out)
		return
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("text", content)
	_ = form.Close()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.base+"/api/calendar/parse", &body)
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	b.send(request, want, out)
}

// enteredForm is a draft as the form sends it.
func enteredForm(draft rules.YearDraft, version int64) map[string]any {
	return map[string]any{"version": version, "announced": draft.Announced, "document_number": draft.DocumentNumber, "workdays_total": draft.WorkdaysTotal,
		"rest": slices.Clone(draft.Rest), "work": slices.Clone(draft.Work), "note": draft.Note}
}

func previewForm(draft rules.YearDraft) map[string]any {
	form := enteredForm(draft, 0)
	delete(form, "version")
	form["year"] = draft.Year
	return form
}

// draft2027 is what the notice gives, with the published count filled in.
func (b *browser) draft2027() rules.YearDraft {
	b.t.Helper()
	var read readings
	b.parse("", notice2027, http.StatusOK, &read)
	if len(read.Items) != 1 || read.Items[0].Draft.Year != 2027 || read.Items[0].Summary.Workdays != 248 {
		b.t.Fatalf("parse = %+v, want 2027 with 248 working days", read)
	}
	draft := read.Items[0].Draft
	draft.WorkdaysTotal = 248
	return draft
}

func (b *browser) calendar() calendarView {
	b.t.Helper()
	var view calendarView
	b.do(http.MethodGet, "/api/calendar", nil, http.StatusOK, &view)
	return view
}

func TestANoticeBecomesAYearOfTheCalendar(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin, reader := town.signIn("guanli"), town.signIn("xinxi")
		if view := reader.calendar(); view.MayEnter || len(view.Items) != 3 || view.Items[2].Year != 2026 || view.Items[2].Source != rules.YearOfFile || !view.Items[2].Prevails {
			t.Errorf("the calendar for a reader = %+v, want the program's three years", view)
		}
		if view := admin.calendar(); !view.MayEnter {
			t.Errorf("the calendar for the administrator = %+v, want may_enter", view)
		}
		for _, name := range []string{"", "通知.txt"} {
			var read readings
			admin.parse(name, notice2027, http.StatusOK, &read)
			if len(read.Items) != 1 || len(read.Items[0].Draft.Rest) != 7 || len(read.Items[0].Draft.Work) != 5 || read.Items[0].Draft.Announced != "2026-11-10" ||
				len(read.Items[0].Problems) != 1 || read.Items[0].Problems[0].Field != "workdays_total" {
				t.Errorf("parse of %q = %+v, want the year with the count still open", name, read)
			}
		}
		draft := admin.draft2027()
		var preview rules.YearPreview
		admin.do(http.MethodPost, "/api/calendar/preview", previewForm(draft), http.StatusOK, &preview)
		if preview.Workdays != 248 || preview.Known {
			t.Errorf("preview = %+v, want a new year of 248 working days", preview)
		}
		var saved rules.YearLine
		admin.do(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 0), http.StatusOK, &saved)
		if saved.Version != 1 || saved.Workdays != 248 || saved.EnteredByName == "" {
			t.Errorf("saved = %+v", saved)
		}
		view := reader.calendar()
		if last := view.Items[len(view.Items)-1]; len(view.Items) != 4 || last.Year != 2027 || last.Source != rules.YearEntered || last.Version != 1 || len(last.Rest) != 7 {
			t.Errorf("the calendar = %+v, want 2027 at the end", view)
		}
		// A correction: the holiday of June a day longer.
		draft.Rest[4].To, draft.WorkdaysTotal = "2027-06-10", 247
		admin.refuse(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 0), http.StatusConflict, "calendar.year_exists")
		admin.do(http.MethodPost, "/api/calendar/preview", previewForm(draft), http.StatusOK, &preview)
		if !preview.Known || preview.Before != 248 || len(preview.Days) != 1 || preview.Days[0].Day.String() != "2027-06-10" {
			t.Errorf("preview of a correction = %+v, want the one day", preview)
		}
		admin.do(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 1), http.StatusOK, &saved)
		admin.refuse(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 1), http.StatusConflict, "calendar.year_stale")
		admin.refuse(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 2), http.StatusConflict, "calendar.year_unchanged")
	})
}

func TestABadYearIsRefusedAndNothingIsKept(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin := town.signIn("guanli")
		good := admin.draft2027()
		for name, c := range map[string]struct {
			change func(form map[string]any)
			code   string
			says   string
		}{
			"a count that does not match": {func(f map[string]any) { f["workdays_total"] = 250 }, "calendar.count_differs", "248"},
			"no count":                    {func(f map[string]any) { f["workdays_total"] = 0 }, "calendar.year_invalid", "248"},
			"a day that is none":          {func(f map[string]any) { f["work"].(sql.Strings)[1] = "2027-02-30" }, "calendar.year_invalid", "2027-02-30"},
			"a weekday worked instead":    {func(f map[string]any) { f["work"].(sql.Strings)[0] = "2027-03-02" }, "calendar.year_invalid", "2027-03-02（周二）不是周末"},
			"holidays that overlap": {func(f map[string]any) {
				f["rest"].(rules.RestSpans)[5] = rules.RestSpan{Name: "中秋节", From: "2027-06-09", To: "2027-06-09"}
			}, "calendar.year_invalid", "2027-06-09 已列在另一个假期里"},
			"no holidays":                {func(f map[string]any) { f["rest"] = []any{} }, "calendar.year_invalid", "没有写任何放假日期"},
			"a day of another year":      {func(f map[string]any) { f["rest"].(rules.RestSpans)[0].From = "2026-12-31" }, "calendar.year_invalid", "2026-12-31 不在 2027 年"},
			"announced in times to come": {func(f map[string]any) { f["announced"] = "2027-12-30" }, "calendar.year_invalid", "2027-12-30"},
			"an unknown field":           {func(f map[string]any) { f["arbeit"] = 1 }, "input.invalid", ""},
			"no list of holidays":        {func(f map[string]any) { f["rest"] = nil }, "input.invalid", ""},
			"a holiday that is no span":  {func(f map[string]any) { f["rest"] = []any{"2027-01-01"} }, "input.invalid", ""},
			"a note without end":         {func(f map[string]any) { f["note"] = strings.Repeat("注", 1001) }, "calendar.year_invalid", "备注"},
			"holidays without end":       {func(f map[string]any) { f["rest"] = slices.Repeat(good.Rest, 20) }, "input.invalid", ""},
		} {
			form := enteredForm(good, 0)
			c.change(form)
			problem := admin.refuse(http.MethodPut, "/api/calendar/2027", form, http.StatusUnprocessableEntity, c.code)
			if !strings.Contains(problem.Detail, c.says) {
				t.Errorf("%s: %q does not say %q", name, problem.Detail, c.says)
			}
			admin.checkFields(name, problem)
			form["year"] = 2027
			delete(form, "version")
			admin.refuse(http.MethodPost, "/api/calendar/preview", form, http.StatusUnprocessableEntity, c.code)
		}
		for _, year := range []string{"27", "abc", "20270", "-1"} {
			admin.refuse(http.MethodPut, "/api/calendar/"+year, enteredForm(good, 0), http.StatusUnprocessableEntity, "input.invalid")
		}
		admin.refuse(http.MethodPut, "/api/calendar/2028", enteredForm(good, 0), http.StatusUnprocessableEntity, "calendar.year_invalid")
		if view := admin.calendar(); len(view.Items) != 3 {
			t.Errorf("a refused year was kept: %+v", view.Items)
		}
	})
}

func TestAnUploadThatIsNoNoticeIsRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		admin := town.signIn("guanli")
		twice := "schema: workdays/1\nzone: Asia/Shanghai\nyears:\n  \"2027\": {announced: \"2026-11-10\"}\n  \"2027\": {announced: \"2026-11-10\"}\n"
		for name, c := range map[string]struct {
			file, content string
			status        int
			code          string
		}{
			"another text":                 {"", "关于做好汛期值班工作的通知", 422, "calendar.not_notice"},
			"nothing":                      {"", "", 422, "calendar.empty"},
			"an empty file":                {"空.txt", "", 422, "calendar.empty"},
			"a notice with a wrong total":  {"", strings.Replace(notice2027, "共9天", "共8天", 1), 422, "calendar.notice_unclear"},
			"a notice cut short":           {"a.txt", notice2027[:strings.Index(notice2027, "　　六、")], 422, "calendar.notice_unclear"},
			"an adjustment":                {"", "国务院办公厅关于调整2027年劳动节假期安排的通知", 422, "calendar.notice_amends"},
			"a Word file":                  {"通知.docx", "PK\x03\x04", 422, "calendar.not_text"},
			"broken bytes":                 {"a.txt", "国务院\xff\xff", 422, "calendar.encoding"},
			"a year twice in one file":     {"years.yaml", twice, 422, "calendar.file_invalid"},
			"a file with a wrong count":    {"years.yaml", "schema: workdays/1\nzone: Asia/Shanghai\nyears:\n  \"2027\": {announced: \"2026-11-10\", workdays_total: 300, rest: [{name: 元旦, from: \"2027-01-01\", to: \"2027-01-01\"}]}\n", 422, "calendar.file_invalid"},
			"a file of 300 KiB":            {"大.txt", strings.Repeat("文", 100<<10), 413, "calendar.too_large"},
			"a file of 5 MB":               {"大.txt", strings.Repeat("文", 5<<20/3), 413, "calendar.too_large"},
			"a pasted text of 5 MB":        {"", strings.Repeat("文", 5<<20/3), 413, "calendar.too_large"},
			"a pasted text without a form": {"", strings.Repeat("一、元旦：", 10_000), 422, "calendar.not_notice"},
		} {
			var problem Problem
			admin.parse(c.file, c.content, c.status, &problem)
			admin.checkProblem(name, problem, c.code)
		}
		var problem Problem
		reply := admin.raw(http.MethodPost, "/api/calendar/parse", `{"text":"x"}`, nil)
		if err := decodeJSON(strings.NewReader(reply.text), &problem); err != nil || reply.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("JSON instead of a form: %s %s", reply.Status, reply.text)
		}
	})
}

func TestOnlyTheOfficeAtTheTopMayEnterAYear(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		town.addPerson("xiangguan", units.OfficeAdmin, "xinxi", false) // an administrator, but of one town
		admin, lower, deputy := town.signIn("guanli"), town.signIn("xiangguan"), town.signIn("fenguan")
		draft := admin.draft2027()
		if view := lower.calendar(); view.MayEnter {
			t.Error("the administrator of a town may enter years")
		}
		lower.parse("", notice2027, http.StatusOK, nil) // reading a text hurts nobody
		lower.refuse(http.MethodPost, "/api/calendar/preview", previewForm(draft), http.StatusForbidden, "calendar.forbidden")
		lower.refuse(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 0), http.StatusForbidden, "calendar.forbidden")
		var problem Problem
		deputy.parse("", notice2027, http.StatusForbidden, &problem)
		deputy.checkProblem("parse", problem, "auth.forbidden")
		deputy.refuse(http.MethodPost, "/api/calendar/preview", previewForm(draft), http.StatusForbidden, "auth.forbidden")
		deputy.refuse(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 0), http.StatusForbidden, "auth.forbidden")
		town.browser().refuse(http.MethodGet, "/api/calendar", nil, http.StatusUnauthorized, "auth.required")
		if view := admin.calendar(); len(view.Items) != 3 {
			t.Errorf("a refused year was kept: %+v", view.Items)
		}
		// The other office of the installation, on another branch of the tree, has the same calendar.
		other := town.signIn("shiban")
		other.do(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 0), http.StatusOK, nil)
		if view := admin.calendar(); len(view.Items) != 4 || !view.Items[3].Prevails {
			t.Errorf("the calendar = %+v, want 2027 for everybody", view.Items)
		}
	})
}

// A public notice of fifteen working days is put up three days before the end of 2026: nobody can say when it may come
// down until the working days of 2027 are entered.
func TestADeadlineThatWaitsForTheNoticeGetsItsDay(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		town.addPerson("xitong", units.SystemAdmin, "guanli", false)
		admin, system := town.signIn("guanli"), town.signIn("xitong")
		draft := admin.draft2027()
		db, book := town.onDay("2026-12-28 10:00")
		matter, err := oversight.OpenMatter(t.Context(), db, book, units.System, oversight.NewMatter{UnitID: unitOf(town.signIn("xinxi")), Rulebook: "tongnan-2022",
			Section: "public_notices", Rule: "change-shut-cancel", Title: "注销公告", EventAt: db.Now()})
		if err != nil || !matter.Pending() || matter.Label != "待日历确认" {
			t.Fatalf("OpenMatter = %s due %q, %v, want 待日历确认", matter.Label, matter.DueText, err)
		}
		var preview rules.YearPreview
		admin.do(http.MethodPost, "/api/calendar/preview", previewForm(draft), http.StatusOK, &preview)
		if preview.Clocks != 1 || preview.Resolved != 1 {
			t.Errorf("preview = %+v, want the one duty that waits", preview)
		}
		admin.do(http.MethodPut, "/api/calendar/2027", enteredForm(draft, 0), http.StatusOK, nil)
		if _, err := oversight.RecountMatters(t.Context(), db, book); err != nil {
			t.Fatalf("RecountMatters: %v", err)
		}
		got, err := oversight.GetMatter(t.Context(), db, book, units.System, matter.ID)
		if err != nil || got.Pending() || got.DueText != "2027-01-19 24:00" {
			t.Errorf("once the notice is entered the matter is due %q, %v, want 2027-01-19 24:00", got.DueText, err)
		}
		clocks, err := rules.ClocksOf(t.Context(), db, oversight.MatterSubject, matter.ID)
		if err != nil || len(clocks) != 1 || clocks[0].Reason != "" || clocks[0].DueAt == nil || clocks[0].DueAt.String() != "2027-01-20 00:00:00" {
			t.Errorf("its clock = %+v, %v, want it due at the end of the 19th", clocks, err)
		}
		for kind, id := range map[string]string{"matter": matter.ID, "calendar_year": "2027"} {
			var lines Page[units.AuditLine]
			system.do(http.MethodGet, "/api/audit?object_kind="+kind+"&object_id="+id, nil, http.StatusOK, &lines)
			if !slices.ContainsFunc(lines.Items, func(line units.AuditLine) bool {
				return line.Action == rules.ActionCalendarSet && line.PersonName == "管小理" || line.Action == oversight.ActionMatterRecount && line.PersonID == ""
			}) {
				t.Errorf("the audit lines of %s %s are %+v, want the change among them", kind, id, lines.Items)
			}
		}
		town.wait("the accounts to be judged by the new year", func() bool {
			if _, err := accounts.RejudgeDue(t.Context(), db.WithClock(time.Now), book, "test"); err != nil {
				t.Fatalf("RejudgeDue: %v", err)
			}
			return admin.calendar().Recounts == 0
		})
		admin.do(http.MethodPost, "/api/calendar/preview", previewForm(draft), http.StatusOK, &preview)
		if preview.Clocks != 0 {
			t.Errorf("preview of what is entered = %+v, want nothing to change", preview)
		}
	})
}

// onDay opens the installation's database as of a moment of Beijing time, beside the program.
func (town *town) onDay(moment string) (*sql.DB, rules.Book) {
	town.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", moment, sql.Beijing)
	if err != nil {
		town.t.Fatal(err)
	}
	db, err := sql.Open(town.t.Context(), town.config.DSN)
	if err != nil {
		town.t.Fatal(err)
	}
	town.t.Cleanup(func() { _ = db.Close() })
	library, err := rules.Builtin()
	if err != nil {
		town.t.Fatal(err)
	}
	return db.WithClock(func() time.Time { return at }), rules.NewBook(library)
}
