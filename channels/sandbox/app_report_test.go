package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"govmedia/channels/sandbox"
)

func TestApp_ReportsBack(t *testing.T) {
	const reports = "whsec_cmVwb3J0LXNlY3JldC1yZXBvcnQtc2VjcmV0LXJlcG8="
	heard, answer := []string{}, http.StatusOK
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		verifier, err := standardwebhooks.NewWebhook(reports)
		if err == nil {
			err = verifier.VerifyIgnoringTimestamp(body, r.Header)
		}
		if err != nil {
			t.Errorf("report %s: %v", body, err)
		}
		heard = append(heard, string(body))
		w.WriteHeader(answer)
	}))
	defer listener.Close()
	b := open(t, func(cfg *sandbox.Config) {
		a := &cfg.Seeds.Apps[0]
		a.Mode, a.ReviewSeconds, a.CallbackURL, a.CallbackSecret, a.Home = "review", -1, listener.URL, reports, "https://app.example.cn/"
	})
	wantStatus(t, b.send("m1", event("article.published", "a-1", 3, "待审"), hook, 0), 202)
	wantStatus(t, b.send("m2", event("article.published", "a-2", 1, "待审二"), hook, 0), 202)
	happen := func(id, text string) error {
		return b.s.Happen(sandbox.Event{Type: "app.report", Account: "city", ID: id, Text: text})
	}
	if err := happen("a-1", ""); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(heard[0], `"status":"published"`) || !strings.Contains(heard[0], `"revision":3`) || !strings.Contains(heard[0], `"url":"https://app.example.cn/articles/a-1"`) {
		t.Errorf("report = %s", heard[0])
	}
	if err := happen("a-2", "rejected 标题不当"); err != nil || !strings.Contains(heard[1], `"reason":"标题不当"`) {
		t.Errorf("report = %v, %v", heard[1], err)
	}
	if got := b.s.Report().Apps["city"]; got.Visible != 1 {
		t.Errorf("report = %+v, want one visible", got)
	}
	answer = http.StatusInternalServerError
	for id, text := range map[string]string{"a-1": "accepted", "a-9": "published", "a-2": "nonsense"} {
		if err := happen(id, text); err == nil {
			t.Errorf("a report of %s as %s that nobody took, or that cannot be, succeeded", id, text)
		}
	}
}
