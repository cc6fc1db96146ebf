package articles

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// PlainText returns the words of any HTML: one paragraph, heading or table row a line, a tab between cells, and the
// marks of lists ("1. ", "• ") before their items. Pictures, scripts and blank paragraphs leave nothing. It is linear in
// the input and takes broken HTML as well.
func PlainText(source string) string {
	w := &textWriter{marks: true}
	w.read(source)
	return w.text()
}

// NormalisedText returns the words of HTML or of plain text in the form in which two renderings of one article are
// equal: without white space, list marks and invisible characters, full-width forms folded to their narrow ones, NFC.
func NormalisedText(source string) string {
	w := &textWriter{}
	w.read(source)
	return norm.NFC.String(width.Fold.String(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, w.text())))
}

// Digest returns the beginning of an article's words in one line of at most n characters: the paragraphs without the
// headings, ended at a full sentence when one ends in the second half of the n, else with "…". Empty when n is not
// positive or there are no words.
func Digest(source string, n int) string {
	w := &textWriter{marks: true, skipHeadings: true}
	w.read(source)
	line := strings.Join(strings.FieldsFunc(w.text(), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
	runes := []rune(line)
	if n <= 0 || len(runes) <= n {
		return firstRunes(line, max(n, 0))
	}
	for i := n - 1; i >= n/2; i-- {
		if strings.ContainsRune("。！？；", runes[i]) {
			return string(runes[:i+1])
		}
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}

// countCharacters counts as Word does 字符数（不计空格）: every character that is not white space, punctuation included.
func countCharacters(source string) int {
	w := &textWriter{}
	w.read(source)
	n := 0
	for _, r := range w.text() {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// textWriter collects lines from a stream of tags. It looks at the tokens only: a tree could be made to cost more than
// its source, and a platform's answer is read here too.
type textWriter struct {
	marks        bool // write the marks of lists
	skipHeadings bool
	lines        []string
	line         strings.Builder
	lists        []int  // of each open list, the number of its next item; 0 for bullets
	cells        int    // depth of open table cells: a block in a cell is no new line
	cellSeen     bool   // the open row has a cell
	pending      string // the mark of an item whose first word has not come yet
	pre          int
	heading      int
	gap          bool // white space is due before the next word
}

func (w *textWriter) text() string {
	w.endLine()
	return strings.Join(w.lines, "\n")
}

func (w *textWriter) endLine() {
	if s := strings.TrimSpace(w.line.String()); s != "" {
		w.lines = append(w.lines, s)
	}
	w.line.Reset()
	w.gap = false
}

// breakLine ends the line, or within a table cell leaves a space.
func (w *textWriter) breakLine() {
	if w.cells > 0 {
		w.gap = true
		return
	}
	w.endLine()
}

// silent lists the elements whose text is nobody's words.
var silent = atoms("script style title textarea iframe noembed noframes noscript xmp plaintext template svg math select")

func (w *textWriter) read(source string) {
	z := html.NewTokenizer(strings.NewReader(source))
	var skipping atom.Atom
	depth := 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		var tag atom.Atom
		var attrs bool
		if kind == html.StartTagToken || kind == html.EndTagToken || kind == html.SelfClosingTagToken {
			var name []byte
			name, attrs = z.TagName()
			tag = atom.Lookup(name)
		}
		switch {
		case skipping != 0:
			if kind == html.StartTagToken && tag == skipping {
				depth++
			} else if kind == html.EndTagToken && tag == skipping {
				if depth--; depth == 0 {
					skipping = 0
				}
			}
		case kind == html.StartTagToken && silent[tag]:
			skipping, depth = tag, 1
		case kind == html.TextToken:
			w.words(string(z.Text()))
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken:
			w.start(tag, z, attrs)
		case kind == html.EndTagToken:
			w.end(tag)
		}
	}
}

func (w *textWriter) words(s string) {
	if w.skipHeadings && w.heading > 0 {
		return
	}
	if w.pre > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				w.breakLine()
			}
			w.line.WriteString(line)
		}
		return
	}
	newline := false
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' {
			w.gap, newline = true, newline || r == '\n'
			continue
		}
		if w.gap && w.line.Len() > 0 && !(newline && unicode.Is(unicode.Han, r)) {
			w.line.WriteByte(' ')
		}
		w.gap, newline = false, false
		w.line.WriteString(w.pending)
		w.pending = ""
		w.line.WriteRune(r)
	}
}

var lineBreakers = atoms("p div section article main header footer aside nav address center dl dt dd details summary fieldset " +
	"legend form figure figcaption blockquote hr h1 h2 h3 h4 h5 h6 ul ol li table thead tbody tfoot tr caption pre br body html")

var headings = atoms("h1 h2 h3 h4 h5 h6")

func (w *textWriter) start(tag atom.Atom, z *html.Tokenizer, attrs bool) {
	if tag == atom.Table || tag == atom.Tr {
		w.cells = 0
	}
	if lineBreakers[tag] {
		w.breakLine()
	}
	switch {
	case tag == atom.Ul:
		w.lists = append(w.lists, 0)
	case tag == atom.Ol:
		w.lists = append(w.lists, startOf(z, attrs))
	case tag == atom.Li:
		w.mark()
	case tag == atom.Tr:
		w.cellSeen = false
	case tag == atom.Td || tag == atom.Th:
		if w.cellSeen {
			w.gap = false
			w.line.WriteByte('\t')
		}
		w.cellSeen, w.cells = true, 1
	case tag == atom.Pre:
		w.pre++
	case headings[tag]:
		w.heading++
	}
}

func startOf(z *html.Tokenizer, attrs bool) int {
	for n := 0; attrs && n < maxAttributes; n++ {
		var key, val []byte
		key, val, attrs = z.TagAttr()
		if start, err := strconv.Atoi(string(val)); string(key) == "start" && err == nil && start > 0 {
			return start
		}
	}
	return 1
}

func (w *textWriter) mark() {
	if !w.marks || len(w.lists) == 0 {
		return
	}
	next := &w.lists[len(w.lists)-1]
	if *next == 0 {
		w.pending = "• "
		return
	}
	w.pending = strconv.Itoa(*next) + ". "
	*next++
}

func (w *textWriter) end(tag atom.Atom) {
	switch {
	case tag == atom.Td || tag == atom.Th:
		w.cells, w.gap = 0, false
		return
	case tag == atom.Li:
		w.pending = ""
	case tag == atom.Ul || tag == atom.Ol:
		if len(w.lists) > 0 {
			w.lists = w.lists[:len(w.lists)-1]
		}
	case tag == atom.Pre:
		w.pre = max(w.pre-1, 0)
	case headings[tag]:
		w.heading = max(w.heading-1, 0)
	case tag == atom.Tr || tag == atom.Table:
		w.cells = 0
	}
	if lineBreakers[tag] && tag != atom.Br {
		w.breakLine()
	}
}
