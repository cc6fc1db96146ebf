package egress

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Webhooks returns the client for sending: it follows no redirect (a 3xx is an answer like any other) and reads at most
// MaxBody bytes of an answer.
func (g *Guard) Webhooks() *http.Client {
	return &http.Client{
		Transport:     &door{guard: g, limit: MaxBody},
		Timeout:       g.timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// door is the transport of a client: it looks at each request and bounds each answer.
type door struct {
	guard *Guard
	limit int64
}

// RoundTrip implements http.RoundTripper.
func (d *door) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := d.guard.checkShape(req.URL); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	transport := d.guard.secure
	if req.URL.Scheme == "http" {
		transport = d.guard.plain
	}
	if req.Header.Get("User-Agent") == "" {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", d.guard.userAgent)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &bounded{ReadCloser: resp.Body, left: d.limit}
	return resp, nil
}

// bounded reads at most so many bytes, counted after decompression, and then fails: a cut body must not pass for a
// whole one.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		return int(b.left), ErrTooLarge
	}
	b.left -= int64(n)
	return n, err
}

// FetchOptions say what is expected of an address.
type FetchOptions struct {
	Types  []string    // media types taken with status 200, such as "application/json", or "image/" for all of a kind; none takes all
	Limit  int64       // bytes; 0 is MaxBody
	Header http.Header // sent to the first address only: redirects drop Authorization and Cookie
}

// Fetched is what an address answered.
type Fetched struct {
	Status int
	Header http.Header
	URL    string // the last one, after redirects
	Moved  bool   // it was redirected, and each time for good (301, 308)
	Body   []byte
}

// Fetch reads an address with GET, following at most three redirects, each looked at like the first. Any status is an
// answer, not an error. It fails with ErrAddress, ErrRedirect, ErrTooLarge or ErrContentType, or with the network's
// error, in which the address is cut to its host.
func (g *Guard) Fetch(ctx context.Context, address string, opt FetchOptions) (Fetched, error) {
	if opt.Limit == 0 {
		opt.Limit = MaxBody
	}
	u, err := g.parse(address)
	if err != nil {
		return Fetched{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Fetched{}, ErrAddress.Because(Redact(err))
	}
	for name, values := range opt.Header {
		req.Header[name] = slices.Clone(values)
	}
	moved := false
	client := &http.Client{Transport: &door{guard: g, limit: opt.Limit}, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		forGood := req.Response != nil && (req.Response.StatusCode == http.StatusMovedPermanently || req.Response.StatusCode == http.StatusPermanentRedirect)
		moved = forGood && (moved || len(via) == 1)
		return checkRedirect(req, via)
	}}
	late := time.AfterFunc(headerTimeout, cancel) // the first bytes come sooner than the whole
	resp, err := client.Do(req)
	late.Stop()
	if err != nil {
		return Fetched{}, fmt.Errorf("egress: fetch: %w", Redact(err))
	}
	defer func() { _ = resp.Body.Close() }()
	fetched, err := read(resp, opt)
	fetched.Moved = moved
	return fetched, err
}

// checkRedirect bounds a chain and takes the sender's credentials off it.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return ErrRedirect.Because(fmt.Errorf("egress: more than %d redirects", maxRedirects))
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return ErrRedirect.Because(fmt.Errorf("egress: redirect from https to %s", req.URL.Scheme))
	}
	for _, name := range []string{"Authorization", "Cookie", "Referer"} {
		req.Header.Del(name)
	}
	return nil
}

func read(resp *http.Response, opt FetchOptions) (Fetched, error) {
	fetched := Fetched{Status: resp.StatusCode, Header: resp.Header, URL: resp.Request.URL.String()}
	if resp.StatusCode == http.StatusOK && !typeExpected(resp.Header.Get("Content-Type"), opt.Types) {
		return Fetched{}, ErrContentType.Because(fmt.Errorf("egress: content type %q", resp.Header.Get("Content-Type")))
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Fetched{}, fmt.Errorf("egress: read the answer: %w", Redact(err))
	}
	fetched.Body = body
	return fetched, nil
}

func typeExpected(header string, types []string) bool {
	if len(types) == 0 {
		return true
	}
	media, _, err := mime.ParseMediaType(header)
	return err == nil && slices.ContainsFunc(types, func(want string) bool {
		return media == want || strings.HasSuffix(want, "/") && strings.HasPrefix(media, want)
	})
}
