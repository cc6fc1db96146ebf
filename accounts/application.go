package accounts

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// ApplicationState is where an application stands.
type ApplicationState string

// The states, in the order of life.
const (
	DraftApplication     ApplicationState = "draft"     // 草稿: the unit makes it ready
	RunningApplication   ApplicationState = "running"   // 办理中: handed in
	ReturnedApplication  ApplicationState = "returned"  // 已退回: the unit mends it and hands it in again
	WithdrawnApplication ApplicationState = "withdrawn" // 已撤回: may be taken up again
	RefusedApplication   ApplicationState = "refused"   // 不予批准
	DoneApplication      ApplicationState = "done"      // 已办结
)

var applicationStateNames = map[ApplicationState]string{
	DraftApplication: "草稿", RunningApplication: "办理中", ReturnedApplication: "已退回", WithdrawnApplication: "已撤回",
	RefusedApplication: "不予批准", DoneApplication: "已办结",
}

// Label is the state on the screen.
func (s ApplicationState) Label() string { return applicationStateNames[s] }

// Open reports whether the application is not at its end.
func (s ApplicationState) Open() bool {
	return s == DraftApplication || s == RunningApplication || s == ReturnedApplication
}

// Wanted is what fields shall be, or were: the name of a field and its text, as Record.Text writes it.
type Wanted map[string]string

// Value implements driver.Valuer.
func (w Wanted) Value() (driver.Value, error) {
	if w == nil {
		return "{}", nil
	}
	return sql.EncodeJSON(map[string]string(w))
}

// Scan implements sql.Scanner.
func (w *Wanted) Scan(value any) error { return sql.DecodeJSON(value, (*map[string]string)(w)) }

// Application is the record of something that is done to a thing of the register under a chain of stages.
type Application struct {
	ID             string           `json:"id"`
	UnitID         string           `json:"unit_id"`
	UnitName       string           `json:"unit_name"` // read with the row, not a column of the table
	OfficeID       string           `json:"office_id"` // the office that supervises the unit
	Process        rules.Process    `json:"process"`
	Object         rules.Object     `json:"object"`
	WebsiteClass   string           `json:"website_class"`
	AccountID      *string          `json:"account_id"` // nil before an account that is to be opened stands in the register
	ColumnID       *string          `json:"column_id"`
	RegistrationID *string          `json:"registration_id"` // the domain or mailbox
	Title          string           `json:"title"`           // the name of what it is about
	Wanted         Wanted           `json:"wanted"`
	Was            Wanted           `json:"was"` // the wanted fields as the register had them when it was handed in
	Reason         string           `json:"reason"`
	OffFrom        *sql.Time        `json:"off_from"` // a time off the net, as it is planned
	OffUntil       *sql.Time        `json:"off_until"`
	Cause          string           `json:"cause"` // why the time off the net uses up nothing; empty: it does
	OffAt          *sql.Time        `json:"off_at"`
	OffWas         State            `json:"-"` // the account's, before it went off; empty: it was in use
	BackAt         *sql.Time        `json:"back_at"`
	Ending         Ending           `json:"ending"`
	Attachments    sql.Strings      `json:"attachments"`
	Rulebook       string           `json:"rulebook"`
	Chain          string           `json:"chain"`
	Articles       sql.Strings      `json:"articles"`
	State          ApplicationState `json:"state"`
	Attempt        int              `json:"attempt"`
	SubmittedAt    *sql.Time        `json:"submitted_at"`
	CarriedOutAt   *sql.Time        `json:"carried_out_at"`
	EndedAt        *sql.Time        `json:"ended_at"`
	CreatedBy      string           `json:"created_by"`
	CreatedName    string           `json:"created_name"`
	CreatedAt      sql.Time         `json:"created_at"`
	UpdatedAt      sql.Time         `json:"updated_at"`
	Version        int64            `json:"version"`
}

// OpensAccount reports whether the application is for a new line of the register.
func (a Application) OpensAccount() bool {
	return a.Process == rules.ProcessOpen && isAccountObject(a.Object)
}

// GoesOffline reports whether the application is for a time off the net.
func (a Application) GoesOffline() bool {
	return a.Process == rules.ProcessTemporaryOffline || a.Process == rules.ProcessEmergencyOffline
}

// EndsAccount reports whether the account is closed for good when the application is carried out.
func (a Application) EndsAccount() bool {
	return isAccountObject(a.Object) && (a.Process == rules.ProcessShut || a.Process == rules.ProcessCancel || a.Process == rules.ProcessMigrate)
}

// ChangesAccount reports whether fields of the register change when the application is carried out.
func (a Application) ChangesAccount() bool {
	return isAccountObject(a.Object) && (a.Process == rules.ProcessChange || a.Process == rules.ProcessChangeDomain)
}

func isAccountObject(object rules.Object) bool {
	return object == rules.NewMedia || object == rules.Website || object == rules.Subsite
}

// StepState is where a step stands.
type StepState string

// The states of a step.
const (
	StepWaiting StepState = "waiting" // steps before it are not done
	StepOpen    StepState = "open"
	StepHanded  StepState = "handed" // a filing that the office has not received yet
	StepDone    StepState = "done"
	StepSkipped StepState = "skipped" // 不适用：the regulation asks for it only where somebody requires it, and nobody does
	StepRefused StepState = "refused"
)

// handlers is whom a step waits for that anybody of the unit may do who handles applications.
const handlers = "handlers"

// Step is one stage of the chain as it was when the application was handed in, with what was done.
type Step struct {
	ID            string            `json:"id"`
	ApplicationID string            `json:"-"`
	Place         int               `json:"place"`
	Seq           int               `json:"seq"` // those of one number run side by side
	Action        rules.StageAction `json:"action"`
	Doers         sql.Strings       `json:"doers"` // roles; one of them does it
	Name          string            `json:"name"`
	ToRole        rules.Role        `json:"to_role"`
	ToName        string            `json:"to_name"`
	Form          string            `json:"form"`   // what must be attached; written: a written application
	Notice        string            `json:"notice"` // id of a public notice of the rulebook
	State         StepState         `json:"state"`
	AtUnit        string            `json:"at_unit"` // where the role that has to act is held
	Who           string            `json:"who"`     // that role; handlers: everybody there who handles applications
	DoneOn        *sql.Time         `json:"done_on"` // when it was done, as it is told
	AsRole        rules.Role        `json:"as_role"`
	OnPaper       bool              `json:"on_paper"`
	Signer        string            `json:"signer"` // on paper: who signed
	Number        string            `json:"number"`
	Opinion       string            `json:"opinion"`
	Attachments   sql.Strings       `json:"attachments"`
	PersonID      string            `json:"person_id"`
	PersonName    string            `json:"person_name"` // who did it, or wrote it down
	RecordedAt    *sql.Time         `json:"recorded_at"`
	ReceiptNumber string            `json:"receipt_number"` // of the office that received a filing
	ReceiptOn     *sql.Time         `json:"receipt_on"`
	ReceiptBy     string            `json:"receipt_by"`
	ReceiptName   string            `json:"receipt_name"`
}

// stage is the stage of the rulebook that the step was made of.
func (s Step) stage() rules.Stage {
	stage := rules.Stage{Seq: s.Seq, Action: s.Action, Name: s.Name, To: s.ToRole, ToName: s.ToName, Form: s.Form, Notice: s.Notice}
	if len(s.Doers) == 1 {
		stage.Role = rules.Role(s.Doers[0])
		return stage
	}
	for _, role := range s.Doers {
		stage.AnyOf = append(stage.AnyOf, rules.Role(role))
	}
	return stage
}

// Title is what the step is called on the screen.
func (s Step) Title() string { return s.stage().Title() }

// past reports whether the steps behind it need not wait for it any more. A filing that the office has not received is past
// only where nothing stands behind it.
func (s Step) past() bool { return s.State == StepDone || s.State == StepSkipped }

// Act is one line of an application's history.
type Act struct {
	ID            string      `json:"id"`
	ApplicationID string      `json:"-"`
	Act           string      `json:"act"`  // create, save, submit, do, skip, receive, return, withdraw, resume, refuse, waive, back
	Step          string      `json:"step"` // title of the step it is about; empty for none
	Text          string      `json:"text"` // opinion or reason
	Number        string      `json:"number"`
	DoneOn        *sql.Time   `json:"done_on"`
	Attachments   sql.Strings `json:"attachments"`
	PersonID      string      `json:"person_id"`
	PersonName    string      `json:"person_name"`
	At            sql.Time    `json:"at"`
}

// The actions of applications in the audit chain.
const (
	ActionApplicationCreate   units.Action = "application.create"
	ActionApplicationSave     units.Action = "application.save"
	ActionApplicationSubmit   units.Action = "application.submit"
	ActionApplicationStep     units.Action = "application.step"
	ActionApplicationReceive  units.Action = "application.receive"
	ActionApplicationReturn   units.Action = "application.return"
	ActionApplicationWithdraw units.Action = "application.withdraw"
	ActionApplicationResume   units.Action = "application.resume"
	ActionApplicationRefuse   units.Action = "application.refuse"
	ActionApplicationWaive    units.Action = "application.waive"
	ActionApplicationBack     units.Action = "application.back_online"
	ActionViolation           units.Action = "violation.record"
)

// The longest texts of an application, in characters: what the columns hold.
const (
	maxApplicationReason = 2000
	maxOpinion           = 1000
	maxNumber            = 120
	maxSigner            = 60
	maxFiles             = 20
)

// GetApplication returns an application of a unit the actor reaches with ReadAccounts; ErrApplicationNotFound otherwise.
func GetApplication(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Application, error) {
	app, err := visibleApplication(ctx, db, actor, id)
	return app, wrap(err, "get application %s", id)
}

func visibleApplication(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Application, error) {
	name := "application.visible"
	if actor.IsSystem() {
		name = "application.get"
	}
	app, err := sql.Get[Application](ctx, db, name, sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if errors.Is(err, sql.ErrNone) {
		err = ErrApplicationNotFound
	}
	return app, err
}

// StepsOf returns the steps of an application in their order, whoever asks.
func StepsOf(ctx context.Context, db *sql.DB, applicationID string) ([]Step, error) {
	steps, err := sql.List[Step](ctx, db, "application_step.of", sql.Args{"ids": []string{applicationID}})
	return steps, wrap(err, "steps of application %s", applicationID)
}

// ActsOf returns the history of an application, the first act first, whoever asks.
func ActsOf(ctx context.Context, db *sql.DB, applicationID string) ([]Act, error) {
	acts, err := sql.List[Act](ctx, db, "application_act.of", sql.Args{"application_id": applicationID})
	return acts, wrap(err, "history of application %s", applicationID)
}

// casework is one application in hand: its row held, with everything that is asked of at every act.
type casework struct {
	db      *sql.DB // a transaction, except where nothing is written
	book    rules.Book
	actor   units.Actor
	law     *rules.Law
	app     Application
	steps   []Step
	waivers []Waiver
	unit    units.Unit
	sponsor units.Unit // the unit that a section belongs to; the unit itself for any other
	office  units.Unit
	rb      *rules.Rulebook // the one whose chain is followed
	record  *Record         // the account; nil before there is one
}

// take holds an application the actor sees, at the version the actor saw.
func take(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (*casework, error) {
	if found, err := tx.ExecOne(ctx, "application.lock", sql.Args{"id": id}); err != nil || !found {
		if err == nil {
			err = ErrApplicationNotFound
		}
		return nil, err
	}
	app, err := visibleApplication(ctx, tx, actor, id)
	if err != nil {
		return nil, err
	}
	if app.Version != version {
		return nil, ErrApplicationStale
	}
	if app.AccountID != nil {
		if err := lock(ctx, tx, *app.AccountID); err != nil {
			return nil, err
		}
	}
	return gather(ctx, tx, book, actor, app)
}

// gather reads what belongs to an application.
func gather(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, app Application) (*casework, error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	c := &casework{db: db, book: book, actor: actor, law: law, app: app}
	if c.steps, err = StepsOf(ctx, db, app.ID); err != nil {
		return nil, err
	}
	if c.waivers, err = sql.List[Waiver](ctx, db, "waiver.of", sql.Args{"application_id": app.ID}); err != nil {
		return nil, err
	}
	if c.unit, c.sponsor, err = sponsorOf(ctx, db, app.UnitID); err != nil {
		return nil, err
	}
	if c.office, err = units.OfficeOf(ctx, db, app.UnitID); err != nil {
		return nil, err
	}
	c.app.OfficeID = c.office.ID
	if c.rb = c.rulebook(); c.rb == nil {
		return nil, ErrRulebookMissing
	}
	if app.AccountID != nil {
		record, err := recordOf(ctx, db, *app.AccountID)
		if err != nil {
			return nil, err
		}
		c.record = &record
	}
	return c, nil
}

// rulebook is the application's as it was in force when it was handed in, or is now before that.
func (c *casework) rulebook() *rules.Rulebook {
	at := orElse(c.app.SubmittedAt, c.db.Now())
	if rb := c.law.Regime(c.unit.Path).Named(c.app.Rulebook, at.Std()); rb != nil {
		return rb
	}
	rb, _ := c.book.Library.ByID(c.app.Rulebook)
	return rb
}

// sponsorOf returns a unit, and the unit that answers for it: of a section the one it belongs to (I-TN-08).
func sponsorOf(ctx context.Context, db *sql.DB, unitID string) (unit, sponsor units.Unit, err error) {
	if unit, err = units.Get(ctx, db, units.System, unitID); err != nil {
		return
	}
	for sponsor = unit; sponsor.Level == units.LevelSection && sponsor.ParentID != nil; {
		if sponsor, err = units.Get(ctx, db, units.System, *sponsor.ParentID); err != nil {
			return
		}
	}
	return
}

// keep writes the application where the version is still the one that was seen, its steps, and the line of its history.
func (c *casework) keep(ctx context.Context, act Act, action units.Action, detail sql.Object) error {
	seen := c.app.Version
	c.app.UpdatedAt = c.db.Now()
	mine, err := c.db.ExecOne(ctx, "application.save", c.app)
	if err != nil {
		return err
	}
	if !mine {
		return ErrApplicationStale
	}
	c.app.Version = seen + 1
	for _, step := range c.steps {
		if _, err := c.db.Exec(ctx, "application_step.save", step); err != nil {
			return err
		}
	}
	return c.remember(ctx, act, action, detail)
}

// remember writes one line of the history and one of the audit chain.
func (c *casework) remember(ctx context.Context, act Act, action units.Action, detail sql.Object) error {
	act.ID, act.ApplicationID, act.PersonID, act.PersonName, act.At = sql.NewID(), c.app.ID, c.actor.PersonID, cut(c.actor.Name, maxSigner), c.db.Now()
	if act.Attachments == nil {
		act.Attachments = sql.Strings{}
	}
	if _, err := c.db.Exec(ctx, "application_act.insert", act); err != nil {
		return err
	}
	line := sql.Object{"process": c.app.Process, "object": c.app.Object, "title": c.app.Title, "state": c.app.State}
	for name, value := range detail {
		line[name] = value
	}
	return units.Audit(ctx, c.db, c.actor, units.Line{UnitID: c.app.UnitID, Action: action, ObjectKind: "application", ObjectID: c.app.ID, Detail: line})
}

// settleSteps says of each step whether it is open, and for whom it waits. Before it is handed in, the steps up to that are.
func (c *casework) settleSteps() {
	submission := c.submission()
	open := -1 // the number of the steps that are open
	for i := range c.steps {
		step := &c.steps[i]
		if step.State == StepWaiting || step.State == StepOpen {
			step.State = StepWaiting
			if (open < 0 || open == step.Seq) && (c.app.State != DraftApplication && c.app.State != ReturnedApplication || i <= submission) && c.app.State.Open() {
				open, step.State = step.Seq, StepOpen
			}
		}
		if step.State == StepHanded && open < 0 {
			open = step.Seq
		}
		c.waitFor(step)
	}
}

// waitFor says at which unit which role has to act.
func (c *casework) waitFor(step *Step) {
	role := rules.Role(step.Doers[0])
	switch {
	case step.State == StepHanded, role.Office(), role.Outside() && step.Place > c.submission():
		step.AtUnit, step.Who = c.office.ID, string(units.OfficeAdmin)
	case len(step.Doers) == 1 && isRoleHere(role):
		step.AtUnit, step.Who = c.sponsor.ID, string(role)
	default:
		step.AtUnit, step.Who = c.unit.ID, handlers
	}
}

// isRoleHere reports whether people of this system hold a role of the rulebooks.
func isRoleHere(role rules.Role) bool { return slices.Contains(units.Roles(), units.Role(role)) }

// submission is the place of the step with which the unit hands the application in.
func (c *casework) submission() int {
	chain := rules.ApprovalChain{}
	for _, step := range c.steps {
		chain.Stages = append(chain.Stages, step.stage())
	}
	return chain.Submission()
}

// carriesOut is the place of the step that carries the thing out, -1 where the chain has none.
func (c *casework) carriesOut() int {
	return slices.IndexFunc(c.steps, func(s Step) bool { return s.Action == rules.ActionExecute })
}

// undoneBefore are the steps that must be done before one of a number.
func (c *casework) undoneBefore(seq int) []Step {
	var undone []Step
	for _, step := range c.steps {
		if step.Seq < seq && !step.past() {
			undone = append(undone, step)
		}
	}
	return undone
}

func stepTitles(steps []Step) string {
	titles := make([]string, len(steps))
	for i, step := range steps {
		titles[i] = "「" + step.Title() + "」"
	}
	return strings.Join(titles, "、")
}

// isOffice reports whether the actor administers the office that supervises the unit.
func (c *casework) isOffice() bool {
	return c.actor.IsSystem() || c.actor.Holds(c.office.ID, units.OfficeAdmin)
}

// ofUnit reports whether the actor handles applications as one of the unit's own people: in a role held at the unit, or at one
// between it and the office that supervises it. The office is not the unit: what the unit does it only writes down.
func (c *casework) ofUnit() bool {
	path := strings.Split(strings.TrimSuffix(c.unit.Path, "/"), "/")
	own := path[min(slices.Index(path, c.office.ID)+1, len(path)-1):]
	return c.actor.IsSystem() || slices.ContainsFunc(c.actor.Roles, func(held units.HeldRole) bool {
		return slices.Contains(own, held.UnitID) && carries([]string{string(held.Role)}, units.HandleApplications)
	})
}

// mustHandle returns ErrForbidden unless the actor handles applications for the unit.
func (c *casework) mustHandle(ctx context.Context) error {
	return mustReach(ctx, c.db, c.actor, c.app.UnitID, units.HandleApplications)
}
