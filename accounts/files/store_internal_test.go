package files

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"govmedia/fault"
)

// A full disk cannot be had through the exported door without a file system of one's own, so the file that is written to
// is replaced by the device on which every write fails with ENOSPC.
func TestPutOnAFullDiskLeavesNothingAndSaysSo(t *testing.T) {
	dir := t.TempDir()
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = folder.Close() }()
	real := folder.create
	folder.create = func(name string) (*os.File, error) {
		f, err := real(name) // the name is taken, as it is when a disk fills up while writing
		if err != nil {
			return nil, err
		}
		_ = f.Close()
		return os.OpenFile("/dev/full", os.O_WRONLY, 0)
	}
	content := strings.Repeat("x", 100_000)
	sum := sha256.Sum256([]byte(content))
	key := hex.EncodeToString(sum[:])
	err = folder.Put(t.Context(), key, strings.NewReader(content), int64(len(content)), "image/png")
	if f := fault.As(err); !errors.Is(err, ErrDiskFull) || f.Kind != fault.Unavailable || !strings.Contains(f.Sentence, "存储空间已满") {
		t.Errorf("Put = %v, want media.disk_full", err)
	}
	files := 0
	if err := fs.WalkDir(os.DirFS(dir), ".", func(_ string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			files++
		}
		return err
	}); err != nil || files != 0 {
		t.Errorf("%d files are left, %v; want none", files, err)
	}
	folder.create = real
	if err := folder.Put(t.Context(), key, strings.NewReader(content), int64(len(content)), "image/png"); err != nil {
		t.Errorf("Put after the disk was cleared = %v", err)
	}
}
