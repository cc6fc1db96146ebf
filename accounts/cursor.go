package accounts

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"govmedia/sql"
)

// The sizes of a page.
const (
	defaultPage = 20
	maxPage     = 100
)

func pageSize(wanted int) int {
	if wanted < 1 || wanted > maxPage {
		return defaultPage
	}
	return wanted
}

// sortKey is the value by which the last row of a page was sorted.
type sortKey string

func numberKey(n int64) sortKey { return sortKey(strconv.FormatInt(n, 10)) }

func (k sortKey) number() int64 {
	n, _ := strconv.ParseInt(string(k), 10, 64) // readCursor has checked it
	return n
}

// writeCursor names the last row of a page: the order it was in, its key in that order and its id.
func writeCursor(order string, key sortKey, id string) string {
	raw, _ := json.Marshal([]string{order, string(key), id}) // strings always encode
	return base64.RawURLEncoding.EncodeToString(raw)
}

// readCursor reads what writeCursor wrote in the same order; the empty cursor is the first page. Keys are numbers in every
// order but those by name. Error: ErrCursorInvalid.
func readCursor(cursor, order string) (sortKey, string, error) {
	if cursor == "" {
		return "", "", nil
	}
	var parts []string
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(raw, &parts) != nil || len(parts) != 3 || parts[0] != order || !sql.IsID(parts[2]) {
		return "", "", ErrCursorInvalid.On("after")
	}
	if _, err := strconv.ParseInt(parts[1], 10, 64); err != nil && !strings.HasSuffix(order, string(ByName)) {
		return "", "", ErrCursorInvalid.On("after")
	}
	return sortKey(parts[1]), parts[2], nil
}
