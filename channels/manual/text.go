package manual

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// blocks are the elements that stand on lines of their own.
var blocks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Section: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Ul: true, atom.Ol: true, atom.Li: true, atom.Blockquote: true, atom.Pre: true, atom.Table: true, atom.Tr: true, atom.Figure: true,
	atom.Figcaption: true, atom.Hr: true, atom.Caption: true, atom.Thead: true, atom.Tbody: true, atom.Tfoot: true, atom.Dl: true, atom.Dt: true, atom.Dd: true,
}

// PlainText returns the text of cleaned HTML, a line for each paragraph, row and list item, the cells of a row kept
// apart by a tab, without pictures. It returns the empty text for HTML without text.
func PlainText(body string) string {
	nodes, err := html.ParseFragment(strings.NewReader(body), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil { // only a failing reader
		return ""
	}
	var out strings.Builder
	for _, node := range nodes {
		writeText(&out, node)
	}
	return joinLines(out.String())
}

func writeText(out *strings.Builder, node *html.Node) {
	switch {
	case node.Type == html.TextNode:
		out.WriteString(node.Data)
		return
	case node.Type != html.ElementNode || node.DataAtom == atom.Script || node.DataAtom == atom.Style:
		return
	case node.DataAtom == atom.Br:
		out.WriteByte(lineBreak)
		return
	case node.DataAtom == atom.Td || node.DataAtom == atom.Th:
		if node.PrevSibling != nil {
			out.WriteByte(cellBreak)
		}
	case blocks[node.DataAtom]:
		out.WriteByte(lineBreak)
		defer out.WriteByte(lineBreak)
	}
	for child := range node.ChildNodes() {
		writeText(out, child)
	}
}

// Marks that HTML text cannot hold, so that they are told from the white space of the source.
const (
	lineBreak = 0x01
	cellBreak = 0x02
)

// joinLines squeezes the white space of the source to single blanks and drops empty lines.
func joinLines(marked string) string {
	var lines []string
	for line := range strings.SplitSeq(marked, string(rune(lineBreak))) {
		cells := strings.Split(line, string(rune(cellBreak)))
		for i := range cells {
			cells[i] = strings.Join(strings.FieldsFunc(cells[i], isBlank), " ")
		}
		if text := strings.Join(cells, "\t"); strings.TrimSpace(text) != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// isBlank also takes the wide blanks with which Chinese paragraphs are indented: the platforms' editors set their own.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }

// Cut returns the beginning of text in at most limit characters and whether something was left out. It ends at a sentence
// if one ends in the second half of what fits, and otherwise with "…", where neither a word nor a number and its unit nor a
// composed character is torn apart.
func Cut(text string, limit int) (string, bool) {
	runes := []rune(text)
	if len(runes) <= limit {
		return text, false
	}
	if limit <= 1 {
		return strings.Repeat("…", max(limit, 0)), true
	}
	for i := limit; i > limit/2; i-- {
		if strings.ContainsRune("。！？；!?;", runes[i-1]) && !strings.ContainsRune("”’』」）)", runes[i]) {
			return string(runes[:i]), true
		}
		if i < limit && strings.ContainsRune("”’』」）)", runes[i]) && strings.ContainsRune("。！？!?", runes[i-1]) {
			return string(runes[:i+1]), true
		}
	}
	end := limit - 1
	for end > 0 && torn(runes[end-1], runes[end]) {
		end--
	}
	if end == 0 { // one word longer than the whole limit
		end = limit - 1
	}
	return strings.TrimRightFunc(string(runes[:end]), func(r rune) bool { return isBlank(r) || strings.ContainsRune("，、：,:", r) }) + "…", true
}

// torn tells whether a cut between a and b would split what belongs together: a number and its unit, a word, an emoji.
func torn(a, b rune) bool {
	joins := func(r rune) bool {
		return r == '\u200d' || unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc, unicode.Variation_Selector) || r >= 0x1f3fb && r <= 0x1f3ff
	}
	inWord := func(r rune) bool { return r < 0x80 && !unicode.IsSpace(r) }
	regional := func(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
	return joins(b) || a == '\u200d' || inWord(a) && (inWord(b) || unicode.IsDigit(a)) || regional(a) && regional(b) ||
		slices.Contains([]rune("《（(“‘【"), a)
}
