package main

import (
	"context"
	"errors"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

// personView is somebody as the console shows people: how the person is reached only to who manages, and what may be done.
type personView struct {
	units.Person
	Phone   *string  `json:"phone" doc:"Null for readers who do not manage this person"`
	Actions []string `json:"actions" nullable:"false" doc:"disable, enable, password, phone, roles: what this person may do now"`
	Refusal string   `json:"refusal" doc:"Why nothing may be done, in Chinese; empty when something may"`
}

// viewPerson adds what the actor may do with somebody.
func (s *server) viewPerson(ctx context.Context, person units.Person, err error) (*Body[personView], error) {
	if err != nil {
		return nil, err
	}
	actor := actorOf(ctx)
	view := personView{Person: person, Actions: []string{}}
	managed := units.Managed(ctx, s.db, actor, person.ID)
	var refusal *fault.Fault
	if managed != nil && !errors.As(managed, &refusal) {
		return nil, managed
	}
	if may := actor.May(units.WriteUnits); may && managed == nil || person.ID == actor.PersonID {
		contacts, err := units.ContactsOf(ctx, s.db, []string{person.ID})
		if err != nil {
			return nil, err
		}
		phone := contacts[person.ID].Phone
		view.Phone = &phone
	}
	switch {
	case !actor.May(units.WriteUnits):
	case managed != nil:
		view.Refusal = refusal.Sentence
		if errors.Is(managed, units.ErrPersonElsewhere) {
			view.Actions = []string{"roles"}
		}
	case person.DisabledAt != nil:
		view.Actions = []string{"enable", "phone", "roles"}
	default:
		view.Actions = []string{"disable", "password", "phone", "roles"}
	}
	return &Body[personView]{Body: view}, nil
}

type listPeopleInput struct {
	PageQuery
	UnitID string     `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	Role   units.Role `query:"role" maxLength:"32"`
	State  string     `query:"state" enum:"active,disabled"`
	Query  string     `query:"q" maxLength:"100" doc:"A part of the name or the user name"`
}

func (s *server) listPeople(ctx context.Context, in *listPeopleInput) (*Body[Page[units.Person]], error) {
	if err := idCursor(in.Cursor); err != nil {
		return nil, err
	}
	rows, err := units.ListPeople(ctx, s.db, actorOf(ctx), units.PeopleFilter{UnitID: in.UnitID, Role: in.Role, State: in.State, Query: in.Query,
		After: in.Cursor, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(p units.Person) string { return p.ID }), err)
}

type createPersonInput struct {
	Body struct {
		Username     string         `json:"username" maxLength:"128"`
		Name         string         `json:"name" maxLength:"120"`
		Phone        string         `json:"phone,omitempty" maxLength:"80"`
		Password     string         `json:"password" maxLength:"1000" doc:"A first one: it must be changed at the first sign-in"`
		Roles        []units.RoleAt `json:"roles" maxItems:"20"`
		ContractorID string         `json:"contractor_id,omitempty" maxLength:"16" doc:"Whose employee it is; left out: the unit's own"`
	}
}

func (s *server) createPerson(ctx context.Context, in *createPersonInput) (*Body[personView], error) {
	b := in.Body
	rule, err := s.firstRule(ctx, b.Roles)
	if err != nil {
		return nil, err
	}
	person, err := accounts.CreatePerson(ctx, s.db, s.book, actorOf(ctx), units.NewPerson{Username: b.Username, Name: b.Name, Phone: b.Phone, Password: b.Password,
		MustChange: true, Roles: b.Roles, ContractorID: b.ContractorID}, rule)
	return s.viewPerson(ctx, person, err)
}

// firstRule is what is demanded of the password of somebody with some roles: at the first of their units that the actor reaches.
func (s *server) firstRule(ctx context.Context, roles []units.RoleAt) (units.PasswordRule, error) {
	if len(roles) == 0 {
		return units.PasswordRule{}, nil // refused later, for want of a role
	}
	if _, err := units.Get(ctx, s.db, actorOf(ctx), roles[0].UnitID); err != nil {
		return units.PasswordRule{}, err
	}
	return s.passwordRule(ctx, units.Actor{Roles: []units.HeldRole{{UnitID: roles[0].UnitID}}})
}

func (s *server) getPerson(ctx context.Context, in *ByID) (*Body[personView], error) {
	person, err := units.GetPerson(ctx, s.db, actorOf(ctx), in.ID)
	return s.viewPerson(ctx, person, err)
}

// changedPerson shows somebody after a change.
func (s *server) changedPerson(ctx context.Context, id string, err error) (*Body[personView], error) {
	if err != nil {
		return nil, err
	}
	return s.getPerson(ctx, &ByID{ID: id})
}

type setPhoneInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Phone   string `json:"phone" maxLength:"80"`
	}
}

func (s *server) setPhone(ctx context.Context, in *setPhoneInput) (*Body[personView], error) {
	return s.changedPerson(ctx, in.ID, units.SetPhone(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.Phone))
}

type grantRoleInput struct {
	ByID
	Body units.RoleAt
}

func (s *server) grantRole(ctx context.Context, in *grantRoleInput) (*Body[personView], error) {
	return s.changedPerson(ctx, in.ID, accounts.GrantRole(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body))
}

type revokeRoleInput struct {
	ByID
	Body struct {
		UnitID string     `json:"unit_id" minLength:"16" maxLength:"16"`
		Role   units.Role `json:"role" maxLength:"32"`
		Urgent string     `json:"urgent,omitempty" maxLength:"1000" doc:"Why it cannot wait for the hand-over"`
	}
}

func (s *server) revokeRole(ctx context.Context, in *revokeRoleInput) (*Body[personView], error) {
	b := in.Body
	return s.changedPerson(ctx, in.ID, accounts.RevokeRole(ctx, s.db, s.book, actorOf(ctx), in.ID, units.RoleAt{UnitID: b.UnitID, Role: b.Role}, b.Urgent))
}

type disablePersonInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Urgent  string `json:"urgent,omitempty" maxLength:"1000" doc:"Why it cannot wait for the hand-over"`
	}
}

func (s *server) disablePerson(ctx context.Context, in *disablePersonInput) (*Body[personView], error) {
	return s.changedPerson(ctx, in.ID, accounts.DisablePerson(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Urgent))
}

func (s *server) enablePerson(ctx context.Context, in *ByVersion) (*Body[personView], error) {
	return s.changedPerson(ctx, in.ID, accounts.EnablePerson(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version))
}

type resetPasswordInput struct {
	ByID
	Body struct {
		Version  int64  `json:"version"`
		Password string `json:"password" maxLength:"1000" doc:"It must be changed at the next sign-in"`
	}
}

func (s *server) resetPassword(ctx context.Context, in *resetPasswordInput) (*Body[personView], error) {
	actor := actorOf(ctx)
	person, err := units.GetPerson(ctx, s.db, actor, in.ID)
	if err != nil {
		return nil, err
	}
	rule, err := s.passwordRule(ctx, units.Actor{Roles: person.Roles})
	if err != nil {
		return nil, err
	}
	return s.changedPerson(ctx, in.ID, units.ResetPassword(ctx, s.db, actor, in.ID, in.Body.Version, in.Body.Password, rule))
}

type listHandoversInput struct {
	PageQuery
	UnitID   string                 `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	PersonID string                 `query:"person_id" maxLength:"16"`
	State    accounts.HandoverState `query:"state" enum:"open,done,void"`
}

func (s *server) listHandovers(ctx context.Context, in *listHandoversInput) (*Body[Page[accounts.HandoverView]], error) {
	if err := idCursor(in.Cursor); err != nil {
		return nil, err
	}
	rows, err := accounts.Handovers(ctx, s.db, s.book, actorOf(ctx), accounts.HandoverFilter{UnitID: in.UnitID, PersonID: in.PersonID, State: in.State,
		Before: in.Cursor, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(h accounts.HandoverView) string { return h.ID }), err)
}

type beginHandoverInput struct {
	Body struct {
		UnitID    string   `json:"unit_id" minLength:"16" maxLength:"16"`
		PersonID  string   `json:"person_id" minLength:"16" maxLength:"16"`
		Successor string   `json:"successor,omitempty" maxLength:"120"`
		Reason    string   `json:"reason" maxLength:"1000"`
		LeftOn    sql.Time `json:"left_on" doc:"Any instant of the day"`
	}
}

func (s *server) beginHandover(ctx context.Context, in *beginHandoverInput) (*Body[accounts.HandoverView], error) {
	b := in.Body
	return answer(accounts.BeginHandover(ctx, s.db, s.book, actorOf(ctx), accounts.NewHandover{UnitID: b.UnitID, PersonID: b.PersonID, Successor: b.Successor,
		Reason: b.Reason, LeftOn: b.LeftOn}))
}

func (s *server) getHandover(ctx context.Context, in *ByID) (*Body[accounts.HandoverView], error) {
	return answer(accounts.GetHandover(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

// Proof is what is told of something done on paper: the day, and a file or where the paper is kept.
type Proof struct {
	Version     int64    `json:"version"`
	DoneOn      sql.Time `json:"done_on" doc:"Any instant of the day"`
	Note        string   `json:"note,omitempty" maxLength:"1000"`
	Attachments []string `json:"attachments,omitempty" maxItems:"20"`
}

func (p Proof) told() accounts.Proof {
	return accounts.Proof{DoneOn: p.DoneOn, Note: p.Note, Attachments: p.Attachments}
}

type recordHandoverInput struct {
	ByID
	Body struct {
		Proof
		Place int `json:"place" doc:"Of the item, from 1"`
	}
}

func (s *server) recordHandover(ctx context.Context, in *recordHandoverInput) (*Body[accounts.HandoverView], error) {
	b := in.Body
	return answer(accounts.RecordHandover(ctx, s.db, s.book, actorOf(ctx), in.ID, b.Version, b.Place, b.told()))
}

func (s *server) finishHandover(ctx context.Context, in *ByVersion) (*Body[accounts.HandoverView], error) {
	return answer(accounts.FinishHandover(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) voidHandover(ctx context.Context, in *stateInput) (*Body[accounts.HandoverView], error) {
	return answer(accounts.VoidHandover(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

type listStaffFilingsInput struct {
	PageQuery
	UnitID string               `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	State  accounts.FilingState `query:"state" enum:"open,filed,received"`
}

func (s *server) listStaffFilings(ctx context.Context, in *listStaffFilingsInput) (*Body[Page[accounts.StaffFiling]], error) {
	if err := idCursor(in.Cursor); err != nil {
		return nil, err
	}
	rows, err := accounts.StaffFilings(ctx, s.db, s.book, actorOf(ctx), accounts.FilingFilter{UnitID: in.UnitID, State: in.State, Before: in.Cursor, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(f accounts.StaffFiling) string { return f.ID }), err)
}

type fileStaffChangeInput struct {
	ByID
	Body struct {
		Version int64             `json:"version"`
		Values  map[string]string `json:"values,omitempty" doc:"By the name of the item; one left out stays as it is"`
	}
}

func (s *server) fileStaffChange(ctx context.Context, in *fileStaffChangeInput) (*Body[accounts.StaffFiling], error) {
	return answer(accounts.FileStaffChange(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Values))
}

type receiveStaffChangeInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Number  string `json:"number" maxLength:"240" doc:"Of the receipt"`
	}
}

func (s *server) receiveStaffChange(ctx context.Context, in *receiveStaffChangeInput) (*Body[accounts.StaffFiling], error) {
	return answer(accounts.ReceiveStaffChange(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Number))
}
