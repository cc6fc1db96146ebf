package accounts_test

import (
	"testing"

	"govmedia/accounts"
	"govmedia/rules"
)

// The open cases by their numbers, through the doors of the register.

const account21 = "潼南 2022 第21条（六）"

func TestO01WeiboRollsOneWeek(t *testing.T) {
	each(t, func(w *world) {
		weibo := w.account(accounts.KindWeibo, "清源发布", "2024-06-01 09:00")
		w.post(weibo, "", "2026-03-02 09:00")
		w.at("2026-03-09 08:59:59")
		card := w.card(weibo.ID)
		w.stands("微博", card.Standing, "正常", "2026-03-09 09:00", account21)
		if card.Standing.RemainingMs != 1000 || card.Standing.OverMs != 0 {
			t.Errorf("remaining %d ms, over %d ms, want 1000, 0", card.Standing.RemainingMs, card.Standing.OverMs)
		}
		w.at("2026-03-09 09:00")
		w.stands("微博", w.card(weibo.ID).Standing, "超期", "2026-03-09 09:00", account21)
	})
}

func TestO02ServiceAccountHasFifteenDays(t *testing.T) {
	each(t, func(w *world) {
		service := w.account(accounts.KindWeChatService, "清源服务", "2026-03-01 09:00")
		w.post(service, "", "2026-03-02 09:00")
		w.at("2026-03-10 09:00")
		card := w.card(service.ID)
		w.stands("服务号", card.Standing, "正常", "2026-03-17 09:00", account21)
		if days := card.Standing.RemainingMs / 86_400_000; days != 7 {
			t.Errorf("remaining %d days, want 7", days)
		}
		w.at("2026-03-17 09:00")
		w.stands("服务号", w.card(service.ID).Standing, "超期", "2026-03-17 09:00", account21)
	})
}

func TestO03HolidaysAndYearEndDoNotExtend(t *testing.T) {
	each(t, func(w *world) {
		app := w.account(accounts.KindApp, "清源通", "2025-12-01 09:00")
		w.post(app, "", "2025-12-29 18:30")
		subscription := w.account(accounts.KindWeChatSubscription, "清源", "2025-12-01 09:00")
		w.post(subscription, "", "2026-02-14 10:00")
		w.at("2026-02-21 10:00")
		w.stands("客户端", w.card(app.ID).Standing, "超期", "2026-01-05 18:30", account21)
		w.stands("订阅号", w.card(subscription.ID).Standing, "超期", "2026-02-21 10:00", account21)
	})
}

func TestO04LatePostLeavesARecord(t *testing.T) {
	each(t, func(w *world) {
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(weibo, "", "2026-03-02 09:00")
		w.post(weibo, "", "2026-03-10 12:00")
		w.at("2026-03-10 12:01")
		card := w.card(weibo.ID)
		w.stands("微博", card.Standing, "正常", "2026-03-17 12:00", account21)
		w.missed("微博", card.Breaches, "03-02 09:00 → 03-10 12:00: 195, 27")
		if got := card.Breaches[0].Citation; got != account21 {
			t.Errorf("the breach cites %q, want %q", got, account21)
		}
	})
}

func TestO05FailedAndScheduledAreNoUpdates(t *testing.T) {
	each(t, func(w *world) {
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-30 10:00")
		w.post(weibo, "", "2026-04-01 10:00")
		// The failure of 04-07 never reaches RecordPost; the one scheduled for 04-09 has not happened, and a report of it is refused.
		w.at("2026-04-07 08:59")
		_, _, err := accounts.RecordPost(t.Context(), w.db, w.book, w.People["admin"], accounts.NewPost{AccountID: weibo.ID, Title: "预排",
			Source: accounts.FromDelivery, PublishedAt: w.time("2026-04-09 09:00")})
		refused(t, "RecordPost of a scheduled article", err, accounts.ErrPostTime)
		w.at("2026-04-08 10:00")
		w.stands("微博", w.card(weibo.ID).Standing, "超期", "2026-04-08 10:00", account21)
	})
}

func TestO06TenDaysAndSixMonths(t *testing.T) {
	each(t, func(w *world) {
		site := w.account(accounts.KindWebsite, "清源网", "2025-01-02 09:00")
		news := w.column(site, rules.NewsColumn, 1, "动态要闻", "2025-01-02 09:00")
		first := w.column(site, rules.PolicyColumn, 1, "政策甲", "2025-01-02 09:00")
		second := w.column(site, rules.PolicyColumn, 1, "政策乙", "2025-01-02 09:00")
		w.post(site, second.ID, "2025-08-31 12:00")
		w.post(site, first.ID, "2025-09-15 10:00")
		w.at("2026-02-01 09:00")
		w.stands("政策甲", w.columnCard(first.ID).Standing, "正常", "2026-03-15 10:00", "潼南 2022 第21条（二）")
		w.stands("政策乙", w.columnCard(second.ID).Standing, "正常", "2026-02-28 12:00", "潼南 2022 第21条（二）")
		w.post(site, news.ID, "2026-04-20 16:00")
		w.stands("动态要闻", w.columnCard(news.ID).Standing, "正常", "2026-04-30 16:00", "潼南 2022 第21条（一）")
	})
}

func TestO07MonthlyQuarterlyAnnual(t *testing.T) {
	each(t, func(w *world) {
		site := w.account(accounts.KindWebsite, "清源网", "2025-01-02 09:00")
		for _, c := range []struct {
			kind       rules.Kind
			posted, by string
		}{
			{rules.AnnualColumn, "2025-01-20 10:00", "2026-01-20 10:00"},
			{rules.QuarterlyColumn, "2025-12-10 10:00", "2026-03-10 10:00"},
			{rules.MonthlyColumn, "2026-01-31 10:00", "2026-02-28 10:00"},
		} {
			column := w.column(site, c.kind, 1, string(c.kind), "2025-01-02 09:00")
			w.post(site, column.ID, c.posted)
			w.stands(string(c.kind), w.columnCard(column.ID).Standing, "正常", c.by, "潼南 2022 第21条（三）")
		}
	})
}

func TestO08UndeterminedAndBlankColumns(t *testing.T) {
	each(t, func(w *world) {
		site := w.account(accounts.KindSubsite, "清源子网站", "2025-01-02 09:00")
		third := w.column(site, rules.UndeterminedColumn, 1, "栏目丙", "2025-01-02 09:00")
		w.post(site, third.ID, "2025-06-01 09:00")
		w.at("2026-05-20 09:00")
		fourth := w.column(site, rules.UndeterminedColumn, 1, "栏目丁", "2026-05-20 09:00")
		w.at("2026-05-20 12:00")
		w.stands("丙", w.columnCard(third.ID).Standing, "正常", "2026-06-01 09:00", "潼南 2022 第21条（四）")
		w.stands("丁", w.columnCard(fourth.ID).Standing, "超期（空白栏目）", "2026-05-20 09:00", "潼南 2022 第21条（五）")
		w.post(site, fourth.ID, "2026-05-20 13:00")
		card := w.columnCard(fourth.ID)
		w.stands("丁 with content", card.Standing, "正常", "2027-05-20 13:00", "潼南 2022 第21条（四）")
		w.missed("丁", card.Breaches, "05-20 09:00 → 05-20 13:00: 4, 4")
		if got := card.Breaches[0].Citation; got != "潼南 2022 第21条（五）" {
			t.Errorf("the breach of a blank column cites %q", got)
		}
	})
}

func TestO09XiangxiColumns(t *testing.T) {
	each(t, func(w *world) {
		in := w.valid(accounts.KindWebsite, "湘西某网")
		in.UnitID, in.InUseAt = w.under("xiangxi-2018").ID, ref(w.time("2024-06-01 09:00"))
		site := w.create(in)
		for _, c := range []struct {
			kind       rules.Kind
			posted, by string
		}{
			{rules.OtherColumn, "2025-03-01 10:00", "2026-03-01 10:00"},
			{rules.NewsColumn, "2025-09-24 10:00", "2025-10-08 10:00"},
			{rules.PolicyColumn, "2025-10-08 10:00", "2026-04-08 10:00"},
		} {
			column := w.column(site, c.kind, 1, string(c.kind), "2024-06-03 09:00")
			w.post(site, column.ID, c.posted)
			card, err := accounts.ColumnCardOf(t.Context(), w.db, w.book, w.People["admin"], column.ID)
			if err != nil {
				t.Fatalf("ColumnCardOf: %v", err)
			}
			w.stands(string(c.kind), card.Standing, "正常", c.by, "湘西 2018 第8条")
		}
	})
}

func TestO10NoRuleIsNotInOrder(t *testing.T) {
	each(t, func(w *world) {
		in := w.valid(accounts.KindWeibo, "昭通某微博")
		in.UnitID, in.InUseAt = w.under("zhaotong-2018").ID, ref(w.time("2024-06-01 09:00"))
		weibo := w.create(in)
		w.post(weibo, "", "2025-01-01 09:00")
		w.at("2026-03-01 09:00")
		admin := w.People["admin"]
		card, err := accounts.CardOf(t.Context(), w.db, w.book, admin, weibo.ID)
		if err != nil {
			t.Fatalf("CardOf: %v", err)
		}
		w.stands("昭通微博", card.Standing, "无规则", "", "昭通 2018 第2条、第20条")
		if card.Standing.Reason != rules.ReasonNotGoverned.Label() || len(card.Clocks) != 0 {
			t.Errorf("reason %q with %d clocks, want %q and none", card.Standing.Reason, len(card.Clocks), rules.ReasonNotGoverned.Label())
		}
		board, err := accounts.Totals(t.Context(), w.db, w.book, admin, accounts.DashboardFilter{}, w.db.Now())
		if want := (accounts.Counts{Total: 1, NoRule: 1}); err != nil || board.Overall != want {
			t.Errorf("Totals = %+v, %v, want %+v", board.Overall, err, want)
		}
		list, err := accounts.Watchlist(t.Context(), w.db, w.book, admin, accounts.WatchFilter{}, w.db.Now())
		if err != nil || len(list.Items) != 0 {
			t.Errorf("Watchlist = %+v, %v, want nothing", list.Items, err)
		}
	})
}

func TestO11LongestOverStandsFirst(t *testing.T) {
	each(t, func(w *world) {
		second := w.account(accounts.KindWeChatService, "服务号乙", "2024-06-01 09:00")
		w.post(second, "", "2026-02-27 09:00")
		first := w.account(accounts.KindWeibo, "微博号甲", "2024-06-01 09:00")
		w.post(first, "", "2026-03-02 09:00")
		third := w.account(accounts.KindWeChatSubscription, "订阅号丙", "2024-06-01 09:00")
		w.post(third, "", "2026-03-10 09:00")
		w.at("2026-03-16 09:00")
		officer := w.People["officer"]
		stale, err := accounts.Watchlist(t.Context(), w.db, w.book, officer, accounts.WatchFilter{Status: rules.StatusStale}, w.db.Now())
		if err != nil || len(stale.Items) != 2 {
			t.Fatalf("Watchlist = %d lines, %v, want 2", len(stale.Items), err)
		}
		for i, want := range []struct {
			name, due string
			days      int64
		}{{"微博号甲", "2026-03-09 09:00", 7}, {"服务号乙", "2026-03-14 09:00", 2}} {
			line := stale.Items[i]
			w.stands(line.Name, line.Standing, "超期", want.due, account21)
			if line.Name != want.name || line.Standing.OverMs != want.days*86_400_000 {
				t.Errorf("line %d: %s over %d ms, want %s over %d days", i, line.Name, line.Standing.OverMs, want.name, want.days)
			}
		}
		all, err := accounts.Watchlist(t.Context(), w.db, w.book, officer, accounts.WatchFilter{}, w.db.Now())
		if err != nil || len(all.Items) != 3 || all.Items[2].Name != "订阅号丙" || all.Items[2].Standing.RemainingMs != 86_400_000 {
			t.Errorf("Watchlist = %+v, %v, want 丙 third with one day left", all.Items, err)
		}
		board, err := accounts.Totals(t.Context(), w.db, w.book, officer, accounts.DashboardFilter{}, w.db.Now())
		if want := (accounts.Counts{Total: 3, OK: 1, DueSoon: 1, Stale: 2}); err != nil || board.Overall != want {
			t.Errorf("Totals = %+v, %v, want %+v", board.Overall, err, want)
		}
	})
}

func TestO12AFailedPublicationRestartsNothing(t *testing.T) {
	each(t, func(w *world) {
		kinds := []accounts.Kind{accounts.KindWeChatSubscription, accounts.KindWeibo, accounts.KindApp}
		made := map[accounts.Kind]accounts.Account{}
		for _, kind := range kinds {
			made[kind] = w.account(kind, string(kind), "2024-06-01 09:00")
			w.post(made[kind], "", "2026-03-09 08:00")
		}
		w.post(made[accounts.KindWeChatSubscription], "", "2026-03-12 09:00:05")
		w.post(made[accounts.KindApp], "", "2026-03-12 09:00:08")
		w.at("2026-03-12 09:01")
		for kind, want := range map[accounts.Kind]string{accounts.KindWeChatSubscription: "2026-03-19 09:00:05", accounts.KindApp: "2026-03-19 09:00:08",
			accounts.KindWeibo: "2026-03-16 08:00:00"} {
			if got := w.card(made[kind].ID).Standing.DueAt; got == nil || got.String() != want {
				t.Errorf("%s is due %v, want %s", kind, got, want)
			}
		}
	})
}
