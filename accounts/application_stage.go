package accounts

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// StageAct is what somebody tells when a step is done, or written down.
type StageAct struct {
	Role        rules.Role // where one of several roles does it: as which; empty: the actor's own
	On          *sql.Time  // when it was done; nil: now
	Number      string     // 文号, 备案号
	Opinion     string
	Signer      string            // on paper: who signed
	Attachments []string          // files of the unit or its office
	Skip        bool              // it does not apply here, see rules.Stage.IfRequired; Opinion says why
	Wanted      map[string]string // of a step of the unit: what may be filled in with it, see SaveApplication
	Ending      *Ending           // of the step that ends an account
}

// Submit hands an application in: it does the step with which the unit hands it in, under the chain that holds now, and a new
// account stands in the register as applying. Everything that stands against it is told at once. Errors: one refusal for all
// of that (its detail is the list of Lack), ErrNoChain, ErrForbidden, ErrApplicationState, ErrApplicationStale,
// ErrApplicationNotFound, those of DoStage.
func Submit(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, act StageAct) (Application, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		c, err := take(ctx, tx, book, actor, id, version)
		if err != nil {
			return err
		}
		return c.submit(ctx, act)
	})
	if err != nil {
		return Application{}, wrap(err, "submit application %s", id)
	}
	return loadApplication(ctx, db, id)
}

// DoStage does one step of an application, or writes down that it was done. A filing that was handed in is received with it,
// by the office. Steps go by their order, each by whom it names; what an office outside decided is recorded with its number,
// day and scan. The steps of the unit are its people's; its office writes down what the unit did on paper, with the scan. Errors:
// ErrStepNotFound, ErrStepOrder, ErrStepDone, ErrStepRole, ErrStepApplies, ErrStepAttachment, ErrStepNumber, ErrStepDay, those of
// Submit; of a step that carries the thing out one refusal for all that stands against it.
func DoStage(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, stepID string, act StageAct) (Application, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		c, err := take(ctx, tx, book, actor, id, version)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(c.steps, func(s Step) bool { return s.ID == stepID })
		switch {
		case i < 0:
			return ErrStepNotFound
		case i == c.submission() && (c.app.State == DraftApplication || c.app.State == ReturnedApplication):
			return c.submit(ctx, act)
		}
		return c.do(ctx, i, act)
	})
	if early := openedBefore(err); early != nil { // the refusal stays, and so does what it found
		if recording := recordViolation(ctx, db, book, actor, id, early.Text, early.Articles); recording != nil {
			return Application{}, recording
		}
	}
	if err != nil {
		return Application{}, wrap(err, "do step %s of application %s", stepID, id)
	}
	return loadApplication(ctx, db, id)
}

// openedBefore is the line of a refusal that says that an account was opened before it was approved, whatever else is wanting
// beside it; nil where there is none.
func openedBefore(err error) *Lack {
	refusal := fault.As(err)
	if refusal == nil {
		return nil
	}
	lacks, _ := refusal.Detail.([]Lack)
	if i := slices.IndexFunc(lacks, func(l Lack) bool { return l.stands() && errors.Is(l.refusal, ErrOpenedBefore) }); i >= 0 {
		return &lacks[i]
	}
	return nil
}

func (c *casework) submit(ctx context.Context, act StageAct) error {
	if c.app.State != DraftApplication && c.app.State != ReturnedApplication {
		return ErrApplicationState
	}
	if err := c.mustHandle(ctx); err != nil {
		return err
	}
	if err := c.renewChain(ctx); err != nil {
		return err
	}
	if err := c.writeWithStep(ctx, act); err != nil {
		return err
	}
	if c.app.OpensAccount() { // two of one unit are counted one after the other
		if err := units.Lock(ctx, c.db, c.sponsor.ID); err != nil {
			return err
		}
	}
	lacks, err := c.againstHandingIn(ctx, act.Attachments)
	if err == nil {
		err = refuse(lacks)
	}
	if err != nil {
		return err
	}
	c.app.State, c.app.Attempt, c.app.SubmittedAt, c.app.Was = RunningApplication, c.app.Attempt+1, c.db.Now().Ptr(), Wanted{}
	for name := range c.app.Wanted {
		if c.record != nil {
			c.app.Was[name] = c.record.Text(name)
		}
	}
	if err := c.enterRegister(ctx); err != nil {
		return err
	}
	i := c.submission()
	if err := c.mark(ctx, i, act); err != nil {
		return err
	}
	if c.app.Process == rules.ProcessEmergencyOffline { // it is off already: this reports it
		if err := c.goOffline(ctx, *c.app.OffFrom); err != nil {
			return err
		}
	}
	return c.went(ctx, i, act, "submit", ActionApplicationSubmit)
}

// renewChain lays the chain that holds now where it is another one than the draft was made under.
func (c *casework) renewChain(ctx context.Context) error {
	rb := c.law.Regime(c.unit.Path).Local(c.db.Now().Std())
	chain, err := chainOf(rb, c.app)
	if err != nil {
		return err
	}
	same := len(chain.Stages) == len(c.steps)
	for i := 0; same && i < len(c.steps); i++ {
		stage, mine := chain.Stages[i], c.steps[i].stage()
		same = stage.Seq == mine.Seq && stage.Action == mine.Action && slices.Equal(stage.Doers(), mine.Doers()) && stage.Title() == mine.Title() && stage.Form == mine.Form &&
			stage.Notice == mine.Notice && stage.To == mine.To
	}
	if same { // the steps are, and yet the figures and the clause may be others now
		c.rb, c.app.Rulebook, c.app.Chain, c.app.Articles = rb, rb.ID, chain.ID, chain.Articles
		return nil
	}
	return c.layChain(ctx)
}

// writeWithStep writes what is filled in together with a step, by who may write into the application. Before it is handed in, what
// was agreed to and is another thing now must be agreed to again.
func (c *casework) writeWithStep(ctx context.Context, act StageAct) error {
	if act.Wanted == nil && act.Ending == nil {
		return nil
	}
	if err := c.mustHandle(ctx); err != nil {
		return err
	}
	draft := ApplicationDraft{Wanted: act.Wanted, Ending: act.Ending}
	if c.app.State == RunningApplication && !c.mayComplete(draft) {
		return ErrApplicationField
	}
	before := c.app
	before.Wanted = maps.Clone(c.app.Wanted)
	if err := c.write(ctx, draft); err != nil {
		return err
	}
	c.askAgain(before)
	c.settleSteps()
	return nil
}

// do is one step of an application that is under way, or one that comes before it is handed in.
func (c *casework) do(ctx context.Context, i int, act StageAct) error {
	step := c.steps[i]
	switch {
	case step.past():
		return ErrStepDone
	case c.app.State != RunningApplication && (c.app.State != DraftApplication && c.app.State != ReturnedApplication || i > c.submission()):
		return c.notYet(step, ErrApplicationState)
	case step.State == StepHanded:
		return c.receive(ctx, i, act)
	case step.State == StepRefused:
		return ErrApplicationState
	case step.State == StepWaiting:
		return c.notYet(step, ErrStepOrder)
	}
	if err := c.writeWithStep(ctx, act); err != nil {
		return err
	}
	if step = c.steps[i]; step.State != StepOpen { // what was written has to be agreed to again before it
		return c.notYet(step, ErrStepOrder)
	}
	if err := c.mark(ctx, i, act); err != nil {
		return err
	}
	on := *c.steps[i].DoneOn
	switch step.Action {
	case rules.ActionAnnounce:
		err := noticesReady(ctx, c.db, announcement{ApplicationID: c.app.ID, Rulebook: c.rb, Process: c.app.Process, Object: c.app.Object,
			WebsiteClass: c.app.WebsiteClass, Rule: step.Notice})
		if err != nil {
			return err
		}
	case rules.ActionExecute:
		if err := c.asPlanned(on, c.steps[i].Opinion); err != nil {
			return err
		}
		if err := c.carryOut(ctx, on); err != nil {
			return err
		}
	}
	name := "do"
	if act.Skip {
		name = "skip"
	}
	return c.went(ctx, i, act, name, ActionApplicationStep)
}

// asPlanned refuses that a website goes off the net before the time that was approved, unless it is written down why.
func (c *casework) asPlanned(on sql.Time, why string) error {
	if c.app.Process != rules.ProcessTemporaryOffline || c.app.OffFrom == nil || on >= *c.app.OffFrom || why != "" {
		return nil
	}
	return ErrOfflineEarly.Say("批准的下线时间是 %s，登记的是 %s，早于批准的时间。请核对后改填；确实提前下线的，请在意见里写明原因（%s）。", minuteText(c.app.OffFrom), minuteText(&on),
		c.rb.Cite(c.app.Articles)).On("opinion").Under(c.rb.ID, c.app.Articles)
}

// notYet refuses a step whose turn has not come, naming what comes before it.
func (c *casework) notYet(step Step, otherwise *fault.Fault) error {
	l := &shortfall{casework: c, lacks: []Lack{}}
	if c.app.State.Open() {
		l.earlier(step.Seq)
	}
	if len(l.lacks) == 0 {
		return otherwise
	}
	return ErrStepOrder.Say("「%s」要等前面的环节办完，还缺%s，请先办完这些环节。", step.Title(), stepTitles(c.undoneBefore(step.Seq))).Under(c.rb.ID, c.app.Articles).With(l.lacks)
}

// mark notes on a step who did it, when and with what, after asking whether they may.
func (c *casework) mark(ctx context.Context, i int, act StageAct) error {
	step := &c.steps[i]
	role, onPaper, err := c.doer(ctx, *step, act)
	if err != nil {
		return err
	}
	on, err := c.dayOf(step.Seq, act.On)
	if err != nil {
		return err
	}
	act.Number, act.Opinion, act.Signer = strings.TrimSpace(act.Number), strings.TrimSpace(act.Opinion), strings.TrimSpace(act.Signer)
	if !isText(act.Opinion, maxOpinion) || act.Number != "" && !isLine(act.Number, maxNumber) || act.Signer != "" && !isLine(act.Signer, maxSigner) {
		return ErrApplicationText.On("opinion")
	}
	if err := c.ownFiles(ctx, act.Attachments); err != nil {
		return err
	}
	if act.Skip {
		return c.skip(step, role, on, act)
	}
	if err := c.evidence(*step, onPaper, act); err != nil {
		return err
	}
	step.State, step.DoneOn, step.AsRole, step.OnPaper, step.RecordedAt = StepDone, &on, role, onPaper, c.db.Now().Ptr()
	step.Signer, step.Number, step.Opinion, step.PersonID, step.PersonName = act.Signer, act.Number, act.Opinion, c.actor.PersonID, cut(c.actor.Name, maxSigner)
	step.Attachments = orEmpty(act.Attachments)
	if step.Action == rules.ActionFile && step.ToRole.Office() && c.followed(*step) {
		step.State = StepHanded
	}
	return c.keepNumber(ctx, *step, on)
}

// skip notes that a step does not apply here, and why. Only what the regulation asks for where somebody requires it.
func (c *casework) skip(step *Step, role rules.Role, on sql.Time, act StageAct) error {
	switch {
	case !c.ifRequired(*step):
		return ErrStepApplies.Say("「%s」是规定必须办理的环节，不能记为不适用。请按规定办理后登记。", step.Title()).Under(c.rb.ID, c.app.Articles)
	case act.Opinion == "":
		return ErrApplicationReason.Say("请写明为什么不适用：问过哪个主管部门，答复是什么。").On("opinion")
	}
	step.State, step.DoneOn, step.AsRole, step.RecordedAt = StepSkipped, &on, role, c.db.Now().Ptr()
	step.Opinion, step.PersonID, step.PersonName, step.Attachments = act.Opinion, c.actor.PersonID, cut(c.actor.Name, maxSigner), orEmpty(act.Attachments)
	return nil
}

// ifRequired reports whether the rulebook asks for a step only where somebody requires it.
func (c *casework) ifRequired(step Step) bool {
	chain, found := c.rb.ChainFor(c.app.Process, c.app.Object, c.app.WebsiteClass)
	return found && step.Place < len(chain.Stages) && chain.Stages[step.Place].IfRequired && chain.Stages[step.Place].To == step.ToRole
}

func orEmpty(ids []string) sql.Strings {
	if ids == nil {
		return sql.Strings{}
	}
	return ids
}

// followed reports whether a step stands behind another one in the chain.
func (c *casework) followed(step Step) bool {
	return slices.ContainsFunc(c.steps, func(s Step) bool { return s.Seq > step.Seq })
}

// doer says as whom the actor does a step, and whether that writes down what others did on paper. ErrStepRole for anybody the
// step does not name.
func (c *casework) doer(ctx context.Context, step Step, act StageAct) (rules.Role, bool, error) {
	first := rules.Role(step.Doers[0])
	if act.Role != "" && !slices.Contains(step.Doers, string(act.Role)) {
		return "", false, c.notYours(step, "%s不能代替，请由规定的人办理。", rules.RoleName(act.Role))
	}
	switch {
	case first.Office():
		if !c.isOffice() {
			return "", false, c.notYours(step, "请联系%s。", c.office.Name)
		}
		return first, false, nil
	case first.Outside():
		if step.Place > c.submission() && !c.isOffice() {
			return "", false, c.notYours(step, "请联系%s登记。", c.office.Name)
		}
		return first, true, c.mustHandle(ctx)
	case first == rules.RoleUnit: // done by the unit's people; its office writes down what the unit did on paper
		return first, !c.ofUnit(), c.mustHandle(ctx)
	}
	for _, role := range step.Doers {
		if (act.Role == "" || string(act.Role) == role) && c.actor.Holds(c.sponsor.ID, units.Role(role)) {
			return rules.Role(role), false, nil
		}
	}
	if act.Role == "" && (len(step.Doers) > 1 || len(act.Attachments) == 0) {
		return "", false, c.notYours(step, "本人登录后同意，或由经办人上传签批件、会议纪要的扫描件后登记。")
	}
	if act.Role == "" {
		act.Role = first
	}
	return act.Role, true, c.mustHandle(ctx)
}

// notYours refuses a step to somebody it does not name, and says who does it.
func (c *casework) notYours(step Step, format string, args ...any) error {
	names := make([]string, len(step.Doers))
	for i, role := range step.Doers {
		names[i] = rules.RoleName(role)
	}
	who := strings.Join(names, "或")
	if step.Name != "" && len(step.Doers) == 1 {
		who = step.Name + "（" + who + "）"
	}
	refusal := ErrStepRole.Say("「%s」由%s办理。", step.Title(), who)
	tail := ErrStepRole.Say(format, args...)
	return refusal.Say("%s%s", refusal.Sentence, tail.Sentence).Under(c.rb.ID, c.app.Articles)
}

// dayOf checks the day on which a step is said to be done: not to come, and not before the steps before it.
func (c *casework) dayOf(seq int, told *sql.Time) (sql.Time, error) {
	on := orElse(told, c.db.Now())
	if on > c.db.Now() || on < earliest {
		return 0, ErrStepDay.On("on")
	}
	for _, step := range c.steps {
		if step.Seq >= seq || step.DoneOn == nil {
			continue
		}
		if last := max(*step.DoneOn, orElse(step.ReceiptOn, 0)); rules.DateOf(on.Std()).Before(rules.DateOf(last.Std())) {
			return 0, ErrStepDay.Say("办理日期不能早于前一个环节「%s」的 %s，请核对后重新填写。", step.Title(), dayText(&last)).On("on")
		}
	}
	return on, nil
}

// evidence asks for the papers that a step needs, and for the number of what an authority or an office outside gave.
func (c *casework) evidence(step Step, onPaper bool, act StageAct) error {
	needs := needsOf(step, onPaper, c.submission())
	cite := func(f *fault.Fault) error { return f.Under(c.rb.ID, c.app.Articles) }
	switch {
	case needs.Form && len(act.Attachments)+len(c.app.Attachments) == 0:
		return cite(ErrStepAttachment.Say("请上传%s。", formName(step.Form)).On("attachments"))
	case needs.Scan && len(act.Attachments) == 0:
		return cite(ErrStepAttachment.Say("请上传「%s」的扫描件。", step.Title()).On("attachments"))
	case needs.Number && act.Number == "":
		return cite(ErrStepNumber.Say("请填写「%s」的文号或编号。", step.Title()).On("number"))
	}
	return nil
}

// StepNeeds is what must be told with a step.
type StepNeeds struct {
	Form   bool `json:"form"`   // its form, attached
	Scan   bool `json:"scan"`   // the scan of what was decided or given
	Number bool `json:"number"` // its number
}

func needsOf(step Step, onPaper bool, submission int) StepNeeds {
	role := rules.Role(step.Doers[0])
	needs := StepNeeds{Form: step.Form != "", Scan: onPaper}
	if role.Outside() {
		needs.Number = step.Place > submission
	}
	if role == rules.RoleUnit {
		switch step.Action {
		case rules.ActionRegister:
			needs.Scan, needs.Number = true, true
		case rules.ActionSecurityTest, rules.ActionDeregister:
			needs.Scan = true
		case rules.ActionFile:
			needs.Scan, needs.Number = onPaper || !step.ToRole.Office(), !step.ToRole.Office()
		}
	}
	return needs
}

// keepNumber writes the number or the day of a step into the register, where it has a field for it.
func (c *casework) keepNumber(ctx context.Context, step Step, on sql.Time) error {
	field := step.stage().Keeps()
	if field == "" || !isAccountObject(c.app.Object) || c.app.EndsAccount() || c.app.GoesOffline() || !c.app.OpensAccount() {
		return nil
	}
	values := map[string]string{field: step.Number}
	switch field {
	case rules.KeepsSecurityTest:
		values[field] = dayText(&on)
	case rules.KeepsApproval:
		values["approved_on"] = dayText(&on)
	}
	before := c.present()
	after := before
	for _, name := range sortedKeys(values) {
		if f, found := FieldNamed(name); !found || !slices.Contains(f.Objects, c.app.Object) && len(f.Objects) > 0 {
			continue
		}
		if err := after.Set(name, values[name]); err != nil {
			return err
		}
		c.app.Wanted[name] = after.Text(name)
	}
	if c.record == nil {
		return nil
	}
	return c.saveRegister(ctx, before, after)
}

// receive is the office's receipt of a filing that was handed in.
func (c *casework) receive(ctx context.Context, i int, act StageAct) error {
	step := &c.steps[i]
	if !c.isOffice() {
		return c.notYours(*step, "已经报送，请等%s登记收到。", c.office.Name)
	}
	on, err := c.dayOf(step.Seq, act.On)
	if err != nil {
		return err
	}
	act.Number = strings.TrimSpace(act.Number)
	switch {
	case rules.DateOf(on.Std()).Before(rules.DateOf(step.DoneOn.Std())):
		return ErrStepDay.Say("登记收到的日期不能早于报送的 %s，请核对后重新填写。", dayText(step.DoneOn)).On("on")
	case act.Number == "":
		return ErrStepNumber.Say("请填写备案登记的编号。").On("number").Under(c.rb.ID, c.app.Articles)
	case !isLine(act.Number, maxNumber) || !isText(act.Opinion, maxOpinion):
		return ErrApplicationText.On("number")
	}
	if err := c.ownFiles(ctx, act.Attachments); err != nil {
		return err
	}
	step.State, step.ReceiptOn, step.ReceiptNumber, step.ReceiptBy, step.ReceiptName = StepDone, &on, act.Number, c.actor.PersonID, cut(c.actor.Name, maxSigner)
	step.Attachments = append(step.Attachments, act.Attachments...)
	return c.went(ctx, i, act, "receive", ActionApplicationReceive)
}

// went settles what follows from a step that is done, and writes everything.
func (c *casework) went(ctx context.Context, i int, act StageAct, name string, action units.Action) error {
	c.settleSteps()
	if err := c.finish(ctx, *c.steps[i].DoneOn); err != nil {
		return err
	}
	c.settleSteps()
	step := c.steps[i]
	on := step.DoneOn
	if name == "receive" {
		on = step.ReceiptOn
	}
	return c.keep(ctx, Act{Act: name, Step: step.Title(), Text: act.Opinion, Number: act.Number, DoneOn: on, Attachments: orEmpty(act.Attachments)}, action,
		sql.Object{"step": step.Title(), "place": step.Place, "role": step.AsRole, "on_paper": step.OnPaper, "number": act.Number, "on": on, "attachments": len(act.Attachments)})
}

// finish ends an application whose steps are all done. A chain that nobody carries out carries the thing out with its end; a
// website off the net is waited for.
func (c *casework) finish(ctx context.Context, on sql.Time) error {
	if slices.ContainsFunc(c.steps, func(s Step) bool { return !s.past() }) || c.app.GoesOffline() && c.app.BackAt == nil {
		return nil
	}
	if c.app.CarriedOutAt == nil {
		if err := c.carryOut(ctx, on); err != nil {
			return err
		}
	}
	c.app.State, c.app.EndedAt = DoneApplication, c.db.Now().Ptr()
	return nil
}

// ReturnApplication gives an application back to the unit, with the reason; what comes from handing it in onwards is done anew.
// By the office, before the thing is carried out. Errors: ErrApplicationOffice, ErrApplicationReason, ErrApplicationState,
// ErrApplicationStale, ErrApplicationNotFound.
func ReturnApplication(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (Application, error) {
	return turn(ctx, db, book, actor, id, version, reason, func(c *casework) (Act, units.Action, error) {
		switch {
		case !c.isOffice():
			return Act{}, "", ErrApplicationOffice
		case c.app.State != RunningApplication || c.app.CarriedOutAt != nil:
			return Act{}, "", ErrApplicationState
		case strings.TrimSpace(reason) == "":
			return Act{}, "", ErrApplicationReason.On("reason")
		}
		c.undo()
		c.app.State = ReturnedApplication
		return Act{Act: "return"}, ActionApplicationReturn, nil
	})
}

// WithdrawApplication takes an application back that is not carried out. ResumeApplication takes it up again. What was handed in
// only the unit's own people take back; its office returns it. A website that went off the net in an emergency is off: that
// report is not withdrawn. Errors: as ReturnApplication, ErrApplicationUnit, ErrForbidden.
func WithdrawApplication(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (Application, error) {
	return turn(ctx, db, book, actor, id, version, reason, func(c *casework) (Act, units.Action, error) {
		if err := c.mustHandle(ctx); err != nil {
			return Act{}, "", err
		}
		if !c.app.State.Open() || c.app.CarriedOutAt != nil || c.app.OffAt != nil {
			return Act{}, "", ErrApplicationState
		}
		if c.app.State == RunningApplication && !c.ofUnit() {
			return Act{}, "", ErrApplicationUnit
		}
		c.undo()
		c.app.State, c.app.EndedAt = WithdrawnApplication, c.db.Now().Ptr()
		return Act{Act: "withdraw"}, ActionApplicationWithdraw, nil
	})
}

// ResumeApplication takes a withdrawn application up again, as a draft. Errors: as WithdrawApplication, units.ErrClosed.
func ResumeApplication(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (Application, error) {
	return turn(ctx, db, book, actor, id, version, "", func(c *casework) (Act, units.Action, error) {
		if err := c.mustHandle(ctx); err != nil {
			return Act{}, "", err
		}
		if c.app.State != WithdrawnApplication {
			return Act{}, "", ErrApplicationState
		}
		if err := units.Lock(ctx, c.db, c.unit.ID); err != nil { // it does not end meanwhile
			return Act{}, "", err
		}
		if unit, err := units.Get(ctx, c.db, units.System, c.unit.ID); err != nil || unit.ClosedAt != nil {
			return Act{}, "", orError(err, units.ErrClosed)
		}
		c.app.State, c.app.EndedAt = DraftApplication, nil
		return Act{Act: "resume"}, ActionApplicationResume, nil
	})
}

// RefuseApplication ends an application at an open step of consent, examination or approval, by whom that step names. A new
// account that stood in the register as applying is closed there and was never in use. Errors: ErrStepNotFound, ErrStepRole,
// ErrApplicationReason, those of DoStage.
func RefuseApplication(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, stepID string, act StageAct) (Application, error) {
	return turn(ctx, db, book, actor, id, version, act.Opinion, func(c *casework) (Act, units.Action, error) {
		i := slices.IndexFunc(c.steps, func(s Step) bool { return s.ID == stepID })
		switch {
		case i < 0:
			return Act{}, "", ErrStepNotFound
		case !c.app.State.Open() || c.steps[i].State != StepOpen || !slices.Contains(deciding, c.steps[i].Action):
			return Act{}, "", ErrApplicationState
		case strings.TrimSpace(act.Opinion) == "":
			return Act{}, "", ErrApplicationReason.On("opinion")
		}
		if err := c.mark(ctx, i, act); err != nil {
			return Act{}, "", err
		}
		c.steps[i].State = StepRefused
		c.app.State, c.app.EndedAt = RefusedApplication, c.db.Now().Ptr()
		line := Act{Act: "refuse", Step: c.steps[i].Title(), Number: act.Number, DoneOn: c.steps[i].DoneOn, Attachments: orEmpty(act.Attachments)}
		return line, ActionApplicationRefuse, c.leaveRegister(ctx)
	})
}

// deciding are the actions of the steps that may end in a refusal.
var deciding = []rules.StageAction{rules.ActionConsent, rules.ActionReview, rules.ActionApprove}

// turn is an act that moves an application as a whole.
func turn(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string,
	decide func(*casework) (Act, units.Action, error)) (Application, error) {
	reason = strings.TrimSpace(reason)
	if !isText(reason, maxOpinion) {
		return Application{}, ErrApplicationReason.On("reason")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		c, err := take(ctx, tx, book, actor, id, version)
		if err != nil {
			return err
		}
		act, action, err := decide(c)
		if err != nil {
			return err
		}
		c.settleSteps()
		act.Text = reason
		return c.keep(ctx, act, action, sql.Object{"reason": reason, "step": act.Step})
	})
	if err != nil {
		return Application{}, wrap(err, "turn application %s", id)
	}
	return loadApplication(ctx, db, id)
}

// undo opens everything from handing in onwards once more; the history keeps what was.
func (c *casework) undo() {
	submission := c.submission()
	for i := range c.steps {
		if i >= submission {
			c.steps[i] = c.steps[i].undone()
		}
	}
}
