package main

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/accounts/sheet"
	"govmedia/channels"
	"govmedia/sql"
)

type listSourcesInput struct {
	PageQuery
	UnitID    string           `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	AccountID string           `query:"account_id" maxLength:"16"`
	Result    channels.Reading `query:"result" enum:"updated,unchanged,blank,undated,unreadable,unreachable,gone"`
	Failing   bool             `query:"failing" doc:"Only those that a person should look at"`
}

func (s *server) listSources(ctx context.Context, in *listSourcesInput) (*Body[Page[channels.Source]], error) {
	if err := idCursor(in.Cursor); err != nil {
		return nil, err
	}
	rows, err := channels.Sources(ctx, s.db, actorOf(ctx), channels.SourceFilter{UnitID: in.UnitID, AccountID: in.AccountID, Result: in.Result, Failing: in.Failing,
		After: in.Cursor, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(source channels.Source) string { return source.ID }), err)
}

func (s *server) countSources(ctx context.Context, _ *struct{}) (*Body[channels.SourceCounts], error) {
	return answer(channels.CountSources(ctx, s.db, actorOf(ctx)))
}

func (s *server) getSource(ctx context.Context, in *ByID) (*Body[channels.Source], error) {
	return answer(channels.GetSource(ctx, s.db, actorOf(ctx), in.ID))
}

type sourceBody struct {
	ColumnID string              `json:"column_id,omitempty" maxLength:"16" doc:"Of a website: the column that it lists; left out: the whole account"`
	Kind     channels.SourceKind `json:"kind" enum:"platform,feed,column,sitemap"`
	URL      string              `json:"url,omitempty" maxLength:"1000" doc:"Left out for the platform's own list"`
	Expect   channels.Expect     `json:"expect,omitempty"`
}

type addSourceInput struct {
	ByID
	Body sourceBody
}

func (in addSourceInput) source() channels.NewSource {
	return channels.NewSource{AccountID: in.ID, ColumnID: in.Body.ColumnID, Kind: in.Body.Kind, URL: in.Body.URL, Expect: in.Body.Expect}
}

func (s *server) addSource(ctx context.Context, in *addSourceInput) (*Body[channels.Source], error) {
	return answer(channels.AddSource(ctx, s.db, s.observing.Guard, actorOf(ctx), in.source()))
}

type addedSources struct {
	Added int `json:"added"`
}

func (s *server) addColumnSources(ctx context.Context, in *ByID) (*Body[addedSources], error) {
	added, err := channels.AddColumnSources(ctx, s.db, s.observing.Guard, actorOf(ctx), in.ID)
	return answer(addedSources{added}, err)
}

type saveSourceInput struct {
	ByID
	Body struct {
		Version int64           `json:"version"`
		URL     string          `json:"url" maxLength:"1000"`
		Expect  channels.Expect `json:"expect"`
	}
}

func (s *server) saveSource(ctx context.Context, in *saveSourceInput) (*Body[channels.Source], error) {
	return answer(channels.SaveSource(ctx, s.db, s.observing.Guard, actorOf(ctx), in.ID, in.Body.Version, in.Body.URL, in.Body.Expect))
}

func (s *server) moveSource(ctx context.Context, in *ByVersion) (*Body[channels.Source], error) {
	return answer(channels.MoveSource(ctx, s.db, s.observing.Guard, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) readSource(ctx context.Context, in *ByVersion) (*Body[channels.Source], error) {
	return answer(channels.ReadSourceNow(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) pauseSource(ctx context.Context, in *ByVersion) (*Body[channels.Source], error) {
	return answer(channels.PauseSource(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) resumeSource(ctx context.Context, in *ByVersion) (*Body[channels.Source], error) {
	return answer(channels.ResumeSource(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) removeSource(ctx context.Context, in *ByVersion) (*struct{}, error) {
	return nil, channels.RemoveSource(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version)
}

type listQuestionsInput struct {
	PageQuery
	UnitID    string                 `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	AccountID string                 `query:"account_id" maxLength:"16"`
	State     accounts.QuestionState `query:"state" enum:"open,answered" default:"open"`
}

func (s *server) listPostQuestions(ctx context.Context, in *listQuestionsInput) (*Body[accounts.QuestionPage], error) {
	return answer(accounts.PostQuestions(ctx, s.db, actorOf(ctx), accounts.QuestionFilter{UnitID: in.UnitID, AccountID: in.AccountID, State: in.State,
		After: in.Cursor, PerPage: in.PerPage}))
}

type answerQuestionInput struct {
	ByID
	Body struct {
		Version int64           `json:"version"`
		Answer  accounts.Answer `json:"answer" enum:"shown,first_seen,at,drop"`
		At      *sql.Time       `json:"at,omitempty" doc:"With answer at: when it was published"`
		Reason  string          `json:"reason,omitempty" maxLength:"1000" doc:"Required with at and drop"`
	}
}

func (s *server) answerPostQuestion(ctx context.Context, in *answerQuestionInput) (*Body[accounts.Question], error) {
	b := in.Body
	return answer(accounts.AnswerQuestion(ctx, s.db, s.book, actorOf(ctx), in.ID, b.Version, accounts.Reply{Answer: b.Answer, At: b.At, Reason: b.Reason}))
}

// largestPostSheet is the largest form with a sheet of posts in it, in bytes.
const largestPostSheet = 5 << 20

type postSheetForm struct {
	Check       bool          `form:"check" required:"false" doc:"Only say what each row would do"`
	Note        string        `form:"note" required:"false" maxLength:"1000" doc:"Evidence in words, for rows that have none of their own"`
	Attachments string        `form:"attachments" required:"false" maxLength:"400" doc:"Ids of files by commas: screenshots, for all rows"`
	File        huma.FormFile `form:"file" required:"true"`
}

type importPostsInput struct {
	RawBody huma.MultipartFormFiles[postSheetForm]
}

func (s *server) importPosts(ctx context.Context, in *importPostsInput) (*Body[accounts.PostSheet], error) {
	form := in.RawBody.Data()
	if !form.File.IsSet {
		return nil, errNoFile.On("file")
	}
	content, err := io.ReadAll(form.File)
	if err != nil {
		return nil, sheet.ErrBroken.Because(err)
	}
	evidence := accounts.PostEvidence{Note: strings.TrimSpace(form.Note)}
	if form.Attachments != "" {
		evidence.Attachments = strings.Split(form.Attachments, ",")
	}
	return answer(accounts.ImportPosts(ctx, s.db, s.book, actorOf(ctx), bytes.NewReader(content), int64(len(content)), form.File.Filename, evidence, form.Check))
}

// postTemplate is an empty sheet of posts.
func (s *server) postTemplate(c echo.Context) error {
	writer, err := sheet.NewWriter(s.attachment(c, "posts", sheet.XLSX)(), sheet.XLSX, accounts.PostSheetTitles)
	if err != nil {
		return err
	}
	defer func() { _ = writer.Close() }()
	return writer.Finish()
}
