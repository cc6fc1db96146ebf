package accounts

import "govmedia/fault"

// The refusals a person can meet at applications.
var (
	ErrApplicationNotFound = fault.Define("application.not_found", fault.NotFound, "没有找到这份申请，可能不在您的管理范围内。请从申请列表重新进入。")
	ErrApplicationStale    = fault.Define("application.stale", fault.Conflict, "这份申请刚被别人办理过，请看现在的情况，再决定是否还要办理。您填写的内容还在页面上。")
	ErrApplicationState    = fault.Define("application.state_refuses", fault.Conflict, "申请目前的状态不能这样办理，请刷新后再看。")
	ErrApplicationOffice   = fault.Define("application.office_only", fault.Forbidden, "这件事由主管单位的管理员办理，请联系他们。")
	ErrApplicationUnit     = fault.Define("application.unit_only", fault.Forbidden, "已经提交的申请由主办单位的人员撤回。主管单位认为不妥的，请退回并写明原因。")
	ErrApplicationRunning  = fault.Define("application.already_running", fault.Conflict, "这个账号已有一份申请在办，请先办完或撤回那一份。")
	ErrApplicationAbout    = fault.Define("application.about_invalid", fault.Invalid, "请从台账中选择要办理的账号、网站、栏目、域名或邮箱；新开的不用选择。")
	ErrApplicationField    = fault.Define("application.field_unfit", fault.Invalid, "这一项不能在这份申请里填写，请去掉后再保存。")
	ErrApplicationReason   = fault.Define("application.reason_required", fault.Invalid, "请写明理由，不超过 1000 个字。")
	ErrApplicationText     = fault.Define("application.text_invalid", fault.Invalid, "填写的文字太长，或者带有不能保存的字符，请精简后再保存。")
	ErrApplicationFiles    = fault.Define("application.too_many_files", fault.Invalid, "一个环节最多附 20 个文件，请减少后再保存。")
	ErrProcessUnknown      = fault.Define("application.process_unknown", fault.Invalid, "没有这种申请事项，请从列表中选择办理的事项和对象。")
	ErrNoChain             = fault.Define("application.no_chain", fault.Conflict, "这个单位适用的规则库没有规定这种办理程序，不用提交申请，请联系主管单位管理员直接登记。")
	ErrWebsiteClass        = fault.Define("application.website_class", fault.Invalid, "请先选择网站类别：不同类别的网站审批程序不同。")
	ErrApplicationLacks    = fault.Define("application.incomplete", fault.Conflict, "这份申请还缺材料或条件，请补齐后再办理。")
)

// The refusals a person can meet at the steps of an application.
var (
	ErrStepNotFound    = fault.Define("application.step_not_found", fault.NotFound, "没有找到这个环节，办理程序可能已经更新，请刷新后再看。")
	ErrStepOrder       = fault.Define("application.step_order", fault.Conflict, "前面的环节还没有办完，这个环节还不能办理。请先办完前面的环节。")
	ErrStepDone        = fault.Define("application.step_done", fault.Conflict, "这个环节已经办完，不能重复办理，请刷新后再看。")
	ErrStepRole        = fault.Define("application.step_role", fault.Forbidden, "这个环节不由您办理，请联系办理这个环节的人。")
	ErrStepApplies     = fault.Define("application.step_applies", fault.Conflict, "这个环节是规定必须办理的，不能记为不适用。请按规定办理后登记。")
	ErrStepAttachment  = fault.Define("application.attachment_required", fault.Invalid, "请先上传这个环节要附的文件或扫描件。")
	ErrStepNumber      = fault.Define("application.number_required", fault.Invalid, "请填写文号、备案号或登记编号。")
	ErrStepDay         = fault.Define("application.day_invalid", fault.Invalid, "办理日期不对：不能晚于现在，也不能早于前一个环节，请核对后重新填写。")
	ErrWaiverRefused   = fault.Define("application.not_waivable", fault.Conflict, "这一条是必须遵守的规定，写明理由也不能放行。请按规定补齐后再办理。")
	ErrWaiverUnknown   = fault.Define("application.nothing_to_waive", fault.Conflict, "这份申请现在没有这一条要放行的事项，请刷新后再看。")
	ErrOfflineNotOff   = fault.Define("application.not_offline", fault.Conflict, "这份申请没有正在下线的网站，不能登记恢复，请刷新后再看。")
	ErrRegistrationHad = fault.Define("application.registration_taken", fault.Conflict, "这个域名或邮箱已经分配出去，请换一个，或先办理注销。")
)

// What stands against opening, changing, going off the net and shutting, each a rule of a rulebook.
var (
	ErrOpenedBefore      = fault.Define("application.opened_before_approval", fault.Conflict, "账号在批准之前就已经在平台注册，属于先开后报，不能启用。请与主管单位联系处理。")
	ErrAccountLimit      = fault.Define("application.account_limit", fault.Conflict, "这个单位在这个平台已经有账号，原则上不再开设。确需再开的，请主管单位管理员写明理由放行。")
	ErrUnitLevel         = fault.Define("application.unit_level", fault.Conflict, "这一层级的单位原则上不单独开设网站，请使用上级政府门户网站。")
	ErrSponsorUnnamed    = fault.Define("application.sponsor_unnamed", fault.Conflict, "账号的认证信息里没有主办单位的名称，请在平台补上后再启用。")
	ErrFilingIncomplete  = fault.Define("application.filing_incomplete", fault.Conflict, "报备的内容不全，请补齐后再提交。")
	ErrOfflineUsed       = fault.Define("application.offline_used_up", fault.Conflict, "这个网站临时下线的次数已经用完，不能再临时下线，请另择时间。")
	ErrOfflineEarly      = fault.Define("application.offline_early", fault.Conflict, "登记的下线时间早于批准的时间，请改填；确实提前下线的，请在意见里写明原因。")
	ErrOfflineAhead      = fault.Define("application.offline_ahead", fault.Conflict, "紧急关停是下线以后的报备，下线的时间不能晚于现在，也不能晚于已经登记的恢复时间。请改填实际下线的时间。")
	ErrOfflineLong       = fault.Define("application.offline_too_long", fault.Conflict, "计划下线的时间超过规定的最长时间，请提前恢复的时间。")
	ErrEndingProof       = fault.Define("application.ending_incomplete", fault.Conflict, "关停的收尾还没有做完，账号还不能登记为已关停。请补齐归档、注销证明和去向。")
	ErrNeedsApplication  = fault.Define("account.needs_application", fault.Conflict, "这件事要先办理申请，申请办完后系统会自动登记，不能直接办理。")
	ErrClosingIncomplete = fault.Define("account.closing_incomplete", fault.Invalid, "请上传平台的注销证明，并写明关停后公众去哪里。")
)
