package rules_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
)

// year2027 is an arrangement of a year that the program does not know; its days are made up for tests, in the manner of
// the announcements of other years.
func year2027() rules.YearDraft {
	return rules.YearDraft{
		Year: 2027, Announced: "2026-11-10", DocumentNumber: "国办发明电〔2026〕99号", WorkdaysTotal: 248,
		Rest: rules.RestSpans{{"元旦", "2027-01-01", "2027-01-03"}, {"春节", "2027-02-05", "2027-02-13"}, {"清明节", "2027-04-03", "2027-04-05"},
			{"劳动节", "2027-05-01", "2027-05-05"}, {"端午节", "2027-06-09", "2027-06-09"}, {"中秋节", "2027-09-15", "2027-09-15"},
			{"国庆节", "2027-10-01", "2027-10-07"}},
		Work: sql.Strings{"2027-02-14", "2027-02-20", "2027-05-08", "2027-09-26", "2027-10-09"},
	}
}

func TestAGoodYearIsCounted(t *testing.T) {
	got, err := rules.CheckYear(year2027())
	if want := (rules.YearSummary{Year: 2027, Workdays: 248, RestDays: 29, Extra: 5}); err != nil || got != want {
		t.Errorf("CheckYear = %+v, %v, want %+v", got, err, want)
	}
}

func TestABadYearIsRefusedWithTheDayNamed(t *testing.T) {
	for _, c := range []struct {
		name, field, reason string
		change              func(d *rules.YearDraft)
	}{
		{"a day that is none", "work[0]", "「2027-02-30」不是真实的日期", func(d *rules.YearDraft) { d.Work[0] = "2027-02-30" }},
		{"no day at all", "rest[1].to", "「」不是真实的日期", func(d *rules.YearDraft) { d.Rest[1].To = "" }},
		{"a weekday worked instead", "work[0]", "2027-03-02（周二）不是周末", func(d *rules.YearDraft) { d.Work[0] = "2027-03-02" }},
		{"work and rest at once", "work[0]", "2027-02-06 同时列在", func(d *rules.YearDraft) { d.Work[0] = "2027-02-06" }},
		{"work twice", "work[1]", "列了两次", func(d *rules.YearDraft) { d.Work[1] = d.Work[0] }},
		{"holidays that overlap", "rest[2]", "2027-02-13 已列在另一个假期里", func(d *rules.YearDraft) { d.Rest[2].From, d.Rest[2].To = "2027-02-13", "2027-02-15" }},
		{"a holiday upside down", "rest[0]", "早于开始日", func(d *rules.YearDraft) { d.Rest[0].From, d.Rest[0].To = d.Rest[0].To, d.Rest[0].From }},
		{"a holiday of months", "rest[6]", "超过 31 天", func(d *rules.YearDraft) { d.Rest[6].To = "2027-12-31" }},
		{"a holiday without a name", "rest[0].name", "节日名称要填写", func(d *rules.YearDraft) { d.Rest[0].Name = " " }},
		{"a holiday with a line break", "rest[0].name", "节日名称要填写", func(d *rules.YearDraft) { d.Rest[0].Name = "元\n旦" }},
		{"a day of another year", "rest[0].from", "2026-12-31 不在 2027 年", func(d *rules.YearDraft) { d.Rest[0].From = "2026-12-31" }},
		{"no rest at all", "rest", "2027 年没有写任何放假日期", func(d *rules.YearDraft) { d.Rest, d.Work, d.WorkdaysTotal = nil, nil, 261 }},
		{"holidays without end", "rest", "不像是一年的安排", func(d *rules.YearDraft) { d.Rest = slices.Repeat(d.Rest, 9) }},
		{"work without end", "work", "不像是一年的安排", func(d *rules.YearDraft) { d.Work = slices.Repeat(d.Work, 9) }},
		{"no published count", "workdays_total", "按表数出 248 个", func(d *rules.YearDraft) { d.WorkdaysTotal = 0 }},
		{"no announcement", "announced", "公布日「」不是真实的日期", func(d *rules.YearDraft) { d.Announced = "" }},
		{"an announcement long before", "announced", "不像是 2027 年放假安排的公布日", func(d *rules.YearDraft) { d.Announced = "2025-11-04" }},
		{"an announcement after the year", "announced", "不像是 2027 年放假安排的公布日", func(d *rules.YearDraft) { d.Announced = "2028-01-01" }},
		{"a document number without end", "document_number", "文号不能超过", func(d *rules.YearDraft) { d.DocumentNumber = strings.Repeat("号", 121) }},
		{"a note without end", "note", "备注不能超过", func(d *rules.YearDraft) { d.Note = strings.Repeat("注", 1001) }},
		{"no year", "year", "须是四位数字", func(d *rules.YearDraft) { d.Year = 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			draft := year2027()
			c.change(&draft)
			_, err := rules.CheckYear(draft)
			f := fault.As(err)
			if !errors.Is(err, rules.ErrYearInvalid) || f.Field != c.field || !strings.Contains(f.Sentence, c.reason) {
				t.Errorf("CheckYear = %+v, want %s about %s with %q", f, rules.ErrYearInvalid.Code, c.field, c.reason)
			}
			if _, problems := rules.ExamineYear(draft); len(problems) == 0 || problems[0].Field != c.field {
				t.Errorf("ExamineYear = %+v, want %s", problems, c.field)
			}
		})
	}
}

func TestACountThatDoesNotMatchIsRefusedWithBothNumbers(t *testing.T) {
	draft := year2027()
	draft.WorkdaysTotal = 250
	summary, err := rules.CheckYear(draft)
	f := fault.As(err)
	if !errors.Is(err, rules.ErrWorkdaysDiffer) || f.Detail != (rules.WorkdaysDiffer{Counted: 248, Published: 250}) || summary.Workdays != 248 ||
		!strings.Contains(f.Sentence, "248") || !strings.Contains(f.Sentence, "250") {
		t.Errorf("CheckYear = %+v, %+v, want both numbers", summary, f)
	}
}

func TestEveryProblemOfAYearIsListed(t *testing.T) {
	draft := year2027()
	draft.Work[0], draft.Rest[2].From, draft.Announced = "2027-03-02", "2027-13-01", ""
	_, problems := rules.ExamineYear(draft)
	var fields []string
	for _, p := range problems {
		fields = append(fields, p.Field)
	}
	if want := []string{"rest[2].from", "work[0]", "announced"}; !slices.Equal(fields, want) {
		t.Errorf("ExamineYear names %v, want %v", fields, want)
	}
	if f := fault.As(errOf(rules.CheckYear(draft))); f == nil || !strings.Contains(f.Sentence, "共 3 处") {
		t.Errorf("CheckYear = %v, want the number of problems", f)
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestEnteredYearsPrevailOverTheFileAndLeaveItAlone(t *testing.T) {
	file := builtin(t).Calendar
	amended := rules.YearDraft{Year: 2026, Announced: "2026-03-01", WorkdaysTotal: 247, Rest: rules.RestSpans{{"元旦", "2026-01-01", "2026-01-03"},
		{"春节", "2026-02-15", "2026-02-23"}, {"清明节", "2026-04-04", "2026-04-06"}, {"劳动节", "2026-05-01", "2026-05-06"},
		{"端午节", "2026-06-19", "2026-06-21"}, {"中秋节", "2026-09-25", "2026-09-27"}, {"国庆节", "2026-10-01", "2026-10-07"}},
		Work: sql.Strings{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}}
	laid, err := file.WithYears([]rules.YearDraft{year2027(), amended})
	if err != nil {
		t.Fatalf("WithYears: %v", err)
	}
	if got := laid.Years(); !slices.Equal(got, []int{2024, 2025, 2026, 2027}) {
		t.Errorf("Years = %v, want 2027 added", got)
	}
	if got := file.Years(); !slices.Equal(got, []int{2024, 2025, 2026}) {
		t.Errorf("Years of the file = %v, want it as it was", got)
	}
	for _, c := range []struct {
		calendar *rules.Calendar
		name     string
		want     bool
	}{{file, "the file", true}, {laid, "the laid one", false}} {
		if got, err := c.calendar.IsWorkday(date(t, "2026-05-06")); err != nil || got != c.want {
			t.Errorf("%s: IsWorkday(2026-05-06) = %t, %v, want %t", c.name, got, err, c.want)
		}
	}
	if due, err := laid.AddWorkdays(date(t, "2026-12-30"), 3); err != nil || due.String() != "2027-01-05" {
		t.Errorf("AddWorkdays over the new year = %v, %v, want 2027-01-05", due, err)
	}
	if _, err := file.AddWorkdays(date(t, "2026-12-30"), 3); !errors.Is(err, rules.ErrCalendarPending) {
		t.Errorf("AddWorkdays of the file over the new year = %v, want ErrCalendarPending", err)
	}
	var none *rules.Calendar
	if only, err := none.WithYears([]rules.YearDraft{year2027()}); err != nil || !slices.Equal(only.Years(), []int{2027}) {
		t.Errorf("WithYears on no calendar = %v, %v", only.Years(), err)
	}
	bad := year2027()
	bad.WorkdaysTotal = 1
	if _, err := file.WithYears([]rules.YearDraft{bad}); !errors.Is(err, rules.ErrWorkdaysDiffer) {
		t.Errorf("WithYears of a bad year = %v, want ErrWorkdaysDiffer", err)
	}
}

func TestAFileOfYearsIsReadAndChecked(t *testing.T) {
	data := programFiles(t)["calendar/cn-workdays.yaml"].Data
	drafts, err := rules.ParseYears("cn-workdays.yaml", data)
	if err != nil || len(drafts) != 3 || drafts[0].Year != 2024 || drafts[2].WorkdaysTotal != 248 || len(drafts[1].Rest) != 6 {
		t.Errorf("ParseYears of the program's file = %+v, %v, want three years", drafts, err)
	}
	bad := strings.Replace(string(data), `work: ["2026-01-04"`, `work: ["2026-01-05"`, 1)
	bad = strings.Replace(bad, "workdays_total: 251", "workdays_total: 250", 1)
	f := fault.As(errOf(rules.ParseYears("upload.yaml", []byte(bad))))
	problems, _ := f.Detail.([]rules.Problem)
	if !errors.Is(f, rules.ErrCalendarFile) || len(problems) != 2 || problems[0].Line != 10 || !strings.Contains(f.Sentence, "upload.yaml 第 10 行") {
		t.Errorf("ParseYears of a bad file = %+v, want two problems, the first on line 10", f)
	}
}
