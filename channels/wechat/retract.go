package wechat

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

var _ channels.Retractor = (*Channel)(nil)

// Retract implements channels.Retractor. A published article is deleted for good; WeChat allows ten deletions a day, and
// when they are spent the error is of class ByHand. What is still on its way is waited for and then deleted; a draft that
// was never published is deleted as a draft. In the Remote of the retracting delivery stand delete_begun_at, and
// draft_deleted where it was a draft.
func (c *Channel) Retract(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	progress, err := c.retract(ctx, job)
	noteRID(job, err)
	return progress, err
}

func (c *Channel) retract(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	who, err := partyOf(job)
	if err != nil {
		return channels.Progress{}, err
	}
	if job.Of == nil {
		return channels.Progress{}, &channels.PlatformError{Code: "no_publication", Class: channels.Defect, Text: "retract without the delivery that published",
			Advice: "没有找到要撤的那次发布（系统问题），请登录公众平台删除，并联系技术人员。"}
	}
	of := publication(job)
	if msgID := remoteText(of, "msg_id"); msgID != "" {
		return c.retractMass(ctx, job, who, map[string]any{"msg_id": sendID(msgID), "article_idx": indexOf(of)})
	}
	articleID := remoteText(of, "article_id")
	if articleID == "" && job.Of.ExternalID != nil && !isMassID(*job.Of.ExternalID) {
		articleID, _, _ = strings.Cut(*job.Of.ExternalID, "#")
	}
	if articleID != "" {
		return c.takeDown(ctx, job, who, articleID, indexOf(of))
	}
	return c.locate(ctx, job, of, who)
}

// publication is the job as it was when it published: what looks for an article looks with it.
func publication(job *channels.Job) *channels.Job {
	of := *job
	of.Delivery, of.Remote, of.Of = *job.Of, job.Of.Remote, nil
	of.OriginURL = strings.ReplaceAll(job.OriginURL, job.Delivery.ID, job.Of.ID)
	return &of
}

// indexOf is which article of its message the delivery's is, from 1. Without an index WeChat would delete them all.
func indexOf(of *channels.Job) int {
	if index := int(remoteNumber(of, "article_index")); index > 0 {
		return index
	}
	return placeOf(of.Delivery)
}

// takeDown deletes an article. Where an earlier deletion may have had its effect, that is asked first: there are ten a day.
func (c *Channel) takeDown(ctx context.Context, job *channels.Job, who party, articleID string, index int) (channels.Progress, error) {
	if remoteNumber(job, "delete_begun_at") != 0 {
		gone, err := c.articleGone(ctx, who, articleID, index)
		if err != nil {
			return channels.Progress{}, err
		}
		if gone {
			return c.gone(job, "freepublish/getarticle", "核实到文章已经删除", articleID), nil
		}
	}
	if err := c.beginDelete(ctx, job); err != nil {
		return channels.Progress{}, err
	}
	err := c.post(ctx, who, pathDelete, map[string]any{"article_id": articleID, "index": index}, nil)
	switch {
	case err == nil:
		return c.gone(job, "freepublish/delete", "微信已删除文章，读者打开链接会看到“已被发布者删除”", articleID), nil
	case hasCode(err, "53600"): // unknown there: a second reading tells
		gone, readErr := c.articleGone(ctx, who, articleID, index)
		if readErr == nil && gone {
			return c.gone(job, "freepublish/getarticle", "微信上已经没有这篇文章", articleID), nil
		}
		return channels.Progress{}, err
	case hasCode(err, "budget", "45009"):
		return channels.Progress{}, deletesSpent(err)
	}
	return channels.Progress{}, err
}

// beginDelete keeps that a deletion is asked for, so that the next run looks before it deletes.
func (c *Channel) beginDelete(ctx context.Context, job *channels.Job) error {
	set(job, "delete_begun_at", int64(c.db.Now()))
	return save(ctx, job)
}

func (c *Channel) gone(job *channels.Job, name, sentence, articleID string) channels.Progress {
	step(job, name, sentence, sql.Object{"article_id": articleID})
	if articleID != "" {
		set(job, channels.TakenDown, articleID)
	}
	return channels.Progress{Stage: channels.Gone, ExternalID: articleID}
}

// deletesSpent is for a person: WeChat's ten deletions of the day are used up, the console's are not.
func deletesSpent(err error) error {
	p := *channels.AsPlatformError(err)
	p.Class, p.After = channels.ByHand, 0
	p.Advice = withCode("今天通过接口删除文章的 10 次机会已经用完，请马上登录公众平台，在“发表记录”里删除这篇文章，再回到本页登记。", p.Code, p.Text)
	return p.Because(err)
}

// articleGone reads an article once more: gone when WeChat does not know it, or calls it deleted.
func (c *Channel) articleGone(ctx context.Context, who party, articleID string, index int) (bool, error) {
	var answer struct {
		Items []listedNews `json:"news_item"`
	}
	err := c.post(ctx, who, pathArticle, map[string]string{"article_id": articleID}, &answer)
	if hasCode(err, "53600") {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return index <= len(answer.Items) && bool(answer.Items[index-1].IsDeleted), nil
}

// locate finds what has to be deleted when nothing was recorded of it: the publish job knows, or the list of articles, or
// the draft is still there.
func (c *Channel) locate(ctx context.Context, job, of *channels.Job, who party) (channels.Progress, error) {
	if id := remoteText(of, "publish_id"); id != "" {
		articleID, progress, err := c.askJob(ctx, job, who, id)
		if err != nil || progress.Stage != "" {
			return progress, err
		}
		if articleID != "" {
			return c.takeDown(ctx, job, who, articleID, indexOf(of))
		}
	}
	item, public, err := c.listed(ctx, of, who)
	if err != nil {
		return channels.Progress{}, err
	}
	if public {
		return c.takeDown(ctx, job, who, item.articleID, item.index)
	}
	mediaID := remoteText(of, "media_id") // the draft of a message of several is not this article's alone
	if mediaID != "" && of.Delivery.SeriesID == nil && job.Remote["draft_deleted"] == nil {
		there, err := c.draftThere(ctx, who, mediaID)
		if err != nil {
			return channels.Progress{}, err
		}
		if there {
			return c.dropDraft(ctx, job, of, who, mediaID)
		}
	}
	return c.notFound(ctx, job, of, who)
}

// askJob asks the publish job for its article. Neither an article nor a stage says that WeChat does not know the job.
func (c *Channel) askJob(ctx context.Context, job *channels.Job, who party, id string) (string, channels.Progress, error) {
	var answer statusAnswer
	err := c.post(ctx, who, pathPoll, map[string]any{"publish_id": sendID(id)}, &answer)
	switch {
	case hasCode(err, "40002", "53502", "53600"):
		return "", channels.Progress{}, nil
	case err != nil:
		return "", channels.Progress{}, err
	case answer.Status == nil:
		return "", channels.Progress{}, garbled(request{path: pathPoll}, "bad_answer", []byte("no publish_status"))
	case *answer.Status == 0:
		return answer.ArticleID, channels.Progress{}, nil
	}
	if _, ended := statusFaults[*answer.Status]; ended { // never published, or gone already
		step(job, "freepublish/get", "微信确认没有发出或已经删除，不需要再撤", sql.Object{"publish_status": *answer.Status})
		return "", channels.Progress{Stage: channels.Gone}, nil
	}
	step(job, "freepublish/get", "微信还在处理发布，处理完就删除", sql.Object{"publish_status": *answer.Status})
	return "", channels.Progress{Stage: channels.Pending, Next: 20 * time.Second}, nil
}

// dropDraft deletes a draft that was not published, so that nobody publishes it. A submit whose answer was lost may still
// be at work, so the list is asked once more afterwards.
func (c *Channel) dropDraft(ctx context.Context, job, of *channels.Job, who party, mediaID string) (channels.Progress, error) {
	if at := of.Delivery.IntentAt; at != nil && remoteText(of, "mode") != modeDraft {
		if left := c.settleAfter - c.db.Now().Sub(*at); left > 0 {
			step(job, "draft/get", "草稿还在，上次提交是否生效还不清楚，稍后再核实", nil)
			return channels.Progress{Stage: channels.Pending, Next: min(left, time.Minute)}, nil
		}
	}
	err := c.post(ctx, who, pathDropDraft, map[string]string{"media_id": mediaID}, nil)
	if err != nil && !hasCode(err, "40007") {
		return channels.Progress{}, err
	}
	set(job, "draft_deleted", true)
	step(job, "draft/delete", "文章没有发出，已删除公众号里的草稿", sql.Object{"media_id": mediaID})
	return channels.Progress{Stage: channels.Pending, Next: 20 * time.Second}, nil
}

// notFound ends what nothing is left of, and looks on for what may yet appear. An article whose address a person gave is
// tried as a mass sending, which no list shows.
func (c *Channel) notFound(ctx context.Context, job, of *channels.Job, who party) (channels.Progress, error) {
	if job.Remote["draft_deleted"] != nil || of.Delivery.IntentAt == nil && of.Delivery.PublicURL == "" {
		return c.gone(job, "freepublish/batchget", "已发布列表里没有这篇文章，不需要再撤", ""), nil
	}
	if address := of.Delivery.PublicURL; address != "" {
		return c.retractMass(ctx, job, who, map[string]any{"url": address})
	}
	next := c.nextRung(c.db.Now().Sub(*of.Delivery.IntentAt))
	if next == 0 {
		return channels.Progress{}, &channels.PlatformError{Code: "not_listed", Class: channels.ByHand, Text: "the article to be deleted is not listed",
			Advice: "在微信的已发布列表里没有找到这篇文章，无法通过接口删除。请马上登录公众平台，在“发表记录”里查找并删除，再回到本页登记。"}
	}
	step(job, "freepublish/batchget", "已发布列表里还没有这篇文章，继续查找", nil)
	return channels.Progress{Stage: channels.Pending, Next: min(next, 10*time.Minute)}, nil
}

// retractMass deletes what was sent to all followers: the page goes, the card in their chats stays.
func (c *Channel) retractMass(ctx context.Context, job *channels.Job, who party, what map[string]any) (channels.Progress, error) {
	if id, known := what["msg_id"]; known && remoteNumber(job, "delete_begun_at") != 0 {
		var answer massAnswer
		if err := c.post(ctx, who, pathMass, map[string]any{"msg_id": id}, &answer); err == nil && answer.Status == massDeleted {
			return c.gone(job, "mass/get", "核实到群发的文章已经删除", ""), nil
		}
	}
	if err := c.beginDelete(ctx, job); err != nil {
		return channels.Progress{}, err
	}
	err := c.post(ctx, who, pathMassDrop, what, nil)
	if hasCode(err, "budget", "45009") {
		return channels.Progress{}, deletesSpent(err)
	}
	if err != nil {
		return channels.Progress{}, err
	}
	return c.gone(job, "mass/delete", "微信已删除群发的文章，读者打开链接会看到“已被发布者删除”，聊天里的卡片仍在", ""), nil
}

// massAnswer is the answer of mass/get.
type massAnswer struct {
	MsgID  json.RawMessage `json:"msg_id"`
	Status string          `json:"msg_status"`
}
