package main

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"

	"govmedia/channels"
	"govmedia/sql"
)

//go:embed public.html
var publicHTML string

// publicTemplate escapes everything but the body, which was cleaned before it was signed.
var publicTemplate = template.Must(template.New("public").Parse(publicHTML))

type publicView struct {
	Title, Digest, Byline, Source, Cover string
	Published                            string
	Body                                 template.HTML
}

// publicPage shows a published article to anybody: the address that WeChat carries as 阅读原文 and Weibo as its link.
func (s *server) publicPage(c echo.Context) error {
	ctx := c.Request().Context()
	message, delivery, err := channels.PublicMessage(ctx, s.db, c.Param("id"))
	if err != nil {
		return s.publicRefusal(c, err)
	}
	published := delivery.DueAt
	if delivery.PublishedAt != nil {
		published = *delivery.PublishedAt
	}
	view := publicView{Title: message.Title, Digest: message.Digest, Byline: message.Byline, Source: message.Source,
		Published: published.Std().Format("2006-01-02 15:04"),
		//nolint:gosec // cleaned by articles.Clean before it was frozen and signed
		Body: template.HTML(channels.WithPictures(message.Body, func(id string) string { return "/p/" + delivery.ID + "/" + id }))}
	if message.CoverID != "" {
		view.Cover = "/p/" + delivery.ID + "/" + message.CoverID
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=60")
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(http.StatusOK)
	return publicTemplate.Execute(c.Response(), view)
}

// publicRefusal answers a reader with a page, not with JSON.
func (s *server) publicRefusal(c echo.Context, err error) error {
	problem := s.problemOf(c.Request().Context(), err)
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(problem.Status)
	return publicTemplate.Execute(c.Response(), publicView{Title: problem.Detail})
}

// publicPicture serves a picture of a published article.
func (s *server) publicPicture(c echo.Context) error {
	message, _, err := channels.PublicMessage(c.Request().Context(), s.db, c.Param("id"))
	if err != nil {
		return err
	}
	picture, ok := message.Pictures.ByID(c.Param("picture"))
	if !ok || !sql.IsID(picture.ID) {
		return errNotFound
	}
	return s.sendPicture(c, picture.SHA256, picture.MIME, "public, max-age=86400")
}
