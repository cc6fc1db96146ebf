package sandbox_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

const (
	sendAll = "/cgi-bin/message/mass/sendall"
	getMass = "/cgi-bin/message/mass/get"
)

func (b *bench) sendAll(mediaID, name string) object {
	b.t.Helper()
	return b.wx(sendAll, object{"filter": object{"is_to_all": true}, "mpnews": object{"media_id": mediaID}, "msgtype": "mpnews",
		"send_ignore_reprint": 0, "clientmsgid": name})
}

func TestMass_OK(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Settings.PublishDelayMS = 60_000 })
	mediaID := b.draft("群发一篇")
	sent := b.sendAll(mediaID, "d1")
	wantCode(t, sent, 0)
	status := func() any { return b.wx(getMass, object{"msg_id": sent["msg_id"]})["msg_status"] }
	if got := status(); got != "SENDING" {
		t.Errorf("msg_status at once = %v, want SENDING", got)
	}
	wantCode(t, b.wx("/cgi-bin/message/mass/delete", object{"msg_id": sent["msg_id"], "article_idx": 1}), 40065)
	b.s.Advance(61 * time.Second)
	if got := status(); got != "SEND_SUCCESS" {
		t.Errorf("msg_status later = %v, want SEND_SUCCESS", got)
	}
	wantCode(t, b.wx("/cgi-bin/draft/get", object{"media_id": mediaID}), 40007)
	if list := b.wx("/cgi-bin/freepublish/batchget", object{"offset": 0, "count": 20}); list["total_count"] != 0.0 {
		t.Errorf("the list shows %v messages, want none: it was sent with notification", list["total_count"])
	}
	if index := b.page("/"); !strings.Contains(index, "群发一篇") {
		t.Error("readers do not see the article")
	}
	wantCode(t, b.wx("/cgi-bin/message/mass/delete", object{"msg_id": sent["msg_id"], "article_idx": 2}), 40060)
	wantCode(t, b.wx("/cgi-bin/message/mass/delete", object{"msg_id": 1}), 40059)
	wantCode(t, b.wx("/cgi-bin/message/mass/delete", object{"url": "https://example.com/x"}), 40204)
	wantCode(t, b.wx("/cgi-bin/message/mass/delete", object{"msg_id": sent["msg_id"], "article_idx": 1}), 0)
	if got := status(); got != "DELETE" {
		t.Errorf("msg_status after the deletion = %v, want DELETE", got)
	}
	if r := b.s.Report().WeChat[appid]; r.Masses != 1 || r.MassSent != 1 || r.Deleted != 1 {
		t.Errorf("report = %+v, want one sent and deleted", r)
	}
}

func TestMass_NamesAndQuota(t *testing.T) {
	b := open(t, nil)
	first := b.sendAll(b.draft("一"), "d1")
	wantCode(t, first, 0)
	wantCode(t, b.sendAll(b.draft("二"), "d1"), 45066)
	b.s.Advance(2 * time.Minute)
	again := b.sendAll(b.draft("二"), "d1")
	wantCode(t, again, 45065)
	if again["msg_id"] != first["msg_id"] {
		t.Errorf("45065 names %v, want %v", again["msg_id"], first["msg_id"])
	}
	wantCode(t, b.sendAll(b.draft("二"), "d2"), 45028)
	wantCode(t, b.sendAll(b.draft("二"), strings.Repeat("x", 33)), 45067)
	wantCode(t, b.sendAll("nothing", "d3"), 40007)
	b.s.Advance(24 * time.Hour)
	b.token = ""
	wantCode(t, b.sendAll(b.draft("三"), "d1"), 0)
	if b.s.Report().WeChat[appid].MassSent != 2 {
		t.Errorf("report = %+v, want two sent", b.s.Report().WeChat[appid])
	}
}

func TestMass_ServiceAccountsHaveFourAMonth(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[0].Type = "service" })
	for i := range 5 {
		want := 0
		if i == 4 {
			want = 45028
		}
		wantCode(t, b.sendAll(b.draft("第"+strconv.Itoa(i)), "d"+strconv.Itoa(i)), want)
	}
	b.s.SetClock(time.Date(2026, 12, 1, 9, 0, 0, 0, start.Location()))
	b.token = ""
	wantCode(t, b.sendAll(b.draft("下月"), "d9"), 0)
	send := func(to ...string) object {
		return b.wx("/cgi-bin/message/mass/send", object{"touser": to, "msgtype": "mpnews", "mpnews": object{"media_id": b.draft("选发")}})
	}
	wantCode(t, send(), 40031)
	wantCode(t, send("o1"), 40130)
	wantCode(t, send("o1", "o2"), 0)
}

func TestMass_TheAdministratorConfirms(t *testing.T) {
	for _, yes := range []bool{true, false} {
		b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[0].MassProtection = true })
		mediaID := b.draft("群发")
		first := b.sendAll(mediaID, "d1")
		wantCode(t, first, 89504)
		b.s.Advance(2 * time.Minute)
		wantCode(t, b.sendAll(mediaID, "d1"), 89505)
		if n := b.s.Approve(appid, yes); n != 1 {
			t.Fatalf("Approve = %d, want 1", n)
		}
		want := map[bool]string{true: "SEND_SUCCESS", false: "SEND_FAIL"}[yes]
		if got := b.wx(getMass, object{"msg_id": first["msg_id"]})["msg_status"]; got != want {
			t.Errorf("msg_status after %v = %v, want %s", yes, got, want)
		}
	}
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[0].MassProtection = true })
	first := b.sendAll(b.draft("群发"), "d1")
	b.s.Advance(31 * time.Minute)
	if got := b.wx(getMass, object{"msg_id": first["msg_id"]})["msg_status"]; got != "SEND_FAIL" || b.s.Approve(appid, true) != 0 {
		t.Errorf("msg_status after half an hour = %v, want SEND_FAIL and nothing to confirm", got)
	}
}

func TestMass_PreviewAndSpeed(t *testing.T) {
	b := open(t, nil)
	mediaID := b.draft("预览")
	preview := object{"towxname": "xiaowang", "msgtype": "mpnews", "mpnews": object{"media_id": mediaID}}
	wantCode(t, b.wx("/cgi-bin/message/mass/preview", preview), 0)
	wantCode(t, b.wx("/cgi-bin/message/mass/preview", object{"msgtype": "mpnews", "mpnews": object{"media_id": mediaID}}), 40003)
	wantCode(t, b.wx("/cgi-bin/message/mass/speed/set", object{"speed": 9}), 45083)
	wantCode(t, b.wx("/cgi-bin/message/mass/speed/set", object{"speed": 3}), 0)
	if got := b.wx("/cgi-bin/message/mass/speed/get", object{}); got["speed"] != 3.0 || got["realspeed"] != 30.0 {
		t.Errorf("speed/get = %v, want 3 and 30", got)
	}
}

func TestComments_OK(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[0].CommentFeature = true })
	mediaID := text(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{b.article("可留言", func(a object) { a["need_open_comment"] = 1 })}}), "media_id")
	submitted := b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID})
	job := b.wx("/cgi-bin/freepublish/get", object{"publish_id": submitted["publish_id"]})
	at := func(more object) object {
		out := object{"msg_data_id": submitted["msg_data_id"], "index": 0}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	for _, words := range []string{"好", "请问何时办理"} {
		if err := b.s.Happen(sandbox.Event{Type: "wechat.comment", Account: appid, ID: text(t, job, "article_id"), Text: words}); err != nil {
			t.Fatal(err)
		}
	}
	list := func(kind int) []any {
		out := b.wx("/cgi-bin/comment/list", at(object{"begin": 0, "count": 20, "type": kind}))
		wantCode(t, out, 0)
		return out["comment"].([]any)
	}
	all := list(0)
	if len(all) != 2 || all[0].(object)["content"] != "请问何时办理" {
		t.Fatalf("comment/list = %v, want two, the newest first", all)
	}
	one := at(object{"user_comment_id": all[0].(object)["user_comment_id"]})
	wantCode(t, b.wx("/cgi-bin/comment/markelect", one), 0)
	if len(list(2)) != 1 || len(list(1)) != 1 {
		t.Error("featured and ordinary comments are not told apart")
	}
	wantCode(t, b.wx("/cgi-bin/comment/unmarkelect", one), 0)
	one["content"] = strings.Repeat("长", 601)
	wantCode(t, b.wx("/cgi-bin/comment/reply/add", one), 88007)
	one["content"] = "[sim:88011]"
	wantCode(t, b.wx("/cgi-bin/comment/reply/add", one), 88011)
	one["content"] = "工作日上午九点。"
	wantCode(t, b.wx("/cgi-bin/comment/reply/add", one), 0)
	wantCode(t, b.wx("/cgi-bin/comment/reply/add", one), 88005)
	if reply, _ := list(0)[0].(object)["reply"].([]any); len(reply) != 1 {
		t.Errorf("reply = %v, want an array of one", list(0)[0])
	}
	wantCode(t, b.wx("/cgi-bin/comment/reply/delete", one), 0)
	wantCode(t, b.wx("/cgi-bin/comment/delete", one), 0)
	wantCode(t, b.wx("/cgi-bin/comment/delete", one), 88008)
	wantCode(t, b.wx("/cgi-bin/comment/list", at(object{"begin": 0, "count": 50, "type": 0})), 88010)
	wantCode(t, b.wx("/cgi-bin/comment/close", object{"msg_data_id": 1, "index": 0}), 88001)
	wantCode(t, b.wx("/cgi-bin/comment/close", at(nil)), 0)
	if err := b.s.Happen(sandbox.Event{Type: "wechat.comment", Account: appid, ID: text(t, job, "article_id"), Text: "晚了"}); err == nil {
		t.Error("a comment was taken after comments were closed")
	}
	plain := open(t, nil)
	wantCode(t, plain.wx("/cgi-bin/comment/list", at(object{"begin": 0, "count": 20})), 88000)
}

func TestStatistics_OK(t *testing.T) {
	b := open(t, nil)
	b.publish(b.draft("不通知"))
	wantCode(t, b.sendAll(b.draft("群发"), "d1"), 0)
	day := start.Format(time.DateOnly)
	ask := func(path string, begin, end string) object {
		return b.wx("/datacube/"+path, object{"begin_date": begin, "end_date": end})
	}
	wantCode(t, ask("getarticletotaldetail", day, day), 61501)
	wantCode(t, ask("getarticletotaldetail", "22.11.2026", day), 61500)
	b.s.SetClock(time.Date(2026, 11, 23, 7, 59, 0, 0, start.Location()))
	b.token = ""
	wantCode(t, ask("getarticletotaldetail", day, day), 61503)
	b.s.SetClock(time.Date(2026, 11, 23, 8, 1, 0, 0, start.Location()))
	kinds := map[string]any{}
	for _, row := range ask("getarticletotaldetail", day, day)["list"].([]any) {
		kinds[row.(object)["title"].(string)] = row.(object)["publish_type"]
	}
	if kinds["不通知"] != 1.0 || kinds["群发"] != 0.0 {
		t.Errorf("publish types %v, want 1 without notification and 0 with", kinds)
	}
	for path, span := range map[string]int{"getarticleread": 1, "getarticleshare": 1, "getbizsummary": 30, "getusersummary": 7, "getusercumulate": 7,
		"getinterfacesummary": 30, "getarticlesummary": 1, "getarticletotal": 1, "getuserread": 3, "getuserreadhour": 1, "getusershare": 7, "getusersharehour": 1} {
		end := start
		wantCode(t, ask(path, end.AddDate(0, 0, 1-span).Format(time.DateOnly), end.Format(time.DateOnly)), 0)
		wantCode(t, ask(path, end.AddDate(0, 0, -span).Format(time.DateOnly), end.Format(time.DateOnly)), 61501)
	}
}

func TestOpenAPI_RequestsAndClearing(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[0].Profile = "tiny" })
	mediaID := b.draft("稿")
	for range 3 {
		b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID})
	}
	refused := b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID})
	wantCode(t, refused, 45009)
	_, rid, _ := strings.Cut(refused["errmsg"].(string), "rid: ")
	if got := b.wx("/cgi-bin/openapi/rid/get", object{"rid": rid}); got["request"].(object)["request_url"] != "/cgi-bin/freepublish/submit" {
		t.Errorf("rid/get = %v, want the refused call", got)
	}
	wantCode(t, b.wx("/cgi-bin/openapi/rid/get", object{"rid": "0-0-0"}), 76023)
	wantCode(t, b.wx("/cgi-bin/openapi/quota/clear", object{"cgi_path": "/nothing"}), 76021)
	wantCode(t, b.wx("/cgi-bin/openapi/quota/clear", object{"cgi_path": "/cgi-bin/freepublish/submit"}), 0)
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": b.draft("另一稿")}), 0)
	address := b.url + "/wechat/cgi-bin/clear_quota/v2?appid=" + appid + "&appsecret="
	wantCode(t, b.must("POST", address+"wrong", "", nil).object(t), 40125)
	for i := range 10 {
		want := 0
		if i == 9 {
			want = 48006
		}
		wantCode(t, b.must("POST", address+secret, "", nil).object(t), want)
	}
}
