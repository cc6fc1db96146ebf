package accounts

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// rewriting is a record as it is and as it is to be.
type rewriting struct{ before, after Record }

// saveRecords is saveRecord for many accounts, each of them once: what can be written for all of them together is. An error is
// that of the first that cannot be kept, and nothing may be kept then.
func saveRecords(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, list []rewriting, why Why) error {
	known, told := foundUnits{}, memory{tx: tx, actor: actor, why: why}
	var moved []string
	for _, edit := range list {
		before, after := edit.before, edit.after
		if after.UnitID != before.UnitID || after.UnitID == "" {
			if err := known.find(ctx, tx, why.finder(actor), &after); err != nil {
				return err
			}
		}
		changed := changedFields(before, after)
		if len(changed) == 0 && len(differences(before.Account, after.Account)) == 0 {
			continue
		}
		if err := checkRewriting(ctx, tx, book, before, after, changed); err != nil {
			return err
		}
		if err := writeRecord(ctx, tx, before, after); err != nil {
			return err
		}
		if err := rehome(ctx, tx, before, after); err != nil {
			return err
		}
		if after.UnitID != before.UnitID || after.Kind != before.Kind {
			moved = append(moved, after.ID)
		}
		told.changed(before, after, changed)
	}
	if len(moved) > 0 {
		if err := settleAccounts(ctx, tx, book, moved...); err != nil {
			return err
		}
	}
	return told.keep(ctx)
}

func checkRewriting(ctx context.Context, tx *sql.DB, book rules.Book, before, after Record, changed []Field) error {
	for _, f := range changed {
		if f.Fixed {
			return ErrFieldFixed.On(f.Name)
		}
	}
	if err := checkRecord(ctx, tx, before, after); err != nil {
		return err
	}
	return checkContractor(ctx, tx, book, before, after)
}

// rehome lets what hangs on an account follow it to its new unit.
func rehome(ctx context.Context, tx *sql.DB, before, after Record) error {
	if after.UnitID == before.UnitID {
		return nil
	}
	if _, err := tx.Exec(ctx, "account.rehome", after.Account); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "column.rehome", after.Account); err != nil {
		return err
	}
	return markTallies(ctx, tx, map[string]bool{before.UnitID: true, after.UnitID: true})
}

// createRecords is createRecord for many accounts, in few statements however many they are. An error is that of one of them,
// and nothing may be kept then.
func createRecords(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, list []Record, why Why) ([]Record, error) {
	known, told := foundUnits{}, memory{tx: tx, actor: actor, why: why}
	made := make([]Record, len(list))
	for i, r := range list {
		if err := known.find(ctx, tx, why.finder(actor), &r); err != nil {
			return nil, err
		}
		if err := readyRecord(ctx, tx, book, &r); err != nil {
			return nil, err
		}
		made[i] = r
		told.created(r)
	}
	l, err := newLedger(ctx, tx, book, made)
	if err != nil {
		return nil, err
	}
	for i := range made {
		t := l.things[made[i].ID]
		made[i].Watch, made[i].DueAt, t.dirty = t.watch, t.dueAt, false
	}
	if err := insertRecords(ctx, tx, made); err != nil {
		return nil, err
	}
	if err := l.close(ctx); err != nil {
		return nil, err
	}
	return made, told.keep(ctx)
}

// readyRecord gives a new record what it needs before it can be kept, and says what stands against that.
func readyRecord(ctx context.Context, tx *sql.DB, book rules.Book, r *Record) error {
	r.ID, r.Version, r.CreatedAt, r.UpdatedAt = sql.NewID(), 1, tx.Now(), tx.Now()
	r.Particulars.AccountID, r.Particulars.UpdatedAt = r.ID, tx.Now()
	complete(r)
	if err := beginOf(r, tx.Now()); err != nil {
		return err
	}
	if err := checkRecord(ctx, tx, Record{}, *r); err != nil {
		return err
	}
	r.SearchText = searchText(*r)
	return checkContractor(ctx, tx, book, Record{}, *r)
}

// newLedger settles accounts that are about to be added: nothing hangs on them yet, and nobody else sees them.
func newLedger(ctx context.Context, tx *sql.DB, book rules.Book, list []Record) (*ledger, error) {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return nil, err
	}
	l := &ledger{tx: tx, law: law, now: tx.Now(), accounts: map[string]Account{}, things: map[string]*thing{}, units: map[string]bool{}}
	for _, r := range list {
		l.accounts[r.ID] = r.Account
		l.add(ofAccount(r.Account))
	}
	return l, l.settleAll(ctx, l.now)
}

func insertRecords(ctx context.Context, tx *sql.DB, list []Record) error {
	rows, known, people := make([]Account, len(list)), make([]Particulars, len(list)), []contactRow{}
	for i, r := range list {
		rows[i], known[i] = r.Account, r.Particulars
		people = append(people, r.contactRows()...)
	}
	if err := sql.InsertMany(ctx, tx, "account.insert", rows); err != nil {
		return asDuplicate(ctx, tx, err, rows[0]) // whose it is, is known where there is only one
	}
	if err := sql.InsertMany(ctx, tx, "particulars.insert", known); err != nil {
		return err
	}
	return sql.InsertMany(ctx, tx, "contact.insert", people)
}

// foundUnits are the units that were found, open and in the actor's hands, in this transaction.
type foundUnits map[string]units.Unit

// find gives a record the unit that it names, by id or by its full name. Errors: ErrUnitUnknown, the errors of openUnit.
func (known foundUnits) find(ctx context.Context, tx *sql.DB, actor units.Actor, r *Record) error {
	if r.UnitID == "" {
		ids, err := sql.List[string](ctx, tx, "account.units_named", sql.Args{"name": r.UnitName, "person_id": actor.PersonID, "any": actor.IsSystem()})
		if err != nil {
			return err
		}
		if len(ids) != 1 {
			return ErrUnitUnknown.On(unitField.Name)
		}
		r.UnitID = ids[0]
	}
	unit, found := known[r.UnitID]
	if !found {
		if err := units.Lock(ctx, tx, r.UnitID); err != nil { // it does not end while it gets an account
			return err
		}
		var err error
		if unit, err = openUnit(ctx, tx, actor, r.UnitID); err != nil {
			return err
		}
		known[r.UnitID] = unit
	}
	r.Path, r.UnitName = unit.Path, unit.Name
	return nil
}
