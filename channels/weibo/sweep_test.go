package weibo_test

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// sender is an office whose account is authorised, with what performs its deliveries.
type sender struct {
	*office
	out *channels.Outside
}

func newSender(t *testing.T, route string) *sender {
	t.Helper()
	o := newOffice(t, sqltest.SQLite(t))
	for _, granted := range []string{"update", "upload", "article"} {
		if err := o.Happen(sandbox.Event{Type: "weibo.grant", Account: "k1", Text: granted}); err != nil {
			t.Fatalf("grant %s: %v", granted, err)
		}
	}
	var err error
	if o.account, err = accounts.Update(t.Context(), o.db, o.book, o.People["admin"], o.account.ID, o.account.Version,
		accounts.Change{Settings: sql.Object{"safe_domain": "m.example.gov.cn", "route": route}}); err != nil {
		t.Fatalf("accounts.Update: %v", err)
	}
	o.account, err = accounts.SetCredentials(t.Context(), o.db, o.keys, units.System, o.account.ID, o.account.Version, accounts.Credentials{"app_key": "k1",
		"app_secret": "app-secret-1", "access_token": token, "expires_at": strconv.FormatInt(o.Now().Add(20*24*time.Hour).UnixMilli(), 10)})
	if err != nil {
		t.Fatalf("SetCredentials: %v", err)
	}
	return &sender{o, &channels.Outside{Channels: map[accounts.Platform]channels.Channel{accounts.Weibo: o.channel}, Keys: o.keys, Book: o.book,
		PublicBase: "https://m.example.gov.cn", Log: slog.New(slog.DiscardHandler), Pace: channels.DefaultPace()}}
}

// schedule enqueues an article with a cover for now and returns its delivery's id.
func (s *sender) schedule(title string) string {
	s.t.Helper()
	job := newJob(s.world)
	withCover(s.t, job)
	s.out.Open = func(ctx context.Context, _ string) ([]byte, error) { return job.Bytes(ctx, channels.Picture{}) }
	m := job.Message
	m.OriginID, m.RevisionID, m.UnitID, m.Title = sql.NewID(), sql.NewID(), s.Town.ID, title
	var err error
	if m.SHA256, err = m.Hash(); err != nil {
		s.t.Fatalf("Hash: %v", err)
	}
	var made []channels.Delivery
	err = s.db.InTx(s.t.Context(), func(tx *sql.DB) error {
		made, err = channels.Enqueue(s.t.Context(), tx, s.out, s.People["officer"], m, []accounts.Account{s.account}, s.db.Now())
		return err
	})
	if err != nil {
		s.t.Fatalf("Enqueue: %v", err)
	}
	return made[0].ID
}

func (s *sender) view(id string) channels.View {
	s.t.Helper()
	view, err := channels.Get(s.t.Context(), s.db, s.People["officer"], id)
	if err != nil {
		s.t.Fatalf("Get(%s): %v", id, err)
	}
	return view
}

// until performs a delivery, time passing as it asks, until it ends or waits for a person.
func (s *sender) until(id string) channels.View {
	s.t.Helper()
	for range 60 {
		view := s.view(id)
		if view.NextAt == nil {
			return view
		}
		if wait := view.NextAt.Sub(s.db.Now()); wait > 0 {
			s.Advance(wait)
		}
		delivery, mine, err := channels.Claim(s.t.Context(), s.db, id, s.out.Pace.Lease)
		if err != nil || !mine {
			s.t.Fatalf("Claim(%s) = %v, %v", id, mine, err)
		}
		if err := channels.Perform(s.t.Context(), s.db, s.out, delivery); err != nil {
			s.t.Fatalf("Perform(%s): %v", id, err)
		}
	}
	s.t.Fatalf("delivery %s does not end: %+v", id, s.view(id).Delivery)
	return channels.View{}
}

// TestAnyCallMayFailOnce fails each single call of a publication and its taking down in turn, in each way in which a call can
// fail: readers see it once, and then not any more. What only a person can find out is left to a person, and never sent twice.
func TestAnyCallMayFailOnce(t *testing.T) {
	for _, route := range []string{"share", "update", "article"} {
		for _, action := range []string{sandbox.DropBefore, sandbox.DropAfter, sandbox.Truncate, sandbox.HTML502, sandbox.Errcode} {
			t.Run(route+"/"+action, func(t *testing.T) {
				t.Parallel()
				for n, ended := 0, false; !ended; n++ {
					s := newSender(t, route)
					f := sandbox.Fault{Match: sandbox.Match{Platform: sandbox.Weibo}, After: n, Times: 1, Action: action}
					if action == sandbox.Errcode {
						f.Code = 10001 // system error
					}
					s.AddFault(f)
					ended = s.liveThrough(n, route == "article")
				}
			})
		}
	}
}

// liveThrough publishes and takes down, makes sure of both, and reports whether no more calls were made than so many. Weibo has no way
// to take a 头条文章 down, so that the rest of that is a person's.
func (s *sender) liveThrough(n int, byHand bool) bool {
	s.t.Helper()
	id := s.schedule("防汛通知")
	view := s.until(id)
	what := fmt.Sprintf("call %d", n+1)
	if view.State != channels.StatePublished {
		s.t.Errorf("%s: %s, error %s %q; want it published", what, view.State, view.ErrorCode, view.ErrorAdvice)
		return true
	}
	if r := s.Report().Weibo[uid]; r.Posts != 1 || len(r.Duplicates) != 0 {
		s.t.Errorf("%s: %d posts, %v twice; want one", what, r.Posts, r.Duplicates)
	}
	order, err := channels.RetractAll(s.t.Context(), s.db, s.out, s.People["officer"], channels.Recall{OriginID: view.OriginID, Cause: channels.OtherCause, Reason: "内容有误"})
	if err != nil {
		s.t.Fatalf("RetractAll: %v", err)
	}
	task := s.until(order.Channels[0].ID)
	done := task.State == channels.Retracted && s.view(id).State == channels.Retracted
	if byHand {
		done = task.ErrorCode == "article_by_hand" && task.NextAt == nil
	}
	if !done {
		s.t.Errorf("%s: taken down: %s, error %s %q", what, task.State, task.ErrorCode, task.ErrorAdvice)
	}
	if r := s.Report().Weibo[uid]; r.Removed != r.Posts {
		s.t.Errorf("%s: %d of %d posts are removed", what, r.Removed, r.Posts)
	}
	return len(s.Journal(sandbox.Filter{Platform: sandbox.Weibo})) <= n
}
