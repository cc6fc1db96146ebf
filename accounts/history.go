package accounts

import (
	"context"

	"govmedia/sql"
	"govmedia/units"
)

// FieldCreated stands for a field in the one line of history that says that an account was registered.
const FieldCreated = "created"

// FieldChange is one change of one field of the register, in the words of the screen.
type FieldChange struct {
	ID         string   `json:"id"`
	AccountID  string   `json:"account_id"`
	Field      string   `json:"field"` // created: the account was registered, and Became is its name
	Label      string   `json:"label" db:"-"`
	Was        string   `json:"was"`
	Became     string   `json:"became"`
	At         sql.Time `json:"at"`
	PersonID   string   `json:"person_id"` // empty: the program itself
	PersonName string   `json:"person_name"`
	Why        WhyKind  `json:"why"`
	WhyID      string   `json:"why_id"` // of the batch, application …; empty for an edit
	Reason     string   `json:"reason"`
}

// memory is what a transaction will have done, to be written at its end: one line of history for each changed field, one audit
// line for each account. Who answers for an account is told in the history only: names and phones do not go into the audit chain.
type memory struct {
	tx      *sql.DB
	actor   units.Actor
	why     Why
	history []FieldChange
	lines   []units.Line
}

// changed takes note of what differs between two states of a record.
func (m *memory) changed(before, after Record, changed []Field) {
	told := differences(before.Account, after.Account)
	for _, f := range changed {
		was, became := f.text(&before), f.text(&after)
		m.history = append(m.history, m.changeOf(after.ID, f.Name, was, became))
		switch {
		case f.Kind == ContactField:
			told[f.Name] = "changed"
		case told[f.Name] == nil:
			told[f.Name] = sql.Object{"from": was, "to": became}
		}
	}
	m.tell(after.Account, ActionUpdate, sql.Object{"fields": told})
}

// created takes note of a new account: the first line of its history.
func (m *memory) created(r Record) {
	m.history = append(m.history, m.changeOf(r.ID, FieldCreated, "", r.Name))
	m.tell(r.Account, ActionCreate, sql.Object{"platform": r.Platform, "kind": r.Kind, "name": r.Name, "external_id": text(r.ExternalID), "mode": r.Mode,
		"state": r.State, "in_use_at": r.InUseAt})
}

func (m *memory) tell(account Account, action units.Action, detail sql.Object) {
	if m.why.Kind != WhyEdit {
		detail["why"], detail["why_id"] = m.why.Kind, m.why.ID
		if m.why.Reason != "" {
			detail["reason"] = cut(m.why.Reason, maxReason)
		}
	}
	m.lines = append(m.lines, units.Line{UnitID: account.UnitID, Action: action, ObjectKind: "account", ObjectID: account.ID, Detail: detail})
}

// keep writes it all. It holds the audit chains until the transaction ends, so it comes last.
func (m *memory) keep(ctx context.Context) error {
	if err := sql.InsertMany(ctx, m.tx, "account_change.insert", m.history); err != nil {
		return err
	}
	return units.AuditAll(ctx, m.tx, m.actor, m.lines)
}

func (m *memory) changeOf(accountID, field, was, became string) FieldChange {
	return FieldChange{ID: sql.NewID(), AccountID: accountID, Field: field, Was: was, Became: became, At: m.tx.Now(), PersonID: m.actor.PersonID,
		PersonName: m.actor.Name, Why: m.why.Kind, WhyID: m.why.ID, Reason: cut(m.why.Reason, maxReason)}
}

// HistoryPage is a page of what changed of an account.
type HistoryPage struct {
	Items []FieldChange `json:"items"`
	Next  string        `json:"next"` // empty on the last page
}

// HistoryFilter says whose history is wanted and how it is paged.
type HistoryFilter struct {
	AccountID string
	Field     string // only of this field; empty: of all
	After     string // Next of the page before; empty is the first page
	PerPage   int    // 1 to 100; anything else means 20
}

// byChange is the order of a history: the latest first.
const byChange = "change"

// HistoryOf returns a page of what changed of an account that the actor reaches with ReadAccounts, the latest first.
// Errors: ErrNotFound, ErrCursorInvalid.
func HistoryOf(ctx context.Context, db *sql.DB, actor units.Actor, filter HistoryFilter) (HistoryPage, error) {
	key, id, err := readCursor(filter.After, byChange)
	if err != nil {
		return HistoryPage{}, err
	}
	if _, err := visible(ctx, db, actor, filter.AccountID); err != nil {
		return HistoryPage{}, wrap(err, "history of account %s", filter.AccountID)
	}
	size := pageSize(filter.PerPage)
	lines, err := sql.List[FieldChange](ctx, db, "account_change.of_account", sql.Args{"account_id": filter.AccountID, "field": filter.Field,
		"before_at": key.number(), "before_id": id, "limit": size + 1})
	if err != nil {
		return HistoryPage{}, wrap(err, "history of account %s", filter.AccountID)
	}
	page := HistoryPage{Items: lines}
	if len(lines) > size {
		page.Items = lines[:size]
		page.Next = writeCursor(byChange, numberKey(int64(lines[size-1].At)), lines[size-1].ID)
	}
	for i := range page.Items {
		page.Items[i].Label = labelOf(page.Items[i].Field)
	}
	return page, nil
}

// labelOf is a field's name on the screen.
func labelOf(field string) string {
	if field == FieldCreated {
		return "登记账号"
	}
	f, found := FieldNamed(field)
	if !found {
		return field
	}
	return f.Label
}
