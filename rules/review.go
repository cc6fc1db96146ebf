package rules

import (
	"cmp"
	"slices"
)

// Signed is a signature already given in a signing chain: the stage by its label, and who gave it.
type Signed struct {
	Label  string
	Person string // the person's id
}

// ReviewStages lists the stages of the signing chain in order, those of the same Seq in the order of the rulebook; nil
// when the regulation demands no review.
func (rb *Rulebook) ReviewStages() []ReviewStage {
	if rb.Review == nil {
		return nil
	}
	stages := slices.Clone(rb.Review.Stages)
	slices.SortStableFunc(stages, func(a, b ReviewStage) int { return cmp.Compare(a.Seq, b.Seq) })
	return stages
}

// Stage finds a stage by its label; false when the chain has none of that name.
func (r *Review) Stage(label string) (ReviewStage, bool) {
	if r != nil {
		for _, stage := range r.Stages {
			if stage.Label == label {
				return stage, true
			}
		}
	}
	return ReviewStage{}, false
}

// Allows reports whether somebody who holds a role may take the stage.
func (s ReviewStage) Allows(role Role) bool { return slices.Contains(s.Roles, role) }

// Next lists the stages that may be signed now: of the signing stages not yet signed, those of the lowest Seq. Stages
// that are not signed (采编) hold nothing up. Empty means that the chain is complete; so is the chain of a nil Review.
func (r *Review) Next(signed []Signed) []ReviewStage {
	if r == nil {
		return nil
	}
	var next []ReviewStage
	for _, stage := range r.Stages {
		if !stage.Sign || hasSigned(signed, stage.Label) {
			continue
		}
		switch {
		case len(next) == 0 || stage.Seq < next[0].Seq:
			next = []ReviewStage{stage}
		case stage.Seq == next[0].Seq:
			next = append(next, stage)
		}
	}
	return next
}

// MayNotRepeat names the stage because of which a person may not sign the stage called label: another stage of the same
// group that the person has signed already (I-TN-10: three reviews are three people and three proofs are three people,
// while a reviewer may proof-read; an office may read it so that every signature is another person's, or that the roles
// alone count). false means that nothing of the kind stands against it. Only 潼南's regulation speaks of it; in the other
// rulebooks this is the platform's own rule that two examinations are two people.
func (r *Review) MayNotRepeat(label, person string, signed []Signed) (ReviewStage, bool) {
	wanted, ok := r.Stage(label)
	if !ok || r.reads(EffectMayRepeat) {
		return ReviewStage{}, false
	}
	for _, s := range signed {
		stage, ok := r.Stage(s.Label)
		if ok && s.Person == person && stage.Label != label && (stage.Group == wanted.Group || r.reads(EffectAllDistinct)) {
			return stage, true
		}
	}
	return ReviewStage{}, false
}

func hasSigned(signed []Signed, label string) bool {
	return slices.ContainsFunc(signed, func(s Signed) bool { return s.Label == label })
}
