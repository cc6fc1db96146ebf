package app

import (
	"context"
	"strings"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// shownFor is how long a retraction that the app took is waited for before a person makes sure (channels.md §2.3).
const shownFor = 30 * time.Minute

// Retract sends article.retracted. The id of the webhook is the same on every attempt, so it may run again after a lost answer; an app
// that knows of it answers the same, or 409, and both are Gone. An app that took it for later is Gone when the article has left its feed;
// after half an hour without that a person makes sure.
func (c *Channel) Retract(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	progress, err := c.repeat(ctx, job, channels.Retract)
	if err != nil {
		failure := channels.AsPlatformError(err)
		if failure != nil && failure.Class == channels.Content { // nobody can change the words of a retraction
			left := *failure
			left.Class, left.Advice = channels.ByHand, "客户端后台不接受撤稿通知。请立即联系客户端运营方下架，完成后在本页登记（"+failure.Code+"）"
			return channels.Progress{}, &left
		}
		return channels.Progress{}, err
	}
	if progress.Stage == channels.Published {
		return channels.Progress{Stage: channels.Gone, ExternalID: progress.ExternalID}, nil
	}
	taken, known := instantOf(job.Remote, "taken_at")
	now := sql.FromStd(c.cfg.Now())
	if !known {
		job.Remote["taken_at"], taken = int64(now), now
	}
	if feed := setting(job.Account, "feed_url"); feed != "" {
		listed, failure := c.readFeed(ctx, job, feed)
		if failure == nil && listed.Stage != channels.Published {
			return channels.Progress{Stage: channels.Gone}, nil
		}
	}
	if now.Sub(taken) >= shownFor {
		return channels.Progress{}, problem(channels.ByHand, "not_gone", "客户端后台收下了撤稿通知，但半小时后还没有确认下架。请立即在客户端里查看，仍能看到就联系运营方下架，完成后在本页登记")
	}
	return channels.Progress{Stage: channels.Pending, Next: firstPoll}, nil
}

// Forestalls implements channels.Forestaller: an app remembers article.retracted of what it never got, or has not shown yet
// (channels.md §2.3).
func (c *Channel) Forestalls() bool { return true }

// Update sends article.updated with the corrected text under the id of the article. It may run again as Retract may.
func (c *Channel) Update(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	progress, err := c.repeat(ctx, job, channels.Update)
	if err == nil && progress.Stage == channels.Pending {
		if taken, known := instantOf(job.Remote, "taken_at"); !known {
			job.Remote["taken_at"] = c.cfg.Now().UnixMilli()
		} else if sql.FromStd(c.cfg.Now()).Sub(taken) >= patience {
			return channels.Progress{}, problem(channels.ByHand, "not_updated", "客户端后台收下了更正，但一天后还没有确认显示。请在客户端里查看后在本页登记")
		}
	}
	return progress, err
}

// repeat sends an event that may be sent again at any time. The time of the event is fixed and kept before it leaves.
func (c *Channel) repeat(ctx context.Context, job *channels.Job, action channels.Action) (channels.Progress, error) {
	job.Delivery.Action = action
	if failure := ready(job); failure != nil {
		return channels.Progress{}, failure
	}
	if pulls(job.Account) { // the feed shows it as it is, with a tombstone for what was taken back
		return channels.Progress{Stage: channels.Published, URL: home(job)}, nil
	}
	if err := c.active(ctx, job); err != nil {
		return channels.Progress{}, err
	}
	job.Remote["webhook_id"] = webhookID(job)
	if job.Remote["event_at"] == nil {
		job.Remote["event_at"] = c.cfg.Now().UnixMilli()
	}
	if err := job.Save(ctx); err != nil {
		return channels.Progress{}, err
	}
	body, err := payload(job)
	if err != nil {
		return channels.Progress{}, err
	}
	status, header, said, failure := c.post(ctx, setting(job.Account, "endpoint"), webhookID(job), body, job.Credentials)
	if failure != nil {
		if failure.Class == channels.Unclear { // sent again it does no harm, and does it for certain
			failure.Class = channels.Retry
		}
		return channels.Progress{}, failure
	}
	return c.outcome(job, status, header, said)
}

// home is the lasting public page of an article: that of the delivery which published it.
func home(job *channels.Job) string {
	if job.Of == nil {
		return job.OriginURL
	}
	return strings.TrimSuffix(job.OriginURL, job.Delivery.ID) + job.Of.ID
}
