package articles

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

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
	if isCard(n) {
		c.removed[RemovedCard]++
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

// isCard says whether an element is a mini-program's card or a link to one, as WeChat's own editor writes them: they work nowhere else.
func isCard(n *html.Node) bool {
	return n.Data == "mp-miniprogram" || n.Data == "mp-common-miniprogram" ||
		slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "data-miniprogram-appid" && a.Val != "" })
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
