package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// whyMerge is why the history of an account names another unit: its own was merged. The change's id is that of the unit that
// ended.
const whyMerge = "merge"

// Unfinished is something still under way at a unit, which keeps it from ending.
type Unfinished struct {
	Kind  string `json:"kind"`  // signing, delivery, article, application, notice, matter, import, handover, staff_filing, contractor
	Total int    `json:"total"` // how many
	Label string `json:"label"` // in Chinese, with its counter: 2 篇正在起草的稿件
	Moves bool   `json:"moves"` // a merger gives it to the other unit; the rest must be finished or withdrawn before
}

// unfinishedKinds are what may be under way at a unit. A text that is being signed is signed for this unit by its own people, and
// what is on its way to a platform is settled by them: no other unit takes that over.
var unfinishedKinds = map[string]struct {
	label string
	moves bool
}{
	"signing":      {"%d 篇正在审签或等待发布的稿件", false},
	"delivery":     {"%d 条没有结果的投递", false},
	"article":      {"%d 篇正在起草的稿件", true},
	"application":  {"%d 份没有办结的申请", true},
	"notice":       {"%d 份没有结束的公告", true},
	"matter":       {"%d 件没有办结的时限事项", true},
	"import":       {"%d 次没有完成的导入", true},
	"handover":     {"%d 份没有办结的离岗交接单", true},
	"staff_filing": {"%d 份没有备案的人员变动", true},
	"contractor":   {"%d 家合作中的服务商", true},
}

// Belonging is something set up for a unit that does not keep it from ending, and what becomes of it in a merger.
type Belonging struct {
	Kind  string `json:"kind"`  // template, difference, reminder_settings, hook, mute
	Total int    `json:"total"` // how many
	Label string `json:"label"` // in Chinese, with its counter: 2 个导入模板
	Moves bool   `json:"moves"` // a merger gives it to the other unit
	Why   string `json:"why"`   // why it does not; empty where it moves
}

// belongingKinds are what may be set up at a unit. How reminders go is not taken over: the other unit has settings of its own, a bot of
// the one would tell its group of all that concerns the other, and a mute would silence what nobody has thought of.
var belongingKinds = map[string]struct{ label, why string }{
	"template":          {"%d 个导入模板", ""},
	"difference":        {"%d 条比对差异", ""},
	"reminder_settings": {"%d 份提醒设置", "合并后按并入单位的设置提醒"},
	"hook":              {"%d 个群机器人", "随单位停用，需要的请在并入单位重新添加"},
	"mute":              {"%d 项暂停提醒", "随单位停用，转过去的账号恢复提醒"},
}

// BelongingsOf returns what is set up for a unit, an empty list when nothing is. It asks for nobody in particular.
func BelongingsOf(ctx context.Context, db *sql.DB, unitID string) ([]Belonging, error) {
	list, err := sql.List[Belonging](ctx, db, "unit.belongings", sql.Args{"id": unitID, "now": db.Now()})
	for i, one := range list {
		kind := belongingKinds[one.Kind]
		list[i].Label, list[i].Moves, list[i].Why = fmt.Sprintf(kind.label, one.Total), kind.why == "", kind.why
	}
	return list, wrap(err, "look what belongs to unit %s", unitID)
}

// giveSheets gives an office's own templates, and what others' lists say otherwise than the register, to the unit that takes in another.
// Where both have the same, that of the other unit stays, for it is the one in use there.
func giveSheets(ctx context.Context, tx *sql.DB, from, into units.Unit) error {
	office, err := templateOffice(ctx, tx, into.ID)
	if err != nil {
		return err
	}
	for _, sheet := range []struct{ ofBoth, drop, move, to string }{
		{"import_template.of_both", "import_template.delete_all", "import_template.move_unit", office},
		{"reconcile_item.of_both", "reconcile_item.delete_all", "reconcile_item.move_unit", into.ID},
	} {
		args := sql.Args{"from_id": from.ID, "to_id": sheet.to}
		both, err := sql.List[string](ctx, tx, sheet.ofBoth, args)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(both, mostAtOnce) {
			if _, err := tx.Exec(ctx, sheet.drop, sql.Args{"ids": some}); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sheet.move, args); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "reconcile_entry.move_unit", sql.Args{"from_id": from.ID, "to_id": into.ID})
	return err
}

// endComparing ends the comparisons that a unit's lists are in the midst of: of the accounts of the unit that takes it in they tell
// nothing, and all of those would be said to be missing.
func endComparing(ctx context.Context, tx *sql.DB, from, into units.Unit) error {
	sentence := fmt.Sprintf("核对还没有做完，“%s”就并入了“%s”，核对到此为止；已查出的差异都转到了“%s”。请用那里的名单重新导入核对。", cut(from.Name, 100), cut(into.Name, 100),
		cut(into.Name, 100))
	_, err := tx.Exec(ctx, "import.end_comparing", sql.Args{"from_id": from.ID, "to_id": into.ID, "code": ErrImportUnitMerged.Code, "error": sentence, "now": tx.Now()})
	return err
}

// mostAtOnce bounds how many rows one statement names.
const mostAtOnce = 500

// UnfinishedAt returns what is still under way at a unit, an empty list when nothing is. It asks for nobody in particular.
func UnfinishedAt(ctx context.Context, db *sql.DB, unitID string) ([]Unfinished, error) {
	list, err := sql.List[Unfinished](ctx, db, "unit.unfinished", sql.Args{"id": unitID})
	for i, one := range list {
		kind := unfinishedKinds[one.Kind]
		list[i].Label, list[i].Moves = fmt.Sprintf(kind.label, one.Total), kind.moves
	}
	return list, wrap(err, "look what is unfinished at unit %s", unitID)
}

// mustBeFinished returns ErrUnitBusy, which names what keeps a unit from ending: everything under way, or in a merger only what
// the other unit cannot take over.
func mustBeFinished(ctx context.Context, tx *sql.DB, unit units.Unit, merging bool) error {
	list, err := UnfinishedAt(ctx, tx, unit.ID)
	list = slices.DeleteFunc(list, func(one Unfinished) bool { return merging && one.Moves })
	if err != nil || len(list) == 0 {
		return err
	}
	labels := make([]string, len(list))
	for i, one := range list {
		labels[i] = one.Label
	}
	ending := "停用"
	if merging {
		ending = "合并"
	}
	return ErrUnitBusy.Say("“%s”还有%s，不能%s。请先办结或撤回，再来办理。", unit.Name, strings.Join(labels, "、"), ending).With(list)
}

// Heir gives what another package keeps of a unit to the one that takes it in, within the transaction of the merger.
type Heir func(ctx context.Context, tx *sql.DB, from, into units.Unit) error

// MergeUnit ends a unit and gives everything it holds to another one, in one transaction: accounts with their columns, posts,
// clocks, domains and files, contractors, people with their roles, the units right below it, and what is under way: applications,
// notices, imports with their templates and differences, hand-overs, staff filings, and what the heirs keep. The accounts are judged anew, for other rules may hold
// there. What was missed, signed, sent and decided stays with the unit that ended, which is found below the other. Errors:
// ErrUnitBusy, and those of units.Merge and MoveUnit.
func MergeUnit(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, intoID string, heirs ...Heir) (units.Unit, error) {
	unit, err := units.Merge(ctx, db, actor, id, version, intoID, func(tx *sql.DB, from, into units.Unit) (sql.Object, error) {
		if err := mustBeFinished(ctx, tx, from, true); err != nil {
			return nil, err
		}
		children, err := sql.List[units.Unit](ctx, tx, "unit.children", sql.Args{"id": from.ID})
		if err != nil {
			return nil, err
		}
		for _, child := range children {
			if _, err := MoveUnit(ctx, tx, actor, child.ID, child.Version, into.ID); err != nil {
				return nil, err
			}
		}
		if err := endComparing(ctx, tx, from, into); err != nil {
			return nil, err
		}
		moved, err := giveAccounts(ctx, tx, actor, from, into)
		if err != nil {
			return nil, err
		}
		if err := giveSheets(ctx, tx, from, into); err != nil {
			return nil, err
		}
		for _, give := range heirs {
			if err := give(ctx, tx, from, into); err != nil {
				return nil, err
			}
		}
		return sql.Object{"accounts": moved, "units": len(children)}, followUnit(ctx, tx, from.Path, into.Path+from.ID+"/")
	})
	return unit, wrap(err, "merge unit %s into %s", id, intoID)
}

// giveAccounts gives the accounts of a unit and what hangs on them to another, and returns how many there were.
func giveAccounts(ctx context.Context, tx *sql.DB, actor units.Actor, from, into units.Unit) (int, error) {
	ids, err := sql.List[string](ctx, tx, "account.ids_of_unit", sql.Args{"unit_id": from.ID})
	if err != nil {
		return 0, err
	}
	args := sql.Args{"from_id": from.ID, "to_id": into.ID, "path": into.Path, "now": tx.Now()}
	for _, name := range []string{"account.move_unit", "column.move_unit", "attachment.move_unit", "registration.move_unit", "contractor.move_unit",
		"handover.move_unit", "staff_filing.move_unit", "application.move_unit", "application_step.move_unit", "notice.move_unit", "import.move_unit"} {
		if _, err := tx.Exec(ctx, name, args); err != nil {
			return 0, err
		}
	}
	if err := rules.MoveUnit(ctx, tx, from.ID, into.ID, into.Path); err != nil {
		return 0, err
	}
	if err := rules.MoveRunning(ctx, tx, from.ID, into.ID, into.Path, NoticeSubject, ApplicationSubject); err != nil {
		return 0, err
	}
	for _, id := range ids {
		_, err := tx.Exec(ctx, "account_change.insert", sql.Args{"id": sql.NewID(), "account_id": id, "field": "unit", "was": from.Name, "became": into.Name,
			"at": tx.Now(), "person_id": actor.PersonID, "person_name": cut(actor.Name, 60), "why": whyMerge, "why_id": from.ID, "reason": ""})
		if err != nil {
			return 0, err
		}
	}
	if len(ids) > 0 {
		if _, err := tx.Exec(ctx, "post.move_unit", sql.Args{"to_id": into.ID, "accounts": ids}); err != nil {
			return 0, err
		}
	}
	if _, err := tx.Exec(ctx, "tally.mark", sql.Args{"ids": []string{from.ID, into.ID}}); err != nil {
		return 0, err
	}
	if err := reOffice(ctx, tx, into.Path); err != nil {
		return 0, err
	}
	_, err = Rejudge(ctx, tx, actor, into, WhyMove, from.ID, tx.Now())
	return len(ids), err
}

// CloseUnit ends a unit that has no open account, nothing unfinished, no open unit below it and nobody who may sign in; it stays
// readable. What else ends with it, such as the duties that come back, is done in the same transaction. Errors: ErrUnitAccounts,
// ErrUnitBusy, and those of units.Close.
func CloseUnit(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, also ...func(context.Context, *sql.DB, units.Unit) error) (units.Unit, error) {
	var closed units.Unit
	err := db.InTx(ctx, func(tx *sql.DB) error {
		unit, err := units.Close(ctx, tx, actor, id, version) // first: it asks who may
		if err != nil {
			return err
		}
		open, err := sql.Get[int](ctx, tx, "unit.open_accounts", sql.Args{"id": id})
		if err != nil {
			return err
		}
		if open > 0 {
			return ErrUnitAccounts.Say("“%s”名下还有 %d 个没关停的账号，不能停用。请先关停这些账号，或者把单位并入另一个单位。", unit.Name, open)
		}
		if err := mustBeFinished(ctx, tx, unit, false); err != nil {
			return err
		}
		for _, end := range also {
			if err := end(ctx, tx, unit); err != nil {
				return err
			}
		}
		closed = unit
		return nil
	})
	if err != nil {
		return units.Unit{}, wrap(err, "close unit %s", id)
	}
	return closed, nil
}
