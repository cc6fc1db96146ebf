package articles_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"

	"govmedia/accounts/files"
	"govmedia/articles"
	"govmedia/channels/picture"
)

func TestStorePictureKeepsThePictureOnce(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	store, err := files.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	first, err := articles.StorePicture(t.Context(), store, bytes.NewReader(b.Bytes()), "a.png")
	if err != nil {
		t.Fatal(err)
	}
	second, err := articles.StorePicture(t.Context(), store, bytes.NewReader(b.Bytes()), "b.png")
	info, statErr := store.Stat(t.Context(), first.SHA256)
	if err != nil || statErr != nil || second.SHA256 != first.SHA256 || info.Size != int64(first.Size) || info.MIME != "image/png" {
		t.Errorf("StorePicture = %s then %s, %v; stored %+v, %v", first.SHA256, second.SHA256, err, info, statErr)
	}
	if _, err := articles.StorePicture(t.Context(), store, strings.NewReader("MZ"), "a.jpg"); !errors.Is(err, picture.ErrNotAPicture) {
		t.Errorf("StorePicture(exe) = %v, want media.not_a_picture", err)
	}
}
