package accounts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"govmedia/accounts/files"
	sheets "govmedia/accounts/sheet"
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

// preview reads the whole sheet and keeps of each row what it will do. A sheet that cannot be read to its end goes back to
// whoever mapped it, with the refusal.
func (w *importWork) preview(ctx context.Context, store files.Store) error {
	if err := w.clearPreview(ctx); err != nil {
		return err
	}
	var reader *rowReader
	err := withSheet(ctx, store, w.in, func(book *sheets.Book) (err error) {
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

// clearPreview takes away what an earlier preview found, some rows in each transaction. Each of them holds the import: a node that
// was so slow that another took it over takes nothing of that one's away, and one that is at work does not lose it.
func (w *importWork) clearPreview(ctx context.Context) error {
	for left := true; left; {
		err := w.db.InTx(ctx, func(tx *sql.DB) error {
			if err := w.restart(ctx, tx); err != nil {
				return err
			}
			gone, err := tx.Exec(ctx, "import_row.clear", sql.Args{"import_id": w.in.ID, "limit": clearBatch})
			left = gone > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// restart notes that a preview is at its top, and keeps it for another lease. Error: errLost.
func (w *importWork) restart(ctx context.Context, db *sql.DB) error {
	mine, err := db.ExecOne(ctx, "import.restart_preview", sql.Args{"id": w.in.ID, "holder": w.holder, "lease_until": db.Now().Add(importLease)})
	if err == nil && !mine {
		err = errLost
	}
	return err
}

func (w *importWork) previewSheet(ctx context.Context, book *sheets.Book) (*rowReader, error) {
	first, err := book.First(w.in.Sheet, lookRows) // which unpacks the whole sheet once
	if err == nil {
		err = w.restart(ctx, w.db)
	}
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
	return reader, w.previewRows(ctx, rows, reader)
}

// previewRows plans and keeps the rows of a table. They are read on a goroutine of its own, which ends before this does: while the
// database keeps some rows, the following ones are read.
func (w *importWork) previewRows(ctx context.Context, rows sheets.Rows, reader *rowReader) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches, ended := make(chan []*rowDraft), make(chan error, 1)
	go func() {
		defer close(batches)
		ended <- readBatches(ctx, rows, reader, w.in.HeadTo, batches)
	}()
	seen := newRepeats()
	var failed error
	for batch := range batches {
		if failed == nil {
			failed = w.keepPreview(ctx, batch, seen)
		}
		if failed != nil {
			stop()
		}
	}
	if err := <-ended; failed == nil {
		failed = err
	}
	return failed
}

// readBatches reads the rows below the head and hands them on, some at a time, until the end of the table or of ctx. A reader that
// panics at a sheet fails the preview, and not the program.
func readBatches(ctx context.Context, rows sheets.Rows, reader *rowReader, head int, batches chan<- []*rowDraft) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("read the sheet: panic: %v\n%s", cause, debug.Stack())
		}
	}()
	batch := make([]*rowDraft, 0, readBatch)
	for {
		row, err := rows.Next()
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return err
		}
		if !ended && row.Number > head {
			batch = append(batch, reader.read(row))
		}
		if len(batch) == readBatch || ended && len(batch) > 0 {
			select {
			case batches <- batch:
			case <-ctx.Done():
				return ctx.Err()
			}
			batch = make([]*rowDraft, 0, readBatch)
		}
		if ended {
			return nil
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
	err := w.db.InTx(ctx, func(tx *sql.DB) error {
		if err := sql.InsertMany(ctx, tx, "import_row.insert", rows); err != nil {
			return err
		}
		mine, err := tx.ExecOne(ctx, "import.looked", sql.Args{"id": w.in.ID, "holder": w.holder, "looked_rows": len(rows), "creates": counts[OutcomeCreate],
			"changes": counts[OutcomeChange], "sames": counts[OutcomeSame], "refused": counts[OutcomeRefuse], "lease_until": tx.Now().Add(importLease)})
		if err == nil && !mine {
			err = errLost
		}
		return err
	})
	if err == nil {
		w.looked += int64(len(rows))
	}
	return err
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
	err := w.eachRow(ctx, "import_row.next", sql.Args{"outcomes": []Outcome{OutcomeCreate, OutcomeChange}}, w.carryRows)
	if err != nil {
		return err
	}
	return w.finish(ctx, ImportDone, w.in.Unknown, nil)
}

// rowWork does what some rows say, in the transaction of the step, and tells with each what came of it.
type rowWork func(ctx context.Context, tx *sql.DB, rows []*rowDraft) error

// eachRow goes through the rows that a statement finds until it finds none. What one row's work refuses is kept with the row.
func (w *importWork) eachRow(ctx context.Context, statement string, args sql.Args, work rowWork) error {
	args["import_id"], args["limit"] = w.in.ID, carryBatch
	for ctx.Err() == nil {
		rows, err := sql.List[ImportRow](ctx, w.db, statement, args)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := w.doRows(ctx, rows, work); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// doRows does some rows in one transaction. When one of them is refused, nothing of them stays, and each half is done for itself,
// down to the row that is refused. A unit that ended after the units were read is looked for again.
func (w *importWork) doRows(ctx context.Context, rows []ImportRow, work rowWork) error {
	err := w.step(ctx, rows, work)
	refusal := fault.As(err)
	if refusal == nil {
		return err
	}
	if errors.Is(err, units.ErrClosed) {
		changed, err := w.readUnits(ctx, w.db)
		if err != nil {
			return err
		}
		if changed {
			return w.doRows(ctx, rows, work)
		}
	}
	if len(rows) == 1 {
		return w.refuseRow(ctx, rows[0], refusal)
	}
	half := len(rows) / 2
	if err := w.doRows(ctx, rows[:half], work); err != nil {
		return err
	}
	return w.doRows(ctx, rows[half:], work)
}

// step does some rows and notes how far the work is, all or nothing.
func (w *importWork) step(ctx context.Context, rows []ImportRow, work rowWork) error {
	err := w.db.InTx(ctx, func(tx *sql.DB) error {
		if err := w.holdUnit(ctx, tx); err != nil {
			return err
		}
		drafts, err := w.redraft(ctx, tx, rows)
		if err != nil {
			return err
		}
		if err := work(ctx, tx, drafts); err != nil {
			return err
		}
		return w.keepResults(ctx, tx, rows, drafts)
	})
	if err == nil {
		w.looked += int64(len(rows))
	}
	return err
}

// refuseRow keeps with a row why it could not be done.
func (w *importWork) refuseRow(ctx context.Context, row ImportRow, refusal *fault.Fault) error {
	d := &rowDraft{ImportRow: row}
	d.Result, d.Code, d.Why = RowFailed, refusal.Code, cut(refusal.Sentence, 500)
	if w.in.State == ImportUndoing {
		d.Result = RowKept
	}
	return w.db.InTx(ctx, func(tx *sql.DB) error { return w.keepResults(ctx, tx, []ImportRow{row}, []*rowDraft{d}) })
}

// keepResults keeps with rows what came of them, and how far the work is. They are written anew together, for a statement for each
// would cost as much as all that was done for it.
func (w *importWork) keepResults(ctx context.Context, tx *sql.DB, rows []ImportRow, drafts []*rowDraft) error {
	var p progress
	numbers, done := make([]int, len(rows)), slices.Clone(rows)
	for i, d := range drafts {
		numbers[i] = d.Number
		done[i].Result, done[i].AccountID, done[i].Code, done[i].Why = d.Result, d.AccountID, d.Code, d.Why
		p.count(d.Result)
	}
	if _, err := tx.Exec(ctx, "import_row.take_out", sql.Args{"import_id": w.in.ID, "numbers": numbers}); err != nil {
		return err
	}
	if err := sql.InsertMany(ctx, tx, "import_row.insert", done); err != nil {
		return err
	}
	return w.save(ctx, tx, p)
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

// carryRows does what rows say: first the new accounts, then the changes.
func (w *importWork) carryRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	var fresh, known []*rowDraft
	for _, d := range rows {
		switch d.Outcome {
		case OutcomeCreate:
			d.Result, fresh = RowCreated, append(fresh, d)
		case OutcomeChange:
			d.Result, known = RowChanged, append(known, d)
		case OutcomeSame:
			d.Result = RowSame
		case OutcomeRefuse:
			d.Result = RowFailed
		}
	}
	if err := w.createRows(ctx, tx, fresh); err != nil {
		return err
	}
	return w.changeRows(ctx, tx, known)
}

// why is what the history says of what this import does.
func (w *importWork) why() Why {
	reason := w.in.Name
	if correction := strings.TrimSpace(w.in.Mapping.Correction); correction != "" {
		reason = correction + "（" + w.in.Name + "）"
	}
	return Why{Kind: WhyImport, ID: w.in.ID, Reason: cut(reason, maxReason)}
}

func (w *importWork) createRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	list := make([]Record, len(rows))
	for i, d := range rows {
		fresh, err := w.fresh(d)
		if err != nil {
			return err
		}
		fresh.Settings = sql.Object{}
		list[i] = fresh
	}
	made, err := createRecords(ctx, tx, w.book, w.actor, list, w.why())
	if err != nil {
		return err
	}
	for i := range made {
		rows[i].AccountID = &made[i].ID
	}
	return nil
}

func (w *importWork) changeRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	held, err := w.hold(ctx, tx, rows)
	if err != nil {
		return err
	}
	list := make([]rewriting, len(rows))
	for i, d := range rows {
		before, found := held[*d.AccountID]
		if !found {
			return ErrNotFound
		}
		after, err := w.applied(d, before, false)
		if err != nil {
			return err
		}
		list[i] = rewriting{before, after}
	}
	return saveRecords(ctx, tx, w.book, w.actor, list, w.why())
}

// hold holds the accounts of rows until the transaction ends and returns what is known of them, by id: of those only for which
// the actor holds WriteAccounts.
func (w *importWork) hold(ctx context.Context, tx *sql.DB, rows []*rowDraft) (map[string]Record, error) {
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = *d.AccountID
	}
	held := make(map[string]Record, len(rows))
	if ids = unique(ids); len(ids) == 0 {
		return held, nil
	}
	if _, err := tx.Exec(ctx, "account.lock_all", sql.Args{"ids": ids}); err != nil {
		return nil, err
	}
	records, err := Records(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	writable, err := writableUnits(ctx, tx, w.actor, records)
	for _, record := range records {
		if writable[record.UnitID] {
			held[record.ID] = record
		}
	}
	return held, err
}

// undo takes back what an import did, the last row first.
func (w *importWork) undo(ctx context.Context) error {
	if err := w.eachRow(ctx, "import_row.next_undo", sql.Args{}, w.undoRows); err != nil {
		return err
	}
	return w.finish(ctx, ImportUndone, w.in.Unknown, nil)
}

func (w *importWork) undoRows(ctx context.Context, tx *sql.DB, rows []*rowDraft) error {
	held, err := w.hold(ctx, tx, rows)
	if err != nil {
		return err
	}
	var made, changed []*rowDraft
	for _, d := range rows {
		switch _, found := held[*d.AccountID]; {
		case !found:
			d.Result, d.Code, d.Why = RowKept, ErrNotFound.Code, ErrNotFound.Sentence
		case d.Result == RowCreated:
			made = append(made, d)
		default:
			changed = append(changed, d)
		}
	}
	if err := w.changeBack(ctx, tx, changed, held); err != nil {
		return err
	}
	return w.removeCreated(ctx, tx, made, held)
}

// changeBack writes back what the import changed, but not what somebody changed since.
func (w *importWork) changeBack(ctx context.Context, tx *sql.DB, rows []*rowDraft, held map[string]Record) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = *d.AccountID
	}
	changes, err := sql.List[FieldChange](ctx, tx, "import.changes_of", sql.Args{"import_id": w.in.ID, "account_ids": ids})
	if err != nil {
		return err
	}
	of := map[string][]FieldChange{}
	for _, change := range changes {
		of[change.AccountID] = append(of[change.AccountID], change)
	}
	list := make([]rewriting, len(rows))
	for i, d := range rows {
		before := held[*d.AccountID]
		after, kept, err := withoutChanges(before, of[before.ID])
		if err != nil {
			return err
		}
		list[i], d.Result = rewriting{before, after}, RowUndone
		if kept > 0 {
			d.Result, d.Code, d.Why = RowKept, ErrStale.Code, fmt.Sprintf("有 %d 项在导入之后又被修改过，保留现在的内容。", kept)
		}
	}
	return saveRecords(ctx, tx, w.book, w.actor, list, Why{Kind: WhyUndo, ID: w.in.ID, Reason: w.in.Reason})
}

// withoutChanges is a record as it was before some changes, and how many of them somebody wrote over since.
func withoutChanges(before Record, changes []FieldChange) (Record, int, error) {
	after, kept := before, 0
	for _, change := range changes {
		if before.Text(change.Field) != change.Became {
			kept++
			continue
		}
		if err := after.Set(change.Field, change.Was); err != nil {
			return Record{}, 0, err
		}
	}
	return after, kept, nil
}

// removeCreated removes accounts that the import registered, but none on which something stands by now.
func (w *importWork) removeCreated(ctx context.Context, tx *sql.DB, rows []*rowDraft, held map[string]Record) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = *d.AccountID
	}
	stands, err := sql.List[string](ctx, tx, "import.dependents", sql.Args{"ids": ids, "import_id": w.in.ID})
	if err != nil {
		return err
	}
	var gone []string
	marks, told := map[string]bool{}, memory{tx: tx, actor: w.actor, why: Why{Kind: WhyUndo, ID: w.in.ID, Reason: w.in.Reason}}
	for _, d := range rows {
		r := held[*d.AccountID]
		if slices.Contains(stands, r.ID) {
			d.Result, d.Code, d.Why = RowKept, ErrStateRefuses.Code, "这个账号登记以后已经有更新、栏目、申请或别的改动，没有删除。"
			continue
		}
		d.Result, d.AccountID, marks[r.UnitID] = RowUndone, nil, true
		gone = append(gone, r.ID)
		told.tell(r.Account, ActionRemove, sql.Object{"name": r.Name, "platform": r.Platform})
	}
	if len(gone) == 0 {
		return nil
	}
	if err := rules.DropClocks(ctx, tx, rules.AccountSubject, gone...); err != nil {
		return err
	}
	for _, name := range []string{"import.remove_contacts", "import.remove_particulars", "import.forget_changes", "import.remove_accounts"} {
		if _, err := tx.Exec(ctx, name, sql.Args{"ids": gone, "import_id": w.in.ID}); err != nil {
			return err
		}
	}
	if err := markTallies(ctx, tx, marks); err != nil {
		return err
	}
	return told.keep(ctx)
}
