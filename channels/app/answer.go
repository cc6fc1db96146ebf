package app

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"govmedia/channels"
)

// maxReason is how much of an app's own words is kept, in bytes.
const maxReason = 200

// answer is the optional JSON body of an app's answer.
type answer struct {
	Status   string `json:"status"` // published, accepted, rejected
	RemoteID string `json:"remote_id"`
	URL      string `json:"url"`
	Reason   string `json:"reason"`
}

// outcome reads an answer (channels.md §2.3). 204 and the like count as published: the receiver says it succeeded.
func (c *Channel) outcome(job *channels.Job, status int, header http.Header, body []byte) (channels.Progress, error) {
	var said answer
	_ = json.Unmarshal(body, &said) // a body that is no JSON says nothing
	reason := said.Reason
	if reason == "" && said.Status == "" {
		reason = string(body)
	}
	if len(said.RemoteID) > maxReason {
		said.RemoteID = ""
	}
	if said.RemoteID != "" {
		job.Remote["remote_id"] = said.RemoteID
	}
	switch {
	case status >= 200 && status < 300 && said.Status == "rejected":
		return channels.Progress{}, refusal(status, reason)
	case status == http.StatusAccepted || status >= 200 && status < 300 && said.Status == "accepted":
		return channels.Progress{Stage: channels.Pending, ExternalID: said.RemoteID, Next: firstPoll}, nil
	case status >= 200 && status < 300, status == http.StatusConflict:
		return channels.Progress{Stage: channels.Published, ExternalID: said.RemoteID, URL: publicURL(said.URL)}, nil
	}
	failure := refusal(status, reason)
	failure.After = retryAfter(header, c.cfg.Now())
	return channels.Progress{}, failure
}

// refusal classes an answer that is no success. Retry does not claim that nothing happened, only that sending again is
// harmless: the receiver knows the webhook-id.
func refusal(status int, reason string) *channels.PlatformError {
	class, sentence := channels.Retry, "客户端后台暂时没有接收，稍后自动重试"
	switch {
	case status == http.StatusGone:
		class, sentence = channels.Permission, "客户端后台已停用这个接收地址，请管理员与客户端开发方核对后在账号页改正"
	case status == http.StatusRequestEntityTooLarge:
		class, sentence = channels.Content, "客户端后台认为稿件过大，没有接收。请减少正文或请管理员把账号改为只发链接（thin）"
	case status == http.StatusUnsupportedMediaType:
		class, sentence = channels.Permission, "客户端后台不接受 JSON 格式的消息，请管理员与客户端开发方核对接口"
	case status == http.StatusUnprocessableEntity, status >= 200 && status < 300:
		class, sentence = channels.Content, "客户端后台退回了稿件，请按退回原因修改后重新送审"
	case status >= 300 && status < 400:
		sentence = "客户端接收地址被跳转到别处，为安全起见没有跟随。请管理员在账号页填写最终地址"
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		sentence = "客户端后台没有认可签名，稍后自动重试。请管理员核对两边的密钥是否一致、服务器时间是否准确"
	}
	failure := problem(class, "http_"+strconv.Itoa(status), sentence)
	failure.Text = short(reason)
	return failure
}

// short is the beginning of an app's words, at most 200 bytes, whole characters, without control characters.
func short(reason string) string {
	reason = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, reason)
	if len(reason) > maxReason {
		reason = strings.ToValidUTF8(reason[:maxReason], "")
	}
	return strings.TrimSpace(reason)
}

// retryAfter reads Retry-After, in seconds or as a date; 0 when it is missing or past, a day at most.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(value); err == nil {
		wait = time.Duration(min(max(seconds, 0), 86400)) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), 24*time.Hour)
}

// publicURL keeps an address that a reader's browser may be sent to; anything else is dropped.
func publicURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(address) > 1000 {
		return ""
	}
	return address
}
