package page

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"govmedia/channels/dates"
)

// The meta tags that 政府网站发展指引 asks for, as they are known here: in lower case.
const (
	SiteName       = "sitename"
	SiteDomain     = "sitedomain"
	SiteIDCode     = "siteidcode"
	ColumnName     = "columnname"
	ColumnType     = "columntype"
	ArticleTitle   = "articletitle"
	PubDate        = "pubdate"
	ContentSource  = "contentsource"
	textAsShown    = 500_000 // bytes of visible text that are kept
	mostLinks      = 3_000
	mostDepth      = 400 // nested elements; real pages stay below 60
	mostSuspicious = 200 // characters that a page of challenge shows at most
)

// ErrTooDeep is a page that nests more than any real one.
var ErrTooDeep = errors.New("page: nested too deep")

// Page is a page as a reader sees it.
type Page struct {
	Tags  map[string]string // meta tags by lower-case name, the first of each that says something
	Title string            // ArticleTitle, else the heading, else the title of the window
	Text  string            // what readers see, blanks squeezed, at most 500,000 bytes
	Links []Link

	base       *url.URL
	root       *html.Node
	scripts    string // beginnings of the page's own scripts
	hasRefresh bool
}

// Link is a link with the words around it.
type Link struct {
	URL  string // whole, without a fragment
	Text string // of the link, or its title
	Near string // the words of the list item around it
}

// Parse reads a page of an address: its characters by the header, then by its own meta tag, else GBK or UTF-8 by its bytes.
// Broken markup is read as browsers read it. Error: ErrTooDeep.
func Parse(body []byte, contentType, address string) (Page, error) {
	base, err := url.Parse(address)
	if err != nil {
		return Page{}, err
	}
	decoded, err := decode(body, contentType)
	if err != nil {
		return Page{}, err
	}
	root, err := html.Parse(bytes.NewReader(decoded))
	if err != nil { // the parser refuses what nests too deep, too
		return Page{}, errors.Join(ErrTooDeep, err)
	}
	p := Page{Tags: map[string]string{}, base: base, root: root}
	reader := pageReader{page: &p}
	if err := reader.read(root, 0); err != nil {
		return Page{}, err
	}
	p.Text = squeeze(reader.text.String())
	p.Title = firstOf(p.Tag(ArticleTitle), squeeze(reader.heading.String()), squeeze(reader.title.String()))
	p.scripts = reader.scripts.String()
	return p, nil
}

// decode makes UTF-8 of a page.
func decode(body []byte, contentType string) ([]byte, error) {
	encoding, _, certain := charset.DetermineEncoding(body[:min(len(body), 1024)], contentType)
	if !certain { // sites that say nothing are UTF-8 or GBK
		if looksUTF8(body) {
			return bytes.ToValidUTF8(body, []byte("\uFFFD")), nil
		}
		encoding, _ = charset.Lookup("gb18030")
	}
	return encoding.NewDecoder().Bytes(body)
}

func looksUTF8(body []byte) bool {
	valid := bytes.ToValidUTF8(body, nil)
	return len(body)-len(valid) <= len(body)/200 // a few torn characters do not make it GBK
}

// Tag returns what a meta tag says, empty when it is not there or says nothing; null is how some systems write nothing.
func (p Page) Tag(name string) string { return p.Tags[name] }

// pageReader gathers what Parse returns, in one walk.
type pageReader struct {
	page    *Page
	text    strings.Builder
	title   strings.Builder
	heading strings.Builder
	scripts strings.Builder
	based   bool
}

func (r *pageReader) read(node *html.Node, depth int) error {
	if depth > mostDepth {
		return ErrTooDeep
	}
	switch node.Type {
	case html.TextNode:
		if r.text.Len() < textAsShown {
			r.text.WriteString(node.Data)
		}
		return nil
	case html.ElementNode:
		if done := r.element(node); done {
			return nil
		}
		if !inline[node.DataAtom] {
			r.text.WriteByte(' ')
			defer r.text.WriteByte(' ')
		}
	case html.CommentNode, html.DoctypeNode:
		return nil
	}
	for child := range node.ChildNodes() {
		if err := r.read(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// inline are the elements that do not part words.
var inline = map[atom.Atom]bool{atom.A: true, atom.Span: true, atom.B: true, atom.Strong: true, atom.I: true, atom.Em: true, atom.Font: true, atom.U: true}

// element notes an element and reports whether what is in it is nothing to read.
func (r *pageReader) element(node *html.Node) bool {
	switch node.DataAtom {
	case atom.Meta:
		r.meta(node)
	case atom.Base:
		if base, err := r.page.base.Parse(attribute(node, "href")); err == nil && !r.based {
			r.page.base, r.based = base, true
		}
	case atom.Title:
		if r.title.Len() == 0 {
			appendText(&r.title, node, 0)
		}
		return true
	case atom.H1:
		if r.heading.Len() == 0 {
			appendText(&r.heading, node, 0)
		}
	case atom.A:
		r.link(node)
	case atom.Script:
		if r.scripts.Len() < 64<<10 && node.FirstChild != nil {
			r.scripts.WriteString(node.FirstChild.Data[:min(len(node.FirstChild.Data), 8<<10)])
		} else if source := attribute(node, "src"); source != "" {
			r.scripts.WriteByte(' ')
		}
		return true
	case atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe, atom.Textarea, atom.Select:
		return true
	}
	return false
}

func (r *pageReader) meta(node *html.Node) {
	if strings.EqualFold(attribute(node, "http-equiv"), "refresh") {
		r.page.hasRefresh = true
	}
	name := strings.ToLower(strings.TrimSpace(attribute(node, "name")))
	value := squeeze(attribute(node, "content"))
	if name == "" || value == "" || strings.EqualFold(value, "null") || len(r.page.Tags) >= 100 {
		return
	}
	if _, said := r.page.Tags[name]; !said {
		r.page.Tags[name] = cut(value, 500)
	}
}

func (r *pageReader) link(node *html.Node) {
	href := strings.TrimSpace(attribute(node, "href"))
	if href == "" || len(href) > 1000 || len(r.page.Links) >= mostLinks {
		return
	}
	target, err := r.page.base.Parse(href)
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return
	}
	target.Fragment, target.RawFragment = "", ""
	var words strings.Builder
	appendText(&words, node, 0)
	label := squeeze(words.String())
	if full := squeeze(attribute(node, "title")); label == "" || strings.HasSuffix(label, "…") || strings.HasSuffix(label, "...") {
		label = firstOf(full, label)
	}
	r.page.Links = append(r.page.Links, Link{URL: target.String(), Text: cut(label, 400), Near: near(node)})
}

// near is what stands around a link in its list item or table row: the text of the closest element above it that is one,
// as long as it is short.
func near(node *html.Node) string {
	for above, steps := node.Parent, 0; above != nil && steps < 4; above, steps = above.Parent, steps+1 {
		switch above.DataAtom {
		case atom.Li, atom.Tr, atom.Dd, atom.Dt, atom.P, atom.Div:
			var words strings.Builder
			appendText(&words, above, 0)
			if text := squeeze(words.String()); above.DataAtom != atom.Div || dates.Has(text) {
				return cut(text, 300)
			}
		case atom.Ul, atom.Ol, atom.Table, atom.Body:
			return ""
		}
	}
	return ""
}

// appendText writes the text below a node, up to a bound.
func appendText(out *strings.Builder, node *html.Node, depth int) {
	if depth > mostDepth || out.Len() > 4<<10 {
		return
	}
	if node.Type == html.TextNode {
		out.WriteString(node.Data)
		return
	}
	if node.DataAtom == atom.Script || node.DataAtom == atom.Style {
		return
	}
	for child := range node.ChildNodes() {
		appendText(out, child, depth+1)
	}
	if node.Type == html.ElementNode && !inline[node.DataAtom] || node.DataAtom == atom.A || node.DataAtom == atom.Span {
		out.WriteByte(' ')
	}
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if strings.EqualFold(a.Key, name) {
			return a.Val
		}
	}
	return ""
}

// squeeze makes single blanks of white space of every width, and drops it at both ends.
func squeeze(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == '\u3000' || r < ' '
	}), " ")
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	runes := []rune(text)
	return string(runes[:min(len(runes), most)])
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// Challenge reports whether a page is no page but a gate that asks for a browser: hardly any words, no meta tags of a
// government page, and a script that sets a cookie or loads the page again.
func (p Page) Challenge() bool {
	if p.Tag(SiteIDCode) != "" || p.Tag(ColumnName) != "" || p.Tag(PubDate) != "" || len([]rune(p.Text)) > mostSuspicious {
		return false
	}
	for _, sign := range []string{"document.cookie", "$_ts", "location.reload", "location.href", "window.location", "__jsl", "acw_sc", "eval(", "challenge"} {
		if strings.Contains(p.scripts, sign) {
			return true
		}
	}
	return p.hasRefresh && len(p.Links) == 0
}

// Scripted reports whether the page fetches its content by script, so that a list without links is not an empty one.
func (p Page) Scripted() bool {
	for _, sign := range []string{"ajax", "fetch(", "XMLHttpRequest", "axios", "$.get", "$.post", ".getJSON", "createApp(", "new Vue", "ReactDOM", "data-reactroot"} {
		if strings.Contains(p.scripts, sign) {
			return true
		}
	}
	return false
}
