package units_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The golden is reviewed by eye: a line for each role, what it may do.
func TestPermissionsOfEachRole(t *testing.T) {
	var got strings.Builder
	for _, permission := range units.Permissions() {
		holders := units.RolesWith(permission)
		if !slices.IsSorted(holders) {
			t.Errorf("RolesWith(%s) = %v, want it sorted", permission, holders)
		}
		fmt.Fprintf(&got, "%s\n", permission)
		for _, role := range units.Roles() {
			actor := units.Actor{Roles: []units.HeldRole{{UnitID: "u", Role: role}}}
			may := actor.May(permission)
			if may != slices.Contains(holders, string(role)) || may != slices.Contains(actor.Permissions(), permission) {
				t.Errorf("May, RolesWith and Permissions disagree on %s for %s", permission, role)
			}
			if may {
				fmt.Fprintf(&got, "  %s\n", role)
			}
		}
	}
	const path = "testdata/permissions.golden"
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the permissions differ from %s (-golden +got); after review run go test ./units -update:\n%s", path, diff)
	}
}

func TestNobodyAndUnknownRolesMayNothing(t *testing.T) {
	for name, actor := range map[string]units.Actor{"nobody": {}, "unknown role": {Roles: []units.HeldRole{{UnitID: "u", Role: "emperor"}}}} {
		for _, permission := range units.Permissions() {
			if actor.May(permission) {
				t.Errorf("%s: May(%s) = true, want false", name, permission)
			}
		}
		if all := actor.Permissions(); len(all) != 0 {
			t.Errorf("%s: Permissions() = %v, want none", name, all)
		}
	}
}

// Reading units, by who asks for what: the unit itself and all below it, and nothing else.
func TestReachIsTheOwnUnitAndAllBelow(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		for _, c := range []struct {
			who  string
			sees []units.Unit
		}{
			{"officer", []units.Unit{d.Town, d.Section}},
			{"section", []units.Unit{d.Town, d.Section}},
			{"admin", []units.Unit{d.Office, d.Town, d.Section, d.Bureau}},
			{"stranger", []units.Unit{d.Bureau}},
			{"nobody", nil},
		} {
			actor := d.People[c.who]
			tree, err := units.Tree(t.Context(), db, actor)
			if err != nil {
				t.Fatalf("Tree as %s: %v", c.who, err)
			}
			var got, want []string
			for _, branch := range tree {
				got = append(got, branch.Name)
			}
			for _, unit := range c.sees {
				want = append(want, unit.Name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Tree as %s (-want +got):\n%s", c.who, diff)
			}
			for _, unit := range []units.Unit{d.Office, d.Town, d.Section, d.Bureau} {
				_, err := units.Get(t.Context(), db, actor, unit.ID)
				if slices.Contains(want, unit.Name) != (err == nil) || err != nil && !errors.Is(err, units.ErrNotFound) {
					t.Errorf("Get(%s) as %s = %v", unit.Name, c.who, err)
				}
			}
		}
	})
}

// Writing: allowed with the permission on an own unit, refused without it, and on another unit's object.
func TestWritingNeedsThePermissionAtThatUnit(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		townAdmin := unitstest.Person(t, db, "townadmin", "泉管理", units.OfficeAdmin, d.Town)
		rename := func(actor units.Actor, unit units.Unit) error {
			_, err := units.Rename(t.Context(), db, actor, unit.ID, unit.Version, unit.Name+"（更名）", unit.ShortName)
			return err
		}
		if err := rename(townAdmin, d.Section); err != nil {
			t.Errorf("an administrator renames an own section: %v, want nil", err)
		}
		if err := rename(d.People["head"], d.Town); !errors.Is(err, units.ErrNotFound) {
			t.Errorf("a head without the permission renames the own unit: %v, want ErrNotFound", err)
		}
		if err := rename(townAdmin, d.Bureau); !errors.Is(err, units.ErrNotFound) {
			t.Errorf("an administrator renames another unit: %v, want ErrNotFound", err)
		}
		if err := rename(townAdmin, d.Office); !errors.Is(err, units.ErrNotFound) {
			t.Errorf("an administrator renames the unit above: %v, want ErrNotFound", err)
		}
		stranger := d.People["stranger"].PersonID
		if _, err := units.GetPerson(t.Context(), db, townAdmin, stranger); !errors.Is(err, units.ErrPersonNotFound) {
			t.Errorf("GetPerson of another unit = %v, want ErrPersonNotFound", err)
		}
		if err := units.DisablePerson(t.Context(), db, townAdmin, stranger, 1); !errors.Is(err, units.ErrPersonNotFound) {
			t.Errorf("DisablePerson of another unit = %v, want ErrPersonNotFound", err)
		}
		if err := units.GrantRole(t.Context(), db, townAdmin, stranger, units.RoleAt{UnitID: d.Town.ID, Role: units.InfoOfficer}); !errors.Is(err, units.ErrPersonNotFound) {
			t.Errorf("GrantRole to somebody of another unit = %v, want ErrPersonNotFound", err)
		}
		if _, err := units.ListPeopleAt(t.Context(), db, d.People["officer"], d.Bureau.ID); !errors.Is(err, units.ErrNotFound) {
			t.Errorf("ListPeopleAt of another unit = %v, want ErrNotFound", err)
		}
		lines, err := units.ListAudit(t.Context(), db, townAdmin, units.AuditFilter{UnitID: d.Bureau.ID})
		if err != nil || len(lines) != 0 {
			t.Errorf("ListAudit of another unit = %d lines, %v, want none", len(lines), err)
		}
		if lines, err = units.ListAudit(t.Context(), db, d.People["head"], units.AuditFilter{}); err != nil || len(lines) != 0 {
			t.Errorf("ListAudit without the permission = %d lines, %v, want none", len(lines), err)
		}
	})
}
