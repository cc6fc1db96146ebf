package main

import (
	"context"

	"govmedia/articles"
	"govmedia/channels"
	"govmedia/sql"
)

// ChosenArticle is an article that goes into a message, as the person saw it.
type ChosenArticle struct {
	ID      string `json:"id" minLength:"16" maxLength:"16"`
	Version int64  `json:"version" doc:"Of the article; 0 in a preview"`
}

// TogetherForm is several articles that are to go out as one message.
type TogetherForm struct {
	AccountID string          `json:"account_id" minLength:"16" maxLength:"16"`
	Articles  []ChosenArticle `json:"articles" maxItems:"50" nullable:"false" doc:"In their order: the first is shown largest"`
	At        *sql.Time       `json:"at,omitempty" doc:"Milliseconds since 1970 UTC; left out: at once"`
}

func (f TogetherForm) together() articles.Together {
	form := articles.Together{AccountID: f.AccountID, At: f.At}
	for _, one := range f.Articles {
		form.Articles = append(form.Articles, articles.Chosen{ID: one.ID, Version: one.Version})
	}
	return form
}

type combineInput struct {
	Body TogetherForm
}

func (s *server) combineArticles(ctx context.Context, in *combineInput) (*Body[channels.SeriesView], error) {
	view, err := articles.Combine(ctx, s.db, s.book, s.out, actorOf(ctx), in.Body.together())
	return answer(view, s.wakeAfter(err))
}

func (s *server) previewSeries(ctx context.Context, in *combineInput) (*Body[articles.SeriesPreview], error) {
	return answer(articles.PreviewSeries(ctx, s.db, s.book, s.out, actorOf(ctx), in.Body.together()))
}

type seriesChoicesInput struct {
	UnitID string `query:"unit_id" required:"true" minLength:"16" maxLength:"16"`
}

func (s *server) listSeriesChoices(ctx context.Context, in *seriesChoicesInput) (*Body[articles.SeriesChoices], error) {
	return answer(articles.ChoicesFor(ctx, s.db, s.out, actorOf(ctx), in.UnitID))
}

func (s *server) getSeries(ctx context.Context, in *ByID) (*Body[channels.SeriesView], error) {
	return answer(channels.GetSeries(ctx, s.db, actorOf(ctx), in.ID))
}

type arrangeSeriesInput struct {
	ByID
	Body struct {
		Version     int64    `json:"version"`
		DeliveryIDs []string `json:"delivery_ids" maxItems:"50" nullable:"false" doc:"In their order; those left out are taken out of the message"`
	}
}

func (s *server) arrangeSeries(ctx context.Context, in *arrangeSeriesInput) (*Body[channels.SeriesView], error) {
	view, err := articles.ArrangeSeries(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.DeliveryIDs)
	return answer(view, s.wakeAfter(err))
}

func (s *server) rescheduleSeries(ctx context.Context, in *rescheduleInput) (*Body[channels.SeriesView], error) {
	view, err := articles.RescheduleSeries(ctx, s.db, s.out, actorOf(ctx), in.ID, in.Body.Version, in.Body.At)
	return answer(view, s.wakeAfter(err))
}

func (s *server) cancelSeries(ctx context.Context, in *ByVersion) (*Body[channels.SeriesView], error) {
	return answer(articles.CancelSeries(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}
