package articles

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// lineKind is the part of an official document a line is.
type lineKind int

const (
	bodyLine lineKind = iota
	numberLine
	titleLine
	chapterLine
	sectionLine
	articleLine
	headingLine
	salutationLine
	rightLine // signature or date
	noteLine  // in brackets on a line of its own
	tableLine
)

// textLine is one line with words.
type textLine struct {
	text       string
	kind       lineKind
	number     int  // in the file, from 1
	indented   bool // began with white space
	blankAbove int
	rows       [][]string // of a table
	headed     bool       // the first row is a header
}

type document struct {
	lines    []textLine
	warnings []string
}

const (
	maxTitleRunes   = 200
	maxTitleLine    = 60 // characters of one line of a title
	maxTitleLines   = 4
	maxHeading      = 40 // characters of 一、… as a heading; longer ones are paragraphs that begin so
	wrappedLine     = 22 // characters that a line broken by its width has at least; a page of 仿宋 3号 holds 28
	maxSignature    = 30
	maxSignatures   = 5
	maxCell         = 300
	shownExamples   = 3
	shownExampleLen = 24
)

var (
	// leftovers stand within a line where a converter could not express something.
	leftovers = regexp.MustCompile(`(?i)\[(?:bookmark|footnoteRef|endnoteRef|image|shape|OBJECT|pic|图片|附件图标)(?:\s*[:：][^\]\n]*)?\]` +
		`|\{\s*(?:HYPERLINK|PAGE|PAGEREF|TOC|REF|SEQ|EMBED|INCLUDEPICTURE)\b[^}\n]*\}` +
		`|\b(?:HYPERLINK|INCLUDEPICTURE)\s+(?:\\[a-z]\s+)?"[^"\n]*"(?:\s+\\[a-z*]+(?:\s+"[^"\n]*")?)*` +
		`|\bPAGE\s+\\\*\s*MERGEFORMAT(?:\s*\d+)?|\\\*\s*MERGEFORMAT(?:INET)?`)
	// leftoverLines are whole lines that a page, a list or a web site put there.
	leftoverLines = regexp.MustCompile(`^(?:_GoBack|\d{5}\.|[-—–－]\s*\d{1,4}\s*[-—–－]|第\s*\d+\s*页(?:[,，\s]*共\s*\d+\s*页)?` +
		`|(?:您)?(?:当前|现在)?(?:所在)?的?位置[:：].*|【?字体[:：].{0,20}|扫一扫在手机打开当前页.{0,4}|打印本页|关闭窗口|返回顶部|分享到.{0,20}|相关文档[:：]?` +
		`|[上下]一篇[:：].*|\p{Han}公网安备\s*\d+号|\p{Han}?ICP备\d+号(?:-\d+)?|\d{4}-\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d{2})?\s*(?:作者|来源|发布)[:：].*)$`)

	documentNumber   = regexp.MustCompile(`^\p{Han}{2,15}\s*[〔\[［（(【]\s*\d{4}\s*[〕\]］）)】]\s*第?\s*\d+\s*号$`)
	chapterForm      = regexp.MustCompile(`^第[一二三四五六七八九十百零〇\d]+(?:章|编|部分)(?:[\s　]+\S.*|\S{0,25}|)$`)
	sectionForm      = regexp.MustCompile(`^第[一二三四五六七八九十百零〇\d]+节(?:[\s　]+\S.*|\S{0,25}|)$`)
	articleForm      = regexp.MustCompile(`^(第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十]+)?)(?:[\s　]+|[:：]\s*|$)(.*)$`)
	articleTightForm = regexp.MustCompile(`^(第([一二三四五六七八九十百千零〇\d]+)条)(\S.*)$`)
	headingForm      = regexp.MustCompile(`^[一二三四五六七八九十]{1,3}、\s*\S`)
	itemForm         = regexp.MustCompile(`^(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}[.．、)）]|[①-⑳]|附件|附：)`)
	noteForm         = regexp.MustCompile(`^[（(][^）)]{1,60}[）)]$`)
	contentsForm     = regexp.MustCompile(`^目\s*录$`)
	dateForm         = regexp.MustCompile(`^(?:\d{4}年?\d{1,2}月\d{1,2}日|[一二三四五六七八九〇○Ｏ零]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)$`)
	titleEnd         = regexp.MustCompile(`(?:通知|通告|公告|公示|通报|意见|决定|决议|命令|批复|函|报告|请示|纪要|办法|规定|条例|细则|方案|制度|规则|规范|规程|要点|计划|规划|指南|章程|标准|预案|指标|清单|议案|令)(?:[（(][^）)]{1,12}[）)])?$`)
	noticeTitle      = regexp.MustCompile(`关于.*的?(?:通知|通告|公告|公示|通报|意见|决定|决议|批复|函|报告|请示)(?:[（(][^）)]{1,12}[）)])?$`)
	hanSpace         = regexp.MustCompile(`(\p{Han})[\s　]+(\p{Han})`)
	whiteRun         = regexp.MustCompile(`[ \t\x{00a0}\x{2000}-\x{200a}]+`)
	borderLine       = regexp.MustCompile(`^[\s|｜│┃+\-—=:┌┐└┘├┤┬┴┼─━┏┓┗┛]+$`)
)

// readDocument takes out the leftovers, splits into lines with words, finds tables and joins broken lines.
func readDocument(text string) *document {
	d := &document{}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n").Replace(text)
	text, _ = visible(text)
	text = d.stripLeftovers(text)
	d.split(text)
	d.joinBroken()
	d.classify()
	return d
}

func (d *document) warn(format string, args ...any) {
	d.warnings = append(d.warnings, fmt.Sprintf(format, args...))
}

func (d *document) stripLeftovers(text string) string {
	if found := leftovers.FindAllString(text, -1); found != nil {
		d.warn("删去了 %d 处格式转换残留：%s。", len(found), examples(found))
		text = leftovers.ReplaceAllString(text, "")
	}
	return text
}

func examples(all []string) string {
	var out []string
	for _, s := range all[:min(len(all), shownExamples)] {
		short := firstRunes(s, shownExampleLen)
		if short != s {
			short += "…"
		}
		out = append(out, "“"+short+"”")
	}
	if len(all) > shownExamples {
		return strings.Join(out, "、") + "等"
	}
	return strings.Join(out, "、")
}

func (d *document) split(text string) {
	var removed []string
	blank := 0
	all := strings.Split(text, "\n")
	for i := 0; i < len(all); i++ {
		if rows, headed, used := readTable(all[i:]); used > 0 {
			d.lines = append(d.lines, textLine{kind: tableLine, rows: rows, headed: headed, number: i + 1, blankAbove: blank})
			i += used - 1
			blank = 0
			continue
		}
		line := strings.TrimFunc(all[i], unicode.IsSpace)
		switch {
		case line == "":
			blank++
		case leftoverLines.MatchString(line):
			removed = append(removed, line)
		default:
			first, _ := utf8.DecodeRuneInString(all[i])
			d.lines = append(d.lines, textLine{text: whiteRun.ReplaceAllString(line, " "), number: i + 1, indented: unicode.IsSpace(first), blankAbove: blank})
			blank = 0
		}
	}
	if removed != nil {
		d.warn("删去了 %d 行网页或页码残留：%s，请核对。", len(removed), examples(removed))
	}
}

// readTable reads the rows at the beginning of lines, when there are two or more of equal numbers of cells, divided by
// tabs or by bars. It returns how many lines they take, 0 for no table.
func readTable(lines []string) (rows [][]string, headed bool, used int) {
	for _, line := range lines {
		if len(rows) > 0 || strings.ContainsAny(line, "┌┏+") {
			if borderLine.MatchString(line) && strings.ContainsAny(line, "-—─━=") {
				headed = headed || len(rows) == 1
				used++
				continue
			}
		}
		cells := splitCells(line)
		if len(cells) < 2 || len(rows) > 0 && len(cells) != len(rows[0]) {
			break
		}
		rows = append(rows, cells)
		used++
	}
	if len(rows) < 2 {
		return nil, false, 0
	}
	return rows, headed, used
}

// splitCells returns the cells of a row, nil for a line that is none. A heading with a tab after its number is none.
func splitCells(line string) []string {
	trimmed := strings.Trim(line, " \r\t\u3000\u00a0")
	separator := "\t"
	if strings.ContainsAny(trimmed, "|｜│┃") {
		trimmed = strings.NewReplacer("｜", "|", "│", "|", "┃", "|").Replace(trimmed)
		trimmed = strings.TrimSuffix(strings.TrimPrefix(trimmed, "|"), "|")
		separator = "|"
	}
	if !strings.Contains(trimmed, separator) || chapterForm.MatchString(trimmed) || sectionForm.MatchString(trimmed) || articleForm.MatchString(trimmed) ||
		utf8.RuneCountInString(trimmed) > maxCell {
		return nil
	}
	cells := strings.Split(trimmed, separator)
	words := 0
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(cell)
		if cells[i] != "" {
			words++
		}
	}
	if words < 2 && separator == "\t" {
		return nil
	}
	return cells
}

// startsAnew says whether a line is by its own form the beginning of something.
func startsAnew(s string) bool {
	compact := strings.Join(strings.Fields(s), "")
	return chapterForm.MatchString(s) || sectionForm.MatchString(s) || articleForm.MatchString(s) || articleTightForm.MatchString(s) || headingForm.MatchString(s) ||
		itemForm.MatchString(s) || documentNumber.MatchString(s) || dateForm.MatchString(compact) || noteForm.MatchString(s)
}

// joinBroken puts lines together that were broken by the width of a page: the upper one is long, of running text and
// stops at a Han character or a comma, the lower one begins nothing new.
func (d *document) joinBroken() {
	var out []textLine
	var joined []string
	for _, line := range d.lines {
		if n := len(out); n > 0 && broken(out[n-1], line) {
			upper := []rune(out[n-1].text)
			joined = append(joined, string(upper[max(len(upper)-6, 0):])+"／"+firstRunes(line.text, 6))
			out[n-1].text += line.text
			continue
		}
		out = append(out, line)
	}
	d.lines = out
	if joined != nil {
		d.warn("接上了 %d 处被断开的句子：%s，请核对。", len(joined), examples(joined))
	}
}

func broken(upper, lower textLine) bool {
	if upper.kind == tableLine || lower.kind == tableLine || lower.indented || lower.blankAbove > 1 || startsAnew(lower.text) {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(upper.text)
	if strings.ContainsRune("，、,", last) {
		return true
	}
	return unicode.Is(unicode.Han, last) && utf8.RuneCountInString(upper.text) >= wrappedLine && strings.ContainsAny(upper.text, "，。；：,;") &&
		!documentNumber.MatchString(upper.text)
}

func (d *document) classify() {
	next := 1 // the number an article without a space after it must have to be one
	for i := range d.lines {
		line := &d.lines[i]
		if line.kind == tableLine {
			continue
		}
		runes := utf8.RuneCountInString(line.text)
		sentence := strings.ContainsAny(line.text, "。；")
		switch {
		case documentNumber.MatchString(line.text):
			line.kind = numberLine
		case chapterForm.MatchString(line.text) && runes <= maxHeading && !sentence:
			line.kind = chapterLine
		case sectionForm.MatchString(line.text) && runes <= maxHeading && !sentence:
			line.kind = sectionLine
		case articleForm.MatchString(line.text):
			line.kind = articleLine
			next = chineseNumber(articleForm.FindStringSubmatch(line.text)[1]) + 1
		case articleTightForm.MatchString(line.text) && chineseNumber(articleTightForm.FindStringSubmatch(line.text)[2]) == next:
			line.kind = articleLine
			next++
		case headingForm.MatchString(line.text) && runes <= maxHeading && !strings.ContainsAny(strings.TrimRight(line.text, "。："), "。；，"):
			line.kind = headingLine
		case noteForm.MatchString(line.text):
			line.kind = noteLine
		}
	}
}

// chineseNumber reads 一 to 九千九百九十九, or digits, out of a string; 0 when there is none.
func chineseNumber(s string) int {
	total, digit := 0, 0
	for _, r := range s {
		if i := strings.IndexRune("零一二三四五六七八九", r); i >= 0 {
			digit = utf8.RuneCountInString("零一二三四五六七八九"[:i])
			continue
		}
		unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
		switch {
		case unit > 0:
			total += max(digit, 1) * unit
			digit = 0
		case r >= '0' && r <= '9' && digit < 1000:
			digit = digit*10 + int(r-'0')
		}
	}
	return total + digit
}

// titleLike says whether a line may be part of a title: short, without the punctuation of a sentence, nothing else by form.
func titleLike(line textLine) bool {
	return line.kind == bodyLine && utf8.RuneCountInString(line.text) <= maxTitleLine && !strings.ContainsAny(line.text, "。；：:;！？") &&
		!dateForm.MatchString(compact(line.text)) && !headingForm.MatchString(line.text) && !itemForm.MatchString(line.text)
}

func compact(s string) string { return strings.Join(strings.Fields(s), "") }

func joinTitle(lines []textLine) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line.text)
	}
	return firstRunes(closeHan(b.String()), maxTitleRunes)
}

// closeHan removes white space between Han characters: 总　则 is 总则.
func closeHan(s string) string {
	return hanSpace.ReplaceAllString(hanSpace.ReplaceAllString(s, "$1$2"), "$1$2")
}

// findTitles marks the title of the notice and that of the regulation it encloses, and returns the latter, or else the
// former, or else a short first line; "" when there is none. A title that leads the text is taken out of it.
func (d *document) findTitles() string {
	first := slices.IndexFunc(d.lines, func(l textLine) bool { return l.kind == chapterLine || l.kind == articleLine })
	noticeFrom, noticeTo := d.findNotice(first)
	title := d.markTitle(noticeFrom, noticeTo)
	if first >= 0 {
		if from, to := d.findRegulation(first); from < to {
			title = d.markTitle(from, to)
		}
	}
	if title == "" && len(d.lines) > 1 && titleLike(d.lines[0]) && utf8.RuneCountInString(d.lines[0].text) <= maxHeading {
		title = d.markTitle(0, 1)
	}
	if lead := d.leadingTitle(); title != "" && lead == title {
		d.lines = slices.DeleteFunc(d.lines, func(l textLine) bool { return l.kind == titleLine })
	} else {
		d.mergeTitles()
	}
	d.findSalutation()
	return title
}

// findNotice finds up to four title lines before the first chapter that together read 关于……的通知.
func (d *document) findNotice(first int) (from, to int) {
	end := len(d.lines)
	if first >= 0 {
		end = first
	}
	for from := range end {
		for to := from + 1; to <= min(end, from+maxTitleLines) && titleLike(d.lines[to-1]); to++ {
			if noticeTitle.MatchString(joinTitle(d.lines[from:to])) {
				return from, to
			}
		}
	}
	return 0, 0
}

// findRegulation goes up from the first chapter or article over notes and the word 目录 to the lines that name it.
func (d *document) findRegulation(first int) (from, to int) {
	to = first
	for to > 0 && (d.lines[to-1].kind == noteLine || contentsForm.MatchString(d.lines[to-1].text)) {
		to--
	}
	for from = to; from > 0 && to-from < maxTitleLines && titleLike(d.lines[from-1]); from-- {
	}
	for ; from < to; from++ { // the lowest lines that end like a title; an office above them has signed something else
		if titleEnd.MatchString(joinTitle(d.lines[from:to])) {
			return from, to
		}
	}
	return 0, 0
}

func (d *document) markTitle(from, to int) string {
	for i := from; i < to; i++ {
		d.lines[i].kind = titleLine
	}
	return joinTitle(d.lines[from:to])
}

// leadingTitle is the title at the very beginning, "" when the text begins with something else or has two titles.
func (d *document) leadingTitle() string {
	end := slices.IndexFunc(d.lines, func(l textLine) bool { return l.kind != titleLine })
	if end <= 0 || slices.ContainsFunc(d.lines[end:], func(l textLine) bool { return l.kind == titleLine }) {
		return ""
	}
	return joinTitle(d.lines[:end])
}

// mergeTitles makes each title one line.
func (d *document) mergeTitles() {
	var out []textLine
	for _, line := range d.lines {
		if n := len(out); n > 0 && line.kind == titleLine && out[n-1].kind == titleLine && !titleEnd.MatchString(out[n-1].text) {
			out[n-1].text += line.text
			continue
		}
		out = append(out, line)
	}
	d.lines = out
}

// findSalutation marks the lines that say whom a notice is for: ended by a colon, at the top or right under a title, a
// document number or a note.
func (d *document) findSalutation() {
	for i := range d.lines {
		line := &d.lines[i]
		above := titleLine
		if i > 0 {
			above = d.lines[i-1].kind
		}
		if line.kind == bodyLine && (strings.HasSuffix(line.text, "：") || strings.HasSuffix(line.text, ":")) &&
			(above == titleLine || above == numberLine || above == noteLine) {
			line.kind = salutationLine
		}
	}
}

// findSignatures marks dates on lines of their own, and the short lines above them that name who signed.
func (d *document) findSignatures() {
	for i := range d.lines {
		if d.lines[i].kind != bodyLine || !dateForm.MatchString(compact(d.lines[i].text)) {
			continue
		}
		d.lines[i].kind, d.lines[i].text = rightLine, compact(d.lines[i].text)
		for j := i - 1; j >= max(0, i-maxSignatures) && titleLike(d.lines[j]) && utf8.RuneCountInString(d.lines[j].text) <= maxSignature; j-- {
			d.lines[j].kind = rightLine
		}
	}
}

func (d *document) html() string {
	var b strings.Builder
	for _, line := range d.lines {
		writeLine(&b, line)
	}
	return b.String()
}

const indentedP = `<p style="text-indent: 2em">`

func writeLine(b *strings.Builder, line textLine) {
	text := html.EscapeString(line.text)
	switch line.kind {
	case tableLine:
		writeTable(b, line)
	case numberLine:
		b.WriteString(`<p style="text-align: center">` + text + "</p>")
	case titleLine:
		b.WriteString(`<h1 style="text-align: center">` + html.EscapeString(closeHan(line.text)) + "</h1>")
	case chapterLine, sectionLine:
		tag := map[lineKind]string{chapterLine: "h2", sectionLine: "h3"}[line.kind]
		b.WriteString("<" + tag + ">" + html.EscapeString(closeHeading(line.text)) + "</" + tag + ">")
	case headingLine:
		b.WriteString("<h3>" + text + "</h3>")
	case articleLine:
		number, rest := splitArticle(line.text)
		b.WriteString(indentedP + "<strong>" + html.EscapeString(number) + "</strong>")
		if rest != "" {
			b.WriteString("\u3000" + html.EscapeString(rest))
		}
		b.WriteString("</p>")
	case salutationLine:
		b.WriteString("<p>" + text + "</p>")
	case rightLine:
		b.WriteString(`<p style="text-align: right">` + text + "</p>")
	default:
		b.WriteString(indentedP + text + "</p>")
	}
}

// closeHeading writes a heading's number, one space and its words: 第一章  总  则 becomes 第一章 总则.
func closeHeading(s string) string {
	number, words, found := strings.Cut(strings.ReplaceAll(s, "\u3000", " "), " ")
	if words = strings.TrimSpace(words); !found || words == "" {
		return number
	}
	return number + " " + closeHan(words)
}

func splitArticle(s string) (number, rest string) {
	if m := articleForm.FindStringSubmatch(s); m != nil {
		return m[1], strings.TrimSpace(m[2])
	}
	m := articleTightForm.FindStringSubmatch(s)
	return m[1], m[3]
}

func writeTable(b *strings.Builder, line textLine) {
	b.WriteString("<table>")
	for i, row := range line.rows {
		tag := "td"
		if i == 0 && line.headed {
			tag = "th"
			b.WriteString("<thead>")
		}
		b.WriteString("<tr>")
		for _, cell := range row {
			b.WriteString("<" + tag + ">" + html.EscapeString(cell) + "</" + tag + ">")
		}
		b.WriteString("</tr>")
		if tag == "th" {
			b.WriteString("</thead>")
		}
	}
	b.WriteString("</table>")
}
