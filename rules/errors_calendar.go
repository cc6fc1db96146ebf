package rules

import "govmedia/fault"

// The refusals a person can meet when entering the working days of a year.
var (
	// ErrYearInvalid: the Detail is a list of YearProblem, the sentence that of the first.
	ErrYearInvalid = fault.Define("calendar.year_invalid", fault.Invalid, "放假安排填写有误，请按提示改正后再保存。")

	// ErrWorkdaysDiffer: the days are in order by themselves, but there are not as many working days as were published.
	// The Detail is a WorkdaysDiffer.
	ErrWorkdaysDiffer = fault.Define("calendar.count_differs", fault.Invalid,
		"数出的工作日天数与公布的全年工作日数不符，请对照通知核对放假日期和补班日期。")

	// ErrCalendarFile: the Detail is a list of Problem, each with its line.
	ErrCalendarFile = fault.Define("calendar.file_invalid", fault.Invalid, "工作日历文件有误，请按提示改正后再上传。")

	ErrCalendarEncoding = fault.Define("calendar.encoding", fault.Invalid,
		"文件里的文字读不出来。请用记事本打开，另存为 UTF-8 编码后再上传，或直接粘贴通知全文。")
	ErrCalendarBinary = fault.Define("calendar.not_text", fault.Invalid,
		"这不是文本文件。请打开原文件，复制通知全文粘贴到这里，或另存为 .txt 后上传。")
	ErrCalendarTooLarge = fault.Define("calendar.too_large", fault.TooLarge,
		"上传的内容太大，不像是放假安排的通知。请只上传通知全文或工作日历文件。")
	ErrCalendarEmpty = fault.Define("calendar.empty", fault.Invalid, "请粘贴通知全文，或选择通知的文本文件。")

	ErrNotNotice = fault.Define("calendar.not_notice", fault.Invalid,
		"没有认出放假安排的通知。请粘贴《国务院办公厅关于某年部分节假日安排的通知》全文，从标题到落款。")
	ErrNoticeAmends = fault.Define("calendar.notice_amends", fault.Invalid,
		"这是调整已公布假期的通知，只写了改动的部分。请打开该年的放假安排，按通知改动日期后保存。")

	// ErrNoticeUnclear: the text is a notice, but a part of it is missing, contradicts itself or cannot be understood. The
	// Detail is a list of sentences, one for each place.
	ErrNoticeUnclear = fault.Define("calendar.notice_unclear", fault.Invalid, "通知有读不懂或前后不符的地方，请对照原文改正，或改用表格录入。")

	ErrYearForbidden = fault.Define("calendar.forbidden", fault.Forbidden,
		"工作日历由全平台共用，只有最上级主管单位的管理员可以录入或更正。请把通知转给最上级主管单位。")
	ErrYearExists    = fault.Define("calendar.year_exists", fault.Conflict, "这一年的放假安排已经录入，请刷新后打开该年进行更正。")
	ErrYearStale     = fault.Define("calendar.year_stale", fault.Conflict, "这一年的放假安排刚被别人修改过，请刷新后核对再保存。")
	ErrYearUnchanged = fault.Define("calendar.year_unchanged", fault.Conflict, "填写的内容与现行的放假安排完全相同，不必保存。如要更正，请先改动日期再保存。")
)

// WorkdaysDiffer is the Detail of ErrWorkdaysDiffer.
type WorkdaysDiffer struct {
	Counted   int `json:"counted"`
	Published int `json:"published"`
}
