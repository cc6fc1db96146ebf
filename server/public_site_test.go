package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// noticeAnswer is as much of a notice's answer as these tests look at.
type noticeAnswer struct {
	ID         string   `json:"id"`
	Version    int64    `json:"version"`
	SHA256     string   `json:"sha256"`
	Title      string   `json:"title"`
	Body       string   `json:"body"`
	State      string   `json:"state"`
	EarliestOn string   `json:"earliest_on"`
	Address    string   `json:"address"`
	Actions    []string `json:"actions"`
	Places     []struct {
		ID, Name, URL, Failure string
		CheckedAt              *int64 `json:"checked_at"`
	} `json:"places"`
}

// publishedNotice drafts a notice about an account as the officer, has the deputy sign it and publishes it.
func (town *town) publishedNotice(accountID, title, body string) noticeAnswer {
	town.t.Helper()
	officer, deputy := town.signIn("xinxi"), town.signIn("fenguan")
	var n noticeAnswer
	officer.do(http.MethodPost, "/api/notices", map[string]any{"account_id": accountID, "process": "shut", "title": title, "body": body}, http.StatusOK, &n)
	deputy.do(http.MethodPost, "/api/notices/"+n.ID+"/sign", map[string]any{"version": n.Version, "sha256": n.SHA256}, http.StatusOK, &n)
	officer.do(http.MethodPost, "/api/notices/"+n.ID+"/publish", map[string]any{"version": n.Version}, http.StatusOK, &n)
	return n
}

func (town *town) accountNamed(part string) string {
	town.t.Helper()
	var page struct {
		Items []struct{ ID, Name string } `json:"items"`
	}
	town.signIn("xinxi").do(http.MethodGet, "/api/accounts?per_page=100", nil, http.StatusOK, &page)
	for _, account := range page.Items {
		if strings.Contains(account.Name, part) {
			return account.ID
		}
	}
	town.t.Fatalf("no account named %s among %d", part, len(page.Items))
	return ""
}

// read opens a public address as somebody who is not signed in.
func (town *town) read(address string, header ...string) (*http.Response, string) {
	town.t.Helper()
	if !strings.HasPrefix(address, "http") {
		address = town.base + address
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		town.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		town.t.Fatalf("GET %s: %v", address, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		town.t.Fatalf("GET %s: %v", address, err)
	}
	return response, string(body)
}

// A notice goes from a draft to a lasting public address, with both feeds, and is refused when it is taken down early.
func TestANoticeIsReadByEverybodyAtItsLastingAddress(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		account := town.accountNamed("清源镇发布（演示微博）")
		const body = "因<b>机构改革</b>，经研究。\n\n<script>alert(1)</script>\n\n特此公告。"
		n := town.publishedNotice(account, "关于关停“清源镇发布”的公告 & 说明", body)
		if n.State != "standing" || n.Address != "/notices/"+n.ID || n.EarliestOn == "" || slices.Contains(n.Actions, "end") {
			t.Errorf("the published notice = %+v", n)
		}
		page, text := town.read(n.Address)
		for _, part := range []string{"关于关停“清源镇发布”的公告 &amp; 说明", "&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;b&gt;机构改革", "潼南 2022 第9条", "公告中", n.EarliestOn, "/directory/" + account} {
			if !strings.Contains(text, part) {
				t.Errorf("the page lacks %q:\n%s", part, text)
			}
		}
		if strings.Contains(text, "<script") || strings.Contains(text, "<b>") {
			t.Error("the text's HTML became the page's")
		}
		policy := page.Header.Get("Content-Security-Policy")
		if page.StatusCode != http.StatusOK || !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || page.Header.Get("Cache-Control") != "public, max-age=60" ||
			page.Header.Get("Last-Modified") == "" || page.Header.Get("Set-Cookie") != "" {
			t.Errorf("the page's headers = %d %v", page.StatusCode, page.Header)
		}
		if again, _ := town.read(n.Address, "If-None-Match", page.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("the page asked for with its tag = %d, want 304", again.StatusCode)
		}
		town.checkFeeds(n, body)
		officer := town.signIn("xinxi")
		early := officer.refuse(http.MethodPost, "/api/notices/"+n.ID+"/end", map[string]any{"version": n.Version, "reason": "不想挂了"}, http.StatusConflict, "notice.early")
		if early.Citation != "潼南 2022 第9条" || !strings.Contains(early.Detail, n.EarliestOn) {
			t.Errorf("ending early = %+v, want the clause and %s", early, n.EarliestOn)
		}
		day := officer.refuse(http.MethodPost, "/api/notices/"+n.ID+"/last-day", map[string]any{"version": n.Version, "last_on": "2026-01-01"}, http.StatusUnprocessableEntity,
			"notice.last_day_early")
		if len(day.Errors) != 1 || day.Errors[0].Location != "last_on" {
			t.Errorf("a last day in the past = %+v, want the field named", day)
		}
		town.signIn("guanli").do(http.MethodPost, "/api/notices/"+n.ID+"/void", map[string]any{"version": n.Version, "reason": "账号名称写错"}, http.StatusOK, &n)
		gone, text := town.read("/notices/" + n.ID)
		if gone.StatusCode != http.StatusGone || !strings.Contains(text, "作废") || strings.Contains(text, "机构改革") || strings.Contains(text, "账号名称写错") {
			t.Errorf("the voided notice = %d\n%s", gone.StatusCode, text)
		}
		if missing, text := town.read("/notices/nothing"); missing.StatusCode != http.StatusNotFound || !strings.Contains(text, "没有这份公告") || !strings.Contains(text, "<h1>") {
			t.Errorf("a notice that is none = %d\n%s", missing.StatusCode, text)
		}
	})
}

// checkFeeds looks for a notice in both feeds.
func (town *town) checkFeeds(n noticeAnswer, body string) {
	town.t.Helper()
	response, text := town.read("/notices/rss.xml")
	var rss struct {
		Version string `xml:"version,attr"`
		Channel struct {
			Title, Link, Description, Language string
			Items                              []struct {
				Title, Link, PubDate, Description string
				GUID                              struct {
					Permanent bool   `xml:"isPermaLink,attr"`
					Text      string `xml:",chardata"`
				} `xml:"guid"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	raw := regexp.MustCompile(`<(/?)(title|link|description|language|pubDate)>`).ReplaceAllStringFunc(text, func(tag string) string {
		at := strings.IndexFunc(tag, func(r rune) bool { return r >= 'a' && r <= 'z' })
		return tag[:at] + strings.ToUpper(tag[at:at+1]) + tag[at+1:]
	})
	if err := xml.Unmarshal([]byte(raw), &rss); err != nil || rss.Version != "2.0" || len(rss.Channel.Items) != 1 {
		town.t.Fatalf("the RSS feed = %v\n%s", err, text)
	}
	item := rss.Channel.Items[0]
	if item.Title != n.Title || item.GUID.Text != town.base+n.Address || !item.GUID.Permanent || item.Link != item.GUID.Text || item.PubDate == "" ||
		!strings.Contains(item.Description, "&lt;script&gt;") || strings.Contains(item.Description, "<script") || response.Header.Get("Etag") == "" {
		town.t.Errorf("the item of the RSS feed = %+v, %v", item, response.Header)
	}
	_, text = town.read("/notices/feed.json")
	var feed struct {
		Version     string `json:"version"`
		Title       string `json:"title"`
		HomePageURL string `json:"home_page_url"`
		Items       []struct {
			ID          string `json:"id"`
			URL         string `json:"url"`
			ContentText string `json:"content_text"`
			Published   string `json:"date_published"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(text), &feed); err != nil || feed.Version != "https://jsonfeed.org/version/1.1" || feed.Title == "" || len(feed.Items) != 1 ||
		feed.Items[0].ContentText != body || feed.Items[0].URL != town.base+n.Address || feed.Items[0].ID == "" || feed.Items[0].Published == "" {
		town.t.Errorf("the JSON feed = %v\n%s", err, text)
	}
}

// An address that leads into an inner network is never recorded as a place, and one that answers is looked at by the chore.
func TestPlacesOfANoticeGoThroughTheGuard(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		n := town.publishedNotice(town.accountNamed("清源镇发布（演示微博）"), "公告", "正文。")
		officer := town.signIn("xinxi")
		for _, address := range []string{"http://10.1.2.3/notice", "https://192.168.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/",
			"http://2130706433/", "https://user:secret@www.example.gov.cn/"} {
			problem := officer.refuse(http.MethodPost, "/api/notices/"+n.ID+"/places", map[string]any{"version": n.Version, "place": "own_site", "url": address},
				http.StatusUnprocessableEntity, "egress.address_refused")
			if len(problem.Errors) != 1 || problem.Errors[0].Location != "url" {
				t.Errorf("%s: %+v, want the field named", address, problem)
			}
		}
		for place, address := range map[string]string{"own_site": town.stand.URL + "/", "other": town.stand.URL + "/no/such/page"} {
			officer.do(http.MethodPost, "/api/notices/"+n.ID+"/places", map[string]any{"version": n.Version, "place": place, "name": "公开栏", "url": address}, http.StatusOK, &n)
		}
		town.wait("both places to be looked at", func() bool {
			officer.do(http.MethodGet, "/api/notices/"+n.ID, nil, http.StatusOK, &n)
			return len(n.Places) == 2 && n.Places[0].CheckedAt != nil && n.Places[1].CheckedAt != nil
		})
		for _, place := range n.Places {
			if strings.HasSuffix(place.URL, "/no/such/page") != (place.Failure != "") {
				t.Errorf("the look at %s = %q", place.URL, place.Failure)
			}
		}
	})
}

// planted is what stands in the register and must never be read by the public.
const planted = "私密埋点"

// plant writes a private value into every field of the register that is not public, and more of them around it.
func (town *town) plant(public noticeAnswer) []string {
	town.t.Helper()
	db, err := sql.Open(town.t.Context(), town.config.DSN)
	if err != nil {
		town.t.Fatal(err)
	}
	defer db.Close()
	library, err := rules.Builtin()
	if err != nil {
		town.t.Fatal(err)
	}
	book := rules.NewBook(library)
	var secrets []string
	secret := func() string {
		secrets = append(secrets, fmt.Sprintf("%s%03d", planted, len(secrets)))
		return secrets[len(secrets)-1]
	}
	ids, err := sql.List[string](town.t.Context(), db, "account.after", sql.Args{"after_id": "", "path": "", "limit": 100})
	if err != nil || len(ids) < 5 {
		town.t.Fatalf("list the accounts: %d, %v", len(ids), err)
	}
	fields := 0
	for _, id := range ids {
		record, err := accounts.RecordOf(town.t.Context(), db, units.System, id)
		if err != nil {
			town.t.Fatal(err)
		}
		for _, field := range accounts.Fields() {
			if field.Public || field.Fixed || field.Key || !field.Has(record.Kind) {
				continue
			}
			values := map[accounts.FieldKind]string{accounts.TextField: secret(), accounts.ContactField: secret() + " 13900000000"}
			if values[field.Kind] == "" {
				continue
			}
			value := values[field.Kind]
			if field.Most > 0 && len([]rune(value)) > field.Most {
				town.t.Fatalf("the field %s is too short for a planted value", field.Name)
			}
			record, err = accounts.SaveRecord(town.t.Context(), db, book, units.System, id, record.Version, map[string]string{field.Name: value})
			if err != nil {
				town.t.Fatalf("plant %s of %s: %v", field.Name, id, err)
			}
			if !strings.Contains(record.Text(field.Name), planted) {
				town.t.Fatalf("%s of %s = %q after planting", field.Name, id, record.Text(field.Name))
			}
			fields++
		}
	}
	if fields < 50 {
		town.t.Fatalf("only %d private fields were planted", fields)
	}
	// An account that is being applied for, a notice that is only a draft, and a reason for an end.
	officer := town.signIn("xinxi")
	admin := town.signIn("guanli")
	admin.do(http.MethodPost, "/api/accounts", map[string]any{"unit_id": unitOf(officer), "platform": "douyin", "kind": "douyin", "name": secret(), "mode": "manual", "state": "applying"},
		http.StatusOK, nil)
	officer.do(http.MethodPost, "/api/notices", map[string]any{"unit_id": unitOf(officer), "process": "change", "object": "new_media", "title": secret(), "body": secret()}, http.StatusOK, nil)
	admin.do(http.MethodPost, "/api/notices/"+public.ID+"/void", map[string]any{"version": public.Version, "reason": secret()}, http.StatusOK, nil)
	return secrets
}

// Nothing that is not public of the register is in any answer that the public gets: every public route is read, and every
// page is walked on from.
func TestThePublicReadsNothingPrivate(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		standing := town.publishedNotice(town.accountNamed("清源镇发布（演示微博）"), "关于关停的公告", "正文。")
		voided := town.publishedNotice(town.accountNamed("清源镇便民服务"), "写错了的公告", "写错了的正文。")
		secrets := town.plant(voided)
		seen := map[string]bool{}
		queue := []string{"/notices", "/notices?standing=1", "/notices?q=公告", "/notices/rss.xml", "/notices/feed.json", "/notices/" + voided.ID, "/directory", "/directory.json", "/directory?q=清源",
			"/directory?q=" + planted, "/directory.json?q=" + planted, "/directory?state=closed", "/check", "/check?address=" + url.QueryEscape("@清源镇发布（演示微博）"), "/check.json?address=" + planted,
			"/check?address=" + planted, "/sitemap.xml", "/robots.txt", "/public/site.css"}
		for len(queue) > 0 {
			address := queue[0]
			queue = queue[1:]
			if seen[address] {
				continue
			}
			seen[address] = true
			response, body := town.read(address)
			if response.StatusCode >= http.StatusInternalServerError {
				t.Errorf("GET %s = %d", address, response.StatusCode)
			}
			town.checkPrivate(address, body, secrets)
			for _, link := range linksOf(body) {
				if link = strings.TrimPrefix(link, town.base); strings.HasPrefix(link, "/") {
					queue = append(queue, link)
				}
			}
		}
		if !seen["/notices/"+standing.ID] || len(seen) < 30 {
			t.Errorf("the walk saw %d addresses: %v", len(seen), seen)
		}
	})
}

// checkPrivate looks for what must not stand in an answer. What the reader asked for may be repeated in the form.
func (town *town) checkPrivate(address, body string, secrets []string) {
	town.t.Helper()
	for _, secret := range append(slices.Clone(secrets), "13900000000", "水分管", "credentials", "settings", "signed_", "created_by", "contacts", "phone", "external_id") {
		if strings.Contains(body, secret) {
			town.t.Errorf("GET %s tells the public %q", address, secret)
		}
	}
}

// linksOf finds the addresses in a page, a feed or JSON.
func linksOf(body string) []string {
	var links []string
	if node, err := html.Parse(strings.NewReader(body)); err == nil {
		for n := range node.Descendants() {
			for _, attribute := range n.Attr {
				if attribute.Key == "href" || attribute.Key == "src" {
					links = append(links, attribute.Val)
				}
			}
		}
	}
	for _, found := range regexp.MustCompile(`(?:"|<loc>|<link>)(https?://[^"<]+)`).FindAllStringSubmatch(body, -1) {
		links = append(links, html.UnescapeString(found[1]))
	}
	return links
}

// Every field that the directory tells is one that the register marks as public.
func TestTheDirectoryTellsOnlyPublicFields(t *testing.T) {
	ours := []string{"id", "url", "unit_id", "platform_label", "kind_label", "state_label", "qr_url", "qr_label", "closed_on"} // made of public ones
	raw, err := json.Marshal(publicEntry{})
	if err != nil {
		t.Fatal(err)
	}
	var names map[string]any
	if err := json.Unmarshal(raw, &names); err != nil {
		t.Fatal(err)
	}
	for name := range names {
		field, known := accounts.FieldNamed(name)
		if !slices.Contains(ours, name) && (!known || !field.Public) {
			t.Errorf("the directory tells %q, which the register does not mark as public", name)
		}
	}
}

// The directory is read by unit, platform, state and name, and an address is checked against it.
func TestTheDirectoryAndTheCheck(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		var all, some struct {
			Items   []publicEntry `json:"items"`
			NextURL string        `json:"next_url"`
		}
		anybody := town.browser()
		anybody.do(http.MethodGet, "/directory.json", nil, http.StatusOK, &all)
		if len(all.Items) < 5 {
			t.Fatalf("the directory has %d accounts", len(all.Items))
		}
		anybody.do(http.MethodGet, "/directory.json?platform=weibo&q="+url.QueryEscape("清源"), nil, http.StatusOK, &some)
		if len(some.Items) != 1 || some.Items[0].Platform != "weibo" || some.Items[0].Unit == "" {
			t.Errorf("the Weibo accounts of 清源 = %+v", some.Items)
		}
		anybody.do(http.MethodGet, "/directory.json?unit="+some.Items[0].UnitID, nil, http.StatusOK, &some)
		for _, entry := range some.Items {
			if entry.Unit == "" || len(some.Items) >= len(all.Items) {
				t.Errorf("one unit's accounts = %+v", some.Items)
			}
		}
		next := "/directory.json?per_page=2"
		for seen := map[string]bool{}; len(seen) < 4; {
			anybody.do(http.MethodGet, next, nil, http.StatusOK, &some)
			if len(some.Items) != 2 || seen[some.Items[0].ID] || seen[some.Items[1].ID] || !strings.Contains(some.NextURL, "per_page=2") {
				t.Fatalf("GET %s = %d accounts, next %q", next, len(some.Items), some.NextURL)
			}
			seen[some.Items[0].ID], seen[some.Items[1].ID] = true, true
			next = some.NextURL[strings.Index(some.NextURL, "/directory.json"):]
		}
		for _, query := range []string{"per_page=0", "per_page=101", "per_page=x"} {
			anybody.do(http.MethodGet, "/directory.json?"+query, nil, http.StatusUnprocessableEntity, nil)
		}
		for _, query := range []string{"platform=moon", "state=applying", "unit=0000000000000000", "after=???"} {
			anybody.do(http.MethodGet, "/directory.json?"+query, nil, http.StatusUnprocessableEntity, nil)
			if response, text := town.read("/directory?" + query); response.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "<h1>网址有误</h1>") {
				t.Errorf("GET /directory?%s = %d\n%s", query, response.StatusCode, text)
			}
		}
		// Home pages are written down for two accounts, and one of them is shut.
		shut, open := town.accountNamed("清源镇视频号"), town.accountNamed("清源镇发布（演示微博）")
		town.give(open, "https://weibo.com/u/1234567890", "")
		town.give(shut, "https://www.douyin.com/user/MS4wLjABAAAAtest", "“清源镇发布”微博")
		for _, c := range []struct{ address, result, says string }{
			{"https://weibo.com/u/1234567890?from=feed", genuine, "清源镇发布（演示微博）"},
			{"https://m.weibo.cn/u/1234567890", genuine, "主办"},
			{"https://weibo.com/u/9999999999", unlisted, "不在名录中"},
			{"https://weibo.com.evil.example/u/1234567890", unlisted, "不在名录中"},
			{"https://weibo.com/u/999", unclear, "再核验。"},
			{"今天天气很好", unreadable, "认不出"},
		} {
			var answer struct{ Result, Message string }
			anybody.do(http.MethodGet, "/check.json?address="+url.QueryEscape(c.address), nil, http.StatusOK, &answer)
			_, text := town.read("/check?address=" + url.QueryEscape(c.address))
			if answer.Result != c.result || !strings.Contains(text, c.says) {
				t.Errorf("checking %s = %+v, want %s and %q on\n%s", c.address, answer, c.result, c.says, text)
			}
		}
		_, text := town.read("/directory/" + shut)
		if !strings.Contains(text, "这个账号已经关停") || !strings.Contains(text, "“清源镇发布”微博") || strings.Contains(text, "MS4wLjABAAAAtest") {
			t.Errorf("the page of the shut account:\n%s", text)
		}
		for _, address := range []string{"/directory/" + shut + "/qr", "/directory/" + shut + "/home-qr", "/directory/" + open + "/qr"} {
			if response, _ := town.read(address); response.StatusCode != http.StatusNotFound {
				t.Errorf("a QR code that is none, %s = %d", address, response.StatusCode)
			}
		}
		anybody.do(http.MethodGet, "/directory.json?platform=weibo&q="+url.QueryEscape("清源"), nil, http.StatusOK, &some)
		_, text = town.read("/directory/" + open)
		picture, _ := town.read("/directory/" + open + "/home-qr")
		if some.Items[0].QRURL != town.base+"/directory/"+open+"/home-qr" || some.Items[0].QRLabel != "主页二维码" || !strings.Contains(text, "<h2>主页二维码</h2>") ||
			picture.StatusCode != http.StatusOK || picture.Header.Get("Content-Type") != "image/png" {
			t.Errorf("the QR code of the home page = %d, %q, %+v on\n%s", picture.StatusCode, picture.Header.Get("Content-Type"), some.Items[0], text)
		}
		town.giveQR(open)
		anybody.do(http.MethodGet, "/directory.json?platform=weibo&q="+url.QueryEscape("清源"), nil, http.StatusOK, &some)
		_, text = town.read("/directory/" + open)
		if some.Items[0].QRURL != town.base+"/directory/"+open+"/qr" || some.Items[0].QRLabel != "二维码" || !strings.Contains(text, "<h2>二维码</h2>") || strings.Contains(text, "home-qr") {
			t.Errorf("with an uploaded code = %+v on\n%s", some.Items[0], text)
		}
		if _, text = town.read("/robots.txt"); !strings.Contains(text, "Disallow: /\n") || !strings.Contains(text, "Sitemap: "+town.base+"/sitemap.xml") {
			t.Errorf("robots.txt:\n%s", text)
		}
	})
}

// giveQR uploads a QR code for an account of the first town.
func (town *town) giveQR(id string) {
	town.t.Helper()
	picture, err := accounts.HomeQR("https://weixin.qq.com/r/test")
	if err != nil {
		town.t.Fatal(err)
	}
	admin := town.signIn("guanli")
	var kept struct{ ID string }
	var card struct {
		Record struct{ Version int64 }
	}
	admin.upload("/api/attachments", "二维码.png", picture, map[string]string{"unit_id": unitOf(town.signIn("xinxi"))}, http.StatusOK, &kept)
	admin.do(http.MethodGet, "/api/accounts/"+id+"/record", nil, http.StatusOK, &card)
	admin.do(http.MethodPut, "/api/accounts/"+id+"/record", map[string]any{"version": card.Record.Version, "values": map[string]string{"qr_id": kept.ID}}, http.StatusOK, nil)
}

// give writes a home page into the register; goneTo shuts the account.
func (town *town) give(id, home, goneTo string) {
	town.t.Helper()
	db, err := sql.Open(town.t.Context(), town.config.DSN)
	if err != nil {
		town.t.Fatal(err)
	}
	defer db.Close()
	library, err := rules.Builtin()
	if err != nil {
		town.t.Fatal(err)
	}
	account, err := accounts.Load(town.t.Context(), db, id)
	if err != nil {
		town.t.Fatal(err)
	}
	if _, err := accounts.SaveRecord(town.t.Context(), db, rules.NewBook(library), units.System, id, account.Version, map[string]string{"home_url": home}); err != nil {
		town.t.Fatalf("give %s the home page %s: %v", id, home, err)
	}
	if goneTo == "" {
		return
	}
	args := sql.Args{"id": id, "external_id": nil, "gone_to": goneTo, "closed_at": db.Now(), "version": account.Version + 1, "updated_at": db.Now()}
	if _, err := db.Exec(town.t.Context(), "account.close_to", args); err != nil {
		town.t.Fatalf("shut %s: %v", id, err)
	}
}
