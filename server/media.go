package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"govmedia/accounts/files"
	"govmedia/articles"
	"govmedia/fault"
)

// The largest uploads taken, in bytes: the form around a file costs a little more than the file.
const (
	largestPicture = 21 << 20
	largestText    = 6 << 20
)

var (
	errNoFile  = fault.Define("input.file_required", fault.Invalid, "请选择要上传的文件。")
	errNoFetch = fault.Define("media.fetch_failed", fault.Invalid, "这张外部图片取不到，请下载后手工上传，或从正文删除。")
)

// pictureFetcher gets a picture from an address that a person typed, through the guarded client.
type pictureFetcher interface {
	FetchPicture(ctx context.Context, address string) ([]byte, error)
}

type uploadForm struct {
	UnitID string        `form:"unit_id" required:"true" minLength:"16" maxLength:"16"`
	File   huma.FormFile `form:"file" required:"true"`
}

type uploadInput struct {
	RawBody huma.MultipartFormFiles[uploadForm]
}

func (s *server) uploadMedia(ctx context.Context, in *uploadInput) (*Body[articles.Media], error) {
	form := in.RawBody.Data()
	if !form.File.IsSet {
		return nil, errNoFile.On("file")
	}
	return answer(articles.AddPicture(ctx, s.db, s.store, actorOf(ctx), form.UnitID, form.File.Filename, form.File))
}

type fetchMediaInput struct {
	Body struct {
		UnitID string `json:"unit_id" minLength:"16" maxLength:"16"`
		URL    string `json:"url" minLength:"8" maxLength:"2000"`
	}
}

func (s *server) fetchMedia(ctx context.Context, in *fetchMediaInput) (*Body[articles.Media], error) {
	content, err := s.fetcher.FetchPicture(ctx, in.Body.URL)
	if err != nil {
		if fault.As(err) != nil {
			return nil, err
		}
		return nil, errNoFetch.On("url").Because(err)
	}
	return answer(articles.AddPicture(ctx, s.db, s.store, actorOf(ctx), in.Body.UnitID, path.Base(in.Body.URL), bytes.NewReader(content)))
}

type listMediaInput struct {
	PageQuery
	UnitID string `query:"unit_id" maxLength:"16"`
}

func (s *server) listMedia(ctx context.Context, in *listMediaInput) (*Body[Page[articles.Media]], error) {
	at, id, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := articles.ListMedia(ctx, s.db, actorOf(ctx), in.UnitID, at, id, in.PerPage+1)
	return answer(page(rows, in.PerPage, func(m articles.Media) string { return writeCursor(m.CreatedAt, m.ID) }), err)
}

// showMedia serves a picture to somebody who is signed in and reaches its unit.
func (s *server) showMedia(c echo.Context) error {
	ctx := c.Request().Context()
	media, err := articles.GetMedia(ctx, s.db, actorOf(ctx), c.Param("id"))
	if err != nil {
		return err
	}
	return s.sendPicture(c, media.SHA256, media.MIME, "private, max-age=31536000, immutable")
}

// sendPicture serves stored bytes by their hash, never as anything that could run in our origin.
func (s *server) sendPicture(c echo.Context, sha256, mime, caching string) error {
	content, _, err := s.store.Open(c.Request().Context(), sha256)
	if err != nil {
		return err // before the headers: a refusal must not be kept for a year
	}
	defer func() { _ = content.Close() }()
	header := c.Response().Header()
	tag := `"` + sha256[:32] + `"`
	header.Set("ETag", tag)
	header.Set("Cache-Control", caching)
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	if c.Request().Header.Get("If-None-Match") == tag {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Stream(http.StatusOK, mime, content)
}

// formMemory is how much of a form is held in memory, in bytes; larger files go to the disk until the request ends.
const formMemory = 1 << 20

// form reads a form of at most so many bytes, before Huma would read it without a bound. One that is larger is refused
// with the fault given.
func (s *server) form(largest int64, tooLarge *fault.Fault) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := echoOf(ctx)
		request := c.Request()
		_ = ctx.SetReadDeadline(time.Now().Add(requestTimeout)) // a connection that knows no deadline does without
		body := request.Body
		request.Body = http.MaxBytesReader(c.Response(), body, largest)
		err := request.ParseMultipartForm(formMemory)
		request.Body = body
		var tooMany *http.MaxBytesError
		var broken *fs.PathError
		switch {
		case err == nil:
			next(ctx)
			return
		case errors.As(err, &tooMany):
			err = tooLarge.On("file")
		case errors.As(err, &broken):
			err = files.ErrDiskFull.Because(err) // the form's own files could not be written
		default:
			err = errBodyUnread.Because(err)
		}
		writeProblem(ctx, s.problemOf(ctx.Context(), err))
	}
}

type importForm struct {
	File huma.FormFile `form:"file" required:"true"`
}

type importInput struct {
	RawBody huma.MultipartFormFiles[importForm]
}

func (s *server) importText(_ context.Context, in *importInput) (*Body[articles.Imported], error) {
	file := in.RawBody.Data().File
	if !file.IsSet {
		return nil, errNoFile.On("file")
	}
	raw, err := io.ReadAll(io.LimitReader(file, largestText))
	if err != nil {
		return nil, errors.Join(errBodyUnread, err)
	}
	imported, err := articles.FromText(file.Filename, raw)
	if imported.Warnings == nil {
		imported.Warnings = []string{}
	}
	return answer(imported, err)
}
