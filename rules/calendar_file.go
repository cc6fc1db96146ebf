package rules

import (
	"errors"
	"slices"
	"strconv"
)

// calendarFile is the form of calendar/cn-workdays.yaml.
type calendarFile struct {
	Schema string               `yaml:"schema"`
	Zone   string               `yaml:"zone"`
	Rule   string               `yaml:"rule"`
	Years  map[string]YearDraft `yaml:"years"`
}

// ParseYears reads a file of the same form as calendar/cn-workdays.yaml and returns its years in order, all of them
// checked. Error: ErrCalendarFile with every problem and its line.
func ParseYears(name string, data []byte) ([]YearDraft, error) {
	calendar, problems := readCalendar(name, data)
	var bad *LoadError
	if errors.As(loadError(problems), &bad) {
		return nil, ErrCalendarFile.Say("%s", summed(bad.Problems[0].String(), len(bad.Problems))).With(bad.Problems)
	}
	var drafts []YearDraft
	for _, number := range calendar.Years() {
		drafts = append(drafts, calendar.years[number].draft)
	}
	return drafts, nil
}

// readCalendar reads and checks a calendar file; the problems are empty when it is good.
func readCalendar(name string, data []byte) (*Calendar, []Problem) {
	doc := readDocument(name, data)
	var file calendarFile
	if doc.broken() || !doc.decode(&file) {
		return nil, doc.problems
	}
	if file.Schema != "workdays/1" {
		doc.complain(at{"schema"}, "须写 schema: workdays/1")
	}
	if file.Zone != "Asia/Shanghai" {
		doc.complain(at{"zone"}, "须写 zone: Asia/Shanghai")
	}
	if len(file.Years) == 0 {
		doc.complain(at{"years"}, "至少要有一个年份")
	}
	cal := &Calendar{years: map[int]*workYear{}, SHA256: doc.sha256}
	for key, draft := range file.Years {
		if year := doc.checkYear(key, draft); year != nil {
			cal.years[year.draft.Year] = year
		}
	}
	return cal, doc.problems
}

// checkYear puts what is wrong with a year on its lines; nil when its days are not in order.
func (doc *document) checkYear(key string, draft YearDraft) *workYear {
	number, err := strconv.Atoi(key)
	if err != nil || len(key) != 4 {
		doc.complain(at{"years", key}, "年份「%s」须是四位数字", key)
		return nil
	}
	draft.Year = number
	year, _, problems := draft.examine()
	for _, problem := range problems {
		doc.complain(slices.Concat(at{"years", key}, problem.place), "%s", problem.Reason)
	}
	return year
}
