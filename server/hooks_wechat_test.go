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
