package channels

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// Series is several articles of one unit that go out as one message of one account (多图文). Each keeps its delivery, its
// journal, its public address and its post. The delivery at place 1 leads: it alone is claimed and performed, so the platform
// is asked once for all of them; the others ride, and stand where it stands from each saved state to the next.
type Series struct {
	ID        string   `json:"id"`
	AccountID string   `json:"account_id"`
	UnitID    string   `json:"unit_id"`
	CreatedBy string   `json:"created_by"`
	CreatedAt sql.Time `json:"created_at"`
	ChangedAt sql.Time `json:"changed_at"` // when its articles or their order changed last
	Version   int64    `json:"version"`
}

// Combiner is a Channel whose platform can show several messages as one.
type Combiner interface {
	// MostTogether is how many articles one message of an account may hold.
	MostTogether(account accounts.Account) int
}

// MostTogether returns how many articles an account's platform takes in one message. Errors: ErrSeriesPlatform, ErrSeriesManual.
func MostTogether(out *Outside, account accounts.Account) (int, error) {
	combiner, able := out.Channels[account.Platform].(Combiner)
	switch {
	case !able:
		return 0, ErrSeriesPlatform.Say("“%s”不是微信公众号，不能合并为一条多图文。请另选账号，或逐篇发布。", account.Name)
	case account.Mode != accounts.Auto:
		return 0, ErrSeriesManual.Say("“%s”由人工发布，系统不能合并为一条多图文。请逐篇排期，登录公众平台时再合并。", account.Name)
	}
	return combiner.MostTogether(account), nil
}

// Fits refuses a number of articles that does not make a message of an account. Errors: ErrSeriesFew, ErrSeriesMany, and those
// of MostTogether.
func Fits(out *Outside, account accounts.Account, articles int) error {
	most, err := MostTogether(out, account)
	switch {
	case err != nil:
		return err
	case articles < 2:
		return ErrSeriesFew
	case articles > most:
		return ErrSeriesMany.Say("一条多图文最多 %d 篇，您选了 %d 篇，请至少去掉 %d 篇。", most, articles, articles-most)
	}
	return nil
}

// Combine makes one message of deliveries that were enqueued for one account and one time, in the order given. Called within
// the transaction that enqueued them. Errors: ErrSeriesTaken, and those of Fits.
func Combine(ctx context.Context, tx *sql.DB, out *Outside, actor units.Actor, account accounts.Account, unitID string, deliveries []Delivery) (Series, error) {
	if err := Fits(out, account, len(deliveries)); err != nil {
		return Series{}, err
	}
	series := Series{ID: sql.NewID(), AccountID: account.ID, UnitID: unitID, CreatedBy: actor.PersonID, CreatedAt: tx.Now(), ChangedAt: tx.Now(), Version: 1}
	if _, err := tx.Exec(ctx, "series.insert", series); err != nil {
		return Series{}, err
	}
	var mark *string
	next := deliveries[0].DueAt.Ptr()
	for i, delivery := range deliveries {
		joined, err := tx.ExecOne(ctx, "series.join", sql.Args{"id": delivery.ID, "series_id": series.ID, "place": i + 1, "next_at": next, "holder": mark, "now": tx.Now()})
		if err == nil && (!joined || delivery.AccountID != account.ID) {
			err = ErrSeriesTaken
		}
		if err != nil {
			return Series{}, fmt.Errorf("take delivery %s into series %s: %w", delivery.ID, series.ID, err)
		}
		rides := riding
		next, mark = nil, &rides
	}
	return series, units.Audit(ctx, tx, actor, units.Line{UnitID: unitID, Action: "series.combined", ObjectKind: "series", ObjectID: series.ID,
		Detail: sql.Object{"account_id": account.ID, "at": deliveries[0].DueAt.String(), "deliveries": idsOf(deliveries)}})
}

func idsOf(deliveries []Delivery) []string {
	ids := make([]string, len(deliveries))
	for i, delivery := range deliveries {
		ids[i] = delivery.ID
	}
	return ids
}

// SeriesArticle is one article of a series with where it stands.
type SeriesArticle struct {
	Place       int       `json:"place"` // from 1: the first is shown largest
	ArticleID   string    `json:"article_id"`
	DeliveryID  string    `json:"delivery_id"`
	Title       string    `json:"title"`
	Digest      string    `json:"digest"`
	CoverID     string    `json:"cover_id"`
	State       State     `json:"state"`
	PublishedAt *sql.Time `json:"published_at"`
	PublicURL   string    `json:"public_url"`
	ErrorCode   string    `json:"error_code"`
	ErrorAdvice string    `json:"error_advice"`
}

// SeriesView is a series as a person reads it.
type SeriesView struct {
	Series
	AccountName string          `json:"account_name"`
	UnitName    string          `json:"unit_name"`
	DueAt       sql.Time        `json:"due_at"`
	Open        bool            `json:"open"`   // nothing of it was asked of the platform: it can be changed and called off
	Broken      bool            `json:"broken"` // it stands still because an article has left it: retrying sends the others
	Articles    []SeriesArticle `json:"articles" nullable:"false"`
}

// GetSeries returns a series within the actor's reach. Error: ErrSeriesNotFound, also for one that has been called off.
func GetSeries(ctx context.Context, db *sql.DB, actor units.Actor, id string) (SeriesView, error) {
	view, err := sql.Get[SeriesView](ctx, db, "series.visible", sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDeliveries)})
	if errors.Is(err, sql.ErrNone) {
		return SeriesView{}, ErrSeriesNotFound
	}
	if err != nil {
		return SeriesView{}, err
	}
	list, err := membersOf(ctx, db, id)
	if err == nil && len(list) == 0 {
		err = ErrSeriesNotFound
	}
	if err != nil {
		return SeriesView{}, err
	}
	view.Open, view.DueAt, view.Articles = open(list), list[0].DueAt, []SeriesArticle{}
	for _, m := range list {
		view.Broken = view.Broken || m.State == Failed && m.ErrorCode == codeBroken
		view.Articles = append(view.Articles, SeriesArticle{Place: *m.SeriesPlace, ArticleID: m.OriginID, DeliveryID: m.ID, Title: m.Title, Digest: m.Digest,
			CoverID: m.CoverID, State: m.State, PublishedAt: m.PublishedAt, PublicURL: m.PublicURL, ErrorCode: m.ErrorCode, ErrorAdvice: m.ErrorAdvice})
	}
	return view, nil
}

// codeBroken is why a series stands still that an article has left.
const codeBroken = "series_broken"

// open reports whether nothing of a series can be public and all of it can still be changed.
func open(list []member) bool {
	return !slices.ContainsFunc(list, func(m member) bool {
		return !((m.State == Scheduled || m.State == Prepared) && m.IntentAt == nil || m.State == Failed || m.State == Held)
	})
}

// Arrange gives the articles of a series the order of ids, which are those of their deliveries, and takes out those not named:
// their deliveries are called off and returned. When one article is left, it goes out by itself. What was prepared is made
// anew. Called within a transaction; the caller has checked that the actor may. Errors: ErrSeriesStale, ErrSeriesBegun,
// ErrSeriesOther, ErrSeriesRepeat, ErrSeriesFew.
func Arrange(ctx context.Context, tx *sql.DB, actor units.Actor, id string, version int64, ids []string) ([]Delivery, error) {
	series, list, err := changing(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, ErrSeriesFew
	}
	var stay []member
	for i, want := range ids {
		at := slices.IndexFunc(list, func(m member) bool { return m.ID == want })
		switch {
		case at < 0:
			return nil, ErrSeriesOther
		case slices.Contains(ids[:i], want):
			return nil, ErrSeriesRepeat
		}
		stay = append(stay, list[at])
	}
	var left []Delivery
	for _, m := range list {
		if slices.Contains(ids, m.ID) {
			continue
		}
		if err := drop(ctx, tx, series.ID, m.Delivery); err != nil {
			return nil, err
		}
		left = append(left, m.Delivery)
	}
	if err := place(ctx, tx, series.ID, list[0].Delivery, stay); err != nil {
		return nil, err
	}
	return left, units.Audit(ctx, tx, actor, units.Line{UnitID: series.UnitID, Action: "series.arranged", ObjectKind: "series", ObjectID: series.ID,
		Detail: sql.Object{"deliveries": ids, "left": idsOf(left)}})
}

// changing takes a series that can still be changed, with its articles.
func changing(ctx context.Context, tx *sql.DB, id string, version int64) (Series, []member, error) {
	series, err := sql.Get[Series](ctx, tx, "series.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return Series{}, nil, ErrSeriesNotFound
	}
	if err != nil {
		return Series{}, nil, err
	}
	changed, err := tx.ExecOne(ctx, "series.change", sql.Args{"id": id, "version": version, "now": tx.Now()})
	if err == nil && !changed {
		err = ErrSeriesStale
	}
	if err != nil {
		return Series{}, nil, err
	}
	list, err := membersOf(ctx, tx, id)
	switch {
	case err != nil:
		return Series{}, nil, err
	case len(list) == 0:
		return Series{}, nil, ErrSeriesNotFound
	case !open(list):
		return Series{}, nil, ErrSeriesBegun
	}
	return series, list, nil
}

func drop(ctx context.Context, tx *sql.DB, seriesID string, delivery Delivery) error {
	dropped, err := tx.ExecOne(ctx, "series.drop", sql.Args{"id": delivery.ID, "series_id": seriesID, "now": tx.Now()})
	if err == nil && !dropped {
		err = ErrSeriesBegun
	}
	if err != nil {
		return err
	}
	if err := addStep(ctx, tx, delivery.ID, Step{Name: "series", Outcome: Done, Sentence: "已移出多图文，不再随整条发出"}); err != nil {
		return err
	}
	return rouse(ctx, tx, delivery.ID)
}

// place gives the articles that stay in a series their places. One that stays alone goes out alone. What the old lead learnt
// of the platform stays with the new one, so that its draft can be taken away.
func place(ctx context.Context, tx *sql.DB, seriesID string, lead Delivery, stay []member) error {
	to := &seriesID
	if len(stay) == 1 {
		to = nil
	}
	waiting := slices.Contains([]State{Scheduled, Prepared}, lead.State)
	for i, m := range stay {
		args := sql.Args{"id": m.ID, "series_id": seriesID, "to_series": to, "place": i + 1, "next_at": (*sql.Time)(nil), "holder": (*string)(nil), "remote": lead.Remote, "now": tx.Now()}
		if to == nil {
			args["place"] = (*int)(nil)
		}
		rides := riding
		switch {
		case waiting && i == 0:
			args["next_at"] = lead.DueAt.Ptr()
			if lead.NextAt != nil {
				args["next_at"] = lead.NextAt
			}
		case waiting:
			args["holder"] = &rides
		}
		placed, err := tx.ExecOne(ctx, "series.place", args)
		if err == nil && !placed {
			err = ErrSeriesBegun
		}
		if err != nil {
			return fmt.Errorf("place delivery %s in series %s: %w", m.ID, seriesID, err)
		}
	}
	return nil
}

// CallOffSeries calls off a whole series of which nothing can be public, and returns its deliveries. Called within a
// transaction; the caller has checked that the actor may. Errors: ErrSeriesNotFound, ErrSeriesStale, ErrSeriesBegun.
func CallOffSeries(ctx context.Context, tx *sql.DB, actor units.Actor, id string, version int64) ([]Delivery, error) {
	series, list, err := changing(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	var left []Delivery
	for _, m := range list {
		if err := drop(ctx, tx, id, m.Delivery); err != nil {
			return nil, err
		}
		left = append(left, m.Delivery)
	}
	return left, units.Audit(ctx, tx, actor, units.Line{UnitID: series.UnitID, Action: "series.called_off", ObjectKind: "series", ObjectID: id,
		Detail: sql.Object{"deliveries": idsOf(left)}})
}

// breakSeries stops what is left of a series when one of its articles is called off or taken down before it went out: the
// others do not go out without it until a person says so.
func breakSeries(ctx context.Context, tx *sql.DB, gone Delivery) error {
	if gone.SeriesID == nil {
		return nil
	}
	seriesID := *gone.SeriesID
	list, err := membersOf(ctx, tx, seriesID)
	if err != nil {
		return err
	}
	series, err := sql.Get[Series](ctx, tx, "series.get", sql.Args{"id": seriesID})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "series.change", sql.Args{"id": seriesID, "version": series.Version, "now": tx.Now()}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "series.leave", sql.Args{"id": gone.ID, "series_id": seriesID, "now": tx.Now()}); err != nil {
		return err
	}
	lead, title := list[0].Delivery, ""
	var stay []member
	for _, m := range list {
		if m.ID == gone.ID {
			title = m.Title
			continue
		}
		stay = append(stay, m)
	}
	if len(stay) == 0 || !open(stay) {
		return nil // it was with the platform, or with people: each goes its own way
	}
	advice := fmt.Sprintf("同一条多图文里的《%s》已经撤下，整条没有发出。其余稿件还要发的，请点“重试”；不发的，请到多图文页取消整条。", cut(title, 60))
	for _, m := range stay {
		if _, err := tx.Exec(ctx, "series.stop", sql.Args{"id": m.ID, "advice": advice, "now": tx.Now()}); err != nil {
			return err
		}
		if err := addStep(ctx, tx, m.ID, Step{Name: "series", Outcome: Refused, Code: codeBroken, Sentence: advice}); err != nil {
			return err
		}
		if err := rouse(ctx, tx, m.ID); err != nil {
			return err
		}
	}
	lead.State = Failed
	return place(ctx, tx, seriesID, lead, stay)
}

// Mates returns the other articles that go out in one message with an article.
func Mates(ctx context.Context, db *sql.DB, originID string) ([]string, error) {
	deliveries, err := OfOrigin(ctx, db, originID)
	if err != nil {
		return nil, err
	}
	var mates []string
	for _, delivery := range deliveries {
		if delivery.SeriesID == nil {
			continue
		}
		list, err := membersOf(ctx, db, *delivery.SeriesID)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			if m.OriginID != originID {
				mates = append(mates, m.OriginID)
			}
		}
	}
	return mates, nil
}
