package accounts

import "govmedia/fault"

// The refusals a person can meet at imports and reconciliation.
var (
	ErrImportNotFound   = fault.Define("sheetimport.not_found", fault.NotFound, "没有找到这次导入，可能不在您的管理范围内。请从导入列表重新进入。")
	ErrImportStale      = fault.Define("sheetimport.stale", fault.Conflict, "这次导入刚有变化，请刷新后再操作。")
	ErrImportState      = fault.Define("sheetimport.state_refuses", fault.Conflict, "导入目前的状态不能这样办理，请刷新后再看。")
	ErrImportKind       = fault.Define("sheetimport.kind_unknown", fault.Invalid, "没有这种导入，请重新选择。")
	ErrImportHead       = fault.Define("sheetimport.head_invalid", fault.Invalid, "表头行不对：请选择一行，或上下相邻的两行。")
	ErrImportTwice      = fault.Define("sheetimport.field_twice", fault.Invalid, "有两列对应到同一个字段，请只留一列。")
	ErrImportColumn     = fault.Define("sheetimport.column_invalid", fault.Invalid, "列的对应关系不对：没有这一列，或没有这个字段。请重新选择。")
	ErrImportFew        = fault.Define("sheetimport.columns_missing", fault.Invalid, "不知道每一行是哪个账号。请至少把一列对应到账号名称、账号标识或唯一标识。")
	ErrImportAssume     = fault.Define("sheetimport.assume_invalid", fault.Invalid, "空白处的默认值不对，请重新选择。")
	ErrImportReason     = fault.Define("sheetimport.reason_invalid", fault.Invalid, "请写明理由，不超过 500 个字。")
	ErrImportDuplicate  = fault.Define("sheetimport.duplicate_row", fault.Invalid, "与前面的一行是同一个账号，没有再导入。请核对，确是两个账号的补上各自的账号标识。")
	ErrImportAmbiguous  = fault.Define("sheetimport.ambiguous", fault.Invalid, "这一行的各项标识指向台账里不同的账号，请核对唯一标识、账号标识和名称。")
	ErrImportNameless   = fault.Define("sheetimport.nothing_known", fault.Invalid, "这一行没有账号名称，也没有账号标识，不知道是哪个账号，请补上。")
	ErrImportReach      = fault.Define("sheetimport.out_of_reach", fault.Invalid, "这个账号已由别的单位登记，不在您的管理范围内，没有改动。请与登记它的单位或上级主管单位核对。")
	ErrImportUnitMerged = fault.Define("sheetimport.unit_merged", fault.Conflict, "核对还没有做完，单位就并入了另一个单位，核对到此为止。请用并入单位的名单重新导入核对。")
	ErrTemplateNotFound = fault.Define("sheetimport.template_not_found", fault.NotFound, "没有找到这个模板，可能已被删除。请重新选择。")
	ErrTemplateInvalid  = fault.Define("sheetimport.template_invalid", fault.Invalid, "请填写模板名称（不超过 60 个字）和表头。")
	ErrItemNotFound     = fault.Define("reconcile.not_found", fault.NotFound, "没有找到这条差异，可能不在您的管理范围内。请从核对清单重新进入。")
	ErrItemSettled      = fault.Define("reconcile.settled", fault.Conflict, "这条差异已经处理过或已经消失，请刷新后再看。")
	ErrItemStale        = fault.Define("reconcile.stale", fault.Conflict, "这条差异刚有变化，请刷新后再处理。")
	ErrItemAction       = fault.Define("reconcile.action_refused", fault.Invalid, "这条差异不能这样处理，请选择列出的处理方式。")
)
