package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// soak is one installation with many accounts, on its way through trouble.
type soak struct {
	t        testing.TB
	plan     soakPlan
	dice     *rand.Rand
	nodes    []*town
	database *sqltest.Mortal // nil: SQLite
	author   *browser
	accounts map[string]demoAccount // by id
	articles []articles.View
	seeds    sandbox.Seeds // the accounts as the stand-ins have them

	began           time.Time
	took            time.Duration
	cuts            atomic.Int64
	kills, restarts int
	peak            int // bytes that a node held at the most
	verdict         soakVerdict
}

// soakPlatforms are those whose stand-ins take part.
var soakPlatforms = []struct {
	platform accounts.Platform
	kind     accounts.Kind
	name     string
	external string
}{
	{accounts.WeChat, accounts.KindWeChatSubscription, "第 %03d 号公众号（演示）", "wxsoak%010d"},
	{accounts.Weibo, accounts.KindWeibo, "第 %03d 号微博（演示）", "3000000%03d"},
	{accounts.App, accounts.KindApp, "第 %03d 号客户端（演示）", "soak%03d"},
}

// newSoak makes an installation with the plan's accounts, all of the town.
func newSoak(t testing.TB, plan soakPlan, dsn string) *soak {
	t.Helper()
	one := newTown(t, dsn)
	one.environ = append(one.environ, fmt.Sprintf("GOVMEDIA_HURRY=%d", plan.hurry), fmt.Sprintf("GOVMEDIA_PERFORMERS=%d", plan.performers), "GOVMEDIA_LOG_LEVEL=debug")
	s := &soak{t: t, plan: plan, dice: rand.New(rand.NewPCG(soakSeed(), 0)), nodes: []*town{one}, accounts: map[string]demoAccount{}}
	node, err := openNode(t.Context(), one.config, &one.output)
	if err != nil {
		t.Fatal(err)
	}
	defer node.close()
	tree, err := units.Tree(t.Context(), node.db, units.System)
	if err != nil {
		t.Fatal(err)
	}
	unit := tree[slices.IndexFunc(tree, func(u units.Branch) bool { return u.ShortName == "清源镇" })].ID
	for _, p := range soakPlatforms {
		for n := range plan.accounts {
			account := demoAccount{platform: p.platform, kind: p.kind, name: fmt.Sprintf(p.name, n), external: fmt.Sprintf(p.external, n), mode: accounts.Auto}
			err := node.db.InTx(t.Context(), func(tx *sql.DB) error {
				made, err := loadDemoAccount(t.Context(), tx, node, unit, account, one.stand.URL)
				s.accounts[made.ID] = account
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			account.declare(&s.seeds)
		}
	}
	one.sandbox.AddSeeds(s.seeds)
	for id, account := range s.accounts {
		if account.platform != accounts.App {
			continue
		}
		if err := testApp(t.Context(), node, id); err != nil { // as the console does after an endpoint was saved
			t.Fatalf("test the endpoint of %s: %v", account.name, err)
		}
	}
	return s
}

// town is the installation, and its first node.
func (s *soak) town() *town { return s.nodes[0] }

// mostAccountsOfArticle is to how many accounts one article goes at the most, as the form has it.
const mostAccountsOfArticle = 50

// schedule has people write, sign and schedule every article for one moment, and returns that.
func (s *soak) schedule() time.Time {
	s.t.Helper()
	s.sign()
	due := time.Now().Add(3*time.Second + time.Duration(len(s.articles))*s.plan.lead)
	at := sql.FromStd(due)
	for _, view := range s.articles {
		schedule(s.author, view, &at)
	}
	if late := time.Since(due); late > 0 {
		s.t.Logf("scheduling ended %s after the articles fell due", late.Round(time.Millisecond))
	}
	return due
}

// sign has people write and sign every article.
func (s *soak) sign() {
	s.t.Helper()
	s.revive(s.town())
	s.author = s.town().signIn("xinxi")
	people := newDesk(s.t, s.town(), s.author)
	most := 0
	for _, articles := range s.plan.articles {
		most = max(most, articles)
	}
	for n := range most {
		var ids []string
		for id, account := range s.accounts {
			if s.plan.articles[account.platform] > n {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		for chunk := range slices.Chunk(ids, mostAccountsOfArticle) {
			s.articles = append(s.articles, people.signed(fmt.Sprintf("第 %04d 号通知", len(s.articles)), chunk))
		}
	}
}

// sent counts what the stand-ins published.
func (s *soak) sent() int {
	total, _ := tally(s.town().sandbox.Report())
	return total
}

// allEnded asks whichever node answers whether nothing is on its way any more.
func (s *soak) allEnded() bool {
	for _, node := range s.nodes {
		at := &browser{t: s.t, base: node.base, client: s.author.client}
		open, err := at.anyOpen()
		if err == nil {
			return !open
		}
	}
	return false
}

// anyOpen reports whether a delivery is on its way; an error while the program or its database is away.
func (b *browser) anyOpen() (bool, error) {
	for _, state := range []channels.State{channels.Scheduled, channels.Prepared, channels.Submitted} {
		response, err := b.client.Get(b.base + "/api/deliveries?per_page=1&state=" + string(state))
		if err != nil {
			return false, err
		}
		var list Page[channels.View]
		err = decodeJSON(response.Body, &list)
		response.Body.Close()
		if response.StatusCode == http.StatusUnauthorized { // a soak may be longer than an access token lives
			return false, b.signInAgain("xinxi")
		}
		if err != nil || response.StatusCode != http.StatusOK {
			return false, fmt.Errorf("list: %s %w", response.Status, err)
		}
		if len(list.Items) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// signInAgain signs in at the same browser. It always returns an error: what was asked before must be asked again.
func (b *browser) signInAgain(username string) error {
	body := strings.NewReader(string(mustJSON(map[string]any{"username": username, "password": demoPassword})))
	response, err := b.client.Post(b.base+"/api/session", "application/json", body)
	if err != nil {
		return err
	}
	response.Body.Close()
	return fmt.Errorf("signed in again: %s", response.Status)
}

// remember notes how much memory a node held so far.
func (s *soak) remember(node *town) {
	node.mu.Lock()
	process := node.process
	node.mu.Unlock()
	if process == nil {
		return
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.Process.Pid))
	if err != nil {
		return // it has just ended
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes int
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); n == 1 {
			s.peak = max(s.peak, kilobytes<<10)
		}
	}
}

// end stops the nodes and looks for secrets in what they printed.
func (s *soak) end() {
	s.t.Helper()
	secrets := s.secrets()
	for _, node := range s.nodes {
		s.remember(node)
		node.stop(syscall.SIGTERM)
		printed := node.log()
		for secret, what := range secrets {
			if strings.Contains(printed, secret) {
				s.t.Errorf("%s stands in a node's log", what)
			}
		}
		checkNoSecrets(s.t, node)
	}
}

// secrets returns what must stand in no log, with what it is: the accounts' credentials, the tokens that the platforms gave,
// the session of the author, and the keys of the installation.
func (s *soak) secrets() map[string]string {
	secrets := map[string]string{}
	for _, account := range s.accounts {
		secrets[demoSecret(account.external)] = "the secret of " + account.name
		secrets[demoSecret("token"+account.external)] = "the token of " + account.name
	}
	secrets[demoSecret(demoAppKey)] = "the secret of the Weibo app"
	state := askStand(s.t, s.town().sandbox)
	for _, account := range state.WeChat {
		for _, token := range []*standToken{account.Stable, account.StableOld, account.Plain, account.PlainOld} {
			if token != nil && token.Value != "" {
				secrets[token.Value] = "a token of WeChat"
			}
		}
		for _, token := range account.Dead {
			secrets[token] = "an ended token of WeChat"
		}
	}
	for _, cookie := range s.author.client.Jar.Cookies(s.author.origin()) {
		secrets[cookie.Value] = "the session's " + cookie.Name
	}
	for _, name := range []string{"seal.key", "token.key"} {
		key, err := os.ReadFile(filepath.Join(s.town().config.Data, name))
		if err != nil {
			s.t.Errorf("read %s: %v", name, err)
			continue
		}
		_, bare, _ := strings.Cut(strings.TrimSpace(string(key)), ":")
		secrets[bare] = name
	}
	delete(secrets, "")
	return secrets
}

// standState is what the stand-ins hold, as their control port tells it to anybody.
type standState struct {
	WeChat map[string]struct {
		Stable    *standToken `json:"stable"`
		StableOld *standToken `json:"stable_old"`
		Plain     *standToken `json:"plain"`
		PlainOld  *standToken `json:"plain_old"`
		Dead      []string    `json:"dead"`
		Articles  []struct {
			Items []struct {
				Title            string `json:"title"`
				ContentSourceURL string `json:"content_source_url"`
			} `json:"items"`
		} `json:"articles"`
	} `json:"wechat"`
	Weibo struct {
		Posts []struct {
			UID  string `json:"uid"`
			Text string `json:"text"`
		} `json:"posts"`
	} `json:"weibo"`
	Apps map[string]struct {
		Items []struct {
			Publishes int `json:"publishes"`
			Item      struct {
				Title string `json:"title"`
				URL   string `json:"url"`
			} `json:"item"`
		} `json:"items"`
	} `json:"apps"`
}

type standToken struct {
	Value string `json:"value"`
}

// askStand asks the stand-ins what they hold.
func askStand(t testing.TB, stand *sandbox.Sandbox) standState {
	t.Helper()
	answer := httptest.NewRecorder()
	request, err := http.NewRequest(http.MethodGet, "/_sim/state", nil)
	if err != nil {
		t.Fatal(err)
	}
	stand.ControlHandler().ServeHTTP(answer, request)
	var state standState
	if err := json.Unmarshal(answer.Body.Bytes(), &state); err != nil {
		t.Fatalf("the stand-ins' state: %v", err)
	}
	return state
}
