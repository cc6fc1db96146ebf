package oversight

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/channels/app"
	"govmedia/channels/egress"
	"govmedia/sql"
	"govmedia/units"
)

// HookKind is what listens behind an address.
type HookKind string

// The kinds of bot.
const (
	DingTalk HookKind = "dingtalk" // 钉钉群机器人, with 加签
	WeCom    HookKind = "wecom"    // 企业微信群机器人: the key stands in its address
	Generic  HookKind = "generic"  // anything that speaks Standard Webhooks
)

// Hook is a bot of a unit that hears its reminders, and with Below those of all units below it. Its address and secret are
// sealed in the database and never shown again.
type Hook struct {
	ID        string    `json:"id"`
	UnitID    string    `json:"unit_id"`
	Name      string    `json:"name"`
	Kind      HookKind  `json:"kind"`
	Below     bool      `json:"below"`
	Host      string    `json:"host"` // of its address
	UsedAt    *sql.Time `json:"used_at"`
	CreatedBy string    `json:"created_by"`
	CreatedAt sql.Time  `json:"created_at"`
	UpdatedAt sql.Time  `json:"updated_at"`
	Version   int64     `json:"version"`
}

// NewHook is what a bot is made of.
type NewHook struct {
	UnitID  string
	Name    string
	Kind    HookKind
	Below   bool
	Address string
	Secret  string // of Generic: empty makes one
}

// MadeHook is a bot as it was just made. Secret is shown this once, and only where the program itself made it.
type MadeHook struct {
	Hook
	Secret string `json:"secret,omitempty"`
}

// HookChange is what may change of a bot. An empty Address keeps address and secret as they are.
type HookChange struct {
	Name    string
	Below   bool
	Address string
	Secret  string
}

// The bounds of bots.
const (
	mostHooks   = 10
	maxHookName = 30
	maxAddress  = 2000
	maxSecret   = 200
	hookToken   = "access_token" // where DingTalk's address carries its token
)

// hookSecret is what is sealed of a bot.
type hookSecret struct {
	Address string `json:"address"`
	Secret  string `json:"secret"`
}

type sealedHook struct {
	ID        string
	Kind      HookKind
	Sealed    string
	SealedKey string
}

// hookContext ties sealed secrets to their bot.
func hookContext(id string) string { return "reminder_hooks:" + id }

func (h hookSecret) seal(keys *accounts.Keyring, id string) (text, keyID string, err error) {
	plain, err := json.Marshal(map[string]string{"address": h.Address, "secret": h.Secret}) // sealed in the next line
	if err != nil {
		return "", "", err
	}
	return keys.Seal(plain, hookContext(id))
}

func openHook(keys *accounts.Keyring, row sealedHook) (hookSecret, error) {
	plain, err := keys.Open(row.Sealed, row.SealedKey, hookContext(row.ID))
	if err != nil {
		return hookSecret{}, err
	}
	var secret hookSecret
	if json.Unmarshal(plain, &secret) != nil {
		return hookSecret{}, accounts.ErrSealBroken.Because(errors.New("not the secret of a bot")) // the error itself may quote it
	}
	return secret, nil
}

// CreateHook adds a bot to a unit at which the actor holds SetReminders. The address must be one that the guard lets out.
// Errors: ErrHookName, ErrHookKind, ErrHookAddress, ErrHookSecret, ErrHookMany, ErrReminderForbidden,
// units.ErrNotFound, units.ErrClosed.
func CreateHook(ctx context.Context, db *sql.DB, out *Outside, actor units.Actor, in NewHook) (MadeHook, error) {
	in.Name = strings.TrimSpace(in.Name)
	if !isHookName(in.Name) {
		return MadeHook{}, ErrHookName.On("name")
	}
	made := ""
	if in.Kind == Generic && in.Secret == "" {
		made = app.NewSecret()
		in.Secret = made
	}
	if _, err := settable(ctx, db, actor, in.UnitID); err != nil { // before names are looked up for somebody
		return MadeHook{}, wrap(err, "create a bot of unit %s", in.UnitID)
	}
	secret, host, err := checkHook(ctx, out, in.Kind, in.Address, in.Secret)
	if err != nil {
		return MadeHook{}, err
	}
	id := sql.NewID()
	sealed, key, err := secret.seal(out.Keys, id)
	if err != nil {
		return MadeHook{}, wrap(err, "seal bot %s", id)
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		if err := settableOpen(ctx, tx, actor, in.UnitID); err != nil {
			return err
		}
		own, err := sql.List[Hook](ctx, tx, "reminder_hook.near", sql.Args{"unit_id": in.UnitID, "ids": []string{}})
		if err != nil {
			return err
		}
		if len(own) >= mostHooks {
			return ErrHookMany
		}
		_, err = tx.Exec(ctx, "reminder_hook.insert", sql.Args{"id": id, "unit_id": in.UnitID, "name": in.Name, "kind": in.Kind, "below": in.Below,
			"host": host, "sealed": sealed, "sealed_key": key, "created_by": actor.PersonID, "now": tx.Now()})
		if err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: in.UnitID, Action: ActionHookCreate, ObjectKind: "hook", ObjectID: id,
			Detail: sql.Object{"name": in.Name, "kind": in.Kind, "host": host, "below": in.Below}})
	})
	if err != nil {
		return MadeHook{}, wrap(err, "create a bot of unit %s", in.UnitID)
	}
	hook, err := sql.Get[Hook](ctx, db, "reminder_hook.get", sql.Args{"id": id})
	return MadeHook{Hook: hook, Secret: made}, wrap(err, "create a bot of unit %s", in.UnitID)
}

// SaveHook changes a bot where the version is still the one the actor saw. Errors as CreateHook, ErrHookNotFound,
// ErrReminderStale.
func SaveHook(ctx context.Context, db *sql.DB, out *Outside, actor units.Actor, id string, version int64, in HookChange) (Hook, error) {
	in.Name = strings.TrimSpace(in.Name)
	if !isHookName(in.Name) {
		return Hook{}, ErrHookName.On("name")
	}
	hook, err := hookFor(ctx, db, actor, id)
	if err != nil {
		return Hook{}, wrap(err, "save bot %s", id)
	}
	args := sql.Args{"id": id, "version": version, "name": in.Name, "below": in.Below, "host": hook.Host}
	statement := "reminder_hook.rename"
	if in.Address != "" {
		secret, host, err := checkHook(ctx, out, hook.Kind, in.Address, in.Secret)
		if err != nil {
			return Hook{}, err
		}
		if args["sealed"], args["sealed_key"], err = secret.seal(out.Keys, id); err != nil {
			return Hook{}, wrap(err, "seal bot %s", id)
		}
		args["host"], statement = host, "reminder_hook.update"
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := hookFor(ctx, tx, actor, id); err != nil {
			return err
		}
		args["now"] = tx.Now()
		if err := mineOrStale(tx.ExecOne(ctx, statement, args)); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: hook.UnitID, Action: ActionHookSave, ObjectKind: "hook", ObjectID: id,
			Detail: sql.Object{"name": in.Name, "host": args["host"], "below": in.Below, "address": in.Address != ""}})
	})
	if err != nil {
		return Hook{}, wrap(err, "save bot %s", id)
	}
	hook, err = sql.Get[Hook](ctx, db, "reminder_hook.get", sql.Args{"id": id})
	return hook, wrap(err, "save bot %s", id)
}

// RemoveHook takes a bot away: its secrets go at once, what waited for it is not sent. Errors as SaveHook.
func RemoveHook(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		hook, err := hookFor(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := mineOrStale(tx.ExecOne(ctx, "reminder_hook.remove", sql.Args{"id": id, "version": version, "now": tx.Now()})); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: hook.UnitID, Action: ActionHookRemove, ObjectKind: "hook", ObjectID: id,
			Detail: sql.Object{"name": hook.Name}})
	})
	return wrap(err, "remove bot %s", id)
}

// TestHook lets a bot say that it is set up, with the next run of Remind. Errors: ErrHookNotFound, ErrReminderForbidden.
func TestHook(ctx context.Context, db *sql.DB, actor units.Actor, id string) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		hook, err := hookFor(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		message := sql.NewID()
		_, err = tx.Exec(ctx, "reminder_message.insert", sql.Args{"id": message, "unit_id": hook.UnitID, "kind": KindTest, "channel": ViaHook, "recipient": id,
			"slot": "test:" + message, "next_at": tx.Now(), "now": tx.Now()})
		if err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: hook.UnitID, Action: ActionHookTest, ObjectKind: "hook", ObjectID: id})
	})
	return wrap(err, "test bot %s", id)
}

// Hooks returns the bots that hear of a unit: its own and those of units above that hear of all below. Error:
// units.ErrNotFound.
func Hooks(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) ([]Hook, error) {
	unit, err := readable(ctx, db, actor, unitID)
	if err != nil {
		return nil, wrap(err, "bots of unit %s", unitID)
	}
	hooks, err := sql.List[Hook](ctx, db, "reminder_hook.near", sql.Args{"unit_id": unitID, "ids": idsOf(unit.Path)})
	return hooks, wrap(err, "bots of unit %s", unitID)
}

// ResealHooks seals all bots' secrets anew that another key than the present first one sealed, and returns how many, like
// accounts.Reseal. It may run twice and beside everything else.
func ResealHooks(ctx context.Context, db *sql.DB, keys *accounts.Keyring) (int, error) {
	rows, err := sql.List[sealedHook](ctx, db, "reminder_hook.sealed_otherwise", sql.Args{"key": keys.Current()})
	if err != nil {
		return 0, wrap(err, "list the sealed bots")
	}
	done := 0
	for _, row := range rows {
		secret, err := openHook(keys, row)
		if err != nil {
			return done, wrap(err, "reseal bot %s", row.ID)
		}
		sealed, key, err := secret.seal(keys, row.ID)
		if err != nil {
			return done, wrap(err, "reseal bot %s", row.ID)
		}
		mine, err := db.ExecOne(ctx, "reminder_hook.reseal", sql.Args{"id": row.ID, "old": row.Sealed, "sealed": sealed, "sealed_key": key})
		if err != nil {
			return done, wrap(err, "reseal bot %s", row.ID)
		}
		if mine { // otherwise somebody gave it a new address meanwhile
			done++
		}
	}
	return done, nil
}

// hookFor returns a bot whose unit's reminders the actor may set.
func hookFor(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Hook, error) {
	hook, err := sql.Get[Hook](ctx, db, "reminder_hook.get", sql.Args{"id": id})
	if err == nil {
		_, err = settable(ctx, db, actor, hook.UnitID)
	}
	if errors.Is(err, sql.ErrNone) || errors.Is(err, units.ErrNotFound) {
		err = ErrHookNotFound
	}
	return hook, err
}

func isHookName(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxHookName && !strings.ContainsFunc(name, unicode.IsControl)
}

// checkHook says whether a bot may be set up so, resolving its address once, and returns what is sealed of it and its host.
func checkHook(ctx context.Context, out *Outside, kind HookKind, address, secret string) (hookSecret, string, error) {
	address, secret = strings.TrimSpace(address), strings.TrimSpace(secret)
	parsed, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || parsed.Host == "" {
		return hookSecret{}, "", ErrHookAddress.On("address") // the parser's words would repeat the token in it
	}
	query := parsed.Query()
	switch kind {
	case DingTalk:
		if query.Get(hookToken) == "" {
			return hookSecret{}, "", ErrHookAddress.On("address")
		}
		if !strings.HasPrefix(secret, "SEC") || !isSecret(secret) {
			return hookSecret{}, "", ErrHookSecret.On("secret")
		}
		query.Del("timestamp") // as people copy it from examples
		query.Del("sign")
		parsed.RawQuery = query.Encode()
	case WeCom:
		if query.Get("key") == "" {
			return hookSecret{}, "", ErrHookAddress.On("address")
		}
		if secret != "" {
			return hookSecret{}, "", ErrHookSecret.On("secret")
		}
	case Generic:
		if app.CheckSecret(secret) != nil {
			return hookSecret{}, "", ErrHookSecret.On("secret")
		}
	default:
		return hookSecret{}, "", ErrHookKind.On("kind")
	}
	if _, err := out.Guard.CheckURL(ctx, parsed.String()); err != nil {
		return hookSecret{}, "", ErrHookAddress.Because(egress.Redact(err)).On("address")
	}
	return hookSecret{Address: parsed.String(), Secret: secret}, parsed.Host, nil
}

func isSecret(secret string) bool {
	return len(secret) <= maxSecret && !strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' })
}

// The sizes a bot takes, in bytes of UTF-8.
var hookBytes = map[HookKind]int{DingTalk: 15000, WeCom: 2048, Generic: 60000}

// signDingTalk adds the time and its signature to an address: Base64 of HMAC-SHA256 over "time\nsecret" with the secret.
func signDingTalk(address, secret string, at time.Time) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	timestamp := strconv.FormatInt(at.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "\n" + secret))
	query := parsed.Query()
	query.Set("timestamp", timestamp)
	query.Set("sign", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	parsed.RawQuery = query.Encode()
	return parsed.String(), nil
}

// hookEvent is what a generic receiver gets.
type hookEvent struct {
	Type      string        `json:"type"` // reminder.due, reminder.weekly, reminder.test
	Timestamp string        `json:"timestamp"`
	Data      hookEventData `json:"data"`
}

type hookEventData struct {
	Unit    string     `json:"unit"`
	Subject string     `json:"subject"`
	Text    string     `json:"text"`
	Lines   []hookLine `json:"lines"`
}

type hookLine struct {
	Name     string    `json:"name"`
	Rulebook string    `json:"rulebook"`
	Citation string    `json:"citation"`
	DueAt    *sql.Time `json:"due_at"`
	Sentence string    `json:"sentence"`
}

// request makes the signed call of one message to a bot.
func (h hookSecret) request(ctx context.Context, kind HookKind, id string, at time.Time, letter letter) (*http.Request, error) {
	address := h.Address
	body, err := json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": letter.text}})
	switch kind {
	case DingTalk:
		if err == nil {
			address, err = signDingTalk(address, h.Secret, at)
		}
	case Generic:
		body, err = json.Marshal(letter.event(at))
	case WeCom:
	}
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if kind == Generic {
		return req, app.Sign(req.Header, id, at, body, h.Secret)
	}
	return req, nil
}

// post sends one message to a bot and says what became of it.
func (h hookSecret) post(ctx context.Context, client *http.Client, kind HookKind, id string, at time.Time, letter letter) outcome {
	var left atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }})
	req, err := h.request(traced, kind, id, at, letter)
	if err != nil {
		return outcome{state: Failed, code: "bad_setup", problem: "机器人的地址或密钥不能用，请重新填写。", cause: egress.Redact(err)}
	}
	resp, err := client.Do(req)
	switch {
	case errors.Is(err, egress.ErrAddress), errors.Is(err, egress.ErrUnresolved):
		return outcome{state: Failed, code: "address_refused", problem: "机器人的地址不在允许访问的范围内，没有发出。请核对地址，内网地址请服务器管理员列入允许的网段。",
			cause: egress.Redact(err)}
	case err != nil && !left.Load():
		return outcome{state: Waiting, code: "unreachable", problem: "连接不上机器人的服务器，没有发出，稍后自动重试。", cause: egress.Redact(err)}
	case err != nil:
		return outcome{state: Uncertain, code: "no_answer", problem: "机器人的服务器没有答复，不能确定是否已发出；为免重复，不再发送。", cause: egress.Redact(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil && !errors.Is(err, egress.ErrTooLarge) {
		return outcome{state: Uncertain, code: "no_answer", problem: "机器人的服务器没有答完，不能确定是否已发出；为免重复，不再发送。", cause: egress.Redact(err)}
	}
	return judgeAnswer(kind, resp.StatusCode, said)
}

// judgeAnswer reads a bot's answer: first the status, then, of the two platforms, the code in the body.
func judgeAnswer(kind HookKind, status int, said []byte) outcome {
	code := "http_" + strconv.Itoa(status)
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return outcome{state: Waiting, code: code, problem: "机器人的服务器正忙，没有发出，稍后自动重试。"}
	case status >= http.StatusInternalServerError:
		return outcome{state: Uncertain, code: code, problem: "机器人的服务器出错，不能确定是否已发出；为免重复，不再发送。"}
	case status < http.StatusOK || status >= http.StatusMultipleChoices:
		return outcome{state: Failed, code: code, problem: "机器人的服务器拒收，没有发出。请核对地址是否仍然有效。"}
	case kind == Generic:
		return outcome{state: Sent}
	}
	var answer struct {
		Code *int64 `json:"errcode"`
	}
	if json.Unmarshal(said, &answer) != nil || answer.Code == nil {
		return outcome{state: Uncertain, code: "unreadable", problem: "机器人的服务器答复看不懂，不能确定是否已发出；为免重复，不再发送。请核对地址是不是机器人的。"}
	}
	code = "errcode_" + strconv.FormatInt(*answer.Code, 10)
	switch *answer.Code {
	case 0:
		return outcome{state: Sent}
	case -1, 130101, 410100, 45009: // busy, or too fast: DingTalk's two, WeCom's one
		return outcome{state: Waiting, code: code, problem: "机器人发得太快或平台正忙，没有发出，稍后自动重试。", after: slowDown}
	case 310000:
		return outcome{state: Failed, code: code, problem: "钉钉拒收：签名、关键词或 IP 白名单不符。请核对加签密钥；设了关键词的请加上“提醒”。"}
	case 300001, 400101, 400102, 400013, 93000, 93008:
		return outcome{state: Failed, code: code, problem: "机器人已停用、被移出群或地址失效，没有发出。请重新添加机器人并更新地址。"}
	}
	return outcome{state: Failed, code: code, problem: "平台拒收这条消息，没有发出。请把错误码告诉系统管理员。"}
}

// slowDown is how long a bot rests that sent too fast: DingTalk closes it for ten minutes.
const slowDown = 10 * time.Minute
