package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/channels"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// server is what the handlers need; made once in run, never changed after.
type server struct {
	config  Config
	log     *slog.Logger
	db      *sql.DB
	book    rules.Book
	library *rules.Library
	keys    *accounts.Keyring
	tokens  units.Keys
	store   files.Store
	out     *channels.Outside
	fetcher pictureFetcher
	worker  *worker
	// observing is the way out to what is read from outside.
	observing *channels.Observing
	// reminders is the way out of reminders.
	reminders *oversight.Outside
	echo      *echo.Echo
	api       huma.API
	table     []tableLine // the routes as they were put on the table
	shown     *sightings  // since when the public pages are as they are
}

// requestTimeout bounds what one request may take; uploads of pictures over slow lines included.
const requestTimeout = 60 * time.Second

func newServer(s server) *server {
	speakChinese()
	huma.NewError = func(code int, message string, errs ...error) huma.StatusError {
		return inputProblem(code, message, "", errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, code int, message string, errs ...error) huma.StatusError {
		return inputProblem(code, message, requestID(ctx.Context()), errs)
	}
	s.echo, s.shown = echo.New(), &sightings{}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = ipExtractor(s.config.TrustedProxies)
	s.echo.HTTPErrorHandler = s.echoError
	s.middleware()
	s.api = newAPI(&s)
	s.routes()
	return &s
}

// middleware is what every request passes, in order.
func (s *server) middleware() {
	crossSite := http.NewCrossOriginProtection()
	crossSite.AddInsecureBypassPattern("/callbacks/") // platforms call back without our cookies, and sign what they say
	s.echo.Pre(middleware.RemoveTrailingSlash())
	s.echo.Use(
		giveRequestID,
		s.logAccess,
		middleware.RecoverWithConfig(middleware.RecoverConfig{LogErrorFunc: s.logPanic}),
		middleware.SecureWithConfig(middleware.SecureConfig{
			ContentTypeNosniff: "nosniff", XFrameOptions: "SAMEORIGIN", ReferrerPolicy: "same-origin",
			ContentSecurityPolicy: "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'; base-uri 'self'; form-action 'self'",
		}),
		func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				if err := crossSite.Check(c.Request()); err != nil {
					return errCrossSite.Because(err)
				}
				ctx, cancel := context.WithTimeout(c.Request().Context(), requestTimeout)
				defer cancel()
				c.SetRequest(c.Request().WithContext(ctx))
				return next(c)
			}
		},
		hearOut,
	)
}

// mostUnread bounds what is read of a body that nobody wants any more, in bytes.
const mostUnread = 64 << 20

// hearOut reads to its end, within bounds, a body that was refused half-way, so that a browser still sending gets the
// answer and not a cut line, and removes the files that a form left behind.
func hearOut(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		request := c.Request()
		body := request.Body
		request.Body = io.NopCloser(body) // a closed body could not be read to its end
		err := next(c)
		if err != nil {
			c.Error(err) // the answer waits in the buffer until the body is read
		}
		_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(requestTimeout))
		_, _ = io.CopyN(io.Discard, body, mostUnread) // its end, its deadline or the client's leave: each is fine
		if form := request.MultipartForm; form != nil {
			_ = form.RemoveAll() // net/http does it only for its own copy of the request
		}
		return nil
	}
}

type requestIDKey struct{}

// requestID returns the id of the request that ctx belongs to, empty outside a request.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

func giveRequestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := sql.NewID() // our own, never the client's: it stands in the audit lines
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), requestIDKey{}, id)))
		return next(c)
	}
}

func (s *server) logAccess(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		request := c.Request()
		level := slog.LevelDebug
		if c.Response().Status >= http.StatusInternalServerError {
			level = slog.LevelWarn
		}
		// The route, not the address: addresses may carry what a person searched for.
		s.log.Log(request.Context(), level, "request", "request_id", requestID(request.Context()), "method", request.Method, "route", c.Path(),
			"status", c.Response().Status, "took", time.Since(began), "bytes", c.Response().Size)
		return nil
	}
}

func (s *server) logPanic(c echo.Context, err error, stack []byte) error {
	s.log.ErrorContext(c.Request().Context(), "panic", "request_id", requestID(c.Request().Context()), "error", err.Error(), "stack", string(stack))
	return err
}

// echoError answers for the plain echo handlers and for routes that do not exist.
func (s *server) echoError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var httpError *echo.HTTPError
	var problem *Problem
	if errors.As(err, &httpError) {
		problem = inputProblem(httpError.Code, "", requestID(c.Request().Context()), nil)
	} else {
		problem = s.problemOf(c.Request().Context(), err)
	}
	body, encodeErr := json.Marshal(problem)
	if encodeErr != nil {
		body = []byte(`{}`)
	}
	_ = c.Blob(problem.Status, problem.ContentType(""), body) // the client may be gone
}

// ipExtractor believes X-Forwarded-For only from the operator's own proxies; without any, the peer's address counts.
func ipExtractor(proxies []string) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, cidr := range proxies {
		if prefix, err := netip.ParsePrefix(cidr); err == nil {
			options = append(options, echo.TrustIPRange(&net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())}))
		}
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// echoOf returns the echo context of a Huma handler's request.
func echoOf(ctx huma.Context) echo.Context { return humaecho.Unwrap(ctx) }
