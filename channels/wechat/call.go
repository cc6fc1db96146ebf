package wechat

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
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// The paths of WeChat's interface that the adapter calls.
const (
	pathToken     = "/cgi-bin/stable_token"
	pathImage     = "/cgi-bin/media/uploadimg"
	pathMaterial  = "/cgi-bin/material/add_material"
	pathAddDraft  = "/cgi-bin/draft/add"
	pathGetDraft  = "/cgi-bin/draft/get"
	pathDrafts    = "/cgi-bin/draft/batchget"
	pathSubmit    = "/cgi-bin/freepublish/submit"
	pathPoll      = "/cgi-bin/freepublish/get"
	pathPublished = "/cgi-bin/freepublish/batchget"
	pathDelete    = "/cgi-bin/freepublish/delete"
	pathArticle   = "/cgi-bin/freepublish/getarticle"
	pathDropDraft = "/cgi-bin/draft/delete"
	pathSendAll   = "/cgi-bin/message/mass/sendall"
	pathMass      = "/cgi-bin/message/mass/get"
	pathMassDrop  = "/cgi-bin/message/mass/delete"
)

// publishing are the calls after which readers see something: a lost answer leaves their effect in doubt.
var publishing = map[string]bool{pathSubmit: true, pathSendAll: true}

// answerLimit is the longest answer read. A list of twenty articles without their text is far below.
const answerLimit = 8 << 20

// party is whose call it is.
type party struct {
	accountID string
	appID     string
	secret    string
	component string // the third-party platform that the account granted; empty where it has a secret of its own
}

func partyOf(job *channels.Job) (party, error) { return partyFor(job.Account, job.Credentials) }

// partyFor reads what the account needs; a PlatformError of class Permission when something is missing.
func partyFor(account accounts.Account, credentials accounts.Credentials) (party, error) {
	p := party{accountID: account.ID, secret: strings.TrimSpace(credentials["app_secret"])}
	p.appID, _ = account.Settings["app_id"].(string)
	if p.appID == "" && account.ExternalID != nil {
		p.appID = *account.ExternalID
	}
	if p.component = credentials[credentialComponent]; p.component != "" {
		p.appID, p.secret = credentials[credentialAuthorizer], ""
		return p, nil
	}
	if p.appID == "" || p.secret == "" {
		return party{}, &channels.PlatformError{Code: "credentials", Class: channels.Permission,
			Text: "app_id or app_secret is missing", Advice: "账号还没有填写 AppID 或 AppSecret，也没有扫码授权，请管理员到账号页绑定后重试。"}
	}
	return p, nil
}

// request is one call: what is sent, and whether a lost answer leaves its effect in doubt.
type request struct {
	path        string
	query       url.Values // beside the access token
	tokenName   string     // of the token in the address; empty is access_token
	body        []byte
	contentType string
	secrets     []string // values that must not appear in an error
	accepts     []int64  // error codes that are no errors here: the answer is decoded
	submits     bool     // publishes: a lost answer is Unclear, not Retry
	slow        bool     // an upload
	get         bool     // asked with GET
}

// post makes a call with a JSON body and decodes the answer into out.
func (c *Channel) post(ctx context.Context, who party, path string, in, out any) error {
	return c.postAccepting(ctx, who, path, in, out)
}

// postAccepting is post where some of WeChat's codes are no errors.
func (c *Channel) postAccepting(ctx context.Context, who party, path string, in, out any, accepts ...int64) error {
	body, err := encodeJSON(in)
	if err != nil {
		return fmt.Errorf("encode the body of %s: %w", path, err)
	}
	return c.call(ctx, who, request{path: path, body: body, contentType: jsonType, submits: publishing[path], accepts: accepts}, out)
}

// get makes a call without a body and decodes the answer into out.
func (c *Channel) get(ctx context.Context, who party, path string, out any) error {
	return c.call(ctx, who, request{path: path, get: true}, out)
}

const jsonType = "application/json; charset=utf-8"

// upload sends a picture in the form field that WeChat reads. The file name is ours: ASCII, with the right ending.
func (c *Channel) upload(ctx context.Context, who party, path string, query url.Values, file file, out any) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="media"; filename="`+file.name+`"`)
	header.Set("Content-Type", file.mime)
	part, err := form.CreatePart(header)
	if err == nil {
		_, err = part.Write(file.data)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return fmt.Errorf("write the form of %s: %w", path, err)
	}
	return c.call(ctx, who, request{path: path, query: query, body: body.Bytes(), contentType: form.FormDataContentType(), slow: true}, out)
}

type file struct {
	name string
	mime string
	data []byte
}

// call spends from the day's budget, gets a token and makes the call. A refused token is renewed and the call repeated
// once: WeChat does nothing on a call whose token it refuses. When the renewed one is the same and refused too, the
// platform is made to issue another; after that the account rests.
func (c *Channel) call(ctx context.Context, who party, r request, out any) error {
	err := c.try(ctx, who, r, out)
	if err != nil {
		c.noteRefusal(ctx, who, r.path, err)
	}
	return err
}

func (c *Channel) try(ctx context.Context, who party, r request, out any) error {
	if err := c.spend(ctx, who, r.path); err != nil {
		return err
	}
	first, err := c.token(ctx, who)
	if err != nil {
		return err
	}
	err = c.once(ctx, r, first.Value, out)
	if !isTokenError(err) {
		return err
	}
	if err := c.tokens.Drop(ctx, who.accountID, first); err != nil {
		return err
	}
	second, err := c.token(ctx, who)
	if err != nil {
		return err
	}
	last := second
	if err = c.once(ctx, r, second.Value, out); !isTokenError(err) {
		return err
	}
	if second.Value == first.Value {
		third, ok, forceErr := c.tokens.Force(ctx, who.accountID, second, c.fetcher(who))
		if forceErr != nil {
			return c.unblocked(forceErr)
		}
		if ok {
			last = third
			if err = c.once(ctx, r, third.Value, out); !isTokenError(err) {
				return err
			}
		}
	}
	p := channels.AsPlatformError(err)
	return errors.Join(p, c.tokens.Block(ctx, who.accountID, last, p.Code, p.Text))
}

// spend counts the call against the day's budget.
func (c *Channel) spend(ctx context.Context, who party, path string) error {
	ok, err := channels.Spend(ctx, c.db, who.accountID, path, c.budgets[path])
	if err != nil || ok {
		return err
	}
	return &channels.PlatformError{Code: "budget", Class: channels.Quota, After: channels.UntilTomorrow(c.db.Now()),
		Text:   fmt.Sprintf("our own budget of %d calls of %s is spent", c.budgets[path], path),
		Advice: "今日该接口调用次数已用到系统预留的上限，任务顺延至次日零点后自动继续。"}
}

// once makes the call with a token and reads the answer. Every error is a *PlatformError without secrets.
func (c *Channel) once(ctx context.Context, r request, token string, out any) error {
	timeout := c.timeout
	if r.slow {
		timeout *= 3
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	query := url.Values{}
	for name, values := range r.query {
		query[name] = values
	}
	r.secrets = append(r.secrets, token)
	address := c.base + r.path
	if token != "" {
		query.Set(orDefault(r.tokenName, "access_token"), token)
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var connected atomic.Bool // before that, nothing can have been sent
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	method := http.MethodPost
	if r.get {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(traced, method, address, bytes.NewReader(r.body))
	if err != nil {
		return fmt.Errorf("make the request to %s: %w", r.path, redacted(err, r.secrets...))
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	client := c.client
	if r.submits {
		client = c.fresh
	}
	resp, err := client.Do(req)
	if err != nil {
		return lost(r, err, connected.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	if err != nil {
		return lost(r, err, true)
	}
	return c.read(r, resp.StatusCode, raw, out)
}

// read judges an answer: the HTTP status, then errcode, then the fields the caller wants.
func (c *Channel) read(r request, status int, raw []byte, out any) error {
	if status != http.StatusOK {
		return garbled(r, fmt.Sprintf("http_%d", status), raw)
	}
	trimmed := bytes.TrimSpace(raw)
	if len(raw) > answerLimit || len(trimmed) == 0 || trimmed[0] != '{' {
		return garbled(r, "not_json", raw)
	}
	var head util.CommonError
	if err := json.Unmarshal(trimmed, &head); err != nil {
		return garbled(r, "not_json", raw)
	}
	if head.ErrCode != 0 && !slices.Contains(r.accepts, head.ErrCode) {
		return refused(r, &head, c.db.Now())
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(trimmed, out); err != nil {
		return garbled(r, "bad_answer", raw)
	}
	return nil
}

// encodeJSON writes ordinary text as it is: WeChat takes \uXXXX for a broken character set. The few runes that Go's
// encoder escapes all the same are taken out of the texts before, by plain.
func encodeJSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// plain takes out of a text what no reader sees and Go's JSON encoder would escape: control characters other than line
// break and tab, line and paragraph separators, broken characters.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
}

// oneLine is plain with every run of white space made one space.
func oneLine(text string) string { return strings.Join(strings.Fields(plain(text)), " ") }

// looseText is an id that WeChat writes as a number or as a string, or leaves out.
type looseText string

// UnmarshalJSON reads both forms; null leaves it empty.
func (t *looseText) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	switch {
	case text == "null":
		return nil
	case len(raw) > 0 && raw[0] == '"':
		return json.Unmarshal(raw, (*string)(t))
	case strings.Trim(text, "0123456789") != "":
		return fmt.Errorf("an id came as %s", raw)
	}
	*t = looseText(text)
	return nil
}

// step tells people what was done.
func step(job *channels.Job, name, sentence string, detail sql.Object) {
	if job.Step != nil {
		job.Step(name, sentence, detail)
	}
}

// save keeps Remote, where the caller offers that.
func save(ctx context.Context, job *channels.Job) error {
	if job.Save == nil {
		return nil
	}
	if err := job.Save(ctx); err != nil {
		return fmt.Errorf("keep the state of delivery %s: %w", job.Delivery.ID, err)
	}
	return nil
}

// remoteText returns a text of Remote, empty when there is none.
func remoteText(job *channels.Job, key string) string {
	text, _ := job.Remote[key].(string)
	return text
}

// remoteNumber returns a number of Remote, which may be fresh (int64) or read back from the database (json.Number).
func remoteNumber(job *channels.Job, key string) int64 { return numberOf(job.Remote[key]) }

// settingNumber returns a number among an account's settings, 0 when there is none.
func settingNumber(account accounts.Account, key string) int64 {
	return numberOf(account.Settings[key])
}

// numberOf reads a number that was in JSON, or a text of digits; 0 for anything else.
func numberOf(value any) int64 {
	switch v := value.(type) {
	case int64:
		return v
	case int:
		return int64(v)
	case json.Number:
		n, _ := v.Int64()
		return n
	case float64:
		return int64(v)
	case string:
		n, _ := strconv.ParseInt(v, 10, 64)
		return n
	}
	return 0
}

func set(job *channels.Job, key string, value any) {
	if job.Remote == nil {
		job.Remote = sql.Object{}
	}
	job.Remote[key] = value
}

// sinceSubmit is how long ago the publish job was taken.
func (c *Channel) sinceSubmit(job *channels.Job) time.Duration {
	now := c.db.Now()
	if at := job.Delivery.SubmittedAt; at != nil {
		return now.Sub(*at)
	}
	if at := remoteNumber(job, "submitted_at"); at > 0 {
		return now.Sub(sql.Time(at))
	}
	return 0
}
