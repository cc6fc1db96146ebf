package wechat

import "govmedia/fault"

// The refusals a person can meet, and those that whoever calls back meets.
var (
	ErrChoiceUnknown = fault.Define("wechat.choice_unknown", fault.Invalid, "没有这种发布方式，请选择“群发”或“发布（不通知）”。")
	ErrNotMass       = fault.Define("wechat.not_mass", fault.Conflict, "这个账号没有设为群发，不需要确认。请在账号页把发布方式改为“群发”后再试。")
	ErrMassBegun     = fault.Define("wechat.mass_begun", fault.Conflict, "已经向微信提交，不能再改发布方式。请等结果出来后再处理。")

	ErrCallbackUnset    = fault.Define("wechat.callback_unset", fault.NotFound, "这个账号没有设置消息推送的令牌和密钥，请管理员在账号页补充后再到微信后台启用。")
	ErrCallbackForged   = fault.Define("wechat.callback_forged", fault.Forbidden, "消息推送的签名不对，已拒收。请核对微信后台与账号页的令牌、密钥和 AppID 是否一致，消息加解密方式须为安全模式。")
	ErrCallbackStale    = fault.Define("wechat.callback_stale", fault.Forbidden, "消息推送的时间与本机相差超过 10 分钟，已拒收。请检查服务器的时钟。")
	ErrCallbackReplayed = fault.Define("wechat.callback_replayed", fault.Forbidden, "消息推送重复使用了随机数，已拒收。如持续出现请联系技术人员。")
	ErrCallbackInvalid  = fault.Define("wechat.callback_invalid", fault.Invalid, "消息推送的内容无法识别，请核对微信后台的数据格式为 XML。")
	ErrCallbackTooLarge = fault.Define("wechat.callback_too_large", fault.TooLarge, "消息推送超过 1 MB，已拒收，请联系技术人员。")

	ErrPeriodInvalid  = fault.Define("wechat.period_invalid", fault.Invalid, "统计日期不对：只能查询昨天及以前，请重新选择起止日期。")
	ErrCommentInvalid = fault.Define("wechat.comment_invalid", fault.Invalid, "留言操作的参数不完整，请刷新留言列表后再试。")
)
