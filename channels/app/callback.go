package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// Callback is what an app reports about an article it took for later.
type Callback struct {
	WebhookID string // of the app's own message, the same on its repetitions
	ItemID    string // the article's origin id
	Revision  int64
	Progress  channels.Progress       // when Refusal is nil
	Refusal   *channels.PlatformError // the app refused it; nil when it did not
}

// ReadCallback verifies and reads a request to our callback address: type "delivery.updated", data with id, revision,
// status (published, accepted, rejected), remote_id, url and reason, signed with the account's callback_secret. Errors:
// ErrSignature, ErrCallback.
func ReadCallback(credentials accounts.Credentials, header http.Header, body []byte, now time.Time) (Callback, error) {
	if err := Verify(header, body, now, credentials["callback_secret"]); err != nil {
		return Callback{}, err
	}
	var sent struct {
		Type string `json:"type"`
		Data struct {
			answer
			ID       string `json:"id"`
			Revision int64  `json:"revision"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &sent); err != nil || sent.Type != "delivery.updated" || sent.Data.ID == "" || len(sent.Data.RemoteID) > maxReason {
		return Callback{}, ErrCallback
	}
	callback := Callback{WebhookID: header.Get(headerID), ItemID: sent.Data.ID, Revision: sent.Data.Revision}
	callback.Progress = channels.Progress{ExternalID: sent.Data.RemoteID, URL: publicURL(sent.Data.URL)}
	switch sent.Data.Status {
	case "published":
		callback.Progress.Stage = channels.Published
	case "accepted":
		callback.Progress.Stage = channels.Pending
	case "rejected":
		callback.Progress, callback.Refusal = channels.Progress{}, refusal(http.StatusUnprocessableEntity, sent.Data.Reason)
	default:
		return Callback{}, ErrCallback
	}
	return callback, nil
}

// callbackNote is the kind of note that keeps what an app reported.
const callbackNote = "app_callback"

// calledBack returns the refusal that an app reported of an article it had taken, nil when it reported none.
func (c *Channel) calledBack(ctx context.Context, job *channels.Job) (*channels.PlatformError, error) {
	if c.cfg.DB == nil {
		return nil, nil
	}
	kept, err := sql.Get[struct {
		Kind, Subject, Code, Text string
		UntilAt, NotedAt          sql.Time
	}](ctx, c.cfg.DB, "channel_note.get", sql.Args{"kind": callbackNote, "subject": job.Delivery.ID})
	if errors.Is(err, sql.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the app reported of delivery %s: %w", job.Delivery.ID, err)
	}
	return refusal(http.StatusUnprocessableEntity, kept.Text), nil
}

// Hear acts on what an app reported: a publication is confirmed, a refusal is kept for the next poll. What is repeated changes nothing.
// Errors: ErrCallback when the article is not the account's.
func (c *Channel) Hear(ctx context.Context, db *sql.DB, out *channels.Outside, account accounts.Account, news Callback) error {
	id, err := sql.Get[string](ctx, db, "app_callback.delivery", sql.Args{"account_id": account.ID, "origin_id": news.ItemID, "revision": news.Revision})
	if errors.Is(err, sql.ErrNone) {
		return ErrCallback
	}
	if err != nil {
		return fmt.Errorf("find what an app reported about, account %s: %w", account.ID, err)
	}
	switch {
	case news.Refusal != nil:
		args := sql.Args{"kind": callbackNote, "subject": id, "code": news.Refusal.Code, "text": news.Refusal.Text, "until_at": db.Now().Add(keepRetracts), "noted_at": db.Now()}
		changed, err := db.ExecOne(ctx, "channel_note.update", args)
		if err == nil && !changed {
			if _, err = db.Exec(ctx, "channel_note.insert", args); sql.IsDuplicate(err) {
				err = nil
			}
		}
		return err
	case news.Progress.Stage == channels.Published:
		told := channels.Confirmation{DeliveryID: id, ExternalID: news.Progress.ExternalID, URL: news.Progress.URL, How: "客户端回报已发布"}
		err := channels.Confirm(ctx, db, out, told)
		if errors.Is(err, channels.ErrDeliveryStale) { // taken down before, perhaps
			if opened, failed := channels.Reappeared(ctx, db, out, told); failed != nil || opened {
				return failed
			}
		}
		return err
	}
	return nil
}
