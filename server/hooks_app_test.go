package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// appAccount returns the id and the version of the demo district's app.
func appAccount(b *browser) (id string, version int64) {
	b.t.Helper()
	var list struct {
		Items []struct {
			ID      string `json:"id"`
			Version int64  `json:"version"`
		} `json:"items"`
	}
	b.do(http.MethodGet, "/api/accounts?platform=app", nil, http.StatusOK, &list)
	if len(list.Items) != 1 {
		b.t.Fatalf("apps = %+v, want one", list.Items)
	}
	return list.Items[0].ID, list.Items[0].Version
}

func TestAppsAreServedTheirFeedTheirGuideAndTheirSecrets(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	admin := town.signIn("guanli")
	id, version := appAccount(admin)
	anybody := town.browser()
	shows := func(rotating bool) {
		t.Helper()
		var view AppView
		admin.do(http.MethodGet, "/api/accounts/"+id+"/app", nil, http.StatusOK, &view)
		if !view.SecretSet || view.Rotating != rotating || view.FeedURL != town.base+"/feeds/app/"+id+".json" || view.CallbackURL != town.base+"/callbacks/app/"+id {
			t.Errorf("the app's settings = %+v, want rotating %v", view, rotating)
		}
	}
	shows(false)
	active := func(want bool) {
		t.Helper()
		var view AppView
		admin.do(http.MethodGet, "/api/accounts/"+id+"/app", nil, http.StatusOK, &view)
		if (view.VerifiedAt != nil) != want {
			t.Errorf("verified_at = %v, want it active: %v", view.VerifiedAt, want)
		}
	}
	active(true)

	var pinged AppPinged
	admin.do(http.MethodPost, "/api/accounts/"+id+"/app/ping", nil, http.StatusOK, &pinged)
	var secrets AppSecrets
	admin.refuse(http.MethodPost, "/api/accounts/"+id+"/app/rotate", map[string]any{"version": version - 1}, http.StatusConflict, "account.stale")
	admin.do(http.MethodPost, "/api/accounts/"+id+"/app/rotate", map[string]any{"version": version}, http.StatusOK, &secrets)
	shows(true)
	active(false)
	if !secrets.Rotating || !strings.HasPrefix(secrets.Secret, "whsec_") || secrets.FeedURL != town.base+"/feeds/app/"+id+".json" {
		t.Errorf("rotated: %+v", secrets)
	}
	admin.do(http.MethodPost, "/api/accounts/"+id+"/app/ping", nil, http.StatusOK, &pinged) // the app has the old secret still
	active(true)

	feed := func(path, token string) reply {
		t.Helper()
		return anybody.raw(http.MethodGet, path, "", map[string]string{"Authorization": "Bearer " + token})
	}
	for path, token := range map[string]string{"/feeds/app/" + id + ".json": "falsch", "/feeds/app/" + strings.Repeat("0", 16) + ".json": secrets.FeedToken} {
		if got := feed(path, token); got.StatusCode != http.StatusUnauthorized || !strings.Contains(got.text, "app.feed_refused") {
			t.Errorf("%s = %d %s, want it refused", path, got.StatusCode, got.text)
		}
	}
	for format, kind := range map[string]string{"json": "application/feed+json", "atom": "application/atom+xml"} {
		got := feed("/feeds/app/"+id+"."+format, secrets.FeedToken)
		if got.StatusCode != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), kind) {
			t.Errorf("%s = %d %s\n%s", format, got.StatusCode, got.Header.Get("Content-Type"), got.text)
		}
		again := anybody.raw(http.MethodGet, "/feeds/app/"+id+"."+format, "", map[string]string{"Authorization": "Bearer " + secrets.FeedToken, "If-None-Match": got.Header.Get("ETag")})
		if again.StatusCode != http.StatusNotModified || again.text != "" {
			t.Errorf("%s again = %d, want 304", format, again.StatusCode)
		}
	}
	if got := feed("/feeds/app/"+id+".exe", secrets.FeedToken); got.StatusCode != http.StatusNotFound {
		t.Errorf("another format = %d", got.StatusCode)
	}

	report := func(secret string, body []byte) reply {
		t.Helper()
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		signature, _ := signer.Sign("msg_1", time.Now(), body)
		return anybody.raw(http.MethodPost, "/callbacks/app/"+id, string(body), map[string]string{"webhook-id": "msg_1",
			"webhook-timestamp": strconv.FormatInt(time.Now().Unix(), 10), "webhook-signature": signature, "Sec-Fetch-Site": "cross-site"})
	}
	body, _ := json.Marshal(map[string]any{"type": "delivery.updated", "data": map[string]any{"id": "nothing", "revision": 1, "status": "published"}})
	if got := report(secrets.Secret, body); got.StatusCode != http.StatusUnauthorized || !strings.Contains(got.text, "app.signature") {
		t.Errorf("a report signed with another secret = %d %s", got.StatusCode, got.text)
	}
	if got := report(secrets.CallbackSecret, body); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got.text, "app.callback_invalid") {
		t.Errorf("a report about an article that is not theirs = %d %s", got.StatusCode, got.text)
	}
	if got := report(secrets.CallbackSecret, make([]byte, 65<<10)); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a report that is too long = %d", got.StatusCode)
	}

	guide := anybody.raw(http.MethodGet, "/developers/app", "", nil)
	if guide.StatusCode != http.StatusOK || !strings.Contains(guide.text, "article.retracted") || !strings.Contains(guide.text, "Ow5vQ6wT7Gs0WCffbJWmnw1fIqPYDv2fzmRtagcoRFw=") {
		t.Errorf("the guide = %d", guide.StatusCode)
	}
	admin.do(http.MethodPost, "/api/accounts/"+id+"/app/settle", map[string]any{"version": secrets.Version}, http.StatusOK, nil)
	shows(false)
	active(false)
	admin.refuse(http.MethodPost, "/api/accounts/"+id+"/app/ping", nil, http.StatusUnprocessableEntity, "app.ping_failed") // the app never got the new one
	town.signIn("xinxi").refuse(http.MethodPost, "/api/accounts/"+id+"/app/rotate", map[string]any{"version": 1}, http.StatusForbidden, "auth.forbidden")
	for who, want := range map[string]int{"xinxi": http.StatusForbidden, "shiban": http.StatusNotFound} { // of the unit without the right, and of another unit
		town.signIn(who).do(http.MethodPost, "/api/accounts/"+id+"/app/ping", nil, want, nil)
	}
	if strings.Contains(town.log(), "whsec_") {
		t.Error("the log shows a secret")
	}
}
