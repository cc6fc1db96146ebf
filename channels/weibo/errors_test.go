package weibo_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/weibo"
)

// lines is channels.md §1.6, row by row: what a code means when posting, when asking, and what is done about it.
var lines = []struct {
	codes   []int
	posting channels.Class
	asking  channels.Class
	action  weibo.Action
	wait    time.Duration // at least, when posting
}{
	{[]int{10001, 10002, 10003, 10009, 10010, 10011}, channels.Unclear, channels.Retry, weibo.LookFirst, 2 * time.Minute},
	{[]int{20032}, "", channels.Retry, weibo.VerifyLater, 0},
	{[]int{20017, 20019, 20111}, channels.Content, channels.Defect, weibo.AdoptOurs, 0},
	{[]int{10022, 10004}, channels.Quota, channels.Quota, weibo.PauseHost, time.Hour},
	{[]int{10023, 10024}, channels.Quota, channels.Quota, weibo.PauseAccount, time.Hour},
	{[]int{20016}, channels.Quota, channels.Quota, weibo.PausePosts, time.Hour},
	{[]int{21314, 21315, 21316, 21317, 21319, 21327, 21332}, channels.Quota, channels.Quota, weibo.Reauthorise, 5 * time.Minute},
	{[]int{10005, 10014, 21321}, channels.Permission, channels.Permission, weibo.NextRoute, 0},
	{[]int{10017}, channels.Content, channels.Defect, weibo.ToEditor, 0},
	{[]int{10006, 10008, 10016, 10020, 10021, 20014}, channels.Defect, channels.Defect, weibo.ToDevelopers, 0},
	{[]int{20008}, channels.Content, channels.Defect, weibo.ToEditor, 0},
	{[]int{20012, 20013}, channels.Content, channels.Defect, weibo.ToEditor, 0},
	{[]int{20018, 20020, 20021, 21602}, channels.Content, channels.Defect, weibo.ToEditor, 0},
	{[]int{20005, 20006, 20007, 10018}, channels.Content, channels.Defect, weibo.ShrinkOnce, 0},
	{[]int{20031, 20033, 10013, 20003, 20015, 20023}, channels.Permission, channels.Permission, weibo.SuspendHuman, 0},
	{[]int{20101}, channels.Defect, channels.ByHand, weibo.IsGone, 0},
	{[]int{20102, 21335}, channels.Permission, channels.Permission, weibo.WrongToken, 0},
}

// speaks wants a sentence that tells a person what happened and what to do, with the code at its end.
func speaks(t *testing.T, failure *channels.PlatformError) {
	t.Helper()
	if !strings.HasSuffix(failure.Advice, "（"+failure.Code+"）") || utf8.RuneCountInString(failure.Advice) < 18 ||
		!strings.ContainsFunc(failure.Advice, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || !strings.Contains(failure.Advice, "请") {
		t.Errorf("Advice = %q, want what happened and what to do, with the code", failure.Advice)
	}
}

func TestTheTableIsThatOfTheReference(t *testing.T) {
	if len(weibo.Table) != len(lines) {
		t.Fatalf("the table has %d rows, want %d", len(weibo.Table), len(lines))
	}
	seen := map[int]bool{}
	for i, line := range lines {
		row := weibo.Table[i]
		if !slices.Equal(row.Codes, line.codes) || row.Action != line.action || row.Reading != line.asking {
			t.Errorf("row %d = %v %s %s, want %v %s %s", i, row.Codes, row.Action, row.Reading, line.codes, line.action, line.asking)
		}
		for _, code := range row.Codes {
			if seen[code] {
				t.Errorf("code %d stands twice", code)
			}
			seen[code] = true
		}
	}
}

func TestEveryCodeWhenPosting(t *testing.T) {
	for _, line := range lines {
		for i, code := range line.codes {
			t.Run(strconv.Itoa(code), func(t *testing.T) {
				w := newWorld(t, func(box *sandbox.Config, _ *weibo.Config) { box.Seeds.Weibo.Apps[0].CodeAsString = i%2 == 1 })
				job := newJob(w)
				job.Message.Digest = fmt.Sprintf("[sim:e%d]", code)
				prepare(t, w, job)
				progress, err := w.channel.Submit(t.Context(), job)
				if line.action == weibo.VerifyLater {
					if err != nil || progress.Stage != channels.Pending {
						t.Errorf("Submit = %+v, %v, want pending", progress, err)
					}
					return
				}
				failure := platformError(t, "Submit", err, line.posting, strconv.Itoa(code))
				speaks(t, failure)
				if failure.After < line.wait {
					t.Errorf("After = %s, want %s at least", failure.After, line.wait)
				}
				if posts(w) != 0 {
					t.Errorf("posts = %d, want none", posts(w))
				}
				afterwards(t, w, line.action, code)
			})
		}
	}
}

// afterwards looks at what an action did for the next delivery of the account.
func afterwards(t *testing.T, w *world, action weibo.Action, code int) {
	t.Helper()
	calls := len(w.Journal(sandbox.Filter{}))
	next := newJob(w)
	next.Message.Title = "下一篇"
	err := w.channel.Prepare(t.Context(), next)
	if err == nil {
		intend(w, next)
		_, err = w.channel.Submit(t.Context(), next)
	}
	made := len(w.Journal(sandbox.Filter{})) - calls
	switch action {
	case weibo.PauseHost, weibo.PauseAccount, weibo.PausePosts, weibo.Reauthorise, weibo.SuspendHuman, weibo.WrongToken:
		platformClass(t, "the next delivery", err, strconv.Itoa(code))
		if made != 0 {
			t.Errorf("%d calls were made while the account is held", made)
		}
	case weibo.NextRoute:
		platformError(t, "the next delivery", err, channels.Permission, "no_route")
	default:
		if err != nil {
			t.Errorf("the next delivery: %v, want it to go out", err)
		}
	}
}

// platformClass wants a platform error with a code, of whatever class.
func platformClass(t *testing.T, doing string, err error, code string) {
	t.Helper()
	if failure := channels.AsPlatformError(err); failure == nil || failure.Code != code {
		t.Errorf("%s: %v, want code %s", doing, err, code)
	}
}

func TestEveryCodeWhenAsking(t *testing.T) {
	for _, line := range lines {
		code := line.codes[0]
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			w := newWorld(t, nil)
			job := newJob(w)
			prepare(t, w, job)
			fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: timelinePath}, Action: sandbox.Errcode, Code: code})
			_, err := w.channel.Find(t.Context(), job)
			platformError(t, "Find", err, line.asking, strconv.Itoa(code))
		})
	}
}

const timelinePath = "/2/statuses/user_timeline.json"

func TestAPauseOfTheAddressHoldsEveryAccount(t *testing.T) {
	w := newWorld(t, func(box *sandbox.Config, _ *weibo.Config) {
		box.Seeds.Weibo.Users = append(box.Seeds.Weibo.Users, sandbox.WeiboUser{UID: "888", Name: "别的单位"})
		box.Seeds.Weibo.Tokens = append(box.Seeds.Weibo.Tokens, sandbox.WeiboToken{Token: "2.00other", AppKey: "k1", UID: "888"})
	})
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.Errcode, Code: 10022})
	_, err := w.channel.Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Quota, "10022")
	other, id := newJob(w), "888"
	other.Account.ID, other.Account.ExternalID, other.Credentials["access_token"] = "a2", &id, "2.00other"
	platformError(t, "Prepare of another account", w.channel.Prepare(t.Context(), other), channels.Quota, "10022")
	w.Advance(time.Hour + time.Second)
	prepare(t, w, other)
	if _, err := w.channel.Submit(t.Context(), other); err != nil {
		t.Errorf("Submit an hour later: %v", err)
	}
}

func TestWhilePostsPauseTheAccountIsStillRead(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.Errcode, Code: 20016})
	_, err := w.channel.Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Quota, "20016")
	if _, err := w.channel.Find(t.Context(), job); err != nil {
		t.Errorf("Find during the pause: %v", err)
	}
}

func TestAQueueIsHeldUntilTheAccountIsAuthorisedAgain(t *testing.T) {
	w := newWorld(t, nil)
	queue := make([]*channels.Job, 5)
	for i := range queue {
		queue[i] = newJob(w)
		queue[i].Message.Title = fmt.Sprintf("第%d篇", i+1)
		queue[i].OriginURL = fmt.Sprintf("https://m.example.gov.cn/p/queue%011d", i)
		prepare(t, w, queue[i])
	}
	if err := w.Happen(sandbox.Event{Type: "weibo.revoke", Account: uid}); err != nil {
		t.Fatal(err)
	}
	before := len(w.Journal(sandbox.Filter{}))
	for _, job := range queue {
		_, err := w.channel.Submit(t.Context(), job)
		platformError(t, "Submit", err, channels.Quota, "21316")
	}
	if n := len(w.Journal(sandbox.Filter{})) - before; n != 1 {
		t.Errorf("%d calls with a token that has ended, want one", n)
	}
	w.AddWeiboToken(sandbox.WeiboToken{Token: "2.00fresh", AppKey: "k1", UID: uid})
	for _, job := range queue {
		job.Credentials["access_token"] = "2.00fresh"
		if progress, err := w.channel.Submit(t.Context(), job); err != nil || progress.Stage != channels.Published {
			t.Errorf("Submit with the new token = %+v, %v", progress, err)
		}
	}
	if posts(w) != len(queue) {
		t.Errorf("posts = %d, want %d", posts(w), len(queue))
	}
}

func TestWhatWaitedADayForAnAuthorisationIsForAPerson(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	job.Credentials["expires_at"] = strconv.FormatInt(w.Now().Add(-time.Hour).UnixMilli(), 10)
	job.Delivery.DueAt = channelsTime(w.Now().Add(-25 * time.Hour))
	failure := platformError(t, "Prepare", w.channel.Prepare(t.Context(), job), channels.Permission, "token_expired")
	if !strings.Contains(failure.Advice, "不再自动补发") {
		t.Errorf("Advice = %q", failure.Advice)
	}
}

func TestAPictureIsMadeSmallerOnce(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	withCover(t, job)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.Errcode, Code: 20006})
	progress, err := w.channel.Submit(t.Context(), job)
	wantPublished(t, w, "Submit", progress, err)
	calls := w.Journal(sandbox.Filter{Path: sharePath})
	if len(calls) != 2 || calls[0].Files[0].Format != "png" || calls[1].Files[0].Format != "jpeg" {
		t.Errorf("calls = %+v, want the picture and a smaller JPEG", calls)
	}
	again := newJob(w)
	again.Message.Title = "另一篇"
	withCover(t, again)
	prepare(t, w, again)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Action: sandbox.Errcode, Code: 20005})
	_, err = w.channel.Submit(t.Context(), again)
	platformError(t, "Submit", err, channels.Content, "20005")
	if n := len(w.Journal(sandbox.Filter{Path: sharePath})); n != 4 {
		t.Errorf("%d calls, want two more", n)
	}
}

func TestSilenceAfterALimitLooksLikeABlock(t *testing.T) {
	w := newWorld(t, nil)
	w.SetClock(time.Date(2026, 11, 22, 10, 0, 0, 0, beijing))
	job := newJob(w)
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: timelinePath}, Times: 1, Action: sandbox.Errcode, Code: 10023})
	_, err := w.channel.Find(t.Context(), job)
	platformError(t, "Find", err, channels.Quota, "10023")
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: timelinePath}, Action: sandbox.DropBefore})
	w.Advance(61 * time.Minute)
	for range 3 {
		_, err := w.channel.Find(t.Context(), job)
		platformError(t, "Find", err, channels.Retry, "no_answer")
	}
	calls := len(w.Journal(sandbox.Filter{}))
	_, err = w.channel.Find(t.Context(), job)
	failure := platformError(t, "Find after three silences", err, channels.Quota, "maybe_blocked")
	if want := 12*time.Hour + 50*time.Minute; failure.After < want || len(w.Journal(sandbox.Filter{})) != calls {
		t.Errorf("After = %s, want until after midnight, and no call", failure.After)
	}
}
