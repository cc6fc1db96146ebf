package oversight_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// duties is a district under 潼南 2022 with a clock that the test sets.
type duties struct {
	t    *testing.T
	db   *sql.DB
	now  *time.Time
	book rules.Book
	unitstest.Place
}

// eachDuties runs a test in a fresh district on each database.
func eachDuties(t *testing.T, test func(w *duties)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		library, err := rules.Builtin()
		if err != nil {
			t.Fatalf("rules.Builtin: %v", err)
		}
		now := beijing(t, "2024-06-03 09:00")
		w := &duties{t: t, now: &now, book: rules.NewBook(library)}
		w.db = db.WithClock(func() time.Time { return *w.now })
		w.Place = unitstest.District(t, w.db)
		test(w)
	})
}

func beijing(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, s, sql.Beijing); err == nil {
			return at
		}
	}
	t.Fatalf("beijing(%q): no such time", s)
	return time.Time{}
}

func (w *duties) time(s string) sql.Time { return sql.FromStd(beijing(w.t, s)) }

func (w *duties) at(s string) { *w.now = beijing(w.t, s) }

// under adds a unit that works under another rulebook, and an officer and a head of it.
func (w *duties) under(rulebook string) (unit units.Unit, officer units.Actor) {
	w.t.Helper()
	unit, err := units.Create(w.t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: "单位" + rulebook, Level: units.LevelCountyDepartment, Rulebook: rulebook})
	if err != nil {
		w.t.Fatalf("units.Create: %v", err)
	}
	return unit, unitstest.Person(w.t, w.db, "officer-"+rulebook, "办小事", units.InfoOfficer, unit)
}

// office adds an office of its own under a rulebook, with its administrator.
func (w *duties) office(rulebook string) (unit units.Unit, admin units.Actor) {
	w.t.Helper()
	unit, err := units.Create(w.t.Context(), w.db, units.System, units.NewUnit{Name: "办公室" + rulebook, Level: units.LevelOffice, IsOffice: true, Rulebook: rulebook})
	if err != nil {
		w.t.Fatalf("units.Create: %v", err)
	}
	return unit, unitstest.Person(w.t, w.db, "admin-"+rulebook, "管小事", units.OfficeAdmin, unit)
}

// account registers an account of a unit that is in use since an instant.
func (w *duties) account(unit units.Unit, kind accounts.Kind, name, since string) accounts.Account {
	w.t.Helper()
	platform := accounts.Website
	if kind == accounts.KindWeibo {
		platform = accounts.Weibo
	}
	account, err := accounts.Create(w.t.Context(), w.db, w.book, units.System, accounts.NewAccount{UnitID: unit.ID, Platform: platform, Kind: kind, Name: name,
		Mode: accounts.Manual, State: accounts.InUse, InUseAt: w.time(since).Ptr()})
	if err != nil {
		w.t.Fatalf("accounts.Create(%s): %v", name, err)
	}
	return account
}

// matter is what is known of a matter of Town under a rule of 潼南 2022.
func (w *duties) matter(section, rule, event string) oversight.NewMatter {
	return oversight.NewMatter{UnitID: w.Town.ID, Rulebook: unitstest.Rulebook, Section: section, Rule: rule, Title: "一件事", EventAt: w.time(event)}
}

func (w *duties) open(actor units.Actor, in oversight.NewMatter) oversight.MatterView {
	w.t.Helper()
	matter, err := oversight.OpenMatter(w.t.Context(), w.db, w.book, actor, in)
	if err != nil {
		w.t.Fatalf("OpenMatter(%s %s, %s) = %v, want nil", in.Section, in.Rule, in.EventAt, err)
	}
	return matter
}

func (w *duties) get(id string) oversight.MatterView {
	w.t.Helper()
	matter, err := oversight.GetMatter(w.t.Context(), w.db, w.book, units.System, id)
	if err != nil {
		w.t.Fatalf("GetMatter: %v", err)
	}
	return matter
}

func (w *duties) finish(actor units.Actor, m oversight.MatterView, in oversight.Finish) (oversight.MatterView, error) {
	w.t.Helper()
	return oversight.FinishMatter(w.t.Context(), w.db, w.book, actor, m.ID, m.Version, in)
}

func (w *duties) mustFinish(actor units.Actor, m oversight.MatterView, at string) oversight.MatterView {
	w.t.Helper()
	done, err := w.finish(actor, m, oversight.Finish{At: w.time(at)})
	if err != nil {
		w.t.Fatalf("FinishMatter(%s) = %v, want nil", at, err)
	}
	return done
}

// due checks when a matter is due and how it stands.
func (w *duties) due(m oversight.MatterView, due string, label string) {
	w.t.Helper()
	if m.DueText != due || m.Label != label {
		w.t.Errorf("%s of %s: due %q, %s; want %q, %s", m.Rule, m.EventAt, m.DueText, m.Label, due, label)
	}
}

func (w *duties) turn() int {
	w.t.Helper()
	n, err := oversight.TurnPeriods(w.t.Context(), w.db, w.book)
	if err != nil {
		w.t.Fatalf("TurnPeriods: %v", err)
	}
	return n
}

func (w *duties) act(unit units.Unit, rulebook, section, rule, at string) oversight.NewAct {
	return oversight.NewAct{UnitID: unit.ID, Rulebook: rulebook, Section: section, Rule: rule, At: w.time(at)}
}

func (w *duties) record(actor units.Actor, in oversight.NewAct) oversight.Act {
	w.t.Helper()
	act, err := oversight.RecordAct(w.t.Context(), w.db, w.book, actor, in)
	if err != nil {
		w.t.Fatalf("RecordAct(%s %s, %s) = %v, want nil", in.Section, in.Rule, in.At, err)
	}
	return act
}

// line is how a unit stands with one duty that comes back.
func (w *duties) line(unit units.Unit, section, rule string) oversight.PeriodLine {
	w.t.Helper()
	lines, err := oversight.Periods(w.t.Context(), w.db, w.book, units.System, unit.ID, 0)
	if err != nil {
		w.t.Fatalf("Periods: %v", err)
	}
	for _, line := range lines {
		if line.Section == section && line.Rule == rule {
			return line
		}
	}
	w.t.Fatalf("Periods(%s) has no %s %s", unit.Name, section, rule)
	return oversight.PeriodLine{}
}

// clock is the clock of one duty of a unit; nil when there is none.
func (w *duties) clock(kind rules.SubjectKind, id, section, rule string) *rules.Clock {
	w.t.Helper()
	clocks, err := rules.ClocksOf(w.t.Context(), w.db, kind, id)
	if err != nil {
		w.t.Fatalf("ClocksOf: %v", err)
	}
	for _, clock := range clocks {
		if clock.Section == section && clock.Rule == rule {
			return &clock
		}
	}
	return nil
}

// missed checks what a thing missed, the latest first, each as "rule start → due → end".
func (w *duties) missed(kind rules.SubjectKind, id string, want ...string) {
	w.t.Helper()
	missed, err := rules.MissedBy(w.t.Context(), w.db, kind, id, 0, "", 100)
	if err != nil {
		w.t.Fatalf("MissedBy: %v", err)
	}
	const form = "01-02 15:04"
	var lines []string
	for _, m := range missed {
		lines = append(lines, fmt.Sprintf("%s %s → %s → %s", m.Rule, m.StartedAt.Std().Format(form), m.DueAt.Std().Format(form), m.EndedAt.Std().Format(form)))
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		w.t.Errorf("missed by %s at %s:\n%s\nwant\n%s", kind, w.now.Format(time.DateTime), strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// actions lists what the audit chain of a unit says of a thing, the earliest first.
func (w *duties) actions(unitID, objectID string) []string {
	w.t.Helper()
	lines, err := units.ListAudit(w.t.Context(), w.db, w.People["admin"], units.AuditFilter{UnitID: unitID, ObjectID: objectID, Limit: 100})
	if err != nil {
		w.t.Fatalf("ListAudit: %v", err)
	}
	var actions []string
	for i := len(lines) - 1; i >= 0; i-- {
		actions = append(actions, lines[i].Action)
	}
	return actions
}

// dutyRefused checks that an error is the fault wanted, and that its sentence has some words in it.
func dutyRefused(t testing.TB, what string, err, want error, words ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s = %v, want %v", what, err, want)
		return
	}
	for _, word := range words {
		if sentence := fault.As(err).Sentence; !strings.Contains(sentence, word) {
			t.Errorf("%s says %q, which lacks %q", what, sentence, word)
		}
	}
}
