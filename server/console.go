package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"govmedia/frontend"
)

// console serves the built console: a file by its name, and index.html for every address that the console itself routes.
func (s *server) console(c echo.Context) error {
	address := strings.TrimPrefix(path.Clean(c.Request().URL.Path), "/")
	if strings.HasPrefix(address, "api/") || strings.HasPrefix(address, "callbacks/") || strings.HasPrefix(address, "media/") {
		return errNotFound
	}
	caching := "no-cache"
	if strings.HasPrefix(address, "assets/") {
		caching = "public, max-age=31536000, immutable" // their names carry their hash
	}
	content, err := fs.ReadFile(frontend.Files(), address)
	if err != nil || address == "" {
		if strings.HasPrefix(address, "assets/") {
			return errNotFound
		}
		address, caching = "index.html", "no-cache"
		if content, err = fs.ReadFile(frontend.Files(), address); errors.Is(err, fs.ErrNotExist) {
			return c.String(http.StatusOK, "控制台还没有构建：请运行 make build。接口在 /api。")
		}
	}
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", caching)
	http.ServeContent(c.Response(), c.Request(), path.Base(address), time.Time{}, bytes.NewReader(content))
	return nil
}
