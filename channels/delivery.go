package channels

import (
	"govmedia/accounts"
	"govmedia/sql"
)

// State is where a delivery stands.
type State string

// The states, in the order of life; the last five are ends, Unknown until a person settles it.
const (
	Held           State = "held"      // 停机待决: fell due while no node worked; a person decides
	Scheduled      State = "scheduled" // waits for its time, or is being prepared; a retraction until the post is gone
	Prepared       State = "prepared"  // the platform has the pictures and the draft; no reader sees anything
	Submitted      State = "submitted" // the platform took it, or a person has the package
	StatePublished State = "published"
	Failed         State = "failed"  // certainly not public
	Unknown        State = "unknown" // may be public: a person decides with the evidence
	Cancelled      State = "cancelled"
	Retracted      State = "retracted"
)

// Action is what a delivery does at its account.
type Action string

// The actions.
const (
	Publish Action = "publish"
	Update  Action = "update"
	Retract Action = "retract"
)

// maxExternalID is how many characters of a platform's id of a post are kept.
const maxExternalID = 200

// Delivery is one revision to one account.
type Delivery struct {
	ID          string            `json:"id"`
	MessageID   string            `json:"message_id"`
	OriginID    string            `json:"origin_id"`
	AccountID   string            `json:"account_id"`
	UnitID      string            `json:"unit_id"`
	Platform    accounts.Platform `json:"platform"`
	Action      Action            `json:"action"`
	State       State             `json:"state"`
	DueAt       sql.Time          `json:"due_at"`
	NextAt      *sql.Time         `json:"next_at"`
	Holder      *string           `json:"-"`
	LeaseUntil  *sql.Time         `json:"lease_until"`
	Attempts    int               `json:"attempts"`
	IntentAt    *sql.Time         `json:"intent_at"`
	PreparedAt  *sql.Time         `json:"prepared_at"`
	SubmittedAt *sql.Time         `json:"submitted_at"`
	PublishedAt *sql.Time         `json:"published_at"`
	EndedAt     *sql.Time         `json:"ended_at"`
	Remote      sql.Object        `json:"remote"`
	ExternalID  *string           `json:"external_id"`
	PublicURL   string            `json:"public_url"`
	ErrorCode   string            `json:"error_code"`
	ErrorClass  Class             `json:"error_class"`
	ErrorText   string            `json:"error_text"`
	ErrorAdvice string            `json:"error_advice"`
	CreatedBy   string            `json:"created_by"`
	CreatedAt   sql.Time          `json:"created_at"`
	UpdatedAt   sql.Time          `json:"updated_at"`
	Version     int64             `json:"version"`

	OfID         *string   `json:"of_id"`         // of a retraction or correction: the delivery that published the post
	RetractionID *string   `json:"retraction_id"` // of a retraction: the order it belongs to
	Urgent       bool      `json:"urgent"`        // goes before all other work
	BarredAt     *sql.Time `json:"barred_at"`     // since when its article is being taken down: it is never sent, nor sent again
	ByHand       bool      `json:"by_hand"`       // a person took it over from the automatic channel
	Reason       string    `json:"reason"`        // why it is taken down or corrected
	OutageID     *string   `json:"outage_id"`     // the outage in which it fell due
	SeriesID     *string   `json:"series_id"`     // the message of several articles that it goes out in; nil when it goes alone
	SeriesPlace  *int      `json:"series_place"`  // its place there, from 1
}

// awaitsHand reports whether a person has the package and must post it.
func (d Delivery) awaitsHand() bool {
	return d.State == Submitted && d.NextAt == nil && d.LeaseUntil == nil && d.Holder == nil
}

// drafted reports whether the delivery lies as a draft at its platform, where a person is to publish it.
func (d Delivery) drafted() bool {
	return d.Action == Publish && d.awaitsHand() && d.Remote[viaKey] == viaAuto
}

// mayBeSeen reports whether the platform may have shown the delivery to readers, so that its public address must answer. What
// is being taken down is gone from our own address at once.
func (d Delivery) mayBeSeen() bool {
	if d.BarredAt != nil || d.Action == Retract {
		return false
	}
	switch d.State {
	case StatePublished:
		return true
	case Prepared, Submitted, Unknown:
		return d.IntentAt != nil && !d.awaitsHand()
	}
	return false
}
