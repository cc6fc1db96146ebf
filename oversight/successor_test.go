package oversight_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/oversight"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
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

// A matter that is opened while a merger is under way waits for it, and is refused; so is a roster for a unit that has ended.
func TestNoMatterIsOpenedDuringAMerger(t *testing.T) {
	eachDuties(t, func(w *duties) {
		ctx, admin := t.Context(), w.People["admin"]
		opened := make(chan error, 1)
		err := w.db.InTx(ctx, func(tx *sql.DB) error {
			if _, err := accounts.MergeUnit(ctx, tx, admin, w.Town.ID, w.Town.Version, w.Bureau.ID, articles.MoveUnit, oversight.MoveUnit); err != nil {
				return err
			}
			go func() {
				_, err := oversight.OpenMatter(ctx, w.db, w.book, admin, w.matter("takedown", "office-found", "2024-06-03 08:50"))
				opened <- err
			}()
			select {
			case err := <-opened: // it did not wait
				opened <- err
			case <-time.After(300 * time.Millisecond):
			}
			return nil
		})
		if err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		refusedWith(t, "OpenMatter during a merger", <-opened, units.ErrClosed)
		roster := oversight.NewRoster{UnitID: w.Town.ID, FromAt: w.time("2024-06-03 00:00"), UntilAt: w.time("2024-06-10 00:00"),
			Shifts: []oversight.NewShift{{PersonName: "荷值班", FromAt: w.time("2024-06-04 00:00"), UntilAt: w.time("2024-06-05 00:00")}}}
		refusedWith(t, "SetRoster at the closed unit", oversight.SetRoster(ctx, w.db, admin, roster), units.ErrClosed)
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

// At a unit that has ended nothing is made any more: no bot, no mute, no reminders of its own, no act. Each waits for the unit's end
// where that is under way, so that none is made behind it.
func TestNothingIsMadeAtAUnitThatHasEnded(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		ctx, admin := t.Context(), w.People["admin"]
		bot := newBot(t, fine)
		w.open(bot.url)
		made := map[string]func() error{
			"CreateHook": func() error {
				_, err := oversight.CreateHook(ctx, w.db, w.out, admin, oversight.NewHook{UnitID: w.Town.ID, Name: "镇工作群", Kind: oversight.Generic, Address: bot.url + "/hook"})
				return err
			},
			"MuteRule": func() error {
				_, err := oversight.MuteRule(ctx, w.db, w.book, admin, oversight.NewMute{UnitID: w.Town.ID, Reason: "机构改革", UntilAt: w.db.Now().Add(time.Hour)})
				return err
			},
			"SetReminders": func() error {
				_, err := oversight.SetReminders(ctx, w.db, admin, w.Town.ID, 0, oversight.DefaultSettings())
				return err
			},
			"RecordAct": func() error {
				_, err := oversight.RecordAct(ctx, w.db, w.book, admin, oversight.NewAct{UnitID: w.Town.ID, Rulebook: unitstest.Rulebook, Section: "duty", Rule: "daily-browse", At: w.db.Now()})
				return err
			},
		}
		results := make(chan error, len(made))
		err := w.db.InTx(ctx, func(tx *sql.DB) error {
			if _, err := accounts.MergeUnit(ctx, tx, admin, w.Town.ID, w.Town.Version, w.Bureau.ID, articles.MoveUnit, oversight.MoveUnit); err != nil {
				return err
			}
			for name, make := range made {
				go func() {
					if err := make(); !errors.Is(err, units.ErrClosed) {
						results <- fmt.Errorf("%s during the merger: %w", name, err)
						return
					}
					results <- nil
				}()
			}
			select {
			case err := <-results: // it did not wait
				results <- err
			case <-time.After(300 * time.Millisecond):
			}
			return nil
		})
		if err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		for range made {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		for name, make := range made {
			refusedWith(t, name+" at the closed unit", make(), units.ErrClosed)
		}
	})
}
