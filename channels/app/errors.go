package app

import (
	"errors"

	"govmedia/channels"
	"govmedia/channels/egress"
	"govmedia/fault"
)

// What a person can meet when setting up an account, and an app when it calls back.
var (
	ErrSecret    = fault.Define("app.secret_invalid", fault.Invalid, "客户端密钥格式不对：应以 whsec_ 开头，解码后至少24个字节。请点“生成密钥”重新生成，并同步给客户端开发方。")
	ErrEndpoint  = fault.Define("app.endpoint_invalid", fault.Invalid, "客户端接收地址不能使用：只接受 https:// 开头的公网域名地址。内网地址请先由服务器管理员列入允许的网段。")
	ErrPing      = fault.Define("app.ping_failed", fault.Invalid, "客户端接收地址没有正确应答测试消息，不能启用。请客户端开发方核对密钥和应答格式。")
	ErrSignature = fault.Define("app.signature", fault.Unauthenticated, "签名不对或已过期，请客户端开发方核对密钥和服务器时间。")
	ErrCallback  = fault.Define("app.callback_invalid", fault.Invalid, "回报的内容看不懂，请客户端开发方对照接口说明核对字段。")
)

// problem makes an error of the channel.
func problem(class channels.Class, code, sentence string) *channels.PlatformError {
	return &channels.PlatformError{Code: code, Class: class, Advice: sentence + "（" + code + "）"}
}

// addressRefused is an address that the way out does not let pass.
func addressRefused(err error) *channels.PlatformError {
	return problem(channels.Permission, "address_refused", "客户端接收地址不允许访问，没有发出。请管理员在账号页改正，内网地址须由服务器管理员列入允许的网段").
		Because(egress.Redact(err))
}

func isAddressRefused(err error) bool { return errors.Is(err, egress.ErrAddress) }
