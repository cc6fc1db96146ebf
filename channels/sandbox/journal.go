package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// journalLength is how many calls are kept; the oldest go first.
const journalLength = 50000

// Filter chooses lines of the journal; empty fields choose all.
type Filter struct {
	Platform string
	Account  string
	Method   string
	Path     string // exact, or with a trailing * a beginning, or without a leading / an ending
	Since    int64  // lines with a higher Seq only
	Limit    int    // newest n of them; 0 is all
}

// Journal returns the calls chosen by f, oldest first.
func (s *Sandbox) Journal(f Filter) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Call{}
	for _, c := range s.calls {
		if c.Seq > f.Since && matches(f.Platform, c.Platform) && matches(f.Account, c.Account) &&
			matches(f.Method, c.Method) && matchPath(f.Path, c.Path) {
			out = append(out, *c)
		}
	}
	if f.Limit > 0 && len(out) > f.Limit {
		out = out[len(out)-f.Limit:]
	}
	return out
}

// record appends a call. Call it with s.mu held.
func (s *Sandbox) record(c *Call) {
	s.lastCall++
	c.Seq = s.lastCall
	if len(s.calls) >= journalLength {
		s.calls = slices.Clone(s.calls[journalLength/10:])
	}
	s.calls = append(s.calls, c)
}

func matches(want, got string) bool { return want == "" || strings.EqualFold(want, got) }

func matchPath(want, got string) bool {
	switch {
	case want == "":
		return true
	case strings.HasSuffix(want, "*"):
		return strings.HasPrefix(got, strings.TrimSuffix(want, "*"))
	case !strings.HasPrefix(want, "/"):
		return strings.HasSuffix(got, want)
	}
	return want == got
}

// secretNames are the parameters whose values never stand in the journal.
var secretNames = map[string]bool{
	"access_token": true, "secret": true, "appsecret": true, "client_secret": true, "code": true, "refresh_token": true,
	"component_access_token": true, "component_appsecret": true, "component_verify_ticket": true, "authorization_code": true,
	"authorizer_refresh_token": true, "pre_auth_code": true,
}

// mask replaces a secret by something that only tells equal from different.
func mask(value string) string {
	if value == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(value))
	return "***" + hex.EncodeToString(sum[:4])
}

func maskValues(values url.Values) map[string]string {
	out := map[string]string{}
	for name := range values {
		out[name] = values.Get(name)
		if secretNames[strings.ToLower(name)] {
			out[name] = mask(values.Get(name))
		}
	}
	return out
}

// summary is a JSON body with secrets masked and long texts shortened.
func summary(body map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range body {
		if text, ok := value.(string); ok && secretNames[strings.ToLower(name)] {
			out[name] = mask(text)
			continue
		}
		out[name] = summarise(value)
	}
	return out
}

func summarise(value any) any {
	switch v := value.(type) {
	case string:
		return shorten(v)
	case map[string]any:
		return summary(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = summarise(v[i])
		}
		return list
	}
	return value
}

// shorten keeps the first 300 characters of a text.
func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= 300 {
		return text
	}
	return string(runes[:300]) + "…"
}
