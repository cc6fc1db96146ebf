package rules

import (
	"slices"
	"strings"
)

// ChainFor returns the chain of stages that a process goes through when it is done to an object. A chain made for a class
// of website holds for that class alone; websiteClass is empty for anything but a website, and for one whose class nobody
// told. false where the regulation has no chain: show 无规则 and borrow nothing.
func (rb *Rulebook) ChainFor(process Process, object Object, websiteClass string) (*ApprovalChain, bool) {
	for i := range rb.ApprovalChains {
		chain := &rb.ApprovalChains[i]
		if chain.does(process, object) && (chain.WebsiteClass == "" || chain.WebsiteClass == websiteClass) {
			return chain, true
		}
	}
	return nil, false
}

// ChainClasses returns the classes of website that have chains of their own for a process, in the order of the rulebook;
// empty where the class does not matter or there is no chain at all.
func (rb *Rulebook) ChainClasses(process Process, object Object) []string {
	var classes []string
	for _, chain := range rb.ApprovalChains {
		if chain.does(process, object) && chain.WebsiteClass != "" {
			classes = append(classes, chain.WebsiteClass)
		}
	}
	return classes
}

// ProcessesFor returns the processes that the rulebook has chains for, of an object, in the order of life.
func (rb *Rulebook) ProcessesFor(object Object) []Process {
	var processes []Process
	for _, process := range []Process{ProcessOpen, ProcessChange, ProcessChangeDomain, ProcessChangeColumn, ProcessRedesign, ProcessTemporaryOffline,
		ProcessEmergencyOffline, ProcessInterruption, ProcessMigrate, ProcessShut, ProcessCancel} {
		if slices.ContainsFunc(rb.ApprovalChains, func(c ApprovalChain) bool { return c.does(process, object) }) {
			processes = append(processes, process)
		}
	}
	return processes
}

func (c *ApprovalChain) does(process Process, object Object) bool {
	return slices.Contains(c.Processes, process) && slices.Contains(c.Objects, object)
}

// NoticesFor returns the public notices that the rulebook asks for when a process is done to an object; those made for a
// class of website only for that class.
func (rb *Rulebook) NoticesFor(process Process, object Object, websiteClass string) []PublicNotice {
	var notices []PublicNotice
	for _, notice := range rb.PublicNotices {
		if slices.Contains(notice.Processes, process) && slices.Contains(notice.Objects, object) &&
			(notice.WebsiteClass == "" || notice.WebsiteClass == websiteClass) {
			notices = append(notices, notice)
		}
	}
	return notices
}

// Submission is the index of the stage with which the unit hands the matter in: its first application, else its first filing
// with an office (not with an authority for a number, as the ICP filing is). What stands before it the unit does by itself. -1
// where the chain has none.
func (c *ApprovalChain) Submission() int {
	if i := slices.IndexFunc(c.Stages, func(s Stage) bool { return s.Action == ActionApply && s.Role == RoleUnit }); i >= 0 {
		return i
	}
	return slices.IndexFunc(c.Stages, func(s Stage) bool { return s.Action == ActionFile && s.Role == RoleUnit && !s.To.Authority() })
}

// Doers are the roles of which one does the stage.
func (s Stage) Doers() []Role {
	if len(s.AnyOf) > 0 {
		return s.AnyOf
	}
	return []Role{s.Role}
}

// Title is what the stage is called on the screen: 市政府办公厅批准, 向区政府办公室申请, 公安机关备案. A stage whose name says what
// is done keeps it: ICP备案, 上线.
func (s Stage) Title() string {
	name := s.Name
	switch {
	case s.Action == ActionApply && s.ToName != "":
		return "向" + s.ToName + s.Action.Label()
	case s.Action == ActionForward && s.ToName != "":
		return s.doerName() + "向" + s.ToName + s.Action.Label()
	case s.ToName != "":
		name = s.ToName
	case name == "" && s.Role == RoleUnit, s.Action == ActionExecute && name != "":
	case name == "":
		name = s.doerName()
	}
	if name == "" {
		return s.Action.Label()
	}
	if s.Action == ActionExecute || slices.ContainsFunc(s.Action.words(), func(w string) bool { return strings.Contains(name, w) }) {
		return name
	}
	return name + s.Action.Label()
}

func (s Stage) doerName() string {
	if s.Name != "" {
		return s.Name
	}
	return RoleName(s.Doers()[0])
}

// words are those of which a name that has one needs no other word for the action.
func (a StageAction) words() []string {
	switch a {
	case ActionReview:
		return []string{"审核"}
	case ActionDeregister:
		return []string{"注销"}
	}
	return []string{a.Label()}
}

// The fields of the register in which the number or the day of a stage is kept.
const (
	KeepsICP          = "icp"
	KeepsPolice       = "police_filing"
	KeepsSiteCode     = "site_code"
	KeepsSecurityTest = "security_test_on"
	KeepsApproval     = "approval_number"
)

// Keeps is the field of the register in which the stage's number (of a security test its day) is kept; empty where it has none.
func (s Stage) Keeps() string {
	switch {
	case s.Action == ActionSecurityTest:
		return KeepsSecurityTest
	case s.Action == ActionFile && s.To == RoleTelecomAuthority:
		return KeepsICP
	case s.Action == ActionFile && s.To == RolePolice:
		return KeepsPolice
	case s.Action == ActionRegister && strings.Contains(s.Name, "标识码"): // the vocabulary has no role for the reporting system
		return KeepsSiteCode
	case s.Action == ActionApprove && s.Role.Outside():
		return KeepsApproval
	}
	return ""
}

// Office reports whether the role is that of the office that supervises the unit, which works in this system.
func (r Role) Office() bool { return r == RoleSupervisingOffice || r == RoleEGovOffice }

// Outside reports whether those who hold the role do not work in this system, so that what they did is recorded.
func (r Role) Outside() bool {
	switch r {
	case RoleGovernmentHead, RoleSuperiorSupervisor, RoleUpperLevels, RoleProvincialOffice, RoleStateCouncilOffice:
		return true
	}
	return r.Authority()
}

// Authority reports whether the role is an authority beside the offices, which gives numbers and certificates.
func (r Role) Authority() bool {
	switch r {
	case RoleEstablishmentDept, RoleTelecomAuthority, RolePolice, RoleIndustryAuthority:
		return true
	}
	return false
}

// The rules of opening conditions (opening_conditions.rule).
const (
	OpenStrictly         = "strictly_controlled"         // of some levels of unit: only where it is needed
	OpenNot              = "not_opened"                  // of some levels of unit: none is opened
	OpenWithSiteCode     = "site_identification_code"    // 网站标识码
	OpenWithSecurityTest = "security_test_before_online" //
	OpenWithFilings      = "external_filings"            // with some authorities
	OpenAfterApproval    = "no_open_before_approval"     //
	OpenJustified        = "justification"               // the application says why
)

// ConditionsFor returns what must hold before an object is opened.
func (rb *Rulebook) ConditionsFor(object Object) []OpeningCondition {
	var conditions []OpeningCondition
	for _, condition := range rb.OpeningConditions {
		if slices.Contains(condition.Objects, object) {
			conditions = append(conditions, condition)
		}
	}
	return conditions
}

// ForLevel reports whether the condition is about units of a level; one that names no level is about all.
func (c OpeningCondition) ForLevel(level string) bool {
	return len(c.UnitLevels) == 0 || slices.Contains(c.UnitLevels, level)
}

// The rules of naming that something must meet before it is put into use (naming.rule).
const (
	NamingCertified = "real_name_certified"
	NamingSponsor   = "sponsor_named"
)

// NamingFor finds the naming rule of an object by what it asks; false when there is none.
func (rb *Rulebook) NamingFor(rule string, object Object) (Naming, bool) {
	for _, naming := range rb.Naming {
		if naming.Rule == rule && slices.Contains(naming.Objects, object) {
			return naming, true
		}
	}
	return Naming{}, false
}

// FilingOf finds what is reported to an office about a subject: website, personnel, … false when nothing is.
func (rb *Rulebook) FilingOf(subject string) (Filing, bool) {
	for _, filing := range rb.Filings {
		if filing.Subject == subject {
			return filing, true
		}
	}
	return Filing{}, false
}

// TriggerProcedure names the trigger of consequences for what was opened, shut or changed without its procedure.
const TriggerProcedure = "procedure-not-followed"

// Trigger finds what calls for consequences by its id; false where the rulebook has none such.
func (rb *Rulebook) Trigger(id string) (Demand, bool) {
	if rb.Consequences == nil {
		return Demand{}, false
	}
	for _, trigger := range rb.Consequences.Triggers {
		if trigger.ID == id {
			return trigger, true
		}
	}
	return Demand{}, false
}
