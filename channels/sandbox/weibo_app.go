package sandbox

import (
	"slices"
	"time"
)

// WeiboApp is an application registered on the Weibo open platform.
type WeiboApp struct {
	Key          string       `json:"key"`
	Secret       string       `json:"secret"`
	Name         string       `json:"name,omitempty"`
	RedirectURIs []string     `json:"redirect_uris,omitempty"` // compared exactly
	SafeDomains  []SafeDomain `json:"safe_domains,omitempty"`
	// Level is "normal" (reviewed, default: tokens live 30 days) or "test" (not reviewed: one day).
	Level string `json:"level,omitempty"`
	// Permissions: share, update, upload, upload_url_text, destroy, article. Nil is share and destroy.
	Permissions []string `json:"permissions,omitempty"`
	OwnerUID    string   `json:"owner_uid,omitempty"` // the owner's own token lives five years
	// CodeAsString writes error_code as text, as the wiki's sample does.
	CodeAsString bool `json:"code_as_string,omitempty"`
}

// SafeDomain is a domain bound to an app; a share must link to a reviewed one. Sub-domains count as well.
type SafeDomain struct {
	Host     string `json:"host"`
	Reviewed bool   `json:"reviewed"`
}

// WeiboUser is a Weibo account.
type WeiboUser struct {
	UID            string   `json:"uid"`
	Name           string   `json:"name,omitempty"`
	Verified       bool     `json:"verified,omitempty"`
	VerifiedType   int      `json:"verified_type,omitempty"` // 1 is government
	VerifiedReason string   `json:"verified_reason,omitempty"`
	Description    string   `json:"description,omitempty"`
	Followers      int      `json:"followers,omitempty"`
	Follows        []string `json:"follows,omitempty"` // uids whose posts are in the home timeline
	Frozen         bool     `json:"frozen,omitempty"`
	// TimelineLagSeconds is how long a new post is missing from timelines.
	TimelineLagSeconds int `json:"timeline_lag_seconds,omitempty"`
}

// WeiboToken declares a token as if the user had authorised the app. A zero Expires takes the app's lifetime from now.
type WeiboToken struct {
	Token   string    `json:"token"`
	AppKey  string    `json:"app_key"`
	UID     string    `json:"uid"`
	Expires time.Time `json:"expires,omitzero"`
}

type weiboApp struct {
	WeiboApp
}

type weiboUser struct {
	WeiboUser
	Hour []time.Time `json:"hour"` // posts of the last hour
}

type weiboToken struct {
	WeiboToken
	Created time.Time `json:"created"`
	Revoked bool      `json:"revoked"`
	Ended   int       `json:"ended,omitempty"` // the code every further call is answered with: 21315 ended early, 21332 unknown
}

// AddWeiboApp declares an app or changes it.
func (s *Sandbox) AddWeiboApp(app WeiboApp) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Weibo.Apps[app.Key] = &weiboApp{WeiboApp: app}
}

// AddWeiboUser declares a user or changes the one with this uid.
func (s *Sandbox) AddWeiboUser(user WeiboUser) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.state.Weibo.Users[user.UID]; old != nil {
		old.WeiboUser = user
		return
	}
	s.state.Weibo.Users[user.UID] = &weiboUser{WeiboUser: user}
}

// AddWeiboToken declares a token. One that exists is kept as it is unless Expires is given.
func (s *Sandbox) AddWeiboToken(token WeiboToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.state.Weibo.Tokens[token.Token]; old != nil && token.Expires.IsZero() {
		return
	}
	now := s.clock.now()
	if token.Expires.IsZero() {
		token.Expires = now.Add(s.weiboLife(token.AppKey, token.UID))
	}
	s.state.Weibo.Tokens[token.Token] = &weiboToken{WeiboToken: token, Created: now}
}

// may tells whether the app has a permission.
func (app *weiboApp) may(permission string) bool {
	if app.Permissions == nil {
		return permission == "share" || permission == "destroy"
	}
	return slices.Contains(app.Permissions, permission)
}

// Lifetimes of tokens.
const (
	wbTestLife  = 24 * time.Hour
	wbLife      = 30 * 24 * time.Hour
	wbOwnerLife = 157679999 * time.Second // five years less a second, as handed out
)

// weiboLife is how long a token of this app and user lives. Call it with s.mu held.
func (s *Sandbox) weiboLife(appKey, uid string) time.Duration {
	app := s.state.Weibo.Apps[appKey]
	switch {
	case app == nil:
		return wbLife
	case app.OwnerUID == uid && uid != "":
		return wbOwnerLife
	case app.Level == "test":
		return wbTestLife
	}
	return wbLife
}
