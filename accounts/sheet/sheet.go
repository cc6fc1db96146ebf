package sheet

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"govmedia/fault"
)

// What is taken in at most. A workbook that exceeds one is refused, never read in part.
const (
	MaxFile    = 100 << 20 // bytes of the file
	MaxRows    = 350_000   // the number of the last row
	MaxColumns = 500       // columns with something in them
	MaxCell    = 32_767    // characters in a cell; Excel holds no more
	MaxRow     = 1 << 20   // bytes of text in a row: a workbook writes a text once and names it in every cell
)

// Row is one row that has something in it.
type Row struct {
	Number int                  // as the sheet counts, from 1
	Cells  []string             // cleaned; the last is not empty
	Faults map[int]*fault.Fault // of cells that hold something no value can be read from, by column from 0; nil when there are none
	Merged []Span               // columns that are one cell in this row
	size   int                  // bytes of its text
}

// Span is the first and the last of columns that were made one, from 0.
type Span struct{ Left, Right int }

// Cell returns what stands in a column, counted from 0; empty when the row is shorter.
func (r Row) Cell(column int) string {
	if column < 0 || column >= len(r.Cells) {
		return ""
	}
	return r.Cells[column]
}

// Blank reports whether nothing stands in the row.
func (r Row) Blank() bool { return len(r.Cells) == 0 && len(r.Faults) == 0 }

// Rows reads one sheet from its top, once. Close it.
type Rows interface {
	// Next returns the following row that is not blank, io.EOF after the last. What it returns is the caller's to keep.
	Next() (Row, error)
	Close() error
}

// Book is an opened file. It holds no file of its own: closing what it was opened from is the caller's.
type Book struct {
	names []string
	open  func(name string) (Rows, error)
	// epoch is the day of serial number 0; see Day.
	since1904 bool
}

// Open looks at a file of size bytes and finds its sheets. The name tells nothing but tab-separated text from the rest: what a
// file is, its bytes say. Errors: the faults of this package.
func Open(file io.ReaderAt, size int64, name string) (*Book, error) {
	if size > MaxFile {
		return nil, ErrFileTooLarge
	}
	head := make([]byte, min(size, 4096))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return nil, ErrEmpty
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return openWorkbook(file, size)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, oldOrProtected(io.NewSectionReader(file, 0, size))
	case !looksLikeText(head):
		return nil, ErrNotASheet
	}
	return openText(file, size, strings.TrimSuffix(path.Base(name), path.Ext(name)))
}

// Sheets returns the names of the sheets that are shown, in their order; a text has one.
func (b *Book) Sheets() []string { return b.names }

// Rows begins to read a sheet; an empty name is the first. Error: ErrNoSheet.
func (b *Book) Rows(name string) (Rows, error) {
	if name == "" {
		name = b.names[0]
	}
	return b.open(name)
}

// First returns at most n rows from the top of a sheet.
func (b *Book) First(name string, n int) ([]Row, error) {
	rows, err := b.Rows(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var first []Row
	for len(first) < n {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		first = append(first, row)
	}
	return first, nil
}

// oldOrProtected tells a workbook with a password from an old one: both are compound files, whose directory names its
// streams in UTF-16.
func oldOrProtected(r io.Reader) error {
	name := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	found, err := contains(r, name)
	if err != nil {
		return err
	}
	if found {
		return ErrProtected
	}
	return ErrOldFormat
}

func contains(r io.Reader, what []byte) (bool, error) {
	buffer, kept := make([]byte, 64<<10), 0
	for {
		n, err := r.Read(buffer[kept:])
		if bytes.Contains(buffer[:kept+n], what) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		keep := min(kept+n, len(what)-1)
		copy(buffer, buffer[kept+n-keep:kept+n])
		kept = keep
	}
}

// looksLikeText refuses pictures, programs, PDF and pages of HTML that call themselves a sheet.
func looksLikeText(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return true // UTF-16
	}
	lower := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))))
	for _, other := range []string{"<!doctype", "<html", "<table", "<?xml", "%pdf", "{\\rtf", "<meta"} {
		if bytes.HasPrefix(lower, []byte(other)) {
			return false
		}
	}
	return !bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\t' && r != '\r' && r != '\n' })
}
