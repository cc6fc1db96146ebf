package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/sql"
)

// seed is one of the regulations, the real input of the main job.
const seed = "../articles/testdata/tongnan-2022.txt"

// The demo unit's signers in the order of the chain of 潼南 2022.
var signers = []struct{ username, stage string }{
	{"xinxi", "一审"}, {"fenguan", "二审"}, {"zhuyao", "三审"}, {"xinxi", "一校"}, {"keshi", "二校"}, {"fenguan", "三校"},
}

// unitOf returns the id of the unit somebody works at.
func unitOf(b *browser) string {
	b.t.Helper()
	var session SessionView
	b.do(http.MethodGet, "/api/session", nil, http.StatusOK, &session)
	return session.Units[0].ID
}

// accountsOf returns the accounts somebody sees, by platform and kind.
func accountsOf(b *browser) map[accounts.Kind]accounts.Account {
	b.t.Helper()
	var list Page[accounts.Account]
	b.do(http.MethodGet, "/api/accounts?per_page=100", nil, http.StatusOK, &list)
	byKind := map[accounts.Kind]accounts.Account{}
	for _, account := range list.Items {
		byKind[account.Kind] = account
	}
	return byKind
}

// draft makes an article of the text at the town, with a cover and two pictures in the text, for accounts of the kinds.
func draft(t testing.TB, author *browser, title, body string, kinds ...accounts.Kind) articles.Article {
	t.Helper()
	unit, known := unitOf(author), accountsOf(author)
	var media [3]articles.Media
	for i := range media {
		author.upload("/api/media", fmt.Sprintf("图%d.jpg", i), photo(t, 640, 360, uint8(40*i+30)), map[string]string{"unit_id": unit}, http.StatusOK, &media[i])
	}
	body += fmt.Sprintf(`<p><img src="/media/%s" alt="现场一"></p><p><img src="/media/%s" alt="现场二"></p>`, media[1].ID, media[2].ID)
	ids := []string{}
	for _, kind := range kinds {
		account, ok := known[kind]
		if !ok {
			t.Fatalf("the unit has no account of kind %s", kind)
		}
		ids = append(ids, account.ID)
	}
	var saved savedArticle
	author.do(http.MethodPost, "/api/articles", ArticleForm{UnitID: unit, Title: title, Digest: "区政府办公室印发办法，明确开设、审签、更新和关停的要求。",
		Byline: "区政府办", Source: "示范区人民政府办公室", Body: body, CoverID: media[0].ID, AccountIDs: ids}, http.StatusOK, &saved)
	return saved.Article
}

// signAll submits an article and gives every signature of the chain.
func signAll(t *testing.T, town *town, author *browser, id string) articles.View {
	t.Helper()
	view := getArticle(author, id)
	author.do(http.MethodPost, "/api/articles/"+id+"/submit", map[string]any{"version": view.Version}, http.StatusOK, nil)
	return signOn(t, town, author, id, 0)
}

// signOn gives the signatures of the chain from the n-th on.
func signOn(t *testing.T, town *town, author *browser, id string, from int) articles.View {
	t.Helper()
	for _, signer := range signers[from:] {
		person := town.signIn(signer.username)
		var tasks taskList
		person.do(http.MethodGet, "/api/tasks", nil, http.StatusOK, &tasks)
		if !slices.ContainsFunc(tasks.Articles, func(task articles.Task) bool {
			return task.ID == id && task.What == "sign" && task.Stage == signer.stage
		}) {
			t.Fatalf("%s does not find the article among the tasks for %s: %+v", signer.username, signer.stage, tasks.Articles)
		}
		view := getArticle(person, id)
		person.do(http.MethodPost, "/api/articles/"+id+"/sign", map[string]any{"version": view.Version, "sha256": view.SHA256, "opinion": "同意"}, http.StatusOK, nil)
	}
	view := getArticle(author, id)
	if view.State != articles.Signed {
		t.Fatalf("after six signatures the article is %s, want signed", view.State)
	}
	return view
}

func getArticle(b *browser, id string) articles.View {
	b.t.Helper()
	var view articles.View
	b.do(http.MethodGet, "/api/articles/"+id, nil, http.StatusOK, &view)
	return view
}

func schedule(author *browser, view articles.View, at *sql.Time) {
	author.t.Helper()
	author.do(http.MethodPost, "/api/articles/"+view.ID+"/schedule", map[string]any{"version": view.Version, "at": at}, http.StatusOK, nil)
}

// scheduleShortly lets the article go two seconds from now, for tests that end the program or its database at a call of a
// platform: with "at once" the first call may come before the request to schedule is answered, and then that breaks off.
func scheduleShortly(author *browser, view articles.View) {
	author.t.Helper()
	at := sql.FromStd(time.Now().Add(2 * time.Second))
	schedule(author, view, &at)
}

// settled waits until no delivery of the article is on its way any more, and returns them.
func settled(town *town, author *browser, id string) []channels.Summary {
	town.t.Helper()
	var deliveries []channels.Summary
	waitFor(town.t, 3*time.Minute, "the deliveries to end", func() bool {
		deliveries = getArticle(author, id).Deliveries
		return len(deliveries) > 0 && !slices.ContainsFunc(deliveries, func(d channels.Summary) bool {
			return d.State == channels.Scheduled || d.State == channels.Prepared || d.State == channels.Submitted
		})
	})
	return deliveries
}

// The whole job on real input, as its users do it.
func TestMainJob(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		raw, err := os.ReadFile(seed)
		if err != nil {
			t.Fatal(err)
		}
		var imported articles.Imported
		author.upload("/api/imports", "004.txt", raw, nil, http.StatusOK, &imported)
		if imported.Title != "潼南区政府网站和政务新媒体管理办法" || !strings.Contains(imported.HTML, "<h2") {
			t.Fatalf("import gave title %q and %d characters", imported.Title, len(imported.HTML))
		}
		body := imported.HTML + `<table><tr><th colspan="2">更新周期</th></tr><tr><td>订阅号</td><td>一周</td></tr></table><ul><li>列表一</li><li>列表二</li></ul>`
		article := draft(t, author, imported.Title, body, accounts.KindWeChatSubscription, accounts.KindWeChatService, accounts.KindWeibo, accounts.KindApp)

		var previews previewList
		author.do(http.MethodGet, "/api/articles/"+article.ID+"/previews", nil, http.StatusOK, &previews)
		if len(previews.Items) != 4 {
			t.Fatalf("previews = %d, want one for each of four accounts", len(previews.Items))
		}

		view := signAll(t, town, author, article.ID)
		schedule(author, view, nil)
		for _, delivery := range settled(town, author, article.ID) {
			if delivery.State != channels.StatePublished || delivery.PublicURL == "" {
				var detail string
				author.do(http.MethodGet, "/api/deliveries/"+delivery.ID, nil, http.StatusOK, &detail)
				t.Errorf("delivery to %s is %s (%s): %s\n%s", delivery.AccountName, delivery.State, delivery.ErrorCode, delivery.ErrorAdvice, detail)
				continue
			}
			readAsReader(t, delivery, article.Title)
		}
		checkOnce(t, town, 4)

		// The clocks started anew: every account of the unit is in order, and the page says by which clause.
		account := accountsOf(author)[accounts.KindWeChatSubscription]
		var card string
		author.do(http.MethodGet, "/api/accounts/"+account.ID, nil, http.StatusOK, &card)
		if !strings.Contains(card, "潼南 2022 第21条（六）") {
			t.Errorf("the account's page cites no clause:\n%s", card)
		}
		var posts Page[accounts.Post]
		author.do(http.MethodGet, "/api/accounts/"+account.ID+"/posts", nil, http.StatusOK, &posts)
		if len(posts.Items) == 0 || posts.Items[0].Title != article.Title || posts.Items[0].Source != accounts.FromDelivery {
			t.Errorf("posts = %+v, want the new one first", posts.Items)
		}
		town.stop(syscall.SIGTERM)
		checkNoSecrets(t, town)
	})
}

// readAsReader opens the public address and looks for the title, and for the pictures where the platform shows them.
func readAsReader(t *testing.T, delivery channels.Summary, title string) {
	t.Helper()
	response, err := http.Get(delivery.PublicURL)
	if err != nil {
		t.Errorf("a reader opens %s: %v", delivery.PublicURL, err)
		return
	}
	defer response.Body.Close()
	page, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK || !strings.Contains(string(page), title) {
		t.Errorf("a reader opens %s: %s, title found: %t", delivery.PublicURL, response.Status, strings.Contains(string(page), title))
	}
	if delivery.Platform != accounts.Weibo && !strings.Contains(string(page), "列表一") {
		t.Errorf("%s lacks the list of the text", delivery.PublicURL)
	}
	if !strings.Contains(string(page), "<img") {
		t.Errorf("%s shows no picture", delivery.PublicURL)
	}
}

// checkOnce asks the stand-ins how often they published.
func checkOnce(t *testing.T, town *town, published int) {
	t.Helper()
	report := town.sandbox.Report()
	total, wrong := tally(report)
	for _, line := range wrong {
		t.Error(line)
	}
	if total != published {
		t.Errorf("the stand-ins published %d times, want %d: %+v", total, published, report)
	}
}

// tally counts what the stand-ins published, and says what each saw twice or more often than it allows.
func tally(report sandbox.Report) (total int, wrong []string) {
	for id, account := range report.WeChat {
		total += account.Published
		if len(account.Duplicates) != 0 || len(account.Overruns) != 0 {
			wrong = append(wrong, fmt.Sprintf("WeChat %s: duplicates %v, quota overruns %v", id, account.Duplicates, account.Overruns))
		}
	}
	for id, account := range report.Weibo {
		total += account.Posts
		if len(account.Duplicates) != 0 || account.Overruns != 0 {
			wrong = append(wrong, fmt.Sprintf("Weibo %s: duplicates %v, quota overruns %d", id, account.Duplicates, account.Overruns))
		}
	}
	for id, account := range report.Apps {
		total += account.Items
		if account.Deliveries != account.Items || len(account.Duplicates) != 0 || account.Refused != 0 {
			wrong = append(wrong, fmt.Sprintf("app %s: %d events for %d items, duplicates %v, bad signatures %d", id, account.Deliveries, account.Items,
				account.Duplicates, account.Refused))
		}
	}
	return total, wrong
}

// checkNoSecrets looks through everything the program printed.
func checkNoSecrets(t testing.TB, town *town) {
	t.Helper()
	printed := town.log()
	for _, account := range demoAccounts {
		for _, secret := range []string{demoSecret(account.external), demoSecret("token" + account.external)} {
			if strings.Contains(printed, secret) {
				t.Errorf("a secret of %s stands in the log", account.name)
			}
		}
	}
	if strings.Contains(printed, demoPassword) {
		t.Error("a password stands in the log")
	}
}

// A scheduled article waits for its time, and can be taken back until then.
func TestScheduleWaitsAndCanBeTakenBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		article := draft(t, author, "定时发布的通知", "<p>正文</p>", accounts.KindApp)
		view := signAll(t, town, author, article.ID)
		past := sql.FromStd(time.Now().Add(-time.Hour))
		author.refuse(http.MethodPost, "/api/articles/"+article.ID+"/schedule", map[string]any{"version": view.Version, "at": past}, 422, "article.schedule_past")
		tomorrow := sql.FromStd(time.Now().Add(24 * time.Hour))
		schedule(author, view, &tomorrow)
		view = getArticle(author, article.ID)
		if view.State != articles.Scheduled || len(view.Deliveries) != 1 || view.Deliveries[0].State != channels.Scheduled {
			t.Fatalf("after scheduling: %s, %+v", view.State, view.Deliveries)
		}
		author.do(http.MethodPost, "/api/articles/"+article.ID+"/unschedule", map[string]any{"version": view.Version}, http.StatusOK, nil)
		view = getArticle(author, article.ID)
		if view.State != articles.Signed || view.Deliveries[0].State != channels.Cancelled {
			t.Fatalf("after taking it back: %s, %+v", view.State, view.Deliveries)
		}
		soon := sql.FromStd(time.Now().Add(1500 * time.Millisecond))
		schedule(author, view, &soon)
		deliveries := settled(town, author, article.ID)
		if deliveries[0].State != channels.StatePublished || *deliveries[0].PublishedAt < soon {
			t.Errorf("delivery = %+v, want it published after %s", deliveries[0], soon)
		}
		checkOnce(t, town, 1)
	})
}

// O12: one article to three channels, one of which refuses.
func TestO12OneArticleThreeChannelsOneFails(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		before := accountsOf(author)
		article := draft(t, author, "一稿三发", "<p>正文</p>", accounts.KindWeChatSubscription, accounts.KindWeibo, accounts.KindApp)
		town.sandbox.AddFault(sandbox.Fault{Match: sandbox.Match{Platform: "weibo", Path: "share.json"}, Action: "errcode", Code: 20021})
		view := signAll(t, town, author, article.ID)
		schedule(author, view, nil)
		for _, delivery := range settled(town, author, article.ID) {
			want := channels.StatePublished
			if delivery.Platform == accounts.Weibo {
				want = channels.Failed
			}
			if delivery.State != want {
				t.Errorf("%s is %s, want %s", delivery.AccountName, delivery.State, want)
			}
			if want == channels.Failed && (delivery.ErrorCode != "20021" || !hasHan(delivery.ErrorAdvice)) {
				t.Errorf("failed delivery says %q %q, want the platform's code and a sentence", delivery.ErrorCode, delivery.ErrorAdvice)
			}
		}
		var tasks taskList
		author.do(http.MethodGet, "/api/tasks", nil, http.StatusOK, &tasks)
		if len(tasks.Deliveries) != 1 || tasks.Deliveries[0].Platform != accounts.Weibo || tasks.Deliveries[0].State != channels.Failed {
			t.Errorf("alarms = %+v, want the one of Weibo", tasks.Deliveries)
		}
		after := accountsOf(author)
		for _, kind := range []accounts.Kind{accounts.KindWeChatSubscription, accounts.KindApp} {
			if *after[kind].LastPostAt <= *before[kind].LastPostAt {
				t.Errorf("the clock of %s did not start anew", kind)
			}
		}
		if *after[accounts.KindWeibo].LastPostAt != *before[accounts.KindWeibo].LastPostAt {
			t.Error("a failed delivery moved the clock of Weibo")
		}
	})
}
