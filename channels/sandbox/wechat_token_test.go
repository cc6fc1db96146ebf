package sandbox_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

func TestStableToken_SameUntilFiveMinutesBeforeItsEnd(t *testing.T) {
	b := open(t, nil)
	first := b.stable(appid, secret, false)
	token := text(t, first, "access_token")
	if first["expires_in"] != 7200.0 || len(token) > 512 {
		t.Errorf("expires_in = %v, length %d, want 7200 and at most 512", first["expires_in"], len(token))
	}
	b.s.Advance(114 * time.Minute)
	again := b.stable(appid, secret, false)
	if again["access_token"] != token || again["expires_in"].(float64) < 300 {
		t.Errorf("6 minutes before the end: another token or expires_in %v, want the same and at least 300", again["expires_in"])
	}
	b.s.Advance(90 * time.Second)
	renewed := b.stable(appid, secret, false)
	if renewed["access_token"] == token {
		t.Errorf("4.5 minutes before the end: same token, want a new one")
	}
	for _, tok := range []string{token, text(t, renewed, "access_token")} {
		b.token = tok
		wantCode(t, b.wx("/cgi-bin/draft/count", nil), 0)
	}
	b.s.Advance(5 * time.Minute)
	b.token = token
	wantCode(t, b.wx("/cgi-bin/draft/count", nil), 42001)
}

func TestStableToken_ForceRefresh(t *testing.T) {
	b := open(t, nil)
	old := text(t, b.stable(appid, secret, false), "access_token")
	forced := text(t, b.stable(appid, secret, true), "access_token")
	if forced == old {
		t.Fatalf("force_refresh gave the old token")
	}
	b.token = old
	wantCode(t, b.wx("/cgi-bin/draft/count", nil), 40001)
	if got := text(t, b.stable(appid, secret, true), "access_token"); got != forced {
		t.Errorf("second force within 30 s gave a new token, want it ignored")
	}
	for range 19 {
		b.s.Advance(31 * time.Second)
		wantCode(t, b.stable(appid, secret, true), 0)
	}
	b.s.Advance(31 * time.Second)
	wantCode(t, b.stable(appid, secret, true), 45009)
}

func TestToken_EachCallNewOldLivesFiveMinutes(t *testing.T) {
	b := open(t, nil)
	fetch := func() string {
		return text(t, b.must("GET", b.url+"/wechat/cgi-bin/token?grant_type=client_credential&appid="+appid+"&secret="+secret, "", nil).object(t), "access_token")
	}
	stable := b.fetchToken()
	first, second := fetch(), fetch()
	if first == second || first == stable {
		t.Fatalf("plain token repeated")
	}
	use := func(token string, want int) {
		t.Helper()
		b.token = token
		wantCode(t, b.wx("/cgi-bin/draft/count", nil), want)
	}
	use(first, 0)
	b.s.Advance(5*time.Minute + time.Second)
	use(first, 42001)
	use(second, 0)
	use(stable, 0)
}

func TestToken_Refused(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[1].IPWhitelist = []string{"192.0.2.0/24", "198.51.100.7"} })
	post := func(body string) object {
		return b.must("POST", b.url+"/wechat/cgi-bin/stable_token", "application/json", []byte(body)).object(t)
	}
	cases := []struct {
		name string
		got  object
		want int
	}{
		{"unknown appid", b.stable("wx9999", secret, false), 40013},
		{"wrong secret", b.stable(appid, "no", false), 40125},
		{"no secret", post(`{"grant_type":"client_credential","appid":"x"}`), 41004},
		{"no appid", post(`{"grant_type":"client_credential"}`), 41002},
		{"wrong grant", post(`{"grant_type":"x","appid":"x","secret":"y"}`), 40002},
		{"bad JSON", post(`{`), 47001},
		{"empty body", post(``), 44002},
		{"GET", b.must("GET", b.url+"/wechat/cgi-bin/stable_token", "", nil).object(t), 43002},
		{"POST to token", b.must("POST", b.url+"/wechat/cgi-bin/token", "", nil).object(t), 43001},
		{"unknown path", b.must("POST", b.url+"/wechat/cgi-bin/nothing", "", nil).object(t), 40066},
		{"no token", b.must("GET", b.url+"/wechat/cgi-bin/draft/count", "", nil).object(t), 41001},
		{"unknown token", b.must("GET", b.url+"/wechat/cgi-bin/draft/count?access_token=x", "", nil).object(t), 40001},
		{"other address", b.stable("wx0000000000000002", "wx-secret-2", false), 40164},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wantCode(t, c.got, c.want)
			if !strings.Contains(text(t, c.got, "errmsg"), "rid: ") {
				t.Errorf("errmsg %q has no rid", c.got["errmsg"])
			}
		})
	}
	refused := b.stable("wx0000000000000002", "wx-secret-2", false)
	if !strings.Contains(text(t, refused, "errmsg"), "invalid ip 127.0.0.1") {
		t.Errorf("40164 does not name the address: %v", refused["errmsg"])
	}
	wantCode(t, b.stable("wx0000000000000002", "wx-secret-2", false, "X-Sim-Client-IP", "192.0.2.9"), 0)
}

func TestToken_AnotherSystemRotatesIt(t *testing.T) {
	b := open(t, nil)
	wantCode(t, b.wx("/cgi-bin/draft/count", nil), 0)
	if err := b.s.Happen(sandbox.Event{Type: "wechat.rotate_token", Account: appid}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.wx("/cgi-bin/draft/count", nil), 40001)
	b.token = ""
	wantCode(t, b.wx("/cgi-bin/draft/count", nil), 0)
}

func TestWeChatHandler_ServesProductionPathsAtTheRoot(t *testing.T) {
	b := open(t, nil)
	at := httptestServer(t, b.s.WeChatHandler())
	got := b.must("GET", at+"/cgi-bin/getcallbackip?access_token="+url.QueryEscape(b.fetchToken()), "", nil)
	if got.Header.Get("Content-Type") != "application/json; encoding=utf-8" || got.object(t)["ip_list"] == nil {
		t.Errorf("getcallbackip = %s %s", got.Header.Get("Content-Type"), got.body)
	}
	kind, body := form(nil, "media", "1.png", picture("png"))
	address := text(t, b.must("POST", at+"/cgi-bin/media/uploadimg?access_token="+url.QueryEscape(b.token), kind, body).object(t), "url")
	if !strings.HasPrefix(address, at+"/mmbiz/") || b.must("GET", address, "", nil).StatusCode != 200 {
		t.Errorf("picture address %s is not served at %s", address, at)
	}
}
