package sandbox_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

func TestWeiboComments(t *testing.T) {
	b := open(t, nil)
	mid := text(t, wantWeibo(t, b.wbPost(share, post("通知", nil)), 0, 200), "mid")
	if err := b.s.Happen(sandbox.Event{Type: "weibo.comment", Account: "2002", ID: mid, Text: "请问几点办公？"}); err != nil {
		t.Fatal(err)
	}
	shown := b.wbGet("/2/comments/show.json", "wb-token", "id", mid).object(t)["comments"].([]any)
	asked := shown[0].(object)
	if len(shown) != 1 || asked["text"] != "请问几点办公？" || asked["user"].(object)["idstr"] != "2002" || asked["status"].(object)["mid"] != mid {
		t.Fatalf("comments/show = %v", shown)
	}
	write := func(path string, fields ...string) reply {
		values := map[string]string{"access_token": "wb-token", "id": mid}
		for i := 0; i+1 < len(fields); i += 2 {
			values[fields[i]] = fields[i+1]
		}
		return b.wbPost(path, values)
	}
	answer := wantWeibo(t, write("/2/comments/reply.json", "cid", asked["idstr"].(string), "comment", "上午九点。"), 0, 200)
	if answer["reply_comment"].(object)["idstr"] != asked["idstr"] {
		t.Errorf("reply = %v, want it to name what it answers", answer)
	}
	wantWeibo(t, write("/2/comments/reply.json", "cid", "1", "comment", "答"), 20201, 400)
	wantWeibo(t, write("/2/comments/create.json", "comment", strings.Repeat("字", 140)), 0, 200)
	wantWeibo(t, write("/2/comments/create.json", "comment", strings.Repeat("字", 141)), 20012, 400)
	wantWeibo(t, write("/2/comments/create.json", "comment", " "), 20008, 400)
	wantWeibo(t, write("/2/comments/create.json"), 10016, 400)
	wantWeibo(t, write("/2/comments/create.json", "id", "1", "comment", "字"), 20101, 400)
	count := func(path string, fields ...string) int {
		return len(b.wbGet(path, "wb-token", fields...).object(t)["comments"].([]any))
	}
	if got := []int{count("/2/comments/to_me.json"), count("/2/comments/by_me.json"), count("/2/comments/timeline.json"),
		count("/2/comments/show.json", "id", mid, "since_id", asked["idstr"].(string)), count("/2/comments/show.json", "id", mid, "count", "1", "page", "2")}; got[0] != 1 || got[1] != 2 || got[2] != 3 || got[3] != 2 || got[4] != 1 {
		t.Errorf("to me, by me, all, since, second page of one = %v, want 1 2 3 2 1", got)
	}
	wantWeibo(t, b.wbPost("/2/comments/destroy_batch.json", map[string]string{"access_token": "wb-other", "cids": answer["idstr"].(string)}), 20202, 400)
	gone := b.wbPost("/2/comments/destroy_batch.json", map[string]string{"access_token": "wb-token", "cids": asked["idstr"].(string) + "," + answer["idstr"].(string) + ",7"})
	if gone.StatusCode != 200 || count("/2/comments/show.json", "id", mid) != 1 {
		t.Errorf("destroy_batch = %s, want two taken away", gone.body)
	}
	if shown := b.wbGet("/2/statuses/show.json", "wb-token", "id", mid).object(t); shown["comments_count"] != 1.0 {
		t.Errorf("comments_count = %v, want 1", shown["comments_count"])
	}
}

func TestWeiboTokensEndInThreeWays(t *testing.T) {
	for event, code := range map[string]int{"weibo.revoke": 21316, "weibo.expire": 21315, "weibo.drop_token": 21332} {
		t.Run(event, func(t *testing.T) {
			b := open(t, nil)
			if err := b.s.Happen(sandbox.Event{Type: event, Account: "2001"}); err != nil {
				t.Fatal(err)
			}
			got := b.wbGet("/2/users/show.json", "wb-token", "uid", "2001").object(t)
			if got["error_code"] != float64(code) {
				t.Errorf("answer %v, want %d", got, code)
			}
			wantWeibo(t, b.wbGet("/2/users/show.json", "wb-other", "uid", "2002"), 0, 200)
		})
	}
}

func TestWeiboPermissionIsWithdrawnAndAccountsFreeze(t *testing.T) {
	b := open(t, nil)
	happen := func(e sandbox.Event) {
		t.Helper()
		if err := b.s.Happen(e); err != nil {
			t.Fatal(err)
		}
	}
	happen(sandbox.Event{Type: "weibo.withdraw", Account: "1001", Text: "share"})
	wantWeibo(t, b.wbPost(share, post("一", nil)), 10014, 403)
	wantWeibo(t, b.wbPost("/2/statuses/update.json", post("一", nil)), 0, 200)
	happen(sandbox.Event{Type: "weibo.grant", Account: "1001", Text: "share"})
	wantWeibo(t, b.wbPost(share, post("二", nil)), 0, 200)
	happen(sandbox.Event{Type: "weibo.withdraw", Account: "1002", Text: "destroy"})
	wantWeibo(t, b.wbPost("/2/statuses/destroy.json", map[string]string{"access_token": "wb-test", "id": "1"}), 10014, 403)
	happen(sandbox.Event{Type: "weibo.freeze", Account: "2001"})
	wantWeibo(t, b.wbPost(share, post("三", nil)), 20015, 403)
	happen(sandbox.Event{Type: "weibo.unfreeze", Account: "2001"})
	wantWeibo(t, b.wbPost(share, post("三", nil)), 0, 200)
	if err := b.s.Happen(sandbox.Event{Type: "weibo.withdraw", Account: "9", Text: "share"}); err == nil {
		t.Error("an app that is not there lost a permission")
	}
}

func TestWeiboIdsNextToTheLimitOfFloatingPoint(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.Weibo.LastID = 1<<53 - 2 })
	raw := string(b.wbPost(share, post("长编号", nil)).body)
	var got struct{ Mid string }
	for _, line := range strings.Split(raw, ",") {
		if value, ok := strings.CutPrefix(line, `"mid":"`); ok {
			got.Mid = strings.TrimSuffix(value, `"`)
		}
	}
	id, err := strconv.ParseInt(got.Mid, 10, 64)
	if err != nil || id < 1<<53-1 || !strings.Contains(raw, `"id":`+got.Mid) {
		t.Errorf("mid %q, want one at 2^53, the same as a number in\n%s", got.Mid, raw)
	}
}

func TestWeiboLateBySoManySeconds(t *testing.T) {
	b := open(t, nil)
	wantWeibo(t, b.wbPost(share, post("[sim:20032:300]通知", nil)), 20032, 400)
	for i, step := range []time.Duration{299 * time.Second, 2 * time.Second} {
		b.s.Advance(step)
		if n := len(b.wbGet("/2/statuses/user_timeline.json", "wb-token").object(t)["statuses"].([]any)); n != i {
			t.Errorf("%s later the timeline has %d posts, want %d", step, n, i)
		}
	}
}

func TestWeiboArticleOfficeErrors(t *testing.T) {
	b := open(t, nil)
	fields := func(title string) map[string]string {
		return map[string]string{"access_token": "wb-token", "title": title, "cover": "https://gov.example.cn/c.jpg", "rip": "203.0.113.9",
			"content": strings.ReplaceAll(url.QueryEscape("<p>正文</p>"), "+", "%20")}
	}
	posts := func() int { return b.s.Report().Weibo["2001"].Posts }
	if got := b.wbPost("/proxy/article/publish.json", fields("[sim:11003]")).object(t); got["code"] != "11003" || b.s.Report().Weibo["2001"].Articles != 1 || posts() != 0 {
		t.Errorf("11003 = %v with %+v, want the article without a post", got, b.s.Report().Weibo["2001"])
	}
	for _, code := range []string{"10001", "10008", "11001", "11002"} {
		got := b.wbPost("/proxy/article/publish.json", fields("[sim:e"+code+"]"))
		if o := got.object(t); got.StatusCode != 200 || o["code"] != code || posts() != 0 {
			t.Errorf("marked %s = %d %v, want that code with HTTP 200 and nothing done", code, got.StatusCode, o)
		}
	}
	b.s.AddFault(sandbox.Fault{Match: sandbox.Match{Path: "/proxy/article/publish.json"}, Action: sandbox.Errcode, Code: 21327})
	if got := b.wbPost("/proxy/article/publish.json", fields("令牌")); got.StatusCode != 403 || got.object(t)["error_code"] != 21327.0 {
		t.Errorf("a token that ended = %d %s, want the form of the other interfaces", got.StatusCode, got.body)
	}
}

func TestWeiboLongTextIsCutInLists(t *testing.T) {
	b := open(t, nil)
	long := post(strings.Repeat("长", 300), func(f map[string]string) { f["is_longtext"] = "1" })
	mid := text(t, wantWeibo(t, b.wbPost("/2/statuses/update.json", long), 0, 200), "mid")
	listed := b.wbGet("/2/statuses/user_timeline.json", "wb-token").object(t)["statuses"].([]any)[0].(object)
	if got := listed["text"].(string); strings.Count(got, "长") != 140 || listed["isLongText"] != true {
		t.Errorf("listed %q, want 140 characters and a hint", got)
	}
	if whole := b.wbGet("/2/statuses/show.json", "wb-token", "id", mid).object(t); strings.Count(whole["text"].(string), "长") != 300 {
		t.Errorf("shown %v, want the whole text", whole["text"])
	}
}
