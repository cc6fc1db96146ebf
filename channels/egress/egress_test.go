package egress_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"govmedia/channels/egress"
	"govmedia/fault"

	"golang.org/x/net/dns/dnsmessage"
)

// stub is a name server on loopback: each name has a list of answers, given one after the other, the last for ever.
type stub struct {
	mu    sync.Mutex
	names map[string][]string
	asked map[string]int
}

// newStub starts the name server and returns a resolver that asks it.
func newStub(t *testing.T, names map[string][]string) (*stub, *net.Resolver) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stub{names: names, asked: map[string]int{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if reply, ok := s.reply(buf[:n]); ok {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return s, &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// reply answers one question; a name without an address of the asked kind gets an empty answer.
func (s *stub) reply(query []byte) ([]byte, bool) {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil, false
	}
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	name := strings.TrimSuffix(q.Name.String(), ".")
	s.mu.Lock()
	defer s.mu.Unlock()
	answers := s.names[name]
	if len(answers) > 0 {
		key := name + q.Type.String()
		addr := netip.MustParseAddr(answers[min(s.asked[key], len(answers)-1)])
		s.asked[key]++
		header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case q.Type == dnsmessage.TypeA && addr.Is4():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: addr.As4()}})
		case q.Type == dnsmessage.TypeAAAA && addr.Is6():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	} else {
		m.RCode = dnsmessage.RCodeNameError
	}
	packed, err := m.Pack()
	return packed, err == nil
}

// port of a test server's address.
func port(t *testing.T, address string) uint16 {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(n)
}

// listing opens 127.0.0.1 with the ports of test servers, as an operator would.
func listing(t *testing.T, addresses ...string) egress.Config {
	t.Helper()
	cfg := egress.Config{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: 5 * time.Second}
	for _, address := range addresses {
		cfg.AllowPorts = append(cfg.AllowPorts, port(t, address))
	}
	return cfg
}

func get(t *testing.T, g *egress.Guard, address string) (egress.Fetched, error) {
	t.Helper()
	return g.Fetch(t.Context(), address, egress.FetchOptions{})
}

// forbidden are the addresses of channels.md §5 that nobody may reach by naming them.
var forbidden = []string{
	"127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "0.0.0.0", "169.254.169.254", "100.100.100.200", "198.18.0.1",
	"::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00::1", "fe80::1",
}

func TestNamesOfInnerAddressesAreRefusedWhenDialled(t *testing.T) {
	for _, addr := range forbidden {
		t.Run(addr, func(t *testing.T) {
			_, resolver := newStub(t, map[string][]string{"app.example.com": {addr}})
			for name, guard := range map[string]*egress.Guard{
				"nothing listed":         egress.New(egress.Config{Resolver: resolver}),
				"another network listed": egress.New(egress.Config{Resolver: resolver, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}}),
			} {
				for _, scheme := range []string{"https", "http"} {
					if _, err := get(t, guard, scheme+"://app.example.com/"); !errors.Is(err, egress.ErrAddress) {
						t.Errorf("%s, %s: Fetch = %v, want ErrAddress", name, scheme, err)
					}
					if _, err := guard.CheckURL(t.Context(), scheme+"://app.example.com/"); !errors.Is(err, egress.ErrAddress) {
						t.Errorf("%s, %s: CheckURL = %v, want ErrAddress", name, scheme, err)
					}
				}
			}
		})
	}
}

func TestMetadataStaysClosedInsideAListedNetwork(t *testing.T) {
	for _, addr := range []string{"169.254.169.254", "100.100.100.200", "fe80::1", "fd00:ec2::254"} {
		_, resolver := newStub(t, map[string][]string{"app.example.com": {addr}})
		guard := egress.New(egress.Config{Resolver: resolver, AllowCIDRs: []netip.Prefix{
			netip.MustParsePrefix("169.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("fd00::/8")}})
		if _, err := get(t, guard, "https://app.example.com/"); !errors.Is(err, egress.ErrAddress) {
			t.Errorf("%s: Fetch = %v, want ErrAddress", addr, err)
		}
	}
}

func TestARefusedAddressSaysWhatIsWrongWithIt(t *testing.T) {
	guard := egress.New(egress.Config{})
	listing := egress.New(egress.Config{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for address, want := range map[string]string{
		"https://127.0.0.1/": "内网、本机", "https://localhost/": "内网、本机", "https://2130706433/": "数字地址", "https://[::1]/": "内网、本机",
		"http://app.example.com/": "改成 https://", "https://user:pass@app.example.com/": "用户名或密码", "https://app.example.com:6379/": "端口",
		"ftp://app.example.com/": "看不懂", "": "看不懂", "https://a b/": "看不懂", "https:///x": "看不懂",
	} {
		_, err := guard.CheckURL(t.Context(), address)
		if refusal := fault.As(err); refusal == nil || refusal.Code != egress.ErrAddress.Code || !strings.Contains(refusal.Sentence, want) {
			t.Errorf("CheckURL(%q) = %v, want %s with %q", address, err, egress.ErrAddress.Code, want)
		}
	}
	_, err := listing.CheckURL(t.Context(), "http://10.1.2.3:6379/")
	if refusal := fault.As(err); refusal == nil || !strings.Contains(refusal.Sentence, "端口") {
		t.Errorf("a closed port of a listed network: %v", err)
	}
}

func TestShapesThatAreRefusedWithoutAskingAnybody(t *testing.T) {
	asked := false
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		asked = true
		return nil, errors.New("no name server")
	}}
	listed := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, address := range []string{
		"https://127.0.0.1/", "https://8.8.8.8/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fe80::1%25lo]/",
		"https://[2002:7f00:1::]/", "https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/", "https://１２７.０.０.１/",
		"https://user@app.example.com/", "https://user:pass@app.example.com/", "https://app.example.com:22/", "https://app.example.com:6379/", "https://app.example.com:0/",
		"https://app.example.com:99999/", "ftp://app.example.com/", "file:///etc/passwd", "gopher://app.example.com/", "https:///x", "https:app.example.com", "//app.example.com/", "", "https://a b/",
	} {
		guard := egress.New(egress.Config{Resolver: resolver, AllowCIDRs: listed})
		if _, err := guard.CheckURL(t.Context(), address); !errors.Is(err, egress.ErrAddress) {
			t.Errorf("CheckURL(%q) = %v, want ErrAddress", address, err)
		}
		if _, err := get(t, guard, address); !errors.Is(err, egress.ErrAddress) {
			t.Errorf("Fetch(%q) = %v, want ErrAddress", address, err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("{}"))
		if err != nil {
			continue // no request can be made of it
		}
		if _, err := guard.Webhooks().Do(req); err == nil {
			t.Errorf("Webhooks().Do(%q) went out", address)
		}
	}
	if asked {
		t.Error("the name server was asked")
	}
}

func TestPlainHTTPNeedsAListedNetwork(t *testing.T) {
	_, resolver := newStub(t, map[string][]string{"app.example.com": {"93.184.215.14"}})
	for name, cfg := range map[string]egress.Config{
		"nothing listed": {Resolver: resolver},
		"inner listed":   {Resolver: resolver, AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
	} {
		if _, err := egress.New(cfg).CheckURL(t.Context(), "http://app.example.com/"); !errors.Is(err, egress.ErrAddress) {
			t.Errorf("%s: CheckURL = %v, want ErrAddress", name, err)
		}
		if _, err := get(t, egress.New(cfg), "http://app.example.com/"); !errors.Is(err, egress.ErrAddress) {
			t.Errorf("%s: Fetch = %v, want ErrAddress", name, err)
		}
	}
	if got, err := egress.New(egress.Config{Resolver: resolver}).CheckURL(t.Context(), " https://app.example.com/a?b=1 "); err != nil || got != "https://app.example.com/a?b=1" {
		t.Errorf("CheckURL of a public address = %q, %v", got, err)
	}
}

func TestLocalhostIsRefusedInEveryDress(t *testing.T) {
	for _, host := range []string{"localhost", "localhost.", "LOCALHOST"} {
		for _, guard := range []*egress.Guard{egress.New(egress.Config{}), egress.New(egress.Config{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})} {
			for _, scheme := range []string{"http", "https"} {
				if _, err := get(t, guard, scheme+"://"+host+"/"); !errors.Is(err, egress.ErrAddress) {
					t.Errorf("Fetch(%s://%s) = %v, want ErrAddress", scheme, host, err)
				}
			}
		}
	}
}

func TestNameThatChangesItsAddressGainsNothing(t *testing.T) {
	var reached atomic.Bool
	inner := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer inner.Close()
	_, resolver := newStub(t, map[string][]string{"rebind.example.com": {"93.184.215.14", "127.0.0.1"}})
	guard := egress.New(egress.Config{Resolver: resolver, RootCAs: roots(inner)})
	if _, err := guard.CheckURL(t.Context(), "https://rebind.example.com/"); err != nil {
		t.Fatalf("CheckURL = %v, want the first answer taken", err)
	}
	if _, err := get(t, guard, "https://rebind.example.com/"); !errors.Is(err, egress.ErrAddress) {
		t.Errorf("Fetch = %v, want ErrAddress", err)
	}
	if reached.Load() {
		t.Error("the inner server was called")
	}
}

func TestUnknownNamesAreToldSo(t *testing.T) {
	_, resolver := newStub(t, nil)
	if _, err := egress.New(egress.Config{Resolver: resolver}).CheckURL(t.Context(), "https://nobody.example.com/"); !errors.Is(err, egress.ErrUnresolved) {
		t.Errorf("CheckURL = %v, want ErrUnresolved", err)
	}
}

func roots(server *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return pool
}

func TestListedNetworkIsReachedAndNoted(t *testing.T) {
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.UserAgent()) }))
	defer secure.Close()
	plain := httptest.NewServer(secure.Config.Handler)
	defer plain.Close()
	_, resolver := newStub(t, map[string][]string{"example.com": {"127.0.0.1"}})
	var log bytes.Buffer
	cfg := listing(t, secure.URL, plain.URL)
	cfg.Resolver, cfg.RootCAs, cfg.Log = resolver, roots(secure), slog.New(slog.NewTextHandler(&log, nil))
	guard := egress.New(cfg)
	for _, address := range []string{plain.URL, secure.URL, "https://example.com:" + strconv.Itoa(int(port(t, secure.URL))) + "/"} {
		if got, err := get(t, guard, address); err != nil || got.Status != 200 || string(got.Body) != "govmedia" {
			t.Errorf("Fetch(%s) = %+v, %v, want the server's answer", address, got, err)
		}
	}
	if !strings.Contains(log.String(), "listed network used") {
		t.Errorf("log = %q, want each use noted", log.String())
	}
	cfg.AllowPorts = nil
	if _, err := get(t, egress.New(cfg), plain.URL); !errors.Is(err, egress.ErrAddress) {
		t.Errorf("Fetch of a port that is not open = %v, want ErrAddress", err)
	}
}

// proxied tells whether the proxy that the environment names was asked.
var proxied atomic.Bool

// TestMain names a proxy in the environment before the first request: net/http reads the environment only once.
func TestMain(m *testing.M) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied.Store(true) }))
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		if err := os.Setenv(name, proxy.URL); err != nil {
			panic(err)
		}
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		if err := os.Unsetenv(name); err != nil {
			panic(err)
		}
	}
	proxyURL = proxy.URL
	code := m.Run()
	proxy.Close()
	os.Exit(code)
}

var proxyURL string

func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "direct") }))
	defer server.Close()
	_, resolver := newStub(t, map[string][]string{"example.com": {"127.0.0.1"}}) // a name: loopback literals never go through a proxy
	cfg := listing(t, server.URL, proxyURL)
	cfg.Resolver = resolver
	got, err := get(t, egress.New(cfg), "http://example.com:"+strconv.Itoa(int(port(t, server.URL)))+"/")
	if err != nil || string(got.Body) != "direct" || proxied.Load() {
		t.Errorf("Fetch = %+v, %v, proxied %v, want the server itself", got, err, proxied.Load())
	}
}

func TestRedirects(t *testing.T) {
	var inner atomic.Bool
	hidden, err := net.Listen("tcp", "127.0.0.2:0") // inside, and not listed
	if err != nil {
		t.Fatal(err)
	}
	secret := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inner.Store(true) })}
	go func() { _ = secret.Serve(hidden) }()
	defer secret.Close()
	var last http.Header
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	hop := func(path, to string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	}
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) { last = r.Header.Clone(); _, _ = io.WriteString(w, "end") })
	hop("/3", "/2")
	hop("/2", "/1")
	hop("/1", "/end")
	hop("/4", "/3")
	hop("/inside", "http://"+hidden.Addr().String()+"/")
	hop("/metadata", "http://169.254.169.254/latest/meta-data/")
	hop("/file", "file:///etc/passwd")
	hop("/user", "http://a:b@127.0.0.1:"+strconv.Itoa(int(port(t, server.URL)))+"/end")
	cfg := listing(t, server.URL)
	cfg.AllowPorts = append(cfg.AllowPorts, port(t, "http://"+hidden.Addr().String()))
	guard := egress.New(cfg)

	got, err := guard.Fetch(t.Context(), server.URL+"/3", egress.FetchOptions{Header: http.Header{"Authorization": {"Bearer x"}, "Cookie": {"a=b"}}})
	if err != nil || string(got.Body) != "end" || got.URL != server.URL+"/end" {
		t.Errorf("three redirects = %+v, %v, want the end", got, err)
	}
	if last.Get("Authorization") != "" || last.Get("Cookie") != "" || last.Get("Referer") != "" {
		t.Errorf("headers after a redirect = %v, want no credentials", last)
	}
	for path, want := range map[string]error{"/4": egress.ErrRedirect, "/inside": egress.ErrAddress, "/metadata": egress.ErrAddress, "/file": egress.ErrAddress, "/user": egress.ErrAddress} {
		if _, err := get(t, guard, server.URL+path); !errors.Is(err, want) {
			t.Errorf("%s: Fetch = %v, want %v", path, err, want)
		}
	}
	resp, err := guard.Webhooks().Get(server.URL + "/inside")
	if err != nil || resp.StatusCode != http.StatusFound {
		t.Fatalf("Webhooks().Get = %v, %v, want the 302 itself", resp, err)
	}
	_ = resp.Body.Close()
	if inner.Load() {
		t.Error("the inner server was called")
	}
}

func TestRedirectFromHTTPSToHTTPIsRefused(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer plain.Close()
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusMovedPermanently))
	defer secure.Close()
	cfg := listing(t, plain.URL, secure.URL)
	cfg.RootCAs = roots(secure)
	if _, err := get(t, egress.New(cfg), secure.URL); !errors.Is(err, egress.ErrRedirect) {
		t.Errorf("Fetch = %v, want ErrRedirect", err)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		zeros := make([]byte, 1<<20)
		for range 64 {
			_, _ = z.Write(zeros)
		}
		_ = z.Close()
	})
	mux.HandleFunc("/exact", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, egress.MaxBody)) })
	mux.HandleFunc("/over", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, egress.MaxBody+1)) })
	server := httptest.NewServer(mux)
	defer server.Close()
	guard := egress.New(listing(t, server.URL))
	if got, err := get(t, guard, server.URL+"/exact"); err != nil || len(got.Body) != egress.MaxBody {
		t.Errorf("Fetch of 2 MiB = %d bytes, %v, want all", len(got.Body), err)
	}
	for _, path := range []string{"/bomb", "/over"} {
		if got, err := get(t, guard, server.URL+path); !errors.Is(err, egress.ErrTooLarge) || got.Body != nil {
			t.Errorf("%s: Fetch = %d bytes, %v, want ErrTooLarge", path, len(got.Body), err)
		}
		resp, err := guard.Webhooks().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, egress.ErrTooLarge) || n > egress.MaxBody {
			t.Errorf("%s: reading the answer = %d bytes, %v, want ErrTooLarge", path, n, err)
		}
		_ = resp.Body.Close()
	}
	if got, err := guard.Fetch(t.Context(), server.URL+"/over", egress.FetchOptions{Limit: egress.MaxPicture}); err != nil || len(got.Body) != egress.MaxBody+1 {
		t.Errorf("Fetch with the limit of pictures = %d bytes, %v, want all", len(got.Body), err)
	}
}

func TestContentTypeIsChecked(t *testing.T) {
	kind := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = []string{kind}
		if r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	guard := egress.New(listing(t, server.URL))
	for _, c := range []struct {
		kind, want string
		err        error
	}{
		{"application/json; charset=utf-8", "application/json", nil}, {"text/html", "application/json", egress.ErrContentType},
		{"image/png", "image/", nil}, {"imagex/png", "image/", egress.ErrContentType}, {"", "image/", egress.ErrContentType}, {"application/jsonx", "application/json", egress.ErrContentType},
	} {
		kind = c.kind
		if _, err := guard.Fetch(t.Context(), server.URL, egress.FetchOptions{Types: []string{c.want}}); !errors.Is(err, c.err) {
			t.Errorf("%q as %q: Fetch = %v, want %v", c.kind, c.want, err, c.err)
		}
	}
	kind = "text/html"
	if got, err := guard.Fetch(t.Context(), server.URL+"/missing", egress.FetchOptions{Types: []string{"image/"}}); err != nil || got.Status != 404 {
		t.Errorf("Fetch of a 404 = %+v, %v, want the status", got, err)
	}
}

func TestSlowServersAreLeft(t *testing.T) {
	gone := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(gone)
	}))
	defer server.Close()
	cfg := listing(t, server.URL)
	cfg.Timeout = 200 * time.Millisecond
	if _, err := get(t, egress.New(cfg), server.URL+"/?token=secret"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("Fetch = %v, want an error without the query", err)
	}
	<-gone
}

func TestErrorsDoNotShowTheAddress(t *testing.T) {
	const dead = "http://127.0.0.1:1" // a port that was free a moment ago may be another test's by now
	guard := egress.New(listing(t, dead))
	_, err := get(t, guard, dead+"/path?token=secret")
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "/path") {
		t.Errorf("Fetch = %v, want an error without path and query", err)
	}
	_, err = guard.Webhooks().Get(dead + "/path?token=secret")
	if redacted := egress.Redact(err); redacted == nil || strings.Contains(redacted.Error(), "secret") || !strings.Contains(redacted.Error(), "127.0.0.1") {
		t.Errorf("Redact = %v, want the host alone", redacted)
	}
	if egress.Redact(nil) != nil {
		t.Error("Redact(nil) is an error")
	}
}

func TestParseCIDRs(t *testing.T) {
	got, err := egress.ParseCIDRs([]string{"10.20.30.40/16", " 172.16.0.5 ", "fd00::/8"})
	if err != nil || len(got) != 3 || got[0].String() != "10.20.0.0/16" || got[1].String() != "172.16.0.5/32" || got[2].String() != "fd00::/8" {
		t.Errorf("ParseCIDRs = %v, %v", got, err)
	}
	for _, bad := range []string{"0.0.0.0/0", "::/0", "10.0.0.0/33", "inner", "", "fe80::1%eth0"} {
		if got, err := egress.ParseCIDRs([]string{bad}); err == nil {
			t.Errorf("ParseCIDRs(%q) = %v, want an error", bad, got)
		}
	}
}
