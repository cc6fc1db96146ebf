package accounts

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// ApplicationFilter narrows and pages a list of applications; empty fields narrow nothing.
type ApplicationFilter struct {
	UnitID    string // this unit and those below it
	Process   rules.Process
	Object    rules.Object
	AccountID string
	State     string // a state, or open: not at the end
	Mine      bool   // what waits for the actor
	Query     string // a part of the name
	AfterID   string // the last of the page before
	PerPage   int    // 1 to 100; anything else means 20
}

// ApplicationLine is an application in a list.
type ApplicationLine struct {
	Application
	StateLabel string   `json:"state_label"`
	WaitsFor   []string `json:"waits_for"` // titles of the open steps
	Mine       bool     `json:"mine"`      // one of them waits for the actor
}

// ApplicationPage is a page of applications, the youngest first.
type ApplicationPage struct {
	Items []ApplicationLine `json:"items"`
	Next  string            `json:"next"` // for AfterID; empty on the last page
}

// Applications returns a page of the applications of units the actor reaches with ReadAccounts. Errors: ErrCursorInvalid,
// units.ErrNotFound for a unit out of reach.
func Applications(ctx context.Context, db *sql.DB, actor units.Actor, filter ApplicationFilter) (ApplicationPage, error) {
	if filter.AfterID != "" && !sql.IsID(filter.AfterID) {
		return ApplicationPage{}, ErrCursorInvalid.On("after")
	}
	path, err := subtree(ctx, db, actor, filter.UnitID)
	if err != nil {
		return ApplicationPage{}, wrap(err, "applications of unit %s", filter.UnitID)
	}
	size := pageSize(filter.PerPage)
	rows, err := sql.List[Application](ctx, db, "application.list", sql.Args{"path": path, "process": filter.Process, "object": filter.Object,
		"account_id": filter.AccountID, "state": filter.State, "mine": filter.Mine, "title": like(filter.Query), "after_id": filter.AfterID, "limit": size + 1,
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts), "handlers": units.RolesWith(units.HandleApplications)})
	if err != nil {
		return ApplicationPage{}, wrap(err, "list applications")
	}
	page := ApplicationPage{Items: []ApplicationLine{}}
	if len(rows) > size {
		rows, page.Next = rows[:size], rows[size-1].ID
	}
	page.Items, err = linesOf(ctx, db, actor, rows)
	return page, wrap(err, "list applications")
}

func linesOf(ctx context.Context, db *sql.DB, actor units.Actor, rows []Application) ([]ApplicationLine, error) {
	lines := make([]ApplicationLine, len(rows))
	at := map[string]int{}
	ids := make([]string, len(rows))
	for i, app := range rows {
		lines[i] = ApplicationLine{Application: app, StateLabel: app.State.Label(), WaitsFor: []string{}}
		at[app.ID], ids[i] = i, app.ID
	}
	if len(ids) == 0 {
		return lines, nil
	}
	steps, err := sql.List[Step](ctx, db, "application_step.of", sql.Args{"ids": ids})
	for _, step := range steps {
		line := &lines[at[step.ApplicationID]]
		if line.State.Open() && (step.State == StepOpen || step.State == StepHanded) {
			line.WaitsFor = append(line.WaitsFor, step.Title())
			line.Mine = line.Mine || waitsFor(actor, step)
		}
	}
	return lines, err
}

// waitsFor reports whether a step waits for somebody: for the role it names, held at its very unit.
func waitsFor(actor units.Actor, step Step) bool {
	for _, held := range actor.Roles {
		if held.UnitID == step.AtUnit && (string(held.Role) == step.Who || step.Who == handlers && carries([]string{string(held.Role)}, units.HandleApplications)) {
			return true
		}
	}
	return false
}

// AwaitingMe returns how many applications wait for an act of the actor.
func AwaitingMe(ctx context.Context, db *sql.DB, actor units.Actor) (int, error) {
	n, err := sql.Get[int](ctx, db, "application.awaiting", sql.Args{"person_id": actor.PersonID, "handlers": units.RolesWith(units.HandleApplications)})
	return n, wrap(err, "count the applications that wait for %s", actor.PersonID)
}

// noticeReached refuses to publish a notice of an application before that has come to its announcement, naming what is
// missing before it: 潼南 9 announces after the filing. A notice of no application is nobody's step.
func noticeReached(ctx context.Context, db *sql.DB, applicationID, notice string) error {
	steps, err := StepsOf(ctx, db, applicationID)
	if err != nil {
		return err
	}
	c := casework{steps: steps}
	var waiting *Step
	for i, step := range steps {
		if step.Action != rules.ActionAnnounce || step.Notice != "" && step.Notice != notice {
			continue
		}
		if step.State == StepOpen || step.State == StepDone {
			return nil
		}
		waiting = &steps[i]
	}
	if waiting == nil {
		return nil
	}
	return ErrNoticeOrder.Say("申请还没有办到公告这一步，还缺%s。请先办完前面的环节再发布公告。", stepTitles(c.undoneBefore(waiting.Seq)))
}

// reOffice gives the open applications and staff filings below a moved unit to the office that supervises them now.
func reOffice(ctx context.Context, tx *sql.DB, path string) error {
	moved, err := sql.List[struct{ ID, UnitID string }](ctx, tx, "application.open_in_subtree", sql.Args{"path": path})
	if err != nil {
		return err
	}
	for _, app := range moved {
		office, err := units.OfficeOf(ctx, tx, app.UnitID)
		if err != nil {
			return err
		}
		for _, name := range []string{"application.give_office", "application_step.move_office"} {
			if _, err := tx.Exec(ctx, name, sql.Args{"id": app.ID, "office_id": office.ID}); err != nil {
				return err
			}
		}
	}
	return reOfficeFilings(ctx, tx, path)
}
