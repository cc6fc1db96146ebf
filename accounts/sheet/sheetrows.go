package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"govmedia/fault"
)

// sheetRows reads the rows of a sheet of a workbook.
type sheetRows struct {
	workbook *workbook
	closer   io.Closer
	s        *scanner
	merges   []merge // those not begun yet
	active   []merge // those that reach the present row or further
	number   int
	done     bool
}

// Close ends the reading.
func (r *sheetRows) Close() error { return r.closer.Close() }

// Next returns the following row with something in it.
func (r *sheetRows) Next() (Row, error) {
	for !r.done {
		p, err := r.s.next()
		if err != nil {
			// The end of the rows is a tag; a file that ends before it was cut off.
			return Row{}, broken(unexpected(err))
		}
		switch {
		case p.name == "row" && p.open:
			row, err := r.row(p)
			if err != nil {
				return Row{}, err
			}
			if !row.Blank() {
				return row, r.fill(&row)
			}
		case p.name == "sheetData" && p.close, p.name == "worksheet" && p.close:
			r.done = true
		}
	}
	return Row{}, io.EOF
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *sheetRows) row(p piece) (Row, error) {
	number := r.number + 1
	if given := p.attr("r"); given != nil {
		n, err := strconv.Atoi(string(given))
		if err != nil || n <= r.number {
			return Row{}, ErrBroken.Because(fmt.Errorf("row %q after row %d", given, r.number))
		}
		number = n
	}
	r.number = number
	row := Row{Number: number}
	if p.close {
		return row, nil
	}
	column := -1
	for {
		p, err := r.s.next()
		if err != nil {
			return Row{}, broken(unexpected(err))
		}
		switch {
		case p.name == "row" && p.close:
			if !row.Blank() && number > MaxRows {
				return Row{}, ErrRows
			}
			return row, nil
		case p.name == "c" && p.open:
			if column, err = columnOf(p, column); err != nil {
				return Row{}, err
			}
			if err := r.cell(p, &row, column); err != nil {
				return Row{}, err
			}
		}
	}
}

func columnOf(p piece, before int) (int, error) {
	ref := p.attr("r")
	if ref == nil {
		if before+1 >= excelColumns {
			return 0, ErrColumns
		}
		return before + 1, nil
	}
	column := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' {
			break
		}
		if column = column*26 + int(c-'A') + 1; column > excelColumns {
			return 0, ErrColumns
		}
	}
	if column <= before {
		return 0, ErrBroken.Because(fmt.Errorf("cell %q after column %d", ref, before))
	}
	return column - 1, nil
}

// cell reads a cell and sets it in the row.
func (r *sheetRows) cell(p piece, row *Row, column int) error {
	if p.close {
		return nil
	}
	kind, style := string(p.attr("t")), r.isDate(p.attr("s"))
	var value []byte
	var inline collected
	formula, valued, inValue := false, false, false
	for {
		p, err := r.s.next()
		if err != nil {
			return broken(unexpected(err))
		}
		if err := inline.take(p); err != nil {
			return err
		}
		switch {
		case p.name == "c" && p.close:
			return r.set(row, column, kind, style, value, inline.text.String(), formula && !valued)
		case p.name == "f" && p.open:
			formula = true
		case p.name == "v":
			inValue, valued = p.open && !p.close, true
		case p.name == "" && inValue:
			if len(value)+len(p.text) > longestText {
				return ErrCell
			}
			value = append(value, p.plain()...)
		}
	}
}

func (r *sheetRows) isDate(style []byte) bool {
	if style == nil {
		return false
	}
	i, err := strconv.Atoi(string(style))
	return err == nil && i >= 0 && i < len(r.workbook.dates) && r.workbook.dates[i]
}

func (r *sheetRows) set(row *Row, column int, kind string, isDate bool, value []byte, inline string, unsolved bool) error {
	var text string
	var trouble *fault.Fault
	var err error
	switch {
	case kind == "inlineStr":
		text = Clean(unhex(inline))
	case unsolved:
		trouble = ErrFormula
	case len(value) == 0: // what many formulas come to
	case kind == "s":
		text, err = r.workbook.texts.get(value)
	case kind == "str":
		text = Clean(unhex(string(value)))
	case kind == "b":
		text = map[bool]string{true: "是", false: "否"}[truth(string(bytes.TrimSpace(value)))]
	case kind == "e":
		trouble = ErrErrorValue.Say("这个单元格是公式的错误值 %s，请改正后再上传。", Clean(string(value)))
	case kind == "d":
		text = strings.Replace(Clean(string(value)), "T", " ", 1)
	default:
		text = number(string(bytes.TrimSpace(value)))
		if day, ok := r.workbook.book.Day(text); isDate && ok {
			text = day
		}
	}
	if err != nil {
		return err
	}
	return put(row, column, text, trouble)
}

// put sets a cell, within the bounds.
func put(row *Row, column int, text string, trouble *fault.Fault) error {
	if text == "" && trouble == nil {
		return nil
	}
	if column >= MaxColumns {
		return ErrColumns
	}
	if len(text) > MaxCell && len([]rune(text)) > MaxCell {
		return ErrCell.Say("第 %d 行第 %d 列超过 %d 个字，请缩短后再上传；如果是 .csv，请核对引号是否成对。", row.Number, column+1, MaxCell)
	}
	if row.size += len(text); row.size > MaxRow {
		return ErrTooLarge.Say("第 %d 行的文字超过 1 MB，请删去不用的列再上传。", row.Number)
	}
	if trouble != nil {
		if row.Faults == nil {
			row.Faults = map[int]*fault.Fault{}
		}
		row.Faults[column] = trouble
		return nil
	}
	if column >= cap(row.Cells) {
		row.Cells = append(make([]string, 0, max(16, column+column/2+1)), row.Cells...)
	}
	for len(row.Cells) <= column {
		row.Cells = append(row.Cells, "")
	}
	row.Cells[column] = text
	return nil
}

// number writes a number as people do: an id of 18 digits without an exponent, 3.4 and not 3.4000000000000004.
func number(text string) string {
	plain := !strings.ContainsAny(text, ".eE")
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || plain || math.IsInf(value, 0) || math.IsNaN(value) {
		return text
	}
	if value == math.Trunc(value) && math.Abs(value) < 1e18 {
		return strconv.FormatInt(int64(value), 10)
	}
	short := strconv.FormatFloat(value, 'g', 15, 64)
	again, _ := strconv.ParseFloat(short, 64)
	return strconv.FormatFloat(again, 'f', -1, 64)
}

// fill writes the text of a merged range into its cells of this row: those below the first, and in the first row those beside
// it too, for it is there that titles are merged. Below the first row only the first column is filled. No program merges a cell
// twice, so in one row no more ranges lie than columns.
func (r *sheetRows) fill(row *Row) error {
	for len(r.merges) > 0 && r.merges[0].top <= row.Number {
		if m := r.merges[0]; m.bottom >= row.Number && m.left < MaxColumns {
			r.active = append(r.active, m)
		}
		r.merges = r.merges[1:]
		if len(r.active) > 2*MaxColumns { // those that ended above among them
			return ErrMerges.Say("有合并的单元格互相重叠，请取消合并后再上传。")
		}
	}
	kept := r.active[:0]
	for _, m := range r.active {
		if m.bottom < row.Number {
			continue
		}
		if m.top == row.Number {
			m.text = row.Cell(m.left)
			row.Merged = append(row.Merged, Span{m.left, m.right})
		} else if m.text != "" && row.Cell(m.left) == "" {
			if err := put(row, m.left, m.text, nil); err != nil {
				return err
			}
		}
		if m.bottom > row.Number {
			kept = append(kept, m)
		}
	}
	r.active = kept
	return nil
}
