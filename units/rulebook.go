package units

import (
	"context"
	"errors"

	"govmedia/sql"
)

// Layer says what a rulebook is to a unit.
type Layer string

// The layers. A unit has one local rulebook at a time, its own or the nearest ancestor's, and beside it every layered
// one of its own and its ancestors.
const (
	LocalLayer   Layer = "local"   // its stages and signing chains hold, its clocks run
	LayeredLayer Layer = "layered" // only its clocks run, beside the local one's
)

// RulebookUse is one time for which a unit, and all units below it, work under a rulebook. This package does not know
// what a rulebook says; package rules reads the uses.
type RulebookUse struct {
	ID        string    `json:"id"`
	UnitID    string    `json:"unit_id"`
	Rulebook  string    `json:"rulebook"` // id
	Layer     Layer     `json:"layer"`
	FromAt    sql.Time  `json:"from_at"`  // 0: since ever
	UntilAt   *sql.Time `json:"until_at"` // from then on no more; nil has no end
	Reason    string    `json:"reason"`
	CreatedBy string    `json:"created_by"`
	CreatedAt sql.Time  `json:"created_at"`
	Version   int64     `json:"version"`
}

// Use adds a use as it is; the caller has decided that it may. It belongs in the caller's transaction.
func Use(ctx context.Context, tx *sql.DB, use RulebookUse) error {
	if _, err := tx.Exec(ctx, "rulebook_use.insert", use); err != nil {
		return wrap(err, "let unit %s work under %s", use.UnitID, use.Rulebook)
	}
	return TouchLaw(ctx, tx)
}

// TouchLaw marks that the rules in force, the calendar, or the place of a unit in the tree changed, so that every node
// reads them anew. It belongs in the transaction of the change.
func TouchLaw(ctx context.Context, tx *sql.DB) error {
	_, err := tx.Exec(ctx, "law.touch", sql.Args{"mark": sql.NewID()})
	return wrap(err, "mark a change of the rules in force")
}

// RulebookOf returns the id of the local rulebook a unit works under now: its own or the nearest ancestor's; empty when
// none has one. It asks for nobody in particular.
func RulebookOf(ctx context.Context, db *sql.DB, unitID string) (string, error) {
	path, err := pathOf(ctx, db, unitID)
	if err != nil {
		return "", wrap(err, "rulebook of unit %s", unitID)
	}
	rulebook, err := sql.Get[string](ctx, db, "unit.rulebook", sql.Args{"ids": path, "at": db.Now()})
	if errors.Is(err, sql.ErrNone) {
		return "", nil
	}
	return rulebook, wrap(err, "rulebook of unit %s", unitID)
}
