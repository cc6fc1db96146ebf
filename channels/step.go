package channels

import (
	"context"
	"strings"

	"govmedia/sql"
	"govmedia/units"
)

// Outcome is how one step of a delivery ended.
type Outcome string

// The outcomes.
const (
	Begun   Outcome = "begun" // under way; kept only of what takes its time
	Done    Outcome = "done"
	Refused Outcome = "failed"
	Open    Outcome = "unclear" // no answer: the effect is not known
)

// Step is one line of what happened to a delivery, as people see it.
type Step struct {
	ID       string     `json:"id"`
	At       sql.Time   `json:"at"`
	Name     string     `json:"name"`
	Outcome  Outcome    `json:"outcome"`
	Took     int64      `json:"took"` // milliseconds
	Code     string     `json:"code"` // the platform's, empty when all went well
	Sentence string     `json:"sentence"`
	Detail   sql.Object `json:"detail"`
}

// addStep keeps one line. Lines are for people; a failure to write one is told to the caller, who logs it and goes on.
func addStep(ctx context.Context, db *sql.DB, deliveryID string, step Step) error {
	_, err := db.Exec(ctx, "delivery_step.insert", stepRow(db, deliveryID, step))
	return err
}

// NoteDecision keeps a line of what a person decided about a delivery: who, and what in Chinese.
func NoteDecision(ctx context.Context, tx *sql.DB, actor units.Actor, deliveryID, did string) error {
	return addStep(ctx, tx, deliveryID, decision(actor, did))
}

func decision(actor units.Actor, did string) Step {
	return Step{Name: "decision", Outcome: Done, Sentence: actor.Name + did}
}

// stepRow is a line as it is kept. Its id and time are those of now, so that lines written later stand where they belong.
func stepRow(db *sql.DB, deliveryID string, step Step) sql.Args {
	at := step.At
	if at == 0 {
		at = db.Now()
	}
	return sql.Args{
		"id": sql.NewID(), "delivery_id": deliveryID, "at": at, "name": cut(step.Name, 32), "outcome": step.Outcome, "took": step.Took,
		"code": cut(step.Code, 64), "sentence": cut(step.Sentence, 500), "detail": step.Detail,
	}
}

// cut returns at most n characters of s. Bytes that are no characters, as a platform's answer may hold, are replaced: a
// strict database refuses the whole row for one of them.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}
