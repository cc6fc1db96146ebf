package articles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Revision is a frozen text. It never changes; signatures and deliveries carry its hash.
type Revision struct {
	ID        string            `json:"id"`
	ArticleID string            `json:"article_id"`
	No        int               `json:"no"`
	Title     string            `json:"title"`
	Digest    string            `json:"digest"`
	Byline    string            `json:"byline"`
	Source    string            `json:"source"`
	Body      string            `json:"body"`
	CoverID   *string           `json:"cover_id"`
	Pictures  channels.Pictures `json:"pictures"`
	SHA256    string            `json:"sha256"`
	CreatedBy string            `json:"created_by"`
	CreatedAt sql.Time          `json:"created_at"`
}

// Message returns the frozen text as the channels take it.
func (r Revision) Message(unitID string) channels.Message {
	message := channels.Message{
		OriginID: r.ArticleID, RevisionID: r.ID, UnitID: unitID, Title: r.Title, Digest: r.Digest, Byline: r.Byline, Source: r.Source,
		Body: r.Body, Pictures: r.Pictures, SHA256: r.SHA256,
	}
	if r.CoverID != nil {
		message.CoverID = *r.CoverID
	}
	return message
}

// hash returns the SHA-256 of everything that is signed (K17), the same that the channels check before they send.
func (r Revision) hash() (string, error) { return r.Message("").Hash() }

// loadRevision returns a frozen text, and refuses one that was changed since it was frozen.
func loadRevision(ctx context.Context, db *sql.DB, id string) (Revision, error) {
	revision, err := sql.Get[Revision](ctx, db, "revision.get", sql.Args{"id": id})
	if err != nil {
		return Revision{}, fmt.Errorf("load revision %s: %w", id, err)
	}
	hash, err := revision.hash()
	if err != nil {
		return Revision{}, err
	}
	if hash != revision.SHA256 {
		return Revision{}, errTampered.Because(fmt.Errorf("revision %s hashes to %s, frozen was %s", id, hash, revision.SHA256))
	}
	return revision, nil
}

// errTampered says that a row was changed behind the program's back.
var errTampered = ErrRevision.Say("送审时冻结的文本被改动过，不能签署或发布。请撤回稿件重新送审，并请系统管理员查明原因。")

// Submit freezes an article's text and opens the signing chain of its unit's rulebook. What would only fail later is
// refused now, while the author still has the text open: foreign pictures, missing ones, a platform's limits.
func Submit(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, id string, version int64) (Article, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, err := load(ctx, tx, actor, units.ReadArticles, id)
		if err != nil {
			return err
		}
		if !reaches(actor, article.UnitID, units.WriteArticles) {
			return ErrUnitRefused
		}
		if article.State != Draft && article.State != Returned {
			return ErrNotDraft
		}
		if article.Version != version {
			return ErrStale
		}
		rulebook, err := chainRulebook(ctx, tx, book, article.UnitID)
		if err != nil {
			return err
		}
		revision, err := freeze(ctx, tx, actor, article)
		if err != nil {
			return err
		}
		if err := checkTargets(ctx, tx, out, actor, article, revision); err != nil {
			return err
		}
		changed, err := tx.ExecOne(ctx, "article.freeze", sql.Args{"id": id, "version": version, "rulebook": rulebook.ID,
			"revision_id": revision.ID, "revision_no": revision.No, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !changed {
			return ErrStale
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.submitted", ObjectKind: "article", ObjectID: id,
			Detail: sql.Object{"revision_id": revision.ID, "revision_no": revision.No, "sha256": revision.SHA256, "rulebook": rulebook.ID}})
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}

// chainRulebook returns the rulebook whose chain a unit signs under; article.no_chain when there is none.
func chainRulebook(ctx context.Context, db *sql.DB, book rules.Book, unitID string) (*rules.Rulebook, error) {
	chains, err := openChains(ctx, db, book, unitID)
	if err != nil {
		return nil, err
	}
	rulebook, ok := chains.local(unitID)
	if !ok || rulebook.Review == nil {
		return nil, ErrNoChain
	}
	return rulebook, nil
}

// freeze checks that a text can be signed and keeps it as the article's next revision.
func freeze(ctx context.Context, tx *sql.DB, actor units.Actor, article Article) (Revision, error) {
	cleaned, err := Clean(article.Body)
	if err != nil {
		return Revision{}, err
	}
	if strings.TrimSpace(PlainText(cleaned.HTML)) == "" && len(cleaned.Images) == 0 {
		return Revision{}, ErrBodyRequired.On("body")
	}
	ids, err := pictureIDs(cleaned, article.CoverID)
	if err != nil {
		return Revision{}, err
	}
	pictures, err := picturesOf(ctx, tx, article.UnitID, ids)
	if err != nil {
		return Revision{}, err
	}
	last, err := sql.Get[int](ctx, tx, "revision.last_no", sql.Args{"article_id": article.ID})
	if err != nil {
		return Revision{}, err
	}
	revision := Revision{
		ID: sql.NewID(), ArticleID: article.ID, No: last + 1, Title: article.Title, Digest: article.Digest, Byline: article.Byline,
		Source: article.Source, Body: cleaned.HTML, CoverID: article.CoverID, Pictures: pictures, CreatedBy: actor.PersonID, CreatedAt: tx.Now(),
	}
	if revision.SHA256, err = revision.hash(); err != nil {
		return Revision{}, err
	}
	_, err = tx.Exec(ctx, "revision.insert", revision)
	if sql.IsDuplicate(err) { // somebody else submitted it in the same moment
		err = ErrStale.Because(err)
	}
	return revision, err
}

// pictureIDs lists the pictures a text uses, the cover's too, and refuses foreign ones.
func pictureIDs(cleaned Cleaned, cover *string) ([]string, error) {
	var ids, foreign []string
	for _, image := range cleaned.Images {
		if image.MediaID == "" {
			foreign = append(foreign, shorten(image.Src))
			continue
		}
		ids = append(ids, image.MediaID)
	}
	if len(foreign) > 0 {
		return nil, ErrForeign.Say("正文里还有 %d 张外部图片，发布后读者看不到。请逐张上传替换或删除后再送审。", len(foreign)).On("body").With(map[string]any{"pictures": foreign})
	}
	if cover != nil {
		ids = append(ids, *cover)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) > 200 {
		return string([]rune(s)[:200]) + "…"
	}
	return s
}

// checkTargets refuses a text that one of its accounts could not show, and an article that goes nowhere.
func checkTargets(ctx context.Context, tx *sql.DB, out *channels.Outside, actor units.Actor, article Article, revision Revision) error {
	targets, err := targetsOf(ctx, tx, actor, article)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return channels.ErrNoAccounts.On("account_ids")
	}
	var sentences []string
	for _, account := range targets {
		preview, err := channels.PreviewFor(out, revision.Message(article.UnitID), account)
		if err != nil {
			return err
		}
		for _, sentence := range preview.Blocked() {
			sentences = append(sentences, "“"+account.Name+"”："+sentence)
		}
	}
	if len(sentences) > 0 {
		return channels.ErrOverLimits.Say("稿件超出平台限制，请修改后再送审。%s", strings.Join(sentences, " ")).With(map[string]any{"limits": sentences})
	}
	return nil
}

// targetsOf returns the accounts an article is meant for; each is its unit's own.
func targetsOf(ctx context.Context, db *sql.DB, actor units.Actor, article Article) ([]accounts.Account, error) {
	ids, err := sql.List[string](ctx, db, "article_account.list", sql.Args{"article_id": article.ID})
	if err != nil {
		return nil, err
	}
	targets := make([]accounts.Account, 0, len(ids))
	for _, id := range ids {
		account, err := targetOf(ctx, db, actor, article.UnitID, id)
		if err != nil {
			return nil, err
		}
		targets = append(targets, account)
	}
	return targets, nil
}

// targetOf returns an account that articles of a unit may go to. Reading it is not enough: what is signed in one unit does
// not come out under another one's name.
func targetOf(ctx context.Context, db *sql.DB, actor units.Actor, unitID, accountID string) (accounts.Account, error) {
	account, err := accounts.Get(ctx, db, actor, accountID)
	switch {
	case errors.Is(err, accounts.ErrNotFound):
		return accounts.Account{}, ErrAccountUnknown.On("account_ids").Because(err)
	case err != nil:
		return accounts.Account{}, err
	case account.UnitID != unitID:
		return accounts.Account{}, ErrAccountUnknown.Say("“%s”是%s的账号，稿件只能发到本单位的账号，请重新选择。", account.Name, account.UnitName).On("account_ids")
	}
	return account, nil
}

// ChannelPreview is how one account will show an article, or why it cannot.
type ChannelPreview struct {
	AccountID   string            `json:"account_id"`
	AccountName string            `json:"account_name"`
	Preview     *channels.Preview `json:"preview"` // nil when the account cannot be published to
	Sentence    string            `json:"sentence"`
}

// Previews shows an article as each of its accounts will: the frozen text while one stands, else the present one.
func Previews(ctx context.Context, db *sql.DB, out *channels.Outside, actor units.Actor, id string) ([]ChannelPreview, error) {
	article, err := load(ctx, db, actor, units.ReadArticles, id)
	if err != nil {
		return nil, err
	}
	message, err := messageNow(ctx, db, article)
	if err != nil {
		return nil, err
	}
	targets, err := targetsOf(ctx, db, actor, article)
	if err != nil {
		return nil, err
	}
	previews := make([]ChannelPreview, 0, len(targets))
	for _, account := range targets {
		shown := ChannelPreview{AccountID: account.ID, AccountName: account.Name}
		if preview, err := channels.PreviewFor(out, message, account); err != nil {
			shown.Sentence = sentenceOf(err)
		} else {
			shown.Preview = &preview
		}
		previews = append(previews, shown)
	}
	return previews, nil
}

// messageNow returns the text that would go out: the frozen one, else the draft with the pictures it has so far.
func messageNow(ctx context.Context, db *sql.DB, article Article) (channels.Message, error) {
	if article.RevisionID != nil {
		revision, err := loadRevision(ctx, db, *article.RevisionID)
		return revision.Message(article.UnitID), err
	}
	draft := Revision{ArticleID: article.ID, Title: article.Title, Digest: article.Digest, Byline: article.Byline, Source: article.Source,
		Body: article.Body, CoverID: article.CoverID}
	cleaned, err := Clean(article.Body)
	if err != nil {
		return channels.Message{}, err
	}
	ids := []string{}
	for _, image := range cleaned.Images {
		if image.MediaID != "" {
			ids = append(ids, image.MediaID)
		}
	}
	if article.CoverID != nil {
		ids = append(ids, *article.CoverID)
	}
	media, err := sql.List[Media](ctx, db, "media.of_unit", sql.Args{"unit_id": article.UnitID, "ids": ids})
	if err != nil {
		return channels.Message{}, err
	}
	for _, m := range media {
		draft.Pictures = append(draft.Pictures, m.picture())
	}
	return draft.Message(article.UnitID), nil
}
