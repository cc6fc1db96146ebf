package accounts

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/sql"
	"govmedia/units"
)

// What one person may keep.
const (
	maxViewName  = 60
	maxViewQuery = 4000 // characters
	maxViews     = 50   // for one page
)

// viewPages are the pages whose filters can be kept.
var viewPages = []string{"accounts", "applications", "columns", "notices", "dashboard", "units", "people", "contractors"}

// SavedView is the filters of a page, as one person keeps them under a name.
type SavedView struct {
	ID        string   `json:"id"`
	PersonID  string   `json:"-"`
	Page      string   `json:"page"` // accounts, applications, …
	Name      string   `json:"name"`
	Query     string   `json:"query"` // as the address of the page has it, without the question mark
	CreatedAt sql.Time `json:"created_at"`
}

// SavedViews returns what the actor keeps for a page, by name.
func SavedViews(ctx context.Context, db *sql.DB, actor units.Actor, page string) ([]SavedView, error) {
	list, err := sql.List[SavedView](ctx, db, "saved_view.list", sql.Args{"person_id": actor.PersonID, "page": page})
	return list, wrap(err, "list the views of %s", page)
}

// SaveView keeps the filters of a page under a name for the actor alone. Errors: ErrViewName, ErrViewInvalid, ErrViewTaken,
// ErrViewTooMany.
func SaveView(ctx context.Context, db *sql.DB, actor units.Actor, page, name, query string) (SavedView, error) {
	view := SavedView{ID: sql.NewID(), PersonID: actor.PersonID, Page: page, Name: strings.TrimSpace(name), Query: strings.TrimPrefix(query, "?")}
	switch {
	case !isLine(view.Name, maxViewName):
		return SavedView{}, ErrViewName.On("name")
	case !slices.Contains(viewPages, page) || !utf8.ValidString(query) || utf8.RuneCountInString(query) > maxViewQuery || strings.ContainsAny(query, "\x00\n\r"):
		return SavedView{}, ErrViewInvalid.On("query")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		kept, err := SavedViews(ctx, tx, actor, page)
		if err != nil {
			return err
		}
		if len(kept) >= maxViews {
			return ErrViewTooMany
		}
		view.CreatedAt = tx.Now()
		_, err = tx.Exec(ctx, "saved_view.insert", view)
		if sql.IsDuplicate(err) {
			return ErrViewTaken.On("name").Because(err)
		}
		return err
	})
	if err != nil {
		return SavedView{}, wrap(err, "save a view of %s", page)
	}
	return view, nil
}

// RenameView gives one of the actor's own views another name. Errors: ErrViewName, ErrViewTaken, ErrViewGone when it is not there.
func RenameView(ctx context.Context, db *sql.DB, actor units.Actor, id, name string) (SavedView, error) {
	if name = strings.TrimSpace(name); !isLine(name, maxViewName) {
		return SavedView{}, ErrViewName.On("name")
	}
	args := sql.Args{"id": id, "person_id": actor.PersonID, "name": name}
	found, err := db.ExecOne(ctx, "saved_view.rename", args)
	switch {
	case sql.IsDuplicate(err):
		err = ErrViewTaken.On("name").Because(err)
	case err == nil && !found:
		err = ErrViewGone
	}
	if err != nil {
		return SavedView{}, wrap(err, "rename view %s", id)
	}
	view, err := sql.Get[SavedView](ctx, db, "saved_view.get", args)
	return view, wrap(err, "rename view %s", id)
}

// RemoveView forgets one of the actor's own views; ErrViewGone when it is not there.
func RemoveView(ctx context.Context, db *sql.DB, actor units.Actor, id string) error {
	found, err := db.ExecOne(ctx, "saved_view.remove", sql.Args{"id": id, "person_id": actor.PersonID})
	if err == nil && !found {
		err = ErrViewGone
	}
	return wrap(err, "remove view %s", id)
}
