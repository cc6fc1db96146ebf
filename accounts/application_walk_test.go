package accounts_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// walk is one application on its way through a chain, which is read from the rulebook and from nowhere else.
type walk struct {
	*casefile
	what  string
	rb    *rules.Rulebook
	chain rules.ApprovalChain
	clerk units.Actor // at the unit, without applications to handle
}

// Every chain of every rulebook, walked to its end, and refused at each wrong turn.
func TestEveryChainIsWalkedAndNoWrongTurnIsTaken(t *testing.T) {
	walked := map[string]bool{}
	each(t, func(w *world) {
		for _, rb := range w.book.Library.All() {
			for _, chain := range rb.ApprovalChains {
				for _, process := range chain.Processes {
					for _, object := range chain.Objects {
						w.at("2026-03-02 09:00")
						wk := w.walkFor(rb, chain, process, object)
						wk.all()
						walked[wk.what] = true
					}
				}
			}
		}
	})
	if len(walked) < 25 {
		t.Errorf("only %d walks: the chains were not read", len(walked))
	}
}

// walkFor begins an application for one process of one object under a chain.
func (w *world) walkFor(rb *rules.Rulebook, chain rules.ApprovalChain, process rules.Process, object rules.Object) *walk {
	w.t.Helper()
	unit, err := units.Create(w.t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: fmt.Sprintf("%s %s %s %s局", rb.ShortName, chain.ID, process, object),
		ShortName: "云岭局", Level: units.LevelInstitution, Rulebook: rb.ID})
	must(w.t, "units.Create", err)
	for who, role := range map[string]units.Role{"officer": units.InfoOfficer, "head": units.UnitHead, "deputy": units.UnitDeputy, "clerk": units.LayoutStaff} {
		w.People[who+"-"+unit.ID] = unitstest.Person(w.t, w.db, who+"-"+unit.ID, who, role, unit)
	}
	in := accounts.NewApplication{UnitID: unit.ID, Process: process, Object: object, WebsiteClass: chain.WebsiteClass, Draft: accounts.ApplicationDraft{Reason: ref("工作需要")}}
	w.aim(&in, unit, chain)
	wk := &walk{casefile: w.apply(in), what: fmt.Sprintf("%s %s: %s of a %s", rb.ID, chain.ID, process, object), rb: rb, chain: chain, clerk: w.People["clerk-"+unit.ID]}
	if wk.app.Chain != chain.ID {
		w.t.Fatalf("%s follows chain %s", wk.what, wk.app.Chain)
	}
	return wk
}

// aim gives an application what it is about.
func (w *world) aim(in *accounts.NewApplication, unit units.Unit, chain rules.ApprovalChain) {
	w.t.Helper()
	kinds := map[rules.Object]accounts.Kind{rules.NewMedia: accounts.KindWeibo, rules.Website: accounts.KindWebsite, rules.Subsite: accounts.KindSubsite, rules.Column: accounts.KindWebsite}
	have := func() accounts.Account {
		new := w.valid(kinds[in.Object], "原名"+unit.ID)
		new.UnitID, new.InUseAt = unit.ID, w.time("2026-01-05 09:00").Ptr()
		return w.create(new)
	}
	wanted := accounts.Wanted{}
	switch {
	case in.Object == rules.Domain || in.Object == rules.Mailbox:
		wanted[string(in.Object)] = "www.yl" + unit.ID + ".gov.cn"
		if in.Process == rules.ProcessCancel {
			in.RegistrationID, wanted = w.registered(unit, in.Object), accounts.Wanted{}
		}
	case in.Object == rules.Column:
		site := have()
		column := w.column(site, rules.NewsColumn, 1, "要闻", "2026-01-06 09:00")
		in.ColumnID = column.ID
		if in.Process != rules.ProcessRedesign {
			wanted["column_act"] = accounts.ColumnRemove
		}
	case in.Process == rules.ProcessOpen:
		wanted["name"], wanted["kind"] = "云岭发布", kinds[in.Object].Label()
		for _, field := range []string{"domain", "hosting", "operator"} {
			if in.Object == rules.Website {
				wanted[field] = "云岭"
			}
		}
	default:
		in.AccountID = have().ID
		switch in.Process {
		case rules.ProcessChange:
			wanted["name"] = "新名"
			if len(chain.Fields) > 0 {
				wanted = accounts.Wanted{"contact": "云小禾 0744-0000000"}
			}
		case rules.ProcessChangeDomain:
			wanted["domain"] = "www.yunling.gov.cn"
		case rules.ProcessTemporaryOffline:
			in.Draft.OffFrom, in.Draft.OffUntil = w.time("2026-04-01 09:00").Ptr(), w.time("2026-04-10 09:00").Ptr()
		case rules.ProcessEmergencyOffline:
			in.Draft.OffFrom, in.Draft.Cause = w.time("2026-03-02 08:00").Ptr(), ref("ordered_emergency_shutdown")
		case rules.ProcessShut, rules.ProcessCancel, rules.ProcessMigrate:
			in.Draft.Ending = &accounts.Ending{ArchivedOn: w.time("2026-03-01 09:00").Ptr(), ArchivedTo: "区档案馆", Proof: sql.Strings{w.scan(unit.ID)}, GoneTo: "区政府门户网站"}
		}
	}
	in.Draft.Wanted = wanted
}

// registered gives a unit a mailbox or a domain by the chain for it, and returns it.
func (w *world) registered(unit units.Unit, object rules.Object) string {
	w.t.Helper()
	c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: object, Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{string(object): "a" + unit.ID + "@example.gov.cn"}}})
	must(w.t, "submit", c.submit(c.on("")))
	for _, step := range c.view("admin").Steps[1:] {
		must(w.t, step.Title, c.do("admin", step.Title, c.on("")))
	}
	list, err := accounts.Registrations(w.t.Context(), w.db, c.of("officer"), accounts.RegistrationFilter{UnitID: unit.ID, Limit: 10})
	if err != nil || len(list) != 1 {
		w.t.Fatalf("Registrations = %+v, %v", list, err)
	}
	return list[0].ID
}

// all walks every step in its order, with a day between two of them.
func (wk *walk) all() {
	wk.t.Helper()
	steps := wk.steps()
	if len(steps) != len(wk.chain.Stages) {
		wk.t.Fatalf("%s has %d steps, the rulebook %d", wk.what, len(steps), len(wk.chain.Stages))
	}
	seq := 0
	for i, step := range steps {
		*wk.now = wk.now.Add(24 * time.Hour)
		if step.Seq != seq {
			seq = step.Seq
			if planned := wk.app.OffFrom; planned != nil && step.Action == rules.ActionExecute && wk.now.Before(planned.Std()) {
				*wk.now = planned.Std()
			}
			wk.announce(steps, seq)
			wk.outOfOrder(steps, seq)
		}
		wk.wrongly(step, i)
		wk.rightly(step)
		wk.twice(step)
		if wk.app.EndsAccount() && wk.app.CarriedOutAt != nil && wk.app.State == accounts.RunningApplication { // its proof stays
			says(wk.t, wk.what+" another end", wk.save(accounts.ApplicationDraft{Ending: &accounts.Ending{}}), accounts.ErrApplicationState)
		}
		if step.Action == rules.ActionAnnounce {
			*wk.now = wk.now.Add(45 * 24 * time.Hour) // the notice stands
		}
	}
	wk.end()
}

func (wk *walk) steps() []accounts.Step {
	wk.t.Helper()
	steps, err := accounts.StepsOf(wk.t.Context(), wk.db, wk.app.ID)
	must(wk.t, "StepsOf", err)
	return steps
}

// announce publishes what the steps of one number announce; where the chain has no step for it, what is asked beside it goes
// before the thing is carried out.
func (wk *walk) announce(steps []accounts.Step, seq int) {
	wk.t.Helper()
	announces := slices.ContainsFunc(steps, func(s accounts.Step) bool { return s.Action == rules.ActionAnnounce })
	asked := wk.rb.NoticesFor(wk.app.Process, wk.app.Object, wk.app.WebsiteClass)
	for _, step := range steps {
		if step.Seq != seq || step.Action != rules.ActionAnnounce && (announces || step.Action != rules.ActionExecute || len(asked) == 0) {
			continue
		}
		published := false
		for _, rule := range asked {
			if step.Notice == "" || step.Notice == rule.ID {
				wk.announced(rule.ID, rule.Places...)
				published = true
			}
		}
		if !published {
			wk.announced("")
		}
	}
}

// doer is who does a step, and as what.
func (wk *walk) doer(step accounts.Step) (who string, act accounts.StageAct) {
	role := rules.Role(step.Doers[0])
	submission := wk.chain.Submission()
	act = wk.on("")
	act.On = nil
	switch {
	case role == rules.RoleUnitCollective:
		act.Role = role
		return "officer", act
	case role.Office(), role.Outside() && step.Place > submission:
		return "admin", act
	case role == rules.RoleUnitHead:
		return "head", act
	case role == rules.RoleUnitDeputy:
		return "deputy", act
	}
	return "officer", act
}

func (wk *walk) try(actor units.Actor, version int64, step accounts.Step, act accounts.StageAct) error {
	_, err := accounts.DoStage(wk.t.Context(), wk.db, wk.book, actor, wk.app.ID, version, step.ID, act)
	return err
}

// step does a step, as the last answer left the application.
func (wk *walk) step(who string, step accounts.Step, act accounts.StageAct) error {
	return wk.took(accounts.DoStage(wk.t.Context(), wk.db, wk.book, wk.of(who), wk.app.ID, wk.app.Version, step.ID, act))
}

// refusedBy checks that a wrong turn is refused, by one of the faults, with a sentence, and that nothing changed.
func (wk *walk) refusedBy(turn string, step accounts.Step, err error, want ...*fault.Fault) {
	wk.t.Helper()
	got := fault.As(err)
	if got == nil || !slices.ContainsFunc(want, func(f *fault.Fault) bool { return f.Code == got.Code }) || got.Sentence == "" {
		wk.t.Errorf("%s, %s, %s: %v, want %s", wk.what, step.Title(), turn, err, want[0].Code)
	}
	now, err := accounts.GetApplication(wk.t.Context(), wk.db, units.System, wk.app.ID)
	if err != nil || now.Version != wk.app.Version {
		wk.t.Fatalf("%s, %s, %s left version %d, %v, want %d", wk.what, step.Title(), turn, now.Version, err, wk.app.Version)
	}
}

// outOfOrder tries every step whose turn has not come.
func (wk *walk) outOfOrder(steps []accounts.Step, seq int) {
	wk.t.Helper()
	for _, step := range steps {
		if step.Seq > seq {
			who, act := wk.doer(step)
			wk.refusedBy("out of order", step, wk.try(wk.of(who), wk.app.Version, step, act), accounts.ErrStepOrder, accounts.ErrApplicationState)
		}
	}
}

// wrongly tries a step whose turn has come in every way that it must not be done.
func (wk *walk) wrongly(step accounts.Step, i int) {
	wk.t.Helper()
	who, act := wk.doer(step)
	right := wk.of(who)
	wk.refusedBy("by another unit", step, wk.try(wk.People["stranger"], wk.app.Version, step, act), accounts.ErrApplicationNotFound)
	wk.refusedBy("by a clerk", step, wk.try(wk.clerk, wk.app.Version, step, act), accounts.ErrStepRole, accounts.ErrForbidden)
	switch who {
	case "admin":
		wk.refusedBy("by the unit", step, wk.try(wk.of("officer"), wk.app.Version, step, act), accounts.ErrStepRole)
	case "head", "deputy":
		wk.refusedBy("by the officer without a sheet", step, wk.try(wk.of("officer"), wk.app.Version, step, accounts.StageAct{}), accounts.ErrStepRole, accounts.ErrStepAttachment)
		other := act
		other.Role = rules.RoleInfoOfficer
		wk.refusedBy("as another role", step, wk.try(right, wk.app.Version, step, other), accounts.ErrStepRole)
	}
	if step.Doers[0] == string(rules.RoleUnit) {
		bare := act
		bare.Attachments = nil
		wk.refusedBy("by the office without a sheet", step, wk.try(wk.People["admin"], wk.app.Version, step, bare), accounts.ErrStepAttachment)
	}
	if step.Doers[0] == string(rules.RoleUnit) && !wk.chain.Stages[step.Place].IfRequired {
		skip := act
		skip.Skip, skip.Opinion = true, "不适用"
		wk.refusedBy("left out as not applying", step, wk.try(right, wk.app.Version, step, skip), accounts.ErrStepApplies)
	}
	wk.refusedBy("at a stale version", step, wk.try(right, wk.app.Version-1, step, act), accounts.ErrApplicationStale)
	wk.refusedBy("no such step", step, wk.try(right, wk.app.Version, accounts.Step{ID: "0000000000000000"}, act), accounts.ErrStepNotFound)
	ahead := act
	ahead.On = wk.db.Now().Add(48 * time.Hour).Ptr()
	wk.refusedBy("in the future", step, wk.try(right, wk.app.Version, step, ahead), accounts.ErrStepDay)
	if i > 0 && step.Seq > 1 {
		back := act
		back.On = wk.time("2026-03-01 09:00").Ptr()
		wk.refusedBy("before the step before", step, wk.try(right, wk.app.Version, step, back), accounts.ErrStepDay)
	}
	wk.unproven(step, right, act)
}

// unproven leaves out the papers and the number that a step needs.
func (wk *walk) unproven(step accounts.Step, right units.Actor, act accounts.StageAct) {
	wk.t.Helper()
	view, err := accounts.ViewApplication(wk.t.Context(), wk.db, wk.book, right, wk.app.ID)
	must(wk.t, "ViewApplication", err)
	shown := view.Steps[step.Place]
	if !shown.Allowed {
		wk.t.Fatalf("%s, %s: not allowed to the one who does it: %s", wk.what, shown.Title, shown.Refusal)
	}
	if shown.Needs.Scan || shown.Needs.Form {
		bare := act
		bare.Attachments = nil
		wk.refusedBy("without its papers", step, wk.try(right, wk.app.Version, step, bare), accounts.ErrStepAttachment)
		bare.Attachments = []string{"0000000000000000"}
		wk.refusedBy("with papers of nobody", step, wk.try(right, wk.app.Version, step, bare), accounts.ErrStepAttachment)
	}
	if shown.Needs.Number {
		bare := act
		bare.Number = " "
		wk.refusedBy("without its number", step, wk.try(right, wk.app.Version, step, bare), accounts.ErrStepNumber)
	}
}

// rightly does a step, and receives the filing that it may be.
func (wk *walk) rightly(step accounts.Step) {
	wk.t.Helper()
	who, act := wk.doer(step)
	if step.Action == rules.ActionExecute && wk.app.OpensAccount() {
		act.Wanted = map[string]string{"registered_on": wk.now.Format(time.DateOnly)}
		if wk.app.Object == rules.NewMedia {
			act.Wanted["certified"], act.Wanted["certification"] = "是", "云岭局官方"
		}
	}
	must(wk.t, wk.what+" "+step.Title(), wk.step(who, step, act))
	if now := wk.steps()[step.Place]; now.State == accounts.StepHanded {
		wk.refusedBy("the receipt by the unit", step, wk.try(wk.of("officer"), wk.app.Version, step, act), accounts.ErrStepRole)
		bare := act
		bare.Number = ""
		wk.refusedBy("the receipt without a number", step, wk.try(wk.People["admin"], wk.app.Version, step, bare), accounts.ErrStepNumber)
		must(wk.t, wk.what+" receipt of "+step.Title(), wk.step("admin", step, act))
	}
	if now := wk.steps()[step.Place]; now.State != accounts.StepDone || now.DoneOn == nil || now.PersonName == "" {
		wk.t.Fatalf("%s, %s: after it was done it is %+v", wk.what, step.Title(), now)
	}
}

func (wk *walk) twice(step accounts.Step) {
	wk.t.Helper()
	who, act := wk.doer(step)
	wk.refusedBy("a second time", step, wk.try(wk.of(who), wk.app.Version, step, act), accounts.ErrStepDone)
}

// end brings back what is off the net, and looks at what is left.
func (wk *walk) end() {
	wk.t.Helper()
	if wk.app.GoesOffline() {
		must(wk.t, "BackOnline", wk.took(accounts.BackOnline(wk.t.Context(), wk.db, wk.book, wk.of("officer"), wk.app.ID, wk.app.Version, nil)))
	}
	if wk.app.State != accounts.DoneApplication || wk.app.CarriedOutAt == nil {
		wk.t.Errorf("%s ends %s, carried out %v", wk.what, wk.app.State, wk.app.CarriedOutAt)
	}
	if wk.app.AccountID != nil {
		want := accounts.InUse
		if wk.app.EndsAccount() {
			want = accounts.Closed
		}
		if got := wk.account(); got.State != want || wk.app.EndsAccount() && got.GoneTo == "" {
			wk.t.Errorf("%s leaves the account %s, gone to %q; want %s", wk.what, got.State, got.GoneTo, want)
		}
	}
	broken, err := units.VerifyChain(wk.t.Context(), wk.db, wk.app.UnitID)
	if err != nil || !broken.Intact() {
		wk.t.Errorf("%s: the audit chain: %+v, %v", wk.what, broken, err)
	}
	acts, err := accounts.ActsOf(wk.t.Context(), wk.db, wk.app.ID)
	if err != nil || len(acts) < len(wk.chain.Stages)+1 {
		wk.t.Errorf("%s: %d acts in the history, %v", wk.what, len(acts), err)
	}
}

// Two administrators approve the same stage in the same moment: one of them did.
func TestTwoWhoDecideAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-20 10:00")
		c := w.opens("清源发布")
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		must(t, "submit", c.submit(c.on("")))
		second := unitstest.Person(t, w.db, "admin2", "杉管理", units.OfficeAdmin, w.Office)
		step, errs := c.step("上报"), make([]error, 2)
		var both sync.WaitGroup
		for i, actor := range []units.Actor{w.People["admin"], second} {
			both.Add(1)
			go func() {
				defer both.Done()
				_, errs[i] = accounts.DoStage(t.Context(), w.db, w.book, actor, c.app.ID, c.app.Version, step.ID, accounts.StageAct{})
			}()
		}
		both.Wait()
		won := slices.Index(errs, nil)
		if won < 0 || errs[1-won] == nil {
			t.Fatalf("both: %v, want one to win", errs)
		}
		says(t, "the other", errs[1-won], accounts.ErrApplicationStale, "现在的情况")
		acts, err := accounts.ActsOf(t.Context(), w.db, c.app.ID)
		if err != nil || len(acts) != 4 || acts[3].Step != "区政府办公室向市政府办公厅上报" {
			t.Errorf("the history: %+v, %v; want create, do, submit, do", acts, err)
		}
	})
}
