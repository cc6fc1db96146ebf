package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/accounts/sheet"
	"govmedia/fault"
	"govmedia/rules"
)

// largestSheet is the largest form with a sheet in it, in bytes.
const largestSheet = sheet.MaxFile + 1<<20

var errRegisterFilter = fault.Define("export.register_filter_invalid", fault.Invalid, "导出条件不对，请回到台账重新选择筛选条件后再导出。")

type sheetForm struct {
	UnitID string              `form:"unit_id" required:"true" minLength:"16" maxLength:"16"`
	Kind   accounts.ImportKind `form:"kind" required:"true" enum:"register,national,platform" doc:"Into the register; held against it: the national system's export, what the platforms show"`
	File   huma.FormFile       `form:"file" required:"true"`
}

type newImportInput struct {
	RawBody huma.MultipartFormFiles[sheetForm]
}

func (s *server) createImport(ctx context.Context, in *newImportInput) (*Body[accounts.Import], error) {
	form := in.RawBody.Data()
	if !form.File.IsSet {
		return nil, errNoFile.On("file")
	}
	return answer(accounts.NewImport(ctx, s.db, s.store, actorOf(ctx), form.UnitID, form.Kind, form.File.Filename, form.File))
}

type listImportsInput struct {
	PageQuery
	UnitID string              `query:"unit_id" maxLength:"16"`
	Kind   accounts.ImportKind `query:"kind" enum:"register,national,platform"`
}

func (s *server) listImports(ctx context.Context, in *listImportsInput) (*Body[accounts.ImportPage], error) {
	return answer(accounts.Imports(ctx, s.db, actorOf(ctx), accounts.ImportFilter{UnitID: in.UnitID, Kind: in.Kind, After: in.Cursor, PerPage: in.PerPage}))
}

func (s *server) getImport(ctx context.Context, in *ByID) (*Body[accounts.Import], error) {
	return answer(accounts.GetImport(ctx, s.db, actorOf(ctx), in.ID))
}

type lookInput struct {
	ByID
	Sheet    string `query:"sheet" maxLength:"200" doc:"Empty: the first"`
	HeadFrom int    `query:"head_from" minimum:"0" doc:"The first row of the titles; 0: where they are found"`
	HeadTo   int    `query:"head_to" minimum:"0"`
}

func (s *server) lookAtImport(ctx context.Context, in *lookInput) (*Body[accounts.Look], error) {
	return answer(accounts.LookAt(ctx, s.db, s.store, actorOf(ctx), in.ID, in.Sheet, in.HeadFrom, in.HeadTo))
}

type mapImportInput struct {
	ByID
	Body struct {
		Version int64 `json:"version"`
		accounts.ImportChoice
	}
}

func (s *server) mapImport(ctx context.Context, in *mapImportInput) (*Body[accounts.Import], error) {
	return answer(accounts.StartImport(ctx, s.db, s.store, actorOf(ctx), in.ID, in.Body.Version, in.Body.ImportChoice))
}

func (s *server) runImport(ctx context.Context, in *ByVersion) (*Body[accounts.Import], error) {
	return answer(accounts.RunImport(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

type undoImportInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Reason  string `json:"reason" maxLength:"1000"`
	}
}

func (s *server) undoImport(ctx context.Context, in *undoImportInput) (*Body[accounts.Import], error) {
	return answer(accounts.UndoImport(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

func (s *server) dropImport(ctx context.Context, in *ByVersion) (*Body[accounts.Import], error) {
	return answer(accounts.DropImport(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

type importRowsInput struct {
	ByID
	Outcome accounts.Outcome   `query:"outcome" enum:"create,change,same,refuse"`
	Result  accounts.RowResult `query:"result" enum:"created,changed,same,failed,undone,kept"`
	After   int                `query:"after" minimum:"0" doc:"Next of the page before; 0 for the first"`
	PerPage int                `query:"per_page" minimum:"1" maximum:"100" default:"20"`
}

func (s *server) listImportRows(ctx context.Context, in *importRowsInput) (*Body[accounts.RowPage], error) {
	return answer(accounts.ImportRows(ctx, s.db, actorOf(ctx), in.ID, accounts.RowFilter{Outcome: in.Outcome, Result: in.Result, After: in.After, PerPage: in.PerPage}))
}

// attachment begins an answer that a browser keeps as a file.
func (s *server) attachment(c echo.Context, name string, format sheet.Format) func() io.Writer {
	return func() io.Writer {
		header := c.Response().Header()
		header.Set(echo.HeaderContentType, format.MIME())
		header.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s-%s.%s"`, name, s.db.Now().Std().Format("20060102-1504"), format))
		c.Response().WriteHeader(http.StatusOK)
		return c.Response()
	}
}

// exportImportRows writes what each row of an import does or did, as a sheet.
func (s *server) exportImportRows(format sheet.Format) echo.HandlerFunc {
	return func(c echo.Context) error {
		filter := accounts.RowFilter{Outcome: accounts.Outcome(c.QueryParam("outcome")), Result: accounts.RowResult(c.QueryParam("result"))}
		ctx, done := exporting(c)
		defer done()
		return s.whole(c, accounts.ExportRows(ctx, s.db, actorOf(ctx), c.Param("id"), filter, format, s.attachment(c, "import", format)))
	}
}

// exportAccounts writes the register, filtered and sorted as on the screen, under our own titles or those of a template.
func (s *server) exportAccounts(format sheet.Format) echo.HandlerFunc {
	return func(c echo.Context) error {
		var in struct {
			Template      string `query:"template_id"`
			UnitID        string `query:"unit_id"`
			Platform      string `query:"platform"`
			Kind          string `query:"kind"`
			State         string `query:"state"`
			Status        string `query:"status"`
			Query         string `query:"q"`
			Certified     string `query:"certified"`
			ExpiresWithin *int   `query:"expires_within"`
			Unapproved    bool   `query:"unapproved"`
			Finding       string `query:"finding"`
			Order         string `query:"order"`
		}
		if err := (&echo.DefaultBinder{}).BindQueryParams(c, &in); err != nil {
			return errRegisterFilter.Because(err)
		}
		filter := accounts.Filter{UnitID: in.UnitID, Platform: accounts.Platform(in.Platform), Kind: accounts.Kind(in.Kind), State: accounts.State(in.State),
			Status: rules.Status(in.Status), Query: in.Query, Certified: in.Certified, ExpiresWithin: in.ExpiresWithin, Unapproved: in.Unapproved,
			Finding: accounts.Check(in.Finding), Order: accounts.Order(in.Order)}
		ctx, done := exporting(c)
		defer done()
		look := accounts.Layout{TemplateID: in.Template, Format: format}
		return s.whole(c, accounts.ExportAccounts(ctx, s.db, s.book, actorOf(ctx), filter, look, s.attachment(c, "accounts", format)))
	}
}

// Templates are the templates of offices.
type Templates struct {
	Items []accounts.Template `json:"items" nullable:"false"`
}

type listTemplatesInput struct {
	UnitID string `query:"unit_id" maxLength:"16" doc:"An office; empty: all in reach"`
}

func (s *server) listTemplates(ctx context.Context, in *listTemplatesInput) (*Body[Templates], error) {
	list, err := accounts.Templates(ctx, s.db, actorOf(ctx), in.UnitID)
	return answer(Templates{Items: list}, err)
}

type keepTemplateInput struct {
	Body struct {
		UnitID  string            `json:"unit_id" minLength:"16" maxLength:"16"`
		Name    string            `json:"name" maxLength:"60"`
		Titles  []string          `json:"titles" minItems:"1" maxItems:"500" doc:"The header row, as it was pasted"`
		Mapping *accounts.Mapping `json:"mapping,omitempty" doc:"Left out: what the titles suggest"`
	}
}

func (s *server) keepTemplate(ctx context.Context, in *keepTemplateInput) (*Body[accounts.Template], error) {
	return answer(accounts.KeepTemplate(ctx, s.db, actorOf(ctx), in.Body.UnitID, in.Body.Name, in.Body.Titles, in.Body.Mapping))
}

func (s *server) removeTemplate(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, accounts.RemoveTemplate(ctx, s.db, actorOf(ctx), in.ID)
}

type listItemsInput struct {
	PageQuery
	UnitID    string              `query:"unit_id" maxLength:"16" doc:"For which the sheet was brought in"`
	Source    accounts.ImportKind `query:"source" enum:"national,platform"`
	Kind      accounts.ItemKind   `query:"kind" enum:"missing,unknown,renamed,closed,open,subject,duplicate,differs"`
	State     accounts.ItemState  `query:"state" enum:"open,settled,gone"`
	AccountID string              `query:"account_id" maxLength:"16"`
}

func (s *server) listDifferences(ctx context.Context, in *listItemsInput) (*Body[accounts.ReconcilePage], error) {
	return answer(accounts.ReconcileItems(ctx, s.db, actorOf(ctx), accounts.ReconcileFilter{UnitID: in.UnitID, Source: in.Source, Kind: in.Kind, State: in.State,
		AccountID: in.AccountID, After: in.Cursor, PerPage: in.PerPage}))
}

// DifferenceCounts are how many differences there are.
type DifferenceCounts struct {
	Items []accounts.ReconcileCount `json:"items" nullable:"false"`
}

func (s *server) countDifferences(ctx context.Context, in *listTemplatesInput) (*Body[DifferenceCounts], error) {
	list, err := accounts.CountReconcile(ctx, s.db, actorOf(ctx), in.UnitID)
	return answer(DifferenceCounts{Items: list}, err)
}

type settleDifferenceInput struct {
	ByID
	Body struct {
		Version int64               `json:"version"`
		Action  accounts.ItemAction `json:"action" enum:"take,keep,file,apply,ignore"`
		Reason  string              `json:"reason" maxLength:"1000"`
	}
}

func (s *server) settleDifference(ctx context.Context, in *settleDifferenceInput) (*Body[accounts.ReconcileItem], error) {
	return answer(accounts.SettleReconcile(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Action, in.Body.Reason))
}

type settleDifferencesInput struct {
	Body struct {
		Items  []accounts.ItemVersion `json:"items" minItems:"1" maxItems:"100"`
		Action accounts.ItemAction    `json:"action" enum:"take,keep,file,apply,ignore"`
		Reason string                 `json:"reason" maxLength:"1000"`
	}
}

func (s *server) settleDifferences(ctx context.Context, in *settleDifferencesInput) (*Body[accounts.Settlement], error) {
	return answer(accounts.SettleAll(ctx, s.db, s.book, actorOf(ctx), in.Body.Items, in.Body.Action, in.Body.Reason))
}
