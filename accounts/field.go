package accounts

import (
	"slices"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
)

// FieldKind is how a field of the register is written.
type FieldKind string

// The kinds of field.
const (
	TextField      FieldKind = "text"
	DayField       FieldKind = "day"
	TruthField     FieldKind = "truth"
	NumberField    FieldKind = "number"
	ChoiceField    FieldKind = "choice"
	ListField      FieldKind = "list"      // several words, joined by 、
	ContactField   FieldKind = "contact"   // people, "姓名 电话", joined by ；
	FileField      FieldKind = "file"      // the id of an attachment; in no sheet
	ReferenceField FieldKind = "reference" // the id of another thing; in no sheet
	LabelField     FieldKind = "label"     // what was looked at and is there, see Labels; in no sheet
)

// Choice is one value that a field may have.
type Choice struct {
	Value string   `json:"value"`
	Label string   `json:"label"`
	Also  []string `json:"-"` // other words that people write for it
}

// Field is one field of the register.
type Field struct {
	Name    string         `json:"name"`
	Label   string         `json:"label"`
	OfSite  string         `json:"site_label"` // what it is called of a website or sub-site
	Kind    FieldKind      `json:"kind"`
	Choices []Choice       `json:"choices"` // of a choice; else empty
	Objects []rules.Object `json:"objects"` // what has it; empty: everything
	Kinds   []Kind         `json:"kinds"`   // which kinds of account have it; empty: all of its objects
	Public  bool           `json:"public"`  // anybody may see it
	Key     bool           `json:"key"`     // it says which account this is
	Fixed   bool           `json:"fixed"`   // told when an account is registered; afterwards its own acts change it
	Most    int            `json:"most"`    // of a text: the most characters; 0: as its kind has it
	Bulk    bool           `json:"bulk"`    // many accounts may get one value at once

	text func(*Record) string
	set  func(*Record, string) error
}

// Has reports whether accounts of a kind have the field; every kind has it where kind is empty.
func (f Field) Has(kind Kind) bool {
	return kind == "" || (len(f.Objects) == 0 || slices.Contains(f.Objects, rules.AccountObject(rules.Kind(kind)))) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, kind))
}

// LabelFor is what the field is called of an object; a website has no 账号名称.
func (f Field) LabelFor(object rules.Object) string {
	if slices.Contains(sites, object) {
		return f.OfSite
	}
	return f.Label
}

// InSheets reports whether the field is written in sheets and forms on paper.
func (f Field) InSheets() bool {
	return f.Kind != FileField && f.Kind != ReferenceField && f.Kind != LabelField
}

// Fields lists every field of the register that a person may see or write, in the order of the form.
func Fields() []Field { return slices.Clone(fields) }

// FieldNamed finds a field by its name; false when there is none.
func FieldNamed(name string) (Field, bool) {
	i, found := fieldIndex[name]
	if !found {
		return Field{}, false
	}
	return fields[i], true
}

// The choices of the fields that have some.
var (
	platformChoices = []Choice{
		{string(WeChat), "微信公众号", []string{"微信", "公众号", "微信公众平台", "weixin"}},
		{string(Weibo), "新浪微博", []string{"微博", "sina"}},
		{string(App), "移动客户端", []string{"客户端", "APP", "手机客户端", "移动客户端（APP）"}},
		{string(VideoAccount), "微信视频号", []string{"视频号"}},
		{string(Douyin), "抖音", []string{"抖音号", "抖音短视频"}},
		{string(Kuaishou), "快手", []string{"快手号"}},
		{string(Toutiao), "今日头条", []string{"头条", "头条号"}},
		{string(Website), "网站", []string{"政府网站", "门户网站"}},
		{string(Other), "其他平台", []string{"其他", "其它"}},
	}
	kindChoices = []Choice{
		{string(KindWeChatSubscription), "微信订阅号", []string{"订阅号", "公众号（订阅号）"}},
		{string(KindWeChatService), "微信服务号", []string{"服务号", "公众号（服务号）"}},
		{string(KindWeibo), "微博", []string{"新浪微博"}},
		{string(KindApp), "移动客户端", []string{"客户端", "APP", "手机客户端"}},
		{string(KindVideoAccount), "微信视频号", []string{"视频号"}},
		{string(KindDouyin), "抖音号", []string{"抖音"}},
		{string(KindKuaishou), "快手号", []string{"快手"}},
		{string(KindToutiao), "头条号", []string{"今日头条", "头条"}},
		{string(KindWebsite), "网站", []string{"政府网站", "门户网站", "部门网站"}},
		{string(KindSubsite), "子网站", []string{"专属网页", "子站"}},
		{string(KindOther), "其他", []string{"其他平台", "其它"}},
	}
	modeChoices = []Choice{
		{string(Manual), "人工发布", []string{"人工", "手动"}},
		{string(Auto), "自动发布", []string{"自动", "接口"}},
	}
	stateChoices = []Choice{
		{string(Applying), "申请中", []string{"待批"}},
		{string(InUse), "在用", []string{"正常", "启用", "运行中", "使用中"}},
		{string(Suspended), "暂停", []string{"停更", "临时下线"}},
		{string(Closed), "已关停", []string{"关停", "注销", "已注销", "停用"}},
	}
	classChoices = []Choice{
		{"portal", "门户网站", []string{"门户", "区门户", "政府门户"}},
		{"department", "部门网站", []string{"部门"}},
		{"town", "乡镇（街道）网站", []string{"乡镇", "镇门户", "街道"}},
	}
)

// Label is the platform's name on the screen; a word outside the vocabulary comes back as it is.
func (p Platform) Label() string { return choiceLabel(platformChoices, string(p)) }

// Label is the kind's name on the screen; a word outside the vocabulary comes back as it is.
func (k Kind) Label() string { return choiceLabel(kindChoices, string(k)) }

// Label is the mode's name on the screen; a word outside the vocabulary comes back as it is.
func (m Mode) Label() string { return choiceLabel(modeChoices, string(m)) }

// Label is the state's name on the screen; a word outside the vocabulary comes back as it is.
func (s State) Label() string { return choiceLabel(stateChoices, string(s)) }

func choiceLabel(choices []Choice, value string) string {
	for _, choice := range choices {
		if choice.Value == value {
			return choice.Label
		}
	}
	return value
}

var (
	sites     = []rules.Object{rules.Website, rules.Subsite}
	onlySites = []rules.Object{rules.Website}
	media     = []rules.Object{rules.NewMedia}
)

var fields = []Field{
	public(key(site("网站名称", textOf("name", "账号名称", maxName, func(r *Record) *string { return &r.Name })))),
	public(key(unitField)),
	public(key(choiceOf("platform", "平台", platformChoices, func(r *Record) string { return string(r.Platform) },
		func(r *Record, v string) { r.Platform = Platform(v) }))),
	public(key(site("网站类型", choiceOf("kind", "账号类型", kindChoices, func(r *Record) string { return string(r.Kind) },
		func(r *Record, v string) { r.Kind = Kind(v) })))),
	key(site("平台标识", code(maybeTextOf("external_id", "账号标识", maxExternal, func(r *Record) **string { return &r.ExternalID })))),
	only(kindsOf[WeChat], of(media, code(textOf("original_id", "微信原始 ID", 60, func(r *Record) *string { return &r.Particulars.OriginalID })))),
	key(code(textOf("national_id", "唯一标识（报送系统）", 60, func(r *Record) *string { return &r.Particulars.NationalID }))),
	truthOf("reported", "来自报送", func(r *Record) **bool { return &r.Particulars.Reported }),
	public(textOf("home_url", "主页地址", maxHomeURL, func(r *Record) *string { return &r.HomeURL })),
	public(fixed(site("网站状态", choiceOf("state", "账号状态", stateChoices, func(r *Record) string { return string(r.State) },
		func(r *Record, v string) { r.State = State(v) })))),
	fixed(dayOf("in_use_at", "启用时间", func(r *Record) **sql.Time { return &r.InUseAt })),
	choiceOf("mode", "发布方式", modeChoices, func(r *Record) string { return string(r.Mode) }, func(r *Record, v string) { r.Mode = Mode(v) }),
	textOf("operator", "承办或运维单位", 120, func(r *Record) *string { return &r.Particulars.Operator }),
	referenceOf("contractor_id", "外包服务商", ReferenceField, func(r *Record) **string { return &r.Particulars.ContractorID }),
	of(media, truthOf("certified", "是否实名认证", func(r *Record) **bool { return &r.Particulars.Certified })),
	of(media, public(textOf("certified_subject", "认证主体", 200, func(r *Record) *string { return &r.Particulars.CertifiedSubject }))),
	of(media, public(textOf("certification", "认证信息", 500, func(r *Record) *string { return &r.Particulars.Certification }))),
	of(media, dayOf("certified_until", "认证到期日", func(r *Record) **sql.Time { return &r.Particulars.CertifiedUntil })),
	of(media, dayOf("registered_on", "平台注册日期", func(r *Record) **sql.Time { return &r.Particulars.RegisteredOn })),
	public(dayOf("opened_on", "开设时间", func(r *Record) **sql.Time { return &r.Particulars.OpenedOn })),
	textOf("approval_number", "批准文号", 120, func(r *Record) *string { return &r.Particulars.ApprovalNumber }),
	dayOf("approved_on", "批准日期", func(r *Record) **sql.Time { return &r.Particulars.ApprovedOn }),
	of(onlySites, choiceOf("website_class", "网站类别", classChoices, func(r *Record) string { return r.Particulars.WebsiteClass },
		func(r *Record, v string) { r.Particulars.WebsiteClass = v })),
	of(sites, public(code(textOf("site_code", "政府网站标识码", 20, func(r *Record) *string { return &r.Particulars.SiteCode })))),
	of(sites, public(textOf("icp", "ICP 备案号", 60, func(r *Record) *string { return &r.Particulars.ICP }))),
	of(sites, public(textOf("police_filing", "公安备案号", 60, func(r *Record) *string { return &r.Particulars.PoliceFiling }))),
	of(sites, dayOf("security_test_on", "最近一次通过安全检测", func(r *Record) **sql.Time { return &r.Particulars.SecurityTestOn })),
	of(sites, public(code(textOf("domain", "域名", 200, func(r *Record) *string { return &r.Particulars.Domain })))),
	of(sites, code(textOf("old_domain", "并用的旧域名", 200, func(r *Record) *string { return &r.Particulars.OldDomain }))),
	of(sites, dayOf("domain_enabled_on", "新域名启用日期", func(r *Record) **sql.Time { return &r.Particulars.DomainEnabledOn })),
	of(sites, textOf("hosting", "服务器托管情况", 200, func(r *Record) *string { return &r.Particulars.Hosting })),
	of(sites, truthOf("unified_platform", "是否并入集约化平台", func(r *Record) **bool { return &r.Particulars.UnifiedPlatform })),
	of(sites, public(textOf("languages", "语种", 120, func(r *Record) *string { return &r.Particulars.Languages }))),
	of(sites, public(truthOf("barrier_free", "是否无障碍", func(r *Record) **bool { return &r.Particulars.BarrierFree }))),
	public(listOf("functions", "功能", ListField, func(r *Record) *sql.Strings { return &r.Particulars.Functions })),
	textOf("represents", "是否代表人民政府", 120, func(r *Record) *string { return &r.Particulars.Represents }),
	textOf("positioning", "内容定位", 1000, func(r *Record) *string { return &r.Particulars.Positioning }),
	public(textOf("description", "简介", 1000, func(r *Record) *string { return &r.Particulars.Description })),
	of(media, public(referenceOf("avatar_id", "头像", FileField, func(r *Record) **string { return &r.Particulars.AvatarID }))),
	public(referenceOf("qr_id", "二维码", FileField, func(r *Record) **string { return &r.Particulars.QRID })),
	of(media, numberOf("followers", "粉丝数", func(r *Record) **int64 { return &r.Particulars.Followers })),
	of(media, dayOf("followers_on", "粉丝数统计日期", func(r *Record) **sql.Time { return &r.Particulars.FollowersOn })),
	contactOf("head", "主要负责人", DutyHead),
	contactOf("deputy", "分管负责人", DutyDeputy),
	contactOf("manager", "管理员", DutyManager),
	contactOf("contact", "联系人", DutyContact),
	listOf("labels", "已核对的标识事项", LabelField, func(r *Record) *sql.Strings { return &r.Particulars.Labels }),
	textOf("remark", "备注", 1000, func(r *Record) *string { return &r.Particulars.Remark }),
	public(fixed(dayOf("closed_at", "关停时间", func(r *Record) **sql.Time { return &r.ClosedAt }))),
	public(fixed(textOf("gone_to", "关停后去向", 500, func(r *Record) *string { return &r.GoneTo }))),
}

// unitField holds the unit by its name. Written as an id it is that unit; written as a name it waits for whoever saves the
// record to find the unit.
var unitField = Field{Name: "unit", Label: "主办单位", Kind: TextField, Most: 120,
	text: func(r *Record) string { return r.UnitName },
	set: func(r *Record, text string) error {
		r.UnitID, r.UnitName, r.Path = "", text, ""
		if sql.IsID(text) {
			r.UnitID, r.UnitName = text, ""
		}
		return nil
	}}

var fieldIndex = func() map[string]int {
	index := map[string]int{}
	for i := range fields {
		if fields[i].Choices == nil {
			fields[i].Choices = []Choice{}
		}
		if fields[i].Objects == nil {
			fields[i].Objects = []rules.Object{}
		}
		if fields[i].Kinds == nil {
			fields[i].Kinds = []Kind{}
		}
		if fields[i].OfSite == "" {
			fields[i].OfSite = fields[i].Label
		}
		fields[i].Bulk = !fields[i].Fixed && fields[i].Kind != LabelField && !slices.Contains(notInBulk, fields[i].Name)
		index[fields[i].Name] = i
	}
	return index
}()

func public(f Field) Field                     { f.Public = true; return f }
func key(f Field) Field                        { f.Key = true; return f }
func fixed(f Field) Field                      { f.Fixed = true; return f }
func site(label string, f Field) Field         { f.OfSite = label; return f }
func of(objects []rules.Object, f Field) Field { f.Objects = objects; return f }
func only(kinds []Kind, f Field) Field         { f.Kinds = kinds; return f }

// code lets a field be written as what is compared sign by sign: full-width signs in their usual form, and no spaces.
func code(f Field) Field {
	set := f.set
	f.set = func(r *Record, text string) error { return set(r, strings.Join(strings.Fields(plain(text)), "")) }
	return f
}

func textOf(name, label string, most int, at func(*Record) *string) Field {
	return Field{Name: name, Label: label, Kind: TextField, Most: most, text: func(r *Record) string { return *at(r) },
		set: func(r *Record, text string) error { *at(r) = text; return nil }}
}

func maybeTextOf(name, label string, most int, at func(*Record) **string) Field {
	return Field{Name: name, Label: label, Kind: TextField, Most: most, text: func(r *Record) string { return text(*at(r)) },
		set: func(r *Record, text string) error { *at(r) = orNil(text); return nil }}
}

func dayOf(name, label string, at func(*Record) **sql.Time) Field {
	return Field{Name: name, Label: label, Kind: DayField, text: func(r *Record) string { return dayText(*at(r)) },
		set: func(r *Record, text string) error {
			day, err := readDay(text)
			if err == nil {
				*at(r) = day
			}
			return err
		}}
}

func truthOf(name, label string, at func(*Record) **bool) Field {
	return Field{Name: name, Label: label, Kind: TruthField, text: func(r *Record) string { return truthText(*at(r)) },
		set: func(r *Record, text string) error {
			truth, err := readTruth(text)
			if err == nil {
				*at(r) = truth
			}
			return err
		}}
}

func numberOf(name, label string, at func(*Record) **int64) Field {
	return Field{Name: name, Label: label, Kind: NumberField, text: func(r *Record) string { return numberText(*at(r)) },
		set: func(r *Record, text string) error {
			number, err := readNumber(text)
			if err == nil {
				*at(r) = number
			}
			return err
		}}
}

func choiceOf(name, label string, choices []Choice, get func(*Record) string, put func(*Record, string)) Field {
	return Field{Name: name, Label: label, Kind: ChoiceField, Choices: choices, text: func(r *Record) string { return choiceLabel(choices, get(r)) },
		set: func(r *Record, text string) error {
			value, err := readChoice(label, choices, text)
			if err == nil {
				put(r, value)
			}
			return err
		}}
}

func listOf(name, label string, kind FieldKind, at func(*Record) *sql.Strings) Field {
	return Field{Name: name, Label: label, Kind: kind, Most: 200, text: func(r *Record) string { return strings.Join(*at(r), "、") },
		set: func(r *Record, text string) error { *at(r) = readList(text); return nil }}
}

func referenceOf(name, label string, kind FieldKind, at func(*Record) **string) Field {
	return Field{Name: name, Label: label, Kind: kind, text: func(r *Record) string { return text(*at(r)) },
		set: func(r *Record, text string) error {
			if text != "" && !sql.IsID(text) {
				return ErrFieldReference.Say("%s须从列表中选择或上传，请重新选择。", label)
			}
			*at(r) = orNil(text)
			return nil
		}}
}

func contactOf(name, label string, duty Duty) Field {
	return Field{Name: name, Label: label, Kind: ContactField, text: func(r *Record) string { return contactsText(r.Contacts, duty) },
		set: func(r *Record, text string) error {
			people, err := readContacts(duty, text)
			if err == nil {
				r.Contacts = append(slices.DeleteFunc(slices.Clone(r.Contacts), func(c Contact) bool { return c.Duty == duty }), people...)
				sortContacts(r.Contacts)
			}
			return err
		}}
}
