package accounts

import (
	"context"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
)

// SettlePending settles what waited for the working days of a year (K16), after a new calendar came with the program, and
// returns how many accounts it looked at. Those for which the year is still missing go on waiting. It may run twice.
func SettlePending(ctx context.Context, db *sql.DB, book rules.Book) (int, error) {
	ids, err := sql.List[string](ctx, db, "account.pending", nil)
	if err != nil {
		return 0, wrap(err, "list the pending clocks")
	}
	for i, id := range ids {
		if err := db.InTx(ctx, func(tx *sql.DB) error { return settlePast(ctx, tx, book, []string{id}) }); err != nil {
			return i, wrap(err, "settle account %s", id)
		}
	}
	return len(ids), nil
}

// settlePast settles accounts and their columns and judges all their silences since their start.
func settlePast(ctx context.Context, tx *sql.DB, book rules.Book, ids []string) error {
	l, err := openLedger(ctx, tx, book, ids)
	if err != nil {
		return err
	}
	if err := l.settleAll(ctx, l.now); err != nil {
		return err
	}
	for _, t := range l.order {
		if err := l.judgePast(ctx, t); err != nil {
			return err
		}
	}
	return l.close(ctx)
}

// noRule says why no rule times a thing; empty when one does.
func noRule(ctx context.Context, db *sql.DB, book rules.Book, t *thing) (rulebookID, citation, reason string, err error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return "", "", "", err
	}
	l := ledger{law: law}
	regime, err := l.regime(t)
	if refusal := fault.As(err); refusal != nil {
		return "", "", refusal.Sentence, nil //nolint:nilerr // the refusal is the reason that was asked for
	}
	if err != nil {
		return "", "", "", err
	}
	verdicts := regime.Verdicts(t.Subject, t.updates(), db.Now().Std())
	if len(verdicts) == 0 {
		return "", "", "本单位没有设定适用的规则库", nil
	}
	for _, verdict := range verdicts {
		if verdict.Status != rules.StatusNoRule {
			return "", "", "", nil
		}
	}
	return verdicts[0].Rulebook, verdicts[0].Citation, verdicts[0].Reason.Label(), nil
}
