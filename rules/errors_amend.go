package rules

import "govmedia/fault"

// The refusals a person can meet when changing which rules hold for a unit.
var (
	// ErrLawForbidden: the person sees the unit and may not set its rules.
	ErrLawForbidden = fault.Define("rule.forbidden", fault.Forbidden, "您在这个单位没有设定规则的权限，请联系主管单位的管理员。")

	// ErrRulebookUnknown: the program has no such rulebook.
	ErrRulebookUnknown = fault.Define("rule.rulebook_unknown", fault.Invalid, "系统里没有这部规则库，请从规则库列表里选一部。")

	// ErrLayerUnknown: neither local nor layered.
	ErrLayerUnknown = fault.Define("rule.layer_unknown", fault.Invalid, "请选择规则库的用法：作为本地规则库，或者叠加适用。")

	// ErrFromDay: not the beginning of a day, in the past, or too far ahead.
	ErrFromDay = fault.Define("rule.from_day", fault.Invalid, "生效日期须是今天或以后的某一天，最远 5 年，写成 2026-12-01 这样。规则不追溯以前，请重新选择日期。")

	// ErrReasonRequired: no reason, or one that is too long.
	ErrReasonRequired = fault.Define("rule.reason_required", fault.Invalid, "请写明理由，不超过 500 个字。")

	// ErrNotInForce: the unit does not work under the rulebook on that day.
	ErrNotInForce = fault.Define("rule.not_in_force", fault.Conflict, "到那一天，这个单位并不适用这部规则库，改了也不起作用。请先让单位适用它，或另选日期。")

	// ErrNotEffective: the regulation itself is not in force on that day.
	ErrNotEffective = fault.Define("rule.not_effective", fault.Invalid, "这部规定到那一天还没有施行，请选施行之日或以后的日期。")

	// ErrStricterAbove: an office above chose a figure that this one would loosen.
	ErrStricterAbove = fault.Define("rule.stricter_above", fault.Conflict, "上级主管单位已经定了更严的数字，本单位不能比它宽，请重新填写。")

	// ErrChoiceSame: the choice is what holds already.
	ErrChoiceSame = fault.Define("rule.choice_same", fault.Conflict, "这与现在适用的一样，不用再设。如要改，请另填一个数字或另选一种读法。")

	// ErrEndInstead: the choice is what held before the unit's own, so that ending the own one is what is wanted.
	ErrEndInstead = fault.Define("rule.end_instead", fault.Conflict, "这就是本单位另作选择之前的规定。要恢复它，请把本单位现在的选择结束掉。")

	// ErrUseSame: the unit works under the rulebook already.
	ErrUseSame = fault.Define("rule.use_same", fault.Conflict, "到那一天，这个单位已经在用这部规则库，不用再设。如要换，请另选一部。")

	// ErrUseTwice: the rulebook would hold twice for one unit, as the local and as a layered one.
	ErrUseTwice = fault.Define("rule.use_twice", fault.Conflict, "这部规则库对这个单位已有另一种用法，同一部不能既作本地规则库又叠加适用。请先结束原来的用法。")

	// ErrChangeNotFound and ErrUseNotFound: absent, or of a unit out of sight.
	ErrChangeNotFound = fault.Define("rule.change_not_found", fault.NotFound, "没有找到这项选择，可能不在您的管理范围内。请从规则库页面重新进入。")
	ErrUseNotFound    = fault.Define("rule.use_not_found", fault.NotFound, "没有找到这条适用记录，可能不在您的管理范围内。请从规则库页面重新进入。")

	// ErrLawStale: somebody else was faster.
	ErrLawStale = fault.Define("rule.stale", fault.Conflict, "这一项刚被别人修改过，请刷新后再操作。")

	// ErrEnded: it has ended, or an end is set that comes no later.
	ErrEnded = fault.Define("rule.ended", fault.Conflict, "这一项已经结束，或者已定好更早的结束日期，不用再结束。请刷新后查看。")
)
