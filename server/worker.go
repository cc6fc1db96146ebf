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
// leaves undone, by a stop or a crash, any node goes on with when the lease has run out. Retractions have a dispatcher and
// performers of their own, so that they wait for nothing else.
type worker struct {
	db     *sql.DB
	out    *channels.Outside
	log    *slog.Logger
	node   string // names this start of this node
	all    *dispatcher
	urgent *dispatcher

	beating sync.Mutex
	beatAt  time.Time // of the last sign of life that was saved

	stopping context.CancelFunc
	ended    sync.WaitGroup
}

// dispatcher hands what is due to its performers.
type dispatcher struct {
	free  chan struct{} // a token for each performer that has nothing to do
	nudge chan struct{}
	due   func(ctx context.Context, limit int) ([]channels.Lane, error)
	lanes *lanes
}

func newDispatcher(size int, due func(ctx context.Context, limit int) ([]channels.Lane, error)) *dispatcher {
	d := &dispatcher{free: make(chan struct{}, size), nudge: make(chan struct{}, 1), due: due, lanes: newLanes()}
	for range size {
		d.free <- struct{}{}
	}
	return d
}

// wake lets the dispatcher look now.
func (d *dispatcher) wake() {
	select {
	case d.nudge <- struct{}{}:
	default:
	}
}

// urgentPerformers is how many retractions a node works on at once beside its other deliveries.
const urgentPerformers = 2

// beatEvery is how old a node's last sign of life may be when it claims a delivery.
const beatEvery = 10 * time.Second

// lookAhead is how many lanes for each performer a look finds at the most, and lookDeep how many deliveries in a lane.
const (
	lookAhead = 32
	lookDeep  = 16
)

// The dispatcher looks at least this often, and no sooner than this after a look that found nothing to claim.
const (
	lookAtLeast = time.Second
	lookAtMost  = 50 * time.Millisecond
)

func newWorker(db *sql.DB, out *channels.Outside, log *slog.Logger, size int) *worker {
	w := &worker{db: db, out: out, log: log, node: sql.NewID(), stopping: func() {}}
	w.all = newDispatcher(size, func(ctx context.Context, limit int) ([]channels.Lane, error) {
		return channels.DueLanes(ctx, db, limit, lookDeep)
	})
	w.urgent = newDispatcher(urgentPerformers, func(ctx context.Context, limit int) ([]channels.Lane, error) {
		ids, err := channels.DueUrgent(ctx, db, limit)
		return channels.Alone(ids), err
	})
	return w
}

// start begins the work; stop ends it.
func (w *worker) start() {
	ctx, cancel := context.WithCancel(context.Background())
	w.stopping = cancel
	w.ended.Go(func() { w.dispatch(ctx, w.all) })
	w.ended.Go(func() { w.dispatch(ctx, w.urgent) })
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

// wake lets the dispatchers look now.
func (w *worker) wake() {
	w.all.wake()
	w.urgent.wake()
}

func (w *worker) dispatch(ctx context.Context, d *dispatcher) {
	for ctx.Err() == nil {
		found, err := w.claimSome(ctx, d)
		if err != nil && ctx.Err() == nil {
			w.log.Error("looking for due deliveries failed", "error", err.Error())
		}
		if found {
			continue
		}
		select {
		case <-ctx.Done():
		case <-d.nudge:
		case <-time.After(w.pause(ctx)):
		}
	}
}

// claimSome claims what is due, each delivery only when a performer is free for it, so that no lease runs while nobody
// works. It reports whether it claimed any.
func (w *worker) claimSome(ctx context.Context, d *dispatcher) (bool, error) {
	if err := w.beat(ctx); err != nil {
		return false, err
	}
	if d.lanes.worn() {
		if err := d.lanes.look(func() ([]channels.Lane, error) { return d.due(ctx, lookAhead*cap(d.free)) }); err != nil {
			return false, err
		}
	}
	if d.lanes.waiting() == 0 || !d.wait(ctx) {
		return false, nil
	}
	if err := w.beat(ctx); err != nil { // waiting for a performer may have been long, and the machine asleep
		d.giveBack(1)
		return false, err
	}
	var heads []head
	claimed, err := channels.ClaimInTurn(ctx, w.db, w.out, func() []string {
		heads = d.lanes.take(d.take(d.lanes.waiting()))
		return idsOf(heads)
	})
	for i, at := range claimedAt(heads, claimed) {
		if at < 0 { // another node was faster, or a person
			d.lanes.leave(heads[i], false)
			d.giveBack(1)
			continue
		}
		w.ended.Go(func() {
			d.lanes.leave(heads[i], w.perform(ctx, claimed[at]))
			d.giveBack(1)
			d.wake() // the next one of its lane may go now
		})
	}
	if len(claimed) < len(heads) {
		d.lanes.shuffle() // another node goes through the same ones: not in the same order
	}
	return len(claimed) > 0, err
}

// wait waits for a performer and takes it; false when the work is to end.
func (d *dispatcher) wait(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-d.free:
		return true
	}
}

// take takes the performers that are free too, and returns how many it has then, most at the most.
func (d *dispatcher) take(most int) int {
	for n := 1; n < most; n++ {
		select {
		case <-d.free:
		default:
			return n
		}
	}
	return most
}

func (d *dispatcher) giveBack(performers int) {
	for range performers {
		d.free <- struct{}{}
	}
}

// beat gives a sign of life where the last one is old. Before the first delivery after an outage is claimed, this holds back
// what fell due in it; without a sign of life nothing is claimed.
func (w *worker) beat(ctx context.Context) error {
	w.beating.Lock()
	defer w.beating.Unlock()
	now := w.db.Now().Std().Round(0) // by the wall clock: the other one stands still while a machine sleeps
	if age := now.Sub(w.beatAt); age >= 0 && age < beatEvery {
		return nil
	}
	held, err := channels.Beat(ctx, w.db, w.node)
	if err != nil {
		return err
	}
	if w.beatAt = now; held > 0 {
		w.log.Warn("deliveries that fell due in an outage were not sent", "deliveries", held)
	}
	return nil
}

// perform reports whether the next one of the lane may go.
func (w *worker) perform(ctx context.Context, delivery channels.Claimed) bool {
	onward, err := channels.PerformInLane(ctx, w.db, w.out, delivery)
	if err != nil {
		// Our own database failed; the lease runs out and the delivery is taken up again.
		w.log.Error("delivery interrupted", "delivery", delivery.ID, "account", delivery.AccountID, "error", err.Error())
	}
	return onward
}

// pause returns how long to wait before the next look: until the next delivery is due, within the two bounds.
func (w *worker) pause(ctx context.Context) time.Duration {
	next, waiting, err := channels.NextDue(ctx, w.db)
	if err != nil || !waiting {
		return lookAtLeast
	}
	return min(max(next.Sub(w.db.Now()), lookAtMost), lookAtLeast)
}
