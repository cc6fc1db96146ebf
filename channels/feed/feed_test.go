package feed_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"govmedia/channels/dates"
	"govmedia/channels/feed"
)

// rss is a feed with one item for each date.
func rss(shown ...string) string {
	var items strings.Builder
	for i, date := range shown {
		fmt.Fprintf(&items, "<item><title>第%d条</title><link>/art/%d.html</link><guid>g%d</guid><pubDate>%s</pubDate></item>", i, i, i, date)
	}
	return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>示范区要闻</title>` + items.String() + `</channel></rss>`
}

func at(i feed.Item) string {
	if !i.OK {
		return "none"
	}
	if i.At.Day {
		return i.At.Time.Format(time.DateOnly)
	}
	return i.At.Time.In(dates.Beijing).Format("2006-01-02 15:04")
}

func TestDatesAreBeijingsWhereNoZoneIsNamed(t *testing.T) {
	shown := []string{"2026-11-20 09:30:00", "2026-11-20", "Fri, 20 Nov 2026 09:30:00 CST", "2026/11/20 09:30", "2026年11月20日", "Fri, 20 Nov 2026 01:30:00 GMT",
		"北京时间 2026-11-20 09:30", "昨天", "", "2026-02-30"}
	got, err := feed.Parse([]byte(rss(shown...)), "", "https://www.example.gov.cn/rss.xml")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2026-11-20 09:30", "2026-11-20", "2026-11-20 09:30", "2026-11-20 09:30", "2026-11-20", "2026-11-20 09:30", "2026-11-20 09:30", "none", "none", "none"}
	for i, item := range got.Items {
		if at(item) != want[i] || item.Shown != shown[i] {
			t.Errorf("item %d: %q read as %s (kept %q), want %s", i, shown[i], at(item), item.Shown, want[i])
		}
		if item.URL != fmt.Sprintf("https://www.example.gov.cn/art/%d.html", i) || item.Key != fmt.Sprintf("g%d", i) {
			t.Errorf("item %d: address %q, key %q", i, item.URL, item.Key)
		}
	}
}

func TestAtomAndJSONFeedsWithTombstones(t *testing.T) {
	atom := `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>要闻</title>
<at:deleted-entry ref="urn:2" when="2026-11-20T10:00:00+08:00"/>
<entry><id>urn:1</id><title>甲</title><link href="https://a.example.gov.cn/1"/><published>2026-11-20T09:30:00+08:00</published><updated>2026-11-21T09:30:00+08:00</updated></entry></feed>`
	got, err := feed.Parse([]byte(atom), "application/atom+xml", "https://a.example.gov.cn/feed")
	if err != nil || len(got.Items) != 1 || at(got.Items[0]) != "2026-11-20 09:30" {
		t.Fatalf("Atom = %+v, %v, want the entry by its publication", got, err)
	}
	if len(got.Removed) != 1 || got.Removed[0].Key != "urn:2" || !got.Removed[0].OK {
		t.Errorf("tombstones = %+v, want urn:2", got.Removed)
	}
	json := `{"version":"https://jsonfeed.org/version/1.1","title":"要闻","items":[{"id":7,"url":"/7","external_url":"https://we.example.gov.cn/p/0123456789abcdef",
"title":"乙","content_text":"正文","date_published":"2026-11-20T09:30:00+08:00"}],"_gov":{"retracted":[{"id":"6","at":"2026-11-20T10:00:00+08:00"}]}}`
	got, err = feed.Parse([]byte(json), "application/feed+json", "https://a.example.gov.cn/feed.json")
	if err != nil || len(got.Items) != 1 || got.Items[0].Key != "7" || at(got.Items[0]) != "2026-11-20 09:30" {
		t.Fatalf("JSON Feed = %+v, %v, want one item with the id 7", got, err)
	}
	if !strings.Contains(got.Items[0].Words, "we.example.gov.cn/p/0123456789abcdef") || len(got.Removed) != 1 || got.Removed[0].Key != "6" {
		t.Errorf("JSON Feed: words %q, removed %+v", got.Items[0].Words, got.Removed)
	}
}

func TestGBKFeeds(t *testing.T) {
	encode := func(text string) []byte {
		raw, err := simplifiedchinese.GBK.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(raw)
	}
	for name, body := range map[string]struct {
		body []byte
		kind string
	}{
		"declared":      {encode(strings.Replace(rss("2026-11-20"), "UTF-8", "GB2312", 1)), "text/xml"},
		"in the header": {encode(strings.Replace(rss("2026-11-20"), ` encoding="UTF-8"`, "", 1)), "text/xml; charset=gbk"},
		"nowhere":       {encode(strings.Replace(rss("2026-11-20"), ` encoding="UTF-8"`, "", 1)), ""},
	} {
		got, err := feed.Parse(body.body, body.kind, "https://www.example.gov.cn/")
		if err != nil || got.Title != "示范区要闻" || len(got.Items) != 1 || got.Items[0].Title != "第0条" {
			t.Errorf("GBK %s = %+v, %v, want the title read", name, got, err)
		}
	}
}

func TestHostileFeedsEndInOneError(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>` +
		`<rss version="2.0"><channel><title>&c;</title><item><title>&c;&c;</title><link>https://a.example.cn/1</link></item></channel></rss>`
	got, err := feed.Parse([]byte(bomb), "", "https://a.example.cn/")
	if err != nil && !errors.Is(err, feed.ErrNoFeed) || len(got.Title) > 100 {
		t.Errorf("entity bomb: title of %d bytes, %v, want nothing expanded", len(got.Title), err)
	}
	external := `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>&x;</title></channel></rss>`
	secret, _ := os.ReadFile("/etc/passwd")
	if got, _ := feed.Parse([]byte(external), "", "https://a.example.cn/"); len(secret) > 0 && strings.Contains(got.Title, string(secret[:4])) {
		t.Error("an external entity was read")
	}
	for name, body := range map[string]string{
		"nothing": "", "a page": "<html><body>412</body></html>", "cut": rss("2026-11-20")[:150], "JSON that is no feed": `{"a":1}`, "an array": `[1,2]`,
		"binary": "\x1f\x8b\x08\x00garbage", "too deep": "<rss><channel>" + strings.Repeat("<a>", 300_000), "null": "null",
	} {
		if got, err := feed.Parse([]byte(body), "", "https://a.example.cn/"); err != nil && !errors.Is(err, feed.ErrNoFeed) || err == nil && len(got.Items) > 0 {
			t.Errorf("%s: Parse = %+v, %v, want ErrNoFeed", name, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(rss("2026-11-20 09:30", "CST")), "text/xml")
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>a</title><updated>2026-11-20T09:30:00Z</updated></entry></feed>`), "application/atom+xml")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"a","date_published":"2026-11-20"}],"_gov":{"retracted":[{"id":1}]}}`), "application/json")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		got, err := feed.Parse(body, kind, "https://www.example.gov.cn/feed")
		if err != nil {
			if !errors.Is(err, feed.ErrNoFeed) {
				t.Errorf("Parse = %v, want ErrNoFeed", err)
			}
			return
		}
		for _, item := range got.Items {
			if item.Key == "" || item.URL != "" && !strings.HasPrefix(item.URL, "http") {
				t.Errorf("item %+v has no key, or an address that nobody should open", item)
			}
		}
	})
}
