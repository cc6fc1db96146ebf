package weibo_test

import (
	"strings"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/sql"
)

const destroyPath = "/2/statuses/destroy.json"

// publishedJob sends a delivery and returns the retraction of it.
func publishedJob(t *testing.T, w *world, job *channels.Job) *channels.Job {
	t.Helper()
	prepare(t, w, job)
	progress, err := w.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Published {
		t.Fatalf("Submit = %+v, %v", progress, err)
	}
	saved(t, job)
	of := job.Delivery
	of.State, of.ExternalID, of.PublicURL, of.Remote = channels.StatePublished, &progress.ExternalID, progress.URL, job.Remote
	return retraction(w, of)
}

func retraction(w *world, of channels.Delivery) *channels.Job {
	job := newJob(w)
	job.Delivery = channels.Delivery{ID: "fedcba9876543210", Action: channels.Retract}
	job.Of = &of
	return job
}

func removed(w *world) int { return w.Report().Weibo[uid].Removed }

func TestRetractTakesThePostDownAndMayRunAgain(t *testing.T) {
	w := newWorld(t, nil)
	job := publishedJob(t, w, newJob(w))
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: destroyPath}, Times: 1, Action: sandbox.DropAfter})
	_, err := w.channel.Retract(t.Context(), job)
	platformError(t, "Retract", err, channels.Retry, "no_answer")
	saved(t, job)
	progress, err := w.channel.Retract(t.Context(), job) // 20101 by now
	if err != nil || progress.Stage != channels.Gone || removed(w) != 1 {
		t.Fatalf("Retract again = %+v, %v, want gone", progress, err)
	}
	calls := len(w.Journal(sandbox.Filter{}))
	if progress, err := w.channel.Retract(t.Context(), job); err != nil || progress.Stage != channels.Gone || len(w.Journal(sandbox.Filter{})) != calls {
		t.Errorf("Retract a third time = %+v, %v, want gone without a call", progress, err)
	}
}

func TestRetractOfAnArticleLeavesTheArticleToAPerson(t *testing.T) {
	w := granted(t, "article", "destroy")
	job := publishedJob(t, w, onRoute(t, w, "article"))
	for range 2 {
		_, err := w.channel.Retract(t.Context(), job)
		failure := platformError(t, "Retract", err, channels.ByHand, "article_by_hand")
		if !strings.Contains(failure.Advice, "/ttarticle/p/show?id=") || removed(w) != 1 {
			t.Errorf("Advice = %q with %d posts removed, want the link and the short post gone", failure.Advice, removed(w))
		}
	}
	if n := len(w.Journal(sandbox.Filter{Path: destroyPath})); n != 1 {
		t.Errorf("%d calls, want one", n)
	}
}

func TestRetractWithoutTheRightIsForAPerson(t *testing.T) {
	for name, spoil := range map[string]func(*world, *channels.Job){
		"no permission": func(w *world, _ *channels.Job) {
			_ = w.Happen(sandbox.Event{Type: "weibo.withdraw", Account: "k1", Text: "destroy"})
		},
		"token ended":   func(w *world, _ *channels.Job) { _ = w.Happen(sandbox.Event{Type: "weibo.expire", Account: uid}) },
		"frozen":        func(w *world, _ *channels.Job) { _ = w.Happen(sandbox.Event{Type: "weibo.freeze", Account: uid}) },
		"no token":      func(_ *world, job *channels.Job) { delete(job.Credentials, "access_token") },
		"another's":     func(_ *world, job *channels.Job) { job.Credentials["access_token"] = "2.00private" },
		"our own clock": func(_ *world, job *channels.Job) { job.Credentials["expires_at"] = "1" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			job := publishedJob(t, w, newJob(w))
			spoil(w, job)
			_, err := w.channel.Retract(t.Context(), job)
			failure := channels.AsPlatformError(err)
			if failure == nil || failure.Class != channels.Permission || failure.After != 0 || !strings.Contains(failure.Advice, job.Of.PublicURL) || removed(w) != 0 {
				t.Errorf("Retract = %v, want it left to a person with the link", err)
			}
		})
	}
}

func TestRetractOfALostAnswerLooksForThePost(t *testing.T) {
	w := newWorld(t, nil)
	lost := newJob(w)
	prepare(t, w, lost)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.DropAfter})
	_, err := w.channel.Submit(t.Context(), lost)
	platformError(t, "Submit", err, channels.Unclear, "no_answer")
	saved(t, lost)
	of := lost.Delivery
	of.State, of.Remote = channels.Unknown, lost.Remote
	progress, err := w.channel.Retract(t.Context(), retraction(w, of))
	if err != nil || progress.Stage != channels.Gone || removed(w) != 1 {
		t.Errorf("Retract = %+v, %v with %d removed, want the post found and gone", progress, err, removed(w))
	}
}

func TestRetractOfWhatNeverCame(t *testing.T) {
	w := newWorld(t, nil)
	lost := newJob(w)
	prepare(t, w, lost)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.DropBefore})
	_, err := w.channel.Submit(t.Context(), lost)
	platformError(t, "Submit", err, channels.Unclear, "no_answer")
	of := lost.Delivery
	of.State, of.Remote = channels.Unknown, lost.Remote
	job := retraction(w, of)
	progress, err := w.channel.Retract(t.Context(), job)
	if err != nil || progress.Stage != channels.Pending || progress.Next <= 0 {
		t.Fatalf("Retract at once = %+v, %v, want pending: it may still come", progress, err)
	}
	w.Advance(16 * time.Minute)
	if progress, err = w.channel.Retract(t.Context(), job); err != nil || progress.Stage != channels.Gone {
		t.Errorf("Retract later = %+v, %v, want gone", progress, err)
	}
	nothing := retraction(w, channels.Delivery{ID: "0000000000000000", Remote: sql.Object{}})
	_, err = w.channel.Retract(t.Context(), nothing)
	platformError(t, "Retract of a delivery that knows nothing", err, channels.ByHand, "no_post")
}

func TestRetractWaitsOutALimit(t *testing.T) {
	w := newWorld(t, nil)
	job := publishedJob(t, w, newJob(w))
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: destroyPath}, Times: 1, Action: sandbox.Errcode, Code: 10023})
	_, err := w.channel.Retract(t.Context(), job)
	if failure := platformError(t, "Retract", err, channels.Quota, "10023"); failure.After != time.Hour {
		t.Errorf("After = %s, want an hour", failure.After)
	}
}

func TestChannelSaysWhatItCanDo(t *testing.T) {
	w := newWorld(t, nil)
	var channel channels.Channel = w.channel
	_, retracts := channel.(channels.Retractor)
	_, updates := channel.(channels.Updater)
	_, observes := channel.(channels.Observer)
	if !retracts || updates || !observes {
		t.Errorf("retracts %v, updates %v, observes %v; Weibo has no way to change a post", retracts, updates, observes)
	}
}
