package accounts

import (
	"context"
	"fmt"
	"slices"

	"govmedia/rules"
	"govmedia/sql"
)

// undo takes back what an import did, the last row first.
func (w *importWork) undo(ctx context.Context) error {
	if err := w.eachRow(ctx, "import_row.next_undo", sql.Args{}, w.undoRows); err != nil {
		return err
	}
	return w.finish(ctx, ImportUndone, w.in.Unknown, nil)
}

func (w *importWork) undoRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	held, err := w.hold(ctx, tx, rows)
	if err != nil {
		return err
	}
	var made, changed []*rowDraft
	for _, d := range rows {
		switch _, found := held[*d.AccountID]; {
		case !found:
			d.Result, d.Code, d.Why = RowKept, ErrNotFound.Code, ErrNotFound.Sentence
		case d.Result == RowCreated:
			made = append(made, d)
		default:
			changed = append(changed, d)
		}
	}
	if err := w.changeBack(ctx, tx, changed, held); err != nil {
		return err
	}
	return w.removeCreated(ctx, tx, made, held)
}

// changeBack writes back what the import changed, but not what somebody changed since.
func (w *importWork) changeBack(ctx context.Context, tx *sql.DB, rows []*rowDraft, held map[string]Record) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = *d.AccountID
	}
	changes, err := sql.List[FieldChange](ctx, tx, "import.changes_of", sql.Args{"import_id": w.in.ID, "account_ids": ids})
	if err != nil {
		return err
	}
	of := map[string][]FieldChange{}
	for _, change := range changes {
		of[change.AccountID] = append(of[change.AccountID], change)
	}
	list := make([]rewriting, len(rows))
	for i, d := range rows {
		before := held[*d.AccountID]
		after, kept, err := withoutChanges(before, of[before.ID])
		if err != nil {
			return err
		}
		list[i], d.Result = rewriting{before, after}, RowUndone
		if kept > 0 {
			d.Result, d.Code, d.Why = RowKept, ErrStale.Code, fmt.Sprintf("有 %d 项在导入之后又被修改过，保留现在的内容。", kept)
		}
	}
	return saveRecords(ctx, tx, w.book, w.actor, list, Why{Kind: WhyUndo, ID: w.in.ID, Reason: w.in.Reason})
}

// withoutChanges is a record as it was before some changes, and how many of them somebody wrote over since.
func withoutChanges(before Record, changes []FieldChange) (Record, int, error) {
	after, kept := before, 0
	for _, change := range changes {
		if before.Text(change.Field) != change.Became {
			kept++
			continue
		}
		if err := after.Set(change.Field, change.Was); err != nil {
			return Record{}, 0, err
		}
	}
	return after, kept, nil
}

// removeCreated removes accounts that the import registered, but none on which something stands by now.
func (w *importWork) removeCreated(ctx context.Context, tx *sql.DB, rows []*rowDraft, held map[string]Record) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = *d.AccountID
	}
	stands, err := sql.List[string](ctx, tx, "import.dependents", sql.Args{"ids": ids, "import_id": w.in.ID})
	if err != nil {
		return err
	}
	var gone []string
	marks, told := map[string]bool{}, memory{tx: tx, actor: w.actor, why: Why{Kind: WhyUndo, ID: w.in.ID, Reason: w.in.Reason}}
	for _, d := range rows {
		r := held[*d.AccountID]
		if slices.Contains(stands, r.ID) {
			d.Result, d.Code, d.Why = RowKept, ErrStateRefuses.Code, "这个账号登记以后已经有更新、栏目、申请或别的改动，没有删除。"
			continue
		}
		d.Result, d.AccountID, marks[r.UnitID] = RowUndone, nil, true
		gone = append(gone, r.ID)
		told.tell(r.Account, ActionRemove, sql.Object{"name": r.Name, "platform": r.Platform})
	}
	if len(gone) == 0 {
		return nil
	}
	if err := rules.DropClocks(ctx, tx, rules.AccountSubject, gone...); err != nil {
		return err
	}
	for _, name := range []string{"import.remove_contacts", "import.remove_particulars", "import.forget_changes", "import.remove_accounts"} {
		if _, err := tx.Exec(ctx, name, sql.Args{"ids": gone, "import_id": w.in.ID}); err != nil {
			return err
		}
	}
	if err := markTallies(ctx, tx, marks); err != nil {
		return err
	}
	return told.keep(ctx)
}
