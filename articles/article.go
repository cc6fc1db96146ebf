package articles

import (
	"context"
	"errors"
	"slices"
	"strings"

	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// State is where an article stands.
type State string

// The states, in the order of life. What became of it on each channel is asked of the deliveries.
const (
	Draft     State = "draft"     // 草稿
	Signing   State = "signing"   // 审签中
	Returned  State = "returned"  // 已退回
	Signed    State = "signed"    // 已签发，待排期
	Scheduled State = "scheduled" // 已排期
	Discarded State = "discarded" // 已删除，可恢复
)

// Article is what an editor writes. Its text may change; what is signed is a Revision.
type Article struct {
	ID          string    `json:"id"`
	UnitID      string    `json:"unit_id"`
	UnitName    string    `json:"unit_name"`
	AuthorID    string    `json:"author_id"`
	AuthorName  string    `json:"author_name"`
	Title       string    `json:"title"`
	Digest      string    `json:"digest"`
	Byline      string    `json:"byline"`
	Source      string    `json:"source"`
	Body        string    `json:"body"` // cleaned HTML; empty in lists
	CoverID     *string   `json:"cover_id"`
	State       State     `json:"state"`
	Rulebook    string    `json:"rulebook"` // whose chain is being signed; empty before it is submitted
	RevisionID  *string   `json:"revision_id"`
	RevisionNo  int       `json:"revision_no"`
	ScheduledAt *sql.Time `json:"scheduled_at"`
	CreatedAt   sql.Time  `json:"created_at"`
	UpdatedAt   sql.Time  `json:"updated_at"`
	Version     int64     `json:"version"`
}

// View is an article with everything its page shows.
type View struct {
	Article
	AccountIDs []string           `json:"account_ids"`
	SHA256     string             `json:"sha256"` // of the frozen text; empty when none is
	Chain      []ChainStage       `json:"chain"`
	Signatures []Signature        `json:"signatures"` // every one ever given, the voided ones too
	Deliveries []channels.Summary `json:"deliveries"`
	Actions    []string           `json:"actions"` // what this person may do now: edit, submit, sign, return, withdraw, schedule, unschedule, discard, restore, retract, reopen, correct
	Why        string             `json:"why"`     // Chinese: why sign is not among the actions while the article is being signed
}

// load returns an article the actor may touch with the permission; article.not_found when it is out of reach.
func load(ctx context.Context, db *sql.DB, actor units.Actor, permission units.Permission, id string) (Article, error) {
	article, err := sql.Get[Article](ctx, db, "article.visible", sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(permission)})
	if errors.Is(err, sql.ErrNone) {
		return Article{}, ErrNotFound
	}
	return article, err
}

// PublicTexts returns the texts of an article that readers see now, for whoever writes or signs a correction; none where nothing is out.
func PublicTexts(ctx context.Context, db *sql.DB, actor units.Actor, id string) ([]channels.PublicText, error) {
	if _, err := load(ctx, db, actor, units.ReadArticles, id); err != nil {
		return nil, err
	}
	return channels.PublicTexts(ctx, db, id)
}

// Get returns one article with its chain, signatures and deliveries.
func Get(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (View, error) {
	article, err := load(ctx, db, actor, units.ReadArticles, id)
	if err != nil {
		return View{}, err
	}
	view := View{Article: article}
	if view.AccountIDs, err = sql.List[string](ctx, db, "article_account.list", sql.Args{"article_id": id}); err != nil {
		return View{}, err
	}
	if view.Signatures, err = sql.List[Signature](ctx, db, "signature.of_article", sql.Args{"article_id": id}); err != nil {
		return View{}, err
	}
	if article.RevisionID != nil {
		revision, err := sql.Get[Revision](ctx, db, "revision.get", sql.Args{"id": *article.RevisionID})
		if err != nil {
			return View{}, err
		}
		view.show(revision)
	}
	chains, err := openChains(ctx, db, book, article.UnitID)
	if err != nil {
		return View{}, err
	}
	if view.Chain, err = chainOf(ctx, db, chains, article, standing(view.Signatures, article.RevisionID)); err != nil {
		return View{}, err
	}
	if view.Deliveries, err = channels.OfOrigin(ctx, db, id); err != nil {
		return View{}, err
	}
	view.Actions, view.Why = actionsFor(chains, actor, view)
	return view, nil
}

// show puts the frozen text in place of the article's own: what is read is what is signed.
func (v *View) show(r Revision) {
	v.Title, v.Digest, v.Byline, v.Source, v.Body, v.CoverID, v.SHA256 = r.Title, r.Digest, r.Byline, r.Source, r.Body, r.CoverID, r.SHA256
}

// actionsFor lists what the actor may do with the article now, and why signing is not among it.
func actionsFor(chains chains, actor units.Actor, view View) ([]string, string) {
	actions, why := []string{}, ""
	writes := reaches(actor, view.UnitID, units.WriteArticles)
	switch view.State {
	case Draft, Returned:
		if writes {
			actions = append(actions, "edit", "submit", "discard")
		}
	case Signing:
		if _, err := mySigningStage(chains, actor, view.Article, standing(view.Signatures, view.RevisionID), ""); err == nil {
			actions = append(actions, "sign", "return")
		} else {
			why = sentenceOf(err)
		}
		if writes {
			actions = append(actions, "edit", "withdraw")
		}
	case Signed:
		if reaches(actor, view.UnitID, units.PublishArticle) {
			actions = append(actions, map[bool]string{false: "schedule", true: "correct"}[correctable(view.Deliveries)])
		}
		if writes {
			actions = append(actions, "edit", "withdraw")
		}
	case Scheduled:
		if reaches(actor, view.UnitID, units.PublishArticle) && mayCallOff(view.Deliveries) {
			actions = append(actions, "unschedule")
		}
		if writes && correctable(view.Deliveries) {
			actions = append(actions, "reopen")
		}
	case Discarded:
		if writes {
			actions = append(actions, "restore")
		}
	}
	if mayRetract(view.Deliveries) && actor.May(units.ActDeliveries) {
		actions = append(actions, "retract")
	}
	return actions, why
}

// mayRetract reports whether something of an article is out, may be, or is still to go out.
func mayRetract(deliveries []channels.Summary) bool {
	return slices.ContainsFunc(deliveries, func(d channels.Summary) bool {
		return d.Action == channels.Publish && d.BarredAt == nil && d.State != channels.Cancelled
	})
}

// reaches reports whether the actor holds a role with the permission at the unit itself. Writing, signing and releasing
// are a unit's own business; the office above reads.
func reaches(actor units.Actor, unitID string, permission units.Permission) bool {
	for _, role := range units.RolesWith(permission) {
		if actor.Holds(unitID, units.Role(role)) {
			return true
		}
	}
	return false
}

// mayCallOff reports whether every delivery that still stands can be taken back by itself. A failed one went nowhere.
func mayCallOff(deliveries []channels.Summary) bool {
	back := []channels.State{channels.Held, channels.Scheduled, channels.Prepared, channels.Failed, channels.Cancelled, channels.Retracted}
	return !slices.ContainsFunc(deliveries, func(d channels.Summary) bool { return !slices.Contains(back, d.State) || d.SeriesID != nil })
}

// Filter narrows a list of articles; empty fields narrow nothing.
type Filter struct {
	State    State // empty: all but the discarded
	UnitID   string
	Mine     bool
	Title    string // a part of the title
	BeforeAt sql.Time
	BeforeID string
	Limit    int
}

// List returns a page of the articles the actor reaches, the last touched first, without their texts.
func List(ctx context.Context, db *sql.DB, actor units.Actor, filter Filter) ([]Article, error) {
	mine := ""
	if filter.Mine {
		mine = actor.PersonID
	}
	return sql.List[Article](ctx, db, "article.list", sql.Args{
		"state": filter.State, "unit_id": filter.UnitID, "mine": mine, "title": like(filter.Title), "before_at": filter.BeforeAt,
		"before_id": filter.BeforeID, "limit": filter.Limit, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadArticles),
	})
}

// like turns a piece of text into a LIKE pattern that finds it anywhere; the empty text stays empty.
func like(part string) string {
	part = strings.TrimSpace(part)
	if part == "" {
		return ""
	}
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(part) + "%"
}
