package wechat_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

const (
	appID  = "wx0123456789abcdef"
	secret = "s3cr3t-0123456789abcdef"
)

// bench is the stand-in WeChat with an adapter before it. Everything that people may read is collected and searched for
// secrets when the test ends.
type bench struct {
	t       *testing.T
	box     *sandbox.Sandbox
	db      *sql.DB
	base    string
	channel *wechat.Channel
	account accounts.Account
	store   map[string][]byte

	mu    sync.Mutex
	heard []string
	saves int
}

func newBench(t *testing.T, change ...func(*wechat.Config, *sandbox.WeChatAccount)) *bench {
	t.Helper()
	box, err := sandbox.New(sandbox.Config{Settings: sandbox.Settings{PublishDelayMS: 15000}, Seed: 7})
	if err != nil {
		t.Fatalf("sandbox.New: %v", err)
	}
	server := httptest.NewServer(box.Handler())
	t.Cleanup(server.Close)
	b := &bench{t: t, box: box, db: sqltest.SQLite(t), base: server.URL + "/wechat", store: map[string][]byte{},
		account: accounts.Account{ID: sql.NewID(), Platform: accounts.WeChat, Settings: sql.Object{"app_id": appID}}}
	config := wechat.Config{BaseURL: b.base, DB: b.db, Seal: plainSeal(), Timeout: 2 * time.Second, Now: box.Now}
	platform := sandbox.WeChatAccount{AppID: appID, Secret: secret, RefuseEscapes: true}
	for _, fn := range change {
		fn(&config, &platform)
	}
	box.AddWeChat(platform)
	b.channel = b.open(config)
	t.Cleanup(b.searchForSecrets)
	return b
}

func (b *bench) open(config wechat.Config) *wechat.Channel {
	b.t.Helper()
	channel, err := wechat.New(config)
	if err != nil {
		b.t.Fatalf("wechat.New: %v", err)
	}
	b.t.Cleanup(channel.Close)
	return channel
}

func plainSeal() channels.Seal {
	return channels.Seal{
		Seal: func(plain []byte) (string, string, error) { return base64.StdEncoding.EncodeToString(plain), "k", nil },
		Open: func(text, _ string) ([]byte, error) { return base64.StdEncoding.DecodeString(text) },
	}
}

func (b *bench) hear(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, fmt.Sprintf(format, args...))
}

// searchForSecrets looks for the secret and for every token ever made in all that was said.
func (b *bench) searchForSecrets() {
	recorder := httptest.NewRecorder()
	b.box.ControlHandler().ServeHTTP(recorder, httptest.NewRequest("GET", "/_sim/state", nil))
	hidden := []string{secret}
	for _, found := range regexp.MustCompile(`"(\d\d_[A-Za-z0-9_-]{100,})"`).FindAllStringSubmatch(recorder.Body.String(), -1) {
		hidden = append(hidden, found[1])
	}
	if b.box.Report().WeChat[appID].TokenFetches > 0 && len(hidden) == 1 {
		b.t.Error("the stand-in's state shows no token: the search for secrets would find none")
	}
	for _, line := range b.heard {
		for _, value := range hidden {
			if strings.Contains(line, value) {
				b.t.Errorf("a secret stands in %.200q", line)
			}
		}
	}
}

// picture puts a picture into the store and returns its line for a message.
func (b *bench) picture(mime string, data []byte) channels.Picture {
	sum := sha256.Sum256(data)
	p := channels.Picture{ID: sql.NewID(), SHA256: hex.EncodeToString(sum[:]), MIME: mime, Size: int64(len(data)), Name: "会议 照片.jpg"}
	b.store[p.SHA256] = data
	return p
}

// message is a valid one; a test changes what matters to it.
func (b *bench) message() channels.Message {
	cover := b.picture("image/jpeg", photo(450, 192, 1))
	return channels.Message{ID: sql.NewID(), Title: "关于做好清明期间森林防火工作的通知", Digest: "请各单位落实责任。", Byline: "县应急管理局",
		Body: "<p>各镇街人民政府：</p><p>现将有关事项通知如下。</p>", CoverID: cover.ID, Pictures: channels.Pictures{cover}}
}

func (b *bench) job(message channels.Message) *channels.Job {
	id := sql.NewID()
	return &channels.Job{
		Delivery: channels.Delivery{ID: id, AccountID: b.account.ID, Platform: accounts.WeChat, Action: channels.Publish},
		Message:  message, Account: b.account, Credentials: accounts.Credentials{"app_secret": secret}, Remote: sql.Object{},
		OriginURL: "https://news.example.gov.cn/p/" + id,
		Bytes: func(_ context.Context, p channels.Picture) ([]byte, error) {
			data, ok := b.store[p.SHA256]
			if !ok {
				return nil, fmt.Errorf("no picture %s", p.ID)
			}
			return data, nil
		},
		Step: func(name, sentence string, detail sql.Object) {
			if len(name) > 32 || !regexp.MustCompile(`\p{Han}`).MatchString(sentence) {
				b.t.Errorf("Step(%q, %q): want a short name and a Chinese sentence", name, sentence)
			}
			b.hear("step %s %s %v", name, sentence, detail)
		},
		Save: func(context.Context) error { b.mu.Lock(); b.saves++; b.mu.Unlock(); return nil },
	}
}

// reload passes Remote through its JSON form, as a restart does.
func reload(t *testing.T, job *channels.Job) {
	t.Helper()
	raw, err := job.Remote.Value()
	if err != nil {
		t.Fatal(err)
	}
	job.Remote = sql.Object{}
	if err := job.Remote.Scan(raw); err != nil {
		t.Fatal(err)
	}
}

// note collects what an error shows, and fails when it is not one a person can act on.
func (b *bench) note(err error) *channels.PlatformError {
	b.t.Helper()
	p := channels.AsPlatformError(err)
	if p == nil {
		b.t.Fatalf("error %v, want a *PlatformError", err)
	}
	for cause := err; cause != nil; {
		b.hear("%v %+v %#v", cause, cause, cause)
		next, ok := cause.(interface{ Unwrap() error })
		if !ok {
			break
		}
		cause = next.Unwrap()
	}
	b.hear("%s %s %s", p.Code, p.Text, p.Advice)
	if !regexp.MustCompile(`\p{Han}`).MatchString(p.Advice) || len([]rune(p.Advice)) > 500 || len([]rune(p.Text)) > 1000 {
		b.t.Errorf("error %s: advice %q, text of %d characters: want a Chinese sentence within the columns", p.Code, p.Advice, len([]rune(p.Text)))
	}
	return p
}

func (b *bench) prepare(job *channels.Job) {
	b.t.Helper()
	if err := b.channel.Prepare(b.t.Context(), job); err != nil {
		b.note(err)
		b.t.Fatalf("Prepare = %v", err)
	}
}

// outcome is where a delivery ended.
type outcome struct {
	channels.Progress
	err     *channels.PlatformError
	submits int // calls of Submit
	polls   int
	finds   int
}

// deliver walks a prepared job to its end as the engine does: intention, Submit, Find while the effect is in doubt, Poll.
// The sandbox's time goes on by what the adapter asks for.
func (b *bench) deliver(job *channels.Job) (out outcome) {
	b.t.Helper()
	ctx := b.t.Context()
	submitted := false
	for range 40 {
		reload(b.t, job)
		var progress channels.Progress
		var err error
		switch {
		case submitted:
			out.polls++
			progress, err = b.channel.Poll(ctx, job)
		case job.Delivery.IntentAt == nil:
			job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
			out.submits++
			progress, err = b.channel.Submit(ctx, job)
		default:
			out.finds++
			progress, err = b.channel.Find(ctx, job)
		}
		b.hear("remote %v progress %+v", job.Remote, progress)
		if err != nil {
			out.err = b.note(err)
			sent := job.Delivery.IntentAt != nil
			switch out.err.Class {
			case channels.Unclear, channels.Retry, channels.Quota:
				if sent && !submitted && out.finds == 0 && out.err.Class != channels.Unclear {
					return out // Submit itself said no
				}
				if b.box.Now().Sub(job.Delivery.IntentAt.Std()) > 26*time.Hour {
					return out
				}
				b.box.Advance(max(out.err.After, time.Minute))
				continue
			}
			return out
		}
		out.err = nil
		switch progress.Stage {
		case channels.Published:
			out.Progress = progress
			return out
		case channels.Absent:
			job.Delivery.IntentAt = nil
			continue
		case channels.Pending:
			if !submitted {
				submitted, job.Delivery.SubmittedAt = true, sql.FromStd(b.box.Now()).Ptr()
			}
		}
		if progress.Next <= 0 {
			b.t.Fatalf("stage %s without Next", progress.Stage)
		}
		b.box.Advance(progress.Next)
	}
	b.t.Fatalf("the delivery did not end after 40 rounds: %+v", out)
	return out
}

func (b *bench) report() sandbox.WeChatReport {
	r := b.box.Report().WeChat[appID]
	if len(r.Duplicates) > 0 {
		b.t.Errorf("published more than once: %v", r.Duplicates)
	}
	return r
}

// calls counts the calls of a path in the journal.
func (b *bench) calls(path string) int {
	return len(b.box.Journal(sandbox.Filter{Platform: sandbox.WeChat, Path: path}))
}

// photos keeps what photo has made: noise is slow to encode.
var photos sync.Map

// photo is a JPEG that compresses badly; the same figures give the same bytes.
func photo(width, height, seed int) []byte {
	key := [3]int{width, height, seed}
	if made, ok := photos.Load(key); ok {
		return made.([]byte)
	}
	made := noise(width, height, seed)
	photos.Store(key, made)
	return made
}

func noise(width, height, seed int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	state := uint32(seed)*2654435761 + 1
	for i := range img.Pix {
		state = state*1664525 + 1013904223
		img.Pix[i] = byte(state >> 24)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: 92}); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func drawing() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for x := range 300 {
		img.Set(x, x*200/300, color.RGBA{200, 0, 0, 255})
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func animation() []byte {
	palette := color.Palette{color.White, color.Black}
	one, two := image.NewPaletted(image.Rect(0, 0, 40, 40), palette), image.NewPaletted(image.Rect(0, 0, 40, 40), palette)
	two.SetColorIndex(5, 5, 1)
	var buf bytes.Buffer
	if err := gif.EncodeAll(&buf, &gif.GIF{Image: []*image.Paletted{one, two}, Delay: []int{10, 10}}); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func jsonOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
