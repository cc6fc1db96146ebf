package wechat

import (
	"context"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

const (
	pageSize       = 20 // the most WeChat lists at a time
	publishedPages = 2  // a lost article is among the newest forty
	clockSkew      = 10 * time.Minute
)

// maxAbsences is how often a lost submit may be repeated: once (wechat.md §4.5). A draft that is still there with nothing listed does not show
// that no job runs: a job may take two hours, and its draft vanishes only when it has published. What a second submit of a draft under way
// does is not documented; it was seen to name the same job or to be refused with 40007. So each repetition stakes the promise of one article
// on that, and the second lost answer says no more than the first did. Waiting longer before a third would only make a job less likely. From
// there a person decides, with the draft and the list before them.
const maxAbsences = 1

// Find implements channels.Channel. What is certain: a publish_id or a listed article says yes; a draft that is still
// there well after the submit, with no article listed, says no, once. Anything else waits, and after the last rung of the
// ladder the error is of class Unclear.
func (c *Channel) Find(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	progress, err := c.find(ctx, job)
	noteRID(job, err)
	return progress, err
}

func (c *Channel) find(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	if progress, public := published(job); public {
		return progress, nil
	}
	if remoteText(job, "publish_id") != "" { // the answer had come: what became of the job, Poll asks
		return channels.Progress{Stage: channels.Pending, Next: time.Second}, nil
	}
	who, err := partyOf(job)
	if err != nil {
		return channels.Progress{}, err
	}
	switch {
	case remoteText(job, "mode") == modeMass:
		return c.findMass(job)
	case remoteText(job, "mode") == modeDraft:
		return channels.Progress{Stage: channels.Awaiting}, nil
	}
	there := false
	if mediaID := remoteText(job, "media_id"); mediaID != "" {
		if there, err = c.draftThere(ctx, who, mediaID); err != nil {
			return channels.Progress{}, err
		}
	}
	progress, found, err := c.keepIfListed(ctx, job, who)
	if err != nil || found {
		return progress, err
	}
	return c.conclude(job, there)
}

// conclude weighs an article that is not listed.
func (c *Channel) conclude(job *channels.Job, there bool) (channels.Progress, error) {
	elapsed := time.Duration(0)
	if at := job.Delivery.IntentAt; at != nil {
		elapsed = c.db.Now().Sub(*at)
	}
	absences := remoteNumber(job, "absences")
	if there && elapsed >= c.settleAfter && absences < maxAbsences {
		set(job, "absences", absences+1)
		step(job, "draft/get", "草稿还在，已发布列表里没有这篇文章，确认上次提交没有生效", nil)
		return channels.Progress{Stage: channels.Absent}, nil
	}
	next := c.nextRung(elapsed)
	if next == 0 {
		return channels.Progress{}, c.tooLong("the submit's answer was lost and the article is not listed")
	}
	sentence := "草稿已被微信取走，已发布列表里还没有这篇文章，继续核实"
	if there {
		sentence = "草稿还在，已发布列表里还没有这篇文章，继续核实"
		if left := c.settleAfter - elapsed; left > 0 && absences < maxAbsences {
			next = min(next, left)
		}
	}
	step(job, "freepublish/batchget", sentence, nil)
	return channels.Progress{Stage: channels.Unsure, Next: next}, nil
}

// found is an article of this delivery in the list of published ones.
type found struct {
	articleID string
	index     int // among the articles of its message, from 1
	url       string
	at        sql.Time
}

// listed looks for the delivery's article among the newest published ones: by the address of the original, which is the
// delivery's own; failing that, by the title, where an article has lost its address and is no older than the submit.
// Deleted articles do not count.
func (c *Channel) listed(ctx context.Context, job *channels.Job, who party) (found, bool, error) {
	var byTitle *found
	for page := range publishedPages {
		list, err := c.page(ctx, who, page*pageSize)
		if err != nil {
			return found{}, false, err
		}
		for _, item := range list.Items {
			for i, news := range item.Content.News {
				hit := found{articleID: item.ArticleID, index: i + 1, url: news.URL, at: seconds(item.UpdateTime)}
				switch {
				case bool(news.IsDeleted):
				case carries(news.SourceURL, job):
					return hit, true, nil
				case byTitle == nil && news.SourceURL == "" && news.Title == oneLine(job.Message.Title) && sinceIntent(job, hit.at):
					byTitle = &hit
				}
			}
		}
		if len(list.Items) < pageSize {
			break
		}
	}
	if byTitle != nil {
		return *byTitle, true, nil
	}
	return found{}, false, nil
}

// sinceIntent reports whether an article is from after the submit, allowing for clocks that differ.
func sinceIntent(job *channels.Job, at sql.Time) bool {
	intent := job.Delivery.IntentAt
	if intent == nil {
		intent = job.Delivery.SubmittedAt
	}
	return intent != nil && at >= intent.Add(-clockSkew)
}

// keepArticle records a found article.
func (c *Channel) keepArticle(job *channels.Job, item found) (channels.Progress, error) {
	set(job, "article_id", item.articleID)
	set(job, "article_index", int64(item.index))
	set(job, "url", item.url)
	set(job, "published_at", int64(item.at))
	step(job, "freepublish/batchget", "在已发布列表里找到了这篇文章", sql.Object{"article_id": item.articleID, "url": item.url})
	progress, _ := published(job)
	return progress, nil
}

// keepIfPublic records the article if it is listed, and reports whether it is.
func (c *Channel) keepIfPublic(ctx context.Context, job *channels.Job, who party) (bool, error) {
	_, public, err := c.keepIfListed(ctx, job, who)
	return public, err
}

// published returns the article that Remote holds; false when it holds none.
func published(job *channels.Job) (channels.Progress, bool) {
	id := remoteText(job, "article_id")
	if id != "" && together(job) {
		parts := partsOf(job, func(index int) string { return articleName(id, index) })
		return channels.Progress{Stage: channels.Published, ExternalID: parts[0].ExternalID, URL: parts[0].URL,
			PublishedAt: sql.Time(remoteNumber(job, "published_at")), Parts: parts}, true
	}
	if job.Delivery.SeriesID != nil { // one of several that is asked for by itself
		return channels.Progress{Stage: channels.Published, ExternalID: articleName(id, indexOf(job)), URL: remoteText(job, "url"),
			PublishedAt: sql.Time(remoteNumber(job, "published_at"))}, id != ""
	}
	return channels.Progress{Stage: channels.Published, ExternalID: id, URL: remoteText(job, "url"),
		PublishedAt: sql.Time(remoteNumber(job, "published_at"))}, id != ""
}
