package wechat

import (
	"fmt"

	"govmedia/accounts"
	"govmedia/channels"
)

// addressLength stands in for the address that WeChat will give a picture: theirs have 110 to 150 characters.
const addressLength = 150

// autoDigest is how many characters of the text WeChat shows when there is no digest.
const autoDigest = 54

// Preview implements channels.Channel. The count of characters takes in markup and picture addresses, as WeChat's does.
func (c *Channel) Preview(message channels.Message, _ accounts.Account) channels.Preview {
	title, author, digest := oneLine(message.Title), oneLine(message.Byline), oneLine(message.Digest)
	preview := channels.Preview{Platform: accounts.WeChat, Title: title, Digest: digest, CoverID: message.CoverID, Warnings: []string{}}
	_, hasCover := message.Pictures.ByID(message.CoverID)
	preview.Limits = []channels.Limit{
		required(length("title", "标题", runes(title), c.limits.Title), "标题是空的，请填写标题。"),
		length("author", "作者", runes(author), c.limits.Author),
		length("digest", "摘要", runes(digest), c.limits.Digest),
		present("cover", "封面", hasCover, "微信文章必须有封面图，请先设置封面。"),
	}
	body, content, err := c.compose(message, func(src string) (string, bool) {
		if _, own := message.Pictures.ByID(pictureID(src)); own {
			return fmt.Sprintf("%-*s", addressLength, src), true
		}
		return wechatPicture(src)
	})
	if err != nil {
		preview.Limits = append(preview.Limits, present("content", "正文", false, "正文的格式无法识别，请清除格式后重新粘贴。"))
		return preview
	}
	preview.Limits = append(preview.Limits, c.contentLimits(body, content)...)
	preview.HTML = content.shown
	if digest == "" {
		preview.Digest = firstRunes(body.words(), autoDigest)
	}
	preview.Warnings = append(preview.Warnings, warnings(body, message)...)
	return preview
}

// composed is a body's HTML as it goes out, and what was wrong with its pictures.
type composed struct {
	html    string
	shown   string // with the addresses as in the message
	foreign []string
}

// compose prepares the body, with less of the theme when it would not fit otherwise.
func (c *Channel) compose(message channels.Message, final func(src string) (string, bool)) (body *prepared, out composed, err error) {
	for _, look := range []look{themed, brief} {
		if body, out, err = composeAs(message, look, final); err != nil {
			return nil, composed{}, err
		}
		if runes(out.html) < c.limits.Content && len(out.html) < c.limits.ContentBytes {
			break
		}
	}
	return body, out, nil
}

func composeAs(message channels.Message, look look, final func(src string) (string, bool)) (*prepared, composed, error) {
	body, err := prepare(message.Body, message.Source, look)
	if err != nil {
		return nil, composed{}, err
	}
	var out composed
	if out.shown, err = body.render(); err != nil {
		return nil, composed{}, err
	}
	out.foreign = body.address(final)
	out.html, err = body.render()
	return body, out, err
}

func (c *Channel) contentLimits(body *prepared, content composed) []channels.Limit {
	limits := []channels.Limit{
		length("content", "正文（含格式）", runes(content.html), c.limits.Content-1),
		length("content_bytes", "正文字节数", len(content.html), c.limits.ContentBytes-1),
		{Field: "pictures", Label: "外部图片", Used: len(content.foreign), Max: 0, OK: len(content.foreign) == 0},
	}
	if limits[1].Sentence != "" {
		limits[1].Sentence = "正文连同格式太大，微信不接收，请删减正文或简化表格。"
	}
	if !limits[2].OK {
		limits[2].Sentence = fmt.Sprintf("正文里有 %d 张图片没有上传到本系统，微信不会显示，请重新插入这些图片。", len(content.foreign))
	}
	limits = append(limits, missing("drawings", "矢量图、公式", body.drawings, "正文里有 %d 处矢量图（SVG）或公式，微信不会完整显示。请存成 PNG 图片，在原处重新插入。")...)
	limits = append(limits, missing("cards", "小程序卡片", body.cards,
		"正文里有 %d 处小程序卡片或链接，经系统发布后会失效。请删去，改写小程序名称，或插入小程序码图片请读者扫码。")...)
	if body.words() == "" && len(body.images) == 0 {
		limits[0].OK, limits[0].Sentence = false, "正文是空的，请填写正文。"
	}
	return limits
}

// missing is the limit of what would be missing from the text without a word; none where there is nothing of the kind.
func missing(field, label string, count int, sentence string) []channels.Limit {
	if count == 0 {
		return nil
	}
	return []channels.Limit{{Field: field, Label: label, Used: count, Sentence: fmt.Sprintf(sentence, count)}}
}

func length(field, label string, used, most int) channels.Limit {
	limit := channels.Limit{Field: field, Label: label, Used: used, Max: most, OK: used <= most}
	if !limit.OK {
		limit.Sentence = fmt.Sprintf("%s有 %d 个字，超过微信的 %d 个字，请至少删减 %d 个字。", label, used, most, used-most)
	}
	return limit
}

func required(limit channels.Limit, sentence string) channels.Limit {
	if limit.Used == 0 {
		limit.OK, limit.Sentence = false, sentence
	}
	return limit
}

func present(field, label string, ok bool, sentence string) channels.Limit {
	limit := channels.Limit{Field: field, Label: label, Max: 1, OK: ok}
	if ok {
		limit.Used = 1
	} else {
		limit.Sentence = sentence
	}
	return limit
}

// warnings says what readers will see otherwise than it was written.
func warnings(body *prepared, message channels.Message) []string {
	var list []string
	if n := len(body.links); n > 0 {
		list = append(list, fmt.Sprintf("微信正文不支持外部链接，%d 个链接将以文末注释的形式显示网址。", n))
	}
	if body.anchors > 0 {
		list = append(list, fmt.Sprintf("%d 处页内跳转或站内相对链接在微信里不可用，将只保留文字。", body.anchors))
	}
	if body.media > 0 {
		list = append(list, fmt.Sprintf("%d 处视频、音频或嵌入内容在微信里不显示，视频和音频处会写明请读者看原文。", body.media))
	}
	if cover, ok := message.Pictures.ByID(message.CoverID); ok && cover.MIME == "image/gif" {
		list = append(list, "微信封面不支持动图，将使用第一帧。")
	}
	if oneLine(message.Digest) == "" {
		list = append(list, fmt.Sprintf("没有填写摘要，微信将显示正文的前 %d 个字。", autoDigest))
	}
	return list
}

func firstRunes(text string, most int) string {
	list := []rune(text)
	return string(list[:min(len(list), most)])
}
