package articles

import (
	"context"
	"errors"
	"io"
	"strings"

	"govmedia/accounts/files"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
)

// Media is one picture in a unit's library. Its bytes stand in the store under their hash.
type Media struct {
	ID        string   `json:"id"`
	UnitID    string   `json:"unit_id"`
	SHA256    string   `json:"sha256"`
	MIME      string   `json:"mime"`
	Width     int      `json:"width"`
	Height    int      `json:"height"`
	Size      int64    `json:"size"` // bytes
	Name      string   `json:"name"` // as it was uploaded
	CreatedBy string   `json:"created_by"`
	CreatedAt sql.Time `json:"created_at"`
}

func (m Media) picture() channels.Picture {
	return channels.Picture{ID: m.ID, SHA256: m.SHA256, MIME: m.MIME, Width: m.Width, Height: m.Height, Size: m.Size, Name: m.Name}
}

// AddPicture takes an uploaded picture into a unit's library: sniffed, decoded, re-encoded without its metadata, stored.
// What is no picture, too large or broken is refused with a media.* fault. Errors besides: ErrUnitRefused, units.ErrClosed.
func AddPicture(ctx context.Context, db *sql.DB, store files.Store, actor units.Actor, unitID, name string, r io.Reader) (Media, error) {
	if !reaches(actor, unitID, units.WriteArticles) {
		return Media{}, ErrUnitRefused.On("unit_id")
	}
	// The bytes first, under their own hash: a crash after this leaves a file nobody refers to, never a row without bytes.
	processed, err := StorePicture(ctx, store, r, name)
	if err != nil {
		return Media{}, err
	}
	media := Media{
		ID: sql.NewID(), UnitID: unitID, SHA256: processed.SHA256, MIME: processed.MIME, Width: processed.Width, Height: processed.Height,
		Size: int64(processed.Size), Name: shortenName(name), CreatedBy: actor.PersonID, CreatedAt: db.Now(),
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		if err := openUnit(ctx, tx, unitID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "media.insert", media)
		return err
	})
	if err != nil {
		return Media{}, err
	}
	return media, nil
}

// shortenName keeps the last part of an uploaded file's name, at most 200 characters.
func shortenName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if runes := []rune(name); len(runes) > 200 {
		name = string(runes[:200])
	}
	return name
}

// GetMedia returns a picture the actor reaches; media.not_found otherwise.
func GetMedia(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Media, error) {
	media, err := sql.Get[Media](ctx, db, "media.visible", sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadArticles)})
	if errors.Is(err, sql.ErrNone) {
		return Media{}, ErrMediaNotFound
	}
	return media, err
}

// ListMedia returns a page of the pictures the actor reaches, the newest first. An empty unitID narrows nothing.
func ListMedia(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, beforeAt sql.Time, beforeID string, limit int) ([]Media, error) {
	return sql.List[Media](ctx, db, "media.list", sql.Args{"unit_id": unitID, "before_at": beforeAt, "before_id": beforeID, "limit": limit,
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadArticles)})
}

// picturesOf returns the named pictures of a unit in the order of ids, and refuses when one is missing.
func picturesOf(ctx context.Context, db *sql.DB, unitID string, ids []string) (channels.Pictures, error) {
	media, err := sql.List[Media](ctx, db, "media.of_unit", sql.Args{"unit_id": unitID, "ids": ids})
	if err != nil {
		return nil, err
	}
	if len(media) != len(ids) {
		return nil, ErrPictureMissing.On("body")
	}
	pictures := channels.Pictures{}
	for _, m := range media {
		pictures = append(pictures, m.picture())
	}
	return pictures, nil
}
