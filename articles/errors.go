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

// ErrMediaNotFound is for a picture that the actor does not reach or that is gone. Faults of the picture itself
// (media.too_large, media.not_a_picture, …) are defined in package picture, those of the store in package files.
var ErrMediaNotFound = fault.Define("media.not_found", fault.NotFound, "找不到这个图片文件，可能已被删除。请重新上传。")

// The refusals of writing, signing and scheduling.
var (
	ErrNotFound       = fault.Define("article.not_found", fault.NotFound, "没有找到这篇稿件，可能不在您的管理范围内。请从稿件列表重新进入。")
	ErrStale          = fault.Define("article.stale", fault.Conflict, "这篇稿件刚被别人修改过，请刷新后再提交。您填写的内容还在页面上。")
	ErrNotEditable    = fault.Define("article.not_editable", fault.Conflict, "稿件已排期或已发布，不能再改。需要修改请先撤销排期。")
	ErrTitleRequired  = fault.Define("article.title_required", fault.Invalid, "请填写标题。")
	ErrTooLong        = fault.Define("article.too_long", fault.Invalid, "内容太长，请缩短后再保存。")
	ErrBodyRequired   = fault.Define("article.body_required", fault.Invalid, "正文还是空的，请写好正文再送审。")
	ErrForeign        = fault.Define("article.foreign_pictures", fault.Invalid, "正文里还有外部图片，发布后读者看不到。请逐张上传替换或删除后再送审。")
	ErrPictureMissing = fault.Define("article.picture_missing", fault.Invalid, "正文或封面用到的图片不在本单位的图片库里，请重新上传。")
	ErrUnitRefused    = fault.Define("article.unit_refused", fault.Forbidden, "您不能在这个单位写稿，请选择您任职的单位。")
	ErrAccountUnknown = fault.Define("article.account_unknown", fault.Invalid, "选择的账号不存在，或不在您的管理范围内，请重新选择。")
	ErrNoChain        = fault.Define("article.no_chain", fault.Conflict, "本单位没有可用的审签流程，不能送审。请联系主管单位设置规则库。")
	ErrNotDraft       = fault.Define("article.not_draft", fault.Conflict, "稿件已经送审，不能重复提交。请到“待办”或稿件页查看进展。")
	ErrNotSigning     = fault.Define("article.not_signing", fault.Conflict, "稿件不在审签中，请刷新后查看最新状态。")
	ErrRevision       = fault.Define("sign.revision", fault.Conflict, "您看到的不是最新送审稿，请刷新、重新阅读后再签。")
	ErrWrongRole      = fault.Define("sign.wrong_role", fault.Forbidden, "当前环节不由您签署，请等该环节的人员签署。")
	ErrRepeat         = fault.Define("sign.repeat", fault.Forbidden, "同一人不能签同一组的两个环节，请由其他人签署。")
	ErrReason         = fault.Define("sign.reason_required", fault.Invalid, "请写明退回原因，作者才知道怎么改。")
	ErrNotSigned      = fault.Define("article.not_signed", fault.Conflict, "审签还没有完成，不能发布。请到稿件页查看还缺哪些环节。")
	ErrSchedulePast   = fault.Define("article.schedule_past", fault.Invalid, "排期时间已经过去，请选择之后的时间，或选择“立即发布”。")
	ErrScheduleFar    = fault.Define("article.schedule_far", fault.Invalid, "排期时间太远，请选择一年以内的时间。")
	ErrNotScheduled   = fault.Define("article.not_scheduled", fault.Conflict, "稿件没有排期，不需要撤销。请刷新后查看最新状态。")
	ErrPlanSpan       = fault.Define("plan.span", fault.Invalid, "一次最多查看 45 天的安排，结束日期不能早于开始日期。请重新选择日期。")
	ErrAlreadyOut     = fault.Define("article.already_out", fault.Conflict, "至少有一个渠道已经发出或正在发出，不能撤销排期。请到投递页逐条处理。")
)
