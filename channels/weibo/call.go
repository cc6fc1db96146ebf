package weibo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"govmedia/channels"
	"govmedia/channels/egress"
	"govmedia/sql"
)

// Daily calls per authorised user and app (channels.md §1.5). What can wait leaves room for posting.
const (
	dailyCalls    = 100
	optionalCalls = 80
	hourlyPosts   = 30
	maxAnswer     = 1 << 20 // bytes
	maxText       = 1000    // characters of the platform's words that are kept
)

// errNoBudget says that the calls of the day are used up.
var errNoBudget = errors.New("weibo: no calls left today")

// request is one call.
type request struct {
	method    string
	base      string
	path      string
	form      url.Values
	picture   *file  // sent as pic
	multipart bool   // as a form of parts, whether or not there is a picture
	posting   bool   // its effect would be seen: a lost answer is Unclear
	checking  bool   // asks about the authorisation itself: a refused token may be asked about
	bare      bool   // carries no token
	route     string // the permission it needs, for what is noted of a refusal
	most      int64  // calls of the day after which it is not made
}

type file struct {
	name string
	mime string
	data []byte
}

// ask makes one call and decodes its answer into out. It returns nil, or what went wrong in the terms of the table.
func (c *Channel) ask(ctx context.Context, as who, req request, out any) *channels.PlatformError {
	if failure := c.gate(ctx, as, req); failure != nil {
		return failure
	}
	if failure := c.spend(ctx, as, req.most); failure != nil {
		return failure
	}
	status, body, failure := c.exchange(ctx, as, req)
	if failure == nil {
		failure = c.read(as, req, status, body, out)
	}
	c.heed(ctx, as, req, failure)
	return failure
}

// ledger names the account's calls of a day in the budget: Weibo counts them by user and app.
func ledger(as who) string {
	key := as.appKey()
	return "weibo " + key[:min(len(key), 50)]
}

// spend counts the call, since Weibo counts it whatever becomes of it.
func (c *Channel) spend(ctx context.Context, as who, most int64) *channels.PlatformError {
	if c.cfg.Budget == nil {
		return nil
	}
	allowed, err := c.cfg.Budget(ctx, as.account.ID, ledger(as), most)
	switch {
	case err != nil:
		return problem(channels.Retry, "budget", "系统暂时无法登记微博调用次数，没有发出，稍后自动重试").Because(err)
	case !allowed:
		failure := problem(channels.Quota, "budget_spent", "这个账号今天调用微博的次数已用完，请等待明天零点后系统自动继续").Because(errNoBudget)
		failure.After = byBeijingDay(c.cfg.Now())
		return failure
	}
	return nil
}

// postLedger names the account's posts of the running hour.
func postLedger(now time.Time) string { return "weibo posts " + now.In(sql.Beijing).Format("15") }

// spendPost counts a post of the running hour.
func (c *Channel) spendPost(ctx context.Context, as who) *channels.PlatformError {
	if c.cfg.Budget == nil {
		return nil
	}
	now := c.cfg.Now().In(sql.Beijing)
	allowed, err := c.cfg.Budget(ctx, as.account.ID, postLedger(now), hourlyPosts)
	switch {
	case err != nil:
		return problem(channels.Retry, "budget", "系统暂时无法登记微博发布次数，没有发出，稍后自动重试").Because(err)
	case !allowed:
		failure := problem(channels.Quota, "hour_spent", "这个账号一小时内已发满30条微博，请等待下一小时系统自动继续").Because(errNoBudget)
		failure.After = now.Truncate(time.Hour).Add(time.Hour).Sub(now)
		return failure
	}
	return nil
}

// exchange sends the request and reads the answer whole. Errors tell a request that never left from one whose answer is
// lost: only the first is certainly without effect.
func (c *Channel) exchange(ctx context.Context, as who, req request) (int, []byte, *channels.PlatformError) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	var left atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }})
	httpRequest, err := c.build(ctx, as, req)
	if err != nil {
		return 0, nil, problem(channels.Defect, "request", "系统没能组成微博请求，没有发出，请联系系统开发人员").Because(egress.Redact(err))
	}
	resp, err := c.client.Do(httpRequest)
	if err != nil {
		return 0, nil, lost(err, left.Load(), req.posting)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("answer longer than %d bytes", maxAnswer)
	}
	if err != nil {
		return 0, nil, lost(err, true, req.posting)
	}
	return resp.StatusCode, body, nil
}

// lost classes an exchange without an answer.
func lost(err error, left, posting bool) *channels.PlatformError {
	code, class, sentence := "no_answer", channels.Retry, "微博没有答复，稍后自动重试"
	var deadline interface{ Timeout() bool }
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &deadline) && deadline.Timeout() {
		code = "timeout"
	}
	switch {
	case !left:
		code, sentence = "unreachable", "连接不上微博，没有发出，稍后自动重试"
	case posting:
		class, sentence = channels.Unclear, "微博没有答复，可能已经发出，系统会自动核实，请勿手工重发"
	}
	return problem(class, code, sentence).Because(egress.Redact(err))
}

// build makes the HTTP request. Reading calls carry the token both ways that Weibo documents: as a parameter and in a header.
// Errors of the transport show addresses, so they pass through egress.Redact.
func (c *Channel) build(ctx context.Context, as who, req request) (*http.Request, error) {
	address, body, kind := strings.TrimSuffix(req.base, "/")+req.path, []byte(nil), ""
	form := url.Values{}
	for name, values := range req.form {
		form[name] = values
	}
	if !req.bare {
		form.Set("access_token", as.token())
	}
	switch {
	case req.method == http.MethodGet:
		address += "?" + form.Encode()
	case req.picture != nil || req.multipart:
		var err error
		if kind, body, err = multipartBody(form, req.picture); err != nil {
			return nil, err
		}
	default:
		kind, body = "application/x-www-form-urlencoded", []byte(form.Encode())
	}
	httpRequest, err := http.NewRequestWithContext(ctx, req.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if kind != "" {
		httpRequest.Header.Set("Content-Type", kind)
	}
	if req.method == http.MethodGet {
		httpRequest.Header.Set("Authorization", "OAuth2 "+as.token())
		// Where a connection breaks the transport would repeat a GET by itself, and Weibo would count it and we not. It leaves alone
		// what has a body that is not read twice; an empty one is not sent.
		httpRequest.Body, httpRequest.GetBody = io.NopCloser(strings.NewReader("")), nil
	}
	httpRequest.Header.Set("User-Agent", "govmedia")
	return httpRequest, nil
}

func multipartBody(form url.Values, picture *file) (kind string, body []byte, err error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for name := range form {
		if err := w.WriteField(name, form.Get(name)); err != nil {
			return "", nil, err
		}
	}
	if picture == nil {
		err = w.Close()
		return w.FormDataContentType(), buf.Bytes(), err
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", fmt.Sprintf(`form-data; name="pic"; filename=%q`, picture.name))
	header.Set("Content-Type", picture.mime)
	part, err := w.CreatePart(header)
	if err == nil {
		_, err = part.Write(picture.data)
	}
	if err == nil {
		err = w.Close()
	}
	return w.FormDataContentType(), buf.Bytes(), err
}

// read decodes an answer: the body decides, whatever the HTTP status says.
func (c *Channel) read(as who, req request, status int, body []byte, out any) *channels.PlatformError {
	var head struct {
		Code flexible        `json:"error_code"`
		Text json.RawMessage `json:"error"`
	}
	list := bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) // of what out takes, or nothing of Weibo's
	if err := json.Unmarshal(body, &head); err != nil && !list {
		return unreadable(status, req.posting)
	}
	if head.Code.set {
		return refused(head.Code.value, clean(as, head.Text), status, req.posting)
	}
	if status >= http.StatusBadRequest || json.Unmarshal(body, out) != nil {
		return unreadable(status, req.posting)
	}
	return nil
}

// unreadable is an answer that is no JSON of Weibo's, such as the page of a gateway: it says nothing about the effect.
func unreadable(status int, posting bool) *channels.PlatformError {
	code := "not_json"
	if status != http.StatusOK {
		code = "http_" + strconv.Itoa(status)
	}
	if posting {
		return problem(channels.Unclear, code, "微博的答复看不懂，可能已经发出，系统会自动核实，请勿手工重发")
	}
	return problem(channels.Retry, code, "微博的答复看不懂，稍后自动重试")
}

// clean is the platform's words without our secrets, at most so long as is kept.
func clean(as who, raw json.RawMessage) string {
	var words string
	if json.Unmarshal(raw, &words) != nil {
		words = string(raw)
	}
	for _, name := range []string{"access_token", "app_secret"} {
		if secret := as.credentials[name]; secret != "" {
			words = strings.ReplaceAll(words, secret, "***")
		}
	}
	if runes := []rune(words); len(runes) > maxText {
		words = string(runes[:maxText])
	}
	return words
}

// flexible is an error code that comes as a number or as text. One that is neither is -1.
type flexible struct {
	value int
	set   bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *flexible) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `" `)
	if text == "null" || text == "0" || text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		n = -1
	}
	f.value, f.set = n, true
	return nil
}

// digits is an id, as text or as a number; every digit is kept.
type digits string

// UnmarshalJSON implements json.Unmarshaler.
func (d *digits) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	if strings.Trim(text, "0123456789") != "" {
		text = ""
	}
	*d = digits(text)
	return nil
}
