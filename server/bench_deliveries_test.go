package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"govmedia/accounts"
	"govmedia/channels/sandbox"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// delivered is what an installation with many accounts sends in one go. An app answers at once; WeChat is asked later what
// became of a submit, and that wait is a twentieth of the real one.
func delivered(platform accounts.Platform, accountsOfIt, articles, performers int) soakPlan {
	hurry := 20
	if platform == accounts.App {
		hurry = 1
	}
	return soakPlan{accounts: accountsOfIt, articles: map[accounts.Platform]int{platform: articles}, performers: performers, hurry: hurry,
		lead: 100 * time.Millisecond, atMost: 10 * time.Minute}
}

// BenchmarkDeliveries sends a thousand signed articles to many accounts through the worker as it is set up by default, and then makes the
// very same calls to the same stand-in with a bare HTTP client, one after the other (bare1) and as many at once as there are
// performers (bareN). ratio_bare1/worker says how many times faster the bare client is; the goal is 2 at most.
func BenchmarkDeliveries(b *testing.B) {
	for _, plan := range []soakPlan{delivered(accounts.App, 100, 10, defaultPerformers), delivered(accounts.WeChat, 50, 20, defaultPerformers)} {
		name := string(plan.only())
		b.Run(name, func(b *testing.B) {
			for _, database := range []string{"sqlite", "mariadb"} {
				b.Run(database, func(b *testing.B) { benchDeliveries(b, plan, benchDSN(b, database)) })
			}
		})
	}
}

// defaultPerformers is how many deliveries a node works on at once where nothing else is set.
const defaultPerformers = 24

// only is the platform of a plan that has one.
func (p soakPlan) only() accounts.Platform {
	for platform := range p.articles {
		return platform
	}
	return ""
}

func benchDSN(b *testing.B, database string) string {
	if database == "mariadb" {
		return sqltest.MariaDBDSN(b, true)
	}
	return ""
}

func benchDeliveries(b *testing.B, plan soakPlan, dsn string) {
	s := newQuickSoak(b, plan, dsn)
	calls := &recorder{next: s.town().sandbox.Handler(), platform: plan.only()}
	s.town().stand.Config.Handler = calls
	var worker, bare, abreast time.Duration
	rounds := 0
	for b.Loop() {
		s.articles = nil
		calls.calls = nil
		worker += s.deliver()
		bare += replay(b, s.freshStand(), calls.calls, 1)
		abreast += replay(b, s.freshStand(), calls.calls, plan.performers)
		rounds++
	}
	s.remember(s.town())
	sent := float64(rounds * plan.deliveries())
	b.ReportMetric(sent/worker.Seconds(), "worker-deliveries/s")
	b.ReportMetric(sent/bare.Seconds(), "bare1-deliveries/s")
	b.ReportMetric(sent/abreast.Seconds(), "bareN-deliveries/s")
	b.ReportMetric(float64(worker)/float64(bare), "ratio_bare1/worker")
	b.ReportMetric(float64(worker)/float64(abreast), "ratio_bareN/worker")
	b.ReportMetric(float64(len(calls.calls))/float64(plan.deliveries()), "calls/delivery")
	b.ReportMetric(float64(s.peak)/(1<<20), "peak-MiB")
	b.ReportMetric(0, "ns/op")
}

// newQuickSoak is newSoak with stand-ins that publish at once.
func newQuickSoak(b *testing.B, plan soakPlan, dsn string) *soak {
	s := newSoak(b, plan, dsn)
	s.town().environ = append(s.town().environ, "GOVMEDIA_LOG_LEVEL=info")
	s.town().sandbox.ChangeSettings(func(s *sandbox.Settings) { s.PublishDelayMS = 0 })
	s.revive(s.town())
	seldom(s, "every account to have been read a first time", func() bool {
		unread := 1
		s.rows("SELECT COUNT(*) FROM sources WHERE state = 'reading' AND read_at IS NULL", func(scan func(...any)) { scan(&unread) })
		return unread == 0
	})
	return s
}

// deliver schedules signed articles for one moment and returns how long after it the last one was published.
func (s *soak) deliver() time.Duration {
	s.t.Helper()
	before := s.sent()
	due := sql.FromStd(s.schedule())
	seldom(s, "the stand-ins to have everything", func() bool { return s.sent() == before+s.plan.deliveries() })
	seldom(s, "every row to say so", s.allEnded)
	last := due
	s.rows("SELECT COUNT(*), COALESCE(MAX(ended_at), 0) FROM deliveries WHERE due_at = ? AND state = 'published' AND error_code = ''", func(scan func(...any)) {
		published := 0
		scan(&published, &last)
		if published != s.plan.deliveries() {
			s.t.Errorf("%d deliveries were published without trouble, want %d", published, s.plan.deliveries())
		}
	}, due)
	return last.Sub(due)
}

// seldom waits for something and asks so rarely that the asking, which holds the stand-ins up, is no part of what is measured: that
// ends with a time in the rows.
func seldom(s *soak, what string, condition func() bool) {
	s.t.Helper()
	waitFor(s.t, s.plan.atMost, what, func() bool {
		time.Sleep(500 * time.Millisecond)
		return condition()
	})
}

// rows asks the program's database while it runs.
func (s *soak) rows(query string, read func(scan func(...any)), args ...any) {
	s.t.Helper()
	bare := sqltest.Bare(s.t, s.town().config.DSN)
	defer func() { _ = bare.Close() }()
	sqltest.Rows(s.t, bare, query, read, args...)
}

// freshStand starts stand-ins with the same accounts and nothing published, and returns their address.
func (s *soak) freshStand() string {
	s.t.Helper()
	stand, err := sandbox.New(sandbox.Config{Seeds: demoSeeds(s.town().config), Settings: sandbox.Settings{AllowPrivateRIP: true}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		s.t.Fatal(err)
	}
	stand.AddSeeds(s.seeds)
	server := httptest.NewServer(stand.Handler())
	stand.SetPublicURL(server.URL)
	s.t.Cleanup(func() { server.Close(); _ = stand.Close() })
	return server.URL
}

// BenchmarkDueToCall schedules 10,000 deliveries to 300 apps over one minute and measures how long after its due time each
// one's platform was called: the goal is a 99th percentile under two seconds. GOVMEDIA_BENCH_SCALE=20 sends a twentieth.
func BenchmarkDueToCall(b *testing.B) {
	for _, database := range []string{"sqlite", "mariadb"} {
		b.Run(database, func(b *testing.B) {
			plan := delivered(accounts.App, 300, max(34/benchScale(b), 1), defaultPerformers)
			s := newQuickSoak(b, plan, benchDSN(b, database))
			var waits []time.Duration
			for b.Loop() {
				s.articles = nil
				waits = append(waits, s.dueToCall(time.Minute/time.Duration(benchScale(b)))...)
			}
			slices.Sort(waits)
			s.remember(s.town())
			b.ReportMetric(float64(waits[len(waits)/2].Milliseconds()), "median-ms")
			b.ReportMetric(float64(waits[len(waits)*99/100].Milliseconds()), "p99-ms")
			b.ReportMetric(float64(waits[len(waits)-1].Milliseconds()), "longest-ms")
			b.ReportMetric(float64(len(waits)), "deliveries")
			b.ReportMetric(float64(s.peak)/(1<<20), "peak-MiB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// dueToCall schedules the articles one after the other over a time and returns how long each delivery waited beyond its due
// time until the intention to call was saved, right before the call. An app is called once.
func (s *soak) dueToCall(over time.Duration) []time.Duration {
	s.t.Helper()
	s.sign()
	from := time.Now().Add(5*time.Second + time.Duration(len(s.articles))*s.plan.lead)
	for i, view := range s.articles {
		at := sql.FromStd(from.Add(over * time.Duration(i) / time.Duration(len(s.articles))))
		schedule(s.author, view, &at)
	}
	if late := time.Since(from); late > 0 {
		s.t.Fatalf("scheduling ended %s after the first article fell due", late)
	}
	seldom(s, "everything to be sent", func() bool { return time.Since(from) > over && s.allEnded() })
	var waits []time.Duration
	s.rows("SELECT due_at, intent_at FROM deliveries WHERE due_at >= ? AND state = 'published'", func(scan func(...any)) {
		var due, called sql.Time
		scan(&due, &called)
		waits = append(waits, called.Sub(due))
	}, sql.FromStd(from))
	if len(waits) != s.plan.deliveries() {
		s.t.Fatalf("%d deliveries were published, want %d", len(waits), s.plan.deliveries())
	}
	return waits
}

// BenchmarkTwoNodes sends to apps that take 50 ms to answer, with one node on MariaDB and with two. ratio_two/one is how many times
// faster two are; the goal is 1.6 at least. A node has eight performers, so that it is bound by their waiting: nodes, database and
// stand-in share the processors of one machine here.
func BenchmarkTwoNodes(b *testing.B) {
	plan := delivered(accounts.App, 100, 10, 8)
	var took [2]time.Duration
	sent := 0
	for b.Loop() {
		for extra := range 2 {
			s := newQuickSoak(b, plan, sqltest.MariaDBDSN(b, true))
			quick := s.town().sandbox.Handler()
			s.town().stand.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(50 * time.Millisecond)
				quick.ServeHTTP(w, r)
			})
			for range extra {
				s.nodes = append(s.nodes, twin(s.town()))
				s.revive(s.town())
				s.revive(s.nodes[1])
			}
			took[extra] += s.deliver()
		}
		sent += plan.deliveries()
	}
	b.ReportMetric(float64(sent)/took[0].Seconds(), "one-node-deliveries/s")
	b.ReportMetric(float64(sent)/took[1].Seconds(), "two-nodes-deliveries/s")
	b.ReportMetric(float64(took[0])/float64(took[1]), "ratio_two/one")
	b.ReportMetric(0, "ns/op")
}

// recorder keeps the calls of a delivery with their answers, so that a bare client can make the same ones.
type recorder struct {
	next     http.Handler
	platform accounts.Platform
	mu       sync.Mutex
	calls    []recordedCall
}

type recordedCall struct {
	method, uri string
	header      http.Header
	body        []byte
	answer      []byte
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	request.Body = io.NopCloser(bytes.NewReader(body))
	kept := &keeping{ResponseWriter: w}
	uri, header := request.URL.RequestURI(), request.Header.Clone()
	r.next.ServeHTTP(kept, request)
	if !isDelivery(request, r.platform) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, recordedCall{request.Method, uri, header, body, kept.body.Bytes()})
}

// isDelivery reports whether a call belongs to a delivery to a platform, and not to the watch that is kept over what stands on
// the platforms.
func isDelivery(r *http.Request, platform accounts.Platform) bool {
	if platform == accounts.App {
		return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/app/")
	}
	return strings.HasPrefix(r.URL.Path, "/wechat/cgi-bin/") && !strings.HasSuffix(r.URL.Path, "/freepublish/batchget")
}

type keeping struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (k *keeping) Write(p []byte) (int, error) {
	k.body.Write(p)
	return k.ResponseWriter.Write(p)
}

// replay makes recorded calls with nothing around them, the calls to one account one after the other and so many accounts at
// once, and returns how long they took. The ids that the platform gives this time take the place of those it gave then.
func replay(b *testing.B, base string, calls []recordedCall, abreast int) time.Duration {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: abreast}}
	defer client.CloseIdleConnections()
	var group errgroup.Group
	group.SetLimit(abreast)
	began := time.Now()
	for _, queue := range byAccount(calls) {
		group.Go(func() error { return replayQueue(b, client, base, queue) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// byAccount parts calls by the account they were made for: an app has an address of its own, WeChat a token.
func byAccount(calls []recordedCall) [][]recordedCall {
	var queues [][]recordedCall
	places := map[string]int{}
	for _, call := range calls {
		address, _ := url.Parse(call.uri)
		key := address.Path
		if token := address.Query().Get("access_token"); token != "" {
			key = token
		}
		var given struct {
			Token string `json:"access_token"`
		}
		if json.Unmarshal(call.answer, &given) == nil && given.Token != "" {
			key = given.Token
		}
		place, known := places[key]
		if !known {
			place = len(queues)
			places[key], queues = place, append(queues, nil)
		}
		queues[place] = append(queues[place], call)
	}
	return queues
}

func replayQueue(b *testing.B, client *http.Client, base string, calls []recordedCall) error {
	given := map[string]string{}
	for _, call := range calls {
		uri, body := call.uri, string(call.body)
		for then, now := range given {
			uri, body = strings.ReplaceAll(uri, then, now), strings.ReplaceAll(body, then, now)
		}
		request, err := http.NewRequestWithContext(b.Context(), call.method, base+uri, strings.NewReader(body))
		if err != nil {
			return err
		}
		request.Header = call.header
		response, err := client.Do(request)
		if err != nil {
			return fmt.Errorf("replay %s %s: %w", call.method, call.uri, err)
		}
		answer, err := io.ReadAll(response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil || response.StatusCode >= http.StatusMultipleChoices {
			return fmt.Errorf("replay %s %s: %s %w %s", call.method, call.uri, response.Status, err, answer)
		}
		learn(given, call.answer, answer)
	}
	return nil
}

// learn notes which ids stand in the new answer where others stood in the old one. An address is known by its path too.
func learn(given map[string]string, then, now []byte) {
	var old, fresh any
	if json.Unmarshal(then, &old) != nil || json.Unmarshal(now, &fresh) != nil {
		return
	}
	compare(given, old, fresh)
}

func compare(given map[string]string, old, fresh any) {
	switch before := old.(type) {
	case map[string]any:
		after, _ := fresh.(map[string]any)
		for name, value := range before {
			compare(given, value, after[name])
		}
	case []any:
		after, _ := fresh.([]any)
		for i := range min(len(before), len(after)) {
			compare(given, before[i], after[i])
		}
	case string:
		after, _ := fresh.(string)
		if len(before) < idLeast || after == "" || before == after {
			return
		}
		given[before] = after
		one, err := url.Parse(before)
		other, failed := url.Parse(after)
		if err == nil && failed == nil && len(one.Path) > 1 {
			given[one.Path] = other.Path
		}
	}
}

// idLeast is how many characters an id of a platform has at the least.
const idLeast = 8
