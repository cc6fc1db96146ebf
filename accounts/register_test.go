package accounts_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

func TestCreateNeedsTheOffice(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		made, err := accounts.Create(ctx, w.db, w.book, w.People["admin"], w.valid(accounts.KindWeibo, " 清源发布 "))
		if err != nil || made.Name != "清源发布" || made.State != accounts.InUse || made.Version != 1 || made.UnitName != w.Town.Name {
			t.Errorf("Create by the office = %+v, %v", made, err)
		}
		_, err = accounts.Create(ctx, w.db, w.book, w.People["officer"], w.valid(accounts.KindWeibo, "清源发布"))
		refused(t, "Create by an officer of the unit", err, accounts.ErrForbidden)
		_, err = accounts.Create(ctx, w.db, w.book, w.People["stranger"], w.valid(accounts.KindWeibo, "清源发布"))
		refused(t, "Create by somebody of another unit", err, units.ErrNotFound)
		_, err = accounts.Create(ctx, w.db, w.book, units.Actor{}, w.valid(accounts.KindWeibo, "清源发布"))
		refused(t, "Create by nobody", err, units.ErrNotFound)
		if _, err := accounts.Create(ctx, w.db, w.book, units.System, w.valid(accounts.KindApp, "清源通")); err != nil {
			t.Errorf("Create by the program itself: %v", err)
		}
	})
}

func TestCreateRefusesBadInput(t *testing.T) {
	each(t, func(w *world) {
		future, ancient := w.db.Now()+1, w.db.Now()/1000
		for _, c := range []struct {
			name  string
			spoil func(*accounts.NewAccount)
			want  error
			field string
		}{
			{"no name", func(n *accounts.NewAccount) { n.Name = "  " }, accounts.ErrNameInvalid, "name"},
			{"long name", func(n *accounts.NewAccount) { n.Name = strings.Repeat("名", 121) }, accounts.ErrNameInvalid, "name"},
			{"two lines", func(n *accounts.NewAccount) { n.Name = "一\n二" }, accounts.ErrNameInvalid, "name"},
			{"not UTF-8", func(n *accounts.NewAccount) { n.Name = "\xff" }, accounts.ErrNameInvalid, "name"},
			{"platform", func(n *accounts.NewAccount) { n.Platform = "myspace" }, accounts.ErrPlatformUnknown, "platform"},
			{"kind", func(n *accounts.NewAccount) { n.Kind = accounts.KindWeChatService }, accounts.ErrKindUnfit, "kind"},
			{"mode", func(n *accounts.NewAccount) { n.Mode = "" }, accounts.ErrModeUnknown, "mode"},
			{"state", func(n *accounts.NewAccount) { n.State = accounts.Closed }, accounts.ErrStateUnknown, "state"},
			{"script", func(n *accounts.NewAccount) { n.HomeURL = "javascript:alert(1)" }, accounts.ErrURLInvalid, "home_url"},
			{"password in the address", func(n *accounts.NewAccount) { n.HomeURL = "https://a:b@weibo.com/1" }, accounts.ErrURLInvalid, "home_url"},
			{"no host", func(n *accounts.NewAccount) { n.HomeURL = "https:///1" }, accounts.ErrURLInvalid, "home_url"},
			{"long address", func(n *accounts.NewAccount) { n.HomeURL = "https://weibo.com/" + strings.Repeat("a", 500) }, accounts.ErrURLInvalid, "home_url"},
			{"external id", func(n *accounts.NewAccount) { n.ExternalID = "12 34" }, accounts.ErrExternalInvalid, "external_id"},
			{"secret", func(n *accounts.NewAccount) { n.Settings = sql.Object{"app_secret": "x"} }, accounts.ErrSettingsSecret, "settings"},
			{"long settings", func(n *accounts.NewAccount) { n.Settings = sql.Object{"x": strings.Repeat("a", 20_000)} }, accounts.ErrSettingsInvalid, "settings"},
			{"future", func(n *accounts.NewAccount) { n.InUseAt = &future }, accounts.ErrInUseAt, "in_use_at"},
			{"seconds for milliseconds", func(n *accounts.NewAccount) { n.InUseAt = &ancient }, accounts.ErrInUseAt, "in_use_at"},
		} {
			in := w.valid(accounts.KindWeibo, "清源发布")
			c.spoil(&in)
			_, err := accounts.Create(t.Context(), w.db, w.book, w.People["admin"], in)
			refused(t, "Create: "+c.name, err, c.want)
			if f := fault.As(err); f == nil || f.Field != c.field {
				t.Errorf("Create: %s is about %+v, want the field %s", c.name, f, c.field)
			}
		}
		page, err := accounts.List(t.Context(), w.db, w.book, w.People["admin"], accounts.Filter{})
		if err != nil || len(page.Items) != 0 {
			t.Errorf("after refusals the register has %d lines, %v", len(page.Items), err)
		}
	})
}

func TestTheSamePlatformAccountIsRegisteredOnce(t *testing.T) {
	each(t, func(w *world) {
		in := w.valid(accounts.KindWeibo, "清源发布")
		in.ExternalID = "1234567890"
		first := w.create(in)
		_, err := accounts.Create(t.Context(), w.db, w.book, w.People["admin"], in)
		refused(t, "Create of the same external id", err, accounts.ErrDuplicate)
		second := w.create(w.valid(accounts.KindWeibo, "云林发布"))
		_, err = accounts.Update(t.Context(), w.db, w.book, w.People["admin"], second.ID, 1, accounts.Change{ExternalID: first.ExternalID})
		refused(t, "Update to the same external id", err, accounts.ErrDuplicate)
		in.Platform, in.Kind = accounts.App, accounts.KindApp
		w.create(in) // the same text on another platform is another account
	})
}

func TestUpdateIsGuardedAndTellsWhatChanged(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		change := accounts.Change{Name: ref("清源微博"), HomeURL: ref("https://weibo.com/1"), Settings: sql.Object{"safe_domain": "qingyuan.gov.cn"}, Reason: "登记时写错"}
		changed, err := accounts.Update(ctx, w.db, w.book, admin, account.ID, account.Version, change)
		if err != nil || changed.Name != "清源微博" || changed.Version != 2 || changed.Mode != account.Mode {
			t.Fatalf("Update = %+v, %v", changed, err)
		}
		_, err = accounts.Update(ctx, w.db, w.book, admin, account.ID, account.Version, accounts.Change{Name: ref("晚到")})
		refused(t, "Update of the old version", err, accounts.ErrStale)
		_, err = accounts.Update(ctx, w.db, w.book, w.People["head"], account.ID, 2, change)
		refused(t, "Update by the unit's head", err, accounts.ErrForbidden)
		_, err = accounts.Update(ctx, w.db, w.book, w.People["stranger"], account.ID, 2, change)
		refused(t, "Update by a stranger", err, accounts.ErrNotFound)
		_, err = accounts.Update(ctx, w.db, w.book, admin, account.ID, 2, accounts.Change{Kind: ref(accounts.KindDouyin), Reason: "登记时选错类型"})
		refused(t, "Update to a kind of another platform", err, accounts.ErrKindUnfit)
		lines, err := units.ListAudit(ctx, w.db, admin, units.AuditFilter{ObjectID: account.ID})
		if err != nil || len(lines) != 2 || lines[0].Action != accounts.ActionUpdate {
			t.Fatalf("ListAudit = %d lines, %v, want the creation and one change", len(lines), err)
		}
		got := fmt.Sprint(lines[0].Detail)
		for _, want := range []string{"清源发布", "清源微博", "https://weibo.com/1", "safe_domain"} {
			if !strings.Contains(got, want) {
				t.Errorf("the audit line says %s, want %s in it", got, want)
			}
		}
		if strings.Contains(got, "mode") {
			t.Errorf("the audit line names a field that did not change: %s", got)
		}
	})
}

func TestAChangeOfKindChangesTheLimit(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeChatSubscription, "清源", "2026-03-01 09:00")
		w.post(account, "", "2026-03-02 09:00")
		w.at("2026-03-10 09:00")
		w.stands("订阅号", w.card(account.ID).Standing, "超期", "2026-03-09 09:00", account21)
		_, err := accounts.Update(t.Context(), w.db, w.book, w.People["admin"], account.ID, account.Version, accounts.Change{Kind: ref(accounts.KindWeChatService), Reason: "登记时选错类型"})
		if err != nil {
			t.Fatalf("Update: %v", err)
		}
		card := w.card(account.ID)
		w.stands("服务号", card.Standing, "正常", "2026-03-17 09:00", account21)
		w.missed("until the change", card.Breaches, "03-02 09:00 → 03-10 09:00: 192, 24")
		w.post(account, "", "2026-03-12 09:00")
		w.missed("after the next post", w.card(account.ID).Breaches, "03-02 09:00 → 03-10 09:00: 192, 24")
	})
}

func TestTheLifeOfAnAccountMovesItsClock(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		in := w.valid(accounts.KindWeibo, "清源发布")
		in.State = ""
		applied := w.create(in)
		w.stands("applied for", w.card(applied.ID).Standing, "不在用", "", "")
		w.post(applied, "", "2026-02-01 09:00") // a trial post: it is kept, and is no update
		w.at("2026-03-02 09:00")
		_, err := accounts.PutInUse(ctx, w.db, w.book, admin, applied.ID, applied.Version)
		says(t, "PutInUse without an application", err, accounts.ErrNeedsApplication, "开设申请", "潼南 2022 第8条第1款")
		account := w.account(accounts.KindApp, "清源通", "2026-03-02 09:00")
		w.stands("never posted", w.card(account.ID).Standing, "正常", "2026-03-09 09:00", account21)
		_, err = accounts.PutInUse(ctx, w.db, w.book, admin, account.ID, account.Version)
		refused(t, "PutInUse twice", err, accounts.ErrStateRefuses)
		_, err = accounts.Suspend(ctx, w.db, w.book, admin, account.ID, account.Version, " ")
		refused(t, "Suspend without a reason", err, accounts.ErrReasonRequired)
		_, err = accounts.Suspend(ctx, w.db, w.book, w.People["officer"], account.ID, account.Version, "改版")
		refused(t, "Suspend by an officer", err, accounts.ErrForbidden)
		_, err = accounts.Suspend(ctx, w.db, w.book, admin, account.ID, account.Version+7, "改版")
		refused(t, "Suspend of a stale version", err, accounts.ErrStale)
		w.at("2026-03-10 09:00")
		account, err = accounts.Suspend(ctx, w.db, w.book, admin, account.ID, account.Version, "改版")
		if err != nil {
			t.Fatalf("Suspend: %v", err)
		}
		card := w.card(account.ID)
		w.stands("suspended", card.Standing, "不在用", "", "")
		w.missed("up to the suspension", card.Breaches, "03-02 09:00 → 03-10 09:00: 192, 24")
		w.at("2026-05-01 09:00")
		account, err = accounts.PutInUse(ctx, w.db, w.book, admin, account.ID, account.Version)
		if err != nil {
			t.Fatalf("PutInUse again: %v", err)
		}
		w.stands("in use again", w.card(account.ID).Standing, "正常", "2026-05-08 09:00", account21)
		_, err = accounts.Close(ctx, w.db, w.book, admin, account.ID, account.Version, accounts.Closing{Reason: "并入区级账号", GoneTo: "区级账号"})
		says(t, "Close without an application", err, accounts.ErrNeedsApplication, "关停申请", "潼南 2022 第9条")
		if err := accounts.CloseForTest(ctx, w.db, w.book, account.ID); err != nil {
			t.Fatalf("CloseForTest: %v", err)
		}
		account = w.card(account.ID).Account
		w.missed("closed in time", w.card(account.ID).Breaches, "03-02 09:00 → 03-10 09:00: 192, 24")
		_, err = accounts.PutInUse(ctx, w.db, w.book, admin, account.ID, account.Version)
		refused(t, "PutInUse of a closed account", err, accounts.ErrStateRefuses)
		_, err = accounts.Update(ctx, w.db, w.book, admin, account.ID, account.Version, accounts.Change{Name: ref("另名")})
		refused(t, "Update of a closed account", err, accounts.ErrStateRefuses)
	})
}

func TestAccountsAreSeenWithinReach(t *testing.T) {
	each(t, func(w *world) {
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		for _, who := range []string{"officer", "head", "admin", "system"} {
			if _, err := accounts.Get(t.Context(), w.db, w.People[who], account.ID); err != nil {
				t.Errorf("Get by %s: %v", who, err)
			}
		}
		_, err := accounts.Get(t.Context(), w.db, w.People["stranger"], account.ID)
		refused(t, "Get by a stranger", err, accounts.ErrNotFound)
		_, err = accounts.Get(t.Context(), w.db, w.People["admin"], sql.NewID())
		refused(t, "Get of nothing", err, accounts.ErrNotFound)
		_, err = accounts.CardOf(t.Context(), w.db, w.book, w.People["stranger"], account.ID)
		refused(t, "CardOf by a stranger", err, accounts.ErrNotFound)
		_, err = accounts.Posts(t.Context(), w.db, w.People["stranger"], accounts.PostFilter{AccountID: account.ID})
		refused(t, "Posts by a stranger", err, accounts.ErrNotFound)
		page, err := accounts.List(t.Context(), w.db, w.book, w.People["stranger"], accounts.Filter{})
		if err != nil || len(page.Items) != 0 {
			t.Errorf("List by a stranger = %d lines, %v, want none", len(page.Items), err)
		}
		_, err = accounts.List(t.Context(), w.db, w.book, w.People["stranger"], accounts.Filter{UnitID: w.Town.ID})
		refused(t, "List of a unit out of reach", err, units.ErrNotFound)
		if got := w.card(account.ID).Actions; !slices.Equal(got, []string{"record_post", "mark_unread"}) {
			t.Errorf("an officer may %q, want record_post", got)
		}
		card, err := accounts.CardOf(t.Context(), w.db, w.book, w.People["admin"], account.ID)
		if want := []string{"update", "close", "suspend", "bind", "record_post", "mark_unread"}; err != nil || !slices.Equal(card.Actions, want) {
			t.Errorf("the office may %q, %v, want %q", card.Actions, err, want)
		}
	})
}

// populate registers accounts that stand in every way and returns the names in the order of their due times.
func populate(w *world) []string {
	w.account(accounts.KindWeibo, "甲%微博", "2024-06-03 09:00") // stale
	w.post(w.account(accounts.KindWeChatService, "乙服务号", "2026-03-01 09:00"), "", "2026-03-02 09:00")
	w.post(w.account(accounts.KindWeChatSubscription, "丙 Alpha", "2026-03-01 09:00"), "", "2026-03-02 09:00")
	section := w.valid(accounts.KindDouyin, "丁抖音")
	section.UnitID = w.Section.ID
	w.create(section)
	elsewhere := w.valid(accounts.KindApp, "戊客户端")
	elsewhere.UnitID = w.under("zhaotong-2018").ID
	w.create(elsewhere)
	applied := w.valid(accounts.KindWeibo, "己微博")
	applied.UnitID, applied.State = w.Bureau.ID, accounts.Applying
	w.create(applied)
	return []string{"甲%微博", "丙 Alpha", "丁抖音", "乙服务号", "戊客户端", "己微博"}
}

func TestListFiltersSortsAndPages(t *testing.T) {
	each(t, func(w *world) {
		byDue := populate(w)
		admin := w.People["admin"]
		names := func(filter accounts.Filter) []string {
			t.Helper()
			got := []string{}
			for range 10 {
				page, err := accounts.List(t.Context(), w.db, w.book, admin, filter)
				if err != nil {
					t.Fatalf("List(%+v): %v", filter, err)
				}
				for _, line := range page.Items {
					got = append(got, line.Name)
				}
				if filter.After = page.Next; filter.After == "" {
					return got
				}
			}
			t.Fatalf("List(%+v) does not end", filter)
			return nil
		}
		sorted := slices.Sorted(slices.Values(byDue))
		for _, c := range []struct {
			name   string
			filter accounts.Filter
			want   []string
		}{
			{"by name", accounts.Filter{}, sorted},
			{"by name, two a page", accounts.Filter{PerPage: 2}, sorted},
			{"by due, one a page", accounts.Filter{Order: accounts.ByDue, PerPage: 1}, byDue},
			{"by last post, one a page", accounts.Filter{Order: accounts.ByLastPost, PerPage: 1, UnitID: w.Town.ID},
				[]string{"甲%微博", "丁抖音", "乙服务号", "丙 Alpha"}},
			{"unit and below", accounts.Filter{UnitID: w.Section.ID}, []string{"丁抖音"}},
			{"platform", accounts.Filter{Platform: accounts.WeChat}, []string{"丙 Alpha", "乙服务号"}},
			{"kind", accounts.Filter{Kind: accounts.KindWeChatService}, []string{"乙服务号"}},
			{"state", accounts.Filter{State: accounts.Applying}, []string{"己微博"}},
			{"stale", accounts.Filter{Status: rules.StatusStale}, []string{"甲%微博"}},
			{"in order", accounts.Filter{Status: rules.StatusOK}, []string{"丁抖音", "丙 Alpha", "乙服务号"}},
			{"no rule", accounts.Filter{Status: rules.StatusNoRule}, []string{"戊客户端"}},
			{"pending", accounts.Filter{Status: rules.StatusCalendarPending}, []string{}},
			{"a part of the name", accounts.Filter{Query: "微博"}, []string{"己微博", "甲%微博"}},
			{"a letter of another case", accounts.Filter{Query: "alpha"}, []string{"丙 Alpha"}},
			{"a sign of LIKE", accounts.Filter{Query: "%"}, []string{"甲%微博"}},
		} {
			want := c.want
			if c.filter.Order == "" {
				want = slices.Sorted(slices.Values(want))
			}
			got := names(c.filter)
			if c.name == "by last post, one a page" { // the two that never posted are in the order of their ids
				slices.Sort(got[2:])
				want = append(want[:2:2], slices.Sorted(slices.Values(want[2:]))...)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", c.name, got, want)
			}
		}
		page, err := accounts.List(t.Context(), w.db, w.book, admin, accounts.Filter{PerPage: 2})
		if err != nil || page.Next == "" {
			t.Fatalf("List = %+v, %v, want a next page", page, err)
		}
		for _, bad := range []accounts.Filter{{After: "x"}, {After: page.Next, Order: accounts.ByDue}, {After: page.Next + "x"}} {
			_, err := accounts.List(t.Context(), w.db, w.book, admin, bad)
			refused(t, "List after "+bad.After, err, accounts.ErrCursorInvalid)
		}
		_, err = accounts.List(t.Context(), w.db, w.book, admin, accounts.Filter{Order: "price"})
		refused(t, "List in another order", err, accounts.ErrFilterInvalid)
		_, err = accounts.List(t.Context(), w.db, w.book, admin, accounts.Filter{Status: "fine"})
		refused(t, "List of another status", err, accounts.ErrFilterInvalid)
	})
}

func TestEightChangesOfOneVersionLeaveOne(t *testing.T) {
	each(t, func(w *world) {
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = accounts.Update(t.Context(), w.db, w.book, w.People["admin"], account.ID, 1, accounts.Change{Name: ref(fmt.Sprint("第", i)), Reason: "登记时写错"})
			})
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
				continue
			}
			refused(t, "Update", err, accounts.ErrStale)
		}
		if done != 1 {
			t.Errorf("%d of 8 changes of one version went through, want 1", done)
		}
	})
}
