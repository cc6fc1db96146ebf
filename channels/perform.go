package channels

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
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
	via     string // which channel that is, for Remote
	job     *Job
	holder  string

	circuit string  // what is told of to others: see circuitName; empty while no platform is asked
	traffic traffic // as it was seen last
	probing bool    // this is the one call that tries a platform that was given up

	ready bool // prepared, which is saved with the next state
	journal
}

// Perform walks a claimed delivery through its states until it ends or has to wait, and gives the lease back:
//
//	scheduled ─Prepare─▶ prepared ─(intention saved) Submit─▶ submitted ─Poll─▶ published
//
// Each call outside stands between two saved states. A delivery claimed in state prepared with its intention saved was
// cut off by a crash or a lost answer; the platform is asked with Find before anything is sent again.
//
// A retraction waits for its publication to end and asks the platform until the post is gone, or leaves it to a person; a
// correction likewise.
//
// An adapter that panics has failed without a known effect. One that goes on after its deadline keeps the delivery: the
// lease is renewed until the call returns, because somebody else who found nothing now could send what this one sends
// later. It is logged as long as it lasts, and ends with the process.
//
// Cancelling ctx asks for a stop: the call under way still gets its time and its result is saved, nothing further is
// begun. Errors are those of our own database; what a platform did wrong is recorded on the delivery.
func Perform(ctx context.Context, db *sql.DB, out *Outside, delivery Claimed) error {
	_, err := PerformInLane(ctx, db, out, delivery)
	return err
}

// PerformInLane is Perform, and reports whether the delivery got as far as its platform, so that the next one of its account
// may go at once. When not, DueLanes knows better.
func PerformInLane(ctx context.Context, db *sql.DB, out *Outside, delivery Claimed) (onward bool, err error) {
	if delivery.Holder == nil {
		return false, fmt.Errorf("delivery %s is not claimed", delivery.ID)
	}
	steady := context.WithoutCancel(ctx)
	w := &work{db: db, out: out, holder: *delivery.Holder}
	defer func() {
		if r := recover(); r != nil { // the lease runs out, and the delivery is taken up from its last saved state
			onward, err = false, fmt.Errorf("delivery %s: panic: %v\n%s", delivery.ID, r, debug.Stack())
		}
	}()
	err = w.perform(ctx, steady, delivery)
	return err == nil && (w.job.Delivery.State == Submitted || w.job.Delivery.State == StatePublished), err
}

func (w *work) perform(ctx, steady context.Context, delivery Claimed) error {
	defer w.keepSteps(steady)
	if err := w.load(steady, delivery); err != nil {
		if platform := AsPlatformError(err); platform != nil {
			return ignoreLost(w.stuck(steady, platform))
		}
		return fmt.Errorf("load delivery %s: %w", delivery.ID, err)
	}
	if later, err := w.yields(steady); later || err != nil {
		return ignoreLost(err)
	}
	for {
		if ctx.Err() != nil {
			return ignoreLost(w.stop(steady))
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

// stop gives the delivery back at once, for whoever goes on with it.
func (w *work) stop(ctx context.Context) error {
	if w.ready {
		if err := w.save(ctx, "delivery.prepared", sql.Args{}); err != nil {
			return err
		}
	}
	return w.release(ctx, w.db.Now().Ptr(), nil)
}

func ignoreLost(err error) error {
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

func (w *work) load(ctx context.Context, claimed Claimed) error {
	delivery := claimed.Delivery
	w.job = &Job{Delivery: delivery, Remote: delivery.Remote, OriginURL: OriginURL(w.out.PublicBase, delivery.ID), Save: w.keepRemote}
	if w.job.Remote == nil {
		w.job.Remote = sql.Object{}
	}
	w.job.Message, w.job.Account, w.traffic = claimed.message, claimed.account.Account, claimed.traffic
	if err := w.loadOf(ctx); err != nil {
		return err
	}
	if err := w.loadSeries(ctx); err != nil {
		return err
	}
	if err := w.admit(); err != nil {
		return err
	}
	if err := w.choose(); err != nil {
		return err
	}
	var err error
	w.job.Credentials, err = claimed.account.Open(w.out.Keys)
	switch {
	case errors.Is(err, accounts.ErrKeyUnknown), errors.Is(err, accounts.ErrSealBroken):
		return (&PlatformError{Code: "credentials", Class: Permission, Advice: "账号凭证打不开，请管理员在账号页重新绑定后再重试。"}).Because(err)
	case err != nil:
		return err
	}
	w.job.Bytes = w.signedBytes
	w.job.PictureURL = func(picture Picture) string { return PictureURL(w.out.PublicBase, delivery.ID, picture) }
	w.job.Step = func(name, sentence string, detail sql.Object) {
		w.note(Step{Name: name, Outcome: Done, Sentence: sentence, Detail: detail})
	}
	return w.interrupted(ctx)
}

// loadOf reads the publication that a retraction or correction is about, by whose address the platform knows the post.
func (w *work) loadOf(ctx context.Context) error {
	if w.job.Delivery.OfID == nil {
		return nil
	}
	of, err := sql.Get[Delivery](ctx, w.db, "delivery.get", sql.Args{"id": *w.job.Delivery.OfID})
	if err != nil {
		return err
	}
	w.job.Of, w.job.OriginURL = &of, OriginURL(w.out.PublicBase, of.ID)
	return nil
}

// begun reports whether the platform may have been asked to publish.
func (w *work) begun() bool { return w.job.Delivery.IntentAt != nil }

// admit refuses what must not begin: an account out of use since the article was scheduled, a text that is no longer the
// signed one. What has begun is seen through.
func (w *work) admit() error {
	if w.begun() || w.job.Delivery.Action == Retract {
		return nil
	}
	if w.job.Delivery.Action == Publish && w.job.Account.State != accounts.InUse {
		return &PlatformError{Code: ErrAccountNotInUse.Code, Class: Permission,
			Advice: fmt.Sprintf("账号“%s”已不在用，确定没有发出。账号重新启用后可以点“重试”。", w.job.Account.Name)}
	}
	if err := w.job.Message.verify(); err != nil {
		return (&PlatformError{Code: "not_as_signed", Class: Defect,
			Advice: "待发的文本与签署时不一致，可能在系统之外被改动，已停止发送，确定没有发出。请系统管理员查明原因。"}).Because(err)
	}
	return nil
}

// The channels as Remote names the one that a delivery was prepared for.
const (
	viaKey    = "via"
	viaAuto   = "auto"
	viaManual = "manual"
)

// choose takes the account's channel. What has begun stays with the channel that began it, whatever became of the
// account's mode since: only that one knows where to look for it.
func (w *work) choose() error {
	channel, err := w.out.channelFor(w.job.Account)
	w.via = viaAuto
	if w.job.Account.Mode == accounts.Manual || w.job.Delivery.ByHand {
		w.via, channel, err = viaManual, w.out.Manual, nil
	}
	before, _ := w.job.Remote[viaKey].(string)
	begun := w.begun()
	if of := w.job.Of; of != nil {
		before, _ = of.Remote[viaKey].(string)
		begun = true
	}
	if begun && before != "" && before != w.via {
		w.via, channel, err = before, w.out.Manual, nil
		if before == viaAuto {
			channel = w.out.Channels[w.job.Account.Platform]
		}
	}
	if err != nil || channel == nil {
		return &PlatformError{Code: ErrChannelMissing.Code, Class: Permission, Advice: ErrChannelMissing.Sentence}
	}
	w.channel = channel
	return nil
}

// signedBytes reads a picture and makes sure that it is the one that was signed.
func (w *work) signedBytes(ctx context.Context, picture Picture) ([]byte, error) {
	content, err := w.out.Open(ctx, picture.SHA256)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != picture.SHA256 {
		return nil, &PlatformError{Code: "picture_not_as_signed", Class: Defect, Text: "picture " + picture.ID,
			Advice: "图片文件与签署时不一致，已停止发送，确定没有发出。请系统管理员检查图片存储。"}
	}
	return content, nil
}

// stuck decides about a delivery that cannot be worked on as things stand. One that may be public is looked after again
// later; any other has certainly gone nowhere.
func (w *work) stuck(ctx context.Context, platform *PlatformError) error {
	w.note(Step{Name: "begin", Outcome: Refused, Code: platform.Code, Sentence: platform.Advice})
	switch {
	case w.job.Delivery.Action != Publish:
		return w.toHand(ctx, platform)
	case !w.begun():
		return w.end(ctx, Failed, platform)
	}
	_, err := w.lookLater(ctx, platform, 0)
	return err
}

// step does one thing and reports whether the delivery was given back.
func (w *work) step(ctx context.Context) (bool, error) {
	switch delivery := w.job.Delivery; {
	case delivery.State != Scheduled && delivery.State != Prepared && delivery.State != Submitted:
		return true, w.release(ctx, nil, nil)
	case delivery.Action == Retract:
		return w.takeDown(ctx)
	case delivery.Action == Update:
		return w.correct(ctx)
	}
	switch w.job.Delivery.State {
	case Scheduled:
		return w.prepare(ctx)
	case Prepared:
		if w.begun() {
			return w.find(ctx)
		}
		if before, _ := w.job.Remote[viaKey].(string); before != "" && before != w.via {
			return w.prepare(ctx) // the account's mode changed since: what was prepared is of no use to this channel
		}
		return w.submit(ctx)
	}
	return w.poll(ctx)
}

func (w *work) prepare(ctx context.Context) (bool, error) {
	// A panic here is our mistake and nothing is public: again, it would only panic again.
	err := w.outside(ctx, "prepare", "准备素材和草稿", Defect, func(ctx context.Context) error { return w.channel.Prepare(ctx, w.job) })
	if err != nil {
		return true, w.afterFailure(ctx, err)
	}
	if w.job.Remote == nil {
		w.job.Remote = sql.Object{}
	}
	w.job.Remote[viaKey] = w.via
	w.job.Delivery.State, w.job.Delivery.Attempts, w.ready = Prepared, 0, true
	return false, nil
}

// submit saves the intention, and with it what was prepared just before, asks the platform, and saves what it said. The
// call must be over well before the lease is, so that nobody else looks for its effect while it is still under way.
func (w *work) submit(ctx context.Context) (bool, error) {
	now := w.db.Now()
	statement := "delivery.intend"
	if w.ready {
		statement = "delivery.intend_prepared"
	}
	if err := w.save(ctx, statement, sql.Args{"until": now.Add(w.out.Pace.Lease)}); err != nil {
		return false, w.orBarred(ctx, err)
	}
	w.job.Delivery.IntentAt, w.ready = now.Ptr(), false
	progress, err := w.ask(ctx, "submit", "提交发布", w.channel.Submit, Pending, Published, Awaiting)
	if err == nil {
		return w.advance(ctx, progress)
	}
	if !certainlyNot(err) {
		return w.lookLater(ctx, err, 0)
	}
	if err := w.save(ctx, "delivery.forget_intent", sql.Args{}); err != nil { // the platform said no: nothing is public
		return false, err
	}
	w.job.Delivery.IntentAt = nil
	return true, w.afterFailure(ctx, err)
}

// orBarred ends what must not be sent any more, because its article is being taken down.
func (w *work) orBarred(ctx context.Context, err error) error {
	if !errors.Is(err, errLost) {
		return err
	}
	stopped, failed := w.db.ExecOne(ctx, "delivery.stop_barred", sql.Args{"id": w.job.Delivery.ID, "holder": w.holder, "now": w.db.Now()})
	if failed == nil && stopped {
		failed = rouse(ctx, w.db, w.job.Delivery.ID)
	}
	return errors.Join(err, failed)
}

// rouse lets what waits for the end of publications go on.
func rouse(ctx context.Context, db *sql.DB, ids ...string) error {
	_, err := db.Exec(ctx, "delivery.rouse", sql.Args{"of_ids": ids, "now": db.Now()})
	return err
}

// find asks the platform what a lost submit did. Absent lets the submit happen again; anything less than certain waits.
func (w *work) find(ctx context.Context) (bool, error) {
	progress, err := w.ask(ctx, "find", "核实上次提交的结果", w.channel.Find, Pending, Published, Awaiting, Absent, Unsure)
	if err != nil {
		return w.lookLater(ctx, err, 0)
	}
	switch progress.Stage {
	case Absent:
		if err := w.save(ctx, "delivery.forget_intent", sql.Args{}); err != nil {
			return false, err
		}
		w.job.Delivery.IntentAt = nil
		w.note(Step{Name: "find", Outcome: Done, Sentence: "平台确认没有收到上次提交，重新提交"})
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
		return true, w.end(ctx, Unknown, unresolved(platform))
	}
	w.job.Delivery.Attempts++
	wait := max(next, platform.After)
	if wait == 0 {
		wait = rung(w.out.Pace.Poll, w.job.Delivery.Attempts)
	}
	return true, w.release(ctx, w.notBefore(wait).Ptr(), platform)
}

// notBefore is the time after a wait, or later while the platform is left alone.
func (w *work) notBefore(wait time.Duration) sql.Time {
	next := w.db.Now().Add(wait)
	if until, down := w.platformDownUntil(); down {
		next = max(next, until)
	}
	return next
}

func (w *work) poll(ctx context.Context) (bool, error) {
	progress, err := w.ask(ctx, "poll", "查询发布结果", w.channel.Poll, Pending, Published, Awaiting)
	if err == nil {
		return w.advance(ctx, progress)
	}
	platform := AsPlatformError(err)
	switch {
	case platform != nil && (platform.Class == Content || platform.Class == ByHand):
		return true, w.end(ctx, Failed, platform) // the platform itself says it did not publish
	case w.db.Now().Sub(w.submittedAt()) > w.out.Pace.GiveUp:
		return true, w.end(ctx, Unknown, unresolved(orUnclear(err)))
	}
	w.job.Delivery.Attempts++
	wait := rung(w.out.Pace.Poll, w.job.Delivery.Attempts)
	if platform != nil && platform.After > 0 {
		wait = platform.After
	}
	return true, w.release(ctx, w.notBefore(wait).Ptr(), orUnclear(err))
}

func (w *work) submittedAt() sql.Time {
	if at := w.job.Delivery.SubmittedAt; at != nil {
		return *at
	}
	return w.job.Delivery.DueAt
}

// advance records how far the platform has got.
func (w *work) advance(ctx context.Context, progress Progress) (bool, error) {
	if w.job.Delivery.State == Prepared && progress.Stage != Published { // a crash from here on is followed by Poll
		var external *string
		if progress.ExternalID != "" {
			id := cut(progress.ExternalID, maxExternalID)
			external = &id
		}
		if err := w.save(ctx, "delivery.submitted", sql.Args{"external_id": external}); err != nil {
			return false, err
		}
		w.job.Delivery.State, w.job.Delivery.SubmittedAt, w.job.Delivery.Attempts = Submitted, w.db.Now().Ptr(), 0
	}
	switch progress.Stage {
	case Published:
		news := Confirmation{
			DeliveryID: w.job.Delivery.ID, Remote: w.job.Remote, ExternalID: progress.ExternalID, URL: progress.URL,
			PublishedAt: progress.PublishedAt, Parts: progress.Parts, How: "平台返回发布成功", steps: w.takeSteps(),
		}
		err := w.confirm(ctx, news)
		if err != nil {
			w.putBack(news.steps)
			return true, err
		}
		w.job.Delivery.State = StatePublished
		return true, nil
	case Awaiting:
		sentence := "发布包已备好，等待人工发布并登记网址"
		if w.via == viaAuto {
			sentence = "草稿已备好，等待人工到平台发布"
		}
		w.note(Step{Name: "await", Outcome: Done, Sentence: sentence})
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
	return true, fmt.Errorf("stage %q leads nowhere", progress.Stage) // ask lets none such through
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
	if until, down := w.platformDownUntil(); down && AsPlatformError(err) != nil {
		return w.waitForPlatform(ctx, until) // nor is waiting for a platform that answers nobody
	}
	w.job.Delivery.Attempts++
	if w.job.Delivery.Attempts > len(w.out.Pace.Backoff) {
		platform.Advice = "多次重试都没有成功，确定没有发出。" + platform.Advice
		return w.end(ctx, Failed, platform)
	}
	wait := max(platform.After, jitter(w.out.Pace.Backoff, w.job.Delivery.Attempts))
	return w.release(ctx, w.db.Now().Add(wait).Ptr(), platform)
}

// certainlyNot reports whether an error of Submit says for certain that nothing was published.
func certainlyNot(err error) bool {
	platform := AsPlatformError(err)
	return platform != nil && slices.Contains([]Class{Retry, Quota, Content, Permission, ByHand, Defect}, platform.Class)
}

// ask makes a call that tells how far the platform has got. A stage that the call must not report says nothing.
func (w *work) ask(ctx context.Context, name, doing string, call func(context.Context, *Job) (Progress, error), may ...Stage) (Progress, error) {
	var progress Progress
	broken := Unclear
	if w.job.Delivery.Action == Retract { // it may be asked again, and a person can do it meanwhile
		broken = Defect
	}
	err := w.outside(ctx, name, doing, broken, func(ctx context.Context) (err error) {
		progress, err = call(ctx, w.job)
		if err == nil && !slices.Contains(may, progress.Stage) {
			err = &PlatformError{Code: "bad_stage", Class: Unclear, Text: fmt.Sprintf("%s reported the stage %q", name, progress.Stage),
				Advice: "程序没有看懂平台的结果（系统问题），可能已经发出，正在核实，请勿手工重发。"}
		}
		return w.ofLook(name, err)
	})
	return progress, err
}

// ofLook says of a look that came to nothing for now what it means: the look had no effect, but what it was for may be public.
func (w *work) ofLook(name string, err error) error {
	said := map[string]string{"find": "这次没有核实成（%s），上次提交可能已经发出，系统稍后再核实，请勿手工重发。", "poll": "这次没有查到发布结果（%s），系统稍后再查，请勿手工重发。"}[name]
	platform := AsPlatformError(err)
	if said == "" || w.job.Delivery.Action != Publish || platform == nil || platform.Class != Retry && platform.Class != Quota {
		return err
	}
	look := platform.Because(err)
	look.Advice = fmt.Sprintf(said, platform.Code)
	return look
}

// unresolved is what is recorded when the program stops looking for the effect of a submit: it does not look again, whatever the
// last look said.
func unresolved(platform *PlatformError) *PlatformError {
	if platform.Class != Retry && platform.Class != Quota && platform.Class != Unclear {
		return platform
	}
	last := platform.Because(platform.cause)
	last.Advice = fmt.Sprintf("系统多次核实都没有结果（%s），不清楚是否已经发出。请登录平台查看，再到本页登记结果。", platform.Code)
	return last
}

// outside makes one call to a platform with its own deadline, keeps the lease alive until it returns, and notes how it
// went. broken is what a panic of the adapter means here.
func (w *work) outside(ctx context.Context, name, doing string, broken Class, call func(context.Context) error) error {
	w.note(Step{Name: name, Outcome: Begun, Sentence: doing})
	bounded, cancel := context.WithTimeout(ctx, w.out.Pace.Call)
	defer cancel()
	held, letGo := context.WithCancel(ctx)
	defer letGo()
	var renewing sync.WaitGroup
	renewing.Go(func() { w.renew(held, cancel) })
	showing := time.AfterFunc(showStepsAfter, func() { w.keepSteps(ctx) })
	defer showing.Stop()
	began := time.Now()
	err := w.survive(bounded, name, broken, call)
	took := time.Since(began)
	letGo()
	renewing.Wait()
	w.heard(ctx, err)
	line := Step{Name: name, Outcome: Done, Sentence: doing + "：成功", Took: took.Milliseconds()}
	if err != nil {
		platform := orUnclear(err)
		line.Outcome, line.Code, line.Sentence = Refused, platform.Code, platform.Advice
		line.Detail = sql.Object{"class": platform.Class, "text": cut(platform.Text, 1000)}
		if platform.Class == Unclear {
			line.Outcome = Open
		}
		w.out.Log.WarnContext(ctx, "delivery step failed", "delivery", w.job.Delivery.ID, "account", w.job.Account.ID, "step", name,
			"code", platform.Code, "error", err.Error())
	}
	w.noteEnd(line)
	return err
}

// survive makes a call and turns a panic of the adapter into an error of the class broken.
func (w *work) survive(ctx context.Context, name string, broken Class, call func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			w.out.Log.ErrorContext(ctx, "a channel panicked", "delivery", w.job.Delivery.ID, "account", w.job.Account.ID, "step", name,
				"panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			advice := "程序在处理平台结果时出错（系统问题），可能已经发出，正在核实，请勿手工重发。"
			switch {
			case w.job.Delivery.Action == Retract:
				advice = "程序在撤下时出错（系统问题）。请立即登录平台撤下，完成后在本页登记，并把投递编号告诉系统管理员。"
			case broken == Defect:
				advice = "程序在准备稿件时出错（系统问题），确定没有发出。请把投递编号告诉系统管理员，处理后再重试。"
			}
			err = &PlatformError{Code: "panic", Class: broken, Advice: advice}
		}
	}()
	return call(ctx)
}

// renew keeps the lease while a call runs, and ends the call when the lease is lost.
func (w *work) renew(ctx context.Context, cancel context.CancelFunc) {
	began := time.Now()
	tick := time.NewTicker(w.out.Pace.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if took := time.Since(began); took > w.out.Pace.Lease {
				w.out.Log.ErrorContext(ctx, "a channel goes on after its deadline", "delivery", w.job.Delivery.ID, "took", took.String())
			}
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
	w.guard(more)
	if w.leads() {
		return w.saveTogether(ctx, statement, more)
	}
	if slices.Contains(gathered, statement) {
		return w.gather(ctx, saving{statement: statement, args: more})
	}
	mine, err := w.db.ExecOne(ctx, statement, more)
	if err != nil {
		return err
	}
	if !mine {
		return errLost
	}
	return nil
}

// guard adds what every change of a delivery needs: whose it is, and what the channel remembers.
func (w *work) guard(args sql.Args) sql.Args {
	args["id"], args["holder"], args["now"], args["remote"] = w.job.Delivery.ID, w.holder, w.db.Now(), w.job.Remote
	return args
}

func (w *work) keepRemote(ctx context.Context) error {
	return w.save(ctx, "delivery.keep_remote", sql.Args{})
}

func (w *work) release(ctx context.Context, next *sql.Time, platform *PlatformError) error {
	args := w.errorArgs(platform, sql.Args{"next_at": next, "attempts": w.job.Delivery.Attempts})
	if w.leads() {
		w.keepSteps(ctx)
		return w.save(ctx, "delivery.release", args)
	}
	steps := w.takeSteps()
	err := w.gather(ctx, saving{"delivery.release", w.guard(args), steps})
	if err != nil {
		w.putBack(steps)
	}
	return err
}

func (w *work) end(ctx context.Context, state State, platform *PlatformError) error {
	w.keepSteps(ctx)
	if err := w.save(ctx, "delivery.end", w.errorArgs(platform, sql.Args{"state": state})); err != nil {
		return err
	}
	return rouse(ctx, w.db, w.job.Delivery.ID)
}

func (w *work) errorArgs(platform *PlatformError, args sql.Args) sql.Args {
	if platform == nil {
		platform = &PlatformError{}
	}
	args["error_code"], args["error_class"] = cut(platform.Code, 64), platform.Class
	args["error_text"], args["error_advice"] = cut(platform.Text, 1000), cut(platform.Advice, 500)
	return args
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

// jitter is the wait after the n-th failure in a row: anything up to the rung, so that many who failed together do not come
// back together, but a tenth of it at the least.
func jitter(ladder []time.Duration, attempt int) time.Duration {
	if len(ladder) == 0 {
		return time.Minute
	}
	wait := ladder[min(max(attempt, 1), len(ladder))-1]
	return wait/10 + rand.N(wait-wait/10+1)
}

// OriginURL is our own public page of a delivery: unique to it and lasting, so a post that carries it can be recognised.
func OriginURL(publicBase, deliveryID string) string {
	return strings.TrimSuffix(publicBase, "/") + "/p/" + deliveryID
}

// PictureURL is the public address of a picture on that page.
func PictureURL(publicBase, deliveryID string, picture Picture) string {
	return OriginURL(publicBase, deliveryID) + "/" + picture.ID
}
