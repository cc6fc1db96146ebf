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

	// Followers is how many people follow the account; 0 takes a thousand.
	Followers int `json:"followers,omitempty"`
	// MassLimit replaces the mass sendings of a period: one a day, or four a month of a service account.
	MassLimit int `json:"mass_limit,omitempty"`
	// MassProtection has the administrator confirm each sending: POST /_sim/approve, within half an hour.
	MassProtection bool `json:"mass_protection,omitempty"`
	// MassApprovalBare leaves the numbers out of the answer while the administrator has not confirmed.
	MassApprovalBare bool `json:"mass_approval_bare,omitempty"`
	// ReplyAsObject gives the reply to a comment as an object; the sample shows an array.
	ReplyAsObject bool `json:"reply_as_object,omitempty"`
	// StatsDelayed says is_delay with the statistics; FrozenStats lets the old family end at October 2025.
	StatsDelayed bool `json:"stats_delayed,omitempty"`
	FrozenStats  bool `json:"frozen_stats,omitempty"`

	// CallbackURL is where the platform calls back, with the account's token and the 43 characters of its key.
	CallbackURL    string `json:"callback_url,omitempty"`
	CallbackToken  string `json:"callback_token,omitempty"`
	EncodingAESKey string `json:"encoding_aes_key,omitempty"`
	CallbackMode   string `json:"callback_mode,omitempty"` // "aes" (default) or "plain"
	// How callbacks go wrong: they never come; a publish job's comes as a MASSSENDJOBFINISH; before the answer of the
	// submit; so many times more; without the articles' addresses; kept back until POST /_sim/callbacks/release; signed
	// by a clock that is so many seconds ahead.
	CallbackNever       bool `json:"callback_never,omitempty"`
	CallbackAsMass      bool `json:"callback_as_mass,omitempty"`
	CallbackEarly       bool `json:"callback_early,omitempty"`
	CallbackDuplicates  int  `json:"callback_duplicates,omitempty"`
	CallbackBare        bool `json:"callback_bare,omitempty"`
	CallbackHold        bool `json:"callback_hold,omitempty"`
	CallbackSkewSeconds int  `json:"callback_skew_seconds,omitempty"`

	// Profile "tiny" has limits that a test reaches: three submits and one deletion a day.
	Profile string `json:"profile,omitempty"`
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
	Masses       []*wxMass      `json:"masses"`
	Speed        int            `json:"speed"`
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
