package sandbox

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Lives of what a third-party platform is given. The documents say of the pre-auth code ten minutes, answers have said
// 1,800 seconds: PreAuthSeconds of a platform sets another.
const (
	wxTicketEvery = 10 * time.Minute
	wxTicketFirst = 5 * time.Second // until the platform has taken one: kinder than WeChat, whose next comes in ten minutes
	wxTicketLife  = 12 * time.Hour
	wxPreAuthLife = 10 * time.Minute
	wxAuthLife    = time.Hour
)

// WeChatComponent is a third-party platform on WeChat's open platform: one program that acts for many accounts, after each
// account's administrator has granted it sets of permissions.
type WeChatComponent struct {
	AppID          string `json:"appid"`
	Secret         string `json:"secret"`
	Name           string `json:"name,omitempty"`
	Token          string `json:"token"`            // signs what is sent to it
	EncodingAESKey string `json:"encoding_aes_key"` // closes it
	// EventURL takes tickets and grants (授权事件接收 URL); MessageURL, with $APPID$ in it, what happens at the accounts.
	EventURL   string `json:"event_url,omitempty"`
	MessageURL string `json:"message_url,omitempty"`
	// Host is the one host that people may come from and go back to (登录授权的发起页域名); empty lets all.
	Host string `json:"host,omitempty"`
	// IPWhitelist holds addresses and CIDR ranges that may fetch tokens; empty lets all in. Others get 61004.
	IPWhitelist []string `json:"ip_whitelist,omitempty"`
	// Permissions are the sets that the platform asks for; empty takes 1, 2, 3, 7 and 11.
	Permissions    []int `json:"permissions,omitempty"`
	PreAuthSeconds int   `json:"pre_auth_seconds,omitempty"`
	// TicketsNever keeps the ticket of every ten minutes back; the event wechat.ticket still sends one.
	TicketsNever bool `json:"tickets_never,omitempty"`
	// RotateRefresh gives another refresh token with each access token; the one before is dead.
	RotateRefresh bool `json:"rotate_refresh,omitempty"`
	// HideRefresh leaves the refresh token out of api_get_authorizer_info, as older descriptions have it.
	HideRefresh bool `json:"hide_refresh,omitempty"`
}

// wxComponent is the platform with everything it holds.
type wxComponent struct {
	WeChatComponent
	Tickets    map[string]time.Time `json:"tickets"` // when each was issued
	LastTicket time.Time            `json:"last_ticket,omitzero"`
	Answered   bool                 `json:"answered,omitempty"` // it has taken a ticket once
	Access     *wxToken             `json:"access,omitempty"`
	DeadAccess []string             `json:"dead_access,omitempty"`
	PreAuth    map[string]time.Time `json:"pre_auth"` // when each ends; a used one is gone
	AuthCodes  map[string]wxAuth    `json:"auth_codes"`
	Grants     map[string]*wxGrant  `json:"grants"` // by the account's appid
	Fetches    int                  `json:"fetches"`
}

// wxAuth is an authorization code: good once.
type wxAuth struct {
	AppID string    `json:"appid"`
	Ends  time.Time `json:"ends"`
}

// wxGrant is what an account granted a platform.
type wxGrant struct {
	Permissions []int     `json:"permissions"`
	Refresh     string    `json:"refresh"`
	Token       *wxToken  `json:"token,omitempty"`
	Revoked     bool      `json:"revoked,omitempty"`
	At          time.Time `json:"at"`
}

// wxSetNames are the names of the permission sets as the page shows them.
var wxSetNames = map[int]string{1: "消息管理", 2: "用户管理", 3: "帐号服务", 4: "网页服务", 7: "群发与通知", 11: "素材管理", 15: "自定义菜单"}

// wxSetOf tells which set an interface belongs to, by the beginning of its path; without it the answer is 61007. The
// documents tell it per interface; where they name several, the first is here.
var wxSetOf = []struct {
	path string
	set  int
}{
	{"/cgi-bin/freepublish/", 7}, {"/cgi-bin/message/mass/", 7}, {"/cgi-bin/draft/", 11}, {"/cgi-bin/material/", 11}, {"/cgi-bin/media/", 11},
	{"/cgi-bin/comment/", 1}, {"/datacube/getuser", 2}, {"/cgi-bin/account/", 3},
}

func (c *WeChatComponent) asked() []int {
	if len(c.Permissions) > 0 {
		return c.Permissions
	}
	return []int{1, 2, 3, 7, 11}
}

// AddComponent declares a third-party platform, or changes the settings of one that exists and keeps what it holds.
func (s *Sandbox) AddComponent(component WeChatComponent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.state.Components[component.AppID]; old != nil {
		old.WeChatComponent = component
		return
	}
	if s.state.Components == nil {
		s.state.Components = map[string]*wxComponent{}
	}
	s.state.Components[component.AppID] = newComponent(component)
}

func newComponent(config WeChatComponent) *wxComponent {
	return &wxComponent{WeChatComponent: config, Tickets: map[string]time.Time{}, PreAuth: map[string]time.Time{},
		AuthCodes: map[string]wxAuth{}, Grants: map[string]*wxGrant{}}
}

// PushTicket makes a ticket and sends it to the platform's event address.
func (s *Sandbox) PushTicket(appid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.Components[appid]
	if c == nil {
		return fmt.Errorf("sandbox: there is no third-party platform %q", appid)
	}
	s.pushTicket(c)
	return nil
}

// pushTicket makes and sends a ticket. Call it with s.mu held.
func (s *Sandbox) pushTicket(c *wxComponent) {
	now := s.clock.now()
	for old, at := range c.Tickets {
		if now.Sub(at) > 2*wxTicketLife {
			delete(c.Tickets, old)
		}
	}
	ticket := "ticket@@@" + s.id(86)
	c.Tickets[ticket], c.LastTicket = now, now
	s.emitInfo(c, "component_verify_ticket", "<ComponentVerifyTicket><![CDATA["+ticket+"]]></ComponentVerifyTicket>")
}

// dueTickets sends the tickets whose time has come.
func (s *Sandbox) dueTickets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, pushed := s.clock.now(), false
	for _, c := range s.state.Components {
		every := wxTicketEvery
		if !c.Answered {
			every = wxTicketFirst
		}
		if c.EventURL != "" && !c.TicketsNever && now.Sub(c.LastTicket) >= every {
			s.pushTicket(c)
			pushed = true
		}
	}
	if pushed {
		defer s.changed()
	}
}

// answered notes that a platform took what it was sent.
func (s *Sandbox) answered(appid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.state.Components[appid]; c != nil {
		c.Answered = true
	}
}

// emitInfo sends an event to a platform's own address. Call it with s.mu held.
func (s *Sandbox) emitInfo(c *wxComponent, info, more string) {
	if c.EventURL == "" {
		return
	}
	body := "<xml><AppId><![CDATA[" + c.AppID + "]]></AppId><CreateTime>" + strconv.FormatInt(s.clock.now().Unix(), 10) +
		"</CreateTime><InfoType><![CDATA[" + info + "]]></InfoType>" + more + "</xml>"
	s.sending.Add(1)
	go func() {
		defer s.sending.Done()
		s.send(wxEvent{appid: c.AppID, name: info, body: body})
	}()
}

// messagesTo is the platform that an account's messages go to: the one that was granted message management.
func (s *Sandbox) messagesTo(appid string) *wxComponent {
	for _, c := range s.state.Components {
		if g := c.Grants[appid]; c.MessageURL != "" && g != nil && !g.Revoked && slices.Contains(g.Permissions, 1) {
			return c
		}
	}
	return nil
}

// grantOfToken is the account that an access token which a platform was given is for.
func (s *Sandbox) grantOfToken(token string) (*wechatAccount, *wxGrant) {
	for _, c := range s.state.Components {
		for appid, g := range c.Grants {
			if g.Token != nil && g.Token.Value == token {
				return s.state.WeChat[appid], g
			}
		}
	}
	return nil, nil
}

// mayCall refuses what a grant does not cover.
func (g *wxGrant) mayCall(path string, now time.Time) error {
	switch {
	case g.Revoked:
		return wxErr(61003)
	case !g.Token.valid(now):
		return wxErr(42001)
	}
	for _, line := range wxSetOf {
		if strings.HasPrefix(path, line.path) && !slices.Contains(g.Permissions, line.set) {
			return wxErr(61007)
		}
	}
	return nil
}

// wechatComponentToken trades a ticket for the platform's token. The one before ends at once: what becomes of it is not
// documented, and a client that needs it is wrong.
func wechatComponentToken(s *Sandbox, _ *wechatAccount, c *call) (any, error) {
	var in struct {
		AppID  string `json:"component_appid"`
		Secret string `json:"component_appsecret"`
		Ticket string `json:"component_verify_ticket"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	p := s.state.Components[in.AppID]
	if p == nil {
		return nil, wxErr(40013)
	}
	allowed := wechatAccount{WeChatAccount: WeChatAccount{IPWhitelist: p.IPWhitelist}}
	issued, known := p.Tickets[in.Ticket]
	switch {
	case in.Secret != p.Secret:
		return nil, wxErr(40125)
	case !allowed.mayFetch(c.Remote):
		return nil, &wechatError{code: 61004, text: "access clientip is not registered requestIP: " + c.Remote}
	case !known:
		return nil, wxErr(61006)
	case c.now.Sub(issued) > wxTicketLife:
		return nil, wxErr(61005)
	}
	if p.Access != nil {
		p.DeadAccess = append(p.DeadAccess, p.Access.Value)
	}
	c.Effect = true
	p.Fetches++
	p.Access = &wxToken{Value: fmt.Sprintf("%d_", 50+s.next()%50) + s.id(135), Expires: c.now.Add(wxTokenLife)}
	return map[string]any{"component_access_token": p.Access.Value, "expires_in": int64(wxTokenLife.Seconds())}, nil
}

// wechatPlatform is the platform that a call is made by, by its token and the app id in its body.
func wechatPlatform(s *Sandbox, c *call, body any) (*wxComponent, error) {
	if err := wxDecode(c, body); err != nil {
		return nil, err
	}
	appid, _ := c.Body["component_appid"].(string)
	p, token := s.state.Components[appid], c.query.Get("component_access_token")
	switch {
	case p == nil:
		return nil, wxErr(40013)
	case token == "":
		return nil, wxErr(41001)
	case p.Access == nil || p.Access.Value != token:
		return nil, wxErr(40001)
	case !p.Access.valid(c.now):
		return nil, wxErr(42001)
	}
	return p, nil
}

func wechatPreAuthCode(s *Sandbox, _ *wechatAccount, c *call) (any, error) {
	p, err := wechatPlatform(s, c, &struct{}{})
	if err != nil {
		return nil, err
	}
	life := wxPreAuthLife
	if p.PreAuthSeconds > 0 {
		life = time.Duration(p.PreAuthSeconds) * time.Second
	}
	code := "preauthcode@@@" + s.id(43)
	p.PreAuth[code] = c.now.Add(life)
	c.Effect = true
	return map[string]any{"pre_auth_code": code, "expires_in": int64(life.Seconds())}, nil
}

// wechatQueryAuth trades an authorization code, once.
func wechatQueryAuth(s *Sandbox, _ *wechatAccount, c *call) (any, error) {
	var in struct {
		Code string `json:"authorization_code"`
	}
	p, err := wechatPlatform(s, c, &in)
	if err != nil {
		return nil, err
	}
	code, known := p.AuthCodes[in.Code]
	switch {
	case !known:
		return nil, wxErr(61009)
	case c.now.After(code.Ends):
		return nil, wxErr(61010)
	}
	delete(p.AuthCodes, in.Code)
	g := p.Grants[code.AppID]
	if g == nil || g.Revoked {
		return nil, wxErr(61003)
	}
	c.Effect = true
	g.Token = &wxToken{Value: fmt.Sprintf("%d_", 50+s.next()%50) + s.id(150), Expires: c.now.Add(wxTokenLife)}
	info := g.info(code.AppID)
	info["authorizer_access_token"], info["expires_in"], info["authorizer_refresh_token"] = g.Token.Value, int64(wxTokenLife.Seconds()), g.Refresh
	return map[string]any{"authorization_info": info}, nil
}

// info is the part of an answer that says what was granted.
func (g *wxGrant) info(appid string) map[string]any {
	sets := []map[string]any{}
	for _, id := range g.Permissions {
		sets = append(sets, map[string]any{"funcscope_category": map[string]int{"id": id}})
	}
	return map[string]any{"authorizer_appid": appid, "func_info": sets}
}

// wechatAuthorizerToken trades a refresh token. The access token before ends with it.
func wechatAuthorizerToken(s *Sandbox, _ *wechatAccount, c *call) (any, error) {
	var in struct {
		AppID   string `json:"authorizer_appid"`
		Refresh string `json:"authorizer_refresh_token"`
	}
	p, err := wechatPlatform(s, c, &in)
	if err != nil {
		return nil, err
	}
	g := p.Grants[in.AppID]
	switch {
	case g == nil || g.Revoked:
		return nil, wxErr(61003)
	case g.Refresh != in.Refresh:
		return nil, wxErr(61023)
	}
	c.Effect = true
	g.Token = &wxToken{Value: fmt.Sprintf("%d_", 50+s.next()%50) + s.id(150), Expires: c.now.Add(wxTokenLife)}
	if p.RotateRefresh {
		g.Refresh = s.refreshToken()
	}
	if a := s.state.WeChat[in.AppID]; a != nil {
		a.TokenFetches++
	}
	return map[string]any{"authorizer_access_token": g.Token.Value, "expires_in": int64(wxTokenLife.Seconds()), "authorizer_refresh_token": g.Refresh}, nil
}

func (s *Sandbox) refreshToken() string { return "refreshtoken@@@" + s.id(43) }

// wechatAuthorizerInfo tells who an account is that granted the platform.
func wechatAuthorizerInfo(s *Sandbox, _ *wechatAccount, c *call) (any, error) {
	var in struct {
		AppID string `json:"authorizer_appid"`
	}
	p, err := wechatPlatform(s, c, &in)
	if err != nil {
		return nil, err
	}
	g, a := p.Grants[in.AppID], s.state.WeChat[in.AppID]
	if g == nil || g.Revoked || a == nil {
		return nil, wxErr(61003)
	}
	service, verify := 0, 0
	if a.Type == "service" {
		service = 2
	}
	if a.verified(c.now) != nil {
		verify = -1
	}
	info := g.info(in.AppID)
	if !p.HideRefresh {
		info["authorizer_refresh_token"] = g.Refresh
	}
	return map[string]any{"authorization_info": info, "authorizer_info": map[string]any{
		"nick_name": a.Nickname, "head_img": "", "service_type_info": map[string]int{"id": service}, "verify_type_info": map[string]int{"id": verify},
		"user_name": wxOriginalID(a.AppID), "principal_name": a.Principal, "alias": "", "qrcode_url": "", "signature": a.Signature,
		"business_info": map[string]int{"open_store": 0, "open_scan": 0, "open_pay": 0, "open_card": 0, "open_shake": 0}, "account_status": 1,
	}}, nil
}

// grant records that an account's administrator agreed, tells the platform, and returns the address to go back to. The
// pre-auth code is used up. Call it with s.mu held.
func (s *Sandbox) grant(p *wxComponent, appid, preAuth, back string, sets []int) string {
	delete(p.PreAuth, preAuth)
	now, info := s.clock.now(), "authorized"
	g := p.Grants[appid]
	if g != nil && !g.Revoked {
		info = "updateauthorized"
	} else {
		g = &wxGrant{Refresh: s.refreshToken()}
		p.Grants[appid] = g
	}
	g.Permissions, g.At = sets, now
	code := "queryauthcode@@@" + s.id(64)
	p.AuthCodes[code] = wxAuth{AppID: appid, Ends: now.Add(wxAuthLife)}
	seconds := int64(wxAuthLife.Seconds())
	s.emitInfo(p, info, fmt.Sprintf("<AuthorizerAppid>%s</AuthorizerAppid><AuthorizationCode><![CDATA[%s]]></AuthorizationCode><AuthorizationCodeExpiredTime>%d</AuthorizationCodeExpiredTime><PreAuthCode>%s</PreAuthCode>",
		appid, code, now.Unix()+seconds, preAuth))
	target, err := url.Parse(back)
	if err != nil {
		return back
	}
	query := target.Query()
	query.Set("auth_code", code)
	query.Set("expires_in", strconv.FormatInt(seconds, 10))
	target.RawQuery = query.Encode()
	return target.String()
}

// componentEvent lets something happen between a platform and the accounts that granted it.
func (s *Sandbox) componentEvent(e Event) bool {
	if p := s.state.Components[e.Account]; p != nil {
		switch e.Type {
		case "wechat.ticket":
			s.pushTicket(p)
			return true
		case "wechat.drop_component":
			p.Access = nil
			return true
		}
		return false
	}
	done := false
	for _, p := range s.state.Components {
		g := p.Grants[e.Account]
		if g == nil || g.Revoked {
			continue
		}
		done = true
		switch e.Type {
		case "wechat.unauthorize":
			g.Revoked, g.Token = true, nil
			if e.Text != "silent" {
				s.emitInfo(p, "unauthorized", "<AuthorizerAppid>"+e.Account+"</AuthorizerAppid>")
			}
		case "wechat.lose_refresh":
			g.Refresh, g.Token = s.refreshToken(), nil
		case "wechat.change_grant":
			g.Permissions = wxSets(strings.Split(e.Text, ","))
			s.emitInfo(p, "updateauthorized", "<AuthorizerAppid>"+e.Account+"</AuthorizerAppid>")
		default:
			return false
		}
	}
	return done
}

// wxSets reads numbers of permission sets; what is no number is left out.
func wxSets(texts []string) []int {
	sets := []int{}
	for _, text := range texts {
		if id, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
			sets = append(sets, id)
		}
	}
	slices.Sort(sets)
	return slices.Compact(sets)
}
