package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Phase is how far a call has come.
type Phase string

// The phases of a call, in the order of life. OnCall hears the first two.
const (
	Received  Phase = "received"  // read whole, nothing done yet
	Committed Phase = "committed" // performed, the answer not yet written
	Answered  Phase = "answered"  // written, or the connection was cut
)

// Platform names, as the journal and the faults write them.
const (
	WeChat = "wechat"
	Weibo  = "weibo"
	App    = "app"
)

// Call is one request to a platform: a line of the journal and what OnCall is given. Secrets and tokens in Query and
// Body are replaced by "***" and eight hex digits of their SHA-256, so equal ones can still be told.
type Call struct {
	Seq      int64             `json:"seq"`
	Time     time.Time         `json:"time"`
	Phase    Phase             `json:"phase"`
	Platform string            `json:"platform"`
	Account  string            `json:"account"` // WeChat appid, Weibo uid (or app key), app back end name; "" when unknown
	Method   string            `json:"method"`
	Path     string            `json:"path"` // as in production, without the prefix
	Query    map[string]string `json:"query,omitempty"`
	Body     map[string]any    `json:"body,omitempty"` // decoded, long texts shortened
	Files    []File            `json:"files,omitempty"`
	Header   map[string]string `json:"header,omitempty"` // content type and the webhook-* headers
	Bytes    int               `json:"bytes"`            // length of the request body
	Remote   string            `json:"remote"`
	Status   int               `json:"status"` // HTTP status answered; 0 when none was
	Code     int               `json:"code"`   // the platform's own code; for the app the HTTP status when it refused
	Effect   bool              `json:"effect"` // the platform's state was changed
	Cut      bool              `json:"cut"`    // the connection ended before the whole answer
	Fault    string            `json:"fault,omitempty"`
	Micros   int64             `json:"micros"` // real time from received to answered
}

// File is one uploaded file of a call. Name is exactly what the client sent, path included.
type File struct {
	Field  string `json:"field"`
	Name   string `json:"name"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
	Format string `json:"format"` // jpeg, png, gif, bmp, webp, or "" when the bytes are no picture we know
}

// upload is a File with its bytes and what decoding said.
type upload struct {
	File
	data []byte
	ok   bool // decoded to the end
}

// call is a Call on its way, with all a platform needs to perform it.
type call struct {
	*Call
	w      http.ResponseWriter
	r      *http.Request
	raw    []byte
	query  url.Values
	form   url.Values
	upload []upload
	now    time.Time
	base   string // public base address
	begun  time.Time
	tooBig bool
	early  func() // runs before the answer is written; nil mostly
}

// answer is what a platform has decided to say.
type answer struct {
	status      int
	contentType string
	header      map[string]string
	body        []byte
	code        int
}

// platform is what the common road needs to know of one of them.
type platform struct {
	name    string
	account func(*Sandbox, *call) string                            // whose call it is
	perform func(*Sandbox, *call) answer                            // does it; s.mu is held
	refuse  func(s *Sandbox, c *call, code int, text string) answer // an answer with the platform's own error code
}

// bodyLimit is the longest request body read, above every documented limit of the platforms.
const bodyLimit = 32 << 20

// serve is the road of every platform call: read, journal, fault, perform, fault, answer.
func (s *Sandbox) serve(p platform, w http.ResponseWriter, r *http.Request) {
	c, err := s.receive(p, w, r)
	if err != nil {
		s.finish(c, 0, true) // the client went away while sending
		return
	}
	before, after := s.pickFaults(c)
	s.tell(c)
	a, done := s.faultBefore(p, c, before)
	if done {
		return
	}
	if a == nil {
		a = s.perform(p, c)
		s.tell(c)
		if c.early != nil {
			c.early()
		}
	}
	s.reply(p, c, *a, after)
}

// receive reads the request whole and writes its line into the journal.
func (s *Sandbox) receive(p platform, w http.ResponseWriter, r *http.Request) (*call, error) {
	c := &call{
		Call: &Call{Time: s.clock.now(), Phase: Received, Platform: p.name, Method: r.Method, Path: r.URL.Path, Remote: remoteIP(r)},
		w:    w, r: r, query: r.URL.Query(), form: url.Values{}, begun: time.Now(),
	}
	var err error
	c.raw, c.tooBig, err = readLimited(r.Body, bodyLimit)
	c.Bytes = len(c.raw)
	c.read()
	s.mu.Lock()
	defer s.mu.Unlock()
	c.base = s.publicURL(r)
	c.Account = p.account(s, c)
	s.record(c.Call)
	return c, err
}

// perform lets the platform do the call and notes the result.
func (s *Sandbox) perform(p platform, c *call) *answer {
	s.mu.Lock()
	c.now = s.clock.now()
	a := p.perform(s, c)
	c.Phase, c.Code = Committed, a.code
	s.mu.Unlock()
	if c.Effect {
		s.changed()
	}
	return &a
}

// tell calls the hooks with a copy of the call as it stands.
func (s *Sandbox) tell(c *call) {
	s.mu.Lock()
	hooks := make([]func(Call), 0, len(s.hooks))
	for _, fn := range s.hooks {
		hooks = append(hooks, fn)
	}
	now := *c.Call
	s.mu.Unlock()
	for _, fn := range hooks {
		fn(now)
	}
}

// OnCall has fn called, in the goroutine of the request, when a call was received (nothing done yet) and when it was
// committed (done, nothing answered yet). The call goes on when fn returns. The returned function takes fn away.
func (s *Sandbox) OnCall(fn func(Call)) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	id := s.lastID
	s.hooks[id] = fn
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.hooks, id)
	}
}

// finish closes the line of the journal.
func (s *Sandbox) finish(c *call, status int, cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Phase, c.Status, c.Cut = Answered, status, cut
	c.Micros = time.Since(c.begun).Microseconds()
}

// read decodes the body by its content type: form fields, files, and the summary for the journal.
func (c *call) read() {
	c.Query = maskValues(c.query)
	kind, params, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	c.Header = map[string]string{}
	for _, name := range []string{"Content-Type", "Webhook-Id", "Webhook-Timestamp", "User-Agent"} {
		if v := c.r.Header.Get(name); v != "" {
			c.Header[strings.ToLower(name)] = v
		}
	}
	switch {
	case len(c.raw) == 0:
		return
	case kind == "multipart/form-data":
		c.readMultipart(params["boundary"])
	case kind == "application/x-www-form-urlencoded":
		c.form, _ = url.ParseQuery(string(c.raw))
	default:
		var body map[string]any
		if json.Unmarshal(c.raw, &body) == nil {
			c.Body = summary(body)
			return
		}
	}
	c.Body = map[string]any{}
	for name, value := range maskValues(c.form) {
		c.Body[name] = shorten(value)
	}
}

func (c *call) readMultipart(boundary string) {
	parts := multipart.NewReader(bytes.NewReader(c.raw), boundary)
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return
		}
		data, _, err := readLimited(part, bodyLimit)
		if err != nil {
			return
		}
		// FileName() of the library cuts folders off; the journal must show them.
		_, params, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		name, isFile := params["filename"]
		if !isFile {
			c.form.Add(part.FormName(), string(data))
			continue
		}
		sum := sha256.Sum256(data)
		format, ok := inspectPicture(data)
		u := upload{File: File{Field: part.FormName(), Name: name, Size: len(data), SHA256: hex.EncodeToString(sum[:]), Format: format}, data: data, ok: ok}
		c.upload, c.Files = append(c.upload, u), append(c.Files, u.File)
	}
}

// file is the upload in the named field, nil when there is none.
func (c *call) file(field string) *upload {
	for i := range c.upload {
		if c.upload[i].Field == field {
			return &c.upload[i]
		}
	}
	return nil
}

// param is the named parameter of the body or, when absent there, of the query.
func (c *call) param(name string) string {
	if c.form.Has(name) {
		return c.form.Get(name)
	}
	return c.query.Get(name)
}

// has tells whether the named parameter was sent, in body or query.
func (c *call) has(name string) bool { return c.form.Has(name) || c.query.Has(name) }

// number is the named parameter as an integer, fallback when absent or unreadable.
func (c *call) number(name string, fallback int64) int64 {
	n, err := strconv.ParseInt(c.param(name), 10, 64)
	if err != nil {
		return fallback
	}
	return n
}

// remoteIP is the caller's address; a test may say another with X-Sim-Client-IP.
func remoteIP(r *http.Request) string {
	if ip := r.Header.Get("X-Sim-Client-IP"); ip != "" {
		return ip
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
