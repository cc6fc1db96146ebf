package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"govmedia/fault"
)

// What a workbook holds in memory at most: its shared texts, and its merged ranges.
const (
	mostShared     = 96 << 20 // bytes of text
	mostSharedRefs = 4 << 20  // texts
	mostMerges     = 100_000
	sharedBlock    = 1 << 20
	excelColumns   = 16_384
)

// workbook is an opened .xlsx file.
type workbook struct {
	archive   *archive
	parts     map[string]string // entries by the name of their sheet
	texts     *texts
	dates     []bool // by cell style: whether a number in it is a day
	since1904 bool
	book      *Book
	merges    map[string][]merge // by entry, of the sheets that were read before
}

type workbookXML struct {
	Props struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name  string `xml:"name,attr"`
		State string `xml:"state,attr"`
		ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		// Strict workbooks write the same attribute in another namespace.
		StrictID string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
	} `xml:"sheets>sheet"`
}

type relationsXML struct {
	Relations []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
		Mode   string `xml:"TargetMode,attr"`
	} `xml:"Relationship"`
}

func openWorkbook(file io.ReaderAt, size int64) (*Book, error) {
	a, err := openArchive(file, size)
	if err != nil {
		return nil, err
	}
	if err := refuseMacros(a); err != nil {
		return nil, err
	}
	main, err := mainPart(a)
	if err != nil {
		return nil, err
	}
	var described workbookXML
	if err := a.decode(main, &described); err != nil {
		return nil, err
	}
	w := &workbook{archive: a, parts: map[string]string{}, merges: map[string][]merge{}, since1904: truth(described.Props.Date1904)}
	w.book = &Book{open: w.rows, since1904: w.since1904}
	targets, err := w.readParts(main)
	if err != nil {
		return nil, err
	}
	for _, s := range described.Sheets {
		part := targets[s.ID+s.StrictID]
		if part == "" || s.State == "hidden" || s.State == "veryHidden" || !strings.Contains(part, "worksheets/") {
			continue
		}
		w.book.names = append(w.book.names, s.Name)
		w.parts[s.Name] = part
	}
	if len(w.book.names) == 0 {
		return nil, ErrEmpty
	}
	return w.book, nil
}

// refuseMacros refuses what calls itself a workbook with macros, whether the macros are there or not.
func refuseMacros(a *archive) error {
	r, err := a.open("[Content_Types].xml", mostSmall)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	found, err := contains(r, []byte("macroEnabled"))
	if err == nil && found {
		err = ErrMacros
	}
	return err
}

// mainPart finds the workbook's own entry by the archive's relations.
func mainPart(a *archive) (string, error) {
	var relations relationsXML
	if err := a.decode("_rels/.rels", &relations); err != nil {
		return "", err
	}
	for _, relation := range relations.Relations {
		if strings.HasSuffix(relation.Type, "/officeDocument") {
			return normal(relation.Target), nil
		}
	}
	return "", ErrNotASheet
}

// readParts reads the shared texts and the styles, and returns the entries of the sheets by their ids.
func (w *workbook) readParts(main string) (map[string]string, error) {
	var relations relationsXML
	folder := path.Dir(main)
	if err := w.archive.decode(folder+"/_rels/"+path.Base(main)+".rels", &relations); err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, relation := range relations.Relations {
		target := normal(relation.Target)
		if !strings.HasPrefix(relation.Target, "/") {
			target = normal(folder + "/" + relation.Target)
		}
		var err error
		switch kind := path.Base(relation.Type); {
		case relation.Mode == "External":
		case kind == "worksheet":
			targets[relation.ID] = target
		case kind == "sharedStrings" && w.texts != nil, kind == "styles" && w.dates != nil:
			err = ErrBroken.Because(fmt.Errorf("two entries of %s", kind)) // a workbook has one; a thousand would be read a thousand times
		case kind == "sharedStrings":
			w.texts, err = w.readTexts(target)
		case kind == "styles":
			w.dates, err = w.readStyles(target)
		}
		if err != nil {
			return nil, err
		}
	}
	return targets, nil
}

func truth(text string) bool { return text == "1" || text == "true" }

// texts are the shared texts of a workbook: their bytes in large blocks, since a million strings of their own would cost
// twice as much.
type texts struct {
	blocks [][]byte
	refs   []textRef
	held   int
}

type textRef struct{ block, at, length uint32 }

func (t *texts) add(text string) error {
	if t.held += len(text); t.held > mostShared || len(t.refs) >= mostSharedRefs {
		return ErrTooLarge
	}
	last := len(t.blocks) - 1
	if last < 0 || len(t.blocks[last])+len(text) > cap(t.blocks[last]) {
		t.blocks = append(t.blocks, make([]byte, 0, max(sharedBlock, len(text))))
		last++
	}
	t.refs = append(t.refs, textRef{uint32(last), uint32(len(t.blocks[last])), uint32(len(text))})
	t.blocks[last] = append(t.blocks[last], text...)
	return nil
}

func (t *texts) get(index []byte) (string, error) {
	i, err := strconv.Atoi(string(bytes.TrimSpace(index)))
	if err != nil || t == nil || i < 0 || i >= len(t.refs) {
		return "", ErrBroken.Because(fmt.Errorf("no shared text %q", index))
	}
	ref := t.refs[i]
	return string(t.blocks[ref.block][ref.at : ref.at+ref.length]), nil
}

func (w *workbook) readTexts(part string) (*texts, error) {
	r, err := w.archive.open(part, mostUnpacked)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	found, s := &texts{}, newScanner(r)
	var item collected
	for {
		p, err := s.next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, broken(err)
		}
		if p.name == "si" && p.open {
			item.reset()
		}
		if err := item.take(p); err != nil {
			return nil, err
		}
		if p.name == "si" && p.close {
			if err := found.add(Clean(unhex(item.text.String()))); err != nil {
				return nil, err
			}
		}
	}
}

// collected gathers the characters of a rich text: those of its <t>, but not those of its phonetic guide.
type collected struct {
	text   strings.Builder
	inside bool
	guide  bool
}

func (c *collected) reset() { c.text.Reset(); c.inside, c.guide = false, false }

func (c *collected) take(p piece) error {
	switch {
	case p.name == "rPh":
		c.guide = !p.close
	case p.name == "t":
		c.inside = p.open && !p.close
	case p.name == "" && c.inside && !c.guide:
		if c.text.Len()+len(p.text) > longestText {
			return ErrCell
		}
		c.text.WriteString(p.plain())
	}
	return nil
}

// broken makes a fault of an error of the scanner.
func broken(err error) error {
	if fault.As(err) != nil {
		return err
	}
	return ErrBroken.Because(err)
}

type stylesXML struct {
	Formats []struct {
		ID   int    `xml:"numFmtId,attr"`
		Code string `xml:"formatCode,attr"`
	} `xml:"numFmts>numFmt"`
	Cells []struct {
		Format int `xml:"numFmtId,attr"`
	} `xml:"cellXfs>xf"`
}

// readStyles tells which cell styles show a number as a day.
func (w *workbook) readStyles(part string) ([]bool, error) {
	var styles stylesXML
	if err := w.archive.decode(part, &styles); err != nil {
		return nil, err
	}
	own := map[int]bool{}
	for _, format := range styles.Formats {
		own[format.ID] = isDayFormat(format.Code)
	}
	dates := make([]bool, len(styles.Cells))
	for i, cell := range styles.Cells {
		isDay, known := own[cell.Format]
		dates[i] = known && isDay || !known && isBuiltinDay(cell.Format)
	}
	return dates, nil
}

// isBuiltinDay reports whether a format that needs no definition shows a day: 14–17 and 22 everywhere, 27–31, 36, 50–54, 57 and
// 58 in Chinese (ECMA-376 part 1, 18.8.30).
func isBuiltinDay(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58
}

// isDayFormat reports whether a format code shows a year or a day: y or d outside of quotes, brackets and escapes.
func isDayFormat(code string) bool {
	quoted, bracket, escaped := false, false, false
	for _, r := range code {
		switch {
		case escaped:
			escaped = false
		case r == '\\' || r == '_' || r == '*':
			escaped = true
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[':
			bracket = true
		case r == ']':
			bracket = false
		case !bracket && strings.ContainsRune("yYdD", r):
			return true
		}
	}
	return false
}

// rows begins to read a sheet. The merged ranges stand behind the rows, so the entry is unpacked once before, which also
// shows that it is whole and of a sound size.
func (w *workbook) rows(name string) (Rows, error) {
	part := w.parts[name]
	if part == "" {
		return nil, ErrNoSheet
	}
	merges, known := w.merges[part]
	if !known {
		var err error
		if merges, err = w.readMerges(part); err != nil {
			return nil, err
		}
		w.merges[part] = merges
	}
	r, err := w.archive.open(part, mostUnpacked)
	if err != nil {
		return nil, err
	}
	return &sheetRows{workbook: w, closer: r, s: newScanner(r), merges: merges}, nil
}

// merge is a range of cells of which only the first holds something.
type merge struct {
	top, left, bottom, right int // rows from 1, columns from 0
	text                     string
}

var mergeStart = []byte("mergeCell ")

// readMerges finds the merged ranges, by the topmost first. It looks at the bytes only: a text of a cell cannot hold a tag.
func (w *workbook) readMerges(part string) ([]merge, error) {
	r, err := w.archive.open(part, mostUnpacked)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	var merges []merge
	buffer, kept := make([]byte, 256<<10), 0
	for {
		n, err := r.Read(buffer[kept:])
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, broken(err)
		}
		window, used := buffer[:kept+n], 0
		for {
			i := bytes.Index(window[used:], mergeStart)
			if i < 0 {
				break
			}
			end := bytes.IndexByte(window[used+i:], '>')
			if end < 0 {
				break
			}
			if found, ok := parseMerge(window[used+i+len(mergeStart)-1 : used+i+end]); ok {
				merges = append(merges, found)
			}
			if len(merges) > mostMerges {
				return nil, ErrMerges
			}
			used += i + end
		}
		if err != nil {
			break
		}
		keep := min(len(window)-used, 256)
		copy(buffer, window[len(window)-keep:])
		kept = keep
	}
	slices.SortStableFunc(merges, func(a, b merge) int { return a.top - b.top })
	return merges, nil
}

func parseMerge(attrs []byte) (merge, bool) {
	from, to, found := strings.Cut(string(piece{attrs: attrs}.attr("ref")), ":")
	left, top, ok1 := parseRef(from)
	right, bottom, ok2 := parseRef(to)
	return merge{top: top, left: left, bottom: bottom, right: right}, found && ok1 && ok2 && top <= bottom && left <= right
}

// parseRef reads B3 as column 1, row 3.
func parseRef(ref string) (column, row int, ok bool) {
	i := 0
	for i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && i < 5 {
		column = column*26 + int(ref[i]-'A') + 1
		i++
	}
	row, err := strconv.Atoi(ref[i:])
	return column - 1, row, err == nil && i > 0 && row > 0
}
