package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"

	"govmedia/sql"
	"govmedia/units"
)

// Entry is an account as the public directory has it: all that anybody may see of it. It is a type of its own, filled by
// statements of its own, so that nothing of an Account or of its Particulars becomes public by being added to them. Each
// field is one that Fields marks as public.
type Entry struct {
	ID               string
	Path             string // the unit's, for the order of the list
	UnitID           string
	UnitName         string
	Platform         Platform
	Kind             Kind
	Name             string
	HomeURL          string
	State            State // InUse, Suspended or Closed
	ClosedAt         *sql.Time
	GoneTo           string // of a closed one: where its readers go now
	CertifiedSubject string
	OpenedOn         *sql.Time
	SiteCode         string
	ICP              string `db:"icp"`
	PoliceFiling     string
	Description      string
	HasQR            bool `db:"has_qr"`
	UpdatedAt        sql.Time
}

// shownStates are the states in which anybody may see an account: one that is being applied for is not there yet.
var shownStates = []State{InUse, Suspended, Closed}

// DirectoryFilter narrows the directory; empty fields do not.
type DirectoryFilter struct {
	UnitID   string // this unit and all below it
	Platform Platform
	State    State
	Text     string // a part of the name of the account or of its unit
	After    string // the cursor of the page before
	PerPage  int
}

// Directory returns a page of the accounts that are or were in use, by unit and platform, and the cursor of the next page.
// Errors: ErrFilterInvalid, ErrCursorInvalid.
func Directory(ctx context.Context, db *sql.DB, filter DirectoryFilter) ([]Entry, string, error) {
	const order = "directory"
	args, err := filter.args(ctx, db)
	if err != nil {
		return nil, "", err
	}
	_, after, err := readCursor(filter.After, order)
	if err != nil {
		return nil, "", err
	}
	if after != "" {
		last, err := EntryOf(ctx, db, after)
		if errors.Is(err, ErrEntryNotFound) {
			return nil, "", ErrCursorInvalid.On("after").Because(err) // it was taken out of the directory meanwhile
		}
		if err != nil {
			return nil, "", err
		}
		args["after_id"], args["after_path"], args["after_platform"] = last.ID, last.Path, last.Platform
	}
	size := pageSize(filter.PerPage)
	args["limit"] = size + 1
	list, err := sql.List[Entry](ctx, db, "directory.list", args)
	if err != nil {
		return nil, "", wrap(err, "list the directory")
	}
	next := ""
	if len(list) > size {
		list = list[:size]
		next = writeCursor(order, numberKey(0), list[size-1].ID)
	}
	return list, next, nil
}

func (f DirectoryFilter) args(ctx context.Context, db *sql.DB) (sql.Args, error) {
	args := sql.Args{"states": shownStates, "path": "", "platform": f.Platform, "text": like(f.Text), "after_id": "", "after_path": "", "after_platform": ""}
	if f.State != "" {
		if !slices.Contains(shownStates, f.State) {
			return nil, ErrFilterInvalid.On("state")
		}
		args["states"] = []State{f.State}
	}
	if _, known := kindsOf[f.Platform]; f.Platform != "" && !known {
		return nil, ErrFilterInvalid.On("platform")
	}
	if f.UnitID != "" {
		paths, err := units.Paths(ctx, db, []string{f.UnitID})
		if err != nil {
			return nil, wrap(err, "list the directory")
		}
		if args["path"] = paths[f.UnitID]; paths[f.UnitID] == "" {
			return nil, ErrFilterInvalid.On("unit")
		}
	}
	return args, nil
}

// EntryOf returns one account of the directory. Error: ErrEntryNotFound.
func EntryOf(ctx context.Context, db *sql.DB, id string) (Entry, error) {
	entry, err := sql.Get[Entry](ctx, db, "directory.get", sql.Args{"id": id, "states": shownStates})
	if errors.Is(err, sql.ErrNone) {
		return Entry{}, ErrEntryNotFound
	}
	return entry, wrap(err, "entry %s of the directory", id)
}

// HasHomeQR reports whether a QR code of the home page may stand for the account: it is not closed, has a home page, and
// nobody uploaded the one of the platform.
func (e Entry) HasHomeQR() bool { return !e.HasQR && e.State != Closed && HasHomeQR(e.HomeURL) }

// Picture is a file of the store that is a picture.
type Picture struct {
	SHA256 string `db:"sha256"`
	MIME   string `db:"mime"`
}

// EntryQR returns the picture of an account's QR code. Error: ErrEntryNotFound, also for an account that has none.
func EntryQR(ctx context.Context, db *sql.DB, id string) (Picture, error) {
	picture, err := sql.Get[Picture](ctx, db, "directory.qr", sql.Args{"id": id, "states": shownStates})
	if errors.Is(err, sql.ErrNone) || err == nil && !strings.HasPrefix(picture.MIME, "image/") {
		return Picture{}, ErrEntryNotFound
	}
	return picture, wrap(err, "QR code of entry %s", id)
}

// DirectoryUnit is a unit as the directory names it.
type DirectoryUnit struct {
	ID   string
	Name string
}

// DirectoryPlace is where in the tree of units a reader is: the units from the top down to the chosen one, and those right
// below it.
type DirectoryPlace struct {
	Above []DirectoryUnit // the chosen one last; empty at the top
	Below []DirectoryUnit
}

// mostUnits bounds the units of one level that a page lists; those beyond are found by searching.
const mostUnits = 200

// DirectoryAt returns the units around one; around none: the top of the tree.
func DirectoryAt(ctx context.Context, db *sql.DB, unitID string) (DirectoryPlace, error) {
	place := DirectoryPlace{Above: []DirectoryUnit{}}
	if unitID != "" {
		paths, err := units.Paths(ctx, db, []string{unitID})
		if err != nil {
			return place, wrap(err, "place of unit %s", unitID)
		}
		ids := strings.Split(strings.TrimSuffix(paths[unitID], "/"), "/")
		named, err := sql.List[DirectoryUnit](ctx, db, "directory.named_units", sql.Args{"ids": ids})
		if err != nil {
			return place, wrap(err, "place of unit %s", unitID)
		}
		for _, id := range ids {
			if i := slices.IndexFunc(named, func(u DirectoryUnit) bool { return u.ID == id }); i >= 0 {
				place.Above = append(place.Above, named[i])
			}
		}
	}
	below, err := sql.List[DirectoryUnit](ctx, db, "directory.units", sql.Args{"parent_id": unitID, "limit": mostUnits})
	place.Below = below
	return place, wrap(err, "units below %s", unitID)
}
