package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

// sim calls the control port and decodes the answer into out, which may be nil.
func (b *bench) sim(method, path, body string, out any) int {
	b.t.Helper()
	r := b.must(method, b.control+"/_sim/"+path, "application/json", []byte(body))
	if out != nil {
		if err := json.Unmarshal(r.body, out); err != nil {
			b.t.Fatalf("%s %s: %v\n%s", method, path, err, r.body)
		}
	}
	return r.StatusCode
}

func TestControl_FaultsOverHTTP(t *testing.T) {
	b := open(t, nil)
	mediaID := b.draft("稿")
	var added struct{ ID int64 }
	b.sim("POST", "faults", `{"match":{"platform":"wechat","path":"/cgi-bin/freepublish/submit"},"action":"drop_after","times":1}`, &added)
	if _, err := b.trySubmit(mediaID); err == nil || added.ID == 0 {
		t.Errorf("fault %d did not cut the connection", added.ID)
	}
	var faults []sandbox.Fault
	b.sim("GET", "faults", "", &faults)
	if len(faults) != 1 || faults[0].Acted != 1 {
		t.Errorf("faults = %+v, want one that acted once", faults)
	}
	for _, bad := range []string{`{"action":"explode"}`, `{"action":"drop_after","when":"before"}`, `{"action":"delay","pause":1}`, `{`} {
		if status := b.sim("POST", "faults", bad, nil); status != 400 {
			t.Errorf("POST faults %s = %d, want 400", bad, status)
		}
	}
	b.sim("DELETE", "faults", "", nil)
	if b.sim("GET", "faults", "", &faults); len(faults) != 0 {
		t.Errorf("faults after DELETE = %v", faults)
	}
}

func TestControl_WaitingAndRelease(t *testing.T) {
	b := open(t, nil)
	mediaID := b.draft("稿")
	b.sim("POST", "faults", `{"match":{"path":"freepublish/submit"},"action":"wait","when":"after","times":1}`, nil)
	done := make(chan error, 1)
	go func() { _, err := b.trySubmit(mediaID); done <- err }()
	var waiting []sandbox.Call
	waitFor(t, "a held call", func() bool { b.sim("GET", "waiting", "", &waiting); return len(waiting) == 1 })
	var out struct{ Released int }
	if b.sim("POST", "release", "", &out); out.Released != 1 || waiting[0].Phase != sandbox.Committed {
		t.Errorf("released %d of %+v", out.Released, waiting)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestControl_JournalMasksSecrets(t *testing.T) {
	b := open(t, nil)
	b.draft("稿")
	b.wbPost(share, post("通知", nil))
	b.must("GET", b.url+"/wechat/cgi-bin/token?grant_type=client_credential&appid="+appid+"&secret="+secret, "", nil)
	var calls []sandbox.Call
	b.sim("GET", "journal?platform=wechat&account="+appid, "", &calls)
	if len(calls) != 4 || calls[0].Path != "/cgi-bin/stable_token" || calls[2].Body["articles"] == nil {
		t.Errorf("journal = %+v, want stable_token, add_material, draft/add, token", calls)
	}
	var newer []sandbox.Call
	if b.sim("GET", "journal?platform=wechat&path=/cgi-bin/draft/*&limit=1", "", &newer); len(newer) != 1 || newer[0].Path != "/cgi-bin/draft/add" {
		t.Errorf("filtered journal = %+v", newer)
	}
	raw := b.must("GET", b.control+"/_sim/journal", "", nil).body
	for _, hidden := range []string{b.token, secret, "wb-token"} {
		if bytes.Contains(raw, []byte(hidden)) {
			t.Errorf("journal shows %.20s", hidden)
		}
	}
}

func TestControl_ClockAccountsSettingsReset(t *testing.T) {
	b := open(t, nil)
	var clock struct{ Now time.Time }
	b.sim("POST", "clock", `{"freeze":true,"set":"2027-01-01T00:00:00+08:00","advance":"90m"}`, &clock)
	if want := time.Date(2027, 1, 1, 1, 30, 0, 0, start.Location()); !clock.Now.Equal(want) || !b.s.Now().Equal(want) {
		t.Errorf("clock = %s, want %s", clock.Now, want)
	}
	if status := b.sim("POST", "clock", `{"advance":"soon"}`, nil); status != 400 {
		t.Errorf("bad duration = %d, want 400", status)
	}
	b.sim("POST", "accounts", `{"wechat":[{"appid":"wx3","secret":"s3"}]}`, nil)
	wantCode(t, b.stable("wx3", "s3", false), 0)
	var settings sandbox.Settings
	if b.sim("POST", "settings", `{"publish_delay_ms":5000}`, &settings); settings.PublishDelayMS != 5000 || !settings.AllowPrivateRIP {
		t.Errorf("settings = %+v, want the delay changed and the rest kept", settings)
	}
	b.publish(b.draft("稿"))
	b.sim("POST", "reset", "", nil)
	var report sandbox.Report
	b.sim("GET", "report", "", &report)
	if r := report.WeChat[appid]; r.Submits != 0 || r.Drafts != 0 || len(b.s.Journal(sandbox.Filter{})) != 0 {
		t.Errorf("after reset: %+v", r)
	}
	b.token = ""
	wantCode(t, b.wx("/cgi-bin/draft/count", nil), 0)
}

func TestReport_CountsWhatWasPublishedTwice(t *testing.T) {
	b := open(t, nil)
	b.publish(b.draft("同一篇"))
	b.publish(b.draft("同一篇"))
	b.publish(b.draft("另一篇"))
	wantStatus(t, b.send("m1", event("article.published", "a-1", 1, "通知"), hook, 0), 201)
	wantStatus(t, b.send("m2", event("article.published", "a-1", 2, "通知"), hook, 0), 201)
	report := b.s.Report()
	if r := report.WeChat[appid]; r.Submits != 3 || r.Published != 3 || len(r.Duplicates) != 1 {
		t.Errorf("WeChat report = %+v, want one duplicate", r)
	}
	if r := report.Apps["city"]; r.Duplicates["a-1"] != 2 {
		t.Errorf("app report = %+v, want a-1 published twice", r)
	}
}

func TestSandbox_ManyAtOnce(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.DataDir = t.TempDir() })
	b.fetchToken()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			title := "并行" + strconv.Itoa(i)
			b.page(firstURL(t, b.publish(b.draft(title))))
			b.wbPost(share, post(title, nil))
			b.send("m"+strconv.Itoa(i), event("article.published", "a-"+strconv.Itoa(i), 1, title), hook, 0)
			b.page("/")
			b.s.Advance(time.Second)
			if calls := b.s.Journal(sandbox.Filter{Platform: sandbox.App}); len(calls) == 0 {
				t.Errorf("journal lost the app's calls")
			}
		})
	}
	wg.Wait()
	report := b.s.Report()
	if report.WeChat[appid].Published != 8 || report.Weibo["2001"].Posts != 8 || report.Apps["city"].Visible != 8 {
		t.Errorf("report = %+v, want eight of each", report)
	}
}

func TestRestart_KeepsReadersPagesAndTokens(t *testing.T) {
	dir := t.TempDir()
	first := open(t, func(cfg *sandbox.Config) { cfg.DataDir = dir; cfg.ClockStart = time.Time{} })
	address := strings.TrimPrefix(firstURL(t, first.publish(first.draft("留存"))), first.url)
	shared := wantWeibo(t, first.wbPost(share, post("通知", nil)), 0, 200)
	if err := first.s.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, func(cfg *sandbox.Config) { cfg.DataDir = dir; cfg.ClockStart = time.Time{} })
	page := second.page(address)
	_, picture, _ := strings.Cut(page, `class="cover" src="`)
	picture, _, _ = strings.Cut(picture, `"`)
	if !strings.Contains(page, "留存") || second.must("GET", second.url+picture, "", nil).Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("page or its cover %q is lost after a restart", picture)
	}
	second.page("/2001/" + shared["mid"].(string))
	if got := second.stable(appid, secret, false)["access_token"]; got != first.token {
		t.Errorf("token changed over the restart")
	}
	if again := second.draft("又一篇"); again == "" || second.s.Report().WeChat[appid].Published != 1 {
		t.Errorf("state after the restart: %+v", second.s.Report().WeChat[appid])
	}
}

func TestRestart_SavesWithoutBeingClosed(t *testing.T) {
	dir := t.TempDir()
	b := open(t, func(cfg *sandbox.Config) { cfg.DataDir = dir })
	id := b.draft("稿")
	waitFor(t, "the dump", func() bool {
		data, err := os.ReadFile(filepath.Join(dir, "sandbox.json"))
		return err == nil && bytes.Contains(data, []byte(id))
	})
	if err := b.s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sandbox.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.New(sandbox.Config{DataDir: dir}); err == nil {
		t.Errorf("New accepted a damaged dump")
	}
}

func TestRun_ServesUntilCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := &bench{t: t}
	cfg := sandbox.Defaults()
	cfg.Listen, cfg.Control, cfg.Seeds = "127.0.0.1:0", "127.0.0.1:0", seeds()
	ready := make(chan struct{})
	cfg.Ready = func(public, control string) { b.url, b.control = public, control; close(ready) }
	done := make(chan error, 1)
	go func() { done <- sandbox.Run(ctx, cfg) }()
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("Run: %v", err)
	}
	if page := b.page("/"); !strings.Contains(page, "还没有发布任何内容") {
		t.Errorf("index page of an empty sandbox = %s", page)
	}
	if status := b.sim("GET", "report", "", nil); status != 200 {
		t.Errorf("report = %d", status)
	}
	if r := b.must("GET", b.url+"/_sim/report", "", nil); r.StatusCode != 404 {
		t.Errorf("control path on the public port = %d, want 404", r.StatusCode)
	}
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Run returned %v after the cancel, want nil", err)
	}
	if err := sandbox.Run(t.Context(), sandbox.Config{Listen: "127.0.0.1:x"}); err == nil {
		t.Errorf("Run on a bad address succeeded")
	}
}
