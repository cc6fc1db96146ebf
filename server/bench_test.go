package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"govmedia/accounts"
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
