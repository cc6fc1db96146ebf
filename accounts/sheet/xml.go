package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The long parts of a workbook, its rows and its shared texts, are read by this small scanner and not by encoding/xml: of
// their XML we need five elements, and a sheet of 300,000 rows is hundreds of megabytes of it. It knows no namespaces but
// skips prefixes, knows no entities but the five of XML and numbers, so nothing can be expanded, and bounds each piece.

// The longest tag that is read, and the longest text between two tags, in bytes.
const (
	longestTag  = 64 << 10
	longestText = 4 * MaxCell * 6 // each character four bytes, written as &#x…; at the worst
)

var errMalformed = errors.New("malformed XML")

// piece is what next found: text, or a tag.
type piece struct {
	text  []byte // as it is written, entities and all, unless whole; only when name is empty
	whole bool   // text from a CDATA section, in which nothing is an entity
	name  string // of the element, without its prefix
	attrs []byte
	open  bool // <x>, <x/>
	close bool // </x>, <x/>
}

// scanner reads pieces. What a piece holds is valid until the next one.
type scanner struct {
	r      *bufio.Reader
	buffer []byte
	names  map[string]string // the few names that occur, so that they are not made anew each time
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, 64<<10), names: map[string]string{}}
}

// next returns the following piece, io.EOF at the end.
func (s *scanner) next() (piece, error) {
	for {
		first, err := s.r.ReadByte()
		if err != nil {
			return piece{}, err
		}
		if first != '<' {
			if err := s.r.UnreadByte(); err != nil {
				return piece{}, err
			}
			text, err := s.text()
			return piece{text: text}, err
		}
		raw, err := s.tag()
		if err != nil {
			return piece{}, err
		}
		switch {
		case bytes.HasPrefix(raw, []byte("![CDATA[")):
			return piece{text: raw[len("![CDATA[") : len(raw)-len("]]")], whole: true}, nil
		case raw[0] == '?', raw[0] == '!':
			continue
		}
		return s.named(raw)
	}
}

// text reads up to the next tag or the end.
func (s *scanner) text() ([]byte, error) {
	s.buffer = s.buffer[:0]
	for {
		part, err := s.r.ReadSlice('<')
		if len(s.buffer)+len(part) > longestText {
			return nil, ErrCell
		}
		s.buffer = append(s.buffer, part...)
		switch {
		case err == nil:
			s.buffer = s.buffer[:len(s.buffer)-1]
			return s.buffer, s.r.UnreadByte()
		case errors.Is(err, io.EOF):
			return s.buffer, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// tag reads the inside of a tag, of a comment or of a CDATA section, whose < was read.
func (s *scanner) tag() ([]byte, error) {
	s.buffer = s.buffer[:0]
	var end tagEnd
	for {
		part, err := s.r.ReadSlice('>')
		if len(s.buffer)+len(part) > longestText {
			return nil, fmt.Errorf("%w: a tag without end", errMalformed)
		}
		s.buffer = append(s.buffer, part...)
		if errors.Is(err, io.EOF) {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if err == nil && end.at(s.buffer) {
			break
		}
	}
	raw := s.buffer[:len(s.buffer)-1]
	if len(raw) == 0 {
		return nil, fmt.Errorf("%w: an empty tag", errMalformed)
	}
	return raw, nil
}

// tagEnd looks for the end of a tag that is read from one > to the next. Each byte is looked at once: a value may be nothing but >.
type tagEnd struct {
	seen  int // bytes of the tag
	quote byte
}

// at reports whether the > at the end of raw ends the tag, and stands in no quoted value, comment or CDATA section.
func (e *tagEnd) at(raw []byte) bool {
	switch {
	case bytes.HasPrefix(raw, []byte("!--")):
		return len(raw) >= len("!---->") && bytes.HasSuffix(raw, []byte("-->"))
	case bytes.HasPrefix(raw, []byte("![CDATA[")):
		return bytes.HasSuffix(raw, []byte("]]>"))
	}
	for _, c := range raw[e.seen:] {
		if e.quote == 0 && (c == '"' || c == '\'') {
			e.quote = c
		} else if c == e.quote {
			e.quote = 0
		}
	}
	e.seen = len(raw)
	return e.quote == 0
}

func (s *scanner) named(raw []byte) (piece, error) {
	if len(raw) > longestTag {
		return piece{}, fmt.Errorf("%w: a tag of %d bytes", errMalformed, len(raw))
	}
	p := piece{open: true}
	if raw[0] == '/' {
		p.open, p.close, raw = false, true, raw[1:]
	} else if raw[len(raw)-1] == '/' {
		p.close, raw = true, raw[:len(raw)-1]
	}
	name := raw
	if i := bytes.IndexAny(raw, " \t\r\n"); i >= 0 {
		name, p.attrs = raw[:i], raw[i:]
	}
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	known, found := s.names[string(name)]
	if !found {
		known = string(name)
		if len(s.names) < 1000 {
			s.names[known] = known
		}
	}
	p.name = known
	return p, nil
}

// attr returns the value of an attribute, without a prefix in its name; nil when it has none.
func (p piece) attr(name string) []byte {
	rest := p.attrs
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		i := bytes.IndexByte(rest, '=')
		if i < 0 {
			return nil
		}
		key := bytes.TrimRight(rest[:i], " \t\r\n")
		rest = bytes.TrimLeft(rest[i+1:], " \t\r\n")
		if len(rest) == 0 {
			return nil
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil
		}
		if string(key) == name {
			return rest[1 : 1+end]
		}
		rest = rest[2+end:]
	}
}

// plain returns the characters of a piece of text.
func (p piece) plain() string {
	if p.whole || bytes.IndexByte(p.text, '&') < 0 {
		return string(p.text)
	}
	return unescape(string(p.text))
}

var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

func unescape(text string) string {
	var out strings.Builder
	for {
		i := strings.IndexByte(text, '&')
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(text[:i])
		text = text[i+1:]
		end := strings.IndexByte(text[:min(len(text), 12)], ';')
		if end < 0 {
			out.WriteByte('&')
			continue
		}
		out.WriteString(entity(text[:end]))
		text = text[end+1:]
	}
}

func entity(name string) string {
	if known, found := entities[name]; found {
		return known
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if strings.HasPrefix(digits, "x") {
		digits, base = digits[1:], 16
	}
	code, err := strconv.ParseInt(digits, base, 32)
	if err != nil || !strings.HasPrefix(name, "#") || !utf8.ValidRune(rune(code)) {
		return "&" + name + ";"
	}
	return string(rune(code))
}

// unhex undoes how workbooks write characters that XML has no words for: _x000D_ is a carriage return.
func unhex(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var out strings.Builder
	for {
		i := strings.Index(text, "_x")
		if i < 0 || len(text) < i+7 {
			out.WriteString(text)
			return out.String()
		}
		code, err := strconv.ParseUint(text[i+2:i+6], 16, 16)
		if err != nil || text[i+6] != '_' {
			out.WriteString(text[:i+2])
			text = text[i+2:]
			continue
		}
		out.WriteString(text[:i])
		out.WriteRune(rune(code))
		text = text[i+7:]
	}
}
