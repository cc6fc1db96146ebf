package articles_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// twoADay is a platform that lets an account post twice a day.
type twoADay struct{ weChat }

func (twoADay) Allowances(accounts.Account) []channels.Allowance {
	return []channels.Allowance{{Window: channels.PerDay, Most: 2, Name: "每日提交发布"}}
}

// planned is a signed article of Town that goes out on an account at a time.
func (o *office) planned(at sql.Time, to ...accounts.Account) articles.View {
	o.t.Helper()
	text := o.text()
	text.AccountIDs = nil
	for _, account := range to {
		text.AccountIDs = append(text.AccountIDs, account.ID)
	}
	id := o.submit("officer", o.create("officer", text).ID).ID
	o.sign(id, chain...)
	return o.schedule(id, &at)
}

func (o *office) planOf(who, unitID string, from, until rules.Date) articles.Plan {
	o.t.Helper()
	plan, err := articles.PlanOf(o.t.Context(), o.db, o.book, o.out, o.People[who], unitID, from, until)
	if err != nil {
		o.t.Fatalf("PlanOf as %s: %v", who, err)
	}
	return plan
}

func TestThePlanShowsWhatGoesOutAndWhatStandsAgainstIt(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.out.Channels[accounts.WeChat] = twoADay{}
		today := rules.DateOf(o.db.Now().Std())
		day := today.AddDays(1)
		at := func(hour, minute int) sql.Time {
			return sql.FromStd(day.Start()).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
		}
		first := o.planned(at(9, 0), o.account, o.second)
		o.planned(at(9, 20), o.account)
		third := o.planned(at(15, 0), o.account)

		plan := o.planOf("officer", o.Town.ID, today, day)
		if len(plan.Items) != 3 || plan.Items[0].ArticleID != first.ID || len(plan.Items[0].Deliveries) != 2 || plan.Items[2].ArticleID != third.ID || plan.More {
			t.Fatalf("items: %+v", plan.Items)
		}
		kinds := []string{}
		for _, warning := range plan.Warnings {
			kinds = append(kinds, warning.Kind+" "+warning.At.Std().Format("15:04")+" "+warning.AccountName)
		}
		if want := []string{"close 09:20 清源镇发布", "allowance 15:00 清源镇发布"}; !slices.Equal(kinds, want) {
			t.Errorf("warnings: %q, want %q", kinds, want)
		}
		if sentence := plan.Warnings[1].Sentence; !strings.Contains(sentence, "每日提交发布最多 2 次") || !strings.Contains(sentence, "请改期") {
			t.Errorf("warning of the allowance: %s", sentence)
		}
		for _, kind := range []struct {
			who     string
			movable bool
		}{{"deputy", true}, {"admin", false}} { // the office above reads, the unit plans
			if got := o.planOf(kind.who, "", today, day).Items[0].Movable; got != kind.movable {
				t.Errorf("movable for %s: %v", kind.who, got)
			}
		}
		if others := o.planOf("stranger", "", today, day); len(others.Items) != 0 || len(others.Warnings) != 0 {
			t.Errorf("another unit sees %+v", others.Items)
		}
		if empty := o.planOf("officer", "", today, today); len(empty.Items) != 0 || len(empty.Days) != 1 || len(empty.Warnings) != 0 {
			t.Errorf("today: %+v", empty)
		}
	})
}

// byHand is a platform on which a person publishes.
type byHand struct{ weChat }

func (byHand) Submit(context.Context, *channels.Job) (channels.Progress, error) {
	return channels.Progress{Stage: channels.Awaiting}, nil
}

func TestThePlanTellsWhatWaitsForAPersonFromWhatThePlatformHas(t *testing.T) {
	eachOffice(t, func(o *office) {
		for _, c := range []struct {
			channel channels.Channel
			want    bool
		}{{weChat{}, false}, {byHand{}, true}} {
			o.out.Channels[accounts.WeChat] = c.channel
			article := o.signed()
			o.schedule(article.ID, nil)
			deliveries, err := channels.OfOrigin(t.Context(), o.db, article.ID)
			if err != nil || len(deliveries) == 0 {
				t.Fatalf("OfOrigin = %v, %v", deliveries, err)
			}
			o.deliver(deliveries[0].ID)
			today := rules.DateOf(o.db.Now().Std())
			plan := o.planOf("officer", "", today, today)
			i := slices.IndexFunc(plan.Items, func(item articles.PlanItem) bool { return item.ArticleID == article.ID })
			if i < 0 {
				t.Fatalf("the plan lacks %s: %+v", article.ID, plan.Items)
			}
			j := slices.IndexFunc(plan.Items[i].Deliveries, func(d articles.PlanDelivery) bool { return d.ID == deliveries[0].ID })
			if got := plan.Items[i].Deliveries[j]; got.State != channels.Submitted || got.ByHand != c.want {
				t.Errorf("%T: state %s, by hand %v; want submitted, %v", c.channel, got.State, got.ByHand, c.want)
			}
		}
	})
}

func TestThePlanTellsTheDaysAndWhoFallsSilent(t *testing.T) {
	eachOffice(t, func(o *office) {
		now := o.db.Now()
		_, _, err := accounts.RecordPost(t.Context(), o.db, o.book, units.System, accounts.NewPost{AccountID: o.account.ID, Title: "昨天的", Source: accounts.Observed,
			PublishedAt: now.Add(-24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		from := rules.DateOf(now.Std())
		until := from.AddDays(20)
		falling := func() articles.PlanFalling {
			t.Helper()
			plan := o.planOf("officer", o.Town.ID, from, until)
			i := slices.IndexFunc(plan.Falling, func(f articles.PlanFalling) bool { return f.AccountID == o.account.ID })
			if i < 0 {
				t.Fatalf("falling: %+v", plan.Falling)
			}
			if len(plan.Habits) != 1 || plan.Habits[0].Posts != 1 {
				t.Errorf("habits: %+v", plan.Habits)
			}
			return plan.Falling[i]
		}
		if f := falling(); f.Planned || f.DueAt <= now || !strings.Contains(f.Citation, "第21条") {
			t.Errorf("before anything is planned: %+v", f)
		}
		o.planned(now.Add(24*time.Hour), o.account)
		if f := falling(); !f.Planned {
			t.Errorf("with an article before it: %+v", f)
		}
		for _, wrong := range [][2]rules.Date{{until, from}, {from, from.AddDays(45)}} {
			_, err := articles.PlanOf(t.Context(), o.db, o.book, o.out, o.People["officer"], "", wrong[0], wrong[1])
			refused(t, "PlanOf "+wrong[0].String()+" to "+wrong[1].String(), err, articles.ErrPlanSpan)
		}
		if plan := o.planOf("officer", "", from, from.AddDays(44)); len(plan.Days) != 45 || plan.Days[0].Kind == "" {
			t.Errorf("45 days: %d", len(plan.Days))
		}
		_, err = articles.PlanOf(t.Context(), o.db, o.book, o.out, o.People["stranger"], o.Town.ID, from, until)
		refused(t, "PlanOf another unit", err, units.ErrNotFound)
	})
}

func TestAnArticleMovesWholeOrNotAtAll(t *testing.T) {
	eachOffice(t, func(o *office) {
		now := o.db.Now()
		view := o.planned(now.Add(2*time.Hour), o.account, o.second)
		later := now.Add(50 * time.Hour)
		move := func(who string, version int64, at sql.Time) error {
			_, err := articles.Reschedule(t.Context(), o.db, o.out, o.People[who], view.ID, version, at)
			return err
		}
		refused(t, "the office above", move("admin", view.Version, later), articles.ErrUnitRefused)
		refused(t, "another unit", move("stranger", view.Version, later), articles.ErrNotFound)
		refused(t, "an old version", move("deputy", view.Version-1, later), articles.ErrStale)
		refused(t, "yesterday", move("deputy", view.Version, now.Add(-24*time.Hour)), articles.ErrSchedulePast)
		refused(t, "in two years", move("deputy", view.Version, now.Add(2*366*24*time.Hour)), articles.ErrScheduleFar)
		if err := move("deputy", view.Version, later); err != nil {
			t.Fatalf("Reschedule: %v", err)
		}
		moved := o.view(view.ID)
		for _, delivery := range moved.Deliveries {
			if delivery.DueAt != later || delivery.State != channels.Scheduled {
				t.Errorf("delivery after the move: %+v", delivery)
			}
		}
		if *moved.ScheduledAt != later {
			t.Errorf("scheduled at %s", moved.ScheduledAt)
		}
		if due, err := channels.Due(context.Background(), o.db, 10); err != nil || len(due) != 0 {
			t.Errorf("due before its new time: %v, %v", due, err)
		}

		// One has gone to the platform: nothing moves, not the other either.
		if err := move("deputy", moved.Version, o.db.Now().Add(time.Second)); err != nil {
			t.Fatalf("Reschedule to now: %v", err)
		}
		o.clock()
		o.deliver(moved.Deliveries[0].ID)
		version := o.view(view.ID).Version
		refused(t, "after one has begun", move("deputy", version, later), articles.ErrAlreadyOut)
		for _, delivery := range o.view(view.ID).Deliveries {
			if delivery.DueAt == later {
				t.Errorf("a delivery moved although another had begun: %+v", delivery)
			}
		}
	})
}
