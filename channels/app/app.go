package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/egress"
	"govmedia/sql"
)

// How long an article that the app took for later is waited for.
const (
	firstPoll = time.Minute
	lastPoll  = 2 * time.Hour
	patience  = 24 * time.Hour // also how long lost answers are followed by another attempt
)

// Config is how the channel reaches apps.
type Config struct {
	DB     *sql.DB          // keeps what apps call back with, and which endpoints are active; nil keeps the latter in memory only
	Egress *egress.Guard    // the way out to addresses that people gave; nil lets out to public https only
	Now    func() time.Time // nil is the clock
}

// Channel sends to app back ends. It implements channels.Channel, channels.Forestaller and channels.Updater and may be used by many
// goroutines.
type Channel struct {
	cfg      Config
	client   *http.Client
	verified sync.Map // account id → verified: the endpoints that answered, so that a delivery asks the database once
}

// New makes the channel.
func New(cfg Config) *Channel {
	if cfg.Egress == nil {
		cfg.Egress = egress.New(egress.Config{})
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Channel{cfg: cfg, client: cfg.Egress.Webhooks()}
}

// CheckSettings says whether an account may be set up so, resolving its addresses once. Errors: ErrEndpoint, ErrSecret.
func (c *Channel) CheckSettings(ctx context.Context, account accounts.Account, credentials accounts.Credentials) error {
	for _, name := range []string{"endpoint", "feed_url"} {
		address := setting(account, name)
		if address == "" && name == "feed_url" {
			continue
		}
		if _, err := c.cfg.Egress.CheckURL(ctx, address); err != nil {
			return ErrEndpoint.Because(err).On("settings." + name)
		}
	}
	for _, name := range []string{"secret", "previous_secret", "callback_secret"} {
		secret := credentials[name]
		if secret == "" && name != "secret" {
			continue
		}
		if err := CheckSecret(secret); err != nil {
			return ErrSecret.On("credentials." + name)
		}
	}
	return nil
}

func setting(account accounts.Account, name string) string {
	text, _ := account.Settings[name].(string)
	return strings.TrimSpace(text)
}

// Preview shows the whole article, as the app does.
func (c *Channel) Preview(message channels.Message, account accounts.Account) channels.Preview {
	preview := channels.Preview{
		Platform: account.Platform, Title: message.Title, Digest: message.Digest, HTML: message.Body, CoverID: message.CoverID,
		Limits: []channels.Limit{}, Warnings: []string{},
	}
	if setting(account, "endpoint") == "" && !pulls(account) {
		preview.Limits = append(preview.Limits, channels.Limit{Field: "endpoint", Label: "接收地址", Used: 1,
			Sentence: "客户端账号没有填写接收地址，请管理员在账号页补上。"})
	}
	if thin, _ := account.Settings["thin"].(bool); thin || len(message.Body) > maxInline*9/10 {
		preview.Warnings = append(preview.Warnings, "客户端只收到标题、摘要和链接，正文由客户端打开链接读取。")
	}
	if _, ok := message.Pictures.ByID(message.CoverID); !ok {
		preview.Warnings = append(preview.Warnings, "没有封面图，客户端列表里可能不显示图片。")
	}
	return preview
}

// Prepare fixes what every attempt must repeat: the id of the webhook and the time of the event. It calls nobody but an endpoint that is yet
// to answer a test.
func (c *Channel) Prepare(ctx context.Context, job *channels.Job) error {
	if failure := ready(job); failure != nil {
		return failure
	}
	job.Remote["webhook_id"] = webhookID(job)
	if job.Remote["event_at"] == nil {
		job.Remote["event_at"] = c.cfg.Now().UnixMilli()
	}
	body, err := payload(job)
	if err != nil {
		return err
	}
	if err := c.active(ctx, job); err != nil {
		return err
	}
	job.Step("payload", "已生成推送内容", sql.Object{"bytes": len(body), "webhook_id": job.Remote["webhook_id"]})
	return nil
}

// ready refuses an account that cannot be sent to as it stands.
func ready(job *channels.Job) *channels.PlatformError {
	if pulls(job.Account) {
		return nil
	}
	if setting(job.Account, "endpoint") == "" {
		return problem(channels.Permission, "no_endpoint", "客户端账号没有填写接收地址，请管理员在账号页补上")
	}
	for _, name := range []string{"secret", "previous_secret"} {
		if secret := job.Credentials[name]; secret == "" && name == "secret" || secret != "" && CheckSecret(secret) != nil {
			return problem(channels.Permission, "bad_secret", "客户端密钥没有设置或格式不对，请管理员在账号页重新生成，并同步给客户端开发方")
		}
	}
	return nil
}

// eventAt is the time of the event, fixed by Prepare.
func eventAt(job *channels.Job) sql.Time {
	if at, ok := instantOf(job.Remote, "event_at"); ok {
		return at
	}
	return job.Delivery.DueAt
}

// instantOf reads a time of Remote, in milliseconds; false when there is none. From the database it comes as json.Number.
func instantOf(remote sql.Object, name string) (sql.Time, bool) {
	switch at := remote[name].(type) {
	case int64:
		return sql.Time(at), true
	case json.Number:
		n, err := at.Int64()
		return sql.Time(n), err == nil
	}
	return 0, false
}

// pulls reports whether an app only reads our feed: it cannot be reached, and an article in the feed is all that we can do.
func pulls(account accounts.Account) bool {
	pull, _ := account.Settings["pull"].(bool)
	return pull && setting(account, "endpoint") == ""
}

// Submit posts the event. An answer that got lost is Unclear, so that the delivery never ends as certainly unsent.
func (c *Channel) Submit(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	if failure := ready(job); failure != nil {
		return channels.Progress{}, c.afterLoss(job, failure)
	}
	body, err := payload(job)
	if err != nil {
		return channels.Progress{}, err
	}
	if err := c.active(ctx, job); err != nil { // the address may have been changed since it was prepared
		return channels.Progress{}, c.afterLoss(job, err)
	}
	if pulls(job.Account) {
		job.Step("feed", "已列入供客户端读取的订阅源", nil)
		return channels.Progress{Stage: channels.Published, URL: job.OriginURL}, nil
	}
	status, header, said, failure := c.post(ctx, setting(job.Account, "endpoint"), webhookID(job), body, job.Credentials)
	if failure != nil {
		if failure.Class == channels.Unclear && job.Remote["lost_since"] == nil {
			job.Remote["lost_since"] = c.cfg.Now().UnixMilli()
		}
		return channels.Progress{}, c.afterLoss(job, failure)
	}
	progress, err := c.outcome(job, status, header, said)
	if err != nil {
		return channels.Progress{}, c.afterLoss(job, err)
	}
	delete(job.Remote, "lost_since")
	return progress, nil
}

// afterLoss makes an error unclear when an earlier answer was lost: that attempt may have been taken, so whatever goes
// wrong with this one does not show that nothing is public. A refusal of the content does: the back end knows the id.
func (c *Channel) afterLoss(job *channels.Job, err error) error {
	platform := channels.AsPlatformError(err)
	if platform == nil || platform.Class == channels.Content || job.Remote["lost_since"] == nil {
		return err
	}
	unclear := *platform
	unclear.Class = channels.Unclear
	return &unclear
}

// post sends one signed event and reads the answer.
func (c *Channel) post(ctx context.Context, endpoint, id string, body []byte, credentials accounts.Credentials) (int, http.Header, []byte, *channels.PlatformError) {
	var left atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }})
	req, err := http.NewRequestWithContext(traced, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, addressRefused(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if err := Sign(req.Header, id, c.cfg.Now(), body, credentials["secret"], credentials["previous_secret"]); err != nil {
		return 0, nil, nil, problem(channels.Permission, "bad_secret", "客户端密钥格式不对，请管理员在账号页重新生成，并同步给客户端开发方").Because(err)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, nil, nil, unanswered(err, left.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil && !errors.Is(err, egress.ErrTooLarge) { // too many words do not change what the status says
		return 0, nil, nil, unanswered(err, true)
	}
	return resp.StatusCode, resp.Header, said, nil
}

// unanswered classes an exchange without an answer.
func unanswered(err error, left bool) *channels.PlatformError {
	var deadline interface{ Timeout() bool }
	switch {
	case isAddressRefused(err):
		return addressRefused(err)
	case !left:
		return problem(channels.Retry, "unreachable", "连接不上客户端后台，没有发出，稍后自动重试").Because(egress.Redact(err))
	case errors.As(err, &deadline) && deadline.Timeout():
		return problem(channels.Unclear, "timeout", "客户端后台没有在规定时间内答复，系统会用同一编号再次推送，不会重复").Because(egress.Redact(err))
	}
	return problem(channels.Unclear, "no_answer", "客户端后台没有答复，系统会用同一编号再次推送，不会重复").Because(egress.Redact(err))
}

// Find says Absent without asking: the receiver is idempotent by webhook-id, which is the same on every attempt, so
// sending again is safe whether or not the lost attempt arrived. If it did, the app answers as it did the first time, or
// 409, and both end as published. When answers have been lost for a day it says Unsure, so that a person looks.
func (c *Channel) Find(_ context.Context, job *channels.Job) (channels.Progress, error) {
	if since, ok := instantOf(job.Remote, "lost_since"); ok && sql.FromStd(c.cfg.Now()).Sub(since) >= patience {
		return channels.Progress{Stage: channels.Unsure, Next: lastPoll}, nil
	}
	return channels.Progress{Stage: channels.Absent}, nil
}

// Poll looks for an article taken for later in the app's own feed, where there is one; else the app's callback is waited
// for. After a day a person decides.
func (c *Channel) Poll(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	if refusal, err := c.calledBack(ctx, job); refusal != nil || err != nil {
		return channels.Progress{}, errors.Join(err, asError(refusal))
	}
	if feed := setting(job.Account, "feed_url"); feed != "" && action(job) != channels.Retract {
		progress, failure := c.readFeed(ctx, job, feed)
		if failure != nil || progress.Stage == channels.Published {
			return progress, asError(failure)
		}
	}
	since := time.Duration(0)
	if at := job.Delivery.SubmittedAt; at != nil {
		since = sql.FromStd(c.cfg.Now()).Sub(*at)
	}
	if since >= patience {
		return channels.Progress{}, problem(channels.Unclear, "no_callback", "客户端后台收下后一天没有回报结果。请在客户端里查看后在本页登记")
	}
	return channels.Progress{Stage: channels.Pending, Next: min(max(since/2, firstPoll), lastPoll)}, nil
}

func asError(failure *channels.PlatformError) error {
	if failure == nil {
		return nil
	}
	return failure
}

// feedTypes are what servers call a JSON Feed.
var feedTypes = []string{"application/feed+json", "application/json"}

// readFeed looks for the article by our id, the app's or our address. The zero Progress says that it is not there.
func (c *Channel) readFeed(ctx context.Context, job *channels.Job, feed string) (channels.Progress, *channels.PlatformError) {
	fetched, err := c.cfg.Egress.Fetch(ctx, feed, egress.FetchOptions{Types: feedTypes})
	switch {
	case isAddressRefused(err):
		return channels.Progress{}, addressRefused(err)
	case err == nil && fetched.Status != http.StatusOK:
		err = fmt.Errorf("the feed answered with status %d", fetched.Status)
	}
	var list struct {
		Items []struct {
			ID          any    `json:"id"`
			URL         string `json:"url"`
			ExternalURL string `json:"external_url"`
			Published   string `json:"date_published"`
		} `json:"items"`
	}
	if err == nil {
		err = json.Unmarshal(fetched.Body, &list)
	}
	if err != nil {
		return channels.Progress{}, problem(channels.Retry, "feed_unread", "客户端的内容列表暂时读取不到，稍后自动重试").Because(err)
	}
	remote, _ := job.Remote["remote_id"].(string)
	for _, it := range list.Items {
		id := fmt.Sprint(it.ID)
		if id == job.Message.OriginID || remote != "" && id == remote || it.URL == home(job) || it.ExternalURL == home(job) {
			return channels.Progress{Stage: channels.Published, ExternalID: id, URL: publicURL(it.URL)}, nil
		}
	}
	return channels.Progress{}, nil
}
