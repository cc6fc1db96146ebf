package wechat

import (
	"context"
	"errors"
	"fmt"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
)

// Sending is what a person must know to decide whether a delivery goes to all followers. Where Applies is false the delivery is
// none that can, and the rest is empty.
type Sending struct {
	Applies   bool            `json:"applies"`
	Open      bool            `json:"open" doc:"Whether a decision still counts: WeChat has not been asked"`
	Choice    Choice          `json:"choice" doc:"Empty while nobody has decided"`
	DecidedBy string          `json:"decided_by"`
	DecidedAt *sql.Time       `json:"decided_at"`
	Window    channels.Window `json:"window" doc:"The span in which WeChat counts: day or month"`
	Most      int             `json:"most" doc:"Sendings that WeChat allows in it"`
	Used      int             `json:"used" doc:"Of them, those that other deliveries have taken. Sendings made in WeChat's own console are not known"`
	Until     sql.Time        `json:"until" doc:"When the span ends"`
}

// SendingOf returns what a person must know to decide about a delivery, for the span in which it is due; delivery.not_found when
// the actor does not reach it.
func SendingOf(ctx context.Context, db *sql.DB, actor units.Actor, deliveryID string) (Sending, error) {
	view, err := channels.Get(ctx, db, actor, deliveryID)
	if err != nil {
		return Sending{}, err
	}
	account, err := accounts.Load(ctx, db, view.AccountID)
	if err != nil || !sendsToAll(view, account) {
		return Sending{}, err
	}
	sending, err := decided(ctx, db, deliveryID)
	if err != nil {
		return Sending{}, fmt.Errorf("read what was decided about delivery %s: %w", deliveryID, err)
	}
	p, at := massPeriod(account), max(view.DueAt, db.Now())
	_, until := p.window.Span(at)
	sending.Applies, sending.Open = true, view.IntentAt == nil && view.EndedAt == nil
	sending.Window, sending.Most, sending.Until = p.window, p.most, until
	taken, err := sql.List[struct {
		Slot       int
		DeliveryID string
	}](ctx, db, "wechat_mass.taken", sql.Args{"account_id": account.ID, "period": at.Std().Format(p.format)})
	if err != nil {
		return Sending{}, fmt.Errorf("read the mass sendings of account %s: %w", account.ID, err)
	}
	for _, slot := range taken {
		if slot.DeliveryID != deliveryID {
			sending.Used++
		}
	}
	return sending, nil
}

// sendsToAll reports whether a delivery is one that a person may send to all followers.
func sendsToAll(view channels.View, account accounts.Account) bool {
	return view.Platform == accounts.WeChat && view.Action == channels.Publish && account.Mode == accounts.Auto && modeOf(account) == modeMass
}

func decided(ctx context.Context, db *sql.DB, deliveryID string) (Sending, error) {
	sending, err := sql.Get[struct {
		Choice    Choice
		DecidedBy string
		DecidedAt sql.Time
	}](ctx, db, "wechat_mass.decided", sql.Args{"delivery_id": deliveryID})
	if errors.Is(err, sql.ErrNone) {
		return Sending{}, nil
	}
	if err != nil {
		return Sending{}, err
	}
	return Sending{Choice: sending.Choice, DecidedBy: sending.DecidedBy, DecidedAt: sending.DecidedAt.Ptr()}, nil
}
