package weibo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"govmedia/channels"
	"govmedia/channels/picture"
	"govmedia/sql"
)

// Config is how the channel reaches Weibo. The zero value is the real one, but for OfficeAddress and OriginBase.
type Config struct {
	APIBase       string        // empty is https://api.weibo.com
	AuthBase      string        // of oauth2/…; empty is APIBase
	ReadersBase   string        // where readers find posts; empty is https://weibo.com
	OriginBase    string        // our own public address, for the length of the link in previews
	OfficeAddress string        // the office's public IP address, named as rip when the operator's is not known
	Timeout       time.Duration // of one call; 0 is 20 seconds

	// Ladder is when, counted from the intention, the timeline is looked at for a post whose answer was lost; absent
	// after the last look means that it may be sent again. nil is 2 and 10 minutes.
	Ladder []time.Duration
	// Verify is when a post that Weibo took for later (20032) is looked for. nil is 2, 5 and 15 minutes.
	Verify []time.Duration

	// Budget counts a call and says whether it may be made; channels.Spend with a handle does it. nil sets no bound.
	Budget func(ctx context.Context, accountID, path string, most int64) (bool, error)
	Client *http.Client     // nil makes one that follows no redirect
	Now    func() time.Time // nil is the clock
}

// Channel posts to Weibo. It implements channels.Channel and may be used by many goroutines.
type Channel struct {
	cfg    Config
	client *http.Client

	mu      sync.Mutex
	checked map[string]time.Time // hash of token and uid → when Weibo last said that they belong together
}

// maxSends is after how many lost answers, each found absent, a person takes over.
const maxSends = 3

// New makes the channel.
func New(cfg Config) *Channel {
	if cfg.APIBase == "" {
		cfg.APIBase = "https://api.weibo.com"
	}
	if cfg.AuthBase == "" {
		cfg.AuthBase = cfg.APIBase
	}
	if cfg.ReadersBase == "" {
		cfg.ReadersBase = "https://weibo.com"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 20 * time.Second
	}
	if len(cfg.Ladder) == 0 {
		cfg.Ladder = []time.Duration{2 * time.Minute, 10 * time.Minute}
	}
	if len(cfg.Verify) == 0 {
		cfg.Verify = []time.Duration{2 * time.Minute, 5 * time.Minute, 15 * time.Minute}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Channel{cfg: cfg, client: cfg.Client, checked: map[string]time.Time{}}
	if c.client == nil {
		c.client = &http.Client{
			Transport:     http.DefaultTransport.(*http.Transport).Clone(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return c
}

// Prepare cuts the text, looks at the cover and asks whose token it is. Nothing is left at Weibo, so it may run twice.
func (c *Channel) Prepare(ctx context.Context, job *channels.Job) error {
	if failure := c.ready(job); failure != nil {
		return failure
	}
	if failure := checkLink(job.Account, job.OriginURL); failure != nil {
		return failure
	}
	if _, failure := c.operator(job); failure != nil {
		return failure
	}
	t := compose(job.Message, job.OriginURL)
	if used := utf8.RuneCountInString(t.status); used > maxStatus {
		return problem(channels.Content, "status_too_long", fmt.Sprintf("标题加链接有%d个字，超过微博的140个字，请缩短标题后重新送审", used))
	}
	cover, failure := c.cover(ctx, job)
	if failure != nil {
		return failure
	}
	if failure := c.checkToken(ctx, job); failure != nil {
		return c.askFailed(job, failure)
	}
	job.Remote["status"], job.Remote["link"] = t.status, job.OriginURL
	delete(job.Remote, "picture_id")
	if cover != nil {
		job.Remote["picture_id"] = job.Message.CoverID
	}
	job.Step("compose", "已生成微博正文", sql.Object{"characters": utf8.RuneCountInString(t.status), "picture": cover != nil, "topics_removed": t.topics})
	return nil
}

// cover reads the cover and brings it into a form Weibo takes; nil when the message has none.
func (c *Channel) cover(ctx context.Context, job *channels.Job) (*file, *channels.PlatformError) {
	chosen, ok := job.Message.Pictures.ByID(job.Message.CoverID)
	if !ok {
		return nil, nil
	}
	data, err := job.Bytes(ctx, chosen)
	if err != nil {
		return nil, problem(channels.Retry, "picture_unread", "封面图暂时读取不到，没有发出，稍后自动重试").Because(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != chosen.SHA256 {
		return nil, problem(channels.Defect, "picture_changed", "封面图与审签时的不一致，没有发出，请联系系统开发人员")
	}
	fitted, err := picture.Fit(data, maxPicture, 0, picture.FormatJPEG, picture.FormatPNG, picture.FormatGIF)
	if err != nil {
		return nil, problem(channels.Content, "picture_unfit", "封面图转换不成微博接受的格式，请更换封面图后重新送审").Because(err)
	}
	return &file{name: "cover." + fitted.Ext, mime: fitted.MIME, data: fitted.Bytes}, nil
}

// checkToken asks Weibo once a day whose token it is: staff are often signed in with an account of their own when they
// authorise, and a post must never go there.
func (c *Channel) checkToken(ctx context.Context, job *channels.Job) *channels.PlatformError {
	uid := uidOf(job.Account)
	sum := sha256.Sum256([]byte(uid + " " + job.Credentials["access_token"]))
	key, now := hex.EncodeToString(sum[:]), c.cfg.Now()
	c.mu.Lock()
	last, known := c.checked[key]
	c.mu.Unlock()
	if known && now.Sub(last) < 24*time.Hour {
		return nil
	}
	var info struct {
		UID      digits      `json:"uid"`
		ExpireIn json.Number `json:"expire_in"`
	}
	failure := c.ask(ctx, job, request{method: http.MethodPost, base: c.cfg.AuthBase, path: "/oauth2/get_token_info", most: optionalCalls}, &info)
	if failure != nil && failure.Code == "budget_spent" {
		return nil // the check can wait, posting has the rest of the day's calls
	}
	if failure != nil {
		return failure
	}
	if left, err := info.ExpireIn.Int64(); err == nil && left <= 0 {
		return problem(channels.Permission, "token_expired", "账号授权已过期，请在账号页重新授权")
	}
	if string(info.UID) != uid {
		return refused(21335, "token of uid "+string(info.UID), http.StatusOK, false)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.checked) > 10000 { // tokens that are gone
		clear(c.checked)
	}
	c.checked[key] = now
	return nil
}

// Submit posts. What was sent is counted in Remote before it leaves, so that Weibo's "same text again" is read rightly
// later: after a lost answer it means that the post is there.
func (c *Channel) Submit(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	if failure := c.ready(job); failure != nil {
		return channels.Progress{}, failure
	}
	sends := number(job.Remote, "sends")
	if sends >= maxSends {
		job.Remote["sends"] = int64(0)
		return channels.Progress{}, problem(channels.ByHand, "no_result",
			"连续三次没有得到微博的结果，每次核实都没有发出。请登录微博人工发布后登记网址，或稍后重试")
	}
	req, failure := c.share(ctx, job)
	if failure != nil {
		return channels.Progress{}, failure
	}
	job.Remote["sends"], job.Remote["sent_at"] = sends+1, c.cfg.Now().UnixMilli()
	delete(job.Remote, "looks")
	delete(job.Remote, "looked_at")
	if err := job.Save(ctx); err != nil {
		return channels.Progress{}, err
	}
	var answer post
	failure = c.ask(ctx, job, req, &answer)
	if failure == nil {
		return c.published(job, answer)
	}
	return c.submitFailed(ctx, job, failure, sends)
}

// share builds the request to post.
func (c *Channel) share(ctx context.Context, job *channels.Job) (request, *channels.PlatformError) {
	rip, failure := c.operator(job)
	if failure != nil {
		return request{}, failure
	}
	if text(job.Remote, "status") == "" || text(job.Remote, "link") != job.OriginURL {
		return request{}, problem(channels.Defect, "not_prepared", "微博正文没有准备好，没有发出，请重试；仍不行请联系系统开发人员")
	}
	req := request{method: http.MethodPost, base: c.cfg.APIBase, path: "/2/statuses/share.json", posting: true, most: dailyCalls,
		form: url.Values{"status": {text(job.Remote, "status")}, "rip": {rip}}}
	if text(job.Remote, "picture_id") != "" {
		req.picture, failure = c.cover(ctx, job)
	}
	return req, failure
}

// submitFailed reads a refusal or a lost answer. before is how many sends may have had an effect earlier.
func (c *Channel) submitFailed(ctx context.Context, job *channels.Job, failure *channels.PlatformError, before int64) (channels.Progress, error) {
	switch code := failure.Code; {
	case code == "20032":
		job.Remote["accepted_at"] = c.cfg.Now().UnixMilli()
		job.Step("statuses/share", "微博已收到，稍后显示，系统将核实", sql.Object{"error_code": code})
		return channels.Progress{Stage: channels.Pending, Next: c.cfg.Verify[0]}, nil
	case before > 0 && (code == "20017" || code == "20019" || code == "20111"):
		return c.adopt(ctx, job, failure)
	case failure.Class == channels.Unclear:
		failure.After = max(failure.After, c.cfg.Ladder[0])
		return channels.Progress{}, failure
	}
	job.Remote["sends"] = before // this one certainly had no effect
	return channels.Progress{}, c.askFailed(job, failure)
}

// adopt looks for the post that Weibo says is already there. When it cannot be seen, a person decides in the end: it is
// not sent again.
func (c *Channel) adopt(ctx context.Context, job *channels.Job, failure *channels.PlatformError) (channels.Progress, error) {
	job.Remote["repeated"] = true
	found, _, lookFailure := c.look(ctx, job)
	if lookFailure == nil && found != nil {
		job.Step("statuses/user_timeline", "上次提交已经发出，找到了这条微博", sql.Object{"mid": string(found.Mid)})
		return c.published(job, *found)
	}
	unclear := problem(channels.Unclear, failure.Code, "微博说刚发过相同的内容，但暂时查不到那条微博，系统会继续核实，请勿手工重发")
	unclear.Text, unclear.After = failure.Text, c.cfg.Ladder[0]
	return channels.Progress{}, unclear
}

// askFailed lengthens the waits of a failure that comes again: questions by the ladder, daily limits to the next day.
func (c *Channel) askFailed(job *channels.Job, failure *channels.PlatformError) error {
	code, _ := strconv.Atoi(failure.Code)
	row, _ := rowOf(code)
	switch {
	case row.Daily && text(job.Remote, "limited") != "":
		failure.After = byBeijingDay(c.cfg.Now())
	case row.Daily:
		job.Remote["limited"] = failure.Code
	case failure.Class == channels.Retry && failure.After == 0:
		n := number(job.Remote, "read_failures")
		failure.After = reading[min(int(n), len(reading)-1)]
		job.Remote["read_failures"] = n + 1
	}
	return failure
}

// published turns a post into the news of it.
func (c *Channel) published(job *channels.Job, p post) (channels.Progress, error) {
	mid := string(p.Mid)
	if mid == "" {
		mid = string(p.ID)
	}
	if mid == "" {
		failure := unreadable(http.StatusOK, true)
		failure.After = c.cfg.Ladder[0]
		return channels.Progress{}, failure
	}
	uid := uidOf(job.Account)
	if owner := string(p.User.ID); owner != "" && owner != uid {
		return channels.Progress{}, wrongUser(owner)
	}
	job.Remote["mid"] = mid
	delete(job.Remote, "limited")
	delete(job.Remote, "read_failures")
	progress := channels.Progress{Stage: channels.Published, ExternalID: mid, URL: c.cfg.ReadersBase + "/" + uid + "/" + mid}
	if at, err := time.Parse(time.RubyDate, p.CreatedAt); err == nil {
		progress.PublishedAt = sql.FromStd(at)
	}
	return progress, nil
}
