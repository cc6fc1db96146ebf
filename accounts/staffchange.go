package accounts

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// StaffKind is what changed about somebody at a unit.
type StaffKind string

// The kinds of change.
const (
	Join  StaffKind = "join"  // 到岗
	Leave StaffKind = "leave" // 离岗
)

// FilingState is where a filing stands in its life.
type FilingState string

// The states.
const (
	FilingOpen     FilingState = "open"     // 待报备
	FilingFiled    FilingState = "filed"    // 已报备
	FilingReceived FilingState = "received" // 已备案
)

// The actions on filings.
const (
	ActionFilingFile    units.Action = "staff_filing.file"
	ActionFilingReceive units.Action = "staff_filing.receive"
)

// staffSubject is what rulebooks call filings about people; nameItem and phoneItem are the items that we know ourselves.
const (
	staffSubject = "personnel"
	nameItem     = "姓名"
	phoneItem    = "手机号码"
)

// FilingItem is one thing told in a filing.
type FilingItem struct {
	Name  string `json:"name"`
	Value string `json:"value"` // empty: still to be written
}

// FilingItems is a list of them, kept whole in one column.
type FilingItems []FilingItem

// Value implements driver.Valuer.
func (f FilingItems) Value() (driver.Value, error) { return sql.EncodeJSON([]FilingItem(f)) }

// Scan implements sql.Scanner.
func (f *FilingItems) Scan(value any) error { return sql.DecodeJSON(value, (*[]FilingItem)(f)) }

// StaffFiling is a change of staff that a rulebook wants told to the office (潼南 2022 第36条). It is made with the change, handed
// in by the unit and receipted by the office.
type StaffFiling struct {
	ID            string      `json:"id"`
	UnitID        string      `json:"unit_id"`
	UnitName      string      `json:"unit_name"` // read with the row
	PersonID      string      `json:"person_id"`
	Kind          StaffKind   `json:"kind"`
	HappenedAt    sql.Time    `json:"happened_at"`
	Rulebook      string      `json:"rulebook"`
	Rule          string      `json:"rule"`
	Articles      sql.Strings `json:"articles"`
	Citation      string      `json:"citation"` // made when it is read
	Items         FilingItems `json:"items"`
	OfficeID      string      `json:"office_id"`
	OfficeName    string      `json:"office_name"` // read with the row
	State         FilingState `json:"state"`
	FiledAt       *sql.Time   `json:"filed_at"`
	FiledBy       string      `json:"-"`
	ReceiptNumber string      `json:"receipt_number"`
	ReceivedAt    *sql.Time   `json:"received_at"`
	ReceivedBy    string      `json:"-"`
	CreatedAt     sql.Time    `json:"created_at"`
	Version       int64       `json:"version"`
	Actions       []string    `json:"actions"` // file, receive
}

// CreatePerson adds a person as units.CreatePerson does, files the arrival where a rulebook wants it, and asks for the phone
// number where the filing does. Somebody of a contractor is let in only after the contractor was authorized. Errors: also
// ErrPhoneNeeded, ErrContractorNoAccess, ErrContractorEnded, ErrContractorGone.
func CreatePerson(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in units.NewPerson, rule units.PasswordRule) (units.Person, error) {
	if err := phoneGiven(ctx, db, book, actor, in); err != nil {
		return units.Person{}, err
	}
	return units.CreatePerson(ctx, db, actor, in, rule, func(tx *sql.DB, id string) error {
		if in.ContractorID != "" {
			if err := letsIn(ctx, tx, actor, in.ContractorID); err != nil {
				return err
			}
		}
		return eachUnitOf(ctx, tx, id, func(unit units.Unit, person units.Person) error { return fileChange(ctx, tx, book, unit, person, Join) })
	})
}

// phoneGiven returns ErrPhoneNeeded, with its clause, when a rulebook in force at a unit of a new person wants the number filed.
func phoneGiven(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in units.NewPerson) error {
	if strings.TrimSpace(in.Phone) != "" {
		return nil
	}
	for _, role := range in.Roles {
		unit, err := units.Get(ctx, db, actor, role.UnitID)
		if err != nil {
			return err
		}
		law, err := book.Law(ctx, db)
		if err != nil {
			return err
		}
		for _, rulebook := range law.Regime(unit.Path).At(db.Now().Std()) {
			for _, filing := range rulebook.Filings {
				if filing.Subject == staffSubject && slices.Contains(filing.Items, phoneItem) {
					return ErrPhoneNeeded.Under(rulebook.ID, filing.Articles).On("phone")
				}
			}
		}
	}
	return nil
}

// DisablePerson keeps somebody from signing in, as units.DisablePerson does, after the hand-over where a rulebook asks for one,
// and files the departure. An urgent reason (a lost phone, a dispute) lets it go before the hand-over; it stands in the audit
// chain, and the hand-over is open. Errors: also ErrHandoverNeeded, ErrReasonNeeded.
func DisablePerson(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, urgent string) error {
	urgent, err := urgentReason(urgent)
	if err != nil {
		return err
	}
	return units.DisablePerson(ctx, db, actor, id, version, func(tx *sql.DB, id string) error {
		return eachUnitOf(ctx, tx, id, func(unit units.Unit, person units.Person) error {
			return leaveUnit(ctx, tx, book, actor, unit, person, urgent)
		})
	})
}

func urgentReason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > maxReason || !utf8.ValidString(text) {
		return "", ErrReasonNeeded.On("urgent")
	}
	return text, nil
}

// EnablePerson lets a disabled person sign in again, as units.EnablePerson does, and files the arrival.
func EnablePerson(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) error {
	return units.EnablePerson(ctx, db, actor, id, version, func(tx *sql.DB, id string) error {
		return eachUnitOf(ctx, tx, id, func(unit units.Unit, person units.Person) error { return fileChange(ctx, tx, book, unit, person, Join) })
	})
}

// GrantRole gives a role, as units.GrantRole does; the first one at a unit is filed as an arrival.
func GrantRole(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, personID string, role units.RoleAt) error {
	return units.GrantRole(ctx, db, actor, personID, role, func(tx *sql.DB, id string) error {
		held, err := sql.Get[int](ctx, tx, "person_role.left_at", sql.Args{"person_id": id, "unit_id": role.UnitID})
		if err != nil || held > 1 {
			return err
		}
		unit, person, err := unitAndPerson(ctx, tx, role.UnitID, id)
		if err != nil || person.DisabledAt != nil {
			return err
		}
		return fileChange(ctx, tx, book, unit, person, Join)
	})
}

// RevokeRole takes a role, as units.RevokeRole does; with the last one at a unit the person leaves it, as with DisablePerson.
func RevokeRole(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, personID string, role units.RoleAt, urgent string) error {
	urgent, err := urgentReason(urgent)
	if err != nil {
		return err
	}
	return units.RevokeRole(ctx, db, actor, personID, role, func(tx *sql.DB, id string) error {
		held, err := sql.Get[int](ctx, tx, "person_role.left_at", sql.Args{"person_id": id, "unit_id": role.UnitID})
		if err != nil || held > 0 {
			return err
		}
		unit, person, err := unitAndPerson(ctx, tx, role.UnitID, id)
		if err != nil || unit.ClosedAt != nil || person.DisabledAt != nil {
			return err
		}
		return leaveUnit(ctx, tx, book, actor, unit, person, urgent)
	})
}

func unitAndPerson(ctx context.Context, tx *sql.DB, unitID, personID string) (units.Unit, units.Person, error) {
	unit, err := units.Get(ctx, tx, units.System, unitID)
	if err != nil {
		return unit, units.Person{}, err
	}
	person, err := units.GetPerson(ctx, tx, units.System, personID)
	return unit, person, err
}

// eachUnitOf visits the open units at which somebody holds a role.
func eachUnitOf(ctx context.Context, tx *sql.DB, personID string, visit func(unit units.Unit, person units.Person) error) error {
	ids, err := holdUnitsOf(ctx, tx, personID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		unit, person, err := unitAndPerson(ctx, tx, id, personID)
		if err != nil {
			return err
		}
		if unit.ClosedAt != nil {
			continue
		}
		if err := visit(unit, person); err != nil {
			return err
		}
	}
	return nil
}

// holdUnitsOf holds the units at which somebody holds a role, so that they do not end meanwhile, and returns their ids. A merger that
// was faster has taken the roles to another unit: then all is done again.
func holdUnitsOf(ctx context.Context, tx *sql.DB, personID string) ([]string, error) {
	before, err := sql.List[string](ctx, tx, "person_role.units", sql.Args{"person_id": personID})
	if err != nil {
		return nil, err
	}
	for _, id := range before {
		if err := units.Lock(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	after, err := sql.List[string](ctx, tx, "person_role.units", sql.Args{"person_id": personID})
	if err == nil && !slices.Equal(before, after) {
		err = sql.ErrConflict
	}
	return after, err
}

// fileChange makes the filings that the rulebooks in force at a unit want of a change of staff. The office's own people are filed
// with nobody.
func fileChange(ctx context.Context, tx *sql.DB, book rules.Book, unit units.Unit, person units.Person, kind StaffKind) error {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return err
	}
	for _, rulebook := range law.Regime(unit.Path).At(tx.Now().Std()) {
		for _, rule := range rulebook.Filings {
			if rule.Subject != staffSubject {
				continue
			}
			office, err := units.OfficeOf(ctx, tx, unit.ID)
			if errors.Is(err, units.ErrNotFound) || err == nil && office.ID == unit.ID {
				continue
			}
			if err != nil {
				return err
			}
			items, err := filingItems(ctx, tx, rule, person)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "staff_filing.insert", StaffFiling{ID: sql.NewID(), UnitID: unit.ID, PersonID: person.ID, Kind: kind, HappenedAt: tx.Now(),
				Rulebook: rulebook.ID, Rule: rule.ID, Articles: rule.Articles, Items: items, OfficeID: office.ID, State: FilingOpen, CreatedAt: tx.Now()})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// reOfficeFilings gives the filings below a moved unit that wait to be handed in or receipted to the office that supervises them
// now; where there is none they wait for the office they have.
func reOfficeFilings(ctx context.Context, tx *sql.DB, path string) error {
	waiting, err := sql.List[struct{ ID, UnitID string }](ctx, tx, "staff_filing.waiting_in_subtree", sql.Args{"path": path})
	if err != nil {
		return err
	}
	for _, filing := range waiting {
		office, err := units.OfficeOf(ctx, tx, filing.UnitID)
		if errors.Is(err, units.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "staff_filing.give_office", sql.Args{"id": filing.ID, "office_id": office.ID}); err != nil {
			return err
		}
	}
	return nil
}

// filingItems fills in what we know of somebody; the rest waits for whoever hands the filing in.
func filingItems(ctx context.Context, tx *sql.DB, rule rules.Filing, person units.Person) (FilingItems, error) {
	contacts, err := units.ContactsOf(ctx, tx, []string{person.ID})
	items := make(FilingItems, len(rule.Items))
	for i, name := range rule.Items {
		items[i].Name = name
		switch name {
		case nameItem:
			items[i].Value = person.Name
		case phoneItem:
			items[i].Value = contacts[person.ID].Phone
		}
	}
	return items, err
}

// FileStaffChange hands a filing in, with every item written. The actor holds HandleApplications or WriteUnits at the unit.
// Errors: ErrFilingItem, which names the item, ErrFilingState, ErrFilingStale, ErrFilingGone, ErrForbidden.
func FileStaffChange(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, values map[string]string) (StaffFiling, error) {
	return changeFiling(ctx, db, book, actor, id, func(tx *sql.DB, filing StaffFiling) (bool, units.Action, error) {
		if _, err := staffUnit(ctx, tx, actor, filing.UnitID); err != nil {
			return false, "", err
		}
		if filing.State != FilingOpen {
			return false, "", ErrFilingState
		}
		for i, item := range filing.Items {
			if value, given := values[item.Name]; given {
				item.Value = strings.TrimSpace(value)
			}
			if !isLine(item.Value, 200) {
				rulebook, _ := book.Library.ByID(filing.Rulebook)
				return false, "", ErrFilingItem.Say("请填写“%s”再报（%s）。", item.Name, citeFiling(rulebook, filing)).Under(filing.Rulebook, filing.Articles).On("items")
			}
			filing.Items[i] = item
		}
		mine, err := tx.ExecOne(ctx, "staff_filing.file", sql.Args{"id": id, "version": version, "items": filing.Items, "by": actor.PersonID, "now": tx.Now()})
		return mine, ActionFilingFile, err
	})
}

// ReceiveStaffChange is the office's receipt of a filing. The actor holds WriteUnits at the office. Errors: ErrReceiptNumber,
// ErrFilingState, ErrFilingStale, ErrFilingGone, ErrForbidden.
func ReceiveStaffChange(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, number string) (StaffFiling, error) {
	number = strings.TrimSpace(number)
	if !isLine(number, 120) {
		return StaffFiling{}, ErrReceiptNumber.On("number")
	}
	return changeFiling(ctx, db, book, actor, id, func(tx *sql.DB, filing StaffFiling) (bool, units.Action, error) {
		if err := mustReach(ctx, tx, actor, filing.OfficeID, units.WriteUnits); err != nil {
			return false, "", err
		}
		if filing.State != FilingFiled {
			return false, "", ErrFilingState
		}
		mine, err := tx.ExecOne(ctx, "staff_filing.receive", sql.Args{"id": id, "version": version, "number": number, "by": actor.PersonID, "now": tx.Now()})
		return mine, ActionFilingReceive, err
	})
}

func changeFiling(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string,
	work func(tx *sql.DB, filing StaffFiling) (bool, units.Action, error)) (StaffFiling, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		filing, err := visibleFiling(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		mine, action, err := work(tx, filing)
		if err != nil {
			return err
		}
		if !mine {
			return ErrFilingStale
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: filing.UnitID, Action: action, ObjectKind: "staff_filing", ObjectID: id,
			Detail: sql.Object{"person_id": filing.PersonID, "kind": filing.Kind}})
	})
	if err != nil {
		return StaffFiling{}, wrap(err, "change staff filing %s", id)
	}
	filing, err := visibleFiling(ctx, db, actor, id)
	if err != nil {
		return StaffFiling{}, wrap(err, "change staff filing %s", id)
	}
	return filing, describeFiling(ctx, db, book, actor, &filing)
}

func visibleFiling(ctx context.Context, db *sql.DB, actor units.Actor, id string) (StaffFiling, error) {
	filing, err := sql.Get[StaffFiling](ctx, db, "staff_filing.visible", sql.Args{"id": id, "reader_id": actor.PersonID, "roles": filingReaders()})
	if errors.Is(err, sql.ErrNone) {
		err = ErrFilingGone
	}
	return filing, err
}

// filingReaders are the roles that read filings: they carry phone numbers, so not everybody of the unit does.
func filingReaders() []string {
	return append(units.RolesWith(units.HandleApplications), units.RolesWith(units.WriteUnits)...)
}

// describeFiling adds the clause and what the actor may do.
func describeFiling(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filing *StaffFiling) error {
	rulebook, _ := book.Library.ByID(filing.Rulebook)
	filing.Citation, filing.Actions = citeFiling(rulebook, *filing), []string{}
	switch filing.State {
	case FilingOpen:
		if _, err := staffUnit(ctx, db, actor, filing.UnitID); err == nil {
			filing.Actions = []string{"file"}
		}
	case FilingFiled:
		if err := mustReach(ctx, db, actor, filing.OfficeID, units.WriteUnits); err == nil {
			filing.Actions = []string{"receive"}
		} else if !errors.Is(err, ErrForbidden) {
			return err
		}
	}
	return nil
}

func citeFiling(rulebook *rules.Rulebook, filing StaffFiling) string {
	if rulebook == nil {
		return rules.Cite(filing.Articles)
	}
	return rulebook.Cite(filing.Articles)
}

// FilingFilter narrows and pages a list of filings; an empty field narrows nothing.
type FilingFilter struct {
	UnitID string // this unit and those below it
	State  FilingState
	Before string // the id of the last one of the page before
	Limit  int    // 1 to 200; anything else means 50
}

// StaffFilings returns filings of the units the actor reaches with HandleApplications or WriteUnits, the latest first.
func StaffFilings(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter FilingFilter) ([]StaffFiling, error) {
	path, err := pathIn(ctx, db, actor, filter.UnitID)
	if err != nil {
		return nil, err
	}
	list, err := sql.List[StaffFiling](ctx, db, "staff_filing.list", sql.Args{"reader_id": actor.PersonID, "roles": filingReaders(), "path": path,
		"state": filter.State, "before": filter.Before, "limit": rowLimit(filter.Limit)})
	if err != nil {
		return nil, wrap(err, "list staff filings")
	}
	for i := range list {
		if err := describeFiling(ctx, db, book, actor, &list[i]); err != nil {
			return nil, wrap(err, "list staff filings")
		}
	}
	return list, nil
}
