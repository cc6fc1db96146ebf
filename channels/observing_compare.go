package channels

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"govmedia/channels/egress"
	"govmedia/channels/page"
	"govmedia/sql"
)

// Match is how a public page stands to what was signed.
type Match string

// The matches, the best first.
const (
	MatchSame       Match = "same"       // title and text are there
	MatchPartly     Match = "partly"     // the title or a good part of the text
	MatchDifferent  Match = "different"  // another text
	MatchUnreadable Match = "unreadable" // the page is not shown to programs: a person looks
	MatchAbsent     Match = "absent"     // there is no such page
)

// Comparison is a public page held against what was signed.
type Comparison struct {
	Match      Match    `json:"match"`
	Sentence   string   `json:"sentence"` // Chinese: what was found and what to do
	URL        string   `json:"url"`      // the last one, after redirects
	Title      string   `json:"title"`    // of the page
	TitleFound bool     `json:"title_found"`
	Overlap    int      `json:"overlap"` // how much of the signed text stands on the page, in per cent
	ComparedAt sql.Time `json:"compared_at"`

	SignedTitle string       `json:"signed_title"`
	Signed      []SignedLine `json:"signed" nullable:"false"` // the signed text by sentences, the first few hundred
	Shown       string       `json:"shown"`                   // the text of the page, its beginning; empty where it could not be read
}

// SignedLine is a sentence that was signed, and whether it stands on the page.
type SignedLine struct {
	Text  string `json:"text"`
	Found bool   `json:"found"`
}

// How much of both texts is shown beside each other.
const (
	mostLines = 300
	mostShown = 12_000 // bytes
)

// The shares of the signed text, in per cent, from which a page counts as the same and as partly so. Platforms leave out
// tables, notes and pictures' captions, so the whole is not asked for.
const (
	shareSame   = 80
	sharePartly = 30
	piece       = 6 // characters that are looked for at a time
)

// ComparePublic opens the public address of a post that was made by hand and says whether what was signed stands there: the
// title, and how much of the text. A page that cannot be read is an answer too, and so is an address that this server does not open:
// a person can, and what is published must be possible to record. Errors: ErrCompareURL, the errors of egress
// for an address that may not be opened.
func ComparePublic(ctx context.Context, guard *egress.Guard, address string, message Message) (Comparison, error) {
	compared, err := comparePublic(ctx, guard, address, message)
	compared.SignedTitle = message.Title
	if compared.Signed == nil {
		compared.Signed = []SignedLine{}
	}
	return compared, err
}

func comparePublic(ctx context.Context, guard *egress.Guard, address string, message Message) (Comparison, error) {
	if strings.TrimSpace(address) == "" {
		return Comparison{}, ErrCompareURL.On("url")
	}
	if _, err := guard.CheckURL(ctx, address); egress.NotFromHere(err) {
		return Comparison{Match: MatchUnreadable, URL: address, Sentence: "服务器打不开这个网址，没有核对。请自己打开网址核对标题和正文。"}, nil
	} else if err != nil {
		return Comparison{}, err
	}
	fetched, err := guard.Fetch(ctx, address, egress.FetchOptions{})
	if err != nil {
		return Comparison{Match: MatchUnreadable, URL: address, Sentence: "没有打开这个网址：" + troubleOf(err).sentence + "请自己打开网址核对标题和正文。"}, ctx.Err()
	}
	compared := Comparison{URL: fetched.URL}
	switch {
	case fetched.Status == http.StatusNotFound || fetched.Status == http.StatusGone:
		compared.Match, compared.Sentence = MatchAbsent, "这个网址上没有内容。请核对粘贴的网址，或确认文章已经公开。"
		return compared, nil
	case fetched.Status != http.StatusOK:
		compared.Match, compared.Sentence = MatchUnreadable, "平台不让程序读取这个网址。请自己打开网址核对标题和正文。"
		return compared, nil
	}
	p, broken := page.Parse(fetched.Body, fetched.Header.Get("Content-Type"), fetched.URL)
	if broken != nil || p.Challenge() {
		compared.Match, compared.Sentence = MatchUnreadable, "平台要求浏览器验证，程序读不到内容。请自己打开网址核对标题和正文。"
		return compared, nil //nolint:nilerr // a page that cannot be read is an answer too
	}
	compared.hold(p, message)
	return compared, nil
}

// hold compares a page with what was signed.
func (c *Comparison) hold(p page.Page, message Message) {
	shown := letters(p.Text + p.Title + p.Tag("og:title") + p.Tag("description"))
	c.Title, c.Shown = cut(p.Title, 200), cut(strings.TrimSpace(p.Text), mostShown)
	c.Signed = signedLines(message.Body, shown)
	c.TitleFound = message.Title != "" && strings.Contains(shown, letters(message.Title))
	c.Overlap = overlap(letters(bodyText(message.Body)), shown)
	switch {
	case c.TitleFound && c.Overlap >= shareSame:
		c.Match, c.Sentence = MatchSame, "网址能够打开，标题和正文与签发的一致。"
	case c.TitleFound || c.Overlap >= sharePartly:
		c.Match, c.Sentence = MatchPartly, "网址能够打开，但标题或正文与签发的不完全一致。请打开网址核对后再登记。"
	case shown == "" || len([]rune(shown)) < 40 && p.Scripted():
		c.Match, c.Sentence = MatchUnreadable, "网页内容由脚本生成，程序读不到。请自己打开网址核对标题和正文。"
	default:
		c.Match, c.Sentence = MatchDifferent, "网址能够打开，但找不到签发的标题和正文，可能粘贴错了。请核对网址。"
	}
}

// signedLines returns the sentences of a body, each with whether its letters stand in what is shown.
func signedLines(body, shown string) []SignedLine {
	lines := []SignedLine{}
	for _, paragraph := range paragraphs(body) {
		for _, sentence := range strings.SplitAfter(paragraph, "。") {
			text := strings.TrimSpace(sentence)
			if bare := letters(text); bare != "" && len(lines) < mostLines {
				lines = append(lines, SignedLine{Text: text, Found: strings.Contains(shown, bare)})
			}
		}
	}
	return lines
}

// paragraphs returns the texts of a cleaned body's blocks.
func paragraphs(body string) []string {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil { // only a failing reader
		return nil
	}
	list := []string{""}
	for node := range root.Descendants() {
		switch {
		case node.Type == html.TextNode:
			list[len(list)-1] += node.Data
		case node.Type == html.ElementNode && !inline[node.Data]:
			list = append(list, "")
		}
	}
	return list
}

// inline are the elements within a sentence.
var inline = map[string]bool{"a": true, "b": true, "em": true, "i": true, "mark": true, "s": true, "span": true, "strong": true, "sub": true, "sup": true, "u": true}

// bodyText returns the text of a cleaned body.
func bodyText(body string) string {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil { // only a failing reader
		return ""
	}
	var out strings.Builder
	for node := range root.Descendants() {
		if node.Type == html.TextNode {
			out.WriteString(node.Data)
		}
	}
	return out.String()
}

// letters leaves the letters and digits of a text, so that blanks, punctuation and line breaks do not matter.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// overlap is how much of a text stands in another, by pieces of a few characters, in per cent; 100 for a text without any.
func overlap(signed, shown string) int {
	runes := []rune(signed)
	if len(runes) < piece {
		if strings.Contains(shown, signed) {
			return 100
		}
		return 0
	}
	there := map[string]bool{}
	all := []rune(shown)
	for i := 0; i+piece <= len(all); i++ {
		there[string(all[i:i+piece])] = true
	}
	found := 0
	for i := 0; i+piece <= len(runes); i++ {
		if there[string(runes[i:i+piece])] {
			found++
		}
	}
	return 100 * found / (len(runes) - piece + 1)
}
