package articles

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Task is an article that waits for this person.
type Task struct {
	Article
	What  string `json:"what"`  // sign, revise, schedule
	Stage string `json:"stage"` // for sign: the stage's label
}

// maxTasks bounds the list of what waits for one person; a longer one is no list any more.
const maxTasks = 200

// Tasks returns what waits for the actor, the longest first: articles to sign, own ones sent back, own ones to schedule. An
// article whose author may not take the next step waits for those of its unit who may.
func Tasks(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor) ([]Task, error) {
	tasks, err := toSign(ctx, db, book, actor)
	if err != nil {
		return nil, err
	}
	own, err := sql.List[Article](ctx, db, "article.waiting", sql.Args{"person_id": actor.PersonID, "writing": units.RolesWith(units.WriteArticles),
		"publishing": units.RolesWith(units.PublishArticle), "limit": maxTasks})
	if err != nil {
		return nil, err
	}
	for _, article := range own {
		what := "revise"
		if article.State == Signed {
			what = "schedule"
		}
		tasks = append(tasks, Task{Article: article, What: what})
	}
	return tasks, nil
}

func toSign(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor) ([]Task, error) {
	candidates, err := sql.List[Article](ctx, db, "article.signing_for", sql.Args{
		"person_id": actor.PersonID, "roles": units.RolesWith(units.SignArticles), "limit": maxTasks})
	if err != nil {
		return nil, err
	}
	revisions := make([]string, 0, len(candidates))
	for _, article := range candidates {
		if article.RevisionID != nil {
			revisions = append(revisions, *article.RevisionID)
		}
	}
	signatures, err := sql.List[Signature](ctx, db, "signature.of_revisions", sql.Args{"revision_ids": revisions})
	if err != nil {
		return nil, err
	}
	var unitIDs []string
	for _, article := range candidates {
		unitIDs = append(unitIDs, article.UnitID)
	}
	chains, err := openChains(ctx, db, book, unitIDs...)
	if err != nil {
		return nil, err
	}
	tasks := []Task{}
	for _, article := range candidates {
		if stage, err := mySigningStage(chains, actor, article, standing(signatures, article.RevisionID), ""); err == nil {
			tasks = append(tasks, Task{Article: article, What: "sign", Stage: stage.Label})
		}
	}
	return tasks, nil
}
