package accounts_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/sql"
)

// against holds a sheet against the register and returns the differences that wait, as "kind name ours→theirs".
func (w *world) against(store files.Store, kind accounts.ImportKind, text string) []string {
	w.t.Helper()
	in, look := w.bring(store, kind, "national.csv", []byte(text))
	in = w.run(store, w.preview(store, in, look, nil))
	if in.State != accounts.ImportDone || in.Failed != 0 {
		w.t.Fatalf("the comparison = %s, %d failed; %s", in.State, in.Failed, in.Error)
	}
	return w.waiting()
}

func (w *world) waiting() []string {
	w.t.Helper()
	var lines []string
	for _, item := range w.differences(accounts.ItemWaits) {
		line := string(item.Kind) + " " + item.Name
		for _, field := range []string{"name", "unit", "certified_subject", "state", "home_url"} {
			if ours, theirs := item.Ours[field], item.Theirs[field]; item.Kind != accounts.ItemMissing && item.Kind != accounts.ItemUnknown && item.Kind != accounts.ItemDuplicate &&
				ours != theirs {
				line += fmt.Sprintf(" %s→%s", ours, theirs)
			}
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

func (w *world) differences(state accounts.ItemState) []accounts.ReconcileItem {
	w.t.Helper()
	page, err := accounts.ReconcileItems(w.t.Context(), w.db, w.People["admin"], accounts.ReconcileFilter{State: state, PerPage: 100})
	if err != nil {
		w.t.Fatalf("ReconcileItems: %v", err)
	}
	return page.Items
}

// difference returns the one that waits of a kind.
func (w *world) difference(kind accounts.ItemKind) accounts.ReconcileItem {
	w.t.Helper()
	for _, item := range w.differences(accounts.ItemWaits) {
		if item.Kind == kind {
			return item
		}
	}
	w.t.Fatalf("no difference of kind %s waits", kind)
	return accounts.ReconcileItem{}
}

func (w *world) settle(item accounts.ReconcileItem, action accounts.ItemAction) accounts.ReconcileItem {
	w.t.Helper()
	settled, err := accounts.SettleReconcile(w.t.Context(), w.db, w.book, w.People["admin"], item.ID, item.Version, action, "核对过")
	if err != nil {
		w.t.Fatalf("SettleReconcile(%s, %s): %v", item.Kind, action, err)
	}
	return settled
}

// filed is an account of Town with a platform's id.
func (w *world) filed(kind accounts.Kind, name, external string) accounts.Account {
	in := w.valid(kind, name)
	in.ExternalID = external
	return w.create(in)
}

// nationalHead are the titles of an export as the national system might write it.
const nationalHead = "唯一标识,账号类型,账号名称,账号ID,开设主体,认证主体,账号状态,主页地址\n"

func TestAListOfOthersIsHeldAgainstTheRegister(t *testing.T) {
	each(t, func(w *world) {
		store := sheetStore(w.t)
		w.filed(accounts.KindWeibo, "清源微博", "1001")
		w.filed(accounts.KindDouyin, "清源抖音", "1002")
		w.filed(accounts.KindWeChatSubscription, "清源发布", "gh_1003")
		w.filed(accounts.KindWeChatService, "清源服务", "gh_1004")
		w.closed(w.filed(accounts.KindApp, "清源客户端", "1005"))
		w.filed(accounts.KindWebsite, "没有报送的网站", "1006")
		text := nationalHead +
			"N1,微博,清源微博,1001,清源镇人民政府,,正常,\n" + // nothing
			"N2,抖音,清源抖音号,1002,清源镇人民政府,,正常,http://douyin.example.cn\n" + // renamed, and an address
			"N3,微信订阅号,清源发布,gh_1003,别的单位,别的主体,正常,\n" + // another subject
			"N4,微信服务号,清源服务,gh_1004,清源镇人民政府,,关停,\n" + // closed there
			"N5,APP,清源客户端,1005,清源镇人民政府,,正常,\n" + // closed here
			"N6,微博,清源微博,1001,清源镇人民政府,,正常,\n" + // twice
			"N7,快手,没见过的,1007,清源镇人民政府,,正常,\n"
		want := []string{"closed 清源客户端 已关停→在用", "differs 清源抖音 →http://douyin.example.cn", "differs 清源发布", "differs 清源客户端", "differs 清源服务", "differs 清源微博",
			"duplicate 清源微博", "missing 没有报送的网站", "open 清源服务 在用→已关停", "renamed 清源抖音 清源抖音→清源抖音号",
			"subject 清源发布 清源镇人民政府→别的单位 →别的主体", "unknown 没见过的"}
		slices.Sort(want)
		before := w.register()
		if diff := cmp.Diff(want, w.against(store, accounts.ImportNational, text)); diff != "" {
			w.t.Fatalf("differences: %s", diff)
		}
		if diff := cmp.Diff(before, w.register()); diff != "" {
			w.t.Fatalf("a comparison changed the register: %s", diff)
		}
		w.settlementsLast(store, text)
	})
}

// A list without ids may still tell the account by its address: it is the one that we know under another name.
func TestAnAddressTellsWhichAccountARowIs(t *testing.T) {
	each(t, func(w *world) {
		w.filed(accounts.KindWeibo, "清源微博", "1000000002")
		w.filed(accounts.KindWeibo, "同名微博", "1000000003")
		text := "账号类型,账号名称,开设主体,主页地址\n" +
			"微博,清源新微博,清源镇人民政府,https://weibo.com/u/1000000002\n" +
			"微博,同名微博,清源镇人民政府,https://weibo.com/u/1000000009\n" // of one name, and another account
		want := []string{"differs 清源微博 →https://weibo.com/u/1000000002", "missing 同名微博", "renamed 清源微博 清源微博→清源新微博", "unknown 同名微博"}
		if diff := cmp.Diff(want, w.against(sheetStore(w.t), accounts.ImportNational, text)); diff != "" {
			w.t.Errorf("differences: %s", diff)
		}
	})
}

// What somebody settles while the same list is held against the register again stays settled.
func TestASettlementIsNotLostToTheNextList(t *testing.T) {
	each(t, func(w *world) {
		store := sheetStore(t)
		w.account(accounts.KindWeibo, "清源发布", "2024-01-02 09:00")
		const text = "平台,账号名称,主办单位\n快手,没见过的,清源镇人民政府\n"
		w.against(store, accounts.ImportNational, text)
		in, look := w.bring(store, accounts.ImportNational, "again.csv", []byte(text))
		in = w.preview(store, in, look, nil)
		_, err := accounts.RunImport(t.Context(), w.db, w.People["admin"], in.ID, in.Version)
		must(t, "RunImport", err)
		item := w.difference(accounts.ItemUnknown)
		must(t, "ImportsDue", w.behind(func(tx *sql.DB) error {
			_, err := accounts.SettleReconcile(t.Context(), tx, w.book, w.People["admin"], item.ID, item.Version, accounts.Ignore, "核对过")
			return err
		}, func() error {
			_, err := accounts.ImportsDue(t.Context(), w.db, w.book, store, "node-a")
			return err
		}))
		for _, left := range w.differences(accounts.ItemWaits) {
			if left.ID == item.ID {
				t.Errorf("the settled difference waits again: %+v", left)
			}
		}
	})
}

// settlementsLast settles each kind of difference and brings the same list in again: nothing that was settled comes back.
func (w *world) settlementsLast(store files.Store, text string) {
	w.t.Helper()
	renamed := w.difference(accounts.ItemRenamed)
	w.settle(renamed, accounts.TakeTheirs)
	if record, err := accounts.RecordOf(w.t.Context(), w.db, w.People["admin"], *renamed.AccountID); err != nil || record.Name != "清源抖音号" {
		w.t.Errorf("after theirs was taken the name is %s, %v", record.Name, err)
	}
	missing := w.settle(w.difference(accounts.ItemMissing), accounts.ToBeFiled)
	if missing.State != accounts.ItemSettled || missing.SettledName == "" || len(missing.Actions) != 0 {
		w.t.Errorf("settled = %+v", missing)
	}
	unknown := w.settle(w.difference(accounts.ItemUnknown), accounts.TakeTheirs)
	if unknown.AccountID == nil {
		w.t.Fatal("an account that was not ours was taken, and there is none")
	}
	w.settle(w.difference(accounts.ItemSubject), accounts.KeepOurs)
	w.settle(w.difference(accounts.ItemOpen), accounts.ToBeFiled)
	w.settle(w.difference(accounts.ItemClosed), accounts.ToBeFiled)
	w.settle(w.difference(accounts.ItemDuplicate), accounts.Ignore)
	several := []accounts.ItemVersion{{ID: renamed.ID, Version: renamed.Version}} // settled already
	for _, item := range w.differences(accounts.ItemWaits) {
		several = append(several, accounts.ItemVersion{ID: item.ID, Version: item.Version})
	}
	result, err := accounts.SettleAll(w.t.Context(), w.db, w.book, w.People["admin"], several, accounts.Ignore, "都核对过")
	if err != nil || len(result.Settled) != 5 || len(result.Refused) != 1 || result.Refused[0].Code != accounts.ErrItemSettled.Code {
		w.t.Errorf("SettleAll = %d settled, refused %+v, %v", len(result.Settled), result.Refused, err)
	}
	if again := w.against(store, accounts.ImportNational, text); len(again) != 0 {
		w.t.Errorf("settled differences came back: %v", again)
	}
	// Another subject than the one that was settled is a new difference; a row that is gone is a missing filing.
	changed := strings.Replace(strings.Replace(text, "别的单位", "又一个单位", 1), "N7,快手,没见过的,1007,清源镇人民政府,,正常,\n", "", 1)
	want := []string{"missing 没见过的", "subject 清源发布 清源镇人民政府→又一个单位 →别的主体"}
	if diff := cmp.Diff(want, w.against(store, accounts.ImportNational, changed)); diff != "" {
		w.t.Errorf("after the list changed: %s", diff)
	}
	// What the list does not say any more and nobody settled goes by itself.
	back := strings.Replace(text, "别的单位,别的主体", "清源镇人民政府,", 1)
	if left := w.against(store, accounts.ImportNational, back); len(left) != 0 {
		w.t.Errorf("differences that are gone still wait: %v", left)
	}
	counts, err := accounts.CountReconcile(w.t.Context(), w.db, w.People["admin"], "")
	if err != nil || !slices.Contains(counts, accounts.ReconcileCount{Source: accounts.ImportNational, Kind: accounts.ItemSubject, State: accounts.ItemGone, N: 1}) {
		w.t.Errorf("CountReconcile = %+v, %v; want one subject gone", counts, err)
	}
}

func TestWhatPlatformsShowLacksNothing(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	w.filed(accounts.KindWeibo, "清源微博", "1001")
	w.filed(accounts.KindDouyin, "清源抖音", "1002")
	if got := w.against(store, accounts.ImportPlatform, "账号名称,平台,账号ID\n清源镇微博,微博,1001\n"); !slices.Equal(got, []string{"renamed 清源微博 清源微博→清源镇微博"}) {
		t.Errorf("differences = %v; want the rename only, and none missing", got)
	}
}

func TestDifferencesAreSettledOnceByWhoMay(t *testing.T) {
	w := sqliteWorld(t)
	store := sheetStore(t)
	w.filed(accounts.KindWeibo, "清源微博", "1001")
	w.against(store, accounts.ImportPlatform, "账号名称,平台,账号ID\n清源镇微博,微博,1001\n")
	item := w.difference(accounts.ItemRenamed)
	settle := func(who string, version int64, action accounts.ItemAction, reason string) error {
		_, err := accounts.SettleReconcile(t.Context(), w.db, w.book, w.People[who], item.ID, version, action, reason)
		return err
	}
	for name, c := range map[string]struct{ got, want error }{
		"another's":   {settle("officer", item.Version, accounts.KeepOurs, "x"), accounts.ErrItemNotFound},
		"no reason":   {settle("admin", item.Version, accounts.KeepOurs, " "), accounts.ErrImportReason},
		"old version": {settle("admin", item.Version+1, accounts.KeepOurs, "x"), accounts.ErrItemStale},
		"no such act": {settle("admin", item.Version, "burn", "x"), accounts.ErrItemAction},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	w.settle(item, accounts.KeepOurs)
	if err := settle("admin", item.Version+1, accounts.KeepOurs, "x"); !errors.Is(err, accounts.ErrItemSettled) {
		t.Errorf("settling twice: %v", err)
	}
	if page, err := accounts.ReconcileItems(t.Context(), w.db, w.People["stranger"], accounts.ReconcileFilter{}); err != nil || len(page.Items) != 0 {
		t.Errorf("a stranger sees %d differences, %v", len(page.Items), err)
	}
}

// closed puts an account out of use for good, as the end of a closing does.
func (w *world) closed(a accounts.Account) {
	w.t.Helper()
	_, err := w.db.Exec(w.t.Context(), "account.move", sql.Args{"id": a.ID, "state": accounts.Closed, "in_use_at": a.InUseAt, "closed_at": w.db.Now(), "gone_to": "",
		"updated_at": w.db.Now(), "version": a.Version})
	if err != nil {
		w.t.Fatal(err)
	}
}
