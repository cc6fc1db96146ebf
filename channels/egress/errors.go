package egress

import (
	"errors"
	"fmt"
	"net/url"

	"govmedia/fault"
)

// What a person can meet at an address.
var (
	ErrAddress     = fault.Define("egress.address_refused", fault.Invalid, "这个网址不能使用：只接受 https:// 开头的公网域名地址。内网地址请先由服务器管理员列入允许的网段。")
	ErrUnresolved  = fault.Define("egress.unresolved", fault.Invalid, "这个网址的域名解析不到，请核对域名，或稍后再试。")
	ErrTooLarge    = fault.Define("egress.too_large", fault.TooLarge, "对方返回的内容过大，已停止读取。请联系对方减小内容。")
	ErrContentType = fault.Define("egress.content_type", fault.Invalid, "对方返回的内容类型不符，可能不是要找的地址。请核对网址。")
	ErrRedirect    = fault.Define("egress.redirect", fault.Invalid, "这个网址被多次或不安全地跳转，已停止访问。请填写最终网址。")
)

// Redact returns err without the path and query of the address in it, for they may carry a token. nil stays nil.
func Redact(err error) error {
	var u *url.Error
	if !errors.As(err, &u) {
		return err
	}
	host := "unreadable address"
	if parsed, parseErr := url.Parse(u.URL); parseErr == nil {
		host = parsed.Host
	}
	return fmt.Errorf("%s %s: %w", u.Op, host, u.Err)
}
