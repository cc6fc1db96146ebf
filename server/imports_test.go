package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"govmedia/accounts"
	"govmedia/sql/sqltest"
)

// registerSheet is a sheet of so many accounts of one unit, as text.
func registerSheet(unit string, from, to int) []byte {
	var out strings.Builder
	out.WriteString("单位名称,平台,账号名称,账号ID,粉丝数\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&out, "%s,新浪微博,第 %d 号,%d,%d\n", unit, i, 5_000_000+i, i)
	}
	return []byte(out.String())
}

// bringSheet uploads a sheet for a unit and maps it as it suggests; it returns the import when its preview is there.
func (b *browser) bringSheet(unit string, kind accounts.ImportKind, content []byte) accounts.Import {
	b.t.Helper()
	var in accounts.Import
	b.upload("/api/account-imports", "台账.csv", content, map[string]string{"unit_id": unit, "kind": string(kind)}, http.StatusOK, &in)
	var look accounts.Look
	b.do(http.MethodGet, "/api/account-imports/"+in.ID+"/look", nil, http.StatusOK, &look)
	look.Mapping.Assume = map[string]string{"state": "在用"}
	b.do(http.MethodPut, "/api/account-imports/"+in.ID+"/mapping", map[string]any{"version": in.Version, "head_from": look.HeadFrom, "head_to": look.HeadTo,
		"mapping": look.Mapping}, http.StatusOK, &in)
	return b.waitImport(in.ID, accounts.ImportPreviewed)
}

func (b *browser) waitImport(id string, state accounts.ImportState) (in accounts.Import) {
	b.t.Helper()
	waitFor(b.t, time.Minute, "import "+id+" to be "+string(state), func() bool {
		b.do(http.MethodGet, "/api/account-imports/"+id, nil, http.StatusOK, &in)
		return in.State == state
	})
	return in
}

// nameOf is the name of the unit with an id.
func (b *browser) nameOfUnit(id string) string {
	b.t.Helper()
	var session SessionView
	b.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
	for _, role := range session.Roles {
		if role.UnitID == id {
			return role.UnitName
		}
	}
	b.t.Fatalf("no unit %s", id)
	return ""
}

func TestASheetGoesThroughTheAPIIntoTheRegisterAndBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		office := town.signIn("guanli")
		unit := unitOf(office)
		in := office.bringSheet(unit, accounts.ImportRegister, append(registerSheet(office.nameOfUnit(unit), 0, 8), "没有的单位,微博,坏行,1,1\n"...))
		if in.Creates != 8 || in.Refused != 1 {
			t.Fatalf("preview = %+v", in)
		}
		var rows accounts.RowPage
		office.do(http.MethodGet, "/api/account-imports/"+in.ID+"/rows?outcome=refuse", nil, http.StatusOK, &rows)
		if len(rows.Items) != 1 || rows.Items[0].Code != "account.unit_unknown" || rows.Items[0].Number != 10 {
			t.Errorf("refused rows = %+v", rows.Items)
		}
		var text string
		office.do(http.MethodGet, "/api/account-imports/"+in.ID+"/rows.csv?outcome=refuse", nil, http.StatusOK, &text)
		if strings.Count(text, "\n") != 2 || !strings.Contains(text, "没有的单位") {
			t.Errorf("rows.csv = %q", text)
		}
		office.do(http.MethodPost, "/api/account-imports/"+in.ID+"/run", map[string]any{"version": in.Version}, http.StatusOK, nil)
		if in = office.waitImport(in.ID, accounts.ImportDone); in.Created != 8 {
			t.Errorf("created %d", in.Created)
		}
		var workbook string
		office.do(http.MethodGet, "/api/accounts.xlsx?platform=weibo&q=%E7%AC%AC+3+%E5%8F%B7", nil, http.StatusOK, &workbook)
		book, err := excelize.OpenReader(strings.NewReader(workbook))
		if err != nil {
			t.Fatalf("accounts.xlsx: %v", err)
		}
		defer func() { _ = book.Close() }()
		if lines, err := book.GetRows("Sheet1"); err != nil || len(lines) != 2 || lines[1][0] != "第 3 号" {
			t.Errorf("accounts.xlsx = %q, %v; want the one under the filter", lines, err)
		}
		office.do(http.MethodPost, "/api/account-imports/"+in.ID+"/undo", map[string]any{"version": in.Version, "reason": "用错了表"}, http.StatusOK, nil)
		if in = office.waitImport(in.ID, accounts.ImportUndone); in.Kept != 0 {
			t.Errorf("%d could not be undone", in.Kept)
		}
		var page accounts.Page
		office.do(http.MethodGet, "/api/accounts?q=%E7%AC%AC+3+%E5%8F%B7", nil, http.StatusOK, &page)
		if len(page.Items) != 0 {
			t.Errorf("%d accounts are left after the undoing", len(page.Items))
		}
	})
}

func TestAKilledImportGoesOn(t *testing.T) {
	const rows = 4000 // several steps
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		office := town.signIn("guanli")
		unit := unitOf(office)
		in := office.bringSheet(unit, accounts.ImportRegister, registerSheet(office.nameOfUnit(unit), 0, rows))
		office.do(http.MethodPost, "/api/account-imports/"+in.ID+"/run", map[string]any{"version": in.Version}, http.StatusOK, nil)
		waitFor(t, time.Minute, "the first rows", func() bool {
			office.do(http.MethodGet, "/api/account-imports/"+in.ID, nil, http.StatusOK, &in)
			return in.DoneRows > 0
		})
		town.stop(syscall.SIGKILL)
		bare := sqltest.Bare(t, town.config.DSN)
		var done int64
		sqltest.Rows(t, bare, "SELECT done_rows FROM imports WHERE id = ?", func(scan func(...any)) { scan(&done) }, in.ID)
		if done == 0 || done >= rows {
			t.Fatalf("killed after %d rows, want some and not all", done)
		}
		for _, table := range []string{"imports", "chores"} { // nobody waits a minute in a test
			if _, err := bare.ExecContext(t.Context(), "UPDATE "+table+" SET lease_until = 0 WHERE lease_until IS NOT NULL"); err != nil {
				t.Fatal(err)
			}
		}
		town.start()
		office = town.signIn("guanli")
		if in = office.waitImport(in.ID, accounts.ImportDone); in.Created != rows || in.DoneRows != rows {
			t.Errorf("after the kill: created %d, %d rows done; want %d", in.Created, in.DoneRows, rows)
		}
		var found int64
		sqltest.Rows(t, bare, "SELECT COUNT(*) FROM accounts WHERE external_id >= '5000000' AND external_id < '5004000'", func(scan func(...any)) { scan(&found) })
		if found != rows {
			t.Errorf("%d accounts, want %d: each once", found, rows)
		}
	})
}

func TestBadSheetsAreRefusedWithASentence(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	office := town.signIn("guanli")
	unit := unitOf(office)
	fields := map[string]string{"unit_id": unit, "kind": "register"}
	macros := func() []byte {
		book := excelize.NewFile()
		defer func() { _ = book.Close() }()
		if err := book.AddVBAProject([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 code")); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := book.Write(&out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}()
	locked := func() []byte {
		book := excelize.NewFile()
		defer func() { _ = book.Close() }()
		var out bytes.Buffer
		if err := book.Write(&out, excelize.Options{Password: "x"}); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}()
	for name, c := range map[string]struct {
		content []byte
		code    string
	}{
		"password":  {locked, "sheet.password_protected"},
		"macros":    {macros, "sheet.macros"},
		"malformed": {[]byte("PK\x03\x04 not a zip file"), "sheet.broken"},
		"nothing":   {[]byte("   "), "sheet.empty"},
		"a page":    {[]byte("<html></html>"), "sheet.unknown_format"},
	} {
		var problem Problem
		office.upload("/api/account-imports", name+".xlsx", c.content, fields, http.StatusUnprocessableEntity, &problem)
		office.checkProblem(name, problem, c.code)
	}
	var in accounts.Import
	office.upload("/api/account-imports", "a.csv", []byte("甲,乙\n1,2\n"), fields, http.StatusOK, &in)
	mapping := map[string]any{"version": in.Version, "head_from": 1, "head_to": 1, "mapping": accounts.Mapping{Columns: []accounts.MappedColumn{{Column: 0, Field: "name"},
		{Column: 1, Field: "name"}}}}
	office.refuse(http.MethodPut, "/api/account-imports/"+in.ID+"/mapping", mapping, http.StatusUnprocessableEntity, "sheetimport.field_twice")
	office.refuse(http.MethodGet, "/api/account-imports/"+in.ID+"/look?head_from=7&head_to=9", nil, http.StatusUnprocessableEntity, "sheetimport.head_invalid")
}

// Each of the import's doors: open to the office, shut to a role that may not write the register and to the office of others.
func TestImportsAndDifferencesOfOthersAreNotFound(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	office, officer, other := town.signIn("guanli"), town.signIn("xinxi"), town.signIn("shiban")
	unit := unitOf(office)
	in := office.bringSheet(unit, accounts.ImportPlatform, registerSheet(office.nameOfUnit(unit), 0, 1))
	office.do(http.MethodPost, "/api/account-imports/"+in.ID+"/run", map[string]any{"version": in.Version}, http.StatusOK, nil)
	office.waitImport(in.ID, accounts.ImportDone)
	var page accounts.ReconcilePage
	office.do(http.MethodGet, "/api/differences?state=open", nil, http.StatusOK, &page)
	if len(page.Items) != 1 || page.Items[0].Kind != accounts.ItemUnknown {
		t.Fatalf("differences = %+v", page.Items)
	}
	settle := map[string]any{"version": page.Items[0].Version, "action": "ignore", "reason": "核对过"}
	officer.refuse(http.MethodGet, "/api/account-imports/"+in.ID, nil, http.StatusForbidden, "auth.forbidden")
	officer.refuse(http.MethodPost, "/api/differences/"+page.Items[0].ID+"/settle", settle, http.StatusForbidden, "auth.forbidden")
	for _, path := range []string{"", "/look", "/rows", "/rows.csv", "/rows.xlsx"} {
		other.refuse(http.MethodGet, "/api/account-imports/"+in.ID+path, nil, http.StatusNotFound, "sheetimport.not_found")
	}
	other.refuse(http.MethodPost, "/api/differences/"+page.Items[0].ID+"/settle", settle, http.StatusNotFound, "reconcile.not_found")
	office.do(http.MethodPost, "/api/differences/"+page.Items[0].ID+"/settle", settle, http.StatusOK, nil)
	var template accounts.Template
	office.do(http.MethodPost, "/api/account-templates", map[string]any{"unit_id": unit, "name": "本区台账", "titles": []string{"序号", "账号名称", "单位"}}, http.StatusOK, &template)
	if len(template.Mapping.Columns) != 2 {
		t.Errorf("the pasted titles suggest %+v", template.Mapping)
	}
	other.refuse(http.MethodGet, "/api/accounts.csv?template_id="+template.ID, nil, http.StatusNotFound, "sheetimport.template_not_found")
	var text string
	office.do(http.MethodGet, "/api/accounts.csv?template_id="+template.ID, nil, http.StatusOK, &text)
	if !strings.HasPrefix(text, "\ufeff序号,账号名称,单位\r\n") {
		t.Errorf("accounts.csv begins %.40q", text)
	}
}
