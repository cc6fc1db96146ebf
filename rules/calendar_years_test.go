package rules_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// inNovember is the database on a day of November 2026, when the notice of 2027 has come out.
func inNovember(t testing.TB, db *sql.DB) *sql.DB {
	return db.WithClock(func() time.Time { return clock(t, "2026-11-22 10:00") })
}

// amended2026 is the file's 2026 with one more day off, the last of December.
func amended2026(t testing.TB) rules.YearDraft {
	t.Helper()
	drafts, err := rules.ParseYears("cn-workdays.yaml", programFiles(t)["calendar/cn-workdays.yaml"].Data)
	if err != nil {
		t.Fatal(err)
	}
	draft := drafts[2]
	draft.Announced, draft.WorkdaysTotal = "2026-11-20", 247
	draft.Rest = append(draft.Rest, rules.RestSpan{Name: "调整", From: "2026-12-31", To: "2026-12-31"})
	return draft
}

func linesOf(t testing.TB, db *sql.DB, year int) []rules.YearLine {
	t.Helper()
	lines, err := rules.Years(t.Context(), db, rules.NewBook(builtin(t)))
	if err != nil {
		t.Fatalf("Years: %v", err)
	}
	return slices.DeleteFunc(lines, func(line rules.YearLine) bool { return line.Year != year })
}

func recounts(t testing.TB, db *sql.DB) int {
	t.Helper()
	count, err := rules.Recounts(t.Context(), db)
	if err != nil {
		t.Fatalf("Recounts: %v", err)
	}
	return count
}

// lawMark is what every node looks at to see whether the law changed.
func lawMark(t testing.TB, db *sql.DB) string {
	t.Helper()
	mark, err := sql.Get[string](t.Context(), db, "law.mark", nil)
	if err != nil {
		t.Fatalf("law.mark: %v", err)
	}
	return mark
}

func yearLines(t testing.TB, db *sql.DB, d unitstest.Place) []units.AuditLine {
	t.Helper()
	lines, err := units.ListAudit(t.Context(), db, d.People["system"], units.AuditFilter{ObjectKind: "calendar_year"})
	if err != nil {
		t.Fatalf("ListAudit: %v", err)
	}
	return lines
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestANewYearIsEnteredSeenAndAudited(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		db = inNovember(t, db)
		d, book := unitstest.District(t, db), rules.NewBook(builtin(t))
		mark := lawMark(t, db)
		saved, err := rules.SaveYear(t.Context(), db, book, d.People["admin"], year2027(), 0)
		if err != nil {
			t.Fatalf("SaveYear: %v", err)
		}
		if saved.Version != 1 || saved.Workdays != 248 || saved.Source != rules.YearEntered || !saved.Prevails || saved.EnteredByName != "松管理" {
			t.Errorf("SaveYear = %+v", saved)
		}
		got := linesOf(t, db, 2027)
		if len(got) != 1 || got[0].Version != 1 || got[0].EnteredByName != "松管理" || *got[0].EnteredAt != db.Now() || !got[0].Prevails ||
			!slices.Equal(got[0].Rest, year2027().Rest) || !slices.Equal(got[0].Work, year2027().Work) || got[0].DocumentNumber != "国办发明电〔2026〕99号" {
			t.Errorf("Years = %+v, want what was saved", got)
		}
		if lawMark(t, db) == mark {
			t.Error("SaveYear left the mark of the law, so no node would read the year")
		}
		if n := recounts(t, db); n != 1 {
			t.Errorf("%d recounts put down, want 1", n)
		}
		lines := yearLines(t, db, d)
		if len(lines) != 1 || lines[0].Action != rules.ActionCalendarSet || lines[0].ObjectID != "2027" || lines[0].PersonName != "松管理" ||
			lines[0].Detail["before"] != nil || !strings.Contains(asJSON(t, lines[0].Detail["after"]), "春节 2027-02-05~2027-02-13") {
			t.Errorf("audit = %+v, want one line with the days", lines)
		}
	})
}

func TestAnAmendedYearPrevailsAndTellsWhatItWas(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		db = inNovember(t, db)
		d, book := unitstest.District(t, db), rules.NewBook(builtin(t))
		admin, draft := d.People["admin"], amended2026(t)
		if _, err := rules.SaveYear(t.Context(), db, book, admin, draft, 0); err != nil {
			t.Fatalf("SaveYear over the file: %v", err)
		}
		lines := linesOf(t, db, 2026)
		if len(lines) != 2 || lines[0].Source != rules.YearEntered || !lines[0].Prevails || lines[0].Workdays != 247 ||
			lines[1].Source != rules.YearOfFile || lines[1].Prevails || lines[1].Workdays != 248 {
			t.Fatalf("Years = %+v, want the entered 2026 before that of the file", lines)
		}
		before := asJSON(t, yearLines(t, db, d)[0].Detail["before"])
		if strings.Contains(before, "2026-12-31") || !strings.Contains(before, `"workdays":248`) {
			t.Errorf("the audit line says it was %s, want the file's days", before)
		}
		draft.Note = "依据调整通知"
		if _, err := rules.SaveYear(t.Context(), db, book, admin, draft, 1); err != nil || recounts(t, db) != 1 {
			t.Errorf("a new note alone: %v, %d recounts, want it saved and nothing counted anew", err, recounts(t, db))
		}
		draft.Rest, draft.WorkdaysTotal = draft.Rest[:len(draft.Rest)-1], 248
		saved, err := rules.SaveYear(t.Context(), db, book, admin, draft, 2)
		if err != nil || saved.Version != 3 || recounts(t, db) != 2 || linesOf(t, db, 2026)[0].Workdays != 248 {
			t.Errorf("the day taken back: %+v, %v, %d recounts, want it saved and counted anew", saved, err, recounts(t, db))
		}
	})
}

func TestAYearIsSavedOnceForEachVersionSeen(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		db = inNovember(t, db)
		d, book := unitstest.District(t, db), rules.NewBook(builtin(t))
		admin, draft := d.People["admin"], year2027()
		if _, err := rules.SaveYear(t.Context(), db, book, admin, draft, 3); !errors.Is(err, rules.ErrYearStale) {
			t.Errorf("SaveYear of a version that never was = %v, want ErrYearStale", err)
		}
		if _, err := rules.SaveYear(t.Context(), db, book, admin, draft, 0); err != nil {
			t.Fatalf("SaveYear: %v", err)
		}
		slices.Reverse(draft.Rest) // the same in another order
		slices.Reverse(draft.Work)
		if _, err := rules.SaveYear(t.Context(), db, book, admin, draft, 1); !errors.Is(err, rules.ErrYearUnchanged) {
			t.Errorf("SaveYear of the same = %v, want ErrYearUnchanged", err)
		}
		draft.Note = "另一人"
		if _, err := rules.SaveYear(t.Context(), db, book, admin, draft, 0); !errors.Is(err, rules.ErrYearExists) {
			t.Errorf("SaveYear of a year twice = %v, want ErrYearExists", err)
		}
		if _, err := rules.SaveYear(t.Context(), db, book, admin, draft, 1); err != nil {
			t.Errorf("SaveYear of the right version: %v", err)
		}
		if _, err := rules.SaveYear(t.Context(), db, book, admin, draft, 1); !errors.Is(err, rules.ErrYearStale) {
			t.Errorf("SaveYear of an old version = %v, want ErrYearStale", err)
		}
		if lines := yearLines(t, db, d); len(lines) != 2 {
			t.Errorf("%d audit lines, want one for each save", len(lines))
		}
		early := amended2026(t)
		early.Announced = "2026-11-23"
		if _, err := rules.SaveYear(t.Context(), db, book, admin, early, 0); fault.As(err) == nil || fault.As(err).Field != "announced" {
			t.Errorf("SaveYear of an announcement of tomorrow = %v, want it refused", err)
		}
	})
}

func TestOfManyWhoEnterAYearAtOnceOneDoes(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		db = inNovember(t, db)
		d, book := unitstest.District(t, db), rules.NewBook(builtin(t))
		results := make([]error, 6)
		var group sync.WaitGroup
		for i := range results {
			group.Go(func() { _, results[i] = rules.SaveYear(t.Context(), db, book, d.People["admin"], year2027(), 0) })
		}
		group.Wait()
		won := 0
		for _, err := range results {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, rules.ErrYearExists):
				t.Errorf("SaveYear = %v, want ErrYearExists", err)
			}
		}
		if won != 1 || recounts(t, db) != 1 || len(yearLines(t, db, d)) != 1 {
			t.Errorf("%d entered the year, %d recounts, %d audit lines, want one of each", won, recounts(t, db), len(yearLines(t, db, d)))
		}
	})
}

func TestOnlyTheTopmostOfficeEntersYears(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		db = inNovember(t, db)
		d, book := unitstest.District(t, db), rules.NewBook(builtin(t))
		make := func(parent string, name string, office bool) units.Unit {
			unit, err := units.Create(t.Context(), db, units.System, units.NewUnit{ParentID: parent, Name: name, Level: units.LevelOffice, IsOffice: office})
			if err != nil {
				t.Fatalf("units.Create: %v", err)
			}
			return unit
		}
		lower := make(d.Office.ID, "下级办公室", true)
		government := make("", "云岭市人民政府", false)
		under := make(government.ID, "云岭市政府办公室", true)
		below := make(under.ID, "云岭市政务中心", true)
		for _, c := range []struct {
			name  string
			actor units.Actor
			may   bool
		}{
			{"the program", units.System, true},
			{"the administrator of the office at the top", d.People["admin"], true},
			{"the administrator of the first office below a government", unitstest.Person(t, db, "a1", "甲", units.OfficeAdmin, under), true},
			{"an administrator at the government itself", unitstest.Person(t, db, "a2", "乙", units.OfficeAdmin, government), true},
			{"the administrator of an office below an office", unitstest.Person(t, db, "a3", "丙", units.OfficeAdmin, lower), false},
			{"the administrator of an office below the government's", unitstest.Person(t, db, "a4", "丁", units.OfficeAdmin, below), false},
			{"an administrator of a unit that is no office", unitstest.Person(t, db, "a5", "戊", units.OfficeAdmin, d.Town), false},
			{"the head of a town", d.People["head"], false},
			{"the system administrator", d.People["system"], false},
			{"nobody", units.Actor{}, false},
		} {
			may, err := rules.MayEnterYears(t.Context(), db, c.actor)
			if err != nil || may != c.may {
				t.Errorf("MayEnterYears of %s = %t, %v, want %t", c.name, may, err, c.may)
			}
			if c.may {
				continue
			}
			if _, err := rules.SaveYear(t.Context(), db, book, c.actor, year2027(), 0); !errors.Is(err, rules.ErrYearForbidden) {
				t.Errorf("SaveYear by %s = %v, want ErrYearForbidden", c.name, err)
			}
			if _, err := rules.PreviewYear(t.Context(), db, book, c.actor, year2027()); !errors.Is(err, rules.ErrYearForbidden) {
				t.Errorf("PreviewYear by %s = %v, want ErrYearForbidden", c.name, err)
			}
		}
		if len(linesOf(t, db, 2027)) != 0 || len(yearLines(t, db, d)) != 0 || recounts(t, db) != 0 {
			t.Error("a refused year left something behind")
		}
	})
}

// workdayDuty starts a duty of n working days.
func workdayDuty(t testing.TB, db *sql.DB, subject, start string, n int, reason rules.ClockReason) {
	t.Helper()
	d := duty(t, subject, start, 0)
	d.Limit, d.Reason = &rules.Duration{N: n, Unit: rules.WorkingDay}, reason
	if due, err := rules.Add(clock(t, start), *d.Limit, builtin(t).Calendar); err == nil && reason == "" {
		d.DueAt, d.EndOfDay = sql.FromStd(due.At).Ptr(), true
	}
	started(t, db, d)
}

func TestAPreviewCountsTheDutiesThatWouldMoveAndChangesNothing(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		db = inNovember(t, db)
		d, book := unitstest.District(t, db), rules.NewBook(builtin(t))
		workdayDuty(t, db, "inside 2026", "2026-11-02 09:00", 10, "")
		workdayDuty(t, db, "last days", "2026-12-24 09:00", 5, "") // due 2026-12-31 24:00
		workdayDuty(t, db, "waits for 2027", "2026-12-28 09:00", 5, rules.ClockPending)
		workdayDuty(t, db, "waits for 2028", "2027-12-20 09:00", 20, rules.ClockPending)
		workdayDuty(t, db, "suspended", "2026-12-28 09:00", 5, rules.ClockSuspended)
		started(t, db, duty(t, "by hours", "2026-12-28 09:00", 168))
		preview := func(draft rules.YearDraft) rules.YearPreview {
			t.Helper()
			got, err := rules.PreviewYear(t.Context(), db, book, d.People["admin"], draft)
			if err != nil {
				t.Fatalf("PreviewYear: %v", err)
			}
			return got
		}
		if got := preview(year2027()); got.Known || got.Workdays != 248 || got.Clocks != 1 || got.Resolved != 1 || got.Earlier != 0 || got.Overdue != 0 || len(got.Days) != 0 {
			t.Errorf("PreviewYear of 2027 = %+v, want the one duty that waits for it", got)
		}
		started(t, db, duty(t, "no figure", "2026-12-28 09:00", 0))
		if got := preview(year2027()); got.Clocks != 2 || got.Resolved != 1 {
			t.Errorf("PreviewYear of 2027 = %+v, want the duty without a figure counted but not resolved", got)
		}
		got := preview(amended2026(t))
		if !got.Known || got.Before != 248 || got.Workdays != 247 || got.Clocks != 1 || got.Resolved != 0 ||
			!slices.Equal(got.Days, []rules.ChangedDay{{Day: date(t, "2026-12-31"), Workday: false}}) {
			t.Errorf("PreviewYear of an amended 2026 = %+v, want one day and the one duty due on it", got)
		}
		earlier := amended2026(t) // a weekend worked instead of a day that stays one: duties of the autumn end earlier
		earlier.Rest, earlier.WorkdaysTotal = earlier.Rest[:len(earlier.Rest)-1], 249
		earlier.Work = append(earlier.Work, "2026-11-07")
		if got := preview(earlier); got.Clocks != 1 || got.Earlier != 1 || got.Overdue != 0 {
			t.Errorf("PreviewYear with one more working day = %+v, want the one duty that runs across it, due earlier", got)
		}
		earlier.Announced = "2026-11-10"
		then := db.WithClock(func() time.Time { return clock(t, "2026-11-16 09:00") })
		if got, err := rules.PreviewYear(t.Context(), then, book, units.System, earlier); err != nil || got.Earlier != 1 || got.Overdue != 1 {
			t.Errorf("PreviewYear between the new due time and the old = %+v, %v, want the duty late at once", got, err)
		}
		if recounts(t, db) != 0 || len(linesOf(t, db, 2027)) != 0 || len(yearLines(t, db, d)) != 0 {
			t.Error("a preview changed something")
		}
		if _, err := rules.SaveYear(t.Context(), db, book, d.People["admin"], year2027(), 0); err != nil {
			t.Fatalf("SaveYear: %v", err)
		}
		if got := preview(year2027()); !got.Known || got.Clocks != 0 || len(got.Days) != 0 {
			t.Errorf("PreviewYear of what is entered = %+v, want nothing to change", got)
		}
	})
}

func TestTheLawCountsByTheYearsThatWereEntered(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		db = inNovember(t, db)
		unitstest.District(t, db)
		book := rules.NewBook(builtin(t))
		law := func() *rules.Law {
			t.Helper()
			law, err := book.Law(t.Context(), db)
			if err != nil {
				t.Fatalf("Law: %v", err)
			}
			return law
		}
		before := law()
		if _, err := before.Calendar.IsWorkday(date(t, "2027-01-04")); !errors.Is(err, rules.ErrCalendarPending) {
			t.Errorf("IsWorkday of 2027 = %v, want ErrCalendarPending", err)
		}
		if _, err := rules.SaveYear(t.Context(), db, book, units.System, year2027(), 0); err != nil {
			t.Fatalf("SaveYear: %v", err)
		}
		if works, err := law().Calendar.IsWorkday(date(t, "2027-01-04")); err != nil || !works {
			t.Errorf("IsWorkday of 2027 once entered = %t, %v, want a working day", works, err)
		}
		if _, err := before.Calendar.IsWorkday(date(t, "2027-01-04")); !errors.Is(err, rules.ErrCalendarPending) {
			t.Errorf("the law read before = %v, want it unchanged", err)
		}
		if _, err := rules.SaveYear(t.Context(), db, book, units.System, amended2026(t), 0); err != nil {
			t.Fatalf("SaveYear: %v", err)
		}
		if works, err := law().Calendar.IsWorkday(date(t, "2026-12-31")); err != nil || works {
			t.Errorf("IsWorkday of the amended day = %t, %v, want a day off", works, err)
		}
	})
}
