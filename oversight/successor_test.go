package oversight_test

import (
	"testing"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/oversight"
	"govmedia/units"
)

// A merger gives what is still to be done to the other unit: an open matter with its clock, which is finished there.
func TestAMergedUnitsMattersAreFinishedAtTheOther(t *testing.T) {
	eachDuties(t, func(w *duties) {
		ctx, admin := t.Context(), w.People["admin"]
		report := w.matter("takedown", "office-found", "2024-06-03 08:50")
		open, done := w.open(w.People["officer"], report), w.open(w.People["officer"], report)
		w.mustFinish(w.People["officer"], done, "2024-06-03 08:55")
		if _, err := accounts.MergeUnit(ctx, w.db, admin, w.Town.ID, w.Town.Version, w.Bureau.ID, articles.MoveUnit, oversight.MoveUnit); err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		stranger := w.People["stranger"]
		for id, want := range map[string]string{open.ID: w.Bureau.ID, done.ID: w.Town.ID} {
			if matter, err := oversight.GetMatter(ctx, w.db, w.book, stranger, id); err != nil || matter.UnitID != want {
				t.Errorf("a matter read at the other unit is of %s, %v, want %s", matter.UnitID, err, want)
			}
		}
		w.mustFinish(stranger, open, "2024-06-03 09:00")
		if list, err := accounts.UnfinishedAt(ctx, w.db, w.Town.ID); err != nil || len(list) > 0 {
			t.Errorf("left behind: %+v, %v", list, err)
		}
	})
}

// A draft goes to the other unit; a text that is being signed keeps the unit from being merged.
func TestAMergerTakesDrafts(t *testing.T) {
	eachDuties(t, func(w *duties) {
		ctx, admin := t.Context(), w.People["admin"]
		draft, err := articles.Create(ctx, w.db, w.People["officer"], articles.Text{UnitID: w.Town.ID, Title: "清源夜市开街", Body: "<p>欢迎。</p>"})
		if err != nil {
			t.Fatalf("Create: %v", err)
		}
		if _, err := accounts.MergeUnit(ctx, w.db, admin, w.Town.ID, w.Town.Version, w.Bureau.ID, articles.MoveUnit, oversight.MoveUnit); err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		if view, err := articles.Get(ctx, w.db, w.book, w.People["stranger"], draft.Article.ID); err != nil || view.UnitID != w.Bureau.ID {
			t.Errorf("the draft is of %s, %v, want %s", view.UnitID, err, w.Bureau.ID)
		}
		_, err = articles.Create(ctx, w.db, w.People["officer"], articles.Text{UnitID: w.Town.ID, Title: "再来一篇", Body: "<p>欢迎。</p>"})
		refusedWith(t, "Create at the closed unit", err, units.ErrClosed)
	})
}
