package units_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func audit(ctx context.Context, db *sql.DB, actor units.Actor, line units.Line) error {
	return db.InTx(ctx, func(tx *sql.DB) error { return units.Audit(ctx, tx, actor, line) })
}

func TestManyWritersOfOneChainLoseNoLine(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		const writers, each = 8, 50
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					err := audit(t.Context(), db, units.System, units.Line{UnitID: "u", Action: "thing.do", ObjectKind: "thing", ObjectID: "1", Detail: sql.Object{"书名": "《<云>》"}})
					if err != nil {
						t.Errorf("Audit: %v", err)
					}
				}
			})
		}
		for range 20 { // reading while they write finds nothing wrong
			broken, err := units.VerifyChain(t.Context(), db, "u")
			if err != nil || !broken.Intact() && broken.Reason != units.HeadMissing {
				t.Errorf("VerifyChain while lines come = %+v, %v", broken, err)
			}
		}
		wg.Wait()
		if broken, err := units.VerifyChain(t.Context(), db, "u"); err != nil || !broken.Intact() {
			t.Errorf("VerifyChain = %+v, %v, want it intact", broken, err)
		}
		lines, err := sql.List[units.AuditLine](t.Context(), db, "audit_line.chain", sql.Args{"chain": "u"})
		if err != nil || len(lines) != writers*each || lines[len(lines)-1].Seq != writers*each {
			t.Errorf("the chain has %d lines, %v, want %d", len(lines), err, writers*each)
		}
	})
}

func TestAuditNeedsATransactionAndLeavesNothingOfARolledBackOne(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		line := units.Line{UnitID: "u", Action: "thing.do", ObjectKind: "thing", ObjectID: "1"}
		if err := units.Audit(t.Context(), db, units.System, line); err == nil {
			t.Error("Audit outside a transaction = nil, want an error")
		}
		boom := errors.New("boom")
		err := db.InTx(t.Context(), func(tx *sql.DB) error {
			if err := units.Audit(t.Context(), tx, units.System, line); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("InTx = %v, want boom", err)
		}
		if broken, err := units.VerifyChain(t.Context(), db, "u"); err != nil || broken.Reason != units.HeadMissing {
			t.Errorf("VerifyChain = %+v, %v, want no chain", broken, err)
		}
		long := units.Actor{Name: strings.Repeat("名", 100), RequestID: strings.Repeat("r\xff", 100)}
		if err := audit(t.Context(), db, long, line); err != nil {
			t.Errorf("Audit with an overlong name and a request id that is no text: %v, want nil", err)
		}
	})
}

func TestTwoLinesInOneTransactionFollowEachOther(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		err := db.InTx(t.Context(), func(tx *sql.DB) error {
			for _, id := range []string{"1", "2", "3"} {
				if err := units.Audit(t.Context(), tx, units.System, units.Line{Action: "thing.do", ObjectKind: "thing", ObjectID: id}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if broken, err := units.VerifyChain(t.Context(), db, units.PlatformChain); err != nil || !broken.Intact() {
			t.Errorf("VerifyChain = %+v, %v, want it intact", broken, err)
		}
	})
}

// What somebody with the database in hand might do is done by bare statements, as that person would. On MariaDB alone:
// the check is the same code on both, and only there do tests have a way around the named statements.
func TestTamperingIsFound(t *testing.T) {
	for _, c := range []struct {
		name, statement string
		reason          units.BreakReason
		seq             int64
	}{
		{"a detail rewritten", "UPDATE audit_lines SET detail = '{\"n\":99}' WHERE seq = 3", units.LineChanged, 3},
		{"another name", "UPDATE audit_lines SET person_name = '别人' WHERE seq = 2", units.LineChanged, 2},
		{"another time", "UPDATE audit_lines SET at = at + 1 WHERE seq = 1", units.LineChanged, 1},
		{"a line removed", "DELETE FROM audit_lines WHERE seq = 3", units.LineMissing, 4},
		{"the end cut off", "DELETE FROM audit_lines WHERE seq >= 4", units.LineMissing, 4},
		{"the head turned back", "UPDATE audit_heads SET seq = 4", units.HeadDiffers, 4},
		{"a line put behind the head", "UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit_lines WHERE seq = 4)", units.LineTooMany, 5},
		{"a line rewritten with its hash", "UPDATE audit_lines SET detail = '{}', hash = SHA2(CONCAT('x', id), 256) WHERE seq = 5", units.LineChanged, 5},
		{"a link rewritten", "UPDATE audit_lines SET prev_hash = '' WHERE seq = 5", units.LineChanged, 5},
		{"the head removed", "DELETE FROM audit_heads", units.HeadMissing, 0},
		{"the chain's beginning cut off", "DELETE FROM audit_lines WHERE seq = 1", units.LineMissing, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			dsn := sqltest.MariaDBDSN(t, true)
			db, err := sql.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			for range 5 {
				if err := audit(t.Context(), db, units.System, units.Line{UnitID: "u", Action: "thing.do", ObjectKind: "thing", ObjectID: "1", Detail: sql.Object{"n": 1}}); err != nil {
					t.Fatal(err)
				}
			}
			if err := sql.RunRaw(t.Context(), strings.TrimPrefix(dsn, "mysql:"), c.statement); err != nil {
				t.Fatal(err)
			}
			broken, err := units.VerifyAll(t.Context(), db)
			if err != nil || len(broken) != 1 || broken[0].Chain != "u" || broken[0].Reason != c.reason || broken[0].Seq != c.seq {
				t.Errorf("VerifyAll = %+v, %v, want %s at %d", broken, err, c.reason, c.seq)
			}
		})
	}
}

// rawLine is a line with the detail as it stands in the column.
type rawLine struct {
	ID, Chain, PersonID, PersonName, Action, ObjectKind, ObjectID, Detail, RequestID, PrevHash, Hash string
	Seq, At                                                                                          int64
}

// digest is the documented form, written a second time: whoever checks a chain from outside writes this.
func (l rawLine) digest() string {
	form := ""
	for _, field := range []string{"govmedia-audit-1", l.ID, l.Chain, fmt.Sprint(l.Seq), fmt.Sprint(l.At), l.PersonID, l.PersonName, l.Action,
		l.ObjectKind, l.ObjectID, l.Detail, l.RequestID, l.PrevHash} {
		form += fmt.Sprint(len(field)) + ":" + field + ","
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(form)))
}

// Somebody who rewrites a line together with its hash is found at the next one.
func TestForgedLineIsFoundAtTheNext(t *testing.T) {
	dsn := sqltest.MariaDBDSN(t, true)
	db, err := sql.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	actor := units.Actor{PersonID: "p", Name: "云小禾", RequestID: "r-1"}
	for range 4 {
		if err := audit(t.Context(), db, actor, units.Line{UnitID: "u", Action: "thing.do", ObjectKind: "thing", ObjectID: "1", Detail: sql.Object{"b": "<云>", "a": 1}}); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := sql.List[rawLine](t.Context(), db, "audit_line.chain", sql.Args{"chain": "u"})
	if err != nil || len(lines) != 4 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, line := range lines {
		if line.digest() != line.Hash || i > 0 && line.PrevHash != lines[i-1].Hash {
			t.Errorf("line %d: hash %s, want %s by the documented form", line.Seq, line.Hash, line.digest())
		}
	}
	for _, c := range []struct {
		place  int
		at     int64
		reason units.BreakReason
	}{{3, 4, units.HeadDiffers}, {1, 3, units.LinkBroken}} {
		forged := lines[c.place]
		forged.PersonName = "别人"
		statement := fmt.Sprintf("UPDATE audit_lines SET person_name = '别人', hash = '%s' WHERE seq = %d", forged.digest(), forged.Seq)
		if err := sql.RunRaw(t.Context(), strings.TrimPrefix(dsn, "mysql:"), statement); err != nil {
			t.Fatal(err)
		}
		if broken, err := units.VerifyChain(t.Context(), db, "u"); err != nil || broken.Reason != c.reason || broken.Seq != c.at {
			t.Errorf("VerifyChain = %+v, %v, want %s at %d", broken, err, c.reason, c.at)
		}
	}
}

func TestListAuditIsFilteredAndPaged(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		admin, officer := d.People["admin"], d.People["officer"]
		noon := time.Date(2026, 3, 2, 12, 0, 0, 0, sql.Beijing)
		for i := range 7 {
			at := db.WithClock(func() time.Time { return noon.Add(time.Duration(i) * time.Minute) })
			unit, action := d.Town, "thing.do"
			if i%2 == 1 {
				unit, action = d.Bureau, "thing.undo"
			}
			if err := audit(t.Context(), at, officer, units.Line{UnitID: unit.ID, Action: action, ObjectKind: "thing", ObjectID: string(rune('a' + i))}); err != nil {
				t.Fatal(err)
			}
		}
		start := sql.FromStd(noon)
		ask := func(actor units.Actor, filter units.AuditFilter) string {
			t.Helper()
			if filter.ObjectKind == "" {
				filter.ObjectKind = "thing"
			}
			lines, err := units.ListAudit(t.Context(), db, actor, filter)
			if err != nil {
				t.Fatalf("ListAudit(%+v): %v", filter, err)
			}
			got := ""
			for _, line := range lines {
				got += line.ObjectID
			}
			return got
		}
		for _, c := range []struct {
			name   string
			filter units.AuditFilter
			want   string
		}{
			{"all", units.AuditFilter{}, "gfedcba"},
			{"a unit", units.AuditFilter{UnitID: d.Bureau.ID}, "fdb"},
			{"an action", units.AuditFilter{Action: "thing.do"}, "geca"},
			{"an object", units.AuditFilter{ObjectID: "c"}, "c"},
			{"a person", units.AuditFilter{PersonID: officer.PersonID, Limit: 2}, "gf"},
			{"another person", units.AuditFilter{PersonID: admin.PersonID}, ""},
			{"a time", units.AuditFilter{Since: start.Add(time.Minute), Until: start.Add(3 * time.Minute)}, "cb"},
		} {
			if got := ask(admin, c.filter); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		first, err := units.ListAudit(t.Context(), db, admin, units.AuditFilter{ObjectKind: "thing", Limit: 3})
		if err != nil || len(first) != 3 {
			t.Fatalf("first page = %d lines, %v", len(first), err)
		}
		if got := ask(admin, units.AuditFilter{Before: first[2].ID, Limit: 3}); got != "dcb" {
			t.Errorf("second page = %q, want dcb", got)
		}
		if err := audit(t.Context(), db, units.System, units.Line{Action: "thing.do", ObjectKind: "platform_thing", ObjectID: "p"}); err != nil {
			t.Fatal(err)
		}
		if got := ask(admin, units.AuditFilter{ObjectKind: "platform_thing"}); got != "" {
			t.Errorf("an office administrator reads the platform's chain: %q", got)
		}
		if got := ask(d.People["system"], units.AuditFilter{ObjectKind: "platform_thing"}); got != "p" {
			t.Errorf("the system administrator reads of the platform's chain: %q, want p", got)
		}
	})
}
