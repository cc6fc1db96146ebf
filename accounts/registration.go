package accounts

import (
	"context"
	"errors"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Registration is a domain or a mailbox that was given to a unit.
type Registration struct {
	ID            string       `json:"id"`
	UnitID        string       `json:"unit_id"`
	UnitName      string       `json:"unit_name"` // read with the row
	Object        rules.Object `json:"object"`    // domain, mailbox
	Name          string       `json:"name"`
	AccountID     *string      `json:"account_id"` // the website of a domain
	ApplicationID string       `json:"application_id"`
	SinceAt       sql.Time     `json:"since_at"`
	UntilAt       *sql.Time    `json:"until_at"` // cancelled, or replaced by another one; nil while it holds
}

func registrationOf(ctx context.Context, db *sql.DB, id string) (Registration, error) {
	held, err := sql.Get[Registration](ctx, db, "registration.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		err = ErrApplicationAbout.On("registration_id")
	}
	return held, err
}

// alreadyHad says that somebody has a domain or a mailbox.
const alreadyHad = "“%s”已经分配出去，请换一个，或先办理注销。"

// heldNoMore says that what an application is about ended by another one.
const heldNoMore = "“%s”已经注销或者换成了别的，这份申请不能再办。请撤回，需要的再另建申请。"

// register gives a domain or a mailbox to the unit, in place of the one the application is about, or takes it away. Of two who
// get one name in the same moment the database lets one have it: ErrRegistrationHad for the other.
func (c *casework) register(ctx context.Context, on sql.Time) error {
	if c.app.RegistrationID != nil {
		mine, err := c.db.ExecOne(ctx, "registration.end", sql.Args{"id": *c.app.RegistrationID, "until_at": on})
		if err != nil {
			return err
		}
		if !mine { // another application was faster
			return ErrApplicationAbout.Say(heldNoMore, c.app.Title).On("registration_id").Under(c.rb.ID, c.app.Articles)
		}
	}
	if c.app.Process == rules.ProcessCancel {
		return nil
	}
	name := c.app.Wanted[string(c.app.Object)]
	given := Registration{ID: sql.NewID(), UnitID: c.unit.ID, Object: c.app.Object, Name: name, AccountID: c.app.AccountID, ApplicationID: c.app.ID, SinceAt: on}
	_, err := c.db.Exec(ctx, "registration.insert", given)
	if sql.IsDuplicate(err) {
		return ErrRegistrationHad.Say(alreadyHad, name).On(string(c.app.Object)).Under(c.rb.ID, c.app.Articles).Because(err)
	}
	if err != nil {
		return err
	}
	if c.record == nil || c.app.Object != rules.Domain {
		return nil
	}
	after := *c.record
	if after.Particulars.Domain != "" && after.Particulars.Domain != name {
		after.Particulars.OldDomain = after.Particulars.Domain
	}
	after.Particulars.Domain, after.Particulars.DomainEnabledOn = name, sql.FromStd(rules.DateOf(on.Std()).Start()).Ptr()
	return c.saveRegister(ctx, *c.record, after)
}

// RegistrationFilter narrows and pages a list of domains and mailboxes.
type RegistrationFilter struct {
	UnitID  string // this unit and those below it
	Object  rules.Object
	AfterID string // the last of the page before
	Limit   int
}

// Registrations returns the domains and mailboxes of units the actor reaches, past ones too, the oldest first. Error:
// units.ErrNotFound.
func Registrations(ctx context.Context, db *sql.DB, actor units.Actor, filter RegistrationFilter) ([]Registration, error) {
	path, err := subtree(ctx, db, actor, filter.UnitID)
	if err != nil {
		return nil, wrap(err, "registrations of unit %s", filter.UnitID)
	}
	list, err := sql.List[Registration](ctx, db, "registration.list", sql.Args{"path": path, "object": filter.Object, "after_id": filter.AfterID, "limit": filter.Limit,
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	return list, wrap(err, "list registrations")
}
