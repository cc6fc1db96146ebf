package units

import "govmedia/fault"

// The refusals a person can meet at the unit tree.
var (
	ErrNotFound     = fault.Define("unit.not_found", fault.NotFound, "没有找到这个单位，可能不在您的管理范围内。请从单位列表重新进入。")
	ErrStale        = fault.Define("unit.stale", fault.Conflict, "这个单位刚被别人修改过，请刷新后再操作。")
	ErrClosed       = fault.Define("unit.closed", fault.Conflict, "这个单位已经停用，不能再修改，也不能在它下面增加单位或人员。请另选单位。")
	ErrCycle        = fault.Define("unit.cycle", fault.Conflict, "不能把单位移到它自己或它的下级单位下面，请另选上级单位。")
	ErrNameTaken    = fault.Define("unit.name_taken", fault.Conflict, "同一上级单位下已有同名单位，请核对，或换一个名称。")
	ErrMergeSelf    = fault.Define("unit.merge_self", fault.Invalid, "不能把单位并入它自己，请另选并入的单位。")
	ErrMergeBelow   = fault.Define("unit.merge_below", fault.Conflict, "不能把单位并入它自己的下级单位。请先把那个下级单位移到别处，再办理合并。")
	ErrNotEmpty     = fault.Define("unit.not_empty", fault.Conflict, "单位下面还有下级单位或在用人员，不能停用。请先移走或停用它们。")
	ErrTooDeep      = fault.Define("unit.too_deep", fault.Invalid, "单位层级太多，不能再放到这个单位下面，请另选上级单位。")
	ErrNameInvalid  = fault.Define("unit.name_invalid", fault.Invalid, "请填写单位名称和简称，不要超过规定的字数，不要带换行。")
	ErrLevelUnknown = fault.Define("unit.level_unknown", fault.Invalid, "没有这种单位层级，请从列表中选择。")
	ErrParentNeeded = fault.Define("unit.parent_needed", fault.Invalid, "请选择上级单位。最上级的单位只能由系统管理员在服务器上用命令建立。")
)

// The refusals a person can meet at people and their roles.
var (
	ErrPersonNotFound  = fault.Define("person.not_found", fault.NotFound, "没有找到这个人员，可能不在您的管理范围内。请从人员列表重新进入。")
	ErrPersonStale     = fault.Define("person.stale", fault.Conflict, "这个人员的信息刚被别人修改过，请刷新后再操作。")
	ErrPersonOwn       = fault.Define("person.own", fault.Forbidden, "不能停用自己、重置自己的密码，也不能变更自己的角色，请由另一位管理员操作。")
	ErrPersonElsewhere = fault.Define("person.elsewhere", fault.Forbidden, "此人还担任您无权管理的角色，您不能停用此人或重置密码。请联系上级管理员，或只撤销本单位的角色。")
	ErrPersonName      = fault.Define("person.name_invalid", fault.Invalid, "请填写真实姓名，不要带换行。")
	ErrPhone           = fault.Define("person.phone_invalid", fault.Invalid, "电话号码不对，请填写手机号码或带区号的座机号码，只用数字、空格、横线、括号和加号。")
	ErrEmail           = fault.Define("person.email_invalid", fault.Invalid, "邮箱地址不对，请填写一个完整的地址，例如 name@example.gov.cn；不用邮件提醒的请留空。")
	ErrUsername        = fault.Define("person.username_invalid", fault.Invalid, "登录名须为字母、数字或汉字，可以带点、横线和下划线，请不要带空格。")
	ErrUsernameTaken   = fault.Define("person.username_taken", fault.Conflict, "这个登录名已经有人使用，请换一个。")
	ErrRoleUnknown     = fault.Define("role.unknown", fault.Invalid, "没有这种角色，请从列表中选择。")
	ErrRoleHeld        = fault.Define("role.held", fault.Conflict, "此人已经在这个单位担任这个角色，请刷新后查看。")
	ErrRoleNotHeld     = fault.Define("role.not_held", fault.NotFound, "此人没有在这个单位担任这个角色，请刷新后再看。")
	ErrRoleLast        = fault.Define("role.last", fault.Conflict, "这是此人唯一的角色，不能撤销。请先授予新的角色，或直接停用此人。")
	ErrRoleNeeded      = fault.Define("role.needed", fault.Invalid, "请至少为此人选择一个单位和角色。")
	ErrRoleTooHigh     = fault.Define("role.too_high", fault.Forbidden, "只有系统管理员才能授予或撤销系统管理员角色，请联系系统管理员。")
)

// The refusals a person can meet when signing in.
var (
	ErrWrongPassword  = fault.Define("auth.wrong_password", fault.Unauthenticated, "登录名或密码不对，请核对后再试。")
	ErrLocked         = fault.Define("auth.locked", fault.TooMany, "密码连续输错次数太多，账号已暂时锁定，请稍后再试。")
	ErrDisabled       = fault.Define("auth.disabled", fault.Forbidden, "您的账号已停用，请联系本单位或主管单位的管理员。")
	ErrBusy           = fault.Define("auth.busy", fault.TooMany, "现在登录的人太多，请过几秒钟再试。")
	ErrTokenExpired   = fault.Define("auth.token_expired", fault.Unauthenticated, "登录凭据已到期，请刷新页面；如仍不行，请重新登录。")
	ErrTokenInvalid   = fault.Define("auth.token_invalid", fault.Unauthenticated, "登录凭据无效，请重新登录。")
	ErrSessionOver    = fault.Define("auth.session_over", fault.Unauthenticated, "登录已失效，请重新登录。")
	ErrSessionReused  = fault.Define("auth.session_reused", fault.Unauthenticated, "同一份登录凭据在别处被再次使用，为安全起见已退出登录。请重新登录；如不是您本人操作，请立即修改密码。")
	ErrMustChange     = fault.Define("auth.must_change", fault.Forbidden, "您的密码是初始密码，或已到更换期限。请先修改密码，再进行其他操作。")
	ErrPasswordShort  = fault.Define("password.too_short", fault.Invalid, "密码太短，请加长后再试。")
	ErrPasswordLong   = fault.Define("password.too_long", fault.Invalid, "密码太长，请缩短后再试。")
	ErrPasswordCommon = fault.Define("password.common", fault.Invalid, "这个密码太常见，很容易被猜中，请换一个。")
	ErrPasswordName   = fault.Define("password.username", fault.Invalid, "密码不能与登录名相同，请换一个。")
	ErrPasswordSame   = fault.Define("password.same", fault.Invalid, "新密码不能与原密码相同，请换一个。")
	ErrOldPassword    = fault.Define("password.old_wrong", fault.Invalid, "原密码不对，请重新输入。")
)
