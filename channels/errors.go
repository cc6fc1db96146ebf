package channels

import "govmedia/fault"

// The refusals a person can meet at a delivery.
var (
	ErrDeliveryNotFound = fault.Define("delivery.not_found", fault.NotFound, "没有找到这条投递记录，可能不在您的管理范围内。请从投递列表重新进入。")
	ErrDeliveryStale    = fault.Define("delivery.stale", fault.Conflict, "这条投递的状态刚刚变了，请刷新后再操作。")
	ErrDeliveryExists   = fault.Define("delivery.exists", fault.Conflict, "这篇稿件已经投递到该账号，不能重复投递。请到投递页查看进展。")
	ErrNotCancellable   = fault.Define("delivery.not_cancellable", fault.Conflict, "平台可能已经收到发布请求，不能取消。请等结果出来后再处理。")
	ErrNotRetryable     = fault.Define("delivery.not_retryable", fault.Conflict, "只有确定没有发出的投递才能重试。状态为“可能已发出”的，请先核实处理。")
	ErrNotAwaiting      = fault.Define("delivery.not_awaiting", fault.Conflict, "这条投递不需要人工登记发布地址，请刷新后查看最新状态。")
	ErrNotUnknown       = fault.Define("delivery.not_unknown", fault.Conflict, "这条投递的结果已经明确，不需要再核实。请刷新后查看。")
	ErrURLRequired      = fault.Define("delivery.url_required", fault.Invalid, "请粘贴文章发布后的公开网址（以 http:// 或 https:// 开头），再点“登记”。")
	ErrReasonRequired   = fault.Define("delivery.reason_required", fault.Invalid, "请写明核实情况，例如“已登录公众平台查看，没有这篇文章”。")
	ErrAccountNotInUse  = fault.Define("delivery.account_not_in_use", fault.Conflict, "账号不在用，不能投递。请换一个账号，或先办理启用。")
	ErrChannelMissing   = fault.Define("delivery.channel_missing", fault.Conflict, "系统没有接入这个平台的自动发布。请联系管理员把账号改为“人工发布”。")
	ErrAccountUnbound   = fault.Define("delivery.account_unbound", fault.Conflict, "账号还没有绑定平台凭证，不能自动发布。请管理员先到账号页绑定。")
	ErrOverLimits       = fault.Define("delivery.over_limits", fault.Invalid, "稿件超出平台限制，请修改后重新送审。")
	ErrNoAccounts       = fault.Define("delivery.no_accounts", fault.Invalid, "请至少选择一个要发布的账号。")
	ErrMessageNotPublic = fault.Define("delivery.not_public", fault.NotFound, "这篇文章不存在，或还没有公开，请核对网址。")
)
