package weibo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"govmedia/channels"
)

// articleDone is the code of an article that was published.
const articleDone = 100000

// articleAnswer is what the article interface says: a code of its own, as text or as a number, and data that is a list when there is
// none.
type articleAnswer struct {
	Code flexible        `json:"code"`
	Msg  json.RawMessage `json:"msg"`
	Data json.RawMessage `json:"data"`
}

// articleData is what became of an article.
type articleData struct {
	ObjectID json.RawMessage `json:"object_id"`
	URL      string          `json:"url"`
	Mid      digits          `json:"mid"`
}

// compileArticle makes the request to publish a headline article: a form of parts, with the content percent-encoded inside its field
// as the official sample does it (channels.md §1.2).
func (c *Channel) compileArticle(job *channels.Job, req request) (request, *channels.PlatformError) {
	content, _, failure := articleBody(job.Message, job.PictureURL)
	if failure != nil {
		return request{}, failure
	}
	cover, ok := job.Message.Pictures.ByID(job.Message.CoverID)
	if !ok {
		return request{}, problem(channels.Content, "article_cover", "微博头条文章必须有封面图，没有发出。请选择封面图后重新送审")
	}
	req.path, req.multipart = "/proxy/article/publish.json", true
	req.form = url.Values{"title": {job.Message.Title}, "content": {percent(content)}, "cover": {job.PictureURL(cover)},
		"text": {req.form.Get("status")}, "rip": {req.form.Get("rip")}}
	if digest := oneLine(job.Message.Digest); digest != "" {
		req.form.Set("summary", digest)
	}
	return req, nil
}

// sendArticle publishes a headline article.
func (c *Channel) sendArticle(ctx context.Context, job *channels.Job, req request) (channels.Progress, *channels.PlatformError, error) {
	var answer articleAnswer
	as := whoOf(job)
	failure := c.ask(ctx, as, req, &answer)
	if failure == nil && !answer.Code.set {
		failure = unreadable(http.StatusOK, true)
	}
	var data articleData
	if failure == nil {
		_ = json.Unmarshal(answer.Data, &data) // a list when nothing came of it
		if data.URL != "" {
			job.Remote["article_url"] = data.URL
		}
		if id := strings.Trim(string(data.ObjectID), `"`); id != "" && id != "null" {
			job.Remote["object_id"] = id
		}
		if answer.Code.value != articleDone {
			failure = articleRefused(answer.Code.value, clean(as, answer.Msg))
			c.heed(ctx, as, req, failure)
		}
	}
	if failure != nil {
		return channels.Progress{}, failure, nil
	}
	if data.Mid == "" { // published, and nothing to find it by
		if text(job.Remote, "object_id") == "" {
			return channels.Progress{}, unreadable(http.StatusOK, true), nil
		}
		return channels.Progress{Stage: channels.Published, ExternalID: text(job.Remote, "object_id"), URL: articleAddress(data.URL)}, nil, nil
	}
	progress, err := c.published(job, post{Mid: data.Mid})
	if address := articleAddress(data.URL); err == nil && address != "" {
		progress.URL = address
	}
	return progress, nil, err
}

// articleAddress keeps an address that a reader's browser may be sent to; anything else is dropped.
func articleAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(address) > 1000 {
		return ""
	}
	return address
}

// articleCode reads the number of an article's code, false for any other.
func articleCode(code string) (int, bool) {
	digits, ours := strings.CutPrefix(code, "article_")
	n, err := strconv.Atoi(digits)
	return n, ours && err == nil
}
