package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Store keeps the bytes of pictures under the SHA-256 of their content: 64 lower-case hex digits. What is under a key
// never changes, so Put of a key that is there does nothing. Implementations: Folder and S3.
type Store interface {
	// Put stores content, which has size bytes and is read piece by piece, perhaps more than once; it must not change meanwhile.
	// When Put returns without error the bytes are there to stay; else nothing is there.
	// Errors: ErrDiskFull, ErrStoreUnavailable, and a plain error when content does not hold what key and size say.
	Put(ctx context.Context, key string, content io.ReaderAt, size int64, mime string) error
	// Open returns the bytes; the caller closes them. Error: ErrNotFound.
	Open(ctx context.Context, key string) (io.ReadCloser, Info, error)
	// Stat says what is under the key. Error: ErrNotFound.
	Stat(ctx context.Context, key string) (Info, error)
	// Delete removes the key; one that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// Info describes a stored file.
type Info struct {
	Key      string
	Size     int64 // bytes
	MIME     string
	StoredAt time.Time
}

var storeKey = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkKey refuses anything but a hash: a key is never a path.
func checkKey(key string) error {
	if !storeKey.MatchString(key) {
		return ErrNotFound.Because(fmt.Errorf("malformed store key %q", key))
	}
	return nil
}

// checkedReader reads what should be size bytes that hash to key, and fails at the end when it was not.
type checkedReader struct {
	r    io.Reader
	key  string
	left int64
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
}

var errNotTheContent = errors.New("the content is not what its key and size say")

func checked(content io.ReaderAt, key string, size int64) *checkedReader {
	return &checkedReader{r: io.NewSectionReader(content, 0, size+1), key: key, left: size, hash: sha256.New()}
}

func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.left -= int64(n)
	_, _ = c.hash.Write(p[:n]) // a hash never fails to write
	if c.left < 0 || err == io.EOF && (c.left > 0 || hex.EncodeToString(c.hash.Sum(nil)) != c.key) {
		return n, fmt.Errorf("put %s: %w", c.key, errNotTheContent)
	}
	return n, err
}

// Folder is a Store in a local directory: ab/cd/abcd…, two levels so that no directory grows large.
type Folder struct {
	root   *os.Root // opens nothing outside the directory, symbolic links included
	create func(name string) (*os.File, error)
	now    func() time.Time
	parts  atomic.Int64 // written so far; makes names of parts differ within one tick of the clock
}

const (
	partSuffix = ".part" // of a file that is being written
	staleParts = 24 * time.Hour
)

// OpenFolder opens the store in dir, making the directory when it is absent, and removes what a crash left half-written
// more than a day ago. The caller closes it.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make file store: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	f := &Folder{root: root, now: time.Now}
	f.create = func(name string) (*os.File, error) {
		return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	}
	if err := f.sweep(); err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("sweep file store: %w", err)
	}
	return f, nil
}

// Close releases the directory.
func (f *Folder) Close() error { return f.root.Close() }

func (f *Folder) sweep() error {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasSuffix(e.Name(), partSuffix) && f.now().Sub(info.ModTime()) > staleParts {
			if err := f.root.Remove(e.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func keyPath(key string) string { return path.Join(key[:2], key[2:4], key) }

// Put writes to a temporary name, syncs and renames, so that a key is there whole or not at all.
func (f *Folder) Put(ctx context.Context, key string, content io.ReaderAt, size int64, _ string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if info, err := f.root.Stat(keyPath(key)); err == nil && info.Size() == size {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	part := fmt.Sprintf("%s.%d-%d%s", key, f.now().UnixNano(), f.parts.Add(1), partSuffix)
	if err := f.write(part, checked(content, key, size)); err != nil {
		_ = f.root.Remove(part) // it may not exist; a leftover is swept at the next start
		return putFault(err)
	}
	if err := f.settle(part, key); err != nil {
		_ = f.root.Remove(part)
		return putFault(err)
	}
	return nil
}

func (f *Folder) write(part string, r io.Reader) error {
	file, err := f.create(part)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, r); err != nil {
		_ = file.Close()
		return err
	}
	if err := file.Sync(); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// settle renames a complete file to its place and syncs the directories, without which a power cut may forget the name.
func (f *Folder) settle(part, key string) error {
	dir := path.Dir(keyPath(key))
	if err := f.root.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	if err := f.root.Rename(part, keyPath(key)); err != nil {
		return err
	}
	for _, changed := range []string{dir, path.Dir(dir), "."} {
		if err := f.syncDir(changed); err != nil {
			return err
		}
	}
	return nil
}

func (f *Folder) syncDir(name string) error {
	d, err := f.root.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}

// storeFault gives a file system's error its sentence.
func storeFault(err error) error {
	switch {
	case err == nil || errors.Is(err, errNotTheContent):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrDiskFull.Because(err)
	case errors.Is(err, fs.ErrNotExist):
		return ErrNotFound.Because(err)
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return ErrStoreUnavailable.Because(err)
	}
	return err
}

// putFault is storeFault for writing: what is not there then is the folder itself.
func putFault(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrStoreUnavailable.Because(err)
	}
	return storeFault(err)
}

// Open implements Store. The MIME type is sniffed from the bytes; a folder keeps none.
func (f *Folder) Open(ctx context.Context, key string) (io.ReadCloser, Info, error) {
	if err := checkKey(key); err != nil {
		return nil, Info{}, err
	}
	if err := ctx.Err(); err != nil {
		return nil, Info{}, err
	}
	file, err := f.root.Open(keyPath(key))
	if err != nil {
		return nil, Info{}, storeFault(err)
	}
	info, err := describe(file, key)
	if err != nil {
		_ = file.Close()
		return nil, Info{}, storeFault(err)
	}
	return file, info, nil
}

func describe(file *os.File, key string) (Info, error) {
	stat, err := file.Stat()
	if err != nil {
		return Info{}, err
	}
	head := make([]byte, 512)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Info{}, err
	}
	return Info{Key: key, Size: stat.Size(), MIME: http.DetectContentType(head[:n]), StoredAt: stat.ModTime()}, nil
}

// Stat implements Store.
func (f *Folder) Stat(ctx context.Context, key string) (Info, error) {
	file, info, err := f.Open(ctx, key)
	if err != nil {
		return Info{}, err
	}
	return info, file.Close()
}

// Delete implements Store.
func (f *Folder) Delete(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := f.root.Remove(keyPath(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storeFault(err)
	}
	return nil
}
