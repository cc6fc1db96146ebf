package channels

import (
	"context"
	"errors"
	"slices"
	"strings"

	"govmedia/sql"
	"govmedia/units"
)

// mostMinutes bounds the minutes of a policy: a day.
const mostMinutes = 24 * 60

// PolicyView is what holds for a unit after an outage, and where it was set.
type PolicyView struct {
	UnitID string `json:"unit_id"`
	Policy
	From     string `json:"from"`      // the unit that set it; empty: nobody, the program's own holds
	FromName string `json:"from_name"` // its short name
	Version  int64  `json:"version"`   // of the unit's own; 0 where it has none
	Settable bool   `json:"settable"`  // whether the person who asks may set it
}

// PolicyOf returns what holds for a unit that the actor reaches. Error: units.ErrNotFound.
func PolicyOf(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (PolicyView, error) {
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil {
		return PolicyView{}, err
	}
	view := PolicyView{UnitID: unitID, Policy: DefaultPolicy(), Settable: maySetPolicy(ctx, db, actor, unit) == nil}
	row, err := sql.Get[policyRow](ctx, db, "delivery_policy.near", sql.Args{"ids": strings.Split(strings.TrimSuffix(unit.Path, "/"), "/")})
	if errors.Is(err, sql.ErrNone) {
		return view, nil
	}
	if err != nil {
		return PolicyView{}, err
	}
	view.Policy, view.From = row.Policy, row.UnitID
	if row.UnitID == unitID {
		view.Version = row.Version
	}
	from, err := units.Get(ctx, db, units.System, row.UnitID) // who sets it is no secret to those below
	view.FromName = from.ShortName
	return view, err
}

// SetPolicy gives a unit and all below it a policy of its own. version is that of the own one the actor saw, 0 for none. The
// actor holds SetReminders there: who is told of trouble says what becomes of it. Errors: ErrPolicy…, units.ErrNotFound,
// units.ErrClosed.
func SetPolicy(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, version int64, policy Policy) (PolicyView, error) {
	within := func(n int) bool { return n >= 1 && n <= mostMinutes }
	if !slices.Contains([]AfterOutage{AskFirst, SendLate, DropLate}, policy.AfterOutage) || !within(policy.OutageMinutes) || !within(policy.LateMinutes) {
		return PolicyView{}, ErrPolicyInvalid
	}
	statement := "delivery_policy.update"
	if version == 0 {
		statement = "delivery_policy.insert"
	}
	return changePolicy(ctx, db, actor, unitID, statement, sql.Args{"unit_id": unitID, "version": version, "after_outage": policy.AfterOutage,
		"outage_minutes": policy.OutageMinutes, "late_minutes": policy.LateMinutes, "updated_by": actor.PersonID})
}

// UnsetPolicy takes a unit's own policy away: what is set above it holds again. Errors as SetPolicy.
func UnsetPolicy(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, version int64) (PolicyView, error) {
	return changePolicy(ctx, db, actor, unitID, "delivery_policy.delete", sql.Args{"unit_id": unitID, "version": version})
}

func changePolicy(ctx context.Context, db *sql.DB, actor units.Actor, unitID, statement string, args sql.Args) (PolicyView, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := units.Lock(ctx, tx, unitID); err != nil { // it does not end meanwhile
			return err
		}
		unit, err := units.Get(ctx, tx, actor, unitID)
		if err != nil {
			return err
		}
		if err := maySetPolicy(ctx, tx, actor, unit); err != nil {
			return err
		}
		if unit.ClosedAt != nil {
			return units.ErrClosed
		}
		args["now"] = tx.Now()
		changed, err := tx.ExecOne(ctx, statement, args)
		if sql.IsDuplicate(err) || err == nil && !changed {
			return ErrPolicyStale
		}
		if err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: unitID, Action: "delivery.policy", ObjectKind: "unit", ObjectID: unitID,
			Detail: sql.Object{"after_outage": args["after_outage"], "outage_minutes": args["outage_minutes"], "late_minutes": args["late_minutes"]}})
	})
	if err != nil {
		return PolicyView{}, err
	}
	return PolicyOf(ctx, db, actor, unitID)
}

// maySetPolicy returns ErrPolicyForbidden unless the actor holds SetReminders for the unit, from above or at the unit itself.
func maySetPolicy(ctx context.Context, db *sql.DB, actor units.Actor, unit units.Unit) error {
	if actor.IsSystem() {
		return nil
	}
	roles, err := sql.List[string](ctx, db, "account.roles_at", sql.Args{"person_id": actor.PersonID, "unit_id": unit.ID})
	if err != nil {
		return err
	}
	allowed := units.RolesWith(units.SetReminders)
	if !slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(allowed, role) }) {
		return ErrPolicyForbidden
	}
	return nil
}
