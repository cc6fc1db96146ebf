package rules

import "govmedia/fault"

// What can be wrong with a change an office wants to make to a rulebook.
var (
	// ErrChangeInvalid: neither a figure nor a reading, or one of another rulebook.
	ErrChangeInvalid = fault.Define("rule.change_invalid", fault.Invalid, "看不懂这项改动，请在规则库页面选一个数字或一处解释再改。")

	// ErrFigureUnknown: the rulebook has no such figure.
	ErrFigureUnknown = fault.Define("rule.figure_unknown", fault.Invalid, "规则库里没有这个数字，请刷新页面，从列表里选一个再改。")

	// ErrFigureFixed: a date the regulation fixes, a suggestion, or a figure of a card that belongs to an office above.
	ErrFigureFixed = fault.Define("rule.figure_fixed", fault.Invalid, "这个数字由规定定死，本单位不能改。如需提前办理，请用提醒的提前量。")

	// ErrFigureInvalid: zero, negative, absurd, or in a unit that does not fit.
	ErrFigureInvalid = fault.Define("rule.figure_invalid", fault.Invalid, "填的数字不合情理，请填一个大于零的整数，并选与原规定相配的单位。")

	// ErrFigureNotStricter: looser than what holds, or not to be compared with it in every case.
	ErrFigureNotStricter = fault.Define("rule.figure_not_stricter", fault.Invalid, "本单位只能改得更严，不能放宽，请重新填写。")

	// ErrUnconfirmed: nothing confirms that the rule exists, so nothing may be built on it.
	ErrUnconfirmed = fault.Define("rule.unconfirmed", fault.Conflict, "这一条还没有查到原文，只作参考，不据此判定，因此不能改。请先核实原文。")

	// ErrReadingUnknown: the rulebook has no such interpretation, or the interpretation no such option.
	ErrReadingUnknown = fault.Define("rule.reading_unknown", fault.Invalid, "规则库里没有这处解释或这种读法，请刷新页面，从列出的读法里选。")

	// ErrReadingInvalid: neither an option nor words, or both, or words that are too long.
	ErrReadingInvalid = fault.Define("rule.reading_invalid", fault.Invalid, "请选一种读法，或者写下本单位的读法（不超过 300 字），两样只取其一。")

	// ErrReadingSame: the reading that holds already.
	ErrReadingSame = fault.Define("rule.reading_same", fault.Conflict, "现在就是按这种读法算的，不用改。如要换读法，请选另一种。")
)

// What can be wrong with a duty that is asked for.
var (
	// ErrDutyUnknown: the rulebook puts no such duty on anybody.
	ErrDutyUnknown = fault.Define("rule.duty_unknown", fault.Invalid, "规则库里没有这项义务，请刷新页面，从列表里选一项。")

	// ErrDutyUncounted: 立即, 及时, 定期, or a duty that comes back by itself.
	ErrDutyUncounted = fault.Define("rule.duty_uncounted", fault.Invalid, "这一条没有从事件起算的期限，请只登记时间；它不判逾期。")

	// ErrDutyNotPeriodic: a duty that an event sets going, or 定期 without a figure.
	ErrDutyNotPeriodic = fault.Define("rule.duty_not_periodic", fault.Invalid, "这一条没有规定周期和次数，请只登记时间；它不判不足。")

	// ErrNotLonger: the regulation knows no longer period for this duty.
	ErrNotLonger = fault.Define("rule.not_longer", fault.Invalid, "这一条没有可以延长的期限，请按原期限办理。")

	// ErrSampleSmall: a sample below the least share.
	ErrSampleSmall = fault.Define("rule.sample_small", fault.Conflict, "抽查的数量没有达到规定的比例，请补抽后再结案。")

	// ErrNotPublished: a check whose result was not published.
	ErrNotPublished = fault.Define("rule.not_published", fault.Conflict, "检查结果还没有公开，请公开后登记网址，再结案。")
)
