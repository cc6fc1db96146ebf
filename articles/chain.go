package articles

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// chains finds the rulebook under which an article is signed, as it is in force now: with the readings that the offices
// above the article's unit chose.
type chains struct {
	law   *rules.Law
	now   sql.Time
	paths map[string]string // of units
}

// openChains reads what holds now for some units.
func openChains(ctx context.Context, db *sql.DB, book rules.Book, unitIDs ...string) (chains, error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return chains{}, err
	}
	paths, err := units.Paths(ctx, db, unitIDs)
	return chains{law: law, now: db.Now(), paths: paths}, err
}

// of returns the rulebook that an article was submitted under. One that its unit no longer works under is taken as the
// regulation has it, so that a chain that was begun can be ended.
func (c chains) of(article Article) (*rules.Rulebook, bool) {
	if book := c.law.Regime(c.paths[article.UnitID]).Named(article.Rulebook, c.now.Std()); book != nil {
		return book, true
	}
	return c.law.Library.ByID(article.Rulebook)
}

// local returns the rulebook whose chain a unit signs under; false when there is none.
func (c chains) local(unitID string) (*rules.Rulebook, bool) {
	book := c.law.Regime(c.paths[unitID]).Local(c.now.Std())
	return book, book != nil
}
