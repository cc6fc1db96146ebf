package channels_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
)

// beat gives a sign of life of a node and returns how many deliveries were held back or dropped.
func (d *desk) beat(node string) int {
	d.t.Helper()
	held, err := channels.Beat(d.t.Context(), d.db, node)
	if err != nil {
		d.t.Fatalf("Beat: %v", err)
	}
	return held
}

// plan schedules a new text to an account for a time from now.
func (d *desk) plan(account accounts.Account, in time.Duration) string {
	d.t.Helper()
	deliveries, err := d.tryEnqueue(d.message(), d.db.Now().Add(in), account)
	if err != nil {
		d.t.Fatalf("Enqueue: %v", err)
	}
	return deliveries[0].ID
}

func (d *desk) policy(unitID string, policy channels.Policy) {
	d.t.Helper()
	now, err := channels.PolicyOf(d.t.Context(), d.db, d.People["admin"], unitID)
	if err == nil {
		_, err = channels.SetPolicy(d.t.Context(), d.db, d.People["admin"], unitID, now.Version, policy)
	}
	if err != nil {
		d.t.Fatalf("SetPolicy: %v", err)
	}
}

func TestAfterAnOutageNothingLateGoesOutByItself(t *testing.T) {
	eachDesk(t, func(d *desk) {
		if held := d.beat("one"); held != 0 {
			d.t.Errorf("the first start held %d", held)
		}
		soon, far := d.plan(d.account, time.Hour), d.plan(d.account, 5*time.Hour)
		byHand := d.plan(d.manual, time.Hour)
		d.fake.submit = always(channels.Progress{}, trouble(channels.Unclear))
		begun := d.one()
		d.work(begun)
		d.fake.submit = nil
		d.clock.Advance(30 * time.Second)
		d.beat("one")
		d.clock.Advance(2 * time.Hour)
		if held := d.beat("two"); held != 2 {
			d.t.Errorf("the first node to come back held %d, want 2", held)
		}
		if held := d.beat("one"); held != 0 {
			d.t.Errorf("the second node held %d, want none", held)
		}
		for _, id := range []string{soon, byHand} {
			view := d.view(id)
			d.stands("fell due in the outage", view, channels.Held)
			if view.NextAt != nil || view.Advice.Readers != "未发出" || view.Advice.Button != channels.ActDecide || !strings.Contains(view.Advice.Happened, "停机") ||
				!slices.Contains(steps(view), "outage:done") {
				d.t.Errorf("held: next %v, advice %+v, steps %v", view.NextAt, view.Advice, steps(view))
			}
		}
		d.stands("due later", d.view(far), channels.Scheduled)
		if ids, err := channels.Due(d.t.Context(), d.db, 10); err != nil || !slices.Equal(ids, []string{begun}) {
			d.t.Errorf("Due = %v, %v; want only %s, which had begun", ids, err, begun)
		}
		list, err := channels.HeldNow(d.t.Context(), d.db, d.People["officer"])
		if err != nil || list.Total != 2 || len(list.Outages) != 1 || list.Outages[0].Total != 2 {
			d.t.Errorf("HeldNow = %+v, %v; want one outage with two", list, err)
		}
		if queues, err := channels.QueuesOf(d.t.Context(), d.db, d.People["officer"]); err != nil || queues.Held != 2 {
			d.t.Errorf("QueuesOf = %+v, %v; want two held", queues, err)
		}
		held, err := channels.List(d.t.Context(), d.db, d.People["officer"], channels.Filter{Queue: channels.QueueHeld, Limit: 10})
		if err != nil || len(held) != 2 {
			d.t.Errorf("List of the queue = %d, %v; want 2", len(held), err)
		}
	})
}

func TestAShortStandstillIsNoOutage(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	d.beat("one")
	id := d.plan(d.account, time.Minute)
	d.clock.Advance(9 * time.Minute)
	if held := d.beat("one"); held != 0 {
		t.Errorf("after nine minutes %d were held", held)
	}
	view := d.work(id)
	d.stands("late by eight minutes", view, channels.StatePublished)
	if first := view.Steps[0]; first.Name != "outage" || !strings.Contains(first.Sentence, "停机不到 10 分钟") || !strings.Contains(first.Sentence, "晚 8 分钟") {
		t.Errorf("what was sent late begins with %+v, want a line that says so", first)
	}
}

func TestEachOfficeSaysWhatBecomesOfWhatIsLate(t *testing.T) {
	eachDesk(t, func(d *desk) {
		bureau := d.register(accounts.WeChat, accounts.KindWeChatSubscription, "云林局发布", accounts.Auto, d.Bureau.ID)
		d.policy(d.Office.ID, channels.Policy{AfterOutage: channels.DropLate, OutageMinutes: 5, LateMinutes: 30})
		d.policy(d.Town.ID, channels.Policy{AfterOutage: channels.SendLate, OutageMinutes: 5, LateMinutes: 30})
		d.beat("one")
		late, tooLate, dropped := d.plan(d.account, 40*time.Minute), d.plan(d.account, 10*time.Minute), d.plan(bureau, 40*time.Minute)
		d.clock.Advance(time.Hour)
		if held := d.beat("one"); held != 2 {
			d.t.Errorf("%d were held or dropped, want 2", held)
		}
		d.stands("late by 20 minutes, sent within 30", d.view(late), channels.Scheduled)
		d.stands("late by 50 minutes", d.view(tooLate), channels.Held)
		view, err := channels.Get(d.t.Context(), d.db, d.People["admin"], dropped)
		if err != nil {
			d.t.Fatalf("Get: %v", err)
		}
		d.stands("dropped, as the office above wants it", view, channels.Cancelled)
		if view.EndedAt == nil || !strings.Contains(view.Advice.Happened, "作废") {
			d.t.Errorf("dropped: ended %v, advice %+v", view.EndedAt, view.Advice)
		}
		view = d.work(late)
		d.stands("late by 20 minutes, sent", view, channels.StatePublished)
		if first := view.Steps[0]; first.Name != "outage" || !strings.Contains(first.Sentence, "晚 30 分钟以内的自动补发") || !strings.Contains(first.Sentence, "晚 20 分钟") {
			d.t.Errorf("what the policy sent late begins with %+v, want a line that says so", first)
		}
	})
}

func TestAPersonDecidesAboutWhatWasHeld(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.beat("one")
		var ids []string
		for range 4 {
			ids = append(ids, d.plan(d.account, time.Hour))
		}
		d.clock.Advance(3 * time.Hour)
		d.beat("one")
		decide := func(who string, decision channels.HeldDecision) (int, error) {
			return channels.DecideHeld(d.t.Context(), d.db, d.People[who], decision)
		}
		future, past := d.db.Now().Add(time.Hour), d.db.Now().Add(-time.Minute)
		for what, c := range map[string]struct {
			who      string
			decision channels.HeldDecision
			want     error
		}{
			"no choice":          {"officer", channels.HeldDecision{}, channels.ErrHeldChoice},
			"too many":           {"officer", channels.HeldDecision{Do: channels.SendNow, IDs: make([]string, 1001)}, channels.ErrHeldChoice},
			"no time":            {"officer", channels.HeldDecision{Do: channels.Reschedule}, channels.ErrHeldTime},
			"a time that passed": {"officer", channels.HeldDecision{Do: channels.Reschedule, At: &past}, channels.ErrHeldTime},
			"none of those":      {"officer", channels.HeldDecision{Do: channels.SendNow, IDs: []string{sql.NewID()}}, channels.ErrHeldNone},
			"one who only reads": {"layout", channels.HeldDecision{Do: channels.SendNow}, channels.ErrHeldNone},
			"another unit's":     {"stranger", channels.HeldDecision{Do: channels.SendNow}, channels.ErrHeldNone},
		} {
			_, err := decide(c.who, c.decision)
			refused(d.t, what, err, c.want)
		}
		for i, c := range []struct {
			decision channels.HeldDecision
			state    channels.State
			due      sql.Time
		}{
			{channels.HeldDecision{Do: channels.SendNow, IDs: ids[:1]}, channels.Scheduled, d.db.Now()},
			{channels.HeldDecision{Do: channels.Reschedule, IDs: ids[1:2], At: &future}, channels.Scheduled, future},
			{channels.HeldDecision{Do: channels.DropHeld, IDs: ids[2:3]}, channels.Cancelled, 0},
		} {
			n, err := decide("officer", c.decision)
			view := d.view(ids[i])
			d.tells(string(c.decision.Do), view, d.People["officer"].Name, map[channels.HeldChoice]string{channels.SendNow: "补发",
				channels.Reschedule: "改期到 " + future.Std().Format("01-02 15:04"), channels.DropHeld: "作废"}[c.decision.Do])
			if err != nil || n != 1 || view.State != c.state || c.due != 0 && (view.DueAt != c.due || *view.NextAt != c.due) {
				d.t.Errorf("%s = %d, %v: %s due %v; want %s due %v", c.decision.Do, n, err, view.State, view.DueAt, c.state, c.due)
			}
		}
		if n, err := decide("admin", channels.HeldDecision{Do: channels.SendNow}); err != nil || n != 1 {
			d.t.Errorf("all that are left, by the office above: %d, %v; want 1", n, err)
		}
		d.drain()
		for i, want := range []channels.State{channels.StatePublished, channels.Scheduled, channels.Cancelled, channels.StatePublished} {
			d.stands("after the decisions", d.view(ids[i]), want)
		}
		if d.posts() != 2 {
			d.t.Errorf("%d posts, want 2", d.posts())
		}
		d.clock.Advance(5 * time.Hour)
		if held := d.beat("one"); held != 1 {
			d.t.Errorf("a new outage over the new time held %d, want 1", held)
		}
		d.stands("held a second time", d.view(ids[1]), channels.Held)
	})
}

func TestTwoNodesComeBackAtOnce(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.beat("one")
		for range 20 {
			d.plan(d.account, time.Hour)
		}
		d.clock.Advance(3 * time.Hour)
		var group sync.WaitGroup
		for _, node := range []string{"one", "two", "three"} {
			group.Go(func() {
				if _, err := channels.Beat(d.t.Context(), d.db, node); err != nil {
					d.t.Errorf("Beat: %v", err)
				}
				if ids, err := channels.Due(d.t.Context(), d.db, 10); err != nil || len(ids) != 0 { // whoever has beaten sends nothing late
					d.t.Errorf("Due = %v, %v; want none", ids, err)
				}
			})
		}
		group.Wait()
		list, err := channels.HeldNow(d.t.Context(), d.db, d.People["officer"])
		if err != nil || list.Total != 20 || len(list.Outages) != 1 {
			d.t.Errorf("HeldNow = %+v, %v; want 20 of one outage", list, err)
		}
	})
}

func TestWhoSetsThePolicyAndWhereItHolds(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx := d.t.Context()
		view, err := channels.PolicyOf(ctx, d.db, d.People["officer"], d.Town.ID)
		if err != nil || view.Policy != channels.DefaultPolicy() || view.From != "" || view.Settable {
			d.t.Errorf("before anybody set one: %+v, %v; want the program's own", view, err)
		}
		office := channels.Policy{AfterOutage: channels.SendLate, OutageMinutes: 5, LateMinutes: 60}
		if _, err = channels.SetPolicy(ctx, d.db, d.People["admin"], d.Office.ID, 0, office); err != nil {
			d.t.Fatalf("SetPolicy: %v", err)
		}
		view, err = channels.PolicyOf(ctx, d.db, d.People["head"], d.Town.ID)
		if err != nil || view.Policy != office || view.From != d.Office.ID || view.FromName != "区政府办" || view.Version != 0 || !view.Settable {
			d.t.Errorf("below the office: %+v, %v; want the office's", view, err)
		}
		for what, c := range map[string]struct {
			who, unit string
			version   int64
			policy    channels.Policy
			want      error
		}{
			"no such choice":     {"head", d.Town.ID, 0, channels.Policy{AfterOutage: "later", OutageMinutes: 5, LateMinutes: 5}, channels.ErrPolicyInvalid},
			"no minutes":         {"head", d.Town.ID, 0, channels.Policy{AfterOutage: channels.AskFirst, LateMinutes: 5}, channels.ErrPolicyInvalid},
			"more than a day":    {"head", d.Town.ID, 0, channels.Policy{AfterOutage: channels.AskFirst, OutageMinutes: 1441, LateMinutes: 5}, channels.ErrPolicyInvalid},
			"one who only acts":  {"officer", d.Town.ID, 0, office, channels.ErrPolicyForbidden},
			"another unit's":     {"stranger", d.Town.ID, 0, office, units.ErrNotFound},
			"the office's own":   {"head", d.Office.ID, 1, office, units.ErrNotFound},
			"a stale version":    {"admin", d.Office.ID, 7, office, channels.ErrPolicyStale},
			"set already":        {"admin", d.Office.ID, 0, office, channels.ErrPolicyStale},
			"unset, none is own": {"head", d.Town.ID, 1, channels.Policy{}, channels.ErrPolicyStale},
		} {
			var err error
			if c.policy == (channels.Policy{}) {
				_, err = channels.UnsetPolicy(ctx, d.db, d.People[c.who], c.unit, c.version)
			} else {
				_, err = channels.SetPolicy(ctx, d.db, d.People[c.who], c.unit, c.version, c.policy)
			}
			refused(d.t, what, err, c.want)
		}
		own := channels.Policy{AfterOutage: channels.DropLate, OutageMinutes: 15, LateMinutes: 1}
		if view, err = channels.SetPolicy(ctx, d.db, d.People["head"], d.Town.ID, 0, own); err != nil || view.Policy != own || view.Version != 1 {
			d.t.Errorf("SetPolicy = %+v, %v; want the town's own", view, err)
		}
		if view, err = channels.UnsetPolicy(ctx, d.db, d.People["head"], d.Town.ID, 1); err != nil || view.Policy != office {
			d.t.Errorf("UnsetPolicy = %+v, %v; want the office's again", view, err)
		}
		if _, err := accounts.MergeUnit(ctx, d.db, d.People["admin"], d.Town.ID, d.Town.Version, d.Bureau.ID); err != nil {
			d.t.Fatalf("MergeUnit: %v", err)
		}
		_, err = channels.SetPolicy(ctx, d.db, d.People["admin"], d.Town.ID, 0, own)
		refused(d.t, "a policy for a unit that has ended", err, units.ErrClosed)
	})
}
