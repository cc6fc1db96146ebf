package accounts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// allowed hands in a planned time off the net, and records that it was allowed.
func (w *world) allowed(site accounts.Account, from, until string) *casefile {
	w.t.Helper()
	c := w.offline(site, rules.ProcessTemporaryOffline, from, until)
	must(w.t, "submit", c.submit(accounts.StageAct{}))
	must(w.t, "review", c.do("admin", "逐级审核", c.on("")))
	must(w.t, "approve", c.do("admin", "省政府办公厅批准", c.on("")))
	c.announced("temporary-offline", "own_site", "same_level_portal")
	return c
}

func (c *casefile) back() error {
	return c.took(accounts.BackOnline(c.t.Context(), c.db, c.book, c.of("officer"), c.app.ID, c.app.Version, nil))
}

// What was approved is a time. Who goes off before it says why; and whatever the reason, the year in which the website goes off is
// the one that is counted.
func TestGoingOffBeforeTheApprovedTimeIsSaid(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site, other := w.site(unit, "网站甲", "2025-06-01 09:00"), w.site(unit, "网站乙", "2025-06-01 09:00")
		w.reach("2026-03-02 09:00")
		c := w.allowed(site, "2026-03-10 09:00", "2026-03-20 09:00")
		w.reach("2026-03-09 18:00")
		says(t, "go offline early", c.do("officer", "临时下线", accounts.StageAct{}), accounts.ErrOfflineEarly, "2026-03-10 09:00", "2026-03-09 18:00", "昭通 2018 第12条（二）")
		if got := c.account(); got.State != accounts.InUse {
			t.Errorf("after the refusal the website is %s", got.State)
		}
		must(t, "go offline early with a reason", c.do("officer", "临时下线", accounts.StageAct{Opinion: "机房提前断电"}))
		if step := c.step("临时下线"); step.Opinion != "机房提前断电" || c.app.OffAt == nil || *c.app.OffAt != w.time("2026-03-09 18:00") {
			t.Errorf("it went off at %v, with %q", c.app.OffAt, step.Opinion)
		}
		must(t, "announce", c.do("officer", "公告", accounts.StageAct{}))
		w.reach("2026-03-12 09:00")
		must(t, "BackOnline", c.back())

		w.wentOffline(other, "2026-04-01 09:00", "2026-04-05 09:00")
		w.reach("2026-12-20 09:00")
		next := w.allowed(other, "2027-01-05 09:00", "2027-01-10 09:00")
		w.reach("2026-12-30 09:00")
		says(t, "next year's time in this year", next.do("officer", "临时下线", accounts.StageAct{Opinion: "提前施工"}), accounts.ErrOfflineUsed, "2026 年已用 1 次")
		w.reach("2027-01-05 09:00")
		must(t, "next year's time in its year", next.do("officer", "临时下线", accounts.StageAct{}))
	})
}

// An emergency is reported when it has happened. Beside a planned time off the website is back with the last of the two.
func TestAnEmergencyBesideAPlannedTimeOff(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site := w.site(unit, "网站丙", "2025-06-01 09:00")
		w.reach("2026-03-02 09:00")
		planned := w.allowed(site, "2026-03-10 09:00", "2026-03-20 09:00")
		w.reach("2026-03-10 09:00")
		must(t, "go offline", planned.do("officer", "临时下线", accounts.StageAct{}))
		must(t, "announce", planned.do("officer", "公告", accounts.StageAct{}))
		w.reach("2026-03-11 09:00")
		ahead := w.offline(site, rules.ProcessEmergencyOffline, "2026-03-12 09:00", "")
		says(t, "an emergency to come", ahead.submit(ahead.on("")), accounts.ErrOfflineAhead, "不能晚于现在")
		must(t, "the time that it happened", ahead.save(accounts.ApplicationDraft{OffFrom: w.time("2026-03-11 08:00").Ptr()}))
		must(t, "report", ahead.submit(ahead.on("")))
		must(t, "the emergency is over", ahead.back())
		if got := ahead.account(); got.State != accounts.Suspended {
			t.Errorf("the website is %s while its planned time goes on, want suspended", got.State)
		}
		must(t, "the planned time is over", planned.back())
		if got := planned.account(); got.State != accounts.InUse {
			t.Errorf("the website is %s when it is back, want in use", got.State)
		}
	})
}

// A website that a person had suspended before is suspended when the emergency is over, also where a second one began meanwhile.
func TestTheEndOfAnEmergencyPutsNothingInUseThatWasSuspendedBefore(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("tongnan-2022", units.LevelPrefectureDepartment)
		w.at("2026-03-02 09:00")
		site := w.site(unit, "网站戊", "2026-03-02 09:00")
		site, err := accounts.Suspend(t.Context(), w.db, w.book, w.People["admin"], site.ID, site.Version, "改版")
		must(t, "Suspend", err)
		w.adopt(unit, "zhaotong-2018", units.LocalLayer, "2026-03-03")
		w.at("2026-03-10 09:00")
		first := w.offline(site, rules.ProcessEmergencyOffline, "2026-03-10 08:00", "")
		must(t, "report", first.submit(first.on("")))
		must(t, "return", first.took(accounts.ReturnApplication(t.Context(), w.db, w.book, w.People["admin"], first.app.ID, first.app.Version, "时间不对")))
		must(t, "report again", first.submit(first.on("")))
		second := w.offline(site, rules.ProcessEmergencyOffline, "2026-03-10 09:00", "")
		must(t, "report another", second.submit(second.on("")))
		w.at("2026-03-11 09:00")
		for _, c := range []*casefile{first, second} {
			must(t, "the emergency is over", c.back())
			if got := c.account(); got.State != accounts.Suspended {
				t.Errorf("the website is %s after the emergency, want suspended as before it", got.State)
			}
		}
		site, err = accounts.Load(t.Context(), w.db, site.ID)
		must(t, "Load", err)
		if site, err = accounts.PutInUse(t.Context(), w.db, w.book, w.People["admin"], site.ID, site.Version); err != nil || site.State != accounts.InUse {
			t.Errorf("PutInUse by a person = %s, %v", site.State, err)
		}
	})
}

// A website that is shut while it is off the net has no day any more on which it must be back.
func TestWhatIsShutWhileItIsOffNeedNotComeBack(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site := w.site(unit, "网站己", "2025-06-01 09:00")
		w.reach("2026-03-02 09:00")
		c := w.allowed(site, "2026-03-10 09:00", "2026-03-20 09:00")
		w.reach("2026-03-10 09:00")
		must(t, "go offline", c.do("officer", "临时下线", accounts.StageAct{}))
		running := func() (n int) {
			clocks, err := rules.ClocksOf(t.Context(), w.db, accounts.ApplicationSubject, c.app.ID)
			must(t, "ClocksOf", err)
			for _, clock := range clocks {
				if clock.Running() {
					n++
				}
			}
			return n
		}
		if running() != 1 {
			t.Fatalf("%d clocks of the return run, want one", running())
		}
		w.reach("2026-03-15 09:00")
		must(t, "close", accounts.CloseForTest(t.Context(), w.db, w.book, site.ID))
		if running() != 0 {
			t.Error("the website is shut, and its return is still waited for")
		}
	})
}

// What the head agreed to is not exchanged with the step that hands it in.
func TestWhatIsWrittenWithAStepIsAgreedToAgain(t *testing.T) {
	each(t, func(w *world) {
		c := w.opens("清源发布")
		must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		act := c.on("")
		act.Wanted = accounts.Wanted{"name": "清源快讯"}
		says(t, "submit another name", c.submit(act), accounts.ErrStepOrder, "主要负责人同意")
		if app, err := accounts.GetApplication(t.Context(), w.db, w.People["officer"], c.app.ID); err != nil || app.Title != "清源发布" || app.State != accounts.DraftApplication {
			t.Errorf("after the refusal it is %s %s, %v", app.State, app.Title, err)
		}
		act.Wanted = accounts.Wanted{"name": "清源发布"}
		must(t, "submit the same name", c.submit(act))
	})
}

// The figures that hold when it is handed in once more are asked, also where the steps are the same.
func TestWhatIsHandedInAgainStandsUnderThePresentFigures(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("zhaotong-2018", units.LevelPrefectureDepartment)
		site := w.site(unit, "网站丁", "2025-06-01 09:00")
		w.reach("2026-03-02 09:00")
		c := w.offline(site, rules.ProcessTemporaryOffline, "2026-05-01 09:00", "2026-05-25 09:00")
		must(t, "submit", c.submit(accounts.StageAct{}))
		must(t, "return", c.took(accounts.ReturnApplication(t.Context(), w.db, w.book, w.People["admin"], c.app.ID, c.app.Version, "时间太长")))
		w.choose(rules.Change{UnitID: unit.ID, Rulebook: "zhaotong-2018", What: rules.FigureChange, Section: rules.SectionTemporaryOffline, Rule: rules.SectionTemporaryOffline,
			Field: "max_duration", Value: `{"n":10,"unit":"day"}`, Reason: "本市从严", FromAt: w.day("2026-03-03")})
		w.reach("2026-03-03 09:00")
		says(t, "submit again", c.submit(accounts.StageAct{}), accounts.ErrOfflineLong, "10")
	})
}

// A process or an object outside the vocabulary is refused with a sentence, not with the word itself.
func TestAnUnknownProcessIsRefused(t *testing.T) {
	each(t, func(w *world) {
		for what, in := range map[string]accounts.NewApplication{
			"process": {UnitID: w.Town.ID, Process: "rename_everything", Object: rules.NewMedia},
			"object":  {UnitID: w.Town.ID, Process: rules.ProcessOpen, Object: "planet"},
		} {
			_, err := w.begin(in)
			says(t, "Apply with an unknown "+what, err, accounts.ErrProcessUnknown, "没有这种申请事项")
		}
	})
}

// almostGiven is an application of a unit for a mailbox, of which only the last step is to be done.
func (w *world) almostGiven(unit units.Unit, mailbox string) *casefile {
	w.t.Helper()
	c := w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.Mailbox,
		Draft: accounts.ApplicationDraft{Wanted: accounts.Wanted{"mailbox": mailbox}}})
	must(w.t, "submit", c.submit(c.on("")))
	steps := c.view("admin").Steps
	for _, step := range steps[1 : len(steps)-1] {
		must(w.t, step.Title, c.do("admin", step.Title, c.on("")))
	}
	return c
}

// given does the last step, on a handle that may be a transaction.
func (c *casefile) given(db *sql.DB, act accounts.StageAct) error {
	steps, err := accounts.StepsOf(c.t.Context(), db, c.app.ID)
	if err == nil {
		_, err = accounts.DoStage(c.t.Context(), db, c.book, c.of("admin"), c.app.ID, c.app.Version, steps[len(steps)-1].ID, act)
	}
	return err
}

// A website's domain is one however it is typed, and goes to one of two who get it at once.
func TestTwoDoNotGetOneMailbox(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("dongcheng-2014", units.LevelCountyDepartment)
		results := make(chan error, 2)
		for _, c := range []*casefile{w.almostGiven(unit, "Kefu@example.gov.cn"), w.almostGiven(unit, "kefu@EXAMPLE.gov.cn")} {
			act := c.on("")
			go func() { results <- c.given(w.db, act) }()
		}
		first, second := <-results, <-results
		if (first == nil) == (second == nil) {
			t.Fatalf("the same mailbox twice at once: %v, %v; want one of them refused", first, second)
		}
		says(t, "the later one", errors.Join(first, second), accounts.ErrRegistrationHad, "kefu@example.gov.cn")
	})
}

// Nor do units of two offices: the second is under way before what the first did can be seen.
func TestTwoOfficesDoNotGiveOneMailbox(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("dongcheng-2014", units.LevelCountyDepartment)
		office, err := units.Create(t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: "云岭镇人民政府办公室", Level: units.LevelOffice, IsOffice: true, Rulebook: "dongcheng-2014"})
		must(t, "units.Create", err)
		for who, role := range map[string]units.Role{"officer": units.InfoOfficer, "admin": units.OfficeAdmin} {
			w.People[who+"-"+office.ID] = unitstest.Person(t, w.db, who+"-"+office.ID, who, role, office)
		}
		first, second := w.almostGiven(unit, "kefu@example.gov.cn"), w.almostGiven(office, "kefu@example.gov.cn")
		acts := []accounts.StageAct{first.on(""), second.on("")}
		err = w.behind(func(tx *sql.DB) error { return first.given(tx, acts[0]) }, func() error { return second.given(w.db, acts[1]) })
		says(t, "the second", err, accounts.ErrRegistrationHad, "kefu@example.gov.cn")
	})
}

// behind begins something while the transaction of something else is open, and returns what came of it. Whoever looks and writes
// without waiting is through before the first is kept.
func (w *world) behind(first func(tx *sql.DB) error, second func() error) error {
	w.t.Helper()
	late := make(chan error, 1)
	must(w.t, "the first", w.db.InTx(w.t.Context(), func(tx *sql.DB) error {
		if err := first(tx); err != nil {
			return err
		}
		go func() { late <- second() }()
		select {
		case err := <-late:
			late <- err
		case <-time.After(300 * time.Millisecond):
		}
		return nil
	}))
	return <-late
}

// Two openings of one unit on one platform are counted one after the other, also when they are handed in at once.
func TestTwoOpeningsAtOnceAreCounted(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-03 10:00")
		asked := []*casefile{w.opens("清源发布"), w.opens("清源快讯")}
		acts := []accounts.StageAct{asked[0].on(""), asked[1].on("")}
		for _, c := range asked {
			must(t, "consent", c.do("head", "主要负责人同意", accounts.StageAct{}))
		}
		submit := func(db *sql.DB, i int) error {
			_, err := accounts.Submit(t.Context(), db, w.book, w.People["officer"], asked[i].app.ID, asked[i].app.Version, acts[i])
			return err
		}
		err := w.behind(func(tx *sql.DB) error { return submit(tx, 0) }, func() error { return submit(w.db, 1) })
		says(t, "the second", err, accounts.ErrAccountLimit, "清源发布")
	})
}

// A mailbox ends once. What is asked of one that ended is said before the last step, and refused there.
func TestAMailboxIsCancelledOnce(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("dongcheng-2014", units.LevelCountyDepartment)
		id := w.registered(unit, rules.Mailbox)
		var asked []*casefile
		for range 3 {
			asked = append(asked, w.apply(accounts.NewApplication{UnitID: unit.ID, Process: rules.ProcessCancel, Object: rules.Mailbox, RegistrationID: id}))
		}
		for _, c := range asked[:2] {
			must(t, "submit", c.submit(c.on("")))
			steps := c.view("admin").Steps
			for _, step := range steps[1 : len(steps)-1] {
				must(t, step.Title, c.do("admin", step.Title, c.on("")))
			}
		}
		must(t, "cancel", asked[0].given(w.db, asked[0].on("")))
		if got := asked[1].lacks(); !strings.Contains(got, "已经注销或者换成了别的") {
			t.Errorf("missing: %s", got)
		}
		says(t, "cancel again", asked[1].given(w.db, asked[1].on("")), accounts.ErrApplicationAbout, "已经注销或者换成了别的")
		says(t, "hand in", asked[2].submit(asked[2].on("")), accounts.ErrApplicationAbout, "已经注销或者换成了别的")
	})
}
