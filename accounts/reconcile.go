package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// ActionReconcile is the settling of a difference in the audit chain.
const ActionReconcile units.Action = "reconcile.settle"

// ItemKind is how the register and somebody else's list differ.
type ItemKind string

// The kinds of difference.
const (
	ItemMissing   ItemKind = "missing"   // 漏报: ours, and not in theirs
	ItemUnknown   ItemKind = "unknown"   // in theirs, and not ours
	ItemRenamed   ItemKind = "renamed"   // another name: renamed without filing
	ItemClosed    ItemKind = "closed"    // closed with us and still listed by them
	ItemOpen      ItemKind = "open"      // closed with them and not with us
	ItemSubject   ItemKind = "subject"   // another unit or certified subject
	ItemDuplicate ItemKind = "duplicate" // listed twice, as after a lost password
	ItemDiffers   ItemKind = "differs"   // anything else
)

// ItemState is whether a difference waits for somebody.
type ItemState string

// The states.
const (
	ItemWaits   ItemState = "open"
	ItemSettled ItemState = "settled"
	ItemGone    ItemState = "gone" // the latest sheet does not show it any more
)

// ItemAction is how a difference is settled.
type ItemAction string

// The ways of settling.
const (
	TakeTheirs ItemAction = "take"   // the register had it wrong: what they say goes into it
	KeepOurs   ItemAction = "keep"   // the register is right
	ToBeFiled  ItemAction = "file"   // theirs is to be put right by a filing
	ByApplying ItemAction = "apply"  // an application puts it right, and is begun at once
	Ignore     ItemAction = "ignore" // it does not matter
)

// itemActions lists which kinds are settled how.
var itemActions = map[ItemKind][]ItemAction{
	ItemMissing:   {ToBeFiled, Ignore},
	ItemUnknown:   {ByApplying, TakeTheirs, ToBeFiled, Ignore},
	ItemRenamed:   {ByApplying, TakeTheirs, KeepOurs, ToBeFiled, Ignore},
	ItemSubject:   {ByApplying, TakeTheirs, KeepOurs, ToBeFiled, Ignore},
	ItemDiffers:   {ByApplying, TakeTheirs, KeepOurs, ToBeFiled, Ignore},
	ItemClosed:    {ToBeFiled, Ignore},
	ItemOpen:      {ByApplying, ToBeFiled, Ignore},
	ItemDuplicate: {ToBeFiled, Ignore},
}

// ReconcileItem is one difference between the register and somebody else's list.
type ReconcileItem struct {
	ID          string       `json:"id"`
	UnitID      string       `json:"unit_id"` // for which the sheet was brought in
	Source      ImportKind   `json:"source"`
	Kind        ItemKind     `json:"kind"`
	Subject     string       `json:"-"`
	AccountID   *string      `json:"account_id"` // null: not in the register
	Number      int          `json:"number"`     // the row of the sheet; 0: none tells of it
	Name        string       `json:"name"`
	UnitName    string       `json:"unit_name"`
	Ours        FieldValues  `json:"ours"`
	Theirs      FieldValues  `json:"theirs"`
	Digest      string       `json:"-"`
	State       ItemState    `json:"state"`
	Action      ItemAction   `json:"action"` // empty while it is open
	Reason      string       `json:"reason"`
	SettledBy   string       `json:"settled_by"`
	SettledName string       `json:"settled_name"`
	SettledAt   *sql.Time    `json:"settled_at"`
	ImportID    string       `json:"import_id"`
	CreatedAt   sql.Time     `json:"created_at"`
	UpdatedAt   sql.Time     `json:"updated_at"`
	Version     int64        `json:"version"`
	Actions     []ItemAction `json:"actions" db:"-"` // how it may be settled; none when it is not open

	ApplicationID string `json:"application_id"` // that it was settled with; empty while it is open, and where none was begun
}

func (i ReconcileItem) shown() ReconcileItem {
	if i.Actions = []ItemAction{}; i.State == ItemWaits {
		i.Actions, i.ApplicationID = i.actions(), "" // one that came up again has another application, if any
	}
	return i
}

// actions lists how a difference is settled. What no process is about is not applied for.
func (i ReconcileItem) actions() []ItemAction {
	actions := slices.Clone(itemActions[i.Kind])
	if i.Kind == ItemDiffers && !slices.ContainsFunc(needProcess, func(field string) bool { _, differs := i.Theirs[field]; return differs }) {
		actions = slices.DeleteFunc(actions, func(action ItemAction) bool { return action == ByApplying })
	}
	return actions
}

// reconcile holds a sheet against the register: first each row, then each account that no row tells of.
func (w *importWork) reconcile(ctx context.Context) error {
	args := sql.Args{"outcomes": []Outcome{OutcomeCreate, OutcomeChange, OutcomeSame}}
	if err := w.eachRow(ctx, "import_row.next", args, w.reconcileRows); err != nil {
		return err
	}
	if w.in.Kind == ImportNational {
		if err := w.untold(ctx); err != nil {
			return err
		}
	}
	err := w.db.InTx(ctx, func(tx *sql.DB) error {
		args := sql.Args{"unit_id": w.in.UnitID, "source": w.in.Kind, "import_id": w.in.ID, "now": tx.Now()}
		if _, err := tx.Exec(ctx, "reconcile_item.leave", args); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "reconcile_entry.drop_older", args)
		return err
	})
	if err != nil {
		return err
	}
	return w.finish(ctx, ImportDone, w.in.Unknown, nil)
}

type reconcileEntry struct {
	ImportID  string
	Number    int
	UnitID    string
	Source    ImportKind
	AccountID *string
	Name      string
	UnitName  string
	Fields    FieldValues
}

// reconcileRows keeps what rows say and where they differ.
func (w *importWork) reconcileRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	first, err := w.firstRows(ctx, tx, rows)
	if err != nil {
		return err
	}
	var entries []reconcileEntry
	for _, d := range rows {
		if d.refused() {
			d.Result = RowFailed
			continue
		}
		items := w.itemsOf(d, first)
		for _, item := range items {
			if err := w.keepItem(ctx, tx, item); err != nil {
				return err
			}
		}
		if d.Result = RowSame; len(items) > 0 {
			d.Result = RowChanged
		}
		entries = append(entries, reconcileEntry{w.in.ID, d.Number, w.in.UnitID, w.in.Kind, d.AccountID, d.Name, d.UnitName, d.Fields})
	}
	return sql.InsertMany(ctx, tx, "reconcile_entry.insert", entries)
}

// firstRows finds for each account of some rows the first row of the sheet that tells of it.
func (w *importWork) firstRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) (map[string]int, error) {
	first, ids := map[string]int{}, []string{}
	for _, d := range rows {
		if d.AccountID != nil && !d.refused() {
			ids = append(ids, *d.AccountID)
		}
	}
	if len(ids) == 0 {
		return first, nil
	}
	known, err := sql.List[struct {
		AccountID string
		Number    int
	}](ctx, tx, "reconcile_entry.first_of", sql.Args{"account_ids": ids, "source": w.in.Kind, "import_id": w.in.ID})
	for _, entry := range known {
		first[entry.AccountID] = entry.Number
	}
	for _, d := range rows {
		if d.AccountID != nil && !d.refused() && first[*d.AccountID] == 0 {
			first[*d.AccountID] = d.Number
		}
	}
	return first, err
}

// itemsOf lists the differences of a row.
func (w *importWork) itemsOf(d *rowDraft, first map[string]int) []ReconcileItem {
	item := ReconcileItem{AccountID: d.AccountID, Number: d.Number, Name: d.Name, UnitName: d.UnitName, Ours: FieldValues{}, Theirs: FieldValues{}}
	if d.AccountID == nil {
		item.Kind, item.Subject, item.Theirs = ItemUnknown, subjectOf(d), d.Fields
		return []ReconcileItem{item}
	}
	item.Subject = *d.AccountID
	if first[*d.AccountID] != d.Number {
		item.Kind, item.Theirs = ItemDuplicate, d.Fields
		return []ReconcileItem{item}
	}
	item.Name = d.ours.Name // under which people know it; theirs stands among the differences
	return differencesOf(item, d, d.ours)
}

// fieldItems says of which kind a difference of a field is; the state has kinds of its own.
var fieldItems = map[string]ItemKind{"name": ItemRenamed, "unit": ItemSubject, "certified_subject": ItemSubject}

// differencesOf makes an item for each kind of difference between a row and an account.
func differencesOf(template ReconcileItem, d *rowDraft, ours Record) []ReconcileItem {
	byKind := map[ItemKind]*ReconcileItem{}
	note := func(kind ItemKind, field, was, became string) {
		if byKind[kind] == nil {
			item := template
			item.Kind, item.Ours, item.Theirs = kind, FieldValues{}, FieldValues{}
			byKind[kind] = &item
		}
		byKind[kind].Ours[field], byKind[kind].Theirs[field] = was, became
	}
	if closed := d.record.State == Closed; ours.State == Closed && !closed {
		note(ItemClosed, "state", ours.State.Label(), d.Fields["state"])
	} else if ours.State != Closed && closed {
		note(ItemOpen, "state", ours.State.Label(), d.Fields["state"])
	}
	for _, change := range d.Changes {
		f, _ := FieldNamed(change.Field)
		kind, own := fieldItems[change.Field]
		switch {
		case f.Fixed: // told by the state alone
		case own:
			note(kind, change.Field, change.Was, change.Became)
		default:
			note(ItemDiffers, change.Field, change.Was, change.Became)
		}
	}
	var items []ReconcileItem
	for _, kind := range []ItemKind{ItemRenamed, ItemClosed, ItemOpen, ItemSubject, ItemDiffers} {
		if byKind[kind] != nil {
			items = append(items, *byKind[kind])
		}
	}
	return items
}

// subjectOf is what an entry without an account of ours is known by from sheet to sheet.
func subjectOf(d *rowDraft) string {
	words := []string{d.Fields["national_id"]}
	if words[0] == "" {
		words = []string{d.Fields["platform"], d.Fields["external_id"]}
	}
	if words[len(words)-1] == "" {
		words = []string{d.Fields["platform"], d.Fields["unit"], d.Fields["name"]}
	}
	sum := sha256.Sum256([]byte(strings.Join(words, "\n")))
	return hex.EncodeToString(sum[:])
}

func (i ReconcileItem) digest() string {
	words := []string{string(i.Kind)}
	for _, side := range []FieldValues{i.Ours, i.Theirs} {
		for _, name := range sortedKeys(side) {
			words = append(words, name, side[name])
		}
		words = append(words, "")
	}
	sum := sha256.Sum256([]byte(strings.Join(words, "\n")))
	return hex.EncodeToString(sum[:])
}

// keepItem writes a difference; one that was settled stays so while it is the same.
func (w *importWork) keepItem(ctx context.Context, tx *sql.DB, item ReconcileItem) error {
	item.ID, item.UnitID, item.Source, item.ImportID = sql.NewID(), w.in.UnitID, w.in.Kind, w.in.ID
	item.CreatedAt, item.UpdatedAt, item.Digest = tx.Now(), tx.Now(), item.digest()
	kept, err := sql.Get[ReconcileItem](ctx, tx, "reconcile_item.find", item)
	if errors.Is(err, sql.ErrNone) {
		_, err = tx.Exec(ctx, "reconcile_item.insert", item)
		return err
	}
	if err != nil {
		return err
	}
	item.ID, item.Version, item.State, item.Action = kept.ID, kept.Version, ItemWaits, ""
	if kept.Action != "" && kept.Digest == item.Digest {
		item.State, item.Action = ItemSettled, kept.Action
	}
	mine, err := tx.ExecOne(ctx, "reconcile_item.seen", item)
	if err == nil && !mine {
		err = sql.ErrConflict // somebody settled it just now: look again
	}
	return err
}

// untoldAccount is an account that no row tells of.
type untoldAccount struct {
	ID, Name, UnitName string
	Platform           Platform
	Kind               Kind
}

// untold notes each account of the unit and those below it that the national register lacks.
func (w *importWork) untold(ctx context.Context) error {
	unit, err := units.Get(ctx, w.db, units.System, w.in.UnitID)
	if err != nil {
		return err
	}
	after := w.in.AfterID
	for ctx.Err() == nil {
		list, err := sql.List[untoldAccount](ctx, w.db, "reconcile.untold", sql.Args{"after_id": after, "path": unit.Path, "source": w.in.Kind, "import_id": w.in.ID,
			"limit": carryBatch})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].ID
		err = w.db.InTx(ctx, func(tx *sql.DB) error {
			for _, a := range list {
				ours := FieldValues{"name": a.Name, "unit": a.UnitName, "platform": a.Platform.Label(), "kind": a.Kind.Label()}
				item := ReconcileItem{Kind: ItemMissing, Subject: a.ID, AccountID: &a.ID, Name: a.Name, UnitName: a.UnitName, Ours: ours, Theirs: FieldValues{}}
				if err := w.keepItem(ctx, tx, item); err != nil {
					return err
				}
			}
			return w.save(ctx, tx, progress{afterID: after})
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// ReconcileFilter narrows and pages a list of differences; empty fields narrow nothing.
type ReconcileFilter struct {
	UnitID    string
	Source    ImportKind
	Kind      ItemKind
	State     ItemState
	AccountID string
	After     string // the id of the last one of the page before
	PerPage   int
}

// ReconcilePage is a page of differences, the latest first.
type ReconcilePage struct {
	Items []ReconcileItem `json:"items"`
	Next  string          `json:"next"` // empty on the last page
}

// ReconcileItems returns a page of the differences of the units that the actor reaches with ReadAccounts. Error: ErrCursorInvalid.
func ReconcileItems(ctx context.Context, db *sql.DB, actor units.Actor, filter ReconcileFilter) (ReconcilePage, error) {
	if filter.After != "" && !sql.IsID(filter.After) {
		return ReconcilePage{}, ErrCursorInvalid.On("after")
	}
	size := pageSize(filter.PerPage)
	list, err := sql.List[ReconcileItem](ctx, db, "reconcile_item.list", sql.Args{"unit_id": filter.UnitID, "source": filter.Source, "kind": filter.Kind, "state": filter.State,
		"account_id": filter.AccountID, "after_id": filter.After, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts), "limit": size + 1})
	page := ReconcilePage{Items: []ReconcileItem{}}
	for _, item := range list[:min(size, len(list))] {
		page.Items = append(page.Items, item.shown())
	}
	if len(list) > size {
		page.Next = list[size-1].ID
	}
	return page, wrap(err, "list the differences")
}

// ReconcileCount is how many differences of a kind there are.
type ReconcileCount struct {
	Source ImportKind `json:"source"`
	Kind   ItemKind   `json:"kind"`
	State  ItemState  `json:"state"`
	N      int64      `json:"n"`
}

// CountReconcile counts the differences of the units that the actor reaches with ReadAccounts.
func CountReconcile(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) ([]ReconcileCount, error) {
	list, err := sql.List[ReconcileCount](ctx, db, "reconcile_item.count", sql.Args{"unit_id": unitID, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	return list, wrap(err, "count the differences")
}

// SettleReconcile settles a difference with one action and a reason; the actor holds WriteAccounts at its unit and, where the register
// changes, at the account's. Where theirs is taken the register was wrong, and the reason is why; where the account itself is to
// change, an application is begun with what differs. Errors: ErrItemNotFound, ErrItemStale, ErrItemSettled, ErrItemAction,
// ErrImportReason, those of SaveRecord where theirs is taken, those of Apply.
func SettleReconcile(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, action ItemAction, reason string) (ReconcileItem, error) {
	if reason = strings.TrimSpace(reason); !isLine(reason, maxReason) {
		return ReconcileItem{}, ErrImportReason.On("reason")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		item, err := itemOf(ctx, tx, actor, id, units.WriteAccounts)
		if err != nil {
			return err
		}
		switch {
		case item.State != ItemWaits:
			return ErrItemSettled
		case item.Version != version:
			return ErrItemStale
		case !slices.Contains(item.actions(), action):
			return ErrItemAction.On("action")
		}
		begun := ""
		switch action {
		case TakeTheirs:
			err = takeTheirs(ctx, tx, book, actor, &item, reason)
		case ByApplying:
			begun, err = applyFor(ctx, tx, book, actor, item, reason)
		}
		if err != nil {
			return err
		}
		mine, err := tx.ExecOne(ctx, "reconcile_item.settle", sql.Args{"id": id, "version": version, "action": action, "reason": reason, "person_id": actor.PersonID,
			"person_name": cut(actor.Name, 60), "account_id": item.AccountID, "application_id": begun, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !mine {
			return ErrItemStale
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: item.UnitID, Action: ActionReconcile, ObjectKind: "reconcile_item", ObjectID: id,
			Detail: sql.Object{"kind": item.Kind, "source": item.Source, "account_id": item.AccountID, "name": item.Name, "action": action, "reason": reason, "application_id": begun}})
	})
	if err != nil {
		return ReconcileItem{}, wrap(err, "settle difference %s", id)
	}
	item, err := itemOf(ctx, db, actor, id, units.WriteAccounts)
	return item.shown(), wrap(err, "settle difference %s", id)
}

// ItemVersion is a difference as a person saw it.
type ItemVersion struct {
	ID      string `json:"id" minLength:"16" maxLength:"16"`
	Version int64  `json:"version"`
}

// ItemRefusal is why one of several differences was not settled.
type ItemRefusal struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Why  string `json:"why"`
}

// Settlement is what came of settling several differences alike.
type Settlement struct {
	Settled []ReconcileItem `json:"settled"`
	Refused []ItemRefusal   `json:"refused"`
}

// SettleAll settles several differences with one action and one reason, each for itself: what stands against one does not
// hold up the others. Errors: those of SettleReconcile that are about no single one.
func SettleAll(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, items []ItemVersion, action ItemAction, reason string) (Settlement, error) {
	result := Settlement{Settled: []ReconcileItem{}, Refused: []ItemRefusal{}}
	for _, seen := range items {
		item, err := SettleReconcile(ctx, db, book, actor, seen.ID, seen.Version, action, reason)
		refusal := fault.As(err)
		switch {
		case err == nil:
			result.Settled = append(result.Settled, item)
		case refusal == nil || errors.Is(err, ErrImportReason):
			return result, err
		default:
			result.Refused = append(result.Refused, ItemRefusal{seen.ID, refusal.Code, refusal.Sentence})
		}
	}
	return result, nil
}

func itemOf(ctx context.Context, db *sql.DB, actor units.Actor, id string, permission units.Permission) (ReconcileItem, error) {
	item, err := sql.Get[ReconcileItem](ctx, db, "reconcile_item.visible", sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(permission)})
	if errors.Is(err, sql.ErrNone) {
		err = ErrItemNotFound
	}
	return item, err
}

// takeTheirs writes what they say into the register: a new account, or the fields that differ.
func takeTheirs(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, item *ReconcileItem, reason string) error {
	why := Why{Kind: WhyReconcile, ID: item.ID, Reason: reason}
	if item.AccountID == nil {
		fresh, err := theirsOf(*item)
		if err != nil {
			return err
		}
		fresh.Settings = sql.Object{}
		created, err := createRecord(ctx, tx, book, actor, fresh, why)
		item.AccountID = &created.ID
		return err
	}
	before, err := heldRecord(ctx, tx, actor, *item.AccountID)
	if err != nil {
		return err
	}
	if before.State == Closed {
		return ErrStateRefuses
	}
	after := before
	for _, name := range sortedKeys(item.Theirs) {
		if err := after.Set(name, item.Theirs[name]); err != nil {
			return err
		}
	}
	return saveRecord(ctx, tx, book, actor, before, after, why)
}
