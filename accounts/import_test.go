package accounts_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/accounts/sheet"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// sheetStore is a store of files in a directory of the test.
func sheetStore(t testing.TB) files.Store {
	t.Helper()
	store, err := files.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// bring takes a sheet in as the office's admin and looks at it.
func (w *world) bring(store files.Store, kind accounts.ImportKind, name string, raw []byte) (accounts.Import, accounts.Look) {
	w.t.Helper()
	in, err := accounts.NewImport(w.t.Context(), w.db, store, w.People["admin"], w.Office.ID, kind, name, bytes.NewReader(raw))
	if err != nil {
		w.t.Fatalf("NewImport(%s): %v", name, err)
	}
	look, err := accounts.LookAt(w.t.Context(), w.db, store, w.People["admin"], in.ID, "", 0, 0)
	if err != nil {
		w.t.Fatalf("LookAt(%s): %v", name, err)
	}
	return in, look
}

// preview maps a sheet as it suggests, with what is assumed of blank cells, and waits for the preview.
func (w *world) preview(store files.Store, in accounts.Import, look accounts.Look, assume map[string]string) accounts.Import {
	w.t.Helper()
	look.Mapping.Assume = assume
	_, err := accounts.StartImport(w.t.Context(), w.db, store, w.People["admin"], in.ID, in.Version, accounts.ImportChoice{Sheet: look.Sheet, HeadFrom: look.HeadFrom,
		HeadTo: look.HeadTo, Mapping: look.Mapping})
	if err != nil {
		w.t.Fatalf("StartImport: %v", err)
	}
	return w.work(store, in.ID)
}

// work does the imports that wait and returns one of them.
func (w *world) work(store files.Store, id string) accounts.Import {
	w.t.Helper()
	if _, err := accounts.ImportsDue(w.t.Context(), w.db, w.book, store, "node-a"); err != nil {
		w.t.Fatalf("ImportsDue: %v", err)
	}
	return w.importOf(id)
}

func (w *world) importOf(id string) accounts.Import {
	w.t.Helper()
	in, err := accounts.GetImport(w.t.Context(), w.db, w.People["admin"], id)
	if err != nil {
		w.t.Fatalf("GetImport: %v", err)
	}
	return in
}

// run carries a previewed import out.
func (w *world) run(store files.Store, in accounts.Import) accounts.Import {
	w.t.Helper()
	if _, err := accounts.RunImport(w.t.Context(), w.db, w.People["admin"], in.ID, in.Version); err != nil {
		w.t.Fatalf("RunImport: %v", err)
	}
	return w.work(store, in.ID)
}

// rows returns the rows of an import with an outcome.
func (w *world) rows(id string, filter accounts.RowFilter) []accounts.ImportRow {
	w.t.Helper()
	var all []accounts.ImportRow
	for filter.PerPage = 100; ; {
		page, err := accounts.ImportRows(w.t.Context(), w.db, w.People["admin"], id, filter)
		if err != nil {
			w.t.Fatalf("ImportRows: %v", err)
		}
		all = append(all, page.Items...)
		if filter.After = page.Next; page.Next == 0 {
			return all
		}
	}
}

// register is everything that the register says of every account, and the clocks that run for it.
func (w *world) register() map[string]string {
	w.t.Helper()
	dump, filter := map[string]string{}, accounts.Filter{PerPage: 100}
	for {
		page, err := accounts.List(w.t.Context(), w.db, w.book, w.People["admin"], filter)
		if err != nil {
			w.t.Fatalf("List: %v", err)
		}
		var ids []string
		for _, line := range page.Items {
			ids = append(ids, line.ID)
		}
		clocks, err := rules.ClocksOfAll(w.t.Context(), w.db, rules.AccountSubject, ids)
		if err != nil {
			w.t.Fatal(err)
		}
		records, err := accounts.Records(w.t.Context(), w.db, ids)
		if err != nil {
			w.t.Fatalf("Records: %v", err)
		}
		for _, record := range records {
			var text strings.Builder
			for _, f := range accounts.Fields() {
				fmt.Fprintf(&text, "%s=%s\n", f.Name, record.Text(f.Name))
			}
			for _, clock := range clocks[record.ID] {
				fmt.Fprintf(&text, "clock %s %s %d %v\n", clock.Rulebook, clock.Rule, clock.StartedAt, clock.DueAt)
			}
			dump[record.ID] = text.String()
		}
		if filter.After = page.Next; page.Next == "" {
			return dump
		}
	}
}

func counts(in accounts.Import) expected {
	return expected{in.Creates, in.Changes, in.Sames, in.Refused}
}

var inUse = map[string]string{"state": "在用"}

func TestAMessySheetIsImportedRepeatedAndUndone(t *testing.T) {
	each(t, func(w *world) {
		store := sheetStore(w.t)
		messyWorld(w)
		before := w.register()
		raw, want := messyWorkbook(w.t)
		in, look := w.bring(store, accounts.ImportRegister, "台账 2026.xlsx", raw)
		if look.HeadFrom != 3 || look.HeadTo != 4 || len(look.Mapping.Columns) != 14 {
			w.t.Fatalf("LookAt = head %d–%d, %d columns of %q", look.HeadFrom, look.HeadTo, len(look.Mapping.Columns), look.Titles)
		}
		in = w.preview(store, in, look, inUse)
		if in.State != accounts.ImportPreviewed || counts(in) != want || in.LookedRows != messyRows {
			t.Fatalf("preview = %s %+v of %d rows, want %+v; %s", in.State, counts(in), in.LookedRows, want, w.whys(in.ID))
		}
		if words := in.Unknown; !slices.Contains(words, accounts.UnknownWord{Field: "state", Label: "账号状态", Word: "试运行中", Rows: 60}) || len(words) != 2 {
			w.t.Errorf("unknown words = %+v", words)
		}
		if diff := cmp.Diff(before, w.register()); diff != "" {
			w.t.Fatalf("a preview changed the register: %s", diff)
		}
		in = w.runWithCuts(store, in)
		if in.State != accounts.ImportDone || in.Created != want.creates || in.Changed != want.changes || in.Failed != 0 {
			w.t.Fatalf("run = %s, created %d, changed %d, failed %d; want %+v", in.State, in.Created, in.Changed, in.Failed, want)
		}
		after := w.register()
		if len(after) != len(before)+int(want.creates) {
			w.t.Errorf("%d accounts, want %d more than %d", len(after), want.creates, len(before))
		}
		w.repeatChangesNothing(store, raw, want, after)
		if _, err := accounts.UndoImport(w.t.Context(), w.db, w.People["admin"], in.ID, in.Version, "用错了表"); err != nil {
			w.t.Fatalf("UndoImport: %v", err)
		}
		if in = w.work(store, in.ID); in.State != accounts.ImportUndone || in.Kept != 0 {
			w.t.Errorf("undo = %s, %d kept", in.State, in.Kept)
		}
		if diff := cmp.Diff(before, w.register()); diff != "" {
			w.t.Errorf("the register is not as before: %s", diff)
		}
	})
}

// whys tells why rows were refused, for a failure.
func (w *world) whys(id string) string {
	tally := map[string]int{}
	for _, row := range w.rows(id, accounts.RowFilter{Outcome: accounts.OutcomeRefuse}) {
		tally[row.Code]++
	}
	return fmt.Sprint(tally)
}

// runWithCuts carries an import out and cuts it off in the middle, once in order and once as a kill does.
func (w *world) runWithCuts(store files.Store, in accounts.Import) accounts.Import {
	w.t.Helper()
	if _, err := accounts.RunImport(w.t.Context(), w.db, w.People["admin"], in.ID, in.Version); err != nil {
		w.t.Fatalf("RunImport: %v", err)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := accounts.ImportsDue(ctx, w.db, w.book, store, "node-a")
		ended <- err
	}()
	for w.importOf(in.ID).DoneRows == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
	cut := w.importOf(in.ID)
	if cut.State != accounts.ImportRunning || cut.DoneRows == 0 || cut.DoneRows >= cut.Creates+cut.Changes {
		w.t.Fatalf("cut off: %s, %d rows done", cut.State, cut.DoneRows)
	}
	// A node that is killed leaves its lease behind.
	mine, err := w.db.ExecOne(w.t.Context(), "import.claim", sql.Args{"id": in.ID, "state": cut.State, "version": cut.Version, "holder": "dead", "now": w.db.Now(),
		"lease_until": w.db.Now().Add(time.Minute)})
	if err != nil || !mine {
		w.t.Fatalf("claim: %v, %v", mine, err)
	}
	if same := w.work(store, in.ID); same.DoneRows != cut.DoneRows {
		w.t.Errorf("another node worked on a leased import: %d rows, then %d", cut.DoneRows, same.DoneRows)
	}
	*w.now = w.now.Add(time.Minute + time.Second)
	return w.work(store, in.ID)
}

func (w *world) repeatChangesNothing(store files.Store, raw []byte, want expected, after map[string]string) {
	w.t.Helper()
	again, look := w.bring(store, accounts.ImportRegister, "台账 2026.xlsx", raw)
	again = w.preview(store, again, look, inUse)
	if got := counts(again); got != (expected{0, 0, want.creates + want.changes + want.sames, want.refused}) {
		w.t.Errorf("the preview of a repetition = %+v, want nothing to create or to change", got)
	}
	if again = w.run(store, again); again.Created+again.Changed+again.Failed != 0 {
		w.t.Errorf("a repetition created %d, changed %d, failed %d", again.Created, again.Changed, again.Failed)
	}
	if diff := cmp.Diff(after, w.register()); diff != "" {
		w.t.Errorf("a repetition changed the register: %s", diff)
	}
}

func TestAnAddressIsKnownByTheTitlesThatOfficesGiveIt(t *testing.T) {
	for _, title := range []string{"主页地址", "账号链接", "账号网址", "链接地址", "网站链接*"} {
		guess := accounts.GuessMapping([]string{"账号名称（全称）", title})
		if len(guess.Columns) != 2 || guess.Columns[1].Field != "home_url" {
			t.Errorf("GuessMapping(%q) = %+v, want the home page beside the name", title, guess.Columns)
		}
	}
}

func TestTheSameSheetInGBKIsReadAlike(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	messyWorld(w)
	raw, want := messyText(t)
	in, look := w.bring(store, accounts.ImportRegister, "台账.csv", raw)
	if in = w.preview(store, in, look, inUse); counts(in) != want {
		t.Errorf("preview = %+v, want %+v; %s; titles %q", counts(in), want, w.whys(in.ID), look.Titles)
	}
}

func TestWhatARowSaysIsReadFieldByField(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	raw := []byte("账号名称,主办单位,平台,账号类型,主页,开设时间,负责人,联系电话,功能\n" +
		"清源发布,清源镇人民政府,微信,服务号,mp.weixin.qq.com,44322,山某；石某,18900000001；0871-1234567,信息发布、互动\n")
	in, look := w.bring(store, accounts.ImportRegister, "a.csv", raw)
	in = w.run(store, w.preview(store, in, look, nil))
	if in.Created != 1 {
		t.Fatalf("created %d; %s", in.Created, w.whys(in.ID))
	}
	row := w.rows(in.ID, accounts.RowFilter{})[0]
	record, err := accounts.RecordOf(t.Context(), w.db, w.People["admin"], *row.AccountID)
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{"kind": "微信服务号", "home_url": "http://mp.weixin.qq.com", "opened_on": "2021-05-06",
		"head": "山某 18900000001；石某 0871-1234567", "functions": "信息发布、互动", "state": "申请中", "national_id": "", "certified": "", "followers": ""} {
		if got := record.Text(field); got != want {
			t.Errorf("%s = %q, want %q", field, got, want)
		}
	}
}

func TestMappingsThatSayTwoThingsAreRefused(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte("甲,乙,丙\n1,2,3\n"))
	for name, c := range map[string]struct {
		columns []accounts.MappedColumn
		assume  map[string]string
		want    error
	}{
		"two columns":    {[]accounts.MappedColumn{{0, "name"}, {1, "name"}}, nil, accounts.ErrImportTwice},
		"one column":     {[]accounts.MappedColumn{{0, "name"}, {0, "unit"}}, nil, accounts.ErrImportTwice},
		"whole and part": {[]accounts.MappedColumn{{0, "name"}, {1, "head"}, {2, "head.phone"}}, nil, accounts.ErrImportTwice},
		"part and whole": {[]accounts.MappedColumn{{0, "name"}, {1, "head.phone"}, {2, "head"}}, nil, accounts.ErrImportTwice},
		"no such field":  {[]accounts.MappedColumn{{0, "name"}, {1, "nothing"}}, nil, accounts.ErrImportColumn},
		"no such part":   {[]accounts.MappedColumn{{0, "name.phone"}}, nil, accounts.ErrImportColumn},
		"no sheet field": {[]accounts.MappedColumn{{0, "name"}, {1, "avatar_id"}}, nil, accounts.ErrImportColumn},
		"no such column": {[]accounts.MappedColumn{{7, "name"}}, nil, accounts.ErrImportColumn},
		"nothing known":  {[]accounts.MappedColumn{{0, "remark"}}, nil, accounts.ErrImportFew},
		"bad assumption": {[]accounts.MappedColumn{{0, "name"}}, map[string]string{"state": "某状态"}, accounts.ErrImportAssume},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := accounts.StartImport(t.Context(), w.db, store, w.People["admin"], in.ID, in.Version, accounts.ImportChoice{HeadFrom: look.HeadFrom, HeadTo: look.HeadTo,
				Mapping: accounts.Mapping{Columns: c.columns, Assume: c.assume}})
			if !errors.Is(err, c.want) {
				t.Errorf("StartImport = %v, want %v", err, c.want)
			}
		})
	}
	if got := w.importOf(in.ID); got.State != accounts.ImportMapping || got.Version != in.Version {
		t.Errorf("refused mappings left %s, version %d", got.State, got.Version)
	}
}

func TestASheetThatBreaksOffIsHandedBack(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	raw := "账号名称,主办单位\n" + strings.Repeat("甲,清源镇人民政府\n", 700) + "\xd6\xd0\xff\xff,乙\n"
	in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte(raw))
	in = w.preview(store, in, look, nil)
	if in.State != accounts.ImportMapping || in.Code != sheet.ErrEncoding.Code || !strings.Contains(in.Error, "第") {
		t.Errorf("import = %s, %q %q; want it back at the mapping with the row and column", in.State, in.Code, in.Error)
	}
}

// slowStore lets something happen while a node waits for its bytes.
type slowStore struct {
	files.Store
	meanwhile func()
}

func (s slowStore) Open(ctx context.Context, key string) (io.ReadCloser, files.Info, error) {
	s.meanwhile()
	return s.Store.Open(ctx, key)
}

func TestANodeThatLostAPreviewLeavesItToTheOther(t *testing.T) {
	each(t, func(w *world) {
		store, before := sheetStore(w.t), 12_000 // more rows than are cleared away at once
		var raw strings.Builder
		raw.WriteString("账号名称,主办单位\n")
		for i := range before {
			fmt.Fprintf(&raw, "清源%d,清源镇人民政府\n", i)
		}
		in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte(raw.String()))
		in = w.preview(store, in, look, map[string]string{"kind": "抖音号"})
		if in.State != accounts.ImportPreviewed || in.LookedRows != int64(before) {
			t.Fatalf("preview = %s of %d rows", in.State, in.LookedRows)
		}
		look.Mapping.Assume = map[string]string{"kind": "快手号"}
		if _, err := accounts.StartImport(t.Context(), w.db, store, w.People["admin"], in.ID, in.Version, accounts.ImportChoice{Sheet: look.Sheet, HeadFrom: look.HeadFrom,
			HeadTo: look.HeadTo, Mapping: look.Mapping}); err != nil {
			t.Fatalf("StartImport: %v", err)
		}
		taken := false
		slow := slowStore{store, func() { // the lease runs out, and another node does the whole preview
			taken = true
			*w.now = w.now.Add(2 * time.Minute)
			if _, err := accounts.ImportsDue(t.Context(), w.db, w.book, store, "node-b"); err != nil {
				t.Errorf("ImportsDue of the other node: %v", err)
			}
		}}
		if _, err := accounts.ImportsDue(t.Context(), w.db, w.book, slow, "node-a"); err != nil || !taken {
			t.Errorf("ImportsDue of the slow node = %v, overtaken %v", err, taken)
		}
		in = w.importOf(in.ID)
		page, err := accounts.ImportRows(t.Context(), w.db, w.People["admin"], in.ID, accounts.RowFilter{After: before, PerPage: 10}) // the head is row 1
		if err != nil || in.State != accounts.ImportPreviewed || in.Creates != int64(before) || len(page.Items) != 1 || page.Items[0].Number != before+1 {
			t.Errorf("import = %s, creates %d, last row %+v, %v; want all %d once", in.State, in.Creates, page.Items, err, before)
		}
	})
}

func TestBadFilesAreNotTakenIn(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	for name, c := range map[string]struct {
		raw  string
		want error
	}{
		"empty.csv": {"", sheet.ErrEmpty}, "page.xls": {"<html>", sheet.ErrNotASheet}, "old.xls": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", sheet.ErrOldFormat},
		"cut.xlsx": {"PK\x03\x04 cut off", sheet.ErrBroken},
	} {
		_, err := accounts.NewImport(t.Context(), w.db, store, w.People["admin"], w.Office.ID, accounts.ImportRegister, name, strings.NewReader(c.raw))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	_, err := accounts.NewImport(t.Context(), w.db, store, w.People["admin"], w.Office.ID, "other", "a.csv", strings.NewReader("a,b"))
	if !errors.Is(err, accounts.ErrImportKind) {
		t.Errorf("an unknown kind: %v", err)
	}
	page, err := accounts.Imports(t.Context(), w.db, w.People["admin"], accounts.ImportFilter{})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("%d imports after refusals, %v", len(page.Items), err)
	}
}

func TestImportsBelongToWhoMayWriteTheRegister(t *testing.T) {
	each(t, func(w *world) {
		store := sheetStore(t)
		in, _ := w.bring(store, accounts.ImportRegister, "a.csv", []byte("账号名称,主办单位\n甲,清源镇人民政府\n"))
		for _, who := range []string{"officer", "stranger", "head"} {
			if _, err := accounts.GetImport(t.Context(), w.db, w.People[who], in.ID); !errors.Is(err, accounts.ErrImportNotFound) {
				t.Errorf("GetImport by %s: %v, want not found", who, err)
			}
			_, err := accounts.NewImport(t.Context(), w.db, store, w.People[who], w.Town.ID, accounts.ImportRegister, "a.csv", strings.NewReader("a,b"))
			if !errors.Is(err, accounts.ErrForbidden) && !errors.Is(err, units.ErrNotFound) {
				t.Errorf("NewImport by %s: %v, want a refusal", who, err)
			}
		}
	})
}

func TestTheIdsOfARowSayWhichAccountItIs(t *testing.T) {
	each(t, func(w *world) {
		store := sheetStore(t)
		known := w.valid(accounts.KindWeibo, "清源微博")
		known.ExternalID = "1001"
		account := w.create(known)
		other := w.valid(accounts.KindWeibo, "云林微博")
		other.ExternalID = "1002"
		second := w.create(other)
		if _, err := accounts.SaveRecord(t.Context(), w.db, w.book, w.People["admin"], second.ID, second.Version, map[string]string{"national_id": "N2"}); err != nil {
			t.Fatal(err)
		}
		raw := "账号名称,主办单位,平台,账号ID,唯一标识\n" +
			"清源微博新名,清源镇人民政府,微博,1001,\n" + // renamed: the id knows it
			"清源微博,清源镇人民政府,微博,1003,\n" + // the old name with another id: a second account
			"两者,清源镇人民政府,微博,1001,N2\n" + // the ids contradict each other
			"云林微博,清源镇人民政府,微博,,N2\n" + // the same
			"他处,示范区云林局,微博,1002,\n" // moved to another unit and renamed; the row above is the same account
		in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte(raw))
		look.Mapping.Correction = "登记错了"
		in = w.preview(store, in, look, inUse)
		rows := w.rows(in.ID, accounts.RowFilter{})
		var got []string
		for _, row := range rows {
			got = append(got, string(row.Outcome)+" "+row.Code)
		}
		want := []string{"change ", "create ", "refuse " + accounts.ErrImportAmbiguous.Code, "same ", "refuse " + accounts.ErrImportDuplicate.Code}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("outcomes: %s", diff)
		}
		if change := rows[0].Changes; len(change) != 1 || change[0].Was != "清源微博" || change[0].Became != "清源微博新名" || *rows[0].AccountID != account.ID {
			t.Errorf("the rename = %+v", rows[0])
		}
		if !strings.Contains(rows[4].Why, "第 5 行") {
			t.Errorf("the duplicate says %q, want the row", rows[4].Why)
		}
	})
}

func TestWhatCannotBeUndoneIsKeptAndSaid(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	old := w.account(accounts.KindWeibo, "旧号", "2024-01-02 09:00")
	raw := "账号名称,主办单位,平台,备注,批准文号\n旧号,清源镇人民政府,微博,新备注,一号文\n新号,清源镇人民政府,抖音,,\n更新过,清源镇人民政府,快手,,\n"
	in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte(raw))
	in = w.run(store, w.preview(store, in, look, inUse))
	rows := w.rows(in.ID, accounts.RowFilter{})
	saved, err := accounts.RecordOf(t.Context(), w.db, w.People["admin"], old.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.SaveRecord(t.Context(), w.db, w.book, w.People["admin"], old.ID, saved.Version, map[string]string{"remark": "又改"}); err != nil {
		t.Fatal(err)
	}
	posted, err := accounts.RecordOf(t.Context(), w.db, w.People["admin"], *rows[2].AccountID)
	if err != nil {
		t.Fatal(err)
	}
	w.post(posted.Account, "", "2024-06-03 09:00")
	if _, err := accounts.UndoImport(t.Context(), w.db, w.People["admin"], in.ID, in.Version, "用错了表"); err != nil {
		t.Fatal(err)
	}
	if in = w.work(store, in.ID); in.State != accounts.ImportUndone || in.Kept != 2 {
		t.Errorf("undo = %s, kept %d; want 2", in.State, in.Kept)
	}
	got, err := accounts.RecordOf(t.Context(), w.db, w.People["admin"], old.ID)
	if err != nil || got.Text("remark") != "又改" || got.Text("approval_number") != "" {
		t.Errorf("the account has remark %q, number %q, %v; want what somebody wrote since and nothing", got.Text("remark"), got.Text("approval_number"), err)
	}
	if _, err := accounts.RecordOf(t.Context(), w.db, w.People["admin"], *rows[1].AccountID); !errors.Is(err, accounts.ErrNotFound) {
		t.Errorf("an account that nothing stands on: %v, want it gone", err)
	}
	for _, row := range w.rows(in.ID, accounts.RowFilter{Result: accounts.RowKept}) {
		if row.Why == "" {
			t.Errorf("row %d was kept without a reason", row.Number)
		}
	}
}

func TestAnAccountMovesToTheUnitOfTheSheetAndBack(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	in := w.valid(accounts.KindWeibo, "清源微博")
	in.ExternalID = "1001"
	account := w.create(in)
	before := w.register()
	sheetIn, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte("账号名称,主办单位,平台,账号ID,账号状态\n清源微博,示范区云林局,微博,1001,关停\n"))
	look.Mapping.Correction = "登记时选错了单位"
	done := w.run(store, w.preview(store, sheetIn, look, nil))
	moved, err := accounts.RecordOf(t.Context(), w.db, w.People["admin"], account.ID)
	if err != nil || moved.UnitID != w.Bureau.ID || moved.State != accounts.InUse || done.Changed != 1 {
		t.Fatalf("the account is at %s, %s, %v; want it moved and still in use", moved.UnitName, moved.State, err)
	}
	if row := w.rows(done.ID, accounts.RowFilter{})[0]; len(row.Notes) != 1 || !strings.Contains(row.Notes[0], "账号状态") {
		t.Errorf("notes = %q; want that the state was left alone", row.Notes)
	}
	if _, err := accounts.UndoImport(t.Context(), w.db, w.People["admin"], done.ID, done.Version, "用错了表"); err != nil {
		t.Fatal(err)
	}
	w.work(store, done.ID)
	if diff := cmp.Diff(before, w.register()); diff != "" {
		t.Errorf("the register is not as before: %s", diff)
	}
}

func TestAnOfficeKeepsItsTemplateAndGetsItBackFilled(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	raw := "编号,新媒体 名称*,责任科室或单位,平台,负责人,电话,运行情况\n1,清源微博,清源镇人民政府,微博,山某,18900000001,运转正常\n"
	in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte(raw))
	mapping := accounts.Mapping{Columns: append(look.Mapping.Columns, accounts.MappedColumn{Column: 2, Field: "unit"}, accounts.MappedColumn{Column: 6, Field: "state"}),
		Words: map[string]map[string]string{"state": {"运转正常": "在用"}}}
	_, err := accounts.StartImport(t.Context(), w.db, store, w.People["admin"], in.ID, in.Version, accounts.ImportChoice{HeadFrom: look.HeadFrom, HeadTo: look.HeadTo,
		Mapping: mapping, Keep: true, Name: "本区台账"})
	if err != nil {
		t.Fatal(err)
	}
	if in = w.run(store, w.work(store, in.ID)); in.Created != 1 {
		t.Fatalf("created %d; %s", in.Created, w.whys(in.ID))
	}
	_, again := w.bring(store, accounts.ImportRegister, "b.csv", []byte(strings.Replace(raw, "新媒体 名称*", "新媒体名称", 1)))
	if again.Template == nil || again.Template.Name != "本区台账" || len(again.Mapping.Columns) != len(mapping.Columns) {
		t.Fatalf("the second sheet finds %+v", again.Template)
	}
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		var out bytes.Buffer
		err = accounts.ExportAccounts(t.Context(), w.db, w.book, w.People["admin"], accounts.Filter{}, accounts.Layout{TemplateID: again.Template.ID, Format: format}, func() io.Writer { return &out })
		if err != nil {
			t.Fatal(err)
		}
		book, err := sheet.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), "x")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.First("", 5)
		if err != nil || len(rows) != 2 {
			t.Fatalf("export = %+v, %v", rows, err)
		}
		want := []string{"", "清源微博", "清源镇人民政府", "新浪微博", "山某", "18900000001", "运转正常"}
		if !slices.Equal(rows[1].Cells, want) || rows[0].Cell(2) != "责任科室或单位" {
			t.Errorf("%s: exported %q, want %q", format, rows[1].Cells, want)
		}
	}
	if err := accounts.RemoveTemplate(t.Context(), w.db, w.People["admin"], again.Template.ID); err != nil || !w.audited(again.Template.UnitID, "import_template.remove") {
		t.Errorf("RemoveTemplate: %v, or nothing in the audit chain", err)
	}
	refused(t, "to remove it again", accounts.RemoveTemplate(t.Context(), w.db, w.People["admin"], again.Template.ID), accounts.ErrTemplateNotFound)
}

func TestOurOwnExportImportsWithoutAChange(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	a := w.account(accounts.KindWeibo, "=1+1号", "2024-01-02 09:00")
	w.account(accounts.KindWebsite, "清源镇门户", "2024-01-02 09:00")
	_, err := accounts.SaveRecord(t.Context(), w.db, w.book, w.People["admin"], a.ID, a.Version, map[string]string{"head": "山某 18900000001", "certified": "否",
		"opened_on": "2021-05-06", "functions": "信息发布、互动", "followers": "12000"})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		var out bytes.Buffer
		if err := accounts.ExportAccounts(t.Context(), w.db, w.book, w.People["admin"], accounts.Filter{}, accounts.Layout{Format: format}, func() io.Writer { return &out }); err != nil {
			t.Fatal(err)
		}
		in, look := w.bring(store, accounts.ImportRegister, "x", out.Bytes())
		if in = w.preview(store, in, look, nil); counts(in) != (expected{sames: 2}) {
			t.Errorf("%s: preview of our own export = %+v; %s", format, counts(in), w.whys(in.ID))
		}
	}
}

// A sheet that takes no more says so on its last line, and is no longer than what is read again.
func TestAnExportEndsWhereASheetDoes(t *testing.T) {
	w := sqliteWorld(t)
	if rows := 1 + accounts.MaxExport + 1; rows != sheet.MaxRows {
		t.Errorf("a full export has %d rows, a sheet takes %d", rows, sheet.MaxRows)
	}
	w.some(130) // more than a page
	for most, want := range map[int]struct {
		rows int
		told bool
	}{129: {131, true}, 130: {131, false}, 100: {102, true}, 99: {101, true}, 500: {131, false}, 0: {131, false}} {
		look := accounts.Layout{Format: sheet.CSV, Most: most}
		var out bytes.Buffer
		if err := accounts.ExportAccounts(t.Context(), w.db, w.book, w.People["admin"], accounts.Filter{}, look, func() io.Writer { return &out }); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\r\n")
		if told := strings.Contains(lines[len(lines)-1], "请缩小筛选条件"); len(lines) != want.rows || told != want.told {
			t.Errorf("at most %d: %d lines, told: %v; want %+v", most, len(lines), told, want)
		}
	}
}

// Each column of the rows of an import is as wide as its texts need.
func TestTheRowsOfAnImportAreExportedUnderTheirTitles(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte("账号名称,主办单位,平台\n甲,清源镇人民政府,微博\n"))
	in = w.preview(store, in, look, nil)
	var out bytes.Buffer
	if err := accounts.ExportRows(t.Context(), w.db, w.People["admin"], in.ID, accounts.RowFilter{}, sheet.XLSX, func() io.Writer { return &out }); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("Sheet1")
	if err != nil || len(rows) != 2 || len(rows[0]) != 8 || rows[1][1] != "甲" {
		t.Fatalf("the rows = %q, %v", rows, err)
	}
	first, _ := book.GetColWidth("Sheet1", "A")
	if last, err := book.GetColWidth("Sheet1", "H"); err != nil || last != first {
		t.Errorf("the last column is %g wide, the first %g, %v", last, first, err)
	}
}

func TestStaleAndMisplacedActsOnAnImportAreRefused(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	in, look := w.bring(store, accounts.ImportRegister, "a.csv", []byte("账号名称,主办单位,平台\n甲,清源镇人民政府,微博\n"))
	admin := w.People["admin"]
	if _, err := accounts.RunImport(t.Context(), w.db, admin, in.ID, in.Version); !errors.Is(err, accounts.ErrImportState) {
		t.Errorf("RunImport before the preview: %v", err)
	}
	in = w.preview(store, in, look, nil)
	if _, err := accounts.RunImport(t.Context(), w.db, admin, in.ID, in.Version-1); !errors.Is(err, accounts.ErrImportStale) {
		t.Errorf("RunImport at an old version: %v", err)
	}
	if _, err := accounts.UndoImport(t.Context(), w.db, admin, in.ID, in.Version, "x"); !errors.Is(err, accounts.ErrImportState) {
		t.Errorf("UndoImport before the run: %v", err)
	}
	if _, err := accounts.UndoImport(t.Context(), w.db, admin, in.ID, in.Version, " "); fault.As(err) == nil || fault.As(err).Field != "reason" {
		t.Errorf("UndoImport without a reason: %v", err)
	}
	dropped, err := accounts.DropImport(t.Context(), w.db, admin, in.ID, in.Version)
	if err != nil || dropped.State != accounts.ImportDropped {
		t.Errorf("DropImport = %s, %v", dropped.State, err)
	}
	if _, err := accounts.RunImport(t.Context(), w.db, admin, in.ID, dropped.Version); !errors.Is(err, accounts.ErrImportState) {
		t.Errorf("RunImport of a dropped one: %v", err)
	}
}

// sqliteWorld is a fresh world on one database, for what no statement decides.
func sqliteWorld(t *testing.T) *world {
	t.Helper()
	return newWorld(t, sqltest.SQLite(t))
}
