package sandbox

// weiboUserOf is a user as others see it.
func (s *Sandbox) weiboUserOf(u *weiboUser) map[string]any {
	kind := u.VerifiedType
	if !u.Verified {
		kind = -1
	}
	return map[string]any{
		"id": number(u.UID), "idstr": u.UID, "screen_name": u.Name, "name": u.Name, "description": u.Description,
		"profile_url": "u/" + u.UID, "verified": u.Verified, "verified_type": kind,
		"verified_reason": u.VerifiedReason, "followers_count": u.Followers, "friends_count": len(u.Follows),
		"statuses_count": s.state.Weibo.countOf(u.UID),
	}
}

// countOf is how many posts a user has that were not removed.
func (wb *weiboState) countOf(uid string) int {
	n := 0
	for _, p := range wb.Posts {
		if p.UID == uid && p.RemovedBy == "" {
			n++
		}
	}
	return n
}

// weiboShowUser is a user with counts, verification and newest post; these are withheld of users who have not
// authorised the app.
func weiboShowUser(s *Sandbox, c *weiboCall) (any, error) {
	var user *weiboUser
	for _, u := range s.state.Weibo.Users {
		if (c.param("uid") != "" && u.UID == c.param("uid")) || (c.param("uid") == "" && c.param("screen_name") == u.Name && u.Name != "") {
			user = u
		}
	}
	switch {
	case c.param("uid") == "" && c.param("screen_name") == "":
		return nil, &weiboError{code: 10016, text: "miss required parameter (uid), see doc for more info."}
	case user == nil:
		return nil, wbErr(20003)
	}
	out := s.weiboUserOf(user)
	if user.UID != c.user.UID && !s.weiboAuthorised(c.app.Key, user.UID, c.now) {
		for _, field := range []string{"verified_reason", "followers_count", "friends_count", "statuses_count"} {
			delete(out, field)
		}
		return out, nil
	}
	for _, p := range s.weiboPosts(&weiboCall{call: c.call, app: c.app}, []string{user.UID}) {
		status := s.weiboStatusOf(p, c)
		delete(status, "user")
		out["status"] = status
		break
	}
	return out, nil
}

func weiboGetUID(_ *Sandbox, c *weiboCall) (any, error) {
	return map[string]int64{"uid": number(c.user.UID)}, nil
}
