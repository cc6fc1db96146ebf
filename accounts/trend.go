package accounts

import (
	"context"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// TrendWeeks is how many weeks a trend has: a quarter of a year.
const TrendWeeks = 13

// Week is one week of a trend, from Monday 00:00 of Beijing.
type Week struct {
	From  sql.Time `json:"from"`
	Until sql.Time `json:"until"` // the Monday after; of the present week, now
	Began int64    `json:"began"` // silences that became too long in it, ended since or not, counted under each rule that they broke
}

// Trend counts, for the last thirteen weeks, in which week how many silences of the accounts and columns that the actor
// reaches became too long. Error: units.ErrNotFound for a unit out of reach.
func Trend(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID string, now sql.Time) ([]Week, error) {
	tops, err := roots(ctx, db, actor, unitID)
	if err != nil {
		return nil, wrap(err, "trend of unit %s", unitID)
	}
	monday := mondayOf(now)
	from := monday - (TrendWeeks-1)*weekLength
	weeks := make([]Week, TrendWeeks)
	for i := range weeks {
		weeks[i].From = from + sql.Time(i)*weekLength
		weeks[i].Until = min(weeks[i].From+weekLength, now)
	}
	rulebooks, ids := updateRules(book.Library)
	for _, top := range tops {
		counts, err := sql.List[struct {
			Since sql.Time
			Total int64
		}](ctx, db, "dashboard.trend", sql.Args{"from_at": from, "until_at": now + 1, "length": weekLength, "path": top.Path, "rulebooks": rulebooks, "rules": ids})
		if err != nil {
			return nil, wrap(err, "trend of unit %s", top.ID)
		}
		for _, count := range counts {
			weeks[int(count.Since-from)/int(weekLength)].Began += count.Total
		}
	}
	return weeks, nil
}

const weekLength = sql.Time(7 * 24 * time.Hour / time.Millisecond)

// mondayOf is 00:00 of the Monday of an instant's week in Beijing.
func mondayOf(at sql.Time) sql.Time {
	day := rules.DateOf(at.Std())
	return sql.FromStd(day.AddDays(-(int(day.Weekday()) + 6) % 7).Start())
}
