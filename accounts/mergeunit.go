package accounts

import (
	"context"
	"fmt"
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
	Kind  string `json:"kind"`  // article, delivery, matter, application
	Total int    `json:"total"` // how many
	Label string `json:"label"` // in Chinese, with its counter: 2 篇未办结的稿件
}

var unfinishedLabels = map[string]string{"article": "%d 篇没有办结的稿件", "delivery": "%d 条没有结果的投递", "matter": "%d 件没有办结的时限事项",
	"application": "%d 份没有办结的申请"}

// UnfinishedAt returns what is still under way at a unit, an empty list when nothing is. It asks for nobody in particular.
func UnfinishedAt(ctx context.Context, db *sql.DB, unitID string) ([]Unfinished, error) {
	list, err := sql.List[Unfinished](ctx, db, "unit.unfinished", sql.Args{"id": unitID})
	for i := range list {
		list[i].Label = fmt.Sprintf(unfinishedLabels[list[i].Kind], list[i].Total)
	}
	return list, wrap(err, "look what is unfinished at unit %s", unitID)
}

// mustBeFinished returns ErrUnitBusy, which names what is still under way, unless nothing is.
func mustBeFinished(ctx context.Context, tx *sql.DB, unit units.Unit) error {
	list, err := UnfinishedAt(ctx, tx, unit.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	labels := make([]string, len(list))
	for i, one := range list {
		labels[i] = one.Label
	}
	return ErrUnitBusy.Say("“%s”还有%s，不能合并或停用。请先办结或撤回，再来办理。", unit.Name, strings.Join(labels, "、")).With(list)
}

// MergeUnit ends a unit and gives everything it holds to another one, in one transaction: accounts with their columns, posts,
// clocks, domains and files, contractors, open hand-overs and staff filings, people with their roles, and the units right below it. The
// accounts are judged anew, for other rules may hold there. What was missed, signed, sent and decided stays with the unit that
// ended, which stays readable. Errors: ErrUnitBusy, and those of units.Merge and MoveUnit.
func MergeUnit(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, intoID string) (units.Unit, error) {
	unit, err := units.Merge(ctx, db, actor, id, version, intoID, func(tx *sql.DB, from, into units.Unit) (sql.Object, error) {
		if err := mustBeFinished(ctx, tx, from); err != nil {
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
		moved, err := giveAccounts(ctx, tx, actor, from, into)
		return sql.Object{"accounts": moved, "units": len(children)}, err
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
	for _, name := range []string{"account.move_unit", "column.move_unit", "attachment.move_unit", "contractor.move_unit", "handover.move_unit",
		"staff_filing.move_unit", "registration.move_unit"} {
		if _, err := tx.Exec(ctx, name, args); err != nil {
			return 0, err
		}
	}
	if err := rules.MoveUnit(ctx, tx, from.ID, into.ID, into.Path); err != nil {
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
	_, err = Rejudge(ctx, tx, actor, into, WhyMove, from.ID, tx.Now())
	return len(ids), err
}

// CloseUnit ends a unit that has no open account, nothing unfinished, no open unit below it and nobody who may sign in; it stays
// readable. Errors: ErrUnitAccounts, ErrUnitBusy, and those of units.Close.
func CloseUnit(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (units.Unit, error) {
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
		closed = unit
		return mustBeFinished(ctx, tx, unit)
	})
	if err != nil {
		return units.Unit{}, wrap(err, "close unit %s", id)
	}
	return closed, nil
}
