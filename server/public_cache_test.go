package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
)

// What anybody may read is kept by caches: each address has a tag and a date, answers 304 to whoever has what it would send,
// and sends again what has changed, also where only something left a list.
func TestPublicListsAreKeptByCachesUntilTheyChange(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		account := town.accountNamed("清源镇发布（演示微博）")
		n := town.publishedNotice(account, "关于关停的公告", "正文。")
		town.give(account, "https://weibo.com/u/1234567890", "")
		addresses := []string{"/notices", "/notices?standing=1", "/notices/rss.xml", "/notices/feed.json", "/notices/" + n.ID, "/directory", "/directory?platform=weibo",
			"/directory.json", "/directory/" + account, "/directory/" + account + "/home-qr", "/check", "/check.json?address=weibo.com", "/sitemap.xml", "/robots.txt", "/public/site.css"}
		dates := map[string]string{}
		for _, address := range addresses {
			first, body := town.read(address)
			tag, date := first.Header.Get("Etag"), first.Header.Get("Last-Modified")
			if first.StatusCode != http.StatusOK || tag == "" || date == "" || !strings.HasPrefix(first.Header.Get("Cache-Control"), "public, max-age=") || body == "" {
				t.Errorf("GET %s = %d with tag %q, date %q, %q", address, first.StatusCode, tag, date, first.Header.Get("Cache-Control"))
			}
			for _, header := range [][]string{{"If-None-Match", tag}, {"If-Modified-Since", date}} {
				if again, body := town.read(address, header...); again.StatusCode != http.StatusNotModified || body != "" {
					t.Errorf("GET %s with %v = %d and %d bytes, want 304", address, header, again.StatusCode, len(body))
				}
			}
			dates[address] = date
		}
		town.signIn("guanli").do(http.MethodPost, "/api/notices/"+n.ID+"/void", map[string]any{"version": n.Version, "reason": "写错"}, http.StatusOK, &n)
		for _, address := range []string{"/notices", "/notices?standing=1", "/notices/rss.xml", "/notices/feed.json", "/sitemap.xml", "/directory/" + account} {
			if again, body := town.read(address, "If-Modified-Since", dates[address]); again.StatusCode != http.StatusOK || strings.Contains(body, "关于关停的公告") {
				t.Errorf("GET %s after the notice left it = %d, want it anew", address, again.StatusCode)
			}
		}
		if gone, _ := town.read("/notices/"+n.ID, "If-Modified-Since", dates["/notices/"+n.ID]); gone.StatusCode != http.StatusGone || gone.Header.Get("Cache-Control") != keepPage {
			t.Errorf("the notice that was taken back = %d, %q", gone.StatusCode, gone.Header.Get("Cache-Control"))
		}
	})
}

// The date of an address moves with its bytes, is never that of an older version, and the memory stays bounded.
func TestADateIsNeverThatOfAnOlderVersion(t *testing.T) {
	var s sightings
	at := time.Date(2026, 11, 22, 9, 0, 0, 400_000_000, time.UTC)
	second := at.Truncate(time.Second)
	for _, c := range []struct {
		what, tag string
		now, want time.Time
	}{
		{"at first", "a", at, second},
		{"later, the same", "a", at.Add(time.Hour), second},
		{"another", "b", at.Add(2 * time.Hour), second.Add(2 * time.Hour)},
		{"another within the second", "c", at.Add(2 * time.Hour), time.Time{}},
		{"that one a second later", "c", at.Add(2*time.Hour + time.Second), second.Add(2*time.Hour + time.Second)},
	} {
		if got := s.since("/notices", c.tag, c.now); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
	if got := s.since("/"+strings.Repeat("x", longestSighting), "a", at); !got.IsZero() {
		t.Errorf("an address that is too long has the date %v", got)
	}
	for i := range 2*mostSightings + 7 {
		s.since("/notices?q="+strings.Repeat("x", i%50)+time.Duration(i).String(), "a", at)
	}
	if len(s.seen) > mostSightings {
		t.Errorf("%d addresses are remembered, want at most %d", len(s.seen), mostSightings)
	}
}

// A notice that was let go before the last day that was chosen for it says when it really ended.
func TestTheTermOfANotice(t *testing.T) {
	day := func(text string) *sql.Time {
		at, err := time.ParseInLocation(minuteForm, text, sql.Beijing)
		if err != nil {
			t.Fatal(err)
		}
		return sql.FromStd(at).Ptr()
	}
	from, last := day("2026-03-02 09:00"), day("2026-03-31 00:00")
	for _, c := range []struct {
		what   string
		notice accounts.ShownNotice
		want   string
	}{
		{"until it is taken down", accounts.ShownNotice{}, "2026-03-02 起"},
		{"at least", accounts.ShownNotice{UntilAt: day("2026-03-24 00:00")}, "2026-03-02 起，至少到 2026-03-23"},
		{"pending", accounts.ShownNotice{Pending: true}, "2026-03-02 起，结束日待日历确认"},
		{"with a last day", accounts.ShownNotice{LastOn: last, UntilAt: day("2026-03-24 00:00")}, "2026-03-02 至 2026-03-31"},
		{"ended after its last day", accounts.ShownNotice{LastOn: last, EndedAt: day("2026-04-01 00:05")}, "2026-03-02 至 2026-03-31"},
		{"ended on its last day", accounts.ShownNotice{LastOn: last, EndedAt: day("2026-03-31 08:00")}, "2026-03-02 至 2026-03-31"},
		{"ended before its last day", accounts.ShownNotice{LastOn: last, EndedAt: day("2026-03-26 08:00")}, "2026-03-02 至 2026-03-26"},
		{"standing elsewhere first", accounts.ShownNotice{FromAt: day("2026-03-01 09:00"), EndedAt: day("2026-03-26 08:00")}, "2026-03-01 至 2026-03-26"},
	} {
		c.notice.PublishedAt = *from
		if got := noticeTerm(c.notice); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
