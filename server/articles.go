package main

import (
	"context"

	"govmedia/articles"
	"govmedia/channels"
	"govmedia/sql"
)

type ArticleForm struct {
	UnitID     string   `json:"unit_id" minLength:"16" maxLength:"16"`
	Title      string   `json:"title" maxLength:"400"`
	Digest     string   `json:"digest" maxLength:"1000"`
	Byline     string   `json:"byline" maxLength:"200"`
	Source     string   `json:"source" maxLength:"400"`
	Body       string   `json:"body" doc:"HTML; the server cleans it"`
	CoverID    string   `json:"cover_id" maxLength:"16" doc:"Empty for none"`
	AccountIDs []string `json:"account_ids" maxItems:"50" nullable:"false"`
}

func (f ArticleForm) text(clientKey string) articles.Text {
	return articles.Text{UnitID: f.UnitID, Title: f.Title, Digest: f.Digest, Byline: f.Byline, Source: f.Source, Body: f.Body, CoverID: f.CoverID,
		AccountIDs: f.AccountIDs, ClientKey: clientKey}
}

// savedArticle is what a sent form became.
type savedArticle struct {
	Article  articles.Article   `json:"article"`
	Removed  []articles.Removal `json:"removed" nullable:"false" doc:"What was taken out of the text, for the screen"`
	Voided   int64              `json:"voided" doc:"How many signatures the change voided"`
	Repeated bool               `json:"repeated" doc:"The same form was sent before; this is what it made"`
}

func savedOf(saved articles.Saved, err error) (*Body[savedArticle], error) {
	removed := saved.Removed
	if removed == nil {
		removed = []articles.Removal{}
	}
	return answer(savedArticle{Article: saved.Article, Removed: removed, Voided: saved.Voided, Repeated: saved.Repeated}, err)
}

type listArticlesInput struct {
	PageQuery
	State  articles.State `query:"state" enum:"draft,signing,returned,signed,scheduled,discarded" doc:"Empty: all but the discarded"`
	UnitID string         `query:"unit_id" maxLength:"16"`
	Mine   bool           `query:"mine"`
	Query  string         `query:"q" maxLength:"100" doc:"A part of the title"`
}

func (s *server) listArticles(ctx context.Context, in *listArticlesInput) (*Body[Page[articles.Article]], error) {
	at, id, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := articles.List(ctx, s.db, actorOf(ctx), articles.Filter{State: in.State, UnitID: in.UnitID, Mine: in.Mine, Title: in.Query,
		BeforeAt: at, BeforeID: id, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(a articles.Article) string { return writeCursor(a.UpdatedAt, a.ID) }), err)
}

type createArticleInput struct {
	ClientKey string `header:"Idempotency-Key" maxLength:"64" doc:"Made by the form; the same key makes one article"`
	Body      ArticleForm
}

func (s *server) createArticle(ctx context.Context, in *createArticleInput) (*Body[savedArticle], error) {
	return savedOf(articles.Create(ctx, s.db, actorOf(ctx), in.Body.text(in.ClientKey)))
}

func (s *server) getArticle(ctx context.Context, in *ByID) (*Body[articles.View], error) {
	return answer(articles.Get(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type saveArticleInput struct {
	ByID
	Body struct {
		ArticleForm
		Version int64 `json:"version"`
	}
}

func (s *server) saveArticle(ctx context.Context, in *saveArticleInput) (*Body[savedArticle], error) {
	return savedOf(articles.Save(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.text("")))
}

func (s *server) submitArticle(ctx context.Context, in *ByVersion) (*Body[articles.Article], error) {
	return answer(articles.Submit(ctx, s.db, s.book, s.out, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) withdrawArticle(ctx context.Context, in *ByVersion) (*Body[articles.Article], error) {
	return answer(articles.Withdraw(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) discardArticle(ctx context.Context, in *ByVersion) (*Body[articles.Article], error) {
	return answer(articles.Discard(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) restoreArticle(ctx context.Context, in *ByVersion) (*Body[articles.Article], error) {
	return answer(articles.Restore(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

type SignForm struct {
	Version int64  `json:"version"`
	SHA256  string `json:"sha256" minLength:"64" maxLength:"64" doc:"Hash of the frozen text the person read"`
	Stage   string `json:"stage,omitempty" maxLength:"40" doc:"Label of the stage, where several stand open side by side"`
}

type signArticleInput struct {
	ByID
	Body struct {
		SignForm
		Opinion string `json:"opinion,omitempty" maxLength:"2000"`
	}
}

func (s *server) signArticle(ctx context.Context, in *signArticleInput) (*Body[articles.Article], error) {
	return answer(articles.Sign(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.SHA256, in.Body.Stage, in.Body.Opinion))
}

type returnArticleInput struct {
	ByID
	Body struct {
		SignForm
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (s *server) returnArticle(ctx context.Context, in *returnArticleInput) (*Body[articles.Article], error) {
	return answer(articles.Return(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.SHA256, in.Body.Stage, in.Body.Reason))
}

type scheduleInput struct {
	ByID
	Body struct {
		Version int64     `json:"version"`
		At      *sql.Time `json:"at,omitempty" doc:"Milliseconds since 1970 UTC; left out: at once"`
	}
}

func (s *server) scheduleArticle(ctx context.Context, in *scheduleInput) (*Body[articles.Article], error) {
	article, err := articles.Schedule(ctx, s.db, s.book, s.out, actorOf(ctx), in.ID, in.Body.Version, in.Body.At)
	if err == nil {
		s.worker.wake()
	}
	return answer(article, err)
}

func (s *server) unscheduleArticle(ctx context.Context, in *ByVersion) (*Body[articles.Article], error) {
	return answer(articles.Unschedule(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

// publicTextList is an article as readers see it, once for each text.
type publicTextList struct {
	Items []channels.PublicText `json:"items" nullable:"false"`
}

func (s *server) showPublicTexts(ctx context.Context, in *ByID) (*Body[publicTextList], error) {
	items, err := articles.PublicTexts(ctx, s.db, actorOf(ctx), in.ID)
	return answer(publicTextList{Items: items}, err)
}

// previewList is an article as each of its accounts will show it.
type previewList struct {
	Items []articles.ChannelPreview `json:"items" nullable:"false"`
}

func (s *server) previewArticle(ctx context.Context, in *ByID) (*Body[previewList], error) {
	items, err := articles.Previews(ctx, s.db, s.out, actorOf(ctx), in.ID)
	return answer(previewList{Items: items}, err)
}
