// Package unitstest gives a test of any package a small district with people in every role, in one call.
package unitstest

import (
	"encoding/base64"
	"fmt"
	"testing"

	"golang.org/x/crypto/argon2"

	"govmedia/sql"
	"govmedia/units"
)

// Password is everybody's password in the district.
const Password = "清源镇-Lantern-36"

// Rulebook is the rulebook of the district's office.
const Rulebook = "tongnan-2022"

// Place is a district: an office with two units below it, one of which has a section inside. People are by what they are:
//
//	officer, officer2  信息员 of Town
//	deputy             分管负责人 of Town
//	head               主要负责人 of Town
//	section            科室负责人 of Town and of Section
//	layout             排版人员 of Town
//	admin              主管单位管理员 of Office, so of everything below
//	system             系统管理员 of Office
//	stranger           信息员 of Bureau, who never sees anything of Town
//
// Their user names are these words.
type Place struct {
	Office  units.Unit // 示范区人民政府办公室
	Town    units.Unit // 清源镇人民政府
	Bureau  units.Unit // 示范区云林局
	Section units.Unit // 清源镇党政办公室, inside Town
	People  map[string]units.Actor
}

// District makes the district in a migrated, empty database.
func District(t testing.TB, db *sql.DB) Place {
	t.Helper()
	d := Place{People: map[string]units.Actor{}}
	d.Office = create(t, db, units.NewUnit{Name: "示范区人民政府办公室", ShortName: "区政府办", Level: units.LevelOffice, IsOffice: true, Rulebook: Rulebook})
	d.Town = create(t, db, units.NewUnit{ParentID: d.Office.ID, Name: "清源镇人民政府", ShortName: "清源镇", Level: units.LevelTownship})
	d.Bureau = create(t, db, units.NewUnit{ParentID: d.Office.ID, Name: "示范区云林局", ShortName: "区云林局", Level: units.LevelCountyDepartment})
	d.Section = create(t, db, units.NewUnit{ParentID: d.Town.ID, Name: "清源镇党政办公室", ShortName: "镇党政办", Level: units.LevelSection})
	for _, p := range []struct {
		username, name string
		role           units.Role
		at             []units.Unit
	}{
		{"officer", "云小禾", units.InfoOfficer, []units.Unit{d.Town}},
		{"officer2", "云小麦", units.InfoOfficer, []units.Unit{d.Town}},
		{"deputy", "水分管", units.UnitDeputy, []units.Unit{d.Town}},
		{"head", "山镇长", units.UnitHead, []units.Unit{d.Town}},
		{"section", "石科长", units.SectionHead, []units.Unit{d.Town, d.Section}},
		{"layout", "竹排版", units.LayoutStaff, []units.Unit{d.Town}},
		{"admin", "松管理", units.OfficeAdmin, []units.Unit{d.Office}},
		{"system", "柏系统", units.SystemAdmin, []units.Unit{d.Office}},
		{"stranger", "风外人", units.InfoOfficer, []units.Unit{d.Bureau}},
	} {
		d.People[p.username] = Person(t, db, p.username, p.name, p.role, p.at...)
	}
	return d
}

func create(t testing.TB, db *sql.DB, in units.NewUnit) units.Unit {
	t.Helper()
	unit, err := units.Create(t.Context(), db, units.System, in)
	if err != nil {
		t.Fatalf("units.Create(%s): %v", in.Name, err)
	}
	return unit
}

// Person adds somebody with one role at some units and the common password, and returns the actor. The row is written
// with a light hash, because a test makes many people; the first sign-in raises it.
func Person(t testing.TB, db *sql.DB, username, name string, role units.Role, at ...units.Unit) units.Actor {
	t.Helper()
	id := sql.NewID()
	_, err := db.Exec(t.Context(), "person.insert", sql.Args{"id": id, "username": username, "name": name, "password_hash": LightHash(Password),
		"must_change": false, "now": db.Now()})
	if err != nil {
		t.Fatalf("add %s: %v", username, err)
	}
	actor := units.Actor{PersonID: id, Name: name, Username: username}
	for _, unit := range at {
		if err := units.GrantRole(t.Context(), db, units.System, id, units.RoleAt{UnitID: unit.ID, Role: role}); err != nil {
			t.Fatalf("grant %s to %s: %v", role, username, err)
		}
		actor.Roles = append(actor.Roles, units.HeldRole{UnitID: unit.ID, UnitName: unit.Name, Role: role})
	}
	return actor
}

// LightHash returns a hash of the password that takes microseconds, for rows of tests.
func LightHash(password string) string {
	salt := []byte("a salt for tests")
	key := argon2.IDKey([]byte(password), salt, 1, 64, 1, 32)
	return fmt.Sprintf("$argon2id$v=%d$m=64,t=1,p=1$%s$%s", argon2.Version,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// Keys returns keys for tokens.
func Keys(t testing.TB) units.Keys {
	t.Helper()
	keys, err := units.NewKeys("test", map[string][]byte{"test": []byte("thirty-two bytes or more of a test key")})
	if err != nil {
		t.Fatalf("units.NewKeys: %v", err)
	}
	return keys
}
