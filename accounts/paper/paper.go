// Package paper sets the forms that an office prints, signs and files: a title, a table of labelled fields, and boxes for
// opinions with a signature and a date. One Form is written as an HTML page for printing and as a .docx for WPS and Word.
// What stands in a form, and in which order the boxes follow, is its caller's.
package paper

import (
	"fmt"
	"unicode/utf8"
)

// Form is one A4 form. Texts may have several lines; nothing in them is markup.
type Form struct {
	Title  string
	Unit   string // who fills it in, under the title on the left; empty: left out
	Number string // of the record, on the right; empty: left out
	Rows   []Row
	Notes  []string // under the table
}

// Row is a row of the table: one field over the whole width, or two side by side.
type Row struct {
	Fields []Field // one or two
	Tall   Height
}

// longText is from how many characters on a text is too long to be kept on one page: about a third of one.
const longText = 300

// Long says whether the row may go on over a page break: kept whole, a long text would leave most of the page before it
// empty. An opinion with its signature stays together as long as a page holds it.
func (r Row) Long() bool {
	for _, field := range r.Fields {
		if field.Box == nil && utf8.RuneCountInString(field.Text) > longText {
			return true
		}
	}
	return false
}

// Height is the least height of a row, in millimetres.
type Height int

// The heights. Low leaves it to the text.
const (
	Low    Height = 0
	Signed Height = 26 // room for two lines by hand and the signature
	Essay  Height = 40 // for reasons and plans
)

// Field is a label and what stands beside it.
type Field struct {
	Label string
	Text  string
	PNG   []byte // a square picture above the text; nil: none
	Box   *Box   // for an opinion that somebody signs; only where the row has this field alone
}

// pictureSide is how wide and high a picture is, in millimetres.
const pictureSide = 30

// Box is the foot of an opinion: who signs, and on which day. What is empty is left open for a pen.
type Box struct {
	By   string // the name, when it was signed here
	On   string // the day, as 2026年3月20日
	Seal bool   // the unit's seal belongs here
}

// Foot is the line at the foot of a box.
func (b Box) Foot() string {
	by, on := b.By, b.On
	if by == "" {
		by = "　　　　　　"
	}
	if on == "" {
		on = "　　　年　　月　　日"
	}
	seal := ""
	if b.Seal {
		seal = "（盖章）"
	}
	return fmt.Sprintf("签名%s：%s　　%s", seal, by, on)
}

// One makes a row of one field.
func One(label, text string) Row { return Row{Fields: []Field{{Label: label, Text: text}}} }

// Two makes a row of two fields.
func Two(label, text, label2, text2 string) Row {
	return Row{Fields: []Field{{Label: label, Text: text}, {Label: label2, Text: text2}}}
}

// Opinion makes a row with a box to be signed.
func Opinion(label, text string, box Box) Row {
	return Row{Fields: []Field{{Label: label, Text: text, Box: &box}}, Tall: Signed}
}
