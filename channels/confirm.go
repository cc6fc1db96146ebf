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
	Parts       []Part      // of a series, whose first delivery this is: what became of each article

	steps []sql.Args // lines of the journal that are to be kept with it
}

// Confirm is the single way a publication is recorded: the delivery ends as published, the post is written, and in the
// same transaction the account's clocks start anew. News that comes twice changes nothing. ErrDeliveryStale for what was
// called off or taken down, and for what is no publication.
func Confirm(ctx context.Context, db *sql.DB, out *Outside, news Confirmation) error {
	return ConfirmAll(ctx, db, out, []Confirmation{news})
}

// ConfirmAll is Confirm for several publications in one transaction, with few statements beside those that write. Where
// one of them is refused, none is recorded.
func ConfirmAll(ctx context.Context, db *sql.DB, out *Outside, news []Confirmation) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		known, err := readConfirmed(ctx, tx, news)
		if err != nil {
			return err
		}
		fresh := map[string][]published{} // by who told of it
		for _, one := range news {
			if len(one.Parts) > 0 {
				if err := confirmTogether(ctx, tx, out, one); err != nil {
					return err
				}
				continue
			}
			p, isNew, err := publication(tx, known[one.DeliveryID], one)
			if err != nil {
				return err
			}
			if isNew {
				fresh[p.actor.PersonID] = append(fresh[p.actor.PersonID], p)
				known[p.ID] = p.confirmed // the same news twice in a row is told once
			}
		}
		for _, some := range fresh {
			if err := publish(ctx, tx, some); err != nil {
				return err
			}
			if err := recordPublished(ctx, tx, out, some[0].actor, some); err != nil {
				return err
			}
		}
		return nil
	})
}

// confirmed is a delivery with what its post takes from the message.
type confirmed struct {
	Delivery
	Title  string
	SHA256 string
}

// published is a publication that is recorded for the first time.
type published struct {
	confirmed
	news     Confirmation
	actor    units.Actor
	external *string
	at       sql.Time
}

// readConfirmed returns the deliveries that news is about, by id.
func readConfirmed(ctx context.Context, tx *sql.DB, news []Confirmation) (map[string]confirmed, error) {
	ids := make([]string, len(news))
	for i := range news {
		ids[i] = news[i].DeliveryID
	}
	rows, err := sql.List[confirmed](ctx, tx, "delivery.to_confirm", sql.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	known := make(map[string]confirmed, len(rows))
	for _, row := range rows {
		known[row.ID] = row
	}
	for _, id := range ids {
		if _, found := known[id]; !found {
			return nil, fmt.Errorf("confirm delivery %s: %w", id, sql.ErrNone)
		}
	}
	return known, nil
}

// publication is what news says of a delivery, and whether that is new.
func publication(tx *sql.DB, delivery confirmed, news Confirmation) (published, bool, error) {
	p := published{confirmed: delivery, news: news, actor: news.Actor, external: delivery.ExternalID, at: news.PublishedAt}
	switch {
	case delivery.Action != Publish, delivery.State == Cancelled, delivery.State == Retracted:
		return p, false, ErrDeliveryStale
	case delivery.State == StatePublished:
		return p, false, nil
	}
	if p.actor.Name == "" {
		p.actor = units.System
	}
	if p.at < delivery.CreatedAt || p.at > tx.Now() {
		p.at = tx.Now() // a platform's clock may be wrong; what we asked for cannot be older than the asking
	}
	if news.ExternalID != "" {
		id := cut(news.ExternalID, maxExternalID)
		p.external = &id
	}
	if news.Remote != nil {
		p.Remote = news.Remote
	}
	p.State = StatePublished
	return p, true, nil
}

// publish ends deliveries as published. sql.ErrConflict when one of them moved since it was read: look again, perhaps somebody
// else brought the news.
func publish(ctx context.Context, tx *sql.DB, some []published) error {
	rows := make([]sql.Args, len(some))
	for i, p := range some {
		rows[i] = sql.Args{"id": p.ID, "remote": p.Remote, "external_id": p.external, "public_url": cut(p.news.URL, 1000), "published_at": p.at, "now": tx.Now()}
	}
	changed, err := sql.UpdateMany(ctx, tx, "delivery.publish", rows)
	if err == nil && changed != int64(len(some)) {
		err = sql.ErrConflict
	}
	for _, p := range some {
		if err == nil {
			err = freeRiders(ctx, tx, p.Delivery)
		}
	}
	return err
}

// recordPublished writes what follows from publications that an actor told of: the posts with their clocks, the steps, the
// audit lines.
func recordPublished(ctx context.Context, tx *sql.DB, out *Outside, actor units.Actor, some []published) error {
	source := accounts.FromDelivery
	if actor.PersonID != "" {
		source = accounts.ByHand
	}
	var ids []string
	var posts []accounts.NewPost
	var steps []sql.Args
	var lines []units.Line
	for _, p := range some {
		ids = append(ids, p.ID)
		posts = append(posts, accounts.NewPost{
			AccountID: p.AccountID, DeliveryID: &p.ID, ExternalID: p.external, Title: p.Title, URL: cut(p.news.URL, 1000),
			Source: source, PublishedAt: p.at,
		})
		steps = append(steps, p.news.steps...)
		steps = append(steps, stepRow(tx, p.ID, Step{Name: "publish", Outcome: Done, Sentence: p.news.How, Detail: sql.Object{"url": p.news.URL}}))
		lines = append(lines, units.Line{
			UnitID: p.UnitID, Action: "delivery.published", ObjectKind: "delivery", ObjectID: p.ID,
			Detail: sql.Object{"account_id": p.AccountID, "message_sha256": p.SHA256, "url": p.news.URL, "how": p.news.How},
		})
	}
	if err := rouse(ctx, tx, ids...); err != nil {
		return err
	}
	recorded, err := accounts.RecordPosts(ctx, tx, out.Book, actor, posts)
	if err != nil {
		return fmt.Errorf("record the posts of deliveries: %w", err)
	}
	for i, post := range recorded {
		if post.Refused != nil {
			return fmt.Errorf("record the post of delivery %s: %w", some[i].ID, post.Refused)
		}
	}
	if err := sql.InsertMany(ctx, tx, "delivery_step.insert", steps); err != nil {
		return err
	}
	return units.AuditAll(ctx, tx, actor, lines)
}
