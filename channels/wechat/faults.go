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

	ErrComponentUnset   = fault.Define("wechat.component_unset", fault.Conflict, "本系统没有设置微信第三方平台，不能扫码授权。请用 AppID 和 AppSecret 绑定，或请系统管理员按安装说明设置第三方平台。")
	ErrComponentWaiting = fault.Define("wechat.component_waiting", fault.Unavailable, "还没有收到微信推送给第三方平台的验证票据，暂时不能扫码授权。微信每 10 分钟推送一次，请稍后再试；持续收不到请系统管理员核对“授权事件接收 URL”。")
	ErrGrantAppID       = fault.Define("wechat.grant_app_id", fault.Invalid, "台账里没有这个公众号的 AppID，也没有原始 ID，无法核对授权的是不是它。请先填写其中一项，再扫码授权。")
	ErrGrantState       = fault.Define("wechat.grant_state", fault.Forbidden, "这个授权链接已经用过、过期或不完整，账号没有任何变化。请回到账号页，重新点“扫码授权”。")
	ErrGrantDenied      = fault.Define("wechat.grant_denied", fault.Conflict, "微信没有带回授权码，账号没有任何变化。需要时请回到账号页，重新点“扫码授权”。")
	ErrGrantWrong       = fault.Define("wechat.grant_wrong", fault.Conflict, "授权的公众号与台账登记的不一致，没有绑定。请用登记的公众号的管理员微信重新扫码。")
	ErrGrantSubject     = fault.Define("wechat.grant_subject", fault.Conflict, "微信上的认证主体与台账登记的不一致，没有绑定。请核对后修改台账，再扫码授权。")
	ErrGrantTaken       = fault.Define("wechat.grant_taken", fault.Conflict, "这个公众号已经绑定在台账的另一个账号上，没有绑定。请核对台账里是否重复登记。")
	ErrGrantLacking     = fault.Define("wechat.grant_lacking", fault.Conflict, "授权时没有勾选发布需要的权限，没有绑定。请重新扫码，并勾选全部权限。")
	ErrGrantRefused     = fault.Define("wechat.grant_refused", fault.Unavailable, "微信没有给出授权，账号没有任何变化。请稍后重新扫码授权。")

	ErrPeriodInvalid  = fault.Define("wechat.period_invalid", fault.Invalid, "统计日期不对：只能查询昨天及以前，请重新选择起止日期。")
	ErrCommentInvalid = fault.Define("wechat.comment_invalid", fault.Invalid, "留言操作的参数不完整，请刷新留言列表后再试。")
)
