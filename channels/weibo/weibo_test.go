package weibo_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/weibo"
	"govmedia/sql"
)

const (
	uid    = "5044281310"
	token  = "2.00secret-token-of-the-test"
	origin = "https://m.example.gov.cn/p/0123456789abcdef"
)

// world is a stand-in Weibo with one account, and the channel that speaks to it in its time.
type world struct {
	*sandbox.Sandbox
	channel *weibo.Channel
	public  string
	config  weibo.Config
}

func newWorld(t *testing.T, change func(*sandbox.Config, *weibo.Config)) *world {
	t.Helper()
	box := sandbox.Config{Seeds: sandbox.Seeds{Weibo: sandbox.WeiboSeeds{
		Apps:   []sandbox.WeiboApp{{Key: "k1", Secret: "app-secret-1", SafeDomains: []sandbox.SafeDomain{{Host: "m.example.gov.cn", Reviewed: true}}}},
		Users:  []sandbox.WeiboUser{{UID: uid, Name: "潼南应急"}, {UID: "777", Name: "私人号"}},
		Tokens: []sandbox.WeiboToken{{Token: token, AppKey: "k1", UID: uid}, {Token: "2.00private", AppKey: "k1", UID: "777"}},
	}}}
	cfg := weibo.Config{OfficeAddress: "8.8.4.4", OriginBase: "https://m.example.gov.cn", Timeout: 5 * time.Second}
	if change != nil {
		change(&box, &cfg)
	}
	s, err := sandbox.New(box)
	if err != nil {
		t.Fatalf("sandbox: %v", err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() { server.Close(); _ = s.Close() })
	cfg.APIBase, cfg.ReadersBase, cfg.Now = server.URL+"/weibo", server.URL, s.Now
	return &world{Sandbox: s, channel: weibo.New(cfg), public: server.URL, config: cfg}
}

func coverBytes(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 {
		img.Set(i, i%30, color.RGBA{uint8(i * 6), 90, 10, 255})
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// newJob is a delivery of a short notice without a picture.
func newJob(w *world) *channels.Job {
	id := uid
	return &channels.Job{
		Delivery:    channels.Delivery{ID: "0123456789abcdef"},
		Message:     channels.Message{ID: "m1", Title: "防汛通知", Digest: "请注意安全。", Body: "<p>正文</p>"},
		Account:     accounts.Account{ID: "a1", Platform: accounts.Weibo, ExternalID: &id, Settings: sql.Object{"route": "share", "safe_domain": "m.example.gov.cn"}},
		Credentials: accounts.Credentials{"app_key": "k1", "app_secret": "app-secret-1", "access_token": token, "expires_at": strconv.FormatInt(w.Now().Add(time.Hour*24*20).UnixMilli(), 10)},
		Remote:      sql.Object{},
		OriginURL:   origin,
		Step:        func(string, string, sql.Object) {},
		Save:        func(context.Context) error { return nil },
	}
}

func withCover(t *testing.T, job *channels.Job) {
	t.Helper()
	data := coverBytes(t)
	sum := sha256.Sum256(data)
	job.Message.CoverID = "p1"
	job.Message.Pictures = channels.Pictures{{ID: "p1", SHA256: hex.EncodeToString(sum[:]), MIME: "image/png", Size: int64(len(data)), Name: "封面.png"}}
	job.Bytes = func(context.Context, channels.Picture) ([]byte, error) { return data, nil }
}

// saved is the job as it comes back from the database after a crash.
func saved(t *testing.T, job *channels.Job) {
	t.Helper()
	value, err := job.Remote.Value()
	if err != nil {
		t.Fatalf("Remote cannot be saved: %v", err)
	}
	job.Remote = sql.Object{}
	if err := job.Remote.Scan(value); err != nil {
		t.Fatalf("Remote cannot be read: %v", err)
	}
}

func prepare(t *testing.T, w *world, job *channels.Job) {
	t.Helper()
	if err := w.channel.Prepare(t.Context(), job); err != nil {
		t.Fatalf("Prepare: %v", err)
	}
	intend(w, job)
}

// intend does what the caller does before Submit.
func intend(w *world, job *channels.Job) { job.Delivery.IntentAt = sql.FromStd(w.Now()).Ptr() }

// platformError wants err to be one of a class.
func platformError(t *testing.T, doing string, err error, class channels.Class, code string) *channels.PlatformError {
	t.Helper()
	failure := channels.AsPlatformError(err)
	if failure == nil || failure.Class != class || failure.Code != code {
		t.Fatalf("%s = %v, want class %s, code %s", doing, err, class, code)
	}
	if strings.Contains(err.Error(), token) || strings.Contains(failure.Text+failure.Advice, token) {
		t.Errorf("%s shows the token: %v", doing, err)
	}
	return failure
}

func wantPublished(t *testing.T, w *world, doing string, progress channels.Progress, err error) {
	t.Helper()
	if err != nil || progress.Stage != channels.Published {
		t.Fatalf("%s = %+v, %v, want published", doing, progress, err)
	}
	if want := w.public + "/" + uid + "/" + progress.ExternalID; progress.URL != want || progress.ExternalID == "" {
		t.Errorf("URL = %q, want %q", progress.URL, want)
	}
	if off := progress.PublishedAt.Std().Sub(w.Now()).Abs(); off > time.Hour {
		t.Errorf("PublishedAt = %s, want near %s", progress.PublishedAt, w.Now())
	}
	resp, err := http.Get(progress.URL)
	if err != nil {
		t.Fatalf("readers' page: %v", err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Contains(page, []byte("防汛通知")) {
		t.Errorf("readers' page = %q, %v, want the title", page, err)
	}
}

var beijing = sql.Beijing

func channelsTime(t time.Time) sql.Time { return sql.FromStd(t) }

func posts(w *world) int { return w.Report().Weibo[uid].Posts }

func fault(t *testing.T, w *world, f sandbox.Fault) {
	t.Helper()
	w.AddFault(f)
}

// readPage is a readers' page that must be there.
func readPage(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatalf("readers' page: %v", err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("readers' page %s = %d, %v", address, resp.StatusCode, err)
	}
	return string(page)
}

const sharePath = "/2/statuses/share.json"

func TestShareWithoutPictureIsFormEncodedOnce(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	job.Message.Digest = "50%的单位 A+B&C已落实。"
	prepare(t, w, job)
	progress, err := w.channel.Submit(t.Context(), job)
	wantPublished(t, w, "Submit", progress, err)
	calls := w.Journal(sandbox.Filter{Path: sharePath})
	if len(calls) != 1 || calls[0].Header["content-type"] != "application/x-www-form-urlencoded" {
		t.Fatalf("calls = %+v, want one form", calls)
	}
	if want := "【防汛通知】50%的单位 A+B&C已落实。 " + origin; calls[0].Body["status"] != want {
		t.Errorf("status = %q, want %q", calls[0].Body["status"], want)
	}
	if calls[0].Body["rip"] != "8.8.4.4" {
		t.Errorf("rip = %q, want the office's address", calls[0].Body["rip"])
	}
}

func TestShareWithCoverIsMultipart(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	withCover(t, job)
	prepare(t, w, job)
	saved(t, job)
	progress, err := w.channel.Submit(t.Context(), job)
	wantPublished(t, w, "Submit", progress, err)
	call := w.Journal(sandbox.Filter{Path: sharePath})[0]
	if len(call.Files) != 1 || call.Files[0].Field != "pic" || call.Files[0].Name != "cover.png" || call.Files[0].SHA256 != job.Message.Pictures[0].SHA256 {
		t.Errorf("files = %+v, want the signed cover as pic", call.Files)
	}
}

func TestOperatorsPublicAddressGoesBeforeTheOffices(t *testing.T) {
	w := newWorld(t, nil)
	for rip, want := range map[string]string{"1.2.4.8": "1.2.4.8", "10.1.1.1": "8.8.4.4", "nonsense": "8.8.4.4"} {
		job := newJob(w)
		job.Message.Title += rip
		job.Remote["rip"] = rip
		prepare(t, w, job)
		if _, err := w.channel.Submit(t.Context(), job); err != nil {
			t.Fatalf("Submit: %v", err)
		}
		calls := w.Journal(sandbox.Filter{Path: sharePath, Limit: 1})
		if got := calls[0].Body["rip"]; got != want {
			t.Errorf("rip = %v, want %s", got, want)
		}
	}
}

func TestLostAnswersAreFoundAndNeverSentTwice(t *testing.T) {
	for name, f := range map[string]sandbox.Fault{
		"cut after it was done":   {Action: sandbox.DropAfter},
		"half an answer":          {Action: sandbox.Truncate},
		"answer without an end":   {Action: sandbox.HugeBody},
		"done, then gateway page": {Action: sandbox.HTML502, When: "after"},
		"done, then 10001":        {Action: sandbox.Errcode, Code: 10001, When: "after"},
		"done, then a timeout":    {Action: sandbox.Hang, When: "after"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(_ *sandbox.Config, c *weibo.Config) { c.Timeout = 500 * time.Millisecond })
			job := newJob(w)
			prepare(t, w, job)
			f.Match = sandbox.Match{Path: sharePath}
			f.Times = 1
			fault(t, w, f)
			_, err := w.channel.Submit(t.Context(), job)
			failure := channels.AsPlatformError(err)
			if failure == nil || failure.Class != channels.Unclear || failure.After != 2*time.Minute {
				t.Fatalf("Submit = %v, want unclear with a wait of 2m", err)
			}
			if posts(w) != 1 {
				t.Fatalf("posts = %d, want 1: the fault acts after the effect", posts(w))
			}
			saved(t, job)
			w.Advance(2 * time.Minute)
			progress, err := w.channel.Find(t.Context(), job)
			wantPublished(t, w, "Find", progress, err)
			if posts(w) != 1 {
				t.Errorf("posts = %d, want 1", posts(w))
			}
		})
	}
}

func TestAbsentNeedsTwoLooks(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.DropBefore})
	_, err := w.channel.Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Unclear, "no_answer")
	for _, look := range []struct {
		after time.Duration
		stage channels.Stage
		next  time.Duration // at least and about
	}{
		{30 * time.Second, channels.Unsure, 90 * time.Second}, // too early to count
		{90 * time.Second, channels.Unsure, 8 * time.Minute},  // first look at 2 min
		{10 * time.Second, channels.Unsure, 7 * time.Minute},
		{8 * time.Minute, channels.Absent, 0},
	} {
		w.Advance(look.after)
		progress, err := w.channel.Find(t.Context(), job)
		if err != nil || progress.Stage != look.stage || progress.Next < look.next-time.Minute || progress.Next > look.next+time.Minute {
			t.Fatalf("Find %s later = %+v, %v, want %s, next about %s", look.after, progress, err, look.stage, look.next)
		}
		saved(t, job)
	}
	intend(w, job)
	progress, err := w.channel.Submit(t.Context(), job)
	wantPublished(t, w, "second Submit", progress, err)
	if posts(w) != 1 {
		t.Errorf("posts = %d, want 1", posts(w))
	}
}

func TestEachLostAnswerNeedsLooksOfItsOwn(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Action: sandbox.DropBefore})
	for range 2 {
		intend(w, job)
		_, err := w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Unclear, "no_answer")
		w.Advance(2 * time.Minute)
		if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Unsure {
			t.Fatalf("Find after 2m = %+v, %v, want unsure", progress, err)
		}
		w.Advance(8 * time.Minute)
		if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Absent {
			t.Fatalf("Find after 10m = %+v, %v, want absent", progress, err)
		}
	}
}

func TestLateFirstLookIsFollowedByAnother(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	w.Advance(time.Hour) // the program was down
	progress, err := w.channel.Find(t.Context(), job)
	if err != nil || progress.Stage != channels.Unsure || progress.Next < time.Minute {
		t.Fatalf("Find = %+v, %v, want unsure and another look a minute later", progress, err)
	}
	if progress, _ := w.channel.Find(t.Context(), job); progress.Stage != channels.Unsure {
		t.Errorf("Find at once again = %+v, want unsure: it tells nothing new", progress)
	}
	w.Advance(progress.Next)
	if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Absent {
		t.Errorf("Find = %+v, %v, want absent", progress, err)
	}
}

func TestTimelineFullOfNewerPostsProvesNothing(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	for i := range 6 {
		other := newJob(w)
		other.OriginURL = fmt.Sprintf("https://m.example.gov.cn/p/other%011d", i)
		other.Message.Title = fmt.Sprintf("另一篇%d", i)
		prepare(t, w, other)
		if _, err := w.channel.Submit(t.Context(), other); err != nil {
			t.Fatalf("Submit: %v", err)
		}
	}
	for range 4 {
		w.Advance(10 * time.Minute)
		progress, err := w.channel.Find(t.Context(), job)
		if err != nil || progress.Stage != channels.Unsure {
			t.Fatalf("Find = %+v, %v, want unsure: five newer posts hide ours", progress, err)
		}
	}
}

func TestTakenForLaterIsPolledAndNeverSentAgain(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	job.Message.Digest = "[sim:20032]"
	prepare(t, w, job)
	progress, err := w.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Pending || progress.Next != 2*time.Minute {
		t.Fatalf("Submit = %+v, %v, want pending, next in 2m", progress, err)
	}
	saved(t, job)
	if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Unsure {
		t.Errorf("Find before it shows = %+v, %v, want unsure", progress, err)
	}
	w.Advance(2 * time.Minute)
	progress, err = w.channel.Poll(t.Context(), job)
	wantPublished(t, w, "Poll", progress, err)
}

func TestTakenForLaterAndNeverSeenIsForAPerson(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.Errcode, Code: 20032})
	progress, err := w.channel.Submit(t.Context(), job)
	if err != nil {
		t.Fatalf("Submit: %v", err)
	}
	for _, next := range []time.Duration{3 * time.Minute, 10 * time.Minute} {
		w.Advance(progress.Next)
		progress, err = w.channel.Poll(t.Context(), job)
		if err != nil || progress.Stage != channels.Pending || (progress.Next-next).Abs() > time.Second {
			t.Fatalf("Poll = %+v, %v, want pending, next in %s", progress, err, next)
		}
	}
	w.Advance(progress.Next)
	_, err = w.channel.Poll(t.Context(), job)
	platformError(t, "Poll after 15 minutes", err, channels.Unclear, "not_visible")
	w.Advance(time.Hour)
	for range 3 {
		w.Advance(10 * time.Minute)
		if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Unsure {
			t.Errorf("Find = %+v, %v, want unsure: Weibo said it has the post", progress, err)
		}
	}
}

func TestSameTextAgain(t *testing.T) {
	t.Run("on a first send is for the editor", func(t *testing.T) {
		w := newWorld(t, nil)
		job := newJob(w)
		prepare(t, w, job)
		fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Action: sandbox.Errcode, Code: 20019})
		_, err := w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Content, "20019")
	})
	t.Run("after a lost answer is our own post", func(t *testing.T) {
		w := newWorld(t, nil)
		job := newJob(w)
		prepare(t, w, job)
		fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.DropAfter})
		if _, err := w.channel.Submit(t.Context(), job); err == nil {
			t.Fatal("Submit did not lose its answer")
		}
		saved(t, job)
		progress, err := w.channel.Submit(t.Context(), job)
		wantPublished(t, w, "Submit", progress, err)
		if posts(w) != 1 {
			t.Errorf("posts = %d, want 1", posts(w))
		}
	})
	t.Run("after a refusal is still for the editor", func(t *testing.T) {
		w := newWorld(t, nil)
		job := newJob(w)
		prepare(t, w, job)
		fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.Errcode, Code: 20016})
		fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Action: sandbox.Errcode, Code: 20019})
		_, err := w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Quota, "20016")
		saved(t, job)
		w.Advance(time.Hour + time.Second)
		_, err = w.channel.Submit(t.Context(), job)
		platformError(t, "second Submit", err, channels.Content, "20019")
	})
	t.Run("that cannot be seen is never sent again", func(t *testing.T) {
		w := newWorld(t, nil)
		job := newJob(w)
		prepare(t, w, job)
		fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.DropBefore})
		fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Action: sandbox.Errcode, Code: 20111})
		_, err := w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Unclear, "no_answer")
		_, err = w.channel.Submit(t.Context(), job)
		platformError(t, "second Submit", err, channels.Unclear, "20111")
		for range 3 {
			w.Advance(10 * time.Minute)
			if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Unsure {
				t.Errorf("Find = %+v, %v, want unsure", progress, err)
			}
		}
	})
}

func TestThirdLostAnswerEndsTheTrying(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Action: sandbox.Errcode, Code: 10001})
	for range 3 {
		_, err := w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Unclear, "10001")
		saved(t, job)
	}
	_, err := w.channel.Submit(t.Context(), job)
	platformError(t, "fourth Submit", err, channels.ByHand, "no_result")
	if n := len(w.Journal(sandbox.Filter{Path: sharePath})); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}

func TestCrashBeforeSavingSendsNothing(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	gone := errors.New("held by another worker")
	job.Save = func(context.Context) error { return gone }
	if _, err := w.channel.Submit(t.Context(), job); !errors.Is(err, gone) {
		t.Errorf("Submit = %v, want the error of Save", err)
	}
	if n := len(w.Journal(sandbox.Filter{Path: sharePath})); n != 0 {
		t.Errorf("%d calls, want none", n)
	}
}

func TestPlatformThatCannotBeReachedHadNoEffect(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	cfg := w.config
	cfg.APIBase = "http://127.0.0.1:1" // a port that was free a moment ago may be another test's by now
	_, err := weibo.New(cfg).Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Retry, "unreachable")
	_, err = w.channel.Submit(t.Context(), job)
	if err != nil {
		t.Errorf("Submit afterwards: %v", err)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t, nil)
	t.Run("expired by our own clock", func(t *testing.T) {
		job := newJob(w)
		job.Credentials["expires_at"] = strconv.FormatInt(w.Now().Add(-time.Second).UnixMilli(), 10)
		err := w.channel.Prepare(t.Context(), job)
		failure := platformError(t, "Prepare", err, channels.Quota, "token_expired")
		if !strings.Contains(failure.Advice, "请在账号页重新授权，授权后系统自动继续") || failure.After != 5*time.Minute {
			t.Errorf("Advice = %q", failure.Advice)
		}
		_, err = w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Quota, "token_expired")
		if n := len(w.Journal(sandbox.Filter{})); n != 0 {
			t.Errorf("%d calls, want none", n)
		}
	})
	t.Run("of somebody's private account", func(t *testing.T) {
		job := newJob(w)
		job.Credentials["access_token"] = "2.00private"
		platformError(t, "Prepare", w.channel.Prepare(t.Context(), job), channels.Permission, "21335")
	})
	t.Run("missing", func(t *testing.T) {
		job := newJob(w)
		delete(job.Credentials, "access_token")
		platformError(t, "Prepare", w.channel.Prepare(t.Context(), job), channels.Quota, "not_authorised")
	})
	t.Run("asked for once a day", func(t *testing.T) {
		before := len(w.Journal(sandbox.Filter{Path: "/oauth2/get_token_info"}))
		for range 3 {
			if err := w.channel.Prepare(t.Context(), newJob(w)); err != nil {
				t.Fatalf("Prepare: %v", err)
			}
		}
		w.Advance(25 * time.Hour)
		if err := w.channel.Prepare(t.Context(), newJob(w)); err != nil {
			t.Fatalf("Prepare: %v", err)
		}
		if n := len(w.Journal(sandbox.Filter{Path: "/oauth2/get_token_info"})) - before; n != 2 {
			t.Errorf("%d questions, want 2", n)
		}
	})
	t.Run("revoked between two calls", func(t *testing.T) {
		job := newJob(w)
		prepare(t, w, job)
		if err := w.Happen(sandbox.Event{Type: "weibo.revoke", Account: uid}); err != nil {
			t.Fatal(err)
		}
		_, err := w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Quota, "21316")
	})
}

func TestNoSecretIsEverShown(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Action: sandbox.Errcode, Code: 10017, Message: "bad " + token + " and app-secret-1"})
	_, err := w.channel.Submit(t.Context(), job)
	failure := platformError(t, "Submit", err, channels.Content, "10017")
	if failure.Text != "bad *** and ***" {
		t.Errorf("Text = %q, want the secrets gone", failure.Text)
	}
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: "/2/statuses/user_timeline.json"}, Action: sandbox.DropBefore})
	_, err = w.channel.Find(t.Context(), job)
	platformError(t, "Find", err, channels.Retry, "no_answer")
	raw, _ := json.Marshal(job.Remote)
	if strings.Contains(string(raw), token) {
		t.Errorf("Remote shows the token: %s", raw)
	}
}

func TestSafeDomain(t *testing.T) {
	w := newWorld(t, func(box *sandbox.Config, _ *weibo.Config) { box.Seeds.Weibo.Apps[0].SafeDomains = nil })
	job := newJob(w)
	job.Account.Settings["safe_domain"] = "other.gov.cn"
	platformError(t, "Prepare", w.channel.Prepare(t.Context(), job), channels.Permission, "safe_domain")
	job = newJob(w)
	prepare(t, w, job)
	_, err := w.channel.Submit(t.Context(), job)
	failure := platformError(t, "Submit", err, channels.Permission, "10017")
	if failure.Text != "appkey not bind domain!" {
		t.Errorf("Text = %q, want the platform's own words", failure.Text)
	}
}

func TestErrorsOfQuestions(t *testing.T) {
	for code, want := range map[int]channels.Class{
		10001: channels.Retry, 10011: channels.Retry, 10022: channels.Quota, 20101: channels.ByHand, 21335: channels.Permission, 21327: channels.Quota, 29999: channels.Retry,
	} {
		w := newWorld(t, nil)
		job := newJob(w)
		prepare(t, w, job)
		f := sandbox.Fault{Match: sandbox.Match{Path: "/2/statuses/user_timeline.json"}, Action: sandbox.Errcode, Code: code}
		if code == 29999 {
			f = sandbox.Fault{Match: f.Match, Action: sandbox.Status, Status: 500, ContentType: "application/json", Body: `{"error_code":29999}`}
		}
		fault(t, w, f)
		_, err := w.channel.Find(t.Context(), job)
		platformError(t, fmt.Sprintf("Find with %d", code), err, want, strconv.Itoa(code))
	}
}

func TestQuestionsThatFailWaitLonger(t *testing.T) {
	for name, again := range map[string][]time.Duration{"at the real pace": nil, "at a test's": {600 * time.Millisecond, 3 * time.Second}} {
		t.Run(name, func(t *testing.T) { checkWaitsOfQuestions(t, again) })
	}
}

func checkWaitsOfQuestions(t *testing.T, again []time.Duration) {
	t.Helper()
	w := newWorld(t, func(_ *sandbox.Config, c *weibo.Config) { c.Again = again })
	waits := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 15 * time.Minute}
	if again != nil {
		waits = []time.Duration{again[0], again[1], again[1], again[1]}
	}
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: "/2/statuses/user_timeline.json"}, Times: 4, Action: sandbox.HTML502})
	for _, wait := range waits {
		_, err := w.channel.Find(t.Context(), job)
		if failure := platformError(t, "Find", err, channels.Retry, "http_502"); failure.After != wait {
			t.Errorf("After = %s, want %s", failure.After, wait)
		}
		saved(t, job)
	}
	if _, err := w.channel.Find(t.Context(), job); err != nil {
		t.Errorf("Find: %v", err)
	}
	if job.Remote["read_failures"] != nil {
		t.Errorf("read_failures = %v after a good answer, want none", job.Remote["read_failures"])
	}
}

func TestSecondDailyLimitWaitsForTheNextDay(t *testing.T) {
	w := newWorld(t, nil)
	w.SetClock(time.Date(2026, 11, 22, 18, 0, 0, 0, sql.Beijing))
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Action: sandbox.Errcode, Code: 10023})
	_, err := w.channel.Submit(t.Context(), job)
	if failure := platformError(t, "Submit", err, channels.Quota, "10023"); failure.After != time.Hour {
		t.Errorf("After = %s, want an hour", failure.After)
	}
	saved(t, job)
	w.Advance(time.Hour)
	_, err = w.channel.Submit(t.Context(), job)
	if failure := platformError(t, "Submit", err, channels.Quota, "10023"); (failure.After - (5*time.Hour + 5*time.Minute)).Abs() > time.Minute {
		t.Errorf("After = %s, want until 00:05 in Beijing", failure.After)
	}
}

func TestBudget(t *testing.T) {
	var spent atomic.Int64
	w := newWorld(t, func(_ *sandbox.Config, c *weibo.Config) {
		c.Budget = func(_ context.Context, account, path string, most int64) (bool, error) {
			if path == "weibo posts "+time.Now().In(sql.Beijing).Format("15") {
				return true, nil
			}
			if account != "a1" || path != "weibo k1" {
				return false, fmt.Errorf("account %q, path %q", account, path)
			}
			return spent.Add(1) <= most, nil
		}
	})
	spent.Store(80)
	job := newJob(w)
	prepare(t, w, job) // the token check can wait
	if n := len(w.Journal(sandbox.Filter{})); n != 0 {
		t.Errorf("%d calls, want none: the last 20 are for posting", n)
	}
	if _, err := w.channel.Submit(t.Context(), job); err != nil {
		t.Errorf("Submit with 19 calls left: %v", err)
	}
	spent.Store(100)
	again := newJob(w)
	again.Message.Title = "另一篇"
	prepare(t, w, again)
	_, err := w.channel.Submit(t.Context(), again)
	failure := platformError(t, "Submit", err, channels.Quota, "budget_spent")
	if failure.After <= 0 || failure.After > 24*time.Hour+5*time.Minute {
		t.Errorf("After = %s, want until the next day", failure.After)
	}
}

func TestAnswersThatAreNoAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		class  channels.Class
		code   string
	}{
		"a login page":             {200, "<html>", channels.Unclear, "not_json"},
		"an empty object":          {200, "{}", channels.Unclear, "not_json"},
		"nothing":                  {200, "", channels.Unclear, "not_json"},
		"a list":                   {200, "[]", channels.Unclear, "not_json"},
		"a redirect":               {302, "", channels.Unclear, "http_302"},
		"a refusal without JSON":   {403, "forbidden", channels.Unclear, "http_403"},
		"an unknown refusal":       {400, `{"error_code":"29999","error":"new"}`, channels.Defect, "29999"},
		"an unknown failure":       {503, `{"error_code":29999}`, channels.Unclear, "29999"},
		"a code that is no number": {200, `{"error_code":"A1","error":"?"}`, channels.Unclear, "-1"},
		"an error inside a 200":    {200, `{"error_code":10014,"error":"no"}`, channels.Permission, "10014"},
		"somebody else's post":     {200, `{"idstr":"1","mid":"1","user":{"idstr":"777"}}`, channels.ByHand, "wrong_user"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			job := newJob(w)
			prepare(t, w, job)
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Location", "https://passport.weibo.com/")
				rw.WriteHeader(c.status)
				_, _ = io.WriteString(rw, c.body)
			}))
			defer server.Close()
			cfg := w.config
			cfg.APIBase = server.URL
			_, err := weibo.New(cfg).Submit(t.Context(), job)
			platformError(t, "Submit", err, c.class, c.code)
		})
	}
}

func TestIdsKeepEveryDigitAndShortenedLinksAreRecognised(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	status := strings.Replace(job.Remote["status"].(string), origin, "http://t.cn/A6x", 1)
	at := w.Now().In(sql.Beijing)
	answer := func(created time.Time, text string) string {
		raw, _ := json.Marshal(map[string]any{"statuses": []any{map[string]any{
			"idstr": "9007199254740993", "mid": json.Number("9007199254740993"), "text": text, "created_at": created.Format(time.RubyDate)}}, "total_number": 1})
		return string(raw)
	}
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, body) }))
	defer server.Close()
	cfg := w.config
	cfg.APIBase = server.URL
	channel := weibo.New(cfg)
	body = answer(at.Add(-time.Minute), status)
	progress, err := channel.Find(t.Context(), job)
	if err != nil || progress.ExternalID != "9007199254740993" || progress.PublishedAt != sql.FromStd(at.Add(-time.Minute).Truncate(time.Second)) {
		t.Errorf("Find = %+v, %v, want the post with its id whole", progress, err)
	}
	body = answer(at.Add(-3*time.Minute), status)
	if progress, err := channel.Find(t.Context(), job); err != nil || progress.Stage == channels.Published {
		t.Errorf("Find = %+v, %v, want an older equal text left alone", progress, err)
	}
	body = answer(at.Add(-3*time.Minute), "转发 "+strings.ReplaceAll(origin, "/", "&#x2F;"))
	if progress, err := channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Published {
		t.Errorf("Find = %+v, %v, want our link recognised at any time", progress, err)
	}
	body = `{"total_number":0}`
	_, err = channel.Find(t.Context(), job)
	platformError(t, "Find without a list", err, channels.Retry, "not_json")
}

func TestTeaserAlwaysFits(t *testing.T) {
	w := newWorld(t, nil)
	for name, c := range map[string]struct{ title, digest, want string }{
		"short":            {"标题", "摘要。", "【标题】摘要。 " + origin},
		"topics are taken": {"#防汛# 通知", "第1#楼和#安全生产#。", "【防汛 通知】第1楼和安全生产#。 " + origin},
		"digest of a page": {"标题", "", "【标题】正文 " + origin},
		"lines":            {"标题", "一\n二", "【标题】一 二 " + origin},
	} {
		job := newJob(w)
		job.Message.Title, job.Message.Digest = c.title, c.digest
		if err := w.channel.Prepare(t.Context(), job); err != nil {
			t.Fatalf("%s: Prepare: %v", name, err)
		}
		if got := job.Remote["status"]; got != c.want {
			t.Errorf("%s: status = %q, want %q", name, got, c.want)
		}
	}
	job := newJob(w)
	job.Message.Digest = strings.Repeat("请各单位落实责任，", 40)
	prepare(t, w, job)
	status := job.Remote["status"].(string)
	if n := utf8.RuneCountInString(status); n > 140 || n < 130 || !strings.HasSuffix(status, " "+origin) {
		t.Errorf("status = %q (%d characters), want nearly 140 and the whole link", status, n)
	}
	if _, err := w.channel.Submit(t.Context(), job); err != nil {
		t.Errorf("Submit: %v", err)
	}
}

func TestPreview(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	job.Message.Title = "#防汛#通知"
	job.Message.Digest = strings.Repeat("请各单位落实责任，", 40)
	withCover(t, job)
	job.Message.Pictures = append(job.Message.Pictures, channels.Picture{ID: "p2"})
	preview := w.channel.Preview(job.Message, job.Account)
	if len(preview.Blocked()) != 0 || preview.CoverID != "p1" || preview.HTML != "" || preview.Title != "防汛通知" {
		t.Errorf("Preview = %+v, want plain text with the cover, nothing blocked", preview)
	}
	if preview.Link != "https://m.example.gov.cn/p/" || !strings.HasSuffix(preview.Text, preview.Link) || strings.Contains(preview.Text, "#") {
		t.Errorf("Text = %q, Link = %q", preview.Text, preview.Link)
	}
	all := strings.Join(preview.Warnings, "\n")
	for _, want := range []string{"#话题#", "截断", "其余1张图片"} {
		if !strings.Contains(all, want) {
			t.Errorf("Warnings lack %q:\n%s", want, all)
		}
	}
	if err := w.channel.Prepare(t.Context(), job); err != nil {
		t.Fatalf("Prepare: %v", err)
	}
	if got := strings.Replace(job.Remote["status"].(string), "0123456789abcdef", "", 1); got != preview.Text {
		t.Errorf("sent %q, previewed %q", got, preview.Text)
	}
}

func TestTitleIsNeverCut(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	job.Message.Title = strings.Repeat("长", 120)
	blocked := w.channel.Preview(job.Message, job.Account).Blocked()
	if len(blocked) != 1 || !strings.Contains(blocked[0], "120") {
		t.Errorf("Blocked = %v, want the title", blocked)
	}
	platformError(t, "Prepare", w.channel.Prepare(t.Context(), job), channels.Content, "status_too_long")
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	for name, c := range map[string]struct {
		change func(*accounts.Account)
		want   error
		code   string
	}{
		"a route of its own": {func(a *accounts.Account) { a.Settings["route"] = "repost" }, weibo.ErrRoute, "route_unsupported"},
		"one route twice":    {func(a *accounts.Account) { a.Settings["route"] = "share,share" }, weibo.ErrRoute, "route_unsupported"},
		"pictures by post":   {func(a *accounts.Account) { a.Settings["pictures"] = "post" }, weibo.ErrPicture, "settings"},
		"no uid":             {func(a *accounts.Account) { a.ExternalID = nil }, weibo.ErrUID, "settings"},
		"a name":             {func(a *accounts.Account) { name := "潼南"; a.ExternalID = &name }, weibo.ErrUID, "settings"},
		"domain + path":      {func(a *accounts.Account) { a.Settings["safe_domain"] = "https://a.cn/" }, weibo.ErrDomain, "settings"},
	} {
		job := newJob(w)
		c.change(&job.Account)
		if err := weibo.CheckSettings(job.Account); !errors.Is(err, c.want) {
			t.Errorf("%s: CheckSettings = %v, want %v", name, err, c.want)
		}
		if len(w.channel.Preview(job.Message, job.Account).Blocked()) == 0 {
			t.Errorf("%s: Preview blocks nothing", name)
		}
		platformError(t, name, w.channel.Prepare(t.Context(), job), channels.Permission, c.code)
	}
	if err := weibo.CheckSettings(newJob(w).Account); err != nil {
		t.Errorf("CheckSettings of a good account = %v", err)
	}
	if len(w.Journal(sandbox.Filter{})) != 0 {
		t.Error("Weibo was called for an account that cannot post")
	}
}

func TestCoverThatIsNotTheSignedOneIsNotSent(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	withCover(t, job)
	job.Bytes = func(context.Context, channels.Picture) ([]byte, error) { return []byte("other"), nil }
	platformError(t, "Prepare", w.channel.Prepare(t.Context(), job), channels.Defect, "picture_changed")
	sum := sha256.Sum256([]byte("other"))
	job.Message.Pictures[0].SHA256 = hex.EncodeToString(sum[:])
	platformError(t, "Prepare", w.channel.Prepare(t.Context(), job), channels.Content, "picture_unfit")
	job.Bytes = func(context.Context, channels.Picture) ([]byte, error) { return nil, errors.New("disk") }
	platformError(t, "Prepare", w.channel.Prepare(t.Context(), job), channels.Retry, "picture_unread")
}

func TestOfficeWithoutAnAddressIsToldSo(t *testing.T) {
	w := newWorld(t, func(_ *sandbox.Config, c *weibo.Config) { c.OfficeAddress = "" })
	platformError(t, "Prepare", w.channel.Prepare(t.Context(), newJob(w)), channels.Permission, "no_office_address")
}
