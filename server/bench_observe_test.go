package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/egress"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// feedHosts is on how many hosts the feeds of BenchmarkObserve stand.
const feedHosts = 100

// BenchmarkObserve reads 10,000 feeds that have nothing new, and beside it makes the same conditional requests with a bare
// client, as many at once. ratio_observe/bare is the one against the other; the goal is 2 at most.
// GOVMEDIA_BENCH_SCALE=20 makes it a twentieth of the feeds.
func BenchmarkObserve(b *testing.B) {
	for _, database := range []string{"sqlite", "mariadb"} {
		b.Run(database, func(b *testing.B) {
			dsn := "sqlite:" + filepath.Join(b.TempDir(), "observe.db")
			if database == "mariadb" {
				dsn = sqltest.MariaDBDSN(b, true)
			}
			all, err := strconv.Atoi(nationalSize(b)[3]) // 300,000 by its scale
			if err != nil {
				b.Fatal(err)
			}
			feeds := newFeeds(b, dsn, all/30)
			var observing, bare time.Duration
			for b.Loop() {
				observing += feeds.observe(b)
				bare += feeds.ask(b)
			}
			read := float64(b.N * len(feeds.addresses))
			b.ReportMetric(read/observing.Seconds(), "observed/s")
			b.ReportMetric(read/bare.Seconds(), "bare-requests/s")
			b.ReportMetric(float64(observing)/float64(bare), "ratio_observe/bare")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// quietFeeds are feeds with nothing new and the sources that read them.
type quietFeeds struct {
	db        *sql.DB
	bareDB    *sqltest.Handle
	watching  *channels.Observing
	addresses []string
}

func newFeeds(b *testing.B, dsn string, size int) *quietFeeds {
	b.Helper()
	db, err := sql.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if db.Dialect() == sql.SQLite {
		if _, err := sql.Migrate(b.Context(), db); err != nil {
			b.Fatal(err)
		}
	}
	library, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	out := &channels.Outside{Book: rules.NewBook(library), PublicBase: "https://gov.example.cn", Pace: channels.DefaultPace()}
	hosts, ports := listenAsFeeds(b)
	pace := channels.DefaultObservePace()
	pace.PerHost = 0 // manners would be all that is measured
	guard := egress.New(egress.Config{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowPorts: ports})
	f := &quietFeeds{db: db, bareDB: sqltest.Bare(b, dsn), watching: channels.NewObserving(out, guard, pace, "govmedia/1.0")}
	for i := range size {
		f.addresses = append(f.addresses, fmt.Sprintf("http://%s/feeds/%d.xml", hosts[i%len(hosts)], i))
	}
	f.keep(b, out)
	return f
}

// listenAsFeeds answers every conditional request with 304, on many addresses of this machine.
func listenAsFeeds(b *testing.B) (hosts []string, ports []uint16) {
	b.Helper()
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != `"same"` {
			http.NotFound(w, r) // robots.txt
			return
		}
		w.Header().Set("Etag", `"same"`)
		w.WriteHeader(http.StatusNotModified)
	})}
	b.Cleanup(func() { _ = server.Close() })
	for i := range feedHosts {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.1.%d:0", i+1))
		if err != nil {
			b.Fatal(err)
		}
		go func() { _ = server.Serve(listener) }()
		address, err := netip.ParseAddrPort(listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		hosts, ports = append(hosts, address.String()), append(ports, address.Port())
	}
	return hosts, ports
}

// keep writes a source for each feed that has been read before.
func (f *quietFeeds) keep(b *testing.B, out *channels.Outside) {
	b.Helper()
	unit, err := units.Create(b.Context(), f.db, units.System, units.NewUnit{Name: "示范区人民政府办公室", Level: units.LevelOffice, IsOffice: true, Rulebook: "tongnan-2022"})
	if err != nil {
		b.Fatal(err)
	}
	account, err := accounts.Create(b.Context(), f.db, out.Book, units.System, accounts.NewAccount{UnitID: unit.ID, Platform: accounts.App, Kind: accounts.KindApp,
		Name: "示范区客户端", Mode: accounts.Manual, State: accounts.InUse})
	if err != nil {
		b.Fatal(err)
	}
	now := int64(f.db.Now())
	known := `{"i":[` + strings.TrimSuffix(strings.Repeat(`{"k":"0123456789abcdef","l":"0123456789abcdef","h":"0123456789abcdef","p":"0123456789abcdef","a":1760000000000},`, 20), ",") + `]}`
	const columns = "id, account_id, kind, url, host, fingerprint, expect, state, etag, last_modified, body_hash, due_at, result, sentence, warnings, failures, " +
		"marked, read_at, ok_at, full_at, moved_to, created_by, created_at, updated_at, version"
	for from := 0; from < len(f.addresses); from += 100 {
		var rows, bookmarks []string
		var values, knowns []any
		for i, address := range f.addresses[from:min(from+100, len(f.addresses))] {
			rows = append(rows, "(?, ?, 'feed', ?, ?, ?, '{}', 'reading', '\"same\"', '', '', 0, 'unchanged', '', '[]', 0, FALSE, ?, ?, ?, '', '', ?, ?, 1)")
			host, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "/")
			id := sql.NewID()
			values = append(values, id, account.ID, address, host, strconv.Itoa(from+i), now, now, now, now, now)
			bookmarks, knowns = append(bookmarks, "(?, ?)"), append(knowns, id, known)
		}
		if _, err := f.bareDB.ExecContext(b.Context(), "INSERT INTO bookmarks (source_id, bookmark) VALUES "+strings.Join(bookmarks, ", "), knowns...); err != nil {
			b.Fatal(err)
		}
		if _, err := f.bareDB.ExecContext(b.Context(), "INSERT INTO sources ("+columns+") VALUES "+strings.Join(rows, ", "), values...); err != nil {
			b.Fatal(err)
		}
	}
	f.observe(b) // every host's robots.txt is known from now on
}

// observe reads all feeds as they are due.
func (f *quietFeeds) observe(b *testing.B) time.Duration {
	b.Helper()
	if _, err := f.bareDB.ExecContext(b.Context(), "UPDATE sources SET due_at = 0"); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	n, err := channels.ObserveDue(b.Context(), f.db, f.watching)
	took := time.Since(began)
	if err != nil || n != len(f.addresses) {
		b.Fatalf("ObserveDue = %d, %v, want %d", n, err, len(f.addresses))
	}
	if failing := f.failing(b); failing != 0 {
		b.Fatalf("%d sources failed", failing)
	}
	return took
}

func (f *quietFeeds) failing(b *testing.B) (n int) {
	b.Helper()
	sqltest.Rows(b, f.bareDB, "SELECT COUNT(*) FROM sources WHERE failures > 0 OR result <> 'unchanged' OR due_at = 0", func(scan func(dest ...any)) { scan(&n) })
	return n
}

// ask makes the same requests with a bare client, as many at once as the program does.
func (f *quietFeeds) ask(b *testing.B) time.Duration {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2}}
	defer client.CloseIdleConnections()
	began := time.Now()
	group, ctx := errgroup.WithContext(b.Context())
	group.SetLimit(f.watching.Pace.Parallel)
	for _, address := range f.addresses {
		group.Go(func() error { return askOne(ctx, client, address) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func askOne(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("If-None-Match", `"same"`)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
