package sandbox

import (
	"html/template"
	"net/http"
	"regexp"
	"strings"
)

// weiboPagePath is the shape of a post's public address.
var weiboPagePath = regexp.MustCompile(`^/\d+/\d+$`)

// postPage is what the page of a Weibo post shows.
type postPage struct {
	User     WeiboUser
	Post     weiboPost
	Text     template.HTML
	Source   string
	Pictures []string
}

// weiboPage is a post as readers see it.
func (s *Sandbox) weiboPage(w http.ResponseWriter, r *http.Request) {
	uid, mid, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.mu.Lock()
	page := s.postPageOf(uid, mid)
	s.mu.Unlock()
	if page == nil {
		show(w, http.StatusNotFound, "message", message{"微博不存在", "此微博已被删除，或者暂无查看权限。"})
		return
	}
	show(w, http.StatusOK, "post", page)
}

// postPageOf is the page of a post, nil when readers cannot see it.
func (s *Sandbox) postPageOf(uid, mid string) *postPage {
	p := s.state.Weibo.post(mid)
	if p == nil || p.UID != uid || p.Visible != 0 || s.clock.now().Before(p.VisibleFrom) {
		return nil
	}
	page := &postPage{User: s.state.Weibo.Users[uid].WeiboUser, Post: *p, Text: linked(p.Text), Source: plainText(s.weiboSource(p.AppKey))}
	for _, address := range s.weiboPictures(p, "") {
		page.Pictures = append(page.Pictures, s.localPicture(address))
	}
	return page
}

// linked is a post's text with its links made to work.
func linked(text string) template.HTML {
	var b strings.Builder
	for {
		at := weiboLink.FindStringIndex(text)
		if at == nil {
			b.WriteString(template.HTMLEscapeString(text))
			return template.HTML(b.String())
		}
		link := template.HTMLEscapeString(text[at[0]:at[1]])
		b.WriteString(template.HTMLEscapeString(text[:at[0]]))
		b.WriteString(`<a href="` + link + `" rel="noopener nofollow">` + link + `</a>`)
		text = text[at[1]:]
	}
}

// weiboArticlePage is a headline article as readers see it.
func (s *Sandbox) weiboArticlePage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	page := s.headlinePageOf(r.URL.Query().Get("id"))
	s.mu.Unlock()
	if page == nil {
		notFoundPage(w, r)
		return
	}
	show(w, http.StatusOK, "article", page)
}

func (s *Sandbox) headlinePageOf(objectID string) *articlePage {
	for _, article := range s.state.Weibo.Articles {
		if article.ObjectID == objectID {
			return &articlePage{
				Platform: "微博头条文章", Title: article.Title, Account: s.state.Weibo.Users[article.UID].Name, Time: article.Created,
				Cover: s.localPicture(article.Cover), Digest: article.Summary, Content: s.readable(article.Content),
			}
		}
	}
	return nil
}
