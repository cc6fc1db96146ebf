package units_test

import (
	"context"
	"testing"

	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

func auditAll(ctx context.Context, db *sql.DB, lines ...units.Line) error {
	return db.InTx(ctx, func(tx *sql.DB) error { return units.AuditAll(ctx, tx, units.Actor{Name: "山某"}, lines) })
}

// Many lines of old and new chains, mixed: each chain has its own in their order, and holds.
func TestManyLinesAtOnceFollowEachOther(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		line := func(unit, object string) units.Line {
			return units.Line{UnitID: unit, Action: "thing.do", ObjectKind: "thing", ObjectID: object}
		}
		if err := audit(t.Context(), db, units.System, line("old", "0")); err != nil {
			t.Fatal(err)
		}
		if err := auditAll(t.Context(), db, line("old", "1"), line("new", "1"), line("", "1"), line("old", "2"), line("new", "2")); err != nil {
			t.Fatalf("AuditAll: %v", err)
		}
		if err := auditAll(t.Context(), db, line("new", "3"), line("old", "3")); err != nil {
			t.Fatalf("AuditAll: %v", err)
		}
		if err := audit(t.Context(), db, units.System, line("old", "4")); err != nil {
			t.Fatal(err)
		}
		for chain, want := range map[string]string{"old": "01234", "new": "123", units.PlatformChain: "1"} {
			if broken, err := units.VerifyChain(t.Context(), db, chain); err != nil || !broken.Intact() {
				t.Errorf("VerifyChain(%s) = %+v, %v, want it intact", chain, broken, err)
			}
			lines, err := sql.List[units.AuditLine](t.Context(), db, "audit_line.chain", sql.Args{"chain": chain})
			got := ""
			for i, line := range lines {
				if got += line.ObjectID; line.Seq != int64(i+1) {
					t.Errorf("line %d of chain %s has place %d", i, chain, line.Seq)
				}
			}
			if err != nil || got != want {
				t.Errorf("chain %s tells of %q, %v, want %q", chain, got, err, want)
			}
		}
	})
}

func TestManyLinesNeedATransaction(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		if err := units.AuditAll(t.Context(), db, units.System, []units.Line{{UnitID: "u", Action: "thing.do"}}); err == nil {
			t.Error("AuditAll outside a transaction = nil, want an error")
		}
		if err := auditAll(t.Context(), db); err != nil {
			t.Errorf("AuditAll of nothing = %v, want nil", err)
		}
	})
}
