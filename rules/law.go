package rules

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"govmedia/sql"
	"govmedia/units"
)

// Book is what a judgement needs: the rulebooks of the program and, through Law, what holds where. It is made once and
// handed around; copies share what they remember.
type Book struct {
	Library  *Library
	Calendar *Calendar // of the files; Law lays the years entered since over it

	memory *memory
}

// memory is the last reading of the law, shared by all who use the book.
type memory struct {
	mu  sync.Mutex
	law *Law
}

// NewBook is a library with its own calendar.
func NewBook(library *Library) Book {
	return Book{Library: library, Calendar: library.Calendar, memory: &memory{}}
}

// Law is everything that says which rules hold where and since when, as of one look at the database: the rulebooks units
// work under, the stricter figures and other readings their offices chose, and the working days. It never changes; a new
// look gives a new Law.
type Law struct {
	Library  *Library
	Calendar *Calendar

	mark    string
	uses    map[string][]units.RulebookUse // by unit, the earlier first
	changes map[string][]Change            // by unit, the earlier first

	mu      sync.Mutex
	regimes map[string]*Regime // by the units of a path that say anything
}

// Law returns what holds now. It is one look at a mark in the database, and a reading only when that has changed; in a
// transaction it sees what the transaction did.
func (b Book) Law(ctx context.Context, db *sql.DB) (*Law, error) {
	mark, err := sql.Get[string](ctx, db, "law.mark", nil)
	if err != nil {
		return nil, fmt.Errorf("rules: look at the law: %w", err)
	}
	b.memory.mu.Lock()
	known := b.memory.law
	b.memory.mu.Unlock()
	if known != nil && known.mark == mark && known.Library == b.Library && mark != "" {
		return known, nil
	}
	law, err := b.read(ctx, db, mark)
	if err != nil {
		return nil, fmt.Errorf("rules: read the law: %w", err)
	}
	b.memory.mu.Lock()
	b.memory.law = law
	b.memory.mu.Unlock()
	return law, nil
}

func (b Book) read(ctx context.Context, db *sql.DB, mark string) (*Law, error) {
	law := &Law{Library: b.Library, Calendar: b.Calendar, mark: mark, uses: map[string][]units.RulebookUse{}, changes: map[string][]Change{},
		regimes: map[string]*Regime{}}
	uses, err := sql.List[units.RulebookUse](ctx, db, "law.uses", nil)
	if err != nil {
		return nil, err
	}
	for _, use := range uses {
		law.uses[use.UnitID] = append(law.uses[use.UnitID], use)
	}
	changes, err := sql.List[Change](ctx, db, "law.changes", nil)
	if err != nil {
		return nil, err
	}
	for _, change := range changes {
		law.changes[change.UnitID] = append(law.changes[change.UnitID], change)
	}
	years, err := sql.List[YearDraft](ctx, db, "law.years", nil)
	if err != nil || len(years) == 0 {
		return law, err
	}
	law.Calendar, err = b.Calendar.WithYears(years)
	return law, err
}

// Regime returns the rules that hold for a unit, by its path (units.Unit.Path).
func (l *Law) Regime(path string) *Regime {
	var speaking []string // the units on the path that say anything, from the top
	for id := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if len(l.uses[id])+len(l.changes[id]) > 0 {
			speaking = append(speaking, id)
		}
	}
	key := strings.Join(speaking, "/")
	l.mu.Lock()
	defer l.mu.Unlock()
	regime, known := l.regimes[key]
	if !known {
		regime = l.regimeOf(speaking)
		l.regimes[key] = regime
	}
	return regime
}

// UsesOf returns the times for which a unit itself works under rulebooks, the earlier first.
func (l *Law) UsesOf(unitID string) []units.RulebookUse { return slices.Clone(l.uses[unitID]) }

// ChangesOf returns what a unit itself chose, the earlier first.
func (l *Law) ChangesOf(unitID string) []Change { return slices.Clone(l.changes[unitID]) }

// Supposing is the law as it would be if one unit had other uses and changes, for looking ahead.
func (l *Law) Supposing(unitID string, uses []units.RulebookUse, changes []Change) *Law {
	supposed := &Law{Library: l.Library, Calendar: l.Calendar, uses: maps.Clone(l.uses), changes: maps.Clone(l.changes), regimes: map[string]*Regime{}}
	slices.SortStableFunc(uses, func(a, b units.RulebookUse) int { return cmp.Compare(a.FromAt, b.FromAt) })
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.FromAt, b.FromAt) })
	supposed.uses[unitID], supposed.changes[unitID] = uses, changes
	return supposed
}
