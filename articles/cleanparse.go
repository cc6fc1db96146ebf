package articles

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

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
