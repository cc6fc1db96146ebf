package sandbox

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a headline article, in characters.
const (
	wbArticleTitle   = 32
	wbArticleContent = 90000
	wbArticleText    = 1900
)

// articlePath is where headline articles are published.
const articlePath = "/proxy/article/publish.json"

// articleCodes are the codes that the article interface answers in its own form, with HTTP 200.
var articleCodes = []int{10001, 10008, 11001, 11002, 11003}

// weiboArticle is a published headline article.
type weiboArticle struct {
	ObjectID string    `json:"object_id"`
	UID      string    `json:"uid"`
	Title    string    `json:"title"`
	Content  string    `json:"content"` // decoded
	Cover    string    `json:"cover"`
	Summary  string    `json:"summary"`
	PostID   int64     `json:"post_id"`
	Created  time.Time `json:"created"`
}

// articleAnswer is the answer of the article interface: HTTP 200 with a code of its own, as text.
type articleAnswer struct {
	Code string `json:"code"`
	Msg  string `json:"msg"`
	Data any    `json:"data"`
}

// weiboPublishArticle stores an article and posts a short post that points to it.
func weiboPublishArticle(s *Sandbox, c *weiboCall) (any, error) {
	refuse := func(text string) (any, error) { return articleAnswer{Code: "10008", Msg: text, Data: []any{}}, nil }
	content, err := articleContent(c.param("content"))
	cleaned, errClean := cleanHTML(content, openCleaner)
	title, text := c.param("title"), c.param("text")
	if code, ok := markedCode(title+text, "e"); ok {
		return nil, wbErr(code)
	}
	unbound := strings.Contains(title+text, "[sim:11003]")
	switch {
	case title == "" || utf8.RuneCountInString(title) > wbArticleTitle:
		return refuse("title error")
	case err != nil || errClean != nil || content == "" || utf8.RuneCountInString(content) > wbArticleContent:
		return refuse("content error")
	case !goodSource(c.param("cover")) || c.param("cover") == "":
		return refuse("cover error")
	case utf8.RuneCountInString(text) > wbArticleText:
		return refuse("text error")
	case s.checkRIP(c) != nil:
		return refuse("rip error")
	}
	c.Effect = true
	if unbound { // the article is stored, its short post is not
		object := s.articleID(c)
		s.state.Weibo.Articles = append(s.state.Weibo.Articles, &weiboArticle{
			ObjectID: object, UID: c.user.UID, Title: title, Content: cleaned, Cover: c.param("cover"), Summary: c.param("summary"), Created: c.now,
		})
		return nil, wbErr(11003)
	}
	object := s.articleID(c)
	address := c.base + "/ttarticle/p/show?id=" + object
	post := s.weiboStore(c.user, weiboPost{Text: orElse(text, "发布了头条文章：《"+title+"》") + " " + address, Route: "article"}, c.app.Key, c.now)
	s.state.Weibo.Articles = append(s.state.Weibo.Articles, &weiboArticle{
		ObjectID: object, UID: c.user.UID, Title: title, Content: cleaned, Cover: c.param("cover"),
		Summary: c.param("summary"), PostID: post.ID, Created: c.now,
	})
	return articleAnswer{Code: "100000", Msg: "success", Data: map[string]string{
		"object_id": object, "url": address, "mid": post.mid(),
	}}, nil
}

// articleContent is the content of a headline article. The documents want it percent-encoded, a space as %20, and do not
// say whether that is beside the encoding of a form or is it: what still holds a character that percent-encoding would
// have replaced is taken as it came.
func articleContent(sent string) (string, error) {
	if strings.ContainsFunc(sent, func(r rune) bool { return r > '~' || strings.ContainsRune(" <>\"\n", r) }) {
		return sent, nil
	}
	return url.PathUnescape(sent)
}

// articleID makes the id of an article.
func (s *Sandbox) articleID(c *weiboCall) string {
	return "2309404" + strconv.FormatInt(number(c.user.UID)%1000000, 10) + strconv.FormatInt(s.next()+100000000, 10)
}

// openCleaner keeps pictures and links of any host: for platforms whose rules are not known and for the app.
var openCleaner = cleaner{
	picture: func(src string) bool { return src != "" && goodSource(src) },
	link:    func(href string) bool { return goodSource(href) },
	srcName: "src",
}
