package units

import (
	"context"
	"errors"
	"slices"
	"strings"

	"govmedia/sql"
)

// Merge ends a unit and gives its people, with their roles, to another one: both in the actor's reach with WriteUnits. What
// other packages keep of the unit they move in also, within the same transaction; accounts.MergeUnit is the door for everybody
// else. A role somebody holds at both units is held once afterwards. The unit stays readable below the one that took it in, and its
// audit chain with it, so that whoever reaches the one finds what the other did.
// Errors: ErrMergeSelf, ErrMergeBelow, ErrStale, ErrClosed, ErrNotFound, ErrRoleTooHigh where a system administrator's role
// would move by the hand of somebody who is none, ErrTooDeep.
func Merge(ctx context.Context, db *sql.DB, actor Actor, id string, version int64, intoID string,
	also func(tx *sql.DB, from, into Unit) (sql.Object, error)) (Unit, error) {
	if id == intoID {
		return Unit{}, ErrMergeSelf.On("into_id")
	}
	var moved []string
	merge := func(tx *sql.DB, unit Unit) (sql.Object, error) {
		if err := lockUnits(ctx, tx, unit.ID, intoID); err != nil { // nothing is made at either meanwhile
			return nil, err
		}
		into, err := writable(ctx, tx, actor, intoID)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(into.Path, unit.Path) {
			return nil, ErrMergeBelow.On("into_id")
		}
		detail, err := also(tx, unit, into)
		if err != nil {
			return nil, err
		}
		if moved, err = movePeople(ctx, tx, actor, unit.ID, into.ID); err != nil {
			return nil, err
		}
		left, err := sql.Get[int](ctx, tx, "unit.open_children", sql.Args{"id": id})
		if err != nil {
			return nil, err
		}
		if left > 0 {
			return nil, ErrNotEmpty
		}
		if err := guarded(tx.ExecOne(ctx, "unit.merge", sql.Args{"id": id, "version": version, "into_id": into.ID, "now": tx.Now()})); err != nil {
			return nil, err
		}
		if err := shiftPaths(ctx, tx, unit.Path, into.Path+unit.ID+"/"); err != nil {
			return nil, err
		}
		if err := TouchLaw(ctx, tx); err != nil {
			return nil, err
		}
		detail["into"], detail["into_name"], detail["from"], detail["from_name"], detail["people"] = into.ID, into.Name, unit.ID, unit.Name, len(moved)
		return detail, Audit(ctx, tx, actor, Line{UnitID: into.ID, Action: ActionUnitAbsorb, ObjectKind: "unit", ObjectID: into.ID, Detail: detail})
	}
	unit, err := change(ctx, db, actor, id, ActionUnitMerge, merge, intoID)
	for _, person := range moved {
		signedIn.forgetPerson(person)
	}
	return unit, err
}

// movePeople gives every role held at one unit to another one and returns whose they are.
func movePeople(ctx context.Context, tx *sql.DB, actor Actor, from, to string) ([]string, error) {
	held, err := sql.List[struct {
		PersonID string
		Role     Role
	}](ctx, tx, "person_role.at_unit", sql.Args{"unit_id": from})
	if err != nil {
		return nil, err
	}
	var people []string
	for _, h := range held {
		if _, err := grantable(ctx, tx, actor, RoleAt{UnitID: to, Role: h.Role}); err != nil {
			return nil, err
		}
		args := sql.Args{"person_id": h.PersonID, "role": h.Role, "unit_id": from, "to_id": to}
		both, err := sql.Get[int](ctx, tx, "person_role.held_at", sql.Args{"person_id": h.PersonID, "role": h.Role, "unit_id": to})
		if err != nil {
			return nil, err
		}
		name := "person_role.move"
		if both > 0 {
			name = "person_role.delete"
		}
		if _, err := tx.Exec(ctx, name, args); err != nil {
			return nil, err
		}
		people = append(people, h.PersonID)
	}
	return people, nil
}

// lockUnits holds the rows of some units until the transaction ends, in the order of their ids.
func lockUnits(ctx context.Context, tx *sql.DB, ids ...string) error {
	slices.Sort(ids)
	for _, id := range ids {
		if err := Lock(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// Lock holds the row of a unit until the transaction ends, so that the unit does not end while something is made at it. Ask
// whether it is open afterwards.
func Lock(ctx context.Context, tx *sql.DB, id string) error {
	_, err := tx.Exec(ctx, "unit.lock", sql.Args{"id": id})
	return wrap(err, "hold unit %s", id)
}

// MergedInto returns the unit into which a closed one was merged, nil when it was not. It asks for nobody in particular.
func MergedInto(ctx context.Context, db *sql.DB, id string) (*Unit, error) {
	unit, err := sql.Get[Unit](ctx, db, "unit.merged_into", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return nil, nil
	}
	return &unit, wrap(err, "look into which unit %s was merged", id)
}

// Event is one thing that happened to a unit: its creation, another name, another place, a merger, its end.
type Event struct {
	At         sql.Time   `json:"at"`
	PersonName string     `json:"person_name"`
	Action     Action     `json:"action"`
	Detail     sql.Object `json:"detail"`
}

// History returns what happened to a unit the actor reaches, the latest first, from the audit chain; at most 200 events.
func History(ctx context.Context, db *sql.DB, actor Actor, id string) ([]Event, error) {
	if _, err := Get(ctx, db, actor, id); err != nil {
		return nil, err
	}
	list, err := sql.List[Event](ctx, db, "unit.history", sql.Args{"id": id})
	return list, wrap(err, "read the history of unit %s", id)
}

// ListClosed returns the closed units the actor reaches, the last closed first; at most limit.
func ListClosed(ctx context.Context, db *sql.DB, actor Actor, limit int) ([]Unit, error) {
	list, err := sql.List[Unit](ctx, db, "unit.closed", sql.Args{"person_id": actor.PersonID, "roles": RolesWith(ReadUnits), "limit": limit})
	return list, wrap(err, "list closed units")
}
