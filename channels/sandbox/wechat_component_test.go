package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

// What the stand-in grants a third-party platform ends when it should, and is good once.
func TestAThirdPartyPlatformIsGrantedOnce(t *testing.T) {
	box, err := sandbox.New(sandbox.Config{Seed: 7, ClockStart: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(box.Handler())
	defer server.Close()
	box.AddWeChat(sandbox.WeChatAccount{AppID: "wx1", Secret: "s", Nickname: "甲"})
	box.AddComponent(sandbox.WeChatComponent{AppID: "wxp", Secret: "s", Token: "t", EncodingAESKey: strings.Repeat("A", 43), Host: "gov.example.cn"})
	if err := box.PushTicket("wxp"); err != nil {
		t.Fatal(err)
	}
	var state struct {
		Components map[string]struct {
			Tickets map[string]time.Time `json:"tickets"`
		} `json:"components"`
	}
	recorder := httptest.NewRecorder()
	box.ControlHandler().ServeHTTP(recorder, httptest.NewRequest("GET", "/_sim/state", nil))
	if err := json.Unmarshal(recorder.Body.Bytes(), &state); err != nil || len(state.Components["wxp"].Tickets) != 1 {
		t.Fatalf("state: %v, %+v", err, state)
	}
	token := ""
	ask := func(path string, in map[string]string) map[string]any {
		t.Helper()
		in["component_appid"] = "wxp"
		body, _ := json.Marshal(in)
		response, err := http.Post(server.URL+"/wechat/cgi-bin/component/"+path+"?component_access_token="+url.QueryEscape(token), "application/json", strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		out := map[string]any{}
		if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	refused := func(what string, out map[string]any, code float64) {
		t.Helper()
		if out["errcode"] != code {
			t.Errorf("%s: %v, want %v", what, out, code)
		}
	}
	ticket := ""
	for ticket = range state.Components["wxp"].Tickets {
	}
	refused("a wrong secret", ask("api_component_token", map[string]string{"component_appsecret": "x", "component_verify_ticket": ticket}), 40125)
	refused("a wrong ticket", ask("api_component_token", map[string]string{"component_appsecret": "s", "component_verify_ticket": "x"}), 61006)
	refused("no token", ask("api_create_preauthcode", map[string]string{}), 41001)
	token, _ = ask("api_component_token", map[string]string{"component_appsecret": "s", "component_verify_ticket": ticket})["component_access_token"].(string)

	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	agree := func(code, back string) (string, string) {
		t.Helper()
		page := server.URL + "/wechat/cgi-bin/componentloginpage?" + url.Values{"component_appid": {"wxp"}, "pre_auth_code": {code}, "redirect_uri": {back}, "biz_appid": {"wx1"}}.Encode()
		response, err := stay.PostForm(page, url.Values{"appid": {"wx1"}, "set": {"7", "11"}, "answer": {"approve"}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		text, _ := io.ReadAll(response.Body)
		target, err := url.Parse(response.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return target.Query().Get("auth_code"), string(text)
	}
	preAuth := func() string {
		code, _ := ask("api_create_preauthcode", map[string]string{})["pre_auth_code"].(string)
		return code
	}
	code := preAuth()
	shown, err := http.Get(server.URL + "/wechat/cgi-bin/componentloginpage?" + url.Values{"component_appid": {"wxp"}, "pre_auth_code": {code}, "redirect_uri": {"https://gov.example.cn/back?state=a~b"}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	form, _ := io.ReadAll(shown.Body)
	_ = shown.Body.Close()
	if want := "&amp;pre_auth_code=" + url.QueryEscape(code) + "&amp;redirect_uri=https%3A%2F%2Fgov.example.cn"; !strings.Contains(string(form), want) {
		t.Errorf("the form of the page does not lead back to it with %s:\n%s", want, form)
	}
	if got, text := agree(code, "https://elsewhere.example.cn/"); got != "" || !strings.Contains(text, "发起页域名") {
		t.Errorf("back to another host: %q", got)
	}
	auth, _ := agree(code, "https://gov.example.cn/back")
	if auth == "" {
		t.Fatal("no authorization code")
	}
	if again, text := agree(code, "https://gov.example.cn/back"); again != "" || !strings.Contains(text, "预授权码无效") {
		t.Errorf("a pre-auth code is good twice: %q", again)
	}
	late := preAuth()
	box.Advance(10*time.Minute + time.Second)
	if got, _ := agree(late, "https://gov.example.cn/back"); got != "" {
		t.Error("a pre-auth code is good after ten minutes")
	}
	info, _ := ask("api_query_auth", map[string]string{"authorization_code": auth})["authorization_info"].(map[string]any)
	if info["authorizer_appid"] != "wx1" || info["authorizer_refresh_token"] == "" {
		t.Errorf("authorization_info = %v", info)
	}
	refused("an authorization code again", ask("api_query_auth", map[string]string{"authorization_code": auth}), 61009)
	refused("another refresh token", ask("api_authorizer_token", map[string]string{"authorizer_appid": "wx1", "authorizer_refresh_token": "x"}), 61023)
	if err := box.Happen(sandbox.Event{Type: "wechat.unauthorize", Account: "wx1"}); err != nil {
		t.Fatal(err)
	}
	refused("after it was taken back", ask("api_get_authorizer_info", map[string]string{"authorizer_appid": "wx1"}), 61003)
	box.Advance(13 * time.Hour)
	refused("an old ticket", ask("api_component_token", map[string]string{"component_appsecret": "s", "component_verify_ticket": ticket}), 61005)
}
