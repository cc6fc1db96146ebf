package accounts_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

func TestTheSamePostToldTwiceIsOne(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		account := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		other := w.account(accounts.KindWeibo, "云林发布", "2026-03-01 09:00")
		w.at("2026-03-03 09:00")
		delivery, external := sql.NewID(), "4998877"
		told := accounts.NewPost{AccountID: account.ID, DeliveryID: &delivery, Title: "防汛提示", Source: accounts.FromDelivery, PublishedAt: w.time("2026-03-02 09:00")}
		record := func(in accounts.NewPost) (accounts.Post, bool) {
			t.Helper()
			post, created, err := accounts.RecordPost(ctx, w.db, w.book, units.System, in)
			if err != nil {
				t.Fatalf("RecordPost(%+v): %v", in, err)
			}
			return post, created
		}
		first, created := record(told)
		if !created {
			t.Fatal("RecordPost = not created, want a new post")
		}
		again, created := record(told)
		if created || again.ID != first.ID {
			t.Errorf("the delivery told again: created %v, %s, want the first %s", created, again.ID, first.ID)
		}
		told.ExternalID, told.URL = &external, "https://weibo.com/1/4998877"
		richer, created := record(told)
		if created || richer.ExternalID == nil || *richer.ExternalID != external || richer.URL != told.URL {
			t.Errorf("told with the platform's id: created %v, %+v, want it added", created, richer)
		}
		seen, created := record(accounts.NewPost{AccountID: account.ID, ExternalID: &external, Title: "防汛提示", Source: accounts.Observed, PublishedAt: w.time("2026-03-02 09:00")})
		if created || seen.ID != first.ID {
			t.Errorf("seen from outside: created %v, want the first", created)
		}
		byHand := accounts.NewPost{AccountID: account.ID, Title: "防汛提示", URL: told.URL, PublishedAt: w.time("2026-03-02 10:00")}
		pasted, created, err := accounts.RecordByHand(ctx, w.db, w.book, w.People["officer"], byHand)
		if err != nil || created || pasted.ID != first.ID {
			t.Errorf("the same address by hand: created %v, %v, want the first", created, err)
		}
		if _, created := record(accounts.NewPost{AccountID: other.ID, ExternalID: &external, Source: accounts.Observed, PublishedAt: w.time("2026-03-02 09:00")}); !created {
			t.Error("the same id on another account is another post")
		}
		_, _, err = accounts.RecordPost(ctx, w.db, w.book, units.System, accounts.NewPost{AccountID: other.ID, DeliveryID: &delivery, Source: accounts.FromDelivery,
			PublishedAt: w.time("2026-03-02 09:00")})
		refused(t, "the delivery on another account", err, accounts.ErrPostOtherAccount)
		page, err := accounts.Posts(ctx, w.db, w.People["officer"], accounts.PostFilter{AccountID: account.ID})
		if err != nil || len(page.Items) != 1 {
			t.Errorf("Posts = %d, %v, want 1", len(page.Items), err)
		}
	})
}

// An article goes to many accounts, which some platforms know by the same id and address on each: a post of each, in whatever
// company it is told, and told again it is the same one.
func TestAnArticleOnManyAccountsIsAPostOfEach(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		var in [2][]accounts.NewPost // the second batch has each account's other article
		articles := []string{"06h0first", "06h0second"}
		for i := range 4 {
			account := w.account(accounts.KindWeibo, fmt.Sprintf("清源发布%d", i), "2026-03-01 09:00")
			for batch := range in {
				article := articles[(i+batch)%2]
				delivery := sql.NewID()
				in[batch] = append(in[batch], accounts.NewPost{AccountID: account.ID, DeliveryID: &delivery, ExternalID: &article, Title: article,
					URL: "https://app.example/articles/" + article, Source: accounts.FromDelivery, PublishedAt: w.time("2026-03-02 09:00")})
			}
		}
		w.at("2026-03-03 09:00")
		ids := map[string]bool{}
		for round, batch := range [][]accounts.NewPost{in[0], in[1], in[0], in[1]} {
			recorded, err := accounts.RecordPosts(ctx, w.db, w.book, units.System, batch)
			if err != nil {
				t.Fatalf("RecordPosts, round %d: %v", round, err)
			}
			for i, r := range recorded {
				if r.Refused != nil || r.Created != (round < 2) || r.Post.AccountID != batch[i].AccountID || *r.Post.ExternalID != *batch[i].ExternalID {
					t.Errorf("round %d, post %d: created %v, %v, %+v", round, i, r.Created, r.Refused, r.Post)
				}
				ids[r.Post.ID] = true
			}
		}
		if len(ids) != 8 {
			t.Errorf("%d posts of two articles on four accounts, want 8", len(ids))
		}
	})
}

// A post that was seen under the platform's id before its delivery knew that id stays a post of its own; the delivery's
// post takes the id over from nobody.
func TestTwoRowsOfOnePostDoNotCollide(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.at("2026-03-03 09:00")
		delivery, external := sql.NewID(), "4998877"
		for i, in := range []accounts.NewPost{
			{DeliveryID: &delivery, Source: accounts.FromDelivery},
			{ExternalID: &external, Source: accounts.Observed},
			{DeliveryID: &delivery, ExternalID: &external, Source: accounts.FromDelivery},
		} {
			in.AccountID, in.PublishedAt = account.ID, w.time("2026-03-02 09:00")
			post, created, err := accounts.RecordPost(t.Context(), w.db, w.book, units.System, in)
			if err != nil || created != (i < 2) {
				t.Errorf("report %d: created %v, %v, %+v", i, created, err, post)
			}
		}
	})
}

func TestEightReportsOfOnePostLeaveOneRow(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.at("2026-03-09 09:00")
		var wg sync.WaitGroup
		var mu sync.Mutex
		ids, news := map[string]bool{}, 0
		for range 8 {
			wg.Go(func() {
				post, created, err := accounts.RecordPost(t.Context(), w.db, w.book, units.System, accounts.NewPost{AccountID: account.ID,
					ExternalID: ref("4998877"), Title: "同一条", Source: accounts.Observed, PublishedAt: w.time("2026-03-09 08:00")})
				if err != nil {
					t.Errorf("RecordPost: %v", err)
				}
				mu.Lock()
				defer mu.Unlock()
				ids[post.ID] = true
				if created {
					news++
				}
			})
		}
		wg.Wait()
		if len(ids) != 1 || news != 1 {
			t.Errorf("8 reports: %d rows, %d called new, want 1 and 1", len(ids), news)
		}
		card := w.card(account.ID)
		w.stands("微博", card.Standing, "正常", "2026-03-16 08:00", account21)
		w.missed("one breach", card.Breaches, "03-01 09:00 → 03-09 08:00: 191, 23")
	})
}

func TestEightPostsAtOnceAreAllJudged(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源发布", "2026-01-01 09:00")
		w.at("2026-04-01 09:00")
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() { // ten days apart: each is three days late
				at := w.time("2026-01-11 09:00") + sql.Time(i*10*86_400_000)
				_, _, err := accounts.RecordPost(t.Context(), w.db, w.book, units.System, accounts.NewPost{AccountID: account.ID, Title: fmt.Sprint(i),
					Source: accounts.Observed, PublishedAt: at})
				if err != nil {
					t.Errorf("RecordPost: %v", err)
				}
			})
		}
		wg.Wait()
		card := w.card(account.ID)
		if len(card.Breaches) != 8 {
			t.Errorf("%d breaches, want 8", len(card.Breaches))
		}
		for _, b := range card.Breaches {
			if b.GapMs != 10*86_400_000 || b.OverMs != 3*86_400_000 {
				t.Errorf("breach of %d ms, over %d ms, want ten days, over three", b.GapMs, b.OverMs)
			}
		}
		if card.Account.LastPostTitle != "7" {
			t.Errorf("the last post is %q, want the newest", card.Account.LastPostTitle)
		}
	})
}

func TestPostsOutOfOrderGiveTheSameBreaches(t *testing.T) {
	posts := []string{"2026-03-02 09:00", "2026-03-05 09:00", "2026-03-14 09:00", "2026-03-23 10:00"}
	want := []string{"03-14 09:00 → 03-23 10:00: 217, 49", "03-05 09:00 → 03-14 09:00: 216, 48"}
	each(t, func(w *world) {
		w.at("2026-03-23 12:00")
		for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {3, 0, 2, 1}, {1, 3, 0, 2}} {
			account := w.account(accounts.KindWeibo, fmt.Sprint("次序", order), "2026-03-01 09:00")
			for _, i := range order {
				w.post(account, "", posts[i])
			}
			card := w.card(account.ID)
			w.missed(account.Name, card.Breaches, want...)
			w.stands(account.Name, card.Standing, "正常", "2026-03-30 10:00", account21)
			if got := *card.Account.LastPostAt; got != w.time(posts[3]) || !strings.HasSuffix(card.Account.LastPostTitle, posts[3]) {
				t.Errorf("%s: the last post is %s %q, want the newest", account.Name, got, card.Account.LastPostTitle)
			}
		}
	})
}

func TestAColumnFilledLongAgoNeverWasBlank(t *testing.T) {
	each(t, func(w *world) {
		site := w.account(accounts.KindWebsite, "清源网", "2026-03-01 09:00")
		column := w.column(site, rules.PolicyColumn, 1, "政策文件", "2026-03-01 09:00")
		sub := w.column(site, rules.PolicyColumn, 2, "下级栏目", "2026-03-01 09:00")
		w.at("2026-03-02 09:00")
		w.stands("registered", w.columnCard(column.ID).Standing, "超期（空白栏目）", "2026-03-01 09:00", "潼南 2022 第21条（五）")
		w.post(site, column.ID, "2026-02-20 09:00")
		w.post(site, column.ID, "2025-06-01 09:00")
		card := w.columnCard(column.ID)
		w.stands("seen", card.Standing, "正常", "2026-08-20 09:00", "潼南 2022 第21条（二）")
		w.missed("seen", card.Breaches)
		// A lower column is timed with its top column (I-TN-04): blank it is late, filled it has no clock of its own.
		w.stands("下级", w.columnCard(sub.ID).Standing, "超期（空白栏目）", "2026-03-01 09:00", "潼南 2022 第21条（五）")
		w.post(site, sub.ID, "2026-03-01 08:00")
		lower := w.columnCard(sub.ID)
		w.stands("下级 with content", lower.Standing, "无规则", "", "潼南 2022")
		if lower.Standing.Reason != rules.ReasonParentColumn.Label() {
			t.Errorf("the reason is %q, want %q", lower.Standing.Reason, rules.ReasonParentColumn.Label())
		}
	})
}

func TestColumnsStopWithTheirSite(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		site := w.account(accounts.KindWebsite, "清源网", "2026-03-01 09:00")
		news := w.column(site, rules.NewsColumn, 1, "动态", "2026-03-01 09:00")
		old := w.column(site, rules.NewsColumn, 1, "旧栏目", "2026-03-01 09:00")
		w.post(site, news.ID, "2026-03-02 09:00")
		closed, err := accounts.CloseColumn(ctx, w.db, w.book, admin, old.ID, old.Version)
		if err != nil || closed.State != accounts.ColumnClosed {
			t.Fatalf("CloseColumn = %+v, %v", closed, err)
		}
		_, err = accounts.CloseColumn(ctx, w.db, w.book, admin, old.ID, old.Version)
		refused(t, "CloseColumn twice", err, accounts.ErrColumnStale)
		_, err = accounts.CloseColumn(ctx, w.db, w.book, w.People["officer"], news.ID, news.Version)
		refused(t, "CloseColumn by an officer", err, accounts.ErrForbidden)
		page, err := accounts.Columns(ctx, w.db, w.book, w.People["officer"], accounts.ColumnFilter{AccountID: site.ID, PerPage: 1})
		if err != nil || len(page.Items) != 1 || page.Items[0].Name != "动态" || page.Next == "" {
			t.Fatalf("Columns = %+v, %v", page, err)
		}
		w.stands("动态", page.Items[0].Standing, "正常", "2026-03-12 09:00", "潼南 2022 第21条（一）")
		page, err = accounts.Columns(ctx, w.db, w.book, w.People["officer"], accounts.ColumnFilter{AccountID: site.ID, PerPage: 1, After: page.Next})
		if err != nil || len(page.Items) != 1 || page.Next != "" {
			t.Fatalf("Columns, second page = %+v, %v", page, err)
		}
		w.stands("旧栏目", page.Items[0].Standing, "不在用", "", "")
		w.at("2026-03-13 09:00")
		board, err := accounts.Totals(ctx, w.db, w.book, admin, accounts.DashboardFilter{}, w.db.Now())
		if want := (accounts.Counts{Total: 1, Stale: 1}); err != nil || board.Columns != want || board.Overall != (accounts.Counts{Total: 1, NoRule: 1}) {
			t.Errorf("Totals = %+v, %v, want one stale column and a site without a rule", board, err)
		}
		list, err := accounts.Watchlist(ctx, w.db, w.book, admin, accounts.WatchFilter{}, w.db.Now())
		if err != nil || len(list.Items) != 1 || list.Items[0].SubjectKind != rules.ColumnSubject || list.Items[0].Name != "动态" || list.Items[0].AccountName != "清源网" {
			t.Errorf("Watchlist = %+v, %v, want the column", list.Items, err)
		}
		if _, err := accounts.Suspend(ctx, w.db, w.book, admin, site.ID, site.Version, "临时下线"); err != nil {
			t.Fatalf("Suspend: %v", err)
		}
		w.missed("动态 up to the suspension", w.columnCard(news.ID).Breaches, "03-02 09:00 → 03-13 09:00: 264, 24", "03-01 09:00 → 03-02 09:00: 24, 24")
		board, err = accounts.Totals(ctx, w.db, w.book, admin, accounts.DashboardFilter{}, w.db.Now())
		if err != nil || board.Columns.Total != 0 || board.Overall.Total != 0 {
			t.Errorf("Totals with the site suspended = %+v, %v, want nothing", board, err)
		}
	})
}

func TestColumnsRefuseBadInput(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		site := w.account(accounts.KindWebsite, "清源网", "2026-03-01 09:00")
		weibo := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		good := accounts.NewColumn{AccountID: site.ID, Name: "动态", Kind: rules.NewsColumn, Level: 1}
		for _, c := range []struct {
			name  string
			spoil func(*accounts.NewColumn)
			want  error
		}{
			{"no name", func(n *accounts.NewColumn) { n.Name = "" }, accounts.ErrNameInvalid},
			{"kind", func(n *accounts.NewColumn) { n.Kind = rules.Weibo }, accounts.ErrColumnKind},
			{"level", func(n *accounts.NewColumn) { n.Level = 0 }, accounts.ErrColumnLevel},
			{"address", func(n *accounts.NewColumn) { n.URL = "ftp://x" }, accounts.ErrURLInvalid},
			{"future", func(n *accounts.NewColumn) { n.CreatedAt = ref(w.db.Now() + 1) }, accounts.ErrColumnCreated},
			{"not a site", func(n *accounts.NewColumn) { n.AccountID = weibo.ID }, accounts.ErrColumnNoSite},
			{"unknown site", func(n *accounts.NewColumn) { n.AccountID = sql.NewID() }, accounts.ErrNotFound},
		} {
			in := good
			c.spoil(&in)
			_, err := accounts.CreateColumn(ctx, w.db, w.book, admin, in)
			refused(t, "CreateColumn: "+c.name, err, c.want)
		}
		_, err := accounts.CreateColumn(ctx, w.db, w.book, w.People["officer"], good)
		refused(t, "CreateColumn by an officer", err, accounts.ErrForbidden)
		_, err = accounts.CreateColumn(ctx, w.db, w.book, w.People["stranger"], good)
		refused(t, "CreateColumn by a stranger", err, accounts.ErrNotFound)
		column, err := accounts.CreateColumn(ctx, w.db, w.book, admin, good)
		if err != nil {
			t.Fatalf("CreateColumn: %v", err)
		}
		_, err = accounts.GetColumn(ctx, w.db, w.People["stranger"], column.ID)
		refused(t, "GetColumn by a stranger", err, accounts.ErrColumnNotFound)
		if got, err := accounts.GetColumn(ctx, w.db, w.People["officer"], column.ID); err != nil || got.Name != "动态" {
			t.Errorf("GetColumn by an officer = %+v, %v", got, err)
		}
		in := accounts.NewPost{AccountID: weibo.ID, ColumnID: &column.ID, Source: accounts.Observed, PublishedAt: w.db.Now()}
		_, _, err = accounts.RecordPost(ctx, w.db, w.book, units.System, in)
		refused(t, "RecordPost in a column of another account", err, accounts.ErrColumnNotFound)
	})
}

func TestPostsRefuseImpossibleTimesAndBadInput(t *testing.T) {
	each(t, func(w *world) {
		ctx, officer := t.Context(), w.People["officer"]
		account := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		good := accounts.NewPost{AccountID: account.ID, Title: "防汛提示", URL: "https://weibo.com/1/1", PublishedAt: w.time("2026-03-01 09:00")}
		for _, c := range []struct {
			name  string
			spoil func(*accounts.NewPost)
			want  error
		}{
			{"two days ahead", func(n *accounts.NewPost) { n.PublishedAt = w.time("2026-03-03 09:00") }, accounts.ErrPostTime},
			{"seconds for milliseconds", func(n *accounts.NewPost) { n.PublishedAt /= 1000 }, accounts.ErrPostTime},
			{"no time", func(n *accounts.NewPost) { n.PublishedAt = 0 }, accounts.ErrPostTime},
			{"no title", func(n *accounts.NewPost) { n.Title = " " }, accounts.ErrPostTitle},
			{"long title", func(n *accounts.NewPost) { n.Title = strings.Repeat("题", 201) }, accounts.ErrPostTitle},
			{"no address", func(n *accounts.NewPost) { n.URL = "" }, accounts.ErrPostURL},
			{"script", func(n *accounts.NewPost) { n.URL = "javascript:alert(1)" }, accounts.ErrPostURL},
			{"unknown account", func(n *accounts.NewPost) { n.AccountID = sql.NewID() }, accounts.ErrNotFound},
		} {
			in := good
			c.spoil(&in)
			_, _, err := accounts.RecordByHand(ctx, w.db, w.book, officer, in)
			refused(t, "RecordByHand: "+c.name, err, c.want)
		}
		_, _, err := accounts.RecordByHand(ctx, w.db, w.book, w.People["layout"], good)
		refused(t, "RecordByHand by somebody without the permission", err, accounts.ErrForbidden)
		_, _, err = accounts.RecordByHand(ctx, w.db, w.book, w.People["stranger"], good)
		refused(t, "RecordByHand by a stranger", err, accounts.ErrNotFound)
		post, created, err := accounts.RecordByHand(ctx, w.db, w.book, officer, good)
		if err != nil || !created || post.Source != accounts.ByHand {
			t.Fatalf("RecordByHand = %+v, %v, %v", post, created, err)
		}
		lines, err := units.ListAudit(ctx, w.db, w.People["admin"], units.AuditFilter{ObjectID: post.ID})
		if err != nil || len(lines) != 1 || lines[0].PersonID != officer.PersonID {
			t.Errorf("ListAudit = %+v, %v, want one line of the officer", lines, err)
		}
		// A platform's answer is not trusted either.
		lying := accounts.NewPost{AccountID: account.ID, ExternalID: ref("x1"), Title: "\xff" + strings.Repeat("题", 300), URL: "javascript:alert(1)",
			Source: accounts.FromDelivery, PublishedAt: w.time("2026-03-01 20:00")}
		kept, _, err := accounts.RecordPost(ctx, w.db, w.book, units.System, lying)
		if err != nil || kept.URL != "" || len([]rune(kept.Title)) != 200 || kept.PublishedAt != w.db.Now() {
			t.Errorf("RecordPost of a lying platform = %+v, %v, want no link, a short title, published now", kept, err)
		}
		_, _, err = accounts.RecordPost(ctx, w.db, w.book, units.System, accounts.NewPost{AccountID: account.ID, Source: "rumour", PublishedAt: w.db.Now()})
		refused(t, "RecordPost from nowhere", err, accounts.ErrPostSource)
	})
}

func TestPostsArePagedTheLatestFirst(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		var want []string
		for day := 2; day < 7; day++ {
			want = append(want, w.post(account, "", fmt.Sprintf("2026-03-%02d 09:00", day)).ID)
		}
		slices.Reverse(want)
		var got []string
		filter := accounts.PostFilter{AccountID: account.ID, PerPage: 2}
		for range 3 {
			page, err := accounts.Posts(t.Context(), w.db, w.People["officer"], filter)
			if err != nil {
				t.Fatalf("Posts: %v", err)
			}
			for _, post := range page.Items {
				got = append(got, post.ID)
			}
			filter.After = page.Next
		}
		if !slices.Equal(got, want) || filter.After != "" {
			t.Errorf("Posts = %v, then %q, want %v and the end", got, filter.After, want)
		}
	})
}

func TestAMissingRulebookStopsTheJudgement(t *testing.T) {
	each(t, func(w *world) {
		in := w.valid(accounts.KindWeibo, "某微博")
		in.UnitID = w.under("nowhere-1999").ID
		_, err := accounts.Create(t.Context(), w.db, w.book, w.People["admin"], in)
		refused(t, "Create under a rulebook that is not loaded", err, accounts.ErrRulebookMissing)
	})
}

// working is 潼南 with the week of accounts counted in working days, and a calendar up to a year.
func working(t *testing.T, withYear2026 bool) rules.Book {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"rulebooks/tongnan-2022.yaml", "calendar/cn-workdays.yaml"} {
		data, err := os.ReadFile("../rules/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	const week = "except: [wechat_service], max_gap: {n: 1, unit: week}"
	text := string(files["rulebooks/tongnan-2022.yaml"].Data)
	if !strings.Contains(text, week) {
		t.Fatalf("the rulebook no longer says %q", week)
	}
	files["rulebooks/tongnan-2022.yaml"].Data = []byte(strings.Replace(text, week, "except: [wechat_service], max_gap: {n: 5, unit: working_day}", 1))
	library, err := rules.Load(files)
	if err != nil {
		t.Fatalf("rules.Load: %v", err)
	}
	book := rules.NewBook(library)
	if !withYear2026 {
		book.Calendar = nil
	}
	return book
}

func TestAMissingCalendarYearIsPendingUntilItComes(t *testing.T) {
	each(t, func(w *world) {
		w.book = working(t, false)
		account := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(account, "", "2026-03-02 09:00") // Monday: due on Monday 03-09, 24:00
		w.post(account, "", "2026-03-12 09:00")
		card := w.card(account.ID)
		w.stands("without a calendar", card.Standing, "待日历确认", "", account21)
		w.missed("without a calendar", card.Breaches)
		if card.Clocks[0].DueAt != nil || card.Clocks[0].Reason != rules.ClockPending {
			t.Errorf("the clock is due %v for %q, want no due time and the reason", card.Clocks[0].DueAt, card.Clocks[0].Reason)
		}
		board, err := accounts.Totals(t.Context(), w.db, w.book, w.People["officer"], accounts.DashboardFilter{}, w.db.Now())
		if want := (accounts.Counts{Total: 1, Pending: 1}); err != nil || board.Overall != want {
			t.Errorf("Totals = %+v, %v, want %+v", board.Overall, err, want)
		}
		if n, err := accounts.SettlePending(t.Context(), w.db, w.book); n != 1 || err != nil {
			t.Errorf("SettlePending without the year = %d, %v, want 1 that goes on waiting", n, err)
		}
		w.book = working(t, true)
		for _, want := range []int{1, 0} {
			if n, err := accounts.SettlePending(t.Context(), w.db, w.book); n != want || err != nil {
				t.Errorf("SettlePending = %d, %v, want %d", n, err, want)
			}
		}
		card = w.card(account.ID)
		w.stands("with the calendar", card.Standing, "正常", "2026-03-20 00:00", account21)
		w.missed("with the calendar", card.Breaches, "03-02 09:00 → 03-12 09:00: 240, 57")
	})
}

func TestAnotherRulebookTakesOver(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		account := w.account(accounts.KindWeibo, "清源发布", "2026-03-01 09:00")
		w.post(account, "", "2026-03-02 09:00")
		w.at("2026-03-10 09:00")
		from := w.under("zhaotong-2018")
		if _, err := accounts.MoveUnit(ctx, w.db, w.People["admin"], w.Town.ID, w.Town.Version, from.ID); err != nil {
			t.Fatalf("MoveUnit: %v", err)
		}
		if n, err := accounts.RejudgeDue(ctx, w.db, w.book, "node"); n != 1 || err != nil {
			t.Fatalf("RejudgeDue = %d, %v, want 1 clock changed", n, err)
		}
		card := w.card(account.ID)
		w.stands("under 昭通", card.Standing, "无规则", "", "昭通 2018 第2条、第20条")
		w.missed("under 潼南", card.Breaches, "03-02 09:00 → 03-10 09:00: 192, 24")
	})
}
