package sandbox

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Figures of mass sending.
const (
	wxMassNameLimit  = 32             // bytes of clientmsgid
	wxMassNameLife   = 24 * time.Hour // it is recognised so long
	wxMassApart      = time.Minute    // and may not come again sooner
	wxMassApproval   = 30 * time.Minute
	wxMassDaily      = 1 // of a subscription account
	wxMassMonthly    = 4 // of a service account, for each follower
	wxMassOpenIDs    = 10000
	wxMassPreviews   = 100 // a day, by WeChat name
	wxMassPerMinute  = 60
	wxFollowersUsual = 1000
)

// wxMass is a sending.
type wxMass struct {
	MsgID     int64       `json:"msg_id"`
	MsgDataID int64       `json:"msg_data_id"`
	Name      string      `json:"clientmsgid"`
	ToAll     bool        `json:"to_all"`
	MediaID   string      `json:"media_id"`
	Articles  []wxArticle `json:"articles"`
	Asked     time.Time   `json:"asked"`   // when it was first asked for
	Again     time.Time   `json:"again"`   // when it was last asked for
	Pending   bool        `json:"pending"` // waits for the administrator
	Due       time.Time   `json:"due,omitzero"`
	Status    string      `json:"status"` // SENDING, SEND_SUCCESS, SEND_FAIL, DELETE
	Fault     string      `json:"fault"`  // of the callback: "send fail", "err(20001)"
	ArticleID string      `json:"article_id"`
}

// massMarker in a title lets the review stop a sending with this number.
var massMarker = regexp.MustCompile(`\[sim:m(\d+)\]`)

type wxMassBody struct {
	Filter struct {
		ToAll looseFlag `json:"is_to_all"`
		TagID int64     `json:"tag_id"`
	} `json:"filter"`
	ToUser  []string `json:"touser"`
	MsgType string   `json:"msgtype"`
	News    struct {
		MediaID string `json:"media_id"`
	} `json:"mpnews"`
	IgnoreReprint int    `json:"send_ignore_reprint"`
	Name          string `json:"clientmsgid"`
}

func wechatSendAll(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in wxMassBody
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	return s.massSend(a, c, in, bool(in.Filter.ToAll))
}

func wechatSendTo(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in wxMassBody
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	switch n := len(in.ToUser); {
	case a.Type != "service":
		return nil, wxErr(48001)
	case n == 0:
		return nil, wxErr(40031)
	case n == 1:
		return nil, wxErr(40130)
	case n > wxMassOpenIDs:
		return nil, wxErr(40032)
	}
	return s.massSend(a, c, in, false)
}

// massSend queues a sending: a name that is known is not sent again, the period's number is kept.
func (s *Sandbox) massSend(a *wechatAccount, c *call, in wxMassBody, toAll bool) (any, error) {
	if in.MsgType != "mpnews" {
		return nil, wxErr(40008)
	}
	if len(in.Name) > wxMassNameLimit {
		return nil, wxErr(45067)
	}
	if known := a.massNamed(in.Name, c.now); known != nil {
		return a.massAgain(known, c.now)
	}
	d := a.draft(in.News.MediaID)
	if d == nil {
		return nil, wxErr(40007)
	}
	for _, article := range d.Articles {
		if code, ok := markedCode(article.Title, "e"); ok {
			return nil, wxErr(code)
		}
	}
	if a.massSpent(c.now) {
		return nil, wxErr(45028)
	}
	n := s.next()
	m := &wxMass{MsgID: 3_147_483_648 + 7*n, MsgDataID: wxFirstID + 800_000_000 + 11*n, Name: in.Name, ToAll: toAll, MediaID: d.MediaID,
		Articles: slices.Clone(d.Articles), Asked: c.now, Again: c.now, Status: "SENDING", Pending: a.MassProtection}
	if !m.Pending {
		m.Due = c.now.Add(s.publishDelay())
	}
	if found := massMarker.FindStringSubmatch(d.Articles[0].Title); found != nil {
		m.Fault = "err(" + found[1] + ")"
	}
	a.Masses = append(a.Masses, m)
	c.Effect = true
	s.alarm(m.Due)
	a.settle(s, c.now)
	if m.Pending {
		return a.massWaiting(m, 89504)
	}
	return map[string]any{"errcode": 0, "errmsg": "send job submission success", "msg_id": m.MsgID, "msg_data_id": m.MsgDataID}, nil
}

func (a *wechatAccount) massNamed(name string, now time.Time) *wxMass {
	for _, m := range slices.Backward(a.Masses) {
		if name != "" && m.Name == name && now.Sub(m.Asked) < wxMassNameLife {
			return m
		}
	}
	return nil
}

// massAgain answers a name that came before: too soon, still waiting for the administrator, or the sending there is.
func (a *wechatAccount) massAgain(m *wxMass, now time.Time) (any, error) {
	soon := now.Sub(m.Again) < wxMassApart
	m.Again = now
	switch {
	case soon:
		return nil, wxErr(45066)
	case m.Pending:
		return a.massWaiting(m, 89505)
	}
	return map[string]any{"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": m.MsgID, "msg_data_id": m.MsgDataID}, nil
}

func (a *wechatAccount) massWaiting(m *wxMass, code int) (any, error) {
	out := map[string]any{"errcode": code, "errmsg": wechatWords[code]}
	if !a.MassApprovalBare {
		out["msg_id"], out["msg_data_id"] = m.MsgID, m.MsgDataID
	}
	return out, nil
}

// massSpent tells whether the period's sendings are used up: those that went well, and those still on their way.
func (a *wechatAccount) massSpent(now time.Time) bool {
	most, layout := wxMassDaily, time.DateOnly
	if a.Type == "service" {
		most, layout = wxMassMonthly, "2006-01"
	}
	if a.MassLimit > 0 {
		most = a.MassLimit
	}
	period := now.In(beijing).Format(layout)
	used := 0
	for _, m := range a.Masses {
		if m.ToAll && m.Status != "SEND_FAIL" && m.Asked.In(beijing).Format(layout) == period {
			used++
		}
	}
	return used >= most
}

// Approve lets the administrator of an account confirm, or refuse, the sendings that wait; it returns how many did.
func (s *Sandbox) Approve(appid string, yes bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.state.WeChat[appid]
	if a == nil {
		return 0
	}
	now, n := s.clock.now(), 0
	a.settle(s, now)
	for _, m := range a.Masses {
		if !m.Pending {
			continue
		}
		m.Pending = false
		n++
		if yes {
			m.Due = now.Add(s.publishDelay())
			s.alarm(m.Due)
			continue
		}
		m.Fault, m.Due = "send fail", now
	}
	a.settle(s, now)
	return n
}

// settleMasses ends the sendings that are due, and those whose administrator let the half hour pass.
func (a *wechatAccount) settleMasses(s *Sandbox, now time.Time) {
	for _, m := range a.Masses {
		switch {
		case m.Status != "SENDING":
		case m.Pending && now.Sub(m.Asked) >= wxMassApproval:
			m.Pending, m.Fault = false, "send fail"
			a.endMass(s, m, m.Asked.Add(wxMassApproval))
		case !m.Due.IsZero() && !now.Before(m.Due):
			a.endMass(s, m, m.Due)
		}
	}
}

func (a *wechatAccount) endMass(s *Sandbox, m *wxMass, at time.Time) {
	m.Status = "SEND_SUCCESS"
	urls := []string{}
	if m.Fault != "" {
		m.Status = "SEND_FAIL"
	} else {
		p := &wxPublished{ArticleID: s.id(43), MsgDataID: m.MsgDataID, Time: at, Notified: true}
		for _, article := range m.Articles {
			item := wxPublishItem{wxArticle: article, Key: s.id(22), CommentsOpen: article.NeedOpenComment == 1}
			p.Items = append(p.Items, item)
			urls = append(urls, s.pageBase+"/s/"+item.Key)
		}
		m.ArticleID = p.ArticleID
		a.Articles = append(a.Articles, p)
		if m.ToAll {
			a.dropDraft(m.MediaID)
		}
	}
	if a.CallbackBare {
		urls = nil
	}
	status := orElse(m.Fault, "send success")
	s.emit(a, wxEvent{appid: a.AppID, name: "MASSSENDJOBFINISH", job: strconv.FormatInt(m.MsgID, 10),
		body: wxMassXML(a.AppID, at, m.MsgID, status, a.followers(), urls)})
	s.changed()
}

func (a *wechatAccount) followers() int {
	if a.Followers > 0 {
		return a.Followers
	}
	return wxFollowersUsual
}

func wechatMassPreview(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		ToUser  string `json:"touser"`
		ToName  string `json:"towxname"`
		MsgType string `json:"msgtype"`
		News    struct {
			MediaID string `json:"media_id"`
		} `json:"mpnews"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	switch {
	case in.MsgType != "mpnews":
		return nil, wxErr(40008)
	case in.ToUser == "" && in.ToName == "":
		return nil, wxErr(40003)
	case a.draft(in.News.MediaID) == nil:
		return nil, wxErr(40007)
	case in.ToName != "" && a.Calls.add(c.now, "preview_by_name") > wxMassPreviews:
		return nil, wxErr(45009)
	}
	return map[string]any{"errcode": 0, "errmsg": "preview success", "msg_id": 34182}, nil
}

func wechatGetMass(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		MsgID looseID `json:"msg_id"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	for _, m := range a.Masses {
		if m.MsgID == int64(in.MsgID) {
			return map[string]any{"msg_id": m.MsgID, "msg_status": m.Status}, nil
		}
	}
	return nil, wxErr(40059)
}

// wechatDeleteMass takes down what was sent: one article of it (from 1), or all; by number or by the address of a page.
func wechatDeleteMass(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		MsgID looseID `json:"msg_id"`
		Index int     `json:"article_idx"`
		URL   string  `json:"url"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	for _, m := range a.Masses {
		p := a.published(m.ArticleID)
		if m.MsgID != int64(in.MsgID) && (in.URL == "" || p == nil || !p.shows(in.URL)) {
			continue
		}
		switch {
		case m.Status != "SEND_SUCCESS" || p == nil:
			return nil, wxErr(40065)
		case in.Index < 0 || in.Index > len(p.Items):
			return nil, wxErr(40060)
		}
		for i := range p.Items {
			p.Items[i].IsDeleted = p.Items[i].IsDeleted || in.Index == 0 || in.Index == i+1
		}
		if p.allDeleted() {
			m.Status = "DELETE"
		}
		c.Effect = true
		return wechatOK, nil
	}
	if in.URL != "" {
		return nil, wxErr(40204)
	}
	return nil, wxErr(40059)
}

// shows tells whether an address is that of one of the pages.
func (p *wxPublished) shows(address string) bool {
	return slices.ContainsFunc(p.Items, func(item wxPublishItem) bool {
		return len(address) >= len(item.Key) && address[len(address)-len(item.Key):] == item.Key
	})
}

// byHand publishes a draft as a person does in the console: the draft is gone, and a message is there.
func (a *wechatAccount) byHand(s *Sandbox, mediaID string, notified bool) bool {
	d := a.draft(mediaID)
	if d == nil {
		return false
	}
	p := &wxPublished{ArticleID: s.id(43), MsgDataID: wxFirstID + 600_000_000 + 13*s.next(), Time: s.clock.now(), Notified: notified}
	for _, article := range d.Articles {
		p.Items = append(p.Items, wxPublishItem{wxArticle: article, Key: s.id(22), CommentsOpen: article.NeedOpenComment == 1})
	}
	a.Articles = append(a.Articles, p)
	a.dropDraft(mediaID)
	return true
}

// wxSpeeds are the sendings a minute of each speed, in ten thousands.
var wxSpeeds = []int{80, 60, 45, 30, 10}

func wechatGetSpeed(_ *Sandbox, a *wechatAccount, _ *call) (any, error) {
	return map[string]int{"speed": a.Speed, "realspeed": wxSpeeds[a.Speed]}, nil
}

func wechatSetSpeed(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		Speed int `json:"speed"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	if in.Speed < 0 || in.Speed >= len(wxSpeeds) {
		return nil, wxErr(45083)
	}
	a.Speed = in.Speed
	c.Effect = true
	return wechatOK, nil
}

// wxComment is what a follower wrote under an article.
type wxComment struct {
	ID       int64     `json:"id"`
	OpenID   string    `json:"openid"`
	Time     time.Time `json:"time"`
	Content  string    `json:"content"`
	Featured bool      `json:"featured"`
	Gone     string    `json:"gone,omitempty"` // "user" or "account": who deleted it
	Reply    string    `json:"reply,omitempty"`
	Replied  time.Time `json:"replied,omitzero"`
}

// Limits of comments.
const (
	wxCommentPage  = 50 // must be fewer
	wxFeaturedMost = 100
	wxReplyLimit   = 600
)

type wxCommentBody struct {
	MsgDataID looseID `json:"msg_data_id"`
	Index     int     `json:"index"`
	Begin     int     `json:"begin"`
	Count     int     `json:"count"`
	Type      int     `json:"type"`
	ID        looseID `json:"user_comment_id"`
	Content   string  `json:"content"`
}

// commented finds the article that a call about comments names.
func commented(a *wechatAccount, c *call) (wxCommentBody, *wxPublishItem, error) {
	var in wxCommentBody
	if err := wxDraftBody(a, c, &in); err != nil {
		return in, nil, err
	}
	if !a.CommentFeature {
		return in, nil, wxErr(88000)
	}
	for _, p := range a.Articles {
		if p.MsgDataID == int64(in.MsgDataID) && in.Index >= 0 && in.Index < len(p.Items) {
			return in, &p.Items[in.Index], nil
		}
	}
	return in, nil, wxErr(88001)
}

// oneComment finds the comment that a call names.
func oneComment(a *wechatAccount, c *call) (wxCommentBody, *wxPublishItem, *wxComment, error) {
	in, item, err := commented(a, c)
	if err != nil {
		return in, nil, nil, err
	}
	for _, comment := range item.Comments {
		if comment.ID != int64(in.ID) {
			continue
		}
		if comment.Gone == "user" {
			return in, nil, nil, wxErr(88004)
		}
		if comment.Gone == "" {
			return in, item, comment, nil
		}
	}
	return in, nil, nil, wxErr(88008)
}

func wechatSwitchComments(open bool) func(*Sandbox, *wechatAccount, *call) (any, error) {
	return func(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
		_, item, err := commented(a, c)
		if err != nil {
			return nil, err
		}
		item.CommentsOpen, c.Effect = open, true
		return wechatOK, nil
	}
}

func wechatListComments(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	in, item, err := commented(a, c)
	if err != nil {
		return nil, err
	}
	if in.Begin < 0 || in.Count <= 0 || in.Count >= wxCommentPage || in.Type < 0 || in.Type > 2 {
		return nil, wxErr(88010)
	}
	list := []map[string]any{}
	for _, comment := range slices.Backward(item.Comments) {
		if comment.Gone != "" || in.Type == 1 && comment.Featured || in.Type == 2 && !comment.Featured {
			continue
		}
		list = append(list, comment.answer(a.ReplyAsObject))
	}
	return map[string]any{"errcode": 0, "errmsg": "ok", "total": len(list), "comment": window(list, in.Begin, in.Count)}, nil
}

func (comment *wxComment) answer(object bool) map[string]any {
	kind := 0
	if comment.Featured {
		kind = 1
	}
	out := map[string]any{"user_comment_id": comment.ID, "openid": comment.OpenID, "create_time": comment.Time.Unix(),
		"content": comment.Content, "comment_type": kind}
	if comment.Reply != "" {
		reply := map[string]any{"content": comment.Reply, "create_time": comment.Replied.Unix()}
		if out["reply"] = []any{reply}; object {
			out["reply"] = reply
		}
	}
	return out
}

func wechatElect(featured bool) func(*Sandbox, *wechatAccount, *call) (any, error) {
	return func(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
		_, item, comment, err := oneComment(a, c)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, other := range item.Comments {
			if other.Featured {
				n++
			}
		}
		if featured && !comment.Featured && n >= wxFeaturedMost {
			return nil, wxErr(88003)
		}
		comment.Featured, c.Effect = featured, true
		return wechatOK, nil
	}
}

func wechatDeleteComment(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	_, _, comment, err := oneComment(a, c)
	if err != nil {
		return nil, err
	}
	comment.Gone, c.Effect = "account", true
	return wechatOK, nil
}

// replyMarker in a reply lets the platform refuse it: [sim:88002], [sim:88011].
var replyMarker = regexp.MustCompile(`\[sim:(\d{5})\]`)

func wechatReply(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	in, _, comment, err := oneComment(a, c)
	if err != nil {
		return nil, err
	}
	switch n := utf8.RuneCountInString(in.Content); {
	case n == 0 || n > wxReplyLimit:
		return nil, wxErr(88007)
	case comment.Reply != "":
		return nil, wxErr(88005)
	}
	if found := replyMarker.FindStringSubmatch(in.Content); found != nil {
		code, _ := strconv.Atoi(found[1])
		return nil, wxErr(code)
	}
	comment.Reply, comment.Replied, c.Effect = in.Content, c.now, true
	return wechatOK, nil
}

func wechatDeleteReply(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	_, _, comment, err := oneComment(a, c)
	if err != nil {
		return nil, err
	}
	if comment.Reply == "" {
		return nil, wxErr(88008)
	}
	comment.Reply, comment.Replied, c.Effect = "", time.Time{}, true
	return wechatOK, nil
}

// comment lets a follower write under the first article of a message.
func (a *wechatAccount) comment(s *Sandbox, articleID, text string) error {
	p := a.published(articleID)
	for _, other := range a.Articles {
		if other.shows(articleID) {
			p = other
		}
	}
	if p == nil || !p.Items[0].CommentsOpen {
		return fmt.Errorf("sandbox: article %q is not there or takes no comments", articleID)
	}
	n := s.next()
	p.Items[0].Comments = append(p.Items[0].Comments, &wxComment{ID: n, OpenID: "o" + s.id(27), Time: s.clock.now(), Content: text})
	return nil
}
