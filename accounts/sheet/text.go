package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// openText opens delimited text. Whether it is UTF-8 or GB18030 is asked of the whole file: a list of ASCII names with one
// Chinese one at its end is no rarity.
func openText(file io.ReaderAt, size int64, name string) (*Book, error) {
	head := make([]byte, min(size, 64<<10))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	t := &text{file: file, size: size}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		t.wide = true
		decoded, _, _ := transform.Bytes(t.wideDecoder(), head) // cut in the middle of a character at worst
		head = decoded
	default:
		valid, err := isUTF8(io.NewSectionReader(file, 0, size))
		if err != nil {
			return nil, err
		}
		t.gbk = !valid && !mostlyUTF8(head)
	}
	t.comma = separator(bytes.TrimPrefix(head, byteOrderMark))
	return &Book{names: []string{name}, open: t.rows}, nil
}

// text is an opened file of delimited text.
type text struct {
	file  io.ReaderAt
	size  int64
	comma rune
	gbk   bool
	wide  bool // UTF-16 with a byte order mark
}

func (t *text) wideDecoder() transform.Transformer {
	return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
}

func (t *text) rows(string) (Rows, error) {
	var r io.Reader = io.NewSectionReader(t.file, 0, t.size)
	if t.wide {
		r = transform.NewReader(r, t.wideDecoder())
	}
	buffered := bufio.NewReaderSize(r, 64<<10)
	if start, _ := buffered.Peek(len(byteOrderMark)); bytes.Equal(start, byteOrderMark) {
		_, _ = buffered.Discard(len(byteOrderMark))
	}
	limited := &metered{r: buffered}
	reader := csv.NewReader(limited)
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord, reader.ReuseRecord = t.comma, true, -1, true
	rows := &textRows{csv: reader, limited: limited, wide: t.wide}
	if t.gbk {
		rows.decoder = simplifiedchinese.GB18030.NewDecoder()
	}
	return rows, nil
}

// isUTF8 reads a text to its end or its first wrong byte.
func isUTF8(r io.Reader) (bool, error) {
	buffer, kept := make([]byte, 64<<10), 0
	for {
		n, err := r.Read(buffer[kept:])
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return false, err
		}
		window := buffer[:kept+n]
		for len(window) > 0 && (ended || utf8.FullRune(window)) {
			r, size := utf8.DecodeRune(window)
			if r == utf8.RuneError && size <= 1 {
				return false, nil
			}
			window = window[size:]
		}
		if ended {
			return true, nil
		}
		kept = copy(buffer, window)
	}
}

// mostlyUTF8 reports whether more characters of a text are UTF-8 than are not: then it is UTF-8 with a few wrong bytes in it, and
// these are to be named. Of Chinese in GB18030 hardly any is.
func mostlyUTF8(head []byte) bool {
	right, wrong := 0, 0
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		switch {
		case r == utf8.RuneError && size <= 1:
			wrong++
		case size > 1:
			right++
		}
		head = head[size:]
	}
	return right > wrong
}

// separator tells what stands between the fields by what the first lines have most of.
func separator(head []byte) rune {
	counts, quoted := map[rune]int{}, false
	for _, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '\t' || c == ';'):
			counts[rune(c)]++
		}
	}
	best := ','
	for _, c := range []rune{'\t', ';'} {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// mostRecord is how long a row of text may be, in bytes, and a little of the following ones.
const mostRecord = 4 << 20

// metered reads until so many bytes were read for one row: a quote that is never closed must not draw a whole file into memory.
type metered struct {
	r    io.Reader
	left int
}

func (m *metered) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, ErrCell
	}
	n, err := m.r.Read(p)
	m.left -= n
	return n, err
}

// textRows reads the rows of delimited text. The separators and quotes are never part of a character of GB18030 or UTF-8, so
// fields are cut before they are decoded, and bytes that are no character are known by row and column.
type textRows struct {
	csv     *csv.Reader
	limited *metered
	decoder *encoding.Decoder // nil for UTF-8
	wide    bool
	seen    int
	number  int // of the last row
	line    int // on which it ended
}

func linesIn(fields []string) int {
	n := 0
	for _, field := range fields {
		n += strings.Count(field, "\n")
	}
	return n
}

// Close does nothing: the file is the caller's.
func (r *textRows) Close() error { return nil }

// Next returns the following row with something in it. It is numbered as a program shows it: empty lines count, and a row whose
// fields have several lines is one.
func (r *textRows) Next() (Row, error) {
	for {
		r.limited.left = mostRecord
		fields, err := r.csv.Read()
		if errors.Is(err, io.EOF) {
			return Row{}, io.EOF
		}
		var malformed *csv.ParseError
		if errors.As(err, &malformed) {
			return Row{}, ErrBroken.Say("第 %d 行的引号不成对，请用 WPS 或 Excel 打开核对后另存。", malformed.StartLine).Because(err)
		}
		if err != nil {
			return Row{}, err
		}
		line, _ := r.csv.FieldPos(0)
		row := Row{Number: r.number + line - r.line}
		r.number, r.line = row.Number, line+linesIn(fields)
		for column, field := range fields {
			if err := r.put(&row, column, field); err != nil {
				return Row{}, err
			}
		}
		if row.Blank() {
			continue
		}
		if r.seen++; r.seen > MaxRows {
			return Row{}, ErrRows
		}
		return row, nil
	}
}

func (r *textRows) put(row *Row, column int, field string) error {
	if r.decoder != nil {
		decoded, err := r.decoder.String(field)
		if err != nil || strings.ContainsRune(decoded, utf8.RuneError) {
			return ErrEncoding.Say("第 %d 行第 %d 列有不能识别的字节，既不是 UTF-8 也不是 GBK。请另存为“CSV UTF-8”或 .xlsx 再上传。", row.Number, column+1).Because(err)
		}
		field = decoded
	} else if r.wide && strings.ContainsRune(field, utf8.RuneError) || !utf8.ValidString(field) {
		return ErrEncoding.Say("第 %d 行第 %d 列有不能识别的字节。请另存为“CSV UTF-8”或 .xlsx 再上传。", row.Number, column+1)
	}
	field = Clean(strings.Clone(field))
	if len(field) > 1 && field[0] == '\'' && isFormula(field[1:]) {
		field = field[1:] // how our own export marks a text that is no formula
	}
	return put(row, column, field, nil)
}
