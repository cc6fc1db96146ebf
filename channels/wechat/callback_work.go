package wechat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// How callbacks are worked on: so many at a time; one whose job no delivery names yet is looked at again for a day; all
// are kept for a month.
const (
	callbackBatch = 50
	callbackTries = 12
	callbackKeep  = 30 * 24 * time.Hour
	callbackReach = 8 * 24 * time.Hour // deliveries due longer ago are not what WeChat speaks of
	callbackMost  = 300
)

// begun is a delivery that WeChat may be speaking of.
type begun struct {
	ID          string
	State       channels.State
	Action      channels.Action
	Remote      sql.Object
	ExternalID  *string
	IntentAt    *sql.Time
	SubmittedAt *sql.Time
	SeriesID    *string
	SeriesPlace *int
}

// place is which article of its message the delivery is, from 1.
func (b begun) place() int { return placeOf(channels.Delivery{SeriesPlace: b.SeriesPlace}) }

// headed returns the first delivery of the message that a delivery goes out in; itself when it goes alone or that one is not
// in the list.
func headed(list []begun, of begun) begun {
	for _, b := range list {
		if of.SeriesID != nil && b.SeriesID != nil && *b.SeriesID == *of.SeriesID && b.place() == 1 {
			return b
		}
	}
	return of
}

func (b begun) text(key string) string { text, _ := b.Remote[key].(string); return text }

// lost reports whether an answer of this delivery's submit may still be missing.
func (b begun) lost() bool {
	return b.IntentAt != nil && b.text("publish_id") == "" && b.text("msg_id") == "" && (b.State == channels.Prepared || b.State == channels.Unknown)
}

// CallbacksDue works on callbacks that came and returns how many it is done with. A publication is recorded with
// channels.Confirm; anything else has the delivery polled at once, and the poll reads what the callback said. A callback
// that comes before the answer of its submit waits for it. It may run on several nodes: Confirm takes the news once.
func (c *Channel) CallbacksDue(ctx context.Context, out *channels.Outside) (int, error) {
	rows, err := sql.List[callback](ctx, c.db, "wechat_callback.due", sql.Args{"now": c.db.Now(), "limit": callbackBatch})
	if err != nil {
		return 0, fmt.Errorf("list the callbacks that are due: %w", err)
	}
	done := 0
	var failed error
	for _, row := range rows {
		settled, err := c.workOn(ctx, out, row)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("callback %s: %w", row.ID, err), c.later(ctx, row))
			continue
		}
		if settled {
			done++
		}
	}
	if len(rows) > 0 {
		_, err := c.db.Exec(ctx, "wechat_callback.prune", sql.Args{"before": c.db.Now().Add(-callbackKeep)})
		failed = errors.Join(failed, err)
	}
	return done, failed
}

func (c *Channel) workOn(ctx context.Context, out *channels.Outside, row callback) (bool, error) {
	e, err := parseEvent([]byte(row.Body))
	if err != nil {
		return true, c.settle(ctx, row, "foreign", "")
	}
	list, err := sql.List[begun](ctx, c.db, "wechat_delivery.begun",
		sql.Args{"account_id": row.AccountID, "since": row.ReceivedAt.Add(-callbackReach), "limit": callbackMost})
	if err != nil {
		return false, err
	}
	delivery, known := whose(list, e)
	if !known {
		waiting := false
		for _, b := range list {
			waiting = waiting || b.lost()
		}
		if !waiting {
			return true, c.settle(ctx, row, "foreign", "")
		}
		if delivery, known, err = c.recognise(ctx, out, row, e, list); err != nil {
			return false, err
		}
	}
	if !known {
		if row.Attempts >= callbackTries {
			return true, c.settle(ctx, row, "foreign", "")
		}
		return false, c.later(ctx, row)
	}
	if err := c.tell(ctx, out, headed(list, delivery), e, list); err != nil {
		return false, err
	}
	return true, c.settle(ctx, row, "done", delivery.ID)
}

// whose finds the delivery that an event names by its job.
func whose(list []begun, e *event) (begun, bool) {
	for _, b := range list {
		job := e.jobID()
		switch {
		case job == "":
		case e.Event == eventPublish && b.text("publish_id") == job,
			e.Event == eventMass && (b.text("msg_id") == job || b.text("msg_data_id") == job):
			return b, true
		}
	}
	return begun{}, false
}

// recognise reads the article of a job that no delivery names: it carries the address of its delivery. The answer of the
// submit may be on its way, so WeChat is not asked at the first look.
func (c *Channel) recognise(ctx context.Context, out *channels.Outside, row callback, e *event, list []begun) (begun, bool, error) {
	if row.Attempts < 2 || e.Event != eventPublish || e.Publish.Status != "0" || e.Publish.ArticleID == "" {
		return begun{}, false, nil
	}
	account, err := accounts.Load(ctx, c.db, row.AccountID)
	if err != nil {
		return begun{}, false, err
	}
	credentials, err := accounts.OpenCredentials(ctx, c.db, out.Keys, account)
	if err != nil {
		return begun{}, false, err
	}
	who, err := partyFor(account, credentials)
	if err != nil {
		return begun{}, false, err
	}
	var answer struct {
		Items []listedNews `json:"news_item"`
	}
	if err := c.post(ctx, who, pathArticle, map[string]string{"article_id": e.Publish.ArticleID}, &answer); err != nil {
		return begun{}, false, err
	}
	for _, b := range list {
		for _, item := range answer.Items {
			if b.lost() && strings.Contains(item.SourceURL, b.ID) {
				return b, true, nil
			}
		}
	}
	return begun{}, false, nil
}

// tell passes the news on.
func (c *Channel) tell(ctx context.Context, out *channels.Outside, delivery begun, e *event, list []begun) error {
	news := channels.Confirmation{DeliveryID: delivery.ID, Remote: maps.Clone(delivery.Remote), How: "微信推送消息：发布成功"}
	if news.Remote == nil {
		news.Remote = sql.Object{}
	}
	switch {
	case e.Event == eventPublish && e.Publish.Status == "0" && e.Publish.ArticleID != "" && (delivery.SeriesID == nil || len(e.Publish.FailIdx) == 0):
		news.ExternalID = e.Publish.ArticleID
		news.URL = e.publishedURL(delivery.place())
		news.ExternalID = articleName(e.Publish.ArticleID, delivery.place())
		news.Remote["publish_id"], news.Remote["article_id"], news.Remote["url"] = e.Publish.ID, e.Publish.ArticleID, news.URL
		news.Parts = partsTold(list, delivery, news.Remote, e.publishedURL, func(index int) string { return articleName(e.Publish.ArticleID, index) })
	case e.Event == eventMass && e.Status == massCallbackSent && delivery.text("msg_id") == e.MsgID:
		news.How, news.URL = "微信推送消息：群发成功", e.massURL(delivery.place())
		news.ExternalID = massID(delivery.text("msg_data_id"), delivery.place())
		news.Remote["url"] = news.URL
		news.Parts = partsTold(list, delivery, news.Remote, e.massURL, func(index int) string { return massID(delivery.text("msg_data_id"), index) })
	default: // not ours to judge: the poll reads it and decides
		_, err := c.db.Exec(ctx, "wechat_delivery.hurry", sql.Args{"id": delivery.ID, "now": c.db.Now()})
		return err
	}
	err := channels.Confirm(ctx, c.db, out, news)
	if err != nil && !errors.Is(err, channels.ErrDeliveryStale) { // stale: called off or taken down meanwhile
		return err
	}
	return c.tellLate(ctx, out, delivery, news, list)
}

// tellLate tells of each article that WeChat says is out, that it had been taken down before.
func (c *Channel) tellLate(ctx context.Context, out *channels.Outside, head begun, news channels.Confirmation, list []begun) error {
	for _, b := range list {
		one := news
		one.DeliveryID, one.Parts = b.ID, nil
		together := head.SeriesID != nil && b.SeriesID != nil && *b.SeriesID == *head.SeriesID
		if b.State != channels.Retracted || b.ID != head.ID && !together {
			continue
		}
		for _, part := range news.Parts {
			if part.Place == b.place() {
				one.ExternalID, one.URL, one.Remote = part.ExternalID, part.URL, part.Remote
			}
		}
		if _, err := channels.Reappeared(ctx, c.db, out, one); err != nil {
			return err
		}
	}
	return nil
}

// later looks at a callback again after 5, 10, 20 … seconds, at most two hours.
func (c *Channel) later(ctx context.Context, row callback) error {
	wait := min(5*time.Second<<min(row.Attempts, 12), 2*time.Hour)
	_, err := c.db.Exec(ctx, "wechat_callback.later", sql.Args{"id": row.ID, "next_at": c.db.Now().Add(wait)})
	return err
}

func (c *Channel) settle(ctx context.Context, row callback, state, deliveryID string) error {
	_, err := c.db.Exec(ctx, "wechat_callback.settle", sql.Args{"id": row.ID, "state": state, "delivery_id": deliveryID, "now": c.db.Now()})
	return err
}

// publishedURL is where readers find the n-th article of a published message, from 1; empty when WeChat does not say.
func (e *event) publishedURL(n int) string {
	for i, item := range e.Publish.Items {
		if item.place(i) == n {
			return publicAddress(item.URL)
		}
	}
	return ""
}

// partsTold says of each article of a message what a callback said of it; nil for what goes alone. What a callback names among
// those that failed, the poll decides about.
func partsTold(list []begun, head begun, remote sql.Object, address, name func(index int) string) []channels.Part {
	if head.SeriesID == nil || head.place() != 1 {
		return nil
	}
	var parts []channels.Part
	for _, b := range list {
		if b.SeriesID == nil || *b.SeriesID != *head.SeriesID {
			continue
		}
		s := spot{index: b.place(), url: address(b.place())}
		parts = append(parts, channels.Part{Place: s.index, ExternalID: name(s.index), URL: s.url, Remote: partRemote(remote, s)})
	}
	return parts
}
