package accounts

import (
	"context"
	"errors"
	"slices"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// How many accounts one bulk edit may change, and how many of them one transaction does.
const (
	maxBulk   = 5000
	bulkStep  = 100
	bulkShown = 20 // accounts that a preview and an outcome name
)

// BulkEdit is one value for one field of many accounts: those named, or all that a filter lists.
type BulkEdit struct {
	Field  string
	Value  string // as a person writes it; empty: not known any more
	IDs    []string
	Filter *Filter // instead of IDs
	Reason string
}

// BulkLine is what a bulk edit does to one account.
type BulkLine struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	UnitName string `json:"unit_name"`
	Was      string `json:"was"`
	Became   string `json:"became"`
	Code     string `json:"code"`   // of the refusal; empty where it is changed
	Reason   string `json:"reason"` // the refusal's sentence
}

// BulkResult is what a bulk edit does or did, or what undoing one did.
type BulkResult struct {
	BatchID string     `json:"batch_id"` // empty for a preview
	Field   string     `json:"field"`
	Label   string     `json:"label"`
	Value   string     `json:"value"` // as the register writes it
	Total   int        `json:"total"`
	Changed int        `json:"changed"`
	Same    int        `json:"same"`    // already so
	Refused int        `json:"refused"` // see Lines
	Lines   []BulkLine `json:"lines"`   // the first twenty changes and the first twenty refusals
}

func (r *BulkResult) count(line BulkLine) {
	r.Total++
	switch {
	case line.Code != "":
		r.Refused++
		r.show(line, r.Refused)
	case line.Was == line.Became:
		r.Same++
	default:
		r.Changed++
		r.show(line, r.Changed)
	}
}

func (r *BulkResult) show(line BulkLine, number int) {
	if number <= bulkShown {
		r.Lines = append(r.Lines, line)
	}
}

// notInBulk are the fields that say which account it is, or need a process of their own.
var notInBulk = []string{"name", "unit", "platform", "kind", "external_id", "original_id", "national_id", "home_url", "certified_subject", "domain", "avatar_id", "qr_id",
	"site_code", "icp", "police_filing"}

// PreviewBulk says what a bulk edit would do. Nothing is written. Errors: as Bulk.
func PreviewBulk(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, edit BulkEdit) (BulkResult, error) {
	result, ids, err := readyBulk(ctx, db, actor, edit)
	if err != nil {
		return BulkResult{}, wrap(err, "preview a bulk edit of %s", edit.Field)
	}
	for some := range slices.Chunk(ids, lookAtOnce) {
		records, err := Records(ctx, db, some)
		if err != nil {
			return BulkResult{}, wrap(err, "preview a bulk edit of %s", edit.Field)
		}
		writable, err := writableUnits(ctx, db, actor, records)
		if err != nil {
			return BulkResult{}, wrap(err, "preview a bulk edit of %s", edit.Field)
		}
		for _, before := range records {
			line, after, err := edit.apply(before)
			if err == nil && line.Code == "" && line.Was != line.Became {
				err = checkRewriting(ctx, db, book, before, after, changedFields(before, after))
			}
			if !writable[before.UnitID] {
				err = ErrForbidden
			}
			if refusal := ofOneAccount(err); refusal != nil {
				line.refuse(refusal)
			} else if err != nil {
				return BulkResult{}, wrap(err, "preview a bulk edit of %s", edit.Field)
			}
			result.count(line)
		}
	}
	return result, nil
}

// Bulk writes one value into one field of many accounts for which the actor holds WriteAccounts, a hundred in one
// transaction, all under one batch id, by which UndoBatch takes them back. An account that refuses is named and left as it
// is, whole; when the program ends half-way, what was done stays, and the same edit again does the rest. Errors: ErrBulkNothing,
// ErrBulkTooMany, ErrBulkField, ErrFieldUnknown, ErrFieldFixed, those of Record.Set, ErrFilterInvalid.
func Bulk(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, edit BulkEdit) (BulkResult, error) {
	result, ids, err := readyBulk(ctx, db, actor, edit)
	if err != nil {
		return BulkResult{}, wrap(err, "bulk edit of %s", edit.Field)
	}
	result.BatchID = sql.NewID()
	why := Why{Kind: WhyBulk, ID: result.BatchID, Reason: edit.Reason}
	for some := range slices.Chunk(ids, bulkStep) {
		lines, err := rewriteAll(ctx, db, book, actor, why, some, func(tx *sql.DB, id string) (BulkLine, rewriting, error) { return edit.change(ctx, tx, actor, id) })
		if err != nil {
			return BulkResult{}, wrap(err, "bulk edit of %s, batch %s", edit.Field, result.BatchID)
		}
		for _, line := range lines {
			result.count(line)
		}
	}
	return result, nil
}

// rewriteAll brings accounts, each of them once, to what ready makes of them, in one transaction. What ready refuses is a line and
// holds up nobody. Where one cannot be kept so, nothing of them stays, and each half is done for itself, down to the one that is
// refused: of that one nothing stays either.
func rewriteAll[T any](ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, why Why, list []T,
	ready func(tx *sql.DB, one T) (BulkLine, rewriting, error)) ([]BulkLine, error) {
	var lines []BulkLine
	err := db.InTx(ctx, func(tx *sql.DB) error {
		lines = nil // a transaction may run again
		var edits []rewriting
		for _, one := range list {
			line, edit, err := ready(tx, one)
			if refusal := ofOneAccount(err); refusal != nil {
				line.refuse(refusal)
			} else if err != nil {
				return err
			}
			if lines = append(lines, line); line.Code == "" {
				edits = append(edits, edit)
			}
		}
		return saveRecords(ctx, tx, book, actor, edits, why)
	})
	refusal := ofOneAccount(err)
	switch {
	case refusal == nil:
		return lines, err
	case len(list) == 1:
		lines[0].refuse(refusal)
		return lines, nil
	}
	first, err := rewriteAll(ctx, db, book, actor, why, list[:len(list)/2], ready)
	if err != nil {
		return nil, err
	}
	second, err := rewriteAll(ctx, db, book, actor, why, list[len(list)/2:], ready)
	return append(first, second...), err
}

// ofOneAccount is a refusal that a person can meet at an account, which leaves the others alone; nil for any other error.
func ofOneAccount(err error) *fault.Fault {
	if refusal := fault.As(err); refusal != nil && refusal.Kind != fault.Internal && refusal.Kind != fault.Unavailable {
		return refusal
	}
	return nil
}

// readyBulk checks a bulk edit and finds its accounts, each within the actor's sight.
func readyBulk(ctx context.Context, db *sql.DB, actor units.Actor, edit BulkEdit) (BulkResult, []string, error) {
	f, found := FieldNamed(edit.Field)
	var trial Record
	switch {
	case !found:
		return BulkResult{}, nil, ErrFieldUnknown.On("field")
	case f.Fixed:
		return BulkResult{}, nil, ErrFieldFixed.On("field")
	case !f.Bulk:
		return BulkResult{}, nil, ErrBulkField.On("field")
	}
	if err := trial.Set(edit.Field, edit.Value); err != nil {
		return BulkResult{}, nil, err
	}
	ids, err := edit.accounts(ctx, db, actor)
	result := BulkResult{Field: f.Name, Label: f.Label, Value: trial.Text(f.Name), Lines: []BulkLine{}}
	switch {
	case err == nil && len(ids) == 0:
		err = ErrBulkNothing
	case len(ids) > maxBulk:
		err = ErrBulkTooMany
	}
	return result, ids, err
}

// accounts lists the accounts of an edit that the actor sees, more than may be changed when they are too many.
func (edit BulkEdit) accounts(ctx context.Context, db *sql.DB, actor units.Actor) ([]string, error) {
	if edit.Filter == nil {
		if len(edit.IDs) == 0 || len(edit.IDs) > maxBulk {
			return edit.IDs, nil // refused by their number
		}
		return sql.List[string](ctx, db, "account.visible_ids", sql.Args{"ids": edit.IDs, "any": actor.IsSystem(), "person_id": actor.PersonID,
			"roles": units.RolesWith(units.ReadAccounts)})
	}
	filter := *edit.Filter
	filter.After = ""
	if filter.Finding != "" {
		return nil, ErrFilterInvalid.On("finding") // its list is made while it is read
	}
	l, err := newListing(ctx, db, actor, filter)
	if err != nil {
		return nil, err
	}
	rows, err := l.read(ctx, db, maxBulk+1)
	ids := make([]string, len(rows))
	for i, account := range rows {
		ids[i] = account.ID
	}
	return ids, err
}

// apply sets the field in a copy of a record.
func (edit BulkEdit) apply(before Record) (BulkLine, Record, error) {
	after := before
	line := BulkLine{ID: before.ID, Name: before.Name, UnitName: before.UnitName, Was: before.Text(edit.Field)}
	f, _ := FieldNamed(edit.Field)
	switch {
	case before.State == Closed:
		line.refuse(ErrStateRefuses)
	case !f.Has(before.Kind):
		line.refuse(ErrBulkField.Say("%s没有“%s”这一项。", before.Kind.Label(), f.Label))
	default:
		if err := after.Set(edit.Field, edit.Value); err != nil {
			return line, after, err
		}
	}
	line.Became = after.Text(edit.Field)
	return line, after, nil
}

// change holds one account and applies the edit to it.
func (edit BulkEdit) change(ctx context.Context, tx *sql.DB, actor units.Actor, id string) (BulkLine, rewriting, error) {
	before, err := heldRecord(ctx, tx, actor, id)
	if err != nil {
		return BulkLine{ID: id}, rewriting{}, err
	}
	line, after, err := edit.apply(before)
	return line, rewriting{before, after}, err
}

func (l *BulkLine) refuse(refusal *fault.Fault) { l.Code, l.Reason = refusal.Code, refusal.Sentence }

// writableUnits says for which units of some records the actor holds WriteAccounts.
func writableUnits(ctx context.Context, db *sql.DB, actor units.Actor, records []Record) (map[string]bool, error) {
	writable := map[string]bool{}
	for _, record := range records {
		if _, asked := writable[record.UnitID]; asked {
			continue
		}
		err := mustReach(ctx, db, actor, record.UnitID, units.WriteAccounts)
		if err != nil && !errors.Is(err, ErrForbidden) {
			return nil, err
		}
		writable[record.UnitID] = err == nil
	}
	return writable, nil
}
