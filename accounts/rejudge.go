package accounts

import (
	"context"
	"errors"
	"time"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// RejudgeWhy is why accounts are judged anew.
type RejudgeWhy string

// The reasons.
const (
	WhyChange   RejudgeWhy = "change"   // a figure or a reading was chosen, or a choice ended
	WhyUse      RejudgeWhy = "use"      // a unit works under another rulebook
	WhyCalendar RejudgeWhy = "calendar" // the working days of a year came or changed
	WhyMove     RejudgeWhy = "move"     // a unit moved in the tree
	WhyUpgrade  RejudgeWhy = "upgrade"  // this version of the program keeps more than the last one
)

// Rejudgement is one going-through of all accounts of a subtree after the rules changed. It is done in steps, each saved,
// by whichever node is free, so it goes on after a crash where it was.
type Rejudgement struct {
	ID         string     `json:"id"`
	UnitID     string     `json:"unit_id"` // this unit and all below it; empty: all units
	Path       string     `json:"-"`
	Why        RejudgeWhy `json:"why"`
	WhyID      string     `json:"why_id"`  // of the change or the use
	DueAt      sql.Time   `json:"due_at"`  // it begins no sooner: the day from which the change holds
	Total      int64      `json:"total"`   // accounts to look at; 0 before it began
	Looked     int64      `json:"looked"`  // accounts looked at
	Changed    int64      `json:"changed"` // clocks changed
	AfterID    string     `json:"-"`
	Error      string     `json:"error"` // of the last step, which will be tried again; empty when it went well
	CreatedBy  string     `json:"created_by"`
	CreatedAt  sql.Time   `json:"created_at"`
	StartedAt  *sql.Time  `json:"started_at"`
	FinishedAt *sql.Time  `json:"finished_at"`
}

// Rejudge asks for all accounts of a unit and the units below it (an empty unit: of all units) to be judged anew from an
// instant on. It belongs in the transaction of the change; StepRejudgements does the work.
func Rejudge(ctx context.Context, tx *sql.DB, actor units.Actor, unit units.Unit, why RejudgeWhy, whyID string, dueAt sql.Time) (Rejudgement, error) {
	r := Rejudgement{ID: sql.NewID(), UnitID: unit.ID, Path: unit.Path, Why: why, WhyID: whyID, DueAt: dueAt, CreatedBy: actor.PersonID, CreatedAt: tx.Now()}
	_, err := tx.Exec(ctx, "rejudgement.insert", r)
	return r, wrap(err, "ask for a rejudgement of unit %s", unit.ID)
}

// Rejudgements returns the latest ones of the units the actor reaches with ReadRules, and of the whole installation.
func Rejudgements(ctx context.Context, db *sql.DB, actor units.Actor, limit int) ([]Rejudgement, error) {
	list, err := sql.List[Rejudgement](ctx, db, "rejudgement.list", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadRules), "limit": limit})
	return list, wrap(err, "list the rejudgements")
}

// rejudgeBatch is how many accounts one step looks at, rejudgeLease how long a step may take before another node takes over.
const (
	rejudgeBatch = 500
	rejudgeLease = time.Minute
)

// RejudgeDue does the rejudgements that are due, one after the other, until none is left, and returns how many clocks it
// changed. Holder names the node. It may be killed at any point, and two nodes may call it.
func RejudgeDue(ctx context.Context, db *sql.DB, book rules.Book, holder string) (int64, error) {
	var changed int64
	for ctx.Err() == nil {
		due, err := sql.Get[Rejudgement](ctx, db, "rejudgement.due", sql.Args{"now": db.Now()})
		if errors.Is(err, sql.ErrNone) {
			return changed, nil
		}
		if err != nil {
			return changed, wrap(err, "look for rejudgements")
		}
		n, err := rejudge(ctx, db, book, due, holder)
		changed += n
		if err != nil {
			return changed, wrap(err, "rejudge the accounts of unit %s", due.UnitID)
		}
	}
	return changed, ctx.Err()
}

func rejudge(ctx context.Context, db *sql.DB, book rules.Book, r Rejudgement, holder string) (int64, error) {
	total, err := sql.Get[int64](ctx, db, "account.count_in_subtree", sql.Args{"path": r.Path})
	if err != nil {
		return 0, err
	}
	mine, err := db.ExecOne(ctx, "rejudgement.claim", sql.Args{"id": r.ID, "holder": holder, "now": db.Now(), "lease_until": db.Now().Add(rejudgeLease), "total": total})
	if err != nil || !mine {
		return 0, err
	}
	// Whoever had it before may have gone on since it was read.
	if r.AfterID, err = sql.Get[string](ctx, db, "rejudgement.after", sql.Args{"id": r.ID}); err != nil {
		return 0, errors.Join(err, letGo(ctx, db, r, holder, err))
	}
	var changed int64
	for {
		n, done, err := step(ctx, db, book, &r, holder)
		changed += n
		if err != nil {
			return changed, errors.Join(err, letGo(ctx, db, r, holder, err))
		}
		if done {
			return changed, nil
		}
	}
}

// letGo gives a rejudgement up that failed: it is tried again when the lease has run out. One that was cut off because the
// program stops can be gone on with at once.
func letGo(ctx context.Context, db *sql.DB, r Rejudgement, holder string, failed error) error {
	args := sql.Args{"id": r.ID, "holder": holder, "error": cut(sentence(failed), 500), "lease_until": db.Now().Add(rejudgeLease)}
	if ctx.Err() != nil {
		args["error"], args["lease_until"] = "", db.Now()
	}
	_, err := db.Exec(context.WithoutCancel(ctx), "rejudgement.fail", args)
	return err
}

// sentence is what a person is shown of an error.
func sentence(err error) string {
	if refusal := fault.As(err); refusal != nil {
		return refusal.Sentence
	}
	return "重新判定中断，程序会自动再试；如一直不成，请系统管理员查看日志。"
}

// errLost says that another node has taken the rejudgement over.
var errLost = errors.New("the rejudgement is in other hands")

// step looks at the next accounts, in one transaction with the note of how far it is.
func step(ctx context.Context, db *sql.DB, book rules.Book, r *Rejudgement, holder string) (changed int64, done bool, err error) {
	ids, err := sql.List[string](ctx, db, "account.after", sql.Args{"after_id": r.AfterID, "path": r.Path, "limit": rejudgeBatch})
	if err != nil {
		return 0, false, err
	}
	if len(ids) == 0 {
		mine, err := db.ExecOne(ctx, "rejudgement.finish", sql.Args{"id": r.ID, "holder": holder, "now": db.Now()})
		if err == nil && !mine {
			err = errLost
		}
		return 0, true, err
	}
	last := ids[len(ids)-1]
	err = db.InTx(ctx, func(tx *sql.DB) error {
		changed = 0
		l, err := openLedger(ctx, tx, book, ids)
		if err != nil {
			return err
		}
		if err := l.rejudge(ctx, *r); err != nil {
			return err
		}
		changed = int64(l.written)
		mine, err := tx.ExecOne(ctx, "rejudgement.step", sql.Args{"id": r.ID, "holder": holder, "after_id": last, "looked": len(ids), "changed": l.written,
			"lease_until": tx.Now().Add(rejudgeLease)})
		if err == nil && !mine {
			err = errLost
		}
		if err != nil {
			return err
		}
		return l.close(ctx)
	})
	if err == nil {
		r.AfterID = last
	}
	return changed, false, err
}

// rejudge settles everything in the ledger. What no rule demands any more ended when the rules changed, however late the
// rejudgement comes. After a change of the calendar, what was judged of the past in working days is judged again, and each
// clock that got another due time leaves an audit line.
func (l *ledger) rejudge(ctx context.Context, r Rejudgement) error {
	at := l.now
	if r.DueAt > 0 {
		at = min(at, r.DueAt)
	}
	for _, t := range l.order {
		before := l.written
		counted := byWorkdays(t)
		if err := l.settle(ctx, t, at); err != nil {
			return err
		}
		if r.Why == WhyCalendar && counted {
			if err := l.judgePast(ctx, t); err != nil {
				return err
			}
			if l.written > before {
				l.recounted = append(l.recounted, t)
			}
		}
		if r.Why == WhyUpgrade && t.timed {
			l.units[t.unitID] = true
		}
	}
	return l.auditRecounted(ctx)
}

// byWorkdays reports whether a clock of the thing counts working days, or waits for their calendar.
func byWorkdays(t *thing) bool {
	for _, clock := range t.clocks {
		if clock.Reason == rules.ClockPending || clock.LimitUnit == rules.WorkingDay {
			return true
		}
	}
	return false
}

// auditRecounted writes a line for each thing whose due time another calendar changed.
func (l *ledger) auditRecounted(ctx context.Context) error {
	for _, t := range l.recounted {
		err := units.Audit(ctx, l.tx, units.System, units.Line{UnitID: t.unitID, Action: ActionRejudge, ObjectKind: string(t.kind), ObjectID: t.id,
			Detail: sql.Object{"why": WhyCalendar, "due_at": t.dueAt, "watch": t.watch}})
		if err != nil {
			return err
		}
	}
	return nil
}
