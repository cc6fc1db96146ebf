package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"govmedia/accounts"
	"govmedia/accounts/sheet"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// importSize is how many rows the sheet of BenchmarkImport has; GOVMEDIA_BENCH_SCALE=10 makes it a tenth.
func importSize(b *testing.B) int {
	b.Helper()
	accounts, err := strconv.Atoi(nationalSize(b)[3])
	if err != nil {
		b.Fatal(err)
	}
	return accounts
}

// longSheet writes a workbook of 13 columns as a province's register would be.
func longSheet(b *testing.B, owners []string, rows int) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "register.xlsx")
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	try := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	out, err := book.NewStreamWriter("Sheet1")
	try(err)
	try(out.SetRow("A1", []any{"序号", "单位名称", "平台", "账号名称", "账号ID", "唯一标识", "主页地址", "主要负责人", "联系电话", "开设时间", "是否认证", "粉丝数", "备注"}))
	for i := range rows {
		try(out.SetRow(fmt.Sprintf("A%d", i+2), []any{i + 1, owners[i%len(owners)], "新浪微博", fmt.Sprintf("某某县第 %d 号政务微博", i), fmt.Sprint(7_000_000_000 + i), fmt.Sprintf("N%08d", i),
			fmt.Sprintf("https://weibo.example.cn/u/%d", 7_000_000_000+i), "山某", fmt.Sprint(18_900_000_000 + i), 44_000 + i%1500, "是", i % 90_000, "第一批"}))
	}
	try(out.Flush())
	try(book.SaveAs(name))
	return name
}

// bareRead reads a workbook with the library's own row reader, raw, with long parts on the disk, and does nothing with it.
func bareRead(b *testing.B, name string) int {
	b.Helper()
	book, err := excelize.OpenFile(name, excelize.Options{UnzipXMLSizeLimit: 16 << 20, RawCellValue: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	rows, err := book.Rows("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}

// ownRead reads it with our reader.
func ownRead(b *testing.B, name string) int {
	b.Helper()
	file, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		b.Fatal(err)
	}
	book, err := sheet.Open(file, info.Size(), name)
	if err != nil {
		b.Fatal(err)
	}
	rows, err := book.Rows("")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for n := 0; ; n++ {
		if _, err := rows.Next(); errors.Is(err, io.EOF) {
			return n
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkImport takes a sheet of 300,000 rows into an installation of its own. ratio_read/bare is our reading against the bare
// reader of the library, ratio_preview/bare the whole preview against it: read, understood, matched with the register and kept
// row by row. MiB_preview and MiB_run are the most memory that the program held meanwhile, of its own.
func BenchmarkImport(b *testing.B) {
	benchEachDatabase(b, func(b *testing.B, town *town) {
		rows := importSize(b)
		town.start()
		office := town.signIn("guanli")
		office.client.Timeout = 2 * requestTimeout
		unit := unitOf(office)
		name := longSheet(b, town.addUnits(unit, 200), rows)
		content, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			began := time.Now()
			if n := bareRead(b, name); n != rows+1 {
				b.Fatalf("the bare reader read %d rows", n)
			}
			bare := time.Since(began)
			began = time.Now()
			if n := ownRead(b, name); n != rows+1 {
				b.Fatalf("our reader read %d rows", n)
			}
			own := time.Since(began)
			stop := town.watchMemory()
			began = time.Now()
			in := office.previewLong(unit, content)
			preview, previewed := time.Since(began), stop()
			if in.Creates != int64(rows) {
				b.Fatalf("the preview creates %d, refuses %d of %d rows", in.Creates, in.Refused, rows)
			}
			stop = town.watchMemory()
			began = time.Now()
			office.do(http.MethodPost, "/api/account-imports/"+in.ID+"/run", map[string]any{"version": in.Version}, http.StatusOK, nil)
			in = office.waitLong(in.ID, accounts.ImportDone)
			run, carried := time.Since(began), stop()
			if in.Created != int64(rows) {
				b.Fatalf("created %d, failed %d of %d rows", in.Created, in.Failed, rows)
			}
			b.ReportMetric(bare.Seconds(), "s_bare")
			b.ReportMetric(own.Seconds()/bare.Seconds(), "ratio_read/bare")
			b.ReportMetric(preview.Seconds()/bare.Seconds(), "ratio_preview/bare")
			b.ReportMetric(float64(rows)/run.Seconds(), "created/s")
			b.ReportMetric(previewed.own, "MiB_preview")
			b.ReportMetric(carried.own, "MiB_run")
			b.StopTimer()
			clearRegister(b, town)
			b.StartTimer()
		}
	})
}

func (b *browser) previewLong(unit string, content []byte) accounts.Import {
	b.t.Helper()
	var in accounts.Import
	b.upload("/api/account-imports", "register.xlsx", content, map[string]string{"unit_id": unit, "kind": "register"}, http.StatusOK, &in)
	var look accounts.Look
	b.do(http.MethodGet, "/api/account-imports/"+in.ID+"/look", nil, http.StatusOK, &look)
	look.Mapping.Assume = map[string]string{"state": "在用"}
	b.do(http.MethodPut, "/api/account-imports/"+in.ID+"/mapping", map[string]any{"version": in.Version, "head_from": look.HeadFrom, "head_to": look.HeadTo,
		"mapping": look.Mapping}, http.StatusOK, nil)
	return b.waitLong(in.ID, accounts.ImportPreviewed)
}

// waitLong waits for an import as long as the largest may take.
func (b *browser) waitLong(id string, state accounts.ImportState) (in accounts.Import) {
	b.t.Helper()
	waitFor(b.t, 2*time.Hour, "import "+id+" to be "+string(state), func() bool {
		b.do(http.MethodGet, "/api/account-imports/"+id, nil, http.StatusOK, &in)
		return in.State == state
	})
	return in
}

// addUnits adds units below one and returns their names.
func (town *town) addUnits(parentID string, count int) []string {
	town.t.Helper()
	db, err := sql.Open(town.t.Context(), town.config.DSN)
	if err != nil {
		town.t.Fatal(err)
	}
	defer db.Close()
	names := make([]string, count)
	for n := range count {
		names[n] = fmt.Sprintf("第 %03d 单位", n)
		if _, err := units.Create(town.t.Context(), db, units.System, units.NewUnit{ParentID: parentID, Name: names[n], Level: units.LevelTownship}); err != nil {
			town.t.Fatal(err)
		}
	}
	return names
}

// clearRegister takes away what the import registered, so that the next round finds none of it.
func clearRegister(b *testing.B, town *town) {
	b.Helper()
	bare := sqltest.Bare(b, town.config.DSN)
	ours := " IN (SELECT id FROM accounts WHERE external_id LIKE '70%')"
	for _, statement := range []string{"DELETE FROM clocks WHERE subject_id" + ours, "DELETE FROM particulars WHERE account_id" + ours,
		"DELETE FROM accounts WHERE external_id LIKE '70%'"} {
		if _, err := bare.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
}
