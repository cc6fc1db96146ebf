package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"govmedia/channels/sandbox"
)

// weiboAccount returns the id of the account of the demo district with a uid.
func (town *town) weiboAccount(b *browser, uid string) string {
	town.t.Helper()
	var list struct {
		Items []struct {
			ID         string  `json:"id"`
			ExternalID *string `json:"external_id"`
		} `json:"items"`
	}
	b.do(http.MethodGet, "/api/accounts?platform=weibo&per_page=100", nil, http.StatusOK, &list)
	for _, item := range list.Items {
		if item.ExternalID != nil && *item.ExternalID == uid {
			return item.ID
		}
	}
	town.t.Fatalf("no account with uid %s among %+v", uid, list.Items)
	return ""
}

// atWeibo answers the authorise page in the name of a user and comes back, as a browser without our cookies would.
func (town *town) atWeibo(page, uid, reply string) (status int, text string) {
	town.t.Helper()
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := stay.PostForm(page, url.Values{"uid": {uid}, "answer": {reply}})
	if err != nil {
		town.t.Fatal(err)
	}
	_ = response.Body.Close()
	return town.page(response.Header.Get("Location"))
}

func (town *town) page(address string) (status int, text string) {
	town.t.Helper()
	response, err := http.Get(address)
	if err != nil {
		town.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		town.t.Fatalf("%s = %s, %v, want a page", address, response.Header.Get("Content-Type"), err)
	}
	return response.StatusCode, string(body)
}

func TestWeiboIsAuthorisedThroughTheBrowser(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	admin := town.signIn("guanli")
	id := town.weiboAccount(admin, "1000000001")
	path := "/api/accounts/" + id + "/weibo"

	var before WeiboView
	admin.do(http.MethodGet, path, nil, http.StatusOK, &before)
	if before.RedirectURI != town.base+"/callbacks/weibo" || before.AppKey != demoAppKey || !before.Authorised || before.CallsMax != 100 {
		t.Errorf("before: %+v", before)
	}
	begin := func() string {
		t.Helper()
		var page WeiboPage
		admin.do(http.MethodPost, path+"/authorize", nil, http.StatusOK, &page)
		return page.URL
	}
	if status, text := town.atWeibo(begin(), "1000000002", "approve"); status != http.StatusConflict || !strings.Contains(text, "不一致") || !strings.Contains(text, "/accounts/"+id) {
		t.Errorf("the wrong account: %d\n%s", status, text)
	}
	if status, text := town.atWeibo(begin(), "1000000001", "deny"); status != http.StatusConflict || !strings.Contains(text, "没有同意授权") {
		t.Errorf("denied: %d\n%s", status, text)
	}
	page := begin()
	if status, text := town.atWeibo(page, "1000000001", "approve"); status != http.StatusOK || !strings.Contains(text, "微博授权成功") {
		t.Fatalf("authorised: %d\n%s", status, text)
	}
	if status, text := town.atWeibo(page, "1000000001", "approve"); status != http.StatusForbidden || !strings.Contains(text, "已经用过") {
		t.Errorf("the same page again: %d\n%s", status, text)
	}
	if status, _ := town.page(town.base + "/callbacks/weibo"); status != http.StatusForbidden {
		t.Errorf("the callback without a state = %d", status)
	}

	var after WeiboView
	admin.do(http.MethodPost, path+"/check", nil, http.StatusOK, &after)
	if after.Binding == nil || after.Binding.State != "ok" || after.Binding.ScreenName == "" || after.Alarm.Level != "" || after.Warning != "" {
		t.Errorf("after: %+v", after)
	}
	granted := map[string]bool{}
	for _, route := range after.Routes {
		granted[route.Route] = route.Known && route.Granted
	}
	if !granted["share"] || !granted["destroy"] || granted["article"] || granted["update"] {
		t.Errorf("routes = %+v, want share and destroy granted", after.Routes)
	}

	// The token ends: the round finds it, and the unit is told.
	if err := town.sandbox.Happen(sandbox.Event{Type: "weibo.expire", Account: "1000000001"}); err != nil {
		t.Fatal(err)
	}
	var ended WeiboView
	admin.do(http.MethodPost, path+"/check", nil, http.StatusOK, &ended)
	var alarms WeiboAlarms
	town.signIn("xinxi").do(http.MethodGet, "/api/weibo-alarms", nil, http.StatusOK, &alarms)
	if ended.Alarm.Level != "expired" || len(ended.Holds) != 1 || len(alarms.Items) != 1 || alarms.Items[0].AccountID != id || !hasHan(alarms.Items[0].Alarm.Sentence) {
		t.Errorf("ended: %+v, alarms %+v", ended, alarms)
	}

	// Unbinding takes the token away and leaves the app.
	var card struct {
		Account struct {
			Version int64 `json:"version"`
		} `json:"account"`
	}
	admin.do(http.MethodGet, "/api/accounts/"+id, nil, http.StatusOK, &card)
	account := card.Account
	admin.refuse(http.MethodPost, path+"/revoke", map[string]any{"version": account.Version - 1}, http.StatusConflict, "account.stale")
	var gone WeiboView
	admin.do(http.MethodPost, path+"/revoke", map[string]any{"version": account.Version}, http.StatusOK, &gone)
	if gone.Authorised || gone.Binding != nil || gone.AppKey != demoAppKey {
		t.Errorf("unbound: %+v", gone)
	}
	if log := town.log(); strings.Contains(log, demoSecret("token1000000001")) || strings.Contains(log, demoSecret(demoAppKey)) {
		t.Error("the log shows a secret")
	}
}

func TestWeiboIsAuthorisedByWhoMayBind(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	admin, officer := town.signIn("guanli"), town.signIn("xinxi")
	id := town.weiboAccount(admin, "1000000001")
	officer.refuse(http.MethodPost, "/api/accounts/"+id+"/weibo/authorize", nil, http.StatusForbidden, "auth.forbidden")
	admin.refuse(http.MethodPost, "/api/accounts/"+strings.Repeat("0", 16)+"/weibo/authorize", nil, http.StatusNotFound, "account.not_found")
	other := town.weiboAccount(town.signIn("shiban"), "1000000003")
	admin.refuse(http.MethodPost, "/api/accounts/"+other+"/weibo/authorize", nil, http.StatusNotFound, "account.not_found")
}
