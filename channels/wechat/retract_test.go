package wechat_test

import (
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
	deletePath  = "/cgi-bin/freepublish/delete"
	articlePath = "/cgi-bin/freepublish/getarticle"
)

// published brings a message to its readers and returns its delivery as the engine keeps it.
func (b *bench) published(message channels.Message) (*channels.Job, channels.Delivery) {
	b.t.Helper()
	job := b.job(message)
	b.prepare(job)
	out := b.deliver(job)
	if out.Stage != channels.Published {
		b.t.Fatalf("deliver = %+v, want it published", out)
	}
	of := job.Delivery
	of.State, of.Remote, of.PublicURL = channels.StatePublished, job.Remote, out.URL
	of.ExternalID = &out.ExternalID
	return job, of
}

// retraction is the job that takes a delivery down.
func (b *bench) retraction(message channels.Message, of channels.Delivery) *channels.Job {
	job := b.job(message)
	job.Delivery.Action, job.Of = channels.Retract, &of
	return job
}

// retract runs Retract until it ends, as the engine does.
func (b *bench) retract(job *channels.Job) (channels.Progress, error) {
	b.t.Helper()
	for range 30 {
		reload(b.t, job)
		progress, err := b.channel.Retract(b.t.Context(), job)
		p := channels.AsPlatformError(err)
		switch {
		case err == nil && progress.Stage == channels.Pending:
			if progress.Next <= 0 {
				b.t.Fatal("Retract is pending and does not say until when")
			}
			b.box.Advance(progress.Next)
		case p != nil && (p.Class == channels.Retry || p.Class == channels.Unclear):
			b.note(err)
			b.box.Advance(max(p.After, time.Minute))
		default:
			if err != nil {
				b.note(err)
			}
			return progress, err
		}
	}
	b.t.Fatal("Retract did not end after 30 rounds")
	return channels.Progress{}, nil
}

func TestAPublishedArticleIsTakenDown(t *testing.T) {
	b := newBench(t)
	message := b.message()
	_, of := b.published(message)
	progress, err := b.retract(b.retraction(message, of))
	if err != nil || progress.Stage != channels.Gone {
		t.Fatalf("Retract = %+v, %v, want Gone", progress, err)
	}
	if page := read(t, of.PublicURL); !strings.Contains(page, "已被发布者删除") {
		t.Error("readers still see the article")
	}
	if progress, err = b.retract(b.retraction(message, of)); err != nil || progress.Stage != channels.Gone {
		t.Errorf("Retract of what is gone = %+v, %v, want Gone", progress, err)
	}
	if r := b.report(); r.Deleted != 1 {
		t.Errorf("%d articles are deleted, want 1", r.Deleted)
	}
}

func TestALostDeletionIsLookedUpAndNotRepeated(t *testing.T) {
	for _, action := range []string{sandbox.DropAfter, sandbox.Truncate, sandbox.GzipGarbage} {
		b := newBench(t)
		message := b.message()
		_, of := b.published(message)
		b.box.AddFault(fault(deletePath, action, 1))
		progress, err := b.retract(b.retraction(message, of))
		if err != nil || progress.Stage != channels.Gone {
			t.Errorf("%s: Retract = %+v, %v, want Gone", action, progress, err)
		}
		if n := b.calls(deletePath); n != 1 {
			t.Errorf("%s: %d deletions were asked for, want 1: there are ten a day", action, n)
		}
	}
}

func TestDeletionsThatAreUsedUpAreForAPerson(t *testing.T) {
	b := newBench(t, func(c *wechat.Config, _ *sandbox.WeChatAccount) { c.Budgets = map[string]int64{deletePath: 1} })
	first, second := b.message(), b.message()
	second.Title = "第二篇"
	_, one := b.published(first)
	_, two := b.published(second)
	if progress, err := b.retract(b.retraction(first, one)); err != nil || progress.Stage != channels.Gone {
		t.Fatalf("Retract of the first = %+v, %v, want Gone", progress, err)
	}
	_, err := b.retract(b.retraction(second, two))
	if p := b.note(err); p.Class != channels.ByHand || !strings.Contains(p.Advice, "登录公众平台") {
		t.Errorf("Retract of the second = %v, want it left to a person", err)
	}
	b.box.AddFault(errcode(deletePath, 45009, 0))
	b.box.Advance(24 * time.Hour)
	_, err = b.retract(b.retraction(second, two))
	if p := b.note(err); p.Class != channels.ByHand {
		t.Errorf("Retract with the platform's limit spent = %v, want it left to a person", err)
	}
}

// What was still on its way when it had to come down: the publish job is waited for, then its article is deleted.
func TestWhatIsStillOnItsWayIsWaitedForAndTakenDown(t *testing.T) {
	b := newBench(t)
	message := b.message()
	job := b.job(message)
	b.prepare(job)
	job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
	if _, err := b.channel.Submit(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	of := job.Delivery
	of.Remote, of.State = job.Remote, channels.Submitted
	progress, err := b.retract(b.retraction(message, of))
	if err != nil || progress.Stage != channels.Gone {
		t.Fatalf("Retract = %+v, %v, want Gone", progress, err)
	}
	if r := b.report(); r.Published != 1 || r.Deleted != 1 {
		t.Errorf("%d published, %d deleted, want 1 and 1", r.Published, r.Deleted)
	}
}

// The answer of the submit was lost and nobody knew when the retraction came.
func TestALostSubmitIsFoundAndTakenDown(t *testing.T) {
	b := newBench(t)
	message := b.message()
	job := b.job(message)
	b.prepare(job)
	job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
	b.box.AddFault(fault(submitPath, sandbox.DropAfter, 1))
	if _, err := b.channel.Submit(t.Context(), job); err == nil {
		t.Fatal("Submit = nil, want a lost answer")
	}
	of := job.Delivery
	of.Remote, of.State = job.Remote, channels.Unknown
	progress, err := b.retract(b.retraction(message, of))
	if err != nil || progress.Stage != channels.Gone || b.report().Deleted != 1 {
		t.Errorf("Retract = %+v, %v, %d deleted, want it found and deleted", progress, err, b.report().Deleted)
	}
}

func TestADraftThatWasNeverPublishedIsDeletedAsADraft(t *testing.T) {
	b := newBench(t)
	message := b.message()
	job := b.job(message)
	b.prepare(job)
	b.box.AddFault(fault(submitPath, sandbox.DropBefore, 1))
	job.Delivery.IntentAt = sql.FromStd(b.box.Now()).Ptr()
	if _, err := b.channel.Submit(t.Context(), job); err == nil {
		t.Fatal("Submit = nil, want a lost answer")
	}
	of := job.Delivery
	of.Remote, of.State = job.Remote, channels.Unknown
	progress, err := b.retract(b.retraction(message, of))
	if r := b.report(); err != nil || progress.Stage != channels.Gone || r.Drafts != 0 || r.Published != 0 {
		t.Errorf("Retract = %+v, %v, %d drafts, %d published, want nothing left", progress, err, r.Drafts, r.Published)
	}
}

func TestWhatFailedOrIsGoneAlreadyNeedsNoDeletion(t *testing.T) {
	b := newBench(t)
	message := b.message()
	message.Title = "通知[sim:4]"
	job := b.job(message)
	b.prepare(job)
	b.deliver(job)
	of := job.Delivery
	of.Remote, of.State = job.Remote, channels.Failed
	if progress, err := b.retract(b.retraction(message, of)); err != nil || progress.Stage != channels.Gone || b.calls(deletePath) != 0 {
		t.Errorf("Retract of what WeChat refused = %+v, %v, %d deletions, want Gone without any", progress, err, b.calls(deletePath))
	}
}

func TestAnUnknownArticleIsReadASecondTime(t *testing.T) {
	b := newBench(t)
	message := b.message()
	_, of := b.published(message)
	b.box.AddFault(errcode(deletePath, 53600, 0))
	_, err := b.channel.Retract(t.Context(), b.retraction(message, of))
	if p := b.note(err); p.Class != channels.Unclear {
		t.Errorf("Retract with 53600 while the article is there = %v, want Unclear", err)
	}
	b.box.AddFault(errcode(articlePath, 53600, 0))
	progress, err := b.channel.Retract(t.Context(), b.retraction(message, of))
	if err != nil || progress.Stage != channels.Gone {
		t.Errorf("Retract with 53600 twice = %+v, %v, want Gone", progress, err)
	}
}

// Every refusal of a deletion has the class of the table: nothing that is still to be read is called gone.
func TestARefusedDeletionIsNeverGone(t *testing.T) {
	b := newBench(t, func(c *wechat.Config, _ *sandbox.WeChatAccount) {
		c.Budgets = map[string]int64{deletePath: 0, articlePath: 0}
	})
	message := b.message()
	_, of := b.published(message)
	for _, code := range wechat.TableCodes() {
		if slices.Contains([]int64{40001, 40014, 42001, 41001}, code) {
			continue
		}
		b.box.ClearFaults()
		b.box.AddFault(errcode(deletePath, int(code), 0))
		job := b.retraction(message, of)
		progress, err := b.channel.Retract(t.Context(), job)
		if err == nil {
			t.Errorf("Retract refused with %d = %+v, want an error", code, progress)
			continue
		}
		b.note(err)
	}
	if r := b.report(); r.Deleted != 0 {
		t.Errorf("%d articles deleted, want none", r.Deleted)
	}
}

func TestARetractionWithoutItsPublicationIsADefect(t *testing.T) {
	b := newBench(t)
	_, err := b.channel.Retract(t.Context(), b.job(b.message()))
	if p := b.note(err); p.Class != channels.Defect {
		t.Errorf("Retract = %v, want a defect", err)
	}
}
