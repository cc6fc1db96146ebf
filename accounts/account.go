package accounts

import "govmedia/sql"

// Platform is where an account lives. One unit keeps at most one account on each where the rulebook says so, so 订阅号
// and 服务号 share a platform (潼南 2022 I-TN-08).
type Platform string

// The platforms. Those without an adapter of their own are served by the manual channel.
const (
	WeChat       Platform = "wechat"   // 微信公众平台
	Weibo        Platform = "weibo"    // 新浪微博
	App          Platform = "app"      // 自建移动客户端
	VideoAccount Platform = "channels" // 微信视频号
	Douyin       Platform = "douyin"
	Kuaishou     Platform = "kuaishou"
	Toutiao      Platform = "toutiao"
	Website      Platform = "website" // 网站与子网站
	Other        Platform = "other"
)

// Kind is what an account is on its platform; update limits name kinds.
type Kind string

// The kinds.
const (
	KindWeChatSubscription Kind = "wechat_subscription" // 订阅号
	KindWeChatService      Kind = "wechat_service"      // 服务号
	KindWeibo              Kind = "weibo"
	KindApp                Kind = "app"
	KindVideoAccount       Kind = "wechat_channels" // 视频号
	KindDouyin             Kind = "douyin"
	KindKuaishou           Kind = "kuaishou"
	KindToutiao            Kind = "toutiao"
	KindWebsite            Kind = "website"
	KindSubsite            Kind = "subsite"
	KindOther              Kind = "other"
)

// Mode is how articles reach an account.
type Mode string

// The modes.
const (
	Auto   Mode = "auto"   // through the platform's interface
	Manual Mode = "manual" // a person posts a prepared package and pastes the public address
)

// State is where an account stands in its life.
type State string

// The states, in the order of life.
const (
	Applying  State = "applying"  // 申请中
	InUse     State = "in_use"    // 在用
	Suspended State = "suspended" // 暂停
	Closed    State = "closed"    // 已关停
)

// Account is one line of the register.
type Account struct {
	ID               string     `json:"id"`
	UnitID           string     `json:"unit_id"`
	UnitName         string     `json:"unit_name"` // read with the row, not a column of the table
	Platform         Platform   `json:"platform"`
	Kind             Kind       `json:"kind"`
	Name             string     `json:"name"`
	ExternalID       *string    `json:"external_id"` // the platform's immutable id: app id, uid; nil when not known
	HomeURL          string     `json:"home_url"`
	Mode             Mode       `json:"mode"`
	State            State      `json:"state"`
	InUseAt          *sql.Time  `json:"in_use_at"`
	Settings         sql.Object `json:"settings"`           // what the adapter needs and nobody must hide, see the adapter's page
	CredentialsSetAt *sql.Time  `json:"credentials_set_at"` // nil when none are set; the credentials themselves never leave the server
	LastPostAt       *sql.Time  `json:"last_post_at"`
	LastPostTitle    string     `json:"last_post_title"`
	UnreadSince      *sql.Time  `json:"unread_since"` // since when nobody can read its posts from outside; nil while they can be read
	UnreadReason     string     `json:"unread_reason"`
	ClosedAt         *sql.Time  `json:"closed_at"`
	GoneTo           string     `json:"gone_to"` // of a closed one: where its readers go now
	SearchText       string     `json:"-"`       // what it is found by, for writing only: see accounts/search.go
	Path             string     `json:"-"`       // the unit's
	Watch            Watch      `json:"-"`
	DueAt            *sql.Time  `json:"-"` // the first due time of its counting clocks
	CreatedAt        sql.Time   `json:"created_at"`
	UpdatedAt        sql.Time   `json:"updated_at"`
	Version          int64      `json:"version"`
}

// Credentials are an account's secrets at its platform, by the names the adapter knows: app_secret, access_token, …
type Credentials map[string]string
