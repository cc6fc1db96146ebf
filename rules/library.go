// Package rules is what the regulations say: rulebooks as data, their periods and working days, which limit applies to
// which account or column and how it stands. Every figure comes from a rulebook file with its article; none is in the
// code. Rulebooks and calendars are read once and never change afterwards, so everything here is safe to share.
//
// The counting rules K01–K20 are in rulebooks/README.md and are cited by number. The package leaves to others: who may
// do what (units), the register and its posts (accounts), the articles and their signatures (articles).
package rules

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed rulebooks/*.yaml calendar/*.yaml
var builtin embed.FS

// Where Load looks.
const (
	rulebookDir  = "rulebooks"
	calendarName = "calendar/cn-workdays.yaml"
)

// Library is a checked set of rulebooks with the working-day calendar they count by.
type Library struct {
	Calendar *Calendar
	books    []*Rulebook // by id
}

// Builtin is the library that is part of the program. It is read once; the error is the one Load gives.
var Builtin = sync.OnceValues(func() (*Library, error) { return Load(builtin) })

// Load reads every rulebooks/*.yaml and calendar/cn-workdays.yaml of a folder. When anything is wrong it returns a
// *LoadError with every problem, its file and line, and no library: the program should stop with that message.
func Load(fsys fs.FS) (*Library, error) {
	schema, err := compiledSchema()
	if err != nil {
		return nil, err
	}
	names, problems := rulebookNames(fsys)
	library := &Library{}
	for _, name := range names {
		book, bad := loadRulebook(fsys, name, schema)
		problems = append(problems, bad...)
		if book != nil {
			library.books = append(library.books, book)
		}
	}
	problems = append(problems, library.sortAndCompare()...)
	calendar, bad := loadCalendar(fsys)
	library.Calendar = calendar
	if err := loadError(append(problems, bad...)); err != nil {
		return nil, err
	}
	return library, nil
}

// ByID finds a rulebook; false when there is none of that id.
func (l *Library) ByID(id string) (*Rulebook, bool) {
	i, found := slices.BinarySearchFunc(l.books, id, func(rb *Rulebook, id string) int { return strings.Compare(rb.ID, id) })
	if !found {
		return nil, false
	}
	return l.books[i], true
}

// All lists the rulebooks in the order of their ids.
func (l *Library) All() []*Rulebook { return slices.Clone(l.books) }

// Interpretation finds a reading by its id; false when the rulebook has none.
func (rb *Rulebook) Interpretation(id string) (Interpretation, bool) {
	for _, i := range rb.Interpretations {
		if i.ID == id {
			return i, true
		}
	}
	return Interpretation{}, false
}

// rulebookNames lists the rulebook files; a file there that would silently be left out is a problem.
func rulebookNames(fsys fs.FS) (names []string, problems []Problem) {
	entries, err := fs.ReadDir(fsys, rulebookDir)
	if err != nil {
		return nil, []Problem{{File: rulebookDir, Reason: "读不到规则库目录：" + err.Error()}}
	}
	for _, entry := range entries {
		name := path.Join(rulebookDir, entry.Name())
		switch strings.ToLower(path.Ext(name)) {
		case ".yaml":
			names = append(names, name)
		case ".yml":
			problems = append(problems, Problem{File: name, Reason: "规则库文件名须以 .yaml 结尾，请改名"})
		}
	}
	if len(names)+len(problems) == 0 {
		problems = append(problems, Problem{File: rulebookDir, Reason: "目录里没有规则库文件（.yaml）"})
	}
	return names, problems
}

// loadRulebook reads and checks one file. The rulebook comes back with its problems whenever it could be decoded.
func loadRulebook(fsys fs.FS, name string, schema *jsonschema.Schema) (*Rulebook, []Problem) {
	data, err := readLimited(fsys, name)
	if err != nil {
		return nil, []Problem{{File: name, Reason: "读不到文件：" + err.Error()}}
	}
	doc := readDocument(name, data)
	if doc.broken() {
		return nil, doc.problems
	}
	doc.checkSchema(schema)
	fits := !doc.broken()
	doc.checkReferences()
	book := &Rulebook{}
	if !fits || !doc.decode(book) {
		return nil, doc.problems
	}
	book.FileName, book.SHA256 = name, doc.sha256
	book.settleReadings()
	book.duties = book.listDuties()
	doc.checkMeaning(book)
	return book, doc.problems
}

func loadCalendar(fsys fs.FS) (*Calendar, []Problem) {
	data, err := readLimited(fsys, calendarName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, []Problem{{File: calendarName, Reason: "没有工作日历，请把它放到规则目录里"}}
	}
	if err != nil {
		return nil, []Problem{{File: calendarName, Reason: "读不到文件：" + err.Error()}}
	}
	return readCalendar(calendarName, data)
}

// readLimited reads a file and no more of it than one byte over the limit, which readDocument then refuses.
func readLimited(fsys fs.FS, name string) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxFileBytes+1))
}

// sortAndCompare sorts the rulebooks and refuses an id or a short name that two of them claim: records and citations
// could not tell them apart.
func (l *Library) sortAndCompare() (problems []Problem) {
	slices.SortFunc(l.books, func(a, b *Rulebook) int {
		return strings.Compare(a.ID+"\x00"+a.FileName, b.ID+"\x00"+b.FileName)
	})
	ids, shortNames := map[string]string{}, map[string]string{}
	for _, book := range l.books {
		if first := ids[book.ID]; first != "" {
			problems = append(problems, Problem{File: book.FileName, Reason: fmt.Sprintf("规则库编号 %s 与 %s 相同", book.ID, first)})
			continue
		}
		if first := shortNames[book.ShortName]; first != "" {
			problems = append(problems, Problem{File: book.FileName, Reason: fmt.Sprintf("规则库简称「%s」与 %s 相同", book.ShortName, first)})
		}
		ids[book.ID], shortNames[book.ShortName] = book.FileName, book.FileName
	}
	return problems
}
