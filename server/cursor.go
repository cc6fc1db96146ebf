package main

import (
	"fmt"
	"strconv"
	"strings"

	"govmedia/fault"
	"govmedia/sql"
)

var errCursor = fault.Define("input.cursor", fault.Invalid, "翻页位置无效，请回到第一页重新查看。")

// writeCursor names the last row of a page by its sort key and id.
func writeCursor(at sql.Time, id string) string { return fmt.Sprintf("%d_%s", at, id) }

// idCursor refuses a cursor that is not empty and no id, for lists whose pages begin behind an id.
func idCursor(cursor string) error {
	if cursor != "" && !sql.IsID(cursor) {
		return errCursor.On("cursor")
	}
	return nil
}

// pathCursor refuses a cursor that is not empty and no path of ids, each followed by a slash.
func pathCursor(cursor string) error {
	if cursor == "" {
		return nil
	}
	ids, ended := strings.CutSuffix(cursor, "/")
	for id := range strings.SplitSeq(ids, "/") {
		if !ended || !sql.IsID(id) {
			return errCursor.On("cursor")
		}
	}
	return nil
}

// readCursor reads what writeCursor wrote; the empty cursor is the first page.
func readCursor(cursor string) (sql.Time, string, error) {
	if cursor == "" {
		return 0, "", nil
	}
	at, id, ok := strings.Cut(cursor, "_")
	millis, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || !sql.IsID(id) {
		return 0, "", errCursor.On("cursor")
	}
	return sql.Time(millis), id, nil
}
