// Package sandbox is a set of stand-in platforms for tests and for `make run`: WeChat Official Accounts, Weibo and an
// app back end, in one program. It behaves as the platforms are documented to behave, limits, lies and delays included,
// keeps what was published readable on readers' pages, writes every request into a journal, and can be told to fail in
// the ways that hurt: above all "committed, then the connection was cut". It shares no type, constant or crypto with
// the adapters and imports nothing of the program, so an adapter's mistake cannot be repeated here.
//
// # Addresses
//
// Handler serves everything on one listener; an adapter is given a base address per platform:
//
//	https://api.weixin.qq.com              → {public}/wechat        e.g. {public}/wechat/cgi-bin/draft/add
//	https://api.weibo.com                  → {public}/weibo         e.g. {public}/weibo/2/statuses/share.json
//	https://upload.api.weibo.com           → {public}/weibo
//	https://mp.weixin.qq.com               → {public}/wechat        the page on which an account grants a third-party platform
//	an app back end named NAME             → {public}/app/NAME/hook
//	a government website named NAME        → {public}/portal/NAME/
//
// Below the prefix the paths are those of production. WeChatHandler, WeiboHandler, AppHandler and AppBackendHandler
// serve the same at the root. Readers' pages, all without signing in: / (newest of all), /s/{key} (WeChat),
// /{uid}/{mid} and /ttarticle/p/show?id= (Weibo), /app/{name}/articles/{id}. Pictures: /mmbiz/… and /sinaimg/….
//
// # More
//
// README.md beside this file shows a first article on each platform, the control port, the faults, the markers that choose
// an outcome, and what is assumed. A test runs its lines.
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Config is how a Sandbox is set up. The zero value works: in memory, real time, no listener, everything published at once.
type Config struct {
	Listen     string // address of the platforms for Run, e.g. "127.0.0.1:8090"
	Control    string // address of the control port for Run, e.g. "127.0.0.1:8091"
	DataDir    string // folder of the dump and the pictures; "" keeps all in memory
	ClockStart time.Time
	Seed       uint64 // seed of ids, latencies and fault probabilities; 0 takes a random one
	Settings   Settings
	Seeds      Seeds
	Log        *slog.Logger                       // nil is silent
	Ready      func(publicURL, controlURL string) // called by Run once both ports are open; may be nil
}

// Settings can be changed while the sandbox runs.
type Settings struct {
	// PublicURL is the base of readers' pages and pictures, e.g. "http://127.0.0.1:8090". Empty takes the address
	// each request came in on.
	PublicURL string `json:"public_url,omitempty"`
	// MediaURL is the base of picture addresses that WeChat hands out; empty is PublicURL + "/mmbiz", where anybody can look
	// at them. "http://mmbiz.qpic.cn" is the platform's own, for a client that checks it; readers' pages show them all the same.
	MediaURL string `json:"media_url,omitempty"`
	// PublishDelayMS is the median time in milliseconds between freepublish/submit and the end of the job.
	PublishDelayMS int64 `json:"publish_delay_ms"`
	// PublishSigma spreads that time log-normally; 0 is always the median. 1.5 gives the spread seen in the field.
	PublishSigma float64 `json:"publish_sigma,omitempty"`
	// AftermathMS is the time between publication and the deletion or ban that [sim:5] and [sim:6] ask for; 0 is a minute.
	AftermathMS int64 `json:"aftermath_ms,omitempty"`
	// CallbackRetryMS is the real time between two tries of a callback; 0 is a second.
	CallbackRetryMS int64 `json:"callback_retry_ms,omitempty"`
	// AllowPrivateRIP lets Weibo accept a loopback or private address as rip. The platform wants a public one.
	AllowPrivateRIP bool `json:"allow_private_rip,omitempty"`
}

// Defaults is the Config of `govmedia sandbox`: ports 8090 and 8091 on loopback, two seconds to publish, private
// operator addresses accepted because on loopback there are no others.
func Defaults() Config {
	return Config{
		Listen:   "127.0.0.1:8090",
		Control:  "127.0.0.1:8091",
		Settings: Settings{PublishDelayMS: 2000, AllowPrivateRIP: true},
	}
}

// Sandbox is the stand-in platforms with their state. All methods may be called from many goroutines.
type Sandbox struct {
	log   *slog.Logger
	clock *clock

	mu       sync.Mutex // guards everything below
	rng      *rand.Rand
	seed     uint64
	state    *state
	calls    []*Call
	lastCall int64
	faults   []*Fault
	lastID   int64
	hooks    map[int64]func(Call)
	waiting  map[int64]*waiter
	pageBase string                  // the address that the last call to WeChat came in on
	held     []wxEvent               // callbacks that accounts with CallbackHold keep back
	tries    []CallbackTry           // requests made to callback addresses
	proven   map[callbackTo]bool     // callback addresses that answered the platform's test
	lastSent map[string]sentEnvelope // by appid
	requests map[string]wxRequest    // refused calls by their id
	sending  sync.WaitGroup          // callbacks on their way

	store *store
}

// New makes a Sandbox from cfg and loads what an earlier run left in cfg.DataDir. It fails when the folder cannot be
// written or its dump cannot be read.
func New(cfg Config) (*Sandbox, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	store, err := openStore(cfg.DataDir, cfg.Log)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{
		log: cfg.Log, clock: &clock{}, seed: cfg.Seed, state: newState(), store: store,
		hooks: map[int64]func(Call){}, waiting: map[int64]*waiter{}, proven: map[callbackTo]bool{}, lastSent: map[string]sentEnvelope{},
		requests: map[string]wxRequest{},
	}
	if err := store.load(s.state); err != nil {
		return nil, err
	}
	s.rng = rand.New(rand.NewPCG(cfg.Seed, uint64(s.state.Seq)))
	s.clock.restore(s.state.ClockOffset, s.state.ClockFrozen)
	if !cfg.ClockStart.IsZero() {
		s.clock.set(cfg.ClockStart)
	}
	s.state.Settings = cfg.Settings
	s.AddSeeds(cfg.Seeds)
	return s, nil
}

// Close writes what is not yet written. It may be called more than once.
func (s *Sandbox) Close() error {
	return s.store.flush(s.dump)
}

// Handler serves all platforms under their prefixes, the readers' pages and the pictures.
func (s *Sandbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/wechat/", http.StripPrefix("/wechat", s.WeChatHandler()))
	mux.Handle("/weibo/", http.StripPrefix("/weibo", s.WeiboHandler()))
	mux.Handle("/app/", http.StripPrefix("/app", byName("/app", s.serveApp)))
	mux.Handle("/portal/", http.StripPrefix("/portal", byName("/portal", s.servePortal)))
	mux.HandleFunc("GET /s/{key}", s.wechatPage)
	mux.HandleFunc("GET /mmbiz/", s.servePicture)
	mux.HandleFunc("GET /sinaimg/", s.servePicture)
	mux.HandleFunc("GET /ttarticle/p/show", s.weiboArticlePage)
	mux.HandleFunc("GET /{$}", s.indexPage)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if weiboPagePath.MatchString(r.URL.Path) {
			s.weiboPage(w, r)
			return
		}
		notFoundPage(w, r)
	})
	return mux
}

// SetPublicURL sets the base address of readers' pages and pictures.
func (s *Sandbox) SetPublicURL(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Settings.PublicURL = strings.TrimRight(base, "/")
}

// ChangeSettings lets fn change the settings while no call is being performed.
func (s *Sandbox) ChangeSettings(fn func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(&s.state.Settings)
}

// Now is the sandbox's time.
func (s *Sandbox) Now() time.Time { return s.clock.now() }

// Advance moves the sandbox's time forward by d.
func (s *Sandbox) Advance(d time.Duration) {
	s.clock.advance(d)
	s.settleCallers()
	s.dueTickets()
	s.changed()
}

// SetClock sets the sandbox's time; it runs on from there.
func (s *Sandbox) SetClock(t time.Time) {
	s.clock.set(t)
	s.settleCallers()
	s.dueTickets()
	s.changed()
}

// Run makes a Sandbox from cfg, listens on both addresses until ctx ends, and closes it. An empty PublicURL becomes the
// address listened on, unless that is every address of the machine.
func Run(ctx context.Context, cfg Config) error {
	s, err := New(cfg)
	if err != nil {
		return err
	}
	return errors.Join(s.run(ctx, cfg), s.Close())
}

func (s *Sandbox) run(ctx context.Context, cfg Config) error {
	public, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	defer func() { _ = public.Close() }()
	control, err := net.Listen("tcp", cfg.Control)
	if err != nil {
		return fmt.Errorf("sandbox: control port: %w", err)
	}
	defer func() { _ = control.Close() }()
	if at, ok := public.Addr().(*net.TCPAddr); cfg.Settings.PublicURL == "" && ok && !at.IP.IsUnspecified() {
		s.SetPublicURL("http://" + public.Addr().String()) // listening on every address, each call's own is the public one
	}
	if cfg.Ready != nil {
		cfg.Ready("http://"+public.Addr().String(), "http://"+control.Addr().String())
	}
	ticking, stop := context.WithCancel(ctx)
	ticked := make(chan struct{})
	go func() { defer close(ticked); s.tick(ticking) }()
	err = serveAll(ctx, map[net.Listener]http.Handler{public: s.Handler(), control: s.ControlHandler()})
	stop()
	<-ticked
	return err
}

// tick sends the tickets whose time has come, until ctx ends. The first goes out when whoever waits for it had time to start.
func (s *Sandbox) tick(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(2 * time.Second):
			s.dueTickets()
		}
	}
}

// serveAll serves each handler on its listener until ctx ends or one of them fails, then stops them all and waits.
func serveAll(ctx context.Context, handlers map[net.Listener]http.Handler) error {
	failed := make(chan error, len(handlers))
	servers := make([]*http.Server, 0, len(handlers))
	for listener, handler := range handlers {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
		servers = append(servers, server)
		go func() { failed <- server.Serve(listener) }()
	}
	var first error
	select {
	case <-ctx.Done():
	case first = <-failed:
		failed <- first
	}
	for _, server := range servers {
		_ = server.Close() // a held or hanging call would never let Shutdown return
	}
	for range servers {
		if err := <-failed; first == nil && !errors.Is(err, http.ErrServerClosed) {
			first = err
		}
	}
	return first
}

// id makes a random url-safe text of n characters. Call it with s.mu held.
func (s *Sandbox) id(n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[s.rng.IntN(len(alphabet))]
	}
	return string(out)
}

// next is the following number of the sandbox, never given twice, restarts included. Call it with s.mu held.
func (s *Sandbox) next() int64 {
	s.state.Seq++
	return s.state.Seq
}

// publicURL is the base address of pages and pictures: the one set, else the address r came in on. The Host header is
// not asked first, for a client that redirects its transport goes on sending the platform's own. Call it with s.mu held.
func (s *Sandbox) publicURL(r *http.Request) string {
	if s.state.Settings.PublicURL != "" {
		return s.state.Settings.PublicURL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return scheme + "://" + local.String()
	}
	return scheme + "://" + r.Host
}

// encode is v as JSON without the escapes for HTML, as the platforms write it.
func encode(v any) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("sandbox: answer cannot be encoded: " + err.Error()) // our own types only
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}

// readLimited reads r up to limit bytes and reports whether there was more.
func readLimited(r io.Reader, limit int64) (data []byte, tooLong bool, err error) {
	data, err = io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(data)) > limit {
		return nil, true, err
	}
	return data, false, err
}

// byName takes the first piece of the path as the name of what serves the rest. prefix is what was cut off before it; both together are home.
func byName(prefix string, serve func(w http.ResponseWriter, r *http.Request, name, home string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		http.StripPrefix("/"+name, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			serve(w, r, name, prefix+"/"+name)
		})).ServeHTTP(w, r)
	})
}
