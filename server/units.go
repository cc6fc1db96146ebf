package main

import (
	"context"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/oversight"
	"govmedia/units"
)

type unitList struct {
	Items []units.Branch `json:"items" nullable:"false"`
}

func (s *server) listUnits(ctx context.Context, _ *struct{}) (*Body[unitList], error) {
	items, err := units.Tree(ctx, s.db, actorOf(ctx))
	return answer(unitList{Items: items}, err)
}

func (s *server) getUnit(ctx context.Context, in *ByID) (*Body[accounts.UnitCard], error) {
	return answer(accounts.UnitCardOf(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

func (s *server) listUnitEvents(ctx context.Context, in *ByID) (*Body[Items[units.Event]], error) {
	items, err := units.History(ctx, s.db, actorOf(ctx), in.ID)
	return answer(Items[units.Event]{Items: items}, err)
}

// closedUnits bounds the list of closed units: an office looks for one that ended not long ago.
const closedUnits = 200

func (s *server) listClosedUnits(ctx context.Context, _ *struct{}) (*Body[Items[units.Unit]], error) {
	items, err := units.ListClosed(ctx, s.db, actorOf(ctx), closedUnits)
	return answer(Items[units.Unit]{Items: items}, err)
}

type createUnitInput struct {
	Body struct {
		ParentID  string      `json:"parent_id" minLength:"16" maxLength:"16"`
		Name      string      `json:"name" maxLength:"240"`
		ShortName string      `json:"short_name,omitempty" maxLength:"120" doc:"Left out: the beginning of the name"`
		Level     units.Level `json:"level" maxLength:"32"`
		IsOffice  bool        `json:"is_office,omitempty" doc:"A supervising office"`
	}
}

func (s *server) createUnit(ctx context.Context, in *createUnitInput) (*Body[units.Unit], error) {
	b := in.Body
	return answer(units.Create(ctx, s.db, actorOf(ctx), units.NewUnit{ParentID: b.ParentID, Name: b.Name, ShortName: b.ShortName, Level: b.Level, IsOffice: b.IsOffice}))
}

type renameUnitInput struct {
	ByID
	Body struct {
		Version   int64  `json:"version"`
		Name      string `json:"name" maxLength:"240"`
		ShortName string `json:"short_name,omitempty" maxLength:"120"`
	}
}

func (s *server) renameUnit(ctx context.Context, in *renameUnitInput) (*Body[units.Unit], error) {
	return answer(units.Rename(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.Name, in.Body.ShortName))
}

type moveUnitInput struct {
	ByID
	Body struct {
		Version  int64  `json:"version"`
		ParentID string `json:"parent_id" minLength:"16" maxLength:"16"`
	}
}

func (s *server) moveUnit(ctx context.Context, in *moveUnitInput) (*Body[units.Unit], error) {
	return answer(accounts.MoveUnit(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.ParentID))
}

type mergeUnitInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		IntoID  string `json:"into_id" minLength:"16" maxLength:"16"`
	}
}

func (s *server) mergeUnit(ctx context.Context, in *mergeUnitInput) (*Body[units.Unit], error) {
	return answer(accounts.MergeUnit(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.IntoID, articles.MoveUnit, oversight.MoveUnit))
}

func (s *server) closeUnit(ctx context.Context, in *ByVersion) (*Body[units.Unit], error) {
	return answer(accounts.CloseUnit(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, oversight.EndUnit))
}

type listVacanciesInput struct {
	UnitID  string `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	Cursor  string `query:"cursor" maxLength:"200" doc:"Next of the page before; empty for the first"`
	PerPage int    `query:"per_page" minimum:"1" maximum:"100" default:"20"`
}

func (s *server) listVacancies(ctx context.Context, in *listVacanciesInput) (*Body[accounts.UnderstaffedPage], error) {
	if err := pathCursor(in.Cursor); err != nil {
		return nil, err
	}
	return answer(accounts.StaffingAlerts(ctx, s.db, s.book, actorOf(ctx), in.UnitID, in.Cursor, in.PerPage))
}

type listAuditInput struct {
	Before     string `query:"before" maxLength:"16" doc:"Id of the last line of the page before; empty for the first"`
	PerPage    int    `query:"per_page" minimum:"1" maximum:"100" default:"50"`
	ObjectKind string `query:"object_kind" maxLength:"32"`
	ObjectID   string `query:"object_id" maxLength:"64"`
}

func (s *server) listAudit(ctx context.Context, in *listAuditInput) (*Body[Page[units.AuditLine]], error) {
	rows, err := units.ListAudit(ctx, s.db, actorOf(ctx), units.AuditFilter{ObjectKind: in.ObjectKind, ObjectID: in.ObjectID, Before: in.Before,
		Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(line units.AuditLine) string { return line.ID }), err)
}
