package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Format is how a sheet is written.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv" // UTF-8 with the mark by which Excel knows it
)

// MIME is what a browser is told of a file in the format.
func (f Format) MIME() string {
	if f == CSV {
		return "text/csv; charset=utf-8"
	}
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// Writer writes a sheet row by row; rows beyond a few megabytes wait on the disk. Close it in any case; the file is complete
// only when Finish returned nil.
type Writer struct {
	out    io.Writer
	book   *excelize.File
	stream *excelize.StreamWriter
	csv    *csv.Writer
	row    int
}

// NewWriter begins a sheet with its head, a column for each title.
func NewWriter(out io.Writer, format Format, titles []string) (*Writer, error) {
	w := &Writer{out: out}
	if format == CSV {
		w.csv = csv.NewWriter(out)
		w.csv.UseCRLF = true
		if _, err := out.Write(byteOrderMark); err != nil {
			return nil, err
		}
		return w, w.Write(titles)
	}
	w.book = excelize.NewFile()
	var err error
	if w.stream, err = w.book.NewStreamWriter(w.book.GetSheetName(0)); err == nil {
		err = w.stream.SetColWidth(1, max(1, len(titles)), 18)
	}
	if err == nil {
		err = w.Write(titles)
	}
	if err != nil {
		_ = w.Close()
		return nil, err
	}
	return w, nil
}

// Write adds a row of texts. What begins like a formula is written as text: a workbook says so of each cell, and in a CSV
// file an apostrophe stands before it.
func (w *Writer) Write(cells []string) error {
	w.row++
	if w.csv != nil {
		safe := make([]string, len(cells))
		for i, cell := range cells {
			if isFormula(cell) {
				cell = "'" + cell
			}
			safe[i] = cell
		}
		return w.csv.Write(safe)
	}
	values := make([]any, len(cells))
	for i, cell := range cells {
		if cell != "" {
			values[i] = cell // a string is never written as a formula
		}
	}
	return w.stream.SetRow(fmt.Sprintf("A%d", w.row), values)
}

// Finish writes what is left.
func (w *Writer) Finish() error {
	if w.csv != nil {
		w.csv.Flush()
		return w.csv.Error()
	}
	if err := w.stream.Flush(); err != nil {
		return err
	}
	return w.book.Write(w.out)
}

// Close lets go of what waits on the disk.
func (w *Writer) Close() error {
	if w.book == nil {
		return nil
	}
	return w.book.Close()
}

// isFormula reports whether Excel would take a text of a CSV file for a formula.
func isFormula(text string) bool {
	return text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0]))
}
