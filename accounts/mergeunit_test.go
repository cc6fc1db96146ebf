package accounts_test

import (
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// A merger gives everything of a unit to the other, judged by the rules there; the unit that ended keeps its history.
func TestMergingGivesEverythingToTheOtherUnit(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		site := w.account(accounts.KindSubsite, "清源专题", "2024-06-01 09:00")
		weibo := w.account(accounts.KindWeibo, "清源发布", "2024-06-01 09:00")
		column := w.column(site, "news", 1, "要闻", "2024-06-01 10:00")
		w.post(weibo, "", "2024-06-02 09:00")
		double := unitstest.Person(t, w.db, "double", "两边人", units.InfoOfficer, w.Town, w.Bureau)

		merged, err := accounts.MergeUnit(ctx, w.db, admin, w.Town.ID, w.Town.Version, w.Bureau.ID)
		if err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		if merged.ClosedAt == nil {
			t.Error("the merged unit is open")
		}
		if into, err := units.MergedInto(ctx, w.db, w.Town.ID); err != nil || into == nil || into.ID != w.Bureau.ID {
			t.Errorf("MergedInto = %v, %v, want the bureau", into, err)
		}
		stranger := w.People["stranger"]
		for _, account := range []accounts.Account{site, weibo} {
			card, err := accounts.CardOf(ctx, w.db, w.book, stranger, account.ID)
			if err != nil || card.Account.UnitID != w.Bureau.ID {
				t.Errorf("the bureau's officer reads %s: %v, unit %s", account.Name, err, card.Account.UnitID)
			}
		}
		if card, err := accounts.ColumnCardOf(ctx, w.db, w.book, stranger, column.ID); err != nil || card.Column.UnitID != w.Bureau.ID {
			t.Errorf("the bureau's officer reads the column: %v, unit %s", err, card.Column.UnitID)
		}
		left, err := sql.Get[int](ctx, w.db, "unit.open_accounts", sql.Args{"id": w.Town.ID})
		if err != nil || left != 0 {
			t.Errorf("%d accounts are left behind, %v", left, err)
		}
		section, err := units.Get(ctx, w.db, admin, w.Section.ID)
		if err != nil || section.ParentID == nil || *section.ParentID != w.Bureau.ID || !strings.HasPrefix(section.Path, w.Bureau.Path) {
			t.Errorf("the section stands below %v at %s, %v; want the bureau", section.ParentID, section.Path, err)
		}
		if person := w.person(double.PersonID); len(person.Roles) != 1 || person.Roles[0].UnitID != w.Bureau.ID {
			t.Errorf("who held a role at both holds %+v, want one at the bureau", person.Roles)
		}
		if person := w.person(w.People["officer"].PersonID); len(person.Roles) != 1 || person.Roles[0].UnitID != w.Bureau.ID {
			t.Errorf("the officer holds %+v, want the role at the bureau", person.Roles)
		}
		history, err := units.History(ctx, w.db, admin, w.Town.ID)
		if err != nil || len(history) < 2 || history[0].Action != units.ActionUnitMerge || history[0].Detail["into_name"] != w.Bureau.Name {
			t.Errorf("history of the merged unit: %+v, %v", history, err)
		}
		history, err = units.History(ctx, w.db, stranger, w.Bureau.ID)
		if err != nil || history[0].Action != units.ActionUnitAbsorb || history[0].Detail["from_name"] != w.Town.Name {
			t.Errorf("history of the other unit: %+v, %v", history, err)
		}
		if _, err := accounts.RejudgeDue(ctx, w.db, w.book, "test"); err != nil {
			t.Fatalf("RejudgeDue: %v", err)
		}
		w.post(weibo, "", "2024-06-03 10:00")
		if broken, err := units.VerifyAll(ctx, w.db); err != nil || len(broken) > 0 {
			t.Errorf("the audit chains: %v, %v", broken, err)
		}
	})
}

func TestAMergerIsRefusedWithAReason(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		merge := func(actor units.Actor, from, into units.Unit, version int64) error {
			_, err := accounts.MergeUnit(ctx, w.db, actor, from.ID, version, into.ID)
			return err
		}
		refused(t, "into itself", merge(admin, w.Town, w.Town, 1), units.ErrMergeSelf)
		refused(t, "into a unit below", merge(admin, w.Town, w.Section, 1), units.ErrMergeBelow)
		refused(t, "with an old version", merge(admin, w.Town, w.Bureau, w.Town.Version+1), units.ErrStale)
		refused(t, "without the permission", merge(w.People["head"], w.Town, w.Bureau, 1), units.ErrNotFound)
		townAdmin := unitstest.Person(t, w.db, "townadmin", "泉管理", units.OfficeAdmin, w.Town)
		refused(t, "into another's unit", merge(townAdmin, w.Section, w.Bureau, 1), units.ErrNotFound)
		unitstest.Person(t, w.db, "root", "根管理", units.SystemAdmin, w.Town)
		refused(t, "with a system administrator's role", merge(admin, w.Town, w.Bureau, 1), units.ErrRoleTooHigh)
		if tree, err := units.Tree(ctx, w.db, admin); err != nil || len(tree) != 4 {
			t.Errorf("after the refusals the tree has %d units, %v, want all four", len(tree), err)
		}
	})
}

// Domains and mailboxes go with the unit too.
func TestMergingGivesMailboxesToTheOtherUnit(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("dongcheng-2014", units.LevelCountyDepartment)
		id := w.registered(unit, rules.Mailbox)
		if _, err := accounts.MergeUnit(t.Context(), w.db, w.People["admin"], unit.ID, unit.Version, w.Bureau.ID); err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		list, err := accounts.Registrations(t.Context(), w.db, w.People["stranger"], accounts.RegistrationFilter{UnitID: w.Bureau.ID, Limit: 10})
		if err != nil || len(list) != 1 || list[0].ID != id {
			t.Errorf("the mailboxes of the other unit: %+v, %v", list, err)
		}
	})
}

func TestAUnitWithAccountsIsNotClosed(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		unit := w.unit(w.Office, "临时指挥部", "")
		in := w.valid(accounts.KindWeibo, "指挥部发布")
		in.UnitID = unit.ID
		w.create(in)
		_, err := accounts.CloseUnit(ctx, w.db, admin, unit.ID, unit.Version)
		refused(t, "CloseUnit with an account", err, accounts.ErrUnitAccounts)
		_, err = accounts.CloseUnit(ctx, w.db, w.People["stranger"], unit.ID, unit.Version)
		refused(t, "CloseUnit of another unit", err, units.ErrNotFound)
		if unit, err = units.Get(ctx, w.db, admin, unit.ID); err != nil || unit.ClosedAt != nil {
			t.Errorf("a refused end closed the unit: %v", err)
		}
		empty := w.unit(w.Office, "空单位", "")
		if empty, err = accounts.CloseUnit(ctx, w.db, admin, empty.ID, empty.Version); err != nil || empty.ClosedAt == nil {
			t.Errorf("CloseUnit of an empty unit: %v", err)
		}
	})
}
