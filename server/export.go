package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/xuri/excelize/v2"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
)

// workbookType is what a browser is told of a workbook.
const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// mostExported bounds an export; beyond it nobody reads the sheet.
const mostExported = 300_000

var errExportFilter = fault.Define("export.filter_invalid", fault.Invalid, "导出条件不对，请回到看板重新选择筛选条件后再导出。")

// exportHead are the columns of the watchlist's sheet.
var exportHead = []any{"单位", "账号或栏目", "所属网站", "平台", "类型", "状态", "截止时间", "剩余（小时）", "超出（小时）", "最近更新", "依据", "各规则库的时限"}

// exportWatched writes the watchlist, filtered and sorted as on the screen, as a workbook. Rows are read in pages and
// written as they come, so that a long list costs no memory.
func (s *server) exportWatched(c echo.Context) error {
	filter, err := exportFilter(c)
	if err != nil {
		return err
	}
	ctx, done := exporting(c)
	defer done()
	actor, now := actorOf(ctx), s.db.Now()
	read := func(ctx context.Context, after string) (accounts.WatchPage, error) {
		filter.After, filter.PerPage = after, 100
		return accounts.Watchlist(ctx, s.db, s.book, actor, filter, now)
	}
	page, err := read(ctx, "") // a refusal must come before the first byte
	if err != nil {
		return err
	}
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	if err := writeWatched(ctx, book, page, read, now); err != nil {
		return fmt.Errorf("export the watchlist: %w", err)
	}
	c.Response().Header().Set(echo.HeaderContentType, workbookType)
	c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="watchlist-%s.xlsx"`, now.Std().Format("20060102-1504")))
	c.Response().WriteHeader(http.StatusOK)
	return s.whole(c, book.Write(c.Response()))
}

// exportTimeout bounds what an export may take: a register of the whole country is beyond the time of an ordinary request.
const exportTimeout = 15 * time.Minute

// exporting is the context of an export: it ends when the browser leaves, but not at the deadline of ordinary requests.
func exporting(c echo.Context) (context.Context, context.CancelFunc) {
	request := c.Request().Context()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(request), exportTimeout)
	stop := context.AfterFunc(request, func() {
		if !errors.Is(request.Err(), context.DeadlineExceeded) {
			cancel()
		}
	})
	return ctx, func() { stop(); cancel() }
}

// whole ends an export. What fails behind the first byte cuts the line, so that the browser reports a failed download: a sheet must
// not look whole when it is not.
func (s *server) whole(c echo.Context, err error) error {
	if err == nil || !c.Response().Committed {
		return err
	}
	if ctx := c.Request().Context(); !errors.Is(ctx.Err(), context.Canceled) {
		s.log.ErrorContext(ctx, "an export broke off", "request_id", requestID(ctx), "route", c.Path(), "error", err.Error())
	}
	panic(http.ErrAbortHandler)
}

func exportFilter(c echo.Context) (accounts.WatchFilter, error) {
	var in struct {
		UnitID      string `query:"unit_id"`
		Platform    string `query:"platform"`
		Rulebook    string `query:"rulebook"`
		SubjectKind string `query:"subject_kind"`
		Rule        string `query:"rule"`
		Status      string `query:"status"`
		DueSoon     bool   `query:"due_soon"`
		Query       string `query:"q"`
		Order       string `query:"order"`
	}
	if err := (&echo.DefaultBinder{}).BindQueryParams(c, &in); err != nil {
		return accounts.WatchFilter{}, errExportFilter.Because(err)
	}
	return accounts.WatchFilter{UnitID: in.UnitID, Platform: accounts.Platform(in.Platform), Rulebook: in.Rulebook, SubjectKind: rules.SubjectKind(in.SubjectKind),
		Rule: in.Rule, Status: rules.Status(in.Status), DueSoon: in.DueSoon, Query: in.Query, Order: accounts.Order(in.Order)}, nil
}

func writeWatched(ctx context.Context, book *excelize.File, page accounts.WatchPage, read func(context.Context, string) (accounts.WatchPage, error), now sql.Time) error {
	sheet := book.GetSheetName(0)
	out, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, 3, 24); err != nil {
		return err
	}
	if err := out.SetColWidth(7, 12, 20); err != nil {
		return err
	}
	if err := out.SetRow("A1", exportHead); err != nil {
		return err
	}
	row := 1
	for {
		for _, item := range page.Items {
			row++
			if err := out.SetRow(fmt.Sprintf("A%d", row), exportRow(item, now)); err != nil {
				return err
			}
		}
		if page.Next != "" && row > mostExported { // a sheet must not look whole when it is not
			return errors.Join(out.SetRow(fmt.Sprintf("A%d", row+1), []any{"只导出了最前面的部分，请缩小筛选条件后分几次导出。"}), out.Flush())
		}
		if page.Next == "" {
			return out.Flush()
		}
		if page, err = read(ctx, page.Next); err != nil {
			return err
		}
	}
}

func exportRow(item accounts.Watched, now sql.Time) []any {
	site := ""
	if item.SubjectKind == rules.ColumnSubject {
		site = item.AccountName
	}
	clocks := ""
	for i, clock := range item.Clocks {
		if i > 0 {
			clocks += "；"
		}
		clocks += clock.Citation + " " + clock.Label
		if clock.DueAt != nil {
			clocks += " 截止 " + cellTime(clock.DueAt)
		}
	}
	left, over := any(nil), any(nil)
	if due := item.Standing.DueAt; due != nil && *due > now {
		left = hours(due.Sub(now))
	} else if due != nil {
		over = hours(now.Sub(*due))
	}
	return []any{item.UnitName, item.Name, site, item.Platform.Label(), kindLabel(item), item.Standing.Label, cellTime(item.Standing.DueAt), left, over,
		cellTime(item.LastPostAt), item.Standing.Citation, clocks}
}

// hours is a length in hours with one digit behind the point.
func hours(d time.Duration) float64 { return float64(d.Round(6*time.Minute)/(6*time.Minute)) / 10 }

func cellTime(at *sql.Time) string {
	if at == nil {
		return ""
	}
	return at.Std().Format("2006-01-02 15:04")
}

func kindLabel(item accounts.Watched) string {
	if item.SubjectKind == rules.AccountSubject {
		return accounts.Kind(item.Kind).Label()
	}
	return rules.Kind(item.Kind).Label()
}
