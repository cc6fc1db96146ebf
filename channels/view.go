package channels

import (
	"context"
	"errors"
	"slices"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// View is a delivery with the names a person reads.
type View struct {
	Delivery
	Title       string        `json:"title"`
	AccountName string        `json:"account_name"`
	AccountKind accounts.Kind `json:"account_kind"`
	AccountMode accounts.Mode `json:"account_mode"`
	UnitName    string        `json:"unit_name"`
	Steps       []Step        `json:"steps"`   // only from Get
	Actions     []string      `json:"actions"` // what this person may do now: cancel, retry, confirm, settle
}

// actions lists what may be done with a delivery in its present state by somebody who may act on it.
func (v View) actions(now sql.Time) []string {
	switch {
	case v.awaitsHand():
		return []string{"confirm", "cancel"}
	case v.State == Unknown:
		return []string{"confirm", "settle"}
	case v.State == Failed && v.ErrorClass == ByHand:
		return []string{"confirm", "retry"}
	case v.State == Failed:
		return []string{"retry"}
	}
	list := []string{}
	if (v.State == Scheduled || v.State == Prepared) && v.IntentAt == nil {
		list = append(list, "cancel")
	}
	if v.EndedAt == nil && v.DueAt <= now && v.NextAt != nil && *v.NextAt > now {
		list = append(list, "retry")
	}
	return list
}

func load(ctx context.Context, db *sql.DB, actor units.Actor, permission units.Permission, id string) (View, error) {
	view, err := sql.Get[View](ctx, db, "delivery.visible", sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(permission)})
	if errors.Is(err, sql.ErrNone) {
		return View{}, ErrDeliveryNotFound
	}
	return view, err
}

// Get returns one delivery with its steps; delivery.not_found when the actor reaches neither its account nor its article.
func Get(ctx context.Context, db *sql.DB, actor units.Actor, id string) (View, error) {
	view, err := load(ctx, db, actor, units.ReadDeliveries, id)
	if err != nil {
		return View{}, err
	}
	if view.Steps, err = sql.List[Step](ctx, db, "delivery_step.list", sql.Args{"delivery_id": id}); err != nil {
		return View{}, err
	}
	views := []View{view}
	if err := setActions(ctx, db, actor, views); err != nil {
		return View{}, err
	}
	return views[0], nil
}

// setActions fills in what the actor may do with each delivery: nothing where the actor only reads.
func setActions(ctx context.Context, db *sql.DB, actor units.Actor, views []View) error {
	ids := make([]string, len(views))
	for i, view := range views {
		ids[i] = view.ID
	}
	acts, err := sql.List[string](ctx, db, "delivery.actable",
		sql.Args{"ids": ids, "person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries)})
	if err != nil {
		return err
	}
	for i := range views {
		views[i].Actions = []string{}
		if slices.Contains(acts, views[i].ID) {
			views[i].Actions = views[i].actions(db.Now())
		}
	}
	return nil
}

// Filter narrows a list of deliveries; empty fields narrow nothing.
type Filter struct {
	State     State
	AccountID string
	OriginID  string
	Platform  accounts.Platform
	BeforeAt  sql.Time // with BeforeID the key of the last row of the page before
	BeforeID  string
	Limit     int
}

// List returns a page of the deliveries the actor reaches, the latest due time first, without steps.
func List(ctx context.Context, db *sql.DB, actor units.Actor, filter Filter) ([]View, error) {
	views, err := sql.List[View](ctx, db, "delivery.list", sql.Args{
		"state": filter.State, "account_id": filter.AccountID, "origin_id": filter.OriginID, "platform": filter.Platform,
		"before_at": filter.BeforeAt, "before_id": filter.BeforeID, "limit": filter.Limit,
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDeliveries),
	})
	if err != nil {
		return nil, err
	}
	for i := range views {
		views[i].Steps = []Step{}
	}
	return views, setActions(ctx, db, actor, views)
}

// Alarm is a delivery that a person must look at.
type Alarm struct {
	ID          string            `json:"id"`
	OriginID    string            `json:"origin_id"`
	AccountID   string            `json:"account_id"`
	UnitID      string            `json:"unit_id"`
	Platform    accounts.Platform `json:"platform"`
	State       State             `json:"state"`
	DueAt       sql.Time          `json:"due_at"`
	PublicURL   string            `json:"public_url"`
	ErrorCode   string            `json:"error_code"`
	ErrorClass  Class             `json:"error_class"`
	ErrorAdvice string            `json:"error_advice"`
	Title       string            `json:"title"`
	AccountName string            `json:"account_name"`
	UnitName    string            `json:"unit_name"`
}

// Alarms returns the deliveries that failed, may be public, or wait for a hand, the oldest first, at most limit.
func Alarms(ctx context.Context, db *sql.DB, actor units.Actor, limit int) ([]Alarm, error) {
	return sql.List[Alarm](ctx, db, "delivery.alarms", sql.Args{
		"states": []string{string(Failed), string(Unknown), string(Submitted)}, "limit": limit,
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries),
	})
}

// Summary is one line of what became of an article.
type Summary struct {
	ID          string            `json:"id"`
	AccountID   string            `json:"account_id"`
	AccountName string            `json:"account_name"`
	Platform    accounts.Platform `json:"platform"`
	Action      Action            `json:"action"`
	State       State             `json:"state"`
	DueAt       sql.Time          `json:"due_at"`
	PublishedAt *sql.Time         `json:"published_at"`
	PublicURL   string            `json:"public_url"`
	ErrorCode   string            `json:"error_code"`
	ErrorAdvice string            `json:"error_advice"`
	Version     int64             `json:"version"`
}

// OfOrigin returns the deliveries of one article. The caller has checked that the actor may see the article.
func OfOrigin(ctx context.Context, db *sql.DB, originID string) ([]Summary, error) {
	return sql.List[Summary](ctx, db, "delivery.of_origin", sql.Args{"origin_id": originID})
}

// PublicMessage returns what anybody may read under the delivery's public address: the message once the platform may
// have been asked to show it, delivery.not_public before that, while a person has yet to post it, and after a failure, a
// cancellation or a retraction.
func PublicMessage(ctx context.Context, db *sql.DB, deliveryID string) (Message, Delivery, error) {
	delivery, err := sql.Get[Delivery](ctx, db, "delivery.get", sql.Args{"id": deliveryID})
	if errors.Is(err, sql.ErrNone) {
		return Message{}, Delivery{}, ErrMessageNotPublic
	}
	if err != nil {
		return Message{}, Delivery{}, err
	}
	if !delivery.mayBeSeen() {
		return Message{}, Delivery{}, ErrMessageNotPublic
	}
	message, err := sql.Get[Message](ctx, db, "message.get", sql.Args{"id": delivery.MessageID})
	return message, delivery, err
}

// Contents returns what a delivery sends and to which account, for the package a person posts by hand.
func Contents(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Message, accounts.Account, error) {
	view, err := load(ctx, db, actor, units.ReadDeliveries, id)
	if err != nil {
		return Message{}, accounts.Account{}, err
	}
	message, err := sql.Get[Message](ctx, db, "message.get", sql.Args{"id": view.MessageID})
	if err != nil {
		return Message{}, accounts.Account{}, err
	}
	account, err := accounts.Load(ctx, db, view.AccountID)
	return message, account, err
}
