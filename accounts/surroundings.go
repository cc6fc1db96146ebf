package accounts

import (
	"context"
	"slices"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// surroundings is what a checkup of some records needs to know besides them, read in a few statements however many they are.
type surroundings struct {
	book     rules.Book
	law      *rules.Law
	now      sql.Time
	units    map[string]units.Unit
	sponsors map[string]string    // of a unit and of each section inside it: the unit that answers for its accounts (I-TN-08)
	siblings map[string][]sibling // by that unit
	holders  map[holding]bool
}

// sibling is another account for which the same unit answers.
type sibling struct {
	ID       string
	UnitID   string
	Platform Platform
	Kind     Kind
	Name     string
	State    State
}

type holding struct {
	UnitID string
	Role   units.Role
}

func readSurroundings(ctx context.Context, db *sql.DB, book rules.Book, records []Record) (*surroundings, error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	s := &surroundings{book: book, law: law, now: db.Now(), units: map[string]units.Unit{}, sponsors: map[string]string{},
		siblings: map[string][]sibling{}, holders: map[holding]bool{}}
	if len(records) == 0 {
		return s, nil
	}
	if err := s.readUnits(ctx, db, records); err != nil {
		return nil, err
	}
	return s, s.readSiblings(ctx, db)
}

func (s *surroundings) readUnits(ctx context.Context, db *sql.DB, records []Record) error {
	ids := map[string]bool{}
	for _, r := range records {
		for id := range strings.SplitSeq(strings.Trim(r.Path, "/"), "/") {
			ids[id] = true
		}
	}
	list, err := sql.List[units.Unit](ctx, db, "checkup.units", sql.Args{"ids": sortedKeys(ids)})
	if err != nil {
		return err
	}
	for _, unit := range list {
		s.units[unit.ID] = unit
	}
	for _, r := range records {
		sponsor := s.sponsor(r.UnitID)
		s.sponsors[r.UnitID], s.sponsors[sponsor.ID] = sponsor.ID, sponsor.ID
	}
	return nil
}

// sponsor is the unit that answers for the accounts of a unit: of a section the one it belongs to.
func (s *surroundings) sponsor(unitID string) units.Unit {
	unit := s.units[unitID]
	for unit.Level == units.LevelSection && unit.ParentID != nil {
		above, known := s.units[*unit.ParentID]
		if !known {
			break
		}
		unit = above
	}
	return unit
}

func (s *surroundings) readSiblings(ctx context.Context, db *sql.DB) error {
	outer := map[string]bool{}
	for _, id := range s.sponsors {
		outer[id] = true
	}
	if err := s.readHolders(ctx, db, sortedKeys(outer)); err != nil {
		return err
	}
	for next := sortedKeys(outer); len(next) > 0; {
		sections, err := sql.List[struct{ ID, ParentID string }](ctx, db, "checkup.sections", sql.Args{"ids": next})
		if err != nil {
			return err
		}
		next = nil
		for _, section := range sections {
			if s.sponsors[section.ID] == "" || !outer[section.ID] {
				s.sponsors[section.ID] = s.sponsors[section.ParentID]
				next = append(next, section.ID)
			}
		}
	}
	accounts, err := sql.List[sibling](ctx, db, "checkup.siblings", sql.Args{"unit_ids": sortedKeys(s.sponsors)})
	for _, account := range accounts {
		sponsor := s.sponsors[account.UnitID]
		s.siblings[sponsor] = append(s.siblings[sponsor], account)
	}
	return err
}

func (s *surroundings) readHolders(ctx context.Context, db *sql.DB, ids []string) error {
	held, err := sql.List[holding](ctx, db, "checkup.holders", sql.Args{"ids": ids, "roles": []string{string(units.UnitHead), string(units.UnitDeputy)}})
	for _, h := range held {
		s.holders[h] = true
	}
	return err
}

// others are the accounts besides a record for which its sponsor answers, as far as they fit.
func (s *surroundings) others(r Record, fits func(sibling) bool) []sibling {
	var list []sibling
	for _, other := range s.siblings[s.sponsors[r.UnitID]] {
		if other.ID != r.ID && fits(other) {
			list = append(list, other)
		}
	}
	return list
}

func namesOf(list []sibling) string {
	names := make([]string, len(list))
	for i, other := range list {
		names[i] = "“" + other.Name + "”"
	}
	return strings.Join(slices.Compact(names), "、")
}

// pathNames are the full and the short names of the units from a unit up to the top.
func (s *surroundings) pathNames(path string) []string {
	var names []string
	for id := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		unit := s.units[id]
		names = append(names, unit.Name, unit.ShortName)
	}
	return names
}
