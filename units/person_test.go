package units_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"govmedia/fault"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func newPerson(username string, roles ...units.RoleAt) units.NewPerson {
	return units.NewPerson{Username: username, Name: "新来人", Password: unitstest.Password, Roles: roles}
}

func TestCreatedPersonIsFoundByUnitAndRoleWithoutThePassword(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		admin := d.People["admin"]
		made, err := units.CreatePerson(t.Context(), db, admin,
			newPerson(" NewBie.1 ", units.RoleAt{UnitID: d.Town.ID, Role: units.InfoOfficer}, units.RoleAt{UnitID: d.Section.ID, Role: units.SectionHead}), units.PasswordRule{})
		if err != nil {
			t.Fatalf("CreatePerson: %v", err)
		}
		if made.Username != "newbie.1" || len(made.Roles) != 2 || made.Roles[0].UnitName != d.Town.Name {
			t.Errorf("CreatePerson = %+v, want the user name in lower case and two roles", made)
		}
		text, err := json.Marshal(made)
		if err != nil || strings.Contains(string(text), "argon2") || strings.Contains(string(text), "hash") {
			t.Errorf("the person as JSON = %s, %v, want no trace of the password", text, err)
		}
		holders, err := units.HoldersOf(t.Context(), db, d.Town.ID, units.InfoOfficer)
		if err != nil || len(holders) != 3 || !slices.ContainsFunc(holders, func(p units.Person) bool { return p.ID == made.ID && len(p.Roles) == 2 }) {
			t.Errorf("HoldersOf = %+v, %v, want the new one beside the two officers", holders, err)
		}
		if holders, err = units.HoldersOf(t.Context(), db, d.Office.ID, units.InfoOfficer); err != nil || len(holders) != 0 {
			t.Errorf("HoldersOf the unit above = %+v, %v, want nobody", holders, err)
		}
		list, err := units.ListPeopleAt(t.Context(), db, admin, d.Section.ID)
		if err != nil || len(list) != 2 {
			t.Errorf("ListPeopleAt = %+v, %v, want two", list, err)
		}
		lines, err := units.ListAudit(t.Context(), db, admin, units.AuditFilter{ObjectKind: "person", ObjectID: made.ID, PersonID: admin.PersonID})
		if err != nil || len(lines) != 3 || lines[2].Action != units.ActionPersonCreate || lines[0].Action != units.ActionRoleGrant {
			t.Errorf("audit lines of the new person = %+v, %v, want the creation and two grants", lines, err)
		}
	})
}

func TestPersonRefusals(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		admin, system, officer := d.People["admin"], d.People["system"], d.People["officer"]
		atTown := units.RoleAt{UnitID: d.Town.ID, Role: units.InfoOfficer}
		create := func(in units.NewPerson) error {
			_, err := units.CreatePerson(t.Context(), db, admin, in, units.PasswordRule{})
			return err
		}
		unnamed := newPerson("unnamed", atTown)
		unnamed.Name = "\n"
		grant := func(actor units.Actor, to units.Actor, role units.RoleAt) error {
			return units.GrantRole(t.Context(), db, actor, to.PersonID, role)
		}
		revoke := func(actor units.Actor, from units.Actor, role units.RoleAt) error {
			return units.RevokeRole(t.Context(), db, actor, from.PersonID, role)
		}
		highest := units.RoleAt{UnitID: d.Office.ID, Role: units.SystemAdmin}
		for _, c := range []struct {
			name string
			got  error
			want error
		}{
			{"user name taken", create(newPerson("OFFICER", atTown)), units.ErrUsernameTaken},
			{"user name with a space", create(newPerson("a b", atTown)), units.ErrUsername},
			{"user name too short", create(newPerson("a", atTown)), units.ErrUsername},
			{"user name too long", create(newPerson(strings.Repeat("a", 65), atTown)), units.ErrUsername},
			{"no name", create(unnamed), units.ErrPersonName},
			{"no role", create(newPerson("newbie")), units.ErrRoleNeeded},
			{"the same role twice", create(newPerson("newbie", atTown, atTown)), units.ErrRoleHeld},
			{"unknown role", create(newPerson("newbie", units.RoleAt{UnitID: d.Town.ID, Role: "emperor"})), units.ErrRoleUnknown},
			{"unknown unit", create(newPerson("newbie", units.RoleAt{UnitID: "none", Role: units.InfoOfficer})), units.ErrNotFound},
			{"role held", grant(admin, officer, atTown), units.ErrRoleHeld},
			{"role without the permission", grant(d.People["head"], officer, units.RoleAt{UnitID: d.Town.ID, Role: units.LayoutStaff}), units.ErrNotFound},
			{"the own role", grant(admin, admin, highest), units.ErrPersonOwn},
			{"the highest role by a lesser administrator", grant(admin, officer, highest), units.ErrRoleTooHigh},
			{"the highest role taken by a lesser administrator", revoke(admin, system, highest), units.ErrRoleTooHigh},
			{"role not held", revoke(admin, officer, units.RoleAt{UnitID: d.Town.ID, Role: units.LayoutStaff}), units.ErrRoleNotHeld},
			{"the last role", revoke(admin, officer, atTown), units.ErrRoleLast},
			{"disable oneself", units.DisablePerson(t.Context(), db, admin, admin.PersonID, 1), units.ErrPersonOwn},
			{"disable a higher one", units.DisablePerson(t.Context(), db, admin, system.PersonID, 1), units.ErrPersonElsewhere},
			{"disable a stale one", units.DisablePerson(t.Context(), db, admin, officer.PersonID, 9), units.ErrPersonStale},
			{"enable one in use", units.EnablePerson(t.Context(), db, admin, officer.PersonID, 1), units.ErrPersonStale},
			{"reset a higher one's password", units.ResetPassword(t.Context(), db, admin, system.PersonID, 1, "another-Lantern-37", units.PasswordRule{}), units.ErrPersonElsewhere},
			{"reset a colleague's password", units.ResetPassword(t.Context(), db, d.People["head"], officer.PersonID, 1, "another-Lantern-37", units.PasswordRule{}), units.ErrPersonElsewhere},
		} {
			if !errors.Is(c.got, c.want) {
				t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
			}
		}
		if err := grant(system, officer, highest); err != nil {
			t.Errorf("a system administrator makes another: %v, want nil", err)
		}
		if got, err := units.GetPerson(t.Context(), db, d.People["head"], officer.PersonID); err != nil || len(got.Roles) != 1 {
			t.Errorf("a colleague sees the roles %+v, %v, want only those within reach", got.Roles, err)
		}
	})
}

// Somebody with roles at two units is not disabled by the administrator of one of them.
func TestPersonOfTwoUnitsNeedsAnAdministratorOfBoth(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		townAdmin := unitstest.Person(t, db, "townadmin", "泉管理", units.OfficeAdmin, d.Town)
		both := unitstest.Person(t, db, "both", "双岗人", units.InfoOfficer, d.Town, d.Bureau)
		if err := units.DisablePerson(t.Context(), db, townAdmin, both.PersonID, 1); !errors.Is(err, units.ErrPersonElsewhere) {
			t.Errorf("DisablePerson by one administrator = %v, want ErrPersonElsewhere", err)
		}
		if err := units.RevokeRole(t.Context(), db, townAdmin, both.PersonID, units.RoleAt{UnitID: d.Town.ID, Role: units.InfoOfficer}); err != nil {
			t.Errorf("RevokeRole at the own unit = %v, want nil", err)
		}
		if err := units.DisablePerson(t.Context(), db, d.People["admin"], both.PersonID, 1); err != nil {
			t.Errorf("DisablePerson by the administrator above both = %v, want nil", err)
		}
		if holders, err := units.HoldersOf(t.Context(), db, d.Bureau.ID, units.InfoOfficer); err != nil || len(holders) != 1 {
			t.Errorf("HoldersOf = %+v, %v, want the disabled one left out", holders, err)
		}
	})
}

// Two administrators take the two roles of a person at the same moment: one stays.
func TestLastRoleStaysWhenTwoAreTakenAtOnce(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		both := unitstest.Person(t, db, "both", "双岗人", units.InfoOfficer, d.Town, d.Bureau)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, unit := range []units.Unit{d.Town, d.Bureau} {
			wg.Go(func() {
				errs[i] = units.RevokeRole(t.Context(), db, d.People["admin"], both.PersonID, units.RoleAt{UnitID: unit.ID, Role: units.InfoOfficer})
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), units.ErrRoleLast) {
			t.Errorf("RevokeRole twice = %v, want one ErrRoleLast", errs)
		}
	})
}

func TestCheckPassword(t *testing.T) {
	tongnan := units.PasswordRule{MinLength: 10, Rulebook: unitstest.Rulebook, Articles: []string{"36"}}
	for _, c := range []struct {
		name, password string
		rule           units.PasswordRule
		want           error
	}{
		{"good", "晴川-lantern", units.PasswordRule{}, nil},
		{"eight Chinese characters", "青山绿水白云飞鸟", units.PasswordRule{}, nil},
		{"seven", "abcxyz!", units.PasswordRule{}, units.ErrPasswordShort},
		{"empty", "", units.PasswordRule{}, units.ErrPasswordShort},
		{"shorter than the rulebook wants", "lantern-9", tongnan, units.ErrPasswordShort},
		{"a lesser rule does not lower our own", "abcxyz!", units.PasswordRule{MinLength: 4}, units.ErrPasswordShort},
		{"too long", strings.Repeat("a", 129), units.PasswordRule{}, units.ErrPasswordLong},
		{"the user name", "Zhang.San", units.PasswordRule{}, units.ErrPasswordName},
		{"common", "woaini1314", units.PasswordRule{}, units.ErrPasswordCommon},
		{"common in capitals", "QWERTY123", units.PasswordRule{}, units.ErrPasswordCommon},
	} {
		if err := units.CheckPassword(c.password, "zhang.san", c.rule); !errors.Is(err, c.want) || err == nil != (c.want == nil) {
			t.Errorf("%s: CheckPassword = %v, want %v", c.name, err, c.want)
		}
	}
	f := fault.As(units.CheckPassword("lantern-9", "zhang.san", tongnan))
	if f == nil || f.Rulebook != unitstest.Rulebook || f.Articles[0] != "36" || !strings.Contains(f.Sentence, "10") {
		t.Errorf("the refusal of the rulebook = %+v, want it cited with its figure", f)
	}
	if f := fault.As(units.CheckPassword("abc", "zhang.san", units.PasswordRule{})); f == nil || f.Rulebook != "" {
		t.Errorf("our own refusal = %+v, want no rulebook cited", f)
	}
}

func TestAPersonKeepsAnEMailAddressForReminders(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		officer := d.People["officer"]
		for _, address := range []string{"  officer@town.example.gov.cn ", ""} {
			if err := units.SetEmail(t.Context(), db, officer, address); err != nil {
				t.Fatalf("SetEmail(%q) = %v, want nil", address, err)
			}
			got, err := units.Email(t.Context(), db, officer.PersonID)
			if err != nil || got != strings.TrimSpace(address) {
				t.Errorf("Email after SetEmail(%q) = %q, %v", address, got, err)
			}
		}
		for _, wrong := range []string{"officer", "officer@localhost", "云小禾 <a@b.cn>", "a@b.cn\r\nBcc: c@d.cn", "a@b.cn, c@d.cn", "云@b.cn",
			"a b@c.cn", `"a b"@c.cn`, strings.Repeat("a", 65) + "@b.cn", "a@" + strings.Repeat("b", 200) + ".cn"} {
			if err := units.SetEmail(t.Context(), db, officer, wrong); !errors.Is(err, units.ErrEmail) {
				t.Errorf("SetEmail(%q) = %v, want ErrEmail", wrong, err)
			}
		}
		nobody := units.Actor{PersonID: sql.NewID()}
		if err := units.SetEmail(t.Context(), db, nobody, "a@b.cn"); !errors.Is(err, units.ErrPersonNotFound) {
			t.Errorf("SetEmail of nobody = %v, want ErrPersonNotFound", err)
		}
		if got, err := units.Email(t.Context(), db, nobody.PersonID); got != "" || err != nil {
			t.Errorf("Email of nobody = %q, %v, want none", got, err)
		}
	})
}
