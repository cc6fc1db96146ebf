package main

import (
	"context"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
)

func (s *server) listOpenings(ctx context.Context, in *ByUnit) (*Body[Items[accounts.Opening]], error) {
	items, err := accounts.Openings(ctx, s.db, s.book, actorOf(ctx), in.UnitID)
	return answer(Items[accounts.Opening]{Items: items}, err)
}

type listApplicationsInput struct {
	PageQuery
	UnitID    string        `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	Process   rules.Process `query:"process" maxLength:"24"`
	Object    rules.Object  `query:"object" maxLength:"24"`
	AccountID string        `query:"account_id" maxLength:"16"`
	State     string        `query:"state" enum:"open,draft,running,returned,withdrawn,refused,done" doc:"open: not at its end"`
	Mine      bool          `query:"mine" doc:"Only what waits for me"`
	Query     string        `query:"q" maxLength:"100" doc:"A part of the name"`
}

func (s *server) listApplications(ctx context.Context, in *listApplicationsInput) (*Body[accounts.ApplicationPage], error) {
	return answer(accounts.Applications(ctx, s.db, actorOf(ctx), accounts.ApplicationFilter{UnitID: in.UnitID, Process: in.Process, Object: in.Object,
		AccountID: in.AccountID, State: in.State, Mine: in.Mine, Query: in.Query, AfterID: in.Cursor, PerPage: in.PerPage}))
}

// ApplicationForm is what the unit writes into an application. What is left out stays as it is.
type ApplicationForm struct {
	Wanted       accounts.Wanted  `json:"wanted,omitempty" doc:"Fields of the register by name, as the register writes them; an empty text takes one out. Of a column: column_act (add, remove, change), column_name, column_kind, column_parent, column_url; else domain or mailbox"`
	WebsiteClass *string          `json:"website_class,omitempty" enum:"portal,department,town"`
	Reason       *string          `json:"reason,omitempty" maxLength:"4000"`
	OffFrom      *sql.Time        `json:"off_from,omitempty" doc:"Of a time off the net"`
	OffUntil     *sql.Time        `json:"off_until,omitempty"`
	Cause        *string          `json:"cause,omitempty" maxLength:"64" doc:"Of an emergency: one of the openings' causes"`
	Ending       *accounts.Ending `json:"ending,omitempty" doc:"Of shutting, cancelling and migrating"`
	Attachments  []string         `json:"attachments,omitempty" maxItems:"20" doc:"Files of the unit"`
}

func (f ApplicationForm) draft() accounts.ApplicationDraft {
	return accounts.ApplicationDraft{Wanted: f.Wanted, WebsiteClass: f.WebsiteClass, Reason: f.Reason, OffFrom: f.OffFrom, OffUntil: f.OffUntil, Cause: f.Cause,
		Ending: f.Ending, Attachments: f.Attachments}
}

type applyInput struct {
	Body struct {
		ApplicationForm
		UnitID         string        `json:"unit_id,omitempty" maxLength:"16" doc:"Whose it is; left out where an account, a column or a registration says it"`
		Process        rules.Process `json:"process" maxLength:"24"`
		Object         rules.Object  `json:"object" maxLength:"24"`
		AccountID      string        `json:"account_id,omitempty" maxLength:"16" doc:"Of everything but the opening of an account; of a new column its site"`
		ColumnID       string        `json:"column_id,omitempty" maxLength:"16"`
		RegistrationID string        `json:"registration_id,omitempty" maxLength:"16" doc:"A domain or a mailbox"`
	}
}

func (s *server) apply(ctx context.Context, in *applyInput) (*Body[accounts.ApplicationView], error) {
	b := in.Body
	class := ""
	if b.WebsiteClass != nil {
		class = *b.WebsiteClass
	}
	form := b.draft()
	form.WebsiteClass = nil
	return s.application(ctx)(accounts.Apply(ctx, s.db, s.book, actorOf(ctx), accounts.NewApplication{UnitID: b.UnitID, Process: b.Process, Object: b.Object,
		WebsiteClass: class, AccountID: b.AccountID, ColumnID: b.ColumnID, RegistrationID: b.RegistrationID, Draft: form}))
}

// application answers an act with the application as its screen shows it.
func (s *server) application(ctx context.Context) func(accounts.Application, error) (*Body[accounts.ApplicationView], error) {
	return func(app accounts.Application, err error) (*Body[accounts.ApplicationView], error) {
		if err != nil {
			return nil, err
		}
		return answer(accounts.ViewApplication(ctx, s.db, s.book, actorOf(ctx), app.ID))
	}
}

func (s *server) getApplication(ctx context.Context, in *ByID) (*Body[accounts.ApplicationView], error) {
	return answer(accounts.ViewApplication(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type saveApplicationInput struct {
	ByID
	Body struct {
		ApplicationForm
		Version int64 `json:"version"`
	}
}

func (s *server) saveApplication(ctx context.Context, in *saveApplicationInput) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.SaveApplication(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.draft()))
}

// StageForm is what is told when a step is done, or written down.
type StageForm struct {
	Role        rules.Role        `json:"role,omitempty" maxLength:"24" doc:"Where one of several roles does it: which; left out: my own"`
	On          *sql.Time         `json:"on,omitempty" doc:"When it was done; left out: now"`
	Number      string            `json:"number,omitempty" maxLength:"240"`
	Opinion     string            `json:"opinion,omitempty" maxLength:"2000"`
	Signer      string            `json:"signer,omitempty" maxLength:"120" doc:"On paper: who signed"`
	Attachments []string          `json:"attachments,omitempty" maxItems:"20"`
	Wanted      map[string]string `json:"wanted,omitempty" doc:"What is filled in with the step, as in saving"`
	Ending      *accounts.Ending  `json:"ending,omitempty"`
	Skip        bool              `json:"skip,omitempty" doc:"It does not apply here; the opinion says why. Only of a step that is skippable"`
}

func (f StageForm) act() accounts.StageAct {
	return accounts.StageAct{Role: f.Role, On: f.On, Number: f.Number, Opinion: f.Opinion, Signer: f.Signer, Attachments: f.Attachments, Wanted: f.Wanted, Ending: f.Ending,
		Skip: f.Skip}
}

type submitApplicationInput struct {
	ByID
	Body struct {
		StageForm
		Version int64 `json:"version"`
	}
}

func (s *server) submitApplication(ctx context.Context, in *submitApplicationInput) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.Submit(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.act()))
}

type stageInput struct {
	ByID
	Body struct {
		StageForm
		Version int64  `json:"version"`
		StepID  string `json:"step_id" minLength:"16" maxLength:"16"`
	}
}

func (s *server) doStage(ctx context.Context, in *stageInput) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.DoStage(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.StepID, in.Body.act()))
}

func (s *server) refuseApplication(ctx context.Context, in *stageInput) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.RefuseApplication(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.StepID, in.Body.act()))
}

func (s *server) returnApplication(ctx context.Context, in *stateInput) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.ReturnApplication(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

func (s *server) withdrawApplication(ctx context.Context, in *stateInput) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.WithdrawApplication(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

func (s *server) resumeApplication(ctx context.Context, in *ByVersion) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.ResumeApplication(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version))
}

type waiveInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Rule    string `json:"rule" maxLength:"64" doc:"Of the lack that is let pass"`
		Reason  string `json:"reason" maxLength:"2000"`
	}
}

func (s *server) waive(ctx context.Context, in *waiveInput) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.Waive(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Rule, in.Body.Reason))
}

type backOnlineInput struct {
	ByID
	Body struct {
		Version int64     `json:"version"`
		At      *sql.Time `json:"at,omitempty" doc:"Left out: now"`
	}
}

func (s *server) backOnline(ctx context.Context, in *backOnlineInput) (*Body[accounts.ApplicationView], error) {
	return s.application(ctx)(accounts.BackOnline(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.At))
}

type closeAccountInput struct {
	ByID
	Body struct {
		Version int64    `json:"version"`
		Reason  string   `json:"reason" maxLength:"1000"`
		Proof   []string `json:"proof,omitempty" maxItems:"20" doc:"Files of the unit: what the platform gave"`
		GoneTo  string   `json:"gone_to,omitempty" maxLength:"1000" doc:"What the public reads: where to go now"`
	}
}

func (s *server) closeAccount(ctx context.Context, in *closeAccountInput) (*Body[accounts.Account], error) {
	b := in.Body
	return answer(accounts.Close(ctx, s.db, s.book, actorOf(ctx), in.ID, b.Version, accounts.Closing{Reason: b.Reason, Proof: b.Proof, GoneTo: b.GoneTo}))
}

type UnitPageInput struct {
	PageQuery
	UnitID string `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
}

func (s *server) listViolations(ctx context.Context, in *UnitPageInput) (*Body[Page[accounts.Violation]], error) {
	if err := idCursor(in.Cursor); err != nil {
		return nil, err
	}
	rows, err := accounts.Violations(ctx, s.db, s.book, actorOf(ctx), accounts.ViolationFilter{UnitID: in.UnitID, AfterID: in.Cursor, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(v accounts.Violation) string { return v.ID }), err)
}

func (s *server) listCrowds(ctx context.Context, in *UnitPageInput) (*Body[accounts.CrowdPage], error) {
	return answer(accounts.ToConsolidate(ctx, s.db, s.book, actorOf(ctx), in.UnitID, in.Cursor, in.PerPage))
}

type listRegistrationsInput struct {
	UnitPageInput
	Object rules.Object `query:"object" enum:"domain,mailbox"`
}

func (s *server) listRegistrations(ctx context.Context, in *listRegistrationsInput) (*Body[Page[accounts.Registration]], error) {
	if err := idCursor(in.Cursor); err != nil {
		return nil, err
	}
	rows, err := accounts.Registrations(ctx, s.db, actorOf(ctx), accounts.RegistrationFilter{UnitID: in.UnitID, Object: in.Object, AfterID: in.Cursor, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(r accounts.Registration) string { return r.ID }), err)
}
