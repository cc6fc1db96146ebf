package manual

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"govmedia/accounts"
)

// MaxURL is the longest address a delivery keeps, in characters.
const MaxURL = 1000

// CheckURL looks at the address a person pasted: it must be one that the public can open and, for a platform with hosts
// of its own, one of those. It reads the words only and opens nothing. Errors: ErrNotPublic, ErrInner, ErrConsole, ErrWrongPlatform.
func CheckURL(address string, platform accounts.Platform) error {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || len(address) > MaxURL {
		return ErrNotPublic.On("url")
	}
	if isInner(u.Hostname()) {
		return ErrInner.On("url")
	}
	if !publicName(u.Hostname()) {
		return ErrNotPublic.On("url")
	}
	if isConsole(u, platform) {
		return ErrConsole.On("url")
	}
	capability := CapabilityOf(platform)
	if len(capability.Hosts) == 0 {
		return nil
	}
	if !slices.ContainsFunc(capability.Hosts, func(host string) bool { return within(u.Hostname(), host) }) {
		return ErrWrongPlatform.Say("这个网址不像是%s的文章地址。请打开已发布的文章，复制浏览器地址栏或“复制链接”得到的网址。", capability.Name).On("url")
	}
	if strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return ErrWrongPlatform.Say("这是%s的首页，不是文章地址。请打开已发布的文章后复制它的网址。", capability.Name).On("url")
	}
	return nil
}

// within tells whether host is domain or below it.
func within(host, domain string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// innerNames are the last labels that mean something inside a house only.
var innerNames = []string{"localhost", "local", "internal", "lan", "home", "intranet"}

// isInner knows the addresses and names that only a machine or a house knows: a reader outside cannot open them.
func isInner(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		return !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Zone() != ""
	}
	labels := labelsOf(host)
	last := labels[len(labels)-1]
	return slices.Contains(innerNames, last) || len(labels) == 1 && strings.Trim(last, "0123456789") != "" && isName(host)
}

// publicName tells whether a host that is not inner can be one on the internet at all.
func publicName(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	labels := labelsOf(host)
	last := labels[len(labels)-1]
	return len(labels) > 1 && isName(host) && strings.Trim(last, "0123456789") != "" && last != "test" && last != "invalid"
}

func labelsOf(host string) []string {
	return strings.Split(strings.ToLower(strings.TrimSuffix(host, ".")), ".")
}

func isName(host string) bool {
	return !slices.Contains(labelsOf(host), "") && !strings.ContainsAny(host, " %")
}

// isConsole knows the addresses people paste by mistake: the consoles, and WeChat's previews, which expire.
func isConsole(u *url.URL, platform accounts.Platform) bool {
	switch platform {
	case accounts.WeChat:
		return within(u.Hostname(), "mp.weixin.qq.com") && (strings.HasPrefix(u.Path, "/cgi-bin/") || u.Query().Has("tempkey"))
	case accounts.VideoAccount:
		return within(u.Hostname(), "channels.weixin.qq.com") && strings.HasPrefix(u.Path, "/platform")
	case accounts.Douyin:
		return within(u.Hostname(), "creator.douyin.com")
	case accounts.Kuaishou:
		return within(u.Hostname(), "cp.kuaishou.com")
	case accounts.Toutiao:
		return within(u.Hostname(), "mp.toutiao.com")
	}
	return false
}
