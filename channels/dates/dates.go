// Package dates reads times as Chinese sites write them: without a zone, which is Beijing's then; with CST, which is China's
// and not America's; with slashes, dots or 年月日; with 上午 and 下午. It is a leaf: it judges nothing and knows no site.
package dates

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Beijing is the zone of every time that names none.
var Beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Instant is a time as it was read.
type Instant struct {
	Time time.Time
	Day  bool // only the day is written: Time is its midnight in Beijing
}

// Last returns the latest moment that the written time can mean: itself, or the end of its day.
func (i Instant) Last() time.Time {
	if i.Day {
		return i.Time.Add(24*time.Hour - time.Millisecond)
	}
	return i.Time
}

// maxText is how much of a text is looked at, in bytes: no time is longer.
const maxText = 200

var (
	numeric = regexp.MustCompile(`(?:^|[^0-9])((?:19|20|21)[0-9]{2})\s?[-/.年]\s?([0-9]{1,2})\s?[-/.月]\s?([0-9]{1,2})\s?日?(.*)$`)
	compact = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?:[ T]?([0-2][0-9])([0-5][0-9])([0-5][0-9])?)?(Z|[+-][0-9]{4})?(?:$|[^0-9])`)
	english = regexp.MustCompile(`(?i)(?:^|[^0-9a-z])([0-9]{1,2})(?:st|nd|rd|th)?[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,?[ -]([0-9]{4}|[0-9]{2})(.*)$`)
	monthly = regexp.MustCompile(`(?i)(?:^|[^a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? ([0-9]{1,2}),? (.*)$`)
	yearIn  = regexp.MustCompile(`(?:^|[^0-9:+-])((?:19|20)[0-9]{2})(?:$|[^0-9:])`)
	clock   = regexp.MustCompile(`(?i)(上午|下午|晚上|凌晨|中午|am|pm)?\s?([0-9]{1,2})[:时点]([0-9]{1,2})(?:[:分]([0-9]{1,2})(?:[.,]([0-9]{1,9}))?)?\s?[分秒]?\s?(am|pm)?`)
	offset  = regexp.MustCompile(`^(?:gmt|utc)?\s?([+-])([0-9]{1,2}):?([0-9]{2})?`)
	zoned   = regexp.MustCompile(`^[a-z]{1,5}`)
)

// narrow makes the ASCII ones of full-width digits and signs, and single blanks of white space.
func narrow(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
	}
	text = strings.ToValidUTF8(text, "")
	var out strings.Builder
	blank := false
	for _, r := range text {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '　' || r == '\u00a0' || r == '\t' || r == '\n' || r == '\r' || r == '\ufeff' || r == '\u200b':
			r = ' '
		}
		if r == ' ' {
			blank = out.Len() > 0
			continue
		}
		if blank {
			out.WriteByte(' ')
			blank = false
		}
		out.WriteRune(r)
	}
	return out.String()
}

// Read reads the first time in a text; false when there is none, or one that no calendar has. What it cannot read it does
// not guess: 昨天, 3 小时前 and a month without a day are no times.
func Read(text string) (Instant, bool) {
	text = narrow(text)
	if m := numeric.FindStringSubmatch(text); m != nil {
		return assemble(number(m[1]), number(m[2]), number(m[3]), m[4])
	}
	if m := english.FindStringSubmatch(text); m != nil {
		return assemble(fullYear(m[3]), month(m[2]), number(m[1]), m[4])
	}
	if m := monthly.FindStringSubmatch(text); m != nil {
		if y := yearIn.FindStringSubmatch(" " + m[3] + " "); y != nil { // Nov 20 09:30:00 CST 2026, Nov 20, 2026 09:30
			rest := strings.Replace(m[3], y[1], "", 1)
			return assemble(number(y[1]), month(m[1]), number(m[2]), rest)
		}
	}
	if m := compact.FindStringSubmatch(text); m != nil {
		rest := ""
		if m[4] != "" {
			rest = m[4] + ":" + m[5]
			if m[6] != "" {
				rest += ":" + m[6]
			}
			rest += m[7]
		}
		return assemble(number(m[1]), number(m[2]), number(m[3]), rest)
	}
	return Instant{}, false
}

// assemble puts a day and what stands behind it together.
func assemble(year, month, day int, rest string) (Instant, bool) {
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, Beijing)
	if year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || date.Day() != day {
		return Instant{}, false
	}
	at := clock.FindStringSubmatchIndex(rest)
	if at == nil || utf8.RuneCountInString(strings.Trim(rest[:at[0]], " T,")) > 8 { // a number far behind is no hour
		return Instant{Time: date, Day: true}, true
	}
	part := func(i int) string {
		if at[2*i] < 0 {
			return ""
		}
		return rest[at[2*i]:at[2*i+1]]
	}
	hour, minute, second := number(part(2)), number(part(3)), number(part(4))
	hour, fits := ofTwelve(hour, strings.ToLower(part(1)+part(6)))
	if !fits || minute > 59 || second > 60 || hour > 24 || hour == 24 && minute+second > 0 {
		return Instant{}, false
	}
	nanos := 0
	if fraction := part(5); fraction != "" {
		nanos = number((fraction + "000000000")[:9])
	}
	zone, known := zoneOf(rest[at[1]:])
	if !known {
		return Instant{}, false
	}
	return Instant{Time: time.Date(year, time.Month(month), day, hour, minute, second, nanos, zone)}, true
}

// ofTwelve reads an hour beside 上午, 下午, am or pm.
func ofTwelve(hour int, half string) (int, bool) {
	switch half {
	case "":
		return hour, true
	case "下午", "晚上", "pm":
		if hour < 12 {
			hour += 12
		}
	case "中午":
		if hour < 11 {
			hour += 12
		}
	case "am", "凌晨", "上午":
		if hour == 12 && half != "上午" {
			hour = 0
		}
	}
	return hour, hour <= 24
}

// zones are the names of zones that feeds write; CST is China's here.
var zones = map[string]int{"z": 0, "ut": 0, "gmt": 0, "utc": 0, "cst": 8, "bjt": 8, "hkt": 8, "jst": 9, "kst": 9, "est": -5, "edt": -4, "cdt": -5,
	"mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "bst": 1, "msk": 3}

// zoneOf reads the zone behind an hour: Beijing where none is named, false where a name is not known.
func zoneOf(rest string) (*time.Location, bool) {
	rest = strings.ToLower(strings.TrimLeft(rest, " ("))
	if m := offset.FindStringSubmatch(rest); m != nil {
		hours, minutes := number(m[2]), number(m[3])
		if hours > 14 || minutes > 59 {
			return nil, false
		}
		seconds := hours*3600 + minutes*60
		if m[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone("", seconds), true
	}
	name := zoned.FindString(rest)
	if name == "" {
		return Beijing, true
	}
	if hours, known := zones[name]; known {
		return time.FixedZone(strings.ToUpper(name), hours*3600), true
	}
	if len(name) > 4 || len(rest) > len(name) && rest[len(name)] > ' ' && rest[len(name)] != ')' { // words, no zone
		return Beijing, true
	}
	return nil, false
}

func number(text string) int {
	n, _ := strconv.Atoi(text) // digits only, nine at most; the empty text is 0
	return n
}

func fullYear(text string) int {
	year := number(text)
	if len(text) == 2 {
		year += 2000
	}
	return year
}

func month(name string) int {
	return strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(name[:3]))/3 + 1
}

// Has reports whether a text holds a time that Read reads.
func Has(text string) bool {
	_, ok := Read(text)
	return ok
}
