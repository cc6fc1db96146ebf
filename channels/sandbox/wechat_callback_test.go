package sandbox_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"govmedia/channels/sandbox"
)

const (
	callbackToken = "callback-token"
	callbackKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// listener is a callback address that opens envelopes with the SDK's crypto.
type listener struct {
	t      *testing.T
	mu     sync.Mutex
	events []string // the XML inside
	fail   int      // so many requests are answered 500 first
	seen   int
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := r.URL.Query()
	if r.Method == http.MethodGet {
		if q.Get("signature") != util.Signature(callbackToken, q.Get("timestamp"), q.Get("nonce")) {
			l.t.Errorf("the test of the address has a bad signature: %v", q)
		}
		_, _ = io.WriteString(w, q.Get("echostr"))
		return
	}
	l.seen++
	if l.seen <= l.fail {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	body, _ := io.ReadAll(r.Body)
	if plain, ok := l.open(q, body); ok {
		l.events = append(l.events, plain)
	}
	_, _ = io.WriteString(w, "success")
}

// open checks the signature and decrypts; false for what is none of the platform's.
func (l *listener) open(q url.Values, body []byte) (string, bool) {
	var envelope struct {
		Encrypt string `xml:"Encrypt"`
	}
	if xml.Unmarshal(body, &envelope) != nil || q.Get("encrypt_type") != "aes" {
		return "", false
	}
	if q.Get("msg_signature") != util.Signature(callbackToken, q.Get("timestamp"), q.Get("nonce"), envelope.Encrypt) {
		return "", false
	}
	_, plain, err := util.DecryptMsg(appid, envelope.Encrypt, callbackKey)
	return string(plain), err == nil
}

func (l *listener) heard() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.events...)
}

// called opens a bench whose account is called back.
func called(t *testing.T, fail int, change func(*sandbox.WeChatAccount)) (*bench, *listener) {
	t.Helper()
	l := &listener{t: t, fail: fail}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	b := open(t, func(cfg *sandbox.Config) {
		cfg.Settings.CallbackRetryMS = 1
		a := &cfg.Seeds.WeChat[0]
		a.CallbackURL, a.CallbackToken, a.EncodingAESKey = server.URL+"/hook?a=1", callbackToken, callbackKey
		if change != nil {
			change(a)
		}
	})
	return b, l
}

func TestCallback_TheSDKOpensIt(t *testing.T) {
	b, l := called(t, 2, nil)
	job := b.publish(b.draft("稿件"))
	b.s.WaitCallbacks()
	heard := l.heard()
	if len(heard) != 1 {
		t.Fatalf("heard %v, want one event after two failures", heard)
	}
	for _, want := range []string{"PUBLISHJOBFINISH", "<publish_status>0</publish_status>", "<article_id>" + text(t, job, "article_id"), firstURL(t, job), "<idx>1</idx>"} {
		if !strings.Contains(heard[0], want) {
			t.Errorf("the event lacks %q: %s", want, heard[0])
		}
	}
	tries := b.s.Callbacks()
	if len(tries) != 4 || tries[0].Event != "verify" || !tries[3].Taken || tries[3].Try != 3 {
		t.Errorf("tries = %+v, want the test of the address, two failures and a success", tries)
	}
}

func TestCallback_DroppedAfterThreeRepetitions(t *testing.T) {
	b, l := called(t, 100, nil)
	b.publish(b.draft("稿件"))
	b.s.WaitCallbacks()
	if n := len(b.s.Callbacks()); n != 5 || len(l.heard()) != 0 {
		t.Errorf("%d requests, want the test, one try and three repetitions", n)
	}
}

func TestCallback_FailedJobsAndSwitches(t *testing.T) {
	b, l := called(t, 0, func(a *sandbox.WeChatAccount) { a.CallbackDuplicates = 1 })
	b.publish(b.draft("稿件[sim:4]"))
	b.s.WaitCallbacks()
	heard := l.heard()
	if len(heard) != 2 || !strings.Contains(heard[0], "<publish_status>4</publish_status>") || !strings.Contains(heard[0], "<fail_idx>1</fail_idx>") || strings.Contains(heard[0], "article_id") {
		t.Errorf("heard %v, want status 4 twice without an article", heard)
	}
	b, l = called(t, 0, func(a *sandbox.WeChatAccount) { a.CallbackAsMass = true })
	b.publish(b.draft("稿件"))
	b.s.WaitCallbacks()
	if heard = l.heard(); len(heard) != 1 || !strings.Contains(heard[0], "MASSSENDJOBFINISH") {
		t.Errorf("heard %v, want the other event", heard)
	}
	b, l = called(t, 0, func(a *sandbox.WeChatAccount) { a.CallbackNever = true })
	b.publish(b.draft("稿件"))
	b.s.WaitCallbacks()
	if heard = l.heard(); len(heard) != 0 {
		t.Errorf("heard %v, want nothing", heard)
	}
}

func TestCallback_EarlyAndOutOfOrder(t *testing.T) {
	b, l := called(t, 0, func(a *sandbox.WeChatAccount) { a.CallbackEarly = true })
	b.s.ChangeSettings(func(s *sandbox.Settings) { s.PublishDelayMS = 60_000 })
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": b.draft("稿件")}), 0)
	if len(l.heard()) != 1 {
		t.Error("the event did not come before the answer of submit")
	}
	b, l = called(t, 0, func(a *sandbox.WeChatAccount) { a.CallbackHold = true })
	b.publish(b.draft("先"))
	b.publish(b.draft("后"))
	if len(l.heard()) != 0 || b.s.ReleaseCallbacks(true) != 2 {
		t.Fatal("events were not kept back")
	}
	heard := l.heard()
	if id := func(s string) string { _, rest, _ := strings.Cut(s, "<publish_id>"); return rest[:10] }; len(heard) != 2 || id(heard[0]) <= id(heard[1]) {
		t.Errorf("heard %v, want the later job first", heard)
	}
}

func TestCallback_MassEvents(t *testing.T) {
	for marker, want := range map[string]string{"": "send success", "[sim:m20001]": "err(20001)"} {
		b, l := called(t, 0, nil)
		sent := b.sendAll(b.draft("群发"+marker), "d1")
		wantCode(t, sent, 0)
		b.s.WaitCallbacks()
		heard := l.heard()
		if len(heard) != 1 || !strings.Contains(heard[0], want) || (marker == "") != strings.Contains(heard[0], "<ArticleUrl>") {
			t.Errorf("%s: heard %v, want %s", marker, heard, want)
		}
	}
}

func TestCallback_WhenRealTimeComes(t *testing.T) {
	b, l := called(t, 0, nil)
	b.s.ChangeSettings(func(s *sandbox.Settings) { s.PublishDelayMS = 30 })
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": b.draft("稿件")}), 0)
	waitFor(t, "the callback without any further call", func() bool { return len(l.heard()) == 1 })
}

func TestCallback_Forged(t *testing.T) {
	b, l := called(t, 0, nil)
	if _, err := b.s.Forge(sandbox.ForgedCallback{Account: appid, How: "replay"}); err == nil {
		t.Error("a replay of nothing was sent")
	}
	b.publish(b.draft("稿件"))
	b.s.WaitCallbacks()
	before := len(l.heard())
	for _, how := range []string{"bad_signature", "plain", "wrong_appid", "garbage"} {
		if _, err := b.s.Forge(sandbox.ForgedCallback{Account: appid, How: how}); err != nil {
			t.Errorf("Forge %s = %v", how, err)
		}
	}
	if got := l.heard(); len(got) != before {
		t.Errorf("the SDK opened a forged callback: %v", got[before:])
	}
	for _, how := range []string{"replay", "old", "future", "genuine"} { // good signatures: freshness and memory tell them
		if line, err := b.s.Forge(sandbox.ForgedCallback{Account: appid, How: how}); err != nil || line.Status != http.StatusOK {
			t.Errorf("Forge %s = %+v, %v", how, line, err)
		}
	}
	if got := l.heard(); len(got) != before+4 {
		t.Errorf("%d were opened, want 4", len(got)-before)
	}
	answer := b.must("POST", b.control+"/_sim/callbacks", "application/json", []byte(`{"account":"`+appid+`","how":"huge","bytes":1000000}`)).object(t)
	if answer["status"] != 200.0 {
		t.Errorf("POST /_sim/callbacks = %v", answer)
	}
	if _, err := b.s.Forge(sandbox.ForgedCallback{Account: "wx0000000000000002", How: "plain"}); err == nil {
		t.Error("a callback was sent to an account without an address")
	}
	b.s.Advance(time.Hour)
}
