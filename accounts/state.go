package accounts

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// PutInUse opens an account, or takes a suspended one back into use: from now on its updates are timed (K13). The actor
// holds WriteAccounts for the unit and names the version it saw. Errors: ErrStateRefuses, ErrStale, ErrNotFound,
// ErrForbidden.
func PutInUse(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (Account, error) {
	return move(ctx, db, book, actor, id, version, InUse, "", ActionPutInUse, Applying, Suspended)
}

// Suspend takes an account out of use for a while, for a reason that goes into the audit chain. Its clocks wait and count
// from the day it is put into use again; a silence that was too long by then is recorded up to now. Otherwise as PutInUse.
func Suspend(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (Account, error) {
	return leave(ctx, db, book, actor, id, version, Suspended, reason, ActionSuspend, InUse)
}

// Close ends an account for good, for a reason that goes into the audit chain. What it posted and missed stays readable.
// Otherwise as Suspend.
func Close(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (Account, error) {
	return leave(ctx, db, book, actor, id, version, Closed, reason, ActionClose, Applying, InUse, Suspended)
}

func leave(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, to State, reason string,
	action units.Action, from ...State) (Account, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > maxReason {
		return Account{}, ErrReasonRequired.On("reason")
	}
	return move(ctx, db, book, actor, id, version, to, reason, action, from...)
}

// move takes an account from one of some states to another and lets its clocks, and those of its columns, follow.
func move(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, to State, reason string,
	action units.Action, from ...State) (Account, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		account, err := forChange(ctx, tx, actor, id, units.WriteAccounts)
		if err != nil {
			return err
		}
		if account.Version != version {
			return ErrStale
		}
		if !slices.Contains(from, account.State) {
			return ErrStateRefuses
		}
		was := account.State
		account.State, account.UpdatedAt = to, tx.Now()
		if to == InUse {
			account.InUseAt = tx.Now().Ptr()
		}
		if to == Closed {
			account.ClosedAt = tx.Now().Ptr()
		}
		mine, err := tx.ExecOne(ctx, "account.move", account)
		if err != nil {
			return err
		}
		if !mine {
			return ErrStale
		}
		if err := settleAccounts(ctx, tx, book, account.ID); err != nil {
			return err
		}
		return audit(ctx, tx, actor, account, action, sql.Object{"from": was, "to": to, "reason": reason})
	})
	if err != nil {
		return Account{}, wrap(err, "%s %s", action, id)
	}
	return Load(ctx, db, id)
}
