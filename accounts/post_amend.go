package accounts

import (
	"context"
	"errors"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Actions of posts in the audit chain.
const (
	ActionPostRedate units.Action = "post.redate"
	ActionPostDrop   units.Action = "post.drop"
)

// redatePost gives a post another time, and judges all silences of its account and column anew. The caller has decided that
// the actor may. Errors: ErrPostTime, ErrPostNotFound.
func redatePost(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, id string, at sql.Time, by DateBy, reason string) (Post, error) {
	if at > tx.Now().Add(aheadAtMost) || at < earliest {
		return Post{}, ErrPostTime.On("published_at")
	}
	at = min(at, tx.Now())
	post, err := heldPost(ctx, tx, id)
	if err != nil {
		return Post{}, err
	}
	if _, err := tx.Exec(ctx, "post.redate", sql.Args{"id": id, "published_at": at, "date_by": by, "note": reason}); err != nil {
		return Post{}, err
	}
	err = units.Audit(ctx, tx, actor, units.Line{UnitID: post.UnitID, Action: ActionPostRedate, ObjectKind: "post", ObjectID: id,
		Detail: sql.Object{"account_id": post.AccountID, "column_id": post.ColumnID, "was": post.PublishedAt, "published_at": at, "reason": reason}})
	if err != nil {
		return Post{}, err
	}
	post.PublishedAt, post.DateBy, post.Note = at, by, reason
	return post, recountPosts(ctx, tx, book, post.AccountID)
}

// dropPost takes out what turned out to be no post of its account, and judges anew. As redatePost.
func dropPost(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, id, reason string) error {
	post, err := heldPost(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "post.drop", sql.Args{"id": id}); err != nil {
		return err
	}
	err = units.Audit(ctx, tx, actor, units.Line{UnitID: post.UnitID, Action: ActionPostDrop, ObjectKind: "post", ObjectID: id,
		Detail: sql.Object{"account_id": post.AccountID, "column_id": post.ColumnID, "title": post.Title, "url": post.URL, "published_at": post.PublishedAt, "reason": reason}})
	if err != nil {
		return err
	}
	return recountPosts(ctx, tx, book, post.AccountID)
}

// heldPost returns a post whose account is locked until the transaction ends.
func heldPost(ctx context.Context, tx *sql.DB, id string) (Post, error) {
	accountID, err := sql.Get[string](ctx, tx, "post.lock_account", sql.Args{"id": id})
	if err == nil {
		if err = lock(ctx, tx, accountID); err != nil {
			return Post{}, err
		}
	}
	post, err := sql.Get[Post](ctx, tx, "post.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		err = ErrPostNotFound
	}
	return post, err
}

// recountPosts finds the last posts of an account and its columns from what is kept, and judges all their silences anew.
func recountPosts(ctx context.Context, tx *sql.DB, book rules.Book, accountID string) error {
	l, err := openLedger(ctx, tx, book, []string{accountID})
	if err != nil {
		return err
	}
	for _, t := range l.order {
		if err := l.recount(ctx, t); err != nil {
			return err
		}
	}
	if err := l.settleAll(ctx, l.now); err != nil {
		return err
	}
	for _, t := range l.order {
		if err := l.judgePast(ctx, t); err != nil {
			return err
		}
	}
	return l.close(ctx)
}

// lastPost is the last post of something.
type lastPost struct {
	PublishedAt sql.Time
	Title       string
}

// recount sets what a thing's posts say of its last update, as ofAccount and ofColumn read it.
func (l *ledger) recount(ctx context.Context, t *thing) error {
	t.dirty, t.shown, t.last, t.lastBelow = true, nil, nil, nil
	if t.kind == rules.AccountSubject {
		last, err := sql.Get[lastPost](ctx, l.tx, "post.last_of_account", sql.Args{"account_id": t.id})
		if errors.Is(err, sql.ErrNone) {
			t.title = ""
			return nil
		}
		if err != nil {
			return err
		}
		t.shown, t.title = &last.PublishedAt, last.Title
		if (t.timed || t.paused) && last.PublishedAt >= t.start {
			t.last = t.shown
		}
		return nil
	}
	var err error
	if t.shown, err = l.lastOf(ctx, []string{t.id}); err != nil {
		return err
	}
	t.last = t.shown
	if len(t.below) == 0 {
		return nil
	}
	below := run{thing: t, of: rules.WholeSequence}.columnIDs()[1:]
	t.lastBelow, err = l.lastOf(ctx, below)
	return err
}

// lastOf returns when something was last published in some columns; nil when nothing was.
func (l *ledger) lastOf(ctx context.Context, columnIDs []string) (*sql.Time, error) {
	at, err := sql.Get[sql.Time](ctx, l.tx, "post.last_of_columns", sql.Args{"column_ids": columnIDs})
	if errors.Is(err, sql.ErrNone) {
		return nil, nil
	}
	return &at, err
}

// PostsGone records that posts, by their ids, were no longer to be seen at an instant. They still count as the updates they
// were (K12); those that are recorded as removed already stay as they are.
func PostsGone(ctx context.Context, tx *sql.DB, ids []string, at sql.Time) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "post.gone", sql.Args{"ids": ids, "at": at})
	return wrap(err, "record that %d posts are gone", len(ids))
}

// PostsGoneAt is PostsGone for posts of an account by its platform's ids.
func PostsGoneAt(ctx context.Context, tx *sql.DB, accountID string, externalIDs []string, at sql.Time) error {
	if len(externalIDs) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "post.gone_at", sql.Args{"account_id": accountID, "external_ids": externalIDs, "at": at})
	return wrap(err, "record that %d posts of account %s are gone", len(externalIDs), accountID)
}
