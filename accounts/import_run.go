package accounts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"govmedia/accounts/files"
	sheets "govmedia/accounts/sheet"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// How many rows one step looks at, carries out or undoes, and how long it may take before another node takes over.
const (
	readBatch   = 500
	carryBatch  = 100
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
	book   rules.Book
	holder string
	looked int64
}

func workOn(ctx context.Context, db *sql.DB, book rules.Book, store files.Store, in Import, holder string) (int64, error) {
	mine, err := db.ExecOne(ctx, "import.claim", sql.Args{"id": in.ID, "state": in.State, "version": in.Version, "holder": holder, "now": db.Now(),
		"lease_until": db.Now().Add(importLease)})
	if err != nil || !mine {
		return 0, err
	}
	actor := units.Actor{PersonID: in.PersonID, Name: in.PersonName}
	w := &importWork{planner: planner{in: in, actor: actor}, db: db, book: book, holder: holder}
	if w.units, err = newUnitFinder(ctx, db, actor); err == nil {
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

// preview reads the whole sheet and keeps of each row what it will do. A sheet that cannot be read to its end goes back to
// whoever mapped it, with the refusal.
func (w *importWork) preview(ctx context.Context, store files.Store) error {
	if _, err := w.db.Exec(ctx, "import_row.clear", sql.Args{"import_id": w.in.ID}); err != nil {
		return err
	}
	mine, err := w.db.ExecOne(ctx, "import.restart_preview", sql.Args{"id": w.in.ID, "holder": w.holder})
	if err == nil && !mine {
		err = errLost
	}
	if err != nil {
		return err
	}
	var reader *rowReader
	err = withSheet(ctx, store, w.in, func(book *sheets.Book) (err error) {
		reader, err = w.previewSheet(ctx, book)
		return err
	})
	if refusal := fault.As(err); refusal != nil && refusal.Kind == fault.Invalid {
		return w.finish(ctx, ImportMapping, nil, refusal)
	}
	if err != nil {
		return err
	}
	return w.finish(ctx, ImportPreviewed, reader.unknownWords(), nil)
}

func (w *importWork) previewSheet(ctx context.Context, book *sheets.Book) (*rowReader, error) {
	first, err := book.First(w.in.Sheet, lookRows)
	if err != nil {
		return nil, err
	}
	head, found := sheets.HeadAt(first, w.in.HeadFrom, w.in.HeadTo)
	if !found {
		return nil, ErrImportHead
	}
	reader := newRowReader(w.in, head.Titles, w.units, book.Day)
	rows, err := book.Rows(w.in.Sheet)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	seen, batch := newRepeats(), make([]*rowDraft, 0, readBatch)
	for {
		row, err := rows.Next()
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return nil, err
		}
		if !ended && row.Number > w.in.HeadTo {
			batch = append(batch, reader.read(row))
		}
		if len(batch) == readBatch || ended && len(batch) > 0 {
			if err := w.keepPreview(ctx, batch, seen); err != nil {
				return nil, err
			}
			batch = batch[:0]
		}
		if ended {
			return reader, nil
		}
	}
}

// keepPreview plans some rows and keeps them, in one transaction with the note of how far it is.
func (w *importWork) keepPreview(ctx context.Context, batch []*rowDraft, seen *repeats) error {
	if err := w.plan(ctx, w.db, batch); err != nil {
		return err
	}
	counts, rows := map[Outcome]int{}, make([]ImportRow, len(batch))
	for i, d := range batch {
		if !d.refused() {
			// Of what others say, a second entry of one account is a finding and no mistake.
			if earlier := seen.before(d, w.unitOf(d)); earlier > 0 && w.in.Kind == ImportRegister {
				d.refuse(ErrImportDuplicate.Say("与第 %d 行是同一个账号，没有再导入。请核对，确是两个账号的补上各自的账号标识。", earlier))
			}
		}
		if d.refused() {
			d.Changes = Differences{}
		}
		counts[d.Outcome]++
		d.ImportID = w.in.ID
		rows[i] = d.ImportRow
	}
	return w.db.InTx(ctx, func(tx *sql.DB) error {
		if err := sql.InsertMany(ctx, tx, "import_row.insert", rows); err != nil {
			return err
		}
		w.looked += int64(len(rows))
		mine, err := tx.ExecOne(ctx, "import.looked", sql.Args{"id": w.in.ID, "holder": w.holder, "looked_rows": len(rows), "creates": counts[OutcomeCreate],
			"changes": counts[OutcomeChange], "sames": counts[OutcomeSame], "refused": counts[OutcomeRefuse], "lease_until": tx.Now().Add(importLease)})
		if err == nil && !mine {
			err = errLost
		}
		return err
	})
}

// progress is what a step did.
type progress struct {
	done, created, changed, failed, kept int
	afterID                              string
}

func (p *progress) count(result RowResult) {
	p.done++
	switch result {
	case RowCreated:
		p.created++
	case RowChanged:
		p.changed++
	case RowFailed:
		p.failed++
	case RowKept:
		p.kept++
	}
}

// save notes how far the work is, in the transaction of the step. Error: errLost.
func (w *importWork) save(ctx context.Context, tx *sql.DB, p progress) error {
	mine, err := tx.ExecOne(ctx, "import.stepped", sql.Args{"id": w.in.ID, "holder": w.holder, "state": w.in.State, "done_rows": p.done, "created": p.created,
		"changed": p.changed, "failed": p.failed, "kept": p.kept, "after_id": p.afterID, "lease_until": tx.Now().Add(importLease)})
	if err == nil && !mine {
		err = errLost
	}
	return err
}

// carryOut does what the preview says, some rows in each transaction.
func (w *importWork) carryOut(ctx context.Context) error {
	if w.in.Kind != ImportRegister {
		return w.reconcile(ctx)
	}
	err := w.eachRow(ctx, "import_row.next", sql.Args{"outcomes": []Outcome{OutcomeCreate, OutcomeChange}}, w.carryRow)
	if err != nil {
		return err
	}
	return w.finish(ctx, ImportDone, w.in.Unknown, nil)
}

// eachRow goes through the rows that a statement finds until it finds none. What one row's work refuses is kept with the row: the
// rows of the step are then done one by one, so that nothing half done of it stays.
func (w *importWork) eachRow(ctx context.Context, statement string, args sql.Args, work func(context.Context, *sql.DB, *rowDraft) (RowResult, error)) error {
	args["import_id"], args["limit"] = w.in.ID, carryBatch
	for ctx.Err() == nil {
		rows, err := sql.List[ImportRow](ctx, w.db, statement, args)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err = w.doRows(ctx, rows, work); err == nil {
			continue
		}
		if fault.As(err) == nil {
			return err
		}
		for _, row := range rows {
			if err := w.doAlone(ctx, row, work); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (w *importWork) doRows(ctx context.Context, rows []ImportRow, work func(context.Context, *sql.DB, *rowDraft) (RowResult, error)) error {
	return w.db.InTx(ctx, func(tx *sql.DB) error {
		var p progress
		drafts, err := w.redraft(ctx, tx, rows)
		if err != nil {
			return err
		}
		for _, d := range drafts {
			result, err := work(ctx, tx, d)
			if err != nil {
				return fmt.Errorf("row %d: %w", d.Number, err)
			}
			d.Result = result
			if _, err := tx.Exec(ctx, "import_row.done", d.ImportRow); err != nil {
				return err
			}
			p.count(result)
		}
		w.looked += int64(len(rows))
		return w.save(ctx, tx, p)
	})
}

// doAlone does one row, and keeps the refusal with it when there is one.
func (w *importWork) doAlone(ctx context.Context, row ImportRow, work func(context.Context, *sql.DB, *rowDraft) (RowResult, error)) error {
	err := w.doRows(ctx, []ImportRow{row}, work)
	refusal := fault.As(err)
	if refusal == nil {
		return err
	}
	row.Result, row.Code, row.Why = RowFailed, refusal.Code, cut(refusal.Sentence, 500)
	if w.in.State == ImportUndoing {
		row.Result = RowKept
	}
	return w.db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := tx.Exec(ctx, "import_row.done", row); err != nil {
			return err
		}
		var p progress
		p.count(row.Result)
		return w.save(ctx, tx, p)
	})
}

// redraft makes drafts of kept rows, and plans them anew where they are to be carried out: the register may have changed since.
func (w *importWork) redraft(ctx context.Context, tx *sql.DB, rows []ImportRow) ([]*rowDraft, error) {
	drafts := make([]*rowDraft, len(rows))
	for i, row := range rows {
		d := &rowDraft{ImportRow: row}
		if d.Code, d.Why = "", ""; w.in.State == ImportRunning {
			if err := w.recall(d); err != nil {
				return nil, err
			}
		}
		drafts[i] = d
	}
	if w.in.State != ImportRunning {
		return drafts, nil
	}
	return drafts, w.plan(ctx, tx, drafts)
}

// recall makes the record of a kept row again.
func (w *importWork) recall(d *rowDraft) error {
	d.Outcome, d.AccountID = OutcomeSame, nil
	for _, f := range fields {
		text, said := d.Fields[f.Name]
		if !said {
			continue
		}
		if f.Name == unitField.Name {
			if ids := w.units.named(text); len(ids) == 1 {
				d.record.UnitID, d.record.UnitName = ids[0], w.units.names[ids[0]]
			} else if w.in.Kind == ImportRegister {
				d.refuse(ErrUnitUnknown)
			} else {
				d.record.UnitName = text
			}
			continue
		}
		if err := d.record.Set(f.Name, text); err != nil {
			return fmt.Errorf("row %d: %w", d.Number, err)
		}
	}
	return nil
}

// carryRow does what a row says.
func (w *importWork) carryRow(ctx context.Context, tx *sql.DB, d *rowDraft) (RowResult, error) {
	why := Why{Kind: WhyImport, ID: w.in.ID, Reason: cut(w.in.Name, maxReason)}
	switch d.Outcome {
	case OutcomeRefuse:
		return RowFailed, nil
	case OutcomeCreate:
		fresh, err := w.fresh(d)
		if err != nil {
			return "", err
		}
		fresh.Settings = sql.Object{}
		created, err := createRecord(ctx, tx, w.book, w.actor, fresh, why)
		d.AccountID = &created.ID
		return RowCreated, err
	case OutcomeChange:
		before, err := heldRecord(ctx, tx, w.actor, *d.AccountID)
		if err != nil {
			return "", err
		}
		after, err := w.applied(d, before, false)
		if err != nil {
			return "", err
		}
		return RowChanged, saveRecord(ctx, tx, w.book, w.actor, before, after, why)
	}
	return RowSame, nil
}

// undo takes back what an import did, the last row first.
func (w *importWork) undo(ctx context.Context) error {
	if err := w.eachRow(ctx, "import_row.next_undo", sql.Args{}, w.undoRow); err != nil {
		return err
	}
	return w.finish(ctx, ImportUndone, w.in.Unknown, nil)
}

func (w *importWork) undoRow(ctx context.Context, tx *sql.DB, d *rowDraft) (RowResult, error) {
	before, err := heldRecord(ctx, tx, w.actor, *d.AccountID)
	if errors.Is(err, ErrNotFound) {
		d.Code, d.Why = ErrNotFound.Code, ErrNotFound.Sentence
		return RowKept, nil
	}
	if err != nil {
		return "", err
	}
	if d.Result == RowCreated {
		return w.removeCreated(ctx, tx, d, before)
	}
	changes, err := sql.List[FieldChange](ctx, tx, "import.changes_of", sql.Args{"import_id": w.in.ID, "account_id": before.ID})
	if err != nil {
		return "", err
	}
	after, kept := before, 0
	for _, change := range changes {
		if before.Text(change.Field) != change.Became {
			kept++ // somebody changed it since
			continue
		}
		if err := after.Set(change.Field, change.Was); err != nil {
			return "", err
		}
	}
	if kept > 0 {
		d.Code, d.Why = ErrStale.Code, fmt.Sprintf("有 %d 项在导入之后又被修改过，保留现在的内容。", kept)
	}
	err = saveRecord(ctx, tx, w.book, w.actor, before, after, Why{Kind: WhyUndo, ID: w.in.ID, Reason: w.in.Reason})
	if kept > 0 {
		return RowKept, err
	}
	return RowUndone, err
}

// removeCreated removes an account that the import registered, unless something stands on it by now.
func (w *importWork) removeCreated(ctx context.Context, tx *sql.DB, d *rowDraft, r Record) (RowResult, error) {
	args := sql.Args{"id": r.ID, "account_id": r.ID, "import_id": w.in.ID}
	stands, err := sql.Get[int](ctx, tx, "import.dependents", args)
	if err != nil {
		return "", err
	}
	if stands != 0 {
		d.Code, d.Why = ErrStateRefuses.Code, "这个账号登记以后已经有更新、栏目、申请或别的改动，没有删除。"
		return RowKept, nil
	}
	if err := rules.DropClocks(ctx, tx, rules.AccountSubject, r.ID); err != nil {
		return "", err
	}
	for _, name := range []string{"import.remove_contacts", "import.remove_particulars", "import.forget_changes", "import.remove_account"} {
		if _, err := tx.Exec(ctx, name, args); err != nil {
			return "", err
		}
	}
	if err := markTallies(ctx, tx, map[string]bool{r.UnitID: true}); err != nil {
		return "", err
	}
	d.AccountID = nil
	return RowUndone, audit(ctx, tx, w.actor, r.Account, ActionRemove, sql.Object{"name": r.Name, "platform": r.Platform, "why": WhyUndo, "why_id": w.in.ID,
		"reason": w.in.Reason})
}
