package sandbox

import (
	"strings"
	"time"
)

// wechatDaily is the daily calls of a newly registered account, by path; 0 is unlimited. The figures are the platform's
// table, but those of the library lists (del_material, batchget_material, get_materialcount), which it does not hold and
// which are assumed, as are those of comments, statistics and mass sending beyond "mass (advanced) 100".
var wechatDaily = map[string]int{
	"/cgi-bin/token":                       2000,
	"/cgi-bin/stable_token":                500000,
	"/cgi-bin/getcallbackip":               0,
	"/cgi-bin/get_api_domain_ip":           0,
	"/cgi-bin/media/uploadimg":             100000,
	"/cgi-bin/media/upload":                100000,
	"/cgi-bin/media/get":                   200000,
	"/cgi-bin/material/add_material":       100000,
	"/cgi-bin/material/del_material":       1000,
	"/cgi-bin/material/batchget_material":  1000,
	"/cgi-bin/material/get_materialcount":  1000,
	"/cgi-bin/draft/add":                   1000,
	"/cgi-bin/draft/get":                   500,
	"/cgi-bin/draft/delete":                1000,
	"/cgi-bin/draft/update":                1000,
	"/cgi-bin/draft/count":                 1000,
	"/cgi-bin/draft/batchget":              1000,
	"/cgi-bin/freepublish/submit":          100,
	"/cgi-bin/freepublish/get":             100,
	"/cgi-bin/freepublish/delete":          10,
	"/cgi-bin/freepublish/getarticle":      100,
	"/cgi-bin/freepublish/batchget":        100,
	"/cgi-bin/account/getaccountbasicinfo": 0,
	"/cgi-bin/openapi/quota/get":           0,
	"/cgi-bin/clear_quota":                 0,
	"/cgi-bin/openapi/rid/get":             0,
	"/cgi-bin/openapi/quota/clear":         0,
	"/cgi-bin/message/mass/sendall":        100,
	"/cgi-bin/message/mass/send":           100,
	"/cgi-bin/message/mass/preview":        1000,
	"/cgi-bin/message/mass/delete":         100,
	"/cgi-bin/message/mass/get":            1000,
	"/cgi-bin/message/mass/speed/get":      1000,
	"/cgi-bin/message/mass/speed/set":      1000,
	"/cgi-bin/comment/open":                1000,
	"/cgi-bin/comment/close":               1000,
	"/cgi-bin/comment/list":                1000,
	"/cgi-bin/comment/markelect":           1000,
	"/cgi-bin/comment/unmarkelect":         1000,
	"/cgi-bin/comment/delete":              1000,
	"/cgi-bin/comment/reply/add":           1000,
	"/cgi-bin/comment/reply/delete":        1000,
	"/datacube/getarticletotaldetail":      1000,
	"/datacube/getarticleread":             1000,
	"/datacube/getarticleshare":            1000,
	"/datacube/getbizsummary":              1000,
	"/datacube/getusersummary":             1000,
	"/datacube/getusercumulate":            1000,
	"/datacube/getinterfacesummary":        1000,
	"/datacube/getarticlesummary":          1000,
	"/datacube/getarticletotal":            1000,
	"/datacube/getuserread":                1000,
	"/datacube/getuserreadhour":            1000,
	"/datacube/getusershare":               1000,
	"/datacube/getusersharehour":           1000,
}

// wechatTiny is the profile "tiny".
var wechatTiny = map[string]int{
	"/cgi-bin/freepublish/submit": 3, "/cgi-bin/freepublish/get": 6, "/cgi-bin/freepublish/batchget": 6,
	"/cgi-bin/freepublish/delete": 1, "/cgi-bin/draft/add": 5, "/cgi-bin/message/mass/sendall": 2,
}

// daily is the account's daily limit of a path: its own, else the table's.
func (a *wechatAccount) daily(path string) int {
	if own, ok := a.Quotas[path]; ok {
		return own
	}
	if few, ok := wechatTiny[path]; ok && a.Profile == "tiny" {
		return few
	}
	return wechatDaily[path]
}

// allow counts the call and refuses it when the daily limit (45009) or the minute limit (45011) is spent.
func (a *wechatAccount) allow(c *call) error {
	daily := a.daily(c.Path)
	used := a.Calls.add(c.now, c.Path)
	if daily > 0 && used > daily {
		a.Overruns[c.Path]++
		return wxErr(45009)
	}
	most := a.MinuteLimit
	if most == 0 && strings.HasPrefix(c.Path, "/cgi-bin/message/mass/send") {
		most = wxMassPerMinute
	}
	if most == 0 {
		return nil
	}
	if a.minute == nil {
		a.minute = map[string]wxMinute{}
	}
	m := a.minute[c.Path]
	if start := c.now.Unix() / 60; m.start != start {
		m = wxMinute{start: start}
	}
	m.calls++
	a.minute[c.Path] = m
	if m.calls > most {
		return wxErr(45011)
	}
	return nil
}

// publishSlot refuses with 53501 when the hidden limiter of submit is spent, else takes a place.
func (a *wechatAccount) publishSlot(now time.Time) error {
	if a.PublishPerHour == 0 {
		return nil
	}
	a.Submits = recent(a.Submits, now.Add(-time.Hour))
	if len(a.Submits) >= a.PublishPerHour {
		return wxErr(53501)
	}
	a.Submits = append(a.Submits, now)
	return nil
}

func wechatGetQuota(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		Path string `json:"cgi_path"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	if _, known := wechatDaily[in.Path]; !known {
		return nil, wxErr(76021)
	}
	daily := a.daily(in.Path)
	used := min(a.Calls.get(c.now, in.Path), daily)
	return map[string]any{
		"errcode": 0, "errmsg": "ok",
		"quota":      map[string]int{"daily_limit": daily, "used": used, "remain": daily - used},
		"rate_limit": map[string]int{"call_count": a.MinuteLimit, "refresh_second": 60},
	}, nil
}

// wechatClearQuota sets the day's counts to nought, ten times a month.
func wechatClearQuota(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		AppID string `json:"appid"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	if in.AppID != a.AppID {
		return nil, wxErr(40013)
	}
	if err := a.clearing(c); err != nil {
		return nil, err
	}
	delete(a.Calls, day(c.now))
	return wechatOK, nil
}
