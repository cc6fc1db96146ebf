package sandbox

import (
	"time"
)

// Limits of the wiki's current revision.
const (
	wbDailyCalls  = 100   // per user and app, Beijing day
	wbHourlyPosts = 30    // per user
	wbHourlyIP    = 15000 // calls per address
)

// weiboAllow counts the call: 10022 address, 10023 user and app, 10014 permission, 20016 posts of the hour.
func (s *Sandbox) weiboAllow(c *weiboCall, route weiboRoute) error {
	wb := &s.state.Weibo
	if wb.ipCalls == nil {
		wb.ipCalls = map[string][]time.Time{}
	}
	calls := append(recent(wb.ipCalls[c.Remote], c.now.Add(-time.Hour)), c.now)
	wb.ipCalls[c.Remote] = calls
	if len(calls) > wbHourlyIP {
		return wbErr(10022)
	}
	if wb.Calls.add(c.now, c.user.UID+" "+c.app.Key) > wbDailyCalls {
		wb.Overruns[c.user.UID]++
		return wbErr(10023)
	}
	if route.needs != "" && !c.app.may(route.needs) {
		return wbErr(10014)
	}
	if !route.post {
		return nil
	}
	c.user.Hour = recent(c.user.Hour, c.now.Add(-time.Hour))
	if len(c.user.Hour) >= wbHourlyPosts {
		wb.Overruns[c.user.UID]++
		return wbErr(20016)
	}
	return nil
}

func weiboRateLimit(s *Sandbox, c *weiboCall) (any, error) {
	wb := &s.state.Weibo
	used := wb.Calls.get(c.now, c.user.UID+" "+c.app.Key)
	local := c.now.In(beijing)
	reset := time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, beijing)
	posted := len(recent(c.user.Hour, c.now.Add(-time.Hour)))
	return map[string]any{
		"ip_limit": wbHourlyIP, "limit_time_unit": "HOURS", "remaining_ip_hits": wbHourlyIP - len(wb.ipCalls[c.Remote]),
		"user_limit": wbDailyCalls, "remaining_user_hits": max(0, wbDailyCalls-used),
		"reset_time": reset.Format(time.DateTime), "reset_time_in_seconds": int64(reset.Sub(c.now).Seconds()),
		"api_rate_limits": []map[string]any{{
			"api": "/statuses/update", "limit": wbHourlyPosts, "limit_time_unit": "HOURS", "remaining_hits": max(0, wbHourlyPosts-posted),
		}},
	}, nil
}
