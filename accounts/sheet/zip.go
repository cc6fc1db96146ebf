package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"govmedia/accounts/files"
	"govmedia/fault"
)

// What an archive may unpack to. A sheet of 300,000 rows and 40 columns is some 500 MB of XML, a twentieth of that packed.
const (
	mostEntries  = 5_000
	mostUnpacked = 2 << 30   // bytes, of one entry
	mostSmall    = 32 << 20  // bytes, of an entry that is read as a whole
	mostTags     = 1_000_000 // of such an entry: workbooks have up to 64,000 cell styles
	mostRatio    = 250       // unpacked bytes for one packed; deflate reaches 1,032
	freeOfRatio  = 16 << 20  // bytes that an entry may unpack to whatever its ratio
)

// archive is a workbook's zip file.
type archive struct {
	entries map[string]*zip.File // by lower-case name without a slash before it
}

func openArchive(file io.ReaderAt, size int64) (*archive, error) {
	reader, err := files.OpenZip(file, size)
	if errors.Is(err, files.ErrDirectory) {
		return nil, ErrBomb.Because(err)
	}
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	if len(reader.File) > mostEntries {
		return nil, ErrBomb
	}
	a := &archive{entries: map[string]*zip.File{}}
	for _, entry := range reader.File {
		name := normal(entry.Name)
		if strings.HasSuffix(name, "vbaproject.bin") || strings.HasPrefix(name, "xl/macrosheets/") {
			return nil, ErrMacros
		}
		if entry.Flags&1 != 0 {
			return nil, ErrProtected
		}
		a.entries[name] = entry
	}
	return a, nil
}

func normal(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/"))
}

// open returns an entry as it unpacks, cut off with ErrBomb where it grows out of proportion; ErrBroken when there is none.
// What the archive says of its size is not believed.
func (a *archive) open(name string, limit int64) (io.ReadCloser, error) {
	entry := a.entries[normal(name)]
	if entry == nil {
		return nil, ErrBroken.Because(errors.New("no entry " + name))
	}
	r, err := entry.Open()
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	return &bounded{r, limit, max(freeOfRatio, mostRatio*int64(entry.CompressedSize64))}, nil
}

// bounded is an entry that may unpack to so much.
type bounded struct {
	io.ReadCloser
	left     int64 // bytes of the limit
	inBounds int64 // bytes of the ratio
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.left, b.inBounds = b.left-int64(n), b.inBounds-int64(n)
	switch {
	case b.left < 0 || b.inBounds < 0:
		return n, ErrBomb
	case err != nil && !errors.Is(err, io.EOF):
		return n, ErrBroken.Because(err)
	}
	return n, err
}

// count reads an entry by the scanner, which takes no long tag, and refuses one of too many.
func (a *archive) count(name string) error {
	r, err := a.open(name, mostSmall)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	s := newScanner(r)
	for tags := 0; tags <= mostTags; {
		p, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if p.name != "" {
			tags++
		}
	}
	return ErrBomb
}

// decode reads a small XML entry into a struct. Package encoding/xml expands no entities of a document's own, but holds a tag
// whole and a struct for each element, so both are counted before.
func (a *archive) decode(name string, into any) error {
	if err := a.count(name); err != nil {
		return err
	}
	r, err := a.open(name, mostSmall)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	err = xml.NewDecoder(r).Decode(into)
	if err != nil && fault.As(err) == nil {
		err = ErrBroken.Because(err)
	}
	return err
}
