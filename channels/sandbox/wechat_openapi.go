package sandbox

import "strings"

// wxRequest is what openapi/rid/get tells of a refused call.
type wxRequest struct {
	Time   int64  `json:"invoke_time"`
	Cost   int64  `json:"cost_in_ms"`
	URL    string `json:"request_url"`
	Body   string `json:"request_body"`
	Answer string `json:"response_body"`
	IP     string `json:"client_ip"`
	appid  string
}

// wxRequestsKept is how many refused calls are remembered.
const wxRequestsKept = 1000

// remember keeps a refused call under its id. Call it with s.mu held.
func (s *Sandbox) remember(c *call, rid, answer string) {
	if len(s.requests) >= wxRequestsKept {
		s.requests = map[string]wxRequest{}
	}
	s.requests[strings.TrimPrefix(rid, "rid: ")] = wxRequest{Time: c.now.Unix(), Cost: 30, URL: c.Path, Answer: answer, IP: c.Remote, appid: c.Account}
}

func wechatGetRID(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		RID string `json:"rid"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	request, known := s.requests[in.RID]
	if !known || request.appid != a.AppID {
		return nil, wxErr(76023)
	}
	return map[string]any{"errcode": 0, "errmsg": "ok", "request": request}, nil
}

// wechatClearPath sets one path's count to nought; it counts among the ten clearings of a month.
func wechatClearPath(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		Path string `json:"cgi_path"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	if _, known := wechatDaily[in.Path]; !known {
		return nil, wxErr(76021)
	}
	if err := a.clearing(c); err != nil {
		return nil, err
	}
	delete(a.Calls[day(c.now)], in.Path)
	return wechatOK, nil
}

// wechatClearQuotaV2 is clear_quota by app id and secret, without a token.
func wechatClearQuotaV2(s *Sandbox, _ *wechatAccount, c *call) (any, error) {
	var in struct {
		AppID  string `json:"appid"`
		Secret string `json:"appsecret"`
	}
	if len(c.raw) > 0 {
		if err := wxDecode(c, &in); err != nil {
			return nil, err
		}
	}
	a := s.state.WeChat[orElse(in.AppID, c.query.Get("appid"))]
	switch {
	case a == nil:
		return nil, wxErr(40013)
	case orElse(in.Secret, c.query.Get("appsecret")) != a.Secret:
		return nil, wxErr(40125)
	}
	if err := a.clearing(c); err != nil {
		return nil, err
	}
	delete(a.Calls, day(c.now))
	return wechatOK, nil
}

// clearing takes one of the ten clearings of a month.
func (a *wechatAccount) clearing(c *call) error {
	month := c.now.In(beijing).Format("2006-01")
	if a.Clears[month] >= 10 {
		return wxErr(48006)
	}
	a.Clears[month]++
	c.Effect = true
	return nil
}
