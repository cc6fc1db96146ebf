package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// HandoverState is where a hand-over stands in its life.
type HandoverState string

// The states.
const (
	HandoverOpen HandoverState = "open" // 办理中
	HandoverDone HandoverState = "done" // 已办结
	HandoverVoid HandoverState = "void" // 已作废
)

// The actions on people that this package writes into the audit chain.
const (
	ActionHandoverBegin  units.Action = "handover.begin"
	ActionHandoverItem   units.Action = "handover.item"
	ActionHandoverFinish units.Action = "handover.finish"
	ActionHandoverVoid   units.Action = "handover.void"
	ActionHandoverSkip   units.Action = "handover.skip" // somebody was shut out at once, before the hand-over
)

// Handover is what somebody who leaves a unit hands over.
type Handover struct {
	ID         string        `json:"id"`
	UnitID     string        `json:"unit_id"`
	UnitName   string        `json:"unit_name"` // read with the row
	PersonID   string        `json:"person_id"`
	PersonName string        `json:"person_name"`
	Successor  string        `json:"successor"` // who takes over; empty: not known yet
	Reason     string        `json:"reason"`
	LeftOn     sql.Time      `json:"left_on"` // the day, its midnight
	State      HandoverState `json:"state"`
	EndReason  string        `json:"end_reason"` // of a void one
	CreatedBy  string        `json:"-"`
	CreatedAt  sql.Time      `json:"created_at"`
	EndedAt    *sql.Time     `json:"ended_at"`
	UsedAt     *sql.Time     `json:"used_at"` // of a done one: when the person left by it
	Version    int64         `json:"version"`
}

// HandoverItem is one thing to hand over, with the clause that asks for it.
type HandoverItem struct {
	HandoverID  string      `json:"-"`
	Place       int         `json:"place"` // from 1
	Name        string      `json:"name"`  // 工作移交, 保密承诺, 口令更换
	Rulebook    string      `json:"rulebook"`
	Articles    sql.Strings `json:"articles"`
	Citation    string      `json:"citation"` // made when it is read
	DoneOn      *sql.Time   `json:"done_on"`  // nil: not done yet
	Note        string      `json:"note"`
	Attachments sql.Strings `json:"attachments"`
	RecordedBy  string      `json:"-"`
	RecordedAt  *sql.Time   `json:"recorded_at"`
}

// Naming is an account that names somebody as responsible.
type Naming struct {
	AccountID   string   `json:"account_id"`
	AccountName string   `json:"account_name"`
	Platform    Platform `json:"platform"`
	Duty        string   `json:"duty"` // head, deputy, manager, contact
}

// HandoverView is a hand-over with its items and what still names the leaver.
type HandoverView struct {
	Handover
	Items   []HandoverItem `json:"items"`
	Namings []Naming       `json:"namings"` // accounts whose responsible people have the leaver's name; at most 100
	Files   []Attachment   `json:"files"`   // those of the items
	Actions []string       `json:"actions"` // record, finish, void
}

// NewHandover is what a hand-over begins with.
type NewHandover struct {
	UnitID    string
	PersonID  string
	Successor string
	Reason    string
	LeftOn    sql.Time // any instant of the day
}

// BeginHandover opens the hand-over of somebody who leaves a unit, with the items that the rulebooks in force there ask for.
// The actor holds HandleApplications or WriteUnits there. Errors: ErrHandoverNone, ErrHandoverOpen, ErrHandoverPerson,
// ErrDayInvalid, ErrSuccessor, ErrReasonNeeded, ErrForbidden, units.ErrNotFound, units.ErrPersonNotFound.
func BeginHandover(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewHandover) (HandoverView, error) {
	id := ""
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := units.Lock(ctx, tx, in.UnitID); err != nil { // it does not end meanwhile
			return err
		}
		unit, err := staffUnit(ctx, tx, actor, in.UnitID)
		if err != nil {
			return err
		}
		person, err := units.GetPerson(ctx, tx, actor, in.PersonID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(person.Roles, func(r units.HeldRole) bool { return r.UnitID == unit.ID }) {
			return ErrHandoverPerson.On("person_id")
		}
		id, err = beginHandover(ctx, tx, book, actor, unit, person, in)
		return err
	})
	if err != nil {
		return HandoverView{}, wrap(err, "begin the hand-over of %s", in.PersonID)
	}
	return GetHandover(ctx, db, book, actor, id)
}

// staffUnit returns an open unit at which the actor handles what concerns its people.
func staffUnit(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (units.Unit, error) {
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil || actor.IsSystem() {
		return unit, err
	}
	roles, err := rolesAt(ctx, db, actor, unitID)
	switch {
	case err != nil:
		return unit, err
	case !carries(roles, units.HandleApplications) && !carries(roles, units.WriteUnits):
		return unit, ErrForbidden
	case unit.ClosedAt != nil:
		return unit, units.ErrClosed
	}
	return unit, nil
}

func beginHandover(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, unit units.Unit, person units.Person, in NewHandover) (string, error) {
	if _, err := tx.Exec(ctx, "person.lock", sql.Args{"id": person.ID, "now": tx.Now()}); err != nil { // one of them at a time
		return "", err
	}
	leftOn, err := pastDay(tx, in.LeftOn, "left_on")
	if err != nil {
		return "", err
	}
	if in.Successor = strings.TrimSpace(in.Successor); in.Successor != "" && !isLine(in.Successor, 60) {
		return "", ErrSuccessor.On("successor")
	}
	if in.Reason, err = cleanReason(in.Reason, "reason"); err != nil {
		return "", err
	}
	if _, err := openHandover(ctx, tx, unit.ID, person.ID); err == nil {
		return "", ErrHandoverOpen
	} else if !errors.Is(err, sql.ErrNone) {
		return "", err
	}
	asked, err := handoverAsked(ctx, tx, book, unit)
	if err != nil {
		return "", err
	}
	if len(asked) == 0 {
		return "", ErrHandoverNone
	}
	made := Handover{ID: sql.NewID(), UnitID: unit.ID, PersonID: person.ID, PersonName: person.Name, Successor: in.Successor, Reason: in.Reason, LeftOn: leftOn,
		State: HandoverOpen, CreatedBy: actor.PersonID, CreatedAt: tx.Now()}
	if _, err := tx.Exec(ctx, "handover.insert", made); err != nil {
		return "", err
	}
	for i, item := range asked {
		item.HandoverID, item.Place = made.ID, i+1
		if _, err := tx.Exec(ctx, "handover_item.insert", item); err != nil {
			return "", err
		}
	}
	return made.ID, units.Audit(ctx, tx, actor, units.Line{UnitID: unit.ID, Action: ActionHandoverBegin, ObjectKind: "handover", ObjectID: made.ID,
		Detail: sql.Object{"person_id": person.ID, "person": person.Name, "items": len(asked)}})
}

// openHandover returns the hand-over of somebody at a unit that is open, or done and not used; sql.ErrNone when there is none.
func openHandover(ctx context.Context, db *sql.DB, unitID, personID string) (Handover, error) {
	return sql.Get[Handover](ctx, db, "handover.of_person", sql.Args{"unit_id": unitID, "person_id": personID})
}

// handoverAsked lists what the rulebooks in force at a unit want handed over, each thing once; empty when none wants anything.
func handoverAsked(ctx context.Context, db *sql.DB, book rules.Book, unit units.Unit) ([]HandoverItem, error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	var asked []HandoverItem
	for _, rulebook := range law.Regime(unit.Path).At(db.Now().Std()) {
		if rulebook.Handover == nil || !rulebook.Handover.Required {
			continue
		}
		for _, name := range rulebook.Handover.Items {
			if !slices.ContainsFunc(asked, func(i HandoverItem) bool { return i.Name == name }) {
				asked = append(asked, HandoverItem{Name: name, Rulebook: rulebook.ID, Articles: rulebook.Handover.Articles, Citation: rulebook.Cite(rulebook.Handover.Articles)})
			}
		}
	}
	return asked, nil
}

// Proof is what is told of something done on paper: the day, and a file or where the paper is kept.
type Proof struct {
	DoneOn      sql.Time // any instant of the day
	Note        string
	Attachments []string // of the unit
}

// RecordHandover records that one thing, by its place from 1, was handed over. It may be recorded again while the hand-over is
// open. Errors: ErrHandoverItem, ErrProofNeeded, ErrDayInvalid, ErrHandoverEnded, ErrHandoverStale,
// ErrHandoverGone, ErrForbidden, files.ErrNotFound.
func RecordHandover(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, place int, proof Proof) (HandoverView, error) {
	return changeHandover(ctx, db, book, actor, id, version, func(tx *sql.DB, handover Handover) (bool, units.Line, error) {
		proof, err := proof.checked(ctx, tx, handover.UnitID)
		if err != nil {
			return false, units.Line{}, err
		}
		found, err := tx.ExecOne(ctx, "handover_item.record", sql.Args{"id": id, "place": place, "done_on": proof.DoneOn, "note": proof.Note,
			"attachments": sql.Strings(proof.Attachments), "by": actor.PersonID, "now": tx.Now()})
		if err == nil && !found {
			err = ErrHandoverItem.On("place")
		}
		if err != nil {
			return false, units.Line{}, err
		}
		mine, err := tx.ExecOne(ctx, "handover.touch", sql.Args{"id": id, "version": version})
		return mine, units.Line{Action: ActionHandoverItem, Detail: sql.Object{"place": place, "files": len(proof.Attachments)}}, err
	})
}

// checked is a proof as it is kept: the day's midnight, the note trimmed, a note or a file there. Errors: ErrDayInvalid,
// ErrProofNeeded, files.ErrNotFound.
func (p Proof) checked(ctx context.Context, tx *sql.DB, unitID string) (Proof, error) {
	p.Note = strings.TrimSpace(p.Note)
	day, err := pastDay(tx, p.DoneOn, "done_on")
	if err != nil {
		return p, err
	}
	if p.DoneOn = day; p.Note == "" && len(p.Attachments) == 0 || utf8.RuneCountInString(p.Note) > maxReason || !utf8.ValidString(p.Note) {
		return p, ErrProofNeeded.On("note")
	}
	if len(p.Attachments) > 0 {
		_, err = ownAttachments(ctx, tx, unitID, p.Attachments)
	}
	return p, err
}

// cleanReason is a reason without space around it. Error: ErrReasonNeeded.
func cleanReason(text, field string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxReason || !utf8.ValidString(text) {
		return "", ErrReasonNeeded.On(field)
	}
	return text, nil
}

// pastDay is the midnight that begins the day of an instant, which lies not in the future and not before there were accounts.
func pastDay(db *sql.DB, at sql.Time, field string) (sql.Time, error) {
	day := rules.DateOf(at.Std())
	if at <= 0 || day.Year < 1995 || day.Start().After(db.Now().Std()) {
		return 0, ErrDayInvalid.On(field)
	}
	return sql.FromStd(day.Start()), nil
}

// FinishHandover ends a hand-over of which everything was handed over. Errors: ErrHandoverMissing, which names what was not and
// the clause, and those of RecordHandover.
func FinishHandover(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (HandoverView, error) {
	return changeHandover(ctx, db, book, actor, id, version, func(tx *sql.DB, handover Handover) (bool, units.Line, error) {
		items, err := handoverItems(ctx, tx, book, []string{id})
		if err != nil {
			return false, units.Line{}, err
		}
		if err := missingItems(items[id]); err != nil {
			return false, units.Line{}, err
		}
		mine, err := tx.ExecOne(ctx, "handover.end", sql.Args{"id": id, "version": version, "state": HandoverDone, "reason": "", "now": tx.Now()})
		return mine, units.Line{Action: ActionHandoverFinish, Detail: sql.Object{"person_id": handover.PersonID, "person": handover.PersonName}}, err
	})
}

// missingItems is ErrHandoverMissing with what was not handed over and the clause of the first of it, nil when nothing is missing.
func missingItems(items []HandoverItem) error {
	missing := slices.DeleteFunc(slices.Clone(items), func(item HandoverItem) bool { return item.DoneOn != nil })
	if len(missing) == 0 {
		return nil
	}
	names := make([]string, len(missing))
	for i, item := range missing {
		names[i] = item.Name
	}
	first := missing[0]
	return ErrHandoverMissing.Say("离岗交接还缺：%s（%s）。请逐项登记后再办结。", strings.Join(names, "、"), first.Citation).Under(first.Rulebook, first.Articles)
}

// VoidHandover ends a hand-over that was begun by mistake, or of somebody who stays. Errors: ErrReasonNeeded and those of
// RecordHandover.
func VoidHandover(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (HandoverView, error) {
	reason, err := cleanReason(reason, "reason")
	if err != nil {
		return HandoverView{}, err
	}
	return changeHandover(ctx, db, book, actor, id, version, func(tx *sql.DB, _ Handover) (bool, units.Line, error) {
		mine, err := tx.ExecOne(ctx, "handover.end", sql.Args{"id": id, "version": version, "state": HandoverVoid, "reason": reason, "now": tx.Now()})
		return mine, units.Line{Action: ActionHandoverVoid, Detail: sql.Object{"reason": reason}}, err
	})
}

// changeHandover runs one change of an open hand-over that the actor may handle, with its audit line.
func changeHandover(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64,
	work func(tx *sql.DB, handover Handover) (bool, units.Line, error)) (HandoverView, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		handover, err := visibleHandover(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if _, err := staffUnit(ctx, tx, actor, handover.UnitID); err != nil {
			return err
		}
		switch {
		case handover.State != HandoverOpen:
			return ErrHandoverEnded
		case handover.Version != version:
			return ErrHandoverStale
		}
		mine, line, err := work(tx, handover)
		if err != nil {
			return err
		}
		if !mine {
			return ErrHandoverStale
		}
		line.UnitID, line.ObjectKind, line.ObjectID = handover.UnitID, "handover", id
		return units.Audit(ctx, tx, actor, line)
	})
	if err != nil {
		return HandoverView{}, wrap(err, "change hand-over %s", id)
	}
	return GetHandover(ctx, db, book, actor, id)
}

func visibleHandover(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Handover, error) {
	handover, err := sql.Get[Handover](ctx, db, "handover.visible", sql.Args{"id": id, "reader_id": actor.PersonID, "roles": units.RolesWith(units.ReadUnits)})
	if errors.Is(err, sql.ErrNone) {
		err = ErrHandoverGone
	}
	return handover, err
}

// GetHandover returns a hand-over of a unit the actor reaches with ReadUnits; ErrHandoverGone otherwise.
func GetHandover(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (HandoverView, error) {
	handover, err := visibleHandover(ctx, db, actor, id)
	if err != nil {
		return HandoverView{}, wrap(err, "get hand-over %s", id)
	}
	views, err := viewHandovers(ctx, db, book, actor, []Handover{handover})
	if err != nil {
		return HandoverView{}, wrap(err, "get hand-over %s", id)
	}
	view := views[0]
	unit, err := units.Get(ctx, db, actor, handover.UnitID)
	if err != nil {
		return HandoverView{}, wrap(err, "get hand-over %s", id)
	}
	if view.Namings, err = sql.List[Naming](ctx, db, "account.naming", sql.Args{"name": handover.PersonName, "path": unit.Path}); err != nil {
		return HandoverView{}, wrap(err, "get hand-over %s", id)
	}
	return view, nil
}

// HandoverFilter narrows and pages a list of hand-overs; an empty field narrows nothing.
type HandoverFilter struct {
	UnitID   string // this unit and those below it
	State    HandoverState
	PersonID string
	Before   string // the id of the last one of the page before
	Limit    int    // 1 to 200; anything else means 50
}

// Handovers returns hand-overs of the units the actor reaches with ReadUnits, the latest first, without their namings.
func Handovers(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter HandoverFilter) ([]HandoverView, error) {
	path, err := pathIn(ctx, db, actor, filter.UnitID)
	if err != nil {
		return nil, err
	}
	list, err := sql.List[Handover](ctx, db, "handover.list", sql.Args{"reader_id": actor.PersonID, "roles": units.RolesWith(units.ReadUnits), "path": path,
		"state": filter.State, "person": filter.PersonID, "before": filter.Before, "limit": rowLimit(filter.Limit)})
	if err != nil {
		return nil, wrap(err, "list hand-overs")
	}
	views, err := viewHandovers(ctx, db, book, actor, list)
	return views, wrap(err, "list hand-overs")
}

// pathIn returns the path of a unit the actor reaches, empty for the empty id.
func pathIn(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (string, error) {
	if unitID == "" {
		return "", nil
	}
	unit, err := units.Get(ctx, db, actor, unitID)
	return unit.Path, err
}

func rowLimit(limit int) int {
	if limit < 1 || limit > 200 {
		return 50
	}
	return limit
}

// viewHandovers adds the items, their files and what the actor may do; the namings stay empty.
func viewHandovers(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, list []Handover) ([]HandoverView, error) {
	ids := make([]string, len(list))
	for i, handover := range list {
		ids[i] = handover.ID
	}
	items, err := handoverItems(ctx, db, book, ids)
	if err != nil {
		return nil, err
	}
	views := make([]HandoverView, len(list))
	for i, handover := range list {
		views[i] = HandoverView{Handover: handover, Items: items[handover.ID], Namings: []Naming{}, Files: []Attachment{}, Actions: []string{}}
		var files []string
		for _, item := range items[handover.ID] {
			files = append(files, item.Attachments...)
		}
		if views[i].Files, err = attached(ctx, db, files); err != nil {
			return nil, err
		}
		if handover.State != HandoverOpen {
			continue
		}
		if _, err := staffUnit(ctx, db, actor, handover.UnitID); err == nil {
			views[i].Actions = []string{"record", "finish", "void"}
		}
	}
	return views, nil
}

// attached returns some files in the order of their ids; those that do not exist are left out.
func attached(ctx context.Context, db *sql.DB, ids []string) ([]Attachment, error) {
	found, err := AttachmentsOf(ctx, db, ids)
	list := []Attachment{}
	for _, id := range ids {
		if one, known := found[id]; known {
			list = append(list, one)
		}
	}
	return list, err
}

func handoverItems(ctx context.Context, db *sql.DB, book rules.Book, ids []string) (map[string][]HandoverItem, error) {
	found := map[string][]HandoverItem{}
	if len(ids) == 0 {
		return found, nil
	}
	list, err := sql.List[HandoverItem](ctx, db, "handover_item.of", sql.Args{"ids": ids})
	for _, item := range list {
		if rulebook, known := book.Library.ByID(item.Rulebook); known {
			item.Citation = rulebook.Cite(item.Articles)
		}
		found[item.HandoverID] = append(found[item.HandoverID], item)
	}
	return found, err
}

// leaveUnit is what happens when somebody holds no role at a unit any more, or may not sign in: the hand-over must be done where
// a rulebook asks for one (潼南 2022 35.p2), and the change is filed. With an urgent reason it goes before the hand-over, which is
// then open, and the reason stands in the audit chain.
func leaveUnit(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, unit units.Unit, person units.Person, urgent string) error {
	asked, err := handoverAsked(ctx, tx, book, unit)
	if err != nil {
		return err
	}
	if len(asked) > 0 {
		if err := leaveBy(ctx, tx, book, actor, unit, person, asked, urgent); err != nil {
			return err
		}
	}
	return fileChange(ctx, tx, book, unit, person, Leave)
}

func leaveBy(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, unit units.Unit, person units.Person, asked []HandoverItem, urgent string) error {
	handover, err := openHandover(ctx, tx, unit.ID, person.ID)
	none := errors.Is(err, sql.ErrNone)
	switch {
	case err != nil && !none:
		return err
	case !none && handover.State == HandoverDone:
		_, err := tx.Exec(ctx, "handover.use", sql.Args{"id": handover.ID, "now": tx.Now()})
		return err
	case urgent == "":
		names := make([]string, len(asked))
		for i, item := range asked {
			names[i] = item.Name
		}
		return ErrHandoverNeeded.Say("“%s”在“%s”的离岗交接还没有办完（%s：%s），不能停用账户或撤销最后一个角色。请先办完离岗交接。", person.Name, unit.Name,
			asked[0].Citation, strings.Join(names, "、")).Under(asked[0].Rulebook, asked[0].Articles)
	}
	if none {
		if _, err := beginHandover(ctx, tx, book, actor, unit, person, NewHandover{Reason: urgent, LeftOn: tx.Now()}); err != nil {
			return err
		}
	}
	return units.Audit(ctx, tx, actor, units.Line{UnitID: unit.ID, Action: ActionHandoverSkip, ObjectKind: "person", ObjectID: person.ID, Detail: sql.Object{"reason": urgent}})
}
