package units

import (
	"context"
	"fmt"
	"slices"

	"govmedia/sql"
)

// AuditAll appends many lines as Audit would one after the other, each chain's in their order, in few statements however many
// they are. It holds the chains in one order, so that two writers of many lines do not wait for each other. Otherwise as Audit.
func AuditAll(ctx context.Context, tx *sql.DB, actor Actor, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	if !tx.InTransaction() {
		return fmt.Errorf("units: audit %d lines: not in a transaction", len(lines))
	}
	if err := appendLines(ctx, tx, actor, lines); err != nil {
		return fmt.Errorf("units: audit %d lines: %w", len(lines), err)
	}
	return nil
}

// chainHead is the head of one of several chains.
type chainHead struct {
	Chain string
	Seq   int64
	Hash  string
	Was   int64 // Seq before these lines
}

func appendLines(ctx context.Context, tx *sql.DB, actor Actor, lines []Line) error {
	chains := map[string]*chainHead{}
	for _, line := range lines {
		chains[line.chain()] = nil
	}
	heads, err := sql.List[chainHead](ctx, tx, "audit_head.hold_all", sql.Args{"chains": sortedChains(chains)})
	if err != nil {
		return err
	}
	for i := range heads {
		chains[heads[i].Chain] = &heads[i]
	}
	stored := make([]storedLine, 0, len(lines))
	for _, line := range lines {
		head := chains[line.chain()]
		if head == nil { // the first line of a new chain makes its head
			if err := appendLine(ctx, tx, actor, line); err != nil {
				return err
			}
			continue
		}
		made, err := line.stored(tx, actor, auditHead{Seq: head.Seq + 1, Hash: head.Hash})
		if err != nil {
			return err
		}
		head.Seq, head.Hash = made.Seq, made.Hash
		stored = append(stored, made)
	}
	if err := sql.InsertMany(ctx, tx, "audit_line.insert", stored); err != nil {
		return asConflict(err)
	}
	sealed, err := sql.UpdateMany(ctx, tx, "audit_head.seal_all", heads)
	if err == nil && sealed != int64(len(heads)) {
		err = sql.ErrConflict
	}
	return err
}

func sortedChains(chains map[string]*chainHead) []string {
	var names []string
	for name := range chains {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
