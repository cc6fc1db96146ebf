package channels

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"govmedia/sql"
)

// gathering lets what several performers want to save at the same moment share a transaction: while one is under way, those
// that come meanwhile wait for the next. Each kind of saving has a gathering of its own, and they take turns: a batch is closed
// only when it may write, because a database that lets one write at a time would have it wait with what it had when it came.
// Its zero value is ready.
type gathering[T any] struct {
	mu      sync.Mutex
	waiting []*awaited[T]
	busy    bool
}

type awaited[T any] struct {
	wanted T
	told   chan error
}

// gatherAtMost is how many share one transaction.
const gatherAtMost = 32

// save has one thing saved, together with whoever else asks for it now. saveAll answers for each in its order.
func (g *gathering[T]) save(turn *sync.Mutex, wanted T, saveAll func([]T) []error) error {
	mine := &awaited[T]{wanted: wanted, told: make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, mine)
	leads := !g.busy
	g.busy = true
	g.mu.Unlock()
	if leads {
		g.lead(turn, saveAll)
	}
	return <-mine.told
}

// lead saves what waits. What has come meanwhile is left to a goroutine of its own: whoever leads has work to do.
func (g *gathering[T]) lead(turn *sync.Mutex, saveAll func([]T) []error) {
	g.inTurn(turn, saveAll)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy = len(g.waiting) > 0; g.busy {
		go g.lead(turn, saveAll)
	}
}

// inTurn saves what waits by then.
func (g *gathering[T]) inTurn(turn *sync.Mutex, saveAll func([]T) []error) {
	turn.Lock()
	defer turn.Unlock()
	g.mu.Lock()
	batch := g.waiting[:min(len(g.waiting), gatherAtMost)]
	g.waiting = g.waiting[len(batch):]
	g.mu.Unlock()
	tell(batch, saveAll)
}

// tell has a batch saved and tells each what became of it.
func tell[T any](batch []*awaited[T], saveAll func([]T) []error) {
	var errs []error
	defer func() {
		r := recover()
		for i, one := range batch {
			switch {
			case r != nil:
				one.told <- fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			default:
				one.told <- errs[i]
			}
		}
	}()
	all := make([]T, len(batch))
	for i, one := range batch {
		all[i] = one.wanted
	}
	errs = saveAll(all)
}

// together saves all at once, and where that fails each by itself, so that one that is refused holds up no other.
func together[T any](all []T, save func([]T) error) []error {
	errs := make([]error, len(all))
	err := save(all)
	for i := range all {
		errs[i] = err
		if err != nil && len(all) > 1 && !errors.Is(err, context.Canceled) {
			errs[i] = save(all[i : i+1])
		}
	}
	return errs
}

// confirm is Confirm, together with whoever else confirms now.
func (w *work) confirm(ctx context.Context, news Confirmation) error {
	db, out := w.db, w.out
	return out.confirming.save(&out.turn, news, func(all []Confirmation) []error {
		return together(all, func(some []Confirmation) error { return ConfirmAll(ctx, db, out, some) })
	})
}

// saving is a guarded change of a delivery, with the lines of its journal that are to be kept with it.
type saving struct {
	statement string
	args      sql.Args
	steps     []sql.Args
}

// gathered are the changes that are saved together with those of other deliveries.
var gathered = []string{"delivery.intend_prepared", "delivery.keep_remote", "delivery.submitted", "delivery.release"}

// gather saves a change of one of the gathered kinds, together with what others want to save now. Each whose delivery is no longer
// the worker's, or not to be sent any more, is told errLost. The leases of intentions run from the saving, for which they may have
// waited. A batch outlives the call for which one of it is saved.
func (w *work) gather(ctx context.Context, one saving) error {
	ctx = context.WithoutCancel(ctx)
	db, lease := w.db, w.out.Pace.Lease
	return w.out.saving.save(&w.out.turn, one, func(all []saving) []error {
		return together(all, func(some []saving) error {
			return db.InTx(ctx, func(tx *sql.DB) error { return saveChanges(ctx, tx, lease, some) })
		})
	})
}

func saveChanges(ctx context.Context, tx *sql.DB, lease time.Duration, some []saving) error {
	var steps []sql.Args
	rows := map[string][]sql.Args{}
	for _, one := range some {
		one.args["until"] = tx.Now().Add(lease)
		rows[one.statement] = append(rows[one.statement], one.args)
		steps = append(steps, one.steps...)
	}
	for _, statement := range gathered {
		matched, err := sql.UpdateMany(ctx, tx, statement, rows[statement])
		if err == nil && matched != int64(len(rows[statement])) {
			err = errLost
		}
		if err != nil {
			return err
		}
	}
	return sql.InsertMany(ctx, tx, "delivery_step.insert", steps)
}
