package rules

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The sections that have figures or start clocks, besides those named with the clocks.
const (
	SectionStaffing         = "staffing"
	SectionNaming           = "naming"
	SectionAccountLimit     = "account_limit"
	SectionTemporaryOffline = "temporary_offline"
	SectionReview           = "review"
	SectionDisclosure       = "disclosure"
	SectionInteraction      = "interaction"
	SectionSurveys          = "surveys"
	SectionTakedown         = "takedown"
	SectionMonitoring       = "monitoring"
	SectionDuty             = "duty"
	SectionPublicOpinion    = "public_opinion"
	SectionInspections      = "inspections"
	SectionSelfInspections  = "self_inspections"
	SectionDrills           = "drills"
	SectionEvaluation       = "evaluation"
	SectionAnnualReports    = "annual_reports"
	SectionCredentials      = "credentials"
	SectionFilings          = "filings"
	SectionTraining         = "training"
)

// Direction says which way a figure may be changed to be stricter.
type Direction string

// The directions: an upper bound gets stricter by getting smaller or shorter, a lower bound by getting larger or longer.
const (
	AtMost  Direction = "at_most"
	AtLeast Direction = "at_least"
)

var directionNames = map[Direction]string{AtMost: "不超过", AtLeast: "不少于"}

// Label is the direction as it stands before a figure.
func (d Direction) Label() string { return label(directionNames, d) }

// Amount is what a figure says: a period, a number or a fixed date. Exactly one is set.
type Amount struct {
	Period *Duration `json:"period,omitempty"`
	Number int       `json:"number,omitempty"`
	Date   *MonthDay `json:"date,omitempty"`
}

// String is the amount in Chinese: 15日, 30, 1月31日.
func (a Amount) String() string {
	switch {
	case a.Period != nil:
		return a.Period.String()
	case a.Date != nil:
		return strconv.Itoa(a.Date.Month) + "月" + strconv.Itoa(a.Date.Day) + "日"
	}
	return strconv.Itoa(a.Number)
}

// Figure is one figure of a rulebook with the clause it stands in.
type Figure struct {
	Section    string    `json:"section"`
	Rule       string    `json:"rule"`      // the rule's id; of a section that is one rule, the section's name
	Field      string    `json:"field"`     // max_gap, within, min_times …
	Label      string    `json:"label"`     // what the figure is: 更新间隔
	Text       string    `json:"text"`      // what the rule is about
	Value      Amount    `json:"value"`     // in force
	Direction  Direction `json:"direction"` // empty for a fixed date and for the cards of the offices above
	Changeable bool      `json:"changeable"`
	Articles   []string  `json:"articles"`
	Citation   string    `json:"citation"`
	Interp     []string  `json:"interp,omitempty"`
	Strength   Strength  `json:"strength"`             // never empty
	Confirmed  bool      `json:"confirmed"`            // false: shown, never enforced
	Remark     string    `json:"remark,omitempty"`     // what a screen shows beside it, where it was not read in the official text
	Regulation *Amount   `json:"regulation,omitempty"` // what the regulation says, where an office has it otherwise
	Change     string    `json:"change,omitempty"`     // id of the change that made it so
}

// figureNames are the figures by field, or by section and field where the field alone says too little.
var figureNames = map[string]struct {
	label     string
	direction Direction
}{
	"max_gap":            {"更新间隔", AtMost},
	"within":             {"办理期限", AtMost},
	"at_most":            {"最长期限", AtMost},
	"max_duration":       {"最长时间", AtMost},
	"max_per_year":       {"每年次数上限", AtMost},
	"max":                {"数量上限", AtMost},
	"rotation":           {"更换周期", AtMost},
	"result_within":      {"结果反馈期限", AtMost},
	"report_within":      {"报告期限", AtMost},
	"grace":              {"保留期限", AtMost},
	"every":              {"间隔", AtMost},
	"min":                {"下限", AtLeast},
	"min_duration":       {"公告时长", AtLeast},
	"min_times":          {"次数下限", AtLeast},
	"min_per_year":       {"每年次数下限", AtLeast},
	"min_sample_percent": {"抽查比例下限（%）", AtLeast},
	"min_length":         {"最短长度", AtLeast},
	"min_units":          {"单位数", ""},
	"after":              {"超过的时间", ""},
	"look_back":          {"回看的时间", ""},
	"period":             {"监测期", ""},
	"home_silence":       {"首页没有新信息", ""},
	"staffing.min":       {"人数下限", AtLeast},
	"staffing.max":       {"人数上限", AtMost},
	"account_limit.max":  {"账号数上限", AtMost},
	"retention.min":      {"保存时间", AtLeast},
	"submit_by":          {"报送截止日", ""},
	"publish_by":         {"公开截止日", ""},
}

// changeableSections are those whose figures an office may make stricter: what it demands itself. The cards of the offices
// above it are theirs.
var changeableSections = []string{
	SectionStaffing, SectionUpdateLimits, SectionAccountLimit, SectionNaming, SectionPublicNotices, SectionTemporaryOffline, SectionDisclosure,
	SectionInteraction, SectionSurveys, SectionTakedown, SectionDuty, SectionInspections, SectionSelfInspections, SectionDrills, SectionEvaluation,
	SectionRetention, SectionCredentials, SectionTraining,
}

// Figures lists every figure of the rulebook in its order.
func (rb *Rulebook) Figures() []Figure {
	var figures []Figure
	for _, entry := range rb.entries("") {
		for _, found := range entry.amounts() {
			figures = append(figures, rb.figure(entry, found))
		}
	}
	return figures
}

// Figure finds a figure; false when the rulebook has none such.
func (rb *Rulebook) Figure(section, rule, field string) (Figure, bool) {
	entry, found, ok := rb.find(section, rule, field)
	if !ok {
		return Figure{}, false
	}
	return rb.figure(entry, found), true
}

// find is where a figure stands.
func (rb *Rulebook) find(section, rule, field string) (entry, amount, bool) {
	for _, entry := range rb.entries(section) {
		if entry.rule != rule {
			continue
		}
		for _, found := range entry.amounts() {
			if found.field == field {
				return entry, found, true
			}
		}
	}
	return entry{}, amount{}, false
}

func (rb *Rulebook) figure(e entry, found amount) Figure {
	field := found.field[strings.LastIndexByte(found.field, '.')+1:]
	name, known := figureNames[e.section+"."+field]
	if !known {
		name, known = figureNames[field]
	}
	if !slices.Contains(changeableSections, e.section) {
		name.direction = ""
	}
	figure := Figure{
		Section: e.section, Rule: e.rule, Field: found.field, Label: name.label, Text: e.text(), Value: found.read(), Direction: name.direction,
		Strength: e.strength(found.field), Confirmed: e.confirmed(), Remark: e.remark(),
	}
	if !known {
		figure.Label = found.field
	}
	if e.source != nil {
		figure.Articles, figure.Interp, figure.Citation = e.source.Articles, e.source.Interp, rb.Cite(e.source.Articles)
	}
	suggestion := e.value.FieldByName("MaxIsSuggestion")
	figure.Changeable = figure.Direction != "" && figure.Confirmed && !(found.field == "max" && suggestion.IsValid() && suggestion.Bool())
	if rb.regulation == nil {
		return figure
	}
	if _, before, ok := rb.regulation.find(e.section, e.rule, found.field); ok && before.read().String() != figure.Value.String() {
		regulation := before.read()
		figure.Regulation = &regulation
	}
	for _, change := range rb.changes {
		its := change.Section == e.section && change.Rule == e.rule && change.Field == found.field
		if its || figure.Regulation != nil && change.What == ReadingChange && slices.Contains(figure.Interp, change.Rule) {
			figure.Change = change.ID
		}
	}
	return figure
}

// entry is a rule, or a part of one that is written as a group of fields.
type entry struct {
	section, rule string
	value         reflect.Value // the struct, addressable
	source        *Source       // its own, or that of what it is a part of; nil where neither has one
	prefix        string        // of its fields' names, where it is a part of a rule with an id
	hasID         bool          // it, or what it is a part of, has an id of its own
	under         *entry        // what it is a part of; nil at the top
	shape         *shape        // of the struct's type
}

// entries lists the rules of a section with their parts, in the order of the types; of all sections where it is "".
func (rb *Rulebook) entries(section string) []entry {
	var found []entry
	top := reflect.ValueOf(rb).Elem()
	for i, name := range shapeOf(top.Type()).names {
		if name != "" && name != "interpretations" && (section == "" || section == name) {
			found = collect(found, top.Field(i), entry{section: name, rule: name})
		}
	}
	return found
}

// collect adds what is at v, and below it, to the entries. e says where v stands.
func collect(found []entry, v reflect.Value, e entry) []entry {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return collect(found, v.Elem(), e)
		}
	case reflect.Slice:
		if kind := v.Type().Elem().Kind(); kind == reflect.Struct || kind == reflect.Pointer {
			for i := range v.Len() {
				found = collect(found, v.Index(i), e)
			}
		}
	case reflect.Struct:
		if isAmount(v.Type()) {
			return found
		}
		e.value, e.shape = v, shapeOf(v.Type())
		e.hasID = e.under != nil && e.under.hasID
		if e.shape.id >= 0 && v.Field(e.shape.id).String() != "" {
			id := v.Field(e.shape.id).String()
			if e.hasID {
				id = e.under.rule + "/" + id
			}
			e.rule, e.prefix, e.hasID = id, "", true
		}
		if own := ownSource(v); own != nil {
			e.source = own
		}
		found = append(found, e)
		for i, name := range e.shape.names {
			if name == "" {
				continue
			}
			part := entry{section: e.section, rule: e.rule, source: e.source, under: &e}
			if e.hasID {
				part.prefix = e.prefix + name + "."
			} else {
				part.rule = name
			}
			found = collect(found, v.Field(i), part)
		}
	}
	return found
}

// shape is what the walk needs to know of a type: the names of its fields in the file, and where its id and source are.
type shape struct {
	names      []string // by field; empty for one that is none of the file's own
	id, source int      // -1 where it has none
}

// shapes are remembered: the walk comes by often, and there are few types.
var shapes sync.Map // of *shape by reflect.Type

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	made := &shape{names: make([]string, t.NumField()), id: -1, source: -1}
	for i := range t.NumField() {
		field := t.Field(i)
		made.names[i] = yamlName(field)
		switch {
		case made.names[i] == "id" && field.Type.Kind() == reflect.String:
			made.id = i
		case field.Type == reflect.TypeFor[Source]():
			made.source = i
		}
	}
	shapes.Store(t, made)
	return made
}

// amount is one figure of an entry.
type amount struct {
	field string
	value reflect.Value // a Duration, a MonthDay or an int
}

func (a amount) read() Amount {
	switch v := a.value.Interface().(type) {
	case Duration:
		return Amount{Period: &v}
	case MonthDay:
		return Amount{Date: &v}
	}
	return Amount{Number: int(a.value.Int())}
}

// amounts lists the figures among the entry's own fields: periods, fixed dates, and the numbers whose names say min or max.
func (e entry) amounts() []amount {
	var found []amount
	for i, name := range e.shape.names {
		field := e.value.Field(i)
		if field.Kind() == reflect.Pointer {
			field = field.Elem() // the zero Value when nil
		}
		if name == "" || !field.IsValid() {
			continue
		}
		bound := name == "min" || name == "max" || strings.HasPrefix(name, "min_") || strings.HasPrefix(name, "max_")
		if isAmount(field.Type()) || field.Kind() == reflect.Int && bound && field.Int() > 0 {
			found = append(found, amount{e.prefix + name, field})
		}
	}
	return found
}

func isAmount(t reflect.Type) bool {
	return t == reflect.TypeFor[Duration]() || t == reflect.TypeFor[MonthDay]()
}

// ownSource is the source an entry carries itself; nil when it has none.
func ownSource(v reflect.Value) *Source {
	if i := shapeOf(v.Type()).source; i >= 0 {
		return v.Field(i).Addr().Interface().(*Source)
	}
	return nil
}

// strength is how firmly the figure is demanded: by the strength of its own field or of its rule.
func (e entry) strength(field string) Strength {
	for i, name := range e.shape.names {
		if name == field+"_strength" {
			return Strength(e.value.Field(i).String()).orMust()
		}
	}
	for at := &e; at != nil; at = at.under {
		if s := at.value.FieldByName("Strength"); s.IsValid() {
			return Strength(s.String()).orMust()
		}
	}
	return Must
}

// confirmed reports whether the entry and all it is a part of may be enforced.
func (e entry) confirmed() bool {
	for at := &e; at != nil; at = at.under {
		if c, ok := at.value.Interface().(interface{ Enforced() bool }); ok && !c.Enforced() {
			return false
		}
	}
	return true
}

// remark is what is to be said of the entry's source, of the nearest part that says anything.
func (e entry) remark() string {
	for at := &e; at != nil; at = at.under {
		if c, ok := at.value.Interface().(interface{ Remark() string }); ok && c.Remark() != "" {
			return c.Remark()
		}
	}
	return ""
}

// text is what the rule is about, for a screen.
func (e entry) text() string {
	for at := &e; at != nil; at = at.under {
		if text := textOf(at.value.Interface()); text != "" {
			return text
		}
	}
	return e.rule
}

// textOf is what a rule is about, in the words of the file where it has any.
func textOf(rule any) string {
	switch rule := rule.(type) {
	case UpdateLimit:
		return kindsOf(rule)
	case ReplyDeadline:
		return "答复网民留言：" + labels(messageKinds, rule.Kinds)
	case TemporaryOffline:
		return "网站临时下线"
	case Surveys:
		return labels(surveyKinds, rule.Kinds)
	case MailboxCheck:
		return "查看公开信箱"
	case Takedown:
		return label(takedownTriggers, rule.Trigger)
	case Inspection:
		return "主管单位检查" + objectsOf(rule.Subjects)
	case SelfInspection:
		if rule.Text == "" {
			return label(checkKinds, rule.Kind) + "自查"
		}
	case AnnualReport:
		return label(reportKinds, rule.Kind)
	case Credentials:
		return "后台密码"
	case Training:
		if rule.Text == "" {
			return "培训" + rule.Audience
		}
	case JointPublication:
		return "联合发布"
	}
	v := reflect.ValueOf(rule)
	for _, name := range []string{"Text", "Applies", "Subject", "Name"} {
		if field := v.FieldByName(name); field.IsValid() && field.Kind() == reflect.String && field.String() != "" {
			return field.String()
		}
	}
	return ""
}

var (
	messageKinds     = map[string]string{"suggestion": "建议", "consult": "咨询", "verify": "需要查证", "handle": "需要办理"}
	surveyKinds      = map[string]string{"online_survey": "网上调查", "opinion_collection": "民意征集"}
	checkKinds       = map[string]string{"routine": "日常", "security": "安全"}
	reportKinds      = map[string]string{"website_work": "政府网站工作年度报表", "website_supervision": "政府网站监管年度报表", "information_disclosure": "政府信息公开工作年度报告"}
	takedownTriggers = map[string]string{
		"office_found": "主管单位发现敏感信息，通知删除", "duty_found_severe": "值班发现严重错敏信息，通知处置", "unit_found": "单位自己发现敏感信息，第一时间删除",
	}
)

// labels writes a list of words by their names, joined by 、.
func labels(names map[string]string, words []string) string {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = label(names, word)
	}
	return strings.Join(texts, "、")
}

// kindsOf writes the kinds of a limit: 各类账号（微信服务号除外）, 通知公告、政策文件（一级栏目）.
func kindsOf(limit UpdateLimit) string {
	kinds := func(list []Kind) string {
		texts := make([]string, len(list))
		for i, kind := range list {
			texts[i] = kind.Label()
		}
		return strings.Join(texts, "、")
	}
	text := kinds(limit.Kinds)
	if len(limit.Except) > 0 {
		text += "（" + kinds(limit.Except) + "除外）"
	}
	if limit.ColumnLevel > 0 {
		text += "（" + string([]rune("零一二三四五六七八九")[min(limit.ColumnLevel, 9)]) + "级栏目）"
	}
	return text
}

func objectsOf(objects []Object) string {
	texts := make([]string, len(objects))
	for i, object := range objects {
		texts[i] = object.Label()
	}
	return strings.Join(texts, "、")
}

// yamlName is a field's name in the file; "" for one that is no field of the file or is written inline.
func yamlName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	if name == "-" || !field.IsExported() {
		return ""
	}
	return name
}
