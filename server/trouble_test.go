package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// platformsDown takes the stand-in platforms off the network and returns what brings them back.
func (town *town) platformsDown() func() {
	town.t.Helper()
	address := town.stand.Listener.Addr().String()
	town.stand.CloseClientConnections()
	town.stand.Close()
	return func() {
		town.t.Helper()
		stand := httptest.NewUnstartedServer(town.sandbox.Handler())
		_ = stand.Listener.Close()
		waitFor(town.t, 10*time.Second, "the platforms' address to be free", func() (free bool) {
			var err error
			stand.Listener, err = net.Listen("tcp", address)
			return err == nil
		})
		stand.Start()
		town.stand = stand
	}
}

// Platforms that are away, slow, or answer with a gateway's page: the delivery says so in Chinese, tries on, and
// publishes once when they are well again.
func TestPlatformsInTroubleDelayNothingForEver(t *testing.T) {
	troubles := map[string]func(town *town) (recover func()){
		"down": (*town).platformsDown,
		"answering HTML": func(town *town) func() {
			id := town.sandbox.AddFault(sandbox.Fault{Action: sandbox.HTML502})
			return func() { town.sandbox.ClearFaults(id) }
		},
		"slow before the effect": func(town *town) func() {
			id := town.sandbox.AddFault(sandbox.Fault{Action: sandbox.Delay, DelayMS: 4000})
			return func() { town.sandbox.ClearFaults(id) }
		},
		"slow after the effect": func(town *town) func() {
			id := town.sandbox.AddFault(sandbox.Fault{Action: sandbox.Delay, DelayMS: 4000, When: "after"})
			return func() { town.sandbox.ClearFaults(id) }
		},
	}
	for name, trouble := range troubles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			town := newTown(t, "")
			town.start()
			author := town.signIn("xinxi")
			article := draft(t, author, "平台有故障", "<p>正文</p>", accounts.KindWeChatSubscription, accounts.KindWeibo, accounts.KindApp)
			view := signAll(t, town, author, article.ID)
			recovered := trouble(town)
			schedule(author, view, nil)
			var deliveries []channels.Summary
			town.wait("every delivery to say what is wrong", func() bool {
				deliveries = getArticle(author, article.ID).Deliveries
				return len(deliveries) == 3 && !slices.ContainsFunc(deliveries, func(d channels.Summary) bool { return d.ErrorAdvice == "" })
			})
			for _, delivery := range deliveries {
				if !hasHan(delivery.ErrorAdvice) || delivery.ErrorCode == "" || strings.Contains(delivery.ErrorAdvice, "<html") {
					t.Errorf("%s says %q: %s", delivery.AccountName, delivery.ErrorCode, delivery.ErrorAdvice)
				}
				if delivery.State == channels.StatePublished || delivery.State == channels.Failed {
					t.Errorf("%s is %s while its platform is in trouble", delivery.AccountName, delivery.State)
				}
			}
			recovered()
			tryNow(town, author, article.ID) // else the next attempt is a minute away
			for _, delivery := range settled(town, author, article.ID) {
				if delivery.State != channels.StatePublished {
					var detail string
					author.do(http.MethodGet, "/api/deliveries/"+delivery.ID, nil, http.StatusOK, &detail)
					t.Errorf("%s ended %s\n%s", delivery.AccountName, delivery.State, detail)
				}
			}
			checkOnce(t, town, 3)
			checkNoSecrets(t, town)
		})
	}
}

// tryNow asks for the next attempt of every delivery that waits for one, as a person does with “立即重试”.
func tryNow(town *town, author *browser, articleID string) {
	town.t.Helper()
	for _, delivery := range getArticle(author, articleID).Deliveries {
		town.wait("the delivery to be tried again", func() bool {
			var view channels.View
			author.do(http.MethodGet, "/api/deliveries/"+delivery.ID, nil, http.StatusOK, &view)
			if !slices.Contains(view.Actions, "retry") {
				return view.State == channels.StatePublished
			}
			code, _ := author.ask(http.MethodPost, "/api/deliveries/"+delivery.ID+"/retry", map[string]any{"version": view.Version})
			return code == http.StatusOK
		})
	}
}

// A disk without room: nothing that is written gets through, and everything that was read before still does. The limit
// on the size of files stands in for a full disk; it stops the pictures, the forms' own files and the database alike.
func TestAFullDiskIsSaidAndNothingIsLost(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	author := town.signIn("xinxi")
	unit := unitOf(author)
	article := draft(t, author, "磁盘满之前写的", "<p>正文</p>", accounts.KindApp)
	before := snapshot(author, article.ID)
	fill := func(limit uint64) {
		t.Helper()
		town.mu.Lock()
		defer town.mu.Unlock()
		if err := unix.Prlimit(town.process.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: unix.RLIM_INFINITY}, nil); err != nil {
			t.Fatal(err)
		}
	}
	fill(4096)
	fields := map[string]string{"unit_id": unit}
	var problem Problem
	small, large := photo(t, 640, 480, 77), append(photo(t, 640, 480, 78), make([]byte, 2<<20)...)
	author.upload("/api/media", "小图.jpg", small, fields, 503, &problem) // fails in the store
	if problem.Code != "file.disk_full" && problem.Code != "file.store_unavailable" {
		t.Errorf("a picture on a full disk: %+v", problem)
	}
	author.checkProblem("a picture on a full disk", problem, problem.Code)
	author.upload("/api/media", "大图.jpg", large, fields, 503, &problem) // fails while the form is read
	author.checkProblem("a large picture on a full disk", problem, "file.disk_full")
	form := text(unit, func(f map[string]any) { f["title"], f["version"] = "磁盘满时改的", article.Version })
	code, problem := author.ask(http.MethodPut, "/api/articles/"+article.ID, form)
	if code != 503 || problem.Code != "database.full" && problem.Code != "database.unavailable" || !strings.Contains(problem.Detail, "还在页面上") {
		t.Errorf("saving on a full disk: %d %+v", code, problem)
	}
	if after := snapshot(author, article.ID); after != before {
		t.Errorf("a full disk changed what was read before:\n%s\n%s", before, after)
	}
	author.do(http.MethodGet, "/media/"+*article.CoverID, nil, http.StatusOK, new(string))
	fill(unix.RLIM_INFINITY)
	author.upload("/api/media", "小图.jpg", small, fields, http.StatusOK, nil)
	author.upload("/api/media", "大图.jpg", large, fields, http.StatusOK, nil)
	author.do(http.MethodPut, "/api/articles/"+article.ID, form, http.StatusOK, nil)
	if !town.running() {
		t.Error("the server did not survive")
	}
}

// wire is the line between the program and its database, which can be cut.
type wire struct {
	t      *testing.T
	target string

	mu       sync.Mutex
	address  string
	listener net.Listener
	lines    []net.Conn
	stalled  bool
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	w := &wire{t: t, target: target, address: fmt.Sprintf("127.0.0.1:%d", freePort(t))}
	w.mend()
	t.Cleanup(w.cut)
	return w
}

// mend lets calls through again.
func (w *wire) mend() {
	w.t.Helper()
	var listener net.Listener
	waitFor(w.t, 10*time.Second, "the database's address to be free", func() bool {
		var err error
		listener, err = net.Listen("tcp", w.address)
		return err == nil
	})
	w.mu.Lock()
	w.listener, w.address, w.stalled = listener, listener.Addr().String(), false
	w.mu.Unlock()
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", w.target)
			if err != nil {
				_ = near.Close()
				continue
			}
			w.mu.Lock()
			w.lines = append(w.lines, near, far)
			w.mu.Unlock()
			go w.carry(far, near)
			go w.carry(near, far)
		}
	}()
}

func (w *wire) carry(to, from net.Conn) {
	defer func() { _ = to.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.mu.Lock()
		stalled := w.stalled
		w.mu.Unlock()
		if stalled {
			continue // swallowed: the line is open, and nothing comes out
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cut ends every call and refuses new ones.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.listener.Close()
	for _, line := range w.lines {
		_ = line.Close()
	}
	w.lines = nil
}

func (w *wire) stall() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stalled = true
}

var dsnAddress = regexp.MustCompile(`tcp\(([^)]+)\)`)

// The database goes away while deliveries are under way and people work, at the worst moment: the platform has
// published, and its answer cannot be saved.
func TestTheDatabaseGoesAwayAndComesBack(t *testing.T) {
	for _, c := range []struct{ name, path string }{{"WeChat", "freepublish/submit"}, {"Weibo", "share.json"}, {"app", "hook"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dsn := sqltest.MariaDBDSN(t, true)
			line := newWire(t, dsnAddress.FindStringSubmatch(dsn)[1])
			town := newTown(t, dsnAddress.ReplaceAllString(dsn, "tcp("+line.address+")"))
			town.start()
			author := town.signIn("xinxi")
			article := draft(t, author, "数据库断线", "<p>正文</p>", accounts.KindWeChatSubscription, accounts.KindWeibo, accounts.KindApp)
			view := signAll(t, town, author, article.ID)
			cut := make(chan struct{})
			var once sync.Once
			remove := town.sandbox.OnCall(func(call sandbox.Call) {
				if call.Phase == sandbox.Committed && strings.HasSuffix(call.Path, c.path) {
					once.Do(func() { line.cut(); close(cut) })
				}
			})
			defer remove()
			scheduleShortly(author, view)
			select {
			case <-cut:
			case <-time.After(time.Minute):
				t.Fatalf("the platform was never asked for %s", c.path)
			}
			away := time.Now()
			town.wait("/readyz to notice", func() bool { return town.browser().raw(http.MethodGet, "/readyz", "", nil).StatusCode == 503 })
			form := text(view.UnitID, func(f map[string]any) { f["title"] = "断线时写的" })
			for time.Since(away) < 30*time.Second { // ten times as long as a lease lives here
				for _, request := range []struct {
					method, path string
					form         any
				}{{http.MethodGet, "/api/articles", nil}, {http.MethodPost, "/api/articles", form}, {http.MethodGet, "/api/dashboard", nil},
					{http.MethodPost, "/api/session", map[string]any{"username": "xinxi", "password": demoPassword}}} {
					problem := author.refuse(request.method, request.path, request.form, 503, "database.unavailable")
					if strings.Contains(problem.Detail, "tcp") {
						t.Errorf("the sentence is no sentence: %s", problem.Detail)
					}
				}
				if reply := author.raw(http.MethodGet, "/healthz", "", nil); reply.StatusCode != http.StatusOK {
					t.Errorf("/healthz: %s", reply.Status)
				}
				time.Sleep(300 * time.Millisecond)
			}
			line.mend()
			town.wait("the server to be ready again", func() bool { return town.browser().raw(http.MethodGet, "/readyz", "", nil).StatusCode == 200 })
			author.do(http.MethodPost, "/api/articles", form, http.StatusOK, nil)
			for _, delivery := range settled(town, author, article.ID) {
				if delivery.State != channels.StatePublished {
					var detail string
					author.do(http.MethodGet, "/api/deliveries/"+delivery.ID, nil, http.StatusOK, &detail)
					t.Errorf("%s ended %s\n%s", delivery.AccountName, delivery.State, detail)
				}
			}
			checkOnce(t, town, 3)
			var list Page[articles.Article]
			author.do(http.MethodGet, "/api/articles", nil, http.StatusOK, &list)
			if len(list.Items) != 2 {
				t.Errorf("%d articles, want the published one and the one written again", len(list.Items))
			}

			// An open line on which nothing answers is noticed too.
			line.stall()
			if reply := town.browser().raw(http.MethodGet, "/readyz", "", nil); reply.StatusCode != 503 || !hasHan(reply.text) {
				t.Errorf("/readyz on a dead line: %s %s", reply.Status, reply.text)
			}
		})
	}
}

// signed makes so many signed articles for accounts of the kinds.
func signed(t testing.TB, town *town, author *browser, count int, kinds ...accounts.Kind) []articles.View {
	t.Helper()
	ids := []string{}
	for kind, account := range accountsOf(author) {
		if slices.Contains(kinds, kind) {
			ids = append(ids, account.ID)
		}
	}
	people := newDesk(t, town, author)
	views := make([]articles.View, count)
	for n := range views {
		views[n] = people.signed(fmt.Sprintf("第 %d 号通知", n+1), ids)
	}
	return views
}

// desk is the people who write and sign, each at one browser, with a cover for what they write.
type desk struct {
	author  *browser
	unit    string
	cover   articles.Media
	signers []*browser // in the order of the chain
}

func newDesk(t testing.TB, town *town, author *browser) *desk {
	t.Helper()
	d := &desk{author: author, unit: unitOf(author)}
	author.upload("/api/media", "封面.jpg", photo(t, 640, 360, 60), map[string]string{"unit_id": d.unit}, http.StatusOK, &d.cover)
	people := map[string]*browser{}
	for _, signer := range signers {
		if people[signer.username] == nil {
			people[signer.username] = town.signIn(signer.username)
		}
		d.signers = append(d.signers, people[signer.username])
	}
	return d
}

// signed makes an article with every signature for the accounts.
func (d *desk) signed(title string, accountIDs []string) articles.View {
	d.author.t.Helper()
	var saved savedArticle
	d.author.do(http.MethodPost, "/api/articles", text(d.unit, func(f map[string]any) {
		f["title"], f["cover_id"], f["account_ids"] = title, d.cover.ID, accountIDs
	}), http.StatusOK, &saved)
	d.author.do(http.MethodPost, "/api/articles/"+saved.Article.ID+"/submit", map[string]any{"version": saved.Article.Version}, http.StatusOK, nil)
	view := getArticle(d.author, saved.Article.ID)
	for _, signer := range d.signers {
		signer.do(http.MethodPost, "/api/articles/"+view.ID+"/sign", map[string]any{"version": view.Version, "sha256": view.SHA256}, http.StatusOK, &view.Article)
	}
	return view
}

// allPublished waits until every delivery of the articles is published and fails on one that ends otherwise.
func allPublished(t testing.TB, town *town, author *browser, views []articles.View) {
	t.Helper()
	for _, view := range views {
		for _, delivery := range settled(town, author, view.ID) {
			if delivery.State != channels.StatePublished {
				t.Errorf("%q to %s ended %s: %s", view.Title, delivery.AccountName, delivery.State, delivery.ErrorAdvice)
			}
		}
	}
}

// everyKind are the accounts of the demo town that publish by themselves.
var everyKind = []accounts.Kind{accounts.KindWeChatSubscription, accounts.KindWeChatService, accounts.KindWeibo, accounts.KindApp}

// slowStart is how long a start on an existing file may take before something is wrong; make bench prints the figure.
const slowStart = 5 * time.Second

// twin makes a second node of an installation: the same database, folder and platforms, but an address of its own. More
// settings stand above those that both have.
func twin(one *town, environ ...string) *town {
	two := &town{t: one.t, config: one.config, sandbox: one.sandbox, stand: one.stand, base: fmt.Sprintf("http://127.0.0.1:%d", freePort(one.t))}
	one.environ = append(one.environ, "GOVMEDIA_PUBLIC_BASE="+one.base)
	two.environ = slices.Concat(one.environ, []string{"GOVMEDIA_LISTEN=" + strings.TrimPrefix(two.base, "http://")}, environ)
	one.t.Cleanup(func() { two.stop(unix.SIGKILL) })
	return two
}

// checkOrder makes sure that each account was sent one delivery after the other, in the order in which they were due, whichever
// node sent it: none was begun before its platform had taken the one before it.
func checkOrder(t *testing.T, town *town, want int) {
	t.Helper()
	bare := sqltest.Bare(t, town.config.DSN)
	defer func() { _ = bare.Close() }()
	type sent struct {
		account, id  string
		begun, taken int64
	}
	var before sent
	seen := 0
	sqltest.Rows(t, bare, "SELECT account_id, id, intent_at, COALESCE(submitted_at, ended_at) FROM deliveries ORDER BY account_id, due_at, id", func(scan func(...any)) {
		var now sent
		scan(&now.account, &now.id, &now.begun, &now.taken)
		if now.account == before.account && now.begun < before.taken {
			t.Errorf("delivery %s was begun at %d, %s before it was taken at %d", now.id, now.begun, before.id, before.taken)
		}
		before = now
		seen++
	})
	if seen != want {
		t.Errorf("%d deliveries, want %d", seen, want)
	}
}

func TestTwoNodesShareSixtyDeliveries(t *testing.T) {
	t.Parallel()
	one := newTown(t, sqltest.MariaDBDSN(t, true))
	one.environ = append(one.environ, "GOVMEDIA_PERFORMERS=2")
	var calls sync.Map // base address of a node's platforms → it was called
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Store("two", true)
		one.sandbox.Handler().ServeHTTP(w, r)
	}))
	defer door.Close()
	one.sandbox.OnCall(func(call sandbox.Call) {
		if call.Platform != "app" {
			calls.Store("any", true)
		}
	})
	two := twin(one, "GOVMEDIA_WECHAT_BASE="+door.URL+"/wechat", "GOVMEDIA_WEIBO_API_BASE="+door.URL+"/weibo")
	one.start()
	two.start()
	author := one.signIn("xinxi")
	views := signed(t, one, author, 15, everyKind...)
	due := sql.FromStd(time.Now().Add(6 * time.Second)) // of all, so that both nodes find the same many due for each account
	for n, view := range views {
		at := author
		if n%2 == 1 { // the session and its keys are good at both
			at = &browser{t: t, base: two.base, client: author.client}
		}
		schedule(at, view, &due)
	}
	allPublished(t, one, author, views)
	checkOnce(t, one, 60)
	checkOrder(t, one, 60)
	if _, shared := calls.Load("two"); !shared {
		t.Error("the second node did nothing")
	}
	if _, called := calls.Load("any"); !called {
		t.Error("no platform was called")
	}
}
