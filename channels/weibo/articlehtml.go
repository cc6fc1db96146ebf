package weibo

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"govmedia/channels"
)

// articleTags are the elements sent in a headline article: the small set of channels.md §1.2. Which others survive is not
// documented, so they are unwrapped, or become what comes nearest.
var articleTags = []string{"p", "br", "strong", "em", "img", "h2", "ul", "ol", "li", "blockquote", "a"}

// articleNearest says what an element becomes that is not among them.
var articleNearest = map[string]string{"b": "strong", "i": "em", "h1": "h2", "h3": "h2", "h4": "h2", "h5": "h2", "h6": "h2", "tr": "p", "caption": "p",
	"figcaption": "p", "pre": "p", "dt": "p", "dd": "p"}

// articleDropped are the elements that go with all they hold.
var articleDropped = []string{"script", "style", "iframe", "video", "audio", "object", "embed", "svg", "math", "form", "input", "button", "select",
	"textarea", "template", "noscript", "head", "title", "link", "meta"}

// articleBody is the content of a headline article, and what readers will miss of the signed text, in Chinese sentences. pictureURL
// gives the public address of a picture of the message; one that the message does not carry fails the delivery.
func articleBody(message channels.Message, pictureURL func(channels.Picture) string) (content string, missed []string, failure *channels.PlatformError) {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(message.Body), context)
	if err != nil {
		return "", nil, problem(channels.Defect, "body_unread", "正文读不出来，没有发出，请联系系统开发人员").Because(err)
	}
	w := &articleWriter{message: message, pictureURL: pictureURL}
	for _, n := range nodes {
		w.write(n)
	}
	if w.lost {
		return "", nil, problem(channels.Content, "picture_missing", "正文引用的一张图片不在稿件里，没有发出。请重新插入图片后送审")
	}
	if w.flattened {
		missed = append(missed, "表格在头条文章里会变成一行行文字。")
	}
	if w.dropped {
		missed = append(missed, "头条文章不带音视频和其他嵌入内容。")
	}
	if message.Source != "" {
		w.b.WriteString("<p>来源：" + html.EscapeString(message.Source) + "</p>")
	}
	return w.b.String(), missed, nil
}

// articleWriter writes the nodes of a body in the small set.
type articleWriter struct {
	b          strings.Builder
	message    channels.Message
	pictureURL func(channels.Picture) string
	lost       bool // a picture is not in the message
	flattened  bool
	dropped    bool
}

func (w *articleWriter) write(n *html.Node) {
	if n.Type == html.TextNode {
		w.b.WriteString(html.EscapeString(n.Data))
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	name := n.Data
	switch {
	case slices.Contains(articleDropped, name):
		w.dropped = true
		return
	case name == "img":
		w.image(n)
		return
	case name == "br":
		w.b.WriteString("<br>")
		return
	case name == "td" || name == "th":
		w.children(n)
		w.b.WriteString(" ")
		return
	}
	w.flattened = w.flattened || name == "table"
	if nearest := articleNearest[name]; nearest != "" {
		name = nearest
	}
	if !slices.Contains(articleTags, name) || name == "a" && href(n) == "" {
		w.children(n)
		return
	}
	w.b.WriteString("<" + name)
	if name == "a" {
		w.b.WriteString(` href="` + html.EscapeString(href(n)) + `"`)
	}
	w.b.WriteString(">")
	w.children(n)
	w.b.WriteString("</" + name + ">")
}

func (w *articleWriter) children(n *html.Node) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		w.write(child)
	}
}

// image writes a picture of the message with its public address; one of another site is left out, for the signed text vouches for
// none.
func (w *articleWriter) image(n *html.Node) {
	id, ours := strings.CutPrefix(attribute(n, "src"), "/media/")
	if !ours {
		w.dropped = true
		return
	}
	picture, ok := w.message.Pictures.ByID(id)
	if !ok {
		w.lost = true
		return
	}
	w.b.WriteString(`<img src="` + html.EscapeString(w.pictureURL(picture)) + `">`)
}

// href is the address of a link that leads to a web page, empty for any other.
func href(n *html.Node) string {
	address := attribute(n, "href")
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return address
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// percent encodes a value the way the article interface wants it inside its field: everything but letters, digits and -_.~, a space
// as %20 (channels.md §1.2).
func percent(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }
