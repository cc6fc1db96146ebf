package channels

import (
	"cmp"
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
	Actions     []string      `json:"actions"` // what this person may do now: see the Act constants
	Advice      Advice        `json:"advice"`
	Drafted     bool          `json:"drafted"`                 // it lies as a draft at its platform, where a person is to publish it
	Clocks      []DutyClock   `json:"clocks" nullable:"false"` // of a retraction: the time limits of the takedown rules
}

// What may be done with a delivery.
const (
	ActCancel           = "cancel"
	ActRetry            = "retry"
	ActConfirm          = "confirm"           // give the public address of what was posted by hand
	ActSettle           = "settle"            // say that nothing is public
	ActTakeOver         = "take_over"         // post it by hand instead
	ActDecide           = "decide"            // send, reschedule or drop what an outage held back
	ActRetract          = "retract"           // take the article down
	ActMend             = "mend"              // correct the article: never among Actions, for it is done there
	ActConfirmRetracted = "confirm_retracted" // say that the post is gone
	ActConfirmCorrected = "confirm_corrected" // say that the post was corrected
	ActMass             = "mass"              // decide whether it goes to all followers
)

// actions lists what may be done with a delivery in its present state by somebody who may act on it.
func (v View) actions(now sql.Time) []string {
	list := []string{}
	switch {
	case v.Action == Retract:
		return v.retractActions()
	case v.Action == Update && v.awaitsHand() && v.beyondProgram():
		return []string{ActConfirmCorrected, ActCancel}
	case v.Action == Update && v.awaitsHand():
		return []string{ActConfirmCorrected, ActRetry, ActCancel}
	case v.Action == Publish && v.BarredAt != nil && v.State == Unknown:
		return []string{ActConfirm, ActSettle}
	case v.BarredAt != nil:
		return list
	case v.State == StatePublished && v.Action == Publish:
		return []string{ActRetract}
	case v.awaitsHand():
		return []string{ActConfirm, ActCancel, ActRetract}
	case v.State == Unknown:
		return []string{ActConfirm, ActSettle, ActRetract}
	case v.State == Held:
		return []string{ActDecide, ActTakeOver}
	case v.State == Failed:
		return v.failedActions()
	}
	if (v.State == Scheduled || v.State == Prepared) && v.IntentAt == nil {
		list = append(list, ActCancel)
		if v.takeable() && v.ErrorCode != "" {
			list = append(list, ActTakeOver)
		}
	}
	if v.undecided() {
		return append([]string{ActMass}, list...) // trying again decides nothing
	}
	if v.EndedAt == nil && v.DueAt <= now && v.NextAt != nil && *v.NextAt > now {
		list = append(list, ActRetry)
	}
	return list
}

// CodeUndecided is the error code of a delivery that waits until a person decides whether it goes to all followers.
const CodeUndecided = "mass_undecided"

func (d Delivery) undecided() bool {
	return (d.State == Scheduled || d.State == Prepared) && d.IntentAt == nil && d.ErrorCode == CodeUndecided
}

func (v View) retractActions() []string {
	switch {
	case v.EndedAt != nil:
		return []string{}
	case v.awaitsHand() && v.ErrorCode != codeInHand && !v.beyondProgram():
		return []string{ActConfirmRetracted, ActRetry}
	}
	return []string{ActConfirmRetracted}
}

func (v View) failedActions() []string {
	list := []string{}
	if v.ErrorClass == ByHand {
		list = append(list, ActConfirm)
	}
	list = append(list, ActRetry)
	if v.takeable() {
		list = append(list, ActTakeOver)
	}
	return append(list, ActCancel)
}

// takeable reports whether a publication is one that the program sends and that certainly did not go out.
func (v View) takeable() bool {
	return v.Action == Publish && v.BarredAt == nil && v.SeriesID == nil && !v.ByHand && v.AccountMode != accounts.Manual &&
		((v.State == Scheduled || v.State == Prepared) && v.IntentAt == nil || v.State == Failed || v.State == Held)
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
	if err := complete(ctx, db, actor, views); err != nil {
		return View{}, err
	}
	return views[0], nil
}

// complete fills in what the actor may do with each delivery (nothing where the actor only reads), its clocks and the advice.
func complete(ctx context.Context, db *sql.DB, actor units.Actor, views []View) error {
	ids, retractions := make([]string, len(views)), []string{}
	for i, view := range views {
		ids[i] = view.ID
		if view.Action == Retract {
			retractions = append(retractions, view.ID)
		}
	}
	clocks, err := clocksOf(ctx, db, retractions)
	if err != nil {
		return err
	}
	acts, err := actable(ctx, db, actor, ids)
	if err != nil {
		return err
	}
	for i := range views {
		views[i].Actions = []string{}
		if slices.Contains(acts, views[i].ID) {
			views[i].Actions = views[i].together(views[i].actions(db.Now()))
		}
		if views[i].Clocks = clocks[views[i].ID]; views[i].Clocks == nil {
			views[i].Clocks = []DutyClock{}
		}
		views[i].Advice = views[i].Delivery.advice(db.Now(), views[i].Actions)
		views[i].Drafted = views[i].drafted()
	}
	return nil
}

// Filter narrows a list of deliveries; empty fields narrow nothing.
type Filter struct {
	State     State
	AccountID string
	OriginID  string
	Platform  accounts.Platform
	Action    Action
	Queue     Queue
	BeforeAt  sql.Time // with BeforeID the key of the last row of the page before
	BeforeID  string
	Limit     int
}

// List returns a page of the deliveries the actor reaches, the latest due time first, without steps.
func List(ctx context.Context, db *sql.DB, actor units.Actor, filter Filter) ([]View, error) {
	views, err := sql.List[View](ctx, db, "delivery.list", sql.Args{
		"state": filter.State, "account_id": filter.AccountID, "origin_id": filter.OriginID, "platform": filter.Platform, "action": filter.Action, "queue": filter.Queue,
		"before_at": filter.BeforeAt, "before_id": filter.BeforeID, "limit": filter.Limit,
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDeliveries),
	})
	if err != nil {
		return nil, err
	}
	for i := range views {
		views[i].Steps = []Step{}
	}
	return views, complete(ctx, db, actor, views)
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
	NextAt      *sql.Time         `json:"next_at"` // nil when it has ended or waits for a person
	LeaseUntil  *sql.Time         `json:"lease_until"`
	PublishedAt *sql.Time         `json:"published_at"`
	EndedAt     *sql.Time         `json:"ended_at"`
	PublicURL   string            `json:"public_url"`
	ErrorCode   string            `json:"error_code"`
	ErrorAdvice string            `json:"error_advice"`
	Version     int64             `json:"version"`

	OfID         *string   `json:"of_id"`         // of a retraction or correction: what published the post
	RetractionID *string   `json:"retraction_id"` // of a retraction: the order
	BarredAt     *sql.Time `json:"barred_at"`     // since when it is being taken down
	Reason       string    `json:"reason"`        // of a retraction or correction
	SeriesID     *string   `json:"series_id"`     // the message of several articles that it goes out in; nil when it goes alone
	SeriesPlace  *int      `json:"series_place"`  // its place there, from 1
}

// OfOrigin returns the deliveries of one article. The caller has checked that the actor may see the article.
func OfOrigin(ctx context.Context, db *sql.DB, originID string) ([]Summary, error) {
	return sql.List[Summary](ctx, db, "delivery.of_origin", sql.Args{"origin_id": originID})
}

// PublicMessage returns what anybody may read under the delivery's public address: the message once the platform may
// have been asked to show it (corrected, the corrected one), delivery.not_public before that, while a person has yet to post it, and after a failure, a
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
	messageID := delivery.MessageID
	if corrected, err := sql.Get[string](ctx, db, "delivery.correction_of", sql.Args{"of_id": deliveryID}); err == nil {
		messageID = corrected
	} else if !errors.Is(err, sql.ErrNone) {
		return Message{}, Delivery{}, err
	}
	message, err := sql.Get[Message](ctx, db, "message.get", sql.Args{"id": messageID})
	return message, delivery, err
}

// PublicText is a text of an article that readers see.
type PublicText struct {
	Accounts []string `json:"accounts" nullable:"false" doc:"在哪些账号上，按名称"`
	Title    string   `json:"title"`
	Digest   string   `json:"digest"`
	Byline   string   `json:"byline"`
	Source   string   `json:"source"`
	Body     string   `json:"body" doc:"清洗过的 HTML"`
	CoverID  string   `json:"cover_id"`
}

// PublicTexts returns the texts of an article that readers see now, the one published last first: one where every account has the
// same, none where nothing is out. The caller has checked that the actor may see the article.
func PublicTexts(ctx context.Context, db *sql.DB, originID string) ([]PublicText, error) {
	seen, err := sql.List[struct{ AccountName, MessageID, CorrectedID string }](ctx, db, "delivery.seen", sql.Args{"origin_id": originID})
	if err != nil || len(seen) == 0 {
		return []PublicText{}, err
	}
	var ids []string
	names := map[string][]string{}
	for _, one := range seen {
		id := cmp.Or(one.CorrectedID, one.MessageID)
		if names[id] == nil {
			ids = append(ids, id)
		}
		if !slices.Contains(names[id], one.AccountName) {
			names[id] = append(names[id], one.AccountName)
		}
	}
	messages, err := sql.List[Message](ctx, db, "message.get_all", sql.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(messages, func(a, b Message) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	texts := make([]PublicText, len(messages))
	for i, m := range messages {
		texts[i] = PublicText{Accounts: names[m.ID], Title: m.Title, Digest: m.Digest, Byline: m.Byline, Source: m.Source, Body: m.Body, CoverID: m.CoverID}
	}
	return texts, nil
}

// Contents returns what a delivery does, what it sends and to which account, for the package a person posts by hand.
func Contents(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Action, Message, accounts.Account, error) {
	view, err := load(ctx, db, actor, units.ReadDeliveries, id)
	if err != nil {
		return "", Message{}, accounts.Account{}, err
	}
	message, err := sql.Get[Message](ctx, db, "message.get", sql.Args{"id": view.MessageID})
	if err != nil {
		return "", Message{}, accounts.Account{}, err
	}
	account, err := accounts.Load(ctx, db, view.AccountID)
	return view.Action, message, account, err
}
