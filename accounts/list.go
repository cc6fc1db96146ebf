package accounts

import (
	"context"
	"slices"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Order is how a list of accounts is sorted.
type Order string

// The orders.
const (
	ByName     Order = "name"
	ByDue      Order = "due"       // what is due first stands first; without a due time last
	ByLastPost Order = "last_post" // the longest silent first, the never heard before them
)

// never sorts what has no due time behind everything that has one.
const never = sql.Time(1<<62 - 1)

// Filter narrows and pages a list of accounts; empty fields narrow nothing.
type Filter struct {
	UnitID   string // this unit and those below it
	Platform Platform
	Kind     Kind
	State    State
	Status   rules.Status // ok, stale, no_rule, calendar_pending, unknown: of accounts in use
	Query    string       // a part of the name
	Order    Order        // empty is ByName
	After    string       // Next of the page before; empty is the first page
	PerPage  int          // 1 to 100; anything else means 20
}

// Line is an account in a list, with how it stands.
type Line struct {
	Account
	Standing Standing `json:"standing"`
}

// Page is a page of accounts.
type Page struct {
	Items []Line `json:"items"`
	Next  string `json:"next"` // empty on the last page
}

// List returns a page of the accounts the actor reaches with ReadAccounts.
// Errors: ErrFilterInvalid, ErrCursorInvalid, units.ErrNotFound for a unit out of reach.
func List(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter Filter) (Page, error) {
	if filter.Order == "" {
		filter.Order = ByName
	}
	if !slices.Contains(watchStatuses, filter.Status) {
		return Page{}, ErrFilterInvalid.On("status")
	}
	key, id, err := readCursor(filter.After, string(filter.Order))
	if err != nil {
		return Page{}, err
	}
	path, err := subtree(ctx, db, actor, filter.UnitID)
	if err != nil {
		return Page{}, wrap(err, "list the accounts of unit %s", filter.UnitID)
	}
	now, size := db.Now(), pageSize(filter.PerPage)
	args := sql.Args{
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts), "path": path, "platform": filter.Platform,
		"kind": filter.Kind, "state": filter.State, "status": filter.Status, "name": like(filter.Query), "now": now, "never": never,
		"after_id": id, "limit": size + 1,
	}
	rows, err := Accounts(ctx, db, filter.Order, key, args)
	if err != nil {
		return Page{}, wrap(err, "list the accounts")
	}
	page := Page{Items: []Line{}}
	shown := rows[:min(size, len(rows))]
	ids := make([]string, len(shown))
	for i, account := range shown {
		ids[i] = account.ID
	}
	clocks, err := rules.ClocksOfAll(ctx, db, rules.AccountSubject, ids)
	if err != nil {
		return Page{}, wrap(err, "list the accounts")
	}
	for _, account := range shown {
		page.Items = append(page.Items, Line{Account: account, Standing: StatusOf(book, account.Watch, clocks[account.ID], now)})
	}
	if len(rows) > size {
		page.Next = nextAfter(filter.Order, rows[size-1])
	}
	return page, nil
}

func Accounts(ctx context.Context, db *sql.DB, order Order, key sortKey, args sql.Args) ([]Account, error) {
	switch order {
	case ByName:
		args["after_name"] = string(key)
		return sql.List[Account](ctx, db, "account.list_by_name", args)
	case ByDue:
		args["after_due"] = key.number()
		return sql.List[Account](ctx, db, "account.list_by_due", args)
	case ByLastPost:
		args["after_at"] = key.number()
		return sql.List[Account](ctx, db, "account.list_by_last_post", args)
	}
	return nil, ErrFilterInvalid.On("order")
}

func nextAfter(order Order, last Account) string {
	key := sortKey(last.Name)
	switch order {
	case ByDue:
		key = numberKey(int64(orElse(last.DueAt, never)))
	case ByLastPost:
		key = numberKey(int64(orElse(last.LastPostAt, 0)))
	}
	return writeCursor(string(order), key, last.ID)
}

// subtree returns the path of a unit in the actor's sight, for statements that take it and all below it; empty for no unit.
func subtree(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (string, error) {
	if unitID == "" {
		return "", nil
	}
	unit, err := units.Get(ctx, db, actor, unitID)
	return unit.Path, err
}

func orElse(t *sql.Time, otherwise sql.Time) sql.Time {
	if t == nil {
		return otherwise
	}
	return *t
}
