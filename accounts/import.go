package accounts

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"

	"govmedia/accounts/files"
	sheets "govmedia/accounts/sheet"
	"govmedia/sql"
	"govmedia/units"
)

// The actions of imports in the audit chain.
const (
	ActionImport     units.Action = "import.run"
	ActionImportUndo units.Action = "import.undo"
	ActionRemove     units.Action = "account.remove"

	ActionTemplateRemove units.Action = "import_template.remove"
)

// ImportKind is what a sheet is brought in for.
type ImportKind string

// The kinds of import.
const (
	ImportRegister ImportKind = "register" // into the register
	ImportNational ImportKind = "national" // the national system's export, to be held against the register
	ImportPlatform ImportKind = "platform" // what the platforms show, likewise
)

// ImportState is how far an import is.
type ImportState string

// The states, in the order of life. What is previewing, running or undoing is done by a node in steps.
const (
	ImportMapping    ImportState = "mapping"
	ImportPreviewing ImportState = "previewing"
	ImportPreviewed  ImportState = "previewed"
	ImportRunning    ImportState = "running"
	ImportDone       ImportState = "done"
	ImportUndoing    ImportState = "undoing"
	ImportUndone     ImportState = "undone"
	ImportDropped    ImportState = "dropped"
)

// Import is one sheet on its way into the register, or held against it.
type Import struct {
	ID         string       `json:"id"`
	UnitID     string       `json:"unit_id"`
	Kind       ImportKind   `json:"kind"`
	State      ImportState  `json:"state"`
	Name       string       `json:"name"` // of the file
	SHA256     string       `json:"-" db:"sha256"`
	Size       int64        `json:"size"` // bytes
	Sheet      string       `json:"sheet"`
	HeadFrom   int          `json:"head_from"` // rows of the titles; 0 before they were chosen
	HeadTo     int          `json:"head_to"`
	Mapping    Mapping      `json:"mapping"`
	LookedRows int64        `json:"looked_rows"` // by the preview so far
	Creates    int64        `json:"creates"`     // what the preview found
	Changes    int64        `json:"changes"`
	Sames      int64        `json:"sames"`
	Refused    int64        `json:"refused"`
	DoneRows   int64        `json:"done_rows"` // carried out, or undone, so far
	Created    int64        `json:"created"`
	Changed    int64        `json:"changed"`
	Failed     int64        `json:"failed"`
	Kept       int64        `json:"kept"`    // could not be undone
	Unknown    UnknownWords `json:"unknown"` // words that no option means; the fields stay blank
	Code       string       `json:"code"`    // of the refusal that ended the last preview; empty when none did
	Error      string       `json:"error"`   // its sentence, or that of the last step, which is tried again
	AfterID    string       `json:"-"`
	Reason     string       `json:"reason"` // why it was undone
	PersonID   string       `json:"-"`      // in whose name the present work is done
	PersonName string       `json:"person_name"`
	CreatedBy  string       `json:"created_by"`
	CreatedAt  sql.Time     `json:"created_at"`
	UpdatedAt  sql.Time     `json:"updated_at"`
	FinishedAt *sql.Time    `json:"finished_at"`
	Version    int64        `json:"version"`
}

// UnknownWord is a word that people wrote into a field of choices, and that none of the choices means.
type UnknownWord struct {
	Field string `json:"field"`
	Label string `json:"label"`
	Word  string `json:"word"`
	Rows  int    `json:"rows"`
}

// UnknownWords is a list of them, kept as JSON.
type UnknownWords []UnknownWord

// Value implements driver.Valuer.
func (u UnknownWords) Value() (driver.Value, error) { return encodeList(u) }

// Scan implements sql.Scanner.
func (u *UnknownWords) Scan(value any) error { return sql.DecodeJSON(value, (*[]UnknownWord)(u)) }

func encodeList[T any](list []T) (driver.Value, error) {
	if list == nil {
		return "[]", nil
	}
	return sql.EncodeJSON(list)
}

// FieldValues is what is said of fields, by their names, kept as JSON.
type FieldValues map[string]string

// Value implements driver.Valuer.
func (f FieldValues) Value() (driver.Value, error) {
	if f == nil {
		return "{}", nil
	}
	return sql.EncodeJSON(map[string]string(f))
}

// Scan implements sql.Scanner.
func (f *FieldValues) Scan(value any) error { return sql.DecodeJSON(value, (*map[string]string)(f)) }

// NewImport takes in a sheet for a unit at which the actor holds WriteAccounts. The file is opened before it is kept, so one
// that cannot be read is refused at once. Errors: the sheet.* faults, ErrImportKind, ErrForbidden, units.ErrNotFound.
func NewImport(ctx context.Context, db *sql.DB, store files.Store, actor units.Actor, unitID string, kind ImportKind, name string, r io.Reader) (Import, error) {
	if kind != ImportRegister && kind != ImportNational && kind != ImportPlatform {
		return Import{}, ErrImportKind.On("kind")
	}
	if _, err := openUnit(ctx, db, actor, unitID); err != nil {
		return Import{}, err
	}
	in := Import{ID: sql.NewID(), UnitID: unitID, Kind: kind, Name: strings.TrimSpace(cut(name[strings.LastIndexAny(name, `/\`)+1:], maxTitle)),
		PersonName: actor.Name,
		CreatedBy:  actor.PersonID, CreatedAt: db.Now()}
	if err := keepSheet(ctx, store, &in, r); err != nil {
		return Import{}, wrap(err, "import a sheet for unit %s", unitID)
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := heldUnit(ctx, tx, actor, unitID, units.WriteAccounts); err != nil { // it may have ended while the bytes came
			return err
		}
		_, err := tx.Exec(ctx, "import.insert", in)
		return err
	})
	if err != nil {
		return Import{}, wrap(err, "import a sheet for unit %s", unitID)
	}
	return GetImport(ctx, db, actor, in.ID)
}

// keepSheet writes a sheet to a temporary file, opens it and puts it into the store.
func keepSheet(ctx context.Context, store files.Store, in *Import, r io.Reader) error {
	temporary, err := os.CreateTemp("", "govmedia-sheet-")
	if err != nil {
		return files.ErrDiskFull.Because(err)
	}
	defer func() { _ = temporary.Close(); _ = os.Remove(temporary.Name()) }()
	hash := sha256.New()
	in.Size, err = io.Copy(io.MultiWriter(temporary, hash), io.LimitReader(r, sheets.MaxFile+1))
	if err != nil {
		return err
	}
	if _, err := sheets.Open(temporary, in.Size, in.Name); err != nil {
		return err
	}
	in.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return store.Put(ctx, in.SHA256, temporary, in.Size, "application/octet-stream")
}

// withSheet opens an import's file and hands it on. The store gives a stream, and an archive is read from its end, so the file
// stands on the disk meanwhile.
func withSheet(ctx context.Context, store files.Store, in Import, use func(*sheets.Book) error) error {
	stored, _, err := store.Open(ctx, in.SHA256)
	if err != nil {
		return err
	}
	defer func() { _ = stored.Close() }()
	temporary, err := os.CreateTemp("", "govmedia-sheet-")
	if err != nil {
		return files.ErrDiskFull.Because(err)
	}
	defer func() { _ = temporary.Close(); _ = os.Remove(temporary.Name()) }()
	if _, err := io.Copy(temporary, stored); err != nil {
		return err
	}
	book, err := sheets.Open(temporary, in.Size, in.Name)
	if err != nil {
		return err
	}
	return use(book)
}

// GetImport returns an import of a unit that the actor reaches with WriteAccounts; ErrImportNotFound otherwise.
func GetImport(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Import, error) {
	name := "import.visible"
	if actor.IsSystem() {
		name = "import.get"
	}
	in, err := sql.Get[Import](ctx, db, name, sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.WriteAccounts)})
	if errors.Is(err, sql.ErrNone) {
		err = ErrImportNotFound
	}
	return in, wrap(err, "get import %s", id)
}

// ImportFilter narrows and pages a list of imports; empty fields narrow nothing.
type ImportFilter struct {
	UnitID  string
	Kind    ImportKind
	After   string // the id of the last one of the page before
	PerPage int
}

// ImportPage is a page of imports, the latest first.
type ImportPage struct {
	Items []Import `json:"items"`
	Next  string   `json:"next"` // empty on the last page
}

// Imports returns a page of the imports of the units the actor reaches with WriteAccounts. Error: ErrCursorInvalid.
func Imports(ctx context.Context, db *sql.DB, actor units.Actor, filter ImportFilter) (ImportPage, error) {
	if filter.After != "" && !sql.IsID(filter.After) {
		return ImportPage{}, ErrCursorInvalid.On("after")
	}
	size := pageSize(filter.PerPage)
	list, err := sql.List[Import](ctx, db, "import.list", sql.Args{"unit_id": filter.UnitID, "kind": filter.Kind, "after_id": filter.After, "person_id": actor.PersonID,
		"roles": units.RolesWith(units.WriteAccounts), "limit": size + 1})
	page := ImportPage{Items: list}
	if len(list) > size {
		page.Items, page.Next = list[:size], list[size-1].ID
	}
	return page, wrap(err, "list the imports")
}

// StartImport says what the columns of a sheet are, and asks for the preview. With keep the mapping is the office's template for
// sheets with these titles from now on. Errors: those of the mapping, ErrImportHead, ErrImportStale, ErrImportState, the sheet.*
// faults.
func StartImport(ctx context.Context, db *sql.DB, store files.Store, actor units.Actor, id string, version int64, choice ImportChoice) (Import, error) {
	in, err := GetImport(ctx, db, actor, id)
	if err != nil {
		return Import{}, err
	}
	if err := in.expect(version, ImportMapping, ImportPreviewed); err != nil {
		return Import{}, err
	}
	look, err := lookInto(ctx, store, in, choice.Sheet, choice.HeadFrom, choice.HeadTo)
	if err != nil {
		return Import{}, wrap(err, "map import %s", id)
	}
	if err := choice.Mapping.check(len(look.Titles)); err != nil {
		return Import{}, err
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		mine, err := tx.ExecOne(ctx, "import.map", sql.Args{"id": id, "version": version, "sheet": look.Sheet, "head_from": look.HeadFrom, "head_to": look.HeadTo,
			"mapping": choice.Mapping, "person_id": actor.PersonID, "person_name": actor.Name, "now": tx.Now()})
		if err == nil && !mine {
			err = ErrImportStale
		}
		if err == nil && choice.Keep {
			_, err = keepTemplate(ctx, tx, actor, in.UnitID, in.Kind, choice.Name, look.Titles, choice.Mapping)
		}
		return err
	})
	if err != nil {
		return Import{}, wrap(err, "map import %s", id)
	}
	return GetImport(ctx, db, actor, id)
}

// ImportChoice is what a person says of a sheet.
type ImportChoice struct {
	Sheet    string  `json:"sheet,omitempty" maxLength:"200" doc:"Empty: the first"`
	HeadFrom int     `json:"head_from" minimum:"1" doc:"The first row of the titles"`
	HeadTo   int     `json:"head_to" minimum:"1" doc:"The last row of the titles: the same or the next"`
	Mapping  Mapping `json:"mapping"`
	Keep     bool    `json:"keep,omitempty" doc:"Keep the mapping as the office's template for these titles"`
	Name     string  `json:"name,omitempty" maxLength:"60" doc:"Of the template"`
}

func (in Import) expect(version int64, states ...ImportState) error {
	if in.Version != version {
		return ErrImportStale
	}
	for _, state := range states {
		if in.State == state {
			return nil
		}
	}
	return ErrImportState
}

// RunImport asks for a previewed import to be carried out. Errors: ErrImportState, ErrImportStale.
func RunImport(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Import, error) {
	return moveImport(ctx, db, actor, id, version, ImportPreviewed, ImportRunning, "")
}

// UndoImport asks for an import into the register to be undone as one. What somebody changed since is kept, and so is an account
// that something stands on. Errors: ErrImportState, ErrImportStale, ErrImportReason.
func UndoImport(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, reason string) (Import, error) {
	if reason = strings.TrimSpace(reason); !isLine(reason, maxReason) {
		return Import{}, ErrImportReason.On("reason")
	}
	return moveImport(ctx, db, actor, id, version, ImportDone, ImportUndoing, reason)
}

func moveImport(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, from, to ImportState, reason string) (Import, error) {
	in, err := GetImport(ctx, db, actor, id)
	if err != nil {
		return Import{}, err
	}
	if err := in.expect(version, from); err != nil {
		return Import{}, err
	}
	if to == ImportUndoing && in.Kind != ImportRegister {
		return Import{}, ErrImportState
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		mine, err := tx.ExecOne(ctx, "import.begin", sql.Args{"id": id, "version": version, "state": from, "next": to, "reason": reason, "person_id": actor.PersonID,
			"person_name": actor.Name, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !mine {
			return ErrImportStale
		}
		action, detail := ActionImport, sql.Object{"kind": in.Kind, "file": in.Name, "sha256": in.SHA256, "creates": in.Creates, "changes": in.Changes}
		if to == ImportUndoing {
			action, detail["reason"] = ActionImportUndo, reason
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: in.UnitID, Action: action, ObjectKind: "import", ObjectID: id, Detail: detail})
	})
	if err != nil {
		return Import{}, wrap(err, "move import %s to %s", id, to)
	}
	return GetImport(ctx, db, actor, id)
}

// DropImport gives up an import that was not carried out. Errors: ErrImportState, ErrImportStale.
func DropImport(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Import, error) {
	in, err := GetImport(ctx, db, actor, id)
	if err != nil {
		return Import{}, err
	}
	if err := in.expect(version, ImportMapping, ImportPreviewing, ImportPreviewed); err != nil {
		return Import{}, err
	}
	mine, err := db.ExecOne(ctx, "import.drop", sql.Args{"id": id, "version": version, "now": db.Now()})
	if err == nil && !mine {
		err = ErrImportStale
	}
	if err != nil {
		return Import{}, wrap(err, "drop import %s", id)
	}
	return GetImport(ctx, db, actor, id)
}
