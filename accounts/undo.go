package accounts

import (
	"context"
	"errors"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// UndoChange writes back what one change of a field replaced, as a new change, for an actor who holds WriteAccounts. What
// was changed again since is left alone. Errors: ErrChangeGone, ErrChangeOver, ErrFieldFixed, ErrStateRefuses,
// ErrForbidden, ErrNeedsApplication for what an application decided.
func UndoChange(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, changeID string) (Record, error) {
	var id string
	err := db.InTx(ctx, func(tx *sql.DB) error {
		change, err := sql.Get[FieldChange](ctx, tx, "account_change.get", sql.Args{"id": changeID})
		if errors.Is(err, sql.ErrNone) {
			return ErrChangeGone
		}
		if err != nil {
			return err
		}
		id = change.AccountID
		edit, err := withoutChange(ctx, tx, book, actor, change)
		if err != nil {
			return err
		}
		return saveRecord(ctx, tx, book, actor, edit.before, edit.after, Why{Kind: WhyUndo, ID: change.ID})
	})
	if err != nil {
		return Record{}, wrap(err, "undo change %s", changeID)
	}
	return recordOf(ctx, db, id)
}

// withoutChange holds the account of a change and returns it as it is, and as it is to be without the change.
func withoutChange(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, change FieldChange) (rewriting, error) {
	before, err := heldRecord(ctx, tx, actor, change.AccountID)
	if errors.Is(err, ErrNotFound) {
		err = ErrChangeGone // as if it were not there
	}
	if err != nil {
		return rewriting{}, err
	}
	f, found := FieldNamed(change.Field)
	switch {
	case !found || f.Fixed:
		return rewriting{}, ErrFieldFixed.On(change.Field)
	case before.State == Closed:
		return rewriting{}, ErrStateRefuses
	case before.Text(f.Name) != change.Became:
		return rewriting{}, ErrChangeOver
	}
	after := before
	if err := after.Set(f.Name, change.Was); err != nil {
		return rewriting{}, err
	}
	if change.Why == WhyApplication { // what one decided, another one changes
		err = mayEdit(ctx, tx, book, actor, before, after, "")
	}
	return rewriting{before, after}, err
}

// UndoBatch writes back what one bulk edit replaced, where it was not changed again since, a hundred accounts in one
// transaction. What is left alone is named in the result; accounts that the actor does not see are left alone and not told of.
// Undoing again does nothing more. Errors: ErrBulkGone when the actor reaches none of its accounts with ReadAccounts.
func UndoBatch(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, batchID string) (BulkResult, error) {
	result := BulkResult{BatchID: batchID, Lines: []BulkLine{}}
	for account, after := "", ""; ; {
		changes, err := sql.List[FieldChange](ctx, db, "account_change.of_batch", sql.Args{"why": WhyBulk, "why_id": batchID, "after_account": account,
			"after_id": after, "limit": bulkStep})
		if err != nil {
			return BulkResult{}, wrap(err, "undo batch %s", batchID)
		}
		lines, err := undoSome(ctx, db, book, actor, batchID, changes)
		if err != nil {
			return BulkResult{}, wrap(err, "undo batch %s", batchID)
		}
		for i, line := range lines {
			if line.Code != ErrChangeGone.Code { // what it says of an account out of sight is for others
				result.Field, result.Label = changes[i].Field, labelOf(changes[i].Field)
				result.count(line)
			}
		}
		if len(changes) < bulkStep {
			break
		}
		account, after = changes[len(changes)-1].AccountID, changes[len(changes)-1].ID
	}
	if result.Total == 0 {
		return BulkResult{}, wrap(ErrBulkGone, "undo batch %s", batchID)
	}
	return result, nil
}

func undoSome(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, batchID string, changes []FieldChange) ([]BulkLine, error) {
	lines, err := rewriteAll(ctx, db, book, actor, Why{Kind: WhyUndo, ID: batchID}, changes, func(tx *sql.DB, change FieldChange) (BulkLine, rewriting, error) {
		edit, err := withoutChange(ctx, tx, book, actor, change)
		return BulkLine{ID: change.AccountID, Was: change.Became, Became: change.Was}, edit, err
	})
	if err != nil {
		return nil, err
	}
	return lines, nameLines(ctx, db, lines)
}

// nameLines gives lines the names of their accounts, of those that the actor could see.
func nameLines(ctx context.Context, db *sql.DB, lines []BulkLine) error {
	ids := []string{}
	for _, line := range lines {
		if line.Code != ErrChangeGone.Code {
			ids = append(ids, line.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list, err := sql.List[Account](ctx, db, "account.with_units", sql.Args{"ids": ids})
	names := map[string]Account{}
	for _, account := range list {
		names[account.ID] = account
	}
	for i := range lines {
		lines[i].Name, lines[i].UnitName = names[lines[i].ID].Name, names[lines[i].ID].UnitName
	}
	return err
}
