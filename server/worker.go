package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// worker sends deliveries: one dispatcher asks what is due and claims it whenever a performer is free. What one node
// leaves undone, by a stop or a crash, any node goes on with when the lease has run out.
type worker struct {
	db    *sql.DB
	out   *channels.Outside
	log   *slog.Logger
	free  chan struct{} // a token for each performer that has nothing to do
	nudge chan struct{}

	stopping context.CancelFunc
	ended    sync.WaitGroup
}

// The dispatcher looks at least this often, and no sooner than this after a look that found nothing to claim.
const (
	lookAtLeast = time.Second
	lookAtMost  = 50 * time.Millisecond
)

func newWorker(db *sql.DB, out *channels.Outside, log *slog.Logger, size int) *worker {
	w := &worker{db: db, out: out, log: log, free: make(chan struct{}, size), nudge: make(chan struct{}, 1), stopping: func() {}}
	for range size {
		w.free <- struct{}{}
	}
	return w
}

// start begins the work; stop ends it.
func (w *worker) start() {
	ctx, cancel := context.WithCancel(context.Background())
	w.stopping = cancel
	w.ended.Go(func() { w.dispatch(ctx) })
}

// stop asks for an end and waits for it, at most as long as ctx allows. Calls under way finish and are saved.
func (w *worker) stop(ctx context.Context) error {
	w.stopping()
	ended := make(chan struct{})
	go func() { w.ended.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wake lets the dispatcher look now.
func (w *worker) wake() {
	select {
	case w.nudge <- struct{}{}:
	default:
	}
}

func (w *worker) dispatch(ctx context.Context) {
	for ctx.Err() == nil {
		found, err := w.claimSome(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.Error("looking for due deliveries failed", "error", err.Error())
		}
		if found {
			continue
		}
		select {
		case <-ctx.Done():
		case <-w.nudge:
		case <-time.After(w.pause(ctx)):
		}
	}
}

// claimSome claims what is due, each delivery only when a performer is free for it, so that no lease runs while nobody
// works. It reports whether it claimed any.
func (w *worker) claimSome(ctx context.Context) (bool, error) {
	ids, err := channels.Due(ctx, w.db, 8*cap(w.free))
	if err != nil {
		return false, err
	}
	found := false
	for _, id := range ids {
		select {
		case <-ctx.Done():
			return found, nil
		case <-w.free:
		}
		delivery, mine, err := channels.Claim(ctx, w.db, id, w.out.Pace.Lease)
		if err != nil || !mine {
			w.free <- struct{}{}
			if err != nil {
				return found, err
			}
			continue
		}
		found = true
		w.ended.Go(func() {
			defer func() { w.free <- struct{}{} }()
			w.perform(ctx, delivery)
		})
	}
	return found, nil
}

func (w *worker) perform(ctx context.Context, delivery channels.Delivery) {
	if err := channels.Perform(ctx, w.db, w.out, delivery); err != nil {
		// Our own database failed; the lease runs out and the delivery is taken up again.
		w.log.Error("delivery interrupted", "delivery", delivery.ID, "account", delivery.AccountID, "error", err.Error())
	}
}

// pause returns how long to wait before the next look: until the next delivery is due, within the two bounds.
func (w *worker) pause(ctx context.Context) time.Duration {
	next, waiting, err := channels.NextDue(ctx, w.db)
	if err != nil || !waiting {
		return lookAtLeast
	}
	return min(max(next.Sub(w.db.Now()), lookAtMost), lookAtLeast)
}
