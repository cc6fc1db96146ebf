package main

import (
	"context"

	"govmedia/accounts"
	"govmedia/rules"
)

type DashboardInput struct {
	UnitID   string            `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	Platform accounts.Platform `query:"platform" maxLength:"24"`
	Rulebook string            `query:"rulebook" maxLength:"64" doc:"Stand under this rulebook alone; left out: as the clock that is due first says"`
}

func (s *server) getDashboard(ctx context.Context, in *DashboardInput) (*Body[accounts.Dashboard], error) {
	return answer(accounts.Totals(ctx, s.db, s.book, actorOf(ctx), accounts.DashboardFilter{UnitID: in.UnitID, Platform: in.Platform, Rulebook: in.Rulebook}, s.db.Now()))
}

type WatchInput struct {
	DashboardInput
	SubjectKind rules.SubjectKind `query:"subject_kind" enum:"account,column"`
	Rule        string            `query:"rule" maxLength:"64" doc:"Of the rulebook that is named"`
	Status      rules.Status      `query:"status" enum:"ok,stale,no_rule,calendar_pending,unknown" doc:"Left out: all that a clock counts"`
	DueSoon     bool              `query:"due_soon" doc:"With status ok: what falls due within three days"`
	Query       string            `query:"q" maxLength:"100" doc:"A part of the name"`
	Order       accounts.Order    `query:"order" enum:"due,name,last_post"`
}

func (in WatchInput) filter() accounts.WatchFilter {
	return accounts.WatchFilter{UnitID: in.UnitID, Platform: in.Platform, Rulebook: in.Rulebook, SubjectKind: in.SubjectKind, Rule: in.Rule,
		Status: in.Status, DueSoon: in.DueSoon, Query: in.Query, Order: in.Order}
}

type watchedInput struct {
	PageQuery
	WatchInput
}

func (s *server) listWatched(ctx context.Context, in *watchedInput) (*Body[accounts.WatchPage], error) {
	filter := in.filter()
	filter.After, filter.PerPage = in.Cursor, in.PerPage
	return answer(accounts.Watchlist(ctx, s.db, s.book, actorOf(ctx), filter, s.db.Now()))
}

type trendInput struct {
	UnitID string `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
}

type trendList struct {
	Items []accounts.Week `json:"items" nullable:"false"`
}

func (s *server) getTrend(ctx context.Context, in *trendInput) (*Body[trendList], error) {
	weeks, err := accounts.Trend(ctx, s.db, s.book, actorOf(ctx), in.UnitID, s.db.Now())
	return answer(trendList{Items: weeks}, err)
}
