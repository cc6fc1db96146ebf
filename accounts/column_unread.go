package accounts

import (
	"context"
	"strings"
	"unicode/utf8"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Actions of columns that cannot be read, in the audit chain.
const (
	ActionColumnUnread units.Action = "column.unread"
	ActionColumnRead   units.Action = "column.read"
)

// MarkColumnUnread says that nobody can read one column of a site from outside since an instant, and why, while the site's
// others can be read. From then on it stands 未知: never in order and never late. The actor holds ActDeliveries for the unit;
// an observer acts as units.System. Errors: ErrUnreadReason, ErrUnreadSince, ErrStateRefuses, ErrColumnNotFound,
// ErrColumnStale, ErrForbidden.
func MarkColumnUnread(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, since sql.Time, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > maxReason {
		return ErrUnreadReason.On("reason")
	}
	return markColumn(ctx, db, book, actor, id, ActionColumnUnread, &since, reason)
}

// MarkColumnRead says that a column can be read again: its clocks count on from its last update. Otherwise as
// MarkColumnUnread; one that is not marked stays as it is.
func MarkColumnRead(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) error {
	return markColumn(ctx, db, book, actor, id, ActionColumnRead, nil, "")
}

func markColumn(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, action units.Action, since *sql.Time, reason string) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		column, err := visibleColumn(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if _, err := forChange(ctx, tx, actor, column.AccountID, units.ActDeliveries); err != nil {
			return err
		}
		switch {
		case since == nil && column.UnreadSince == nil:
			return nil
		case since != nil && column.State == ColumnClosed:
			return ErrStateRefuses
		case since != nil && *since > tx.Now():
			return ErrUnreadSince.On("since")
		}
		mine, err := tx.ExecOne(ctx, "column.unread", sql.Args{"id": id, "version": column.Version, "unread_since": since, "unread_reason": reason, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !mine {
			return ErrColumnStale
		}
		if err := settleAccounts(ctx, tx, book, column.AccountID); err != nil {
			return err
		}
		return auditColumn(ctx, tx, actor, column, action, sql.Object{"since": since, "reason": reason})
	})
	return wrap(err, "%s %s", action, id)
}
