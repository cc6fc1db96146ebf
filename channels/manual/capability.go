package manual

import (
	"slices"

	"govmedia/accounts"
)

// Capability is what a platform takes from a hand, as far as it says. A figure of 0 means that none is known.
type Capability struct {
	Name         string   // as people call it
	TitleMax     int      // characters
	TextMax      int      // characters of the body
	Pictures     int      // pictures in one post
	PictureBytes int64    // of one picture
	Hosts        []string // where its posts are read; empty takes any public host
	Steps        []string // what a person does there, in order
}

// capabilities: WeChat's figures are those of wechat.md §1 (draft/add), Weibo's those of 头条文章 (channels.md §1.2),
// Douyin's those of a picture set, Kuaishou's that of a cover (§3.3). The others publish none.
var capabilities = map[accounts.Platform]Capability{
	accounts.WeChat: {
		Name: "微信公众号", TitleMax: 32, TextMax: 20000,
		Hosts: []string{"mp.weixin.qq.com"},
		Steps: []string{"登录微信公众平台（mp.weixin.qq.com），新建图文消息"},
	},
	accounts.Weibo: {
		Name: "新浪微博", TitleMax: 32, TextMax: 90000,
		Hosts: []string{"weibo.com", "weibo.cn"},
		Steps: []string{"登录新浪微博，新建头条文章（短微博可直接粘贴正文）"},
	},
	accounts.VideoAccount: {
		Name:  "微信视频号",
		Hosts: []string{"channels.weixin.qq.com", "weixin.qq.com", "finder.video.qq.com", "mp.weixin.qq.com"},
		Steps: []string{"登录视频号助手（channels.weixin.qq.com），发表视频或图文"},
	},
	accounts.Douyin: {
		Name: "抖音", Pictures: 30, PictureBytes: 20 << 20,
		Hosts: []string{"douyin.com", "iesdouyin.com"},
		Steps: []string{"登录抖音创作者中心，发布图文或视频"},
	},
	accounts.Kuaishou: {
		Name: "快手", PictureBytes: 10 << 20,
		Hosts: []string{"kuaishou.com", "chenzhongtech.com", "gifshow.com"},
		Steps: []string{"登录快手创作者服务平台，发布图文或视频"},
	},
	accounts.Toutiao: {
		Name:  "今日头条",
		Hosts: []string{"toutiao.com"},
		Steps: []string{"登录头条号后台，发布文章"},
	},
	accounts.App:     {Name: "移动客户端", Steps: []string{"登录客户端的内容管理后台，新建文章"}},
	accounts.Website: {Name: "网站", Steps: []string{"登录网站的内容管理系统，在对应栏目新建文章"}},
	accounts.Other:   {Name: "其他平台", Steps: []string{"登录该平台的后台，新建文章"}},
}

// CapabilityOf returns what a platform takes; that of accounts.Other for one that is not known.
func CapabilityOf(platform accounts.Platform) Capability {
	capability, ok := capabilities[platform]
	if !ok {
		capability = capabilities[accounts.Other]
	}
	capability.Hosts, capability.Steps = slices.Clone(capability.Hosts), slices.Clone(capability.Steps)
	return capability
}
