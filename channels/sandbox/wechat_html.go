package sandbox

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// keptTags survive in a WeChat article; practitioners' consensus, not a contract.
var keptTags = words(`section p span strong em b i u s del sup sub br hr blockquote ul ol li table thead tbody tfoot tr th
	td caption colgroup col img figure figcaption code pre h1 h2 h3 h4 h5 h6 div a font center small big mark ruby rt
	mp-miniprogram mpvideosnap iframe svg g path rect circle ellipse line polyline polygon text tspan animate animatetransform set`)

// droppedTags vanish with all they hold; any other tag vanishes and leaves what it holds.
var droppedTags = words(`style script link meta title input textarea select button embed object noscript template base
	applet frame frameset canvas audio video head foreignobject use defs image`)

// keptAttributes survive on any tag; pictures and links are treated apart.
var keptAttributes = words(`style alt title width height colspan rowspan align valign border cellpadding cellspacing
	start type color face size data-ratio data-w data-type viewbox xmlns d x y x1 y1 x2 y2 cx cy r rx ry points fill stroke
	stroke-width transform opacity attributename from to by dur begin end values keytimes repeatcount additive calcmode
	keysplines data-miniprogram-appid data-miniprogram-path data-miniprogram-nickname data-miniprogram-type
	data-miniprogram-title data-miniprogram-imageurl`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// cleanContent is what WeChat stores of an article's HTML: foreign pictures, scripts, forms, classes and ids are gone
// without a word, pictures carry data-src, links work only to published articles.
func (s *Sandbox) cleanContent(content, base string) (string, error) {
	return cleanHTML(content, cleaner{
		picture: func(src string) bool { return s.ownPicture(src, base) },
		link: func(href string) bool {
			return strings.HasPrefix(href, base+"/s/") || hostIs(href, "mp.weixin.qq.com")
		},
		srcName: "data-src",
	})
}

// cleaner is what may stay in a piece of HTML.
type cleaner struct {
	picture func(src string) bool
	link    func(href string) bool
	srcName string // the attribute in which a picture's address is kept
}

// cleanHTML keeps of content what rule lets stay. It fails when content nests too deep for the parser.
func cleanHTML(content string, rule cleaner) (string, error) {
	root, err := fragment(content)
	if err != nil {
		return "", err
	}
	rule.children(root)
	return render(root), nil
}

// fragment is content parsed as the inside of a body.
func fragment(content string) (*html.Node, error) {
	root := &html.Node{Type: html.DocumentNode}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(content), body)
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, err
}

func render(root *html.Node) string {
	var b strings.Builder
	for n := range root.ChildNodes() {
		if html.Render(&b, n) != nil {
			return ""
		}
	}
	return b.String()
}

// children cleans what a node holds.
func (rule cleaner) children(parent *html.Node) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		switch {
		case n.Type == html.TextNode:
		case n.Type != html.ElementNode || droppedTags[strings.ToLower(n.Data)] || !rule.keep(n):
			parent.RemoveChild(n)
		case !keptTags[strings.ToLower(n.Data)]:
			rule.children(n)
			for inner := n.FirstChild; inner != nil; inner = n.FirstChild {
				n.RemoveChild(inner)
				parent.InsertBefore(inner, n)
			}
			parent.RemoveChild(n)
		default:
			rule.attributes(n)
			rule.children(n)
		}
		n = next
	}
}

// keep tells whether an element may stay: a foreign picture or player may not.
func (rule cleaner) keep(n *html.Node) bool {
	switch n.Data {
	case "img":
		return rule.picture(pictureSource(n))
	case "iframe":
		return hostIs(pictureSource(n), "v.qq.com") || hostIs(pictureSource(n), "mp.weixin.qq.com")
	}
	return true
}

func (rule cleaner) attributes(n *html.Node) {
	src := pictureSource(n)
	n.Attr = slices.DeleteFunc(n.Attr, func(attr html.Attribute) bool {
		if n.Data == "a" && attr.Key == "href" {
			return !rule.link(attr.Val)
		}
		return !keptAttributes[strings.ToLower(attr.Key)]
	})
	for i := range n.Attr {
		if n.Attr[i].Key == "style" {
			n.Attr[i].Val = rule.style(n.Attr[i].Val)
		}
	}
	if n.Data == "img" || n.Data == "iframe" {
		n.Attr = append(n.Attr, html.Attribute{Key: rule.srcName, Val: src})
	}
}

// style drops the declarations WeChat does not keep.
func (rule cleaner) style(text string) string {
	kept := []string{}
	for declaration := range strings.SplitSeq(text, ";") {
		name, value, found := strings.Cut(declaration, ":")
		name, lower := strings.ToLower(strings.TrimSpace(name)), strings.ToLower(value)
		switch {
		case !found, name == "float", name == "behavior", strings.HasPrefix(name, "--"), strings.HasPrefix(name, "@"):
		case name == "position" && !strings.Contains(lower, "relative") && !strings.Contains(lower, "static"):
		case name == "display" && strings.Contains(lower, "grid"):
		case strings.Contains(lower, "var("), strings.Contains(lower, "expression("), strings.Contains(lower, "javascript:"):
		case !rule.styleURLs(value):
		default:
			kept = append(kept, name+": "+strings.TrimSpace(value)+";")
		}
	}
	return strings.Join(kept, "")
}

var styleURL = regexp.MustCompile(`(?i)url\(\s*['"]?([^'")]*)`)

// styleURLs tells whether every address in a declaration is a picture that may stay.
func (rule cleaner) styleURLs(value string) bool {
	for _, found := range styleURL.FindAllStringSubmatch(value, -1) {
		if !rule.picture(found[1]) {
			return false
		}
	}
	return true
}

// pictureSource is the address of a picture or player, from src or, as stored articles have it, data-src.
func pictureSource(n *html.Node) string {
	lazy := ""
	for _, attr := range n.Attr {
		switch attr.Key {
		case "src":
			return attr.Val
		case "data-src":
			lazy = attr.Val
		}
	}
	return lazy
}

// ownPicture tells whether WeChat would keep a picture with this address: on its own hosts, or where this sandbox
// hands pictures out. Call it with s.mu held.
func (s *Sandbox) ownPicture(src, base string) bool {
	if hostIs(src, "mmbiz.qpic.cn") || hostIs(src, "mmbiz.qlogo.cn") {
		return true
	}
	_, address, found := strings.Cut(src, "://")
	_, own, _ := strings.Cut(s.mediaURL(base), "://")
	return found && strings.HasPrefix(address, own+"/")
}

// hostIs tells whether address is http, https or scheme-less on this host.
func hostIs(address, host string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "") && strings.EqualFold(u.Hostname(), host)
}

// plainText is the text of HTML with its white space folded.
func plainText(content string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(content))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.Write(tokens.Text())
		default:
			b.WriteByte(' ')
		}
	}
}
