package oversight

import (
	"context"
	"fmt"
	"slices"

	"govmedia/sql"
	"govmedia/units"
)

// unitFor returns a unit at which the actor holds the permission, from above or at the unit itself: units.ErrNotFound for one
// out of sight, ErrForbidden where the actor only looks on.
func unitFor(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, permission units.Permission) (units.Unit, error) {
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil {
		return units.Unit{}, err
	}
	return unit, mustReach(ctx, db, actor, unitID, permission)
}

// openUnit returns a unit of the actor that has not ended, its row held until the transaction ends: what is made at it is made before
// its end or not at all, and what is made at one unit follows one after another. Errors: units.ErrNotFound, ErrForbidden,
// units.ErrClosed.
func openUnit(ctx context.Context, tx *sql.DB, actor units.Actor, unitID string, permission units.Permission) (units.Unit, error) {
	if err := units.Lock(ctx, tx, unitID); err != nil {
		return units.Unit{}, err
	}
	unit, err := unitFor(ctx, tx, actor, unitID, permission)
	if err == nil && unit.ClosedAt != nil {
		err = units.ErrClosed
	}
	return unit, err
}

// rolesAt returns the roles in which the actor reaches a unit, from above or at the unit itself.
func rolesAt(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) ([]string, error) {
	return sql.List[string](ctx, db, "account.roles_at", sql.Args{"person_id": actor.PersonID, "unit_id": unitID})
}

// mustReach returns ErrForbidden unless the actor holds the permission for the unit.
func mustReach(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, permission units.Permission) error {
	if actor.IsSystem() {
		return nil
	}
	roles, err := rolesAt(ctx, db, actor, unitID)
	if err != nil {
		return err
	}
	allowed := units.RolesWith(permission)
	if !slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(allowed, role) }) {
		return ErrForbidden
	}
	return nil
}

// isOfficeAdmin reports whether the actor is the administrator of an office at or above the unit.
func isOfficeAdmin(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (bool, error) {
	if actor.IsSystem() {
		return true, nil
	}
	roles, err := rolesAt(ctx, db, actor, unitID)
	return slices.Contains(roles, string(units.OfficeAdmin)), err
}

// wrap says what was being done, keeping nil.
func wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("oversight: "+doing+": %w", append(args, err)...)
}
