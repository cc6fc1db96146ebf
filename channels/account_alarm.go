package channels

import (
	"govmedia/accounts"
	"govmedia/sql"
)

// AlarmKind is what is the matter between an account and its platform.
type AlarmKind string

// The kinds of alarms.
const (
	AlarmAuthorisation AlarmKind = "authorisation" // ends, has ended or was refused
	AlarmCertification AlarmKind = "certification" // the yearly one ends or has ended
	AlarmBlocked       AlarmKind = "blocked"       // the platform gives no token: a wrong secret, an address not on its list
	AlarmRefusing      AlarmKind = "refusing"      // the account's own server takes nothing
)

// AccountAlarm is what somebody must see to at a platform so that deliveries to an account go on.
type AccountAlarm struct {
	AccountID   string            `json:"account_id"`
	AccountName string            `json:"account_name"`
	UnitID      string            `json:"unit_id"`
	UnitName    string            `json:"unit_name"`
	Platform    accounts.Platform `json:"platform"`
	Kind        AlarmKind         `json:"kind"`
	Level       Level             `json:"level"` // warn: nothing has failed yet; bad: nothing goes out, or soon nothing will
	Code        string            `json:"code"`  // the platform's, empty where it has none
	Sentence    string            `json:"sentence"`
	ExpiresAt   *sql.Time         `json:"expires_at"` // of what ends by itself
}

// MostAlarms is how many alarms of a kind are listed.
const MostAlarms = 200
