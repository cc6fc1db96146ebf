package channels

import (
	"context"
	"errors"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"govmedia/accounts"
	"govmedia/sql"
)

// claimed is a source as a claim took it.
type claimed struct {
	ID           string
	AccountID    string
	ColumnID     *string
	Kind         SourceKind
	URL          string
	Host         string
	Expect       Expect
	State        SourceState
	Etag         string
	LastModified string
	BodyHash     string
	Bookmark     bookmark `db:"-"` // read only when there is something to compare it with: see open
	DueAt        *sql.Time
	Result       Reading
	Sentence     string
	Warnings     sql.Strings
	Failures     int
	FailingSince *sql.Time
	Marked       bool
	ReadAt       *sql.Time
	OKAt         *sql.Time
	FullAt       *sql.Time
	ChangedAt    *sql.Time
	MovedTo      string
	AccountState accounts.State
	Platform     accounts.Platform
	InUseAt      *sql.Time
	ColumnState  string    // empty for the whole account
	TargetDueAt  *sql.Time // of the first clock of what it is read for
	TargetLastAt *sql.Time // the last post of what it is read for
}

func (s claimed) columnID() string {
	if s.ColumnID == nil {
		return ""
	}
	return *s.ColumnID
}

// idle reports whether what the source is read for is out of use, so that nobody needs to know.
func (s claimed) idle() bool {
	return s.AccountState != accounts.InUse || s.ColumnState != "" && s.ColumnState != string(accounts.ColumnInUse) && s.ColumnState != string(accounts.ColumnHidden)
}

// perClaim is how many sources of one host one claim takes, and idleFor when to look again at one whose account is out of
// use.
const (
	perClaim = 10
	idleFor  = 6 * time.Hour
)

// ObserveDue reads every source that is due, claims of some at a time, and returns how many. What one node leaves undone,
// by a stop or a crash, any node reads again when its lease has run out: reading twice records nothing twice. An error is
// our own database's; a source that cannot be read is none.
func ObserveDue(ctx context.Context, db *sql.DB, w *Observing) (int, error) {
	var rounds errgroup.Group
	var read atomic.Int64
	for range abreast {
		rounds.Go(func() error {
			for {
				n, err := w.round(ctx, db)
				read.Add(int64(n))
				if err != nil || n == 0 || ctx.Err() != nil {
					return err
				}
			}
		})
	}
	err := rounds.Wait()
	return int(read.Load()), err
}

// abreast is how many rounds go on side by side, so that one reads while the other claims and saves.
const abreast = 2

// round claims some due sources, reads them, the hosts side by side and each host in order, and saves what was found.
func (w *Observing) round(ctx context.Context, db *sql.DB) (int, error) {
	holder, sources, err := w.claim(ctx, db)
	if err != nil || len(sources) == 0 {
		return 0, err
	}
	defer w.rounds.leave(sources)
	same := &unchanged{holder: holder}
	var group errgroup.Group
	group.SetLimit(max(w.Pace.Parallel/abreast, 1))
	var mu sync.Mutex
	var failed error
	for _, queue := range byHost(sources) {
		group.Go(func() error {
			err := w.readHost(ctx, db, holder, queue, same)
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			return nil
		})
	}
	_ = group.Wait()
	return len(sources), errors.Join(failed, same.save(context.WithoutCancel(ctx), db))
}

// claim takes due sources, at most so many of one host.
func (w *Observing) claim(ctx context.Context, db *sql.DB) (string, []claimed, error) {
	w.rounds.claiming.Lock() // two rounds that look at once would see the same
	defer w.rounds.claiming.Unlock()
	type due struct{ ID, Host string }
	waiting, err := sql.List[due](ctx, db, "source.due", sql.Args{"now": db.Now(), "limit": 2 * w.Pace.Batch})
	if err != nil {
		return "", nil, err
	}
	var ids []string
	taken := map[string]int{}
	for _, source := range waiting {
		if source.Host != "" && (taken[source.Host] >= perClaim || w.rounds.asked[source.Host]) || len(ids) >= w.Pace.Batch {
			continue
		}
		taken[source.Host]++
		ids = append(ids, source.ID)
	}
	if len(ids) == 0 {
		return "", nil, nil
	}
	holder := sql.NewID() // new for each claim, so that what lost its lease saves nothing any more
	if _, err := db.Exec(ctx, "source.claim", sql.Args{"ids": ids, "holder": holder, "now": db.Now(), "until": db.Now().Add(w.Pace.Lease)}); err != nil {
		return "", nil, err
	}
	sources, err := sql.List[claimed](ctx, db, "source.claimed", sql.Args{"ids": ids, "holder": holder})
	if err == nil {
		w.rounds.ask(sources)
	}
	return holder, sources, err
}

// rounds keeps the rounds that go on side by side apart: a host is asked by one of them at a time.
type rounds struct {
	claiming sync.Mutex
	asked    map[string]bool // hosts
}

func (r *rounds) ask(sources []claimed) {
	if r.asked == nil {
		r.asked = map[string]bool{}
	}
	for _, source := range sources {
		r.asked[source.Host] = true
	}
}

func (r *rounds) leave(sources []claimed) {
	r.claiming.Lock()
	defer r.claiming.Unlock()
	for _, source := range sources {
		delete(r.asked, source.Host)
	}
}

// byHost parts sources, which stand in the order of hosts, into a queue for each host; a platform's accounts do not wait for
// one another.
func byHost(sources []claimed) [][]claimed {
	var queues [][]claimed
	for i, source := range sources {
		if i > 0 && source.Host != "" && source.Host == sources[i-1].Host {
			last := len(queues) - 1
			queues[last] = append(queues[last], source)
			continue
		}
		queues = append(queues, []claimed{source})
	}
	return queues
}

// readHost reads the sources of one host one after the other. When the host does not answer at all, the others of the queue
// are not asked for: they failed with it.
func (w *Observing) readHost(ctx context.Context, db *sql.DB, holder string, queue []claimed, same *unchanged) error {
	var failed error
	var silent *trouble
	for _, source := range queue {
		if ctx.Err() != nil {
			return failed // the leases run out
		}
		now := db.Now()
		if source.idle() {
			same.postpone(source, now.Add(idleFor))
			continue
		}
		found, problem := finding{}, silent
		if problem == nil {
			found, problem = w.look(ctx, db, source, now)
		}
		if problem != nil && problem.err != nil {
			if errors.Is(problem.err, context.Canceled) {
				return failed
			}
			failed = errors.Join(failed, problem.err)
			continue
		}
		if problem != nil && problem.result == ReadUnreachable && problem.after == 0 && source.Host != "" {
			silent = problem
		}
		if problem == nil && found.nothingNew(source) {
			same.add(source, w.next(source, now, found.next))
			continue
		}
		failed = errors.Join(failed, w.keep(context.WithoutCancel(ctx), db, holder, source, found, problem, now))
	}
	return failed
}

// look reads one source.
func (w *Observing) look(ctx context.Context, db *sql.DB, source claimed, now sql.Time) (finding, *trouble) {
	switch source.Kind {
	case FeedSource:
		return w.lookAtFeed(ctx, db, source, now)
	case ColumnSource:
		return w.lookAtColumn(ctx, db, source, now)
	case SitemapSource:
		return w.lookAtSitemap(ctx, db, source, now)
	case PlatformSource:
		return w.lookAtPlatform(ctx, db, source, now)
	}
	return finding{}, unreadable("没有这种观察方式。请删去后重新添加。")
}

// next returns when to read a source again: sooner by day than by night, later after each failure in a row, and never many
// at the same moment.
func (w *Observing) next(source claimed, now sql.Time, wanted time.Duration) sql.Time {
	wait := wanted
	if wait <= 0 {
		wait = map[SourceKind]time.Duration{FeedSource: w.Pace.Feed, ColumnSource: w.Pace.Page, SitemapSource: w.Pace.Page, PlatformSource: w.Pace.Platform}[source.Kind]
		if hour := now.Std().Hour(); hour < 7 || hour >= 22 {
			wait *= time.Duration(max(w.Pace.Night, 1))
		}
	}
	spread := wait / 5 / spreads * time.Duration(slotOf(source.ID, now)) // from nine tenths to eleven
	return now.Add(max(wait-wait/10+spread, time.Second))
}

// spreads is into how many moments the next readings are spread.
const spreads = 8

func slotOf(id string, now sql.Time) int {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id))
	return int((sum.Sum32() + uint32(now/60_000)) % spreads) //nolint:gosec // a remainder
}

// unchanged gathers the sources that had nothing new, so that one statement saves many.
type unchanged struct {
	mu     sync.Mutex
	holder string
	same   map[sql.Time][]string // by the next time
	later  map[sql.Time][]string
}

func (u *unchanged) add(source claimed, next sql.Time) { u.note(&u.same, source, next) }

func (u *unchanged) postpone(source claimed, next sql.Time) { u.note(&u.later, source, next) }

func (u *unchanged) note(into *map[sql.Time][]string, source claimed, next sql.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if *into == nil {
		*into = map[sql.Time][]string{}
	}
	next = (next + 999) / 1000 * 1000 // whole seconds, so that many share one
	(*into)[next] = append((*into)[next], source.ID)
}

func (u *unchanged) save(ctx context.Context, db *sql.DB) error {
	if len(u.same)+len(u.later) == 0 {
		return nil
	}
	return db.InTx(ctx, func(tx *sql.DB) error {
		for due, ids := range u.same {
			if _, err := tx.Exec(ctx, "source.same", sql.Args{"ids": ids, "holder": u.holder, "due_at": due, "now": tx.Now()}); err != nil {
				return err
			}
		}
		for due, ids := range u.later {
			if _, err := tx.Exec(ctx, "source.postpone", sql.Args{"ids": ids, "holder": u.holder, "due_at": due}); err != nil {
				return err
			}
		}
		return nil
	})
}
