package sandbox_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

const submitPath = "/cgi-bin/freepublish/submit"

// trySubmit submits a draft and returns what the client saw.
func (b *bench) trySubmit(mediaID string) (reply, error) {
	b.t.Helper()
	address := b.url + "/wechat" + submitPath + "?access_token=" + url.QueryEscape(b.fetchToken())
	return b.do("POST", address, "application/json", []byte(`{"media_id":"`+mediaID+`"}`))
}

func (b *bench) submits() int { return b.s.Report().WeChat[appid].Submits }

func TestFault_ConnectionCut(t *testing.T) {
	cases := []struct {
		action, when string
		effect       int
	}{
		{sandbox.DropBefore, "", 0}, {sandbox.DropAfter, "", 1}, {sandbox.DropBefore, "after", 1}, {sandbox.Truncate, "", 1},
		{sandbox.GzipGarbage, "", 1},
	}
	for _, c := range cases {
		t.Run(c.action+c.when, func(t *testing.T) {
			b := open(t, nil)
			mediaID := b.draft("稿")
			b.s.AddFault(sandbox.Fault{Match: sandbox.Match{Platform: sandbox.WeChat, Path: submitPath}, Action: c.action, When: c.when, Times: 1})
			if r, err := b.trySubmit(mediaID); err == nil {
				t.Errorf("client got %d %s, want an error", r.StatusCode, r.body)
			}
			if got := b.submits(); got != c.effect {
				t.Errorf("%d jobs, want %d", got, c.effect)
			}
			calls := b.s.Journal(filter(submitPath))
			if len(calls) != 1 || calls[0].Effect != (c.effect == 1) || calls[0].Fault != c.action {
				t.Errorf("journal = %+v, want one call with effect %v", calls, c.effect == 1)
			}
			if cut := c.action != sandbox.GzipGarbage; calls[0].Cut != cut {
				t.Errorf("journal says cut %v, want %v", calls[0].Cut, cut)
			}
			wantCode(t, b.wx(submitPath, object{"media_id": mediaID}), map[int]int{0: 0, 1: 40007}[c.effect])
		})
	}
}

func TestFault_OtherAnswers(t *testing.T) {
	cases := []struct {
		fault  sandbox.Fault
		effect int
		check  func(reply) bool
	}{
		{sandbox.Fault{Action: sandbox.HTML502}, 0, func(r reply) bool {
			return r.StatusCode == 502 && strings.Contains(string(r.body), "<html>") && r.Header.Get("Content-Type") == "text/html"
		}},
		{sandbox.Fault{Action: sandbox.HTML502, When: "after"}, 1, func(r reply) bool { return r.StatusCode == 502 }},
		{sandbox.Fault{Action: sandbox.Status, Status: 429, Body: "slow down", Header: map[string]string{"Retry-After": "7"}}, 0, func(r reply) bool {
			return r.StatusCode == 429 && string(r.body) == "slow down" && r.Header.Get("Retry-After") == "7"
		}},
		{sandbox.Fault{Action: sandbox.Body, Body: `{"publish_id":`}, 0, func(r reply) bool { return r.StatusCode == 200 && string(r.body) == `{"publish_id":` }},
		{sandbox.Fault{Action: sandbox.Body, Body: "[]", When: "after"}, 1, func(r reply) bool { return r.StatusCode == 200 && string(r.body) == "[]" }},
		{sandbox.Fault{Action: sandbox.Redirect, Location: "http://127.0.0.1:1/"}, 0, func(r reply) bool {
			return r.StatusCode == 302 && r.Header.Get("Location") == "http://127.0.0.1:1/"
		}},
		{sandbox.Fault{Action: sandbox.Errcode, Code: -1}, 0, func(r reply) bool {
			return strings.Contains(string(r.body), `"errcode":-1,"errmsg":"system error rid: `)
		}},
		{sandbox.Fault{Action: sandbox.Errcode, Code: -1, When: "after"}, 1, func(r reply) bool { return strings.Contains(string(r.body), `"errcode":-1`) }},
		{sandbox.Fault{Action: sandbox.WrongContentType}, 1, func(r reply) bool {
			return strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") && strings.Contains(string(r.body), "publish_id")
		}},
		{sandbox.Fault{Action: sandbox.HugeBody, Bytes: 3 << 20}, 1, func(r reply) bool { return len(r.body) == 3<<20 }},
		{sandbox.Fault{Action: sandbox.SlowBody, DelayMS: 1}, 1, func(r reply) bool { return strings.Contains(string(r.body), "publish_id") }},
		{sandbox.Fault{Action: sandbox.Delay, DelayMS: 5}, 1, func(r reply) bool { return r.StatusCode == 200 }},
		{sandbox.Fault{Action: sandbox.Delay, DelayMS: 5, When: "after"}, 1, func(r reply) bool { return r.StatusCode == 200 }},
	}
	for _, c := range cases {
		t.Run(c.fault.Action+c.fault.When, func(t *testing.T) {
			b := open(t, nil)
			mediaID := b.draft("稿")
			c.fault.Match.Path = submitPath
			b.s.AddFault(c.fault)
			r, err := b.trySubmit(mediaID)
			if err != nil || !c.check(r) {
				t.Errorf("client got %v, %v %.200s", err, r.Response, r.body)
			}
			if got := b.submits(); got != c.effect {
				t.Errorf("%d jobs, want %d", got, c.effect)
			}
		})
	}
}

func TestFault_ErrcodeInEachPlatformsWords(t *testing.T) {
	b := open(t, nil)
	b.s.AddFault(sandbox.Fault{Match: sandbox.Match{Platform: sandbox.Weibo}, Action: sandbox.Errcode, Code: 10023})
	b.s.AddFault(sandbox.Fault{Match: sandbox.Match{Platform: sandbox.App}, Action: sandbox.Errcode, Code: 410})
	wantWeibo(t, b.wbPost(share, post("通知", nil)), 10023, 403)
	wantStatus(t, b.send("m1", event("article.published", "a-1", 1, "通知"), hook, 0), 410)
}

func TestFault_MatchAfterTimes(t *testing.T) {
	b := open(t, nil)
	id := b.s.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: "POST", Path: "draft/*", BodyContains: "no"}, Action: sandbox.Errcode, Code: 45011,
	})
	wantCode(t, b.wx("/cgi-bin/draft/get", object{"media_id": "no"}), 40007) // a path pattern begins the path
	b.s.ClearFaults(id)
	b.s.AddFault(sandbox.Fault{
		Match:  sandbox.Match{Method: "POST", Path: "/cgi-bin/draft/*", Account: appid, BodyContains: "no"},
		Action: sandbox.Errcode, Code: 45011, After: 1, Times: 2,
	})
	for i, want := range []int{40007, 45011, 45011, 40007} {
		if got := b.wx("/cgi-bin/draft/get", object{"media_id": "no"}); got["errcode"] != float64(want) {
			t.Errorf("call %d = %v, want %d", i+1, got["errcode"], want)
		}
	}
	wantCode(t, b.wx("/cgi-bin/draft/get", object{"media_id": "x"}), 40007)
	if f := b.s.Faults()[0]; f.Seen != 4 || f.Acted != 2 {
		t.Errorf("fault saw %d and acted on %d, want 4 and 2", f.Seen, f.Acted)
	}
}

func TestFault_ProbabilityIsSeeded(t *testing.T) {
	run := func() (out []any) {
		b := open(t, nil)
		b.fetchToken()
		b.s.AddFault(sandbox.Fault{Action: sandbox.Errcode, Code: -1, Probability: 0.5, Match: sandbox.Match{Path: "draft/count"}})
		for range 40 {
			out = append(out, b.wx("/cgi-bin/draft/count", nil)["errcode"])
		}
		return out
	}
	first, second := run(), run()
	if !slices.Equal(first, second) || !slices.Contains(first, any(-1.0)) || !slices.Contains(first, any(nil)) {
		t.Errorf("two runs with one seed: %v and %v, want the same mixture", first, second)
	}
}

func TestFault_WaitAndRelease(t *testing.T) {
	for _, when := range []string{"", "after"} {
		t.Run("when "+when, func(t *testing.T) {
			b := open(t, nil)
			mediaID := b.draft("稿")
			b.s.AddFault(sandbox.Fault{Match: sandbox.Match{Path: submitPath}, Action: sandbox.Wait, When: when, Times: 1})
			done := make(chan error, 1)
			go func() { _, err := b.trySubmit(mediaID); done <- err }()
			waitFor(t, "the call to be held", func() bool { return len(b.s.Waiting()) == 1 })
			held := b.s.Waiting()[0]
			if want := map[string]int{"": 0, "after": 1}[when]; b.submits() != want || held.Path != submitPath {
				t.Errorf("held %s with %d jobs done, want %d", held.Path, b.submits(), want)
			}
			if n := b.s.Release(held.Seq); n != 1 {
				t.Errorf("released %d, want 1", n)
			}
			if err := <-done; err != nil {
				t.Errorf("released call failed: %v", err)
			}
			if b.submits() != 1 {
				t.Errorf("%d jobs after the release, want 1", b.submits())
			}
		})
	}
}

func TestFault_ClientGoneWhileHeld(t *testing.T) {
	for when, effect := range map[string]int{"": 0, "after": 1} {
		t.Run("when "+when, func(t *testing.T) {
			b := open(t, nil)
			mediaID := b.draft("稿")
			b.s.AddFault(sandbox.Fault{Match: sandbox.Match{Path: submitPath}, Action: sandbox.Wait, When: when})
			ctx, leave := context.WithCancel(t.Context())
			req, _ := http.NewRequestWithContext(ctx, "POST", b.url+"/wechat"+submitPath+"?access_token="+b.fetchToken(), strings.NewReader(`{"media_id":"`+mediaID+`"}`))
			var wg sync.WaitGroup
			wg.Go(func() {
				if res, err := http.DefaultClient.Do(req); err == nil {
					res.Body.Close()
					t.Errorf("client got an answer, want it to have left")
				}
			})
			waitFor(t, "the call to be held", func() bool { return len(b.s.Waiting()) == 1 })
			leave()
			wg.Wait()
			waitFor(t, "the call to end", func() bool {
				calls := b.s.Journal(filter(submitPath))
				return len(b.s.Waiting()) == 0 && calls[len(calls)-1].Phase == sandbox.Answered
			})
			if got := b.submits(); got != effect {
				t.Errorf("%d jobs, want %d", got, effect)
			}
			if calls := b.s.Journal(filter(submitPath)); !calls[0].Cut {
				t.Errorf("journal does not say the connection was cut: %+v", calls[0])
			}
		})
	}
}

func TestOnCall_BeforeAndAfterTheEffect(t *testing.T) {
	b := open(t, nil)
	mediaID := b.draft("稿")
	type seen struct {
		phase sandbox.Phase
		jobs  int
	}
	var got []seen
	remove := b.s.OnCall(func(c sandbox.Call) {
		if c.Path == submitPath {
			got = append(got, seen{c.Phase, b.submits()})
		}
	})
	if _, err := b.trySubmit(mediaID); err != nil {
		t.Fatal(err)
	}
	remove()
	_, _ = b.trySubmit(mediaID)
	if want := []seen{{sandbox.Received, 0}, {sandbox.Committed, 1}}; !slices.Equal(got, want) {
		t.Errorf("hook saw %v, want %v", got, want)
	}
}

func TestFault_SlowAnswerOutlivesTheClient(t *testing.T) {
	b := open(t, nil)
	mediaID := b.draft("稿")
	b.s.AddFault(sandbox.Fault{Match: sandbox.Match{Path: submitPath}, Action: sandbox.Delay, DelayMS: 60_000, When: "after"})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "POST", b.url+"/wechat"+submitPath+"?access_token="+b.fetchToken(), strings.NewReader(`{"media_id":"`+mediaID+`"}`))
	if res, err := http.DefaultClient.Do(req); err == nil {
		res.Body.Close()
		t.Fatalf("client got an answer in time")
	}
	if b.submits() != 1 {
		t.Errorf("%d jobs, want 1: done before the delay", b.submits())
	}
}
