package oversight

import (
	"context"
	"errors"

	"govmedia/rules"
	"govmedia/sql"
)

// PersonSubject is what the clocks of passwords belong to.
const PersonSubject rules.SubjectKind = "person"

// PasswordAge is by when a person's password is to be changed.
type PasswordAge struct {
	SetAt    sql.Time    `json:"set_at"`
	DueAt    sql.Time    `json:"due_at"`
	Overdue  bool        `json:"overdue"`
	Demanded bool        `json:"demanded"` // false: a piece of advice
	Rulebook string      `json:"rulebook"`
	Articles sql.Strings `json:"articles"`
	Citation string      `json:"citation"`
}

type passwordRow struct {
	PersonID      string
	PasswordSetAt sql.Time
	DisabledAt    *sql.Time
	UnitID        *string // nil for one without any role
	Path          *string
	ClockID       string // of the clock that runs; empty without one
	Rulebook      string // and what it counts
	ClockPath     string
	StartedAt     sql.Time
	DueAt         sql.Time
}

// counted reports whether the clock that runs counts exactly this.
func (row passwordRow) counted(age *PasswordAge) bool {
	if age == nil || row.ClockID == "" {
		return age == nil && row.ClockID == ""
	}
	return row.Rulebook == age.Rulebook && row.StartedAt == age.SetAt && row.DueAt == age.DueAt && row.ClockPath == *row.Path
}

// PasswordDue returns by when somebody's password is to be changed under the local rulebook of the unit at which that person has
// held a role longest; nil where it has no figure, or for nobody. It asks for nobody in particular.
func PasswordDue(ctx context.Context, db *sql.DB, book rules.Book, personID string) (*PasswordAge, error) {
	row, err := sql.Get[passwordRow](ctx, db, "password.of_person", sql.Args{"person_id": personID})
	if errors.Is(err, sql.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, wrap(err, "age of the password of %s", personID)
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	age, _, err := row.age(law, db.Now())
	return age, wrap(err, "age of the password of %s", personID)
}

// age is PasswordDue of a row, with the rule that wants it.
func (row passwordRow) age(law *rules.Law, now sql.Time) (*PasswordAge, rules.DutyRule, error) {
	if row.Path == nil || row.DisabledAt != nil {
		return nil, rules.DutyRule{}, nil
	}
	book := law.Regime(*row.Path).Local(now.Std())
	if book == nil || book.Credentials == nil || book.Credentials.Rotation == nil {
		return nil, rules.DutyRule{}, nil
	}
	for _, duty := range book.Duties() {
		if duty.Section != rules.SectionCredentials || duty.Limit == nil || !duty.Confirmed {
			continue
		}
		due, err := duty.Due(row.PasswordSetAt.Std(), law.Calendar)
		if err != nil {
			return nil, duty, err
		}
		demanded := duty.Strength.Refuses() || book.Reads(book.Credentials.Interp, rules.EffectRotationDemand)
		return &PasswordAge{SetAt: row.PasswordSetAt, DueAt: sql.FromStd(due.At), Overdue: due.Overdue(now.Std()), Demanded: demanded,
			Rulebook: book.ID, Articles: duty.Articles, Citation: duty.Citation}, duty, nil
	}
	return nil, rules.DutyRule{}, nil
}

// passwordBatch is how many people TurnPasswords looks at together.
const passwordBatch = 200

// TurnPasswords brings the clocks of passwords to the present: each counts from when its password was set, under the local
// rulebook of its person's unit, and ends where there is no figure or the person no longer signs in. A password that was changed
// late is kept as missed where the rulebook demands the change. It returns of how many people; it may run twice and begin again
// after a crash.
func TurnPasswords(ctx context.Context, db *sql.DB, book rules.Book) (int, error) {
	turned, after := 0, ""
	for {
		behind, last, err := passwordsBehind(ctx, db, book, after)
		if err != nil {
			return turned, wrap(err, "turn the clocks of passwords")
		}
		for _, row := range behind {
			if err := turnPassword(ctx, db, book, row.PersonID); err != nil {
				return turned, wrap(err, "turn the clock of the password of %s", row.PersonID)
			}
			turned++
		}
		if last == "" {
			return turned, nil
		}
		after = last
	}
}

// passwordsBehind finds, among a page of people, those whose clock does not count their present password. last is the page's last
// person, empty when no page follows.
func passwordsBehind(ctx context.Context, db *sql.DB, book rules.Book, after string) (behind []passwordRow, last string, err error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, "", err
	}
	batch, err := sql.List[passwordRow](ctx, db, "password.to_turn", sql.Args{"subject_kind": PersonSubject, "after_id": after, "limit": passwordBatch})
	if err != nil {
		return nil, "", err
	}
	for _, row := range batch {
		age, _, err := row.age(law, db.Now())
		if err != nil {
			return nil, "", err
		}
		if !row.counted(age) {
			behind = append(behind, row)
		}
	}
	if len(batch) == passwordBatch {
		last = batch[len(batch)-1].PersonID
	}
	return behind, last, nil
}

func turnPassword(ctx context.Context, db *sql.DB, book rules.Book, personID string) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		law, err := book.Law(ctx, tx)
		if err != nil {
			return err
		}
		row, err := sql.Get[passwordRow](ctx, tx, "password.of_person", sql.Args{"person_id": personID})
		if err != nil {
			return err
		}
		return row.turn(ctx, tx, law)
	})
}

// turn ends what the clocks of a person counted before, and lets the present password's begin.
func (row passwordRow) turn(ctx context.Context, tx *sql.DB, law *rules.Law) error {
	age, duty, err := row.age(law, tx.Now())
	if err != nil {
		return err
	}
	clocks, err := rules.ClocksOf(ctx, tx, PersonSubject, row.PersonID)
	if err != nil {
		return err
	}
	wanted := row.clock(age, duty)
	for _, clock := range clocks {
		if !clock.Running() || age != nil && clock.Counts(wanted) {
			continue
		}
		if err := row.finish(ctx, tx, clock, age); err != nil {
			return err
		}
	}
	if age == nil {
		return nil
	}
	_, err = rules.StartClock(ctx, tx, wanted)
	return err
}

// finish ends the count of a password that is another one now, or that nothing counts any more. It was late if the new one was
// set after its time, and if the rulebook demands the change.
func (row passwordRow) finish(ctx context.Context, tx *sql.DB, clock rules.Clock, age *PasswordAge) error {
	at := tx.Now()
	if row.PasswordSetAt > clock.StartedAt {
		at = row.PasswordSetAt
	}
	if _, err := rules.FinishClock(ctx, tx, clock, max(at, clock.StartedAt)); err != nil {
		return err
	}
	if age != nil && age.Demanded && row.PasswordSetAt > clock.StartedAt {
		return nil
	}
	return rules.ForgetMissed(ctx, tx, []rules.Clock{clock}, clock.StartedAt, clock.StartedAt+1)
}

// clock is what the clock of the password counts.
func (row passwordRow) clock(age *PasswordAge, duty rules.DutyRule) rules.ClockDuty {
	if age == nil {
		return rules.ClockDuty{}
	}
	return rules.ClockDuty{SubjectKind: PersonSubject, SubjectID: row.PersonID, UnitID: *row.UnitID, Path: *row.Path, Rulebook: age.Rulebook, Section: duty.Section,
		Rule: duty.Rule, Articles: age.Articles, Limit: duty.Limit, StartedAt: age.SetAt, DueAt: age.DueAt.Ptr()}
}
