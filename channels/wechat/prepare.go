package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/silenceper/wechat/v2/officialaccount/draft"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// draftPages is how many pages of the draft box are searched for a draft whose answer was lost; a page has twenty.
const draftPages = 10

// Prepare implements channels.Channel: pictures and cover go up, the draft is made. Its errors are without effect for
// readers, so none is of class Unclear. A second run uses the uploads and the draft of the first.
func (c *Channel) Prepare(ctx context.Context, job *channels.Job) error {
	err := c.prepare(ctx, job)
	noteRID(job, err)
	if p := channels.AsPlatformError(err); p != nil && p.Class == channels.Unclear {
		again := *p
		again.Class = channels.Retry
		return again.Because(err)
	}
	return err
}

func (c *Channel) prepare(ctx context.Context, job *channels.Job) error {
	who, err := partyOf(job)
	if err != nil {
		return err
	}
	if err := c.fits(job); err != nil {
		return err
	}
	// What an earlier, failed round left says nothing about this one.
	for _, key := range []string{"publish_id", "msg_data_id", "submitted_at", "polls", "article_id", "url",
		"published_at", "indexes", "urls", "left_out", "article_index", "absences", "too_often", "recreated", "mode", "msg_id", "mass_begun_at", "mass_asked_at"} {
		delete(job.Remote, key)
	}
	settled, err := c.resume(ctx, job, who)
	if err != nil || settled {
		return err
	}
	return c.addDraft(ctx, job, who)
}

// fits refuses what WeChat would refuse, before anything is uploaded.
func (c *Channel) fits(job *channels.Job) error {
	if len(job.Members) > mostTogether {
		return &channels.PlatformError{Code: "too_many", Class: channels.Content, Text: "more articles than a message holds",
			Advice: "这条多图文的稿件太多，微信不接收。请到多图文页移出几篇后再重试。"}
	}
	for _, one := range articlesOf(job) {
		if blocked := c.Preview(one.Message, one.Account).Blocked(); len(blocked) > 0 {
			return &channels.PlatformError{Code: "over_limits", Class: channels.Content, Text: "the message exceeds the channel's limits",
				Advice: firstRunes(placed(job, one, strings.Join(blocked, "")), 400)}
		}
		if one.OriginURL == "" || len(one.OriginURL) > c.limits.SourceURL {
			return &channels.PlatformError{Code: "origin_url", Class: channels.Defect, Text: "the address of the original is missing or too long",
				Advice: "“阅读原文”链接为空或过长，请联系技术人员检查本系统的公开网址设置。"}
		}
	}
	return nil
}

// resume goes on from what an earlier run left: a draft, or the beginning of one. It reports whether the draft, or even
// the article, is there.
func (c *Channel) resume(ctx context.Context, job *channels.Job, who party) (bool, error) {
	if otherDraft(job) {
		if err := c.dropOther(ctx, job, who); err != nil {
			return false, err
		}
	}
	if mediaID := remoteText(job, "media_id"); mediaID != "" {
		there, err := c.draftThere(ctx, who, mediaID)
		if err != nil || there {
			return there, err
		}
		// The draft is gone. Somebody deleted it, or it is published: then it must not be published again.
		public, err := c.keepIfPublic(ctx, job, who)
		if err != nil || public {
			return public, err
		}
		delete(job.Remote, "media_id")
		return false, nil
	}
	if remoteNumber(job, "draft_begun_at") == 0 {
		return false, nil
	}
	mediaID, err := c.findDraft(ctx, job, who)
	if err != nil || mediaID == "" {
		return false, err
	}
	set(job, "media_id", mediaID)
	step(job, "draft/batchget", "在草稿箱找到上次已建好的草稿，继续使用", sql.Object{"media_id": mediaID})
	return true, save(ctx, job)
}

// addDraft uploads what is missing and makes the draft. A refused cover is uploaded anew, a refused text is sent
// without any style, and an account without comments gets a draft without them, each once.
func (c *Channel) addDraft(ctx context.Context, job *channels.Job, who party) error {
	look, renewed, comments := themed, false, commentsOf(job.Account)
	for {
		mediaID, covers, err := c.tryDraft(ctx, job, who, look, comments)
		switch {
		case err == nil:
			set(job, "media_id", mediaID)
			step(job, "draft/add", "已在公众号草稿箱建好草稿", sql.Object{"media_id": mediaID})
			return nil // kept with the next state; until then the draft is found again
		case hasCode(err, "40007") && !renewed:
			renewed = true
			for i, one := range articlesOf(job) {
				picture, _ := one.Message.Pictures.ByID(one.Message.CoverID)
				if i >= len(covers) {
					break
				}
				if err := channels.ForgetUpload(ctx, c.db, who.accountID, channels.ForCover, picture.SHA256, covers[i]); err != nil {
					return err
				}
			}
			step(job, "draft/add", "微信不认识封面素材，重新上传封面", nil)
		case hasCode(err, "88000") && comments.open != 0:
			comments = commentSwitch{}
			step(job, "draft/add", "该公众号未开通留言功能，文章不带留言发布", nil)
		case hasCode(err, "45166") && look != bare:
			look = bare
			step(job, "draft/add", "微信不接受正文的样式或链接，改用最简格式重试", nil)
		default:
			return err
		}
	}
}

// tryDraft calls draft/add once. That it was called is kept first: a draft whose answer is lost is found again by the
// address of the original.
func (c *Channel) tryDraft(ctx context.Context, job *channels.Job, who party, look look, comments commentSwitch) (mediaID string, covers []channels.Upload, err error) {
	var articles []article
	sum := sha256.New()
	for _, one := range articlesOf(job) {
		made, cover, err := c.article(ctx, one, who, look, comments)
		if err != nil {
			return "", nil, err
		}
		articles, covers = append(articles, made), append(covers, cover)
		sum.Write([]byte(made.Content))
	}
	set(job, "content_sha256", hex.EncodeToString(sum.Sum(nil)))
	set(job, "draft_begun_at", int64(c.db.Now()))
	set(job, "draft_of", composition(job))
	if err := save(ctx, job); err != nil {
		return "", covers, err
	}
	var answer struct {
		MediaID string `json:"media_id"`
	}
	if err := c.post(ctx, who, pathAddDraft, map[string]any{"articles": articles}, &answer); err != nil {
		return "", covers, err
	}
	if answer.MediaID == "" {
		return "", covers, garbled(request{path: pathAddDraft}, "bad_answer", []byte("no media_id"))
	}
	return answer.MediaID, covers, nil
}

// article makes one article of a draft, with its pictures and its cover at WeChat.
func (c *Channel) article(ctx context.Context, job *channels.Job, who party, look look, comments commentSwitch) (article, channels.Upload, error) {
	content, err := c.content(ctx, job, who, look)
	if err != nil {
		return article{}, channels.Upload{}, err
	}
	cover, err := c.uploadCover(ctx, job, who)
	if err != nil {
		return article{}, channels.Upload{}, err
	}
	return article{ArticleType: "news", Article: draft.Article{
		Title: oneLine(job.Message.Title), Author: oneLine(job.Message.Byline), Digest: oneLine(job.Message.Digest),
		Content: content, ContentSourceURL: job.OriginURL, ThumbMediaID: cover.ExternalID,
		NeedOpenComment: comments.open, OnlyFansCanComment: comments.fansOnly,
	}}, cover, nil
}

// commentSwitch is what a draft says about comments, as WeChat writes it: 0 or 1.
type commentSwitch struct{ open, fansOnly uint }

// commentsOf reads the account's setting comments: "open" to all, "fans" to followers only; otherwise there are none.
func commentsOf(account accounts.Account) commentSwitch {
	switch account.Settings["comments"] {
	case "open":
		return commentSwitch{open: 1}
	case "fans":
		return commentSwitch{open: 1, fansOnly: 1}
	}
	return commentSwitch{}
}

// article is the SDK's with the field it lacks.
type article struct {
	ArticleType string `json:"article_type"`
	draft.Article
}

// content uploads the pictures of the text and returns the HTML with their addresses. It fails rather than let a foreign
// picture through, which WeChat would drop without a word.
func (c *Channel) content(ctx context.Context, job *channels.Job, who party, look look) (string, error) {
	body, err := prepare(job.Message.Body, job.Message.Source, look)
	if err != nil {
		return "", (&channels.PlatformError{Code: "body", Class: channels.Content, Text: "the body cannot be parsed",
			Advice: "正文的格式无法识别，请清除格式后重新粘贴。"}).Because(err)
	}
	addresses, err := c.uploadPictures(ctx, job, who, body.sources())
	if err != nil {
		return "", err
	}
	final := func(src string) (string, bool) { to, ok := addresses[src]; return to, ok }
	var out composed
	if look == bare {
		_, out, err = composeAs(job.Message, bare, final)
	} else {
		body, out, err = c.compose(job.Message, final)
	}
	if err != nil {
		return "", err
	}
	for _, limit := range c.contentLimits(body, out) {
		if !limit.OK {
			return "", &channels.PlatformError{Code: "over_limits", Class: channels.Content, Text: "the finished text exceeds the limit " + limit.Field, Advice: limit.Sentence}
		}
	}
	return out.html, nil
}

// draftThere asks whether the draft still exists. WeChat takes it away when it is published.
func (c *Channel) draftThere(ctx context.Context, who party, mediaID string) (bool, error) {
	err := c.post(ctx, who, pathGetDraft, map[string]string{"media_id": mediaID}, nil)
	if hasCode(err, "40007") {
		return false, nil
	}
	return err == nil, err
}

// findDraft looks through the draft box for the draft of this delivery; empty when it is not there.
func (c *Channel) findDraft(ctx context.Context, job *channels.Job, who party) (string, error) {
	return c.boxed(ctx, who, func(news []draft.Article) bool {
		return isDraftOf(job, news, func(one draft.Article) string { return one.ContentSourceURL })
	})
}

// boxed looks through the draft box for a message and returns its media_id; empty when it is not there.
func (c *Channel) boxed(ctx context.Context, who party, wanted func([]draft.Article) bool) (string, error) {
	for page := range draftPages {
		var list draft.ArticleList
		in := map[string]int{"offset": page * pageSize, "count": pageSize, "no_content": 1}
		if err := c.post(ctx, who, pathDrafts, in, &list); err != nil {
			return "", err
		}
		for _, item := range list.Item {
			if wanted(item.Content.NewsItem) {
				return item.MediaID, nil
			}
		}
		if len(list.Item) < pageSize {
			break
		}
	}
	return "", nil
}

// carries reports whether an address of the original is this delivery's own.
func carries(sourceURL string, job *channels.Job) bool {
	return sourceURL != "" && (sourceURL == job.OriginURL || job.Delivery.ID != "" && strings.Contains(sourceURL, job.Delivery.ID))
}
