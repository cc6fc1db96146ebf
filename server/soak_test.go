package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels/sandbox"
	"govmedia/sql/sqltest"
)

// The soak is the proof that a delivery goes out once, whatever happens: answers are cut after the platform did what it was
// asked, nodes are killed and started again, the database is. In the end the stand-ins are asked, not our own tables.
//
// GOVMEDIA_SOAK says how much is sent: nothing is a small soak, "full" is 10,000 deliveries to 300 accounts, and a number is so
// many deliveries. GOVMEDIA_SOAK_SEED repeats the dice of a run; the machine throws others beside them.

// soakPlan is how much a soak sends, and how roughly it is treated.
type soakPlan struct {
	small      bool                      // beside other tests
	accounts   int                       // of each platform
	articles   map[accounts.Platform]int // that each account of a platform receives
	performers int                       // of a node
	hurry      int                       // as GOVMEDIA_HURRY
	lead       time.Duration             // for each article, between scheduling and falling due
	killEvery  time.Duration             // a node dies after about so long, again and again
	atMost     time.Duration             // after falling due, everything has ended
}

// leastKills is how often a node dies at the least, else it was no soak.
const leastKills = 3

// cutAnswers is how many of the platforms' answers get lost.
const cutAnswers = 0.05

// smallSoak fits into make test. fullSoak is the one of make soak: no account reaches what its platform allows, so that none
// has to wait for tomorrow: 30 posts an hour at Weibo, 80 questions a day that the program allows itself at WeChat.
var (
	smallSoak = soakPlan{small: true, accounts: 4, articles: map[accounts.Platform]int{accounts.WeChat: 5, accounts.Weibo: 5, accounts.App: 10}, performers: 4, hurry: 100,
		lead: 300 * time.Millisecond, killEvery: 1500 * time.Millisecond, atMost: 3 * time.Minute}
	fullSoak = soakPlan{accounts: 100, articles: map[accounts.Platform]int{accounts.WeChat: 30, accounts.Weibo: 22, accounts.App: 48}, performers: 8, hurry: 100,
		lead: 400 * time.Millisecond, killEvery: 4 * time.Second, atMost: 25 * time.Minute}
)

// soakSize returns the plan that GOVMEDIA_SOAK asks for.
func soakSize(t testing.TB) soakPlan {
	t.Helper()
	size := os.Getenv("GOVMEDIA_SOAK")
	switch size {
	case "":
		return smallSoak
	case "full":
		return fullSoak
	}
	deliveries, err := strconv.Atoi(size)
	if err != nil || deliveries < 1 {
		t.Fatalf("GOVMEDIA_SOAK=%s is neither full nor a number of deliveries", size)
	}
	plan := fullSoak
	plan.accounts = min(max(deliveries*plan.accounts/plan.deliveries(), 1), plan.accounts)
	return plan
}

func (p soakPlan) deliveries() int {
	each := 0
	for _, articles := range p.articles {
		each += articles
	}
	return each * p.accounts
}

// soakSeed is the seed of this run's dice.
var soakSeed = sync.OnceValue(func() uint64 {
	if seed, err := strconv.ParseUint(os.Getenv("GOVMEDIA_SOAK_SEED"), 10, 64); err == nil {
		return seed
	}
	return rand.Uint64()
})

// TestSoak sends through crashes. On MariaDB two nodes share the work, and the database dies too.
func TestSoak(t *testing.T) {
	plan := soakSize(t)
	t.Run("sqlite", func(t *testing.T) {
		soakTogether(t, plan)
		runSoak(newSoak(t, plan, ""))
	})
	t.Run("mariadb", func(t *testing.T) {
		soakTogether(t, plan)
		database := sqltest.NewMortal(t)
		s := newSoak(t, plan, database.DSN)
		s.database = database
		s.nodes = append(s.nodes, twin(s.nodes[0]))
		runSoak(s)
	})
}

// soakTogether runs small soaks beside other tests; a full one has the machine for itself.
func soakTogether(t *testing.T, plan soakPlan) {
	if plan.small {
		t.Parallel()
	}
}

func runSoak(s *soak) {
	s.t.Helper()
	due := s.schedule()
	s.cut()
	for _, node := range s.nodes {
		s.revive(node)
	}
	s.suffer(due)
	s.town().sandbox.ClearFaults()
	for _, node := range s.nodes {
		s.revive(node)
	}
	s.judge()
	s.end()
	s.t.Logf("%s", s.report())
	if s.kills < leastKills || s.cuts.Load() == 0 || s.database != nil && s.restarts == 0 {
		s.t.Errorf("that was no soak: %d kills, %d answers cut after the effect, %d restarts of the database", s.kills, s.cuts.Load(), s.restarts)
	}
}

// suffer kills and restarts until everything has ended or the time is up.
func (s *soak) suffer(due time.Time) {
	s.t.Helper()
	time.Sleep(time.Until(due))
	s.began = time.Now()
	wanted := s.plan.deliveries()
	deaths := s.databaseDeaths(wanted)
	nextKill := time.Now().Add(s.pause())
	for nextLook := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		sent := s.sent()
		if len(deaths) > 0 && sent >= deaths[0] {
			deaths = deaths[1:]
			s.restartDatabase()
		}
		if now := time.Now(); now.After(nextKill) {
			s.kill(s.nodes[s.dice.IntN(len(s.nodes))])
			nextKill = time.Now().Add(s.pause())
		}
		if sent >= wanted || time.Now().After(nextLook) {
			if s.allEnded() && len(deaths) == 0 && s.kills >= leastKills {
				break
			}
			nextLook = time.Now().Add(2 * time.Second)
		}
		if time.Since(s.began) > s.plan.atMost {
			s.t.Errorf("not everything ended within %s", s.plan.atMost)
			break
		}
	}
	s.took = time.Since(s.began)
}

// databaseDeaths returns at how many sent deliveries the database dies: a small soak's once, a full one's twice.
func (s *soak) databaseDeaths(wanted int) []int {
	switch {
	case s.database == nil:
		return nil
	case wanted < 1000:
		return []int{wanted / 2}
	}
	return []int{wanted / 3, 2 * wanted / 3}
}

// pause is how long until the next kill.
func (s *soak) pause() time.Duration {
	return s.plan.killEvery/2 + time.Duration(s.dice.Int64N(int64(s.plan.killEvery)))
}

// kill ends a node with kill -9, and starts it again.
func (s *soak) kill(node *town) {
	s.t.Helper()
	s.remember(node)
	if gone := node.signal(syscall.SIGKILL); gone != nil {
		<-gone
		s.kills++
	}
	s.revive(node)
}

// revive starts a node until it runs.
func (s *soak) revive(node *town) {
	s.t.Helper()
	node.wait("the node to start", func() bool { return node.process != nil && node.running() || node.launch() })
}

// restartDatabase kills the database, leaves the nodes without it for a moment, and starts it again.
func (s *soak) restartDatabase() {
	s.t.Helper()
	s.database.Kill()
	time.Sleep(500*time.Millisecond + time.Duration(s.dice.Int64N(int64(time.Second))))
	s.database.Start()
	s.restarts++
}

// cut has the platforms' answers get lost, and counts those that did after the platform's state had changed.
func (s *soak) cut() {
	s.town().sandbox.AddFault(sandbox.Fault{Action: sandbox.DropAfter, Probability: cutAnswers})
	s.t.Cleanup(s.town().sandbox.OnCall(func(call sandbox.Call) {
		if call.Phase == sandbox.Committed && call.Effect && call.Fault != "" {
			s.cuts.Add(1)
		}
	}))
}

// report is what is printed of a soak.
func (s *soak) report() string {
	name := "SQLite, one node"
	if s.database != nil {
		name = "MariaDB, two nodes"
	}
	return fmt.Sprintf(`soak on %s, GOVMEDIA_SOAK_SEED=%d
  deliveries                   %6d to %d accounts
  published                    %6d
  unknown, with evidence       %6d
  failed                       %6d
  still open                   %6d
  duplicates at the stand-ins  %6d
  losses                       %6d
  quotas exceeded              %6d
  answers cut after the effect %6d
  kills of a node              %6d
  restarts of the database     %6d
  minutes from due to the end  %8.1f (%.1f deliveries/s)
  highest memory of a node     %6d MiB`, name, soakSeed(), s.plan.deliveries(), len(s.accounts), s.verdict.published, s.verdict.unknown, s.verdict.failed,
		s.verdict.open, s.verdict.duplicates, s.verdict.losses, s.verdict.overruns, s.cuts.Load(), s.kills, s.restarts, s.took.Minutes(),
		float64(s.verdict.published)/s.took.Seconds(), s.peak>>20)
}
