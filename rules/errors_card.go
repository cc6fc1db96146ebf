package rules

import "govmedia/fault"

// What can be wrong with what an inspection found, when it is held against a rulebook's indicators.
var (
	// ErrNotAssessed: the rulebook has no vetoes for such a thing, so there is no verdict to give.
	ErrNotAssessed = fault.Define("rules.not_assessed", fault.Invalid, "这部规则库没有这类对象的检查指标，判不了合格与否。请换一部规则库，或核对检查对象。")

	// ErrNotScored: the rulebook gives such a thing a verdict and no points.
	ErrNotScored = fault.Define("rules.not_scored", fault.Invalid, "这类对象只判合格与否，不打分。请去掉扣分和加分，只登记单项否决。")

	// ErrUnknownIndicator: a veto, an indicator or one of its marks that the rulebook does not have, or not for such a thing.
	ErrUnknownIndicator = fault.Define("rules.unknown_indicator", fault.Invalid, "规则库里没有这个检查指标，请刷新页面，从列出的指标里选。")

	// ErrTimesInvalid: a number of times that is no number of times, or more than once where it can be only once.
	ErrTimesInvalid = fault.Define("rules.times_invalid", fault.Invalid, "填的次数不对，请填 1 到 10000 的整数；只扣或只加一次的项目请填 1。")
)
