package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Check is what a checkup looks at.
type Check string

// The checks, in the order in which they are shown.
const (
	CheckApproval       Check = "approval"      // 无批准记录
	CheckEarlyOpening   Check = "early_opening" // 先开后报
	CheckLevel          Check = "level"         // 按级别不建站
	CheckExcess         Check = "excess"        // 待整合
	CheckCertified      Check = "certified"     // 未实名认证
	CheckExpired        Check = "expired"       // 认证已到期
	CheckSponsor        Check = "sponsor"       // 认证信息没有主办单位
	CheckName           Check = "name"          // 名称看不出与单位的关系
	CheckSameName       Check = "same_name"     // 各平台名称不一致
	CheckProfile        Check = "profile"       // 头像等不完整
	CheckResponsible    Check = "responsible"   // 没有登记负责人
	CheckFiling         Check = "filing"        // 报备内容不全
	CheckSiteCode       Check = "site_code"     // 没有标识码
	CheckSecurityTest   Check = "security_test" // 没有安全检测记录
	CheckExternalFiling Check = "external"      // 外部备案不全
	CheckDomain         Check = "domain"        // 域名不合规定
	CheckOldDomain      Check = "old_domain"    // 旧域名期满
	CheckLabels         Check = "labels"        // 页面标识没有核对
)

var checkNames = []struct {
	check Check
	name  string
}{
	{CheckApproval, "无批准记录"}, {CheckEarlyOpening, "先开后报"}, {CheckLevel, "按级别不建站"}, {CheckExcess, "待整合"}, {CheckCertified, "未实名认证"},
	{CheckExpired, "认证已到期"}, {CheckSponsor, "认证信息没有主办单位"}, {CheckName, "名称看不出与单位的关系"}, {CheckSameName, "各平台名称不一致"},
	{CheckProfile, "头像、背景与栏目没有规划"}, {CheckResponsible, "没有登记负责人"}, {CheckFiling, "报备内容不全"}, {CheckSiteCode, "没有标识码"},
	{CheckSecurityTest, "没有安全检测记录"}, {CheckExternalFiling, "外部备案不全"}, {CheckDomain, "域名不合规定"}, {CheckOldDomain, "旧域名期满未换"},
	{CheckLabels, "页面标识没有核对"},
}

// Checks lists what a checkup looks at, for the filter of the list.
func Checks() []Choice {
	list := make([]Choice, len(checkNames))
	for i, c := range checkNames {
		list[i] = Choice{Value: string(c.check), Label: c.name}
	}
	return list
}

// Label is the check's name on the screen; a word outside the vocabulary comes back as it is.
func (c Check) Label() string { return choiceLabel(Checks(), string(c)) }

// Finding is one thing at an account that is not as its rules want it.
type Finding struct {
	Check       Check       `json:"check"`
	Label       string      `json:"label"`
	Rulebook    string      `json:"rulebook"` // id; empty where no rule asks for it
	Rule        string      `json:"rule"`
	Articles    sql.Strings `json:"articles"`
	Citation    string      `json:"citation"` // 潼南 2022 第8条第2款
	Demand      string      `json:"demand"`   // what the rule says
	Text        string      `json:"text"`     // what is found, and what to do about it
	Fields      []string    `json:"fields"`   // of the register, that would settle it
	Overridable bool        `json:"overridable"`
	LabelKey    string      `json:"label_key"` // of a page label: what goes into labels once somebody has looked; else empty
}

// Checkup says what is not complete at an account or not named as the rules in force for its unit want it, whoever asks;
// an empty list when nothing is. A closed account is not looked at.
func Checkup(ctx context.Context, db *sql.DB, book rules.Book, record Record) ([]Finding, error) {
	found, err := Checkups(ctx, db, book, []Record{record})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Checkups is Checkup for many accounts, in their order, at the cost of a few statements.
func Checkups(ctx context.Context, db *sql.DB, book rules.Book, records []Record) ([][]Finding, error) {
	around, err := readSurroundings(ctx, db, book, records)
	if err != nil {
		return nil, wrap(err, "check %d accounts", len(records))
	}
	all := make([][]Finding, len(records))
	for i, record := range records {
		all[i] = around.checkup(record)
	}
	return all, nil
}

// examination is the checkup of one record under one rulebook.
type examination struct {
	*surroundings
	Record
	rb      *rules.Rulebook
	object  rules.Object
	unit    units.Unit
	sponsor units.Unit
	found   []Finding
}

func (s *surroundings) checkup(r Record) []Finding {
	found := []Finding{}
	if r.State == Closed {
		return found
	}
	for _, rb := range s.law.Regime(r.Path).At(s.now.Std()) {
		e := &examination{surroundings: s, Record: r, rb: rb, object: rules.AccountObject(rules.Kind(r.Kind)), unit: s.units[r.UnitID]}
		e.sponsor = s.units[s.sponsors[r.UnitID]]
		e.examine()
		found = append(found, e.found...)
	}
	if until := r.Particulars.CertifiedUntil; until != nil && isOver(*until, s.now) && !slices.ContainsFunc(found, func(f Finding) bool { return f.Check == CheckExpired }) {
		found = append(found, Finding{Check: CheckExpired, Label: CheckExpired.Label(), Articles: sql.Strings{}, Text: expiredText(*until), Fields: []string{"certified_until"}})
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return checkOrder(a.Check) - checkOrder(b.Check) })
	return found
}

func checkOrder(check Check) int {
	for i, c := range checkNames {
		if c.check == check {
			return i
		}
	}
	return len(checkNames)
}

func expiredText(until sql.Time) string {
	return "平台认证已于 " + dayText(&until) + " 到期，请到平台重新认证后更新到期日。"
}

func (e *examination) examine() {
	if !e.rb.Governs(e.object) && !e.rb.Governs(rules.Domain) {
		return
	}
	e.opening()
	e.limit()
	for _, naming := range e.rb.Naming {
		if slices.Contains(naming.Objects, e.object) {
			e.naming(naming)
		}
		if slices.Contains(naming.Objects, rules.Domain) && e.Platform == Website {
			e.domain(naming)
		}
	}
	e.responsible()
	e.filings()
}

// add notes one thing under a rule.
func (e *examination) add(check Check, rule string, articles []string, demand string, strength rules.Strength, fields []string, format string, args ...any) *Finding {
	if fields == nil {
		fields = []string{}
	}
	e.found = append(e.found, Finding{Check: check, Label: check.Label(), Rulebook: e.rb.ID, Rule: rule, Articles: sql.Strings(articles),
		Citation: e.rb.Cite(articles), Demand: demand, Text: fmt.Sprintf(format, args...), Fields: fields, Overridable: strength.Overridable()})
	return &e.found[len(e.found)-1]
}

// opening looks at how an account came into use.
func (e *examination) opening() {
	asked := false
	for _, c := range e.rb.OpeningConditions {
		if slices.Contains(c.Objects, e.object) {
			e.openingCondition(c)
			asked = asked || c.Rule == "no_open_before_approval"
		}
	}
	chain, found := e.rb.ChainFor(rules.ProcessOpen, e.object, e.Particulars.WebsiteClass)
	if classes := e.rb.ChainClasses(rules.ProcessOpen, e.object); !found && len(classes) > 0 && e.Particulars.WebsiteClass == "" {
		chain, found = e.rb.ChainFor(rules.ProcessOpen, e.object, classes[0]) // of whichever class it is
	}
	if found && !asked && slices.ContainsFunc(chain.Stages, func(s rules.Stage) bool { return s.Action == rules.ActionApprove }) {
		e.approval(chain.ID, chain.Articles, "开设须经批准")
	}
}

func (e *examination) openingCondition(c rules.OpeningCondition) {
	p := e.Particulars
	switch c.Rule {
	case "no_open_before_approval":
		e.approval(c.ID, c.Articles, c.Text)
		if p.RegisteredOn != nil && p.ApprovedOn != nil && *p.RegisteredOn < *p.ApprovedOn {
			e.add(CheckEarlyOpening, c.ID, c.Articles, c.Text, c.Strength, []string{"registered_on", "approved_on"},
				"平台注册日 %s 早于批准日 %s，属于先开后报。日期有误的请核对更正。", dayText(p.RegisteredOn), dayText(p.ApprovedOn))
		}
	case "site_identification_code":
		if p.SiteCode == "" {
			e.add(CheckSiteCode, c.ID, c.Articles, c.Text, c.Strength, []string{"site_code"}, "没有登记政府网站标识码，请到全国信息报送系统取得后填写。")
		}
	case "security_test_before_online":
		if p.SecurityTestOn == nil {
			e.add(CheckSecurityTest, c.ID, c.Articles, c.Text, c.Strength, []string{"security_test_on"}, "没有通过安全检测的记录，请补登检测日期。")
		}
	case "external_filings":
		e.externalFilings(c)
	case "not_opened":
		if slices.Contains(c.UnitLevels, string(e.sponsor.Level)) {
			e.add(CheckLevel, c.ID, c.Articles, c.Text, c.Strength, nil, "%s属于%s，一般不单独建站。请迁入上级门户，确需保留的由主管单位写明理由。", e.sponsor.Name, e.sponsor.Level.Label())
		}
	}
}

// externalFilings looks for the filings that stand in the register: those with the police and with the telecom authority.
func (e *examination) externalFilings(c rules.OpeningCondition) {
	var missing, fields []string
	for _, authority := range c.Authorities {
		switch {
		case authority == rules.RolePolice && e.Particulars.PoliceFiling == "":
			missing, fields = append(missing, "公安备案号"), append(fields, "police_filing")
		case authority == rules.RoleTelecomAuthority && e.Particulars.ICP == "":
			missing, fields = append(missing, "ICP 备案号"), append(fields, "icp")
		}
	}
	if len(missing) > 0 {
		e.add(CheckExternalFiling, c.ID, c.Articles, c.Text, c.Strength, fields, "没有登记%s，请补填。", strings.Join(missing, "、"))
	}
}

// approval looks for the approval of an account in use.
func (e *examination) approval(rule string, articles []string, demand string) {
	if e.State != Applying && e.Particulars.ApprovedOn == nil && e.Particulars.ApprovalNumber == "" {
		e.add(CheckApproval, rule, articles, demand, rules.Must, []string{"approval_number", "approved_on"}, "已经在用，台账里没有批准文号和批准日期。请补登批准记录，没有批准的按开设程序补办。")
	}
}

// limit counts the accounts for which the sponsor answers on the platform.
func (e *examination) limit() {
	limit := e.rb.AccountLimit
	if limit == nil || e.object != rules.NewMedia || e.Platform == Other {
		return
	}
	others := e.others(e.Record, func(s sibling) bool { return s.Platform == e.Platform })
	if len(others)+1 > limit.Max {
		e.add(CheckExcess, "account_limit", limit.Articles, limit.Text, limit.Strength, nil, "%s在%s上还有%s，请清理整合，只留 %d 个。",
			e.sponsor.Name, e.Platform.Label(), namesOf(others), limit.Max)
	}
}

// naming looks at one rule about names, certification and labels.
func (e *examination) naming(n rules.Naming) {
	p := e.Particulars
	switch n.Rule {
	case "name_matches_unit":
		if !related(e.Name, e.pathNames(e.Path)) {
			e.add(CheckName, n.ID, n.Articles, n.Text, n.Strength, []string{"name"}, "名称“%s”里看不出%s，请核对；确有关系的，由主管单位认可后保留。", e.Name, e.sponsor.Name)
		}
	case "real_name_certified":
		e.certified(n)
	case "sponsor_named":
		if !p.names(e.sponsor) {
			e.add(CheckSponsor, n.ID, n.Articles, n.Text, n.Strength, []string{"certification", "certified_subject"}, "公开认证信息里没有主办单位“%s”，请到平台改好后更新认证信息。", e.sponsor.Name)
		}
	case "same_name_across_platforms":
		others := e.others(e.Record, func(s sibling) bool {
			return s.Platform != e.Platform && s.Platform != Website && sameName(s.Name) != sameName(e.Name)
		})
		if len(others) > 0 {
			e.add(CheckSameName, n.ID, n.Articles, n.Text, n.Strength, []string{"name"}, "%s在其他平台的账号叫%s，与“%s”不一致。", e.sponsor.Name, namesOf(others), e.Name)
		}
	case "profile_complete":
		if p.AvatarID == nil {
			e.add(CheckProfile, n.ID, n.Articles, n.Text, n.Strength, []string{"avatar_id"}, "台账里没有头像，请上传。")
		}
		e.label(CheckProfile, n)
	default:
		e.label(CheckLabels, n)
	}
}

func (e *examination) certified(n rules.Naming) {
	switch p := e.Particulars; {
	case p.Certified == nil:
		e.add(CheckCertified, n.ID, n.Articles, n.Text, n.Strength, []string{"certified"}, "没有登记是否实名认证，请到平台核对后填写。")
	case !*p.Certified:
		e.add(CheckCertified, n.ID, n.Articles, n.Text, n.Strength, []string{"certified"}, "账号没有实名认证，请到平台办理。")
	case p.CertifiedUntil != nil && isOver(*p.CertifiedUntil, e.now):
		e.add(CheckExpired, n.ID, n.Articles, n.Text, n.Strength, []string{"certified_until"}, "%s", expiredText(*p.CertifiedUntil))
	}
}

// label asks whether somebody looked at what only a person can see.
func (e *examination) label(check Check, n rules.Naming) {
	key := e.rb.ID + "/" + n.ID
	if !slices.Contains(e.Particulars.Labels, key) {
		e.add(check, n.ID, n.Articles, n.Text, n.Strength, []string{"labels"}, "还没有人核对：%s。请打开页面看过，符合的记为已核对。", n.Text).LabelKey = key
	}
}

// domain looks at one rule about domains.
func (e *examination) domain(n rules.Naming) {
	p := e.Particulars
	switch {
	case n.Rule == "old_domain_grace":
		e.oldDomain(n)
	case p.Domain == "":
		return // what is missing is told under the filing
	case n.Rule == "domain_pattern" && n.WebsiteClass == p.WebsiteClass:
		if !n.FitsDomain(p.Domain) {
			e.add(CheckDomain, n.ID, n.Articles, n.Text, n.Strength, []string{"domain"}, "域名“%s”不是规定的样式（%s）。", p.Domain, strings.Join(formsOf(n), "，"))
		}
	case n.Rule == "name_matches_unit":
		if strings.ContainsFunc(p.Domain, isHan) && !related(p.Domain, e.pathNames(e.Path)) {
			e.add(CheckDomain, n.ID, n.Articles, n.Text, n.Strength, []string{"domain"}, "中文域名“%s”与批准的单位名称“%s”对不上。", p.Domain, e.sponsor.Name)
		}
	case n.Rule == "domain_from_unit_initials":
		e.label(CheckDomain, n)
	}
}

func formsOf(n rules.Naming) []string {
	forms := slices.Clone(n.Patterns)
	if n.Pattern != "" {
		forms = append(forms, n.Pattern)
	}
	return append(forms, n.ChinesePatterns...)
}

func (e *examination) oldDomain(n rules.Naming) {
	p := e.Particulars
	if p.OldDomain == "" {
		return
	}
	due, known, err := n.GraceEnd(std(p.DomainEnabledOn), std(p.ApprovedOn), e.law.Calendar)
	switch {
	case err != nil || !known:
		e.add(CheckOldDomain, n.ID, n.Articles, n.Text, n.Strength, []string{"domain_enabled_on"}, "旧域名“%s”还在并用，没有登记新域名的启用日期，算不出并用到哪天。请补填。", p.OldDomain)
	case due.Overdue(e.now.Std()):
		e.add(CheckOldDomain, n.ID, n.Articles, n.Text, n.Strength, []string{"old_domain"}, "旧域名“%s”只能用到 %s，已经期满，请停用后清空这一项。", p.OldDomain, due.LastDay())
	}
}

// answerable are the roles whose holders a regulation makes answerable for an account by name, with what they are called there.
var answerable = map[rules.Role]Duty{rules.RoleUnitHead: DutyHead, rules.RoleUnitDeputy: DutyDeputy}

// responsible looks for the people who answer for an account by name: at the account, or in their roles at the unit.
func (e *examination) responsible() {
	for _, s := range e.rb.Staffing {
		duty, asked := answerable[s.Role]
		if !asked || e.holders[holding{e.sponsor.ID, units.Role(s.Role)}] || slices.ContainsFunc(e.Contacts, func(c Contact) bool { return c.Duty == duty }) {
			continue
		}
		e.add(CheckResponsible, s.ID, s.Articles, s.Text, rules.Must, []string{string(duty)}, "没有登记%s，请在台账里填写，或在人员里授予这一角色。", rules.RoleName(s.Role))
	}
}

// reported are the fields in which the items stand that a rulebook wants reported of a website.
var reported = map[string]string{"网站名称": "name", "域名": "domain", "服务器托管情况": "hosting", "主（承）办单位": "unit", "运行维护单位": "operator"}

// reportedItem is an item that a rulebook wants reported, with its field in the register.
type reportedItem struct{ name, field string }

// unreported lists what a filing wants of a website and its record does not have.
func unreported(filing rules.Filing, record Record) []reportedItem {
	var missing []reportedItem
	for _, item := range filing.Items {
		if field, known := reported[item]; known && record.Text(field) == "" {
			missing = append(missing, reportedItem{item, field})
		}
	}
	return missing
}

// filings looks for what is reported of a website, and for somebody to be called about an account.
func (e *examination) filings() {
	for _, filing := range e.rb.Filings {
		switch {
		case filing.Subject == "website" && e.Platform == Website:
			e.website(filing)
		case filing.Subject == "personnel" && e.object == rules.NewMedia && !slices.ContainsFunc(e.Contacts, func(c Contact) bool { return c.Duty == DutyManager && c.Phone != "" }):
			e.add(CheckFiling, filing.ID, filing.Articles, "报备"+strings.Join(filing.Items, "、"), rules.Must, []string{"manager"}, "没有登记账号管理员的姓名和电话，请补填。")
		}
	}
}

func (e *examination) website(filing rules.Filing) {
	var missing, fields []string
	for _, item := range unreported(filing, e.Record) {
		missing, fields = append(missing, item.name), append(fields, item.field)
	}
	if len(missing) > 0 {
		e.add(CheckFiling, filing.ID, filing.Articles, "报备"+strings.Join(filing.Items, "、"), rules.Must, fields, "报备内容缺%s，请补填。", strings.Join(missing, "、"))
	}
}

// names reports whether what everybody sees of the certification names a unit, by its full or its short name.
func (p Particulars) names(unit units.Unit) bool {
	said := func(name string) bool {
		return name != "" && (strings.Contains(p.Certification, name) || strings.Contains(p.CertifiedSubject, name))
	}
	return said(unit.Name) || said(unit.ShortName)
}

// common are words that every unit has in its name: they tie a name to none.
var common = strings.NewReplacer("人民政府", " ", "办公室", " ", "委员会", " ", "管理", " ", "服务", " ", "中心", " ", "政府", " ", "政务", " ", "发布", " ", "微信", " ", "微博", " ",
	"公众号", " ", "信息", " ", "网站", " ", "中国", " ")

// related reports whether a name shares two characters in a row with the name of one of some units, common words aside.
func related(name string, unitNames []string) bool {
	name = common.Replace(name)
	for _, unit := range unitNames {
		runes := []rune(common.Replace(unit))
		for i := range max(len(runes)-1, 0) {
			if pair := string(runes[i : i+2]); !strings.Contains(pair, " ") && strings.Contains(name, pair) {
				return true
			}
		}
	}
	return false
}

// sameName leaves of a name what must be the same on every platform.
func sameName(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), "")) }

func isHan(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

// isOver reports whether a day has passed, given as its midnight.
func isOver(day, now sql.Time) bool { return day.Add(24*time.Hour) <= now }

// expiresWithin is the last instant of the days on which a certification may end to be shown as ending within so many
// days; with -1 the end of yesterday, so only what is over.
func expiresWithin(now sql.Time, days int) sql.Time {
	y, m, d := now.Std().Date()
	return sql.FromStd(time.Date(y, m, d+days+1, 0, 0, 0, 0, sql.Beijing)) - 1
}
