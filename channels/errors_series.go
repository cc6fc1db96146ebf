package channels

import "govmedia/fault"

// The refusals a person can meet where several articles go out as one message.
var (
	ErrSeriesNotFound = fault.Define("series.not_found", fault.NotFound, "没有找到这条多图文，可能已经取消或拆开，也可能不在您的管理范围内。请从发布日程重新进入。")
	ErrSeriesStale    = fault.Define("series.stale", fault.Conflict, "这条多图文刚被别人改过，请刷新后再操作。")
	ErrSeriesFew      = fault.Define("series.few", fault.Invalid, "一条多图文至少要有两篇稿件。只发一篇的，请到稿件页单独排期。")
	ErrSeriesMany     = fault.Define("series.many", fault.Invalid, "一条多图文装不下这么多篇稿件，请减少后再合并。")
	ErrSeriesRepeat   = fault.Define("series.repeat", fault.Invalid, "同一篇稿件在一条多图文里只能出现一次，请去掉重复的。")
	ErrSeriesPlatform = fault.Define("series.platform", fault.Invalid, "只有微信公众号能把几篇稿件合并为一条多图文，请另选账号，或逐篇发布。")
	ErrSeriesManual   = fault.Define("series.manual", fault.Conflict, "这个账号由人工发布，系统不能合并为一条多图文。请逐篇排期，登录公众平台时再合并。")
	ErrSeriesTaken    = fault.Define("series.taken", fault.Conflict, "有稿件已经编入另一条多图文，一篇稿件在一个账号只能发一次。请刷新后重新选择。")
	ErrSeriesBegun    = fault.Define("series.begun", fault.Conflict, "这条多图文已经提交平台或已有结果，不能再调整。请到投递页查看每一篇的进展。")
	ErrSeriesOther    = fault.Define("series.other_articles", fault.Invalid, "只能从这条多图文里移出稿件或调整顺序，不能加入别的稿件。请刷新后再试；要加入请先取消整条再重新合并。")
	ErrSeriesWhole    = fault.Define("series.whole", fault.Conflict, "这篇稿件编在一条多图文里，不能单独取消或转人工。请到多图文页移出这一篇，或取消整条。")
)
