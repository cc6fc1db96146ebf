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
// holds WriteAccounts for the unit and names the version it saw. Where the rulebook of the unit has a chain of stages for
// opening, a new account comes into use by its application and not by this (ErrNeedsApplication, nobody may let it pass), and a
// website that an application took off the net comes back by that. Errors: ErrStateRefuses, ErrStale, ErrNotFound, ErrForbidden.
func PutInUse(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (Account, error) {
	return move(ctx, db, book, actor, id, version, InUse, "", ActionPutInUse, Applying, Suspended)
}

// Suspend takes an account out of use for a while, for a reason that goes into the audit chain. Its clocks wait and count
// from the day it is put into use again; a silence that was too long by then is recorded up to now. Where a chain of stages
// exists for going off the net, the application does it: ErrNeedsApplication. Otherwise as PutInUse.
func Suspend(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (Account, error) {
	return leave(ctx, db, book, actor, id, version, Suspended, reason, ActionSuspend, InUse)
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
		if err := mayMove(ctx, tx, book, account, to); err != nil {
			return err
		}
		was := account.State
		account.State, account.UpdatedAt = to, tx.Now()
		if to == InUse {
			account.InUseAt = tx.Now().Ptr()
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

// mayMove refuses what only an application may do.
func mayMove(ctx context.Context, tx *sql.DB, book rules.Book, account Account, to State) error {
	switch {
	case to == Suspended:
		return needsChain(ctx, tx, book, account, rules.ProcessTemporaryOffline)
	case account.State == Suspended:
		return offline(ctx, tx, account)
	}
	return needsApproval(ctx, tx, book, account)
}

// offline refuses to take a website back into use that an application has off the net.
func offline(ctx context.Context, tx *sql.DB, account Account) error {
	open, err := sql.List[Application](ctx, tx, "application.open_of_account", sql.Args{"account_id": account.ID})
	for _, app := range open {
		if app.OffAt != nil && app.BackAt == nil {
			return ErrNeedsApplication.Say("“%s”正按申请下线，请在那份申请里登记恢复。", app.Title)
		}
	}
	return err
}

// needsApproval refuses to open an account whose application is not done, saying what that still lacks.
func needsApproval(ctx context.Context, tx *sql.DB, book rules.Book, account Account) error {
	refusal := needsChain(ctx, tx, book, account, rules.ProcessOpen)
	if refusal == nil {
		return nil
	}
	open, err := sql.List[Application](ctx, tx, "application.open_of_account", sql.Args{"account_id": account.ID})
	if err != nil {
		return err
	}
	for _, app := range open {
		if !app.OpensAccount() {
			continue
		}
		c, err := gather(ctx, tx, book, units.System, app)
		if err != nil {
			return err
		}
		lacks, err := c.missing(ctx)
		if err != nil {
			return err
		}
		if err := refuse(lacks); err != nil {
			return err
		}
	}
	return refusal
}
