package sandbox

import "slices"

// How many posts the timelines show, whatever is asked.
const (
	wbOwnTimeline  = 5
	wbHomeTimeline = 100
)

// weiboUserTimeline is the newest five posts of the authorised user; another uid answers 21335.
func weiboUserTimeline(s *Sandbox, c *weiboCall) (any, error) {
	if uid := c.param("uid"); uid != "" && uid != c.user.UID {
		return nil, wbErr(21335)
	}
	if name := c.param("screen_name"); name != "" && name != c.user.Name {
		return nil, wbErr(21335)
	}
	newest := s.weiboPosts(c, []string{c.user.UID})
	total := len(newest)
	shown := window(newest, 0, wbOwnTimeline)
	return s.weiboList(c, shown, total, wbOwnTimeline), nil
}

// weiboHomeTimeline is the user's own posts and those of followed users who authorised the app.
func weiboHomeTimeline(s *Sandbox, c *weiboCall) (any, error) {
	uids := []string{c.user.UID}
	for _, uid := range c.user.Follows {
		if s.weiboAuthorised(c.app.Key, uid, c.now) {
			uids = append(uids, uid)
		}
	}
	newest := s.weiboPosts(c, uids)
	return s.weiboList(c, newest, len(newest), wbHomeTimeline), nil
}

// weiboPosts is the visible posts of these users, newest first; base_app=1 leaves those of this app.
func (s *Sandbox) weiboPosts(c *weiboCall, uids []string) []*weiboPost {
	out := []*weiboPost{}
	for _, p := range slices.Backward(s.state.Weibo.Posts) {
		if !slices.Contains(uids, p.UID) || p.RemovedBy != "" || c.now.Before(p.VisibleFrom) {
			continue
		}
		if c.param("base_app") == "1" && p.AppKey != c.app.Key {
			continue
		}
		out = append(out, p)
	}
	return out
}

// weiboList applies since_id, max_id, page and count and makes the answer.
func (s *Sandbox) weiboList(c *weiboCall, posts []*weiboPost, total, most int) any {
	since, limit := c.number("since_id", 0), c.number("max_id", 0)
	posts = slices.DeleteFunc(slices.Clone(posts), func(p *weiboPost) bool {
		return p.ID <= since || (limit > 0 && p.ID > limit)
	})
	count := int(min(max(c.number("count", 20), 1), int64(most)))
	page := int(max(c.number("page", 1), 1))
	statuses := []map[string]any{}
	for _, p := range window(posts, (page-1)*count, count) {
		status := s.weiboStatusOf(p, c)
		if runes := []rune(p.Text); len(runes) > wbTextLimit { // lists show the beginning of a long text
			status["text"], status["truncated"] = string(runes[:wbTextLimit])+" ...全文： "+c.base+"/"+p.UID+"/"+p.mid(), true
		}
		statuses = append(statuses, status)
	}
	return map[string]any{
		"statuses": statuses, "hasvisible": false, "previous_cursor": 0, "next_cursor": 0, "total_number": total,
	}
}
