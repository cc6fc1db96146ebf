package rules

import "slices"

// Subject is what an update limit is looked up for.
type Subject struct {
	Object      Object // NewMedia, Column; websites and sub-sites have no timer of their own, their columns do
	Kind        Kind   // the account's platform kind or the column's kind; a word outside the vocabulary falls to AnyKind
	ColumnLevel int    // 1 = a top column of its site; 0 is taken as 1
}

// AccountObject is what a line of the register is to a rulebook: websites and sub-sites stand there beside the accounts
// under the kinds website and subsite; every other kind is a new-media account.
func AccountObject(kind Kind) Object {
	switch kind {
	case Kind(Website):
		return Website
	case Kind(Subsite):
		return Subsite
	}
	return NewMedia
}

// Reason is why a verdict is what it is, where the status alone does not say.
type Reason string

// The reasons.
const (
	ReasonNone         Reason = ""
	ReasonNotGoverned  Reason = "not_governed"  // the object is not in the rulebook's scope (K15)
	ReasonNoLimit      Reason = "no_limit"      // governed, but no update limit applies (K19)
	ReasonParentColumn Reason = "parent_column" // its updates count for the top column; no timer of its own
	ReasonNeverPosted  Reason = "never_posted"  // timed from the start of use (K13)
	ReasonBlankColumn  Reason = "blank_column"  // stale at once (K13)
)

var reasonNames = map[Reason]string{
	ReasonNotGoverned:  "本办法不管这类对象",
	ReasonNoLimit:      "本办法没有规定更新时限",
	ReasonParentColumn: "更新算入所属一级栏目，不单独计时",
	ReasonNeverPosted:  "从未发布，自启用时起算",
	ReasonBlankColumn:  "空白栏目",
}

// Label is the reason on the screen; ReasonNone is "".
func (r Reason) Label() string { return label(reasonNames, r) }

// UpdateLimit finds the limit that applies to a subject (K19): the entry that names its kind; otherwise any, unless
// listed in except; for columns otherwise undetermined, then other. When none applies it is nil and the reason is
// ReasonNotGoverned, ReasonNoLimit or, for a lower column whose kind is timed at another level only (I-TN-04),
// ReasonParentColumn.
func (rb *Rulebook) UpdateLimit(s Subject) (*UpdateLimit, Reason) {
	if !rb.Governs(s.Object) {
		return nil, ReasonNotGoverned
	}
	var target Target
	fallbacks := []Kind{AnyKind}
	switch s.Object {
	case NewMedia:
		target = AccountTarget
	case Column:
		target = ColumnTarget
		fallbacks = append(fallbacks, UndeterminedColumn, OtherColumn)
	default:
		return nil, ReasonNoLimit
	}
	if limit, otherLevel := rb.limitNaming(target, s.Kind, s.ColumnLevel); limit != nil {
		return limit, ReasonNone
	} else if otherLevel {
		return nil, ReasonParentColumn
	}
	for _, kind := range fallbacks {
		limit, _ := rb.limitNaming(target, kind, s.ColumnLevel)
		if limit != nil && (kind != AnyKind || !slices.Contains(limit.Except, s.Kind)) {
			return limit, ReasonNone
		}
	}
	return nil, ReasonNoLimit
}

// limitNaming finds the limit that names a kind at a level; otherLevel says that the kind is named, but for other
// levels only. A loaded rulebook has at most one such limit; where a reading widens one to every level (I-TN-04), the one
// for the level itself prevails. A limit that nothing confirms is never found.
func (rb *Rulebook) limitNaming(target Target, kind Kind, level int) (found *UpdateLimit, otherLevel bool) {
	for i := range rb.UpdateLimits {
		limit := &rb.UpdateLimits[i]
		switch {
		case limit.Target != target || !slices.Contains(limit.Kinds, kind) || !limit.Enforced():
		case limit.ColumnLevel == max(level, 1):
			return limit, false
		case limit.ColumnLevel == 0:
			found = limit
		default:
			otherLevel = true
		}
	}
	return found, otherLevel && found == nil
}

// blankRule is the rule that makes a blank column stale at once; nil when the rulebook has none.
func (rb *Rulebook) blankRule() *ColumnRule {
	for i := range rb.ColumnRules {
		if rb.ColumnRules[i].Rule == "blank_is_stale" {
			return &rb.ColumnRules[i]
		}
	}
	return nil
}
