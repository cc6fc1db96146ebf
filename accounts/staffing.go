package accounts

import (
	"context"
	"slices"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Ground is the clause that something stands on.
type Ground struct {
	Rulebook string   `json:"rulebook"`
	Rule     string   `json:"rule"` // its id in the rulebook; empty where the section has one rule only
	Articles []string `json:"articles"`
	Citation string   `json:"citation"` // 潼南 2022 第5条
	Text     string   `json:"text"`     // what it asks for
}

// Vacancy is a role that the rules in force ask for and that too few people hold at a unit.
type Vacancy struct {
	Role    rules.Role `json:"role"`
	Label   string     `json:"label"` // 信息员
	Held    int        `json:"held"`  // by people who may sign in, at the unit or a section inside it
	Needed  int        `json:"needed"`
	Grounds []Ground   `json:"grounds"` // each rule that asks for it
}

// Understaffed is a unit with at least one vacancy.
type Understaffed struct {
	UnitID    string    `json:"unit_id"`
	UnitName  string    `json:"unit_name"`
	Vacancies []Vacancy `json:"vacancies"`
}

// UnderstaffedPage is a page of units with vacancies.
type UnderstaffedPage struct {
	Items []Understaffed `json:"items"`
	Next  string         `json:"next"` // empty on the last page; a page that looked at many units may be short
}

// staffBatch is how many units are looked at together, staffBatches how many times for one page.
const (
	staffBatch   = 200
	staffBatches = 25
)

// StaffingAlerts returns the units the actor reaches with ReadUnits at which somebody is missing, in the order of the tree.
// unitID narrows to a unit and those below it; after is Next of the page before. Sections count for the unit around them and are
// not asked themselves; a person who may not sign in does not count.
func StaffingAlerts(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID, after string, limit int) (UnderstaffedPage, error) {
	path := ""
	if unitID != "" {
		unit, err := units.Get(ctx, db, actor, unitID)
		if err != nil {
			return UnderstaffedPage{}, err
		}
		path = unit.Path
	}
	if limit < 1 || limit > 100 {
		limit = 20
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return UnderstaffedPage{}, err
	}
	page := UnderstaffedPage{Items: []Understaffed{}}
	for range staffBatches {
		batch, err := sql.List[units.Unit](ctx, db, "unit.staffed_page", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadUnits),
			"path": path, "after": after, "limit": staffBatch})
		if err != nil {
			return UnderstaffedPage{}, wrap(err, "list units to staff")
		}
		found, err := understaffed(ctx, db, law, batch)
		if err != nil {
			return UnderstaffedPage{}, wrap(err, "look for vacancies")
		}
		for _, unit := range batch {
			after = unit.Path
			if alert, missing := found[unit.ID]; missing {
				page.Items = append(page.Items, alert)
			}
			if len(page.Items) == limit {
				page.Next = after
				return page, nil
			}
		}
		if len(batch) < staffBatch {
			return page, nil
		}
	}
	page.Next = after
	return page, nil
}

// VacanciesAt returns what is missing at one unit, an empty list when nothing is, or when it is a section. It asks for nobody in
// particular.
func VacanciesAt(ctx context.Context, db *sql.DB, book rules.Book, unit units.Unit) ([]Vacancy, error) {
	if unit.Level == units.LevelSection || unit.ClosedAt != nil {
		return []Vacancy{}, nil
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	found, err := understaffed(ctx, db, law, []units.Unit{unit})
	if err != nil {
		return nil, wrap(err, "look for vacancies at unit %s", unit.ID)
	}
	return append([]Vacancy{}, found[unit.ID].Vacancies...), nil
}

// understaffed returns those of some units, in the order of the tree, that lack somebody, by their ids.
func understaffed(ctx context.Context, db *sql.DB, law *rules.Law, batch []units.Unit) (map[string]Understaffed, error) {
	found := map[string]Understaffed{}
	if len(batch) == 0 {
		return found, nil
	}
	held, err := staffOf(ctx, db, batch)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(batch))
	for i, unit := range batch {
		ids[i] = unit.ID
	}
	sites, err := sql.List[string](ctx, db, "unit.with_columns", sql.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	for _, unit := range batch {
		var vacancies []Vacancy
		for _, needed := range staffNeeded(law.Regime(unit.Path).At(db.Now().Std()), slices.Contains(sites, unit.ID)) {
			if needed.Held = len(held[unit.ID][needed.Role]); needed.Held < needed.Needed {
				vacancies = append(vacancies, needed)
			}
		}
		if len(vacancies) > 0 {
			found[unit.ID] = Understaffed{UnitID: unit.ID, UnitName: unit.Name, Vacancies: vacancies}
		}
	}
	return found, nil
}

// staffNeeded lists the roles that some rulebooks ask for, each once with all its grounds. Where a regulation names a person
// without a figure it asks for one. Somebody for columns is asked for only where there are columns.
func staffNeeded(books []*rules.Rulebook, hasColumns bool) []Vacancy {
	var list []Vacancy
	for _, rulebook := range books {
		for _, rule := range rulebook.Staffing {
			if rule.Role == rules.RoleColumnOwner && !hasColumns {
				continue
			}
			i := slices.IndexFunc(list, func(v Vacancy) bool { return v.Role == rule.Role })
			if i < 0 {
				i = len(list)
				list = append(list, Vacancy{Role: rule.Role, Label: rules.RoleName(rule.Role)})
			}
			list[i].Needed = max(list[i].Needed, rule.Min, 1)
			list[i].Grounds = append(list[i].Grounds, Ground{Rulebook: rulebook.ID, Rule: rule.ID, Articles: rule.Articles,
				Citation: rulebook.Cite(rule.Articles), Text: rule.Text})
		}
	}
	return list
}

// staffOf returns who may sign in at some units and the sections inside them: by unit and role, the people.
func staffOf(ctx context.Context, db *sql.DB, batch []units.Unit) (map[string]map[rules.Role]map[string]bool, error) {
	rows, err := sql.List[struct {
		PersonID   string
		Role       rules.Role
		Path       string
		Level      units.Level
		LevelAbove units.Level
	}](ctx, db, "unit.staff_between", sql.Args{"first": batch[0].Path, "last": batch[len(batch)-1].Path})
	if err != nil {
		return nil, err
	}
	asked := make(map[string]string, len(batch)) // ids by path
	for _, unit := range batch {
		asked[unit.Path] = unit.ID
	}
	held := map[string]map[rules.Role]map[string]bool{}
	for _, row := range rows {
		path := row.Path
		if row.Level == units.LevelSection {
			path = above(path)
		}
		for row.LevelAbove == units.LevelSection && asked[path] == "" && path != "" { // a section inside a section
			path = above(path)
		}
		unitID := asked[path]
		if held[unitID] == nil {
			held[unitID] = map[rules.Role]map[string]bool{}
		}
		if held[unitID][row.Role] == nil {
			held[unitID][row.Role] = map[string]bool{}
		}
		held[unitID][row.Role][row.PersonID] = true
	}
	return held, nil
}

// above is the path of the unit above, empty at the top.
func above(path string) string {
	return path[:strings.LastIndex(strings.TrimSuffix(path, "/"), "/")+1]
}
