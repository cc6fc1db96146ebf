package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"govmedia/accounts/paper"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// ApplicationForm sets an application as the form that is printed, signed and filed: what is asked for, beside it what the
// register had before where a field changes, and a box for every stage in the order of the chain, filled where the stage is
// done. Errors: ErrApplicationNotFound.
func ApplicationForm(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (paper.Form, error) {
	c, err := forPaper(ctx, db, book, actor, id)
	if err != nil {
		return paper.Form{}, wrap(err, "form of application %s", id)
	}
	app, steps := c.app, c.steps
	form := paper.Form{Title: formTitle(app, steps), Unit: app.UnitName, Number: app.ID, Notes: []string{"依据：" + citation(book, app)}}
	form.Rows = append(form.Rows, paper.Two("申请类型", app.Process.Label(), "对象", app.Object.Label()), paper.One(c.titleLabel(), app.Title))
	form.Rows = append(form.Rows, wantedRows(app)...)
	other, err := c.otherRows(ctx)
	if err != nil {
		return paper.Form{}, wrap(err, "form of application %s", id)
	}
	form.Rows = append(form.Rows, other...)
	if app.OffFrom != nil {
		form.Rows = append(form.Rows, paper.Two("拟下线时间", minuteText(app.OffFrom), "拟恢复时间", minuteText(app.OffUntil)))
	}
	form.Rows = append(form.Rows, paper.Row{Fields: []paper.Field{{Label: reasonLabel(app), Text: app.Reason}}, Tall: roomFor(app.Reason)})
	names, err := attachmentNames(ctx, db, app.Attachments)
	if err != nil {
		return paper.Form{}, wrap(err, "form of application %s", id)
	}
	form.Rows = append(form.Rows, paper.One("附件", strings.Join(names, "\n")))
	announced, err := announcedLines(ctx, db, app.ID)
	if err != nil {
		return paper.Form{}, wrap(err, "form of application %s", id)
	}
	for _, step := range steps {
		row := stepRow(step)
		if step.Action == rules.ActionAnnounce {
			row.Fields[0].Text = strings.TrimSpace(row.Fields[0].Text + "\n" + announced[step.Notice])
		}
		form.Rows = append(form.Rows, row)
	}
	if app.Ending.GoneTo != "" {
		form.Rows = append(form.Rows, paper.One("关停后去向", app.Ending.GoneTo))
	}
	return form, nil
}

// DecisionRecord sets the history of an application as a record to be filed: every act with its day, who did it, the number
// and the opinion. Errors: ErrApplicationNotFound.
func DecisionRecord(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (paper.Form, error) {
	c, err := forPaper(ctx, db, book, actor, id)
	if err != nil {
		return paper.Form{}, wrap(err, "record of application %s", id)
	}
	app, steps := c.app, c.steps
	acts, err := ActsOf(ctx, db, id)
	if err != nil {
		return paper.Form{}, err
	}
	form := paper.Form{Title: strings.TrimSuffix(formTitle(app, steps), "表") + "办理记录", Unit: app.UnitName, Number: app.ID,
		Notes: []string{"依据：" + citation(book, app), "本记录由系统按办理先后生成，与审计记录一致。"}}
	form.Rows = append(form.Rows, paper.Two("申请类型", app.Process.Label(), "对象", app.Object.Label()), paper.Two("名称", app.Title, "目前状态", app.State.Label()))
	for _, act := range acts {
		form.Rows = append(form.Rows, actRow(act))
	}
	return form, nil
}

// RegisterCard sets what the register knows of an account as a card for the file, with the phones of those who answer for it:
// it is for the office. The QR code leads to the home page of an account that is not closed. Errors: ErrNotFound.
func RegisterCard(ctx context.Context, db *sql.DB, actor units.Actor, id string) (paper.Form, error) {
	record, err := RecordOf(ctx, db, actor, id)
	if err != nil {
		return paper.Form{}, wrap(err, "card of account %s", id)
	}
	form := paper.Form{Title: "政务新媒体账号（网站）登记卡", Unit: record.UnitName, Number: record.ID}
	var short []paper.Field
	for _, f := range Fields() {
		if f.Kind == FileField || f.Kind == ReferenceField || !f.Has(record.Kind) {
			continue
		}
		field := paper.Field{Label: f.LabelFor(rules.AccountObject(rules.Kind(record.Kind))), Text: record.Text(f.Name)}
		if field.Text == "" && record.State != Closed && (f.Name == "closed_at" || f.Name == "gone_to") {
			continue
		}
		if f.Most > longField || f.Kind == ContactField || f.Kind == LabelField || len([]rune(field.Text)) > longText {
			form.Rows = append(form.Rows, paper.Row{Fields: []paper.Field{field}})
			continue
		}
		short = append(short, field)
	}
	form.Rows = append(inPairs(short), form.Rows...)
	if record.State != Closed && HasHomeQR(record.HomeURL) {
		picture, err := HomeQR(record.HomeURL)
		if err != nil {
			return paper.Form{}, err
		}
		form.Rows = append(form.Rows, paper.Row{Fields: []paper.Field{{Label: "主页二维码", Text: record.HomeURL, PNG: picture}}})
	}
	form.Rows = append(form.Rows, paper.Opinion("主办单位核对", "", paper.Box{Seal: true}), paper.Opinion("主管单位核对", "", paper.Box{Seal: true}))
	return form, nil
}

// A field that may be longer, or is, gets a row of its own.
const (
	longField = 200 // characters a field may have
	longText  = 24  // characters it has
)

// inPairs sets short fields two by two.
func inPairs(fields []paper.Field) []paper.Row {
	var rows []paper.Row
	for pair := range slices.Chunk(fields, 2) {
		rows = append(rows, paper.Row{Fields: pair})
	}
	return rows
}

func forPaper(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (*casework, error) {
	app, err := GetApplication(ctx, db, actor, id)
	if err != nil {
		return nil, err
	}
	c, err := gather(ctx, db, book, actor, app)
	if err != nil {
		return nil, err
	}
	if app.SubmittedAt == nil && c.record != nil { // before that, what the register has now
		c.app.Was = Wanted{}
		for name := range app.Wanted {
			c.app.Was[name] = c.record.Text(name)
		}
	}
	return c, nil
}

// The words for what is done to a column, and for its kinds, on paper.
var columnWords = map[string]string{ColumnAdd: "新增栏目", ColumnRemove: "撤销栏目", ColumnChange: "调整栏目", string(rules.NewsColumn): "动态要闻",
	string(rules.NoticeColumn): "通知公告", string(rules.PolicyColumn): "政策文件", string(rules.MonthlyColumn): "月度栏目", string(rules.QuarterlyColumn): "季度栏目",
	string(rules.AnnualColumn): "年度栏目", string(rules.UndeterminedColumn): "看不出周期的栏目", string(rules.OtherColumn): "其他栏目"}

// titleFields are the wanted fields whose text is the name of what the application is about.
var titleFields = []string{"column_name", "domain", "mailbox"}

// titleLabel is what the name of the thing is called: 栏目名称, 域名, where a wanted field says it, which then has no row of its own.
func (c *casework) titleLabel() string {
	for _, name := range titleFields {
		if !isAccountObject(c.app.Object) && c.app.Wanted[name] != "" && c.app.Wanted[name] == c.app.Title {
			return otherLabels[name]
		}
	}
	return "名称"
}

// otherRows sets what is wanted of a column, a domain or a mailbox, without the name that stands above.
func (c *casework) otherRows(ctx context.Context) ([]paper.Row, error) {
	if isAccountObject(c.app.Object) {
		return nil, nil
	}
	fields := c.wantedFields()
	err := c.nameParent(ctx, fields)
	var rows []paper.Row
	if c.app.Object == rules.Column && c.record != nil {
		rows = append(rows, paper.One("所属网站", c.record.Name))
	}
	for _, field := range fields {
		if field.Label == c.titleLabel() {
			continue
		}
		text := field.Wanted
		if word, known := columnWords[text]; known && (field.Name == "column_act" || field.Name == "column_kind") {
			text = word
		}
		rows = append(rows, paper.One(field.Label, text))
	}
	return rows, err
}

// formTitle is the title of the form: the one that the rulebook names, or what is done to what.
func formTitle(app Application, steps []Step) string {
	for _, step := range steps {
		if name, _, _ := strings.Cut(step.Form, "（"); strings.HasSuffix(name, "表") {
			return name
		}
	}
	what := map[rules.Object]string{rules.NewMedia: "政务新媒体账号", rules.Website: "政府网站", rules.Subsite: "政府网站子网站"}[app.Object]
	if what == "" {
		what = app.Object.Label()
	}
	return what + app.Process.Label() + "申请表"
}

// citation is the clause that the application is handled under.
func citation(book rules.Book, app Application) string {
	if rb, found := book.Library.ByID(app.Rulebook); found {
		return rb.Cite(app.Articles)
	}
	return app.Rulebook
}

// openingFields stand on the form of a new account also while nobody has filled them in, to be written by hand.
var openingFields = []string{"platform", "kind", "certified_subject", "operator", "head", "deputy", "manager"}

// wantedRows sets the wanted fields in the order of the register, a changed one with what it was.
func wantedRows(app Application) []paper.Row {
	if !isAccountObject(app.Object) {
		return nil
	}
	var rows []paper.Row
	var short []paper.Field
	for _, f := range Fields() {
		wanted, asked := app.Wanted[f.Name]
		asked = asked || app.Process == rules.ProcessOpen && app.Object == rules.NewMedia && slices.Contains(openingFields, f.Name)
		said := app.Object != rules.NewMedia && (f.Name == "platform" || f.Name == "kind") // by the object, in the first row
		if !asked || said || f.Kind == FileField || f.Kind == ReferenceField || f.Name == "name" && wanted == app.Title && !app.ChangesAccount() {
			continue
		}
		field := paper.Field{Label: f.LabelFor(app.Object), Text: wanted}
		if was, known := app.Was[f.Name]; app.ChangesAccount() && known && was != wanted {
			field.Text = fmt.Sprintf("原：%s\n现：%s", saidOrBlank(was), saidOrBlank(wanted))
		}
		if f.Most > longField || f.Kind == ContactField || strings.Contains(field.Text, "\n") || len([]rune(field.Text)) > longText {
			rows = append(rows, paper.Row{Fields: []paper.Field{field}})
			continue
		}
		short = append(short, field)
	}
	return append(inPairs(short), rows...)
}

func saidOrBlank(text string) string {
	if text == "" {
		return "（空）"
	}
	return text
}

// roomFor is the height of a reason: where none is given yet, room to write one by hand.
func roomFor(reason string) paper.Height {
	if reason == "" {
		return paper.Essay
	}
	return paper.Low
}

// announcedLines tells of the published notices of an application, by the rule that asks for them and all together under "":
// from when to when each stands, and where else.
func announcedLines(ctx context.Context, db *sql.DB, applicationID string) (map[string]string, error) {
	list, err := NoticesOf(ctx, db, applicationID)
	said := map[string]string{}
	for _, notice := range list {
		if notice.PublishedAt == nil || notice.State == NoticeWithdrawn {
			continue
		}
		text := "《" + notice.Title + "》\n" + notice.span()
		for _, place := range notice.Places {
			text += "\n" + place.Name + "：" + place.URL
		}
		said[""] = strings.TrimSpace(said[""] + "\n" + text)
		if notice.Rule != "" {
			said[notice.Rule] = strings.TrimSpace(said[notice.Rule] + "\n" + text)
		}
	}
	return said, err
}

// span is from when to when a published notice stands, on paper.
func (n Notice) span() string {
	from := *n.PublishedAt
	if n.FromAt != nil {
		from = *n.FromAt
	}
	text := "公告期：" + dayWords(&from) + "起"
	switch {
	case n.EndedAt != nil:
		return text + "，至" + dayWords(n.EndedAt) + "止"
	case n.LastOn != nil:
		return text + "，至" + dayWords(n.LastOn) + "止"
	case n.UntilAt != nil:
		last := *n.UntilAt - 1
		return text + "，至少到" + dayWords(&last)
	}
	return text
}

func reasonLabel(app Application) string {
	if app.Process == rules.ProcessOpen {
		return "开设理由与内容定位"
	}
	return app.Process.Label() + "理由"
}

// stepRow sets a stage: a box to be signed for what somebody decides, a plain row for what is registered elsewhere.
func stepRow(step Step) paper.Row {
	var lines []string
	if step.Opinion != "" {
		lines = append(lines, step.Opinion)
	}
	if step.Number != "" {
		lines = append(lines, "文号："+step.Number)
	}
	if step.ReceiptNumber != "" || step.ReceiptOn != nil {
		lines = append(lines, "备案登记："+saidOrBlank(step.ReceiptNumber))
	}
	text := strings.Join(lines, "\n")
	if step.State == StepSkipped {
		return paper.One(step.Title(), strings.TrimSpace("不适用："+text+"\n"+dayWords(step.DoneOn)+"　"+step.PersonName))
	}
	switch step.Action {
	case rules.ActionFile:
		if step.DoneOn != nil {
			text = strings.TrimSpace("报送：" + dayWords(step.DoneOn) + "　" + step.PersonName + "\n" + text)
		}
		return paper.Opinion(step.Title(), text, paper.Box{By: step.ReceiptName, On: dayWords(step.ReceiptOn), Seal: true})
	case rules.ActionConsent, rules.ActionApply, rules.ActionForward, rules.ActionReview, rules.ActionApprove:
		box := paper.Box{On: dayWords(step.DoneOn), Seal: step.Action != rules.ActionConsent}
		if step.State == StepDone {
			box.By = signerOf(step)
		}
		return paper.Opinion(step.Title(), text, box)
	}
	if step.DoneOn != nil {
		text = strings.TrimSpace(dayWords(step.DoneOn) + "　" + step.PersonName + "\n" + text)
	}
	return paper.One(step.Title(), text)
}

// signerOf is whose name stands under a stage: nobody's where an office outside decided and ours wrote it down.
func signerOf(step Step) string {
	if step.OnPaper || slices.ContainsFunc(step.Doers, func(role string) bool { return rules.Role(role).Outside() }) {
		return step.Signer
	}
	return step.PersonName
}

var actNames = map[string]string{
	"create": "起草", "save": "修改", "submit": "提交", "do": "办理", "skip": "记为不适用", "receive": "备案登记", "return": "退回", "withdraw": "撤回", "resume": "恢复办理",
	"refuse": "不予批准", "waive": "说明理由放行", "back": "恢复上线",
}

func actRow(act Act) paper.Row {
	name := act.Act
	if known, found := actNames[act.Act]; found {
		name = known
	}
	text := minuteText(act.At.Ptr()) + "　" + act.PersonName
	if act.Step != "" {
		text += "\n环节：" + act.Step
	}
	if act.DoneOn != nil && dayWords(act.DoneOn) != dayWords(act.At.Ptr()) {
		text += "\n办理日期：" + dayWords(act.DoneOn)
	}
	if act.Number != "" {
		text += "\n文号：" + act.Number
	}
	if act.Text != "" {
		text += "\n" + act.Text
	}
	return paper.One(name, text)
}

func attachmentNames(ctx context.Context, db *sql.DB, ids []string) ([]string, error) {
	found, err := AttachmentsOf(ctx, db, ids)
	var names []string
	for _, id := range ids {
		if attachment, known := found[id]; known {
			names = append(names, attachment.Name)
		}
	}
	return names, err
}

// dayWords is a day as people write it under a signature: 2026年3月3日. "" for none.
func dayWords(at *sql.Time) string {
	if at == nil {
		return ""
	}
	return at.Std().Format("2006年1月2日")
}

// minuteText is an instant to the minute. "" for none.
func minuteText(at *sql.Time) string {
	if at == nil {
		return ""
	}
	return at.Std().Format("2006-01-02 15:04")
}
