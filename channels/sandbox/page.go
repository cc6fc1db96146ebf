package sandbox

import (
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

//go:embed page.html
var pageSource string

// pages are the readers' pages, named as their templates.
var pages = template.Must(template.New("page").Funcs(template.FuncMap{
	"when":  func(t time.Time) string { return t.In(beijing).Format("2006年1月2日 15:04") },
	"first": func(text string) string { return firstRunes(text, 1) },
}).Parse(pageSource))

// show writes a page. Pages run no script and load nothing but pictures, whatever was published.
func show(w http.ResponseWriter, status int, name string, data any) {
	var b strings.Builder
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src * data:; style-src 'unsafe-inline'")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(b.String()))
}

// message is a page with a sentence: gone, or never there.
type message struct {
	Title    string
	Sentence string
}

func notFoundPage(w http.ResponseWriter, _ *http.Request) {
	show(w, http.StatusNotFound, "message", message{"页面不存在", "没有找到这个页面，请核对链接是否完整。"})
}

// authorizePage is what the authorise page shows.
type authorizePage struct {
	App   string
	Query template.URL // as it came: the form goes on with it, not with what a template makes of it
	Users []WeiboUser
}

// articlePage is what the page of an article shows, on WeChat, in the app and for Weibo's headline articles.
type articlePage struct {
	Platform string
	Title    string
	Author   string
	Account  string
	Time     time.Time
	Cover    string
	Digest   string
	Content  template.HTML // cleaned
	Pictures []string      // of a picture message
	Source   string        // 阅读原文
	Note     string
}

// indexItem is a line of the index page.
type indexItem struct {
	Platform string
	Account  string
	Title    string
	Link     string
	Cover    string
	Time     time.Time
}

// indexLength is how many items the index page shows.
const indexLength = 100

// indexPage lists the newest items of all platforms.
func (s *Sandbox) indexPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	items := s.indexItems(s.publicURL(r))
	s.mu.Unlock()
	slices.SortStableFunc(items, func(a, b indexItem) int { return b.Time.Compare(a.Time) })
	show(w, http.StatusOK, "index", window(items, 0, indexLength))
}

// indexItems is everything readers can see. Links are relative, so that the page works under any name of the host.
func (s *Sandbox) indexItems(base string) []indexItem {
	now := s.clock.now()
	items := []indexItem{}
	for _, a := range s.state.WeChat {
		a.settle(s, now)
		for _, p := range a.Articles {
			for _, item := range p.Items {
				if !item.IsDeleted && !p.Banned {
					items = append(items, indexItem{"微信", orElse(a.Nickname, a.AppID), item.Title, "/s/" + item.Key, s.localPicture(item.ThumbURL), p.Time})
				}
			}
		}
	}
	for _, p := range s.state.Weibo.Posts {
		if p.RemovedBy == "" && p.Visible == 0 && !now.Before(p.VisibleFrom) {
			cover := ""
			if pictures := s.weiboPictures(p, ""); len(pictures) > 0 {
				cover = pictures[0]
			}
			items = append(items, indexItem{"微博", s.state.Weibo.Users[p.UID].Name, p.Text, "/" + p.UID + "/" + p.mid(), cover, p.Created})
		}
	}
	for name, app := range s.state.Apps {
		for _, it := range app.Items {
			if it.visible(now) {
				items = append(items, indexItem{"客户端", app.title(), it.text("title"), strings.TrimPrefix(itemAddress(it, base+"/app/"+name), base), it.text("image"), it.VisibleFrom})
			}
		}
	}
	return items
}

// localPicture is a picture's address on this host when we have it, else the address as it is.
func (s *Sandbox) localPicture(address string) string {
	if p := s.state.Pictures[pictureKey(address)]; p != nil {
		return "/mmbiz/mmbiz_" + p.Format + "/" + p.Key + "/0"
	}
	return address
}

// readable is stored content as a browser shows it: pictures that WeChat keeps in data-src get their src.
func (s *Sandbox) readable(content string) template.HTML {
	root, err := fragment(content)
	if err != nil {
		return ""
	}
	for n := range root.Descendants() {
		for i := range n.Attr {
			if n.Type == html.ElementNode && n.Data == "img" && (n.Attr[i].Key == "data-src" || n.Attr[i].Key == "src") {
				n.Attr[i] = html.Attribute{Key: "src", Val: s.localPicture(n.Attr[i].Val)}
			}
		}
	}
	return template.HTML(render(root)) // cleaned when it was stored
}
