package wechat_test

import (
	"fmt"
	"strings"
	"testing"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	"govmedia/sql/sqltest"
)

// life is what is done with deliveries, and what is to be true in the end. Each call to WeChat that it makes may fail.
type life struct {
	change func(*setup)
	live   func(d *desk) []string
	right  func(d *desk, what string, ids []string)
}

var lives = map[string]life{
	"published": {nil, func(d *desk) []string {
		id := d.schedule("防汛提示")
		d.until(id)
		return []string{id}
	}, (*desk).outOnce},
	"corrected while WeChat makes it wait": {nil, func(d *desk) []string {
		d.box.AddFault(errcode(submitPath, 45009, 1))
		old := d.schedule("停水通知")
		if view := d.work(old); view.IntentAt != nil { // what the submit did is found out before a correction
			d.until(old)
			return []string{old}
		}
		made := d.correct(old, "更正：停水通知")
		d.until(made.ID)
		return []string{made.ID}
	}, (*desk).outOnce},
	"three as one message": {nil, func(d *desk) []string {
		_, ids := d.combine(d.db.Now(), three...)
		d.all(ids)
		return ids
	}, (*desk).outOnce},
	"three whose order changes while WeChat makes them wait": {nil, func(d *desk) []string {
		d.box.AddFault(errcode(submitPath, 45009, 1))
		seriesID, ids := d.combine(d.db.Now(), three...)
		if view := d.work(ids[0]); view.IntentAt == nil {
			ids = []string{ids[1], ids[0], ids[2]}
			d.arrange(seriesID, ids...)
		}
		d.all(ids)
		return ids
	}, (*desk).outOnce},
	"sent to all followers": {toAll, func(d *desk) []string {
		id := d.schedule("防汛提示")
		for view := d.view(id); view.ErrorCode != "mass_undecided"; view = d.work(id) { // until the draft is there and somebody is asked
			if view.NextAt == nil {
				return []string{id}
			}
			d.box.Advance(max(view.NextAt.Sub(d.db.Now()), 0))
		}
		d.decide(id, wechat.SendToAll)
		d.until(id)
		return []string{id}
	}, func(d *desk, what string, ids []string) {
		d.stands(what, d.view(ids[0]), channels.StatePublished)
		if r := d.report(); r.MassSent != 1 || r.Published != 1 || len(d.posts()) != 1 { // WeChat gives no address of what it sends
			d.t.Errorf("%s: followers got %d messages, %d published, %d posts; want 1", what, r.MassSent, r.Published, len(d.posts()))
		}
	}},
	"published and taken down": {nil, func(d *desk) []string {
		id := d.schedule("防汛提示")
		d.until(id)
		task := d.recall(id).Channels[0].ID
		d.until(task)
		return []string{id, task}
	}, func(d *desk, what string, ids []string) {
		view := d.view(ids[0])
		d.stands(what, view, channels.Retracted)
		d.stands(what, d.view(ids[1]), channels.Retracted)
		if strings.Contains(read(d.t, view.PublicURL), view.Title) {
			d.t.Errorf("%s: readers still see it", what)
		}
		if r := d.report(); r.Published != 1 || r.Drafts != 0 {
			d.t.Errorf("%s: %d published, %d drafts left; want one that is gone", what, r.Published, r.Drafts)
		}
	}},
}

// TestAnyCallMayFailOnce fails each single call of several lives of a delivery in turn, in each way in which a call can fail, and
// makes sure every time that readers see the right text once, and that nothing wrong is left in the draft box.
func TestAnyCallMayFailOnce(t *testing.T) {
	for name, one := range lives {
		for _, action := range []string{sandbox.DropBefore, sandbox.DropAfter, sandbox.Truncate, sandbox.HTML502, sandbox.Errcode} {
			t.Run(name+"/"+action, func(t *testing.T) {
				t.Parallel()
				for n, ended := 0, false; !ended; n++ {
					d := newDesk(t, sqltest.SQLite(t), one.change)
					f := sandbox.Fault{Match: sandbox.Match{Platform: sandbox.WeChat}, After: n, Times: 1, Action: action}
					if action == sandbox.Errcode {
						f.Code = -1 // busy
					}
					d.box.AddFault(f)
					ids := one.live(d)
					calls := d.box.Journal(sandbox.Filter{Platform: sandbox.WeChat})
					if ended = len(calls) <= n; ended {
						n = len(calls) - 1
					}
					one.right(d, fmt.Sprintf("call %d, %s", n+1, calls[n].Path), ids)
				}
			})
		}
	}
}

// outOnce makes sure that what some deliveries publish together is public once, and that no draft is left.
func (d *desk) outOnce(what string, ids []string) {
	d.t.Helper()
	for _, id := range ids {
		view := d.view(id)
		d.stands(what, view, channels.StatePublished)
		if view.State == channels.StatePublished && !strings.Contains(read(d.t, view.PublicURL), view.Title) {
			d.t.Errorf("%s: readers do not see %q", what, view.Title)
		}
	}
	if r := d.report(); r.Published != 1 || r.Drafts != 0 {
		d.t.Errorf("%s: %d published, %d drafts left; want 1 and none", what, r.Published, r.Drafts)
	}
	if n := len(d.posts()); n != len(ids) {
		d.t.Errorf("%s: %d posts, want %d", what, n, len(ids))
	}
}
