package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// wechatPage is an article as readers see it, or the preview of a draft.
func (s *Sandbox) wechatPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	name, data := s.wechatPageOf(r.PathValue("key"))
	s.mu.Unlock()
	if data == nil {
		notFoundPage(w, r)
		return
	}
	show(w, http.StatusOK, name, data)
}

// wechatPageOf is the template and the content of the page with this key; nil content when there is none.
func (s *Sandbox) wechatPageOf(key string) (name string, data any) {
	for _, a := range s.state.WeChat {
		a.settle(s, s.clock.now())
		if d, article := a.preview(key); article != nil {
			page := s.wechatArticlePage(a, article)
			page.Time, page.Note = d.Updated, "此为草稿预览，临时链接，尚未发布。"
			return "article", page
		}
		for _, p := range a.Articles {
			for i := range p.Items {
				if p.Items[i].Key == key {
					return s.publishedPage(a, p, &p.Items[i])
				}
			}
		}
	}
	return "", nil
}

func (s *Sandbox) publishedPage(a *wechatAccount, p *wxPublished, item *wxPublishItem) (name string, data any) {
	switch {
	case p.Banned:
		return "message", message{"此内容因违规无法查看", "该内容违反了平台的运营规则，已停止访问。"}
	case item.IsDeleted:
		return "message", message{"该内容已被发布者删除", "发布者已删除这篇文章，内容不再提供。"}
	}
	page := s.wechatArticlePage(a, &item.wxArticle)
	page.Time = p.Time
	return "article", page
}

func (s *Sandbox) wechatArticlePage(a *wechatAccount, article *wxArticle) articlePage {
	page := articlePage{
		Platform: "微信公众号", Title: article.Title, Author: article.Author, Account: orElse(a.Nickname, a.AppID),
		Cover: s.localPicture(article.ThumbURL), Digest: article.Digest, Content: s.readable(article.Content),
		Source: article.ContentSourceURL,
	}
	if article.ImageInfo == nil {
		return page
	}
	for _, image := range article.ImageInfo.ImageList {
		if m := a.material(image.ImageMediaID); m != nil {
			page.Pictures = append(page.Pictures, s.localPicture(m.URL))
		}
	}
	return page
}

// preview finds the draft article of a temporary address, preview-MEDIAID-INDEX.
func (a *wechatAccount) preview(key string) (*wxDraft, *wxArticle) {
	rest, ok := strings.CutPrefix(key, "preview-")
	cut := strings.LastIndex(rest, "-")
	if !ok || cut < 0 {
		return nil, nil
	}
	d := a.draft(rest[:cut])
	i, err := strconv.Atoi(rest[cut+1:])
	if d == nil || err != nil || i < 0 || i >= len(d.Articles) {
		return nil, nil
	}
	return d, &d.Articles[i]
}
