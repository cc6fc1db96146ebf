package accounts_test

import (
	"fmt"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/sql"
)

// some makes accounts of Town and one of Bureau.
func (w *world) some(n int) (ids []string) {
	w.t.Helper()
	for i := range n {
		in := w.valid(accounts.KindOther, fmt.Sprintf("清源%d", i))
		in.Platform = accounts.Other
		if i == n-1 {
			in.UnitID = w.Bureau.ID
		}
		ids = append(ids, w.create(in).ID)
	}
	return ids
}

func (w *world) text(id, field string) string {
	w.t.Helper()
	record, err := accounts.RecordOf(w.t.Context(), w.db, w.People["admin"], id)
	if err != nil {
		w.t.Fatalf("RecordOf: %v", err)
	}
	return record.Text(field)
}

func TestABulkEditIsPreviewedDoneAndUndone(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		ids := w.some(4)
		w.set(ids[0], map[string]string{"operator": "云帆传媒"})
		w.set(ids[1], map[string]string{"operator": "旧运维"})
		closed, err := accounts.Load(ctx, w.db, ids[2])
		if err != nil {
			t.Fatalf("Load: %v", err)
		}
		if err := accounts.CloseForTest(ctx, w.db, w.book, closed.ID); err != nil {
			t.Fatalf("close: %v", err)
		}
		edit := accounts.BulkEdit{Field: "operator", Value: " 云帆传媒 ", IDs: append(ids, ids[0], sql.NewID()), Reason: "换了运维单位"}
		seen, err := accounts.PreviewBulk(ctx, w.db, w.book, admin, edit)
		if err != nil || seen.Total != 4 || seen.Changed != 2 || seen.Same != 1 || seen.Refused != 1 || seen.BatchID != "" || len(seen.Lines) != 3 {
			t.Fatalf("PreviewBulk = %+v, %v", seen, err)
		}
		if got := w.text(ids[1], "operator"); got != "旧运维" {
			t.Errorf("the preview wrote %q", got)
		}
		done, err := accounts.Bulk(ctx, w.db, w.book, admin, edit)
		if err != nil || done.Changed != 2 || done.Same != 1 || done.Refused != 1 || done.BatchID == "" || done.Value != "云帆传媒" {
			t.Fatalf("Bulk = %+v, %v", done, err)
		}
		page, err := accounts.HistoryOf(ctx, w.db, admin, accounts.HistoryFilter{AccountID: ids[1], Field: "operator"})
		if err != nil || len(page.Items) != 2 || page.Items[0].WhyID != done.BatchID || page.Items[0].Why != accounts.WhyBulk || page.Items[0].Reason != "换了运维单位" {
			t.Errorf("history = %+v, %v, want the batch with its reason", page, err)
		}
		again, err := accounts.Bulk(ctx, w.db, w.book, admin, edit)
		if err != nil || again.Changed != 0 || again.Same != 3 {
			t.Errorf("the same edit again = %+v, %v, want nothing changed", again, err)
		}
		w.set(ids[3], map[string]string{"operator": "又换了"})
		_, err = accounts.UndoBatch(ctx, w.db, w.book, w.People["stranger"], sql.NewID())
		refused(t, "UndoBatch of nothing", err, accounts.ErrBulkGone)
		undone, err := accounts.UndoBatch(ctx, w.db, w.book, admin, done.BatchID)
		if err != nil || undone.Changed != 1 || undone.Refused != 1 || w.text(ids[1], "operator") != "旧运维" || w.text(ids[3], "operator") != "又换了" {
			t.Errorf("UndoBatch = %+v, %v: %q, %q", undone, err, w.text(ids[1], "operator"), w.text(ids[3], "operator"))
		}
		if undone, err = accounts.UndoBatch(ctx, w.db, w.book, admin, done.BatchID); err != nil || undone.Changed != 0 {
			t.Errorf("UndoBatch again = %+v, %v, want nothing changed", undone, err)
		}
	})
}

func TestUndoingABatchTellsNothingOfAccountsOutOfSight(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		ids := w.some(3) // the last is the bureau's
		done, err := accounts.Bulk(ctx, w.db, w.book, w.People["admin"], accounts.BulkEdit{Field: "head", Value: "张某 13800000001", IDs: ids})
		if err != nil || done.Changed != 3 {
			t.Fatalf("Bulk = %+v, %v", done, err)
		}
		undone, err := accounts.UndoBatch(ctx, w.db, w.book, w.People["officer"], done.BatchID)
		if err != nil || undone.Total != 2 || undone.Refused != 2 {
			t.Errorf("UndoBatch by an officer = %+v, %v, want two accounts refused and the third not counted", undone, err)
		}
		for _, line := range undone.Lines {
			if line.ID == ids[2] {
				t.Errorf("the officer is told of the bureau's account: %+v", line)
			}
		}
	})
}

// What stands against one account is said before, and holds up none of the others.
func TestABulkEditIsRefusedByOneAccountAlone(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		vendor, err := accounts.CreateContractor(ctx, w.db, w.book, admin, accounts.ContractorForm{UnitID: w.Town.ID, Name: "云上科技（虚构）", Service: "排版"})
		must(t, "CreateContractor", err)
		for _, item := range []string{"responsibilities_agreed", "confidentiality_agreement"} {
			vendor, err = accounts.RecordContractor(ctx, w.db, w.book, admin, vendor.ID, vendor.Version, item, accounts.Proof{DoneOn: w.db.Now(), Note: "原件存档"})
			must(t, "RecordContractor", err)
		}
		ids := w.some(5) // the last is the bureau's, for which the contractor does not work
		edit := accounts.BulkEdit{Field: "contractor_id", Value: vendor.ID, IDs: ids}
		seen, err := accounts.PreviewBulk(ctx, w.db, w.book, admin, edit)
		if err != nil || seen.Changed != 4 || seen.Refused != 1 || seen.Lines[4].Code != accounts.ErrContractorElse.Code {
			t.Errorf("PreviewBulk = %+v, %v, want the last one refused", seen, err)
		}
		done, err := accounts.Bulk(ctx, w.db, w.book, admin, edit)
		if err != nil || done.Changed != 4 || done.Refused != 1 || done.Lines[4].ID != ids[4] || done.Lines[4].Code != accounts.ErrContractorElse.Code {
			t.Errorf("Bulk = %+v, %v, want the last one refused", done, err)
		}
		for i, id := range ids {
			page, err := accounts.HistoryOf(ctx, w.db, admin, accounts.HistoryFilter{AccountID: id, Field: "contractor_id"})
			if changed := w.text(id, "contractor_id") != ""; err != nil || changed != (i < 4) || len(page.Items) == 1 != changed {
				t.Errorf("account %d changed: %v, with %d lines of history, %v", i, changed, len(page.Items), err)
			}
		}
	})
}

func TestABulkEditTakesAFilterAndRespectsReach(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		ids := w.some(3)
		edit := accounts.BulkEdit{Field: "certified", Value: "是", Filter: &accounts.Filter{UnitID: w.Town.ID}}
		done, err := accounts.Bulk(ctx, w.db, w.book, w.People["admin"], edit)
		if err != nil || done.Changed != 2 || w.text(ids[2], "certified") != "" {
			t.Fatalf("Bulk by filter = %+v, %v; the bureau's is %q", done, err, w.text(ids[2], "certified"))
		}
		seen, err := accounts.PreviewBulk(ctx, w.db, w.book, w.People["officer"], accounts.BulkEdit{Field: "certified", Value: "否", IDs: ids})
		if err != nil || seen.Total != 2 || seen.Refused != 2 {
			t.Errorf("PreviewBulk by an officer = %+v, %v, want two refused and the third unseen", seen, err)
		}
		tried, err := accounts.Bulk(ctx, w.db, w.book, w.People["officer"], accounts.BulkEdit{Field: "certified", Value: "否", IDs: ids})
		if err != nil || tried.Changed != 0 || tried.Refused != 2 || tried.Lines[0].Code != accounts.ErrForbidden.Code {
			t.Errorf("Bulk by an officer = %+v, %v, want nothing changed", tried, err)
		}
		for _, c := range []struct {
			name string
			edit accounts.BulkEdit
			want error
		}{
			{"nothing", accounts.BulkEdit{Field: "certified", Value: "是"}, accounts.ErrBulkNothing},
			{"unseen", accounts.BulkEdit{Field: "certified", Value: "是", IDs: []string{sql.NewID()}}, accounts.ErrBulkNothing},
			{"too many", accounts.BulkEdit{Field: "certified", Value: "是", IDs: make([]string, 5001)}, accounts.ErrBulkTooMany},
			{"a name", accounts.BulkEdit{Field: "name", Value: "清源", IDs: ids}, accounts.ErrBulkField},
			{"a state", accounts.BulkEdit{Field: "state", Value: "已关停", IDs: ids}, accounts.ErrFieldFixed},
			{"no field", accounts.BulkEdit{Field: "x", Value: "1", IDs: ids}, accounts.ErrFieldUnknown},
			{"no truth", accounts.BulkEdit{Field: "certified", Value: "也许", IDs: ids}, accounts.ErrFieldTruth},
			{"findings", accounts.BulkEdit{Field: "certified", Value: "是", Filter: &accounts.Filter{Finding: accounts.AnyFinding}}, accounts.ErrFilterInvalid},
		} {
			_, err := accounts.Bulk(ctx, w.db, w.book, w.People["admin"], c.edit)
			refused(t, "Bulk: "+c.name, err, c.want)
			_, err = accounts.PreviewBulk(ctx, w.db, w.book, w.People["admin"], c.edit)
			refused(t, "PreviewBulk: "+c.name, err, c.want)
		}
	})
}

func TestOneChangeIsUndone(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		id := w.some(1)[0]
		w.set(id, map[string]string{"head": "张某 13800000001"})
		w.at("2024-06-04 09:00")
		w.set(id, map[string]string{"head": "李某 13800000002"})
		last := func() accounts.FieldChange {
			page, err := accounts.HistoryOf(ctx, w.db, admin, accounts.HistoryFilter{AccountID: id, Field: "head"})
			if err != nil {
				t.Fatalf("HistoryOf: %v", err)
			}
			return page.Items[0]
		}
		change := last()
		_, err := accounts.UndoChange(ctx, w.db, w.book, w.People["officer"], change.ID)
		refused(t, "UndoChange by somebody of another unit", err, accounts.ErrChangeGone)
		_, err = accounts.UndoChange(ctx, w.db, w.book, w.People["stranger"], change.ID)
		refused(t, "UndoChange by the unit's officer", err, accounts.ErrForbidden)
		w.at("2024-06-05 09:00")
		record, err := accounts.UndoChange(ctx, w.db, w.book, admin, change.ID)
		if err != nil || record.Text("head") != "张某 13800000001" {
			t.Fatalf("UndoChange = %q, %v", record.Text("head"), err)
		}
		if undone := last(); undone.Why != accounts.WhyUndo || undone.WhyID != change.ID {
			t.Errorf("the history says %+v, want the undoing of %s", undone, change.ID)
		}
		_, err = accounts.UndoChange(ctx, w.db, w.book, admin, change.ID)
		refused(t, "UndoChange of what was changed since", err, accounts.ErrChangeOver)
		_, err = accounts.UndoChange(ctx, w.db, w.book, admin, sql.NewID())
		refused(t, "UndoChange of nothing", err, accounts.ErrChangeGone)
	})
}

func TestViewsAreKeptForOnePerson(t *testing.T) {
	each(t, func(w *world) {
		ctx, officer := t.Context(), w.People["officer"]
		view, err := accounts.SaveView(ctx, w.db, officer, "accounts", " 快到期 ", "?expires_within=30&order=expiry")
		if err != nil || view.Name != "快到期" || view.Query != "expires_within=30&order=expiry" {
			t.Fatalf("SaveView = %+v, %v", view, err)
		}
		_, err = accounts.SaveView(ctx, w.db, officer, "accounts", "快到期", "")
		refused(t, "SaveView of the same name", err, accounts.ErrViewTaken)
		_, err = accounts.SaveView(ctx, w.db, officer, "accounts", "", "q=1")
		refused(t, "SaveView without a name", err, accounts.ErrViewName)
		_, err = accounts.SaveView(ctx, w.db, officer, "moon", "一", "q=1")
		refused(t, "SaveView of no page", err, accounts.ErrViewInvalid)
		if _, err := accounts.SaveView(ctx, w.db, w.People["head"], "accounts", "快到期", "q=1"); err != nil {
			t.Errorf("SaveView of the same name by somebody else: %v", err)
		}
		if list, err := accounts.SavedViews(ctx, w.db, officer, "accounts"); err != nil || len(list) != 1 || list[0].ID != view.ID {
			t.Errorf("SavedViews = %+v, %v, want the own one", list, err)
		}
		other, err := accounts.SaveView(ctx, w.db, officer, "accounts", "另一个", "q=2")
		if err != nil {
			t.Fatal(err)
		}
		renamed, err := accounts.RenameView(ctx, w.db, officer, other.ID, " 认证到期 ")
		if err != nil || renamed.Name != "认证到期" || renamed.Query != "q=2" || renamed.ID != other.ID {
			t.Errorf("RenameView = %+v, %v", renamed, err)
		}
		if _, err := accounts.RenameView(ctx, w.db, officer, other.ID, "认证到期"); err != nil {
			t.Errorf("RenameView to the name that it has: %v", err)
		}
		for name, want := range map[string]error{"快到期": accounts.ErrViewTaken, " ": accounts.ErrViewName, strings.Repeat("长", 61): accounts.ErrViewName} {
			_, err := accounts.RenameView(ctx, w.db, officer, other.ID, name)
			refused(t, "RenameView to "+name, err, want)
		}
		_, err = accounts.RenameView(ctx, w.db, w.People["head"], other.ID, "我的")
		refused(t, "RenameView of somebody else's", err, accounts.ErrViewGone)
		if err := accounts.RemoveView(ctx, w.db, officer, other.ID); err != nil {
			t.Fatal(err)
		}
		refused(t, "RemoveView of somebody else's", accounts.RemoveView(ctx, w.db, w.People["head"], view.ID), accounts.ErrViewGone)
		if err := accounts.RemoveView(ctx, w.db, officer, view.ID); err != nil {
			t.Errorf("RemoveView: %v", err)
		}
		for i := range 50 {
			if _, err := accounts.SaveView(ctx, w.db, officer, "accounts", fmt.Sprint(i), "q=1"); err != nil {
				t.Fatalf("SaveView %d: %v", i, err)
			}
		}
		_, err = accounts.SaveView(ctx, w.db, officer, "accounts", "多了", "q=1")
		refused(t, "SaveView beyond the most", err, accounts.ErrViewTooMany)
	})
}
