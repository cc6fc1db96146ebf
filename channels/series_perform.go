package channels

import (
	"context"
	"fmt"

	"govmedia/sql"
)

// riding stands where a worker's mark would: what rides with its lead is nobody's to claim, and awaits no hand.
const riding = "series"

// member is a delivery of a series with what the list of articles shows of it.
type member struct {
	Delivery
	Title   string
	Digest  string
	CoverID string
}

// leads reports whether a delivery is the one of a series that is claimed and performed.
func (d Delivery) leads() bool {
	return d.SeriesID != nil && d.SeriesPlace != nil && *d.SeriesPlace == 1
}

func membersOf(ctx context.Context, db *sql.DB, seriesID string) ([]member, error) {
	return sql.List[member](ctx, db, "series.members", sql.Args{"series_id": seriesID})
}

// loadSeries reads the articles that go out with the one at work, and makes sure of each that it is the signed one.
func (w *work) loadSeries(ctx context.Context) error {
	delivery := w.job.Delivery
	if !delivery.leads() || delivery.Action != Publish {
		return nil
	}
	series, err := sql.Get[Series](ctx, w.db, "series.get", sql.Args{"id": *delivery.SeriesID})
	if err != nil {
		return err
	}
	list, err := membersOf(ctx, w.db, series.ID)
	if err != nil {
		return err
	}
	w.job.SeriesChanged, w.job.Members = series.ChangedAt, nil
	for _, m := range list {
		message, err := sql.Get[Message](ctx, w.db, "message.get", sql.Args{"id": m.MessageID})
		if err != nil {
			return err
		}
		w.job.Members = append(w.job.Members, Member{Delivery: m.Delivery, Message: message, OriginURL: OriginURL(w.out.PublicBase, m.ID),
			PictureURL: func(picture Picture) string { return PictureURL(w.out.PublicBase, m.ID, picture) }})
	}
	for _, m := range w.job.Members {
		if err := m.Message.verify(); err != nil && !w.begun() {
			return (&PlatformError{Code: "not_as_signed", Class: Defect, Advice: fmt.Sprintf(
				"同一条多图文里的《%s》与签署时不一致，可能在系统之外被改动，整条已停止发送，确定没有发出。请系统管理员查明原因。", cut(m.Message.Title, 60))}).Because(err)
		}
	}
	return nil
}

// leads reports whether others ride with the delivery at work.
func (w *work) leads() bool { return len(w.job.Members) > 1 }

// saveTogether saves a step of a series: the lead's state, and in the same transaction that of every article that rides with
// it. The platform is asked to publish only when none of them has left meanwhile.
func (w *work) saveTogether(ctx context.Context, statement string, args sql.Args) error {
	return w.db.InTx(ctx, func(tx *sql.DB) error {
		mine, err := tx.ExecOne(ctx, statement, args)
		if err != nil {
			return err
		}
		if !mine {
			return errLost
		}
		if statement == "delivery.keep_remote" {
			return nil
		}
		asking := statement == "delivery.intend" || statement == "delivery.intend_prepared"
		followed, err := follow(ctx, tx, w.job.Delivery.ID, asking)
		if err == nil && asking && followed != len(w.job.Members)-1 {
			err = errLost
		}
		return err
	})
}

// sayings are the lines that an article gets in its own journal when the whole message moves.
var sayings = map[State]string{
	Held:      "所在的多图文消息因停机没有按时发出，等人决定",
	Scheduled: "随所在的多图文消息等待发出",
	Prepared:  "所在的多图文消息已备好草稿",
	Submitted: "所在的多图文消息已提交平台",
	Failed:    "所在的多图文消息没有发出",
	Unknown:   "所在的多图文消息可能已经发出，等人核实",
	Cancelled: "所在的多图文消息已作废",
}

// follow puts what rides where its lead stands, and returns how many there are. asking is the moment before the platform is
// asked to publish.
func follow(ctx context.Context, tx *sql.DB, leadID string, asking bool) (int, error) {
	lead, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": leadID})
	if err != nil || !lead.leads() {
		return 0, err
	}
	riders, err := membersOf(ctx, tx, *lead.SeriesID)
	if err != nil {
		return 0, err
	}
	args := sql.Args{"series_id": *lead.SeriesID, "state": lead.State, "due_at": lead.DueAt, "holder": lead.mark(), "intent_at": lead.IntentAt,
		"prepared_at": lead.PreparedAt, "submitted_at": lead.SubmittedAt, "ended_at": lead.EndedAt, "remote": lead.Remote, "outage_id": lead.OutageID,
		"error_code": lead.ErrorCode, "error_class": lead.ErrorClass, "error_text": lead.ErrorText, "error_advice": lead.ErrorAdvice,
		"asking": flag(asking), "now": tx.Now()}
	followed, err := tx.Exec(ctx, "series.follow", args)
	if err != nil {
		return 0, fmt.Errorf("let the articles of series %s follow: %w", *lead.SeriesID, err)
	}
	for _, r := range riders {
		if r.leads() || r.State == lead.State || !r.rides() {
			continue
		}
		if err := addStep(ctx, tx, r.ID, Step{Name: "series", Outcome: outcomeOf(lead.State), Code: lead.ErrorCode, Sentence: sayings[lead.State]}); err != nil {
			return 0, err
		}
		if lead.EndedAt == nil {
			continue
		}
		if err := rouse(ctx, tx, r.ID); err != nil {
			return 0, err
		}
	}
	return int(followed), nil
}

// rides reports whether a delivery still goes where its lead goes.
func (m member) rides() bool {
	switch m.State {
	case StatePublished, Cancelled, Retracted:
		return false
	}
	return m.NextAt == nil
}

// mark is the holder of what rides with the lead: none once that waits for a person or has ended.
func (d Delivery) mark() *string {
	waiting := d.State == Scheduled || d.State == Prepared || d.State == Submitted
	if !waiting || d.awaitsHand() {
		return nil
	}
	mark := riding
	return &mark
}

func outcomeOf(state State) Outcome {
	switch state {
	case Failed:
		return Refused
	case Unknown:
		return Open
	}
	return Done
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

// confirmTogether records what became of a message of several articles: each that is public becomes a post of its own (K12:
// an update is a publication that succeeded, and each has its address), so that what is counted here is what is seen from
// outside. One that the platform left out fails, or waits for a person; one that nothing was said of is asked for by itself.
func confirmTogether(ctx context.Context, db *sql.DB, out *Outside, news Confirmation) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		lead, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": news.DeliveryID})
		if err != nil {
			return fmt.Errorf("confirm delivery %s: %w", news.DeliveryID, err)
		}
		parts := news.Parts
		news.Parts = nil
		if !lead.leads() {
			return Confirm(ctx, tx, out, news)
		}
		list, err := membersOf(ctx, tx, *lead.SeriesID)
		if err != nil {
			return err
		}
		for i := range list { // the lead last: what is left over then is set free
			m := list[len(list)-1-i]
			part, told := partOf(parts, *m.SeriesPlace)
			if !told && !m.leads() || m.State == StatePublished || m.State == Cancelled || m.State == Retracted {
				continue
			}
			if err := m.confirm(ctx, tx, out, news, part); err != nil {
				return fmt.Errorf("confirm place %d of series %s: %w", *m.SeriesPlace, *lead.SeriesID, err)
			}
		}
		return freeRiders(ctx, tx, lead)
	})
}

func partOf(parts []Part, place int) (Part, bool) {
	for _, part := range parts {
		if part.Place == place {
			return part, true
		}
	}
	return Part{}, false
}

func (m member) confirm(ctx context.Context, tx *sql.DB, out *Outside, news Confirmation, part Part) error {
	if part.Failed != nil {
		return m.leaveOut(ctx, tx, *part.Failed)
	}
	one := Confirmation{DeliveryID: m.ID, Remote: part.Remote, ExternalID: part.ExternalID, URL: part.URL, PublishedAt: news.PublishedAt, How: news.How, Actor: news.Actor}
	if m.leads() {
		one.steps = news.steps
		one.ExternalID, one.URL = firstText(part.ExternalID, news.ExternalID), firstText(part.URL, news.URL)
	}
	if one.Remote == nil {
		one.Remote = news.Remote
	}
	return Confirm(ctx, tx, out, one)
}

// leaveOut ends an article that the platform did not send with the others.
func (m member) leaveOut(ctx context.Context, tx *sql.DB, why PlatformError) error {
	state := Failed
	if why.Class == Unclear {
		state = Unknown
	}
	args := sql.Args{"id": m.ID, "state": state, "error_code": cut(why.Code, 64), "error_class": why.Class, "error_text": cut(why.Text, 1000),
		"error_advice": cut(why.Advice, 500), "now": tx.Now()}
	if _, err := tx.Exec(ctx, "series.part", args); err != nil {
		return err
	}
	if err := addStep(ctx, tx, m.ID, Step{Name: "series", Outcome: outcomeOf(state), Code: why.Code, Sentence: why.Advice}); err != nil {
		return err
	}
	return rouse(ctx, tx, m.ID)
}

// freeRiders lets each article that the news of its lead said nothing of be asked for by itself. Nothing of them is sent again:
// the platform was asked for the whole message.
func freeRiders(ctx context.Context, tx *sql.DB, lead Delivery) error {
	if !lead.leads() {
		return nil
	}
	_, err := tx.Exec(ctx, "series.free", sql.Args{"series_id": *lead.SeriesID, "holder": riding, "now": tx.Now()})
	return err
}
