package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"govmedia/channels/sandbox"
	"govmedia/sql/sqltest"
)

// runVariable makes the test binary be the program, so that a test can start, stop and kill the real thing.
const runVariable = "GOVMEDIA_TEST_RUN"

func TestMain(m *testing.M) {
	if os.Getenv(runVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// town is one installation under test: a database, a data folder, the stand-in platforms, and the program when it runs.
type town struct {
	t       testing.TB
	config  Config
	environ []string
	sandbox *sandbox.Sandbox
	stand   *httptest.Server
	base    string

	mu      sync.Mutex
	process *exec.Cmd
	exited  chan struct{}
	output  bytes.Buffer
}

// eachDatabase runs a test on an installation with SQLite and on one with MariaDB.
func eachDatabase(t *testing.T, test func(t *testing.T, town *town)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, newTown(t, "")) })
	t.Run("mariadb", func(t *testing.T) { t.Parallel(); test(t, newTown(t, sqltest.MariaDBDSN(t, true))) })
}

// newTown makes an installation with the demo district and its stand-ins; an empty dsn is SQLite. Every wait of the
// deliveries is 400 times shorter.
func newTown(t testing.TB, dsn string) *town {
	t.Helper()
	port, data := freePort(t), t.TempDir()
	town := &town{t: t, base: fmt.Sprintf("http://127.0.0.1:%d", port)}
	town.environ = []string{
		runVariable + "=1", "PATH=" + os.Getenv("PATH"), "GOVMEDIA_LISTEN=" + strings.TrimPrefix(town.base, "http://"), "GOVMEDIA_DATA=" + data,
		"GOVMEDIA_HURRY=400", "GOVMEDIA_OFFICE_ADDRESS=127.0.0.1", "GOVMEDIA_EGRESS_ALLOW_CIDRS=127.0.0.0/8", "GOVMEDIA_LOG_LEVEL=info",
	}
	if dsn != "" {
		town.environ = append(town.environ, "GOVMEDIA_DSN="+dsn)
	} else {
		sqltest.WriteSQLite(t, filepath.Join(data, "govmedia.db"))
	}
	config, err := loadConfig(town.environ)
	if err != nil {
		t.Fatal(err)
	}
	town.startSandbox(config)
	town.environ = append(town.environ, "GOVMEDIA_WECHAT_BASE="+town.stand.URL+"/wechat", "GOVMEDIA_WEIBO_API_BASE="+town.stand.URL+"/weibo",
		"GOVMEDIA_WEIBO_AUTH_BASE="+town.stand.URL+"/weibo", "GOVMEDIA_WEIBO_PAGE_BASE="+town.stand.URL,
		fmt.Sprintf("GOVMEDIA_EGRESS_ALLOW_PORTS=%d", portOf(strings.TrimPrefix(town.stand.URL, "http://"))))
	if town.config, err = loadConfig(town.environ); err != nil {
		t.Fatal(err)
	}
	node, err := openNode(t.Context(), town.config, &town.output)
	if err != nil {
		t.Fatalf("open the installation: %v", err)
	}
	if err := loadDemo(t.Context(), node, town.stand.URL); err != nil {
		t.Fatalf("load the demo district: %v", err)
	}
	if err := testDemoApps(t.Context(), node); err != nil {
		t.Fatalf("test the endpoint of the demo's app: %v", err)
	}
	node.close()
	t.Cleanup(func() {
		town.stop(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("the program printed:\n%s", town.log())
		}
	})
	return town
}

func (town *town) startSandbox(config Config) {
	town.t.Helper()
	stand, err := sandbox.New(sandbox.Config{Seeds: demoSeeds(config), Settings: sandbox.Settings{AllowPrivateRIP: true, PublishDelayMS: 50}, Seed: soakSeed(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		town.t.Fatalf("sandbox.New: %v", err)
	}
	town.sandbox = stand
	town.stand = httptest.NewUnstartedServer(stand.Handler())
	_ = town.stand.Listener.Close()
	if town.stand.Listener, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", freePort(town.t))); err != nil { // which nobody takes while it is down
		town.t.Fatal(err)
	}
	town.stand.Start()
	stand.SetPublicURL(town.stand.URL)
	town.t.Cleanup(func() { town.stand.CloseClientConnections(); town.stand.Close(); _ = stand.Close() })
}

// Ports are taken from below those that the kernel gives to clients, each once: a port that was free a moment ago is then not
// somebody's connection to the database when the program begins to listen on it, or another test's server while it is down.
const firstPort, ports = 10_000, 10_000

var portsTaken = func() *atomic.Int64 {
	var taken atomic.Int64
	taken.Store(rand.Int64N(ports))
	return &taken
}()

// freePort returns a port of loopback on which nobody listens.
func freePort(t testing.TB) int {
	t.Helper()
	for range ports {
		port := firstPort + int(portsTaken.Add(1)%ports)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port of loopback is free")
	return 0
}

// start runs the program as a process of its own and waits until it is ready.
func (town *town) start() {
	town.t.Helper()
	if !town.launch() {
		town.t.Fatalf("the server ended before it was ready:\n%s", town.log())
	}
}

// launch starts the program and reports whether it became ready; false when it ended before, as one that is being
// killed may.
func (town *town) launch() bool {
	town.t.Helper()
	program, err := os.Executable()
	if err != nil {
		town.t.Fatal(err)
	}
	cmd := exec.Command(program, "serve")
	cmd.Env = town.environ
	cmd.Stdout, cmd.Stderr = &lockedWriter{town: town}, &lockedWriter{town: town}
	if err := cmd.Start(); err != nil {
		town.t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	town.mu.Lock()
	town.process, town.exited = cmd, exited
	town.mu.Unlock()
	ready := false
	town.wait("the server to be ready", func() bool {
		if !town.running() {
			return true
		}
		response, err := http.Get(town.base + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		ready = response.StatusCode == http.StatusOK
		return ready
	})
	return ready
}

// stop ends the program with a signal and waits until it is gone. It does nothing when none runs.
func (town *town) stop(signal os.Signal) {
	town.mu.Lock()
	process, exited := town.process, town.exited
	town.process = nil
	town.mu.Unlock()
	if process == nil {
		return
	}
	_ = process.Process.Signal(signal)
	select {
	case <-exited:
	case <-time.After(30 * time.Second):
		_ = process.Process.Kill()
		town.t.Errorf("the server did not stop within 30 s of %v:\n%s", signal, town.log())
	}
}

// signal sends a signal to the program that runs now and returns what closes when that very process is gone; nil when
// none runs.
func (town *town) signal(signal os.Signal) <-chan struct{} {
	town.mu.Lock()
	defer town.mu.Unlock()
	if town.process == nil {
		return nil
	}
	_ = town.process.Process.Signal(signal)
	return town.exited
}

// running reports whether the program still runs.
func (town *town) running() bool {
	town.mu.Lock()
	exited := town.exited
	town.mu.Unlock()
	select {
	case <-exited:
		return false
	default:
		return true
	}
}

type lockedWriter struct{ town *town }

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.town.mu.Lock()
	defer w.town.mu.Unlock()
	return w.town.output.Write(p)
}

// log returns everything the program printed so far.
func (town *town) log() string {
	town.mu.Lock()
	defer town.mu.Unlock()
	return town.output.String()
}

// wait looks until a condition holds, at most a minute.
func (town *town) wait(what string, condition func() bool) {
	town.t.Helper()
	waitFor(town.t, time.Minute, what, condition)
}

func waitFor(t testing.TB, atMost time.Duration, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(atMost)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s in vain for %s", atMost, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// browser is somebody at the console: cookies, and JSON both ways.
type browser struct {
	t      testing.TB
	base   string
	client *http.Client
}

// signIn opens a browser and signs somebody of the demo district in.
func (town *town) signIn(username string) *browser {
	town.t.Helper()
	b := town.browser()
	b.do(http.MethodPost, "/api/session", map[string]any{"username": username, "password": demoPassword}, http.StatusOK, nil)
	return b
}

func (town *town) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		town.t.Fatal(err)
	}
	return &browser{t: town.t, base: town.base, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

// do sends JSON and decodes the answer into out (nil to ignore it), failing unless the status is the wanted one.
func (b *browser) do(method, path string, in any, want int, out any) {
	b.t.Helper()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			b.t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, b.base+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	b.send(request, want, out)
}

func (b *browser) send(request *http.Request, want int, out any) {
	b.t.Helper()
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatalf("%s %s: %v", request.Method, request.URL.Path, err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", request.Method, request.URL.Path, err)
	}
	if response.StatusCode != want {
		b.t.Fatalf("%s %s = %d, want %d\n%s", request.Method, request.URL.Path, response.StatusCode, want, raw)
	}
	if out == nil {
		return
	}
	if text, ok := out.(*string); ok {
		*text = string(raw)
		return
	}
	if err := json.Unmarshal(raw, out); err != nil {
		b.t.Fatalf("%s %s: %v\n%s", request.Method, request.URL.Path, err, raw)
	}
}

// refuse sends JSON and returns the problem it must be answered with.
func (b *browser) refuse(method, path string, in any, want int, code string) Problem {
	b.t.Helper()
	var problem Problem
	b.do(method, path, in, want, &problem)
	b.checkProblem(method+" "+path, problem, code)
	return problem
}

func (b *browser) checkProblem(what string, problem Problem, code string) {
	b.t.Helper()
	if problem.Code != code || problem.TraceID == "" || !hasHan(problem.Detail) {
		b.t.Errorf("%s refused with %+v, want code %s, a Chinese sentence and a trace id", what, problem, code)
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// upload sends a file with the form fields around it.
func (b *browser) upload(path, name string, content []byte, fields map[string]string, want int, out any) {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key, value := range fields {
		_ = form.WriteField(key, value)
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = form.Close()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.base+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	b.send(request, want, out)
}

// photo returns a JPEG of its own colour.
func photo(t testing.TB, width, height int, shade uint8) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.Set(x, y, color.RGBA{R: shade, G: uint8(x % 251), B: uint8(y % 241), A: 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func decodeJSON(r io.Reader, out any) error { return json.NewDecoder(r).Decode(out) }

// ask sends JSON and returns the status with the problem, if it is one.
func (b *browser) ask(method, path string, in any) (int, Problem) {
	b.t.Helper()
	body := ""
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			b.t.Fatal(err)
		}
		body = string(raw)
	}
	response := b.raw(method, path, body, nil)
	var problem Problem
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem") {
		if err := json.Unmarshal([]byte(response.text), &problem); err != nil {
			b.t.Errorf("%s %s: %v\n%s", method, path, err, response.text)
		}
	}
	return response.StatusCode, problem
}

// reply is an answer with its body read.
type reply struct {
	*http.Response
	text string
}

// raw sends a body as it is, with more headers, and returns whatever comes.
func (b *browser) raw(method, path, body string, headers map[string]string) reply {
	b.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{Response: response, text: string(text)}
}

// bearer is a program that signs in by a token and keeps no cookies.
func (town *town) bearer(token string) *browser {
	b := town.browser()
	b.client.Transport = withToken(token)
	return b
}

type withToken string

func (token withToken) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+string(token))
	request.Header.Del("Cookie")
	return http.DefaultTransport.RoundTrip(request)
}

func (b *browser) origin() *url.URL {
	b.t.Helper()
	origin, err := url.Parse(b.base + refreshPath)
	if err != nil {
		b.t.Fatal(err)
	}
	return origin
}

// cookie returns the value of a cookie, empty when there is none.
func (b *browser) cookie(name string) string {
	for _, cookie := range b.client.Jar.Cookies(b.origin()) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

func (b *browser) setCookie(name, value string) {
	b.client.Jar.SetCookies(b.origin(), []*http.Cookie{{Name: name, Value: value, Path: refreshPath}})
}

func escape(part string) string { return url.QueryEscape(part) }

func mustJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}
