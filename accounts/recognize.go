package accounts

import (
	"context"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/sql"
)

// maxAddress is how long a pasted text may be, in bytes.
const maxAddress = 4000

// Recognized is what a pasted address or text says of an account by itself, without asking any platform.
type Recognized struct {
	Platform   Platform `json:"platform"`
	Kind       Kind     `json:"kind"`        // empty where the address does not tell it: a 订阅号 looks like a 服务号
	ExternalID string   `json:"external_id"` // the platform's immutable id; empty where the address has none
	OriginalID string   `json:"original_id"` // of WeChat: gh_…
	Name       string   `json:"name"`        // where the address names the account
	Domain     string   `json:"domain"`      // of a website
	HomeURL    string   `json:"home_url"`    // the canonical home page; empty where it cannot be known
	Note       string   `json:"note"`        // what a person should do to learn more; empty when the account is known for certain
}

// known reports whether an account can be found by what was recognised.
func (r Recognized) known() bool {
	return r.ExternalID != "" || r.OriginalID != "" || r.Name != "" || r.HomeURL != ""
}

var (
	inText     = regexp.MustCompile(`(?i)https?://[^\s，。；、！）)\]】》>"'“”‘’<]+`)
	bareDomain = regexp.MustCompile(`(?i)^[\p{Han}a-z0-9](?:[\p{Han}a-z0-9-]*\.)+[\p{Han}a-z]{2,}(?:/\S*)?$`)
	originalID = regexp.MustCompile(`^gh_[0-9a-z]{6,20}$`)
	wechatID   = regexp.MustCompile(`^wx[0-9a-f]{16}$`)
	finderID   = regexp.MustCompile(`^(?:v2_[0-9a-f]{20,120}@finder|sph[0-9A-Za-z]{8,20})$`)
	digits     = regexp.MustCompile(`^[0-9]{5,20}$`)
	appPackage = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+$`)
	token      = regexp.MustCompile(`^[0-9A-Za-z_=-]{4,120}$`)
)

// Recognize says which platform, kind and account a pasted address means, or a text with one in it, as an app's share text
// has. No network is used: what only the platform knows stays empty, and Note says how to learn it. Errors:
// ErrAddressInvalid, ErrAddressUnknown.
func Recognize(address string) (Recognized, error) {
	address = strings.TrimSpace(address)
	if address == "" || len(address) > maxAddress || !utf8.ValidString(address) || strings.Contains(address, "\x00") {
		return Recognized{}, ErrAddressInvalid.On("address")
	}
	if found, ok := recognizeWord(plain(address)); ok {
		return found, nil
	}
	link := inText.FindString(address)
	if link == "" && bareDomain.MatchString(address) {
		link = "https://" + address
	}
	u, err := url.Parse(link)
	if link == "" || err != nil || u.Hostname() == "" || u.User != nil {
		return Recognized{}, ErrAddressUnknown.On("address")
	}
	page := page{host: strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), query: u.Query(), port: u.Port(), scheme: strings.ToLower(u.Scheme)}
	for part := range strings.SplitSeq(strings.Trim(u.Path, "/"), "/") {
		page.path = append(page.path, part)
	}
	return page.recognize(), nil
}

// recognizeWord knows the ids that people copy out of a platform's back end.
func recognizeWord(word string) (Recognized, bool) {
	switch name, isName := strings.CutPrefix(word, "@"); {
	case originalID.MatchString(word):
		return Recognized{Platform: WeChat, OriginalID: word}, true
	case wechatID.MatchString(word):
		return Recognized{Platform: WeChat, ExternalID: word}, true
	case finderID.MatchString(word):
		return Recognized{Platform: VideoAccount, Kind: KindVideoAccount, ExternalID: word}, true
	case isName && isLine(name, 30) && !strings.ContainsAny(name, " /.:@"):
		return weiboNamed(name), true
	}
	return Recognized{}, false
}

// page is an address taken apart.
type page struct {
	host, port, scheme string
	path               []string
	query              url.Values
}

// at returns a part of the path; empty where it is shorter.
func (p page) at(i int) string {
	if i < len(p.path) {
		return p.path[i]
	}
	return ""
}

// follows returns the part of the path behind some parts in a row at its beginning; empty when it does not begin so.
func (p page) follows(parts ...string) string {
	if len(p.path) <= len(parts) || !slices.Equal(p.path[:len(parts)], parts) {
		return ""
	}
	return p.path[len(parts)]
}

// isOf reports whether the host is one of some domains or below one of them. weibo.com.example.cn is not of weibo.com.
func (p page) isOf(domains ...string) bool {
	return slices.ContainsFunc(domains, func(domain string) bool { return p.host == domain || strings.HasSuffix(p.host, "."+domain) })
}

// platforms says whose domains are whose and who reads their pages.
var platformPages = []struct {
	domains []string
	read    func(page) Recognized
}{
	{[]string{"mp.weixin.qq.com"}, page.wechat},
	{[]string{"channels.weixin.qq.com", "weixin.qq.com"}, page.videoAccount},
	{[]string{"weibo.com", "weibo.cn"}, page.weibo},
	{[]string{"douyin.com", "iesdouyin.com"}, page.douyin},
	{[]string{"kuaishou.com", "gifshow.com", "chenzhongtech.com"}, page.kuaishou},
	{[]string{"toutiao.com"}, page.toutiao},
	{[]string{"apps.apple.com", "itunes.apple.com", "appgallery.huawei.com", "a.app.qq.com", "sj.qq.com", "app.mi.com", "play.google.com"}, page.app},
	{[]string{"bilibili.com", "xiaohongshu.com", "zhihu.com"}, page.other},
}

func (p page) recognize() Recognized {
	for _, platform := range platformPages {
		if p.isOf(platform.domains...) {
			return platform.read(p)
		}
	}
	return p.website()
}

func (p page) wechat() Recognized {
	found := Recognized{Platform: WeChat}
	if biz := p.query.Get("__biz"); token.MatchString(biz) {
		found.HomeURL = "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=" + biz
		return found
	}
	found.Note = "这是公众号文章的短链接，里面没有账号标识。请在电脑浏览器里打开文章，复制带 __biz 的完整网址再试；或填写原始 ID（gh_ 开头）。"
	return found
}

func (p page) videoAccount() Recognized {
	found := Recognized{Platform: VideoAccount, Kind: KindVideoAccount}
	if user := p.query.Get("username"); finderID.MatchString(user) {
		found.ExternalID = user
		return found
	}
	found.Note = "视频号的网址里没有账号标识，请在视频号助手里复制视频号 ID（sph 开头）填写。"
	return found
}

func weiboNamed(name string) Recognized {
	return Recognized{Platform: Weibo, Kind: KindWeibo, Name: name, Note: "只认出了微博名称，名称可以改。请打开微博主页，复制 weibo.com/u/ 加数字的网址再登记。"}
}

func (p page) weibo() Recognized {
	found := Recognized{Platform: Weibo, Kind: KindWeibo}
	uid := p.query.Get("uid")
	for _, candidate := range []string{p.follows("u"), p.follows("profile"), p.at(0)} {
		if digits.MatchString(candidate) {
			uid = candidate
		}
	}
	if id := p.follows("p"); len(id) > 11 && strings.HasPrefix(id, "100") && digits.MatchString(id) {
		uid = id[6:] // a page id: what kind of page in six digits, then the uid
	}
	if digits.MatchString(uid) {
		found.ExternalID, found.HomeURL = uid, "https://weibo.com/u/"+uid
		return found
	}
	if name := p.follows("n"); isLine(name, 30) {
		return weiboNamed(name)
	}
	if word := p.at(0); token.MatchString(word) && len(p.path) == 1 && p.host != "t.cn" {
		found.HomeURL = "https://weibo.com/" + strings.ToLower(word)
	}
	found.Note = "网址里没有微博的数字标识（UID），请打开微博主页，复制 weibo.com/u/ 加数字的网址再登记。"
	return found
}

func (p page) douyin() Recognized {
	found := Recognized{Platform: Douyin, Kind: KindDouyin}
	for _, id := range []string{p.follows("user"), p.follows("share", "user"), p.query.Get("sec_uid")} {
		if token.MatchString(id) && id != "self" {
			found.ExternalID, found.HomeURL = id, "https://www.douyin.com/user/"+id
			return found
		}
	}
	found.Note = "这是抖音的短链接或作品链接，里面没有账号标识。请在浏览器里打开账号主页，复制 www.douyin.com/user/ 开头的网址再试。"
	return found
}

func (p page) kuaishou() Recognized {
	found := Recognized{Platform: Kuaishou, Kind: KindKuaishou}
	for _, id := range []string{p.follows("profile"), p.follows("u"), p.follows("fw", "user")} {
		if token.MatchString(id) {
			found.ExternalID, found.HomeURL = id, "https://www.kuaishou.com/profile/"+id
			return found
		}
	}
	found.Note = "这是快手的短链接或作品链接，里面没有账号标识。请在浏览器里打开账号主页，复制 www.kuaishou.com/profile/ 开头的网址再试。"
	return found
}

func (p page) toutiao() Recognized {
	found := Recognized{Platform: Toutiao, Kind: KindToutiao}
	if id := p.follows("c", "user", "token"); token.MatchString(id) {
		found.ExternalID, found.HomeURL = id, "https://www.toutiao.com/c/user/token/"+id+"/"
		return found
	}
	for _, id := range []string{p.follows("c", "user"), p.follows("profile"), p.follows("user")} {
		if digits.MatchString(id) {
			found.ExternalID, found.HomeURL = id, "https://www.toutiao.com/c/user/"+id+"/"
			return found
		}
	}
	found.Note = "这是今日头条的文章或短链接，里面没有账号标识。请打开账号主页，复制 www.toutiao.com/c/user/ 开头的网址再试。"
	return found
}

func (p page) app() Recognized {
	found := Recognized{Platform: App, Kind: KindApp}
	set := func(id, home string) Recognized {
		found.ExternalID, found.HomeURL = id, home
		return found
	}
	if p.isOf("apple.com") {
		for _, part := range p.path {
			if id, isID := strings.CutPrefix(part, "id"); isID && digits.MatchString(id) {
				return set(id, "https://apps.apple.com/cn/app/id"+id)
			}
		}
	}
	if id := p.follows("app"); p.isOf("huawei.com") && token.MatchString(id) {
		return set(id, "https://appgallery.huawei.com/app/"+id)
	}
	for _, id := range []string{p.query.Get("pkgname"), p.query.Get("id"), p.follows("appdetail")} {
		if appPackage.MatchString(id) && len(id) <= maxExternal {
			return set(id, "")
		}
	}
	found.Note = "应用市场的网址里没有应用标识，请打开应用的详情页，复制完整网址再试。"
	return found
}

func (p page) other() Recognized {
	found := Recognized{Platform: Other, Kind: KindOther}
	var id, home string
	switch {
	case p.host == "space.bilibili.com":
		id, home = p.at(0), "https://space.bilibili.com/"
	case p.isOf("xiaohongshu.com"):
		id, home = p.follows("user", "profile"), "https://www.xiaohongshu.com/user/profile/"
	case p.isOf("zhihu.com"):
		id, home = p.follows("org"), "https://www.zhihu.com/org/"
	}
	if token.MatchString(id) {
		found.ExternalID, found.HomeURL = id, home+id
		return found
	}
	found.Note = "网址里没有账号标识，请打开账号主页，复制主页的网址再试。"
	return found
}

// website takes whatever is no platform that we know for a site of its own.
func (p page) website() Recognized {
	host := p.host
	if p.port != "" {
		host = net.JoinHostPort(host, p.port)
	}
	return Recognized{Platform: Website, Domain: p.host, HomeURL: p.scheme + "://" + host + "/"}
}

// Matching returns the accounts of the register that a recognised address means, whoever asks, closed ones among them: by
// the immutable id first; by the home page, the domain or the name where the address has no such id. At most ten.
func Matching(ctx context.Context, db *sql.DB, found Recognized) ([]Account, error) {
	if !found.known() {
		return []Account{}, nil
	}
	bare := strings.TrimPrefix(found.Domain, "www.")
	homes := []string{found.HomeURL, strings.TrimSuffix(found.HomeURL, "/")}
	if found.Platform == Website {
		homes = nil
		for _, scheme := range []string{"http://", "https://"} {
			for _, host := range []string{bare, "www." + bare} {
				homes = append(homes, scheme+host, scheme+host+"/")
			}
		}
	}
	ids, err := sql.List[string](ctx, db, "account.matching", sql.Args{"platform": found.Platform, "external_id": found.ExternalID, "original_id": found.OriginalID,
		"name": found.Name, "homes": homes, "domain": bare, "www": "www." + bare})
	if err != nil {
		return nil, wrap(err, "find the account of %s", found.HomeURL)
	}
	if len(ids) == 0 {
		return []Account{}, nil
	}
	accounts, err := sql.List[Account](ctx, db, "account.with_units", sql.Args{"ids": ids})
	return accounts, wrap(err, "find the account of %s", found.HomeURL)
}
