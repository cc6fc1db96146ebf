package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/accounts/files"
)

// largestAttachment is the largest form with an attachment in it, in bytes.
const largestAttachment = files.MaxAttachment + 1<<20

// register describes the register to the form, the list and the import.
type register struct {
	Fields []accounts.Field  `json:"fields" nullable:"false" doc:"In the order of the form"`
	Checks []accounts.Choice `json:"checks" nullable:"false" doc:"What a checkup looks at, for the filter of the list"`
}

func (s *server) describeRegister(context.Context, *struct{}) (*Body[register], error) {
	return answer(register{Fields: accounts.Fields(), Checks: accounts.Checks()}, nil)
}

func (s *server) getRecord(ctx context.Context, in *ByID) (*Body[accounts.RecordCard], error) {
	return answer(accounts.RecordCardOf(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type saveRecordInput struct {
	ByID
	Body struct {
		Version int64             `json:"version"`
		Values  map[string]string `json:"values" doc:"By the field's name, as people write it; fields that are left out stay as they are"`
		Reason  string            `json:"reason,omitempty" maxLength:"1000" doc:"Why the register had it wrong, for fields that only an application changes"`
	}
}

func (s *server) saveRecord(ctx context.Context, in *saveRecordInput) (*Body[accounts.RecordCard], error) {
	if _, err := accounts.CorrectRecord(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Values, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.getRecord(ctx, &in.ByID)
}

type listHistoryInput struct {
	ByID
	PageQuery
	Field string `query:"field" maxLength:"40" doc:"Only this field's"`
}

func (s *server) listHistory(ctx context.Context, in *listHistoryInput) (*Body[accounts.HistoryPage], error) {
	return answer(accounts.HistoryOf(ctx, s.db, actorOf(ctx), accounts.HistoryFilter{AccountID: in.ID, Field: in.Field, After: in.Cursor, PerPage: in.PerPage}))
}

func (s *server) undoChange(ctx context.Context, in *ByID) (*Body[accounts.RecordCard], error) {
	record, err := accounts.UndoChange(ctx, s.db, s.book, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return s.getRecord(ctx, &ByID{ID: record.ID})
}

type bulkInput struct {
	Body struct {
		Field  string         `json:"field" maxLength:"40"`
		Value  string         `json:"value" maxLength:"4000" doc:"As people write it; empty: not known any more"`
		IDs    []string       `json:"ids,omitempty" maxItems:"5001" doc:"These accounts; or all that the filter lists"`
		Filter *AccountFilter `json:"filter,omitempty"`
		Reason string         `json:"reason,omitempty" maxLength:"500"`
	}
}

func (in *bulkInput) edit() (accounts.BulkEdit, error) {
	edit := accounts.BulkEdit{Field: in.Body.Field, Value: in.Body.Value, IDs: in.Body.IDs, Reason: in.Body.Reason}
	if in.Body.Filter == nil {
		return edit, nil
	}
	filter, err := in.Body.Filter.filter()
	edit.Filter = &filter
	return edit, err
}

func (s *server) previewBulk(ctx context.Context, in *bulkInput) (*Body[accounts.BulkResult], error) {
	edit, err := in.edit()
	if err != nil {
		return nil, err
	}
	return answer(accounts.PreviewBulk(ctx, s.db, s.book, actorOf(ctx), edit))
}

func (s *server) runBulk(ctx context.Context, in *bulkInput) (*Body[accounts.BulkResult], error) {
	edit, err := in.edit()
	if err != nil {
		return nil, err
	}
	return answer(accounts.Bulk(ctx, s.db, s.book, actorOf(ctx), edit))
}

func (s *server) undoBulk(ctx context.Context, in *ByID) (*Body[accounts.BulkResult], error) {
	return answer(accounts.UndoBatch(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type recognizeInput struct {
	Body struct {
		Address string `json:"address" maxLength:"4000" doc:"An address, or a text with one in it"`
	}
}

func (s *server) recognize(ctx context.Context, in *recognizeInput) (*Body[accounts.Paste], error) {
	return answer(accounts.ReadPaste(ctx, s.db, in.Body.Address))
}

type listViewsInput struct {
	Page string `query:"page" maxLength:"40" required:"true"`
}

func (s *server) listViews(ctx context.Context, in *listViewsInput) (*Body[Items[accounts.SavedView]], error) {
	list, err := accounts.SavedViews(ctx, s.db, actorOf(ctx), in.Page)
	return answer(Items[accounts.SavedView]{Items: list}, err)
}

type saveViewInput struct {
	Body struct {
		Page  string `json:"page" maxLength:"40"`
		Name  string `json:"name" maxLength:"200"`
		Query string `json:"query" maxLength:"8000" doc:"As the address of the page has it"`
	}
}

func (s *server) saveView(ctx context.Context, in *saveViewInput) (*Body[accounts.SavedView], error) {
	return answer(accounts.SaveView(ctx, s.db, actorOf(ctx), in.Body.Page, in.Body.Name, in.Body.Query))
}

type renameViewInput struct {
	ByID
	Body struct {
		Name string `json:"name" maxLength:"200"`
	}
}

func (s *server) renameView(ctx context.Context, in *renameViewInput) (*Body[accounts.SavedView], error) {
	return answer(accounts.RenameView(ctx, s.db, actorOf(ctx), in.ID, in.Body.Name))
}

func (s *server) removeView(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, accounts.RemoveView(ctx, s.db, actorOf(ctx), in.ID)
}

type attachForm struct {
	UnitID string        `form:"unit_id" required:"true" minLength:"16" maxLength:"16"`
	File   huma.FormFile `form:"file" required:"true"`
}

type attachInput struct {
	RawBody huma.MultipartFormFiles[attachForm]
}

func (s *server) attach(ctx context.Context, in *attachInput) (*Body[accounts.Attachment], error) {
	form := in.RawBody.Data()
	if !form.File.IsSet {
		return nil, errNoFile.On("file")
	}
	return answer(accounts.Attach(ctx, s.db, s.store, actorOf(ctx), form.UnitID, form.File.Filename, form.File))
}

// showAttachment sends a file to somebody who reaches its unit: pictures to be seen, everything else to be kept, and
// nothing as what could run in our origin.
func (s *server) showAttachment(c echo.Context) error {
	ctx := c.Request().Context()
	attachment, err := accounts.GetAttachment(ctx, s.db, actorOf(ctx), c.Param("id"))
	if err != nil {
		return err
	}
	content, _, err := s.store.Open(ctx, attachment.SHA256)
	if err != nil {
		return err // before the headers: a refusal must not be kept
	}
	defer func() { _ = content.Close() }()
	header := c.Response().Header()
	how := "attachment"
	if attachment.IsPicture() && c.QueryParam("keep") == "" {
		how = "inline"
	}
	header.Set(echo.HeaderContentDisposition, fmt.Sprintf("%s; filename*=UTF-8''%s", how, url.PathEscape(attachment.Name)))
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	return c.Stream(http.StatusOK, attachment.MIME, content)
}
