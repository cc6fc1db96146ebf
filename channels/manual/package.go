package manual

import (
	"fmt"
	"strings"

	"govmedia/accounts"
	"govmedia/channels"
)

// Packet is a message ready to be copied into a platform's editor.
type Packet struct {
	Platform   accounts.Platform `json:"platform"`
	Name       string            `json:"platform_name"`
	Title      string            `json:"title"`
	TitleShort string            `json:"title_short"` // cut to the platform's limit; the title itself where none is known or it fits
	Digest     string            `json:"digest"`
	Text       string            `json:"text"`   // the body as plain text
	HTML       string            `json:"html"`   // the body as cleaned HTML, picture addresses as in the message
	Source     string            `json:"source"` // 来源 and 作者, empty when the message names neither
	Checklist  []string          `json:"checklist"`
}

// Package makes the packet of a message for an account.
func Package(message channels.Message, account accounts.Account) Packet {
	capability := CapabilityOf(account.Platform)
	packet := Packet{
		Platform: account.Platform, Name: capability.Name, Title: message.Title, TitleShort: message.Title, Digest: message.Digest,
		Text: PlainText(message.Body), HTML: message.Body, Source: sourceLine(message),
	}
	if capability.TitleMax > 0 {
		packet.TitleShort, _ = Cut(message.Title, capability.TitleMax)
	}
	packet.Checklist = checklist(message, account, capability, packet)
	return packet
}

// Correcting is the packet for a person who puts a corrected text in the place of a published one: what is done there is another
// thing than publishing.
func (p Packet) Correcting(message channels.Message, account accounts.Account) Packet {
	steps := []string{
		fmt.Sprintf("确认要更正的账号是“%s”，打开读者现在看到的那一篇", account.Name),
		"登录" + p.Name + "的后台，找到这一篇",
		"能修改的：把标题和正文改成下面的内容，不要改动审签过的文字",
		"不能修改的：先删除这一篇，再按下面的内容重新发布，不要两篇同时留着",
	}
	if p.TitleShort != p.Title {
		steps = append(steps, "平台标题长度有限，已按短标题截取，请核对意思是否完整")
	}
	if n := inText(message); n > 0 {
		steps = append(steps, fmt.Sprintf("核对正文里的%d张图片（在发布包的 pictures 文件夹）", n))
	}
	p.Checklist = append(steps, "打开更正后的文章，确认读者看到的是新的内容", "回到本页登记；重新发布的，填上新的网址")
	return p
}

func sourceLine(message channels.Message) string {
	var parts []string
	if message.Source != "" {
		parts = append(parts, "来源："+message.Source)
	}
	if message.Byline != "" {
		parts = append(parts, "作者："+message.Byline)
	}
	return strings.Join(parts, "　")
}

// checklist is what a person does, in order; nothing in it is already done.
func checklist(message channels.Message, account accounts.Account, capability Capability, packet Packet) []string {
	steps := append([]string{fmt.Sprintf("确认要发布的账号是“%s”", account.Name)}, capability.Steps...)
	steps = append(steps, "粘贴标题和正文，不要改动审签过的文字")
	if packet.TitleShort != packet.Title {
		steps = append(steps, fmt.Sprintf("平台标题不超过%d个字，已按短标题截取，请核对意思是否完整", capability.TitleMax))
	}
	if n := inText(message); n > 0 {
		steps = append(steps, fmt.Sprintf("按顺序插入%d张图片（在发布包的 pictures 文件夹）", n))
	}
	if message.CoverID != "" {
		steps = append(steps, "上传封面图（发布包中文件名以 cover 开头的图片）")
	}
	if packet.Source != "" {
		steps = append(steps, "填写"+packet.Source)
	}
	return append(steps, "预览无误后发布", "打开发布后的文章，复制网址，回到本页登记")
}

// inText counts the pictures that stand in the text; the cover is none of them unless it stands there too.
func inText(message channels.Message) int {
	seen := map[string]bool{}
	channels.WithPictures(message.Body, func(id string) string {
		seen[id] = true
		return id
	})
	return len(seen)
}

// limits measures a message against what its platform says it takes.
func limits(message channels.Message, capability Capability, packet Packet) []channels.Limit {
	list := []channels.Limit{}
	add := func(field, label string, used, most int, sentence string) {
		if most == 0 {
			return
		}
		limit := channels.Limit{Field: field, Label: label, Used: used, Max: most, OK: used <= most}
		if !limit.OK {
			limit.Sentence = sentence
		}
		list = append(list, limit)
	}
	text := len([]rune(packet.Text))
	add("body", "正文字数", text, capability.TextMax, fmt.Sprintf("正文有%d个字，%s最多%d个字，请删减。", text, capability.Name, capability.TextMax))
	add("pictures", "图片张数", len(message.Pictures), capability.Pictures,
		fmt.Sprintf("图片有%d张，%s最多%d张，请减少。", len(message.Pictures), capability.Name, capability.Pictures))
	var largest int64
	for _, picture := range message.Pictures {
		largest = max(largest, picture.Size)
	}
	add("picture_size", "最大一张图片（字节）", int(largest), int(capability.PictureBytes),
		fmt.Sprintf("有图片超过%s的上限 %d MB，请换一张小一些的。", capability.Name, capability.PictureBytes>>20))
	return list
}
