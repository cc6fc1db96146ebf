package main

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/xuri/excelize/v2"

	"govmedia/accounts"
)

// The sheet holds what the list holds under the same filter, line for line, and nothing of others.
func TestTheExportHoldsWhatTheListHolds(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		for _, who := range []string{"guanli", "wenlv"} {
			person := town.signIn(who)
			for _, filter := range []string{"", "?status=stale", "?status=no_rule", "?rulebook=tongnan-2022&order=name", "?q=nothing-is-called-so"} {
				address := "/api/dashboard/accounts" + filter
				var list accounts.WatchPage
				person.do(http.MethodGet, address, nil, http.StatusOK, &list)
				var raw string
				person.do(http.MethodGet, "/api/dashboard/accounts.xlsx"+filter, nil, http.StatusOK, &raw)
				book, err := excelize.OpenReader(bytes.NewReader([]byte(raw)))
				if err != nil {
					t.Fatalf("%s%s is no workbook: %v", who, filter, err)
				}
				rows, err := book.GetRows(book.GetSheetName(0))
				if err != nil || len(rows) != len(list.Items)+1 {
					t.Fatalf("%s%s: %d lines, %v; the list has %d", who, filter, len(rows), err, len(list.Items))
				}
				for i, item := range list.Items {
					if row := rows[i+1]; row[0] != item.UnitName || row[1] != item.Name || row[5] != item.Standing.Label {
						t.Errorf("%s%s line %d is %q, the list says %s, %s, %s", who, filter, i+1, row, item.UnitName, item.Name, item.Standing.Label)
					}
				}
				_ = book.Close()
			}
			person.refuse(http.MethodGet, "/api/dashboard/accounts.xlsx?status=sideways", nil, http.StatusUnprocessableEntity, "account.filter_invalid")
		}
	})
}
