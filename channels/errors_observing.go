package channels

import "govmedia/fault"

// The refusals a person can meet at sources and at what is read from outside.
var (
	ErrSourceNotFound = fault.Define("source.not_found", fault.NotFound, "没有找到这个观察来源，可能不在您的管理范围内。请从观察来源列表重新进入。")
	ErrSourceStale    = fault.Define("source.stale", fault.Conflict, "这个观察来源刚被别人修改过，请刷新后再操作。")
	ErrSourceExists   = fault.Define("source.exists", fault.Conflict, "这个地址已经在观察，不需要重复添加。请到观察来源列表查看。")
	ErrSourceKind     = fault.Define("source.kind_invalid", fault.Invalid, "没有这种观察方式，或者它不适合这个账号，请重新选择。")
	ErrSourceURL      = fault.Define("source.url_required", fault.Invalid, "请填写要观察的网址（订阅源、栏目列表页或网站地图），不超过 1000 个字符。")
	ErrSourceSelector = fault.Define("source.selector_invalid", fault.Invalid, "列表选择器写法不对，请按 CSS 选择器填写，例如 ul.list a；不清楚的请留空。")
	ErrCompareURL     = fault.Define("delivery.compare_url", fault.Invalid, "请先粘贴文章发布后的公开网址，再核对。")
)
