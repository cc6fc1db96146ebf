package sheet

import (
	"strings"
	"unicode"
)

// Clean takes away what nobody sees at both ends of a text: spaces of every width, marks of no width, control characters; and
// makes one line of it where there are several.
func Clean(text string) string {
	text = strings.TrimFunc(text, invisible)
	if strings.IndexFunc(text, func(r rune) bool { return r != ' ' && invisible(r) && r != '\u3000' }) < 0 {
		return text
	}
	var out strings.Builder
	space := false
	for _, r := range text {
		switch {
		case r == '\u200b' || r == '\ufeff' || r == '\u200c' || r == '\u200d' || r == '\u2060':
		case r == '\n' || r == '\r' || r == '\t' || r == '\v':
			space = true
		case unicode.IsControl(r):
		default:
			if space {
				out.WriteByte(' ')
			}
			if r == '\u00a0' {
				r = ' '
			}
			space = false
			out.WriteRune(r)
		}
	}
	return out.String()
}

func invisible(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsSpace(r) || unicode.IsControl(r)
}

// Narrow writes the full-width letters, digits and signs of a text as the ASCII ones that they stand for: １２ becomes 12.
// It is for numbers, days and codes, not for names: a name is what it is.
func Narrow(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, text))
}
