package accounts

import "govmedia/fault"

// The refusals a person can meet at notices.
var (
	ErrNoticeNotFound = fault.Define("notice.not_found", fault.NotFound, "没有找到这份公告，可能不在您的管理范围内。请从公告列表重新进入。")
	ErrNoticeNotShown = fault.Define("notice.not_published", fault.NotFound, "没有这份公告，可能地址不完整。请从公告列表中查找。")
	ErrEntryNotFound  = fault.Define("directory.not_found", fault.NotFound, "公开名录里没有这个账号。请从名录中查找，或用“核验”页面核对地址。")
	ErrNoticeStale    = fault.Define("notice.stale", fault.Conflict, "这份公告刚被别人改动过，请刷新后再操作，您填写的内容还在页面上。")
	ErrNoticeState    = fault.Define("notice.state_refuses", fault.Conflict, "公告目前的状态不能这样办理，请刷新后再看。")
	ErrNoticeTitle    = fault.Define("notice.title_invalid", fault.Invalid, "请填写公告标题，不超过 100 个字，不要换行。")
	ErrNoticeBody     = fault.Define("notice.body_invalid", fault.Invalid, "请填写公告正文，不超过 20000 个字，只用文字和换行。")
	ErrNoticeBlank    = fault.Define("notice.blank", fault.Conflict, "公告里还有“＿＿＿＿”没有填写，请补充完整后再签发。")
	ErrNoticeAbout    = fault.Define("notice.about_invalid", fault.Invalid, "请选择公告的事项和对象。")
	ErrNoticeRule     = fault.Define("notice.rule_unknown", fault.Invalid, "这个单位适用的规则库里没有这一条公告规定，请重新选择。")
	ErrNoticeSigner   = fault.Define("notice.signer", fault.Forbidden, "公告由主办单位的主要负责人或分管负责人签发，您没有担任这一职务。请联系他们签发。")
	ErrNoticeMissing  = fault.Define("notice.missing", fault.Conflict, "还没有发布公告。请先起草、签发并发布公告。")
	ErrNoticePlaces   = fault.Define("notice.places_missing", fault.Conflict, "公告还没有在规定的位置全部发布。请发布后登记网址。")
	ErrNoticeEarly    = fault.Define("notice.early", fault.Conflict, "公告的时间还没有满，期满前不能办结或撤下，请在期满后再办。")
	ErrNoticePending  = fault.Define("notice.calendar_pending", fault.Conflict, "公告的截止日期待日历确认：需要的年份还没有录入放假安排。请主管单位录入后再办理。")
	ErrNoticeLastOn   = fault.Define("notice.last_day_early", fault.Invalid, "公告的结束日早于规定的最早结束日，请改填。")
	ErrNoticeReason   = fault.Define("notice.reason_invalid", fault.Invalid, "请写明理由，不超过 500 个字。")
	ErrNoticeOrder    = fault.Define("notice.before_filing", fault.Conflict, "申请还没有办到公告这一步，请先办完前面的环节再发布公告。")
	ErrNoticePlace    = fault.Define("notice.place_unknown", fault.Invalid, "请从列表中选择公告的位置；其他位置请写明名称。")
	ErrNoticePlaceURL = fault.Define("notice.place_url", fault.Invalid, "请填写公告在那里的网址，以 http:// 或 https:// 开头，不超过 1000 个字。")
	ErrNoticePlaceAt  = fault.Define("notice.place_time", fault.Invalid, "在那里发布的时间不能晚于现在，也不能早于 1995 年，请核对后重新填写。")
	ErrNoticeTwice    = fault.Define("notice.place_recorded", fault.Conflict, "这个位置的这个网址已经登记过，不能重复登记。登记错了的，请先删去原来的再登记。")
	ErrNoticeTooMany  = fault.Define("notice.too_many_places", fault.Conflict, "一份公告最多登记 20 个位置，请先删去不用的。")
)
