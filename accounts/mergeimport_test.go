package accounts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/sql"
	"govmedia/units"
)

// More rows than a node carries out at once.
const severalBatches = 3000

// mergedAmidst carries an import out and merges a unit as soon as the first rows are done.
func (w *world) mergedAmidst(store files.Store, in accounts.Import, from, into units.Unit) accounts.Import {
	w.t.Helper()
	ctx, admin := w.t.Context(), w.People["admin"]
	_, err := accounts.RunImport(ctx, w.db, admin, in.ID, in.Version)
	must(w.t, "RunImport", err)
	ended := make(chan error, 1)
	go func() {
		_, err := accounts.ImportsDue(ctx, w.db, w.book, store, "node-a")
		ended <- err
	}()
	for w.importOf(in.ID).DoneRows == 0 {
		time.Sleep(time.Millisecond)
	}
	_, err = accounts.MergeUnit(ctx, w.db, admin, from.ID, from.Version, into.ID)
	must(w.t, "MergeUnit", err)
	must(w.t, "ImportsDue", <-ended)
	return w.importOf(in.ID)
}

func (w *world) accountsOf(unit units.Unit) int {
	w.t.Helper()
	ids, err := sql.List[string](w.t.Context(), w.db, "account.ids_of_unit", sql.Args{"unit_id": unit.ID})
	must(w.t, "account.ids_of_unit", err)
	return len(ids)
}

// Rows that name a unit which is merged between two steps go to where the rest of its accounts went.
func TestAnImportFollowsAUnitThatIsMergedAmidst(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		store, old := sheetStore(t), w.unit(w.Office, "开发区管委会", "")
		var text strings.Builder
		text.WriteString("账号名称,平台,账号ID,主办单位\n")
		for i := range severalBatches {
			fmt.Fprintf(&text, "开发区发布%d,微博,%d,开发区管委会\n", i, 2_000_000+i)
		}
		in, look := w.bring(store, accounts.ImportRegister, "开发区.csv", []byte(text.String()))
		in = w.preview(store, in, look, nil)
		if in.Creates != severalBatches {
			t.Fatalf("the preview says %+v; %s", counts(in), w.whys(in.ID))
		}
		in = w.mergedAmidst(store, in, old, w.Bureau)
		if in.State != accounts.ImportDone || in.Created != severalBatches || in.Failed != 0 {
			t.Errorf("the import is %s: %d created, %d failed; %s", in.State, in.Created, in.Failed, w.whys(in.ID))
		}
		moved := 0 // with the merger, as its audit line says
		history, err := units.History(ctx, w.db, admin, w.Bureau.ID)
		must(t, "units.History", err)
		for _, event := range history {
			if event.Action == units.ActionUnitAbsorb {
				_, err := fmt.Sscan(fmt.Sprint(event.Detail["accounts"]), &moved)
				must(t, "read how many accounts the merger moved", err)
			}
		}
		left, all := w.accountsOf(old), w.accountsOf(w.Bureau)
		if left != 0 || all != severalBatches || moved == 0 || moved >= severalBatches {
			t.Errorf("%d accounts stayed, %d are at the other unit, %d came with the merger; want 0, %d, and some of them", left, all, moved, severalBatches)
		}
	})
}

// A list of a unit that is merged while it is compared tells nothing of the other unit's accounts: the comparison ends and says so.
func TestAComparisonEndsWithTheUnitOfItsList(t *testing.T) {
	each(t, func(w *world) {
		store, old := sheetStore(t), w.unit(w.Office, "开发区管委会", "")
		in := w.valid(accounts.KindWeibo, "清源微博")
		in.UnitID = w.Bureau.ID
		w.create(in) // no list tells of it
		var text strings.Builder
		text.WriteString("账号名称,平台,账号ID,主办单位\n")
		for i := range severalBatches {
			fmt.Fprintf(&text, "开发区发布%d,微博,%d,开发区管委会\n", i, 2_000_000+i)
		}
		office := w.Office
		w.Office = old // for which the list is brought in
		list, look := w.bring(store, accounts.ImportNational, "national.csv", []byte(text.String()))
		w.Office = office
		list = w.mergedAmidst(store, w.preview(store, list, look, nil), old, w.Bureau)
		if list.State != accounts.ImportDone || list.Code != accounts.ErrImportUnitMerged.Code || list.DoneRows == 0 || list.DoneRows >= severalBatches {
			t.Errorf("the comparison is %s after %d rows: %s %s", list.State, list.DoneRows, list.Code, list.Error)
		}
		if !strings.Contains(list.Error, "“开发区管委会”就并入了“"+w.Bureau.Name+"”") || !strings.Contains(list.Error, "请") {
			t.Errorf("it says %q", list.Error)
		}
		items := w.differences(accounts.ItemWaits)
		for _, item := range items {
			if item.Kind != accounts.ItemUnknown || item.UnitID != w.Bureau.ID {
				t.Errorf("the difference %s of %s is of unit %s", item.Kind, item.Name, item.UnitID)
			}
		}
		if card, err := accounts.UnitCardOf(t.Context(), w.db, w.book, w.People["admin"], w.Bureau.ID); err != nil || len(card.Belongings) != 1 ||
			int64(card.Belongings[0].Total) != list.DoneRows {
			t.Errorf("the other unit has %+v, %v; want %d differences", card.Belongings, err, list.DoneRows)
		}
	})
}
