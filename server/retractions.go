package main

import (
	"context"

	"govmedia/articles"
	"govmedia/channels"
	"govmedia/sql"
)

type retractInput struct {
	ByID
	Body struct {
		Cause       channels.Cause `json:"cause" enum:"office_found,duty_found_severe,unit_found,other" doc:"缘由：主管单位发现并通知、值班发现并通知、本单位自查、其他"`
		Reason      string         `json:"reason" maxLength:"400"`
		FoundAt     *sql.Time      `json:"found_at,omitempty" doc:"何时发现"`
		NotifiedAt  *sql.Time      `json:"notified_at,omitempty" doc:"何时通知到单位；不填为现在"`
		DeliveryIDs []string       `json:"delivery_ids,omitempty" maxItems:"200" doc:"只撤这些投递；不填为全部渠道"`
	}
}

func (s *server) retractArticle(ctx context.Context, in *retractInput) (*Body[channels.RetractionView], error) {
	view, err := articles.Retract(ctx, s.db, s.out, actorOf(ctx), channels.Recall{OriginID: in.ID, DeliveryIDs: in.Body.DeliveryIDs, Cause: in.Body.Cause,
		Reason: in.Body.Reason, FoundAt: in.Body.FoundAt, NotifiedAt: in.Body.NotifiedAt})
	view.Cite(s.book)
	return answer(view, s.wakeAfter(err))
}

func (s *server) listRetractions(ctx context.Context, in *ByID) (*Body[Page[channels.RetractionView]], error) {
	views, err := articles.Retractions(ctx, s.db, actorOf(ctx), in.ID)
	for i := range views {
		views[i].Cite(s.book)
	}
	return answer(Page[channels.RetractionView]{Items: views}, err)
}

type doneInput struct {
	ByID
	Body struct {
		Version  int64     `json:"version"`
		Evidence string    `json:"evidence" maxLength:"400" doc:"做了什么、看到什么，或证据网址"`
		At       *sql.Time `json:"at,omitempty" doc:"何时完成；不填为现在"`
	}
}

func (s *server) confirmRetracted(ctx context.Context, in *doneInput) (*Body[channels.View], error) {
	return s.delivery(channels.ConfirmRetracted(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, channels.Report{At: in.Body.At, Evidence: in.Body.Evidence}))
}

type correctedInput struct {
	ByID
	Body struct {
		Version  int64     `json:"version"`
		Evidence string    `json:"evidence" maxLength:"400" doc:"做了什么、看到什么，或证据网址"`
		At       *sql.Time `json:"at,omitempty" doc:"何时完成；不填为现在"`
		URL      string    `json:"url,omitempty" maxLength:"1000" doc:"删除后重新发布的，新文章的公开网址；原网址没变不填"`
	}
}

func (s *server) confirmCorrected(ctx context.Context, in *correctedInput) (*Body[channels.View], error) {
	if in.Body.URL != "" {
		if err := s.checkURL(ctx, in.ID, in.Body.URL); err != nil {
			return nil, err
		}
	}
	report := channels.Report{At: in.Body.At, Evidence: in.Body.Evidence, URL: in.Body.URL}
	return s.delivery(channels.ConfirmCorrected(ctx, s.db, s.out, actorOf(ctx), in.ID, in.Body.Version, report))
}

type reasonInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Reason  string `json:"reason" maxLength:"400"`
	}
}

func (s *server) reopenArticle(ctx context.Context, in *ByVersion) (*Body[articles.Article], error) {
	return answer(articles.Reopen(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) correctArticle(ctx context.Context, in *reasonInput) (*Body[articles.Article], error) {
	article, err := articles.Correct(ctx, s.db, s.book, s.out, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason)
	return answer(article, s.wakeAfter(err))
}

func (s *server) countQueues(ctx context.Context, _ *struct{}) (*Body[channels.Queues], error) {
	return answer(channels.QueuesOf(ctx, s.db, actorOf(ctx)))
}

func (s *server) showHeld(ctx context.Context, _ *struct{}) (*Body[channels.HeldList], error) {
	return answer(channels.HeldNow(ctx, s.db, actorOf(ctx)))
}

type decideInput struct {
	Body struct {
		IDs []string            `json:"ids,omitempty" maxItems:"1000" doc:"不填为全部"`
		Do  channels.HeldChoice `json:"do" enum:"send,reschedule,cancel"`
		At  *sql.Time           `json:"at,omitempty" doc:"改期到何时"`
	}
}

// decidedHeld is how many deliveries a decision was about.
type decidedHeld struct {
	Decided int `json:"decided"`
}

func (s *server) decideHeld(ctx context.Context, in *decideInput) (*Body[decidedHeld], error) {
	decided, err := channels.DecideHeld(ctx, s.db, actorOf(ctx), channels.HeldDecision{IDs: in.Body.IDs, Do: in.Body.Do, At: in.Body.At})
	return answer(decidedHeld{decided}, s.wakeAfter(err))
}

func (s *server) getPolicy(ctx context.Context, in *ByID) (*Body[channels.PolicyView], error) {
	return answer(channels.PolicyOf(ctx, s.db, actorOf(ctx), in.ID))
}

type policyInput struct {
	ByID
	Body struct {
		Version int64 `json:"version" doc:"本单位自己的设置的版本；没有为 0"`
		channels.Policy
	}
}

func (s *server) setPolicy(ctx context.Context, in *policyInput) (*Body[channels.PolicyView], error) {
	return answer(channels.SetPolicy(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.Policy))
}

func (s *server) unsetPolicy(ctx context.Context, in *ByVersion) (*Body[channels.PolicyView], error) {
	return answer(channels.UnsetPolicy(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}
