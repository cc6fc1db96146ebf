package articles

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Decision is what somebody did at a stage.
type Decision string

// The decisions.
const (
	DecisionSigned   Decision = "signed"
	DecisionReturned Decision = "returned"
)

// Signature is one signed stage of the chain, bound to one frozen text by its hash.
type Signature struct {
	ID         string    `json:"id"`
	ArticleID  string    `json:"article_id"`
	RevisionID string    `json:"revision_id"`
	RevisionNo int       `json:"revision_no"`
	SHA256     string    `json:"sha256"`
	Stage      int       `json:"stage"` // place in the rulebook's list, from 0
	Seq        int       `json:"seq"`
	StageGroup string    `json:"stage_group"` // review, proof
	Label      string    `json:"label"`       // 一审, 二校, …
	Role       string    `json:"role"`        // the role it was signed in
	PersonID   string    `json:"person_id"`
	PersonName string    `json:"person_name"`
	Decision   Decision  `json:"decision"`
	Opinion    string    `json:"opinion"`
	SignedAt   sql.Time  `json:"signed_at"`
	VoidedAt   *sql.Time `json:"voided_at"`
	VoidReason string    `json:"void_reason"`
}

// ChainStage is one stage of the chain as the article's page shows it.
type ChainStage struct {
	Label     string     `json:"label"`
	Group     string     `json:"group"`
	Seq       int        `json:"seq"`
	Roles     []string   `json:"roles"`
	RoleNames []string   `json:"role_names"`
	Focus     []string   `json:"focus"`
	Citation  string     `json:"citation"`  // 潼南 2022 第15条第2款
	Status    string     `json:"status"`    // done, current, waiting, noted (written down, not signed)
	Signature *Signature `json:"signature"` // nil until it is signed
	Holders   []string   `json:"holders"`   // names of those who may sign it, for the current stages
}

// Sign gives the actor's signature for the stage whose turn it is, bound to the text the actor read: the hash must be
// the frozen one's. label names the stage where several stand open side by side; empty takes the one the actor may sign.
// After the last stage the article is signed.
func Sign(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, sha256, label, opinion string) (Article, error) {
	return decide(ctx, db, book, actor, id, version, sha256, label, opinion, DecisionSigned)
}

// Return sends an article back to its author with a reason. Every signature on the text is voided; a new submission
// starts the chain anew.
func Return(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, sha256, label, reason string) (Article, error) {
	if strings.TrimSpace(reason) == "" {
		return Article{}, ErrReason.On("reason")
	}
	return decide(ctx, db, book, actor, id, version, sha256, label, reason, DecisionReturned)
}

// maxOpinion is how many characters an opinion may have.
const maxOpinion = 1000

func decide(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, sha256, label, opinion string, decision Decision) (Article, error) {
	opinion = strings.TrimSpace(opinion)
	if used := len([]rune(opinion)); used > maxOpinion {
		return Article{}, ErrTooLong.Say("意见最多 %d 个字，现在有 %d 个字，请缩短。", maxOpinion, used).On("opinion")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, revision, signed, err := loadForSigning(ctx, tx, actor, id, version, sha256)
		if err != nil {
			return err
		}
		chains, err := openChains(ctx, tx, book, article.UnitID)
		if err != nil {
			return err
		}
		stage, err := mySigningStage(chains, actor, article, signed, label)
		if err != nil {
			return err
		}
		signature := newSignature(chains, actor, article, revision, stage, decision, opinion, tx.Now())
		if _, err := tx.Exec(ctx, "signature.insert", signature); err != nil {
			if sql.IsDuplicate(err) {
				return ErrStale.Because(err) // somebody else signed this stage in the same moment
			}
			return err
		}
		if err := settle(ctx, tx, chains, article, append(signed, signature), decision); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article." + string(decision), ObjectKind: "article", ObjectID: id,
			Detail: sql.Object{"stage": stage.Label, "revision_no": revision.No, "sha256": revision.SHA256, "opinion": opinion}})
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}

func loadForSigning(ctx context.Context, tx *sql.DB, actor units.Actor, id string, version int64, sha256 string) (Article, Revision, []Signature, error) {
	article, err := load(ctx, tx, actor, units.ReadArticles, id)
	if err != nil {
		return article, Revision{}, nil, err
	}
	if article.State != Signing || article.RevisionID == nil {
		return article, Revision{}, nil, ErrNotSigning
	}
	revision, err := loadRevision(ctx, tx, *article.RevisionID)
	if err != nil {
		return article, revision, nil, err
	}
	if revision.SHA256 != sha256 {
		return article, revision, nil, ErrRevision
	}
	if article.Version != version {
		return article, revision, nil, ErrStale
	}
	// From here on nobody else signs: the signatures read now are those of this version.
	held, err := tx.ExecOne(ctx, "article.hold", sql.Args{"id": id, "version": version})
	if err != nil {
		return article, revision, nil, err
	}
	if !held {
		return article, revision, nil, ErrStale
	}
	signed, err := sql.List[Signature](ctx, tx, "signature.of_revision", sql.Args{"revision_id": revision.ID})
	return article, revision, signed, err
}

// settle moves the article after a decision: back to the author, on to signed after the last stage, or just counted.
func settle(ctx context.Context, tx *sql.DB, chains chains, article Article, signed []Signature, decision Decision) error {
	args := sql.Args{"id": article.ID, "version": article.Version, "now": tx.Now()}
	statement := "article.touch"
	if decision == DecisionReturned {
		if _, err := void(ctx, tx, *article.RevisionID, "稿件被退回，原有签署作废"); err != nil {
			return err
		}
		statement, args["to"] = "article.back", Returned
	} else if rulebook, ok := chains.of(article); ok && len(rulebook.Review.Next(given(signed))) == 0 {
		statement, args["from"], args["to"] = "article.move", Signing, Signed
	}
	changed, err := tx.ExecOne(ctx, statement, args)
	if err == nil && !changed {
		err = ErrStale
	}
	return err
}

// mySigningStage returns the open stage that the actor may sign, the one called label where it is named; a fault with
// the clause says why there is none.
func mySigningStage(chains chains, actor units.Actor, article Article, signed []Signature, label string) (rules.ReviewStage, error) {
	rulebook, ok := chains.of(article)
	if !ok || rulebook.Review == nil {
		return rules.ReviewStage{}, ErrNoChain
	}
	done := given(signed)
	open := rulebook.Review.Next(done)
	if label != "" {
		place := slices.IndexFunc(open, func(s rules.ReviewStage) bool { return s.Label == label })
		if place < 0 {
			return rules.ReviewStage{}, notItsTurn(rulebook, label, open, signed)
		}
		open = open[place : place+1]
	}
	var refusal error = ErrNotSigning
	for _, stage := range open {
		if _, ok := roleFor(actor, article.UnitID, stage); !ok {
			refusal = ErrWrongRole.Say("%s须由%s签署，您在%s没有这个角色。", stage.Label, strings.Join(roleNames(stage.Roles), "或"), article.UnitName).
				Under(rulebook.ID, stage.Articles)
			continue
		}
		if earlier, repeats := rulebook.Review.MayNotRepeat(stage.Label, actor.PersonID, done); repeats {
			refusal = ErrRepeat.Say("您已经签过%s，%s须由另一人签署。", earlier.Label, stage.Label).Under(rulebook.ID, stage.Articles)
			continue
		}
		return stage, nil
	}
	return rules.ReviewStage{}, refusal
}

// notItsTurn says why the stage called label cannot be signed by anybody now.
func notItsTurn(rulebook *rules.Rulebook, label string, open []rules.ReviewStage, signed []Signature) error {
	var turn []string
	for _, stage := range open {
		turn = append(turn, stage.Label)
	}
	if place := slices.IndexFunc(signed, func(s Signature) bool { return s.Label == label }); place >= 0 {
		return ErrWrongRole.Say("%s已由%s签过，现在轮到%s。", label, signed[place].PersonName, strings.Join(turn, "、"))
	}
	if stage, ok := rulebook.Review.Stage(label); ok && stage.Sign {
		return ErrWrongRole.Say("%s还没有轮到，现在轮到%s。", label, strings.Join(turn, "、"))
	}
	return ErrWrongRole.Say("审签流程里没有“%s”这个签署环节，现在轮到%s。", label, strings.Join(turn, "、"))
}

// roleFor returns the role in which the actor may sign a stage at the unit.
func roleFor(actor units.Actor, unitID string, stage rules.ReviewStage) (rules.Role, bool) {
	for _, role := range stage.Roles {
		if actor.Holds(unitID, units.Role(role)) {
			return role, true
		}
	}
	return "", false
}

func newSignature(chains chains, actor units.Actor, article Article, revision Revision, stage rules.ReviewStage, decision Decision, opinion string, now sql.Time) Signature {
	role, _ := roleFor(actor, article.UnitID, stage)
	rulebook, _ := chains.of(article)
	place := slices.IndexFunc(rulebook.ReviewStages(), func(s rules.ReviewStage) bool { return s.Label == stage.Label })
	return Signature{
		ID: sql.NewID(), ArticleID: article.ID, RevisionID: revision.ID, RevisionNo: revision.No, SHA256: revision.SHA256, Stage: place,
		Seq: stage.Seq, StageGroup: string(stage.Group), Label: stage.Label, Role: string(role), PersonID: actor.PersonID, PersonName: actor.Name,
		Decision: decision, Opinion: opinion, SignedAt: now,
	}
}

// Withdraw takes an article out of the chain, back to the editor. The signatures on it are voided.
func Withdraw(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Article, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, err := loadForWriting(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if article.State != Signing && article.State != Signed {
			return ErrNotSigning
		}
		voided, err := void(ctx, tx, *article.RevisionID, "作者撤回，原有签署作废")
		if err != nil {
			return err
		}
		changed, err := tx.ExecOne(ctx, "article.back", sql.Args{"id": id, "version": version, "to": Draft, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !changed {
			return ErrStale
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.withdrawn", ObjectKind: "article", ObjectID: id,
			Detail: sql.Object{"revision_id": *article.RevisionID, "voided": voided}})
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}

func void(ctx context.Context, tx *sql.DB, revisionID, reason string) (int64, error) {
	return tx.Exec(ctx, "signature.void", sql.Args{"revision_id": revisionID, "reason": reason, "now": tx.Now()})
}

// standing picks from all signatures of an article those that stand on the frozen text.
func standing(all []Signature, revisionID *string) []Signature {
	var list []Signature
	for _, s := range all {
		if revisionID != nil && s.RevisionID == *revisionID && s.VoidedAt == nil && s.Decision == DecisionSigned {
			list = append(list, s)
		}
	}
	return list
}

func given(signed []Signature) []rules.Signed {
	list := make([]rules.Signed, 0, len(signed))
	for _, s := range signed {
		if s.Decision == DecisionSigned {
			list = append(list, rules.Signed{Label: s.Label, Person: s.PersonID})
		}
	}
	return list
}

// chainOf shows the chain of an article: the one being signed, or for a draft the one it would be submitted to.
func chainOf(ctx context.Context, db *sql.DB, chains chains, article Article, signed []Signature) ([]ChainStage, error) {
	rulebook, ok := chains.of(article)
	if article.Rulebook == "" {
		rulebook, ok = chains.local(article.UnitID)
	}
	if !ok || rulebook.Review == nil {
		return []ChainStage{}, nil
	}
	next := rulebook.Review.Next(given(signed))
	chain := []ChainStage{}
	for _, stage := range rulebook.ReviewStages() {
		shown := ChainStage{Label: stage.Label, Group: string(stage.Group), Seq: stage.Seq, Roles: asStrings(stage.Roles), RoleNames: roleNames(stage.Roles),
			Focus: append([]string{}, stage.Focus...), Citation: rulebook.Cite(stage.Articles), Status: "waiting", Holders: []string{}}
		place := slices.IndexFunc(signed, func(s Signature) bool { return s.Label == stage.Label })
		switch {
		case place >= 0:
			shown.Status, shown.Signature = "done", &signed[place]
		case !stage.Sign:
			shown.Status = "noted"
		case article.State == Signing && slices.ContainsFunc(next, func(n rules.ReviewStage) bool { return n.Label == stage.Label }):
			shown.Status = "current"
			names, err := holderNames(ctx, db, article.UnitID, stage)
			if err != nil {
				return nil, err
			}
			shown.Holders = names
		}
		chain = append(chain, shown)
	}
	return chain, nil
}

func holderNames(ctx context.Context, db *sql.DB, unitID string, stage rules.ReviewStage) ([]string, error) {
	names := []string{}
	for _, role := range stage.Roles {
		people, err := units.HoldersOf(ctx, db, unitID, units.Role(role))
		if err != nil {
			return nil, err
		}
		for _, person := range people {
			if !slices.Contains(names, person.Name) {
				names = append(names, person.Name)
			}
		}
	}
	return names, nil
}

// missingStages returns the labels of the stages that are not signed yet, in order.
func missingStages(rulebook *rules.Rulebook, signed []Signature) []string {
	var labels []string
	for _, stage := range rulebook.ReviewStages() {
		if stage.Sign && !slices.ContainsFunc(signed, func(s Signature) bool { return s.Label == stage.Label }) {
			labels = append(labels, stage.Label)
		}
	}
	return labels
}

func roleNames(roles []rules.Role) []string {
	names := make([]string, 0, len(roles))
	for _, role := range roles {
		names = append(names, rules.RoleName(role))
	}
	return names
}

func asStrings[T ~string](list []T) []string {
	out := make([]string, 0, len(list))
	for _, item := range list {
		out = append(out, string(item))
	}
	return out
}

// sentenceOf returns what an error says to a person.
func sentenceOf(err error) string {
	if f := fault.As(err); f != nil {
		return f.Sentence
	}
	return fmt.Sprintf("系统错误：%v", err)
}
