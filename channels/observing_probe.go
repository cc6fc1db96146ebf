package channels

import (
	"context"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// Probed is what a source would tell, had it been added.
type Probed struct {
	Result   Reading      `json:"result"`
	Sentence string       `json:"sentence"`
	Warnings []string     `json:"warnings"`
	MovedTo  string       `json:"moved_to"`
	Items    []ProbedItem `json:"items"` // the newest; of a list or a sitemap those whose page was opened
}

// ProbedItem is one post that a source shows.
type ProbedItem struct {
	Title  string          `json:"title"`
	URL    string          `json:"url"`
	Shown  string          `json:"shown"` // the date as it stands there
	At     *sql.Time       `json:"at"`    // nil when it cannot be
	DateBy accounts.DateBy `json:"date_by"`
	Doubt  string          `json:"doubt"` // why the date is not believed; empty when it is
}

// mostProbed bounds the items that a probe shows.
const mostProbed = 10

// ProbeSource reads a place once, as if it were a new source, and keeps nothing. The actor holds WriteAccounts for the
// account's unit. Errors: as AddSource; a place that cannot be read is none, its Result says so.
func ProbeSource(ctx context.Context, db *sql.DB, w *Observing, actor units.Actor, in NewSource) (Probed, error) {
	account, err := mayAt(ctx, db, actor, in.AccountID, units.WriteAccounts)
	if err != nil {
		return Probed{}, err
	}
	if err := checkSource(ctx, db, w.Guard, actor, account, &in); err != nil {
		return Probed{}, err
	}
	now := db.Now()
	source := claimed{AccountID: account.ID, ColumnID: orNil(in.ColumnID), Kind: in.Kind, URL: in.URL, Host: hostOf(in.URL), Expect: in.Expect, Platform: account.Platform}
	found, problem := w.look(ctx, db, source, now)
	probed := Probed{Warnings: []string{}, Items: []ProbedItem{}}
	if problem != nil {
		probed.Result, probed.Sentence = problem.result, problem.sentence
		return probed, problem.err
	}
	probed.Result, probed.Sentence, probed.MovedTo = found.result, found.sentence, found.movedTo
	probed.Warnings = append(probed.Warnings, found.warnings...)
	for _, one := range found.posts[:min(len(found.posts), mostProbed)] {
		post, _, doubt := source.judge(one, now, 0, 0)
		item := ProbedItem{Title: post.Title, URL: post.URL, Shown: one.shown, DateBy: one.by, Doubt: doubt}
		if doubt == "" {
			item.At = &post.PublishedAt
		}
		probed.Items = append(probed.Items, item)
	}
	return probed, nil
}
