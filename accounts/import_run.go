package accounts

import (
	"context"
	"errors"
	"time"

	"govmedia/accounts/files"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// How many rows one step looks at, carries out or undoes, or clears away, and how long it may take before another node takes over.
const (
	readBatch   = 500
	carryBatch  = 1000
	clearBatch  = 5000
	importLease = time.Minute
)

// importSentence is what a person is shown of an error that is not the sheet's.
const importSentence = "处理中断，程序会自动再试；如一直不成，请系统管理员查看日志。"

// ImportsDue does the imports that wait, one after the other, until none is left, and returns how many rows it went through.
// Holder names the node. It may be killed at any point, and two nodes may call it: a preview begins anew, what is carried out or
// undone goes on behind the last step.
func ImportsDue(ctx context.Context, db *sql.DB, book rules.Book, store files.Store, holder string) (int64, error) {
	var rows int64
	for ctx.Err() == nil {
		in, err := sql.Get[Import](ctx, db, "import.due", sql.Args{"now": db.Now()})
		if errors.Is(err, sql.ErrNone) {
			return rows, nil
		}
		if err != nil {
			return rows, wrap(err, "look for imports")
		}
		n, err := workOn(ctx, db, book, store, in, holder)
		rows += n
		if err != nil {
			return rows, wrap(err, "work on import %s", in.ID)
		}
	}
	return rows, ctx.Err()
}

// importWork is an import in the hands of this node.
type importWork struct {
	planner
	db     *sql.DB
	holder string
	looked int64
	mark   string // of the tree when the units were read
}

func workOn(ctx context.Context, db *sql.DB, book rules.Book, store files.Store, in Import, holder string) (int64, error) {
	mine, err := db.ExecOne(ctx, "import.claim", sql.Args{"id": in.ID, "state": in.State, "version": in.Version, "holder": holder, "now": db.Now(),
		"lease_until": db.Now().Add(importLease)})
	if err != nil || !mine {
		return 0, err
	}
	actor := units.Actor{PersonID: in.PersonID, Name: in.PersonName}
	w := &importWork{planner: planner{in: in, actor: actor, book: book}, db: db, holder: holder}
	if _, err = w.readUnits(ctx, db); err == nil {
		switch in.State {
		case ImportPreviewing:
			err = w.preview(ctx, store)
		case ImportRunning:
			err = w.carryOut(ctx)
		case ImportUndoing:
			err = w.undo(ctx)
		}
	}
	if errors.Is(err, errLost) {
		return w.looked, nil // somebody gave it up or took it over
	}
	if err != nil {
		return w.looked, errors.Join(err, w.letGo(ctx, err))
	}
	return w.looked, nil
}

// readUnits reads the units anew if the tree has changed since they were read last, and reports whether it had.
func (w *importWork) readUnits(ctx context.Context, db *sql.DB) (bool, error) {
	mark, err := sql.Get[string](ctx, db, "law.mark", nil)
	if err != nil || mark == w.mark {
		return false, err
	}
	finder, err := newUnitFinder(ctx, db, w.actor, w.in.CreatedAt)
	if err != nil {
		return false, err
	}
	w.units, w.mark = finder, mark
	return true, nil
}

// holdUnit holds the unit of the import until the transaction ends, so that it is not merged meanwhile: where it was merged before,
// the unit that took it in. What the rows name goes to where it belongs by now.
func (w *importWork) holdUnit(ctx context.Context, tx *sql.DB) error {
	for {
		if err := units.Lock(ctx, tx, w.in.UnitID); err != nil {
			return err
		}
		unitID, err := sql.Get[string](ctx, tx, "import.unit_of", sql.Args{"id": w.in.ID})
		if err != nil {
			return err
		}
		if unitID == w.in.UnitID {
			_, err = w.readUnits(ctx, tx)
			return err
		}
		w.in.UnitID = unitID
	}
}

// letGo gives an import up that failed: it is tried again when the lease has run out. One that was cut off because the program
// stops can be gone on with at once.
func (w *importWork) letGo(ctx context.Context, failed error) error {
	sentence := importSentence
	if refusal := fault.As(failed); refusal != nil {
		sentence = refusal.Sentence
	}
	args := sql.Args{"id": w.in.ID, "holder": w.holder, "error": cut(sentence, 500), "lease_until": w.db.Now().Add(importLease)}
	if ctx.Err() != nil {
		args["error"], args["lease_until"] = "", w.db.Now()
	}
	_, err := w.db.Exec(context.WithoutCancel(ctx), "import.fail", args)
	return err
}

// finish ends the present work. Error: errLost when another node has it.
func (w *importWork) finish(ctx context.Context, next ImportState, unknown UnknownWords, refusal *fault.Fault) error {
	args := sql.Args{"id": w.in.ID, "holder": w.holder, "state": w.in.State, "next": next, "unknown": unknown, "code": "", "error": "", "now": w.db.Now(),
		"finished_at": nil}
	if next == ImportDone || next == ImportUndone {
		args["finished_at"] = w.db.Now()
	}
	if refusal != nil {
		args["code"], args["error"] = refusal.Code, cut(refusal.Sentence, 500)
	}
	mine, err := w.db.ExecOne(ctx, "import.finish", args)
	if err == nil && !mine {
		err = errLost
	}
	return err
}
