package rules

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"govmedia/sql"
)

// RestSpan is a holiday from its first to its last day, both YYYY-MM-DD.
type RestSpan struct {
	Name string `yaml:"name" json:"name"`
	From string `yaml:"from" json:"from"`
	To   string `yaml:"to" json:"to"`
}

// RestSpans are the holidays of a year, kept whole as JSON in one column.
type RestSpans []RestSpan

// Value implements driver.Valuer.
func (s RestSpans) Value() (driver.Value, error) {
	if s == nil {
		return "[]", nil
	}
	return sql.EncodeJSON([]RestSpan(s))
}

// Scan implements sql.Scanner.
func (s *RestSpans) Scan(value any) error { return sql.DecodeJSON(value, (*[]RestSpan)(s)) }

// YearDraft is the arrangement of one year as the State Council's office announces it, from the program's file, from the
// notice's text or from a form. It is checked by CheckYear and not before.
type YearDraft struct {
	Year           int         `yaml:"-" json:"year"`
	Announced      string      `yaml:"announced" json:"announced"`             // YYYY-MM-DD
	DocumentNumber string      `yaml:"document_number" json:"document_number"` // 国办发明电〔2024〕12号; may be empty
	WorkdaysTotal  int         `yaml:"workdays_total" json:"workdays_total"`   // as published: the check on our own count
	Rest           RestSpans   `yaml:"rest" json:"rest" nullable:"false"`
	Work           sql.Strings `yaml:"work" json:"work" nullable:"false"` // weekend days worked instead, YYYY-MM-DD
	Note           string      `yaml:"note" json:"note"`
}

// YearSummary is what the days of a draft come to. The counts are 0 when the days are not in order.
type YearSummary struct {
	Year     int `json:"year"`
	Workdays int `json:"workdays"`  // working days of the year, by our own count
	RestDays int `json:"rest_days"` // days inside the holidays, weekends among them
	Extra    int `json:"extra"`     // weekend days worked
}

// YearProblem is one thing wrong with a draft.
type YearProblem struct {
	Field  string `json:"field"` // rest[2].from; empty when it is about none
	Reason string `json:"reason"`

	place at
}

// What an arrangement cannot be like, whatever a year brings: a draft outside these is a mistake.
const (
	mostSpans      = 40  // holidays, and weekend days worked
	longestSpan    = 31  // days of one holiday
	longestName    = 40  // characters
	longestNumber  = 120 // characters, what the column holds
	longestRemark  = 1000
	earliestYear   = 1000
	latestYear     = 9999
	announcedAhead = 1 // years before its own in which an arrangement is announced
)

// CheckYear checks a draft: real days of the year, no day named twice, weekend days only among those worked instead, and
// as many working days as were published. The summary holds our count whenever the days themselves are in order. Errors:
// ErrYearInvalid with every problem, ErrWorkdaysDiffer.
func CheckYear(draft YearDraft) (YearSummary, error) {
	_, summary, err := draft.check()
	return summary, err
}

// ExamineYear is CheckYear for a draft that a person is still working on: it lists everything that would be refused.
func ExamineYear(draft YearDraft) (YearSummary, []YearProblem) {
	_, summary, problems := draft.examine()
	return summary, problems
}

// check is CheckYear with the year ready to count by.
func (d YearDraft) check() (*workYear, YearSummary, error) {
	year, summary, problems := d.examine()
	switch {
	case len(problems) == 0:
		return year, summary, nil
	case len(problems) == 1 && year != nil && problems[0].Field == "workdays_total" && d.WorkdaysTotal > 0:
		return nil, summary, ErrWorkdaysDiffer.Say("%s", sentence(problems[0].Reason)).On("workdays_total").
			With(WorkdaysDiffer{Counted: summary.Workdays, Published: d.WorkdaysTotal})
	}
	return nil, summary, ErrYearInvalid.Say("%s", summed(problems[0].Reason, len(problems))).On(problems[0].Field).With(problems)
}

// sentence ends a reason with a full stop.
func sentence(reason string) string { return strings.TrimSuffix(reason, "。") + "。" }

// summed is the sentence for several reasons: the first, and how many there are.
func summed(first string, count int) string {
	if count == 1 {
		return sentence(first)
	}
	return sentence(strings.TrimSuffix(first, "。") + fmt.Sprintf("（共 %d 处有误，请逐条改正）", count))
}

// examine finds everything wrong with a draft. The year comes back when its days are in order, whatever else is wrong.
func (d YearDraft) examine() (*workYear, YearSummary, []YearProblem) {
	e := yearExam{year: d.Year, rest: map[Date]bool{}, work: map[Date]bool{}}
	summary := YearSummary{Year: d.Year}
	if d.Year < earliestYear || d.Year > latestYear {
		e.complain(at{"year"}, "年份「%d」须是四位数字", d.Year)
		return nil, summary, e.problems
	}
	e.restDays(d.Rest)
	e.extraWorkdays(d.Work)
	var built *workYear
	if len(e.problems) == 0 {
		built = newWorkYear(d.copied(), e.rest, e.work)
		summary.Workdays, summary.RestDays, summary.Extra = len(built.days), len(e.rest), len(e.work)
		e.total(d.WorkdaysTotal, len(built.days))
	}
	e.words(d)
	return built, summary, e.problems
}

// yearExam is the examination of one draft.
type yearExam struct {
	year       int
	rest, work map[Date]bool
	problems   []YearProblem
}

func (e *yearExam) complain(place at, format string, args ...any) {
	var field strings.Builder
	for i, step := range place {
		switch step := step.(type) {
		case string:
			if i > 0 {
				field.WriteByte('.')
			}
			field.WriteString(step)
		case int:
			fmt.Fprintf(&field, "[%d]", step)
		}
	}
	e.problems = append(e.problems, YearProblem{Field: field.String(), Reason: fmt.Sprintf(format, args...), place: place})
}

// restDays gathers the days off that an announcement names.
func (e *yearExam) restDays(spans []RestSpan) {
	switch {
	case len(spans) == 0:
		e.complain(at{"rest"}, "%d 年没有写任何放假日期（rest），请补上", e.year)
	case len(spans) > mostSpans:
		e.complain(at{"rest"}, "%d 年写了 %d 段放假日期，不像是一年的安排", e.year, len(spans))
		return
	}
	for i, span := range spans {
		e.name(at{"rest", i, "name"}, span.Name)
		from, okFrom := e.day(at{"rest", i, "from"}, span.From)
		to, okTo := e.day(at{"rest", i, "to"}, span.To)
		switch {
		case !okFrom || !okTo:
		case to.Before(from):
			e.complain(at{"rest", i}, "「%s」的结束日 %s 早于开始日 %s", span.Name, to, from)
		case from.AddDays(longestSpan).Before(to):
			e.complain(at{"rest", i}, "「%s」从 %s 到 %s 超过 %d 天，不像是一个假期，请核对日期", span.Name, from, to, longestSpan)
		default:
			e.restSpan(i, from, to)
		}
	}
}

func (e *yearExam) restSpan(i int, from, to Date) {
	for day := from; !to.Before(day); day = day.AddDays(1) {
		if e.rest[day] {
			e.complain(at{"rest", i}, "%s 已列在另一个假期里", day)
			return
		}
		e.rest[day] = true
	}
}

// extraWorkdays gathers the weekend days worked instead.
func (e *yearExam) extraWorkdays(days []string) {
	if len(days) > mostSpans {
		e.complain(at{"work"}, "%d 年写了 %d 个补班日，不像是一年的安排", e.year, len(days))
		return
	}
	for i, text := range days {
		place := at{"work", i}
		day, ok := e.day(place, text)
		switch {
		case !ok:
		case e.rest[day]:
			e.complain(place, "%s 同时列在放假（rest）与补班（work）里", day)
		case !isWeekend(day):
			e.complain(place, "%s（%s）不是周末，本来就是工作日，不必列在补班（work）里", day, weekdayName(day))
		case e.work[day]:
			e.complain(place, "%s 在补班（work）里列了两次", day)
		default:
			e.work[day] = true
		}
	}
}

// day reads a day that must lie in the year under which it stands.
func (e *yearExam) day(place at, text string) (Date, bool) {
	day, err := ParseDate(text)
	if err != nil {
		e.complain(place, "「%s」不是真实的日期，应如 2026-10-01", text)
		return Date{}, false
	}
	if day.Year != e.year {
		e.complain(place, "%s 不在 %d 年，请写到它所在的年份下", day, e.year)
		return Date{}, false
	}
	return day, true
}

func (e *yearExam) name(place at, name string) {
	if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > longestName || strings.ContainsFunc(name, unicode.IsControl) {
		e.complain(place, "节日名称要填写，不超过 %d 个字，不带换行", longestName)
	}
}

func (e *yearExam) total(published, counted int) {
	switch published {
	case counted:
	case 0:
		e.complain(at{"workdays_total"}, "请填写公布的全年工作日数（workdays_total），用来核对所列日期；按表数出 %d 个", counted)
	default:
		e.complain(at{"workdays_total"}, "按表数出 %d 个工作日，与所写的 %d 个不符，请核对放假日期（rest）、补班日期（work）和公布的全年工作日数",
			counted, published)
	}
}

// words checks what stands beside the days.
func (e *yearExam) words(d YearDraft) {
	day, err := ParseDate(d.Announced)
	switch {
	case err != nil:
		e.complain(at{"announced"}, "公布日「%s」不是真实的日期，应如 2025-11-04", d.Announced)
	case day.Year < d.Year-announcedAhead || day.Year > d.Year:
		e.complain(at{"announced"}, "公布日 %s 不像是 %d 年放假安排的公布日，请核对", day, d.Year)
	}
	if utf8.RuneCountInString(d.DocumentNumber) > longestNumber || strings.ContainsFunc(d.DocumentNumber, unicode.IsControl) {
		e.complain(at{"document_number"}, "文号不能超过 %d 个字，不能带换行", longestNumber)
	}
	if utf8.RuneCountInString(d.Note) > longestRemark {
		e.complain(at{"note"}, "备注不能超过 %d 个字", longestRemark)
	}
}

// copied shares no list with the draft, and has lists where that has none.
func (d YearDraft) copied() YearDraft {
	d.Rest = append(RestSpans{}, d.Rest...)
	d.Work = append(sql.Strings{}, d.Work...)
	return d
}

// same reports whether two drafts say the same in every word.
func (d YearDraft) same(other YearDraft) bool {
	return d.Year == other.Year && d.Announced == other.Announced && d.DocumentNumber == other.DocumentNumber &&
		d.WorkdaysTotal == other.WorkdaysTotal && slices.Equal(d.Rest, other.Rest) && slices.Equal(d.Work, other.Work) && d.Note == other.Note
}

// WithYears is a copy of the calendar in which the arrangements given stand instead of its own of the same years. The
// calendar itself stays as it is; nil counts as one without years. Error: an arrangement that CheckYear refuses.
func (c *Calendar) WithYears(drafts []YearDraft) (*Calendar, error) {
	laid := &Calendar{years: map[int]*workYear{}}
	if c != nil {
		laid.SHA256 = c.SHA256
		for number, year := range c.years {
			laid.years[number] = year
		}
	}
	for _, draft := range drafts {
		year, _, err := draft.check()
		if err != nil {
			return nil, fmt.Errorf("rules: lay the year %d over the calendar: %w", draft.Year, err)
		}
		laid.years[draft.Year] = year
	}
	return laid, nil
}

var weekdayNames = map[time.Weekday]string{time.Sunday: "周日", time.Monday: "周一", time.Tuesday: "周二", time.Wednesday: "周三", time.Thursday: "周四",
	time.Friday: "周五", time.Saturday: "周六"}

func weekdayName(day Date) string { return weekdayNames[day.Weekday()] }
