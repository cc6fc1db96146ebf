package rules_test

import (
	"errors"
	"fmt"
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

// lawWorld is a district under 潼南 2022 at a time that the test sets.
type lawWorld struct {
	*testing.T
	db   *sql.DB
	now  *time.Time
	book rules.Book
	unitstest.Place
}

func eachLaw(t *testing.T, test func(w *lawWorld)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		now := clock(t, "2026-03-02 09:30")
		w := &lawWorld{T: t, now: &now, book: rules.NewBook(builtin(t))}
		w.db = db.WithClock(func() time.Time { return *w.now })
		w.Place = unitstest.District(t, w.db)
		test(w)
	})
}

func (w *lawWorld) day(s string) sql.Time { return sql.FromStd(date(w, s).Start()) }

// stricter is a choice of the office's: accounts are updated within so many days.
func (w *lawWorld) stricter(unit units.Unit, days int, from string) rules.Change {
	return rules.Change{UnitID: unit.ID, Rulebook: "tongnan-2022", What: rules.FigureChange, Section: "update_limits", Rule: "account-default", Field: "max_gap",
		Value: fmt.Sprintf(`{"n":%d,"unit":"day"}`, days), Reason: "领导小组会议定的", FromAt: w.day(from)}
}

func (w *lawWorld) use(unit units.Unit, rulebook string, layer units.Layer, from string) units.RulebookUse {
	return units.RulebookUse{UnitID: unit.ID, Rulebook: rulebook, Layer: layer, FromAt: w.day(from), Reason: "办公室通知要求"}
}

func (w *lawWorld) choose(who string, change rules.Change) rules.Change {
	w.Helper()
	chosen, err := rules.Choose(w.Context(), w.db, w.book, w.People[who], change)
	if err != nil {
		w.Fatalf("Choose(%s %s from %s): %v", change.Rule, change.Value, change.FromAt, err)
	}
	return chosen
}

func (w *lawWorld) adopt(use units.RulebookUse) units.RulebookUse {
	w.Helper()
	made, err := rules.Adopt(w.Context(), w.db, w.book, w.People["admin"], use)
	if err != nil {
		w.Fatalf("Adopt(%s, %s, from %s): %v", use.Rulebook, use.Layer, use.FromAt, err)
	}
	return made
}

// limit is the figure for accounts that holds for a unit at an instant, and "-" where 潼南 2022 is not in force.
func (w *lawWorld) limit(unit units.Unit, at string) string {
	w.Helper()
	law, err := w.book.Law(w.Context(), w.db)
	if err != nil {
		w.Fatal(err)
	}
	rb := law.Regime(unit.Path).Named("tongnan-2022", clock(w, at))
	if rb == nil {
		return "-"
	}
	figure, found := rb.Figure("update_limits", "account-default", "max_gap")
	if !found {
		w.Fatal("潼南 2022 has no figure update_limits account-default max_gap")
	}
	return figure.Value.String()
}

func (w *lawWorld) limits(what string, unit units.Unit, wanted map[string]string) {
	w.Helper()
	for at, want := range wanted {
		if got := w.limit(unit, at); got != want {
			w.Errorf("%s: at %s the limit of %s is %s, want %s", what, at, unit.ShortName, got, want)
		}
	}
}

// books are the rulebooks under which a unit works at an instant.
func (w *lawWorld) books(unit units.Unit, at string) string {
	w.Helper()
	law, err := w.book.Law(w.Context(), w.db)
	if err != nil {
		w.Fatal(err)
	}
	var ids []string
	for _, use := range law.UsesAt(unit.Path, sql.FromStd(clock(w, at))) {
		ids = append(ids, string(use.Layer)+" "+use.Rulebook)
	}
	return strings.Join(ids, ", ")
}

// refusedWith checks that an error is the fault wanted, with a sentence, on a field ("" for any).
func (w *lawWorld) refusedWith(what string, err, want error, field string) {
	w.Helper()
	refusal := fault.As(err)
	if !errors.Is(err, want) || refusal == nil || !strings.Contains(refusal.Sentence, "请") || field != "" && refusal.Field != field {
		w.Errorf("%s = %v (%+v), want %v on %q", what, err, refusal, want, field)
	}
}

// audited returns the details of the lines of one action in a unit's chain, the earlier first.
func (w *lawWorld) audited(unit units.Unit, action units.Action) []sql.Object {
	w.Helper()
	lines, err := units.ListAudit(w.Context(), w.db, w.People["admin"], units.AuditFilter{UnitID: unit.ID, Action: action})
	if err != nil {
		w.Fatal(err)
	}
	var details []sql.Object
	for _, line := range lines {
		details = append(details, line.Detail)
	}
	slices.Reverse(details)
	return details
}

func TestAStricterFigureHoldsFromItsDayUntilTheNextOne(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		first := w.choose("admin", w.stricter(w.Office, 5, "2026-03-10"))
		w.limits("one choice", w.Town, map[string]string{"2026-03-09 23:59": "1周", "2026-03-10 00:00": "5日", "2027-03-10 00:00": "5日"})
		if first.UnitID != w.Office.ID || first.CreatedBy != w.People["admin"].PersonID || first.Version != 1 || first.Value != `{"n":5,"unit":"day"}` {
			t.Errorf("chosen %+v", first)
		}
		// The same office may loosen its own choice, as far as the regulation goes; the later one ends the earlier.
		w.choose("admin", w.stricter(w.Office, 6, "2026-04-01"))
		w.limits("two choices", w.Office, map[string]string{"2026-03-31 23:59": "5日", "2026-04-01 00:00": "6日"})
		// One put in between ends where the later one begins.
		between := w.choose("admin", w.stricter(w.Office, 3, "2026-03-20"))
		w.limits("three choices", w.Section, map[string]string{"2026-03-19 23:59": "5日", "2026-03-20 00:00": "3日", "2026-04-01 00:00": "6日"})
		if between.UntilAt == nil || *between.UntilAt != w.day("2026-04-01") {
			t.Errorf("the choice in between ends at %v, want where the later one begins", between.UntilAt)
		}
		lines := w.audited(w.Office, rules.ActionChoose)
		if len(lines) != 3 || lines[0]["before"] != "不超过1周" || lines[0]["after"] != "不超过5日" || lines[1]["before"] != "不超过5日" || lines[2]["after"] != "不超过3日" ||
			lines[0]["reason"] != "领导小组会议定的" {
			t.Errorf("audit lines %v", lines)
		}
	})
}

func TestTodayCountsAndYesterdayDoesNot(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		ctx, admin := t.Context(), w.People["admin"]
		for what, from := range map[string]sql.Time{"yesterday": w.day("2026-03-01"), "the middle of a day": w.day("2026-03-03").Add(9 * time.Hour), "no time at all": 0,
			"too far ahead": w.day("2031-03-03"), "the end of time": 1 << 62} {
			change := w.stricter(w.Office, 5, "2026-03-02")
			change.FromAt = from
			_, err := rules.Choose(ctx, w.db, w.book, admin, change)
			w.refusedWith("Choose from "+what, err, rules.ErrFromDay, "from")
			use := w.use(w.Town, "zhaotong-2018", units.LocalLayer, "2026-03-02")
			use.FromAt = from
			_, err = rules.Adopt(ctx, w.db, w.book, admin, use)
			w.refusedWith("Adopt from "+what, err, rules.ErrFromDay, "from")
		}
		w.choose("admin", w.stricter(w.Office, 5, "2026-03-02"))
		w.limits("from today", w.Town, map[string]string{"2026-03-01 23:59": "1周", "2026-03-02 00:00": "5日"})
		// The program itself knows the past: what held before the installation.
		change := w.stricter(w.Town, 4, "2020-01-01")
		if _, err := rules.Choose(ctx, w.db, w.book, units.System, change); !errors.Is(err, rules.ErrNotInForce) {
			t.Errorf("a choice from before the regulation = %v, want ErrNotInForce", err)
		}
		change.FromAt = w.day("2023-01-01")
		if _, err := rules.Choose(ctx, w.db, w.book, units.System, change); err != nil {
			t.Errorf("the program chooses for the past: %v", err)
		}
		w.limits("the program's", w.Town, map[string]string{"2022-12-31 12:00": "1周", "2023-01-01 00:00": "4日"})
	})
}

func TestAnOfficeBelowMayBeStricterAndNotLooser(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		ctx, admin := t.Context(), w.People["admin"]
		w.choose("admin", w.stricter(w.Office, 5, "2026-03-02"))
		_, err := rules.Choose(ctx, w.db, w.book, admin, w.stricter(w.Town, 6, "2026-03-02"))
		w.refusedWith("looser than above", err, rules.ErrStricterAbove, "value")
		w.choose("admin", w.stricter(w.Town, 5, "2026-03-02")) // as strict: it stays when the one above ends
		w.choose("admin", w.stricter(w.Town, 4, "2026-03-05"))
		w.limits("stacked", w.Section, map[string]string{"2026-03-04 12:00": "5日", "2026-03-05 00:00": "4日"})
		w.limits("the other unit", w.Bureau, map[string]string{"2026-03-05 00:00": "5日"})
		// What the office above chooses later prevails over a looser one below.
		w.choose("admin", w.stricter(w.Office, 3, "2026-03-08"))
		w.limits("stricter above", w.Section, map[string]string{"2026-03-07 12:00": "4日", "2026-03-08 00:00": "3日"})
		*w.now = clock(t, "2026-03-09 09:00")
		lines, more, err := rules.Changes(ctx, w.db, w.book, admin, rules.AmendFilter{UnitID: w.Section.ID})
		var got []string
		for _, line := range lines {
			got = append(got, fmt.Sprintf("%s %s %s", line.UnitName, line.Said, line.State))
		}
		want := []string{w.Office.Name + " 不超过3日 in_force", w.Town.Name + " 不超过4日 overridden", w.Town.Name + " 不超过5日 ended", w.Office.Name + " 不超过5日 ended"}
		if err != nil || more || !slices.Equal(got, want) {
			t.Errorf("Changes = %q, %v, %v, want %q", got, more, err, want)
		}
	})
}

func TestChoicesThatMakeNoSenseAreRefused(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		ctx := t.Context()
		reading := func(c rules.Change, point, value string) rules.Change {
			c.What, c.Section, c.Rule, c.Field, c.Value = rules.ReadingChange, "", point, "", value
			return c
		}
		for what, c := range map[string]struct {
			who    string
			change func(c *rules.Change)
			want   error
			field  string
		}{
			"a unit out of sight":       {"stranger", func(*rules.Change) {}, units.ErrNotFound, ""},
			"a unit only looked at":     {"officer", func(c *rules.Change) { c.UnitID = w.Town.ID }, rules.ErrLawForbidden, ""},
			"no unit":                   {"admin", func(c *rules.Change) { c.UnitID = "none" }, units.ErrNotFound, ""},
			"no reason":                 {"admin", func(c *rules.Change) { c.Reason = "  " }, rules.ErrReasonRequired, "reason"},
			"a reason of 501":           {"admin", func(c *rules.Change) { c.Reason = strings.Repeat("理", 501) }, rules.ErrReasonRequired, "reason"},
			"a reason with a null byte": {"admin", func(c *rules.Change) { c.Reason = "好\x00" }, rules.ErrReasonRequired, "reason"},
			"an unknown rulebook":       {"admin", func(c *rules.Change) { c.Rulebook = "atlantis-2030" }, rules.ErrRulebookUnknown, "rulebook"},
			"a rulebook not in force":   {"admin", func(c *rules.Change) { c.Rulebook = "zhaotong-2018" }, rules.ErrNotInForce, "from"},
			"an unknown figure":         {"admin", func(c *rules.Change) { c.Rule = "account-hourly" }, rules.ErrFigureUnknown, "field"},
			"an unknown kind":           {"admin", func(c *rules.Change) { c.What = "wish" }, rules.ErrChangeInvalid, ""},
			"looser":                    {"admin", func(c *rules.Change) { c.Value = `{"n":8,"unit":"day"}` }, rules.ErrFigureNotStricter, "value"},
			"what the regulation says":  {"admin", func(c *rules.Change) { c.Value = `{"n":1,"unit":"week"}` }, rules.ErrChoiceSame, "value"},
			"zero days":                 {"admin", func(c *rules.Change) { c.Value = `{"n":0,"unit":"day"}` }, rules.ErrFigureInvalid, "value"},
			"no JSON":                   {"admin", func(c *rules.Change) { c.Value = `5 days` }, rules.ErrFigureInvalid, "value"},
			"nothing":                   {"admin", func(c *rules.Change) { c.Value = `` }, rules.ErrFigureInvalid, "value"},
			"the reading in force":      {"admin", func(c *rules.Change) { *c = reading(*c, "I-TN-01", `{"option":"default"}`) }, rules.ErrReadingSame, "value"},
			"an unknown reading":        {"admin", func(c *rules.Change) { *c = reading(*c, "I-TN-01", `{"option":"lunar"}`) }, rules.ErrReadingUnknown, "value"},
			"an unknown point":          {"admin", func(c *rules.Change) { *c = reading(*c, "I-TN-99", `{"option":"default"}`) }, rules.ErrReadingUnknown, "rule"},
			"words of escapes": {"admin", func(c *rules.Change) {
				*c = reading(*c, "I-TN-05", `{"text":"甲`+strings.Repeat(`\u0001`, 298)+`乙"}`)
			}, rules.ErrReadingInvalid, "value"},
		} {
			change := w.stricter(w.Office, 5, "2026-03-03")
			c.change(&change)
			_, err := rules.Choose(ctx, w.db, w.book, w.People[c.who], change)
			w.refusedWith("Choose with "+what, err, c.want, c.field)
			_, _, err = rules.SupposeChoice(ctx, w.db, w.book, w.People[c.who], change)
			w.refusedWith("SupposeChoice with "+what, err, c.want, c.field)
		}
		if lines := w.audited(w.Office, rules.ActionChoose); len(lines) != 0 {
			t.Errorf("%d refused choices are in the audit", len(lines))
		}
		w.limits("nothing was chosen", w.Town, map[string]string{"2026-03-03 00:00": "1周"})
	})
}

func TestAReadingIsChosenEndedAndChosenAgain(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		ctx, admin := t.Context(), w.People["admin"]
		choice := rules.Change{UnitID: w.Office.ID, Rulebook: "tongnan-2022", What: rules.ReadingChange, Section: "update_limits", Rule: "I-TN-01", Field: "max_gap",
			Value: `{"option":"natural-week"}`, Reason: "按自然周考核", FromAt: w.day("2026-03-03")}
		made := w.choose("admin", choice)
		if made.Section != "" || made.Field != "" {
			t.Errorf("a reading is kept with section %q and field %q", made.Section, made.Field)
		}
		reading := func(unit units.Unit, at string) string {
			law, err := w.book.Law(ctx, w.db)
			if err != nil {
				t.Fatal(err)
			}
			point, _ := law.Regime(unit.Path).Named("tongnan-2022", clock(t, at)).Interpretation("I-TN-01")
			return string(point.Effect())
		}
		if got := reading(w.Town, "2026-03-02 12:00") + reading(w.Town, "2026-03-03 12:00"); got != "exactnatural_week" {
			t.Errorf("the readings before and after are %s", got)
		}
		_, err := rules.Choose(ctx, w.db, w.book, admin, choice)
		w.refusedWith("the same again", err, rules.ErrChoiceSame, "value")
		choice.Value = `{"option":"default"}`
		_, err = rules.Choose(ctx, w.db, w.book, admin, choice)
		w.refusedWith("back to the rulebook's own", err, rules.ErrEndInstead, "value")
		// A unit below may read the point as the rulebook does, whatever the office above chose.
		below := choice
		below.UnitID = w.Town.ID
		w.choose("admin", below)
		if got := reading(w.Town, "2026-03-03 12:00") + reading(w.Bureau, "2026-03-03 12:00"); got != "exactnatural_week" {
			t.Errorf("the readings of the two units are %s", got)
		}
	})
}

func TestEndingAndWithdrawing(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		ctx := t.Context()
		first := w.choose("admin", w.stricter(w.Office, 5, "2026-03-02"))
		second := w.choose("admin", w.stricter(w.Office, 3, "2026-03-20"))
		end := func(who string, ending rules.Ending) (rules.Change, error) {
			return rules.EndChange(ctx, w.db, w.book, w.People[who], ending)
		}
		good := rules.Ending{ID: second.ID, Version: 1, FromAt: w.day("2026-03-05"), Reason: "会议改期"}
		for what, c := range map[string]struct {
			who    string
			change func(e *rules.Ending)
			want   error
		}{
			"a stranger":         {"stranger", func(*rules.Ending) {}, rules.ErrChangeNotFound},
			"who may only look":  {"system", func(*rules.Ending) {}, rules.ErrLawForbidden},
			"an unknown id":      {"admin", func(e *rules.Ending) { e.ID = "none" }, rules.ErrChangeNotFound},
			"an old version":     {"admin", func(e *rules.Ending) { e.Version = 7 }, rules.ErrLawStale},
			"no reason":          {"admin", func(e *rules.Ending) { e.Reason = "" }, rules.ErrReasonRequired},
			"yesterday":          {"admin", func(e *rules.Ending) { e.FromAt = w.day("2026-03-01") }, rules.ErrFromDay},
			"an end set already": {"admin", func(e *rules.Ending) { e.ID, e.Version, e.FromAt = first.ID, 2, w.day("2026-03-25") }, rules.ErrEnded},
		} {
			ending := good
			c.change(&ending)
			_, err := end(c.who, ending)
			w.refusedWith("EndChange by or with "+what, err, c.want, "")
			_, _, err = rules.SupposeEndOfChange(ctx, w.db, w.book, w.People[c.who], ending)
			w.refusedWith("SupposeEndOfChange by or with "+what, err, c.want, "")
		}
		// One that has not begun is withdrawn, and the one it was to end goes on.
		withdrawn, err := end("admin", good)
		if err != nil || withdrawn.UntilAt == nil || *withdrawn.UntilAt != second.FromAt || withdrawn.Version != 2 {
			t.Fatalf("EndChange before it began = %+v, %v", withdrawn, err)
		}
		w.limits("withdrawn", w.Town, map[string]string{"2026-03-19 12:00": "5日", "2026-03-20 12:00": "5日", "2027-01-01 12:00": "5日"})
		again := rules.Ending{ID: second.ID, Version: 2, FromAt: w.day("2026-03-25"), Reason: "再结束一次"}
		_, err = end("admin", again)
		w.refusedWith("ending what was withdrawn", err, rules.ErrEnded, "")
		_, _, err = rules.SupposeEndOfChange(ctx, w.db, w.book, w.People["admin"], again)
		w.refusedWith("supposing the end of what was withdrawn", err, rules.ErrEnded, "")
		// The other ends on its day.
		*w.now = clock(t, "2026-03-10 15:00")
		ended, err := end("admin", rules.Ending{ID: first.ID, Version: 3, FromAt: w.day("2026-03-12"), Reason: "恢复原规定"})
		if err != nil || *ended.UntilAt != w.day("2026-03-12") {
			t.Fatalf("EndChange = %+v, %v", ended, err)
		}
		w.limits("ended", w.Town, map[string]string{"2026-03-11 23:59": "5日", "2026-03-12 00:00": "1周"})
		lines := w.audited(w.Office, rules.ActionEnd)
		if len(lines) != 2 || lines[0]["resumed"] != first.ID || lines[1]["held"] != "不超过5日" || lines[1]["reason"] != "恢复原规定" {
			t.Errorf("audit lines %v", lines)
		}
	})
}

func TestWhoMayNotEndAUseMayNotSupposeItsEnd(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		use := w.adopt(w.use(w.Town, "xiangxi-2018", units.LocalLayer, "2026-03-02"))
		good := rules.Ending{ID: use.ID, Version: 1, FromAt: w.day("2026-03-05"), Reason: "统一"}
		for what, c := range map[string]struct {
			who    string
			change func(e *rules.Ending)
			want   error
		}{
			"a stranger":       {"stranger", func(*rules.Ending) {}, rules.ErrUseNotFound},
			"who may not":      {"officer", func(*rules.Ending) {}, rules.ErrLawForbidden},
			"an unknown id":    {"admin", func(e *rules.Ending) { e.ID = "none" }, rules.ErrUseNotFound},
			"an old version":   {"admin", func(e *rules.Ending) { e.Version = 7 }, rules.ErrLawStale},
			"no reason":        {"admin", func(e *rules.Ending) { e.Reason = " " }, rules.ErrReasonRequired},
			"yesterday":        {"admin", func(e *rules.Ending) { e.FromAt = w.day("2026-03-01") }, rules.ErrFromDay},
			"the midst of day": {"admin", func(e *rules.Ending) { e.FromAt++ }, rules.ErrFromDay},
		} {
			ending := good
			c.change(&ending)
			_, _, err := rules.SupposeEndOfUse(t.Context(), w.db, w.book, w.People[c.who], ending)
			w.refusedWith("SupposeEndOfUse by or with "+what, err, c.want, "")
			_, err = rules.EndUse(t.Context(), w.db, w.book, w.People[c.who], ending)
			w.refusedWith("EndUse by or with "+what, err, c.want, "")
		}
		law, unit, err := rules.SupposeEndOfUse(t.Context(), w.db, w.book, w.People["admin"], good)
		if err != nil || unit.ID != w.Town.ID {
			t.Fatalf("SupposeEndOfUse = %s, %v", unit.ID, err)
		}
		if held := law.UsesAt(w.Section.Path, w.db.Now()); len(held) != 1 || held[0].UnitID != w.Office.ID {
			t.Errorf("with its own one ended the town is supposed to work under %+v, want that of the office", held)
		}
		if got := w.books(w.Section, "2026-03-02 10:00"); got != "local xiangxi-2018" {
			t.Errorf("supposing left the town under %s", got)
		}
	})
}

func TestOneLocalRulebookAfterTheOtherAndLayeredOnesBeside(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		ctx, admin := t.Context(), w.People["admin"]
		w.adopt(w.use(w.Office, "national-2019", units.LayeredLayer, "2026-03-05"))
		next := w.adopt(w.use(w.Office, "xiangxi-2018", units.LocalLayer, "2026-03-20"))
		for at, want := range map[string]string{
			"2026-03-02 12:00": "local tongnan-2022", "2026-03-05 00:00": "local tongnan-2022, layered national-2019",
			"2026-03-19 23:59": "local tongnan-2022, layered national-2019", "2026-03-20 00:00": "local xiangxi-2018, layered national-2019",
		} {
			if got := w.books(w.Section, at); got != want {
				t.Errorf("at %s: %s, want %s", at, got, want)
			}
		}
		for what, c := range map[string]struct {
			use   units.RulebookUse
			want  error
			field string
		}{
			"unknown":                {w.use(w.Office, "atlantis-2030", units.LocalLayer, "2026-03-03"), rules.ErrRulebookUnknown, "rulebook"},
			"no layer":               {w.use(w.Office, "chaoan", "", "2026-03-03"), rules.ErrLayerUnknown, "layer"},
			"layered twice":          {w.use(w.Office, "national-2019", units.LayeredLayer, "2026-03-06"), rules.ErrUseSame, "rulebook"},
			"layered before itself":  {w.use(w.Office, "national-2019", units.LayeredLayer, "2026-03-03"), rules.ErrUseSame, "rulebook"},
			"layered above already":  {w.use(w.Town, "national-2019", units.LayeredLayer, "2026-03-06"), rules.ErrUseSame, "rulebook"},
			"local and layered":      {w.use(w.Office, "tongnan-2022", units.LayeredLayer, "2026-03-03"), rules.ErrUseTwice, "rulebook"},
			"layered, local later":   {w.use(w.Town, "xiangxi-2018", units.LayeredLayer, "2026-03-03"), rules.ErrUseTwice, "rulebook"},
			"layered and local":      {w.use(w.Town, "national-2019", units.LocalLayer, "2026-03-03"), rules.ErrUseTwice, "rulebook"},
			"the local one again":    {w.use(w.Office, "tongnan-2022", units.LocalLayer, "2026-03-03"), rules.ErrUseSame, "rulebook"},
			"the next one once more": {w.use(w.Office, "xiangxi-2018", units.LocalLayer, "2026-03-25"), rules.ErrUseSame, "rulebook"},
		} {
			_, err := rules.Adopt(ctx, w.db, w.book, admin, c.use)
			w.refusedWith("Adopt "+what, err, c.want, c.field)
			_, _, err = rules.SupposeAdoption(ctx, w.db, w.book, admin, c.use)
			w.refusedWith("SupposeAdoption "+what, err, c.want, c.field)
		}
		_, err := rules.Adopt(ctx, w.db, w.book, w.People["officer"], w.use(w.Town, "chaoan", units.LocalLayer, "2026-03-03"))
		w.refusedWith("Adopt by who may only look", err, rules.ErrLawForbidden, "")
		_, err = rules.Adopt(ctx, w.db, w.book, units.System, w.use(w.Town, "xiangxi-2018", units.LocalLayer, "1996-01-01"))
		w.refusedWith("Adopt before the regulation's own day", err, rules.ErrNotEffective, "from")

		// Withdrawing the next local one gives the present one its time back, so that the office is never without.
		if _, err := rules.EndUse(ctx, w.db, w.book, admin, rules.Ending{ID: next.ID, Version: 1, FromAt: w.day("2026-03-02"), Reason: "暂缓"}); err != nil {
			t.Fatalf("EndUse: %v", err)
		}
		if got := w.books(w.Section, "2026-03-25 12:00"); got != "local tongnan-2022, layered national-2019" {
			t.Errorf("after the withdrawal: %s", got)
		}
		// A unit's own local one ends: that of the office above holds again.
		own := w.adopt(w.use(w.Town, "xiangxi-2018", units.LocalLayer, "2026-03-02"))
		*w.now = clock(t, "2026-03-10 09:00")
		if got, err := units.RulebookOf(ctx, w.db, w.Section.ID); err != nil || got != "xiangxi-2018" {
			t.Errorf("RulebookOf = %s, %v", got, err)
		}
		if _, err := rules.EndUse(ctx, w.db, w.book, admin, rules.Ending{ID: own.ID, Version: 1, FromAt: w.day("2026-03-12"), Reason: "统一"}); err != nil {
			t.Fatalf("EndUse: %v", err)
		}
		if got := w.books(w.Town, "2026-03-11 12:00") + "; " + w.books(w.Town, "2026-03-12 00:00"); got != "local xiangxi-2018, layered national-2019; local tongnan-2022, layered national-2019" {
			t.Errorf("around the end: %s", got)
		}
		uses, more, err := rules.Uses(ctx, w.db, w.book, admin, rules.AmendFilter{UnitID: w.Town.ID})
		var got []string
		for _, line := range uses {
			got = append(got, fmt.Sprintf("%s %s %s %v", line.UnitName, line.RulebookName, line.State, line.MayEnd))
		}
		want := []string{w.Office.Name + " 湘西 2018 withdrawn false", w.Office.Name + " 国办 2019 检查指标 in_force true", w.Town.Name + " 湘西 2018 in_force true",
			w.Office.Name + " 潼南 2022 overridden true"}
		if err != nil || more || !slices.Equal(got, want) {
			t.Errorf("Uses = %q, %v, %v, want %q", got, more, err, want)
		}
	})
}

// A unit that moved may stand, with its own local rulebook, below an office that has the same one layered: it holds once.
func TestOneRulebookHoldsOnceThoughItIsLocalAndLayered(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		ctx := t.Context()
		city, err := units.Create(ctx, w.db, units.System, units.NewUnit{Name: "云岭市人民政府办公室", Level: units.LevelOffice, IsOffice: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rules.Adopt(ctx, w.db, w.book, units.System, w.use(city, "tongnan-2022", units.LayeredLayer, "2026-03-02")); err != nil {
			t.Fatalf("Adopt: %v", err)
		}
		moved, err := units.Move(ctx, w.db, units.System, w.Office.ID, w.Office.Version, city.ID)
		if err != nil {
			t.Fatalf("Move: %v", err)
		}
		law, err := w.book.Law(ctx, w.db)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, rb := range law.Regime(moved.Path).At(clock(t, "2026-03-03 12:00")) {
			ids = append(ids, rb.ID)
		}
		if !slices.Equal(ids, []string{"tongnan-2022"}) {
			t.Errorf("the moved office works under %v, want 潼南 2022 once", ids)
		}
	})
}

func TestSixChooseAtOnceAndOneChoiceHolds(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for i := range 6 {
			wg.Go(func() {
				_, err := rules.Choose(t.Context(), w.db, w.book, w.People["admin"], w.stricter(w.Office, i+1, "2026-03-03"))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if !sql.IsRetryable(err) {
					t.Errorf("Choose: %v", err)
				}
			})
		}
		wg.Wait()
		lines, _, err := rules.Changes(t.Context(), w.db, w.book, w.People["admin"], rules.AmendFilter{UnitID: w.Office.ID})
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		for _, line := range lines {
			if line.UntilAt == nil {
				open++
			}
		}
		if made == 0 || len(lines) != made || open != 1 {
			t.Errorf("%d choices made, %d kept, %d of them without an end; want one", made, len(lines), open)
		}
	})
}

func TestLinesArePagedByTheLastOne(t *testing.T) {
	eachLaw(t, func(w *lawWorld) {
		for i, from := range []string{"2026-03-03", "2026-03-04", "2026-03-05"} {
			w.choose("admin", w.stricter(w.Town, 6-i, from))
		}
		filter := rules.AmendFilter{UnitID: w.Office.ID, Below: true, PerPage: 2}
		var said []string
		for range 4 {
			lines, more, err := rules.Changes(t.Context(), w.db, w.book, w.People["admin"], filter)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range lines {
				said = append(said, line.Said)
				filter.BeforeAt, filter.BeforeID = line.FromAt, line.ID
			}
			if !more {
				break
			}
		}
		if want := []string{"不超过4日", "不超过5日", "不超过6日"}; !slices.Equal(said, want) {
			t.Errorf("the pages say %q, want %q", said, want)
		}
		filter = rules.AmendFilter{UnitID: w.Office.ID}
		if lines, _, err := rules.Changes(t.Context(), w.db, w.book, w.People["admin"], filter); err != nil || len(lines) != 0 {
			t.Errorf("without those below: %d lines, %v, want none", len(lines), err)
		}
		if _, _, err := rules.Changes(t.Context(), w.db, w.book, w.People["stranger"], rules.AmendFilter{UnitID: w.Town.ID}); !errors.Is(err, units.ErrNotFound) {
			t.Errorf("Changes of a unit out of reach = %v, want units.ErrNotFound", err)
		}
	})
}
