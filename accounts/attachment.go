package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"

	"govmedia/accounts/files"
	"govmedia/sql"
	"govmedia/units"
)

// Attachment is a file that belongs to a unit: the scan of an approval, the minutes of a meeting, an avatar. What refers
// to it keeps its id; its bytes stand in the store under their hash.
type Attachment struct {
	ID        string   `json:"id"`
	UnitID    string   `json:"unit_id"`
	SHA256    string   `json:"sha256"`
	MIME      string   `json:"mime"`
	Size      int64    `json:"size"` // bytes
	Name      string   `json:"name"` // as it was uploaded
	CreatedBy string   `json:"created_by"`
	CreatedAt sql.Time `json:"created_at"`
}

// IsPicture reports whether a browser may show the file as a picture.
func (a Attachment) IsPicture() bool { return strings.HasPrefix(a.MIME, "image/") }

// Attach takes a file in for a unit at which the actor holds HandleApplications or WriteAccounts. size is what the upload
// says; the bytes are looked at before they are kept. Errors: ErrForbidden, units.ErrNotFound, the file.* faults.
func Attach(ctx context.Context, db *sql.DB, store files.Store, actor units.Actor, unitID, name string, r io.Reader) (Attachment, error) {
	permissions := []units.Permission{units.HandleApplications, units.WriteAccounts}
	if _, err := reachedUnit(ctx, db, actor, unitID, permissions...); err != nil {
		return Attachment{}, err
	}
	// The bytes first, under their own hash: a crash after this leaves a file nobody refers to, never a row without bytes.
	attachment, err := keep(ctx, store, name, r)
	if err != nil {
		return Attachment{}, wrap(err, "attach a file to unit %s", unitID)
	}
	attachment.ID, attachment.UnitID, attachment.CreatedBy, attachment.CreatedAt = sql.NewID(), unitID, actor.PersonID, db.Now()
	err = db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := heldUnit(ctx, tx, actor, unitID, permissions...); err != nil { // it may have ended while the bytes came
			return err
		}
		_, err := tx.Exec(ctx, "attachment.insert", attachment)
		return err
	})
	if err != nil {
		return Attachment{}, wrap(err, "attach a file to unit %s", unitID)
	}
	return attachment, nil
}

// keep writes an upload to a temporary file, looks into it and puts it into the store.
func keep(ctx context.Context, store files.Store, name string, r io.Reader) (Attachment, error) {
	name = strings.TrimSpace(cut(name[strings.LastIndexAny(name, `/\`)+1:], maxTitle))
	temporary, err := os.CreateTemp("", "govmedia-upload-")
	if err != nil {
		return Attachment{}, files.ErrDiskFull.Because(err)
	}
	defer func() { _ = temporary.Close(); _ = os.Remove(temporary.Name()) }()
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(temporary, hash), io.LimitReader(r, files.MaxAttachment+1))
	if err != nil {
		return Attachment{}, err
	}
	kind, err := files.Sniff(name, temporary, size)
	if err != nil {
		return Attachment{}, err
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	return Attachment{SHA256: sum, MIME: kind.MIME, Size: size, Name: name}, store.Put(ctx, sum, temporary, size, kind.MIME)
}

// GetAttachment returns a file of a unit the actor reaches with ReadAccounts; files.ErrNotFound otherwise.
func GetAttachment(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Attachment, error) {
	attachment, err := sql.Get[Attachment](ctx, db, "attachment.visible", sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if errors.Is(err, sql.ErrNone) {
		err = files.ErrNotFound
	}
	return attachment, wrap(err, "get attachment %s", id)
}

// AttachmentsOf returns files by their ids, whoever asks; those that do not exist are left out.
func AttachmentsOf(ctx context.Context, db *sql.DB, ids []string) (map[string]Attachment, error) {
	found := map[string]Attachment{}
	if len(ids) == 0 {
		return found, nil
	}
	list, err := sql.List[Attachment](ctx, db, "attachment.get_all", sql.Args{"ids": ids})
	for _, attachment := range list {
		found[attachment.ID] = attachment
	}
	return found, wrap(err, "load %d attachments", len(ids))
}

// ownAttachments returns files by their ids and refuses with files.ErrNotFound when one is not the unit's.
func ownAttachments(ctx context.Context, db *sql.DB, unitID string, ids []string) (map[string]Attachment, error) {
	found, err := AttachmentsOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if found[id].UnitID != unitID {
			return nil, files.ErrNotFound.On("attachments")
		}
	}
	return found, nil
}
