package units

import (
	"context"
	"strings"

	"govmedia/sql"
)

// PeopleFilter narrows and pages a list of people; an empty field narrows nothing.
type PeopleFilter struct {
	UnitID string // this unit and those below it
	Role   Role
	State  string // active, disabled
	Query  string // a part of the name or the user name
	After  string // the id of the last person of the page before
	Limit  int    // 1 to 200; anything else means 50
}

// ListPeople returns people who hold a role at a unit the actor reaches, by name, one page at a time. Each comes with all
// roles that the actor may see. ErrNotFound when the actor does not reach the filter's unit.
func ListPeople(ctx context.Context, db *sql.DB, actor Actor, filter PeopleFilter) ([]Person, error) {
	if filter.Limit < 1 || filter.Limit > 200 {
		filter.Limit = 50
	}
	path := ""
	if filter.UnitID != "" {
		unit, err := Get(ctx, db, actor, filter.UnitID)
		if err != nil {
			return nil, err
		}
		path = unit.Path
	}
	pattern := cut(strings.TrimSpace(filter.Query), maxUsername)
	if pattern != "" {
		pattern = "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(pattern) + "%"
	}
	list, err := sql.List[Person](ctx, db, "person.list", sql.Args{"reader_id": actor.PersonID, "roles": RolesWith(ReadUnits), "path": path,
		"role": filter.Role, "state": filter.State, "pattern": pattern, "after": filter.After, "limit": filter.Limit})
	if err == nil {
		err = fillRoles(ctx, db, actor, list)
	}
	if err != nil {
		return nil, wrap(err, "list people")
	}
	return list, nil
}

// Managed reports whether the actor may disable the person, give another password and change the phone number, and the
// fault that says why not.
func Managed(ctx context.Context, db *sql.DB, actor Actor, id string) error {
	return manageable(ctx, db, actor, id)
}
