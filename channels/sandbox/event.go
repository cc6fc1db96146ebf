package sandbox

import "fmt"

// Event is something that happens on a platform without our asking.
type Event struct {
	// Type:
	//	weibo.post           a post made by hand on Weibo: Account uid, Text
	//	weibo.remove         the platform takes a post down: ID mid
	//	weibo.revoke         the user withdraws the authorisation: Account uid
	//	wechat.remove        a person deletes a published message in the console: Account appid, ID article_id
	//	wechat.ban           the platform bans it
	//	wechat.rotate_token  another system replaced the token: Account appid; the one in use answers 40001
	Type    string `json:"type"`
	Account string `json:"account,omitempty"`
	ID      string `json:"id,omitempty"`
	Text    string `json:"text,omitempty"`
}

// Happen lets an event happen. It fails when the type or the thing it is about is not known.
func (s *Sandbox) Happen(e Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	done := false
	switch e.Type {
	case "weibo.post", "weibo.remove", "weibo.revoke":
		done = s.weiboEvent(e)
	case "wechat.remove", "wechat.ban", "wechat.rotate_token":
		done = s.wechatEvent(e)
	}
	if !done {
		return fmt.Errorf("sandbox: event %s: nothing such: account %q, id %q", e.Type, e.Account, e.ID)
	}
	s.changed()
	return nil
}

func (s *Sandbox) weiboEvent(e Event) bool {
	wb := &s.state.Weibo
	switch e.Type {
	case "weibo.post":
		user := wb.Users[e.Account]
		if user == nil {
			return false
		}
		s.weiboStore(user, weiboPost{Text: e.Text, Route: "web"}, "", s.clock.now())
		return true
	case "weibo.remove":
		p := wb.post(e.ID)
		if p != nil {
			p.RemovedBy = "platform"
		}
		return p != nil
	}
	done := false
	for _, t := range wb.Tokens {
		if t.UID == e.Account {
			t.Revoked, done = true, true
		}
	}
	return done
}

func (s *Sandbox) wechatEvent(e Event) bool {
	a := s.state.WeChat[e.Account]
	if a == nil {
		return false
	}
	if e.Type == "wechat.rotate_token" {
		for _, t := range []*wxToken{a.Stable, a.StableOld, a.Plain, a.PlainOld} {
			a.bury(t)
		}
		a.Stable, a.StableOld, a.Plain, a.PlainOld = nil, nil, nil, nil
		return true
	}
	a.settle(s, s.clock.now())
	p := a.published(e.ID)
	if p == nil {
		return false
	}
	p.Banned = p.Banned || e.Type == "wechat.ban"
	for i := range p.Items {
		p.Items[i].IsDeleted = p.Items[i].IsDeleted || e.Type == "wechat.remove"
	}
	return true
}
