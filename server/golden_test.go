package main

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/units"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// checkGolden compares what is with the file that was reviewed.
func checkGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of date (-golden +got); after review run go test ./server -update:\n%s", path, diff)
	}
}

// theTable returns the routes as routes.go puts them on the table, without a database.
func theTable(t testing.TB) []tableLine {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(server{log: slog.New(slog.DiscardHandler), library: library})
	routes := map[string]bool{}
	for _, line := range s.table {
		routes[line.Method+" "+echoPath(line.Path)] = true
	}
	for _, route := range s.echo.Routes() {
		ours := strings.HasPrefix(route.Path, "/api/openapi") // Huma's own, open to anyone
		if !ours && !routes[route.Method+" "+route.Path] {
			t.Errorf("%s %s is served but does not stand on the table", route.Method, route.Path)
		}
	}
	return s.table
}

// echoPath writes a route of Huma as echo does.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

func TestRoutesAndTheirPermissions(t *testing.T) {
	var got strings.Builder
	known := append(units.Permissions(), anyone, signedIn)
	for _, line := range theTable(t) {
		if !slices.Contains(known, line.Permission) {
			t.Errorf("%s %s asks for %q, which is no permission", line.Method, line.Path, line.Permission)
		}
		permission := string(line.Permission)
		switch line.Permission {
		case anyone:
			permission = "(anyone)"
		case signedIn:
			permission = "(signed in)"
		}
		fmt.Fprintf(&got, "%-7s%-42s %s\n", line.Method, line.Path, permission)
	}
	checkGolden(t, "testdata/routes.golden", got.String())
}

func TestFaultsAreChineseSentencesThatSayWhatToDo(t *testing.T) {
	var got strings.Builder
	for _, f := range fault.All() {
		code := status[f.Kind]
		if code == 0 {
			t.Errorf("%s: no HTTP status for kind %q", f.Code, f.Kind)
		}
		if !hasHan(f.Sentence) || !strings.HasSuffix(f.Sentence, "。") {
			t.Errorf("%s: %q is no Chinese sentence with a full stop", f.Code, f.Sentence)
		}
		if !strings.Contains(f.Sentence, "请") {
			t.Errorf("%s: %q does not say what to do", f.Code, f.Sentence)
		}
		fmt.Fprintf(&got, "%-32s %-16s %d  %s\n", f.Code, f.Kind, code, f.Sentence)
	}
	checkGolden(t, "testdata/faults.golden", got.String())
}

func TestOpenAPIIsFresh(t *testing.T) {
	var got bytes.Buffer
	if err := run(t.Context(), []string{"openapi"}, nil, nil, &got, &got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("openapi.yaml is out of date (-file +program); run make openapi:\n%s", diff)
	}
}
