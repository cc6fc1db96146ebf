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
	now := db.Now().Std()
	args := sql.Args{"account_id": accountID, "day": now.Format(time.DateOnly), "path": path, "most": most}
	added, err := db.ExecOne(ctx, statement, args)
	if err != nil || added {
		return added, spending(path, accountID, err)
	}
	used, err := Spent(ctx, db, accountID, path)
	if err != nil || used > 0 {
		return false, err
	}
	_, err = db.Exec(ctx, "call_count.insert", args)
	if sql.IsDuplicate(err) { // another node made the first call of the day
		added, err = db.ExecOne(ctx, statement, args)
		return added, spending(path, accountID, err)
	}
	if err != nil {
		return false, spending(path, accountID, err)
	}
	_, err = db.Exec(ctx, "call_count.prune", sql.Args{"account_id": accountID, "day": now.Add(-keepCounts).Format(time.DateOnly)})
	return true, spending(path, accountID, err)
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
