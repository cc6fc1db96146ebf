package wechat

import (
	"context"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// Submit implements channels.Channel: the draft is published without notification, sent to all followers, or left to a
// person, as the account's setting publish_mode says. A sending to all waits until a person has decided about it.
func (c *Channel) Submit(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	progress, err := c.submit(ctx, job)
	noteRID(job, err)
	return progress, err
}

func (c *Channel) submit(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	if progress, public := published(job); public {
		return progress, nil // Prepare found it public already
	}
	who, err := partyOf(job)
	if err != nil {
		return channels.Progress{}, err
	}
	mode := modeOf(job.Account)
	if mode == modeMass {
		choice, err := c.decision(ctx, job.Delivery.ID, job.SeriesChanged)
		switch {
		case err != nil:
			return channels.Progress{}, err
		case choice == "":
			return channels.Progress{}, undecided()
		case choice == Quietly:
			mode = modePublish
		}
	}
	if err := keepMode(ctx, job, mode); err != nil {
		return channels.Progress{}, err
	}
	switch mode {
	case modeMass:
		return c.submitMass(ctx, job, who)
	case modeDraft:
		step(job, "draft/add", "草稿已在公众号草稿箱，请登录公众平台发布，系统会自动认出来", sql.Object{"media_id": remoteText(job, "media_id")})
		return channels.Progress{Stage: channels.Awaiting}, nil
	}
	return c.submitQuietly(ctx, job, who)
}

// keepMode notes how the draft is about to go out, for whoever looks after a lost answer. Nothing noted means without notification,
// so that this one need not be saved by itself.
func keepMode(ctx context.Context, job *channels.Job, mode string) error {
	before := remoteText(job, "mode")
	set(job, "mode", mode)
	if mode == modePublish && (before == "" || before == modePublish) {
		return nil
	}
	return save(ctx, job)
}

// submitQuietly publishes without notification.
func (c *Channel) submitQuietly(ctx context.Context, job *channels.Job, who party) (channels.Progress, error) {
	err := c.submitDraft(ctx, job, who)
	if hasCode(err, "53505", "48021") && job.Remote["recreated"] == nil {
		// A person has opened the draft in the console, which keeps it from being published. Ours goes out from a new one.
		if err := c.addDraft(ctx, job, who); err != nil {
			return channels.Progress{}, err
		}
		set(job, "recreated", true)
		if err := save(ctx, job); err != nil {
			return channels.Progress{}, err
		}
		err = c.submitDraft(ctx, job, who)
	}
	if hasCode(err, "53501") {
		return channels.Progress{}, c.tooOften(job, err)
	}
	if err != nil {
		return channels.Progress{}, err
	}
	step(job, "freepublish/submit", "微信已受理发布，正在等待结果",
		sql.Object{"publish_id": remoteText(job, "publish_id"), "msg_data_id": remoteText(job, "msg_data_id")})
	return channels.Progress{Stage: channels.Pending, Next: c.ladder[0]}, nil
}

// submitDraft makes the one call that publishes.
func (c *Channel) submitDraft(ctx context.Context, job *channels.Job, who party) error {
	mediaID := remoteText(job, "media_id")
	if mediaID == "" {
		return noDraft()
	}
	var answer struct {
		PublishID looseText `json:"publish_id"`
		MsgDataID looseText `json:"msg_data_id"`
	}
	if err := c.post(ctx, who, pathSubmit, map[string]string{"media_id": mediaID}, &answer); err != nil {
		return err
	}
	if answer.PublishID == "" {
		return garbled(request{path: pathSubmit, submits: true}, "bad_answer", []byte("no publish_id"))
	}
	set(job, "publish_id", string(answer.PublishID))
	if answer.MsgDataID != "" {
		set(job, "msg_data_id", string(answer.MsgDataID))
	}
	set(job, "submitted_at", int64(c.db.Now()))
	delete(job.Remote, "too_often")
	return nil
}

func noDraft() error {
	return &channels.PlatformError{Code: "no_draft", Class: channels.Defect, Text: "submit without a draft",
		Advice: "没有可发布的草稿（系统问题），确定没有发出，请点“重试”。"}
}

// tooOften waits 10, 20, 40 minutes, then for the next day: the limiter behind 53501 is documented nowhere.
func (c *Channel) tooOften(job *channels.Job, err error) error {
	p := *channels.AsPlatformError(err)
	times := remoteNumber(job, "too_often") + 1
	set(job, "too_often", times)
	p.After = 10 * time.Minute << (min(times, 3) - 1)
	if times > 3 {
		p.After = channels.UntilTomorrow(c.db.Now())
	}
	return p.Because(err)
}
