package sheet

import "govmedia/fault"

// The refusals a person can meet at sheets.
var (
	ErrEmpty        = fault.Define("sheet.empty", fault.Invalid, "表格里没有内容，请核对选择的文件和工作表。")
	ErrNotASheet    = fault.Define("sheet.unknown_format", fault.Invalid, "这个文件不是 .xlsx 或 .csv 表格。请用 WPS 或 Excel 打开后另存为 .xlsx 再上传。")
	ErrOldFormat    = fault.Define("sheet.old_format", fault.Invalid, "这是旧版 .xls 表格，请用 WPS 或 Excel 打开后另存为 .xlsx 再上传。")
	ErrProtected    = fault.Define("sheet.password_protected", fault.Invalid, "这份表格设了打开密码。请在 WPS 或 Excel 里取消密码后再上传。")
	ErrMacros       = fault.Define("sheet.macros", fault.Invalid, "这份表格带有宏，不能导入。请另存为不带宏的 .xlsx 再上传。")
	ErrBroken       = fault.Define("sheet.broken", fault.Invalid, "这份表格已经损坏或没有传完整。请用 WPS 或 Excel 打开核对，另存一份再上传。")
	ErrBomb         = fault.Define("sheet.expands_too_far", fault.Invalid, "这份表格解压后大得不正常，不能导入。请另存一份、只留需要的行再上传。")
	ErrFileTooLarge = fault.Define("sheet.file_too_large", fault.TooLarge, "表格文件超过 100 MB，请分成几份导入。")
	ErrTooLarge     = fault.Define("sheet.too_large", fault.Invalid, "表格里的文字太多，请分成几份导入。")
	ErrRows         = fault.Define("sheet.too_many_rows", fault.Invalid, "表格超过 35 万行，请分成几份导入。")
	ErrColumns      = fault.Define("sheet.too_many_columns", fault.Invalid, "表格超过 500 列，请删去不用的列再上传。")
	ErrCell         = fault.Define("sheet.cell_too_long", fault.Invalid, "有一个单元格超过 32767 个字，请缩短后再上传；如果是 .csv，请核对引号是否成对。")
	ErrMerges       = fault.Define("sheet.too_many_merges", fault.Invalid, "表格里合并的单元格超过 10 万处，请取消合并后再上传。")
	ErrNoSheet      = fault.Define("sheet.not_found", fault.Invalid, "没有这个工作表，请重新选择。")
	ErrEncoding     = fault.Define("sheet.bad_encoding", fault.Invalid, "文件里有不能识别的字节，既不是 UTF-8 也不是 GBK。请另存为“CSV UTF-8”或 .xlsx 再上传。")
	ErrFormula      = fault.Define("sheet.formula_without_value", fault.Invalid, "这个单元格是公式，但没有保存算出的值。请用 WPS 或 Excel 打开、保存一次再上传，或改填数值。")
	ErrErrorValue   = fault.Define("sheet.error_value", fault.Invalid, "这个单元格是公式的错误值，请改正后再上传。")
)
