package accounts

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// NewApplication is what a new application is made of. Which of the ids are needed the process and the object say: none to
// open an account, the site to add a column, the thing itself for everything else.
type NewApplication struct {
	UnitID         string
	Process        rules.Process
	Object         rules.Object
	WebsiteClass   string // of a website; empty takes the register's
	AccountID      string
	ColumnID       string
	RegistrationID string
	Draft          ApplicationDraft
}

// ApplicationDraft is what the unit writes into an application. A nil field leaves what is there.
type ApplicationDraft struct {
	Wanted       Wanted // only the fields told are changed; an empty text takes one out
	WebsiteClass *string
	Reason       *string
	OffFrom      *sql.Time
	OffUntil     *sql.Time
	Cause        *string
	Ending       *Ending
	Attachments  []string
}

// Apply begins an application of a unit for which the actor handles applications, under the chain that holds now. Errors:
// ErrProcessUnknown, ErrNoChain, ErrWebsiteClass, ErrApplicationAbout, those of SaveApplication, ErrForbidden, units.ErrNotFound, units.ErrClosed.
func Apply(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewApplication) (Application, error) {
	var id string
	err := db.InTx(ctx, func(tx *sql.DB) error {
		app, err := begin(ctx, tx, book, actor, in)
		if err != nil {
			return err
		}
		id = app.ID
		if _, err := tx.Exec(ctx, "application.insert", app); err != nil {
			return err
		}
		c, err := gather(ctx, tx, book, actor, app)
		if err != nil {
			return err
		}
		if err := c.layChain(ctx); err != nil {
			return err
		}
		if err := c.write(ctx, c.implied(in.Draft)); err != nil {
			return err
		}
		c.settleSteps()
		return c.keep(ctx, Act{Act: "create", Text: c.app.Reason}, ActionApplicationCreate, nil)
	})
	if err != nil {
		return Application{}, wrap(err, "apply for %s of a %s", in.Process, in.Object)
	}
	return loadApplication(ctx, db, id)
}

// implied is a draft with what the object says already: a new website is on no platform but its own, and of one kind.
func (c *casework) implied(draft ApplicationDraft) ApplicationDraft {
	if !c.app.OpensAccount() || c.app.Object == rules.NewMedia {
		return draft
	}
	wanted := Wanted{"platform": string(Website), "kind": string(c.app.Object)}
	maps.Copy(wanted, draft.Wanted)
	draft.Wanted = wanted
	return draft
}

// begin looks up what an application is about and which chain it follows.
func begin(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, in NewApplication) (Application, error) {
	app := Application{ID: sql.NewID(), UnitID: in.UnitID, Process: in.Process, Object: in.Object, WebsiteClass: in.WebsiteClass, AccountID: orNil(in.AccountID),
		ColumnID: orNil(in.ColumnID), RegistrationID: orNil(in.RegistrationID), Wanted: Wanted{}, Was: Wanted{}, Attachments: sql.Strings{}, Ending: Ending{Proof: sql.Strings{}}, State: DraftApplication,
		CreatedBy: actor.PersonID, CreatedName: cut(actor.Name, maxSigner), CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}
	switch { // outside the vocabulary
	case in.Process.Label() == string(in.Process):
		return app, ErrProcessUnknown.On("process")
	case in.Object.Label() == string(in.Object):
		return app, ErrProcessUnknown.On("object")
	}
	if in.AccountID != "" { // it does not go to another unit meanwhile
		if err := lock(ctx, tx, in.AccountID); err != nil {
			return app, err
		}
	}
	if err := aim(ctx, tx, actor, &app); err != nil {
		return app, err
	}
	if err := units.Lock(ctx, tx, app.UnitID); err != nil {
		return app, err
	}
	unit, err := units.Get(ctx, tx, actor, app.UnitID)
	if err != nil {
		return app, err
	}
	if unit.ClosedAt != nil {
		return app, units.ErrClosed
	}
	if err := mustReach(ctx, tx, actor, app.UnitID, units.HandleApplications); err != nil {
		return app, err
	}
	office, err := units.OfficeOf(ctx, tx, app.UnitID)
	if err != nil {
		return app, err
	}
	app.OfficeID = office.ID
	law, err := book.Law(ctx, tx)
	if err != nil {
		return app, err
	}
	rb := law.Regime(unit.Path).Local(tx.Now().Std())
	chain, err := chainOf(rb, app)
	if err != nil {
		return app, err
	}
	app.Rulebook, app.Chain, app.Articles = rb.ID, chain.ID, chain.Articles
	return app, nil
}

// chainOf finds the chain of an application under a rulebook, which may be nil.
func chainOf(rb *rules.Rulebook, app Application) (*rules.ApprovalChain, error) {
	if rb == nil {
		return nil, ErrNoChain
	}
	chain, found := rb.ChainFor(app.Process, app.Object, app.WebsiteClass)
	switch {
	case found:
		return chain, nil
	case app.Object == rules.Website && len(rb.ChainClasses(app.Process, app.Object)) > 0 && app.WebsiteClass == "":
		return nil, ErrWebsiteClass.On("website_class")
	}
	return nil, ErrNoChain.Say("%s没有规定“%s%s”的办理程序（无规则），不用提交申请，请联系主管单位管理员直接登记。", rb.ShortName, app.Process.Label(), app.Object.Label())
}

// aim checks what the application is about, and takes the unit and the name from it.
func aim(ctx context.Context, tx *sql.DB, actor units.Actor, app *Application) error {
	switch {
	case app.Object == rules.Column && app.ColumnID != nil:
		column, err := visibleColumn(ctx, tx, actor, *app.ColumnID)
		if err != nil {
			return err
		}
		app.AccountID, app.Title = &column.AccountID, column.Name
	case app.RegistrationID != nil:
		held, err := registrationOf(ctx, tx, *app.RegistrationID)
		if err != nil || held.Object != app.Object || held.UntilAt != nil {
			return orError(err, ErrApplicationAbout.On("registration_id"))
		}
		app.UnitID, app.AccountID, app.Title = held.UnitID, held.AccountID, held.Name
	}
	needsAccount := isAccountObject(app.Object) && !app.OpensAccount() || app.Object == rules.Column
	switch {
	case needsAccount && app.AccountID == nil:
		return ErrApplicationAbout.On("account_id")
	case app.OpensAccount() && app.AccountID != nil:
		return ErrApplicationAbout.On("account_id")
	case app.Object == rules.Mailbox && app.Process == rules.ProcessCancel && app.RegistrationID == nil:
		return ErrApplicationAbout.On("registration_id")
	case app.AccountID == nil:
		return nil
	}
	account, err := visible(ctx, tx, actor, *app.AccountID)
	if err != nil {
		return err
	}
	if isAccountObject(app.Object) && rules.AccountObject(rules.Kind(account.Kind)) != app.Object || account.Platform != Website && !isAccountObject(app.Object) {
		return ErrApplicationAbout.On("account_id")
	}
	if account.State == Closed {
		return ErrStateRefuses
	}
	app.UnitID = account.UnitID
	if app.Title == "" {
		app.Title = account.Name
	}
	if app.Object == rules.Website && app.WebsiteClass == "" {
		known, err := ParticularsOf(ctx, tx, account.ID)
		if err != nil {
			return err
		}
		app.WebsiteClass = known.WebsiteClass
	}
	return nil
}

func orError(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// layChain makes the steps of the chain that holds now. Steps that were done under the same stage of an earlier copy stay done.
func (c *casework) layChain(ctx context.Context) error {
	rb := c.law.Regime(c.unit.Path).Local(c.db.Now().Std())
	chain, err := chainOf(rb, c.app)
	if err != nil {
		return err
	}
	before := c.steps
	c.rb, c.app.Rulebook, c.app.Chain, c.app.Articles, c.steps = rb, rb.ID, chain.ID, chain.Articles, nil
	for place, stage := range chain.Stages {
		step := Step{ID: sql.NewID(), ApplicationID: c.app.ID, Place: place, Seq: stage.Seq, Action: stage.Action, Name: stage.Name, ToRole: stage.To,
			ToName: stage.ToName, Form: stage.Form, Notice: stage.Notice, State: StepWaiting, Attachments: sql.Strings{}}
		for _, role := range stage.Doers() {
			step.Doers = append(step.Doers, string(role))
		}
		if place < len(before) && sameStage(before[place], step) {
			step = before[place]
		}
		c.steps = append(c.steps, step)
	}
	c.settleSteps()
	if _, err := c.db.Exec(ctx, "application_step.clear", sql.Args{"application_id": c.app.ID}); err != nil {
		return err
	}
	return sql.InsertMany(ctx, c.db, "application_step.insert", c.steps)
}

func sameStage(a, b Step) bool {
	return a.Seq == b.Seq && a.Action == b.Action && slices.Equal(a.Doers, b.Doers) && a.Name == b.Name && a.ToRole == b.ToRole && a.ToName == b.ToName &&
		a.Form == b.Form && a.Notice == b.Notice
}

// SaveApplication writes into an application that the unit has in hand. What a leader already agreed to and is changed now
// must be agreed to again. While one for a new account is under way, only what the approval does not decide may be filled in:
// the number at the platform, the certification and the like. Errors: ErrApplicationState, ErrApplicationField, those of
// Record.Set, ErrForbidden, ErrApplicationStale, ErrApplicationNotFound.
func SaveApplication(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, draft ApplicationDraft) (Application, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		c, err := take(ctx, tx, book, actor, id, version)
		if err != nil {
			return err
		}
		if err := c.mustHandle(ctx); err != nil {
			return err
		}
		if !c.app.State.Open() || c.app.State == RunningApplication && (c.app.CarriedOutAt != nil || !c.mayComplete(draft)) {
			return ErrApplicationState
		}
		before := c.app
		before.Wanted = maps.Clone(c.app.Wanted)
		if err := c.write(ctx, draft); err != nil {
			return err
		}
		c.askAgain(before)
		if c.app.WebsiteClass != before.WebsiteClass {
			if err := c.layChain(ctx); err != nil {
				return err
			}
		}
		c.settleSteps()
		return c.keep(ctx, Act{Act: "save"}, ActionApplicationSave, sql.Object{"fields": sortedKeys(c.app.Wanted)})
	})
	if err != nil {
		return Application{}, wrap(err, "save application %s", id)
	}
	return loadApplication(ctx, db, id)
}

// mayComplete reports whether a draft holds only what may still be filled in while the application is under way. The proof on which an
// account was ended stays.
func (c *casework) mayComplete(draft ApplicationDraft) bool {
	return draft.WebsiteClass == nil && draft.Reason == nil && draft.OffFrom == nil && draft.OffUntil == nil && draft.Cause == nil && draft.Attachments == nil &&
		(len(draft.Wanted) == 0 || c.app.OpensAccount()) && (draft.Ending == nil || c.app.EndsAccount() && c.app.CarriedOutAt == nil)
}

// decided are the fields of a new account that the approval is about; the others may be filled in until it is put into use.
var decided = []string{"name", "unit", "platform", "kind", "website_class"}

// needProcess are the fields whose change needs the process of a change (I-TN-11).
var needProcess = []string{"name", "unit", "certified_subject", "platform", "kind", "domain"}

// write takes what the unit wrote into the application. Nothing is saved yet, except in a register that has the account already.
func (c *casework) write(ctx context.Context, draft ApplicationDraft) error {
	if err := c.writeTexts(ctx, draft); err != nil {
		return err
	}
	if draft.Ending != nil {
		if !c.app.EndsAccount() {
			return ErrApplicationField.On("ending")
		}
		if err := c.writeEnding(ctx, *draft.Ending); err != nil {
			return err
		}
	}
	if len(draft.Wanted) == 0 {
		return nil
	}
	if !isAccountObject(c.app.Object) {
		return c.writeOther(draft.Wanted)
	}
	return c.writeFields(ctx, draft.Wanted)
}

func (c *casework) writeTexts(ctx context.Context, draft ApplicationDraft) error {
	if draft.WebsiteClass != nil && c.app.Object == rules.Website {
		c.app.WebsiteClass = *draft.WebsiteClass
		if _, err := chainOf(c.rb, c.app); err != nil {
			return err
		}
	}
	if draft.Reason != nil {
		if c.app.Reason = strings.TrimSpace(*draft.Reason); !isText(c.app.Reason, maxApplicationReason) {
			return ErrApplicationText.On("reason")
		}
	}
	if (draft.OffFrom != nil || draft.OffUntil != nil || draft.Cause != nil) && !c.app.GoesOffline() {
		return ErrApplicationField.On("off_from")
	}
	if draft.OffFrom != nil {
		c.app.OffFrom = draft.OffFrom
	}
	if draft.OffUntil != nil {
		c.app.OffUntil = draft.OffUntil
	}
	if draft.Cause != nil {
		if *draft.Cause != "" && (c.app.Process != rules.ProcessEmergencyOffline || c.rb.TemporaryOffline == nil || !slices.Contains(c.rb.TemporaryOffline.NotCounted, *draft.Cause)) {
			return ErrApplicationField.Say("没有这种不占次数的情形，请从列表中选择。").On("cause")
		}
		c.app.Cause = *draft.Cause
	}
	if draft.Attachments != nil {
		if err := c.ownFiles(ctx, draft.Attachments); err != nil {
			return err
		}
		c.app.Attachments = draft.Attachments
	}
	return nil
}

// writeFields checks wanted fields of the register and keeps them as the register would write them.
func (c *casework) writeFields(ctx context.Context, wanted Wanted) error {
	record := c.present()
	for name, text := range c.app.Wanted {
		if err := record.Set(name, text); err != nil {
			return err
		}
	}
	before := record
	for _, name := range sortedKeys(wanted) {
		field, found := FieldNamed(name)
		switch {
		case !found || field.Fixed || !c.app.OpensAccount() && !c.app.ChangesAccount(),
			c.app.OpensAccount() && name == "unit",
			c.app.State == RunningApplication && slices.Contains(decided, name):
			return ErrApplicationField.On(name)
		}
		if err := record.Set(name, wanted[name]); err != nil {
			return err
		}
		c.app.Wanted[name] = record.Text(name)
		if record.Text(name) == "" && strings.TrimSpace(wanted[name]) == "" && c.app.OpensAccount() {
			delete(c.app.Wanted, name)
		}
	}
	if c.app.ChangesAccount() { // what is as it was is not wanted
		for name, text := range c.app.Wanted {
			if c.record != nil && c.record.Text(name) == text && name != "unit" {
				delete(c.app.Wanted, name)
			}
		}
	}
	if c.app.OpensAccount() {
		c.app.Title = record.Name
		if c.record != nil {
			return c.saveRegister(ctx, before, record)
		}
	}
	return nil
}

// present is the account as the register has it, or an empty one of the unit.
func (c *casework) present() Record {
	if c.record != nil {
		return *c.record
	}
	return Record{Account: Account{UnitID: c.unit.ID, UnitName: c.unit.Name, Path: c.unit.Path}, Contacts: []Contact{}}
}

// wantedRecord is the account as it shall be.
func (c *casework) wantedRecord() (Record, error) {
	record := c.present()
	for _, name := range sortedKeys(c.app.Wanted) {
		if err := record.Set(name, c.app.Wanted[name]); err != nil {
			return record, err
		}
	}
	if c.app.Object == rules.Website && c.app.OpensAccount() {
		record.Particulars.WebsiteClass = c.app.WebsiteClass
	}
	complete(&record)
	return record, nil
}

// The wanted fields of what is no account.
var otherFields = map[rules.Object][]string{
	rules.Column:  {"column_act", "column_name", "column_kind", "column_parent", "column_url"},
	rules.Domain:  {"domain"},
	rules.Mailbox: {"mailbox"},
}

// What is done to a column.
const (
	ColumnAdd    = "add"
	ColumnRemove = "remove"
	ColumnChange = "change"
)

func (c *casework) writeOther(wanted Wanted) error {
	act, told := wanted["column_act"]
	adds := told && act == ColumnAdd || !told && c.app.Wanted["column_act"] == ColumnAdd // a column that is there stays where it is
	for name, text := range wanted {
		text = strings.TrimSpace(text)
		switch {
		case !slices.Contains(otherFields[c.app.Object], name), name == "column_parent" && text != "" && !adds, name == "column_act" && !slices.Contains([]string{"", ColumnAdd, ColumnRemove, ColumnChange}, text):
			return ErrApplicationField.On(name)
		case text != "" && !isLine(text, maxTitle):
			return ErrApplicationText.On(name)
		case name == "column_kind" && text != "" && !slices.Contains(ColumnKinds, rules.Kind(text)):
			return ErrColumnKind.On(name)
		case name == string(rules.Domain), name == string(rules.Mailbox):
			text = strings.ToLower(text) // the same name however it is typed
		}
		c.app.Wanted[name] = text
	}
	for _, name := range []string{"column_name", "domain", "mailbox"} {
		if text := c.app.Wanted[name]; text != "" && (c.app.Title == "" || c.app.ColumnID == nil && c.app.RegistrationID == nil) {
			c.app.Title = text
		}
	}
	return nil
}

// askAgain opens the consents once more when what was agreed to is another thing now. Attachments are evidence and change nothing.
func (c *casework) askAgain(before Application) {
	if c.app.State == RunningApplication || maps.Equal(before.Wanted, c.app.Wanted) && before.WebsiteClass == c.app.WebsiteClass &&
		sameTime(before.OffFrom, c.app.OffFrom) && sameTime(before.OffUntil, c.app.OffUntil) {
		return
	}
	for i, step := range c.steps {
		if step.Place < c.submission() && step.State == StepDone && (step.Action == rules.ActionConsent || step.Action == rules.ActionApprove) {
			c.steps[i] = step.undone()
		}
	}
}

// undone is the step as it was before anybody did it.
func (s Step) undone() Step {
	return Step{ID: s.ID, ApplicationID: s.ApplicationID, Place: s.Place, Seq: s.Seq, Action: s.Action, Doers: s.Doers, Name: s.Name, ToRole: s.ToRole, ToName: s.ToName,
		Form: s.Form, Notice: s.Notice, State: StepWaiting, Attachments: sql.Strings{}}
}

// saveRegister brings the account of a running application to what was filled in.
func (c *casework) saveRegister(ctx context.Context, before, after Record) error {
	if err := saveRecord(ctx, c.db, c.book, c.actor, *c.record, after, Why{Kind: WhyApplication, ID: c.app.ID, Reason: cut(c.app.Reason, maxReason)}); err != nil {
		return err
	}
	record, err := recordOf(ctx, c.db, before.ID)
	c.record = &record
	return err
}

// ownFiles refuses files that are neither the unit's nor the office's.
func (c *casework) ownFiles(ctx context.Context, ids []string) error {
	if len(ids) > maxFiles {
		return ErrApplicationFiles.On("attachments")
	}
	found, err := AttachmentsOf(ctx, c.db, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		owner := found[id].UnitID
		if owner == "" || owner != c.unit.ID && owner != c.sponsor.ID && owner != c.office.ID {
			return ErrStepAttachment.Say("没有找到这份附件，或者它不是本单位的，请重新上传。").On("attachments")
		}
	}
	return nil
}

// isText reports whether s may stand in a column of so many characters; several lines and nothing at all are fine.
func isText(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsRune(s, 0)
}

func loadApplication(ctx context.Context, db *sql.DB, id string) (Application, error) {
	app, err := sql.Get[Application](ctx, db, "application.get", sql.Args{"id": id})
	return app, wrap(err, "load application %s", id)
}
