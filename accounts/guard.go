package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Lack is one thing that stands against an act, with the clause that asks for it.
type Lack struct {
	Rule        string      `json:"rule"`    // names it, for Waive; "step" for a step that is not done
	Text        string      `json:"text"`    // what is missing and what to do
	Field       string      `json:"field"`   // of the form; empty for none
	StepID      string      `json:"step_id"` // the step that is not done, or that needs it; empty for none
	Rulebook    string      `json:"rulebook"`
	Articles    sql.Strings `json:"articles"`
	Citation    string      `json:"citation"`
	Refuses     bool        `json:"refuses"`     // false: a hint
	Overridable bool        `json:"overridable"` // the office administrator may let it pass with a reason
	Waived      bool        `json:"waived"`      // and did

	refusal *fault.Fault
}

// stands reports whether the act is refused because of it.
func (l Lack) stands() bool { return l.Refuses && !l.Waived }

// lackStep is the rule of a Lack that is a step of the chain.
const lackStep = "step"

// shortfall collects what stands against an act of an application.
type shortfall struct {
	*casework
	lacks []Lack
}

// add notes a lack under a rule of the rulebook, of a strength.
func (l *shortfall) add(refusal *fault.Fault, rule string, strength rules.Strength, articles []string, field, format string, args ...any) {
	lack := Lack{Rule: rule, Text: fmt.Sprintf(format, args...), Field: field, Rulebook: l.rb.ID, Articles: orEmpty(articles), Citation: l.rb.Cite(articles),
		Refuses: strength.Refuses(), Overridable: strength.Overridable(), refusal: refusal}
	lack.Waived = lack.Overridable && slices.ContainsFunc(l.waivers, func(w Waiver) bool { return w.Rule == rule })
	l.lacks = append(l.lacks, lack)
}

// needs notes something that the chain itself asks for.
func (l *shortfall) needs(refusal *fault.Fault, field, format string, args ...any) {
	l.add(refusal, field, rules.Must, l.app.Articles, field, format, args...)
}

// refuse turns what stands against an act into one refusal: of the first, with a sentence for each and all of them as detail.
// nil when nothing does.
func refuse(lacks []Lack) error {
	var said []string
	var first *Lack
	for i := range lacks {
		if !lacks[i].stands() {
			continue
		}
		if first == nil {
			first = &lacks[i]
		}
		said = append(said, lacks[i].Text)
	}
	if first == nil {
		return nil
	}
	return first.refusal.Say("%s", strings.Join(said, "")).Under(first.Rulebook, first.Articles).On(first.Field).With(lacks)
}

// Missing returns everything that stands against the next act of an application, and hints: before it is handed in, what
// stands against that; afterwards, what stands against carrying it out, or against its end.
func Missing(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) ([]Lack, error) {
	app, err := visibleApplication(ctx, db, actor, id)
	if err != nil {
		return nil, wrap(err, "what is missing of application %s", id)
	}
	c, err := gather(ctx, db, book, actor, app)
	if err != nil {
		return nil, wrap(err, "what is missing of application %s", id)
	}
	lacks, err := c.missing(ctx)
	return lacks, wrap(err, "what is missing of application %s", id)
}

func (c *casework) missing(ctx context.Context) ([]Lack, error) {
	switch {
	case c.app.State == DraftApplication || c.app.State == ReturnedApplication:
		return c.againstHandingIn(ctx, nil)
	case c.app.State == RunningApplication && c.app.CarriedOutAt == nil:
		return c.againstCarryingOut(ctx, nil)
	}
	l := &shortfall{casework: c, lacks: []Lack{}}
	if c.app.State == RunningApplication {
		l.earlier(len(c.steps) + 1)
		if c.app.GoesOffline() && c.app.BackAt == nil && c.app.OffAt != nil {
			l.needs(ErrOfflineNotOff, "back_at", "网站还没有恢复，恢复后请登记恢复时间。")
		}
	}
	return l.lacks, nil
}

// steps notes the steps before one of a number that are not done.
func (l *shortfall) earlier(seq int) {
	for _, step := range l.undoneBefore(seq) {
		todo := "请先办理。"
		if step.State == StepHanded {
			todo = "请等主管单位登记收到。"
		}
		l.needs(ErrStepOrder, "", "缺「%s」，%s", step.Title(), todo)
		l.lacks[len(l.lacks)-1].StepID, l.lacks[len(l.lacks)-1].Rule = step.ID, lackStep
	}
}

// againstHandingIn is what stands against handing an application in with some files attached.
func (c *casework) againstHandingIn(ctx context.Context, files []string) ([]Lack, error) {
	l := &shortfall{casework: c, lacks: []Lack{}}
	submission := c.steps[c.submission()]
	l.earlier(submission.Seq)
	if submission.Form != "" && len(files)+len(c.app.Attachments) == 0 {
		l.needs(ErrStepAttachment, "attachments", "请上传%s。", formName(submission.Form))
	}
	var err error
	switch {
	case c.app.OpensAccount():
		err = l.opening(ctx)
	case c.app.ChangesAccount():
		err = l.changing(ctx)
	case c.app.GoesOffline():
		err = l.offline(ctx, c.app.OffFrom)
	case !isAccountObject(c.app.Object):
		err = l.other(ctx)
	}
	if err == nil && c.record != nil && c.record.State == Closed {
		l.needs(ErrStateRefuses, "account_id", "“%s”已经关停，这份申请不能再提交，请另建申请。", c.record.Name)
	}
	if err == nil && c.app.AccountID != nil && c.app.Process != rules.ProcessEmergencyOffline {
		err = l.alone(ctx)
	}
	if err == nil {
		err = l.noticesAhead(ctx)
	}
	return l.lacks, err
}

// noticesAhead hints at the public notices without which the thing will not be carried out, before it is handed in.
func (l *shortfall) noticesAhead(ctx context.Context) error {
	ask := l.announcement()
	err := noticesReady(ctx, l.db, ask)
	if err == nil || fault.As(err) == nil || l.carriesOut() < 0 {
		return errorUnlessRefusal(err)
	}
	for _, rule := range ask.asked() {
		there, stood := ask.goesBefore(rule)
		if !there {
			continue
		}
		text := "执行之前要发布公告：" + rule.Text
		if places := placeNamesOf(rule); len(places) > 0 {
			text += "，发布在" + placesSaid(rule, places)
		}
		if stood && rule.MinDuration != nil {
			text += "，公告满" + rule.MinDuration.String() + "才能执行"
		}
		l.add(ErrNoticeMissing, noticeRule(rule.ID), rules.Usual, rule.Articles, "notice", "%s。", text)
	}
	return nil
}

// errorUnlessRefusal leaves out what is a refusal that a person meets.
func errorUnlessRefusal(err error) error {
	if fault.As(err) == nil {
		return err
	}
	return nil //nolint:nilerr // that is what it is for
}

func formName(form string) string {
	if form == "written" {
		return "书面申请"
	}
	return "《" + form + "》"
}

// alone refuses a second application about an account, except one for an emergency.
func (l *shortfall) alone(ctx context.Context) error {
	others, err := sql.List[Application](ctx, l.db, "application.open_of_account", sql.Args{"account_id": *l.app.AccountID})
	for _, other := range others {
		beside := other.GoesOffline() && other.Process != l.app.Process // a time off the net stands beside anything but another one
		if other.ID != l.app.ID && other.State != DraftApplication && other.Object == l.app.Object && text(other.ColumnID) == text(l.app.ColumnID) && !beside {
			l.needs(ErrApplicationRunning, "account_id", "“%s”已有一份%s申请在办，请先办完或撤回那一份。", other.Title, other.Process.Label())
		}
	}
	return err
}

// opening asks what a new account needs before its application is handed in.
func (l *shortfall) opening(ctx context.Context) error {
	record, err := l.wantedRecord()
	if err != nil {
		return err
	}
	if record.Name == "" {
		l.needs(ErrNameInvalid, "name", "请填写名称。")
	}
	switch {
	case record.Kind == "":
		l.needs(ErrKindUnfit, "kind", "请选择账号类型。")
	case rules.AccountObject(rules.Kind(record.Kind)) != l.app.Object:
		l.needs(ErrKindUnfit, "kind", "账号类型与申请的对象不符：这份申请是开设%s，请重新选择类型。", l.app.Object.Label())
	}
	l.openingConditions()
	if err := l.responsible(ctx, record); err != nil {
		return err
	}
	l.filing(record)
	if err := l.operator(ctx, record); err != nil {
		return err
	}
	return l.accountLimit(ctx, record)
}

// openingConditions asks what a rulebook says of who may open something and why.
func (l *shortfall) openingConditions() {
	for _, condition := range l.rb.ConditionsFor(l.app.Object) {
		if !condition.ForLevel(string(l.sponsor.Level)) {
			continue
		}
		switch condition.Rule {
		case rules.OpenNot:
			l.add(ErrUnitLevel, condition.ID, condition.Strength, condition.Articles, "unit_id", "%s属于%s，%s。确需开设的，请主管单位管理员写明理由放行。",
				l.sponsor.Name, l.sponsor.Level.Label(), condition.Text)
		case rules.OpenStrictly:
			if l.app.Reason != "" {
				continue
			}
			l.add(ErrUnitLevel, condition.ID, rules.Usual, condition.Articles, "reason", "%s，请在理由里写明为什么需要。", condition.Text)
		case rules.OpenJustified:
			if l.app.Reason == "" {
				l.add(ErrApplicationReason, condition.ID, condition.Strength, condition.Articles, "reason", "%s，请填写开设理由。", condition.Text)
			}
		}
	}
}

// responsible asks for the people whom a regulation makes answerable by name, without a figure for how many (潼南 5): in the
// register of people, or among the people of the new account.
func (l *shortfall) responsible(ctx context.Context, record Record) error {
	for _, staffing := range l.rb.Staffing {
		duty, asked := answerable[staffing.Role]
		if !asked || staffing.Min > 0 || slices.ContainsFunc(record.Contacts, func(c Contact) bool { return c.Duty == duty }) {
			continue
		}
		holders, err := units.HoldersOf(ctx, l.db, l.sponsor.ID, units.Role(staffing.Role))
		if err != nil {
			return err
		}
		if len(holders) == 0 {
			l.add(ErrApplicationLacks, staffing.ID, rules.Must, staffing.Articles, string(duty), "%s没有登记%s（%s），请在人员里授予这一角色，或在申请里填写姓名和电话。",
				l.sponsor.Name, rules.RoleName(staffing.Role), staffing.Text)
		}
	}
	return nil
}

// filing asks for the items that are reported of a website.
func (l *shortfall) filing(record Record) {
	filing, asked := l.rb.FilingOf("website")
	if !asked || l.app.Object != rules.Website {
		return
	}
	for _, item := range unreported(filing, record) {
		l.add(ErrFilingIncomplete, filing.ID+"."+item.field, rules.Must, filing.Articles, item.field, "报备的内容缺「%s」，请补齐。", item.name)
	}
}

// operator asks whether the contractor into whose hands the account shall come may operate it (潼南 6), and hints at what is kept
// up while it does.
func (l *shortfall) operator(ctx context.Context, record Record) error {
	if record.Particulars.ContractorID == nil {
		return nil
	}
	refused := checkContractor(ctx, l.db, l.book, l.present(), record)
	if err := errorUnlessRefusal(refused); err != nil {
		return err
	}
	if refusal := fault.As(refused); refusal != nil {
		l.under(refusal.Rulebook, Lack{Rule: refusal.Code, Text: refusal.Sentence, Field: "contractor_id", Articles: orEmpty(refusal.Articles), Refuses: true, refusal: refusal})
		return nil //nolint:nilerr // the refusal is a line of the list
	}
	kept, err := keptUp(ctx, l.db, l.book, record.Path, *record.Particulars.ContractorID)
	for _, item := range kept {
		ground := item.Grounds[0]
		l.under(ground.Rulebook, Lack{Rule: "contractor." + item.Item, Field: "contractor_id", Articles: orEmpty(ground.Articles),
			Text: fmt.Sprintf("服务商还没有登记“%s”。不影响提交，请在服务商登记里补记。", item.Label)})
	}
	return err
}

// under notes a lack under the rulebook that asks for it, which may be another than the one whose chain is followed.
func (l *shortfall) under(rulebook string, lack Lack) {
	lack.Rulebook, lack.Citation = rulebook, l.book.Cite(rulebook, lack.Articles)
	l.lacks = append(l.lacks, lack)
}

// accountLimit asks how many accounts the unit has on the platform. 网站 are no accounts of a platform, and what is on
// another one than those we know is not told apart.
func (l *shortfall) accountLimit(ctx context.Context, record Record) error {
	limit := l.rb.AccountLimit
	if limit == nil || l.app.Object != rules.NewMedia || record.Platform == Other || record.Platform == "" {
		return nil
	}
	had, err := sql.List[struct{ ID, Name string }](ctx, l.db, "account.of_sponsor", sql.Args{"unit_id": l.sponsor.ID, "path": l.sponsor.Path,
		"platform": record.Platform, "account_id": text(l.app.AccountID)})
	if err != nil || len(had) < limit.Max {
		return err
	}
	names := make([]string, len(had))
	for i, account := range had {
		names[i] = "“" + account.Name + "”"
	}
	l.add(ErrAccountLimit, ruleAccountLimit, limit.Strength, limit.Articles, "platform", "%s在%s已有账号%s，%s。确需再开的，请主管单位管理员写明理由放行。",
		l.sponsor.Name, record.Platform.Label(), strings.Join(names, "、"), limit.Text)
	return nil
}

// ruleAccountLimit names the section account_limit, which has no id.
const ruleAccountLimit = "account_limit"

// changing asks that something changes for which the process is, and that it may.
func (l *shortfall) changing(ctx context.Context) error {
	chain, _ := l.rb.ChainFor(l.app.Process, l.app.Object, l.app.WebsiteClass)
	named := chain != nil && len(chain.Fields) > 0
	switch {
	case named && len(l.app.Wanted) == 0:
		l.needs(ErrApplicationLacks, "wanted", "请填写要变更的项目：%s。", strings.Join(chain.Fields, "、"))
	case !named && !slices.ContainsFunc(needProcess, func(field string) bool { _, wanted := l.app.Wanted[field]; return wanted }):
		l.needs(ErrApplicationLacks, "wanted", "没有要变更的项目。名称、主办单位、认证主体、平台类型、域名的改动才要办理变更，其他项目请直接在台账里修改。")
	}
	record, err := l.wantedRecord()
	if err != nil {
		return err
	}
	return l.operator(ctx, record)
}

// offline asks whether the website may go off the net as planned (K10, K02, K07). An emergency uses up nothing and is planned
// by nobody, and is reported when it has happened. The year that is counted is that of begins: when it is to go, or went, off.
func (l *shortfall) offline(ctx context.Context, begins *sql.Time) error {
	from, limits, emergency := l.app.OffFrom, l.rb.TemporaryOffline, l.app.Process == rules.ProcessEmergencyOffline
	if emergency && l.app.Cause == "" && limits != nil && len(limits.NotCounted) > 0 {
		l.add(ErrApplicationLacks, "cause", rules.Must, limits.Articles, "cause", "请选择紧急关停的情形。")
	}
	if from == nil {
		l.needs(ErrApplicationLacks, "off_from", "请填写下线的时间。")
	}
	if emergency && from != nil && (*from > l.db.Now() || l.app.BackAt != nil && *from > *l.app.BackAt) {
		l.needs(ErrOfflineAhead, "off_from", "%s", ErrOfflineAhead.Sentence)
	}
	if !emergency && (l.app.OffUntil == nil || from != nil && *l.app.OffUntil <= *from) {
		l.needs(ErrApplicationLacks, "off_until", "请填写计划恢复的时间，要晚于下线的时间。")
		return nil
	}
	if from == nil || emergency || limits == nil {
		return nil
	}
	back, err := limits.Back(from.Std(), l.law.Calendar)
	if err != nil {
		return err
	}
	if !back.Met(l.app.OffUntil.Std()) {
		l.add(ErrOfflineLong, "offline_duration", rules.Must, limits.Articles, "off_until", "计划下线的时间超过规定的最长 %s，最迟 %s 恢复，请修改恢复时间。",
			limits.MaxDuration, back)
	}
	times, err := l.offTimes(ctx)
	if err != nil {
		return err
	}
	if used := limits.UsedAround(begins.Std(), times); used >= limits.MaxPerYear {
		l.add(ErrOfflineUsed, "offline_times", rules.Must, limits.Articles, "off_from", "%d 年已用 %d 次，规定每年不超过 %d 次，这个网站不能再临时下线，写明理由也不能放行。请另择时间。",
			rules.DateOf(begins.Std()).Year, used, limits.MaxPerYear)
	}
	return nil
}

// offTimes are the other times the website was, or is to be, off the net.
func (c *casework) offTimes(ctx context.Context) ([]rules.OfflineTime, error) {
	rows, err := sql.List[struct {
		OffFrom  sql.Time
		Cause    string
		Process  rules.Process
		Approved bool
	}](ctx, c.db, "application.off_times", sql.Args{"account_id": text(c.app.AccountID), "id": c.app.ID})
	var times []rules.OfflineTime
	for _, row := range rows {
		if row.Process == rules.ProcessEmergencyOffline {
			continue // a report, whatever its cause is called: not one of those that are approved (K10)
		}
		times = append(times, rules.OfflineTime{From: row.OffFrom.Std(), Approved: row.Approved, Cause: row.Cause})
	}
	return times, err
}

// other asks what a column, a domain or a mailbox needs.
func (l *shortfall) other(ctx context.Context) error {
	w := l.app.Wanted
	switch l.app.Object {
	case rules.Column:
		if l.app.Process == rules.ProcessRedesign {
			return nil
		}
		if w["column_act"] == "" {
			l.needs(ErrApplicationLacks, "column_act", "请选择是新增、撤销还是调整栏目。")
		}
		if w["column_act"] != ColumnAdd && l.app.ColumnID == nil && w["column_act"] != "" {
			l.needs(ErrApplicationAbout, "column_id", "请选择要撤销或调整的栏目。")
		}
		if w["column_act"] == ColumnAdd && (w["column_name"] == "" || w["column_kind"] == "") {
			l.needs(ErrApplicationLacks, "column_name", "请填写新栏目的名称和类型。")
		}
		return l.parent(ctx)
	case rules.Domain, rules.Mailbox:
		field := string(l.app.Object)
		if err := l.stillHeld(ctx); err != nil {
			return err
		}
		if l.app.Process != rules.ProcessCancel && w[field] == "" {
			l.needs(ErrApplicationLacks, field, "请填写申请的%s。", l.app.Object.Label())
			return nil
		}
		return l.free(ctx, field)
	}
	return nil
}

// parent asks whether the column above a new one is still there.
func (l *shortfall) parent(ctx context.Context) error {
	above := l.app.Wanted["column_parent"]
	if above == "" || l.app.Wanted["column_act"] != ColumnAdd {
		return nil
	}
	err := underParent(ctx, l.db, &Column{AccountID: text(l.app.AccountID), ParentID: &above}, 0)
	if fault.As(err) != nil {
		l.needs(ErrColumnParent, "column_parent", "上级栏目不在这个网站，或者已经撤销，请重新选择。")
	}
	return errorUnlessRefusal(err)
}

// stillHeld asks whether the domain or the mailbox that is to be cancelled or replaced is there yet.
func (l *shortfall) stillHeld(ctx context.Context) error {
	if l.app.RegistrationID == nil {
		return nil
	}
	held, err := registrationOf(ctx, l.db, *l.app.RegistrationID)
	if err == nil && held.UntilAt != nil {
		l.needs(ErrApplicationAbout, "registration_id", heldNoMore, held.Name)
	}
	return err
}

func (l *shortfall) free(ctx context.Context, field string) error {
	if l.app.Process == rules.ProcessCancel {
		return nil
	}
	taken, err := sql.List[string](ctx, l.db, "registration.taken", sql.Args{"object": l.app.Object, "name": l.app.Wanted[field]})
	if len(taken) > 0 {
		l.needs(ErrRegistrationHad, field, alreadyHad, l.app.Wanted[field])
	}
	return err
}

// againstCarryingOut is what stands against carrying the thing out at an instant; nil tells of it ahead, and of the steps that
// come before.
func (c *casework) againstCarryingOut(ctx context.Context, on *sql.Time) ([]Lack, error) {
	l := &shortfall{casework: c, lacks: []Lack{}}
	at := c.carriesOut()
	begins := on
	if on == nil {
		begins = c.app.OffFrom
		seq := len(c.steps) + 1
		if at >= 0 {
			seq = c.steps[at].Seq
		}
		l.earlier(seq)
	}
	var err error
	switch {
	case c.app.OpensAccount():
		err = l.putIntoUse(ctx)
	case c.app.Process == rules.ProcessTemporaryOffline:
		err = l.offline(ctx, begins)
	case c.app.EndsAccount():
		l.ending()
	case !isAccountObject(c.app.Object):
		if err = l.stillHeld(ctx); err == nil {
			err = l.free(ctx, string(c.app.Object))
		}
	}
	if err == nil && at >= 0 && c.app.State == RunningApplication {
		err = l.notices(ctx)
	}
	return l.lacks, err
}

// notices asks for the public notices that stand, or have stood, before the thing is carried out.
func (l *shortfall) notices(ctx context.Context) error {
	err := noticesReady(ctx, l.db, l.announcement())
	refusal := fault.As(err)
	if refusal == nil {
		return err
	}
	lack, _ := refusal.Detail.(NoticeLack)
	l.add(refusal, noticeRule(lack.Rule), rules.Strength(lack.Strength), refusal.Articles, "notice", "%s", refusal.Sentence)
	return nil
}

// announcement is what is asked of the notices before the thing is carried out.
func (c *casework) announcement() announcement {
	return announcement{ApplicationID: c.app.ID, Rulebook: c.rb, Process: c.app.Process, Object: c.app.Object, WebsiteClass: c.app.WebsiteClass, Execute: true}
}

// noticeRule names a public notice among the rules of an application.
func noticeRule(id string) string { return "notice." + id }

// putIntoUse asks what an account, a website or a sub-site must have before it is put into use.
func (l *shortfall) putIntoUse(ctx context.Context) error {
	record, err := l.wantedRecord()
	if err != nil {
		return err
	}
	for _, condition := range l.rb.ConditionsFor(l.app.Object) {
		if condition.ForLevel(string(l.sponsor.Level)) {
			l.openingCondition(condition, record)
		}
	}
	if rule, asked := l.rb.NamingFor(rules.NamingCertified, l.app.Object); asked && (record.Particulars.Certified == nil || !*record.Particulars.Certified) {
		l.add(ErrApplicationLacks, rule.ID, rule.Strength, rule.Articles, "certified", "%s，请在平台认证后登记。", rule.Text)
	}
	if rule, asked := l.rb.NamingFor(rules.NamingSponsor, l.app.Object); asked && !record.Particulars.names(l.sponsor) {
		l.add(ErrSponsorUnnamed, rule.ID, rule.Strength, rule.Articles, "certification", "公开的认证信息里缺「主办单位」：没有写明%s。请在平台补上后登记，再启用。", l.sponsor.Name)
	}
	return nil
}

func (l *shortfall) openingCondition(condition rules.OpeningCondition, record Record) {
	p := record.Particulars
	add := func(refusal *fault.Fault, field, format string, args ...any) {
		l.add(refusal, condition.ID, condition.Strength, condition.Articles, field, format, args...)
	}
	switch condition.Rule {
	case rules.OpenAfterApproval:
		approved := l.approvedOn()
		switch {
		case approved == nil: // the steps tell of it
		case p.RegisteredOn == nil:
			add(ErrApplicationLacks, "registered_on", "请填写账号在平台的注册日期。")
		case rules.DateOf(p.RegisteredOn.Std()).Before(rules.DateOf(approved.Std())):
			add(ErrOpenedBefore, "registered_on", "账号 %s 就在平台注册，%s 才获批准，属于先开后报，不能启用，写明理由也不能放行。请与主管单位联系处理。", dayText(p.RegisteredOn), dayText(approved))
		}
	case rules.OpenWithSiteCode:
		if p.SiteCode == "" {
			add(ErrApplicationLacks, "site_code", "缺政府网站标识码：%s。", condition.Text)
		}
	case rules.OpenWithSecurityTest:
		if p.SecurityTestOn == nil {
			add(ErrApplicationLacks, "security_test_on", "缺通过安全检测的记录：%s。", condition.Text)
		}
	case rules.OpenWithFilings:
		for _, authority := range condition.Authorities {
			if !slices.ContainsFunc(l.steps, func(s Step) bool { return s.ToRole == authority && s.past() }) {
				add(ErrApplicationLacks, "", "缺%s的备案或登记：%s。", rules.RoleName(authority), condition.Text)
			}
		}
	}
}

// approvedOn is the day of the last approval; nil while one is missing or the chain has none.
func (c *casework) approvedOn() *sql.Time {
	var last *sql.Time
	for _, step := range c.steps {
		if step.Action != rules.ActionApprove {
			continue
		}
		if !step.past() {
			return nil
		}
		if last == nil || *step.DoneOn > *last {
			last = step.DoneOn
		}
	}
	return last
}

// needsChain refuses what a unit's rulebook has a chain for, unless it is done by an application. Nothing is refused where no
// chain exists (无规则).
func needsChain(ctx context.Context, db *sql.DB, book rules.Book, account Account, processes ...rules.Process) error {
	law, err := book.Law(ctx, db)
	if err != nil {
		return err
	}
	rb := law.Regime(account.Path).Local(db.Now().Std())
	if rb == nil {
		return nil
	}
	known, err := ParticularsOf(ctx, db, account.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	object := rules.AccountObject(rules.Kind(account.Kind))
	for _, process := range processes {
		chain, found := rb.ChainFor(process, object, known.WebsiteClass)
		if !found && len(rb.ChainClasses(process, object)) == 0 {
			continue
		}
		articles := []string(nil)
		if found {
			articles = chain.Articles
		}
		return ErrNeedsApplication.Say("%s%s须先办理%s申请（%s），请到“申请”里办理，不能直接登记。", object.Label(), process.Label(), process.Label(), rb.Cite(articles)).
			Under(rb.ID, articles)
	}
	return nil
}
