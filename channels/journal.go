package channels

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"govmedia/sql"
)

// showStepsAfter is how long a call outside may take before its beginning is shown to people.
const showStepsAfter = 200 * time.Millisecond

// journal is the lines of a delivery that are not kept yet. They are kept with the next state that others see, or when a
// call takes its time.
type journal struct {
	mu    sync.Mutex
	lines []sql.Args
}

// note writes a line, of now.
func (w *work) note(step Step) {
	row := stepRow(w.db, w.job.Delivery.ID, step)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, row)
}

// noteEnd writes how a call went. Its beginning, if nobody was shown it yet, is told by the same line.
func (w *work) noteEnd(step Step) {
	w.mu.Lock()
	if n := len(w.lines); n > 0 && w.lines[n-1]["name"] == cut(step.Name, 32) && w.lines[n-1]["outcome"] == Begun {
		w.lines = w.lines[:n-1]
	}
	w.mu.Unlock()
	w.note(step)
}

// takeSteps hands the lines over to whoever keeps them.
func (w *work) takeSteps() []sql.Args {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.lines
	w.lines = nil
	return lines
}

// putBack takes back lines that were not kept.
func (w *work) putBack(lines []sql.Args) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(lines, w.lines...)
}

// keepSteps keeps the lines. They are for people: a failure is logged, and the delivery goes on.
func (w *work) keepSteps(ctx context.Context) {
	if err := sql.InsertMany(ctx, w.db, "delivery_step.insert", w.takeSteps()); err != nil {
		w.out.Log.WarnContext(ctx, "steps of a delivery were not kept", "delivery", w.job.Delivery.ID, slog.Any("error", err))
	}
}

// interrupted notes an intention of which nothing was heard: the program ended before it could keep a line of it.
func (w *work) interrupted(ctx context.Context) error {
	delivery := w.job.Delivery
	if delivery.State != Prepared || delivery.IntentAt == nil {
		return nil
	}
	told, err := sql.Get[bool](ctx, w.db, "delivery_step.told", sql.Args{"delivery_id": delivery.ID, "name": "submit", "since": *delivery.IntentAt})
	if err == nil && !told {
		w.note(Step{At: *delivery.IntentAt, Name: "submit", Outcome: Open, Code: "interrupted", Sentence: "提交发布：程序中断，没有留下结果，可能已经发出，先向平台核实"})
	}
	return err
}
