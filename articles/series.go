package articles

import (
	"context"
	"errors"
	"slices"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The refusals of putting several articles into one message that are about the articles.
var (
	ErrSeriesUnits   = fault.Define("series.units", fault.Invalid, "一条多图文里的稿件必须是同一个单位的，请分开合并。")
	ErrSeriesUnaimed = fault.Define("series.account", fault.Invalid, "有稿件没有选择发往这个账号。请先在稿件页的“发布到”里选上，再来合并。")
	ErrSeriesRefused = fault.Define("series.unit_refused", fault.Forbidden, "您可以查看这条多图文，但不能调整它。请联系稿件所属单位的发布人员。")
)

// Chosen is an article that somebody puts into a message, as that person saw it.
type Chosen struct {
	ID      string
	Version int64
}

// Together is several articles that are to go out as one message of an account, in their order: the first is shown largest.
type Together struct {
	AccountID string
	Articles  []Chosen
	At        *sql.Time // nil: at once
}

// Combine releases signed articles of one unit as one message of an account (多图文), in one transaction. To the other accounts
// of each article it goes at the same time, by itself. Errors: as Schedule, with the title of the article; those of channels.Fits,
// ErrSeriesUnits, ErrSeriesUnaimed, channels.ErrSeriesRepeat.
func Combine(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, form Together) (channels.SeriesView, error) {
	var series channels.Series
	err := db.InTx(ctx, func(tx *sql.DB) error {
		due, err := dueTime(tx.Now(), form.At)
		if err != nil {
			return err
		}
		account, list, err := chosen(ctx, tx, out, actor, form)
		if err != nil {
			return err
		}
		var deliveries []channels.Delivery
		for i, article := range list {
			made, err := release(ctx, tx, book, out, actor, article, form.Articles[i].Version, due)
			if err != nil {
				return titled(article, err)
			}
			at := slices.IndexFunc(made, func(d channels.Delivery) bool { return d.AccountID == account.ID })
			if at < 0 {
				return ErrSeriesUnaimed.Say("《%s》没有选择发往“%s”。请先在稿件页的“发布到”里选上，再来合并。", article.Title, account.Name)
			}
			deliveries = append(deliveries, made[at])
		}
		series, err = channels.Combine(ctx, tx, out, actor, account, list[0].UnitID, deliveries)
		return err
	})
	if err != nil {
		return channels.SeriesView{}, err
	}
	return channels.GetSeries(ctx, db, actor, series.ID)
}

// titled puts the title of the article before what stands against it.
func titled(article Article, err error) error {
	if f := fault.As(err); f != nil && f.Kind != fault.Internal {
		return f.Say("《%s》：%s", article.Title, f.Sentence)
	}
	return err
}

// chosen reads the account and the articles of a form and refuses what can be no message, whatever the articles' states.
func chosen(ctx context.Context, db *sql.DB, out *channels.Outside, actor units.Actor, form Together) (accounts.Account, []Article, error) {
	account, err := accounts.Get(ctx, db, actor, form.AccountID)
	if errors.Is(err, accounts.ErrNotFound) {
		err = ErrAccountUnknown.On("account_id").Because(err)
	}
	if err == nil {
		err = channels.Fits(out, account, len(form.Articles))
	}
	if err != nil {
		return accounts.Account{}, nil, err
	}
	var list []Article
	for i, one := range form.Articles {
		if slices.ContainsFunc(form.Articles[:i], func(before Chosen) bool { return before.ID == one.ID }) {
			return accounts.Account{}, nil, channels.ErrSeriesRepeat
		}
		article, err := load(ctx, db, actor, units.ReadArticles, one.ID)
		if err != nil {
			return accounts.Account{}, nil, err
		}
		if article.UnitID != account.UnitID || i > 0 && article.UnitID != list[0].UnitID {
			return accounts.Account{}, nil, ErrSeriesUnits.Say("《%s》是%s的稿件，与账号“%s”不是同一个单位，不能编入。请去掉这一篇。", article.Title, article.UnitName, account.Name)
		}
		list = append(list, article)
	}
	return account, list, nil
}

// ArrangeSeries gives the articles of a series the order of ids, which are those of their deliveries, and takes out those not
// named. What is taken out and goes nowhere else can be scheduled anew. The view has no articles when only one was left, which
// then goes out by itself. Errors: ErrSeriesRefused, and those of channels.Arrange.
func ArrangeSeries(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, ids []string) (channels.SeriesView, error) {
	return changeSeries(ctx, db, actor, id, func(tx *sql.DB, _ channels.SeriesView) ([]channels.Delivery, error) {
		return channels.Arrange(ctx, tx, actor, id, version, ids)
	})
}

// CancelSeries calls off a whole series of which nothing can be public; its articles can be scheduled anew. Errors:
// ErrSeriesRefused, and those of channels.CallOffSeries.
func CancelSeries(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (channels.SeriesView, error) {
	return changeSeries(ctx, db, actor, id, func(tx *sql.DB, _ channels.SeriesView) ([]channels.Delivery, error) {
		return channels.CallOffSeries(ctx, tx, actor, id, version)
	})
}

// RescheduleSeries gives a whole message another time, and each of its articles wherever else that goes. Errors:
// ErrSeriesRefused, channels.ErrSeriesStale, and those of Reschedule.
func RescheduleSeries(ctx context.Context, db *sql.DB, out *channels.Outside, actor units.Actor, id string, version int64, at sql.Time) (channels.SeriesView, error) {
	return changeSeries(ctx, db, actor, id, func(tx *sql.DB, view channels.SeriesView) ([]channels.Delivery, error) {
		due, err := dueTime(tx.Now(), &at)
		if err == nil && view.Version != version {
			err = channels.ErrSeriesStale
		}
		if err != nil {
			return nil, err
		}
		for _, article := range view.Articles {
			if err := moveAlong(ctx, tx, out, actor, article.ArticleID, due); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

// changeSeries changes a series that the actor may release articles of, and takes back the articles that left it.
func changeSeries(ctx context.Context, db *sql.DB, actor units.Actor, id string, change func(tx *sql.DB, view channels.SeriesView) ([]channels.Delivery, error)) (channels.SeriesView, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		view, err := channels.GetSeries(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if !reaches(actor, view.UnitID, units.PublishArticle) {
			return ErrSeriesRefused
		}
		left, err := change(tx, view)
		if err != nil {
			return err
		}
		for _, delivery := range left {
			if err := takeBack(ctx, tx, actor, delivery.OriginID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return channels.SeriesView{}, err
	}
	view, err := channels.GetSeries(ctx, db, actor, id)
	if errors.Is(err, channels.ErrSeriesNotFound) {
		return channels.SeriesView{Series: channels.Series{ID: id}, Articles: []channels.SeriesArticle{}}, nil
	}
	return view, err
}

// takeBack makes an article that goes nowhere any more one that can be scheduled anew.
func takeBack(ctx context.Context, tx *sql.DB, actor units.Actor, id string) error {
	article, err := sql.Get[Article](ctx, tx, "article.standing", sql.Args{"id": id})
	if err != nil || article.State != Scheduled {
		return err
	}
	deliveries, err := channels.OfOrigin(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, delivery := range deliveries {
		if delivery.State != channels.Cancelled {
			return nil
		}
	}
	changed, err := tx.ExecOne(ctx, "article.unschedule", sql.Args{"id": id, "version": article.Version, "now": tx.Now()})
	if err == nil && !changed {
		err = ErrStale
	}
	if err != nil {
		return err
	}
	return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.unscheduled", ObjectKind: "article", ObjectID: id})
}

// moveAlong gives an article the time of the message that it goes out in.
func moveAlong(ctx context.Context, tx *sql.DB, out *channels.Outside, actor units.Actor, id string, due sql.Time) error {
	article, err := sql.Get[Article](ctx, tx, "article.standing", sql.Args{"id": id})
	if err != nil {
		return err
	}
	changed, err := tx.ExecOne(ctx, "plan.move_article", sql.Args{"id": id, "version": article.Version, "scheduled_at": due, "now": tx.Now()})
	if err != nil {
		return err
	}
	all, err := channels.Move(ctx, tx, out, id, due)
	if err != nil {
		return err
	}
	if !changed || !all {
		return ErrAlreadyOut.Say("同一条多图文里有稿件已经发出或正在发出，不能改期。请到投递页查看每一篇的进展。")
	}
	return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.rescheduled", ObjectKind: "article", ObjectID: id,
		Detail: sql.Object{"at": due.String()}})
}

// SeriesPreview is a message of several articles as its readers will see it, and what stands against it.
type SeriesPreview struct {
	AccountID   string                 `json:"account_id"`
	AccountName string                 `json:"account_name"`
	Most        int                    `json:"most"`     // articles in one message
	Sentence    string                 `json:"sentence"` // what stands against the message as a whole; empty when nothing does
	Articles    []SeriesPreviewArticle `json:"articles" nullable:"false"`
}

// SeriesPreviewArticle is one article of such a message.
type SeriesPreviewArticle struct {
	ArticleID string            `json:"article_id"`
	Version   int64             `json:"version"`
	Title     string            `json:"title"`
	Preview   *channels.Preview `json:"preview"`
	Sentence  string            `json:"sentence"` // what stands against this article; empty when nothing does
}

// PreviewSeries returns what Combine would make of a form. Errors: ErrNotFound, ErrAccountUnknown.
func PreviewSeries(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, form Together) (SeriesPreview, error) {
	account, err := accounts.Get(ctx, db, actor, form.AccountID)
	if errors.Is(err, accounts.ErrNotFound) {
		err = ErrAccountUnknown.On("account_id").Because(err)
	}
	if err != nil {
		return SeriesPreview{}, err
	}
	shown := SeriesPreview{AccountID: account.ID, AccountName: account.Name, Articles: []SeriesPreviewArticle{}}
	if shown.Most, err = channels.MostTogether(out, account); err == nil {
		_, _, err = chosen(ctx, db, out, actor, form)
	}
	if err != nil {
		shown.Sentence = sentenceOf(err)
	}
	for _, one := range form.Articles {
		article, err := load(ctx, db, actor, units.ReadArticles, one.ID)
		if err != nil {
			return SeriesPreview{}, err
		}
		made := SeriesPreviewArticle{ArticleID: article.ID, Version: article.Version, Title: article.Title}
		if made.Preview, err = previewIn(ctx, db, book, out, actor, article, account); err != nil {
			made.Sentence = sentenceOf(err)
		}
		shown.Articles = append(shown.Articles, made)
	}
	return shown, nil
}

// previewIn returns an article as the account will show it, and what keeps it from going out there now.
func previewIn(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, article Article, account accounts.Account) (*channels.Preview, error) {
	message, err := messageNow(ctx, db, article)
	if err != nil {
		return nil, err
	}
	preview, err := channels.PreviewFor(out, message, account)
	if err != nil {
		return nil, err
	}
	if !reaches(actor, article.UnitID, units.PublishArticle) {
		return &preview, ErrUnitRefused.Say("您可以查看这篇稿件，但不能发布%s的稿件。", article.UnitName)
	}
	if err := db.InTx(ctx, func(tx *sql.DB) error {
		_, err := releasable(ctx, tx, book, article)
		return err
	}); err != nil {
		return &preview, err
	}
	aims, err := sql.List[string](ctx, db, "article_account.list", sql.Args{"article_id": article.ID})
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(aims, account.ID):
		return &preview, ErrSeriesUnaimed.Say("没有选择发往“%s”。请先在稿件页的“发布到”里选上。", account.Name)
	}
	for _, sentence := range preview.Blocked() {
		return &preview, channels.ErrOverLimits.Say("%s", sentence)
	}
	return &preview, nil
}

// SeriesChoices is what a unit can make a message of.
type SeriesChoices struct {
	Accounts []SeriesAccount `json:"accounts" nullable:"false"` // the unit's that take several articles in one message
	Articles []SeriesChoice  `json:"articles" nullable:"false"` // the unit's that are signed and wait to be scheduled, the last touched first
}

// SeriesAccount is an account whose platform takes several articles in one message.
type SeriesAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Most int    `json:"most"`
}

// SeriesChoice is an article that can go into a message.
type SeriesChoice struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Version    int64    `json:"version"`
	AccountIDs []string `json:"account_ids" nullable:"false"` // where it is to go
}

// choicesMost is how many signed articles are offered at once.
const choicesMost = 100

// ChoicesFor returns what the actor can make a message of at a unit; nothing where the actor releases no articles.
func ChoicesFor(ctx context.Context, db *sql.DB, out *channels.Outside, actor units.Actor, unitID string) (SeriesChoices, error) {
	choices := SeriesChoices{Accounts: []SeriesAccount{}, Articles: []SeriesChoice{}}
	if !reaches(actor, unitID, units.PublishArticle) {
		return choices, nil
	}
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil {
		return choices, err
	}
	list, err := sql.List[accounts.Account](ctx, db, "plan.accounts", sql.Args{"path": unit.Path, "person_id": actor.PersonID,
		"roles": units.RolesWith(units.ReadArticles), "limit": planAccounts})
	if err != nil {
		return choices, err
	}
	for _, account := range list {
		if most, err := channels.MostTogether(out, account); err == nil && account.UnitID == unitID {
			choices.Accounts = append(choices.Accounts, SeriesAccount{ID: account.ID, Name: account.Name, Most: most})
		}
	}
	signed, err := List(ctx, db, actor, Filter{State: Signed, UnitID: unitID, Limit: choicesMost})
	if err != nil {
		return choices, err
	}
	for _, article := range signed {
		aims, err := sql.List[string](ctx, db, "article_account.list", sql.Args{"article_id": article.ID})
		if err != nil {
			return choices, err
		}
		choices.Articles = append(choices.Articles, SeriesChoice{ID: article.ID, Title: article.Title, Version: article.Version, AccountIDs: aims})
	}
	return choices, nil
}
