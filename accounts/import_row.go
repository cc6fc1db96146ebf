package accounts

import (
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	sheets "govmedia/accounts/sheet"
	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

// Outcome is what a row of a sheet will do.
type Outcome string

// The outcomes. Of a sheet that is held against the register: there is no such account, it differs, it does not.
const (
	OutcomeCreate Outcome = "create"
	OutcomeChange Outcome = "change"
	OutcomeSame   Outcome = "same"
	OutcomeRefuse Outcome = "refuse"
)

// RowResult is what came of a row.
type RowResult string

// The results; empty before the row was carried out.
const (
	RowCreated RowResult = "created"
	RowChanged RowResult = "changed"
	RowSame    RowResult = "same"
	RowFailed  RowResult = "failed"
	RowUndone  RowResult = "undone"
	RowKept    RowResult = "kept" // was to be undone and could not be
)

// Difference is a field and two things said of it.
type Difference struct {
	Field  string `json:"field"`
	Label  string `json:"label"`
	Was    string `json:"was"`    // in the register
	Became string `json:"became"` // in the sheet
}

// Differences is a list of them, kept as JSON.
type Differences []Difference

// Value implements driver.Valuer.
func (d Differences) Value() (driver.Value, error) { return encodeList(d) }

// Scan implements sql.Scanner.
func (d *Differences) Scan(value any) error { return sql.DecodeJSON(value, (*[]Difference)(d)) }

// ImportRow is one row of a sheet: what it says, what it will do and what it did.
type ImportRow struct {
	ImportID  string      `json:"-"`
	Number    int         `json:"number"`
	Outcome   Outcome     `json:"outcome"`
	Result    RowResult   `json:"result"`
	AccountID *string     `json:"account_id"` // null: none in the register
	Name      string      `json:"name"`
	UnitName  string      `json:"unit_name"`
	Fields    FieldValues `json:"fields"`
	Changes   Differences `json:"changes"`
	Notes     sql.Strings `json:"notes"` // what was left out of the row, and why
	Code      string      `json:"code"`  // of the refusal
	Why       string      `json:"why"`   // its sentence
}

func (r *ImportRow) refuse(err error) {
	refusal := fault.As(err)
	r.Outcome, r.Code, r.Why = OutcomeRefuse, refusal.Code, cut(refusal.Sentence, 500)
}

// rowDraft is a row on its way: what it says as a record, besides what is kept of it.
type rowDraft struct {
	ImportRow
	record   Record
	external string   // the platform's id by which it is matched
	match    []string // ids of the accounts of ours that it may be
	ours     Record   // the account that it is, where it is one
}

func (d *rowDraft) refused() bool { return d.Outcome == OutcomeRefuse }

// rowReader reads rows by a mapping.
type rowReader struct {
	mapping Mapping
	kind    ImportKind
	titles  []string
	columns map[string][]int // by the name of the target
	units   *unitFinder
	day     func(text string) (string, bool)
	unknown map[[2]string]int
}

func newRowReader(in Import, titles []string, finder *unitFinder, day func(string) (string, bool)) *rowReader {
	r := &rowReader{mapping: in.Mapping, kind: in.Kind, titles: titles, columns: map[string][]int{}, units: finder, day: day, unknown: map[[2]string]int{}}
	for _, c := range in.Mapping.Columns {
		r.columns[c.Field] = append(r.columns[c.Field], c.Column)
	}
	return r
}

// read says what a row says. A word that no choice means leaves its field blank and is counted; anything else that cannot be
// read refuses the row.
func (r *rowReader) read(row sheets.Row) *rowDraft {
	d := &rowDraft{ImportRow: ImportRow{Number: row.Number, Fields: FieldValues{}, Changes: Differences{}, Notes: sql.Strings{}}}
	for column, trouble := range row.Faults {
		if slices.ContainsFunc(r.mapping.Columns, func(c MappedColumn) bool { return c.Column == column }) {
			d.refuse(trouble.Say("%s：%s", r.title(column), trouble.Sentence))
			return d
		}
	}
	texts := r.texts(row)
	for _, f := range fields {
		text := texts[f.Name]
		if text == "" {
			continue
		}
		if err := r.set(d, f, text); err != nil {
			d.refuse(err)
			break
		}
	}
	d.Name, d.UnitName = cut(d.record.Name, 240), cut(d.Fields["unit"], 240)
	if !d.refused() && d.record.Name == "" && d.record.ExternalID == nil && d.record.Particulars.NationalID == "" {
		d.refuse(ErrImportNameless)
	}
	return d
}

func (r *rowReader) title(column int) string {
	if column < len(r.titles) && r.titles[column] != "" {
		return "“" + cut(r.titles[column], 30) + "”"
	}
	return fmt.Sprintf("第 %d 列", column+1)
}

// texts gathers what the row says of each field.
func (r *rowReader) texts(row sheets.Row) map[string]string {
	texts := make(map[string]string, len(r.columns))
	for name, columns := range r.columns {
		f, part, _ := target(name)
		text := meaningful(f, row.Cell(columns[0]))
		if part == "" && text != "" {
			texts[f.Name] = text
		} else if part == partName && text != "" {
			texts[f.Name] = joinPeople(text, r.part(f, partPhone, row), r.part(f, partEmail, row))
		}
	}
	return texts
}

func (r *rowReader) part(f Field, part string, row sheets.Row) string {
	if columns := r.columns[f.Name+"."+part]; len(columns) > 0 {
		return meaningful(f, row.Cell(columns[0]))
	}
	return ""
}

// The words that people write where there is nothing to say.
var (
	nothing        = []string{"/", "\\", "-", "--", "—", "——", "———", "－", "·", "*"}
	nothingOfKinds = []string{"无", "暂无", "不详", "未知", "没有"}
)

// meaningful takes away what stands for an empty cell. 无 is an answer in a text and in a yes-or-no, and none elsewhere.
func meaningful(f Field, text string) string {
	if slices.Contains(nothing, text) || f.Kind != TextField && f.Kind != TruthField && slices.Contains(nothingOfKinds, text) {
		return ""
	}
	return text
}

// joinPeople writes columns of names, phones and addresses as one field, person by person where there are several.
func joinPeople(names, phones, emails string) string {
	between := func(r rune) bool { return strings.ContainsRune("；;、,，/\n", r) }
	who, numbers, addresses := strings.FieldsFunc(names, between), strings.FieldsFunc(phones, between), strings.FieldsFunc(emails, between)
	var people []string
	for i, name := range who {
		entry := strings.TrimSpace(name)
		if i < len(numbers) {
			entry += " " + numbers[i]
		}
		if i == len(who)-1 {
			entry = strings.Join(append([]string{entry}, numbers[min(len(who), len(numbers)):]...), " ")
		}
		if i < len(addresses) {
			entry += " " + addresses[i]
		}
		people = append(people, entry)
	}
	return strings.Join(people, "；")
}

// set sets one field of the row. Errors: those of Record.Set, which name the column's field, and ErrUnitUnknown.
func (r *rowReader) set(d *rowDraft, f Field, text string) error {
	if meant, found := r.mapping.Words[f.Name][text]; found {
		if text = meant; text == "" {
			return nil
		}
	}
	if f.Name == unitField.Name {
		return r.setUnit(d, text)
	}
	err := d.record.Set(f.Name, r.tidy(f, text))
	if err != nil && (f.Name == "platform" || f.Name == "kind") {
		err = setOther(d, f, text, err)
	}
	refusal := fault.As(err)
	switch {
	case err == nil:
		if kept := f.text(&d.record); kept != "" {
			d.Fields[f.Name] = kept
		}
		return nil
	case refusal != nil && (f.Kind == ChoiceField || f.Kind == TruthField):
		d.Notes = append(d.Notes, fmt.Sprintf("%s写的是“%s”，没有这一项，留空。", f.Label, cut(text, 40)))
		word := [2]string{f.Name, cut(text, 60)}
		if _, told := r.unknown[word]; told || len(r.unknown) < mostUnknown {
			r.unknown[word]++
		}
		return nil
	case refusal != nil:
		return refusal.Say("%s写的是“%s”：%s", f.Label, cut(text, 40), refusal.Sentence)
	}
	return err
}

// setOther takes a word for a platform that stands in the column of kinds, and the other way round.
func setOther(d *rowDraft, f Field, text string, failed error) error {
	other := map[string]string{"platform": "kind", "kind": "platform"}[f.Name]
	if d.Fields[other] != "" {
		return failed
	}
	if err := d.record.Set(other, text); err != nil {
		return failed
	}
	d.Fields[other] = d.record.Text(other)
	return nil
}

// tidy writes a text as Record.Set wants it: days out of serial numbers, an address with its scheme.
func (r *rowReader) tidy(f Field, text string) string {
	if f.Name == "home_url" {
		text = strings.Join(strings.Fields(sheets.Narrow(text)), "")
		if !strings.Contains(text, "://") && strings.Contains(text, ".") {
			return "http://" + text
		}
	}
	if f.Kind == DayField {
		text = sheets.Narrow(text)
		if day, ok := r.day(text); ok {
			return day
		}
	}
	return text
}

func (r *rowReader) setUnit(d *rowDraft, text string) error {
	text = cut(text, 120)
	d.Fields[unitField.Name] = text
	switch ids := r.units.named(text); {
	case len(ids) == 1:
		d.record.UnitID, d.record.UnitName = ids[0], r.units.names[ids[0]]
		d.Fields[unitField.Name] = d.record.UnitName
	case r.kind != ImportRegister: // of somebody else's sheet: told as a difference
		d.record.UnitName = text
	case len(ids) > 1:
		return ErrUnitUnknown.Say("“%s”有 %d 个同名的单位，请写全称。", cut(text, 60), len(ids)).On(unitField.Name)
	default:
		if like := r.units.like(text); like != "" {
			return ErrUnitUnknown.Say("单位树里没有“%s”，是不是“%s”？请改成单位全称。", cut(text, 60), like).On(unitField.Name)
		}
		return ErrUnitUnknown.Say("单位树里没有“%s”，或者不在您的管理范围内。请先建立单位，或改成单位全称。", cut(text, 60)).On(unitField.Name)
	}
	return nil
}

// unitFinder finds the units in which the actor may write by what people call them.
type unitFinder struct {
	names  map[string]string   // by id
	byName map[string][]string // ids by the plain name
	merged map[string]string   // ids of merged units, and who took them in
	likes  map[string]string   // what was answered by like, for a sheet writes one name again and again
}

type foundUnit struct{ ID, Name, ShortName string }

type mergedUnit struct{ ID, Name, ShortName, MergedInto string }

// newUnitFinder reads the open units in reach. The names of those merged since a time stand for the units that took them in, unless
// an open one has the same name.
func newUnitFinder(ctx context.Context, db *sql.DB, actor units.Actor, since sql.Time) (*unitFinder, error) {
	list, err := sql.List[foundUnit](ctx, db, "import.units", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.WriteAccounts)})
	if err != nil {
		return nil, err
	}
	f := &unitFinder{names: map[string]string{}, byName: map[string][]string{}, merged: map[string]string{}, likes: map[string]string{}}
	for _, unit := range list {
		f.names[unit.ID] = unit.Name
		for _, name := range slices.Compact([]string{plainUnit(unit.Name), plainUnit(unit.ShortName)}) {
			if name != "" {
				f.byName[name] = append(f.byName[name], unit.ID)
			}
		}
	}
	return f, f.addMerged(ctx, db, since)
}

// addMerged lets the names of the units that were merged since a time find the units in reach that took them in.
func (f *unitFinder) addMerged(ctx context.Context, db *sql.DB, since sql.Time) error {
	merged, err := sql.List[mergedUnit](ctx, db, "import.merged_units", sql.Args{"since": since})
	if err != nil {
		return err
	}
	into := make(map[string]string, len(merged))
	for _, unit := range merged {
		into[unit.ID] = unit.MergedInto
	}
	open := maps.Clone(f.byName)
	for _, unit := range merged {
		heir := unit.MergedInto
		for range merged { // which may have been merged in turn
			if next, ended := into[heir]; ended {
				heir = next
			}
		}
		if !f.reaches(heir) {
			continue
		}
		f.merged[unit.ID] = heir
		for _, name := range slices.Compact([]string{plainUnit(unit.Name), plainUnit(unit.ShortName)}) {
			if name != "" && len(open[name]) == 0 && !slices.Contains(f.byName[name], heir) {
				f.byName[name] = append(f.byName[name], heir)
			}
		}
	}
	return nil
}

// named returns the units of a name; an id names itself. A full name goes before a short one of another unit.
func (f *unitFinder) named(text string) []string {
	if _, found := f.names[text]; found {
		return []string{text}
	}
	if heir, found := f.merged[text]; found {
		return []string{heir}
	}
	ids := f.byName[plainUnit(text)]
	full := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return plainUnit(f.names[id]) != plainUnit(text) })
	if len(full) > 0 {
		return full
	}
	return ids
}

// mostLikes is for how many names that no unit has a similar one is looked for: a column with more is not that of the units.
const mostLikes = 2000

// like is the one unit whose full name ends with a text or begins with it, as where the district is left out; empty when there is
// none or more than one.
func (f *unitFinder) like(text string) string {
	text = plainUnit(text)
	known, asked := f.likes[text]
	if !asked && len(f.likes) < mostLikes {
		known = f.alike(text)
		f.likes[text] = known
	}
	return known
}

func (f *unitFinder) alike(text string) string {
	if utf8.RuneCountInString(text) < 3 {
		return ""
	}
	found := ""
	for _, name := range f.names {
		plain := plainUnit(name)
		switch {
		case !strings.HasSuffix(plain, text) && !strings.HasPrefix(plain, text) || name == found:
		case found != "":
			return ""
		default:
			found = name
		}
	}
	return found
}

func (f *unitFinder) reaches(id string) bool { _, found := f.names[id]; return found }

func plainUnit(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, sheets.Narrow(name))
}

// mostUnknown is how many different words that were not understood are counted.
const mostUnknown = 10_000

// unknownWords lists what was not understood, the most frequent first, at most a hundred.
func (r *rowReader) unknownWords() UnknownWords {
	list := UnknownWords{}
	for key, n := range r.unknown {
		f, _ := FieldNamed(key[0])
		list = append(list, UnknownWord{Field: f.Name, Label: f.Label, Word: key[1], Rows: n})
	}
	slices.SortFunc(list, func(a, b UnknownWord) int {
		if a.Rows != b.Rows {
			return b.Rows - a.Rows
		}
		return strings.Compare(a.Field+"\n"+a.Word, b.Field+"\n"+b.Word)
	})
	return list[:min(len(list), 100)]
}

// RowFilter narrows and pages the rows of an import; empty fields narrow nothing.
type RowFilter struct {
	Outcome Outcome
	Result  RowResult
	After   int // the number of the last row of the page before; 0 is the first page
	PerPage int
}

// RowPage is a page of rows in the order of the sheet.
type RowPage struct {
	Items []ImportRow `json:"items"`
	Next  int         `json:"next"` // 0 on the last page
}

// ImportRows returns a page of the rows of an import that the actor reaches with WriteAccounts. Error: ErrImportNotFound.
func ImportRows(ctx context.Context, db *sql.DB, actor units.Actor, id string, filter RowFilter) (RowPage, error) {
	if _, err := GetImport(ctx, db, actor, id); err != nil {
		return RowPage{}, err
	}
	size := pageSize(filter.PerPage)
	rows, err := sql.List[ImportRow](ctx, db, "import_row.list", sql.Args{"import_id": id, "after": filter.After, "outcome": filter.Outcome, "result": filter.Result,
		"limit": size + 1})
	page := RowPage{Items: rows}
	if len(rows) > size {
		page.Items, page.Next = rows[:size], rows[size-1].Number
	}
	return page, wrap(err, "list the rows of import %s", id)
}

// The words of the screen for what a row will do and did.
var (
	outcomeLabels = map[Outcome]string{OutcomeCreate: "新建", OutcomeChange: "修改", OutcomeSame: "无变化", OutcomeRefuse: "不导入"}
	resultLabels  = map[RowResult]string{RowCreated: "已新建", RowChanged: "已修改", RowSame: "无变化", RowFailed: "未导入", RowUndone: "已撤销", RowKept: "未能撤销"}
)

// cells is a row as a sheet shows it.
func (r ImportRow) cells() []string {
	changes := make([]string, len(r.Changes))
	for i, change := range r.Changes {
		changes[i] = fmt.Sprintf("%s：%s → %s", change.Label, change.Was, change.Became)
	}
	return []string{strconv.Itoa(r.Number), r.Name, r.UnitName, outcomeLabels[r.Outcome], resultLabels[r.Result], r.Why, strings.Join(changes, "；"),
		strings.Join(r.Notes, "")}
}
