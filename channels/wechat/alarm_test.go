package wechat_test

import (
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	"govmedia/units"
)

func (d *desk) alarms(who string) []channels.AccountAlarm {
	d.t.Helper()
	list, err := wechat.Alarms(d.t.Context(), d.db, d.People[who], units.ReadAccounts)
	if err != nil {
		d.t.Fatalf("Alarms(%s) = %v", who, err)
	}
	return list
}

func TestACertificationIsSpokenOfSixtyThirtyAndSevenDaysBeforeItsEnd(t *testing.T) {
	eachDesk(t, nil, func(d *desk) {
		for _, c := range []struct {
			days  int // from the last day of the certification to today
			level channels.Level
			says  string
		}{{-61, "", ""}, {-59, channels.Warn, "还有 59 天"}, {-30, channels.Bad, "马上办理"}, {-6, channels.Bad, "只剩 6 天"}, {0, channels.Bad, "今天到期"}, {1, channels.Bad, "到期，草稿"}} {
			last := d.db.Now().Add(-time.Duration(c.days) * 24 * time.Hour).Std().Format(time.DateOnly)
			account, err := accounts.Load(t.Context(), d.db, d.account.ID)
			if err != nil {
				t.Fatalf("accounts.Load: %v", err)
			}
			if _, err := accounts.SaveRecord(t.Context(), d.db, d.out.Book, d.People["admin"], account.ID, account.Version, map[string]string{"certified_until": last}); err != nil {
				t.Fatalf("accounts.SaveRecord: %v", err)
			}
			list := d.alarms("officer")
			switch {
			case c.level == "" && len(list) != 0:
				t.Errorf("%d days: %+v, want nothing", c.days, list)
			case c.level != "" && (len(list) != 1 || list[0].Level != c.level || !strings.Contains(list[0].Sentence, c.says) || !strings.Contains(list[0].Sentence, "请")):
				t.Errorf("%d days: %+v, want %s and %q", c.days, list, c.level, c.says)
			}
			if got := d.alarms("stranger"); len(got) != 0 {
				t.Errorf("a stranger sees %+v", got)
			}
		}
	})
}

func TestAnAddressThatIsNotOnTheWhiteListIsAnAlarm(t *testing.T) {
	eachDesk(t, nil, func(d *desk) {
		if got := d.alarms("officer"); len(got) != 0 {
			t.Fatalf("at first = %+v, want nothing", got)
		}
		d.box.AddFault(sandbox.Fault{Match: sandbox.Match{Path: "/cgi-bin/stable_token"}, Action: sandbox.Errcode, Code: 40164})
		d.work(d.schedule("防汛提示"))
		list := d.alarms("officer")
		if len(list) != 1 || list[0].Kind != channels.AlarmBlocked || list[0].Code != "40164" || !strings.Contains(list[0].Sentence, "白名单") {
			t.Errorf("alarms = %+v, want the white list", list)
		}
	})
}
