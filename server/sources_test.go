package main

import (
	"net/http"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
)

// A feed is probed, added, read by the running program, and its doubtful date answered; a sheet of posts is checked and
// brought in. Each is shown once allowed, once refused, and once on another unit's account.
func TestObservingThroughTheAPI(t *testing.T) {
	town := newTown(t, "")
	now := time.Now().In(time.FixedZone("", 8*3600))
	town.sandbox.AddPortal(sandbox.Portal{Name: "town", Title: "清源镇", SiteCode: "5001520001", Columns: []sandbox.PortalColumn{{Path: "gzdt", Title: "工作动态", Articles: []sandbox.PortalArticle{
		{ID: "1", Title: "防汛提示", PubDate: now.Add(-time.Hour).Format("2006-01-02 15:04")}, {ID: "2", Title: "来自未来", PubDate: now.AddDate(0, 0, 9).Format("2006-01-02 15:04")}}}}})
	town.start()
	admin, officer, stranger := town.signIn("guanli"), town.signIn("xinxi"), town.signIn("wenlv")
	var page accounts.Page
	admin.do(http.MethodGet, "/api/accounts?platform=channels", nil, http.StatusOK, &page)
	if len(page.Items) == 0 {
		t.Fatal("the demo has no account of the platform")
	}
	account := page.Items[0]
	in := map[string]any{"kind": "feed", "url": town.stand.URL + "/portal/town/rss.xml"}
	path := "/api/accounts/" + account.ID + "/sources"
	var probed channels.Probed
	admin.do(http.MethodPost, path+"/probe", in, http.StatusOK, &probed)
	if probed.Result != channels.ReadUpdated || len(probed.Items) != 2 || probed.Items[1].Doubt == "" {
		t.Errorf("probe = %+v, want two items, one of them doubtful", probed)
	}
	officer.do(http.MethodPost, path, in, http.StatusForbidden, nil)
	var source channels.Source
	admin.do(http.MethodPost, path, in, http.StatusOK, &source)
	admin.do(http.MethodPost, path, in, http.StatusConflict, nil)
	stranger.do(http.MethodGet, "/api/sources/"+source.ID, nil, http.StatusNotFound, nil)
	waitFor(t, 30*time.Second, "the feed to be read", func() bool {
		officer.do(http.MethodGet, "/api/sources/"+source.ID, nil, http.StatusOK, &source)
		return source.Result == channels.ReadUpdated || source.Result == channels.ReadUnchanged
	})
	var questions accounts.QuestionPage
	officer.do(http.MethodGet, "/api/post-questions?account_id="+account.ID, nil, http.StatusOK, &questions)
	if len(questions.Items) != 1 || questions.Items[0].Kind != accounts.DoubtFuture {
		t.Fatalf("questions = %+v, want the future date", questions)
	}
	answer := "/api/post-questions/" + questions.Items[0].ID + "/answer"
	reply := map[string]any{"version": questions.Items[0].Version, "answer": "first_seen"}
	stranger.do(http.MethodPost, answer, reply, http.StatusNotFound, nil)
	officer.do(http.MethodPost, answer, reply, http.StatusOK, nil)
	officer.do(http.MethodPost, answer, reply, http.StatusConflict, nil)
	var counts channels.SourceCounts
	officer.do(http.MethodGet, "/api/sources/counts", nil, http.StatusOK, &counts)
	if counts.Sources == 0 || counts.Questions != 0 {
		t.Errorf("counts = %+v", counts)
	}
	sheet := []byte("账号,标题,网址,发布时间\n" + account.Name + ",补登,https://channels.weixin.qq.com/a/1," + now.Add(-2*time.Hour).Format("2006-01-02 15:04") + "\n")
	var brought accounts.PostSheet
	officer.upload("/api/post-imports", "更新.csv", sheet, map[string]string{"check": "true"}, http.StatusOK, &brought)
	if brought.Done || brought.Create != 1 {
		t.Errorf("checked = %+v", brought)
	}
	officer.upload("/api/post-imports", "更新.csv", sheet, map[string]string{"note": "截图见附件"}, http.StatusOK, &brought)
	if !brought.Done || brought.Create != 1 {
		t.Errorf("brought in = %+v", brought)
	}
	stranger.upload("/api/post-imports", "更新.csv", sheet, nil, http.StatusOK, &brought)
	if brought.Refused != 1 {
		t.Errorf("by a stranger = %+v, want it refused", brought)
	}
	admin.do(http.MethodPost, "/api/sources/"+source.ID+"/remove", map[string]any{"version": source.Version}, http.StatusNoContent, nil)
}

// What the platform told is held against what was signed, wherever it stands; a pasted address must be one that readers can open.
func TestAPublishedArticleIsHeldAgainstWhatWasSigned(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	author := town.signIn("xinxi")
	article := draft(t, author, "清源镇防汛提示", "<p>请各村注意防范强降雨。</p>", accounts.KindWeChatSubscription)
	schedule(author, signAll(t, town, author, article.ID), nil)
	delivery := settled(town, author, article.ID)[0]
	path := "/api/deliveries/" + delivery.ID + "/compare"
	var compared channels.Comparison
	author.do(http.MethodPost, path, map[string]any{"url": delivery.PublicURL}, http.StatusOK, &compared)
	if compared.Match != channels.MatchSame || compared.SignedTitle != "清源镇防汛提示" || len(compared.Signed) != 1 || !compared.Signed[0].Found {
		t.Errorf("the published article = %+v, want it as signed", compared)
	}
	author.refuse(http.MethodPost, path, map[string]any{"url": town.stand.URL + "/s/another"}, http.StatusUnprocessableEntity, "manual.url_inner")
	town.signIn("shiban").do(http.MethodPost, path, map[string]any{"url": delivery.PublicURL}, http.StatusNotFound, nil)
}
