package accounts_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/accounts/sheet"
)

// postSheet is a sheet of posts as a person sends it.
func postSheet(rows ...string) *bytes.Reader {
	return bytes.NewReader([]byte("账号,栏目,文章标题,链接,发布时间,备注\n" + strings.Join(rows, "\n") + "\n"))
}

func TestASheetOfPosts(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源微博", "2024-06-03 09:00")
		site := w.account(accounts.KindWebsite, "清源网", "2024-06-03 09:00")
		w.at("2024-06-05 18:00")
		rows := []string{
			"清源微博,,防汛提示,https://weibo.com/1/a,2024-06-04 09:30,截图已存",
			"清源微博,,当天发布,https://weibo.com/1/b,2024/6/5,",
			"清源微博,,防汛提示,https://weibo.com/1/a,2024-06-04 09:30,",
			"没有的号,,标题,https://weibo.com/1/c,2024-06-04 09:30,",
			"清源微博,,没有网址,,2024-06-04 09:30,",
			"清源微博,,坏网址,javascript:alert(1),2024-06-04 09:30,",
			"清源微博,,坏时间,https://weibo.com/1/d,昨天,",
			"清源微博,,太晚,https://weibo.com/1/e,2024-07-04 09:30,",
			"清源网,没有的栏目,标题,https://q.gov.cn/1,2024-06-04 09:30,",
		}
		bring := func(who string, check bool) accounts.PostSheet {
			t.Helper()
			file := postSheet(rows...)
			got, err := accounts.ImportPosts(t.Context(), w.db, w.book, w.People[who], file, file.Size(), "更新.csv", accounts.PostEvidence{Note: "信息员补登"}, check)
			if err != nil {
				t.Fatalf("ImportPosts: %v", err)
			}
			return got
		}
		outcomes := func(s accounts.PostSheet) string {
			var list []string
			for _, row := range s.Rows {
				list = append(list, strings.TrimPrefix(row.Outcome+":"+row.Code, ":"))
			}
			return fmt.Sprint(list)
		}
		checked := bring("officer", true)
		if n := len(w.postsOf(account.ID)); n != 0 || checked.Done {
			t.Errorf("a check kept %d posts", n)
		}
		done := bring("officer", false)
		want := "[create: create: same: refuse:post.sheet_account_unknown refuse:post.sheet_cell_required refuse:post.url_invalid refuse:post.sheet_time_unreadable refuse:post.time_invalid refuse:post.sheet_column_unknown]"
		if got := outcomes(done); got != want || done.Create != 2 || done.Same != 1 || done.Refused != 6 {
			t.Errorf("outcomes %s (%d, %d, %d), want %s", got, done.Create, done.Same, done.Refused, want)
		}
		posts := w.postsOf(account.ID)
		if len(posts) != 2 || posts[1].Note != "截图已存" || posts[0].Note != "信息员补登" || posts[1].DateBy != accounts.DateByPerson || posts[1].Source != accounts.ByHand {
			t.Errorf("posts = %+v, want two with their evidence", posts)
		}
		if got := outcomes(checked); got != want || checked.Create != done.Create || checked.Same != done.Same {
			t.Errorf("the check said %s (%d, %d), want what came of it", got, checked.Create, checked.Same)
		}
		if posts[0].PublishedAt != w.time("2024-06-05 18:00") {
			t.Errorf("a day without an hour counts at %s, want until now", posts[0].PublishedAt)
		}
		if again := bring("officer", false); again.Create != 0 || again.Same != 3 {
			t.Errorf("brought in twice: %+v, want nothing new", again)
		}
		if stranger := bring("stranger", false); stranger.Refused != len(rows) {
			t.Errorf("a stranger: %s, want all refused", outcomes(stranger))
		}
		if n := len(w.postsOf(site.ID)); n != 0 {
			t.Errorf("the site has %d posts", n)
		}
		file := bytes.NewReader([]byte("甲,乙\n1,2\n"))
		_, err := accounts.ImportPosts(t.Context(), w.db, w.book, w.People["officer"], file, file.Size(), "x.csv", accounts.PostEvidence{}, false)
		refused(t, "a sheet without the titles", err, accounts.ErrPostSheetHead)
		file = bytes.NewReader([]byte("PK\x03\x04broken"))
		_, err = accounts.ImportPosts(t.Context(), w.db, w.book, w.People["officer"], file, file.Size(), "x.xlsx", accounts.PostEvidence{}, false)
		refused(t, "a broken workbook", err, sheet.ErrBroken)
	})
}

func (w *world) postsOf(accountID string) []accounts.Post {
	w.t.Helper()
	page, err := accounts.Posts(w.t.Context(), w.db, w.People["officer"], accounts.PostFilter{AccountID: accountID, PerPage: 100})
	if err != nil {
		w.t.Fatalf("Posts: %v", err)
	}
	return page.Items
}

// An answer that gives a post another time changes what was judged of the silences around it, back and forth.
func TestAnAnswerIsJudgedAnew(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源微博", "2024-06-03 09:00")
		w.post(account, "", "2024-06-03 10:00")
		w.at("2024-06-24 09:00")
		seenBefore := w.time("2024-06-24 08:00")
		asked, err := accounts.AskAboutPosts(t.Context(), w.db, w.book, []accounts.Question{{AccountID: account.ID, SourceID: "0123456789abcdef", Item: "a",
			Kind: accounts.DoubtUnreadable, Doubt: "写的发布时间读不懂。", Title: "一则动态", URL: "https://weibo.com/1/x", Shown: "六月九日",
			SeenAfter: &seenBefore, FirstSeenAt: w.time("2024-06-24 09:00")}})
		if err != nil || asked != 1 {
			t.Fatalf("AskAboutPosts = %d, %v", asked, err)
		}
		late := len(w.card(account.ID).Breaches)
		page, err := accounts.PostQuestions(t.Context(), w.db, w.People["officer"], accounts.QuestionFilter{State: accounts.QuestionOpen})
		if err != nil || len(page.Items) != 1 || late != 1 {
			t.Fatalf("PostQuestions = %+v, %v; %d breaches, want one of each", page, err, late)
		}
		q := page.Items[0]
		at := w.time("2024-06-09 09:00")
		if _, err := accounts.AnswerQuestion(t.Context(), w.db, w.book, w.People["officer"], q.ID, q.Version, accounts.Reply{Answer: accounts.AnswerAt, At: &at, Reason: "后台截图"}); err != nil {
			t.Fatalf("AnswerQuestion: %v", err)
		}
		card := w.card(account.ID)
		if card.Account.LastPostAt == nil || *card.Account.LastPostAt != at || len(card.Breaches) != 0 || card.Standing.StartedAt == nil || *card.Standing.StartedAt != at {
			t.Errorf("after the answer: last %v, breaches %+v, standing %+v; want all from %s", card.Account.LastPostAt, card.Breaches, card.Standing, at)
		}
	})
}
