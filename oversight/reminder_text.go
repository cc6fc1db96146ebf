package oversight

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"govmedia/rules"
	"govmedia/sql"
)

// toldClock is a clock with what it is called by, as a message or a list tells of it. ID is empty when the count that was to
// be told of has ended.
type toldClock struct {
	dueClock
	MessageID   string
	ClockID     string
	LeadTime    string
	Articles    sql.Strings
	Reason      rules.ClockReason
	LimitN      int
	LimitUnit   rules.Unit
	AccountName string
	AccountKind rules.Kind
	ColumnName  string
	Title       string // of a matter
}

// kindNames are the kinds of account that the rulebooks have no word for.
var kindNames = map[rules.Kind]string{
	"wechat_channels": "视频号", "douyin": "抖音", "kuaishou": "快手", "toutiao": "今日头条", "website": "网站", "subsite": "子网站", "other": "其他平台",
}

func kindName(kind rules.Kind) string {
	if name, known := kindNames[kind]; known {
		return name
	}
	return kind.Label()
}

// name is what the clock's thing is called. Outside the program, what somebody typed as a title stays out: it may name a person.
func (c toldClock) name(outside bool) string {
	switch {
	case c.ColumnName != "":
		return fmt.Sprintf("“%s”的栏目“%s”", c.AccountName, c.ColumnName)
	case c.AccountName != "":
		return fmt.Sprintf("“%s”（%s）", c.AccountName, kindName(c.AccountKind))
	case c.SubjectKind == PersonSubject:
		return "您的登录密码"
	case c.Title != "" && !outside:
		return fmt.Sprintf("%s“%s”", sectionName(c.Section), c.Title)
	}
	return sectionName(c.Section)
}

func (c toldClock) isUpdate() bool {
	return c.Section == rules.SectionUpdateLimits || c.Section == rules.SectionColumnRules
}

// line is the limit of an update clock as people speak of it: 7日上限, or 14日否决线 where breaking it is a veto. Other clocks have
// 时限.
func (c toldClock) line(book rules.Book) string {
	figure := ""
	switch {
	case c.LimitN > 0 && c.LimitUnit == rules.Week:
		figure = (rules.Duration{N: 7 * c.LimitN, Unit: rules.Day}).String()
	case c.LimitN > 0:
		figure = (rules.Duration{N: c.LimitN, Unit: c.LimitUnit}).String()
	}
	switch {
	case !c.isUpdate():
		return figure + "时限"
	case c.isVeto(book):
		return figure + "否决线"
	}
	return figure + "上限"
}

// isVeto reports whether the rulebook says that who breaks this limit has failed.
func (c toldClock) isVeto(book rules.Book) bool {
	rulebook, found := book.Library.ByID(c.Rulebook)
	return found && slices.ContainsFunc(rulebook.Vetoes, func(veto rules.Veto) bool {
		return slices.ContainsFunc(veto.Conditions, func(condition rules.Condition) bool { return condition.Limit == c.Rule })
	})
}

// timeLeft is a length of time in the largest unit that fills it: 3天, 5小时, 20分钟.
func timeLeft(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + "天"
	case d >= time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "小时"
	}
	return strconv.Itoa(max(1, int(d/time.Minute))) + "分钟"
}

// standing says how far the clock is from its line: 距7日上限还有3天, 已超7日上限27小时.
func (c toldClock) standing(book rules.Book, now sql.Time) string {
	switch {
	case c.DueAt == nil:
		return "距" + c.line(book) + "待日历确认"
	case rules.IsWait(c.Section) && now >= *c.DueAt:
		return "规定的期限已满"
	case rules.IsWait(c.Section):
		return "还要满" + timeLeft(c.DueAt.Sub(now))
	case c.Reason == rules.ClockBlank:
		return "空白栏目，请尽快补充内容"
	case now >= *c.DueAt:
		return "已超" + c.line(book) + timeLeft(now.Sub(*c.DueAt))
	}
	return "距" + c.line(book) + "还有" + timeLeft(c.DueAt.Sub(now))
}

// sentence tells of one clock: its thing, how long is left, when it is due, and by which clause.
func (c toldClock) sentence(book rules.Book, now sql.Time, outside bool) string {
	text := c.name(outside) + "：" + c.standing(book, now)
	switch {
	case c.DueAt == nil, c.Reason == rules.ClockBlank:
	case rules.IsWait(c.Section):
		text += "，" + c.due().String() + " 起可以办理下一步"
	case now >= *c.DueAt:
		text += "，应在 " + c.due().String() + " 之前完成"
	default:
		text += "，" + c.due().String() + " 到期"
	}
	return text + "（" + book.Cite(c.Rulebook, c.Articles) + "）。"
}

// letter is one message as it goes out.
type letter struct {
	kind    MessageKind
	unit    string // short name
	title   string // first line of the text
	subject string
	text    string // plain
	lines   []hookLine
	more    int    // lines that did not fit
	link    string // may be empty
}

// The bounds of a letter.
const (
	mostLines  = 200 // in a mail
	closing    = "本消息由系统自动发出，不用回复。"
	marker     = "【时限提醒】"
	maxSubject = 200
)

// compose writes the text within so many bytes of UTF-8; lines that do not fit are counted.
func (l *letter) compose(limit int) {
	head := marker + l.title + "\n"
	tail := "\n" + closing
	if l.link != "" {
		tail = "\n打开平台：" + l.link + tail
	}
	rest := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf("另有%d项，请到平台查看。\n", n)
	}
	var body strings.Builder
	shown := 0
	for i, line := range l.lines {
		text := fmt.Sprintf("%d. %s\n", i+1, line.Sentence)
		if len(l.lines) == 1 {
			text = line.Sentence + "\n"
		}
		if i >= mostLines || len(head)+body.Len()+len(text)+len(rest(len(l.lines)))+len(tail) > limit {
			break
		}
		body.WriteString(text)
		shown++
	}
	l.more = len(l.lines) - shown
	l.lines = l.lines[:shown]
	l.text = head + body.String() + rest(l.more) + tail
}

// html is the same as simple HTML, for mail.
func (l letter) html() string {
	var out strings.Builder
	out.WriteString(`<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"></head><body style="font-size:15px;line-height:1.7">`)
	fmt.Fprintf(&out, "<p><strong>%s</strong></p><ol>", html.EscapeString(marker+l.title))
	for _, line := range l.lines {
		fmt.Fprintf(&out, "<li>%s</li>", html.EscapeString(line.Sentence))
	}
	out.WriteString("</ol>")
	if l.more > 0 {
		fmt.Fprintf(&out, "<p>另有%d项，请到平台查看。</p>", l.more)
	}
	if l.link != "" {
		fmt.Fprintf(&out, `<p><a href="%s">打开平台</a></p>`, html.EscapeString(l.link))
	}
	fmt.Fprintf(&out, `<p style="color:#666">%s</p></body></html>`, closing)
	return out.String()
}

// event is the letter for a generic receiver.
func (l letter) event(at time.Time) hookEvent {
	lines := l.lines
	if lines == nil {
		lines = []hookLine{}
	}
	return hookEvent{Type: "reminder." + string(l.kind), Timestamp: at.UTC().Format(time.RFC3339),
		Data: hookEventData{Unit: l.unit, Subject: l.subject, Text: l.text, Lines: lines}}
}

// dueSubject is the short line over clocks that fall due or are late.
func dueSubject(unit string, soon, late, over int) string {
	var parts []string
	if late > 0 {
		parts = append(parts, fmt.Sprintf("%d项已超期", late))
	}
	if soon > 0 {
		parts = append(parts, fmt.Sprintf("%d项快到期", soon))
	}
	if over > 0 {
		parts = append(parts, fmt.Sprintf("%d项期满", over))
	}
	return cutRunes(unit+"："+strings.Join(parts, "，"), maxSubject)
}

func cutRunes(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
