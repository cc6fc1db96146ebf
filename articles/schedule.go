package articles

import (
	"context"
	"fmt"
	"strings"
	"time"

	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The window a schedule must fall in. A minute's grace lets "now", chosen a moment ago, pass.
const (
	pastGrace   = time.Minute
	furthestOut = 366 * 24 * time.Hour
)

// Schedule releases a signed article to its accounts at a time, or at once when at is nil. Releasing and queueing are
// one transaction: what is signed is queued, byte for byte, or nothing happens.
func Schedule(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, id string, version int64, at *sql.Time) (Article, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, err := load(ctx, tx, actor, units.ReadArticles, id)
		if err != nil {
			return err
		}
		due, err := dueTime(tx.Now(), at)
		if err != nil {
			return err
		}
		_, err = release(ctx, tx, book, out, actor, article, version, due)
		return err
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}

// release queues a signed article for its accounts.
func release(ctx context.Context, tx *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, article Article, version int64, due sql.Time) ([]channels.Delivery, error) {
	if !reaches(actor, article.UnitID, units.PublishArticle) {
		return nil, ErrUnitRefused.Say("您可以查看这篇稿件，但不能发布%s的稿件。", article.UnitName)
	}
	revision, err := releasable(ctx, tx, book, article)
	if err != nil {
		return nil, err
	}
	if article.Version != version {
		return nil, ErrStale
	}
	// The article's row first: two who release it meet there, and the second is stale.
	changed, err := tx.ExecOne(ctx, "article.schedule", sql.Args{"id": article.ID, "version": version, "scheduled_at": due, "now": tx.Now()})
	if err != nil {
		return nil, err
	}
	if !changed {
		return nil, ErrStale
	}
	targets, err := targetsOf(ctx, tx, actor, article)
	if err != nil {
		return nil, err
	}
	deliveries, err := channels.Enqueue(ctx, tx, out, actor, revision.Message(article.UnitID), targets, due)
	if err != nil {
		return nil, err
	}
	return deliveries, units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.scheduled", ObjectKind: "article", ObjectID: article.ID,
		Detail: sql.Object{"at": due.String(), "sha256": revision.SHA256, "deliveries": len(deliveries)}})
}

func dueTime(now sql.Time, at *sql.Time) (sql.Time, error) {
	switch {
	case at == nil:
		return now, nil
	case *at < now.Add(-pastGrace):
		return 0, ErrSchedulePast.On("at")
	case *at > now.Add(furthestOut):
		return 0, ErrScheduleFar.On("at")
	}
	return *at, nil
}

// releasable returns the frozen text of an article whose chain is complete; article.not_signed names what is missing.
func releasable(ctx context.Context, tx *sql.DB, book rules.Book, article Article) (Revision, error) {
	if article.State == Scheduled {
		return Revision{}, ErrNotSigned.Say("稿件已经排期，不能重复排期。需要改时间请先撤销排期。")
	}
	chains, err := openChains(ctx, tx, book, article.UnitID)
	if err != nil {
		return Revision{}, err
	}
	rulebook, ok := chains.of(article)
	if article.RevisionID == nil || !ok || rulebook.Review == nil {
		return Revision{}, ErrNotSigned.Say("稿件还没有送审，不能发布。")
	}
	// The text must still be the one that was signed: a row changed behind the program's back is caught here.
	revision, err := loadRevision(ctx, tx, *article.RevisionID)
	if err != nil {
		return Revision{}, err
	}
	signed, err := sql.List[Signature](ctx, tx, "signature.of_revision", sql.Args{"revision_id": revision.ID})
	if err != nil {
		return Revision{}, err
	}
	if missing := missingStages(rulebook, signed); len(missing) > 0 {
		return Revision{}, ErrNotSigned.Say("审签还没有完成，不能发布：缺%s。", strings.Join(missing, "、")).
			Under(rulebook.ID, rulebook.Review.Articles).With(map[string]any{"missing": missing})
	}
	for _, signature := range signed {
		if signature.SHA256 != revision.SHA256 {
			return Revision{}, errTampered.Because(fmt.Errorf("signature %s is bound to another text", signature.ID))
		}
	}
	if article.State != Signed {
		return Revision{}, ErrNotSigned
	}
	return revision, nil
}

// Unschedule takes back an article of which nothing has gone out: every delivery is called off, and it can be scheduled
// anew without signing again. When one delivery may have reached readers, nothing is changed.
func Unschedule(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Article, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, err := load(ctx, tx, actor, units.ReadArticles, id)
		if err != nil {
			return err
		}
		if !reaches(actor, article.UnitID, units.PublishArticle) {
			return ErrUnitRefused.Say("您可以查看这篇稿件，但不能撤销%s的排期。", article.UnitName)
		}
		if article.State != Scheduled {
			return ErrNotScheduled
		}
		if article.Version != version {
			return ErrStale
		}
		if all, err := channels.CallOff(ctx, tx, id); err != nil {
			return err
		} else if !all {
			return ErrAlreadyOut
		}
		changed, err := tx.ExecOne(ctx, "article.unschedule", sql.Args{"id": id, "version": version, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !changed {
			return ErrStale
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.unscheduled", ObjectKind: "article", ObjectID: id})
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}
