package channels

import (
	"context"
	"slices"
	"time"

	"govmedia/sql"
)

// waitForPublish is how often a retraction looks after a publication that is still under way. It is roused when that ends.
const waitForPublish = 5 * time.Second

// What keeps the program from taking a post down or correcting it by itself.
const (
	codeNoWay    = "no_way"        // the platform has no interface for it
	codeUnknown  = "unknown"       // nobody knows whether the post exists
	codeReposted = "reposted"      // a person published the corrected text anew
	codeInHand   = "was_in_hand"   // a person had the package to post it
	codeDown     = "platform_down" // the platform answers nobody
)

// takeDown does one thing for a retraction: waits for the publication to end, asks the platform to take the post down, or
// gives the task to a person. It never gives up: the clock runs.
func (w *work) takeDown(ctx context.Context) (bool, error) {
	of := w.job.Of
	switch {
	case of.State == StatePublished, w.forestalls(*of):
	case of.State == Cancelled, of.State == Failed:
		return true, w.gone(ctx, "原投递没有发出，不需要撤下")
	case of.State == Retracted:
		return true, w.gone(ctx, "已经撤下")
	case of.State == Unknown:
		return true, w.toHand(ctx, &PlatformError{Code: codeUnknown, Class: Unclear,
			Advice: "这篇稿件可能已经发出，系统核实不了。请立即登录平台查看：有就删除，没有就登记没有。"})
	default:
		if of.awaitsHand() { // it came to a person after the order
			stopped, err := w.db.ExecOne(ctx, "delivery.stop", sql.Args{"id": of.ID, "now": w.db.Now()})
			if err != nil || stopped {
				return true, firstError(err, func() error { return w.gone(ctx, "原投递没有发出，不需要撤下") })
			}
		}
		return true, w.release(ctx, w.db.Now().Add(waitForPublish).Ptr(), &PlatformError{Code: "publishing", Class: Retry,
			Advice: "这篇稿件正在发布，平台给出结果后立即撤下。"})
	}
	if of.reposted() {
		return true, w.toHand(ctx, anew("撤下"))
	}
	retractor, able := w.channel.(Retractor)
	if !able {
		return true, w.toHand(ctx, noWay("撤下"))
	}
	progress, err := w.ask(ctx, "retract", "从平台撤下", retractor.Retract, Gone, Pending)
	if err != nil {
		return true, w.afterStep(ctx, err)
	}
	if progress.Stage == Gone {
		return true, w.gone(ctx, "平台确认已撤下")
	}
	w.job.Delivery.Attempts++
	return true, w.release(ctx, w.db.Now().Add(w.again(progress.Next)).Ptr(), nil)
}

// forestalls reports whether a publication that the platform has, or may have, without showing it yet can be taken down at once.
func (w *work) forestalls(of Delivery) bool {
	able, ok := w.channel.(Forestaller)
	return ok && able.Forestalls() && (of.State == Unknown || of.State == Submitted && !of.awaitsHand())
}

func firstError(err error, otherwise func() error) error {
	if err != nil {
		return err
	}
	return otherwise()
}

func noWay(doing string) *PlatformError {
	return &PlatformError{Code: codeNoWay, Class: ByHand, Advice: "这个平台没有自动" + doing + "的接口。请立即登录平台" + doing + "，完成后在本页登记。"}
}

// gone ends the retraction, unless somebody else took it over meanwhile.
func (w *work) gone(ctx context.Context, how string) error {
	if err := w.keepRemote(ctx); err != nil {
		return err
	}
	return finishRetraction(ctx, w.db, Takedown{DeliveryID: w.job.Delivery.ID, How: how})
}

// afterStep decides what follows a failure to take down or to correct: another try where that may help, else a person.
func (w *work) afterStep(ctx context.Context, err error) error {
	platform := orUnclear(err)
	if slices.Contains([]Class{ByHand, Permission, Quota, Content, Defect}, platform.Class) {
		return w.toHand(ctx, platform)
	}
	w.job.Delivery.Attempts++
	return w.release(ctx, w.db.Now().Add(w.again(platform.After)).Ptr(), platform)
}

// again is the wait before the next try, not before the platform wants it.
func (w *work) again(wanted time.Duration) time.Duration {
	return max(wanted, rung(w.out.Pace.Retract, w.job.Delivery.Attempts))
}

// toHand leaves it to a person. What a platform said stays on the delivery, with what to do.
func (w *work) toHand(ctx context.Context, platform *PlatformError) error {
	if err := w.save(ctx, "delivery.to_hand", w.errorArgs(platform, sql.Args{})); err != nil {
		return err
	}
	w.note(Step{Name: "hand", Outcome: Done, Code: platform.Code, Sentence: platform.Advice})
	return nil
}

// correct puts the corrected text in the place of the published one, after the publication has come to its end. It may run
// again after a crash or a lost answer: the channel sends the same identity each time.
func (w *work) correct(ctx context.Context) (bool, error) {
	if w.job.Delivery.BarredAt != nil {
		return true, w.end(ctx, Cancelled, nil)
	}
	switch of := w.job.Of; {
	case of.BarredAt != nil, of.State == Cancelled, of.State == Failed, of.State == Retracted:
		return true, w.end(ctx, Cancelled, &PlatformError{Code: "nothing_public", Advice: "原投递没有公开的内容，不需要更正。"})
	case of.State == Unknown:
		return true, w.toHand(ctx, &PlatformError{Code: codeUnknown, Class: Unclear,
			Advice: "原稿可能已经发出，系统核实不了。请登录平台查看：有就更正，更正后在本页登记。"})
	case of.State != StatePublished:
		return true, w.release(ctx, w.db.Now().Add(waitForPublish).Ptr(), &PlatformError{Code: "publishing", Class: Retry,
			Advice: "原稿正在发布，平台给出结果后再更正。"})
	}
	if w.job.Of.reposted() {
		return true, w.toHand(ctx, anew("更正"))
	}
	updater, able := w.channel.(Updater)
	if !able {
		return true, w.toHand(ctx, noWay("更正"))
	}
	if w.job.Delivery.IntentAt == nil {
		if err := w.intendCorrection(ctx); err != nil {
			return false, err
		}
	}
	progress, err := w.ask(ctx, "update", "更正已发布的内容", updater.Update, Published, Pending, Awaiting)
	if err != nil {
		if platform := AsPlatformError(err); platform != nil && platform.Class == Content {
			return true, w.end(ctx, Failed, platform)
		}
		return true, w.afterStep(ctx, err)
	}
	switch progress.Stage {
	case Published:
		return true, finishCorrection(ctx, w.db, w.job.Delivery.ID, w.job.Remote, progress.URL, Takedown{How: "平台返回更正成功"})
	case Awaiting:
		return true, w.toHand(ctx, noWay("更正"))
	}
	w.job.Delivery.Attempts++
	return true, w.release(ctx, w.db.Now().Add(w.again(progress.Next)).Ptr(), nil)
}

// intendCorrection saves that the platform may be asked from here on, so that the pictures of the new text can be fetched.
func (w *work) intendCorrection(ctx context.Context) error {
	if err := w.save(ctx, "delivery.prepared", sql.Args{}); err != nil {
		return err
	}
	now := w.db.Now()
	if err := w.save(ctx, "delivery.intend", sql.Args{"until": now.Add(w.out.Pace.Lease)}); err != nil {
		return err
	}
	w.job.Delivery.State, w.job.Delivery.IntentAt, w.job.Delivery.Attempts = Prepared, now.Ptr(), 0
	return nil
}
