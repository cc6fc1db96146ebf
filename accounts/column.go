package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// ColumnState is where a column stands.
type ColumnState string

// The states of a column.
const (
	ColumnInUse  ColumnState = "in_use"
	ColumnHidden ColumnState = "hidden" // kept, and not shown on the site: not timed
	ColumnClosed ColumnState = "closed"
)

// ColumnKinds are the kinds a column may have, as update limits name them.
var ColumnKinds = []rules.Kind{rules.NewsColumn, rules.NoticeColumn, rules.PolicyColumn, rules.MonthlyColumn, rules.QuarterlyColumn,
	rules.AnnualColumn, rules.UndeterminedColumn, rules.OtherColumn}

// maxLevel is the deepest level of a column that anybody registers.
const maxLevel = 9

// Column is a section of a website or sub-site, with an update limit of its own.
type Column struct {
	ID           string      `json:"id"`
	AccountID    string      `json:"account_id"` // the website or sub-site
	UnitID       string      `json:"unit_id"`
	Name         string      `json:"name"`
	Kind         rules.Kind  `json:"kind"`
	Level        int         `json:"level"` // 1 is the top level
	URL          string      `json:"url"`
	State        ColumnState `json:"state"`
	ParentID     *string     `json:"parent_id"` // the column above it; nil for a top column
	LastPostAt   *sql.Time   `json:"last_post_at"`
	LastBelowAt  *sql.Time   `json:"last_below_at"` // the last post in the columns below it
	UnreadSince  *sql.Time   `json:"unread_since"`  // since when nobody can read it from outside, while its site can be read; nil while it can be read
	UnreadReason string      `json:"unread_reason"`
	CreatedAt    sql.Time    `json:"created_at"` // when the column was opened on the site
	UpdatedAt    sql.Time    `json:"updated_at"`
	Version      int64       `json:"version"`
	Path         string      `json:"-"` // the unit's
	Watch        Watch       `json:"-"`
	DueAt        *sql.Time   `json:"-"`
}

// NewColumn is what a new column is made of.
type NewColumn struct {
	AccountID string
	Name      string
	Kind      rules.Kind
	ParentID  string    // the column above it, empty for a top column
	Level     int       // 1 is the top level; below a column it is that one's plus one, and may be left 0
	URL       string    // may be empty
	CreatedAt *sql.Time // when it was opened on the site; nil means now
}

// CreateColumn adds a column to a website or sub-site for which the actor holds WriteAccounts. Where a rulebook says so, a
// column without content is stale from its beginning (K13); where one says that such a column must not be shown, it begins
// hidden, and ShowColumn shows it when it has content. Where a chain of stages exists for adding columns, only what is on the
// site already is written down here, with the day it was opened. Errors: the checks of the fields, ErrColumnNoSite,
// ErrNeedsApplication, ErrStateRefuses on a closed site, ErrNotFound, ErrForbidden.
func CreateColumn(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewColumn) (Column, error) {
	var column Column
	err := db.InTx(ctx, func(tx *sql.DB) error {
		site, err := forChange(ctx, tx, actor, in.AccountID, units.WriteAccounts)
		if err != nil {
			return err
		}
		if in.CreatedAt == nil { // one that is on the site already is written down with the day it was opened
			if err := columnNeedsChain(ctx, tx, book, site); err != nil {
				return err
			}
		}
		column, err = addColumn(ctx, tx, book, actor, site, in)
		return err
	})
	if err != nil {
		return Column{}, wrap(err, "create column %s", in.Name)
	}
	return column, nil
}

// addColumn adds a column to a site whose row is held.
func addColumn(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, site Account, in NewColumn) (Column, error) {
	column := Column{ID: sql.NewID(), AccountID: site.ID, UnitID: site.UnitID, Path: site.Path, Name: strings.TrimSpace(in.Name), Kind: in.Kind, Level: in.Level,
		URL: strings.TrimSpace(in.URL), State: ColumnInUse, ParentID: orNil(in.ParentID), CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}
	if column.ParentID != nil && column.Level == 0 {
		column.Level = 2 // checked against the column above below
	}
	if err := checkColumn(column); err != nil {
		return column, err
	}
	if site.Platform != Website {
		return column, ErrColumnNoSite.On("account_id")
	}
	if site.State == Closed {
		return column, ErrStateRefuses
	}
	if column.ParentID != nil {
		if err := underParent(ctx, tx, &column, in.Level); err != nil {
			return column, err
		}
	}
	if in.CreatedAt != nil {
		if *in.CreatedAt > tx.Now() || *in.CreatedAt < earliest {
			return column, ErrColumnCreated.On("created_at")
		}
		column.CreatedAt = *in.CreatedAt
	}
	var err error
	if column.State, err = firstState(ctx, tx, book, site); err != nil {
		return column, err
	}
	if _, err := tx.Exec(ctx, "column.insert", column); err != nil {
		return column, err
	}
	if err := settleAccounts(ctx, tx, book, site.ID); err != nil {
		return column, err
	}
	return column, auditColumn(ctx, tx, actor, column, ActionColumnCreate, sql.Object{"account_id": site.ID, "name": column.Name, "kind": column.Kind,
		"level": column.Level, "created_at": column.CreatedAt})
}

// underParent gives a column its level below the one above it, which must be an open column of the same site.
func underParent(ctx context.Context, tx *sql.DB, column *Column, level int) error {
	parent, err := sql.Get[Column](ctx, tx, "column.get", sql.Args{"id": *column.ParentID})
	if errors.Is(err, sql.ErrNone) || err == nil && (parent.AccountID != column.AccountID || parent.State != ColumnInUse) {
		return ErrColumnParent.On("parent_id")
	}
	if err != nil {
		return err
	}
	if level != 0 && level != parent.Level+1 {
		return ErrColumnLevel.On("level").Say("上级栏目是第 %d 级，这个栏目应为第 %d 级，请改正层级或重新选择上级栏目。", parent.Level, parent.Level+1)
	}
	column.Level = parent.Level + 1
	if column.Level > maxLevel {
		return ErrColumnLevel.On("parent_id")
	}
	return nil
}

// CloseColumn takes a column off its site; its clock stops. The actor holds WriteAccounts for the unit and names the
// version it saw.
// Where a chain of stages exists for taking columns off, the application does it: ErrNeedsApplication.
func CloseColumn(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (Column, error) {
	var closed Column
	err := db.InTx(ctx, func(tx *sql.DB) error {
		column, err := visibleColumn(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		site, err := forChange(ctx, tx, actor, column.AccountID, units.WriteAccounts)
		if err != nil {
			return err
		}
		if err := columnNeedsChain(ctx, tx, book, site); err != nil {
			return err
		}
		if err := shutColumn(ctx, tx, book, actor, column, version); err != nil {
			return err
		}
		closed, err = sql.Get[Column](ctx, tx, "column.get", sql.Args{"id": id})
		return err
	})
	if err != nil {
		return Column{}, wrap(err, "close column %s", id)
	}
	return closed, nil
}

// shutColumn takes a column off its site, whose row is held.
func shutColumn(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, column Column, version int64) error {
	mine, err := tx.ExecOne(ctx, "column.close", sql.Args{"id": column.ID, "version": version, "now": tx.Now()})
	if err != nil {
		return err
	}
	if !mine {
		return ErrColumnStale
	}
	if err := settleAccounts(ctx, tx, book, column.AccountID); err != nil {
		return err
	}
	return auditColumn(ctx, tx, actor, column, ActionColumnClose, sql.Object{"name": column.Name})
}

// columnNeedsChain refuses to add a column or take one off where the rulebook of the site's unit has a chain of stages for it.
func columnNeedsChain(ctx context.Context, tx *sql.DB, book rules.Book, site Account) error {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return err
	}
	rb := law.Regime(site.Path).Local(tx.Now().Std())
	if rb == nil {
		return nil
	}
	chain, found := rb.ChainFor(rules.ProcessChangeColumn, rules.Column, "")
	if !found {
		return nil
	}
	return ErrNeedsApplication.Say("新增、撤销栏目须先办理申请（%s），请到“申请”里办理。登记网站上已有的栏目，请填写它的开设时间。", rb.Cite(chain.Articles)).Under(rb.ID, chain.Articles)
}

// GetColumn returns a column of a site the actor reaches with ReadAccounts; ErrColumnNotFound otherwise.
func GetColumn(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Column, error) {
	column, err := visibleColumn(ctx, db, actor, id)
	return column, wrap(err, "get column %s", id)
}

func visibleColumn(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Column, error) {
	name := "column.visible"
	if actor.IsSystem() {
		name = "column.get"
	}
	column, err := sql.Get[Column](ctx, db, name, sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if errors.Is(err, sql.ErrNone) {
		return Column{}, ErrColumnNotFound
	}
	return column, err
}

// ColumnFilter says which page of a site's columns is wanted.
type ColumnFilter struct {
	AccountID string
	After     string // Next of the page before; empty is the first page
	PerPage   int    // 1 to 100; anything else means 20
}

// ColumnLine is a column with how it stands.
type ColumnLine struct {
	Column
	Standing Standing `json:"standing"`
}

// ColumnPage is a page of columns by name.
type ColumnPage struct {
	Items []ColumnLine `json:"items"`
	Next  string       `json:"next"` // empty on the last page
}

// Columns returns a page of the columns of a site the actor reaches, closed ones too. Errors: ErrNotFound,
// ErrCursorInvalid.
func Columns(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter ColumnFilter) (ColumnPage, error) {
	site, err := visible(ctx, db, actor, filter.AccountID)
	if err != nil {
		return ColumnPage{}, wrap(err, "columns of account %s", filter.AccountID)
	}
	key, id, err := readCursor(filter.After, string(ByName))
	if err != nil {
		return ColumnPage{}, err
	}
	size := pageSize(filter.PerPage)
	columns, err := sql.List[Column](ctx, db, "column.list", sql.Args{"account_id": site.ID, "after_name": string(key), "after_id": id, "limit": size + 1})
	if err != nil {
		return ColumnPage{}, wrap(err, "columns of account %s", filter.AccountID)
	}
	page := ColumnPage{Items: []ColumnLine{}}
	if len(columns) > size {
		columns = columns[:size]
		page.Next = writeCursor(string(ByName), sortKey(columns[size-1].Name), columns[size-1].ID)
	}
	ids := make([]string, len(columns))
	for i, column := range columns {
		ids[i] = column.ID
	}
	clocks, err := rules.ClocksOfAll(ctx, db, rules.ColumnSubject, ids)
	for _, column := range columns {
		page.Items = append(page.Items, ColumnLine{Column: column, Standing: StatusOf(book, column.Watch, clocks[column.ID], db.Now())})
	}
	return page, wrap(err, "columns of account %s", filter.AccountID)
}

func checkColumn(c Column) error {
	switch {
	case !isLine(c.Name, maxName):
		return ErrNameInvalid.On("name")
	case !slices.Contains(ColumnKinds, c.Kind):
		return ErrColumnKind.On("kind")
	case c.Level < 1 || c.Level > maxLevel:
		return ErrColumnLevel.On("level")
	case c.URL != "" && !isWebURL(c.URL, maxHomeURL):
		return ErrURLInvalid.On("url")
	}
	return nil
}

func auditColumn(ctx context.Context, tx *sql.DB, actor units.Actor, column Column, action units.Action, detail sql.Object) error {
	return units.Audit(ctx, tx, actor, units.Line{UnitID: column.UnitID, Action: action, ObjectKind: "column", ObjectID: column.ID, Detail: detail})
}
