package accounts_test

import (
	"bytes"
	"strings"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// casefile acts on one application, which it knows as the last answer left it.
type casefile struct {
	*world
	app accounts.Application
}

// onPaper is a small file that the store takes.
var onPaper = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82")

// scan attaches a file to a unit and returns its id.
func (w *world) scan(unitID string) string {
	w.t.Helper()
	store, err := files.OpenFolder(w.t.TempDir())
	if err != nil {
		w.t.Fatalf("files.OpenFolder: %v", err)
	}
	attachment, err := accounts.Attach(w.t.Context(), w.db, store, w.People["admin"], unitID, "扫描件.png", bytes.NewReader(onPaper))
	if err != nil {
		w.t.Fatalf("Attach: %v", err)
	}
	return attachment.ID
}

// staffed is a unit under a rulebook with its people: officer-ID, head-ID and deputy-ID.
func (w *world) staffed(rulebook string, level units.Level) units.Unit {
	w.t.Helper()
	unit, err := units.Create(w.t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: "云岭" + rulebook + string(level), Level: level, Rulebook: rulebook})
	if err != nil {
		w.t.Fatalf("units.Create: %v", err)
	}
	for who, role := range map[string]units.Role{"officer": units.InfoOfficer, "head": units.UnitHead, "deputy": units.UnitDeputy} {
		w.People[who+"-"+unit.ID] = unitstest.Person(w.t, w.db, who+"-"+unit.ID, who, role, unit)
	}
	return unit
}

// of names somebody of the application's unit: officer, head, deputy; anybody else as he is.
func (c *casefile) of(who string) units.Actor {
	if person, found := c.People[who+"-"+c.app.UnitID]; found {
		return person
	}
	return c.People[who]
}

// begin applies as the officer of the unit.
func (w *world) begin(in accounts.NewApplication) (*casefile, error) {
	w.t.Helper()
	officer, found := w.People["officer-"+in.UnitID]
	if !found {
		officer = w.People["officer"]
	}
	app, err := accounts.Apply(w.t.Context(), w.db, w.book, officer, in)
	return &casefile{world: w, app: app}, err
}

func (w *world) apply(in accounts.NewApplication) *casefile {
	w.t.Helper()
	c, err := w.begin(in)
	if err != nil {
		w.t.Fatalf("Apply: %v", err)
	}
	return c
}

// opens is an application for a weibo account of Town, with all that is told before it is approved.
func (w *world) opens(name string) *casefile {
	w.t.Helper()
	return w.apply(accounts.NewApplication{UnitID: w.Town.ID, Process: rules.ProcessOpen, Object: rules.NewMedia,
		Draft: accounts.ApplicationDraft{Reason: ref("便民服务"), Wanted: accounts.Wanted{"name": name, "kind": "微博"}}})
}

func (c *casefile) took(app accounts.Application, err error) error {
	if err == nil {
		c.app = app
	}
	return err
}

// step finds a step by its title, or a part of it.
func (c *casefile) step(title string) accounts.Step {
	c.t.Helper()
	steps, err := accounts.StepsOf(c.t.Context(), c.db, c.app.ID)
	if err != nil {
		c.t.Fatalf("StepsOf: %v", err)
	}
	for _, step := range steps {
		if strings.Contains(step.Title(), title) {
			return step
		}
	}
	c.t.Fatalf("no step %q among %+v", title, steps)
	return accounts.Step{}
}

func (c *casefile) save(draft accounts.ApplicationDraft) error {
	return c.took(accounts.SaveApplication(c.t.Context(), c.db, c.book, c.of("officer"), c.app.ID, c.app.Version, draft))
}

func (c *casefile) submit(act accounts.StageAct) error {
	return c.took(accounts.Submit(c.t.Context(), c.db, c.book, c.of("officer"), c.app.ID, c.app.Version, act))
}

func (c *casefile) do(who, title string, act accounts.StageAct) error {
	c.t.Helper()
	return c.took(accounts.DoStage(c.t.Context(), c.db, c.book, c.of(who), c.app.ID, c.app.Version, c.step(title).ID, act))
}

// on is an act on a day, with a number and a scan.
func (c *casefile) on(day string) accounts.StageAct {
	act := accounts.StageAct{Number: "示范办函〔2026〕12号", Attachments: []string{c.scan(c.app.UnitID)}}
	if day != "" {
		act.On = c.time(day + " 09:00").Ptr()
	}
	return act
}

func (c *casefile) waive(who, rule, reason string) error {
	return c.took(accounts.Waive(c.t.Context(), c.db, c.book, c.of(who), c.app.ID, c.app.Version, rule, reason))
}

func (c *casefile) view(who string) accounts.ApplicationView {
	c.t.Helper()
	view, err := accounts.ViewApplication(c.t.Context(), c.db, c.book, c.of(who), c.app.ID)
	if err != nil {
		c.t.Fatalf("ViewApplication: %v", err)
	}
	return view
}

func (c *casefile) account() accounts.Record {
	c.t.Helper()
	if c.app.AccountID == nil {
		c.t.Fatal("the application has no account yet")
	}
	record, err := accounts.RecordOf(c.t.Context(), c.db, units.System, *c.app.AccountID)
	if err != nil {
		c.t.Fatalf("RecordOf: %v", err)
	}
	return record
}

// announced drafts, signs and publishes the notice of the application, at the places named.
func (c *casefile) announced(rule string, places ...string) *notices {
	c.t.Helper()
	n := c.notice(rule)
	must(c.t, "PublishNotice", n.publish(""))
	for _, place := range places {
		must(c.t, "AddNoticePlace "+place, n.place(place, ""))
	}
	return n
}

// notice drafts and signs the notice of the application.
func (c *casefile) notice(rule string) *notices {
	c.t.Helper()
	in := accounts.NewNotice{UnitID: c.app.UnitID, AccountID: c.app.AccountID, ApplicationID: &c.app.ID, Process: c.app.Process, Object: c.app.Object,
		WebsiteClass: c.app.WebsiteClass, Title: "公告", Body: "公告如下。"}
	if rule != "" {
		in.Rulebook, in.Rule = c.app.Rulebook, rule
	}
	view, err := accounts.DraftNotice(c.t.Context(), c.db, c.book, c.of("officer"), in)
	must(c.t, "DraftNotice", err)
	n := &notices{world: c.world, who: c.of("head"), view: view}
	must(c.t, "SignNotice", n.sign())
	n.who = c.of("officer")
	return n
}

// lacks are the texts of what stands against the next act.
func (c *casefile) lacks() string {
	c.t.Helper()
	lacks, err := accounts.Missing(c.t.Context(), c.db, c.book, c.of("officer"), c.app.ID)
	must(c.t, "Missing", err)
	var texts []string
	for _, lack := range lacks {
		if lack.Refuses && !lack.Waived {
			texts = append(texts, lack.Text)
		}
	}
	return strings.Join(texts, "|")
}

// audited reports whether an action stands in the audit chain of a unit.
func (w *world) audited(unitID, action string) bool {
	w.t.Helper()
	lines, err := sql.List[units.AuditLine](w.t.Context(), w.db, "audit_line.chain", sql.Args{"chain": unitID})
	must(w.t, "audit_line.chain", err)
	for _, line := range lines {
		if line.Action == action {
			return true
		}
	}
	return false
}
