package channels

import (
	"context"
	"slices"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// DutyClock is one clock of a retraction as people see it.
type DutyClock struct {
	Rulebook  string      `json:"rulebook"`
	Rule      string      `json:"rule"`
	Articles  sql.Strings `json:"articles" nullable:"false"`
	Citation  string      `json:"citation"`
	StartedAt sql.Time    `json:"started_at"`
	DueAt     *sql.Time   `json:"due_at"`
	DoneAt    *sql.Time   `json:"done_at"`
	Overdue   bool        `json:"overdue"` // open and past its time, or done after it
}

// clocksOf returns the clocks of some deliveries, by delivery.
func clocksOf(ctx context.Context, db *sql.DB, ids []string) (map[string][]DutyClock, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	clocks, err := rules.ClocksOfAll(ctx, db, DeliverySubject, ids)
	if err != nil {
		return nil, err
	}
	shown := make(map[string][]DutyClock, len(clocks))
	for id, list := range clocks {
		for _, clock := range list {
			overdue := clock.Status(db.Now()) == rules.StatusStale
			if !clock.Running() {
				overdue = clock.Late(*clock.DoneAt)
			}
			shown[id] = append(shown[id], DutyClock{Rulebook: clock.Rulebook, Rule: clock.Rule, Articles: clock.Articles,
				Citation: rules.Cite(clock.Articles), StartedAt: clock.StartedAt, DueAt: clock.DueAt, DoneAt: clock.DoneAt, Overdue: overdue})
		}
	}
	return shown, nil
}

// Cite writes the citations of the clocks with the short names of their rulebooks, which only the book knows.
func (v *View) Cite(book rules.Book) {
	for i, clock := range v.Clocks {
		v.Clocks[i].Citation = book.Cite(clock.Rulebook, clock.Articles)
	}
}

// Cite does the same for every channel of an order.
func (v *RetractionView) Cite(book rules.Book) {
	for i := range v.Channels {
		v.Channels[i].Cite(book)
	}
}

// RetractionView is an order to take an article down with how far each channel is. It is done with the last of them (K20).
type RetractionView struct {
	Retraction
	Channels []View    `json:"channels" nullable:"false"`
	DoneAt   *sql.Time `json:"done_at"`    // when no reader saw any of it any more; nil while one channel is open
	DueAt    *sql.Time `json:"due_at"`     // the first due time of its clocks; nil where no rule sets one
	Overdue  bool      `json:"overdue"`    // one of its clocks is, or was, late
	TookMS   *int64    `json:"took_ms"`    // from the notice to the end; nil while it is open
	FoundMS  *int64    `json:"found_ms"`   // from the finding to the notice, which no clock counts; nil where the finding is not known
	CanActOn bool      `json:"can_act_on"` // whether the person who asks may act on every open channel
}

// Retractions returns the orders to take an article down that the actor reaches any channel of, the latest first.
func Retractions(ctx context.Context, db *sql.DB, actor units.Actor, originID string) ([]RetractionView, error) {
	orders, err := sql.List[Retraction](ctx, db, "retraction.of_origin", sql.Args{"origin_id": originID})
	if err != nil || len(orders) == 0 {
		return []RetractionView{}, err
	}
	ids := make([]string, len(orders))
	for i, order := range orders {
		ids[i] = order.ID
	}
	deliveries, err := sql.List[string](ctx, db, "retraction.deliveries", sql.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	by := map[string][]View{}
	for _, id := range deliveries {
		view, err := Get(ctx, db, actor, id)
		if err != nil {
			return nil, err
		}
		by[*view.RetractionID] = append(by[*view.RetractionID], view)
	}
	views := make([]RetractionView, len(orders))
	for i, order := range orders {
		views[i] = order.view(by[order.ID])
	}
	return views, nil
}

// retraction returns one order of an article.
func retraction(ctx context.Context, db *sql.DB, actor units.Actor, originID, id string) (RetractionView, error) {
	views, err := Retractions(ctx, db, actor, originID)
	if err != nil {
		return RetractionView{}, err
	}
	i := slices.IndexFunc(views, func(v RetractionView) bool { return v.ID == id })
	if i < 0 {
		return RetractionView{}, ErrDeliveryNotFound
	}
	return views[i], nil
}

func (r Retraction) view(channels []View) RetractionView {
	view := RetractionView{Retraction: r, Channels: channels, CanActOn: true}
	if channels == nil {
		view.Channels, view.DoneAt = []View{}, r.CreatedAt.Ptr() // all of it was called off before anybody saw it
	}
	done := make([]*time.Time, len(channels))
	for i, channel := range channels {
		if channel.EndedAt != nil {
			at := channel.EndedAt.Std()
			done[i] = &at
		} else if !slices.Contains(channel.Actions, ActConfirmRetracted) {
			view.CanActOn = false
		}
		for _, clock := range channel.Clocks {
			view.Overdue = view.Overdue || clock.Overdue
			if clock.DueAt != nil && (view.DueAt == nil || *clock.DueAt < *view.DueAt) {
				view.DueAt = clock.DueAt
			}
		}
	}
	if at, all := rules.AllDone(done); all {
		view.DoneAt = sql.FromStd(at).Ptr()
	}
	if view.DoneAt != nil && r.NotifiedAt != nil {
		view.TookMS = milliseconds(view.DoneAt.Sub(*r.NotifiedAt))
	}
	if r.FoundAt != nil && r.NotifiedAt != nil {
		view.FoundMS = milliseconds(r.NotifiedAt.Sub(*r.FoundAt))
	}
	return view
}

func milliseconds(d time.Duration) *int64 {
	ms := d.Milliseconds()
	return &ms
}
