package weibo

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/manual"
	"govmedia/sql"
)

// Limits of a share (channels.md §1.1). Characters are counted conservatively: each is one, and the link counts whole.
const (
	maxStatus  = 140
	frame      = 3         // characters: 【, 】 and the blank before the link
	maxPicture = 5<<20 - 1 // bytes: fewer than 5 MB
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
}

// compose makes the text of a post: 【title】digest link. The link is always whole; the title is never cut, because half a
// headline may say the opposite.
func compose(message channels.Message, link string) teaser {
	t := teaser{room: maxStatus - utf8.RuneCountInString(link) - frame}
	title, digest := oneLine(message.Title), oneLine(message.Digest)
	if digest == "" {
		digest = oneLine(manual.PlainText(message.Body))
	}
	text := title + "\x00" + digest // one text, so that a mark in the title and one in the digest count as a pair
	plain := topic.ReplaceAllString(text, "$1")
	if strings.Contains(link, "#") {
		plain = strings.ReplaceAll(plain, "#", "")
	}
	t.topics = plain != text
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

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\x00", "")), " ")
}

// Preview implements channels.Channel. The link of a delivery is not known yet; its length is.
func (c *Channel) Preview(message channels.Message, account accounts.Account) channels.Preview {
	link := strings.TrimSuffix(c.cfg.OriginBase, "/") + "/p/"
	t := compose(message, link+strings.Repeat("0", sql.IDLength))
	shown := strings.TrimSuffix(t.status, strings.Repeat("0", sql.IDLength))
	preview := channels.Preview{
		Platform: accounts.Weibo, Title: t.title, Digest: t.digest, Text: shown, Link: link,
		Limits:   []channels.Limit{titleLimit(t)},
		Warnings: warnings(message, account, t),
	}
	if used := utf8.RuneCountInString(t.status); used <= maxStatus { // else the title says it
		preview.Limits = append(preview.Limits, channels.Limit{Field: "status", Label: "微博字数", Used: used, Max: maxStatus, OK: true})
	}
	if cover, ok := message.Pictures.ByID(message.CoverID); ok {
		preview.CoverID = cover.ID
	}
	if CheckSettings(account) != nil {
		preview.Limits = append(preview.Limits, channels.Limit{Field: "account", Label: "账号设置", Used: 1,
			Sentence: "微博账号的发布方式、UID 或安全域名没有填对，请管理员在账号页改正。"})
	}
	return preview
}

func titleLimit(t teaser) channels.Limit {
	used := utf8.RuneCountInString(t.title)
	limit := channels.Limit{Field: "title", Label: "标题字数", Used: used, Max: t.room, OK: used <= t.room}
	if !limit.OK {
		limit.Sentence = fmt.Sprintf("微博一共140个字，扣去链接后标题最多%d个字，现在有%d个字，请缩短标题。", t.room, used)
	}
	return limit
}

// warnings says what readers of Weibo will not see.
func warnings(message channels.Message, account accounts.Account, t teaser) []string {
	list := []string{"微博只显示标题、摘要和链接，正文要点开链接才能看到。"}
	if t.topics {
		list = append(list, "微博的分享接口不接受 #话题#，发布时会去掉井号，文字保留。")
	}
	if t.cut {
		list = append(list, "摘要放不下，已在"+cutAt(t.digest)+"截断，完整内容在链接里。")
	}
	if _, ok := message.Pictures.ByID(message.CoverID); !ok {
		list = append(list, "没有封面图，微博将不带图片。")
	} else if len(message.Pictures) > 1 {
		list = append(list, fmt.Sprintf("微博只带一张封面图，其余%d张图片在链接里。", len(message.Pictures)-1))
	}
	if setting(account, "safe_domain") == "" {
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
