package egress

import (
	"errors"
	"fmt"
	"net/url"

	"govmedia/fault"
)

// What a person can meet at an address.
var (
	ErrAddress     = fault.Define("egress.address_refused", fault.Invalid, "这个网址不能使用：它指向内网、本机，或者写的是数字地址。请填写公网域名；内网地址请先由服务器管理员列入允许的网段。")
	ErrUnresolved  = fault.Define("egress.unresolved", fault.Invalid, "这个网址的域名解析不到，请核对域名，或稍后再试。")
	ErrTooLarge    = fault.Define("egress.too_large", fault.TooLarge, "对方返回的内容过大，已停止读取。请联系对方减小内容。")
	ErrContentType = fault.Define("egress.content_type", fault.Invalid, "对方返回的内容类型不符，可能不是要找的地址。请核对网址。")
	ErrRedirect    = fault.Define("egress.redirect", fault.Invalid, "这个网址被多次或不安全地跳转，已停止访问。请填写最终网址。")
)

// What is wrong with an address that leads nowhere forbidden, but is not one to use as it stands.
var (
	errUnreadable = ErrAddress.Say("看不懂这个网址。请从浏览器地址栏完整复制，应以 https:// 开头。")
	errPlain      = ErrAddress.Say("http:// 开头的网址不加密，只能用于服务器管理员列入允许的内网。请改成 https:// 开头再试，多数网站两种都能打开。")
	errUser       = ErrAddress.Say("网址里不能带用户名或密码。请去掉 @ 和它前面的部分。")
	errPort       = ErrAddress.Say("网址里的端口没有开放。请去掉冒号和端口号再试；确需使用的，请服务器管理员开放这个端口。")
)

// NotFromHere reports whether an address is one that this server does not open, as it may be without a name server or the plain
// scheme allowed, while others may: it leads nowhere forbidden.
func NotFromHere(err error) bool {
	refused := fault.As(err)
	if refused == nil {
		return false
	}
	return refused.Code == ErrUnresolved.Code || refused.Sentence == errPlain.Sentence || refused.Sentence == errPort.Sentence
}

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
