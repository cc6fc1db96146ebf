package units_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func outline(t *testing.T, db *sql.DB, actor units.Actor) []string {
	t.Helper()
	tree, err := units.Tree(t.Context(), db, actor)
	if err != nil {
		t.Fatalf("Tree: %v", err)
	}
	var lines []string
	for _, branch := range tree {
		lines = append(lines, strings.Repeat("-", branch.Depth)+branch.ShortName)
		if !strings.HasSuffix(branch.Path, branch.ID+"/") {
			t.Errorf("path of %s = %q, want it to end in its id", branch.Name, branch.Path)
		}
	}
	return lines
}

func TestTreeKeepsItsShapeThroughMoves(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		admin := d.People["admin"]
		if diff := cmp.Diff([]string{"区政府办", "-清源镇", "--镇党政办", "-区云林局"}, outline(t, db, admin)); diff != "" {
			t.Fatalf("before (-want +got):\n%s", diff)
		}
		deep, err := units.Create(t.Context(), db, admin, units.NewUnit{ParentID: d.Section.ID, Name: "宣传组", Level: units.LevelSection})
		if err != nil {
			t.Fatalf("Create: %v", err)
		}
		if deep.ShortName != "宣传组" || deep.Version != 1 {
			t.Errorf("Create = %+v, want the short name from the name and version 1", deep)
		}
		moved, err := units.Move(t.Context(), db, admin, d.Section.ID, d.Section.Version, d.Bureau.ID)
		if err != nil {
			t.Fatalf("Move: %v", err)
		}
		if moved.Version != d.Section.Version+1 || *moved.ParentID != d.Bureau.ID {
			t.Errorf("Move = %+v, want it under the bureau with the next version", moved)
		}
		if diff := cmp.Diff([]string{"区政府办", "-清源镇", "-区云林局", "--镇党政办", "---宣传组"}, outline(t, db, admin)); diff != "" {
			t.Errorf("after (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"清源镇", "镇党政办", "-宣传组"}, outline(t, db, d.People["section"])); diff != "" {
			t.Errorf("as the holder of a role at the moved unit (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"区云林局", "-镇党政办", "--宣传组"}, outline(t, db, d.People["stranger"])); diff != "" {
			t.Errorf("as the bureau's officer (-want +got):\n%s", diff)
		}
	})
}

func TestTreeRefusals(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		admin := d.People["admin"]
		create := func(in units.NewUnit) error {
			_, err := units.Create(t.Context(), db, admin, in)
			return err
		}
		move := func(unit, to units.Unit, version int64) error {
			_, err := units.Move(t.Context(), db, admin, unit.ID, version, to.ID)
			return err
		}
		rename := func(name, short string) error {
			_, err := units.Rename(t.Context(), db, admin, d.Town.ID, d.Town.Version, name, short)
			return err
		}
		end := func(unit units.Unit) error {
			_, err := units.Close(t.Context(), db, admin, unit.ID, unit.Version)
			return err
		}
		town := func(name string) units.NewUnit {
			return units.NewUnit{ParentID: d.Office.ID, Name: name, Level: units.LevelTownship}
		}
		for _, c := range []struct {
			name string
			got  error
			want error
		}{
			{"below itself", move(d.Town, d.Town, 1), units.ErrCycle},
			{"below its child", move(d.Town, d.Section, 1), units.ErrCycle},
			{"stale move", move(d.Section, d.Bureau, 99), units.ErrStale},
			{"to nowhere", move(d.Town, units.Unit{ID: "none"}, 1), units.ErrNotFound},
			{"to the top", move(d.Town, units.Unit{}, 1), units.ErrParentNeeded},
			{"name taken", create(town(d.Town.Name)), units.ErrNameTaken},
			{"rename to a taken name", rename(d.Bureau.Name, "x"), units.ErrNameTaken},
			{"no name", create(town("  ")), units.ErrNameInvalid},
			{"long name", create(town(strings.Repeat("长", 121))), units.ErrNameInvalid},
			{"long short name", rename("清源镇人民政府", strings.Repeat("长", 61)), units.ErrNameInvalid},
			{"line break", create(town("清源\n镇")), units.ErrNameInvalid},
			{"no UTF-8", create(town("清源\xff镇")), units.ErrNameInvalid},
			{"unknown level", create(units.NewUnit{ParentID: d.Office.ID, Name: "x", Level: "galaxy"}), units.ErrLevelUnknown},
			{"a person makes a top", create(units.NewUnit{Name: "x", Level: units.LevelOffice}), units.ErrParentNeeded},
			{"unknown parent", create(units.NewUnit{ParentID: "none", Name: "x", Level: units.LevelOffice}), units.ErrNotFound},
			{"close with children", end(d.Office), units.ErrNotEmpty},
			{"close with people", end(d.Bureau), units.ErrNotEmpty},
		} {
			if !errors.Is(c.got, c.want) {
				t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
			}
		}
	})
}

func TestDepthIsBounded(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		chain := []units.Unit{d.Bureau}
		var err error
		for err == nil && len(chain) < 20 {
			var next units.Unit
			next, err = units.Create(t.Context(), db, units.System, units.NewUnit{ParentID: chain[len(chain)-1].ID, Name: "层", Level: units.LevelSection})
			if err == nil {
				chain = append(chain, next)
			}
		}
		if !errors.Is(err, units.ErrTooDeep) {
			t.Fatalf("the %dth level: %v, want ErrTooDeep", len(chain), err)
		}
		if _, err := units.Move(t.Context(), db, units.System, d.Bureau.ID, d.Bureau.Version, d.Town.ID); !errors.Is(err, units.ErrTooDeep) {
			t.Errorf("Move of a subtree that then is too deep = %v, want ErrTooDeep", err)
		}
		if rulebook, err := units.RulebookOf(t.Context(), db, chain[len(chain)-1].ID); err != nil || rulebook != unitstest.Rulebook {
			t.Errorf("RulebookOf the deepest = %q, %v, want the office's", rulebook, err)
		}
	})
}

func TestClosedUnitIsReadableAndGivesItsNameBack(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		admin := d.People["admin"]
		if err := units.RevokeRole(t.Context(), db, admin, d.People["section"].PersonID, units.RoleAt{UnitID: d.Section.ID, Role: units.SectionHead}); err != nil {
			t.Fatalf("RevokeRole: %v", err)
		}
		closed, err := units.Close(t.Context(), db, admin, d.Section.ID, d.Section.Version)
		if err != nil || closed.ClosedAt == nil {
			t.Fatalf("Close = %+v, %v, want it closed", closed, err)
		}
		if got, err := units.Get(t.Context(), db, admin, d.Section.ID); err != nil || got.ClosedAt == nil {
			t.Errorf("Get of a closed unit = %+v, %v", got, err)
		}
		if _, err := units.Rename(t.Context(), db, admin, closed.ID, closed.Version, "新名", ""); !errors.Is(err, units.ErrClosed) {
			t.Errorf("Rename of a closed unit = %v, want ErrClosed", err)
		}
		if _, err := units.Create(t.Context(), db, admin, units.NewUnit{ParentID: closed.ID, Name: "x", Level: units.LevelSection}); !errors.Is(err, units.ErrClosed) {
			t.Errorf("Create under a closed unit = %v, want ErrClosed", err)
		}
		role := units.RoleAt{UnitID: closed.ID, Role: units.InfoOfficer}
		if err := units.GrantRole(t.Context(), db, admin, d.People["officer"].PersonID, role); !errors.Is(err, units.ErrClosed) {
			t.Errorf("GrantRole at a closed unit = %v, want ErrClosed", err)
		}
		if _, err := units.Create(t.Context(), db, admin, units.NewUnit{ParentID: d.Town.ID, Name: d.Section.Name, Level: units.LevelSection}); err != nil {
			t.Errorf("Create with the name of a closed unit = %v, want nil", err)
		}
	})
}

func TestRulebookAndOfficeAreTheNearest(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		top, err := units.Create(t.Context(), db, units.System, units.NewUnit{Name: "无规则县", Level: units.LevelGovernment})
		if err != nil {
			t.Fatalf("Create at the top: %v", err)
		}
		inner, err := units.Create(t.Context(), db, units.System,
			units.NewUnit{ParentID: d.Town.ID, Name: "镇信息办", Level: units.LevelOffice, IsOffice: true, Rulebook: "zhaotong-2018"})
		if err != nil {
			t.Fatalf("Create: %v", err)
		}
		for _, c := range []struct {
			unit             units.Unit
			rulebook, office string
		}{
			{d.Office, unitstest.Rulebook, d.Office.ID}, {d.Section, unitstest.Rulebook, d.Office.ID},
			{inner, "zhaotong-2018", inner.ID}, {top, "", ""},
		} {
			rulebook, err := units.RulebookOf(t.Context(), db, c.unit.ID)
			if err != nil || rulebook != c.rulebook {
				t.Errorf("RulebookOf(%s) = %q, %v, want %q", c.unit.Name, rulebook, err, c.rulebook)
			}
			office, err := units.OfficeOf(t.Context(), db, c.unit.ID)
			if office.ID != c.office || (c.office == "") != errors.Is(err, units.ErrNotFound) {
				t.Errorf("OfficeOf(%s) = %q, %v, want %q", c.unit.Name, office.Name, err, c.office)
			}
		}
		if _, err := units.RulebookOf(t.Context(), db, "none"); !errors.Is(err, units.ErrNotFound) {
			t.Errorf("RulebookOf(none) = %v, want ErrNotFound", err)
		}
	})
}

// Two units that are put below each other at the same moment would form a ring that no path describes; a name that many
// want at once is given once.
func TestTreeSurvivesChangesAtTheSameMoment(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		for round := range 5 {
			a, b := pair(t, db, d.Office, fmt.Sprintf("%d", round))
			errs := make([]error, 8)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					switch i {
					case 0:
						_, errs[i] = units.Move(t.Context(), db, units.System, a.ID, a.Version, b.ID)
					case 1:
						_, errs[i] = units.Move(t.Context(), db, units.System, b.ID, b.Version, a.ID)
					default:
						_, errs[i] = units.Create(t.Context(), db, units.System, units.NewUnit{ParentID: a.ID, Name: "同名科", Level: units.LevelSection})
					}
				})
			}
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Errorf("two crossing moves: %v and %v, want one of them refused", errs[0], errs[1])
			}
			made := 0
			for _, err := range errs[2:] {
				if err == nil {
					made++
				} else if !errors.Is(err, units.ErrNameTaken) {
					t.Errorf("Create: %v, want ErrNameTaken", err)
				}
			}
			if made != 1 {
				t.Errorf("%d units of one name were made, want 1", made)
			}
		}
		tree, err := units.Tree(t.Context(), db, units.System)
		if err != nil {
			t.Fatal(err)
		}
		paths := map[string]string{}
		for _, branch := range tree {
			paths[branch.ID] = branch.Path
		}
		for _, branch := range tree {
			above := ""
			if branch.ParentID != nil {
				above = paths[*branch.ParentID]
			}
			if branch.Path != above+branch.ID+"/" {
				t.Errorf("path of %s = %q, want %q", branch.Name, branch.Path, above+branch.ID+"/")
			}
		}
		if broken, err := units.VerifyAll(t.Context(), db); err != nil || len(broken) != 0 {
			t.Errorf("VerifyAll = %v, %v, want none broken", broken, err)
		}
	})
}

func pair(t *testing.T, db *sql.DB, parent units.Unit, tag string) (units.Unit, units.Unit) {
	t.Helper()
	var both [2]units.Unit
	for i, name := range []string{"甲", "乙"} {
		var err error
		both[i], err = units.Create(t.Context(), db, units.System, units.NewUnit{ParentID: parent.ID, Name: name + tag, Level: units.LevelInstitution})
		if err != nil {
			t.Fatalf("Create: %v", err)
		}
	}
	return both[0], both[1]
}

func TestLevelsHaveNames(t *testing.T) {
	for _, level := range units.Levels() {
		if level.Label() == string(level) {
			t.Errorf("Label(%s) is no Chinese name", level)
		}
	}
	if got := units.Level("galaxy").Label(); got != "galaxy" {
		t.Errorf("Label of an unknown level = %q, want it as it is", got)
	}
}
