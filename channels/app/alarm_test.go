package app_test

import (
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/app"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func TestAnAppWhoseServerTakesNothingIsAnAlarm(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		place := unitstest.District(t, db)
		library, err := rules.Builtin()
		if err != nil {
			t.Fatalf("rules.Builtin: %v", err)
		}
		since := db.Now().Add(-24 * time.Hour)
		account, err := accounts.Create(t.Context(), db, rules.NewBook(library), units.System, accounts.NewAccount{UnitID: place.Town.ID, Platform: accounts.App,
			Kind: accounts.KindApp, Name: "清源镇客户端", Mode: accounts.Auto, State: accounts.InUse, InUseAt: &since})
		if err != nil {
			t.Fatalf("accounts.Create: %v", err)
		}
		args := sql.Args{"name": "app/" + account.ID, "code": "http_401", "now": db.Now(), "trips": 0, "until_at": db.Now().Add(time.Minute)}
		do := func(statement string) {
			t.Helper()
			if _, err := db.Exec(t.Context(), statement, args); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
		alarms := func(who string) []channels.AccountAlarm {
			t.Helper()
			list, err := app.Alarms(t.Context(), db, place.People[who], units.ReadAccounts)
			if err != nil {
				t.Fatalf("Alarms(%s) = %v", who, err)
			}
			return list
		}
		do("circuit.insert")
		do("circuit.fail")
		if got := alarms("officer"); len(got) != 0 {
			t.Errorf("after two failures = %+v, want nothing yet", got)
		}
		do("circuit.fail")
		got := alarms("officer")
		if len(got) != 1 || got[0].AccountID != account.ID || got[0].Kind != channels.AlarmRefusing || got[0].Code != "http_401" || !strings.Contains(got[0].Sentence, "连续 3 次") {
			t.Errorf("after three = %+v, want the app named", got)
		}
		do("circuit.open")
		if got := alarms("officer"); len(got) != 1 || !strings.Contains(got[0].Sentence, "再试") {
			t.Errorf("left alone = %+v, want when it is tried again", got)
		}
		if got := alarms("stranger"); len(got) != 0 {
			t.Errorf("a stranger sees %+v", got)
		}
		do("circuit.close")
		if got := alarms("officer"); len(got) != 0 {
			t.Errorf("when it answers again = %+v, want nothing", got)
		}
	})
}
