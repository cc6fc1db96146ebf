package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// appFeedLength is how many items a feed holds.
const appFeedLength = 50

// appFeed writes the visible items, newest first, in one format.
type appFeed func(app *appBackend, items []*appItem, home string, now time.Time) (contentType string, body []byte)

var appFeeds = map[string]appFeed{"/feed.json": jsonFeed, "/feed.atom": atomFeed, "/feed.rss": rssFeed}

// feed answers one of the feeds, 304 when the reader has it.
func (app *appBackend) feed(c *call, home string, write appFeed) answer {
	items := []*appItem{}
	changed := time.Time{}
	for _, it := range slices.Backward(app.Items) {
		if it.Changed.After(changed) {
			changed = it.Changed
		}
		if it.visible(c.now) && len(items) < appFeedLength {
			items = append(items, it)
		}
	}
	kind, body := write(app, items, home, c.now)
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	header := map[string]string{"ETag": tag}
	if !changed.IsZero() {
		header["Last-Modified"] = changed.UTC().Format(http.TimeFormat)
	}
	if c.r.Header.Get("If-None-Match") == tag {
		return misbehave(app.FeedMode, c, answer{status: http.StatusNotModified, header: header})
	}
	return misbehave(app.FeedMode, c, answer{status: http.StatusOK, contentType: kind, header: header, body: body})
}

func jsonFeed(app *appBackend, items []*appItem, home string, now time.Time) (string, []byte) {
	out := []map[string]any{}
	for _, it := range items {
		shown := map[string]any{}
		for name, value := range it.Item {
			shown[name] = value
		}
		shown["url"] = itemAddress(it, home)
		out = append(out, shown)
	}
	retracted := []map[string]any{}
	for _, it := range app.Items {
		if it.Retracted && now.Sub(it.RetractedAt) < 90*24*time.Hour {
			retracted = append(retracted, map[string]any{"id": it.ID, "at": it.RetractedAt.In(beijing).Format(time.RFC3339)})
		}
	}
	return "application/feed+json", encode(map[string]any{
		"version": "https://jsonfeed.org/version/1.1", "title": app.title(), "home_page_url": home,
		"feed_url": home + "/feed.json", "language": "zh-CN", "items": out, "_gov": map[string]any{"retracted": retracted},
	})
}

func (app *appBackend) title() string { return orElse(app.Title, app.Name) }

func itemAddress(it *appItem, home string) string { return home + "/articles/" + url.PathEscape(it.ID) }

func (it *appItem) text(name string) string {
	text, _ := it.Item[name].(string)
	return text
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr,omitempty"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Link      atomLink `xml:"link"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Summary   string   `xml:"summary,omitempty"`
	Content   atomText `xml:"content"`
}

func atomFeed(app *appBackend, items []*appItem, home string, _ time.Time) (string, []byte) {
	feed := struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Links   []atomLink  `xml:"link"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Entries []atomEntry `xml:"entry"`
	}{ID: home, Title: app.title(), Author: app.title(), Links: []atomLink{{Href: home}, {Href: home + "/feed.atom", Rel: "self"}}}
	feed.Updated = time.Unix(0, 0).In(beijing).Format(time.RFC3339)
	for i, it := range items {
		if i == 0 {
			feed.Updated = it.Changed.In(beijing).Format(time.RFC3339)
		}
		feed.Entries = append(feed.Entries, atomEntry{
			ID: it.ID, Title: it.text("title"), Link: atomLink{Href: itemAddress(it, home)}, Summary: it.text("summary"),
			Published: it.VisibleFrom.In(beijing).Format(time.RFC3339), Updated: it.Changed.In(beijing).Format(time.RFC3339),
			Content: atomText{Type: "html", Text: it.text("content_html")},
		})
	}
	return "application/atom+xml; charset=utf-8", asXML(feed)
}

type rssItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	GUID        string `xml:"guid"`
	PubDate     string `xml:"pubDate"`
	Description string `xml:"description"`
}

func rssFeed(app *appBackend, items []*appItem, home string, _ time.Time) (string, []byte) {
	feed := struct {
		XMLName     xml.Name  `xml:"rss"`
		Version     string    `xml:"version,attr"`
		Title       string    `xml:"channel>title"`
		Link        string    `xml:"channel>link"`
		Description string    `xml:"channel>description"`
		Language    string    `xml:"channel>language"`
		Items       []rssItem `xml:"channel>item"`
	}{Version: "2.0", Title: app.title(), Link: home, Description: app.title(), Language: "zh-cn"}
	for _, it := range items {
		feed.Items = append(feed.Items, rssItem{
			Title: it.text("title"), Link: itemAddress(it, home), GUID: it.ID,
			PubDate: it.VisibleFrom.In(beijing).Format(time.RFC1123Z), Description: it.text("content_html"),
		})
	}
	return "application/rss+xml; charset=utf-8", asXML(feed)
}

func asXML(v any) []byte {
	body, err := xml.Marshal(v)
	if err != nil {
		panic("sandbox: feed cannot be encoded: " + err.Error()) // our own types only
	}
	return append([]byte(xml.Header), body...)
}
