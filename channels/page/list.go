package page

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"govmedia/channels/dates"
)

// ValidSelector reports whether a text is a CSS selector that Items understands; the empty one is.
func ValidSelector(selector string) bool {
	if selector == "" {
		return true
	}
	_, err := cascadia.ParseGroup(selector)
	return err == nil && len(selector) <= 200
}

// Item is one line of a list page.
type Item struct {
	Link
	Dated Dated // the day in its address or beside it; By is empty when there is none
}

// Items returns the articles of a list page, each address once, the latest first as far as days are shown: the links that a
// CSS selector chooses (those inside what it chooses, where it chooses no links), else the links on the same site with a day
// in their address or beside them.
func (p Page) Items(selector string) []Item {
	links := p.Links
	if selector != "" {
		links = p.chosen(selector)
	}
	var items []Item
	seen := map[string]bool{}
	for _, link := range links {
		if seen[link.URL] || link.Text == "" || !p.sameSite(link.URL) || p.isItself(link.URL) {
			continue
		}
		dated := DateInURL(link.URL)
		if beside := DateInText(link.Near); beside.By != "" && (dated.By == "" || sameDay(beside.At, dated.At)) {
			if dated.By == "" {
				dated = beside
			}
		}
		if selector == "" && dated.By == "" {
			continue
		}
		seen[link.URL] = true
		items = append(items, Item{Link: link, Dated: dated})
	}
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(b.day(), a.day()) })
	return items
}

func sameDay(a, b dates.Instant) bool {
	return a.Time.In(dates.Beijing).Format("20060102") == b.Time.In(dates.Beijing).Format("20060102")
}

// day sorts items; those without a day stand where the page has them, before those with one.
func (i Item) day() int64 {
	if i.Dated.By == "" {
		return 1 << 60
	}
	return i.Dated.At.Time.Unix() / 86_400
}

func (p Page) chosen(selector string) []Link {
	group, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil
	}
	wanted := map[*html.Node]bool{}
	for _, node := range cascadia.QueryAll(p.root, group) {
		for inside := range node.Descendants() {
			if inside.DataAtom == atom.A {
				wanted[inside] = true
			}
		}
		if node.DataAtom == atom.A {
			wanted[node] = true
		}
	}
	only := Page{Tags: map[string]string{}, base: p.base}
	reader := pageReader{page: &only}
	for node := range p.root.Descendants() {
		if wanted[node] {
			reader.link(node)
		}
	}
	return only.Links
}

// sameSite reports whether an address belongs to the site of the page: its host, or one that differs by www. only.
func (p Page) sameSite(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	bare := func(host string) string { return strings.TrimPrefix(strings.ToLower(host), "www.") }
	return bare(u.Host) == bare(p.base.Host)
}

// pager is how the further pages of a list are called.
var pager = regexp.MustCompile(`(?i)/(index|list|default|node)[_-]?[0-9]*\.[a-z]+$`)

func (p Page) isItself(address string) bool {
	u, err := url.Parse(address)
	return err != nil || u.Path == p.base.Path && u.RawQuery == p.base.RawQuery || pager.MatchString(u.Path) && u.RawQuery == ""
}

// saysEmpty are the words with which a list says that nothing is in it.
var saysEmpty = regexp.MustCompile(`暂无|没有相关|没有内容|无相关|正在建设|建设中|no data`)

// SaysEmpty reports whether a page says itself that it has nothing.
func (p Page) SaysEmpty() bool { return saysEmpty.MatchString(strings.ToLower(p.Text)) }
