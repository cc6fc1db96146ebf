package channels

import (
	"context"
	"fmt"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/sql"
)

// ErrLapses is what an account answers whose authorisation will have ended by the time of a delivery.
var ErrLapses = fault.Define("delivery.lapses", fault.Conflict, "账号的平台授权在计划的发布时间之前到期，不能排期。请先重新授权，或把发布时间提前。")

// Lapsing is a Channel whose right to post for an account ends at a known time, unless a person renews it.
type Lapsing interface {
	// LapsesAt returns that time, 0 when it is not known. It reads our own database only.
	LapsesAt(ctx context.Context, db *sql.DB, accountID string) (sql.Time, error)
}

// lasts refuses a time at which the account's authorisation will have ended.
func lasts(ctx context.Context, tx *sql.DB, out *Outside, account accounts.Account, due sql.Time) error {
	channel, ok := out.Channels[account.Platform].(Lapsing)
	if !ok || account.Mode != accounts.Auto {
		return nil
	}
	until, err := channel.LapsesAt(ctx, tx, account.ID)
	if err != nil {
		return fmt.Errorf("see how long account %s is authorised: %w", account.ID, err)
	}
	if until > 0 && max(due, tx.Now()) >= until {
		return ErrLapses.Say("账号“%s”的平台授权到%s为止，不能安排在那之后发布。请先重新授权，或把发布时间提前。", account.Name, until.Std().Format("2006年1月2日15:04"))
	}
	return nil
}
