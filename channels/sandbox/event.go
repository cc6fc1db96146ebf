package sandbox

import (
	"fmt"
	"slices"
)

// Event is something that happens on a platform without our asking.
type Event struct {
	// Type:
	//	weibo.post           a post made by hand on Weibo: Account uid, Text
	//	weibo.remove         the platform takes a post down: ID mid
	//	weibo.revoke         the user withdraws the authorisation: Account uid; every call answers 21316
	//	weibo.expire         the tokens of Account uid end before their time: 21315
	//	weibo.drop_token     Weibo forgets the tokens of Account uid: 21332
	//	weibo.freeze         Account uid is frozen: 20015;  weibo.unfreeze undoes it
	//	weibo.withdraw       the app with key Account loses the permission Text: 10014;  weibo.grant gives it
	//	weibo.comment        somebody, Account uid, writes Text below the post ID mid
	//	app.report           the editors of the app Account decide about the article ID, and the back end reports it: Text
	//	                     "published", "accepted", or "rejected" and a reason
	//	wechat.remove        a person deletes a published message in the console: Account appid, ID article_id
	//	wechat.ban           the platform bans it
	//	wechat.publish       a person publishes a draft in the console, without notification: Account appid, ID media_id
	//	wechat.mass          a person sends a draft to all followers in the console: Account appid, ID media_id
	//	wechat.comment       a follower comments on a published message: Account appid, ID article_id or its page's key, Text
	//	wechat.ticket        the third-party platform Account is sent a ticket now;  wechat.drop_component ends its token
	//	wechat.unauthorize   the administrator of Account takes a grant back; Text "silent" tells the platform nothing
	//	wechat.lose_refresh  the refresh token of Account's grant is replaced and nobody is told
	//	wechat.change_grant  the administrator of Account changes the grant to the permission sets Text, such as "1,11"
	//	wechat.rotate_token  another system replaced the token: Account appid; the one in use answers 40001
	Type    string `json:"type"`
	Account string `json:"account,omitempty"`
	ID      string `json:"id,omitempty"`
	Text    string `json:"text,omitempty"`
}

// Happen lets an event happen. It fails when the type or the thing it is about is not known.
func (s *Sandbox) Happen(e Event) error {
	if e.Type == "app.report" {
		return s.reportBack(e) // calls somebody, so it must not hold the state meanwhile
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done := false
	switch e.Type {
	case "weibo.post", "weibo.remove", "weibo.comment":
		done = s.weiboEvent(e)
	case "weibo.revoke", "weibo.expire", "weibo.drop_token":
		done = s.weiboTokenEvent(e)
	case "weibo.freeze", "weibo.unfreeze":
		if user := s.state.Weibo.Users[e.Account]; user != nil {
			user.Frozen, done = e.Type == "weibo.freeze", true
		}
	case "weibo.withdraw", "weibo.grant":
		done = s.weiboPermissionEvent(e)
	case "wechat.remove", "wechat.ban", "wechat.rotate_token", "wechat.publish", "wechat.mass", "wechat.comment":
		done = s.wechatEvent(e)
	case "wechat.ticket", "wechat.drop_component", "wechat.unauthorize", "wechat.lose_refresh", "wechat.change_grant":
		done = s.componentEvent(e)
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
	post, user := wb.post(e.ID), wb.Users[e.Account]
	if post == nil || user == nil {
		return false
	}
	s.weiboComment(user.UID, post, 0, e.Text)
	return true
}

// weiboTokenEvent ends the tokens of a user.
func (s *Sandbox) weiboTokenEvent(e Event) bool {
	done := false
	for _, t := range s.state.Weibo.Tokens {
		if t.UID != e.Account {
			continue
		}
		done = true
		switch e.Type {
		case "weibo.revoke":
			t.Revoked = true
		case "weibo.expire":
			t.Ended = 21315
		case "weibo.drop_token":
			t.Ended = 21332
		}
	}
	return done
}

// weiboPermissionEvent gives or takes a permission of an app.
func (s *Sandbox) weiboPermissionEvent(e Event) bool {
	app := s.state.Weibo.Apps[e.Account]
	if app == nil || e.Text == "" {
		return false
	}
	granted := slices.Clone(app.Permissions)
	if app.Permissions == nil {
		granted = []string{"share", "destroy"}
	}
	granted = slices.DeleteFunc(granted, func(p string) bool { return p == e.Text })
	if e.Type == "weibo.grant" {
		granted = append(granted, e.Text)
	}
	app.Permissions = granted
	return true
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
	switch e.Type {
	case "wechat.publish", "wechat.mass":
		return a.byHand(s, e.ID, e.Type == "wechat.mass")
	case "wechat.comment":
		return a.comment(s, e.ID, e.Text) == nil
	}
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
