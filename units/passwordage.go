package units

import (
	"context"

	"govmedia/sql"
)

// ActionPasswordExpire is a password that was found too old at a sign-in, so that it must be changed first.
const ActionPasswordExpire Action = "password.expire"

// DemandPassword asks somebody for a new password before anything else (ErrMustChange), where the present one is still the one
// that was set at the instant given. How long a password may last is the rulebooks' business, which the caller has asked. It
// may run twice.
func DemandPassword(ctx context.Context, db *sql.DB, personID string, setAt sql.Time) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		changed, err := tx.ExecOne(ctx, "person.demand_password", sql.Args{"id": personID, "set_at": setAt, "now": tx.Now()})
		if err != nil || !changed {
			return err
		}
		return auditPerson(ctx, tx, System, personID, ActionPasswordExpire, sql.Object{"set_at": setAt})
	})
	signedIn.forgetPerson(personID)
	return wrap(err, "ask %s for a new password", personID)
}
