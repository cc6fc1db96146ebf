package articles

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/sql"
	"govmedia/units"
)

// Text is what an editor sends: the fields of the form.
type Text struct {
	UnitID     string // only read when the article is made
	Title      string
	Digest     string
	Byline     string
	Source     string
	Body       string // HTML as the editor or an import made it
	CoverID    string // empty for none
	AccountIDs []string
	ClientKey  string // made by the form; only read when the article is made
}

// Saved is what became of a text that was sent.
type Saved struct {
	Article  Article
	Removed  []Removal // what was taken out of the body, to be shown
	Voided   int64     // how many signatures the change voided
	Repeated bool      // the same form was sent before; Article is what it made then
}

// Create keeps a new article at a unit where the actor writes. The same form sent twice makes one article.
func Create(ctx context.Context, db *sql.DB, actor units.Actor, text Text) (Saved, error) {
	if !reaches(actor, text.UnitID, units.WriteArticles) {
		return Saved{}, ErrUnitRefused.On("unit_id")
	}
	text, cleaned, err := tidy(text)
	if err != nil {
		return Saved{}, err
	}
	id := sql.NewID()
	saved := Saved{Removed: cleaned.Removed}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		if text.ClientKey != "" {
			earlier, err := sql.Get[string](ctx, tx, "article.by_client_key", sql.Args{"author_id": actor.PersonID, "client_key": text.ClientKey})
			if err == nil {
				id, saved.Repeated = earlier, true
				return nil
			}
			if !errors.Is(err, sql.ErrNone) {
				return err
			}
		}
		saved.Repeated = false
		if err := openUnit(ctx, tx, text.UnitID); err != nil {
			return err
		}
		args := textArgs(text)
		args["id"], args["unit_id"], args["author_id"], args["state"], args["created_at"] = id, text.UnitID, actor.PersonID, Draft, tx.Now()
		args["client_key"] = nullable(text.ClientKey)
		if _, err := tx.Exec(ctx, "article.insert", args); err != nil {
			return err
		}
		if err := setAccounts(ctx, tx, actor, Article{ID: id, UnitID: text.UnitID}, text.AccountIDs); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: text.UnitID, Action: "article.created", ObjectKind: "article", ObjectID: id,
			Detail: sql.Object{"title": text.Title}})
	})
	if sql.IsDuplicate(err) && text.ClientKey != "" { // the other request of the same form was a moment faster
		saved.Repeated = true
		id, err = sql.Get[string](ctx, db, "article.by_client_key", sql.Args{"author_id": actor.PersonID, "client_key": text.ClientKey})
	}
	if err != nil {
		return Saved{}, err
	}
	saved.Article, err = load(ctx, db, actor, units.ReadArticles, id)
	return saved, err
}

// Save keeps an edit. When it changes what was frozen (title, text, pictures: K17) every signature on it is voided and
// the article is a draft again; choosing other accounts changes nothing that was signed.
func Save(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, text Text) (Saved, error) {
	text, cleaned, err := tidy(text)
	if err != nil {
		return Saved{}, err
	}
	saved := Saved{Removed: cleaned.Removed}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		saved.Voided = 0
		article, err := loadForWriting(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if !slices.Contains([]State{Draft, Returned, Signing, Signed}, article.State) {
			return notEditable(article.State)
		}
		if err := keepText(ctx, tx, article, text); err != nil {
			return err
		}
		if err := setAccounts(ctx, tx, actor, article, text.AccountIDs); err != nil {
			return err
		}
		if article.RevisionID == nil || sameText(article, text) {
			return nil // ordinary typing leaves no audit line; what voids signatures does
		}
		if saved.Voided, err = void(ctx, tx, *article.RevisionID, "稿件内容改动，原有签署作废"); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.signatures_voided", ObjectKind: "article", ObjectID: id,
			Detail: sql.Object{"revision_id": *article.RevisionID, "voided": saved.Voided}})
	})
	if err != nil {
		return Saved{}, err
	}
	saved.Article, err = load(ctx, db, actor, units.ReadArticles, id)
	return saved, err
}

// keepText writes the text where it changed, and counts the edit where it did not. It comes first in its transaction: two
// edits of one version meet at the article's row, and the second is stale.
func keepText(ctx context.Context, tx *sql.DB, article Article, text Text) error {
	statement, args := "article.touch", sql.Args{}
	if !sameText(article, text) {
		statement, args = "article.save", textArgs(text)
	}
	args["id"], args["version"], args["now"] = article.ID, article.Version, tx.Now()
	changed, err := tx.ExecOne(ctx, statement, args)
	if err == nil && !changed {
		err = ErrStale
	}
	return err
}

// notEditable says why an article cannot be changed, and what to do.
func notEditable(state State) error {
	switch state {
	case Signing, Signed:
		return ErrNotEditable.Say("稿件正在审签或已经签发，请先撤回再操作。")
	case Discarded:
		return ErrNotEditable.Say("稿件已经删除，请先恢复再操作。")
	case Draft, Returned:
		return ErrNotEditable.Say("稿件没有删除，不需要恢复。请刷新后查看最新状态。")
	}
	return ErrNotEditable
}

// Discard puts a draft away; Restore brings it back.
func Discard(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Article, error) {
	return move(ctx, db, actor, id, version, []State{Draft, Returned}, Discarded, "article.discarded")
}

// Restore brings a discarded article back as a draft.
func Restore(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Article, error) {
	return move(ctx, db, actor, id, version, []State{Discarded}, Draft, "article.restored")
}

func move(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, from []State, to State, action string) (Article, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, err := loadForWriting(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if !slices.Contains(from, article.State) {
			return notEditable(article.State)
		}
		changed, err := tx.ExecOne(ctx, "article.move", sql.Args{"id": id, "version": version, "from": article.State, "to": to, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !changed {
			return ErrStale
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: action, ObjectKind: "article", ObjectID: id})
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}

// loadForWriting returns an article the actor may change, at the version the actor saw.
func loadForWriting(ctx context.Context, tx *sql.DB, actor units.Actor, id string, version int64) (Article, error) {
	article, err := load(ctx, tx, actor, units.ReadArticles, id)
	if err != nil {
		return Article{}, err
	}
	if !reaches(actor, article.UnitID, units.WriteArticles) {
		return Article{}, ErrUnitRefused.Say("您可以查看这篇稿件，但不能修改%s的稿件。", article.UnitName)
	}
	if article.Version != version {
		return Article{}, ErrStale
	}
	return article, nil
}

// The longest texts the columns hold, in characters. Platforms set narrower ones, see channels.Preview.
const (
	maxTitle  = 200
	maxDigest = 300
	maxByline = 60
	maxSource = 120
)

// tidy trims the fields, refuses what is too long, and cleans the body.
func tidy(text Text) (Text, Cleaned, error) {
	text.Title = strings.Join(strings.Fields(text.Title), " ")
	text.Digest, text.Byline, text.Source = strings.TrimSpace(text.Digest), strings.TrimSpace(text.Byline), strings.TrimSpace(text.Source)
	if text.Title == "" {
		return text, Cleaned{}, ErrTitleRequired.On("title")
	}
	for _, field := range []struct {
		name, label, value string
		max                int
	}{
		{"title", "标题", text.Title, maxTitle}, {"digest", "摘要", text.Digest, maxDigest},
		{"byline", "作者", text.Byline, maxByline}, {"source", "信息来源", text.Source, maxSource},
	} {
		if used := utf8.RuneCountInString(field.value); used > field.max {
			return text, Cleaned{}, ErrTooLong.Say("%s最多 %d 个字，现在有 %d 个字，请缩短后再保存。", field.label, field.max, used).On(field.name)
		}
	}
	if text.CoverID != "" && !sql.IsID(text.CoverID) {
		return text, Cleaned{}, ErrPictureMissing.On("cover_id")
	}
	cleaned, err := Clean(text.Body)
	if err != nil {
		return text, Cleaned{}, err
	}
	text.Body = cleaned.HTML
	return text, cleaned, nil
}

func sameText(article Article, text Text) bool {
	cover := ""
	if article.CoverID != nil {
		cover = *article.CoverID
	}
	return article.Title == text.Title && article.Digest == text.Digest && article.Byline == text.Byline && article.Source == text.Source &&
		article.Body == text.Body && cover == text.CoverID
}

func textArgs(text Text) sql.Args {
	return sql.Args{"title": text.Title, "digest": text.Digest, "byline": text.Byline, "source": text.Source, "body": text.Body,
		"cover_id": nullable(text.CoverID)}
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// openUnit holds a unit's row until the transaction ends and refuses one that was closed, so that nothing is made at a unit behind
// its merger.
func openUnit(ctx context.Context, tx *sql.DB, id string) error {
	if err := units.Lock(ctx, tx, id); err != nil {
		return err
	}
	unit, err := units.Get(ctx, tx, units.System, id)
	if err == nil && unit.ClosedAt != nil {
		err = units.ErrClosed.On("unit_id")
	}
	return err
}

// setAccounts keeps the accounts an article is meant for; each must be one of its unit that the actor reaches.
func setAccounts(ctx context.Context, tx *sql.DB, actor units.Actor, article Article, accountIDs []string) error {
	accountIDs = slices.Compact(slices.Sorted(slices.Values(accountIDs)))
	for _, accountID := range accountIDs {
		if _, err := targetOf(ctx, tx, actor, article.UnitID, accountID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "article_account.clear", sql.Args{"article_id": article.ID}); err != nil {
		return err
	}
	for _, accountID := range accountIDs {
		if _, err := tx.Exec(ctx, "article_account.insert", sql.Args{"article_id": article.ID, "account_id": accountID}); err != nil {
			return err
		}
	}
	return nil
}
