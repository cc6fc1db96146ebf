package page

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"govmedia/channels/dates"
)

// By is where a date was found, the surest place first.
type By string

// The rungs of the ladder (channels.md §4.2). Generation times, which some systems write, are on none.
const (
	ByMeta    By = "meta"
	ByText    By = "text"
	ByURL     By = "url"
	ByList    By = "list"
	BySitemap By = "sitemap"
	ByHeader  By = "header"
)

// Dated is a date and where it was found.
type Dated struct {
	By    By
	Shown string // as it stands there
	At    dates.Instant
	OK    bool // false: Shown is there and is no date
}

// besideLabel finds the visible 发布时间 or 发布日期, and neither 更新时间 nor 生成时间.
var besideLabel = regexp.MustCompile(`(?:发布时间|发布日期|发文日期|发表时间|发稿时间|时间|日期)\s?[:：]?\s?[\[【(（]?\s?((?:北京时间)?\s?(?:19|20)[0-9]{2}\s?[-/.年][^<>]{3,30})`)

// notPublished are words before a label that make it another time than that of publication.
var notPublished = regexp.MustCompile(`(生成|更新|修改|成文|截止|打印|访问|当前|现在|系统|截至|会议|活动|施行|生效)$`)

// Date finds the time of an article on its own page: the meta tag, else 发布时间 as readers see it, else the day in its
// address. Where the meta tag shows a time twelve hours before the visible one of the same day, its system writes
// afternoons wrong, and the visible one holds. By is empty when there is no date at all.
func (p Page) Date(address string) Dated {
	seen, visible := p.visibleDate()
	if shown := p.Tag(PubDate); shown != "" {
		at, ok := dates.Read(shown)
		if ok && visible && twelveHoursBefore(at, seen.At) {
			return seen
		}
		return Dated{By: ByMeta, Shown: shown, At: at, OK: ok}
	}
	if visible {
		return seen
	}
	return DateInURL(address)
}

func twelveHoursBefore(meta, seen dates.Instant) bool {
	return !meta.Day && !seen.Day && meta.Time.In(dates.Beijing).Hour() < 12 && seen.Time.Sub(meta.Time) == 12*time.Hour
}

func (p Page) visibleDate() (Dated, bool) {
	for _, m := range besideLabel.FindAllStringSubmatchIndex(p.Text, 20) {
		if notPublished.MatchString(strings.TrimRight(p.Text[:m[0]], " ")) || strings.HasPrefix(p.Text[m[0]:], "时间") && strings.HasSuffix(p.Text[:m[0]], "新") {
			continue
		}
		shown := p.Text[m[2]:m[3]]
		if at, ok := dates.Read(shown); ok {
			return Dated{By: ByText, Shown: cut(shown, 40), At: at, OK: true}, true
		}
	}
	return Dated{}, false
}

// The days that systems of government sites write into addresses: t20260118_123.html, /2026-01/18/, /2026/01/18/,
// /art/2026/1/18/, /202601/18/, /202601/t20260118_….
var (
	inName   = regexp.MustCompile(`(?:^|[/_])t?((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?:_|\.|/|$)`)
	inFolder = regexp.MustCompile(`/((?:19|20)[0-9]{2})[-/]?([01]?[0-9])[-/]([0-3]?[0-9])/`)
)

// DateInURL finds the day in an address. By is empty when there is none.
func DateInURL(address string) Dated {
	u, err := url.Parse(address)
	if err != nil {
		return Dated{}
	}
	for _, pattern := range []*regexp.Regexp{inName, inFolder} {
		if m := pattern.FindStringSubmatch(u.Path); m != nil {
			shown := m[1] + "-" + m[2] + "-" + m[3]
			if at, ok := dates.Read(shown); ok {
				return Dated{By: ByURL, Shown: shown, At: at, OK: true}
			}
		}
	}
	return Dated{}
}

// DateInText finds the day beside a link. By is empty when there is none.
func DateInText(text string) Dated {
	if at, ok := dates.Read(text); ok {
		return Dated{By: ByList, Shown: at.Time.In(dates.Beijing).Format(time.DateOnly), At: at, OK: true}
	}
	return Dated{}
}
