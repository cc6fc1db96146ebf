package accounts

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode"

	"govmedia/accounts/files"
	sheets "govmedia/accounts/sheet"
	"govmedia/sql"
	"govmedia/units"
)

// Mapping says what the columns of a sheet are.
type Mapping struct {
	Columns []MappedColumn               `json:"columns" maxItems:"500"`
	Words   map[string]map[string]string `json:"words,omitempty" doc:"By field: what a word of the sheet means among our own"`
	Assume  map[string]string            `json:"assume,omitempty" doc:"By field: what holds where a new account's row is blank"`

	// Correction lets rows change what only an application changes of an account in use. It belongs to one import, not to a template.
	Correction string `json:"correction,omitempty" maxLength:"500" doc:"Why the register had it wrong, where rows put right what only an application changes"`
}

// MappedColumn is a column, counted from 0, and the field it holds: the name of a field, or of one part of one that holds people,
// as in head.name, head.phone, head.email.
type MappedColumn struct {
	Column int    `json:"column" minimum:"0" maximum:"499"`
	Field  string `json:"field" maxLength:"40"`
}

// Value implements driver.Valuer.
func (m Mapping) Value() (driver.Value, error) {
	if m.Columns == nil {
		m.Columns = []MappedColumn{}
	}
	return sql.EncodeJSON(m)
}

// Scan implements sql.Scanner.
func (m *Mapping) Scan(value any) error {
	type plain Mapping // without these methods
	return sql.DecodeJSON(value, (*plain)(m))
}

// The parts of a field that holds people.
const (
	partName  = "name"
	partPhone = "phone"
	partEmail = "email"
)

// target finds the field that a column is to fill, and the part of it; false when there is none.
func target(name string) (Field, string, bool) {
	base, part, _ := strings.Cut(name, ".")
	f, found := FieldNamed(base)
	if !found || !f.InSheets() {
		return Field{}, "", false
	}
	ok := part == "" || f.Kind == ContactField && (part == partName || part == partPhone || part == partEmail)
	return f, part, ok && (part != "" || !strings.Contains(name, "."))
}

// check refuses a mapping for a sheet of so many columns that says nothing, or two things. Errors: ErrImportColumn,
// ErrImportTwice, ErrImportFew, ErrImportAssume.
func (m Mapping) check(width int) error {
	fields, columns := map[string]bool{}, map[int]bool{}
	for _, c := range m.Columns {
		f, part, found := target(c.Field)
		if !found || c.Column < 0 || c.Column >= width {
			return ErrImportColumn.On("mapping.columns")
		}
		whole := part != "" && fields[f.Name] || part == "" && fields[f.Name+"."]
		if fields[c.Field] || columns[c.Column] || whole {
			return ErrImportTwice.Say("有两列对应到“%s”，请只留一列。", f.Label).On("mapping.columns")
		}
		fields[c.Field], columns[c.Column], fields[f.Name+"."] = true, true, part != ""
	}
	if !fields["name"] && !fields["external_id"] && !fields["national_id"] {
		return ErrImportFew.On("mapping.columns")
	}
	for name, text := range m.Assume {
		if f, found := FieldNamed(name); !found || !f.InSheets() {
			return ErrImportAssume.On("mapping.assume")
		}
		if err := new(Record).Set(name, text); err != nil {
			return ErrImportAssume.On("mapping.assume").Because(err)
		}
	}
	if !isText(m.Correction, maxReason) {
		return ErrImportReason.On("mapping.correction")
	}
	for name := range m.Words {
		if _, found := FieldNamed(name); !found {
			return ErrImportColumn.On("mapping.words")
		}
	}
	return nil
}

// Look is what a person is shown of a sheet before it is mapped.
type Look struct {
	Sheets   []string   `json:"sheets"`
	Sheet    string     `json:"sheet"`
	HeadFrom int        `json:"head_from"`
	HeadTo   int        `json:"head_to"`
	Titles   []string   `json:"titles"`   // of each column; empty where it has none
	Above    [][]string `json:"above"`    // the rows from the top down to the titles, for choosing others
	Rows     []LookRow  `json:"rows"`     // the first below the titles
	Mapping  Mapping    `json:"mapping"`  // the office's own for these titles, or what the titles suggest
	Template *Template  `json:"template"` // whose mapping it is; null: suggested
}

// LookRow is a row as the sheet has it.
type LookRow struct {
	Number int      `json:"number"`
	Cells  []string `json:"cells"`
}

// lookRows is how many rows are read for a look.
const lookRows = 40

// LookAt shows an import's sheet: an empty name is the first, a head from row 0 is where the titles are found. Errors: the
// sheet.* faults, ErrImportHead, ErrImportNotFound.
func LookAt(ctx context.Context, db *sql.DB, store files.Store, actor units.Actor, id, name string, from, to int) (Look, error) {
	in, err := GetImport(ctx, db, actor, id)
	if err != nil {
		return Look{}, err
	}
	look, err := lookInto(ctx, store, in, name, from, to)
	if err != nil {
		return Look{}, wrap(err, "look at import %s", id)
	}
	template, err := templateFor(ctx, db, in.UnitID, in.Kind, look.Titles)
	switch {
	case err == nil:
		look.Mapping, look.Template = template.Mapping, &template
	case errors.Is(err, ErrTemplateNotFound):
		look.Mapping = GuessMapping(look.Titles)
	default:
		return Look{}, err
	}
	return look, nil
}

func lookInto(ctx context.Context, store files.Store, in Import, name string, from, to int) (Look, error) {
	var look Look
	err := withSheet(ctx, store, in, func(book *sheets.Book) error {
		rows, err := book.First(name, lookRows)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return sheets.ErrEmpty
		}
		head, found := sheets.FindHead(rows, knownTitle)
		if from > 0 {
			head, found = sheets.HeadAt(rows, from, to)
		}
		if !found {
			return ErrImportHead.On("head_from")
		}
		look = Look{Sheets: book.Sheets(), Sheet: name, HeadFrom: head.From, HeadTo: head.To, Titles: append([]string{}, head.Titles...), Above: [][]string{}, Rows: []LookRow{}}
		if name == "" {
			look.Sheet = book.Sheets()[0]
		}
		for _, row := range rows {
			switch {
			case row.Number <= head.To:
				look.Above = append(look.Above, append([]string{}, row.Cells...))
			case len(look.Rows) < 10:
				look.Rows = append(look.Rows, LookRow{row.Number, append([]string{}, row.Cells...)})
			}
			for len(look.Titles) < len(row.Cells) {
				look.Titles = append(look.Titles, "") // columns without a title
			}
		}
		return nil
	})
	return look, err
}

// titleWords are the titles under which people write our fields, besides our own; as plainTitle leaves them.
var titleWords = map[string][]string{
	"name":              {"名称", "账号名", "新媒体名称", "政务新媒体名称", "平台账号名称", "公众号名称", "账户名称", "帐号名称", "网站名称", "账号昵称", "账号全称"},
	"unit":              {"单位", "单位名称", "主办单位名称", "主管主办单位", "开设主体", "开设单位", "责任单位", "填报单位", "所属单位", "主体名称", "运营主体", "开办单位"},
	"platform":          {"平台", "平台名称", "平台类型", "所在平台", "新媒体平台", "开设平台", "所属平台", "平台类别"},
	"kind":              {"类型", "账号类别", "新媒体类型", "帐号类型", "类别", "账号种类"},
	"external_id":       {"账号id", "id", "账号", "帐号", "微信号", "账号标识id", "uid", "账号编号", "appid", "平台账号", "账号或id"},
	"original_id":       {"原始id", "微信原始id", "ghid"},
	"national_id":       {"唯一标识", "系统标识", "报送系统标识", "报送编号", "国办标识", "唯一标识码"},
	"reported":          {"是否报送", "来自报送", "是否备案", "是否已报送"},
	"home_url":          {"主页", "网址", "主页链接", "账号主页", "链接", "访问地址", "首页地址", "主页网址", "网站地址", "地址", "账号链接", "账号网址", "账号地址", "账号主页链接", "链接地址", "网站链接", "平台链接"},
	"state":             {"状态", "运行状态", "账号运行状态", "目前状态", "使用状态", "实际运行状态"},
	"in_use_at":         {"启用日期", "启用时间", "上线时间"},
	"operator":          {"运维单位", "承办单位", "运营单位", "代运营单位", "运维公司", "承办运维单位"},
	"certified":         {"是否认证", "认证", "认证状态", "实名认证", "是否实名"},
	"certified_subject": {"认证主体名称", "实名主体", "注册主体", "账号主体"},
	"certification":     {"认证说明"},
	"certified_until":   {"认证有效期", "认证到期", "认证有效期至", "认证到期时间", "年审到期日"},
	"registered_on":     {"注册时间", "注册日期", "账号注册时间"},
	"opened_on":         {"开通时间", "开通日期", "开设日期", "开办时间", "成立时间"},
	"approval_number":   {"批复文号", "审批文号", "文号", "批准文件"},
	"approved_on":       {"批准时间", "批复时间", "审批时间", "批复日期", "审批日期"},
	"site_code":         {"网站标识码", "标识码"},
	"icp":               {"icp备案", "icp备案编号", "备案号", "icp"},
	"police_filing":     {"公安机关备案号", "公安备案", "公安联网备案号"},
	"domain":            {"网站域名", "主域名"},
	"functions":         {"主要功能", "账号功能", "功能定位"},
	"represents":        {"是否代表政府", "是否代表本级政府", "是否代表省市县区人民政府或国务院部门"},
	"positioning":       {"定位", "主要内容", "栏目定位", "发布内容"},
	"description":       {"账号简介", "功能介绍"},
	"followers":         {"粉丝量", "关注数", "粉丝数人", "订阅数", "用户数", "粉丝人数"},
	"head":              {"负责人", "主要领导", "单位主要负责人", "第一责任人"},
	"deputy":            {"分管领导", "分管负责人及电话"},
	"manager":           {"账号管理员", "管理人员", "运维人员", "信息员", "具体管理人员"},
	"contact":           {"联络人", "联系人及电话", "联系人姓名及电话"},
	"remark":            {"说明", "备注说明"},
	"hosting":           {"服务器托管"},
	"unified_platform":  {"是否集约化", "集约化平台", "是否集约"},
	"mode":              {"发布方式"},
	"closed_at":         {"关停日期", "注销时间"},
	"gone_to":           {"去向", "关停去向"},
}

// partWords are the titles of the parts of fields that hold people.
var partWords = map[string][]string{
	partName:  {"姓名", "名字"},
	partPhone: {"电话", "手机", "手机号", "手机号码", "联系电话", "联系方式", "电话号码", "办公电话"},
	partEmail: {"邮箱", "电子邮箱", "邮件"},
}

// wholeEndings follow the title of a column that holds people and their phones together.
var wholeEndings = []string{"及电话", "及联系电话", "及联系方式", "及手机", "姓名及电话", "姓名电话", "姓名及联系电话", "姓名及联系方式", "姓名和电话"}

// titleIndex finds a field by a plain title.
var titleIndex = func() map[string]string {
	index := map[string]string{}
	for _, f := range fields {
		if !f.InSheets() {
			continue
		}
		words := append([]string{plainTitle(f.Label), plainTitle(f.Name)}, titleWords[f.Name]...)
		for _, word := range words {
			index[word] = f.Name
		}
		if f.Kind != ContactField {
			continue
		}
		for _, word := range words {
			for _, ending := range wholeEndings {
				index[word+ending] = f.Name
			}
			for part, endings := range partWords {
				for _, ending := range endings {
					index[word+ending] = f.Name + "." + part
				}
			}
		}
	}
	return index
}()

// plainTitle takes away from a title what does not tell it from others: spaces, marks, what stands in brackets, the width of
// letters and their case.
func plainTitle(title string) string {
	var out strings.Builder
	depth := 0
	for _, r := range strings.ToLower(sheets.Narrow(title)) {
		switch {
		case r == '(' || r == '[' || r == '【' || r == '〔':
			depth++
		case r == ')' || r == ']' || r == '】' || r == '〕':
			depth = max(0, depth-1)
		case depth == 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			out.WriteRune(r)
		}
	}
	return out.String()
}

// fieldOfTitle suggests a field for a title. A title below a group is understood with the group, or without it.
func fieldOfTitle(title string) string {
	if name := titleIndex[plainTitle(title)]; name != "" {
		return name
	}
	if i := strings.LastIndexByte(title, '/'); i >= 0 {
		group, last := plainTitle(title[:i]), plainTitle(title[i+1:])
		if name := titleIndex[group+last]; name != "" {
			return name
		}
		return titleIndex[last]
	}
	return ""
}

func knownTitle(title string) bool { return fieldOfTitle(title) != "" }

// GuessMapping suggests what the columns are by their titles. A phone behind a column of names is that of these people. Of two
// columns for one field the first has it.
func GuessMapping(titles []string) Mapping {
	mapping, taken, before := Mapping{Columns: []MappedColumn{}}, map[string]bool{}, ""
	for column, title := range titles {
		name := fieldOfTitle(title)
		if f, _, found := target(before); name == "" && found && f.Kind == ContactField {
			for part, words := range partWords {
				if slices.Contains(words, plainTitle(title)) {
					name = f.Name + "." + part
				}
			}
		}
		if name == "" || taken[name] {
			before = ""
			continue
		}
		taken[name], before = true, name
		mapping.Columns = append(mapping.Columns, MappedColumn{column, name})
	}
	mapping.Columns = namedApart(mapping.Columns, taken)
	return mapping
}

// namedApart makes a column of people their names where their phones have a column of their own; where the names have one too,
// the column is left out.
func namedApart(columns []MappedColumn, taken map[string]bool) []MappedColumn {
	apart := []MappedColumn{}
	for _, c := range columns {
		f, part, _ := target(c.Field)
		if f.Kind == ContactField && part == "" {
			switch {
			case taken[c.Field+"."+partName]:
				continue
			case taken[c.Field+"."+partPhone] || taken[c.Field+"."+partEmail]:
				c.Field += "." + partName
			}
		}
		apart = append(apart, c)
	}
	return apart
}

// Template is an office's own sheet: its titles in their order, and what they are.
type Template struct {
	ID          string      `json:"id"`
	UnitID      string      `json:"unit_id"` // the office
	Kind        ImportKind  `json:"kind"`
	Name        string      `json:"name"`
	Fingerprint string      `json:"-"`
	Titles      sql.Strings `json:"titles"`
	Mapping     Mapping     `json:"mapping"`
	UpdatedBy   string      `json:"-"`
	UpdatedAt   sql.Time    `json:"updated_at"`
}

// fingerprint is the same for the same titles, however they are spaced and marked.
func fingerprint(titles []string) string {
	plain := make([]string, len(titles))
	for i, title := range titles {
		plain[i] = unspaced(title)
	}
	for len(plain) > 0 && plain[len(plain)-1] == "" {
		plain = plain[:len(plain)-1]
	}
	sum := sha256.Sum256([]byte(strings.Join(plain, "\n")))
	return hex.EncodeToString(sum[:])
}

func unspaced(title string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '*' {
			return -1
		}
		return r
	}, sheets.Narrow(title))
}

func templateFor(ctx context.Context, db *sql.DB, unitID string, kind ImportKind, titles []string) (Template, error) {
	office, err := templateOffice(ctx, db, unitID)
	if err != nil {
		return Template{}, err
	}
	found, err := sql.Get[Template](ctx, db, "import_template.find", sql.Args{"unit_id": office, "kind": kind, "fingerprint": fingerprint(titles)})
	if errors.Is(err, sql.ErrNone) {
		err = ErrTemplateNotFound
	}
	return found, wrap(err, "template of unit %s", unitID)
}

// templateOffice is whose templates a unit uses: its office's, or its own where it has none.
func templateOffice(ctx context.Context, db *sql.DB, unitID string) (string, error) {
	office, err := units.OfficeOf(ctx, db, unitID)
	if errors.Is(err, units.ErrNotFound) {
		return unitID, nil
	}
	return office.ID, err
}

func keepTemplate(ctx context.Context, tx *sql.DB, actor units.Actor, unitID string, kind ImportKind, name string, titles []string, mapping Mapping) (Template, error) {
	if name = strings.TrimSpace(name); !isLine(name, 60) || len(titles) == 0 || len(titles) > sheets.MaxColumns {
		return Template{}, ErrTemplateInvalid.On("name")
	}
	office, err := templateOffice(ctx, tx, unitID)
	if err != nil {
		return Template{}, err
	}
	mapping.Correction = ""
	t := Template{ID: sql.NewID(), UnitID: office, Kind: kind, Name: name, Fingerprint: fingerprint(titles), Titles: titles, Mapping: mapping,
		UpdatedBy: actor.PersonID, UpdatedAt: tx.Now()}
	found, err := tx.ExecOne(ctx, "import_template.update", t)
	if err == nil && !found {
		_, err = tx.Exec(ctx, "import_template.insert", t)
	}
	if err != nil {
		return Template{}, err
	}
	return sql.Get[Template](ctx, tx, "import_template.find", t)
}

// KeepTemplate keeps the titles of an office's own sheet, as they were pasted, for a unit at which the actor holds WriteAccounts;
// without a mapping the titles suggest one. The same titles again change the template. Errors: ErrTemplateInvalid, those of the
// mapping, ErrForbidden.
func KeepTemplate(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, name string, titles []string, mapping *Mapping) (Template, error) {
	clean := make([]string, len(titles))
	for i, title := range titles {
		clean[i] = cut(sheets.Clean(title), 200)
	}
	guessed := GuessMapping(clean)
	if mapping == nil {
		mapping = &guessed
	} else if err := mapping.check(len(clean)); err != nil {
		return Template{}, err
	}
	var kept Template
	err := db.InTx(ctx, func(tx *sql.DB) (err error) {
		if _, err := heldUnit(ctx, tx, actor, unitID, units.WriteAccounts); err != nil {
			return err
		}
		kept, err = keepTemplate(ctx, tx, actor, unitID, ImportRegister, name, clean, *mapping)
		return err
	})
	return kept, wrap(err, "keep a template of unit %s", unitID)
}

// Templates returns the templates of the offices that the actor reaches with ReadAccounts.
func Templates(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) ([]Template, error) {
	list, err := sql.List[Template](ctx, db, "import_template.list", sql.Args{"unit_id": unitID, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	return list, wrap(err, "list the templates")
}

// RemoveTemplate removes a template of an office at which the actor holds WriteAccounts. Error: ErrTemplateNotFound.
func RemoveTemplate(ctx context.Context, db *sql.DB, actor units.Actor, id string) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		gone, err := templateNamed(ctx, tx, actor, id, units.WriteAccounts)
		if err != nil {
			return err
		}
		mine, err := tx.ExecOne(ctx, "import_template.delete", sql.Args{"id": id})
		if err != nil {
			return err
		}
		if !mine {
			return ErrTemplateNotFound // somebody else was faster
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: gone.UnitID, Action: ActionTemplateRemove, ObjectKind: "import_template", ObjectID: id,
			Detail: sql.Object{"name": gone.Name, "kind": gone.Kind, "titles": gone.Titles}})
	})
	return wrap(err, "remove template %s", id)
}

func templateNamed(ctx context.Context, db *sql.DB, actor units.Actor, id string, permission units.Permission) (Template, error) {
	found, err := sql.Get[Template](ctx, db, "import_template.visible", sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(permission)})
	if errors.Is(err, sql.ErrNone) {
		err = ErrTemplateNotFound
	}
	return found, wrap(err, "get template %s", id)
}
