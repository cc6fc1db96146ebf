package rules

// Object is a kind of thing that a regulation governs.
type Object string

// The objects of the schema.
const (
	Website  Object = "website"
	Subsite  Object = "subsite"
	NewMedia Object = "new_media"
	Column   Object = "column"
	Domain   Object = "domain"
	Mailbox  Object = "mailbox"
)

var objectNames = map[Object]string{
	Website: "网站", Subsite: "子网站", NewMedia: "新媒体账号", Column: "栏目", Domain: "域名", Mailbox: "电子信箱",
}

// Label is the object's name on the screen; a word outside the vocabulary comes back as it is.
func (o Object) Label() string { return label(objectNames, o) }

// Process is something that is done to an object under a rule.
type Process string

// The processes of the schema, in the order of life.
const (
	ProcessOpen             Process = "open"
	ProcessChange           Process = "change"
	ProcessChangeDomain     Process = "change_domain"
	ProcessChangeColumn     Process = "change_column"
	ProcessRedesign         Process = "redesign"
	ProcessTemporaryOffline Process = "temporary_offline"
	ProcessEmergencyOffline Process = "emergency_offline"
	ProcessInterruption     Process = "interruption"
	ProcessMigrate          Process = "migrate"
	ProcessShut             Process = "shut"
	ProcessCancel           Process = "cancel"
)

var processNames = map[Process]string{
	ProcessOpen: "开设", ProcessChange: "变更", ProcessChangeDomain: "变更域名", ProcessChangeColumn: "增减栏目", ProcessRedesign: "改版",
	ProcessTemporaryOffline: "临时下线", ProcessEmergencyOffline: "紧急关停", ProcessInterruption: "中断服务", ProcessMigrate: "迁移", ProcessShut: "关停", ProcessCancel: "注销",
}

// Label is the process's name on the screen; a word outside the vocabulary comes back as it is.
func (p Process) Label() string { return label(processNames, p) }

// Kind is a kind of account or of column, as update limits name it. Accounts of other kinds (wechat_channels, douyin,
// toutiao …) are no words of the vocabulary and fall to AnyKind.
type Kind string

// The account kinds and the column kinds that a limit may name.
const (
	AnyKind            Kind = "any"
	WechatService      Kind = "wechat_service"
	WechatSubscription Kind = "wechat_subscription"
	Weibo              Kind = "weibo"
	App                Kind = "app"

	NewsColumn         Kind = "news"
	NoticeColumn       Kind = "notice"
	PolicyColumn       Kind = "policy"
	MonthlyColumn      Kind = "monthly"
	QuarterlyColumn    Kind = "quarterly"
	AnnualColumn       Kind = "annual"
	UndeterminedColumn Kind = "undetermined"
	OtherColumn        Kind = "other"
)

var kindNames = map[Kind]string{
	AnyKind: "各类账号", WechatService: "微信服务号", WechatSubscription: "微信订阅号", Weibo: "微博", App: "移动客户端",
	NewsColumn: "动态要闻", NoticeColumn: "通知公告", PolicyColumn: "政策文件", MonthlyColumn: "月度栏目",
	QuarterlyColumn: "季度栏目", AnnualColumn: "年度栏目", UndeterminedColumn: "看不出周期的栏目", OtherColumn: "其他栏目",
}

// Label is the kind's name on the screen; a word outside the vocabulary comes back as it is.
func (k Kind) Label() string { return label(kindNames, k) }

// Target is what an update limit is about.
type Target string

// The targets of update limits: new-media accounts and columns.
const (
	AccountTarget Target = "account"
	ColumnTarget  Target = "column"
)

// Strength is how firmly a regulation demands something (K14). A missing strength is Must.
type Strength string

// The strengths, the firmest first.
const (
	Must        Strength = "must"
	InPrinciple Strength = "in_principle"
	Usual       Strength = "usual"
	Encouraged  Strength = "encouraged"
)

var strengthNames = map[Strength]string{Must: "必须", InPrinciple: "原则上", Usual: "一般", Encouraged: "鼓励"}

// Label is the strength in the words of the regulations.
func (s Strength) Label() string { return label(strengthNames, s.orMust()) }

// Refuses reports whether what breaks the rule is refused by default (K14).
func (s Strength) Refuses() bool { return s.orMust() == Must || s == InPrinciple }

// Overridable reports whether the office administrator may let a refused thing pass with a written reason (K14).
func (s Strength) Overridable() bool { return s == InPrinciple }

// Warns reports whether what breaks the rule is let through with a warning (K14). Encouraged neither refuses nor warns.
func (s Strength) Warns() bool { return s == Usual }

func (s Strength) orMust() Strength {
	if s == "" {
		return Must
	}
	return s
}

// Period is a calendar period of K09, or Periodic (定期), which carries no figure.
type Period string

// The periods.
const (
	Quarterly  Period = "quarter"
	HalfYearly Period = "half_year"
	Yearly     Period = "year"
	Periodic   Period = "periodic"
)

var periodNames = map[Period]string{Quarterly: "季度", HalfYearly: "半年", Yearly: "年", Periodic: "定期"}

// Label is the period's name on the screen.
func (p Period) Label() string { return label(periodNames, p) }

// StageAction is what happens in one stage of an approval chain.
type StageAction string

// The actions of approval stages.
const (
	ActionConsent      StageAction = "consent"
	ActionApply        StageAction = "apply"
	ActionForward      StageAction = "forward"
	ActionReview       StageAction = "review"
	ActionApprove      StageAction = "approve"
	ActionFile         StageAction = "file"
	ActionRegister     StageAction = "register"
	ActionSecurityTest StageAction = "security_test"
	ActionAnnounce     StageAction = "announce"
	ActionDeregister   StageAction = "deregister"
	ActionExecute      StageAction = "execute"
)

var actionNames = map[StageAction]string{
	ActionConsent: "同意", ActionApply: "申请", ActionForward: "上报", ActionReview: "审核", ActionApprove: "批准", ActionFile: "备案", ActionRegister: "登记",
	ActionSecurityTest: "安全检测", ActionAnnounce: "公告", ActionDeregister: "注销登记", ActionExecute: "执行",
}

// Label is the action's name on the screen.
func (a StageAction) Label() string { return label(actionNames, a) }

// Timing is when a public notice goes up, measured against the thing it announces.
type Timing string

// The timings; TimingPromptly (及时) carries no figure.
const (
	TimingBefore   Timing = "before"
	TimingWith     Timing = "with"
	TimingAfter    Timing = "after"
	TimingPromptly Timing = "promptly"
)

// Group is a half of the signing chain before publishing.
type Group string

// The groups, in the order of life.
const (
	ReviewGroup Group = "review"
	ProofGroup  Group = "proof"
)

var groupNames = map[Group]string{ReviewGroup: "审核", ProofGroup: "校对"}

// Label is the group's name on the screen.
func (g Group) Label() string { return label(groupNames, g) }

// Role is an office or duty that a rulebook names. People hold roles at units.
type Role string

// The roles of the rulebooks: first those inside a unit, then the offices above and beside it.
const (
	RoleUnit               Role = "unit"
	RoleUnitHead           Role = "unit_head"
	RoleUnitDeputy         Role = "unit_deputy"
	RoleUnitCollective     Role = "unit_collective"
	RoleSectionHead        Role = "section_head"
	RoleInfoOfficer        Role = "info_officer"
	RoleLayoutStaff        Role = "layout_staff"
	RoleColumnOwner        Role = "column_owner"
	RoleUndertaker         Role = "undertaker"
	RoleSiteOperator       Role = "site_operator"
	RoleSecurityOfficer    Role = "security_officer"
	RoleMessageHandler     Role = "message_handler"
	RoleLeadUnit           Role = "lead_unit"
	RoleGovernmentHead     Role = "government_head"
	RoleSupervisingOffice  Role = "supervising_office"
	RoleSuperiorSupervisor Role = "superior_supervisor"
	RoleUpperLevels        Role = "upper_levels"
	RoleProvincialOffice   Role = "provincial_office"
	RoleStateCouncilOffice Role = "state_council_office"
	RoleEGovOffice         Role = "e_gov_office"
	RoleEstablishmentDept  Role = "establishment_dept"
	RoleTelecomAuthority   Role = "telecom_authority"
	RolePolice             Role = "police"
	RoleIndustryAuthority  Role = "industry_authority"
)

var roles = []struct {
	role Role
	name string
}{
	{RoleUnit, "主办单位"},
	{RoleUnitHead, "主要负责人"},
	{RoleUnitDeputy, "分管负责人"},
	{RoleUnitCollective, "集体研究"},
	{RoleSectionHead, "科室负责人"},
	{RoleInfoOfficer, "信息员"},
	{RoleLayoutStaff, "排版人员"},
	{RoleColumnOwner, "栏目责任单位"},
	{RoleUndertaker, "承办单位"},
	{RoleSiteOperator, "网站运行管理机构"},
	{RoleSecurityOfficer, "安全责任人"},
	{RoleMessageHandler, "留言信箱承办人"},
	{RoleLeadUnit, "牵头单位"},
	{RoleGovernmentHead, "政府主要负责人"},
	{RoleSupervisingOffice, "主管单位"},
	{RoleSuperiorSupervisor, "上级主管单位"},
	{RoleUpperLevels, "逐级上级"},
	{RoleProvincialOffice, "省（市）政府办公厅"},
	{RoleStateCouncilOffice, "国务院办公厅"},
	{RoleEGovOffice, "州电子政务办"},
	{RoleEstablishmentDept, "机构编制部门"},
	{RoleTelecomAuthority, "电信主管部门"},
	{RolePolice, "公安机关"},
	{RoleIndustryAuthority, "行业主管部门"},
}

// Roles lists every role of the vocabulary in the order above.
func Roles() []Role {
	all := make([]Role, len(roles))
	for i, r := range roles {
		all[i] = r.role
	}
	return all
}

// RoleName is the role's name on the screen. It takes the role as a rulebook or as a person's register writes it; a role
// outside the vocabulary comes back as it is.
func RoleName[R ~string](role R) string {
	for _, r := range roles {
		if string(r.role) == string(role) {
			return r.name
		}
	}
	return string(role)
}

// label looks a word up in its table and falls back to the word itself, so that a new word of the schema shows.
func label[T ~string](names map[T]string, word T) string {
	if name, ok := names[word]; ok {
		return name
	}
	return string(word)
}
