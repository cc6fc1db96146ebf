package sandbox

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault makes matching calls fail in one way. At most one fault acts before and one after the effect of a call: the
// first added that matches and is not used up.
type Fault struct {
	ID          int64   `json:"id"`
	Match       Match   `json:"match"`
	After       int     `json:"after,omitempty"`       // let the first n matching calls pass
	Times       int     `json:"times,omitempty"`       // act on this many calls; 0 is on every one
	Probability float64 `json:"probability,omitempty"` // chance of acting on a call; 0 is always
	Action      string  `json:"action"`                // one of the actions below
	When        string  `json:"when,omitempty"`        // "before" or "after" the effect; empty takes the action's own

	DelayMS     int64             `json:"delay_ms,omitempty"` // delay; slow_body: pause between pieces (default 200)
	Status      int               `json:"status,omitempty"`   // status, body, redirect: HTTP status
	Body        string            `json:"body,omitempty"`     // status, body: the body
	ContentType string            `json:"content_type,omitempty"`
	Header      map[string]string `json:"header,omitempty"`   // status, body: further headers, e.g. Retry-After
	Location    string            `json:"location,omitempty"` // redirect: where to
	Code        int               `json:"code,omitempty"`     // errcode: the platform's code
	Message     string            `json:"message,omitempty"`  // errcode: the platform's words; empty takes the usual ones
	Bytes       int64             `json:"bytes,omitempty"`    // huge_body: length (default 64 MiB); truncate: how much is sent (default half)

	Seen  int `json:"seen"`  // matching calls so far
	Acted int `json:"acted"` // calls it acted on
}

// Match chooses calls; empty fields choose all. Path is exact, or with a trailing * a beginning, or without a leading
// / an ending. BodyContains is looked for in the raw request body.
type Match struct {
	Platform     string `json:"platform,omitempty"`
	Method       string `json:"method,omitempty"`
	Path         string `json:"path,omitempty"`
	Account      string `json:"account,omitempty"`
	BodyContains string `json:"body_contains,omitempty"`
}

// The actions of a Fault. Those marked (before) act before anything was done unless When says "after", and the call is
// then not performed; those marked (after) act on the answer of a performed call.
const (
	Delay            = "delay"              // (before) wait DelayMS of real time, then go on
	Status           = "status"             // (before) answer Status with Body
	Body             = "body"               // (before) the same with 200 when no Status is given
	DropBefore       = "drop_before"        // (before) cut the connection, nothing done
	DropAfter        = "drop_after"         // (after) done, then the connection is cut
	Truncate         = "truncate"           // (after) announce the whole answer, send half, cut
	HTML502          = "html_502"           // (before) a gateway's error page
	SlowBody         = "slow_body"          // (after) the answer drips, 16 bytes at a time
	HugeBody         = "huge_body"          // (after) the answer followed by spaces up to Bytes
	Redirect         = "redirect"           // (before) to Location
	WrongContentType = "wrong_content_type" // (after) the right answer called text/html, or ContentType
	GzipGarbage      = "gzip_garbage"       // (after) the answer said to be gzip, and is not
	Errcode          = "errcode"            // (before) the platform's own error Code
	Hang             = "hang"               // (before) no answer until the client goes away or the call is released
	Wait             = "wait"               // (before) held until released, then goes on; a client gone before that loses a call held before
)

// actsAfter lists the actions whose own place is after the effect.
var actsAfter = []string{DropAfter, Truncate, SlowBody, HugeBody, WrongContentType, GzipGarbage}

// actions lists every action.
var actions = append([]string{Delay, Status, Body, DropBefore, HTML502, Redirect, Errcode, Hang, Wait}, actsAfter...)

func (f *Fault) after() bool {
	if f.When != "" {
		return f.When == "after"
	}
	return slices.Contains(actsAfter, f.Action)
}

// valid tells whether the action and its place are known and go together.
func (f *Fault) valid() bool {
	if !slices.Contains(actions, f.Action) || !slices.Contains([]string{"", "before", "after"}, f.When) {
		return false
	}
	return f.When != "before" || !slices.Contains(actsAfter, f.Action)
}

// AddFault adds f and returns its id. It panics on an unknown action, so that a test cannot inject nothing.
func (s *Sandbox) AddFault(f Fault) int64 {
	if !f.valid() {
		panic("sandbox: unknown fault " + f.Action + " " + f.When)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	f.ID, f.Seen, f.Acted = s.lastID, 0, 0
	s.faults = append(s.faults, &f)
	return f.ID
}

// Faults returns the faults with their counts.
func (s *Sandbox) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Fault, len(s.faults))
	for i, f := range s.faults {
		out[i] = *f
	}
	return out
}

// ClearFaults forgets the faults with these ids, all when none is given.
func (s *Sandbox) ClearFaults(ids ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool {
		return len(ids) == 0 || slices.Contains(ids, f.ID)
	})
}

// pickFaults chooses the faults of a call and counts them.
func (s *Sandbox) pickFaults(c *call) (before, after *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		place := &before
		if f.after() {
			place = &after
		}
		if *place == nil && s.faultDue(f, c) {
			copied := *f
			*place = &copied
			c.Fault = strings.TrimPrefix(c.Fault+","+f.Action, ",")
		}
	}
	return before, after
}

// faultDue counts a matching call and tells whether f acts on it. Call it with s.mu held.
func (s *Sandbox) faultDue(f *Fault, c *call) bool {
	m := f.Match
	if !matches(m.Platform, c.Platform) || !matches(m.Method, c.Method) || !matchPath(m.Path, c.Path) ||
		!matches(m.Account, c.Account) || !bytes.Contains(c.raw, []byte(m.BodyContains)) {
		return false
	}
	f.Seen++
	if f.Seen <= f.After || (f.Times > 0 && f.Acted >= f.Times) {
		return false
	}
	if f.Probability > 0 && s.rng.Float64() >= f.Probability {
		return false
	}
	f.Acted++
	return true
}

// faultBefore acts before the effect. It returns the answer that replaces the platform's, or done when the connection
// is over, or neither when the call goes on.
func (s *Sandbox) faultBefore(p platform, c *call, f *Fault) (a *answer, done bool) {
	if f == nil {
		return nil, false
	}
	switch f.Action {
	case Wait:
		if !s.hold(c) {
			s.cut(c)
			return nil, true
		}
		return nil, false
	case Hang:
		s.hold(c)
		s.cut(c)
		return nil, true
	case Delay:
		pause(c.r, f.DelayMS)
		return nil, false
	case DropBefore:
		s.cut(c)
		return nil, true
	}
	replaced := s.replacement(p, c, f)
	return &replaced, false
}

// replacement is the answer of a fault that puts its own in place of the platform's.
func (s *Sandbox) replacement(p platform, c *call, f *Fault) answer {
	a := answer{status: f.Status, contentType: f.ContentType, header: f.Header, body: []byte(f.Body), code: f.Code}
	switch f.Action {
	case Errcode:
		s.mu.Lock()
		defer s.mu.Unlock()
		c.now = s.clock.now()
		a = p.refuse(s, c, f.Code, f.Message)
		c.Code = a.code
	case HTML502:
		a.status, a.contentType = http.StatusBadGateway, "text/html"
		a.body = []byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
	case Redirect:
		a.header = map[string]string{"Location": orElse(f.Location, "/_moved")}
		if a.status == 0 {
			a.status = http.StatusFound
		}
	}
	switch {
	case a.status == 0 && f.Action == Body:
		a.status = http.StatusOK
	case a.status == 0:
		a.status = http.StatusInternalServerError
	}
	return a
}

// reply writes the answer, through the fault that acts on it.
func (s *Sandbox) reply(p platform, c *call, a answer, f *Fault) {
	if f == nil {
		s.write(c, a)
		return
	}
	switch f.Action {
	case DropAfter, DropBefore:
		s.cut(c)
	case Hang:
		s.hold(c)
		s.cut(c)
	case Wait:
		s.hold(c)
		s.write(c, a)
	case Delay:
		pause(c.r, f.DelayMS)
		s.write(c, a)
	case Truncate:
		s.truncate(c, a, f.Bytes)
	case SlowBody:
		s.drip(c, a, f.DelayMS)
	case HugeBody:
		s.swell(c, a, f.Bytes)
	case WrongContentType:
		a.contentType = orElse(f.ContentType, "text/html; charset=utf-8")
		s.write(c, a)
	case GzipGarbage:
		a.header = map[string]string{"Content-Encoding": "gzip"}
		a.body = append([]byte{0x1f, 0x8b, 8, 0}, bytes.Repeat([]byte{0x5a, 0xa5}, 64)...)
		s.write(c, a)
	default:
		s.write(c, s.replacement(p, c, f))
	}
}

// write sends the answer as it is.
func (s *Sandbox) write(c *call, a answer) {
	c.head(a, len(a.body))
	_, err := c.w.Write(a.body)
	s.finish(c, a.status, err != nil || c.r.Context().Err() != nil)
}

func (c *call) head(a answer, length int) {
	header := c.w.Header()
	for name, value := range a.header {
		header.Set(name, value)
	}
	if a.contentType != "" {
		header.Set("Content-Type", a.contentType)
	}
	header.Set("Content-Length", strconv.Itoa(length))
	c.w.WriteHeader(a.status)
}

// cut ends the connection without an answer.
func (s *Sandbox) cut(c *call) {
	s.finish(c, 0, true)
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the server cuts for us
	}
	_ = conn.Close()
}

// truncate announces the whole answer, sends a part of it and cuts.
func (s *Sandbox) truncate(c *call, a answer, n int64) {
	if n <= 0 || n >= int64(len(a.body)) {
		n = int64(len(a.body) / 2)
	}
	c.head(a, len(a.body))
	_, _ = c.w.Write(a.body[:n])
	_ = http.NewResponseController(c.w).Flush()
	s.finish(c, a.status, true)
	panic(http.ErrAbortHandler)
}

// drip sends the answer in small pieces with pauses.
func (s *Sandbox) drip(c *call, a answer, delayMS int64) {
	if delayMS == 0 {
		delayMS = 200
	}
	c.head(a, len(a.body))
	cut := false
	for piece := range slices.Chunk(a.body, 16) {
		_, err := c.w.Write(piece)
		if cut = err != nil || !pause(c.r, delayMS); cut {
			break
		}
		_ = http.NewResponseController(c.w).Flush()
	}
	s.finish(c, a.status, cut)
}

// swell sends the answer followed by spaces, which JSON allows, up to total bytes.
func (s *Sandbox) swell(c *call, a answer, total int64) {
	if total == 0 {
		total = 64 << 20
	}
	c.head(a, max(int(total), len(a.body)))
	_, err := c.w.Write(a.body)
	spaces := bytes.Repeat([]byte{' '}, 64<<10)
	for left := total - int64(len(a.body)); left > 0 && err == nil; left -= int64(len(spaces)) {
		_, err = c.w.Write(spaces[:min(left, int64(len(spaces)))])
	}
	s.finish(c, a.status, err != nil)
}

// pause waits ms of real time and tells whether the client is still there.
func pause(r *http.Request, ms int64) bool {
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
		return true
	case <-r.Context().Done():
		return false
	}
}

func orElse(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
