package accounts

import "govmedia/fault"

// The refusals a person can meet at questions about posts and at imports of them.
var (
	ErrQuestionNotFound = fault.Define("post.question_not_found", fault.NotFound, "没有找到这条待核实的更新，可能不在您的管理范围内。请从待核实列表重新进入。")
	ErrQuestionStale    = fault.Define("post.question_stale", fault.Conflict, "这条更新刚刚被别人核实过，请刷新后再看。")
	ErrAnswerUnknown    = fault.Define("post.answer_unknown", fault.Invalid, "没有这种核实结果，请从“按所示日期”“按首次看到”“另填时间”“不算更新”中选择。")
	ErrAnswerTime       = fault.Define("post.answer_time_required", fault.Invalid, "页面上的日期读不出来，请选择“另填时间”并填写实际发布时间，或按首次看到的时间算。")
	ErrAnswerReason     = fault.Define("post.answer_reason_required", fault.Invalid, "请写明依据（例如“已向单位核实，后台记录为 3 月 2 日 9 时发布”），不超过 500 个字。")

	ErrPostSheetHead = fault.Define("post.sheet_head_unknown", fault.Invalid, "没有在表格里认出表头。请下载模板，按“账号、标题、网址、发布时间”的列填写后再上传。")
	ErrPostSheetRows = fault.Define("post.sheet_too_many_rows", fault.Invalid, "一次最多导入 2000 条更新，请分成几份再上传。")
	ErrPostRowEmpty  = fault.Define("post.sheet_cell_required", fault.Invalid, "这一行缺少必填的内容，请补上后重新上传。")
	ErrPostRowTime   = fault.Define("post.sheet_time_unreadable", fault.Invalid, "发布时间看不懂，请写成 2026-03-01 09:30 这样的格式。")
	ErrPostRowWho    = fault.Define("post.sheet_account_unknown", fault.Invalid, "没有找到这个账号，请核对名称；有重名的请在“平台”或“单位”列里写明。")
	ErrPostRowColumn = fault.Define("post.sheet_column_unknown", fault.Invalid, "这个网站没有这个栏目，请核对栏目名称，或先登记栏目。")
)
