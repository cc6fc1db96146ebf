package weibo_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/weibo"
	"govmedia/units"
)

// An account that posted much within a minute: the five posts that Weibo shows are hardly older than the intention, but the last of
// them was known to be public before it. What is not above it is not there.
func TestPostsKnownBeforeTheIntentionProveThatOursIsAbsent(t *testing.T) {
	eachOffice(t, func(o *office) {
		post := func(n int) (*channels.Job, channels.Progress) {
			job := newJob(o.world)
			job.Account.ID, job.OriginURL = o.account.ID, fmt.Sprintf("https://m.example.gov.cn/p/burst%011d", n)
			job.Message.Title = fmt.Sprintf("第%d篇", n)
			prepare(t, o.world, job)
			progress, err := o.channel.Submit(t.Context(), job)
			if err != nil {
				t.Fatalf("Submit: %v", err)
			}
			return job, progress
		}
		for n := range 6 {
			_, progress := post(n)
			_, _, err := accounts.RecordPost(t.Context(), o.db, o.book, units.System, accounts.NewPost{AccountID: o.account.ID, ExternalID: &progress.ExternalID,
				Title: fmt.Sprintf("第%d篇", n), URL: progress.URL, Source: accounts.Observed, PublishedAt: o.db.Now()})
			if err != nil {
				t.Fatal(err)
			}
			o.Advance(time.Second)
		}
		lost := newJob(o.world)
		lost.Account.ID = o.account.ID
		prepare(t, o.world, lost)
		o.Advance(2 * time.Minute)
		for _, want := range []channels.Stage{channels.Unsure, channels.Absent} {
			if progress, err := o.channel.Find(t.Context(), lost); err != nil || progress.Stage != want {
				t.Errorf("Find = %+v, %v, want %s", progress, err, want)
			}
			o.Advance(8 * time.Minute)
		}
		for n := range 5 { // which push those out of sight that were known
			post(10 + n)
		}
		if progress, err := o.channel.Find(t.Context(), lost); err != nil || progress.Stage != channels.Unsure {
			t.Errorf("Find behind five newer posts = %+v, %v, want unsure", progress, err)
		}
	})
}

// A post that the account pinned stands above newer ones, however old it is: it does not say that the list reaches back so far.
func TestPinnedPostProvesNothing(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	w.Advance(5 * time.Minute)
	shown := []map[string]any{{"idstr": "4000000000000001", "mid": "4000000000000001", "text": "置顶", "created_at": w.Now().Add(-90 * 24 * time.Hour).Format(time.RubyDate)}}
	for n := range 4 {
		id := fmt.Sprintf("50000000000000%02d", 9-n)
		shown = append(shown, map[string]any{"idstr": id, "mid": id, "text": "别的", "created_at": w.Now().Add(-time.Duration(n) * time.Second).Format(time.RubyDate)})
	}
	body, err := json.Marshal(map[string]any{"statuses": shown, "total_number": 300})
	if err != nil {
		t.Fatal(err)
	}
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: "user_timeline.json"}, Action: sandbox.Status, Status: http.StatusOK, ContentType: "application/json", Body: string(body)})
	for range 4 {
		progress, err := w.channel.Find(t.Context(), job)
		if err != nil || progress.Stage != channels.Unsure {
			t.Fatalf("Find = %+v, %v, want unsure: a newer post may hide ours", progress, err)
		}
		w.Advance(10 * time.Minute)
	}
}

// A post that may hide behind newer ones is looked for less and less often: the account's hundred calls of the day are for its posts.
func TestLooksThatTellNothingLeaveTheDaysCallsToThePosts(t *testing.T) {
	w := newWorld(t, nil)
	job := newJob(w)
	prepare(t, w, job)
	for n := range 6 {
		other := newJob(w)
		other.OriginURL = fmt.Sprintf("https://m.example.gov.cn/p/other%011d", n)
		other.Message.Title = fmt.Sprintf("另一篇%d", n)
		prepare(t, w, other)
		if _, err := w.channel.Submit(t.Context(), other); err != nil {
			t.Fatalf("Submit: %v", err)
		}
	}
	looks := 0
	for began := w.Now(); w.Now().Sub(began) < 26*time.Hour; looks++ {
		progress, err := w.channel.Find(t.Context(), job)
		if err != nil || progress.Stage != channels.Unsure {
			t.Fatalf("Find = %+v, %v, want unsure", progress, err)
		}
		w.Advance(progress.Next)
	}
	if looks < 10 || looks > 30 {
		t.Errorf("looked %d times in 26 hours, want 10 to 30", looks)
	}
}

// Every call that Weibo sees was counted: the transport repeats none by itself where an answer is cut.
func TestACutAnswerIsNotAskedForAgainUncounted(t *testing.T) {
	used := map[string]int64{}
	w := newWorld(t, func(_ *sandbox.Config, c *weibo.Config) { c.Budget = ledgerOf(used) })
	job := newJob(w)
	prepare(t, w, job)
	if _, err := w.channel.Find(t.Context(), job); err != nil { // opens the connection that is used again
		t.Fatal(err)
	}
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: "user_timeline.json"}, Action: sandbox.DropAfter, Times: 1})
	_, err := w.channel.Find(t.Context(), job)
	platformError(t, "Find", err, channels.Retry, "no_answer")
	counted := int64(0)
	for _, calls := range used {
		counted += calls
	}
	if seen := int64(len(w.Journal(sandbox.Filter{Platform: sandbox.Weibo}))); seen != counted {
		t.Errorf("Weibo saw %d calls, counted were %d", seen, counted)
	}
}
