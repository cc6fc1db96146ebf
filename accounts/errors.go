package accounts

import "govmedia/fault"

// The refusals a person can meet at the register.
var (
	ErrNotFound        = fault.Define("account.not_found", fault.NotFound, "没有找到这个账号，可能不在您的管理范围内。请从账号列表重新进入。")
	ErrForbidden       = fault.Define("account.forbidden", fault.Forbidden, "您在这个单位没有办理此事的权限，请联系主管单位的管理员。")
	ErrStale           = fault.Define("account.stale", fault.Conflict, "这个账号的信息刚被别人修改过，请刷新后再提交，您填写的内容还在页面上。")
	ErrDuplicate       = fault.Define("account.duplicate", fault.Conflict, "这个平台账号已经登记过，同一平台的账号标识不能重复登记。请核对标识，或到账号列表中查找。")
	ErrStateRefuses    = fault.Define("account.state_refuses", fault.Conflict, "账号目前的状态不能这样办理，请刷新后再看。")
	ErrNameInvalid     = fault.Define("account.name_invalid", fault.Invalid, "请填写名称，不超过 120 个字，不要带换行。")
	ErrPlatformUnknown = fault.Define("account.platform_unknown", fault.Invalid, "没有这种平台，请从列表中选择。")
	ErrKindUnfit       = fault.Define("account.kind_unfit", fault.Invalid, "账号类型与平台不符，请重新选择。例如订阅号、服务号只能属于微信公众平台。")
	ErrModeUnknown     = fault.Define("account.mode_unknown", fault.Invalid, "请选择发布方式：自动发布，或人工发布。")
	ErrStateUnknown    = fault.Define("account.state_unknown", fault.Invalid, "新登记的账号只能是“申请中”或“在用”，请重新选择。")
	ErrURLInvalid      = fault.Define("account.url_invalid", fault.Invalid, "网址须以 http:// 或 https:// 开头，不带登录名和密码，不超过规定的长度，请核对后重新填写。")
	ErrExternalInvalid = fault.Define("account.external_id_invalid", fault.Invalid, "平台账号标识不能带空格或换行，不超过 120 个字符，请从平台后台复制。")
	ErrSettingsInvalid = fault.Define("account.settings_invalid", fault.Invalid, "账号设置太长，或者格式不对，请精简后再保存。")
	ErrSettingsSecret  = fault.Define("account.settings_secret", fault.Invalid, "密钥、口令一类的内容不能写在账号设置里，请改在“绑定凭证”中填写。")
	ErrInUseAt         = fault.Define("account.in_use_at_invalid", fault.Invalid, "启用时间不能晚于现在，也不能早于 1995 年，请核对后重新填写。")
	ErrReasonRequired  = fault.Define("account.reason_required", fault.Invalid, "请写明暂停或关停的原因，不超过 500 个字。")
	ErrUnreadReason    = fault.Define("account.unread_reason_required", fault.Invalid, "请写明为什么读不到这个账号，不超过 500 个字。")
	ErrUnreadSince     = fault.Define("account.unread_since_invalid", fault.Invalid, "读不到的起始时间不能晚于现在，也不能早于账号启用的时间，请核对后重新填写。")
	ErrRulebookMissing = fault.Define("account.rulebook_missing", fault.Internal, "这个单位适用的规则库没有装入系统，暂时不能计时。请系统管理员检查单位设置和规则库文件。")
	ErrFilterInvalid   = fault.Define("account.filter_invalid", fault.Invalid, "查询条件不对，请重新选择。")
	ErrCursorInvalid   = fault.Define("account.cursor_invalid", fault.Invalid, "翻页位置无效，请回到第一页重新查看。")
)

// The refusals a person can meet at the fields of the register.
var (
	ErrFieldUnknown   = fault.Define("account.field_unknown", fault.Invalid, "台账没有这个字段，请刷新后从列表中选择。")
	ErrFieldFixed     = fault.Define("account.field_fixed", fault.Conflict, "这一项由启用、暂停、关停等办理步骤改变，不能直接修改，请到账号页面办理相应的步骤。")
	ErrFieldText      = fault.Define("account.text_invalid", fault.Invalid, "这一项内容太长，或者带有不能保存的字符，请精简后再保存。")
	ErrFieldDay       = fault.Define("account.day_invalid", fault.Invalid, "日期看不懂，请写成 2026-03-01、2026/3/1 或 2026年3月1日。")
	ErrFieldTruth     = fault.Define("account.truth_invalid", fault.Invalid, "请填写“是”或“否”，不清楚的留空。")
	ErrFieldNumber    = fault.Define("account.number_invalid", fault.Invalid, "请填写不小于 0 的整数，也可以写成 1.2万。")
	ErrFieldChoice    = fault.Define("account.choice_invalid", fault.Invalid, "没有这一项，请从列表中选择。")
	ErrFieldContact   = fault.Define("account.contact_invalid", fault.Invalid, "人员请写成“姓名 电话”，几个人用分号隔开，例如：张某 0871-1234567；李某 0871-7654321。")
	ErrFieldReference = fault.Define("account.reference_invalid", fault.Invalid, "这一项须从列表中选择或上传，请重新选择。")
	ErrUnitUnknown    = fault.Define("account.unit_unknown", fault.Invalid, "单位树里没有这个单位，或者有几个同名的，请从列表中选择主办单位。")
)

// The refusals a person can meet where an address is pasted, a view is saved or many accounts are changed at once.
var (
	ErrAddressInvalid = fault.Define("address.invalid", fault.Invalid, "请粘贴一个网址或账号标识，不要太长。")
	ErrAddressUnknown = fault.Define("address.unknown", fault.Invalid, "看不出这是哪个平台的账号。请粘贴账号主页或文章的完整网址，以 http:// 或 https:// 开头。")
	ErrViewName       = fault.Define("view.name_invalid", fault.Invalid, "请填写视图名称，不超过 60 个字，不要带换行。")
	ErrViewTaken      = fault.Define("view.name_taken", fault.Conflict, "您已经有一个同名的视图，请换一个名称，或先删除原来的视图。")
	ErrViewInvalid    = fault.Define("view.invalid", fault.Invalid, "这个视图的筛选条件太长，或者不属于任何页面，请重新筛选后再保存。")
	ErrViewTooMany    = fault.Define("view.too_many", fault.Conflict, "一个页面至多保存 50 个视图，请先删除不用的视图。")
	ErrViewGone       = fault.Define("view.not_found", fault.NotFound, "没有找到这个视图，可能已经删除。请刷新后再看。")
	ErrBulkNothing    = fault.Define("bulk.nothing", fault.Invalid, "没有选中任何账号，请先勾选账号或设定筛选条件。")
	ErrBulkTooMany    = fault.Define("bulk.too_many", fault.Invalid, "一次至多改 5000 个账号，请缩小筛选条件，分几次办理。")
	ErrBulkField      = fault.Define("bulk.field_refused", fault.Invalid, "这一项每个账号各不相同，或者须按程序办理，不能批量修改，请打开账号逐个修改。")
	ErrBulkGone       = fault.Define("bulk.not_found", fault.NotFound, "没有找到这一批修改，可能不在您的管理范围内。请从账号的修改记录进入。")
	ErrChangeGone     = fault.Define("account.change_not_found", fault.NotFound, "没有找到这条修改记录，可能不在您的管理范围内。请从账号的修改记录进入。")
	ErrChangeOver     = fault.Define("account.change_overtaken", fault.Conflict, "这一项后来又改过，撤销会盖掉后来的内容。请先核对，再直接修改。")
)

// The refusals a person can meet at credentials and their keys.
var (
	ErrCredentialsInvalid = fault.Define("credentials.invalid", fault.Invalid, "凭证的名称只能用小写字母、数字和下划线，内容不能为空，也不能太长，请核对后重新填写。")
	ErrKeyUnknown         = fault.Define("credentials.key_unknown", fault.Internal, "这份凭证是用另一把密钥加密的，现在的密钥文件里没有它。请系统管理员把原来的密钥加回去，或重新绑定凭证。")
	ErrSealBroken         = fault.Define("credentials.broken", fault.Internal, "这份凭证打不开，可能被改动过或密钥不对。请重新绑定凭证，并请系统管理员查明原因。")
	ErrKeyringInvalid     = fault.Define("credentials.keyring_invalid", fault.Internal, "加密密钥的格式不对：每把密钥写作“编号:base64”，解开后须为 32 字节，多把用逗号或换行隔开。请系统管理员检查密钥文件。")
)

// The refusals a person can meet at columns and posts.
var (
	ErrColumnNotFound   = fault.Define("column.not_found", fault.NotFound, "没有找到这个栏目，可能不在您的管理范围内。请从网站的栏目列表重新进入。")
	ErrColumnStale      = fault.Define("column.stale", fault.Conflict, "这个栏目的信息刚被别人修改过，请刷新后再操作。")
	ErrColumnNoSite     = fault.Define("column.no_site", fault.Invalid, "只有网站和子网站可以设栏目，请选择网站或子网站。")
	ErrColumnKind       = fault.Define("column.kind_unknown", fault.Invalid, "没有这种栏目类型，请从列表中选择；看不出更新周期的选“看不出周期”。")
	ErrColumnLevel      = fault.Define("column.level_invalid", fault.Invalid, "栏目层级从 1（一级栏目）开始，最多 9 级，请重新填写。")
	ErrColumnParent     = fault.Define("column.parent_unknown", fault.Invalid, "上级栏目不在这个网站里，或者已经关闭，请重新选择。")
	ErrColumnBlank      = fault.Define("column.blank", fault.Conflict, "栏目还没有内容，不能设为显示。请先在栏目里发布内容，再来设为显示。")
	ErrColumnCreated    = fault.Define("column.created_at_invalid", fault.Invalid, "栏目的开设时间不能晚于现在，也不能早于 1995 年，请核对后重新填写。")
	ErrPostTime         = fault.Define("post.time_invalid", fault.Invalid, "发布时间不对：不能晚于现在一天以上，也不能早于 1995 年，请核对后重新填写。")
	ErrPostURL          = fault.Define("post.url_invalid", fault.Invalid, "请填写文章的公开网址，以 http:// 或 https:// 开头。")
	ErrPostTitle        = fault.Define("post.title_required", fault.Invalid, "请填写文章标题，不超过 200 个字。")
	ErrPostSource       = fault.Define("post.source_unknown", fault.Invalid, "没有这种发布来源，请刷新后重试。")
	ErrPostOnClosed     = fault.Define("post.account_closed", fault.Conflict, "账号已关停，不能再登记发布。请核对选择的账号。")
	ErrPostNote         = fault.Define("post.note_too_long", fault.Invalid, "说明不能超过 500 个字，请精简后再提交。")
	ErrPostEvidence     = fault.Define("post.too_many_attachments", fault.Invalid, "一条更新最多附 10 份证据，请删去一些再提交。")
	ErrPostNotFound     = fault.Define("post.not_found", fault.NotFound, "没有找到这条更新，可能已经被删去。请刷新后再看。")
	ErrPostOtherAccount = fault.Define("post.other_account", fault.Conflict, "这条投递的发布已经登记在另一个账号下，请核对。")
)
