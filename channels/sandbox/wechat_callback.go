package sandbox

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // the platform signs so
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How the platform calls back: five seconds for an answer, then up to three repetitions, then it is dropped.
const (
	wxCallbackTimeout = 5 * time.Second
	wxCallbackRepeats = 3
	wxCallbackRetry   = time.Second // between two tries; Settings.CallbackRetryMS replaces it
	wxCallbackKept    = 1000        // tries that GET /_sim/callbacks shows
)

// CallbackTry is one request that the stand-in made to a callback address.
type CallbackTry struct {
	Time    time.Time `json:"time"`
	Account string    `json:"account"`
	Event   string    `json:"event"` // PUBLISHJOBFINISH, MASSSENDJOBFINISH, "verify", or how it was forged
	JobID   string    `json:"job_id"`
	Try     int       `json:"try"` // from 1
	Status  int       `json:"status"`
	Body    string    `json:"body"` // of the answer, at most 300 characters
	Error   string    `json:"error"`
	Taken   bool      `json:"taken"` // answered 200 with "success" or nothing
}

// wxEvent is a message on its way to an account's callback address.
type wxEvent struct {
	appid string
	name  string
	job   string
	body  string // the XML
}

// callbackTo is an account's callback address with its secrets, as they are when a message is sent.
type callbackTo struct {
	appid, url, token, key, mode string
	sealed                       string // app id inside the envelope: the account's, or the third-party platform's
	component                    bool   // the address is a platform's: it is never tested first
	skew                         time.Duration
}

// emit puts an event on its way. Call it with s.mu held.
func (s *Sandbox) emit(a *wechatAccount, e wxEvent) {
	if a.CallbackURL == "" && s.messagesTo(a.AppID) == nil || a.CallbackNever {
		return
	}
	for range a.CallbackDuplicates + 1 {
		if a.CallbackHold {
			s.held = append(s.held, e)
			continue
		}
		s.sending.Add(1)
		go func() {
			defer s.sending.Done()
			s.send(e)
		}()
	}
}

// ReleaseCallbacks sends what accounts with CallbackHold keep back, one after the other, the newest first when reverse,
// and returns how many there were.
func (s *Sandbox) ReleaseCallbacks(reverse bool) int {
	s.mu.Lock()
	held := s.held
	s.held = nil
	s.mu.Unlock()
	if reverse {
		slices.Reverse(held)
	}
	for _, e := range held {
		s.send(e)
	}
	return len(held)
}

// WaitCallbacks waits until every callback on its way was taken or dropped.
func (s *Sandbox) WaitCallbacks() { s.sending.Wait() }

// Callbacks returns the requests made to callback addresses, oldest first.
func (s *Sandbox) Callbacks() []CallbackTry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tries)
}

// target is an account's callback address; false when it has none.
func (s *Sandbox) target(appid string) (callbackTo, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.state.Components[appid]; p != nil && p.EventURL != "" {
		return callbackTo{appid: appid, url: p.EventURL, token: p.Token, key: p.EncodingAESKey, sealed: appid, component: true}, true
	}
	a := s.state.WeChat[appid]
	if p := s.messagesTo(appid); p != nil && a != nil {
		return callbackTo{appid: appid, url: strings.ReplaceAll(p.MessageURL, "$APPID$", appid), token: p.Token, key: p.EncodingAESKey,
			sealed: p.AppID, component: true, skew: time.Duration(a.CallbackSkewSeconds) * time.Second}, true
	}
	if a == nil || a.CallbackURL == "" {
		return callbackTo{}, false
	}
	return callbackTo{appid: appid, url: a.CallbackURL, token: a.CallbackToken, key: a.EncodingAESKey, mode: a.CallbackMode, sealed: appid,
		skew: time.Duration(a.CallbackSkewSeconds) * time.Second}, true
}

// send tries to deliver an event, after the address has answered the platform's test once.
func (s *Sandbox) send(e wxEvent) {
	to, ok := s.target(e.appid)
	if !ok || !s.verified(to) {
		return
	}
	for try := 1; try <= 1+wxCallbackRepeats; try++ {
		query, body := s.envelope(to, e.body)
		s.mu.Lock()
		s.lastSent[e.appid] = sentEnvelope{query, body}
		s.mu.Unlock()
		if s.try(to, CallbackTry{Account: e.appid, Event: e.name, JobID: e.job, Try: try}, http.MethodPost, query, body) {
			s.answered(e.appid)
			return
		}
		time.Sleep(s.callbackRetry())
	}
}

func (s *Sandbox) callbackRetry() time.Duration {
	if ms := s.settings().CallbackRetryMS; ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	return wxCallbackRetry
}

// verified asks a callback address for the text it was sent, before the first event: GET with a signature.
func (s *Sandbox) verified(to callbackTo) bool {
	s.mu.Lock()
	done := s.proven[to]
	echo := s.id(16)
	s.mu.Unlock()
	if done || to.component {
		return true
	}
	query := s.signedQuery(to)
	query.Set("signature", wxSign(to.token, query.Get("timestamp"), query.Get("nonce")))
	query.Set("echostr", echo)
	line := CallbackTry{Account: to.appid, Event: "verify", Try: 1}
	if !s.request(to, &line, http.MethodGet, query, nil) || line.Body != echo {
		s.keepTry(line)
		return false
	}
	line.Taken = true
	s.keepTry(line)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proven[to] = true
	return true
}

// try makes one request, keeps it, and tells whether the receiver took it.
func (s *Sandbox) try(to callbackTo, line CallbackTry, method string, query url.Values, body []byte) bool {
	if s.request(to, &line, method, query, body) {
		line.Taken = line.Body == "" || line.Body == "success"
	}
	s.keepTry(line)
	return line.Taken
}

func (s *Sandbox) keepTry(line CallbackTry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries = append(s.tries, line)
	if len(s.tries) > wxCallbackKept {
		s.tries = slices.Clone(s.tries[wxCallbackKept/10:])
	}
}

// request makes one request and tells whether it was answered 200.
func (s *Sandbox) request(to callbackTo, line *CallbackTry, method string, query url.Values, body []byte) bool {
	line.Time = s.clock.now()
	ctx, cancel := context.WithTimeout(context.Background(), wxCallbackTimeout)
	defer cancel()
	address := to.url
	if strings.Contains(address, "?") {
		address += "&" + query.Encode()
	} else {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		line.Error = err.Error()
		return false
	}
	if body != nil {
		req.Header.Set("Content-Type", "text/xml")
	}
	req.Header.Set("User-Agent", "Mozilla/4.0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		line.Error = err.Error()
		return false
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	line.Status, line.Body = res.StatusCode, firstRunes(string(answer), 300)
	if err != nil {
		line.Error = err.Error()
	}
	return err == nil && res.StatusCode == http.StatusOK
}

// signedQuery is the query of a callback: time and nonce, and the openid of a follower.
func (s *Sandbox) signedQuery(to callbackTo) url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := url.Values{}
	query.Set("timestamp", strconv.FormatInt(s.clock.now().Add(to.skew).Unix(), 10))
	query.Set("nonce", strconv.FormatInt(100_000_000+s.rng.Int64N(1_900_000_000), 10))
	query.Set("openid", "o"+s.id(27))
	return query
}

// envelope is a message as it goes out: encrypted and signed, or plain in the mode "plain".
func (s *Sandbox) envelope(to callbackTo, message string) (url.Values, []byte) {
	query := s.signedQuery(to)
	query.Set("signature", wxSign(to.token, query.Get("timestamp"), query.Get("nonce")))
	if to.mode == "plain" {
		return query, []byte(message)
	}
	s.mu.Lock()
	random := s.id(16)
	s.mu.Unlock()
	sealed := wxEncrypt(to.key, random, message, to.sealed)
	query.Set("encrypt_type", "aes")
	query.Set("msg_signature", wxSign(to.token, query.Get("timestamp"), query.Get("nonce"), sealed))
	if to.component && to.appid == to.sealed {
		return query, []byte("<xml><AppId><![CDATA[" + to.appid + "]]></AppId><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>")
	}
	return query, []byte("<xml><ToUserName><![CDATA[" + wxOriginalID(to.appid) + "]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>")
}

// wxSign is the platform's signature: the SHA-1 of the sorted parts, in hex.
func wxSign(parts ...string) string {
	slices.Sort(parts)
	return fmt.Sprintf("%x", sha1.Sum([]byte(strings.Join(parts, "")))) //nolint:gosec // the platform signs so
}

// wxEncrypt closes a message: 16 random bytes, its length, itself and the app id, padded to 32, with AES-256-CBC. A key
// that is none gives an envelope that nobody can open.
func wxEncrypt(encodingKey, random, message, appid string) string {
	key, err := base64.StdEncoding.DecodeString(encodingKey + "=")
	if err != nil || len(key) != 32 {
		key = make([]byte, 32)
	}
	text := append([]byte(random), binary.BigEndian.AppendUint32(nil, uint32(len(message)))...) //nolint:gosec // our own short texts
	text = append(text, message+appid...)
	pad := 32 - len(text)%32
	text = append(text, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("sandbox: " + err.Error()) // 32 bytes always make a cipher
	}
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(text, text)
	return base64.StdEncoding.EncodeToString(text)
}

func wxOriginalID(appid string) string {
	return "gh_" + firstRunes(strings.TrimPrefix(appid, "wx"), 12)
}

// ForgedCallback is a callback that is not the platform's, or not any more: the body of POST /_sim/callbacks.
type ForgedCallback struct {
	Account string `json:"account"`
	// How:
	//	bad_signature  msg_signature is not the content's
	//	plain          the plain form, with a signature that is good and covers no content
	//	replay         the last envelope that was sent to the account, once more
	//	old, future    signed eleven minutes ago, or in eleven minutes
	//	wrong_appid    the envelope holds another app id
	//	huge           a body of Bytes (default 50 MiB)
	//	garbage        an Encrypt that is no envelope
	//	genuine        as the platform sends it
	How   string `json:"how"`
	Body  string `json:"body"` // the XML inside; empty takes a PUBLISHJOBFINISH of a job that is not there
	Bytes int64  `json:"bytes"`
}

// Forge sends such a callback once, and returns what the receiver said. It fails on an unknown way or an account without
// a callback address.
func (s *Sandbox) Forge(f ForgedCallback) (CallbackTry, error) {
	to, ok := s.target(f.Account)
	if !ok {
		return CallbackTry{}, fmt.Errorf("sandbox: account %q has no callback address", f.Account)
	}
	if f.Body == "" {
		f.Body = wxPublishXML(to.appid, s.clock.now(), map[string]any{"publish_id": wxFirstID, "publish_status": 0, "article_id": "forged"}, nil, nil)
	}
	switch f.How {
	case "old":
		to.skew = -11 * time.Minute
	case "future":
		to.skew = 11 * time.Minute
	}
	sealFor := to
	if f.How == "wrong_appid" {
		sealFor.sealed = "wxffffffffffffffff"
	}
	query, body := s.envelope(sealFor, f.Body)
	switch f.How {
	case "old", "future", "wrong_appid", "genuine":
	case "bad_signature":
		query.Set("msg_signature", wxSign("guess", query.Get("timestamp"), query.Get("nonce")))
	case "plain":
		query.Del("encrypt_type")
		query.Del("msg_signature")
		body = []byte(f.Body)
	case "garbage":
		body = []byte("<xml><Encrypt>AAAA</Encrypt></xml>")
		query.Set("msg_signature", wxSign(to.token, query.Get("timestamp"), query.Get("nonce"), "AAAA"))
	case "huge":
		if f.Bytes == 0 {
			f.Bytes = 50 << 20
		}
		body = append(body, bytes.Repeat([]byte{' '}, int(f.Bytes))...)
	case "replay":
		s.mu.Lock()
		last := s.lastSent[f.Account]
		s.mu.Unlock()
		if last.body == nil {
			return CallbackTry{}, fmt.Errorf("sandbox: nothing was sent to account %q yet", f.Account)
		}
		query, body = last.query, last.body
	default:
		return CallbackTry{}, fmt.Errorf("sandbox: unknown way to forge a callback: %q", f.How)
	}
	if f.How == "genuine" {
		s.mu.Lock()
		s.lastSent[f.Account] = sentEnvelope{query, body}
		s.mu.Unlock()
	}
	line := CallbackTry{Account: f.Account, Event: f.How, Try: 1}
	s.request(to, &line, http.MethodPost, query, body)
	line.Taken = line.Status == http.StatusOK && (line.Body == "" || line.Body == "success")
	s.keepTry(line)
	return line, nil
}

// sentEnvelope is what a replay repeats.
type sentEnvelope struct {
	query url.Values
	body  []byte
}

// wxHead is the beginning of every event's XML.
func wxHead(appid, event string, at time.Time) string {
	return "<xml><ToUserName><![CDATA[" + wxOriginalID(appid) + "]]></ToUserName><FromUserName><![CDATA[o" + wxFollower(appid) + "]]></FromUserName>" +
		"<CreateTime>" + strconv.FormatInt(at.Unix(), 10) + "</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[" + event + "]]></Event>"
}

// wxFollower is the openid of the account's administrator, in whose name events come.
func wxFollower(appid string) string { return firstRunes(strings.Repeat(appid, 2), 27) }

func wxEscape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}

// wxPublishXML is a PUBLISHJOBFINISH: the fields of PublishEventInfo, the articles' addresses, and which failed.
func wxPublishXML(appid string, at time.Time, fields map[string]any, urls []string, fail []int) string {
	var b strings.Builder
	b.WriteString(wxHead(appid, "PUBLISHJOBFINISH", at) + "<PublishEventInfo>")
	for _, name := range []string{"publish_id", "publish_status", "article_id"} {
		if value, has := fields[name]; has {
			fmt.Fprintf(&b, "<%s>%s</%s>", name, wxEscape(fmt.Sprint(value)), name)
		}
	}
	if len(urls) > 0 {
		fmt.Fprintf(&b, "<article_detail><count>%d</count>", len(urls))
		for i, address := range urls {
			fmt.Fprintf(&b, "<item><idx>%d</idx><article_url><![CDATA[%s]]></article_url></item>", i+1, address)
		}
		b.WriteString("</article_detail>")
	}
	for _, index := range fail {
		fmt.Fprintf(&b, "<fail_idx>%d</fail_idx>", index)
	}
	b.WriteString("</PublishEventInfo></xml>")
	return b.String()
}

// wxMassXML is a MASSSENDJOBFINISH. Without addresses both sub-blocks are empty, as they have been seen.
func wxMassXML(appid string, at time.Time, msgID int64, status string, followers int, urls []string) string {
	sent, failed := followers, 0
	if status != "send success" {
		sent, failed = 0, followers
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s<MsgID>%d</MsgID><Status><![CDATA[%s]]></Status><TotalCount>%d</TotalCount><FilterCount>%d</FilterCount><SentCount>%d</SentCount><ErrorCount>%d</ErrorCount>",
		wxHead(appid, "MASSSENDJOBFINISH", at), msgID, status, followers, followers, sent, failed)
	if len(urls) == 0 {
		b.WriteString("<CopyrightCheckResult><Count>0</Count><ResultList></ResultList><CheckState>0</CheckState></CopyrightCheckResult>" +
			"<ArticleUrlResult><Count>0</Count><ResultList></ResultList></ArticleUrlResult></xml>")
		return b.String()
	}
	b.WriteString("<CopyrightCheckResult><Count>0</Count><ResultList></ResultList><CheckState>1</CheckState></CopyrightCheckResult>")
	fmt.Fprintf(&b, "<ArticleUrlResult><Count>%d</Count><ResultList>", len(urls))
	for i, address := range urls {
		fmt.Fprintf(&b, "<item><ArticleIdx>%d</ArticleIdx><ArticleUrl><![CDATA[%s]]></ArticleUrl></item>", i+1, address)
	}
	b.WriteString("</ResultList></ArticleUrlResult></xml>")
	return b.String()
}
