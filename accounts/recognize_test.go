package accounts_test

import (
	"strings"
	"testing"

	"govmedia/accounts"
)

func TestAddressesAreRecognized(t *testing.T) {
	weibo := accounts.Recognized{Platform: accounts.Weibo, Kind: accounts.KindWeibo, ExternalID: "1234567890", HomeURL: "https://weibo.com/u/1234567890"}
	wechat := accounts.Recognized{Platform: accounts.WeChat, HomeURL: "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA3MDExMTIzNA=="}
	douyin := accounts.Recognized{Platform: accounts.Douyin, Kind: accounts.KindDouyin, ExternalID: "MS4wLjABAAAAabc_-1", HomeURL: "https://www.douyin.com/user/MS4wLjABAAAAabc_-1"}
	for _, c := range []struct {
		address string
		want    accounts.Recognized
	}{
		{"https://mp.weixin.qq.com/s?__biz=MzA3MDExMTIzNA==&mid=2650&idx=1&sn=ab#rd", wechat},
		{"http://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA3MDExMTIzNA==&scene=124", wechat},
		{"看看这篇：https://mp.weixin.qq.com/s?__biz=MzA3MDExMTIzNA%3D%3D&mid=1。", wechat},
		{"gh_0123456789ab", accounts.Recognized{Platform: accounts.WeChat, OriginalID: "gh_0123456789ab"}},
		{" wx0123456789abcdef ", accounts.Recognized{Platform: accounts.WeChat, ExternalID: "wx0123456789abcdef"}},
		{"https://weibo.com/u/1234567890", weibo},
		{"weibo.com/1234567890/NbCdEfGh1", weibo},
		{"https://m.weibo.cn/u/1234567890?jumpfrom=weibocom", weibo},
		{"https://m.weibo.cn/profile/1234567890", weibo},
		{"https://weibo.com/p/1005051234567890/home", weibo},
		{"https://www.weibo.com/1234567890?refer_flag=1", weibo},
		{"https://www.douyin.com/user/MS4wLjABAAAAabc_-1?vid=7", douyin},
		{"https://www.iesdouyin.com/share/user/MS4wLjABAAAAabc_-1?u_code=1", douyin},
		{"https://www.kuaishou.com/profile/3xabc123", accounts.Recognized{Platform: accounts.Kuaishou, Kind: accounts.KindKuaishou, ExternalID: "3xabc123",
			HomeURL: "https://www.kuaishou.com/profile/3xabc123"}},
		{"https://www.toutiao.com/c/user/token/MS4wLjABAAAAxyz/?source=feed", accounts.Recognized{Platform: accounts.Toutiao, Kind: accounts.KindToutiao,
			ExternalID: "MS4wLjABAAAAxyz", HomeURL: "https://www.toutiao.com/c/user/token/MS4wLjABAAAAxyz/"}},
		{"https://www.toutiao.com/c/user/51234567890/#mid=1", accounts.Recognized{Platform: accounts.Toutiao, Kind: accounts.KindToutiao,
			ExternalID: "51234567890", HomeURL: "https://www.toutiao.com/c/user/51234567890/"}},
		{"sphAbcd1234567", accounts.Recognized{Platform: accounts.VideoAccount, Kind: accounts.KindVideoAccount, ExternalID: "sphAbcd1234567"}},
		{"https://apps.apple.com/cn/app/%E6%9F%90%E5%BA%94%E7%94%A8/id1234567890", accounts.Recognized{Platform: accounts.App, Kind: accounts.KindApp,
			ExternalID: "1234567890", HomeURL: "https://apps.apple.com/cn/app/id1234567890"}},
		{"https://appgallery.huawei.com/app/C100123456", accounts.Recognized{Platform: accounts.App, Kind: accounts.KindApp, ExternalID: "C100123456",
			HomeURL: "https://appgallery.huawei.com/app/C100123456"}},
		{"https://a.app.qq.com/o/simple.jsp?pkgname=cn.gov.invented", accounts.Recognized{Platform: accounts.App, Kind: accounts.KindApp, ExternalID: "cn.gov.invented"}},
		{"https://space.bilibili.com/12345678", accounts.Recognized{Platform: accounts.Other, Kind: accounts.KindOther, ExternalID: "12345678",
			HomeURL: "https://space.bilibili.com/12345678"}},
		{"WWW.Qingyuan.gov.CN/zwgk/index.html", accounts.Recognized{Platform: accounts.Website, Domain: "www.qingyuan.gov.cn", HomeURL: "https://www.qingyuan.gov.cn/"}},
		{"http://qingyuan.gov.cn:8080/a", accounts.Recognized{Platform: accounts.Website, Domain: "qingyuan.gov.cn", HomeURL: "http://qingyuan.gov.cn:8080/"}},
		{"https://weibo.com.invented.cn/u/1234567890", accounts.Recognized{Platform: accounts.Website, Domain: "weibo.com.invented.cn", HomeURL: "https://weibo.com.invented.cn/"}},
	} {
		if got, err := accounts.Recognize(c.address); err != nil || got != c.want {
			t.Errorf("Recognize(%q) = %+v, %v, want %+v", c.address, got, err, c.want)
		}
	}
}

func TestAddressesWithoutAnIDSayHowToFindIt(t *testing.T) {
	for address, platform := range map[string]accounts.Platform{
		"https://mp.weixin.qq.com/s/AbCdEfGhIjKl": accounts.WeChat, "https://v.douyin.com/iAbCdEf/": accounts.Douyin, "https://weibo.com/n/清源发布": accounts.Weibo,
		"@清源发布": accounts.Weibo, "https://weibo.com/qingyuanfabu": accounts.Weibo, "https://v.kuaishou.com/abc": accounts.Kuaishou,
		"https://www.toutiao.com/article/7123456789/": accounts.Toutiao, "https://channels.weixin.qq.com/web/pages/feed?eid=1": accounts.VideoAccount,
		"2.05 复制打开抖音，看看【清源发布的作品】 https://v.douyin.com/iAbCdEf/ abc:/": accounts.Douyin,
	} {
		if got, err := accounts.Recognize(address); err != nil || got.Platform != platform || got.ExternalID != "" || got.Note == "" {
			t.Errorf("Recognize(%q) = %+v, %v, want %s with a note", address, got, err, platform)
		}
	}
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	for _, address := range []string{"", "  ", strings.Repeat("a", 5000), "\xff\xfe", "a\x00b"} {
		_, err := accounts.Recognize(address)
		refused(t, "Recognize of "+address[:min(len(address), 5)], err, accounts.ErrAddressInvalid)
	}
	for _, address := range []string{"清源发布", "javascript:alert(1)", "https://user:pw@weibo.com/u/1234567890", "https://", "ftp://weibo.com/u/1", "12345"} {
		_, err := accounts.Recognize(address)
		refused(t, "Recognize("+address+")", err, accounts.ErrAddressUnknown)
	}
}

func TestAPastedAddressFindsItsAccount(t *testing.T) {
	each(t, func(w *world) {
		in := w.valid(accounts.KindWeibo, "清源发布")
		in.ExternalID = "1234567890"
		weibo := w.create(in)
		wechat := w.create(w.valid(accounts.KindWeChatSubscription, "清源发布"))
		w.set(wechat.ID, map[string]string{"original_id": "gh_0123456789ab"})
		site := w.create(w.valid(accounts.KindWebsite, "清源镇"))
		w.set(site.ID, map[string]string{"home_url": "http://www.qingyuan.gov.cn"})
		for address, want := range map[string]string{"https://m.weibo.cn/u/1234567890": weibo.ID, "@清源发布": weibo.ID, "gh_0123456789ab": wechat.ID,
			"https://qingyuan.gov.cn/x": site.ID, "https://weibo.com/u/999999999": "", "https://v.douyin.com/iAbCdEf/": "", "https://other.gov.cn": ""} {
			found, err := accounts.Recognize(address)
			if err != nil {
				t.Fatalf("Recognize(%s): %v", address, err)
			}
			list, err := accounts.Matching(t.Context(), w.db, found)
			if err != nil || want == "" && len(list) != 0 || want != "" && (len(list) != 1 || list[0].ID != want || list[0].UnitName == "") {
				t.Errorf("Matching(%s) = %+v, %v, want %q", address, list, err, want)
			}
		}
	})
}
