package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"govmedia/channels/sandbox"
)

func TestPortal(t *testing.T) {
	s, err := sandbox.New(sandbox.Config{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	portal := sandbox.Portal{Name: "town", Title: "清源镇", SiteCode: "5001520001", GBK: true, Robots: "User-agent: *\nDisallow: /x/", Columns: []sandbox.PortalColumn{{Path: "gzdt",
		Title: "工作动态", Articles: []sandbox.PortalArticle{{ID: "1", Title: "防汛", Day: "20261120", ListDate: "2026-11-20", PubDate: "2026-11-20 09:30", LastMod: "2026-11-20", Style: "reversed"}}}}}
	s.AddPortal(portal)
	get := func(path, etag string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/portal/town"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if etag != "" {
			req.Header.Set("If-None-Match", etag)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	for path, want := range map[string]string{"/robots.txt": "Disallow: /x/", "/": "工作动态", "/gzdt/": "t20261120_1.html", "/gzdt/t20261120_1.html": `<meta content="2026-11-20 09:30" name="PubDate">`,
		"/sitemap.xml": "<lastmod>2026-11-20</lastmod>", "/rss.xml": "<pubDate>2026-11-20 09:30</pubDate>", "/atom.xml": "<published>2026-11-20 09:30</published>",
		"/feed.json": `"date_published":"2026-11-20 09:30"`} {
		resp, body := get(path, "")
		text, err := simplifiedchinese.GBK.NewDecoder().String(body)
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(body, want) && !strings.Contains(text, want) {
			t.Errorf("%s: %d %q, want %q", path, resp.StatusCode, text, want)
		}
	}
	resp, _ := get("/rss.xml", "")
	if again, _ := get("/rss.xml", resp.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same feed again: %d, want 304", again.StatusCode)
	}
	portal.Mode = "challenge"
	s.AddPortal(portal)
	if resp, body := get("/gzdt/", ""); resp.StatusCode != http.StatusPreconditionFailed || !strings.Contains(body, "document.cookie") {
		t.Errorf("a gate: %d", resp.StatusCode)
	}
	portal.Mode, portal.FeedMode = "", sandbox.FeedBusy
	s.AddPortal(portal)
	if resp, _ := get("/rss.xml", ""); resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a busy feed: %d", resp.StatusCode)
	}
	if resp, _ := get("/nothing", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("no such page: %d", resp.StatusCode)
	}
	if calls := s.Journal(sandbox.Filter{Platform: sandbox.Portals, Account: "town"}); len(calls) < 10 {
		t.Errorf("%d calls in the journal", len(calls))
	}
}
