package oversight

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isLine reports whether s is one line of at most so many characters, not empty and without control characters.
func isLine(s string, most int) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

// isText reports whether s is a text of at most so many characters, empty or of several lines.
func isText(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' })
}

// isWebURL reports whether s is an address a reader's browser may be sent to.
func isWebURL(s string, most int) bool {
	if !isLine(s, most) || strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}
