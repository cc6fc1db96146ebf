package main

import (
	"context"

	"govmedia/units"
)

type unitList struct {
	Items []units.Branch `json:"items" nullable:"false"`
}

func (s *server) listUnits(ctx context.Context, _ *struct{}) (*Body[unitList], error) {
	items, err := units.Tree(ctx, s.db, actorOf(ctx))
	return answer(unitList{Items: items}, err)
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
