package channels

import (
	"context"
	"errors"
	"fmt"
	"time"

	"govmedia/sql"
)

// keepCounts is how long the counts of a day are kept, for whoever asks how a budget was spent.
const keepCounts = 60 * 24 * time.Hour

// Spend counts one call of path for an account on the present Beijing day and reports whether it may be made: false when
// most calls were counted already, on whichever node. A most of 0 sets no bound; the call is still counted. What was
// counted stays counted when the call fails: the platform counts it too.
func Spend(ctx context.Context, db *sql.DB, accountID, path string, most int64) (bool, error) {
	statement := "call_count.spend"
	if most <= 0 {
		statement = "call_count.add"
	}
	args := sql.Args{"account_id": accountID, "day": db.Now().Std().Format(time.DateOnly), "path": path, "most": most}
	granted, err := db.ExecOne(ctx, statement, args)
	if err == nil && !granted {
		granted, err = spendFirst(ctx, db, args)
	}
	if err == nil && !granted { // the budget is spent, or others have made the first call of the day meanwhile
		granted, err = db.ExecOne(ctx, statement, args)
	}
	return granted, spending(path, accountID, err)
}

// spendFirst counts the first call of a day; false when others have made it, on this node or another one.
func spendFirst(ctx context.Context, db *sql.DB, args sql.Args) (bool, error) {
	if _, err := sql.Get[int64](ctx, db, "call_count.get", args); !errors.Is(err, sql.ErrNone) {
		return false, err
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := tx.Exec(ctx, "call_count.insert", args); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "call_count.prune", sql.Args{"account_id": args["account_id"], "day": tx.Now().Add(-keepCounts).Std().Format(time.DateOnly)})
		return err
	})
	if sql.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, err
}

// Spent returns how many calls of path were counted for an account on the present Beijing day, 0 when none was.
func Spent(ctx context.Context, db *sql.DB, accountID, path string) (int64, error) {
	used, err := sql.Get[int64](ctx, db, "call_count.get",
		sql.Args{"account_id": accountID, "day": db.Now().Std().Format(time.DateOnly), "path": path})
	if errors.Is(err, sql.ErrNone) {
		return 0, nil
	}
	return used, spending(path, accountID, err)
}

func spending(path, accountID string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("count a call of %s for account %s: %w", path, accountID, err)
}

// UntilTomorrow returns the time from now to five minutes past the next Beijing midnight, when the platforms' daily
// budgets have begun anew.
func UntilTomorrow(now sql.Time) time.Duration {
	t := now.Std()
	next := time.Date(t.Year(), t.Month(), t.Day()+1, 0, 5, 0, 0, t.Location())
	return next.Sub(t)
}
