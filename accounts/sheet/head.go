package sheet

import (
	"slices"
	"strings"
)

// Head is where the titles of a table stand and what they are.
type Head struct {
	From   int      // number of its first row
	To     int      // number of its last row; the table begins below
	Titles []string // of each column; empty where a column has none. A group and a title below it are joined by a slash
}

// headRows is how far down a head is looked for, in rows that are not blank.
const headRows = 20

// FindHead finds the head of a table among its first rows: the row, or the two rows one under the other, with the most titles
// that the caller knows; where it knows none, the first row with more than one cell. False when there is none.
func FindHead(rows []Row, known func(title string) bool) (Head, bool) {
	var best Head
	most := 0
	for i, row := range rows[:min(len(rows), headRows)] {
		single := Head{From: row.Number, To: row.Number, Titles: row.Cells}
		if n := single.count(known); n > most {
			best, most = single, n
		}
		if i+1 < len(rows) && rows[i+1].Number == row.Number+1 {
			double := joined(row, rows[i+1])
			// Two rows must tell more than the lower one alone, or a line above the head would be taken for groups of its columns.
			lower := Head{Titles: rows[i+1].Cells}
			n, alone := double.count(known), lower.count(known)
			if n > most && (n > alone || n == alone && lower.repeats()) {
				best, most = double, n
			}
		}
	}
	if most > 0 {
		return best, true
	}
	for _, row := range rows[:min(len(rows), headRows)] {
		filled := 0
		for _, cell := range row.Cells {
			if cell != "" {
				filled++
			}
		}
		if filled > 1 {
			return Head{From: row.Number, To: row.Number, Titles: row.Cells}, true
		}
	}
	return Head{}, false
}

// HeadAt takes the rows from one number to another for the head, as a person said. False when there is nothing in them, or they
// are more than two.
func HeadAt(rows []Row, from, to int) (Head, bool) {
	var found []Row
	for _, row := range rows {
		if row.Number >= from && row.Number <= to {
			found = append(found, row)
		}
	}
	switch len(found) {
	case 1:
		return Head{From: from, To: to, Titles: found[0].Cells}, true
	case 2:
		head := joined(found[0], found[1])
		head.From, head.To = from, to
		return head, true
	}
	return Head{}, false
}

func (h Head) count(known func(string) bool) int {
	n := 0
	for _, title := range h.Titles {
		if title != "" && known(title) {
			n++
		}
	}
	return n
}

// repeats reports whether a title stands over two columns, which are told apart by a group above.
func (h Head) repeats() bool {
	for i, title := range h.Titles {
		if title != "" && slices.Contains(h.Titles[:i], title) {
			return true
		}
	}
	return false
}

// joined makes one head of two rows: a title of the upper one that is merged over several columns is their group, and so is one
// with nothing beside it where there are titles below, for text knows no merged cells.
func joined(upper, lower Row) Head {
	width := max(len(upper.Cells), len(lower.Cells))
	for _, span := range upper.Merged {
		width = max(width, min(span.Right+1, len(lower.Cells)))
	}
	head := Head{From: upper.Number, To: lower.Number, Titles: make([]string, width)}
	left := ""
	for column := range head.Titles {
		group, title := upper.Cell(column), lower.Cell(column)
		if group != "" {
			left = group
		} else if title != "" {
			group = left
		}
		for _, span := range upper.Merged {
			if column > span.Left && column <= span.Right {
				group = upper.Cell(span.Left)
			}
		}
		switch {
		case title == "" || title == group: // merged over both rows
			head.Titles[column] = group
		case group == "":
			head.Titles[column] = title
		default:
			head.Titles[column] = strings.Join([]string{group, title}, "/")
		}
	}
	return head
}
