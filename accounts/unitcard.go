package accounts

import (
	"context"
	"errors"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// UnitRef is a unit by name.
type UnitRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// UnitCard is a unit with what stands at it.
type UnitCard struct {
	Unit       units.Unit   `json:"unit"`
	Above      []UnitRef    `json:"above"`       // the units above it that the reader reaches, from the top
	Office     *UnitRef     `json:"office"`      // the supervising one; nil when there is none
	MergedInto *UnitRef     `json:"merged_into"` // of a closed one
	Absorbed   []UnitRef    `json:"absorbed"`    // what was merged into it, the last first; what they did is found there
	Accounts   int          `json:"accounts"`    // its own, closed ones left out
	People     int          `json:"people"`      // who may sign in and hold a role at it
	Units      int          `json:"units"`       // open ones right below it
	Vacancies  []Vacancy    `json:"vacancies"`
	Unfinished []Unfinished `json:"unfinished"` // what keeps it from ending
	Belongings []Belonging  `json:"belongings"` // what is set up for it, and what a merger makes of that
	Actions    []string     `json:"actions"`    // create, rename, move, merge, close: what this person may do now
}

// UnitCardOf returns a unit the actor reaches with ReadUnits, closed ones too; units.ErrNotFound otherwise.
func UnitCardOf(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (UnitCard, error) {
	unit, err := units.Get(ctx, db, actor, id)
	if err != nil {
		return UnitCard{}, err
	}
	card := UnitCard{Unit: unit, Above: []UnitRef{}, Actions: []string{}}
	for above := range strings.SplitSeq(strings.TrimSuffix(unit.Path, "/"), "/") {
		if found, err := units.Get(ctx, db, actor, above); err == nil && above != id {
			card.Above = append(card.Above, UnitRef{ID: found.ID, Name: found.Name})
		} else if err != nil && !errors.Is(err, units.ErrNotFound) {
			return UnitCard{}, err
		}
	}
	if office, err := units.OfficeOf(ctx, db, id); err == nil {
		card.Office = &UnitRef{ID: office.ID, Name: office.Name}
	} else if !errors.Is(err, units.ErrNotFound) {
		return UnitCard{}, err
	}
	into, err := units.MergedInto(ctx, db, id)
	if err != nil {
		return UnitCard{}, err
	}
	if into != nil {
		card.MergedInto = &UnitRef{ID: into.ID, Name: into.Name}
	}
	return card, wrap(card.fill(ctx, db, book, actor), "look at unit %s", id)
}

// fill adds the counts, what is missing and unfinished, and what the actor may do.
func (c *UnitCard) fill(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor) error {
	for name, count := range map[string]*int{"unit.open_accounts": &c.Accounts, "unit.staff": &c.People, "unit.open_children": &c.Units} {
		var err error
		if *count, err = sql.Get[int](ctx, db, name, sql.Args{"id": c.Unit.ID}); err != nil {
			return err
		}
	}
	var err error
	if c.Vacancies, err = VacanciesAt(ctx, db, book, c.Unit); err != nil {
		return err
	}
	if c.Absorbed, err = sql.List[UnitRef](ctx, db, "unit.absorbed", sql.Args{"id": c.Unit.ID}); err != nil {
		return err
	}
	if c.Unfinished, err = UnfinishedAt(ctx, db, c.Unit.ID); err != nil {
		return err
	}
	if c.Belongings, err = BelongingsOf(ctx, db, c.Unit.ID); err != nil {
		return err
	}
	err = mustReach(ctx, db, actor, c.Unit.ID, units.WriteUnits)
	switch {
	case errors.Is(err, ErrForbidden):
		return nil
	case err != nil:
		return err
	case c.Unit.ClosedAt == nil && c.Unit.ParentID == nil:
		c.Actions = []string{"create", "rename"}
	case c.Unit.ClosedAt == nil:
		c.Actions = []string{"create", "rename", "move", "merge", "close"}
	}
	return nil
}
