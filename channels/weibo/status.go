package weibo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/manual"
	"govmedia/sql"
)

// Limits of posts (channels.md §1.1, §1.2). Characters are counted conservatively: each is one, and the link counts whole.
const (
	maxStatus  = 140
	maxLong    = 2000      // of a long text
	frame      = 3         // characters: 【, 】 and the blank before the link
	maxPicture = 5<<20 - 1 // bytes: fewer than 5 MB
	maxShrunk  = 1 << 20   // bytes of a picture that was refused once

	maxArticleTitle   = 32
	maxArticleContent = 90000
	maxArticleText    = 1900
)

var topic = regexp.MustCompile(`#([^#]+)#`)

// teaser is the text of a post and what was done to it.
type teaser struct {
	status string
	title  string
	digest string
	room   int  // characters a title may have
	topics bool // marks of topics were taken off
	cut    bool // the digest was cut
	long   bool // a long text
}

// compose makes the text that goes with a message on a route: 【title】digest link. The link is always whole; the title is never cut,
// because half a headline may say the opposite. A share must not hold topics; the other routes keep them.
func compose(route string, account accounts.Account, message channels.Message, link string) teaser {
	title, digest := oneLine(message.Title), oneLine(message.Digest)
	if digest == "" {
		digest = oneLine(manual.PlainText(message.Body))
	}
	if route == routeUpdate && longText(account) {
		if t := composeLong(title, message, link); t.long {
			return t
		}
	}
	most := maxStatus
	if route == routeArticle {
		most = maxArticleText
	}
	t := teaser{room: most - utf8.RuneCountInString(link) - frame}
	plain := title + "\x00" + digest
	if route == routeShare {
		plain, t.topics = withoutTopics(plain, link)
	}
	t.title, digest, _ = strings.Cut(plain, "\x00")
	room := t.room - utf8.RuneCountInString(t.title)
	if room > 0 {
		t.digest, t.cut = manual.Cut(digest, room)
	} else {
		t.cut = digest != ""
	}
	if t.digest == "…" {
		t.digest = ""
	}
	t.status = "【" + t.title + "】" + t.digest + " " + link
	return t
}

// withoutTopics takes the marks off topics; title and digest are one text, so that a mark in each counts as a pair.
func withoutTopics(text, link string) (string, bool) {
	plain := topic.ReplaceAllString(text, "$1")
	if strings.Contains(link, "#") {
		plain = strings.ReplaceAll(plain, "#", "")
	}
	return plain, plain != text
}

// composeLong makes a long text of the whole article. The link stands behind the title, for timelines show the beginning only. It is
// no long text when the article is short enough for a usual one.
func composeLong(title string, message channels.Message, link string) teaser {
	t := teaser{title: title, room: maxStatus - utf8.RuneCountInString(link) - frame}
	head := "【" + title + "】 " + link + "\n\n"
	body := strings.TrimSpace(manual.PlainText(message.Body))
	t.digest, t.cut = manual.Cut(body, max(maxLong-utf8.RuneCountInString(head), 1))
	t.status = head + t.digest
	t.long = utf8.RuneCountInString(t.status) > maxStatus
	return t
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\x00", "")), " ")
}

// Preview implements channels.Channel. The link of a delivery is not known yet; its length is.
func (c *Channel) Preview(message channels.Message, account accounts.Account) channels.Preview {
	link := strings.TrimSuffix(c.cfg.OriginBase, "/") + "/p/"
	blank := strings.Repeat("0", sql.IDLength)
	route := c.expected(account)
	t := compose(route, account, message, link+blank)
	preview := channels.Preview{
		Platform: accounts.Weibo, Title: t.title, Digest: t.digest, Text: strings.Replace(t.status, blank, "", 1), Link: link,
		Limits: []channels.Limit{}, Warnings: []string{},
	}
	if cover, ok := message.Pictures.ByID(message.CoverID); ok {
		preview.CoverID = cover.ID
	}
	if route == routeArticle {
		previewArticle(&preview, message)
	} else {
		preview.Limits = append(preview.Limits, titleLimit(t, account))
		if used, most := utf8.RuneCountInString(t.status), mostOf(t); used <= most { // else the title says it
			preview.Limits = append(preview.Limits, channels.Limit{Field: "status", Label: "微博字数", Used: used, Max: most, OK: true})
		}
		preview.Warnings = warnings(message, account, t)
	}
	if CheckSettings(account) != nil {
		preview.Limits = append(preview.Limits, channels.Limit{Field: "account", Label: "账号设置", Used: 1,
			Sentence: "微博账号的发布方式、UID、安全域名或配图方式没有填对，请管理员在账号页改正。"})
	}
	c.previewAuthorisation(&preview, account)
	return preview
}

func mostOf(t teaser) int {
	if t.long {
		return maxLong
	}
	return maxStatus
}

// titleLimit holds the title to the room that the link leaves. Where a long text is allowed, the title still has to show in the part
// that timelines show.
func titleLimit(t teaser, account accounts.Account) channels.Limit {
	used := utf8.RuneCountInString(t.title)
	limit := channels.Limit{Field: "title", Label: "标题字数", Used: used, Max: t.room, OK: used <= t.room}
	if !limit.OK {
		limit.Sentence = fmt.Sprintf("微博一共140个字，扣去链接后标题最多%d个字，现在有%d个字，请缩短标题。", t.room, used)
		if longText(account) {
			limit.Sentence = fmt.Sprintf("微博列表里只显示前140个字，扣去链接后标题最多%d个字，现在有%d个字，请缩短标题。", t.room, used)
		}
	}
	return limit
}

// previewArticle shows a headline article: the whole text, with the limits of that interface.
func previewArticle(preview *channels.Preview, message channels.Message) {
	preview.Title, preview.Text = message.Title, ""
	content, missed, failure := articleBody(message, func(p channels.Picture) string { return "/media/" + p.ID })
	preview.HTML, preview.Warnings = content, append(preview.Warnings, missed...)
	preview.Limits = append(preview.Limits, articleLimits(message, content)...)
	if failure != nil {
		preview.Limits = append(preview.Limits, channels.Limit{Field: "body", Label: "正文", Used: 1, Sentence: "正文引用的一张图片不在稿件里，请重新插入图片。"})
	}
}

// articleLimits are the measures of a headline article (channels.md §1.2).
func articleLimits(message channels.Message, content string) []channels.Limit {
	title, length := utf8.RuneCountInString(message.Title), utf8.RuneCountInString(content)
	limits := []channels.Limit{
		{Field: "title", Label: "头条文章标题字数", Used: title, Max: maxArticleTitle, OK: title > 0 && title <= maxArticleTitle},
		{Field: "body", Label: "头条文章正文长度", Used: length, Max: maxArticleContent, OK: length > 0 && length <= maxArticleContent},
		{Field: "cover", Label: "封面图", Used: 1, Max: 1, OK: true},
	}
	if !limits[0].OK {
		limits[0].Sentence = fmt.Sprintf("微博头条文章的标题为1到%d个字，现在有%d个字，请修改标题。", maxArticleTitle, title)
	}
	if !limits[1].OK {
		limits[1].Sentence = fmt.Sprintf("微博头条文章的正文最多%d个字符（含格式），现在有%d个，请修改正文。", maxArticleContent, length)
	}
	if _, ok := message.Pictures.ByID(message.CoverID); !ok {
		limits[2] = channels.Limit{Field: "cover", Label: "封面图", Used: 0, Max: 1, Sentence: "微博头条文章必须有封面图，请选择一张封面图。"}
	}
	return limits
}

// warnings says what readers of Weibo will not see.
func warnings(message channels.Message, account accounts.Account, t teaser) []string {
	list := []string{}
	if !t.long {
		list = append(list, "微博只显示标题、摘要和链接，正文要点开链接才能看到。")
	}
	if t.topics {
		list = append(list, "微博的分享接口不接受 #话题#，发布时会去掉井号，文字保留。")
	}
	switch {
	case t.cut && t.long:
		list = append(list, "正文放不下，已在"+cutAt(t.digest)+"截断，完整内容在链接里。")
	case t.cut:
		list = append(list, "摘要放不下，已在"+cutAt(t.digest)+"截断，完整内容在链接里。")
	}
	_, covered := message.Pictures.ByID(message.CoverID)
	switch {
	case t.long || setting(account, "pictures") == picturesNone:
		list = append(list, "这条微博不带图片，图片在链接里。")
	case !covered:
		list = append(list, "没有封面图，微博将不带图片。")
	case len(message.Pictures) > 1:
		list = append(list, fmt.Sprintf("微博只带一张封面图，其余%d张图片在链接里。", len(message.Pictures)-1))
	}
	routes, _ := configured(account)
	if setting(account, "safe_domain") == "" && slices.Contains(routes, routeShare) {
		list = append(list, "账号没有填写安全域名，系统不能提前核对链接，请管理员在账号页补上。")
	}
	return list
}

func cutAt(digest string) string {
	runes := []rune(strings.TrimSuffix(digest, "…"))
	if len(runes) == 0 {
		return "标题之后"
	}
	return "“" + string(runes[max(0, len(runes)-8):]) + "”处"
}
