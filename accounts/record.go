package accounts

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"govmedia/accounts/files"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Record is one account with all that the register knows of it.
type Record struct {
	Account
	Particulars Particulars `json:"particulars"`
	Contacts    []Contact   `json:"contacts"` // by duty, those of one duty as they were written
}

// WhyKind is what made a change of the register.
type WhyKind string

// What changes the register.
const (
	WhyEdit        WhyKind = "edit"
	WhyBulk        WhyKind = "bulk"
	WhyImport      WhyKind = "import"
	WhyUndo        WhyKind = "undo"
	WhyApplication WhyKind = "application"
	WhyReconcile   WhyKind = "reconcile"
)

// Why is why the register was changed: by what, the id of the batch or application it belongs to ("" for an edit) and the
// reason a person gave, which may be empty.
type Why struct {
	Kind   WhyKind
	ID     string
	Reason string
}

// finder is who looks up the unit of a record: what an application decided, its steps have asked for already.
func (w Why) finder(actor units.Actor) units.Actor {
	if w.Kind == WhyApplication {
		return units.System
	}
	return actor
}

// Text is a field as the screen and a sheet write it: 2026-03-01, 是/否, the label of a choice. "" when it is not known, and
// for a field that does not exist.
func (r Record) Text(field string) string {
	f, found := FieldNamed(field)
	if !found {
		return ""
	}
	return f.text(&r)
}

// Set reads what people write for a field; the empty text makes it unknown. What the record already says changes nothing.
// Errors, each naming the field: ErrFieldUnknown, ErrFieldText, ErrFieldDay, ErrFieldTruth, ErrFieldNumber,
// ErrFieldChoice, ErrFieldContact, ErrFieldReference.
func (r *Record) Set(field, text string) error {
	f, found := FieldNamed(field)
	if !found {
		return ErrFieldUnknown.On(field)
	}
	text = strings.TrimSpace(text)
	if !fitsField(f, text) {
		return ErrFieldText.Say("“%s”太长，或者带有不能保存的字符，请精简后再保存。", f.Label).On(field)
	}
	if text == f.text(r) {
		return nil
	}
	err := f.set(r, text)
	if refusal := fault.As(err); refusal != nil {
		return refusal.On(field)
	}
	return err
}

// fitsField reports whether a text may stand in a field: whole characters, no more than it takes, and no control
// characters but those between lines.
func fitsField(f Field, text string) bool {
	most := f.Most
	if most == 0 {
		most = 2000
	}
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most &&
		!strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) })
}

// Records returns accounts with all that is known of them, whoever asks, in the order of ids; those that do not exist are
// left out.
func Records(ctx context.Context, db *sql.DB, ids []string) ([]Record, error) {
	records := []Record{}
	if len(ids) == 0 {
		return records, nil
	}
	args := sql.Args{"ids": ids}
	accounts, err := sql.List[Account](ctx, db, "account.with_units", args)
	if err != nil {
		return nil, wrap(err, "load %d records", len(ids))
	}
	particulars, err := sql.List[Particulars](ctx, db, "particulars.get_all", args)
	if err != nil {
		return nil, wrap(err, "load %d records", len(ids))
	}
	contacts, err := sql.List[contactRow](ctx, db, "contact.of_accounts", args)
	if err != nil {
		return nil, wrap(err, "load %d records", len(ids))
	}
	found := make(map[string]*Record, len(accounts))
	for _, account := range accounts {
		found[account.ID] = &Record{Account: account, Contacts: []Contact{}}
	}
	for _, p := range particulars {
		if record := found[p.AccountID]; record != nil {
			record.Particulars = p
		}
	}
	for _, c := range contacts {
		if record := found[c.AccountID]; record != nil {
			record.Contacts = append(record.Contacts, c.Contact)
		}
	}
	for _, id := range ids {
		if record := found[id]; record != nil {
			records = append(records, *record)
		}
	}
	return records, nil
}

type contactRow struct {
	ID        string
	AccountID string
	Contact
	Position int
}

// RecordOf returns one account with all that is known of it; ErrNotFound unless the actor reaches it with ReadAccounts.
func RecordOf(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Record, error) {
	if _, err := visible(ctx, db, actor, id); err != nil {
		return Record{}, wrap(err, "record of account %s", id)
	}
	return recordOf(ctx, db, id)
}

// recordOf is RecordOf, whoever asks.
func recordOf(ctx context.Context, db *sql.DB, id string) (Record, error) {
	records, err := Records(ctx, db, []string{id})
	if err == nil && len(records) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Record{}, wrap(err, "record of account %s", id)
	}
	return records[0], nil
}

// SaveRecord writes some fields of an account for which the actor holds WriteAccounts, where the version is still the one
// the actor saw. A unit is written as its id or its full name, and the actor holds WriteAccounts there too. Errors: those
// of Record.Set, the checks of Create, ErrFieldFixed, ErrStale, ErrStateRefuses for a closed account, ErrNotFound,
// ErrForbidden, ErrUnitUnknown, files.ErrNotFound, ErrNeedsApplication for a field that only an application changes.
func SaveRecord(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, set map[string]string) (Record, error) {
	return CorrectRecord(ctx, db, book, actor, id, version, set, "")
}

// CorrectRecord is SaveRecord with the reason why the register had it wrong: with one, fields that only an application changes
// are put right without one. The reason stands in the history and in the audit chain.
func CorrectRecord(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, set map[string]string, reason string) (Record, error) {
	if reason = strings.TrimSpace(reason); !isText(reason, maxReason) {
		return Record{}, ErrReasonRequired.On("reason")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		before, err := heldRecord(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		switch {
		case before.Version != version:
			return ErrStale
		case before.State == Closed:
			return ErrStateRefuses
		}
		after := before
		for _, name := range sortedKeys(set) {
			if err := after.Set(name, set[name]); err != nil {
				return err
			}
		}
		if err := mayEdit(ctx, tx, book, actor, before, after, reason); err != nil {
			return err
		}
		return saveRecord(ctx, tx, book, actor, before, after, Why{Kind: WhyEdit, Reason: reason})
	})
	if err != nil {
		return Record{}, wrap(err, "save the record of account %s", id)
	}
	return recordOf(ctx, db, id)
}

// mayEdit refuses an edit of what only an application changes (I-TN-11) of an account that is in use, unless the register had
// it wrong. What was not known yet is filled in freely, and the program itself may do as it must.
func mayEdit(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, before, after Record, reason string) error {
	if reason != "" || actor.IsSystem() || before.State == Applying {
		return nil
	}
	for _, f := range changedFields(before, after) {
		if f.text(&before) == "" || !slices.Contains(needProcess, f.Name) {
			continue
		}
		err := needsChain(ctx, tx, book, before.Account, rules.ProcessChange)
		refusal := fault.As(err)
		if refusal == nil {
			return err
		}
		return refusal.Say("%s的改动要先办理变更申请，请到“申请”里办理。确属台账登记错了的，请写明理由再更正。", f.Label).On(f.Name)
	}
	return nil
}

// heldRecord holds the row of an account that the actor may change, and returns all that is known of it.
func heldRecord(ctx context.Context, tx *sql.DB, actor units.Actor, id string) (Record, error) {
	if _, err := forChange(ctx, tx, actor, id, units.WriteAccounts); err != nil {
		return Record{}, err
	}
	return recordOf(ctx, tx, id)
}

// saveRecord writes what differs between two states of a record whose account's row the caller holds: the account, what is
// known of it, its people, one line of history for each changed field, one audit line. Where the kind or the unit changed,
// its clocks follow. What the caller may do here is the caller's to ask; a new unit is asked for here. Nothing differs:
// nothing is written. Errors: the checks of the fields, ErrFieldFixed, ErrDuplicate, ErrStale.
func saveRecord(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, before, after Record, why Why) error {
	return saveRecords(ctx, tx, book, actor, []rewriting{{before, after}}, why)
}

// changedFields lists the fields that differ, in the order of the form.
func changedFields(before, after Record) []Field {
	var changed []Field
	for _, f := range fields {
		if f.text(&before) != f.text(&after) || f.Name == unitField.Name && before.UnitID != after.UnitID {
			changed = append(changed, f)
		}
	}
	return changed
}

// checkRecord says what stands against keeping a record so; nil when nothing does.
func checkRecord(ctx context.Context, db *sql.DB, before, after Record) error {
	if err := checkAccount(after.Account); err != nil {
		return err
	}
	if after.Platform != before.Platform && before.ID != "" {
		return ErrKindUnfit.On("platform") // another platform is another account
	}
	return checkPictures(ctx, db, before, after)
}

// checkPictures refuses a picture that is no picture, and a file that is not the unit's.
func checkPictures(ctx context.Context, db *sql.DB, before, after Record) error {
	for _, name := range []string{"avatar_id", "qr_id"} {
		id := after.Text(name)
		if id == "" || id == before.Text(name) {
			continue
		}
		found, err := ownAttachments(ctx, db, after.UnitID, []string{id})
		if refusal := fault.As(err); refusal != nil {
			return refusal.On(name)
		}
		if err != nil {
			return err
		}
		if !found[id].IsPicture() {
			return files.ErrKind.Say("头像和二维码只能是图片（JPG、PNG、WebP），请重新选择。").On(name)
		}
	}
	return nil
}

// writeRecord writes the account's row, what is known of it and its people.
func writeRecord(ctx context.Context, tx *sql.DB, before, after Record) error {
	after.SearchText, after.UpdatedAt, after.Particulars.UpdatedAt = searchText(after), tx.Now(), tx.Now()
	mine, err := tx.ExecOne(ctx, "account.update", after.Account)
	if err != nil {
		return asDuplicate(ctx, tx, err, after.Account)
	}
	if !mine {
		return ErrStale
	}
	after.Particulars.AccountID = after.ID
	if _, err := tx.Exec(ctx, "particulars.save", after.Particulars); err != nil {
		return err
	}
	if slices.Equal(before.Contacts, after.Contacts) {
		return nil
	}
	if _, err := tx.Exec(ctx, "contact.clear", sql.Args{"account_id": after.ID}); err != nil {
		return err
	}
	return sql.InsertMany(ctx, tx, "contact.insert", after.contactRows())
}

func (r Record) contactRows() []contactRow {
	rows := make([]contactRow, len(r.Contacts))
	for i, contact := range r.Contacts {
		rows[i] = contactRow{ID: sql.NewID(), AccountID: r.ID, Contact: contact, Position: i}
	}
	return rows
}

// createRecord adds an account with all that is known of it to its unit, inside the caller's transaction. What the caller
// may do is the caller's to ask, except that the unit must be open and the actor hold WriteAccounts there. One in use is
// timed from the beginning of its use; a closed one never. A platform or kind that the other names is filled in; without a
// mode it is Manual. Errors: the checks of the fields, ErrDuplicate, ErrUnitUnknown, ErrForbidden, units.ErrClosed.
func createRecord(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, r Record, why Why) (Record, error) {
	made, err := createRecords(ctx, tx, book, actor, []Record{r}, why)
	if err != nil {
		return Record{}, err
	}
	return made[0], nil
}

// complete fills in what follows from the rest.
func complete(r *Record) {
	r.Name, r.HomeURL = strings.TrimSpace(r.Name), strings.TrimSpace(r.HomeURL)
	if kinds := kindsOf[r.Platform]; r.Kind == "" && len(kinds) == 1 {
		r.Kind = kinds[0]
	}
	for platform, kinds := range kindsOf {
		if r.Platform == "" && slices.Contains(kinds, r.Kind) {
			r.Platform = platform
		}
	}
	if r.Mode == "" {
		r.Mode = Manual
	}
	if r.State == "" {
		r.State = Applying
	}
}

// beginOf settles since when a new account is in use and until when it was.
func beginOf(r *Record, now sql.Time) error {
	switch r.State {
	case Applying:
		r.InUseAt, r.ClosedAt, r.GoneTo = nil, nil, ""
		return nil
	case Closed:
		if r.ClosedAt != nil && *r.ClosedAt > now {
			return ErrFieldDay.On("closed_at")
		}
		return nil
	case InUse, Suspended:
		since, err := inUseSince(r.InUseAt, now)
		r.InUseAt, r.ClosedAt, r.GoneTo = &since, nil, ""
		return err
	}
	return ErrStateUnknown.On("state")
}
