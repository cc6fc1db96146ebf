package oversight

import "govmedia/fault"

// The refusals a person can meet at reminders.
var (
	ErrReminderForbidden = fault.Define("reminder.forbidden", fault.Forbidden, "您没有设置这个单位提醒的权限，请联系本单位负责人或主管单位的管理员。")
	ErrReminderStale     = fault.Define("reminder.stale", fault.Conflict, "提醒设置刚被别人修改过，请刷新后再提交，您填写的内容还在页面上。")
	ErrReminderNotFound  = fault.Define("reminder.not_found", fault.NotFound, "没有找到这条提醒，请刷新后再看。")
	ErrReminderSettings  = fault.Define("reminder.settings_invalid", fault.Invalid, "提醒设置不对：事项、角色、渠道只能从列表中选，不能重复，时间须在一天之内。请核对后再保存。")
	ErrReminderLead      = fault.Define("reminder.lead_invalid", fault.Invalid, "提前时间不对：最长 90 天、60 个工作日、168 小时或 1440 分钟，同一事项不能重复。请核对后再保存。")
	ErrReminderHours     = fault.Define("reminder.hours_invalid", fault.Invalid, "每日提醒和每周清单的时间落在免打扰时段里，请调整其中一个。")
	ErrReminderFilter    = fault.Define("reminder.filter_invalid", fault.Invalid, "查询条件不对，请重新选择。")
	ErrReminderMonth     = fault.Define("reminder.month_invalid", fault.Invalid, "月份不对，请按“2026-03”的样子填写。")
	ErrMuteNotFound      = fault.Define("mute.not_found", fault.NotFound, "没有找到这条静音，可能已经结束或不在您的管理范围内。请刷新后再看。")
	ErrMuteReason        = fault.Define("mute.reason", fault.Invalid, "请写明静音的理由，不超过 500 个字。")
	ErrMuteUntil         = fault.Define("mute.until", fault.Invalid, "静音的截止时间须晚于现在，最长一年。请重新选择。")
	ErrMuteRule          = fault.Define("mute.rule", fault.Invalid, "没有这条规定，请从规则库中选择；要静音全部规定的请留空。")
	ErrHookNotFound      = fault.Define("hook.not_found", fault.NotFound, "没有找到这个群机器人，可能已被移除或不在您的管理范围内。请刷新后再看。")
	ErrHookName          = fault.Define("hook.name", fault.Invalid, "请填写机器人的名称，不超过 30 个字，不要带换行。")
	ErrHookKind          = fault.Define("hook.kind", fault.Invalid, "没有这种机器人，请选择钉钉、企业微信或通用接口。")
	ErrHookAddress       = fault.Define("hook.address", fault.Invalid, "机器人地址不对：请从群设置里完整复制 https:// 开头的地址（钉钉带 access_token，企业微信带 key）。内网地址请先由服务器管理员列入允许的网段。")
	ErrHookSecret        = fault.Define("hook.secret", fault.Invalid, "签名密钥不对：钉钉请复制“加签”一栏 SEC 开头的密钥；通用接口为 whsec_ 开头的密钥，留空则自动生成；企业微信没有密钥，请留空。")
	ErrHookMany          = fault.Define("hook.too_many", fault.Conflict, "一个单位最多设 10 个群机器人，请先移除不用的。")
)
