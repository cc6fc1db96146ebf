package accounts

import (
	"context"
	"errors"

	"govmedia/rules"
	"govmedia/sql"
)

// ShownNotice is all that anybody may see of a published notice. It is a type of its own, filled by statements of its own, so
// that nothing of a Notice becomes public by being added to it: who drafted and signed it, and why it was let go, stay inside.
type ShownNotice struct {
	ID          string
	UnitName    string
	AccountID   *string
	Process     rules.Process
	Object      rules.Object
	Rulebook    string
	Articles    sql.Strings
	Title       string
	Body        string // plain text; empty in lists without texts and of one that was taken back
	State       NoticeState
	PublishedAt sql.Time
	FromAt      *sql.Time
	UntilAt     *sql.Time
	Pending     bool
	LastOn      *sql.Time
	EndedAt     *sql.Time
	UpdatedAt   sql.Time
	Places      []ShownPlace `db:"-"` // filled for a single notice
}

// ShownPlace is one place elsewhere where a notice stands.
type ShownPlace struct {
	Name        string
	URL         string
	PublishedAt sql.Time
}

// ShownFilter narrows the public list of notices; empty fields do not.
type ShownFilter struct {
	Title     string // a part of it
	AccountID string
	Standing  bool // leaves out those that have ended
	After     string
	PerPage   int
	Texts     bool // with their texts
}

// ShownNotices returns a page of the published notices for anybody, the latest first, and the cursor of the next page. Error:
// ErrCursorInvalid.
func ShownNotices(ctx context.Context, db *sql.DB, filter ShownFilter) ([]ShownNotice, string, error) {
	const order = "shown"
	key, beforeID, err := readCursor(filter.After, order)
	if err != nil {
		return nil, "", err
	}
	size, state := pageSize(filter.PerPage), ""
	if filter.Standing {
		state = string(NoticeStanding)
	}
	list, err := sql.List[ShownNotice](ctx, db, "notice.public_list", sql.Args{"state": state, "account_id": filter.AccountID, "title": like(filter.Title),
		"before_at": key.number(), "before_id": beforeID, "limit": size + 1})
	if err != nil {
		return nil, "", wrap(err, "list the public notices")
	}
	next := ""
	if len(list) > size {
		list = list[:size]
		next = writeCursor(order, numberKey(int64(list[size-1].PublishedAt)), list[size-1].ID)
	}
	if filter.Texts {
		err = fillTexts(ctx, db, list)
	}
	return list, next, wrap(err, "list the public notices")
}

func fillTexts(ctx context.Context, db *sql.DB, list []ShownNotice) error {
	ids := make([]string, len(list))
	for i, notice := range list {
		ids[i] = notice.ID
	}
	if len(ids) == 0 {
		return nil
	}
	texts, err := sql.List[struct{ ID, Body string }](ctx, db, "notice.public_texts", sql.Args{"ids": ids})
	if err != nil {
		return err
	}
	bodies := make(map[string]string, len(texts))
	for _, text := range texts {
		bodies[text.ID] = text.Body
	}
	for i := range list {
		list[i].Body = bodies[list[i].ID]
	}
	return nil
}

// ShownNoticeOf returns one published notice for anybody; of one that was taken back, only that it was. Error:
// ErrNoticeNotShown for one that never was published.
func ShownNoticeOf(ctx context.Context, db *sql.DB, id string) (ShownNotice, error) {
	notice, err := sql.Get[ShownNotice](ctx, db, "notice.public_get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return ShownNotice{}, ErrNoticeNotShown
	}
	if err != nil {
		return ShownNotice{}, wrap(err, "public notice %s", id)
	}
	notice.Places = []ShownPlace{}
	if notice.State == NoticeWithdrawn {
		return notice, nil
	}
	places, err := sql.List[NoticePlace](ctx, db, "notice.places", sql.Args{"notice_ids": []string{id}})
	for _, place := range places {
		notice.Places = append(notice.Places, ShownPlace{place.Name, place.URL, place.PublishedAt})
	}
	return notice, wrap(err, "public notice %s", id)
}
