package sandbox

// Report is what was done to each account, counted from the platforms' own state, not from the journal.
type Report struct {
	WeChat map[string]WeChatReport `json:"wechat"` // by appid
	Weibo  map[string]WeiboReport  `json:"weibo"`  // by uid
	Apps   map[string]AppReport    `json:"apps"`   // by name
}

// WeChatReport is an account's part.
type WeChatReport struct {
	TokenFetches int            `json:"token_fetches"` // tokens made; a stable token given again is none
	Drafts       int            `json:"drafts"`        // in the box now
	Submits      int            `json:"submits"`       // publish jobs
	Masses       int            `json:"masses"`        // mass sendings asked for
	MassSent     int            `json:"mass_sent"`     // of them sent, deleted ones included
	Published    int            `json:"published"`     // messages published or sent, deleted ones included
	Deleted      int            `json:"deleted"`
	Duplicates   map[string]int `json:"duplicates"`     // content_source_url (title without one) → published more than once
	Overruns     map[string]int `json:"quota_overruns"` // path → calls refused with 45009
}

// WeiboReport is a user's part.
type WeiboReport struct {
	Posts      int            `json:"posts"` // removed ones included
	Removed    int            `json:"removed"`
	Articles   int            `json:"articles"`
	Duplicates map[string]int `json:"duplicates"`     // text → posted more than once
	Overruns   int            `json:"quota_overruns"` // calls refused by 10023 or 20016
}

// AppReport is a back end's part.
type AppReport struct {
	Deliveries int            `json:"deliveries"` // different webhook-ids taken, but tests of the endpoint
	Repeats    map[string]int `json:"repeats"`    // webhook-id → seen more than once; harmless
	Items      int            `json:"items"`
	Visible    int            `json:"visible"`
	Retracted  int            `json:"retracted"`
	Duplicates map[string]int `json:"duplicates"` // item id → published under more than one webhook-id; item url → under more than one id
	Refused    int            `json:"refused"`    // bad signatures
}

// Report counts what was done. Jobs that are due are ended first.
func (s *Sandbox) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Report{WeChat: map[string]WeChatReport{}, Weibo: map[string]WeiboReport{}, Apps: map[string]AppReport{}}
	for appid, a := range s.state.WeChat {
		a.settle(s, s.clock.now())
		out.WeChat[appid] = a.report()
	}
	for uid := range s.state.Weibo.Users {
		out.Weibo[uid] = s.state.Weibo.report(uid)
	}
	for name, app := range s.state.Apps {
		out.Apps[name] = s.appReport(app)
	}
	return out
}

func (a *wechatAccount) report() WeChatReport {
	r := WeChatReport{
		TokenFetches: a.TokenFetches, Drafts: len(a.Drafts), Submits: len(a.Jobs), Published: len(a.Articles),
		Overruns: map[string]int{}, Masses: len(a.Masses),
	}
	for _, m := range a.Masses {
		if m.Status == "SEND_SUCCESS" || m.Status == "DELETE" {
			r.MassSent++
		}
	}
	seen := map[string]int{}
	for _, p := range a.Articles {
		if p.allDeleted() {
			r.Deleted++
		}
		for _, item := range p.Items {
			seen[orElse(item.ContentSourceURL, item.Title)]++
		}
	}
	r.Duplicates = repeated(seen)
	for path, n := range a.Overruns {
		r.Overruns[path] = n
	}
	return r
}

func (wb *weiboState) report(uid string) WeiboReport {
	r := WeiboReport{Overruns: wb.Overruns[uid]}
	seen := map[string]int{}
	for _, p := range wb.Posts {
		if p.UID != uid {
			continue
		}
		r.Posts++
		if p.RemovedBy != "" {
			r.Removed++
		}
		seen[p.Text]++
	}
	for _, article := range wb.Articles {
		if article.UID == uid {
			r.Articles++
		}
	}
	r.Duplicates = repeated(seen)
	return r
}

func (s *Sandbox) appReport(app *appBackend) AppReport {
	r := AppReport{Items: len(app.Items), Refused: app.Refused}
	deliveries, seen := map[string]int{}, map[string]int{}
	for id, receipt := range app.Deliveries {
		if receipt.Type != "endpoint.ping" {
			r.Deliveries++
		}
		deliveries[id] = receipt.Count
		if receipt.Type == "article.published" && receipt.Status != 409 {
			seen[receipt.Item]++
		}
	}
	for _, it := range app.Items {
		if it.Retracted {
			r.Retracted++
		}
		if it.visible(s.clock.now()) {
			r.Visible++
		}
		if address := it.text("url"); address != "" {
			seen[address]++
		}
	}
	r.Repeats, r.Duplicates = repeated(deliveries), repeated(seen)
	return r
}

// repeated keeps the entries that occurred more than once.
func repeated(seen map[string]int) map[string]int {
	out := map[string]int{}
	for key, n := range seen {
		if n > 1 {
			out[key] = n
		}
	}
	return out
}
