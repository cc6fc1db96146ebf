package oversight_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"govmedia/accounts"
	"govmedia/channels/egress"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// reminders is a district under 潼南 2022 with a clock that the test sets, and a way out that the test makes.
type reminders struct {
	t    *testing.T
	db   *sql.DB
	now  *time.Time
	book rules.Book
	out  *oversight.Outside
	unitstest.Place
}

// eachReminders runs a test in a fresh district on each database. It is Thursday, 2026-11-19, nine o'clock, and the
// reminders have run once.
func eachReminders(t *testing.T, test func(w *reminders)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { test(newReminders(t, db)) })
}

func newReminders(t *testing.T, db *sql.DB) *reminders {
	t.Helper()
	return remindersSince(t, db, "2026-11-19 08:59")
}

// remindersSince is the same district, in which the reminders run for the first time at another instant.
func remindersSince(t *testing.T, db *sql.DB, start string) *reminders {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatalf("rules.Builtin: %v", err)
	}
	now := beijing(t, start)
	w := &reminders{t: t, now: &now, book: rules.NewBook(library)}
	w.db = db.WithClock(func() time.Time { return *w.now })
	w.Place = unitstest.District(t, w.db)
	keys, err := accounts.ParseKeyring("k1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatalf("ParseKeyring: %v", err)
	}
	w.out = &oversight.Outside{Keys: keys, PublicBase: "https://media.example.gov.cn"}
	w.open()
	w.set(w.Office, func(s *oversight.Settings) { s.WeeklyDay = 0 }) // a test that wants the weekly list says so
	w.remind(start)
	return w
}

// open lets the way out lead to test servers at the addresses.
func (w *reminders) open(addresses ...string) {
	w.t.Helper()
	config := egress.Config{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: 2 * time.Second}
	for _, address := range addresses {
		parsed, err := url.Parse(address)
		if err != nil {
			w.t.Fatal(err)
		}
		port, err := strconv.ParseUint(parsed.Port(), 10, 16)
		if err != nil {
			w.t.Fatal(err)
		}
		config.AllowPorts = append(config.AllowPorts, uint16(port))
	}
	w.out.Guard = egress.New(config)
	w.out.Client = w.out.Guard.Webhooks()
}

func (w *reminders) time(s string) sql.Time { return sql.FromStd(beijing(w.t, s)) }

// remind runs the reminders at an instant.
func (w *reminders) remind(at string) oversight.Round {
	w.t.Helper()
	*w.now = beijing(w.t, at)
	did, err := oversight.Remind(w.t.Context(), w.db, w.book, w.out)
	if err != nil {
		w.t.Fatalf("Remind at %s: %v", at, err)
	}
	return did
}

// account registers an account of Town that is in use since now.
func (w *reminders) account(name string, kind accounts.Kind, since string) accounts.Account {
	w.t.Helper()
	return w.accountOf(w.Town, name, kind, since)
}

func (w *reminders) accountOf(unit units.Unit, name string, kind accounts.Kind, since string) accounts.Account {
	w.t.Helper()
	platform := map[accounts.Kind]accounts.Platform{accounts.KindWeChatSubscription: accounts.WeChat, accounts.KindWeibo: accounts.Weibo,
		accounts.KindDouyin: accounts.Douyin, accounts.KindWebsite: accounts.Website}[kind]
	account, err := accounts.Create(w.t.Context(), w.db, w.book, units.System, accounts.NewAccount{UnitID: unit.ID, Platform: platform, Kind: kind, Name: name,
		Mode: accounts.Manual, State: accounts.InUse, InUseAt: w.time(since).Ptr()})
	if err != nil {
		w.t.Fatalf("accounts.Create(%s): %v", name, err)
	}
	return account
}

// post records a post of an account.
func (w *reminders) post(account accounts.Account, at string) {
	w.t.Helper()
	_, _, err := accounts.RecordPost(w.t.Context(), w.db, w.book, units.System, accounts.NewPost{AccountID: account.ID, Title: "一条消息",
		URL: "https://www.example.gov.cn/" + sql.NewID(), Source: accounts.Observed, PublishedAt: w.time(at)})
	if err != nil {
		w.t.Fatalf("RecordPost(%s, %s): %v", account.Name, at, err)
	}
}

// clock starts a clock of Town that is nobody's in particular.
func (w *reminders) clock(unit units.Unit, section, rule, started, due string) rules.Clock {
	w.t.Helper()
	var clock rules.Clock
	err := w.db.InTx(w.t.Context(), func(tx *sql.DB) error {
		var err error
		clock, err = rules.StartClock(w.t.Context(), tx, rules.ClockDuty{SubjectKind: oversight.UnitSubject, SubjectID: unit.ID, UnitID: unit.ID, Path: unit.Path,
			Rulebook: unitstest.Rulebook, Section: section, Rule: rule, Articles: sql.Strings{"21(六)"}, StartedAt: w.time(started), DueAt: w.time(due).Ptr()})
		return err
	})
	if err != nil {
		w.t.Fatalf("StartClock: %v", err)
	}
	return clock
}

// mine returns what somebody finds among the reminders inside the program, the latest first.
func (w *reminders) mine(who string) []oversight.Notice {
	w.t.Helper()
	list, err := oversight.Notices(w.t.Context(), w.db, w.People[who], false, 0, "", 100)
	if err != nil {
		w.t.Fatalf("Notices(%s): %v", who, err)
	}
	return list
}

// history returns every message about Town and the units beside and below it, the latest first.
func (w *reminders) history(filter oversight.MessageFilter) []oversight.Message {
	w.t.Helper()
	filter.UnitID, filter.Below, filter.Limit = w.Office.ID, true, 1000
	list, err := oversight.History(w.t.Context(), w.db, w.People["admin"], filter)
	if err != nil {
		w.t.Fatalf("History(%+v): %v", filter, err)
	}
	return list
}

// states counts messages by way and state: "mail sent" → 2.
func (w *reminders) states() map[string]int {
	count := map[string]int{}
	for _, m := range w.history(oversight.MessageFilter{}) {
		count[string(m.Channel)+" "+string(m.State)]++
	}
	return count
}

func (w *reminders) set(unit units.Unit, change func(*oversight.Settings)) {
	w.t.Helper()
	view, err := oversight.ReminderSettings(w.t.Context(), w.db, w.People["admin"], unit.ID)
	if err != nil {
		w.t.Fatalf("ReminderSettings: %v", err)
	}
	change(&view.Settings)
	if _, err := oversight.SetReminders(w.t.Context(), w.db, w.People["admin"], unit.ID, view.Version, view.Settings); err != nil {
		w.t.Fatalf("SetReminders: %v", err)
	}
}

func (w *reminders) email(who, address string) {
	w.t.Helper()
	if err := units.SetEmail(w.t.Context(), w.db, w.People[who], address); err != nil {
		w.t.Fatalf("SetEmail(%s): %v", who, err)
	}
}

func refusedWith(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s = %v, want %v", what, err, want)
	}
}

// letterSeen is one mail that a server took, as it came over the line.
type letterSeen struct {
	from string
	to   []string
	raw  []byte
	tls  bool
	user string
}

func (l letterSeen) read(t *testing.T) *mail.Message {
	t.Helper()
	message, err := mail.ReadMessage(bytes.NewReader(l.raw))
	if err != nil {
		t.Fatalf("a mail cannot be read: %v\n%s", err, l.raw)
	}
	return message
}

func (l letterSeen) subject(t *testing.T) string {
	t.Helper()
	subject, err := new(mime.WordDecoder).DecodeHeader(l.read(t).Header.Get("Subject"))
	if err != nil {
		t.Fatalf("a subject cannot be read: %v", err)
	}
	return subject
}

// parts returns the decoded texts of a mail, one after the other.
func (l letterSeen) parts(t *testing.T) string {
	t.Helper()
	_, params, err := mime.ParseMediaType(l.read(t).Header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("a mail has no content type: %v", err)
	}
	text := ""
	for _, part := range strings.Split(string(l.raw), "--"+params["boundary"]) {
		if _, body, ok := strings.Cut(part, "\r\n\r\n"); ok && strings.Contains(part, "base64") {
			plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(strings.TrimSpace(body), "\r\n", ""))
			if err != nil {
				t.Fatalf("a part of a mail is not base64: %v\n%s", err, body)
			}
			text += string(plain) + "\n"
		}
	}
	return text
}

// post is a real mail server on loopback that keeps what it takes. answer decides about the n-th message (from 1) after it
// was read to its end.
type post struct {
	mu      sync.Mutex
	seen    []letterSeen
	offered int
	answer  func(n int, c *smtp.Conn) error
	rcpt    func(to string) error
	user    string // empty: no sign-in needed
	secret  string
}

func (p *post) taken() []letterSeen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

type postSession struct {
	post   *post
	conn   *smtp.Conn
	user   string
	letter letterSeen
}

func (s *postSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *postSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != s.post.user || password != s.post.secret {
			return smtp.ErrAuthFailed
		}
		s.user = username
		return nil
	}), nil
}

func (s *postSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.post.user != "" && s.user == "" {
		return smtp.ErrAuthRequired
	}
	s.letter = letterSeen{from: from, user: s.user}
	return nil
}

func (s *postSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.post.rcpt != nil {
		if err := s.post.rcpt(to); err != nil {
			return err
		}
	}
	s.letter.to = append(s.letter.to, to)
	return nil
}

func (s *postSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.letter.raw = raw
	_, s.letter.tls = s.conn.TLSConnectionState()
	s.post.mu.Lock()
	s.post.offered++
	n, answer := s.post.offered, s.post.answer
	s.post.mu.Unlock()
	if answer != nil {
		if err := answer(n, s.conn); err != nil {
			return err
		}
	}
	s.post.mu.Lock()
	s.post.seen = append(s.post.seen, s.letter)
	s.post.mu.Unlock()
	return nil
}

func (s *postSession) Reset()        {}
func (s *postSession) Logout() error { return nil }

// mailServer starts a mail server on a free port and lets the reminders use it.
func (w *reminders) mailServer(p *post, mode string) {
	w.t.Helper()
	certificate, roots := certificateOf(w.t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &postSession{post: p, conn: c}, nil }))
	server.Domain, server.ErrorLog = "mail.example.gov.cn", log.New(io.Discard, "", 0)
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	port := listener.Addr().(*net.TCPAddr).Port
	switch mode {
	case oversight.TLSFirst:
		listener = tls.NewListener(listener, server.TLSConfig)
	case oversight.TLSNone:
		server.TLSConfig = nil
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	w.t.Cleanup(func() { _ = server.Close(); <-ended })
	w.out.Mail = &oversight.SMTP{Host: "127.0.0.1", Port: port, TLS: mode, Username: p.user, Password: p.secret, From: "reminder@example.gov.cn",
		FromName: "时限提醒", RootCAs: roots, Timeout: 2 * time.Second}
	if err := w.out.Mail.Check(); err != nil {
		w.t.Fatalf("Check: %v", err)
	}
}

func certificateOf(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail server under test"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, roots
}

// call is one request that a bot's server got.
type call struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
}

// bot is the server behind a bot's address.
type bot struct {
	mu     sync.Mutex
	calls  []call
	answer func(n int, rw http.ResponseWriter)
	url    string
}

func (b *bot) got() []call {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls)
}

func newBot(t *testing.T, answer func(n int, rw http.ResponseWriter)) *bot {
	t.Helper()
	b := &bot{answer: answer}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		b.calls = append(b.calls, call{r.Method, r.URL, r.Header.Clone(), body})
		n := len(b.calls)
		b.mu.Unlock()
		b.answer(n, rw)
	}))
	b.url = server.URL
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return b
}

func fine(_ int, rw http.ResponseWriter) { fmt.Fprint(rw, `{"errcode":0,"errmsg":"ok"}`) }

func (w *reminders) hook(in oversight.NewHook) oversight.MadeHook {
	w.t.Helper()
	made, err := oversight.CreateHook(w.t.Context(), w.db, w.out, w.People["admin"], in)
	if err != nil {
		w.t.Fatalf("CreateHook(%s): %v", in.Kind, err)
	}
	return made
}
