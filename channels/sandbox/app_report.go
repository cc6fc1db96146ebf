package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// appReportTimeout is how long the sender of articles may take to answer a report.
const appReportTimeout = 5 * time.Second

// reportBack lets the editors of an app decide about an article, and tells the sender at the back end's CallbackURL, signed with its
// CallbackSecret: e.Text is "published", "accepted", or "rejected" with a reason behind it. It fails when there is no such article, no
// address, or the sender does not answer with a 2xx.
func (s *Sandbox) reportBack(e Event) error {
	status, reason, _ := strings.Cut(orElse(e.Text, "published"), " ")
	app, body, err := s.decide(e, status, strings.TrimSpace(reason))
	if err != nil {
		return err
	}
	s.changed()
	signer, err := standardwebhooks.NewWebhook(app.CallbackSecret)
	if err != nil {
		return fmt.Errorf("sandbox: callback secret of app %s: %w", app.Name, err)
	}
	s.mu.Lock()
	id, at := "msg_"+s.id(24), s.clock.now()
	s.mu.Unlock()
	signature, err := signer.Sign(id, at, body)
	if err != nil {
		return fmt.Errorf("sandbox: sign a report of app %s: %w", app.Name, err)
	}
	req, err := http.NewRequest(http.MethodPost, app.CallbackURL, bytes.NewReader(body)) //nolint:gosec,noctx // the operator names the address; the client has a deadline
	if err != nil {
		return fmt.Errorf("sandbox: callback address of app %s: %w", app.Name, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(at.Unix()))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	client := http.Client{Timeout: appReportTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("sandbox: report of app %s: %w", app.Name, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("sandbox: report of app %s was answered with %d", app.Name, resp.StatusCode)
	}
	return nil
}

// decide changes the article as the editors decided, and makes the report about it.
func (s *Sandbox) decide(e Event, status, reason string) (AppBackend, []byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	app := s.state.Apps[e.Account]
	if app == nil || app.item(e.ID) == nil || app.CallbackURL == "" {
		return AppBackend{}, nil, fmt.Errorf("sandbox: event %s: no app %q with an article %q and a callback address", e.Type, e.Account, e.ID)
	}
	it := app.item(e.ID)
	data := map[string]any{"id": it.ID, "revision": it.Revision, "status": status, "remote_id": it.ID}
	switch status {
	case "published":
		it.VisibleFrom = s.clock.now()
		if app.Home != "" {
			data["url"] = strings.TrimSuffix(app.Home, "/") + "/articles/" + it.ID
		}
	case "rejected":
		it.VisibleFrom = time.Time{}
		data["reason"] = orElse(reason, "refused by the editors of the app")
	case "accepted":
	default:
		return AppBackend{}, nil, fmt.Errorf("sandbox: event %s: status %q is not known", e.Type, status)
	}
	it.Changed = s.clock.now()
	body := encode(map[string]any{"type": "delivery.updated", "timestamp": s.clock.now().In(beijing).Format(time.RFC3339), "data": data})
	return app.AppBackend, body, nil
}
