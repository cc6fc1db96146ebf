package accounts

import (
	"cmp"
	"context"
	"slices"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// DueSoon is how long before its due time an account is called 即将到期. It is our choice for the screen, no regulation's.
const DueSoon = 3 * 24 * time.Hour

// Counts says how many accounts stand how. OK, Stale, NoRule and Pending add up to Total; DueSoon is a part of OK.
type Counts struct {
	Total   int64 `json:"total"`
	OK      int64 `json:"ok"`
	DueSoon int64 `json:"due_soon"`
	Stale   int64 `json:"stale"`
	NoRule  int64 `json:"no_rule"`
	Pending int64 `json:"calendar_pending"`
}

func (c *Counts) add(d Counts) {
	c.Total += d.Total
	c.OK += d.OK
	c.DueSoon += d.DueSoon
	c.Stale += d.Stale
	c.NoRule += d.NoRule
	c.Pending += d.Pending
}

// UnitCounts are the counts of the accounts of one unit, without the units below it.
type UnitCounts struct {
	UnitID   string `json:"unit_id"`
	UnitName string `json:"unit_name"`
	Counts
}

// PlatformCounts are the counts of the accounts on one platform.
type PlatformCounts struct {
	Platform Platform `json:"platform"`
	Counts
}

// Dashboard is how the accounts in use stand.
type Dashboard struct {
	Overall    Counts           `json:"overall"`
	Columns    Counts           `json:"columns"`     // of the websites in use; not in the other counts
	ByUnit     []UnitCounts     `json:"by_unit"`     // the most stale first
	ByPlatform []PlatformCounts `json:"by_platform"` // the most stale first
}

// DashboardFilter narrows the dashboard; empty fields narrow nothing.
type DashboardFilter struct {
	UnitID   string // this unit and those below it
	Platform Platform
}

func dashboardArgs(ctx context.Context, db *sql.DB, actor units.Actor, filter DashboardFilter, now sql.Time) (sql.Args, error) {
	path, err := subtree(ctx, db, actor, filter.UnitID)
	return sql.Args{
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDashboard), "path": path, "platform": filter.Platform,
		"now": now, "soon": now.Add(DueSoon),
	}, err
}

// Totals counts how the accounts in use that the actor reaches with ReadDashboard stand at now. What has no rule is
// counted as that and never as in order. Error: units.ErrNotFound for a unit out of reach.
func Totals(ctx context.Context, db *sql.DB, actor units.Actor, filter DashboardFilter, now sql.Time) (Dashboard, error) {
	args, err := dashboardArgs(ctx, db, actor, filter, now)
	if err != nil {
		return Dashboard{}, wrap(err, "count the dashboard of unit %s", filter.UnitID)
	}
	groups, err := sql.List[struct {
		UnitID   string
		UnitName string
		Platform Platform
		Counts
	}](ctx, db, "dashboard.accounts", args)
	if err != nil {
		return Dashboard{}, wrap(err, "count the accounts")
	}
	board := Dashboard{ByUnit: []UnitCounts{}, ByPlatform: []PlatformCounts{}}
	for _, group := range groups {
		board.Overall.add(group.Counts)
		i := slices.IndexFunc(board.ByPlatform, func(p PlatformCounts) bool { return p.Platform == group.Platform })
		if i < 0 {
			i, board.ByPlatform = len(board.ByPlatform), append(board.ByPlatform, PlatformCounts{Platform: group.Platform})
		}
		board.ByPlatform[i].add(group.Counts)
		if last := len(board.ByUnit) - 1; last < 0 || board.ByUnit[last].UnitID != group.UnitID { // the statement sorts by unit
			board.ByUnit = append(board.ByUnit, UnitCounts{UnitID: group.UnitID, UnitName: group.UnitName})
		}
		board.ByUnit[len(board.ByUnit)-1].add(group.Counts)
	}
	slices.SortStableFunc(board.ByUnit, func(a, b UnitCounts) int {
		return cmp.Or(worse(a.Counts, b.Counts), cmp.Compare(a.UnitName, b.UnitName))
	})
	slices.SortStableFunc(board.ByPlatform, func(a, b PlatformCounts) int {
		return cmp.Or(worse(a.Counts, b.Counts), cmp.Compare(a.Platform, b.Platform))
	})
	board.Columns, err = sql.Get[Counts](ctx, db, "dashboard.columns", args)
	return board, wrap(err, "count the columns")
}

func worse(a, b Counts) int {
	return cmp.Or(cmp.Compare(b.Stale, a.Stale), cmp.Compare(b.DueSoon, a.DueSoon))
}

// WatchFilter narrows and pages the watchlist; empty fields narrow nothing.
type WatchFilter struct {
	UnitID    string // this unit and those below it
	Platform  Platform
	StaleOnly bool
	After     string // Next of the page before; empty is the first page
	PerPage   int    // 1 to 100; anything else means 20
}

// Watched is an account or a column on the watchlist.
type Watched struct {
	SubjectKind rules.SubjectKind `json:"subject_kind"`
	SubjectID   string            `json:"subject_id"`
	Name        string            `json:"name"`       // the account's; for a column its own
	AccountID   string            `json:"account_id"` // for a column its site
	AccountName string            `json:"account_name"`
	Platform    Platform          `json:"platform"`
	Kind        string            `json:"kind"` // the account's, or the column's
	UnitID      string            `json:"unit_id"`
	UnitName    string            `json:"unit_name"`
	LastPostAt  *sql.Time         `json:"last_post_at"`
	Standing    Standing          `json:"standing"`
}

// WatchPage is a page of the watchlist.
type WatchPage struct {
	Items []Watched `json:"items"`
	Next  string    `json:"next"` // empty on the last page
}

// Watchlist returns what must be updated first: the stale ones, the longest over first, then those due soonest. Both are
// one order, that of the due times. What has no rule, or waits for the calendar, is not on it. It shows what the actor
// reaches with ReadDashboard. Errors: ErrCursorInvalid, units.ErrNotFound for a unit out of reach.
func Watchlist(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter WatchFilter, now sql.Time) (WatchPage, error) {
	key, id, err := readCursor(filter.After, "watch")
	if err != nil {
		return WatchPage{}, err
	}
	args, err := dashboardArgs(ctx, db, actor, DashboardFilter{UnitID: filter.UnitID, Platform: filter.Platform}, now)
	if err != nil {
		return WatchPage{}, wrap(err, "watchlist of unit %s", filter.UnitID)
	}
	size := pageSize(filter.PerPage)
	args["after_due"], args["after_id"], args["limit"], args["until"] = key.number(), id, size+1, never
	if filter.StaleOnly {
		args["until"] = now
	}
	rows, err := sql.List[struct {
		Watched
		clockPart
	}](ctx, db, "dashboard.watchlist", args)
	if err != nil {
		return WatchPage{}, wrap(err, "read the watchlist")
	}
	page := WatchPage{Items: []Watched{}}
	for _, row := range rows[:min(size, len(rows))] {
		row.Watched.Standing = StatusOf(book, true, row.clocks(), now)
		page.Items = append(page.Items, row.Watched)
	}
	if len(rows) > size {
		last := rows[size-1]
		page.Next = writeCursor("watch", numberKey(int64(*last.ClockDueAt)), *last.ClockID)
	}
	return page, nil
}
