package channels

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
)

// errLost says that the lease went to another worker: save nothing, do nothing more.
var errLost = errors.New("the delivery is held by another worker")

// work is one claimed delivery on its way.
type work struct {
	db      *sql.DB
	out     *Outside
	channel Channel
	job     *Job
	holder  string
}

// Perform walks a claimed delivery through its states until it ends or has to wait, and gives the lease back:
//
//	scheduled ─Prepare─▶ prepared ─(intention saved) Submit─▶ submitted ─Poll─▶ published
//
// Each call outside stands between two saved states. A delivery claimed in state prepared with its intention saved was
// cut off by a crash or a lost answer; the platform is asked with Find before anything is sent again.
//
// Cancelling ctx asks for a stop: the call under way still gets its time and its result is saved, nothing further is
// begun. Errors are those of our own database; what a platform did wrong is recorded on the delivery.
func Perform(ctx context.Context, db *sql.DB, out *Outside, delivery Delivery) error {
	steady := context.WithoutCancel(ctx)
	w := &work{db: db, out: out, holder: *delivery.Holder}
	if err := w.load(steady, delivery); err != nil {
		if platform := AsPlatformError(err); platform != nil {
			return ignoreLost(w.end(steady, Failed, platform))
		}
		return fmt.Errorf("load delivery %s: %w", delivery.ID, err)
	}
	for {
		if ctx.Err() != nil {
			return ignoreLost(w.release(steady, w.db.Now().Ptr(), nil))
		}
		done, err := w.step(steady)
		if err != nil {
			return ignoreLost(fmt.Errorf("delivery %s in state %s: %w", delivery.ID, w.job.Delivery.State, err))
		}
		if done {
			return nil
		}
	}
}

func ignoreLost(err error) error {
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

func (w *work) load(ctx context.Context, delivery Delivery) error {
	w.job = &Job{Delivery: delivery, Remote: delivery.Remote, OriginURL: OriginURL(w.out.PublicBase, delivery.ID), Save: w.keepRemote}
	if w.job.Remote == nil {
		w.job.Remote = sql.Object{}
	}
	message, err := sql.Get[Message](ctx, w.db, "message.get", sql.Args{"id": delivery.MessageID})
	if err != nil {
		return err
	}
	account, err := accounts.Load(ctx, w.db, delivery.AccountID)
	if err != nil {
		return err
	}
	w.job.Message, w.job.Account = message, account
	if w.channel, err = w.out.channelFor(account); err != nil {
		return &PlatformError{Code: ErrChannelMissing.Code, Class: Permission, Advice: ErrChannelMissing.Sentence}
	}
	if w.job.Credentials, err = accounts.OpenCredentials(ctx, w.db, w.out.Keys, account); err != nil {
		return (&PlatformError{Code: "credentials", Class: Permission, Advice: "账号凭证打不开，请管理员在账号页重新绑定后再重试。"}).Because(err)
	}
	w.job.Bytes = func(ctx context.Context, picture Picture) ([]byte, error) { return w.out.Open(ctx, picture.SHA256) }
	w.job.PictureURL = func(picture Picture) string { return PictureURL(w.out.PublicBase, delivery.ID, picture) }
	w.job.Step = func(name, sentence string, detail sql.Object) {
		w.note(ctx, Step{Name: name, Outcome: Done, Sentence: sentence, Detail: detail})
	}
	return nil
}

// step does one thing and reports whether the delivery was given back.
func (w *work) step(ctx context.Context) (bool, error) {
	switch delivery := w.job.Delivery; delivery.State {
	case Scheduled:
		return w.prepare(ctx)
	case Prepared:
		if delivery.IntentAt != nil {
			return w.find(ctx)
		}
		return w.submit(ctx)
	case Submitted:
		return w.poll(ctx)
	default:
		return true, w.release(ctx, nil, nil)
	}
}

func (w *work) prepare(ctx context.Context) (bool, error) {
	err := w.outside(ctx, "prepare", "准备素材和草稿", func(ctx context.Context) error { return w.channel.Prepare(ctx, w.job) })
	if err != nil {
		return true, w.afterFailure(ctx, err)
	}
	if err := w.save(ctx, "delivery.prepared", sql.Args{}); err != nil {
		return false, err
	}
	w.job.Delivery.State, w.job.Delivery.Attempts = Prepared, 0
	return false, nil
}

// submit saves the intention, asks the platform, and saves what it said. The call must be over well before the lease
// is, so that nobody else looks for its effect while it is still under way.
func (w *work) submit(ctx context.Context) (bool, error) {
	now := w.db.Now()
	if err := w.save(ctx, "delivery.intend", sql.Args{"until": now.Add(w.out.Pace.Lease)}); err != nil {
		return false, err
	}
	w.job.Delivery.IntentAt = now.Ptr()
	var progress Progress
	err := w.outside(ctx, "submit", "提交发布", func(ctx context.Context) (err error) {
		progress, err = w.channel.Submit(ctx, w.job)
		return err
	})
	if err == nil {
		return w.advance(ctx, progress)
	}
	if platform := AsPlatformError(err); platform == nil || platform.Class == Unclear {
		return w.lookLater(ctx, err, 0)
	}
	if err := w.save(ctx, "delivery.forget_intent", sql.Args{}); err != nil { // the platform said no: nothing is public
		return false, err
	}
	w.job.Delivery.IntentAt = nil
	return true, w.afterFailure(ctx, err)
}

// find asks the platform what a lost submit did. Absent lets the submit happen again; anything less than certain waits.
func (w *work) find(ctx context.Context) (bool, error) {
	var progress Progress
	err := w.outside(ctx, "find", "核实上次提交的结果", func(ctx context.Context) (err error) {
		progress, err = w.channel.Find(ctx, w.job)
		return err
	})
	if err != nil {
		return w.lookLater(ctx, err, 0)
	}
	switch progress.Stage {
	case Absent:
		if err := w.save(ctx, "delivery.forget_intent", sql.Args{}); err != nil {
			return false, err
		}
		w.job.Delivery.IntentAt = nil
		w.note(ctx, Step{Name: "find", Outcome: Done, Sentence: "平台确认没有收到上次提交，重新提交"})
		return false, nil
	case Unsure:
		return w.lookLater(ctx, nil, progress.Next)
	}
	return w.advance(ctx, progress)
}

// lookLater waits before the platform is asked again about a submit whose effect is not known; after GiveUp a person decides.
func (w *work) lookLater(ctx context.Context, cause error, next time.Duration) (bool, error) {
	platform := AsPlatformError(cause)
	if platform == nil {
		platform = &PlatformError{Code: "unclear", Class: Unclear, Advice: "平台没有给出结果，正在核实是否已经发出，请勿手工重发。"}
		if cause != nil {
			platform = platform.Because(cause)
		}
	}
	if since := w.db.Now().Sub(*w.job.Delivery.IntentAt); since > w.out.Pace.GiveUp {
		return true, w.end(ctx, Unknown, platform)
	}
	w.job.Delivery.Attempts++
	wait := max(next, platform.After)
	if wait == 0 {
		wait = rung(w.out.Pace.Poll, w.job.Delivery.Attempts)
	}
	return true, w.release(ctx, w.db.Now().Add(wait).Ptr(), platform)
}

func (w *work) poll(ctx context.Context) (bool, error) {
	var progress Progress
	err := w.outside(ctx, "poll", "查询发布结果", func(ctx context.Context) (err error) {
		progress, err = w.channel.Poll(ctx, w.job)
		return err
	})
	if err == nil {
		return w.advance(ctx, progress)
	}
	platform := AsPlatformError(err)
	switch {
	case platform != nil && (platform.Class == Content || platform.Class == ByHand):
		return true, w.end(ctx, Failed, platform) // the platform itself says it did not publish
	case w.db.Now().Sub(w.submittedAt()) > w.out.Pace.GiveUp:
		return true, w.end(ctx, Unknown, orUnclear(err))
	}
	w.job.Delivery.Attempts++
	wait := rung(w.out.Pace.Poll, w.job.Delivery.Attempts)
	if platform != nil && platform.After > 0 {
		wait = platform.After
	}
	return true, w.release(ctx, w.db.Now().Add(wait).Ptr(), orUnclear(err))
}

func (w *work) submittedAt() sql.Time {
	if at := w.job.Delivery.SubmittedAt; at != nil {
		return *at
	}
	return w.job.Delivery.DueAt
}

// advance records how far the platform has got.
func (w *work) advance(ctx context.Context, progress Progress) (bool, error) {
	if w.job.Delivery.State == Prepared && progress.Stage != Published {
		var external *string
		if progress.ExternalID != "" {
			external = &progress.ExternalID
		}
		if err := w.save(ctx, "delivery.submitted", sql.Args{"external_id": external}); err != nil {
			return false, err
		}
		w.job.Delivery.State, w.job.Delivery.SubmittedAt, w.job.Delivery.Attempts = Submitted, w.db.Now().Ptr(), 0
	}
	switch progress.Stage {
	case Published:
		err := Confirm(ctx, w.db, w.out, Confirmation{
			DeliveryID: w.job.Delivery.ID, Remote: w.job.Remote, ExternalID: progress.ExternalID, URL: progress.URL,
			PublishedAt: progress.PublishedAt, How: "平台返回发布成功",
		})
		return true, err
	case Awaiting:
		w.note(ctx, Step{Name: "await", Outcome: Done, Sentence: "发布包已备好，等待人工发布并登记网址"})
		return true, w.release(ctx, nil, nil)
	case Pending:
		if w.db.Now().Sub(w.submittedAt()) > w.out.Pace.GiveUp {
			return true, w.end(ctx, Unknown, &PlatformError{Code: "pending_too_long", Class: Unclear,
				Advice: "平台迟迟没有给出发布结果，可能已经发出。请登录平台查看后在本页登记结果。"})
		}
		w.job.Delivery.Attempts++
		wait := progress.Next
		if wait == 0 {
			wait = rung(w.out.Pace.Poll, w.job.Delivery.Attempts)
		}
		return true, w.release(ctx, w.db.Now().Add(wait).Ptr(), nil)
	}
	return true, fmt.Errorf("the channel reported stage %q", progress.Stage)
}

// afterFailure decides what follows an error that certainly published nothing.
func (w *work) afterFailure(ctx context.Context, err error) error {
	platform := orUnclear(err)
	switch platform.Class {
	case Content, Permission, ByHand, Defect:
		return w.end(ctx, Failed, platform)
	case Quota:
		wait := platform.After
		if wait == 0 {
			wait = time.Hour
		}
		return w.release(ctx, w.db.Now().Add(wait).Ptr(), platform) // waiting for a quota is no failed attempt
	}
	w.job.Delivery.Attempts++
	if w.job.Delivery.Attempts > len(w.out.Pace.Backoff) {
		platform.Advice = "多次重试都没有成功，确定没有发出。" + platform.Advice
		return w.end(ctx, Failed, platform)
	}
	wait := max(platform.After, rung(w.out.Pace.Backoff, w.job.Delivery.Attempts))
	return w.release(ctx, w.db.Now().Add(wait).Ptr(), platform)
}

// outside makes one call to a platform with its own deadline, keeps the lease alive meanwhile, and notes how it went.
func (w *work) outside(ctx context.Context, name, doing string, call func(context.Context) error) error {
	w.note(ctx, Step{Name: name, Outcome: Begun, Sentence: doing})
	bounded, cancel := context.WithTimeout(ctx, w.out.Pace.Call)
	defer cancel()
	var renewing sync.WaitGroup
	renewing.Go(func() { w.renew(bounded, cancel) })
	began := time.Now()
	err := call(bounded)
	took := time.Since(began)
	cancel()
	renewing.Wait()
	line := Step{Name: name, Outcome: Done, Sentence: doing + "：成功", Took: took.Milliseconds()}
	if err != nil {
		platform := orUnclear(err)
		line.Outcome, line.Code, line.Sentence = Refused, platform.Code, platform.Advice
		line.Detail = sql.Object{"class": platform.Class, "text": platform.Text}
		if platform.Class == Unclear {
			line.Outcome = Open
		}
		w.out.Log.WarnContext(ctx, "delivery step failed", "delivery", w.job.Delivery.ID, "account", w.job.Account.ID, "step", name,
			"code", platform.Code, "error", err.Error())
	}
	w.note(ctx, line)
	return err
}

// renew keeps the lease while a call runs, and ends the call when the lease is lost.
func (w *work) renew(ctx context.Context, cancel context.CancelFunc) {
	tick := time.NewTicker(w.out.Pace.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			until := w.db.Now().Add(w.out.Pace.Lease)
			mine, err := w.db.ExecOne(ctx, "delivery.renew", sql.Args{"id": w.job.Delivery.ID, "holder": w.holder, "until": until})
			if err == nil && !mine {
				cancel()
				return
			}
		}
	}
}

// save runs one guarded update; zero rows mean the lease is lost or a person stepped in.
func (w *work) save(ctx context.Context, statement string, more sql.Args) error {
	more["id"], more["holder"], more["now"], more["remote"] = w.job.Delivery.ID, w.holder, w.db.Now(), w.job.Remote
	mine, err := w.db.ExecOne(ctx, statement, more)
	if err != nil {
		return err
	}
	if !mine {
		return errLost
	}
	return nil
}

func (w *work) keepRemote(ctx context.Context) error {
	return w.save(ctx, "delivery.keep_remote", sql.Args{})
}

func (w *work) release(ctx context.Context, next *sql.Time, platform *PlatformError) error {
	return w.save(ctx, "delivery.release", w.errorArgs(platform, sql.Args{"next_at": next, "attempts": w.job.Delivery.Attempts}))
}

func (w *work) end(ctx context.Context, state State, platform *PlatformError) error {
	return w.save(ctx, "delivery.end", w.errorArgs(platform, sql.Args{"state": state}))
}

func (w *work) errorArgs(platform *PlatformError, args sql.Args) sql.Args {
	if platform == nil {
		platform = &PlatformError{}
	}
	args["error_code"], args["error_class"] = cut(platform.Code, 64), platform.Class
	args["error_text"], args["error_advice"] = cut(platform.Text, 1000), cut(platform.Advice, 500)
	return args
}

func (w *work) note(ctx context.Context, step Step) {
	if err := addStep(ctx, w.db, w.job.Delivery.ID, step); err != nil {
		w.out.Log.WarnContext(ctx, "a delivery step was not kept", "delivery", w.job.Delivery.ID, "step", step.Name, slog.Any("error", err))
	}
}

// orUnclear returns the platform's error in err, or one that says we do not know.
func orUnclear(err error) *PlatformError {
	if platform := AsPlatformError(err); platform != nil {
		c := *platform
		return &c
	}
	return (&PlatformError{Code: "unclear", Class: Unclear, Advice: "处理中断，系统稍后自动继续。"}).Because(err)
}

// rung returns the wait after the n-th attempt, spread by a fifth so that many do not come back at once.
func rung(ladder []time.Duration, attempt int) time.Duration {
	if len(ladder) == 0 {
		return time.Minute
	}
	wait := ladder[min(max(attempt, 1), len(ladder))-1]
	return wait + rand.N(wait/5+1)
}

// OriginURL is our own public page of a delivery: unique to it and lasting, so a post that carries it can be recognised.
func OriginURL(publicBase, deliveryID string) string {
	return strings.TrimSuffix(publicBase, "/") + "/p/" + deliveryID
}

// PictureURL is the public address of a picture on that page.
func PictureURL(publicBase, deliveryID string, picture Picture) string {
	return OriginURL(publicBase, deliveryID) + "/" + picture.ID
}
