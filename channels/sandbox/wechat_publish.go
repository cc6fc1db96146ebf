package sandbox

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wxFirstID is where publish_id and msg_data_id begin: above 2^31, as the live ones are.
const wxFirstID = 1<<31 + 99983

// Values of publish_status.
const (
	wxStatusDone     = 0
	wxStatusRunning  = 1
	wxStatusOriginal = 2
	wxStatusFailed   = 3
	wxStatusRejected = 4
	wxStatusDeleted  = 5
	wxStatusBanned   = 6
)

// wxJob is a publish job.
type wxJob struct {
	PublishID int64       `json:"publish_id"`
	MsgDataID int64       `json:"msg_data_id"`
	MediaID   string      `json:"media_id"`
	Articles  []wxArticle `json:"articles"` // as they were at submit
	Submitted time.Time   `json:"submitted"`
	Due       time.Time   `json:"due"` // when the job ends; zero is never
	Outcome   int         `json:"outcome"`
	FailIdx   []int       `json:"fail_idx"`
	Status    int         `json:"status"`
	ArticleID string      `json:"article_id"`
}

// wxPublished is a published message: one article_id, one page per article.
type wxPublished struct {
	ArticleID string          `json:"article_id"`
	MsgDataID int64           `json:"msg_data_id"`
	Items     []wxPublishItem `json:"items"`
	Time      time.Time       `json:"time"`
	Banned    bool            `json:"banned"`
	Notified  bool            `json:"notified"`  // sent to followers: no list shows it
	Aftermath int             `json:"aftermath"` // 5 or 6: what becomes of it at End
	End       time.Time       `json:"end,omitzero"`
}

type wxPublishItem struct {
	wxArticle
	Key          string       `json:"key"` // of the readers' page
	IsDeleted    bool         `json:"is_deleted"`
	CommentsOpen bool         `json:"comments_open"`
	Comments     []*wxComment `json:"comments"`
}

func (p *wxPublished) allDeleted() bool {
	return !slices.ContainsFunc(p.Items, func(item wxPublishItem) bool { return !item.IsDeleted })
}

func (a *wechatAccount) published(articleID string) *wxPublished {
	for _, p := range a.Articles {
		if p.ArticleID == articleID {
			return p
		}
	}
	return nil
}

func wechatSubmit(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	d, err := a.namedDraft(c)
	if err != nil {
		return nil, err
	}
	for _, article := range d.Articles {
		if code, ok := markedCode(article.Title, "e"); ok {
			return nil, wxErr(code)
		}
	}
	if running := a.runningJob(d.MediaID); running != nil {
		if a.Resubmit40007 {
			return nil, wxErr(40007)
		}
		return a.submitAnswer(running), nil
	}
	if err := a.publishSlot(c.now); err != nil {
		return nil, err
	}
	job := s.newJob(a, d, c.now)
	c.Effect = true
	if a.CallbackEarly && !job.Due.IsZero() {
		job.Due = c.now
		c.early = s.WaitCallbacks
	}
	s.alarm(job.Due)
	a.settle(s, c.now)
	return a.submitAnswer(job), nil
}

func (a *wechatAccount) runningJob(mediaID string) *wxJob {
	for _, job := range a.Jobs {
		if job.MediaID == mediaID && job.Status == wxStatusRunning {
			return job
		}
	}
	return nil
}

func (s *Sandbox) newJob(a *wechatAccount, d *wxDraft, now time.Time) *wxJob {
	n := s.next()
	job := &wxJob{
		PublishID: wxFirstID + 17*n, MsgDataID: wxFirstID + 400000000 + 13*n, MediaID: d.MediaID,
		Articles: slices.Clone(d.Articles), Submitted: now, Status: wxStatusRunning, FailIdx: []int{},
	}
	delay := s.publishDelay()
	marker := ""
	for i, article := range d.Articles {
		found := outcomeMarker.FindStringSubmatch(article.Title)
		if found == nil {
			continue
		}
		marker = orElse(marker, found[1])
		if marker == found[1] {
			job.FailIdx = append(job.FailIdx, i+1)
		}
	}
	switch outcome, err := strconv.Atoi(marker); {
	case marker == "slow":
		delay = max(20*delay, time.Minute)
	case marker == "stuck" || (err == nil && outcome == wxStatusRunning):
		a.Jobs = append(a.Jobs, job)
		return job
	case err == nil:
		job.Outcome = outcome
	}
	job.Due = now.Add(delay)
	a.Jobs = append(a.Jobs, job)
	return job
}

var outcomeMarker = regexp.MustCompile(`\[sim:(\d+|stuck|slow)\]`)

// publishDelay is the time a job takes: the median, spread log-normally.
func (s *Sandbox) publishDelay() time.Duration {
	delay := float64(s.state.Settings.PublishDelayMS) * float64(time.Millisecond)
	if sigma := s.state.Settings.PublishSigma; sigma > 0 {
		delay *= math.Exp(sigma * s.rng.NormFloat64())
	}
	return time.Duration(min(delay, float64(48*time.Hour)))
}

func (a *wechatAccount) submitAnswer(job *wxJob) any {
	out := map[string]any{"errcode": 0, "errmsg": "ok", "publish_id": a.publishID(job)}
	if !a.OmitMsgDataID {
		out["msg_data_id"] = job.MsgDataID
	}
	return out
}

func (a *wechatAccount) publishID(job *wxJob) any {
	if a.PublishIDAsString {
		return strconv.FormatInt(job.PublishID, 10)
	}
	return job.PublishID
}

// settle ends the jobs that are due and lets the aftermath of published articles happen. It must run before anything
// of the account is shown.
func (a *wechatAccount) settle(s *Sandbox, now time.Time) {
	for _, job := range a.Jobs {
		if job.Status == wxStatusRunning && !job.Due.IsZero() && !now.Before(job.Due) {
			a.finishJob(s, job)
		}
	}
	a.settleMasses(s, now)
	for _, p := range a.Articles {
		if p.End.IsZero() || now.Before(p.End) {
			continue
		}
		p.End = time.Time{}
		p.Banned = p.Aftermath == wxStatusBanned
		for i := range p.Items {
			p.Items[i].IsDeleted = p.Items[i].IsDeleted || !p.Banned
		}
	}
}

// finishJob ends a job: published, and the draft is gone, or failed, and the draft stays.
func (a *wechatAccount) finishJob(s *Sandbox, job *wxJob) {
	job.Status = job.Outcome
	aftermath := job.Outcome == wxStatusDeleted || job.Outcome == wxStatusBanned
	defer a.announce(s, job)
	if job.Outcome != wxStatusDone && !aftermath {
		return
	}
	job.Status, job.FailIdx = wxStatusDone, []int{}
	p := &wxPublished{ArticleID: s.id(43), MsgDataID: job.MsgDataID, Time: job.Due}
	for _, article := range job.Articles {
		p.Items = append(p.Items, wxPublishItem{wxArticle: article, Key: s.id(22), CommentsOpen: article.NeedOpenComment == 1})
	}
	if aftermath {
		p.Aftermath, p.End = job.Outcome, job.Due.Add(s.aftermath())
	}
	job.ArticleID = p.ArticleID
	a.Articles = append(a.Articles, p)
	a.dropDraft(job.MediaID)
	s.changed()
}

// announce calls back about a job that has ended.
func (a *wechatAccount) announce(s *Sandbox, job *wxJob) {
	at, urls := job.Due, []string{}
	if p := a.published(job.ArticleID); p != nil && !a.CallbackBare {
		for _, item := range p.Items {
			urls = append(urls, s.pageBase+"/s/"+item.Key)
		}
	}
	if a.CallbackAsMass {
		s.emit(a, wxEvent{appid: a.AppID, name: "MASSSENDJOBFINISH", job: strconv.FormatInt(job.MsgDataID, 10),
			body: wxMassXML(a.AppID, at, job.MsgDataID, "send success", a.followers(), urls)})
		return
	}
	fields := map[string]any{"publish_id": job.PublishID, "publish_status": job.Status}
	if job.ArticleID != "" {
		fields["article_id"] = job.ArticleID
	}
	s.emit(a, wxEvent{appid: a.AppID, name: "PUBLISHJOBFINISH", job: strconv.FormatInt(job.PublishID, 10),
		body: wxPublishXML(a.AppID, at, fields, urls, job.FailIdx)})
}

// alarm settles the accounts that are called back when real time reaches due. Call it with s.mu held.
func (s *Sandbox) alarm(due time.Time) {
	if due.IsZero() {
		return
	}
	time.AfterFunc(max(due.Sub(s.clock.now()), 0)+time.Millisecond, s.settleCallers)
}

// settleCallers settles every account that is called back.
func (s *Sandbox) settleCallers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.now()
	for _, a := range s.state.WeChat {
		if a.CallbackURL != "" || s.messagesTo(a.AppID) != nil {
			a.settle(s, now)
		}
	}
}

func (s *Sandbox) aftermath() time.Duration {
	if ms := s.state.Settings.AftermathMS; ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	return time.Minute
}

func wechatGetJob(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		PublishID looseID `json:"publish_id"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	for _, job := range a.Jobs {
		if job.PublishID == int64(in.PublishID) {
			return a.jobAnswer(job, c.base), nil
		}
	}
	return nil, &wechatError{code: 40002, text: "invalid publish_id"}
}

func (a *wechatAccount) jobAnswer(job *wxJob, base string) any {
	out := map[string]any{"publish_id": a.publishID(job), "publish_status": job.Status, "fail_idx": []int{}}
	p := a.published(job.ArticleID)
	switch {
	case job.Status == wxStatusRunning:
		if a.RunningFailIdx {
			out["fail_idx"] = []int{1}
		}
	case p == nil:
		out["fail_idx"] = job.FailIdx
	case p.Banned:
		out["publish_status"] = wxStatusBanned
	case p.allDeleted():
		out["publish_status"] = wxStatusDeleted
	default:
		items := []map[string]any{}
		for i, item := range p.Items {
			items = append(items, map[string]any{"idx": i + 1, "article_url": base + "/s/" + item.Key})
		}
		out["article_detail"] = map[string]any{"count": len(items), "item": items}
	}
	if p != nil {
		out["article_id"] = p.ArticleID
	}
	return out
}

// wechatDeleteArticle takes down one article (index from 1) or, without an index or with 0, all of the message.
func wechatDeleteArticle(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		ArticleID string `json:"article_id"`
		Index     int    `json:"index"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	p := a.published(in.ArticleID)
	if p == nil {
		return nil, wxErr(53600)
	}
	if in.Index < 0 || in.Index > len(p.Items) {
		return nil, wxErr(40114)
	}
	for i := range p.Items {
		p.Items[i].IsDeleted = p.Items[i].IsDeleted || in.Index == 0 || in.Index == i+1
	}
	c.Effect = true
	return wechatOK, nil
}

// wxNewsItem is an article as the published lists show it.
type wxNewsItem struct {
	wxArticle
	IsDeleted bool `json:"is_deleted"`
}

func (p *wxPublished) news(base string, strip bool) []wxNewsItem {
	out := []wxNewsItem{}
	for _, item := range p.Items {
		shown := wxNewsItem{wxArticle: item.wxArticle, IsDeleted: item.IsDeleted}
		shown.URL = base + "/s/" + item.Key
		if strip {
			shown.Content = ""
		}
		out = append(out, shown)
	}
	return out
}

func wechatGetArticle(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		ArticleID string `json:"article_id"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	p := a.published(in.ArticleID)
	if p == nil {
		return nil, wxErr(53600)
	}
	return map[string]any{"news_item": p.news(c.base, false), "create_time": p.Time.Unix(), "update_time": p.Time.Unix()}, nil
}

// wechatListArticles lists what was published without notification, deleted ones included.
func wechatListArticles(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in wxListBody
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(slices.Clone(a.Articles), func(p *wxPublished) bool { return p.Notified })
	slices.SortStableFunc(list, func(x, y *wxPublished) int {
		if a.UnorderedList {
			return strings.Compare(x.ArticleID, y.ArticleID)
		}
		return y.Time.Compare(x.Time)
	})
	items := []map[string]any{}
	for _, p := range window(list, in.Offset, in.Count) {
		content := map[string]any{
			"news_item": p.news(c.base, bool(in.NoContent)), "create_time": p.Time.Unix(), "update_time": p.Time.Unix(),
		}
		items = append(items, map[string]any{"article_id": p.ArticleID, "content": content, "update_time": p.Time.Unix()})
	}
	return map[string]any{"total_count": len(list), "item_count": len(items), "item": items}, nil
}
