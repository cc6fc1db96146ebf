package articles

import (
	"context"
	"slices"

	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Retract takes an article down everywhere. When it is about the whole article, every signature on it is voided and it is a
// draft again: what goes out later went through the whole chain anew (潼南 2022 第25条). Permission and errors as
// channels.RetractAll, and ErrNotFound.
func Retract(ctx context.Context, db *sql.DB, out *channels.Outside, actor units.Actor, recall channels.Recall) (channels.RetractionView, error) {
	var view channels.RetractionView
	err := db.InTx(ctx, func(tx *sql.DB) error {
		_, hidden := load(ctx, tx, actor, units.ReadArticles, recall.OriginID)
		if hidden != nil && len(recall.DeliveryIDs) == 0 {
			return hidden
		}
		var err error
		if view, err = channels.RetractAll(ctx, tx, out, actor, recall); err != nil && hidden != nil {
			return hidden // who reaches neither the article nor the accounts learns nothing of it
		}
		if err != nil || len(recall.DeliveryIDs) > 0 {
			return err
		}
		article, err := sql.Get[Article](ctx, tx, "article.standing", sql.Args{"id": recall.OriginID})
		if err != nil || article.State != Scheduled {
			return err
		}
		return reopen(ctx, tx, actor, article, "article.taken_down", "稿件已撤下，原有签署作废")
	})
	return view, err
}

// reopen gives a released article back to its editor. voided is why its signatures no longer stand; empty leaves them.
func reopen(ctx context.Context, tx *sql.DB, actor units.Actor, article Article, action units.Action, voided string) error {
	changed, err := tx.ExecOne(ctx, "article.reopen", sql.Args{"id": article.ID, "version": article.Version, "now": tx.Now()})
	if err != nil {
		return err
	}
	if !changed {
		return ErrStale
	}
	detail := sql.Object{"revision_id": article.RevisionID}
	if article.RevisionID != nil && voided != "" {
		if detail["voided"], err = void(ctx, tx, *article.RevisionID, voided); err != nil {
			return err
		}
	}
	return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: action, ObjectKind: "article", ObjectID: article.ID, Detail: detail})
}

// Reopen gives a published article back to its editor so that it can be corrected. What readers see stays until the corrected
// text is signed and released with Correct.
func Reopen(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Article, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, err := loadForWriting(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		deliveries, err := channels.OfOrigin(ctx, tx, id)
		if err != nil {
			return err
		}
		if article.State != Scheduled || !correctable(deliveries) {
			return ErrNotPublished
		}
		return reopen(ctx, tx, actor, article, "article.reopened", "")
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}

// correctable reports whether something of an article is public and stays so.
func correctable(deliveries []channels.Summary) bool {
	return slices.ContainsFunc(deliveries, func(d channels.Summary) bool {
		return d.Action == channels.Publish && d.State == channels.StatePublished && d.BarredAt == nil
	})
}

// Correct releases the newly signed text of a published article: it takes the place of the published one wherever that is.
func Correct(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, id string, version int64, reason string) (Article, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, err := load(ctx, tx, actor, units.ReadArticles, id)
		if err != nil {
			return err
		}
		if !reaches(actor, article.UnitID, units.PublishArticle) {
			return ErrUnitRefused.Say("您可以查看这篇稿件，但不能发布%s的更正。", article.UnitName)
		}
		revision, err := releasable(ctx, tx, book, article)
		if err != nil {
			return err
		}
		if article.Version != version {
			return ErrStale
		}
		changed, err := tx.ExecOne(ctx, "article.schedule", sql.Args{"id": id, "version": version, "scheduled_at": tx.Now(), "now": tx.Now()})
		if err != nil {
			return err
		}
		if !changed {
			return ErrStale
		}
		deliveries, err := channels.Correct(ctx, tx, out, actor, revision.Message(article.UnitID), reason)
		if err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.corrected", ObjectKind: "article", ObjectID: id,
			Detail: sql.Object{"sha256": revision.SHA256, "reason": reason, "deliveries": len(deliveries)}})
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}

// Retractions returns the orders to take an article down with how far each channel is, the latest first. Error: ErrNotFound.
func Retractions(ctx context.Context, db *sql.DB, actor units.Actor, id string) ([]channels.RetractionView, error) {
	if _, err := load(ctx, db, actor, units.ReadArticles, id); err != nil {
		return nil, err
	}
	return channels.Retractions(ctx, db, actor, id)
}
