package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ControlHandler serves the control port; the package comment lists its paths.
func (s *Sandbox) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sim/journal", s.controlJournal)
	mux.HandleFunc("GET /_sim/requests", s.controlJournal)
	mux.HandleFunc("GET /_sim/faults", func(w http.ResponseWriter, _ *http.Request) { control(w, s.Faults(), nil) })
	mux.HandleFunc("POST /_sim/faults", s.controlAddFault)
	mux.HandleFunc("DELETE /_sim/faults", s.controlClearFaults)
	mux.HandleFunc("DELETE /_sim/faults/{id}", s.controlClearFaults)
	mux.HandleFunc("GET /_sim/clock", func(w http.ResponseWriter, _ *http.Request) { control(w, s.clockAnswer(), nil) })
	mux.HandleFunc("POST /_sim/clock", s.controlClock)
	mux.HandleFunc("POST /_sim/clock/advance", s.controlClock)
	mux.HandleFunc("POST /_sim/accounts", s.controlAccounts)
	mux.HandleFunc("POST /_sim/approve", s.controlApprove)
	mux.HandleFunc("GET /_sim/callbacks", func(w http.ResponseWriter, _ *http.Request) { control(w, s.Callbacks(), nil) })
	mux.HandleFunc("POST /_sim/callbacks", s.controlForge)
	mux.HandleFunc("POST /_sim/callbacks/release", s.controlReleaseCallbacks)
	mux.HandleFunc("GET /_sim/state", s.controlState)
	mux.HandleFunc("PUT /_sim/state", s.controlLoad)
	mux.HandleFunc("GET /_sim/settings", func(w http.ResponseWriter, _ *http.Request) { control(w, s.settings(), nil) })
	mux.HandleFunc("POST /_sim/settings", s.controlSettings)
	mux.HandleFunc("POST /_sim/events", s.controlEvent)
	mux.HandleFunc("GET /_sim/report", func(w http.ResponseWriter, _ *http.Request) { control(w, s.Report(), nil) })
	mux.HandleFunc("GET /_sim/waiting", func(w http.ResponseWriter, _ *http.Request) { control(w, s.Waiting(), nil) })
	mux.HandleFunc("POST /_sim/release", s.controlRelease)
	mux.HandleFunc("POST /_sim/reset", func(w http.ResponseWriter, _ *http.Request) { s.Reset(); control(w, struct{}{}, nil) })
	return mux
}

// control answers v, or 400 with the error.
func control(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		v = map[string]string{"error": err.Error()}
	}
	_, _ = w.Write(encode(v))
}

// controlBody decodes the body and refuses names it does not know, so that a mistyped fault is not silently nothing.
func controlBody(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

func (s *Sandbox) controlJournal(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	limit, _ := strconv.Atoi(q.Get("limit"))
	control(w, s.Journal(Filter{
		Platform: q.Get("platform"), Account: orElse(q.Get("account"), q.Get("appid")), Method: q.Get("method"), Path: q.Get("path"),
		Since: since, Limit: limit,
	}), nil)
}

func (s *Sandbox) controlAddFault(w http.ResponseWriter, r *http.Request) {
	var f Fault
	err := controlBody(r, &f)
	if err == nil && !f.valid() {
		err = fmt.Errorf("action %q at %q is not known; actions: %v", f.Action, f.When, actions)
	}
	if err != nil {
		control(w, nil, err)
		return
	}
	control(w, map[string]int64{"id": s.AddFault(f)}, nil)
}

func (s *Sandbox) controlClearFaults(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") == "" {
		s.ClearFaults()
		control(w, struct{}{}, nil)
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err == nil {
		s.ClearFaults(id)
	}
	control(w, struct{}{}, err)
}

func (s *Sandbox) clockAnswer() any {
	return map[string]string{"now": s.clock.now().In(beijing).Format(time.RFC3339Nano)}
}

func (s *Sandbox) controlClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance string     `json:"advance"`
		Seconds float64    `json:"seconds"`
		Set     *time.Time `json:"set"`
		Freeze  *bool      `json:"freeze"`
	}
	if err := controlBody(r, &in); err != nil {
		control(w, nil, err)
		return
	}
	if in.Freeze != nil {
		s.clock.freeze(*in.Freeze)
	}
	if in.Set != nil {
		s.clock.set(*in.Set)
	}
	if in.Advance != "" {
		d, err := time.ParseDuration(in.Advance)
		if err != nil {
			control(w, nil, err)
			return
		}
		s.clock.advance(d)
	}
	s.clock.advance(time.Duration(in.Seconds * float64(time.Second)))
	s.settleCallers()
	s.dueTickets()
	s.changed()
	control(w, s.clockAnswer(), nil)
}

func (s *Sandbox) controlApprove(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Account string `json:"account"`
		Refuse  bool   `json:"refuse"`
	}
	if err := controlBody(r, &in); err != nil {
		control(w, nil, err)
		return
	}
	control(w, map[string]int{"approved": s.Approve(in.Account, !in.Refuse)}, nil)
}

func (s *Sandbox) controlForge(w http.ResponseWriter, r *http.Request) {
	var in ForgedCallback
	if err := controlBody(r, &in); err != nil {
		control(w, nil, err)
		return
	}
	line, err := s.Forge(in)
	control(w, line, err)
}

func (s *Sandbox) controlReleaseCallbacks(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Reverse bool `json:"reverse"`
	}
	if r.ContentLength != 0 {
		if err := controlBody(r, &in); err != nil {
			control(w, nil, err)
			return
		}
	}
	control(w, map[string]int{"released": s.ReleaseCallbacks(in.Reverse)}, nil)
}

func (s *Sandbox) controlAccounts(w http.ResponseWriter, r *http.Request) {
	var seeds Seeds
	err := controlBody(r, &seeds)
	if err == nil {
		s.AddSeeds(seeds)
	}
	control(w, struct{}{}, err)
}

func (s *Sandbox) controlState(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(s.dump())
}

// controlLoad replaces the whole state by an earlier GET /_sim/state. Pictures are kept by their bytes' hash and stay.
func (s *Sandbox) controlLoad(w http.ResponseWriter, r *http.Request) {
	loaded := newState()
	err := json.NewDecoder(r.Body).Decode(loaded)
	if err == nil {
		s.mu.Lock()
		loaded.Seq = max(loaded.Seq, s.state.Seq)
		s.state = loaded
		s.mu.Unlock()
		s.clock.restore(loaded.ClockOffset, loaded.ClockFrozen)
		s.changed()
	}
	control(w, struct{}{}, err)
}

func (s *Sandbox) settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Settings
}

func (s *Sandbox) controlSettings(w http.ResponseWriter, r *http.Request) {
	in := s.settings()
	err := controlBody(r, &in)
	if err == nil {
		s.ChangeSettings(func(now *Settings) { *now = in })
		s.changed()
	}
	control(w, in, err)
}

func (s *Sandbox) controlRelease(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID int64 `json:"id"`
	}
	if r.ContentLength != 0 {
		if err := controlBody(r, &in); err != nil {
			control(w, nil, err)
			return
		}
	}
	if in.ID != 0 {
		control(w, map[string]int{"released": s.Release(in.ID)}, nil)
		return
	}
	control(w, map[string]int{"released": s.Release()}, nil)
}

func (s *Sandbox) controlEvent(w http.ResponseWriter, r *http.Request) {
	var e Event
	err := controlBody(r, &e)
	if err == nil {
		err = s.Happen(e)
	}
	control(w, struct{}{}, err)
}

// Reset forgets content, counts, journal and faults, and lets held calls go. Accounts, apps, users and declared
// tokens stay.
func (s *Sandbox) Reset() {
	s.ClearFaults()
	s.Release()
	s.mu.Lock()
	old := s.state
	s.state = newState()
	s.state.Seq, s.state.Settings, s.calls = old.Seq, old.Settings, nil
	for appid, a := range old.WeChat {
		s.state.WeChat[appid] = newWechatAccount(a.WeChatAccount)
	}
	s.state.Components = old.Components
	wb := &s.state.Weibo
	wb.Apps, wb.Tokens, wb.AutoUID, wb.LastID = old.Weibo.Apps, old.Weibo.Tokens, old.Weibo.AutoUID, old.Weibo.LastID
	for uid, u := range old.Weibo.Users {
		wb.Users[uid] = &weiboUser{WeiboUser: u.WeiboUser}
	}
	s.state.Portals = old.Portals
	for name, app := range old.Apps {
		s.state.Apps[name] = &appBackend{AppBackend: app.AppBackend, Deliveries: map[string]*appReceipt{}}
	}
	s.mu.Unlock()
	s.changed()
}
