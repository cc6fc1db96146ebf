package channels

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"govmedia/sql"
)

// gathering lets publications that end at the same moment share a transaction: while one is being recorded, those that
// come meanwhile wait for the next. Its zero value is ready.
type gathering struct {
	mu      sync.Mutex
	waiting []*awaited
	busy    bool
}

type awaited struct {
	news Confirmation
	told chan error
}

// gatherAtMost is how many publications one transaction records.
const gatherAtMost = 32

// confirm is Confirm, together with whoever else asks for it now.
func (g *gathering) confirm(ctx context.Context, db *sql.DB, out *Outside, news Confirmation) error {
	mine := &awaited{news: news, told: make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, mine)
	leads := !g.busy
	g.busy = true
	g.mu.Unlock()
	if leads {
		g.record(ctx, db, out)
	}
	return <-mine.told
}

// record records what waits. What has come meanwhile is left to a goroutine of its own: whoever leads has work to do.
func (g *gathering) record(ctx context.Context, db *sql.DB, out *Outside) {
	g.mu.Lock()
	batch := g.waiting[:min(len(g.waiting), gatherAtMost)]
	g.waiting = g.waiting[len(batch):]
	g.mu.Unlock()
	recordBatch(ctx, db, out, batch)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy = len(g.waiting) > 0; g.busy {
		go g.record(ctx, db, out)
	}
}

// recordBatch tells each what became of it. Where they cannot be recorded together, each is recorded by itself, so that one
// that is refused holds up no other.
func recordBatch(ctx context.Context, db *sql.DB, out *Outside, batch []*awaited) {
	told := 0
	defer func() {
		if r := recover(); r != nil {
			for _, one := range batch[told:] {
				one.told <- fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}
	}()
	news := make([]Confirmation, len(batch))
	for i, one := range batch {
		news[i] = one.news
	}
	err := ConfirmAll(ctx, db, out, news)
	for _, one := range batch {
		alone := err
		if err != nil && len(batch) > 1 && !errors.Is(err, context.Canceled) {
			alone = Confirm(ctx, db, out, one.news)
		}
		told++
		one.told <- alone
	}
}
