package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// AppBackend is the back end of a city's app, which takes articles by signed webhook.
type AppBackend struct {
	Name  string `json:"name"` // part of the address: letters, digits, - and _
	Title string `json:"title,omitempty"`
	// Secrets are the valid signing secrets, "whsec_…" each; two during a rotation.
	Secrets []string `json:"secrets"`
	// Mode: "immediate" (default, 201), "review" (202, visible after ReviewSeconds), "refuse" (422), "silent" (200, never
	// shown).
	Mode string `json:"mode,omitempty"`
	// ReviewSeconds is how long a review takes; negative is for ever.
	ReviewSeconds int `json:"review_seconds,omitempty"`
	// CallbackURL is where the back end reports what its editors decided (event app.report), signed with CallbackSecret.
	CallbackURL    string `json:"callback_url,omitempty"`
	CallbackSecret string `json:"callback_secret,omitempty"`
	// Home is the base of the addresses in its reports; empty names none.
	Home string `json:"home,omitempty"`
	// FeedMode is how its feeds misbehave: one of the Feed… constants, empty for well.
	FeedMode string `json:"feed_mode,omitempty"`
	// SkewSeconds is how far the receiver's clock is off.
	SkewSeconds int `json:"skew_seconds,omitempty"`
}

// appBackend is a back end with everything it has taken.
type appBackend struct {
	AppBackend
	Items      []*appItem             `json:"items"`      // in the order of arrival
	Deliveries map[string]*appReceipt `json:"deliveries"` // by webhook-id
	Refused    int                    `json:"refused"`    // bad signatures
}

// appItem is an article in the app.
type appItem struct {
	ID          string         `json:"id"`
	Revision    int64          `json:"revision"`
	Item        map[string]any `json:"item"` // the JSON Feed item as it came
	Arrived     time.Time      `json:"arrived"`
	Changed     time.Time      `json:"changed"`
	VisibleFrom time.Time      `json:"visible_from"` // zero is never
	Retracted   bool           `json:"retracted"`
	RetractedAt time.Time      `json:"retracted_at,omitzero"`
	Reason      string         `json:"reason,omitempty"`
	Publishes   int            `json:"publishes"` // article.published taken for this id
}

// appReceipt is what became of a webhook-id.
type appReceipt struct {
	Count  int       `json:"count"` // deliveries seen
	Status int       `json:"status"`
	Body   string    `json:"body"`
	First  time.Time `json:"first"`
	Type   string    `json:"type"`
	Item   string    `json:"item"`
}

// AddApp declares a back end, or changes the settings of one that exists and keeps its articles.
func (s *Sandbox) AddApp(app AppBackend) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.state.Apps[app.Name]; old != nil {
		old.AppBackend = app
		return
	}
	s.state.Apps[app.Name] = &appBackend{AppBackend: app, Deliveries: map[string]*appReceipt{}}
}

// AppHandler serves all back ends at the root: /{name}/hook, /{name}/feed.json and so on.
func (s *Sandbox) AppHandler() http.Handler { return byName("", s.serveApp) }

// AppBackendHandler serves one back end at the root: /hook, /feed.json, /feed.atom, /feed.rss, /articles/{id}.
func (s *Sandbox) AppBackendHandler(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serveApp(w, r, name, "") })
}

// serveApp serves the paths of one back end. home is the part of the public address before /articles.
func (s *Sandbox) serveApp(w http.ResponseWriter, r *http.Request, name, home string) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/articles/"); ok && r.Method == http.MethodGet {
		s.appPage(w, r, name, id)
		return
	}
	p := platform{
		name:    App,
		account: func(*Sandbox, *call) string { return name },
		perform: func(s *Sandbox, c *call) answer { return s.appPerform(c, name, home) },
		refuse: func(_ *Sandbox, _ *call, code int, text string) answer {
			return appAnswer(code, map[string]any{"status": "rejected", "reason": orElse(text, http.StatusText(code))})
		},
	}
	s.serve(p, w, r)
}

func (s *Sandbox) appPerform(c *call, name, home string) answer {
	app := s.state.Apps[name]
	if app == nil {
		return appAnswer(http.StatusNotFound, map[string]any{"status": "rejected", "reason": "no such app"})
	}
	feed := appFeeds[c.Path]
	switch {
	case c.Path == "/hook" && c.Method == http.MethodPost:
		return s.appHook(app, c, c.base+home)
	case c.Path == "/hook" || (feed != nil && c.Method != http.MethodGet && c.Method != http.MethodHead):
		a := appAnswer(http.StatusMethodNotAllowed, map[string]any{"status": "rejected", "reason": "method not allowed"})
		a.header = map[string]string{"Allow": "POST"}
		if feed != nil {
			a.header["Allow"] = "GET, HEAD"
		}
		return a
	case feed != nil:
		return app.feed(c, c.base+home, feed)
	}
	return appAnswer(http.StatusNotFound, map[string]any{"status": "rejected", "reason": "no such address"})
}

// appAnswer is a JSON answer; from 400 on its status is noted as the code.
func appAnswer(status int, body any) answer {
	a := answer{status: status, contentType: "application/json", body: encode(body)}
	if status >= http.StatusBadRequest {
		a.code = status
	}
	return a
}
