package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// wechatPage is an article as readers see it, or the preview of a draft.
func (s *Sandbox) wechatPage(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.state.WeChat {
		a.settle(s, s.clock.now())
		if d, article := a.preview(key); article != nil {
			page := s.wechatArticlePage(a, article)
			page.Time, page.Note = d.Updated, "此为草稿预览，临时链接，尚未发布。"
			show(w, http.StatusOK, "article", page)
			return
		}
		for _, p := range a.Articles {
			for i := range p.Items {
				if p.Items[i].Key == key {
					s.showWechat(w, a, p, &p.Items[i])
					return
				}
			}
		}
	}
	notFoundPage(w, r)
}

func (s *Sandbox) showWechat(w http.ResponseWriter, a *wechatAccount, p *wxPublished, item *wxPublishItem) {
	switch {
	case p.Banned:
		show(w, http.StatusOK, "message", message{"此内容因违规无法查看", "该内容违反了平台的运营规则，已停止访问。"})
	case item.IsDeleted:
		show(w, http.StatusOK, "message", message{"该内容已被发布者删除", "发布者已删除这篇文章，内容不再提供。"})
	default:
		page := s.wechatArticlePage(a, &item.wxArticle)
		page.Time = p.Time
		show(w, http.StatusOK, "article", page)
	}
}

func (s *Sandbox) wechatArticlePage(a *wechatAccount, article *wxArticle) articlePage {
	return articlePage{
		Platform: "微信公众号", Title: article.Title, Author: article.Author, Account: orElse(a.Nickname, a.AppID),
		Cover: s.localPicture(article.ThumbURL), Digest: article.Digest, Content: s.readable(article.Content),
		Source: article.ContentSourceURL,
	}
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
