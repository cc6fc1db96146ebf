package main

import (
	"bytes"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"govmedia/accounts"
	"govmedia/rules"
)

// wordsOf reads one list of the console's words, by its name.
func wordsOf(t *testing.T, list string) map[string]string {
	t.Helper()
	source, err := os.ReadFile("../frontend/src/locales/zh-CN/words.ts")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(source), "\n  "+list+": {")
	body, _, found := strings.Cut(body, "\n  }")
	if !found {
		t.Fatalf("the console has no list of words called %s", list)
	}
	words := map[string]string{}
	for _, entry := range regexp.MustCompile(`(?m)^    (\w+): '([^']+)',$`).FindAllStringSubmatch(body, -1) {
		words[entry[1]] = entry[2]
	}
	return words
}

// A platform and a kind are called the same in a sheet and on the screen, and what one of them has a word for the other has too.
func TestTheExportNamesThingsAsTheConsoleDoes(t *testing.T) {
	t.Parallel()
	kinds := wordsOf(t, "kinds")
	for field, words := range map[string]map[string]string{"platform": wordsOf(t, "platforms"), "kind": kinds} {
		choices := map[string]string{}
		f, _ := accounts.FieldNamed(field)
		for _, choice := range f.Choices {
			choices[choice.Value] = choice.Label
		}
		if diff := cmp.Diff(words, choices); diff != "" {
			t.Errorf("%s (-console +server):\n%s", field, diff)
		}
	}
	columnKinds := wordsOf(t, "columnKinds")
	for _, kind := range accounts.ColumnKinds {
		if columnKinds[string(kind)] == "" {
			t.Errorf("the console has no word for columns of kind %s", kind)
		}
	}
	for subject, words := range map[rules.SubjectKind]map[string]string{rules.AccountSubject: kinds, rules.ColumnSubject: columnKinds} {
		for kind, word := range words {
			if got := kindLabel(accounts.Watched{Kind: kind, SubjectKind: subject}); got != word {
				t.Errorf("a sheet calls %s %s %q, the console %q", subject, kind, got, word)
			}
		}
	}
}

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
