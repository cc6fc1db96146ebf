package oversight_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/sql"
	"govmedia/units"
)

// said is the text that a bot of the two platforms was given.
func said(t *testing.T, c call) string {
	t.Helper()
	var body struct {
		Type string `json:"msgtype"`
		Text struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	if err := json.Unmarshal(c.body, &body); err != nil || body.Type != "text" {
		t.Fatalf("a bot was given %s: %v", c.body, err)
	}
	return body.Text.Content
}

// A bot does not go to the unit that takes another in: its group would hear of all that concerns that one. The card says so before.
func TestTheBotsOfAMergedUnitGo(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		bot := newBot(t, fine)
		w.open(bot.url)
		hook := w.hook(oversight.NewHook{UnitID: w.Town.ID, Name: "镇工作群", Kind: oversight.Generic, Address: bot.url + "/hook"})
		card, err := accounts.UnitCardOf(t.Context(), w.db, w.book, w.People["admin"], w.Town.ID)
		if err != nil || len(card.Belongings) != 1 || card.Belongings[0].Label != "1 个群机器人" || card.Belongings[0].Moves || card.Belongings[0].Why == "" {
			t.Errorf("before the merger the card shows %+v, %v", card.Belongings, err)
		}
		if _, err := accounts.MergeUnit(t.Context(), w.db, w.People["admin"], w.Town.ID, w.Town.Version, w.Bureau.ID, oversight.MoveUnit); err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		refusedWith(t, "TestHook of the merged unit", oversight.TestHook(t.Context(), w.db, w.People["admin"], hook.ID), oversight.ErrHookNotFound)
	})
}

func TestDingTalkIsSignedAsItsDocumentsSay(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		const secret = "SECthisIsNoRealSecretButLooksLikeOne0123456789"
		bot := newBot(t, fine)
		w.open(bot.url)
		made := w.hook(oversight.NewHook{UnitID: w.Town.ID, Name: "镇工作群", Kind: oversight.DingTalk, Secret: secret,
			Address: bot.url + "/robot/send?access_token=token-of-the-test&timestamp=1&sign=old"})
		if made.Secret != "" {
			t.Error("a secret that somebody typed was shown again")
		}
		w.account("清源发布", accounts.KindWeChatSubscription, "2026-11-19 08:30")
		w.remind("2026-11-23 00:05")
		w.remind("2026-11-23 08:30")
		calls := bot.got()
		if len(calls) != 1 {
			t.Fatalf("the bot was called %d times, want 1: %+v", len(calls), w.history(oversight.MessageFilter{Channel: oversight.ViaHook}))
		}
		query := calls[0].url.Query()
		stamp, err := strconv.ParseInt(query.Get("timestamp"), 10, 64)
		if err != nil || stamp != beijing(t, "2026-11-23 08:30").UnixMilli() {
			t.Errorf("timestamp = %q, want the present milliseconds", query.Get("timestamp"))
		}
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%d\n%s", stamp, secret)
		if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); query.Get("sign") != want {
			t.Errorf("sign = %q, want %q", query.Get("sign"), want)
		}
		if query.Get("access_token") != "token-of-the-test" || len(query["sign"]) != 1 || calls[0].method != http.MethodPost || calls[0].url.Path != "/robot/send" {
			t.Errorf("called %s %s", calls[0].method, calls[0].url)
		}
		if !strings.HasPrefix(calls[0].header.Get("Content-Type"), "application/json") {
			t.Errorf("Content-Type = %q", calls[0].header.Get("Content-Type"))
		}
		text := said(t, calls[0])
		if !strings.Contains(text, "提醒") || !strings.Contains(text, "“清源发布”（微信订阅号）：距7日上限还有3天") {
			t.Errorf("the bot was given %q", text)
		}
		w.remind("2026-11-23 08:31")
		if got := len(bot.got()); got != 1 {
			t.Errorf("the bot was called %d times", got)
		}
	})
}

func TestWeComGetsAtMostItsBytesAndTheRestIsCounted(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		bot := newBot(t, fine)
		w.open(bot.url)
		w.hook(oversight.NewHook{UnitID: w.Office.ID, Name: "区群", Kind: oversight.WeCom, Below: true, Address: bot.url + "/cgi-bin/webhook/send?key=key-of-the-test"})
		for i := range 60 {
			w.clock(w.Town, "filings", fmt.Sprintf("r%d", i), "2026-11-01 10:00", "2026-11-24 10:00")
		}
		w.remind("2026-11-23 00:05")
		w.remind("2026-11-23 08:30")
		calls := bot.got()
		if len(calls) != 1 || calls[0].url.Query().Get("key") != "key-of-the-test" {
			t.Fatalf("the bot got %d calls: %+v", len(calls), calls)
		}
		text := said(t, calls[0])
		shown := strings.Count(text, "距时限还有")
		if len(text) > 2048 || !utf8.ValidString(text) || shown < 10 || !strings.Contains(text, fmt.Sprintf("另有%d项，请到平台查看。", 60-shown)) {
			t.Errorf("the bot was given %d bytes with %d lines: %q", len(text), shown, text)
		}
	})
}

func TestAGenericReceiverGetsASignedEvent(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		bot := newBot(t, func(_ int, rw http.ResponseWriter) { rw.WriteHeader(http.StatusNoContent) })
		w.open(bot.url)
		made := w.hook(oversight.NewHook{UnitID: w.Town.ID, Name: "值班系统", Kind: oversight.Generic, Address: bot.url + "/in"})
		*w.now = beijing(t, "2026-11-19 10:00")
		_, err := oversight.OpenMatter(t.Context(), w.db, w.book, w.People["admin"], oversight.NewMatter{UnitID: w.Town.ID, Rulebook: "tongnan-2022",
			Section: "takedown", Rule: "office-found", Title: "山某某来信反映的事", EventAt: w.time("2026-11-19 10:00")})
		if err != nil {
			t.Fatalf("OpenMatter: %v", err)
		}
		w.remind("2026-11-19 10:01")
		w.remind("2026-11-19 10:40")
		if got := len(bot.got()); got != 1 {
			t.Errorf("the receiver was called %d times, want 1", got)
		}
		var told string
		for _, c := range bot.got() {
			id, stamp, given := c.header.Get("webhook-id"), c.header.Get("webhook-timestamp"), c.header.Get("webhook-signature")
			key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(made.Secret, "whsec_"))
			if err != nil {
				t.Fatalf("the secret that was made is %q: %v", made.Secret, err)
			}
			mac := hmac.New(sha256.New, key)
			mac.Write([]byte(id + "." + stamp + "."))
			mac.Write(c.body)
			if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); given != want || !sql.IsID(id) {
				t.Errorf("webhook-signature = %q of %q, want %q", given, id, want)
			}
			var event struct {
				Type string `json:"type"`
				Data struct {
					Unit  string `json:"unit"`
					Lines []struct {
						Name     string    `json:"name"`
						Citation string    `json:"citation"`
						DueAt    *sql.Time `json:"due_at"`
					} `json:"lines"`
				} `json:"data"`
			}
			if err := json.Unmarshal(c.body, &event); err != nil || event.Type != "reminder.due" || event.Data.Unit != "清源镇" || len(event.Data.Lines) == 0 {
				t.Errorf("the receiver was given %s: %v", c.body, err)
			}
			told += string(c.body)
		}
		if !strings.Contains(told, "敏感信息处置") {
			t.Errorf("the matter was not told: %s", told)
		}
		if strings.Contains(told, "山某某") {
			t.Errorf("what somebody typed as a title went outside: %s", told)
		}
		inside := ""
		for _, n := range w.mine("officer") {
			inside += n.Body
		}
		if !strings.Contains(inside, "敏感信息处置“山某某来信反映的事”") {
			t.Errorf("inside the program the matter is not named: %s", inside)
		}
	})
}

func TestWhatABotAnswersDecidesWhetherToTryAgain(t *testing.T) {
	text := func(status int, body string) func(int, http.ResponseWriter) {
		return func(_ int, rw http.ResponseWriter) { rw.WriteHeader(status); fmt.Fprint(rw, body) }
	}
	hangUp := func(_ int, rw http.ResponseWriter) {
		conn, _, err := rw.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	type kase struct {
		name   string
		answer func(int, http.ResponseWriter)
		state  oversight.MessageState
		code   string
	}
	cases := []kase{
		{"ok", fine, oversight.Sent, ""},
		{"signature wrong", text(200, `{"errcode":310000,"errmsg":"sign not match"}`), oversight.Failed, "errcode_310000"},
		{"robot gone", text(200, `{"errcode":93000,"errmsg":"invalid webhook url"}`), oversight.Failed, "errcode_93000"},
		{"another code", text(200, `{"errcode":40058,"errmsg":"exceed max length"}`), oversight.Failed, "errcode_40058"},
		{"too fast", text(200, `{"errcode":130101,"errmsg":"send too fast"}`), oversight.Waiting, "errcode_130101"},
		{"busy", text(200, `{"errcode":-1,"errmsg":"system busy"}`), oversight.Waiting, "errcode_-1"},
		{"429", text(429, ``), oversight.Waiting, "http_429"},
		{"503", text(503, ``), oversight.Waiting, "http_503"},
		{"502", text(502, `<html>bad gateway</html>`), oversight.Uncertain, "http_502"},
		{"404", text(404, ``), oversight.Failed, "http_404"},
		{"moved", func(_ int, rw http.ResponseWriter) {
			rw.Header().Set("Location", "http://169.254.169.254/")
			rw.WriteHeader(302)
		}, oversight.Failed, "http_302"},
		{"no JSON", text(200, `<html>welcome</html>`), oversight.Uncertain, "unreadable"},
		{"no code", text(200, `{}`), oversight.Uncertain, "unreadable"},
		{"hangs up", hangUp, oversight.Uncertain, "no_answer"},
		{"slow", func(_ int, rw http.ResponseWriter) { time.Sleep(2500 * time.Millisecond); fine(0, rw) }, oversight.Uncertain, "no_answer"},
		{"endless", func(_ int, rw http.ResponseWriter) {
			for range 400 {
				if _, err := rw.Write(make([]byte, 10000)); err != nil {
					return
				}
			}
		}, oversight.Uncertain, "unreadable"},
	}
	eachReminders(t, func(w *reminders) {
		at := beijing(t, "2026-11-19 10:00")
		for _, c := range cases {
			at = at.Add(2 * time.Hour) // each by itself
			bot := newBot(t, c.answer)
			w.open(bot.url)
			*w.now = at
			made := w.hook(oversight.NewHook{UnitID: w.Town.ID, Name: c.name, Kind: oversight.DingTalk, Secret: "SECabc", Address: bot.url + "/robot/send?access_token=t"})
			if err := oversight.TestHook(t.Context(), w.db, w.People["deputy"], made.ID); err != nil {
				t.Fatalf("TestHook: %v", err)
			}
			w.remind(at.Format("2006-01-02 15:04"))
			got := w.history(oversight.MessageFilter{Kind: oversight.KindTest})[0]
			if got.State != c.state || got.Code != c.code || c.state != oversight.Sent && !hasHan(got.Problem) {
				t.Errorf("%s: the message stands %+v, want %s %s", c.name, got, c.state, c.code)
			}
			w.remind(at.Add(20 * time.Minute).Format("2006-01-02 15:04"))
			want := 1
			if c.state == oversight.Waiting {
				want = 2
			}
			if calls := len(bot.got()); calls != want {
				t.Errorf("%s: the bot was called %d times, want %d", c.name, calls, want)
			}
			if strings.Contains(got.Problem+got.Body, "SECabc") || strings.Contains(got.Problem, "access_token") {
				t.Errorf("%s: the history shows a secret: %+v", c.name, got)
			}
			if err := oversight.RemoveHook(t.Context(), w.db, w.People["deputy"], made.ID, made.Version); err != nil {
				t.Fatalf("RemoveHook: %v", err)
			}
		}
	})
}

// Twenty a minute, and a bot that hangs does not keep another waiting.
func TestABotIsCalledAtMostTwentyTimesAMinute(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		quick := newBot(t, fine)
		stuck := newBot(t, func(int, http.ResponseWriter) { time.Sleep(2500 * time.Millisecond) })
		w.open(quick.url, stuck.url)
		w.hook(oversight.NewHook{UnitID: w.Office.ID, Name: "挂起的群", Kind: oversight.WeCom, Below: true, Address: stuck.url + "?key=a"})
		w.hook(oversight.NewHook{UnitID: w.Office.ID, Name: "区群", Kind: oversight.WeCom, Below: true, Address: quick.url + "?key=a"})
		for i := range 25 {
			unit, err := units.Create(t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: fmt.Sprintf("单位%d", i), Level: units.LevelTownship})
			if err != nil {
				t.Fatal(err)
			}
			w.clock(unit, "filings", "r", "2026-11-01 10:00", "2026-11-24 10:00")
		}
		w.remind("2026-11-23 00:05")
		for _, step := range []struct {
			at          string
			quick, hung int
		}{{"2026-11-23 08:30", 20, 1}, {"2026-11-23 08:30", 20, 1}, {"2026-11-23 08:31", 25, 2}, {"2026-11-23 08:32", 25, 3}} {
			w.remind(step.at)
			if len(quick.got()) != step.quick || len(stuck.got()) != step.hung {
				t.Errorf("at %s the bots were called %d and %d times, want %d and %d", step.at, len(quick.got()), len(stuck.got()), step.quick, step.hung)
			}
		}
	})
}

func TestAddressesOfBotsAreLookedAt(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		bot := newBot(t, fine)
		w.open(bot.url)
		good := oversight.NewHook{UnitID: w.Town.ID, Name: "群", Kind: oversight.DingTalk, Secret: "SECabc", Address: bot.url + "/robot/send?access_token=t"}
		for _, c := range []struct {
			name   string
			change func(*oversight.NewHook)
			want   error
		}{
			{"no name", func(h *oversight.NewHook) { h.Name = " " }, oversight.ErrHookName},
			{"name of two lines", func(h *oversight.NewHook) { h.Name = "a\nb" }, oversight.ErrHookName},
			{"unknown kind", func(h *oversight.NewHook) { h.Kind = "irc" }, oversight.ErrHookKind},
			{"no token", func(h *oversight.NewHook) { h.Address = bot.url }, oversight.ErrHookAddress},
			{"no address", func(h *oversight.NewHook) { h.Address = "" }, oversight.ErrHookAddress},
			{"metadata", func(h *oversight.NewHook) { h.Address = "http://169.254.169.254/?access_token=t" }, oversight.ErrHookAddress},
			{"another port inside", func(h *oversight.NewHook) { h.Address = "http://127.0.0.1:1/?access_token=t" }, oversight.ErrHookAddress},
			{"private network", func(h *oversight.NewHook) { h.Address = "https://10.0.0.1/?access_token=t" }, oversight.ErrHookAddress},
			{"file", func(h *oversight.NewHook) { h.Address = "file:///etc/passwd?access_token=t" }, oversight.ErrHookAddress},
			{"DingTalk without a secret", func(h *oversight.NewHook) { h.Secret = "" }, oversight.ErrHookSecret},
			{"WeCom with a secret", func(h *oversight.NewHook) { h.Kind, h.Address = oversight.WeCom, bot.url+"?key=a" }, oversight.ErrHookSecret},
			{"WeCom without a key", func(h *oversight.NewHook) { h.Kind, h.Secret = oversight.WeCom, "" }, oversight.ErrHookAddress},
			{"generic with a bad secret", func(h *oversight.NewHook) { h.Kind = oversight.Generic }, oversight.ErrHookSecret},
		} {
			in := good
			c.change(&in)
			_, err := oversight.CreateHook(t.Context(), w.db, w.out, w.People["deputy"], in)
			refusedWith(t, "CreateHook with "+c.name, err, c.want)
			if err != nil && (strings.Contains(err.Error(), "access_token") || strings.Contains(err.Error(), "SECabc")) {
				t.Errorf("CreateHook with %s says the secret: %v", c.name, err)
			}
		}
		if got := len(bot.got()); got != 0 {
			t.Errorf("setting up a bot called it %d times", got)
		}
	})
}

func TestBotsBelongToThoseWhoSetReminders(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		bot, other := newBot(t, fine), newBot(t, fine)
		w.open(bot.url, other.url)
		in := oversight.NewHook{UnitID: w.Town.ID, Name: "镇群", Kind: oversight.WeCom, Address: bot.url + "?key=secret-key"}
		_, err := oversight.CreateHook(t.Context(), w.db, w.out, w.People["officer"], in)
		refusedWith(t, "CreateHook of an officer", err, oversight.ErrReminderForbidden)
		_, err = oversight.CreateHook(t.Context(), w.db, w.out, w.People["stranger"], in)
		refusedWith(t, "CreateHook of a stranger", err, units.ErrNotFound)
		made, err := oversight.CreateHook(t.Context(), w.db, w.out, w.People["deputy"], in)
		if err != nil {
			t.Fatalf("CreateHook: %v", err)
		}
		for who, want := range map[string]error{"officer": oversight.ErrReminderForbidden, "stranger": oversight.ErrHookNotFound} {
			_, err := oversight.SaveHook(t.Context(), w.db, w.out, w.People[who], made.ID, made.Version, oversight.HookChange{Name: "x"})
			refusedWith(t, "SaveHook of "+who, err, want)
			refusedWith(t, "RemoveHook of "+who, oversight.RemoveHook(t.Context(), w.db, w.People[who], made.ID, made.Version), want)
			refusedWith(t, "TestHook of "+who, oversight.TestHook(t.Context(), w.db, w.People[who], made.ID), want)
		}
		saved, err := oversight.SaveHook(t.Context(), w.db, w.out, w.People["admin"], made.ID, made.Version, oversight.HookChange{Name: "新群", Address: other.url + "?key=b"})
		if err != nil || saved.Name != "新群" || saved.Version != made.Version+1 {
			t.Fatalf("SaveHook = %+v, %v", saved, err)
		}
		_, err = oversight.SaveHook(t.Context(), w.db, w.out, w.People["admin"], made.ID, made.Version, oversight.HookChange{Name: "旧群"})
		refusedWith(t, "SaveHook at an old version", err, oversight.ErrReminderStale)
		if saved, err = oversight.SaveHook(t.Context(), w.db, w.out, w.People["admin"], made.ID, saved.Version, oversight.HookChange{Name: "又改名"}); err != nil {
			t.Fatalf("SaveHook of the name alone: %v", err)
		}
		list, err := oversight.Hooks(t.Context(), w.db, w.People["officer"], w.Town.ID)
		if err != nil || len(list) != 1 || list[0].Name != "又改名" || strings.Contains(fmt.Sprintf("%+v", list), "key=") {
			t.Errorf("Hooks = %+v, %v", list, err)
		}
		if err := oversight.TestHook(t.Context(), w.db, w.People["deputy"], made.ID); err != nil {
			t.Fatal(err)
		}
		w.remind("2026-11-19 09:10")
		if len(bot.got()) != 0 || len(other.got()) != 1 || other.got()[0].url.Query().Get("key") != "b" {
			t.Errorf("after the change the old address got %d calls and the new one %d", len(bot.got()), len(other.got()))
		}
		// Another key in front: the secrets are sealed anew and the old key may go.
		old := "k1:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x07", 32)))
		fresh := "k2:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x08", 32)))
		both, err := accounts.ParseKeyring(fresh + "," + old)
		if err != nil {
			t.Fatal(err)
		}
		for want := 1; want >= 0; want-- {
			if n, err := oversight.ResealHooks(t.Context(), w.db, both); n != want || err != nil {
				t.Errorf("ResealHooks = %d, %v, want %d", n, err, want)
			}
		}
		if w.out.Keys, err = accounts.ParseKeyring(fresh); err != nil {
			t.Fatal(err)
		}
		if err := oversight.TestHook(t.Context(), w.db, w.People["deputy"], made.ID); err != nil {
			t.Fatal(err)
		}
		w.remind("2026-11-19 09:12")
		if got := len(other.got()); got != 2 {
			t.Errorf("after resealing the bot was called %d times, want 2", got)
		}
		// What waits for a bot that is removed goes nowhere.
		if err := oversight.TestHook(t.Context(), w.db, w.People["deputy"], made.ID); err != nil {
			t.Fatal(err)
		}
		if err := oversight.RemoveHook(t.Context(), w.db, w.People["deputy"], made.ID, saved.Version); err != nil {
			t.Fatalf("RemoveHook: %v", err)
		}
		w.remind("2026-11-19 09:14")
		if got := len(other.got()); got != 2 {
			t.Errorf("a removed bot was called: %d calls", got)
		}
		refusedWith(t, "RemoveHook twice", oversight.RemoveHook(t.Context(), w.db, w.People["deputy"], made.ID, saved.Version), oversight.ErrHookNotFound)
		if list, err := oversight.Hooks(t.Context(), w.db, w.People["officer"], w.Town.ID); err != nil || len(list) != 0 {
			t.Errorf("Hooks after the removal = %+v, %v", list, err)
		}
	})
}
