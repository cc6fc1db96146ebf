package units

import "slices"

// Role is what somebody is at a unit. The rulebooks' own roles keep their names (see rules.RoleName); the two at the end
// are the platform's.
type Role string

// The roles that people hold here, from the bottom of a unit to the office and the machine room.
const (
	InfoOfficer     Role = "info_officer"     // 信息员
	LayoutStaff     Role = "layout_staff"     // 排版人员
	ColumnOwner     Role = "column_owner"     // 栏目责任单位
	Undertaker      Role = "undertaker"       // 承办单位
	SiteOperator    Role = "site_operator"    // 网站运行管理机构
	SectionHead     Role = "section_head"     // 科室负责人
	SecurityOfficer Role = "security_officer" // 安全责任人
	MessageHandler  Role = "message_handler"  // 留言信箱承办人
	UnitDeputy      Role = "unit_deputy"      // 分管负责人
	UnitHead        Role = "unit_head"        // 主要负责人
	OfficeAdmin     Role = "office_admin"     // 主管单位管理员
	SystemAdmin     Role = "system_admin"     // 系统管理员
)

// Roles returns all roles in the order above, for lists to choose from.
func Roles() []Role {
	return []Role{InfoOfficer, LayoutStaff, ColumnOwner, Undertaker, SiteOperator, SectionHead, SecurityOfficer, MessageHandler,
		UnitDeputy, UnitHead, OfficeAdmin, SystemAdmin}
}

// Permission is one thing a person may be allowed to do. server/routes.go puts one on every route.
type Permission string

// The permissions, by what they are about.
const (
	ReadUnits     Permission = "unit.read"
	WriteUnits    Permission = "unit.write"
	ReadAccounts  Permission = "account.read"
	WriteAccounts Permission = "account.write"
	BindAccounts  Permission = "account.bind" // set credentials

	HandleApplications Permission = "application.write" // hand in, do the unit's stages, withdraw; a stage's own role is asked beside it
	WriteNotices       Permission = "notice.write"      // draft, sign and publish public notices

	ReadArticles   Permission = "article.read"
	WriteArticles  Permission = "article.write"
	SignArticles   Permission = "article.sign"
	PublishArticle Permission = "article.publish" // schedule a signed article
	ReadDeliveries Permission = "delivery.read"
	ActDeliveries  Permission = "delivery.act" // retry, cancel, confirm by hand
	ReadDashboard  Permission = "dashboard.read"
	ReadRules      Permission = "rule.read"
	WriteRules     Permission = "rule.write"  // which rulebooks hold, stricter figures, other readings, working days
	RecordDuties   Permission = "duty.record" // events that start a time limit, and what was done in time
	SetReminders   Permission = "reminder.set"
	ReadAudit      Permission = "audit.read"
)

// Permissions returns all permissions in the order above.
func Permissions() []Permission {
	return []Permission{ReadUnits, WriteUnits, ReadAccounts, WriteAccounts, BindAccounts, HandleApplications, WriteNotices, ReadArticles,
		WriteArticles, SignArticles, PublishArticle, ReadDeliveries, ActDeliveries, ReadDashboard, ReadRules, WriteRules, RecordDuties, SetReminders, ReadAudit}
}

// everybody is what each role at a unit may do besides its own.
var everybody = []Permission{ReadUnits, ReadAccounts, ReadArticles, ReadDeliveries, ReadDashboard, ReadRules}

// granted lists what each role adds to everybody's permissions.
var granted = map[Role][]Permission{
	InfoOfficer:     {HandleApplications, WriteNotices, WriteArticles, SignArticles, PublishArticle, ActDeliveries, RecordDuties},
	LayoutStaff:     {WriteArticles, SignArticles},
	ColumnOwner:     {WriteArticles, SignArticles},
	Undertaker:      {WriteArticles, SignArticles},
	SiteOperator:    {WriteArticles, SignArticles},
	SectionHead:     {HandleApplications, WriteNotices, WriteArticles, SignArticles, RecordDuties},
	SecurityOfficer: {RecordDuties},
	MessageHandler:  {RecordDuties},
	UnitDeputy:      {HandleApplications, WriteNotices, SignArticles, PublishArticle, ActDeliveries, RecordDuties, SetReminders},
	UnitHead:        {HandleApplications, WriteNotices, SignArticles, PublishArticle, ActDeliveries, RecordDuties, SetReminders},
	OfficeAdmin:     {WriteUnits, WriteAccounts, BindAccounts, HandleApplications, WriteNotices, ActDeliveries, WriteRules, RecordDuties, SetReminders, ReadAudit},
	SystemAdmin:     {WriteUnits, ReadAudit},
}

// RolesWith returns the roles that carry a permission, for the :roles of a statement that asks the reach view.
func RolesWith(permission Permission) []string {
	var roles []string
	for role := range granted {
		if roleMay(role, permission) {
			roles = append(roles, string(role))
		}
	}
	slices.Sort(roles)
	return roles
}

func roleMay(role Role, permission Permission) bool {
	own, known := granted[role]
	return known && (slices.Contains(everybody, permission) || slices.Contains(own, permission))
}

// HeldRole is one role somebody holds at one unit.
type HeldRole struct {
	UnitID   string `json:"unit_id"`
	UnitName string `json:"unit_name"`
	Role     Role   `json:"role"`
}

// Actor is the person behind a request, with the roles that person held when it began.
type Actor struct {
	PersonID  string
	Name      string
	Username  string
	SessionID string
	RequestID string
	Roles     []HeldRole

	// MustChange says that the password is one somebody else set: until it is changed, nothing else is open (ErrMustChange).
	MustChange bool

	system bool // reaches every unit without a role; only System has it, so a forgotten actor reaches nothing
}

// IsSystem reports whether the actor is the program itself.
func (a Actor) IsSystem() bool { return a.system }

// System is the actor of what the program does by itself: commands, workers, the demo district.
var System = Actor{Name: "系统", system: true}

// May reports whether the actor has the permission at any unit. Which rows it holds for is asked of the reach view.
func (a Actor) May(permission Permission) bool {
	return slices.ContainsFunc(a.Roles, func(r HeldRole) bool { return roleMay(r.Role, permission) })
}

// Holds reports whether the actor holds the role at exactly this unit.
func (a Actor) Holds(unitID string, role Role) bool {
	return slices.ContainsFunc(a.Roles, func(r HeldRole) bool { return r.UnitID == unitID && r.Role == role })
}

// holdsAnywhere reports whether the actor holds the role at some unit.
func (a Actor) holdsAnywhere(role Role) bool {
	return slices.ContainsFunc(a.Roles, func(r HeldRole) bool { return r.Role == role })
}

// Permissions returns everything the actor may do somewhere, sorted, for the screen to shape its menus.
func (a Actor) Permissions() []Permission {
	var all []Permission
	for _, held := range a.Roles {
		if own, known := granted[held.Role]; known {
			all = append(append(all, own...), everybody...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
