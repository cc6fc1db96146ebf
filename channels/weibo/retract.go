package weibo

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// Retract takes a post down with statuses/destroy. A post that is gone already is Gone. Of a headline article only the short post can be
// taken down: the article is left to a person, with its link (channels.md §1.2). Without the right to take down, or without an
// authorisation, all of it is left to a person.
func (c *Channel) Retract(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	remote, address := publishedAs(job)
	if failure := c.ready(job); failure != nil {
		return channels.Progress{}, byHand(failure, address)
	}
	mid := text(job.Remote, "mid")
	if mid == "" {
		found, progress, err := c.lookForRetraction(ctx, job, remote, address)
		if found == "" {
			return progress, err
		}
		mid = found
		job.Remote["mid"] = mid
	}
	if job.Remote["short_post_gone"] == nil {
		var answer post
		failure := c.ask(ctx, whoOf(job), request{method: http.MethodPost, base: c.cfg.APIBase, path: "/2/statuses/destroy.json", route: partDestroy,
			most: dailyCalls, form: url.Values{"id": {mid}}}, &answer)
		if failure != nil && actionOf(failure) != IsGone {
			return channels.Progress{}, c.retractFailed(job, failure, address)
		}
		delete(job.Remote, "read_failures")
		job.Remote["short_post_gone"] = true
		job.Step("statuses/destroy", "微博已删除", sql.Object{"mid": mid, "was_gone": failure != nil})
	}
	if text(remote, "route") == routeArticle {
		return channels.Progress{}, problem(channels.ByHand, "article_by_hand",
			"短微博已删除，头条文章本身微博不提供删除接口。请登录微博，在“头条文章管理”中删除："+address)
	}
	return channels.Progress{Stage: channels.Gone, ExternalID: mid, URL: address}, nil
}

// publishedAs reads how the delivery that published went out, and notes its id. The address is where a person finds it.
func publishedAs(job *channels.Job) (remote sql.Object, address string) {
	remote = sql.Object{}
	if of := job.Of; of != nil {
		if of.Remote != nil {
			remote = of.Remote
		}
		address = of.PublicURL
		if text(job.Remote, "mid") == "" {
			if of.ExternalID != nil && *of.ExternalID != "" && *of.ExternalID != text(remote, "object_id") {
				job.Remote["mid"] = *of.ExternalID
			} else if mid := text(remote, "mid"); mid != "" {
				job.Remote["mid"] = mid
			}
		}
	}
	if link := text(remote, "article_url"); link != "" {
		address = link
	}
	return remote, address
}

// lookForRetraction looks for a post whose answer was lost. found is its id. When Weibo has nothing of it long after it was sent, no
// reader sees it; before that it is looked for again.
func (c *Channel) lookForRetraction(ctx context.Context, job *channels.Job, remote sql.Object, address string) (found string, progress channels.Progress, err error) {
	if job.Of == nil || text(remote, "link") == "" {
		return "", channels.Progress{}, problem(channels.ByHand, "no_post", "系统不知道要撤的是哪条微博。请登录微博查找后删除，并在本页登记："+address)
	}
	sought := *job // the post carries the link of the delivery that published it
	sought.Delivery, sought.Remote = *job.Of, sql.Object{"link": remote["link"], "status": remote["status"], "sent_at": remote["sent_at"]}
	p, complete, failure := c.look(ctx, &sought)
	if failure != nil {
		return "", channels.Progress{}, c.retractFailed(job, failure, address)
	}
	if p != nil {
		return p.id(), channels.Progress{}, nil
	}
	last := c.cfg.Verify[len(c.cfg.Verify)-1]
	since := c.cfg.Now().Sub(c.intent(&sought))
	switch {
	case !complete || remote["article_stored"] != nil:
		return "", channels.Progress{}, problem(channels.ByHand, "no_post", "在账号最近的微博里查不到这条微博。请登录微博查找后删除，并在本页登记："+address)
	case since >= last:
		job.Step("statuses/user_timeline", "微博上没有这条微博，读者看不到", nil)
		return "", channels.Progress{Stage: channels.Gone}, nil
	}
	return "", channels.Progress{Stage: channels.Pending, Next: min(c.cfg.Verify[0], max(last-since, time.Second))}, nil
}

// retractFailed is the error of a retraction that did not come about. One that waits for an authorisation cannot wait: its clock runs.
func (c *Channel) retractFailed(job *channels.Job, failure *channels.PlatformError, address string) error {
	switch actionOf(failure) {
	case Reauthorise, NextRoute, WrongToken, SuspendHuman:
		return byHand(failure, address)
	}
	return c.askFailed(job, failure)
}

// byHand leaves a retraction to a person.
func byHand(failure *channels.PlatformError, address string) *channels.PlatformError {
	left := *failure
	left.Class, left.After = channels.Permission, 0
	left.Advice = "系统不能删除这条微博（授权或权限问题，" + failure.Code + "）。请立即登录微博人工删除，并在本页登记：" + address
	return &left
}
