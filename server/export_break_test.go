package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// A file that breaks off must not look whole to the browser; what is refused before its first byte is an answer like others.
func TestAnExportThatBreaksOffIsNoWholeFile(t *testing.T) {
	t.Parallel()
	s := &server{log: slog.New(slog.DiscardHandler)}
	router := echo.New()
	router.Use(middleware.Recover())
	router.GET("/begun", func(c echo.Context) error {
		c.Response().WriteHeader(http.StatusOK)
		if _, err := c.Response().Write([]byte("账号名称,平台\r\n")); err != nil {
			return err
		}
		c.Response().Flush()
		return s.whole(c, errors.New("the database went away"))
	})
	router.GET("/refused", func(c echo.Context) error { return s.whole(c, echo.NewHTTPError(http.StatusNotFound)) })
	web := httptest.NewServer(router)
	defer web.Close()
	answer, err := http.Get(web.URL + "/begun")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if got, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("the broken file reads as whole: %q", got)
	}
	refused, err := http.Get(web.URL + "/refused")
	if err != nil {
		t.Fatal(err)
	}
	_ = refused.Body.Close()
	if refused.StatusCode != http.StatusNotFound {
		t.Errorf("a refusal before the first byte = %d, want 404", refused.StatusCode)
	}
}

func TestAnExportOutlivesTheDeadlineOfARequestAndEndsWithTheBrowser(t *testing.T) {
	t.Parallel()
	left, leave := context.WithCancel(t.Context())
	defer leave()
	late, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-late.Done()
	of := func(ctx context.Context) (context.Context, context.CancelFunc) {
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/accounts.xlsx", nil)
		return exporting(echo.New().NewContext(request, httptest.NewRecorder()))
	}
	long, done := of(late)
	defer done()
	gone, doneToo := of(left)
	defer doneToo()
	leave()
	select {
	case <-gone.Done():
	case <-time.After(10 * time.Second):
		t.Error("the export goes on though the browser left")
	}
	if long.Err() != nil {
		t.Errorf("the export ended with the deadline of its request: %v", long.Err())
	}
}
