package wechat

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/silenceper/wechat/v2/officialaccount/draft"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

var _ channels.Combiner = (*Channel)(nil)

// mostTogether is how many articles WeChat takes in one message.
const mostTogether = 8

// MostTogether implements channels.Combiner.
func (c *Channel) MostTogether(accounts.Account) int { return mostTogether }

// together reports whether a job is a message of several articles.
func together(job *channels.Job) bool { return len(job.Members) > 1 }

// articlesOf returns a job for each article of a message, in their order; what they learn goes into the one Remote.
func articlesOf(job *channels.Job) []*channels.Job {
	if !together(job) {
		return []*channels.Job{job}
	}
	if job.Remote == nil {
		job.Remote = sql.Object{}
	}
	list := make([]*channels.Job, len(job.Members))
	for i, m := range job.Members {
		one := *job
		one.Delivery, one.Message, one.OriginURL, one.PictureURL, one.Members = m.Delivery, m.Message, m.OriginURL, m.PictureURL, nil
		one.Delivery.IntentAt, one.Delivery.SubmittedAt = job.Delivery.IntentAt, job.Delivery.SubmittedAt
		list[i] = &one
	}
	return list
}

// placeOf is which article of its message a delivery is, from 1.
func placeOf(delivery channels.Delivery) int {
	if delivery.SeriesPlace != nil {
		return max(*delivery.SeriesPlace, 1)
	}
	return 1
}

// placed puts the article's place and title before a sentence about one of several.
func placed(job, one *channels.Job, sentence string) string {
	if !together(job) {
		return sentence
	}
	return fmt.Sprintf("第 %d 篇《%s》：%s", placeOf(one.Delivery), firstRunes(oneLine(one.Message.Title), 40), sentence)
}

// composition names the articles that a draft is made of.
func composition(job *channels.Job) string {
	var ids []string
	for _, one := range articlesOf(job) {
		ids = append(ids, one.Delivery.ID)
	}
	return strings.Join(ids, ",")
}

// otherDraft reports whether the draft in Remote was made of other articles, or in another order.
func otherDraft(job *channels.Job) bool {
	of := remoteText(job, "draft_of")
	return of == "" && together(job) || of != "" && of != composition(job)
}

// Leftover is the draft of a text that was corrected before it was published, or the beginning of one, which may be in the box. It
// counts as another's draft, whatever it was made of.
func (c *Channel) Leftover(remote sql.Object) sql.Object {
	left := sql.Object{}
	for _, key := range draftKeys {
		if value, kept := remote[key]; kept {
			left[key] = value
		}
	}
	if left["media_id"] == nil && (left["draft_begun_at"] == nil || left["draft_of"] == nil) {
		return nil
	}
	if left["draft_of"] == nil { // made before that was kept
		left["draft_of"] = "corrected"
	}
	return left
}

// draftKeys are what Remote keeps of a draft.
var draftKeys = []string{channels.KeptDraft, "draft_of", "draft_begun_at"}

// dropOther takes a draft away whose articles or order are no longer those of the message. Until it is gone it stays in Remote as what
// it is: it must never be taken for the message's own.
func (c *Channel) dropOther(ctx context.Context, job *channels.Job, who party) error {
	mediaID := remoteText(job, "media_id")
	if mediaID == "" && remoteNumber(job, "draft_begun_at") != 0 { // the answer of draft/add was lost
		made := strings.Split(remoteText(job, "draft_of"), ",")
		var err error
		mediaID, err = c.boxed(ctx, who, func(news []draft.Article) bool { return madeOf(news, made) })
		if err != nil {
			return err
		}
	}
	if mediaID != "" {
		err := c.post(ctx, who, pathDropDraft, map[string]string{"media_id": mediaID}, nil)
		if err != nil && !hasCode(err, "40007") {
			return err
		}
		step(job, "draft/delete", "稿件或顺序有变，旧草稿已删除，重新建草稿", sql.Object{"media_id": mediaID})
	}
	for _, key := range draftKeys {
		delete(job.Remote, key)
	}
	return save(ctx, job)
}

// madeOf reports whether a message of the draft box is made of the articles of some deliveries, in their order.
func madeOf(news []draft.Article, deliveryIDs []string) bool {
	if len(news) != len(deliveryIDs) {
		return false
	}
	for i, id := range deliveryIDs {
		if id == "" || !strings.Contains(news[i].ContentSourceURL, id) {
			return false
		}
	}
	return true
}

// isDraftOf reports whether a message of the draft box is made of exactly the articles of a job, in their order.
func isDraftOf[T any](job *channels.Job, news []T, sourceURL func(T) string) bool {
	articles := articlesOf(job)
	if len(news) != len(articles) {
		return false
	}
	for i, one := range articles {
		if !carries(sourceURL(news[i]), one) {
			return false
		}
	}
	return true
}

// spot is where one article of a published message is.
type spot struct {
	index int // among the articles of the message, from 1; 0 when it is not in it
	url   string
}

// keepIfListed looks for the job's article, or articles, among the published ones and keeps what it finds.
func (c *Channel) keepIfListed(ctx context.Context, job *channels.Job, who party) (channels.Progress, bool, error) {
	if !together(job) {
		item, found, err := c.listed(ctx, job, who)
		if err != nil || !found {
			return channels.Progress{}, false, err
		}
		progress, err := c.keepArticle(job, item)
		return progress, err == nil, err
	}
	message, spots, err := c.listedTogether(ctx, job, who)
	if err != nil || message.articleID == "" {
		return channels.Progress{}, false, err
	}
	set(job, "published_at", int64(message.at))
	step(job, "freepublish/batchget", "在已发布列表里找到了这条多图文", sql.Object{"article_id": message.articleID})
	return keepTogether(job, message.articleID, spots), true, nil
}

// listedTogether looks for a message that holds an article of ours, known by the addresses of the originals, each of which is
// one delivery's own. Where an article of it has lost its address, its title tells. Deleted articles do not count.
func (c *Channel) listedTogether(ctx context.Context, job *channels.Job, who party) (found, []spot, error) {
	articles := articlesOf(job)
	for page := range publishedPages {
		list, err := c.page(ctx, who, page*pageSize)
		if err != nil {
			return found{}, nil, err
		}
		for _, item := range list.Items {
			spots, ours := make([]spot, len(articles)), false
			for i, news := range item.Content.News {
				at := slices.IndexFunc(articles, func(one *channels.Job) bool { return carries(news.SourceURL, one) })
				ours = ours || at >= 0 && !bool(news.IsDeleted)
				if at < 0 && news.SourceURL == "" {
					at = slices.IndexFunc(articles, func(one *channels.Job) bool { return news.Title == oneLine(one.Message.Title) })
				}
				if at >= 0 && spots[at].index == 0 {
					spots[at] = spot{index: i + 1, url: publicAddress(news.URL)}
				}
			}
			if ours {
				return found{articleID: item.ArticleID, at: seconds(item.UpdateTime)}, spots, nil
			}
		}
		if len(list.Items) < pageSize {
			break
		}
	}
	return found{}, nil, nil
}

// keepTogether records a published message of several articles and says what became of each.
func keepTogether(job *channels.Job, articleID string, spots []spot) channels.Progress {
	indexes, urls := make([]any, len(spots)), make([]any, len(spots))
	for i, s := range spots {
		indexes[i], urls[i] = int64(s.index), s.url
	}
	set(job, "article_id", articleID)
	set(job, "indexes", indexes)
	set(job, "urls", urls)
	progress, _ := published(job)
	return progress
}

// spotsOf reads back what keepTogether recorded.
func spotsOf(job *channels.Job) []spot {
	spots := make([]spot, len(job.Members))
	indexes, _ := job.Remote["indexes"].([]any)
	urls, _ := job.Remote["urls"].([]any)
	for i := range spots {
		spots[i].index = i + 1
		if i < len(indexes) {
			spots[i].index = int(numberOf(indexes[i]))
		}
		if i < len(urls) {
			spots[i].url, _ = urls[i].(string)
		}
	}
	return spots
}

// articleName is how the list of published articles names one of a message, from 1.
func articleName(articleID string, index int) string {
	if articleID == "" || index <= 1 {
		return articleID
	}
	return fmt.Sprintf("%s#%d", articleID, index)
}

// partsOf says of each article of a published message where it is, named by name. One that is not in the message did not go out
// with it as far as can be seen: a person finds out.
func partsOf(job *channels.Job, name func(index int) string) []channels.Part {
	var parts []channels.Part
	left, _ := job.Remote["left_out"].([]any)
	for i, s := range spotsOf(job) {
		part := channels.Part{Place: i + 1, URL: s.url, Remote: partRemote(job.Remote, s)}
		title := firstRunes(oneLine(job.Members[i].Message.Title), 40)
		switch {
		case slices.ContainsFunc(left, func(place any) bool { return numberOf(place) == int64(i+1) }):
			part.Failed = &channels.PlatformError{Code: "left_out", Class: channels.Content, Text: fmt.Sprintf("fail_idx names article %d", i+1),
				Advice: withCode(fmt.Sprintf("微信发出了这条多图文，但没有发出第 %d 篇《%s》。请登录公众平台查看原因，修改后单独发布。", i+1, title), "left_out", "")}
		case s.index == 0:
			part.Failed = &channels.PlatformError{Code: "not_in_message", Class: channels.Unclear, Text: fmt.Sprintf("article %d is not in the published message", i+1),
				Advice: withCode(fmt.Sprintf("这条多图文已经发出，里面没有找到第 %d 篇《%s》。请登录公众平台查看后，在本页登记结果。", i+1, title), "not_in_message", "")}
		default:
			part.ExternalID = name(s.index)
		}
		parts = append(parts, part)
	}
	return parts
}

// partRemote is what is kept with one article: the ids of the message, and its own index in it, without which a deletion would
// delete them all.
func partRemote(remote sql.Object, s spot) sql.Object {
	own := maps.Clone(remote)
	for _, key := range []string{"indexes", "urls", "left_out"} {
		delete(own, key)
	}
	own["article_index"], own["url"] = int64(max(s.index, 1)), s.url
	return own
}

// succeededTogether records a message that WeChat says is published, with the address of each article.
func (c *Channel) succeededTogether(ctx context.Context, job *channels.Job, who party, answer statusAnswer) channels.Progress {
	spots, missing := make([]spot, len(job.Members)), false
	failed := failedPlaces(answer.FailIdx)
	var left []any
	for i := range spots {
		spots[i].index = i + 1
		for _, item := range answer.Detail.Items {
			if int(item.Index) == i+1 {
				spots[i].url = publicAddress(item.ArticleURL)
			}
		}
		switch {
		case spots[i].url != "":
		case slices.Contains(failed, i+1) && len(answer.Detail.Items) > 0:
			left = append(left, int64(i+1))
		default:
			missing = true
		}
	}
	if missing {
		if message, listed, err := c.listedTogether(ctx, job, who); err == nil && message.articleID == answer.ArticleID {
			for i, s := range listed {
				if spots[i].url == "" && s.url != "" {
					spots[i] = s
				}
			}
		}
	}
	if left != nil {
		set(job, "left_out", left)
	}
	step(job, "freepublish/get", fmt.Sprintf("微信发布成功：一条消息，%d 篇", len(spots)-len(left)), sql.Object{"article_id": answer.ArticleID})
	return keepTogether(job, answer.ArticleID, spots)
}

// failedPlaces reads fail_idx: a list of numbers, or of texts.
func failedPlaces(raw json.RawMessage) []int {
	var values []any
	if json.Unmarshal(raw, &values) != nil {
		return nil
	}
	var places []int
	for _, value := range values {
		if n, ok := value.(float64); ok {
			value = int(n)
		}
		if place := int(numberOf(value)); place > 0 {
			places = append(places, place)
		}
	}
	return places
}

// culprits names the articles for which WeChat refused a whole message; empty where it does not say.
func culprits(job *channels.Job, raw json.RawMessage) string {
	if !together(job) {
		return ""
	}
	var names []string
	for _, place := range failedPlaces(raw) {
		if place <= len(job.Members) {
			names = append(names, fmt.Sprintf("第 %d 篇《%s》", place, firstRunes(oneLine(job.Members[place-1].Message.Title), 40)))
		}
	}
	if len(names) == 0 {
		return "这条多图文的各篇都没有发出。"
	}
	return "出问题的是" + strings.Join(names, "、") + "，整条多图文都没有发出。请移出或修改后重发。"
}

// massParts says of each article of a sent message how statistics name it and where it is.
func massParts(job *channels.Job, address func(index int) string) []channels.Part {
	if !together(job) {
		return nil
	}
	spots := make([]any, len(job.Members))
	for i := range spots {
		spots[i] = address(i + 1)
	}
	set(job, "urls", spots)
	return partsOf(job, func(index int) string { return massID(remoteText(job, "msg_data_id"), index) })
}
