package accounts_test

import (
	"fmt"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

const (
	national      = "national-2019"
	nationalClock = "国办 2019 检查指标·政务新媒体·内容不更新"
)

// layered lets a unit work under a rulebook beside its local one, since an instant.
func (w *world) layered(unit units.Unit, rulebook, since string) {
	w.t.Helper()
	err := w.db.InTx(w.t.Context(), func(tx *sql.DB) error {
		return units.Use(w.t.Context(), tx, units.RulebookUse{ID: sql.NewID(), UnitID: unit.ID, Rulebook: rulebook, Layer: units.LayeredLayer,
			FromAt: w.time(since), CreatedAt: tx.Now()})
	})
	if err != nil {
		w.t.Fatalf("units.Use: %v", err)
	}
}

// under finds how a clock of one rulebook stands on a card.
func under(lines []accounts.ClockLine, rulebook string) accounts.Standing {
	for _, line := range lines {
		if line.Rulebook == rulebook && line.Running() {
			return line.Standing
		}
	}
	return accounts.Standing{}
}

func TestTwoRulebooksStandSideBySide(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-01 09:00")
		w.layered(w.Office, national, "2026-01-01 00:00")
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(weibo, "", "2026-03-02 09:00")
		w.at("2026-03-10 09:00")
		card := w.card(weibo.ID)
		w.stands("the account", card.Standing, "超期", "2026-03-09 09:00", account21)
		w.stands("under 潼南", under(card.Clocks, "tongnan-2022"), "超期", "2026-03-09 09:00", account21)
		w.stands("under the national card", under(card.Clocks, national), "正常", "2026-03-16 09:00", nationalClock)

		w.post(weibo, "", "2026-03-18 09:00") // 16 days: too long for both
		card = w.card(weibo.ID)
		w.stands("after the post", card.Standing, "正常", "2026-03-25 09:00", account21)
		if len(card.Breaches) != 2 || card.Breaches[0].GapMs != card.Breaches[1].GapMs || card.Breaches[0].OverMs+card.Breaches[1].OverMs != int64((9+2)*24*time.Hour/time.Millisecond) {
			t.Errorf("breaches %+v, want one of 9 days and one of 2 days over, of the same silence", card.Breaches)
		}

		board, err := accounts.Totals(t.Context(), w.db, w.book, w.People["admin"], accounts.DashboardFilter{}, w.time("2026-03-26 09:00"))
		if err != nil || board.Overall != (accounts.Counts{Total: 1, Stale: 1}) || len(board.ByRule) != 2 {
			t.Errorf("Totals = %+v, %v, want one stale account under two rules", board, err)
		}
		board, err = accounts.Totals(t.Context(), w.db, w.book, w.People["admin"], accounts.DashboardFilter{Rulebook: national}, w.time("2026-03-26 09:00"))
		if err != nil || board.Overall != (accounts.Counts{Total: 1, OK: 1}) {
			t.Errorf("Totals under the national card = %+v, %v, want one in order", board.Overall, err)
		}
		for rulebook, status := range map[string]rules.Status{"tongnan-2022": rules.StatusStale, national: rules.StatusOK, "": rules.StatusStale} {
			page, err := accounts.Watchlist(t.Context(), w.db, w.book, w.People["admin"], accounts.WatchFilter{Rulebook: rulebook}, w.time("2026-03-26 09:00"))
			if err != nil || len(page.Items) != 1 || page.Items[0].Standing.Status != status || len(page.Items[0].Clocks) != 2 {
				t.Errorf("the watchlist under %q = %+v, %v, want one line that is %s, with both clocks", rulebook, page.Items, err, status)
			}
		}
	})
}

func TestARulebookThatComesLaterMakesNothingLateBefore(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-01 09:00")
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		foreign := w.under("zhaotong-2018")
		in := w.valid(accounts.KindWeibo, "云岭发布")
		in.UnitID = foreign.ID
		quiet := w.create(in)
		w.post(weibo, "", "2026-03-02 09:00")
		w.at("2026-05-01 12:00")
		w.layered(w.Office, national, "2026-05-02 00:00")
		for _, id := range []string{weibo.ID, quiet.ID} { // the rejudgement that goes with it
			if err := accounts.SettleForTest(t.Context(), w.db, w.book, id); err != nil {
				t.Fatal(err)
			}
		}
		admin := func(id string) accounts.Card {
			card, err := accounts.CardOf(t.Context(), w.db, w.book, w.People["admin"], id)
			if err != nil {
				t.Fatal(err)
			}
			return card
		}
		if card := admin(quiet.ID); card.Standing.Label != "无规则" {
			t.Errorf("the day before it stands %s, want 无规则", card.Standing.Label)
		}
		w.at("2026-05-02 00:00")
		for _, id := range []string{weibo.ID, quiet.ID} {
			if err := accounts.SettleForTest(t.Context(), w.db, w.book, id); err != nil {
				t.Fatal(err)
			}
		}
		// Silent for two months, but late under the new rulebook only since the day it holds.
		w.stands("without another rule", admin(quiet.ID).Standing, "超期", "2026-05-02 00:00", nationalClock)
		w.stands("under the national card", under(admin(weibo.ID).Clocks, national), "超期", "2026-05-02 00:00", nationalClock)
	})
}

func TestAnUnreadAccountIsNeitherInOrderNorLate(t *testing.T) {
	each(t, func(w *world) {
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(weibo, "", "2026-03-02 09:00")
		w.at("2026-03-05 09:00")
		if _, err := accounts.MarkUnread(t.Context(), w.db, w.book, units.System, weibo.ID, w.time("2026-03-04 09:00"), "平台接口连续失败"); err != nil {
			t.Fatalf("MarkUnread: %v", err)
		}
		w.at("2026-03-20 09:00")
		card := w.card(weibo.ID)
		if card.Standing.Label != "未知" || card.Standing.DueAt != nil || card.Account.UnreadReason != "平台接口连续失败" {
			t.Errorf("stands %+v, want 未知 without a due time", card.Standing)
		}
		board, err := accounts.Totals(t.Context(), w.db, w.book, w.People["officer"], accounts.DashboardFilter{}, w.db.Now())
		if want := (accounts.Counts{Total: 1, Unread: 1}); err != nil || board.Overall != want || len(board.ByRule) != 0 {
			t.Errorf("Totals = %+v, %v, want %+v and no rule with a clock", board, err, want)
		}
		list, err := accounts.Watchlist(t.Context(), w.db, w.book, w.People["officer"], accounts.WatchFilter{Status: rules.StatusUnknown}, w.db.Now())
		if err != nil || len(list.Items) != 1 || list.Items[0].Standing.Label != "未知" {
			t.Errorf("the list of the unknown = %+v, %v", list.Items, err)
		}
		if _, err := accounts.MarkRead(t.Context(), w.db, w.book, units.System, weibo.ID); err != nil {
			t.Fatalf("MarkRead: %v", err)
		}
		w.stands("read again", w.card(weibo.ID).Standing, "超期", "2026-03-09 09:00", account21)
		_, err = accounts.MarkUnread(t.Context(), w.db, w.book, units.System, weibo.ID, w.time("2026-04-01 09:00"), "明天才坏")
		refused(t, "unread from tomorrow on", err, accounts.ErrUnreadSince)
		_, err = accounts.MarkUnread(t.Context(), w.db, w.book, w.People["stranger"], weibo.ID, w.db.Now(), "不是我的")
		refused(t, "somebody else's account", err, accounts.ErrNotFound)
	})
}

func TestClocksWaitWhileAnAccountIsOutOfUse(t *testing.T) {
	each(t, func(w *world) {
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(weibo, "", "2026-03-02 09:00")
		w.at("2026-03-10 09:00")
		weibo, err := accounts.Suspend(t.Context(), w.db, w.book, w.People["admin"], weibo.ID, w.card(weibo.ID).Account.Version, "网站改版")
		if err != nil {
			t.Fatalf("Suspend: %v", err)
		}
		card := w.card(weibo.ID)
		if got := card.Clocks[0].Standing; got.Label != "暂停计时" || got.DueAt != nil {
			t.Errorf("the clock stands %+v, want 暂停计时", got)
		}
		w.missed("the silence until it stopped", card.Breaches, "03-02 09:00 → 03-10 09:00: 192, 24")
		w.at("2026-04-10 09:00")
		if weibo, err = accounts.PutInUse(t.Context(), w.db, w.book, w.People["admin"], weibo.ID, weibo.Version); err != nil {
			t.Fatalf("PutInUse: %v", err)
		}
		w.stands("in use again", w.card(weibo.ID).Standing, "正常", "2026-04-17 09:00", account21)
		w.post(weibo, "", "2026-04-11 09:00")
		w.missed("after a month that did not count", w.card(weibo.ID).Breaches, "03-02 09:00 → 03-10 09:00: 192, 24")
	})
}

// I-TN-04: what appears below a top column counts for it, a lower column has no time limit of its own, but is not blank.
func TestLowerColumnsCountForTheirTopColumn(t *testing.T) {
	each(t, func(w *world) {
		site := w.account(accounts.KindWebsite, "清源网", "2025-01-01 09:00")
		top := w.column(site, rules.PolicyColumn, 1, "政策文件", "2025-01-01 09:00")
		child := func(parent accounts.Column, name string) accounts.Column {
			t.Helper()
			column, err := accounts.CreateColumn(t.Context(), w.db, w.book, w.People["admin"], accounts.NewColumn{AccountID: site.ID, Name: name, Kind: rules.PolicyColumn,
				ParentID: parent.ID, CreatedAt: w.time("2025-01-01 09:00").Ptr()})
			if err != nil {
				t.Fatalf("CreateColumn(%s): %v", name, err)
			}
			return column
		}
		rulesOf := child(top, "规范性文件")
		lower := child(rulesOf, "2025 年")
		if rulesOf.Level != 2 || lower.Level != 3 {
			t.Errorf("levels %d and %d, want 2 and 3", rulesOf.Level, lower.Level)
		}
		w.stands("the blank top column", w.columnCard(top.ID).Standing, "超期（空白栏目）", "2025-01-01 09:00", "潼南 2022 第21条（五）")
		w.post(site, lower.ID, "2025-02-01 10:00")
		w.stands("a post two levels below", w.columnCard(top.ID).Standing, "正常", "2025-08-01 10:00", "潼南 2022 第21条（二）")
		if got := w.columnCard(lower.ID).Standing; got.Label != "无规则" || got.Reason != rules.ReasonParentColumn.Label() {
			t.Errorf("the lower column stands %+v, want 无规则 because it counts for the top", got)
		}
		w.stands("the column between, still blank", w.columnCard(rulesOf.ID).Standing, "无规则", "", "潼南 2022")
		w.post(site, top.ID, "2025-02-10 10:00")
		w.stands("a post of its own", w.columnCard(top.ID).Standing, "正常", "2025-08-10 10:00", "潼南 2022 第21条（二）")
		w.post(site, lower.ID, "2025-09-10 10:00") // seven months after: too long by 31 days
		w.missed("the top column", w.columnCard(top.ID).Breaches, "02-10 10:00 → 09-10 10:00: 5088, 744", "01-01 09:00 → 02-01 10:00: 745, 745")
		w.post(site, rulesOf.ID, "2025-06-01 10:00") // came to light late: there was no such silence
		w.missed("after a late report", w.columnCard(top.ID).Breaches, "01-01 09:00 → 02-01 10:00: 745, 745")

		_, err := accounts.CreateColumn(t.Context(), w.db, w.book, w.People["admin"], accounts.NewColumn{AccountID: site.ID, Name: "错层", Kind: rules.NewsColumn, ParentID: top.ID, Level: 3})
		refused(t, "a level that does not follow", err, accounts.ErrColumnLevel)
		other := w.account(accounts.KindWebsite, "别的网站", "2025-01-01 09:00")
		_, err = accounts.CreateColumn(t.Context(), w.db, w.book, w.People["admin"], accounts.NewColumn{AccountID: other.ID, Name: "别家", Kind: rules.NewsColumn, ParentID: top.ID})
		refused(t, "a column above from another site", err, accounts.ErrColumnParent)
	})
}

func TestABatchIsRecordedAsItsPostsOneByOne(t *testing.T) {
	each(t, func(w *world) {
		one := w.account(accounts.KindWeibo, "一个一个", "2026-01-01 09:00")
		many := w.account(accounts.KindWeibo, "成批", "2026-01-01 09:00")
		w.at("2026-06-01 09:00")
		var batch []accounts.NewPost
		for i, published := range []string{"2026-01-03 09:00", "2026-03-01 09:00", "2026-02-01 09:00", "2026-03-01 09:00", "2026-01-05 09:00", "2026-05-01 09:00"} {
			in := accounts.NewPost{AccountID: one.ID, ExternalID: ref(fmt.Sprint("a", i)), Source: accounts.Observed, PublishedAt: w.time(published)}
			if _, _, err := accounts.RecordPost(t.Context(), w.db, w.book, units.System, in); err != nil {
				t.Fatalf("RecordPost: %v", err)
			}
			in.AccountID = many.ID
			batch = append(batch, in)
		}
		future := accounts.NewPost{AccountID: many.ID, ExternalID: ref("f"), Source: accounts.Observed, PublishedAt: w.time("2026-07-01 09:00")}
		nowhere := accounts.NewPost{AccountID: "nowhere", ExternalID: ref("n"), Source: accounts.Observed, PublishedAt: w.time("2026-05-02 09:00")}
		batch = append(batch, future, nowhere, batch[0]) // and one told twice
		recorded, err := accounts.RecordPosts(t.Context(), w.db, w.book, units.System, batch)
		if err != nil {
			t.Fatalf("RecordPosts: %v", err)
		}
		for i, r := range recorded {
			if wantCreated := i < 6; r.Created != wantCreated {
				t.Errorf("post %d: created %v, want %v", i, r.Created, wantCreated)
			}
		}
		if f := fault.As(recorded[6].Refused); f == nil || f.Code != accounts.ErrPostTime.Code {
			t.Errorf("a post from next month: %v, want it refused", recorded[6].Refused)
		}
		refused(t, "a post of no account", recorded[7].Refused, accounts.ErrNotFound)
		if recorded[8].Refused != nil || recorded[8].Post.ID != recorded[0].Post.ID {
			t.Errorf("the same post again is %+v, want the first one", recorded[8])
		}
		a, b := w.card(one.ID), w.card(many.ID)
		w.stands("the batch", b.Standing, a.Standing.Label, a.Standing.DueAt.Std().Format("2006-01-02 15:04"), a.Standing.Citation)
		var want []string
		for _, breach := range a.Breaches {
			want = append(want, fmt.Sprintf("%s → %s: %d, %d", breach.StartedAt.Std().Format("01-02 15:04"), breach.EndedAt.Std().Format("01-02 15:04"),
				breach.GapMs/3_600_000, breach.OverMs/3_600_000))
		}
		w.missed("the batch", b.Breaches, want...)
		if len(want) != 3 {
			t.Errorf("one by one there are %d breaches, want 3", len(want))
		}
	})
}
