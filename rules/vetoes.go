package rules

import "slices"

// Standing is what the clocks of one website or one account say at a moment: the counts from which a veto follows
// without anybody looking.
type Standing struct {
	Object Object `json:"object"`

	// AccountStale: the account is out of date under this rulebook's limit.
	AccountStale bool `json:"account_stale,omitempty"`

	// HomeStale: the home page had nothing new for longer than HomeLimit says.
	HomeStale bool `json:"home_stale,omitempty"`

	// StaleColumns are the columns out of date, by kind: those with a limit, of this rulebook or of the office's own
	// (I-GB-04). Blank columns are not among them (I-GB-05).
	StaleColumns map[Kind]int `json:"stale_columns,omitempty"`

	// UndatedColumns are the columns that have content and show no date of it, by kind. A column that could not be read is
	// not among them: it is unknown, never red.
	UndatedColumns map[Kind]int `json:"undated_columns,omitempty"`

	BlankColumns     int `json:"blank_columns,omitempty"`
	IncompleteGuides int `json:"incomplete_guides,omitempty"`
	Guides           int `json:"guides,omitempty"` // all of them, complete or not
}

// VetoesOf lists the conditions of vetoes that a standing meets, ready for Assess: for the national card 内容不更新 of
// accounts, 首页不更新 and 栏目不更新 of sites, and guides. Every figure is the rulebook's; what is not confirmed meets
// nothing. None met, or no vetoes in the rulebook, give nil. What people must judge is not here.
func (rb *Rulebook) VetoesOf(s Standing) []VetoFound {
	var found []VetoFound
	for _, veto := range rb.Vetoes {
		if !veto.Enforced() || !slices.Contains(veto.Objects, s.Object) {
			continue
		}
		for _, condition := range veto.Conditions {
			if count, met := rb.met(condition, s); met && condition.Enforced() {
				found = append(found, VetoFound{Veto: veto.ID, Condition: condition.ID, Count: count})
			}
		}
	}
	return found
}

// HomeLimit is how long a home page may be without anything new, with the articles that say so; false when the rulebook
// does not say. For HomeStale: out of date once Add(last, limit, cal) is overdue.
func (rb *Rulebook) HomeLimit() (limit Duration, articles []string, ok bool) {
	for _, veto := range rb.Vetoes {
		for _, condition := range veto.Conditions {
			if condition.HomeSilence != nil && condition.Enforced() && veto.Enforced() {
				return *condition.HomeSilence, veto.Articles, true
			}
		}
	}
	return Duration{}, nil, false
}

// met reports whether a standing meets a condition, and by how many of what the condition counts.
func (rb *Rulebook) met(c Condition, s Standing) (count int, met bool) {
	switch {
	case c.Count != nil:
		count = rb.counted(*c.Count, s)
		all := c.Count.AllIfFewer && s.Guides > 0 && s.Guides < c.Count.Min && count >= s.Guides
		return count, count >= c.Count.Min || all
	case c.Limit != "":
		return 0, s.AccountStale && rb.enforcesLimit(c.Limit)
	case c.HomeSilence != nil:
		return 0, s.HomeStale
	}
	return 0, false
}

// counted is how many things of a standing a threshold counts.
func (rb *Rulebook) counted(threshold CountThreshold, s Standing) (count int) {
	switch threshold.Of {
	case BlankColumns:
		return s.BlankColumns
	case IncompleteGuides:
		return s.IncompleteGuides
	}
	columns := []map[Kind]int{s.StaleColumns}
	if rb.undatedIsStale() {
		columns = append(columns, s.UndatedColumns)
	}
	for _, byKind := range columns {
		for kind, n := range byKind {
			if len(threshold.Kinds) > 0 && !slices.Contains(threshold.Kinds, kind) || slices.Contains(threshold.Except, kind) {
				continue
			}
			count += n
		}
	}
	return count
}

// undatedIsStale reports whether a column that shows no date counts as out of date.
func (rb *Rulebook) undatedIsStale() bool {
	return slices.ContainsFunc(rb.ColumnRules, func(r ColumnRule) bool { return r.Rule == "undated_is_stale" })
}

// enforcesLimit reports whether an update limit exists and is confirmed.
func (rb *Rulebook) enforcesLimit(id string) bool {
	return slices.ContainsFunc(rb.UpdateLimits, func(l UpdateLimit) bool { return l.ID == id && l.Enforced() })
}
