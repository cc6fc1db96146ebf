package articles

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"govmedia/accounts/files"
	"govmedia/channels/picture"
)

// StorePicture takes in an uploaded picture: what picture.Process made of it lies in the store under its SHA-256 when
// this returns without error. The same picture uploaded twice is stored once.
func StorePicture(ctx context.Context, store files.Store, r io.Reader, name string) (picture.Processed, error) {
	p, err := picture.Process(r, name)
	if err != nil {
		return picture.Processed{}, err
	}
	if err := store.Put(ctx, p.SHA256, bytes.NewReader(p.Bytes), int64(p.Size), p.MIME); err != nil {
		return picture.Processed{}, fmt.Errorf("store picture %q: %w", name, err)
	}
	return p, nil
}
