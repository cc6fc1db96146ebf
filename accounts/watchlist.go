package accounts

import (
	"context"
	"slices"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// WatchFilter narrows, sorts and pages the watchlist; empty fields narrow nothing.
type WatchFilter struct {
	UnitID      string // this unit and those below it
	Platform    Platform
	SubjectKind rules.SubjectKind // accounts alone, or columns alone
	Rulebook    string            // stand under this rulebook alone
	Rule        string            // of that rulebook
	Status      rules.Status      // stale, ok, no_rule, calendar_pending, unknown; empty is all that a clock counts
	DueSoon     bool              // of those in order, what falls due within DueSoon
	Query       string            // a part of the name
	Order       Order             // empty is ByDue
	After       string            // Next of the page before; empty is the first page
	PerPage     int               // 1 to 100; anything else means 20
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
	Standing    Standing          `json:"standing"` // by the clock that is due first; under one rulebook, by its clock
	Clocks      []Standing        `json:"clocks"`   // under each rulebook in force, what is due first stands first
}

// WatchPage is a page of the watchlist.
type WatchPage struct {
	Items []Watched `json:"items"`
	Next  string    `json:"next"` // empty on the last page
}

// watchKey is a line of the watchlist before its names are read.
type watchKey struct {
	SubjectKind rules.SubjectKind
	SubjectID   string
	DueAt       *sql.Time
	KeyID       string
}

// watchStatuses are what the watchlist may be narrowed to.
var watchStatuses = []rules.Status{"", rules.StatusOK, rules.StatusStale, rules.StatusNoRule, rules.StatusCalendarPending, rules.StatusUnknown}

// Watchlist returns what must be updated first: the stale ones, the longest over first, then those due soonest. Both are
// one order, that of the due times. What no clock counts is on it only when it is asked for. Whole, it is as long as Totals
// counts under the same filter: under one rulebook, what has no clock of it has no rule there; under one rule stands only what
// has a clock of it. It shows what the actor reaches with ReadDashboard. Errors: ErrCursorInvalid, ErrFilterInvalid, units.ErrNotFound for a unit out of reach.
func Watchlist(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter WatchFilter, now sql.Time) (WatchPage, error) {
	if filter.Order == "" {
		filter.Order = ByDue
	}
	if !slices.Contains(watchStatuses, filter.Status) || filter.Rule != "" && filter.Rulebook == "" {
		return WatchPage{}, ErrFilterInvalid.On("status")
	}
	key, id, err := readCursor(filter.After, "watch-"+string(filter.Order))
	if err != nil {
		return WatchPage{}, err
	}
	args, name, err := watchQuery(ctx, db, book, actor, filter, now)
	if err != nil {
		return WatchPage{}, wrap(err, "watchlist of unit %s", filter.UnitID)
	}
	if name == "" {
		return WatchPage{Items: []Watched{}}, nil
	}
	size := pageSize(filter.PerPage)
	args["after_id"], args["limit"], args["after_due"] = id, size+1, key.number()
	args["after_key"] = any(key.number())
	if filter.Order == ByName {
		args["after_key"] = string(key)
	}
	keys, err := sql.List[watchKey](ctx, db, name, args)
	if err != nil {
		return WatchPage{}, wrap(err, "read the watchlist")
	}
	items, err := watchedOf(ctx, db, book, keys[:min(size, len(keys))], filter.Rulebook, now)
	if err != nil {
		return WatchPage{}, wrap(err, "read the watchlist")
	}
	page := WatchPage{Items: items}
	if len(keys) > size {
		page.Next = watchCursor(filter.Order, keys[size-1], items[size-1])
	}
	return page, nil
}

func watchCursor(order Order, last watchKey, item Watched) string {
	key := numberKey(int64(orElse(last.DueAt, 0)))
	switch order {
	case ByName:
		key = sortKey(item.Name)
	case ByLastPost:
		key = numberKey(int64(orElse(item.LastPostAt, 0)))
	}
	return writeCursor("watch-"+string(order), key, last.KeyID)
}

// watchQuery chooses the statement for a filter: by what it sorts, by whether rows or the clocks of a rulebook are asked, and by
// whether the subtree is small. It has no name where nothing can be on the list.
func watchQuery(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter WatchFilter, now sql.Time) (sql.Args, string, error) {
	path, err := watchPath(ctx, db, actor, filter.UnitID)
	if err != nil {
		return nil, "", err
	}
	_, ids := updateRules(book.Library)
	args := sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDashboard), "path": path, "platform": filter.Platform,
		"subject_kind": filter.SubjectKind, "rulebook": filter.Rulebook, "rule": filter.Rule, "rules": ids, "name": like(filter.Query)}
	filter.ask(args, now)
	clocks := filter.ofClocks()
	switch {
	case filter.Rule != "" && !clocks: // under a rule stands what has a clock of it
		return args, "", nil
	case filter.Order == ByName && clocks:
		return args, "watch.by_name_under", nil
	case filter.Order == ByName:
		return args, "watch.by_name", nil
	case filter.Order == ByLastPost && clocks:
		return args, "watch.by_last_post_under", nil
	case filter.Order == ByLastPost:
		return args, "watch.by_last_post", nil
	case filter.Order != ByDue:
		return nil, "", ErrFilterInvalid.On("order")
	}
	size := smallSubtree + 1
	if path != "" {
		if size, err = sql.Get[int](ctx, db, "dashboard.size", sql.Args{"path": path, "limit": size}); err != nil {
			return nil, "", err
		}
	}
	if size <= smallSubtree {
		return args, filter.narrow(), nil
	}
	name, err := filter.wide(ctx, db, book, actor, now)
	return args, name, err
}

// ofClocks reports whether the list is one of clocks: what stands somehow under one rulebook, and not what has no clock of it
// or cannot be read under any.
func (f WatchFilter) ofClocks() bool {
	return f.Rulebook != "" && f.Status != rules.StatusNoRule && f.Status != rules.StatusUnknown
}

// ask adds what the status asks: how the rows are watched, when a clock falls due, or that it waits for a calendar.
func (f WatchFilter) ask(args sql.Args, now sql.Time) {
	watch, since, until := Timed, sql.Time(0), never
	switch {
	case f.Status == rules.StatusStale:
		until = now
	case f.Status == rules.StatusOK && f.DueSoon:
		since, until = now+1, now.Add(DueSoon)
	case f.Status == rules.StatusOK:
		since = now + 1
	case f.Status != "":
		watch, since, until = Watch(f.Status), 1, 0 // no due time at all
	}
	args["watch"], args["watches"], args["since_at"], args["until_at"], args["pending"] = watch, []Watch{watch}, since, until, watch == Pending
	switch {
	case watch == NoRule && f.Rulebook != "":
		args["watches"] = []Watch{Timed, NoRule, Pending} // other rulebooks may have clocks of it
	case watch == Unread:
		args["rulebook"] = "" // what cannot be read is so under all of them
	}
}

// narrow is the statement for a small subtree in the order of the due times.
func (f WatchFilter) narrow() string {
	switch {
	case f.ofClocks() && f.Status == rules.StatusCalendarPending:
		return "watch.narrow_pending"
	case f.ofClocks():
		return "watch.narrow_under"
	case f.timed():
		return "watch.narrow"
	}
	return "watch.narrow_plain"
}

// wide is the statement for a large one.
func (f WatchFilter) wide(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, now sql.Time) (string, error) {
	switch {
	case f.ofClocks() && f.Status == rules.StatusCalendarPending:
		return "watch.wide_pending", nil
	case f.ofClocks():
		return "watch.wide_under", nil
	case f.timed():
		return "watch.wide", nil
	case f.Status == rules.StatusNoRule && f.Rulebook != "":
		return f.wideWithout(ctx, db, book, actor, now)
	}
	return "watch.wide_plain", nil
}

// timed reports whether the list is one of what has a due time.
func (f WatchFilter) timed() bool {
	return f.Status == "" || f.Status == rules.StatusStale || f.Status == rules.StatusOK
}

// wideWithout is the statement for what has no clock of one rulebook in a large subtree. To look for that is a walk over all
// accounts where there are few such. What no rulebook has a clock of is among them, and an index finds it; the dashboard knows
// whether there are others.
func (f WatchFilter) wideWithout(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, now sql.Time) (string, error) {
	without := [2]int64{}
	for i, rulebook := range []string{f.Rulebook, ""} {
		board, err := Totals(ctx, db, book, actor, DashboardFilter{UnitID: f.UnitID, Platform: f.Platform, Rulebook: rulebook}, now)
		if err != nil {
			return "", err
		}
		if f.SubjectKind != rules.ColumnSubject {
			without[i] += board.Overall.NoRule
		}
		if f.SubjectKind != rules.AccountSubject {
			without[i] += board.Columns.NoRule
		}
	}
	if without[0] == without[1] {
		return "watch.wide_plain", nil
	}
	return "watch.wide_without", nil
}

// watchPath is the path of the subtree that is asked for, in the actor's sight: of the unit, or of the actor's only home.
// It is empty for an actor with several; the statements look at each row's reach in any case.
func watchPath(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (string, error) {
	tops, err := roots(ctx, db, actor, unitID)
	if err != nil || len(tops) != 1 {
		return "", err
	}
	return tops[0].Path, nil
}

type watchRow struct {
	Watched
	Watch       Watch
	DueAt       *sql.Time
	UnreadSince *sql.Time
}

// watchedOf reads the names and clocks of the lines, in their order.
func watchedOf(ctx context.Context, db *sql.DB, book rules.Book, keys []watchKey, rulebook string, now sql.Time) ([]Watched, error) {
	ids := map[rules.SubjectKind][]string{}
	for _, key := range keys {
		ids[key.SubjectKind] = append(ids[key.SubjectKind], key.SubjectID)
	}
	rows := map[string]watchRow{}
	clocks := map[string][]rules.Clock{}
	for kind, name := range map[rules.SubjectKind]string{rules.AccountSubject: "watch.accounts", rules.ColumnSubject: "watch.columns"} {
		if len(ids[kind]) == 0 {
			continue
		}
		list, err := sql.List[watchRow](ctx, db, name, sql.Args{"ids": ids[kind]})
		if err != nil {
			return nil, err
		}
		for _, row := range list {
			rows[row.SubjectID] = row
		}
		found, err := rules.ClocksOfAll(ctx, db, kind, ids[kind])
		if err != nil {
			return nil, err
		}
		for id, of := range found {
			clocks[id] = of
		}
	}
	items := make([]Watched, len(keys))
	for i, key := range keys {
		row := rows[key.SubjectID]
		items[i] = row.Watched
		items[i].Clocks = standings(book, clocks[key.SubjectID], now)
		items[i].Standing = first(items[i].Clocks, rulebook, row.Watch)
	}
	return items, nil
}

// standings are the running update clocks of a thing, what is due first before the others.
func standings(book rules.Book, clocks []rules.Clock, now sql.Time) []Standing {
	list := []Standing{}
	for _, clock := range clocks { // in the order in which they fall due
		if clock.IsUpdate() && clock.Running() {
			list = append(list, standing(book, clock, now))
		}
	}
	return list
}

// first is the standing that counts: the one due first, under one rulebook its own; what the row says where no clock runs.
func first(list []Standing, rulebook string, watch Watch) Standing {
	for _, s := range list {
		if rulebook == "" || s.Rulebook == rulebook {
			return s
		}
	}
	status := rules.StatusNoRule
	if watch == NotWatched {
		return Standing{Status: StatusNotInUse, Label: "不在用", Articles: sql.Strings{}}
	}
	if watch == Unread {
		status = rules.StatusUnknown
	}
	return Standing{Status: status, Label: status.Label(), Articles: sql.Strings{}}
}
