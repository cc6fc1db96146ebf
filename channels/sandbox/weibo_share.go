package sandbox

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a post.
const (
	wbTextLimit       = 140
	wbLongLimit       = 2000
	wbPictureLimit    = 5 << 20 // bytes; must be fewer
	wbAnnotationLimit = 512
	wbPictures        = 9
	wbLate            = time.Minute // after 20032
)

// weiboPost is a post.
type weiboPost struct {
	ID          int64     `json:"id"`
	UID         string    `json:"uid"`
	AppKey      string    `json:"app_key"`
	Text        string    `json:"text"`
	Pictures    []string  `json:"pictures"`     // keys
	PictureURLs []string  `json:"picture_urls"` // addresses of upload_url_text
	Annotations string    `json:"annotations"`
	Visible     int       `json:"visible"` // 1 is the author alone
	Created     time.Time `json:"created"`
	VisibleFrom time.Time `json:"visible_from"`
	RemovedBy   string    `json:"removed_by"` // "", "owner" or "platform"
	Route       string    `json:"route"`
}

// weiboShare is the way open to ordinary apps: 140 characters, a link to a reviewed safe domain, no topic, one picture.
func weiboShare(s *Sandbox, c *weiboCall) (any, error) {
	text, err := s.weiboText(c, wbTextLimit)
	if err != nil {
		return nil, err
	}
	if weiboTopic.MatchString(text) {
		return nil, &weiboError{code: 10017, text: "text should not contain #topic#! (sandbox: the real code is not known)"}
	}
	if err := c.app.checkLink(text); err != nil {
		return nil, err
	}
	picture, err := weiboPicture(c, false)
	if err != nil {
		return nil, err
	}
	return s.weiboPublish(c, weiboPost{Text: text, Route: "share"}, picture)
}

var (
	weiboTopic = regexp.MustCompile(`#[^#\s][^#]*#`)
	weiboLink  = regexp.MustCompile(`https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+`)
)

// checkLink wants a link to a reviewed safe domain of the app, or one of its sub-domains.
func (app *weiboApp) checkLink(text string) error {
	if len(app.SafeDomains) == 0 {
		return &weiboError{code: 10017, text: "appkey not bind domain!"}
	}
	for _, link := range weiboLink.FindAllString(text, -1) {
		u, err := url.Parse(link)
		if err != nil {
			continue
		}
		if slices.ContainsFunc(app.SafeDomains, func(d SafeDomain) bool {
			host := strings.ToLower(u.Hostname())
			return d.Reviewed && (host == strings.ToLower(d.Host) || u.Host == d.Host || strings.HasSuffix(host, "."+strings.ToLower(d.Host)))
		}) {
			return nil
		}
	}
	return &weiboError{code: 10017, text: "text not find domain!"}
}

func weiboUpdate(s *Sandbox, c *weiboCall) (any, error) {
	limit := wbTextLimit
	if c.param("is_longtext") == "1" {
		limit = wbLongLimit
	}
	text, err := s.weiboText(c, limit)
	if err != nil {
		return nil, err
	}
	if len(c.Files) > 0 {
		return nil, wbErr(20007)
	}
	post, err := weiboOptions(c, weiboPost{Text: text, Route: "update"})
	if err != nil {
		return nil, err
	}
	return s.weiboPublish(c, post, nil)
}

func weiboUpload(s *Sandbox, c *weiboCall) (any, error) {
	text, err := s.weiboText(c, wbTextLimit)
	if err != nil {
		return nil, err
	}
	picture, err := weiboPicture(c, true)
	if err != nil {
		return nil, err
	}
	post, err := weiboOptions(c, weiboPost{Text: text, Route: "upload"})
	if err != nil {
		return nil, err
	}
	return s.weiboPublish(c, post, picture)
}

// weiboUploadURL posts with a picture by address, or with pictures of earlier posts by pic_id; pic_id wins.
func weiboUploadURL(s *Sandbox, c *weiboCall) (any, error) {
	text, err := s.weiboText(c, wbTextLimit)
	if err != nil {
		return nil, err
	}
	post, err := weiboOptions(c, weiboPost{Text: text, Route: "upload_url_text"})
	if err != nil {
		return nil, err
	}
	switch ids := c.param("pic_id"); {
	case ids != "":
		post.Pictures = strings.Split(ids, ",")
		unknown := func(key string) bool {
			p := s.state.Pictures[key]
			return p == nil || p.Owner != "weibo:"+c.user.UID
		}
		if len(post.Pictures) > wbPictures || slices.ContainsFunc(post.Pictures, unknown) {
			return nil, &weiboError{code: 10017, text: "param pic_id is not valid!"}
		}
	case goodSource(c.param("url")) && c.param("url") != "":
		post.PictureURLs = []string{c.param("url")}
	default:
		return nil, &weiboError{code: 10016, text: "miss required parameter (url), see doc for more info."}
	}
	return s.weiboPublish(c, post, nil)
}

// weiboText checks status and rip, which all ways of posting want.
func (s *Sandbox) weiboText(c *weiboCall, limit int) (string, error) {
	text := c.param("status")
	switch {
	case !c.has("status"):
		return "", &weiboError{code: 10016, text: "miss required parameter (status), see doc for more info."}
	case strings.TrimSpace(text) == "":
		return "", wbErr(20008)
	case utf8.RuneCountInString(text) > limit:
		return "", wbErr(20012)
	}
	if code, ok := markedCode(text, "e"); ok {
		return "", wbErr(code)
	}
	return text, s.checkRIP(c)
}

// checkRIP wants the operator's public address.
func (s *Sandbox) checkRIP(c *weiboCall) error {
	rip := c.param("rip")
	if rip == "" {
		return &weiboError{code: 10016, text: "miss required parameter (rip), see doc for more info."}
	}
	addr, err := netip.ParseAddr(rip)
	inner := err == nil && (addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast() || addr.IsUnspecified())
	if err != nil || (inner && !s.state.Settings.AllowPrivateRIP) {
		return &weiboError{code: 10017, text: "param rip is not a public ip!"}
	}
	return nil
}

// weiboOptions reads visible and annotations.
func weiboOptions(c *weiboCall, post weiboPost) (weiboPost, error) {
	post.Visible = int(c.number("visible", 0))
	post.Annotations = c.param("annotations")
	if post.Visible != 0 && post.Visible != 1 {
		return post, &weiboError{code: 10017, text: "param visible is not valid!"}
	}
	if utf8.RuneCountInString(post.Annotations) > wbAnnotationLimit || (post.Annotations != "" && !json.Valid([]byte(post.Annotations))) {
		return post, &weiboError{code: 10017, text: "param annotations is not valid!"}
	}
	return post, nil
}

// weiboPicture is the checked picture in field pic; nil when there is none and none is required.
func weiboPicture(c *weiboCall, required bool) (*upload, error) {
	u := c.file("pic")
	switch {
	case u == nil && (required || c.has("pic")):
		return nil, wbErr(20007)
	case u == nil:
		return nil, nil
	case !slices.Contains([]string{"jpeg", "png", "gif"}, u.Format):
		return nil, wbErr(20005)
	case u.Size >= wbPictureLimit:
		return nil, wbErr(20006)
	}
	return u, nil
}

// weiboPublish stores the post unless it repeats the user's last one, and answers it as a status.
func (s *Sandbox) weiboPublish(c *weiboCall, post weiboPost, u *upload) (any, error) {
	wb := &s.state.Weibo
	if last := wb.lastOf(c.user.UID); last != nil && strings.TrimSpace(last.Text) == strings.TrimSpace(post.Text) {
		return nil, wbErr(20019)
	}
	if u != nil {
		p := s.keepPicture("weibo:"+c.user.UID, u)
		if p == nil {
			return nil, wbErr(10001)
		}
		post.Pictures = []string{p.Key}
	}
	stored := s.weiboStore(c.user, post, c.app.Key, c.now)
	c.Effect = true
	if late, ok := markedLate(post.Text); ok {
		stored.VisibleFrom = c.now.Add(late)
		return nil, wbErr(20032)
	}
	return s.weiboStatusOf(stored, c), nil
}

var weiboLate = regexp.MustCompile(`\[sim:20032(?::(\d+))?\]`)

// markedLate is how long after its answer a post with the marker [sim:20032] or [sim:20032:SECONDS] shows.
func markedLate(text string) (time.Duration, bool) {
	found := weiboLate.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	if seconds, err := time.ParseDuration(found[1] + "s"); err == nil {
		return seconds, true
	}
	return wbLate, true
}

// weiboStore gives a post its id and puts it on the user's timeline.
func (s *Sandbox) weiboStore(user *weiboUser, post weiboPost, appKey string, now time.Time) *weiboPost {
	wb := &s.state.Weibo
	wb.LastID += 1 + s.rng.Int64N(1000)
	post.ID, post.UID, post.AppKey, post.Created = wb.LastID, user.UID, appKey, now
	post.VisibleFrom = now.Add(time.Duration(user.TimelineLagSeconds) * time.Second)
	wb.Posts = append(wb.Posts, &post)
	if appKey != "" { // the limit is the interface's; posts made on the site are free
		user.Hour = append(user.Hour, now)
	}
	return &post
}

// lastOf is the user's newest post that was not removed, nil when there is none.
func (wb *weiboState) lastOf(uid string) *weiboPost {
	for _, p := range slices.Backward(wb.Posts) {
		if p.UID == uid && p.RemovedBy == "" {
			return p
		}
	}
	return nil
}
