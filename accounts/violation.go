package accounts

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Violation is something that went against the rules and that the program found by itself: an account that was opened before
// it was approved.
type Violation struct {
	ID            string      `json:"id"`
	UnitID        string      `json:"unit_id"`
	UnitName      string      `json:"unit_name"` // read with the row
	AccountID     *string     `json:"account_id"`
	ApplicationID string      `json:"application_id"`
	Name          string      `json:"name"` // of the account
	Rulebook      string      `json:"rulebook"`
	Rule          string      `json:"rule"`     // what calls for consequences
	Articles      sql.Strings `json:"articles"` // of the consequences
	Broken        sql.Strings `json:"broken"`   // the articles that were broken
	Text          string      `json:"text"`
	FoundBy       string      `json:"found_by"`
	FoundAt       sql.Time    `json:"found_at"`
	Citation      string      `json:"citation" db:"-"`
}

// recordViolation keeps that an application's thing was done without its procedure; once, however often it is found. Nothing
// is kept under a rulebook that names no consequences.
func recordViolation(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, applicationID, sentence string, broken []string) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		app, err := visibleApplication(ctx, tx, actor, applicationID)
		if err != nil {
			return err
		}
		c, err := gather(ctx, tx, book, actor, app)
		if err != nil {
			return err
		}
		trigger, found := c.rb.Trigger(rules.TriggerProcedure)
		if !found {
			return nil
		}
		violation := Violation{ID: sql.NewID(), UnitID: app.UnitID, AccountID: app.AccountID, ApplicationID: app.ID, Name: app.Title, Rulebook: c.rb.ID, Rule: trigger.ID,
			Articles: trigger.Articles, Broken: broken, Text: cut(sentence, maxOpinion), FoundBy: actor.PersonID, FoundAt: tx.Now()}
		if _, err := tx.Exec(ctx, "violation.insert", violation); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: app.UnitID, Action: ActionViolation, ObjectKind: "application", ObjectID: app.ID,
			Detail: sql.Object{"rulebook": c.rb.ID, "rule": trigger.ID, "articles": trigger.Articles, "broken": broken}})
	})
	if sql.IsDuplicate(err) {
		return nil
	}
	return wrap(err, "record a violation of application %s", applicationID)
}

// ViolationFilter narrows and pages a list of violations.
type ViolationFilter struct {
	UnitID  string // this unit and those below it
	AfterID string // the last of the page before
	Limit   int
}

// Violations returns what was found in units the actor reaches, the youngest first. Error: units.ErrNotFound.
func Violations(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter ViolationFilter) ([]Violation, error) {
	path, err := subtree(ctx, db, actor, filter.UnitID)
	if err != nil {
		return nil, wrap(err, "violations of unit %s", filter.UnitID)
	}
	list, err := sql.List[Violation](ctx, db, "violation.list", sql.Args{"path": path, "after_id": filter.AfterID, "limit": filter.Limit,
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	for i := range list {
		list[i].Citation = book.Cite(list[i].Rulebook, list[i].Articles)
	}
	return list, wrap(err, "list violations")
}
