package accounts

import (
	"context"
	"errors"
	"slices"

	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

// progress is what a step did.
type progress struct {
	done, created, changed, failed, kept int
	afterID                              string
}

func (p *progress) count(result RowResult) {
	p.done++
	switch result {
	case RowCreated:
		p.created++
	case RowChanged:
		p.changed++
	case RowFailed:
		p.failed++
	case RowKept:
		p.kept++
	}
}

// save notes how far the work is, in the transaction of the step. Error: errLost.
func (w *importWork) save(ctx context.Context, tx *sql.DB, p progress) error {
	mine, err := tx.ExecOne(ctx, "import.stepped", sql.Args{"id": w.in.ID, "holder": w.holder, "state": w.in.State, "done_rows": p.done, "created": p.created,
		"changed": p.changed, "failed": p.failed, "kept": p.kept, "after_id": p.afterID, "lease_until": tx.Now().Add(importLease)})
	if err == nil && !mine {
		err = errLost
	}
	return err
}

// rowWork does what some rows say, in the transaction of the step, and tells with each what came of it.
type rowWork func(ctx context.Context, tx *sql.DB, rows []*rowDraft) error

// eachRow goes through the rows that a statement finds until it finds none. What one row's work refuses is kept with the row.
func (w *importWork) eachRow(ctx context.Context, statement string, args sql.Args, work rowWork) error {
	args["import_id"], args["limit"] = w.in.ID, carryBatch
	for ctx.Err() == nil {
		rows, err := sql.List[ImportRow](ctx, w.db, statement, args)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := w.doRows(ctx, rows, work); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// doRows does some rows in one transaction. When one of them is refused, nothing of them stays, and each half is done for itself,
// down to the row that is refused. A unit that ended after the units were read is looked for again.
func (w *importWork) doRows(ctx context.Context, rows []ImportRow, work rowWork) error {
	err := w.step(ctx, rows, work)
	refusal := fault.As(err)
	if refusal == nil {
		return err
	}
	if errors.Is(err, units.ErrClosed) {
		changed, err := w.readUnits(ctx, w.db)
		if err != nil {
			return err
		}
		if changed {
			return w.doRows(ctx, rows, work)
		}
	}
	if len(rows) == 1 {
		return w.refuseRow(ctx, rows[0], refusal)
	}
	half := len(rows) / 2
	if err := w.doRows(ctx, rows[:half], work); err != nil {
		return err
	}
	return w.doRows(ctx, rows[half:], work)
}

// step does some rows and notes how far the work is, all or nothing.
func (w *importWork) step(ctx context.Context, rows []ImportRow, work rowWork) error {
	err := w.db.InTx(ctx, func(tx *sql.DB) error {
		if err := w.holdUnit(ctx, tx); err != nil {
			return err
		}
		drafts, err := w.redraft(ctx, tx, rows)
		if err != nil {
			return err
		}
		if err := work(ctx, tx, drafts); err != nil {
			return err
		}
		return w.keepResults(ctx, tx, rows, drafts)
	})
	if err == nil {
		w.looked += int64(len(rows))
	}
	return err
}

// refuseRow keeps with a row why it could not be done.
func (w *importWork) refuseRow(ctx context.Context, row ImportRow, refusal *fault.Fault) error {
	d := &rowDraft{ImportRow: row}
	d.Result, d.Code, d.Why = RowFailed, refusal.Code, cut(refusal.Sentence, 500)
	if w.in.State == ImportUndoing {
		d.Result = RowKept
	}
	return w.db.InTx(ctx, func(tx *sql.DB) error { return w.keepResults(ctx, tx, []ImportRow{row}, []*rowDraft{d}) })
}

// keepResults keeps with rows what came of them, and how far the work is. They are written anew together, for a statement for each
// would cost as much as all that was done for it.
func (w *importWork) keepResults(ctx context.Context, tx *sql.DB, rows []ImportRow, drafts []*rowDraft) error {
	var p progress
	numbers, done := make([]int, len(rows)), slices.Clone(rows)
	for i, d := range drafts {
		numbers[i] = d.Number
		done[i].Result, done[i].AccountID, done[i].Code, done[i].Why = d.Result, d.AccountID, d.Code, d.Why
		p.count(d.Result)
	}
	if _, err := tx.Exec(ctx, "import_row.take_out", sql.Args{"import_id": w.in.ID, "numbers": numbers}); err != nil {
		return err
	}
	if err := sql.InsertMany(ctx, tx, "import_row.insert", done); err != nil {
		return err
	}
	return w.save(ctx, tx, p)
}
