package main

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// benchRegister compares pages of the register and of the public directory through HTTP with the bare statement that finds
// their rows, written as JSON: the first page of the whole country, a search by pinyin initials, and the directory.
func benchRegister(b *testing.B, c *benchTown) {
	db, err := sql.Open(b.Context(), c.config.DSN)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	who := c.enter("quanguo")
	var session SessionView
	who.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
	register := sql.Args{"person_id": session.Person.ID, "roles": units.RolesWith(units.ReadAccounts), "path": "", "platform": "", "kind": "", "state": "",
		"status": "", "query": "", "certified": "", "until": 0, "unapproved": false, "asks": false, "now": db.Now(), "never": sql.Time(1<<62 - 1),
		"after_id": "", "after_name": "", "limit": 51}
	search := sql.Args{}
	for name, value := range register {
		search[name] = value
	}
	search["query"] = "%fb%" // 发布
	directory := sql.Args{"states": []accounts.State{accounts.InUse, accounts.Suspended, accounts.Closed}, "path": "", "platform": "", "text": "",
		"after_id": "", "after_path": "", "after_platform": "", "limit": 51}
	anybody := c.browser()
	lines := func(args sql.Args) func() (any, int, error) {
		return func() (any, int, error) {
			rows, err := sql.List[accounts.Account](b.Context(), db, "account.list_by_name", args)
			return rows, len(rows), err
		}
	}
	entries := func() (any, int, error) {
		rows, err := sql.List[accounts.Entry](b.Context(), db, "directory.list", directory)
		return rows, len(rows), err
	}
	for _, one := range []struct {
		name, page string
		by         *browser
		bare       func() (any, int, error)
	}{
		{"page", "/api/accounts?per_page=50", who, lines(register)},
		{"search", "/api/accounts?per_page=50&q=fb", who, lines(search)},
		{"directory", "/directory.json?per_page=50", anybody, entries},
	} {
		b.Run(one.name, func(b *testing.B) {
			var viaHTTP, bare time.Duration
			for b.Loop() {
				var text string
				began := time.Now()
				one.by.do(http.MethodGet, one.page, nil, http.StatusOK, &text)
				viaHTTP += time.Since(began)
				began = time.Now()
				rows, count, err := one.bare()
				if err != nil || count == 0 {
					b.Fatalf("the bare statement gave %d rows: %v", count, err)
				}
				if _, err := json.Marshal(rows); err != nil {
					b.Fatal(err)
				}
				bare += time.Since(began)
			}
			b.ReportMetric(viaHTTP.Seconds()*1000/float64(b.N), "http-ms")
			b.ReportMetric(bare.Seconds()*1000/float64(b.N), "bare-ms")
			b.ReportMetric(float64(viaHTTP)/float64(bare), "ratio_http/bare")
			b.ReportMetric(0, "ns/op")
		})
	}
}
