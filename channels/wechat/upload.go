package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"

	"govmedia/channels"
	"govmedia/channels/picture"
	"govmedia/fault"
	"govmedia/sql"
)

// What WeChat takes: pictures of the text under 1 MB, as JPEG or PNG; library pictures up to 10 MB. Wider than a phone
// shows is only slower to load.
const (
	pictureBytes = 1_000_000
	pictureWidth = 1440
	smallBytes   = 400_000 // for a second try after a refusal
	smallWidth   = 1080
	gifBytes     = 10_000_000
)

// uploadPictures brings the pictures of the text to WeChat and returns their addresses by the address in the message.
func (c *Channel) uploadPictures(ctx context.Context, job *channels.Job, who party, sources []string) (map[string]string, error) {
	addresses := map[string]string{}
	for _, src := range sources {
		if own, ok := wechatPicture(src); ok {
			addresses[src] = own
			continue
		}
		p, ok := job.Message.Pictures.ByID(pictureID(src))
		if !ok {
			return nil, foreignPictures(1)
		}
		send := c.sendContent
		if p.MIME == "image/gif" { // only animations are kept as GIF
			send = c.sendAnimation
		}
		upload, err := c.uploadOnce(ctx, job, who, channels.ForContent, p, send)
		if err != nil {
			return nil, err
		}
		addresses[src] = upload.URL
	}
	return addresses, nil
}

// uploadCover brings the cover to the account's library.
func (c *Channel) uploadCover(ctx context.Context, job *channels.Job, who party) (channels.Upload, error) {
	cover, ok := job.Message.Pictures.ByID(job.Message.CoverID)
	if !ok {
		return channels.Upload{}, &channels.PlatformError{Code: "no_cover", Class: channels.Content, Text: "the message has no cover",
			Advice: "微信文章必须有封面图，请先设置封面。"}
	}
	return c.uploadOnce(ctx, job, who, channels.ForCover, cover, c.sendCover)
}

// send uploads bytes to one of WeChat's places.
type send func(ctx context.Context, who party, p channels.Picture, data []byte) (channels.Upload, error)

// uploadOnce uploads a picture unless the account has it already.
func (c *Channel) uploadOnce(ctx context.Context, job *channels.Job, who party, purpose string, p channels.Picture, send send) (channels.Upload, error) {
	upload, found, err := channels.FindUpload(ctx, c.db, who.accountID, purpose, p.SHA256)
	if err != nil || found {
		return upload, err
	}
	data, err := signedBytes(ctx, job, p)
	if err != nil {
		return channels.Upload{}, err
	}
	if upload, err = send(ctx, who, p, data); err != nil {
		noteRID(job, err)
		return channels.Upload{}, err
	}
	sentence, name := "已上传正文图片“%s”", "media/uploadimg"
	if purpose == channels.ForCover {
		sentence, name = "已上传封面图片“%s”", "material/add_material"
	}
	step(job, name, fmt.Sprintf(sentence, firstRunes(oneLine(p.Name), 60)), sql.Object{"picture": p.ID, "url": upload.URL, "media_id": upload.ExternalID})
	return upload, channels.KeepUpload(ctx, c.db, who.accountID, purpose, p.SHA256, upload)
}

// signedBytes reads a picture and makes sure that it is the one that was signed.
func signedBytes(ctx context.Context, job *channels.Job, p channels.Picture) ([]byte, error) {
	data, err := job.Bytes(ctx, p)
	if err != nil {
		return nil, (&channels.PlatformError{Code: "picture_unreadable", Class: channels.Retry, Text: "a picture of the message cannot be read",
			Advice: fmt.Sprintf("读不到图片“%s”，稍后自动重试。若持续出现，请联系技术人员检查图片存储。", firstRunes(oneLine(p.Name), 60))}).Because(err)
	}
	if sum := sha256.Sum256(data); p.SHA256 != hex.EncodeToString(sum[:]) {
		return nil, &channels.PlatformError{Code: "picture_changed", Class: channels.Defect, Text: "the bytes of picture " + p.ID + " are not those that were signed",
			Advice: fmt.Sprintf("图片“%s”的内容与签发时不一致，没有发送。请联系技术人员检查图片存储。", firstRunes(oneLine(p.Name), 60))}
	}
	return data, nil
}

// sendContent uploads a picture of the text. WeChat gives an address only. A refused one is encoded smaller, once.
func (c *Channel) sendContent(ctx context.Context, who party, p channels.Picture, data []byte) (channels.Upload, error) {
	return c.sendFitted(p, data, func(file file) (channels.Upload, error) {
		var answer struct {
			URL string `json:"url"`
		}
		if err := c.upload(ctx, who, pathImage, nil, file, &answer); err != nil {
			return channels.Upload{}, err
		}
		return located(pathImage, channels.Upload{URL: answer.URL})
	})
}

// sendCover uploads a cover as a permanent picture: the smaller "thumb" kind falls under a cap of 1,000 for the account.
func (c *Channel) sendCover(ctx context.Context, who party, p channels.Picture, data []byte) (channels.Upload, error) {
	return c.sendFitted(p, data, func(file file) (channels.Upload, error) { return c.sendMaterial(ctx, who, file) })
}

// sendAnimation uploads an animated GIF to the library and shows it from there, because uploadimg takes none.
func (c *Channel) sendAnimation(ctx context.Context, who party, p channels.Picture, data []byte) (channels.Upload, error) {
	fitted, err := picture.Fit(data, gifBytes, 0, "gif")
	if err != nil {
		return channels.Upload{}, unfit(p, err)
	}
	upload, err := c.sendMaterial(ctx, who, named(p, fitted))
	if err != nil {
		return channels.Upload{}, err
	}
	return located(pathMaterial, upload)
}

func (c *Channel) sendFitted(p channels.Picture, data []byte, send func(file) (channels.Upload, error)) (channels.Upload, error) {
	fitted, err := picture.Fit(data, pictureBytes, pictureWidth, "jpeg", "png")
	if err != nil {
		return channels.Upload{}, unfit(p, err)
	}
	upload, err := send(named(p, fitted))
	if !hasCode(err, "40004", "40005", "40006", "40009", "40137", "45001") {
		return upload, err
	}
	// Smaller than before in any case: the same bytes would be refused again.
	if fitted, err = picture.Fit(data, min(smallBytes, fitted.Size*2/3), smallWidth, "jpeg"); err != nil {
		return channels.Upload{}, unfit(p, err)
	}
	return send(named(p, fitted))
}

func (c *Channel) sendMaterial(ctx context.Context, who party, file file) (channels.Upload, error) {
	var answer struct {
		MediaID string `json:"media_id"`
		URL     string `json:"url"`
	}
	if err := c.upload(ctx, who, pathMaterial, url.Values{"type": {"image"}}, file, &answer); err != nil {
		return channels.Upload{}, err
	}
	if answer.MediaID == "" {
		return channels.Upload{}, garbled(request{path: pathMaterial}, "bad_answer", []byte("no media_id"))
	}
	return channels.Upload{ExternalID: answer.MediaID, URL: secure(answer.URL)}, nil
}

// located refuses an upload without an address: the text would go out with a hole.
func located(path string, upload channels.Upload) (channels.Upload, error) {
	u, err := url.Parse(upload.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return channels.Upload{}, garbled(request{path: path}, "bad_answer", []byte("no url"))
	}
	upload.URL = secure(upload.URL)
	return upload, nil
}

// secure makes an address on WeChat's picture hosts https; any other, a stand-in's, stays as it is.
func secure(address string) string {
	if own, ok := wechatPicture(address); ok {
		return own
	}
	return address
}

func named(p channels.Picture, fitted picture.Processed) file {
	return file{name: "picture-" + p.SHA256[:min(8, len(p.SHA256))] + "." + fitted.Ext, mime: fitted.MIME, data: fitted.Bytes}
}

// unfit says why a picture cannot be sent, in the words of the picture's own fault.
func unfit(p channels.Picture, err error) error {
	code, sentence := "picture", "图片无法处理，请换一张图片。"
	if f := fault.As(err); f != nil {
		code, sentence = f.Code, f.Sentence
	}
	return (&channels.PlatformError{Code: code, Class: channels.Content, Text: err.Error(),
		Advice: fmt.Sprintf("图片“%s”：%s", firstRunes(oneLine(p.Name), 60), sentence)}).Because(err)
}

func foreignPictures(n int) error {
	return &channels.PlatformError{Code: "foreign_pictures", Class: channels.Content, Text: "the text shows pictures that are not on WeChat's hosts",
		Advice: fmt.Sprintf("正文里有 %d 张图片没有上传到本系统，微信不会显示，请重新插入这些图片。", n)}
}
