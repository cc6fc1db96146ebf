package accounts

import (
	"context"
	"errors"
	"slices"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// StepView is a step with what its screen needs.
type StepView struct {
	Step
	Title     string       `json:"title"`
	DoerNames []string     `json:"doer_names"`
	Allowed   bool         `json:"allowed"`   // the actor may do it now
	Paper     bool         `json:"paper"`     // and then writes down what was done on paper
	Refusal   string       `json:"refusal"`   // why not; empty when allowed, or when its turn has not come
	Needs     StepNeeds    `json:"needs"`     // what must be told with it
	Receipt   bool         `json:"receipt"`   // it was handed in: doing it is the office's receipt
	Skippable bool         `json:"skippable"` // the actor may say that it does not apply here, and why
	Refusable bool         `json:"refusable"` // it may end in a refusal
	Files     []Attachment `json:"files"`
}

// WantedField is a wanted field beside what the register has.
type WantedField struct {
	Name    string    `json:"name"`
	Label   string    `json:"label"`
	Kind    FieldKind `json:"kind"`
	Was     string    `json:"was"`
	Wanted  string    `json:"wanted"`
	Changed bool      `json:"changed"`
	Key     bool      `json:"key"` // changing it needs the process of a change
}

// AskedNotice is a public notice that the rulebook asks for here.
type AskedNotice struct {
	Rule     string       `json:"rule"`
	Text     string       `json:"text"`
	Places   []string     `json:"places"`    // names; where the rule names none, our own public pages
	AnyPlace bool         `json:"any_place"` // one of them is enough
	Timing   rules.Timing `json:"timing"`
	Length   string       `json:"length"` // 15个工作日; empty where none is given
	Citation string       `json:"citation"`
	Strength string       `json:"strength"`
}

// ApplicationActions says what the actor may do with an application as a whole.
type ApplicationActions struct {
	Save     bool `json:"save"`
	Submit   bool `json:"submit"`
	Withdraw bool `json:"withdraw"`
	Resume   bool `json:"resume"`
	Return   bool `json:"return"`
	Waive    bool `json:"waive"`
	Back     bool `json:"back"` // tell that the website is back on the net
}

// OfflineUse is how often the website went off the net in a year, and how often and how long it may (K10).
type OfflineUse struct {
	Year     int       `json:"year"`
	Used     int       `json:"used"`
	Max      int       `json:"max"`
	LatestAt *sql.Time `json:"latest_at"` // by when it must be back; null before a time is told
}

// ApplicationView is an application with everything its screen shows.
type ApplicationView struct {
	Application
	StateLabel  string             `json:"state_label"`
	UnitShort   string             `json:"unit_short"`
	OfficeName  string             `json:"office_name"`
	AccountName string             `json:"account_name"`
	Citation    string             `json:"citation"`
	Note        string             `json:"note"` // of the chain: 报备，不是审批
	Steps       []StepView         `json:"steps"`
	Fields      []WantedField      `json:"fields"`
	Lacks       []Lack             `json:"lacks"`
	Waivers     []Waiver           `json:"waivers"`
	Acts        []Act              `json:"acts"`
	EndingSteps []EndingStep       `json:"ending_steps"`
	Asked       []AskedNotice      `json:"asked_notices"`
	Notices     []Notice           `json:"notices"`
	Files       []Attachment       `json:"files"` // all that are attached anywhere
	Offline     *OfflineUse        `json:"offline"`
	KeyFields   []string           `json:"key_fields"`    // of the register, that the change is for, in the order of the form
	Locked      []string           `json:"locked_fields"` // that the approval decided: they are not written any more
	Actions     ApplicationActions `json:"actions"`
}

// ViewApplication returns an application of a unit the actor reaches, with what stands against its next act and what the actor
// may do. Error: ErrApplicationNotFound.
func ViewApplication(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (ApplicationView, error) {
	app, err := visibleApplication(ctx, db, actor, id)
	if err != nil {
		return ApplicationView{}, wrap(err, "view application %s", id)
	}
	c, err := gather(ctx, db, book, actor, app)
	if err != nil {
		return ApplicationView{}, wrap(err, "view application %s", id)
	}
	view, err := c.view(ctx)
	return view, wrap(err, "view application %s", id)
}

func (c *casework) view(ctx context.Context) (ApplicationView, error) {
	view := ApplicationView{Application: c.app, StateLabel: c.app.State.Label(), UnitShort: c.unit.ShortName, OfficeName: c.office.Name,
		Citation: c.rb.Cite(c.app.Articles), Waivers: c.waivers, Fields: c.wantedFields(), Asked: c.asked(), KeyFields: c.keyFields(), Locked: []string{}}
	if c.app.OpensAccount() && c.app.State == RunningApplication {
		view.Locked = decided
	}
	if c.record != nil {
		view.AccountName = c.record.Name
	}
	if chain, found := c.rb.ChainFor(c.app.Process, c.app.Object, c.app.WebsiteClass); found {
		view.Note = chain.Note
	}
	handles, err := c.handles(ctx)
	if err != nil {
		return view, err
	}
	if view.Lacks, err = c.missing(ctx); err != nil {
		return view, err
	}
	if view.Acts, err = ActsOf(ctx, c.db, c.app.ID); err != nil {
		return view, err
	}
	if view.EndingSteps, err = c.endingSteps(ctx); err != nil {
		return view, err
	}
	if view.Notices, err = NoticesOf(ctx, c.db, c.app.ID); err != nil {
		return view, err
	}
	if view.Offline, err = c.offlineUse(ctx); err != nil {
		return view, err
	}
	if err := c.nameParent(ctx, view.Fields); err != nil {
		return view, err
	}
	view.Actions = c.actions(handles)
	return view, c.stepViews(ctx, &view)
}

func (c *casework) handles(ctx context.Context) (bool, error) {
	err := c.mustHandle(ctx)
	if errors.Is(err, ErrForbidden) {
		return false, nil
	}
	return err == nil, err
}

func (c *casework) actions(handles bool) ApplicationActions {
	state, untouched := c.app.State, c.app.CarriedOutAt == nil
	return ApplicationActions{
		Save:     handles && (state == DraftApplication || state == ReturnedApplication || state == RunningApplication && untouched && (c.app.OpensAccount() || c.app.EndsAccount())),
		Submit:   handles && (state == DraftApplication || state == ReturnedApplication),
		Withdraw: handles && state.Open() && untouched && c.app.OffAt == nil && (state != RunningApplication || c.ofUnit()),
		Resume:   handles && state == WithdrawnApplication,
		Return:   c.isOffice() && state == RunningApplication && untouched,
		Waive:    c.isOffice() && state.Open(),
		Back:     handles && c.app.OffAt != nil && c.app.BackAt == nil,
	}
}

// stepViews fills in the steps and the files of a view.
func (c *casework) stepViews(ctx context.Context, view *ApplicationView) error {
	ids := slices.Concat(c.app.Attachments, c.app.Ending.Proof)
	for _, step := range c.steps {
		ids = append(ids, step.Attachments...)
	}
	found, err := AttachmentsOf(ctx, c.db, ids)
	if err != nil {
		return err
	}
	files := func(ids []string) []Attachment {
		list := []Attachment{}
		for _, id := range ids {
			if file, known := found[id]; known {
				list = append(list, file)
			}
		}
		return list
	}
	slices.Sort(ids)
	view.Files, view.Steps = files(slices.Compact(ids)), []StepView{}
	for _, step := range c.steps {
		shown := StepView{Step: step, Title: step.Title(), DoerNames: []string{}, Receipt: step.State == StepHanded, Files: files(step.Attachments)}
		for _, role := range step.Doers {
			shown.DoerNames = append(shown.DoerNames, rules.RoleName(role))
		}
		if step.State == StepOpen || step.State == StepHanded {
			if err := c.may(ctx, &shown); err != nil {
				return err
			}
		}
		view.Steps = append(view.Steps, shown)
	}
	return nil
}

// may says whether the actor may do an open step, and what must be told with it.
func (c *casework) may(ctx context.Context, shown *StepView) error {
	if shown.Receipt {
		shown.Allowed, shown.Needs = c.isOffice(), StepNeeds{Number: true}
		if !shown.Allowed {
			shown.Refusal = "等" + c.office.Name + "登记收到。"
		}
		return nil
	}
	_, paper, err := c.doer(ctx, shown.Step, StageAct{})
	for _, role := range shown.Doers {
		if err != nil && isRoleHere(rules.Role(role)) || err != nil && role == string(rules.RoleUnitCollective) {
			_, paper, err = c.doer(ctx, shown.Step, StageAct{Role: rules.Role(role), Attachments: []string{""}})
		}
	}
	refusal := fault.As(err)
	if err != nil && refusal == nil {
		return err
	}
	shown.Allowed, shown.Paper, shown.Needs = err == nil, paper, needsOf(shown.Step, paper, c.submission())
	shown.Refusable = err == nil && slices.Contains(deciding, shown.Action)
	shown.Skippable = err == nil && c.ifRequired(shown.Step)
	if refusal != nil {
		shown.Refusal = refusal.Sentence
	}
	return nil
}

// The fields of the register for what a regulation names of a change (昭通 12（五）); what has no field stands in the reason.
var namedFields = map[string]string{"主办单位": "unit", "负责人": "head", "联系方式": "contact", "网站域名": "domain", "访问地址": "home_url"}

// keyFields are the fields that the change is for: those that the chain names, else those of I-TN-11.
func (c *casework) keyFields() []string {
	list := []string{}
	if !c.app.ChangesAccount() {
		return list
	}
	chain, found := c.rb.ChainFor(c.app.Process, c.app.Object, c.app.WebsiteClass)
	if !found || len(chain.Fields) == 0 {
		return needProcess
	}
	for _, name := range chain.Fields {
		if field, known := namedFields[name]; known {
			list = append(list, field)
		}
	}
	return list
}

// wantedFields lists the wanted fields, those of the register in the order of its form.
func (c *casework) wantedFields() []WantedField {
	if !isAccountObject(c.app.Object) {
		return c.otherWanted()
	}
	list, keys := []WantedField{}, c.keyFields()
	known := c.app.Was
	for _, field := range Fields() {
		wanted, told := c.app.Wanted[field.Name]
		if !told {
			continue
		}
		was, kept := known[field.Name]
		if !kept && c.record != nil && !c.app.OpensAccount() {
			was = c.record.Text(field.Name)
		}
		list = append(list, WantedField{Name: field.Name, Label: field.LabelFor(c.app.Object), Kind: field.Kind, Was: was, Wanted: wanted, Changed: was != wanted && !c.app.OpensAccount(),
			Key: slices.Contains(keys, field.Name)})
	}
	return list
}

// otherWanted lists what is wanted of a column, a domain or a mailbox, in the order of its form.
func (c *casework) otherWanted() []WantedField {
	list := []WantedField{}
	for _, name := range otherFields[c.app.Object] {
		if wanted := c.app.Wanted[name]; wanted != "" {
			list = append(list, WantedField{Name: name, Label: otherLabels[name], Kind: TextField, Wanted: wanted})
		}
	}
	return list
}

// nameParent gives the column above a new one by its name instead of its id.
func (c *casework) nameParent(ctx context.Context, fields []WantedField) error {
	for i, field := range fields {
		if field.Name != "column_parent" {
			continue
		}
		column, err := sql.Get[Column](ctx, c.db, "column.get", sql.Args{"id": field.Wanted})
		if err != nil && !errors.Is(err, sql.ErrNone) {
			return err
		}
		fields[i].Wanted = column.Name
	}
	return nil
}

var otherLabels = map[string]string{"column_act": "办理事项", "column_name": "栏目名称", "column_kind": "栏目类型", "column_parent": "上级栏目", "column_url": "栏目网址",
	"domain": "域名", "mailbox": "电子信箱"}

// publicPages is what our own pages are called where a notice stands that the public reads.
const publicPages = "本系统的公告页"

func placeNamesOf(notice rules.PublicNotice) []string {
	names := make([]string, len(notice.Places))
	for i, place := range notice.Places {
		names[i] = PlaceName(place)
	}
	return names
}

func (c *casework) asked() []AskedNotice {
	list := []AskedNotice{}
	for _, notice := range c.rb.NoticesFor(c.app.Process, c.app.Object, c.app.WebsiteClass) {
		asked := AskedNotice{Rule: notice.ID, Text: notice.Text, Places: placeNamesOf(notice), AnyPlace: notice.PlacesMatch == "any", Timing: notice.Timing,
			Citation: c.rb.Cite(notice.Articles), Strength: notice.Strength.Label()}
		if len(asked.Places) == 0 { // to the public, and the rule names no place: our own pages are one
			asked.Places = append(asked.Places, publicPages)
		}
		if notice.MinDuration != nil {
			asked.Length = notice.MinDuration.String()
		}
		list = append(list, asked)
	}
	return list
}

func (c *casework) offlineUse(ctx context.Context) (*OfflineUse, error) {
	limits := c.rb.TemporaryOffline
	if !c.app.GoesOffline() || limits == nil {
		return nil, nil
	}
	from := orElse(c.app.OffFrom, c.db.Now())
	times, err := c.offTimes(ctx)
	if err != nil {
		return nil, err
	}
	use := &OfflineUse{Year: rules.DateOf(from.Std()).Year, Used: limits.UsedAround(from.Std(), times), Max: limits.MaxPerYear}
	if c.app.OffFrom != nil && c.app.Process == rules.ProcessTemporaryOffline {
		back, err := limits.Back(from.Std(), c.law.Calendar)
		if err != nil {
			return nil, err
		}
		use.LatestAt = sql.FromStd(back.At).Ptr()
	}
	return use, nil
}

// Opening is something that may be applied for, with the chain it goes through.
type Opening struct {
	Process      rules.Process `json:"process"`
	ProcessLabel string        `json:"process_label"`
	Object       rules.Object  `json:"object"`
	ObjectLabel  string        `json:"object_label"`
	WebsiteClass string        `json:"website_class"` // the chain is for this class alone; empty: for all
	Rulebook     string        `json:"rulebook"`
	Chain        string        `json:"chain"`
	Citation     string        `json:"citation"`
	Note         string        `json:"note"`
	Fields       []string      `json:"fields"` // what the change of which the chain is about, as the regulation names it
	Stages       []string      `json:"stages"` // titles in their order
	Causes       []string      `json:"causes"` // of an emergency: those that use up nothing
}

// Openings lists what a unit may apply for under the chains that hold now, empty where its rulebook has none (无规则). Errors:
// units.ErrNotFound.
func Openings(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID string) ([]Opening, error) {
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil {
		return nil, wrap(err, "what unit %s may apply for", unitID)
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, wrap(err, "what unit %s may apply for", unitID)
	}
	list := []Opening{}
	rb := law.Regime(unit.Path).Local(db.Now().Std())
	if rb == nil {
		return list, nil
	}
	for _, object := range []rules.Object{rules.NewMedia, rules.Website, rules.Subsite, rules.Column, rules.Domain, rules.Mailbox} {
		for _, process := range rb.ProcessesFor(object) {
			classes := rb.ChainClasses(process, object)
			if len(classes) == 0 {
				classes = []string{""}
			}
			for _, class := range classes {
				list = append(list, openingOf(rb, process, object, class))
			}
		}
	}
	return list, nil
}

func openingOf(rb *rules.Rulebook, process rules.Process, object rules.Object, class string) Opening {
	chain, _ := rb.ChainFor(process, object, class)
	opening := Opening{Process: process, ProcessLabel: process.Label(), Object: object, ObjectLabel: object.Label(), WebsiteClass: chain.WebsiteClass, Rulebook: rb.ID,
		Chain: chain.ID, Citation: rb.Cite(chain.Articles), Note: chain.Note, Fields: []string{}, Stages: []string{}, Causes: []string{}}
	opening.Fields = append(opening.Fields, chain.Fields...)
	for _, stage := range chain.Stages {
		opening.Stages = append(opening.Stages, stage.Title())
	}
	if process == rules.ProcessEmergencyOffline && rb.TemporaryOffline != nil {
		opening.Causes = append(opening.Causes, rb.TemporaryOffline.NotCounted...)
	}
	return opening
}
