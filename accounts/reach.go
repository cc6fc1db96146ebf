package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"govmedia/sql"
	"govmedia/units"
)

// rolesAt returns the roles in which the actor reaches a unit, from above or at the unit itself.
func rolesAt(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) ([]string, error) {
	return sql.List[string](ctx, db, "account.roles_at", sql.Args{"person_id": actor.PersonID, "unit_id": unitID})
}

// carries reports whether one of the roles has the permission.
func carries(roles []string, permission units.Permission) bool {
	allowed := units.RolesWith(permission)
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(allowed, role) })
}

// mustReach returns ErrForbidden unless the actor holds the permission for the unit.
func mustReach(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, permission units.Permission) error {
	if actor.IsSystem() {
		return nil
	}
	roles, err := rolesAt(ctx, db, actor, unitID)
	if err == nil && !carries(roles, permission) {
		err = ErrForbidden
	}
	return err
}

// heldUnit returns an open unit at which the actor has one of the permissions, its row held until the transaction ends, so that it
// does not end while something is made at it. Errors: units.ErrNotFound, units.ErrClosed, ErrForbidden.
func heldUnit(ctx context.Context, tx *sql.DB, actor units.Actor, unitID string, permissions ...units.Permission) (units.Unit, error) {
	if err := units.Lock(ctx, tx, unitID); err != nil {
		return units.Unit{}, err
	}
	return reachedUnit(ctx, tx, actor, unitID, permissions...)
}

// reachedUnit returns an open unit at which the actor has one of the permissions. Errors: those of heldUnit.
func reachedUnit(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, permissions ...units.Permission) (units.Unit, error) {
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil {
		return units.Unit{}, err
	}
	if unit.ClosedAt != nil {
		return units.Unit{}, units.ErrClosed
	}
	if actor.IsSystem() {
		return unit, nil
	}
	roles, err := rolesAt(ctx, db, actor, unitID)
	if err == nil && !slices.ContainsFunc(permissions, func(permission units.Permission) bool { return carries(roles, permission) }) {
		err = ErrForbidden
	}
	return unit, err
}

// visible returns an account the actor may see, ErrNotFound otherwise.
func visible(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Account, error) {
	name := "account.visible"
	if actor.IsSystem() {
		name = "account.get"
	}
	account, err := sql.Get[Account](ctx, db, name, sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if errors.Is(err, sql.ErrNone) {
		return Account{}, ErrNotFound
	}
	return account, err
}

// lock holds an account's row until the transaction ends, so that posts and changes of one account follow one another.
func lock(ctx context.Context, tx *sql.DB, id string) error {
	found, err := tx.ExecOne(ctx, "account.lock", sql.Args{"id": id})
	if err == nil && !found {
		err = ErrNotFound
	}
	return err
}

// forChange locks an account the actor sees and may change with the permission, and returns it.
func forChange(ctx context.Context, tx *sql.DB, actor units.Actor, id string, permission units.Permission) (Account, error) {
	if err := lock(ctx, tx, id); err != nil {
		return Account{}, err
	}
	account, err := visible(ctx, tx, actor, id)
	if err != nil {
		return Account{}, err
	}
	return account, mustReach(ctx, tx, actor, account.UnitID, permission)
}

// wrap says what was being done, keeping nil.
func wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("accounts: "+doing+": %w", append(args, err)...)
}
