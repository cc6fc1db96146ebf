package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"govmedia/accounts/files"
	"govmedia/accounts/sheet"
)

// workbook makes a file with excelize, which shares nothing with our reader.
func workbook(t *testing.T, fill func(f *excelize.File, sheet string)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	fill(f, "Sheet1")
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, raw []byte, name string) *sheet.Book {
	t.Helper()
	book, err := sheet.Open(bytes.NewReader(raw), int64(len(raw)), name)
	if err != nil {
		t.Fatalf("Open(%s): %v", name, err)
	}
	return book
}

// all reads a file to its end; the error is that of opening or of reading.
func all(raw []byte, name string) ([]sheet.Row, error) {
	book, err := sheet.Open(bytes.NewReader(raw), int64(len(raw)), name)
	if err != nil {
		return nil, err
	}
	rows, err := book.Rows("")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []sheet.Row
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, row)
	}
}

func TestAWorkbookIsReadAsPeopleSeeIt(t *testing.T) {
	raw := workbook(t, func(f *excelize.File, s string) {
		day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		code := `yyyy"年"m"月"d"日"`
		own, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		must(t, err)
		money := `0.00E+00`
		plain, err := f.NewStyle(&excelize.Style{CustomNumFmt: &money})
		must(t, err)
		must(t, f.SetSheetRow(s, "A2", &[]any{"\u3000清源镇发布 ", 46082, 46082.354166666664, 46082, 18900000001.0, true, 3.4000000000000004}))
		must(t, f.SetCellStyle(s, "B2", "B2", day))
		must(t, f.SetCellStyle(s, "C2", "C2", own))
		must(t, f.SetCellStyle(s, "D2", "D2", plain))
		must(t, f.SetCellValue(s, "C5", "第五行\n两行字 <&>"))
		must(t, f.SetCellFormula(s, "A6", "1+1"))
	})
	rows, err := all(raw, "a.xlsx")
	if err != nil || len(rows) != 3 {
		t.Fatalf("rows = %+v, %v; want three that are not blank", rows, err)
	}
	want := []string{"清源镇发布", "2026-03-01", "2026-03-01 08:30", "46082", "18900000001", "是", "3.4"}
	if rows[0].Number != 2 || !slices.Equal(rows[0].Cells, want) {
		t.Errorf("row 2 = %d %q, want %q", rows[0].Number, rows[0].Cells, want)
	}
	if rows[1].Number != 5 || rows[1].Cell(2) != "第五行 两行字 <&>" || rows[1].Cell(9) != "" {
		t.Errorf("row 5 = %+v", rows[1])
	}
	if fault := rows[2].Faults[0]; fault == nil || fault.Code != "sheet.formula_without_value" {
		t.Errorf("a formula without value gave %+v, want sheet.formula_without_value", rows[2])
	}
}

// parts makes a workbook of its entries by hand, for what no honest program writes.
func parts(t *testing.T, sheetXML string, more map[string]string) []byte {
	t.Helper()
	entries := map[string]string{
		"[Content_Types].xml": `<Types/>`,
		"_rels/.rels":         `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` +
			`<sheet name="甲" sheetId="1" r:id="a"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="b" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":     `<sst><si><t>共享</t></si><si><r><t>富</t></r><rPh><t>fu</t></rPh><r><t xml:space="preserve">文本_x000D_</t></r></si></sst>`,
		"xl/worksheets/sheet1.xml": sheetXML,
	}
	for name, content := range more {
		entries[name] = content
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, content := range entries {
		if content == "" {
			continue
		}
		entry, err := w.Create(name)
		must(t, err)
		_, err = io.WriteString(entry, content)
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

func TestWhatOtherProgramsWriteIsRead(t *testing.T) {
	raw := parts(t, `<?xml version="1.0"?><x:worksheet xmlns:x="y"><!-- <row> > --><x:sheetData>
		<x:row><x:c t="s"><x:v>1</x:v></x:c><x:c t='inlineStr'><x:is><x:t>a&#20013;&amp;b</x:t></x:is></x:c><x:c><x:f>A1</x:f><x:v>1.89E+10</x:v></x:c></x:row>
		<x:row r="4" title="a>b"><x:c r="B4" t="str"><x:f>"x"</x:f><x:v><![CDATA[<乙>]]></x:v></x:c><x:c r="C4"/><x:c r="D4" t="e"><x:v>#N/A</x:v></x:c></x:row>
		</x:sheetData></x:worksheet>`, nil)
	rows, err := all(raw, "a.xlsx")
	if err != nil || len(rows) != 2 {
		t.Fatalf("rows = %+v, %v", rows, err)
	}
	if want := []string{"富文本", "a中&b", "18900000000"}; rows[0].Number != 1 || !slices.Equal(rows[0].Cells, want) {
		t.Errorf("row 1 = %+v, want %q", rows[0], want)
	}
	if rows[1].Number != 4 || rows[1].Cell(1) != "<乙>" || rows[1].Faults[3] == nil || !strings.Contains(rows[1].Faults[3].Sentence, "#N/A") {
		t.Errorf("row 4 = %+v", rows[1])
	}
}

// sheetOf makes a sheet of one cell.
func sheetOf(ref, value string) string {
	return `<worksheet><sheetData><row r="1"><c r="` + ref + `"><v>` + value + `</v></c></row></sheetData></worksheet>`
}

func TestBadWorkbooksAreRefusedByTheirCode(t *testing.T) {
	good := parts(t, sheetOf("A1", "1"), nil)
	var wide strings.Builder
	wide.WriteString("<worksheet><sheetData><row>")
	for range 1_000_000 {
		wide.WriteString("<c><v>1</v></c>")
	}
	wide.WriteString("</row></sheetData></worksheet>")
	var merged strings.Builder
	for i := range 100_001 {
		fmt.Fprintf(&merged, `<mergeCell ref="A%d:B%d"/>`, i+1, i+1)
	}
	shared := map[string]string{"xl/sharedStrings.xml": "<sst><si><t>" + strings.Repeat("长", 32_000) + "</t></si></sst>"}
	row := `<row>` + strings.Repeat(`<c t="s"><v>0</v></c>`, 500) + `</row>`
	cells := strings.Repeat("7<!-- -->", 1_000_000)
	overlap := strings.Repeat(`<mergeCell ref="A1:B300000"/>`, 100_000)
	twice := `<Relationships><Relationship Id="a" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>` +
		strings.Repeat(`<Relationship Id="b" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/>`, 2) + `</Relationships>`
	protected := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 100_000)...)
	protected = append(protected, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")...)
	for _, c := range []struct {
		name, file, code string
		raw              []byte
	}{
		{"password", "a.xlsx", "sheet.password_protected", protected},
		{"old format", "a.xls", "sheet.old_format", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook")},
		{"macros", "a.xlsm", "sheet.macros", parts(t, sheetOf("A1", "1"), map[string]string{"xl/vbaProject.bin": "x"})},
		{"macros by type", "a.xlsx", "sheet.macros", parts(t, sheetOf("A1", "1"), map[string]string{
			"[Content_Types].xml": `<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>`})},
		{"cut off", "a.xlsx", "sheet.broken", good[:len(good)/2]},
		{"no sheet data", "a.xlsx", "sheet.broken", parts(t, "", nil)},
		{"cut XML", "a.xlsx", "sheet.broken", parts(t, `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v>`, nil)},
		{"rows backwards", "a.xlsx", "sheet.broken", parts(t, `<worksheet><sheetData><row r="3"></row><row r="2"></row></sheetData></worksheet>`, nil)},
		{"shared text that is not there", "a.xlsx", "sheet.broken",
			parts(t, `<worksheet><sheetData><row><c t="s"><v>7</v></c></row></sheetData></worksheet>`, nil)},
		{"a Word file", "a.xlsx", "sheet.broken", parts(t, sheetOf("A1", "1"), map[string]string{"xl/workbook.xml": ""})},
		{"zip bomb", "a.xlsx", "sheet.expands_too_far", parts(t, strings.Repeat(" ", 64<<20)+sheetOf("A1", "1"), nil)},
		{"million columns", "a.xlsx", "sheet.too_many_columns", parts(t, sheetOf("BDWGN1", "1"), nil)},
		{"million columns without names", "a.xlsx", "sheet.too_many_columns", parts(t, wide.String(), nil)},
		{"501 columns", "a.xlsx", "sheet.too_many_columns", parts(t, sheetOf("SG1", "1"), nil)},
		{"million columns of text", "a.csv", "sheet.too_many_columns", []byte(strings.Repeat("1,", 1_000_000) + "1")},
		{"too many rows", "a.xlsx", "sheet.too_many_rows", parts(t, `<worksheet><sheetData><row r="350001"><c><v>1</v></c></row></sheetData></worksheet>`, nil)},
		{"too many rows of text", "a.csv", "sheet.too_many_rows", []byte(strings.Repeat("1\n", 350_001))},
		{"long cell", "a.csv", "sheet.cell_too_long", []byte("a,b\n1," + strings.Repeat("长", 32_768))},
		{"open quote", "a.csv", "sheet.cell_too_long", []byte("a,b\n1,\"" + strings.Repeat("x\n", 4<<20))},
		{"merges", "a.xlsx", "sheet.too_many_merges", parts(t, "<worksheet><sheetData/><mergeCells>"+merged.String()+"</mergeCells></worksheet>", nil)},
		{"overlapping merges", "a.xlsx", "sheet.too_many_merges",
			parts(t, `<worksheet><sheetData><row r="1"><c><v>1</v></c></row></sheetData><mergeCells>`+overlap+"</mergeCells></worksheet>", nil)},
		{"a text named in every cell", "a.xlsx", "sheet.too_large", parts(t, "<worksheet><sheetData>"+row+"</sheetData></worksheet>", shared)},
		{"a value in pieces", "a.xlsx", "sheet.cell_too_long", parts(t, sheetOf("A1", cells), nil)},
		{"shared texts twice", "a.xlsx", "sheet.broken", parts(t, sheetOf("A1", "1"), map[string]string{"xl/_rels/workbook.xml.rels": twice})},
		{"a tag of tag ends", "a.xlsx", "sheet.broken", parts(t, `<worksheet><sheetData><row a="`+strings.Repeat(">", 700_000)+`"></row></sheetData></worksheet>`, nil)},
		{"a million sheets", "a.xlsx", "sheet.expands_too_far", parts(t, sheetOf("A1", "1"), map[string]string{
			"xl/workbook.xml": "<workbook><sheets>" + strings.Repeat("<sheet/>", 1_000_001) + "</sheets></workbook>"})},
		{"a million attributes", "a.xlsx", "sheet.broken", parts(t, sheetOf("A1", "1"), map[string]string{
			"xl/workbook.xml": "<workbook" + strings.Repeat(` a=""`, 1_000_000) + "/>"})},
		{"empty", "a.csv", "sheet.empty", []byte(" \r\n")},
		{"page", "a.xls", "sheet.unknown_format", []byte("<html><table><tr><td>1")},
		{"picture", "a.csv", "sheet.unknown_format", []byte("\x89PNG\r\n\x1a\n\x00\x00")},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, err := all(c.raw, c.file)
			if err == nil || !strings.HasPrefix(err.Error(), c.code) {
				t.Errorf("%d rows, error %v; want %s", len(rows), err, c.code)
			}
		})
	}
}

func TestALyingSizeDoesNotHideABomb(t *testing.T) {
	raw := parts(t, strings.Repeat(" ", 64<<20)+sheetOf("A1", "1"), nil)
	// The size unpacked stands in the central directory, as four bytes.
	at := bytes.LastIndex(raw, []byte("xl/worksheets/sheet1.xml"))
	copy(raw[at-46+24:], []byte{16, 0, 0, 0})
	if rows, err := all(raw, "a.xlsx"); err == nil {
		t.Errorf("read %d rows of a bomb that calls itself small", len(rows))
	}
}

// The library keeps some objects for each entry before anybody can count them, so a long directory must not be read to its end.
func TestAnArchiveOfNothingButEntriesIsNotHeld(t *testing.T) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := range 200_000 {
		_, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("xl/%060d", i), Method: zip.Store})
		must(t, err)
	}
	must(t, w.Close())
	allocs := testing.AllocsPerRun(1, func() {
		if _, err := sheet.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), "a.xlsx"); !errors.Is(err, sheet.ErrBomb) {
			t.Errorf("Open = %v, want sheet.expands_too_far", err)
		}
		if _, err := files.Sniff("a.xlsx", bytes.NewReader(out.Bytes()), int64(out.Len())); !errors.Is(err, files.ErrLocked) {
			t.Errorf("Sniff = %v, want file.locked", err)
		}
	})
	if allocs > 500_000 {
		t.Errorf("%.0f allocations for 200,000 entries looked at twice", allocs)
	}
}

func TestHiddenSheetsAreNotOffered(t *testing.T) {
	raw := workbook(t, func(f *excelize.File, s string) {
		must(t, f.SetCellValue(s, "A1", "甲"))
		for _, name := range []string{"隐藏", "第二张"} {
			_, err := f.NewSheet(name)
			must(t, err)
			must(t, f.SetCellValue(name, "A1", name))
		}
		must(t, f.SetSheetVisible("隐藏", false))
	})
	book := open(t, raw, "a.xlsx")
	if want := []string{"Sheet1", "第二张"}; !slices.Equal(book.Sheets(), want) {
		t.Errorf("Sheets = %q, want %q", book.Sheets(), want)
	}
	rows, err := book.First("第二张", 5)
	if err != nil || len(rows) != 1 || rows[0].Cell(0) != "第二张" {
		t.Errorf("First = %+v, %v", rows, err)
	}
	if _, err := book.Rows("隐藏"); !errors.Is(err, sheet.ErrNoSheet) {
		t.Errorf("Rows of a hidden sheet: %v, want sheet.not_found", err)
	}
}

func TestTextIsReadInWhateverItWasWritten(t *testing.T) {
	plain := "单位名称,账号名称\r\n清源镇人民政府,\"清源,发布 \"\r\n\r\n，㐂𠮷,'=1\r\n"
	encode := func(transform func(string) (string, error), text string) []byte {
		t.Helper()
		out, err := transform(text)
		must(t, err)
		return []byte(out)
	}
	wide := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String
	for name, raw := range map[string][]byte{
		"UTF-8": []byte(plain), "mark": append([]byte("\xef\xbb\xbf"), plain...), "GB18030": encode(simplifiedchinese.GB18030.NewEncoder().String, plain),
		"UTF-16": encode(wide, plain), "tabs": []byte(strings.ReplaceAll(strings.ReplaceAll(plain, ",", "\t"), "清源\t发布", "清源,发布")),
		"UTF-16 tabs": encode(wide, strings.ReplaceAll(strings.ReplaceAll(plain, ",", "\t"), "清源\t发布", "清源,发布")),
	} {
		rows, err := all(raw, "a.csv")
		if err != nil || len(rows) != 3 {
			t.Fatalf("%s: %+v, %v", name, rows, err)
		}
		if !slices.Equal(rows[1].Cells, []string{"清源镇人民政府", "清源,发布"}) || !slices.Equal(rows[2].Cells, []string{"，㐂𠮷", "=1"}) || rows[2].Number != 4 {
			t.Errorf("%s: %+v", name, rows)
		}
	}
}

func TestBytesThatAreNoCharacterAreNamedByRowAndColumn(t *testing.T) {
	raw, err := simplifiedchinese.GB18030.NewEncoder().String("单位,名称\n清源镇,发布\n云林局,")
	must(t, err)
	for name, raw := range map[string]string{"GBK": raw + "\xff\xff\n", "UTF-8": "单位,名称\n清源镇,发布\n云林局,林\xff业\n"} {
		_, err = all([]byte(raw), "a.csv")
		if !errors.Is(err, sheet.ErrEncoding) {
			t.Fatalf("%s: %v, want sheet.bad_encoding", name, err)
		}
		if got := sentence(err); !strings.Contains(got, "第 3 行第 2 列") {
			t.Errorf("%s: the sentence %q names no row and column", name, got)
		}
	}
}

func TestTheHeadIsFound(t *testing.T) {
	known := func(title string) bool {
		_, last, found := strings.Cut(title, "/")
		if found {
			title = last
		}
		return slices.Contains([]string{"单位名称", "账号名称", "姓名", "电话"}, title)
	}
	raw := workbook(t, func(f *excelize.File, s string) {
		must(t, f.SetCellValue(s, "A1", "政务新媒体账号台账"))
		must(t, f.MergeCell(s, "A1", "F1"))
		must(t, f.SetSheetRow(s, "A3", &[]any{"单位名称", "账号名称", "负责人", nil, "联系人", nil}))
		must(t, f.SetSheetRow(s, "A4", &[]any{nil, nil, "姓名", "电话", "姓名", "电话"}))
		for _, span := range [][2]string{{"A3", "A4"}, {"B3", "B4"}, {"C3", "D3"}, {"E3", "F3"}} {
			must(t, f.MergeCell(s, span[0], span[1]))
		}
		must(t, f.SetSheetRow(s, "A5", &[]any{"清源镇人民政府", "清源发布", "山镇长", "18900000001"}))
		must(t, f.SetSheetRow(s, "A6", &[]any{nil, "清源微博", "山镇长", "18900000001"}))
		must(t, f.MergeCell(s, "A5", "A6"))
	})
	rows, err := all(raw, "a.xlsx")
	must(t, err)
	head, found := sheet.FindHead(rows, known)
	want := []string{"单位名称", "账号名称", "负责人/姓名", "负责人/电话", "联系人/姓名", "联系人/电话"}
	if !found || head.From != 3 || head.To != 4 || !slices.Equal(head.Titles, want) {
		t.Errorf("FindHead = %+v, %v; want rows 3–4 and %q", head, found, want)
	}
	if last := rows[len(rows)-1]; last.Cell(0) != "清源镇人民政府" {
		t.Errorf("a cell merged over two rows reads %q in the second", last.Cell(0))
	}
	if head, found := sheet.HeadAt(rows, 4, 4); !found || head.Titles[2] != "姓名" {
		t.Errorf("HeadAt(4, 4) = %+v, %v", head, found)
	}
	if _, found := sheet.FindHead(rows[:1], known); found {
		t.Error("a title line was taken for a head")
	}
}

func TestWhatIsWrittenIsReadBackAndNeverAFormula(t *testing.T) {
	table := [][]string{{"单位名称", "备注"}, {"清源镇人民政府", "=HYPERLINK(\"x\")"}, {"-1", "+a"}, {"@b", "，\"引\"\n号"}}
	for _, format := range []sheet.Format{sheet.XLSX, sheet.CSV} {
		var out bytes.Buffer
		w, err := sheet.NewWriter(&out, format, table[0])
		must(t, err)
		for _, row := range table[1:] {
			must(t, w.Write(row))
		}
		must(t, w.Finish())
		must(t, w.Close())
		if format == sheet.XLSX {
			book, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
			must(t, err)
			if formula, _ := book.GetCellFormula("Sheet1", "B2"); formula != "" {
				t.Errorf("B2 became the formula %q", formula)
			}
		} else if !strings.Contains(out.String(), `"'=HYPERLINK`) || !strings.Contains(out.String(), "'-1,'+a") {
			t.Errorf("CSV has what Excel takes for a formula:\n%s", out.String())
		}
		rows, err := all(out.Bytes(), "a")
		must(t, err)
		for i, row := range rows {
			if row.Cell(0) != table[i][0] || row.Cell(1) != sheet.Clean(table[i][1]) {
				t.Errorf("%s: row %d came back as %q", format, i, row.Cells)
			}
		}
	}
}

func TestCleanAndNarrow(t *testing.T) {
	for in, want := range map[string]string{"\u3000 a\u00a0b\u200b \n": "a b", "两\n行": "两 行", "": "", "内\u3000空": "内\u3000空"} {
		if got := sheet.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := sheet.Narrow("２０２６年３月１日（Ａ）\u3000"); got != "2026年3月1日(A)" {
		t.Errorf("Narrow = %q", got)
	}
}

func TestDaysOfBothCountsAreRead(t *testing.T) {
	raw := workbook(t, func(f *excelize.File, s string) {
		yes := true
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		must(t, f.SetCellValue(s, "A1", 44620))
	})
	if day, ok := open(t, raw, "a.xlsx").Day("44620"); !ok || day != "2026-03-01" {
		t.Errorf("Day of 1904 = %s, %v", day, ok)
	}
	book := open(t, []byte("a"), "a.csv")
	for text, want := range map[string]string{"46082": "2026-03-01", "46082.75": "2026-03-01 18:00", "12": "", "20260301": "", "x": ""} {
		if day, ok := book.Day(text); day != want || ok != (want != "") {
			t.Errorf("Day(%s) = %q, %v; want %q", text, day, ok, want)
		}
	}
}

// Memory while reading does not grow with the rows: 40,000 of them cost no more than a shared text each.
func TestRowsAreStreamed(t *testing.T) {
	name := t.TempDir() + "/long.xlsx"
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	must(t, err)
	for i := range 40_000 {
		must(t, w.SetRow(fmt.Sprintf("A%d", i+1), []any{i, "单位", strings.Repeat("字", 50)}))
	}
	must(t, w.Flush())
	must(t, f.SaveAs(name))
	must(t, f.Close())
	file, err := os.Open(name)
	must(t, err)
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	must(t, err)
	book, err := sheet.Open(file, info.Size(), name)
	must(t, err)
	perRow := testing.AllocsPerRun(1, func() {
		rows, err := book.Rows("")
		must(t, err)
		n := 0
		for {
			if _, err := rows.Next(); err != nil {
				break
			}
			n++
		}
		if n != 40_000 {
			t.Errorf("read %d rows", n)
		}
	}) / 40_000
	if perRow > 20 {
		t.Errorf("%.1f allocations a row of three cells, want at most 20", perRow)
	}
}
