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
	ByExpiry   Order = "expiry"    // whose certification ends first; those whose end is not known are left out
)

// never sorts what has no due time behind everything that has one.
const never = sql.Time(1<<62 - 1)

// The values of Filter.Certified.
const (
	CertifiedYes     = "yes"
	CertifiedNo      = "no"
	CertifiedUnknown = "unknown" // nobody has looked
	certifiedNotYes  = "not_yes" // no or unknown
)

// AnyFinding in Filter.Finding lists the accounts at which a checkup finds anything.
const AnyFinding Check = "any"

// alreadyOver in Filter.ExpiresWithin lists the certifications that are over.
const alreadyOver = -1

// maxExpiry is the longest that a filter looks ahead, in days.
const maxExpiry = 3660

// Filter narrows and pages a list of accounts; empty fields narrow nothing.
type Filter struct {
	UnitID        string // this unit and those below it
	Platform      Platform
	Kind          Kind
	State         State
	Status        rules.Status // ok, stale, no_rule, calendar_pending, unknown: of accounts in use
	Query         string       // a part of the name, its pinyin or initials, of an id, the unit, the certified subject or the operator
	Certified     string       // yes, no, unknown
	ExpiresWithin *int         // days until the certification ends, those that are over among them; -1: only those
	Unapproved    bool         // in use or suspended without a record of an approval
	Finding       Check        // at which a checkup finds this, or AnyFinding
	Order         Order        // empty is ByName; with ExpiresWithin ByExpiry
	After         string       // Next of the page before; empty is the first page
	PerPage       int          // 1 to 100; anything else means 20
}

// Line is an account in a list, with how it stands.
type Line struct {
	Account
	Standing Standing  `json:"standing"`
	Facts    Facts     `json:"facts"`
	Findings []Finding `json:"findings"` // of the checkup; empty unless the list is of findings
}

// Facts is what a list shows of an account's particulars.
type Facts struct {
	Certified      *bool     `json:"certified"`
	CertifiedUntil *sql.Time `json:"certified_until"`
	ApprovalNumber string    `json:"approval_number"`
	ApprovedOn     *sql.Time `json:"approved_on"`
	OpenedOn       *sql.Time `json:"opened_on"`
	Operator       string    `json:"operator"`
	Followers      *int64    `json:"followers"`
	AvatarID       *string   `json:"avatar_id"`
}

type factsRow struct {
	AccountID string
	Facts
}

// Page is a page of accounts. A page of findings may hold fewer than were asked for, even none, and still have a next one.
type Page struct {
	Items []Line `json:"items"`
	Next  string `json:"next"` // empty on the last page
}

// List returns a page of the accounts the actor reaches with ReadAccounts.
// Errors: ErrFilterInvalid, ErrCursorInvalid, units.ErrNotFound for a unit out of reach.
func List(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter Filter) (Page, error) {
	l, err := newListing(ctx, db, actor, filter)
	if err != nil {
		return Page{}, err
	}
	size := pageSize(filter.PerPage)
	var page Page
	if filter.Finding != "" {
		page, err = l.findings(ctx, db, book, filter.Finding, size)
	} else {
		page, err = l.page(ctx, db, size)
	}
	if err == nil {
		err = l.fill(ctx, db, book, page.Items)
	}
	return page, wrap(err, "list the accounts")
}

// listing is a list of accounts under way: its order, its place and its filters.
type listing struct {
	order Order
	key   sortKey
	args  sql.Args
}

// newListing checks a filter and readies its first page.
func newListing(ctx context.Context, db *sql.DB, actor units.Actor, filter Filter) (*listing, error) {
	if filter.Order == "" && filter.ExpiresWithin != nil {
		filter.Order = ByExpiry
	}
	if filter.Order == "" {
		filter.Order = ByName
	}
	if err := checkFilter(filter); err != nil {
		return nil, err
	}
	key, id, err := readCursor(filter.After, string(filter.Order))
	if err != nil {
		return nil, err
	}
	path, err := subtree(ctx, db, actor, filter.UnitID)
	if err != nil {
		return nil, wrap(err, "list the accounts of unit %s", filter.UnitID)
	}
	until := sql.Time(0)
	if filter.ExpiresWithin != nil {
		until = expiresWithin(db.Now(), *filter.ExpiresWithin)
	}
	switch filter.Finding { // what a finding needs in any case, so that few accounts are looked at
	case CheckApproval:
		filter.Unapproved = true
	case CheckCertified:
		filter.Certified = certifiedNotYes
	case CheckExpired:
		until = expiresWithin(db.Now(), alreadyOver)
	}
	return &listing{order: filter.Order, key: key, args: sql.Args{
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts), "path": path, "platform": filter.Platform,
		"kind": filter.Kind, "state": filter.State, "status": filter.Status, "query": like(typed(filter.Query)), "now": db.Now(), "never": never,
		"certified": filter.Certified, "until": until, "unapproved": filter.Unapproved,
		"asks": filter.Certified != "" || until != 0 || filter.Unapproved, "after_id": id,
	}}, nil
}

func checkFilter(filter Filter) error {
	days := filter.ExpiresWithin
	switch {
	case !slices.Contains(watchStatuses, filter.Status):
		return ErrFilterInvalid.On("status")
	case !slices.Contains([]string{"", CertifiedYes, CertifiedNo, CertifiedUnknown}, filter.Certified):
		return ErrFilterInvalid.On("certified")
	case days != nil && (*days < alreadyOver || *days > maxExpiry):
		return ErrFilterInvalid.On("expires_within")
	case filter.Finding != "" && filter.Finding != AnyFinding && checkOrder(filter.Finding) == len(checkNames):
		return ErrFilterInvalid.On("finding")
	}
	return nil
}

// read returns the next accounts of the list, at most so many.
func (l *listing) read(ctx context.Context, db *sql.DB, most int) ([]Account, error) {
	l.args["limit"] = most
	switch l.order {
	case ByName:
		l.args["after_name"] = string(l.key)
		return sql.List[Account](ctx, db, "account.list_by_name", l.args)
	case ByDue:
		l.args["after_due"] = l.key.number()
		return sql.List[Account](ctx, db, "account.list_by_due", l.args)
	case ByLastPost:
		l.args["after_at"] = l.key.number()
		return sql.List[Account](ctx, db, "account.list_by_last_post", l.args)
	case ByExpiry:
		l.args["after_at"] = l.key.number()
		return sql.List[Account](ctx, db, "account.list_by_expiry", l.args)
	}
	return nil, ErrFilterInvalid.On("order")
}

// page reads one page.
func (l *listing) page(ctx context.Context, db *sql.DB, size int) (Page, error) {
	rows, err := l.read(ctx, db, size+1)
	page := Page{Items: []Line{}}
	for _, account := range rows[:min(size, len(rows))] {
		page.Items = append(page.Items, Line{Account: account, Findings: []Finding{}})
	}
	if err == nil && len(rows) > size {
		page.Next, err = l.cursor(ctx, db, rows[size-1])
	}
	return page, err
}

// How many accounts a page of findings looks at: in one go, and at most.
const (
	lookAtOnce = 200
	lookAtMost = 2000
)

// findings reads on until a page of accounts is full at which something is found, or enough were looked at for one answer.
func (l *listing) findings(ctx context.Context, db *sql.DB, book rules.Book, check Check, size int) (Page, error) {
	page := Page{Items: []Line{}}
	for looked := 0; looked < lookAtMost; looked += lookAtOnce {
		rows, err := l.read(ctx, db, lookAtOnce)
		if err != nil {
			return Page{}, err
		}
		ids := make([]string, len(rows))
		for i, account := range rows {
			ids[i] = account.ID
		}
		records, err := Records(ctx, db, ids)
		if err != nil {
			return Page{}, err
		}
		found, err := Checkups(ctx, db, book, records)
		if err != nil {
			return Page{}, err
		}
		for i, record := range records {
			wanted := slices.ContainsFunc(found[i], func(f Finding) bool { return check == AnyFinding || f.Check == check })
			if wanted {
				page.Items = append(page.Items, Line{Account: record.Account, Findings: found[i]})
			}
			if len(page.Items) == size && (i+1 < len(records) || len(rows) == lookAtOnce) {
				page.Next, err = l.cursor(ctx, db, record.Account)
				return page, err
			}
		}
		if len(rows) < lookAtOnce {
			page.Next = ""
			return page, nil
		}
		if page.Next, err = l.cursor(ctx, db, rows[len(rows)-1]); err != nil {
			return Page{}, err
		}
		if l.key, l.args["after_id"], err = readCursor(page.Next, string(l.order)); err != nil {
			return Page{}, err
		}
	}
	return page, nil
}

// fill gives the lines of a page how they stand and what they show of their particulars.
func (l *listing) fill(ctx context.Context, db *sql.DB, book rules.Book, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line.ID
	}
	clocks, err := rules.ClocksOfAll(ctx, db, rules.AccountSubject, ids)
	if err != nil {
		return err
	}
	rows, err := sql.List[factsRow](ctx, db, "particulars.facts", sql.Args{"ids": ids})
	if err != nil {
		return err
	}
	facts := make(map[string]Facts, len(rows))
	for _, row := range rows {
		facts[row.AccountID] = row.Facts
	}
	for i := range lines {
		line := &lines[i]
		line.Standing, line.Facts = StatusOf(book, line.Watch, clocks[line.ID], db.Now()), facts[line.ID]
	}
	return nil
}

// cursor names the place behind an account.
func (l *listing) cursor(ctx context.Context, db *sql.DB, last Account) (string, error) {
	if l.order != ByExpiry {
		return nextAfter(l.order, last), nil
	}
	p, err := ParticularsOf(ctx, db, last.ID)
	return writeCursor(string(l.order), numberKey(int64(orElse(p.CertifiedUntil, never))), last.ID), err
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
