package accounts

import (
	"context"
	"errors"
	"strings"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Source is how we know of a post.
type Source string

// The sources.
const (
	FromDelivery Source = "delivery" // we published it
	Observed     Source = "observed" // read from outside
	ByHand       Source = "hand"     // a person said so
)

// Post is one publication on an account, whoever made it.
type Post struct {
	ID          string    `json:"id"`
	AccountID   string    `json:"account_id"`
	ColumnID    *string   `json:"column_id"`
	UnitID      string    `json:"unit_id"`
	DeliveryID  *string   `json:"delivery_id"` // nil when it did not go through the platform
	ExternalID  *string   `json:"external_id"` // the platform's id of the post; nil when not known
	Title       string    `json:"title"`
	URL         string    `json:"url"` // empty when not known
	Source      Source    `json:"source"`
	PublishedAt sql.Time  `json:"published_at"` // as the platform shows it
	FirstSeenAt sql.Time  `json:"first_seen_at"`
	RemovedAt   *sql.Time `json:"removed_at"` // taken down since; it still counts as the update it was (K12)
}

// NewPost is what is known of a post.
type NewPost struct {
	AccountID   string
	ColumnID    *string
	DeliveryID  *string
	ExternalID  *string
	Title       string
	URL         string
	Source      Source
	PublishedAt sql.Time
}

// aheadAtMost is how far a platform's clock, or its idea of our zone, may be ahead of us.
const aheadAtMost = 24 * time.Hour

// sameURLWithin is how far apart two reports of one address may say it was published.
const sameURLWithin = 7 * 24 * time.Hour

// RecordPost keeps a post that succeeded on an account and, in the same transaction, starts the clocks of the account and
// the column anew from it (K12). It is the program's own door: its callers have decided that the actor may.
//
// The same post told twice is kept once, and created is false: same for the account's external id, for the delivery, and
// for the address where either report lacks an external id. A post from before the account was in use is kept and is no
// update; one older than the newest changes nothing but what was judged of the silences around it. A post that the
// platform dates up to a day ahead counts as published now.
//
// Errors: ErrPostTime, ErrNotFound, ErrColumnNotFound, ErrPostOtherAccount.
func RecordPost(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, in NewPost) (post Post, created bool, err error) {
	err = tx.InTx(ctx, func(tx *sql.DB) error {
		post, created, err = recordPost(ctx, tx, book, in)
		if err != nil || !created || in.DeliveryID != nil || in.Source != ByHand {
			return err // a delivery has its own audit line, and seeing is no deed
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: post.UnitID, Action: ActionPostRecord, ObjectKind: "post", ObjectID: post.ID,
			Detail: sql.Object{"account_id": post.AccountID, "column_id": post.ColumnID, "url": post.URL, "published_at": post.PublishedAt}})
	})
	if err != nil {
		return Post{}, false, wrap(err, "record a post of account %s", in.AccountID)
	}
	return post, created, nil
}

// RecordByHand keeps a post that a person found on an account: one published without the platform, or missed by it. The
// actor holds ActDeliveries for the account's unit. Title and public address are required. Otherwise as RecordPost.
func RecordByHand(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewPost) (post Post, created bool, err error) {
	in.Source, in.DeliveryID = ByHand, nil
	in.Title, in.URL = strings.TrimSpace(in.Title), strings.TrimSpace(in.URL)
	if !isLine(in.Title, maxTitle) {
		return Post{}, false, ErrPostTitle.On("title")
	}
	if !isWebURL(in.URL, maxPostURL) {
		return Post{}, false, ErrPostURL.On("url")
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		account, err := forChange(ctx, tx, actor, in.AccountID, units.ActDeliveries)
		if err != nil {
			return err
		}
		if account.State == Closed {
			return ErrPostOnClosed
		}
		post, created, err = RecordPost(ctx, tx, book, actor, in)
		return err
	})
	return post, created, err
}

func recordPost(ctx context.Context, tx *sql.DB, book rules.Book, in NewPost) (Post, bool, error) {
	now := tx.Now()
	switch {
	case in.Source != FromDelivery && in.Source != Observed && in.Source != ByHand:
		return Post{}, false, ErrPostSource
	case in.PublishedAt > now.Add(aheadAtMost) || in.PublishedAt < earliest:
		return Post{}, false, ErrPostTime.On("published_at")
	}
	if err := lock(ctx, tx, in.AccountID); err != nil {
		return Post{}, false, err
	}
	account, err := Load(ctx, tx, in.AccountID)
	if err != nil {
		return Post{}, false, err
	}
	column, err := columnFor(ctx, tx, account, in.ColumnID)
	if err != nil {
		return Post{}, false, err
	}
	post := Post{
		ID: sql.NewID(), AccountID: account.ID, ColumnID: in.ColumnID, UnitID: account.UnitID, DeliveryID: in.DeliveryID,
		ExternalID: orNil(cut(text(in.ExternalID), 200)), Title: cut(in.Title, maxTitle), URL: in.URL, Source: in.Source,
		PublishedAt: min(in.PublishedAt, now), FirstSeenAt: now,
	}
	if !isWebURL(post.URL, maxPostURL) {
		post.URL = "" // a platform's answer must not become a link that runs code
	}
	known, err := findPost(ctx, tx, post)
	if err != nil || known != nil {
		return adopt(ctx, tx, known, post, err)
	}
	if _, err := tx.Exec(ctx, "post.insert", post); err != nil {
		if sql.IsDuplicate(err) {
			err = errors.Join(sql.ErrConflict, err)
		}
		return Post{}, false, err
	}
	return post, true, countPost(ctx, tx, book, account, column, post)
}

func columnFor(ctx context.Context, tx *sql.DB, account Account, id *string) (*Column, error) {
	if id == nil {
		return nil, nil
	}
	column, err := sql.Get[Column](ctx, tx, "column.get", sql.Args{"id": *id})
	if errors.Is(err, sql.ErrNone) || err == nil && column.AccountID != account.ID {
		return nil, ErrColumnNotFound.On("column_id")
	}
	return &column, err
}

// findPost returns the post that is known already, nil when there is none. With the account locked nobody else adds one.
func findPost(ctx context.Context, tx *sql.DB, post Post) (*Post, error) {
	known, err := sql.List[Post](ctx, tx, "post.same", sql.Args{
		"account_id": post.AccountID, "delivery_id": text(post.DeliveryID), "external_id": text(post.ExternalID), "url": post.URL,
		"from_at": post.PublishedAt.Add(-sameURLWithin), "until_at": post.PublishedAt.Add(sameURLWithin),
	})
	if err != nil || len(known) == 0 {
		return nil, err
	}
	if known[0].AccountID != post.AccountID {
		return nil, ErrPostOtherAccount
	}
	return &known[0], nil
}

// adopt adds to a known post what a second report knows of it: the delivery it came from, the platform's id, the address.
func adopt(ctx context.Context, tx *sql.DB, known *Post, told Post, err error) (Post, bool, error) {
	if err != nil {
		return Post{}, false, err
	}
	args := sql.Args{"id": known.ID, "delivery_id": told.DeliveryID, "external_id": told.ExternalID, "url": told.URL}
	if _, err = tx.Exec(ctx, "post.adopt", args); sql.IsDuplicate(err) { // another post has that external id: seen from outside before the delivery knew it
		args["external_id"] = (*string)(nil)
		_, err = tx.Exec(ctx, "post.adopt", args)
	}
	if err != nil {
		return Post{}, false, err
	}
	post, err := sql.Get[Post](ctx, tx, "post.get", sql.Args{"id": known.ID})
	return post, false, err
}

// countPost lets a new post act: the last post of the account and the column, their clocks, what was judged around it.
func countPost(ctx context.Context, tx *sql.DB, book rules.Book, account Account, column *Column, post Post) error {
	newer := func(last *sql.Time) bool { return last == nil || post.PublishedAt > *last }
	if newer(account.LastPostAt) {
		account.LastPostAt = &post.PublishedAt
		if _, err := tx.Exec(ctx, "account.last_post", sql.Args{"id": account.ID, "at": post.PublishedAt, "title": post.Title}); err != nil {
			return err
		}
	}
	if err := countFor(ctx, tx, book, ofAccount(account), post); err != nil || column == nil {
		return err
	}
	if newer(column.LastPostAt) {
		column.LastPostAt = &post.PublishedAt
		if _, err := tx.Exec(ctx, "column.last_post", sql.Args{"id": column.ID, "at": post.PublishedAt}); err != nil {
			return err
		}
	}
	return countFor(ctx, tx, book, ofColumn(*column, account), post)
}

func countFor(ctx context.Context, tx *sql.DB, book rules.Book, s subject, post Post) error {
	if !s.counts(post.PublishedAt) {
		return nil
	}
	if err := settle(ctx, tx, book, s, post.PublishedAt); err != nil {
		return err
	}
	around, err := s.neighbours(ctx, tx, post)
	if err != nil {
		return err
	}
	from, updates := s.start, []sql.Time{post.PublishedAt}
	for _, n := range around {
		if n.Place == 0 { // as the first update, measured against itself, it is in time: the silence that counts begins with it
			from, updates = n.PublishedAt, append([]sql.Time{n.PublishedAt}, updates...)
		} else {
			updates = append(updates, n.PublishedAt)
		}
	}
	return judge(ctx, tx, book, s, from, updates)
}

// PostFilter says which page of an account's posts is wanted.
type PostFilter struct {
	AccountID string
	ColumnID  string // empty: of the whole account
	After     string // Next of the page before; empty is the first page
	PerPage   int    // 1 to 100; anything else means 20
}

// PostPage is a page of posts, the latest first.
type PostPage struct {
	Items []Post `json:"items"`
	Next  string `json:"next"` // empty on the last page
}

// Posts returns a page of the posts of an account the actor reaches. Errors: ErrNotFound, ErrCursorInvalid.
func Posts(ctx context.Context, db *sql.DB, actor units.Actor, filter PostFilter) (PostPage, error) {
	if _, err := visible(ctx, db, actor, filter.AccountID); err != nil {
		return PostPage{}, wrap(err, "posts of account %s", filter.AccountID)
	}
	at, id, err := readCursor(filter.After, "post")
	if err != nil {
		return PostPage{}, err
	}
	size := pageSize(filter.PerPage)
	posts, err := sql.List[Post](ctx, db, "post.list", sql.Args{
		"account_id": filter.AccountID, "column_id": filter.ColumnID, "before_at": at.number(), "before_id": id, "limit": size + 1,
	})
	if err != nil {
		return PostPage{}, wrap(err, "posts of account %s", filter.AccountID)
	}
	page := PostPage{Items: posts}
	if len(posts) > size {
		page.Items = posts[:size]
		last := page.Items[size-1]
		page.Next = writeCursor("post", numberKey(int64(last.PublishedAt)), last.ID)
	}
	return page, nil
}
