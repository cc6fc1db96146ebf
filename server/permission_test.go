package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// addPerson adds somebody to the demo district: at the unit where the other person works, in one role.
func (town *town) addPerson(username string, role units.Role, beside string, mustChange bool) {
	town.t.Helper()
	unitID := unitOf(town.signIn(beside))
	db, err := sql.Open(town.t.Context(), town.config.DSN)
	if err != nil {
		town.t.Fatal(err)
	}
	defer db.Close()
	_, err = units.CreatePerson(town.t.Context(), db, units.System, units.NewPerson{Username: username, Name: "测试人员", Password: demoPassword,
		MustChange: mustChange, Roles: []units.RoleAt{{UnitID: unitID, Role: role}}}, units.PasswordRule{})
	if err != nil {
		town.t.Fatalf("add %s: %v", username, err)
	}
}

// theAPI returns the description of the API, from which tests make input that has the right shape.
func theAPI(t *testing.T) *huma.OpenAPI {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return newServer(server{log: slog.New(slog.DiscardHandler), library: library}).api.OpenAPI()
}

// formOf makes the least JSON that a route's shape checks let pass, nil when the route takes none.
func formOf(api *huma.OpenAPI, line tableLine) any {
	item := api.Paths[line.Path]
	if item == nil {
		return nil
	}
	operation := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete}[line.Method]
	if operation == nil || operation.RequestBody == nil || operation.RequestBody.Content["application/json"] == nil {
		return nil
	}
	return sample(api, "", operation.RequestBody.Content["application/json"].Schema)
}

func sample(api *huma.OpenAPI, name string, schema *huma.Schema) any {
	if schema.Ref != "" {
		schema = api.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	if len(schema.Enum) > 0 {
		return schema.Enum[0]
	}
	switch schema.Type {
	case "object":
		made := map[string]any{}
		for _, name := range schema.Required {
			made[name] = sample(api, name, schema.Properties[name])
		}
		if schema.Properties["reason"] != nil { // not required by the shape, but by whoever reads it
			made["reason"] = "测试理由"
		}
		return made
	case "array":
		return []any{}
	case "integer", "number":
		if strings.HasSuffix(name, "_at") {
			return time.Now().UnixMilli()
		}
		return 1
	case "boolean":
		return false
	}
	switch name {
	case "url":
		return "https://www.example.gov.cn/1"
	case "cover_id":
		return ""
	}
	least := 1
	if schema.MinLength != nil {
		least = max(least, *schema.MinLength)
	}
	return strings.Repeat("0", least)
}

const noSuchID = "0000000000000000"

// address fills the parameters of a route's path.
func address(line tableLine, id string) string {
	return strings.NewReplacer("{id}", id, ":id", id, "{rulebook}", "tongnan-2022", "{year}", "2027", ":picture", noSuchID, "/*", "/").Replace(line.Path)
}

// guardedRoutes returns the routes that need a sign-in, whatever they are registered with.
func guardedRoutes(t *testing.T) []tableLine {
	t.Helper()
	lines := slices.DeleteFunc(slices.Clone(theTable(t)), func(line tableLine) bool { return line.Permission == anyone })
	if len(lines) < 40 {
		t.Fatalf("only %d routes need a sign-in", len(lines))
	}
	return lines
}

// Every route of the table, asked by those who may not. A new route is covered by standing on the table.
func TestEveryRouteRefusesWhoMayNot(t *testing.T) {
	lines, api := guardedRoutes(t), theAPI(t)
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		nobody := town.browser()
		town.addPerson("anquan", units.SecurityOfficer, "xinxi", false)
		town.addPerson("xinren", units.InfoOfficer, "xinxi", true)
		readers, newcomer := map[units.Role]*browser{units.SecurityOfficer: town.signIn("anquan"), units.LayoutStaff: town.signIn("paiban")}, town.signIn("xinren")
		people := []*browser{town.signIn("xinxi"), town.signIn("fenguan"), town.signIn("guanli")}
		for _, line := range lines {
			form := any(map[string]any{"unbekannt": 1}) // refused before it is decoded
			if line.Method == http.MethodGet {
				form = nil
			}
			nobody.refuse(line.Method, address(line, noSuchID), form, http.StatusUnauthorized, "auth.required")
			if line.Permission == signedIn {
				continue
			}
			newcomer.refuse(line.Method, address(line, noSuchID), form, http.StatusForbidden, "auth.must_change")
			may := func(role units.Role) bool {
				return units.Actor{Roles: []units.HeldRole{{Role: role}}}.May(line.Permission)
			}
			refused := false
			for role, reader := range readers {
				if !may(role) {
					refused = true
					reader.refuse(line.Method, address(line, noSuchID), form, http.StatusForbidden, "auth.forbidden")
				}
			}
			if !refused && slices.ContainsFunc(units.Roles(), func(role units.Role) bool { return !may(role) }) {
				t.Errorf("%s %s: a role lacks %s, but none that this test refuses", line.Method, line.Path, line.Permission)
			}
			allowed := false
			for _, person := range people {
				allowed = allowed || !isRefused(person, line, formOf(api, line))
			}
			if !allowed {
				t.Errorf("%s %s is open to nobody of the unit", line.Method, line.Path)
			}
		}
	})
}

// isRefused reports whether the guard refuses somebody; a 500 is an error of the test.
func isRefused(person *browser, line tableLine, form any) bool {
	person.t.Helper()
	code, problem := person.ask(line.Method, address(line, noSuchID), form)
	if code >= http.StatusInternalServerError {
		person.t.Errorf("%s %s = %d: %+v", line.Method, line.Path, code, problem)
	}
	return problem.Code == "auth.forbidden"
}

// An article, a delivery, an account and a picture of another unit do not exist for somebody who holds the permission
// elsewhere.
func TestObjectsOfAnotherUnitAreNotFound(t *testing.T) {
	lines, api := guardedRoutes(t), theAPI(t)
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		article := draft(t, author, "只给本单位看", "<p>正文</p>", accounts.KindVideoAccount)
		schedule(author, signAll(t, town, author, article.ID), nil)
		var delivery channels.Summary
		town.wait("the package to be ready", func() bool {
			deliveries := getArticle(author, article.ID).Deliveries
			if len(deliveries) == 1 {
				delivery = deliveries[0]
			}
			return delivery.State == channels.Submitted
		})
		ids := map[string]string{"articles": article.ID, "deliveries": delivery.ID, "accounts": delivery.AccountID, "media": *article.CoverID}
		stranger, otherOffice := town.signIn("wenlv"), town.signIn("shiban")
		before := snapshot(author, article.ID)
		seen := 0
		for _, line := range lines {
			parts := strings.Split(strings.TrimPrefix(strings.TrimPrefix(line.Path, "/"), "api/"), "/")
			if !strings.Contains(line.Path, "id") || ids[parts[0]] == "" {
				continue
			}
			seen++
			asker := stranger
			if !(units.Actor{Roles: []units.HeldRole{{Role: units.InfoOfficer}}}).May(line.Permission) {
				asker = otherOffice
			}
			problem := asker.refuse(line.Method, address(line, ids[parts[0]]), formOf(api, line), http.StatusNotFound,
				map[string]string{"articles": "article.not_found", "deliveries": "delivery.not_found", "accounts": "account.not_found", "media": "media.not_found"}[parts[0]])
			if strings.Contains(problem.Detail, "只给本单位看") {
				t.Errorf("%s %s tells the title: %s", line.Method, line.Path, problem.Detail)
			}
		}
		if seen < 20 {
			t.Errorf("only %d routes were asked about another unit's object", seen)
		}
		if after := snapshot(author, article.ID); after != before {
			t.Errorf("what a stranger asked changed the article:\n%s\n%s", before, after)
		}
		for _, list := range []string{"/api/articles", "/api/deliveries", "/api/accounts?per_page=100", "/api/media", "/api/tasks", "/api/units", "/api/dashboard/accounts"} {
			var text string
			stranger.do(http.MethodGet, list, nil, http.StatusOK, &text)
			for _, id := range ids {
				if strings.Contains(text, id) {
					t.Errorf("%s shows another unit's object %s", list, id)
				}
			}
		}
		// The office above reads what is below it.
		town.signIn("guanli").do(http.MethodGet, "/api/articles/"+article.ID, nil, http.StatusOK, nil)
		author.do(http.MethodGet, "/media/"+*article.CoverID, nil, http.StatusOK, new(string))
		var archive string
		author.do(http.MethodGet, "/api/deliveries/"+delivery.ID+"/package.zip", nil, http.StatusOK, &archive)
		if !strings.HasPrefix(archive, "PK") || !strings.Contains(archive, "text.txt") {
			t.Errorf("package.zip is no archive: %.40q", archive)
		}
		author.do(http.MethodGet, "/api/deliveries/"+delivery.ID+"/qr.png", nil, http.StatusOK, &archive)
		if want, err := accounts.HomeQR(town.base + "/deliveries/" + delivery.ID); err != nil || archive != string(want) {
			t.Errorf("qr.png does not lead to the delivery's page: %v, %.40q", err, archive)
		}
	})
}

// snapshot returns an article as its page shows it, for tests that nothing changed.
func snapshot(b *browser, id string) string {
	b.t.Helper()
	var text string
	b.do(http.MethodGet, "/api/articles/"+id, nil, http.StatusOK, &text)
	return text
}

func TestWhoMustChangeThePasswordCanDoNothingElse(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		town.addPerson("xinren", units.InfoOfficer, "xinxi", true)
		newcomer := town.signIn("xinren")
		var session SessionView
		newcomer.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
		if !session.MustChange {
			t.Error("the session does not say that the password must be changed")
		}
		change := func(old, new string) map[string]any { return map[string]any{"old": old, "new": new} }
		newcomer.refuse(http.MethodPut, "/api/session/password", change("verkehrt", "Xin-Deng-2026-清源"), 422, "password.old_wrong")
		newcomer.refuse(http.MethodPut, "/api/session/password", change(demoPassword, demoPassword), 422, "password.same")
		newcomer.refuse(http.MethodPut, "/api/session/password", change(demoPassword, "xinren"), 422, "password.too_short")
		newcomer.refuse(http.MethodGet, "/api/articles", nil, 403, "auth.must_change")
		newcomer.do(http.MethodPut, "/api/session/password", change(demoPassword, "Xin-Deng-2026-清源"), http.StatusNoContent, nil)
		newcomer.do(http.MethodGet, "/api/articles", nil, http.StatusOK, nil)
		town.browser().refuse(http.MethodPost, "/api/session", map[string]any{"username": "xinren", "password": demoPassword}, 401, "auth.wrong_password")
	})
}

func TestSessionsEndAndRotate(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		signIn := map[string]any{"username": "xinxi", "password": demoPassword}

		// Signing out ends the session for whoever kept its token, and no other.
		leaver, stayer := town.browser(), town.signIn("xinxi")
		var opened tokenView
		leaver.do(http.MethodPost, "/api/session", signIn, http.StatusOK, &opened)
		thief := town.bearer(opened.AccessToken)
		thief.do(http.MethodGet, "/api/articles", nil, http.StatusOK, nil) // a bearer token needs no cookie
		leaver.do(http.MethodDelete, "/api/session", nil, http.StatusNoContent, nil)
		leaver.refuse(http.MethodGet, "/api/session", nil, 401, "auth.required")
		thief.refuse(http.MethodGet, "/api/articles", nil, 401, "auth.session_over")
		stayer.do(http.MethodGet, "/api/session", nil, http.StatusOK, nil)
		town.bearer("eyJhbGciOiJub25lIn0.e30.").refuse(http.MethodGet, "/api/session", nil, 401, "auth.token_invalid")

		// Each refresh gives the next secret; an old one shown again ends the session.
		first := stayer.cookie(refreshCookie)
		stayer.do(http.MethodPost, "/api/session/refresh", nil, http.StatusOK, &opened)
		second := stayer.cookie(refreshCookie)
		if first == "" || second == "" || first == second {
			t.Fatalf("the refresh secret did not change: %q, %q", first, second)
		}
		again := town.browser()
		again.setCookie(refreshCookie, first)
		again.do(http.MethodPost, "/api/session/refresh", nil, http.StatusOK, nil) // a second tab, a moment later
		if again.cookie(refreshCookie) != second {
			t.Error("the same secret, shown twice, gave two different next ones")
		}
		stayer.do(http.MethodPost, "/api/session/refresh", nil, http.StatusOK, &opened)
		again = town.browser()
		again.setCookie(refreshCookie, first)
		again.refuse(http.MethodPost, "/api/session/refresh", nil, 401, "auth.session_reused")
		stayer.refuse(http.MethodGet, "/api/articles", nil, 401, "auth.session_over")
		stayer.refuse(http.MethodPost, "/api/session/refresh", nil, 401, "auth.session_over")
		town.browser().refuse(http.MethodPost, "/api/session/refresh", nil, 401, "auth.required")
	})
}

func TestCookiesAreKeptFromScriptsAndOtherSites(t *testing.T) {
	for name, want := range map[string]struct {
		base   string
		secure bool
	}{"plain": {"", false}, "tls": {"https://media.example.gov.cn", true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			town := newTown(t, "")
			if want.base != "" {
				town.environ = append(town.environ, "GOVMEDIA_PUBLIC_BASE="+want.base)
			}
			town.start()
			response := town.browser().raw(http.MethodPost, "/api/session", `{"username":"xinxi","password":"`+demoPassword+`"}`, nil)
			if len(response.Cookies()) != 2 {
				t.Fatalf("signing in sets %v, want two cookies", response.Header["Set-Cookie"])
			}
			for _, cookie := range response.Cookies() {
				if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure != want.secure {
					t.Errorf("cookie %s: HttpOnly %t, SameSite %d, Secure %t", cookie.Name, cookie.HttpOnly, cookie.SameSite, cookie.Secure)
				}
			}
		})
	}
}

func TestRequestsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	author := town.signIn("xinxi")
	form := `{"unit_id":"` + unitOf(author) + `","title":"别的网站写的","digest":"","byline":"","source":"","body":"<p>x</p>","cover_id":"","account_ids":[]}`
	for name, headers := range map[string]map[string]string{
		"Sec-Fetch-Site": {"Sec-Fetch-Site": "cross-site"},
		"same site":      {"Sec-Fetch-Site": "same-site"},
		"Origin":         {"Origin": "https://evil.example"},
		"null origin":    {"Origin": "null"},
	} {
		response := author.raw(http.MethodPost, "/api/articles", form, headers)
		var problem Problem
		if err := json.Unmarshal([]byte(response.text), &problem); err != nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s %s", name, response.Status, response.text)
		}
		author.checkProblem("a request with "+name, problem, "server.cross_site")
	}
	var list Page[articles.Article]
	author.do(http.MethodGet, "/api/articles", nil, http.StatusOK, &list)
	if len(list.Items) != 0 {
		t.Errorf("another site wrote %d articles", len(list.Items))
	}
	for _, headers := range []map[string]string{{"Sec-Fetch-Site": "same-origin"}, {"Origin": town.base}, nil} {
		if response := author.raw(http.MethodPost, "/api/articles", form, headers); response.StatusCode != http.StatusOK {
			t.Errorf("our own page with %v: %s %s", headers, response.Status, response.text)
		}
	}
}

// The address in the audit line is the client's own, and X-Forwarded-For counts only from a proxy of ours.
func TestForwardedAddressesAreBelievedFromOurProxiesOnly(t *testing.T) {
	for name, c := range map[string]struct{ setting, want string }{
		"no proxies":      {"", "127.0.0.1"},
		"another network": {"GOVMEDIA_TRUSTED_PROXIES=10.0.0.0/8", "127.0.0.1"},
		"our proxy":       {"GOVMEDIA_TRUSTED_PROXIES=127.0.0.0/8", "203.0.113.9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			town := newTown(t, "")
			if c.setting != "" {
				town.environ = append(town.environ, c.setting)
			}
			town.start()
			town.browser().raw(http.MethodPost, "/api/session", `{"username":"guanli","password":"`+demoPassword+`"}`,
				map[string]string{"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Real-IP": "198.51.100.8"})
			var lines Page[units.AuditLine]
			town.signIn("guanli").do(http.MethodGet, "/api/audit?object_kind=person", nil, http.StatusOK, &lines)
			addresses := []any{}
			for _, line := range lines.Items {
				if line.Action == units.ActionSignIn {
					addresses = append(addresses, line.Detail["address"])
				}
			}
			if len(addresses) != 2 || addresses[1] != c.want {
				t.Errorf("signed in from %v, want %s first", addresses, c.want)
			}
		})
	}
}

func TestPasswordsCannotBeGuessed(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		guesser := town.browser()
		try := func(name, password string) map[string]any {
			return map[string]any{"username": name, "password": password}
		}
		for n := range units.MaxAttempts {
			want, code := 401, "auth.wrong_password"
			if n == units.MaxAttempts-1 {
				want, code = 429, "auth.locked"
			}
			guesser.refuse(http.MethodPost, "/api/session", try("xinxi", "geraten"), want, code)
		}
		problem := guesser.refuse(http.MethodPost, "/api/session", try("xinxi", demoPassword), 429, "auth.locked")
		data, _ := problem.Data.(map[string]any)
		until, _ := data["locked_until"].(float64)
		if left := time.Until(time.UnixMilli(int64(until))); left < units.LockFor-time.Minute || left > units.LockFor {
			t.Errorf("locked for another %s, want about %s", left, units.LockFor)
		}
		guesser.refuse(http.MethodPost, "/api/session", try("niemand", demoPassword), 401, "auth.wrong_password")
		town.signIn("fenguan") // the lock is one person's
	})
}
