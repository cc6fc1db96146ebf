package channels

import (
	"context"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// Queue is a list of deliveries that wait for a person.
type Queue string

// The queues, the most urgent first.
const (
	QueueRetract Queue = "retract" // posts that are to be gone and are not yet
	QueueUnknown Queue = "unknown" // 可能已发出
	QueueHeld    Queue = "held"    // 停机待决
	QueueMass    Queue = "mass"    // to be sent to all followers once somebody says so
	QueueFailed  Queue = "failed"  // certainly not out
	QueueHand    Queue = "hand"    // to be posted or corrected by hand
)

// Queues is how many deliveries wait in each queue.
type Queues struct {
	Retract int `json:"retract"`
	Unknown int `json:"unknown"`
	Held    int `json:"held"`
	Mass    int `json:"mass"`
	Failed  int `json:"failed"`
	Hand    int `json:"hand"`
}

// QueuesOf counts the deliveries that wait for a person at the units where the actor may act on them.
func QueuesOf(ctx context.Context, db *sql.DB, actor units.Actor) (Queues, error) {
	type row struct {
		Queue Queue
		Total int
	}
	rows, err := sql.List[row](ctx, db, "delivery.queues", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries)})
	if err != nil {
		return Queues{}, err
	}
	var q Queues
	for _, r := range rows {
		switch r.Queue {
		case QueueRetract:
			q.Retract += r.Total
		case QueueUnknown:
			q.Unknown = r.Total
		case QueueHeld:
			q.Held = r.Total
		case QueueMass:
			q.Mass = r.Total
		case QueueFailed:
			q.Failed = r.Total
		case QueueHand:
			q.Hand = r.Total
		}
	}
	return q, nil
}

// Alarm is a delivery that a person must look at.
type Alarm struct {
	ID          string            `json:"id"`
	OriginID    string            `json:"origin_id"`
	AccountID   string            `json:"account_id"`
	UnitID      string            `json:"unit_id"`
	Platform    accounts.Platform `json:"platform"`
	Action      Action            `json:"action"`
	State       State             `json:"state"`
	DueAt       sql.Time          `json:"due_at"`
	NextAt      *sql.Time         `json:"-"`
	Holder      *string           `json:"-"`
	LeaseUntil  *sql.Time         `json:"-"`
	IntentAt    *sql.Time         `json:"-"`
	BarredAt    *sql.Time         `json:"-"`
	ByHand      bool              `json:"-"`
	Attempts    int               `json:"-"`
	AccountMode accounts.Mode     `json:"-"`
	SeriesID    *string           `json:"series_id"` // the message of several articles that it goes out in; nil when it goes alone
	SeriesPlace *int              `json:"series_place"`
	Reason      string            `json:"reason"` // of a retraction or correction
	Remote      sql.Object        `json:"-"`      // the platform's ids so far
	PublicURL   string            `json:"public_url"`
	ErrorCode   string            `json:"error_code"`
	ErrorClass  Class             `json:"error_class"`
	ErrorAdvice string            `json:"error_advice"`
	Title       string            `json:"title"`
	AccountName string            `json:"account_name"`
	UnitName    string            `json:"unit_name"`
	Advice      Advice            `json:"advice"`
	Clocks      []DutyClock       `json:"clocks" nullable:"false"` // of a retraction
}

func (a Alarm) view() View {
	return View{AccountMode: a.AccountMode, Delivery: Delivery{ID: a.ID, Platform: a.Platform, Action: a.Action, State: a.State, DueAt: a.DueAt, NextAt: a.NextAt,
		Holder: a.Holder, LeaseUntil: a.LeaseUntil, IntentAt: a.IntentAt, BarredAt: a.BarredAt, ByHand: a.ByHand, Attempts: a.Attempts,
		Remote: a.Remote, PublicURL: a.PublicURL, ErrorCode: a.ErrorCode, ErrorClass: a.ErrorClass, ErrorAdvice: a.ErrorAdvice, Reason: a.Reason, SeriesID: a.SeriesID, SeriesPlace: a.SeriesPlace}}
}

// Alarms returns the deliveries that wait for a person, what is to be taken down first, then the oldest, at most limit.
func Alarms(ctx context.Context, db *sql.DB, actor units.Actor, limit int) ([]Alarm, error) {
	alarms, err := sql.List[Alarm](ctx, db, "delivery.alarms", sql.Args{
		"states": []string{string(Failed), string(Unknown), string(Submitted), string(Held), string(Scheduled), string(Prepared)}, "limit": limit,
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries),
	})
	if err != nil {
		return nil, err
	}
	var retractions []string
	for _, alarm := range alarms {
		if alarm.Action == Retract {
			retractions = append(retractions, alarm.ID)
		}
	}
	clocks, err := clocksOf(ctx, db, retractions)
	if err != nil {
		return nil, err
	}
	for i := range alarms {
		view := alarms[i].view()
		alarms[i].Advice = view.advice(db.Now(), view.actions(db.Now()))
		if alarms[i].Clocks = clocks[alarms[i].ID]; alarms[i].Clocks == nil {
			alarms[i].Clocks = []DutyClock{}
		}
	}
	return alarms, nil
}
