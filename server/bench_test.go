package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// The benchmarks print ratios measured in one run: what the program costs above the cheapest honest way to the same end.

// benchEachDatabase runs a benchmark on an installation with SQLite and on one with MariaDB.
func benchEachDatabase(b *testing.B, bench func(b *testing.B, town *town)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, newTown(b, "")) })
	b.Run("mariadb", func(b *testing.B) { bench(b, newTown(b, sqltest.MariaDBDSN(b, true))) })
}

// listedRow is a row of account.list_by_name, as bare as it comes.
type listedRow struct {
	accounts.Account
	ClockID        *string     `json:"clock_id"`
	ClockRulebook  *string     `json:"clock_rulebook"`
	ClockSection   *string     `json:"clock_section"`
	ClockRule      *string     `json:"clock_rule"`
	ClockArticles  sql.Strings `json:"clock_articles"`
	ClockReason    *string     `json:"clock_reason"`
	ClockStartedAt *sql.Time   `json:"clock_started_at"`
	ClockDueAt     *sql.Time   `json:"clock_due_at"`
}

// BenchmarkListOfFiftyAccounts asks for the page through HTTP, and beside it runs the bare statement and writes its rows
// as JSON. ratio_http/bare is the one against the other.
func BenchmarkListOfFiftyAccounts(b *testing.B) {
	benchEachDatabase(b, func(b *testing.B, town *town) {
		town.start()
		office := town.signIn("guanli")
		town.addAccounts(unitOf(office), 60)
		var session SessionView
		office.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
		db, err := sql.Open(b.Context(), town.config.DSN)
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		args := sql.Args{"person_id": session.Person.ID, "roles": units.RolesWith(units.ReadAccounts), "path": "", "platform": "", "kind": "", "state": "",
			"status": "", "query": "", "certified": "", "until": 0, "unapproved": false, "asks": false, "now": db.Now(), "never": sql.Time(1<<62 - 1), "after_id": "", "after_name": "", "limit": 51}
		var viaHTTP, bare time.Duration
		for b.Loop() { // side by side, so that both meet the same machine
			began := time.Now()
			var text string
			office.do(http.MethodGet, "/api/accounts?per_page=50", nil, http.StatusOK, &text)
			viaHTTP += time.Since(began)
			began = time.Now()
			rows, err := sql.List[listedRow](b.Context(), db, "account.list_by_name", args)
			if err != nil || len(rows) != 51 {
				b.Fatalf("the bare statement gave %d rows: %v", len(rows), err)
			}
			if _, err := json.Marshal(rows[:50]); err != nil {
				b.Fatal(err)
			}
			bare += time.Since(began)
		}
		b.ReportMetric(float64(viaHTTP.Microseconds())/float64(b.N), "http-µs")
		b.ReportMetric(float64(bare.Microseconds())/float64(b.N), "bare-µs")
		b.ReportMetric(float64(viaHTTP)/float64(bare), "ratio_http/bare")
		b.ReportMetric(0, "ns/op")
	})
}

// addAccounts registers more accounts at a unit.
func (town *town) addAccounts(unitID string, count int) {
	town.t.Helper()
	db, err := sql.Open(town.t.Context(), town.config.DSN)
	if err != nil {
		town.t.Fatal(err)
	}
	defer db.Close()
	library, err := rules.Builtin()
	if err != nil {
		town.t.Fatal(err)
	}
	for n := range count {
		_, err := accounts.Create(town.t.Context(), db, rules.NewBook(library), units.System, accounts.NewAccount{UnitID: unitID, Platform: accounts.Weibo,
			Kind: accounts.KindWeibo, Name: fmt.Sprintf("第 %02d 号账号", n), ExternalID: fmt.Sprint(2_000_000_000 + n), Mode: accounts.Auto, State: accounts.InUse})
		if err != nil {
			town.t.Fatal(err)
		}
	}
}

// recorder keeps the calls of a delivery with their answers, so that a bare client can make the same ones.
type recorder struct {
	next  http.Handler
	mu    sync.Mutex
	calls []recordedCall
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
	if isObserving(request) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, recordedCall{request.Method, uri, header, body, kept.body.Bytes()})
}

// isObserving reports whether a call belongs to the watch that is kept over what stands on the platforms, and to no delivery.
func isObserving(r *http.Request) bool {
	return r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, "/cgi-bin/") || strings.HasSuffix(r.URL.Path, "/freepublish/batchget")
}

type keeping struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (k *keeping) Write(p []byte) (int, error) {
	k.body.Write(p)
	return k.ResponseWriter.Write(p)
}

// replay makes recorded calls one after the other with nothing around them, and returns how long they took. The ids that
// the platform gives this time take the place of those it gave then.
func replay(b *testing.B, base string, calls []recordedCall) time.Duration {
	b.Helper()
	client := &http.Client{}
	given := map[string]string{}
	began := time.Now()
	for _, call := range calls {
		uri, body := call.uri, string(call.body)
		for then, now := range given {
			uri, body = strings.ReplaceAll(uri, then, now), strings.ReplaceAll(body, then, now)
		}
		request, err := http.NewRequestWithContext(b.Context(), call.method, base+uri, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		request.Header = call.header
		response, err := client.Do(request)
		if err != nil {
			b.Fatalf("replay %s %s: %v", call.method, call.uri, err)
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode >= http.StatusMultipleChoices {
			b.Fatalf("replay %s %s: %s %v\n%s", call.method, call.uri, response.Status, err, answer)
		}
		learn(given, call.answer, answer)
	}
	return time.Since(began)
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

// deliveriesAtOnce is how many deliveries are sent in one go.
const deliveriesAtOnce = 60

// BenchmarkDeliveries sends signed articles through the worker, one performer, and then makes the very same calls to the
// same stand-in with a bare HTTP client. ratio_bare/worker says how many times faster the bare client is.
func BenchmarkDeliveries(b *testing.B) {
	for name, kind := range map[string]accounts.Kind{"app": accounts.KindApp, "wechat": accounts.KindWeChatSubscription} {
		b.Run(name, func(b *testing.B) {
			benchEachDatabase(b, func(b *testing.B, town *town) {
				town.sandbox.ChangeSettings(func(s *sandbox.Settings) { s.PublishDelayMS = 0 })
				calls := &recorder{next: town.sandbox.Handler()}
				town.stand.Config.Handler = calls
				town.environ = append(town.environ, "GOVMEDIA_PERFORMERS=1", "GOVMEDIA_HURRY=100000")
				town.start()
				var worker, bare time.Duration
				rounds := 0
				for b.Loop() {
					calls.calls = nil
					worker += deliver(b, town, kind)
					bare += replay(b, town.freshStand(b), calls.calls)
					rounds++
				}
				sent := float64(rounds * deliveriesAtOnce)
				b.ReportMetric(sent/worker.Seconds(), "worker-deliveries/s")
				b.ReportMetric(sent/bare.Seconds(), "bare-deliveries/s")
				b.ReportMetric(float64(worker)/float64(bare), "ratio_bare/worker")
				b.ReportMetric(float64(len(calls.calls))/deliveriesAtOnce, "calls/delivery")
				b.ReportMetric(0, "ns/op")
			})
		})
	}
}

// deliver schedules signed articles for one moment and returns how long after it the last one was published.
func deliver(b *testing.B, town *town, kind accounts.Kind) time.Duration {
	b.Helper()
	author := town.signIn("xinxi")
	views := signed(b, town, author, deliveriesAtOnce, kind)
	before := town.published()
	due := sql.FromStd(time.Now().Add(3 * time.Second))
	for _, view := range views {
		schedule(author, view, &due)
	}
	town.wait("the stand-in to have everything", func() bool { return town.published() == before+deliveriesAtOnce }) // asks no page meanwhile
	allPublished(b, town, author, views)
	last := due
	for _, view := range views {
		var delivery channels.View
		author.do(http.MethodGet, "/api/deliveries/"+getArticle(author, view.ID).Deliveries[0].ID, nil, http.StatusOK, &delivery)
		if delivery.Attempts > 0 && delivery.ErrorCode != "" {
			b.Errorf("a delivery met trouble: %s %s", delivery.ErrorCode, delivery.ErrorAdvice)
		}
		last = max(last, *delivery.EndedAt)
	}
	return last.Sub(due)
}

// published counts what the stand-ins published to the accounts that the benchmark sends to.
func (town *town) published() int {
	report := town.sandbox.Report()
	total := 0
	for _, account := range report.WeChat {
		total += account.Published
	}
	for _, app := range report.Apps {
		total += app.Items
	}
	return total
}

// freshStand starts stand-ins with the same accounts and nothing published, and returns their address.
func (town *town) freshStand(b *testing.B) string {
	b.Helper()
	stand, err := sandbox.New(sandbox.Config{Seeds: demoSeeds(town.config), Settings: sandbox.Settings{AllowPrivateRIP: true}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(stand.Handler())
	stand.SetPublicURL(server.URL)
	b.Cleanup(func() { server.Close(); _ = stand.Close() })
	return server.URL
}

// BenchmarkStart starts the program on an existing database: how long until it is ready, and how much memory it holds
// when nothing happens.
func BenchmarkStart(b *testing.B) {
	benchEachDatabase(b, func(b *testing.B, town *town) {
		town.start()
		town.stop(syscall.SIGTERM)
		var took time.Duration
		memory, starts := 0, 0
		for b.Loop() {
			began := time.Now()
			town.start()
			took += time.Since(began)
			memory = max(memory, town.memory())
			town.stop(syscall.SIGTERM)
			starts++
		}
		b.ReportMetric(float64(took.Milliseconds())/float64(starts), "start-to-ready-ms")
		b.ReportMetric(float64(memory)/(1<<20), "idle-MiB")
		b.ReportMetric(0, "ns/op")
	})
}

// memory returns the resident memory of the program in bytes.
func (town *town) memory() int {
	town.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", town.process.Process.Pid))
	if err != nil {
		town.t.Fatal(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err != nil {
				town.t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	town.t.Fatal("no VmRSS")
	return 0
}

// mostIdle is how much memory the program may hold when nothing happens.
const mostIdle = 100 << 20

func TestIdleMemoryAndStart(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		town.signIn("xinxi").do(http.MethodGet, "/api/articles", nil, http.StatusOK, nil)
		if held := town.memory(); held > mostIdle {
			t.Errorf("the idle program holds %d MiB, want at most %d", held>>20, mostIdle>>20)
		}
		town.stop(syscall.SIGTERM)
		began := time.Now()
		town.start()
		if took := time.Since(began); took > slowStart {
			t.Errorf("start to ready on an existing database took %s", took)
		}
	})
}
