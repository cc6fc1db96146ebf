package accounts

import (
	"context"
	"strings"
	"unicode/utf8"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// MarkUnread says that nobody can read an account's posts from outside since an instant, and why. From then on it stands
// 未知: never in order and never late. The actor holds ActDeliveries for the unit; an observer acts as units.System.
// Errors: ErrReasonRequired, ErrUnreadSince, ErrStateRefuses, ErrNotFound, ErrForbidden.
func MarkUnread(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, since sql.Time, reason string) (Account, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > maxReason {
		return Account{}, ErrUnreadReason.On("reason")
	}
	return markUnread(ctx, db, book, actor, id, ActionUnread, func(account Account, now sql.Time) (*sql.Time, string, error) {
		switch {
		case account.State != InUse:
			return nil, "", ErrStateRefuses
		case since > now || account.InUseAt != nil && since < *account.InUseAt:
			return nil, "", ErrUnreadSince.On("since")
		}
		return &since, reason, nil
	})
}

// MarkRead says that an account can be read again: its clocks count on from its last update. Otherwise as MarkUnread.
func MarkRead(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (Account, error) {
	return markUnread(ctx, db, book, actor, id, ActionRead, func(Account, sql.Time) (*sql.Time, string, error) { return nil, "", nil })
}

func markUnread(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, action units.Action,
	mark func(account Account, now sql.Time) (*sql.Time, string, error)) (Account, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		account, err := forChange(ctx, tx, actor, id, units.ActDeliveries)
		if err != nil {
			return err
		}
		since, reason, err := mark(account, tx.Now())
		if err != nil || since == nil && account.UnreadSince == nil {
			return err
		}
		mine, err := tx.ExecOne(ctx, "account.unread", sql.Args{"id": id, "version": account.Version, "unread_since": since, "unread_reason": reason, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !mine {
			return ErrStale
		}
		if err := settleAccounts(ctx, tx, book, id); err != nil {
			return err
		}
		return audit(ctx, tx, actor, account, action, sql.Object{"since": since, "reason": reason})
	})
	if err != nil {
		return Account{}, wrap(err, "%s %s", action, id)
	}
	return Load(ctx, db, id)
}
