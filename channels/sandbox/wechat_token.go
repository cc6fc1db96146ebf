package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Lives of tokens, as documented for stable_token and token.
const (
	wxTokenLife    = 7200 * time.Second
	wxTokenOverlap = 5 * time.Minute // old and new are both valid this long
	wxForcePerDay  = 20
	wxForceApart   = 30 * time.Second
	wxTokenLength  = 512 // the longest the documents allow for
)

// wxToken is an access token and its end.
type wxToken struct {
	Value   string    `json:"value"`
	Expires time.Time `json:"expires"`
}

func (t *wxToken) valid(now time.Time) bool { return t != nil && now.Before(t.Expires) }

// holds tells whether token is or was one of the account's.
func (a *wechatAccount) holds(token string) bool {
	for _, t := range []*wxToken{a.Stable, a.StableOld, a.Plain, a.PlainOld} {
		if t != nil && t.Value == token {
			return true
		}
	}
	return slices.Contains(a.Dead, token)
}

// alive tells whether token may be used now.
func (a *wechatAccount) alive(token string, now time.Time) bool {
	for _, t := range []*wxToken{a.Stable, a.StableOld, a.Plain, a.PlainOld} {
		if t.valid(now) && t.Value == token {
			return true
		}
	}
	return false
}

// wechatByToken is the account of the call's token: 41001 missing, 42001 ended in time, 40001 unknown or replaced.
func (s *Sandbox) wechatByToken(c *call) (*wechatAccount, error) {
	token := c.query.Get("access_token")
	if token == "" {
		return nil, wxErr(41001)
	}
	if a, g := s.grantOfToken(token); a != nil {
		return a, g.mayCall(c.Path, c.now)
	}
	for _, a := range s.state.WeChat {
		switch {
		case a.alive(token, c.now):
			return a, nil
		case slices.Contains(a.Dead, token):
			return nil, wxErr(40001)
		case a.holds(token):
			return nil, wxErr(42001)
		}
	}
	return nil, wxErr(40001)
}

// wechatLogin checks the credentials of a token call.
func (s *Sandbox) wechatLogin(c *call, grant, appid, secret string) (*wechatAccount, error) {
	switch {
	case grant != "client_credential":
		return nil, wxErr(40002)
	case appid == "":
		return nil, wxErr(41002)
	case secret == "":
		return nil, wxErr(41004)
	}
	a := s.state.WeChat[appid]
	if a == nil {
		return nil, wxErr(40013)
	}
	if secret != a.Secret {
		return nil, wxErr(40125)
	}
	if !a.mayFetch(c.Remote) {
		return nil, &wechatError{code: 40164, text: fmt.Sprintf("invalid ip %s ipv6 ::ffff:%s, not in whitelist", c.Remote, c.Remote)}
	}
	return a, nil
}

type wxTokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
}

// wechatToken is the plain token: each call a new one, the one before valid five minutes more.
func wechatToken(s *Sandbox, _ *wechatAccount, c *call) (any, error) {
	a, err := s.wechatLogin(c, c.query.Get("grant_type"), c.query.Get("appid"), c.query.Get("secret"))
	if err != nil {
		return nil, err
	}
	if err := a.allow(c); err != nil {
		return nil, err
	}
	a.bury(a.PlainOld)
	a.PlainOld = a.Plain
	if overlap := c.now.Add(wxTokenOverlap); a.PlainOld != nil && a.PlainOld.Expires.After(overlap) {
		a.PlainOld.Expires = overlap
	}
	a.Plain = s.newToken(a, c)
	return wxTokenAnswer{a.Plain.Value, int64(wxTokenLife.Seconds())}, nil
}

// wechatStableToken is the same value until five minutes before its end, then a new one while the old lives on.
// force_refresh makes a new one at once and ends the old: twenty times a day, ignored within thirty seconds.
func wechatStableToken(s *Sandbox, _ *wechatAccount, c *call) (any, error) {
	var in struct {
		GrantType    string `json:"grant_type"`
		AppID        string `json:"appid"`
		Secret       string `json:"secret"`
		ForceRefresh bool   `json:"force_refresh"`
	}
	if err := json.Unmarshal(c.raw, &in); err != nil {
		return nil, wxErr(47001)
	}
	a, err := s.wechatLogin(c, in.GrantType, in.AppID, in.Secret)
	if err != nil {
		return nil, err
	}
	if err := a.allow(c); err != nil {
		return nil, err
	}
	switch {
	case in.ForceRefresh && c.now.Sub(a.LastForce) >= wxForceApart:
		if a.Calls.get(c.now, "force_refresh") >= wxForcePerDay {
			return nil, wxErr(45009)
		}
		a.Calls.add(c.now, "force_refresh")
		a.LastForce = c.now
		a.bury(a.StableOld)
		a.bury(a.Stable)
		a.StableOld, a.Stable = nil, s.newToken(a, c)
	case a.Stable == nil || !c.now.Before(a.Stable.Expires.Add(-wxTokenOverlap)):
		a.StableOld, a.Stable = a.Stable, s.newToken(a, c)
	}
	return wxTokenAnswer{a.Stable.Value, int64(a.Stable.Expires.Sub(c.now) / time.Second)}, nil
}

func (s *Sandbox) newToken(a *wechatAccount, c *call) *wxToken {
	c.Effect = true
	a.TokenFetches++
	return &wxToken{Value: fmt.Sprintf("%d_", 50+s.next()%50) + s.id(wxTokenLength-3), Expires: c.now.Add(wxTokenLife)}
}

// bury ends a token before its time.
func (a *wechatAccount) bury(t *wxToken) {
	if t == nil {
		return
	}
	a.Dead = append(a.Dead, t.Value)
	if len(a.Dead) > 20 {
		a.Dead = a.Dead[len(a.Dead)-20:]
	}
}
