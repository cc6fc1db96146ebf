package channels

import (
	"context"
	"fmt"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// Confirmation is the news that a delivery is public, from a poll, a callback or a person.
type Confirmation struct {
	DeliveryID  string
	Remote      sql.Object
	ExternalID  string
	URL         string
	PublishedAt sql.Time    // 0 means now
	How         string      // Chinese: how we know, for the step and the audit line
	Actor       units.Actor // zero when the program itself learnt it
}

// Confirm is the single way a publication is recorded: the delivery ends as published, the post is written, and in the
// same transaction the account's clocks start anew. News that comes twice changes nothing.
func Confirm(ctx context.Context, db *sql.DB, out *Outside, news Confirmation) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		delivery, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": news.DeliveryID})
		if err != nil {
			return fmt.Errorf("confirm delivery %s: %w", news.DeliveryID, err)
		}
		if delivery.Action != Publish {
			return ErrDeliveryStale
		}
		switch delivery.State {
		case StatePublished:
			return nil
		case Cancelled, Retracted:
			return ErrDeliveryStale
		}
		published := news.PublishedAt
		if published < delivery.CreatedAt || published > tx.Now() {
			published = tx.Now() // a platform's clock may be wrong; what we asked for cannot be older than the asking
		}
		external := delivery.ExternalID
		if news.ExternalID != "" {
			id := cut(news.ExternalID, maxExternalID)
			external = &id
		}
		remote := news.Remote
		if remote == nil {
			remote = delivery.Remote
		}
		changed, err := tx.ExecOne(ctx, "delivery.publish", sql.Args{
			"id": delivery.ID, "remote": remote, "external_id": external, "public_url": cut(news.URL, 1000), "published_at": published, "now": tx.Now(),
		})
		if err != nil {
			return err
		}
		if !changed {
			return sql.ErrConflict // it moved since it was read: look again, perhaps somebody else brought the news
		}
		if err := rouse(ctx, tx, delivery.ID); err != nil {
			return err
		}
		return recordPublished(ctx, tx, out, delivery, external, published, news)
	})
}

func recordPublished(ctx context.Context, tx *sql.DB, out *Outside, delivery Delivery, external *string, published sql.Time, news Confirmation) error {
	message, err := sql.Get[Message](ctx, tx, "message.get", sql.Args{"id": delivery.MessageID})
	if err != nil {
		return err
	}
	actor := news.Actor
	if actor.Name == "" {
		actor = units.System
	}
	source := accounts.FromDelivery
	if actor.PersonID != "" {
		source = accounts.ByHand
	}
	post := accounts.NewPost{
		AccountID: delivery.AccountID, DeliveryID: &delivery.ID, ExternalID: external, Title: message.Title, URL: cut(news.URL, 1000),
		Source: source, PublishedAt: published,
	}
	if _, _, err := accounts.RecordPost(ctx, tx, out.Book, actor, post); err != nil {
		return fmt.Errorf("record the post of delivery %s: %w", delivery.ID, err)
	}
	if err := addStep(ctx, tx, delivery.ID, Step{Name: "publish", Outcome: Done, Sentence: news.How, Detail: sql.Object{"url": news.URL}}); err != nil {
		return err
	}
	return units.Audit(ctx, tx, actor, units.Line{
		UnitID: delivery.UnitID, Action: "delivery.published", ObjectKind: "delivery", ObjectID: delivery.ID,
		Detail: sql.Object{"account_id": delivery.AccountID, "message_sha256": message.SHA256, "url": news.URL, "how": news.How},
	})
}
