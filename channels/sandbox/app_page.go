package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// appPage is an article as the readers of the app see it.
func (s *Sandbox) appPage(w http.ResponseWriter, r *http.Request, name, id string) {
	s.mu.Lock()
	page, retracted := s.appPageOf(name, id)
	s.mu.Unlock()
	switch {
	case retracted:
		show(w, http.StatusGone, "message", message{"内容已撤回", "发布单位已撤回这篇文章，内容不再提供。"})
	case page == nil:
		notFoundPage(w, r)
	default:
		show(w, http.StatusOK, "article", page)
	}
}

// appPageOf is the page of an item, nil when readers cannot see it.
func (s *Sandbox) appPageOf(name, id string) (page *articlePage, retracted bool) {
	app := s.state.Apps[name]
	if app == nil {
		return nil, false
	}
	it := app.item(id)
	switch {
	case it == nil:
		return nil, false
	case it.Retracted:
		return nil, true
	case !it.visible(s.clock.now()):
		return nil, false
	}
	return s.appArticlePage(app, it), false
}

func (s *Sandbox) appArticlePage(app *appBackend, it *appItem) *articlePage {
	page := &articlePage{
		Platform: "客户端", Title: it.text("title"), Account: app.title(), Time: it.VisibleFrom, Cover: it.text("image"),
		Digest: it.text("summary"), Source: it.text("url"), Author: itemAuthors(it),
	}
	if content, err := cleanHTML(it.text("content_html"), openCleaner); err == nil {
		page.Content = s.readable(content)
	}
	if published, err := time.Parse(time.RFC3339, it.text("date_published")); err == nil {
		page.Time = published
	}
	if page.Content == "" {
		page.Content = linked(it.text("content_text"))
	}
	return page
}

// itemAuthors is the names of an item's authors.
func itemAuthors(it *appItem) string {
	list, _ := it.Item["authors"].([]any)
	names := []string{}
	for _, entry := range list {
		author, _ := entry.(map[string]any)
		if name, _ := author["name"].(string); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, "、")
}
