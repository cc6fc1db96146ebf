package weibo

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
)

// CheckSettings says whether an account may be set up so. Errors: ErrRoute, ErrUID, ErrDomain.
func CheckSettings(account accounts.Account) error {
	if route := setting(account, "route"); route != "" && route != "share" {
		return ErrRoute.On("settings.route")
	}
	if uidOf(account) == "" || strings.Trim(uidOf(account), "0123456789") != "" {
		return ErrUID.On("external_id")
	}
	if strings.ContainsAny(setting(account, "safe_domain"), "/:@ ") {
		return ErrDomain.On("settings.safe_domain")
	}
	return nil
}

func setting(account accounts.Account, name string) string {
	text, _ := account.Settings[name].(string)
	return strings.TrimSpace(text)
}

func uidOf(account accounts.Account) string {
	if account.ExternalID == nil {
		return ""
	}
	return *account.ExternalID
}

// ready refuses an account that cannot post as it stands, before anybody is called.
func (c *Channel) ready(job *channels.Job) *channels.PlatformError {
	switch err := CheckSettings(job.Account); {
	case errors.Is(err, ErrRoute):
		return problem(channels.Permission, "route_unsupported", "账号设置的微博发布方式还不支持，请改为 share 或改为“人工发布”")
	case err != nil:
		return problem(channels.Permission, "settings", "微博账号的 UID 或安全域名没有填对，请管理员在账号页改正").Because(err)
	case job.Credentials["access_token"] == "":
		return problem(channels.Permission, "not_authorised", "账号还没有授权，请在账号页授权")
	case c.expired(job):
		return problem(channels.Permission, "token_expired", "账号授权已过期，请在账号页重新授权")
	}
	return nil
}

// expired reads the lifetime we stored. A missing one means that Weibo has to say it.
func (c *Channel) expired(job *channels.Job) bool {
	millis, err := strconv.ParseInt(job.Credentials["expires_at"], 10, 64)
	return err == nil && !c.cfg.Now().Before(time.UnixMilli(millis))
}

// operator returns the address to name as rip: that of the person who acts when the delivery carries a public one in
// Remote["rip"], else the office's.
func (c *Channel) operator(job *channels.Job) (string, *channels.PlatformError) {
	if own, err := netip.ParseAddr(text(job.Remote, "rip")); err == nil && own.IsGlobalUnicast() && !own.IsPrivate() {
		return own.String(), nil
	}
	office, err := netip.ParseAddr(c.cfg.OfficeAddress)
	if err != nil {
		return "", problem(channels.Permission, "no_office_address", "没有配置本单位的公网出口地址，微博要求提供。请服务器管理员补上后重试")
	}
	return office.String(), nil
}

// checkLink refuses a link that the safe-domain rule would refuse.
func checkLink(account accounts.Account, link string) *channels.PlatformError {
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" {
		return problem(channels.Defect, "no_link", "系统没有生成文章链接，没有发出，请联系系统开发人员")
	}
	domain := strings.ToLower(setting(account, "safe_domain"))
	host := strings.ToLower(u.Hostname())
	if domain != "" && host != domain && !strings.HasSuffix(host, "."+domain) {
		return problem(channels.Permission, "safe_domain",
			fmt.Sprintf("文章链接的域名 %s 不在微博应用的安全域名 %s 内，请管理员核对设置", host, domain))
	}
	return nil
}

// parameterRefused tells the causes of 10017 apart: the safe-domain rule is for the administrator, the rest for the
// editor. The platform's own words stay in Text.
func parameterRefused(failure *channels.PlatformError) *channels.PlatformError {
	if strings.Contains(strings.ToLower(failure.Text), "domain") {
		failure.Class = channels.Permission
		failure.Advice = "微博应用的安全域名没有绑定或还没有通过审核，请管理员在微博开放平台处理（10017）"
	}
	return failure
}
