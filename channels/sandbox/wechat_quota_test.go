package sandbox_test

import (
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

func TestQuota_PerBeijingDay(t *testing.T) {
	b := open(t, nil)
	for range 10 {
		wantCode(t, b.wx("/cgi-bin/freepublish/delete", object{"article_id": "no"}), 53600)
	}
	wantCode(t, b.wx("/cgi-bin/freepublish/delete", object{"article_id": "no"}), 45009)
	quota := b.wx("/cgi-bin/openapi/quota/get", object{"cgi_path": "/cgi-bin/freepublish/delete"})["quota"].(object)
	if quota["daily_limit"] != 10.0 || quota["used"] != 10.0 || quota["remain"] != 0.0 {
		t.Errorf("quota/get = %v, want 10 of 10 used", quota)
	}
	wantCode(t, b.wx("/cgi-bin/openapi/quota/get", object{"cgi_path": "/nothing"}), 76021)
	if got := b.s.Report().WeChat[appid].Overruns["/cgi-bin/freepublish/delete"]; got != 1 {
		t.Errorf("report counts %d overruns, want 1", got)
	}
	b.s.SetClock(start.Add(15*time.Hour - time.Second)) // 23:59:59
	b.token = ""
	wantCode(t, b.wx("/cgi-bin/freepublish/delete", object{"article_id": "no"}), 45009)
	b.s.Advance(2 * time.Second)
	wantCode(t, b.wx("/cgi-bin/freepublish/delete", object{"article_id": "no"}), 53600)
}

func TestQuota_Clear(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[0].Quotas = map[string]int{"/cgi-bin/draft/count": 1} })
	for range 10 {
		wantCode(t, b.wx("/cgi-bin/draft/count", nil), 0)
		wantCode(t, b.wx("/cgi-bin/draft/count", nil), 45009)
		wantCode(t, b.wx("/cgi-bin/clear_quota", object{"appid": appid}), 0)
	}
	wantCode(t, b.wx("/cgi-bin/clear_quota", object{"appid": appid}), 48006)
	wantCode(t, b.wx("/cgi-bin/clear_quota", object{"appid": "wx0000000000000002"}), 40013)
}

func TestQuota_MinuteAndHiddenLimiter(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) {
		cfg.Seeds.WeChat[0].MinuteLimit, cfg.Seeds.WeChat[0].PublishPerHour = 3, 1
	})
	first, second := b.draft("一"), b.draft("二")
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": first}), 0)
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": second}), 53501)
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": second}), 53501)
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": second}), 45011)
	b.s.Advance(time.Hour)
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": second}), 0)
}
