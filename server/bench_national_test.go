package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// benchTown is an installation whose database holds what bench-data made.
type benchTown struct {
	*town
	at        time.Time
	passwords map[string]string
	peak      int64 // bytes of memory that bench-data held at most, what it mapped of the file included
	took      time.Duration
}

// eachNewCountry runs a test on two fresh countries, one in SQLite and one in MariaDB.
func eachNewCountry(t *testing.T, args []string, test func(t *testing.T, town *benchTown)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, newCountry(t, "", args...)) })
	t.Run("mariadb", func(t *testing.T) { t.Parallel(); test(t, newCountry(t, sqltest.MariaDBDSN(t, true), args...)) })
}

// newCountry runs bench-data as a process of its own on a fresh database; an empty dsn is SQLite. The present of the country
// is that of the machine.
func newCountry(t testing.TB, dsn string, args ...string) *benchTown {
	t.Helper()
	port := freePort(t)
	c := &benchTown{town: &town{t: t, base: fmt.Sprintf("http://127.0.0.1:%d", port)}, at: time.Now(), passwords: map[string]string{}}
	c.environ = []string{runVariable + "=1", "PATH=" + os.Getenv("PATH"), "GOVMEDIA_LISTEN=" + strings.TrimPrefix(c.base, "http://"), "GOVMEDIA_DATA=" + t.TempDir(),
		"GOVMEDIA_HURRY=100", "GOVMEDIA_LOG_LEVEL=warn"}
	if dsn != "" {
		c.environ = append(c.environ, "GOVMEDIA_DSN="+dsn)
	}
	var err error
	if c.config, err = loadConfig(c.environ); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{"bench-data"}, args...)...)
	var out, told bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = c.environ, &out, &told
	began := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("bench-data: %v\n%s", err, told.String())
	}
	c.took = time.Since(began)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = usage.Maxrss << 10
	}
	for line := range strings.Lines(out.String()) {
		if fields := strings.Fields(line); len(fields) > 2 && strings.HasPrefix(fields[1], "Bench-") {
			c.passwords[fields[0]] = fields[1]
		}
	}
	if phases := strings.Split(told.String(), "\n"); testing.Verbose() {
		for _, line := range phases {
			if strings.Contains(line, "：") {
				t.Log(strings.TrimSpace(line))
			}
		}
	}
	t.Cleanup(func() {
		c.stop(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("the program printed:\n%s", c.log())
		}
	})
	return c
}

// enter signs somebody in whom bench-data made.
func (c *benchTown) enter(username string) *browser {
	c.t.Helper()
	b := c.browser()
	b.do(http.MethodPost, "/api/session", map[string]any{"username": username, "password": c.passwords[username]}, http.StatusOK, nil)
	return b
}

// rejudging is a re-judging that was asked for, looked at from outside the program.
type rejudging struct {
	id   string
	bare *sqltest.Handle
}

// askForStricter makes figures of the local and of the national rulebook stricter from now on, as an office would, for all
// units, and asks for everything to be judged anew.
func askForStricter(t testing.TB, dsn string) rejudging {
	t.Helper()
	db, err := sql.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	tree, err := units.Tree(t.Context(), db, units.System)
	if err != nil {
		t.Fatal(err)
	}
	var asked accounts.Rejudgement
	err = db.InTx(t.Context(), func(tx *sql.DB) (err error) {
		for _, change := range []rules.Change{
			{Rulebook: benchLocal, Rule: "account-default", Value: `{"n":5,"unit":"day"}`},
			{Rulebook: benchLayered, Rule: "account-any", Value: `{"n":10,"unit":"day"}`},
		} {
			change.ID, change.UnitID, change.What, change.Section, change.Field, change.FromAt = sql.NewID(), tree[0].ID, rules.FigureChange, rules.SectionUpdateLimits, "max_gap", tx.Now()
			if _, err := tx.Exec(t.Context(), "rule_change.insert", change); err != nil {
				return err
			}
		}
		if err := units.TouchLaw(t.Context(), tx); err != nil {
			return err
		}
		asked, err = accounts.Rejudge(t.Context(), tx, units.System, tree[0].Unit, accounts.WhyChange, "", tx.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rejudging{asked.ID, sqltest.Bare(t, dsn)}
}

func (r rejudging) number(t testing.TB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	sqltest.Rows(t, r.bare, query, func(scan func(...any)) { scan(&n) }, args...)
	return n
}

// looked is how many accounts were looked at so far.
func (r rejudging) looked(t testing.TB) int64 {
	t.Helper()
	return r.number(t, "SELECT looked FROM rejudgements WHERE id = ?", r.id)
}

func (r rejudging) done(t testing.TB) bool {
	t.Helper()
	return r.number(t, "SELECT COUNT(*) FROM rejudgements WHERE id = ? AND finished_at IS NOT NULL", r.id) == 1
}

// endLeases lets the leases of a node that was killed end at once.
func (r rejudging) endLeases(t testing.TB) {
	t.Helper()
	for _, table := range []string{"rejudgements", "chores"} {
		if _, err := r.bare.ExecContext(t.Context(), "UPDATE "+table+" SET lease_until = 0 WHERE lease_until IS NOT NULL"); err != nil {
			t.Fatal(err)
		}
	}
}

// held is how much memory a process holds, in MiB.
type held struct {
	own    float64 // nobody else's: what counts against a limit and cannot be had back
	mapped float64 // pages of files, the database's above all, which the system takes back when it needs them
}

func (town *town) held() held {
	town.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", town.process.Process.Pid))
	if err != nil {
		town.t.Fatal(err)
	}
	var h held
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "RssAnon:":
			h.own = kilobytes / 1024
		case "RssFile:":
			h.mapped = kilobytes / 1024
		}
	}
	return h
}

// watchMemory looks at the memory of the program until the returned function is called, which returns the most it held.
func (town *town) watchMemory() (stop func() held) {
	quit, most := make(chan struct{}), make(chan held)
	go func() {
		var h held
		for {
			now := town.held()
			h.own, h.mapped = max(h.own, now.own), max(h.mapped, now.mapped)
			select {
			case <-quit:
				most <- h
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() held { close(quit); return <-most }
}

// nationalSize is the size of the national data set; GOVMEDIA_BENCH_SCALE=20 makes everything but the tree of units a
// twentieth of it, for trying the benchmarks themselves.
func nationalSize(b *testing.B) []string {
	scale := benchScale(b)
	return []string{"-units", "5000", "-accounts", strconv.Itoa(300_000 / scale), "-posts", strconv.Itoa(5_000_000 / scale)}
}

// benchScale is by how many times smaller GOVMEDIA_BENCH_SCALE asks for it; 1 when it does not.
func benchScale(b *testing.B) int {
	b.Helper()
	text := os.Getenv("GOVMEDIA_BENCH_SCALE")
	if text == "" {
		return 1
	}
	scale, err := strconv.Atoi(text)
	if err != nil || scale < 1 {
		b.Fatalf("GOVMEDIA_BENCH_SCALE=%s is no whole number", text)
	}
	return scale
}

// BenchmarkNational measures on the whole country: 5,000 units, 300,000 accounts, 5,000,000 posts, about 600,000 clocks.
func BenchmarkNational(b *testing.B) {
	for _, database := range []string{"sqlite", "mariadb"} {
		b.Run(database, func(b *testing.B) {
			dsn, aloneDSN := "", ""
			if database == "mariadb" {
				dsn, aloneDSN = sqltest.MariaDBDSN(b, true), sqltest.MariaDBDSN(b, true)
			}
			whole := newCountry(b, dsn, nationalSize(b)...)
			alone := newCountry(b, aloneDSN, append(nationalSize(b), "-part", "07-03")...)
			b.Run("load", func(b *testing.B) {
				for b.Loop() { // it is loaded already
				}
				b.ReportMetric(whole.took.Seconds(), "load-s")
				b.ReportMetric(float64(whole.peak)/(1<<20), "peak-MiB-with-mapped")
				b.ReportMetric(0, "ns/op")
			})
			for _, country := range []*benchTown{whole, alone} {
				country.environ = append(country.environ, "GOVMEDIA_HURRY=1") // what comes back comes as often as in earnest
				country.start()
			}
			b.Run("dashboard", func(b *testing.B) { benchDashboard(b, whole) })
			b.Run("district", func(b *testing.B) { benchDistrict(b, whole, alone) })
			b.Run("register", func(b *testing.B) { benchRegister(b, whole) })
			b.Run("clients", func(b *testing.B) { benchClients(b, whole) })
			alone.stop(syscall.SIGTERM)
			whole.stop(syscall.SIGTERM) // what it counts after each post would slow both down
			b.Run("record", func(b *testing.B) { benchRecord(b, whole, 500) })
			b.Run("record-singly", func(b *testing.B) { benchRecord(b, whole, 1) })
			whole.start()
			b.Run("rejudge", func(b *testing.B) { benchRejudge(b, whole) })
		})
	}
}

// look asks for a dashboard and the first page of the list below it.
func look(who *browser) {
	var text string
	who.do(http.MethodGet, "/api/dashboard", nil, http.StatusOK, &text)
	who.do(http.MethodGet, "/api/dashboard/accounts?per_page=50", nil, http.StatusOK, &text)
}

// benchDashboard compares the dashboard and the first page of the whole country through HTTP with the bare statements that
// yield the same figures, and with counting the posts.
func benchDashboard(b *testing.B, c *benchTown) {
	db, err := sql.Open(b.Context(), c.config.DSN)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	who := c.enter("quanguo")
	var session SessionView
	who.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
	bare := newBareBoard(b, db, session)
	look(who)
	var viaHTTP, statements time.Duration
	for b.Loop() {
		began := time.Now()
		look(who)
		viaHTTP += time.Since(began)
		began = time.Now()
		bare.run(b)
		statements += time.Since(began)
	}
	posts := countPosts(b, c.config.DSN)
	b.ReportMetric(viaHTTP.Seconds()*1000/float64(b.N), "http-ms")
	b.ReportMetric(statements.Seconds()*1000/float64(b.N), "bare-ms")
	b.ReportMetric(posts.Seconds()*1000, "from-posts-ms")
	b.ReportMetric(float64(viaHTTP)/float64(statements), "ratio_http/bare")
	b.ReportMetric(posts.Seconds()/(viaHTTP.Seconds()/float64(b.N)), "ratio_posts/http")
	b.ReportMetric(0, "ns/op")
}

// bareBoard runs the statements behind the dashboard and the list, with nothing around them.
type bareBoard struct {
	db                *sql.DB
	top               units.Branch
	children, paths   []string
	rulebooks, limits []string
	session           SessionView
}

func newBareBoard(b *testing.B, db *sql.DB, session SessionView) bareBoard {
	b.Helper()
	tree, err := units.Tree(b.Context(), db, units.System)
	if err != nil {
		b.Fatal(err)
	}
	board := bareBoard{db: db, top: tree[0], session: session, paths: []string{tree[0].Path}}
	for _, unit := range tree {
		if unit.Depth == 1 {
			board.children, board.paths = append(board.children, unit.ID), append(board.paths, unit.Path)
		}
	}
	for _, book := range builtin(b).All() {
		board.rulebooks = append(board.rulebooks, book.ID)
		for _, limit := range book.UpdateLimits {
			board.limits = append(board.limits, limit.ID)
		}
		for _, rule := range book.ColumnRules {
			board.limits = append(board.limits, rule.ID)
		}
	}
	return board
}

// quarter is the length of a tally's slot, in milliseconds.
const quarter = 6 * 60 * 60 * 1000

func (d bareBoard) run(b *testing.B) {
	now := d.db.Now()
	soon := now.Add(accounts.DueSoon)
	slot := func(at sql.Time) sql.Time { return at - (at+8*60*60*1000)%quarter }
	path := d.top.Path
	for _, s := range []struct {
		name string
		args sql.Args
	}{
		{"dashboard.children", sql.Args{"id": d.top.ID}},
		{"dashboard.tallied", sql.Args{"ids": []string{d.top.ID}, "kinds": []string{"account", "column", "clock"}, "now_slot": slot(now), "soon_slot": slot(soon)}},
		{"dashboard.tallied", sql.Args{"ids": d.children, "kinds": []string{"account"}, "now_slot": slot(now), "soon_slot": slot(soon)}},
		{"dashboard.own", sql.Args{"paths": d.paths, "clock_paths": d.paths[:1], "now_slot": slot(now), "soon_slot": slot(soon), "rulebooks": d.rulebooks, "rules": d.limits}},
		{"dashboard.edges", sql.Args{"path": path, "child": len(path) + 1, "from_at": slot(now), "until_at": now, "clocks_by_unit": false, "rulebooks": d.rulebooks, "rules": d.limits}},
		{"dashboard.edges", sql.Args{"path": path, "child": len(path) + 1, "from_at": slot(soon), "until_at": soon, "clocks_by_unit": false, "rulebooks": d.rulebooks, "rules": d.limits}},
	} {
		if err := sql.Each(b.Context(), d.db, s.name, s.args, func(countLine) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	lines, err := sql.List[watchLine](b.Context(), d.db, "watch.wide", sql.Args{"person_id": d.session.Person.ID, "roles": units.RolesWith(units.ReadDashboard), "path": path,
		"platform": "", "subject_kind": "", "name": "", "since_at": sql.Time(0), "until_at": sql.Time(1<<62 - 1), "after_id": "", "after_due": sql.Time(0), "limit": 51})
	if err != nil || len(lines) != 51 {
		b.Fatalf("watch.wide gave %d lines: %v", len(lines), err)
	}
	ids := map[rules.SubjectKind][]string{}
	for _, line := range lines[:50] {
		ids[line.SubjectKind] = append(ids[line.SubjectKind], line.SubjectID)
	}
	for kind, name := range map[rules.SubjectKind]string{rules.AccountSubject: "watch.accounts", rules.ColumnSubject: "watch.columns"} {
		if len(ids[kind]) == 0 {
			continue
		}
		if err := sql.Each(b.Context(), d.db, name, sql.Args{"ids": ids[kind]}, func(watchLine) error { return nil }); err != nil {
			b.Fatal(err)
		}
		if err := sql.Each(b.Context(), d.db, "clock.of_subjects", sql.Args{"subject_kind": kind, "subject_ids": ids[kind]}, func(rules.Clock) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// countLine takes the rows of the statements that count.
type countLine struct {
	Kind, Child, Platform, Rulebook, Rule                    string
	UnitID, UnitName                                         string
	HasBelow                                                 bool
	Slot, Total, OK, DueSoon, Stale, NoRule, Pending, Unread int64
}

// watchLine takes the rows of the statements that list.
type watchLine struct {
	accounts.Watched
	KeyID       string
	DueAt       *sql.Time
	Watch       string
	UnreadSince *sql.Time
}

// countPosts counts from the posts how accounts and columns stand, by province and platform, under two rulebooks at once:
// and then who was silent longest: the dashboard and the first page without anything that is maintained. It returns how long
// that takes.
func countPosts(b *testing.B, dsn string) time.Duration {
	b.Helper()
	bare := sqltest.Bare(b, dsn)
	now := time.Now().UnixMilli()
	week := int64(7 * 24 * time.Hour / time.Millisecond)
	began := time.Now()
	seen := int64(0)
	for _, query := range []string{
		`SELECT SUBSTR(a.path, 18, 16) AS child, a.platform, COUNT(*), SUM(CASE WHEN COALESCE(p.last_at, a.in_use_at) <= ? THEN 1 ELSE 0 END), SUM(CASE WHEN COALESCE(p.last_at, a.in_use_at) <= ? THEN 1 ELSE 0 END)
			FROM accounts a LEFT JOIN (SELECT account_id, MAX(published_at) AS last_at FROM posts GROUP BY account_id) p ON p.account_id = a.id
			WHERE a.state = 'in_use' GROUP BY child, a.platform`,
		`SELECT SUBSTR(c.path, 18, 16) AS child, c.kind, COUNT(*), SUM(CASE WHEN COALESCE(p.last_at, c.created_at) <= ? THEN 1 ELSE 0 END), SUM(CASE WHEN COALESCE(p.last_at, c.created_at) <= ? THEN 1 ELSE 0 END)
			FROM columns c LEFT JOIN (SELECT column_id, MAX(published_at) AS last_at FROM posts WHERE column_id IS NOT NULL GROUP BY column_id) p ON p.column_id = c.id
			WHERE c.state = 'in_use' GROUP BY child, c.kind`,
	} {
		sqltest.Rows(b, bare, query, func(scan func(...any)) {
			var child, kind string
			var total, local, national int64
			scan(&child, &kind, &total, &local, &national)
			seen += total
		}, now-week, now-2*week)
	}
	sqltest.Rows(b, bare, `SELECT a.id FROM accounts a JOIN (SELECT account_id, MAX(published_at) AS last_at FROM posts GROUP BY account_id) p ON p.account_id = a.id
		WHERE a.state = 'in_use' ORDER BY p.last_at, a.id LIMIT 50`, func(scan func(...any)) {
		var id string
		scan(&id)
		seen++
	})
	if seen < 50 {
		b.Fatal("the posts say nothing")
	}
	return time.Since(began)
}

// benchDistrict compares the dashboard of a city, and of a district below it, within the country with the same one in a
// database of its own.
func benchDistrict(b *testing.B, whole, alone *benchTown) {
	for _, username := range []string{"shiji", "quxian"} {
		b.Run(username, func(b *testing.B) {
			within, own := whole.enter(username), alone.enter(username)
			look(within)
			look(own)
			var inCountry, byItself time.Duration
			for b.Loop() {
				began := time.Now()
				look(within)
				inCountry += time.Since(began)
				began = time.Now()
				look(own)
				byItself += time.Since(began)
			}
			b.ReportMetric(inCountry.Seconds()*1000/float64(b.N), "national-ms")
			b.ReportMetric(byItself.Seconds()*1000/float64(b.N), "alone-ms")
			b.ReportMetric(float64(inCountry)/float64(byItself), "ratio_national/alone")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// clientsFor is how long the clients ask.
const clientsFor = 10 * time.Second

// benchClients lets eight people look at dashboards and lists without a pause and watches the memory of the server.
func benchClients(b *testing.B, c *benchTown) {
	for b.Loop() {
		most := c.watchMemory()
		var looks sync.Map
		var clients sync.WaitGroup
		until := time.Now().Add(clientsFor)
		for i, username := range []string{"quanguo", "shengji", "shiji", "quxian", "quanguo", "shengji", "shiji", "quxian"} {
			who := c.enter(username)
			clients.Go(func() {
				n := 0
				for ; time.Now().Before(until); n++ {
					var text string
					look(who)
					who.do(http.MethodGet, "/api/accounts?per_page=50", nil, http.StatusOK, &text)
					who.do(http.MethodGet, "/api/dashboard/trend", nil, http.StatusOK, &text)
				}
				looks.Store(i, n)
			})
		}
		clients.Wait()
		total := 0
		looks.Range(func(_, n any) bool { total += n.(int); return true })
		h := most()
		b.ReportMetric(float64(total)*4/clientsFor.Seconds(), "requests/s")
		b.ReportMetric(h.own, "own-MiB")
		b.ReportMetric(h.mapped, "mapped-MiB")
	}
	b.ReportMetric(0, "ns/op")
}

// benchRecord records observed posts with all they do, so many in one transaction, and beside it runs the bare statements
// that write the same rows. ratio_program/bare is the one rate against the other.
func benchRecord(b *testing.B, c *benchTown, batch int) {
	db, err := sql.Open(b.Context(), c.config.DSN)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	book := rules.NewBook(builtin(b))
	bare := newBareRecorder(b, c.config.DSN)
	ids := bare.someAccounts(b)
	random := rand.New(rand.NewPCG(1, 2))
	var program, statements time.Duration
	n := 0
	for b.Loop() {
		var posts []accounts.NewPost
		var same []string
		for range batch {
			external := fmt.Sprint("neu", n)
			posts = append(posts, accounts.NewPost{AccountID: ids[random.IntN(len(ids))], ExternalID: &external, Title: "第 1 期", URL: "https://invented.invalid/" + external,
				Source: accounts.Observed, PublishedAt: db.Now()})
			same = append(same, ids[random.IntN(len(ids))])
			n++
		}
		began := time.Now()
		recorded, err := accounts.RecordPosts(b.Context(), db, book, units.System, posts)
		program += time.Since(began)
		if err != nil || !recorded[0].Created {
			b.Fatalf("RecordPosts: %v", err)
		}
		began = time.Now()
		bare.record(b, same, n)
		statements += time.Since(began)
	}
	b.ReportMetric(float64(n)/program.Seconds(), "program-posts/s")
	b.ReportMetric(float64(n)/statements.Seconds(), "bare-posts/s")
	b.ReportMetric(float64(statements)/float64(program), "ratio_program/bare")
	b.ReportMetric(0, "ns/op")
}

// bareRecorder writes what recording a post writes, with no look at anything before.
type bareRecorder struct {
	bare   *sqltest.Handle
	ready  []*sqltest.Statement
	clocks map[string][]string // by account
}

func newBareRecorder(b *testing.B, dsn string) bareRecorder {
	b.Helper()
	r := bareRecorder{bare: sqltest.Bare(b, dsn), clocks: map[string][]string{}}
	for _, text := range bareTexts {
		statement, err := r.bare.PrepareContext(b.Context(), text)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = statement.Close() })
		r.ready = append(r.ready, statement)
	}
	sqltest.Rows(b, r.bare, "SELECT subject_id, id FROM clocks WHERE subject_kind = 'account' AND done_at IS NULL AND due_at > ? ORDER BY subject_id LIMIT 100000", func(scan func(...any)) {
		var account, id string
		scan(&account, &id)
		r.clocks[account] = append(r.clocks[account], id)
	}, 0)
	return r
}

// someAccounts are accounts with two clocks.
func (r bareRecorder) someAccounts(b *testing.B) []string {
	b.Helper()
	var ids []string
	for account, clocks := range r.clocks {
		if len(clocks) == 2 {
			ids = append(ids, account)
		}
	}
	if len(ids) < 1000 {
		b.Fatalf("only %d accounts have two clocks", len(ids))
	}
	return ids
}

// The statements that record a post, each ready to run before the clock is.
var bareTexts = []string{
	`INSERT INTO posts (id, account_id, column_id, unit_id, delivery_id, external_id, title, url, source, published_at, first_seen_at, removed_at)
		VALUES (?, ?, NULL, ?, NULL, ?, ?, ?, 'observed', ?, ?, NULL)`,
	"UPDATE accounts SET last_post_at = ?, last_post_title = ?, due_at = ? WHERE id = ?",
	"UPDATE clocks SET started_at = ?, due_at = ?, updated_at = ?, version = version + 1 WHERE id = ?",
}

func (r bareRecorder) record(b *testing.B, ids []string, n int) {
	tx, err := r.bare.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().UnixMilli()
	run := func(statement int, args ...any) {
		if _, err := tx.StmtContext(b.Context(), r.ready[statement]).ExecContext(b.Context(), args...); err != nil {
			b.Fatalf("%s: %v", bareTexts[statement], err)
		}
	}
	for i, id := range ids {
		external := fmt.Sprint("bare", n, "-", i)
		run(0, sql.NewID(), id, id, external, "第 1 期", "https://invented.invalid/"+external, now, now)
		run(1, now, "第 1 期", now+1000, id)
		for _, clock := range r.clocks[id] {
			run(2, now, now+1000, now, clock)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// benchRejudge makes figures stricter and lets the server judge the whole country anew, once.
func benchRejudge(b *testing.B, c *benchTown) {
	for b.Loop() {
		before := c.held()
		most := c.watchMemory()
		began := time.Now()
		work := askForStricter(b, c.config.DSN)
		waitFor(b, time.Hour, "the re-judging to end", func() bool { time.Sleep(100 * time.Millisecond); return work.done(b) })
		took := time.Since(began)
		h := most()
		clocks := work.number(b, "SELECT changed FROM rejudgements WHERE id = ?", work.id)
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(float64(work.number(b, "SELECT COUNT(*) FROM clocks WHERE done_at IS NULL"))/took.Seconds(), "clocks/s")
		b.ReportMetric(float64(clocks), "changed")
		b.ReportMetric(before.own, "own-MiB-before")
		b.ReportMetric(h.own, "own-MiB")
		b.ReportMetric(h.mapped, "mapped-MiB")
	}
	b.ReportMetric(0, "ns/op")
}
