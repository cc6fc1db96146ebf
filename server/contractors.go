package main

import (
	"context"

	"govmedia/accounts"
	"govmedia/sql"
)

type listContractorsInput struct {
	PageQuery
	UnitID string `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	State  string `query:"state" enum:"working,expiring,expired,ended"`
	Query  string `query:"q" maxLength:"100" doc:"A part of the name"`
}

func (s *server) listContractors(ctx context.Context, in *listContractorsInput) (*Body[Page[accounts.ContractorView]], error) {
	if err := idCursor(in.Cursor); err != nil {
		return nil, err
	}
	rows, err := accounts.Contractors(ctx, s.db, s.book, actorOf(ctx), accounts.ContractorFilter{UnitID: in.UnitID, State: in.State, Query: in.Query,
		Before: in.Cursor, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(c accounts.ContractorView) string { return c.ID }), err)
}

// ContractorBody is what people write about a contractor.
type ContractorBody struct {
	Name            string    `json:"name" maxLength:"240"`
	Service         string    `json:"service" maxLength:"1000" doc:"What it does"`
	Contact         string    `json:"contact,omitempty" maxLength:"120"`
	Phone           string    `json:"phone,omitempty" maxLength:"80"`
	AgreementNumber string    `json:"agreement_number,omitempty" maxLength:"240"`
	AgreedFrom      *sql.Time `json:"agreed_from,omitempty" doc:"Any instant of the first day"`
	AgreedUntil     *sql.Time `json:"agreed_until,omitempty" doc:"Any instant of the last day"`
	Attachments     []string  `json:"attachments,omitempty" maxItems:"20" doc:"The agreement"`
	Remark          string    `json:"remark,omitempty" maxLength:"2000"`
}

func (f ContractorBody) of(unitID string) accounts.ContractorForm {
	return accounts.ContractorForm{UnitID: unitID, Name: f.Name, Service: f.Service, Contact: f.Contact, Phone: f.Phone, AgreementNumber: f.AgreementNumber,
		AgreedFrom: f.AgreedFrom, AgreedUntil: f.AgreedUntil, Attachments: f.Attachments, Remark: f.Remark}
}

type createContractorInput struct {
	Body struct {
		ContractorBody
		UnitID string `json:"unit_id" minLength:"16" maxLength:"16"`
	}
}

func (s *server) createContractor(ctx context.Context, in *createContractorInput) (*Body[accounts.ContractorView], error) {
	return answer(accounts.CreateContractor(ctx, s.db, s.book, actorOf(ctx), in.Body.of(in.Body.UnitID)))
}

func (s *server) getContractor(ctx context.Context, in *ByID) (*Body[accounts.ContractorView], error) {
	return answer(accounts.GetContractor(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type saveContractorInput struct {
	ByID
	Body struct {
		ContractorBody
		Version int64 `json:"version"`
	}
}

func (s *server) saveContractor(ctx context.Context, in *saveContractorInput) (*Body[accounts.ContractorView], error) {
	return answer(accounts.SaveContractor(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.of("")))
}

type recordContractorInput struct {
	ByID
	Body struct {
		Proof
		Item string `json:"item" maxLength:"40"`
	}
}

func (s *server) recordContractor(ctx context.Context, in *recordContractorInput) (*Body[accounts.ContractorView], error) {
	b := in.Body
	return answer(accounts.RecordContractor(ctx, s.db, s.book, actorOf(ctx), in.ID, b.Version, b.Item, b.told()))
}

func (s *server) authorizeContractor(ctx context.Context, in *ByVersion) (*Body[accounts.ContractorView], error) {
	return answer(accounts.AuthorizeContractor(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) endContractor(ctx context.Context, in *stateInput) (*Body[accounts.ContractorView], error) {
	return answer(accounts.EndContractor(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

func (s *server) listServing(ctx context.Context, in *ByUnit) (*Body[Items[accounts.Contractor]], error) {
	items, err := accounts.ContractorsServing(ctx, s.db, actorOf(ctx), in.UnitID)
	return answer(Items[accounts.Contractor]{Items: items}, err)
}
