package articles

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits of one article's HTML. They bound the work of the parser, not the length of an article: a printed page of
// Chinese text with markup is about 10 kB.
const (
	MaxHTML       = 2 << 20 // bytes, of the input and of the output alike
	maxElements   = 50_000  // start tags
	maxAttributes = 100     // of one tag; the parser compares attributes pairwise
	maxReopened   = 500_000 // formatting elements the parser would have to open again in later blocks
	maxDepth      = 40      // nested elements in the output; deeper ones are unwrapped
	maxAlt        = 200     // characters of a picture's description
	maxRepairs    = 5       // passes until the output is the same twice
)

// Cleaned is an article's HTML as it may be stored, shown and sent, with what had to be done to make it so.
type Cleaned struct {
	HTML       string     // canonical: Clean of it returns it unchanged
	Removed    []Removal  // what was taken out, most frequent kinds of danger first; nil when nothing was
	Images     []ImageRef // every picture in the order of the text, also those that could not be kept
	Links      []LinkRef  // every kept link in the order of the text
	Characters int        // characters without spaces, as Word counts 字符数（不计空格）
}

// Removal says what kind of thing was taken out, how often, and in a sentence for the editor.
type Removal struct {
	What     RemovalKind `json:"what"`
	Count    int         `json:"count"`
	Sentence string      `json:"sentence"` // Chinese: what was taken out and why it does no harm, or what to do
}

// RemovalKind names what Clean takes out.
type RemovalKind string

// The kinds of removal, from the dangerous to the merely untidy.
const (
	RemovedScript    RemovalKind = "script"    // script elements
	RemovedHandler   RemovalKind = "handler"   // on… attributes
	RemovedLink      RemovalKind = "link"      // hrefs other than http, https and mailto; the words stay
	RemovedFrame     RemovalKind = "frame"     // iframe, frame
	RemovedForm      RemovalKind = "form"      // input, button, select, textarea
	RemovedSVG       RemovalKind = "svg"       // svg and math
	RemovedMedia     RemovalKind = "media"     // video, audio, object, embed
	RemovedCSS       RemovalKind = "css"       // url(), expression() and the like in a style
	RemovedHidden    RemovalKind = "hidden"    // text that the author could not see
	RemovedPicture   RemovalKind = "picture"   // pictures whose bytes are not at an address we can keep
	RemovedStyle     RemovalKind = "style"     // style sheets
	RemovedInvisible RemovalKind = "invisible" // control characters and direction overrides in the text
	RemovedFormat    RemovalKind = "format"    // class, id and styles outside the list
	RemovedNesting   RemovalKind = "nesting"   // markup too broken to repair; the words stay
)

var removalSentences = []struct {
	kind   RemovalKind
	format string
}{
	{RemovedScript, "删去了 %d 段脚本。"},
	{RemovedHandler, "删去了 %d 处点击、加载时自动执行的代码。"},
	{RemovedLink, "去掉了 %d 个不安全或无效的链接，文字保留；链接只能是网页地址或邮箱。"},
	{RemovedFrame, "删去了 %d 个嵌入的网页框。"},
	{RemovedForm, "删去了 %d 个表单控件（输入框、按钮等）。"},
	{RemovedSVG, "删去了 %d 个矢量图或公式，请改用 PNG 或 JPG 图片。"},
	{RemovedMedia, "删去了 %d 个音视频或插件。"},
	{RemovedCSS, "删去了 %d 处可能执行代码或引用外部资源的样式。"},
	{RemovedHidden, "删去了 %d 处隐藏的内容。"},
	{RemovedPicture, "有 %d 张图片没能带进来，请重新上传后插入。"},
	{RemovedStyle, "删去了 %d 段样式表。"},
	{RemovedInvisible, "删去了 %d 个不可见的控制字符。"},
	{RemovedFormat, "清除了 %d 处多余的格式。"},
	{RemovedNesting, "有 %d 处排版代码损坏，已转为纯文字段落。"},
}

// ImageKind says where a picture's bytes are.
type ImageKind string

// The kinds of picture address.
const (
	ImageMedia   ImageKind = "media"   // ours: /media/{id}; kept
	ImageForeign ImageKind = "foreign" // http(s) elsewhere; kept, must be fetched or replaced before submitting
	ImageData    ImageKind = "data"    // data:image/png, jpeg, gif or webp; taken out, to be uploaded
	ImageFile    ImageKind = "file"    // file:/// on the author's computer; taken out
	ImageBlob    ImageKind = "blob"    // blob: in the author's browser; taken out
)

// ImageRef is one picture of the input.
type ImageRef struct {
	Src     string // the address as it was, a whole data: URL included
	Kind    ImageKind
	MediaID string // of kind media, else empty
	Alt     string
}

// LinkRef is one kept link.
type LinkRef struct {
	URL  string
	Text string
}

// Clean turns any HTML into what an article may contain: broken nesting is repaired, what is not on the list is removed
// and reported. Clean(Clean(x).HTML) returns the same HTML. Errors: ErrHTMLTooLarge, ErrHTMLTooComplex.
func Clean(source string) (Cleaned, error) { return CleanReplacing(source, nil) }

// CleanReplacing is Clean with a chance to bring pictures in: replace is asked once for each picture that is not ours,
// in the order of the text, and returns the address to put in its place (/media/{id}), or "" to treat it as Clean does.
// The pictures in the answer are those after replacing.
func CleanReplacing(source string, replace func(ImageRef) (src string)) (Cleaned, error) {
	c := &cleaner{replace: replace, removed: map[RemovalKind]int{}}
	out, err := c.pass(source)
	if err != nil {
		return Cleaned{}, err
	}
	if out, err = c.settle(out); err != nil {
		return Cleaned{}, err
	}
	return Cleaned{HTML: out, Removed: c.report(), Images: c.images, Links: c.links, Characters: countCharacters(out)}, nil
}

// settle repeats the pass until its output is its input. Parsing what was rendered from a repaired tree can repair it
// further; what has not come to rest after a few passes becomes plain paragraphs, which always do.
func (c *cleaner) settle(out string) (string, error) {
	for range maxRepairs {
		again := &cleaner{removed: map[RemovalKind]int{}}
		next, err := again.pass(out)
		if err != nil || next == out {
			return out, err
		}
		out = next
	}
	c.removed[RemovedNesting]++
	var b strings.Builder
	for line := range strings.Lines(PlainText(out)) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString("<p>" + html.EscapeString(line) + "</p>")
		}
	}
	return (&cleaner{removed: map[RemovalKind]int{}}).pass(b.String())
}

// cleaner is one pass over one text.
type cleaner struct {
	replace func(ImageRef) string
	removed map[RemovalKind]int
	images  []ImageRef
	links   []LinkRef
}

func (c *cleaner) report() []Removal {
	var out []Removal
	for _, s := range removalSentences {
		if n := c.removed[s.kind]; n > 0 {
			out = append(out, Removal{s.kind, n, fmt.Sprintf(s.format, n)})
		}
	}
	return out
}

// pass parses, copies what is allowed into a new tree, and sends the result through bluemonday as a second,
// independent fence. bluemonday neither closes tags nor canonicalises, so its output is parsed and rendered once more.
func (c *cleaner) pass(source string) (string, error) {
	nodes, err := parseHTML(source)
	if err != nil {
		return "", err
	}
	root := element(atom.Div)
	for _, n := range nodes {
		c.copy(root, n, 0)
	}
	wrapInline(root)
	fenced, err := parseHTML(fence.Sanitize(renderChildren(root)))
	if err != nil {
		return "", err
	}
	final := element(atom.Div)
	for _, n := range fenced {
		final.AppendChild(n)
	}
	out := renderChildren(final)
	if len(out) > MaxHTML {
		return "", ErrHTMLTooLarge
	}
	return out, nil
}

func parseHTML(source string) ([]*html.Node, error) {
	if err := checkSize(source); err != nil {
		return nil, err
	}
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return nil, ErrHTMLTooComplex.Because(err) // the parser's only error on a string: more than 512 open elements
	}
	for _, n := range nodes {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
	return nodes, nil
}

// formatting lists the elements that the HTML standard opens again in each block until they are closed: a short text
// can so unfold into millions of nodes.
var formatting = map[atom.Atom]bool{atom.A: true, atom.B: true, atom.Big: true, atom.Code: true, atom.Em: true,
	atom.Font: true, atom.I: true, atom.Nobr: true, atom.S: true, atom.Small: true, atom.Strike: true,
	atom.Strong: true, atom.Tt: true, atom.U: true}

// checkSize refuses, in one linear look at the tags, what would cost the parser more than its length.
func checkSize(source string) error {
	if len(source) > MaxHTML {
		return ErrHTMLTooLarge
	}
	open, total, elements, reopened := map[atom.Atom]int{}, 0, 0, 0
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			for n := 0; more; n++ {
				if n == maxAttributes {
					return ErrHTMLTooComplex
				}
				_, _, more = z.TagAttr()
			}
			tag := atom.Lookup(name)
			if formatting[tag] {
				open[tag]++
				total++
			} else {
				reopened += min(total, 512)
			}
			if elements++; elements > maxElements || reopened > maxReopened {
				return ErrHTMLTooComplex
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if tag := atom.Lookup(name); open[tag] > 0 {
				open[tag]--
				total--
			}
		}
	}
}

// kept lists the elements that stay as they are.
var kept = atoms("h1 h2 h3 h4 h5 h6 p br hr blockquote section ul ol li table thead tbody tr th td figure figcaption " +
	"img a strong b em i u s del sub sup span pre")

// renamed lists elements that become another one of the same sense.
var renamed = map[atom.Atom]atom.Atom{atom.Strike: atom.S, atom.Ins: atom.U, atom.Font: atom.Span, atom.Menu: atom.Ul,
	atom.Dir: atom.Ul, atom.Tfoot: atom.Tbody, atom.Mark: atom.Span, atom.Cite: atom.Em, atom.Dfn: atom.Em}

// boxes lists elements that become a paragraph when they hold only words, and a section when they hold blocks.
var boxes = atoms("div article main header footer aside nav address center dl dt dd details summary fieldset legend " +
	"form hgroup caption li figcaption body html")

// dropped lists the elements that go with everything in them.
var dropped = map[atom.Atom]RemovalKind{
	atom.Script: RemovedScript, atom.Noscript: RemovedScript, atom.Template: RemovedScript,
	atom.Style: RemovedStyle, atom.Link: RemovedStyle,
	atom.Iframe: RemovedFrame, atom.Frame: RemovedFrame, atom.Frameset: RemovedFrame, atom.Noframes: RemovedFrame,
	atom.Input: RemovedForm, atom.Button: RemovedForm, atom.Select: RemovedForm, atom.Textarea: RemovedForm,
	atom.Datalist: RemovedForm, atom.Option: RemovedForm, atom.Optgroup: RemovedForm, atom.Isindex: RemovedForm,
	atom.Keygen: RemovedForm, atom.Output: RemovedForm, atom.Progress: RemovedForm, atom.Meter: RemovedForm,
	atom.Svg: RemovedSVG, atom.Math: RemovedSVG,
	atom.Video: RemovedMedia, atom.Audio: RemovedMedia, atom.Object: RemovedMedia, atom.Embed: RemovedMedia,
	atom.Applet: RemovedMedia, atom.Canvas: RemovedMedia, atom.Noembed: RemovedMedia, atom.Param: RemovedMedia,
	atom.Dialog: RemovedHidden, atom.Rp: RemovedFormat,
	atom.Title: RemovedFormat, atom.Meta: RemovedFormat, atom.Base: RemovedFormat, atom.Xmp: RemovedScript,
	atom.Plaintext: RemovedScript, atom.Source: RemovedFormat, atom.Track: RemovedFormat, atom.Area: RemovedFormat,
	atom.Col: RemovedFormat, atom.Colgroup: RemovedFormat, atom.Wbr: RemovedFormat, atom.Bgsound: RemovedMedia,
}

var blocks = atoms("h1 h2 h3 h4 h5 h6 p hr blockquote section ul ol li table thead tbody tr th td figure figcaption pre")

var voids = atoms("br hr img")

func atoms(names string) map[atom.Atom]bool {
	set := map[atom.Atom]bool{}
	for name := range strings.FieldsSeq(names) {
		set[atom.Lookup([]byte(name))] = true
	}
	return set
}

func element(tag atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: tag.String(), DataAtom: tag}
}

// copy appends to dst what is allowed of n. Comments, doctypes and Word's conditional sections fall away here.
func (c *cleaner) copy(dst, n *html.Node, depth int) {
	switch n.Type {
	case html.TextNode:
		c.text(dst, n.Data)
	case html.ElementNode:
		c.element(dst, n, depth)
	}
}

func (c *cleaner) children(dst, n *html.Node, depth int) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		c.copy(dst, child, depth)
	}
}

// spaceless lists the elements in which white space between the children means nothing.
var spaceless = atoms("table thead tbody tr ul ol")

func (c *cleaner) text(dst *html.Node, text string) {
	text, n := visible(text)
	c.removed[RemovedInvisible] += n
	if text == "" || spaceless[dst.DataAtom] && strings.Trim(text, " \t\r\n\f") == "" {
		return
	}
	dst.AppendChild(&html.Node{Type: html.TextNode, Data: text})
}

// visible drops the characters a reader cannot see and an attacker can use: controls, direction overrides, zero-width
// marks. The zero-width joiner stays, emoji are built with it. It returns how many were dropped.
func visible(s string) (string, int) {
	n := 0
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200B, r == 0x2060,
			r == 0xFEFF, r == 0xFFFE, r == 0xFFFF, r == 0x200E, r == 0x200F:
			n++
			return -1
		}
		return r
	}, s)
	return s, n
}

func (c *cleaner) element(dst, n *html.Node, depth int) {
	if n.Namespace != "" {
		c.removed[RemovedSVG]++
		return
	}
	if kind, ok := dropped[n.DataAtom]; ok {
		c.removed[kind]++
		return
	}
	if hidden(n) {
		c.removed[RemovedHidden]++
		return
	}
	tag := n.DataAtom
	if to, ok := renamed[tag]; ok {
		tag = to
	}
	box := boxes[tag] && !allowedIn(dst, tag)
	switch {
	case tag == atom.Img:
		c.countAttributes(n)
		c.image(dst, n)
	case depth >= maxDepth && !voids[tag]:
		c.flatten(dst, n, depth, blocks[tag] || box)
	case tag == atom.Caption && dst.DataAtom == atom.Table && dst.Parent != nil:
		c.caption(dst, n, depth)
	case box:
		c.box(dst, n, depth)
	case kept[tag]:
		c.keep(dst, n, tag, depth)
	default:
		c.countAttributes(n)
		c.children(dst, n, depth)
	}
}

// flatten keeps the words of an element nested too deep, and where a block ended a line break.
func (c *cleaner) flatten(dst, n *html.Node, depth int, block bool) {
	c.children(dst, n, depth)
	if last := dst.LastChild; block && last != nil && last.DataAtom != atom.Br && !spaceless[dst.DataAtom] {
		dst.AppendChild(element(atom.Br))
	}
}

// emphases lists the elements that say nothing more the second time.
var emphases = atoms("b strong i em u s del")

func repeats(dst *html.Node, tag atom.Atom) bool {
	for n := dst; emphases[tag] && n != nil; n = n.Parent {
		if n.DataAtom == tag {
			return true
		}
	}
	return false
}

// allowedIn says whether a list item or a caption stands where it may keep its name.
func allowedIn(dst *html.Node, tag atom.Atom) bool {
	switch tag {
	case atom.Li:
		return dst.DataAtom == atom.Ul || dst.DataAtom == atom.Ol
	case atom.Figcaption:
		return dst.DataAtom == atom.Figure
	}
	return false
}

func (c *cleaner) keep(dst, n *html.Node, tag atom.Atom, depth int) {
	out := element(tag)
	out.Attr = c.attributes(n, tag)
	if len(out.Attr) == 0 && (tag == atom.A || tag == atom.Span || repeats(dst, tag)) {
		c.children(dst, n, depth)
		return
	}
	dst.AppendChild(out)
	if voids[tag] {
		return
	}
	c.children(out, n, depth+1)
	if out.FirstChild == nil && tag != atom.Td && tag != atom.Th {
		dst.RemoveChild(out)
		return
	}
	if tag == atom.A {
		c.links = append(c.links, LinkRef{URL: out.Attr[0].Val, Text: strings.TrimSpace(textOf(out))})
	}
}

func (c *cleaner) box(dst, n *html.Node, depth int) {
	out := element(atom.Section)
	out.Attr = c.attributes(n, atom.P)
	dst.AppendChild(out)
	c.children(out, n, depth+1)
	switch {
	case strings.TrimSpace(textOf(out)) == "" && !has(out, voids):
		dst.RemoveChild(out)
	case !has(out, blocks):
		out.DataAtom, out.Data = atom.P, "p"
	}
}

// caption moves a table's caption before the table: no channel keeps the element.
func (c *cleaner) caption(table, n *html.Node, depth int) {
	holder := element(atom.Div)
	c.box(holder, n, depth)
	if p := holder.FirstChild; p != nil {
		holder.RemoveChild(p)
		table.Parent.InsertBefore(p, table)
	}
}

func has(n *html.Node, set map[atom.Atom]bool) bool {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && set[d.DataAtom] {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// wrapInline puts the words that stand bare at the top level into paragraphs, and drops the white space between blocks.
func wrapInline(root *html.Node) {
	var p *html.Node
	for n := root.FirstChild; n != nil; {
		next := n.NextSibling
		switch {
		case n.Type == html.ElementNode && (blocks[n.DataAtom] || has(n, blocks)):
			p = nil
		case p == nil && n.Type == html.TextNode && strings.Trim(n.Data, " \t\r\n\f") == "":
			root.RemoveChild(n)
		default:
			if p == nil {
				p = element(atom.P)
				root.InsertBefore(p, n)
			}
			root.RemoveChild(n)
			p.AppendChild(n)
		}
		n = next
	}
}

func renderChildren(root *html.Node) string {
	var b strings.Builder
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if err := html.Render(&b, n); err != nil {
			// Render fails on a writer's error and on a raw-text element with children; the builder has none and the
			// tree holds no such element.
			panic(err)
		}
	}
	return b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val
		}
	}
	return ""
}

var hiddenStyle = regexp.MustCompile(`(?i)(^|[;\s])(display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|mso-hide\s*:\s*all)\b`)

// hidden reports content its author never saw, such as Word's field codes; showing it would publish it.
func hidden(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "style" && hiddenStyle.MatchString(a.Val) {
			return true
		}
	}
	return false
}

// knownAttributes lists the attributes that are read somewhere and so are no loss of format when they fall away.
var knownAttributes = map[string]bool{"style": true, "src": true, "href": true, "alt": true, "width": true, "height": true,
	"colspan": true, "rowspan": true, "start": true, "type": true, "align": true, "valign": true, "bgcolor": true,
	"color": true, "face": true, "size": true, "rel": true, "target": true, "lang": true, "data-src": true, "title": true}

func (c *cleaner) countAttributes(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"):
			c.removed[RemovedHandler]++
		case !knownAttributes[a.Key]:
			c.removed[RemovedFormat]++
		}
	}
}

// attributes returns what the element tag may carry of n's attributes, in a fixed order.
func (c *cleaner) attributes(n *html.Node, tag atom.Atom) []html.Attribute {
	c.countAttributes(n)
	var out []html.Attribute
	add := func(key, val string) {
		if val != "" {
			out = append(out, html.Attribute{Key: key, Val: val})
		}
	}
	switch tag {
	case atom.A:
		href := c.href(n)
		if href == "" {
			return nil
		}
		add("href", href)
		add("rel", linkRel)
	case atom.Td, atom.Th:
		add("colspan", cellSpan(attr(n, "colspan")))
		add("rowspan", cellSpan(attr(n, "rowspan")))
	case atom.Ol:
		if start, err := strconv.Atoi(strings.TrimSpace(attr(n, "start"))); err == nil && start != 1 && start >= 0 && start <= 9999 {
			add("start", strconv.Itoa(start))
		}
		if t := attr(n, "type"); slices.Contains([]string{"a", "A", "i", "I"}, t) {
			add("type", t)
		}
	case atom.Br, atom.Hr:
		return nil
	}
	add("style", c.style(n, tag))
	return out
}

const linkRel = "noopener noreferrer nofollow"

// cellSpan reads a colspan or rowspan, clamped to 100; 1 and nonsense come back empty.
func cellSpan(s string) string {
	s = strings.TrimLeft(strings.TrimSpace(s), "0")
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	if len(s) > 3 {
		return "100"
	}
	n, _ := strconv.Atoi(s)
	if n == 1 {
		return ""
	}
	return strconv.Itoa(min(n, 100))
}

func (c *cleaner) href(n *html.Node) string {
	raw := attr(n, "href")
	if raw == "" {
		return ""
	}
	if u := webAddress(raw); u != "" {
		return u
	}
	c.removed[RemovedLink]++
	return ""
}

// webAddress returns the canonical form of an http, https or mailto address, or "". An address with a user name in it
// (https://www.gov.cn@elsewhere) is none: it exists to deceive.
func webAddress(raw string) string {
	raw, _ = visible(strings.TrimSpace(raw))
	if strings.HasPrefix(raw, "//") {
		raw = "https:" + raw
	}
	if len(raw) > 2000 || strings.ContainsAny(raw, " \t\r\n\\\"'<>`") {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" || u.User != nil || u.Opaque != "" {
			return ""
		}
	case "mailto":
		if !strings.Contains(u.Opaque, "@") {
			return ""
		}
	default:
		return ""
	}
	return u.String()
}

var mediaPath = regexp.MustCompile(`^/media/([0-9a-z]{16})$`)

// MediaID returns the id in the address of one of our own pictures, or "" for any other address.
func MediaID(src string) string {
	if m := mediaPath.FindStringSubmatch(src); m != nil {
		return m[1]
	}
	return ""
}

// MediaSrc is the address at which an article shows the picture of that id.
func MediaSrc(id string) string { return "/media/" + id }

var dataPicture = regexp.MustCompile(`(?i)^data:image/(png|jpe?g|gif|webp)[;,]`)

// imageRef says where a picture's bytes are; ok is false for an address that is none of the kinds.
func imageRef(src string) (ref ImageRef, ok bool) {
	src = strings.TrimSpace(src)
	lower := strings.ToLower(src[:min(len(src), 8)])
	switch {
	case MediaID(src) != "":
		return ImageRef{Src: src, Kind: ImageMedia, MediaID: MediaID(src)}, true
	case dataPicture.MatchString(src):
		return ImageRef{Src: src, Kind: ImageData}, true
	case strings.HasPrefix(lower, "file:"):
		return ImageRef{Src: src, Kind: ImageFile}, true
	case strings.HasPrefix(lower, "blob:"):
		return ImageRef{Src: src, Kind: ImageBlob}, true
	}
	if u := webAddress(src); strings.HasPrefix(u, "http") {
		return ImageRef{Src: u, Kind: ImageForeign}, true
	}
	return ImageRef{}, false
}

// image keeps a picture of ours and one on the web, and reports all. A page that loads its pictures late has the real
// address in data-src; WeChat's own articles do.
func (c *cleaner) image(dst, n *html.Node) {
	ref, ok := imageRef(attr(n, "src"))
	if late, lateOK := imageRef(attr(n, "data-src")); lateOK && late.Kind == ImageForeign && (!ok || ref.Kind == ImageData) {
		ref, ok = late, true
	}
	if !ok {
		c.removed[RemovedPicture]++
		return
	}
	alt, _ := visible(strings.Join(strings.Fields(attr(n, "alt")), " "))
	ref.Alt = firstRunes(alt, maxAlt)
	if c.replace != nil && ref.Kind != ImageMedia {
		if put, putOK := imageRef(c.replace(ref)); putOK {
			put.Alt = ref.Alt
			ref = put
		}
	}
	c.images = append(c.images, ref)
	if ref.Kind != ImageMedia && ref.Kind != ImageForeign {
		c.removed[RemovedPicture]++
		return
	}
	out := element(atom.Img)
	out.Attr = []html.Attribute{{Key: "src", Val: ref.Src}, {Key: "alt", Val: ref.Alt}}
	for _, key := range []string{"width", "height"} {
		if px := pixels(attr(n, key)); px != "" {
			out.Attr = append(out.Attr, html.Attribute{Key: key, Val: px})
		}
	}
	if style := c.style(n, atom.Img); style != "" {
		out.Attr = append(out.Attr, html.Attribute{Key: "style", Val: style})
	}
	dst.AppendChild(out)
}

// pixels reads a width or height attribute of 1 to 10,000 pixels; anything else comes back empty.
func pixels(s string) string {
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "px"), 64)
	if err != nil || !(n >= 1 && n <= 10000) {
		return ""
	}
	return strconv.Itoa(int(n))
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// fence is the second fence: the same list in bluemonday's words. What passes the copy passes it unchanged.
var fence = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	names := make([]string, 0, len(kept))
	for a := range kept {
		names = append(names, a.String())
	}
	slices.SortFunc(names, cmp.Compare)
	p.AllowElements(names...)
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile("^" + linkRel + "$")).OnElements("a")
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^(/media/[0-9a-z]{16}$|https?://)`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^[1-9]\d{0,4}$`)).OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^([2-9]|[1-9]\d|100)$`)).OnElements("td", "th")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,4}$`)).OnElements("ol")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^[aAiI]$`)).OnElements("ol")
	value := `(?:rgba?\([0-9., %]+\)|[\p{Han}A-Za-z0-9_#%.,' +-])+`
	p.AllowAttrs("style").Matching(regexp.MustCompile(`^[a-z-]+: ` + value + `(?:; [a-z-]+: ` + value + `)*$`)).Globally()
	return p
}()
