package channels

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"govmedia/channels/egress"
	"govmedia/sql"
)

// trouble is why nothing could be read, and what a person is told of it.
type trouble struct {
	result   Reading
	sentence string        // Chinese
	after    time.Duration // when the host wants to be asked again; 0: it does not say
	err      error         // set instead when it is not the host's doing: our stop
}

func unreadable(format string, args ...any) *trouble {
	return &trouble{result: ReadUnreadable, sentence: fmt.Sprintf(format, args...)}
}

// isForeign reports whether an answer was refused for what it was, so that the host itself is there.
func isForeign(err error) bool {
	return errors.Is(err, egress.ErrRedirect) || errors.Is(err, egress.ErrTooLarge) || errors.Is(err, egress.ErrContentType) || errors.Is(err, egress.ErrAddress)
}

// troubleOf says what an error of the guard means.
func troubleOf(err error) *trouble {
	var (
		expired x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
		named   x509.HostnameError
		shaken  *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return &trouble{err: err}
	case errors.Is(err, egress.ErrAddress):
		return unreadable("网址指向内部网络或不允许访问的地址，没有读取。请核对网址；确需读取内网的，请服务器管理员列入允许的网段。")
	case errors.Is(err, egress.ErrRedirect):
		return unreadable("网址被多次或不安全地跳转，没有读取。请填写最终网址。")
	case errors.Is(err, egress.ErrTooLarge):
		return unreadable("返回的内容过大，已停止读取。请改用只含最近内容的订阅源或列表页。")
	case errors.As(err, &expired) && expired.Reason == x509.Expired:
		return unreadable("网站的安全证书已过期，没有读取。请联系网站管理员更换证书。")
	case errors.As(err, &expired), errors.As(err, &unknown), errors.As(err, &named), errors.As(err, &shaken):
		return unreadable("网站的安全证书不可信，没有读取。请联系网站管理员更换证书。")
	}
	return &trouble{result: ReadUnreachable, sentence: "网站没有应答，稍后自动重试。一直读不到时，请核对网址，或联系网站管理员。"}
}

// statusTrouble says what a status other than 200 and 304 means.
func statusTrouble(fetched egress.Fetched, now sql.Time) *trouble {
	after := retryAfter(fetched.Header, now)
	switch status := fetched.Status; {
	case status == http.StatusGone:
		return &trouble{result: ReadGone, sentence: "网站声明这个地址已经永久停用（410），不再读取。请填写新的地址，或停止观察。"}
	case status == http.StatusNotFound:
		return unreadable("地址上没有内容（404）。请核对网址。")
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return &trouble{result: ReadUnreachable, after: after, sentence: fmt.Sprintf("网站要求稍后再来（%d），到时自动重试。", status)}
	case status >= 500 && status != 521:
		return &trouble{result: ReadUnreachable, after: after, sentence: fmt.Sprintf("网站出错（%d），稍后自动重试。", status)}
	case status == http.StatusNotModified:
		return unreadable("网站没有给出内容，只说“没有变化”（304）。请联系网站管理员检查缓存设置。")
	default:
		return unreadable("网站拒绝程序读取（%d）。请联系网站管理员把本系统的出口地址列入允许名单，或提供可以读取的网址。", status)
	}
}

// retryAfter reads Retry-After, in seconds or as a date, at most a day; 0 when there is none.
func retryAfter(header http.Header, now sql.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, 86_400))*time.Second, 24*time.Hour)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(sql.FromStd(at).Sub(now), 0), 24*time.Hour)
	}
	return 0
}

func (w *Observing) header() http.Header {
	header := http.Header{}
	if w.UserAgent != "" {
		header.Set("User-Agent", w.UserAgent)
	}
	return header
}

// get reads an address with manners. The answer has status 200, or 304 where validators were sent; anything else is trouble.
func (w *Observing) get(ctx context.Context, address string, validators http.Header, limit int64, now sql.Time) (egress.Fetched, *trouble) {
	u, err := url.Parse(address)
	if err != nil {
		return egress.Fetched{}, unreadable("网址不对，没有读取。请核对网址。")
	}
	kept := w.hosts.at(strings.ToLower(u.Host))
	may, problem := w.allowed(ctx, u, kept, now)
	if problem != nil {
		return egress.Fetched{}, problem
	}
	if !may {
		return egress.Fetched{}, unreadable("网站的 robots.txt 不允许程序读取这个地址。请联系网站管理员放行，或换一个地址。")
	}
	if err := w.turnAt(ctx, kept); err != nil {
		return egress.Fetched{}, &trouble{err: err}
	}
	header := w.header()
	for name, values := range validators {
		header[name] = values
	}
	fetched, err := w.Guard.Fetch(ctx, address, egress.FetchOptions{Limit: limit, Header: header})
	if err != nil {
		return egress.Fetched{}, troubleOf(err)
	}
	if fetched.Status == http.StatusOK || fetched.Status == http.StatusNotModified && len(validators) > 0 {
		return fetched, nil
	}
	return fetched, statusTrouble(fetched, now)
}
