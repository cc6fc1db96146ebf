package accounts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"govmedia/accounts/files"
	sheets "govmedia/accounts/sheet"
	"govmedia/fault"
	"govmedia/sql"
)

// preview reads the whole sheet and keeps of each row what it will do. A sheet that cannot be read to its end goes back to
// whoever mapped it, with the refusal.
func (w *importWork) preview(ctx context.Context, store files.Store) error {
	if err := w.clearPreview(ctx); err != nil {
		return err
	}
	var reader *rowReader
	err := withSheet(ctx, store, w.in, func(book *sheets.Book) (err error) {
		reader, err = w.previewSheet(ctx, book)
		return err
	})
	if refusal := fault.As(err); refusal != nil && refusal.Kind == fault.Invalid {
		return w.finish(ctx, ImportMapping, nil, refusal)
	}
	if err != nil {
		return err
	}
	return w.finish(ctx, ImportPreviewed, reader.unknownWords(), nil)
}

// clearPreview takes away what an earlier preview found, some rows in each transaction. Each of them holds the import: a node that
// was so slow that another took it over takes nothing of that one's away, and one that is at work does not lose it.
func (w *importWork) clearPreview(ctx context.Context) error {
	for left := true; left; {
		err := w.db.InTx(ctx, func(tx *sql.DB) error {
			if err := w.restart(ctx, tx); err != nil {
				return err
			}
			gone, err := tx.Exec(ctx, "import_row.clear", sql.Args{"import_id": w.in.ID, "limit": clearBatch})
			left = gone > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// restart notes that a preview is at its top, and keeps it for another lease. Error: errLost.
func (w *importWork) restart(ctx context.Context, db *sql.DB) error {
	mine, err := db.ExecOne(ctx, "import.restart_preview", sql.Args{"id": w.in.ID, "holder": w.holder, "lease_until": db.Now().Add(importLease)})
	if err == nil && !mine {
		err = errLost
	}
	return err
}

func (w *importWork) previewSheet(ctx context.Context, book *sheets.Book) (*rowReader, error) {
	first, err := book.First(w.in.Sheet, lookRows) // which unpacks the whole sheet once
	if err == nil {
		err = w.restart(ctx, w.db)
	}
	if err != nil {
		return nil, err
	}
	head, found := sheets.HeadAt(first, w.in.HeadFrom, w.in.HeadTo)
	if !found {
		return nil, ErrImportHead
	}
	reader := newRowReader(w.in, head.Titles, w.units, book.Day)
	rows, err := book.Rows(w.in.Sheet)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	return reader, w.previewRows(ctx, rows, reader)
}

// previewRows plans and keeps the rows of a table. They are read on a goroutine of its own, which ends before this does: while the
// database keeps some rows, the following ones are read.
func (w *importWork) previewRows(ctx context.Context, rows sheets.Rows, reader *rowReader) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches, ended := make(chan []*rowDraft), make(chan error, 1)
	go func() {
		defer close(batches)
		ended <- readBatches(ctx, rows, reader, w.in.HeadTo, batches)
	}()
	seen := newRepeats()
	var failed error
	for batch := range batches {
		if failed == nil {
			failed = w.keepPreview(ctx, batch, seen)
		}
		if failed != nil {
			stop()
		}
	}
	if err := <-ended; failed == nil {
		failed = err
	}
	return failed
}

// readBatches reads the rows below the head and hands them on, some at a time, until the end of the table or of ctx. A reader that
// panics at a sheet fails the preview, and not the program.
func readBatches(ctx context.Context, rows sheets.Rows, reader *rowReader, head int, batches chan<- []*rowDraft) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("read the sheet: panic: %v\n%s", cause, debug.Stack())
		}
	}()
	batch := make([]*rowDraft, 0, readBatch)
	for {
		row, err := rows.Next()
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return err
		}
		if !ended && row.Number > head {
			batch = append(batch, reader.read(row))
		}
		if len(batch) == readBatch || ended && len(batch) > 0 {
			select {
			case batches <- batch:
			case <-ctx.Done():
				return ctx.Err()
			}
			batch = make([]*rowDraft, 0, readBatch)
		}
		if ended {
			return nil
		}
	}
}

// keepPreview plans some rows and keeps them, in one transaction with the note of how far it is.
func (w *importWork) keepPreview(ctx context.Context, batch []*rowDraft, seen *repeats) error {
	if err := w.plan(ctx, w.db, batch); err != nil {
		return err
	}
	counts, rows := map[Outcome]int{}, make([]ImportRow, len(batch))
	for i, d := range batch {
		if !d.refused() {
			// Of what others say, a second entry of one account is a finding and no mistake.
			if earlier := seen.before(d, w.unitOf(d)); earlier > 0 && w.in.Kind == ImportRegister {
				d.refuse(ErrImportDuplicate.Say("与第 %d 行是同一个账号，没有再导入。请核对，确是两个账号的补上各自的账号标识。", earlier))
			}
		}
		if d.refused() {
			d.Changes = Differences{}
		}
		counts[d.Outcome]++
		d.ImportID = w.in.ID
		rows[i] = d.ImportRow
	}
	err := w.db.InTx(ctx, func(tx *sql.DB) error {
		if err := sql.InsertMany(ctx, tx, "import_row.insert", rows); err != nil {
			return err
		}
		mine, err := tx.ExecOne(ctx, "import.looked", sql.Args{"id": w.in.ID, "holder": w.holder, "looked_rows": len(rows), "creates": counts[OutcomeCreate],
			"changes": counts[OutcomeChange], "sames": counts[OutcomeSame], "refused": counts[OutcomeRefuse], "lease_until": tx.Now().Add(importLease)})
		if err == nil && !mine {
			err = errLost
		}
		return err
	})
	if err == nil {
		w.looked += int64(len(rows))
	}
	return err
}
