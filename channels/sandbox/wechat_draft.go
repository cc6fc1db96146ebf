package sandbox

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of an article, from the field table of draft/add (2025-12-19): characters unless it says bytes.
const (
	wxTitleLimit   = 32
	wxAuthorLimit  = 16
	wxDigestLimit  = 128
	wxContentLimit = 20000   // must be fewer
	wxContentBytes = 1 << 20 // must be fewer
	wxSourceBytes  = 1 << 10
	wxArticleLimit = 8
	wxDigestAuto   = 54 // characters of the body that make an empty digest
	wxNewspicLimit = 20
)

// wxArticle is one article of a draft: WeChat's field names, decoded, checked, cleaned, and given back.
type wxArticle struct {
	ArticleType        string         `json:"article_type"`
	Title              string         `json:"title"`
	Author             string         `json:"author"`
	Digest             string         `json:"digest"`
	Content            string         `json:"content"`
	ContentSourceURL   string         `json:"content_source_url"`
	ThumbMediaID       string         `json:"thumb_media_id"`
	ShowCoverPic       int            `json:"show_cover_pic"`
	NeedOpenComment    int            `json:"need_open_comment"`
	OnlyFansCanComment int            `json:"only_fans_can_comment"`
	Crop235            string         `json:"pic_crop_235_1,omitempty"`
	Crop11             string         `json:"pic_crop_1_1,omitempty"`
	ImageInfo          *wxImageInfo   `json:"image_info,omitempty"`
	CoverInfo          map[string]any `json:"cover_info,omitempty"`
	ThumbURL           string         `json:"thumb_url"`
	URL                string         `json:"url"`
}

type wxImageInfo struct {
	ImageList []struct {
		ImageMediaID string `json:"image_media_id"`
	} `json:"image_list"`
}

// wxDraft is a message in the draft box.
type wxDraft struct {
	MediaID  string      `json:"media_id"`
	Articles []wxArticle `json:"articles"`
	Created  time.Time   `json:"created"`
	Updated  time.Time   `json:"updated"`
}

func (a *wechatAccount) draft(mediaID string) *wxDraft {
	for _, d := range a.Drafts {
		if d.MediaID == mediaID {
			return d
		}
	}
	return nil
}

func (a *wechatAccount) dropDraft(mediaID string) {
	a.Drafts = slices.DeleteFunc(a.Drafts, func(d *wxDraft) bool { return d.MediaID == mediaID })
}

func wechatAddDraft(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		Articles []wxArticle `json:"articles"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	switch {
	case len(in.Articles) == 0:
		return nil, wxErr(44003)
	case len(in.Articles) > wxArticleLimit:
		return nil, wxErr(45008)
	}
	d := &wxDraft{MediaID: s.id(64), Created: c.now, Updated: c.now}
	for i := range in.Articles {
		if err := s.acceptArticle(a, c, &in.Articles[i], d.MediaID, i); err != nil {
			return nil, err
		}
	}
	d.Articles = in.Articles
	a.Drafts = append(a.Drafts, d)
	c.Effect = true
	return map[string]any{"media_id": d.MediaID, "item": []any{}}, nil
}

// wxDraftBody checks the right to drafts and decodes the body.
func wxDraftBody(a *wechatAccount, c *call, into any) error {
	if err := a.verified(c.now); err != nil {
		return err
	}
	if a.RefuseEscapes && escapedHan.Match(c.raw) {
		return wxErr(40033)
	}
	return wxDecode(c, into)
}

// escapedHan finds \uXXXX of a Chinese character or punctuation mark.
var escapedHan = regexp.MustCompile(`\\u([4-9][0-9a-fA-F]{3}|30[01][0-9a-fA-F]|[fF][fF]0[0-9a-fA-F])`)

// acceptArticle checks an article field by field and cleans its content as WeChat does.
func (s *Sandbox) acceptArticle(a *wechatAccount, c *call, in *wxArticle, draft string, index int) error {
	if code, ok := markedCode(in.Title, "d"); ok {
		return wxErr(code)
	}
	if err := checkTexts(in); err != nil {
		return err
	}
	if err := a.checkPictures(in); err != nil {
		return err
	}
	for _, flag := range []int{in.NeedOpenComment, in.OnlyFansCanComment} {
		if flag != 0 && flag != 1 {
			return wxErr(40097)
		}
	}
	if in.NeedOpenComment == 1 && !a.CommentFeature {
		return wxErr(88000)
	}
	if !goodCrop(in.Crop235) || !goodCrop(in.Crop11) {
		return wxErr(40097)
	}
	content, err := s.cleanContent(in.Content, c.base)
	if err != nil {
		return wxErr(45166)
	}
	in.Content = content
	if in.Digest == "" {
		in.Digest = firstRunes(plainText(in.Content), wxDigestAuto)
	}
	in.ThumbURL = ""
	if m := a.material(in.ThumbMediaID); m != nil {
		in.ThumbURL = m.URL
	}
	in.URL = c.base + "/s/preview-" + draft + "-" + strconv.Itoa(index)
	return nil
}

func checkTexts(in *wxArticle) error {
	switch {
	case in.ArticleType == "":
		in.ArticleType = "news"
	case in.ArticleType != "news" && in.ArticleType != "newspic":
		return wxErr(40097)
	}
	switch {
	case strings.TrimSpace(in.Title) == "" || strings.TrimSpace(in.Content) == "":
		return wxErr(44003)
	case utf8.RuneCountInString(in.Title) > wxTitleLimit:
		return wxErr(45003)
	case utf8.RuneCountInString(in.Author) > wxAuthorLimit:
		return wxErr(45110)
	case utf8.RuneCountInString(in.Digest) > wxDigestLimit:
		return wxErr(45004)
	case utf8.RuneCountInString(in.Content) >= wxContentLimit || len(in.Content) >= wxContentBytes:
		return wxErr(45002)
	case !goodSource(in.ContentSourceURL):
		return wxErr(41039)
	}
	return nil
}

func goodSource(address string) bool {
	if address == "" {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && len(address) <= wxSourceBytes && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// checkPictures wants permanent material of this account: the cover of news, every picture of newspic.
func (a *wechatAccount) checkPictures(in *wxArticle) error {
	if in.ArticleType == "news" {
		if a.material(in.ThumbMediaID) == nil {
			return wxErr(40007)
		}
		return nil
	}
	if in.ImageInfo == nil || len(in.ImageInfo.ImageList) == 0 {
		return wxErr(40007)
	}
	if len(in.ImageInfo.ImageList) > wxNewspicLimit {
		return wxErr(45008)
	}
	for _, image := range in.ImageInfo.ImageList {
		if a.material(image.ImageMediaID) == nil {
			return wxErr(40007)
		}
	}
	return nil
}

// goodCrop tells whether a crop is empty or x1_y1_x2_y2 with figures from 0 to 1 and at most six decimals.
func goodCrop(crop string) bool {
	if crop == "" {
		return true
	}
	if !cropShape.MatchString(crop) {
		return false
	}
	for figure := range strings.SplitSeq(crop, "_") {
		if v, err := strconv.ParseFloat(figure, 64); err != nil || v > 1 {
			return false
		}
	}
	return true
}

var cropShape = regexp.MustCompile(`^\d(\.\d{1,6})?(_\d(\.\d{1,6})?){3}$`)

func wechatGetDraft(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	d, err := a.namedDraft(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"news_item": d.Articles, "create_time": d.Created.Unix(), "update_time": d.Updated.Unix()}, nil
}

// namedDraft is the draft named by media_id in the body.
func (a *wechatAccount) namedDraft(c *call) (*wxDraft, error) {
	var in struct {
		MediaID string `json:"media_id"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	if d := a.draft(in.MediaID); d != nil {
		return d, nil
	}
	return nil, wxErr(40007)
}

func wechatDeleteDraft(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	d, err := a.namedDraft(c)
	if err != nil {
		return nil, err
	}
	a.dropDraft(d.MediaID)
	c.Effect = true
	return wechatOK, nil
}

// wechatUpdateDraft replaces one article; articles is a single object here and fields left out are emptied.
func wechatUpdateDraft(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		MediaID string    `json:"media_id"`
		Index   int       `json:"index"`
		Article wxArticle `json:"articles"`
	}
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	d := a.draft(in.MediaID)
	if d == nil {
		return nil, wxErr(40007)
	}
	if in.Index < 0 || in.Index >= len(d.Articles) {
		return nil, wxErr(40114)
	}
	if err := s.acceptArticle(a, c, &in.Article, d.MediaID, in.Index); err != nil {
		return nil, err
	}
	d.Articles[in.Index], d.Updated = in.Article, c.now
	c.Effect = true
	return wechatOK, nil
}

func wechatCountDrafts(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	if err := a.verified(c.now); err != nil {
		return nil, err
	}
	return map[string]int{"total_count": len(a.Drafts)}, nil
}

// wxListBody is the body of both batchget calls.
type wxListBody struct {
	Offset    int       `json:"offset"`
	Count     int       `json:"count"`
	NoContent looseFlag `json:"no_content"`
}

func (in wxListBody) check() error {
	if in.Offset < 0 || in.Count < 1 || in.Count > 20 {
		return wxErr(40097)
	}
	return nil
}

func wechatListDrafts(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in wxListBody
	if err := wxDraftBody(a, c, &in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	newest := slices.Clone(a.Drafts)
	slices.Reverse(newest)
	items := []map[string]any{}
	for _, d := range window(newest, in.Offset, in.Count) {
		content := map[string]any{
			"news_item": withoutContent(d.Articles, bool(in.NoContent)), "create_time": d.Created.Unix(), "update_time": d.Updated.Unix(),
		}
		items = append(items, map[string]any{"media_id": d.MediaID, "content": content, "update_time": d.Updated.Unix()})
	}
	return map[string]any{"total_count": len(a.Drafts), "item_count": len(items), "item": items}, nil
}

// withoutContent is the articles, their content emptied when strip is set.
func withoutContent(articles []wxArticle, strip bool) []wxArticle {
	if !strip {
		return articles
	}
	out := slices.Clone(articles)
	for i := range out {
		out[i].Content = ""
	}
	return out
}

// markedCode reads [sim:eNNNNN] and its like: the number after the letter.
func markedCode(text, letter string) (int, bool) {
	found := codeMarker.FindStringSubmatch(text)
	if found == nil || found[1] != letter {
		return 0, false
	}
	code, err := strconv.Atoi(found[2])
	return code, err == nil
}

var codeMarker = regexp.MustCompile(`\[sim:([ed])(-?\d+)\]`)

func firstRunes(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}
