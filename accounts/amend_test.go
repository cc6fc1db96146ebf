package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// day is the beginning of a Beijing day.
func (w *world) day(s string) sql.Time { return w.time(s + " 00:00") }

// stricter is a choice of so many days between the updates of accounts.
func (w *world) stricter(unit units.Unit, days int, from string) rules.Change {
	return rules.Change{UnitID: unit.ID, Rulebook: "tongnan-2022", What: rules.FigureChange, Section: "update_limits", Rule: "account-default", Field: "max_gap",
		Value: fmt.Sprintf(`{"n":%d,"unit":"day"}`, days), Reason: "领导小组会议定的", FromAt: w.day(from)}
}

func (w *world) choose(change rules.Change) accounts.AmendedRule {
	w.t.Helper()
	made, err := accounts.ChooseRule(w.t.Context(), w.db, w.book, w.People["admin"], change)
	if err != nil {
		w.t.Fatalf("ChooseRule: %v", err)
	}
	return made
}

func (w *world) adopt(unit units.Unit, rulebook string, layer units.Layer, from string) accounts.AmendedUse {
	w.t.Helper()
	made, err := accounts.AdoptRulebook(w.t.Context(), w.db, w.book, w.People["admin"],
		units.RulebookUse{UnitID: unit.ID, Rulebook: rulebook, Layer: layer, FromAt: w.day(from), Reason: "办公室通知要求"})
	if err != nil {
		w.t.Fatalf("AdoptRulebook(%s): %v", rulebook, err)
	}
	return made
}

// rejudge does what is due, and checks that it changed so many clocks; -1 asks for any number.
func (w *world) rejudge(want int64) {
	w.t.Helper()
	got, err := accounts.RejudgeDue(w.t.Context(), w.db, w.book, "node")
	if err != nil || want >= 0 && got != want {
		w.t.Errorf("at %s RejudgeDue changed %d clocks, %v, want %d", w.now.Format(time.DateTime), got, err, want)
	}
}

// settled does the rejudgement that the migration asks for, so that the next one is the test's own.
func (w *world) settled() {
	w.t.Helper()
	w.rejudge(-1)
}

func TestAStricterFigureTurnsAccountsStaleOnItsDayAndNotBefore(t *testing.T) {
	each(t, func(w *world) {
		quick := w.account(accounts.KindWeibo, "清源发布", "2026-02-01 09:00")
		slow := w.account(accounts.KindWeibo, "清源生活", "2026-02-01 09:00")
		late := w.account(accounts.KindWeibo, "清源旧闻", "2026-02-01 09:00")
		for _, account := range []accounts.Account{quick, slow, late} {
			w.post(account, "", "2026-02-07 09:00")
			w.post(account, "", "2026-02-13 09:00")
			w.post(account, "", "2026-02-19 09:00")
			w.post(account, "", "2026-02-25 09:00")
			w.post(account, "", "2026-03-03 09:00")
		}
		w.at("2026-03-04 09:00")
		w.settled()
		made := w.choose(w.stricter(w.Office, 3, "2026-03-10"))
		if r := made.Rejudgement; r == nil || r.DueAt != w.day("2026-03-10") || r.UnitID != w.Office.ID || r.WhyID != made.Change.ID || r.Why != accounts.WhyChange {
			t.Fatalf("the rejudgement is %+v", r)
		}
		w.rejudge(0)
		w.post(quick, "", "2026-03-08 09:00") // five days: in time by the old figure, and the new one does not look back
		w.post(slow, "", "2026-03-05 09:00")
		w.post(late, "", "2026-03-09 08:00")
		w.at("2026-03-09 23:59:59")
		w.rejudge(0)
		w.stands("the quick one before the day", w.card(quick.ID).Standing, "正常", "2026-03-15 09:00", account21)
		w.stands("the slow one before the day", w.card(slow.ID).Standing, "正常", "2026-03-12 09:00", account21)

		w.at("2026-03-10 00:00")
		w.rejudge(3)
		w.rejudge(0)
		w.stands("the quick one on the day", w.card(quick.ID).Standing, "正常", "2026-03-11 09:00", account21)
		w.stands("the slow one on the day", w.card(slow.ID).Standing, "超期", "2026-03-10 00:00", account21) // its third day was over before

		w.at("2026-03-10 10:00")
		w.post(slow, "", "2026-03-10 10:00") // five days and an hour, ended under the new figure
		w.missed("the slow one", w.card(slow.ID).Breaches, "03-05 09:00 → 03-10 10:00: 121, 10")
		w.post(quick, "", "2026-03-14 09:00")
		w.missed("the quick one", w.card(quick.ID).Breaches, "03-08 09:00 → 03-14 09:00: 144, 72")
		w.missed("the one judged by the old figure alone", w.card(late.ID).Breaches)

		// An update from before the day that comes to light now is judged by the figure of its time.
		w.post(late, "", "2026-03-09 07:00")
		w.missed("a late report of an early post", w.card(late.ID).Breaches)

		// The choice ends: looser again, from its day on.
		ended, err := accounts.EndRule(t.Context(), w.db, w.book, w.People["admin"],
			rules.Ending{ID: made.Change.ID, Version: made.Change.Version, FromAt: w.day("2026-03-20"), Reason: "恢复原规定"})
		if err != nil || ended.Rejudgement == nil || ended.Rejudgement.DueAt != w.day("2026-03-20") {
			t.Fatalf("EndRule = %+v, %v", ended, err)
		}
		w.post(slow, "", "2026-03-16 08:00")
		w.at("2026-03-19 23:59")
		w.rejudge(0)
		w.stands("the day before it ends", w.card(slow.ID).Standing, "超期", "2026-03-19 08:00", account21)
		w.at("2026-03-20 00:00")
		w.rejudge(3)
		w.stands("the day it ends", w.card(slow.ID).Standing, "正常", "2026-03-23 08:00", account21)
		w.post(slow, "", "2026-03-22 08:00") // six days: in time again
		w.missed("the slow one in the end", w.card(slow.ID).Breaches, "03-10 10:00 → 03-16 08:00: 142, 70", "03-05 09:00 → 03-10 10:00: 121, 10")
	})
}

// Who was late when the figure became stricter has been late since then, not since the new figure.
func TestAStricterFigureForgivesNobody(t *testing.T) {
	each(t, func(w *world) {
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(weibo, "", "2026-03-02 09:00")
		w.at("2026-03-11 15:00")
		w.settled()
		w.choose(w.stricter(w.Office, 5, "2026-03-11"))
		w.choose(w.stricter(w.Town, 4, "2026-03-12"))
		w.rejudge(1) // the clock counts another figure, to the same due time
		w.stands("after the first choice", w.card(weibo.ID).Standing, "超期", "2026-03-09 09:00", account21)
		w.at("2026-03-12 00:00")
		w.rejudge(1)
		w.stands("after the second", w.card(weibo.ID).Standing, "超期", "2026-03-09 09:00", account21)
		w.post(weibo, "", "2026-03-12 09:00")
		w.missed("the silence", w.card(weibo.ID).Breaches, "03-02 09:00 → 03-12 09:00: 240, 72")
	})
}

func TestTwoOfficesStackTheirFigures(t *testing.T) {
	each(t, func(w *world) {
		town := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		in := w.valid(accounts.KindWeibo, "云林发布")
		in.UnitID, in.InUseAt = w.Bureau.ID, ref(w.time("2026-03-01 09:00"))
		bureau := w.create(in)
		w.post(town, "", "2026-03-02 09:00")
		w.post(bureau, "", "2026-03-02 09:00")
		w.settled()
		due := func(account accounts.Account) string {
			card, err := accounts.CardOf(t.Context(), w.db, w.book, w.People["admin"], account.ID)
			if err != nil {
				t.Fatal(err)
			}
			return card.Standing.DueAt.Std().Format("01-02 15:04")
		}
		want := func(when, inTown, inBureau string) {
			t.Helper()
			w.rejudge(-1)
			if due(town) != inTown || due(bureau) != inBureau {
				t.Errorf("%s: due %s and %s, want %s and %s", when, due(town), due(bureau), inTown, inBureau)
			}
		}
		w.choose(w.stricter(w.Office, 5, "2026-03-02"))
		want("the office chose", "03-07 09:00", "03-07 09:00")
		w.choose(w.stricter(w.Town, 4, "2026-03-02"))
		want("the town chose too", "03-06 09:00", "03-07 09:00")
		w.choose(w.stricter(w.Office, 3, "2026-03-02"))
		want("the office became the stricter", "03-05 09:00", "03-05 09:00")
		last := w.choose(w.stricter(w.Office, 6, "2026-03-02"))
		want("the office loosened its own, the town's holds again", "03-06 09:00", "03-08 09:00")
		if _, err := accounts.EndRule(t.Context(), w.db, w.book, w.People["admin"],
			rules.Ending{ID: last.Change.ID, Version: 1, FromAt: w.day("2026-03-03"), Reason: "不再要求"}); err != nil {
			t.Fatalf("EndRule: %v", err)
		}
		w.at("2026-03-03 00:00")
		want("the office's ended", "03-06 09:00", "03-09 09:00")
		_, err := accounts.ChooseRule(t.Context(), w.db, w.book, w.People["officer"], w.stricter(w.Town, 2, "2026-03-04"))
		refused(t, "ChooseRule by who may only look", err, rules.ErrLawForbidden)
	})
}

func TestALocalRulebookGivesWayAndALayeredOneComesAndGoes(t *testing.T) {
	each(t, func(w *world) {
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(weibo, "", "2026-03-02 09:00")
		w.settled()
		layered := w.adopt(w.Office, national, units.LayeredLayer, "2026-03-04")
		w.adopt(w.Town, "xiangxi-2018", units.LocalLayer, "2026-03-12")
		w.rejudge(0)
		if n := len(w.card(weibo.ID).Clocks); n != 1 {
			t.Errorf("%d clocks before the day, want the local one alone", n)
		}
		w.at("2026-03-04 08:00")
		w.rejudge(1)
		w.stands("under the national card", under(w.card(weibo.ID).Clocks, national), "正常", "2026-03-16 09:00", nationalClock)
		w.stands("and the local one", w.card(weibo.ID).Standing, "正常", "2026-03-09 09:00", account21)

		// 湘西 has no time limit for accounts. What 潼南's missed until that day is kept, however late the node comes.
		w.at("2026-03-12 05:00")
		w.rejudge(1)
		card := w.card(weibo.ID)
		w.missed("what the old local rulebook missed", card.Breaches, "03-02 09:00 → 03-12 00:00: 231, 63")
		w.stands("under what is left", card.Standing, "正常", "2026-03-16 09:00", nationalClock)

		if _, err := accounts.EndAdoption(t.Context(), w.db, w.book, w.People["admin"],
			rules.Ending{ID: layered.Use.ID, Version: 1, FromAt: w.day("2026-03-18"), Reason: "检查结束"}); err != nil {
			t.Fatalf("EndAdoption: %v", err)
		}
		w.at("2026-03-18 01:00")
		w.rejudge(1)
		card = w.card(weibo.ID)
		if card.Standing.Label != "无规则" || card.Account.Watch != accounts.NoRule {
			t.Errorf("with both gone it stands %s, watched %q, want 无规则", card.Standing.Label, card.Account.Watch)
		}
		w.missed("both", card.Breaches, "03-02 09:00 → 03-18 00:00: 375, 39", "03-02 09:00 → 03-12 00:00: 231, 63")
	})
}

func TestWhatIsWithdrawnTakesItsRejudgementAlong(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		w.at("2026-03-02 09:00")
		w.settled()
		choice := w.choose(w.stricter(w.Office, 3, "2026-03-10"))
		use := w.adopt(w.Office, national, units.LayeredLayer, "2026-03-10")
		waiting := func() int {
			list, err := accounts.Rejudgements(ctx, w.db, admin, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		if n := waiting(); n != 2 {
			t.Fatalf("%d rejudgements wait, want 2", n)
		}
		rule, err := accounts.EndRule(ctx, w.db, w.book, admin, rules.Ending{ID: choice.Change.ID, Version: 1, FromAt: w.day("2026-03-02"), Reason: "填错了"})
		if err != nil || rule.Rejudgement != nil || waiting() != 1 {
			t.Errorf("EndRule = %+v, %v with %d waiting, want the choice's gone", rule.Rejudgement, err, waiting())
		}
		gone, err := accounts.EndAdoption(ctx, w.db, w.book, admin, rules.Ending{ID: use.Use.ID, Version: 1, FromAt: w.day("2026-03-02"), Reason: "填错了"})
		if err != nil || gone.Rejudgement != nil || waiting() != 0 {
			t.Errorf("EndAdoption = %+v, %v with %d waiting, want none", gone.Rejudgement, err, waiting())
		}
		change := w.stricter(w.Office, 9, "2026-03-10")
		if _, err := accounts.ChooseRule(ctx, w.db, w.book, admin, change); !errors.Is(err, rules.ErrFigureNotStricter) || waiting() != 0 {
			t.Errorf("ChooseRule of a looser figure = %v with %d waiting, want it refused and nothing to do", err, waiting())
		}
	})
}

// What the preview says comes true when the choice is made for today.
func TestThePreviewSaysWhatThenHappens(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		for i := range 12 {
			account := w.account(accounts.KindWeibo, fmt.Sprint("账号", i), "2026-03-01 09:00")
			w.post(account, "", fmt.Sprintf("2026-03-%02d 09:00", 2+i))
		}
		silent := w.account(accounts.KindWeChatService, "清源服务", "2026-03-01 09:00")
		w.at("2026-03-14 15:00")
		w.settled()
		before := w.totals()
		preview, err := accounts.PreviewChoice(ctx, w.db, w.book, admin, w.stricter(w.Office, 4, "2026-03-20"))
		if err != nil {
			t.Fatalf("PreviewChoice: %v", err)
		}
		// Last posts on March 2nd to 13th; late after 7 days: 2nd to 7th; after 4: 8th to 10th too.
		want := accounts.Preview{Looked: 13, Affected: 6, Stale: 3, Sooner: 3}
		samples := preview.Samples
		preview.Samples = nil
		if diff := cmp.Diff(want, preview); diff != "" {
			t.Errorf("the preview (-want +got):\n%s", diff)
		}
		var names []string
		for _, sample := range samples {
			names = append(names, sample.Name+sample.Standing.Label)
		}
		if got := strings.Join(names, " "); got != "账号6超期 账号7超期 账号8超期" {
			t.Errorf("the samples are %s", got)
		}
		if w.totals() != before {
			t.Error("the preview changed how things stand")
		}
		w.choose(w.stricter(w.Office, 4, "2026-03-14"))
		w.rejudge(12) // those that were late already count another figure, too
		if after := w.totals(); after.Stale != before.Stale+3 || after.Total != before.Total {
			t.Errorf("after the choice %+v, before %+v, want three more stale", after, before)
		}
		// And back: the preview of another local rulebook without a limit for accounts.
		loose, err := accounts.PreviewAdoption(ctx, w.db, w.book, admin, units.RulebookUse{UnitID: w.Office.ID, Rulebook: "xiangxi-2018", Layer: units.LocalLayer,
			FromAt: w.day("2026-03-20"), Reason: "改用"})
		if err != nil || loose.Untimed != 13 || loose.Cured != 9 || loose.Stale != 0 {
			t.Errorf("PreviewAdoption = %+v, %v, want 13 without a rule and nine cured", loose, err)
		}
		double, err := accounts.PreviewAdoption(ctx, w.db, w.book, admin, units.RulebookUse{UnitID: w.Office.ID, Rulebook: national, Layer: units.LayeredLayer,
			FromAt: w.day("2026-03-20"), Reason: "国办检查"})
		if err != nil || double.Affected != 1 || double.Sooner != 1 || double.Stale != 0 {
			t.Errorf("PreviewAdoption = %+v, %v, want %s due sooner", double, err, silent.Name)
		}
		_, err = accounts.PreviewChoice(ctx, w.db, w.book, w.People["officer"], w.stricter(w.Town, 4, "2026-03-20"))
		refused(t, "PreviewChoice by who may only look", err, rules.ErrLawForbidden)
	})
}

// became is what happened to some accounts between two looks at them, counted as a preview counts what would happen.
func became(before, after map[string]accounts.Standing) accounts.Preview {
	counted := accounts.Preview{Looked: int64(len(before))}
	for name, was := range before {
		is := after[name]
		switch {
		case was.DueAt == nil && is.DueAt != nil:
			counted.Timed++
		case was.DueAt != nil && is.DueAt == nil:
			counted.Untimed++
		}
		if cmp.Equal(was.DueAt, is.DueAt) {
			continue
		}
		counted.Affected++
		switch late, wasLate := is.Status == rules.StatusStale, was.Status == rules.StatusStale; {
		case late && !wasLate:
			counted.Stale++
		case wasLate && !late:
			counted.Cured++
		case late || was.DueAt == nil || is.DueAt == nil:
		case *is.DueAt < *was.DueAt:
			counted.Sooner++
		default:
			counted.Later++
		}
	}
	return counted
}

// What the preview of an end says comes true when it ends, and only then.
func TestThePreviewOfAnEndSaysWhatThenHappens(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		ids := map[string]string{}
		for i := range 12 {
			account := w.account(accounts.KindWeibo, fmt.Sprint("账号", i), "2026-03-01 09:00")
			w.post(account, "", fmt.Sprintf("2026-03-%02d 09:00", 2+i))
			ids[account.Name] = account.ID
		}
		service := w.account(accounts.KindWeChatService, "清源服务", "2026-03-01 09:00")
		ids[service.Name] = service.ID
		stand := func() map[string]accounts.Standing {
			stood := map[string]accounts.Standing{}
			for name, id := range ids {
				stood[name] = w.card(id).Standing
			}
			return stood
		}
		w.at("2026-03-13 09:30")
		strict := w.choose(w.stricter(w.Office, 4, "2026-03-13")).Change
		w.at("2026-03-14 15:00")
		loose := w.choose(w.stricter(w.Office, 6, "2026-03-14")).Change
		own := w.adopt(w.Town, "xiangxi-2018", units.LocalLayer, "2026-03-16").Use
		layered := w.adopt(w.Office, national, units.LayeredLayer, "2026-03-14").Use
		later := w.choose(w.stricter(w.Office, 2, "2026-03-25")).Change
		w.settled()

		// holds checks one preview against what happens when its end has come, and returns it.
		holds := func(what string, preview func() (accounts.Preview, error), end func() error, comes string) accounts.Preview {
			t.Helper()
			before := stand()
			said, err := preview()
			if err != nil {
				t.Fatalf("the preview of %s: %v", what, err)
			}
			if diff := cmp.Diff(before, stand()); diff != "" {
				t.Errorf("the preview of %s changed how things stand (-before +after):\n%s", what, diff)
			}
			if err := end(); err != nil {
				t.Fatalf("end %s: %v", what, err)
			}
			w.at(comes)
			w.rejudge(-1)
			after := stand()
			want := became(before, after)
			for _, sample := range said.Samples {
				if before[sample.Name].Status == rules.StatusStale || after[sample.Name].Status != rules.StatusStale || sample.Standing.Status != rules.StatusStale {
					t.Errorf("the preview of %s names %s, which did not become late", what, sample.Name)
				}
			}
			if int64(len(said.Samples)) != want.Stale {
				t.Errorf("the preview of %s names %d, and %d became late", what, len(said.Samples), want.Stale)
			}
			counted := said
			counted.Samples = nil
			if diff := cmp.Diff(want, counted); diff != "" {
				t.Errorf("the preview of %s (-what happened +what it said):\n%s", what, diff)
			}
			return said
		}
		choice := func(id string, version int64, from string) (func() (accounts.Preview, error), func() error) {
			ending := rules.Ending{ID: id, Version: version, FromAt: w.day(from), Reason: "不再要求"}
			return func() (accounts.Preview, error) { return accounts.PreviewEndOfRule(ctx, w.db, w.book, admin, ending) },
				func() error { _, err := accounts.EndRule(ctx, w.db, w.book, admin, ending); return err }
		}
		use := func(id string, from string) (func() (accounts.Preview, error), func() error) {
			ending := rules.Ending{ID: id, Version: 1, FromAt: w.day(from), Reason: "不再适用"}
			return func() (accounts.Preview, error) {
					return accounts.PreviewEndOfAdoption(ctx, w.db, w.book, admin, ending)
				},
				func() error { _, err := accounts.EndAdoption(ctx, w.db, w.book, admin, ending); return err }
		}

		preview, end := choice(later.ID, 1, "2026-03-14")
		if said := holds("what has not begun", preview, end, "2026-03-14 15:00"); said.Looked != 13 || said.Affected != 0 {
			t.Errorf("withdrawing what has not begun would do %+v", said)
		}
		preview, end = choice(loose.ID, 3, "2026-03-14") // begun today, so that the stricter one before it goes on
		if said := holds("the looser figure", preview, end, "2026-03-14 15:00"); said.Stale != 2 || said.Cured != 0 {
			t.Errorf("withdrawing the looser figure would do %+v, want two more late", said)
		}
		preview, end = choice(strict.ID, 3, "2026-03-15")
		w.at("2026-03-14 23:59:59")
		if said := holds("the stricter figure", preview, end, "2026-03-15 00:00"); said.Cured != 3 || said.Stale != 0 || said.Later == 0 {
			t.Errorf("ending the stricter figure would do %+v, want three cured", said)
		}
		preview, end = use(layered.ID, "2026-03-15")
		if said := holds("the national card", preview, end, "2026-03-15 00:00"); said.Later != 1 || said.Affected != 1 {
			t.Errorf("ending the national card would do %+v, want %s due later", said, service.Name)
		}
		w.at("2026-03-16 08:00")
		w.rejudge(-1)
		preview, end = use(own.ID, "2026-03-18")
		w.at("2026-03-17 23:59:59")
		if said := holds("the town's own rulebook", preview, end, "2026-03-18 00:00"); said.Timed != 13 || said.Stale == 0 || said.Untimed != 0 {
			t.Errorf("ending the town's own rulebook would do %+v, want all timed again", said)
		}
		_, err := preview()
		refused(t, "the preview of what is over", err, rules.ErrLawStale)
		_, err = accounts.PreviewEndOfAdoption(ctx, w.db, w.book, admin, rules.Ending{ID: own.ID, Version: 2, FromAt: w.day("2026-03-19"), Reason: "再结束"})
		refused(t, "the preview of what is over", err, rules.ErrEnded)
		_, err = accounts.PreviewEndOfRule(ctx, w.db, w.book, w.People["system"], rules.Ending{ID: strict.ID, Version: 4, FromAt: w.day("2026-03-19"), Reason: "不再要求"})
		refused(t, "the preview by who may only look", err, rules.ErrLawForbidden)
	})
}

func (w *world) totals() accounts.Counts {
	w.t.Helper()
	board, err := accounts.Totals(w.t.Context(), w.db, w.book, w.People["admin"], accounts.DashboardFilter{}, w.db.Now())
	if err != nil {
		w.t.Fatalf("Totals: %v", err)
	}
	return board.Overall
}

// crowd registers many accounts of the town, each with a post some hours after the one before.
func (w *world) crowd(n int) {
	w.t.Helper()
	err := w.db.InTx(w.t.Context(), func(tx *sql.DB) error {
		batch := make([]accounts.NewPost, 0, n)
		for i := range n {
			in := w.valid(accounts.KindWeibo, fmt.Sprint("账号", i))
			in.InUseAt = ref(w.time("2026-02-01 09:00"))
			account, err := accounts.Create(w.t.Context(), tx, w.book, w.People["admin"], in)
			if err != nil {
				return err
			}
			batch = append(batch, accounts.NewPost{AccountID: account.ID, ExternalID: ref("p"), Source: accounts.Observed,
				PublishedAt: w.time("2026-03-02 09:00") + sql.Time(i%200)*3_600_000})
		}
		_, err := accounts.RecordPosts(w.t.Context(), tx, w.book, units.System, batch)
		return err
	})
	if err != nil {
		w.t.Fatalf("register %d accounts: %v", n, err)
	}
}

// outcome is everything a rejudgement leaves, by the account's name: its clocks and its breaches.
func (w *world) outcome() map[string]string {
	w.t.Helper()
	outcome := map[string]string{}
	filter := accounts.WatchFilter{PerPage: 100}
	for {
		page, err := accounts.Watchlist(w.t.Context(), w.db, w.book, w.People["admin"], filter, w.db.Now())
		if err != nil {
			w.t.Fatalf("Watchlist: %v", err)
		}
		for _, line := range page.Items {
			clocks, err := rules.ClocksOf(w.t.Context(), w.db, rules.AccountSubject, line.SubjectID)
			if err != nil {
				w.t.Fatal(err)
			}
			missed, err := rules.MissedBy(w.t.Context(), w.db, rules.AccountSubject, line.SubjectID, 0, "", 100)
			if err != nil {
				w.t.Fatal(err)
			}
			text := ""
			for _, c := range clocks {
				text += fmt.Sprint(c.Rulebook, c.Rule, c.StartedAt, c.DueAt, c.DoneAt, c.Version, "; ")
			}
			for _, m := range missed {
				text += fmt.Sprint(m.Rulebook, m.StartedAt, m.DueAt, m.EndedAt, "; ")
			}
			outcome[line.Name] = text
		}
		if filter.After = page.Next; filter.After == "" {
			return outcome
		}
	}
}

// changed is what the tests of interruptions do: another local rulebook without, and a national one with a limit.
func (w *world) changed() {
	w.adopt(w.Office, "xiangxi-2018", units.LocalLayer, "2026-03-12")
	w.adopt(w.Office, national, units.LayeredLayer, "2026-03-12")
	w.at("2026-03-12 03:00")
}

// progress checks the numbers of the finished rejudgements since the first.
func (w *world) progress(accountsLooked, changed int64) {
	w.t.Helper()
	list, err := accounts.Rejudgements(w.t.Context(), w.db, w.People["admin"], 10)
	if err != nil || len(list) != 2 {
		w.t.Fatalf("Rejudgements = %d, %v, want 2", len(list), err)
	}
	var total int64
	for _, r := range list {
		if r.FinishedAt == nil || r.Looked != accountsLooked || r.Total != accountsLooked || r.Error != "" {
			w.t.Errorf("rejudgement %+v, want %d accounts looked at and finished", r, accountsLooked)
		}
		total += r.Changed
	}
	if total != changed {
		w.t.Errorf("the rejudgements say %d clocks changed, want %d", total, changed)
	}
}

const crowdSize = 1100 // three steps

// A rejudgement is cut off at every point where the program asks for the time, and gone on with each time: it ends as one
// that nobody disturbed.
func TestARejudgementThatIsCutOffEndsAsIfUndisturbed(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-11 09:00")
		w.crowd(crowdSize)
		w.settled()
		w.changed()
		calls, cuts := 0, 0
		for stopAfter := 1; ; stopAfter++ {
			ctx, cancel := context.WithCancel(t.Context())
			seen := 0
			watched := w.db.WithClock(func() time.Time {
				if calls++; seen >= stopAfter {
					cancel()
				}
				seen++
				return *w.now
			})
			_, err := accounts.RejudgeDue(ctx, watched, w.book, "node")
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("cut off after %d: %v", stopAfter, err)
			}
			if cuts++; cuts > 60 {
				t.Fatal("it never ends")
			}
			if stopAfter > 6 {
				stopAfter = 0 // short runs again: each of them gets a little further, or not
			}
		}
		if cuts < 5 {
			t.Errorf("it was cut off %d times, want at least five", cuts)
		}
		w.progress(crowdSize, 2*crowdSize)
		got := w.outcome()
		for name, text := range got {
			if !strings.Contains(text, national) || !strings.Contains(text, "tongnan-2022") {
				t.Fatalf("%s: %s", name, text)
			}
		}
		undisturbed := newWorld(t, sqltest.SQLite(t))
		undisturbed.at("2026-03-11 09:00")
		undisturbed.crowd(crowdSize)
		undisturbed.settled()
		undisturbed.changed()
		undisturbed.rejudge(2 * crowdSize)
		undisturbed.progress(crowdSize, 2*crowdSize)
		if diff := cmp.Diff(undisturbed.outcome(), got); diff != "" {
			t.Errorf("disturbed and undisturbed differ (-undisturbed +disturbed):\n%.2000s", diff)
		}
	})
}

// The node that has a rejudgement hangs in the middle of it; another takes over when the lease has run out, and what the
// first one still does when it wakes up counts for nothing.
func TestAHangingNodeLosesItsRejudgement(t *testing.T) {
	w := newWorld(t, sqltest.MariaDB(t)) // on SQLite a transaction that hangs keeps the others waiting
	w.at("2026-03-11 09:00")
	w.crowd(crowdSize)
	w.settled()
	w.changed()
	hanging, wake, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	begun := *w.now
	steps := 0
	slow := w.db.WithClock(func() time.Time {
		if steps++; steps == 5 {
			close(hanging)
			<-wake
		}
		return begun
	})
	go func() { _, err := accounts.RejudgeDue(t.Context(), slow, w.book, "slow"); ended <- err }()
	<-hanging
	w.rejudge(-1) // the second of the two, perhaps; the first is held
	held, err := accounts.Rejudgements(t.Context(), w.db, w.People["admin"], 10)
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, r := range held {
		if r.FinishedAt == nil {
			open++
			if r.Looked == 0 || r.Looked == crowdSize {
				t.Errorf("the hanging one looked at %d accounts, want it to hang in the middle", r.Looked)
			}
		}
	}
	if open != 1 {
		t.Fatalf("%d rejudgements are open, want the one that hangs", open)
	}
	*w.now = w.now.Add(61 * time.Second)
	w.rejudge(-1)
	w.progress(crowdSize, 2*crowdSize)
	before := w.outcome()
	close(wake)
	if err := <-ended; err == nil {
		t.Error("the node that lost it says that all went well")
	}
	w.progress(crowdSize, 2*crowdSize)
	if diff := cmp.Diff(before, w.outcome()); diff != "" {
		t.Errorf("it changed something when it woke up:\n%.2000s", diff)
	}
}

func TestAUnitThatMovesComesUnderTheRulesOfItsNewPlace(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		city, err := units.Create(ctx, w.db, units.System, units.NewUnit{Name: "云岭市人民政府办公室", Level: units.LevelOffice, IsOffice: true, Rulebook: "xiangxi-2018"})
		if err != nil {
			t.Fatal(err)
		}
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		site := w.account(accounts.KindWebsite, "清源网", "2026-03-01 09:00")
		news := w.column(site, rules.NewsColumn, 1, "动态", "2026-03-01 09:00")
		w.post(weibo, "", "2026-03-02 09:00")
		w.post(weibo, "", "2026-03-10 10:00") // a day and an hour late under 潼南
		w.post(site, news.ID, "2026-03-09 09:00")
		w.at("2026-03-11 09:00")
		w.settled()
		w.choose(w.stricter(w.Town, 3, "2026-03-20")) // waits for its day while the unit moves
		if _, err := accounts.CountTallies(ctx, w.db); err != nil {
			t.Fatal(err)
		}
		all := []units.Unit{w.Office, w.Town, w.Section, city}
		w.talliesAgree("before the move", all)
		moved, err := accounts.MoveUnit(ctx, w.db, units.System, w.Town.ID, w.Town.Version, city.ID)
		if err != nil {
			t.Fatalf("MoveUnit: %v", err)
		}
		w.talliesAgree("moved, not yet counted", all)
		w.rejudge(3) // the account's clock ends, the column's too, and another begins
		w.talliesAgree("judged anew", all)
		if _, err := accounts.CountTallies(ctx, w.db); err != nil {
			t.Fatal(err)
		}
		w.talliesAgree("counted", all)

		card := w.card(weibo.ID)
		w.missed("what was missed stays", card.Breaches, "03-02 09:00 → 03-10 10:00: 193, 25")
		if card.Standing.Label != "无规则" || card.Account.Path != moved.Path {
			t.Errorf("the account stands %s at %s, want 无规则 at %s", card.Standing.Label, card.Account.Path, moved.Path)
		}
		if clock := w.columnCard(news.ID).Clocks; len(clock) == 0 || clock[0].Path != moved.Path {
			t.Errorf("the column's clocks are %+v, want them at %s", clock, moved.Path)
		}
		left, err := accounts.Totals(ctx, w.db, w.book, w.People["admin"], accounts.DashboardFilter{UnitID: w.Office.ID}, w.db.Now())
		if err != nil || left.Overall.Total != 0 {
			t.Errorf("the old office still counts %+v, %v", left.Overall, err)
		}

		// It comes back; the choice that waited all the while holds from its day, wherever the unit stands then.
		w.at("2026-03-15 09:00")
		if _, err := accounts.MoveUnit(ctx, w.db, units.System, moved.ID, moved.Version, w.Office.ID); err != nil {
			t.Fatalf("MoveUnit: %v", err)
		}
		w.rejudge(3)
		w.stands("back", w.card(weibo.ID).Standing, "正常", "2026-03-17 10:00", account21)
		w.post(weibo, "", "2026-03-16 10:00")
		w.at("2026-03-20 00:00")
		w.rejudge(1)
		w.stands("on the day of the choice", w.card(weibo.ID).Standing, "超期", "2026-03-20 00:00", account21)
		w.talliesAgree("in the end", all)
	})
}

// A choice for a later day waits at a path. The unit, or one above it, may stand elsewhere by then.
func TestARejudgementFindsAUnitThatMovedMeanwhile(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		city, err := units.Create(ctx, w.db, units.System, units.NewUnit{Name: "云岭市人民政府办公室", Level: units.LevelOffice, IsOffice: true})
		if err != nil {
			t.Fatal(err)
		}
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(weibo, "", "2026-03-05 09:00")
		w.settled()
		w.choose(w.stricter(w.Town, 3, "2026-03-10"))
		if _, err := accounts.MoveUnit(ctx, w.db, units.System, w.Office.ID, w.Office.Version, city.ID); err != nil {
			t.Fatalf("MoveUnit: %v", err)
		}
		w.rejudge(-1)
		w.at("2026-03-10 00:00")
		w.rejudge(1)
		w.stands("on the day", w.card(weibo.ID).Standing, "超期", "2026-03-10 00:00", account21)
	})
}
