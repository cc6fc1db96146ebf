package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/accounts/paper"
)

// documentType is what a browser is told of a .docx file.
const documentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

func (s *server) applicationForm(c echo.Context) error {
	form, err := accounts.ApplicationForm(c.Request().Context(), s.db, s.book, actorOf(c.Request().Context()), c.Param("id"))
	return s.sendForm(c, form, err)
}

func (s *server) decisionRecord(c echo.Context) error {
	form, err := accounts.DecisionRecord(c.Request().Context(), s.db, s.book, actorOf(c.Request().Context()), c.Param("id"))
	return s.sendForm(c, form, err)
}

func (s *server) registerCard(c echo.Context) error {
	form, err := accounts.RegisterCard(c.Request().Context(), s.db, actorOf(c.Request().Context()), c.Param("id"))
	return s.sendForm(c, form, err)
}

// sendForm sends a form as a page for the printer, or as a file for WPS and Word where the address asks ?as=docx. It is
// written whole before its first byte is sent.
func (s *server) sendForm(c echo.Context, form paper.Form, err error) error {
	if err != nil {
		return err
	}
	var b bytes.Buffer
	header := c.Response().Header()
	header.Set(echo.HeaderCacheControl, "no-store") // phones stand on it
	if c.QueryParam("as") == "docx" {
		if err := paper.WriteDocx(&b, form); err != nil {
			return err
		}
		name := url.PathEscape(strings.ReplaceAll(form.Title, "/", "") + "-" + form.Number + ".docx")
		header.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="form.docx"; filename*=UTF-8''%s`, name))
		return c.Blob(http.StatusOK, documentType, b.Bytes())
	}
	if err := paper.WriteHTML(&b, form, c.Request().URL.Path+"?as=docx"); err != nil {
		return err
	}
	header.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src "+paper.StyleSource()+"; frame-ancestors 'self'; base-uri 'none'; form-action 'none'")
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}
