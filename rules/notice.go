package rules

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	textunicode "golang.org/x/text/encoding/unicode"
)

// MaxCalendarFile is the largest notice or calendar file taken, in bytes. A notice has two thousand.
const MaxCalendarFile = 256 << 10

// YearReading is one year as it was read from a notice or a file, with what is still open about it.
type YearReading struct {
	Draft    YearDraft     `json:"draft"`
	Summary  YearSummary   `json:"summary"`
	Problems []YearProblem `json:"problems" nullable:"false"` // what saving it would be refused for
	Remarks  []string      `json:"remarks" nullable:"false"`  // sentences for the person to read before saving
}

// ReadYears reads what somebody uploaded or pasted: the text of a notice (one year, UTF-8, UTF-16 or GB18030), or a file
// in the form of calendar/cn-workdays.yaml (one or more years). The file's name may be empty. Errors: as ParseNotice and
// ParseYears, ErrCalendarEmpty, ErrCalendarTooLarge, ErrCalendarBinary, ErrCalendarEncoding.
func ReadYears(name string, raw []byte) ([]YearReading, error) {
	text, err := calendarText(raw)
	if err != nil {
		return nil, err
	}
	var drafts []YearDraft
	var remarks []string
	if isCalendarFile(name, text) {
		drafts, err = ParseYears(path.Base("/"+name), []byte(text))
	} else {
		drafts = make([]YearDraft, 1)
		drafts[0], remarks, err = ParseNotice(text)
	}
	if err != nil {
		return nil, err
	}
	readings := make([]YearReading, len(drafts))
	for i, draft := range drafts {
		summary, problems := ExamineYear(draft)
		readings[i] = YearReading{Draft: draft, Summary: summary, Problems: append([]YearProblem{}, problems...), Remarks: append([]string{}, remarks...)}
	}
	return readings, nil
}

func isCalendarFile(name, text string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml":
		return true
	}
	return strings.HasPrefix(text, "schema:") || strings.Contains(text, "\nschema:")
}

// calendarText finds the encoding of an uploaded text: a mark at its beginning decides, else UTF-8 when it holds, else
// GB18030, in which Chinese Windows saves.
func calendarText(raw []byte) (string, error) {
	var err error
	switch {
	case len(raw) > MaxCalendarFile:
		return "", ErrCalendarTooLarge
	case bytes.HasPrefix(raw, []byte("PK")), bytes.HasPrefix(raw, []byte("%PDF")), bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return "", ErrCalendarBinary
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		raw, err = textunicode.UTF16(textunicode.LittleEndian, textunicode.UseBOM).NewDecoder().Bytes(raw)
	case bytes.IndexByte(raw, 0) >= 0:
		return "", ErrCalendarBinary
	case !utf8.Valid(raw):
		raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	switch {
	case err != nil:
		return "", ErrCalendarEncoding.Because(err)
	case strings.ContainsRune(text, utf8.RuneError):
		return "", ErrCalendarEncoding
	case strings.TrimSpace(text) == "":
		return "", ErrCalendarEmpty
	}
	return text, nil
}

// A date of a notice, and the words it is built of, after plainNotice.
const (
	dateForm    = `(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(\([^()]*\))?`
	fromForm    = `(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日?(\([^()]*\))?` // 1月1-3日
	numeral     = `[一二三四五六七八九十]`
	holidayForm = `(?:元旦|\p{Han}{1,4}节)`
)

var (
	noticeTitle  = regexp.MustCompile(`关于(\d{4})年(?:部分)?节假日(?:放假)?安排`)
	noticeAmends = regexp.MustCompile(`关于(?:调整|延长|修改)(\d{4})年`)
	noticeIntro  = regexp.MustCompile(`现将(\d{4})年([\p{Han}、]{2,60}?)放假`)
	noticeItem   = regexp.MustCompile(`(` + numeral + `{1,3}|\d{1,2})[、.]([\p{Han}、]{1,24}?):|(` + holidayForm + `(?:[、和]` + holidayForm + `)*):`)
	noticeEnd    = regexp.MustCompile(`节假日期间|国务院办公厅|各地区、|\d{4}年\d{1,2}月\d{1,2}日$`)
	noticeNumber = regexp.MustCompile(`(国办发(?:明电)?)[〔\[【(](\d{4})[〕\]】)](\d{1,4})号`)
	noticeSigned = regexp.MustCompile(`国务院办公厅(\d{4})年(\d{1,2})月(\d{1,2})日`)
	noticeDated  = regexp.MustCompile(`(?:成文日期|发布日期|公布日期):?(\d{4})[年-](\d{1,2})[月-](\d{1,2})`)
	noticeWord   = regexp.MustCompile(fromForm + `(?:至|到|-+)` + dateForm + `|` + dateForm + `|((?:调休)?上班|补班)|(放假|补休|调休|连休|休息)|(\d{1,2}|` + numeral + `{1,3})天`)
	weekdayWord  = regexp.MustCompile(`(?:周|星期)([一二三四五六日天])`)
	holidayWord  = regexp.MustCompile(`^` + holidayForm + `$`)
	leftOver     = regexp.MustCompile(`\d|` + numeral + `[年月日天]|至|-`) // signs that a date was not understood
	hanDate      = regexp.MustCompile(`([〇○零一二三四五六七八九]{4})年(` + numeral + `{1,2})月(` + numeral + `{1,3})日`)
)

// ParseNotice reads the text of 《国务院办公厅关于2027年部分节假日安排的通知》: the year, the holidays, the weekend days
// worked, and, where they stand in it, document number and date. It checks what the text says of itself: every holiday of
// its introduction has its paragraph, the paragraphs are numbered through, weekdays fit their dates, and 共N天 fits the
// days. Spaces, line breaks and the width of signs do not matter. WorkdaysTotal stays 0: no notice tells it. The remarks
// are sentences a person must read; days of another year, which the draft leaves out, are among them. Errors:
// ErrNotNotice, ErrNoticeAmends, ErrNoticeUnclear.
func ParseNotice(text string) (YearDraft, []string, error) {
	text = plainNotice(text)
	year, err := noticeYear(text)
	if err != nil {
		return YearDraft{}, nil, err
	}
	n := &notice{draft: YearDraft{Year: year, Announced: announcedOn(text), DocumentNumber: documentNumber(text)}.copied()}
	items := n.items(text)
	if len(items) == 0 {
		return YearDraft{}, nil, ErrNotNotice.Say("认出了 %d 年放假安排的标题，但没有找到“一、元旦：……”这样的各节日安排。请粘贴通知全文，从标题到落款。", year)
	}
	n.checkComplete(text, items)
	for _, item := range items {
		n.read(item)
	}
	n.remarkOutside()
	if len(n.unclear) > 0 {
		return YearDraft{}, nil, ErrNoticeUnclear.Say("%s", summed(n.unclear[0], len(n.unclear))).With(n.unclear)
	}
	if n.draft.Announced == "" {
		n.remarks = append(n.remarks, "没有在通知里找到落款日期，请填写公布日。")
	}
	if n.draft.DocumentNumber == "" {
		n.remarks = append(n.remarks, "没有在通知里找到文号，可以手工补上。")
	}
	return n.draft.sorted(), n.remarks, nil
}

// plainNotice takes out what has no meaning in a notice: spaces and line breaks, the width of signs, the kinds of dashes.
func plainNotice(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		case strings.ContainsRune("—–―─－～〜~−‐‑﹣", r):
			return '-'
		case r >= '！' && r <= '～': // full-width forms of ASCII
			return r - '！' + '!'
		case r == '｡':
			return '。'
		}
		return r
	}, text)
	return hanDate.ReplaceAllStringFunc(text, func(s string) string {
		part := hanDate.FindStringSubmatch(s)
		year := strings.Map(func(r rune) rune { return rune('0' + max(0, hanDigit(r))) }, part[1])
		return fmt.Sprintf("%s年%d月%d日", year, hanNumber(part[2]), hanNumber(part[3]))
	})
}

// hanDigit is the value of a Chinese digit; -1 for anything else.
func hanDigit(r rune) int {
	for i, digits := range []string{"〇○零", "一", "二", "三", "四", "五", "六", "七", "八", "九"} {
		if strings.ContainsRune(digits, r) {
			return i
		}
	}
	return -1
}

// hanNumber is the value of a number from 一 to 九十九, or of one in Arabic digits.
func hanNumber(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	tens, ones, found := strings.Cut(s, "十")
	if !found {
		tens, ones = "", s
	}
	n := 0
	if found {
		n = 10
	}
	for _, r := range tens {
		n = 10 * hanDigit(r)
	}
	for _, r := range ones {
		n += hanDigit(r)
	}
	return n
}

// noticeYear finds the year that a notice is for.
func noticeYear(text string) (int, error) {
	title, amends, intro := noticeTitle.FindStringSubmatchIndex(text), noticeAmends.FindStringSubmatchIndex(text), noticeIntro.FindStringSubmatch(text)
	if amends != nil && (title == nil || amends[0] < title[0]) {
		year := text[amends[2]:amends[3]]
		return 0, ErrNoticeAmends.Say("这是调整 %s 年假期的通知，只写了改动的部分。请打开 %s 年的放假安排，按通知改动日期后保存。", year, year)
	}
	switch {
	case title == nil && intro == nil:
		return 0, ErrNotNotice
	case intro == nil:
		return strconv.Atoi(text[title[2]:title[3]])
	case title != nil && !slices.ContainsFunc(noticeTitle.FindAllStringSubmatch(text, -1), func(m []string) bool { return m[1] == intro[1] }):
		reason := fmt.Sprintf("标题写的是 %s 年，正文写的是 %s 年，请核对是否粘贴错了", text[title[2]:title[3]], intro[1])
		return 0, ErrNoticeUnclear.Say("%s", sentence(reason)).With([]string{reason})
	}
	return strconv.Atoi(intro[1])
}

// announcedOn is the date under a notice, else the one above it on the page; empty when there is none.
func announcedOn(text string) string {
	found := noticeSigned.FindAllStringSubmatch(text, -1)
	if found == nil {
		found = noticeDated.FindAllStringSubmatch(text, 1)
	}
	if found == nil {
		return ""
	}
	last := found[len(found)-1]
	day, ok := realDay(number(last[1]), number(last[2]), number(last[3]))
	if !ok {
		return ""
	}
	return day.String()
}

func documentNumber(text string) string {
	m := noticeNumber.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return fmt.Sprintf("%s〔%s〕%s号", m[1], m[2], m[3])
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // the pattern lets digits through and nothing else
	return n
}

// realDay is a day, if there is such a one.
func realDay(year, month, day int) (Date, bool) {
	d, err := ParseDate(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
	return d, err == nil
}

// notice is a notice being read.
type notice struct {
	draft   YearDraft
	outside []string // days of another year, as 2018-12-31（周一）放假
	unclear []string
	remarks []string
}

// mostUnclear bounds what is listed of a text that is nothing like a notice.
const mostUnclear = 30

func (n *notice) complain(format string, args ...any) {
	if len(n.unclear) == mostUnclear {
		return
	}
	n.unclear = append(n.unclear, fmt.Sprintf(format, args...))
}

// noticePart is the paragraph of one holiday.
type noticePart struct {
	ordinal    string // 三; empty when it has none
	name, body string
}

// items cuts a notice into the paragraphs of its holidays.
func (n *notice) items(text string) []noticePart {
	heads := noticeItem.FindAllStringSubmatchIndex(text, -1)
	items := make([]noticePart, len(heads))
	for i, head := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		item := noticePart{body: text[head[1]:end]}
		if head[2] >= 0 {
			item.ordinal, item.name = text[head[2]:head[3]], text[head[4]:head[5]]
		} else {
			item.name = text[head[6]:head[7]]
		}
		if i+1 == len(heads) {
			if cut := noticeEnd.FindStringIndex(item.body); cut != nil {
				item.body = item.body[:cut[0]]
			}
		}
		items[i] = item
	}
	return items
}

// checkComplete finds out whether a part was lost, or a second notice slipped in, when the text was copied.
func (n *notice) checkComplete(text string, items []noticePart) {
	present := map[string]bool{}
	for i, item := range items {
		if item.ordinal != "" && hanNumber(item.ordinal) != i+1 {
			n.complain("第 %d 项写成了“%s、%s”，前面可能漏了内容，请检查是否复制完整", i+1, item.ordinal, item.name)
			return
		}
		for _, name := range holidayNames(item.name) {
			if present[name] {
				n.complain("“%s”出现了两次，请只粘贴一份通知", name)
				return
			}
			present[name] = true
		}
	}
	if intro := noticeIntro.FindStringSubmatch(text); intro != nil {
		for _, name := range holidayNames(intro[2]) {
			if holidayWord.MatchString(name) && !present[name] {
				n.complain("开头提到了“%s”，后面没有它的安排，请检查是否复制完整", name)
			}
		}
	}
}

func holidayNames(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == '、' || r == '和' })
}

// read reads the paragraph of one holiday.
func (n *notice) read(item noticePart) {
	before := len(n.unclear)
	p := paragraph{notice: n, name: item.name}
	for _, sentence := range strings.FieldsFunc(item.body, func(r rune) bool { return r == '。' || r == ';' || r == '.' }) {
		if strings.Contains(sentence, "鼓励") { // a wish: the day stays a working day
			n.draft.Note += strings.NewReplacer("(", "（", ")", "）", ",", "，").Replace(sentence) + "。"
			continue
		}
		p.sentence(sentence)
	}
	if !p.rests && len(n.unclear) == before {
		n.complain("“%s”没有写放假日期，请检查是否复制完整", item.name)
	}
}

// daySpan is one day, or several in a row.
type daySpan struct{ from, to Date }

// paragraph is what has been read of one holiday's paragraph.
type paragraph struct {
	*notice
	name    string
	waiting []daySpan // dates whose verb is still to come
	month   int       // of the last date, for 9月29日、30日
	counted int       // days off since the last total
	totaled bool
	rests   bool
}

// sentence reads dates until the verb that says what they are.
func (p *paragraph) sentence(sentence string) {
	if leftOver.MatchString(noticeWord.ReplaceAllString(sentence, "")) {
		p.complain("“%s”的这一句读不懂：%s。请对照原文改正", p.name, sentence)
		return
	}
	before := len(p.unclear)
	for _, m := range noticeWord.FindAllStringSubmatch(sentence, -1) {
		switch {
		case m[13] != "":
			p.take(false)
		case m[14] != "":
			p.take(true)
		case m[15] != "":
			p.total(hanNumber(m[15]))
		default:
			p.dates(m)
		}
	}
	if len(p.waiting) > 0 && len(p.unclear) == before {
		p.complain("“%s”的这一句没有说是放假还是上班：%s。请对照原文改正", p.name, sentence)
	}
	p.waiting = nil
}

// dates puts a day, or the days from one to another, among the waiting. m[1..4] and m[5..8] are the two of a span,
// m[9..12] a single one: year, month, day, what stands in brackets.
func (p *paragraph) dates(m []string) {
	first, last := m[1:5], m[5:9]
	if m[11] != "" {
		first, last = m[9:13], m[9:13]
	}
	if first[0] == "" && last[0] != "" { // 12月31日至2023年1月2日
		first[0] = last[0]
		if last[1] != "" && number(last[1]) < number(first[1]) {
			first[0] = strconv.Itoa(number(last[0]) - 1)
		}
	}
	from, ok := p.day(first, first[0])
	if !ok {
		return
	}
	year := last[0]
	switch {
	case year != "":
	case last[1] != "" && number(last[1]) < int(from.Month):
		year = strconv.Itoa(from.Year + 1)
	default:
		year = strconv.Itoa(from.Year)
	}
	to, ok := p.day(last, year)
	switch {
	case !ok:
	case to.Before(from):
		p.complain("“%s”的结束日 %s 早于开始日 %s，请对照原文改正", p.name, to, from)
	case from.AddDays(longestSpan).Before(to):
		p.complain("“%s”从 %s 到 %s 超过 %d 天，不像是一个假期，请对照原文改正", p.name, from, to, longestSpan)
	default:
		p.checkWeekday(from, first[3])
		p.checkWeekday(to, last[3])
		p.waiting = append(p.waiting, daySpan{from, to})
	}
}

// day reads year, month and day; a month that is left out is that of the date before, a year that of the notice. Before
// New Year's Day a December is the one of the year before.
func (p *paragraph) day(m []string, year string) (Date, bool) {
	if m[1] != "" {
		p.month = number(m[1])
	}
	y := p.draft.Year
	switch {
	case year != "":
		y = number(year)
	case p.month == 12 && strings.Contains(p.name, "元旦"):
		y--
	}
	if p.month == 0 {
		p.complain("“%s”里的“%s日”没有写月份，请对照原文改正", p.name, m[2])
		return Date{}, false
	}
	day, ok := realDay(y, p.month, number(m[2]))
	switch {
	case !ok:
		p.complain("“%s”里的 %d年%d月%s日 不是真实的日期，请对照原文改正", p.name, y, p.month, m[2])
	case y < p.draft.Year-1 || y > p.draft.Year+1:
		p.complain("“%s”里的 %s 离 %d 年太远，请对照原文改正", p.name, day, p.draft.Year)
		return Date{}, false
	}
	return day, ok
}

// checkWeekday compares a day with the weekday in the brackets behind it, if there is one.
func (p *paragraph) checkWeekday(day Date, brackets string) {
	m := weekdayWord.FindStringSubmatch(brackets)
	if m == nil {
		return
	}
	said := "周" + strings.Replace(m[1], "天", "日", 1)
	if said != weekdayName(day) {
		p.complain("“%s”里的 %s 是%s，通知里写的是%s，请对照原文改正", p.name, day, weekdayName(day), said)
	}
}

// take gives the waiting dates their meaning.
func (p *paragraph) take(rest bool) {
	for _, span := range p.waiting {
		if rest {
			p.rest(span)
			continue
		}
		for day := span.from; !span.to.Before(day); day = day.AddDays(1) {
			p.work(day)
		}
	}
	p.waiting = nil
}

// rest takes the days of a holiday that lie in the year.
func (p *paragraph) rest(span daySpan) {
	if p.totaled {
		p.counted, p.totaled = 0, false
	}
	p.rests = true
	var first, last Date
	for day := span.from; !span.to.Before(day); day = day.AddDays(1) {
		p.counted++
		switch {
		case day.Year == p.draft.Year:
			if first.IsZero() {
				first = day
			}
			last = day
		case !isWeekend(day):
			p.outside = append(p.outside, fmt.Sprintf("%s（%s）放假", day, weekdayName(day)))
		}
	}
	if !first.IsZero() {
		p.draft.Rest = append(p.draft.Rest, RestSpan{Name: p.name, From: first.String(), To: last.String()})
	}
}

// work takes a weekend day that is worked.
func (p *paragraph) work(day Date) {
	switch {
	case !isWeekend(day):
		p.complain("“%s”里的 %s（%s）不是周末，本来就上班，请对照原文改正", p.name, day, weekdayName(day))
	case day.Year != p.draft.Year:
		p.outside = append(p.outside, fmt.Sprintf("%s（%s）上班", day, weekdayName(day)))
	default:
		p.draft.Work = append(p.draft.Work, day.String())
	}
}

// total compares 共N天 with the days of the holiday.
func (p *paragraph) total(said int) {
	if p.rests && said != p.counted && len(p.waiting) == 0 {
		p.complain("“%s”写明共 %d 天，按所写日期数出 %d 天，请对照原文改正", p.name, said, p.counted)
	}
	p.totaled = true
}

// remarkOutside tells of days that change another year.
func (n *notice) remarkOutside() {
	if len(n.outside) == 0 {
		return
	}
	n.remarks = append(n.remarks, fmt.Sprintf("通知里的 %s 不在 %d 年，没有收进来。请另外打开那一年的放假安排，按通知更正。",
		strings.Join(n.outside, "、"), n.draft.Year))
}
