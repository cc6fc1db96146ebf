package main

import (
	"bytes"
	"encoding/xml"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/sql"
)

// What other programs read of the public pages: the notices as RSS 2.0 and as JSON Feed 1.1, the directory as JSON, and what
// search engines ask for.

const (
	feedTitle = "政务新媒体公告"
	feedAbout = "政务新媒体账号和政府网站开设、变更、暂停、关停的公告"
	feedSize  = 50
)

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Self        rssSelf   `xml:"atom:link"`
	Built       string    `xml:"lastBuildDate,omitempty"`
	Items       []rssItem `xml:"item"`
}

type rssSelf struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type rssItem struct {
	Title       string  `xml:"title"`
	Link        string  `xml:"link"`
	GUID        rssGUID `xml:"guid"`
	Published   string  `xml:"pubDate"`
	Creator     string  `xml:"dc:creator"`
	Category    string  `xml:"category"`
	Description string  `xml:"description"` // HTML
}

type rssGUID struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	Text      string `xml:",chardata"`
}

type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Channel rssChannel `xml:"channel"`
}

// feedNotices are the latest notices with their texts, and the cursor of those before them.
func (s *server) feedNotices(c echo.Context, after string) ([]accounts.ShownNotice, string, error) {
	return accounts.ShownNotices(c.Request().Context(), s.db, accounts.ShownFilter{After: after, PerPage: feedSize, Texts: true})
}

func (s *server) noticesRSS(c echo.Context) error {
	list, _, err := s.feedNotices(c, "")
	if err != nil {
		return err
	}
	base := s.config.PublicBase
	feed := rss{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/", Channel: rssChannel{Title: feedTitle,
		Link: base + "/notices", Description: feedAbout, Language: "zh-cn", Self: rssSelf{base + "/notices/rss.xml", "self", "application/rss+xml"}}}
	var latest sql.Time
	for _, notice := range list {
		address := base + "/notices/" + notice.ID
		latest = max(latest, notice.UpdatedAt)
		feed.Channel.Items = append(feed.Channel.Items, rssItem{Title: notice.Title, Link: address, GUID: rssGUID{true, address},
			Published: notice.PublishedAt.Std().Format(time.RFC1123Z), Creator: notice.UnitName, Category: notice.Process.Label(), Description: textHTML(notice.Body)})
	}
	if latest != 0 {
		feed.Channel.Built = latest.Std().Format(time.RFC1123Z)
	}
	var body bytes.Buffer
	body.WriteString(xml.Header)
	if err := xml.NewEncoder(&body).Encode(feed); err != nil {
		return err
	}
	return s.sendPublic(c, "application/rss+xml; charset=utf-8", keepFeed, body.Bytes())
}

// textHTML is a plain text as HTML: what looks like a tag in it stays text.
func textHTML(text string) string {
	var b strings.Builder
	for _, part := range paragraphs(text) {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(part), "\n", "<br>") + "</p>")
	}
	return b.String()
}

type jsonFeed struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	HomePageURL string     `json:"home_page_url"`
	FeedURL     string     `json:"feed_url"`
	NextURL     string     `json:"next_url,omitempty"`
	Language    string     `json:"language"`
	Items       []jsonItem `json:"items"`
}

type jsonItem struct {
	ID            string       `json:"id"`
	URL           string       `json:"url"`
	Title         string       `json:"title"`
	ContentText   string       `json:"content_text"`
	DatePublished string       `json:"date_published"`
	DateModified  string       `json:"date_modified"`
	Authors       []jsonAuthor `json:"authors"`
	Tags          []string     `json:"tags"`
	Language      string       `json:"language"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

func (s *server) noticesFeed(c echo.Context) error {
	after := c.QueryParam("after")
	list, next, err := s.feedNotices(c, after)
	if err != nil {
		return err
	}
	base := s.config.PublicBase
	feed := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: feedTitle, Description: feedAbout, HomePageURL: base + "/notices",
		FeedURL: base + "/notices/feed.json", Language: "zh-CN", Items: []jsonItem{}}
	if next != "" {
		feed.NextURL = feed.FeedURL + "?after=" + next
	}
	for _, notice := range list {
		address := base + "/notices/" + notice.ID
		feed.Items = append(feed.Items, jsonItem{ID: address, URL: address, Title: notice.Title, ContentText: notice.Body,
			DatePublished: notice.PublishedAt.Std().Format(time.RFC3339), DateModified: notice.UpdatedAt.Std().Format(time.RFC3339),
			Authors: []jsonAuthor{{notice.UnitName}}, Tags: []string{notice.Process.Label(), notice.Object.Label()}, Language: "zh-CN"})
	}
	return s.sendJSON(c, "application/feed+json; charset=utf-8", keepFeed, feed)
}

// sendJSON answers with JSON for other programs, whose pages may read it, too.
func (s *server) sendJSON(c echo.Context, contentType, caching string, value any) error {
	var body bytes.Buffer
	if err := encode(&body, value); err != nil {
		return err
	}
	c.Response().Header().Set("Access-Control-Allow-Origin", "*") // nothing here depends on who asks
	return s.sendPublic(c, contentType, caching, body.Bytes())
}

// publicEntry is an account in the directory for other programs. Times are days; an empty text means that it is not known.
type publicEntry struct {
	ID               string `json:"id"`
	URL              string `json:"url"`
	UnitID           string `json:"unit_id"`
	Unit             string `json:"unit"`
	Platform         string `json:"platform"`
	PlatformLabel    string `json:"platform_label"`
	Kind             string `json:"kind"`
	KindLabel        string `json:"kind_label"`
	Name             string `json:"name"`
	HomeURL          string `json:"home_url"`
	QRURL            string `json:"qr_url"`   // empty of a closed account
	QRLabel          string `json:"qr_label"` // 二维码 of the platform, or 主页二维码
	State            string `json:"state"`
	StateLabel       string `json:"state_label"`
	ClosedOn         string `json:"closed_on"`
	GoneTo           string `json:"gone_to"`
	CertifiedSubject string `json:"certified_subject"`
	OpenedOn         string `json:"opened_on"`
	SiteCode         string `json:"site_code"`
	ICP              string `json:"icp"`
	PoliceFiling     string `json:"police_filing"`
	Description      string `json:"description"`
}

func (s *server) publicEntry(e accounts.Entry) publicEntry {
	entry := publicEntry{ID: e.ID, URL: s.config.PublicBase + "/directory/" + e.ID, UnitID: e.UnitID, Unit: e.UnitName, Platform: string(e.Platform),
		PlatformLabel: e.Platform.Label(), Kind: string(e.Kind), KindLabel: e.Kind.Label(), Name: e.Name, HomeURL: e.HomeURL, State: string(e.State),
		StateLabel: e.State.Label(), ClosedOn: dayText(e.ClosedAt), GoneTo: e.GoneTo, CertifiedSubject: e.CertifiedSubject, OpenedOn: dayText(e.OpenedOn),
		SiteCode: e.SiteCode, ICP: e.ICP, PoliceFiling: e.PoliceFiling, Description: e.Description}
	if address, label := qrOf(e); address != "" {
		entry.QRURL, entry.QRLabel = s.config.PublicBase+address, label
	}
	return entry
}

func (s *server) directoryJSON(c echo.Context) error {
	filter := directoryFilter(c)
	filter.PerPage = 100
	if text := c.QueryParam("per_page"); text != "" {
		size, err := strconv.Atoi(text)
		if err != nil || size < 1 || size > 100 {
			return accounts.ErrFilterInvalid.On("per_page")
		}
		filter.PerPage = size
	}
	list, next, err := accounts.Directory(c.Request().Context(), s.db, filter)
	if err != nil {
		return err
	}
	answer := struct {
		Items   []publicEntry `json:"items"`
		NextURL string        `json:"next_url"` // empty on the last page
	}{Items: []publicEntry{}}
	if next != "" {
		answer.NextURL = s.config.PublicBase + nextAddress(c, next)
	}
	for _, entry := range list {
		answer.Items = append(answer.Items, s.publicEntry(entry))
	}
	return s.sendJSON(c, echo.MIMEApplicationJSON, keepPage, answer)
}

// robots lets search engines read what is public and nothing else.
func (s *server) robots(c echo.Context) error {
	text := "User-agent: *\nAllow: /notices\nAllow: /directory\nAllow: /check$\nAllow: /p/\nAllow: /public/\nDisallow: /\n\nSitemap: " +
		s.config.PublicBase + "/sitemap.xml\n"
	return s.sendPublic(c, echo.MIMETextPlainCharsetUTF8, keepFeed, []byte(text))
}

type siteMap struct {
	XMLName xml.Name      `xml:"urlset"`
	Space   string        `xml:"xmlns,attr"`
	Pages   []siteMapPage `xml:"url"`
}

type siteMapPage struct {
	Address  string `xml:"loc"`
	Modified string `xml:"lastmod,omitempty"`
}

// mostMapped bounds the notices that the site map lists, the latest first.
const mostMapped = 1000

func (s *server) sitemap(c echo.Context) error {
	base := s.config.PublicBase
	pages := siteMap{Space: "http://www.sitemaps.org/schemas/sitemap/0.9", Pages: []siteMapPage{{Address: base + "/notices"}, {Address: base + "/directory"},
		{Address: base + "/check"}}}
	for after, more := "", true; more && len(pages.Pages) < mostMapped; {
		list, next, err := accounts.ShownNotices(c.Request().Context(), s.db, accounts.ShownFilter{After: after, PerPage: 100})
		if err != nil {
			return err
		}
		for _, notice := range list {
			pages.Pages = append(pages.Pages, siteMapPage{base + "/notices/" + notice.ID, notice.UpdatedAt.Std().Format(time.RFC3339)})
		}
		after, more = next, next != ""
	}
	var body bytes.Buffer
	body.WriteString(xml.Header)
	if err := xml.NewEncoder(&body).Encode(pages); err != nil {
		return err
	}
	return s.sendPublic(c, "application/xml; charset=utf-8", keepFeed, body.Bytes())
}
