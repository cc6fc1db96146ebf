package sandbox

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// id texts of a post.
func (p *weiboPost) mid() string { return strconv.FormatInt(p.ID, 10) }

// post is the post with this id that is not removed, nil when there is none.
func (wb *weiboState) post(id string) *weiboPost {
	for _, p := range wb.Posts {
		if p.mid() == id && p.RemovedBy == "" {
			return p
		}
	}
	return nil
}

// weiboStatusOf is a post as the API shows it.
func (s *Sandbox) weiboStatusOf(p *weiboPost, c *weiboCall) map[string]any {
	pictures := []map[string]string{}
	for _, address := range s.weiboPictures(p, c.base) {
		pictures = append(pictures, map[string]string{"thumbnail_pic": address})
	}
	annotations := []any{}
	if one := any(nil); json.Unmarshal([]byte(p.Annotations), &one) == nil {
		if list, several := one.([]any); several {
			annotations = list
		} else {
			annotations = append(annotations, one)
		}
	}
	out := map[string]any{
		"created_at": weiboTime(p.Created), "id": p.ID, "idstr": p.mid(), "mid": p.mid(), "text": p.Text,
		"source": s.weiboSource(p.AppKey), "favorited": false, "truncated": false, "in_reply_to_status_id": "",
		"in_reply_to_user_id": "", "in_reply_to_screen_name": "", "geo": nil, "pic_urls": pictures,
		"reposts_count": 0, "comments_count": s.state.Weibo.countComments(p.ID), "attitudes_count": 0, "isLongText": len([]rune(p.Text)) > wbTextLimit,
		"visible": map[string]int{"type": p.Visible, "list_id": 0}, "annotations": annotations,
		"user": s.weiboUserOf(s.state.Weibo.Users[p.UID]),
	}
	if len(pictures) > 0 {
		address := pictures[0]["thumbnail_pic"]
		out["thumbnail_pic"], out["bmiddle_pic"], out["original_pic"] = address, address, address
	}
	return out
}

// weiboPictures are the addresses of a post's pictures.
func (s *Sandbox) weiboPictures(p *weiboPost, base string) []string {
	out := append([]string{}, p.PictureURLs...)
	for _, key := range p.Pictures {
		if picture := s.state.Pictures[key]; picture != nil {
			out = append(out, base+"/sinaimg/large/"+key+"."+strings.ReplaceAll(picture.Format, "jpeg", "jpg"))
		}
	}
	return out
}

// weiboSource is the link that names the app; an unreviewed app is shown as such.
func (s *Sandbox) weiboSource(appKey string) string {
	app := s.state.Weibo.Apps[appKey]
	switch {
	case app == nil:
		return `<a href="http://weibo.com/" rel="nofollow">微博网页版</a>`
	case app.Level == "test":
		return `<a href="http://open.weibo.com" rel="nofollow">未通过审核应用</a>`
	}
	return `<a href="http://open.weibo.com" rel="nofollow">` + orElse(app.Name, app.Key) + `</a>`
}

// weiboTime is a time as Weibo writes it.
func weiboTime(t time.Time) string { return t.In(beijing).Format(time.RubyDate) }

// weiboDestroy takes down one of the user's own posts.
func weiboDestroy(s *Sandbox, c *weiboCall) (any, error) {
	p := s.state.Weibo.post(c.param("id"))
	switch {
	case p == nil:
		return nil, wbErr(20101)
	case p.UID != c.user.UID:
		return nil, wbErr(20102)
	}
	out := s.weiboStatusOf(p, c)
	p.RemovedBy, c.Effect = "owner", true
	return out, nil
}

// weiboShow is a post, or nothing when its author has not authorised the app.
func weiboShow(s *Sandbox, c *weiboCall) (any, error) {
	p := s.state.Weibo.post(c.param("id"))
	if p == nil || c.now.Before(p.VisibleFrom) {
		return nil, wbErr(20101)
	}
	if p.UID != c.user.UID && !s.weiboAuthorised(c.app.Key, p.UID, c.now) {
		return map[string]any{}, nil
	}
	return s.weiboStatusOf(p, c), nil
}

// weiboAuthorised tells whether a user has a living token of an app.
func (s *Sandbox) weiboAuthorised(appKey, uid string, now time.Time) bool {
	for _, t := range s.state.Weibo.Tokens {
		if t.AppKey == appKey && t.UID == uid && !t.Revoked && t.Ended == 0 && now.Before(t.Expires) {
			return true
		}
	}
	return false
}

// weiboCount is reposts, comments and likes of up to a hundred posts.
func weiboCount(s *Sandbox, c *weiboCall) (any, error) {
	ids := strings.Split(c.param("ids"), ",")
	if c.param("ids") == "" {
		return nil, &weiboError{code: 10016, text: "miss required parameter (ids), see doc for more info."}
	}
	if len(ids) > 100 {
		return nil, &weiboError{code: 10017, text: "param ids is not valid!"}
	}
	out := []map[string]any{}
	for _, id := range ids {
		if p := s.state.Weibo.post(strings.TrimSpace(id)); p != nil {
			out = append(out, map[string]any{"id": p.ID, "idstr": p.mid(), "comments": s.state.Weibo.countComments(p.ID), "reposts": 0, "attitudes": 0})
		}
	}
	return out, nil
}
