package main

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

const (
	hookToken = "token-of-the-callback"
	hookKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// WeChat's calls need no sign-in and no cookie: the signature says who calls. What is not WeChat's is refused before it is kept.
func TestWeChatCallsBack(t *testing.T) {
	town := newTown(t, "")
	town.start()
	admin := town.signIn("guanli")
	account := accountsOf(admin)[accounts.KindWeChatSubscription]
	appID, _ := account.Settings["app_id"].(string)
	if appID == "" && account.ExternalID != nil {
		appID = *account.ExternalID
	}
	admin.do(http.MethodPut, "/api/accounts/"+account.ID+"/credentials", map[string]any{"version": account.Version,
		"credentials": map[string]string{"app_secret": "s", "callback_token": hookToken, "encoding_aes_key": hookKey}}, http.StatusOK, nil)
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	event := `<xml><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><Event>PUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>7</publish_id></PublishEventInfo></xml>`
	sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(event), appID, hookKey)
	if err != nil {
		t.Fatal(err)
	}
	envelope := "<xml><Encrypt>" + string(sealed) + "</Encrypt></xml>"
	good := url.Values{"timestamp": {stamp}, "nonce": {"1"}, "encrypt_type": {"aes"}, "signature": {util.Signature(hookToken, stamp, "1")},
		"msg_signature": {util.Signature(hookToken, stamp, "1", string(sealed))}, "echostr": {"echo"}}
	plain := url.Values{"timestamp": {stamp}, "nonce": {"1"}, "signature": good["signature"]}
	address := town.base + "/callbacks/wechat/" + account.ID
	for _, c := range []struct {
		name, method, address string
		query                 url.Values
		body                  string
		status                int
		answer                string
	}{
		{"the test of the address", http.MethodGet, address, good, "", http.StatusOK, "echo"},
		{"a bad test", http.MethodGet, address, url.Values{"signature": {"x"}}, "", http.StatusForbidden, "callback_forged"},
		{"an event", http.MethodPost, address, good, envelope, http.StatusOK, "success"},
		{"the same again", http.MethodPost, address, good, envelope, http.StatusOK, "success"},
		{"the plain form", http.MethodPost, address, plain, event, http.StatusForbidden, "callback_forged"},
		{"no XML", http.MethodPost, address, good, "{", http.StatusUnprocessableEntity, "callback_invalid"},
		{"50 MB", http.MethodPost, address, good, strings.Repeat(" ", 50<<20), http.StatusRequestEntityTooLarge, "callback_too_large"},
		{"another account", http.MethodPost, town.base + "/callbacks/wechat/0000000000000000", good, envelope, http.StatusNotFound, "callback_unset"},
	} {
		request, err := http.NewRequest(c.method, c.address+"?"+c.query.Encode(), strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got bytes.Buffer
		_, _ = got.ReadFrom(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != c.status || !strings.Contains(got.String(), c.answer) {
			t.Errorf("%s: answered %d %.200s, want %d %s", c.name, response.StatusCode, got.String(), c.status, c.answer)
		}
	}
}

// What an account has of secrets stays where only one is given anew, and no answer has any of them.
func TestSecretsThatAreNotGivenAnewStay(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	admin := town.signIn("guanli")
	account := accountsOf(admin)[accounts.KindWeChatSubscription]
	path := "/api/accounts/" + account.ID
	bind := func(body map[string]any) {
		t.Helper()
		body["version"] = account.Version
		admin.do(http.MethodPut, path+"/credentials", body, http.StatusOK, &account)
	}
	shows := func(secret, callback bool) {
		t.Helper()
		answer := admin.raw(http.MethodGet, path+"/wechat", "", nil)
		var view WeChatView
		admin.do(http.MethodGet, path+"/wechat", nil, http.StatusOK, &view)
		if view.SecretSet != secret || view.CallbackSet != callback || view.CallbackURL != town.base+"/callbacks/wechat/"+account.ID || view.LastCallback != nil {
			t.Errorf("the settings = %+v, want secret %v and callback %v", view, secret, callback)
		}
		if strings.Contains(answer.text, hookToken) || strings.Contains(answer.text, hookKey) {
			t.Errorf("the answer has a secret: %s", answer.text)
		}
	}
	bind(map[string]any{"credentials": map[string]string{"app_secret": "s"}})
	shows(true, false)
	bind(map[string]any{"credentials": map[string]string{"callback_token": hookToken, "encoding_aes_key": hookKey}, "keep": true})
	shows(true, true)
	admin.refuse(http.MethodPut, path+"/credentials", map[string]any{"version": account.Version - 1, "credentials": map[string]string{"app_secret": "x"}, "keep": true},
		http.StatusConflict, "account.stale")
	bind(map[string]any{"credentials": map[string]string{"callback_token": hookToken}})
	shows(false, false)
	app, _ := appAccount(admin)
	admin.refuse(http.MethodGet, "/api/accounts/"+app+"/wechat", nil, http.StatusNotFound, "wechat.not_wechat")
}

// The home page learns from one call what is the matter at the platforms.
func TestTheAlarmsOfAllPlatformsAreOneList(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	admin := town.signIn("guanli")
	account := accountsOf(admin)[accounts.KindWeChatSubscription]
	var list AccountAlarms
	admin.do(http.MethodGet, "/api/account-alarms", nil, http.StatusOK, &list)
	before := len(list.Items)
	yesterday := time.Now().In(sql.Beijing).AddDate(0, 0, -1).Format(time.DateOnly)
	admin.do(http.MethodPut, "/api/accounts/"+account.ID+"/record", map[string]any{"version": account.Version, "values": map[string]string{"certified_until": yesterday}}, http.StatusOK, nil)
	admin.do(http.MethodGet, "/api/account-alarms", nil, http.StatusOK, &list)
	if len(list.Items) != before+1 || list.Items[0].AccountID != account.ID || list.Items[0].Kind != channels.AlarmCertification || list.Items[0].Level != channels.Bad {
		t.Errorf("alarms = %+v, want the certification that is over first", list.Items)
	}
}
