package articles

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// LinkRef is one kept link.
type LinkRef struct {
	URL  string
	Text string
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
