package channels

import (
	"context"
	"errors"
	"fmt"

	"govmedia/sql"
)

// What an uploaded picture is for. A platform keeps the two apart, and an id for one is often no good for the other.
const (
	ForContent = "content" // shown in the text
	ForCover   = "cover"
)

// Upload is what a platform gave for a picture.
type Upload struct {
	ExternalID string   // the platform's id of the picture; empty where it gives an address only
	URL        string   // where readers load it from
	CreatedAt  sql.Time // when it was uploaded
}

// FindUpload returns what the platform gave for a picture, by the SHA-256 of the signed bytes; false when it was never
// uploaded to this account for this purpose.
func FindUpload(ctx context.Context, db *sql.DB, accountID, purpose, sha256 string) (Upload, bool, error) {
	upload, err := sql.Get[Upload](ctx, db, "upload.get", sql.Args{"account_id": accountID, "purpose": purpose, "sha256": sha256})
	if errors.Is(err, sql.ErrNone) {
		return Upload{}, false, nil
	}
	if err != nil {
		return Upload{}, false, fmt.Errorf("look up the upload of picture %s to account %s: %w", sha256, accountID, err)
	}
	return upload, true, nil
}

// KeepUpload records an upload made now. A second one of the same picture takes the place of the first.
func KeepUpload(ctx context.Context, db *sql.DB, accountID, purpose, sha256 string, upload Upload) error {
	args := sql.Args{"account_id": accountID, "purpose": purpose, "sha256": sha256,
		"external_id": upload.ExternalID, "url": upload.URL, "created_at": db.Now()}
	_, err := db.Exec(ctx, "upload.insert", args)
	if sql.IsDuplicate(err) {
		_, err = db.Exec(ctx, "upload.replace", args)
	}
	if err != nil {
		return fmt.Errorf("record the upload of picture %s to account %s: %w", sha256, accountID, err)
	}
	return nil
}

// ForgetUpload drops an upload that the platform no longer knows, so that the picture is uploaded again. One recorded
// since under another id stays.
func ForgetUpload(ctx context.Context, db *sql.DB, accountID, purpose, sha256 string, upload Upload) error {
	_, err := db.Exec(ctx, "upload.delete",
		sql.Args{"account_id": accountID, "purpose": purpose, "sha256": sha256, "external_id": upload.ExternalID})
	if err != nil {
		return fmt.Errorf("forget the upload of picture %s to account %s: %w", sha256, accountID, err)
	}
	return nil
}
