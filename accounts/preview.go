package accounts

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Preview is what a change of the rules would do to the accounts and columns of a subtree as they stand now.
type Preview struct {
	Looked   int64     `json:"looked"`   // accounts and columns in use
	Affected int64     `json:"affected"` // whose due time would change
	Stale    int64     `json:"stale"`    // in order now, late then
	Cured    int64     `json:"cured"`    // late now, in order then
	Timed    int64     `json:"timed"`    // without a rule now, timed then
	Untimed  int64     `json:"untimed"`  // timed now, without a rule then
	Sooner   int64     `json:"sooner"`   // in order both ways, due sooner
	Later    int64     `json:"later"`    // in order both ways, due later
	Samples  []Watched `json:"samples"`  // the first that would become late, at most twenty; Standing as it would be
}

// previewSamples is how many of the things that would become late a preview names.
const previewSamples = 20

// previewBatch is how many accounts a preview reads at once.
const previewBatch = 2000

// PreviewOf compares how the accounts and columns of a unit and all below it stand now with how they would stand under
// another law, as if it held from this instant. It writes nothing and reads in batches, however many there are.
func PreviewOf(ctx context.Context, db *sql.DB, book rules.Book, unit units.Unit, then *rules.Law) (Preview, error) {
	preview := Preview{Samples: []Watched{}}
	var samples []watchKey
	standing := map[string]Standing{}
	after := ""
	for {
		ids, err := sql.List[string](ctx, db, "account.after", sql.Args{"after_id": after, "path": unit.Path, "limit": previewBatch})
		if err != nil {
			return Preview{}, wrap(err, "preview a change for unit %s", unit.ID)
		}
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		l, err := readLedger(ctx, db, book, ids)
		if err != nil {
			return Preview{}, wrap(err, "preview a change for unit %s", unit.ID)
		}
		for _, t := range l.order {
			if !t.timed || t.unread {
				continue
			}
			late, err := l.compare(t, then, &preview)
			if err != nil {
				return Preview{}, wrap(err, "preview a change for unit %s", unit.ID)
			}
			if late != nil && len(samples) < previewSamples {
				samples = append(samples, watchKey{SubjectKind: t.kind, SubjectID: t.id})
				standing[t.id] = standingOfDuty(book, *late, l.now)
			}
		}
	}
	named, err := watchedOf(ctx, db, book, samples, "", db.Now())
	if err != nil {
		return Preview{}, wrap(err, "preview a change for unit %s", unit.ID)
	}
	for _, item := range named {
		item.Standing = standing[item.SubjectID]
		preview.Samples = append(preview.Samples, item)
	}
	return preview, nil
}

// compare counts one thing, and returns the duty that would be late where it is in order now.
func (l *ledger) compare(t *thing, then *rules.Law, preview *Preview) (*rules.ClockDuty, error) {
	now, err := l.duties(t)
	if err != nil {
		return nil, err
	}
	other := ledger{law: then, now: l.now}
	would, err := other.duties(t)
	if err != nil {
		return nil, err
	}
	preview.Looked++
	_, dueNow := watched(t, now)
	_, dueThen := watched(t, would)
	switch {
	case len(now) == 0 && len(would) > 0:
		preview.Timed++
	case len(now) > 0 && len(would) == 0:
		preview.Untimed++
	}
	if sameTime(dueNow, dueThen) {
		return nil, nil
	}
	preview.Affected++
	lateNow, lateThen := dueNow != nil && *dueNow <= l.now, dueThen != nil && *dueThen <= l.now
	switch {
	case !lateNow && lateThen:
		preview.Stale++
		return firstDue(would), nil
	case lateNow && !lateThen:
		preview.Cured++
	case !lateNow && dueNow != nil && dueThen != nil && *dueThen < *dueNow:
		preview.Sooner++
	case !lateNow && dueNow != nil && dueThen != nil:
		preview.Later++
	}
	return nil, nil
}

func firstDue(duties []rules.ClockDuty) *rules.ClockDuty {
	var first *rules.ClockDuty
	for i, duty := range duties {
		if duty.DueAt != nil && (first == nil || *duty.DueAt < *first.DueAt) {
			first = &duties[i]
		}
	}
	return first
}

// standingOfDuty is how something stands that is not counted yet.
func standingOfDuty(book rules.Book, duty rules.ClockDuty, now sql.Time) Standing {
	clock := rules.Clock{Rulebook: duty.Rulebook, Section: duty.Section, Rule: duty.Rule, Articles: duty.Articles, Reason: duty.Reason,
		StartedAt: duty.StartedAt, DueAt: duty.DueAt, EndOfDay: duty.EndOfDay}
	if duty.Limit != nil {
		clock.LimitN, clock.LimitUnit = duty.Limit.N, duty.Limit.Unit
	}
	return standing(book, clock, now)
}
