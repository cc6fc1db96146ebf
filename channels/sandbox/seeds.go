package sandbox

// Seeds are accounts to declare: the body of POST /_sim/accounts. Whatever exists already keeps what it holds.
//
//	{"wechat": [{"appid": "wx…", "secret": "…", "type": "subscription", "nickname": "…"}],
//	 "weibo":  {"apps":   [{"key": "…", "secret": "…", "safe_domains": [{"host": "…", "reviewed": true}]}],
//	            "users":  [{"uid": "…", "name": "…", "verified": true, "verified_type": 1}],
//	            "tokens": [{"token": "…", "app_key": "…", "uid": "…"}]},
//	 "apps":   [{"name": "…", "secrets": ["whsec_…"], "mode": "immediate"}]}
type Seeds struct {
	WeChat []WeChatAccount `json:"wechat,omitempty"`
	// Components are WeChat's third-party platforms.
	Components []WeChatComponent `json:"components,omitempty"`
	Weibo      WeiboSeeds        `json:"weibo,omitzero"`
	Apps       []AppBackend      `json:"apps,omitempty"`
	// Portals are government websites, each replaced whole.
	Portals []Portal `json:"portals,omitempty"`
}

// WeiboSeeds are Weibo's part of Seeds. AutoUID is the user who approves on the authorise page without being asked.
type WeiboSeeds struct {
	Apps    []WeiboApp   `json:"apps,omitempty"`
	Users   []WeiboUser  `json:"users,omitempty"`
	Tokens  []WeiboToken `json:"tokens,omitempty"`
	AutoUID string       `json:"auto_uid,omitempty"`
	// LastID is the id before the first post's, for ids as long as a test wants them: 9007199254740990 is next to 2^53.
	LastID int64 `json:"last_id,omitempty"`
}

// AddSeeds declares all accounts of seeds.
func (s *Sandbox) AddSeeds(seeds Seeds) {
	for _, account := range seeds.WeChat {
		s.AddWeChat(account)
	}
	for _, component := range seeds.Components {
		s.AddComponent(component)
	}
	for _, app := range seeds.Weibo.Apps {
		s.AddWeiboApp(app)
	}
	for _, user := range seeds.Weibo.Users {
		s.AddWeiboUser(user)
	}
	for _, token := range seeds.Weibo.Tokens {
		s.AddWeiboToken(token)
	}
	for _, app := range seeds.Apps {
		s.AddApp(app)
	}
	s.mu.Lock()
	for _, portal := range seeds.Portals {
		s.AddPortal(portal)
	}
	if seeds.Weibo.AutoUID != "" {
		s.state.Weibo.AutoUID = seeds.Weibo.AutoUID
	}
	s.state.Weibo.LastID = max(s.state.Weibo.LastID, seeds.Weibo.LastID)
	s.mu.Unlock()
	s.changed()
}
