package rules

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"govmedia/sql"
	"govmedia/units"
)

// TermState is how a choice, or a use of a rulebook, stands at an instant.
type TermState string

// The states, in the order of life.
const (
	TermWaiting    TermState = "waiting"    // begins later
	TermInForce    TermState = "in_force"   //
	TermOverridden TermState = "overridden" // its time runs, but something of a nearer unit or a stricter figure above prevails
	TermDormant    TermState = "dormant"    // its time runs, but the unit does not work under the rulebook
	TermEnded      TermState = "ended"      //
	TermWithdrawn  TermState = "withdrawn"  // taken back before it began
)

var termStateNames = map[TermState]string{
	TermWaiting: "未到生效日", TermInForce: "生效中", TermOverridden: "未起作用：以更严的或本单位的为准", TermDormant: "未起作用：现在不适用这部规则库",
	TermEnded: "已结束", TermWithdrawn: "已撤回",
}

// Label is the state on the screen.
func (s TermState) Label() string { return label(termStateNames, s) }

// stateOf is how a term stands; inForce is asked when its time runs.
func (t term) stateOf(now sql.Time, inForce func() TermState) TermState {
	switch {
	case t.empty():
		return TermWithdrawn
	case t.from > now:
		return TermWaiting
	case !t.holds(now):
		return TermEnded
	}
	return inForce()
}

// ChangeLine is one choice as it stands in a list.
type ChangeLine struct {
	Change
	UnitName      string    `json:"unit_name"`
	Path          string    `json:"-"`
	CreatedByName string    `json:"created_by_name"`  // empty when the program itself chose
	RulebookName  string    `json:"rulebook_name"`    // short
	Label         string    `json:"label"`            // what was changed: 更新间隔; of a reading the question
	Text          string    `json:"text"`             // what the rule is about: 各类账号
	Citation      string    `json:"citation"`         // 潼南 2022 第21条（六）
	Said          string    `json:"said"`             // what was chosen, in words: 不超过5日
	Amount        *Amount   `json:"amount,omitempty"` // of a figure
	Choice        *Choice   `json:"choice,omitempty"` // of a reading
	State         TermState `json:"state"`
	StateLabel    string    `json:"state_label"`
	MayEnd        bool      `json:"may_end"` // by this person, now
}

// UseLine is one time for which a unit works under a rulebook, as it stands in a list.
type UseLine struct {
	units.RulebookUse
	UnitName      string    `json:"unit_name"`
	Path          string    `json:"-"`
	CreatedByName string    `json:"created_by_name"`
	RulebookName  string    `json:"rulebook_name"` // short; the id where the program has none such
	State         TermState `json:"state"`
	StateLabel    string    `json:"state_label"`
	MayEnd        bool      `json:"may_end"` // by this person, now
}

// AmendFilter says which page of the choices or uses that bear on a unit is wanted: its own and those of the units above it.
type AmendFilter struct {
	UnitID   string
	Below    bool   // those of the units below it, too
	Rulebook string // of this one alone; empty: of all
	BeforeAt sql.Time
	BeforeID string // FromAt and ID of the last line of the page before; empty is the first page
	PerPage  int    // 1 to 100; anything else means 50
}

func (f AmendFilter) size() int {
	if f.PerPage < 1 || f.PerPage > 100 {
		return 50
	}
	return f.PerPage
}

func (f AmendFilter) args(unit units.Unit) sql.Args {
	return sql.Args{"ids": idsOn(unit.Path), "below": f.Below, "path": unit.Path, "rulebook": f.Rulebook, "before_at": f.BeforeAt, "before_id": f.BeforeID,
		"limit": f.size() + 1}
}

// idsOn are the ids on a path, from the top.
func idsOn(path string) []string { return strings.Split(strings.TrimSuffix(path, "/"), "/") }

// Changes lists what the offices chose that bears on a unit, the latest first, and whether there is more. What an office above
// chose holds here, so whoever reaches the unit reads it. Error: units.ErrNotFound.
func Changes(ctx context.Context, db *sql.DB, book Book, actor units.Actor, filter AmendFilter) (lines []ChangeLine, more bool, err error) {
	unit, law, err := readable(ctx, db, book, actor, filter.UnitID)
	if err != nil {
		return nil, false, fmt.Errorf("rules: list the choices for unit %s: %w", filter.UnitID, err)
	}
	lines, err = sql.List[ChangeLine](ctx, db, "rule_change.list", filter.args(unit))
	if err != nil {
		return nil, false, fmt.Errorf("rules: list the choices for unit %s: %w", filter.UnitID, err)
	}
	lines, more = firstOf(lines, filter.size())
	may, err := writable(ctx, db, actor, unitsOf(lines, func(line ChangeLine) string { return line.UnitID }))
	if err != nil {
		return nil, false, fmt.Errorf("rules: list the choices for unit %s: %w", filter.UnitID, err)
	}
	for i := range lines {
		lines[i].describe(law, lower(unit.Path, lines[i].Path), db.Now())
		lines[i].MayEnd = may[lines[i].UnitID] && lines[i].State != TermEnded && lines[i].State != TermWithdrawn
	}
	return lines, more, nil
}

func readable(ctx context.Context, db *sql.DB, book Book, actor units.Actor, unitID string) (units.Unit, *Law, error) {
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil {
		return units.Unit{}, nil, err
	}
	law, err := book.Law(ctx, db)
	return unit, law, err
}

func firstOf[T any](list []T, size int) ([]T, bool) {
	if len(list) > size {
		return list[:size], true
	}
	return list, false
}

func unitsOf[T any](list []T, unit func(T) string) []string {
	var ids []string
	for _, item := range list {
		ids = append(ids, unit(item))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// lower is the one of two paths that lies below the other: where something chosen above is looked at from below.
func lower(a, b string) string {
	if strings.HasPrefix(a, b) {
		return a
	}
	return b
}

// describe says in words what was chosen and how it stands for the unit at the end of a path.
func (line *ChangeLine) describe(law *Law, path string, now sql.Time) {
	line.RulebookName = line.Rulebook
	held := law.Regime(path).Named(line.Rulebook, now.Std())
	line.State = line.term().stateOf(now, func() TermState {
		switch {
		case held == nil:
			return TermDormant
		case !slices.ContainsFunc(held.changes, func(c Change) bool { return c.ID == line.ID }):
			return TermOverridden
		}
		return TermInForce
	})
	line.StateLabel = line.State.Label()
	rb, known := law.Library.ByID(line.Rulebook)
	if !known {
		line.Said = line.Value
		return
	}
	line.RulebookName = rb.ShortName
	if line.What == ReadingChange {
		line.describeReading(rb)
	} else {
		line.describeFigure(rb)
	}
}

func (line *ChangeLine) describeFigure(rb *Rulebook) {
	figure, _ := rb.Figure(line.Section, line.Rule, line.Field)
	line.Label, line.Text, line.Citation, line.Said = figure.Label, figure.Text, figure.Citation, line.Value
	if amount, err := figure.read(line.Value); err == nil {
		line.Amount, line.Said = &amount, figure.Direction.Label()+amount.String()
	}
}

func (line *ChangeLine) describeReading(rb *Rulebook) {
	interpretation, _ := rb.Interpretation(line.Rule)
	line.Label, line.Citation, line.Said = interpretation.Question, rb.Cite(interpretation.Articles), line.Value
	var choice Choice
	if err := json.Unmarshal([]byte(line.Value), &choice); err == nil {
		interpretation.Chosen = &choice
		line.Choice, line.Said = &choice, interpretation.Reading()
	}
}

// Uses lists under which rulebooks a unit works and worked, by its own uses and those of the units above it, the latest
// first, and whether there is more. Error: units.ErrNotFound.
func Uses(ctx context.Context, db *sql.DB, book Book, actor units.Actor, filter AmendFilter) (lines []UseLine, more bool, err error) {
	unit, law, err := readable(ctx, db, book, actor, filter.UnitID)
	if err != nil {
		return nil, false, fmt.Errorf("rules: list the rulebooks of unit %s: %w", filter.UnitID, err)
	}
	lines, err = sql.List[UseLine](ctx, db, "rulebook_use.list", filter.args(unit))
	if err != nil {
		return nil, false, fmt.Errorf("rules: list the rulebooks of unit %s: %w", filter.UnitID, err)
	}
	lines, more = firstOf(lines, filter.size())
	may, err := writable(ctx, db, actor, unitsOf(lines, func(line UseLine) string { return line.UnitID }))
	if err != nil {
		return nil, false, fmt.Errorf("rules: list the rulebooks of unit %s: %w", filter.UnitID, err)
	}
	for i := range lines {
		lines[i].describe(law, lower(unit.Path, lines[i].Path), db.Now())
		lines[i].MayEnd = may[lines[i].UnitID] && lines[i].State != TermEnded && lines[i].State != TermWithdrawn
	}
	return lines, more, nil
}

// AllUses is every use that bears on a unit, the latest first, for whoever has seen the unit already. MayEnd is left out.
func AllUses(ctx context.Context, db *sql.DB, law *Law, unit units.Unit) ([]UseLine, error) {
	args := AmendFilter{UnitID: unit.ID}.args(unit)
	args["limit"] = math.MaxInt32
	lines, err := sql.List[UseLine](ctx, db, "rulebook_use.list", args)
	if err != nil {
		return nil, fmt.Errorf("rules: list the rulebooks of unit %s: %w", unit.ID, err)
	}
	for i := range lines {
		lines[i].describe(law, unit.Path, db.Now())
	}
	return lines, nil
}

// MayChoose reports whether the actor may change the rules of a unit.
func MayChoose(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (bool, error) {
	may, err := writable(ctx, db, actor, []string{unitID})
	if err != nil {
		return false, fmt.Errorf("rules: may %s change the rules of unit %s: %w", actor.PersonID, unitID, err)
	}
	return may[unitID], nil
}

func (line *UseLine) describe(law *Law, path string, now sql.Time) {
	line.RulebookName = line.Rulebook
	if rb, known := law.Library.ByID(line.Rulebook); known {
		line.RulebookName = rb.ShortName
	}
	line.State = termOf(line.RulebookUse).stateOf(now, func() TermState {
		if slices.ContainsFunc(law.UsesAt(path, now), func(use units.RulebookUse) bool { return use.ID == line.ID }) {
			return TermInForce
		}
		return TermOverridden
	})
	line.StateLabel = line.State.Label()
}
