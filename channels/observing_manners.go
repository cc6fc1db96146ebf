package channels

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/temoto/robotstxt"

	"govmedia/channels/egress"
	"govmedia/sql"
)

// manners are how we behave towards the hosts we read: so many requests in a time, and nothing that their robots.txt
// closes to us. One node at a time reads, so they are kept in memory.
type manners struct {
	mu    sync.Mutex
	hosts map[string]*courtesy
}

// courtesy is what we keep to at one host.
type courtesy struct {
	turn     sync.Mutex // held while somebody waits for the host
	next     time.Time  // no request before it
	robots   *robotstxt.RobotsData
	robotsAt sql.Time // when they were read; 0: never
}

// robotsFor is how long rules of a robots.txt are believed, and rulesMost how many hosts' manners are kept.
const (
	robotsFor  = 24 * time.Hour
	rulesMost  = 50_000
	robotsName = "govmedia"
)

func newManners() *manners { return &manners{hosts: map[string]*courtesy{}} }

// at returns what is kept for a host.
func (m *manners) at(host string) *courtesy {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.hosts[host]
	if kept == nil {
		if len(m.hosts) >= rulesMost {
			m.hosts = map[string]*courtesy{} // rather forget than grow without end
		}
		kept = &courtesy{}
		m.hosts[host] = kept
	}
	return kept
}

// turnAt waits until a host may be asked again.
func (w *Observing) turnAt(ctx context.Context, kept *courtesy) error {
	if w.Pace.PerHost <= 0 {
		return nil
	}
	kept.turn.Lock()
	defer kept.turn.Unlock()
	now := time.Now()
	pause := kept.next.Sub(now)
	kept.next = now.Add(max(pause, 0) + w.Pace.PerHost)
	if pause <= 0 {
		return nil
	}
	return w.Wait(ctx, pause)
}

// allowed says whether the host of an address lets us read it, asking for its robots.txt once a day. A host without one
// allows everything; one whose robots.txt cannot be had is asked nothing (RFC 9309).
func (w *Observing) allowed(ctx context.Context, u *url.URL, kept *courtesy, now sql.Time) (bool, *trouble) {
	kept.turn.Lock()
	robots, at := kept.robots, kept.robotsAt
	kept.turn.Unlock()
	if at == 0 || now.Sub(at) >= robotsFor || now < at {
		if err := w.turnAt(ctx, kept); err != nil {
			return false, &trouble{err: err}
		}
		fetched, err := w.Guard.Fetch(ctx, (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}).String(), egress.FetchOptions{Limit: 512 << 10, Header: w.header()})
		if err != nil && !isForeign(err) {
			return false, troubleOf(err)
		}
		robots = nil // a host that sends us elsewhere, or sends no text, has no rules
		if err == nil {
			if fetched.Status >= 500 {
				return false, statusTrouble(fetched, now)
			}
			robots, _ = robotstxt.FromStatusAndBytes(fetched.Status, fetched.Body) // what cannot be read forbids nothing
		}
		kept.turn.Lock()
		kept.robots, kept.robotsAt = robots, now
		kept.turn.Unlock()
	}
	return robots == nil || robots.TestAgent(u.EscapedPath(), robotsName), nil
}
