package sandbox

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// grantPage is what the page shows on which an account's administrator agrees.
type grantPage struct {
	Platform string
	Query    template.URL // of this page: the form goes back to it
	Sets     []grantSet
	Accounts []WeChatAccount
}

type grantSet struct {
	ID   int
	Name string
}

// wechatGrantPage stands for the code to scan and the page on the administrator's telephone: whoever clicks is the
// administrator of every account.
func (s *Sandbox) wechatGrantPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	p, sentence := s.grantRequest(r.URL.Query())
	page := grantPage{Query: template.URL(r.URL.RawQuery)} //nolint:gosec // it is escaped as an attribute, and leads to this page only
	if p != nil {
		page.Platform = orElse(p.Name, p.AppID)
		for _, id := range p.asked() {
			page.Sets = append(page.Sets, grantSet{id, orElse(wxSetNames[id], "权限集") + "权限"})
		}
		for _, a := range s.state.WeChat {
			if only := r.URL.Query().Get("biz_appid"); only == "" || only == a.AppID {
				page.Accounts = append(page.Accounts, a.WeChatAccount)
			}
		}
	}
	s.mu.Unlock()
	if sentence != "" {
		show(w, http.StatusOK, "message", message{"微信公众平台", sentence})
		return
	}
	slices.SortFunc(page.Accounts, func(a, b WeChatAccount) int { return strings.Compare(a.AppID, b.AppID) })
	show(w, http.StatusOK, "grant", page)
}

// grantRequest checks the address of the page: who asks, with which code, and where to go back. Call it with s.mu held.
func (s *Sandbox) grantRequest(q url.Values) (p *wxComponent, sentence string) {
	p = s.state.Components[q.Get("component_appid")]
	back, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case p == nil:
		return nil, "第三方平台不存在，请核对 component_appid。"
	case err != nil || back.Host == "":
		return nil, "回调地址不正确，请核对 redirect_uri。"
	case p.Host != "" && back.Host != p.Host:
		return nil, "请确认授权入口页所在域名与授权后回调的域名，和第三方平台填写的登录授权发起页域名一致。"
	case q.Has("biz_appid") && q.Has("auth_type"):
		return nil, "auth_type 与 biz_appid 只能有一个，请改正。"
	}
	if ends, known := p.PreAuth[q.Get("pre_auth_code")]; !known || s.clock.now().After(ends) {
		return nil, "预授权码无效或已过期，请回到第三方平台重新发起授权。"
	}
	return p, ""
}

// wechatAgree takes the form of the page: appid, the sets agreed to, and approve or deny.
func (s *Sandbox) wechatAgree(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	p, sentence := s.grantRequest(q)
	target := ""
	switch account := s.state.WeChat[r.PostForm.Get("appid")]; {
	case sentence != "":
	case r.PostForm.Get("answer") == "deny":
		sentence = "您没有同意授权，可以关闭本页。"
	case account == nil || q.Has("biz_appid") && q.Get("biz_appid") != account.AppID && r.Header.Get("X-Sim-Any-Account") == "":
		sentence = "扫码的微信不是指定公众号的管理员，请换用管理员的微信。"
	default:
		target = s.grant(p, account.AppID, q.Get("pre_auth_code"), q.Get("redirect_uri"), wxSets(r.PostForm["set"]))
	}
	s.mu.Unlock()
	if sentence != "" {
		show(w, http.StatusOK, "message", message{"微信公众平台", sentence})
		return
	}
	s.changed()
	http.Redirect(w, r, target, http.StatusFound)
}
