package app_test

import (
	"strings"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/sql"
)

// after is a later delivery about what job published.
func after(job *channels.Job, action channels.Action) *channels.Job {
	of := job.Delivery
	of.State, of.PublishedAt = channels.StatePublished, sql.Time(1795300000000).Ptr()
	next := newJob(job.Account.Settings["endpoint"].(string))
	next.Account, next.Of = job.Account, &of
	next.Delivery = channels.Delivery{ID: "fedcba9876543210", AccountID: "a1", Action: action, CreatedAt: 1795300600000}
	next.OriginURL = "https://m.example.gov.cn/p/fedcba9876543210"
	return next
}

func published(t *testing.T, w *world, backend func(*channels.Job)) *channels.Job {
	t.Helper()
	job := newJob(w.base + "/hook")
	if backend != nil {
		backend(job)
	}
	prepare(t, w.channel, job)
	if progress, err := w.channel.Submit(t.Context(), job); err != nil || progress.Stage != channels.Published {
		t.Fatalf("Submit = %+v, %v", progress, err)
	}
	return job
}

func TestRetractIsGoneAndMayRunAgain(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	job := after(published(t, w, nil), channels.Retract)
	job.Remote["reason_code"], job.Remote["urgent"] = "sensitive", true
	w.AddFault(sandbox.Fault{Match: sandbox.Match{Path: "/hook"}, Times: 1, Action: sandbox.DropAfter})
	_, err := w.channel.Retract(t.Context(), job)
	platformError(t, "Retract with a lost answer", err, channels.Retry, "no_answer")
	saved(t, job)
	for range 2 {
		if progress, err := w.channel.Retract(t.Context(), job); err != nil || progress.Stage != channels.Gone {
			t.Fatalf("Retract = %+v, %v, want gone", progress, err)
		}
	}
	report := w.Report().Apps["city"]
	if report.Retracted != 1 || report.Visible != 0 || report.Deliveries != 2 {
		t.Errorf("report = %+v, want one article taken back by one event", report)
	}
	ids := map[string]bool{}
	for _, call := range w.Journal(sandbox.Filter{Path: "/hook"}) {
		if id := call.Header["webhook-id"]; !strings.HasPrefix(id, "ping_") {
			ids[id] = true
		}
	}
	if len(ids) != 2 {
		t.Errorf("webhook ids %v, want one for the article and one for its retraction", ids)
	}
}

func TestUpdateReplacesTheTextInPlace(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	first := published(t, w, nil)
	job := after(first, channels.Update)
	job.Message.RevisionID, job.Message.Title, job.Message.CreatedAt = "r2", "防汛通知（更正）", first.Message.CreatedAt+1000
	progress, err := w.channel.Update(t.Context(), job)
	if err != nil || progress.Stage != channels.Published || progress.URL == "" {
		t.Fatalf("Update = %+v, %v", progress, err)
	}
	feed := w.page(t, "/feed.json")
	if !strings.Contains(feed, "防汛通知（更正）") || strings.Count(feed, `"id":"o1"`) != 1 || !strings.Contains(feed, `"date_published":"2026-11-22T06:26:40+08:00"`) {
		t.Errorf("feed = %s, want the new title, the old id and the old date", feed)
	}
	if report := w.Report().Apps["city"]; report.Items != 1 || len(report.Duplicates) != 0 {
		t.Errorf("report = %+v", report)
	}
}

func TestRetractThatIsOnlyTakenIsWaitedForAndThenForAPerson(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	job := after(published(t, w, nil), channels.Retract)
	w.AddFault(sandbox.Fault{Match: sandbox.Match{Path: "/hook"}, Action: sandbox.Status, Status: 202, ContentType: "application/json", Body: `{"status":"accepted"}`})
	for range 2 {
		progress, err := w.channel.Retract(t.Context(), job)
		if err != nil || progress.Stage != channels.Pending || progress.Next <= 0 {
			t.Fatalf("Retract = %+v, %v, want pending", progress, err)
		}
		saved(t, job)
		w.Advance(10 * time.Minute)
	}
	w.Advance(11 * time.Minute)
	_, err := w.channel.Retract(t.Context(), job)
	platformError(t, "Retract after half an hour", err, channels.ByHand, "not_gone")
	job.Account.Settings["feed_url"] = w.base + "/feed.json"
	w.ClearFaults()
	if progress, err := w.channel.Retract(t.Context(), job); err != nil || progress.Stage != channels.Gone {
		t.Errorf("Retract = %+v, %v, want gone", progress, err)
	}
}

func TestRetractThatIsRefusedIsForAPerson(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	job := after(published(t, w, nil), channels.Retract)
	w.AddFault(sandbox.Fault{Match: sandbox.Match{Path: "/hook"}, Times: 1, Action: sandbox.Status, Status: 422})
	_, err := w.channel.Retract(t.Context(), job)
	platformError(t, "Retract", err, channels.ByHand, "http_422")
	job.Credentials = nil
	_, err = w.channel.Retract(t.Context(), job)
	platformError(t, "Retract without a secret", err, channels.Permission, "bad_secret")
}

func TestAppsThatOnlyReadOurFeed(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	job := newJob("")
	job.Account.Settings["pull"] = true
	if blocked := w.channel.Preview(job.Message, job.Account).Blocked(); len(blocked) != 0 {
		t.Errorf("Preview blocks %v", blocked)
	}
	prepare(t, w.channel, job)
	if progress, err := w.channel.Submit(t.Context(), job); err != nil || progress.Stage != channels.Published || progress.URL != origin {
		t.Fatalf("Submit = %+v, %v, want it in the feed", progress, err)
	}
	if progress, err := w.channel.Retract(t.Context(), after(job, channels.Retract)); err != nil || progress.Stage != channels.Gone {
		t.Errorf("Retract = %+v, %v", progress, err)
	}
	if len(w.Journal(sandbox.Filter{})) != 0 {
		t.Error("somebody was called")
	}
	var channel channels.Channel = w.channel
	_, retracts := channel.(channels.Retractor)
	_, updates := channel.(channels.Updater)
	if !retracts || !updates {
		t.Errorf("retracts %v, updates %v", retracts, updates)
	}
}
