package accounts

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// AmendedRule is a choice that was made or ended, with the rejudgement it asks for.
type AmendedRule struct {
	Change      rules.Change
	Rejudgement *Rejudgement // nil when nothing is to be judged anew: the choice was withdrawn before it began
}

// AmendedUse is an adoption of a rulebook that was made or ended, with the rejudgement it asks for.
type AmendedUse struct {
	Use         units.RulebookUse
	Rejudgement *Rejudgement // nil when nothing is to be judged anew
}

// ChooseRule is rules.Choose, and in the same transaction all accounts of the unit and below it are put down to be judged
// anew from the day on which the choice begins. Errors: those of rules.Choose.
func ChooseRule(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, change rules.Change) (AmendedRule, error) {
	var made AmendedRule
	err := db.InTx(ctx, func(tx *sql.DB) (err error) {
		if made.Change, err = rules.Choose(ctx, tx, book, actor, change); err != nil {
			return err
		}
		made.Rejudgement, err = rejudgeFrom(ctx, tx, actor, made.Change.UnitID, WhyChange, made.Change.ID, made.Change.FromAt)
		return err
	})
	return made, wrap(err, "choose for unit %s", change.UnitID)
}

// EndRule is rules.EndChange, with a rejudgement from the day on which the choice ends. A choice that had not begun takes its
// rejudgement along. Errors: those of rules.EndChange.
func EndRule(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, ending rules.Ending) (AmendedRule, error) {
	var made AmendedRule
	err := db.InTx(ctx, func(tx *sql.DB) (err error) {
		if made.Change, err = rules.EndChange(ctx, tx, book, actor, ending); err != nil {
			return err
		}
		made.Rejudgement, err = rejudgeEnd(ctx, tx, actor, made.Change.UnitID, WhyChange, made.Change.ID, made.Change.FromAt, *made.Change.UntilAt)
		return err
	})
	return made, wrap(err, "end choice %s", ending.ID)
}

// AdoptRulebook is rules.Adopt, with a rejudgement from the day on which the unit works under the rulebook. Errors: those of
// rules.Adopt.
func AdoptRulebook(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, use units.RulebookUse) (AmendedUse, error) {
	var made AmendedUse
	err := db.InTx(ctx, func(tx *sql.DB) (err error) {
		if made.Use, err = rules.Adopt(ctx, tx, book, actor, use); err != nil {
			return err
		}
		made.Rejudgement, err = rejudgeFrom(ctx, tx, actor, made.Use.UnitID, WhyUse, made.Use.ID, made.Use.FromAt)
		return err
	})
	return made, wrap(err, "adopt %s for unit %s", use.Rulebook, use.UnitID)
}

// EndAdoption is rules.EndUse, with a rejudgement as EndRule has it. Errors: those of rules.EndUse.
func EndAdoption(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, ending rules.Ending) (AmendedUse, error) {
	var made AmendedUse
	err := db.InTx(ctx, func(tx *sql.DB) (err error) {
		if made.Use, err = rules.EndUse(ctx, tx, book, actor, ending); err != nil {
			return err
		}
		made.Rejudgement, err = rejudgeEnd(ctx, tx, actor, made.Use.UnitID, WhyUse, made.Use.ID, made.Use.FromAt, *made.Use.UntilAt)
		return err
	})
	return made, wrap(err, "end use %s", ending.ID)
}

// rejudgeFrom puts a unit's accounts down to be judged anew from an instant on.
func rejudgeFrom(ctx context.Context, tx *sql.DB, actor units.Actor, unitID string, why RejudgeWhy, whyID string, from sql.Time) (*Rejudgement, error) {
	unit, err := units.Get(ctx, tx, actor, unitID)
	if err != nil {
		return nil, err
	}
	r, err := Rejudge(ctx, tx, actor, unit, why, whyID, from)
	return &r, err
}

// rejudgeEnd is rejudgeFrom for the end of something. What was withdrawn before it began changes nothing: the rejudgement
// that waited for it goes with it.
func rejudgeEnd(ctx context.Context, tx *sql.DB, actor units.Actor, unitID string, why RejudgeWhy, whyID string, from, until sql.Time) (*Rejudgement, error) {
	if until == from && from > tx.Now() {
		_, err := tx.Exec(ctx, "rejudgement.drop", sql.Args{"why": why, "why_id": whyID})
		return nil, err
	}
	return rejudgeFrom(ctx, tx, actor, unitID, why, whyID, until)
}

// PreviewChoice tells what a choice would do to the accounts of the unit and below it if it held from this instant, and
// writes nothing. Errors: those of rules.Choose.
func PreviewChoice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, change rules.Change) (Preview, error) {
	law, unit, err := rules.SupposeChoice(ctx, db, book, actor, change)
	if err != nil {
		return Preview{}, wrap(err, "preview a choice for unit %s", change.UnitID)
	}
	return PreviewOf(ctx, db, book, unit, law)
}

// PreviewAdoption tells what working under a rulebook would do to the accounts of the unit and below it if it began at this
// instant, and writes nothing. Errors: those of rules.Adopt.
func PreviewAdoption(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, use units.RulebookUse) (Preview, error) {
	law, unit, err := rules.SupposeAdoption(ctx, db, book, actor, use)
	if err != nil {
		return Preview{}, wrap(err, "preview a rulebook for unit %s", use.UnitID)
	}
	return PreviewOf(ctx, db, book, unit, law)
}

// PreviewEndOfRule tells what the end of a choice would do to the accounts of the unit and below it if it came at this
// instant, and writes nothing. A choice that has not begun changes nothing by going. Errors: those of rules.EndChange.
func PreviewEndOfRule(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, ending rules.Ending) (Preview, error) {
	law, unit, err := rules.SupposeEndOfChange(ctx, db, book, actor, ending)
	if err != nil {
		return Preview{}, wrap(err, "preview the end of choice %s", ending.ID)
	}
	return PreviewOf(ctx, db, book, unit, law)
}

// PreviewEndOfAdoption tells what no longer working under a rulebook would do to the accounts of the unit and below it if it
// came at this instant, and writes nothing. Errors: those of rules.EndUse.
func PreviewEndOfAdoption(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, ending rules.Ending) (Preview, error) {
	law, unit, err := rules.SupposeEndOfUse(ctx, db, book, actor, ending)
	if err != nil {
		return Preview{}, wrap(err, "preview the end of use %s", ending.ID)
	}
	return PreviewOf(ctx, db, book, unit, law)
}
