package main

import (
	"context"

	"govmedia/articles"
	"govmedia/rules"
	"govmedia/sql"
)

type planInput struct {
	UnitID string `query:"unit_id" maxLength:"16" doc:"This unit and those below it; empty: all within reach"`
	From   string `query:"from" required:"true" format:"date" doc:"The first day, Beijing"`
	Until  string `query:"until" required:"true" format:"date" doc:"The last day"`
}

func (s *server) getPlan(ctx context.Context, in *planInput) (*Body[articles.Plan], error) {
	from, err := rules.ParseDate(in.From)
	if err != nil {
		return nil, articles.ErrPlanSpan.On("from")
	}
	until, err := rules.ParseDate(in.Until)
	if err != nil {
		return nil, articles.ErrPlanSpan.On("until")
	}
	return answer(articles.PlanOf(ctx, s.db, s.book, s.out, actorOf(ctx), in.UnitID, from, until))
}

type timingInput struct {
	ArticleIDs []string `query:"article_ids,explode" required:"true" minItems:"1" maxItems:"8" doc:"Articles that are to go out together"`
	At         sql.Time `query:"at" required:"true" doc:"Milliseconds UTC"`
}

func (s *server) getTiming(ctx context.Context, in *timingInput) (*Body[articles.Timing], error) {
	return answer(articles.TimingOf(ctx, s.db, s.book, s.out, actorOf(ctx), in.ArticleIDs, in.At))
}

type rescheduleInput struct {
	ByID
	Body struct {
		Version int64    `json:"version"`
		At      sql.Time `json:"at" doc:"Milliseconds UTC"`
	}
}

func (s *server) rescheduleArticle(ctx context.Context, in *rescheduleInput) (*Body[articles.Article], error) {
	article, err := articles.Reschedule(ctx, s.db, s.out, actorOf(ctx), in.ID, in.Body.Version, in.Body.At)
	if err == nil {
		s.worker.wake()
	}
	return answer(article, err)
}
