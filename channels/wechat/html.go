package wechat

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// prepared is a body on its way to WeChat: cleaned, themed, and with its pictures still to be addressed.
type prepared struct {
	root     *html.Node   // holds the nodes of the fragment
	images   []*html.Node // every <img> that stays, in order
	links    []string     // addresses that became footnotes, in order
	anchors  int          // links within the page that lost their target
	media    int          // players and frames that were left out
	drawings int          // drawings and formulas that are not pictures: the text must not go out without them
	cards    int          // mini-program cards and links: likewise
}

// keptTags are the elements that survive at WeChat by practitioners' consensus. Others are unwrapped: what they hold stays.
var keptTags = setOf(`section p span strong em b i u s del sup sub br hr blockquote ul ol li table thead tbody tfoot tr th td
	caption img figure figcaption code pre h1 h2 h3 h4 h5 h6 a`)

// droppedTags go with all they hold: they would show as litter or not at all.
var droppedTags = setOf(`script style link meta title base template noscript head input textarea select button form option
	object embed applet canvas source track`)

// mediaTags go as well, and readers miss something: the preview says so.
var mediaTags = setOf(`video audio iframe frame frameset`)

// drawingTags say something that nobody would read: WeChat keeps an SVG in part only, by rules of its own, and no formula. The text is refused.
var drawingTags = setOf(`svg math`)

// keptProperties are the style properties of the text that stay; the rest is the theme's.
var keptProperties = setOf(`text-align text-indent font-weight font-style text-decoration color background-color vertical-align
	padding-left margin-left`)

// theme is written into the elements, because WeChat keeps no style sheet. It is short: every character counts against
// the limit, and what the outer section says is inherited.
var theme = map[string]string{
	"p": "margin:0 0 1em", "h1": headingStyle, "h2": headingStyle, "h3": headingStyle, "h4": headingStyle, "h5": headingStyle,
	"h6": headingStyle, "img": "max-width:100%;height:auto", "blockquote": "margin:0 0 1em;padding-left:1em;border-left:3px solid #ccc",
	"table": "border-collapse:collapse;width:100%;margin:0 0 1em", "th": cellStyle + ";font-weight:bold", "td": cellStyle,
	"pre": "white-space:pre-wrap;margin:0 0 1em", "ul": "margin:0 0 1em;padding-left:2em", "ol": "margin:0 0 1em;padding-left:2em",
	"figcaption": captionStyle, "caption": captionStyle,
}

const (
	outerStyle   = "font-size:16px;line-height:1.75;color:#333;overflow-wrap:break-word"
	headingStyle = "margin:1.2em 0 .6em;font-weight:bold;line-height:1.4"
	cellStyle    = "border:1px solid #ccc;padding:4px 8px"
	captionStyle = "text-align:center;font-size:14px;color:#888"
	noteStyle    = "font-size:14px;color:#888;margin:0 0 .4em"
)

// look is how much of the theme goes into the HTML.
type look int

const (
	themed look = iota
	brief       // table cells without a style of their own: long lists would not fit otherwise
	bare        // no style at all and no links, for a text that WeChat has refused
)

// prepare turns a body into what WeChat takes. Pictures keep their address; address gives them the final one.
func prepare(body, source string, look look) (*prepared, error) {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(plain(body)), context)
	if err != nil {
		return nil, fmt.Errorf("parse the body: %w", err)
	}
	p := &prepared{root: element("section")}
	if look != bare {
		setAttr(p.root, "style", outerStyle)
	}
	for _, n := range nodes {
		p.root.AppendChild(n)
	}
	p.clean(p.root, look)
	p.footnotes(look)
	if source = oneLine(source); source != "" {
		p.note("来源："+source, look)
	}
	return p, nil
}

// clean walks what a node holds: drops, unwraps, or keeps and dresses.
func (p *prepared) clean(parent *html.Node, look look) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		tag := strings.ToLower(n.Data)
		switch {
		case n.Type == html.TextNode:
		case n.Type == html.ElementNode && tag == "input" && attr(n.Attr, "type") == "checkbox":
			parent.InsertBefore(checkbox(n), n)
			parent.RemoveChild(n)
		case n.Type != html.ElementNode || droppedTags[tag]:
			parent.RemoveChild(n)
		case drawingTags[tag]:
			p.drawings++
			parent.RemoveChild(n)
		case mediaTags[tag]:
			p.media++
			p.standIn(parent, n, look)
			parent.RemoveChild(n)
		default:
			if tag == "div" || tag == "article" || tag == "main" || tag == "header" || tag == "footer" {
				n.Data, n.DataAtom = "section", atom.Section
			}
			if isCard(n) {
				p.cards++
			}
			p.clean(n, look)
			switch tag {
			case "li":
				lift(n)
			case "pre":
				breakLines(n)
			}
			if !p.dress(n, look) {
				unwrap(n)
			}
		}
		n = next
	}
}

// isCard reports whether an element is a mini-program's card or a link to one. A card works only for programs that the account is tied to, which
// nobody here knows; without its attributes it would vanish from the text without a word.
func isCard(n *html.Node) bool {
	return n.Data == "mp-miniprogram" || n.Data == "mp-common-miniprogram" || attr(n.Attr, "data-miniprogram-appid") != ""
}

// checkbox is the sign that stands for a box: WeChat keeps no form.
func checkbox(n *html.Node) *html.Node {
	sign := "☐ "
	for _, a := range n.Attr {
		if a.Key == "checked" {
			sign = "☑ "
		}
	}
	return &html.Node{Type: html.TextNode, Data: sign}
}

// standIn puts a note in the place of a video or a sound, which WeChat would leave out without a word, and the video's
// still picture before it where it is one of ours.
func (p *prepared) standIn(parent, n *html.Node, look look) {
	words := map[string]string{"video": "此处有视频，请点“阅读原文”观看", "audio": "此处有音频，请点“阅读原文”收听"}[n.Data]
	if words == "" {
		return
	}
	poster := attr(n.Attr, "poster")
	if _, theirs := wechatPicture(poster); theirs || pictureID(poster) != "" {
		img := element("img")
		setAttr(img, "src", poster)
		setAttr(img, "alt", "")
		if style := styleOf("img", nil, look); style != "" {
			setAttr(img, "style", style)
		}
		p.images = append(p.images, img)
		parent.InsertBefore(img, n)
	}
	note := element("span")
	if look != bare {
		setAttr(note, "style", "color:#888")
	}
	note.AppendChild(&html.Node{Type: html.TextNode, Data: "（" + words + "）"})
	parent.InsertBefore(note, n)
}

// lift moves the lists that an entry holds behind it: WeChat shows a list within an entry with an empty bullet.
func lift(li *html.Node) {
	after := li.NextSibling
	for inner := li.FirstChild; inner != nil; {
		next := inner.NextSibling
		if inner.Type == html.ElementNode && (inner.Data == "ul" || inner.Data == "ol") {
			li.RemoveChild(inner)
			li.Parent.InsertBefore(inner, after)
		}
		inner = next
	}
}

// breakLines writes the line ends and leading spaces of preformatted text into it, since its white space is not kept.
func breakLines(n *html.Node) {
	for inner := n.FirstChild; inner != nil; {
		next := inner.NextSibling
		if inner.Type != html.TextNode {
			breakLines(inner)
			inner = next
			continue
		}
		for i, line := range strings.Split(inner.Data, "\n") {
			if i > 0 {
				n.InsertBefore(element("br"), inner)
			}
			words := strings.TrimLeft(line, " \t")
			indent := strings.ReplaceAll(line[:len(line)-len(words)], "\t", "    ")
			if line = strings.ReplaceAll(indent, " ", "\u00a0") + words; line != "" {
				n.InsertBefore(&html.Node{Type: html.TextNode, Data: line}, inner)
			}
		}
		n.RemoveChild(inner)
		inner = next
	}
}

// dress gives an element its final attributes; false when only what it holds may stay.
func (p *prepared) dress(n *html.Node, look look) bool {
	if !keptTags[n.Data] || n.Namespace != "" {
		return false
	}
	old := n.Attr
	n.Attr = nil
	switch n.Data {
	case "a":
		return p.link(n, attr(old, "href"), look)
	case "img":
		p.images = append(p.images, n)
		setAttr(n, "src", attr(old, "src"))
		setAttr(n, "alt", oneLine(attr(old, "alt"))) // empty says that the picture only decorates
	case "td", "th":
		copyNumber(n, old, "colspan")
		copyNumber(n, old, "rowspan")
	case "ol":
		copyNumber(n, old, "start")
	case "table":
		if look != themed {
			setAttr(n, "border", "1")
		}
	}
	if style := styleOf(n.Data, old, look); style != "" {
		setAttr(n, "style", style)
	}
	return true
}

// styleOf joins the theme's style of an element with what the text itself asks for, which wins by standing last.
func styleOf(tag string, old []html.Attribute, look look) string {
	if look == bare {
		return ""
	}
	var parts []string
	if base := theme[tag]; base != "" && !(look == brief && (tag == "td" || tag == "th")) {
		parts = append(parts, base)
	}
	if width := attr(old, "width"); tag == "img" && isNumber(width) {
		parts = append(parts, "width:"+width+"px")
	}
	if align := strings.ToLower(attr(old, "align")); slices.Contains([]string{"left", "center", "right", "justify"}, align) {
		parts = append(parts, "text-align:"+align)
	}
	for declaration := range strings.SplitSeq(attr(old, "style"), ";") {
		name, value, found := strings.Cut(declaration, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if found && keptProperties[name] && harmless(value) {
			parts = append(parts, name+":"+value)
		}
	}
	return strings.Join(parts, ";")
}

// harmless reports whether a style's value is made of plain words and figures: no address, no variable, no escape.
func harmless(value string) bool {
	if value == "" || len(value) > 60 {
		return false
	}
	for _, r := range value {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" #%.,-()!", r)) {
			return false
		}
	}
	lower := strings.ToLower(value)
	return !strings.Contains(lower, "url") && !strings.Contains(lower, "var") && !strings.Contains(lower, "expression")
}

// link keeps a link to an article on WeChat and makes a footnote of any other, whose address readers cannot touch.
func (p *prepared) link(n *html.Node, href string, look look) bool {
	u, err := url.Parse(strings.TrimSpace(href))
	switch {
	case err != nil || href == "":
		return false
	case u.Scheme == "" && u.Host == "":
		p.anchors++ // "#chapter" or an address within the site it was written for: dead at WeChat
		return false
	case isArticle(u) && look != bare:
		u.Scheme = "https"
		setAttr(n, "href", u.String())
		return true
	}
	shown := u.String()
	switch u.Scheme {
	case "http", "https":
	case "mailto", "tel":
		shown = u.Opaque
	default:
		return false
	}
	if strings.TrimSpace(textOf(n)) == shown || shown == "" {
		return false // the text says it already
	}
	number := slices.Index(p.links, shown) + 1
	if number == 0 {
		p.links = append(p.links, shown)
		number = len(p.links)
	}
	mark := element("sup")
	mark.AppendChild(&html.Node{Type: html.TextNode, Data: "[" + strconv.Itoa(number) + "]"})
	n.AppendChild(mark)
	return false
}

// isArticle reports whether a link goes to a published article, the only kind that works in a text.
func isArticle(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Hostname(), "mp.weixin.qq.com") &&
		(u.Path == "/s" || strings.HasPrefix(u.Path, "/s/"))
}

// footnotes lists the addresses of the links that could not stay.
func (p *prepared) footnotes(look look) {
	for i, address := range p.links {
		p.note("["+strconv.Itoa(i+1)+"] "+address, look)
	}
}

func (p *prepared) note(text string, look look) {
	n := element("p")
	if look != bare {
		setAttr(n, "style", noteStyle)
	}
	n.AppendChild(&html.Node{Type: html.TextNode, Data: text})
	p.root.AppendChild(n)
}

// address gives every picture its final address. Pictures for which there is none are returned; the text must not go out
// while any is left.
func (p *prepared) address(final func(src string) (string, bool)) (foreign []string) {
	for _, n := range p.images {
		src := attr(n.Attr, "src")
		to, ok := final(src)
		if !ok {
			foreign = append(foreign, src)
			continue
		}
		for i := range n.Attr {
			if n.Attr[i].Key == "src" {
				n.Attr[i].Val = to
			}
		}
	}
	return foreign
}

// render writes the HTML.
func (p *prepared) render() (string, error) {
	var b strings.Builder
	if err := html.Render(&b, p.root); err != nil {
		return "", fmt.Errorf("write the HTML: %w", err)
	}
	return b.String(), nil
}

// sources returns the addresses of the pictures in order, each once.
func (p *prepared) sources() []string {
	var list []string
	for _, n := range p.images {
		if src := attr(n.Attr, "src"); !slices.Contains(list, src) {
			list = append(list, src)
		}
	}
	return list
}

// words returns the text without its markup, white space folded.
func (p *prepared) words() string { return strings.Join(strings.Fields(textOf(p.root)), " ") }

// wechatPicture returns the address of a picture that is on WeChat's own hosts already, with https; false for any other.
func wechatPicture(src string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(src))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return "", false
	}
	host := strings.ToLower(u.Host)
	if host != "mmbiz.qpic.cn" && host != "mmbiz.qlogo.cn" {
		return "", false
	}
	u.Scheme = "https"
	return u.String(), true
}

// pictureID returns the id in an address of our own, "/media/{id}"; empty when it is none.
func pictureID(src string) string {
	id, found := strings.CutPrefix(strings.TrimSpace(src), "/media/")
	if !found || strings.ContainsAny(id, "/?#") {
		return ""
	}
	return id
}

func unwrap(n *html.Node) {
	parent := n.Parent
	for inner := n.FirstChild; inner != nil; inner = n.FirstChild {
		n.RemoveChild(inner)
		parent.InsertBefore(inner, n)
	}
	parent.RemoveChild(n)
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for inner := range n.ChildNodes() {
		b.WriteString(textOf(inner))
		if inner.Type == html.ElementNode && blockTags[inner.Data] {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

var blockTags = setOf(`section p br hr blockquote ul ol li table tr th td figure figcaption pre h1 h2 h3 h4 h5 h6 caption`)

func element(tag string) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: tag, DataAtom: atom.Lookup([]byte(tag))}
}

func attr(attrs []html.Attribute, key string) string {
	for _, a := range attrs {
		if a.Namespace == "" && a.Key == key {
			return a.Val
		}
	}
	return ""
}

func setAttr(n *html.Node, key, value string) {
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

func copyNumber(n *html.Node, from []html.Attribute, key string) {
	if value := attr(from, key); isNumber(value) {
		setAttr(n, key, value)
	}
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 4 && strings.Trim(s, "0123456789") == ""
}

func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

func runes(s string) int { return utf8.RuneCountInString(s) }
