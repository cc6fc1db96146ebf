package sandbox

import (
	"hash/fnv"
	"strconv"
	"time"
)

// wxStatistic is one of the statistics: how many days a question may cover, and its rows for a day.
type wxStatistic struct {
	span int
	old  bool // of the family that the platform keeps up no more
	rows func(s *Sandbox, a *wechatAccount, day time.Time, base string, now time.Time) []map[string]any
}

// wxStatistics is every statistic, by path.
var wxStatistics = map[string]wxStatistic{
	"/datacube/getarticletotaldetail": {span: 1, rows: wxTotalDetail},
	"/datacube/getarticleread":        {span: 1, rows: wxArticleRead},
	"/datacube/getarticleshare":       {span: 1, rows: wxArticleShare},
	"/datacube/getbizsummary":         {span: 30, rows: wxBizSummary},
	"/datacube/getusersummary":        {span: 7, rows: wxUserSummary},
	"/datacube/getusercumulate":       {span: 7, rows: wxUserCumulate},
	"/datacube/getinterfacesummary":   {span: 30, rows: wxInterfaceSummary},
	"/datacube/getarticlesummary":     {span: 1, old: true, rows: wxOldArticles},
	"/datacube/getarticletotal":       {span: 1, old: true, rows: wxOldArticles},
	"/datacube/getuserread":           {span: 3, old: true, rows: wxOldTotals},
	"/datacube/getuserreadhour":       {span: 1, old: true, rows: wxOldTotals},
	"/datacube/getusershare":          {span: 7, old: true, rows: wxOldTotals},
	"/datacube/getusersharehour":      {span: 1, old: true, rows: wxOldTotals},
}

// wxFrozen is the last day of the old family when the account's FrozenStats is set.
var wxFrozen = time.Date(2025, time.October, 31, 0, 0, 0, 0, beijing)

// wechatStatistics answers a question: 61500 for a date that is none, 61501 for a span that is too long or not over yet,
// 61503 for yesterday before eight in the morning.
func wechatStatistics(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	if err := a.verified(c.now); err != nil {
		return nil, err
	}
	var in struct {
		Begin string `json:"begin_date"`
		End   string `json:"end_date"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	begin, beginErr := time.ParseInLocation(time.DateOnly, in.Begin, beijing)
	end, endErr := time.ParseInLocation(time.DateOnly, in.End, beijing)
	if beginErr != nil || endErr != nil {
		return nil, wxErr(61500)
	}
	statistic := wxStatistics[c.Path]
	local := c.now.In(beijing)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, beijing)
	switch {
	case end.Before(begin) || int(end.Sub(begin).Hours()/24)+1 > statistic.span || !end.Before(today):
		return nil, wxErr(61501)
	case end.Equal(today.AddDate(0, 0, -1)) && local.Hour() < 8:
		return nil, wxErr(61503)
	}
	list := []map[string]any{}
	for day := begin; !day.After(end); day = day.AddDate(0, 0, 1) {
		if !statistic.old || !a.FrozenStats || !day.After(wxFrozen) {
			list = append(list, statistic.rows(s, a, day, c.base, c.now)...)
		}
	}
	out := map[string]any{"list": list}
	if !statistic.old {
		out["is_delay"] = a.StatsDelayed
	}
	return out, nil
}

// figure is a number from 0 to most-1 that is always the same for the same thing.
func figure(most int, parts ...string) int {
	h := fnv.New32a()
	for _, part := range parts {
		_, _ = h.Write([]byte(part + "\x00"))
	}
	return int(h.Sum32() % uint32(most)) //nolint:gosec // most is a small constant
}

// readers is how many read an article on a day; fewer with every day, none before it was there.
func (item *wxPublishItem) readers(since, day time.Time) int {
	age := int(day.Sub(since).Hours() / 24)
	if age < 0 || age > 30 {
		return 0
	}
	return figure(400, item.Key, day.Format(time.DateOnly)) / (1 + 3*age)
}

// dayStart is the beginning of the Beijing day of t.
func dayStart(t time.Time) time.Time {
	t = t.In(beijing)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, beijing)
}

// eachArticle calls fn for every article of the account that was there on a day.
func (a *wechatAccount) eachArticle(day time.Time, fn func(p *wxPublished, i int, item *wxPublishItem)) {
	for _, p := range a.Articles {
		if dayStart(p.Time).After(day) {
			continue
		}
		for i := range p.Items {
			fn(p, i, &p.Items[i])
		}
	}
}

func wxMsgID(p *wxPublished, index int) string {
	return strconv.FormatInt(p.MsgDataID, 10) + "_" + strconv.Itoa(index+1)
}

func wxPublishType(p *wxPublished) int {
	if p.Notified {
		return 0
	}
	return 1
}

// wxTotalDetail is everything published on a day, by whatever way, with its figures up to yesterday.
func wxTotalDetail(_ *Sandbox, a *wechatAccount, day time.Time, base string, now time.Time) []map[string]any {
	rows := []map[string]any{}
	a.eachArticle(day, func(p *wxPublished, i int, item *wxPublishItem) {
		if !dayStart(p.Time).Equal(day) {
			return
		}
		details := []map[string]any{}
		for d := day; d.Before(dayStart(now)) && d.Before(day.AddDate(0, 0, 31)); d = d.AddDate(0, 0, 1) {
			n := item.readers(day, d)
			details = append(details, map[string]any{"stat_date": d.Format(time.DateOnly), "read_user": n,
				"read_user_source": []map[string]any{{"user_count": n, "scene_desc": "全部"}}, "share_user": n / 9, "zaikan_user": n / 20,
				"like_user": n / 12, "comment_count": len(item.Comments), "collection_user": n / 30, "read_finish_rate": 0.5, "read_avg_activetime": 41.5})
		}
		rows = append(rows, map[string]any{"ref_date": day.Format(time.DateOnly), "msgid": wxMsgID(p, i), "title": item.Title,
			"content_url": base + "/s/" + item.Key, "publish_type": wxPublishType(p), "detail_list": details})
	})
	return rows
}

func wxArticleRead(_ *Sandbox, a *wechatAccount, day time.Time, base string, _ time.Time) []map[string]any {
	rows := []map[string]any{}
	a.eachArticle(day, func(p *wxPublished, i int, item *wxPublishItem) {
		if n := item.readers(dayStart(p.Time), day); n > 0 {
			rows = append(rows, map[string]any{"ref_date": day.Format(time.DateOnly), "msgid": wxMsgID(p, i), "title": item.Title,
				"content_url": base + "/s/" + item.Key, "publish_type": wxPublishType(p), "read_user": n,
				"read_user_source": []map[string]any{{"user_count": n, "scene_desc": "全部"}}})
		}
	})
	return rows
}

func wxArticleShare(_ *Sandbox, a *wechatAccount, day time.Time, base string, _ time.Time) []map[string]any {
	rows := []map[string]any{}
	a.eachArticle(day, func(p *wxPublished, i int, item *wxPublishItem) {
		if n := item.readers(dayStart(p.Time), day) / 9; n > 0 {
			rows = append(rows, map[string]any{"ref_date": day.Format(time.DateOnly), "msgid": wxMsgID(p, i), "title": item.Title,
				"content_url": base + "/s/" + item.Key, "publish_type": wxPublishType(p), "share_user": n})
		}
	})
	return rows
}

func wxBizSummary(_ *Sandbox, a *wechatAccount, day time.Time, _ string, _ time.Time) []map[string]any {
	read, published := 0, 0
	a.eachArticle(day, func(p *wxPublished, _ int, item *wxPublishItem) {
		read += item.readers(dayStart(p.Time), day)
		if dayStart(p.Time).Equal(day) {
			published++
		}
	})
	return []map[string]any{{"ref_date": day.Format(time.DateOnly), "read_user": read, "share_user": read / 9, "zaikan_user": read / 20,
		"like_user": read / 12, "comment_count": read / 40, "collection_user": read / 30, "publish_count": published}}
}

func wxUserSummary(_ *Sandbox, a *wechatAccount, day time.Time, _ string, _ time.Time) []map[string]any {
	date := day.Format(time.DateOnly)
	return []map[string]any{{"ref_date": date, "user_source": 0, "new_user": figure(30, a.AppID, date, "new"), "cancel_user": figure(9, a.AppID, date, "gone")}}
}

func wxUserCumulate(_ *Sandbox, a *wechatAccount, day time.Time, _ string, _ time.Time) []map[string]any {
	return []map[string]any{{"ref_date": day.Format(time.DateOnly), "user_source": 0, "cumulate_user": a.followers()}}
}

// wxInterfaceSummary is how the account's server answered callbacks on a day.
func wxInterfaceSummary(s *Sandbox, a *wechatAccount, day time.Time, _ string, _ time.Time) []map[string]any {
	count, failed := 0, 0
	for _, line := range s.tries {
		if line.Account == a.AppID && dayStart(line.Time).Equal(day) {
			count++
			if !line.Taken {
				failed++
			}
		}
	}
	return []map[string]any{{"ref_date": day.Format(time.DateOnly), "callback_count": count, "fail_count": failed, "total_time_cost": 30 * count, "max_time_cost": 60}}
}

// wxOldArticles is the old family: articles below three readers are left out.
func wxOldArticles(_ *Sandbox, a *wechatAccount, day time.Time, _ string, _ time.Time) []map[string]any {
	rows := []map[string]any{}
	a.eachArticle(day, func(p *wxPublished, i int, item *wxPublishItem) {
		if n := item.readers(dayStart(p.Time), day); n >= 3 {
			rows = append(rows, map[string]any{"ref_date": day.Format(time.DateOnly), "user_source": 0, "msgid": wxMsgID(p, i), "title": item.Title,
				"int_page_read_user": n, "int_page_read_count": n + n/5, "ori_page_read_user": n / 50, "ori_page_read_count": n / 50,
				"share_user": n / 9, "share_count": n / 9, "add_to_fav_user": n / 30, "add_to_fav_count": n / 30})
		}
	})
	return rows
}

func wxOldTotals(_ *Sandbox, a *wechatAccount, day time.Time, _ string, _ time.Time) []map[string]any {
	read := 0
	a.eachArticle(day, func(p *wxPublished, _ int, item *wxPublishItem) { read += item.readers(dayStart(p.Time), day) })
	return []map[string]any{{"ref_date": day.Format(time.DateOnly), "ref_hour": 0, "user_source": 0, "int_page_read_user": read, "int_page_read_count": read,
		"share_scene": 1, "share_user": read / 9, "share_count": read / 9}}
}
