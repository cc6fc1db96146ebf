package sandbox

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Limits of the hook.
const (
	appBodyLimit = 2 << 20
	appTolerance = 5 * time.Minute // of webhook-timestamp, both ways
)

// appEvent is the body of a webhook.
type appEvent struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      struct {
		Challenge  string         `json:"challenge"`
		Item       map[string]any `json:"item"`
		ID         string         `json:"id"`
		Revision   int64          `json:"revision"`
		ReasonCode string         `json:"reason_code"`
	} `json:"data"`
}

// appHook takes one delivery: 401 signature, 413 length, 415 type, 422 content, 409 known revision, else by mode.
func (s *Sandbox) appHook(app *appBackend, c *call, home string) answer {
	if c.tooBig || len(c.raw) > appBodyLimit {
		return appReject(http.StatusRequestEntityTooLarge, "body too long")
	}
	if kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); kind != "application/json" {
		return appReject(http.StatusUnsupportedMediaType, "content type must be application/json")
	}
	if !app.signed(c) {
		app.Refused++
		return appReject(http.StatusUnauthorized, "signature does not match")
	}
	id := c.r.Header.Get(standardwebhooks.HeaderWebhookID)
	if seen := app.Deliveries[id]; seen != nil {
		seen.Count++
		return answer{status: seen.Status, contentType: "application/json", body: []byte(seen.Body)}
	}
	var event appEvent
	if err := json.Unmarshal(c.raw, &event); err != nil {
		return appReject(http.StatusUnprocessableEntity, "body is no event: "+err.Error())
	}
	a, itemID := app.take(c, event, home)
	if a.code == 0 {
		app.Deliveries[id] = &appReceipt{Count: 1, Status: a.status, Body: string(a.body), First: c.now, Type: event.Type, Item: itemID}
	}
	return a
}

func appReject(status int, reason string) answer {
	return appAnswer(status, map[string]any{"status": "rejected", "reason": reason})
}

// signed verifies the signature with the official library; the time is checked against the sandbox's clock.
func (app *appBackend) signed(c *call) bool {
	seconds, err := strconv.ParseInt(c.r.Header.Get(standardwebhooks.HeaderWebhookTimestamp), 10, 64)
	if err != nil {
		return false
	}
	now := c.now.Add(time.Duration(app.SkewSeconds) * time.Second)
	if age := now.Sub(time.Unix(seconds, 0)); age > appTolerance || age < -appTolerance {
		return false
	}
	for _, secret := range app.Secrets {
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err == nil && verifier.VerifyIgnoringTimestamp(c.raw, c.r.Header) == nil {
			return true
		}
	}
	return false
}

// take does what the event asks and says which item it was about.
func (app *appBackend) take(c *call, event appEvent, home string) (a answer, itemID string) {
	switch event.Type {
	case "endpoint.ping":
		if event.Data.Challenge == "" {
			return appReject(http.StatusUnprocessableEntity, "challenge missing"), ""
		}
		return appAnswer(http.StatusOK, map[string]string{"status": "active", "challenge": event.Data.Challenge}), ""
	case "article.published", "article.updated":
		itemID, _ = event.Data.Item["id"].(string)
		return app.takeItem(c, event, itemID, home), itemID
	case "article.retracted":
		return app.retract(c, event), event.Data.ID
	}
	return appReject(http.StatusUnprocessableEntity, "unknown event type "+event.Type), ""
}

// takeItem stores an item in the mode of the back end, or the one its title asks for.
func (app *appBackend) takeItem(c *call, event appEvent, id, home string) answer {
	item := event.Data.Item
	title, _ := item["title"].(string)
	revision := appRevision(item)
	switch {
	case id == "" || title == "":
		return appReject(http.StatusUnprocessableEntity, "item needs id and title")
	case revision < 1:
		return appReject(http.StatusUnprocessableEntity, "item needs _gov.revision")
	}
	mode := app.modeOf(title)
	if mode == "refuse" {
		return appReject(http.StatusUnprocessableEntity, "refused by the editors of the app")
	}
	old := app.item(id)
	if old != nil && revision <= old.Revision {
		return app.known(old, home)
	}
	if old == nil {
		old = &appItem{ID: id, Arrived: c.now}
		app.Items = append(app.Items, old)
	}
	old.Revision, old.Item, old.Changed, old.Retracted = revision, item, c.now, false
	if event.Type == "article.published" {
		old.Publishes++
	}
	c.Effect = true
	return app.shownBy(old, mode, c.now, home)
}

// shownBy decides from when an item is visible and answers so.
func (app *appBackend) shownBy(it *appItem, mode string, now time.Time, home string) answer {
	address := home + "/articles/" + url.PathEscape(it.ID)
	switch mode {
	case "review":
		it.VisibleFrom = now.Add(time.Duration(app.ReviewSeconds) * time.Second)
		if app.ReviewSeconds < 0 {
			it.VisibleFrom = time.Time{}
		}
		return appAnswer(http.StatusAccepted, map[string]any{"status": "accepted", "remote_id": it.ID})
	case "silent":
		it.VisibleFrom = time.Time{}
		return appAnswer(http.StatusOK, map[string]any{"status": "published", "remote_id": it.ID})
	}
	it.VisibleFrom = now
	return appAnswer(http.StatusCreated, map[string]any{"status": "published", "remote_id": it.ID, "url": address})
}

// known is the answer to a revision the app already has, or a newer one.
func (app *appBackend) known(it *appItem, home string) answer {
	a := appAnswer(http.StatusConflict, map[string]any{
		"status": "published", "remote_id": it.ID, "url": home + "/articles/" + url.PathEscape(it.ID), "revision": it.Revision,
	})
	a.code = 0 // to the sender this is success, and its webhook-id is remembered
	return a
}

// retract takes an item down. One that never came is remembered as retracted, so that a late publish stays hidden.
func (app *appBackend) retract(c *call, event appEvent) answer {
	if event.Data.ID == "" || event.Data.Revision < 1 {
		return appReject(http.StatusUnprocessableEntity, "retraction needs id and revision")
	}
	it := app.item(event.Data.ID)
	if it != nil && event.Data.Revision <= it.Revision {
		a := appAnswer(http.StatusConflict, map[string]any{"status": "rejected", "remote_id": it.ID, "revision": it.Revision})
		a.code = 0
		return a
	}
	if it == nil {
		it = &appItem{ID: event.Data.ID, Item: map[string]any{}, Arrived: c.now}
		app.Items = append(app.Items, it)
	}
	it.Revision, it.Retracted, it.RetractedAt, it.Changed, it.Reason = event.Data.Revision, true, c.now, c.now, event.Data.ReasonCode
	c.Effect = true
	return appAnswer(http.StatusOK, map[string]any{"status": "retracted", "remote_id": it.ID})
}

// modeOf is the mode for an item: the marker in its title, else the back end's.
func (app *appBackend) modeOf(title string) string {
	for _, mode := range []string{"refuse", "review", "silent"} {
		if strings.Contains(title, "[sim:"+mode+"]") {
			return mode
		}
	}
	return app.Mode
}

func (app *appBackend) item(id string) *appItem {
	for _, it := range app.Items {
		if it.ID == id {
			return it
		}
	}
	return nil
}

// appRevision is _gov.revision of an item, 0 when there is none.
func appRevision(item map[string]any) int64 {
	gov, _ := item["_gov"].(map[string]any)
	revision, _ := gov["revision"].(float64)
	return int64(revision)
}

// visible tells whether readers see an item.
func (it *appItem) visible(now time.Time) bool {
	return !it.Retracted && !it.VisibleFrom.IsZero() && !now.Before(it.VisibleFrom)
}
