package wechat

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/freepublish"

	"govmedia/channels"
	"govmedia/sql"
)

// Poll implements channels.Channel. Only the status of the publish job ends a delivery; a call that fails says nothing
// about the article and never ends it. After the last rung of the ladder the error is of class Unclear.
func (c *Channel) Poll(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	progress, err := c.poll(ctx, job)
	noteRID(job, err)
	return progress, err
}

func (c *Channel) poll(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	who, err := partyOf(job)
	if err != nil {
		return channels.Progress{}, err
	}
	if remoteText(job, "mode") == modeMass {
		return c.pollMass(ctx, job, who)
	}
	id := remoteText(job, "publish_id")
	told, err := c.told(ctx, job, id)
	if err != nil {
		return channels.Progress{}, err
	}
	if told != nil && told.Event == eventPublish {
		if answer, ok := told.status(); ok {
			return c.conclusion(ctx, job, who, answer)
		}
	}
	if id == "" { // the submit was found out by other means
		return c.pollList(ctx, job, who)
	}
	set(job, "polls", remoteNumber(job, "polls")+1)
	var answer statusAnswer
	err = c.post(ctx, who, pathPoll, map[string]any{"publish_id": sendID(id)}, &answer)
	if err == nil {
		delete(job.Remote, "poll_failures")
	}
	switch {
	case hasCode(err, "40002", "53502", "53600"): // WeChat does not know the job: the list of articles does
		return c.pollList(ctx, job, who)
	case err != nil:
		return channels.Progress{}, c.notFinal(job, err)
	case answer.Status == nil:
		return channels.Progress{}, c.notFinal(job, garbled(request{path: pathPoll}, "bad_answer", []byte("no publish_status")))
	}
	return c.conclusion(ctx, job, who, answer)
}

func (c *Channel) conclusion(ctx context.Context, job *channels.Job, who party, answer statusAnswer) (channels.Progress, error) {
	if *answer.Status == 0 {
		return c.succeeded(ctx, job, who, answer), nil
	}
	return c.judge(job, answer)
}

// status reads what a callback said of a publish job; false when it said nothing that ends one.
func (t *callback) status() (statusAnswer, bool) {
	e, err := parseEvent([]byte(t.Body))
	if err != nil || !isDigits(e.Publish.Status) || len(e.Publish.Status) > 3 {
		return statusAnswer{}, false
	}
	status := numberOf(e.Publish.Status)
	_, failed := statusFaults[status]
	answer := statusAnswer{Status: &status, ArticleID: e.Publish.ArticleID}
	for i, item := range e.Publish.Items {
		answer.Detail.Items = append(answer.Detail.Items, freepublish.PublishArticleItem{Index: uint(item.place(i)), ArticleURL: publicAddress(item.URL)}) //nolint:gosec // from 1
	}
	answer.FailIdx, _ = json.Marshal(e.Publish.FailIdx)
	return answer, failed || status == 0 && e.Publish.ArticleID != ""
}

// succeeded records the article. Should the answer lack its address, the list of articles may have it; if not, the
// article is published all the same.
func (c *Channel) succeeded(ctx context.Context, job *channels.Job, who party, answer statusAnswer) channels.Progress {
	if together(job) {
		return c.succeededTogether(ctx, job, who, answer)
	}
	set(job, "article_id", answer.ArticleID)
	address := ""
	if job.Delivery.SeriesID != nil {
		set(job, "article_index", int64(placeOf(job.Delivery)))
		for _, item := range answer.Detail.Items {
			if int(item.Index) == placeOf(job.Delivery) {
				address = item.ArticleURL
			}
		}
	} else if len(answer.Detail.Items) > 0 {
		address = answer.Detail.Items[0].ArticleURL
	} else if item, found, err := c.listed(ctx, job, who); err == nil && found {
		address = item.url
	}
	set(job, "url", address)
	step(job, "freepublish/get", "微信发布成功", sql.Object{"article_id": answer.ArticleID, "url": address})
	return channels.Progress{Stage: channels.Published, ExternalID: articleName(answer.ArticleID, indexOf(job)), URL: address}
}

// statusAnswer is the answer of freepublish/get. The SDK's own wants publish_id as a number, which it is not always.
type statusAnswer struct {
	Status    *int64                           `json:"publish_status"`
	ArticleID string                           `json:"article_id"`
	Detail    freepublish.PublishArticleDetail `json:"article_detail"`
	FailIdx   json.RawMessage                  `json:"fail_idx"`
}

// sendID writes an id as the number it is on the live platform; anything else as text.
func sendID(id string) any {
	if len(id) > 0 && id[0] != '0' && len(id) < 19 {
		if number := json.Number(id); isDigits(id) {
			return number
		}
	}
	return id
}

func isDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// judge reads a status other than success. It goes by the status alone: fail_idx comes with jobs still running, too.
func (c *Channel) judge(job *channels.Job, answer statusAnswer) (channels.Progress, error) {
	status := *answer.Status
	if end, ok := statusFaults[status]; ok {
		code := fmt.Sprintf("publish_status_%d", status)
		return channels.Progress{}, &channels.PlatformError{Code: code, Class: end.class,
			Text:   fmt.Sprintf("publish_status %d, fail_idx %s", status, firstRunes(string(answer.FailIdx), 100)),
			Advice: withCode(end.sentence+culprits(job, answer.FailIdx), code, "")}
	}
	detail := sql.Object{"publish_status": status, "polls": remoteNumber(job, "polls")}
	step(job, "freepublish/get", "微信正在处理，还没有结果", detail)
	return c.stillPending(job, fmt.Sprintf("publish_status %d", status))
}

// pollList looks for the article among the published ones when the job cannot be asked.
func (c *Channel) pollList(ctx context.Context, job *channels.Job, who party) (channels.Progress, error) {
	progress, found, err := c.keepIfListed(ctx, job, who)
	if err != nil {
		return channels.Progress{}, c.notFinal(job, err)
	}
	if found {
		return progress, nil
	}
	step(job, "freepublish/batchget", "已发布列表里还没有这篇文章", nil)
	return c.stillPending(job, "the job is unknown and the article is not listed")
}

// stillPending says when to ask again; after the last rung it is for a person to find out.
func (c *Channel) stillPending(job *channels.Job, text string) (channels.Progress, error) {
	next := c.nextRung(c.sinceSubmit(job))
	if next == 0 {
		return channels.Progress{}, c.tooLong(text)
	}
	return channels.Progress{Stage: channels.Pending, Next: next}, nil
}

// tooLong is what is said after the last rung. It is asked about once more every six times the wait that settles a lost submit, an hour.
func (c *Channel) tooLong(text string) error {
	return &channels.PlatformError{Code: "no_result", Class: channels.Unclear, Text: text, After: 6 * c.settleAfter,
		Advice: "微信一直没有给出发布结果，文章可能已经发出。请登录公众平台查看后，在本页登记结果。"}
}

// notFinal keeps a failed call from ending the delivery: what it says of the text or the account was not said of the
// article. It is asked again as after a submit, 20 seconds later, a minute, and so on, at the next rung at the latest: a lost
// answer must not hide for hours that the article is public.
func (c *Channel) notFinal(job *channels.Job, err error) error {
	p := channels.AsPlatformError(err)
	if p == nil {
		return err
	}
	soft := *p
	switch p.Class {
	case channels.Content, channels.ByHand, channels.Defect, channels.Unclear:
		soft.Class = channels.Retry
	}
	failures := remoteNumber(job, "poll_failures") + 1
	set(job, "poll_failures", failures)
	soon := c.ladder[min(int(failures), len(c.ladder))-1]
	next := c.nextRung(c.sinceSubmit(job))
	if next == 0 {
		soft.Class, next = channels.Unclear, soon
	}
	next = min(next, soon)
	if soft.Class != channels.Quota || soft.After == 0 {
		soft.After = max(soft.After, next)
	}
	return soft.Because(err)
}

// nextRung returns the time until the next rung of the ladder, 0 after the last. A rung that is nearly reached counts as
// passed, so that a question asked a moment early is not asked twice.
func (c *Channel) nextRung(elapsed time.Duration) time.Duration {
	for _, rung := range c.ladder {
		if rung-rung/20 > elapsed {
			return rung - elapsed
		}
	}
	return 0
}
