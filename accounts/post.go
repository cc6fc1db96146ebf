package accounts

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"govmedia/fault"
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
	ID          string      `json:"id"`
	AccountID   string      `json:"account_id"`
	ColumnID    *string     `json:"column_id"`
	UnitID      string      `json:"unit_id"`
	DeliveryID  *string     `json:"delivery_id"` // nil when it did not go through the platform
	ExternalID  *string     `json:"external_id"` // the platform's id of the post; nil when not known
	Title       string      `json:"title"`
	URL         string      `json:"url"` // empty when not known
	Source      Source      `json:"source"`
	PublishedAt sql.Time    `json:"published_at"` // as the platform shows it
	FirstSeenAt sql.Time    `json:"first_seen_at"`
	RemovedAt   *sql.Time   `json:"removed_at"`  // taken down since; it still counts as the update it was (K12)
	DateBy      DateBy      `json:"date_by"`     // where PublishedAt was read; empty for what was kept before this was noted
	Note        string      `json:"note"`        // of a person who told of it, or corrected its time
	Attachments sql.Strings `json:"attachments"` // ids of the evidence
}

// DateBy is where the time of a post was read, the surest place first.
type DateBy string

// The places.
const (
	DateByPlatform  DateBy = "platform" // the platform's own list, or our delivery
	DateByMeta      DateBy = "meta"     // the page's PubDate
	DateByText      DateBy = "text"     // 发布时间 as readers see it
	DateByURL       DateBy = "url"      // a day in the address
	DateByList      DateBy = "list"     // a day beside the link
	DateByFeed      DateBy = "feed"
	DateBySitemap   DateBy = "sitemap"
	DateByHeader    DateBy = "header"     // HTTP Last-Modified
	DateByFirstSeen DateBy = "first_seen" // nothing believable is shown: it was not there at the reading before
	DateByPerson    DateBy = "person"
)

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
	DateBy      DateBy   // empty: the platform for a delivery, a person for ByHand
	Note        string   // of ByHand: evidence in words, at most 500 characters
	Attachments []string // of ByHand: ids of files of the account's unit
}

// aheadAtMost is how far a platform's clock, or its idea of our zone, may be ahead of us.
const aheadAtMost = 24 * time.Hour

// sameURLWithin is how far apart two reports of one address may say it was published.
const sameURLWithin = 7 * 24 * time.Hour

// Recorded is what became of one post of a batch.
type Recorded struct {
	Post    Post
	Created bool  // false: it was known already, or refused
	Refused error // why this one could not be kept; the others were
}

// RecordPost keeps a post that succeeded on an account and, in the same transaction, starts the clocks of the account and
// the column anew from it (K12). It is the program's own door: its callers have decided that the actor may.
//
// The same post told twice is kept once, and created is false: same for the account's external id, for the delivery, and
// for the address where either report lacks an external id. A post from before the account was in use is kept and is no
// update; one older than the newest changes nothing but what was judged of the silences around it. A post that the
// platform dates up to a day ahead counts as published now.
//
// Errors: ErrPostTime, ErrNotFound, ErrColumnNotFound, ErrPostOtherAccount.
func RecordPost(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, in NewPost) (Post, bool, error) {
	recorded, err := RecordPosts(ctx, tx, book, actor, []NewPost{in})
	if err == nil {
		err = recorded[0].Refused
	}
	if err != nil {
		return Post{}, false, wrap(err, "record a post of account %s", in.AccountID)
	}
	return recorded[0].Post, recorded[0].Created, nil
}

// RecordPosts is RecordPost for many at once, as an observer finds them: in one transaction, with few statements beside
// those that write. The answers stand in the order of the posts. One that is refused does not hold up the others.
func RecordPosts(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in []NewPost) ([]Recorded, error) {
	var recorded []Recorded
	err := db.InTx(ctx, func(tx *sql.DB) error {
		recorded = make([]Recorded, len(in))
		ids := make([]string, len(in))
		for i := range in {
			ids[i] = in[i].AccountID
		}
		l, err := openLedger(ctx, tx, book, ids)
		if err != nil {
			return err
		}
		alone, err := l.unheardOf(ctx, in)
		if err != nil {
			return err
		}
		for _, i := range byTime(in) {
			r := &recorded[i]
			r.Post, r.Created, err = l.record(ctx, in[i], alone[i])
			if refusal := fault.As(err); refusal != nil && refusal.Kind != fault.Internal {
				r.Refused = err // nothing was written for it
				continue
			}
			if err != nil {
				return err
			}
		}
		if err := l.close(ctx); err != nil {
			return err
		}
		return auditPosts(ctx, tx, actor, recorded)
	})
	if err != nil {
		return nil, wrap(err, "record %d posts", len(in))
	}
	return recorded, nil
}

// byTime returns the places of the posts in the order of publishing, so that most of them follow the newest one known.
func byTime(in []NewPost) []int {
	order := make([]int, len(in))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(in[a].PublishedAt, in[b].PublishedAt) })
	return order
}

// auditPosts writes a line for each post that a person told of. A delivery has its own line, and seeing is no deed.
func auditPosts(ctx context.Context, tx *sql.DB, actor units.Actor, recorded []Recorded) error {
	for _, r := range recorded {
		post := r.Post
		if !r.Created || post.Source != ByHand || post.DeliveryID != nil {
			continue
		}
		err := units.Audit(ctx, tx, actor, units.Line{UnitID: post.UnitID, Action: ActionPostRecord, ObjectKind: "post", ObjectID: post.ID,
			Detail: sql.Object{"account_id": post.AccountID, "column_id": post.ColumnID, "url": post.URL, "published_at": post.PublishedAt,
				"note": post.Note, "attachments": post.Attachments}})
		if err != nil {
			return err
		}
	}
	return nil
}

// RecordByHand keeps a post that a person found on an account: one published without the platform, or missed by it. The
// actor holds ActDeliveries for the account's unit. Title and public address are required; a note and files are the
// evidence. Otherwise as RecordPost, and ErrPostNote, ErrPostEvidence, files.ErrNotFound.
func RecordByHand(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewPost) (post Post, created bool, err error) {
	in.Source, in.DeliveryID = ByHand, nil
	in.Title, in.URL, in.Note = strings.TrimSpace(in.Title), strings.TrimSpace(in.URL), strings.TrimSpace(in.Note)
	if !isLine(in.Title, maxTitle) {
		return Post{}, false, ErrPostTitle.On("title")
	}
	if !isWebURL(in.URL, maxPostURL) {
		return Post{}, false, ErrPostURL.On("url")
	}
	if err := checkEvidence(in); err != nil {
		return Post{}, false, err
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		account, err := forChange(ctx, tx, actor, in.AccountID, units.ActDeliveries)
		if err != nil {
			return err
		}
		if account.State == Closed {
			return ErrPostOnClosed
		}
		if _, err := ownAttachments(ctx, tx, account.UnitID, in.Attachments); err != nil {
			return err
		}
		post, created, err = RecordPost(ctx, tx, book, actor, in)
		return err
	})
	return post, created, err
}

// mostEvidence bounds the files of one post.
const mostEvidence = 10

func checkEvidence(in NewPost) error {
	switch {
	case !utf8.ValidString(in.Note) || utf8.RuneCountInString(in.Note) > maxReason:
		return ErrPostNote.On("note")
	case len(in.Attachments) > mostEvidence:
		return ErrPostEvidence.On("attachments")
	}
	return nil
}

// unheardOf reports of each post of a batch whether it is the only one of its account there and nothing is known that could be
// the same one: asked for all at once, where record would ask for each.
func (l *ledger) unheardOf(ctx context.Context, in []NewPost) ([]bool, error) {
	ofAccount := make(map[string]int, len(in))
	for _, post := range in {
		ofAccount[post.AccountID]++
	}
	var accountIDs, deliveries, externals, urls []string
	from, until := l.now, sql.Time(0)
	for _, post := range in {
		if ofAccount[post.AccountID] > 1 {
			continue
		}
		accountIDs, urls = append(accountIDs, post.AccountID), append(urls, post.URL)
		deliveries, externals = append(deliveries, text(post.DeliveryID)), append(externals, cut(text(post.ExternalID), maxPostExternalID))
		from, until = min(from, post.PublishedAt), max(until, post.PublishedAt)
	}
	alone := make([]bool, len(in))
	if len(accountIDs) < 2 { // record asks for one as cheaply
		return alone, nil
	}
	empty := func(s string) bool { return s == "" }
	externals, urls = slices.DeleteFunc(externals, empty), slices.DeleteFunc(urls, empty)
	known, err := sql.List[knownPost](ctx, l.tx, "post.known", sql.Args{"account_ids": accountIDs, "delivery_ids": deliveries, "external_ids": externals,
		"urls": urls, "from_at": from.Add(-sameURLWithin), "until_at": until.Add(sameURLWithin)})
	if err != nil {
		return nil, err
	}
	for i, post := range in {
		alone[i] = ofAccount[post.AccountID] == 1 && !slices.ContainsFunc(known, func(k knownPost) bool { return k.maybe(post) })
	}
	return alone, nil
}

// knownPost is what tells a post apart from others.
type knownPost struct {
	AccountID              string
	DeliveryID, ExternalID *string
	URL                    string
}

// maybe reports whether a report may be about the post. An article goes to many accounts, and some platforms know it by the
// same id on each, so the account counts too.
func (k knownPost) maybe(in NewPost) bool {
	same := func(a, b string) bool { return a != "" && strings.TrimRight(a, " ") == strings.TrimRight(b, " ") } // as MariaDB compares
	return same(text(k.DeliveryID), text(in.DeliveryID)) ||
		k.AccountID == in.AccountID && (same(text(k.ExternalID), cut(text(in.ExternalID), maxPostExternalID)) || same(k.URL, in.URL))
}

// keepPosts writes the posts that wait to be written.
func (l *ledger) keepPosts(ctx context.Context) error {
	posts := l.posts
	l.posts = nil
	err := sql.InsertMany(ctx, l.tx, "post.insert", posts)
	if sql.IsDuplicate(err) {
		err = errors.Join(sql.ErrConflict, err)
	}
	return err
}

// maxPostExternalID is how long a platform's id of a post may be, in characters; longer ones are cut.
const maxPostExternalID = 200

// record keeps one post and lets it act. unheardOf says that it is the only one of its account and was not known before.
func (l *ledger) record(ctx context.Context, in NewPost, unheardOf bool) (Post, bool, error) {
	switch {
	case in.Source != FromDelivery && in.Source != Observed && in.Source != ByHand:
		return Post{}, false, ErrPostSource
	case in.PublishedAt > l.now.Add(aheadAtMost) || in.PublishedAt < earliest:
		return Post{}, false, ErrPostTime.On("published_at")
	}
	account, known := l.accounts[in.AccountID]
	if !known {
		return Post{}, false, ErrNotFound
	}
	var column *thing
	if in.ColumnID != nil {
		if column = l.things[*in.ColumnID]; column == nil || column.site == nil || column.site.id != account.ID {
			return Post{}, false, ErrColumnNotFound.On("column_id")
		}
	}
	post := Post{
		ID: sql.NewID(), AccountID: account.ID, ColumnID: in.ColumnID, UnitID: account.UnitID, DeliveryID: in.DeliveryID,
		ExternalID: orNil(cut(text(in.ExternalID), maxPostExternalID)), Title: cut(in.Title, maxTitle), URL: in.URL, Source: in.Source,
		PublishedAt: min(in.PublishedAt, l.now), FirstSeenAt: l.now, DateBy: in.DateBy, Note: cut(in.Note, maxReason), Attachments: in.Attachments,
	}
	switch {
	case post.DateBy == "" && in.Source == ByHand:
		post.DateBy = DateByPerson
	case post.DateBy == "" && in.Source == FromDelivery:
		post.DateBy = DateByPlatform
	}
	if !isWebURL(post.URL, maxPostURL) {
		post.URL = "" // a platform's answer must not become a link that runs code
	}
	if !unheardOf {
		same, err := findPost(ctx, l.tx, post)
		if err != nil || same != nil {
			return adopt(ctx, l.tx, same, post, err)
		}
	}
	l.posts = append(l.posts, post)
	if !unheardOf {
		if err := l.keepPosts(ctx); err != nil {
			return Post{}, false, err
		}
	}
	return post, true, l.act(ctx, l.things[account.ID], column, post)
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
