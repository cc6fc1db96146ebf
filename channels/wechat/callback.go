package wechat

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // WeChat signs so
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// MaxCallback is the longest callback taken, in bytes. WeChat's own have a few thousand.
const MaxCallback = 1 << 20

// callbackSkew is how far a callback's time may be from ours, either way.
const callbackSkew = 10 * time.Minute

// The events that are kept. Others, what followers write among them, are answered and forgotten.
const (
	eventPublish = "PUBLISHJOBFINISH"
	eventMass    = "MASSSENDJOBFINISH"
)

// massCallbackSent is the status of a sending that went well.
const massCallbackSent = "send success"

// keys are an account's secrets for callbacks: the credentials callback_token and encoding_aes_key.
type keys struct {
	token string
	aes   []byte
}

func keysOf(credentials accounts.Credentials) (keys, error) {
	k := keys{token: strings.TrimSpace(credentials["callback_token"])}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(credentials["encoding_aes_key"]) + "=")
	if k.token == "" || err != nil || len(raw) != 32 {
		return keys{}, ErrCallbackUnset
	}
	k.aes = raw
	return k, nil
}

// sign is WeChat's signature: SHA-1 of the sorted parts.
func sign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // WeChat signs so
	return hex.EncodeToString(sum[:])
}

func signed(signature string, parts ...string) bool {
	return subtle.ConstantTimeCompare([]byte(signature), []byte(sign(parts...))) == 1
}

// Greet answers the request with which WeChat tests a callback address: the text to send back. Errors: wechat.callback_unset,
// wechat.callback_forged, wechat.callback_stale.
func (c *Channel) Greet(credentials accounts.Credentials, query url.Values) (string, error) {
	k, err := keysOf(credentials)
	if err != nil {
		return "", err
	}
	if !signed(query.Get("signature"), k.token, query.Get("timestamp"), query.Get("nonce")) {
		return "", ErrCallbackForged
	}
	return query.Get("echostr"), c.fresh10(query.Get("timestamp"))
}

// fresh10 refuses a time that is far from ours: an old request may have been listened to.
func (c *Channel) fresh10(timestamp string) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return ErrCallbackForged
	}
	if away := c.db.Now().Sub(sql.Time(seconds * 1000)); away > callbackSkew || away < -callbackSkew {
		return ErrCallbackStale
	}
	return nil
}

// Receive takes one callback: verified, opened and kept, to be worked on by CallbacksDue. A repetition is counted and
// otherwise without effect. Only the encrypted form is taken: the signature of the plain one covers no content. Errors:
// the wechat.callback_ faults, or the database's; WeChat repeats what is not answered with success.
func (c *Channel) Receive(ctx context.Context, account accounts.Account, credentials accounts.Credentials, query url.Values, body []byte) error {
	k, err := keysOf(credentials)
	if err != nil {
		return err
	}
	if len(body) > MaxCallback {
		return ErrCallbackTooLarge
	}
	who, err := partyFor(account, credentials)
	if err != nil {
		return ErrCallbackUnset.Because(err)
	}
	plain, err := c.unwrap(k, who.appID, query, body)
	if err != nil {
		return err
	}
	event, err := parseEvent(plain)
	if err != nil {
		return ErrCallbackInvalid.Because(err)
	}
	if event.Event != eventPublish && event.Event != eventMass {
		return nil
	}
	return c.keepEvent(ctx, account.ID, query.Get("nonce"), event, event.key(who.appID), plain)
}

// unwrap checks signature and time and opens the envelope.
func (c *Channel) unwrap(k keys, appID string, query url.Values, body []byte) ([]byte, error) {
	if query.Get("encrypt_type") != "aes" {
		return nil, ErrCallbackForged
	}
	var envelope struct {
		Encrypt string `xml:"Encrypt"`
	}
	if err := decodeXML(body, &envelope); err != nil || envelope.Encrypt == "" {
		return nil, ErrCallbackInvalid.Because(err)
	}
	if !signed(query.Get("msg_signature"), k.token, query.Get("timestamp"), query.Get("nonce"), envelope.Encrypt) {
		return nil, ErrCallbackForged
	}
	if err := c.fresh10(query.Get("timestamp")); err != nil {
		return nil, err
	}
	plain, from, err := decrypt(k.aes, envelope.Encrypt)
	if err != nil {
		return nil, ErrCallbackForged.Because(err)
	}
	if from != appID {
		return nil, ErrCallbackForged.Because(fmt.Errorf("the callback is for another app id"))
	}
	return plain, nil
}

// decrypt opens AES-256-CBC with the key's first half as the vector: 16 random bytes, the length, the text, the app id,
// padded to 32.
func decrypt(key []byte, encrypted string) (plain []byte, appID string, err error) {
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, "", errors.New("no whole number of blocks")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, "", err
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > 32 || pad > len(data) {
		return nil, "", errors.New("bad padding")
	}
	data = data[:len(data)-pad]
	if len(data) < 20 {
		return nil, "", errors.New("too short")
	}
	length := int64(binary.BigEndian.Uint32(data[16:20]))
	if length > int64(len(data)-20) {
		return nil, "", errors.New("length beyond the end")
	}
	return data[20 : 20+length], string(data[20+length:]), nil
}

// event is a callback's content, as far as it is read. Figures are read as texts: WeChat's own vary.
type event struct {
	ToUserName   string `xml:"ToUserName"`
	FromUserName string `xml:"FromUserName"`
	CreateTime   string `xml:"CreateTime"`
	Event        string `xml:"Event"`
	MsgID        string `xml:"MsgID"`
	Status       string `xml:"Status"`
	Publish      struct {
		ID        string          `xml:"publish_id"`
		Status    string          `xml:"publish_status"`
		ArticleID string          `xml:"article_id"`
		Items     []publishedItem `xml:"article_detail>item"`
		FailIdx   []string        `xml:"fail_idx"`
	} `xml:"PublishEventInfo"`
	Mass []struct {
		Index string `xml:"ArticleIdx"`
		URL   string `xml:"ArticleUrl"`
	} `xml:"ArticleUrlResult>ResultList>item"`
}

// publishedItem is one article of a published message.
type publishedItem struct {
	Index string `xml:"idx"`
	URL   string `xml:"article_url"`
}

// place is which article of the message it is, from 1; without a number, by its place in the list.
func (p publishedItem) place(i int) int {
	if n := numberOf(strings.TrimSpace(p.Index)); n > 0 && n <= 100 {
		return int(n)
	}
	return i + 1
}

// parseEvent reads the XML of a callback. Entities beyond the five of XML are refused, so none can grow.
func parseEvent(plain []byte) (*event, error) {
	var e event
	if err := decodeXML(plain, &e); err != nil {
		return nil, err
	}
	for _, field := range []*string{&e.ToUserName, &e.FromUserName, &e.CreateTime, &e.Event, &e.MsgID, &e.Status, &e.Publish.ID, &e.Publish.Status, &e.Publish.ArticleID} {
		*field = strings.TrimSpace(*field)
	}
	return &e, nil
}

func decodeXML(raw []byte, into any) error {
	decoder := xml.NewDecoder(strings.NewReader(string(raw))) //nolint:gosec // signed by WeChat, bounded in size, into a struct of texts
	decoder.Strict = true
	return decoder.Decode(into)
}

// jobID is the job that an event is about.
func (e *event) jobID() string {
	if e.Event == eventPublish {
		return firstRunes(e.Publish.ID, 64)
	}
	return firstRunes(e.MsgID, 64)
}

// key tells one event from another; a repetition has the same.
func (e *event) key(appID string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{appID, e.FromUserName, e.CreateTime, e.Event, e.jobID()}, "\n")))
	return hex.EncodeToString(sum[:])
}

// massURL is where readers find the n-th article of a sending, from 1; empty when WeChat does not say.
func (e *event) massURL(n int) string {
	for i, item := range e.Mass {
		if item.Index == strconv.Itoa(n) || item.Index == "" && i == n-1 {
			return publicAddress(item.URL)
		}
	}
	return ""
}

// faultNumber is the number in a status "err(20001)"; empty when there is none.
func (e *event) faultNumber() string {
	rest, found := strings.CutPrefix(e.Status, "err(")
	if number, ended := strings.CutSuffix(rest, ")"); found && ended && isDigits(number) {
		return number
	}
	return ""
}

// publicAddress returns an address that readers may be sent to; empty for anything else.
func publicAddress(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(address) > 1000 {
		return ""
	}
	return u.String()
}

// keepEvent writes an event down once.
func (c *Channel) keepEvent(ctx context.Context, accountID, nonce string, e *event, key string, plain []byte) error {
	nonce = firstRunes(strings.ToValidUTF8(nonce, ""), 64)
	first, err := sql.Get[string](ctx, c.db, "wechat_callback.of_nonce", sql.Args{"account_id": accountID, "nonce": nonce})
	switch {
	case err == nil && first != key:
		return ErrCallbackReplayed
	case err != nil && !errors.Is(err, sql.ErrNone):
		return fmt.Errorf("look up a callback of account %s: %w", accountID, err)
	}
	now := c.db.Now()
	_, err = c.db.Exec(ctx, "wechat_callback.insert", sql.Args{"id": sql.NewID(), "account_id": accountID, "event_key": key, "nonce": nonce,
		"event": e.Event, "job_id": strings.ToValidUTF8(e.jobID(), ""), "body": strings.ToValidUTF8(string(plain), "\uFFFD"), "next_at": now, "received_at": now})
	if sql.IsDuplicate(err) {
		_, err = c.db.Exec(ctx, "wechat_callback.repeat", sql.Args{"account_id": accountID, "event_key": key})
	}
	if err != nil {
		return fmt.Errorf("keep a callback of account %s: %w", accountID, err)
	}
	return nil
}

// callback is a kept event.
type callback struct {
	ID         string
	AccountID  string
	Event      string
	JobID      string
	Body       string
	Attempts   int64
	ReceivedAt sql.Time
}

// told returns what a callback said of a job, nil when none has come.
func (c *Channel) told(ctx context.Context, job *channels.Job, jobID string) (*callback, error) {
	if jobID == "" {
		return nil, nil
	}
	rows, err := sql.List[callback](ctx, c.db, "wechat_callback.of_job", sql.Args{"account_id": job.Account.ID, "job_id": jobID})
	if err != nil {
		return nil, fmt.Errorf("read the callbacks of job %s: %w", jobID, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return &rows[0], nil
}
