package wechat_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	"govmedia/sql"
)

const (
	submitPath = "/cgi-bin/freepublish/submit"
	draftPath  = "/cgi-bin/draft/add"
)

func fault(path, action string, times int) sandbox.Fault {
	return sandbox.Fault{Match: sandbox.Match{Platform: sandbox.WeChat, Path: path}, Action: action, Times: times}
}

func errcode(path string, code, times int) sandbox.Fault {
	f := fault(path, sandbox.Errcode, times)
	f.Code = code
	return f
}

// A lost answer of submit is the case that makes a government account post twice. Whatever happened to the call, the
// delivery must end published and the platform must hold one article.
func TestALostSubmitEndsInExactlyOneArticle(t *testing.T) {
	committed := []string{sandbox.DropAfter, sandbox.Truncate, sandbox.GzipGarbage, sandbox.HugeBody}
	nothing := []string{sandbox.DropBefore, sandbox.HTML502, sandbox.Redirect, sandbox.Hang}
	for _, action := range append(slices.Clone(committed), nothing...) {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(c *wechat.Config, _ *sandbox.WeChatAccount) { c.Timeout = 500 * time.Millisecond })
			job := b.job(b.message())
			b.prepare(job)
			f := fault(submitPath, action, 1)
			f.Bytes = map[string]int64{sandbox.HugeBody: 20 << 20}[action]
			b.box.AddFault(f)
			job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
			_, err := b.channel.Submit(t.Context(), job)
			if p := b.note(err); p.Class != channels.Unclear {
				t.Fatalf("Submit = %v, want class Unclear", err)
			}
			out := b.deliver(job)
			if out.Stage != channels.Published || out.finds == 0 {
				t.Fatalf("deliver = %+v, want it found or sent again and published", out)
			}
			again := 0
			if slices.Contains(nothing, action) {
				again = 1
			}
			if r := b.report(); r.Published != 1 || out.submits != again {
				t.Errorf("%d articles after %d more submits, want 1 after %d", r.Published, out.submits, again)
			}
		})
	}
}

func TestAnAnswerThatComesTooLateIsUnclear(t *testing.T) {
	b := newBench(t, func(c *wechat.Config, _ *sandbox.WeChatAccount) { c.Timeout = 300 * time.Millisecond })
	job := b.job(b.message())
	b.prepare(job)
	f := fault(submitPath, sandbox.Delay, 1)
	f.When, f.DelayMS = "after", 1500
	b.box.AddFault(f)
	job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
	_, err := b.channel.Submit(t.Context(), job)
	if p := b.note(err); p.Class != channels.Unclear || p.Code != "timeout" {
		t.Fatalf("Submit = %v, want Unclear timeout", err)
	}
	if out := b.deliver(job); out.Stage != channels.Published || out.submits != 0 || b.report().Published != 1 {
		t.Errorf("deliver = %+v, want it found", out)
	}
}

func TestAnAbsentSubmitIsRepeatedOnceOnly(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	b.box.AddFault(fault(submitPath, sandbox.DropBefore, 0))
	out := b.deliver(job)
	if out.err == nil || out.err.Class != channels.Unclear || out.submits != 2 {
		t.Errorf("deliver = %+v (%v), want it to stay unclear after two submits", out, out.err)
	}
	if r := b.report(); r.Published != 0 {
		t.Errorf("%d articles, want none", r.Published)
	}
}

// The job runs on for twenty minutes after its answer was lost, so the draft is still there when it is judged absent. The
// platform takes the second submit for the same job, or refuses it; either way one article comes of it.
func TestASecondSubmitOfARunningJobMakesNoSecondArticle(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		b := newBench(t, func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.Resubmit40007 = refuse })
		b.box.ChangeSettings(func(s *sandbox.Settings) { s.PublishDelayMS = 60_000 })
		message := b.message()
		message.Title = "慢[sim:slow]"
		job := b.job(message)
		b.prepare(job)
		b.box.AddFault(fault(submitPath, sandbox.DropAfter, 1))
		out := b.deliver(job)
		if r := b.report(); out.Stage != channels.Published || out.submits != 2 || r.Published != 1 {
			t.Errorf("refusing %v: %+v, %d articles, want one after two submits", refuse, out, r.Published)
		}
	}
}

// The engine saves Remote as soon as Submit returns.
func TestThePublishIDIsThereToBeSaved(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	progress, err := b.channel.Submit(t.Context(), job)
	if id, _ := job.Remote["publish_id"].(string); err != nil || progress.Stage != channels.Pending || id == "" {
		t.Errorf("Submit = %+v, %v with publish_id %q, want it pending under an id", progress, err, id)
	}
}

func TestADeliveryThatIsNoLongerOursIsNotGoneOnWith(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	lost := errors.New("another worker has it")
	job.Save = func(context.Context) error { return lost }
	if err := b.channel.Prepare(t.Context(), job); !errors.Is(err, lost) {
		t.Errorf("Prepare = %v, want the error of Save", err)
	}
	if n := b.calls(draftPath); n != 0 {
		t.Errorf("%d drafts were made, want none", n)
	}
}

func TestAbsentIsNotSaidBeforeItsTime(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
	for _, c := range []struct {
		advance time.Duration
		want    channels.Stage
	}{{0, channels.Unsure}, {9 * time.Minute, channels.Unsure}, {2 * time.Minute, channels.Absent}} {
		b.box.Advance(c.advance)
		progress, err := b.channel.Find(t.Context(), job)
		if err != nil || progress.Stage != c.want {
			t.Errorf("Find %v later = %+v, %v, want %s", c.advance, progress, err, c.want)
		}
	}
}

func TestFindGoesByTheAddressAndNotByTheTitle(t *testing.T) {
	b := newBench(t)
	message := b.message()
	earlier := b.job(message) // the same text under another delivery
	b.prepare(earlier)
	if out := b.deliver(earlier); out.Stage != channels.Published {
		t.Fatal("the earlier delivery was not published")
	}
	job := b.job(message)
	b.prepare(job)
	job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
	progress, err := b.channel.Find(t.Context(), job)
	if err != nil || progress.Stage != channels.Unsure {
		t.Errorf("Find = %+v, %v, want Unsure: the listed article is another delivery's", progress, err)
	}
}

func TestFindKeepsLookingWhileTheJobRunsAndTheDraftIsGone(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
	b.box.AddFault(errcode("/cgi-bin/draft/get", 40007, 0))
	b.box.Advance(time.Hour)
	progress, err := b.channel.Find(t.Context(), job)
	if err != nil || progress.Stage != channels.Unsure || progress.Next <= 0 {
		t.Errorf("Find with the draft gone and nothing listed = %+v, %v, want Unsure", progress, err)
	}
	b.box.Advance(25 * time.Hour)
	_, err = b.channel.Find(t.Context(), job)
	if p := b.note(err); p.Class != channels.Unclear {
		t.Errorf("Find a day later = %v, want Unclear", err)
	}
}

func TestFindWithAPublishIDLeavesItToPoll(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	if _, err := b.channel.Submit(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	progress, err := b.channel.Find(t.Context(), job)
	if err != nil || progress.Stage != channels.Pending {
		t.Errorf("Find = %+v, %v, want Pending", progress, err)
	}
}

func TestAJobThatWeChatHasForgottenIsFoundInTheList(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	b.box.AddFault(errcode("/cgi-bin/freepublish/get", 40002, 0))
	if out := b.deliver(job); out.Stage != channels.Published || out.URL == "" {
		t.Errorf("deliver = %+v, want it found in the list", out)
	}
}

// Preparation is invisible to readers, so every loss is repeated, and the second run finds what the first has done.
func TestALostDraftIsFoundAgain(t *testing.T) {
	for _, action := range []string{sandbox.DropAfter, sandbox.Truncate, sandbox.DropBefore, sandbox.HTML502, sandbox.GzipGarbage} {
		t.Run(action, func(t *testing.T) {
			b := newBench(t)
			job := b.job(b.message())
			b.box.AddFault(fault(draftPath, action, 1))
			err := b.channel.Prepare(t.Context(), job)
			if p := b.note(err); p.Class != channels.Retry {
				t.Fatalf("Prepare = %v, want Retry", err)
			}
			reload(t, job)
			b.prepare(job)
			if r := b.report(); r.Drafts != 1 {
				t.Errorf("%d drafts after the second run, want 1", r.Drafts)
			}
		})
	}
}

func TestPreparingTwiceMakesOneDraft(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	reload(t, job)
	b.prepare(job)
	if r := b.report(); r.Drafts != 1 || b.calls(draftPath) != 1 {
		t.Errorf("%d drafts from %d calls, want one", r.Drafts, b.calls(draftPath))
	}
}

func TestADeletedDraftIsMadeAnewAndAPublishedOneIsNot(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	gone := b.box.AddFault(errcode("/cgi-bin/draft/get", 40007, 1))
	b.prepare(job)
	b.box.ClearFaults(gone)
	if n := b.calls(draftPath); n != 2 {
		t.Fatalf("%d calls of draft/add after the draft was deleted, want 2", n)
	}
	if out := b.deliver(job); out.Stage != channels.Published {
		t.Fatal("not published")
	}
	submits := b.calls(submitPath)
	b.prepare(job) // as if all but the ids had been forgotten
	progress, err := b.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Published || progress.URL == "" || b.calls(submitPath) != submits {
		t.Errorf("Submit of what is public already = %+v, %v after %d more calls, want Published without a call", progress, err, b.calls(submitPath)-submits)
	}
}

func TestRefusedTokensAreRenewedAndTheCallRepeated(t *testing.T) {
	for _, code := range []int{40001, 40014, 42001, 41001} {
		b := newBench(t)
		b.box.AddFault(errcode(draftPath, code, 1))
		b.box.AddFault(errcode(submitPath, code, 1))
		job := b.job(b.message())
		b.prepare(job)
		if out := b.deliver(job); out.Stage != channels.Published || b.report().Published != 1 {
			t.Errorf("with %d once: %+v, want it published", code, out)
		}
	}
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	if err := b.box.Happen(sandbox.Event{Type: "wechat.rotate_token", Account: appID}); err != nil {
		t.Fatal(err)
	}
	if out := b.deliver(job); out.Stage != channels.Published {
		t.Errorf("with a token that another system replaced: %+v, want it published", out)
	}
}

func TestATokenThatNeverWorksIsForcedOnceAndThenTheAccountRests(t *testing.T) {
	b := newBench(t)
	b.box.AddFault(errcode(draftPath, 40001, 0))
	job := b.job(b.message())
	err := b.channel.Prepare(t.Context(), job)
	if p := b.note(err); p.Class != channels.Permission || p.Code != "40001" {
		t.Fatalf("Prepare = %v, want Permission 40001", err)
	}
	if n := b.calls(draftPath); n != 3 {
		t.Errorf("the call was made %d times, want 3: with the first token, the same again, a forced one", n)
	}
	if r := b.report(); r.TokenFetches != 2 {
		t.Errorf("%d tokens were made, want 2", r.TokenFetches)
	}
	before := len(b.box.Journal(sandbox.Filter{}))
	err = b.channel.Prepare(t.Context(), job)
	if p := b.note(err); p.Class != channels.Permission || p.After <= 0 {
		t.Errorf("Prepare of a resting account = %v, want Permission with After", err)
	}
	if n := len(b.box.Journal(sandbox.Filter{})) - before; n != 0 {
		t.Errorf("a resting account made %d calls, want none", n)
	}
	b.box.ClearFaults()
	b.box.Advance(11 * time.Minute)
	b.prepare(job)
}

func TestWhatKeepsAnAccountFromItsTokenNamesTheRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*wechat.Config, *sandbox.WeChatAccount)
		code   string
		advice string
	}{
		"address not on the whitelist": {func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.IPWhitelist = []string{"203.0.113.7"} }, "40164", "（127.0.0.1）"},
		"unknown app id":               {func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.AppID = "wxother" }, "40013", "AppID"},
		"wrong secret":                 {func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.Secret = "another-one" }, "40125", "AppSecret"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.change)
			job := b.job(b.message())
			for range 3 {
				err := b.channel.Prepare(t.Context(), job)
				if p := b.note(err); p.Class != channels.Permission || p.Code != c.code || !strings.Contains(p.Advice, c.advice) || !strings.Contains(p.Advice, "rid: ") {
					t.Errorf("Prepare = %s, %q, want Permission %s naming %s and the rid", p.Class, p.Advice, c.code, c.advice)
				}
			}
			if n := b.calls("/cgi-bin/stable_token"); n != 1 {
				t.Errorf("the token was asked for %d times, want 1", n)
			}
			if job.Remote["rid"] == nil {
				t.Error("Remote keeps no rid")
			}
		})
	}
}

func TestAnAccountWithoutCredentialsIsToldSo(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	job.Credentials = nil
	err := b.channel.Prepare(t.Context(), job)
	if p := b.note(err); p.Class != channels.Permission || len(b.box.Journal(sandbox.Filter{})) != 0 {
		t.Errorf("Prepare = %v, want Permission and no call", err)
	}
	id := appID
	job = b.job(b.message())
	job.Account.Settings, job.Account.ExternalID = nil, &id
	b.prepare(job)
}

func TestALapsedVerificationStopsTheAccount(t *testing.T) {
	b := newBench(t, func(_ *wechat.Config, a *sandbox.WeChatAccount) {
		a.VerifiedUntil = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	})
	err := b.channel.Prepare(t.Context(), b.job(b.message()))
	if p := b.note(err); p.Class != channels.Permission || p.Code != "48001" {
		t.Errorf("Prepare = %v, want Permission 48001", err)
	}
}

func TestThePlatformsOwnQuotaWaitsForTomorrow(t *testing.T) {
	b := newBench(t, func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.Quotas = map[string]int{submitPath: 1} })
	b.box.SetClock(time.Date(2026, 3, 2, 12, 5, 0, 0, sql.Beijing))
	for i := range 2 {
		job := b.job(b.message())
		b.prepare(job)
		_, err := b.channel.Submit(t.Context(), job)
		if i == 0 {
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		if p := b.note(err); p.Class != channels.Quota || p.Code != "45009" || p.After.Round(time.Minute) != 12*time.Hour {
			t.Errorf("Submit = %v after %v, want Quota 45009 until 00:05", err, p.After)
		}
	}
}

func TestTooFrequentSubmitsWaitLongerEachTime(t *testing.T) {
	b := newBench(t)
	b.box.SetClock(time.Date(2026, 3, 2, 12, 5, 0, 0, sql.Beijing))
	job := b.job(b.message())
	b.prepare(job)
	b.box.AddFault(errcode(submitPath, 53501, 4))
	for _, want := range []time.Duration{10 * time.Minute, 20 * time.Minute, 40 * time.Minute, 12 * time.Hour} {
		reload(t, job)
		_, err := b.channel.Submit(t.Context(), job)
		if p := b.note(err); p.Class != channels.Quota || p.After.Round(time.Minute) != want {
			t.Errorf("Submit = %v after %v, want Quota after %v", err, p.After, want)
		}
	}
	if _, err := b.channel.Submit(t.Context(), job); err != nil {
		t.Errorf("the fifth Submit = %v", err)
	}
}

func TestADraftOpenInTheConsoleIsMadeAnewOnce(t *testing.T) {
	for _, code := range []int{53505, 48021} {
		b := newBench(t)
		job := b.job(b.message())
		b.prepare(job)
		b.box.AddFault(errcode(submitPath, code, 1))
		if out := b.deliver(job); out.Stage != channels.Published || out.submits != 1 || b.report().Published != 1 {
			t.Errorf("with %d once: %+v, want it published from a new draft", code, out)
		}
	}
	b := newBench(t)
	job := b.job(b.message())
	b.prepare(job)
	b.box.AddFault(errcode(submitPath, 53505, 0))
	for range 2 {
		_, err := b.channel.Submit(t.Context(), job)
		if p := b.note(err); p.Class != channels.ByHand {
			t.Errorf("Submit = %v, want ByHand", err)
		}
	}
	if n := b.calls(draftPath); n != 2 {
		t.Errorf("%d drafts were made, want 2", n)
	}
}

func TestARefusedCoverIsUploadedAnewAndARefusedTextSentBare(t *testing.T) {
	b := newBench(t)
	b.prepare(b.job(b.message())) // the cover is in the cache of the account now
	message := b.message()
	message.Body = `<p style="color:#f00">红字</p><p><a href="https://mp.weixin.qq.com/s/abc">链接</a></p>`
	b.box.AddFault(errcode(draftPath, 40007, 1))
	b.box.AddFault(errcode(draftPath, 45166, 1))
	job := b.job(message)
	b.prepare(job)
	if n := b.calls("/cgi-bin/material/add_material"); n != 2 {
		t.Errorf("the cover was uploaded %d times, want 2", n)
	}
	calls := b.box.Journal(sandbox.Filter{Path: draftPath})
	if last := jsonOf(calls[len(calls)-1].Body); strings.Contains(last, "style=") || !strings.Contains(last, "红字") || strings.Contains(last, "href") {
		t.Errorf("the last text sent was %s, want it without style and links", last)
	}
	b.box.AddFault(errcode(draftPath, 45166, 0))
	err := b.channel.Prepare(t.Context(), b.job(message))
	if p := b.note(err); p.Class != channels.Content {
		t.Errorf("Prepare = %v, want Content", err)
	}
}

func TestARefusedPictureIsEncodedSmallerOnce(t *testing.T) {
	b := newBench(t)
	b.box.AddFault(errcode("/cgi-bin/material/add_material", 40009, 1))
	b.prepare(b.job(b.message()))
	calls := b.box.Journal(sandbox.Filter{Path: "/cgi-bin/material/add_material"})
	if len(calls) != 2 || calls[1].Files[0].Size > 400_000 || calls[1].Files[0].Size >= calls[0].Files[0].Size {
		t.Errorf("%d uploads, want a second, smaller one", len(calls))
	}
	b.box.AddFault(errcode("/cgi-bin/material/add_material", 40009, 0))
	message := b.message()
	other := b.picture("image/jpeg", photo(300, 200, 77))
	message.CoverID, message.Pictures = other.ID, channels.Pictures{other}
	err := b.channel.Prepare(t.Context(), b.job(message))
	if p := b.note(err); p.Class != channels.Content {
		t.Errorf("Prepare = %v, want Content", err)
	}
}

func TestPicturesThatMustNotGoOut(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		change func(*channels.Message)
		class  channels.Class
	}{
		"foreign address":  {func(m *channels.Message) { m.Body += `<img src="https://elsewhere.example/a.jpg">` }, channels.Content},
		"data address":     {func(m *channels.Message) { m.Body += `<img src="data:image/png;base64,AAAA">` }, channels.Content},
		"look-alike host":  {func(m *channels.Message) { m.Body += `<img src="https://mmbiz.qpic.cn.evil.example/a">` }, channels.Content},
		"unknown id":       {func(m *channels.Message) { m.Body += `<img src="/media/nosuchpicture000">` }, channels.Content},
		"no address":       {func(m *channels.Message) { m.Body += `<img alt="x">` }, channels.Content},
		"no cover":         {func(m *channels.Message) { m.CoverID = "" }, channels.Content},
		"changed bytes":    {func(m *channels.Message) { b.store[m.Pictures[0].SHA256] = photo(40, 40, 5) }, channels.Defect},
		"unreadable store": {func(m *channels.Message) { delete(b.store, m.Pictures[0].SHA256) }, channels.Retry},
		"no picture": {func(m *channels.Message) {
			broken := b.picture("image/jpeg", []byte("MZ this is a program"))
			m.CoverID, m.Pictures = broken.ID, channels.Pictures{broken}
		}, channels.Content},
	} {
		message := b.message()
		c.change(&message)
		err := b.channel.Prepare(t.Context(), b.job(message))
		if p := b.note(err); p.Class != c.class {
			t.Errorf("%s: Prepare = %v, want %s", name, err, c.class)
		}
	}
	if n := b.calls(draftPath); n != 0 {
		t.Errorf("%d drafts were made, want none", n)
	}
}

func TestNothingSentIsRetryEvenForASubmit(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	if err := b.channel.Prepare(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	channel := b.open(wechat.Config{BaseURL: "http://127.0.0.1:1/wechat", DB: b.db, Seal: plainSeal(), Now: b.box.Now, Timeout: time.Second}) // nobody's port
	_, err := channel.Submit(t.Context(), job)
	if p := b.note(err); p.Class != channels.Retry || p.Code != "unreachable" {
		t.Errorf("Submit with nobody listening = %v, want Retry unreachable", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = channel.Submit(ctx, job)
	if p := channels.AsPlatformError(err); p != nil && p.Class != channels.Retry {
		t.Errorf("Submit after a cancel = %v, want nothing but Retry or the cancel itself", err)
	}
}

func TestRedirectsDoNotCarryTheTokenAway(t *testing.T) {
	b := newBench(t)
	stolen := 0
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen++ }))
	defer thief.Close()
	f := fault(draftPath, sandbox.Redirect, 1)
	f.Location = thief.URL
	b.box.AddFault(f)
	err := b.channel.Prepare(t.Context(), b.job(b.message()))
	if p := b.note(err); p.Class != channels.Retry || p.Code != "http_302" || stolen != 0 {
		t.Errorf("Prepare = %v, %d calls to the other host, want Retry and none", err, stolen)
	}
}

func TestAChattyGatewayGivesNoSecretAway(t *testing.T) {
	b := newBench(t)
	var asked string
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "stable_token") {
			_, _ = w.Write([]byte(`{"access_token":"99_verysecrettokenvalue","expires_in":7200}`))
			return
		}
		asked = r.URL.String()
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<html>blocked: " + asked + " 99_verysecrettokenvalue secret=" + secret + "</html>"))
	}))
	defer gateway.Close()
	channel := b.open(wechat.Config{BaseURL: gateway.URL, DB: b.db, Seal: plainSeal()})
	err := channel.Prepare(t.Context(), b.job(b.message()))
	p := b.note(err)
	if !strings.Contains(asked, "99_verysecrettokenvalue") {
		t.Fatal("the gateway never saw the token")
	}
	for _, text := range []string{err.Error(), p.Text, p.Advice} {
		if strings.Contains(text, "99_verysecret") || strings.Contains(text, secret) {
			t.Errorf("a secret stands in %q", text)
		}
	}
}
