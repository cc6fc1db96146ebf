package main

import (
	"context"

	"govmedia/accounts"
)

type DashboardInput struct {
	UnitID   string            `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	Platform accounts.Platform `query:"platform" maxLength:"24"`
}

func (s *server) getDashboard(ctx context.Context, in *DashboardInput) (*Body[accounts.Dashboard], error) {
	return answer(accounts.Totals(ctx, s.db, actorOf(ctx), accounts.DashboardFilter{UnitID: in.UnitID, Platform: in.Platform}, s.db.Now()))
}

type watchedInput struct {
	PageQuery
	DashboardInput
	StaleOnly bool `query:"stale_only"`
}

func (s *server) listWatched(ctx context.Context, in *watchedInput) (*Body[accounts.WatchPage], error) {
	return answer(accounts.Watchlist(ctx, s.db, s.book, actorOf(ctx), accounts.WatchFilter{UnitID: in.UnitID, Platform: in.Platform,
		StaleOnly: in.StaleOnly, After: in.Cursor, PerPage: in.PerPage}, s.db.Now()))
}
