package channels

import (
	"context"
	"fmt"

	"govmedia/sql"
	"govmedia/units"
)

// TakenDown is the key under which a channel keeps, in Remote of a retraction, which post it found at the platform and took down. Without it
// a retraction ended because nothing was to be seen, or because a person said so.
const TakenDown = "taken_down"

const reappearedAdvice = "撤下已经登记完成，平台却又报告这篇稿件发布成功，读者现在可能看得到。请立即登录平台查看并删除，然后在本页登记；也可以点“重试”，由系统再撤一次。"

// Reappeared hears that a delivery was published which Confirm refused as stale. Where it had been taken down without anybody having seen the
// post, the retraction is opened again as a task for a person, with its address and with clocks that run from now, and it returns true: a
// platform that publishes late must not find everybody gone home. News of the very post that was taken down changes nothing, nor does news of
// what was called off. What was published so is no update of the account: it should not be there.
func Reappeared(ctx context.Context, db *sql.DB, out *Outside, news Confirmation) (bool, error) {
	opened := false
	err := db.InTx(ctx, func(tx *sql.DB) error {
		opened = false
		published, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": news.DeliveryID})
		if err != nil || published.Action != Publish || published.State != Retracted || published.PublishedAt != nil {
			return err
		}
		takedowns, err := sql.List[string](ctx, tx, "delivery.takedown_of", sql.Args{"of_id": published.ID})
		if err != nil || len(takedowns) == 0 {
			return err
		}
		takedown, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": takedowns[0]})
		if err != nil || takedown.Remote[TakenDown] != nil {
			return err
		}
		opened = true
		return reopen(ctx, tx, out, published, takedown, news)
	})
	if err != nil {
		return false, fmt.Errorf("open the retraction of delivery %s again: %w", news.DeliveryID, err)
	}
	return opened, nil
}

func reopen(ctx context.Context, tx *sql.DB, out *Outside, published, takedown Delivery, news Confirmation) error {
	var external *string
	if news.ExternalID != "" {
		id := cut(news.ExternalID, maxExternalID)
		external = &id
	}
	remote := published.Remote
	if news.Remote != nil {
		remote = news.Remote
	}
	args := sql.Args{"id": published.ID, "external_id": external, "public_url": cut(news.URL, maxURL), "remote": remote, "now": tx.Now()}
	changed, err := tx.ExecOne(ctx, "delivery.reappeared", args)
	if err == nil && changed {
		args = sql.Args{"id": takedown.ID, "public_url": cut(news.URL, maxURL), "advice": reappearedAdvice, "now": tx.Now()}
		changed, err = tx.ExecOne(ctx, "delivery.takedown_again", args)
	}
	if err == nil && !changed {
		err = sql.ErrConflict
	}
	if err != nil {
		return err
	}
	orders, err := sql.List[Retraction](ctx, tx, "retraction.of_origin", sql.Args{"origin_id": takedown.OriginID})
	if err != nil {
		return err
	}
	for _, order := range orders {
		if takedown.RetractionID == nil || order.ID != *takedown.RetractionID {
			continue
		}
		order.FoundAt, order.NotifiedAt = nil, tx.Now().Ptr() // nobody could know before
		if err := order.startClocks(ctx, tx, out.Book, takedown); err != nil {
			return err
		}
	}
	for _, id := range []string{takedown.ID, published.ID} {
		step := Step{Name: "reappeared", Outcome: Open, Code: "reappeared", Sentence: news.How + "，而撤下已经登记完成，等人查看", Detail: sql.Object{"url": news.URL}}
		if err := addStep(ctx, tx, id, step); err != nil {
			return err
		}
	}
	return units.Audit(ctx, tx, units.System, units.Line{UnitID: takedown.UnitID, Action: "delivery.reappeared", ObjectKind: "delivery", ObjectID: takedown.ID,
		Detail: sql.Object{"account_id": takedown.AccountID, "of_id": published.ID, "url": news.URL, "how": news.How}})
}
