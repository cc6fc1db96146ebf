package rules

import (
	"strconv"
)

// calendarFile is the form of calendar/cn-workdays.yaml.
type calendarFile struct {
	Schema string                  `yaml:"schema"`
	Zone   string                  `yaml:"zone"`
	Rule   string                  `yaml:"rule"`
	Years  map[string]calendarYear `yaml:"years"`
}

// calendarYear is one announcement of the State Council's office. WorkdaysTotal is a check on our own count.
type calendarYear struct {
	Announced      string     `yaml:"announced"`
	DocumentNumber string     `yaml:"document_number"`
	WorkdaysTotal  int        `yaml:"workdays_total"`
	Rest           []restSpan `yaml:"rest"`
	Work           []string   `yaml:"work"`
	Note           string     `yaml:"note"`
}

// restSpan is a holiday from its first to its last day.
type restSpan struct {
	Name string `yaml:"name"`
	From string `yaml:"from"`
	To   string `yaml:"to"`
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
	for key, entry := range file.Years {
		if year, ok := doc.checkYear(key, entry); ok {
			number, _ := strconv.Atoi(key)
			cal.years[number] = year
		}
	}
	return cal, doc.problems
}

// checkYear builds one year and compares the count of its working days with the announced total.
func (doc *document) checkYear(key string, entry calendarYear) (*workYear, bool) {
	before := len(doc.problems)
	year, err := strconv.Atoi(key)
	if err != nil || year < 1000 || year > 9999 {
		doc.complain(at{"years", key}, "年份「%s」须是四位数字", key)
		return nil, false
	}
	if _, err := ParseDate(entry.Announced); err != nil {
		doc.complain(at{"years", key, "announced"}, "公布日「%s」不是真实的日期，应如 2025-11-04", entry.Announced)
	}
	rest := doc.restDays(key, year, entry.Rest)
	work := doc.extraWorkdays(key, year, entry.Work, rest)
	if len(doc.problems) > before {
		return nil, false
	}
	built := newWorkYear(year, rest, work)
	if len(built.days) != entry.WorkdaysTotal {
		doc.complain(at{"years", key, "workdays_total"}, "按表数出 %d 个工作日，与所写的 %d 个不符，请核对 rest 与 work", len(built.days), entry.WorkdaysTotal)
		return nil, false
	}
	return built, true
}

// restDays are the days off that an announcement names.
func (doc *document) restDays(key string, year int, spans []restSpan) map[Date]bool {
	rest := map[Date]bool{}
	for i, span := range spans {
		from, okFrom := doc.dayOf(at{"years", key, "rest", i, "from"}, year, span.From)
		to, okTo := doc.dayOf(at{"years", key, "rest", i, "to"}, year, span.To)
		if !okFrom || !okTo {
			continue
		}
		if to.Before(from) {
			doc.complain(at{"years", key, "rest", i}, "「%s」的结束日 %s 早于开始日 %s", span.Name, to, from)
		}
		for day := from; !to.Before(day); day = day.AddDays(1) {
			if rest[day] {
				doc.complain(at{"years", key, "rest", i}, "%s 已列在另一个假期里", day)
				break
			}
			rest[day] = true
		}
	}
	return rest
}

// extraWorkdays are the weekend days worked instead.
func (doc *document) extraWorkdays(key string, year int, days []string, rest map[Date]bool) map[Date]bool {
	work := map[Date]bool{}
	for i, text := range days {
		place := at{"years", key, "work", i}
		day, ok := doc.dayOf(place, year, text)
		switch {
		case !ok:
		case rest[day]:
			doc.complain(place, "%s 同时列在 rest 与 work 里", day)
		case !isWeekend(day):
			doc.complain(place, "%s 不是周末，本来就是工作日，不必列在 work 里", day)
		case work[day]:
			doc.complain(place, "%s 在 work 里列了两次", day)
		default:
			work[day] = true
		}
	}
	return work
}

// dayOf reads a day that must lie in the year under which it stands.
func (doc *document) dayOf(place at, year int, text string) (Date, bool) {
	day, err := ParseDate(text)
	if err != nil {
		doc.complain(place, "「%s」不是真实的日期，应如 2026-10-01", text)
		return Date{}, false
	}
	if day.Year != year {
		doc.complain(place, "%s 不在 %d 年，请写到它所在的年份下", day, year)
		return Date{}, false
	}
	return day, true
}
