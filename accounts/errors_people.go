package accounts

import "govmedia/fault"

// The refusals a person can meet when a unit ends.
var (
	ErrUnitBusy     = fault.Define("unit.busy", fault.Conflict, "这个单位还有没办完的事项，不能合并或停用。请先办结或撤回，再来办理。")
	ErrUnitAccounts = fault.Define("unit.has_accounts", fault.Conflict, "这个单位名下还有没关停的账号，不能停用。请先关停这些账号，或者把单位并入另一个单位。")
)

// The refusals a person can meet at people who come and go.
var (
	ErrPhoneNeeded     = fault.Define("person.phone_needed", fault.Invalid, "请填写手机号码：人员变动要向主管单位备案姓名和手机号码。")
	ErrHandoverNeeded  = fault.Define("handover.needed", fault.Conflict, "此人离岗的交接手续还没有办完，不能停用账户或撤销最后一个角色。请先办完离岗交接。")
	ErrHandoverNone    = fault.Define("handover.no_rule", fault.Conflict, "这个单位适用的规则库没有离岗交接的规定，不用办交接单，请直接停用此人或撤销角色。")
	ErrHandoverGone    = fault.Define("handover.not_found", fault.NotFound, "没有找到这份离岗交接单，可能不在您的管理范围内。请从离岗交接列表重新进入。")
	ErrHandoverOpen    = fault.Define("handover.open", fault.Conflict, "此人在这个单位已有一份没办完的离岗交接单，请在那份单子上继续办理。")
	ErrHandoverEnded   = fault.Define("handover.ended", fault.Conflict, "这份离岗交接单已经办结或作废，不能再改，请刷新后查看。")
	ErrHandoverStale   = fault.Define("handover.stale", fault.Conflict, "这份离岗交接单刚被别人修改过，请刷新后再操作。")
	ErrHandoverMissing = fault.Define("handover.incomplete", fault.Conflict, "离岗交接还有事项没有办，请逐项登记后再办结。")
	ErrHandoverPerson  = fault.Define("handover.not_there", fault.Invalid, "此人在这个单位没有担任角色，请重新选择人员。")
	ErrHandoverItem    = fault.Define("handover.item_unknown", fault.Invalid, "交接单上没有这一项，请刷新后再登记。")
	ErrSuccessor       = fault.Define("handover.successor_invalid", fault.Invalid, "接手人姓名不超过 60 个字，请不要带换行。")
	ErrProofNeeded     = fault.Define("people.proof_needed", fault.Invalid, "请上传凭证，没有电子件的请写明凭证存放在哪里，不超过 500 个字。")
	ErrDayInvalid      = fault.Define("people.day_invalid", fault.Invalid, "日期不对：不能晚于今天，也不能早于 1995 年，请核对后重新填写。")
	ErrReasonNeeded    = fault.Define("people.reason_needed", fault.Invalid, "请写明理由，不超过 500 个字。")
	ErrFilingGone      = fault.Define("staffchange.not_found", fault.NotFound, "没有找到这份人员备案单，可能不在您的管理范围内。请从人员备案列表重新进入。")
	ErrFilingState     = fault.Define("staffchange.state_refuses", fault.Conflict, "这份人员备案单目前的状态不能这样办理，请刷新后再看。")
	ErrFilingStale     = fault.Define("staffchange.stale", fault.Conflict, "这份人员备案单刚被别人修改过，请刷新后再操作。")
	ErrFilingItem      = fault.Define("staffchange.incomplete", fault.Invalid, "备案内容没有填全，请逐项填写后再报。")
	ErrReceiptNumber   = fault.Define("staffchange.receipt_invalid", fault.Invalid, "请填写回执编号，不超过 120 个字。")
)

// The refusals a person can meet at contractors.
var (
	ErrContractorGone     = fault.Define("contractor.not_found", fault.NotFound, "没有找到这家服务商，可能不在您的管理范围内。请从服务商列表重新进入。")
	ErrContractorStale    = fault.Define("contractor.stale", fault.Conflict, "这家服务商的信息刚被别人修改过，请刷新后再提交，您填写的内容还在页面上。")
	ErrContractorEnded    = fault.Define("contractor.ended", fault.Conflict, "与这家服务商的合作已经终止，不能再改，也不能再交它运维。请另选服务商。")
	ErrContractorText     = fault.Define("contractor.text_invalid", fault.Invalid, "请填写服务商名称和服务内容，不要超过规定的字数，不要带换行。")
	ErrContractorPhone    = fault.Define("contractor.phone_invalid", fault.Invalid, "联系电话不对，请填写手机号码或带区号的座机号码。")
	ErrContractorDates    = fault.Define("contractor.dates_invalid", fault.Invalid, "协议的起止日期不对：止日不能早于起日，也不能早于 1995 年或晚于 2100 年，请核对后重新填写。")
	ErrContractorItem     = fault.Define("contractor.item_unknown", fault.Invalid, "没有这一登记项，请刷新后再登记。")
	ErrContractorLacks    = fault.Define("contractor.incomplete", fault.Conflict, "服务商的登记还不齐全，不能授权进入系统。请逐项补齐。")
	ErrContractorUnfit    = fault.Define("contractor.unfit", fault.Conflict, "这家服务商还没有办妥委托运维要求的手续，账号不能交它运维。请先补齐。")
	ErrContractorElse     = fault.Define("contractor.other_unit", fault.Conflict, "这家服务商不是为这个单位登记的，请在服务商列表中为本单位登记后再选。")
	ErrContractorNoAccess = fault.Define("contractor.not_authorized", fault.Conflict, "这家服务商还没有授权进入系统，不能为它的人员开设登录账户。请先补齐服务商登记并授权。")
	ErrFilterPeople       = fault.Define("people.filter_invalid", fault.Invalid, "查询条件不对，请重新选择。")
)
