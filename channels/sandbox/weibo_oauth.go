package sandbox

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// wbCodeLife is how long an authorisation code may be traded for a token.
const wbCodeLife = 10 * time.Minute

// weiboCode is an authorisation code: good once.
type weiboCode struct {
	AppKey      string    `json:"app_key"`
	UID         string    `json:"uid"`
	RedirectURI string    `json:"redirect_uri"`
	Created     time.Time `json:"created"`
	Used        bool      `json:"used"`
}

// weiboAuthorizePage shows the page with approve and deny, or approves at once when an automatic user is set.
func (s *Sandbox) weiboAuthorizePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	code := s.weiboAuthorizeError(q)
	auto := s.state.Weibo.AutoUID
	page := authorizePage{Query: template.URL(r.URL.RawQuery), App: q.Get("client_id")}
	if app := s.state.Weibo.Apps[q.Get("client_id")]; app != nil {
		page.App = orElse(app.Name, app.Key)
	}
	for _, u := range s.state.Weibo.Users {
		page.Users = append(page.Users, u.WeiboUser)
	}
	s.mu.Unlock()
	slices.SortFunc(page.Users, func(a, b WeiboUser) int { return compareIDs(a.UID, b.UID) })
	switch {
	case code != 0:
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(encode(map[string]any{"error": weiboWords[code], "error_code": code, "request": "/oauth2/authorize"}))
	case auto != "":
		s.weiboApprove(w, r, q, auto)
	default:
		show(w, http.StatusOK, "authorize", page)
	}
}

// weiboAuthorizeError is 21320 for an unknown app, 21322 for a redirect address that is not exactly registered, else 0.
func (s *Sandbox) weiboAuthorizeError(q url.Values) int {
	app := s.state.Weibo.Apps[q.Get("client_id")]
	switch {
	case app == nil:
		return 21320
	case !slices.Contains(app.RedirectURIs, q.Get("redirect_uri")):
		return 21322
	}
	return 0
}

// weiboAuthorize takes the form of the page: uid, and approve or deny.
func (s *Sandbox) weiboAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	code := s.weiboAuthorizeError(q)
	user := s.state.Weibo.Users[r.PostFormValue("uid")]
	s.mu.Unlock()
	switch {
	case code != 0:
		http.Error(w, weiboWords[code], http.StatusBadRequest)
	case r.PostFormValue("answer") == "deny":
		back(w, r, q, url.Values{
			"error": {"access_denied"}, "error_code": {"21330"},
			"error_description": {"user denied your request"}, "error_uri": {"/oauth2/authorize"},
		})
	case user == nil:
		http.Error(w, weiboWords[20003], http.StatusBadRequest)
	default:
		s.weiboApprove(w, r, q, user.UID)
	}
}

func (s *Sandbox) weiboApprove(w http.ResponseWriter, r *http.Request, q url.Values, uid string) {
	s.mu.Lock()
	code := s.id(32)
	s.state.Weibo.Codes[code] = &weiboCode{
		AppKey: q.Get("client_id"), UID: uid, RedirectURI: q.Get("redirect_uri"), Created: s.clock.now(),
	}
	s.mu.Unlock()
	s.changed()
	back(w, r, q, url.Values{"code": {code}})
}

// back sends the browser to the app with more parameters and its state.
func back(w http.ResponseWriter, r *http.Request, q url.Values, more url.Values) {
	target, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		http.Error(w, weiboWords[21322], http.StatusBadRequest)
		return
	}
	params := target.Query()
	if q.Has("state") {
		params.Set("state", q.Get("state"))
	}
	for name := range more {
		params.Set(name, more.Get(name))
	}
	target.RawQuery = params.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

// weiboAccessToken trades a code for a token. A living token of the same app and user is given again, longer.
func weiboAccessToken(s *Sandbox, c *weiboCall) (any, error) {
	wb := &s.state.Weibo
	app := wb.Apps[c.param("client_id")]
	code := wb.Codes[c.param("code")]
	switch {
	case app == nil || app.Secret != c.param("client_secret"):
		return nil, wbErr(21324)
	case c.param("grant_type") != "authorization_code":
		return nil, &weiboError{code: 21325, text: "unsupported_grant_type"}
	case code == nil || code.AppKey != app.Key || c.now.Sub(code.Created) > wbCodeLife:
		return nil, wbErr(21325)
	case code.Used:
		return nil, wbErr(21314)
	case code.RedirectURI != c.param("redirect_uri"):
		return nil, wbErr(21322)
	}
	code.Used = true
	c.Effect = true
	token := s.weiboGrant(app, code.UID, c.now)
	seconds := int64(token.Expires.Sub(c.now).Seconds())
	return map[string]any{
		"access_token": token.Token, "remind_in": strconv.FormatInt(seconds, 10), "expires_in": seconds,
		"uid": code.UID, "isRealName": "true",
	}, nil
}

func (s *Sandbox) weiboGrant(app *weiboApp, uid string, now time.Time) *weiboToken {
	expires := now.Add(s.weiboLife(app.Key, uid))
	for _, old := range s.state.Weibo.Tokens {
		if old.AppKey == app.Key && old.UID == uid && !old.Revoked && old.Ended == 0 && now.Before(old.Expires) {
			old.Expires = expires
			return old
		}
	}
	token := &weiboToken{WeiboToken: WeiboToken{Token: "2.00" + s.id(28), AppKey: app.Key, UID: uid, Expires: expires}, Created: now}
	s.state.Weibo.Tokens[token.Token] = token
	return token
}

func weiboTokenInfo(_ *Sandbox, c *weiboCall) (any, error) {
	return map[string]any{
		"uid": number(c.user.UID), "appkey": c.app.Key, "scope": "", "create_at": c.token.Created.Unix(),
		"expire_in": int64(c.token.Expires.Sub(c.now).Seconds()),
	}, nil
}

func weiboRevoke(_ *Sandbox, c *weiboCall) (any, error) {
	c.token.Revoked, c.Effect = true, true
	return map[string]string{"result": "true"}, nil
}

// number is a decimal id as a JSON number; 0 when it is none.
func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// compareIDs orders decimal ids by value.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}
