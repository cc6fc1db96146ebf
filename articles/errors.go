package articles

import "govmedia/fault"

// What Clean refuses. Everything else is repaired or removed and reported.
var (
	ErrHTMLTooLarge = fault.Define("article.html_too_large", fault.TooLarge,
		"正文代码超过 2 MB，无法保存。请把图片改为上传插入，或把稿件拆成几篇。")
	ErrHTMLTooComplex = fault.Define("article.html_too_complex", fault.Invalid,
		"正文的排版代码过于复杂（标签过多或嵌套过深），无法处理。请在编辑器里用“粘贴为纯文本”重新粘贴。")
)

// What importing a text file refuses.
var (
	ErrImportEmpty = fault.Define("import.empty", fault.Invalid,
		"这个文件里没有文字，没有导入任何内容。请检查是否选错了文件。")
	ErrImportBinary = fault.Define("import.binary", fault.Invalid,
		"这不是文本文件，无法导入。请选择 .txt 文件；Word 文档请用“导入 Word”。")
	ErrImportTooLarge = fault.Define("import.too_large", fault.TooLarge,
		"文本文件超过 5 MB，无法导入。请拆分后再导入。")
	ErrImportEncoding = fault.Define("import.encoding", fault.Invalid,
		"无法识别这个文件的文字编码。请用记事本打开，另存为 UTF-8 编码后再导入。")
)

// What the store of pictures answers. Faults of the picture itself (media.too_large, media.not_a_picture, …) are
// defined in package picture.
var (
	ErrMediaNotFound = fault.Define("media.not_found", fault.NotFound,
		"找不到这个图片文件，可能已被删除。请重新上传。")
	ErrDiskFull = fault.Define("media.disk_full", fault.Unavailable,
		"服务器存储空间已满，图片没有保存。请联系管理员清理空间后再上传，已输入的文字不受影响。")
	ErrStoreUnavailable = fault.Define("media.store_unavailable", fault.Unavailable,
		"图片存储暂时连不上，图片没有保存或读出。请稍后再试；多次失败请联系管理员。")
)
