package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/app"
	"govmedia/channels/egress"
	"govmedia/channels/sandbox"
	"govmedia/sql"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	secret   = "whsec_Z292LW5ldy1tZWRpYS10ZXN0LXNlY3JldC0zMmJ5dGVz"
	origin   = "https://m.example.gov.cn/p/0123456789abcdef"
	coverID  = "01j0000000000001"
	insideID = "01j0000000000002"
)

// guardFor lets out to the loopback servers of a test and nowhere else inside.
func guardFor(t *testing.T, timeout time.Duration, addresses ...string) *egress.Guard {
	t.Helper()
	cfg := egress.Config{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: timeout}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		cfg.AllowPorts = append(cfg.AllowPorts, uint16(port))
	}
	return egress.New(cfg)
}

// world is a stand-in app and the channel that speaks to it in its time.
type world struct {
	*sandbox.Sandbox
	channel *app.Channel
	base    string
}

func newWorld(t *testing.T, backend sandbox.AppBackend) *world {
	t.Helper()
	backend.Name = "city"
	if backend.Secrets == nil {
		backend.Secrets = []string{secret}
	}
	s, err := sandbox.New(sandbox.Config{Seeds: sandbox.Seeds{Apps: []sandbox.AppBackend{backend}}})
	if err != nil {
		t.Fatalf("sandbox: %v", err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() { server.Close(); _ = s.Close() })
	return &world{Sandbox: s, base: server.URL + "/app/city",
		channel: app.New(app.Config{Egress: guardFor(t, 2*time.Second, server.URL), Now: s.Now})}
}

func newJob(endpoint string) *channels.Job {
	return &channels.Job{
		Delivery: channels.Delivery{ID: "0123456789abcdef", AccountID: "a1", Action: channels.Publish, CreatedAt: 1795300000000},
		Message: channels.Message{ID: "m1", OriginID: "o1", RevisionID: "r1", Title: "防汛通知", Digest: "请注意。", Byline: "李某", Source: "区应急局",
			Body: `<p>甲 &lt;乙&gt;<img src="/media/` + insideID + `"></p>`, CoverID: coverID, CreatedAt: 1795299999000,
			Pictures: channels.Pictures{{ID: coverID, SHA256: "aa", MIME: "image/jpeg", Size: 10}, {ID: insideID, SHA256: "bb", MIME: "image/png", Size: 20}}},
		Account: accounts.Account{ID: "a1", Platform: accounts.App, Name: "爱潼南", UnitName: "区应急管理局",
			Settings: sql.Object{"endpoint": endpoint, "thin": false}},
		Credentials: accounts.Credentials{"secret": secret},
		Remote:      sql.Object{},
		OriginURL:   origin,
		PictureURL:  func(p channels.Picture) string { return origin + "/" + p.ID },
		Step:        func(string, string, sql.Object) {},
		Save:        func(context.Context) error { return nil },
	}
}

func saved(t *testing.T, job *channels.Job) {
	t.Helper()
	value, err := job.Remote.Value()
	if err != nil {
		t.Fatalf("Remote cannot be saved: %v", err)
	}
	job.Remote = sql.Object{}
	if err := job.Remote.Scan(value); err != nil {
		t.Fatalf("Remote cannot be read: %v", err)
	}
}

func prepare(t *testing.T, channel *app.Channel, job *channels.Job) {
	t.Helper()
	if err := channel.Prepare(t.Context(), job); err != nil {
		t.Fatalf("Prepare: %v", err)
	}
}

func platformError(t *testing.T, doing string, err error, class channels.Class, code string) *channels.PlatformError {
	t.Helper()
	failure := channels.AsPlatformError(err)
	if failure == nil || failure.Class != class || failure.Code != code {
		t.Fatalf("%s = %v, want class %s, code %s", doing, err, class, code)
	}
	if strings.Contains(err.Error(), "whsec_") || strings.Contains(err.Error(), "token=") {
		t.Errorf("%s shows a secret: %v", doing, err)
	}
	return failure
}

func TestSignatureOfTheTestVector(t *testing.T) {
	header := http.Header{}
	body := []byte(`{"type":"article.published","timestamp":"2026-11-22T09:06:40+08:00","data":{"id":"a-1"}}`)
	if err := app.Sign(header, "msg_01JD0000000000000000000000", time.Unix(1795300000, 0), body, secret); err != nil {
		t.Fatalf("Sign: %v", err)
	}
	if got, want := header.Get("webhook-signature"), "v1,Ow5vQ6wT7Gs0WCffbJWmnw1fIqPYDv2fzmRtagcoRFw="; got != want {
		t.Errorf("webhook-signature = %q, want %q", got, want)
	}
	if header.Get("webhook-timestamp") != "1795300000" || header.Get("webhook-id") != "msg_01JD0000000000000000000000" {
		t.Errorf("headers = %v", header)
	}
}

func TestBothKeysOfARotationSatisfyTheOfficialPackage(t *testing.T) {
	old, next := app.NewSecret(), app.NewSecret()
	header, body := http.Header{}, []byte(`{"a":"中文"}`)
	if err := app.Sign(header, "msg_1", time.Now(), body, next, old); err != nil {
		t.Fatalf("Sign: %v", err)
	}
	for name, key := range map[string]string{"old": old, "new": next} {
		oracle, err := standardwebhooks.NewWebhook(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := oracle.Verify(body, header); err != nil {
			t.Errorf("official package with the %s key: %v", name, err)
		}
		if err := app.Verify(header, body, time.Now(), key); err != nil {
			t.Errorf("Verify with the %s key: %v", name, err)
		}
	}
	if err := app.Verify(header, body, time.Now(), app.NewSecret()); !errors.Is(err, app.ErrSignature) {
		t.Errorf("Verify with another key = %v, want ErrSignature", err)
	}
}

func TestVerifyTakesWhatTheOfficialPackageSigned(t *testing.T) {
	oracle, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1795300000, 0)
	body := []byte(`{"x":1}`)
	signature, err := oracle.Sign("msg_2", now, body)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	header.Set("webhook-id", "msg_2")
	header.Set("webhook-timestamp", "1795300000")
	header.Set("webhook-signature", "v2,xxx "+signature)
	for off, want := range map[time.Duration]error{0: nil, 299 * time.Second: nil, -299 * time.Second: nil, 302 * time.Second: app.ErrSignature, -302 * time.Second: app.ErrSignature} {
		if err := app.Verify(header, body, now.Add(off), secret); !errors.Is(err, want) {
			t.Errorf("Verify %s off = %v, want %v", off, err, want)
		}
	}
	if err := app.Verify(header, []byte(`{"x":2}`), now, secret); !errors.Is(err, app.ErrSignature) {
		t.Errorf("Verify of a changed body = %v, want ErrSignature", err)
	}
}

func TestSecretsThatAreTooWeakAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		secret string
		want   error
	}{
		"23 bytes":  {"whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23)), app.ErrSecret},
		"24 bytes":  {"whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 24)), nil},
		"no prefix": {strings.TrimPrefix(secret, "whsec_"), app.ErrSecret},
		"no base64": {"whsec_!!", app.ErrSecret},
		"empty":     {"", app.ErrSecret},
		"ours":      {app.NewSecret(), nil},
	} {
		if err := app.CheckSecret(c.secret); !errors.Is(err, c.want) {
			t.Errorf("%s: CheckSecret = %v, want %v", name, err, c.want)
		}
	}
	if err := app.Sign(http.Header{}, "a.b", time.Now(), nil, secret); err == nil {
		t.Error("Sign took an id with a dot")
	}
	if err := app.Sign(http.Header{}, "a", time.Now(), nil, ""); !errors.Is(err, app.ErrSecret) {
		t.Errorf("Sign without a secret = %v, want ErrSecret", err)
	}
}

func TestPublishedAtOnce(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	job := newJob(w.base + "/hook")
	prepare(t, w.channel, job)
	saved(t, job)
	progress, err := w.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Published || progress.URL != w.base+"/articles/o1" || progress.ExternalID != "o1" {
		t.Fatalf("Submit = %+v, %v, want published with the app's address", progress, err)
	}
	if r := w.Report().Apps["city"]; r.Visible != 1 || r.Refused != 0 || len(r.Duplicates) != 0 {
		t.Errorf("Report = %+v, want one visible article", r)
	}
}

// answering lets a server answer tests as it should, and everything else as it does.
func answering(next http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bytes.Contains(body, []byte(`"type":"endpoint.ping"`)) {
			_, _ = rw.Write(body)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next(rw, r)
	}
}

// capture answers 201 and keeps what was sent.
func capture(t *testing.T) (endpoint string, sent *[]byte, headers *http.Header) {
	t.Helper()
	sent, headers = new([]byte), new(http.Header)
	server := httptest.NewServer(answering(func(rw http.ResponseWriter, r *http.Request) {
		*sent, _ = io.ReadAll(r.Body)
		*headers = r.Header
		rw.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(server.Close)
	return server.URL, sent, headers
}

func TestPayload(t *testing.T) {
	endpoint, sent, headers := capture(t)
	channel := app.New(app.Config{Egress: guardFor(t, 0, endpoint)})
	job := newJob(endpoint)
	job.Remote["event_at"] = int64(1795300000000)
	prepare(t, channel, job)
	if _, err := channel.Submit(t.Context(), job); err != nil {
		t.Fatalf("Submit: %v", err)
	}
	want := `{"type":"article.published","timestamp":"2026-11-22T06:26:40+08:00","data":{"item":{"id":"o1","url":"` + origin + `","title":"防汛通知",` +
		`"content_html":"<p>甲 &lt;乙&gt;<img src=\"` + origin + `/` + insideID + `\"></p>","content_text":"甲 <乙>","summary":"请注意。","image":"` + origin + `/` + coverID + `",` +
		`"date_published":"2026-11-22T06:26:40+08:00","date_modified":"2026-11-22T06:26:39+08:00","authors":[{"name":"李某"}],"language":"zh-CN",` +
		`"_gov":{"revision":1795299999000,"unit":"区应急管理局","account":"爱潼南","source":"区应急局","approved_at":"2026-11-22T06:26:39+08:00",` +
		`"media":[{"url":"` + origin + `/` + coverID + `","sha256":"aa","size":10,"mime_type":"image/jpeg"},{"url":"` + origin + `/` + insideID + `","sha256":"bb","size":20,"mime_type":"image/png"}],` +
		`"push":{"level":"none"}}}}}`
	if string(*sent) != want {
		t.Errorf("body =\n%s\nwant\n%s", *sent, want)
	}
	if headers.Get("Content-Type") != "application/json" || headers.Get("webhook-id") != job.Remote["webhook_id"] {
		t.Errorf("headers = %v", *headers)
	}
}

func TestThinAndOverlongArticlesGoWithoutTheirText(t *testing.T) {
	endpoint, sent, _ := capture(t)
	channel := app.New(app.Config{Egress: guardFor(t, 0, endpoint)})
	for name, change := range map[string]func(*channels.Job){
		"thin": func(j *channels.Job) { j.Account.Settings["thin"] = true },
		"long": func(j *channels.Job) { j.Message.Body = "<p>" + strings.Repeat("长", 1<<19) + "</p>" },
	} {
		job := newJob(endpoint)
		change(job)
		prepare(t, channel, job)
		if _, err := channel.Submit(t.Context(), job); err != nil {
			t.Fatalf("%s: Submit: %v", name, err)
		}
		var got struct {
			Data struct {
				Item struct {
					HTML string `json:"content_html"`
					Text string `json:"content_text"`
					Gov  struct {
						Content struct {
							URL    string `json:"url"`
							SHA256 string `json:"sha256"`
						} `json:"content"`
					} `json:"_gov"`
				} `json:"item"`
			} `json:"data"`
		}
		if err := json.Unmarshal(*sent, &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if item := got.Data.Item; item.HTML != "" || item.Text != "" || item.Gov.Content.URL != origin || len(item.Gov.Content.SHA256) != 64 || len(*sent) > 1<<20 {
			t.Errorf("%s: item = %+v (%d bytes), want an address and a hash for the text", name, item, len(*sent))
		}
	}
}

func TestEveryAttemptIsTheSame(t *testing.T) {
	endpoint, sent, headers := capture(t)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	channel := app.New(app.Config{Egress: guardFor(t, 0, endpoint), Now: func() time.Time { return now }})
	job := newJob(endpoint)
	prepare(t, channel, job)
	if _, err := channel.Submit(t.Context(), job); err != nil {
		t.Fatalf("Submit: %v", err)
	}
	first, id := slices.Clone(*sent), headers.Get("webhook-id")
	saved(t, job)
	now = now.Add(time.Hour)
	prepare(t, channel, job)
	if _, err := channel.Submit(t.Context(), job); err != nil {
		t.Fatalf("Submit: %v", err)
	}
	if !bytes.Equal(first, *sent) || headers.Get("webhook-id") != id {
		t.Errorf("second attempt %s %s, first %s %s", headers.Get("webhook-id"), *sent, id, first)
	}
	for name, change := range map[string]func(*channels.Job){
		"account":  func(j *channels.Job) { j.Delivery.AccountID = "a2" },
		"article":  func(j *channels.Job) { j.Message.OriginID = "o2" },
		"action":   func(j *channels.Job) { j.Delivery.Action = channels.Retract },
		"revision": func(j *channels.Job) { j.Message.RevisionID = "r2" },
	} {
		other := newJob(endpoint)
		change(other)
		prepare(t, channel, other)
		if other.Remote["webhook_id"] == id {
			t.Errorf("another %s has the same webhook-id", name)
		}
	}
}

func TestLostAnswersAreSentAgainAndShownOnce(t *testing.T) {
	for name, f := range map[string]sandbox.Fault{
		"cut after it was done": {Action: sandbox.DropAfter},
		"cut before":            {Action: sandbox.DropBefore},
		"half an answer":        {Action: sandbox.Truncate},
		"a timeout":             {Action: sandbox.Hang, When: "after"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sandbox.AppBackend{})
			job := newJob(w.base + "/hook?token=1")
			prepare(t, w.channel, job)
			f.Times = 1
			w.AddFault(f)
			_, err := w.channel.Submit(t.Context(), job)
			code := "no_answer"
			if f.Action == sandbox.Hang {
				code = "timeout"
			}
			platformError(t, "Submit", err, channels.Unclear, code)
			saved(t, job)
			if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Absent {
				t.Fatalf("Find = %+v, %v, want absent", progress, err)
			}
			if progress, err := w.channel.Submit(t.Context(), job); err != nil || progress.Stage != channels.Published {
				t.Fatalf("Submit = %+v, %v, want published", progress, err)
			}
			if r := w.Report().Apps["city"]; r.Items != 1 || r.Deliveries != 1 || len(r.Duplicates) != 0 {
				t.Errorf("Report = %+v, want one article under one webhook-id", r)
			}
		})
	}
}

func TestADayOfLostAnswersIsForAPerson(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	job := newJob(w.base + "/hook")
	prepare(t, w.channel, job)
	w.AddFault(sandbox.Fault{Action: sandbox.DropBefore})
	for range 2 {
		_, err := w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Unclear, "no_answer")
		saved(t, job)
		w.Advance(13 * time.Hour)
	}
	if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Unsure {
		t.Errorf("Find = %+v, %v, want unsure", progress, err)
	}
}

func TestAnswers(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		status int
		body   string
		header map[string]string
		stage  channels.Stage
		class  channels.Class
		after  time.Duration
		text   string
		url    string
	}{
		"200 without words":     {status: 200, stage: channels.Published},
		"201 with an address":   {status: 201, body: `{"status":"published","remote_id":"9","url":"https://app.example.com/9"}`, stage: channels.Published, url: "https://app.example.com/9"},
		"204":                   {status: 204, stage: channels.Published},
		"a bad address":         {status: 201, body: `{"url":"javascript:alert(1)"}`, stage: channels.Published},
		"202":                   {status: 202, body: `{"status":"accepted"}`, stage: channels.Pending},
		"200 but only accepted": {status: 200, body: `{"status":"accepted"}`, stage: channels.Pending},
		"200 but rejected":      {status: 200, body: `{"status":"rejected","reason":"错别字"}`, class: channels.Content, text: "错别字"},
		"409":                   {status: 409, body: `{"status":"rejected","revision":3}`, stage: channels.Published},
		"410":                   {status: 410, class: channels.Permission},
		"413":                   {status: 413, class: channels.Content},
		"415":                   {status: 415, class: channels.Permission},
		"422":                   {status: 422, body: `{"reason":"标题重复"}`, class: channels.Content, text: "标题重复"},
		"422 with many words":   {status: 422, body: `{"reason":"` + strings.Repeat("长", 100) + `"}`, class: channels.Content, text: strings.Repeat("长", 66)},
		"422 with a plain text": {status: 422, body: "no\r\nthanks", class: channels.Content, text: "no  thanks"},
		"301":                   {status: 301, header: map[string]string{"Location": "http://127.0.0.1:1/"}, class: channels.Retry},
		"401":                   {status: 401, class: channels.Retry},
		"404":                   {status: 404, class: channels.Retry},
		"429 in seconds":        {status: 429, header: map[string]string{"Retry-After": "90"}, class: channels.Retry, after: 90 * time.Second},
		"502 with a date":       {status: 502, header: map[string]string{"Retry-After": "Sun, 22 Nov 2026 10:05:00 GMT"}, class: channels.Retry, after: 5 * time.Minute},
		"504 with a past date":  {status: 504, header: map[string]string{"Retry-After": "Sun, 22 Nov 2026 09:05:00 GMT"}, class: channels.Retry},
		"429 with a silly wait": {status: 429, header: map[string]string{"Retry-After": "99999999999"}, class: channels.Retry, after: 24 * time.Hour},
		"429 with nonsense":     {status: 429, header: map[string]string{"Retry-After": "soon"}, class: channels.Retry},
		"500":                   {status: 500, class: channels.Retry},
		"a very long 201":       {status: 201, body: strings.Repeat("x", 3<<20), stage: channels.Published},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answering(func(rw http.ResponseWriter, _ *http.Request) {
				for header, value := range c.header {
					rw.Header().Set(header, value)
				}
				rw.WriteHeader(c.status)
				_, _ = io.WriteString(rw, c.body)
			}))
			defer server.Close()
			channel := app.New(app.Config{Egress: guardFor(t, 0, server.URL), Now: func() time.Time { return now }})
			job := newJob(server.URL)
			prepare(t, channel, job)
			progress, err := channel.Submit(t.Context(), job)
			if c.class != "" {
				failure := platformError(t, "Submit", err, c.class, fmt.Sprintf("http_%d", c.status))
				if failure.After != c.after || failure.Text != c.text || len(failure.Text) > 200 {
					t.Errorf("failure = After %s, Text %q, want %s, %q", failure.After, failure.Text, c.after, c.text)
				}
				return
			}
			if err != nil || progress.Stage != c.stage || progress.URL != c.url {
				t.Errorf("Submit = %+v, %v, want %s at %q", progress, err, c.stage, c.url)
			}
		})
	}
}

func TestReviewEndsThroughTheFeed(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{Mode: "review", ReviewSeconds: 300})
	job := newJob(w.base + "/hook")
	job.Account.Settings["feed_url"] = w.base + "/feed.json"
	prepare(t, w.channel, job)
	progress, err := w.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Pending {
		t.Fatalf("Submit = %+v, %v, want pending", progress, err)
	}
	job.Delivery.SubmittedAt = sql.FromStd(w.Now()).Ptr()
	if progress, err := w.channel.Poll(t.Context(), job); err != nil || progress.Stage != channels.Pending || progress.Next != time.Minute {
		t.Fatalf("Poll = %+v, %v, want pending, next in a minute", progress, err)
	}
	w.Advance(5 * time.Minute)
	progress, err = w.channel.Poll(t.Context(), job)
	if err != nil || progress.Stage != channels.Published || progress.URL != w.base+"/articles/o1" {
		t.Errorf("Poll = %+v, %v, want published", progress, err)
	}
}

func TestPollWaitsLongerAndThenAsksAPerson(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	channel := app.New(app.Config{Now: func() time.Time { return now }})
	job := newJob("https://app.example.com/hook")
	job.Delivery.SubmittedAt = sql.FromStd(now).Ptr()
	for _, step := range []struct{ after, next time.Duration }{
		{0, time.Minute}, {10 * time.Minute, 5 * time.Minute}, {time.Hour, 35 * time.Minute}, {12 * time.Hour, 2 * time.Hour},
	} {
		now = now.Add(step.after)
		if progress, err := channel.Poll(t.Context(), job); err != nil || progress.Stage != channels.Pending || progress.Next != step.next {
			t.Errorf("Poll = %+v, %v, want next in %s", progress, err, step.next)
		}
	}
	now = now.Add(12 * time.Hour)
	_, err := channel.Poll(t.Context(), job)
	platformError(t, "Poll after a day", err, channels.Unclear, "no_callback")
}

func TestFeedsThatCannotBeReadAreTriedAgain(t *testing.T) {
	for name, body := range map[string]string{"broken": "{", "html": "<html>", "missing": ""} {
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", map[bool]string{true: "text/html", false: "application/json"}[name == "html"])
			if name == "missing" {
				rw.WriteHeader(http.StatusNotFound)
			}
			_, _ = io.WriteString(rw, body)
		}))
		channel := app.New(app.Config{Egress: guardFor(t, 0, server.URL)})
		job := newJob("https://app.example.com/hook")
		job.Account.Settings["feed_url"] = server.URL + "?token=1"
		_, err := channel.Poll(t.Context(), job)
		platformError(t, name, err, channels.Retry, "feed_unread")
		server.Close()
	}
}

func TestUpdateAndRetract(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	for _, step := range []struct {
		action  channels.Action
		rev     string
		frozen  sql.Time
		created sql.Time
	}{
		{channels.Publish, "r1", 1000, 2000}, {channels.Update, "r2", 3000, 4000}, {channels.Retract, "r2", 3000, 5000},
	} {
		job := newJob(w.base + "/hook")
		job.Delivery.Action, job.Delivery.CreatedAt = step.action, step.created
		job.Message.RevisionID, job.Message.CreatedAt = step.rev, step.frozen
		prepare(t, w.channel, job)
		if progress, err := w.channel.Submit(t.Context(), job); err != nil || progress.Stage != channels.Published {
			t.Fatalf("%s = %+v, %v, want done", step.action, progress, err)
		}
	}
	if r := w.Report().Apps["city"]; r.Items != 1 || r.Retracted != 1 || r.Visible != 0 || r.Deliveries != 3 {
		t.Errorf("Report = %+v, want one article, retracted", r)
	}
}

func TestRotationOfKeysFailsNoDelivery(t *testing.T) {
	old, next := app.NewSecret(), app.NewSecret()
	for name, accepted := range map[string][]string{"app has the old key": {old}, "app has both": {old, next}, "app has the new key": {next}} {
		w := newWorld(t, sandbox.AppBackend{Secrets: accepted})
		job := newJob(w.base + "/hook")
		job.Credentials = accounts.Credentials{"secret": next, "previous_secret": old}
		prepare(t, w.channel, job)
		if _, err := w.channel.Submit(t.Context(), job); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAccountsThatCannotWorkAreRefused(t *testing.T) {
	channel := app.New(app.Config{})
	for name, c := range map[string]struct {
		change func(*channels.Job)
		code   string
	}{
		"no endpoint":    {func(j *channels.Job) { delete(j.Account.Settings, "endpoint") }, "no_endpoint"},
		"no secret":      {func(j *channels.Job) { delete(j.Credentials, "secret") }, "bad_secret"},
		"a weak old key": {func(j *channels.Job) { j.Credentials["previous_secret"] = "whsec_YQ==" }, "bad_secret"},
	} {
		job := newJob("https://app.example.com/hook")
		c.change(job)
		platformError(t, name, channel.Prepare(t.Context(), job), channels.Permission, c.code)
		_, err := channel.Submit(t.Context(), job)
		platformError(t, name, err, channels.Permission, c.code)
	}
	job := newJob("https://app.example.com/hook")
	job.Message.Pictures = job.Message.Pictures[:1]
	platformError(t, "a missing picture", channel.Prepare(t.Context(), job), channels.Content, "picture_missing")
}

func TestEndpointsInsideAreNotReached(t *testing.T) {
	reached := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inner.Close()
	channel := app.New(app.Config{})
	job := newJob(inner.URL)
	platformError(t, "Prepare", channel.Prepare(t.Context(), job), channels.Permission, "address_refused")
	_, err := channel.Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Permission, "address_refused")
	if err := channel.CheckSettings(t.Context(), job.Account, job.Credentials); !errors.Is(err, app.ErrEndpoint) {
		t.Errorf("CheckSettings = %v, want ErrEndpoint", err)
	}
	if reached {
		t.Error("the inner server was called")
	}
	open := app.New(app.Config{Egress: guardFor(t, 0, inner.URL)})
	if err := open.CheckSettings(t.Context(), job.Account, job.Credentials); err != nil {
		t.Errorf("CheckSettings of a listed address = %v", err)
	}
	if err := open.CheckSettings(t.Context(), job.Account, accounts.Credentials{"secret": "x"}); !errors.Is(err, app.ErrSecret) {
		t.Errorf("CheckSettings with a weak key = %v, want ErrSecret", err)
	}
}

func TestServerThatIsDownHadNoEffect(t *testing.T) {
	const dead = "http://127.0.0.1:1" // a port that was free a moment ago may be another test's by now
	channel := app.New(app.Config{Egress: guardFor(t, 0, dead)})
	job := newJob(dead)
	platformError(t, "Prepare", channel.Prepare(t.Context(), job), channels.Retry, "unreachable")
	_, err := channel.Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Retry, "unreachable")
}

func TestPing(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	job := newJob(w.base + "/hook")
	if err := w.channel.Ping(t.Context(), job.Account, job.Credentials); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if err := w.channel.Ping(t.Context(), job.Account, accounts.Credentials{"secret": app.NewSecret()}); !errors.Is(err, app.ErrPing) {
		t.Errorf("Ping with another key = %v, want ErrPing", err)
	}
	mute := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusCreated) }))
	defer mute.Close()
	endpoint := mute.URL
	job.Account.Settings["endpoint"] = endpoint
	if err := app.New(app.Config{Egress: guardFor(t, 0, endpoint)}).Ping(t.Context(), job.Account, job.Credentials); !errors.Is(err, app.ErrPing) {
		t.Errorf("Ping of a server that repeats nothing = %v, want ErrPing", err)
	}
}

func TestCallback(t *testing.T) {
	now := time.Now()
	credentials := accounts.Credentials{"secret": secret, "callback_secret": app.NewSecret()}
	read := func(body, key string) (app.Callback, error) {
		header := http.Header{}
		if err := app.Sign(header, "cb_1", now, []byte(body), key); err != nil {
			t.Fatal(err)
		}
		return app.ReadCallback(credentials, header, []byte(body), now)
	}
	body := func(status string) string {
		return `{"type":"delivery.updated","data":{"id":"o1","revision":1795299999000,"status":"` + status + `","remote_id":"9","url":"https://app.example.com/9","reason":"退回"}}`
	}
	got, err := read(body("published"), credentials["callback_secret"])
	if err != nil || got.ItemID != "o1" || got.Revision != 1795299999000 || got.WebhookID != "cb_1" || got.Refusal != nil ||
		!reflect.DeepEqual(got.Progress, channels.Progress{Stage: channels.Published, ExternalID: "9", URL: "https://app.example.com/9"}) {
		t.Errorf("ReadCallback = %+v, %v, want published", got, err)
	}
	got, err = read(body("rejected"), credentials["callback_secret"])
	if err != nil || got.Refusal == nil || got.Refusal.Class != channels.Content || got.Refusal.Text != "退回" {
		t.Errorf("ReadCallback = %+v, %v, want refused with the reason", got, err)
	}
	for name, c := range map[string]struct {
		body, key string
		want      error
	}{
		"our own key":    {body("published"), secret, app.ErrSignature},
		"unknown status": {body("maybe"), credentials["callback_secret"], app.ErrCallback},
		"another type":   {`{"type":"x","data":{"id":"o1"}}`, credentials["callback_secret"], app.ErrCallback},
		"no JSON":        {`{`, credentials["callback_secret"], app.ErrCallback},
	} {
		if _, err := read(c.body, c.key); !errors.Is(err, c.want) {
			t.Errorf("%s: ReadCallback = %v, want %v", name, err, c.want)
		}
	}
	delete(credentials, "callback_secret")
	if _, err := read(body("published"), secret); !errors.Is(err, app.ErrSignature) {
		t.Errorf("ReadCallback without a key = %v, want ErrSignature", err)
	}
}

func TestPreviewShowsTheWholeArticle(t *testing.T) {
	channel := app.New(app.Config{})
	job := newJob("https://app.example.com/hook")
	preview := channel.Preview(job.Message, job.Account)
	if preview.HTML != job.Message.Body || preview.CoverID != coverID || len(preview.Blocked()) != 0 || len(preview.Warnings) != 0 {
		t.Errorf("Preview = %+v, want the article as it is", preview)
	}
	job.Account.Settings = sql.Object{"thin": true}
	job.Message.CoverID = ""
	preview = channel.Preview(job.Message, job.Account)
	if len(preview.Blocked()) != 1 || len(preview.Warnings) != 2 {
		t.Errorf("Preview = %+v, want the endpoint blocked, and warnings about text and cover", preview)
	}
}
