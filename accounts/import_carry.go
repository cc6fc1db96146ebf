package accounts

import (
	"context"
	"fmt"
	"strings"

	"govmedia/sql"
)

// carryOut does what the preview says, some rows in each transaction.
func (w *importWork) carryOut(ctx context.Context) error {
	if w.in.Kind != ImportRegister {
		return w.reconcile(ctx)
	}
	err := w.eachRow(ctx, "import_row.next", sql.Args{"outcomes": []Outcome{OutcomeCreate, OutcomeChange}}, w.carryRows)
	if err != nil {
		return err
	}
	return w.finish(ctx, ImportDone, w.in.Unknown, nil)
}

// redraft makes drafts of kept rows, and plans them anew where they are to be carried out: the register may have changed since.
func (w *importWork) redraft(ctx context.Context, tx *sql.DB, rows []ImportRow) ([]*rowDraft, error) {
	drafts := make([]*rowDraft, len(rows))
	for i, row := range rows {
		d := &rowDraft{ImportRow: row}
		if d.Code, d.Why = "", ""; w.in.State == ImportRunning {
			if err := w.recall(d); err != nil {
				return nil, err
			}
		}
		drafts[i] = d
	}
	if w.in.State != ImportRunning {
		return drafts, nil
	}
	return drafts, w.plan(ctx, tx, drafts)
}

// recall makes the record of a kept row again.
func (w *importWork) recall(d *rowDraft) error {
	d.Outcome, d.AccountID = OutcomeSame, nil
	for _, f := range fields {
		text, said := d.Fields[f.Name]
		if !said {
			continue
		}
		if f.Name == unitField.Name {
			if ids := w.units.named(text); len(ids) == 1 {
				d.record.UnitID, d.record.UnitName = ids[0], w.units.names[ids[0]]
			} else if w.in.Kind == ImportRegister {
				d.refuse(ErrUnitUnknown)
			} else {
				d.record.UnitName = text
			}
			continue
		}
		if err := d.record.Set(f.Name, text); err != nil {
			return fmt.Errorf("row %d: %w", d.Number, err)
		}
	}
	return nil
}

// carryRows does what rows say: first the new accounts, then the changes.
func (w *importWork) carryRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	var fresh, known []*rowDraft
	for _, d := range rows {
		switch d.Outcome {
		case OutcomeCreate:
			d.Result, fresh = RowCreated, append(fresh, d)
		case OutcomeChange:
			d.Result, known = RowChanged, append(known, d)
		case OutcomeSame:
			d.Result = RowSame
		case OutcomeRefuse:
			d.Result = RowFailed
		}
	}
	if err := w.createRows(ctx, tx, fresh); err != nil {
		return err
	}
	return w.changeRows(ctx, tx, known)
}

// why is what the history says of what this import does.
func (w *importWork) why() Why {
	reason := w.in.Name
	if correction := strings.TrimSpace(w.in.Mapping.Correction); correction != "" {
		reason = correction + "（" + w.in.Name + "）"
	}
	return Why{Kind: WhyImport, ID: w.in.ID, Reason: cut(reason, maxReason)}
}

func (w *importWork) createRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	list := make([]Record, len(rows))
	for i, d := range rows {
		fresh, err := w.fresh(d)
		if err != nil {
			return err
		}
		fresh.Settings = sql.Object{}
		list[i] = fresh
	}
	made, err := createRecords(ctx, tx, w.book, w.actor, list, w.why())
	if err != nil {
		return err
	}
	for i := range made {
		rows[i].AccountID = &made[i].ID
	}
	return nil
}

func (w *importWork) changeRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	held, err := w.hold(ctx, tx, rows)
	if err != nil {
		return err
	}
	list := make([]rewriting, len(rows))
	for i, d := range rows {
		before, found := held[*d.AccountID]
		if !found {
			return ErrNotFound
		}
		after, err := w.applied(d, before, false)
		if err != nil {
			return err
		}
		list[i] = rewriting{before, after}
	}
	return saveRecords(ctx, tx, w.book, w.actor, list, w.why())
}

// hold holds the accounts of rows until the transaction ends and returns what is known of them, by id: of those only for which
// the actor holds WriteAccounts.
func (w *importWork) hold(ctx context.Context, tx *sql.DB, rows []*rowDraft) (map[string]Record, error) {
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = *d.AccountID
	}
	held := make(map[string]Record, len(rows))
	if ids = unique(ids); len(ids) == 0 {
		return held, nil
	}
	if _, err := tx.Exec(ctx, "account.lock_all", sql.Args{"ids": ids}); err != nil {
		return nil, err
	}
	records, err := Records(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	writable, err := writableUnits(ctx, tx, w.actor, records)
	for _, record := range records {
		if writable[record.UnitID] {
			held[record.ID] = record
		}
	}
	return held, err
}
