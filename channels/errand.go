package channels

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// Errand is an authorisation that a person has come back from: for which account, and who.
type Errand struct {
	AccountID string
	Actor     units.Actor
}

// ErrandKind is one way to a platform's page and back. The state that goes along is sealed, good once, and for ErrandLife.
type ErrandKind struct {
	Context            string // ties a sealed state to what it is
	Prune, Insert, Use string // statements on the table of its states
}

// ErrandLife is how long a person may be on the way to a platform and back. WeChat's own code for the way lives at least as long: its answers
// have said 600 seconds, later 1,800.
const ErrandLife = 10 * time.Minute

// ErrErrand says that a state is none of ours, over, or used before. Platforms say it in their own words.
var ErrErrand = errors.New("the state of an authorisation is forged, over or used")

// errandState is what a state holds.
type errandState struct {
	ID        string `json:"id"`
	AccountID string `json:"account"`
	PersonID  string `json:"person"`
	Name      string `json:"name"`
}

// Begin returns the state for a person who sets out for an account.
func (kind ErrandKind) Begin(ctx context.Context, db *sql.DB, keys *accounts.Keyring, actor units.Actor, accountID string) (string, error) {
	e := errandState{ID: sql.NewID(), AccountID: accountID, PersonID: actor.PersonID, Name: actor.Name}
	plain, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	sealed, keyID, err := keys.Seal(plain, kind.Context)
	if err != nil {
		return "", fmt.Errorf("seal the state of an authorisation: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", err
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		now := tx.Now()
		if _, err := tx.Exec(ctx, kind.Prune, sql.Args{"before": now.Add(-24 * time.Hour)}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, kind.Insert, sql.Args{"id": e.ID, "account_id": e.AccountID, "person_id": e.PersonID, "expires_at": now.Add(ErrandLife)})
		return err
	})
	return keyID + "~" + base64.RawURLEncoding.EncodeToString(raw), err
}

// Return uses up the state that a person comes back with. Error: ErrErrand.
func (kind ErrandKind) Return(ctx context.Context, db *sql.DB, keys *accounts.Keyring, state string) (Errand, error) {
	keyID, encoded, _ := strings.Cut(state, "~")
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return Errand{}, errors.Join(ErrErrand, err)
	}
	plain, err := keys.Open(base64.StdEncoding.EncodeToString(raw), keyID, kind.Context)
	if err != nil {
		return Errand{}, errors.Join(ErrErrand, err)
	}
	var e errandState
	if err := json.Unmarshal(plain, &e); err != nil {
		return Errand{}, errors.Join(ErrErrand, err)
	}
	first, err := db.ExecOne(ctx, kind.Use, sql.Args{"id": e.ID, "now": db.Now()})
	if err != nil {
		return Errand{}, fmt.Errorf("use the state of an authorisation: %w", err)
	}
	if !first {
		return Errand{}, ErrErrand
	}
	return Errand{AccountID: e.AccountID, Actor: units.Actor{PersonID: e.PersonID, Name: e.Name}}, nil
}
