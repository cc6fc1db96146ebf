package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/channels/sandbox"
)

// withComponent sets up the demo's third-party platform.
func (town *town) withComponent() {
	town.environ = append(town.environ, "GOVMEDIA_WECHAT_PAGE_BASE="+town.stand.URL+"/wechat", "GOVMEDIA_WECHAT_COMPONENT_APPID="+demoComponent,
		"GOVMEDIA_WECHAT_COMPONENT_SECRET="+demoSecret(demoComponent), "GOVMEDIA_WECHAT_COMPONENT_TOKEN="+demoSecret("token"+demoComponent),
		"GOVMEDIA_WECHAT_COMPONENT_AES_KEY="+demoAESKey)
}

// atWeChat agrees on WeChat's page in the name of an account's administrator, and comes back as a browser without our cookies would.
func (town *town) atWeChat(page, appID string) (status int, text, back string) {
	town.t.Helper()
	request, err := http.NewRequest(http.MethodPost, page, strings.NewReader(url.Values{"appid": {appID}, "set": {"1", "2", "3", "7", "11"}, "answer": {"approve"}}.Encode()))
	if err != nil {
		town.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Sim-Any-Account", "1")
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := stay.Do(request)
	if err != nil {
		town.t.Fatal(err)
	}
	_ = response.Body.Close()
	town.sandbox.WaitCallbacks()
	status, text = town.page(response.Header.Get("Location"))
	return status, text, response.Header.Get("Location")
}

func TestAWeChatAccountIsBoundByScanningACode(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.withComponent()
	town.start()
	admin := town.signIn("guanli")
	account := accountsOf(admin)[accounts.KindWeChatSubscription]
	path := "/api/accounts/" + account.ID + "/wechat/grant"
	appID, other := *account.ExternalID, "wxdemo0000000001"
	if appID == other {
		other = "wxdemo0000000003"
	}

	var before GrantView
	admin.do(http.MethodGet, path, nil, http.StatusOK, &before)
	if before.Offered || before.Way != "secret" || !strings.Contains(before.Sentence, "票据") || before.EventURL != town.base+"/callbacks/wechat-component" ||
		before.MessageURL != town.base+"/callbacks/wechat-component/$APPID$" || !strings.HasSuffix(town.base, before.Domain) {
		t.Errorf("before: %+v", before)
	}
	admin.do(http.MethodPost, path+"/begin", nil, http.StatusServiceUnavailable, nil)
	if err := town.sandbox.PushTicket(demoComponent); err != nil {
		t.Fatal(err)
	}
	town.sandbox.WaitCallbacks()
	begin := func() string {
		t.Helper()
		var pages struct{ URL string }
		admin.do(http.MethodPost, path+"/begin", nil, http.StatusOK, &pages)
		return pages.URL
	}
	for who, status := range map[string]int{"xinxi": http.StatusForbidden, "shiban": http.StatusNotFound} {
		town.signIn(who).do(http.MethodPost, path+"/begin", nil, status, nil)
		town.signIn(who).do(http.MethodPost, path+"/check", nil, status, nil)
		town.signIn(who).do(http.MethodPost, path+"/end", map[string]any{"version": 1}, status, nil)
	}
	town.signIn("shiban").do(http.MethodGet, path, nil, http.StatusNotFound, nil)

	if status, text, _ := town.atWeChat(begin(), other); status != http.StatusConflict || !strings.Contains(text, other) || !strings.Contains(text, appID) ||
		!strings.Contains(text, "/accounts/"+account.ID) {
		t.Errorf("another account: %d\n%s", status, text)
	}
	status, text, back := town.atWeChat(begin(), appID)
	if status != http.StatusOK || !strings.Contains(text, "公众号授权成功") {
		t.Fatalf("authorised: %d\n%s", status, text)
	}
	if status, text := town.page(back); status != http.StatusForbidden || !strings.Contains(text, "已经用过") {
		t.Errorf("the same address again: %d\n%s", status, text)
	}
	if status, _ := town.page(town.base + "/callbacks/wechat-grant"); status != http.StatusForbidden {
		t.Errorf("the return without a state = %d", status)
	}
	var after GrantView
	admin.do(http.MethodPost, path+"/check", nil, http.StatusOK, &after)
	if after.Way != "component" || after.Grant == nil || after.Grant.AppID != appID || after.Alarm.Level != "" || after.Warning != "" || len(after.Sets) != 5 {
		t.Errorf("after: %+v", after)
	}
	var settings WeChatView
	admin.do(http.MethodGet, "/api/accounts/"+account.ID+"/wechat", nil, http.StatusOK, &settings)
	if settings.SecretSet || !settings.CallbackSet || settings.CallbackURL != before.MessageURL {
		t.Errorf("settings = %+v", settings)
	}

	// Its administrator takes it back: the unit is told, and a secret of its own binds the account again.
	if err := town.sandbox.Happen(sandbox.Event{Type: "wechat.unauthorize", Account: appID}); err != nil {
		t.Fatal(err)
	}
	town.sandbox.WaitCallbacks()
	var alarms AccountAlarms
	admin.do(http.MethodGet, "/api/account-alarms", nil, http.StatusOK, &alarms)
	if len(alarms.Items) != 1 || alarms.Items[0].AccountID != account.ID || alarms.Items[0].Kind != "authorisation" || !strings.Contains(alarms.Items[0].Sentence, "扫码授权") {
		t.Errorf("alarms = %+v", alarms.Items)
	}
	account = accountsOf(admin)[accounts.KindWeChatSubscription]
	admin.do(http.MethodPut, "/api/accounts/"+account.ID+"/credentials", map[string]any{"version": account.Version, "keep": true,
		"credentials": map[string]string{"app_secret": demoSecret(appID)}}, http.StatusOK, nil)
	var own GrantView
	admin.do(http.MethodGet, path, nil, http.StatusOK, &own)
	if own.Way != "secret" || own.Grant != nil {
		t.Errorf("with its own secret: %+v", own)
	}

	// Bound once more and ended.
	if status, text, _ := town.atWeChat(begin(), appID); status != http.StatusOK {
		t.Fatalf("authorised again: %d\n%s", status, text)
	}
	account = accountsOf(admin)[accounts.KindWeChatSubscription]
	admin.do(http.MethodPost, path+"/end", map[string]any{"version": account.Version - 1}, http.StatusConflict, nil)
	var ended GrantView
	admin.do(http.MethodPost, path+"/end", map[string]any{"version": account.Version}, http.StatusOK, &ended)
	if ended.Way != "none" || ended.Grant != nil || !ended.Offered {
		t.Errorf("ended: %+v", ended)
	}
	for _, secret := range []string{demoSecret(demoComponent), demoSecret("token" + demoComponent), demoAESKey, "ticket@@@", "refreshtoken@@@", "queryauthcode@@@"} {
		if strings.Contains(town.log(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

func TestAServerWithoutAPlatformSaysSo(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	admin := town.signIn("guanli")
	id := accountsOf(admin)[accounts.KindWeChatService].ID
	var view GrantView
	admin.do(http.MethodGet, "/api/accounts/"+id+"/wechat/grant", nil, http.StatusOK, &view)
	if view.Offered || !strings.Contains(view.Sentence, "没有设置微信第三方平台") || view.EventURL != "" {
		t.Errorf("view = %+v", view)
	}
	admin.do(http.MethodPost, "/api/accounts/"+id+"/wechat/grant/begin", nil, http.StatusConflict, nil)
	admin.do(http.MethodGet, "/api/accounts/"+accountsOf(admin)[accounts.KindWeibo].ID+"/wechat/grant", nil, http.StatusNotFound, nil)
	for _, address := range []string{"/callbacks/wechat-component", "/callbacks/wechat-component/wxdemo0000000001"} {
		response, err := http.Post(town.base+address, "text/xml", strings.NewReader("<xml/>"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusConflict || !strings.Contains(string(body), "wechat.component_unset") {
			t.Errorf("%s = %d %s", address, response.StatusCode, body)
		}
	}
}
