package files

import (
	"archive/zip"
	"errors"
	"io"
	"sync/atomic"
)

// mostDirectory is how long the directory of an archive may be, in bytes: 20,000 names of two hundred characters.
const mostDirectory = 4 << 20

// ErrDirectory is how OpenZip says that the directory of an archive is longer than any that a program writes.
var ErrDirectory = errors.New("the directory of the archive is too long")

// OpenZip opens an archive without holding a directory out of all proportion: a file of 100 MB may be nothing but two million
// entries, which the library would all keep in memory before anybody could count them. Error: ErrDirectory;
// any other means that it is no archive.
func OpenZip(r io.ReaderAt, size int64) (*zip.Reader, error) {
	directory := &directoryReader{r: r}
	directory.left.Store(mostDirectory)
	archive, err := zip.NewReader(directory, size)
	directory.opened.Store(true) // the entries are bounded by who reads them
	return archive, err
}

// directoryReader reads so many bytes until the archive is opened, and all from then on.
type directoryReader struct {
	r      io.ReaderAt
	left   atomic.Int64
	opened atomic.Bool
}

// ReadAt implements io.ReaderAt.
func (d *directoryReader) ReadAt(p []byte, off int64) (int, error) {
	if !d.opened.Load() && d.left.Add(-int64(len(p))) < 0 {
		return 0, ErrDirectory
	}
	return d.r.ReadAt(p, off)
}
