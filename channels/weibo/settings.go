package weibo

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// CheckSettings says whether an account may be set up so. Errors: ErrRoute, ErrUID, ErrDomain, ErrPicture.
func CheckSettings(account accounts.Account) error {
	if routes, _ := configured(account); len(routes) == 0 {
		return ErrRoute.On("settings.route")
	}
	if uidOf(account) == "" || strings.Trim(uidOf(account), "0123456789") != "" {
		return ErrUID.On("external_id")
	}
	if strings.ContainsAny(setting(account, "safe_domain"), "/:@ ") {
		return ErrDomain.On("settings.safe_domain")
	}
	if !slices.Contains([]string{"", picturesUpload, picturesURL, picturesNone}, setting(account, "pictures")) {
		return ErrPicture.On("settings.pictures")
	}
	return nil
}

// The values of the setting pictures: how the cover goes with an update.
const (
	picturesUpload = "upload" // as a file, the default
	picturesURL    = "url"    // Weibo fetches it; an ability that is applied for
	picturesNone   = "none"
)

// longText reports whether the account may post texts of more than 140 characters.
func longText(account accounts.Account) bool {
	allowed, _ := account.Settings["long_text"].(bool)
	return allowed
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

// ready refuses an account that cannot be used as it stands, before anybody is called. One that waits for its authorisation
// is no failure of the delivery: see hold.
func (c *Channel) ready(job *channels.Job) *channels.PlatformError {
	switch err := CheckSettings(job.Account); {
	case errors.Is(err, ErrRoute):
		return problem(channels.Permission, "route_unsupported", "账号设置的微博发布方式看不懂，没有发出。请管理员在账号页改正，或改为“人工发布”")
	case err != nil:
		return problem(channels.Permission, "settings", "微博账号的 UID、安全域名或配图方式没有填对，没有发出。请管理员在账号页改正").Because(err)
	case job.Credentials["access_token"] == "":
		return c.hold(job, problem(channels.Quota, "not_authorised", "账号还没有授权，没有发出。请在账号页授权，授权后系统自动继续"))
	case c.expired(job.Credentials):
		return c.hold(job, problem(channels.Quota, "token_expired", "账号授权已过期，没有发出。请在账号页重新授权，授权后系统自动继续"))
	}
	return nil
}

// lateBy is how long after its time a delivery still goes out by itself once its account is authorised again.
const lateBy = 24 * time.Hour

// hold makes a delivery wait for the authorisation of its account: nothing is asked of Weibo meanwhile, and it goes on by itself
// within a day of its time. What is later than that would surprise its readers, so a person decides.
func (c *Channel) hold(job *channels.Job, failure *channels.PlatformError) *channels.PlatformError {
	failure.After = c.cfg.Hold
	if job.Delivery.DueAt > 0 && sql.FromStd(c.cfg.Now()).Sub(job.Delivery.DueAt) > lateBy {
		failure.Class, failure.After = channels.Permission, 0
		failure.Advice = "账号授权失效已超过一天，没有发出，系统不再自动补发。请重新授权后核对内容是否仍然合适，再点“重试”（" + failure.Code + "）"
	}
	return failure
}

// expired reads the lifetime we stored. A missing one means that Weibo has to say it.
func (c *Channel) expired(credentials accounts.Credentials) bool {
	until := expiresAt(credentials)
	return until > 0 && !c.cfg.Now().Before(until.Std())
}

// expiresAt is the end of the stored token, 0 when it is not known.
func expiresAt(credentials accounts.Credentials) sql.Time {
	millis, err := strconv.ParseInt(credentials["expires_at"], 10, 64)
	if err != nil {
		return 0
	}
	return sql.Time(millis)
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
