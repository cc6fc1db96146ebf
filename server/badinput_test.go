package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/sql"
	"govmedia/units"
)

// text is an article's form with one thing changed.
func text(unit string, change func(form map[string]any)) map[string]any {
	form := map[string]any{"unit_id": unit, "title": "关于汛期值班的通知", "digest": "摘要", "byline": "区政府办", "source": "区政府", "body": "<p>正文</p>",
		"cover_id": "", "account_ids": []string{}}
	if change != nil {
		change(form)
	}
	return form
}

// checkFields fails when a refusal's words about a field are not Chinese.
func (b *browser) checkFields(what string, problem Problem) {
	b.t.Helper()
	for _, field := range problem.Errors {
		if !hasHan(field.Message) {
			b.t.Errorf("%s: field %s is refused with %q, which is not Chinese", what, field.Location, field.Message)
		}
	}
}

func TestBadArticlesAreRefusedAndNothingIsLost(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author, other := town.signIn("xinxi"), town.signIn("wenlv")
		unit := unitOf(author)
		foreign := accountsOf(other)[accounts.KindWeibo].ID
		var saved savedArticle
		author.do(http.MethodPost, "/api/articles", text(unit, nil), http.StatusOK, &saved)
		before := snapshot(author, saved.Article.ID)

		cases := map[string]struct {
			change func(form map[string]any)
			status int
			code   string
		}{
			"an unknown field":             {func(f map[string]any) { f["titel"] = "x" }, 422, "input.invalid"},
			"a field missing":              {func(f map[string]any) { delete(f, "title") }, 422, "input.invalid"},
			"a number for a text":          {func(f map[string]any) { f["title"] = 7 }, 422, "input.invalid"},
			"nothing for a list":           {func(f map[string]any) { f["account_ids"] = nil }, 422, "input.invalid"},
			"no title":                     {func(f map[string]any) { f["title"] = "  " }, 422, "article.title_required"},
			"a title of 201 characters":    {func(f map[string]any) { f["title"] = strings.Repeat("题", 201) }, 422, "article.too_long"},
			"a title of 401 characters":    {func(f map[string]any) { f["title"] = strings.Repeat("题", 401) }, 422, "input.invalid"},
			"another unit":                 {func(f map[string]any) { f["unit_id"] = unitOf(other) }, 403, "article.unit_refused"},
			"no unit's id":                 {func(f map[string]any) { f["unit_id"] = noSuchID }, 403, "article.unit_refused"},
			"an unknown account":           {func(f map[string]any) { f["account_ids"] = []string{noSuchID} }, 422, "article.account_unknown"},
			"another unit's account":       {func(f map[string]any) { f["account_ids"] = []string{foreign} }, 422, "article.account_unknown"},
			"an account that is no id":     {func(f map[string]any) { f["account_ids"] = []string{"' OR 1=1 --"} }, 422, "article.account_unknown"},
			"51 accounts":                  {func(f map[string]any) { f["account_ids"] = slices.Repeat([]string{foreign}, 51) }, 422, "input.invalid"},
			"a text of more than 2 MB":     {func(f map[string]any) { f["body"] = "<p>" + strings.Repeat("文", 800_000) + "</p>" }, 413, "article.html_too_large"},
			"a form of more than 3 MB":     {func(f map[string]any) { f["body"] = strings.Repeat("x", 4<<20) }, 413, "input.too_large"},
			"a form of 20 MB":              {func(f map[string]any) { f["body"] = strings.Repeat("x", 20<<20) }, 413, "input.too_large"},
			"a text nested without end":    {func(f map[string]any) { f["body"] = strings.Repeat("<div>", 20_000) }, 422, "article.html_too_complex"},
			"a cover that is no id at all": {func(f map[string]any) { f["cover_id"] = "../../etc" }, 422, "article.picture_missing"},
		}
		for name, c := range cases {
			problem := author.refuse(http.MethodPost, "/api/articles", text(unit, c.change), c.status, c.code)
			author.checkFields(name, problem)
			form := text(unit, c.change)
			form["version"] = saved.Article.Version
			if strings.Contains(name, "unit") && !strings.Contains(name, "account") {
				continue // saving does not read the unit
			}
			author.checkFields(name, author.refuse(http.MethodPut, "/api/articles/"+saved.Article.ID, form, c.status, c.code))
		}
		for name, body := range map[string]string{"malformed": `{"title":`, "no object": `[1]`, "nothing": ``, "two values": `{}{}`, "a page": `<html>`} {
			var problem Problem
			reply := author.raw(http.MethodPost, "/api/articles", body, nil)
			if err := decodeJSON(strings.NewReader(reply.text), &problem); err != nil || reply.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("JSON that is %s: %s %s", name, reply.Status, reply.text)
			}
			author.checkProblem("JSON that is "+name, problem, problem.Code)
			author.checkFields("JSON that is "+name, problem)
		}
		author.raw(http.MethodPost, "/api/articles", `{"title":"a`+"\x00\xff"+`"}`, map[string]string{"Content-Type": "text/plain"})
		if after := snapshot(author, saved.Article.ID); after != before {
			t.Errorf("a refused form changed the article:\n%s\n%s", before, after)
		}
		var list Page[articles.Article]
		author.do(http.MethodGet, "/api/articles", nil, http.StatusOK, &list)
		if len(list.Items) != 1 {
			t.Errorf("the refused forms made %d articles", len(list.Items)-1)
		}
	})
}

func TestScriptsAreTakenOutAndThePersonIsTold(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		body := `<p onclick="steal()">正文<script>alert("偷")</script></p><svg onload="alert(2)"><circle/></svg><iframe src="https://evil.example"></iframe>` +
			`<p><a href="javascript:alert(3)">链接</a><img src="x" onerror="alert(4)"></p><style>p{}</style>` + "<p>空\x00字节</p>"
		var saved savedArticle
		author.do(http.MethodPost, "/api/articles", text(unitOf(author), func(f map[string]any) { f["body"] = body }), http.StatusOK, &saved)
		for _, bad := range []string{"script", "onclick", "onerror", "onload", "javascript:", "iframe", "<svg", "alert", "\x00"} {
			if strings.Contains(saved.Article.Body, bad) {
				t.Errorf("the saved text contains %q: %s", bad, saved.Article.Body)
			}
		}
		for _, kept := range []string{"正文", "链接"} {
			if !strings.Contains(saved.Article.Body, kept) {
				t.Errorf("the saved text lost %q: %s", kept, saved.Article.Body)
			}
		}
		told := map[articles.RemovalKind]bool{}
		for _, removal := range saved.Removed {
			told[removal.What] = hasHan(removal.Sentence) && removal.Count > 0
		}
		for _, kind := range []articles.RemovalKind{articles.RemovedScript, articles.RemovedHandler, articles.RemovedLink, articles.RemovedFrame, articles.RemovedSVG} {
			if !told[kind] {
				t.Errorf("the person is not told that %s was taken out: %+v", kind, saved.Removed)
			}
		}
	})
}

// hugePNG is a picture whose header announces more pixels than any memory holds.
func hugePNG() []byte {
	header := binary.BigEndian.AppendUint32(nil, 60_000)
	header = append(binary.BigEndian.AppendUint32(header, 60_000), 8, 2, 0, 0, 0)
	chunk := append([]byte("IHDR"), header...)
	png := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, byte(len(header)))
	png = append(png, chunk...)
	return binary.BigEndian.AppendUint32(png, crc32.ChecksumIEEE(chunk))
}

func TestFilesThatAreNoPicturesAreRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		temporary := t.TempDir()
		town.environ = append(town.environ, "TMPDIR="+temporary)
		town.start()
		author := town.signIn("xinxi")
		good := photo(t, 800, 600, 9)
		svg := []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
		fields := map[string]string{"unit_id": unitOf(author)}
		for name, c := range map[string]struct {
			file    string
			content []byte
			status  int
			code    string
		}{
			"a picture of 40 MB":          {"大图.jpg", append(bytes.Clone(good), make([]byte, 40<<20)...), 413, "media.too_large"},
			"a picture just over 20 MB":   {"大图.jpg", append(bytes.Clone(good), make([]byte, 20<<20)...), 413, "media.too_large"},
			"a program called .jpg":       {"照片.jpg", append([]byte("MZ\x90\x00\x03"), make([]byte, 4000)...), 422, "media.not_a_picture"},
			"an SVG with a script":        {"图.svg", svg, 422, "media.svg_refused"},
			"an SVG called .png":          {"图.png", svg, 422, "media.svg_refused"},
			"a page called .jpg":          {"图.jpg", []byte("<!DOCTYPE html><script>alert(1)</script>"), 422, "media.not_a_picture"},
			"an empty file":               {"图.jpg", nil, 422, "media.not_a_picture"},
			"half a picture":              {"图.jpg", good[:len(good)/2], 422, "media.broken"},
			"a picture of 3,600 M pixels": {"图.png", hugePNG(), 413, "media.too_many_pixels"},
		} {
			var problem Problem
			author.upload("/api/media", c.file, c.content, fields, c.status, &problem)
			author.checkProblem(name, problem, c.code)
		}
		var problem Problem
		author.upload("/api/media", "图.jpg", good, map[string]string{"unit_id": unitOf(town.signIn("wenlv"))}, 403, &problem)
		author.checkProblem("a picture for another unit", problem, "article.unit_refused")
		author.upload("/api/media", "图.jpg", good, nil, 422, &problem)
		author.checkProblem("a picture for no unit", problem, "input.invalid")
		author.checkFields("a picture for no unit", problem)
		for name, c := range map[string]struct {
			content []byte
			status  int
			code    string
		}{
			"a program":      {append([]byte("MZ\x90\x00\x03"), make([]byte, 4000)...), 422, "import.binary"},
			"nothing":        {nil, 422, "import.empty"},
			"a text of 7 MB": {bytes.Repeat([]byte("文"), 7<<20/3), 413, "import.too_large"},
			"one of 5.5 MB":  {bytes.Repeat([]byte("文"), 11<<19/3), 413, "import.too_large"},
		} {
			author.upload("/api/imports", "文.txt", c.content, nil, c.status, &problem)
			author.checkProblem("importing "+name, problem, c.code)
		}
		for _, path := range []string{"/api/media", "/api/imports"} {
			reply := author.raw(http.MethodPost, path, "no form at all", map[string]string{"Content-Type": "multipart/form-data; boundary=x"})
			if reply.StatusCode != http.StatusUnprocessableEntity || !hasHan(reply.text) {
				t.Errorf("%s with a broken form: %s %s", path, reply.Status, reply.text)
			}
			reply = author.raw(http.MethodPost, path, "{}", nil)
			if reply.StatusCode != http.StatusUnprocessableEntity || !hasHan(reply.text) {
				t.Errorf("%s without a form: %s %s", path, reply.Status, reply.text)
			}
		}
		var media Page[articles.Media]
		author.do(http.MethodGet, "/api/media", nil, http.StatusOK, &media)
		if len(media.Items) != 0 {
			t.Errorf("the refused files left %d pictures", len(media.Items))
		}
		author.upload("/api/media", "图.jpg", append(bytes.Clone(good), make([]byte, 2<<20)...), fields, 200, nil) // large enough for a file of its own
		if left, err := os.ReadDir(temporary); err != nil || len(left) != 0 {
			t.Errorf("uploads left %d files in the temporary folder (%v)", len(left), err)
		}
	})
}

// A village's line is slow: a body may take longer than a few seconds, and so may what is done with it.
func TestSlowUploadsArrive(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	author := town.signIn("xinxi")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("unit_id", unitOf(author))
	part, err := form.CreateFormFile("file", "慢.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(photo(t, 640, 480, 1))
	_ = form.Close()
	reader, writer := io.Pipe()
	go func() {
		for piece := range slices.Chunk(body.Bytes(), body.Len()/7+1) {
			_, _ = writer.Write(piece)
			time.Sleep(time.Second) // the slowness is the test
		}
		_ = writer.Close()
	}()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, town.base+"/api/media", reader)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	author.send(request, http.StatusOK, nil)
}

func TestForeignPicturesAreFetchedThroughTheGuard(t *testing.T) {
	t.Parallel()
	picture := photo(t, 320, 200, 5)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok.jpg":
			w.Header().Set("Content-Type", "image/jpeg")
			_, _ = w.Write(picture)
		case "/lie.jpg":
			w.Header().Set("Content-Type", "image/jpeg")
			_, _ = io.WriteString(w, "<html>no picture</html>")
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html></html>")
		case "/big.jpg":
			w.Header().Set("Content-Type", "image/jpeg")
			_, _ = w.Write(make([]byte, 12<<20))
		case "/away":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer elsewhere.Close()
	town := newTown(t, "")
	town.environ = append(town.environ, fmt.Sprintf("GOVMEDIA_EGRESS_ALLOW_PORTS=%d", portOf(strings.TrimPrefix(elsewhere.URL, "http://"))))
	town.start()
	author := town.signIn("xinxi")
	ask := func(address string) map[string]any { return map[string]any{"unit_id": unitOf(author), "url": address} }
	for address, code := range map[string]string{
		town.base + "/metrics":                     "egress.address_refused", // ourselves, at a port nobody listed
		"http://10.0.0.1/a.jpg":                    "egress.address_refused",
		"http://169.254.169.254/latest/meta-data/": "egress.address_refused",
		"http://[::1]/a.jpg":                       "egress.address_refused",
		"file:///etc/passwd":                       "egress.address_refused",
		"gopher://x/y":                             "egress.address_refused",
		"not an address":                           "egress.address_refused",
		elsewhere.URL + "/nothing":                 "media.fetch_failed",
		elsewhere.URL + "/page":                    "egress.content_type",
		elsewhere.URL + "/lie.jpg":                 "media.not_a_picture",
		elsewhere.URL + "/away":                    "egress.address_refused",
	} {
		problem := author.refuse(http.MethodPost, "/api/media/fetch", ask(address), 422, code)
		if strings.Contains(problem.Detail, "127.0.0.1") {
			t.Errorf("%s: the sentence tells about our network: %s", address, problem.Detail)
		}
	}
	author.refuse(http.MethodPost, "/api/media/fetch", ask(elsewhere.URL+"/big.jpg"), 413, "egress.too_large")
	var media articles.Media
	author.do(http.MethodPost, "/api/media/fetch", ask(elsewhere.URL+"/ok.jpg"), http.StatusOK, &media)
	if media.Width != 320 || media.Height != 200 {
		t.Errorf("fetched a picture of %d×%d, want 320×200", media.Width, media.Height)
	}

	// A cover that is in no library is refused before anybody signs.
	var coverless savedArticle
	author.do(http.MethodPost, "/api/articles", text(unitOf(author), func(f map[string]any) {
		f["cover_id"], f["account_ids"] = noSuchID, []string{accountsOf(author)[accounts.KindApp].ID}
	}), http.StatusOK, &coverless)
	author.refuse(http.MethodPost, "/api/articles/"+coverless.Article.ID+"/submit", map[string]any{"version": coverless.Article.Version}, 422, "article.picture_missing")

	// Left in the text, a foreign picture stops the submission, and the text stays.
	var saved savedArticle
	author.do(http.MethodPost, "/api/articles", text(unitOf(author), func(f map[string]any) {
		f["body"] = `<p>正文</p><p><img src="` + elsewhere.URL + `/nothing"></p>`
		f["account_ids"] = []string{accountsOf(author)[accounts.KindApp].ID}
	}), http.StatusOK, &saved)
	author.refuse(http.MethodPost, "/api/articles/"+saved.Article.ID+"/submit", map[string]any{"version": saved.Article.Version}, 422, "article.foreign_pictures")
	if view := getArticle(author, saved.Article.ID); view.State != articles.Draft || !strings.Contains(view.Body, elsewhere.URL) {
		t.Errorf("after the refusal the article is %s: %s", view.State, view.Body)
	}
}

func TestOverThePlatformsLimitsIsRefusedAtSubmit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		long := strings.Repeat("长", 80)
		article := draft(t, author, long, "<p>正文</p>", accounts.KindWeChatSubscription)
		before := snapshot(author, article.ID)
		problem := author.refuse(http.MethodPost, "/api/articles/"+article.ID+"/submit", map[string]any{"version": article.Version}, 422, "delivery.over_limits")
		if !strings.Contains(problem.Detail, "清源镇发布") || !strings.Contains(problem.Detail, "标题") {
			t.Errorf("the sentence names neither the account nor the field: %s", problem.Detail)
		}
		if after := snapshot(author, article.ID); after != before {
			t.Errorf("the refusal changed the article:\n%s\n%s", before, after)
		}
	})
}

func TestTheSameFormTwiceMakesOneThing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		form := ArticleForm{UnitID: unitOf(author), Title: "双击两次", Body: "<p>正文</p>", AccountIDs: []string{accountsOf(author)[accounts.KindApp].ID}}
		const times = 6
		saved := make([]savedArticle, times)
		statuses := together(times, func(n int) int {
			reply := author.raw(http.MethodPost, "/api/articles", string(mustJSON(form)), map[string]string{"Idempotency-Key": "form-1"})
			_ = decodeJSON(strings.NewReader(reply.text), &saved[n])
			return reply.StatusCode
		})
		fresh := 0
		for n := range times {
			if statuses[n] != http.StatusOK || saved[n].Article.ID != saved[0].Article.ID {
				t.Errorf("the same form for the %d. time: %d, article %q, want %q", n+1, statuses[n], saved[n].Article.ID, saved[0].Article.ID)
			}
			if !saved[n].Repeated {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("%d of %d say that they made the article, want one", fresh, times)
		}
		id := saved[0].Article.ID
		once := func(what string, body any, conflict string) {
			t.Helper()
			raw := string(mustJSON(body))
			codes := make([]string, times)
			statuses := together(times, func(n int) int {
				reply := author.raw(http.MethodPost, "/api/articles/"+id+"/"+what, raw, nil)
				var problem Problem
				_ = decodeJSON(strings.NewReader(reply.text), &problem)
				codes[n] = problem.Code
				return reply.StatusCode
			})
			done := 0
			for n, status := range statuses {
				if status == http.StatusOK {
					done++
				} else if codes[n] != conflict && codes[n] != "article.stale" {
					t.Errorf("%s again: %d %s, want %s", what, status, codes[n], conflict)
				}
			}
			if done != 1 {
				t.Errorf("%s went through %d times of %d: %v", what, done, times, statuses)
			}
		}
		once("submit", map[string]any{"version": saved[0].Article.Version}, "article.not_draft")
		first := getArticle(author, id)
		if first.RevisionNo != 1 {
			t.Errorf("submitting froze %d texts, want one", first.RevisionNo)
		}
		once("sign", map[string]any{"version": first.Version, "sha256": first.SHA256}, "sign.wrong_role")
		if view := getArticle(author, id); len(view.Signatures) != 1 {
			t.Errorf("%d signatures, want one", len(view.Signatures))
		}
		view := signOn(t, town, author, id, 1)
		once("schedule", map[string]any{"version": view.Version}, "article.not_signed")
		settled(town, author, id)
		checkOnce(t, town, 1)
	})
}

// together calls a function so many times at once and returns what came.
func together(times int, call func(n int) int) []int {
	statuses := make([]int, times)
	var all sync.WaitGroup
	for n := range times {
		all.Go(func() { statuses[n] = call(n) })
	}
	all.Wait()
	return statuses
}

func TestASignatureCountsOnlyForWhatWasRead(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		article := draft(t, author, "先读后签", "<p>第一稿</p>", accounts.KindApp)
		sign := func(b *browser, version int64, sha string) (int, Problem) {
			return b.ask(http.MethodPost, "/api/articles/"+article.ID+"/sign", map[string]any{"version": version, "sha256": sha})
		}
		author.do(http.MethodPost, "/api/articles/"+article.ID+"/submit", map[string]any{"version": article.Version}, http.StatusOK, nil)
		read := getArticle(author, article.ID)
		if code, problem := sign(author, read.Version, read.SHA256); code != http.StatusOK {
			t.Fatalf("the first signature: %d %+v", code, problem)
		}
		deputy := town.signIn("fenguan")
		old := getArticle(deputy, article.ID)

		// While the deputy reads, the author changes a word: what was signed is void, and is said to be.
		form := text(old.UnitID, func(f map[string]any) {
			f["title"], f["body"], f["version"] = old.Title, "<p>第二稿</p>", old.Version
			f["account_ids"] = old.AccountIDs
		})
		var saved savedArticle
		author.do(http.MethodPut, "/api/articles/"+article.ID, form, http.StatusOK, &saved)
		if saved.Voided != 1 || saved.Article.State != articles.Draft {
			t.Errorf("the edit voided %d signatures and left the article %s", saved.Voided, saved.Article.State)
		}
		if code, problem := sign(deputy, old.Version, old.SHA256); code != http.StatusConflict || problem.Code != "article.not_signing" {
			t.Errorf("signing a draft: %d %s", code, problem.Code)
		}
		author.do(http.MethodPost, "/api/articles/"+article.ID+"/submit", map[string]any{"version": saved.Article.Version}, http.StatusOK, nil)
		present := getArticle(author, article.ID)
		for name, stale := range map[string]struct {
			version int64
			sha     string
		}{
			"an old version":                {old.Version, present.SHA256},
			"an old text":                   {present.Version, old.SHA256},
			"an old version of an old text": {old.Version, old.SHA256},
		} {
			code, problem := sign(author, stale.version, stale.sha)
			if code != http.StatusConflict || problem.Code != "article.stale" && problem.Code != "sign.revision" {
				t.Errorf("signing %s: %d %+v", name, code, problem)
			}
		}
		if view := getArticle(author, article.ID); view.Version != present.Version || view.State != articles.Signing {
			t.Errorf("refused signatures changed the article: %s, version %d, want %d", view.State, view.Version, present.Version)
		}
		author.refuse(http.MethodPut, "/api/articles/"+article.ID, form, 409, "article.stale") // the second window of the author
		author.refuse(http.MethodPost, "/api/articles/"+article.ID+"/return", map[string]any{"version": present.Version, "sha256": present.SHA256, "reason": " "},
			422, "sign.reason_required")
		author.refuse(http.MethodPost, "/api/articles/"+article.ID+"/schedule", map[string]any{"version": present.Version}, 409, "article.not_signed")
		past, far := sql.FromStd(time.Now().Add(-time.Hour)), sql.FromStd(time.Now().AddDate(3, 0, 0))
		for at, code := range map[sql.Time]string{past: "article.schedule_past", far: "article.schedule_far", -1: "article.schedule_past"} {
			author.refuse(http.MethodPost, "/api/articles/"+article.ID+"/schedule", map[string]any{"version": present.Version, "at": at}, 422, code)
		}
	})
}

// Every list, asked for pages that do not exist, and every address with ids that are none.
func TestOddAddressesAreRefusedNotStumbledOver(t *testing.T) {
	lines, api := guardedRoutes(t), theAPI(t)
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		people := map[bool]*browser{false: town.signIn("xinxi"), true: town.signIn("guanli")}
		lists := 0
		for _, line := range lines {
			asker := people[!(units.Actor{Roles: []units.HeldRole{{Role: units.InfoOfficer}}}).May(line.Permission)]
			if item := api.Paths[line.Path]; line.Method == http.MethodGet && item != nil {
				for _, parameter := range item.Get.Parameters {
					queries := map[string][]string{"per_page": {"0", "1000", "-1", "x", "99999999999999999999"},
						"cursor": {"x", "1_", "_x", "1_' OR 1=1 --", "99999999999999999999_0000000000000000", strings.Repeat("9", 81)},
						"state":  {"nowhere"}, "status": {"nowhere"}, "order": {"'; DROP TABLE units"}}[parameter.Name]
					for _, value := range queries {
						lists++
						path := address(line, noSuchID) + "?" + parameter.Name + "=" + escape(value)
						reply := asker.raw(http.MethodGet, path, "", nil)
						var problem Problem
						_ = decodeJSON(strings.NewReader(reply.text), &problem)
						if reply.StatusCode != http.StatusUnprocessableEntity && reply.StatusCode != http.StatusNotFound || !hasHan(problem.Detail) {
							t.Errorf("GET %s: %s %s", path, reply.Status, reply.text)
						}
						asker.checkFields(path, problem)
					}
				}
			}
			if !strings.ContainsAny(line.Path, "{:") {
				continue
			}
			for _, id := range []string{"x", "' OR '1'='1' --aa", "%", strings.Repeat("9", 300), "中文十六个字中文十六个字中文十六", "..%2f..%2fetc", "0000000000000000%00"} {
				path := strings.NewReplacer("{id}", escape(id), ":id", escape(id), ":picture", escape(id)).Replace(line.Path)
				code, problem := asker.ask(line.Method, path, formOf(api, line))
				if code != http.StatusUnprocessableEntity && code != http.StatusNotFound || !hasHan(problem.Detail) {
					t.Errorf("%s %s = %d %+v", line.Method, path, code, problem)
				}
				asker.checkFields(path, problem)
			}
		}
		if lists < 50 {
			t.Errorf("only %d odd pages were asked for", lists)
		}
		stranger := town.browser()
		for _, id := range []string{noSuchID, "x", "%00", "' OR 1=1 --"} {
			reply := stranger.raw(http.MethodGet, "/p/"+escape(id), "", nil)
			if reply.StatusCode != http.StatusNotFound || !strings.Contains(reply.text, "请核对网址") {
				t.Errorf("GET /p/%s: %s", id, reply.Status)
			}
		}
		stranger.refuse(http.MethodGet, "/p/"+noSuchID+"/"+noSuchID, nil, 404, "delivery.not_public")
		stranger.refuse(http.MethodGet, "/api/nothing/here", nil, 404, "server.not_found")
		if problem := stranger.refuse(http.MethodDelete, "/api/articles", nil, 405, "server.method"); problem.Title != http.StatusText(405) {
			t.Errorf("a wrong method is titled %q, want %q", problem.Title, http.StatusText(405))
		}
		people[false].refuse(http.MethodGet, "/api/rulebooks/keine", nil, 404, "rule.not_found")
		if printed := town.log(); strings.Contains(printed, "server.internal") || strings.Contains(printed, "panic") {
			t.Error("an odd address was an error of ours")
		}
	})
}
