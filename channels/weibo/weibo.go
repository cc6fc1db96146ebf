package weibo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
	UploadBase    string        // of statuses/upload; empty is https://upload.api.weibo.com, or APIBase where that is set
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

	// Again is how long a question that got no answer waits, by failures in a row; the last repeats. nil is 1, 5 and 15 minutes.
	Again []time.Duration

	// Hold is how long a delivery waits between two looks at whether its account was authorised again. 0 is 5 minutes.
	Hold time.Duration

	// Budget counts a call and says whether it may be made; channels.Spend with a handle does it. nil sets no bound.
	Budget func(ctx context.Context, accountID, path string, most int64) (bool, error)

	// DB keeps what all nodes must know: pauses, routes that were refused, when an authorisation ends. nil keeps the first two in
	// memory and knows nothing of the third.
	DB     *sql.DB
	Client *http.Client     // nil makes one that follows no redirect
	Now    func() time.Time // nil is the clock
	Log    *slog.Logger     // nil is silent
}

// Channel posts to Weibo. It implements channels.Channel, channels.Retractor and channels.Observer and may be used by many goroutines.
type Channel struct {
	cfg    Config
	client *http.Client
	notes  *notebook

	mu      sync.Mutex
	checked map[string]time.Time // hash of token and uid → when Weibo last said that they belong together
	silence map[string]int       // account → answers missing in a row
	chosen  map[string]string    // account → the route taken last
	lapses  map[string]sql.Time  // account → when its authorisation ends, as last seen
}

// maxSends is after how many lost answers, each found absent, a person takes over.
const maxSends = 3

// The addresses of production.
const (
	productionAPI    = "https://api.weibo.com"
	productionUpload = "https://upload.api.weibo.com"
)

// New makes the channel.
func New(cfg Config) *Channel {
	if cfg.UploadBase == "" && cfg.APIBase == "" || cfg.UploadBase == "" && cfg.APIBase == productionAPI {
		cfg.UploadBase = productionUpload
	}
	if cfg.APIBase == "" {
		cfg.APIBase = productionAPI
	}
	if cfg.UploadBase == "" {
		cfg.UploadBase = cfg.APIBase
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
	if len(cfg.Again) == 0 {
		cfg.Again = DefaultAgain()
	}
	if cfg.Hold == 0 {
		cfg.Hold = held
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Channel{cfg: cfg, client: cfg.Client, notes: &notebook{db: cfg.DB, here: map[string]note{}}, checked: map[string]time.Time{},
		silence: map[string]int{}, chosen: map[string]string{}, lapses: map[string]sql.Time{}}
	if c.client == nil {
		c.client = &http.Client{
			Transport:     http.DefaultTransport.(*http.Transport).Clone(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return c
}

func whoOf(job *channels.Job) who { return who{account: job.Account, credentials: job.Credentials} }

// Prepare asks whose token it is, takes the first route that the account may use, cuts the text and looks at the cover. Nothing is
// left at Weibo, so it may run twice.
func (c *Channel) Prepare(ctx context.Context, job *channels.Job) error {
	if failure := c.ready(job); failure != nil {
		return failure
	}
	if _, failure := c.operator(job); failure != nil {
		return failure
	}
	routes, failure := c.usable(ctx, whoOf(job))
	if failure != nil {
		return failure
	}
	if failure := c.take(job, routes[0]); failure != nil {
		return failure
	}
	cover, failure := c.cover(ctx, job)
	if failure != nil {
		return failure
	}
	if failure := c.checkToken(ctx, job); failure != nil {
		return c.askFailed(job, failure)
	}
	delete(job.Remote, "picture_id")
	if cover != nil {
		job.Remote["picture_id"] = job.Message.CoverID
	}
	job.Step("compose", "已生成微博正文", sql.Object{"route": routes[0], "characters": utf8.RuneCountInString(text(job.Remote, "status")),
		"picture": cover != nil, "topics_removed": job.Remote["topics_removed"]})
	return nil
}

// take fixes the text of a delivery for a route. It refuses what the route does not take.
func (c *Channel) take(job *channels.Job, route string) *channels.PlatformError {
	t := compose(route, job.Account, job.Message, job.OriginURL)
	switch route {
	case routeShare:
		if failure := checkLink(job.Account, job.OriginURL); failure != nil {
			return failure
		}
	case routeArticle:
		content, _, failure := articleBody(job.Message, job.PictureURL)
		if failure != nil {
			return failure
		}
		for _, limit := range articleLimits(job.Message, content) {
			if !limit.OK {
				return problem(channels.Content, "article_"+limit.Field, strings.TrimSuffix(limit.Sentence, "。"))
			}
		}
	}
	if used := utf8.RuneCountInString(t.status); route != routeArticle && used > mostOf(t) {
		return problem(channels.Content, "status_too_long", fmt.Sprintf("标题加链接有%d个字，超过微博的140个字，请缩短标题后重新送审", used))
	}
	job.Remote["route"], job.Remote["status"], job.Remote["link"] = route, t.status, job.OriginURL
	delete(job.Remote, "long")
	delete(job.Remote, "topics_removed")
	if t.long {
		job.Remote["long"] = true
	}
	if t.topics {
		job.Remote["topics_removed"] = true
	}
	return nil
}

// withCover reports whether the cover goes along as a file or an address.
func withCover(job *channels.Job) bool {
	_, ok := job.Message.Pictures.ByID(job.Message.CoverID)
	return ok && text(job.Remote, "route") != routeArticle && job.Remote["long"] == nil && job.Remote["without_picture"] == nil &&
		setting(job.Account, "pictures") != picturesNone
}

// byAddress reports whether Weibo fetches the cover itself.
func byAddress(job *channels.Job) bool {
	return text(job.Remote, "route") == routeUpdate && setting(job.Account, "pictures") == picturesURL
}

// cover reads the cover and brings it into a form Weibo takes; nil when none goes along as a file.
func (c *Channel) cover(ctx context.Context, job *channels.Job) (*file, *channels.PlatformError) {
	if !withCover(job) || byAddress(job) {
		return nil, nil
	}
	chosen, _ := job.Message.Pictures.ByID(job.Message.CoverID)
	data, err := job.Bytes(ctx, chosen)
	if err != nil {
		return nil, problem(channels.Retry, "picture_unread", "封面图暂时读取不到，没有发出，稍后自动重试").Because(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != chosen.SHA256 {
		return nil, problem(channels.Defect, "picture_changed", "封面图与审签时的不一致，没有发出，请联系系统开发人员")
	}
	most, formats := maxPicture, []string{picture.FormatJPEG, picture.FormatPNG, picture.FormatGIF}
	if job.Remote["shrunk"] != nil { // refused once: small, and in the form that everybody takes
		most, formats = maxShrunk, []string{picture.FormatJPEG}
	}
	fitted, err := picture.Fit(data, most, 0, formats...)
	if err != nil {
		return nil, problem(channels.Content, "picture_unfit", "封面图转换不成微博接受的格式，请更换封面图后重新送审").Because(err)
	}
	return &file{name: "cover." + fitted.Ext, mime: fitted.MIME, data: fitted.Bytes}, nil
}

// Submit posts. What was sent is counted in Remote before it leaves, so that Weibo's "same text again" is read rightly
// later: after a lost answer it means that the post is there. Where Weibo certainly refused the route or the picture, the next
// route, or a smaller picture, goes out within the same intention.
func (c *Channel) Submit(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	if failure := c.ready(job); failure != nil {
		return channels.Progress{}, failure
	}
	before := number(job.Remote, "sends")
	if before >= maxSends {
		job.Remote["sends"] = int64(0)
		return channels.Progress{}, problem(channels.ByHand, "no_result",
			"连续三次没有得到微博的结果，每次核实都没有发出。请登录微博人工发布后登记网址，或稍后重试")
	}
	for {
		progress, failure, err := c.send(ctx, job, before)
		if failure == nil || err != nil {
			return progress, err
		}
		again, next := c.mend(ctx, job, failure)
		if next != nil {
			return channels.Progress{}, c.afterSend(job, next, before)
		}
		if !again {
			return c.submitFailed(ctx, job, failure, before)
		}
	}
}

// send makes one attempt. failure is Weibo's refusal or a lost answer; err is anything else, and ends the submit.
func (c *Channel) send(ctx context.Context, job *channels.Job, before int64) (progress channels.Progress, failure *channels.PlatformError, err error) {
	req, failure := c.compile(ctx, job)
	if failure == nil {
		failure = c.gate(ctx, whoOf(job), req)
	}
	if failure == nil {
		failure = c.spendPost(ctx, whoOf(job))
	}
	if failure != nil {
		return channels.Progress{}, nil, c.afterSend(job, failure, before)
	}
	job.Remote["sends"], job.Remote["sent_at"] = before+1, c.cfg.Now().UnixMilli()
	delete(job.Remote, "looks")
	delete(job.Remote, "looked_at")
	if err := job.Save(ctx); err != nil {
		return channels.Progress{}, nil, err
	}
	if text(job.Remote, "route") == routeArticle {
		return c.sendArticle(ctx, job, req)
	}
	var answer post
	if failure = c.ask(ctx, whoOf(job), req, &answer); failure != nil {
		return channels.Progress{}, failure, nil
	}
	progress, err = c.published(job, answer)
	return progress, nil, err
}

// afterSend is the error of an attempt that certainly had no effect.
func (c *Channel) afterSend(job *channels.Job, failure *channels.PlatformError, before int64) error {
	job.Remote["sends"] = before
	return c.askFailed(job, failure)
}

// compile builds the request to post by the route of the delivery.
func (c *Channel) compile(ctx context.Context, job *channels.Job) (request, *channels.PlatformError) {
	rip, failure := c.operator(job)
	if failure != nil {
		return request{}, failure
	}
	route, status := text(job.Remote, "route"), text(job.Remote, "status")
	if !slices.Contains(routeOrder, route) || status == "" || text(job.Remote, "link") != job.OriginURL {
		return request{}, problem(channels.Defect, "not_prepared", "微博正文没有准备好，没有发出，请重试；仍不行请联系系统开发人员")
	}
	req := request{method: http.MethodPost, base: c.cfg.APIBase, path: "/2/statuses/share.json", posting: true, route: route, most: dailyCalls,
		form: url.Values{"status": {status}, "rip": {rip}}}
	switch {
	case route == routeArticle:
		return c.compileArticle(job, req)
	case route == routeShare:
	case withCover(job) && byAddress(job):
		cover, _ := job.Message.Pictures.ByID(job.Message.CoverID)
		req.path, req.route = "/2/statuses/upload_url_text.json", partURL
		req.form.Set("url", job.PictureURL(cover))
	case withCover(job):
		req.base, req.path, req.route = c.cfg.UploadBase, "/2/statuses/upload.json", partUpload
	default:
		req.path = "/2/statuses/update.json"
		if job.Remote["long"] != nil {
			req.form.Set("is_longtext", "1")
		}
	}
	req.picture, failure = c.cover(ctx, job)
	return req, failure
}

// mend changes what Weibo certainly refused and says whether to send again: a picture is made smaller once, a part of a route that
// the app is not granted is left out, the next route is taken. next is why the next route cannot be taken.
func (c *Channel) mend(ctx context.Context, job *channels.Job, failure *channels.PlatformError) (again bool, next *channels.PlatformError) {
	switch actionOf(failure) {
	case ShrinkOnce:
		if !withCover(job) || byAddress(job) || job.Remote["shrunk"] != nil {
			return false, nil
		}
		job.Remote["shrunk"] = true
		job.Step("picture", "微博不接受封面图，已缩小后再发一次", sql.Object{"error_code": failure.Code})
		return true, nil
	case NextRoute:
	default:
		return false, nil
	}
	route := text(job.Remote, "route")
	if route == routeUpdate && withCover(job) {
		job.Remote["without_picture"] = true
		job.Step("route", "微博应用没有发图权限，改为不带图片发布", sql.Object{"error_code": failure.Code})
		return true, nil
	}
	routes, none := c.usable(ctx, whoOf(job))
	if none != nil || routes[0] == route {
		return false, nil //nolint:nilerr // no other route is left: the failure itself is what is told
	}
	delete(job.Remote, "without_picture")
	if next := c.take(job, routes[0]); next != nil {
		return false, next
	}
	job.Step("route", "微博应用没有"+routeLabel(route)+"的权限，改用"+routeLabel(routes[0]), sql.Object{"error_code": failure.Code})
	return true, nil
}

// routeLabel is a route as people call it.
func routeLabel(route string) string {
	switch route {
	case routeArticle:
		return "头条文章"
	case routeUpdate:
		return "发微博"
	}
	return "分享"
}

// submitFailed reads a refusal or a lost answer. before is how many sends may have had an effect earlier.
func (c *Channel) submitFailed(ctx context.Context, job *channels.Job, failure *channels.PlatformError, before int64) (channels.Progress, error) {
	switch action := actionOf(failure); {
	case action == VerifyLater:
		job.Remote["accepted_at"] = c.cfg.Now().UnixMilli()
		job.Step("statuses/"+text(job.Remote, "route"), "微博已收到，稍后显示，系统将核实", sql.Object{"error_code": failure.Code})
		return channels.Progress{Stage: channels.Pending, Next: c.cfg.Verify[0]}, nil
	case before > 0 && action == AdoptOurs:
		return c.adopt(ctx, job, failure)
	case failure.Class == channels.Unclear:
		if action == StoreUnclear {
			job.Remote["article_stored"] = true
		}
		failure.After = max(failure.After, c.cfg.Ladder[0])
		return channels.Progress{}, failure
	}
	return channels.Progress{}, c.afterSend(job, failure, before)
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

// askFailed lengthens the waits of questions that fail again by the ladder, and lets a delivery wait for its authorisation.
func (c *Channel) askFailed(job *channels.Job, failure *channels.PlatformError) error {
	switch {
	case actionOf(failure) == Reauthorise:
		return c.hold(job, failure)
	case failure.Class == channels.Retry && failure.After == 0:
		n := number(job.Remote, "read_failures")
		failure.After = c.cfg.Again[min(int(n), len(c.cfg.Again)-1)]
		job.Remote["read_failures"] = n + 1
	}
	return failure
}

// published turns a post into the news of it.
func (c *Channel) published(job *channels.Job, p post) (channels.Progress, error) {
	mid := p.id()
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
	delete(job.Remote, "read_failures")
	progress := channels.Progress{Stage: channels.Published, ExternalID: mid, URL: c.address(uid, mid)}
	if at, ok := p.at(); ok {
		progress.PublishedAt = sql.FromStd(at)
	}
	return progress, nil
}

// address is where readers find a post.
func (c *Channel) address(uid, mid string) string { return c.cfg.ReadersBase + "/" + uid + "/" + mid }
