package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"govmedia/units"
)

// anyone marks a route that needs no sign-in, signedIn one that needs nothing more.
const (
	anyone   units.Permission = ""
	signedIn units.Permission = "-"
)

// largestForm bounds a JSON body: an article's text of 2 MB and what stands around it.
const largestForm = 3 << 20

// schemaPrefix is where the description of the API keeps its types.
const schemaPrefix = "#/components/schemas/"

type actorKey struct{}

// actorOf returns who is acting. Routes open to anyone have the zero actor.
func actorOf(ctx context.Context) units.Actor {
	actor, _ := ctx.Value(actorKey{}).(units.Actor)
	return actor
}

func newAPI(s *server) huma.API {
	huma.DefaultArrayNullable = false // our lists are empty, never absent
	config := huma.DefaultConfig("政务新媒体管理平台 govmedia", "1")
	config.Info.Description = "Everything the console does, it does through this API. Times are milliseconds since 1970 UTC."
	config.DocsPath, config.SchemasPath, config.OpenAPIPath = "", "", "/api/openapi"
	config.CreateHooks = nil // no $schema member in every answer
	config.Components.Schemas = huma.NewMapRegistry(schemaPrefix, schemaName)
	config.Formats = map[string]huma.Format{
		"application/json": {Marshal: encode, Unmarshal: json.Unmarshal},
		"json":             {Marshal: encode, Unmarshal: json.Unmarshal},
	}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"cookie": {Type: "apiKey", In: "cookie", Name: accessCookie},
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
	}
	return humaecho.New(s.echo, config)
}

// nouns are what the types of a package are about; a type's name is read with its package, so in the description it is
// written with it: articles.View is ArticleView.
var nouns = map[string]string{"articles": "Article", "accounts": "Account", "channels": "Delivery", "rules": "Rule", "units": "Unit", "manual": "Package"}

func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if noun := nouns[path.Base(t.PkgPath())]; !strings.HasPrefix(name, noun) {
		return noun + name
	}
	return name
}

// encode writes JSON as it is read: without turning < and & of an article's text into escapes.
func encode(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// tableLine is one route as the table has it.
type tableLine struct {
	Method, Path string
	Permission   units.Permission
}

// add puts one route on the table. The permission is asked before anything of the request is decoded; the steps, in
// their order, come between the two.
func add[I, O any](s *server, permission units.Permission, route, id, summary string, handler func(context.Context, *I) (*O, error),
	steps ...func(huma.Context, func(huma.Context))) {
	method, address, _ := strings.Cut(route, " ")
	s.table = append(s.table, tableLine{method, address, permission})
	// Huma's own deadline for a body is five seconds, and ends a handler that takes longer together with the reading.
	operation := huma.Operation{Method: method, Path: address, OperationID: id, Summary: summary, MaxBodyBytes: largestForm, BodyReadTimeout: requestTimeout,
		Metadata: map[string]any{"permission": string(permission)}, Errors: []int{http.StatusUnprocessableEntity, http.StatusInternalServerError}}
	if permission != anyone {
		operation.Security = []map[string][]string{{"cookie": {}}, {"bearer": {}}}
		operation.Errors = append(operation.Errors, http.StatusUnauthorized, http.StatusForbidden)
		operation.Middlewares = huma.Middlewares{s.guard(permission)}
	}
	operation.Middlewares = append(operation.Middlewares, steps...)
	huma.Register(s.api, operation, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		return out, nil
	})
}

// addPlain puts one route of bare echo on the table: files and pages, which Huma has no words for.
func (s *server) addPlain(permission units.Permission, route string, handler echo.HandlerFunc) {
	method, address, _ := strings.Cut(route, " ")
	s.table = append(s.table, tableLine{method, address, permission})
	s.echo.Add(method, address, func(c echo.Context) error {
		if permission != anyone {
			actor, err := s.admit(c.Request(), permission)
			if err != nil {
				return err
			}
			c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), actorKey{}, actor)))
		}
		return handler(c)
	})
}

// admit returns who sent a request, if that person may use a route of the permission.
func (s *server) admit(request *http.Request, permission units.Permission) (units.Actor, error) {
	actor, err := s.authenticate(request)
	switch {
	case err != nil:
		return units.Actor{}, err
	case actor.MustChange && permission != signedIn:
		return units.Actor{}, units.ErrMustChange // reading the session, changing the password and signing out stay open
	case permission != signedIn && !actor.May(permission):
		return units.Actor{}, errNoPermission
	}
	return actor, nil
}

// guard puts the actor into the context, or answers and goes no further.
func (s *server) guard(permission units.Permission) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		request := humaecho.Unwrap(ctx).Request()
		actor, err := s.admit(request, permission)
		if err != nil {
			writeProblem(ctx, s.problemOf(request.Context(), err))
			return
		}
		next(huma.WithValue(ctx, actorKey{}, actor))
	}
}

// authenticate finds who sent a request: a bearer token, else the console's cookie.
func (s *server) authenticate(request *http.Request) (units.Actor, error) {
	token, isBearer := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
	if !isBearer {
		cookie, err := request.Cookie(accessCookie)
		if err != nil {
			return units.Actor{}, errSignedOut
		}
		token = cookie.Value
	}
	actor, err := units.Authenticate(request.Context(), s.db, s.tokens, token)
	actor.RequestID = requestID(request.Context())
	return actor, err
}

func writeProblem(ctx huma.Context, problem *Problem) {
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(problem.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(problem) // the client may be gone
}

// Body wraps a value as the JSON body of an answer.
type Body[T any] struct {
	Body T
}

func answer[T any](value T, err error) (*Body[T], error) {
	if err != nil {
		return nil, err
	}
	return &Body[T]{Body: value}, nil
}

// Page is one page of a list. Next is the cursor of the following page, empty on the last.
type Page[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next" doc:"Cursor of the next page; empty on the last"`
}

// PageQuery is how a list is paged.
type PageQuery struct {
	Cursor  string `query:"cursor" maxLength:"1000" doc:"Next of the page before; empty for the first"`
	PerPage int    `query:"per_page" minimum:"1" maximum:"100" default:"20"`
}

// page cuts the row too many that was asked for, and makes the cursor of the next page from the last row kept.
func page[T any](rows []T, perPage int, key func(T) string) Page[T] {
	if len(rows) <= perPage {
		return Page[T]{Items: rows}
	}
	rows = rows[:perPage]
	return Page[T]{Items: rows, Next: key(rows[perPage-1])}
}

// ByID is the input of a route that needs nothing but an id.
type ByID struct {
	ID string `path:"id" minLength:"16" maxLength:"16"`
}

// ByVersion is the input of a route that changes a thing the person saw at a version.
type ByVersion struct {
	ByID
	Body struct {
		Version int64 `json:"version"`
	}
}
