package oversight

import (
	"govmedia/fault"
	"govmedia/units"
)

// The refusals a person can meet at matters with a time limit, the fields first.
var (
	ErrForbidden       = fault.Define("duty.forbidden", fault.Forbidden, "您对这个单位没有登记时限事项的权限，请联系本单位或主管单位的管理员。")
	ErrRuleUnknown     = fault.Define("duty.rule_unknown", fault.Invalid, "没有这条带时限的规定，请从列表中选择。")
	ErrRuleNotInForce  = fault.Define("duty.not_in_force", fault.Invalid, "事情发生时，这个单位还不适用（或已不再适用）这部规则库，请核对发生时间，或另选规定。")
	ErrDutyTime        = fault.Define("duty.time", fault.Invalid, "发生时间不对：不能在将来，也不能早于 1995 年。请核对后再填。")
	ErrDutyFoundTime   = fault.Define("duty.found_time", fault.Invalid, "发现时间不能晚于起算时间，也不能早于 1995 年，请核对后再填。")
	ErrDutyTitle       = fault.Define("duty.title", fault.Invalid, "请用一行文字写明事项名称，不超过 200 字。")
	ErrDutyNote        = fault.Define("duty.note", fault.Invalid, "说明太长或含有不能保存的字符，请缩短到 1000 字以内。")
	ErrDutyURL         = fault.Define("duty.url", fault.Invalid, "网址不对，请填写 http 或 https 开头的完整网址。")
	ErrDutyReason      = fault.Define("duty.reason", fault.Invalid, "请写明理由，不超过 500 字。")
	ErrDutyAccount     = fault.Define("duty.account", fault.Invalid, "没有找到这个账号或网站，请从本单位的台账中选择。")
	ErrDutyParts       = fault.Define("duty.parts", fault.Invalid, "渠道名称不对，请每个渠道写一行、不要重复，最多 30 个。")
	ErrLongerNotGiven  = fault.Define("duty.longer_not_given", fault.Invalid, "这条规定没有更长的期限，请去掉延长的理由。")
	ErrMatterNotFound  = fault.Define("matter.not_found", fault.NotFound, "没有找到这个时限事项，可能不在您的管理范围内。请从事项列表重新进入。")
	ErrMatterStale     = fault.Define("matter.stale", fault.Conflict, "这个事项刚被别人修改过，请刷新后再操作。")
	ErrMatterState     = fault.Define("matter.state", fault.Conflict, "这个事项已经办结或作废，请刷新后查看。")
	ErrMatterFinish    = fault.Define("matter.finish_time", fault.Invalid, "办结时间不对：不能早于起算时间，也不能在将来。请核对后再填。")
	ErrMatterPart      = fault.Define("matter.part", fault.Invalid, "没有这个渠道，或它已经登记办结，请刷新后再选。")
	ErrMatterEarly     = fault.Define("matter.early", fault.Conflict, "规定的期限还没有满，不能办结，请到期后再办结。")
	ErrMatterPending   = fault.Define("matter.calendar_pending", fault.Conflict, "最早办结日要等放假安排公布后才能确定，现在不能办结。请主管单位录入该年的工作日历后再办结。")
	ErrMatterFilter    = fault.Define("matter.filter", fault.Invalid, "筛选条件不对，请重新选择。")
	ErrOfflineWebsite  = fault.Define("offline.website", fault.Invalid, "请从台账中选择要临时下线的网站。")
	ErrOfflineUntil    = fault.Define("offline.until", fault.Invalid, "请填写计划恢复的时间，要晚于下线时间。")
	ErrOfflineTooLong  = fault.Define("offline.too_long", fault.Conflict, "计划下线的时间超过规定的最长时间，请提前恢复的时间。")
	ErrOfflineUsedUp   = fault.Define("offline.used_up", fault.Conflict, "这个网站本年度临时下线的次数已经用完，不能再临时下线，请改到下一年度。")
	ErrOfflineCause    = fault.Define("offline.cause", fault.Invalid, "没有这种不占次数的情形，请从列表中选择。")
	ErrDutyNotOwed     = fault.Define("duty.not_owed", fault.Invalid, "这个单位没有这项定期职责：它由别的单位承担，或本单位没有本办法管理的在用网站、账号。请核对单位和规定。")
	ErrDutyElsewhere   = fault.Define("duty.elsewhere", fault.Invalid, "只有临时下线才填写计划恢复时间和下线情形，请去掉。")
	ErrActNotFound     = fault.Define("act.not_found", fault.NotFound, "没有找到这条履职记录，可能不在您的管理范围内。请刷新后再看。")
	ErrActVoid         = fault.Define("act.void", fault.Conflict, "这条履职记录已经作废，请刷新后查看。")
	ErrActSampleNumber = fault.Define("act.sample_number", fault.Invalid, "抽查数量不对：不能少于 0，也不能多于在册总数，请核对后再填。")
	ErrActKinds        = fault.Define("act.kinds", fault.Invalid, "请从列表中选择这次活动的类型，不要重复。")
	ErrActTotal        = fault.Define("act.total", fault.Invalid, "在册总数少于台账中的数量，请核对。")
	ErrRosterStale     = fault.Define("roster.stale", fault.Conflict, "值班表刚被别人修改过，请刷新后再保存。")
	ErrRosterShift     = fault.Define("roster.shift", fault.Invalid, "值班安排不对：请填写姓名，结束时间要晚于开始时间，一班最长 7 天。")
	ErrRosterSpan      = fault.Define("roster.span", fault.Invalid, "时间段不对，请核对：结束要晚于开始，最长 92 天，班次要在这段时间内开始，最多 1000 班。")
)

// What is done to matters, acts and rosters, as the audit chain says it.
const (
	ActionMatterOpen    units.Action = "matter.open"
	ActionMatterFinish  units.Action = "matter.finish"
	ActionMatterVoid    units.Action = "matter.void"
	ActionMatterCorrect units.Action = "matter.correct"
	ActionMatterRecount units.Action = "matter.recount" // the program's own, after a change of the rules or the working days
	ActionActRecord     units.Action = "act.record"
	ActionActVoid       units.Action = "act.void"
	ActionRosterSet     units.Action = "roster.set"
)
