package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"govmedia/channels"
	"govmedia/channels/manual"
	"govmedia/sql"
)

// maxInline is how long a payload with its text may be; a longer one goes without, like a thin one (channels.md §2.3).
const maxInline = 1 << 20 // bytes

// event is the body of a webhook.
type event struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"` // of the event, the same on every attempt
	Data      any    `json:"data"`
}

type itemData struct {
	Item item `json:"item"`
}

// item is a JSON Feed 1.1 item.
type item struct {
	ID            string   `json:"id"`
	URL           string   `json:"url"`
	Title         string   `json:"title"`
	ContentHTML   string   `json:"content_html,omitempty"`
	ContentText   string   `json:"content_text,omitempty"`
	Summary       string   `json:"summary,omitempty"`
	Image         string   `json:"image,omitempty"`
	DatePublished string   `json:"date_published"`
	DateModified  string   `json:"date_modified"`
	Authors       []author `json:"authors,omitempty"`
	Language      string   `json:"language"`
	Gov           gov      `json:"_gov"`
}

type author struct {
	Name string `json:"name"`
}

// gov is what a JSON Feed has no words for.
type gov struct {
	Revision   int64    `json:"revision"`
	Unit       string   `json:"unit"`
	Account    string   `json:"account"`
	Source     string   `json:"source,omitempty"`
	ApprovedAt string   `json:"approved_at"`
	Media      []media  `json:"media"`
	Push       push     `json:"push"`
	Content    *content `json:"content,omitempty"` // instead of the text, where that is left out
}

type media struct {
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	MIME   string `json:"mime_type"`
}

type push struct {
	Level string `json:"level"` // whether phones light up is for the app to say: "none"
}

// content says where the text is read; the hash is that of the article body, picture addresses made whole.
type content struct {
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`
	Size   int    `json:"size"`
}

type retraction struct {
	ID          string `json:"id"`
	Revision    int64  `json:"revision"`
	ReasonCode  string `json:"reason_code"`
	RetractedAt string `json:"retracted_at"`
	Urgent      bool   `json:"urgent"`
}

// webhookID is the same for every attempt of one action with one revision of an article at one account, whatever
// crashes in between. That is what keeps a receiver from showing an article twice.
func webhookID(job *channels.Job) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", job.Delivery.AccountID, job.Message.OriginID, action(job), job.Message.RevisionID))
	return "msg_" + hex.EncodeToString(sum[:16])
}

func action(job *channels.Job) channels.Action {
	if job.Delivery.Action == "" {
		return channels.Publish
	}
	return job.Delivery.Action
}

// revision grows with every text of an article: the moment it was frozen, in milliseconds. A retraction takes that of its
// own delivery, which is later than the text it takes back.
func revision(job *channels.Job) int64 {
	if action(job) == channels.Retract {
		return int64(max(job.Delivery.CreatedAt, job.Message.CreatedAt+1))
	}
	return int64(job.Message.CreatedAt)
}

// payload makes the body of the event. It is the same bytes on every attempt.
func payload(job *channels.Job) ([]byte, error) {
	at := instant(eventAt(job))
	if action(job) == channels.Retract {
		reason, _ := job.Remote["reason_code"].(string)
		if reason == "" {
			reason = "withdrawn"
		}
		urgent, _ := job.Remote["urgent"].(bool)
		return encode(event{Type: "article.retracted", Timestamp: at, Data: retraction{
			ID: job.Message.OriginID, Revision: revision(job), ReasonCode: reason, RetractedAt: at, Urgent: urgent}})
	}
	kind := "article.published"
	if action(job) == channels.Update {
		kind = "article.updated"
	}
	article, body, err := makeItem(job, at)
	if err != nil {
		return nil, err
	}
	if thin, _ := job.Account.Settings["thin"].(bool); !thin {
		full := article
		full.ContentHTML, full.ContentText, full.Gov.Content = body, manual.PlainText(body), nil
		encoded, err := encode(event{Type: kind, Timestamp: at, Data: itemData{full}})
		if err != nil || len(encoded) <= maxInline {
			return encoded, err
		}
	}
	return encode(event{Type: kind, Timestamp: at, Data: itemData{article}})
}

// makeItem makes the item without its text, and the text.
func makeItem(job *channels.Job, at string) (item, string, error) {
	message := job.Message
	body, err := withPictures(job)
	if err != nil {
		return item{}, "", err
	}
	sum := sha256.Sum256([]byte(body))
	article := item{
		ID: message.OriginID, URL: home(job), Title: message.Title, Summary: message.Digest, DatePublished: at,
		DateModified: instant(message.CreatedAt), Language: "zh-CN",
		Gov: gov{
			Revision: revision(job), Unit: job.Account.UnitName, Account: job.Account.Name, Source: message.Source,
			ApprovedAt: instant(message.CreatedAt), Media: []media{}, Push: push{Level: "none"},
			Content: &content{URL: home(job), SHA256: hex.EncodeToString(sum[:]), Size: len(body)},
		},
	}
	if of := job.Of; of != nil && of.PublishedAt != nil { // corrected, and published when it was
		article.DatePublished = instant(*of.PublishedAt)
	}
	if message.Byline != "" {
		article.Authors = []author{{Name: message.Byline}}
	}
	for _, picture := range message.Pictures {
		article.Gov.Media = append(article.Gov.Media, media{URL: job.PictureURL(picture), SHA256: picture.SHA256, Size: picture.Size, MIME: picture.MIME})
	}
	if cover, ok := message.Pictures.ByID(message.CoverID); ok {
		article.Image = job.PictureURL(cover)
	}
	return article, body, nil
}

var ownPicture = regexp.MustCompile(`src="/media/([0-9a-z]+)"`)

// withPictures is the body with the public addresses of its pictures. It fails when the body shows a picture that the
// message does not carry: half an article is not sent.
func withPictures(job *channels.Job) (string, error) {
	for _, found := range ownPicture.FindAllStringSubmatch(job.Message.Body, -1) {
		if _, ok := job.Message.Pictures.ByID(found[1]); !ok {
			return "", problem(channels.Content, "picture_missing", "正文引用的一张图片不在稿件里，没有发出。请重新插入图片后送审")
		}
	}
	return channels.WithPictures(job.Message.Body, func(id string) string {
		picture, _ := job.Message.Pictures.ByID(id)
		return job.PictureURL(picture)
	}), nil
}

func instant(at sql.Time) string { return at.Std().Format(time.RFC3339) }

// encode is JSON without the escapes meant for pages.
func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("app: encode the event: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
