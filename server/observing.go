package main

import (
	"context"
	"fmt"
	"time"

	"govmedia/channels"
	"govmedia/channels/manual"
)

// readsAs is the User-Agent with which we read from outside: who we are and whom to ask, as manners want it.
func (n *node) readsAs() string {
	contact := n.config.PublicBase
	if n.config.Contact != "" {
		contact += "; " + n.config.Contact
	}
	return fmt.Sprintf("govmedia/1.0 (+%s)", contact)
}

// However much the tests hurry, a platform is not asked for its list more often: the budgets of a day do not hurry.
const shortestAsking = 5 * time.Minute

// observing makes what reads from outside.
func (n *node) observing(out *channels.Outside) (*channels.Observing, error) {
	guard, err := n.guard()
	if err != nil {
		return nil, err
	}
	hurry := func(d time.Duration) time.Duration { return d / time.Duration(n.config.Hurry) }
	pace := channels.DefaultObservePace()
	pace.Feed, pace.Page, pace.Platform, pace.Longest = hurry(pace.Feed), hurry(pace.Page), hurry(pace.Platform), hurry(pace.Longest)
	pace.PerHost, pace.Lease = hurry(pace.PerHost), max(hurry(pace.Lease), time.Minute)
	pace.Platform = max(pace.Platform, shortestAsking)
	return channels.NewObserving(out, guard, pace, n.readsAs()), nil
}

func (s *server) probeSource(ctx context.Context, in *addSourceInput) (*Body[channels.Probed], error) {
	return answer(channels.ProbeSource(ctx, s.db, s.observing, actorOf(ctx), in.source()))
}

type compareInput struct {
	ByID
	Body struct {
		URL string `json:"url" maxLength:"1000"`
	}
}

// compareDelivery holds a public address against what was signed: a pasted one before it is recorded, or the one that the
// platform told.
func (s *server) compareDelivery(ctx context.Context, in *compareInput) (*Body[channels.Comparison], error) {
	_, message, account, err := channels.Contents(ctx, s.db, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	view, err := channels.Get(ctx, s.db, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.URL != view.PublicURL {
		if err := manual.CheckURL(in.Body.URL, account.Platform); err != nil {
			return nil, err
		}
	}
	compared, err := channels.ComparePublic(ctx, s.observing.Guard, in.Body.URL, message)
	compared.ComparedAt = s.db.Now()
	return answer(compared, err)
}
