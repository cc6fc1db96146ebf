package articles

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// decodedText is a text file as Unicode; what could not be read stands in it as U+FFFD, bad times.
type decodedText struct {
	text     string
	encoding string
	bad      int
}

// magics begin files that people take for text because of their name.
var magics = []string{"MZ", "\x7fELF", "PK\x03\x04", "PK\x05\x06", "%PDF", "\xd0\xcf\x11\xe0", "\x89PNG", "\xff\xd8\xff", "GIF8", "Rar!", "7z\xbc\xaf",
	"\x1f\x8b", "{\\rtf", "RIFF", "SQLite format 3", "\xca\xfe\xba\xbe"}

// decodeText finds the encoding of a text file. A mark at the beginning decides; else UTF-8 when it holds, or nearly; else
// GB18030, in which Chinese Windows saved until 2019. A file without any text is ErrImportEmpty, one that is no text
// ErrImportBinary, one that makes no Chinese or Latin in any of them ErrImportEncoding.
func decodeText(raw []byte) (decodedText, error) {
	var d decodedText
	var err error
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		d = fromUTF8(raw[3:])
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		d = fromUTF16(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		d = fromUTF16(raw[2:], binary.BigEndian)
	default:
		d, err = decodeUnmarked(raw)
	}
	if err != nil {
		return decodedText{}, err
	}
	if strings.TrimSpace(d.text) == "" {
		return decodedText{}, ErrImportEmpty
	}
	if tooManyControls(d.text) {
		return decodedText{}, ErrImportBinary
	}
	if letters := utf8.RuneCountInString(d.text); d.bad > 3 && d.bad*5 > letters {
		return decodedText{}, ErrImportEncoding
	}
	return d, nil
}

func decodeUnmarked(raw []byte) (decodedText, error) {
	for _, m := range magics {
		if bytes.HasPrefix(raw, []byte(m)) && (m != "MZ" || !utf8.Valid(raw)) && (m != "RIFF" || !utf8.Valid(raw)) {
			return decodedText{}, ErrImportBinary
		}
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return unmarkedUTF16(raw)
	}
	d := fromUTF8(raw)
	if d.bad == 0 || wideRunes(d.text) >= 3*d.bad {
		return d, nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil {
		return decodedText{}, ErrImportEncoding.Because(err)
	}
	gb := decodedText{text: string(text), encoding: "GB18030", bad: bytes.Count(text, []byte("�"))}
	if wide := wideRunes(gb.text); (gb.bad+privateRunes(gb.text))*5 > wide {
		return decodedText{}, ErrImportEncoding
	}
	return gb, nil
}

func fromUTF8(raw []byte) decodedText {
	var b strings.Builder
	bad := 0
	for broken := false; len(raw) > 0; {
		r, n := utf8.DecodeRune(raw)
		raw = raw[n:]
		if r == utf8.RuneError && n == 1 {
			if !broken { // the bytes of one broken character count as one
				b.WriteRune(utf8.RuneError)
				bad++
			}
			broken = true
			continue
		}
		broken = false
		if r == utf8.RuneError {
			bad++ // another program gave up on it before us
		}
		b.WriteRune(r)
	}
	return decodedText{b.String(), "UTF-8", bad}
}

func fromUTF16(raw []byte, order binary.ByteOrder) decodedText {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	d := decodedText{text: string(utf16.Decode(units)), encoding: "UTF-16LE"}
	if order == binary.ByteOrder(binary.BigEndian) {
		d.encoding = "UTF-16BE"
	}
	if len(raw)%2 == 1 { // cut in the middle of a character
		d.text += "�"
	}
	d.bad = strings.Count(d.text, "�")
	return d
}

// unmarkedUTF16 takes a file with zero bytes for UTF-16 when nearly all of it then is Chinese or Latin text.
func unmarkedUTF16(raw []byte) (decodedText, error) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		d := fromUTF16(raw, order)
		plain, all := 0, 0
		for _, r := range d.text {
			all++
			if unicode.Is(unicode.Han, r) || r >= 0x20 && r < 0x7f || r == '\n' || r == '\r' || r == '\t' ||
				r >= 0x2010 && r <= 0x2030 || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef {
				plain++
			}
		}
		if plain*10 >= all*9 {
			return d, nil
		}
	}
	return decodedText{}, ErrImportBinary
}

func wideRunes(s string) int {
	n := 0
	for _, r := range s {
		if r > 0x7f && r != utf8.RuneError {
			n++
		}
	}
	return n
}

func privateRunes(s string) int {
	n := 0
	for _, r := range s {
		if unicode.Is(unicode.Co, r) {
			n++
		}
	}
	return n
}

// tooManyControls says whether more than one character in a hundred is a control that no text holds.
func tooManyControls(s string) bool {
	controls, all := 0, 0
	for _, r := range s {
		all++
		if r < 0x20 && !strings.ContainsRune("\t\n\r\f\v\x1a", r) || r == 0x7f {
			controls++
		}
	}
	return controls*100 > all
}
