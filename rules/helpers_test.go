package rules_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"govmedia/rules"
)

// builtin is the library of the program.
func builtin(t testing.TB) *rules.Library {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatalf("Builtin: %v", err)
	}
	return library
}

// book is a rulebook of the program.
func book(t testing.TB, id string) *rules.Rulebook {
	t.Helper()
	rb, ok := builtin(t).ByID(id)
	if !ok {
		t.Fatalf("ByID(%q): not found", id)
	}
	return rb
}

// clock reads a Beijing time: 2026-03-02 09:00 or 2026-03-02 09:00:05.
func clock(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, s, rules.Shanghai); err == nil {
			return at
		}
	}
	t.Fatalf("clock(%q): no such time", s)
	return time.Time{}
}

func date(t testing.TB, s string) rules.Date {
	t.Helper()
	d, err := rules.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ref[T any](v T) *T { return &v }

// programFiles is a copy of the program's rulebooks and calendar.
func programFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"rulebooks/tongnan-2022.yaml", "rulebooks/zhaotong-2018.yaml", "rulebooks/xiangxi-2018.yaml",
		"rulebooks/dongcheng-2014.yaml", "rulebooks/chaoan.yaml", "rulebooks/national-2019.yaml", "calendar/cn-workdays.yaml"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// edited is the program's files with one text of 潼南's rulebook replaced.
func edited(t testing.TB, old, new string) fstest.MapFS {
	t.Helper()
	files := programFiles(t)
	const name = "rulebooks/tongnan-2022.yaml"
	text := string(files[name].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s does not contain %q", name, old)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
	return files
}
