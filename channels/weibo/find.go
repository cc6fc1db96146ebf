package weibo

import (
	"cmp"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// slack is how far Weibo's clock may be behind ours.
const slack = 2 * time.Minute

// post is a status as Weibo shows it, as far as it is read here.
type post struct {
	ID        digits `json:"idstr"`
	Mid       digits `json:"mid"`
	Number    digits `json:"id"`
	Text      string `json:"text"`
	CreatedAt string `json:"created_at"` // time.RubyDate
	User      struct {
		ID digits `json:"idstr"`
	} `json:"user"`
	Visible struct {
		Type int `json:"type"` // 0 is public, 1 the author alone
	} `json:"visible"`
}

// id returns the id of the post, empty when it has none.
func (p post) id() string {
	return string(cmp.Or(p.Mid, p.ID, p.Number))
}

// at returns when the post was made, false when that cannot be read.
func (p post) at() (time.Time, bool) {
	t, err := time.Parse(time.RubyDate, p.CreatedAt)
	return t, err == nil
}

// Find looks for the post of a lost answer on the account's own timeline. It says Absent only after all looks of the
// ladder, when the timeline reached back beyond the intention, and when Weibo never said that it has the post.
func (c *Channel) Find(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	if failure := c.ready(job); failure != nil {
		return channels.Progress{}, failure
	}
	found, complete, failure := c.look(ctx, job)
	if failure != nil {
		return channels.Progress{}, c.askFailed(job, failure)
	}
	// Ever more seldom: the hundred calls of the day are for the account's posts.
	later := max(c.cfg.Ladder[len(c.cfg.Ladder)-1], c.cfg.Now().Sub(c.intent(job))/4)
	switch {
	case found != nil:
		return c.found(job, *found)
	case !complete, job.Remote["accepted_at"] != nil, job.Remote["repeated"] != nil, job.Remote["article_stored"] != nil:
		return channels.Progress{Stage: channels.Unsure, Next: later}, nil
	}
	return c.absent(job), nil
}

// found turns a post of ours on the timeline into the news of it; readers of an article are led to the article.
func (c *Channel) found(job *channels.Job, p post) (channels.Progress, error) {
	progress, err := c.published(job, p)
	if address := text(job.Remote, "article_url"); err == nil && articleAddress(address) != "" {
		progress.URL = address
	} else if link := articleLink.FindString(html.UnescapeString(p.Text)); err == nil && link != "" && text(job.Remote, "route") == routeArticle {
		job.Remote["article_url"], progress.URL = link, link
	}
	return progress, err
}

var articleLink = regexp.MustCompile(`https?://[0-9A-Za-z.:-]+/ttarticle/p/show\?id=[0-9]+`)

// absent counts a look that found nothing.
func (c *Channel) absent(job *channels.Job) channels.Progress {
	ladder, now := c.cfg.Ladder, c.cfg.Now()
	looks, since := int(number(job.Remote, "looks")), now.Sub(c.intent(job))
	apart := (ladder[len(ladder)-1] - ladder[0]) / 8 // looks right after another say nothing new
	lastLook := time.UnixMilli(number(job.Remote, "looked_at"))
	if looks < len(ladder) && since >= ladder[looks] && (looks == 0 || now.Sub(lastLook) >= apart) {
		looks++
		job.Remote["looks"], job.Remote["looked_at"] = int64(looks), now.UnixMilli()
	}
	if looks >= len(ladder) {
		return channels.Progress{Stage: channels.Absent}
	}
	return channels.Progress{Stage: channels.Unsure, Next: max(ladder[looks]-since, apart, time.Millisecond)}
}

// intent is when the post was about to be sent.
func (c *Channel) intent(job *channels.Job) time.Time {
	if at := job.Delivery.IntentAt; at != nil {
		return at.Std()
	}
	if sent := number(job.Remote, "sent_at"); sent > 0 {
		return time.UnixMilli(sent)
	}
	return c.cfg.Now()
}

// Poll looks for a post that Weibo took for later. It is never sent again; after the last look a person decides.
func (c *Channel) Poll(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	if failure := c.ready(job); failure != nil {
		return channels.Progress{}, failure
	}
	found, _, failure := c.look(ctx, job)
	if failure != nil {
		return channels.Progress{}, c.askFailed(job, failure)
	}
	if found != nil {
		return c.found(job, *found)
	}
	since := c.cfg.Now().Sub(time.UnixMilli(number(job.Remote, "accepted_at")))
	for _, step := range c.cfg.Verify {
		if step > since {
			return channels.Progress{Stage: channels.Pending, Next: step - since}, nil
		}
	}
	unclear := problem(channels.Unclear, "not_visible", "微博说已收到，但一直查不到这条微博。请登录微博查看后在本页登记结果，不要重发")
	unclear.After = c.cfg.Verify[len(c.cfg.Verify)-1]
	return channels.Progress{}, unclear
}

// timeline is the newest posts of an account, as far as Weibo shows them.
type timeline struct {
	Statuses []post      `json:"statuses"`
	Total    json.Number `json:"total_number"`
}

// readTimeline asks for the newest posts of an account, only those this app made when base is set.
func (c *Channel) readTimeline(ctx context.Context, as who, base string, most int64) (timeline, *channels.PlatformError) {
	var list timeline
	failure := c.ask(ctx, as, request{method: http.MethodGet, base: c.cfg.APIBase, path: "/2/statuses/user_timeline.json", most: most,
		form: url.Values{"uid": {uidOf(as.account)}, "base_app": {base}, "count": {"100"}, "page": {"1"}}}, &list)
	if failure == nil && list.Statuses == nil {
		failure = unreadable(http.StatusOK, false)
	}
	return list, failure
}

// look reads the newest posts this app made for the account. It returns the one of this delivery, nil when it is not
// among them, and whether the list reaches back far enough to mean that it is not there: Weibo shows five.
func (c *Channel) look(ctx context.Context, job *channels.Job) (found *post, complete bool, failure *channels.PlatformError) {
	list, failure := c.readTimeline(ctx, whoOf(job), "1", dailyCalls)
	if failure != nil {
		return nil, false, failure
	}
	delete(job.Remote, "read_failures")
	earliest := c.intent(job).Add(-slack)
	found = match(list.Statuses, text(job.Remote, "link"), text(job.Remote, "status"), earliest)
	total, err := list.Total.Int64()
	if len(list.Statuses) == 0 || err == nil && total <= int64(len(list.Statuses)) {
		return found, true, nil
	}
	// The last one tells how far the list reaches: a pinned post stands above newer ones.
	last := list.Statuses[len(list.Statuses)-1]
	if at, known := last.at(); known && at.Before(earliest) {
		return found, true, nil
	}
	return found, found == nil && c.knownBefore(ctx, job, last.id()), nil
}

// knownBefore reports whether a post was known to be public on the account before the delivery's intention, by our own clock and so
// without slack: an account that posts much shows five posts of the last minute. false when that cannot be told.
func (c *Channel) knownBefore(ctx context.Context, job *channels.Job, id string) bool {
	if c.cfg.DB == nil || job.Delivery.IntentAt == nil || id == "" {
		return false
	}
	_, err := sql.Get[string](ctx, c.cfg.DB, "weibo.posted_before", sql.Args{"account_id": job.Account.ID, "external_id": id, "at": *job.Delivery.IntentAt})
	return err == nil
}

// match returns the post with the link, which is ours alone; else the post with the same text made since earliest,
// because Weibo shows links shortened. nil when there is neither.
func match(posts []post, link, status string, earliest time.Time) *post {
	for i := range posts {
		if link != "" && strings.Contains(html.UnescapeString(posts[i].Text), link) {
			return &posts[i]
		}
	}
	for i := range posts {
		at, known := posts[i].at()
		if status != "" && known && !at.Before(earliest) && bare(posts[i].Text) == bare(status) {
			return &posts[i]
		}
	}
	return nil
}

var webLink = regexp.MustCompile(`https?://[!-~]+`)

// bare is the text of a post without links, escapes and white space.
func bare(s string) string {
	return strings.Join(strings.Fields(webLink.ReplaceAllString(html.UnescapeString(s), " ")), "")
}

// text returns a text of Remote, empty when there is none.
func text(remote sql.Object, name string) string {
	s, _ := remote[name].(string)
	return s
}

// number returns a whole number of Remote, 0 when there is none: what was saved comes back as json.Number.
func number(remote sql.Object, name string) int64 {
	switch v := remote[name].(type) {
	case int64:
		return v
	case float64:
		return int64(v)
	case json.Number:
		n, _ := v.Int64()
		return n
	}
	return 0
}
