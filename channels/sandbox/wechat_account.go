package sandbox

import (
	"net"
	"slices"
	"time"
)

// WeChatAccount is a WeChat Official Account as the platform knows it.
type WeChatAccount struct {
	AppID     string `json:"appid"`
	Secret    string `json:"secret"`
	Type      string `json:"type,omitempty"` // "subscription" (default) or "service"
	Nickname  string `json:"nickname,omitempty"`
	Principal string `json:"principal,omitempty"` // the unit that was verified
	Signature string `json:"signature,omitempty"` // the account's own description

	// VerifiedUntil is the end of the yearly verification; after it drafts and publishing answer 48001. Zero is for ever.
	VerifiedUntil time.Time `json:"verified_until,omitzero"`
	// IPWhitelist holds addresses and CIDR ranges that may fetch tokens; empty lets all in. Others get 40164.
	IPWhitelist []string `json:"ip_whitelist,omitempty"`
	// CommentFeature tells whether the account has comments; without it need_open_comment answers 88000.
	CommentFeature bool `json:"comment_feature,omitempty"`

	// Quotas replaces daily limits by path, e.g. {"/cgi-bin/freepublish/submit": 3}.
	Quotas map[string]int `json:"quotas,omitempty"`
	// MinuteLimit is the number of calls per path and minute before 45011; 0 is none.
	MinuteLimit int `json:"minute_limit,omitempty"`
	// PublishPerHour is the undocumented limiter of freepublish/submit that answers 53501; 0 is none.
	PublishPerHour int `json:"publish_per_hour,omitempty"`

	PublishIDAsString bool `json:"publish_id_as_string,omitempty"` // documents show it so; live it is a number
	OmitMsgDataID     bool `json:"omit_msg_data_id,omitempty"`     // the sample has none, the field table has
	RunningFailIdx    bool `json:"running_fail_idx,omitempty"`     // fail_idx:[1] while running, as the sample shows
	Resubmit40007     bool `json:"resubmit_40007,omitempty"`       // a second submit of a running draft: 40007 instead of the same job
	UnorderedList     bool `json:"unordered_list,omitempty"`       // freepublish/batchget in no order instead of newest first
	RefuseEscapes     bool `json:"refuse_escapes,omitempty"`       // \uXXXX of Chinese text in a draft answers 40033
}

// wechatAccount is the account with everything it holds.
type wechatAccount struct {
	WeChatAccount
	Stable       *wxToken       `json:"stable,omitempty"`
	StableOld    *wxToken       `json:"stable_old,omitempty"`
	Plain        *wxToken       `json:"plain,omitempty"`
	PlainOld     *wxToken       `json:"plain_old,omitempty"`
	Dead         []string       `json:"dead,omitempty"` // newest ended tokens: expired rather than unknown
	LastForce    time.Time      `json:"last_force,omitzero"`
	TokenFetches int            `json:"token_fetches"`
	Materials    []*wxMaterial  `json:"materials"`
	Temporary    []*wxMaterial  `json:"temporary"`
	Drafts       []*wxDraft     `json:"drafts"`
	Jobs         []*wxJob       `json:"jobs"`
	Articles     []*wxPublished `json:"articles"`
	Calls        counters       `json:"calls"`
	Overruns     map[string]int `json:"overruns"`
	Clears       map[string]int `json:"clears"` // clear_quota per month
	Submits      []time.Time    `json:"submits"`
	minute       map[string]wxMinute
}

type wxMinute struct {
	start int64
	calls int
}

func newWechatAccount(config WeChatAccount) *wechatAccount {
	return &wechatAccount{
		WeChatAccount: config, Calls: counters{}, Overruns: map[string]int{}, Clears: map[string]int{},
	}
}

// AddWeChat declares an account, or changes the settings of one that exists and keeps what it holds.
func (s *Sandbox) AddWeChat(account WeChatAccount) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.state.WeChat[account.AppID]; old != nil {
		old.WeChatAccount = account
		return
	}
	s.state.WeChat[account.AppID] = newWechatAccount(account)
}

// mayFetch tells whether ip may fetch tokens.
func (a *wechatAccount) mayFetch(ip string) bool {
	if len(a.IPWhitelist) == 0 || slices.Contains(a.IPWhitelist, ip) {
		return true
	}
	addr := net.ParseIP(ip)
	return slices.ContainsFunc(a.IPWhitelist, func(entry string) bool {
		_, network, err := net.ParseCIDR(entry)
		return err == nil && addr != nil && network.Contains(addr)
	})
}

// verified refuses with 48001 once the yearly verification has lapsed.
func (a *wechatAccount) verified(now time.Time) error {
	if !a.VerifiedUntil.IsZero() && !now.Before(a.VerifiedUntil) {
		return wxErr(48001)
	}
	return nil
}

func wechatBasicInfo(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	kind := 1
	if a.Type == "service" {
		kind = 2
	}
	verify := map[string]any{"qualification_verify": true, "naming_verify": true, "annual_review": false}
	if !a.VerifiedUntil.IsZero() {
		verify["qualification_verify"] = c.now.Before(a.VerifiedUntil)
		verify["annual_review"] = true
		verify["annual_review_begin_time"] = a.VerifiedUntil.AddDate(0, -3, 0).Unix()
		verify["annual_review_end_time"] = a.VerifiedUntil.Unix()
	}
	return map[string]any{
		"errcode": 0, "errmsg": "ok", "appid": a.AppID, "account_type": kind, "principal_type": 1,
		"principal_name": a.Principal, "realname_status": 1, "wx_verify_info": verify, "nickname": a.Nickname,
		"signature_info":  map[string]any{"signature": a.Signature, "modify_used_count": 0, "modify_quota": 5},
		"head_image_info": map[string]any{"head_image_url": "", "modify_used_count": 0, "modify_quota": 5},
		"customer_type":   1,
	}, nil
}
