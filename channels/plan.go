package channels

import (
	"context"
	"fmt"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
)

// Window is the span of time in which a platform counts what an account posts.
type Window string

// The windows. A day and a month are Beijing's.
const (
	PerHour  Window = "hour"
	PerDay   Window = "day"
	PerMonth Window = "month"
)

// Span returns the window that an instant lies in, the end not part of it.
func (w Window) Span(at sql.Time) (from, until sql.Time) {
	t := at.Std()
	start, end := t.Truncate(time.Hour), t.Truncate(time.Hour).Add(time.Hour)
	switch w {
	case PerDay:
		start = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
		end = start.AddDate(0, 0, 1)
	case PerMonth:
		start = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
		end = start.AddDate(0, 1, 0)
	}
	return sql.FromStd(start), sql.FromStd(end)
}

// Allowance is how many posts a platform lets an account make in a window.
type Allowance struct {
	Window Window
	Most   int
	Name   string // what is bounded, in Chinese: 每日提交发布
}

// Planner is a Channel that knows what its platform allows, so that a plan can say so before it bites.
type Planner interface {
	Allowances(account accounts.Account) []Allowance
}

// AllowancesOf returns what bounds the posts of an account; nil where the platform sets no figure or no channel knows one.
func AllowancesOf(out *Outside, account accounts.Account) []Allowance {
	channel, err := out.channelFor(account)
	if err != nil {
		return nil
	}
	if planner, ok := channel.(Planner); ok {
		return planner.Allowances(account)
	}
	return nil
}

// Move puts the deliveries of an article that wait for their time to another one, and reports whether all of them could be
// moved: false when one has begun or ended. Called within a transaction, so that the caller can undo it when the answer is no.
// ErrLapses when an account's authorisation will have ended by then.
func Move(ctx context.Context, tx *sql.DB, out *Outside, originID string, due sql.Time) (bool, error) {
	deliveries, err := OfOrigin(ctx, tx, originID)
	if err != nil {
		return false, err
	}
	for _, delivery := range deliveries {
		if delivery.State == Cancelled {
			continue
		}
		account, err := accounts.Load(ctx, tx, delivery.AccountID)
		if err != nil {
			return false, err
		}
		if err := lasts(ctx, tx, out, account, due); err != nil {
			return false, err
		}
		moved, err := tx.ExecOne(ctx, delivery.mover(), sql.Args{"id": delivery.ID, "series_id": delivery.SeriesID, "due_at": due, "now": tx.Now()})
		if err != nil {
			return false, fmt.Errorf("move delivery %s: %w", delivery.ID, err)
		}
		if !moved {
			return false, nil
		}
	}
	return true, nil
}
