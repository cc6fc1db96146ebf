package main

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The cookies of the console. The refresh secret travels only where it is used.
const (
	accessCookie  = "govmedia_access"
	refreshCookie = "govmedia_refresh"
	refreshPath   = "/api/session"
)

// SessionView is who is signed in, as the console keeps it.
type SessionView struct {
	Person      sessionPerson      `json:"person"`
	Units       []sessionUnit      `json:"units" nullable:"false"`
	Roles       []sessionRole      `json:"roles" nullable:"false"`
	Permissions []units.Permission `json:"permissions" nullable:"false"`
	MustChange  bool               `json:"must_change" doc:"The password must be changed before anything else"`

	PasswordDueAt   *sql.Time `json:"password_due_at" doc:"By when the password is to be changed under the local rulebook; null where it has no figure"`
	PasswordOverdue bool      `json:"password_overdue"`
	PasswordRule    string    `json:"password_rule" doc:"The clause, in Chinese; empty without one"`
}

type sessionPerson struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
}

type sessionUnit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type sessionRole struct {
	UnitID   string     `json:"unit_id"`
	UnitName string     `json:"unit_name"`
	Role     units.Role `json:"role"`
	RoleName string     `json:"role_name"`
}

func (s *server) viewOf(ctx context.Context, actor units.Actor, mustChange bool) (SessionView, error) {
	view := SessionView{Person: sessionPerson{ID: actor.PersonID, Name: actor.Name, Username: actor.Username}, Units: []sessionUnit{}, Roles: []sessionRole{},
		Permissions: actor.Permissions(), MustChange: mustChange}
	seen := map[string]bool{}
	for _, held := range actor.Roles {
		if !seen[held.UnitID] {
			seen[held.UnitID] = true
			view.Units = append(view.Units, sessionUnit{ID: held.UnitID, Name: held.UnitName})
		}
		view.Roles = append(view.Roles, sessionRole{UnitID: held.UnitID, UnitName: held.UnitName, Role: held.Role, RoleName: roleName(held.Role)})
	}
	age, err := oversight.PasswordDue(ctx, s.db, s.book, actor.PersonID)
	if age != nil {
		view.PasswordDueAt, view.PasswordOverdue, view.PasswordRule = &age.DueAt, age.Overdue, age.Citation
	}
	return view, err
}

// roleName is the Chinese name of a role, the platform's own two included.
func roleName(role units.Role) string {
	switch role {
	case units.OfficeAdmin:
		return "主管单位管理员"
	case units.SystemAdmin:
		return "系统管理员"
	}
	return rules.RoleName(rules.Role(role))
}

type signInInput struct {
	Agent string `header:"User-Agent"`
	Body  struct {
		Username string `json:"username" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
	Address
}

// Address resolves the client's address, which Huma's inputs do not carry by themselves.
type Address struct{ value string }

// Resolve implements huma.Resolver.
func (a *Address) Resolve(ctx huma.Context) []error {
	a.value = echoOf(ctx).RealIP()
	return nil
}

type sessionOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      tokenView
}

// tokenView also carries the access token, for programs that use bearer tokens.
type tokenView struct {
	SessionView
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in" doc:"Seconds"`
}

func (s *server) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	signed, err := units.SignIn(ctx, s.db, s.tokens, units.SignInInput{Username: in.Body.Username, Password: in.Body.Password,
		Address: in.value, Agent: in.Agent, RequestID: requestID(ctx)})
	if err != nil {
		return nil, err
	}
	age, err := oversight.PasswordDue(ctx, s.db, s.book, signed.Person.ID)
	if err != nil {
		return nil, err
	}
	if age != nil && age.Overdue && age.Demanded && !signed.Person.MustChange {
		if err := units.DemandPassword(ctx, s.db, signed.Person.ID, age.SetAt); err != nil {
			return nil, err
		}
		signed.Person.MustChange = true
	}
	return s.opened(ctx, signed)
}

type refreshInput struct {
	Secret string `cookie:"govmedia_refresh"`
}

func (s *server) refreshSession(ctx context.Context, in *refreshInput) (*sessionOutput, error) {
	if in.Secret == "" {
		return nil, errSignedOut
	}
	signed, err := units.Refresh(ctx, s.db, s.tokens, in.Secret)
	if err != nil {
		return nil, err
	}
	return s.opened(ctx, signed)
}

// opened answers with the session's cookies.
func (s *server) opened(ctx context.Context, signed units.SignedIn) (*sessionOutput, error) {
	actor, err := units.Authenticate(ctx, s.db, s.tokens, signed.Access)
	if err != nil {
		return nil, err
	}
	view, err := s.viewOf(ctx, actor, signed.Person.MustChange)
	if err != nil {
		return nil, err
	}
	out := &sessionOutput{Body: tokenView{SessionView: view, AccessToken: signed.Access, ExpiresIn: int(units.AccessLife / time.Second)}}
	out.SetCookie = []http.Cookie{
		s.cookie(accessCookie, "/", signed.Access, int(units.AccessLife/time.Second)),
		s.cookie(refreshCookie, refreshPath, signed.Secret, int(units.SessionLife/time.Second)),
	}
	return out, nil
}

func (s *server) cookie(name, path, value string, seconds int) http.Cookie {
	return http.Cookie{Name: name, Path: path, Value: value, MaxAge: seconds, HttpOnly: true, Secure: s.config.secureCookies(), SameSite: http.SameSiteLaxMode}
}

func (s *server) getSession(ctx context.Context, _ *struct{}) (*Body[SessionView], error) {
	actor := actorOf(ctx)
	return answer(s.viewOf(ctx, actor, actor.MustChange))
}

type cookieOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (s *server) signOut(ctx context.Context, _ *struct{}) (*cookieOutput, error) {
	if err := units.SignOut(ctx, s.db, actorOf(ctx)); err != nil {
		return nil, err
	}
	return &cookieOutput{SetCookie: []http.Cookie{s.cookie(accessCookie, "/", "", -1), s.cookie(refreshCookie, refreshPath, "", -1)}}, nil
}

type passwordInput struct {
	Body struct {
		Old string `json:"old" minLength:"1" maxLength:"200"`
		New string `json:"new" minLength:"1" maxLength:"200"`
	}
}

func (s *server) changePassword(ctx context.Context, in *passwordInput) (*struct{}, error) {
	actor := actorOf(ctx)
	rule, err := s.passwordRule(ctx, actor)
	if err != nil {
		return nil, err
	}
	return nil, units.ChangePassword(ctx, s.db, actor, in.Body.Old, in.Body.New, rule)
}

// passwordRule returns what the local rulebook of the person's first unit demands of passwords now, stricter figures of the
// office included; the zero rule where it is silent.
func (s *server) passwordRule(ctx context.Context, actor units.Actor) (units.PasswordRule, error) {
	if len(actor.Roles) == 0 {
		return units.PasswordRule{}, nil
	}
	unit, err := units.Get(ctx, s.db, units.System, actor.Roles[0].UnitID)
	if err != nil {
		return units.PasswordRule{}, err
	}
	law, err := s.book.Law(ctx, s.db)
	if err != nil {
		return units.PasswordRule{}, err
	}
	rulebook := law.Regime(unit.Path).Local(s.db.Now().Std())
	if rulebook == nil || rulebook.Credentials == nil {
		return units.PasswordRule{}, nil
	}
	return units.PasswordRule{MinLength: rulebook.Credentials.MinLength, Rulebook: rulebook.ID, Articles: rulebook.Credentials.Articles}, nil
}
